//! What an agent's panel shows, as one document: made anew from the core for every poll (spec 11 §1.6).

mod connection;
mod contact;
pub mod endpoint;
mod monitor;
pub mod state;

#[cfg(test)]
mod tests;

pub use connection::{ChatPart, chat_token};

use contacts::Core;
use model::{Timestamp, UserId};
use serde_json::{Value, json};

/// Prints the token with which somebody takes part in a chat, for the session that asks.
pub type Sign<'a> = &'a dyn Fn(&Core, ChatPart) -> String;

/// The snapshot of a user at `now`. A user who has never signed in is in the state `Init` and holds nothing.
pub fn snapshot(core: &Core, user: UserId, now: Timestamp, sign: Sign) -> Value {
    let mut snapshot = json!({
        "snapshotTimestamp": seconds(now),
        "state": state::visible(core, user, now).body(),
        "contacts": [],
    });
    let Some(agent) = core.agent(user) else { return snapshot };
    let chosen = state::of_status(core.directory(), agent.status, agent.status_since);
    snapshot["agentAvailabilityState"] = json!({"state": chosen.name, "timeStamp": seconds(chosen.since)});
    if let Some(next) = &agent.next_status {
        snapshot["nextState"] = state::of_status(core.directory(), next.status, next.enqueued_at).body();
    }
    let held = agent.legs.iter().map(|leg| contact::body(core, user, leg, sign));
    let monitored =
        core.monitored_by(user).map(|(contact, monitor)| monitor::body(core, contact, monitor, sign));
    let contacts: Vec<Value> = held.chain(monitored).collect();
    snapshot["contacts"] = json!(contacts);
    snapshot
}

/// A moment as the JSON protocol prints it: seconds since 1970 with a fraction.
pub fn seconds(at: Timestamp) -> Value {
    json!(at.as_secs_f64())
}
