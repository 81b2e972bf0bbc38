//! Websockets of agents, customers and custom participants (spec 11 §2.5).
//!
//! A socket's token stands in its address, is good for reconnecting until it expires, and names one party. The socket
//! then carries topics: the client subscribes to them, and what the engine pushes to the party arrives in order.
//!
//! | party | token | topics | may be refused as one too many |
//! |---|---|---|---|
//! | agent | `AgentSocket` | `aws/chat`, `aws/task`, `aws/softphone` | no |
//! | customer, custom participant | `ParticipantSocket` | `aws/chat` | yes |
//! | agent, one chat only | `AgentChat` | `aws/chat`, of that chat | yes |
//! | agent, in a guide | `AgentChat` | `aws/chat` | yes |

mod connection;
mod frame;
mod places;

use std::sync::Arc;
use std::time::Duration;

use api::{App, SocketPath};
use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Extension, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use center::token::TokenError;
use center::{Center, Token, TokenKind};
use contacts::Address;
use engine::Engine;
use model::{ParticipantId, Timestamp, UserId};
use serde::Deserialize;
use wire::guard::Draining;

use connection::{Party, Seat};
use places::Places;

/// Path of an agent's websocket.
pub const AGENT_SOCKET_PATH: &str = "/socket/agent";

/// What one socket is granted.
#[derive(Clone, Copy, Debug)]
pub struct SocketLimits {
    /// How long a client may be silent; clients send a heartbeat every 10 seconds.
    pub silence: Duration,
    /// Sockets of one participant at once.
    pub per_participant: usize,
    /// Most bytes of one message of a client.
    pub message_bytes: usize,
    /// How long a chat's socket stays open once the chat is over, for the client to close it.
    pub after_end: Duration,
}

impl Default for SocketLimits {
    fn default() -> Self {
        Self {
            silence: Duration::from_secs(30),
            per_participant: 5,
            message_bytes: 32 * 1024,
            after_end: Duration::from_secs(10),
        }
    }
}

/// Bytes that are read at once. The library's own 128 KiB would be held by every idle socket.
const READ_BUFFER: usize = 4 * 1024;
/// Bytes that are gathered before they are written.
const WRITE_BUFFER: usize = 4 * 1024;
/// Most bytes written but not taken by the client.
const MOST_UNTAKEN: usize = 1024 * 1024;

/// The routes of all websockets.
pub fn sockets() -> Router<App> {
    sockets_with(SocketLimits::default())
}

/// The same under other limits.
pub fn sockets_with(limits: SocketLimits) -> Router<App> {
    let shared = Shared { limits, places: Places::default() };
    Router::new()
        .route(AGENT_SOCKET_PATH, any(agent))
        .route(SocketPath::PARTICIPANT, any(participant))
        .layer(Extension(shared))
}

/// The address of an agent's websocket for the caller with these headers: always `wss:`, as panels refuse any other.
/// Where TLS ends elsewhere or nowhere, our own pages open it on the host and scheme they were loaded from.
pub fn agent_socket_url(app: &App, headers: &HeaderMap, token: &Token) -> String {
    let origin = app.origin(headers);
    let host = origin.split_once("://").map_or(origin.as_str(), |(_, host)| host);
    format!("wss://{host}{AGENT_SOCKET_PATH}?token={}", app.center.tokens().sign(token))
}

#[derive(Clone)]
struct Shared {
    limits: SocketLimits,
    places: Places,
}

#[derive(Deserialize)]
struct SocketQuery {
    #[serde(default)]
    token: String,
}

/// Why a socket was not opened.
enum Refused {
    /// The token is none of ours, has expired, or what it stands for is over.
    Forbidden(&'static str),
    /// The participant has as many sockets as it may.
    TooMany,
    /// The instance comes back in a moment.
    Later,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Forbidden(text) => (StatusCode::FORBIDDEN, text).into_response(),
            Self::TooMany => {
                (StatusCode::TOO_MANY_REQUESTS, "Too many sockets of one participant.").into_response()
            }
            Self::Later => {
                (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "1")], "Try again in a moment.")
                    .into_response()
            }
        }
    }
}

async fn agent(
    State(app): State<App>,
    Extension(shared): Extension<Shared>,
    Query(address): Query<SocketQuery>,
    draining: Option<Extension<Draining>>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Refused> {
    let (engine, token) = admit(&app, &address.token, &[TokenKind::AgentSocket])?;
    let user = UserId(token.subject);
    let session = token.object.to_string();
    let known = engine
        .read(|core, now| core.session(&session, now).is_some_and(|session| session.user == user))
        .await
        .map_err(|_| Refused::Later)?;
    if !known {
        return Err(Refused::Forbidden("The sign-in is over."));
    }
    let party = Party::Agent { user, session };
    let center = app.center.clone();
    Ok(open(
        shared.limits,
        center,
        engine,
        Address::Agent(user),
        party,
        token.expires_at,
        draining,
        None,
        upgrade,
    ))
}

async fn participant(
    State(app): State<App>,
    Extension(shared): Extension<Shared>,
    Query(address): Query<SocketQuery>,
    draining: Option<Extension<Draining>>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Refused> {
    let (engine, token) = admit(&app, &address.token, &[TokenKind::ParticipantSocket, TokenKind::AgentChat])?;
    let participant = ParticipantId(token.subject);
    let session = token.object.to_string();
    let (speaker, signed_in, guided) = engine
        .read(|core, now| {
            let signed_in = core.session(&session, now).map(|session| session.user);
            (core.speaker(participant), signed_in, core.guided(participant))
        })
        .await
        .map_err(|_| Refused::Later)?;
    let speaker =
        speaker.map_err(|_| Refused::Forbidden("The chat is over, or the participant has left it."))?;
    let (to, party) = match (token.kind, speaker.user) {
        (TokenKind::AgentChat, Some(user)) if signed_in == Some(user) => {
            (Address::Agent(user), Party::AgentInChat { participant, chain: speaker.chain, session })
        }
        (TokenKind::AgentChat, None) if guided.is_some() && signed_in == guided => {
            (Address::Participant(participant), Party::Guided { participant, session })
        }
        (TokenKind::ParticipantSocket, None) => {
            (Address::Participant(participant), Party::Participant { participant })
        }
        _ => return Err(Refused::Forbidden("The token is not for this.")),
    };
    let limit = shared.limits.per_participant;
    let place = shared.places.take(participant, limit).ok_or(Refused::TooMany)?;
    let center = app.center.clone();
    Ok(open(shared.limits, center, engine, to, party, token.expires_at, draining, Some(place), upgrade))
}

fn admit(app: &App, text: &str, kinds: &[TokenKind]) -> Result<(Arc<Engine>, Token), Refused> {
    let token = app.center.tokens().check(text, kinds, app.center.now()).map_err(|error| match error {
        TokenError::Expired => Refused::Forbidden("The token has expired."),
        TokenError::Invalid => Refused::Forbidden("The token is not valid."),
    })?;
    let engine = app.center.instance(token.instance).ok_or(Refused::Forbidden("The instance is gone."))?;
    Ok((engine, token))
}

fn open(
    limits: SocketLimits,
    center: Arc<Center>,
    engine: Arc<Engine>,
    to: Address,
    party: Party,
    expires_at: Timestamp,
    draining: Option<Extension<Draining>>,
    place: Option<places::Place>,
    upgrade: WebSocketUpgrade,
) -> Response {
    // Before the upgrade, so that nothing is missed between the two.
    let subscription = engine.bus().subscribe(to);
    let seat = Seat {
        limits,
        center,
        engine,
        party,
        subscription,
        expires_at,
        draining: draining.map(|Extension(draining)| draining),
        place,
    };
    upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(MOST_UNTAKEN)
        .max_frame_size(limits.message_bytes)
        .max_message_size(limits.message_bytes)
        .on_upgrade(move |socket| seat.run(socket))
}
