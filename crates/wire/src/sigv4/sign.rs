//! Signing requests of our own: presigned links, calls to other services, and tests.

use axum::http::HeaderMap;
use model::Timestamp;

use super::canonical::{Scope, canonical_request, escape, sha256_hex, signature};
use super::{ALGORITHM, LONGEST_PRESIGNED, Payload, SignatureError, SignedRequest, basic_iso};
use crate::secret::Secret;

/// With which key, and for which region and service, a request is signed.
#[derive(Clone, Copy, Debug)]
pub struct Signer<'a> {
    /// The public part of the key.
    pub access_key_id: &'a str,
    /// The secret part.
    pub secret: &'a Secret,
    /// The token of a temporary key.
    pub session_token: Option<&'a Secret>,
    /// Such as `us-east-1`.
    pub region: &'a str,
    /// The signing name, such as `connect`.
    pub service: &'a str,
}

/// Signs in the header form. Gives the headers to add: date, payload hash, token if any, and authorization. All
/// headers of `request` are signed besides; a payload that streams past is declared unsigned.
pub fn sign(signer: &Signer<'_>, request: &SignedRequest<'_>, now: Timestamp) -> Vec<(&'static str, String)> {
    let date = basic_iso(now);
    let scope = Scope { day: &date[..8], region: signer.region, service: signer.service };
    let payload_hash = match request.payload {
        Payload::Whole(body) => sha256_hex(body),
        Payload::Unread => "UNSIGNED-PAYLOAD".to_owned(),
    };
    let mut added = vec![("x-amz-content-sha256", payload_hash.clone()), ("x-amz-date", date.clone())];
    if let Some(token) = signer.session_token {
        added.push(("x-amz-security-token", token.reveal().to_owned()));
    }
    let mut headers = request.headers.clone();
    for (name, value) in &added {
        // A value that is no header value cannot be sent either; the caller finds out when it adds it.
        if let Ok(value) = value.parse() {
            headers.insert(*name, value);
        }
    }
    let mut signed: Vec<&str> = headers.keys().map(|name| name.as_str()).chain(["host"]).collect();
    signed.sort_unstable();
    signed.dedup();
    let full = SignedRequest { headers: &headers, ..*request };
    let canonical = canonical_request(&full, signer.service, &signed, &payload_hash)
        .expect("every signed header is in the request");
    let signature = signature(&scope.derive(signer.secret.reveal()), &date, &scope, &canonical);
    let authorization = format!(
        "{ALGORITHM} Credential={}/{}, SignedHeaders={}, Signature={signature}",
        signer.access_key_id,
        scope.text(),
        signed.join(";"),
    );
    added.push(("authorization", authorization));
    added
}

/// Signs in the query form: the whole query string of a link that works for `expires` seconds (1 to seven days).
/// Only the host is signed of the headers. The payload of the service `s3` is unsigned, of others it must be empty.
///
/// `query` is the query the link has besides, already escaped.
pub fn presign(
    signer: &Signer<'_>,
    method: &str,
    host: &str,
    path: &str,
    query: &str,
    expires: u32,
    now: Timestamp,
) -> Result<String, SignatureError> {
    if !(1..=LONGEST_PRESIGNED).contains(&expires) {
        let text = format!("a link must work from 1 to {LONGEST_PRESIGNED} seconds");
        return Err(SignatureError::Incomplete(text));
    }
    let date = basic_iso(now);
    let scope = Scope { day: &date[..8], region: signer.region, service: signer.service };
    let credential = format!("{}/{}", signer.access_key_id, scope.text());
    let mut full = query.to_owned();
    let mut add = |name: &str, value: &str| {
        if !full.is_empty() {
            full.push('&');
        }
        full.push_str(name);
        full.push('=');
        full.push_str(&escape(value));
    };
    add("X-Amz-Algorithm", ALGORITHM);
    add("X-Amz-Credential", &credential);
    add("X-Amz-Date", &date);
    add("X-Amz-Expires", &expires.to_string());
    if let Some(token) = signer.session_token {
        add("X-Amz-Security-Token", token.reveal());
    }
    add("X-Amz-SignedHeaders", "host");
    let payload_hash = if signer.service == "s3" { "UNSIGNED-PAYLOAD".to_owned() } else { sha256_hex(b"") };
    let headers = HeaderMap::new();
    let request =
        SignedRequest { method, host, path, query: &full, headers: &headers, payload: Payload::Unread };
    let canonical = canonical_request(&request, signer.service, &["host"], &payload_hash)
        .expect("the host is always in the request");
    let signature = signature(&scope.derive(signer.secret.reveal()), &date, &scope, &canonical);
    Ok(format!("{full}&X-Amz-Signature={signature}"))
}
