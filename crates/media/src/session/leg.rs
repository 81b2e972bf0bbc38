//! One participant's connection: what is received of it, what is known of it, what it is sent.

mod figures;
mod receiving;
mod sending;

use std::net::SocketAddr;

use super::command::{CommandError, LegId, LegSpec, Seat};
use super::event::{Event, EventQueue, PlayEnd};
use super::gather::{Gather, GatherEnd};
use super::player::Player;
use super::sender::Sender;
use crate::codec::{Encoder, Rate};
use crate::dtmf::{Digit, EventReceiver, EventSender, ToneDetector, ToneGenerator};
use crate::latch::{Latch, Latching};
use crate::quality::LegStats;
use crate::receiver::Receiver;
use crate::rtp::{Reception, Window};
use crate::srtp::{Inbound, Outbound};
use crate::time::MediaTime;

/// Payload type of comfort noise beside codecs of 8 kHz.
const COMFORT_NOISE: u8 = 13;
const REPORT_MS: u64 = 5_000;
const STATS_MS: u64 = 10_000;
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
    /// A digit that those who hear a mix were not sent yet.
    pub to_pass_on: Option<Digit>,
    dial: EventSender,
    /// Whether digits were asked for by a command, whose end is told.
    dial_told: bool,
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
            to_pass_on: None,
            dial: EventSender::default(),
            dial_told: false,
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
            figures::add(&mut self.before, receiver.figures());
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
        self.destination().is_some() || self.spec.latching == Latching::Transport
    }

    /// Ends what plays.
    pub fn stop_play(&mut self, end: PlayEnd, events: &mut EventQueue) {
        if let Some(player) = self.player.take() {
            events.push(Event::PlayEnded {
                leg: self.id,
                play: player.play,
                end,
                played_ms: player.played_ms(),
            });
        }
    }

    /// Ends gathering digits.
    pub fn stop_gather(&mut self, end: GatherEnd, events: &mut EventQueue) {
        if let Some(gather) = self.gather.take() {
            events.push(Event::Gathered { leg: self.id, digits: gather.into_digits(), end });
        }
    }
}

type Keys = (Option<Box<Outbound>>, Option<Box<Inbound>>);

fn keys(spec: &LegSpec) -> Result<Keys, CommandError> {
    let Some(keys) = &spec.keys else { return Ok((None, None)) };
    let outbound = Outbound::new(keys.suite, &keys.ours).map_err(|_| CommandError::Keys)?;
    let inbound = Inbound::new(keys.suite, &keys.theirs).map_err(|_| CommandError::Keys)?;
    Ok((Some(Box::new(outbound)), Some(Box::new(inbound))))
}
