//! A public service: its protocol, its codes for common failures, and its table of operations.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, Method};
use serde_json::{Map, Value};

use crate::call::Call;
use crate::error::ApiError;
use crate::operation::Operation;
use crate::principal::Auth;
use crate::route::Routes;

/// How a service is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Method and path choose the operation; errors have the status of their code.
    RestJson,
    /// `POST` with `X-Amz-Target: <prefix>.<Operation>`; errors are 400 with `__type` `<namespace>#<Code>`.
    JsonRpc {
        /// `application/x-amz-json-1.0` or `-1.1`.
        version: JsonVersion,
        /// The prefix of targets, such as `AmazonConnectCTIService`.
        target: &'static str,
        /// The namespace before `#` in `__type`.
        namespace: &'static str,
    },
}

/// The version in the content type of the JSON RPC protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonVersion {
    /// `application/x-amz-json-1.0`.
    V1_0,
    /// `application/x-amz-json-1.1`.
    V1_1,
}

/// A public service, generic over the application's state `S`.
pub struct Service<S> {
    pub(crate) name: &'static str,
    pub(crate) protocol: Protocol,
    pub(crate) signing_name: &'static str,
    pub(crate) mount: Option<&'static str>,
    pub(crate) auth: Auth,
    pub(crate) bearer_header: &'static str,
    pub(crate) invalid: fn(String) -> ApiError,
    pub(crate) internal: fn(String) -> ApiError,
    pub(crate) body_limit: usize,
    pub(crate) body_timeout: Duration,
    pub(crate) throttle_scope: ThrottleScope<S>,
    pub(crate) operations: Vec<Arc<Operation<S>>>,
    routes: Routes,
    by_name: HashMap<&'static str, usize>,
}

/// Finds the scope whose bucket a call is charged to; none = the router charges nothing.
pub(crate) type ThrottleScope<S> = Arc<dyn Fn(&Call<S>, &Map<String, Value>) -> Option<String> + Send + Sync>;

/// Bytes of a body unless a service or an operation says otherwise: 1 MiB.
pub const DEFAULT_BODY_LIMIT: usize = 1024 * 1024;

impl<S: Clone + Send + Sync + 'static> Service<S> {
    /// A REST-JSON service such as `connect`; the name is also its signing name, its throttling table, and the
    /// prefix of its logs.
    pub fn rest_json(name: &'static str) -> Self {
        Self::new(name, Protocol::RestJson)
    }

    /// A JSON RPC service; `target` is the prefix of `X-Amz-Target` and the first namespace of its errors.
    pub fn json_rpc(target: &'static str, version: JsonVersion) -> Self {
        Self::new(target, Protocol::JsonRpc { version, target, namespace: target })
    }

    fn new(name: &'static str, protocol: Protocol) -> Self {
        Self {
            name,
            protocol,
            signing_name: name,
            mount: None,
            auth: Auth::Caller,
            bearer_header: "x-amz-bearer",
            invalid: ApiError::invalid_request,
            internal: ApiError::internal_service,
            body_limit: DEFAULT_BODY_LIMIT,
            body_timeout: Duration::from_secs(60),
            throttle_scope: Arc::new(|call, _| call.principal.account().map(str::to_owned)),
            operations: Vec::new(),
            routes: Routes::default(),
            by_name: HashMap::new(),
        }
    }

    /// The service's name in logs, audit records and the table of rates; a JSON RPC service has the name of its target
    /// otherwise.
    pub fn called(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// The service's name in credential scopes, where it differs: `execute-api` for `connectparticipant`.
    pub fn signing_name(mut self, name: &'static str) -> Self {
        self.signing_name = name;
        self
    }

    /// A path prefix under which (only) the service is found, such as `/participant-api`. A service without one is
    /// found by the service in the credential scope, else by its paths.
    ///
    /// # Panics
    /// If the prefix does not begin with `/` or ends with it.
    pub fn mount(mut self, prefix: &'static str) -> Self {
        assert!(prefix.starts_with('/') && !prefix.ends_with('/'), "a prefix like /api, not {prefix}");
        self.mount = Some(prefix);
        self
    }

    /// How callers are identified unless an operation says otherwise; [`Auth::Caller`] at first.
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// The header with the bearer token, in lower case; `x-amz-bearer` unless given.
    pub fn bearer_header(mut self, header: &'static str) -> Self {
        self.bearer_header = header;
        self
    }

    /// The namespace before `#` in the `__type` of a JSON RPC service's errors.
    pub fn namespace(mut self, name: &'static str) -> Self {
        if let Protocol::JsonRpc { namespace, .. } = &mut self.protocol {
            *namespace = name;
        }
        self
    }

    /// The codes for inputs that cannot be read and for failures of the server: `InvalidRequestException` and
    /// `InternalServiceException` unless given.
    pub fn errors(mut self, invalid: fn(String) -> ApiError, internal: fn(String) -> ApiError) -> Self {
        self.invalid = invalid;
        self.internal = internal;
        self
    }

    /// Most bytes of a body; [`DEFAULT_BODY_LIMIT`] unless given.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// The time in which a body must arrive; a minute unless given.
    pub fn body_timeout(mut self, time: Duration) -> Self {
        self.body_timeout = time;
        self
    }

    /// What a call is charged to; the caller's account unless given. With none the router charges nothing and
    /// handlers call [`Call::charge`].
    pub fn throttle_scope(
        mut self,
        scope: impl Fn(&Call<S>, &Map<String, Value>) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.throttle_scope = Arc::new(scope);
        self
    }

    /// Adds an operation.
    ///
    /// # Panics
    /// If its name, or its method and path, is taken already, or if it is of the other protocol.
    pub fn operation(mut self, operation: Operation<S>) -> Self {
        let (index, name) = (self.operations.len(), operation.name);
        assert!(self.by_name.insert(name, index).is_none(), "{}.{name} is registered twice", self.name);
        match (&operation.http, self.protocol) {
            (Some((method, path)), Protocol::RestJson) => {
                assert!(
                    self.routes.add(method, path, index),
                    "{}.{name}: {method} {path} cannot be added",
                    self.name
                );
            }
            (None, Protocol::JsonRpc { .. }) => {}
            _ => panic!("{}.{name} is of another protocol than its service", self.name),
        }
        self.operations.push(Arc::new(operation));
        self
    }

    /// Adds operations.
    ///
    /// # Panics
    /// As [`Service::operation`].
    pub fn operations(self, operations: impl IntoIterator<Item = Operation<S>>) -> Self {
        operations.into_iter().fold(self, Self::operation)
    }

    /// The service's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// All rows, in the order in which they were added.
    pub fn rows(&self) -> impl Iterator<Item = &Operation<S>> {
        self.operations.iter().map(AsRef::as_ref)
    }

    /// The operation that this request asks for, and the labels of its path (after the mount prefix).
    pub(crate) fn find(&self, method: &Method, path: &str, headers: &HeaderMap) -> Option<Match<S>> {
        match self.protocol {
            Protocol::RestJson => {
                let found = self.routes.find(method, path)?;
                Some((Arc::clone(&self.operations[found.operation]), found.labels))
            }
            Protocol::JsonRpc { target, .. } => {
                let name = target_of(headers)?.strip_prefix(target)?.strip_prefix('.')?;
                let index = self.by_name.get(name).filter(|_| method == Method::POST)?;
                Some((Arc::clone(&self.operations[*index]), Vec::new()))
            }
        }
    }

    /// Whether a JSON RPC target belongs to this service.
    pub(crate) fn has_target(&self, full: &str) -> bool {
        match self.protocol {
            Protocol::JsonRpc { target, .. } => {
                full.strip_prefix(target).is_some_and(|rest| rest.starts_with('.'))
            }
            Protocol::RestJson => false,
        }
    }
}

pub(crate) type Match<S> = (Arc<Operation<S>>, Vec<(&'static str, String)>);

/// The value of `X-Amz-Target`.
pub(crate) fn target_of(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-amz-target")?.to_str().ok()
}
