//! The core of one instance: all that is live, and the road every change takes through it.

use std::collections::{BTreeSet, HashMap, HashSet};

use directory::Directory;
use model::{AttachmentId, ContactId, ParticipantId, Timestamp, UserId};
use routing::Router;

use crate::agent::Agent;
use crate::attachment::Attachment;
use crate::chain::Chain;
use crate::contact::{Contact, Stage};
use crate::cx::Cx;
use crate::event::Event;
use crate::outcome::{ContactChange, DocumentChange, Effect, Outcome};
use crate::programs::Programs;
use crate::session::Session;
use crate::timer::{Deadline, Timers};
use crate::token::IdempotencyToken;
use crate::waiting_time::Handovers;

/// Everything live in one instance.
///
/// Commands are its methods. Each checks first and changes after, so that a refused command changes nothing.
/// After a command the shell calls [`Core::settle`] and takes the [`Outcome`].
pub struct Core {
    /// The configured resources. Change them through [`Core::configure`].
    pub(crate) directory: Directory,
    pub(crate) router: Router,
    pub(crate) contacts: HashMap<ContactId, Contact>,
    pub(crate) chains: HashMap<ContactId, Chain>,
    pub(crate) agents: HashMap<UserId, Agent>,
    pub(crate) members: HashMap<ParticipantId, Member>,
    /// Agents' legs of calls that have sound; gone with the process, as the calls are.
    pub(crate) sounding: HashSet<ParticipantId>,
    /// The contacts each supervisor monitors.
    pub(crate) monitored: HashMap<UserId, Vec<ContactId>>,
    pub(crate) attachments: HashMap<AttachmentId, Attachment>,
    pub(crate) sessions: HashMap<String, Session>,
    pub(crate) tokens: HashMap<String, IdempotencyToken>,
    pub(crate) programs: Programs,
    pub(crate) handovers: Handovers,
    pub(crate) timers: Timers,
    pub(crate) deadline_at_work: Option<Deadline>,
    /// Contacts per channel that are not disconnected.
    pub(crate) live: [usize; 3],
    pub(crate) settings: Settings,
    pub(crate) out: Outcome,
    pub(crate) dirty: Dirty,
    /// What each agent's last event said, for the next one's `previous`.
    pub(crate) last_snapshots: HashMap<UserId, crate::agent_event::Snapshot>,
}

/// Who a participant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// The chain it takes part in.
    pub chain: ContactId,
    /// In which role.
    pub role: MemberRole,
}

/// The role of a participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberRole {
    /// The customer.
    Customer,
    /// An agent on one contact.
    Agent(UserId, ContactId),
    /// A custom participant.
    Bot,
    /// A supervisor on one contact.
    Supervisor(UserId, ContactId),
}

/// Limits that are configured rather than published as quotas.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How long a chat or call rings, in milliseconds.
    pub offer_ms: i64,
    /// How long a task is offered, in milliseconds.
    pub task_offer_ms: i64,
    /// Most contacts that may be live at once, per channel.
    pub live_contacts: [usize; 3],
    /// Longest text message, in characters.
    pub message_characters: usize,
    /// Whether lines of flow logs are kept.
    pub flow_logs: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            offer_ms: 20_000,
            task_offer_ms: 30_000,
            live_contacts: [10_000, 100_000, 100_000],
            message_characters: 1024,
            flow_logs: true,
        }
    }
}

/// What has changed since the last outcome.
#[derive(Debug, Default)]
pub(crate) struct Dirty {
    pub contacts: BTreeSet<ContactId>,
    pub chains: BTreeSet<ContactId>,
    pub agents: BTreeSet<UserId>,
    /// Agents whose panel shows something else now, and whose stream gets an event.
    pub shown: BTreeSet<UserId>,
}

impl Core {
    /// An empty core around a directory; [`Core::restore`] fills one from the store.
    pub fn new(directory: Directory, settings: Settings) -> Self {
        let mut core = Self {
            directory,
            router: Router::new(),
            contacts: HashMap::new(),
            chains: HashMap::new(),
            agents: HashMap::new(),
            members: HashMap::new(),
            sounding: HashSet::new(),
            monitored: HashMap::new(),
            attachments: HashMap::new(),
            sessions: HashMap::new(),
            tokens: HashMap::new(),
            programs: Programs::default(),
            handovers: Handovers::default(),
            timers: Timers::default(),
            deadline_at_work: None,
            live: [0; 3],
            settings,
            out: Outcome::default(),
            dirty: Dirty::default(),
            last_snapshots: HashMap::new(),
        };
        let profiles: Vec<_> = core
            .directory
            .routing_profiles()
            .map(|profile| (profile.routing_profile_id, profile.into()))
            .collect();
        for (id, profile) in profiles {
            core.router.put_profile(id, profile);
        }
        core
    }

    /// The configured resources.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// A live contact.
    pub fn contact(&self, id: ContactId) -> Option<&Contact> {
        self.contacts.get(&id)
    }

    /// All live contacts, in no order.
    pub fn contacts(&self) -> impl Iterator<Item = &Contact> {
        self.contacts.values()
    }

    /// The chain of a live contact.
    pub fn chain(&self, id: ContactId) -> Option<&Chain> {
        self.chains.get(&id)
    }

    /// An agent who has signed in at least once.
    pub fn agent(&self, user: UserId) -> Option<&Agent> {
        self.agents.get(&user)
    }

    /// All agents who have signed in at least once, in no order.
    pub fn agents(&self) -> impl Iterator<Item = &Agent> {
        self.agents.values()
    }

    /// The router, for questions.
    pub fn router(&self) -> &Router {
        &self.router
    }

    /// Who a participant is.
    pub fn member(&self, participant: ParticipantId) -> Option<Member> {
        self.members.get(&participant).copied()
    }

    /// Limits in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Changes the configured resources in the name of `author` (a user name or an access key id) and lets everything
    /// that depends on them follow.
    pub fn configure<T, E>(
        &mut self,
        cx: &mut Cx,
        author: &str,
        change: impl FnOnce(&mut Directory, &mut directory::Cx) -> Result<T, E>,
    ) -> Result<T, E> {
        // What the directory put right while it was loaded is not this author's doing.
        self.follow_directory(cx, SYSTEM);
        let now = cx.now;
        let result = {
            let mut fresh = || cx.id::<uuid::Uuid>();
            change(&mut self.directory, &mut directory::Cx { now, new_uuid: &mut fresh })
        };
        self.follow_directory(cx, author);
        result
    }

    /// Offers waiting contacts to free agents until nothing more can be assigned. Call after every command.
    pub fn settle(&mut self, cx: &mut Cx) {
        for step in self.router.advance(cx.now) {
            self.routing_step_changed(cx, &step);
        }
        while let Some(assignment) = self.router.next(cx.now) {
            self.offer(cx, assignment);
        }
    }

    /// When the core must be called next, even if nothing happens.
    pub fn wake_at(&self) -> Option<Timestamp> {
        let router = self.router.wake_at().map(|(at, _)| at);
        [self.timers.next_at(), router].into_iter().flatten().min()
    }

    /// Does what is due at `cx.now`.
    pub fn tick(&mut self, cx: &mut Cx) {
        self.tick_each(cx, Self::reached);
    }

    /// Hands over every deadline that has come at `cx.now`.
    pub fn tick_each(&mut self, cx: &mut Cx, mut reached: impl FnMut(&mut Self, &mut Cx, Deadline)) {
        // Bounded: what one tick leaves over is due at once and comes with the next.
        for _ in 0..10_000 {
            let Some(deadline) = self.timers.pop_due(cx.now) else { break };
            self.deadline_at_work = Some(deadline);
            reached(self, cx, deadline);
        }
        self.deadline_at_work = None;
    }

    /// The deadline that is being acted on; in a core whose code failed, the one that it failed at.
    pub fn deadline_at_work(&self) -> Option<Deadline> {
        self.deadline_at_work
    }

    /// Whether a deadline is waited for.
    pub fn is_due_later(&self, deadline: Deadline) -> bool {
        self.timers.is_set(deadline)
    }

    /// Gives a deadline up, for its code fails: what waits for it goes on only by another command.
    pub fn set_aside(&mut self, deadline: Deadline) {
        self.timers.set(deadline, None);
    }

    fn reached(&mut self, cx: &mut Cx, deadline: Deadline) {
        match deadline {
            Deadline::OfferMissed(contact) => self.offer_missed(cx, contact),
            Deadline::FlowWake(contact) => self.flow_time_limit(cx, contact, false),
            Deadline::EventFlowWake(contact) => self.flow_time_limit(cx, contact, true),
            Deadline::TaskStart(contact) => self.task_start(cx, contact),
            Deadline::TaskExpiry(contact) => self.task_expiry(cx, contact),
            Deadline::ConnectBy(chain) => self.customer_never_came(cx, chain),
            Deadline::ChatExpiry(chain) => self.chat_expired(cx, chain),
            Deadline::BotConnectBy(chain) => self.bot_never_came(cx, chain),
            Deadline::SignInAddress(contact) => self.sign_in_expired(cx, contact),
            Deadline::AgentSound(contact) => self.agent_sound_over(cx, contact),
            Deadline::CallLost(chain) => self.call_lost(cx, chain),
            Deadline::RoleTimer(chain) => self.role_timer_due(cx, chain),
            Deadline::AcwOver(user, contact) => self.acw_over(cx, user, contact),
            Deadline::HeartBeat(user) => self.heart_beat(cx, user),
            Deadline::TokenSweep => self.sweep_tokens(cx),
        }
    }

    /// Takes what has to be stored and done. Documents are printed here, once, however often they changed.
    pub fn take_outcome(&mut self, cx: &mut Cx) -> Outcome {
        for user in std::mem::take(&mut self.dirty.shown) {
            self.agent_event(cx, user, "STATE_CHANGE");
            self.out.effects.push(Effect::AgentChanged(user));
        }
        let mut out = std::mem::take(&mut self.out);
        for id in std::mem::take(&mut self.dirty.contacts) {
            let Some(contact) = self.contacts.get_mut(&id) else { continue };
            contact.updated_at = cx.now;
            let unused = self.programs.stands(contact);
            out.contacts.push(contact_change(contact));
            if contact.stage == Stage::Ended {
                self.dirty.chains.insert(contact.chain);
                self.contacts.remove(&id);
            }
            for version in unused {
                self.retire_version(version, &mut out);
            }
        }
        for id in std::mem::take(&mut self.dirty.chains) {
            let Some(chain) = self.chains.get(&id) else { continue };
            let over =
                chain.ended_at.is_some() && !chain.contacts.iter().any(|id| self.contacts.contains_key(id));
            let body = serde_json::to_string(chain).expect("a chain is printable");
            if over {
                // A finished chain keeps its document under a kind that is not loaded at start.
                out.documents.push(DocumentChange { kind: "chain", id: id.to_string(), body: None });
                out.documents.push(DocumentChange { kind: PAST_CHAIN, id: id.to_string(), body: Some(body) });
                let chain = self.chains.remove(&id).expect("it was just there");
                self.forget_members(&chain);
                self.retire_attachments(id, &mut out);
            } else {
                out.documents.push(DocumentChange { kind: "chain", id: id.to_string(), body: Some(body) });
            }
        }
        for user in std::mem::take(&mut self.dirty.agents) {
            if let Some(agent) = self.agents.get(&user) {
                let body = serde_json::to_string(agent).expect("an agent is printable");
                out.documents.push(DocumentChange {
                    kind: "agent-state",
                    id: user.to_string(),
                    body: Some(body),
                });
            }
        }
        out
    }

    /// Records a fact that is not a contact's or an agent's, such as an API call.
    pub fn note(&mut self, cx: &Cx, event: Event) {
        self.event(cx.now, event);
    }

    pub(crate) fn event(&mut self, now: Timestamp, event: Event) {
        self.out.events.push((now, event));
    }

    pub(crate) fn touch_contact(&mut self, id: ContactId) {
        self.dirty.contacts.insert(id);
    }

    pub(crate) fn touch_chain(&mut self, id: ContactId) {
        self.dirty.chains.insert(id);
    }

    /// The agent's document and what their panel shows have changed; the router follows.
    pub(crate) fn touch_agent(&mut self, user: UserId) {
        self.dirty.agents.insert(user);
        self.dirty.shown.insert(user);
        self.route_agent(user);
    }

    fn forget_members(&mut self, chain: &Chain) {
        self.members.retain_chain(chain);
    }
}

/// Who changes what nobody asked to be changed.
const SYSTEM: &str = "system";

/// Kind under which finished chains are kept.
pub const PAST_CHAIN: &str = "past-chain";

trait RetainChain {
    fn retain_chain(&mut self, chain: &Chain);
}

impl RetainChain for HashMap<ParticipantId, Member> {
    fn retain_chain(&mut self, chain: &Chain) {
        if let Some(customer) = &chain.customer {
            self.remove(&customer.participant);
        }
        if let Some(bot) = &chain.bot {
            self.remove(&bot.participant);
        }
    }
}

/// A contact as it is stored.
pub fn contact_change(contact: &Contact) -> ContactChange {
    ContactChange {
        id: contact.id,
        chain: contact.chain,
        ended: contact.stage == Stage::Ended,
        channel: contact.channel,
        initiation_method: contact.initiation_method.as_str(),
        initiated_at: contact.initiated_at,
        connected_at: contact.agent.as_ref().map(|part| part.connected_at),
        disconnected_at: contact.disconnected_at,
        queue: contact.queue.as_ref().map(|stay| match stay.queue {
            routing::QueueRef::Standard(id) => id.to_string(),
            routing::QueueRef::Agent(user) => user.to_string(),
        }),
        agent: contact.agent.as_ref().map(|part| part.user.to_string()),
        body: serde_json::to_string(contact).expect("a contact is printable"),
    }
}
