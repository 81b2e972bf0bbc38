//! What agents do beside their contacts: sign in and out, choose a status, clear what is finished.

use model::resource::AgentStatusType;
use model::{AgentStatusId, ContactId, Timestamp, UserId};
use routing::Presence;

use crate::agent::{Agent, LegState, NextStatus};
use crate::contact::Stage;
use crate::core::Core;
use crate::cx::Cx;
use crate::error::*;
use crate::outcome::Effect;
use crate::timer::Deadline;

/// An agent event comes at least this often while signed in, and for an hour after.
pub const HEART_BEAT_MS: i64 = 120_000;
const AFTER_SIGN_OUT_MS: i64 = 3_600_000;

impl Core {
    /// An agent opens the panel. The first time they are offline.
    pub fn sign_in(&mut self, cx: &mut Cx, user: UserId) -> Result<(), Refusal> {
        if self.directory.user(user).is_none() {
            return Err(not_found(format!("There is no user {user} here.")));
        }
        let offline = self.status_of_type(AgentStatusType::Offline)?;
        let known = self.agents.contains_key(&user);
        let agent = self.agents.entry(user).or_insert_with(|| Agent {
            user,
            status: offline,
            status_since: cx.now,
            next_status: None,
            error: None,
            legs: Vec::new(),
            available_since: cx.now,
            signed_in: false,
            signed_at: cx.now,
            last_event_at: cx.now,
        });
        if known && agent.signed_in {
            return Ok(());
        }
        agent.signed_in = true;
        agent.signed_at = cx.now;
        self.dirty.agents.insert(user);
        self.route_agent(user);
        self.agent_event(cx, user, "LOGIN");
        self.out.effects.push(Effect::AgentChanged(user));
        Ok(())
    }

    /// An agent signs out: offline, as far as contacts allow.
    pub fn sign_out(&mut self, cx: &mut Cx, user: UserId) -> Result<(), Refusal> {
        let offline = self.status_of_type(AgentStatusType::Offline)?;
        if self.agents.get(&user).is_none_or(|agent| !agent.signed_in) {
            return Ok(());
        }
        self.set_status(cx, user, offline, false)?;
        self.stop_all_monitoring(cx, user);
        let agent = self.agents.get_mut(&user).expect("found above");
        agent.signed_in = false;
        agent.signed_at = cx.now;
        self.dirty.agents.insert(user);
        self.agent_event(cx, user, "LOGOUT");
        self.out.effects.push(Effect::AgentSignedOut(user));
        self.leave_guides(user);
        Ok(())
    }

    /// Sets an agent's status: at once, or with `enqueue` when their contacts are finished.
    pub fn set_status(
        &mut self,
        cx: &mut Cx,
        user: UserId,
        status: AgentStatusId,
        enqueue: bool,
    ) -> Result<(), Refusal> {
        let target = self
            .directory
            .agent_status(status)
            .ok_or_else(|| not_found(format!("There is no agent status {status} here.")))?;
        if !target.enabled {
            return Err(invalid_request(format!("The agent status '{}' is disabled.", target.name)));
        }
        if !self.agents.contains_key(&user) {
            self.sign_in(cx, user)?;
        }
        let agent = self.agents.get_mut(&user).expect("signed in above");
        if enqueue && !agent.legs.is_empty() {
            agent.next_status = Some(NextStatus { status, enqueued_at: cx.now });
            self.touch_agent(user);
            return Ok(());
        }
        agent.next_status = None;
        agent.error = None;
        // What was missed or failed is settled by choosing a status.
        let settled: Vec<_> = agent
            .legs
            .iter()
            .filter(|leg| matches!(leg.state, LegState::Missed | LegState::Rejected | LegState::Error))
            .map(|leg| leg.participant)
            .collect();
        agent.legs.retain(|leg| !settled.contains(&leg.participant));
        self.take_status(cx, user, status);
        for participant in settled {
            self.members.remove(&participant);
        }
        self.touch_agent(user);
        Ok(())
    }

    fn take_status(&mut self, cx: &mut Cx, user: UserId, status: AgentStatusId) {
        let kind = self.directory.agent_status(status).map(|status| status.kind);
        let agent = self.agents.get_mut(&user).expect("the caller has the agent");
        if agent.status != status {
            agent.status = status;
            agent.status_since = cx.now;
            if kind == Some(AgentStatusType::Routable) {
                agent.available_since = cx.now;
            }
        }
    }

    /// The agent is done with a contact that is over, missed or failed.
    pub fn clear(&mut self, cx: &mut Cx, user: UserId, id: ContactId) -> Result<(), Refusal> {
        let agent = self.agents.get(&user).ok_or_else(|| invalid_state("The agent is not signed in."))?;
        let leg =
            agent.leg(id).ok_or_else(|| invalid_state("The agent does not hold this contact (any more)."))?;
        let (state, participant) = (leg.state, leg.participant);
        if state.is_active() {
            return Err(invalid_state("The contact still goes on; end it first."));
        }
        let agent = self.agents.get_mut(&user).expect("found above");
        agent.legs.retain(|leg| leg.contact != id);
        agent.available_since = cx.now;
        if !agent
            .legs
            .iter()
            .any(|leg| matches!(leg.state, LegState::Missed | LegState::Rejected | LegState::Error))
        {
            agent.error = None;
        }
        let next = agent.legs.is_empty().then(|| agent.next_status.take()).flatten();
        if let Some(next) = next {
            self.take_status(cx, user, next.status);
        }
        self.timers.set(Deadline::AcwOver(user, id), None);
        if state == LegState::Ended {
            self.close_contact(cx, id);
        } else {
            self.members.remove(&participant);
        }
        self.touch_agent(user);
        Ok(())
    }

    pub(crate) fn acw_over(&mut self, cx: &mut Cx, user: UserId, id: ContactId) {
        // The agent may have cleared it in the same moment; then there is nothing left to do.
        let _ = self.clear(cx, user, id);
    }

    /// Tells the router what an agent may be offered now.
    pub(crate) fn route_agent(&mut self, user: UserId) {
        let Some(agent) = self.agents.get(&user) else { return };
        let Some(entry) = self.directory.user(user) else {
            self.router.remove_agent(user);
            return;
        };
        let kind =
            self.directory.agent_status(agent.status).map_or(AgentStatusType::Offline, |status| status.kind);
        let presence = match kind {
            AgentStatusType::Routable if agent.next_status.is_none() => Presence::Routable,
            AgentStatusType::Offline => Presence::Offline,
            _ => Presence::NotRoutable,
        };
        self.router.put_agent(
            user,
            routing::Agent {
                profile: entry.routing_profile_id,
                presence,
                in_error: agent.error.is_some(),
                available_since: agent.available_since,
                load: agent.load(),
                proficiencies: entry.proficiencies.clone(),
            },
        );
    }

    pub(crate) fn heart_beat(&mut self, cx: &mut Cx, user: UserId) {
        let Some(agent) = self.agents.get(&user) else { return };
        let go_on = agent.signed_in || cx.now < agent.signed_at + AFTER_SIGN_OUT_MS;
        if go_on {
            self.agent_event(cx, user, "HEART_BEAT");
        }
    }

    /// When the next heart-beat is due.
    pub(crate) fn set_heart_beat(&mut self, user: UserId) {
        let Some(agent) = self.agents.get(&user) else { return };
        let at = agent.last_event_at + HEART_BEAT_MS;
        let go_on = agent.signed_in || at < agent.signed_at + AFTER_SIGN_OUT_MS;
        self.timers.set(Deadline::HeartBeat(user), go_on.then_some(at));
    }

    /// The agent status of a type that every instance has.
    pub(crate) fn status_of_type(&self, kind: AgentStatusType) -> Result<AgentStatusId, Refusal> {
        self.directory
            .agent_statuses()
            .filter(|status| status.kind == kind)
            .min_by_key(|status| (status.display_order, status.agent_status_id))
            .map(|status| status.agent_status_id)
            .ok_or_else(|| not_found("The instance has no agent status of the type that is needed."))
    }

    /// Moves a contact from work to after-contact work for its agent.
    pub(crate) fn start_acw(&mut self, cx: &mut Cx, id: ContactId) {
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        let Some(part) = contact.agent.as_mut() else { return };
        if part.acw_started_at.is_some() {
            return;
        }
        part.acw_started_at = Some(cx.now);
        contact.stage = Stage::AfterContactWork;
        let user = part.user;
        self.touch_contact(id);
        let limit =
            self.directory.user(user).map_or(0, |user| user.phone_config.after_contact_work_time_limit);
        let until: Option<Timestamp> = (limit > 0).then(|| cx.now + i64::from(limit) * 1000);
        if let Some(leg) = self.agents.get_mut(&user).and_then(|agent| agent.leg_mut(id)) {
            leg.state = LegState::Ended;
            leg.since = cx.now;
            leg.acw_until = until;
        }
        self.timers.set(Deadline::AcwOver(user, id), until);
        self.touch_agent(user);
        self.start_guide(cx, id, flows::EventHook::DisconnectAgentUI);
    }
}
