//! What a session does with time, transports and reports.

mod support;

use media::codec::{Codec, Rate};
use media::rtp::rtcp::{ReportBlock, Rtcp, parse, write_goodbye, write_report};
use media::rtp::{Header, Packet, looks_like_rtcp};
use media::session::command::{Command, LegId, LegSpec, Party, Seat};
use media::session::event::Event;
use media::session::{Channel, Session, SessionConfig};
use media::{Latching, MediaTime};
use support::{Call, Sent, spec};

fn session(now: MediaTime, codecs: &[Codec], change: impl Fn(&mut LegSpec)) -> Session {
    let mut session = Session::new(now, SessionConfig { rate: Rate::Narrow, cname: "c".into() });
    let mut sent = Sent::default();
    let mut seats = Vec::new();
    for (index, codec) in codecs.iter().enumerate() {
        let leg = index as u64 + 1;
        let mut spec = spec(leg, *codec, Party::Other);
        change(&mut spec);
        let command = Command::AddLeg { leg: LegId(leg), spec: Box::new(spec) };
        session.apply(now, command, &Default::default(), &mut sent).unwrap();
        seats.push((LegId(leg), Seat::Talk));
    }
    session.apply(now, Command::Bridge { seats }, &Default::default(), &mut sent).unwrap();
    session
}

#[test]
fn a_checked_transport_needs_no_addresses() {
    let now = MediaTime::from_millis(7);
    let mut session = session(now, &[Codec::Opus, Codec::Opus], |spec| {
        (spec.latching, spec.remote) = (Latching::Transport, None);
    });
    let mut sent = Sent::default();
    let header = Header { marker: true, payload_type: 100, sequence: 5, timestamp: 9, ssrc: 3 };
    session.receive_packet(now, LegId(1), &header, b"opus", &mut sent);
    let (leg, channel, destination, datagram) = &sent.0[0];
    assert_eq!((*leg, *channel, *destination), (LegId(2), Channel::Rtp, None));
    let packet = Packet::parse(datagram).unwrap();
    assert_eq!((packet.payload, packet.header.payload_type, packet.header.marker), (&b"opus"[..], 96, true));
    session.receive_packet(now, LegId(3), &header, b"opus", &mut sent);
    assert_eq!(sent.0.len(), 1, "nobody is there");
}

#[test]
fn a_late_caller_makes_up_for_little_and_leaves_out_much() {
    let now = MediaTime::from_millis(0);
    let mut session = session(now, &[Codec::Pcmu], |spec| spec.first_timestamp = 0);
    let timestamps = |session: &mut Session, millis: u64| -> Vec<u32> {
        let mut sent = Sent::default();
        session.tick(MediaTime::from_millis(millis), &mut sent);
        let sound = sent.0.iter().filter(|(_, channel, ..)| *channel == Channel::Rtp);
        sound.map(|(.., datagram)| Packet::parse(datagram).unwrap().header.timestamp).collect()
    };
    assert_eq!(timestamps(&mut session, 0), [0]);
    assert_eq!(timestamps(&mut session, 19), []);
    assert_eq!(timestamps(&mut session, 60), [160, 320, 480]);
    assert_eq!(timestamps(&mut session, 10_000).len(), 5, "and not five hundred");
    assert_eq!(session.next_tick(), MediaTime::from_millis(10_020));
    assert_eq!(timestamps(&mut session, 10_020), [8 * 10_020], "the clock went on");
}

#[test]
fn the_round_trip_is_measured_and_loss_there_is_told() {
    let mut now = MediaTime::from_millis(0);
    let mut session = session(now, &[Codec::Pcmu], |_| {});
    let mut report = None;
    while report.is_none() {
        let mut sent = Sent::default();
        session.tick(now, &mut sent);
        let found =
            sent.0.iter().filter(|(.., datagram)| looks_like_rtcp(datagram)).find_map(|(.., datagram)| {
                parse(datagram).find_map(|packet| match packet {
                    Rtcp::SenderReport { ssrc, info, .. } => Some((ssrc, info)),
                    _ => None,
                })
            });
        report = found.filter(|(_, info)| info.packets > 10);
        now = now.plus_millis(20);
    }
    let (ssrc, info) = report.unwrap();
    // Reports leave with their frame's time; a tenth of a second later the answer is there.
    let now = now.plus_millis(80);
    let block = ReportBlock {
        ssrc,
        fraction_lost: 26,
        last_sender_report: (info.ntp >> 16) as u32,
        ..ReportBlock::default()
    };
    let mut datagram = Vec::new();
    write_report(77, "them", None, Some(&block), &mut datagram);
    session.receive(now, LegId(1), "192.0.2.1:4001".parse().unwrap(), &mut datagram, &mut Sent::default());
    let mut stranger = Vec::new();
    write_report(77, "them", None, Some(&ReportBlock { fraction_lost: 255, ..block }), &mut stranger);
    session.receive(now, LegId(1), "203.0.113.9:4001".parse().unwrap(), &mut stranger, &mut Sent::default());
    session
        .apply(now, Command::RemoveLeg { leg: LegId(1) }, &Default::default(), &mut Sent::default())
        .unwrap();
    let mut events = std::iter::from_fn(|| session.poll_event());
    let stats = events.find_map(|event| match event {
        Event::Stats { stats, last: true, .. } => Some(stats),
        _ => None,
    });
    let stats = stats.unwrap();
    assert!((stats.round_trip_ms.unwrap() - 100.0).abs() < 1.0, "{:?}", stats.round_trip_ms);
    assert!((stats.remote_loss_percent - 10.2).abs() < 0.1, "{}", stats.remote_loss_percent);
}

#[test]
fn goodbyes_are_said_and_heard() {
    let mut call = Call::bridged(Rate::Narrow, &[(Codec::Pcmu, 400.0), (Codec::Pcmu, 1_000.0)]);
    call.pass(100);
    for (ssrc, told) in [(1, false), (0xabc1, true)] {
        let mut datagram = Vec::new();
        write_report(ssrc, "them", None, None, &mut datagram);
        write_goodbye(ssrc, &mut datagram);
        call.datagram(1, "192.0.2.1:4001".parse().unwrap(), datagram);
        assert_eq!(call.events.contains(&Event::Goodbye { leg: LegId(1) }), told);
    }
    let mut sent = Sent::default();
    let leave = Command::RemoveLeg { leg: LegId(2) };
    call.session.apply(call.now, leave, &call.library, &mut sent).unwrap();
    let said = sent
        .0
        .iter()
        .flat_map(|(.., datagram)| parse(datagram))
        .any(|packet| packet == Rtcp::Goodbye { ssrc: 0x1002 });
    assert!(said);
}

#[test]
fn another_source_takes_over_when_it_speaks_alone() {
    let mut call = Call::bridged(Rate::Narrow, &[(Codec::Pcmu, 400.0), (Codec::L16(Rate::Narrow), 0.0)]);
    call.pass(500);
    let phone = call.phone(1);
    (phone.header.ssrc, phone.header.sequence, phone.header.timestamp) = (5, 9, 1_000_000);
    call.forget();
    call.pass(1_000);
    let heard = call.phone(2).heard.clone();
    assert!(support::gap_ms(&heard, 400.0) <= 160, "{} ms", support::gap_ms(&heard, 400.0));
    assert_eq!(support::gap_ms(&heard[2_400..], 400.0), 0);
}

#[test]
fn sessions_move_between_threads() {
    fn moves<T: Send>(_: &T) {}
    moves(&session(MediaTime::default(), &Codec::ALL[..4], |_| {}));
}
