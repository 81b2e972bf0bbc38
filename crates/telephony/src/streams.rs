//! Connections of the relay over TCP, for browsers whose network lets no UDP through.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;

use crate::driver::{Command, Driver};
use crate::turn::Client;
use crate::turn::framing::{self, LONGEST};

/// Connections at once.
const CONNECTIONS: usize = 2_000;
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
            let client = Client { address, stream: Some(numbers.fetch_add(1, Ordering::Relaxed)) };
            tokio::spawn(async move {
                serve(stream, client, &driver).await;
                drop(place);
            });
        }
    });
}

async fn serve(stream: TcpStream, client: Client, driver: &Driver) {
    // Sound is small and urgent.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let (reading, mut writing) = stream.into_split();
    let (queue, mut messages) = mpsc::channel::<Vec<u8>>(QUEUE);
    if driver.command(Command::StreamOpened { client, queue }).is_err() {
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
        () = read(reading, client, driver) => {}
    }
    // A driver that takes no commands frees the allocation when its time is over.
    let _ = driver.command(Command::StreamClosed(client));
}

async fn read(mut stream: OwnedReadHalf, client: Client, driver: &Driver) {
    let mut bytes: Vec<u8> = Vec::with_capacity(LONGEST);
    loop {
        while let Some(length) = match framing::length(&bytes) {
            Ok(length) => length.filter(|length| *length <= bytes.len()),
            Err(error) => return tracing::debug!(%error, "a connection of the relay is closed"),
        } {
            let message = bytes.drain(..length).collect();
            // One that finds no room is lost, as a datagram would be.
            let _ = driver.command(Command::StreamMessage { client, message });
        }
        match timeout(SILENCE, stream.read_buf(&mut bytes)).await {
            Ok(Ok(count)) if count > 0 => {}
            _ => return,
        }
    }
}
