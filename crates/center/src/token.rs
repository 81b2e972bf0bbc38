//! Signed tokens: short texts that say who may do what until when, checked without looking anything up.
//!
//! `base64url(kind ‖ instance ‖ subject ‖ object ‖ expiry) . base64url(HMAC-SHA-256)`, about 130 characters, safe in
//! URLs and headers. The key is made once and kept in the store, so tokens survive a restart.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{InstanceId, Timestamp};
use uuid::Uuid;

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum TokenKind {
    /// Participant token of a customer or custom participant: subject = participant, object = chain.
    Participant = 1,
    /// Connection token: subject = participant, object = chain.
    Connection = 2,
    /// Chat token of an agent, good as participant and as connection token while they are signed in: subject =
    /// participant, object = session.
    AgentChat = 3,
    /// Session cookie of a user: subject = user, object = session.
    Session = 4,
    /// Access token of the agent service: subject = user, object = session.
    Access = 5,
    /// Websocket of a customer or custom participant: subject = participant, object = chain.
    ParticipantSocket = 6,
    /// Websocket of an agent: subject = user, object = session.
    AgentSocket = 7,
    /// Upload of an attachment: subject = participant, object = attachment.
    Upload = 8,
    /// Download of an attachment: subject = participant, object = attachment.
    Download = 9,
    /// Temporary access key: subject = user, object = session.
    Federation = 10,
    /// What a window hands to a frame so that it can take over the sign-in: subject = user, object = session.
    Ticket = 11,
    /// An agent's part in a call, with which their page brings up its sound: subject = participant, object = contact.
    Softphone = 12,
    /// Upload of the sound of a prompt, and the right to use it: subject = user (nil = an access key), object = upload.
    PromptUpload = 14,
    /// Download of the sound of a prompt: subject = nil, object = prompt.
    PromptFile = 15,
}

impl TokenKind {
    fn of(byte: u8) -> Option<Self> {
        use TokenKind::*;
        [
            Participant,
            Connection,
            AgentChat,
            Session,
            Access,
            ParticipantSocket,
            AgentSocket,
            Upload,
            Download,
            Federation,
            Ticket,
            Softphone,
            PromptUpload,
            PromptFile,
        ]
        .into_iter()
        .find(|kind| *kind as u8 == byte)
    }
}

/// What a token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is good for.
    pub kind: TokenKind,
    /// In which instance.
    pub instance: InstanceId,
    /// Who.
    pub subject: Uuid,
    /// On what.
    pub object: Uuid,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Why a token was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not one of ours, or changed.
    #[error("the token is not valid")]
    Invalid,
    /// Was good once.
    #[error("the token has expired")]
    Expired,
}

/// Makes and checks tokens.
pub struct Tokens {
    key: hmac::Key,
}

const LENGTH: usize = 1 + 16 + 16 + 16 + 8;

impl Tokens {
    /// With the server's key.
    pub fn new(key: &[u8]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, key) }
    }

    /// Prints a token.
    pub fn sign(&self, token: &Token) -> String {
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.push(token.kind as u8);
        bytes.extend(token.instance.0.as_bytes());
        bytes.extend(token.subject.as_bytes());
        bytes.extend(token.object.as_bytes());
        bytes.extend(token.expires_at.0.to_be_bytes());
        let mark = hmac::sign(&self.key, &bytes);
        format!("{}.{}", URL_SAFE_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(mark.as_ref()))
    }

    /// Reads a token of one of `kinds`.
    pub fn check(&self, text: &str, kinds: &[TokenKind], now: Timestamp) -> Result<Token, TokenError> {
        let (bytes, mark) = text.split_once('.').ok_or(TokenError::Invalid)?;
        let bytes = URL_SAFE_NO_PAD.decode(bytes).map_err(|_| TokenError::Invalid)?;
        let mark = URL_SAFE_NO_PAD.decode(mark).map_err(|_| TokenError::Invalid)?;
        hmac::verify(&self.key, &bytes, &mark).map_err(|_| TokenError::Invalid)?;
        let bytes: [u8; LENGTH] = bytes.try_into().map_err(|_| TokenError::Invalid)?;
        let id = |at: usize| Uuid::from_slice(&bytes[at..at + 16]).map_err(|_| TokenError::Invalid);
        let token = Token {
            kind: TokenKind::of(bytes[0]).ok_or(TokenError::Invalid)?,
            instance: InstanceId(id(1)?),
            subject: id(17)?,
            object: id(33)?,
            expires_at: Timestamp(i64::from_be_bytes(
                bytes[49..57].try_into().map_err(|_| TokenError::Invalid)?,
            )),
        };
        if !kinds.contains(&token.kind) {
            return Err(TokenError::Invalid);
        }
        if token.expires_at <= now {
            return Err(TokenError::Expired);
        }
        Ok(token)
    }

    /// A secret that belongs to a name, such as the secret of a temporary access key.
    pub fn derive(&self, name: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.key, format!("secret/{name}").as_bytes()).as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_good_for_one_thing_until_their_time() {
        let tokens = Tokens::new(b"key");
        let token = Token {
            kind: TokenKind::Participant,
            instance: InstanceId::from_u128(1),
            subject: Uuid::from_u128(2),
            object: Uuid::from_u128(3),
            expires_at: Timestamp(1000),
        };
        let text = tokens.sign(&token);
        assert!(text.len() <= 1000);
        let check = |text: &str, kind, now| tokens.check(text, &[kind], Timestamp(now));
        assert_eq!(check(&text, TokenKind::Participant, 999), Ok(token));
        assert_eq!(check(&text, TokenKind::Participant, 1000), Err(TokenError::Expired));
        assert_eq!(check(&text, TokenKind::Connection, 0), Err(TokenError::Invalid));
        let mut changed = text.clone().into_bytes();
        changed[5] ^= 1;
        let changed = String::from_utf8(changed).expect("still text");
        assert_eq!(check(&changed, TokenKind::Participant, 0), Err(TokenError::Invalid));
        for odd in ["", ".", "a.b", "é.ü", &text[..40]] {
            assert_eq!(check(odd, TokenKind::Participant, 0), Err(TokenError::Invalid), "{odd}");
        }
        assert_eq!(
            Tokens::new(b"other").check(&text, &[TokenKind::Participant], Timestamp(0)),
            Err(TokenError::Invalid)
        );
    }
}
