//! A small service to call, and calls of it.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request};
use model::Timestamp;
use serde_json::Value;
use tower::ServiceExt;
use wire::{ApiError, AuthRequest, Authenticator, BoxFuture, Endpoint, KeyHolder, Principal};

/// Lets everybody in as the holder of one key, unless the request has the header `x-test-refuse`.
pub struct Everybody;

impl<S: Send + Sync + 'static> Authenticator<S> for Everybody {
    fn authenticate<'a>(
        &'a self,
        _: &'a S,
        request: &'a AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<Principal, ApiError>> {
        Box::pin(async {
            if request.headers.contains_key("x-test-refuse") {
                return Err(ApiError::access_denied("Not you."));
            }
            Ok(Principal::AccessKey(KeyHolder {
                access_key_id: "AKID".to_owned(),
                account: "123456789012".to_owned(),
                name: "tester".to_owned(),
                instance: None,
                user: None,
            }))
        })
    }
}

/// An endpoint whose clock stands at one second after 1970.
pub fn endpoint<S: Clone + Send + Sync + 'static>(state: S) -> Endpoint<S> {
    Endpoint::new(state, Everybody).clock(Arc::new(|| Timestamp::from_secs(1)))
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// `status code: message`, or `status body` of a success.
    pub fn brief(&self) -> String {
        match self.header("x-amzn-errortype") {
            "" => format!("{} {}", self.status, self.body),
            code => format!("{} {code}: {}", self.status, self.body["Message"].as_str().unwrap_or_default()),
        }
    }
}

/// Calls the router.
pub async fn call(
    router: &Router,
    method: Method,
    uri: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Answer {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body.into()).expect("a request");
    let response = router.clone().oneshot(request).await.expect("routers do not fail");
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).expect("JSON") };
    Answer { status: parts.status.as_u16(), headers: parts.headers, body }
}

/// A GET without headers.
pub async fn get(router: &Router, uri: &str) -> Answer {
    call(router, Method::GET, uri, &[], Body::empty()).await
}
