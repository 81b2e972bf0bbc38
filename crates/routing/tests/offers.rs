//! Offers and places: contacts keep their place until accepted, and every wrong request is answered by name.

mod support;

use model::Channel;
use routing::{Agent, Change, Obstacle, Presence, Profile, QueueRef, Router, RoutingError, Rule, Waiting};
use support::*;

fn one_queue() -> Router {
    let mut router = Router::new();
    router.put_profile(profile_id(1), profile(vec![voice(1, 1, 0), row(1, Channel::Chat, 1, 0)]));
    router
}

#[test]
fn an_offered_contact_stays_in_queue_until_accepted() {
    let mut router = one_queue();
    router.put_agent(user(1), agent(1, 0));
    router.enqueue(contact(1), call(queue(1), 10)).expect("a new contact");
    router.enqueue(contact(2), call(queue(1), 20)).expect("a new contact");
    assert_eq!(decide(&mut router, at(30)), [(1, 1)]);
    assert_eq!(router.offered_to(contact(1)), Some(user(1)));
    assert_eq!(router.queue_size(queue(1), None), 2);
    assert_eq!(router.oldest_age_ms(queue(1), None, at(30)), 20_000);
    router.accept(contact(1), at(31)).expect("an offered contact");
    assert_eq!(router.queue_size(queue(1), None), 1);
    assert_eq!(router.position(contact(2)), Some(1));
}

#[test]
fn a_missed_contact_keeps_its_place_and_goes_to_the_next_agent() {
    let mut router = one_queue();
    router.put_agent(user(1), agent(1, 0));
    router.enqueue(contact(1), call(queue(1), 10)).expect("a new contact");
    router.enqueue(contact(2), call(queue(1), 20)).expect("a new contact");
    assert_eq!(decide(&mut router, at(30)), [(1, 1)]);
    let missed = Agent { in_error: true, load: [1, 0, 0], ..agent(1, 0) };
    router.put_agent(user(1), missed);
    router.withdraw_offer(contact(1)).expect("an offer");
    assert_eq!(decide(&mut router, at(50)), [], "the agent who missed it is not asked again");
    router.put_agent(user(2), agent(1, 40));
    assert_eq!(decide(&mut router, at(50)), [(1, 2)]);
    // Back from missed, the first agent gets the second contact.
    router.put_agent(user(1), agent(1, 55));
    assert_eq!(decide(&mut router, at(55)), [(2, 1)]);
}

#[test]
fn wrong_requests_are_answered_by_name() {
    let mut router = one_queue();
    router.enqueue(contact(1), call(queue(1), 10)).expect("a new contact");
    let again = router.enqueue(contact(1), call(queue(2), 20));
    assert_eq!(again, Err(RoutingError::AlreadyWaiting(contact(1))));
    assert_eq!(router.withdraw_offer(contact(1)), Err(RoutingError::NotOffered(contact(1))));
    router.offer(contact(1), user(7)).expect("a waiting contact");
    let twice = router.offer(contact(1), user(8));
    assert_eq!(twice, Err(RoutingError::AlreadyOffered(contact(1), user(7))));
    let unknown = Err(RoutingError::NotWaiting(contact(9)));
    assert_eq!(router.offer(contact(9), user(1)), unknown);
    assert_eq!(router.withdraw_offer(contact(9)), unknown);
    assert_eq!(
        router.update(contact(9), Change::Priority(1), at(1)),
        Err(RoutingError::NotWaiting(contact(9)))
    );
    assert_eq!((router.remove(contact(9)), router.accept(contact(9), at(1))), (None, None));
    assert_eq!((router.position(contact(9)), router.explain(contact(9), at(1))), (None, None));
}

#[test]
fn an_offer_made_before_a_restart_is_restored() {
    let mut router = one_queue();
    router.enqueue(contact(1), call(queue(1), 10)).expect("a new contact");
    router.offer(contact(1), user(1)).expect("a waiting contact");
    router.put_agent(user(1), Agent { load: [1, 0, 0], ..agent(1, 0) });
    router.put_agent(user(2), agent(1, 5));
    assert_eq!(decide(&mut router, at(20)), [], "the contact is offered to agent 1");
    router.withdraw_offer(contact(1)).expect("an offer");
    assert_eq!(decide(&mut router, at(20)), [(1, 2)]);
}

#[test]
fn time_does_not_run_backwards() {
    let mut router = Router::new();
    router.put_profile(profile_id(1), profile(vec![voice(1, 1, 10)]));
    router.enqueue(contact(1), call(queue(1), 0)).expect("a new contact");
    router.advance(at(10));
    router.put_agent(user(1), agent(1, 0));
    assert_eq!(decide(&mut router, at(5)), [(1, 1)]);
}

#[test]
fn profiles_and_agents_may_come_in_any_order() {
    let mut router = Router::new();
    router.put_agent(user(1), agent(1, 0));
    router.enqueue(contact(1), call(queue(1), 0)).expect("a new contact");
    router.enqueue(contact(2), call(QueueRef::Agent(user(1)), 0)).expect("a new contact");
    assert_eq!(decide(&mut router, at(1)), []);
    let report = router.explain(contact(2), at(1)).expect("a waiting contact");
    assert_eq!(report.agents[0].obstacles, [Obstacle::NoProfile]);
    router.put_profile(profile_id(1), Profile { max: [2, 0, 0], ..profile(vec![voice(1, 1, 0)]) });
    assert_eq!(decide(&mut router, at(1)), [(2, 1), (1, 1)]);
    // Without its profile an agent is offered nothing, and an agent who moves gets the rows of the new profile.
    router.remove_profile(profile_id(1));
    router.put_agent(user(2), agent(1, 0));
    router.enqueue(contact(3), call(queue(2), 0)).expect("a new contact");
    assert_eq!(decide(&mut router, at(1)), []);
    router.put_profile(profile_id(2), profile(vec![voice(2, 1, 0)]));
    router.put_agent(user(2), agent(2, 0));
    assert_eq!(decide(&mut router, at(1)), [(3, 2)]);
}

#[test]
fn counts_agents_and_contacts() {
    let mut router = one_queue();
    router.put_profile(profile_id(2), profile(vec![voice(2, 1, 0)]));
    let with = |presence, load: [u32; 3]| Agent { presence, load, ..agent(1, 0) };
    router.put_agent(user(1), with(Presence::Routable, [0, 0, 0]));
    router.put_agent(user(2), with(Presence::Routable, [1, 0, 0]));
    router.put_agent(user(3), with(Presence::Routable, [1, 1, 0]));
    router.put_agent(user(4), with(Presence::NotRoutable, [0, 0, 0]));
    router.put_agent(user(5), with(Presence::Offline, [0, 0, 0]));
    router.put_agent(user(6), Agent { in_error: true, ..with(Presence::Routable, [1, 0, 0]) });
    router.put_agent(user(7), agent(2, 0));
    let counts = |queue, channel| {
        let figures = [Router::agents_online, Router::agents_staffed, Router::agents_available];
        figures.map(|figure| figure(&router, queue, channel))
    };
    assert_eq!(counts(queue(1), None), [5, 4, 2]);
    assert_eq!(counts(queue(1), Some(Channel::Voice)), [5, 4, 1]);
    assert_eq!(counts(queue(1), Some(Channel::Chat)), [5, 4, 2]);
    assert_eq!(counts(queue(1), Some(Channel::Task)), [0, 0, 0], "no row for tasks");
    assert_eq!(counts(queue(2), None), [1, 1, 1]);
    assert_eq!(counts(queue(3), None), [0, 0, 0]);
    assert_eq!(counts(QueueRef::Agent(user(2)), Some(Channel::Voice)), [1, 1, 0]);
    assert_eq!(counts(QueueRef::Agent(user(2)), None), [1, 1, 1]);
    assert_eq!(counts(QueueRef::Agent(user(4)), None), [1, 0, 0]);
    assert_eq!(counts(QueueRef::Agent(user(9)), None), [0, 0, 0]);
    assert_eq!(router.staffing(queue(1), None).idle, 1);
    assert_eq!(router.oldest_age_ms(queue(1), None, at(5)), 0, "an empty queue has no age");
}

#[test]
fn lists_a_queue_in_the_order_of_service() {
    let mut router = Router::new();
    for (number, channel, enqueued_s, priority) in [
        (1, Channel::Voice, 10, 5),
        (2, Channel::Chat, 5, 5),
        (3, Channel::Voice, 20, 1),
        (4, Channel::Task, 7, 5),
        (5, Channel::Voice, 6, 9),
    ] {
        let waiting = Waiting { priority, ..Waiting::new(queue(1), channel, at(enqueued_s)) };
        router.enqueue(contact(number), waiting).expect("a new contact");
    }
    let order = |channel| router.waiting(queue(1), channel).map(|(id, _)| id.0.as_u128()).collect::<Vec<_>>();
    assert_eq!(order(None), [3, 2, 4, 1, 5]);
    assert_eq!(order(Some(Channel::Voice)), [3, 1, 5]);
    assert_eq!(router.position(contact(5)), Some(3));
    assert_eq!(router.queue_size(queue(1), Some(Channel::Voice)), 3);
    assert_eq!(router.oldest_age_ms(queue(1), Some(Channel::Voice), at(30)), 24_000);
    assert_eq!(router.contacts().count(), 5);
}

#[test]
fn explains_what_stands_in_the_way() {
    let mut router = Router::new();
    let rows = vec![voice(1, 2, 30)];
    router.put_profile(
        profile_id(1),
        Profile { max: [1, 1, 0], cross_channel: [ALONE; 3], rows, ..profile(vec![]) },
    );
    router.put_profile(profile_id(2), Profile { max: [0, 1, 0], ..profile(vec![voice(1, 1, 0)]) });
    router.enqueue(contact(1), call(queue(1), 100)).expect("a new contact");
    router.put_agent(user(1), agent(1, 0));
    router.put_agent(user(2), Agent { load: [1, 1, 0], ..agent(1, 1) });
    router.put_agent(user(3), Agent { presence: Presence::NotRoutable, in_error: true, ..agent(1, 2) });
    router.put_agent(user(4), agent(2, 3));
    router.put_agent(user(5), agent(3, 4));
    assert_eq!(decide(&mut router, at(110)), []);
    let report = router.explain(contact(1), at(110)).expect("a waiting contact");
    assert_eq!((report.position, report.waited_ms, report.first_choice), (1, 10_000, None));
    let delay = Obstacle::Delay { remaining_ms: 20_000 };
    let found: Vec<_> =
        report.agents.iter().map(|agent| (agent.agent.0.as_u128(), agent.obstacles.as_slice())).collect();
    let expected: [(u128, &[Obstacle]); 4] = [
        (1, &[delay]),
        (2, &[Obstacle::AtLimit { max: 1 }, Obstacle::BusyAlone { channel: Channel::Chat }, delay]),
        (3, &[Obstacle::NotRoutable, Obstacle::InError, delay]),
        (4, &[Obstacle::ChannelOff]),
    ];
    assert_eq!(found, expected);
    assert_eq!(report.agents[0].rule, Rule::Row { priority: 2, delay_ms: 30_000 });
    assert_eq!(report.agents[0].available_ms, 110_000);
    // A look ahead, and the same decision when the time has come.
    assert_eq!(router.explain(contact(1), at(130)).and_then(|report| report.first_choice), Some(user(1)));
    let offer = router.next(at(130)).expect("an offer");
    assert_eq!(offer.agent, user(1));
    let shown = serde_json::to_value(&offer).expect("JSON");
    assert_eq!(shown["explanation"]["rule"]["ROW"]["delay_ms"], 30_000);
    let report = router.explain(contact(1), at(130)).expect("an offered contact");
    assert_eq!((report.offered_to, report.first_choice), (Some(user(1)), None));
    assert!(serde_json::to_value(&report).is_ok());
}
