//! A simulated day: thousands of agents with shifts, hundreds of thousands of contacts, in virtual time.
//!
//! 1. [`centre::build`] configures an instance: queues, routing profiles, agents, one flow.
//! 2. [`plan`] says who works when and when contacts come.
//! 3. [`Day::run`] lets agents and customers act on the core, moment by moment, until everything has ended.
//! 4. [`ledger::Ledger`] follows every outcome and complains where an invariant does not hold.

pub mod centre;
mod drive;
pub mod ledger;
pub mod plan;

pub use drive::{Day, Report};

/// How large the day is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Agents over all shifts.
    pub agents: usize,
    /// Contacts over 24 hours; seven of ten are chats, the others tasks.
    pub contacts: usize,
    /// Standard queues.
    pub queues: usize,
    /// Routing profiles; each serves ten queues, for chats and for tasks.
    pub profiles: usize,
}

#[cfg(test)]
mod tests;
