//! Recordings and streams: who is on which side, and when.

mod support;

use std::sync::Arc;

use media::codec::{Codec, Rate};
use media::prompt::{Prompt, PromptId};
use media::session::command::{Command, CommandError, LegId, PlayId, RecordingId, Seat, Source, StreamId};
use media::session::event::{Event, Track};
use media::session::recording::{RecordingEncoding, RecordingSpec, Tracks};
use support::{Call, strength};

const CUSTOMER: f64 = 400.0;
const AGENT: f64 = 1_000.0;
const THIRD: f64 = 1_700.0;
const PROMPT: f64 = 2_300.0;

fn start(call: &mut Call, spec: RecordingSpec) {
    call.apply(Command::StartRecording { recording: RecordingId(5), spec });
}

/// Both channels of all that was told so far.
fn channels(call: &Call) -> [Vec<i16>; 2] {
    let mut sides = [Vec::new(), Vec::new()];
    for event in &call.events {
        if let Event::Recorded { recording: RecordingId(5), data, position } = event {
            assert_eq!(*position as usize, sides[0].len());
            for frame in data.chunks_exact(4) {
                sides[0].push(i16::from_le_bytes([frame[0], frame[1]]));
                sides[1].push(i16::from_le_bytes([frame[2], frame[3]]));
            }
        }
    }
    sides
}

/// Which of the tones are in a second of a channel.
fn tones(samples: &[i16], second: usize) -> Vec<f64> {
    let part = &samples[second * 8_000 + 1_600..(second + 1) * 8_000];
    [CUSTOMER, AGENT, THIRD, PROMPT]
        .into_iter()
        .filter(|hertz| strength(part, *hertz, 8_000.0) > 4_000.0)
        .collect()
}

#[test]
fn agents_are_right_and_all_others_left() {
    let mut call = Call::bridged(Rate::Narrow, &[(Codec::Pcmu, CUSTOMER), (Codec::Opus, AGENT)]);
    call.add(3, Codec::Pcma, media::session::command::Party::Other, Some(THIRD));
    start(&mut call, RecordingSpec::default());
    call.pass(1_000);
    call.seat(&[(3, Seat::Talk)]);
    call.pass(1_000);
    call.apply(Command::Mute { leg: LegId(2), muted: true });
    call.pass(1_000);
    call.apply(Command::Mute { leg: LegId(2), muted: false });
    call.apply(Command::Hold { leg: LegId(1), held: true });
    call.pass(1_000);
    call.seat(&[(3, Seat::Coach(LegId(2)))]);
    call.pass(1_000);
    let [left, right] = channels(&call);
    assert_eq!(left.len(), 40_000);
    let found: Vec<(Vec<f64>, Vec<f64>)> =
        (0..5).map(|second| (tones(&left, second), tones(&right, second))).collect();
    assert_eq!(
        found,
        [
            (vec![CUSTOMER], vec![AGENT]),
            (vec![CUSTOMER, THIRD], vec![AGENT]),
            (vec![CUSTOMER, THIRD], vec![]),
            (vec![THIRD], vec![AGENT]),
            (vec![], vec![AGENT]),
        ],
        "joined, third party, agent muted, customer held, third party coaching"
    );
}

#[test]
fn suspended_time_is_silent_in_the_recording() {
    let mut call = Call::bridged(Rate::Narrow, &[(Codec::Pcmu, CUSTOMER), (Codec::Pcmu, AGENT)]);
    start(&mut call, RecordingSpec::default());
    call.pass(1_000);
    call.apply(Command::SuspendRecording { recording: RecordingId(5) });
    call.pass(2_000);
    call.apply(Command::ResumeRecording { recording: RecordingId(5) });
    call.pass(1_500);
    call.apply(Command::StopRecording { recording: RecordingId(5) });
    let [left, right] = channels(&call);
    assert_eq!(left.len(), 36_000, "as long as the call");
    assert!(left[8_000..24_000].iter().chain(&right[8_000..24_000]).all(|sample| *sample == 0));
    assert_eq!((tones(&left, 0), tones(&left, 3)), (vec![CUSTOMER], vec![CUSTOMER]));
    assert_eq!(
        call.events.last(),
        Some(&Event::RecordingEnded { recording: RecordingId(5), frames: 36_000 })
    );
}

#[test]
fn recording_commands_fit_the_recording() {
    let mut call = Call::bridged(Rate::Narrow, &[(Codec::Pcmu, CUSTOMER)]);
    let id = RecordingId(5);
    for command in [
        Command::SuspendRecording { recording: id },
        Command::ResumeRecording { recording: id },
        Command::StopRecording { recording: id },
    ] {
        assert_eq!(call.try_apply(command), Err(CommandError::NoRecording(id)));
    }
    start(&mut call, RecordingSpec { tracks: Tracks::FromAgent, encoding: RecordingEncoding::Mulaw });
    let again = Command::StartRecording { recording: RecordingId(6), spec: RecordingSpec::default() };
    assert_eq!(call.try_apply(again), Err(CommandError::RecordingExists));
    call.pass(1_000);
    let sizes: Vec<usize> = call
        .events
        .iter()
        .filter_map(|event| if let Event::Recorded { data, .. } = event { Some(data.len()) } else { None })
        .collect();
    assert_eq!(sizes, [16_000]);
}

#[test]
fn a_stream_has_what_is_said_and_what_is_heard() {
    for rate in [Rate::Narrow, Rate::Wide] {
        let mut call = Call::bridged(rate, &[(Codec::Pcmu, CUSTOMER), (Codec::Pcmu, AGENT)]);
        let tone: Vec<i16> = (0..8_000)
            .map(|at| ((f64::from(at) * PROMPT / 8_000.0 * std::f64::consts::TAU).sin() * 8_000.0) as i16)
            .collect();
        call.library
            .insert(PromptId(1), Arc::new(Prompt::new(&tone, 8_000, &[rate], &[Codec::Pcmu]).unwrap()));
        call.apply(Command::StartStream { stream: StreamId(1), leg: LegId(1), from: true, to: true });
        call.pass(1_000);
        call.apply(Command::Hold { leg: LegId(1), held: true });
        call.apply(Command::Play {
            leg: LegId(1),
            play: PlayId(1),
            sources: vec![Source::Prompt(PromptId(1))],
            repeat: true,
        });
        call.pass(1_000);
        call.apply(Command::StopStream { stream: StreamId(1) });
        let track = |wanted: Track| -> Vec<i16> {
            let mut samples = Vec::new();
            for event in &call.events {
                if let Event::Streamed { stream: StreamId(1), track, position, samples: block } = event
                    && *track == wanted
                {
                    assert_eq!(*position as usize, samples.len());
                    samples.extend(block);
                }
            }
            samples
        };
        let (said, heard) = (track(Track::From), track(Track::To));
        assert!(
            (15_800..=16_000).contains(&said.len()) && said.len() == heard.len(),
            "{} {}",
            said.len(),
            heard.len()
        );
        let padded = |mut samples: Vec<i16>| {
            samples.resize(16_000, 0);
            samples
        };
        let (said, heard) = (padded(said), padded(heard));
        assert_eq!((tones(&said, 0), tones(&said, 1)), (vec![CUSTOMER], vec![CUSTOMER]), "on hold, too");
        assert_eq!((tones(&heard, 0), tones(&heard, 1)), (vec![AGENT], vec![PROMPT]));
        assert!(call.events.contains(&Event::StreamEnded { stream: StreamId(1) }));
    }
}

#[test]
fn a_stream_ends_with_its_leg() {
    let mut call = Call::bridged(Rate::Narrow, &[(Codec::Pcmu, CUSTOMER)]);
    let stream = |id| Command::StartStream { stream: StreamId(id), leg: LegId(1), from: true, to: false };
    call.apply(stream(1));
    assert_eq!(call.try_apply(stream(1)), Err(CommandError::StreamExists(StreamId(1))));
    call.pass(50);
    call.apply(Command::RemoveLeg { leg: LegId(1) });
    assert!(call.events.contains(&Event::StreamEnded { stream: StreamId(1) }));
    let stop = Command::StopStream { stream: StreamId(1) };
    assert_eq!(call.try_apply(stop), Err(CommandError::NoStream(StreamId(1))));
}
