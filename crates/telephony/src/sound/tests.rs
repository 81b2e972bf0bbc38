//! Rooms and players, on packets without a network.

use std::collections::BTreeMap;
use std::sync::Arc;

use contacts::call::{CallEvent, KeyRules};
use media::MediaTime;
use media::codec::{Codec, Decoder, Encoder};
use media::dtmf::{Digit, event_payload};
use model::{ContactId, ParticipantId};
use uuid::Uuid;

use super::*;

const FORM: Form = Form { codec: Codec::Pcmu, payload_type: 0, events: Some(101), other_events: Some(102) };

/// A far end that says one tone and remembers what it hears.
struct Phone {
    party: ParticipantId,
    tone: f64,
    encoder: Encoder,
    decoder: Decoder,
    heard: Vec<i16>,
    digits: Vec<(u8, u32)>,
}

struct World {
    sound: Sound,
    phones: Vec<Phone>,
    frames: u32,
}

impl World {
    fn new(tones: &[f64]) -> Self {
        let mut sound = Sound::default();
        let phones = (1..).zip(tones).map(|(number, tone)| {
            let party = ParticipantId::from_u128(number);
            sound.join(party, FORM);
            Phone {
                party,
                tone: *tone,
                encoder: Encoder::new(Codec::Pcmu, RATE),
                decoder: Decoder::new(Codec::Pcmu, RATE),
                heard: Vec::new(),
                digits: Vec::new(),
            }
        });
        let phones = phones.collect();
        Self { sound, phones, frames: 0 }
    }

    fn now(&self) -> MediaTime {
        MediaTime::from_millis(u64::from(self.frames) * 20)
    }

    fn run(&mut self, frames: u32) -> Vec<CallEvent> {
        for phone in &mut self.phones {
            phone.heard.clear();
        }
        for _ in 0..frames {
            self.frames += 1;
            let now = self.now();
            for phone in &mut self.phones {
                if phone.tone == 0.0 {
                    continue;
                }
                let start = self.frames as usize * RATE.frame();
                let frame: Vec<i16> = (start..start + RATE.frame()).map(|at| sine(phone.tone, at)).collect();
                let mut payload = Vec::new();
                phone.encoder.encode(&frame, &mut payload);
                let packet = Arrived {
                    payload_type: 0,
                    sequence: self.frames as u16,
                    timestamp: self.frames * 160,
                    ssrc: 7,
                    payload: &payload,
                };
                self.sound.arrived(now, phone.party, packet);
            }
            let phones = &mut self.phones;
            self.sound.tick(now, |party, packet| {
                let Some(phone) = phones.iter_mut().find(|phone| phone.party == party) else { return };
                if packet.payload_type == 101 {
                    phone.digits.push((packet.payload[0], packet.timestamp));
                } else {
                    phone.decoder.decode(packet.payload, &mut phone.heard);
                }
            });
        }
        self.sound.take_events()
    }

    fn hears(&mut self, room: u128, table: &[(u128, &[u128])]) {
        let id = ParticipantId::from_u128;
        let table: BTreeMap<_, _> = table
            .iter()
            .map(|(one, others)| (id(*one), others.iter().map(|other| id(*other)).collect()))
            .collect();
        self.sound.mix(ContactId::from_u128(room), table);
    }

    /// Which of these tones each phone hears, after things have settled.
    fn heard(&mut self, tones: &[f64]) -> Vec<Vec<f64>> {
        self.run(25);
        self.run(25);
        let loud = |phone: &Phone, tone: f64| strength(&phone.heard, tone) > 500.0;
        self.phones
            .iter()
            .map(|phone| tones.iter().copied().filter(|tone| loud(phone, *tone)).collect())
            .collect()
    }
}

fn sine(hertz: f64, at: usize) -> i16 {
    let angle = std::f64::consts::TAU * hertz * at as f64 / f64::from(RATE.hertz());
    (angle.sin() * 6000.0) as i16
}

/// How strong a tone is in samples.
fn strength(samples: &[i16], hertz: f64) -> f64 {
    let step = std::f64::consts::TAU * hertz / f64::from(RATE.hertz());
    let (mut a, mut b) = (0.0, 0.0);
    for (at, sample) in samples.iter().enumerate() {
        a += f64::from(*sample) * (step * at as f64).cos();
        b += f64::from(*sample) * (step * at as f64).sin();
    }
    2.0 * (a * a + b * b).sqrt() / samples.len().max(1) as f64
}

fn clip(hertz: f64, millis: usize) -> Playlist {
    let samples: Vec<i16> = (0..RATE.hertz() as usize * millis / 1000).map(|at| sine(hertz, at)).collect();
    Arc::new(Clip::new(&samples, RATE.hertz()).expect("the rate of calls")).into()
}

fn rules(most: u32) -> KeyRules {
    KeyRules { first_ms: 500, between_ms: 500, most, terminator: "#".to_owned(), cancel_key: true }
}

#[test]
fn everybody_hears_exactly_whom_they_should() {
    let tones = [440.0, 700.0, 1100.0];
    let mut world = World::new(&tones);
    assert_eq!(world.heard(&tones), vec![Vec::<f64>::new(); 3]);
    world.hears(1, &[(1, &[2, 3]), (2, &[1, 3]), (3, &[1, 2])]);
    assert_eq!(world.heard(&tones), [vec![700.0, 1100.0], vec![440.0, 1100.0], vec![440.0, 700.0]]);
    // The third listens and is not heard.
    world.hears(1, &[(1, &[2]), (2, &[1]), (3, &[1, 2])]);
    assert_eq!(world.heard(&tones), [vec![700.0], vec![440.0], vec![440.0, 700.0]]);
    // Who is not named hears nobody.
    world.hears(1, &[(1, &[2, 1]), (2, &[1])]);
    assert_eq!(world.heard(&tones), [vec![700.0], vec![440.0], vec![]]);
    // Another room takes one away.
    world.hears(2, &[(2, &[3]), (3, &[2])]);
    world.hears(1, &[(1, &[])]);
    assert_eq!(world.heard(&tones), [vec![], vec![1100.0], vec![700.0]]);
}

#[test]
fn a_room_waits_for_a_leg_and_ends_with_the_last() {
    let mut world = World::new(&[440.0, 700.0]);
    let (one, two) = (ParticipantId::from_u128(1), ParticipantId::from_u128(2));
    world.sound.leave(two);
    world.hears(1, &[(1, &[2]), (2, &[1])]);
    assert_eq!(world.heard(&[440.0, 700.0]), vec![Vec::<f64>::new(); 2]);
    world.sound.join(two, FORM);
    assert_eq!(world.heard(&[440.0, 700.0]), [vec![700.0], vec![440.0]]);
    world.sound.leave(one);
    assert_eq!(world.sound.rooms(), 1);
    world.sound.leave(two);
    assert_eq!(world.sound.rooms(), 0);
    world.hears(9, &[(1, &[2])]);
    assert_eq!(world.sound.rooms(), 0, "a room nobody is in");
}

#[test]
fn what_is_played_is_heard_instead_of_others_once_or_on_and_on() {
    let mut world = World::new(&[440.0, 700.0]);
    let one = ParticipantId::from_u128(1);
    world.hears(1, &[(1, &[2]), (2, &[1])]);
    let play = Uuid::from_u128(5);
    world.sound.play(one, play, clip(1500.0, 400), false);
    let events = world.run(18);
    assert_eq!(events, []);
    assert!(strength(&world.phones[0].heard, 1500.0) > 3000.0);
    assert!(strength(&world.phones[0].heard, 700.0) < 100.0);
    assert_eq!(world.run(5), [CallEvent::Played { play, party: one, error: None }]);
    assert_eq!(world.heard(&[700.0, 1500.0])[0], [700.0]);

    world.sound.play(one, play, clip(1500.0, 90), true);
    assert_eq!(world.run(100), []);
    assert!(strength(&world.phones[0].heard, 1500.0) > 3000.0);
    world.sound.stop(one);
    assert_eq!(world.heard(&[700.0, 1500.0])[0], [700.0]);

    world.sound.play(one, play, Playlist::default(), false);
    assert_eq!(world.run(1), [CallEvent::Played { play, party: one, error: None }], "nothing to play");
    world.sound.play(one, play, Playlist::default(), true);
    assert_eq!(world.run(5), [], "silence on and on");
}

#[test]
fn keys_stop_the_prompt_and_are_gathered() {
    let mut world = World::new(&[0.0]);
    let one = ParticipantId::from_u128(1);
    let gather = Uuid::from_u128(6);
    world.sound.gather(one, gather, clip(1500.0, 10_000), rules(5), None);
    world.run(20);
    assert!(strength(&world.phones[0].heard, 1500.0) > 3000.0);
    let press = |world: &mut World, key: char, timestamp: u32| {
        let digit = Digit::try_from(key).expect("a key");
        for (number, ended) in [(0, false), (1, false), (2, true), (3, true)] {
            let payload = event_payload(digit, ended, 160 * (number + 1));
            let (sequence, now) = (1000 + number, world.now());
            let packet = Arrived { payload_type: 101, sequence, timestamp, ssrc: 7, payload: &payload };
            world.sound.arrived(now, one, packet);
        }
    };
    press(&mut world, '4', 10_000);
    assert_eq!(world.run(3), []);
    assert_eq!(world.run(10), []);
    assert!(strength(&world.phones[0].heard, 1500.0) < 100.0, "the first key stops the prompt");
    press(&mut world, '2', 20_000);
    let (now, payload) = (world.now(), event_payload(Digit::try_from('7').expect("a key"), false, 160));
    let packet = Arrived { payload_type: 102, sequence: 1010, timestamp: 25_000, ssrc: 7, payload: &payload };
    world.sound.arrived(now, one, packet);
    press(&mut world, '#', 30_000);
    let gathered = |keys: &str, timed_out, error| CallEvent::Gathered {
        gather,
        party: one,
        keys: keys.to_owned(),
        timed_out,
        error,
    };
    assert_eq!(world.run(1), [gathered("427", false, None)]);
    press(&mut world, '9', 40_000);
    assert_eq!(world.run(50), [], "nobody asks any more");

    world.sound.gather(one, gather, clip(1500.0, 100), rules(5), Some("no voice".to_owned()));
    assert_eq!(world.run(5), []);
    assert_eq!(world.run(26), [gathered("", true, Some("no voice".to_owned()))]);
    world.sound.gather(one, gather, Playlist::default(), rules(1), None);
    let now = world.now();
    world.sound.key(now, one, '7');
    assert_eq!(world.run(1), [gathered("7", false, None)]);
}

#[test]
fn digits_are_sent_as_events() {
    let mut world = World::new(&[0.0]);
    world.sound.send_digits(ParticipantId::from_u128(1), "1x,#");
    world.run(80);
    let mut sent = world.phones[0].digits.clone();
    sent.dedup();
    let keys: Vec<u8> = sent.iter().map(|(key, _)| *key).collect();
    assert_eq!(keys, [1, 11]);
    assert!(sent[1].1 - sent[0].1 > 8 * 750, "a comma is a pause");
}

#[test]
fn a_leg_that_comes_again_in_another_form_goes_on() {
    let mut world = World::new(&[440.0, 700.0]);
    let one = ParticipantId::from_u128(1);
    world.hears(1, &[(1, &[2]), (2, &[1])]);
    world.sound.play(one, Uuid::from_u128(1), clip(1500.0, 60_000), false);
    world.run(10);
    world.sound.join(one, FORM);
    world.run(10);
    assert!(strength(&world.phones[0].heard, 1500.0) > 3000.0);
    world.sound.stop(one);
    assert_eq!(world.heard(&[440.0, 700.0]), [vec![700.0], vec![440.0]]);
}

#[test]
fn a_leg_that_brings_out_a_bug_leaves_the_others_alone() {
    let mut world = World::new(&[440.0, 700.0]);
    let (one, two) = (ParticipantId::from_u128(1), ParticipantId::from_u128(2));
    let mut heard = Vec::new();
    world.sound.tick(world.now(), |party, _| {
        assert!(party != one, "a bug");
        heard.push(party);
    });
    assert_eq!(heard, [two]);
    assert_eq!(world.sound.take_broken(), [one]);
    assert_eq!(world.sound.take_broken(), []);
}
