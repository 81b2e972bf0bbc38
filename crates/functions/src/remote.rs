//! Functions elsewhere: behind the published invoke API, as local runtimes serve it, or at a plain HTTP address.

use std::time::{Duration, Instant};

use model::FunctionName;
use reqwest::{Response, StatusCode};

use crate::InvokeError;
use crate::fetch::innermost;
use crate::sandbox::{Fault, Line, Report};

const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// Calls functions elsewhere.
#[derive(Clone)]
pub(crate) struct Remote {
    http: reqwest::Client,
}

impl Remote {
    pub fn new() -> Result<Self, reqwest::Error> {
        let redirect = reqwest::redirect::Policy::none();
        Ok(Self {
            http: reqwest::Client::builder().connect_timeout(CONNECT_WITHIN).redirect(redirect).build()?,
        })
    }

    /// Calls a function by its name at a base address that speaks the invoke API.
    pub async fn invoke(
        &self,
        base: &str,
        name: &FunctionName,
        event: &str,
        time: Duration,
        most: usize,
    ) -> Result<Report, InvokeError> {
        let address = format!("{}/2015-03-31/functions/{name}/invocations", base.trim_end_matches('/'));
        self.ask(&address, event, time, most, true).await
    }

    /// Calls a plain HTTP address: it gets the event and answers with the result.
    pub async fn post(
        &self,
        address: &str,
        event: &str,
        time: Duration,
        most: usize,
    ) -> Result<Report, InvokeError> {
        self.ask(address, event, time, most, false).await
    }

    async fn ask(
        &self,
        address: &str,
        event: &str,
        time: Duration,
        most: usize,
        invoke: bool,
    ) -> Result<Report, InvokeError> {
        let begun = Instant::now();
        let asked = async {
            let mut request = self.http.post(address).header("content-type", "application/json");
            if invoke {
                request = request
                    .header("x-amz-invocation-type", "RequestResponse")
                    .header("x-amz-log-type", "Tail");
            }
            let mut answer = request
                .body(event.to_owned())
                .send()
                .await
                .map_err(|error| InvokeError::Unreachable(innermost(&error)))?;
            let status = answer.status();
            if status == StatusCode::TOO_MANY_REQUESTS {
                return Err(InvokeError::Throttled);
            }
            if status == StatusCode::NOT_FOUND && invoke {
                return Err(InvokeError::Missing(address.to_owned()));
            }
            if status.is_server_error() {
                return Err(InvokeError::Service(format!("status {}", status.as_u16())));
            }
            if !status.is_success() {
                return Err(InvokeError::Refused(format!("status {}", status.as_u16())));
            }
            let failed = answer.headers().contains_key("x-amz-function-error");
            let lines = tail(&answer);
            let body = read(&mut answer, most).await?;
            let outcome = match body {
                None => Err(Fault::new(
                    "Function.ResponseSizeTooLarge",
                    format!("the answer has more than {most} bytes"),
                )),
                Some(text) if failed => Err(fault(&text)),
                Some(text) => Ok(text),
            };
            Ok(Report { outcome, lines, took: begun.elapsed() })
        };
        tokio::time::timeout(time, asked).await.unwrap_or(Err(InvokeError::TimeLimit))
    }
}

/// The text of the body; none = it is too long.
async fn read(answer: &mut Response, most: usize) -> Result<Option<String>, InvokeError> {
    let mut body = Vec::new();
    while let Some(part) =
        answer.chunk().await.map_err(|error| InvokeError::Unreachable(innermost(&error)))?
    {
        if body.len() + part.len() > most {
            return Ok(None);
        }
        body.extend_from_slice(&part);
    }
    String::from_utf8(body).map(Some).map_err(|_| InvokeError::Refused("the answer is not UTF-8".to_owned()))
}

/// The end of the log, where the runtime sends it.
fn tail(answer: &Response) -> Vec<Line> {
    use base64::Engine;
    let header = answer.headers().get("x-amz-log-result").map(|value| value.as_bytes()).unwrap_or_default();
    let bytes = base64::engine::general_purpose::STANDARD.decode(header).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let own = |line: &&str| {
        !["START RequestId", "END RequestId", "REPORT RequestId"].iter().any(|word| line.starts_with(word))
    };
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .filter(own)
        .map(|line| Line { level: "INFO".to_owned(), text: line.to_owned() })
        .collect()
}

fn fault(text: &str) -> Fault {
    let told: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let member = |name: &str| told[name].as_str().map(str::to_owned);
    Fault::new(
        member("errorType").as_deref().unwrap_or("Error"),
        member("errorMessage").unwrap_or_else(|| text.chars().take(4_000).collect()),
    )
}
