//! Load generators for a running server: customers, agents and integrators on the loopback address.
//!
//! | part | does |
//! |---|---|
//! | [`http`] | one keep-alive connection, one request at a time |
//! | [`integrator`] | calls signed with Signature Version 4 |
//! | [`customer`] | a chat from the customer's side |
//! | [`agent`] | sign-in and the agent panel's protocol |
//! | [`socket`] | websockets with topics and heartbeats |
//! | [`marked`] | messages that carry when they were sent, and what became of them |

pub mod agent;
pub mod chats;
pub mod customer;
pub mod http;
pub mod integrator;
pub mod marked;
pub mod server;
pub mod socket;

/// What went wrong between us and the server.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The connection could not be made, or broke.
    #[error("no connection to {address}: {text}")]
    Connection {
        /// Where to.
        address: String,
        /// What the system says.
        text: String,
    },
    /// The server refused something that should work.
    #[error("{what} was answered with status {status}: {body}")]
    Refused {
        /// The call.
        what: String,
        /// HTTP status.
        status: u16,
        /// The beginning of the answer.
        body: String,
    },
    /// The answer is not what the protocol says.
    #[error("the answer to {what} lacks {member}")]
    Incomplete {
        /// The call.
        what: String,
        /// The member.
        member: String,
    },
    /// A websocket did not do what the protocol says.
    #[error("websocket: {0}")]
    Socket(String),
    /// Something did not happen in time.
    #[error("{0}")]
    TooLate(String),
    /// The load may only go to this machine.
    #[error("'{0}' is not a loopback address; the load generators call no other")]
    NotLoopback(String),
    /// The file that names the server cannot be used.
    #[error("{path} cannot be used: {text}")]
    Bootstrap {
        /// The file.
        path: String,
        /// Why.
        text: String,
    },
}

/// Result of anything here.
pub type Result<T> = std::result::Result<T, LoadError>;

/// The text at a path of members in an answer.
pub fn text<'a>(answer: &'a serde_json::Value, what: &str, path: &str) -> Result<&'a str> {
    answer
        .pointer(path)
        .and_then(serde_json::Value::as_str)
        .ok_or_else(|| LoadError::Incomplete { what: what.to_owned(), member: path.to_owned() })
}
