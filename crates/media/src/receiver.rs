//! From packets to an unbroken stream of frames: jitter buffer, decoder, concealment and comfort noise of one stream.

use crate::codec::{Codec, Decoder, LONGEST_FRAME, Rate};
use crate::jitter::{JitterBuffer, JitterFigures, Playout};
use crate::noise::ComfortNoise;
use crate::time::MediaTime;

/// Frames made up in a row before nothing is taken for silence.
const LONGEST_LOSS: u32 = 5;

/// The receiving end of one stream.
pub struct Receiver {
    codec: Codec,
    rate: Rate,
    buffer: JitterBuffer,
    decoder: Decoder,
    noise: ComfortNoise,
    ready: Vec<i16>,
    taken: usize,
    empty: u32,
}

impl Receiver {
    /// For packets of `codec`, with frames at `rate`.
    pub fn new(codec: Codec, rate: Rate, seed: u32) -> Self {
        Self {
            codec,
            rate,
            buffer: JitterBuffer::new(codec.clock_rate()),
            decoder: Decoder::new(codec, rate),
            noise: ComfortNoise::new(seed),
            ready: Vec::with_capacity(4 * LONGEST_FRAME),
            taken: 0,
            empty: 0,
        }
    }

    /// Takes a packet; `comfort` for comfort noise.
    pub fn insert(&mut self, now: MediaTime, sequence: u16, timestamp: u32, comfort: bool, payload: &[u8]) {
        self.buffer.insert(now, sequence, timestamp, comfort, payload);
    }

    /// Begins anew with another source.
    pub fn reset(&mut self) {
        self.buffer.reset();
        self.empty = 0;
    }

    /// What the jitter buffer counted.
    pub fn figures(&self) -> JitterFigures {
        self.buffer.figures()
    }

    /// Milliseconds that wait to be played.
    pub fn delay_ms(&self) -> u64 {
        let ready = self.ready.len() - self.taken;
        self.buffer.delay_ms() + ready as u64 * 1_000 / u64::from(self.rate.hertz())
    }

    /// The next frame, which is [`Rate::frame`] samples long.
    pub fn pull(&mut self, now: MediaTime, frame: &mut [i16]) {
        let length = frame.len();
        while self.ready.len() - self.taken < length {
            self.refill(now);
        }
        frame.copy_from_slice(&self.ready[self.taken..self.taken + length]);
        self.taken += length;
        if self.taken == self.ready.len() {
            self.ready.clear();
            self.taken = 0;
        } else if self.taken > 4 * LONGEST_FRAME {
            self.ready.drain(..self.taken);
            self.taken = 0;
        }
    }

    fn refill(&mut self, now: MediaTime) {
        let frame = self.rate.frame();
        match self.buffer.next(now) {
            Playout::Packet { payload, comfort: true, .. } => {
                self.noise.describe(payload);
                self.noise.fill(frame, &mut self.ready);
                self.empty = 0;
            }
            Playout::Packet { payload, spare, .. } => {
                let start = self.ready.len();
                self.decoder.decode(payload, &mut self.ready);
                let units = self.codec.payload_units(payload);
                self.buffer.played_units(u64::from(units));
                self.noise.describe(&[]);
                self.empty = 0;
                if spare {
                    self.leave_out(start);
                }
            }
            Playout::Lost { next } => self.decoder.conceal(frame, next, &mut self.ready),
            Playout::Empty if self.empty < LONGEST_LOSS => {
                self.empty += 1;
                self.decoder.conceal(frame, None, &mut self.ready);
            }
            Playout::Empty | Playout::Pause => self.noise.fill(frame, &mut self.ready),
        }
    }

    /// Blends the packet that begins at `start` into the one after it, so that two last no longer than one.
    fn leave_out(&mut self, start: usize) {
        let Some(payload) = self.buffer.take_spare() else { return };
        let units = self.codec.payload_units(payload);
        let middle = self.ready.len();
        self.decoder.decode(payload, &mut self.ready);
        self.buffer.played_units(u64::from(units));
        let length = middle - start;
        if self.ready.len() - middle != length {
            return;
        }
        for at in 0..length {
            let weight = (at as i32 * 256) / length as i32;
            let (before, after) = (i32::from(self.ready[start + at]), i32::from(self.ready[middle + at]));
            self.ready[start + at] = ((before * (256 - weight) + after * weight) / 256) as i16;
        }
        self.ready.truncate(middle);
    }
}
