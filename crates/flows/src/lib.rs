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
//!
//! Before a document is published, [`validate()`] says what is wrong with it:
//!
//! ```
//! use model::resource::FlowType;
//!
//! let text = r#"{"Version": "2019-10-30", "StartAction": "hello", "Actions": [
//!     {"Identifier": "hello", "Type": "MessageParticipant", "Parameters": {"Text": "Hi $.Attributes.name"},
//!      "Transitions": {"NextAction": "bye"}},
//!     {"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]}"#;
//! assert!(flows::validate(text, FlowType::ContactFlow, false).is_empty());
//! let broken = text.replace("\"NextAction\": \"bye\"", "\"NextAction\": \"nowhere\"");
//! let problems = flows::validate(&broken, FlowType::ContactFlow, false);
//! assert_eq!((problems[0].rule, problems[0].path.as_str()), ("V4", "Actions[0].Transitions.NextAction"));
//! ```
//!
//! # What stays outside
//!
//! Storing flows and their versions, choosing which flow runs at which event, telling the time, calling functions,
//! and everything that happens to a contact between two calls of [`advance`]: that is the engine's, behind [`Host`].
//! Documents of the older format (`modules`) are converted first: [`legacy`].
//!
//! # Decisions
//!
//! * One table ([`action`]) holds every rule about a single action type; validator and interpreter read it.
//! * An unedited document is its text; an edit replaces only the stretch it concerns ([`document`]).
//! * A failure takes the branch the reference names; a type without error branches goes on; otherwise the run ends
//!   visibly with its reason. What needs a service the host lacks fails by that service's name.
//! * A run is bounded: 1,000 actions without a pause, 20 seconds of functions in a row, five modules deep, and the
//!   values it makes and keeps ([`interpreter::budget`]).

pub mod action;
pub mod document;
pub mod error;
pub mod exchange;
pub mod flow_type;
pub mod host;
pub mod interactive;
pub mod interpreter;
pub mod keys;
pub mod legacy;
pub mod library;
pub mod program;
pub mod resources;
pub mod run;
pub mod validate;
pub mod value;

pub use document::Document;
pub use error::{ErrorBranch, FlowError, ParseError};
pub use exchange::{
    AuthenticationRequest, BotCall, BotError, FunctionCall, FunctionError, KeysRequest, PastChatRequest,
    Pause, Resume, ThirdParty, ThirdPartyEnd, ViewRequest,
};
pub use host::{
    BotReply, Branch, ContactUpdate, CreateTask, EventHook, Host, LogEntry, Message, Metric, QueueMetrics,
    RoutingBehavior, Said, Service, Target, TargetQueue, TaskReference,
};
pub use interpreter::advance;
pub use interpreter::bot::{BUILT_IN_MENU, is_built_in_menu};
pub use keys::KeysEnd;
pub use program::Program;
pub use resources::is_managed_view;
pub use run::Run;
pub use validate::{Level, ModuleContract, Problem, Resolver, validate, validate_document};
pub use value::Reference;
