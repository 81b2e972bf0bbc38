//! What a leg is sent in each frame.

use super::{COMFORT_NOISE, Content, Leg};
use crate::codec::Encoder;
use crate::dtmf::{Digit, Sending, ToneGenerator, event_payload};
use crate::rtp::Header;
use crate::session::Outlet;
use crate::session::command::CommandError;
use crate::session::event::{Event, EventQueue};

/// Percent of lost packets that is not worth a provision.
const LITTLE_LOSS: u8 = 2;

impl Leg {
    /// Sends this frame's digits. With true, there is to be no sound in this frame.
    pub fn dial(&mut self, scratch: &mut Vec<u8>, out: &mut impl Outlet, events: &mut EventQueue) -> bool {
        if self.dial.is_idle() {
            return false;
        }
        let sending = self.dial.tick();
        if self.dial.is_idle() && std::mem::take(&mut self.dial_told) {
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
                    self.sender.packet(
                        payload_type,
                        &payload,
                        self.dial_timestamp,
                        first,
                        destination,
                        scratch,
                        out,
                    );
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
        self.dial_told = true;
        Ok(())
    }

    /// Sends a digit that another leg has pressed.
    pub fn pass_on(&mut self, digit: Digit) {
        self.dial.push(digit.as_char().encode_utf8(&mut [0; 4])).expect("a digit is on a key");
    }

    /// Sends a frame that is encoded already.
    pub fn send_payload(&mut self, payload: &[u8], scratch: &mut Vec<u8>, out: &mut impl Outlet) {
        if self.reachable() {
            self.sender.frame(self.spec.format.send, payload, self.destination(), scratch, out);
        }
    }

    /// Sends this frame of what is played, where it is encoded already.
    pub fn send_played(&mut self, scratch: &mut Vec<u8>, out: &mut impl Outlet) -> bool {
        let Some(payload) = self.player.as_ref().and_then(|player| player.payload(self.spec.format.codec))
        else {
            return false;
        };
        if self.reachable() {
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
    pub fn relay(
        &mut self,
        header: &Header,
        content: Content,
        payload: &[u8],
        scratch: &mut Vec<u8>,
        out: &mut impl Outlet,
    ) {
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

    /// Percent of what is sent, by the last report.
    pub(super) fn expected_loss(&self) -> u8 {
        let percent = (self.sender.transmission.loss * 100.0) as u8;
        if percent < LITTLE_LOSS { 0 } else { percent.min(25) }
    }
}
