//! Telephones in memory and a network between them and a session that treats packets as badly as a test wants.

#![allow(dead_code)]

use std::collections::BTreeMap;
use std::net::SocketAddr;

use media::codec::{Codec, Decoder, Encoder, Rate};
use media::dtmf::{Digit, EventReceiver};
use media::prompt::PromptLibrary;
use media::rtp::{Header, Packet, looks_like_rtcp, rtcp, write_header};
use media::sdp::{AudioFormat, Direction};
use media::session::command::{Command, CommandError, LegId, LegSpec, Party, Seat};
use media::session::event::Event;
use media::session::{Channel, Outlet, Session, SessionConfig};
use media::{Latching, MediaTime};

/// The same numbers at every run.
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    pub fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// What the network does to packets towards the session.
#[derive(Clone, Copy, Default)]
pub struct Impairment {
    pub loss_percent: u64,
    pub jitter_ms: u64,
    pub duplicate_percent: u64,
    pub swap_percent: u64,
}

/// Remembers what a session sent.
#[derive(Default)]
pub struct Sent(pub Vec<(LegId, Channel, Option<SocketAddr>, Vec<u8>)>);

impl Outlet for Sent {
    fn send(&mut self, leg: LegId, channel: Channel, destination: Option<SocketAddr>, datagram: &[u8]) {
        self.0.push((leg, channel, destination, datagram.to_vec()));
    }
}

/// One telephone: what it says is a tone, what it hears is kept.
pub struct Phone {
    pub leg: LegId,
    pub address: SocketAddr,
    pub codec: Codec,
    pub hertz: Option<f64>,
    pub header: Header,
    pub heard: Vec<i16>,
    pub packets: Vec<(Header, Vec<u8>)>,
    pub reports: usize,
    pub digits: String,
    said: u64,
    encoder: Encoder,
    decoder: Decoder,
    event_receiver: EventReceiver,
}

impl Phone {
    fn new(leg: u64, codec: Codec, hertz: Option<f64>) -> Self {
        Self {
            leg: LegId(leg),
            address: SocketAddr::from(([192, 0, 2, leg as u8], 4_000)),
            codec,
            hertz,
            header: Header {
                payload_type: 100,
                sequence: 65_500,
                timestamp: u32::MAX - 3_000,
                ssrc: 0xabc0 + leg as u32,
                marker: true,
            },
            heard: Vec::new(),
            packets: Vec::new(),
            reports: 0,
            digits: String::new(),
            said: 0,
            encoder: Encoder::new(codec, Rate::Narrow),
            decoder: Decoder::new(codec, Rate::Narrow),
            event_receiver: EventReceiver::default(),
        }
    }

    /// The next packet of its tone.
    pub fn say(&mut self) -> Vec<u8> {
        let hertz = self.hertz.unwrap_or(0.0);
        let frame: Vec<i16> = (0..160)
            .map(|at| {
                (((self.said + at) as f64 * hertz / 8_000.0 * std::f64::consts::TAU).sin() * 8_000.0) as i16
            })
            .collect();
        self.said += 160;
        let mut payload = Vec::new();
        self.encoder.encode(&frame, &mut payload);
        let mut packet = Vec::new();
        write_header(&self.header, &mut packet);
        packet.extend(payload);
        self.header.marker = false;
        self.header.sequence = self.header.sequence.wrapping_add(1);
        self.header.timestamp = self.header.timestamp.wrapping_add(self.codec.frame_units());
        packet
    }

    fn hear(&mut self, datagram: &[u8]) {
        if looks_like_rtcp(datagram) {
            self.reports += rtcp::parse(datagram).count();
            return;
        }
        let packet = Packet::parse(datagram).expect("a session sends packets");
        self.packets.push((packet.header, packet.payload.to_vec()));
        if packet.header.payload_type == 101 {
            self.digits.extend(
                self.event_receiver.received(packet.header.timestamp, packet.payload).map(Digit::as_char),
            );
        } else {
            self.decoder.decode(packet.payload, &mut self.heard);
        }
    }
}

/// A session, its telephones and the network.
pub struct Call {
    pub session: Session,
    pub library: PromptLibrary,
    pub phones: Vec<Phone>,
    pub now: MediaTime,
    pub events: Vec<Event>,
    pub impairment: Impairment,
    pub chance: Chance,
    pub lost: usize,
    under_way: BTreeMap<(u64, u64), (LegId, SocketAddr, Vec<u8>)>,
    sent: u64,
}

pub fn spec(leg: u64, codec: Codec, party: Party) -> LegSpec {
    LegSpec {
        party,
        format: AudioFormat { codec, send: 96, receive: 100 },
        events: Some((101, 101)),
        direction: Direction::SendRecv,
        remote: Some(SocketAddr::from(([192, 0, 2, leg as u8], 4_000))),
        remote_rtcp: None,
        latching: Latching::Symmetric,
        keys: None,
        ssrc: 0x1000 + leg as u32,
        first_sequence: 60_000,
        first_timestamp: u32::MAX - 10_000,
        silent_after_ms: Some(2_000),
    }
}

impl Call {
    pub fn new(rate: Rate) -> Self {
        let now = MediaTime::from_millis(50_000);
        Self {
            session: Session::new(now, SessionConfig { rate, cname: "test".into() }),
            library: PromptLibrary::default(),
            phones: Vec::new(),
            now,
            events: Vec::new(),
            impairment: Impairment::default(),
            chance: Chance(0x2545_f491_4f6c_dd1d),
            lost: 0,
            under_way: BTreeMap::new(),
            sent: 0,
        }
    }

    /// A call between telephones with these codecs that say these tones; the first is the customer.
    pub fn bridged(rate: Rate, phones: &[(Codec, f64)]) -> Self {
        let mut call = Self::new(rate);
        for (index, (codec, hertz)) in phones.iter().enumerate() {
            let party = if index == 0 { Party::Customer } else { Party::Agent };
            call.add(index as u64 + 1, *codec, party, Some(*hertz));
        }
        call.seat(&(1..=phones.len() as u64).map(|leg| (leg, Seat::Talk)).collect::<Vec<_>>());
        call
    }

    pub fn add(&mut self, leg: u64, codec: Codec, party: Party, hertz: Option<f64>) {
        self.add_spec(leg, spec(leg, codec, party), hertz);
    }

    pub fn add_spec(&mut self, leg: u64, spec: LegSpec, hertz: Option<f64>) {
        self.phones.push(Phone::new(leg, spec.format.codec, hertz));
        self.apply(Command::AddLeg { leg: LegId(leg), spec: Box::new(spec) });
    }

    pub fn seat(&mut self, seats: &[(u64, Seat)]) {
        self.apply(Command::Bridge { seats: seats.iter().map(|(leg, seat)| (LegId(*leg), *seat)).collect() });
    }

    pub fn apply(&mut self, command: Command) {
        self.try_apply(command).expect("the command is in order");
    }

    pub fn try_apply(&mut self, command: Command) -> Result<(), CommandError> {
        let mut sent = Sent::default();
        let result = self.session.apply(self.now, command, &self.library, &mut sent);
        self.deliver(sent);
        result
    }

    pub fn phone(&mut self, leg: u64) -> &mut Phone {
        self.phones.iter_mut().find(|phone| phone.leg == LegId(leg)).expect("the phone was added")
    }

    fn deliver(&mut self, sent: Sent) {
        for (leg, _, destination, datagram) in sent.0 {
            if let Some(phone) =
                self.phones.iter_mut().find(|phone| phone.leg == leg && destination == Some(phone.address))
            {
                phone.hear(&datagram);
            } else if let Some(phone) =
                self.phones.iter_mut().find(|phone| phone.leg == leg && looks_like_rtcp(&datagram))
            {
                phone.hear(&datagram);
            }
        }
        while let Some(event) = self.session.poll_event() {
            self.events.push(event);
        }
    }

    /// Passes a datagram in at once.
    pub fn datagram(&mut self, leg: u64, source: SocketAddr, mut datagram: Vec<u8>) {
        let mut sent = Sent::default();
        self.session.receive(self.now, LegId(leg), source, &mut datagram, &mut sent);
        self.deliver(sent);
    }

    fn post(&mut self, leg: LegId, address: SocketAddr, packet: Vec<u8>) {
        let trouble = self.impairment;
        if self.chance.percent(trouble.loss_percent) {
            self.lost += 1;
            return;
        }
        let copies = 1 + u64::from(self.chance.percent(trouble.duplicate_percent));
        for _ in 0..copies {
            let late = if trouble.jitter_ms == 0 { 0 } else { self.chance.below(trouble.jitter_ms) };
            let swapped = if self.chance.percent(trouble.swap_percent) { 25 } else { 0 };
            self.sent += 1;
            self.under_way
                .insert((self.now.0 + (late + swapped) * 1_000, self.sent), (leg, address, packet.clone()));
        }
    }

    /// Lets time pass, in steps of a millisecond; telephones with a tone say it.
    pub fn pass(&mut self, millis: u64) {
        for _ in 0..millis {
            if self.now.as_millis().is_multiple_of(20) {
                for index in 0..self.phones.len() {
                    if self.phones[index].hertz.is_some() {
                        let packet = self.phones[index].say();
                        let (leg, address) = (self.phones[index].leg, self.phones[index].address);
                        self.post(leg, address, packet);
                    }
                }
            }
            while let Some(entry) = self.under_way.first_entry().filter(|entry| entry.key().0 <= self.now.0) {
                let (leg, address, packet) = entry.remove();
                self.datagram(leg.0, address, packet);
            }
            let mut sent = Sent::default();
            if self.now >= self.session.next_tick() {
                self.session.tick(self.now, &mut sent);
            }
            self.deliver(sent);
            self.now = self.now.plus_millis(1);
        }
    }

    /// Forgets what was heard so far.
    pub fn forget(&mut self) {
        for phone in &mut self.phones {
            phone.heard.clear();
            phone.packets.clear();
        }
        self.events.clear();
    }

    /// How much of each tone a telephone has heard.
    pub fn strengths(&mut self, leg: u64, hertz: &[f64]) -> Vec<f64> {
        let heard = &self.phone(leg).heard;
        hertz.iter().map(|hertz| strength(heard, *hertz, 8_000.0)).collect()
    }
}

/// The amplitude of one tone in some samples.
pub fn strength(samples: &[i16], hertz: f64, rate: f64) -> f64 {
    if samples.is_empty() {
        return 0.0;
    }
    let (mut real, mut imaginary) = (0.0, 0.0);
    for (at, sample) in samples.iter().enumerate() {
        let angle = at as f64 * hertz / rate * std::f64::consts::TAU;
        real += f64::from(*sample) * angle.cos();
        imaginary += f64::from(*sample) * angle.sin();
    }
    2.0 * f64::hypot(real, imaginary) / samples.len() as f64
}

/// Frames of 20 ms at 8 kHz in which a tone is weaker than half of what it should be.
pub fn weak_frames(samples: &[i16], hertz: f64) -> usize {
    samples.chunks_exact(160).filter(|frame| strength(frame, hertz, 8_000.0) < 4_000.0).count()
}

/// Milliseconds in which a tone is not there: 12 dB or more below what it should be.
pub fn gap_ms(samples: &[i16], hertz: f64) -> usize {
    5 * samples.chunks_exact(40).filter(|part| strength(part, hertz, 8_000.0) < 2_000.0).count()
}
