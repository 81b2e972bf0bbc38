//! An integrator: calls of the public API, signed with Signature Version 4.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};
use model::Timestamp;
use serde_json::Value;
use wire::sigv4::{Payload, SignedRequest, Signer, sign};

use super::http::{Answer, Connection};
use super::server::Server;
use super::{LoadError, Result};

/// A connection with an access key.
#[derive(Debug)]
pub struct Integrator {
    server: Server,
    connection: Connection,
}

impl Integrator {
    /// An integrator with the server's first key.
    pub fn new(server: &Server) -> Self {
        Self { server: server.clone(), connection: Connection::new(server.address) }
    }

    /// One signed call as the public clients make it.
    pub async fn send(&mut self, method: Method, target: &str, body: &Value) -> Result<Answer> {
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let host = self.connection.host();
        let mut headers = HeaderMap::new();
        if !body.is_empty() {
            headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let signer = Signer {
            access_key_id: &self.server.access_key_id,
            secret: &self.server.secret,
            session_token: None,
            region: &self.server.region,
            service: "connect",
        };
        let request = SignedRequest {
            method: method.as_str(),
            host: &host,
            path,
            query,
            headers: &headers,
            payload: Payload::Whole(&body),
        };
        for (name, value) in sign(&signer, &request, now()) {
            let value = HeaderValue::from_str(&value)
                .map_err(|error| LoadError::Connection { address: host.clone(), text: error.to_string() })?;
            headers.insert(name, value);
        }
        self.connection.request(method, target, &headers, body).await
    }

    /// One call that has to succeed.
    pub async fn call(&mut self, method: Method, target: &str, body: &Value) -> Result<Value> {
        let what = format!("{method} {target}");
        self.send(method, target, body).await?.json(&what)
    }

    /// How often the connection was opened.
    pub fn opened(&self) -> u64 {
        self.connection.opened
    }
}

/// The system's clock.
fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
