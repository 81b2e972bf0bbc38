//! What a provider says of itself (OpenID Connect Discovery 1.0 §4).

use reqwest::Url;
use serde::Deserialize;

use super::{IdentityError, is_secure, unusable};

const WHAT: &str = "description";

/// The parts of a provider's description that a sign-in needs.
#[derive(Clone, Debug)]
pub(super) struct Metadata {
    /// Where customers sign in.
    pub authorization_endpoint: Url,
    /// Where codes are exchanged.
    pub token_endpoint: Url,
    /// Where its public keys are.
    pub jwks_uri: Url,
    /// Whether a client's secret goes into a header, else into the form.
    pub secret_in_header: bool,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

/// Where an issuer describes itself.
pub(super) fn address(issuer: &str) -> Result<Url, IdentityError> {
    let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    Url::parse(&address)
        .ok()
        .filter(is_secure)
        .ok_or_else(|| unusable("issuer", "is not an https:// address"))
}

impl Metadata {
    /// Reads the description of `issuer`.
    pub(super) fn read(body: &[u8], issuer: &str) -> Result<Self, IdentityError> {
        let document: Document =
            serde_json::from_slice(body).map_err(|_| unusable(WHAT, "is not what it should be"))?;
        if document.issuer != issuer {
            return Err(unusable(WHAT, "is that of another issuer"));
        }
        let endpoint = |address: &str| {
            let address = Url::parse(address).ok().filter(is_secure);
            address.ok_or_else(|| unusable(WHAT, "names an address without TLS"))
        };
        let methods = document.token_endpoint_auth_methods_supported;
        Ok(Self {
            authorization_endpoint: endpoint(&document.authorization_endpoint)?,
            token_endpoint: endpoint(&document.token_endpoint)?,
            jwks_uri: endpoint(&document.jwks_uri)?,
            // The default where nothing is said.
            secret_in_header: methods
                .is_none_or(|methods| methods.iter().any(|method| method == "client_secret_basic")),
        })
    }
}
