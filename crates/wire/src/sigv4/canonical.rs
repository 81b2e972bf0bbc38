//! The canonical request and the string to sign.

use std::borrow::Cow;

use aws_lc_rs::{digest, hmac};
use axum::http::HeaderMap;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{ALGORITHM, SignedRequest};

/// Everything but letters, digits and `-_.~` is escaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const ESCAPED_IN_PATH: &AsciiSet = &ESCAPED.remove(b'/');

/// `<day>/<region>/<service>/aws4_request`, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scope<'a> {
    pub(super) day: &'a str,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
}

impl Scope<'_> {
    pub(super) fn text(&self) -> String {
        format!("{}/{}/{}/aws4_request", self.day, self.region, self.service)
    }

    /// The signing key of one day, region and service.
    pub(super) fn derive(&self, secret: &str) -> [u8; 32] {
        let day = mac(format!("AWS4{secret}").as_bytes(), self.day);
        let region = mac(&day, self.region);
        let service = mac(&region, self.service);
        mac(&service, "aws4_request")
    }
}

fn mac(key: &[u8], text: &str) -> [u8; 32] {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes());
    tag.as_ref().try_into().expect("HMAC-SHA-256 has 32 bytes")
}

/// The signature, in hexadecimal.
pub(super) fn signature(key: &[u8; 32], date: &str, scope: &Scope<'_>, canonical_request: &str) -> String {
    let text = format!("{ALGORITHM}\n{date}\n{}\n{}", scope.text(), sha256_hex(canonical_request.as_bytes()));
    hex(&mac(key, &text))
}

/// The canonical request. `signed` are the signed headers' names in lower case, in order; none if one of them is not
/// in the request.
pub(super) fn canonical_request(
    request: &SignedRequest<'_>,
    service: &str,
    signed: &[&str],
    payload_hash: &str,
) -> Option<String> {
    let mut headers = String::new();
    for name in signed {
        headers.push_str(name);
        headers.push(':');
        headers.push_str(&header_value(request, name)?);
        headers.push('\n');
    }
    Some(format!(
        "{}\n{}\n{}\n{headers}\n{}\n{payload_hash}",
        request.method,
        canonical_path(request.path, service),
        canonical_query(request.query),
        signed.join(";"),
    ))
}

/// The received path without dot segments and doubled slashes, escaped once more. The object store's own rule is
/// another: the path is taken as it is, escaped once.
fn canonical_path(path: &str, service: &str) -> String {
    if service == "s3" {
        let decoded: Cow<'_, [u8]> = percent_decode_str(path).into();
        return percent_encoding::percent_encode(&decoded, ESCAPED_IN_PATH).to_string();
    }
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    let last = if path.ends_with('/') && !segments.is_empty() { "/" } else { "" };
    utf8_percent_encode(&format!("/{}{last}", segments.join("/")), ESCAPED_IN_PATH).to_string()
}

/// The pairs of the query, escaped anew and sorted, without the signature itself.
fn canonical_query(query: &str) -> String {
    let escape = |text: &str| {
        let decoded: Cow<'_, [u8]> = percent_decode_str(text).into();
        percent_encoding::percent_encode(&decoded, ESCAPED).to_string()
    };
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (escape(name), escape(value)))
        .filter(|(name, _)| name != "X-Amz-Signature")
        .collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// The values of a header, trimmed, runs of blanks made one, joined by commas.
fn header_value(request: &SignedRequest<'_>, name: &str) -> Option<String> {
    if name == "host" {
        return Some(request.host.trim().to_owned());
    }
    let values: Vec<String> = request
        .headers
        .get_all(name)
        .iter()
        .map(|value| {
            let text = String::from_utf8_lossy(value.as_bytes());
            text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
        })
        .collect();
    if values.is_empty() { None } else { Some(values.join(",")) }
}

/// Escapes one query name or value.
pub(super) fn escape(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

pub(super) fn sha256_hex(data: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, data).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]])
        .map(char::from)
        .collect()
}

/// A header that occurs at most once.
pub(super) fn single<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}
