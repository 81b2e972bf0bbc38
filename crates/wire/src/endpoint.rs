//! From an HTTP request to a handler and back: the road that every call of every service takes.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, OriginalUri, Request};
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, COOKIE, HOST, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use model::Timestamp;
use tracing::Instrument;
use uuid::Uuid;

use crate::call::Call;
use crate::constraint::Violations;
use crate::error::ApiError;
use crate::guard::{Draining, TooSlow};
use crate::input::{InputError, add_members, body_members, payload_members};
use crate::observer::{Completed, Observer};
use crate::operation::{Failure, Handler, Operation, Payload};
use crate::principal::{Auth, AuthRequest, Authenticator, Principal};
use crate::reply;
use crate::secret::Secret;
use crate::service::{Match, Protocol, Service, target_of};
use crate::sigv4;
use crate::throttle::Throttle;

/// All public services on one origin, with what they share.
pub struct Endpoint<S> {
    state: S,
    services: Vec<Service<S>>,
    authenticator: Arc<dyn Authenticator<S>>,
    throttle: Option<Arc<Throttle>>,
    observer: Option<Arc<dyn Observer>>,
    clock: Clock,
}

/// Where an endpoint reads the time; tests pass their own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The clock of the machine.
pub fn system_clock() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    })
}

impl<S: Clone + Send + Sync + 'static> Endpoint<S> {
    /// An endpoint without services, with the machine's clock, unthrottled and unobserved.
    pub fn new(state: S, authenticator: impl Authenticator<S>) -> Self {
        Self {
            state,
            services: Vec::new(),
            authenticator: Arc::new(authenticator),
            throttle: None,
            observer: None,
            clock: system_clock(),
        }
    }

    /// Adds a service. Where paths of two services overlap, the service named in the credential scope wins, then the
    /// one that was added first.
    pub fn service(mut self, service: Service<S>) -> Self {
        self.services.push(service);
        self
    }

    /// Throttles calls.
    pub fn throttle(mut self, throttle: Throttle) -> Self {
        self.throttle = Some(Arc::new(throttle));
        self
    }

    /// Tells `observer` of every call that ended.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Reads the time elsewhere.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Whether the request is for one of the services, so that pages can share the origin: it asks for an operation,
    /// or its path is under a service's mount prefix.
    pub fn handles(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> bool {
        self.choose(method, uri.path(), uri.query().unwrap_or_default(), headers).0.is_some()
    }

    /// A router that answers every request as a call.
    pub fn into_router(self) -> Router {
        let endpoint = Arc::new(self);
        Router::new().fallback(move |request: Request| {
            let endpoint = Arc::clone(&endpoint);
            async move { endpoint.answer(request).await }
        })
    }

    /// Answers one request.
    pub async fn answer(&self, request: Request) -> Response<Body> {
        let (request_id, begun) = (Uuid::new_v4(), Instant::now());
        let (parts, body) = request.into_parts();
        let uri = original_uri(&parts).clone();
        let (path, query) = (uri.path(), uri.query().unwrap_or_default());
        let (service, found) = self.choose(&parts.method, path, query, &parts.headers);
        let protocol = service.map_or(Protocol::RestJson, |service| service.protocol);
        let (Some(service), Some((operation, labels))) = (service, found) else {
            let error = ApiError::unknown_operation(format!("No operation answers {} here.", parts.method));
            return reply::failure(protocol, &error, request_id);
        };
        let mut caller = Principal::Anonymous;
        let outcome = self
            .run(service, &operation, labels, &parts, &uri, body, request_id, &mut caller)
            .instrument(
                tracing::info_span!("call", service = service.name, operation = operation.name, %request_id),
            )
            .await;
        let response = match &outcome {
            Ok(output) if !operation.answer_headers.is_empty() => {
                reply::in_headers(protocol, operation.status, operation.answer_headers, output, request_id)
            }
            Ok(output) => reply::success(protocol, operation.status, output, request_id),
            Err(error) => reply::failure(protocol, error, request_id),
        };
        if let Some(observer) = &self.observer {
            observer.completed(&Completed {
                service: service.name,
                operation: operation.name,
                read_only: operation.read_only,
                principal: &caller,
                request_id,
                peer: peer_of(&parts),
                user_agent: parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok()),
                status: response.status().as_u16(),
                code: outcome.as_ref().err().map(|error| error.code.as_ref()),
                finished: (self.clock)(),
                elapsed: begun.elapsed(),
            });
        }
        response
    }

    async fn run(
        &self,
        service: &Service<S>,
        operation: &Arc<Operation<S>>,
        labels: Vec<(&'static str, String)>,
        parts: &Parts,
        uri: &Uri,
        body: Body,
        request_id: Uuid,
        caller: &mut Principal,
    ) -> Result<Payload, ApiError> {
        let bearer = bearer_of(&parts.headers, service.bearer_header);
        let auth = operation.auth.unwrap_or(service.auth);
        if auth == Auth::Bearer && bearer.is_none() {
            return Err(ApiError::unauthorized(format!("The header {} is missing.", service.bearer_header)));
        }
        let limit = operation.body_limit.unwrap_or(service.body_limit);
        let reading = read_body(body, &parts.headers, limit);
        let body = tokio::time::timeout(service.body_timeout, reading)
            .await
            .map_err(|_| ApiError::request_timeout(TOO_LATE))??;
        let now = (self.clock)();
        let peer = peer_of(parts);
        let query = uri.query().unwrap_or_default();
        if auth != Auth::Handler {
            let request = AuthRequest {
                service: service.name,
                signing_name: service.signing_name,
                operation: operation.name,
                auth,
                method: &parts.method,
                path: uri.path(),
                query,
                host: host_of(parts),
                headers: &parts.headers,
                body: &body,
                bearer: bearer.as_ref(),
                peer,
                now,
            };
            *caller = self.authenticator.authenticate(&self.state, &request).await?;
        }
        let Some(handler) = &operation.handler else { return Err(ApiError::not_implemented(operation.name)) };
        let mut headers = parts.headers.clone();
        for private in [AUTHORIZATION.as_str(), COOKIE.as_str(), service.bearer_header] {
            headers.remove(private);
        }
        let call = Call {
            state: self.state.clone(),
            principal: caller.clone(),
            service: service.name,
            operation: operation.name,
            request_id,
            now,
            peer,
            headers,
            bearer: if auth == Auth::Bearer { bearer } else { None },
            throttle: self.throttle.clone(),
            draining: parts.extensions.get::<Draining>().cloned(),
        };
        let code = operation.invalid.unwrap_or(service.invalid);
        let invalid = |error: InputError| error.into_api_error(code, &operation.sensitive);
        let mut members = match operation.payload {
            Some(member) => payload_members(member, &body),
            None => body_members(&body),
        }
        .map_err(invalid)?;
        drop(body);
        add_members(&mut members, &operation.sources, labels, query, &parts.headers).map_err(invalid)?;
        if let Some(throttle) = &self.throttle
            && let Some(scope) = (service.throttle_scope)(&call, &members)
        {
            throttle.charge(&scope, service.name, operation.name, now)?;
        }
        let mut broken = Violations::new();
        for constraint in &operation.constraints {
            constraint.check(&members, &operation.sensitive, &mut broken);
        }
        if !broken.is_empty() {
            return Err(invalid(InputError::Broken(broken)));
        }
        perform(handler, call, members, operation.read_only).await.map_err(|failure| match failure {
            Stopped::Failure(Failure::Input(error)) => invalid(error),
            Stopped::Failure(Failure::Refused(error)) => error,
            Stopped::Failure(Failure::Output(error)) => {
                tracing::error!(%error, "an output could not be printed");
                (service.internal)("The answer could not be written.".to_owned())
            }
            Stopped::Panicked => {
                // The panic's own text may repeat the input, so it is not logged here.
                tracing::error!("a handler panicked");
                (service.internal)("The request could not be processed.".to_owned())
            }
        })
    }

    /// The service a request is for and, if it has one for it, the operation.
    fn choose(
        &self,
        method: &Method,
        path: &str,
        query: &str,
        headers: &HeaderMap,
    ) -> (Option<&Service<S>>, Option<Match<S>>) {
        if let Some(target) = target_of(headers) {
            let under = |mount: &str| below(path, mount).is_some();
            let named =
                self.services.iter().find(|one| one.has_target(target) && one.mount.is_none_or(under));
            if let Some(service) = named {
                return (Some(service), service.find(method, path, headers));
            }
        }
        let mounted = self
            .services
            .iter()
            .filter_map(|service| {
                Some((service, service.mount.filter(|mount| below(path, mount).is_some())?))
            })
            .max_by_key(|(_, mount)| mount.len());
        if let Some((service, mount)) = mounted {
            return (Some(service), below(path, mount).and_then(|rest| service.find(method, rest, headers)));
        }
        let scope = sigv4::claimed_service(query, headers);
        let free = || self.services.iter().filter(|service| service.mount.is_none());
        let named = free().filter(|service| scope.as_deref() == Some(service.signing_name));
        for service in named.chain(free()) {
            if let Some(found) = service.find(method, path, headers) {
                return (Some(service), Some(found));
            }
        }
        (None, None)
    }
}

/// What follows `mount` in the path: empty, or beginning with `/`.
fn below<'a>(path: &'a str, mount: &str) -> Option<&'a str> {
    path.strip_prefix(mount).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

enum Stopped {
    Failure(Failure),
    Panicked,
}

/// Runs a handler in a task of its own, where a panic ends only this call. A call that may change something runs to
/// its end even when the client leaves; one that only reads is abandoned.
async fn perform<S: Send + Sync + 'static>(
    handler: &Handler<S>,
    call: Call<S>,
    members: serde_json::Map<String, serde_json::Value>,
    read_only: bool,
) -> Result<Payload, Stopped> {
    struct Abandon(Option<tokio::task::AbortHandle>);
    impl Drop for Abandon {
        fn drop(&mut self) {
            if let Some(handle) = &self.0 {
                handle.abort();
            }
        }
    }
    let handler = Arc::clone(handler);
    // The handler is called inside the task, so that a panic before its first await is contained too.
    let task = tokio::spawn(async move { handler(call, members).await }.in_current_span());
    let _abandon = Abandon(read_only.then(|| task.abort_handle()));
    match task.await {
        Ok(result) => result.map_err(Stopped::Failure),
        Err(_) => Err(Stopped::Panicked),
    }
}

const TOO_LATE: &str = "The request body did not arrive in time.";

async fn read_body(body: Body, headers: &HeaderMap, limit: usize) -> Result<Bytes, ApiError> {
    let too_large = || {
        ApiError::request_entity_too_large(format!(
            "The request body is larger than the {limit} bytes allowed."
        ))
    };
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(too_large());
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(error) if is_too_slow(error.as_ref()) => Err(ApiError::request_timeout(TOO_LATE)),
        Err(_) => Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "MalformedHttpRequestException",
            "The request body broke off.",
        )),
    }
}

fn is_too_slow(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source()).any(|error| error.is::<TooSlow>())
}

fn original_uri(parts: &Parts) -> &Uri {
    parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0)
}

fn peer_of(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip())
}

fn host_of(parts: &Parts) -> &str {
    let header = parts.headers.get(HOST).and_then(|value| value.to_str().ok());
    header.or_else(|| parts.uri.authority().map(|authority| authority.as_str())).unwrap_or_default()
}

fn bearer_of(headers: &HeaderMap, name: &str) -> Option<Secret> {
    let value = headers.get(name)?.to_str().ok()?.trim();
    (!value.is_empty()).then(|| Secret::new(value))
}
