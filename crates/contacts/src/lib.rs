//! Contacts and agents at work: the deciding core of one instance. Pure: no I/O, no clock, no randomness of its own.
//!
//! # How to drive it
//!
//! 1. Build a [`Core`] around a loaded [`directory::Directory`]; [`Core::restore`] what the store holds.
//! 2. For each command: make a [`Cx`] with the time and a source of randomness, call one method of the core, then
//!    [`Core::settle`], then [`Core::take_outcome`].
//! 3. Commit the [`Outcome`]: documents, contacts, items, receipts and events in one transaction. Only then answer
//!    the caller and perform the effects, each of which ends in a new command.
//! 4. Call [`Core::tick`] at [`Core::wake_at`].
//!
//! # Who owns what
//!
//! | thing | lives in | shared by |
//! |---|---|---|
//! | attributes, conversation, customer | [`chain::Chain`] | all segments with the same initial contact |
//! | stage, flow, queue stay, agent's part | [`contact::Contact`] | one segment |
//! | status, error, legs | [`agent::Agent`] | one agent |
//! | order of service | `routing::Router` | made anew from contacts and agents at every start |
//!
//! # Stages of a contact
//!
//! ```text
//! Created ──customer connects──► InFlow ──transfer to queue──► Queued ◄──missed, rejected──┐
//! Scheduled ──time comes──────────►│                             │                         │
//!                                  │                             └──router──► Offered ─────┤
//!                                  │                                                       │ accepted
//!                                  ▼                                                       ▼
//!                                Ended ◄──cleared── AfterContactWork ◄──────────────── Connected
//! ```

pub mod agent;
mod agent_event;
mod agents;
pub mod attachment;
mod attributes;
pub mod authentication;
mod bot_talk;
pub mod call;
mod calls;
pub mod chain;
mod chat;
pub mod contact;
mod contact_event;
mod core;
mod cx;
mod ending;
mod error;
pub mod event;
mod flow_run;
mod function_log;
pub mod guides;
mod host;
mod inactivity;
pub mod monitoring;
mod outcome;
mod programs;
mod queueing;
pub mod record;
mod restore;
mod session;
pub mod sound;
mod start;
mod task;
pub mod task_template;
mod timer;
mod token;
pub mod transcript;
mod transfer;
pub mod view_talk;
mod waiting_time;

pub use agent_event::Snapshot;
pub use agents::HEART_BEAT_MS;
pub use calls::{CallStarted, IncomingCall, SOUND_BACK_MS};
pub use chat::Speaker;
pub use core::{Core, Member, MemberRole, PAST_CHAIN, Settings, contact_change};
pub use cx::Cx;
pub use error::{
    Code, Refusal, access_denied, conflict, invalid_parameter, invalid_request, invalid_state,
    limit_exceeded, not_found,
};
pub use event::Event;
pub use function_log::FunctionPlace;
pub use outcome::{
    Address, ContactChange, DocumentChange, Effect, Item, Outcome, Receipt, ResourceChange, TranscriptDue,
    Visibility,
};
pub use restore::{Damaged, Stored};
pub use session::Session;
pub use start::{ChatStarted, PastChat, StartChat, StartTask};
pub use timer::{Deadline, Timers};
