//! Checks ID tokens: signature, issuer, audience, time and nonce (OpenID Connect Core 1.0 §3.1.3.7).

use contacts::authentication::{Confidential, Identity};
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::Value;

use super::{IdentityError, IdentityProvider, unusable};

const WHAT: &str = "ID token";
/// Longest id of a customer, in bytes, as the protocol has it.
const SUBJECT_BYTES: usize = 255;
/// How far the clocks may be apart, in seconds.
const LEEWAY: u64 = 60;

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    azp: Option<String>,
    #[serde(default)]
    given_name: Option<String>,
}

/// The identity that a token proves, by the provider's `keys` (a JSON Web Key Set).
pub(super) fn check(
    token: &str,
    keys: &[u8],
    provider: &IdentityProvider,
    nonce: &Confidential,
) -> Result<Identity, IdentityError> {
    let header = decode_header(token).map_err(|_| unusable(WHAT, "cannot be read"))?;
    if !is_asymmetric(header.alg) {
        return Err(unusable(WHAT, "is signed in a way that proves nothing"));
    }
    let key = key(keys, header.kid.as_deref(), header.alg)?;
    let mut validation = Validation::new(header.alg);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.set_issuer(&[&provider.issuer]);
    validation.set_audience(&[&provider.client_id]);
    validation.validate_nbf = true;
    validation.leeway = LEEWAY;
    let claims = decode::<Claims>(token, &key, &validation).map_err(|error| refused(&error))?.claims;
    if claims.azp.is_some_and(|party| party != provider.client_id) {
        return Err(unusable(WHAT, "is meant for somebody else"));
    }
    let same = |said: &String| {
        aws_lc_rs::constant_time::verify_slices_are_equal(said.as_bytes(), nonce.0.as_bytes()).is_ok()
    };
    if !claims.nonce.as_ref().is_some_and(same) {
        return Err(unusable(WHAT, "belongs to another sign-in"));
    }
    if claims.sub.is_empty() || claims.sub.len() > SUBJECT_BYTES {
        return Err(unusable(WHAT, "names nobody"));
    }
    Ok(Identity { issuer: claims.iss, subject: claims.sub, given_name: claims.given_name })
}

/// Only who has the provider's private key can sign so.
fn is_asymmetric(algorithm: Algorithm) -> bool {
    !matches!(algorithm, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512)
}

/// The key that a token says it is signed with: by its id, else the only one that fits.
fn key(keys: &[u8], id: Option<&str>, algorithm: Algorithm) -> Result<DecodingKey, IdentityError> {
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<Value>,
    }
    let set: Set =
        serde_json::from_slice(keys).map_err(|_| unusable("list of keys", "is not what it should be"))?;
    // A key of a kind we do not know is none that we need.
    let known = set.keys.into_iter().filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
    let mut fitting = known.filter(|key| {
        let named = id.is_none_or(|id| key.common.key_id.as_deref() == Some(id));
        named && fits(key, algorithm)
    });
    let missing = || unusable(WHAT, "is signed with a key that is not the provider's");
    let key = fitting.next().ok_or_else(missing)?;
    if id.is_none() && fitting.next().is_some() {
        return Err(missing());
    }
    DecodingKey::from_jwk(&key).map_err(|_| missing())
}

fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    use Algorithm::*;
    let for_signatures = matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let said = key.common.key_algorithm.is_none_or(|said| said.to_string() == format!("{algorithm:?}"));
    let kind = match &key.algorithm {
        AlgorithmParameters::RSA(_) => matches!(algorithm, RS256 | RS384 | RS512 | PS256 | PS384 | PS512),
        AlgorithmParameters::EllipticCurve(_) => matches!(algorithm, ES256 | ES384),
        AlgorithmParameters::OctetKeyPair(_) => algorithm == EdDSA,
        _ => false,
    };
    for_signatures && said && kind
}

fn refused(error: &jsonwebtoken::errors::Error) -> IdentityError {
    use jsonwebtoken::errors::ErrorKind;
    let reason = match error.kind() {
        ErrorKind::InvalidSignature => "is not signed by the provider",
        ErrorKind::ExpiredSignature => "has expired",
        ErrorKind::ImmatureSignature => "is not valid yet",
        ErrorKind::InvalidIssuer => "is of another issuer",
        ErrorKind::InvalidAudience => "is meant for somebody else",
        ErrorKind::MissingRequiredClaim(_) => "lacks a claim",
        _ => "cannot be used",
    };
    unusable(WHAT, reason)
}
