//! Why a signature is refused, and the published code for it.

use axum::http::StatusCode;

use crate::error::ApiError;

/// Why a signature is refused. The status is 403 for REST services; JSON RPC services answer 400.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The request carries no signature.
    #[error("The request is not signed.")]
    Missing,
    /// Parts of the signature are missing or malformed.
    #[error("The signature is not complete: {0}.")]
    Incomplete(String),
    /// Signed with an algorithm or a payload form that is not supported.
    #[error("{0} is not supported.")]
    Unsupported(String),
    /// No such access key, or the session token is not the key's.
    #[error("The access key or session token of the request is not valid.")]
    UnknownKey,
    /// The temporary key has ended.
    #[error("The session token of the request has expired.")]
    ExpiredToken,
    /// The signature is too old: its date, the earliest date allowed, and now.
    #[error("Signature expired: {0} is now earlier than {1} ({2}).")]
    Expired(String, String, String),
    /// The signature is from the future: its date, the latest date allowed, and now.
    #[error("Signature not yet current: {0} is still later than {1} ({2}).")]
    NotYetCurrent(String, String, String),
    /// The credential scope is of another day, region or service.
    #[error("The credential scope does not fit the request: {0}.")]
    Scope(String),
    /// The body is not the one that was signed.
    #[error("The hash of the body is not the one in x-amz-content-sha256.")]
    Payload,
    /// The signature is not the one that the key gives.
    #[error("The signature of the request is not the one calculated for it. Check the secret access key.")]
    Mismatch,
}

impl From<SignatureError> for ApiError {
    fn from(error: SignatureError) -> Self {
        let (status, code) = match &error {
            SignatureError::Missing => (StatusCode::FORBIDDEN, "MissingAuthenticationTokenException"),
            SignatureError::Incomplete(_) => (StatusCode::FORBIDDEN, "IncompleteSignatureException"),
            SignatureError::Unsupported(_) => (StatusCode::NOT_IMPLEMENTED, "NotImplementedException"),
            SignatureError::UnknownKey => (StatusCode::FORBIDDEN, "UnrecognizedClientException"),
            SignatureError::ExpiredToken => (StatusCode::FORBIDDEN, "ExpiredTokenException"),
            SignatureError::Expired(..)
            | SignatureError::NotYetCurrent(..)
            | SignatureError::Scope(_)
            | SignatureError::Payload
            | SignatureError::Mismatch => (StatusCode::FORBIDDEN, "InvalidSignatureException"),
        };
        ApiError::new(status, code, error.to_string())
    }
}
