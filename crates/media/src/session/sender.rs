//! The packets that one leg is sent: one source, one row of sequence numbers, one clock, whatever they are made from.

use std::net::SocketAddr;

use super::command::LegId;
use super::{Channel, Outlet};
use crate::rtp::{Header, Transmission, write_header};
use crate::srtp::Outbound;

/// Farther than this, numbers of a relayed stream have begun anew.
const FAR: i16 = 1_000;

/// The sending end of one leg.
pub(crate) struct Sender {
    pub leg: LegId,
    pub ssrc: u32,
    pub keys: Option<Box<Outbound>>,
    pub transmission: Transmission,
    /// The next to be used.
    sequence: u16,
    /// Of the frame that begins now.
    timestamp: u32,
    /// The highest sent.
    latest: u32,
    /// Whether a talk spurt begins with the next packet.
    spurt: bool,
    relay: Option<Relay>,
}

/// How the numbers of a relayed stream become ours.
#[derive(Clone, Copy)]
struct Relay {
    ssrc: u32,
    sequence_offset: u16,
    timestamp_offset: u32,
    last: u16,
    anchor: u16,
    /// Packets since the anchor, as far as that matters.
    since: i16,
}

impl Sender {
    pub fn new(leg: LegId, ssrc: u32, sequence: u16, timestamp: u32, keys: Option<Box<Outbound>>) -> Self {
        Self {
            leg,
            ssrc,
            keys,
            transmission: Transmission::default(),
            sequence,
            timestamp,
            latest: timestamp,
            spurt: true,
            relay: None,
        }
    }

    /// The timestamp of the frame that begins now.
    pub fn timestamp(&self) -> u32 {
        self.timestamp
    }

    /// Moves the clock on by frames that are over.
    pub fn advance(&mut self, units: u32) {
        self.timestamp = self.timestamp.wrapping_add(units);
    }

    /// Notes that what is sent next does not go on from what was sent before.
    pub fn interrupt(&mut self) {
        self.spurt = true;
        self.relay = None;
        // Relayed packets may have been ahead of our clock.
        if self.latest.wrapping_sub(self.timestamp) as i32 > 0 {
            self.timestamp = self.latest;
        }
    }

    /// Sends a frame made here.
    pub fn frame(
        &mut self,
        payload_type: u8,
        payload: &[u8],
        destination: Option<SocketAddr>,
        scratch: &mut Vec<u8>,
        out: &mut impl Outlet,
    ) {
        let marker = std::mem::take(&mut self.spurt);
        self.packet(payload_type, payload, self.timestamp, marker, destination, scratch, out);
    }

    /// Sends a packet with a timestamp of its own.
    pub fn packet(
        &mut self,
        payload_type: u8,
        payload: &[u8],
        timestamp: u32,
        marker: bool,
        destination: Option<SocketAddr>,
        scratch: &mut Vec<u8>,
        out: &mut impl Outlet,
    ) {
        let header = Header { marker, payload_type, sequence: self.sequence, timestamp, ssrc: self.ssrc };
        self.sequence = self.sequence.wrapping_add(1);
        self.write(&header, payload, destination, scratch, out);
    }

    /// Sends a packet of another stream under our numbers; never one that was received before.
    pub fn relay(
        &mut self,
        header: &Header,
        payload_type: u8,
        payload: &[u8],
        destination: Option<SocketAddr>,
        scratch: &mut Vec<u8>,
        out: &mut impl Outlet,
    ) {
        let mut relay = match self.relay {
            Some(relay) if relay.ssrc == header.ssrc && near(header.sequence, relay.last) => relay,
            _ => {
                let after = if self.latest.wrapping_sub(self.timestamp) as i32 > 0 {
                    self.latest
                } else {
                    self.timestamp
                };
                self.spurt = true;
                Relay {
                    ssrc: header.ssrc,
                    sequence_offset: self.sequence.wrapping_sub(header.sequence),
                    timestamp_offset: after.wrapping_sub(header.timestamp),
                    last: header.sequence,
                    anchor: header.sequence,
                    since: 0,
                }
            }
        };
        // What was overtaken by the very first has no number of ours.
        if relay.since < FAR && (header.sequence.wrapping_sub(relay.anchor) as i16) < 0 {
            return;
        }
        relay.since = relay.since.saturating_add(1);
        if header.sequence.wrapping_sub(relay.last) as i16 > 0 {
            relay.last = header.sequence;
        }
        self.relay = Some(relay);
        let sequence = header.sequence.wrapping_add(relay.sequence_offset);
        if sequence.wrapping_sub(self.sequence) as i16 >= 0 {
            self.sequence = sequence.wrapping_add(1);
        }
        let header = Header {
            marker: header.marker | std::mem::take(&mut self.spurt),
            payload_type,
            sequence,
            timestamp: header.timestamp.wrapping_add(relay.timestamp_offset),
            ssrc: self.ssrc,
        };
        self.write(&header, payload, destination, scratch, out);
    }

    /// Sends a compound RTCP packet that is in `scratch`.
    pub fn control(&mut self, destination: Option<SocketAddr>, scratch: &mut Vec<u8>, out: &mut impl Outlet) {
        if let Some(keys) = &mut self.keys
            && keys.protect_rtcp(scratch).is_err()
        {
            return;
        }
        out.send(self.leg, Channel::Rtcp, destination, scratch);
    }

    fn write(
        &mut self,
        header: &Header,
        payload: &[u8],
        destination: Option<SocketAddr>,
        scratch: &mut Vec<u8>,
        out: &mut impl Outlet,
    ) {
        scratch.clear();
        write_header(header, scratch);
        scratch.extend_from_slice(payload);
        if let Some(keys) = &mut self.keys
            && keys.protect(scratch).is_err()
        {
            return;
        }
        if header.timestamp.wrapping_sub(self.latest) as i32 > 0 {
            self.latest = header.timestamp;
        }
        self.transmission.packets = self.transmission.packets.wrapping_add(1);
        self.transmission.octets = self.transmission.octets.wrapping_add(payload.len() as u32);
        out.send(self.leg, Channel::Rtp, destination, scratch);
    }
}

fn near(sequence: u16, last: u16) -> bool {
    (-FAR..FAR).contains(&(sequence.wrapping_sub(last) as i16))
}
