//! Serving connections under limits, and ending without breaking what is under way.
//!
//! What a hostile or broken client can hold is bounded at every stage of a connection:
//!
//! | stage | limit |
//! |---|---|
//! | accepted | [`Limits::connections`] in all, [`Limits::connections_per_peer`] per address |
//! | handshake, first bytes, headers of each request (and idle between requests) | [`Limits::header_timeout`] |
//! | size of headers | [`Limits::header_bytes`] |
//! | body | [`Limits::body_idle`] between pieces, [`Limits::body_rate`] on average; the size is the service's |
//! | answer not taken | [`Limits::write_timeout`] |
//! | silent after the upgrade to a WebSocket | none: an idle socket costs a task and a few kilobytes. A peer that is gone is found by keep-alive probes ([`Limits::keep_alive`]) |

mod body;
mod slots;
mod socket;

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::principal::BoxFuture;

pub use body::TooSlow;
use body::{Pace, PacedBody};
use slots::Slots;
use socket::Guarded;

/// What one server grants its clients.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at once; further ones are answered 503 and closed.
    pub connections: usize,
    /// Connections at once from one address (IPv6: one /64 network). Loopback, where reverse proxies live, is exempt.
    pub connections_per_peer: usize,
    /// The time for a handshake and for the headers of a request; also how long a connection may be idle between
    /// requests.
    pub header_timeout: Duration,
    /// Most bytes of a request's headers; at least 8 KiB.
    pub header_bytes: usize,
    /// The longest wait for the next piece of a body.
    pub body_idle: Duration,
    /// Bytes per second that a body must arrive with on average, after the first [`Limits::body_idle`].
    pub body_rate: u32,
    /// How long a client may take nothing of what is sent to it.
    pub write_timeout: Duration,
    /// Silence after which the system probes whether the peer is still there.
    pub keep_alive: Duration,
    /// How long calls and sockets under way may go on once the server is told to end.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 50_000,
            connections_per_peer: 10_000,
            header_timeout: Duration::from_secs(30),
            header_bytes: 64 * 1024,
            body_idle: Duration::from_secs(20),
            body_rate: 1024,
            write_timeout: Duration::from_secs(30),
            keep_alive: Duration::from_secs(60),
            drain: Duration::from_secs(30),
        }
    }
}

/// Tells those who wait for long that the server is about to end; found in the extensions of every request.
#[derive(Clone, Debug)]
pub struct Draining(watch::Receiver<bool>);

impl Draining {
    /// Ends when the server begins to shut down.
    pub async fn wait(mut self) {
        // A sender that is gone means that the server is gone.
        let _ = self.0.wait_for(|draining| *draining).await;
    }

    /// Whether the server has begun to shut down.
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }
}

/// How a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Connections (WebSockets among them) that were still open when [`Limits::drain`] was over, and were cut.
    pub cut: usize,
}

/// What lies between the TCP connection and HTTP: nothing, or TLS.
pub trait Transport: Send + Sync + 'static {
    /// The connection that HTTP is spoken on.
    type Io: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Secures an accepted connection; bounded by [`Limits::header_timeout`].
    fn secure(&self, stream: TcpStream) -> BoxFuture<'_, io::Result<Self::Io>>;
}

/// HTTP directly on TCP.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plain;

impl Transport for Plain {
    type Io = TcpStream;

    fn secure(&self, stream: TcpStream) -> BoxFuture<'_, io::Result<TcpStream>> {
        Box::pin(std::future::ready(Ok(stream)))
    }
}

/// Serves `router` on `listener` until `shutdown` ends, then lets what is under way end within [`Limits::drain`].
///
/// Every request carries `ConnectInfo<SocketAddr>` and [`Draining`] in its extensions. Handlers of WebSockets should
/// say goodbye when [`Draining::wait`] ends: a socket still open after the drain time is cut.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    shutdown: impl Future<Output = ()> + Send,
) -> Drained {
    serve_over(listener, Plain, router, limits, shutdown).await
}

/// As [`serve`], over a transport such as TLS.
pub async fn serve_over<T: Transport>(
    listener: TcpListener,
    transport: T,
    router: Router,
    limits: Limits,
    shutdown: impl Future<Output = ()> + Send,
) -> Drained {
    let (drain, draining) = watch::channel(false);
    let (cut, cutting) = watch::channel(false);
    let slots = Slots::new(limits.connections, limits.connections_per_peer);
    let server = Arc::new(Server {
        transport,
        router,
        http: http_builder(&limits),
        slots: Arc::clone(&slots),
        draining: Draining(draining),
        cutting,
        limits,
    });
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => server.admit(stream, peer),
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                // Usually no file descriptors are left: what is open must end before more can come in.
                tracing::error!(%error, "cannot accept connections");
                tokio::select! {
                    () = &mut shutdown => break,
                    () = tokio::time::sleep(Duration::from_millis(100)) => {}
                }
            }
        }
    }
    drop(listener);
    drain.send_replace(true);
    if tokio::time::timeout(server.limits.drain, slots.all_free()).await.is_ok() {
        return Drained { cut: 0 };
    }
    let open = slots.taken();
    tracing::warn!(connections = open, "cutting connections that did not end in time");
    cut.send_replace(true);
    // Cut connections end as soon as their tasks run; one that never runs again must not hold the process.
    let _ = tokio::time::timeout(Duration::from_secs(1), slots.all_free()).await;
    Drained { cut: open }
}

struct Server<T> {
    transport: T,
    router: Router,
    http: auto::Builder<TokioExecutor>,
    slots: Arc<Slots>,
    draining: Draining,
    cutting: watch::Receiver<bool>,
    limits: Limits,
}

impl<T: Transport> Server<T> {
    fn admit(self: &Arc<Self>, stream: TcpStream, peer: SocketAddr) {
        let Some(slot) = self.slots.take(peer.ip()) else {
            tracing::debug!(%peer, "too many connections");
            refuse(&stream);
            return;
        };
        let server = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(error) = prepare(&stream, &server.limits) {
                tracing::debug!(%peer, %error, "a connection ended at once");
                return;
            }
            let io = match tokio::time::timeout(server.limits.header_timeout, server.transport.secure(stream))
                .await
            {
                Ok(Ok(io)) => io,
                Ok(Err(error)) => return tracing::debug!(%peer, %error, "a handshake failed"),
                Err(_) => return tracing::debug!(%peer, "a handshake took too long"),
            };
            let io = Guarded::new(
                io,
                slot,
                server.limits.header_timeout,
                server.limits.write_timeout,
                server.cutting.clone(),
            );
            server.speak(io, peer).await;
        });
    }

    async fn speak(&self, io: Guarded<T::Io>, peer: SocketAddr) {
        let pace = Pace { idle: self.limits.body_idle, bytes_per_second: self.limits.body_rate };
        let service = service_fn(|request: Request<Incoming>| {
            let mut request = request.map(|body| Body::new(PacedBody::new(body, pace)));
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(self.draining.clone());
            let mut router = self.router.clone();
            async move { tower_service::Service::call(&mut router, request).await }
        });
        let mut connection = pin!(self.http.serve_connection_with_upgrades(TokioIo::new(io), service));
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = self.draining.clone().wait() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%peer, %error, "a connection broke off");
        }
    }
}

fn http_builder(limits: &Limits) -> auto::Builder<TokioExecutor> {
    // HTTP/2 has no time limit for the headers of a stream here; a proxy in front may speak it to browsers.
    let mut http = auto::Builder::new(TokioExecutor::new()).http1_only();
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(limits.header_bytes.max(8 * 1024));
    http
}

/// Sends small answers at once and lets the system find peers that are gone.
fn prepare(stream: &TcpStream, limits: &Limits) -> io::Result<()> {
    stream.set_nodelay(true)?;
    // The system counts in whole seconds and refuses zero.
    let second = Duration::from_secs(1);
    let (silence, interval) = (limits.keep_alive.max(second), (limits.keep_alive / 4).max(second));
    let probes = socket2::TcpKeepalive::new().with_time(silence).with_interval(interval);
    let socket = socket2::SockRef::from(stream);
    socket.set_tcp_keepalive(&probes)?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(limits.keep_alive + limits.write_timeout))?;
    Ok(())
}

/// Tells a client that found no room, as far as the socket takes it without waiting.
fn refuse(stream: &TcpStream) {
    const BUSY: &[u8] =
        b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let _ = stream.try_write(BUSY);
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
