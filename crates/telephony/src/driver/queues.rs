//! The queues to a driver's thread.
//!
//! What the core says is never lost: its queue has no bound of its own, as legs, and what each is told, are few by the
//! core's own limits, and a stream of the relay has two places in it at most. What others send as much of as they like,
//! the relay's datagrams and pressed keys, waits in small queues behind it and is lost where these are full.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError, channel, sync_channel};

use mio::Waker;

use super::{Command, Overloaded};

/// Datagrams of the relay that may wait.
const DATAGRAMS: usize = 1_024;
/// Pressed keys that may wait.
const KEYS: usize = 256;

/// The end of those who tell the thread something.
#[derive(Clone)]
pub(super) struct Queues {
    core: Sender<Command>,
    keys: SyncSender<Command>,
    datagrams: SyncSender<Command>,
    waker: Arc<Waker>,
}

/// The thread's end.
pub(super) struct Waiting {
    core: Receiver<Command>,
    keys: Receiver<Command>,
    datagrams: Receiver<Command>,
}

pub(super) fn queues(waker: Arc<Waker>) -> (Queues, Waiting) {
    let (core, core_waiting) = channel();
    let (keys, keys_waiting) = sync_channel(KEYS);
    let (datagrams, datagrams_waiting) = sync_channel(DATAGRAMS);
    let waiting = Waiting { core: core_waiting, keys: keys_waiting, datagrams: datagrams_waiting };
    (Queues { core, keys, datagrams, waker }, waiting)
}

impl Queues {
    pub(super) fn push(&self, command: Command) -> Result<(), Overloaded> {
        match command {
            Command::StreamMessage { .. } | Command::Relayed { .. } | Command::ToRelay { .. } => {
                self.datagrams.try_send(command).map_err(|_| Overloaded)?;
            }
            Command::Key { .. } => self.keys.try_send(command).map_err(|_| Overloaded)?,
            _ => self.core.send(command).map_err(|_| Overloaded)?,
        }
        if let Err(error) = self.waker.wake() {
            tracing::error!(%error, "a media driver cannot be woken");
        }
        Ok(())
    }
}

impl Waiting {
    /// The next commands, at most so many of each queue, those of the core first; none = nobody is there to send any.
    pub(super) fn take(&self, most: usize) -> Option<Vec<Command>> {
        let mut taken = Vec::new();
        for queue in [&self.core, &self.keys, &self.datagrams] {
            for _ in 0..most {
                match queue.try_recv() {
                    Ok(command) => taken.push(command),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) if taken.is_empty() => return None,
                    Err(TryRecvError::Disconnected) => break,
                }
            }
        }
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use mio::{Poll, Token};
    use model::ParticipantId;

    use super::*;

    #[test]
    fn what_others_send_does_not_keep_the_core_from_being_heard() {
        let poll = Poll::new().expect("a poll");
        let waker = Waker::new(poll.registry(), Token(0)).expect("a waker");
        let (queues, waiting) = queues(Arc::new(waker));
        let party = ParticipantId::from_u128(1);
        let address = "192.0.2.1:5".parse().expect("an address");
        let datagram = || Command::Relayed { from: address, to: address, data: Vec::new() };
        let key = || Command::Key { party, key: '1' };
        assert_eq!((0..2 * DATAGRAMS).filter(|_| queues.push(datagram()).is_ok()).count(), DATAGRAMS);
        assert_eq!((0..2 * KEYS).filter(|_| queues.push(key()).is_ok()).count(), KEYS);
        for _ in 0..20_000 {
            assert_eq!(queues.push(Command::HangUp(party)), Ok(()));
        }
        let kinds = |taken: Vec<Command>| {
            let count = |is: fn(&Command) -> bool| taken.iter().filter(|one| is(one)).count();
            let core = count(|one| matches!(one, Command::HangUp(_)));
            assert!(taken[..core].iter().all(|one| matches!(one, Command::HangUp(_))), "the core is first");
            [core, count(|one| matches!(one, Command::Key { .. })), taken.len()]
        };
        assert_eq!(waiting.take(10_000).map(kinds), Some([10_000, KEYS, 10_000 + KEYS + DATAGRAMS]));
        assert_eq!(waiting.take(20_000).map(kinds), Some([10_000, 0, 10_000]));
        assert_eq!(waiting.take(10).map(|taken| taken.len()), Some(0));
        drop(queues);
        assert!(waiting.take(10).is_none());
    }
}
