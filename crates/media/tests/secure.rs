//! Legs with keys: both ways encrypted, nothing taken without a proof.

mod support;

use media::codec::{Codec, Rate};
use media::rtp::Packet;
use media::session::command::{Command, LegId, LegKeys, Party, Seat};
use media::session::{Outlet, Session, SessionConfig};
use media::srtp::{Inbound, MasterKey, Outbound, Suite};
use support::{Sent, spec};

#[test]
fn two_encrypted_legs_are_relayed_from_key_to_key() {
    for suite in [Suite::AesCm128HmacSha1_80, Suite::AesCm128HmacSha1_32] {
        let now = media::MediaTime::from_millis(1);
        let mut session = Session::new(now, SessionConfig { rate: Rate::Narrow, cname: "c".into() });
        let mut sent = Sent::default();
        let key = |number: u8| MasterKey::new([number; 30]);
        for leg in 1..=2u8 {
            let mut spec = spec(u64::from(leg), Codec::Pcmu, Party::Other);
            spec.keys = Some(LegKeys { suite, ours: key(leg), theirs: key(10 + leg) });
            let command = Command::AddLeg { leg: LegId(u64::from(leg)), spec: Box::new(spec) };
            session.apply(now, command, &Default::default(), &mut sent).unwrap();
        }
        let seats = vec![(LegId(1), Seat::Talk), (LegId(2), Seat::Talk)];
        session.apply(now, Command::Bridge { seats }, &Default::default(), &mut sent).unwrap();
        let (mut first, mut second) =
            (Outbound::new(suite, &key(11)).unwrap(), Inbound::new(suite, &key(2)).unwrap());
        let mut phone = support::Call::bridged(Rate::Narrow, &[(Codec::Pcmu, 400.0)]);
        for step in 0..50 {
            let plain = phone.phone(1).say();
            let mut datagram = plain.clone();
            first.protect(&mut datagram).unwrap();
            let mut forged = datagram.clone();
            forged[20] ^= 1;
            let from = "198.51.100.1:9".parse().unwrap();
            session.receive(now, LegId(1), "203.0.113.1:9".parse().unwrap(), &mut forged, &mut sent);
            session.receive(now, LegId(1), "203.0.113.1:9".parse().unwrap(), &mut plain.clone(), &mut sent);
            assert!(sent.0.is_empty(), "neither forged nor plain packets are taken");
            session.receive(now, LegId(1), from, &mut datagram.clone(), &mut sent);
            session.receive(now, LegId(1), from, &mut datagram, &mut sent);
            assert_eq!(sent.0.len(), 1, "step {step}: once, though it came twice");
            let (leg, _, _, mut out) = sent.0.remove(0);
            assert_eq!(leg, LegId(2));
            let length = second.unprotect(&mut out).unwrap();
            assert_eq!(Packet::parse(&out[..length]).unwrap().payload, &plain[12..]);
        }
        session.tick(now, &mut sent);
        sent.send(LegId(9), media::session::Channel::Rtp, None, &[]);
    }
}
