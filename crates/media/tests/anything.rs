//! Whatever comes, nothing panics and nothing grows.

mod support;

use media::codec::{Codec, Decoder, Rate};
use media::rtp::{Header, Packet, rtcp, write_header};
use media::sdp::{Description, Local, Protection, answer};
use media::session::command::{Command, LegId, PlayId, RecordingId, Seat, Source, StreamId};
use media::session::event::Event;
use media::session::gather::GatherSpec;
use media::srtp::MasterKey;
use media::{JitterBuffer, MediaTime, Playout};
use proptest::prelude::*;
use support::{Call, Sent};

fn codec() -> impl Strategy<Value = Codec> {
    proptest::sample::select(Codec::ALL.to_vec())
}

#[derive(Clone, Debug)]
enum Step {
    Packet { leg: u64, kind: u8, sequence: u16, timestamp: u32, ssrc: u32, payload: Vec<u8> },
    Bytes { leg: u64, bytes: Vec<u8> },
    Wait(u16),
    Command(Command),
}

fn command() -> impl Strategy<Value = Command> {
    let leg = || (1u64..4).prop_map(LegId);
    let seat = prop_oneof![
        Just(Seat::Apart),
        Just(Seat::Talk),
        Just(Seat::Listen),
        (1u64..4).prop_map(|leg| Seat::Coach(LegId(leg))),
    ];
    prop_oneof![
        (leg(), seat).prop_map(|(leg, seat)| Command::Bridge { seats: vec![(leg, seat)] }),
        (leg(), any::<bool>()).prop_map(|(leg, muted)| Command::Mute { leg, muted }),
        (leg(), any::<bool>()).prop_map(|(leg, held)| Command::Hold { leg, held }),
        (leg(), 0u32..200, any::<bool>()).prop_map(|(leg, millis, repeat)| Command::Play {
            leg,
            play: PlayId(1),
            sources: vec![
                Source::Pause { millis },
                Source::Tone { cadence: "425/100,0/50".parse().unwrap(), millis: Some(millis) }
            ],
            repeat,
        }),
        leg().prop_map(|leg| Command::StopPlay { leg }),
        (leg(), "[0-9,]{0,9}").prop_map(|(leg, digits)| Command::SendDigits { leg, digits }),
        leg().prop_map(|leg| Command::Gather {
            leg,
            spec: GatherSpec { most: 3, first_ms: 100, next_ms: 100, terminator: "#".into(), cancel: true },
        }),
        Just(Command::StartRecording { recording: RecordingId(1), spec: Default::default() }),
        Just(Command::SuspendRecording { recording: RecordingId(1) }),
        Just(Command::StopRecording { recording: RecordingId(1) }),
        leg().prop_map(|leg| Command::StartStream { stream: StreamId(1), leg, from: true, to: true }),
        leg().prop_map(|leg| Command::RemoveLeg { leg }),
        (leg(), codec()).prop_map(|(leg, codec)| Command::AddLeg {
            leg,
            spec: Box::new(support::spec(leg.0, codec, media::session::command::Party::Other)),
        }),
        (leg(), codec()).prop_map(|(leg, codec)| Command::UpdateLeg {
            leg,
            spec: Box::new(support::spec(leg.0, codec, media::session::command::Party::Agent)),
        }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let payload = || proptest::collection::vec(any::<u8>(), 0..200);
    let kind = proptest::sample::select(vec![100u8, 100, 100, 101, 13, 72, 0]);
    // Numbers near each other now and then, so that more than the first check is reached.
    let near = prop_oneof![4 => 0u16..60, 1 => any::<u16>()];
    let clock = prop_oneof![4 => (0u32..60).prop_map(|frame| frame * 160), 1 => any::<u32>()];
    prop_oneof![
        6 => (1u64..4, kind, near, clock, 0u32..3, payload())
            .prop_map(|(leg, kind, sequence, timestamp, ssrc, payload)| Step::Packet { leg, kind, sequence, timestamp, ssrc, payload }),
        1 => (1u64..4, payload()).prop_map(|(leg, bytes)| Step::Bytes { leg, bytes }),
        3 => (0u16..300).prop_map(Step::Wait),
        2 => command().prop_map(Step::Command),
    ]
}

proptest! {
    #[test]
    fn a_session_takes_anything(
        codecs in proptest::collection::vec(codec(), 3),
        wide in any::<bool>(),
        steps in proptest::collection::vec(step(), 0..150),
    ) {
        let mut call = Call::new(if wide { Rate::Wide } else { Rate::Narrow });
        for (index, codec) in codecs.iter().enumerate() {
            call.add(index as u64 + 1, *codec, media::session::command::Party::Customer, None);
        }
        for step in steps {
            match step {
                Step::Packet { leg, kind, sequence, timestamp, ssrc, payload } => {
                    let mut datagram = Vec::new();
                    write_header(&Header { marker: false, payload_type: kind, sequence, timestamp, ssrc }, &mut datagram);
                    datagram.extend(payload);
                    call.datagram(leg, format!("192.0.2.{leg}:4000").parse().unwrap(), datagram);
                }
                Step::Bytes { leg, bytes } => call.datagram(leg, format!("192.0.2.{leg}:4000").parse().unwrap(), bytes),
                Step::Wait(millis) => {
                    call.now = call.now.plus_millis(u64::from(millis));
                    let mut sent = Sent::default();
                    let now = call.now;
                    call.session.tick(now, &mut sent);
                    // At most five frames are made at once, of a packet or three and a report for each leg.
                    prop_assert!(sent.0.len() <= 5 * 3 * 4, "{}", sent.0.len());
                    prop_assert!(call.session.next_tick() > now);
                }
                Step::Command(command) => {
                    let _ = call.try_apply(command);
                }
            }
        }
        // Every command and event crosses a process border unchanged.
        while let Some(event) = call.session.poll_event() {
            let text = serde_json::to_string(&event).unwrap();
            prop_assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
        }
    }

    #[test]
    fn commands_cross_a_process_border(command in command()) {
        let text = serde_json::to_string(&command).unwrap();
        prop_assert_eq!(serde_json::from_str::<Command>(&text).unwrap(), command);
    }

    #[test]
    fn a_jitter_buffer_keeps_order_whatever_comes(
        packets in proptest::collection::vec((any::<bool>(), 0u16..400, 0u64..40), 0..400),
    ) {
        let mut buffer = JitterBuffer::new(8_000);
        let mut now = MediaTime::from_millis(1_000);
        let mut last = None;
        for (tick, sequence, wait) in packets {
            now = now.plus_millis(wait);
            if tick {
                if let Playout::Packet { payload, .. } = buffer.next(now) {
                    let played = u16::from_be_bytes([payload[0], payload[1]]);
                    let resets = buffer.figures().resets;
                    if let Some((before, at)) = last && at == resets {
                        prop_assert!(played > before, "{played} after {before}");
                    }
                    last = Some((played, resets));
                }
            } else {
                buffer.insert(now, sequence, u32::from(sequence) * 160, false, &sequence.to_be_bytes());
            }
            prop_assert!(buffer.delay_ms() <= 64 * 20 + 8_000);
        }
    }

    #[test]
    fn parsers_take_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300), codec in codec()) {
        let _ = Packet::parse(&bytes);
        for packet in rtcp::parse(&bytes) {
            if let rtcp::Rtcp::SenderReport { blocks, .. } | rtcp::Rtcp::ReceiverReport { blocks, .. } = packet {
                prop_assert!(blocks.count() <= 31);
            }
        }
        let mut samples = Vec::new();
        let mut decoder = Decoder::new(codec, Rate::Narrow);
        decoder.decode(&bytes, &mut samples);
        decoder.conceal(160, Some(&bytes), &mut samples);
        prop_assert!(samples.len() <= 8_000, "{}", samples.len());
    }

    #[test]
    fn descriptions_take_any_text(lines in proptest::collection::vec(
        prop_oneof![
            "[a-z]=.{0,40}",
            "m=(audio|video) [0-9]{1,6} (RTP/AVP|RTP/SAVP|X)( [0-9]{1,3}){0,5}",
            "a=(rtpmap|fmtp|crypto|ptime|rtcp):[0-9]{0,4} ?[A-Za-z0-9/_:+=|-]{0,60}",
            "c=IN IP[46] [0-9.:]{0,20}",
            ".{0,30}",
        ], 0..20))
    {
        let text = format!("v=0\r\n{}", lines.join("\r\n"));
        if let Ok(description) = text.parse::<Description>() {
            let again: Description = description.to_string().parse().expect("what is written is read");
            prop_assert_eq!(again.media.len(), description.media.len());
            let local = Local {
                address: "192.0.2.1:4000".parse().unwrap(),
                session_id: 1,
                version: 1,
                codecs: Codec::ALL.to_vec(),
                direction: Default::default(),
                protection: Protection::Allowed,
                key: MasterKey::new([1; 30]),
                rtcp_mux: true,
            };
            if let Ok((answer, _)) = answer(&local, &description) {
                prop_assert_eq!(answer.media.len(), description.media.len());
            }
        }
    }
}
