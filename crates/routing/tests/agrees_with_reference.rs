//! Random schedules: the router decides like the slow reference, and its promises hold at every step.

mod support;

use model::resource::BehaviorType;
use model::{Channel, Timestamp};
use proptest::prelude::*;
use proptest::sample::select;
use routing::criteria::{Criteria, Expression, Step};
use routing::{Agent, Change, Presence, Profile, QueueRef, Router, Row, Waiting};
use support::reference::Reference;
use support::*;

const PROFILES: u128 = 3;
const QUEUES: u128 = 2;
const AGENTS: u128 = 6;
const CONTACTS: u128 = 24;

/// One thing that happens to a contact centre.
#[derive(Clone, Debug)]
enum Happening {
    PutProfile(u128, Profile),
    RemoveProfile(u128),
    PutAgent(u128, Agent),
    RemoveAgent(u128),
    Enqueue(u128, NewContact),
    Remove(u128),
    Accept(u128),
    /// The offer is missed: the agent is in error.
    Miss(u128),
    /// The offer is withdrawn and the agent is free again.
    Withdraw(u128),
    /// The agent has finished everything.
    Finish(u128),
    Prioritise(u128, i64),
    Age(u128, i64),
    Ask(u128, Option<Criteria>),
    Wait(i64),
    /// One decision only; more may be due.
    DecideOnce,
    Decide,
}

#[derive(Clone, Debug)]
struct NewContact {
    queue: QueueRef,
    channel: Channel,
    priority: i64,
    /// Milliseconds before now; negative = a moment to come.
    enqueued_before: i64,
    older_by: i64,
    criteria: Option<Criteria>,
}

fn channel() -> impl Strategy<Value = Channel> {
    select(vec![Channel::Voice, Channel::Voice, Channel::Chat, Channel::Chat, Channel::Task])
}

fn a_profile() -> impl Strategy<Value = Profile> {
    let behavior = || select(vec![BehaviorType::RouteAnyChannel, BehaviorType::RouteCurrentChannelOnly]);
    let row = (1..=QUEUES, channel(), 1u32..4, select(vec![0i64, 0, 2_000, 5_000])).prop_map(
        |(queue, channel, priority, delay_ms)| Row { queue: queue_id(queue), channel, priority, delay_ms },
    );
    (
        prop::array::uniform3(select(vec![0u32, 1, 2, 2, 3])),
        prop::array::uniform3(behavior()),
        prop::collection::vec(row, 2..9),
        any::<bool>(),
    )
        .prop_map(|(max, cross_channel, rows, strict_priority_includes_delayed)| Profile {
            max,
            cross_channel,
            rows,
            strict_priority_includes_delayed,
        })
}

fn an_agent() -> impl Strategy<Value = Agent> {
    let presence = select(vec![
        Presence::Routable,
        Presence::Routable,
        Presence::Routable,
        Presence::NotRoutable,
        Presence::Offline,
    ]);
    let skill = (select(vec!["A", "B"]), select(vec!["x", "y"]), 1u8..6);
    (
        1..=PROFILES,
        presence,
        prop::bool::weighted(0.1),
        0i64..4,
        prop::array::uniform3(select(vec![0u32, 0, 0, 1])),
        prop::collection::vec(skill, 0..5),
    )
        .prop_map(|(profile, presence, in_error, since, load, skills)| {
            let skills: Vec<_> =
                skills.iter().map(|&(name, value, level)| (name, value, f32::from(level))).collect();
            Agent { presence, in_error, load, ..skilled(profile, since, &skills) }
        })
}

fn an_expression() -> impl Strategy<Value = Expression> {
    let leaf = (select(vec!["A", "B"]), select(vec!["x", "y"]), select(vec![1u8, 1, 2, 2, 3, 4, 5]))
        .prop_map(|(name, value, level)| Expression::attribute(name, value, f32::from(level)));
    prop_oneof![
        3 => leaf.clone(),
        2 => prop::collection::vec(leaf.clone(), 2..4).prop_map(Expression::And),
        1 => prop::collection::vec(leaf.clone(), 2..3).prop_map(Expression::Or),
        1 => (leaf.clone(), prop::collection::vec(leaf, 2..3))
            .prop_map(|(both, either)| Expression::And(vec![both, Expression::Or(either)])),
    ]
}

fn some_criteria() -> impl Strategy<Value = Criteria> {
    (prop::collection::vec((an_expression(), 0u32..6), 1..4), any::<bool>()).prop_map(|(steps, for_ever)| {
        let mut steps: Vec<Step> =
            steps.into_iter().map(|(expression, duration)| Step::new(expression, Some(duration))).collect();
        if let Some(last) = steps.last_mut().filter(|_| for_ever) {
            last.duration_s = None;
        }
        Criteria::new(0, steps).expect("valid criteria")
    })
}

fn a_contact() -> impl Strategy<Value = NewContact> {
    let queue = prop_oneof![
        4 => (1..=QUEUES).prop_map(queue),
        1 => (1..=AGENTS).prop_map(|agent| QueueRef::Agent(user(agent))),
    ];
    (
        queue,
        channel(),
        4i64..7,
        select(vec![0i64, 0, 0, 1_000, 4_000, -1_000]),
        select(vec![0i64, 0, 3_000]),
        prop::option::weighted(0.4, some_criteria()),
    )
        .prop_map(|(queue, channel, priority, enqueued_before, older_by, criteria)| NewContact {
            queue,
            channel,
            priority,
            enqueued_before,
            older_by,
            criteria,
        })
}

fn a_happening() -> impl Strategy<Value = Happening> {
    let contact = 1..=CONTACTS;
    let agent = 1..=AGENTS;
    prop_oneof![
        2 => (1..=PROFILES, a_profile()).prop_map(|(id, profile)| Happening::PutProfile(id, profile)),
        1 => (1..=PROFILES).prop_map(Happening::RemoveProfile),
        6 => (agent.clone(), an_agent()).prop_map(|(id, agent)| Happening::PutAgent(id, agent)),
        1 => agent.clone().prop_map(Happening::RemoveAgent),
        16 => (contact.clone(), a_contact()).prop_map(|(id, new)| Happening::Enqueue(id, new)),
        3 => contact.clone().prop_map(Happening::Remove),
        4 => contact.clone().prop_map(Happening::Accept),
        2 => contact.clone().prop_map(Happening::Miss),
        3 => contact.clone().prop_map(Happening::Withdraw),
        8 => agent.prop_map(Happening::Finish),
        2 => (contact.clone(), 3i64..8).prop_map(|(id, priority)| Happening::Prioritise(id, priority)),
        2 => (contact.clone(), -5_000i64..5_000).prop_map(|(id, age)| Happening::Age(id, age)),
        2 => (contact, prop::option::of(some_criteria())).prop_map(|(id, asked)| Happening::Ask(id, asked)),
        6 => (0i64..3_000).prop_map(Happening::Wait),
        6 => Just(Happening::DecideOnce),
        12 => Just(Happening::Decide),
    ]
}

/// Both routers, fed with the same.
#[derive(Default)]
struct Pair {
    router: Router,
    reference: Reference,
    now: Timestamp,
}

impl Pair {
    fn apply(&mut self, happening: Happening) -> Result<(), TestCaseError> {
        if matches!(happening, Happening::Remove(_) | Happening::Prioritise(..) | Happening::Age(..)) {
            self.steps_agree()?;
        }
        match happening {
            Happening::PutProfile(id, profile) => {
                self.router.put_profile(profile_id(id), profile.clone());
                self.reference.profiles.insert(profile_id(id), profile);
            }
            Happening::RemoveProfile(id) => {
                self.router.remove_profile(profile_id(id));
                self.reference.profiles.remove(&profile_id(id));
            }
            Happening::PutAgent(id, agent) => self.put_agent(id, agent),
            Happening::RemoveAgent(id) => {
                self.router.remove_agent(user(id));
                self.reference.agents.remove(&user(id));
            }
            Happening::Enqueue(id, new) => self.enqueue(id, new)?,
            Happening::Remove(id) => {
                let removed = self.router.remove(contact(id));
                let expected = self.reference.contacts.remove(&contact(id)).map(|known| known.waiting);
                prop_assert_eq!(removed.is_some(), expected.is_some());
            }
            Happening::Accept(id) => {
                if self.reference.contacts.get(&contact(id)).is_some_and(|known| known.offered_to.is_some()) {
                    self.steps_agree()?;
                    let joined =
                        self.router.accept(contact(id), self.now).and_then(|waiting| waiting.criteria);
                    self.reference.pass(self.now);
                    let known = self.reference.contacts.remove(&contact(id)).expect("known to both");
                    let expected = known.waiting.criteria.map(|mut criteria| {
                        criteria.join(self.now);
                        criteria
                    });
                    prop_assert_eq!(joined, expected);
                    self.router.advance(self.now);
                    self.reference.changes.clear();
                }
            }
            Happening::Miss(id) => {
                if let Some(agent) = self.withdraw(id)?
                    && let Some(mut config) = self.reference.agents.get(&agent).cloned()
                {
                    config.in_error = true;
                    self.put_agent(agent.0.as_u128(), config);
                }
            }
            Happening::Withdraw(id) => {
                let channel = self.reference.contacts.get(&contact(id)).map(|known| known.waiting.channel);
                if let Some((agent, channel)) = self.withdraw(id)?.zip(channel)
                    && let Some(mut config) = self.reference.agents.get(&agent).cloned()
                {
                    config.load[channel.index()] = config.load[channel.index()].saturating_sub(1);
                    self.put_agent(agent.0.as_u128(), config);
                }
            }
            Happening::Finish(id) => {
                if let Some(mut config) = self.reference.agents.get(&user(id)).cloned() {
                    config.load = [0; 3];
                    config.in_error = false;
                    config.available_since = self.now;
                    self.put_agent(id, config);
                }
            }
            Happening::Prioritise(id, priority) => {
                let known = self.router.update(contact(id), Change::Priority(priority), self.now).is_ok();
                let expected = self.reference.contacts.get_mut(&contact(id));
                prop_assert_eq!(known, expected.is_some());
                expected.into_iter().for_each(|expected| expected.waiting.priority = priority);
            }
            Happening::Age(id, adjustment) => {
                let known =
                    self.router.update(contact(id), Change::AgeAdjustment(adjustment), self.now).is_ok();
                let expected = self.reference.contacts.get_mut(&contact(id));
                prop_assert_eq!(known, expected.is_some());
                expected.into_iter().for_each(|expected| expected.waiting.age_adjustment_ms = adjustment);
            }
            Happening::Ask(id, criteria) => {
                self.steps_agree()?;
                let known =
                    self.router.update(contact(id), Change::Criteria(criteria.clone()), self.now).is_ok();
                self.reference.pass(self.now);
                let now = self.now;
                let expected = self.reference.contacts.get_mut(&contact(id));
                prop_assert_eq!(known, expected.is_some());
                if let Some(expected) = expected {
                    expected.waiting.criteria = criteria.map(|mut criteria| {
                        match expected.waiting.queue {
                            QueueRef::Standard(_) => drop(criteria.activate(now)),
                            QueueRef::Agent(_) => criteria.activate_without_effect(now),
                        }
                        criteria
                    });
                }
                self.router.advance(self.now);
                self.reference.pass(self.now);
                self.reference.changes.clear();
            }
            Happening::Wait(milliseconds) => self.wait(milliseconds)?,
            Happening::DecideOnce => drop(self.decide_once()?),
            Happening::Decide => self.decide()?,
        }
        Ok(())
    }

    fn put_agent(&mut self, id: u128, agent: Agent) {
        self.router.put_agent(user(id), agent.clone());
        self.reference.agents.insert(user(id), agent);
    }

    fn enqueue(&mut self, id: u128, new: NewContact) -> Result<(), TestCaseError> {
        let enqueued_at = self.now - new.enqueued_before;
        let waiting = Waiting {
            priority: new.priority,
            ranked_from: enqueued_at - new.older_by,
            criteria: new.criteria,
            ..Waiting::new(new.queue, new.channel, enqueued_at)
        };
        let free = !self.reference.contacts.contains_key(&contact(id));
        prop_assert_eq!(self.router.enqueue(contact(id), waiting.clone()).is_ok(), free);
        if free {
            self.reference.enqueue(contact(id), waiting);
        }
        Ok(())
    }

    /// Withdraws the offer of a contact, and says to whom it was.
    fn withdraw(&mut self, id: u128) -> Result<Option<model::UserId>, TestCaseError> {
        let offered_to =
            self.reference.contacts.get_mut(&contact(id)).and_then(|known| known.offered_to.take());
        prop_assert_eq!(self.router.offered_to(contact(id)), offered_to);
        prop_assert_eq!(self.router.withdraw_offer(contact(id)).is_ok(), offered_to.is_some());
        Ok(offered_to)
    }

    /// Time passes. Before the moment at which the router wants to be woken, nothing may come of it.
    fn wait(&mut self, milliseconds: i64) -> Result<(), TestCaseError> {
        let until = self.now + milliseconds;
        self.decide()?;
        let sleep = self.router.wake_at().map_or(until, |(at, _)| until.min(at - 1));
        if sleep > self.now {
            self.now = sleep;
            let mut quiet = self.reference.clone();
            prop_assert_eq!(quiet.next(sleep), None, "a decision before the router wakes");
            prop_assert_eq!(&quiet.changes, &[]);
            self.decide()?;
        }
        self.now = until;
        Ok(())
    }

    /// Both decide until nothing is left to decide; then nobody idles while a contact waits that they could take.
    fn decide(&mut self) -> Result<(), TestCaseError> {
        while self.decide_once()? {}
        self.figures_agree()
    }

    /// Both decide once; `false` if there is nothing to decide.
    fn decide_once(&mut self) -> Result<bool, TestCaseError> {
        let decided = self.router.next(self.now);
        let expected = self.reference.next(self.now);
        prop_assert_eq!(decided.as_ref().map(|decided| (decided.contact, decided.agent)), expected);
        let Some(assignment) = decided else { return Ok(false) };
        let agent = self.router.get_agent(assignment.agent).expect("a known agent");
        let limits = self.router.get_profile(agent.profile).expect("a known profile").max;
        let channel = assignment.channel.index();
        prop_assert!(agent.load[channel] <= limits[channel], "more contacts than the profile allows");
        Ok(true)
    }

    fn figures_agree(&mut self) -> Result<(), TestCaseError> {
        self.steps_agree()?;
        let queues = (1..=QUEUES).map(queue).chain((1..=AGENTS).map(|agent| QueueRef::Agent(user(agent))));
        for queue in queues {
            for channel in [None, Some(Channel::Voice), Some(Channel::Chat), Some(Channel::Task)] {
                let expected = self.reference.in_order(queue, channel);
                let waiting: Vec<_> = self.router.waiting(queue, channel).map(|(id, _)| id).collect();
                prop_assert_eq!(&waiting, &expected);
                prop_assert_eq!(self.router.queue_size(queue, channel), expected.len());
                let ages =
                    expected.iter().map(|id| self.now.since(self.reference.contacts[id].waiting.enqueued_at));
                let oldest = ages.max().unwrap_or(0).max(0);
                prop_assert_eq!(self.router.oldest_age_ms(queue, channel, self.now), oldest);
                if channel.is_some() {
                    for (place, &id) in expected.iter().enumerate() {
                        prop_assert_eq!(self.router.position(id), Some(place + 1));
                    }
                }
                self.staffing_agrees(queue, channel)?;
            }
        }
        for (&id, known) in &self.reference.contacts {
            let report = self.router.explain(id, self.now).expect("a waiting contact");
            prop_assert_eq!(report.offered_to, known.offered_to);
            let eligible = report.agents.iter().filter(|agent| agent.obstacles.is_empty());
            if known.offered_to.is_none() {
                prop_assert_eq!(eligible.count(), 0, "everything is decided: {:?}", report);
            }
        }
        Ok(())
    }

    fn staffing_agrees(&self, queue: QueueRef, channel: Option<Channel>) -> Result<(), TestCaseError> {
        let asked = |one: Channel| channel.is_none_or(|channel| channel == one);
        let mut expected = routing::Staffing::default();
        for (&id, agent) in &self.reference.agents {
            let profile = self.reference.profiles.get(&agent.profile);
            let served: Vec<Channel> = match queue {
                QueueRef::Agent(owner) if owner == id => {
                    Channel::ALL.into_iter().filter(|&one| asked(one)).collect()
                }
                QueueRef::Agent(_) => continue,
                QueueRef::Standard(queue) => (profile.iter().flat_map(|profile| &profile.rows))
                    .filter(|row| row.queue == queue && asked(row.channel))
                    .map(|row| row.channel)
                    .collect(),
            };
            if served.is_empty() {
                continue;
            }
            let routable = agent.presence == Presence::Routable;
            let open = profile.map(|profile| profile.open_channels(agent.load));
            let able = open.is_some_and(|open| served.iter().any(|&channel| open.contains(channel)));
            expected.online += usize::from(agent.presence != Presence::Offline);
            expected.staffed += usize::from(routable);
            expected.available += usize::from(routable && !agent.in_error && able);
            expected.idle += usize::from(routable && !agent.in_error && agent.load == [0; 3]);
        }
        prop_assert_eq!(self.router.staffing(queue, channel), expected);
        Ok(())
    }

    /// The same steps have changed, at the same moments.
    fn steps_agree(&mut self) -> Result<(), TestCaseError> {
        self.reference.pass(self.now);
        let mut reported = self.router.advance(self.now);
        let mut expected = std::mem::take(&mut self.reference.changes);
        // Between contacts the order is free, as long as moments rise per contact.
        reported.sort_by_key(|change| change.contact);
        expected.sort_by_key(|change| change.contact);
        prop_assert_eq!(reported, expected);
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, max_shrink_iters: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_router_decides_like_the_reference(
        profiles in prop::collection::vec(a_profile(), PROFILES as usize),
        agents in prop::collection::vec(an_agent(), 4),
        happenings in prop::collection::vec(a_happening(), 1..90),
    ) {
        let mut pair = Pair { now: at(100), ..Pair::default() };
        for (number, profile) in profiles.into_iter().enumerate() {
            pair.apply(Happening::PutProfile(number as u128 + 1, profile))?;
        }
        for (number, agent) in agents.into_iter().enumerate() {
            pair.apply(Happening::PutAgent(number as u128 + 1, agent))?;
        }
        for happening in happenings {
            pair.apply(happening)?;
        }
        pair.decide()?;
    }

    /// A single new contact goes to the agent that both questions name.
    #[test]
    fn both_questions_have_one_answer(
        profile in a_profile(),
        agents in prop::collection::vec(an_agent(), 1..6),
        new in a_contact(),
    ) {
        let mut pair = Pair { now: at(100), ..Pair::default() };
        // A strict profile that lists a queue twice holds its contacts back from the second row.
        let profile = Profile { strict_priority_includes_delayed: false, ..profile };
        pair.apply(Happening::PutProfile(1, profile))?;
        for (number, agent) in agents.into_iter().enumerate() {
            pair.apply(Happening::PutAgent(number as u128 + 1, agent))?;
        }
        pair.decide()?;
        pair.apply(Happening::Enqueue(1, new))?;
        pair.reference.pass(pair.now);
        let expected = pair.reference.best_agent(contact(1));
        prop_assert_eq!(pair.router.next(pair.now).map(|assignment| assignment.agent), expected);
    }
}
