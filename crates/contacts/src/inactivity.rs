//! Idle and auto-disconnect times of a chat (spec 03 D24): they run only while an agent and the customer are connected.

use std::collections::BTreeMap;

use model::{ContactId, ParticipantId, Timestamp};

use crate::chain::{Role, RoleTimer};
use crate::chat::Speaker;
use crate::contact::Stage;
use crate::core::Core;
use crate::cx::Cx;
use crate::error::*;
use crate::outcome::Visibility;
use crate::timer::Deadline;
use crate::transcript::{Draft, content_type};

const MINUTE_MS: i64 = 60_000;

impl Core {
    /// Sets or (with none) unsets inactivity times, in minutes; they apply when the next agent joins.
    pub fn configure_role_timers(
        &mut self,
        contact: ContactId,
        changes: &[(RoleTimer, Option<u32>)],
    ) -> Result<(), Refusal> {
        if let Some((_, Some(minutes))) =
            changes.iter().find(|(_, minutes)| minutes.is_some_and(|minutes| !(2..=480).contains(&minutes)))
        {
            return Err(invalid_parameter(format!(
                "The time must lie between 2 and 480 minutes, not {minutes}."
            )));
        }
        let entry = self.contacts.get(&contact).ok_or_else(|| Refusal::no_contact(contact))?;
        if entry.channel != model::Channel::Chat || entry.is_disconnected() {
            return Err(invalid_request("Inactivity times can be set for chats that go on."));
        }
        let chain_id = entry.chain;
        let chain = self.chains.get_mut(&chain_id).expect("a contact has a chain");
        for (timer, minutes) in changes {
            match minutes {
                Some(minutes) => chain.role_timers.configured.insert(*timer, *minutes),
                None => chain.role_timers.configured.remove(timer),
            };
        }
        self.touch_chain(chain_id);
        Ok(())
    }

    pub(crate) fn start_role_timers(&mut self, cx: &Cx, chain_id: ContactId) {
        let Some(chain) = self.chains.get_mut(&chain_id) else { return };
        let timers = &mut chain.role_timers;
        timers.in_force = timers.configured.clone();
        timers.idle.clear();
        timers.counting_since = BTreeMap::from([(Role::Agent, cx.now), (Role::Customer, cx.now)]);
        if !timers.in_force.is_empty() {
            self.touch_chain(chain_id);
            self.set_role_timer(chain_id);
        }
    }

    pub(crate) fn stop_role_timers(&mut self, chain_id: ContactId) {
        self.timers.set(Deadline::RoleTimer(chain_id), None);
        if let Some(chain) = self.chains.get_mut(&chain_id)
            && !chain.role_timers.in_force.is_empty()
        {
            chain.role_timers.in_force.clear();
            chain.role_timers.idle.clear();
            chain.role_timers.counting_since.clear();
            self.touch_chain(chain_id);
        }
    }

    /// A message resets its sender's times.
    pub(crate) fn somebody_spoke(&mut self, cx: &mut Cx, speaker: &Speaker) {
        let Some(chain) = self.chains.get_mut(&speaker.chain) else { return };
        let timers = &mut chain.role_timers;
        if timers.in_force.is_empty() || !timers.counting_since.contains_key(&speaker.role) {
            return;
        }
        timers.counting_since.insert(speaker.role, cx.now);
        let was_idle = timers.idle.contains(&speaker.role);
        timers.idle.retain(|role| *role != speaker.role);
        if was_idle {
            self.touch_chain(speaker.chain);
            let back = Draft::event(
                content_type::RETURNED,
                speaker.participant,
                &speaker.display_name,
                speaker.role,
            );
            self.push_only(cx, speaker.chain, speaker.contact, back);
        }
        self.set_role_timer(speaker.chain);
    }

    pub(crate) fn role_timer_due(&mut self, cx: &mut Cx, chain_id: ContactId) {
        for role in [Role::Customer, Role::Agent] {
            let Some((at, disconnects)) = self.next_role_deadline(chain_id, role) else { continue };
            if at > cx.now {
                continue;
            }
            let Some((participant, name, contact)) = self.role_holder(chain_id, role) else { continue };
            if disconnects {
                let event = Draft::event(content_type::AUTO_DISCONNECT, participant, &name, role)
                    .visible_to(Visibility::All);
                self.push_only(cx, chain_id, contact, event);
                self.leave_to_flow(cx, contact, "OTHER");
                return;
            }
            let idle = Draft::event(content_type::IDLE, participant, &name, role);
            self.push_only(cx, chain_id, contact, idle);
            if let Some(chain) = self.chains.get_mut(&chain_id) {
                chain.role_timers.idle.push(role);
                // The time to the disconnect begins when the idle time is over.
                chain.role_timers.counting_since.insert(role, cx.now);
            }
            self.touch_chain(chain_id);
        }
        self.set_role_timer(chain_id);
    }

    /// After a restart the counting begins anew, to nobody's disadvantage.
    pub(crate) fn set_role_timer(&mut self, chain_id: ContactId) {
        let next = [Role::Customer, Role::Agent]
            .into_iter()
            .filter_map(|role| self.next_role_deadline(chain_id, role))
            .map(|(at, _)| at)
            .min();
        self.timers.set(Deadline::RoleTimer(chain_id), next);
    }

    fn next_role_deadline(&self, chain_id: ContactId, role: Role) -> Option<(Timestamp, bool)> {
        let timers = &self.chains.get(&chain_id)?.role_timers;
        let since = *timers.counting_since.get(&role)?;
        let (idle, disconnect) = match role {
            Role::Customer => (RoleTimer::CustomerIdle, RoleTimer::CustomerDisconnect),
            _ => (RoleTimer::AgentIdle, RoleTimer::AgentDisconnect),
        };
        let minutes = |timer| timers.in_force.get(timer).map(|minutes| i64::from(*minutes) * MINUTE_MS);
        if !timers.idle.contains(&role)
            && let Some(idle) = minutes(&idle)
        {
            return Some((since + idle, false));
        }
        minutes(&disconnect).map(|limit| (since + limit, true))
    }

    fn role_holder(&self, chain_id: ContactId, role: Role) -> Option<(ParticipantId, String, ContactId)> {
        let chain = self.chains.get(&chain_id)?;
        let contact = chain
            .contacts
            .iter()
            .copied()
            .find(|id| self.contacts.get(id).is_some_and(|contact| contact.stage == Stage::Connected))?;
        if role == Role::Customer {
            let customer = chain.customer.as_ref()?;
            return Some((customer.participant, customer.display_name.clone(), contact));
        }
        let part = self.contacts.get(&contact)?.agent.as_ref()?;
        Some((part.participant, self.agent_display_name(part.user), contact))
    }
}
