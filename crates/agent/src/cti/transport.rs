//! What a panel is given to reach the server by: websocket addresses and tokens (spec 11 §1.9).

use api::App;
use center::TokenKind;
use contacts::Core;
use contacts::agent::LegState;
use model::{ContactId, ParticipantId, UserId};
use serde::Deserialize;
use serde_json::json;
use wire::{ApiError, Call, Operation};

use super::{Agent, Answer, Authentication, invalid_configuration, unavailable};
use crate::sessions::{SESSION_MS, SignedIn};
use crate::snapshot::{ChatPart, chat_token};
use crate::sockets::agent_socket_url;
use crate::softphone::media_info;

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        Operation::rpc("CreateTransport", create_transport),
        Operation::rpc("GetNewAuthToken", new_auth_token).sensitive("refreshToken"),
    ]
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CreateTransport {
    #[serde(default)]
    #[allow(dead_code, reason = "the bearer header identifies the caller")]
    authentication: Option<Authentication>,
    transport_type: String,
    #[serde(default)]
    participant_id: Option<String>,
    #[serde(default)]
    contact_id: Option<String>,
    #[serde(default)]
    #[allow(dead_code, reason = "every page of an agent has a place at the relay")]
    softphone_client_id: Option<String>,
}

async fn create_transport(call: Call<App>, input: CreateTransport) -> Answer {
    let agent = Agent::of(&call).await?;
    match input.transport_type.as_str() {
        "web_socket" => Ok(web_socket(&call, &agent)),
        "chat_token" => chat(&call, &agent, input).await,
        "softphone" => softphone(&call, &agent),
        "web_rtc" => Err(invalid_configuration(
            "CreateTransport web_rtc: calls with video are not available in this product yet.",
        )),
        "agent_discovery" => Err(invalid_configuration(
            "CreateTransport agent_discovery: global resiliency is not available in this product.",
        )),
        other => Err(ApiError::invalid_parameter(format!(
            "transportType '{other}' is not known; possible are web_socket, chat_token and softphone."
        ))),
    }
}

fn web_socket(call: &Call<App>, agent: &Agent) -> serde_json::Value {
    let expiry = agent.engine.now() + call.state.socket_ms;
    let good_until = call.state.socket_address_expiry(expiry);
    let token = agent.signed_in().token(TokenKind::AgentSocket, good_until);
    json!({"webSocketTransport": {
        "url": agent_socket_url(&call.state, &call.headers, &token),
        "transportLifeTimeInSeconds": call.state.socket_ms / 1000,
        "expiry": expiry.iso_millis(),
    }})
}

/// The relay that the softphone of the agent's page goes through.
fn softphone(call: &Call<App>, agent: &Agent) -> Answer {
    let center = &call.state.center;
    let origin = call.state.origin(&call.headers);
    let transport = center
        .telephony()
        .and_then(|telephony| media_info::transport(&**telephony, &origin, agent.user, agent.engine.now()));
    transport.ok_or_else(|| {
        invalid_configuration(
            "CreateTransport softphone: this server has no relay for calls. See the section telephony of its configuration.",
        )
    })
}

/// The token with which the agent speaks in one chat.
async fn chat(call: &Call<App>, agent: &Agent, input: CreateTransport) -> Answer {
    let refused = || ApiError::invalid_state("The agent has no such connection to this chat.");
    let participant: ParticipantId =
        input.participant_id.and_then(|text| text.parse().ok()).ok_or_else(refused)?;
    let contact: ContactId = input.contact_id.and_then(|text| text.parse().ok()).ok_or_else(refused)?;
    let (user, session) = (agent.user, agent.session);
    let token = agent
        .read(|core| {
            chat_part(core, user, contact)
                .filter(|part| part.participant == participant)
                .map(|part| chat_token(core, part, session))
                .ok_or_else(refused)
        })
        .await?;
    Ok(json!({"chatTokenTransport": {
        "participantToken": call.state.center.tokens().sign(&token),
        "expiry": token.expires_at.iso_millis(),
    }}))
}

/// The part a user has in the chat of a contact: as its agent, or as a supervisor.
fn chat_part(core: &Core, user: UserId, contact: ContactId) -> Option<ChatPart> {
    if let Some((contact, monitor)) = core.monitored_by(user).find(|(one, _)| one.id == contact) {
        return Some(ChatPart::of_monitor(contact, monitor));
    }
    let leg = core.agent(user)?.leg(contact)?;
    // Who let an offer pass has no part in the chat.
    let takes_part = leg.state.is_active() || leg.state == LegState::Ended;
    (takes_part && leg.channel == model::Channel::Chat).then(|| ChatPart::of_leg(leg))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewAuthToken {
    #[serde(default)]
    #[allow(dead_code, reason = "the bearer header identifies the caller")]
    authentication: Option<Authentication>,
    refresh_token: String,
}

/// A token for another shift. Our pages hand out one token for both purposes, so the refresh token is an access token.
async fn new_auth_token(call: Call<App>, input: NewAuthToken) -> Answer {
    let agent = Agent::of(&call).await?;
    let center = &call.state.center;
    let refresh = center.tokens().check(&input.refresh_token, &[TokenKind::Access], center.now());
    if !refresh.is_ok_and(|token| token.subject == agent.user.0 && token.object == agent.session) {
        return Err(ApiError::new(
            axum::http::StatusCode::BAD_REQUEST,
            "RefreshTokenExpiredException",
            "The refresh token is not valid (any more). Sign in again.",
        ));
    }
    let signed_in = agent.signed_in();
    let (key, user) = (signed_in.key(), agent.user);
    let session = agent
        .engine
        .apply(|core, cx| core.open_session(cx, key, user, SESSION_MS))
        .await
        .map_err(unavailable)?;
    Ok(json!({
        "newAuthToken": center.tokens().sign(&signed_in.token(TokenKind::Access, session.expires_at)),
        "expirationDateTime": session.expires_at.iso_millis(),
    }))
}

impl Agent {
    fn signed_in(&self) -> SignedIn {
        SignedIn { engine: self.engine.clone(), user: self.user, session: self.session }
    }
}
