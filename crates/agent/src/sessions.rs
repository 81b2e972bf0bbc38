//! Signed-in users: the session cookie, the bearer token of the agent service, and what either stands for.

use std::sync::Arc;

use api::App;
use axum::http::header::{COOKIE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue};
use center::{Center, Token, TokenKind};
use engine::{Engine, EngineError};
use model::{Timestamp, UserId};
use uuid::Uuid;
use wire::callers::check_page;
use wire::cors::Origins;
use wire::{BoxFuture, Secret, SessionStore, SignedInUser};

use crate::problem::Problem;

/// Name of the session cookie.
pub const SESSION_COOKIE: &str = "switchroom-session";

/// How long a sign-in lasts without being used: a working shift.
pub(crate) const SESSION_MS: i64 = 12 * 3600 * 1000;

/// The sessions of all instances, for the callers of the public services: cookies and bearer tokens.
#[derive(Clone)]
pub struct Sessions(Arc<Center>);

impl Sessions {
    /// The sessions that `center` keeps.
    pub fn new(center: Arc<Center>) -> Self {
        Self(center)
    }

    async fn user(&self, text: &str, kind: TokenKind, now: Timestamp) -> Option<SignedInUser> {
        match SignedIn::by_token(&self.0, text, kind, now).await {
            Ok(found) => found.map(|found| SignedInUser {
                user: found.user,
                instance: found.engine.id(),
                account: found.engine.scope().account.clone(),
                session: found.key(),
            }),
            Err(error) => {
                tracing::warn!(%error, "a session could not be looked up");
                None
            }
        }
    }
}

impl SessionStore for Sessions {
    fn by_cookie<'a>(&'a self, value: &'a Secret, now: Timestamp) -> BoxFuture<'a, Option<SignedInUser>> {
        Box::pin(self.user(value.reveal(), TokenKind::Session, now))
    }

    fn by_bearer<'a>(&'a self, token: &'a Secret, now: Timestamp) -> BoxFuture<'a, Option<SignedInUser>> {
        Box::pin(self.user(token.reveal(), TokenKind::Access, now))
    }
}

/// A user with an open session.
#[derive(Clone)]
pub(crate) struct SignedIn {
    pub engine: Arc<Engine>,
    pub user: UserId,
    pub session: Uuid,
}

impl SignedIn {
    /// Whom a token of this kind stands for, while the session is open.
    pub(crate) async fn by_token(
        center: &Center,
        text: &str,
        kind: TokenKind,
        now: Timestamp,
    ) -> Result<Option<Self>, EngineError> {
        let Ok(token) = center.tokens().check(text, &[kind], now) else { return Ok(None) };
        let Some(engine) = center.instance(token.instance) else { return Ok(None) };
        let (user, key) = (UserId(token.subject), token.object.to_string());
        let open = engine
            .read(|core, now| core.session(&key, now).is_some_and(|session| session.user == user))
            .await?;
        Ok(open.then_some(Self { engine, user, session: token.object }))
    }

    /// Whose cookie the request carries, if a page that may use it made the request.
    pub(crate) async fn by_cookie(app: &App, headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        let Some(value) = cookie(headers) else { return Ok(None) };
        let found = Self::by_token(&app.center, value, TokenKind::Session, app.center.now()).await?;
        if let Some(found) = &found {
            found.check_page(app, headers).await?;
        }
        Ok(found)
    }

    /// The key under which the core keeps the session.
    pub(crate) fn key(&self) -> String {
        self.session.to_string()
    }

    /// A token of this session, good until `expires_at`.
    pub(crate) fn token(&self, kind: TokenKind, expires_at: Timestamp) -> Token {
        Token { kind, instance: self.engine.id(), subject: self.user.0, object: self.session, expires_at }
    }

    /// Refuses requests that a page of a foreign site made with the user's cookie: browsers send it along with any.
    async fn check_page(&self, app: &App, headers: &HeaderMap) -> Result<(), Problem> {
        let foreign =
            || Problem::forbidden("The request was not made by a page of this site or an approved origin.");
        let Some(origin) = headers.get(ORIGIN) else {
            // Pictures and scripts of other sites come without an origin; links and our own pages do too.
            let says = |name: &str, value: &str| headers.get(name).is_some_and(|found| found == value);
            let hidden = says("sec-fetch-site", "cross-site") && !says("sec-fetch-mode", "navigate");
            return if hidden { Err(foreign()) } else { Ok(()) };
        };
        let text = origin.to_str().map_err(|_| foreign())?;
        if is_own(app, origin, headers) {
            return Ok(());
        }
        let approved = self
            .engine
            .read(|core, _| core.directory().instance().approved_origins.iter().any(|one| one == text))
            .await?;
        if approved { Ok(()) } else { Err(foreign()) }
    }
}

fn is_own(app: &App, origin: &HeaderValue, headers: &HeaderMap) -> bool {
    if app.public_url.as_deref().is_some_and(|url| url.trim_end_matches('/').as_bytes() == origin.as_bytes())
    {
        return true;
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let only_origin = HeaderMap::from_iter([(ORIGIN, origin.clone())]);
    check_page(&only_origin, host, "/", &Origins::own_only()).is_ok()
}

/// The value of the session cookie. Two of that name count as none: one of them may have been planted.
fn cookie(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, value)| *name == SESSION_COOKIE && !value.is_empty())
        .map(|(_, value)| value);
    match (values.next(), values.next()) {
        (Some(value), None) => Some(value),
        _ => None,
    }
}

/// The header line that sets the cookie. Desktops embed our pages in foreign ones, hence `SameSite=None`.
pub(crate) fn set_cookie(value: &str, seconds: i64) -> HeaderValue {
    let line =
        format!("{SESSION_COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=None");
    HeaderValue::from_str(&line).expect("a token is plain text")
}
