//! How contacts end: who leaves, what remains to be done, and the one record at the end.

use flows::{EventHook, Resume};
use model::{Channel, ContactId, InitiationMethod, UserId};

use crate::chain::Role;
use crate::contact::{Purpose, Stage};
use crate::core::Core;
use crate::cx::Cx;
use crate::error::*;
use crate::event::Event;
use crate::outcome::{DocumentChange, Effect, TranscriptDue};
use crate::start::new_run;
use crate::timer::Deadline;
use crate::transcript::{Draft, SYSTEM_NAME, content_type};

/// Kind of the documents that say which transcript files are still to be written.
pub(crate) const TRANSCRIPT_DUE: &str = "transcript-due";

impl Core {
    /// `StopContact`: ends a contact wherever it is.
    pub fn stop_contact(&mut self, cx: &mut Cx, id: ContactId) -> Result<(), Refusal> {
        let contact = self.contacts.get(&id).ok_or_else(|| Refusal::no_contact(id))?;
        if contact.is_disconnected() {
            return Err(invalid_request("The contact is over already."));
        }
        match contact.channel {
            Channel::Task => self.end_contact(cx, id, Some("API")),
            // The published records of chats that the API ends carry no reason.
            Channel::Chat => self.end_chain(cx, contact.chain, None),
            Channel::Voice => self.end_contact(cx, id, Some("OTHER")),
        }
        Ok(())
    }

    /// The agent leaves a contact (ends a chat, completes a task).
    pub fn agent_leaves(&mut self, cx: &mut Cx, user: UserId, id: ContactId) -> Result<(), Refusal> {
        let contact = self.contacts.get(&id).ok_or_else(|| Refusal::no_contact(id))?;
        if contact.offer.as_ref().is_some_and(|offer| offer.user == user) {
            return self.reject(cx, user, id);
        }
        if contact.agent.as_ref().is_none_or(|part| part.user != user) {
            return Err(invalid_state("The agent does not hold this contact (any more)."));
        }
        if contact.is_disconnected() {
            return Ok(());
        }
        self.leave_to_flow(cx, id, "AGENT_DISCONNECT");
        Ok(())
    }

    /// The agent is gone: the disconnect flow goes on with the customer, or the contact is over.
    pub(crate) fn leave_to_flow(&mut self, cx: &mut Cx, id: ContactId, reason: &str) {
        let Some(contact) = self.contacts.get(&id) else { return };
        let (chain, channel) = (contact.chain, contact.channel);
        // A transfer that is still under way ends with the contact it comes from.
        self.abandon_transfers_of(cx, id);
        let Some(contact) = self.contacts.get(&id) else { return };
        let part = contact.agent.clone();
        let flow = match contact.hooks.get(&EventHook::CustomerRemaining) {
            Some(Some(flow)) => self.directory.flow(*flow).filter(|flow| flow.published.is_some()).cloned(),
            _ => None,
        };
        if channel == Channel::Chat
            && let Some(part) = part
        {
            let name = self.agent_display_name(part.user);
            let left = Draft::event(content_type::LEFT, part.participant, &name, Role::Agent);
            self.append_item(cx, chain, id, left);
            self.stop_role_timers(chain);
        }
        let Some(flow) = flow else {
            match channel {
                Channel::Chat => self.end_chain(cx, chain, Some(reason)),
                _ => self.end_contact(cx, id, Some(reason)),
            }
            return;
        };
        let logging = self.contacts.get(&id).is_some_and(|contact| contact.logging);
        let run = new_run(&flow, Purpose::Disconnect, logging);
        let Some(next) = self.next_segment(cx, id, InitiationMethod::Disconnect, Some(run)) else {
            self.end_chain(cx, chain, Some(reason));
            return;
        };
        self.hand_over(cx, id, next, Some(reason));
        self.run_flow(cx, next, Resume::Start);
    }

    /// The customer goes on in another segment: this one is disconnected, the new one is current.
    pub(crate) fn hand_over(&mut self, cx: &mut Cx, from: ContactId, to: ContactId, reason: Option<&str>) {
        if let Some(contact) = self.contacts.get_mut(&from) {
            contact.next = Some(to);
            let chain = contact.chain;
            if let Some(chain) = self.chains.get_mut(&chain) {
                chain.current = to;
            }
            self.touch_chain(chain);
        }
        self.disconnect(cx, from, reason);
    }

    /// Ends the whole interaction: every segment, the conversation, the customer's part.
    pub(crate) fn end_chain(&mut self, cx: &mut Cx, chain_id: ContactId, reason: Option<&str>) {
        let Some(chain) = self.chains.get(&chain_id) else { return };
        if chain.ended_at.is_some() {
            return;
        }
        let (current, contacts, system) = (chain.current, chain.contacts.clone(), chain.system);
        let is_chat = chain.channel == Channel::Chat;
        self.bot_left(cx, chain_id);
        if is_chat {
            if let Some(customer) = self.chains.get(&chain_id).and_then(|chain| chain.customer.clone())
                && reason == Some("CUSTOMER_DISCONNECT")
                && customer.connected_at.is_some()
            {
                let left = Draft::event(
                    content_type::LEFT,
                    customer.participant,
                    &customer.display_name,
                    Role::Customer,
                );
                self.append_item(cx, chain_id, current, left);
            }
            let ended = Draft::event(content_type::ENDED, system, SYSTEM_NAME, Role::System);
            self.append_item(cx, chain_id, current, ended);
        }
        if let Some(chain) = self.chains.get_mut(&chain_id) {
            chain.ended_at = Some(cx.now);
        }
        self.touch_chain(chain_id);
        self.stop_role_timers(chain_id);
        for deadline in
            [Deadline::ConnectBy(chain_id), Deadline::ChatExpiry(chain_id), Deadline::BotConnectBy(chain_id)]
        {
            self.timers.set(deadline, None);
        }
        for id in contacts {
            self.disconnect(cx, id, reason);
        }
        self.release_caller(chain_id);
    }

    /// Ends one contact; the chain too when nothing of it goes on.
    pub(crate) fn end_contact(&mut self, cx: &mut Cx, id: ContactId, reason: Option<&str>) {
        let Some(chain_id) = self.contacts.get(&id).map(|contact| contact.chain) else { return };
        self.abandon_transfers_of(cx, id);
        self.disconnect(cx, id, reason);
        let goes_on = self.chains.get(&chain_id).is_some_and(|chain| {
            chain
                .contacts
                .iter()
                .any(|id| self.contacts.get(id).is_some_and(|contact| !contact.is_disconnected()))
        });
        if !goes_on && let Some(chain) = self.chains.get_mut(&chain_id) {
            chain.ended_at.get_or_insert(cx.now);
            self.touch_chain(chain_id);
            self.release_caller(chain_id);
        }
    }

    /// Takes one contact off whatever it is in. With an agent it goes to after-contact work, else it is over.
    pub(crate) fn disconnect(&mut self, cx: &mut Cx, id: ContactId, reason: Option<&str>) {
        let Some(contact) = self.contacts.get(&id) else { return };
        if contact.is_disconnected() {
            return;
        }
        if contact.is_waiting() {
            self.dequeue(cx, id);
        }
        self.finish_pause(cx, id);
        self.end_monitoring(cx, id);
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        contact.flow = None;
        contact.event_flow = None;
        contact.sign_in = None;
        if let Some(call) = &mut contact.call {
            call.end_hold(cx.now);
        }
        contact.disconnected_at = Some(cx.now);
        contact.disconnect_reason = reason.map(str::to_owned);
        let with_agent = contact.agent.is_some();
        let leg = contact.agent.as_ref().map(|part| part.participant);
        let channel = contact.channel.index();
        self.live[channel] = self.live[channel].saturating_sub(1);
        for deadline in [
            Deadline::FlowWake(id),
            Deadline::EventFlowWake(id),
            Deadline::TaskStart(id),
            Deadline::TaskExpiry(id),
            Deadline::OfferMissed(id),
            Deadline::SignInAddress(id),
        ] {
            self.timers.set(deadline, None);
        }
        if let Some(leg) = leg {
            self.release_agent_leg(id, leg);
        }
        self.touch_contact(id);
        if with_agent {
            self.start_acw(cx, id);
            self.contact_event(cx, id, "DISCONNECTED", &[]);
        } else {
            self.contact_event(cx, id, "DISCONNECTED", &[]);
            self.close_contact(cx, id);
        }
    }

    /// The contact is finished: its record is written, and it leaves memory with the next outcome.
    pub(crate) fn close_contact(&mut self, cx: &mut Cx, id: ContactId) {
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        if contact.stage == Stage::Ended {
            return;
        }
        contact.stage = Stage::Ended;
        contact.updated_at = cx.now;
        if let Some(part) = &mut contact.agent {
            part.acw_ended_at = Some(cx.now);
            self.members.remove(&part.participant);
        }
        let (chain, channel) = (contact.chain, contact.channel);
        self.touch_contact(id);
        self.touch_chain(chain);
        let contact = &self.contacts[&id];
        let Some(entry) = self.chains.get(&chain) else { return };
        let record = crate::record::contact_record(&self.directory, contact, entry, cx.now);
        let due = (channel == Channel::Chat).then(|| TranscriptDue {
            contact: id,
            chain,
            location: crate::record::transcript_location(self.directory.instance(), contact),
            head: crate::record::transcript_head(&self.directory, contact, entry),
        });
        self.event(cx.now, Event::Record { record });
        if let Some(due) = due {
            // Kept until the file is there, so that a crash in between loses no transcript.
            let body = serde_json::to_string(&due).expect("it is printable");
            self.out.documents.push(DocumentChange {
                kind: TRANSCRIPT_DUE,
                id: id.to_string(),
                body: Some(body),
            });
            self.out.effects.push(Effect::WriteTranscript(due));
        }
    }

    /// The transcript file of a contact is safe.
    pub fn transcript_written(&mut self, contact: ContactId) {
        self.out.documents.push(DocumentChange { kind: TRANSCRIPT_DUE, id: contact.to_string(), body: None });
    }
}
