//! The instance in which a draft is played: what a rehearsal asks of it. Everything else is given.

use std::sync::Arc;

use flows::action::ResourceKind;
use flows::{BotCall, BotError, BotReply, Program, ViewRequest};
use model::resource::FlowType;
use model::{FlowId, Timestamp};

/// A published flow of an instance.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its id.
    pub id: FlowId,
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: FlowType,
    /// Its content.
    pub program: Arc<Program>,
}

/// A resource of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Its resource name.
    pub arn: String,
}

/// What a rehearsal asks of an instance. Nothing is changed there.
pub trait Instance {
    /// The resource name of the instance.
    fn arn(&self) -> String;

    /// The published flow that an id or ARN means.
    fn flow(&self, text: &str) -> Option<Found>;

    /// The flow of this type that runs where none was chosen.
    fn default_flow(&self, kind: FlowType) -> Option<Found>;

    /// The resource that an id or ARN means (agents also by login name).
    fn named(&self, kind: ResourceKind, text: &str) -> Option<Named>;

    /// Whether flows may ask the bot of this alias in a language; else the reason.
    fn bot(&self, alias: &str, language: Option<&str>) -> Result<(), String>;

    /// The name of the view that a flow shows; else why it cannot be shown.
    fn view(&self, request: &ViewRequest) -> Result<String, String>;

    /// One turn of a bot.
    fn ask_bot(&self, call: &BotCall, now: Timestamp) -> Result<BotReply, BotError>;
}
