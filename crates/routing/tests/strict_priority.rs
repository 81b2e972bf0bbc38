//! Profiles in which a delayed contact holds back lower priorities: who is held back, and what sets them free.

mod support;

use model::Channel;
use routing::{Change, Obstacle, Profile, Router, Waiting};
use support::*;

fn strict(rows: Vec<routing::Row>) -> Profile {
    Profile { strict_priority_includes_delayed: true, ..profile(rows) }
}

/// Queue 1 goes first, but each of its contacts has to wait 100 s; queue 2 follows without delay.
fn held_back() -> Router {
    let mut router = Router::new();
    router.put_profile(profile_id(1), strict(vec![voice(1, 1, 100), voice(2, 2, 0), voice(3, 1, 0)]));
    router
}

#[test]
fn a_contact_that_leaves_sets_lower_priorities_free() {
    let mut router = held_back();
    router.put_agent(user(1), agent(1, 0));
    router.enqueue(contact(1), call(queue(1), 0)).expect("a new contact");
    router.enqueue(contact(2), call(queue(2), 0)).expect("a new contact");
    assert_eq!(decide(&mut router, at(1)), []);
    let report = router.explain(contact(2), at(1)).expect("a waiting contact");
    assert_eq!(report.agents[0].obstacles, [Obstacle::HeldBack]);
    router.remove(contact(1));
    assert_eq!(decide(&mut router, at(1)), [(2, 1)]);
}

#[test]
fn a_contact_offered_elsewhere_holds_nobody_back() {
    let mut router = held_back();
    router.put_profile(profile_id(2), profile(vec![voice(1, 1, 0)]));
    router.put_agent(user(1), agent(1, 0));
    router.enqueue(contact(1), call(queue(1), 0)).expect("a new contact");
    router.enqueue(contact(2), call(queue(2), 0)).expect("a new contact");
    assert_eq!(decide(&mut router, at(1)), []);
    router.put_agent(user(2), agent(2, 0));
    assert_eq!(decide(&mut router, at(1)), [(1, 2), (2, 1)]);
}

#[test]
fn a_contact_the_agent_could_not_take_holds_nobody_back() {
    let mut router = Router::new();
    let mut profile = strict(vec![row(1, Channel::Chat, 1, 100), voice(2, 2, 0)]);
    profile.max = [1, 1, 0];
    router.put_profile(profile_id(1), profile);
    router.put_agent(user(1), agent(1, 0));
    router.enqueue(contact(1), Waiting::new(queue(1), Channel::Chat, at(0))).expect("a new contact");
    router.enqueue(contact(2), call(queue(2), 0)).expect("a new contact");
    assert_eq!(decide(&mut router, at(1)), []);
    // With one chat at hand, the agent could not take the waiting chat anyhow.
    router.put_agent(user(1), routing::Agent { load: [0, 1, 0], ..agent(1, 0) });
    assert_eq!(decide(&mut router, at(1)), [(2, 1)]);
}

#[test]
fn a_contact_with_criteria_holds_back_only_those_who_meet_them() {
    let mut router = held_back();
    router.put_agent(user(1), skilled(1, 0, &[("Language", "French", 5.0)]));
    router.put_agent(user(2), agent(1, 1));
    let french = criteria(vec![(all(&[("Language", "French", 4.0)]), None)]);
    let asking = Waiting { criteria: Some(french), ..call(queue(1), 0) };
    router.enqueue(contact(1), asking).expect("a new contact");
    router.enqueue(contact(2), call(queue(2), 0)).expect("a new contact");
    router.enqueue(contact(3), call(queue(2), 0)).expect("a new contact");
    assert_eq!(decide(&mut router, at(1)), [(2, 2)], "agent 1 would meet the delayed contact");
    router.update(contact(1), Change::Criteria(None), at(1)).expect("a waiting contact");
    assert_eq!(decide(&mut router, at(1)), [], "now it would take anyone");
    router.remove(contact(1));
    assert_eq!(decide(&mut router, at(1)), [(3, 1)]);
}

#[test]
fn an_agent_who_was_held_back_is_asked_again_between_two_decisions() {
    let mut router = held_back();
    router.put_agent(user(1), skilled(1, 0, &[("Language", "French", 5.0)]));
    router.put_agent(user(2), agent(1, 1));
    router.put_agent(user(3), agent(1, 2));
    let french = criteria(vec![(all(&[("Language", "French", 4.0)]), None)]);
    router
        .enqueue(contact(1), Waiting { criteria: Some(french), ..call(queue(1), 0) })
        .expect("a new contact");
    assert_eq!(decide(&mut router, at(1)), []);
    for number in [2, 3] {
        router.enqueue(contact(number), call(queue(2), 0)).expect("a new contact");
    }
    let first = router.next(at(1)).expect("an offer");
    assert_eq!((first.contact, first.agent), (contact(2), user(2)));
    // Before the other contact is dealt with, one comes that agent 1 may take at once.
    router.enqueue(contact(4), call(queue(3), 1)).expect("a new contact");
    assert_eq!(decide(&mut router, at(1)), [(4, 1), (3, 3)]);
}
