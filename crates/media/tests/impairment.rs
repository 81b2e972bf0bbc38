//! A bad network, judged by what is heard.

mod support;

use media::codec::{Codec, Rate};
use media::session::command::{Command, LegId, RecordingId};
use media::session::event::Event;
use media::session::recording::RecordingSpec;
use support::{Call, Impairment, gap_ms, weak_frames};

const TONE: f64 = 400.0;

/// Ten seconds of a tone over a bad network to a telephone with another codec: frames that lack it, and lost packets.
fn heard(from: Codec, impairment: Impairment) -> (usize, usize, Vec<i16>) {
    let mut call = Call::bridged(Rate::Narrow, &[(from, TONE), (Codec::L16(Rate::Narrow), 0.0)]);
    call.impairment = impairment;
    // The buffer finds its delay.
    call.pass(3_000);
    call.forget();
    call.lost = 0;
    call.phones[1].hertz = None;
    call.pass(10_000);
    let heard = call.phone(2).heard.clone();
    assert!((78_000..=82_000).contains(&heard.len()), "{}", heard.len());
    (weak_frames(&heard, TONE), call.lost, heard)
}

/// What one lost packet may cost. Opus fades a pure tone, which is no voice, at once and needs 15 ms to return to it.
fn longest_gap_ms(codec: Codec) -> usize {
    if codec == Codec::Opus { 35 } else { 5 }
}

#[test]
fn a_perfect_network_has_no_gaps() {
    for codec in [Codec::Pcmu, Codec::Pcma, Codec::G722, Codec::Opus] {
        let (weak, lost, _) = heard(codec, Impairment::default());
        assert_eq!((weak, lost), (0, 0), "{codec:?}");
    }
}

#[test]
fn loss_leaves_no_gaps_beyond_the_lost() {
    for codec in [Codec::Pcmu, Codec::Pcma, Codec::G722, Codec::Opus] {
        let (weak, lost, heard) = heard(codec, Impairment { loss_percent: 5, ..Impairment::default() });
        assert!(lost >= 15, "{lost}");
        let gaps = gap_ms(&heard, TONE);
        // A single lost packet is filled so that it can hardly be heard.
        assert!(gaps <= lost * longest_gap_ms(codec), "{codec:?}: gaps of {gaps} ms for {lost} lost packets");
        assert!(
            codec == Codec::Opus || weak <= lost / 4,
            "{codec:?}: {weak} weak frames for {lost} lost packets"
        );
    }
}

#[test]
fn jitter_reordering_and_duplicates_leave_no_gaps() {
    for (jitter_ms, swap_percent, duplicate_percent) in [(50, 0, 0), (15, 10, 0), (0, 0, 20), (50, 10, 10)] {
        let (weak, _, _) =
            heard(Codec::Pcma, Impairment { jitter_ms, swap_percent, duplicate_percent, loss_percent: 0 });
        assert!(
            weak <= 5,
            "{weak} weak frames of 500 with {jitter_ms} ms, {swap_percent} %, {duplicate_percent} %"
        );
    }
}

#[test]
fn all_at_once_stays_intelligible() {
    for codec in [Codec::Pcmu, Codec::G722, Codec::Opus] {
        let trouble = Impairment { loss_percent: 5, jitter_ms: 50, duplicate_percent: 5, swap_percent: 5 };
        let (_, lost, heard) = heard(codec, trouble);
        let gaps = gap_ms(&heard, TONE);
        assert!(
            gaps <= lost * longest_gap_ms(codec).max(20),
            "{codec:?}: gaps of {gaps} ms for {lost} lost packets"
        );
    }
}

#[test]
fn a_recording_of_a_relayed_call_has_the_same_length_as_the_call() {
    let mut call = Call::bridged(Rate::Narrow, &[(Codec::Pcmu, TONE), (Codec::Pcmu, 1_000.0)]);
    call.impairment = Impairment { loss_percent: 3, jitter_ms: 30, duplicate_percent: 2, swap_percent: 3 };
    call.apply(Command::StartRecording { recording: RecordingId(1), spec: RecordingSpec::default() });
    call.pass(10_000);
    call.apply(Command::StopRecording { recording: RecordingId(1) });
    let mut bytes = Vec::new();
    for event in &call.events {
        if let Event::Recorded { data, position, .. } = event {
            assert_eq!(*position as usize * 4, bytes.len());
            bytes.extend(data);
        }
    }
    let channel = |offset: usize| -> Vec<i16> {
        bytes.chunks_exact(4).map(|frame| i16::from_le_bytes([frame[offset], frame[offset + 1]])).collect()
    };
    let (left, right) = (channel(0), channel(2));
    assert_eq!(left.len(), 80_000);
    assert!(weak_frames(&left[16_000..], TONE) <= 20, "{}", weak_frames(&left[16_000..], TONE));
    assert!(weak_frames(&right[16_000..], 1_000.0) <= 20);
    assert!(support::strength(&left, 1_000.0, 8_000.0) < 50.0);
    call.apply(Command::RemoveLeg { leg: LegId(1) });
}
