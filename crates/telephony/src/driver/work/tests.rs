//! What a thread does that has met a bug, without the thread.

use std::collections::BTreeSet;

use mio::Waker;

use super::*;
use crate::driver::{DriverOptions, queues};
use crate::rtc::tests::leg;
use crate::turn::TurnRules;
use crate::turn::credentials::Secret;

fn work() -> (Work, mpsc::Receiver<InstanceEvent>) {
    let poll = Poll::new().expect("a poll");
    let waker = Waker::new(poll.registry(), WAKER).expect("a waker");
    let secret = Secret::new(b"a secret");
    let media = vec!["127.0.0.1:0".parse().expect("an address")];
    let (advertised, turn) = (Vec::new(), Vec::new());
    let options = DriverOptions { media, advertised, turn, legs: 2, secret: secret.clone() };
    let sockets = Sockets::open(&options, poll.registry()).expect("a port");
    let peers = BTreeSet::new();
    let rules = TurnRules { realm: "test".to_owned(), peers, allocations: 1, allocations_per_user: 1 };
    let turn = Turn::new(rules, secret, Instant::now());
    let (_, waiting) = queues::queues(Arc::new(waker));
    let (events, taken) = mpsc::channel(10);
    (Work::new(poll, sockets, turn, waiting, events, Arc::default(), 2), taken)
}

#[test]
fn a_driver_that_has_failed_tells_of_its_legs_and_takes_others() {
    let (mut work, mut events) = work();
    let owner = |number| Owner {
        instance: InstanceId::from_u128(number),
        party: ParticipantId::from_u128(number),
        answered: true,
    };
    for number in [1, 2] {
        assert_eq!(work.take_leg(owner(number), leg(), Instant::now()), Ok(()));
    }
    assert_eq!(work.take_leg(owner(3), leg(), Instant::now()), Err(OfferError::Busy));
    work.begin_anew();
    work.tell();
    let mut told = [events.try_recv().expect("an event"), events.try_recv().expect("another")];
    told.sort_by_key(|(instance, _)| *instance);
    let lost =
        |number| (owner(number).instance, CallEvent::HungUp { party: owner(number).party, lost: true });
    assert_eq!(told, [lost(1), lost(2)]);
    assert_eq!(work.legs.load(Ordering::Relaxed), 0);
    assert_eq!(work.take_leg(owner(3), leg(), Instant::now()), Ok(()));
    work.tick(Instant::now());
    assert!(events.try_recv().is_err() && work.parties.len() == 1);
}

#[test]
fn a_driver_that_was_held_up_has_not_lost_anybody() {
    let (mut work, mut events) = work();
    let party = ParticipantId::from_u128(1);
    let owner = Owner { instance: InstanceId::from_u128(9), party, answered: true };
    let start = Instant::now();
    assert_eq!(work.take_leg(owner, leg(), start), Ok(()));
    work.tick(start + Duration::from_secs(60));
    work.tell();
    assert!(events.try_recv().is_err(), "nobody was listened to in that minute");
    for tick in 0..40 * 50 {
        work.tick(start + Duration::from_secs(60) + TICK * tick);
    }
    work.tell();
    let told = events.try_recv().expect("an event");
    assert_eq!(told, (owner.instance, CallEvent::HungUp { party, lost: true }), "this minute counts");
}
