//! Calls from pages of other origins: preflights and the headers that browsers want on answers.

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, HOST, ORIGIN, VARY,
};
use axum::http::{HeaderValue, Method, Response, StatusCode};
use axum::middleware::{self, Next};
use model::InstanceId;

/// The request headers of the public client libraries (spec 11 §1.1, §1.12, §3.1).
const ALLOWED_HEADERS: &str = "authorization, content-type, amz-sdk-invocation-id, amz-sdk-request, x-amz-bearer, \
     x-amz-content-sha256, x-amz-date, x-amz-security-token, x-amz-target, x-amz-user-agent, x-csrf-token, \
     x-requested-with, x-amz-last-modified-time, x-amz-last-modified-region, x-amz-resource-id";

/// The answer headers that client libraries read; `date` lets them correct their clock.
const EXPOSED_HEADERS: &str = "x-amzn-errortype, x-amzn-requestid, retry-after, date";

const ALLOWED_METHODS: &str = "GET, POST, PUT, DELETE, PATCH, HEAD";

/// Seconds for which a browser may keep a preflight's answer; an approved origin that is removed keeps its right for
/// so long.
const MAX_AGE: &str = "600";

/// Which origins, besides our own, may call with credentials.
#[derive(Clone)]
pub struct Origins {
    calls: Arc<Approval>,
    users: Arc<UserApproval>,
}

type Approval = dyn Fn(&str, &str) -> bool + Send + Sync;
type UserApproval = dyn Fn(&str, InstanceId) -> bool + Send + Sync;

impl Origins {
    /// Asks `approved(origin, path)` for every origin that is not our own; the path of the call may tell the instance.
    pub fn new(approved: impl Fn(&str, &str) -> bool + Send + Sync + 'static) -> Self {
        Self { calls: Arc::new(approved), users: Arc::new(|_, _| true) }
    }

    /// Besides asks `approved(origin, instance)` once it is known whose cookie a call carries: what one instance has
    /// approved does not hold for the users of another.
    pub fn of_instance(
        mut self,
        approved: impl Fn(&str, InstanceId) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.users = Arc::new(approved);
        self
    }

    /// Only our own origin.
    pub fn own_only() -> Self {
        Self::new(|_, _| false)
    }

    /// Whether a page of `origin` may make this call. `null` (sandboxed frames, files) never may: everybody can have
    /// that origin.
    pub fn allows(&self, origin: &str, path: &str) -> bool {
        origin != "null" && (self.calls)(origin, path)
    }

    /// Whether a page of `origin`, which is not our own, may call with the cookie of a user of this instance.
    pub(crate) fn allows_users_of(&self, origin: &str, instance: InstanceId) -> bool {
        (self.users)(origin, instance)
    }
}

impl fmt::Debug for Origins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Origins(…)")
    }
}

/// Puts answers to preflights, and cross-origin headers on all other answers, around the router.
pub fn layer(router: Router, origins: Origins) -> Router {
    // As an outer service, not `Router::layer`: preflights must be answered for paths that the router does not know by
    // `OPTIONS`, and its fallback must be covered too.
    Router::new().fallback_service(router).layer(middleware::from_fn_with_state(origins, answer))
}

async fn answer(State(origins): State<Origins>, request: Request, next: Next) -> Response<Body> {
    let Some(origin) = request.headers().get(ORIGIN).cloned() else { return vary(next.run(request).await) };
    let host = request.headers().get(HOST).and_then(|value| value.to_str().ok());
    let host =
        host.or_else(|| request.uri().authority().map(|authority| authority.as_str())).unwrap_or_default();
    let allowed = origin
        .to_str()
        .is_ok_and(|origin| same_origin(origin, host) || origins.allows(origin, request.uri().path()));
    let preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if preflight {
        let mut response = Response::new(Body::empty());
        // A preflight without the headers below is a refusal that browsers understand.
        *response.status_mut() = StatusCode::NO_CONTENT;
        if allowed {
            let headers = response.headers_mut();
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(ALLOWED_METHODS));
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(ALLOWED_HEADERS));
            headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
        }
        response
    } else {
        let mut response = next.run(request).await;
        if allowed {
            let exposed = HeaderValue::from_static(EXPOSED_HEADERS);
            response.headers_mut().insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
        response
    };
    if allowed {
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    vary(response)
}

/// Answers depend on the origin, so caches must keep them apart.
fn vary(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().append(VARY, HeaderValue::from_static("origin"));
    response
}

/// Whether `origin` (`https://host[:port]`) is the site that `host` (`host[:port]`) names. The scheme is not compared:
/// behind a proxy that ends TLS we cannot know our own.
pub(crate) fn same_origin(origin: &str, host: &str) -> bool {
    let (rest, port) = match (origin.strip_prefix("https://"), origin.strip_prefix("http://")) {
        (Some(rest), _) => (rest, ":443"),
        (_, Some(rest)) => (rest, ":80"),
        _ => return false,
    };
    let strip = |text: &str| text.strip_suffix(port).unwrap_or(text).to_ascii_lowercase();
    !host.is_empty() && strip(rest) == strip(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_origin() {
        for (origin, host, same) in [
            ("https://cc.example.com", "cc.example.com", true),
            ("https://cc.example.com", "cc.example.com:443", true),
            ("http://cc.example.com:80", "CC.example.com", true),
            ("http://localhost:8080", "localhost:8080", true),
            ("http://localhost:8080", "localhost:8081", false),
            ("http://localhost", "localhost:8080", false),
            ("https://cc.example.com.evil.com", "cc.example.com", false),
            ("https://evil-cc.example.com", "cc.example.com", false),
            ("null", "cc.example.com", false),
            ("https://", "", false),
            ("ftp://cc.example.com", "cc.example.com", false),
        ] {
            assert_eq!(same_origin(origin, host), same, "{origin} {host}");
        }
    }
}
