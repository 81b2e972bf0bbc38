//! Deadlines with names: the core says when it needs to be called next, and why.

use std::collections::{BTreeSet, HashMap};

use model::{ContactId, Timestamp, UserId};

/// Why the core wants to be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Deadline {
    /// An agent has not answered an offer.
    OfferMissed(ContactId),
    /// The wait of a contact's flow is over.
    FlowWake(ContactId),
    /// The wait of a contact's event flow is over.
    EventFlowWake(ContactId),
    /// A scheduled task begins.
    TaskStart(ContactId),
    /// A task is about to be seven days old, or is.
    TaskExpiry(ContactId),
    /// A customer has not connected to their chat.
    ConnectBy(ContactId),
    /// A chat has reached its longest duration.
    ChatExpiry(ContactId),
    /// A custom participant has not connected.
    BotConnectBy(ContactId),
    /// Nobody has asked for the address of a sign-in.
    SignInAddress(ContactId),
    /// An agent's sound in a call was lost.
    AgentSound(ContactId),
    /// A caller's sound was lost, or a call with the process that had it.
    CallLost(ContactId),
    /// Somebody in a chat was silent for long.
    RoleTimer(ContactId),
    /// After-contact work is over.
    AcwOver(UserId, ContactId),
    /// An agent had no event for a while.
    HeartBeat(UserId),
    /// Idempotency tokens are due for removal.
    TokenSweep,
}

/// The set of deadlines; at most one moment per reason.
#[derive(Clone, Debug, Default)]
pub struct Timers {
    order: BTreeSet<(Timestamp, Deadline)>,
    moments: HashMap<Deadline, Timestamp>,
}

impl Timers {
    /// Sets, moves or (with none) cancels a deadline.
    pub fn set(&mut self, deadline: Deadline, at: Option<Timestamp>) {
        if let Some(old) = self.moments.remove(&deadline) {
            self.order.remove(&(old, deadline));
        }
        if let Some(at) = at {
            self.moments.insert(deadline, at);
            self.order.insert((at, deadline));
        }
    }

    /// Whether a deadline is set.
    pub fn is_set(&self, deadline: Deadline) -> bool {
        self.moments.contains_key(&deadline)
    }

    /// The earliest moment.
    pub fn next_at(&self) -> Option<Timestamp> {
        self.order.first().map(|(at, _)| *at)
    }

    /// Takes one deadline that has come.
    pub fn pop_due(&mut self, now: Timestamp) -> Option<Deadline> {
        let (at, deadline) = *self.order.first()?;
        if at > now {
            return None;
        }
        self.set(deadline, None);
        Some(deadline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_come_in_order_and_can_be_moved() {
        let (first, second) = (ContactId::from_u128(1), ContactId::from_u128(2));
        let mut timers = Timers::default();
        timers.set(Deadline::FlowWake(first), Some(Timestamp(10)));
        timers.set(Deadline::FlowWake(second), Some(Timestamp(20)));
        timers.set(Deadline::FlowWake(first), Some(Timestamp(30)));
        assert_eq!(timers.next_at(), Some(Timestamp(20)));
        assert_eq!(timers.pop_due(Timestamp(19)), None);
        assert_eq!(timers.pop_due(Timestamp(40)), Some(Deadline::FlowWake(second)));
        timers.set(Deadline::FlowWake(first), None);
        assert_eq!(timers.pop_due(Timestamp(40)), None);
    }
}
