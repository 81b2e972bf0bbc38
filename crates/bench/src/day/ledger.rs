//! The invariants of the simulated day, checked from outside: what the outcomes say, not what the core believes.

use std::collections::{HashMap, HashSet};

use contacts::agent::LegState;
use contacts::contact::Stage;
use contacts::{Core, Event, Outcome};
use model::{Channel, ContactId, ParticipantId, QueueId, UserId};
use routing::QueueRef;
use serde_json::{Value, json};

/// Complaints that are kept word for word; all are counted.
const KEPT: usize = 10;

/// Counts what happened, and remembers only what has not ended yet.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Contacts without a record so far.
    open: HashSet<ContactId>,
    /// Offers that have not ended.
    offers: HashSet<ParticipantId>,
    /// The same by agent.
    offers_of: HashMap<UserId, Vec<ParticipantId>>,
    /// Contacts seen.
    pub contacts: u64,
    /// Contact records.
    pub records: u64,
    /// Records of contacts that an agent handled.
    pub handled: u64,
    /// Transcript items.
    pub items: u64,
    /// Events of all kinds.
    pub events: u64,
    /// Events of agents.
    pub agent_events: u64,
    /// Documents and contacts that were put or deleted.
    pub writes: u64,
    /// Bytes of those documents, contacts and items.
    pub bytes: u64,
    /// Offers made.
    pub offered: u64,
    /// Offers accepted.
    pub accepted: u64,
    /// Offers that passed unanswered.
    pub missed: u64,
    /// Offers refused.
    pub rejected: u64,
    /// Offers taken back because the contact was gone.
    pub withdrawn: u64,
    /// Times all agents and queues were compared.
    pub surveys: u64,
    /// Complaints in all.
    pub broken: u64,
    complaints: Vec<String>,
}

impl Ledger {
    /// Follows an outcome as it would be committed.
    pub fn follow(&mut self, outcome: &Outcome) {
        for change in &outcome.contacts {
            if self.open.insert(change.id) {
                self.contacts += 1;
            }
            self.bytes += change.body.len() as u64;
        }
        for change in &outcome.documents {
            self.bytes += change.body.as_ref().map_or(0, String::len) as u64;
        }
        self.writes += (outcome.contacts.len() + outcome.documents.len()) as u64;
        self.items += outcome.items.len() as u64;
        self.bytes += outcome.items.iter().map(|item| item.body.len() as u64).sum::<u64>();
        self.events += outcome.events.len() as u64;
        for (_, event) in &outcome.events {
            match event {
                Event::Record { record } => self.record(record),
                Event::Agent { .. } => self.agent_events += 1,
                _ => {}
            }
        }
    }

    fn record(&mut self, record: &Value) {
        self.records += 1;
        self.handled += u64::from(record["Agent"].is_object());
        let id = record["ContactId"].as_str().and_then(|id| id.parse::<ContactId>().ok());
        if id.is_none_or(|id| !self.open.remove(&id)) {
            self.complain(|| format!("a second record, or one of a contact nobody knows: {record}"));
        }
    }

    /// Looks at an agent whose panel has changed: never too many contacts, and every offer ends in one of four ways.
    pub fn look_at(&mut self, core: &Core, user: UserId) {
        let Some(agent) = core.agent(user) else { return };
        let profile = core
            .directory()
            .user(user)
            .and_then(|user| core.directory().routing_profile(user.routing_profile_id));
        let load = agent.load();
        let most = |channel: Channel| {
            let media = profile.and_then(|profile| {
                profile.media_concurrencies.iter().find(|media| media.channel == channel)
            });
            media.map_or(0, |media| media.concurrency)
        };
        for channel in Channel::ALL {
            if load[channel.index()] > most(channel) {
                self.complain(|| format!("agent {user} holds more of {} than allowed", channel.as_str()));
            }
        }
        let mut open = self.offers_of.remove(&user).unwrap_or_default();
        for leg in &agent.legs {
            if leg.state == LegState::Connecting && self.offers.insert(leg.participant) {
                self.offered += 1;
                open.push(leg.participant);
            }
        }
        open.retain(|participant| {
            let leg = agent.legs.iter().find(|leg| leg.participant == *participant);
            let end = match leg.map(|leg| leg.state) {
                Some(LegState::Connecting) => return true,
                Some(LegState::Missed) => &mut self.missed,
                Some(LegState::Rejected) => &mut self.rejected,
                Some(LegState::Connected | LegState::Paused | LegState::Ended) => &mut self.accepted,
                Some(LegState::Error) | None => &mut self.withdrawn,
            };
            *end += 1;
            self.offers.remove(participant);
            false
        });
        if !open.is_empty() {
            self.offers_of.insert(user, open);
        }
    }

    /// Compares all free agents with all waiting contacts: nobody idles who could serve.
    pub fn survey(&mut self, core: &Core) {
        self.surveys += 1;
        let mut waiting: HashMap<(QueueId, Channel), ContactId> = HashMap::new();
        for contact in core.contacts() {
            if core.router().get(contact.id).is_some() != contact.is_waiting() {
                self.complain(|| format!("the router disagrees on whether {} waits", contact.id));
            }
            if contact.offer.is_some() != (contact.stage == Stage::Offered) {
                self.complain(|| format!("the stage of {} does not fit its offer", contact.id));
            }
            if contact.stage == Stage::Queued
                && let Some(QueueRef::Standard(queue)) = contact.queue.as_ref().map(|stay| stay.queue)
            {
                waiting.insert((queue, contact.channel), contact.id);
            }
        }
        for agent in core.agents() {
            let directory = core.directory();
            let routable = directory
                .agent_status(agent.status)
                .is_some_and(|status| status.kind == model::resource::AgentStatusType::Routable);
            if !routable || agent.error.is_some() || agent.next_status.is_some() {
                continue;
            }
            let profile = directory
                .user(agent.user)
                .and_then(|user| directory.routing_profile(user.routing_profile_id));
            let Some(profile) = profile else { continue };
            let load = agent.load();
            for media in &profile.media_concurrencies {
                let own = load[media.channel.index()];
                // The profiles of the day let an agent work in one channel at a time.
                if own >= media.concurrency || load.iter().sum::<u32>() > own {
                    continue;
                }
                for row in profile.queue_configs.iter().filter(|row| row.channel == media.channel) {
                    if let Some(contact) = waiting.get(&(row.queue_id, row.channel)) {
                        self.complain(|| format!("agent {} idles while {contact} waits", agent.user));
                    }
                }
            }
        }
    }

    /// Everything has ended: what is still open is a complaint.
    pub fn close(&mut self, started: u64) {
        let (open, offers) = (self.open.len(), self.offers.len());
        if open > 0 {
            self.complain(|| format!("{open} contacts have no record"));
        }
        if offers > 0 {
            self.complain(|| format!("{offers} offers have not ended"));
        }
        if self.records != started {
            let records = self.records;
            self.complain(|| format!("{started} contacts were started and {records} records written"));
        }
        let ended = self.accepted + self.missed + self.rejected + self.withdrawn;
        if ended != self.offered {
            let offered = self.offered;
            self.complain(|| format!("{offered} offers were made and {ended} ended"));
        }
    }

    /// What the ledger has to say against the core.
    pub fn complaints(&self) -> &[String] {
        &self.complaints
    }

    /// Counts, for the report.
    pub fn summary(&self) -> Value {
        json!({
            "contacts": self.contacts, "records": self.records, "handled": self.handled, "items": self.items,
            "events": self.events, "agent_events": self.agent_events, "writes": self.writes, "bytes": self.bytes,
            "offered": self.offered, "accepted": self.accepted, "missed": self.missed, "rejected": self.rejected,
            "withdrawn": self.withdrawn, "surveys": self.surveys, "broken": self.broken,
            "complaints": self.complaints,
        })
    }

    fn complain(&mut self, text: impl FnOnce() -> String) {
        self.broken += 1;
        if self.complaints.len() < KEPT {
            self.complaints.push(text());
        }
    }
}
