//! Calls: how they come in, what telephony tells of them, who hears whom, and how they end.
//!
//! ```text
//! call_arrived ──Connected──► flow ──► queue ──accept──► agent whisper ──► customer whisper ──► joined ◄──► on hold
//! ```

use std::collections::BTreeMap;

use flows::{EventHook, Resume};
use model::resource::FlowType;
use model::{Channel, ContactId, InitiationMethod, ParticipantId, UserId};

use crate::attributes::check_attributes;
use crate::call::{CallCommand, CallEvent, HangUpCause};
use crate::chain::{Chain, Customer};
use crate::contact::{CallPart, Contact, Purpose, Stage};
use crate::core::{Core, Member, MemberRole};
use crate::cx::Cx;
use crate::error::*;
use crate::outcome::Effect;
use crate::start::{new_chain, new_run};
use crate::timer::Deadline;

/// How long sound may take to come up after a call was answered.
const SOUND_WITHIN_MS: i64 = 60_000;
/// How long an agent or a caller may be without sound before they have left.
pub const SOUND_BACK_MS: i64 = 20_000;

/// A call that comes in.
#[derive(Clone, Debug, Default)]
pub struct IncomingCall {
    /// Flow to run, an id or a resource name.
    pub flow: String,
    /// Name of the caller, as far as it is known.
    pub display_name: String,
    /// The caller's number; none for calls from a web page.
    pub number: Option<String>,
    /// The number that was called; none for calls from a web page.
    pub called: Option<String>,
    /// Contact attributes.
    pub attributes: BTreeMap<String, String>,
}

/// A call that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallStarted {
    /// The contact.
    pub contact: ContactId,
    /// The caller's leg.
    pub party: ParticipantId,
}

impl Core {
    /// A call comes in. It is answered; the flow begins once there is sound. Refused with `LimitExceeded` when there
    /// is no room: the caller then gets the busy tone.
    pub fn call_arrived(&mut self, cx: &mut Cx, call: IncomingCall) -> Result<CallStarted, Refusal> {
        let flow = self.startable_flow(&call.flow)?;
        check_attributes(&call.attributes)?;
        if call.display_name.chars().count() > 256 {
            return Err(invalid_parameter("The name has more than 256 characters."));
        }
        self.room_for_contact(Channel::Voice)?;
        let id: ContactId = cx.id();
        let web = call.number.is_none();
        let method = if web { InitiationMethod::Api } else { InitiationMethod::Inbound };
        let mut contact = Contact::new(id, id, Channel::Voice, method, Stage::Created, cx.now);
        let subtype = if web { "connect:WebRTC" } else { "connect:Telephony" };
        contact.segment_attributes.insert("connect:Subtype".into(), subtype.into());
        contact.flow = Some(new_run(&flow, Purpose::Main, false));
        let party: ParticipantId = cx.id();
        let connect_by = cx.now + SOUND_WITHIN_MS;
        let chain = Chain {
            attributes: call.attributes,
            customer: Some(Customer {
                participant: party,
                display_name: call.display_name,
                content_types: Vec::new(),
                connected_at: None,
                connect_by,
                initial_message: None,
                number: call.number,
            }),
            called: call.called,
            ..new_chain(cx, id, Channel::Voice)
        };
        self.add_contact(cx, contact, Some(chain));
        self.members.insert(party, Member { chain: id, role: MemberRole::Customer });
        self.timers.set(Deadline::ConnectBy(id), Some(connect_by));
        self.call(CallCommand::Answer { party });
        Ok(CallStarted { contact: id, party })
    }

    /// Telephony tells something. What concerns a party that is gone is dropped.
    pub fn call_event(&mut self, cx: &mut Cx, event: CallEvent) {
        let Some(member) = self.members.get(&event.party()).copied() else { return };
        match (event, member.role) {
            (CallEvent::Connected { party }, MemberRole::Customer) => {
                self.caller_connected(cx, member.chain, party);
            }
            (CallEvent::Connected { party }, MemberRole::Agent(_, contact)) => {
                self.agent_connected(cx, member.chain, contact, party);
            }
            (CallEvent::HungUp { lost: false, .. }, MemberRole::Customer) => {
                self.end_chain(cx, member.chain, Some("CUSTOMER_DISCONNECT"));
            }
            (CallEvent::HungUp { lost: true, .. }, MemberRole::Customer) => {
                self.timers.set(Deadline::CallLost(member.chain), Some(cx.now + SOUND_BACK_MS));
            }
            (CallEvent::HungUp { party, .. }, MemberRole::Agent(user, contact)) => {
                self.sounding.remove(&party);
                self.agent_sound_lost(cx, user, contact);
            }
            (CallEvent::Played { play, error, .. }, _) => {
                let resume = error.map_or(Resume::Done, Resume::Failed);
                self.sound_over(cx, member.chain, play, resume);
            }
            (CallEvent::Gathered { gather, keys, timed_out, error, .. }, _) => {
                let resume = error.map_or(Resume::Keys { keys, timed_out }, Resume::Failed);
                self.sound_over(cx, member.chain, gather, resume);
            }
            // Supervisors and third parties have no legs yet, and nobody is called.
            _ => {}
        }
    }

    fn caller_connected(&mut self, cx: &mut Cx, chain_id: ContactId, party: ParticipantId) {
        let Some(chain) = self.chains.get_mut(&chain_id) else { return };
        let Some(customer) = chain.customer.as_mut() else { return };
        if customer.connected_at.is_some() {
            // The caller's sound came back.
            self.timers.set(Deadline::CallLost(chain_id), None);
            self.resume_sound(chain_id, party);
            return self.mix(chain_id);
        }
        customer.connected_at = Some(cx.now);
        let id = chain.current;
        self.touch_chain(chain_id);
        self.timers.set(Deadline::ConnectBy(chain_id), None);
        let Some(contact) = self.contacts.get_mut(&id).filter(|contact| contact.stage == Stage::Created)
        else {
            return;
        };
        contact.stage = Stage::InFlow;
        contact.connected_to_system_at = Some(cx.now);
        self.touch_contact(id);
        self.contact_event(cx, id, "CONNECTED_TO_SYSTEM", &[]);
        self.run_flow(cx, id, Resume::Start);
    }

    /// The agent's page has brought up sound: while it rings, after the agent accepted, or anew.
    fn agent_connected(&mut self, cx: &mut Cx, chain: ContactId, id: ContactId, party: ParticipantId) {
        self.sounding.insert(party);
        self.timers.set(Deadline::AgentSound(id), None);
        let waits =
            self.contacts.get(&id).and_then(|contact| contact.call.as_ref()).is_some_and(|call| !call.heard);
        if waits {
            return self.begin_whispers(cx, id);
        }
        self.resume_sound(chain, party);
        self.mix(chain);
    }

    /// The agent's page is gone: it has some time to come back before the agent has left.
    fn agent_sound_lost(&mut self, cx: &mut Cx, user: UserId, id: ContactId) {
        let holds = |contact: &Contact| {
            contact.stage == Stage::Connected && contact.agent.as_ref().is_some_and(|part| part.user == user)
        };
        if self.contacts.get(&id).is_some_and(holds) {
            self.timers.set(Deadline::AgentSound(id), Some(cx.now + SOUND_BACK_MS));
        }
    }

    /// The agent's sound did not come back.
    pub(crate) fn agent_sound_over(&mut self, cx: &mut Cx, id: ContactId) {
        if self.contacts.get(&id).is_some_and(|contact| contact.stage == Stage::Connected) {
            self.leave_to_flow(cx, id, "TELECOM_PROBLEM");
        }
    }

    /// The agent has accepted. What the queue's flow plays goes on until there is something else to hear, but nobody
    /// waits for it; an agent without sound has some time to bring it up.
    pub(crate) fn agent_joins(&mut self, cx: &mut Cx, id: ContactId, party: ParticipantId) {
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        contact.call = Some(CallPart::default());
        let chain = contact.chain;
        let customer = self.caller(chain);
        if let Some(chain) = self.chains.get_mut(&chain) {
            chain.sounds.retain(|sound| {
                let music = matches!(sound.command, CallCommand::Play { repeat: true, .. });
                music || Some(sound.party) != customer
            });
        }
        if self.sounding.contains(&party) {
            self.begin_whispers(cx, id);
        } else {
            self.timers.set(Deadline::AgentSound(id), Some(cx.now + SOUND_BACK_MS));
        }
    }

    /// Whispers first, then everybody hears everybody.
    fn begin_whispers(&mut self, cx: &mut Cx, id: ContactId) {
        if let Some(call) = self.contacts.get_mut(&id).and_then(|contact| contact.call.as_mut()) {
            call.heard = true;
        }
        self.start_whisper(cx, id, Purpose::AgentWhisper);
    }

    /// Runs a whisper, and goes on with the next thing when there is none.
    fn start_whisper(&mut self, cx: &mut Cx, id: ContactId, purpose: Purpose) {
        let (hook, kind) = match purpose {
            Purpose::AgentWhisper => (EventHook::AgentWhisper, FlowType::AgentWhisper),
            _ => (EventHook::CustomerWhisper, FlowType::CustomerWhisper),
        };
        if !self.start_hook(cx, id, hook, kind, purpose) {
            self.whispered(cx, id, purpose);
        }
    }

    /// A whisper of a call is over.
    pub(crate) fn whispered(&mut self, cx: &mut Cx, id: ContactId, purpose: Purpose) {
        if purpose == Purpose::AgentWhisper {
            return self.start_whisper(cx, id, Purpose::CustomerWhisper);
        }
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        contact.flow = None;
        contact.call.get_or_insert_default().joined = true;
        let chain = contact.chain;
        self.touch_contact(id);
        self.stop_sound(chain, None);
        self.mix(chain);
    }

    /// Says anew who hears whom in a chain.
    pub(crate) fn mix(&mut self, room: ContactId) {
        let Some(chain) = self.chains.get(&room).filter(|chain| chain.channel == Channel::Voice) else {
            return;
        };
        let Some(customer) = chain.customer.as_ref().map(|customer| customer.participant) else { return };
        let mut hears: BTreeMap<ParticipantId, Vec<ParticipantId>> = BTreeMap::new();
        for contact in chain.contacts.iter().filter_map(|id| self.contacts.get(id)) {
            let (Some(part), Some(call)) = (&contact.agent, &contact.call) else { continue };
            if contact.stage != Stage::Connected || !call.joined || call.held_since.is_some() {
                continue;
            }
            hears.entry(part.participant).or_default().push(customer);
            if !call.muted {
                hears.entry(customer).or_default().push(part.participant);
            }
        }
        self.call(CallCommand::Mix { room, hears });
    }

    /// The agent puts the customer on hold.
    pub fn hold(&mut self, cx: &mut Cx, user: UserId, id: ContactId) -> Result<(), Refusal> {
        let call = self.call_of(user, id)?;
        if call.held_since.is_some() {
            return Ok(());
        }
        if !call.joined {
            return Err(invalid_state("The call is still being connected."));
        }
        call.held_since = Some(cx.now);
        call.holds += 1;
        let chain = self.contacts[&id].chain;
        self.touch_contact(id);
        self.touch_agent(user);
        self.mix(chain);
        self.start_hook(cx, id, EventHook::CustomerHold, FlowType::CustomerHold, Purpose::CustomerHold);
        Ok(())
    }

    /// The agent takes the customer off hold.
    pub fn take_off_hold(&mut self, cx: &mut Cx, user: UserId, id: ContactId) -> Result<(), Refusal> {
        if !self.call_of(user, id)?.end_hold(cx.now) {
            return Ok(());
        }
        let contact = self.contacts.get_mut(&id).expect("found above");
        contact.flow = None;
        let chain = contact.chain;
        self.timers.set(Deadline::FlowWake(id), None);
        self.touch_contact(id);
        self.touch_agent(user);
        self.stop_sound(chain, None);
        self.mix(chain);
        Ok(())
    }

    /// The agent is heard no more, or again.
    pub fn mute(&mut self, user: UserId, id: ContactId, muted: bool) -> Result<(), Refusal> {
        let call = self.call_of(user, id)?;
        if call.muted == muted {
            return Ok(());
        }
        call.muted = muted;
        let chain = self.contacts[&id].chain;
        self.touch_contact(id);
        self.touch_agent(user);
        self.mix(chain);
        Ok(())
    }

    /// The agent presses keys for the far end.
    pub fn press(&mut self, user: UserId, id: ContactId, digits: &str) -> Result<(), Refusal> {
        self.call_of(user, id)?;
        let is_key = |key: char| key.is_ascii_digit() || matches!(key, '*' | '#' | ',');
        if digits.is_empty() || digits.len() > 50 || !digits.chars().all(is_key) {
            return Err(invalid_parameter("Digits are 1 to 50 of 0-9, *, # and comma."));
        }
        let chain = self.contacts[&id].chain;
        let party = self.caller(chain).ok_or_else(|| invalid_state("The call has no far end."))?;
        self.call(CallCommand::SendDigits { party, digits: digits.to_owned() });
        Ok(())
    }

    /// The call that this agent is in.
    fn call_of(&mut self, user: UserId, id: ContactId) -> Result<&mut CallPart, Refusal> {
        let contact = self.contacts.get_mut(&id).ok_or_else(|| Refusal::no_contact(id))?;
        let holds =
            contact.stage == Stage::Connected && contact.agent.as_ref().is_some_and(|part| part.user == user);
        contact.call.as_mut().filter(|_| holds).ok_or_else(|| invalid_state("The agent is not in this call."))
    }

    fn caller(&self, chain: ContactId) -> Option<ParticipantId> {
        self.chains.get(&chain)?.customer.as_ref().map(|customer| customer.participant)
    }

    /// Ends every call, for the instance goes away.
    pub fn end_calls(&mut self, cx: &mut Cx) {
        let calls =
            self.chains.values().filter(|chain| chain.channel == Channel::Voice && chain.ended_at.is_none());
        let mut calls: Vec<ContactId> = calls.map(|chain| chain.id).collect();
        calls.sort();
        for chain in calls {
            self.end_chain(cx, chain, Some("OTHER"));
        }
    }

    /// The leg of an agent in a contact is not wanted any more.
    pub(crate) fn release_agent_leg(&mut self, id: ContactId, party: ParticipantId) {
        self.sounding.remove(&party);
        if self.contacts.get(&id).is_some_and(|contact| contact.channel == Channel::Voice) {
            self.timers.set(Deadline::AgentSound(id), None);
            self.call(CallCommand::HangUp { party, cause: HangUpCause::Normal });
        }
    }

    /// The caller's part is over with the chain.
    pub(crate) fn release_caller(&mut self, chain_id: ContactId) {
        let Some(chain) = self.chains.get_mut(&chain_id).filter(|chain| chain.channel == Channel::Voice)
        else {
            return;
        };
        chain.sounds.clear();
        let Some(party) = chain.customer.as_ref().map(|customer| customer.participant) else { return };
        self.members.remove(&party);
        self.timers.set(Deadline::ConnectBy(chain_id), None);
        self.timers.set(Deadline::CallLost(chain_id), None);
        self.call(CallCommand::HangUp { party, cause: HangUpCause::Normal });
    }

    /// The caller's sound did not come back, or the process that had the legs is gone, and every call with it.
    pub(crate) fn call_lost(&mut self, cx: &mut Cx, chain: ContactId) {
        self.end_chain(cx, chain, Some("TELECOM_PROBLEM"));
    }

    pub(crate) fn call(&mut self, command: CallCommand) {
        self.out.effects.push(Effect::Call(command));
    }
}
