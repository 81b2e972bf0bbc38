//! Fetching the file of a prompt from an address.

use std::time::Duration;

use functions::Reach;
use reqwest::Url;

use super::{FILE_BYTES, PromptError};

/// How long a file may take.
const WITHIN: Duration = Duration::from_secs(60);
const NOT_THERE: &str = "prompts may not be fetched from this address; see the setting prompts.fetch";

/// Fetches files as far as prompts may reach.
pub(super) struct Fetcher {
    reach: Reach,
    client: reqwest::Client,
}

impl Fetcher {
    pub fn new(reach: Reach) -> Self {
        let client = functions::guarded(reach).no_proxy().build().expect("these settings make a client");
        Self { reach, client }
    }

    /// The bytes of the file.
    pub async fn fetch(&self, address: &str) -> Result<Vec<u8>, PromptError> {
        let url = Url::parse(address).map_err(|_| PromptError::Address)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(PromptError::Address);
        }
        functions::check(self.reach, &url).map_err(|_| PromptError::Fetch(NOT_THERE.to_owned()))?;
        let work = tokio::time::timeout(WITHIN, self.read(url)).await;
        work.unwrap_or_else(|_| Err(PromptError::Fetch("it did not arrive in time".to_owned())))
    }

    async fn read(&self, url: Url) -> Result<Vec<u8>, PromptError> {
        let failed = |error: reqwest::Error| PromptError::Fetch(cause(&error));
        let mut answer = self.client.get(url).send().await.map_err(failed)?;
        let status = answer.status();
        if status.is_redirection() {
            return Err(PromptError::Fetch("the address leads on to another one; give that one".to_owned()));
        }
        if !status.is_success() {
            return Err(PromptError::Fetch(format!("the address answers {}", status.as_u16())));
        }
        if answer.content_length().is_some_and(|length| length >= FILE_BYTES as u64) {
            return Err(PromptError::TooLarge);
        }
        let mut bytes = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(failed)? {
            if bytes.len() + part.len() >= FILE_BYTES {
                return Err(PromptError::TooLarge);
            }
            bytes.extend_from_slice(&part);
        }
        Ok(bytes)
    }
}

/// The cause below all causes; never the address, which may carry a signature.
fn cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(below) = cause.source() {
        cause = below;
    }
    match cause.downcast_ref::<reqwest::Error>() {
        Some(_) => "the call failed".to_owned(),
        None if cause.to_string() == functions::NOT_ALLOWED => NOT_THERE.to_owned(),
        None => cause.to_string(),
    }
}
