//! Idempotency: the same request with the same client token gets the same answer, for seven days.

use model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::core::Core;
use crate::cx::Cx;
use crate::error::{Refusal, conflict};
use crate::outcome::DocumentChange;
use crate::timer::Deadline;

const LIFE_MS: i64 = 7 * 24 * 3600 * 1000;
const SWEEP_EVERY_MS: i64 = 3600 * 1000;

/// What a request with a client token was answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IdempotencyToken {
    /// A digest of the request, to tell a repetition from another request with the same token.
    pub fingerprint: u64,
    /// The answer.
    pub answer: Value,
    /// When it is forgotten.
    pub expires_at: Timestamp,
}

impl Core {
    /// The former answer to this request, if the token was used before.
    pub(crate) fn repeated(
        &self,
        key: &str,
        fingerprint: u64,
        now: Timestamp,
    ) -> Result<Option<Value>, Refusal> {
        match self.tokens.get(key).filter(|token| token.expires_at > now) {
            Some(token) if token.fingerprint == fingerprint => Ok(Some(token.answer.clone())),
            Some(_) => Err(conflict("This ClientToken was used before for a request with other values.")),
            None => Ok(None),
        }
    }

    /// Remembers the answer to a request.
    pub(crate) fn remember(&mut self, cx: &Cx, key: String, fingerprint: u64, answer: Value) {
        let token = IdempotencyToken { fingerprint, answer, expires_at: cx.now + LIFE_MS };
        let body = serde_json::to_string(&token).expect("a token is printable");
        self.out.documents.push(DocumentChange { kind: "token", id: key.clone(), body: Some(body) });
        self.tokens.insert(key, token);
        if !self.timers.is_set(Deadline::TokenSweep) {
            self.timers.set(Deadline::TokenSweep, Some(cx.now + SWEEP_EVERY_MS));
        }
    }

    pub(crate) fn sweep_tokens(&mut self, cx: &Cx) {
        let mut over: Vec<String> = self
            .tokens
            .iter()
            .filter(|(_, token)| token.expires_at <= cx.now)
            .map(|(key, _)| key.clone())
            .collect();
        over.sort();
        for key in over {
            self.tokens.remove(&key);
            self.out.documents.push(DocumentChange { kind: "token", id: key, body: None });
        }
        let next = (!self.tokens.is_empty()).then_some(cx.now + SWEEP_EVERY_MS);
        self.timers.set(Deadline::TokenSweep, next);
    }
}

/// A stable digest (FNV-1a) of what a request asks for.
pub fn fingerprint(parts: &[&str]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        for byte in part.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}
