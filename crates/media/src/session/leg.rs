//! One participant's connection: what is received of it, what is known of it, what it is sent.

use std::net::SocketAddr;

use super::Outlet;
use super::command::{CommandError, LegId, LegSpec, Seat};
use super::event::{DigitForm, Event, EventQueue, PlayEnd};
use super::gather::{Gather, GatherEnd};
use super::player::Player;
use super::sender::Sender;
use crate::codec::{Encoder, Rate};
use crate::dtmf::{Digit, EventReceiver, EventSender, Sending, ToneDetector, ToneGenerator, event_payload};
use crate::jitter::JitterFigures;
use crate::latch::{Latch, Verdict};
use crate::quality::LegStats;
use crate::receiver::Receiver;
use crate::rtp::rtcp::{self, Rtcp, SenderInfo};
use crate::rtp::{Header, Packet, Reception, Window};
use crate::srtp::{Inbound, Outbound};
use crate::time::MediaTime;

/// Payload type of comfort noise beside codecs of 8 kHz.
const COMFORT_NOISE: u8 = 13;
const REPORT_MS: u64 = 5_000;
const STATS_MS: u64 = 10_000;
/// Packets in a row of another source until it is taken for the leg's.
const NEW_SOURCE: u8 = 3;

/// Percent of lost packets.
const LITTLE_LOSS: u8 = 2;

/// What a received packet holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Audio,
    Event,
    Comfort,
}

/// A participant.
pub(crate) struct Leg {
    pub id: LegId,
    pub spec: LegSpec,
    pub seat: Seat,
    pub muted: bool,
    pub held: bool,
    pub player: Option<Player>,
    pub gather: Option<Gather>,
    /// There while anyone needs the leg's samples.
    pub receiver: Option<Box<Receiver>>,
    /// The frame that the receiver gave last.
    pub heard: Vec<i16>,
    pub sender: Sender,
    rate: Rate,
    latch: Latch,
    inbound: Option<Box<Inbound>>,
    encoder: Option<Box<Encoder>>,
    reception: Option<Reception>,
    window: Window,
    other_source: (u32, u8),
    events: EventReceiver,
    tones: Option<Box<ToneDetector>>,
    dial: EventSender,
    dial_timestamp: u32,
    dial_tone: Option<Box<ToneGenerator>>,
    last_packet: MediaTime,
    silent: bool,
    next_report: MediaTime,
    next_stats: MediaTime,
    /// Of sources and receivers that are gone.
    before: LegStats,
    /// Expected and received when figures were told last.
    told: (u64, u64),
    refused: u64,
}

impl Leg {
    pub fn new(now: MediaTime, id: LegId, spec: LegSpec, rate: Rate) -> Result<Self, CommandError> {
        let (outbound, inbound) = keys(&spec)?;
        // Reports of many legs that come at once spread over their interval.
        let spread = u64::from(spec.ssrc) % REPORT_MS;
        Ok(Self {
            id,
            seat: Seat::Apart,
            muted: false,
            held: false,
            player: None,
            gather: None,
            receiver: None,
            heard: Vec::new(),
            sender: Sender::new(id, spec.ssrc, spec.first_sequence, spec.first_timestamp, outbound),
            rate,
            latch: Latch::new(spec.latching, spec.remote),
            inbound,
            encoder: None,
            reception: None,
            window: Window::default(),
            other_source: (0, 0),
            events: EventReceiver::default(),
            tones: None,
            dial: EventSender::default(),
            dial_timestamp: 0,
            dial_tone: None,
            last_packet: now,
            silent: false,
            next_report: now.plus_millis(spread),
            next_stats: now.plus_millis(STATS_MS),
            before: LegStats::default(),
            told: (0, 0),
            refused: 0,
            spec,
        })
    }

    /// Takes in another negotiation.
    pub fn update(&mut self, spec: LegSpec) -> Result<(), CommandError> {
        if spec.keys != self.spec.keys {
            (self.sender.keys, self.inbound) = keys(&spec)?;
        }
        if spec.format.codec != self.spec.format.codec {
            self.forget_source();
            self.encoder = None;
            self.need_samples(false);
        }
        self.latch.told(spec.latching, spec.remote);
        // What identifies our stream goes on as it was.
        let (ssrc, first_sequence, first_timestamp) =
            (self.spec.ssrc, self.spec.first_sequence, self.spec.first_timestamp);
        self.spec = LegSpec { ssrc, first_sequence, first_timestamp, ..spec };
        Ok(())
    }

    /// Sets up or takes down what turns packets into samples.
    pub fn need_samples(&mut self, needed: bool) {
        if needed && self.receiver.is_none() {
            let receiver = Receiver::new(self.spec.format.codec, self.rate, self.spec.ssrc);
            self.receiver = Some(Box::new(receiver));
            self.heard = vec![0; self.rate.frame()];
        } else if !needed && let Some(receiver) = self.receiver.take() {
            add(&mut self.before, receiver.figures());
            self.heard = Vec::new();
        }
        let in_band = needed && self.listens_for_tones();
        if in_band != self.tones.is_some() {
            self.tones = in_band.then(Box::default);
        }
    }

    /// Whether its digits come as sound.
    pub fn listens_for_tones(&self) -> bool {
        self.spec.events.is_none()
    }

    pub fn drop_encoder(&mut self) {
        self.encoder = None;
    }

    fn destination(&self) -> Option<SocketAddr> {
        self.latch.destination()
    }

    /// Whether there is anywhere to send to.
    fn reachable(&self) -> bool {
        self.destination().is_some() || self.spec.latching == crate::latch::Latching::Transport
    }

    // ── received ────────────────────────────────────────────────────────────

    /// Takes a datagram that is RTP: checked, decrypted, of this leg. What it holds is told and ready to be relayed.
    pub fn receive<'a>(
        &mut self,
        now: MediaTime,
        source: SocketAddr,
        datagram: &'a mut [u8],
        events: &mut EventQueue,
    ) -> Option<(Header, Content, &'a [u8])> {
        let length = match &mut self.inbound {
            None => datagram.len(),
            Some(keys) => match keys.unprotect(datagram) {
                Ok(length) => length,
                Err(_) => return self.refuse(),
            },
        };
        let Ok(packet) = Packet::parse(&datagram[..length]) else { return self.refuse() };
        let (header, payload) = (packet.header, packet.payload);
        match self.latch.judge(now, source, header.ssrc, header.sequence, self.inbound.is_some()) {
            Verdict::Take => {}
            Verdict::Learned => events.push(Event::AddressLearned { leg: self.id, address: source }),
            Verdict::Ignore => return self.refuse(),
        }
        self.received(now, &header, payload, events).map(|content| (header, content, payload))
    }

    /// Takes a packet that the transport has checked already.
    pub fn received(&mut self, now: MediaTime, header: &Header, payload: &[u8], events: &mut EventQueue) -> Option<Content> {
        let content = match header.payload_type {
            own if own == self.spec.format.receive => Content::Audio,
            own if self.spec.events.is_some_and(|(_, receive)| own == receive) => Content::Event,
            COMFORT_NOISE if self.spec.format.codec.clock_rate() == 8_000 => Content::Comfort,
            _ => {
                self.refused += 1;
                return None;
            }
        };
        if !self.is_own_source(header.ssrc) {
            self.refused += 1;
            return None;
        }
        let reception = self.reception.as_mut()?;
        let sequence = reception.received(now, header.sequence, header.timestamp);
        self.last_packet = now;
        if self.silent {
            self.silent = false;
            events.push(Event::LegHeard { leg: self.id });
        }
        if !self.window.admits(sequence) {
            self.before.duplicates += 1;
            return None;
        }
        self.window.note(sequence);
        if content == Content::Event {
            if let Some(digit) = self.events.received(header.timestamp, payload) {
                self.pressed(now, digit, DigitForm::Event, events);
            }
        } else if let Some(receiver) = &mut self.receiver {
            receiver.insert(now, header.sequence, header.timestamp, content == Content::Comfort, payload);
        }
        Some(content)
    }

    fn refuse<T>(&mut self) -> Option<T> {
        self.refused += 1;
        None
    }

    /// A leg has one source at a time; another is believed when it speaks alone.
    fn is_own_source(&mut self, ssrc: u32) -> bool {
        match &self.reception {
            Some(reception) if reception.ssrc() == ssrc => {
                self.other_source = (0, 0);
                return true;
            }
            Some(_) => {
                let (other, shown) = self.other_source;
                let shown = if other == ssrc { shown + 1 } else { 1 };
                self.other_source = (ssrc, shown);
                if shown < NEW_SOURCE {
                    return false;
                }
            }
            None => {}
        }
        self.forget_source();
        self.reception = Some(Reception::new(ssrc, self.spec.format.codec.clock_rate()));
        true
    }

    fn forget_source(&mut self) {
        if let Some(reception) = self.reception.take() {
            self.before.received += reception.count();
            self.before.lost += reception.lost();
        }
        self.window = Window::default();
        self.other_source = (0, 0);
        self.told = (0, 0);
        self.events.reset();
        if let Some(receiver) = &mut self.receiver {
            receiver.reset();
        }
    }

    /// Takes a datagram that is RTCP.
    pub fn receive_control(&mut self, now: MediaTime, source: SocketAddr, datagram: &mut [u8], events: &mut EventQueue) {
        let length = match &mut self.inbound {
            None => datagram.len(),
            Some(keys) => match keys.unprotect_rtcp(datagram) {
                Ok(length) => length,
                Err(_) => return self.refused += 1,
            },
        };
        if !self.latch.takes_control(source, self.inbound.is_some()) {
            self.refused += 1;
            return;
        }
        for packet in rtcp::parse(&datagram[..length]) {
            let blocks = match packet {
                Rtcp::SenderReport { ssrc, info, blocks } => {
                    if let Some(reception) = self.reception.as_mut().filter(|reception| reception.ssrc() == ssrc) {
                        reception.sender_report(now, info.ntp);
                    }
                    blocks
                }
                Rtcp::ReceiverReport { blocks, .. } => blocks,
                Rtcp::Goodbye { ssrc } => {
                    if self.reception.as_ref().is_some_and(|reception| reception.ssrc() == ssrc) {
                        events.push(Event::Goodbye { leg: self.id });
                    }
                    continue;
                }
                Rtcp::SourceDescription { .. } | Rtcp::Other(_) => continue,
            };
            for block in blocks.filter(|block| block.ssrc == self.spec.ssrc) {
                self.sender.transmission.reported(now, &block);
            }
        }
        let expected = self.expected_loss();
        if let Some(encoder) = &mut self.encoder {
            encoder.expect_loss(expected);
        }
    }

    /// Percent of what is sent, by the last report; little loss is not worth a provision.
    fn expected_loss(&self) -> u8 {
        let percent = (self.sender.transmission.loss * 100.0) as u8;
        if percent < LITTLE_LOSS { 0 } else { percent.min(25) }
    }

    fn pressed(&mut self, now: MediaTime, digit: Digit, form: DigitForm, events: &mut EventQueue) {
        let Some(gather) = &mut self.gather else {
            events.push(Event::Digit { leg: self.id, digit, form });
            return;
        };
        let end = gather.pressed(now, digit);
        self.stop_play(PlayEnd::Interrupted, events);
        if let Some(end) = end {
            self.stop_gather(end, events);
        }
    }

    // ── per frame ───────────────────────────────────────────────────────────

    /// Gets the frame that is heard of it now.
    pub fn hear(&mut self, now: MediaTime, events: &mut EventQueue) {
        let Some(receiver) = &mut self.receiver else { return };
        receiver.pull(now, &mut self.heard);
        let Some(mut tones) = self.tones.take() else { return };
        let mut digits = Vec::new();
        match self.rate {
            Rate::Narrow => tones.listen(&self.heard, |digit| digits.push(digit)),
            Rate::Wide => {
                let halved: Vec<i16> = self.heard.chunks_exact(2).map(|pair| i16::midpoint(pair[0], pair[1])).collect();
                tones.listen(&halved, |digit| digits.push(digit));
            }
        }
        self.tones = Some(tones);
        for digit in digits {
            self.pressed(now, digit, DigitForm::Tone, events);
        }
    }

    /// Sends this frame's digits. With true, there is to be no sound in this frame.
    pub fn dial(&mut self, scratch: &mut Vec<u8>, out: &mut impl Outlet, events: &mut EventQueue) -> bool {
        if self.dial.is_idle() {
            return false;
        }
        let sending = self.dial.tick();
        if self.dial.is_idle() {
            events.push(Event::DigitsSent { leg: self.id });
        }
        let destination = self.destination();
        match (sending, self.spec.events) {
            (Sending::Idle, _) => return false,
            (Sending::Gap, _) => {
                self.dial_tone = None;
                // Without events, the pause between digits is silence that is sent.
                if self.spec.events.is_some() {
                    return true;
                }
                self.send_samples(&vec![0; self.rate.frame()], scratch, out);
            }
            (Sending::Digit { digit, first, so_far_ms, packets }, Some((payload_type, _))) => {
                if first {
                    self.sender.interrupt();
                    self.dial_timestamp = self.sender.timestamp();
                }
                let duration = so_far_ms * self.spec.format.codec.clock_rate() / 1_000;
                let payload = event_payload(digit, packets > 1, duration.min(0xffff) as u16);
                for _ in 0..packets {
                    self.sender.packet(payload_type, &payload, self.dial_timestamp, first, destination, scratch, out);
                }
            }
            (Sending::Digit { digit, first, .. }, None) => {
                if first {
                    self.dial_tone = Some(Box::new(ToneGenerator::new(digit, self.rate.hertz())));
                }
                let mut frame = vec![0; self.rate.frame()];
                if let Some(tone) = &mut self.dial_tone {
                    tone.add(&mut frame);
                }
                self.send_samples(&frame, scratch, out);
            }
        }
        true
    }

    /// Adds digits to be sent.
    pub fn send_digits(&mut self, digits: &str) -> Result<(), CommandError> {
        self.dial.push(digits)?;
        Ok(())
    }

    /// Sends a frame that is encoded already.
    pub fn send_payload(&mut self, payload: &[u8], scratch: &mut Vec<u8>, out: &mut impl Outlet) {
        if self.reachable() {
            self.sender.frame(self.spec.format.send, payload, self.destination(), scratch, out);
        }
    }

    /// Sends this frame of what is played, where it is encoded already.
    pub fn send_played(&mut self, scratch: &mut Vec<u8>, out: &mut impl Outlet) -> bool {
        let Some(payload) = self.player.as_ref().and_then(|player| player.payload(self.spec.format.codec)) else {
            return false;
        };
        if self.destination().is_some() || self.spec.latching == crate::latch::Latching::Transport {
            let destination = self.latch.destination();
            self.sender.frame(self.spec.format.send, payload, destination, scratch, out);
        }
        true
    }

    /// Encodes and sends a frame.
    pub fn send_samples(&mut self, frame: &[i16], scratch: &mut Vec<u8>, out: &mut impl Outlet) {
        if !self.reachable() {
            return;
        }
        let (codec, rate) = (self.spec.format.codec, self.rate);
        let expected = self.expected_loss();
        let encoder = self.encoder.get_or_insert_with(|| {
            let mut encoder = Encoder::new(codec, rate);
            encoder.expect_loss(expected);
            Box::new(encoder)
        });
        let mut payload = Vec::with_capacity(640);
        encoder.encode(frame, &mut payload);
        if payload.is_empty() {
            return self.sender.interrupt();
        }
        self.sender.frame(self.spec.format.send, &payload, self.destination(), scratch, out);
    }

    /// Sends a packet of another leg.
    pub fn relay(&mut self, header: &Header, content: Content, payload: &[u8], scratch: &mut Vec<u8>, out: &mut impl Outlet) {
        if !self.reachable() || !self.dial.is_idle() {
            return;
        }
        let payload_type = match (content, self.spec.events) {
            (Content::Audio, _) => self.spec.format.send,
            (Content::Event, Some((send, _))) => send,
            (Content::Event, None) => return,
            (Content::Comfort, _) => COMFORT_NOISE,
        };
        self.sender.relay(header, payload_type, payload, self.destination(), scratch, out);
    }

    /// Moves the clock on and looks after all that happens in time.
    pub fn end_frame(&mut self, now: MediaTime, cname: &str, scratch: &mut Vec<u8>, out: &mut impl Outlet, events: &mut EventQueue) {
        self.sender.advance(self.spec.format.codec.frame_units());
        let playing = self.player.is_some();
        if let Some(end) = self.gather.as_mut().and_then(|gather| gather.tick(now, playing)) {
            self.stop_gather(end, events);
        }
        if let Some(limit) = self.spec.silent_after_ms
            && !self.silent
            && self.spec.direction.receives()
            && now.since(self.last_packet) >= u64::from(limit) * 1_000
        {
            self.silent = true;
            events.push(Event::LegSilent { leg: self.id });
        }
        if now >= self.next_report {
            self.next_report = now.plus_millis(REPORT_MS);
            self.report(now, cname, false, scratch, out);
        }
        if now >= self.next_stats {
            self.next_stats = now.plus_millis(STATS_MS);
            self.tell_stats(false, events);
        }
    }

    fn report(&mut self, now: MediaTime, cname: &str, goodbye: bool, scratch: &mut Vec<u8>, out: &mut impl Outlet) {
        // RTCP goes where RTP goes when both share a port, and by the description otherwise.
        let destination = match self.spec.remote_rtcp {
            Some(rtcp) if Some(rtcp) != self.spec.remote => Some(rtcp),
            _ => self.destination(),
        };
        if destination.is_none() && !self.reachable() {
            return;
        }
        let sent = &self.sender.transmission;
        let info = (sent.packets > 0).then(|| SenderInfo {
            ntp: now.as_ntp(),
            rtp: self.sender.timestamp(),
            packets: sent.packets,
            octets: sent.octets,
        });
        let block = self.reception.as_mut().and_then(|reception| reception.report(now));
        scratch.clear();
        rtcp::write_report(self.spec.ssrc, cname, info.as_ref(), block.as_ref(), scratch);
        if goodbye {
            rtcp::write_goodbye(self.spec.ssrc, scratch);
        }
        self.sender.control(destination, scratch, out);
    }

    /// Says goodbye and tells the last figures.
    pub fn leave(&mut self, now: MediaTime, cname: &str, scratch: &mut Vec<u8>, out: &mut impl Outlet, events: &mut EventQueue) {
        self.stop_play(PlayEnd::Stopped, events);
        self.stop_gather(GatherEnd::Stopped, events);
        self.report(now, cname, true, scratch, out);
        self.tell_stats(true, events);
    }

    /// Ends what plays.
    pub fn stop_play(&mut self, end: PlayEnd, events: &mut EventQueue) {
        if let Some(player) = self.player.take() {
            events.push(Event::PlayEnded { leg: self.id, play: player.play, end, played_ms: player.played_ms() });
        }
    }

    /// Ends gathering digits.
    pub fn stop_gather(&mut self, end: GatherEnd, events: &mut EventQueue) {
        if let Some(gather) = self.gather.take() {
            events.push(Event::Gathered { leg: self.id, digits: gather.into_digits(), end });
        }
    }

    fn tell_stats(&mut self, last: bool, events: &mut EventQueue) {
        let stats = self.stats();
        if let Some(reception) = &self.reception {
            self.told = (reception.expected(), reception.count());
        }
        events.push(Event::Stats { leg: self.id, stats: Box::new(stats), last });
    }

    fn stats(&self) -> LegStats {
        let mut stats = self.before.clone();
        stats.refused = self.refused;
        stats.sent = u64::from(self.sender.transmission.packets);
        stats.remote_loss_percent = self.sender.transmission.loss * 100.0;
        stats.round_trip_ms = self.sender.transmission.round_trip_ms;
        if let Some(reception) = &self.reception {
            stats.received += reception.count();
            stats.lost += reception.lost();
            stats.jitter_ms = reception.jitter_ms();
            let expected = reception.expected().saturating_sub(self.told.0);
            let received = reception.count().saturating_sub(self.told.1);
            if expected > 0 {
                stats.loss_percent = expected.saturating_sub(received) as f64 * 100.0 / expected as f64;
            }
        }
        if let Some(receiver) = &self.receiver {
            add(&mut stats, receiver.figures());
            stats.buffer_ms = receiver.delay_ms() as f64;
        }
        stats.rate(self.spec.format.codec);
        stats
    }
}

fn add(stats: &mut LegStats, figures: JitterFigures) {
    stats.late += figures.late;
    stats.concealed_ms += figures.concealed * crate::codec::FRAME_MS;
}

type Keys = (Option<Box<Outbound>>, Option<Box<Inbound>>);

fn keys(spec: &LegSpec) -> Result<Keys, CommandError> {
    let Some(keys) = &spec.keys else { return Ok((None, None)) };
    let outbound = Outbound::new(keys.suite, &keys.ours).map_err(|_| CommandError::Keys)?;
    let inbound = Inbound::new(keys.suite, &keys.theirs).map_err(|_| CommandError::Keys)?;
    Ok((Some(Box::new(outbound)), Some(Box::new(inbound))))
}
