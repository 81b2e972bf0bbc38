//! Signed-in users: sessions of the web pages and of federated agents.

use model::{Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::core::Core;
use crate::cx::Cx;
use crate::outcome::DocumentChange;

/// A sign-in. Its key is a digest of the secret that the browser holds; the secret itself is not kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Who signed in.
    pub user: UserId,
    /// When.
    pub created_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

impl Core {
    /// Opens a session under `key` for `life_ms`.
    pub fn open_session(&mut self, cx: &Cx, key: String, user: UserId, life_ms: i64) -> Session {
        let session = Session { user, created_at: cx.now, expires_at: cx.now + life_ms };
        let body = serde_json::to_string(&session).expect("a session is printable");
        self.out.documents.push(DocumentChange { kind: "session", id: key.clone(), body: Some(body) });
        self.sessions.insert(key, session.clone());
        let mut over: Vec<String> = self
            .sessions
            .iter()
            .filter(|(_, session)| session.expires_at <= cx.now)
            .map(|(key, _)| key.clone())
            .collect();
        over.sort();
        for key in over {
            self.close_session(&key);
        }
        session
    }

    /// The session under `key`, while it is good and its user exists.
    pub fn session(&self, key: &str, now: Timestamp) -> Option<&Session> {
        self.sessions
            .get(key)
            .filter(|session| session.expires_at > now && self.directory.user(session.user).is_some())
    }

    /// Ends a session; whether there was one.
    pub fn close_session(&mut self, key: &str) -> Option<Session> {
        let session = self.sessions.remove(key)?;
        self.out.documents.push(DocumentChange { kind: "session", id: key.to_owned(), body: None });
        Some(session)
    }

    /// Ends every session of a user.
    pub fn close_sessions_of(&mut self, user: UserId) {
        let mut keys: Vec<String> = self
            .sessions
            .iter()
            .filter(|(_, session)| session.user == user)
            .map(|(key, _)| key.clone())
            .collect();
        keys.sort();
        for key in keys {
            self.close_session(&key);
        }
    }
}
