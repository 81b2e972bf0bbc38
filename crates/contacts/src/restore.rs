//! Start-up: fills a core from the store, so that it goes on exactly where it stood.

use directory::Kind;
use model::resource::AgentStatusType;
use model::{ContactId, ItemId, Timestamp};

use crate::agent::LegState;
use crate::authentication::Step;
use crate::chain::{Chain, Role};
use crate::contact::{Contact, Stage};
use crate::core::{Core, Member, MemberRole};
use crate::cx::Cx;
use crate::ending::TRANSCRIPT_DUE;
use crate::outcome::{DocumentChange, Effect, ResourceChange};
use crate::queueing::waiting;
use crate::timer::Deadline;

/// What the store holds of an instance beside its directory.
#[derive(Debug, Default)]
pub struct Stored {
    /// Documents that are not the directory's: kind, id, JSON text.
    pub documents: Vec<(String, String, String)>,
    /// Live contacts as JSON texts.
    pub contacts: Vec<String>,
    /// Position of the last item of each live chain.
    pub last_seqs: Vec<(ContactId, i64)>,
    /// Client tokens of the items of live chains.
    pub item_tokens: Vec<(ContactId, String, ItemId, Timestamp)>,
}

/// Stored data that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the stored {kind} {id} cannot be read: {source}")]
pub struct Damaged {
    kind: String,
    id: String,
    source: serde_json::Error,
}

impl Core {
    /// Takes in what was stored. Timers, routing and pending effects are made anew from it.
    pub fn restore(&mut self, cx: &mut Cx, stored: Stored) -> Result<(), Damaged> {
        for (kind, id, body) in &stored.documents {
            let damaged = |source| Damaged { kind: kind.clone(), id: id.clone(), source };
            match kind.as_str() {
                "chain" => {
                    let chain: Chain = serde_json::from_str(body).map_err(damaged)?;
                    self.chains.insert(chain.id, chain);
                }
                "agent-state" => {
                    let agent: crate::agent::Agent = serde_json::from_str(body).map_err(damaged)?;
                    self.agents.insert(agent.user, agent);
                }
                "attachment" => {
                    let attachment: crate::attachment::Attachment =
                        serde_json::from_str(body).map_err(damaged)?;
                    self.attachments.insert(attachment.id, attachment);
                }
                "session" => {
                    let session = serde_json::from_str(body).map_err(damaged)?;
                    self.sessions.insert(id.clone(), session);
                }
                "token" => {
                    let token = serde_json::from_str(body).map_err(damaged)?;
                    self.tokens.insert(id.clone(), token);
                }
                TRANSCRIPT_DUE => {
                    let due = serde_json::from_str(body).map_err(damaged)?;
                    self.out.effects.push(Effect::WriteTranscript(due));
                }
                _ => {}
            }
        }
        let versions = stored.documents.iter().filter(|(kind, ..)| kind == Kind::FlowVersion.as_str());
        for body in &stored.contacts {
            let damaged = |source| Damaged { kind: "contact".into(), id: String::new(), source };
            let contact: Contact = serde_json::from_str(body).map_err(damaged)?;
            self.programs.stands(&contact);
            self.contacts.insert(contact.id, contact);
        }
        for (_, key, body) in versions {
            self.restore_version(key, body);
        }
        for (chain, seq) in stored.last_seqs {
            if let Some(chain) = self.chains.get_mut(&chain) {
                chain.last_seq = seq;
            }
        }
        for (chain, token, item, at) in stored.item_tokens {
            if let Some(chain) = self.chains.get_mut(&chain) {
                chain.tokens.insert(token, (item, at));
            }
        }
        for contact in self.contacts.values().filter(|contact| !contact.is_disconnected()) {
            self.live[contact.channel.index()] += 1;
        }
        self.restore_members();
        self.restore_monitoring();
        self.restore_routing();
        self.restore_timers(cx);
        if !self.tokens.is_empty() {
            self.timers.set(Deadline::TokenSweep, Some(cx.now + 60_000));
        }
        let agents: Vec<_> = self.agents.keys().copied().collect();
        for user in agents {
            let snapshot = self.agent_snapshot(&self.agents[&user]);
            self.last_snapshots.insert(user, snapshot);
        }
        Ok(())
    }

    fn restore_members(&mut self) {
        for chain in self.chains.values().filter(|chain| chain.ended_at.is_none()) {
            if let Some(customer) = &chain.customer {
                self.members
                    .insert(customer.participant, Member { chain: chain.id, role: MemberRole::Customer });
            }
            if let Some(bot) = &chain.bot {
                self.members.insert(bot.participant, Member { chain: chain.id, role: MemberRole::Bot });
            }
        }
        for agent in self.agents.values() {
            for leg in &agent.legs {
                self.members.insert(
                    leg.participant,
                    Member { chain: leg.chain, role: MemberRole::Agent(agent.user, leg.contact) },
                );
            }
        }
    }

    fn restore_routing(&mut self) {
        let mut queued: Vec<ContactId> =
            self.contacts.values().filter(|contact| contact.is_waiting()).map(|contact| contact.id).collect();
        queued.sort_by_key(|id| {
            let stay = self.contacts[id].queue.as_ref();
            (stay.map(|stay| stay.enqueued_at), *id)
        });
        for id in queued {
            let contact = &self.contacts[&id];
            if contact.queue.is_none() {
                continue;
            }
            // The router refuses only contacts it has already, and it was empty.
            let _ = self.router.enqueue(id, waiting(contact));
            if let Some(offer) = &contact.offer {
                let _ = self.router.offer(id, offer.user);
            }
        }
        let users: Vec<_> = self.agents.keys().copied().collect();
        for user in users {
            self.route_agent(user);
        }
    }

    fn restore_timers(&mut self, cx: &mut Cx) {
        let mut contacts: Vec<ContactId> = self.contacts.keys().copied().collect();
        contacts.sort();
        for id in contacts {
            let contact = &self.contacts[&id];
            let flow_wake = contact.flow.as_ref().and_then(|flow| flow.wake_at);
            let event_wake = contact.event_flow.as_ref().and_then(|flow| flow.wake_at);
            let offer = contact.offer.as_ref().map(|offer| offer.until);
            // A task that a flow made begins with a tick of its own, which a crash may have taken.
            let not_begun = contact.channel == model::Channel::Task
                && contact.stage == Stage::InFlow
                && contact.flow.as_ref().is_some_and(|flow| flow.run.current.is_empty());
            let start = match contact.stage {
                Stage::Scheduled => contact.scheduled_at,
                _ => not_begun.then_some(cx.now),
            };
            let call = contact.flow.as_ref().and_then(|flow| match &flow.run.awaiting {
                Some(flows::run::Awaiting::Function { call, since, .. }) if contact.held_answer.is_none() => {
                    Some((*since, call.clone()))
                }
                _ => None,
            });
            let question = contact.flow.as_ref().and_then(|flow| match &flow.run.awaiting {
                Some(flows::run::Awaiting::Bot { call, since }) if contact.held_reply.is_none() => {
                    Some((*since, call.clone()))
                }
                _ => None,
            });
            let earlier: Vec<_> = [&contact.flow, &contact.event_flow]
                .into_iter()
                .flatten()
                .filter_map(|flow| match &flow.run.awaiting {
                    Some(flows::run::Awaiting::PersistentChat { since, request }) => {
                        Some((*since, request.clone()))
                    }
                    _ => None,
                })
                .collect();
            let beside = contact.event_flow.as_ref().and_then(|flow| flow.run.awaiting.clone());
            self.timers.set(Deadline::FlowWake(id), flow_wake);
            self.timers.set(Deadline::EventFlowWake(id), event_wake);
            self.timers.set(Deadline::OfferMissed(id), offer);
            self.timers.set(Deadline::TaskStart(id), start);
            if let Some(sign_in) = &contact.sign_in {
                // What the shell did for it was lost with the process.
                self.out.effects.extend(sign_in.effect(id));
                if let Step::Offered { until } = sign_in.step {
                    self.timers.set(Deadline::SignInAddress(id), Some(until));
                }
            }
            self.set_task_expiry(cx, id);
            if let Some((called_at, call)) = call {
                // The call was lost with the process; it is made again.
                self.out.effects.push(Effect::CallFunction { contact: id, called_at, call });
            }
            if let Some((asked_at, call)) = question {
                self.ask_bot(id, asked_at, call);
            }
            for (asked_at, request) in earlier {
                self.out.effects.push(Effect::FindPastChat { contact: id, asked_at, request });
            }
            match beside {
                Some(flows::run::Awaiting::Function { call, since, .. }) => {
                    self.out.effects.push(Effect::CallFunction { contact: id, called_at: since, call });
                }
                Some(flows::run::Awaiting::Bot { call, since }) => self.ask_bot(id, since, call),
                _ => {}
            }
        }
        let mut chains: Vec<ContactId> = self.chains.keys().copied().collect();
        chains.sort();
        for id in chains {
            let Some(chain) = self.chains.get_mut(&id) else { continue };
            if chain.ended_at.is_some() {
                continue;
            }
            let connect_by = chain
                .customer
                .as_ref()
                .filter(|customer| customer.connected_at.is_none())
                .map(|one| one.connect_by);
            let bot_by = chain.bot.as_ref().filter(|bot| !bot.connected).map(|bot| bot.connect_by);
            let expires_at = chain.expires_at;
            if !chain.role_timers.in_force.is_empty() {
                chain.role_timers.counting_since = [(Role::Agent, cx.now), (Role::Customer, cx.now)].into();
            }
            if chain.channel == model::Channel::Voice {
                // The legs were lost with the process.
                self.timers.set(Deadline::CallLost(id), Some(cx.now));
                continue;
            }
            self.timers.set(Deadline::ConnectBy(id), connect_by);
            self.timers.set(Deadline::BotConnectBy(id), bot_by);
            self.timers.set(Deadline::ChatExpiry(id), expires_at);
            self.set_role_timer(id);
        }
        let mut agents: Vec<_> = self.agents.keys().copied().collect();
        agents.sort();
        for user in agents {
            let legs: Vec<_> =
                self.agents[&user].legs.iter().map(|leg| (leg.contact, leg.state, leg.acw_until)).collect();
            for (contact, state, until) in legs {
                if state == LegState::Ended {
                    self.timers.set(Deadline::AcwOver(user, contact), until);
                }
            }
            self.set_heart_beat(user);
        }
        let unscanned: Vec<_> = self
            .attachments
            .values()
            .filter(|one| one.status == crate::attachment::AttachmentStatus::InProgress)
            .map(|one| one.id)
            .collect();
        for attachment in unscanned {
            self.out.effects.push(Effect::ScanAttachment { attachment });
        }
    }

    /// Stores what `author` configured, writes it into the change history, and lets routing, programs and agents follow.
    pub(crate) fn follow_directory(&mut self, cx: &mut Cx, author: &str) {
        for change in self.directory.take_changes() {
            if let Some((name, entry)) = directory::history::entry(&change) {
                self.out.changes.push(ResourceChange {
                    at: cx.now,
                    kind: change.kind.as_str(),
                    resource: change.id.clone(),
                    name,
                    author: author.to_owned(),
                    entry,
                });
            }
            let (kind, id, body) = (change.kind, change.id, change.after.map(|body| body.to_string()));
            match kind {
                Kind::RoutingProfile => {
                    if let Ok(id) = id.parse() {
                        match self.directory.routing_profile(id) {
                            Some(profile) => self.router.put_profile(id, profile.into()),
                            None => self.router.remove_profile(id),
                        }
                        self.show_agents_of(|user| user.routing_profile_id == id);
                    }
                }
                Kind::User => {
                    if let Ok(id) = id.parse() {
                        if body.is_none() {
                            self.user_deleted(cx, id);
                        } else if self.agents.contains_key(&id) {
                            self.touch_agent(id);
                        }
                    }
                }
                Kind::Flow | Kind::FlowModule => {
                    if let Ok(id) = id.parse() {
                        self.programs.forget_unused(id);
                    }
                }
                Kind::FlowVersion => {
                    self.version_changed(id, body);
                    continue;
                }
                Kind::AgentStatus => self.show_agents_of(|_| true),
                _ => {}
            }
            self.out.documents.push(DocumentChange { kind: kind.as_str(), id, body });
        }
    }

    fn show_agents_of(&mut self, which: impl Fn(&model::resource::User) -> bool) {
        let mut users: Vec<_> = self
            .agents
            .keys()
            .copied()
            .filter(|user| self.directory.user(*user).is_some_and(&which))
            .collect();
        users.sort();
        for user in users {
            self.touch_agent(user);
        }
    }

    /// A deleted user takes no contacts any more: offers go on to others, contacts they hold end for them.
    fn user_deleted(&mut self, cx: &mut Cx, user: model::UserId) {
        self.close_sessions_of(user);
        self.stop_all_monitoring(cx, user);
        let Some(agent) = self.agents.get(&user) else { return };
        for leg in agent.legs.clone() {
            match leg.state {
                LegState::Connecting => self.withdraw_offer(cx, leg.contact),
                LegState::Connected | LegState::Paused => self.leave_to_flow(cx, leg.contact, "OTHER"),
                _ => {}
            }
            // What is left is after-contact work nobody will finish.
            let _ = self.clear(cx, user, leg.contact);
        }
        self.agents.remove(&user);
        self.last_snapshots.remove(&user);
        self.dirty.agents.remove(&user);
        self.dirty.shown.remove(&user);
        self.router.remove_agent(user);
        self.out.documents.push(DocumentChange { kind: "agent-state", id: user.to_string(), body: None });
        self.out.effects.push(Effect::AgentSignedOut(user));
    }

    /// Whether an agent status is one in which contacts are offered.
    pub fn is_routable(&self, status: model::AgentStatusId) -> bool {
        self.directory.agent_status(status).is_some_and(|status| status.kind == AgentStatusType::Routable)
    }
}
