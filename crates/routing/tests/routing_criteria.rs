//! Routing by proficiency: steps run with time, and only agents who meet the step in force are offered the contact
//! (spec 02 §12, 04 §14.36).

mod support;

use model::Channel;
use routing::criteria::{Expression, StepStatus};
use routing::{Change, Obstacle, QueueRef, Router, Waiting, WakeReason};
use support::*;

use StepStatus::{Active, Expired, Inactive, Interrupted, Joined};

const A1: &[(&str, &str, f32)] = &[
    ("Technology", "AWS Kinesis", 2.0),
    ("Technology", "AWS DynamoDB", 5.0),
    ("Technology", "AWS EC2", 4.0),
    ("connect:Language", "connect:French", 3.0),
    ("connect:Language", "connect:English", 4.0),
];
const A2: &[(&str, &str, f32)] = &[
    ("Technology", "AWS DynamoDB", 3.0),
    ("Technology", "AWS EC2", 5.0),
    ("Technology", "AWS Neptune", 5.0),
    ("connect:Language", "connect:French", 4.0),
    ("connect:Language", "connect:English", 3.0),
];

fn french_and_dynamo(french: f32, dynamo: f32) -> Expression {
    all(&[("connect:Language", "connect:French", french), ("Technology", "AWS DynamoDB", dynamo)])
}

fn one_queue() -> Router {
    let mut router = Router::new();
    router.put_profile(profile_id(1), profile(vec![voice(1, 1, 0)]));
    router
}

fn statuses(router: &Router, number: u128) -> Vec<StepStatus> {
    let criteria = router.get(contact(number)).and_then(|waiting| waiting.criteria.as_ref());
    criteria.expect("criteria").steps().iter().map(|step| step.status).collect()
}

#[test]
fn the_example_of_the_guide_connects_agent_1_after_two_steps() {
    let mut router = one_queue();
    router.put_agent(user(1), skilled(1, 50, A1));
    router.put_agent(user(2), skilled(1, 0, A2));
    let steps = vec![
        (french_and_dynamo(4.0, 5.0), Some(30)),
        (french_and_dynamo(4.0, 4.0), Some(30)),
        (french_and_dynamo(3.0, 4.0), None),
    ];
    let waiting = Waiting { criteria: Some(criteria(steps)), ..call(queue(1), 100) };
    router.enqueue(contact(1), waiting).expect("a new contact");
    assert_eq!(decide(&mut router, at(100)), []);
    assert_eq!(router.wake_at(), Some((at(130), WakeReason::StepExpires { contact: contact(1) })));
    assert_eq!(decide(&mut router, at(130)), []);
    assert_eq!(statuses(&router, 1), [Expired, Active, Inactive]);
    let report = router.explain(contact(1), at(130)).expect("a waiting contact");
    let obstacles: Vec<_> = report.agents.iter().map(|agent| agent.obstacles.as_slice()).collect();
    assert_eq!(obstacles, [[Obstacle::RoutingStep { step: 1 }], [Obstacle::RoutingStep { step: 1 }]]);
    assert_eq!(router.explain(contact(1), at(160)).and_then(|report| report.first_choice), Some(user(1)));
    assert_eq!(decide(&mut router, at(159)), []);
    let offer = router.next(at(160)).expect("the third step");
    assert_eq!((offer.agent, offer.explanation.routing_step), (user(1), Some(2)));
    assert_eq!(router.wake_at(), None, "the last step never expires");

    let changes: Vec<_> = (router.advance(at(160)).iter())
        .map(|change| (change.step, change.from, change.to, change.at))
        .collect();
    let expected = [
        (0, Inactive, Active, at(100)),
        (0, Active, Expired, at(130)),
        (1, Inactive, Active, at(130)),
        (1, Active, Expired, at(160)),
        (2, Inactive, Active, at(160)),
    ];
    assert_eq!(changes, expected);
    let accepted = router.accept(contact(1), at(163)).expect("the offered contact");
    let joined: Vec<_> = accepted.criteria.iter().flat_map(|c| c.steps()).map(|step| step.status).collect();
    assert_eq!(joined, [Expired, Expired, Joined]);
    let change = router.advance(at(163))[0];
    assert_eq!((change.step, change.to, change.at), (2, Joined, at(163)));
}

/// The guide's introductory list has other thresholds; agent 1 then fits at the second step.
#[test]
fn the_other_reading_of_the_example_connects_agent_1_too() {
    let mut router = one_queue();
    router.put_agent(user(1), skilled(1, 50, A1));
    router.put_agent(user(2), skilled(1, 0, A2));
    let steps = vec![
        (french_and_dynamo(4.0, 5.0), Some(30)),
        (french_and_dynamo(3.0, 5.0), Some(30)),
        (french_and_dynamo(3.0, 4.0), None),
    ];
    let waiting = Waiting { criteria: Some(criteria(steps)), ..call(queue(1), 100) };
    router.enqueue(contact(1), waiting).expect("a new contact");
    assert_eq!(decide(&mut router, at(129)), []);
    assert_eq!(decide(&mut router, at(130)), [(1, 1)]);
}

#[test]
fn after_the_last_step_any_agent_will_do() {
    let mut router = one_queue();
    router.put_agent(user(2), agent(1, 20));
    router.put_agent(user(1), agent(1, 10));
    let steps = vec![(french_and_dynamo(5.0, 5.0), Some(10)), (french_and_dynamo(4.0, 4.0), Some(5))];
    let waiting = Waiting { criteria: Some(criteria(steps)), ..call(queue(1), 100) };
    router.enqueue(contact(1), waiting).expect("a new contact");
    assert_eq!(decide(&mut router, at(114)), []);
    let offer = router.next(at(115)).expect("nothing is asked for any longer");
    assert_eq!((offer.agent, offer.explanation.routing_step), (user(1), None));
    assert_eq!(statuses(&router, 1), [Expired, Expired]);
}

#[test]
fn steps_keep_running_while_the_contact_is_offered_and_the_place_is_kept() {
    let mut router = one_queue();
    router.put_agent(user(1), skilled(1, 0, &[("Language", "French", 5.0)]));
    let steps = vec![
        (all(&[("Language", "French", 5.0)]), Some(30)),
        (all(&[("Language", "French", 3.0)]), Some(30)),
    ];
    let waiting = Waiting { criteria: Some(criteria(steps)), ..call(queue(1), 100) };
    router.enqueue(contact(1), waiting).expect("a new contact");
    router.enqueue(contact(2), call(queue(1), 101)).expect("a new contact");
    assert_eq!(decide(&mut router, at(120)), [(1, 1)]);
    // The agent does not answer for 20 s and is in error; the other agents meet the second step.
    let mut missed = router.get_agent(user(1)).expect("a known agent").clone();
    missed.in_error = true;
    router.put_agent(user(1), missed);
    router.withdraw_offer(contact(1)).expect("an offer");
    router.put_agent(user(2), skilled(1, 110, &[("Language", "French", 3.0)]));
    assert_eq!(decide(&mut router, at(125)), [(2, 2)], "the first step is still in force");
    router.put_agent(user(3), skilled(1, 120, &[("Language", "French", 4.0)]));
    assert_eq!(router.position(contact(1)), Some(1));
    assert_eq!(decide(&mut router, at(130)), [(1, 3)]);
    assert_eq!(statuses(&router, 1), [Expired, Active]);
}

#[test]
fn a_better_contact_without_criteria_goes_first_and_the_other_way_round() {
    let skill: &[(&str, &str, f32)] = &[("Language", "French", 5.0)];
    for (asking_at, expected) in [(10, [1, 2]), (30, [2, 1])] {
        let mut router = one_queue();
        let asking =
            Waiting { criteria: Some(criteria(vec![(all(skill), None)])), ..call(queue(1), asking_at) };
        router.enqueue(contact(1), asking).expect("a new contact");
        router.enqueue(contact(2), call(queue(1), 20)).expect("a new contact");
        for (number, expected) in (1..).zip(expected) {
            router.put_agent(user(number), skilled(1, 0, skill));
            assert_eq!(decide(&mut router, at(40)), [(expected, number)]);
        }
    }
}

#[test]
fn alternatives_and_levels() {
    let either = Expression::Or(vec![
        all(&[("Language", "French", 4.0), ("Technology", "Kinesis", 2.0)]),
        all(&[("Language", "English", 3.0)]),
    ]);
    for (skills, expected) in [
        (vec![("Language", "French", 4.0), ("Technology", "Kinesis", 2.0)], true),
        (vec![("Language", "French", 4.0), ("Technology", "Kinesis", 1.0)], false),
        (vec![("Language", "French", 5.0)], false),
        (vec![("Language", "English", 3.0)], true),
        (vec![("Language", "English", 2.9)], false),
        (vec![("Language", "english", 5.0)], false),
        (vec![("Language", "English", 2.0), ("Language", "English", 4.0)], true),
        (vec![], false),
    ] {
        let mut router = one_queue();
        let asking = Waiting { criteria: Some(criteria(vec![(either.clone(), None)])), ..call(queue(1), 0) };
        router.enqueue(contact(1), asking.clone()).expect("a new contact");
        router.put_agent(user(1), skilled(1, 0, &skills));
        assert_eq!(router.next(at(1)).is_some(), expected, "agent after contact: {skills:?}");
        let mut router = one_queue();
        router.put_agent(user(1), skilled(1, 0, &skills));
        assert_eq!(router.next(at(0)), None);
        router.enqueue(contact(1), asking).expect("a new contact");
        assert_eq!(router.next(at(1)).is_some(), expected, "contact after agent: {skills:?}");
    }
}

#[test]
fn an_agent_who_learns_is_offered_the_contact() {
    let mut router = one_queue();
    let asking = criteria(vec![(all(&[("Language", "French", 4.0)]), None)]);
    router
        .enqueue(contact(1), Waiting { criteria: Some(asking), ..call(queue(1), 0) })
        .expect("a new contact");
    router.put_agent(user(1), skilled(1, 0, &[("Language", "French", 3.0)]));
    assert_eq!(decide(&mut router, at(1)), []);
    router.put_agent(user(1), skilled(1, 0, &[("Language", "French", 4.0)]));
    assert_eq!(decide(&mut router, at(1)), [(1, 1)]);
}

#[test]
fn new_criteria_interrupt_the_old_ones_and_start_at_once() {
    let mut router = one_queue();
    router.put_agent(user(1), skilled(1, 0, &[("Language", "English", 2.0)]));
    let french = criteria(vec![
        (all(&[("Language", "French", 4.0)]), Some(60)),
        (all(&[("Language", "French", 1.0)]), None),
    ]);
    router
        .enqueue(contact(1), Waiting { criteria: Some(french), ..call(queue(1), 0) })
        .expect("a new contact");
    assert_eq!(decide(&mut router, at(10)), []);
    router.advance(at(10));
    let english = criteria(vec![(all(&[("Language", "English", 2.0)]), Some(5))]);
    let former =
        router.update(contact(1), Change::Criteria(Some(english)), at(20)).expect("a waiting contact");
    let former: Vec<_> = former.iter().flat_map(|c| c.steps()).map(|step| step.status).collect();
    assert_eq!(former, [Interrupted, Inactive]);
    assert_eq!(decide(&mut router, at(20)), [(1, 1)]);
    let changes: Vec<_> =
        router.advance(at(20)).iter().map(|change| (change.from, change.to, change.at)).collect();
    assert_eq!(changes, [(Active, Interrupted, at(20)), (Inactive, Active, at(20))]);
    assert_eq!(router.wake_at().map(|(moment, _)| moment), Some(at(25)));
}

#[test]
fn an_own_queue_notes_criteria_without_effect() {
    let mut router = one_queue();
    router.put_agent(user(1), agent(1, 0));
    let asking = criteria(vec![(all(&[("Language", "French", 4.0)]), Some(60))]);
    let waiting = Waiting { criteria: Some(asking), ..call(QueueRef::Agent(user(1)), 5) };
    router.enqueue(contact(1), waiting).expect("a new contact");
    assert_eq!(decide(&mut router, at(10)), [(1, 1)]);
    assert_eq!(statuses(&router, 1), [Inactive]);
    let activated = router.get(contact(1)).and_then(|waiting| waiting.criteria.as_ref()?.activated_at());
    assert_eq!(activated, Some(at(5)));
    assert_eq!((router.advance(at(100)), router.wake_at()), (vec![], None));
}

#[test]
fn delays_hold_for_contacts_with_criteria() {
    let mut router = Router::new();
    router.put_profile(profile_id(1), profile(vec![voice(1, 1, 20)]));
    let skill: &[(&str, &str, f32)] = &[("Language", "French", 4.0)];
    router.put_agent(user(1), skilled(1, 0, skill));
    let asking = Waiting { criteria: Some(criteria(vec![(all(skill), None)])), ..call(queue(1), 100) };
    router.enqueue(contact(1), asking).expect("a new contact");
    assert_eq!(decide(&mut router, at(119)), []);
    assert_eq!(router.wake_at().map(|(moment, _)| moment), Some(at(120)));
    assert_eq!(decide(&mut router, at(120)), [(1, 1)]);
}

/// After a restart the engine enqueues contacts as they were: steps go on where they stood.
#[test]
fn criteria_survive_a_restart() {
    let mut router = one_queue();
    let steps = vec![
        (all(&[("Language", "French", 4.0)]), Some(30)),
        (all(&[("Language", "French", 2.0)]), Some(30)),
    ];
    let waiting = Waiting { criteria: Some(criteria(steps)), ..call(queue(1), 100) };
    router.enqueue(contact(1), waiting).expect("a new contact");
    router.advance(at(140));
    let stored = serde_json::to_string(router.get(contact(1)).expect("a waiting contact")).expect("JSON");

    let mut router = one_queue();
    let restored: Waiting = serde_json::from_str(&stored).expect("as stored");
    assert_eq!(restored.channel, Channel::Voice);
    router.enqueue(contact(1), restored).expect("a new contact");
    assert_eq!(router.advance(at(150)), [], "the second step is in force already");
    assert_eq!(router.wake_at().map(|(moment, _)| moment), Some(at(160)));
    let changes = router.advance(at(160));
    assert_eq!(changes.iter().map(|change| (change.step, change.to)).collect::<Vec<_>>(), [(1, Expired)]);
}

#[test]
fn lists_the_steps_in_force() {
    let mut router = one_queue();
    let french = |level| all(&[("Language", "French", level)]);
    for (number, first) in [(1, 5.0), (2, 4.0), (3, 5.0)] {
        let asking = criteria(vec![(french(first), Some(10 * number as u32)), (french(1.0), None)]);
        let waiting = Waiting { criteria: Some(asking), ..call(queue(1), 0) };
        router.enqueue(contact(number), waiting).expect("a new contact");
    }
    router.enqueue(contact(4), call(queue(1), 0)).expect("a new contact");
    let mut steps = |seconds| {
        router.advance(at(seconds));
        let steps = router.routing_steps(queue(1), Some(Channel::Voice));
        let mut shown: Vec<_> = steps.into_iter().map(|(step, count)| (step.to_string(), count)).collect();
        shown.sort();
        shown
    };
    let shown = |level: &str, count| (format!("Language(French) >= {level}"), count);
    assert_eq!(steps(9), [shown("4", 1), shown("5", 2)]);
    assert_eq!(steps(10), [shown("1", 1), shown("4", 1), shown("5", 1)]);
    assert_eq!(steps(30), [shown("1", 3)]);
}
