//! OpenID Connect: the identity providers at which customers sign in during a chat.
//!
//! Authorization code flow with PKCE and a nonce. What a sign-in is for and how it goes on is decided in `contacts`;
//! here the provider is found, its address is made, and the code a customer came back with becomes an identity.

mod discovery;
mod id_token;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use contacts::authentication::{AuthorizationRequest, Confidential, Identity, ProviderName};
use parking_lot::Mutex;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use serde::Deserialize;

use discovery::Metadata;

/// Time for one answer of a provider.
const ANSWER_WITHIN: Duration = Duration::from_secs(8);
/// Largest answer of a provider, in bytes.
const ANSWER_BYTES: usize = 256 * 1024;
/// How long a provider's description is believed.
const DESCRIPTION_FOR: Duration = Duration::from_secs(600);
/// Longest address of a sign-in, as published.
const ADDRESS_CHARACTERS: usize = 2083;
/// What is asked for where the configuration names nothing else.
pub const DEFAULT_SCOPE: &str = "openid profile";

/// An identity provider, as configured.
#[derive(Clone, Debug)]
pub struct IdentityProvider {
    /// ARN of the user pool by which flows name it.
    pub user_pool_arn: String,
    /// Client id, in flows and at the provider.
    pub client_id: String,
    /// Secret of the client; none for public clients.
    pub client_secret: Option<Confidential>,
    /// Issuer: the address below which the provider describes itself.
    pub issuer: String,
    /// Scopes asked for, with spaces between them; `openid` among them.
    pub scope: String,
}

impl IdentityProvider {
    /// What is wrong with the configuration, if anything is: the key and the reason.
    pub fn problem(&self) -> Option<(&'static str, &'static str)> {
        if self.user_pool_arn.is_empty() {
            return Some(("user_pool_arn", "is missing"));
        }
        if self.client_id.is_empty() {
            return Some(("client_id", "is missing"));
        }
        if !Url::parse(&self.issuer).is_ok_and(|issuer| is_secure(&issuer)) {
            return Some(("issuer", "must be an https:// address, or http:// on the loopback interface"));
        }
        if !self.scope.split(' ').any(|scope| scope == "openid") {
            return Some(("scope", "must hold openid"));
        }
        None
    }
}

/// Why a provider could not do its part. No text holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// The configuration has no such provider.
    #[error("no identity provider is configured for this user pool and client")]
    Unknown,
    /// It did not answer, or not in time.
    #[error("the identity provider does not answer: {0}")]
    Unreachable(String),
    /// It answered with an error.
    #[error("the identity provider refused: {0}")]
    Refused(String),
    /// Its answer cannot be used.
    #[error("the identity provider's {what} {reason}")]
    Unusable {
        /// Which answer.
        what: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The address of the sign-in would be too long.
    #[error("the address of the sign-in would have more than {ADDRESS_CHARACTERS} characters")]
    TooLong,
}

fn unusable(what: &'static str, reason: &'static str) -> IdentityError {
    IdentityError::Unusable { what, reason }
}

/// The configured identity providers and what they say of themselves.
pub struct IdentityProviders {
    providers: Vec<IdentityProvider>,
    http: Client,
    described: Mutex<HashMap<String, (Instant, Metadata)>>,
}

impl IdentityProviders {
    /// Around these providers.
    pub fn new(providers: Vec<IdentityProvider>) -> Self {
        // Redirects could lead a secret elsewhere, and no part of the protocol needs them.
        let client = Client::builder().timeout(ANSWER_WITHIN).redirect(Policy::none()).build();
        let http = client.expect("these settings make a client");
        Self { providers, http, described: Mutex::default() }
    }

    /// Whether the provider is configured and describes itself.
    pub async fn find(&self, name: &ProviderName) -> Result<(), IdentityError> {
        self.metadata(self.provider(name)?).await.map(drop)
    }

    /// The address at which the customer signs in.
    pub async fn address(
        &self,
        name: &ProviderName,
        request: &AuthorizationRequest,
    ) -> Result<String, IdentityError> {
        let provider = self.provider(name)?;
        let metadata = self.metadata(provider).await?;
        let challenge = digest::digest(&digest::SHA256, request.verifier.0.as_bytes());
        let mut address = metadata.authorization_endpoint;
        address.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &provider.client_id),
            ("redirect_uri", &request.redirect_uri),
            ("scope", &provider.scope),
            ("state", &request.state.0),
            ("nonce", &request.nonce.0),
            ("code_challenge", &URL_SAFE_NO_PAD.encode(challenge)),
            ("code_challenge_method", "S256"),
        ]);
        let address = String::from(address);
        if address.len() > ADDRESS_CHARACTERS { Err(IdentityError::TooLong) } else { Ok(address) }
    }

    /// Whom a code stands for.
    pub async fn identify(
        &self,
        name: &ProviderName,
        request: &AuthorizationRequest,
        code: &Confidential,
    ) -> Result<Identity, IdentityError> {
        let provider = self.provider(name)?;
        let metadata = self.metadata(provider).await?;
        let id_token = self.exchange(provider, &metadata, request, code).await?;
        let keys = self.get(metadata.jwks_uri, "list of keys").await?;
        id_token::check(&id_token, &keys, provider, &request.nonce)
    }

    fn provider(&self, name: &ProviderName) -> Result<&IdentityProvider, IdentityError> {
        let named = |provider: &&IdentityProvider| {
            provider.user_pool_arn == name.user_pool_arn && provider.client_id == name.client_id
        };
        self.providers.iter().find(named).ok_or(IdentityError::Unknown)
    }

    async fn metadata(&self, provider: &IdentityProvider) -> Result<Metadata, IdentityError> {
        if let Some((at, known)) = self.described.lock().get(&provider.issuer)
            && at.elapsed() < DESCRIPTION_FOR
        {
            return Ok(known.clone());
        }
        let body = self.get(discovery::address(&provider.issuer)?, "description").await?;
        let metadata = Metadata::read(&body, &provider.issuer)?;
        self.described.lock().insert(provider.issuer.clone(), (Instant::now(), metadata.clone()));
        Ok(metadata)
    }

    /// Exchanges a code for an ID token (RFC 6749 §4.1.3).
    async fn exchange(
        &self,
        provider: &IdentityProvider,
        metadata: &Metadata,
        request: &AuthorizationRequest,
        code: &Confidential,
    ) -> Result<String, IdentityError> {
        #[derive(Deserialize)]
        struct Tokens {
            id_token: String,
        }
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code.0.as_str()),
            ("redirect_uri", request.redirect_uri.as_str()),
            ("code_verifier", request.verifier.0.as_str()),
        ];
        let mut post = self.http.post(metadata.token_endpoint.clone());
        match &provider.client_secret {
            Some(secret) if metadata.secret_in_header => {
                let pair = format!("{}:{}", form_encoded(&provider.client_id), form_encoded(&secret.0));
                post = post.header("authorization", format!("Basic {}", STANDARD.encode(pair)));
            }
            Some(secret) => {
                form.push(("client_id", &provider.client_id));
                form.push(("client_secret", &secret.0));
            }
            None => form.push(("client_id", &provider.client_id)),
        }
        let answer = post.form(&form).send().await.map_err(unreachable)?;
        let status = answer.status();
        let body = read(answer, "answer to the code").await?;
        if !status.is_success() {
            return Err(IdentityError::Refused(refusal(&body, status.as_u16())));
        }
        serde_json::from_slice::<Tokens>(&body)
            .map(|tokens| tokens.id_token)
            .map_err(|_| unusable("answer to the code", "holds no ID token"))
    }

    async fn get(&self, address: Url, what: &'static str) -> Result<Vec<u8>, IdentityError> {
        let answer = self.http.get(address).send().await.map_err(unreachable)?;
        if !answer.status().is_success() {
            return Err(IdentityError::Refused(format!("status {}", answer.status().as_u16())));
        }
        read(answer, what).await
    }
}

/// Where customers may be sent back to: an absolute http(s) address without a fragment (RFC 6749 §3.1.2).
pub fn is_redirect_uri(text: &str) -> bool {
    Url::parse(text).is_ok_and(|address| {
        matches!(address.scheme(), "http" | "https")
            && address.fragment().is_none()
            && address.username().is_empty()
            && address.password().is_none()
    })
}

/// Secrets travel with TLS, or not outside of the machine.
fn is_secure(address: &Url) -> bool {
    let loopback = |host: &str| {
        let number = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        host == "localhost" || number.is_ok_and(|address| address.is_loopback())
    };
    match address.scheme() {
        "https" => true,
        "http" => address.host_str().is_some_and(loopback),
        _ => false,
    }
}

/// Reads an answer as far as it may go.
async fn read(mut answer: Response, what: &'static str) -> Result<Vec<u8>, IdentityError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > ANSWER_BYTES {
            return Err(unusable(what, "is too large"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn unreachable(error: reqwest::Error) -> IdentityError {
    let reason = if error.is_timeout() {
        "it takes too long"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the exchange was cut"
    };
    IdentityError::Unreachable(reason.to_owned())
}

/// The provider's own error code, which is one of a few words, or the status.
fn refusal(body: &[u8], status: u16) -> String {
    #[derive(Deserialize)]
    struct Refusal {
        error: String,
    }
    let word = |text: &String| text.len() <= 40 && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    serde_json::from_slice::<Refusal>(body)
        .ok()
        .map(|refusal| refusal.error)
        .filter(word)
        .unwrap_or_else(|| format!("status {status}"))
}

/// A text as a form prints it.
fn form_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => {
                encoded.push(char::from(byte));
            }
            b' ' => encoded.push('+'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
