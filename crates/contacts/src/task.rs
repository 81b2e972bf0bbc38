//! Tasks in time: rescheduled, paused, resumed, expired.

use flows::{EventHook, FunctionError, Resume};
use model::resource::FlowType;
use model::{Channel, ContactId, Timestamp};

use crate::agent::LegState;
use crate::contact::{Purpose, Stage};
use crate::core::Core;
use crate::cx::Cx;
use crate::error::*;
use crate::start::{TASK_LIFE_MS, check_schedule};
use crate::timer::Deadline;
use crate::transcript::content_type;

/// How often a task can be rescheduled.
pub const MOST_RESCHEDULES: u32 = 20;

/// How long before its end the agent of a task is warned.
pub const EXPIRY_WARNING_MS: i64 = 3600 * 1000;

impl Core {
    /// Moves the start of a scheduled task.
    pub fn reschedule(&mut self, cx: &mut Cx, id: ContactId, at: Timestamp) -> Result<(), Refusal> {
        let contact = self.contacts.get_mut(&id).ok_or_else(|| Refusal::no_contact(id))?;
        if contact.channel != Channel::Task || contact.stage != Stage::Scheduled {
            return Err(invalid_request("Only tasks that have not begun can be rescheduled."));
        }
        if contact.reschedules >= MOST_RESCHEDULES {
            return Err(limit_exceeded(format!("A task can be rescheduled {MOST_RESCHEDULES} times.")));
        }
        check_schedule(at, cx.now)?;
        contact.reschedules += 1;
        contact.scheduled_at = Some(at);
        contact.expires_at = Some(at + TASK_LIFE_MS);
        self.timers.set(Deadline::TaskStart(id), Some(at));
        self.set_task_expiry(cx, id);
        self.contact_changed(cx, id, &["ScheduledTimestamp"]);
        Ok(())
    }

    /// Pauses a task, with the flow that its own flow has set for it.
    pub fn pause(&mut self, cx: &mut Cx, id: ContactId) -> Result<(), Refusal> {
        self.pause_with(cx, id, None)
    }

    /// Resumes a paused task, with the flow that its own flow has set for it.
    pub fn resume(&mut self, cx: &mut Cx, id: ContactId) -> Result<(), Refusal> {
        self.resume_with(cx, id, None)
    }

    /// Pauses a task. In a queue it leaves the queue; with an agent it frees the agent's slot. `flow` runs at this
    /// and later pauses instead of the one that the task's own flow has set.
    pub fn pause_with(&mut self, cx: &mut Cx, id: ContactId, flow: Option<&str>) -> Result<(), Refusal> {
        let flow = flow.map(|flow| self.startable_flow(flow).map(|flow| flow.id)).transpose()?;
        let contact = self.contacts.get(&id).ok_or_else(|| Refusal::no_contact(id))?;
        if contact.channel != Channel::Task {
            return Err(invalid_request("Only tasks can be paused."));
        }
        if contact.is_paused() {
            return Err(invalid_request("The task is paused already."));
        }
        if contact.is_disconnected() || contact.stage == Stage::Scheduled {
            return Err(invalid_request("Tasks that are over or have not begun cannot be paused."));
        }
        if contact.stage == Stage::Offered {
            return Err(invalid_request("The task is being offered to an agent; try again in a moment."));
        }
        if let Some(part) = &contact.agent {
            let agent =
                self.agents.get(&part.user).ok_or_else(|| invalid_state("The agent is not signed in."))?;
            let paused = agent.legs.iter().filter(|leg| leg.state == LegState::Paused).count();
            if paused >= self.most_tasks(part.user) {
                return Err(limit_exceeded(
                    "The agent has paused as many tasks as the routing profile allows.",
                ));
            }
        }
        if contact.stage == Stage::Queued {
            // Out of the queue; the flow must put it back after it was resumed.
            self.dequeue(cx, id);
            if let Some(contact) = self.contacts.get_mut(&id) {
                contact.flow = None;
            }
            self.timers.set(Deadline::FlowWake(id), None);
        }
        let contact = self.contacts.get_mut(&id).expect("found above");
        if let Some(flow) = flow {
            contact.hooks.insert(EventHook::PauseContact, Some(flow));
        }
        contact.pauses.since = Some(cx.now);
        contact.pauses.count += 1;
        contact.pauses.last_paused_at = Some(cx.now);
        let user = contact.agent.as_ref().map(|part| part.user);
        self.touch_contact(id);
        if let Some(user) = user {
            self.set_leg(cx, user, id, LegState::Paused);
        }
        self.contact_event(cx, id, "PAUSED", &[]);
        self.start_hook(cx, id, EventHook::PauseContact, FlowType::ContactFlow, Purpose::Event);
        Ok(())
    }

    /// Resumes a paused task; `flow` runs at this and later resumptions.
    pub fn resume_with(&mut self, cx: &mut Cx, id: ContactId, flow: Option<&str>) -> Result<(), Refusal> {
        let flow = flow.map(|flow| self.startable_flow(flow).map(|flow| flow.id)).transpose()?;
        let contact = self.contacts.get(&id).ok_or_else(|| Refusal::no_contact(id))?;
        if !contact.is_paused() {
            return Err(invalid_request("The task is not paused."));
        }
        self.finish_pause(cx, id);
        let contact = self.contacts.get_mut(&id).expect("found above");
        contact.pauses.last_resumed_at = Some(cx.now);
        if let Some(flow) = flow {
            contact.hooks.insert(EventHook::ResumeContact, Some(flow));
        }
        let user = contact.agent.as_ref().map(|part| part.user);
        let flow_is_due =
            contact.flow.as_ref().is_some_and(|flow| flow.wake_at.is_some_and(|at| at <= cx.now));
        self.touch_contact(id);
        if let Some(user) = user {
            self.set_leg(cx, user, id, LegState::Connected);
        }
        self.contact_event(cx, id, "RESUMED", &[]);
        self.start_hook(cx, id, EventHook::ResumeContact, FlowType::ContactFlow, Purpose::Event);
        let held = self.contacts.get_mut(&id).and_then(|contact| contact.held_answer.take());
        let reply = self.contacts.get_mut(&id).and_then(|contact| contact.held_reply.take());
        if let Some(answer) = held {
            self.run_flow(cx, id, Resume::Function(answer.map_err(FunctionError::Failed)));
        } else if let Some(reply) = reply {
            self.run_flow(cx, id, Resume::Bot(reply.map_err(flows::BotError::Failed)));
        } else if flow_is_due {
            self.flow_time_limit(cx, id, false);
        }
        Ok(())
    }

    /// Adds the present pause to the sum.
    pub(crate) fn finish_pause(&mut self, cx: &Cx, id: ContactId) {
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        let Some(since) = contact.pauses.since.take() else { return };
        let paused = cx.now.since(since);
        contact.pauses.total_ms += paused;
        if let Some(part) = &mut contact.agent {
            part.paused_ms += cx.now.since(since.max(part.connected_at));
        }
    }

    /// A task's end comes in two steps: its agent is warned, and then it expires.
    pub(crate) fn set_task_expiry(&mut self, cx: &Cx, id: ContactId) {
        let expiry = self.contacts.get(&id).filter(|contact| !contact.is_disconnected());
        let at = expiry.and_then(|contact| contact.expires_at).map(|end| {
            let warning = end - EXPIRY_WARNING_MS;
            if cx.now < warning { warning } else { end }
        });
        self.timers.set(Deadline::TaskExpiry(id), at);
    }

    pub(crate) fn task_expiry(&mut self, cx: &mut Cx, id: ContactId) {
        let Some(contact) = self.contacts.get(&id) else { return };
        if contact.is_disconnected() {
            return;
        }
        let is_over = contact.expires_at.is_some_and(|end| end <= cx.now);
        if let Some(user) = contact.agent.as_ref().map(|part| part.user) {
            let event = if is_over { content_type::EXPIRED } else { content_type::EXPIRE_WARNING };
            self.push_task(cx, id, user, event);
        }
        if !is_over {
            self.set_task_expiry(cx, id);
            return;
        }
        // The disconnect flow may take up an expired task; the new segment starts its own seven days.
        if let Some(contact) = self.contacts.get_mut(&id) {
            contact.expires_at = Some(cx.now + TASK_LIFE_MS);
        }
        self.leave_to_flow(cx, id, "EXPIRED");
    }

    fn set_leg(&mut self, cx: &Cx, user: model::UserId, id: ContactId, state: LegState) {
        if let Some(leg) = self.agents.get_mut(&user).and_then(|agent| agent.leg_mut(id)) {
            leg.state = state;
            leg.since = cx.now;
        }
        self.touch_agent(user);
    }

    fn most_tasks(&self, user: model::UserId) -> usize {
        self.directory
            .user(user)
            .and_then(|user| self.directory.routing_profile(user.routing_profile_id))
            .and_then(|profile| {
                profile.media_concurrencies.iter().find(|media| media.channel == Channel::Task)
            })
            .map_or(0, |media| media.concurrency as usize)
    }
}
