//! A connection that ends when its peer stalls.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;
use tokio::time::Sleep;

use super::slots::Slot;

/// What an HTTP/2 client sends first. Until a connection differs from it no timer of HTTP runs yet; one that sends all
/// of it is ended, as HTTP/2 is not spoken.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A socket with a deadline for its first bytes and for the peer to take what is written, which can be cut from
/// outside, and which holds its [`Slot`] as long as it lives.
pub(super) struct Guarded<T> {
    io: T,
    opening: Option<Opening>,
    write_timeout: Duration,
    write_deadline: Option<Pin<Box<Sleep>>>,
    cut: Pin<Box<dyn Future<Output = ()> + Send>>,
    _slot: Slot,
}

struct Opening {
    matched: usize,
    is_http2: bool,
    deadline: Pin<Box<Sleep>>,
}

impl<T> Guarded<T> {
    pub(super) fn new(
        io: T,
        slot: Slot,
        open_within: Duration,
        write_timeout: Duration,
        mut cut: watch::Receiver<bool>,
    ) -> Self {
        let cut = Box::pin(async move {
            let _ = cut.wait_for(|cut| *cut).await;
        });
        let opening =
            Opening { matched: 0, is_http2: false, deadline: Box::pin(tokio::time::sleep(open_within)) };
        Self { io, opening: Some(opening), write_timeout, write_deadline: None, cut, _slot: slot }
    }

    /// Passes on what a write gave, or an error if the peer has taken nothing for too long.
    fn within_deadline<R>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<R>>,
    ) -> Poll<io::Result<R>> {
        if written.is_ready() {
            self.write_deadline = None;
            return written;
        }
        let timeout = self.write_timeout;
        let deadline = self.write_deadline.get_or_insert_with(|| Box::pin(tokio::time::sleep(timeout)));
        if deadline.as_mut().poll(cx).is_ready() || self.cut.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the peer takes no data")));
        }
        Poll::Pending
    }
}

impl Opening {
    /// Whether, after these bytes, the protocol is still unknown.
    fn still_open(&mut self, bytes: &[u8]) -> bool {
        let expected = &PREFACE[self.matched..];
        self.is_http2 = bytes.len() >= expected.len() && bytes.starts_with(expected);
        self.matched += bytes.len();
        !bytes.is_empty() && bytes.len() < expected.len() && expected.starts_with(bytes)
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Guarded<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buffer.filled().len();
        match Pin::new(&mut this.io).poll_read(cx, buffer) {
            Poll::Ready(result) => {
                if let Some(opening) = &mut this.opening
                    && (result.is_err() || !opening.still_open(&buffer.filled()[before..]))
                {
                    if result.is_ok() && opening.is_http2 {
                        return Poll::Ready(Err(io::Error::new(
                            io::ErrorKind::InvalidData,
                            "HTTP/2 is not spoken here",
                        )));
                    }
                    this.opening = None;
                }
                Poll::Ready(result)
            }
            Poll::Pending => {
                if let Some(opening) = &mut this.opening
                    && opening.deadline.as_mut().poll(cx).is_ready()
                {
                    return Poll::Ready(Err(io::Error::new(
                        io::ErrorKind::TimedOut,
                        "the peer sends no request",
                    )));
                }
                if this.cut.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(Err(io::Error::new(
                        io::ErrorKind::ConnectionAborted,
                        "the server ends",
                    )));
                }
                Poll::Pending
            }
        }
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Guarded<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(cx, data);
        self.within_deadline(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write_vectored(cx, data);
        self.within_deadline(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.io).poll_flush(cx);
        self.within_deadline(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.io).poll_shutdown(cx);
        self.within_deadline(cx, shut)
    }
}
