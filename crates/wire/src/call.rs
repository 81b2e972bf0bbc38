//! What a handler knows about the call besides its input.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use axum::http::HeaderMap;
use model::Timestamp;
use uuid::Uuid;

use crate::error::ApiError;
use crate::guard::Draining;
use crate::principal::Principal;
use crate::secret::Secret;
use crate::throttle::Throttle;

/// One call of one operation.
pub struct Call<S> {
    /// The application's state.
    pub state: S,
    /// Who calls.
    pub principal: Principal,
    /// The service, such as `connect`.
    pub service: &'static str,
    /// The operation, such as `ListQueues`.
    pub operation: &'static str,
    /// The id that the answer carries as `x-amzn-requestid`.
    pub request_id: Uuid,
    /// When the request was complete.
    pub now: Timestamp,
    /// Address of the other end of the connection.
    pub peer: Option<IpAddr>,
    /// The headers of the request, without `Authorization`, `Cookie` and the bearer header.
    pub headers: HeaderMap,
    /// The bearer token, of operations that are identified by one.
    pub bearer: Option<Secret>,
    pub(crate) throttle: Option<Arc<Throttle>>,
    pub(crate) draining: Option<Draining>,
}

impl<S> Call<S> {
    /// Charges the call to `scope` with the published rate of the operation; for services whose scope (the
    /// instance) is known only after the handler has read its token.
    pub fn charge(&self, scope: &str) -> Result<(), ApiError> {
        match &self.throttle {
            Some(throttle) => throttle.charge(scope, self.service, self.operation, self.now),
            None => Ok(()),
        }
    }

    /// Ends when the server begins to shut down, so that a long poll can answer early; never otherwise.
    pub async fn draining(&self) {
        match &self.draining {
            Some(draining) => draining.clone().wait().await,
            None => std::future::pending().await,
        }
    }
}

impl<S> fmt::Debug for Call<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.operation)
            .field("request_id", &self.request_id)
            .field("principal", &self.principal)
            .finish_non_exhaustive()
    }
}
