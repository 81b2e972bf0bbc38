//! What is received of a leg: whose it is, whether it is new, what it holds.

use std::net::SocketAddr;

use super::{COMFORT_NOISE, Content, Leg};
use crate::codec::Rate;
use crate::dtmf::Digit;
use crate::latch::Verdict;
use crate::rtp::rtcp::{self, Rtcp};
use crate::rtp::{Header, Packet, Reception, Window};
use crate::session::event::{DigitForm, Event, EventQueue, PlayEnd};
use crate::time::MediaTime;

/// Packets in a row of another source until it is taken for the leg's.
const NEW_SOURCE: u8 = 3;

impl Leg {
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
    pub fn received(
        &mut self,
        now: MediaTime,
        header: &Header,
        payload: &[u8],
        events: &mut EventQueue,
    ) -> Option<Content> {
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
        let timestamp = (content != Content::Event).then_some(header.timestamp);
        let sequence = reception.received(now, header.sequence, timestamp);
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
                self.to_pass_on = self.gather.is_none().then_some(digit);
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

    pub(super) fn forget_source(&mut self) {
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
    pub fn receive_control(
        &mut self,
        now: MediaTime,
        source: SocketAddr,
        datagram: &mut [u8],
        events: &mut EventQueue,
    ) {
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
                    if let Some(reception) =
                        self.reception.as_mut().filter(|reception| reception.ssrc() == ssrc)
                    {
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

    /// Gets the frame that is heard of it now.
    pub fn hear(&mut self, now: MediaTime, events: &mut EventQueue) {
        let Some(receiver) = &mut self.receiver else { return };
        receiver.pull(now, &mut self.heard);
        let Some(mut tones) = self.tones.take() else { return };
        let mut digits = Vec::new();
        match self.rate {
            Rate::Narrow => tones.listen(&self.heard, |digit| digits.push(digit)),
            Rate::Wide => {
                let halved: Vec<i16> =
                    self.heard.chunks_exact(2).map(|pair| i16::midpoint(pair[0], pair[1])).collect();
                tones.listen(&halved, |digit| digits.push(digit));
            }
        }
        self.tones = Some(tones);
        for digit in digits {
            self.pressed(now, digit, DigitForm::Tone, events);
        }
    }
}
