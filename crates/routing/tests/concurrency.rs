//! How many contacts an agent holds, and which beside which (spec 01 §10.6, 02 §11.4).

mod support;

use model::resource::RoutingProfile;
use model::{Channel, Timestamp};
use routing::{Agent, Presence, Profile, QueueRef, Router, Waiting};
use support::*;

const EVERYTHING: u128 = 1;

fn example() -> Profile {
    let rows = Channel::ALL.into_iter().map(|channel| row(EVERYTHING, channel, 1, 0)).collect();
    Profile { max: [1, 2, 1], cross_channel: [ALONE, ALONE, WITH_OTHERS], rows, ..Profile::default() }
}

/// One agent, and contacts that come and go.
struct Desk {
    router: Router,
    contacts: u128,
    now: Timestamp,
}

impl Desk {
    fn new(profile: Profile) -> Desk {
        let mut router = Router::new();
        router.put_profile(profile_id(1), profile);
        router.put_agent(user(1), agent(1, 0));
        Desk { router, contacts: 0, now: at(10) }
    }

    /// A contact comes; what is offered now.
    fn arrives(&mut self, channel: Channel) -> Vec<Channel> {
        self.contacts += 1;
        let waiting = Waiting::new(queue(EVERYTHING), channel, self.now);
        self.router.enqueue(contact(self.contacts), waiting).expect("a new contact");
        self.offered()
    }

    /// The agent closes a contact, after-contact work included; what is offered now.
    fn closes(&mut self, channel: Channel) -> Vec<Channel> {
        free(&mut self.router, 1, channel, self.now);
        self.offered()
    }

    fn offered(&mut self) -> Vec<Channel> {
        self.now = self.now + 1000;
        let offers: Vec<_> = std::iter::from_fn(|| self.router.next(self.now)).collect();
        for offer in &offers {
            self.router.accept(offer.contact, self.now);
        }
        offers.into_iter().map(|offer| offer.channel).collect()
    }
}

#[test]
fn the_seven_steps_of_the_guide() {
    use Channel::{Chat, Task, Voice};
    let mut desk = Desk::new(example());
    assert_eq!(desk.arrives(Chat), [Chat]);
    assert_eq!(desk.arrives(Task), [], "1: a chat allows no other channel");
    assert_eq!(desk.arrives(Chat), [Chat], "2: two of two chats");
    assert_eq!(desk.closes(Chat), [], "3: one chat is still open");
    assert_eq!(desk.closes(Chat), [Task], "3: fully idle");
    assert_eq!(desk.arrives(Chat), [Chat], "4: a task allows others");
    assert_eq!(desk.arrives(Voice), [], "5: the chat forbids it, although the task allows it");
    assert_eq!(desk.closes(Chat), [Voice], "6: beside the task");
    assert_eq!(desk.arrives(Task), [], "7: voice forbids it and one task is the maximum");
    assert_eq!(desk.closes(Voice), [], "7: one task is still the maximum");
    assert_eq!(desk.closes(Task), [Task], "7: the first task is done");
}

#[test]
fn idle_only_gives_one_channel_at_a_time() {
    use Channel::{Chat, Task, Voice};
    let mut desk = Desk::new(Profile { cross_channel: [ALONE; 3], ..example() });
    assert_eq!(desk.arrives(Task), [Task]);
    assert_eq!(desk.arrives(Chat), []);
    assert_eq!(desk.arrives(Voice), []);
    assert_eq!(desk.closes(Task), [Chat], "the oldest");
    assert_eq!(desk.arrives(Chat), [Chat], "more of the same");
}

#[test]
fn only_agents_who_take_contacts_are_offered_any() {
    let cases = [
        (Presence::Routable, false, true),
        (Presence::Routable, true, false),
        (Presence::NotRoutable, false, false),
        (Presence::Offline, false, false),
    ];
    for (presence, in_error, expected) in cases {
        let mut router = Router::new();
        router.put_profile(profile_id(1), example());
        router.enqueue(contact(1), call(queue(EVERYTHING), 0)).expect("a new contact");
        router.put_agent(user(1), Agent { presence, in_error, ..agent(1, 0) });
        assert_eq!(router.next(at(1)).is_some(), expected, "{presence:?}, error {in_error}");
    }
}

#[test]
fn a_channel_must_be_on_in_the_profile_and_in_the_row() {
    for (max, rows, expected) in [
        ([1, 0, 0], vec![voice(EVERYTHING, 1, 0)], true),
        ([0, 1, 1], vec![voice(EVERYTHING, 1, 0)], false),
        ([1, 1, 1], vec![row(EVERYTHING, Channel::Chat, 1, 0)], false),
    ] {
        let mut router = Router::new();
        router.put_profile(profile_id(1), Profile { max, rows: rows.clone(), ..Profile::default() });
        router.put_agent(user(1), agent(1, 0));
        router.enqueue(contact(1), call(queue(EVERYTHING), 0)).expect("a new contact");
        assert_eq!(router.next(at(1)).is_some(), expected, "{max:?} {rows:?}");
        // An agent's own queue needs no row, but the channel.
        let mut router = Router::new();
        router.put_profile(profile_id(1), Profile { max, rows, ..Profile::default() });
        router.put_agent(user(1), agent(1, 0));
        router.enqueue(contact(1), call(QueueRef::Agent(user(1)), 0)).expect("a new contact");
        assert_eq!(router.next(at(1)).is_some(), max[0] > 0);
    }
}

#[test]
fn channels_of_a_queue_can_have_different_priorities() {
    let rows = vec![voice(1, 1, 0), row(1, Channel::Chat, 2, 0), row(2, Channel::Chat, 1, 0)];
    let mut router = Router::new();
    router.put_profile(profile_id(1), Profile { max: [1, 1, 0], rows, ..Profile::default() });
    router.enqueue(contact(1), Waiting::new(queue(1), Channel::Chat, at(1))).expect("a new contact");
    router.enqueue(contact(2), call(queue(1), 2)).expect("a new contact");
    router.enqueue(contact(3), Waiting::new(queue(2), Channel::Chat, at(3))).expect("a new contact");
    router.put_agent(user(1), agent(1, 0));
    assert_eq!(decide(&mut router, at(5)), [(2, 1)], "voice is alone by default");
    free(&mut router, 1, Channel::Voice, at(6));
    assert_eq!(decide(&mut router, at(6)), [(3, 1)], "priority 1 before the older chat of priority 2");
}

#[test]
fn an_agent_is_not_overloaded_before_the_engine_reports_the_new_load() {
    let mut router = Router::new();
    router.put_profile(profile_id(1), Profile { max: [0, 3, 0], ..example() });
    router.put_agent(user(1), agent(1, 0));
    for number in 1..=5 {
        let waiting = Waiting::new(queue(EVERYTHING), Channel::Chat, at(number as i64));
        router.enqueue(contact(number), waiting).expect("a new contact");
    }
    assert_eq!(decide(&mut router, at(9)), [(1, 1), (2, 1), (3, 1)]);
    assert_eq!(router.get_agent(user(1)).map(|agent| agent.load), Some([0, 3, 0]));
    // The engine's own report of the same load changes nothing.
    router.put_agent(user(1), Agent { load: [0, 3, 0], ..agent(1, 0) });
    assert_eq!(decide(&mut router, at(9)), []);
    // A lower maximum takes nothing away, and a higher one takes effect at once.
    router.put_profile(profile_id(1), Profile { max: [0, 1, 0], ..example() });
    assert_eq!(decide(&mut router, at(9)), []);
    router.put_profile(profile_id(1), Profile { max: [0, 5, 0], ..example() });
    assert_eq!(decide(&mut router, at(9)), [(4, 1), (5, 1)]);
}

#[test]
fn reads_the_resource() {
    let resource: RoutingProfile = serde_json::from_value(serde_json::json!({
        "RoutingProfileId": profile_id(1), "Name": "Support", "Description": "",
        "MediaConcurrencies": [
            {"Channel": "VOICE", "Concurrency": 1},
            {"Channel": "TASK", "Concurrency": 4, "CrossChannelBehavior": {"BehaviorType": "ROUTE_ANY_CHANNEL"}}
        ],
        "DefaultOutboundQueueId": queue_id(1),
        "QueueConfigs": [{"QueueId": queue_id(2), "Channel": "TASK", "Priority": 3, "Delay": 20}],
        "StrictPriorityIncludesDelayed": true,
        "LastModifiedTime": 0
    }))
    .expect("a valid resource");
    let expected = Profile {
        max: [1, 0, 4],
        cross_channel: [ALONE, ALONE, WITH_OTHERS],
        rows: vec![row(2, Channel::Task, 3, 20)],
        strict_priority_includes_delayed: true,
    };
    assert_eq!(Profile::from(&resource), expected);
}
