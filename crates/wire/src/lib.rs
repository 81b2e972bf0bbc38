//! The wire protocol of the public API, whatever its operations do.
//!
//! An operation is one row in its service's table and one handler; nothing else knows HTTP. This crate finds the
//! operation of a request, identifies the caller, throttles, gathers the input into one struct, contains panics,
//! and prints outputs and errors as the public clients expect them. What the operations do, who the users are and
//! where keys are kept stays outside, behind the state `S`, [`Authenticator`] and [`sigv4::KeyStore`].
//!
//! To drive it:
//!
//! 1. Write handlers `async fn(Call<S>, Input) -> Result<Output, ApiError>`.
//! 2. List them as [`Operation`] rows of a [`Service`] (REST-JSON, or JSON RPC with `X-Amz-Target`).
//! 3. Join the services in an [`Endpoint`] with an [`Authenticator`], a [`Throttle`] and an [`Observer`].
//! 4. Wrap the router in [`cors`] and hand it to [`guard::serve`].
//!
//! ```
//! use axum::body::Body;
//! use axum::http::Request;
//! use serde::{Deserialize, Serialize};
//! use tower::ServiceExt;
//! use wire::{
//!     ApiError, AuthRequest, Authenticator, BoxFuture, Call, Endpoint, Kind, Operation, Principal, Rule, Service,
//!     Throttle,
//! };
//!
//! #[derive(Clone)]
//! struct App {
//!     queues: &'static [&'static str],
//! }
//!
//! #[derive(Deserialize)]
//! #[serde(rename_all = "PascalCase", deny_unknown_fields)]
//! struct ListQueues {
//!     instance_id: String,
//!     #[serde(default)]
//!     max_results: Option<usize>,
//! }
//!
//! #[derive(Serialize)]
//! #[serde(rename_all = "PascalCase")]
//! struct QueueList {
//!     queue_summary_list: Vec<String>,
//! }
//!
//! async fn list_queues(call: Call<App>, input: ListQueues) -> Result<QueueList, ApiError> {
//!     if input.instance_id != "i-1" {
//!         return Err(ApiError::resource_not_found("No such instance."));
//!     }
//!     let names = call.state.queues.iter().take(input.max_results.unwrap_or(100));
//!     Ok(QueueList { queue_summary_list: names.map(|name| (*name).to_owned()).collect() })
//! }
//!
//! fn connect() -> Service<App> {
//!     Service::rest_json("connect").operation(
//!         Operation::get("ListQueues", "/queues-summary/{InstanceId}", list_queues)
//!             .query("maxResults", "MaxResults", Kind::Integer)
//!             .constraint("InstanceId", Rule::Length(1, 100))
//!             .constraint("MaxResults", Rule::Range(1, 1000)),
//!     )
//! }
//!
//! struct Everybody;
//!
//! impl Authenticator<App> for Everybody {
//!     fn authenticate<'a>(
//!         &'a self,
//!         _: &'a App,
//!         _: &'a AuthRequest<'a>,
//!     ) -> BoxFuture<'a, Result<Principal, ApiError>> {
//!         Box::pin(async { Ok(Principal::Anonymous) })
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let app = App { queues: &["Support", "Sales"] };
//! let router = Endpoint::new(app, Everybody).service(connect()).throttle(Throttle::new(1.0)).into_router();
//!
//! let request = Request::get("/queues-summary/i-1?maxResults=1").body(Body::empty()).unwrap();
//! let response = router.clone().oneshot(request).await.unwrap();
//! assert_eq!(response.status(), 200);
//! let body = axum::body::to_bytes(response.into_body(), 1000).await.unwrap();
//! assert_eq!(body, r#"{"QueueSummaryList":["Support"]}"#);
//!
//! let request = Request::get("/queues-summary/i-1?maxResults=0").body(Body::empty()).unwrap();
//! let response = router.oneshot(request).await.unwrap();
//! assert_eq!(response.status(), 400);
//! assert_eq!(response.headers()["x-amzn-errortype"], "InvalidRequestException");
//! # });
//! ```
//!
//! Decisions:
//!
//! * **One JSON object per input.** Labels, query members, headers and the body are put together by member name and
//!   read once, so a handler never knows where a member came from. Members nobody declared are refused by name:
//!   ignoring them would pretend.
//! * **Handlers run in tasks of their own.** A panic ends one call with 500; a call that may change something runs to
//!   its end when its client leaves, one that only reads is abandoned.
//! * **Paths are matched here, not by axum.** Templates of the public services name the same position differently,
//!   and escaped slashes must stay inside their label.
//! * **Nothing of a request reaches a log**: no body, no header, no query, no panic text. Logs name the service, the
//!   operation and the request id.

pub mod call;
pub mod callers;
pub mod constraint;
pub mod cors;
pub mod endpoint;
pub mod error;
pub mod guard;
mod input;
pub mod observer;
pub mod operation;
pub mod paging;
pub mod principal;
pub mod rates;
mod reply;
mod route;
pub mod secret;
pub mod service;
pub mod sigv4;
pub mod strict;
pub mod throttle;

pub use call::Call;
pub use callers::{Callers, SessionStore};
pub use constraint::{Rule, Violations};
pub use endpoint::{Clock, Endpoint, system_clock};
pub use error::ApiError;
pub use input::Kind;
pub use observer::{Completed, Observer};
pub use operation::{Operation, Payload};
pub use paging::{Page, PageRequest, Pager};
pub use principal::{Auth, AuthRequest, Authenticator, BoxFuture, KeyHolder, Principal, SignedInUser};
pub use secret::Secret;
pub use service::{DEFAULT_BODY_LIMIT, JsonVersion, Protocol, Service};
pub use throttle::Throttle;
