//! The connections of a contact: the customer's, the agent's own, and whoever it is being transferred to.
//!
//! Panels rely on exactly one connection of the agent and exactly one that is `initial` in every contact.

use center::{Token, TokenKind};
use contacts::Core;
use contacts::agent::{Leg, LegState};
use contacts::chain::Chain;
use contacts::contact::Contact;
use contacts::monitoring::{Monitor, MonitorMode};
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
    all.extend(supervisor(core, leg));
    all
}

/// Somebody's part in a chat: an agent's, or a supervisor's.
#[derive(Clone, Copy, Debug)]
pub struct ChatPart {
    /// The chain of the chat.
    pub chain: ContactId,
    /// Their participant id, also the connection id.
    pub participant: ParticipantId,
    /// Since when; does not change while they keep their part.
    pub since: Timestamp,
}

impl ChatPart {
    /// An agent's.
    pub fn of_leg(leg: &Leg) -> Self {
        Self { chain: leg.chain, participant: leg.participant, since: leg.since }
    }

    /// A supervisor's.
    pub fn of_monitor(contact: &Contact, monitor: &Monitor) -> Self {
        Self { chain: contact.chain, participant: monitor.participant, since: monitor.joined_at }
    }
}

/// The token with which an agent or a supervisor takes part in a chat, in one sign-in session; its end does not change
/// from one snapshot to the next.
pub fn chat_token(core: &Core, part: ChatPart, session: Uuid) -> Token {
    let ends = core.chain(part.chain).and_then(|chain| chain.expires_at);
    Token {
        kind: TokenKind::AgentChat,
        instance: core.directory().instance().id,
        subject: part.participant.0,
        object: session,
        expires_at: ends.unwrap_or(part.since) + TOKEN_MS,
    }
}

/// The customer. The protocol has no type for people without a number, so clients get the plainest.
pub(super) fn customer_endpoint(chain: Option<&Chain>) -> Value {
    let customer = chain.and_then(|chain| chain.customer.as_ref());
    let name = customer.map(|customer| customer.display_name.as_str()).filter(|name| !name.is_empty());
    let mut endpoint = json!({"type": "phone_number", "name": name, "displayName": name});
    if let Some(number) = customer.and_then(|customer| customer.number.as_ref()) {
        endpoint["phoneNumber"] = json!(number);
    }
    endpoint
}

/// The side that began the contact.
fn initial(core: &Core, leg: &Leg) -> Value {
    customer(core, leg.contact, leg.chain, leg.since)
}

/// The customer's end; `since` stands where nothing is known of the contact any more.
pub(super) fn customer(core: &Core, contact: ContactId, chain: ContactId, since: Timestamp) -> Value {
    let (contact, chain_id) = (core.contact(contact), chain);
    let chain = core.chain(chain);
    let customer = chain.and_then(|chain| chain.customer.as_ref());
    // Nobody is at the other end of a task; the system's participant stands there.
    let id = customer
        .map(|customer| customer.participant)
        .or(chain.map(|chain| chain.system))
        .unwrap_or(ParticipantId(chain_id.0));
    let live = contact.filter(|contact| !contact.is_disconnected());
    let (state, at) = match live {
        Some(contact) if contact.call.as_ref().is_some_and(|call| call.held_since.is_some()) => {
            ("hold", contact.call.as_ref().and_then(|call| call.held_since).unwrap_or(since))
        }
        Some(contact) => {
            let joined = customer.and_then(|customer| customer.connected_at);
            ("connected", joined.or(contact.connected_to_system_at).unwrap_or(contact.initiated_at))
        }
        None => ("disconnected", contact.and_then(|contact| contact.disconnected_at).unwrap_or(since)),
    };
    connection(id, "inbound", true, state, at, customer_endpoint(chain))
}

fn own(core: &Core, user: UserId, leg: &Leg, sign: Sign) -> Value {
    let state = match leg.state {
        LegState::Connecting => "connecting",
        LegState::Connected | LegState::Paused => "connected",
        LegState::Missed | LegState::Rejected | LegState::Error | LegState::Ended => "disconnected",
    };
    let endpoint = agent_endpoint(core, user);
    let mut body = connection(leg.participant, "agent", false, state, leg.since, endpoint);
    if leg.channel == Channel::Voice {
        let call = core.contact(leg.contact).and_then(|contact| contact.call.as_ref());
        body["mute"] = json!(call.is_some_and(|call| call.muted));
    }
    if leg.channel == Channel::Chat {
        // Who let an offer pass has no part in the chat.
        let takes_part = matches!(leg.state, LegState::Connecting | LegState::Connected | LegState::Ended);
        body["chatMediaInfo"] =
            media_info(core, leg.chain, takes_part.then(|| (ChatPart::of_leg(leg), sign)));
    }
    body
}

/// A user as the far end of a connection.
pub(super) fn agent_endpoint(core: &Core, user: UserId) -> Value {
    let directory = core.directory();
    let login = directory.user(user).map(|user| user.username.as_str());
    json!({
        "type": "agent",
        "endpointARN": directory.scope().arn(ArnKind::Agent, user),
        "name": login,
        "agentLogin": login,
    })
}

/// What the chat library begins with; with a token for those who have a part in the chat.
pub(super) fn media_info(core: &Core, chain: ContactId, part: Option<(ChatPart, Sign)>) -> Value {
    let mut info = json!({"chatAutoAccept": false});
    if let Some(customer) = core.chain(chain).and_then(|chain| chain.customer.as_ref()) {
        info["customerName"] = json!(customer.display_name);
    }
    if let Some((part, sign)) = part {
        let token = sign(core, part);
        let data = json!({
            "ConnectionAuthenticationToken": token,
            "ParticipantId": part.participant,
            "ParticipantToken": token,
        });
        info["connectionData"] = json!(data.to_string());
    }
    info
}

/// The supervisor who has barged in, as the contact's agent sees them. Who only listens is not shown.
fn supervisor(core: &Core, leg: &Leg) -> Option<Value> {
    let monitors = &core.contact(leg.contact)?.monitors;
    let monitor = monitors.iter().find(|monitor| monitor.mode == MonitorMode::Barge)?;
    let endpoint = agent_endpoint(core, monitor.user);
    let mut body = connection(monitor.participant, "outbound", false, "barge", monitor.since, endpoint);
    body["monitorStatus"] = json!(monitor.mode.as_str());
    Some(body)
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

pub(super) fn connection(
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
