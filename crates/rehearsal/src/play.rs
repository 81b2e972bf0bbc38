//! One contact on its way: what the customer and the agents do, and what comes of it.

use std::fmt;
use std::path::Path;

use flows::{EventHook, KeysRequest, Pause, Resume, Run, ThirdPartyEnd, advance};
use model::resource::FlowType;
use model::{Channel, Timestamp};
use serde_json::{Value, json};

use crate::functions_given::{self, Real};
use crate::given::{Given, GivenError};
use crate::instance::{Found, Instance};
use crate::library::{Known, Library};
use crate::record::Record;
use crate::replay::{Bounds, Input, Stop, Waits};
use crate::stage::Stage;

/// Answers in a row that a flow gets at once; a flow that asks for the same thing for ever is stopped.
const ROUNDS: usize = 100;

/// Where the contact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In its flow.
    Flow,
    /// Waiting in a queue.
    Queue,
    /// With an agent.
    Agent,
    /// Over.
    Ended,
    /// Over, because its flow had no way out.
    Failed,
}

impl Place {
    /// The word in scripts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Flow => "flow",
            Self::Queue => "queue",
            Self::Agent => "agent",
            Self::Ended => "ended",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A contact that is played.
pub struct Play {
    pub(crate) stage: Stage,
    real: Option<Real>,
    run: Option<Run>,
    pause: Option<Pause>,
    until: Option<Timestamp>,
    place: Place,
    reason: Option<String>,
    notes: Vec<String>,
    bounds: Option<Bounds>,
    stopped: Option<Stop>,
}

impl Play {
    /// A contact that meets this flow: the name of one in the library, or a file beside `folder`. Starts it.
    pub fn start(flow: &str, given: Given, folder: &Path) -> Result<Self, GivenError> {
        let mut library = Library::standard();
        for (name, file) in &given.flows {
            let kind = file.kind.unwrap_or(FlowType::ContactFlow);
            library.add_file(name, kind, &folder.join(&file.file))?;
        }
        let known = match library.find(flow) {
            Some(known) => known.clone(),
            None => {
                library.add_file(flow, given.kind.unwrap_or(FlowType::ContactFlow), &folder.join(flow))?
            }
        };
        let real = given.functions_folder.as_ref().map(|name| Real::open(&folder.join(name))).transpose()?;
        let mut play = Self::with(Stage::new(given, library)?, real);
        play.begin(&known);
        Ok(play)
    }

    /// A contact that meets this flow in an instance; what it does is written down. Starts it.
    pub(crate) fn draft(
        flow: Found,
        given: Given,
        instance: Box<dyn Instance>,
        bounds: Bounds,
    ) -> Result<Self, GivenError> {
        let mut library = Library::default();
        let known = library.add_found(flow);
        let record = Record::of_at_most(bounds.limits.bytes);
        let mut play = Self::with(Stage::new(given, library)?.within(instance, record), None);
        play.bounds = Some(bounds);
        if known.kind == FlowType::CustomerQueue {
            play.place = Place::Queue;
        }
        play.begin(&known);
        Ok(play)
    }

    fn with(stage: Stage, real: Option<Real>) -> Self {
        Self {
            stage,
            real,
            run: None,
            pause: None,
            until: None,
            place: Place::Flow,
            reason: None,
            notes: Vec::new(),
            bounds: None,
            stopped: None,
        }
    }

    /// Why the play was stopped although it could go on.
    pub(crate) fn stopped(&self) -> Option<Stop> {
        self.stopped
    }

    /// What is written down from now on comes after one more input.
    pub(crate) fn counts_input(&mut self) {
        if let Some(record) = &mut self.stage.record {
            record.inputs += 1;
        }
    }

    /// Does what an input says; false when nobody heard it.
    pub(crate) fn hears(&mut self, input: &Input) -> bool {
        match input {
            Input::Says(text) if self.listens() => self.says(text),
            Input::Returns if self.pause.is_some() => self.returns(),
            Input::Says(_) | Input::Returns => return false,
            Input::Waits(Some(time)) => self.passes(i64::try_from(*time).unwrap_or(i64::MAX)),
            Input::Waits(None) => match self.until {
                Some(until) => self.passes(until.since(self.stage.now).max(0)),
                None => return false,
            },
            Input::Leaves if matches!(self.place, Place::Ended | Place::Failed) => return false,
            Input::Leaves => self.end(),
            Input::AgentAnswers => return self.agent_answers().is_ok(),
            Input::AgentLeaves => return self.agent_leaves().is_ok(),
        }
        true
    }

    /// What the flow waits for, and the milliseconds until it goes on by itself.
    pub(crate) fn waits(&self) -> (Option<Waits>, Option<u64>) {
        let waits = match self.pause {
            Some(Pause::Input { .. } | Pause::Keys(_) | Pause::View(_)) => Some(Waits::Customer),
            Some(Pause::Wait { customer_returned: true, .. }) => Some(Waits::Return),
            Some(Pause::Wait { .. } | Pause::LoopPrompts { .. }) => Some(Waits::Time),
            _ => None,
        };
        let left = self.until.map(|until| until.since(self.stage.now).max(0) as u64);
        (waits.filter(|_| self.run.is_some()), left)
    }

    fn listens(&self) -> bool {
        let waits = |pause: &Pause| {
            let returns = matches!(pause, Pause::Wait { customer_returned: true, .. });
            returns || matches!(pause, Pause::Input { .. } | Pause::Keys(_) | Pause::View(_))
        };
        self.pause.as_ref().is_some_and(waits)
    }

    /// Where it is.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Why the flow had no way out.
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// The queue it is in or meant for.
    pub fn queue(&self) -> Option<&str> {
        self.stage.queue.as_deref()
    }

    /// The block at which the flow stands.
    pub fn block(&self) -> Option<&str> {
        self.run.as_ref().map(|run| run.current.as_str())
    }

    /// The next thing said to the customer that was not taken before.
    pub fn heard(&mut self) -> Option<String> {
        self.stage.said.pop_front()
    }

    /// What functions wrote, and what else is worth a note, since the last time.
    pub fn notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// Whether the flow waits for the customer to say something.
    pub fn awaits_customer(&self) -> bool {
        matches!(self.pause, Some(Pause::Input { .. } | Pause::Keys(_) | Pause::View(_)))
    }

    /// The customer writes or says something, or presses digits. A view is answered with the action that is said, or
    /// with `{"action": …, "data": …}`.
    pub fn says(&mut self, text: &str) {
        if let Some(Pause::Keys(request)) = &self.pause {
            // What is said into a menu of keys is heard by nobody.
            if let Some((keys, timed_out)) = pressed(request, text) {
                self.drive(Resume::Keys { keys, timed_out });
            }
        } else if matches!(self.pause, Some(Pause::View(_))) {
            self.drive(view_answer(text));
        } else if self.listens() {
            self.drive(Resume::CustomerMessage {
                text: text.to_owned(),
                content_type: "text/plain".to_owned(),
            });
        }
    }

    /// The customer comes back.
    pub fn returns(&mut self) {
        if self.pause.is_some() {
            self.drive(Resume::CustomerReturned);
        }
    }

    /// Time passes; time limits that come meanwhile act at their moment.
    pub fn passes(&mut self, milliseconds: i64) {
        let end = Timestamp(self.stage.now.0.saturating_add(milliseconds));
        for _ in 0..10_000 {
            let Some(until) = self.until.filter(|until| *until <= end) else { break };
            if self.is_over_bounds() {
                return;
            }
            self.stage.now = until.max(self.stage.now);
            self.until = None;
            self.drive(match self.pause {
                Some(Pause::Keys(_)) => Resume::Keys { keys: String::new(), timed_out: true },
                _ => Resume::TimeLimit,
            });
        }
        self.stage.now = end.max(self.stage.now);
    }

    /// An agent takes the waiting contact.
    pub fn agent_answers(&mut self) -> Result<(), String> {
        if self.place != Place::Queue {
            return Err(format!("no agent can answer: the contact is not in a queue but {}", self.place));
        }
        self.leave_flow();
        self.place = Place::Agent;
        Ok(())
    }

    /// The agent leaves; the disconnect flow runs where one is set.
    pub fn agent_leaves(&mut self) -> Result<(), String> {
        if self.place != Place::Agent {
            return Err(format!("no agent can leave: the contact is not with an agent but {}", self.place));
        }
        match self.hook(EventHook::CustomerRemaining) {
            Some(flow) => {
                self.place = Place::Flow;
                self.begin(&flow);
            }
            None => self.end(),
        }
        Ok(())
    }

    fn hook(&mut self, event: EventHook) -> Option<Known> {
        let name = self.stage.hooks.get(&event)?.clone()?;
        self.stage.flow(&name)
    }

    fn begin(&mut self, flow: &Known) {
        self.run = Some(Run::start(flow.id, flow.kind, self.stage.record.is_some()));
        self.drive(Resume::Start);
    }

    fn leave_flow(&mut self) {
        (self.run, self.pause, self.until) = (None, None, None);
    }

    fn end(&mut self) {
        self.leave_flow();
        self.place = Place::Ended;
    }

    /// The contact is in its queue, and the flow for waiting contacts begins.
    fn queued(&mut self) {
        self.leave_flow();
        self.place = Place::Queue;
        let set = self.stage.hooks.contains_key(&EventHook::CustomerQueue);
        let flow = if set {
            self.hook(EventHook::CustomerQueue)
        } else {
            self.stage.default_flow(FlowType::CustomerQueue)
        };
        if let Some(flow) = flow {
            self.begin(&flow);
        }
    }

    /// Lets the flow go on until it waits or is over.
    fn drive(&mut self, mut resume: Resume) {
        for _ in 0..ROUNDS {
            if self.is_over_bounds() {
                return;
            }
            let Some(mut run) = self.run.take() else { return };
            let Some(program) = self.stage.library.by_id(run.flow).map(|known| known.program.clone()) else {
                return;
            };
            self.until = None;
            let pause = advance(&mut run, &program, &mut self.stage, resume);
            self.stage.rests(&run);
            self.run = Some(run);
            self.pause = Some(pause.clone());
            let within = |limit: u64| self.stage.now + i64::try_from(limit).unwrap_or(i64::MAX);
            match pause {
                Pause::Input { time_limit_ms } => {
                    self.until = time_limit_ms.map(within);
                    return;
                }
                Pause::Keys(request) => {
                    self.until = Some(within(request.first_ms));
                    if let Some(prompt) = request.prompt
                        && let Err(error) = flows::Host::send_message(&mut self.stage, prompt)
                    {
                        resume = Resume::Failed(error.to_string());
                        continue;
                    }
                    return;
                }
                Pause::Sound => resume = Resume::Done,
                Pause::Wait { time_limit_ms, bot_disconnected: false, .. } => {
                    self.until = Some(within(time_limit_ms));
                    return;
                }
                Pause::Wait { .. } => resume = Resume::BotNotFound,
                Pause::LoopPrompts { messages, interrupt_ms } => {
                    self.until = interrupt_ms.map(within);
                    for message in messages {
                        // What loops is heard whatever it is.
                        let _ = flows::Host::send_message(&mut self.stage, message);
                    }
                    return;
                }
                Pause::Function(call) => {
                    let called = functions_given::call(&self.stage.given, self.real.as_ref(), &call);
                    self.stage.now = self.stage.now + called.took_ms as i64;
                    self.notes.extend(called.lines);
                    if let Err(error) = &called.result {
                        self.notes.push(error.to_string());
                    }
                    resume = Resume::Function(called.result);
                }
                Pause::PersistentChat(_) if self.stage.channel == Channel::Chat => resume = Resume::Done,
                Pause::PersistentChat(_) => {
                    resume = Resume::Failed("only chats go on with earlier ones".to_owned())
                }
                Pause::Bot(call) => resume = Resume::Bot(self.stage.ask_bot(call)),
                Pause::TransferToQueue | Pause::DequeueAndTransfer { .. } => {
                    let other = match pause {
                        Pause::DequeueAndTransfer { target: Some(target) } => self.stage.take_queue(&target),
                        _ => Ok(()),
                    };
                    match (other, self.stage.queue.clone()) {
                        (Err(error), _) => resume = Resume::Failed(error.to_string()),
                        (_, None) => resume = Resume::Failed("no queue was set".to_owned()),
                        (_, Some(name)) if self.stage.given.queue(&name).full => {
                            resume = Resume::QueueAtCapacity
                        }
                        _ => return self.queued(),
                    }
                }
                Pause::TransferToAgent if self.stage.channel == Channel::Voice => {
                    self.leave_flow();
                    self.place = Place::Agent;
                    return;
                }
                Pause::TransferToAgent => {
                    resume = Resume::Failed("only calls can be joined this way".to_owned())
                }
                Pause::ThirdParty(_) => resume = Resume::ThirdParty(ThirdPartyEnd::CallFailed),
                Pause::View(request) => {
                    let until = within(request.time_limit_ms);
                    match self.stage.show_view(&request) {
                        Ok(()) => {
                            self.until = Some(until);
                            return;
                        }
                        Err(reason) => resume = Resume::Failed(reason),
                    }
                }
                Pause::Disconnect => return self.end(),
                // Who waits in a queue goes on waiting when the queue's flow is over.
                Pause::End if self.place == Place::Queue => return self.leave_flow(),
                Pause::End => return self.end(),
                Pause::Failed { reason } => return self.failed(reason),
                _ => return self.failed("the flow waits for something unknown".to_owned()),
            }
        }
        self.failed("the flow does not come to rest".to_owned());
    }

    /// Whether the play has reached its bounds; it is stopped then.
    pub(crate) fn is_over_bounds(&mut self) -> bool {
        let (Some(bounds), Some(record)) = (&self.bounds, &self.stage.record) else { return false };
        if self.stopped.is_none()
            && let Some(stop) = bounds.reached(record.acts.len(), record.bytes)
        {
            self.leave_flow();
            self.stopped = Some(stop);
        }
        self.stopped.is_some()
    }

    fn failed(&mut self, reason: String) {
        self.leave_flow();
        self.reason = Some(reason);
        if self.place != Place::Queue {
            self.place = Place::Failed;
        }
    }
}

/// What somebody types, as keys pressed one after another, and whether the input then ends only by the time. None when
/// there is no key in it.
fn pressed(request: &KeysRequest, text: &str) -> Option<(String, bool)> {
    let is_key = |key: &char| key.is_ascii_digit() || matches!(key, '*' | '#');
    let mut typed = text.chars().filter(is_key).peekable();
    typed.peek()?;
    let (end, mut keys) = (request.end(), String::new());
    let over = typed.any(|key| end.press(&mut keys, key));
    if !over {
        end.cut(&mut keys);
    }
    Some((keys, !over))
}

/// What a text answers to a view.
fn view_answer(text: &str) -> Resume {
    let read: Option<Value> = serde_json::from_str(text).ok();
    match read.as_ref().and_then(|answer| Some((answer.get("action")?.as_str()?, answer.get("data")))) {
        Some((action, data)) => {
            Resume::View { action: action.to_owned(), data: data.cloned().unwrap_or_else(|| json!({})) }
        }
        None => Resume::View { action: text.to_owned(), data: json!({"content": text}) },
    }
}
