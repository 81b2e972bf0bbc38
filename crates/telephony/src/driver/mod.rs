//! The driver of media: one thread that owns the sockets and legs of its calls.
//!
//! Commands come in by a bounded queue, events go out by another; every 20 ms the sound moves on. A call costs no
//! thread and no task per packet.
//!
//! ```text
//! Commands ──► queue ──► thread ──► events
//!                          │ ▲
//!              legs, TURN, sound │
//!                          ▼ │
//!                        sockets
//! ```

mod commands;
mod routes;
mod sockets;
mod work;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use contacts::call::CallEvent;
use mio::{Poll, Waker};
use model::{InstanceId, ParticipantId};
use tokio::sync::mpsc;

pub use commands::Command;
pub use sockets::{BindError, machine_addresses};

use crate::rtc::{Answer, OfferError};
use crate::turn::credentials::Secret;
use crate::turn::{Turn, TurnRules};
use work::Work;

/// Commands that may wait for the thread.
const COMMANDS: usize = 8_192;
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
    queue: SyncSender<Command>,
    waker: Arc<Waker>,
    legs: Arc<AtomicUsize>,
    candidates: Vec<SocketAddr>,
    turn: Vec<SocketAddr>,
    thread: Option<JoinHandle<()>>,
}

/// Another driver, as one thread reaches it.
#[derive(Clone)]
pub struct Sibling {
    queue: SyncSender<Command>,
    waker: Arc<Waker>,
    candidates: Vec<SocketAddr>,
    has_relay: bool,
}

impl Sibling {
    /// Hands over a datagram; one that finds no room is lost, as datagrams are.
    fn pass(&self, command: Command) {
        if self.queue.try_send(command).is_ok() {
            // Its next tick is near, should this fail.
            let _ = self.waker.wake();
        }
    }
}

/// The driver does not take more now, or has stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the media driver does not take commands now")]
pub struct Overloaded;

impl Driver {
    /// Opens the sockets and starts the thread.
    pub fn start(options: DriverOptions) -> Result<(Self, mpsc::Receiver<InstanceEvent>), BindError> {
        let poll = Poll::new().map_err(BindError::Poll)?;
        let waker = Arc::new(Waker::new(poll.registry(), sockets::WAKER).map_err(BindError::Poll)?);
        let sockets = sockets::Sockets::open(&options, poll.registry())?;
        let (queue, commands) = sync_channel(COMMANDS);
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
        let work = Work::new(poll, sockets, server, commands, events, legs.clone(), options.legs)?;
        let thread = std::thread::Builder::new()
            .name("media".to_owned())
            .spawn(move || work.run())
            .map_err(BindError::Poll)?;
        Ok((Self { queue, waker, legs, candidates, turn, thread: Some(thread) }, taken))
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
            queue: self.queue.clone(),
            waker: self.waker.clone(),
            candidates: self.candidates.clone(),
            has_relay: !self.turn.is_empty(),
        }
    }

    /// Hands over a command; it is done in its order.
    pub fn command(&self, command: Command) -> Result<(), Overloaded> {
        let sent = self.queue.try_send(command).map_err(|error| match error {
            TrySendError::Full(_) | TrySendError::Disconnected(_) => Overloaded,
        });
        if let Err(error) = self.waker.wake() {
            tracing::error!(%error, "the media driver cannot be woken");
        }
        sent
    }

    /// Makes a leg of a browser's offer, in place of the one that the party may have.
    pub async fn offer(&self, owner: Owner, sdp: String) -> Result<Answer, OfferError> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        self.command(Command::Offer { owner, sdp, answer }).map_err(|_| OfferError::Stopped)?;
        answered.await.unwrap_or(Err(OfferError::Stopped))
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
        // A queue that is full is being worked on.
        while let Err(TrySendError::Full(_)) = self.queue.try_send(Command::End) {
            std::thread::sleep(Duration::from_millis(5));
        }
        // The thread looks every 20 ms even if it is not woken.
        let _ = self.waker.wake();
        if thread.join().is_err() {
            tracing::error!("the media driver has failed");
        }
    }
}

/// The name of TURN's users.
pub const REALM: &str = "switchroom";
/// Allocations of one user: several pages, each with a standby connection and calls.
const ALLOCATIONS_PER_USER: usize = 20;
