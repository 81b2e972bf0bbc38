//! Who hears whom, by the content of what is heard.

mod support;

use media::codec::{Codec, Rate};
use media::rtp::{Header, write_header};
use media::sdp::Direction;
use media::session::command::{Command, CommandError, LegId, Party, Seat};
use media::session::event::{DigitForm, Event};
use support::{Call, spec, strength};

const LOW: f64 = 400.0;
const HIGH: f64 = 1_000.0;
const THIRD: f64 = 1_700.0;

fn is_heard(strength: f64) -> bool {
    strength > 5_000.0
}

#[test]
fn two_of_one_codec_hear_each_other_by_the_same_bytes() {
    let mut call = Call::bridged(Rate::Narrow, &[(Codec::Pcma, LOW), (Codec::Pcma, HIGH)]);
    call.pass(1_000);
    let heard = &call.phone(2).packets;
    assert!(heard.len() >= 48, "{}", heard.len());
    for pair in heard.windows(2) {
        assert_eq!(pair[1].0.sequence, pair[0].0.sequence.wrapping_add(1));
        assert_eq!(pair[1].0.timestamp, pair[0].0.timestamp.wrapping_add(160));
        assert_eq!((pair[1].0.ssrc, pair[1].0.payload_type), (0x1002, 96));
    }
    assert_eq!(call.phone(2).packets.iter().filter(|(header, _)| header.marker).count(), 1);
    assert!(is_heard(call.strengths(2, &[LOW])[0]) && is_heard(call.strengths(1, &[HIGH])[0]));
    assert!(call.strengths(1, &[LOW])[0] < 50.0, "nobody hears himself");
}

#[test]
fn every_pair_of_codecs_is_translated() {
    for rate in [Rate::Narrow, Rate::Wide] {
        for (one, other) in [
            (Codec::Pcmu, Codec::Pcma),
            (Codec::Opus, Codec::Pcmu),
            (Codec::G722, Codec::Opus),
            (Codec::Pcma, Codec::G722),
            (Codec::L16(Rate::Narrow), Codec::Opus),
            (Codec::L16(Rate::Wide), Codec::Pcmu),
        ] {
            let mut call = Call::bridged(rate, &[(one, LOW), (other, HIGH)]);
            call.pass(600);
            call.forget();
            call.pass(1_000);
            let (first, second) = (call.strengths(1, &[LOW, HIGH]), call.strengths(2, &[LOW, HIGH]));
            assert!(
                is_heard(first[1]) && is_heard(second[0]),
                "{rate:?} {one:?} {other:?}: {first:?} {second:?}"
            );
            assert!(
                first[0] < 300.0 && second[1] < 300.0,
                "{rate:?} {one:?} {other:?}: {first:?} {second:?}"
            );
        }
    }
}

#[test]
fn three_hear_the_two_others() {
    let mut call =
        Call::bridged(Rate::Narrow, &[(Codec::Pcmu, LOW), (Codec::Pcma, HIGH), (Codec::Opus, THIRD)]);
    call.pass(500);
    call.forget();
    call.pass(1_000);
    for leg in 1..=3u64 {
        let strengths = call.strengths(leg, &[LOW, HIGH, THIRD]);
        for (index, strength) in strengths.iter().enumerate() {
            assert_eq!(is_heard(*strength), index as u64 + 1 != leg, "leg {leg}: {strengths:?}");
        }
    }
}

#[test]
fn mute_and_hold() {
    let mut call = Call::bridged(Rate::Narrow, &[(Codec::Pcmu, LOW), (Codec::Pcmu, HIGH)]);
    let strengths = |call: &mut Call| {
        call.pass(200);
        call.forget();
        call.pass(500);
        (is_heard(call.strengths(1, &[HIGH])[0]), is_heard(call.strengths(2, &[LOW])[0]))
    };
    assert_eq!(strengths(&mut call), (true, true));
    call.apply(Command::Mute { leg: LegId(2), muted: true });
    assert_eq!(strengths(&mut call), (false, true));
    assert!(!call.phone(1).heard.is_empty(), "the line stays open");
    call.apply(Command::Mute { leg: LegId(2), muted: false });
    call.apply(Command::Hold { leg: LegId(1), held: true });
    assert_eq!(strengths(&mut call), (false, false));
    call.apply(Command::Hold { leg: LegId(1), held: false });
    assert_eq!(strengths(&mut call), (true, true));
}

#[test]
fn supervisors_listen_and_coach() {
    let mut call = Call::bridged(Rate::Narrow, &[(Codec::Pcmu, LOW), (Codec::Pcmu, HIGH)]);
    call.add(3, Codec::Pcmu, Party::Other, Some(THIRD));
    for (seat, agent_hears, customer_hears) in
        [(Seat::Listen, false, false), (Seat::Coach(LegId(2)), true, false), (Seat::Talk, true, true)]
    {
        call.seat(&[(3, seat)]);
        call.pass(300);
        call.forget();
        call.pass(500);
        assert_eq!(is_heard(call.strengths(2, &[THIRD])[0]), agent_hears, "{seat:?}");
        assert_eq!(is_heard(call.strengths(1, &[THIRD])[0]), customer_hears, "{seat:?}");
        let supervisor = call.strengths(3, &[LOW, HIGH]);
        assert!(is_heard(supervisor[0]) && is_heard(supervisor[1]), "{seat:?}");
        let customer = call.strengths(1, &[HIGH]);
        assert!(is_heard(customer[0]));
    }
}

#[test]
fn numbers_and_clocks_go_on_over_all_changes() {
    let mut call = Call::bridged(Rate::Narrow, &[(Codec::Pcma, LOW), (Codec::Pcma, HIGH)]);
    for step in 0..12u64 {
        call.apply(Command::Hold { leg: LegId(2), held: step % 3 == 0 });
        call.apply(Command::Mute { leg: LegId(2), muted: step % 4 == 1 });
        call.pass(130);
    }
    call.apply(Command::RemoveLeg { leg: LegId(2) });
    call.pass(200);
    let packets = &call.phone(1).packets;
    for pair in packets.windows(2) {
        let sequence = pair[1].0.sequence.wrapping_sub(pair[0].0.sequence);
        let timestamp = pair[1].0.timestamp.wrapping_sub(pair[0].0.timestamp);
        assert_eq!(sequence, 1);
        assert!((0..=960).contains(&timestamp), "{timestamp}");
    }
    let lasted = packets.last().unwrap().0.timestamp.wrapping_sub(packets[0].0.timestamp) / 8;
    assert!((1_650..1_900).contains(&lasted), "{lasted} ms of media time");
}

#[test]
fn a_listening_side_is_not_sent_anything() {
    let mut call = Call::new(Rate::Narrow);
    call.add_spec(
        1,
        media::session::command::LegSpec {
            direction: Direction::RecvOnly,
            ..spec(1, Codec::Pcmu, Party::Customer)
        },
        Some(LOW),
    );
    call.add(2, Codec::Pcmu, Party::Agent, None);
    call.seat(&[(1, Seat::Talk), (2, Seat::Talk)]);
    call.pass(500);
    assert!(call.phone(1).packets.is_empty());
    assert!(is_heard(call.strengths(2, &[LOW])[0]));
}

#[test]
fn strangers_are_not_heard() {
    let mut call = Call::bridged(Rate::Narrow, &[(Codec::Pcmu, LOW), (Codec::Pcmu, HIGH)]);
    call.pass(200);
    call.forget();
    for sequence in 0..100u16 {
        let mut packet = Vec::new();
        write_header(
            &Header {
                payload_type: 100,
                sequence,
                timestamp: u32::from(sequence) * 160,
                ssrc: 666,
                marker: false,
            },
            &mut packet,
        );
        packet.extend([0x80; 160]);
        call.datagram(1, "203.0.113.66:4000".parse().unwrap(), packet.clone());
        // From the right address, but another source in between.
        call.datagram(1, "192.0.2.1:4000".parse().unwrap(), packet);
        call.pass(20);
    }
    assert!(call.phone(2).packets.iter().all(|(_, payload)| payload[..] != [0x80; 160]));
    assert_eq!(support::weak_frames(&call.phone(2).heard, LOW), 0);
}

#[test]
fn a_leg_that_falls_silent_is_told_of() {
    let mut call = Call::bridged(Rate::Narrow, &[(Codec::Pcmu, LOW), (Codec::Pcmu, HIGH)]);
    call.pass(1_000);
    call.phone(1).hertz = None;
    call.pass(2_100);
    assert!(call.events.contains(&Event::LegSilent { leg: LegId(1) }));
    assert!(!call.events.contains(&Event::LegSilent { leg: LegId(2) }));
    call.phone(1).hertz = Some(LOW);
    call.pass(100);
    assert!(call.events.contains(&Event::LegHeard { leg: LegId(1) }));
}

#[test]
fn figures_and_reports() {
    let mut call = Call::bridged(Rate::Narrow, &[(Codec::Pcmu, LOW), (Codec::Pcmu, HIGH)]);
    call.impairment.loss_percent = 10;
    call.pass(20_100);
    assert!(call.phone(1).reports >= 4, "{}", call.phone(1).reports);
    call.apply(Command::RemoveLeg { leg: LegId(1) });
    let stats: Vec<_> = call
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Stats { leg: LegId(1), stats, last } => Some((stats.clone(), *last)),
            _ => None,
        })
        .collect();
    assert_eq!(stats.iter().map(|(_, last)| *last).collect::<Vec<_>>(), [false, false, true]);
    let (first, _) = &stats[0];
    assert!((5.0..15.0).contains(&first.loss_percent), "{}", first.loss_percent);
    assert!((2.0..3.9).contains(&first.score), "{}", first.score);
    assert_eq!(first.issues, [media::quality::QualityIssue::HighPacketLoss]);
    assert!((420..500).contains(&first.sent), "{}", first.sent);
}

#[test]
fn digits_pass_through_and_are_told() {
    for other in [Codec::Pcmu, Codec::Opus] {
        digits_pass(other);
    }
}

fn digits_pass(other: Codec) {
    let mut call = Call::bridged(Rate::Narrow, &[(Codec::Pcmu, LOW), (other, HIGH)]);
    call.pass(200);
    let address = call.phone(1).address;
    for (step, duration) in [160u16, 320, 480, 480, 480].into_iter().enumerate() {
        let header = Header {
            marker: step == 0,
            payload_type: 101,
            sequence: 65_510 + step as u16,
            timestamp: 77,
            ssrc: 0xabc1,
        };
        let mut packet = Vec::new();
        write_header(&header, &mut packet);
        packet.extend([7, if step >= 2 { 0x8a } else { 0x0a }]);
        packet.extend(duration.to_be_bytes());
        call.datagram(1, address, packet);
        call.phone(1).header.sequence = 65_515;
    }
    call.pass(200);
    assert_eq!(call.phone(2).digits, "7", "{other:?}");
    assert!(!call.events.contains(&Event::DigitsSent { leg: LegId(2) }), "nobody has asked for it");
    let told = call.events.iter().filter(|event| matches!(event, Event::Digit { leg: LegId(1), digit, form: DigitForm::Event } if digit.as_char() == '7'));
    assert_eq!(told.count(), 1);
}

#[test]
fn digits_as_sound_are_told() {
    let mut call = Call::new(Rate::Narrow);
    let mut sound = spec(1, Codec::Pcmu, Party::Customer);
    sound.events = None;
    call.add_spec(1, sound.clone(), Some(0.0));
    sound.ssrc = 2;
    sound.remote = Some("192.0.2.2:4000".parse().unwrap());
    call.add_spec(2, sound, Some(0.0));
    call.seat(&[(1, Seat::Talk), (2, Seat::Talk)]);
    call.pass(200);
    call.apply(Command::SendDigits { leg: LegId(2), digits: "42#".into() });
    call.pass(1_000);
    assert!(call.events.contains(&Event::DigitsSent { leg: LegId(2) }));
    // What the second was sent is sound; said back by it, it is found in it.
    let heard = call.phone(2).heard.clone();
    let mut digits = String::new();
    media::dtmf::ToneDetector::default().listen(&heard, |digit| digits.push(digit.as_char()));
    assert_eq!(digits, "42#");
    for chunk in heard.chunks_exact(160) {
        let mut packet = Vec::new();
        let phone = call.phone(1);
        phone.hertz = None;
        write_header(&phone.header, &mut packet);
        phone.header.sequence = phone.header.sequence.wrapping_add(1);
        phone.header.timestamp = phone.header.timestamp.wrapping_add(160);
        packet.extend(audio::g711::encode(audio::g711::Law::Mu, chunk));
        let address = phone.address;
        call.datagram(1, address, packet);
        call.pass(20);
    }
    call.pass(200);
    let told: String = call
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Digit { leg: LegId(1), digit, form: DigitForm::Tone } => Some(digit.as_char()),
            _ => None,
        })
        .collect();
    assert_eq!(told, "42#");
}

#[test]
fn a_new_negotiation_keeps_the_stream() {
    let mut call = Call::bridged(Rate::Narrow, &[(Codec::Pcma, LOW), (Codec::Pcma, HIGH)]);
    call.pass(500);
    let before = call.phone(1).packets.last().unwrap().0;
    let mut again = spec(1, Codec::Pcma, Party::Customer);
    again.ssrc = 99;
    again.remote = Some("192.0.2.77:5000".parse().unwrap());
    call.apply(Command::UpdateLeg { leg: LegId(1), spec: Box::new(again) });
    call.phone(1).address = "192.0.2.77:5000".parse().unwrap();
    call.pass(500);
    let after = call
        .phone(1)
        .packets
        .iter()
        .find(|(header, _)| header.sequence == before.sequence.wrapping_add(5))
        .unwrap()
        .0;
    assert_eq!(after.ssrc, before.ssrc);
    call.forget();
    call.pass(500);
    assert!(is_heard(call.strengths(2, &[LOW])[0]), "its media comes from the new address");
}

#[test]
fn what_cannot_be_is_refused() {
    let mut call = Call::new(Rate::Narrow);
    for leg in 1..=7 {
        call.add(leg, Codec::Pcmu, Party::Other, None);
    }
    let talk: Vec<(LegId, Seat)> = (1..=7).map(|leg| (LegId(leg), Seat::Talk)).collect();
    assert_eq!(call.try_apply(Command::Bridge { seats: talk }), Err(CommandError::TooManySpeakers(6)));
    for (command, error) in [
        (Command::RemoveLeg { leg: LegId(9) }, CommandError::NoLeg(LegId(9))),
        (
            Command::AddLeg { leg: LegId(1), spec: Box::new(spec(1, Codec::Pcmu, Party::Other)) },
            CommandError::LegExists(LegId(1)),
        ),
        (Command::Bridge { seats: vec![(LegId(1), Seat::Coach(LegId(70)))] }, CommandError::NoLeg(LegId(70))),
        (Command::SendDigits { leg: LegId(1), digits: "12x".into() }, CommandError::NoDigit('x')),
        (Command::SendDigits { leg: LegId(1), digits: "1".repeat(51) }, CommandError::TooManyDigits(50)),
    ] {
        assert_eq!(call.try_apply(command), Err(error));
    }
    for leg in 8..=16 {
        call.add(leg, Codec::Pcmu, Party::Other, None);
    }
    let one_more = Command::AddLeg { leg: LegId(17), spec: Box::new(spec(17, Codec::Pcmu, Party::Other)) };
    assert_eq!(call.try_apply(one_more), Err(CommandError::TooManyLegs(16)));
    assert!(strength(&[0; 100], LOW, 8_000.0) < 1.0);
}
