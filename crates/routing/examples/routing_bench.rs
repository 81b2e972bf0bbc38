//! Times one routing decision at growing sizes: a table for people, one JSON line per size for programs.
//!
//! `cargo run --release -p routing --example routing_bench`
//!
//! A decision is one change and everything that follows from it: the change is put into the router, and the router
//! is asked until it answers that nothing is left. Measured at a full house:
//!
//! * **freed** – every agent is busy; one finishes and gets the best waiting contact;
//! * **queued** – every agent is busy; one more contact comes and waits;
//! * **served** – a contact comes to a queue whose agents are free, while all others wait elsewhere.
//!
//! The yardstick of growth is measured beside it: one entry taken out of an ordered map of as many entries, and one put in.
//! That is logarithmic work on the same machine, so what its caches cost is in both figures.

use std::collections::BTreeMap;
use std::time::Instant;

use model::resource::{BehaviorType, Proficiency};
use model::{Channel, ContactId, QueueId, RoutingProfileId, Timestamp, UserId};
use routing::criteria::{Criteria, Expression, Step};
use routing::{Agent, Presence, Profile, QueueRef, Router, Row, Waiting};
use serde_json::json;

/// Decisions measured per kind and size, after a tenth as many unmeasured ones.
const DECISIONS: usize = 50_000;
/// One contact in so many asks for proficiencies.
const ASKING: u64 = 8;
const NAMES: [&str; 4] = ["Language", "Technology", "Product", "Region"];
const VALUES: [&str; 6] = ["A", "B", "C", "D", "E", "F"];

#[derive(Clone, Copy)]
struct Size {
    waiting: usize,
    agents: usize,
    queues: usize,
    profiles: usize,
}

fn main() {
    let sizes = [
        Size { waiting: 1_000, agents: 100, queues: 20, profiles: 5 },
        Size { waiting: 10_000, agents: 1_000, queues: 50, profiles: 20 },
        Size { waiting: 100_000, agents: 10_000, queues: 200, profiles: 100 },
        Size { waiting: 1_000_000, agents: 20_000, queues: 200, profiles: 100 },
    ];
    println!("  waiting  agents  queues  profiles  decision  offers    p50 µs    p99 µs    max µs");
    let lines: Vec<String> = sizes.into_iter().map(measure).collect();
    lines.iter().for_each(|line| println!("{line}"));
}

/// Measures every kind of decision at one size, prints the rows of the table, and returns the JSON line.
fn measure(size: Size) -> String {
    let Size { waiting, agents, queues, profiles } = size;
    let mut house = House::new(size);
    let mut all = Vec::with_capacity(DECISIONS * DECISION_KINDS.len());
    let mut kinds = serde_json::Map::new();
    for (name, decide) in DECISION_KINDS {
        for _ in 0..DECISIONS / 10 {
            decide(&mut house);
        }
        house.offers = 0;
        let mut taken: Vec<u64> = (0..DECISIONS).map(|_| decide(&mut house)).collect();
        all.extend_from_slice(&taken);
        let [p50, p99, max] = figures(&mut taken);
        let offers = house.offers as f64 / DECISIONS as f64;
        let micros = |nanoseconds: u64| nanoseconds as f64 / 1000.0;
        println!(
            "{waiting:>9} {agents:>7} {queues:>7} {profiles:>9}  {name:<8} {offers:>7.2} {:>9.2} {:>9.2} {:>9.1}",
            micros(p50),
            micros(p99),
            micros(max)
        );
        let kind = json!({"offers_per_decision": offers, "p50_ns": p50, "p99_ns": p99, "max_ns": max});
        kinds.insert(name.to_owned(), kind);
    }
    let [p50, p99, max] = figures(&mut all);
    drop(house);
    let [map_p50, map_p99, _] = figures(&mut ordered_map(waiting));
    json!({
        "bench": "routing", "waiting": waiting, "agents": agents, "queues": queues, "profiles": profiles,
        "decisions": all.len(), "p50_ns": p50, "p99_ns": p99, "max_ns": max, "kinds": kinds,
        "ordered_map": {"p50_ns": map_p50, "p99_ns": map_p99}
    })
    .to_string()
}

/// The yardstick: an entry leaves an ordered map, another comes in; both anywhere.
fn ordered_map(entries: usize) -> Vec<u64> {
    let mut random = 42;
    let mut map: BTreeMap<u64, [u64; 8]> = BTreeMap::new();
    while map.len() < entries {
        map.insert(next_random(&mut random), [0; 8]);
    }
    (0..DECISIONS)
        .map(|_| {
            let (old, new) = (next_random(&mut random), next_random(&mut random));
            let start = Instant::now();
            let key = map.range(old..).next().or_else(|| map.iter().next()).map(|(key, _)| *key);
            key.and_then(|key| map.remove(&key));
            map.insert(new, [1; 8]);
            start.elapsed().as_nanos() as u64
        })
        .collect()
}

type Decide = fn(&mut House) -> u64;
const DECISION_KINDS: [(&str, Decide); 3] =
    [("freed", House::free_an_agent), ("queued", House::queue_a_contact), ("served", House::serve_a_contact)];

fn figures(taken: &mut [u64]) -> [u64; 3] {
    taken.sort_unstable();
    let at = |share: f64| taken[((taken.len() - 1) as f64 * share) as usize];
    [at(0.5), at(0.99), at(1.0)]
}

/// A contact centre with all agents busy and all queues full, save for a quiet corner where agents are free.
struct House {
    size: Size,
    router: Router,
    now: Timestamp,
    contacts: u64,
    random: u64,
    /// Agents and contacts they work on, to be finished one after the other.
    busy: Vec<(UserId, ContactId)>,
    /// Offers made while the watch was running.
    offers: usize,
}

impl House {
    fn new(size: Size) -> House {
        let now = Timestamp::from_secs(1_700_000_000);
        let mut house =
            House { size, router: Router::new(), now, contacts: 0, random: 42, busy: Vec::new(), offers: 0 };
        for number in 0..size.profiles {
            house.router.put_profile(profile_id(number), house.profile(number));
        }
        // The last tenth of the profiles is the quiet corner: its agents stay free, its queues empty.
        for number in 0..size.agents {
            let agent = house.agent(number);
            house.router.put_agent(user(number), agent);
        }
        for _ in 0..size.waiting {
            let queue = house.below(house.busy_queues());
            let age = house.below(600_000) as i64;
            house.enqueue(queue, age);
        }
        house.drain();
        house
    }

    /// An agent finishes and gets the next contact, which another one replaces unmeasured.
    fn free_an_agent(&mut self) -> u64 {
        self.now = self.now + 5;
        let place = self.below(self.busy.len());
        let (agent, contact) = self.busy.swap_remove(place);
        let channel = self.router.get(contact).expect("an offered contact").channel;
        self.router.accept(contact, self.now);
        let mut freed = self.router.get_agent(agent).expect("a known agent").clone();
        freed.load[channel.index()] -= 1;
        freed.available_since = self.now;
        let start = Instant::now();
        self.router.put_agent(agent, freed);
        let offered = self.drain();
        let taken = start.elapsed().as_nanos() as u64;
        self.offers += offered;
        for number in self.busy.len() - offered..self.busy.len() {
            let offered = self.router.get(self.busy[number].1).expect("an offered contact").clone();
            self.enqueue_like(&offered);
        }
        self.drain();
        taken
    }

    /// A contact comes and waits; the oldest of its queue hangs up unmeasured.
    fn queue_a_contact(&mut self) -> u64 {
        self.now = self.now + 5;
        let number = self.below(self.busy_queues());
        let (contact, waiting) = self.contact(number, 0);
        let queue = waiting.queue;
        let start = Instant::now();
        self.router.enqueue(contact, waiting).expect("a new contact");
        let offered = self.drain();
        let taken = start.elapsed().as_nanos() as u64;
        self.offers += offered;
        let leaving = self
            .router
            .waiting(queue, None)
            .map(|(id, _)| id)
            .find(|&id| self.router.offered_to(id).is_none());
        if let Some(leaving) = leaving {
            self.router.remove(leaving);
        }
        taken
    }

    /// A contact comes to the quiet corner and goes to the longest available agent, who finishes at once unmeasured.
    fn serve_a_contact(&mut self) -> u64 {
        self.now = self.now + 5;
        let quiet = self.size.queues - self.busy_queues();
        let number = self.busy_queues() + self.below(quiet);
        let contact_number = self.contacts;
        let (contact, waiting) = self.contact(number, 0);
        let start = Instant::now();
        self.router.enqueue(contact, waiting).expect("a new contact");
        let offered = self.drain();
        let taken = start.elapsed().as_nanos() as u64;
        self.offers += offered;
        if offered > 0 {
            let (agent, contact) = self.busy.pop().expect("the contact just offered");
            let channel = self.router.get(contact).expect("an offered contact").channel;
            self.router.accept(contact, self.now);
            let mut freed = self.router.get_agent(agent).expect("a known agent").clone();
            freed.load[channel.index()] -= 1;
            freed.available_since = self.now;
            self.router.put_agent(agent, freed);
        } else {
            self.router.remove(contact_id(contact_number));
        }
        self.drain();
        taken
    }

    fn drain(&mut self) -> usize {
        let mut offered = 0;
        while let Some(assignment) = self.router.next(self.now) {
            self.busy.push((assignment.agent, assignment.contact));
            offered += 1;
        }
        self.router.advance(self.now);
        offered
    }

    fn enqueue(&mut self, queue: usize, age_ms: i64) {
        let (contact, waiting) = self.contact(queue, age_ms);
        self.router.enqueue(contact, waiting).expect("a new contact");
    }

    /// A contact that differs from another only in its age.
    fn enqueue_like(&mut self, model: &Waiting) {
        let criteria = model.criteria.as_ref().map(Criteria::restarted);
        let fresh = Waiting {
            criteria,
            priority: model.priority,
            ..Waiting::new(model.queue, model.channel, self.now)
        };
        self.contacts += 1;
        self.router.enqueue(contact_id(self.contacts - 1), fresh).expect("a new contact");
    }

    fn contact(&mut self, queue: usize, age_ms: i64) -> (ContactId, Waiting) {
        self.contacts += 1;
        let channel = match self.below(10) {
            0..=6 => Channel::Voice,
            7..=8 => Channel::Chat,
            _ => Channel::Task,
        };
        let mut waiting = Waiting::new(QueueRef::Standard(queue_id(queue)), channel, self.now - age_ms);
        waiting.priority = if self.below(10) == 0 { 1 } else { 5 };
        if self.next_random().is_multiple_of(ASKING) {
            waiting.criteria = Some(self.criteria());
        }
        (contact_id(self.contacts - 1), waiting)
    }

    /// Two attributes for 30 s, then one for ever.
    fn criteria(&mut self) -> Criteria {
        let mut condition = |level: usize| {
            let (name, value) = (NAMES[self.below(NAMES.len())], VALUES[self.below(VALUES.len())]);
            Expression::attribute(name, value, (1 + self.below(level)) as f32)
        };
        let steps = vec![
            Step::new(Expression::And(vec![condition(5), condition(5)]), Some(30)),
            Step::new(condition(3), None),
        ];
        Criteria::new(0, steps).expect("valid criteria")
    }

    /// Twenty rows over neighbouring queues, a quarter of them with a delay of 20 s.
    fn profile(&self, number: usize) -> Profile {
        let busy_profiles = self.busy_profiles();
        let (first, queues, part) = if number < busy_profiles {
            (0, self.busy_queues(), number * 7)
        } else {
            (self.busy_queues(), self.size.queues - self.busy_queues(), number - busy_profiles)
        };
        let rows = (0..20).map(|row| Row {
            queue: queue_id(first + (part + row / 2) % queues),
            channel: [Channel::Voice, Channel::Chat, Channel::Voice, Channel::Task][row % 4],
            priority: 1 + (row / 7) as u32,
            delay_ms: if row % 4 == 3 { 20_000 } else { 0 },
        });
        let alone = BehaviorType::RouteCurrentChannelOnly;
        Profile {
            max: [1, 2, 3],
            cross_channel: [alone, alone, BehaviorType::RouteAnyChannel],
            rows: rows.collect(),
            strict_priority_includes_delayed: false,
        }
    }

    fn agent(&mut self, number: usize) -> Agent {
        let mut proficiencies: Vec<Proficiency> = Vec::new();
        for name in NAMES {
            proficiencies.push(Proficiency {
                attribute_name: name.to_owned(),
                attribute_value: VALUES[self.below(VALUES.len())].to_owned(),
                level: (1 + self.below(5)) as f32,
            });
        }
        Agent {
            profile: profile_id(number % self.size.profiles),
            presence: Presence::Routable,
            in_error: false,
            available_since: self.now - number as i64,
            load: [0; 3],
            proficiencies,
        }
    }

    fn busy_queues(&self) -> usize {
        self.size.queues - self.size.queues / 10
    }

    fn busy_profiles(&self) -> usize {
        self.size.profiles - (self.size.profiles / 10).max(1)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next_random() % limit as u64) as usize
    }

    /// splitmix64: the same run every time.
    fn next_random(&mut self) -> u64 {
        next_random(&mut self.random)
    }
}

/// SplitMix64.
fn next_random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

fn queue_id(number: usize) -> QueueId {
    QueueId::from_u128(0x1000_0000 + number as u128)
}

fn profile_id(number: usize) -> RoutingProfileId {
    RoutingProfileId::from_u128(number as u128 + 1)
}

fn user(number: usize) -> UserId {
    UserId::from_u128(number as u128 + 1)
}

fn contact_id(number: u64) -> ContactId {
    ContactId::from_u128(u128::from(number) + 1)
}
