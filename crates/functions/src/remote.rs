//! Functions elsewhere: behind the published invoke API, as local runtimes serve it, or at a plain HTTP address.

use std::time::{Duration, Instant};

use model::FunctionName;
use reqwest::{Response, StatusCode};

use crate::InvokeError;
use crate::fetch::{Reach, check, guarded, innermost};
use crate::sandbox::{Fault, Line, Report};

const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// Calls functions elsewhere.
#[derive(Clone)]
pub(crate) struct Remote {
    /// For the servers that the configuration names.
    http: reqwest::Client,
    /// For addresses in flows, whose authors are not the operators of this machine.
    typed: reqwest::Client,
}

impl Remote {
    pub fn new() -> Result<Self, reqwest::Error> {
        let redirect = reqwest::redirect::Policy::none();
        Ok(Self {
            http: reqwest::Client::builder().connect_timeout(CONNECT_WITHIN).redirect(redirect).build()?,
            typed: guarded(Reach::Local).build()?,
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
        self.ask(&address, event, time, most, Some(name)).await
    }

    /// Calls a plain HTTP address: it gets the event and answers with the result.
    pub async fn post(
        &self,
        address: &str,
        event: &str,
        time: Duration,
        most: usize,
    ) -> Result<Report, InvokeError> {
        let url =
            reqwest::Url::parse(address).map_err(|_| InvokeError::Unreachable("no address".to_owned()))?;
        check(Reach::Local, &url).map_err(InvokeError::Unreachable)?;
        self.ask(address, event, time, most, None).await
    }

    async fn ask(
        &self,
        address: &str,
        event: &str,
        time: Duration,
        most: usize,
        invoked: Option<&FunctionName>,
    ) -> Result<Report, InvokeError> {
        let begun = Instant::now();
        let asked = async {
            let http = if invoked.is_some() { &self.http } else { &self.typed };
            let mut request = http.post(address).header("content-type", "application/json");
            if invoked.is_some() {
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
            if let Some(name) = invoked.filter(|_| status == StatusCode::NOT_FOUND) {
                // Not the address: it may hold what is secret.
                return Err(InvokeError::Missing(name.to_string()));
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

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    const TIME: Duration = Duration::from_secs(5);

    /// A server that gives every request this answer; its address.
    fn answering(answer: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("listens");
        let address = listener.local_addr().expect("an address");
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                let _ = stream.read(&mut [0; 4096]);
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        address.to_string()
    }

    #[tokio::test]
    async fn a_missing_function_elsewhere_is_told_by_its_name_and_not_by_an_address_with_secrets() {
        let server = answering("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
        let remote = Remote::new().expect("a client");
        let name = FunctionName::parse("credit", "", "").expect("a name");
        let answer = remote.invoke(&format!("http://user:hidden@{server}"), &name, "{}", TIME, 100).await;
        assert_eq!(answer, Err(InvokeError::Missing("credit".to_owned())));
    }

    #[tokio::test]
    async fn addresses_in_flows_never_lead_to_where_machines_keep_their_secrets() {
        let remote = Remote::new().expect("a client");
        for address in
            ["http://169.254.169.254/latest", "http://[fd00:ec2::254]/", "http://[::ffff:169.254.169.254]/"]
        {
            let answer = remote.post(address, "{}", TIME, 100).await;
            assert!(
                matches!(&answer, Err(InvokeError::Unreachable(why)) if why.contains("may not call")),
                "{answer:?}"
            );
        }
        let server = answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
        let answer = remote.post(&format!("http://{server}/tier"), "{}", TIME, 100).await.expect("an answer");
        assert_eq!(answer.outcome.as_deref(), Ok("{}"));
    }
}
