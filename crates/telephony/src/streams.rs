//! Connections of the relay over TCP, for browsers whose network lets no UDP through.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{Instant, timeout};

use crate::driver::{Command, Driver};
use crate::turn::Client;
use crate::turn::framing::{self, LONGEST};

/// Connections at once.
const CONNECTIONS: usize = 2_000;
/// Connections of one address that have no allocation yet: anybody can open them. Those that have one are counted by
/// their users.
const NEWCOMERS: usize = 32;
/// How long a connection may be without an allocation; a browser takes a few round trips.
const ALLOCATE_WITHIN: Duration = Duration::from_secs(10);
/// Messages that wait for one client; more are lost, as datagrams would be.
const QUEUE: usize = 256;
/// A connection on which nothing comes for so long is closed; allocations live ten minutes.
const SILENCE: Duration = Duration::from_secs(660);
/// How long a client may take to read what it is sent.
const WRITE_WITHIN: Duration = Duration::from_secs(10);

/// Listens on these addresses, all on one port: the first one's, where any free one will do.
pub async fn bind(addresses: &[IpAddr], mut port: u16) -> Result<Vec<TcpListener>, (SocketAddr, io::Error)> {
    let mut listeners = Vec::new();
    for ip in addresses {
        let address = SocketAddr::new(*ip, port);
        let failed = |error| (address, error);
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        port = listener.local_addr().map_err(failed)?.port();
        listeners.push(listener);
    }
    Ok(listeners)
}

/// Takes connections from now on, as long as the driver is there.
pub fn listen(listener: TcpListener, driver: &Arc<Driver>) {
    let driver = Arc::downgrade(driver);
    let (places, numbers) = (Arc::new(Semaphore::new(CONNECTIONS)), AtomicU64::new(1));
    let newcomers = Arc::new(Newcomers::default());
    tokio::spawn(async move {
        loop {
            let Ok(place) = places.clone().acquire_owned().await else { return };
            let (stream, address) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "the relay cannot take a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let Some(driver) = driver.upgrade() else { return };
            let Some(newcomer) = newcomers.enter(address.ip()) else { continue };
            let client = Client { address, stream: Some(numbers.fetch_add(1, Ordering::Relaxed)) };
            tokio::spawn(async move { serve(stream, client, &driver, place, newcomer).await });
        }
    });
}

/// Connections without an allocation, by address.
#[derive(Debug, Default)]
struct Newcomers(Mutex<HashMap<IpAddr, usize>>);

/// One of them, as long as it is kept.
struct Newcomer {
    all: Arc<Newcomers>,
    network: IpAddr,
}

impl Newcomers {
    /// None = the address has too many.
    fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Newcomer> {
        let network = network(address);
        let mut counts = self.0.lock();
        let count = counts.entry(network).or_default();
        if *count >= NEWCOMERS {
            return None;
        }
        *count += 1;
        Some(Newcomer { all: self.clone(), network })
    }
}

impl Drop for Newcomer {
    fn drop(&mut self) {
        let mut counts = self.all.0.lock();
        if let Some(count) = counts.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.network);
            }
        }
    }
}

/// What is counted as one address: of IPv6 a network (/64), as a subscriber has the whole of it.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) & !u128::from(u64::MAX)).into()),
        v4 => v4,
    }
}

async fn serve(
    stream: TcpStream,
    client: Client,
    driver: &Driver,
    place: OwnedSemaphorePermit,
    newcomer: Newcomer,
) {
    // Sound is small and urgent.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let (reading, mut writing) = stream.into_split();
    let (queue, mut messages) = mpsc::channel::<Vec<u8>>(QUEUE);
    let allocated = Arc::new(AtomicBool::new(false));
    let opened = Command::StreamOpened { client, queue, allocated: allocated.clone() };
    if driver.command(opened).is_err() {
        return;
    }
    let write = async {
        while let Some(message) = messages.recv().await {
            match timeout(WRITE_WITHIN, writing.write_all(&message)).await {
                Ok(Ok(())) => {}
                _ => return,
            }
        }
    };
    tokio::select! {
        () = write => {}
        () = read(reading, client, driver, &allocated, newcomer) => {}
    }
    // A driver that takes no commands has ended, and its allocations with it.
    let _ = driver.command(Command::StreamClosed { client, place });
}

async fn read(
    mut stream: OwnedReadHalf,
    client: Client,
    driver: &Driver,
    allocated: &AtomicBool,
    newcomer: Newcomer,
) {
    let mut bytes: Vec<u8> = Vec::with_capacity(LONGEST);
    let (deadline, mut newcomer) = (Instant::now() + ALLOCATE_WITHIN, Some(newcomer));
    loop {
        while let Some(length) = match framing::length(&bytes) {
            Ok(length) => length.filter(|length| *length <= bytes.len()),
            Err(error) => return tracing::debug!(%error, "a connection of the relay is closed"),
        } {
            let message = bytes.drain(..length).collect();
            // One that finds no room is lost, as a datagram would be.
            let _ = driver.command(Command::StreamMessage { client, message });
        }
        if allocated.load(Ordering::Relaxed) {
            newcomer = None;
        }
        let wait = match newcomer {
            Some(_) => deadline.saturating_duration_since(Instant::now()),
            None => SILENCE,
        };
        if wait.is_zero() {
            return;
        }
        match timeout(wait, stream.read_buf(&mut bytes)).await {
            Ok(Ok(count)) if count > 0 => {}
            // It may have its allocation since its last message was done.
            Err(_) if newcomer.is_some() => {}
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_so_many_newcomers() {
        let newcomers = Arc::new(Newcomers::default());
        let enter = |text: &str| newcomers.enter(text.parse().expect("an address"));
        let mut first: Vec<_> = (0..NEWCOMERS).map(|_| enter("192.0.2.1").expect("a place")).collect();
        assert!(enter("192.0.2.1").is_none() && enter("::ffff:192.0.2.1").is_none());
        assert!(enter("192.0.2.2").is_some());
        first.pop();
        assert!(enter("192.0.2.1").is_some());
        let _many: Vec<_> = (0..NEWCOMERS).map(|_| enter("2001:db8::1").expect("a place")).collect();
        assert!(enter("2001:db8::2").is_none() && enter("2001:db8:0:1::2").is_some());
        drop(first);
        assert_eq!(newcomers.0.lock().len(), 1);
    }
}
