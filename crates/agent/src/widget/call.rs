//! Calls that anybody may place from a page: started, given sound, ended (spec 11 §6 leaves the protocol to us).
//!
//! | request | answer |
//! |---|---|
//! | `POST /widget/call` `{InstanceId?, ContactFlowId?, DisplayName?, Attributes?}` | `{ContactId, ParticipantId, ParticipantToken}` |
//! | `POST /widget/call/offer` `{ParticipantToken, Sdp}` | `{Sdp, Candidates}`; again for new sound |
//! | `POST /widget/call/key` `{ParticipantToken, Keys}` | `{}` |
//! | `POST /widget/call/end` `{ParticipantToken}` | `{}` |

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use api::App;
use axum::extract::rejection::JsonRejection;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Extension, State};
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use center::telephony::{OfferRefused, Telephony, WebOffer};
use center::{Token, TokenKind};
use contacts::IncomingCall;
use contacts::call::{CallCommand, CallEvent, HangUpCause};
use engine::Engine;
use model::{ContactId, ParticipantId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::pace::Pace;
use super::{UNNAMED, UNSIGNED, find_instance, flow};
use crate::problem::Problem;

/// Bytes of a request: 32 KB of attributes or a session description, and what surrounds them.
const BODY_LIMIT: usize = 96 * 1024;
/// How long a call can go on at most, in milliseconds.
const CALL_MS: i64 = 24 * 3600 * 1000;
/// Keys of one request.
const KEYS: usize = 50;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/widget/call", post(start))
        .route("/widget/call/offer", post(offer))
        .route("/widget/call/key", post(key))
        .route("/widget/call/end", post(end))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(Extension(OfferPace::default()))
        .layer(Extension(KeyPace::default()))
}

/// How often an address may bring up sound, counted apart from the calls it starts.
#[derive(Clone, Default)]
struct OfferPace(Arc<Pace>);

/// How often an address may send keys, counted apart from both.
#[derive(Clone, Default)]
struct KeyPace(Arc<Pace>);

fn address(peer: Option<Extension<ConnectInfo<SocketAddr>>>) -> IpAddr {
    peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |Extension(ConnectInfo(peer))| peer.ip())
}

type Input = Result<Json<Value>, JsonRejection>;

fn read<T: DeserializeOwned>(input: Input) -> Result<T, Problem> {
    let Json(input) = input.map_err(|error| Problem::bad_request(error.body_text()))?;
    wire::strict::read(input).map_err(|error| Problem::bad_request(error.to_string()))
}

fn telephony(app: &App) -> Result<&Arc<dyn Telephony>, Problem> {
    app.center.telephony().ok_or_else(|| {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "This server takes no calls: telephony is not running.")
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Start {
    #[serde(default)]
    instance_id: Option<String>,
    #[serde(default)]
    contact_flow_id: Option<String>,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

async fn start(
    State(app): State<App>,
    Extension(pace): Extension<Arc<Pace>>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    input: Input,
) -> Result<Response, Problem> {
    if let Err(wait) = pace.charge(address(peer), app.center.now()) {
        return Err(Problem::slow_down("Too many calls were started from this address.", wait));
    }
    let input: Start = read(input)?;
    telephony(&app)?;
    let engine = find_instance(&app, input.instance_id.as_deref()).await?;
    let call = IncomingCall {
        flow: flow(&engine, input.contact_flow_id).await?,
        display_name: input
            .display_name
            .filter(|name| !name.trim().is_empty())
            .unwrap_or_else(|| UNNAMED.to_owned()),
        // Nobody has signed them: flows can tell them from those they may trust.
        attributes: input
            .attributes
            .into_iter()
            .map(|(name, value)| (format!("{UNSIGNED}{name}"), value))
            .collect(),
        ..IncomingCall::default()
    };
    let started = engine.apply(|core, cx| core.call_arrived(cx, call)).await??;
    let token = Token {
        kind: TokenKind::Participant,
        instance: engine.id(),
        subject: started.party.0,
        object: started.contact.0,
        expires_at: engine.now() + CALL_MS,
    };
    answer(json!({
        "ContactId": started.contact,
        "ParticipantId": started.party,
        "ParticipantToken": app.center.tokens().sign(&token),
    }))
}

/// A caller by their token, while their call goes on.
struct Caller {
    engine: Arc<Engine>,
    party: ParticipantId,
    room: ContactId,
}

impl Caller {
    async fn of(app: &App, token: &str) -> Result<Self, Problem> {
        let refused = || Problem::forbidden("ParticipantToken is not that of a call.");
        let center = &app.center;
        let token =
            center.tokens().check(token, &[TokenKind::Participant], center.now()).map_err(|_| refused())?;
        let engine = center.instance(token.instance).ok_or_else(refused)?;
        let caller = Self { engine, party: ParticipantId(token.subject), room: ContactId(token.object) };
        caller.check().await?;
        Ok(caller)
    }

    async fn check(&self) -> Result<(), Problem> {
        let (party, room) = (self.party, self.room);
        let goes_on = self.engine.read(|core, _| {
            core.chain(room).is_some_and(|chain| {
                let customer = chain.customer.as_ref().map(|customer| customer.participant);
                chain.channel == model::Channel::Voice && chain.ended_at.is_none() && customer == Some(party)
            })
        });
        if goes_on.await? { Ok(()) } else { Err(Problem::new(StatusCode::GONE, "The call is over.")) }
    }

    fn hang_up(&self, telephony: &dyn Telephony) {
        let cause = HangUpCause::Normal;
        telephony.command(&self.engine, CallCommand::HangUp { party: self.party, cause });
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Offer {
    participant_token: String,
    sdp: String,
}

async fn offer(
    State(app): State<App>,
    Extension(OfferPace(pace)): Extension<OfferPace>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    input: Input,
) -> Result<Response, Problem> {
    if let Err(wait) = pace.charge(address(peer), app.center.now()) {
        return Err(Problem::slow_down("Too many offers came from this address.", wait));
    }
    let input: Offer = read(input)?;
    let telephony = telephony(&app)?;
    let caller = Caller::of(&app, &input.participant_token).await?;
    let offer = WebOffer { party: caller.party, room: caller.room, sdp: input.sdp };
    let answered = telephony.offer(&caller.engine, offer).await.map_err(|refused| match &refused {
        OfferRefused::Wrong(why) => Problem::bad_request(why),
        OfferRefused::Busy => Problem::new(StatusCode::TOO_MANY_REQUESTS, refused.to_string()),
        OfferRefused::Unavailable => Problem::new(StatusCode::SERVICE_UNAVAILABLE, refused.to_string()),
    })?;
    // The call may have ended meanwhile, which the leg has not heard of.
    if let Err(problem) = caller.check().await {
        caller.hang_up(&**telephony);
        return Err(problem);
    }
    answer(json!({"Sdp": answered.sdp, "Candidates": answered.candidates}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Keys {
    participant_token: String,
    keys: String,
}

async fn key(
    State(app): State<App>,
    Extension(KeyPace(pace)): Extension<KeyPace>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    input: Input,
) -> Result<Response, Problem> {
    if let Err(wait) = pace.charge(address(peer), app.center.now()) {
        return Err(Problem::slow_down("Too many keys came from this address.", wait));
    }
    let input: Keys = read(input)?;
    let is_key = |key: char| key.is_ascii_digit() || matches!(key, '*' | '#');
    if input.keys.is_empty() || input.keys.len() > KEYS || !input.keys.chars().all(is_key) {
        return Err(Problem::bad_request(format!("Keys are 1 to {KEYS} of 0-9, * and #.")));
    }
    let caller = Caller::of(&app, &input.participant_token).await?;
    for key in input.keys.chars() {
        telephony(&app)?.key(caller.party, key);
    }
    answer(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct End {
    participant_token: String,
}

async fn end(State(app): State<App>, input: Input) -> Result<Response, Problem> {
    let input: End = read(input)?;
    let caller = Caller::of(&app, &input.participant_token).await?;
    caller.hang_up(&**telephony(&app)?);
    let gone = CallEvent::HungUp { party: caller.party, lost: false };
    caller.engine.apply(|core, cx| core.call_event(cx, gone)).await?;
    answer(json!({}))
}

fn answer(body: Value) -> Result<Response, Problem> {
    Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response())
}
