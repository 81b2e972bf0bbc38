//! The driver of media: one thread that owns the sockets and legs of its calls.
//!
//! Commands come in by queues, events go out by another; every 20 ms the sound moves on. A call costs no thread and no
//! task per packet. Offers are read by whoever brings them, so that none holds up the sound of others.
//!
//! ```text
//! Commands ──► queue ──► thread ──► events
//!                          │ ▲
//!              legs, TURN, sound │
//!                          ▼ │
//!                        sockets
//! ```

mod commands;
mod queues;
mod routes;
mod sockets;
mod work;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Instant;

use contacts::call::CallEvent;
use mio::{Poll, Waker};
use model::{InstanceId, ParticipantId};
use str0m::config::DtlsCert;
use tokio::sync::{Semaphore, mpsc, oneshot};

pub use commands::Command;
pub use sockets::{BindError, machine_addresses};

use crate::rtc::{Answer, OfferError, RtcLeg};
use crate::turn::credentials::Secret;
use crate::turn::{Turn, TurnRules};
use queues::Queues;
use work::Work;

/// Offers that are read at once.
const OFFERS: usize = 2;
/// Events that may wait to be taken; more are kept by the thread until there is room.
const EVENTS: usize = 8_192;

/// How a driver is set up.
#[derive(Clone, Debug)]
pub struct DriverOptions {
    /// Addresses of the media socket.
    pub media: Vec<SocketAddr>,
    /// Addresses that browsers are told instead of those, as behind a NAT; without ports.
    pub advertised: Vec<std::net::IpAddr>,
    /// Addresses of the TURN socket; none = no TURN.
    pub turn: Vec<SocketAddr>,
    /// Legs at once.
    pub legs: usize,
    /// What TURN passwords are derived from.
    pub secret: Secret,
}

/// An event, and whose it is.
pub type InstanceEvent = (InstanceId, CallEvent);

/// Who a leg belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The instance.
    pub instance: InstanceId,
    /// The party.
    pub party: ParticipantId,
    /// Whether it may be heard as soon as its sound flows, as an agent's, or is to be answered first, as a caller's.
    pub answered: bool,
}

/// A running driver.
pub struct Driver {
    queues: Queues,
    certificate: DtlsCert,
    readers: Semaphore,
    legs: Arc<AtomicUsize>,
    candidates: Vec<SocketAddr>,
    turn: Vec<SocketAddr>,
    thread: Option<JoinHandle<()>>,
}

/// Another driver, as one thread reaches it.
#[derive(Clone)]
pub struct Sibling {
    queues: Queues,
    candidates: Vec<SocketAddr>,
    has_relay: bool,
}

impl Sibling {
    /// Hands over a datagram; one that finds no room is lost, as datagrams are.
    fn pass(&self, command: Command) {
        let _ = self.queues.push(command);
    }
}

/// The driver has stopped, or does not take more of what may be lost: keys and messages of streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the media driver does not take commands now")]
pub struct Overloaded;

impl Driver {
    /// Opens the sockets and starts the thread.
    pub fn start(options: DriverOptions) -> Result<(Self, mpsc::Receiver<InstanceEvent>), BindError> {
        let poll = Poll::new().map_err(BindError::Poll)?;
        let waker = Arc::new(Waker::new(poll.registry(), sockets::WAKER).map_err(BindError::Poll)?);
        let sockets = sockets::Sockets::open(&options, poll.registry())?;
        let (queues, waiting) = queues::queues(waker);
        // One certificate for all legs: browsers are told its fingerprint with every answer.
        let certificate = str0m::crypto::from_feature_flags()
            .dtls_provider
            .generate_certificate()
            .ok_or_else(|| BindError::Certificate("the crypto library makes none".to_owned()))?;
        let (events, taken) = mpsc::channel(EVENTS);
        let legs = Arc::new(AtomicUsize::new(0));
        let candidates = sockets.candidates.clone();
        let turn = sockets.turn_addresses();
        let now = Instant::now();
        let rules = TurnRules {
            realm: REALM.to_owned(),
            peers: candidates.iter().copied().collect::<BTreeSet<_>>(),
            allocations: options.legs * 4,
            allocations_per_user: ALLOCATIONS_PER_USER,
        };
        let server = Turn::new(rules, options.secret.clone(), now);
        let work = Work::new(poll, sockets, server, waiting, events, legs.clone(), options.legs);
        let thread = std::thread::Builder::new()
            .name("media".to_owned())
            .spawn(move || work.run())
            .map_err(BindError::Poll)?;
        let readers = Semaphore::new(OFFERS);
        Ok((Self { queues, certificate, readers, legs, candidates, turn, thread: Some(thread) }, taken))
    }

    /// Makes drivers known to each other: one of them has the relay, and all have media.
    pub fn introduce(drivers: &[Arc<Self>]) {
        for (number, driver) in drivers.iter().enumerate() {
            let others = drivers.iter().enumerate().filter(|(other, _)| *other != number);
            let siblings = others.map(|(_, other)| other.as_sibling()).collect();
            if let Err(error) = driver.command(Command::Siblings(siblings)) {
                tracing::error!(%error, "media drivers do not know each other");
            }
        }
    }

    fn as_sibling(&self) -> Sibling {
        Sibling {
            queues: self.queues.clone(),
            candidates: self.candidates.clone(),
            has_relay: !self.turn.is_empty(),
        }
    }

    /// Hands over a command. Those of the core are done in their order and never lost; keys and messages of streams are
    /// where too many wait.
    pub fn command(&self, command: Command) -> Result<(), Overloaded> {
        self.queues.push(command)
    }

    /// Makes a leg of a browser's offer, in place of the one that the party may have.
    pub async fn offer(&self, owner: Owner, sdp: String) -> Result<Answer, OfferError> {
        let (local, certificate) = (self.candidates.clone(), self.certificate.clone());
        let reading = self.readers.acquire().await.map_err(|_| OfferError::Stopped)?;
        let made =
            tokio::task::spawn_blocking(move || RtcLeg::accept(&sdp, &local, &certificate, Instant::now()));
        let (leg, answer) = made.await.map_err(|_| OfferError::Stopped)??;
        drop(reading);
        let (taken, told) = oneshot::channel();
        let leg = Box::new(leg);
        self.command(Command::Leg { owner, leg, taken }).map_err(|_| OfferError::Stopped)?;
        told.await.unwrap_or(Err(OfferError::Stopped)).map(|()| answer)
    }

    /// How many legs there are.
    pub fn legs(&self) -> usize {
        self.legs.load(Ordering::Relaxed)
    }

    /// Where browsers find the media.
    pub fn candidates(&self) -> &[SocketAddr] {
        &self.candidates
    }

    /// Where the TURN server listens.
    pub fn turn_addresses(&self) -> &[SocketAddr] {
        &self.turn
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        // One that has failed takes no commands, and is joined all the same.
        let _ = self.queues.push(Command::End);
        if thread.join().is_err() {
            tracing::error!("the media driver has failed");
        }
    }
}

/// The name of TURN's users.
pub const REALM: &str = "switchroom";
/// Allocations of one user: several pages, each with a standby connection and calls.
const ALLOCATIONS_PER_USER: usize = 20;
