//! Checking the signature of a request.

use std::borrow::Cow;

use axum::http::header::AUTHORIZATION;
use model::Timestamp;

use super::canonical::{Scope, canonical_request, sha256_hex, signature, single};
use super::derived::DerivedKeys;
use super::error::SignatureError;
use super::{
    ALGORITHM, CLOCK_SKEW, KeyStore, LONGEST_PRESIGNED, Payload, SignedRequest, StoredKey, basic_iso,
};
use crate::input::query_pairs;
use crate::principal::KeyHolder;

/// Checks signatures against the keys of a store.
pub struct Verifier<K> {
    keys: K,
    derived: DerivedKeys,
    regions: Vec<String>,
}

impl<K: KeyStore> Verifier<K> {
    /// A verifier that accepts every region in credential scopes.
    pub fn new(keys: K) -> Self {
        Self { keys, derived: DerivedKeys::default(), regions: Vec::new() }
    }

    /// Accepts only these regions in credential scopes.
    pub fn regions(mut self, regions: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.regions = regions.into_iter().map(Into::into).collect();
        self
    }

    /// The holder of the key that signed `request` for `service` (its signing name), at the time `now`.
    pub fn verify(
        &self,
        request: &SignedRequest<'_>,
        service: &str,
        now: Timestamp,
    ) -> Result<KeyHolder, SignatureError> {
        let claim = Claim::read(request)?;
        let (access_key_id, scope) = claim.credential()?;
        self.check_scope(&claim, &scope, service)?;
        claim.check_date(&scope, now)?;
        claim.check_signed_headers(request)?;
        let payload_hash = claim.payload_hash(request, service)?;
        let stored = self.keys.secret(access_key_id).ok_or(SignatureError::UnknownKey)?;
        check_token(&stored, claim.token.as_deref(), now)?;

        let signed: Vec<&str> = claim.signed_headers.split(';').collect();
        let canonical = canonical_request(request, service, &signed, &payload_hash)
            .ok_or_else(|| incomplete("a signed header is not in the request"))?;
        let key = self.derived.get(access_key_id, &stored.secret, &scope);
        let expected = signature(&key, &claim.date, &scope, &canonical);
        let given = claim.signature.as_bytes();
        if aws_lc_rs::constant_time::verify_slices_are_equal(expected.as_bytes(), given).is_err() {
            return Err(SignatureError::Mismatch);
        }
        self.derived.keep(access_key_id, &stored.secret, &scope, key);
        Ok(stored.holder)
    }

    fn check_scope(&self, claim: &Claim<'_>, scope: &Scope<'_>, service: &str) -> Result<(), SignatureError> {
        if !claim.date.starts_with(scope.day) {
            let day = claim.date.get(..8).unwrap_or_default();
            return Err(SignatureError::Scope(format!(
                "its day {} is not the day of the date, {day}",
                scope.day
            )));
        }
        if scope.service != service {
            return Err(SignatureError::Scope(format!("the service must be '{service}'")));
        }
        if !self.regions.is_empty() && !self.regions.iter().any(|region| region == scope.region) {
            return Err(SignatureError::Scope(format!("the region must be {}", self.regions.join(" or "))));
        }
        Ok(())
    }
}

/// What a request says about its signature.
struct Claim<'a> {
    credential: Cow<'a, str>,
    signed_headers: Cow<'a, str>,
    signature: Cow<'a, str>,
    /// `20260131T093000Z`, or the text of a `Date` header turned into it.
    date: String,
    token: Option<Cow<'a, str>>,
    /// Seconds of validity of the presigned form; none = header form.
    expires: Option<u32>,
    /// The header that gave the date.
    date_header: Option<&'static str>,
}

impl<'a> Claim<'a> {
    fn read(request: &SignedRequest<'a>) -> Result<Self, SignatureError> {
        let in_query = request.query.split('&').any(|pair| pair.starts_with("X-Amz-Algorithm="))
            || request.query.split('&').any(|pair| pair.starts_with("X-Amz-Signature="));
        match (request.headers.get(AUTHORIZATION), in_query) {
            (None, false) => Err(SignatureError::Missing),
            (None, true) => Self::from_query(request),
            (Some(value), false) => {
                let value = value.to_str().map_err(|_| incomplete("Authorization is not ASCII"))?;
                Self::from_header(value, request)
            }
            (Some(_), true) => Err(incomplete("the request is signed both in a header and in the query")),
        }
    }

    fn from_header(value: &'a str, request: &SignedRequest<'a>) -> Result<Self, SignatureError> {
        if request.headers.get_all(AUTHORIZATION).iter().count() > 1 {
            return Err(incomplete("Authorization is given more than once"));
        }
        let (algorithm, rest) = value.trim().split_once(' ').unwrap_or((value, ""));
        check_algorithm(algorithm)?;
        let part = |name: &str| {
            let mut found =
                rest.split(',').filter_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='));
            match (found.next(), found.next()) {
                (Some(value), None) if !value.is_empty() => Ok(Cow::Borrowed(value)),
                _ => Err(incomplete(format!("Authorization needs one '{name}'"))),
            }
        };
        let (date, date_header) = header_date(request)?;
        Ok(Self {
            credential: part("Credential")?,
            signed_headers: part("SignedHeaders")?,
            signature: part("Signature")?,
            date,
            token: single(request.headers, "x-amz-security-token").map(Cow::Borrowed),
            expires: None,
            date_header: Some(date_header),
        })
    }

    fn from_query(request: &SignedRequest<'a>) -> Result<Self, SignatureError> {
        let pairs = query_pairs(request.query).map_err(|_| incomplete("the query is not UTF-8"))?;
        let optional = |name: &str| {
            let mut found = pairs.iter().filter(|(key, _)| key == name);
            match (found.next(), found.next()) {
                (Some((_, value)), None) => Ok(Some(value.clone())),
                (None, None) => Ok(None),
                _ => Err(incomplete(format!("the query has more than one '{name}'"))),
            }
        };
        let part = |name: &str| {
            optional(name)?
                .filter(|value| !value.is_empty())
                .ok_or_else(|| incomplete(format!("the query needs '{name}'")))
        };
        check_algorithm(&part("X-Amz-Algorithm")?)?;
        let expires = part("X-Amz-Expires")?
            .parse::<u32>()
            .ok()
            .filter(|seconds| (1..=LONGEST_PRESIGNED).contains(seconds))
            .ok_or_else(|| {
                incomplete(format!("X-Amz-Expires must be from 1 to {LONGEST_PRESIGNED} seconds"))
            })?;
        Ok(Self {
            credential: part("X-Amz-Credential")?.into(),
            signed_headers: part("X-Amz-SignedHeaders")?.into(),
            signature: part("X-Amz-Signature")?.into(),
            date: part("X-Amz-Date")?,
            token: optional("X-Amz-Security-Token")?.map(Cow::Owned),
            expires: Some(expires),
            date_header: None,
        })
    }

    /// The access key id and the scope.
    fn credential(&self) -> Result<(&str, Scope<'_>), SignatureError> {
        let mut parts = self.credential.rsplitn(5, '/');
        let end = parts.next();
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(service), Some(region), Some(day), Some(id))
                if end == Some("aws4_request") && !id.is_empty() =>
            {
                Ok((id, Scope { day, region, service }))
            }
            _ => Err(incomplete("the credential must be <key>/<day>/<region>/<service>/aws4_request")),
        }
    }

    fn check_date(&self, scope: &Scope<'_>, now: Timestamp) -> Result<(), SignatureError> {
        let date = parse_basic_iso(&self.date).filter(|_| scope.day.len() == 8);
        let date = date.ok_or_else(|| incomplete("the date must look like 20260131T093000Z"))?;
        let life = self.expires.map_or(CLOCK_SKEW, |seconds| i64::from(seconds) * 1000);
        let name = |shift: i64| basic_iso(now + shift);
        if now.since(date) > life {
            let life = life / 1000;
            let note = if life % 60 == 0 { format!("{} min.", life / 60) } else { format!("{life} s") };
            let earliest = name(-(life * 1000));
            return Err(SignatureError::Expired(
                self.date.clone(),
                earliest,
                format!("{} - {note}", name(0)),
            ));
        }
        if date.since(now) > CLOCK_SKEW {
            let note = format!("{} + {} min.", name(0), CLOCK_SKEW / 60_000);
            return Err(SignatureError::NotYetCurrent(self.date.clone(), name(CLOCK_SKEW), note));
        }
        Ok(())
    }

    /// The headers that a signature must cover: host, the date it relies on, and what chooses the operation or the key.
    fn check_signed_headers(&self, request: &SignedRequest<'_>) -> Result<(), SignatureError> {
        let present = |name: &'static str| request.headers.contains_key(name).then_some(name);
        let token = if self.expires.is_none() { present("x-amz-security-token") } else { None };
        for needed in [Some("host"), self.date_header, present("x-amz-target"), token].into_iter().flatten() {
            if !self.signed_headers.split(';').any(|name| name == needed) {
                return Err(incomplete(format!("'{needed}' must be a signed header")));
            }
        }
        if self.signed_headers.split(';').any(|name| name.is_empty() || name.contains(char::is_uppercase)) {
            return Err(incomplete("signed headers must be lower case and separated by one ';'"));
        }
        Ok(())
    }

    fn payload_hash(&self, request: &SignedRequest<'_>, service: &str) -> Result<String, SignatureError> {
        const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
        let declared = single(request.headers, "x-amz-content-sha256");
        match (declared, request.payload) {
            (Some(UNSIGNED), _) => Ok(UNSIGNED.to_owned()),
            (Some(form), _) if form.starts_with("STREAMING-") => {
                Err(SignatureError::Unsupported(format!("The payload form {form}")))
            }
            (None, _) if self.expires.is_some() && service == "s3" => Ok(UNSIGNED.to_owned()),
            (_, Payload::Unread) => {
                Err(SignatureError::Unsupported("A signed payload on this path".to_owned()))
            }
            (Some(hash), Payload::Whole(body)) => {
                let actual = sha256_hex(body);
                if hash == actual { Ok(actual) } else { Err(SignatureError::Payload) }
            }
            (None, Payload::Whole(body)) => Ok(sha256_hex(body)),
        }
    }
}

fn incomplete(text: impl Into<String>) -> SignatureError {
    SignatureError::Incomplete(text.into())
}

fn check_algorithm(algorithm: &str) -> Result<(), SignatureError> {
    match algorithm {
        ALGORITHM => Ok(()),
        // The name is repeated only where it is one: anything else may be a password.
        other if other.starts_with("AWS4-") && other.len() <= 40 => {
            Err(SignatureError::Unsupported(format!("The algorithm {other}")))
        }
        _ => Err(incomplete(format!("the algorithm must be {ALGORITHM}"))),
    }
}

fn check_token(stored: &StoredKey, token: Option<&str>, now: Timestamp) -> Result<(), SignatureError> {
    match (&stored.session_token, token) {
        (None, None) => {}
        (Some(expected), Some(token)) if expected.matches(token) => {}
        _ => return Err(SignatureError::UnknownKey),
    }
    if stored.expires.is_some_and(|end| end <= now) {
        return Err(SignatureError::ExpiredToken);
    }
    Ok(())
}

/// The date of the header form: `X-Amz-Date`, else `Date`, as `20260131T093000Z`.
fn header_date(request: &SignedRequest<'_>) -> Result<(String, &'static str), SignatureError> {
    if let Some(date) = single(request.headers, "x-amz-date") {
        return Ok((date.to_owned(), "x-amz-date"));
    }
    let date = single(request.headers, "date")
        .ok_or_else(|| incomplete("the request needs the header 'X-Amz-Date' or 'Date'"))?;
    if parse_basic_iso(date).is_some() {
        return Ok((date.to_owned(), "date"));
    }
    let since = httpdate::parse_http_date(date)
        .ok()
        .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
        .and_then(|since| i64::try_from(since.as_secs()).ok());
    let seconds = since.ok_or_else(|| incomplete("the header 'Date' is not a date"))?;
    Ok((basic_iso(Timestamp::from_secs(seconds)), "date"))
}

/// Reads `20260131T093000Z`.
fn parse_basic_iso(text: &str) -> Option<Timestamp> {
    let digits = |range: std::ops::Range<usize>| {
        text.get(range).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    if text.len() != 16 || text.get(8..9)? != "T" || text.get(15..)? != "Z" {
        return None;
    }
    Timestamp::parse_iso(&format!(
        "{}-{}-{}T{}:{}:{}Z",
        digits(0..4)?,
        digits(4..6)?,
        digits(6..8)?,
        digits(9..11)?,
        digits(11..13)?,
        digits(13..15)?
    ))
}
