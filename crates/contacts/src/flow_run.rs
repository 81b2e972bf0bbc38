//! Runs flows: gives the interpreter its surroundings and acts on why it stopped.

use flows::run::Awaiting;
use flows::{BotError, EventHook, FunctionError, Pause, Resume};
use model::resource::FlowType;
use model::{Channel, ContactId, Timestamp};
use routing::capacity::Entry;

use crate::contact::{FlowRun, Purpose, Stage, WaitsFor};
use crate::core::Core;
use crate::cx::Cx;
use crate::host::ContactHost;
use crate::outcome::Effect;
use crate::queueing::NotQueued;
use crate::sound::LONGEST_SOUND_MS;
use crate::start::PastChat;
use crate::start::new_run;
use crate::timer::Deadline;

impl Core {
    /// Lets the main flow of a contact go on.
    pub(crate) fn run_flow(&mut self, cx: &mut Cx, id: ContactId, resume: Resume) {
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        if contact.is_paused() && resume != Resume::Start {
            // Time limits are looked at again when the task is resumed; an answer comes only once.
            match resume {
                Resume::Function(answer) => {
                    contact.held_answer = Some(answer.map_err(|error| error.to_string()));
                }
                Resume::Bot(answer) => contact.held_reply = Some(answer.map_err(|error| error.to_string())),
                _ => return,
            }
            self.touch_contact(id);
            return;
        }
        let Some(flow) = contact.flow.take() else { return };
        self.timers.set(Deadline::FlowWake(id), None);
        self.touch_contact(id);
        self.drive(cx, id, flow, resume);
    }

    /// The time limit of a wait has come.
    pub(crate) fn flow_time_limit(&mut self, cx: &mut Cx, id: ContactId, event_flow: bool) {
        if !event_flow {
            if !self.sign_in_timed_out(cx, id) {
                self.run_flow(cx, id, Resume::TimeLimit);
            }
            return;
        }
        self.run_event_flow(cx, id, Resume::TimeLimit);
    }

    /// Lets the event flow of a contact go on, beside its main flow and while it is paused, too.
    pub(crate) fn run_event_flow(&mut self, cx: &mut Cx, id: ContactId, resume: Resume) {
        let Some(flow) = self.contacts.get_mut(&id).and_then(|contact| contact.event_flow.take()) else {
            return;
        };
        self.timers.set(Deadline::EventFlowWake(id), None);
        self.touch_contact(id);
        self.drive(cx, id, flow, resume);
    }

    /// A function called for a flow has answered. An answer to another call than the flow waits for is dropped.
    pub fn function_answered(
        &mut self,
        cx: &mut Cx,
        id: ContactId,
        called_at: Timestamp,
        answer: Result<serde_json::Value, flows::FunctionError>,
    ) {
        let awaits = |flow: Option<&FlowRun>| {
            flow.is_some_and(|flow| {
                matches!(&flow.run.awaiting, Some(Awaiting::Function { since, .. }) if *since == called_at)
            })
        };
        let Some(contact) = self.contacts.get(&id) else { return };
        if awaits(contact.flow.as_ref()) {
            self.run_flow(cx, id, Resume::Function(answer));
        } else if awaits(contact.event_flow.as_ref()) {
            self.run_event_flow(cx, id, Resume::Function(answer));
        }
    }

    /// The moment by which the answer to what a flow asks is known: another than that of the contact's other flow, which
    /// may have asked within the same millisecond.
    fn asked_at(&self, id: ContactId, flow: &mut FlowRun) -> Option<Timestamp> {
        let contact = self.contacts.get(&id)?;
        let other = if flow.purpose == Purpose::Event { &contact.flow } else { &contact.event_flow };
        let taken = other.as_ref().and_then(|other| asked_since(other.run.awaiting.as_ref()?));
        let since = match flow.run.awaiting.as_mut()? {
            Awaiting::Function { since, .. }
            | Awaiting::Bot { since, .. }
            | Awaiting::PersistentChat { since, .. } => since,
            _ => return None,
        };
        if taken == Some(*since) {
            *since = *since + 1;
        }
        Some(*since)
    }

    /// An earlier chat was looked up for a flow; none = there is none. An answer to another question than the flow waits for
    /// is dropped.
    pub fn past_chat_found(
        &mut self,
        cx: &mut Cx,
        id: ContactId,
        asked_at: Timestamp,
        found: Result<Option<PastChat>, String>,
    ) {
        let awaits = |flow: Option<&FlowRun>| {
            flow.is_some_and(|flow| {
                matches!(&flow.run.awaiting, Some(Awaiting::PersistentChat { since, .. }) if *since == asked_at)
            })
        };
        let Some(contact) = self.contacts.get(&id) else { return };
        let (main, beside) = (awaits(contact.flow.as_ref()), awaits(contact.event_flow.as_ref()));
        if !main && !beside {
            return;
        }
        let done = match found {
            Ok(Some(past)) => self.continue_chat(cx, id, past).map_err(|refusal| refusal.message),
            Ok(None) => Err("there is no such chat".to_owned()),
            Err(reason) => Err(reason),
        };
        let resume = done.map_or_else(Resume::Failed, |()| Resume::Done);
        if main { self.run_flow(cx, id, resume) } else { self.run_event_flow(cx, id, resume) }
    }

    /// Starts the flow that a contact meets while it waits in its queue.
    pub(crate) fn start_queue_flow(&mut self, cx: &mut Cx, id: ContactId) {
        self.start_hook(cx, id, EventHook::CustomerQueue, FlowType::CustomerQueue, Purpose::CustomerQueue);
    }

    /// Starts the flow set for an event, or the default of its type where there is one; false when none runs.
    pub(crate) fn start_hook(
        &mut self,
        cx: &mut Cx,
        id: ContactId,
        hook: EventHook,
        kind: FlowType,
        purpose: Purpose,
    ) -> bool {
        let Some(contact) = self.contacts.get(&id) else { return false };
        // Calls have default flows for every event that has a type of its own.
        let by_default = hook == EventHook::CustomerQueue || contact.channel == Channel::Voice;
        let flow = match contact.hooks.get(&hook) {
            Some(Some(flow)) => self.directory.flow(*flow),
            None if by_default => self.directory.default_flow(kind),
            Some(None) | None => return false,
        };
        let Some(flow) = flow.filter(|flow| flow.published.is_some()).cloned() else { return false };
        let run = new_run(&flow, purpose, contact.logging);
        self.drive(cx, id, run, Resume::Start);
        true
    }

    /// Runs a whisper: only where a flow was set for it, as chats and tasks have no default ones.
    pub(crate) fn whisper(&mut self, cx: &mut Cx, id: ContactId, hook: EventHook, purpose: Purpose) {
        let Some(contact) = self.contacts.get(&id) else { return };
        let Some(Some(flow)) = contact.hooks.get(&hook) else { return };
        let Some(flow) = self.directory.flow(*flow).filter(|flow| flow.published.is_some()).cloned() else {
            return;
        };
        let run = new_run(&flow, purpose, contact.logging);
        self.drive(cx, id, run, Resume::Start);
    }

    /// Advances a run until it waits or is over.
    fn drive(&mut self, cx: &mut Cx, id: ContactId, mut flow: FlowRun, mut resume: Resume) {
        // Each round answers a pause at once; a flow that asks for the same thing for ever is stopped.
        for _ in 0..100 {
            let Some(program) = self.program_at(flow.run.flow, flow.run.version) else {
                self.flow_over(cx, id, &flow, "the flow does not exist any more");
                return;
            };
            flow.run.version = program.version();
            flow.wake_at = None;
            flow.waits_for = WaitsFor::Time;
            flow.waits_for_bot = false;
            let pause = {
                let mut host = ContactHost::new(self, cx, id, flow.purpose);
                flows::advance(&mut flow.run, &program, &mut host, resume)
            };
            if self.contacts.get(&id).is_none_or(|contact| contact.is_disconnected()) {
                return;
            }
            let purpose = flow.purpose;
            let passes_by = self.passes_by(id, purpose);
            let now = cx.now;
            let wake_in = |limit: u64| now + i64::try_from(limit).unwrap_or(i64::MAX);
            match pause {
                Pause::Input { time_limit_ms } => {
                    flow.wake_at = time_limit_ms.map(wake_in);
                    flow.waits_for = WaitsFor::Message;
                    return self.keep(id, flow);
                }
                Pause::Wait { time_limit_ms, customer_returned, bot_disconnected } => {
                    flow.wake_at = Some(wake_in(time_limit_ms));
                    flow.waits_for =
                        if customer_returned { WaitsFor::CustomerReturn } else { WaitsFor::Time };
                    flow.waits_for_bot = bot_disconnected;
                    if bot_disconnected && !self.has_bot(id) {
                        resume = Resume::BotNotFound;
                        continue;
                    }
                    return self.keep(id, flow);
                }
                Pause::LoopPrompts { messages, interrupt_ms } => {
                    if let Err(error) = self.loop_sounds(cx, id, purpose, messages) {
                        resume = Resume::Failed(error.to_string());
                        continue;
                    }
                    flow.wake_at = interrupt_ms.map(wake_in);
                    return self.keep(id, flow);
                }
                Pause::Sound => {
                    flow.wake_at = Some(wake_in(LONGEST_SOUND_MS));
                    return self.keep(id, flow);
                }
                Pause::Keys(request) => {
                    let pressing = request.first_ms + u64::from(request.most) * request.between_ms;
                    flow.wake_at = Some(wake_in(LONGEST_SOUND_MS + pressing));
                    if let Err(error) = self.gather(cx, id, purpose, request) {
                        resume = Resume::Failed(error.to_string());
                        continue;
                    }
                    return self.keep(id, flow);
                }
                // A whisper holds nothing up, so that nobody would hear the answer.
                Pause::Function(_) if passes_by => {
                    let reason = "a whisper cannot wait for a function".to_owned();
                    resume = Resume::Function(Err(FunctionError::Unavailable(reason)));
                }
                Pause::Bot(_) if passes_by => {
                    let reason = "a whisper cannot wait for a bot".to_owned();
                    resume = Resume::Bot(Err(BotError::Unavailable(reason)));
                }
                Pause::Function(call) if !self.directory.may_call(&call.function) => {
                    let reason = format!("{} is not associated with this instance", call.function);
                    resume = Resume::Function(Err(FunctionError::Unavailable(reason)));
                }
                Pause::Function(call) => {
                    let called_at = self.asked_at(id, &mut flow).unwrap_or(now);
                    self.out.effects.push(Effect::CallFunction { contact: id, called_at, call });
                    return self.keep(id, flow);
                }
                Pause::Bot(call) => {
                    let asked_at = self.asked_at(id, &mut flow).unwrap_or(now);
                    self.ask_bot(id, asked_at, call);
                    return self.keep(id, flow);
                }
                Pause::PersistentChat(_) if passes_by => {
                    resume = Resume::Failed("a whisper cannot wait for an earlier chat".into());
                }
                Pause::PersistentChat(request) => {
                    let asked_at = self.asked_at(id, &mut flow).unwrap_or(now);
                    self.out.effects.push(Effect::FindPastChat { contact: id, asked_at, request });
                    return self.keep(id, flow);
                }
                Pause::TransferToQueue => {
                    let entry = if purpose == Purpose::Transfer { Entry::QuickConnect } else { Entry::Flow };
                    // The flow of a resumed task may put it back into a queue when no other flow goes on.
                    let alone = self
                        .contacts
                        .get(&id)
                        .is_some_and(|contact| contact.flow.is_none() && contact.agent.is_none());
                    let whole = matches!(purpose, Purpose::Main | Purpose::Disconnect | Purpose::Transfer)
                        || purpose == Purpose::Event && alone;
                    let result = if whole {
                        self.enqueue(cx, id, entry)
                    } else {
                        Err(NotQueued::Failed("this flow cannot put the contact into a queue".into()))
                    };
                    match result {
                        Ok(()) => {
                            if purpose == Purpose::Transfer {
                                self.transfer_succeeded(cx, id);
                            }
                            return self.start_queue_flow(cx, id);
                        }
                        Err(NotQueued::AtCapacity) => resume = Resume::QueueAtCapacity,
                        Err(NotQueued::Failed(reason)) => resume = Resume::Failed(reason),
                    }
                }
                Pause::DequeueAndTransfer { target } => {
                    let queue = match target {
                        Some(target) => self.resolve_queue(&target).ok(),
                        None => self.contacts.get(&id).and_then(|contact| contact.target_queue),
                    };
                    let result = match queue {
                        Some(queue) => self.move_to_queue(cx, id, queue),
                        None => Err(NotQueued::Failed("no other queue is named".into())),
                    };
                    match result {
                        // The new segment has its own queue flow; this run went with the old segment.
                        Ok(_) => return,
                        Err(NotQueued::AtCapacity) => resume = Resume::QueueAtCapacity,
                        Err(NotQueued::Failed(reason)) => resume = Resume::Failed(reason),
                    }
                }
                // The run is over either way, so there is no branch to go on by.
                Pause::TransferToAgent => match self.send_to_target_agent(cx, id, purpose) {
                    Ok(()) => {
                        self.transfer_succeeded(cx, id);
                        return self.start_queue_flow(cx, id);
                    }
                    Err(reason) => return self.flow_over(cx, id, &flow, &reason),
                },
                Pause::ThirdParty(_) => resume = Resume::Failed("only calls have third parties".into()),
                Pause::Authentication(request) => {
                    let limit = request.time_limit_ms;
                    match self.begin_sign_in(cx, id, request, purpose) {
                        Ok(()) => {
                            flow.wake_at = Some(wake_in(limit));
                            return self.keep(id, flow);
                        }
                        Err(reason) => resume = Resume::Failed(reason),
                    }
                }
                Pause::View(request) => match self.show_view(cx, id, &request, purpose) {
                    Ok(()) => {
                        flow.wake_at = Some(wake_in(request.time_limit_ms));
                        flow.waits_for = WaitsFor::View;
                        return self.keep(id, flow);
                    }
                    Err(reason) => resume = Resume::Failed(reason),
                },
                Pause::Disconnect => return self.flow_disconnects(cx, id, purpose),
                Pause::End => return self.flow_over(cx, id, &flow, ""),
                Pause::Failed { reason } => return self.flow_over(cx, id, &flow, &reason),
                _ => return self.flow_over(cx, id, &flow, "the flow waits for something unknown"),
            }
        }
        self.flow_over(cx, id, &flow, "the flow does not come to rest");
    }

    /// Whether a flow passes by without being waited for: whispers of chats and tasks hold no conversation up.
    fn passes_by(&self, id: ContactId, purpose: Purpose) -> bool {
        let is_call = self.contacts.get(&id).is_some_and(|contact| contact.channel == Channel::Voice);
        purpose.is_whisper() && !is_call
    }

    fn has_bot(&self, id: ContactId) -> bool {
        let chain = self.contacts.get(&id).and_then(|contact| self.chains.get(&contact.chain));
        chain.is_some_and(|chain| chain.bot.is_some())
    }

    fn keep(&mut self, id: ContactId, flow: FlowRun) {
        let (event, wake_at) = (flow.purpose == Purpose::Event, flow.wake_at);
        if self.passes_by(id, flow.purpose) {
            return;
        }
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        let deadline = if event { Deadline::EventFlowWake(id) } else { Deadline::FlowWake(id) };
        if event {
            contact.event_flow = Some(flow);
        } else if flow.purpose == Purpose::CustomerQueue && !contact.is_waiting() {
            return;
        } else {
            contact.flow = Some(flow);
        }
        self.timers.set(deadline, wake_at);
        self.touch_contact(id);
    }

    /// A whisper is over; in a call the next thing comes.
    fn whisper_over(&mut self, cx: &mut Cx, id: ContactId, purpose: Purpose) {
        if !self.passes_by(id, purpose) {
            self.whispered(cx, id, purpose);
        }
    }

    /// The flow disconnects the contact.
    fn flow_disconnects(&mut self, cx: &mut Cx, id: ContactId, purpose: Purpose) {
        match purpose {
            Purpose::Transfer => self.transfer_failed(cx, id),
            Purpose::AgentWhisper | Purpose::CustomerWhisper => self.whisper_over(cx, id, purpose),
            Purpose::CustomerHold | Purpose::Event => {}
            Purpose::Main | Purpose::CustomerQueue | Purpose::Disconnect => {
                let Some(contact) = self.contacts.get(&id) else { return };
                let hooked = matches!(contact.hooks.get(&EventHook::CustomerRemaining), Some(Some(_)));
                match contact.channel {
                    Channel::Task if hooked && purpose != Purpose::Disconnect => {
                        self.leave_to_flow(cx, id, "CONTACT_FLOW_DISCONNECT");
                    }
                    Channel::Task => self.end_contact(cx, id, Some("CONTACT_FLOW_DISCONNECT")),
                    // Chats that a flow ends are published without a reason.
                    Channel::Chat => self.end_chain(cx, contact.chain, None),
                    Channel::Voice => self.end_contact(cx, id, Some("CONTACT_FLOW_DISCONNECT")),
                }
            }
        }
    }

    /// The flow is over without disconnecting, in order (empty reason) or because it had no way out.
    fn flow_over(&mut self, cx: &mut Cx, id: ContactId, flow: &FlowRun, reason: &str) {
        if !reason.is_empty() && flow.run.logging {
            self.flow_failed(cx, id, flow, reason);
        }
        let purpose = flow.purpose;
        match purpose {
            Purpose::Transfer => self.transfer_failed(cx, id),
            Purpose::AgentWhisper | Purpose::CustomerWhisper => self.whisper_over(cx, id, purpose),
            Purpose::CustomerQueue | Purpose::CustomerHold | Purpose::Event => {}
            Purpose::Main | Purpose::Disconnect => {
                let queued = self.contacts.get(&id).is_none_or(|contact| contact.stage != Stage::InFlow);
                if !queued {
                    self.flow_disconnects(cx, id, purpose);
                }
            }
        }
    }
}

/// Since when a function or a bot is awaited.
fn asked_since(awaiting: &Awaiting) -> Option<Timestamp> {
    match awaiting {
        Awaiting::Function { since, .. }
        | Awaiting::Bot { since, .. }
        | Awaiting::PersistentChat { since, .. } => Some(*since),
        _ => None,
    }
}
