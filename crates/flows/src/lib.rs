//! The flow language: documents, validation, values and the interpreter. Pure: no I/O, no clock, no randomness.
//!
//! # How to drive it
//!
//! 1. Parse a published document once: [`Program::parse`], and share it as `Arc<Program>`.
//! 2. Begin a run: [`Run::start`]. It is plain data; keep it inside the contact's document.
//! 3. Call [`advance`] with [`Resume::Start`]. Actions that need nothing from outside are done at once through the
//!    [`Host`], everything else ends the call with a [`Pause`] that says what the run waits for.
//! 4. Do what the pause asks for, keep the run, and call [`advance`] again with the matching [`Resume`], passing
//!    the program of [`Run::flow`] (which changes when a flow transfers or invokes a module).

pub mod action;
pub mod document;
pub mod error;
pub mod exchange;
pub mod flow_type;
pub mod host;
pub mod interactive;
pub mod interpreter;
pub mod library;
pub mod program;
pub mod run;
pub mod validate;
pub mod value;

pub use document::Document;
pub use error::{ErrorBranch, FlowError, ParseError};
pub use exchange::{FunctionCall, FunctionError, Pause, Resume, ThirdParty, ThirdPartyEnd, ViewRequest};
pub use host::{
    BotReply, ContactUpdate, CreateTask, EventHook, Host, LogEntry, Message, Metric, QueueMetrics,
    RoutingBehavior, Service, Target, TargetQueue, TaskReference,
};
pub use interpreter::advance;
pub use program::Program;
pub use run::Run;
pub use validate::{Level, Problem, Resolver, validate, validate_document};
pub use value::Reference;
