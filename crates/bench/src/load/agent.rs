//! An agent: signs in, becomes available, accepts chats, by the agent panel's protocol.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Method};
use serde_json::{Value, json};

use super::http::Connection;
use super::server::Server;
use super::{LoadError, Result, text};

/// A signed-in agent.
#[derive(Debug)]
pub struct Agent {
    connection: Connection,
    headers: HeaderMap,
    token: String,
}

/// A contact on the agent's panel.
#[derive(Clone, Debug)]
pub struct Held {
    /// The contact.
    pub contact: String,
    /// Published state, such as `connecting`.
    pub state: String,
    /// The agent's own connection, which is their participant id.
    pub participant: String,
}

impl Agent {
    /// Signs in with a password.
    pub async fn sign_in(server: &Server, username: &str, password: &str) -> Result<Self> {
        let mut connection = Connection::new(server.address);
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let body = json!({"username": username, "password": password}).to_string();
        let answer = connection.request(Method::POST, "/auth/login", &headers, Bytes::from(body)).await?;
        answer.json("/auth/login")?;
        let missing =
            || LoadError::Incomplete { what: "/auth/login".to_owned(), member: "set-cookie".to_owned() };
        let cookie =
            answer.headers.get(SET_COOKIE).and_then(|value| value.to_str().ok()).ok_or_else(missing)?;
        let cookie = cookie.split(';').next().unwrap_or_default();
        let mut with_cookie = HeaderMap::new();
        with_cookie.insert(COOKIE, HeaderValue::from_str(cookie).map_err(|_| missing())?);
        let authorized = connection
            .request(Method::GET, "/auth/authorize", &with_cookie, Bytes::new())
            .await?
            .json("/auth/authorize")?;
        let token = text(&authorized, "/auth/authorize", "/accessToken")?.to_owned();
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
        headers.insert("x-amz-bearer", HeaderValue::from_str(&token).map_err(|_| missing())?);
        Ok(Self { connection, headers, token })
    }

    /// One operation of the panel.
    pub async fn call(&mut self, operation: &str, mut body: Value) -> Result<Value> {
        body["authentication"] = json!({"authToken": self.token});
        let target = format!("AmazonConnectCTIService.{operation}");
        let target = HeaderValue::from_str(&target).map_err(|_| LoadError::Incomplete {
            what: operation.to_owned(),
            member: "its name".to_owned(),
        })?;
        self.headers.insert("x-amz-target", target);
        let body = Bytes::from(body.to_string());
        self.connection.request(Method::POST, "/api", &self.headers, body).await?.json(operation)
    }

    /// Takes contacts from now on.
    pub async fn available(&mut self) -> Result<()> {
        let answer = self.call("GetAgentStates", json!({})).await?;
        let states = answer["states"].as_array().cloned().unwrap_or_default();
        let routable = states.into_iter().find(|state| state["type"] == "routable").ok_or_else(|| {
            LoadError::Incomplete { what: "GetAgentStates".to_owned(), member: "a routable state".to_owned() }
        })?;
        self.call("PutAgentState", json!({"state": routable, "enqueueNextState": false})).await.map(drop)
    }

    /// The contacts on the panel now.
    pub async fn held(&mut self) -> Result<Vec<Held>> {
        let what = "GetAgentSnapshot";
        let answer = self.call(what, json!({"timeout": 1000})).await?;
        let contacts = answer["snapshot"]["contacts"].as_array().cloned().unwrap_or_default();
        contacts
            .iter()
            .map(|contact| {
                let connections = contact["connections"].as_array().cloned().unwrap_or_default();
                let own = connections.iter().find(|connection| connection["type"] == "agent");
                Ok(Held {
                    contact: text(contact, what, "/contactId")?.to_owned(),
                    state: text(contact, what, "/state/type")?.to_owned(),
                    participant: text(own.unwrap_or(&Value::Null), what, "/connectionId")?.to_owned(),
                })
            })
            .collect()
    }

    /// Accepts an offered contact.
    pub async fn accept(&mut self, contact: &str) -> Result<()> {
        self.call("AcceptContact", json!({"contactId": contact})).await.map(drop)
    }

    /// The address of the agent's websocket. It is published as `wss:`; on the loopback address there is no TLS.
    pub async fn socket(&mut self) -> Result<String> {
        let answer = self.call("CreateTransport", json!({"transportType": "web_socket"})).await?;
        let url = text(&answer, "CreateTransport", "/webSocketTransport/url")?;
        Ok(url.replacen("wss://", "ws://", 1))
    }

    /// The bearer with which the agent writes in a chat.
    pub async fn chat_token(&mut self, held: &Held) -> Result<String> {
        let request = json!({
            "transportType": "chat_token",
            "participantId": held.participant,
            "contactId": held.contact,
        });
        let answer = self.call("CreateTransport", request).await?;
        Ok(text(&answer, "CreateTransport", "/chatTokenTransport/participantToken")?.to_owned())
    }
}
