//! The sound of one conversation.
//!
//! | what | who decides | where |
//! |---|---|---|
//! | who hears whom | the engine, by commands | [`command`] |
//! | relayed, played or mixed | the plan, from seats and codecs | `plan` |
//! | when a frame is due | the caller, by [`Session::tick`] | here |
//! | numbers and clock of what is sent | one sender per leg | `sender` |

pub mod command;
pub mod event;
pub mod gather;
mod leg;
mod plan;
mod player;
pub mod recording;
mod sender;
mod streaming;

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::codec::{FRAME_MS, Rate};
use crate::prompt::{PromptLibrary, silence};
use crate::rtp::{Header, looks_like_rtcp};
use crate::time::MediaTime;
use command::{Command, CommandError, LegId, LegSpec, Party, Seat};
use event::{Event, EventQueue, PlayEnd};
use gather::{Gather, GatherEnd};
use leg::{Content, Leg};
use plan::{Output, Place};
use player::Player;
use recording::Recording;
use streaming::Stream;

/// Participants of a session, and those of them that can talk to each other.
pub const MOST_LEGS: usize = 16;
/// See [`MOST_LEGS`].
pub const MOST_SPEAKERS: usize = 6;
const MOST_STREAMS: usize = 8;
const MOST_DIGITS: usize = 50;
/// Frames made up for at once when a caller is late; more are left out.
const MOST_FRAMES: u64 = 5;

/// Which of a leg's two streams a datagram belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Channel {
    /// Sound and events.
    Rtp,
    /// Reports.
    Rtcp,
}

/// Where datagrams go. They are borrowed: an outlet copies them into its batch.
pub trait Outlet {
    /// Sends a datagram. There is no destination where the transport knows its own.
    fn send(&mut self, leg: LegId, channel: Channel, destination: Option<SocketAddr>, datagram: &[u8]);
}

/// What holds for a session from its beginning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionConfig {
    /// The sample rate that sound is mixed, recorded and played in.
    pub rate: Rate,
    /// The canonical name that RTCP has to tell; the same for all legs of a session, and nothing personal.
    pub cname: String,
}

/// The machine of one conversation. It makes no packet by itself: the caller passes in commands, datagrams and time.
pub struct Session {
    config: SessionConfig,
    legs: Vec<Leg>,
    /// By leg: what it is sent, and whom it hears.
    outputs: Vec<(Output, u32)>,
    recording: Option<Recording>,
    streams: Vec<Stream>,
    events: EventQueue,
    next_frame: MediaTime,
    /// Buffers that every frame uses anew.
    scratch: Vec<u8>,
    mixed: Vec<i16>,
    sides: [Vec<i16>; 2],
}

impl Session {
    /// An empty one; its first frame is due now.
    pub fn new(now: MediaTime, config: SessionConfig) -> Self {
        Self {
            config,
            legs: Vec::new(),
            outputs: Vec::new(),
            recording: None,
            streams: Vec::new(),
            events: EventQueue::default(),
            next_frame: now,
            scratch: Vec::new(),
            mixed: Vec::new(),
            sides: Default::default(),
        }
    }

    /// When [`Session::tick`] has to be called next.
    pub fn next_tick(&self) -> MediaTime {
        self.next_frame
    }

    /// The next event; call it until there is none after everything else.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop()
    }

    /// Carries out a command. With an error, nothing has changed.
    pub fn apply(
        &mut self,
        now: MediaTime,
        command: Command,
        library: &PromptLibrary,
        out: &mut impl Outlet,
    ) -> Result<(), CommandError> {
        match command {
            Command::AddLeg { leg, spec } => self.add_leg(now, leg, *spec)?,
            Command::UpdateLeg { leg, spec } => self.leg(leg)?.update(*spec)?,
            Command::RemoveLeg { leg } => self.remove_leg(now, leg, out)?,
            Command::Bridge { seats } => self.bridge(&seats)?,
            Command::Mute { leg, muted } => self.leg(leg)?.muted = muted,
            Command::Hold { leg, held } => self.leg(leg)?.held = held,
            Command::Play { leg, play, sources, repeat } => {
                let player = Player::new(play, &sources, repeat, self.config.rate, library)?;
                let at = self.index(leg)?;
                self.legs[at].stop_play(PlayEnd::Replaced, &mut self.events);
                self.legs[at].player = Some(player);
            }
            Command::StopPlay { leg } => {
                let at = self.index(leg)?;
                self.legs[at].stop_play(PlayEnd::Stopped, &mut self.events);
            }
            Command::Gather { leg, spec } => {
                let at = self.index(leg)?;
                let gather = Gather::new(spec)?;
                self.legs[at].stop_gather(GatherEnd::Stopped, &mut self.events);
                self.legs[at].gather = Some(gather);
            }
            Command::StopGather { leg } => {
                let at = self.index(leg)?;
                self.legs[at].stop_gather(GatherEnd::Stopped, &mut self.events);
            }
            Command::SendDigits { leg, digits } => {
                if digits.chars().count() > MOST_DIGITS {
                    return Err(CommandError::TooManyDigits(MOST_DIGITS));
                }
                self.leg(leg)?.send_digits(&digits)?;
            }
            Command::StartRecording { recording, spec } => {
                if self.recording.is_some() {
                    return Err(CommandError::RecordingExists);
                }
                self.recording = Some(Recording::new(recording, spec, self.config.rate));
            }
            Command::SuspendRecording { recording } => self.recording(recording)?.suspend(true),
            Command::ResumeRecording { recording } => self.recording(recording)?.suspend(false),
            Command::StopRecording { recording } => {
                self.recording(recording)?;
                let ended = self.recording.take().map(Recording::finish);
                ended.into_iter().flatten().flatten().for_each(|event| self.events.push(event));
            }
            Command::StartStream { stream, leg, from, to } => {
                self.index(leg)?;
                if self.streams.len() == MOST_STREAMS || self.streams.iter().any(|other| other.id == stream) {
                    return Err(CommandError::StreamExists(stream));
                }
                self.streams.push(Stream::new(stream, leg, from, to, self.config.rate));
            }
            Command::StopStream { stream } => {
                let at = self.streams.iter().position(|other| other.id == stream);
                let ended = self.streams.remove(at.ok_or(CommandError::NoStream(stream))?).finish();
                ended.into_iter().flatten().for_each(|event| self.events.push(event));
            }
        }
        self.replan();
        Ok(())
    }

    /// Takes a datagram that came for a leg, and sends on what is relayed. The datagram is decrypted in place.
    pub fn receive(
        &mut self,
        now: MediaTime,
        leg: LegId,
        source: SocketAddr,
        datagram: &mut [u8],
        out: &mut impl Outlet,
    ) {
        let Ok(at) = self.index(leg) else { return };
        if looks_like_rtcp(datagram) {
            return self.legs[at].receive_control(now, source, datagram, &mut self.events);
        }
        if let Some((header, content, payload)) =
            self.legs[at].receive(now, source, datagram, &mut self.events)
        {
            self.relay(at, &header, content, payload, out);
        }
    }

    /// Takes a packet of a leg whose transport has checked and decrypted it.
    pub fn receive_packet(
        &mut self,
        now: MediaTime,
        leg: LegId,
        header: &Header,
        payload: &[u8],
        out: &mut impl Outlet,
    ) {
        let Ok(at) = self.index(leg) else { return };
        if let Some(content) = self.legs[at].received(now, header, payload, &mut self.events) {
            self.relay(at, header, content, payload, out);
        }
    }

    /// Makes the frames that are due.
    pub fn tick(&mut self, now: MediaTime, out: &mut impl Outlet) {
        for _ in 0..MOST_FRAMES {
            if now < self.next_frame {
                return;
            }
            let at = self.next_frame;
            self.next_frame = at.plus_millis(FRAME_MS);
            self.frame(at, out);
        }
        // Later than can be made up for: clocks go on, sound is left out.
        while now >= self.next_frame {
            let behind = now.since(self.next_frame) / (FRAME_MS * 1_000) + 1;
            self.next_frame = self.next_frame.plus_millis(behind * FRAME_MS);
            for leg in &mut self.legs {
                leg.sender.advance(leg.spec.format.codec.frame_units().wrapping_mul(behind as u32));
            }
        }
    }

    // ── commands ────────────────────────────────────────────────────────────

    fn index(&self, leg: LegId) -> Result<usize, CommandError> {
        self.legs.iter().position(|other| other.id == leg).ok_or(CommandError::NoLeg(leg))
    }

    fn leg(&mut self, leg: LegId) -> Result<&mut Leg, CommandError> {
        let at = self.index(leg)?;
        Ok(&mut self.legs[at])
    }

    fn recording(&mut self, recording: command::RecordingId) -> Result<&mut Recording, CommandError> {
        self.recording
            .as_mut()
            .filter(|running| running.id == recording)
            .ok_or(CommandError::NoRecording(recording))
    }

    fn add_leg(&mut self, now: MediaTime, leg: LegId, spec: LegSpec) -> Result<(), CommandError> {
        if self.index(leg).is_ok() {
            return Err(CommandError::LegExists(leg));
        }
        if self.legs.len() == MOST_LEGS {
            return Err(CommandError::TooManyLegs(MOST_LEGS));
        }
        self.legs.push(Leg::new(now, leg, spec, self.config.rate)?);
        Ok(())
    }

    fn remove_leg(&mut self, now: MediaTime, leg: LegId, out: &mut impl Outlet) -> Result<(), CommandError> {
        let at = self.index(leg)?;
        let mut gone = self.legs.remove(at);
        // Indices have moved: no packet may be relayed by the old ones.
        self.outputs.clear();
        gone.leave(now, &self.config.cname, &mut self.scratch, out, &mut self.events);
        while let Some(at) = self.streams.iter().position(|stream| stream.leg == leg) {
            let ended = self.streams.remove(at).finish();
            ended.into_iter().flatten().for_each(|event| self.events.push(event));
        }
        Ok(())
    }

    fn bridge(&mut self, seats: &[(LegId, Seat)]) -> Result<(), CommandError> {
        for (leg, seat) in seats {
            self.index(*leg)?;
            if let Seat::Coach(to) = seat {
                self.index(*to)?;
            }
        }
        let new_seat =
            |leg: &Leg| seats.iter().rev().find(|(id, _)| *id == leg.id).map_or(leg.seat, |(_, seat)| *seat);
        if self.legs.iter().filter(|leg| new_seat(leg) == Seat::Talk).count() > MOST_SPEAKERS {
            return Err(CommandError::TooManySpeakers(MOST_SPEAKERS));
        }
        for leg in &mut self.legs {
            leg.seat = seats.iter().rev().find(|(id, _)| *id == leg.id).map_or(leg.seat, |(_, seat)| *seat);
        }
        Ok(())
    }

    /// Decides anew what every leg is sent and whose samples are needed.
    fn replan(&mut self) {
        let places: Vec<Place> = self
            .legs
            .iter()
            .map(|leg| Place {
                id: leg.id,
                seat: leg.seat,
                muted: leg.muted,
                held: leg.held,
                sends: leg.spec.direction.sends(),
                codec: leg.spec.format.codec,
                playing: leg.player.is_some(),
            })
            .collect();
        let outputs: Vec<(Output, u32)> = (0..places.len())
            .map(|index| {
                let heard = plan::hears(&places, index);
                (plan::output(&places, index, heard), heard)
            })
            .collect();
        let mut needed = 0u32;
        for (index, (output, heard)) in outputs.iter().enumerate() {
            let leg = &self.legs[index];
            let streamed = |of: fn(&Stream) -> bool| {
                self.streams.iter().any(|stream| stream.leg == leg.id && of(stream))
            };
            if *output == Output::Mix || streamed(|stream| stream.to.is_some()) {
                needed |= heard;
            }
            let recorded = self.recording.is_some() && leg.seat == Seat::Talk;
            if recorded || leg.listens_for_tones() || streamed(|stream| stream.from.is_some()) {
                needed |= 1 << index;
            }
        }
        for (index, leg) in self.legs.iter_mut().enumerate() {
            leg.need_samples(needed & 1 << index != 0);
            let before = self.outputs.get(index).map(|(output, _)| *output);
            let (output, _) = outputs[index];
            if before != Some(output) {
                leg.sender.interrupt();
            }
            if !matches!(output, Output::Mix | Output::Player) {
                leg.drop_encoder();
            }
        }
        self.outputs = outputs;
    }

    // ── packets and frames ──────────────────────────────────────────────────

    fn relay(
        &mut self,
        from: usize,
        header: &Header,
        content: Content,
        payload: &[u8],
        out: &mut impl Outlet,
    ) {
        let pressed = self.legs[from].to_pass_on.take();
        for (leg, (output, heard)) in self.legs.iter_mut().zip(&self.outputs) {
            if *output == Output::Relay(from) {
                leg.relay(header, content, payload, &mut self.scratch, out);
            } else if let (Output::Mix, Some(digit)) = (output, pressed)
                && heard & 1 << from != 0
            {
                leg.pass_on(digit);
            }
        }
    }

    fn frame(&mut self, now: MediaTime, out: &mut impl Outlet) {
        let mut over = false;
        for leg in &mut self.legs {
            let playing = leg.player.is_some();
            leg.hear(now, &mut self.events);
            if leg.player.as_mut().is_some_and(|player| !player.go_on()) {
                leg.stop_play(PlayEnd::Finished, &mut self.events);
            }
            over |= playing && leg.player.is_none();
        }
        if over {
            self.replan();
        }
        for at in 0..self.legs.len() {
            self.send_frame(at, out);
        }
        self.record();
        for leg in &mut self.legs {
            if let Some(player) = &mut leg.player {
                player.advance();
            }
            leg.end_frame(now, &self.config.cname, &mut self.scratch, out, &mut self.events);
        }
    }

    fn send_frame(&mut self, at: usize, out: &mut impl Outlet) {
        let (output, heard) = self.outputs[at];
        let id = self.legs[at].id;
        let streamed = self.streams.iter().any(|stream| stream.leg == id && stream.to.is_some());
        let mixes = output == Output::Mix || streamed;
        if mixes {
            self.mix(at, heard);
        }
        for stream in self.streams.iter_mut().filter(|stream| stream.leg == id) {
            let from = stream.from.as_mut().and_then(|track| track.add(&self.legs[at].heard));
            let to = stream.to.as_mut().and_then(|track| track.add(&self.mixed));
            from.into_iter().chain(to).for_each(|event| self.events.push(event));
        }
        if output == Output::Nothing || self.legs[at].dial(&mut self.scratch, out, &mut self.events) {
            return;
        }
        match output {
            Output::Silence => {
                let payload = silence(self.legs[at].spec.format.codec);
                self.legs[at].send_payload(payload, &mut self.scratch, out);
            }
            Output::Player if self.legs[at].send_played(&mut self.scratch, out) => {}
            Output::Player | Output::Mix => {
                if !mixes {
                    self.mix(at, heard);
                }
                self.legs[at].send_samples(&self.mixed, &mut self.scratch, out);
            }
            Output::Nothing | Output::Relay(_) => {}
        }
    }

    /// Sums up what a leg hears: all that is meant for it but itself, and what is played to it.
    fn mix(&mut self, at: usize, heard: u32) {
        self.mixed.clear();
        self.mixed.resize(self.config.rate.frame(), 0);
        sum(&self.legs, &mut self.mixed, |index, _| heard & 1 << index != 0);
        if let Some(player) = &mut self.legs[at].player {
            player.add(&mut self.mixed);
        }
    }

    fn record(&mut self) {
        let Some(recording) = &mut self.recording else { return };
        for (side, agents) in self.sides.iter_mut().zip([false, true]) {
            side.clear();
            side.resize(self.config.rate.frame(), 0);
            sum(&self.legs, side, |_, leg| {
                let talks = leg.seat == Seat::Talk && !leg.muted && !leg.held;
                talks && (leg.spec.party == Party::Agent) == agents
            });
        }
        if let Some(event) = recording.add(&self.sides[0], &self.sides[1]) {
            self.events.push(event);
        }
    }
}

/// Adds the frames of some legs. With several, no sum is louder than a sample can be.
fn sum(legs: &[Leg], into: &mut [i16], of: impl Fn(usize, &Leg) -> bool) {
    for (_, leg) in legs.iter().enumerate().filter(|(index, leg)| of(*index, leg)) {
        for (sample, heard) in into.iter_mut().zip(&leg.heard) {
            *sample = sample.saturating_add(*heard);
        }
    }
}
