//! Signed-in users: the session cookies, the bearer token of the agent service, and what either stands for.

use std::sync::Arc;

use api::App;
use axum::http::header::{COOKIE, HOST, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::AppendHeaders;
use center::{Center, Token, TokenKind};
use engine::{Engine, EngineError};
use model::{Timestamp, UserId};
use uuid::Uuid;
use wire::callers::check_page;
use wire::cors::Origins;
use wire::{BoxFuture, Secret, SessionStore, SignedInUser};

use crate::problem::Problem;

/// Name of the session cookie of our own pages.
const OWN_COOKIE: &str = "switchroom-session";

/// Name of the session cookie of a panel that is embedded in another site's page. It is partitioned: browsers that
/// withhold other sites' cookies still give it back, but only inside the page in which it was set.
const EMBEDDED_COOKIE: &str = "switchroom-embedded";

/// Names of the cookies that may hold a session, the one that counts first.
pub const SESSION_COOKIES: [&str; 2] = [OWN_COOKIE, EMBEDDED_COOKIE];

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

    /// The origins whose pages may show ours in a frame: those approved by the instance of the user whose cookie came
    /// along. Nobody signed in has nothing to lose, so for them it is the origins of every instance.
    pub async fn approved_origins(&self, headers: &HeaderMap) -> Vec<String> {
        let mut engines = self.0.instances();
        for value in SESSION_COOKIES.iter().filter_map(|name| cookie(headers, name)) {
            let found = SignedIn::by_token(&self.0, value, TokenKind::Session, self.0.now()).await;
            if let Ok(Some(found)) = found {
                engines = vec![found.engine];
                break;
            }
        }
        let origins =
            |engine: &Arc<Engine>| engine.look(|core| core.directory().instance().approved_origins.clone());
        engines.iter().flat_map(|engine| origins(engine).unwrap_or_default()).collect()
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
        for value in SESSION_COOKIES.iter().filter_map(|name| cookie(headers, name)) {
            let found = Self::by_token(&app.center, value, TokenKind::Session, app.center.now()).await?;
            if let Some(found) = found {
                found.check_page(app, headers).await?;
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Whose cookie the request carries, if a page of our own made the request; approved origins may not.
    pub(crate) async fn by_own_page(app: &App, headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        if headers.get(ORIGIN).is_some_and(|origin| !is_own(app, origin, headers)) {
            return Err(Problem::forbidden("The request was not made by a page of this site."));
        }
        Self::by_cookie(app, headers).await
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

/// The value of a cookie. Two of that name count as none: one of them may have been planted.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| value);
    match (values.next(), values.next()) {
        (Some(value), None) => Some(value),
        _ => None,
    }
}

/// Which cookies a session is kept in.
#[derive(Clone, Copy)]
pub(crate) struct Jar {
    own: bool,
    embedded: bool,
}

impl Jar {
    /// That of our own pages.
    pub(crate) const OWN: Self = Self { own: true, embedded: false };
    /// That of frames in another site's page.
    pub(crate) const EMBEDDED: Self = Self { own: false, embedded: true };
    /// Both.
    pub(crate) const BOTH: Self = Self { own: true, embedded: true };

    /// The cookies that came with a request.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let came = |name| cookie(headers, name).is_some();
        Self { own: came(OWN_COOKIE), embedded: came(EMBEDDED_COOKIE) }
    }

    /// The header lines that set the cookies. Desktops embed our pages in foreign ones, hence `SameSite=None`.
    pub(crate) fn set(self, value: &str, seconds: i64) -> AppendHeaders<Vec<(HeaderName, HeaderValue)>> {
        let line = |name: &str, more: &str| {
            let line =
                format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=None{more}");
            (SET_COOKIE, HeaderValue::from_str(&line).expect("a token is plain text"))
        };
        let embedded = self.embedded.then(|| line(EMBEDDED_COOKIE, "; Partitioned"));
        let own = self.own.then(|| line(OWN_COOKIE, ""));
        AppendHeaders(own.into_iter().chain(embedded).collect())
    }
}
