//! The sound of the calls of one driver: what comes from each leg, what each leg is sent. No I/O, no clock.
//!
//! Every 20 ms each leg is sent one packet: what is played to it, else the sum of those it hears. Who hears whom is said
//! for a whole room; a leg that comes later takes its place in what was said.

mod clip;
mod gather;
mod leg;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use contacts::call::{CallEvent, KeyRules};
use media::MediaTime;
use media::codec::{Codec, LONGEST_FRAME, Rate};
use model::{ContactId, ParticipantId};
use uuid::Uuid;

pub use clip::{Clip, Playlist};

use leg::Leg;

/// The rate in which sound is worked on.
pub const RATE: Rate = Rate::Wide;

/// How the packets of a leg are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// Codec.
    pub codec: Codec,
    /// Its payload number.
    pub payload_type: u8,
    /// The payload number of keys that are sent, when they may be sent as events.
    pub events: Option<u8>,
    /// Another one that keys may come under: browsers take either clock, whatever the codec's is.
    pub other_events: Option<u8>,
}

impl Form {
    fn is_event(&self, payload_type: u8) -> bool {
        [self.events, self.other_events].contains(&Some(payload_type))
    }
}

/// A packet that has come.
#[derive(Clone, Copy, Debug)]
pub struct Arrived<'a> {
    /// Payload number.
    pub payload_type: u8,
    /// Sequence number.
    pub sequence: u16,
    /// Timestamp.
    pub timestamp: u32,
    /// Who sends, as the packet says.
    pub ssrc: u32,
    /// Payload.
    pub payload: &'a [u8],
}

/// A packet to send.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// Payload number.
    pub payload_type: u8,
    /// Timestamp.
    pub timestamp: u32,
    /// Whether a stretch begins with it.
    pub marker: bool,
    /// Payload.
    pub payload: &'a [u8],
}

/// All legs of a driver.
#[derive(Default)]
pub struct Sound {
    legs: HashMap<ParticipantId, Leg>,
    rooms: HashMap<ContactId, BTreeMap<ParticipantId, Vec<ParticipantId>>>,
    room_of: HashMap<ParticipantId, ContactId>,
    events: Vec<CallEvent>,
    broken: Vec<ParticipantId>,
    seed: u32,
}

impl Sound {
    /// A leg is there, or is made in another form from now on; what it hears and is played stays.
    pub fn join(&mut self, party: ParticipantId, form: Form) {
        self.seed = self.seed.wrapping_add(0x9e37_79b9);
        match self.legs.get_mut(&party) {
            Some(leg) => leg.reform(form, self.seed),
            None => {
                self.legs.insert(party, Leg::new(form, self.seed));
            }
        }
    }

    /// A leg is gone, and with the last of a room the room.
    pub fn leave(&mut self, party: ParticipantId) {
        self.legs.remove(&party);
        let Some(room) = self.room_of.get(&party).copied() else { return };
        let empty = !self.rooms.get(&room).into_iter().flatten().any(|(one, _)| self.legs.contains_key(one));
        if empty {
            self.forget_room(room);
        }
    }

    /// From now on these hear exactly these others.
    pub fn mix(&mut self, room: ContactId, hears: BTreeMap<ParticipantId, Vec<ParticipantId>>) {
        self.forget_room(room);
        if !hears.keys().any(|party| self.legs.contains_key(party)) {
            return;
        }
        for party in hears.keys() {
            // Whoever comes from another room has left that one.
            if let Some(table) = self.room_of.insert(*party, room).and_then(|old| self.rooms.get_mut(&old)) {
                table.remove(party);
            }
        }
        self.rooms.insert(room, hears);
    }

    /// Plays to a party, in place of everything else.
    pub fn play(&mut self, party: ParticipantId, play: Uuid, list: Playlist, repeat: bool) {
        if let Some(leg) = self.legs.get_mut(&party) {
            leg.play(play, list, repeat);
        }
    }

    /// Plays to a party and gathers keys.
    pub fn gather(
        &mut self,
        party: ParticipantId,
        gather: Uuid,
        list: Playlist,
        keys: KeyRules,
        error: Option<String>,
    ) {
        if let Some(leg) = self.legs.get_mut(&party) {
            leg.gather(gather, list, keys, error);
        }
    }

    /// Stops what is played and gathered.
    pub fn stop(&mut self, party: ParticipantId) {
        if let Some(leg) = self.legs.get_mut(&party) {
            leg.stop();
        }
    }

    /// Sends keys to a party's far end. Characters that are on no key are passed over.
    pub fn send_digits(&mut self, party: ParticipantId, digits: &str) {
        if let Some(leg) = self.legs.get_mut(&party) {
            leg.send_digits(digits);
        }
    }

    /// A key of a party that did not come in a packet.
    pub fn key(&mut self, now: MediaTime, party: ParticipantId, key: char) {
        if let Some(leg) = self.legs.get_mut(&party) {
            leg.key(now, party, key, &mut self.events);
        }
    }

    /// A packet of a party has come.
    pub fn arrived(&mut self, now: MediaTime, party: ParticipantId, packet: Arrived) {
        if let Some(leg) = self.legs.get_mut(&party) {
            leg.arrived(now, party, packet, &mut self.events);
        }
    }

    /// Moves on by 20 ms; what is to be sent goes to `send`. A leg that brings out a bug is left out and told of by
    /// [`Self::take_broken`]; the others go on.
    pub fn tick(&mut self, now: MediaTime, mut send: impl FnMut(ParticipantId, Outgoing)) {
        for (party, leg) in &mut self.legs {
            if catch_unwind(AssertUnwindSafe(|| leg.listen(now))).is_err() {
                self.broken.push(*party);
            }
        }
        let mut frame = [0_i16; LONGEST_FRAME];
        let frame = &mut frame[..RATE.frame()];
        let parties: Vec<ParticipantId> =
            self.legs.keys().filter(|party| !self.broken.contains(party)).copied().collect();
        for party in parties {
            let heard = self.mixed(party, frame);
            let Some(leg) = self.legs.get_mut(&party) else { continue };
            let events = &mut self.events;
            let speak = || leg.speak(now, party, frame, heard, events, |packet| send(party, packet));
            if catch_unwind(AssertUnwindSafe(speak)).is_err() {
                self.broken.push(party);
            }
        }
    }

    /// The legs that have brought out a bug since the last call.
    pub fn take_broken(&mut self) -> Vec<ParticipantId> {
        std::mem::take(&mut self.broken)
    }

    /// What has happened since the last call.
    pub fn take_events(&mut self) -> Vec<CallEvent> {
        std::mem::take(&mut self.events)
    }

    /// How many rooms are kept.
    pub fn rooms(&self) -> usize {
        self.rooms.len()
    }

    /// The sum of those whom a party hears; whether there are any.
    fn mixed(&self, party: ParticipantId, frame: &mut [i16]) -> bool {
        frame.fill(0);
        let heard = self.room_of.get(&party).and_then(|room| self.rooms.get(room)?.get(&party));
        let mut any = false;
        for other in heard.into_iter().flatten().filter(|other| **other != party) {
            let Some(leg) = self.legs.get(other) else { continue };
            any = true;
            for (sum, sample) in frame.iter_mut().zip(leg.said()) {
                *sum = sum.saturating_add(*sample);
            }
        }
        any
    }

    fn forget_room(&mut self, room: ContactId) {
        let Some(table) = self.rooms.remove(&room) else { return };
        let parties: HashSet<_> = table.into_keys().collect();
        self.room_of.retain(|party, its| !(parties.contains(party) && *its == room));
    }
}
