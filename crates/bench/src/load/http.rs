//! One HTTP/1.1 connection that is kept alive, with one request at a time on it.

use std::net::SocketAddr;

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use super::{LoadError, Result};

/// A connection; opened at the first request, and again when the server has closed it.
#[derive(Debug)]
pub struct Connection {
    address: SocketAddr,
    sender: Option<SendRequest<Full<Bytes>>>,
    /// How often it was opened.
    pub opened: u64,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Connection {
    /// A connection to this server, not opened yet.
    pub const fn new(address: SocketAddr) -> Self {
        Self { address, sender: None, opened: 0 }
    }

    /// The server's address, as the `Host` header has it.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// Sends a request and reads the whole answer.
    pub async fn request(
        &mut self,
        method: Method,
        target: &str,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<Answer> {
        let mut sender = match self.sender.take() {
            Some(sender) if !sender.is_closed() => sender,
            _ => self.open().await?,
        };
        let request = || {
            let mut request =
                Request::builder().method(method.clone()).uri(target).body(Full::new(body.clone()))?;
            *request.headers_mut() = headers.clone();
            if !request.headers().contains_key(HOST) {
                request.headers_mut().insert(HOST, self.host().parse()?);
            }
            Ok::<_, http::Error>(request)
        };
        let request = request().map_err(|error| self.broken(error))?;
        sender.ready().await.map_err(|error| self.broken(error))?;
        let answer = sender.send_request(request).await.map_err(|error| self.broken(error))?;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.map_err(|error| self.broken(error))?.to_bytes();
        self.sender = Some(sender);
        Ok(Answer { status: parts.status, headers: parts.headers, body })
    }

    async fn open(&mut self) -> Result<SendRequest<Full<Bytes>>> {
        let stream = TcpStream::connect(self.address).await.map_err(|error| self.broken(error))?;
        stream.set_nodelay(true).map_err(|error| self.broken(error))?;
        let (sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| self.broken(error))?;
        tokio::spawn(async move {
            // How a connection ended is told by the request that was on it.
            let _ = connection.await;
        });
        self.opened += 1;
        Ok(sender)
    }

    fn broken(&self, error: impl std::fmt::Display) -> LoadError {
        LoadError::Connection { address: self.host(), text: error.to_string() }
    }
}

impl Answer {
    /// The JSON body of a successful answer; `what` names the call in errors.
    pub fn json(&self, what: &str) -> Result<Value> {
        if !self.status.is_success() {
            return Err(LoadError::Refused {
                what: what.to_owned(),
                status: self.status.as_u16(),
                body: String::from_utf8_lossy(&self.body).chars().take(300).collect(),
            });
        }
        if self.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&self.body)
            .map_err(|_| LoadError::Incomplete { what: what.to_owned(), member: "JSON".to_owned() })
    }
}
