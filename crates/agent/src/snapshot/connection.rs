//! The connections of a contact: the customer's, the agent's own, and whoever it is being transferred to.
//!
//! Panels rely on exactly one connection of the agent and exactly one that is `initial` in every contact.

use center::{Token, TokenKind};
use contacts::Core;
use contacts::agent::{Leg, LegState};
use contacts::chain::Chain;
use model::{ArnKind, Channel, ContactId, ParticipantId, Timestamp, UserId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::endpoint::of_quick_connect;
use super::{Sign, seconds};

/// How long an agent's chat token outlives the chat, or its offer where the chat sets no end. Clients renew tokens
/// ahead of their expiry, so it must not come with the chat's end; what is over is refused by its state, and everything
/// once the session is closed.
const TOKEN_MS: i64 = 24 * 3600 * 1000;

pub(super) fn all(core: &Core, user: UserId, leg: &Leg, sign: Sign) -> Vec<Value> {
    let mut all = vec![initial(core, leg), own(core, user, leg, sign)];
    all.extend(third_party(core, user, leg));
    all
}

/// The token with which an agent takes part in a chat, in one sign-in session; its end does not change from one
/// snapshot to the next.
pub fn chat_token(core: &Core, leg: &Leg, session: Uuid) -> Token {
    let ends = core.chain(leg.chain).and_then(|chain| chain.expires_at);
    Token {
        kind: TokenKind::AgentChat,
        instance: core.directory().instance().id,
        subject: leg.participant.0,
        object: session,
        expires_at: ends.unwrap_or(leg.since) + TOKEN_MS,
    }
}

/// The customer of a chat. The protocol has no type for people without a number, so clients get the plainest.
pub(super) fn customer_endpoint(chain: Option<&Chain>) -> Value {
    let name = chain.and_then(|chain| chain.customer.as_ref()).map(|customer| customer.display_name.as_str());
    json!({"type": "phone_number", "name": name, "displayName": name})
}

/// The side that began the contact.
fn initial(core: &Core, leg: &Leg) -> Value {
    let contact = core.contact(leg.contact);
    let chain = core.chain(leg.chain);
    let customer = chain.and_then(|chain| chain.customer.as_ref());
    // Nobody is at the other end of a task; the system's participant stands there.
    let id = customer
        .map(|customer| customer.participant)
        .or(chain.map(|chain| chain.system))
        .unwrap_or(ParticipantId(leg.chain.0));
    let live = contact.filter(|contact| !contact.is_disconnected());
    let (state, at) = match live {
        Some(contact) => {
            let joined = customer.and_then(|customer| customer.connected_at);
            ("connected", joined.or(contact.connected_to_system_at).unwrap_or(contact.initiated_at))
        }
        None => ("disconnected", contact.and_then(|contact| contact.disconnected_at).unwrap_or(leg.since)),
    };
    connection(id, "inbound", true, state, at, customer_endpoint(chain))
}

fn own(core: &Core, user: UserId, leg: &Leg, sign: Sign) -> Value {
    let state = match leg.state {
        LegState::Connecting => "connecting",
        LegState::Connected | LegState::Paused => "connected",
        LegState::Missed | LegState::Rejected | LegState::Error | LegState::Ended => "disconnected",
    };
    let directory = core.directory();
    let login = directory.user(user).map(|user| user.username.as_str());
    let endpoint = json!({
        "type": "agent",
        "endpointARN": directory.scope().arn(ArnKind::Agent, user),
        "name": login,
        "agentLogin": login,
    });
    let mut body = connection(leg.participant, "agent", false, state, leg.since, endpoint);
    if leg.channel == Channel::Chat {
        let customer = core.chain(leg.chain).and_then(|chain| chain.customer.as_ref());
        let mut info = json!({"chatAutoAccept": false});
        if let Some(customer) = customer {
            info["customerName"] = json!(customer.display_name);
        }
        // Who let an offer pass has no part in the chat.
        if matches!(leg.state, LegState::Connecting | LegState::Connected | LegState::Ended) {
            let token = sign(core, leg);
            let data = json!({
                "ConnectionAuthenticationToken": token,
                "ParticipantId": leg.participant,
                "ParticipantToken": token,
            });
            info["connectionData"] = json!(data.to_string());
        }
        body["chatMediaInfo"] = info;
    }
    body
}

/// Whom the contact is being transferred to, while the transfer's flow runs.
fn third_party(core: &Core, user: UserId, leg: &Leg) -> Option<Value> {
    let chain = core.chain(leg.chain)?;
    let (target, source) = chain.contacts.iter().find_map(|id| {
        let contact = core.contact(*id)?;
        let source = contact.transfer_from.as_ref()?;
        (source.contact == leg.contact && source.user == Some(user)).then_some((contact, source))
    })?;
    let connect = core.directory().quick_connect(source.quick_connect?)?;
    let endpoint = of_quick_connect(core.directory(), connect);
    let id = third_party_id(target.id);
    let mut body = connection(id, "outbound", false, "connecting", target.initiated_at, endpoint);
    body["quickConnectName"] = json!(connect.name);
    Some(body)
}

/// The connection id under which the target of a transfer is shown.
pub fn third_party_id(target: ContactId) -> ParticipantId {
    ParticipantId(target.0)
}

fn connection(
    id: ParticipantId,
    kind: &str,
    initial: bool,
    state: &str,
    at: Timestamp,
    endpoint: Value,
) -> Value {
    json!({
        "connectionId": id,
        "type": kind,
        "initial": initial,
        "state": {"type": state, "timestamp": seconds(at)},
        "endpoint": endpoint,
    })
}
