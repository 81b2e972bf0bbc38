//! Signature Version 4: checking the signatures of callers, and making our own.
//!
//! Both published forms are read: the `Authorization` header and the presigned query (`X-Amz-Signature`, at most
//! seven days). Payloads may be hashed or declared unsigned; chunk-signed (`STREAMING-…`) payloads are refused by
//! name, because no operation of these services uses them.
//!
//! **Freshness is the only protection against replays, on purpose.** A header signature is valid for five minutes
//! around its date, as published. Refusing a signature that was seen before would refuse honest clients: dates have
//! whole seconds and the common libraries sign only host and date (their attempt counter stays unsigned), so two equal
//! calls within one second, or a retry of a call whose answer was lost, carry the very same signature, and the
//! published service accepts both. Operations that must not happen twice have client tokens; replaying needs the
//! request itself, which TLS hides.

mod canonical;
mod derived;
mod error;
mod sign;
mod verify;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use model::Timestamp;

use crate::principal::KeyHolder;
use crate::secret::Secret;

pub use error::SignatureError;
pub use sign::{Signer, presign, sign};
pub use verify::Verifier;

/// The only algorithm.
const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// How far the date of a signature may lie from the server's clock: five minutes, in milliseconds.
pub const CLOCK_SKEW: i64 = 5 * 60 * 1000;

/// The longest life of a presigned request: seven days, in seconds.
pub const LONGEST_PRESIGNED: u32 = 7 * 24 * 60 * 60;

/// A request as its signature covers it.
#[derive(Clone, Copy, Debug)]
pub struct SignedRequest<'a> {
    /// HTTP method.
    pub method: &'a str,
    /// `Host`, or `:authority` of HTTP/2.
    pub host: &'a str,
    /// Path as sent, percent escapes included.
    pub path: &'a str,
    /// Query as sent, without `?`.
    pub query: &'a str,
    /// Headers as sent.
    pub headers: &'a HeaderMap,
    /// The body.
    pub payload: Payload<'a>,
}

/// The body of a signed request.
#[derive(Clone, Copy)]
pub enum Payload<'a> {
    /// The whole body.
    Whole(&'a [u8]),
    /// A body that streams past: only signatures that leave the payload unsigned can be checked.
    Unread,
}

impl std::fmt::Debug for Payload<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole(body) => write!(f, "Whole({} bytes)", body.len()),
            Self::Unread => f.write_str("Unread"),
        }
    }
}

/// What a key store knows of an access key.
#[derive(Clone, Debug)]
pub struct StoredKey {
    /// The secret access key.
    pub secret: Secret,
    /// The token that requests with a temporary key must carry.
    pub session_token: Option<Secret>,
    /// When a temporary key ends.
    pub expires: Option<Timestamp>,
    /// Who holds the key.
    pub holder: KeyHolder,
}

/// Where access keys are kept. A key that is switched off is not found.
pub trait KeyStore: Send + Sync + 'static {
    /// The key with this public id.
    fn secret(&self, access_key_id: &str) -> Option<StoredKey>;
}

impl<K: KeyStore + ?Sized> KeyStore for std::sync::Arc<K> {
    fn secret(&self, access_key_id: &str) -> Option<StoredKey> {
        (**self).secret(access_key_id)
    }
}

/// Whether a request claims to be signed with a key. The chat library signs with an empty key, which is no claim.
pub fn is_claimed(query: &str, headers: &HeaderMap) -> bool {
    claimed_credential(query, headers).is_some_and(|credential| !credential.starts_with('/'))
}

/// The service named in the credential scope.
pub(crate) fn claimed_service(query: &str, headers: &HeaderMap) -> Option<String> {
    let credential = claimed_credential(query, headers)?;
    credential.rsplit('/').nth(1).map(str::to_owned)
}

fn claimed_credential(query: &str, headers: &HeaderMap) -> Option<String> {
    if let Some(value) = headers.get(AUTHORIZATION) {
        let rest = value.to_str().ok()?.strip_prefix("AWS4-")?;
        let start = rest.find("Credential=")? + "Credential=".len();
        return rest[start..].split([',', ' ']).next().map(str::to_owned);
    }
    let pair = query.split('&').find_map(|pair| pair.strip_prefix("X-Amz-Credential="))?;
    percent_encoding::percent_decode_str(pair).decode_utf8().ok().map(|text| text.into_owned())
}

/// `20260131T093000Z`.
fn basic_iso(time: Timestamp) -> String {
    time.iso_seconds().chars().filter(|letter| !matches!(letter, '-' | ':')).collect()
}

#[cfg(test)]
mod tests;
