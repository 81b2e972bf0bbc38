//! A draft played in an instance from the beginning: the same inputs always give the same way. Stepping back is leaving
//! out the last input, or looking at an earlier action.

use std::collections::BTreeMap;

use flows::Program;
use model::resource::FlowType;
use model::{FlowId, Timestamp};

use crate::given::{Given, GivenError};
use crate::instance::{Found, Instance};
use crate::play::{Place, Play};
use crate::record::{Act, Change, Said};

/// A flow as it stands in an editor.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The flow it is a draft of; a new one has any id of its own.
    pub id: FlowId,
    /// What it is called.
    pub name: String,
    /// Its type.
    pub kind: FlowType,
    /// Its content.
    pub content: String,
}

/// What the customer or an agent does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The customer writes or says this, or presses these digits.
    Says(String),
    /// The customer comes back.
    Returns,
    /// Time passes: so many milliseconds, or until the flow's next time limit.
    Waits(Option<u64>),
    /// The customer leaves.
    Leaves,
    /// An agent takes the waiting contact.
    AgentAnswers,
    /// The agent leaves.
    AgentLeaves,
}

/// How much is played.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most actions.
    pub acts: usize,
    /// Most bytes written down, about; what one action adds may lie beyond it.
    pub bytes: usize,
}

/// Why a play was stopped before its inputs were used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// There were more actions than are played.
    Acts,
    /// More would have to be written down than is.
    Bytes,
    /// Whoever asked has no more time.
    Time,
}

/// What a flow waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// The customer's words, or digits.
    Customer,
    /// Time, or the customer's return.
    Return,
    /// Time alone.
    Time,
}

/// The way a contact took.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// Every action in order.
    pub acts: Vec<Act>,
    /// What the customer was told, in order.
    pub said: Vec<Said>,
    /// What there was before the first action.
    pub begun: Change,
    /// Names of the flows on the way.
    pub flows: BTreeMap<FlowId, String>,
    /// What functions wrote and why they failed, with the number of inputs that had come.
    pub notes: Vec<(usize, String)>,
    /// Inputs that nobody heard, by their places.
    pub unheard: Vec<usize>,
    /// Where the contact is.
    pub place: Place,
    /// Why the flow had no way out.
    pub reason: Option<String>,
    /// Its queue, by name.
    pub queue: Option<String>,
    /// What the flow waits for.
    pub waits: Option<Waits>,
    /// Milliseconds until the flow goes on by itself.
    pub left_ms: Option<u64>,
    /// The moment that was reached.
    pub now: Timestamp,
    /// Why not everything was played.
    pub stopped: Option<Stop>,
}

/// Plays a draft with these inputs. `more` says before every part whether there is time for it.
pub fn replay(
    draft: Draft,
    given: Given,
    instance: Box<dyn Instance>,
    inputs: &[Input],
    limits: Limits,
    more: impl Fn() -> bool + 'static,
) -> Result<Replayed, GivenError> {
    let program = Program::parse(&draft.content).map_err(|error| GivenError(error.to_string()))?;
    let found = Found { id: draft.id, name: draft.name, kind: draft.kind, program: program.into() };
    let mut play = Play::draft(found, given, instance, Bounds { limits, more: Box::new(more) })?;
    let mut replayed = Replayed {
        acts: Vec::new(),
        said: Vec::new(),
        begun: Change::new(),
        flows: BTreeMap::new(),
        notes: play.notes().into_iter().map(|note| (0, note)).collect(),
        unheard: Vec::new(),
        place: Place::Flow,
        reason: None,
        queue: None,
        waits: None,
        left_ms: None,
        now: Timestamp(0),
        stopped: None,
    };
    for (index, input) in inputs.iter().enumerate() {
        if play.stopped().is_some() {
            break;
        }
        play.counts_input();
        if !play.hears(input) {
            replayed.unheard.push(index);
        }
        replayed.notes.extend(play.notes().into_iter().map(|note| (index + 1, note)));
    }
    play.is_over_bounds();
    replayed.place = play.place();
    replayed.reason = play.reason().map(str::to_owned);
    replayed.queue = play.queue().map(str::to_owned);
    replayed.stopped = play.stopped();
    (replayed.waits, replayed.left_ms) = play.waits();
    replayed.now = play.stage.now;
    let record = play.stage.record.take().unwrap_or_default();
    (replayed.acts, replayed.said, replayed.begun) = (record.acts, record.said, record.begun);
    for act in &replayed.acts {
        let name = || play.stage.library.name_of(act.flow).to_owned();
        replayed.flows.entry(act.flow).or_insert_with(name);
    }
    Ok(replayed)
}

/// How long a play goes on.
pub(crate) struct Bounds {
    pub limits: Limits,
    pub more: Box<dyn Fn() -> bool>,
}

impl Bounds {
    /// Why nothing more is to be played after so many actions and bytes.
    pub fn reached(&self, acts: usize, bytes: usize) -> Option<Stop> {
        if acts >= self.limits.acts {
            Some(Stop::Acts)
        } else if bytes >= self.limits.bytes {
            Some(Stop::Bytes)
        } else if !(self.more)() {
            Some(Stop::Time)
        } else {
            None
        }
    }
}
