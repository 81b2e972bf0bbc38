//! Telephony as the rest of the server sees it: commands of the core to the drivers, events of the drivers to the core.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use center::Center;
use center::telephony::{Answering, OfferRefused, Relay, Telephony, WebAnswer, WebOffer};
use contacts::call::{CallCommand, CallEvent, CallFailure};
use engine::Engine;
use model::{ContactId, InstanceId, ParticipantId, Timestamp};
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::driver::{BindError, Command, Driver, DriverOptions, InstanceEvent, Owner, machine_addresses};
use crate::rtc::OfferError;
use crate::sound::Playlist;
use crate::sounds::{Sounds, Wanted};
use crate::streams;
use crate::telling::{apply, tell};
use crate::turn::credentials::Secret;

/// How often a port is looked for that is free for UDP and TCP.
const FREE_PORT_ATTEMPTS: u32 = 50;

/// How telephony is set up.
#[derive(Clone, Debug)]
pub struct TelephonyOptions {
    /// Address that media and relay listen on; unspecified = every address of the machine.
    pub address: IpAddr,
    /// UDP port of WebRTC media; further drivers take those that follow. 0 = any free one.
    pub port: u16,
    /// Addresses that browsers are told in place of the machine's own.
    pub advertised: Vec<IpAddr>,
    /// Drivers, each a thread.
    pub drivers: usize,
    /// Legs at once.
    pub legs: usize,
    /// UDP and TCP port of the relay; 0 = any free one, none = there is no relay.
    pub turn_port: Option<u16>,
    /// Addresses of the relay that browsers are told, when others than its own are right.
    pub turn_urls: Vec<String>,
    /// What passwords of the relay are derived from.
    pub secret: Vec<u8>,
}

/// Why telephony does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A port cannot be had.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The TCP port of the relay cannot be had.
    #[error("the TURN server cannot listen on {0} (TCP): {1}")]
    Stream(SocketAddr, std::io::Error),
}

/// All calls of the server.
pub struct Calls {
    options: TelephonyOptions,
    drivers: Vec<Arc<Driver>>,
    sounds: Arc<dyn Sounds>,
    secret: Secret,
    parties: Arc<Mutex<Parties>>,
}

/// What is known of parties here.
#[derive(Default)]
struct Parties {
    /// Where a party's leg is; also while the leg is lost and may come back, until the core hangs up.
    legs: HashMap<ParticipantId, Place>,
    /// Drivers whose threads have ended.
    ended: HashSet<usize>,
    /// The number of the last sound asked for, so that one that is ready late is not played.
    sound: HashMap<ParticipantId, u64>,
    counter: u64,
}

/// Whose a leg is, and which driver has it.
#[derive(Clone, Copy)]
struct Place {
    instance: InstanceId,
    driver: usize,
}

impl Calls {
    /// Starts the drivers and the relay, and plugs itself into the centre.
    pub async fn start(
        center: &Arc<Center>,
        options: TelephonyOptions,
        sounds: Arc<dyn Sounds>,
    ) -> Result<Arc<Self>, StartError> {
        let addresses = machine_addresses(options.address);
        let secret = Secret::new(&options.secret);
        let count = options.drivers.max(1);
        let driver_options = |number: usize, turn: Vec<SocketAddr>| {
            let offset = u16::try_from(number).unwrap_or(u16::MAX);
            let port = if options.port == 0 { 0 } else { options.port.saturating_add(offset) };
            DriverOptions {
                media: with_port(&addresses, port),
                advertised: options.advertised.clone(),
                turn,
                legs: options.legs.div_ceil(count),
                secret: secret.clone(),
            }
        };
        let (first, taken, listeners) = match options.turn_port {
            None => {
                let (driver, taken) = Driver::start(driver_options(0, Vec::new()))?;
                (driver, taken, Vec::new())
            }
            Some(port) => with_relay(&addresses, port, |turn| driver_options(0, turn)).await?,
        };
        let (mut drivers, mut events) = (vec![Arc::new(first)], vec![taken]);
        for number in 1..count {
            let (driver, taken) = Driver::start(driver_options(number, Vec::new()))?;
            drivers.push(Arc::new(driver));
            events.push(taken);
        }
        Driver::introduce(&drivers);
        for listener in listeners {
            streams::listen(listener, &drivers[0]);
        }
        let calls = Arc::new(Self { options, drivers, sounds, secret, parties: Arc::default() });
        for (number, taken) in events.into_iter().enumerate() {
            let (center, weak) = (Arc::downgrade(center), Arc::downgrade(&calls));
            // No calls any more: the server stops.
            let lost = move || weak.upgrade().map(|calls| calls.ended(number)).unwrap_or_default();
            tokio::spawn(tell(taken, lost, move |instance, events| {
                let engine = center.upgrade().and_then(|center| center.instance(instance));
                async move {
                    if let Some(engine) = engine {
                        apply(&engine, events).await;
                    }
                }
            }));
        }
        center.plug_telephony(calls.clone());
        Ok(calls)
    }

    /// Where browsers find the media.
    pub fn media_addresses(&self) -> Vec<SocketAddr> {
        self.drivers.iter().flat_map(|driver| driver.candidates().iter().copied()).collect()
    }

    /// Where the relay listens.
    pub fn relay_addresses(&self) -> Vec<SocketAddr> {
        self.drivers[0].turn_addresses().to_vec()
    }

    /// How many legs there are.
    pub fn legs(&self) -> usize {
        self.drivers.iter().map(|driver| driver.legs()).sum()
    }

    /// The driver of everybody in a room: they are mixed together. The rooms of one that has ended go to the next.
    fn driver_of_room(&self, room: ContactId) -> usize {
        let count = self.drivers.len();
        let first = (room.0.as_u128() % count as u128) as usize;
        let parties = self.parties.lock();
        let mut order = (first..count).chain(0..first);
        order.find(|number| !parties.ended.contains(number)).unwrap_or(first)
    }

    fn driver_of(&self, party: ParticipantId) -> Option<usize> {
        self.parties.lock().legs.get(&party).map(|place| place.driver)
    }

    /// The thread of a driver has ended, and its legs with it.
    fn ended(&self, driver: usize) -> Vec<InstanceEvent> {
        let lost = self.parties.lock().end(driver);
        tracing::error!(driver, calls = lost.len(), "a media driver has ended; its calls are lost");
        lost
    }

    fn send(&self, driver: usize, command: Command) {
        hand_over(&self.drivers[driver], command);
    }

    fn send_to(&self, party: ParticipantId, command: Command) {
        if let Some(driver) = self.driver_of(party) {
            self.send(driver, command);
        }
    }

    /// Makes sounds ready and gives them to a party; at once where they are known. What was asked for before is not
    /// played any more, however late it is ready.
    fn sound(
        &self,
        engine: &Arc<Engine>,
        party: ParticipantId,
        wanted: Wanted,
        then: impl FnOnce(Result<Playlist, String>) -> Result<Command, Option<CallEvent>> + Send + 'static,
    ) {
        let done = |driver: &Driver, engine: Arc<Engine>, made| match then(made) {
            Ok(command) => hand_over(driver, command),
            Err(Some(event)) => {
                tokio::spawn(async move { apply(&engine, vec![event]).await });
            }
            Err(None) => {}
        };
        let Some((driver, number)) = self.parties.lock().next_sound(party) else {
            let nobody = Err("nobody is there to hear it".to_owned());
            return done(&self.drivers[0], engine.clone(), nobody);
        };
        let driver = self.drivers[driver].clone();
        if let Some(list) = self.sounds.ready(engine, &wanted) {
            return done(&driver, engine.clone(), Ok(list));
        }
        let (sounds, engine, parties) = (self.sounds.clone(), engine.clone(), self.parties.clone());
        tokio::spawn(async move {
            let made = sounds.make(&engine, wanted).await;
            if let Err(error) = &made {
                tracing::warn!(instance = %engine.id(), error, "a sound of a call cannot be made");
            }
            if parties.lock().sound.get(&party) == Some(&number) {
                done(&driver, engine, made);
            }
        });
    }
}

impl Parties {
    /// The driver of a party, and a number for the sound that it is to hear next.
    fn next_sound(&mut self, party: ParticipantId) -> Option<(usize, u64)> {
        let driver = self.legs.get(&party)?.driver;
        self.counter += 1;
        self.sound.insert(party, self.counter);
        Some((driver, self.counter))
    }

    /// Where a leg is from now on; whether there is a driver that has it.
    fn put(&mut self, party: ParticipantId, place: Place) -> bool {
        let goes_on = !self.ended.contains(&place.driver);
        if goes_on {
            self.legs.insert(party, place);
        }
        goes_on
    }

    fn forget(&mut self, party: ParticipantId) {
        self.legs.remove(&party);
        self.sound.remove(&party);
    }

    /// A driver has ended: what the cores of its legs are to be told.
    fn end(&mut self, driver: usize) -> Vec<InstanceEvent> {
        self.ended.insert(driver);
        let lost: Vec<_> = self.legs.extract_if(|_, place| place.driver == driver).collect();
        let events = lost.into_iter().map(|(party, place)| {
            self.sound.remove(&party);
            (place.instance, CallEvent::HungUp { party, lost: true })
        });
        events.collect()
    }
}

impl Telephony for Calls {
    fn command(&self, engine: &Arc<Engine>, command: CallCommand) {
        match command {
            CallCommand::Answer { party } => self.send_to(party, Command::Answer(party)),
            CallCommand::HangUp { party, .. } => {
                self.send_to(party, Command::HangUp(party));
                self.parties.lock().forget(party);
            }
            CallCommand::Dial { party, .. } => {
                let event = CallEvent::Failed { party, cause: CallFailure::Telecom };
                let engine = engine.clone();
                tokio::spawn(async move { apply(&engine, vec![event]).await });
            }
            CallCommand::Mix { room, hears } => {
                self.send(self.driver_of_room(room), Command::Mix { room, hears });
            }
            CallCommand::Play { party, play, sounds, voice, repeat } => {
                self.sound(engine, party, Wanted { sounds, voice }, move |made| match made {
                    Ok(list) => Ok(Command::Play { party, play, list, repeat }),
                    // Nobody waits for the end of what would have no end.
                    Err(_) if repeat => Err(None),
                    Err(error) => Err(Some(CallEvent::Played { play, party, error: Some(error) })),
                });
            }
            CallCommand::Gather { party, gather, sounds, voice, keys } => {
                let there = self.driver_of(party).is_some();
                self.sound(engine, party, Wanted { sounds, voice }, move |made| match made {
                    Ok(list) => Ok(Command::Gather { party, gather, list, keys, error: None }),
                    // Keys are waited for all the same: the caller may know them.
                    Err(error) if there => {
                        let list = Playlist::default();
                        Ok(Command::Gather { party, gather, list, keys, error: Some(error) })
                    }
                    Err(error) => Err(Some(CallEvent::Gathered {
                        gather,
                        party,
                        keys: String::new(),
                        timed_out: true,
                        error: Some(error),
                    })),
                });
            }
            CallCommand::Stop { party } => {
                self.parties.lock().next_sound(party);
                self.send_to(party, Command::Stop(party));
            }
            CallCommand::SendDigits { party, digits } => {
                self.send_to(party, Command::SendDigits { party, digits });
            }
        }
    }

    fn offer<'a>(&'a self, engine: &'a Arc<Engine>, offer: WebOffer) -> Answering<'a> {
        Box::pin(async move {
            let WebOffer { party, room, sdp } = offer;
            let number = self.driver_of_room(room);
            // A caller is answered by the core before their browser may offer.
            let owner = Owner { instance: engine.id(), party, answered: true };
            let answer = self.drivers[number].offer(owner, sdp).await.map_err(refused)?;
            if !self.parties.lock().put(party, Place { instance: engine.id(), driver: number }) {
                return Err(OfferRefused::Unavailable);
            }
            Ok(WebAnswer { sdp: answer.sdp, candidates: answer.candidates, ufrag: answer.ufrag })
        })
    }

    fn key(&self, party: ParticipantId, key: char) {
        self.send_to(party, Command::Key { party, key });
    }

    fn relay(&self, host: &str, user: &str, until: Timestamp) -> Option<Relay> {
        let port = self.drivers[0].turn_addresses().first()?.port();
        let own = ["udp", "tcp"].map(|transport| format!("turn:{host}:{port}?transport={transport}"));
        let urls =
            if self.options.turn_urls.is_empty() { own.into() } else { self.options.turn_urls.clone() };
        let credentials = self.secret.issue(user, until.0.div_euclid(1000));
        Some(Relay { urls, username: credentials.username, credential: credentials.password })
    }
}

fn hand_over(driver: &Driver, command: Command) {
    if let Err(error) = driver.command(command) {
        tracing::error!(%error, "a command of a call is lost");
    }
}

fn refused(error: OfferError) -> OfferRefused {
    match error {
        OfferError::Sdp(_) | OfferError::NoAudio | OfferError::NoCodec => {
            OfferRefused::Wrong(error.to_string())
        }
        OfferError::Busy => OfferRefused::Busy,
        OfferError::Stopped => OfferRefused::Unavailable,
    }
}

fn with_port(addresses: &[IpAddr], port: u16) -> Vec<SocketAddr> {
    addresses.iter().map(|address| SocketAddr::new(*address, port)).collect()
}

/// A driver with the relay, and its TCP listeners, which have the same port. Where any free one will do, another one is
/// tried when only one of the two is free.
async fn with_relay(
    addresses: &[IpAddr],
    port: u16,
    options: impl Fn(Vec<SocketAddr>) -> DriverOptions,
) -> Result<(Driver, mpsc::Receiver<InstanceEvent>, Vec<TcpListener>), StartError> {
    let mut attempts = if port == 0 { FREE_PORT_ATTEMPTS } else { 1 };
    loop {
        attempts -= 1;
        let started = match streams::bind(addresses, port).await {
            Ok(listeners) => {
                let port = listeners.first().and_then(|one| one.local_addr().ok()).map(|one| one.port());
                Driver::start(options(with_port(addresses, port.unwrap_or_default())))
                    .map(|(driver, taken)| (driver, taken, listeners))
                    .map_err(StartError::Bind)
            }
            Err((address, error)) => Err(StartError::Stream(address, error)),
        };
        if started.is_ok() || attempts == 0 {
            return started;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_legs_of_a_driver_that_has_ended_are_lost_and_it_gets_no_others() {
        let mut parties = Parties::default();
        let (party, instance) = (ParticipantId::from_u128, InstanceId::from_u128);
        for (number, driver) in [(1, 0), (2, 1), (3, 0)] {
            assert!(parties.put(party(number), Place { instance: instance(number), driver }));
        }
        let mut lost = parties.end(0);
        lost.sort_by_key(|(instance, _)| *instance);
        let gone = |number| (instance(number), CallEvent::HungUp { party: party(number), lost: true });
        assert_eq!(lost, [gone(1), gone(3)]);
        assert!(parties.next_sound(party(1)).is_none() && parties.next_sound(party(2)).is_some());
        assert!(!parties.put(party(4), Place { instance: instance(4), driver: 0 }));
        assert_eq!(parties.end(0), []);
    }
}
