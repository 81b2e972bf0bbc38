//! The way from a queue to an agent: put in, offered, accepted, or offered again.
//!
//! | step | contact | agent's leg | router |
//! |---|---|---|---|
//! | put in queue | `Queued` | – | waits |
//! | offered | `Offered` | `Connecting` | taken out of the offerable, keeps its place |
//! | accepted | `Connected` | `Connected` | gone |
//! | missed, rejected | `Queued` | `Missed`, `Rejected` | offerable again, same place |

use flows::EventHook;
use model::{Channel, ContactId, InitiationMethod, ParticipantId, UserId};
use routing::capacity::{self, ConcurrencyQuotas, Entry, Limit};
use routing::{Assignment, QueueRef, Waiting};

use crate::agent::{AgentError, Leg, LegState};
use crate::chain::Role;
use crate::contact::{AgentPart, Offer, Purpose, QueueStay, Stage};
use crate::core::{Core, Member, MemberRole};
use crate::cx::Cx;
use crate::error::*;
use crate::timer::Deadline;
use crate::transcript::{Draft, content_type};

/// Why a contact was not put into a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotQueued {
    /// The queue is full.
    AtCapacity,
    /// Anything else.
    Failed(String),
}

/// Published name of the state of an agent who let an offer pass.
pub const MISSED: &str = "MissedCallAgent";

impl Core {
    /// Puts a contact into its target queue. The caller then starts its customer queue flow.
    pub(crate) fn enqueue(&mut self, cx: &mut Cx, id: ContactId, entry: Entry) -> Result<(), NotQueued> {
        let contact =
            self.contacts.get(&id).ok_or_else(|| NotQueued::Failed("the contact is over".into()))?;
        if contact.stage != Stage::InFlow {
            return Err(NotQueued::Failed("the contact is already queued or with an agent".into()));
        }
        let queue =
            contact.target_queue.ok_or_else(|| NotQueued::Failed("no working queue is set".into()))?;
        self.admit(queue, entry)?;
        let contact = self.contacts.get_mut(&id).expect("found above");
        if contact.is_paused() {
            return Err(NotQueued::Failed("the task is paused".into()));
        }
        // A transferred contact keeps the age of the first time it was put into a queue.
        let ranked_from = *contact.original_arrival.get_or_insert(cx.now);
        contact.stage = Stage::Queued;
        contact.queue = Some(QueueStay { queue, enqueued_at: cx.now, ranked_from, dequeued_at: None });
        self.touch_contact(id);
        if let Err(error) = self.router.enqueue(id, waiting(&self.contacts[&id])) {
            self.contacts.get_mut(&id).expect("found above").stage = Stage::InFlow;
            return Err(NotQueued::Failed(error.to_string()));
        }
        self.note_criteria(id);
        self.contact_event(cx, id, "QUEUED", &[]);
        Ok(())
    }

    /// Takes a waiting contact out of its queue without connecting it.
    pub(crate) fn dequeue(&mut self, cx: &mut Cx, id: ContactId) {
        self.withdraw_offer(cx, id);
        self.router.remove(id);
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        if let Some(stay) = &mut contact.queue
            && stay.dequeued_at.is_none()
        {
            stay.dequeued_at = Some(cx.now);
        }
        if contact.is_waiting() {
            contact.stage = Stage::InFlow;
        }
        self.touch_contact(id);
    }

    /// Offers a contact to the agent the router chose.
    pub(crate) fn offer(&mut self, cx: &mut Cx, assignment: Assignment) {
        let (id, user) = (assignment.contact, assignment.agent);
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        let participant: ParticipantId = cx.id();
        let limit = if contact.channel == Channel::Task {
            self.settings.task_offer_ms
        } else {
            self.settings.offer_ms
        };
        let until = cx.now + limit;
        contact.stage = Stage::Offered;
        contact.offer = Some(Offer { user, participant, until });
        contact.agent_connection_attempts += 1;
        let leg = Leg {
            contact: id,
            chain: contact.chain,
            participant,
            channel: contact.channel,
            initiation_method: contact.initiation_method,
            queue: contact.queue.as_ref().map(|stay| stay.queue),
            queued_at: contact.queue.as_ref().map(|stay| stay.enqueued_at),
            state: LegState::Connecting,
            since: cx.now,
            connected_at: None,
            acw_until: None,
        };
        let chain = contact.chain;
        self.members.insert(participant, Member { chain, role: MemberRole::Agent(user, id) });
        self.agents.get_mut(&user).expect("the router knows only agents").legs.push(leg);
        self.timers.set(Deadline::OfferMissed(id), Some(until));
        self.touch_contact(id);
        self.touch_agent(user);
    }

    /// The agent accepts an offer.
    pub fn accept(&mut self, cx: &mut Cx, user: UserId, id: ContactId) -> Result<(), Refusal> {
        let contact = self.contacts.get(&id).ok_or_else(|| Refusal::no_contact(id))?;
        if contact.agent.as_ref().is_some_and(|part| part.user == user && part.acw_started_at.is_none()) {
            // The panel repeats requests that it got no answer to.
            return Ok(());
        }
        let Some(offer) = contact.offer.clone().filter(|offer| offer.user == user) else {
            return Err(invalid_state("The contact is not offered to this agent (any more)."));
        };
        let chain_id = contact.chain;
        self.timers.set(Deadline::OfferMissed(id), None);
        if let Some(mut stay) = self.contacts.get(&id).and_then(|contact| contact.queue.clone()) {
            stay.dequeued_at = Some(cx.now);
            let contact = self.contacts.get_mut(&id).expect("found above");
            self.handovers.note(stay.queue, contact.channel, cx.now);
            contact.queue = Some(stay);
        }
        let joined = self.router.accept(id, cx.now).and_then(|waiting| waiting.criteria);
        let contact = self.contacts.get_mut(&id).expect("found above");
        if let Some(criteria) = joined {
            contact.criteria.record(&criteria);
        }
        contact.stage = Stage::Connected;
        contact.offer = None;
        contact.flow = None;
        contact.agent = Some(AgentPart {
            user,
            participant: offer.participant,
            connected_at: cx.now,
            acw_started_at: None,
            acw_ended_at: None,
            paused_ms: 0,
        });
        let channel = contact.channel;
        self.timers.set(Deadline::FlowWake(id), None);
        self.touch_contact(id);
        let agent = self.agents.get_mut(&user).expect("an offer has an agent");
        // Handling a contact puts the agent behind those who have been idle longer.
        agent.available_since = cx.now;
        if let Some(leg) = agent.leg_mut(id) {
            leg.state = LegState::Connected;
            leg.since = cx.now;
            leg.connected_at = Some(cx.now);
        }
        self.touch_agent(user);
        if channel == Channel::Chat {
            self.bot_left(cx, chain_id);
            let name = self.agent_display_name(user);
            let joined = Draft::event(content_type::JOINED, offer.participant, &name, Role::Agent);
            self.append_item(cx, chain_id, id, joined);
            self.start_role_timers(cx, chain_id);
        }
        self.contact_event(cx, id, "CONNECTED_TO_AGENT", &[]);
        if channel == Channel::Voice {
            self.agent_joins(cx, id, offer.participant);
            return Ok(());
        }
        self.whisper(cx, id, EventHook::AgentWhisper, Purpose::AgentWhisper);
        self.whisper(cx, id, EventHook::CustomerWhisper, Purpose::CustomerWhisper);
        self.start_guide(cx, id, EventHook::DefaultAgentUI);
        Ok(())
    }

    /// The agent refuses an offer; the contact goes to somebody else.
    pub fn reject(&mut self, cx: &mut Cx, user: UserId, id: ContactId) -> Result<(), Refusal> {
        let contact = self.contacts.get(&id).ok_or_else(|| Refusal::no_contact(id))?;
        if contact.offer.as_ref().is_none_or(|offer| offer.user != user) {
            return Err(invalid_state("The contact is not offered to this agent (any more)."));
        }
        self.offer_passed(cx, id, LegState::Rejected);
        Ok(())
    }

    pub(crate) fn offer_missed(&mut self, cx: &mut Cx, id: ContactId) {
        self.offer_passed(cx, id, LegState::Missed);
    }

    /// An offer ended without being accepted: the agent has to clear it, the contact is offered again.
    fn offer_passed(&mut self, cx: &mut Cx, id: ContactId, state: LegState) {
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        let Some(offer) = contact.offer.take() else { return };
        contact.stage = Stage::Queued;
        self.timers.set(Deadline::OfferMissed(id), None);
        self.touch_contact(id);
        self.release_agent_leg(id, offer.participant);
        if let Some(agent) = self.agents.get_mut(&offer.user) {
            if let Some(leg) = agent.leg_mut(id) {
                leg.state = state;
                leg.since = cx.now;
            }
            agent.error = Some(AgentError { name: MISSED.to_owned(), since: cx.now });
        }
        self.touch_agent(offer.user);
        self.reopen(id);
    }

    /// An offer is taken back because the contact goes elsewhere: the agent is as before.
    pub(crate) fn withdraw_offer(&mut self, cx: &mut Cx, id: ContactId) {
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        let Some(offer) = contact.offer.take() else { return };
        contact.stage = Stage::Queued;
        self.timers.set(Deadline::OfferMissed(id), None);
        self.members.remove(&offer.participant);
        self.release_agent_leg(id, offer.participant);
        self.touch_contact(id);
        // The stream shows how the ringing ended; the panel just loses the contact.
        if let Some(leg) = self.agents.get_mut(&offer.user).and_then(|agent| agent.leg_mut(id)) {
            leg.state = LegState::Rejected;
            leg.since = cx.now;
            self.agent_event(cx, offer.user, "STATE_CHANGE");
        }
        if let Some(agent) = self.agents.get_mut(&offer.user) {
            agent.legs.retain(|leg| leg.contact != id);
        }
        self.reopen(id);
        self.touch_agent(offer.user);
    }

    /// Moves a waiting contact to another queue: a new segment of the chain (queue-to-queue transfer).
    pub(crate) fn move_to_queue(
        &mut self,
        cx: &mut Cx,
        id: ContactId,
        queue: QueueRef,
    ) -> Result<ContactId, NotQueued> {
        let contact =
            self.contacts.get(&id).ok_or_else(|| NotQueued::Failed("the contact is over".into()))?;
        if contact.stage != Stage::Queued {
            return Err(NotQueued::Failed("the contact does not wait, or is being connected".into()));
        }
        self.admit(queue, Entry::QueueTransfer)?;
        let criteria = contact.criteria.clone();
        let Some(new) = self.next_segment(cx, id, InitiationMethod::QueueTransfer, None) else {
            return Err(NotQueued::Failed("the chain has its most segments".into()));
        };
        if let Some(contact) = self.contacts.get_mut(&new) {
            contact.target_queue = Some(queue);
            contact.criteria = criteria.for_next_queue();
        }
        self.hand_over(cx, id, new, None);
        match self.enqueue(cx, new, Entry::QueueTransfer) {
            Ok(()) => self.start_queue_flow(cx, new),
            // The old segment is over: what cannot wait any more ends visibly instead of nowhere.
            Err(_) => self.end_contact(cx, new, Some("OTHER")),
        }
        Ok(new)
    }

    /// Changes the place of a waiting contact in the order of service.
    pub(crate) fn router_place(&mut self, cx: &Cx, id: ContactId, priority: i64, age_adjustment_ms: i64) {
        for change in [routing::Change::Priority(priority), routing::Change::AgeAdjustment(age_adjustment_ms)]
        {
            // Only a contact that does not wait is refused, and the caller has looked.
            let _ = self.router.update(id, change, cx.now);
        }
    }

    /// Takes over from the router where the routing criteria of a waiting contact stand.
    pub(crate) fn note_criteria(&mut self, id: ContactId) {
        let Some(criteria) = self.router.get(id).and_then(|waiting| waiting.criteria.clone()) else { return };
        if let Some(contact) = self.contacts.get_mut(&id) {
            contact.criteria.record(&criteria);
            self.touch_contact(id);
        }
    }

    fn reopen(&mut self, id: ContactId) {
        // Only a contact that is not offered is refused, and then there is nothing to reopen.
        let _ = self.router.withdraw_offer(id);
    }

    /// A routing step of a waiting contact has expired.
    pub(crate) fn routing_step_changed(&mut self, cx: &mut Cx, step: &routing::StepChange) {
        let id = step.contact;
        self.note_criteria(id);
        if step.from == routing::criteria::StepStatus::Active && self.contacts.contains_key(&id) {
            self.contact_event(cx, id, "CONTACT_DATA_UPDATED", &["RoutingCriteria.Step.Status"]);
        }
    }

    fn admit(&self, queue: QueueRef, entry: Entry) -> Result<(), NotQueued> {
        let waiting = self.router.queue_size(queue, None);
        let gone = || NotQueued::Failed("the queue does not exist any more".into());
        let limit = match queue {
            QueueRef::Agent(user) => self.directory.user(user).map(|_| Limit::Agent).ok_or_else(gone)?,
            QueueRef::Standard(id) => self.directory.queue(id).map(Limit::from).ok_or_else(gone)?,
        };
        let quota = |channel: Channel| {
            u32::try_from(self.settings.live_contacts[channel.index()]).unwrap_or(u32::MAX)
        };
        let quotas = ConcurrencyQuotas {
            calls: quota(Channel::Voice),
            chats: quota(Channel::Chat),
            tasks: quota(Channel::Task),
        };
        capacity::admit(limit, quotas, waiting, entry).map_err(|refusal| match refusal {
            capacity::Refusal::AtCapacity { .. } => NotQueued::AtCapacity,
            capacity::Refusal::Disabled => NotQueued::Failed(refusal.to_string()),
        })
    }
}

/// A contact as the router sees it.
pub(crate) fn waiting(contact: &crate::contact::Contact) -> Waiting {
    let stay = contact.queue.as_ref().expect("a waiting contact is in a queue");
    Waiting {
        queue: stay.queue,
        channel: contact.channel,
        priority: contact.priority,
        enqueued_at: stay.enqueued_at,
        ranked_from: stay.ranked_from,
        age_adjustment_ms: contact.age_adjustment_ms,
        criteria: contact.criteria.current().cloned(),
    }
}
