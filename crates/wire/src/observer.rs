//! What is told of every call when it ends: the source of audit events and of metrics.

use std::net::IpAddr;
use std::time::Duration;

use model::Timestamp;
use uuid::Uuid;

use crate::principal::Principal;

/// Hears of every call that ended. Called between the handler's end and the answer: it must not block.
pub trait Observer: Send + Sync + 'static {
    /// A call ended.
    fn completed(&self, call: &Completed<'_>);
}

/// A call that ended, without anything of its input or output.
#[derive(Clone, Debug)]
pub struct Completed<'a> {
    /// The service, such as `connect`.
    pub service: &'static str,
    /// The operation, such as `ListQueues`.
    pub operation: &'static str,
    /// Whether the operation changes nothing.
    pub read_only: bool,
    /// Who called; anonymous too when the caller could not be identified.
    pub principal: &'a Principal,
    /// The id of the answer.
    pub request_id: Uuid,
    /// Address of the other end of the connection.
    pub peer: Option<IpAddr>,
    /// The client library, as it names itself.
    pub user_agent: Option<&'a str>,
    /// HTTP status.
    pub status: u16,
    /// Code of the error; none = success.
    pub code: Option<&'a str>,
    /// When the call ended.
    pub finished: Timestamp,
    /// From the end of the request's headers to the end of the handler.
    pub elapsed: Duration,
}
