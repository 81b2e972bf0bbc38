//! The jitter buffer: packets in as they come, packets out in the order and at the pace of their timestamps.
//!
//! The playout position moves by one frame with every call of [`JitterBuffer::next`]. A packet is due when the position
//! reaches its timestamp. What the buffer does then follows from three facts: whether the packet is there, whether one
//! after it is there, and whether sequence numbers say that anything is missing at all.
//!
//! | due packet | later packet | numbers | played |
//! |---|---|---|---|
//! | there | – | – | it |
//! | missing | there | a gap | [`Playout::Lost`], and the position moves on |
//! | missing | there | no gap | [`Playout::Pause`]: the sender was silent |
//! | missing | none | – | [`Playout::Empty`], and the position waits until a packet says how much was missed |
//!
//! The delay grows when packets come too late to be played, and shrinks when for seconds none needed so much of it.

use crate::rtp::{Extended, Window};
use crate::time::MediaTime;

/// Packets held.
const CAPACITY: usize = 64;
/// Bytes of a payload that is kept.
const LONGEST: usize = 1_500;
/// Delay before the first packet of a stream is played.
const FIRST_DELAY_MS: u64 = 40;
/// The delay does not grow beyond this.
const LONGEST_DELAY_MS: u64 = 200;
/// More waiting than this is thrown away at once.
const OVERFLOW_MS: u64 = 400;
/// A timestamp farther than this from its place begins a new stretch.
const JUMP_MS: u64 = 200;
/// Shrinks by a frame when for this many frames at least so much waited.
const CALM_FRAMES: u32 = 150;
const SPARE_MS: u64 = 60;

/// What to play for the next frame.
#[derive(Debug, PartialEq, Eq)]
pub enum Playout<'a> {
    /// This payload. With `spare`, the next one is due as well: the delay is longer than needed.
    Packet {
        /// The payload.
        payload: &'a [u8],
        /// Whether it describes comfort noise.
        comfort: bool,
        /// Whether a frame may be left out.
        spare: bool,
    },
    /// A packet that did not come; the one after it, when that is there.
    Lost {
        /// The payload of the packet after the lost one.
        next: Option<&'a [u8]>,
    },
    /// Nothing came, and nothing tells why.
    Empty,
    /// The sender is silent.
    Pause,
}

/// What was counted since the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JitterFigures {
    /// Packets played.
    pub played: u64,
    /// Frames made up.
    pub concealed: u64,
    /// Packets that came after their time.
    pub late: u64,
    /// Packets that came twice.
    pub duplicates: u64,
    /// Packets thrown away to shorten the delay.
    pub discarded: u64,
    /// Times the stream began anew.
    pub resets: u64,
}

#[derive(Clone, Debug, Default)]
struct Slot {
    sequence: Option<u64>,
    timestamp: u64,
    arrival: MediaTime,
    comfort: bool,
    payload: Vec<u8>,
}

/// The buffer of one stream.
#[derive(Clone, Debug)]
pub struct JitterBuffer {
    per_ms: u64,
    frame: u64,
    slots: Vec<Slot>,
    sequences: Extended,
    timestamps: Extended,
    received: Window,
    /// The next packet to play, once one has come.
    next_sequence: Option<u64>,
    /// Where the packet after the last one played begins.
    next_timestamp: u64,
    /// Units played beyond that without a packet.
    filled: u64,
    /// Nothing is played before this.
    hold_until: Option<MediaTime>,
    /// Units that the delay has to grow by.
    debt: u64,
    /// The least that waited, and for how many frames.
    least: u64,
    calm: u32,
    /// A number far away, which the next packet may confirm.
    probation: Option<u16>,
    waiting: usize,
    figures: JitterFigures,
}

impl JitterBuffer {
    /// For timestamps of a clock of `clock_rate` hertz, played in frames of 20 ms.
    pub fn new(clock_rate: u32) -> Self {
        Self {
            per_ms: u64::from(clock_rate / 1_000),
            frame: u64::from(clock_rate / 50),
            slots: vec![Slot::default(); CAPACITY],
            sequences: Extended::default(),
            timestamps: Extended::default(),
            received: Window::default(),
            next_sequence: None,
            next_timestamp: 0,
            filled: 0,
            hold_until: None,
            debt: 0,
            least: u64::MAX,
            calm: 0,
            probation: None,
            waiting: 0,
            figures: JitterFigures::default(),
        }
    }

    /// What was counted.
    pub fn figures(&self) -> JitterFigures {
        self.figures
    }

    /// Milliseconds of sound that wait to be played.
    pub fn delay_ms(&self) -> u64 {
        let newest = self.slots.iter().filter(|slot| slot.sequence.is_some()).map(|slot| slot.timestamp).max();
        newest.map_or(0, |newest| (newest + self.frame).saturating_sub(self.position()) / self.per_ms)
    }

    /// Forgets the stream, as when another source takes its place.
    pub fn reset(&mut self) {
        for slot in &mut self.slots {
            slot.sequence = None;
        }
        self.waiting = 0;
        (self.sequences, self.timestamps, self.received) = Default::default();
        (self.next_sequence, self.hold_until, self.probation) = (None, None, None);
        (self.filled, self.debt, self.least, self.calm) = (0, 0, u64::MAX, 0);
        self.figures.resets += 1;
    }

    /// Takes a packet; `comfort` for one that describes noise instead of sound.
    pub fn insert(&mut self, now: MediaTime, sequence: u16, timestamp: u32, comfort: bool, payload: &[u8]) {
        if payload.len() > LONGEST {
            self.figures.discarded += 1;
            return;
        }
        if self.is_far(sequence) {
            // One stray packet is not believed, two in a row are a new stretch (RFC 3550 A.1).
            if self.probation != Some(sequence) {
                self.probation = Some(sequence.wrapping_add(1));
                self.figures.discarded += 1;
                return;
            }
            self.reset();
        }
        self.probation = None;
        let sequence = self.sequences.extend16(sequence);
        let timestamp = self.timestamps.extend32(timestamp);
        if !self.received.admits(sequence) {
            self.figures.duplicates += 1;
            return;
        }
        self.received.note(sequence);
        match self.next_sequence {
            None => {
                (self.next_sequence, self.next_timestamp) = (Some(sequence), timestamp);
                self.hold_until = Some(now.plus_millis(FIRST_DELAY_MS));
            }
            Some(next) if sequence < next => {
                if self.hold_until.is_none() || timestamp > self.next_timestamp {
                    self.came_late(timestamp);
                    return;
                }
                // Overtaken before anything was played.
                (self.next_sequence, self.next_timestamp) = (Some(sequence), timestamp);
            }
            Some(_) if self.too_late(sequence, timestamp) => {
                self.came_late(timestamp);
                return;
            }
            Some(_) => {}
        }
        self.keep(now, sequence, timestamp, comfort, payload);
    }

    /// What to play for the frame that begins now.
    pub fn next(&mut self, now: MediaTime) -> Playout<'_> {
        if self.next_sequence.is_none() {
            return Playout::Pause;
        }
        if let Some(until) = self.hold_until {
            if now < until {
                return Playout::Pause;
            }
            self.hold_until = None;
        }
        self.cut_overflow();
        let Some(at) = self.first() else {
            self.filled += self.frame;
            self.figures.concealed += 1;
            return Playout::Empty;
        };
        let contiguous = self.slots[at].sequence == self.next_sequence;
        let timestamp = self.slots[at].timestamp;
        if timestamp.abs_diff(self.position()) > JUMP_MS * self.per_ms && (contiguous || self.is_elsewhere(timestamp)) {
            return self.begin_stretch(now, at);
        }
        if self.debt > 0 {
            self.debt = self.debt.saturating_sub(self.frame);
            self.figures.concealed += 1;
            return Playout::Lost { next: None };
        }
        // Half a frame early is on time: clocks drift, and packets need not be of our length.
        if timestamp > self.position() + self.frame / 2 {
            self.filled += self.frame;
            if contiguous {
                return Playout::Pause;
            }
            self.figures.concealed += 1;
            let follows = self.slots[at].sequence == self.next_sequence.map(|next| next + 1);
            return Playout::Lost { next: follows.then_some(&self.slots[at].payload[..]) };
        }
        self.play(at)
    }

    /// Takes the packet that would be next, to leave out its frame. Only after [`Playout::Packet`] with `spare`.
    pub fn take_spare(&mut self) -> Option<&[u8]> {
        let at = self.first().filter(|at| self.slots[*at].sequence == self.next_sequence)?;
        self.figures.discarded += 1;
        match self.play(at) {
            Playout::Packet { payload, .. } => Some(payload),
            _ => None,
        }
    }

    fn position(&self) -> u64 {
        self.next_timestamp + self.filled
    }

    fn is_far(&self, sequence: u16) -> bool {
        let Some(highest) = self.sequences.highest() else { return false };
        let distance = sequence.wrapping_sub(highest as u16) as i16;
        !(-(CAPACITY as i16)..=CAPACITY as i16).contains(&distance)
    }

    /// A lost stretch so long that the timestamp cannot be compared, or one that goes back.
    fn is_elsewhere(&self, timestamp: u64) -> bool {
        timestamp < self.next_timestamp || timestamp.abs_diff(self.position()) > 1_000 * self.per_ms
    }

    /// Its frame was made up already, and packets after it wait.
    fn too_late(&self, sequence: u64, timestamp: u64) -> bool {
        timestamp + self.frame <= self.position()
            && timestamp + JUMP_MS * self.per_ms > self.position()
            && self.slots.iter().any(|slot| slot.sequence.is_some_and(|kept| kept > sequence))
    }

    fn came_late(&mut self, timestamp: u64) {
        self.figures.late += 1;
        let by = self.position().saturating_sub(timestamp);
        let longest = LONGEST_DELAY_MS * self.per_ms;
        if by < longest && self.delay_ms() + self.debt / self.per_ms < LONGEST_DELAY_MS {
            self.debt = self.debt.max(by.div_ceil(self.frame).min(3) * self.frame);
        }
    }

    fn keep(&mut self, now: MediaTime, sequence: u64, timestamp: u64, comfort: bool, payload: &[u8]) {
        let at = (sequence % CAPACITY as u64) as usize;
        let slot = &mut self.slots[at];
        if slot.sequence.is_some() {
            self.figures.discarded += 1;
        } else {
            self.waiting += 1;
        }
        (slot.sequence, slot.timestamp, slot.arrival, slot.comfort) = (Some(sequence), timestamp, now, comfort);
        slot.payload.clear();
        slot.payload.extend_from_slice(payload);
    }

    /// The slot of the lowest number from the next on.
    fn first(&mut self) -> Option<usize> {
        if self.waiting == 0 {
            return None;
        }
        let next = self.next_sequence?;
        let expected = (next % CAPACITY as u64) as usize;
        if self.slots[expected].sequence == Some(next) {
            return Some(expected);
        }
        let slots = self.slots.iter().enumerate();
        let kept = slots.filter_map(|(at, slot)| slot.sequence.filter(|kept| *kept >= next).map(|kept| (kept, at)));
        kept.min().map(|(_, at)| at)
    }

    fn cut_overflow(&mut self) {
        if self.waiting < 4 || self.delay_ms() <= OVERFLOW_MS {
            return;
        }
        while self.delay_ms() > SPARE_MS {
            let Some(at) = self.first() else { break };
            if self.slots[at].timestamp.abs_diff(self.position()) > 2 * OVERFLOW_MS * self.per_ms {
                break;
            }
            self.play(at);
            self.figures.discarded += 1;
        }
    }

    /// Waits for the usual delay after the packet's arrival, as at the very beginning.
    fn begin_stretch(&mut self, now: MediaTime, at: usize) -> Playout<'_> {
        let slot = &self.slots[at];
        self.next_sequence = slot.sequence;
        (self.next_timestamp, self.filled, self.debt) = (slot.timestamp, 0, 0);
        let until = slot.arrival.plus_millis(FIRST_DELAY_MS);
        if now < until {
            self.hold_until = Some(until);
            return Playout::Pause;
        }
        self.play(at)
    }

    fn play(&mut self, at: usize) -> Playout<'_> {
        let depth = self.depth_at(at);
        self.least = self.least.min(depth);
        self.calm += 1;
        let spare = self.calm >= CALM_FRAMES && self.least > SPARE_MS * self.per_ms;
        if self.calm >= CALM_FRAMES {
            (self.least, self.calm) = (u64::MAX, 0);
        }
        let slot = &mut self.slots[at];
        let sequence = slot.sequence.take();
        self.waiting -= 1;
        self.next_timestamp = slot.timestamp + self.frame;
        self.filled = 0;
        self.next_sequence = sequence.map(|sequence| sequence + 1);
        self.figures.played += 1;
        Playout::Packet { payload: &self.slots[at].payload, comfort: self.slots[at].comfort, spare }
    }

    /// Units from the packet to be played to the end of the newest one.
    fn depth_at(&self, at: usize) -> u64 {
        let newest = self.sequences.highest().map_or(at, |highest| (highest % CAPACITY as u64) as usize);
        let newest = &self.slots[newest];
        if newest.sequence.is_none() {
            return self.frame;
        }
        (newest.timestamp + self.frame).saturating_sub(self.slots[at].timestamp)
    }

    /// Says how long the packet that was just played is, where that is not one frame.
    pub fn played_units(&mut self, units: u64) {
        self.next_timestamp = (self.next_timestamp - self.frame).saturating_add(units);
    }
}

#[cfg(test)]
mod tests;
