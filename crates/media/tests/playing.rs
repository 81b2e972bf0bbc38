//! Prompts, tones, pauses and answers by digits.

mod support;

use std::sync::Arc;

use media::codec::{Codec, Rate};
use media::prompt::{Prompt, PromptId};
use media::session::command::{Command, CommandError, LegId, Party, PlayId, Seat, Source};
use media::session::event::{Event, PlayEnd};
use media::session::gather::{GatherEnd, GatherSpec};
use support::{Call, spec};

const PROMPT: f64 = 600.0;
const MUSIC: f64 = 300.0;

fn tone(hertz: f64, millis: usize) -> Vec<i16> {
    (0..millis * 8)
        .map(|at| ((at as f64 * hertz / 8_000.0 * std::f64::consts::TAU).sin() * 8_000.0) as i16)
        .collect()
}

fn call(codec: Codec, prepared: &[Codec]) -> Call {
    let mut call = Call::new(Rate::Narrow);
    let prompt = |hertz, millis| {
        Arc::new(Prompt::new(&tone(hertz, millis), 8_000, &[Rate::Narrow], prepared).unwrap())
    };
    call.library.insert(PromptId(1), prompt(PROMPT, 400));
    call.library.insert(PromptId(2), prompt(MUSIC, 1_000));
    call.add(1, codec, Party::Customer, None);
    call
}

fn play(play: u64, sources: &[u64], repeat: bool) -> Command {
    let sources = sources.iter().map(|id| Source::Prompt(PromptId(*id))).collect();
    Command::Play { leg: LegId(1), play: PlayId(play), sources, repeat }
}

fn ended(play: u64, end: PlayEnd, played_ms: u64) -> Event {
    Event::PlayEnded { leg: LegId(1), play: PlayId(play), end, played_ms }
}

fn gather(most: u16, first_ms: u32) -> Command {
    Command::Gather {
        leg: LegId(1),
        spec: GatherSpec { most, first_ms, next_ms: 1_000, terminator: "#".into(), cancel: false },
    }
}

/// Presses a key; each press has a timestamp of its own.
fn press(call: &mut Call, event: u8) {
    let phone = call.phone(1);
    let mut packet = Vec::new();
    let header = media::rtp::Header { payload_type: 101, ..phone.header };
    media::rtp::write_header(&header, &mut packet);
    phone.header.sequence = phone.header.sequence.wrapping_add(1);
    phone.header.timestamp = phone.header.timestamp.wrapping_add(800);
    packet.extend([event, 0x8a, 3, 32]);
    let address = phone.address;
    call.datagram(1, address, packet);
    call.pass(100);
}

#[test]
fn prompts_follow_each_other_in_every_codec() {
    for codec in Codec::ALL {
        for prepared in [&[codec][..], &[]] {
            let mut call = call(codec, prepared);
            call.apply(play(1, &[1, 2], false));
            call.pass(2_000);
            assert_eq!(call.events, [ended(1, PlayEnd::Finished, 1_400)]);
            let heard = &call.phone(1).heard;
            let (first, second) = (&heard[800..2_800], &heard[4_000..10_400]);
            assert!(support::strength(first, PROMPT, 8_000.0) > 5_000.0, "{codec:?}");
            assert!(support::strength(second, MUSIC, 8_000.0) > 5_000.0, "{codec:?}");
            assert!(audio::level::peak(&heard[12_800..]) < 64, "{codec:?}: silence after the end");
        }
    }
}

#[test]
fn a_prompt_is_the_same_bytes_for_all() {
    let mut call = call(Codec::Pcma, &[Codec::Pcma]);
    call.add(2, Codec::Pcma, Party::Customer, None);
    call.apply(play(1, &[2], true));
    call.pass(500);
    call.apply(Command::Play {
        leg: LegId(2),
        play: PlayId(2),
        sources: vec![Source::Prompt(PromptId(2))],
        repeat: true,
    });
    call.pass(2_000);
    let payloads = |call: &mut Call, leg| -> Vec<Vec<u8>> {
        let packets = &call.phone(leg).packets;
        packets.iter().map(|(_, payload)| payload.clone()).collect()
    };
    let (first, second) = (payloads(&mut call, 1), payloads(&mut call, 2));
    assert!(first[..50] == first[50..100], "music begins again");
    let silent = second.iter().position(|payload| payload[..] != [0xd5; 160]).unwrap();
    assert!(second[silent..silent + 90] == first[..90]);
}

#[test]
fn what_plays_can_be_stopped_and_replaced() {
    let mut call = call(Codec::Pcmu, &[Codec::Pcmu]);
    call.apply(play(1, &[2], true));
    call.pass(100);
    call.apply(play(2, &[1], true));
    call.pass(100);
    call.apply(Command::StopPlay { leg: LegId(1) });
    assert_eq!(call.events, [ended(1, PlayEnd::Replaced, 100), ended(2, PlayEnd::Stopped, 100)]);
}

#[test]
fn a_prompt_is_heard_over_a_conversation_by_one_alone() {
    let mut call = Call::bridged(Rate::Narrow, &[(Codec::Pcmu, 1_000.0), (Codec::Pcmu, 1_700.0)]);
    call.library
        .insert(PromptId(1), Arc::new(Prompt::new(&tone(PROMPT, 400), 8_000, &[Rate::Narrow], &[]).unwrap()));
    call.pass(300);
    call.forget();
    call.apply(play(1, &[1], true));
    call.pass(500);
    let customer = call.strengths(1, &[PROMPT, 1_700.0]);
    assert!(customer.iter().all(|strength| *strength > 5_000.0), "{customer:?}");
    let agent = call.strengths(2, &[PROMPT, 1_000.0]);
    assert!(agent[0] < 100.0 && agent[1] > 5_000.0, "{agent:?}");
}

#[test]
fn tones_and_pauses() {
    let mut call = call(Codec::Pcmu, &[]);
    let busy = media::tone::country("DE").unwrap().cadence(media::tone::Signal::Busy);
    let sources = vec![Source::Pause { millis: 200 }, Source::Tone { cadence: busy, millis: Some(960) }];
    call.apply(Command::Play { leg: LegId(1), play: PlayId(1), sources, repeat: false });
    call.pass(1_500);
    assert_eq!(call.events, [ended(1, PlayEnd::Finished, 1_160)]);
    let heard = &call.phone(1).heard;
    for (millis, loud) in [(0, false), (250, true), (600, true), (700, false), (1_100, false)] {
        let part = &heard[millis * 8..millis * 8 + 400];
        assert_eq!(support::strength(part, 425.0, 8_000.0) > 4_000.0, loud, "{millis} ms");
    }
}

#[test]
fn a_digit_interrupts_and_an_answer_is_told() {
    let mut call = call(Codec::Pcmu, &[Codec::Pcmu]);
    call.apply(play(1, &[2], false));
    call.apply(gather(4, 2_000));
    call.pass(100);
    press(&mut call, 1);
    call.events.retain(|event| !matches!(event, Event::AddressLearned { .. }));
    assert!(matches!(call.events[..], [Event::PlayEnded { end: PlayEnd::Interrupted, .. }]));
    press(&mut call, 2);
    press(&mut call, 11);
    let told = Event::Gathered { leg: LegId(1), digits: "12".into(), end: GatherEnd::Terminated };
    assert_eq!(call.events[1..], [told], "single digits of an answer are not told");
}

#[test]
fn time_runs_out_after_the_prompt() {
    let mut call = call(Codec::Pcmu, &[Codec::Pcmu]);
    call.apply(play(1, &[2], false));
    call.apply(gather(4, 2_000));
    call.pass(2_900);
    assert_eq!(call.events, [ended(1, PlayEnd::Finished, 1_000), Event::LegSilent { leg: LegId(1) }]);
    call.pass(200);
    assert_eq!(
        call.events[2..],
        [Event::Gathered { leg: LegId(1), digits: String::new(), end: GatherEnd::TimedOut }]
    );
    call.apply(gather(4, 60_000));
    press(&mut call, 3);
    call.pass(1_200);
    let told = call.events.iter().filter(
        |event| matches!(event, Event::Gathered { digits, end: GatherEnd::TimedOut, .. } if digits == "3"),
    );
    assert_eq!(told.count(), 1);
}

#[test]
fn digits_are_sent_as_events_with_the_sound_interrupted() {
    let mut call = call(Codec::Pcmu, &[Codec::Pcmu]);
    call.apply(play(1, &[2], true));
    call.pass(100);
    call.apply(Command::SendDigits { leg: LegId(1), digits: "1,9".into() });
    call.pass(1_500);
    assert_eq!(call.phone(1).digits, "19");
    let events: Vec<_> =
        call.phone(1).packets.iter().filter(|(header, _)| header.payload_type == 101).cloned().collect();
    assert_eq!(events.len(), 14, "five frames each, the last one three times");
    assert!(events[0].0.marker && !events[1].0.marker);
    assert!(events[..7].iter().all(|(header, _)| header.timestamp == events[0].0.timestamp));
    assert_eq!(events[6].1, [1, 0x8a, 3, 32]);
    assert!(call.events.contains(&Event::DigitsSent { leg: LegId(1) }));
}

#[test]
fn removing_a_leg_ends_all_that_it_had() {
    let mut call = call(Codec::Pcmu, &[Codec::Pcmu]);
    call.apply(play(1, &[2], true));
    call.apply(gather(4, 2_000));
    call.pass(40);
    call.apply(Command::RemoveLeg { leg: LegId(1) });
    assert_eq!(call.events[0], ended(1, PlayEnd::Stopped, 40));
    assert_eq!(
        call.events[1],
        Event::Gathered { leg: LegId(1), digits: String::new(), end: GatherEnd::Stopped }
    );
    assert!(matches!(call.events[2], Event::Stats { last: true, .. }));
}

#[test]
fn what_cannot_be_played_is_refused() {
    let mut call = call(Codec::Pcmu, &[]);
    assert_eq!(call.try_apply(play(1, &[9], false)), Err(CommandError::NoPrompt(PromptId(9))));
    assert_eq!(call.try_apply(play(1, &[], false)), Err(CommandError::Sources(100)));
    assert_eq!(call.try_apply(play(1, &[1; 101], false)), Err(CommandError::Sources(100)));
    let mut wide = Call::new(Rate::Wide);
    wide.library = call.library.clone();
    wide.add_spec(1, spec(1, Codec::Opus, Party::Customer), None);
    assert_eq!(wide.try_apply(play(1, &[1], false)), Err(CommandError::PromptRate(PromptId(1))));
    wide.seat(&[(1, Seat::Talk)]);
    // A prompt without sound is over at once, and does not go round for ever.
    call.library.insert(PromptId(3), Arc::new(Prompt::new(&[], 8_000, &[Rate::Narrow], &[]).unwrap()));
    call.apply(play(4, &[3, 3], true));
    call.pass(100);
    assert_eq!(call.events, [ended(4, PlayEnd::Finished, 0)]);
}
