//! The driver with real WebRTC clients on the loopback address.

mod phone;
mod service;

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use contacts::call::{CallEvent, KeyRules};
use media::codec::Codec;
use model::{ContactId, InstanceId, ParticipantId};
use telephony::driver::{Command, Driver, DriverOptions, InstanceEvent, Owner};
use telephony::rtc::OfferError;
use telephony::sound::{Clip, Playlist};
use telephony::turn::credentials::Secret;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use uuid::Uuid;

use phone::{Phone, SOON, sine};

struct World {
    runtime: Runtime,
    driver: Driver,
    events: mpsc::Receiver<InstanceEvent>,
}

fn id(number: u128) -> ParticipantId {
    ParticipantId::from_u128(number)
}

impl World {
    fn new(legs: usize) -> Self {
        let loopback: SocketAddr = "127.0.0.1:0".parse().expect("an address");
        let options = DriverOptions {
            media: vec![loopback],
            advertised: Vec::new(),
            turn: vec![loopback],
            legs,
            secret: Secret::new(b"a secret"),
        };
        let (driver, events) = Driver::start(options).expect("starts");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { runtime, driver, events }
    }

    fn offer(&self, party: ParticipantId, sdp: String) -> Result<String, OfferError> {
        let owner = Owner { instance: InstanceId::from_u128(9), party, answered: true };
        self.runtime.block_on(self.driver.offer(owner, sdp)).map(|answer| {
            assert_eq!(answer.candidates.len(), 1);
            assert!(answer.candidates[0].contains("127.0.0.1"), "{answer:?}");
            for needed in ["a=ice-lite", "a=rtcp-mux", "a=fingerprint:sha-256 ", "a=sendrecv"] {
                assert!(answer.sdp.contains(needed), "{needed}: {answer:?}");
            }
            // Clients take these words for signs of another media path.
            assert!(!answer.sdp.contains("AmazonConnect") && !answer.sdp.contains("silenceSupp"));
            answer.sdp
        })
    }

    /// A client whose sound flows.
    fn phone(&mut self, party: ParticipantId, codec: Codec) -> Phone {
        let (mut phone, offer) = Phone::new(codec);
        phone.answered(&self.offer(party, offer).expect("an answer"));
        phone.until("connected", |phone| phone.up);
        phone
    }

    /// The next event, while these clients go on.
    fn event(&mut self, phones: &mut [&mut Phone]) -> CallEvent {
        let deadline = std::time::Instant::now() + SOON;
        loop {
            if let Ok((instance, event)) = self.events.try_recv() {
                assert_eq!(instance, InstanceId::from_u128(9));
                return event;
            }
            assert!(std::time::Instant::now() < deadline, "no event");
            for phone in &mut *phones {
                phone.run(Duration::from_millis(4));
            }
        }
    }

    fn tell(&self, command: Command) {
        self.driver.command(command).expect("takes it");
    }

    fn mix(&self, hears: &[(u128, u128)]) {
        let hears = hears.iter().map(|(one, other)| (id(*one), vec![id(*other)])).collect();
        self.tell(Command::Mix { room: ContactId::from_u128(1), hears });
    }
}

/// Lets several clients go on together.
fn together(phones: &mut [&mut Phone], time: Duration) {
    let end = std::time::Instant::now() + time;
    while std::time::Instant::now() < end {
        for phone in &mut *phones {
            phone.run(Duration::from_millis(4));
        }
    }
}

fn clip(hertz: f64, millis: usize) -> Playlist {
    let samples: Vec<i16> = (0..16 * millis).map(|at| sine(hertz, at)).collect();
    Arc::new(Clip::new(&samples, 16_000).expect("a right rate")).into()
}

#[test]
fn two_browsers_hear_each_other_when_they_are_mixed_and_not_before() {
    for (first, second) in [(Codec::Opus, Codec::Pcmu), (Codec::Pcma, Codec::Opus)] {
        let mut world = World::new(10);
        let (_, offer) = Phone::new(Codec::Opus);
        assert!(world.offer(id(1), offer).is_ok_and(|sdp| sdp.contains("opus/48000/2")));
        let (mut one, mut two) = (world.phone(id(1), first), world.phone(id(2), second));
        assert_eq!(world.driver.legs(), 2);
        for party in [id(1), id(2)] {
            assert_eq!(world.event(&mut [&mut one, &mut two]), CallEvent::Connected { party });
        }
        (one.tone, two.tone) = (Some(440.0), Some(1_000.0));
        together(&mut [&mut one, &mut two], Duration::from_millis(800));
        assert!(one.hears(1_000.0) < 100.0 && two.hears(440.0) < 100.0, "not mixed yet");
        world.mix(&[(1, 2), (2, 1)]);
        together(&mut [&mut one, &mut two], Duration::from_millis(1_500));
        for (phone, other, own) in [(&one, 1_000.0, 440.0), (&two, 440.0, 1_000.0)] {
            assert!(phone.hears(other) > 3_000.0, "{first:?} {second:?}: {}", phone.hears(other));
            assert!(phone.hears(own) < 300.0, "nobody hears themselves: {}", phone.hears(own));
        }
        world.tell(Command::HangUp(id(1)));
        one.until("ended", |phone| phone.closed);
        together(&mut [&mut two], Duration::from_millis(800));
        assert!(two.hears(440.0) < 100.0);
        assert_eq!(world.driver.legs(), 1);
    }
}

#[test]
fn a_prompt_is_heard_and_keys_are_gathered() {
    for codec in [Codec::Opus, Codec::Pcmu] {
        let mut world = World::new(10);
        let mut phone = world.phone(id(1), codec);
        assert_eq!(world.event(&mut [&mut phone]), CallEvent::Connected { party: id(1) });
        let play = Uuid::from_u128(5);
        world.tell(Command::Play { party: id(1), play, list: clip(700.0, 900), repeat: false });
        phone.until("a tone", |phone| phone.hears(700.0) > 3_000.0);
        let over = CallEvent::Played { play, party: id(1), error: None };
        assert_eq!(world.event(&mut [&mut phone]), over);

        let gather = Uuid::from_u128(6);
        let keys = KeyRules {
            first_ms: 20_000,
            between_ms: 20_000,
            most: 9,
            terminator: "#".to_owned(),
            cancel_key: true,
        };
        let list = clip(900.0, 60_000);
        world.tell(Command::Gather { party: id(1), gather, list, keys, error: None });
        phone.until("the prompt", |phone| phone.hears(900.0) > 3_000.0);
        for key in "42#".chars() {
            phone.press(key);
            phone.run(Duration::from_millis(200));
        }
        let keys = "42".to_owned();
        let expected = CallEvent::Gathered { gather, party: id(1), keys, timed_out: false, error: None };
        assert_eq!(world.event(&mut [&mut phone]), expected);
        phone.run(Duration::from_millis(800));
        assert!(phone.hears(900.0) < 100.0, "the first key has stopped the prompt");
    }
}

#[test]
fn another_offer_of_a_party_replaces_its_leg() {
    let mut world = World::new(1);
    let mut before = world.phone(id(1), Codec::Opus);
    assert_eq!(world.event(&mut [&mut before]), CallEvent::Connected { party: id(1) });
    let play = Uuid::from_u128(5);
    world.tell(Command::Play { party: id(1), play, list: clip(700.0, 500), repeat: true });
    before.until("music", |phone| phone.hears(700.0) > 3_000.0);
    let mut after = world.phone(id(1), Codec::Pcmu);
    after.until("the same music", |phone| phone.hears(700.0) > 3_000.0);
    before.until("ended", |phone| phone.closed);
    assert_eq!(world.driver.legs(), 1);
    after.run(Duration::from_millis(200));
    assert!(world.events.try_recv().is_err(), "to the core nothing has changed");
}

#[test]
fn a_browser_that_is_gone_is_told_of() {
    let mut world = World::new(10);
    let (mut stays, leaves) = (world.phone(id(1), Codec::Opus), world.phone(id(2), Codec::Opus));
    for party in [id(1), id(2)] {
        assert_eq!(world.event(&mut [&mut stays]), CallEvent::Connected { party });
    }
    drop(leaves);
    assert_eq!(world.event(&mut [&mut stays]), CallEvent::HungUp { party: id(2), lost: true });
    assert_eq!(world.driver.legs(), 1);
    // Whoever comes back is connected anew.
    let mut back = world.phone(id(2), Codec::Opus);
    assert_eq!(world.event(&mut [&mut stays, &mut back]), CallEvent::Connected { party: id(2) });
}

#[test]
fn noise_on_the_ports_does_not_reach_a_call() {
    let mut world = World::new(10);
    let mut phone = world.phone(id(1), Codec::Opus);
    let play = Uuid::from_u128(5);
    world.tell(Command::Play { party: id(1), play, list: clip(700.0, 500), repeat: true });
    phone.until("music", |phone| phone.hears(700.0) > 3_000.0);
    let noise = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let targets = [world.driver.candidates()[0], world.driver.turn_addresses()[0]];
    let mut seed: u32 = 1;
    let mut random = move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as u8
    };
    // Beginnings of a check, an allocation, channel data, RTP, RTCP and DTLS, and what is none of them.
    let heads: [&[u8]; 7] = [
        &[0, 1, 0, 24, 0x21, 0x12, 0xa4, 0x42],
        &[0, 3, 0, 40, 0x21, 0x12, 0xa4, 0x42],
        &[0x40, 0, 0, 9],
        &[0x80, 111],
        &[0x80, 200],
        &[22, 254, 253],
        &[],
    ];
    for number in 0..10_000_usize {
        let length = usize::from(random());
        let mut bytes = heads[number % heads.len()].to_vec();
        bytes.extend((0..length).map(|_| random()));
        // A full buffer of the system is as good as sent.
        let _ = noise.send_to(&bytes, targets[number % 2]);
        if number % 500 == 0 {
            phone.run(Duration::from_millis(20));
        }
    }
    phone.run(Duration::from_millis(800));
    assert!(phone.hears(700.0) > 3_000.0, "{}", phone.hears(700.0));
    assert_eq!(world.driver.legs(), 1);
    assert_eq!(world.event(&mut [&mut phone]), CallEvent::Connected { party: id(1) });
    assert!(world.events.try_recv().is_err());
}

#[test]
fn offers_that_cannot_be_followed_are_refused() {
    let world = World::new(1);
    assert!(matches!(world.offer(id(1), "v=0".to_owned()), Err(OfferError::Sdp(_))));
    let long = "a".repeat(70_000);
    assert!(matches!(world.offer(id(1), long), Err(OfferError::Sdp(_))));
    let (_, offer) = Phone::new(Codec::Opus);
    let one_way = offer.replace("a=sendrecv", "a=recvonly");
    assert_eq!(world.offer(id(1), one_way), Err(OfferError::NoAudio));
    let strange = offer.replace("opus/48000/2", "speex/16000");
    assert_eq!(world.offer(id(1), strange), Err(OfferError::NoCodec));
    assert_eq!(world.driver.legs(), 0);
    // Two meanings of one payload number: the library does not survive it.
    let number =
        offer.split_once("a=rtpmap:").and_then(|(_, rest)| rest.split_once(' ')).expect("a number").0;
    let twice = format!("{offer}a=rtpmap:{number} telephone-event/8000\r\n");
    assert!(matches!(world.offer(id(1), twice), Err(OfferError::Sdp(_))));
    assert_eq!(world.driver.legs(), 0);
    assert!(world.offer(id(1), offer.clone()).is_ok());
    assert_eq!(world.offer(id(2), offer), Err(OfferError::Busy));
}

#[test]
fn a_driver_that_has_ended_says_so() {
    let mut world = World::new(1);
    world.tell(Command::End);
    assert!(world.runtime.block_on(world.events.recv()).is_none(), "nothing comes any more");
    let (_, offer) = Phone::new(Codec::Opus);
    assert_eq!(world.offer(id(1), offer), Err(OfferError::Stopped));
    assert!(world.driver.command(Command::HangUp(id(1))).is_err());
}
