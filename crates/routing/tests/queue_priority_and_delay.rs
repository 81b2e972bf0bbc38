//! The worked cases of queue priority and delay (spec 01 §10.4, 02 §18 tests 18–20).

mod support;

use model::Channel;
use routing::{Change, Profile, QueueRef, Router, Rule, Waiting};
use support::*;

const SALES: u128 = 1;
const SUPPORT: u128 = 2;

/// A router with one profile and one agent who is free since 0 s.
fn one_agent(profile: Profile) -> Router {
    let mut router = Router::new();
    router.put_profile(profile_id(1), profile);
    router.put_agent(user(1), agent(1, 0));
    router
}

/// Lets one agent take calls, one after the other, and tells in which order.
fn served_by_one(profile: Profile, calls: &[(u128, u128, i64)], start_s: i64) -> Vec<u128> {
    let mut router = one_agent(profile);
    for &(number, queue_number, enqueued_s) in calls {
        router.enqueue(contact(number), call(queue(queue_number), enqueued_s)).expect("a new contact");
    }
    let mut served = Vec::new();
    while let Some(assignment) = router.next(at(start_s)) {
        served.push(assignment.contact.0.as_u128());
        router.accept(assignment.contact, at(start_s));
        free(&mut router, 1, Channel::Voice, at(start_s));
    }
    served
}

#[test]
fn case_1_the_second_priority_waits_until_the_first_is_empty() {
    let rows = vec![voice(SALES, 1, 0), voice(SUPPORT, 2, 0)];
    let calls = [(1, SUPPORT, 0), (2, SUPPORT, 1), (3, SALES, 50), (4, SALES, 60)];
    assert_eq!(served_by_one(profile(rows), &calls, 100), [3, 4, 1, 2]);
}

#[test]
fn case_2_a_delayed_queue_of_equal_priority_competes_by_age_once_its_delay_is_over() {
    let rows = vec![voice(SALES, 1, 0), voice(SUPPORT, 1, 30)];
    // Support call 1 is the oldest, but only 29 s old at 29 s; at 30 s it is first.
    let calls = [(1, SUPPORT, 0), (2, SALES, 10)];
    assert_eq!(served_by_one(profile(rows.clone()), &calls, 29), [2]);
    assert_eq!(served_by_one(profile(rows), &calls, 30), [1, 2]);
}

#[test]
fn case_3_higher_priorities_first_and_delays_hold() {
    let rows = || vec![voice(1, 1, 0), voice(2, 1, 0), voice(3, 2, 20), voice(4, 3, 80)];
    // Tier 1 and tier 2 are equal: by age. Then tier 3, then tier 4 although it waited longest.
    let calls = [(4, 4, 0), (3, 3, 10), (2, 2, 20), (1, 1, 30)];
    assert_eq!(served_by_one(profile(rows()), &calls, 100), [2, 1, 3, 4]);
    // Tier 3 contacts are taken from 20 s on, tier 4 contacts from 80 s on.
    assert_eq!(served_by_one(profile(rows()), &[(3, 3, 0)], 19), Vec::<u128>::new());
    assert_eq!(served_by_one(profile(rows()), &[(3, 3, 0)], 20), [3]);
    assert_eq!(served_by_one(profile(rows()), &[(4, 4, 0)], 79), Vec::<u128>::new());
    assert_eq!(served_by_one(profile(rows()), &[(4, 4, 0)], 80), [4]);
}

#[test]
fn case_3_a_younger_contact_of_higher_priority_holds_back_in_strict_profiles_only() {
    let rows = || vec![voice(3, 2, 20), voice(4, 3, 80)];
    // At 90 s the tier 4 contact has waited 90 s, the tier 3 contact 10 s of its 20.
    let calls = [(4, 4, 0), (3, 3, 80)];
    assert_eq!(served_by_one(profile(rows()), &calls, 90), [4]);
    let strict = || Profile { strict_priority_includes_delayed: true, ..profile(rows()) };
    assert_eq!(served_by_one(strict(), &calls, 90), Vec::<u128>::new());
    assert_eq!(served_by_one(strict(), &calls, 100), [3, 4]);
}

#[test]
fn case_4_equal_queues_give_their_oldest_contact_to_the_longest_available_agent() {
    let mut router = Router::new();
    router.put_profile(profile_id(1), profile(vec![voice(SALES, 1, 0), voice(SUPPORT, 1, 0)]));
    for (number, queue_number, enqueued_s) in [(1, SALES, 12), (2, SUPPORT, 10), (3, SALES, 11)] {
        router.enqueue(contact(number), call(queue(queue_number), enqueued_s)).expect("a new contact");
    }
    for (number, since) in [(1, 8), (2, 5), (3, 9)] {
        router.put_agent(user(number), agent(1, since));
    }
    assert_eq!(decide(&mut router, at(20)), [(2, 2), (3, 1), (1, 3)]);
}

#[test]
fn case_5_a_delay_reserves_the_second_group_and_then_both_compete() {
    const SAVINGS: u128 = 7;
    let mut router = Router::new();
    router.put_profile(profile_id(1), profile(vec![voice(SAVINGS, 1, 0)]));
    router.put_profile(profile_id(2), profile(vec![voice(SAVINGS, 1, 15)]));
    // The senior has been idle longer; the first call goes to the savings agent all the same.
    router.put_agent(user(1), agent(1, 50));
    router.put_agent(user(2), agent(2, 0));
    router.enqueue(contact(1), call(queue(SAVINGS), 100)).expect("a new contact");
    router.enqueue(contact(2), call(queue(SAVINGS), 101)).expect("a new contact");
    assert_eq!(decide(&mut router, at(101)), [(1, 1)]);
    assert_eq!(decide(&mut router, at(115)), [], "14 s is not 15 s");
    assert_eq!(decide(&mut router, at(116)), [(2, 2)]);
    // After 15 s the longest available agent of both groups gets the call.
    router.accept(contact(1), at(117));
    router.accept(contact(2), at(117));
    router.enqueue(contact(3), call(queue(SAVINGS), 117)).expect("a new contact");
    for (number, since) in [(2, 120), (1, 130)] {
        free(&mut router, number, Channel::Voice, at(since));
    }
    assert_eq!(decide(&mut router, at(132)), [(3, 2)]);
}

#[test]
fn a_delay_is_over_at_its_second_and_the_router_wakes_for_it() {
    let mut router = one_agent(profile(vec![voice(SUPPORT, 1, 30)]));
    router.enqueue(contact(1), call(queue(SUPPORT), 100)).expect("a new contact");
    assert_eq!(decide(&mut router, at(129)), []);
    assert_eq!(router.wake_at().map(|(moment, _)| moment), Some(at(130)));
    let assignment = router.next(at(130)).expect("the delay is over");
    assert_eq!(assignment.explanation.rule, Rule::Row { priority: 1, delay_ms: 30_000 });
    assert_eq!(assignment.explanation.waited_ms, 30_000);
    assert_eq!(router.wake_at(), None);
}

#[test]
fn a_contact_that_leaves_takes_its_timer_along() {
    let mut router = one_agent(profile(vec![voice(SUPPORT, 1, 30)]));
    router.enqueue(contact(1), call(queue(SUPPORT), 100)).expect("a new contact");
    router.enqueue(contact(2), call(queue(SUPPORT), 105)).expect("a new contact");
    router.remove(contact(1));
    assert_eq!(router.wake_at().map(|(moment, _)| moment), Some(at(135)));
    router.remove(contact(2));
    assert_eq!(router.wake_at(), None);
}

#[test]
fn contact_priority_and_age_adjustment_order_a_queue() {
    let serve = |changes: &[(u128, Change)]| {
        let mut router = one_agent(profile(vec![voice(SALES, 1, 0), voice(SUPPORT, 1, 0)]));
        router.remove_agent(user(1));
        for (number, queue_number) in [(1, SALES), (2, SALES), (3, SUPPORT)] {
            router
                .enqueue(contact(number), call(queue(queue_number), 10 * number as i64))
                .expect("a new contact");
        }
        for (number, change) in changes {
            router.update(contact(*number), change.clone(), at(60)).expect("a waiting contact");
        }
        let mut order = Vec::new();
        for number in 1..=3 {
            router.put_agent(user(number), agent(1, 50));
            order.extend(decide(&mut router, at(60)).into_iter().map(|(contact, _)| contact));
        }
        order
    };
    assert_eq!(serve(&[]), [1, 2, 3]);
    // Priority goes before age, also across queues of equal queue priority.
    assert_eq!(serve(&[(2, Change::Priority(1)), (3, Change::Priority(2))]), [2, 3, 1]);
    // 15 s more make the contact of 20 s look like one of 5 s; 30 s less send the first to the end.
    assert_eq!(serve(&[(2, Change::AgeAdjustment(15_000))]), [2, 1, 3]);
    assert_eq!(serve(&[(1, Change::AgeAdjustment(-30_000))]), [2, 3, 1]);
    assert_eq!(serve(&[(3, Change::Priority(9)), (1, Change::AgeAdjustment(i64::MIN))]), [2, 1, 3]);
}

#[test]
fn an_age_adjustment_does_not_shorten_a_delay() {
    let mut router = one_agent(profile(vec![voice(SUPPORT, 1, 30)]));
    let older = Waiting { age_adjustment_ms: 600_000, ..call(queue(SUPPORT), 100) };
    router.enqueue(contact(1), older).expect("a new contact");
    assert_eq!(decide(&mut router, at(129)), []);
    assert_eq!(decide(&mut router, at(130)), [(1, 1)]);
}

#[test]
fn a_transferred_contact_overtakes_by_its_original_arrival() {
    let mut router = one_agent(profile(vec![voice(SALES, 1, 0)]));
    router.remove_agent(user(1));
    router.enqueue(contact(1), call(queue(SALES), 100)).expect("a new contact");
    let transferred = Waiting { ranked_from: at(40), ..call(queue(SALES), 120) };
    router.enqueue(contact(2), transferred).expect("a new contact");
    assert_eq!((router.position(contact(2)), router.position(contact(1))), (Some(1), Some(2)));
    router.put_agent(user(1), agent(1, 0));
    let offer = router.next(at(130)).expect("an offer");
    assert_eq!((offer.contact, offer.explanation.effective_age_ms), (contact(2), 90_000));
    assert_eq!(offer.explanation.waited_ms, 10_000);
}

#[test]
fn ties_go_to_the_first_to_come_and_to_the_smaller_id() {
    let mut router = Router::new();
    router.put_profile(profile_id(1), profile(vec![voice(SALES, 1, 0)]));
    for number in [9, 5, 7] {
        router.put_agent(user(number), agent(1, 0));
    }
    for number in [3, 1, 2] {
        router.enqueue(contact(number), call(queue(SALES), 10)).expect("a new contact");
    }
    assert_eq!(decide(&mut router, at(10)), [(3, 5), (1, 7), (2, 9)]);
}

/// Ten agents; Joe is third and makes an outbound call. Where he comes back is what the engine says he is available
/// since: the end of the call by default, the earlier moment if outbound calls keep the place.
#[test]
fn an_outbound_call_sends_an_agent_to_the_end_or_keeps_the_place() {
    for (joe_since, expected) in [(200, 10), (3, 3)] {
        let mut router = Router::new();
        router.put_profile(profile_id(1), profile(vec![voice(SALES, 1, 0)]));
        for number in 1..=10 {
            router.put_agent(user(number), agent(1, number as i64));
        }
        router.put_agent(user(3), routing::Agent { load: [1, 0, 0], ..agent(1, 3) });
        router.put_agent(user(3), agent(1, joe_since));
        for number in 1..=10 {
            router.enqueue(contact(number), call(queue(SALES), 300)).expect("a new contact");
        }
        let order = decide(&mut router, at(300));
        assert_eq!(order.iter().position(|&(_, agent)| agent == 3), Some(expected - 1));
    }
}

#[test]
fn an_own_queue_comes_first_and_is_for_its_agent_only() {
    let mut router = Router::new();
    router.put_profile(profile_id(1), profile(vec![voice(SALES, 1, 0)]));
    router.put_agent(user(1), agent(1, 0));
    router.enqueue(contact(1), Waiting { priority: 1, ..call(queue(SALES), 1) }).expect("a new contact");
    router.enqueue(contact(2), call(QueueRef::Agent(user(2)), 2)).expect("a new contact");
    router
        .enqueue(contact(3), Waiting { priority: 9, ..call(QueueRef::Agent(user(2)), 3) })
        .expect("a new contact");
    assert_eq!(
        decide(&mut router, at(10)),
        [(1, 1)],
        "the call for agent 2 waits, although agent 1 came first"
    );
    router.enqueue(contact(4), Waiting { priority: 1, ..call(queue(SALES), 0) }).expect("a new contact");
    router.put_agent(user(2), agent(1, 5));
    let offer = router.next(at(10)).expect("an offer");
    assert_eq!((offer.contact, offer.explanation.rule), (contact(2), Rule::OwnQueue));
}

#[test]
fn a_disabled_queue_is_still_served() {
    // Disabling is a matter of admission (see capacity): contacts in the queue are offered as before.
    let mut router = Router::new();
    router.put_profile(profile_id(1), profile(vec![voice(SALES, 1, 0)]));
    router.enqueue(contact(1), call(queue(SALES), 0)).expect("a new contact");
    router.put_agent(user(1), agent(1, 0));
    assert_eq!(decide(&mut router, at(1)), [(1, 1)]);
}
