//! What an agent does in a call: hold, mute, keys. Calls to others are not built: refused by name, in a way that panels
//! can show.

use api::App;
use axum::http::StatusCode;
use contacts::{Core, Refusal, invalid_state};
use model::{ContactId, ParticipantId, UserId};
use serde::Deserialize;
use serde_json::{Value, json};
use wire::{ApiError, Call, Operation};

use super::{Agent, Answer, Authentication, contact_id};

pub(super) fn operations() -> Vec<Operation<App>> {
    let built = [
        Operation::rpc("HoldConnection", hold),
        Operation::rpc("ResumeConnection", resume),
        Operation::rpc("MuteParticipant", mute),
        Operation::rpc("UnmuteParticipant", unmute),
        Operation::rpc("SendDigits", send_digits).sensitive("digits"),
    ];
    let refused = ["CreateOutboundContact", "ToggleActiveConnections", "ConferenceConnections"];
    let refused = refused.into_iter().map(|name| Operation::rpc(name, refuse).read_only());
    built.into_iter().chain(refused).collect()
}

/// 400, because panels repeat what ends with 501 and never hear of 403.
async fn refuse(call: Call<App>, _: Value) -> Answer {
    Agent::of(&call).await?;
    let message = format!("{}: calls to others are not available in this product yet.", call.operation);
    Err(ApiError::new(StatusCode::BAD_REQUEST, "InvalidContactTypeException", message))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OfConnection {
    #[serde(default)]
    #[allow(dead_code, reason = "the bearer header identifies the caller")]
    authentication: Option<Authentication>,
    contact_id: String,
    connection_id: String,
    #[serde(default)]
    digits: Option<String>,
}

/// Whose connection an agent means in their contact.
#[derive(PartialEq)]
enum End {
    Customer,
    Own,
}

fn end(core: &Core, user: UserId, id: ContactId, connection: &str) -> Result<End, Refusal> {
    let leg = core.agent(user).and_then(|agent| agent.leg(id));
    let leg = leg.ok_or_else(|| invalid_state("The agent does not hold this contact (any more)."))?;
    let connection: Option<ParticipantId> = connection.parse().ok();
    let customer = core.chain(leg.chain).and_then(|chain| chain.customer.as_ref());
    match connection {
        Some(connection) if connection == leg.participant => Ok(End::Own),
        Some(connection) if customer.is_some_and(|customer| customer.participant == connection) => {
            Ok(End::Customer)
        }
        _ => Err(invalid_state("The contact has no such connection.")),
    }
}

async fn hold(call: Call<App>, input: OfConnection) -> Answer {
    let (agent, id) = (Agent::of(&call).await?, contact_id(&input.contact_id)?);
    let user = agent.user;
    agent
        .apply(|core, cx| match end(core, user, id, &input.connection_id)? {
            End::Customer => core.hold(cx, user, id),
            End::Own => Err(invalid_state("The customer is put on hold, not the agent.")),
        })
        .await?;
    Ok(json!({}))
}

async fn resume(call: Call<App>, input: OfConnection) -> Answer {
    let (agent, id) = (Agent::of(&call).await?, contact_id(&input.contact_id)?);
    let user = agent.user;
    agent
        .apply(|core, cx| {
            end(core, user, id, &input.connection_id)?;
            core.take_off_hold(cx, user, id)
        })
        .await?;
    Ok(json!({}))
}

async fn mute(call: Call<App>, input: OfConnection) -> Answer {
    set_mute(call, input, true).await
}

async fn unmute(call: Call<App>, input: OfConnection) -> Answer {
    set_mute(call, input, false).await
}

async fn set_mute(call: Call<App>, input: OfConnection, muted: bool) -> Answer {
    let (agent, id) = (Agent::of(&call).await?, contact_id(&input.contact_id)?);
    let user = agent.user;
    agent
        .apply(|core, _| match end(core, user, id, &input.connection_id)? {
            End::Own => core.mute(user, id, muted),
            End::Customer => Err(invalid_state("An agent mutes only their own connection.")),
        })
        .await?;
    Ok(json!({}))
}

async fn send_digits(call: Call<App>, input: OfConnection) -> Answer {
    let (agent, id) = (Agent::of(&call).await?, contact_id(&input.contact_id)?);
    let user = agent.user;
    let digits = input.digits.ok_or_else(|| ApiError::invalid_parameter("digits is missing."))?;
    agent
        .apply(|core, _| {
            end(core, user, id, &input.connection_id)?;
            core.press(user, id, &digits)
        })
        .await?;
    Ok(json!({}))
}
