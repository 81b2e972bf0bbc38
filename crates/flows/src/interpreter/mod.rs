//! Runs flows: one action after another until the run must wait or ends (spec 10 §1.4).
//!
//! ```text
//! advance ──► resume ──► Outcome ──► leave by a branch ──► next action ──► perform ──► Outcome ──► …
//!                           │                                                            │
//!                           └── Wait: answer a Pause, remember what is awaited ◄─────────┘
//! ```

pub(crate) mod bot;
pub mod budget;
mod condition;
pub(crate) mod contact;
pub(crate) mod control;
pub(crate) mod interaction;
pub(crate) mod keys;
mod leave;
mod log;
mod module;
pub(crate) mod participant;
pub(crate) mod recording;
mod resume;
mod values;

pub use interaction::FUNCTION_ANSWER_LIMIT;

use std::ops::ControlFlow;
use std::sync::Arc;

use serde_json::Value;

use crate::action::Allowed;
use crate::error::{ErrorBranch, FlowError};
use crate::exchange::{Pause, Resume};
use crate::host::Host;
use crate::program::{Action, Program};
use crate::run::{Awaiting, Run};

/// Most actions of one contact without a pause; one more is an error of that action (spec 10 §1.4 rule 7).
pub const STEP_LIMIT: u32 = 1000;
/// Actions allowed after that error, so that the error branch can say goodbye; then the run fails.
const STEP_GRACE: u32 = 50;

/// Lets a run go on as far as it can. `program` is the program of [`Run::flow`].
///
/// Never panics and always returns: a run of more than 1,000 actions without a pause is stopped.
pub fn advance(run: &mut Run, program: &Arc<Program>, host: &mut dyn Host, resume: Resume) -> Pause {
    let mut machine = Machine { run, host, program: program.clone(), note: None };
    let mut outcome = match machine.resume(resume) {
        ControlFlow::Continue(outcome) => outcome,
        ControlFlow::Break(pause) => return pause,
    };
    loop {
        match machine.leave(outcome) {
            ControlFlow::Continue(()) => outcome = machine.step(),
            ControlFlow::Break(pause) => return pause,
        }
    }
}

/// Performs one action.
pub(crate) type Perform = fn(&mut Machine<'_>, &Action) -> Result<Outcome, FlowError>;

/// A run while it advances.
pub(crate) struct Machine<'a> {
    pub(crate) run: &'a mut Run,
    pub(crate) host: &'a mut dyn Host,
    pub(crate) program: Arc<Program>,
    /// What the flow log should tell about the present action.
    pub(crate) note: Option<Value>,
}

/// What came of an action.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It succeeded and has no result.
    Next,
    /// It succeeded with a result for the conditions; none = no condition can match.
    Result(Option<String>),
    /// It failed.
    Failed(FlowError),
    /// It waits.
    Wait(Awaiting),
    /// The run is over.
    Over(Pause),
    /// The run stands before its current action, which may be in another program.
    Moved,
    /// A module returns, perhaps with what must not be told.
    Return { result: Option<String>, data: Value, hidden: bool },
}

impl Machine<'_> {
    /// Performs the current action.
    fn step(&mut self) -> Outcome {
        let program = self.program.clone();
        let Some(action) = program.action(&self.run.current) else {
            let reason = format!("the flow has no action {:?}", self.run.current);
            return Outcome::Failed(FlowError::Refused(reason));
        };
        self.run.steps = self.run.steps.saturating_add(1);
        let flow = self.run.flow;
        self.host.entered(self.run);
        let logged = self.run.logging.then(|| self.logged_parameters(action));
        let outcome = self.perform(action).unwrap_or_else(|error| Outcome::Failed(self.told(action, error)));
        let note = self.note.take();
        if self.run.logging || logged.is_some() {
            let parameters = logged.unwrap_or_else(|| self.logged_parameters(action));
            self.log(flow, action, parameters, note, &outcome);
        }
        outcome
    }

    fn perform(&mut self, action: &Action) -> Result<Outcome, FlowError> {
        if self.run.steps == STEP_LIMIT + 1 {
            return Err(FlowError::StepLimit(STEP_LIMIT));
        }
        if self.run.steps > STEP_LIMIT + 1 + STEP_GRACE {
            return Ok(Outcome::Over(Pause::Failed { reason: FlowError::StepLimit(STEP_LIMIT).to_string() }));
        }
        let Some(spec) = action.spec else {
            return Err(FlowError::NotFound { kind: "action type", name: action.kind.clone() });
        };
        let channel = self.host.channel();
        if !spec.channels.contains(channel) {
            return Err(match spec.channel_error() {
                ErrorBranch::NoMatchingError => FlowError::Channel(channel),
                branch => FlowError::branch_of(branch, FlowError::Channel(channel).to_string()),
            });
        }
        let in_module = !self.run.callers.is_empty();
        let misplaced = if in_module {
            !spec.flow_types.module
        } else {
            spec.flow_types.allowed(self.run.flow_kind) == Allowed::No
        };
        if misplaced {
            return Err(FlowError::FlowType);
        }
        (spec.perform)(self, action)
    }
}

/// Performs a type whose service is not there: its error branch, by name.
pub(crate) fn not_built(_: &mut Machine<'_>, action: &Action) -> Result<Outcome, FlowError> {
    let service = action.spec.map_or("this type of action", |spec| spec.block);
    Err(FlowError::Unavailable(service))
}
