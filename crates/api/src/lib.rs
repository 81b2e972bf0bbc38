//! The public API: one module per group of operations, each an input struct and a handler.
//!
//! A handler finds its instance, checks the caller's permission, hands one command to the instance's engine and
//! prints the answer. What the operations mean is decided in `contacts` and `directory`.

mod access;
mod authentication;
mod contacts_api;
mod directory_api;
mod errors;
mod functions_api;
mod lex;
mod participant;
mod transcript_pages;

use std::sync::Arc;

use center::Center;
use wire::{Auth, Pager, Service};

pub use authentication::answer as sign_in_answer;
pub use functions_api::lambda;
pub use lex::runtime as lex_runtime;
pub use participant::{SocketPath, participant_socket_url};

/// What every handler gets.
#[derive(Clone)]
pub struct App {
    /// The server.
    pub center: Arc<Center>,
    /// Paging tokens.
    pub pager: Arc<Pager>,
    /// The address under which clients reach this server, such as `http://127.0.0.1:8080`; none = as the request's
    /// `Host` header says.
    pub public_url: Option<Arc<str>>,
    /// How long a client keeps one websocket, in milliseconds.
    pub socket_ms: i64,
    /// Held while a finished contact is read from the store and changed.
    pub finished: Arc<tokio::sync::Mutex<()>>,
    /// Conversations of clients with bots.
    sessions: Arc<lex::Sessions>,
}

impl App {
    /// The state of the handlers of one server.
    pub fn new(center: Arc<Center>, public_url: Option<String>) -> Self {
        let key = center.tokens().derive("paging");
        Self {
            center,
            pager: Arc::new(Pager::new(key.as_bytes())),
            public_url: public_url.map(Into::into),
            socket_ms: 3600 * 1000,
            finished: Arc::default(),
            sessions: Arc::default(),
        }
    }

    /// Until when the address of a websocket is good that a client keeps until `expiry`: a little longer, for
    /// reconnecting.
    pub fn socket_address_expiry(&self, expiry: model::Timestamp) -> model::Timestamp {
        expiry + self.socket_ms / 30
    }

    /// The address of this server as the caller sees it.
    pub fn origin(&self, headers: &axum::http::HeaderMap) -> String {
        if let Some(url) = &self.public_url {
            return url.to_string();
        }
        let host = headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
        format!("http://{host}")
    }
}

/// The `connect` service.
pub fn connect() -> Service<App> {
    Service::rest_json("connect")
        .operations(contacts_api::operations())
        .operations(authentication::operations())
        .operations(directory_api::operations())
}

/// The `connectparticipant` service.
pub fn participant() -> Service<App> {
    Service::rest_json("connectparticipant")
        .signing_name("execute-api")
        .auth(Auth::Handler)
        .errors(wire::ApiError::validation, wire::ApiError::internal_server)
        .operations(participant::operations())
        .operations(authentication::participant_operations())
}
