//! Who calls: an access key, a signed-in user, or nobody known yet.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

use axum::http::{HeaderMap, Method};
use model::{InstanceId, Timestamp, UserId};

use crate::error::ApiError;
use crate::secret::Secret;

/// A boxed future, as object-safe traits with asynchronous methods return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Who calls an operation. Holds names and ids only, never a secret.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Principal {
    /// Nobody known: the operation checks a token in its own input, or no credential is needed.
    #[default]
    Anonymous,
    /// The holder of an access key (Signature V4).
    AccessKey(KeyHolder),
    /// A user who signed in: a session cookie in our pages, or the bearer token of the agent API.
    User(SignedInUser),
}

/// The holder of an access key.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyHolder {
    /// The public part of the key.
    pub access_key_id: String,
    /// The account the key belongs to: 12 digits.
    pub account: String,
    /// Whom the key was made for, as audit records show it.
    pub name: String,
    /// The only instance the key may reach; none = every instance of the account.
    pub instance: Option<InstanceId>,
    /// The user in whose name a temporary key (a federation token) acts.
    pub user: Option<UserId>,
}

/// A signed-in user.
#[derive(Clone, Debug, PartialEq)]
pub struct SignedInUser {
    /// The user.
    pub user: UserId,
    /// The instance the session is for.
    pub instance: InstanceId,
    /// The account of that instance.
    pub account: String,
    /// The public id of the session, for audit records and for ending it; not the cookie's value.
    pub session: String,
}

impl Principal {
    /// The account that is charged: the usual scope of throttling.
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::Anonymous => None,
            Self::AccessKey(key) => Some(&key.account),
            Self::User(user) => Some(&user.account),
        }
    }

    /// The instance the caller is bound to, if it is bound to one.
    pub fn instance(&self) -> Option<InstanceId> {
        match self {
            Self::Anonymous => None,
            Self::AccessKey(key) => key.instance,
            Self::User(user) => Some(user.instance),
        }
    }

    /// The user in whose name the call is made.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::Anonymous => None,
            Self::AccessKey(key) => key.user,
            Self::User(user) => Some(user.user),
        }
    }
}

/// How the operation wants its caller identified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// By Signature V4 or a session cookie.
    Caller,
    /// By the bearer header of the service; a call without it is refused before the authenticator is asked.
    Bearer,
    /// By a token among the members of the input, which the handler itself checks (participant service).
    Handler,
}

/// What an [`Authenticator`] sees of a request.
#[derive(Debug)]
pub struct AuthRequest<'a> {
    /// The service, such as `connect`.
    pub service: &'static str,
    /// The name of the service in credential scopes, such as `execute-api` for the participant service.
    pub signing_name: &'a str,
    /// The operation, such as `ListQueues`.
    pub operation: &'static str,
    /// How the operation wants its caller identified.
    pub auth: Auth,
    /// HTTP method.
    pub method: &'a Method,
    /// Path as received, percent escapes included.
    pub path: &'a str,
    /// Query string as received, without `?`.
    pub query: &'a str,
    /// `Host`, or `:authority` of HTTP/2.
    pub host: &'a str,
    /// All headers.
    pub headers: &'a HeaderMap,
    /// The whole body, whose hash a signature covers.
    pub body: &'a [u8],
    /// The value of the bearer header, for [`Auth::Bearer`].
    pub bearer: Option<&'a Secret>,
    /// Address of the other end of the connection.
    pub peer: Option<IpAddr>,
    /// The present moment.
    pub now: Timestamp,
}

/// Finds out who calls. The application wires keys, sessions and bearer tokens behind it;
/// [`crate::Callers`] is the usual implementation.
pub trait Authenticator<S>: Send + Sync + 'static {
    /// The caller, or the error to answer with.
    fn authenticate<'a>(
        &'a self,
        state: &'a S,
        request: &'a AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<Principal, ApiError>>;
}
