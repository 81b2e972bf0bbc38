//! Nothing is left behind inside the router when everything has gone.

use model::{Channel, ContactId, QueueId, RoutingProfileId, Timestamp, UserId};

use super::Router;
use crate::criteria::{Criteria, Expression, Step};
use crate::{Agent, Presence, Profile, QueueRef, Row, Waiting};

fn agent(profile: u128, value: &str) -> Agent {
    let held = |name: &str, level| model::resource::Proficiency {
        attribute_name: name.to_owned(),
        attribute_value: value.to_owned(),
        level,
    };
    Agent {
        profile: RoutingProfileId::from_u128(profile),
        presence: Presence::Routable,
        in_error: false,
        available_since: Timestamp(0),
        load: [0; 3],
        // The same skill twice counts once.
        proficiencies: vec![held("Language", 3.0), held("Language", 5.0), held("Product", 2.0)],
    }
}

#[test]
fn nothing_is_left_behind() {
    let mut router = Router::new();
    let row = |queue, delay_ms| Row {
        queue: QueueId::from_u128(queue),
        channel: Channel::Voice,
        priority: 1,
        delay_ms,
    };
    for (id, strict) in [(1, false), (2, true)] {
        let profile = Profile {
            max: [1, 0, 0],
            rows: vec![row(1, 0), row(2, 5_000), row(2, 9_000)],
            strict_priority_includes_delayed: strict,
            ..Profile::default()
        };
        router.put_profile(RoutingProfileId::from_u128(id), profile);
    }
    for id in 1..=6 {
        router.put_agent(UserId::from_u128(id), agent(1 + id % 3, ["A", "B"][id as usize % 2]));
    }
    let expression = |value: &str, level| {
        let condition = |name: &str| Expression::attribute(name, value, level);
        Expression::Or(vec![
            Expression::And(vec![condition("Language"), condition("Product")]),
            condition("Region"),
        ])
    };
    for id in 1..=40 {
        let queue = match id % 5 {
            0 => QueueRef::Agent(UserId::from_u128(id % 7)),
            rest => QueueRef::Standard(QueueId::from_u128(rest % 3 + 1)),
        };
        let steps = vec![
            Step::new(expression(["A", "B", "C"][id as usize % 3], (id % 5 + 1) as f32), Some(id as u32 % 4)),
            Step::new(expression("B", 1.0), None),
        ];
        let criteria = (id % 2 == 0).then(|| Criteria::new(0, steps).expect("valid criteria"));
        let waiting = Waiting { criteria, ..Waiting::new(queue, Channel::Voice, Timestamp(id as i64 * 100)) };
        router.enqueue(ContactId::from_u128(id), waiting).expect("a new contact");
        while router.next(Timestamp(id as i64 * 100)).is_some() {}
    }
    let offered: Vec<ContactId> =
        (1..=40).map(ContactId::from_u128).filter(|&contact| router.offered_to(contact).is_some()).collect();
    assert!(!offered.is_empty());
    router.withdraw_offer(offered[0]).expect("an offer");
    for id in 1..=6 {
        router.put_agent(UserId::from_u128(id), agent(1 + id % 2, "C"));
        router.remove_agent(UserId::from_u128(id));
    }
    for id in 1..=40 {
        assert!(router.remove(ContactId::from_u128(id)).is_some());
    }
    for id in 1..=3 {
        router.remove_profile(RoutingProfileId::from_u128(id));
    }
    assert_eq!(router.skills.in_use(), (0, 0));
    let slabs = [router.profiles.len(), router.agents.len(), router.queues.len(), router.tiers.len()];
    assert_eq!((slabs, router.contacts.len()), ([0; 4], 0));
    let indexes = [router.profile_index.len(), router.agent_index.len(), router.queue_index.len()];
    assert_eq!((indexes, router.contact_index.len()), ([0; 3], 0));
    assert_eq!((&router.timers, &router.agenda), (&Default::default(), &Default::default()));
}
