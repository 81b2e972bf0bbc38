//! Fan-out to websockets: each subscriber has a bounded queue of frames; who falls behind is disconnected.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use contacts::Address;
use model::UserId;
use parking_lot::Mutex;
use tokio::sync::{mpsc, watch};

/// Frames a subscriber may be behind before it is disconnected. It then reconnects and reads the transcript.
const QUEUE: usize = 1024;

/// Something to send to a socket.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Topic, such as `aws/chat`.
    pub topic: &'static str,
    /// Content as JSON text.
    pub content: Arc<str>,
}

/// The subscribers of this process.
#[derive(Debug, Default)]
pub struct Bus {
    subscribers: Mutex<HashMap<Address, Vec<Socket>>>,
    versions: Mutex<HashMap<UserId, watch::Sender<u64>>>,
    next: AtomicU64,
}

/// A subscriber's number and its queue.
type Socket = (u64, mpsc::Sender<Frame>);

/// A subscription; it ends when dropped.
#[derive(Debug)]
pub struct Subscription {
    /// The frames. Closed when the subscriber fell behind or its address is gone.
    pub frames: mpsc::Receiver<Frame>,
    bus: Arc<Bus>,
    address: Address,
    id: u64,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.bus.remove(self.address, self.id);
    }
}

impl Bus {
    /// Frames for an address from now on.
    pub fn subscribe(self: &Arc<Self>, address: Address) -> Subscription {
        let (sender, frames) = mpsc::channel(QUEUE);
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.subscribers.lock().entry(address).or_default().push((id, sender));
        Subscription { frames, bus: self.clone(), address, id }
    }

    /// How many sockets an address has.
    pub fn count(&self, address: Address) -> usize {
        self.subscribers.lock().get(&address).map_or(0, Vec::len)
    }

    /// Sends a frame to every subscriber of these addresses.
    pub fn push(&self, to: &[Address], frame: &Frame) {
        let mut subscribers = self.subscribers.lock();
        for address in to {
            if let Some(list) = subscribers.get_mut(address) {
                list.retain(|(_, sender)| sender.try_send(frame.clone()).is_ok());
            }
        }
    }

    /// Ends every subscription of an address.
    pub fn close(&self, address: Address) {
        self.subscribers.lock().remove(&address);
    }

    /// Something an agent's panel shows has changed.
    pub fn agent_changed(&self, user: UserId) {
        let mut versions = self.versions.lock();
        versions.entry(user).or_insert_with(|| watch::Sender::new(0)).send_modify(|version| *version += 1);
    }

    /// Follows what an agent's panel shows: the value is the number of changes in this process.
    pub fn watch_agent(&self, user: UserId) -> watch::Receiver<u64> {
        self.versions.lock().entry(user).or_insert_with(|| watch::Sender::new(0)).subscribe()
    }

    fn remove(&self, address: Address, id: u64) {
        let mut subscribers = self.subscribers.lock();
        if let Some(list) = subscribers.get_mut(&address) {
            list.retain(|(other, _)| *other != id);
            if list.is_empty() {
                subscribers.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::ParticipantId;

    #[test]
    fn a_subscriber_that_falls_behind_is_cut_off_and_others_are_not() {
        let bus = Arc::new(Bus::default());
        let address = Address::Participant(ParticipantId::from_u128(1));
        let mut slow = bus.subscribe(address);
        let mut quick = bus.subscribe(address);
        for n in 0..=QUEUE {
            bus.push(&[address], &Frame { topic: "aws/chat", content: n.to_string().into() });
            assert!(quick.frames.try_recv().is_ok());
        }
        assert_eq!(bus.count(address), 1);
        let mut received = 0;
        while slow.frames.try_recv().is_ok() {
            received += 1;
        }
        assert_eq!(received, QUEUE);
        assert!(slow.frames.is_closed());
        drop(quick);
        assert_eq!(bus.count(address), 0);
    }
}
