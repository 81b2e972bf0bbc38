//! A WebRTC client on the loopback address: says a tone, remembers what it hears.

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use media::codec::{Codec, Decoder, Encoder, Rate};
use media::dtmf::{Digit, event_payload};
use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::format::{Codec as Name, FormatParams};
use str0m::media::{Direction, Frequency, MediaKind, Mid};
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, Input, Output, Rtc};

/// The most that anything may take.
pub const SOON: Duration = Duration::from_secs(20);
const RATE: Rate = Rate::Wide;
const FRAME: Duration = Duration::from_millis(20);

/// A client.
pub struct Phone {
    rtc: Rtc,
    socket: UdpSocket,
    local: SocketAddr,
    mid: Mid,
    codec: Codec,
    pending: Option<SdpPendingOffer>,
    encoder: Encoder,
    decoder: Decoder,
    /// What it says; none = nothing.
    pub tone: Option<f64>,
    /// What it has heard.
    pub heard: Vec<i16>,
    /// Whether sound can flow.
    pub up: bool,
    /// Whether the server has ended it.
    pub closed: bool,
    frames: u32,
    next: Instant,
    digits: Vec<(u8, u32, u16)>,
}

impl Phone {
    /// A client with one codec, and its offer.
    pub fn new(codec: Codec) -> (Self, String) {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        socket.set_read_timeout(Some(Duration::from_millis(2))).expect("a time-out");
        let local = socket.local_addr().expect("an address");
        let mut config = Rtc::builder().clear_codecs().set_rtp_mode(true);
        let codecs = config.codec_config();
        codecs.enable_opus(codec == Codec::Opus, false);
        codecs.enable_pcmu(codec == Codec::Pcmu, false);
        codecs.enable_pcma(codec == Codec::Pcma, false);
        let clock = if codec == Codec::Opus { Frequency::FORTY_EIGHT_KHZ } else { Frequency::EIGHT_KHZ };
        codecs.add_config(101.into(), None, Name::Tele, clock, None, FormatParams::parse_line("0-15"));
        let mut rtc = config.build(Instant::now());
        rtc.add_local_candidate(Candidate::host(local, "udp").expect("a candidate"));
        let mut change = rtc.sdp_api();
        let mid = change.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        let (offer, pending) = change.apply().expect("an offer");
        let phone = Self {
            rtc,
            socket,
            local,
            mid,
            codec,
            pending: Some(pending),
            encoder: Encoder::new(codec, RATE),
            decoder: Decoder::new(codec, RATE),
            tone: None,
            heard: Vec::new(),
            up: false,
            closed: false,
            frames: 0,
            next: Instant::now(),
            digits: Vec::new(),
        };
        (phone, offer.to_sdp_string())
    }

    /// Takes the answer.
    pub fn answered(&mut self, sdp: &str) {
        let answer = SdpAnswer::from_sdp_string(sdp).expect("an answer");
        let pending = self.pending.take().expect("one answer");
        self.rtc.sdp_api().accept_answer(pending, answer).expect("a right answer");
    }

    /// Sends a key as an event.
    pub fn press(&mut self, key: char) {
        let digit = Digit::try_from(key).expect("a key").event();
        let timestamp = self.frames * self.codec.frame_units();
        self.digits.extend((1..=6).map(|step: u16| (digit, timestamp, step)));
    }

    /// Lets time go by until something is so.
    pub fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + SOON;
        while !is_so(self) {
            assert!(Instant::now() < deadline, "not within {SOON:?}: {what}");
            self.turn();
        }
    }

    /// Lets so much time go by.
    pub fn run(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.turn();
        }
    }

    /// How strongly a tone was heard in the last half second.
    pub fn hears(&self, hertz: f64) -> f64 {
        let samples = &self.heard[self.heard.len().saturating_sub(RATE.hertz() as usize / 2)..];
        let step = std::f64::consts::TAU * hertz / f64::from(RATE.hertz());
        let (mut a, mut b) = (0.0, 0.0);
        for (at, sample) in samples.iter().enumerate() {
            a += f64::from(*sample) * (step * at as f64).cos();
            b += f64::from(*sample) * (step * at as f64).sin();
        }
        2.0 * (a * a + b * b).sqrt() / samples.len().max(1) as f64
    }

    fn turn(&mut self) {
        let now = Instant::now();
        if now >= self.next {
            self.next += FRAME;
            self.speak(now);
        }
        let mut buffer = [0; 2_048];
        let input = match self.socket.recv_from(&mut buffer) {
            Ok((length, source)) => match buffer[..length].try_into() {
                Ok(contents) => Input::Receive(
                    Instant::now(),
                    Receive { proto: Protocol::Udp, source, destination: self.local, contents },
                ),
                Err(_) => return,
            },
            Err(_) => Input::Timeout(Instant::now()),
        };
        self.rtc.handle_input(input).expect("takes it");
        self.drain();
    }

    fn speak(&mut self, now: Instant) {
        self.frames += 1;
        if !self.up {
            return;
        }
        let units = self.codec.frame_units();
        let (number, timestamp, marker, payload) = match (self.digits.is_empty(), self.tone) {
            (false, _) => {
                let (digit, timestamp, step) = self.digits.remove(0);
                let digit = Digit::from_event(digit).expect("a key");
                let duration = step * u16::try_from(units).expect("short");
                (101, timestamp, step == 1, event_payload(digit, step > 3, duration).to_vec())
            }
            (true, Some(tone)) => {
                let start = self.frames as usize * RATE.frame();
                let frame: Vec<i16> = (start..start + RATE.frame()).map(|at| sine(tone, at)).collect();
                let mut payload = Vec::new();
                self.encoder.encode(&frame, &mut payload);
                let codec = match self.codec {
                    Codec::Opus => Name::Opus,
                    Codec::Pcma => Name::PCMA,
                    _ => Name::PCMU,
                };
                let number =
                    self.rtc.codec_config().find(|one| one.spec().codec == codec).expect("there").pt();
                (*number, self.frames * units, false, payload)
            }
            (true, None) => return,
        };
        let mid = self.mid;
        let sequence = u64::from(self.frames).into();
        let mut direct = self.rtc.direct_api();
        let stream = direct.stream_tx_by_mid(mid, None).expect("a stream");
        stream.write_rtp(RtpWrite::new(number.into(), sequence, timestamp, now, payload).marker(marker));
        self.drain();
    }

    fn drain(&mut self) {
        loop {
            match self.rtc.poll_output().expect("goes on") {
                Output::Timeout(_) => return,
                Output::Transmit(transmit) => {
                    self.socket.send_to(&transmit.contents, transmit.destination).expect("sent");
                }
                Output::Event(Event::Connected) => self.up = true,
                Output::Event(Event::Closed) => self.closed = true,
                Output::Event(Event::RtpPacket(packet)) => {
                    self.decoder.decode(&packet.payload, &mut self.heard);
                }
                Output::Event(_) => {}
            }
        }
    }
}

/// A sample of a tone.
pub fn sine(hertz: f64, at: usize) -> i16 {
    let angle = std::f64::consts::TAU * hertz * at as f64 / f64::from(RATE.hertz());
    (angle.sin() * 6000.0) as i16
}
