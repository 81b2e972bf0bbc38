//! Agents and customers at work: who does what at which moment of the day.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::{Duration, Instant};

use contacts::agent::LegState;
use contacts::{Core, Cx, Effect, Outcome, Refusal, Settings, StartChat, StartTask};
use directory::DirectoryError;
use model::{Channel, ContactId, ParticipantId, Timestamp, UserId};
use serde_json::{Value, json};

use super::Size;
use super::centre::{self, Centre};
use super::ledger::Ledger;
use super::plan::{self, DAY_MS, HOUR_MS};
use crate::random::Random;

/// Monday, 5 January 2026, midnight.
const MIDNIGHT: Timestamp = Timestamp(1_767_571_200_000);
/// When the simulation gives up waiting for contacts to end.
const LATEST_MS: i64 = DAY_MS + 12 * HOUR_MS;
/// How often all agents are compared with all waiting contacts.
const SURVEY_MS: i64 = 10 * 60_000;
/// Of a hundred offers so many pass unanswered, and so many are refused.
const MISSED_PERCENT: usize = 1;
const REJECTED_PERCENT: usize = 1;

/// What somebody does at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Deed {
    SignIn(UserId),
    Pause(UserId),
    Back(UserId),
    GoHome(UserId),
    Accept(UserId, ContactId),
    Reject(UserId, ContactId),
    Clear(UserId, ContactId),
    /// The customer or the agent writes; the number says how many messages are still to come.
    Write(ContactId, u8),
    CustomerLeaves(ContactId),
    AgentLeaves(UserId, ContactId),
    CustomerGivesUp(ContactId),
}

/// A day under way.
pub struct Day {
    size: Size,
    core: Core,
    centre: Parts,
    now: Timestamp,
    random: Random,
    deeds: BinaryHeap<Reverse<(Timestamp, u64, Deed)>>,
    sequence: u64,
    /// Customers of live chats.
    customers: HashMap<ContactId, ParticipantId>,
    /// What agents have seen on their panels.
    panels: HashMap<UserId, Vec<(ParticipantId, LegState)>>,
    ledger: Ledger,
    started: u64,
    commands: u64,
    messages: u64,
    /// Commands that the core refused because the world had moved on, such as accepting what was withdrawn.
    refused: u64,
    most_live: usize,
    most_waiting: usize,
    setting_up: Duration,
}

/// What remains of the centre when the core has taken the directory.
struct Parts {
    agents: Vec<UserId>,
    queues: Vec<String>,
    flow: String,
    available: model::AgentStatusId,
    pause: model::AgentStatusId,
    offline: model::AgentStatusId,
}

/// How a day went.
#[derive(Clone, Debug)]
pub struct Report {
    /// For programs.
    pub json: Value,
    /// Complaints about invariants, in all.
    pub broken: u64,
}

impl Day {
    /// Opens the centre at midnight.
    pub fn new(size: Size, seed: u64) -> Result<Day, DirectoryError> {
        let begin = Instant::now();
        let mut random = Random::new(seed);
        let centre = centre::build(size, MIDNIGHT, &mut random)?;
        let scope = centre.directory.scope().clone();
        let Centre { directory, agents, queues, flow, available, pause, offline } = centre;
        let queues = queues.into_iter().map(|queue| scope.arn(model::ArnKind::Queue, queue)).collect();
        let settings = Settings { live_contacts: [0, 100_000, 100_000], ..Settings::default() };
        let mut day = Day {
            size,
            core: Core::new(directory, settings),
            centre: Parts { agents, queues, flow: flow.to_string(), available, pause, offline },
            now: MIDNIGHT,
            random,
            deeds: BinaryHeap::new(),
            sequence: 0,
            customers: HashMap::new(),
            panels: HashMap::new(),
            ledger: Ledger::default(),
            started: 0,
            commands: 0,
            messages: 0,
            refused: 0,
            most_live: 0,
            most_waiting: 0,
            setting_up: Duration::ZERO,
        };
        for agent in day.centre.agents.clone() {
            for shift in plan::shifts(&mut day.random) {
                day.plan(MIDNIGHT + shift.start, Deed::SignIn(agent));
                if let Some(at) = shift.pause {
                    day.plan(MIDNIGHT + at, Deed::Pause(agent));
                }
                if let Some(at) = shift.back {
                    day.plan(MIDNIGHT + at, Deed::Back(agent));
                }
                day.plan(MIDNIGHT + shift.end, Deed::GoHome(agent));
            }
        }
        day.setting_up = begin.elapsed();
        Ok(day)
    }

    /// Lets the day pass.
    pub fn run(mut self) -> Report {
        let begin = Instant::now();
        let arrivals = plan::arrivals(self.size.contacts, &mut self.random);
        let mut arrivals = arrivals.into_iter().map(|at| MIDNIGHT + at).peekable();
        let mut next_survey = MIDNIGHT;
        let latest = MIDNIGHT + LATEST_MS;
        loop {
            let deed = self.deeds.peek().map(|Reverse((at, _, _))| *at);
            let next = [arrivals.peek().copied(), deed, self.core.wake_at()].into_iter().flatten().min();
            let over = arrivals.peek().is_none() && self.core.contacts().next().is_none();
            let Some(at) = next.filter(|at| *at <= latest && !over) else { break };
            if at >= next_survey {
                self.ledger.survey(&self.core);
                self.most_live = self.most_live.max(self.core.contacts().count());
                let waiting = self.core.contacts().filter(|contact| contact.is_waiting()).count();
                self.most_waiting = self.most_waiting.max(waiting);
                next_survey = at + SURVEY_MS;
            }
            self.now = self.now.max(at);
            if self.core.wake_at().is_some_and(|wake| wake <= at) {
                self.apply(|core, cx| core.tick(cx));
            } else if deed.is_some_and(|deed| deed <= at) {
                let Some(Reverse((_, _, deed))) = self.deeds.pop() else { break };
                self.perform(deed);
            } else {
                arrivals.next();
                self.arrive();
            }
        }
        self.ledger.survey(&self.core);
        self.ledger.close(self.started);
        self.report(begin.elapsed())
    }

    fn report(self, taken: Duration) -> Report {
        let seconds = taken.as_secs_f64();
        let json = json!({
            "bench": "day", "agents": self.size.agents, "queues": self.size.queues, "profiles": self.size.profiles,
            "started": self.started, "seconds": seconds, "contacts_per_second": self.started as f64 / seconds,
            "setup_seconds": self.setting_up.as_secs_f64(),
            "simulated_hours": self.now.since(MIDNIGHT) as f64 / HOUR_MS as f64,
            "commands": self.commands, "messages": self.messages, "refused": self.refused,
            "most_live": self.most_live, "most_waiting": self.most_waiting,
            "ledger": self.ledger.summary(),
        });
        Report { json, broken: self.ledger.broken }
    }

    fn plan(&mut self, at: Timestamp, deed: Deed) {
        self.sequence += 1;
        self.deeds.push(Reverse((at, self.sequence, deed)));
    }

    /// Plans a deed after a time that is distributed exponentially around `mean` seconds, a second at least.
    fn plan_after(&mut self, mean: f64, deed: Deed) {
        let seconds = self.random.exponential(mean - 1.0) + 1.0;
        self.plan(self.now + (seconds * 1000.0) as i64, deed);
    }

    /// One command, as the shell runs it; its outcome goes to the ledger in place of a store.
    fn apply<T>(&mut self, command: impl FnOnce(&mut Core, &mut Cx) -> T) -> T {
        self.commands += 1;
        let random = &mut self.random;
        let mut draw = || random.wide();
        let mut cx = Cx::new(self.now, &mut draw);
        let result = command(&mut self.core, &mut cx);
        self.core.settle(&mut cx);
        let outcome = self.core.take_outcome(&mut cx);
        self.committed(outcome);
        result
    }

    fn committed(&mut self, outcome: Outcome) {
        self.ledger.follow(&outcome);
        for change in &outcome.contacts {
            if change.ended {
                self.customers.remove(&change.id);
            }
        }
        for effect in outcome.effects {
            match effect {
                Effect::AgentChanged(user) => {
                    self.ledger.look_at(&self.core, user);
                    self.panel_changed(user);
                }
                Effect::WriteTranscript(due) => self.apply(|core, _| core.transcript_written(due.contact)),
                _ => {}
            }
        }
    }

    /// The agent sees their panel and decides what to do about what is new there.
    fn panel_changed(&mut self, user: UserId) {
        let Some(agent) = self.core.agent(user) else { return };
        let shown = self.panels.entry(user).or_default();
        let fresh: Vec<_> = agent
            .legs
            .iter()
            .filter(|leg| !shown.contains(&(leg.participant, leg.state)))
            .map(|leg| (leg.contact, leg.channel, leg.state))
            .collect();
        *shown = agent.legs.iter().map(|leg| (leg.participant, leg.state)).collect();
        let may_go = agent.legs.is_empty() && agent.signed_in && agent.status == self.centre.offline;
        for (contact, channel, state) in fresh {
            match state {
                LegState::Connecting => self.answer(user, contact),
                LegState::Connected => self.converse(user, contact, channel),
                LegState::Missed | LegState::Rejected => self.plan_after(20.0, Deed::Clear(user, contact)),
                LegState::Ended => self.plan_after(60.0, Deed::Clear(user, contact)),
                LegState::Paused | LegState::Error => {}
            }
        }
        if may_go {
            self.apply(|core, cx| core.sign_out(cx, user)).unwrap_or_else(|refusal| self.refuse(&refusal));
        }
    }

    fn answer(&mut self, user: UserId, contact: ContactId) {
        let draw = self.random.below(100);
        if draw < MISSED_PERCENT {
            return;
        }
        let deed = if draw < MISSED_PERCENT + REJECTED_PERCENT {
            Deed::Reject(user, contact)
        } else {
            Deed::Accept(user, contact)
        };
        self.plan_after(4.0, deed);
    }

    fn converse(&mut self, user: UserId, contact: ContactId, channel: Channel) {
        let by_customer = channel == Channel::Chat && self.random.below(10) < 6;
        let end = if by_customer { Deed::CustomerLeaves(contact) } else { Deed::AgentLeaves(user, contact) };
        match channel {
            Channel::Chat => {
                self.plan_after(900.0, end);
                self.plan_after(20.0, Deed::Write(contact, 5));
            }
            _ => self.plan_after(420.0, end),
        }
    }

    fn arrive(&mut self) {
        self.started += 1;
        let queue = self.centre.queues[self.random.below(self.centre.queues.len())].clone();
        let attributes = [("queue".to_owned(), queue)].into();
        if self.random.below(10) < 3 {
            let request = StartTask {
                flow: Some(self.centre.flow.clone()),
                name: "Call back".to_owned(),
                attributes,
                ..StartTask::default()
            };
            let task = self.apply(|core, cx| core.start_task(cx, request));
            match task {
                Ok(task) => self.plan_after(4.0 * 3600.0, Deed::CustomerGivesUp(task)),
                Err(refusal) => self.refuse(&refusal),
            }
            return;
        }
        let request = StartChat {
            flow: self.centre.flow.clone(),
            display_name: "Cora Customer".to_owned(),
            attributes,
            ..StartChat::default()
        };
        let chat = self.apply(|core, cx| core.start_chat(cx, request));
        match chat {
            Ok(chat) => {
                self.customers.insert(chat.contact, chat.participant);
                self.plan_after(1200.0, Deed::CustomerGivesUp(chat.contact));
                self.apply(|core, cx| core.participant_connected(cx, chat.participant))
                    .unwrap_or_else(|refusal| self.refuse(&refusal));
            }
            Err(refusal) => self.refuse(&refusal),
        }
    }

    fn perform(&mut self, deed: Deed) {
        let (available, pause, offline) = (self.centre.available, self.centre.pause, self.centre.offline);
        let result = match deed {
            Deed::SignIn(user) => self.apply(|core, cx| {
                core.sign_in(cx, user)?;
                core.set_status(cx, user, available, false)
            }),
            Deed::Pause(user) => self.apply(|core, cx| core.set_status(cx, user, pause, true)),
            Deed::Back(user) => self.apply(|core, cx| core.set_status(cx, user, available, false)),
            Deed::GoHome(user) => self.apply(|core, cx| core.set_status(cx, user, offline, true)),
            Deed::Accept(user, contact) => self.apply(|core, cx| core.accept(cx, user, contact)),
            Deed::Reject(user, contact) => self.apply(|core, cx| core.reject(cx, user, contact)),
            Deed::Clear(user, contact) => self.apply(|core, cx| core.clear(cx, user, contact)),
            Deed::Write(contact, left) => self.write(contact, left),
            Deed::CustomerLeaves(contact) => match self.customers.get(&contact).copied() {
                Some(customer) => self.apply(|core, cx| core.disconnect_participant(cx, customer)),
                None => Ok(()),
            },
            Deed::AgentLeaves(user, contact) => self.apply(|core, cx| core.agent_leaves(cx, user, contact)),
            Deed::CustomerGivesUp(contact) => {
                let waits = self.core.contact(contact).is_some_and(contacts::contact::Contact::is_waiting);
                if waits { self.apply(|core, cx| core.stop_contact(cx, contact)) } else { Ok(()) }
            }
        };
        result.unwrap_or_else(|refusal| self.refuse(&refusal));
    }

    /// Customer and agent write in turns, while the chat goes on.
    fn write(&mut self, contact: ContactId, left: u8) -> Result<(), Refusal> {
        let Some(part) = self.core.contact(contact).filter(|contact| !contact.is_disconnected()) else {
            return Ok(());
        };
        let agent = part.agent.as_ref().map(|part| part.participant);
        let speaker = if left.is_multiple_of(2) { agent } else { self.customers.get(&contact).copied() };
        let Some(speaker) = speaker else { return Ok(()) };
        if left > 0 {
            self.plan_after(120.0, Deed::Write(contact, left - 1));
        }
        self.messages += 1;
        let text = "I have looked at the order you mean; it was sent yesterday and arrives tomorrow.";
        self.apply(|core, cx| core.send_message(cx, speaker, "text/plain", text, None)).map(drop)
    }

    fn refuse(&mut self, _: &Refusal) {
        self.refused += 1;
    }
}
