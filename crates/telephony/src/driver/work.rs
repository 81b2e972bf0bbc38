//! The loop of the driver's thread.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use contacts::call::CallEvent;
use media::MediaTime;
use mio::{Events, Poll, Token};
use model::{InstanceId, ParticipantId};
use tokio::sync::mpsc;

use super::queues::Waiting;
use super::routes::Routes;
use super::sockets::{DATAGRAM, Read, Sockets, Use, WAKER};
use super::{Command, InstanceEvent, Owner, Sibling};
use crate::rtc::{OfferError, RtcLeg, Step};
use crate::sound::{Arrived, Sound};
use crate::turn::{Client, Relay, Turn, is_relayed};

/// How often the sound moves on.
const TICK: Duration = Duration::from_millis(20);
/// A thread that was held up for longer does not make up for it: nobody wants to hear it late.
const CATCH_UP: u32 = 5;
/// Datagrams read from one socket before the others have their turn.
const IN_ONE_GO: usize = 256;
/// Commands done before sockets have their turn again.
const COMMANDS_IN_ONE_GO: usize = 256;

struct Party {
    owner: Owner,
    rtc: RtcLeg,
    up: bool,
    told: bool,
}

/// A connection of the relay.
struct Stream {
    queue: mpsc::Sender<Vec<u8>>,
    allocated: Arc<AtomicBool>,
}

pub(super) struct Work {
    poll: Poll,
    sockets: Sockets,
    turn: Turn,
    streams: HashMap<Client, Stream>,
    commands: Waiting,
    events: mpsc::Sender<InstanceEvent>,
    untold: VecDeque<InstanceEvent>,
    parties: HashMap<ParticipantId, Party>,
    routes: Routes,
    sound: Sound,
    started: Instant,
    /// When the sound moved on last.
    ticked: Instant,
    unix: i64,
    legs: Arc<AtomicUsize>,
    most: usize,
    steps: Vec<Step>,
    siblings: Vec<Sibling>,
    stopping: bool,
}

impl Work {
    pub(super) fn new(
        poll: Poll,
        sockets: Sockets,
        turn: Turn,
        commands: Waiting,
        events: mpsc::Sender<InstanceEvent>,
        legs: Arc<AtomicUsize>,
        most: usize,
    ) -> Self {
        let now = Instant::now();
        Self {
            poll,
            sockets,
            turn,
            streams: HashMap::new(),
            commands,
            events,
            untold: VecDeque::new(),
            parties: HashMap::new(),
            routes: Routes::default(),
            sound: Sound::default(),
            started: now,
            ticked: now,
            unix: unix_seconds(),
            legs,
            most,
            steps: Vec::new(),
            siblings: Vec::new(),
            stopping: false,
        }
    }

    pub(super) fn run(mut self) {
        while !self.stopping {
            // What goes wrong for one leg ends that leg; what goes wrong for no one in particular ends all.
            if !unharmed(|| self.go_on()) {
                self.begin_anew();
            }
        }
        let parties: Vec<ParticipantId> = self.parties.keys().copied().collect();
        for party in parties {
            self.remove(party, true);
        }
    }

    fn go_on(&mut self) {
        let mut events = Events::with_capacity(64);
        let mut next = Instant::now() + TICK;
        // Sockets are told of once when something comes; a thread that begins anew looks at all of them.
        let mut ready: Vec<Token> = self.sockets.tokens().collect();
        let mut more = false;
        while !self.stopping {
            let wait = if ready.is_empty() && !more {
                next.saturating_duration_since(Instant::now())
            } else {
                Duration::ZERO
            };
            if let Err(error) = self.poll.poll(&mut events, Some(wait))
                && error.kind() != std::io::ErrorKind::Interrupted
            {
                tracing::error!(%error, "the media driver cannot wait for its sockets and stops");
                self.stopping = true;
            }
            ready.extend(events.iter().map(|event| event.token()).filter(|token| *token != WAKER));
            ready.sort_unstable();
            ready.dedup();
            let now = Instant::now();
            // Edge-triggered: a socket that was not read to its end is read on.
            ready = std::mem::take(&mut ready).into_iter().filter(|token| self.read(*token, now)).collect();
            more = self.take_commands();
            let now = Instant::now();
            if now > next + TICK * CATCH_UP {
                next = now;
            }
            while next <= now {
                self.tick(now);
                next += TICK;
            }
            self.tell();
        }
    }

    /// Without legs, as after the start; the relay and its clients stay.
    fn begin_anew(&mut self) {
        tracing::error!(
            legs = self.parties.len(),
            "a media driver has failed and begins anew; its calls are lost"
        );
        for (id, party) in std::mem::take(&mut self.parties) {
            self.untold.push_back((party.owner.instance, CallEvent::HungUp { party: id, lost: true }));
        }
        self.routes = Routes::default();
        self.sound = Sound::default();
        self.steps = Vec::new();
        self.legs.store(0, Ordering::Relaxed);
        // Should it fail again at once, the machine has time for others.
        std::thread::sleep(TICK);
    }

    fn read(&mut self, token: Token, now: Instant) -> bool {
        let mut buffer = [0; DATAGRAM];
        for _ in 0..IN_ONE_GO {
            match self.sockets.read(token, &mut buffer) {
                Read::Datagram { purpose: Use::Media, source, local, length } => {
                    self.media(source, local, &buffer[..length], now);
                }
                Read::Datagram { purpose: Use::Turn, source, length, .. } => {
                    self.relay(Client { address: source, stream: None }, &buffer[..length], now);
                }
                Read::Nothing => return false,
                Read::Passed => {}
            }
        }
        true
    }

    /// A message of a client of the relay; one that brings out a bug costs the client its allocation.
    fn relay(&mut self, client: Client, data: &[u8], now: Instant) {
        if !unharmed(|| self.turn(client, data, now)) {
            self.turn.gone(client);
        }
    }

    fn turn(&mut self, client: Client, data: &[u8], now: Instant) {
        match self.turn.from_client(client, data, now, self.unix) {
            Some(Relay::Answer(answer)) => self.send_to_client(client, answer),
            Some(Relay::Media { from, to, data }) => {
                match self.siblings.iter().find(|one| one.candidates.contains(&to)) {
                    Some(sibling) => sibling.pass(Command::Relayed { from, to, data: data.to_vec() }),
                    None => self.media(from, to, data, now),
                }
            }
            None => {}
        }
    }

    fn send_to_relay(&mut self, relayed: SocketAddr, peer: SocketAddr, data: &[u8], now: Instant) {
        if let Some((client, message)) = self.turn.from_media(relayed, peer, data, now) {
            self.send_to_client(client, message);
        }
    }

    fn send_to_client(&mut self, client: Client, message: Vec<u8>) {
        match client.stream {
            None => self.sockets.send_turn(client.address, &message),
            Some(_) => {
                // A stream whose client does not read loses what comes, as a datagram would be lost.
                if let Some(stream) = self.streams.get(&client) {
                    let _ = stream.queue.try_send(message);
                }
            }
        }
    }

    fn media(&mut self, source: SocketAddr, local: SocketAddr, data: &[u8], now: Instant) {
        let Some(id) = self.routes.find(source, data) else { return };
        let work = || {
            let Some(party) = self.parties.get_mut(&id) else { return };
            let mut steps = std::mem::take(&mut self.steps);
            if party.rtc.receive(now, source, local, data, &mut steps) {
                self.routes.taken(id, source);
            }
            self.steps = self.follow(id, steps, now);
        };
        if !unharmed(work) {
            self.gone(id, true);
        }
    }

    /// Does what a leg asks for; answers the empty list for the next time.
    fn follow(&mut self, id: ParticipantId, mut steps: Vec<Step>, now: Instant) -> Vec<Step> {
        let mut closed = false;
        for step in steps.drain(..) {
            match step {
                Step::Send(transmit) => {
                    let (from, to) = (transmit.source, transmit.destination);
                    if !is_relayed(to) {
                        self.sockets.send_media(from, to, &transmit.contents);
                    } else if let Some(relay) = self.siblings.iter().find(|one| one.has_relay) {
                        let data = transmit.contents.to_vec();
                        relay.pass(Command::ToRelay { relayed: to, peer: from, data });
                    } else {
                        self.send_to_relay(to, from, &transmit.contents, now);
                    }
                }
                Step::Up => {
                    if let Some(party) = self.parties.get_mut(&id) {
                        party.up = true;
                    }
                    self.tell_connected(id);
                }
                Step::Packet(packet) => {
                    let header = &packet.header;
                    let arrived = Arrived {
                        payload_type: *header.payload_type,
                        sequence: header.sequence_number,
                        timestamp: header.timestamp,
                        ssrc: *header.ssrc,
                        payload: &packet.payload,
                    };
                    self.sound.arrived(self.media_time(now), id, arrived);
                }
                Step::Closed => closed = true,
            }
        }
        if closed {
            self.gone(id, false);
        }
        steps
    }

    /// Whether there may be more.
    fn take_commands(&mut self) -> bool {
        let Some(commands) = self.commands.take(COMMANDS_IN_ONE_GO) else {
            self.stopping = true;
            return false;
        };
        let more = commands.len() >= COMMANDS_IN_ONE_GO;
        for command in commands {
            let party = command.party();
            // A leg that was made just now must not be told an earlier time.
            let now = Instant::now();
            if !unharmed(|| self.command(command, now))
                && let Some(party) = party
            {
                self.gone(party, true);
            }
        }
        more
    }

    fn command(&mut self, command: Command, now: Instant) {
        match command {
            Command::Leg { owner, leg, taken } => {
                // Who asked may have given up; the leg then is lost by itself.
                let _ = taken.send(self.take_leg(owner, *leg, now));
            }
            Command::Answer(party) => {
                if let Some(there) = self.parties.get_mut(&party) {
                    there.owner.answered = true;
                    self.tell_connected(party);
                }
            }
            Command::HangUp(party) => self.remove(party, true),
            Command::Mix { room, hears } => self.sound.mix(room, hears),
            Command::Play { party, play, list, repeat } => self.sound.play(party, play, list, repeat),
            Command::Gather { party, gather, list, keys, error } => {
                self.sound.gather(party, gather, list, keys, error);
            }
            Command::Stop(party) => self.sound.stop(party),
            Command::SendDigits { party, digits } => self.sound.send_digits(party, &digits),
            Command::Key { party, key } => self.sound.key(self.media_time(now), party, key),
            Command::StreamOpened { client, queue, allocated } => {
                self.streams.insert(client, Stream { queue, allocated });
            }
            Command::StreamMessage { client, message } => {
                // What had to wait until the stream was closed is for nobody.
                if self.streams.contains_key(&client) {
                    self.relay(client, &message, now);
                }
                if let Some(stream) = self.streams.get(&client) {
                    stream.allocated.store(self.turn.has(client), Ordering::Relaxed);
                }
            }
            Command::StreamClosed { client, place } => {
                self.streams.remove(&client);
                self.turn.gone(client);
                drop(place);
            }
            Command::Siblings(siblings) => {
                self.turn.add_peers(siblings.iter().flat_map(|one| one.candidates.iter().copied()));
                self.siblings = siblings;
            }
            Command::Relayed { from, to, data } => self.media(from, to, &data, now),
            Command::ToRelay { relayed, peer, data } => self.send_to_relay(relayed, peer, &data, now),
            Command::End => self.stopping = true,
        }
    }

    fn take_leg(&mut self, owner: Owner, rtc: RtcLeg, now: Instant) -> Result<(), OfferError> {
        let before = self.parties.get(&owner.party);
        if before.is_none() && self.parties.len() >= self.most {
            return Err(OfferError::Busy);
        }
        let told = before.is_some_and(|party| party.told);
        let answered = owner.answered || before.is_some_and(|party| party.owner.answered);
        if let Some(mut old) = self.parties.remove(&owner.party) {
            unharmed(|| {
                let mut steps = std::mem::take(&mut self.steps);
                old.rtc.close(&mut steps);
                self.steps = self.follow_farewell(steps, now);
            });
        }
        let (owner, form) = (Owner { answered, ..owner }, rtc.form());
        self.routes.name(owner.party, rtc.ufrag());
        self.parties.insert(owner.party, Party { owner, rtc, up: false, told });
        self.sound.join(owner.party, form);
        self.legs.store(self.parties.len(), Ordering::Relaxed);
        Ok(())
    }

    fn tick(&mut self, now: Instant) {
        self.unix = unix_seconds();
        self.turn.sweep(now);
        // While this thread was held up, nobody was listened to.
        let held_up = now.saturating_duration_since(std::mem::replace(&mut self.ticked, now));
        if held_up > TICK * CATCH_UP {
            self.parties.values_mut().for_each(|party| party.rtc.excuse(held_up, now));
        }
        let due: Vec<(ParticipantId, bool)> = self
            .parties
            .iter()
            .filter(|(_, party)| party.rtc.is_due(now) || party.rtc.is_lost(now))
            .map(|(id, party)| (*id, party.rtc.is_lost(now)))
            .collect();
        for (id, lost) in due {
            if lost {
                self.gone(id, true);
                continue;
            }
            let work = || {
                let Some(party) = self.parties.get_mut(&id) else { return };
                let mut steps = std::mem::take(&mut self.steps);
                party.rtc.tick(now, &mut steps);
                self.steps = self.follow(id, steps, now);
            };
            if !unharmed(work) {
                self.gone(id, true);
            }
        }
        let mut sent: Vec<(ParticipantId, Vec<Step>)> = Vec::new();
        let at = self.media_time(now);
        let parties = &mut self.parties;
        self.sound.tick(at, |id, packet| {
            let Some(party) = parties.get_mut(&id).filter(|party| party.up) else { return };
            let mut steps = Vec::new();
            party.rtc.write(
                now,
                packet.payload_type,
                packet.timestamp,
                packet.marker,
                packet.payload,
                &mut steps,
            );
            sent.push((id, steps));
        });
        for (id, steps) in sent {
            if !unharmed(|| drop(self.follow(id, steps, now))) {
                self.gone(id, true);
            }
        }
        for id in self.sound.take_broken() {
            self.gone(id, true);
        }
        for event in self.sound.take_events() {
            self.event(event);
        }
    }

    /// The far end is gone by itself.
    fn gone(&mut self, id: ParticipantId, lost: bool) {
        let Some(party) = self.parties.get(&id) else { return };
        let instance = party.owner.instance;
        self.remove(id, false);
        self.untold.push_back((instance, CallEvent::HungUp { party: id, lost }));
    }

    fn remove(&mut self, id: ParticipantId, say: bool) {
        let Some(mut party) = self.parties.remove(&id) else { return };
        if say {
            // A leg that fails at the end has ended all the same.
            unharmed(|| {
                let mut steps = std::mem::take(&mut self.steps);
                party.rtc.close(&mut steps);
                self.steps = self.follow_farewell(steps, Instant::now());
            });
        }
        self.routes.forget(id);
        self.sound.leave(id);
        self.legs.store(self.parties.len(), Ordering::Relaxed);
    }

    /// The last datagrams of a leg that is no more.
    fn follow_farewell(&mut self, mut steps: Vec<Step>, now: Instant) -> Vec<Step> {
        steps.retain(|step| matches!(step, Step::Send(_)));
        self.follow(ParticipantId::from_u128(0), steps, now)
    }

    fn tell_connected(&mut self, id: ParticipantId) {
        let Some(party) = self.parties.get_mut(&id) else { return };
        if party.up && party.owner.answered && !party.told {
            party.told = true;
            self.untold.push_back((party.owner.instance, CallEvent::Connected { party: id }));
        }
    }

    fn event(&mut self, event: CallEvent) {
        let instance: Option<InstanceId> = self.parties.get(&event.party()).map(|party| party.owner.instance);
        if let Some(instance) = instance {
            self.untold.push_back((instance, event));
        }
    }

    /// Hands on what has happened; what the queue has no room for waits.
    fn tell(&mut self) {
        while let Some(event) = self.untold.pop_front() {
            match self.events.try_send(event) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Full(event)) => {
                    self.untold.push_front(event);
                    return;
                }
                // Nobody wants to know any more: the server stops.
                Err(mpsc::error::TrySendError::Closed(_)) => return self.untold.clear(),
            }
        }
    }

    fn media_time(&self, now: Instant) -> MediaTime {
        MediaTime(u64::try_from((now - self.started).as_micros()).unwrap_or(u64::MAX))
    }
}

/// Whether something went without a bug. One that a browser's packets bring out ends that browser's leg and no other.
fn unharmed(work: impl FnOnce()) -> bool {
    let unharmed = catch_unwind(AssertUnwindSafe(work)).is_ok();
    if !unharmed {
        tracing::error!("a media driver has met a bug; the error output says where");
    }
    unharmed
}

fn unix_seconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
