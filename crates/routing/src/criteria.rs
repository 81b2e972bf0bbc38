//! Routing criteria: what a contact asks of its agent, in steps that give way with time (spec 02 §12, 06 §6.5).
//!
//! ```text
//!             activate              expire
//!  INACTIVE ───────────▶ ACTIVE ───────────────▶ EXPIRED, and the next step becomes ACTIVE
//!                          ├── join ───────────▶ JOINED       an agent was connected
//!                          ├── interrupt ──────▶ INTERRUPTED  the criteria were replaced
//!                          └── deactivate ─────▶ DEACTIVATED  the contact left the queue otherwise
//! ```
//!
//! Once the last step has expired, any agent of the queue will do.

mod expression;
mod log;
mod shape;

use model::Timestamp;
use serde::{Deserialize, Serialize};

pub use expression::{AttributeCondition, Expression};
pub use log::{CriteriaLog, MAX_CRITERIA};
pub use shape::{Shape, Source, read, read_steps, write};

/// Most steps of one criteria.
pub const MAX_STEPS: usize = 5;
/// Most attributes that one alternative of an expression may ask for together.
pub const MAX_CONDITIONS: usize = 8;
/// Most alternatives of an `OrExpression`.
pub const MAX_ALTERNATIVES: usize = 3;
/// Longest name or value of an attribute, in characters.
pub const MAX_TEXT: usize = 64;

/// Why criteria are refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[allow(missing_docs)]
pub enum CriteriaError {
    #[error("routing criteria have 1 to {MAX_STEPS} steps, not {0}")]
    StepCount(usize),
    #[error("step {step} needs an expiry: only the last step may never expire")]
    MissingExpiry { step: usize },
    #[error("an AndExpression asks for 1 to {MAX_CONDITIONS} attributes, not {0}")]
    ConditionCount(usize),
    #[error("an OrExpression has 1 to {MAX_ALTERNATIVES} alternatives, not {0}")]
    AlternativeCount(usize),
    #[error("an expression has at most one OrExpression")]
    SeveralOr,
    #[error("an OrExpression is possible in criteria set dynamically only")]
    OrNotAllowed,
    #[error("{member} of an attribute condition has 1 to {MAX_TEXT} characters")]
    TextLength { member: &'static str },
    #[error("a proficiency level lies between 1.0 and 5.0, unlike {0}")]
    Level(f32),
    #[error("the comparison operator is NumberGreaterOrEqualTo, not {0:?}")]
    Operator(String),
    #[error("{member} is missing or of a wrong type")]
    Malformed { member: &'static str },
    #[error("{0} is not supported in routing criteria")]
    Unsupported(String),
    #[error("the status of step {step} does not fit the others")]
    InconsistentStatus { step: usize },
    #[error("the criteria of a contact can be changed twice only: use another queue")]
    TooManyChanges,
}

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum StepStatus {
    /// Its turn has not come.
    Inactive,
    /// Agents that meet it are offered the contact.
    Active,
    /// Its time ran out.
    Expired,
    /// It was active when an agent was connected.
    Joined,
    /// It was active when the criteria were replaced.
    Interrupted,
    /// It was active when the contact left the queue without an agent.
    Deactivated,
}

impl StepStatus {
    /// All statuses.
    pub const ALL: [StepStatus; 6] = [
        StepStatus::Inactive,
        StepStatus::Active,
        StepStatus::Expired,
        StepStatus::Joined,
        StepStatus::Interrupted,
        StepStatus::Deactivated,
    ];

    /// The public spelling, such as `ACTIVE`.
    pub const fn as_str(self) -> &'static str {
        match self {
            StepStatus::Inactive => "INACTIVE",
            StepStatus::Active => "ACTIVE",
            StepStatus::Expired => "EXPIRED",
            StepStatus::Joined => "JOINED",
            StepStatus::Interrupted => "INTERRUPTED",
            StepStatus::Deactivated => "DEACTIVATED",
        }
    }
}

/// One step: what is asked for, and for how long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// What an agent must meet.
    pub expression: Expression,
    /// Seconds from activation to expiry; `None` = never expires.
    pub duration_s: Option<u32>,
    /// Where the step stands.
    pub status: StepStatus,
    /// When it expires or expired; known from activation on.
    pub expires_at: Option<Timestamp>,
}

impl Step {
    /// A step whose turn has not come.
    pub fn new(expression: Expression, duration_s: Option<u32>) -> Step {
        Step { expression, duration_s, status: StepStatus::Inactive, expires_at: None }
    }
}

/// A step that changed its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    /// Position of the step, from 0.
    pub step: usize,
    /// Status before.
    pub from: StepStatus,
    /// Status after.
    pub to: StepStatus,
    /// When it happened.
    pub at: Timestamp,
}

/// The criteria of a contact: 1 to 5 steps, valid by construction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
pub struct Criteria {
    index: u32,
    activated_at: Option<Timestamp>,
    steps: Vec<Step>,
}

/// Criteria as stored, before they are checked.
#[derive(Deserialize)]
struct Parts {
    index: u32,
    activated_at: Option<Timestamp>,
    steps: Vec<Step>,
}

impl TryFrom<Parts> for Criteria {
    type Error = CriteriaError;

    fn try_from(parts: Parts) -> Result<Self, CriteriaError> {
        Criteria::restore(parts.index, parts.activated_at, parts.steps)
    }
}

impl Criteria {
    /// Criteria that wait for the contact to come into a queue; `index` counts the criteria of the contact from 0.
    pub fn new(index: u32, steps: Vec<Step>) -> Result<Criteria, CriteriaError> {
        let fresh = steps.into_iter().map(|step| Step::new(step.expression, step.duration_s)).collect();
        Criteria::restore(index, None, fresh)
    }

    /// Criteria in the middle of their life, as they were stored.
    pub fn restore(
        index: u32,
        activated_at: Option<Timestamp>,
        steps: Vec<Step>,
    ) -> Result<Criteria, CriteriaError> {
        if !(1..=MAX_STEPS).contains(&steps.len()) {
            return Err(CriteriaError::StepCount(steps.len()));
        }
        let mut running = true;
        for (number, step) in steps.iter().enumerate() {
            step.expression.check()?;
            if step.duration_s.is_none() && number + 1 < steps.len() {
                return Err(CriteriaError::MissingExpiry { step: number });
            }
            // A row of expired steps, then at most one that ran last, then steps whose turn never came.
            let fits = match step.status {
                StepStatus::Inactive => true,
                _ => running && activated_at.is_some(),
            };
            if !fits {
                return Err(CriteriaError::InconsistentStatus { step: number });
            }
            running &= step.status == StepStatus::Expired;
        }
        Ok(Criteria { index, activated_at, steps })
    }

    /// Which criteria of the contact these are, from 0.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// When the contact came into the queue with them.
    pub fn activated_at(&self) -> Option<Timestamp> {
        self.activated_at
    }

    /// The steps in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The step in force, if any.
    pub fn active_step(&self) -> Option<usize> {
        self.steps.iter().position(|step| step.status == StepStatus::Active)
    }

    /// When the step in force gives way.
    pub fn next_expiry(&self) -> Option<Timestamp> {
        self.steps[self.active_step()?].expires_at
    }

    /// The step in force at a moment not before the last change, as if [`Criteria::expire`] had been called.
    pub fn active_step_at(&self, now: Timestamp) -> Option<usize> {
        let mut step = self.active_step()?;
        let mut expires_at = self.steps[step].expires_at;
        while expires_at.is_some_and(|at| at <= now) {
            step += 1;
            expires_at = expires_at.zip(self.steps.get(step)?.duration_s).map(|(at, s)| at + seconds(s));
        }
        Some(step)
    }

    /// Every attribute asked for, to check that it exists.
    pub fn conditions(&self) -> impl Iterator<Item = &AttributeCondition> {
        self.steps.iter().flat_map(|step| step.expression.conditions())
    }

    /// The contact came into a standard queue: the first step is in force. Does nothing the second time.
    pub fn activate(&mut self, at: Timestamp) -> Vec<Transition> {
        if self.activated_at.is_some() {
            return Vec::new();
        }
        self.activated_at = Some(at);
        vec![self.turn(0, StepStatus::Active, at)]
    }

    /// The contact came into an agent's own queue: the moment is noted, no step is in force.
    pub fn activate_without_effect(&mut self, at: Timestamp) {
        self.activated_at.get_or_insert(at);
    }

    /// Lets every step expire whose time is up.
    pub fn expire(&mut self, now: Timestamp) -> Vec<Transition> {
        let mut transitions = Vec::new();
        while let Some(step) = self.active_step() {
            let Some(at) = self.steps[step].expires_at.filter(|&at| at <= now) else { break };
            transitions.push(self.turn(step, StepStatus::Expired, at));
            if step + 1 < self.steps.len() {
                transitions.push(self.turn(step + 1, StepStatus::Active, at));
            }
        }
        transitions
    }

    /// An agent was connected.
    pub fn join(&mut self, at: Timestamp) -> Option<Transition> {
        self.active_step().map(|step| self.turn(step, StepStatus::Joined, at))
    }

    /// Other criteria take the place of these.
    pub fn interrupt(&mut self, at: Timestamp) -> Option<Transition> {
        self.active_step().map(|step| self.turn(step, StepStatus::Interrupted, at))
    }

    /// The contact left the queue without an agent.
    pub fn deactivate(&mut self, at: Timestamp) -> Option<Transition> {
        self.active_step().map(|step| self.turn(step, StepStatus::Deactivated, at))
    }

    /// The same steps from the beginning, for the next queue of a contact that moves on unanswered.
    pub fn restarted(&self) -> Criteria {
        let steps = self.steps.iter().map(|step| Step::new(step.expression.clone(), step.duration_s));
        Criteria { index: 0, activated_at: None, steps: steps.collect() }
    }

    /// The one place where a step changes its status.
    fn turn(&mut self, step: usize, to: StepStatus, at: Timestamp) -> Transition {
        let changed = &mut self.steps[step];
        let from = std::mem::replace(&mut changed.status, to);
        if to == StepStatus::Active {
            changed.expires_at = changed.duration_s.map(|duration| at + seconds(duration));
        }
        Transition { step, from, to, at }
    }
}

fn seconds(duration_s: u32) -> i64 {
    i64::from(duration_s) * 1000
}
