//! One row of a service's table: name, method, path, where members come from, and the handler.

use std::future::Future;
use std::sync::Arc;

use axum::http::{HeaderMap, Method, StatusCode};
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::call::Call;
use crate::constraint::{Constraint, Rule};
use crate::error::ApiError;
use crate::input::{InputError, Kind, Source};
use crate::principal::{Auth, BoxFuture};

/// One operation of a service.
///
/// A handler is `async fn(Call<S>, Input) -> Result<Output, ApiError>`. Path labels, query members, headers and
/// body members arrive in one `Input` by member name; its struct should deny unknown fields.
pub struct Operation<S> {
    pub(crate) name: &'static str,
    pub(crate) http: Option<(Method, &'static str)>,
    pub(crate) auth: Option<Auth>,
    pub(crate) sources: Vec<Source>,
    pub(crate) constraints: Vec<Constraint>,
    pub(crate) sensitive: Vec<&'static str>,
    pub(crate) status: StatusCode,
    pub(crate) answer_headers: &'static [(&'static str, &'static str)],
    pub(crate) body_limit: Option<usize>,
    pub(crate) read_only: bool,
    pub(crate) invalid: Option<fn(String) -> ApiError>,
    pub(crate) payload: Option<&'static str>,
    pub(crate) handler: Option<Handler<S>>,
}

impl<S: Clone + Send + Sync + 'static> Operation<S> {
    /// An operation of a REST service. `path` is a template such as `/queues-summary/{InstanceId}`; a last label
    /// `{Name+}` takes the rest of the path.
    pub fn rest<I, O, F, R>(name: &'static str, method: Method, path: &'static str, handler: F) -> Self
    where
        I: DeserializeOwned + Send + 'static,
        O: Serialize + Send + 'static,
        F: Fn(Call<S>, I) -> R + Send + Sync + 'static,
        R: Future<Output = Result<O, ApiError>> + Send + 'static,
    {
        Self::row(name, Some((method, path)), Some(erase(handler)))
    }

    /// A REST operation with method GET, which changes nothing.
    pub fn get<I, O, F, R>(name: &'static str, path: &'static str, handler: F) -> Self
    where
        I: DeserializeOwned + Send + 'static,
        O: Serialize + Send + 'static,
        F: Fn(Call<S>, I) -> R + Send + Sync + 'static,
        R: Future<Output = Result<O, ApiError>> + Send + 'static,
    {
        Self::rest(name, Method::GET, path, handler)
    }

    /// A REST operation with method POST.
    pub fn post<I, O, F, R>(name: &'static str, path: &'static str, handler: F) -> Self
    where
        I: DeserializeOwned + Send + 'static,
        O: Serialize + Send + 'static,
        F: Fn(Call<S>, I) -> R + Send + Sync + 'static,
        R: Future<Output = Result<O, ApiError>> + Send + 'static,
    {
        Self::rest(name, Method::POST, path, handler)
    }

    /// A REST operation with method PUT.
    pub fn put<I, O, F, R>(name: &'static str, path: &'static str, handler: F) -> Self
    where
        I: DeserializeOwned + Send + 'static,
        O: Serialize + Send + 'static,
        F: Fn(Call<S>, I) -> R + Send + Sync + 'static,
        R: Future<Output = Result<O, ApiError>> + Send + 'static,
    {
        Self::rest(name, Method::PUT, path, handler)
    }

    /// A REST operation with method DELETE.
    pub fn delete<I, O, F, R>(name: &'static str, path: &'static str, handler: F) -> Self
    where
        I: DeserializeOwned + Send + 'static,
        O: Serialize + Send + 'static,
        F: Fn(Call<S>, I) -> R + Send + Sync + 'static,
        R: Future<Output = Result<O, ApiError>> + Send + 'static,
    {
        Self::rest(name, Method::DELETE, path, handler)
    }

    /// A REST operation with method POST whose body is no structure: it arrives, as text, in the member `member`, and
    /// the output is sent as it is.
    pub fn payload<I, F, R>(name: &'static str, path: &'static str, member: &'static str, handler: F) -> Self
    where
        I: DeserializeOwned + Send + 'static,
        F: Fn(Call<S>, I) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Payload, ApiError>> + Send + 'static,
    {
        let handler = Arc::new(handler);
        let erased: Handler<S> = Arc::new(move |call, members| {
            let handler = Arc::clone(&handler);
            Box::pin(async move {
                let input = crate::input::deserialize::<I>(members).map_err(Failure::Input)?;
                handler(call, input).await.map_err(Failure::Refused)
            })
        });
        let mut row = Self::row(name, Some((Method::POST, path)), Some(erased));
        row.payload = Some(member);
        row
    }

    /// An operation of a JSON RPC service, found by its name in `X-Amz-Target`.
    pub fn rpc<I, O, F, R>(name: &'static str, handler: F) -> Self
    where
        I: DeserializeOwned + Send + 'static,
        O: Serialize + Send + 'static,
        F: Fn(Call<S>, I) -> R + Send + Sync + 'static,
        R: Future<Output = Result<O, ApiError>> + Send + 'static,
    {
        Self::row(name, None, Some(erase(handler)))
    }

    /// A published REST operation that is not built: callers get 501 with its name.
    pub fn not_built(name: &'static str, method: Method, path: &'static str) -> Self {
        Self::row(name, Some((method, path)), None)
    }

    /// A published JSON RPC operation that is not built: callers get an error with its name.
    pub fn not_built_rpc(name: &'static str) -> Self {
        Self::row(name, None, None)
    }

    fn row(name: &'static str, http: Option<(Method, &'static str)>, handler: Option<Handler<S>>) -> Self {
        let read_only = http.as_ref().is_some_and(|(method, _)| method == Method::GET);
        Self {
            name,
            http,
            auth: None,
            sources: Vec::new(),
            constraints: Vec::new(),
            sensitive: Vec::new(),
            status: StatusCode::OK,
            answer_headers: &[],
            body_limit: None,
            read_only,
            invalid: None,
            payload: None,
            handler,
        }
    }
}

impl<S> Operation<S> {
    /// The query parameter `parameter` fills the input member `member`. Repeated keys fill a list kind.
    pub fn query(mut self, parameter: &'static str, member: &'static str, kind: Kind) -> Self {
        self.sources.push(Source::Query { parameter, member, kind });
        self
    }

    /// All query parameters that no other row names fill the map member `member`.
    pub fn query_map(mut self, member: &'static str) -> Self {
        self.sources.push(Source::QueryMap { member });
        self
    }

    /// The header `header` (lower case) fills the input member `member`.
    pub fn header(mut self, header: &'static str, member: &'static str, kind: Kind) -> Self {
        self.sources.push(Source::Header { header, member, kind });
        self
    }

    /// The path label `label`, which is a string otherwise, is of this kind.
    pub fn label(mut self, label: &'static str, kind: Kind) -> Self {
        self.sources.push(Source::Label { label, kind });
        self
    }

    /// The member at `path` must satisfy the rule if it is present. A path is `Name`, `Config.StartTime.Hours` or,
    /// for every element of a list, `QueueConfigs[].Priority`.
    pub fn constraint(mut self, path: &'static str, rule: Rule) -> Self {
        self.constraints.push(Constraint::new(path, rule));
        self
    }

    /// The member `path` (and all below it) is sensitive: error texts never repeat its value.
    pub fn sensitive(mut self, path: &'static str) -> Self {
        self.sensitive.push(path);
        self
    }

    /// How the caller is identified; without it the service's rule holds.
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = Some(auth);
        self
    }

    /// HTTP status of success; 200 unless given. A 204 has no body.
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The output's text members that go into headers, as `(header, member)`; the body of the answer is empty then.
    pub fn answers_in_headers(mut self, headers: &'static [(&'static str, &'static str)]) -> Self {
        self.answer_headers = headers;
        self
    }

    /// Most bytes of the body, instead of the service's limit.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    /// The code for inputs that cannot be read, where the operation publishes another than its service: some
    /// operations of `connect` have `InvalidParameterException` only.
    pub fn invalid(mut self, error: fn(String) -> ApiError) -> Self {
        self.invalid = Some(error);
        self
    }

    /// The operation changes nothing though its method is not GET: it may be abandoned when the client leaves.
    /// All other operations run to their end once begun.
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// The operation's published name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether a handler stands behind the row.
    pub fn is_built(&self) -> bool {
        self.handler.is_some()
    }

    /// Method and path template of a REST operation.
    pub fn http(&self) -> Option<(&Method, &'static str)> {
        self.http.as_ref().map(|(method, path)| (method, *path))
    }
}

/// An output that is not a JSON object: the bytes as they are, headers of its own, and the status where it is another
/// than the operation's.
#[derive(Debug, Default)]
pub struct Payload {
    /// The body.
    pub body: Bytes,
    /// Headers besides the usual ones.
    pub headers: HeaderMap,
    /// Another status than the operation's.
    pub status: Option<StatusCode>,
}

/// Why a handler gave no output.
pub(crate) enum Failure {
    /// The input could not be read.
    Input(InputError),
    /// The handler refused.
    Refused(ApiError),
    /// The output could not be printed: a mistake of ours.
    Output(serde_json::Error),
}

pub(crate) type Handler<S> =
    Arc<dyn Fn(Call<S>, Map<String, Value>) -> BoxFuture<'static, Result<Payload, Failure>> + Send + Sync>;

fn erase<S, I, O, F, R>(handler: F) -> Handler<S>
where
    S: Send + Sync + 'static,
    I: DeserializeOwned + Send + 'static,
    O: Serialize + Send + 'static,
    F: Fn(Call<S>, I) -> R + Send + Sync + 'static,
    R: Future<Output = Result<O, ApiError>> + Send + 'static,
{
    let handler = Arc::new(handler);
    Arc::new(move |call, members| {
        let handler = Arc::clone(&handler);
        Box::pin(async move {
            let input = crate::input::deserialize::<I>(members).map_err(Failure::Input)?;
            let output = handler(call, input).await.map_err(Failure::Refused)?;
            let printed = serde_json::to_vec(&output).map_err(Failure::Output)?;
            let body = if printed == b"null" { Bytes::from_static(b"{}") } else { Bytes::from(printed) };
            Ok(Payload { body, ..Payload::default() })
        })
    })
}
