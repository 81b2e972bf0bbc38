//! Short ways to write profiles, agents and contacts down, and a slow reference router.
#![allow(dead_code)] // each test file uses its own part

pub mod reference;

use model::resource::{BehaviorType, Proficiency};
use model::{Channel, ContactId, QueueId, RoutingProfileId, Timestamp, UserId};
use routing::criteria::{Criteria, Expression, Step};
use routing::{Agent, Presence, Profile, QueueRef, Router, Row, Waiting};

pub const ALONE: BehaviorType = BehaviorType::RouteCurrentChannelOnly;
pub const WITH_OTHERS: BehaviorType = BehaviorType::RouteAnyChannel;

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_secs(seconds)
}

pub fn user(number: u128) -> UserId {
    UserId::from_u128(number)
}

pub fn contact(number: u128) -> ContactId {
    ContactId::from_u128(number)
}

pub fn queue_id(number: u128) -> QueueId {
    QueueId::from_u128(number)
}

pub fn queue(number: u128) -> QueueRef {
    QueueRef::Standard(queue_id(number))
}

pub fn profile_id(number: u128) -> RoutingProfileId {
    RoutingProfileId::from_u128(number)
}

/// One voice, one chat, one task, any of them together.
pub fn profile(rows: Vec<Row>) -> Profile {
    Profile { max: [1, 1, 1], cross_channel: [WITH_OTHERS; 3], rows, strict_priority_includes_delayed: false }
}

pub fn row(queue: u128, channel: Channel, priority: u32, delay_s: i64) -> Row {
    Row { queue: queue_id(queue), channel, priority, delay_ms: delay_s * 1000 }
}

pub fn voice(queue: u128, priority: u32, delay_s: i64) -> Row {
    row(queue, Channel::Voice, priority, delay_s)
}

/// A free agent.
pub fn agent(profile: u128, available_since_s: i64) -> Agent {
    Agent {
        profile: profile_id(profile),
        presence: Presence::Routable,
        in_error: false,
        available_since: at(available_since_s),
        load: [0; 3],
        proficiencies: Vec::new(),
    }
}

pub fn skilled(profile: u128, available_since_s: i64, skills: &[(&str, &str, f32)]) -> Agent {
    Agent { proficiencies: proficiencies(skills), ..agent(profile, available_since_s) }
}

pub fn proficiencies(skills: &[(&str, &str, f32)]) -> Vec<Proficiency> {
    let proficiency = |&(name, value, level): &(&str, &str, f32)| Proficiency {
        attribute_name: name.to_owned(),
        attribute_value: value.to_owned(),
        level,
    };
    skills.iter().map(proficiency).collect()
}

/// All of these.
pub fn all(skills: &[(&str, &str, f32)]) -> Expression {
    match skills {
        &[(name, value, level)] => Expression::attribute(name, value, level),
        many => Expression::And(
            many.iter().map(|&(name, value, level)| Expression::attribute(name, value, level)).collect(),
        ),
    }
}

pub fn criteria(steps: Vec<(Expression, Option<u32>)>) -> Criteria {
    let steps = steps.into_iter().map(|(expression, duration)| Step::new(expression, duration)).collect();
    Criteria::new(0, steps).expect("valid criteria")
}

pub fn call(queue: QueueRef, enqueued_s: i64) -> Waiting {
    Waiting::new(queue, Channel::Voice, at(enqueued_s))
}

/// Everything the router decides now, as (contact, agent) numbers.
pub fn decide(router: &mut Router, now: Timestamp) -> Vec<(u128, u128)> {
    std::iter::from_fn(|| router.next(now))
        .map(|assignment| (assignment.contact.0.as_u128(), assignment.agent.0.as_u128()))
        .collect()
}

/// Frees one slot of an agent, who becomes the last in rank.
pub fn free(router: &mut Router, number: u128, channel: Channel, now: Timestamp) {
    let mut agent = router.get_agent(user(number)).expect("a known agent").clone();
    agent.load[channel.index()] -= 1;
    agent.available_since = now;
    router.put_agent(user(number), agent);
}
