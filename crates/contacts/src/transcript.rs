//! Transcript items: their content types, their public shape, and who gets to see them.

use std::sync::Arc;

use model::{ContactId, ItemId, ParticipantId, Timestamp};
use serde_json::{Value, json};

use crate::chain::Role;
use crate::core::Core;
use crate::cx::Cx;
use crate::outcome::{Address, Effect, Item, Visibility};

/// Content types of the public chat protocol (spec 11 §3.4).
pub mod content_type {
    /// Plain text.
    pub const TEXT: &str = "text/plain";
    /// Markdown.
    pub const MARKDOWN: &str = "text/markdown";
    /// JSON.
    pub const JSON: &str = "application/json";
    /// An interactive message.
    pub const INTERACTIVE: &str = "application/vnd.amazonaws.connect.message.interactive";
    /// The answer to one.
    pub const INTERACTIVE_RESPONSE: &str = "application/vnd.amazonaws.connect.message.interactive.response";
    /// Somebody types.
    pub const TYPING: &str = "application/vnd.amazonaws.connect.event.typing";
    /// A message was delivered.
    pub const DELIVERED: &str = "application/vnd.amazonaws.connect.event.message.delivered";
    /// A message was read.
    pub const READ: &str = "application/vnd.amazonaws.connect.event.message.read";
    /// Receipts, as pushed.
    pub const METADATA: &str = "application/vnd.amazonaws.connect.event.message.metadata";
    /// The client acknowledges its connection.
    pub const ACKNOWLEDGED: &str = "application/vnd.amazonaws.connect.event.connection.acknowledged";
    /// Somebody joined.
    pub const JOINED: &str = "application/vnd.amazonaws.connect.event.participant.joined";
    /// Somebody left.
    pub const LEFT: &str = "application/vnd.amazonaws.connect.event.participant.left";
    /// Somebody is idle.
    pub const IDLE: &str = "application/vnd.amazonaws.connect.event.participant.idle";
    /// Somebody idle is back.
    pub const RETURNED: &str = "application/vnd.amazonaws.connect.event.participant.returned";
    /// Somebody was disconnected for being idle.
    pub const AUTO_DISCONNECT: &str = "application/vnd.amazonaws.connect.event.participant.autodisconnection";
    /// A transfer was made.
    pub const TRANSFER_SUCCEEDED: &str = "application/vnd.amazonaws.connect.event.transfer.succeeded";
    /// A transfer could not be made.
    pub const TRANSFER_FAILED: &str = "application/vnd.amazonaws.connect.event.transfer.failed";
    /// A transfer has begun (tasks).
    pub const TRANSFER_INITIATED: &str = "application/vnd.amazonaws.connect.event.transfer.initiated";
    /// The chat is over.
    pub const ENDED: &str = "application/vnd.amazonaws.connect.event.chat.ended";
    /// An earlier chat continues.
    pub const REHYDRATED: &str = "application/vnd.amazonaws.connect.event.chat.rehydrated";
    /// The customer is asked to sign in.
    pub const AUTHENTICATION_INITIATED: &str =
        "application/vnd.amazonaws.connect.event.authentication.initiated";
    /// The customer has signed in.
    pub const AUTHENTICATION_SUCCEEDED: &str =
        "application/vnd.amazonaws.connect.event.authentication.succeeded";
    /// The customer could not be identified.
    pub const AUTHENTICATION_FAILED: &str = "application/vnd.amazonaws.connect.event.authentication.failed";
    /// The customer did not sign in in time.
    pub const AUTHENTICATION_TIMEOUT: &str = "application/vnd.amazonaws.connect.event.authentication.timeout";
    /// Nobody asked for the address of the sign-in in time.
    pub const AUTHENTICATION_EXPIRED: &str = "application/vnd.amazonaws.connect.event.authentication.expired";
    /// The customer does not want to sign in.
    pub const AUTHENTICATION_CANCELLED: &str =
        "application/vnd.amazonaws.connect.event.authentication.cancelled";
    /// A participant has another name.
    pub const DISPLAY_NAME_UPDATED: &str =
        "application/vnd.amazonaws.connect.event.participant.displayname.updated";
    /// A task is about to expire.
    pub const EXPIRE_WARNING: &str = "application/vnd.amazonaws.connect.event.expire.warning";
    /// A task has expired.
    pub const EXPIRED: &str = "application/vnd.amazonaws.connect.event.expire.complete";
}

/// An item before it has an id and a place.
#[derive(Clone, Debug)]
pub struct Draft {
    /// `MESSAGE`, `EVENT` or `ATTACHMENT`.
    pub kind: &'static str,
    /// Content type.
    pub content_type: String,
    /// Content.
    pub content: Option<String>,
    /// Who speaks.
    pub participant: ParticipantId,
    /// Under which name.
    pub display_name: String,
    /// In which role.
    pub role: Role,
    /// Who may see it.
    pub visibility: Visibility,
    /// Attachments, public shape.
    pub attachments: Vec<Value>,
    /// Sender's client token.
    pub token: Option<String>,
}

impl Draft {
    /// An event without content.
    pub fn event(content_type: &str, participant: ParticipantId, display_name: &str, role: Role) -> Self {
        Self {
            kind: "EVENT",
            content_type: content_type.to_owned(),
            content: None,
            participant,
            display_name: display_name.to_owned(),
            role,
            visibility: Visibility::All,
            attachments: Vec::new(),
            token: None,
        }
    }

    /// A message.
    pub fn message(
        content_type: &str,
        content: &str,
        participant: ParticipantId,
        display_name: &str,
        role: Role,
    ) -> Self {
        Self {
            kind: "MESSAGE",
            content: Some(content.to_owned()),
            ..Self::event(content_type, participant, display_name, role)
        }
    }

    /// The same, seen only by some.
    pub fn visible_to(mut self, visibility: Visibility) -> Self {
        self.visibility = visibility;
        self
    }

    pub(crate) fn body(&self, id: ItemId, chain: ContactId, contact: ContactId, at: Timestamp) -> Value {
        let mut body = json!({
            "AbsoluteTime": at.iso_millis(),
            "ContentType": self.content_type,
            "Id": id,
            "Type": self.kind,
            "ParticipantId": self.participant,
            "DisplayName": self.display_name,
            "ParticipantRole": self.role.as_str(),
            "InitialContactId": chain,
            "ContactId": contact,
        });
        if let Some(content) = &self.content {
            body["Content"] = json!(content);
        }
        if !self.attachments.is_empty() {
            body["Attachments"] = json!(self.attachments);
        }
        body
    }
}

impl Core {
    /// Appends an item to the transcript and pushes it to everyone who may see it.
    pub(crate) fn append_item(
        &mut self,
        cx: &mut Cx,
        chain: ContactId,
        contact: ContactId,
        draft: Draft,
    ) -> ItemId {
        let id: ItemId = cx.id();
        let body: Arc<str> = draft.body(id, chain, contact, cx.now).to_string().into();
        let visibility = draft.visibility;
        if self.keep_item(cx, chain, contact, id, draft, body.clone()) {
            self.push(chain, visibility, body);
        }
        id
    }

    /// Appends an item to the transcript; false when there is no such chain.
    pub(crate) fn keep_item(
        &mut self,
        cx: &Cx,
        chain: ContactId,
        contact: ContactId,
        id: ItemId,
        draft: Draft,
        body: Arc<str>,
    ) -> bool {
        let Some(entry) = self.chains.get_mut(&chain) else {
            return false;
        };
        entry.last_seq += 1;
        let seq = entry.last_seq;
        if let Some(token) = &draft.token {
            entry.tokens.insert(token.clone(), (id, cx.now));
        }
        self.out.items.push(Item {
            chain,
            seq,
            id,
            contact,
            at: cx.now,
            token: draft.token,
            visibility: draft.visibility,
            body,
        });
        true
    }

    /// Pushes an item that is not kept, such as typing.
    pub(crate) fn push_only(
        &mut self,
        cx: &mut Cx,
        chain: ContactId,
        contact: ContactId,
        draft: Draft,
    ) -> ItemId {
        let id: ItemId = cx.id();
        let body: Arc<str> = draft.body(id, chain, contact, cx.now).to_string().into();
        self.push(chain, draft.visibility, body);
        id
    }

    /// Pushes a piece of a reply that is being made: an item that is kept only when it is complete.
    pub(crate) fn push_piece(
        &mut self,
        cx: &Cx,
        chain: ContactId,
        contact: ContactId,
        id: ItemId,
        draft: &Draft,
        chunk: u32,
        complete: bool,
    ) {
        let mut body = draft.body(id, chain, contact, cx.now);
        body["MessageMetadata"] = json!({"ChunkNumber": chunk, "MessageCompleted": complete});
        self.push(chain, draft.visibility, body.to_string().into());
    }

    /// Pushes ready content to those who may see it, and to the streaming endpoints.
    pub(crate) fn push(&mut self, chain: ContactId, visibility: Visibility, content: Arc<str>) {
        let to = self.audience(chain, visibility);
        if !to.is_empty() {
            self.out.effects.push(Effect::Push { to, topic: "aws/chat", content: content.clone() });
        }
        if let Some(entry) = self.chains.get(&chain)
            && !entry.streams.is_empty()
        {
            let endpoints = entry.streams.iter().map(|stream| stream.endpoint.clone()).collect();
            self.out.effects.push(Effect::Stream { endpoints, visibility, content });
        }
    }

    /// Pushes an item of a task to its agent.
    pub(crate) fn push_task(
        &mut self,
        cx: &mut Cx,
        contact: ContactId,
        user: model::UserId,
        content_type: &str,
    ) {
        let Some(entry) = self.contacts.get(&contact) else { return };
        let chain = entry.chain;
        let Some(system) = self.chains.get(&chain).map(|chain| chain.system) else { return };
        let draft = Draft::event(content_type, system, SYSTEM_NAME, Role::System);
        let body = draft.body(cx.id(), chain, contact, cx.now).to_string().into();
        self.out.effects.push(Effect::Push {
            to: vec![Address::Agent(user)],
            topic: "aws/task",
            content: body,
        });
    }

    fn audience(&self, chain: ContactId, visibility: Visibility) -> Vec<Address> {
        let Some(entry) = self.chains.get(&chain) else { return Vec::new() };
        let mut to = Vec::with_capacity(3);
        if visibility != Visibility::Agent {
            if let Some(customer) = &entry.customer {
                to.push(Address::Participant(customer.participant));
            }
            if let Some(bot) = entry.bot.as_ref().filter(|bot| bot.connected) {
                to.push(Address::Participant(bot.participant));
            }
        }
        if visibility != Visibility::Customer {
            for id in &entry.contacts {
                let Some(contact) = self.contacts.get(id) else { continue };
                to.extend(contact.monitors.iter().map(|monitor| Address::Agent(monitor.user)));
                let user = match (&contact.offer, &contact.agent) {
                    (Some(offer), _) => offer.user,
                    (None, Some(part)) if part.acw_started_at.is_none() => part.user,
                    _ => continue,
                };
                to.push(Address::Agent(user));
            }
        }
        to
    }

    /// Says something as the system.
    pub(crate) fn system_message(
        &mut self,
        cx: &mut Cx,
        contact: ContactId,
        content_type: &str,
        content: &str,
        visibility: Visibility,
    ) {
        let Some(chain) = self.contacts.get(&contact).map(|contact| contact.chain) else { return };
        let Some(system) = self.chains.get(&chain).map(|chain| chain.system) else { return };
        let draft =
            Draft::message(content_type, content, system, SYSTEM_NAME, Role::System).visible_to(visibility);
        self.append_item(cx, chain, contact, draft);
    }
}

/// Display name of what the system says.
pub const SYSTEM_NAME: &str = "SYSTEM_MESSAGE";
