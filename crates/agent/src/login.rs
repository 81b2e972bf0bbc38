//! Signing in and out: passwords, the session, and the access token of the agent panel (spec 11 §2.3, §2.9).

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::LazyLock;

use api::App;
use axum::extract::rejection::JsonRejection;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Extension, Query, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use center::TokenKind;
use contacts::Core;
use directory::Permission;
use directory::permissions::holds;
use model::UserId;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::instance;
use crate::problem::Problem;
use crate::sessions::{Jar, SESSION_MS, SignedIn};

/// Bytes of a sign-in request.
const BODY_LIMIT: usize = 16 * 1024;
/// Longest user name; longer ones belong to nobody.
const LONGEST_NAME: usize = 256;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/auth/login", post(login).layer(DefaultBodyLimit::max(BODY_LIMIT)))
        .route("/auth/sign-in", get(sign_in))
        .route("/auth/ticket", post(ticket))
        .route("/auth/embed", post(embed).layer(DefaultBodyLimit::max(BODY_LIMIT)))
        .route("/auth/session", get(session))
        .route("/auth/logout", post(logout))
        .route("/logout", get(leave))
        .route("/connect/logout", get(leave))
        .route("/auth/authorize", get(authorize))
        .route("/connect/auth/authorize", get(authorize))
        .route("/whitelisted-origins", get(approved_origins))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    username: String,
    password: String,
    /// Alias of the instance, where the server has several.
    #[serde(default)]
    instance: Option<String>,
    /// Whether the form stands in a frame of another site's page, which may need a cookie of its own.
    #[serde(default)]
    embedded: bool,
}

/// Hashing takes a core and about 20 MB, so only so many are under way at once.
static HASHING: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from)));

async fn login(
    State(app): State<App>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    input: Result<Json<Value>, JsonRejection>,
) -> Result<Response, Problem> {
    let unreadable = || {
        Problem::bad_request(
            "Send a JSON object with username and password, and application/json as its type.",
        )
    };
    let Json(input) = input.map_err(|_| unreadable())?;
    let input: Login = wire::strict::read(input).map_err(|_| unreadable())?;
    let wrong = || Problem::new(StatusCode::UNAUTHORIZED, "The user name or the password is not right.");
    if input.username.len() > LONGEST_NAME {
        return Err(wrong());
    }
    let peer = peer.map(|Extension(ConnectInfo(peer))| peer.ip().to_string()).unwrap_or_default();
    let key = format!("{}|{peer}", input.username);
    let attempts = app.center.attempts();
    let _turn = HASHING.acquire().await.map_err(|_| wrong())?;
    // Looked at after the turn has come, so that many attempts at once count like one after the other.
    if let Some(wait) = attempts.wait_ms(&key, app.center.now()) {
        return Err(Problem::slow_down("Too many attempts. Wait before the next one.", wait));
    }
    let engine = instance::choose(&app.center, input.instance.as_deref()).await;
    let known = match &engine {
        Some(engine) => {
            engine
                .read(|core, _| {
                    core.directory()
                        .user_named(&input.username)
                        .map(|user| (user.id, user.password_hash.clone()))
                })
                .await?
        }
        None => None,
    };
    let (user, hash) = known.map_or((None, None), |(user, hash)| (Some(user), hash));
    let password = input.password;
    let fits = tokio::task::spawn_blocking(move || center::password::verify(&password, hash.as_deref()))
        .await
        .unwrap_or(false);
    let (Some(engine), Some(user), true) = (engine, user, fits) else {
        attempts.failed(&key, app.center.now());
        return Err(wrong());
    };
    attempts.succeeded(&key);
    let signed_in = SignedIn { engine, user, session: app.center.fresh_id() };
    let token = open(&app, &signed_in).await?;
    let body = describe(&app, &signed_in).await?;
    let jar = if input.embedded { Jar::BOTH } else { Jar::OWN };
    Ok((jar.set(&token, SESSION_MS / 1000), private(body)).into_response())
}

#[derive(Deserialize)]
struct SignIn {
    token: String,
}

/// The link of a federation token: takes over the session it was made for and goes on to the workspace.
async fn sign_in(State(app): State<App>, Query(input): Query<SignIn>) -> Result<Response, Problem> {
    let found = SignedIn::by_token(&app.center, &input.token, TokenKind::Session, app.center.now()).await?;
    let Some(signed_in) = found else {
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "The sign-in link is not valid (any more)."));
    };
    let token = renew(&app, &signed_in).await?;
    Ok((Jar::OWN.set(&token, SESSION_MS / 1000), Redirect::to("/agent-app-v2")).into_response())
}

/// How long a window that has signed in may take to hand its session to a frame.
const TICKET_MS: i64 = 60_000;

/// What a signed-in window hands to a frame of ours that the browser gives no cookie. It is worth a whole session, which
/// no other page gets hold of.
async fn ticket(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    let signed_in = SignedIn::by_own_page(&app, &headers).await?.ok_or_else(Problem::unauthorized)?;
    let ticket = signed_in.token(TokenKind::Ticket, app.center.now() + TICKET_MS);
    Ok(private(json!({"ticket": app.center.tokens().sign(&ticket)})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Embed {
    ticket: String,
}

/// A frame in another site's page takes over the session of the window that gave it a ticket.
async fn embed(
    State(app): State<App>,
    input: Result<Json<Value>, JsonRejection>,
) -> Result<Response, Problem> {
    let unreadable =
        || Problem::bad_request("Send a JSON object with the ticket, and application/json as its type.");
    let Json(input) = input.map_err(|_| unreadable())?;
    let input: Embed = wire::strict::read(input).map_err(|_| unreadable())?;
    let found = SignedIn::by_token(&app.center, &input.ticket, TokenKind::Ticket, app.center.now()).await?;
    let Some(signed_in) = found else {
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "The ticket is not valid (any more)."));
    };
    let token = renew(&app, &signed_in).await?;
    Ok((Jar::EMBEDDED.set(&token, SESSION_MS / 1000), private(json!({}))).into_response())
}

/// Moves the end of a session that is still open, and gives the token for its cookie.
async fn renew(app: &App, signed_in: &SignedIn) -> Result<String, Problem> {
    let (key, user) = (signed_in.key(), signed_in.user);
    let session = signed_in
        .engine
        .apply(|core, cx| {
            // It may have been closed since it was looked up: what is signed out stays so.
            core.session(&key, cx.now).is_some().then(|| core.open_session(cx, key, user, SESSION_MS))
        })
        .await?
        .ok_or_else(Problem::unauthorized)?;
    Ok(app.center.tokens().sign(&signed_in.token(TokenKind::Session, session.expires_at)))
}

/// Opens a session and gives the token for its cookie.
async fn open(app: &App, signed_in: &SignedIn) -> Result<String, Problem> {
    let (key, user) = (signed_in.key(), signed_in.user);
    let session = signed_in.engine.apply(|core, cx| core.open_session(cx, key, user, SESSION_MS)).await?;
    Ok(app.center.tokens().sign(&signed_in.token(TokenKind::Session, session.expires_at)))
}

async fn session(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    let signed_in = SignedIn::by_cookie(&app, &headers).await?.ok_or_else(Problem::unauthorized)?;
    Ok(private(describe(&app, &signed_in).await?))
}

/// Who is signed in, where, and what they may do.
async fn describe(app: &App, signed_in: &SignedIn) -> Result<Value, Problem> {
    let user = signed_in.user;
    let body = signed_in
        .engine
        .read(|core, _| {
            let directory = core.directory();
            let entry = directory.user(user)?;
            let names = [&entry.identity_info.first_name, &entry.identity_info.last_name];
            let name = names.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
            let scope = directory.scope();
            Some(json!({
                "userId": user,
                "username": entry.username,
                "displayName": if name.is_empty() { &entry.username } else { &name },
                "instanceId": scope.instance,
                "instanceArn": scope.instance_arn(),
                "instanceAlias": directory.instance().alias,
                "region": scope.region,
                "accountId": scope.account,
                "permissions": permissions(core, user),
                "offerSeconds": {
                    "chat": core.settings().offer_ms / 1000,
                    "task": core.settings().task_offer_ms / 1000,
                },
            }))
        })
        .await?;
    let mut body = body.ok_or_else(Problem::unauthorized)?;
    body["calls"] = json!(app.center.has_telephony());
    body["csrfToken"] = json!(app.center.tokens().derive(&format!("csrf/{}", signed_in.session)));
    Ok(body)
}

/// Everything that the user's security profiles grant, by public name.
pub(crate) fn permissions(core: &Core, user: UserId) -> BTreeSet<String> {
    let directory = core.directory();
    let profiles = directory.user(user).map(|user| user.security_profile_ids.as_slice()).unwrap_or_default();
    let profiles = profiles.iter().filter_map(|id| directory.security_profile(*id));
    profiles.flat_map(|profile| profile.permissions.iter().cloned()).collect()
}

/// Whether one of the user's security profiles grants this.
pub(crate) fn may(core: &Core, user: UserId, permission: Permission) -> bool {
    let directory = core.directory();
    let Some(user) = directory.user(user) else { return false };
    let profiles: Vec<_> =
        user.security_profile_ids.iter().filter_map(|id| directory.security_profile(*id)).collect();
    holds(&profiles, permission)
}

async fn logout(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    sign_out(&app, &headers).await?;
    Ok((Jar::BOTH.set("", 0), private(json!({}))).into_response())
}

/// Called by desktops with `fetch`, and by links.
async fn leave(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    sign_out(&app, &headers).await?;
    let cleared = Jar::BOTH.set("", 0);
    if headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate") {
        return Ok((cleared, Redirect::to("/login")).into_response());
    }
    Ok((cleared, private(json!({}))).into_response())
}

/// Ends the session; the agent goes offline with it.
async fn sign_out(app: &App, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(signed_in) = SignedIn::by_cookie(app, headers).await? else { return Ok(()) };
    let (user, key) = (signed_in.user, signed_in.key());
    signed_in
        .engine
        .apply(|core, cx| {
            core.close_session(&key);
            core.sign_out(cx, user)
        })
        .await??;
    Ok(())
}

/// The agent panel asks for its access token; that is when the user comes to work as an agent.
async fn authorize(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    let signed_in = SignedIn::by_cookie(&app, &headers).await?.ok_or_else(Problem::unauthorized)?;
    let (user, key) = (signed_in.user, signed_in.key());
    let session = signed_in
        .engine
        .apply(|core, cx| {
            if !may(core, user, Permission::BasicAgentAccess) {
                return Err(Problem::forbidden(
                    "The agent panel needs the permission BasicAgentAccess. Ask an administrator for it.",
                ));
            }
            if core.session(&key, cx.now).is_none() {
                return Err(Problem::unauthorized());
            }
            core.sign_in(cx, user)?;
            // A panel that is open keeps its user signed in.
            Ok(core.open_session(cx, key, user, SESSION_MS))
        })
        .await??;
    let tokens = app.center.tokens();
    let cookie = tokens.sign(&signed_in.token(TokenKind::Session, session.expires_at));
    let body = json!({
        "accessToken": tokens.sign(&signed_in.token(TokenKind::Access, session.expires_at)),
        "expiration": session.expires_at.0,
    });
    // The cookies that were given back are renewed, and no other is made.
    Ok((Jar::of(&headers).set(&cookie, SESSION_MS / 1000), private(body)).into_response())
}

/// The origins whose pages may embed the panel; an old route that desktops still ask.
async fn approved_origins(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    let own = SignedIn::by_cookie(&app, &headers).await?.map(|signed_in| signed_in.engine);
    let engine = match own {
        Some(engine) => Some(engine),
        None => instance::choose(&app.center, None).await,
    };
    let origins = match engine {
        Some(engine) => engine.read(|core, _| core.directory().instance().approved_origins.clone()).await?,
        None => Vec::new(),
    };
    Ok(private(json!({"whitelistedOrigins": origins})))
}

/// An answer that nothing between us and the browser may keep.
fn private(body: Value) -> Response {
    ([(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
