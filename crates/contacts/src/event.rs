//! The vocabulary of committed facts. Contact records, both event streams, logs and the audit log are made from them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::agent_event::Snapshot;

/// A fact. The bodies are in the published shapes; sinks only add their envelopes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event")]
pub enum Event {
    /// Something happened to a contact: the `detail` of a contact event (spec 06 §6).
    Contact {
        /// `detail`.
        detail: Value,
    },
    /// Something happened to an agent (spec 06 §7).
    Agent {
        /// `LOGIN`, `LOGOUT`, `STATE_CHANGE` or `HEART_BEAT`.
        kind: String,
        /// Resource name of the agent.
        agent_arn: String,
        /// The agent now.
        current: Snapshot,
        /// The agent before; null on the first event.
        previous: Option<Snapshot>,
    },
    /// A contact is over, or something about a finished one changed: its record (spec 06 §8).
    Record {
        /// The record.
        record: Value,
    },
    /// A line of the flow log (spec 04 §12).
    FlowLog {
        /// The line.
        entry: Value,
    },
    /// Somebody called the API (who, what, with which result; never with which values).
    Call {
        /// The entry.
        entry: Value,
    },
}
