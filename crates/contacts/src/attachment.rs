//! Attachments of a chat: announced, uploaded, checked, shared.

use model::{AttachmentId, ContactId, ParticipantId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::chat::token_key;
use crate::core::Core;
use crate::cx::Cx;
use crate::error::*;
use crate::outcome::{DocumentChange, Effect, Outcome};
use crate::transcript::Draft;

/// Largest file, in bytes.
pub const ATTACHMENT_BYTES: u64 = 20 * 1024 * 1024;
/// Most files of one chat.
pub const ATTACHMENTS_PER_CHAT: usize = 35;
const UPLOAD_WITHIN_MS: i64 = 15 * 60_000;

/// Extensions that may be sent, with the media type each must be announced with.
pub const ALLOWED: [(&str, &[&str]); 17] = [
    ("csv", &["text/csv"]),
    ("doc", &["application/msword"]),
    ("docx", &["application/vnd.openxmlformats-officedocument.wordprocessingml.document"]),
    ("heic", &["image/heic"]),
    ("jfif", &["image/jpeg"]),
    ("jpeg", &["image/jpeg"]),
    ("jpg", &["image/jpeg"]),
    ("mov", &["video/quicktime"]),
    ("mp4", &["video/mp4"]),
    ("pdf", &["application/pdf"]),
    ("png", &["image/png"]),
    ("ppt", &["application/vnd.ms-powerpoint"]),
    ("pptx", &["application/vnd.openxmlformats-officedocument.presentationml.presentation"]),
    ("rtf", &["application/rtf", "text/rtf"]),
    ("txt", &["text/plain"]),
    ("wav", &["audio/wav", "audio/x-wav"]),
    ("xls", &["application/vnd.ms-excel"]),
];

/// A file on its way into a chat, or in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attachment {
    /// Identity.
    pub id: AttachmentId,
    /// Chain it belongs to.
    pub chain: ContactId,
    /// Contact in which it was sent.
    pub contact: ContactId,
    /// Sender.
    pub sender: ParticipantId,
    /// File name as given.
    pub name: String,
    /// Media type as given.
    pub content_type: String,
    /// Size as announced, in bytes.
    pub bytes: u64,
    /// State.
    pub status: AttachmentStatus,
    /// When it was announced.
    pub announced_at: Timestamp,
    /// Token of the completion, to tell a repetition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_with: Option<String>,
}

/// State of an attachment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AttachmentStatus {
    /// Announced; the file is to be uploaded.
    Staged,
    /// Uploaded, being scanned.
    InProgress,
    /// Visible.
    Approved,
    /// Refused by the scanner; the file is deleted.
    Rejected,
}

impl Core {
    /// Announces a file. The client then uploads it and completes the upload.
    pub fn start_attachment(
        &mut self,
        cx: &mut Cx,
        participant: ParticipantId,
        name: &str,
        content_type: &str,
        bytes: u64,
        client_token: &str,
    ) -> Result<Attachment, Refusal> {
        let speaker = self.speaker(participant)?;
        self.check_can_speak(&speaker)?;
        let key = token_key(participant, client_token);
        let again = self.attachments.values().find(|one| {
            one.sender == participant
                && one.completed_with.is_none()
                && one.id.to_string() == self.staged_id(&key)
        });
        if let Some(again) = again {
            return Ok(again.clone());
        }
        if bytes == 0 || bytes > ATTACHMENT_BYTES {
            return Err(limit_exceeded(format!(
                "Attachments have 1 to {ATTACHMENT_BYTES} bytes, not {bytes}."
            )));
        }
        if name.is_empty() || name.chars().count() > 256 || name.contains(['/', '\\', '\0']) {
            return Err(invalid_parameter("AttachmentName must be a file name of 1 to 256 characters."));
        }
        let extension =
            name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default();
        let fits = ALLOWED
            .iter()
            .chain([&(
                "xlsx",
                &["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"] as &[&str],
            )])
            .find(|(allowed, _)| *allowed == extension)
            .is_some_and(|(_, types)| types.contains(&content_type));
        if !fits {
            return Err(invalid_parameter(format!(
                "Files named '.{extension}' of type '{content_type}' cannot be sent."
            )));
        }
        let sent = self.attachments.values().filter(|one| one.chain == speaker.chain).count();
        if sent >= ATTACHMENTS_PER_CHAT {
            return Err(limit_exceeded(format!("A chat holds at most {ATTACHMENTS_PER_CHAT} attachments.")));
        }
        let attachment = Attachment {
            id: cx.id(),
            chain: speaker.chain,
            contact: speaker.contact,
            sender: participant,
            name: name.to_owned(),
            content_type: content_type.to_owned(),
            bytes,
            status: AttachmentStatus::Staged,
            announced_at: cx.now,
            completed_with: None,
        };
        let answer = json!(attachment.id);
        self.remember(cx, format!("StartAttachmentUpload/{key}"), 0, answer);
        self.put_attachment(attachment.clone());
        Ok(attachment)
    }

    fn staged_id(&self, key: &str) -> String {
        self.tokens
            .get(&format!("StartAttachmentUpload/{key}"))
            .and_then(|token| token.answer.as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    /// The file was uploaded with `uploaded` bytes (none = nothing arrived): it is scanned or shared.
    pub fn complete_attachment(
        &mut self,
        cx: &mut Cx,
        participant: ParticipantId,
        id: AttachmentId,
        uploaded: Option<u64>,
        client_token: &str,
    ) -> Result<(), Refusal> {
        let speaker = self.speaker(participant)?;
        self.check_can_speak(&speaker)?;
        let attachment =
            self.attachments.get(&id).filter(|one| one.sender == participant).cloned().ok_or_else(|| {
                invalid_parameter(format!("There is no attachment {id} of this participant."))
            })?;
        if let Some(token) = &attachment.completed_with {
            if token == client_token {
                return Ok(());
            }
            return Err(conflict("The upload was completed already."));
        }
        if cx.now > attachment.announced_at + UPLOAD_WITHIN_MS {
            return Err(invalid_parameter("The upload was not completed in time; start it again."));
        }
        match uploaded {
            None => return Err(invalid_parameter("No file was uploaded for this attachment.")),
            Some(bytes) if bytes != attachment.bytes => {
                return Err(invalid_parameter(format!(
                    "The file has {bytes} bytes, but {} were announced.",
                    attachment.bytes
                )));
            }
            Some(_) => {}
        }
        let scanned = self.directory.instance().attachment_scanner.is_some();
        let status = if scanned { AttachmentStatus::InProgress } else { AttachmentStatus::Approved };
        let attachment = Attachment { status, completed_with: Some(client_token.to_owned()), ..attachment };
        self.put_attachment(attachment.clone());
        self.announce_attachment(cx, &attachment, &speaker.display_name, speaker.role);
        if scanned {
            self.out.effects.push(Effect::ScanAttachment { attachment: id });
        }
        self.somebody_spoke(cx, &speaker);
        Ok(())
    }

    /// The scanner has decided.
    pub fn attachment_scanned(&mut self, cx: &mut Cx, id: AttachmentId, approved: bool) {
        let Some(mut attachment) = self.attachments.get(&id).cloned() else { return };
        if attachment.status != AttachmentStatus::InProgress {
            return;
        }
        attachment.status = if approved { AttachmentStatus::Approved } else { AttachmentStatus::Rejected };
        self.put_attachment(attachment.clone());
        // A supervisor may have gone silent in between.
        if let Ok(speaker) = self.speaker(attachment.sender)
            && self.check_can_speak(&speaker).is_ok()
        {
            self.announce_attachment(cx, &attachment, &speaker.display_name, speaker.role);
        }
    }

    /// An attachment that a participant may download.
    pub fn readable_attachment(
        &self,
        participant: ParticipantId,
        id: AttachmentId,
    ) -> Result<&Attachment, Refusal> {
        let member = self.may_read(participant).ok_or_else(|| access_denied("The chat is over."))?;
        self.attachments
            .get(&id)
            .filter(|one| one.chain == member.chain && one.status == AttachmentStatus::Approved)
            .ok_or_else(|| invalid_parameter(format!("There is no attachment {id} in this chat.")))
    }

    /// An attachment, for the shell.
    pub fn attachment(&self, id: AttachmentId) -> Option<&Attachment> {
        self.attachments.get(&id)
    }

    /// The attachments of a finished chain leave memory; their documents are kept under a kind not loaded at start.
    pub(crate) fn retire_attachments(&mut self, chain: ContactId, out: &mut Outcome) {
        let mut gone: Vec<AttachmentId> =
            self.attachments.values().filter(|one| one.chain == chain).map(|one| one.id).collect();
        gone.sort();
        for id in gone {
            let Some(attachment) = self.attachments.remove(&id) else { continue };
            let body = serde_json::to_string(&attachment).expect("an attachment is printable");
            let (kind, id) = ("attachment", id.to_string());
            out.documents.push(DocumentChange { kind, id: id.clone(), body: None });
            out.documents.push(DocumentChange { kind: "past-attachment", id, body: Some(body) });
        }
    }

    fn put_attachment(&mut self, attachment: Attachment) {
        let body = serde_json::to_string(&attachment).expect("an attachment is printable");
        self.out.documents.push(DocumentChange {
            kind: "attachment",
            id: attachment.id.to_string(),
            body: Some(body),
        });
        self.attachments.insert(attachment.id, attachment);
    }

    fn announce_attachment(
        &mut self,
        cx: &mut Cx,
        attachment: &Attachment,
        name: &str,
        role: crate::chain::Role,
    ) {
        let draft = Draft {
            kind: "ATTACHMENT",
            attachments: vec![json!({
                "AttachmentId": attachment.id,
                "AttachmentName": attachment.name,
                "ContentType": attachment.content_type,
                "Status": attachment.status,
            })],
            ..Draft::event(&attachment.content_type, attachment.sender, name, role)
        };
        self.append_item(cx, attachment.chain, attachment.contact, draft);
    }
}
