//! A request body that must keep coming.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep};

/// The pace that a body must keep. Only time spent waiting for the client counts, not time in which the server does
/// not read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// The longest single wait.
    pub(super) idle: Duration,
    /// All waits together may be `idle` plus a second for each of these bytes.
    pub(super) bytes_per_second: u32,
}

/// A request body came too slowly.
#[derive(Debug, thiserror::Error)]
#[error("the request body came too slowly")]
pub struct TooSlow;

/// A body under a [`Pace`].
pub(super) struct PacedBody<B> {
    body: B,
    pace: Pace,
    received: u64,
    waited: Duration,
    wait: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl<B> PacedBody<B> {
    pub(super) fn new(body: B, pace: Pace) -> Self {
        Self { body, pace, received: 0, waited: Duration::ZERO, wait: None }
    }

    fn longest_wait(&self) -> Duration {
        let earned = Duration::from_millis(
            self.received.saturating_mul(1000) / u64::from(self.pace.bytes_per_second.max(1)),
        );
        (self.pace.idle + earned).saturating_sub(self.waited).min(self.pace.idle)
    }
}

impl<B> Body for PacedBody<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        match Pin::new(&mut this.body).poll_frame(cx) {
            Poll::Ready(frame) => {
                if let Some((begun, _)) = this.wait.take() {
                    this.waited += begun.elapsed();
                }
                if let Some(Ok(frame)) = &frame
                    && let Some(data) = frame.data_ref()
                {
                    this.received += data.remaining() as u64;
                }
                Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
            }
            Poll::Pending => {
                let longest = this.longest_wait();
                let (_, deadline) =
                    this.wait.get_or_insert_with(|| (Instant::now(), Box::pin(tokio::time::sleep(longest))));
                match deadline.as_mut().poll(cx) {
                    Poll::Ready(()) => Poll::Ready(Some(Err(Box::new(TooSlow)))),
                    Poll::Pending => Poll::Pending,
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::future::poll_fn;

    use super::*;

    /// Gives a piece of `size` bytes after every `pause`, `pieces` times.
    struct Client {
        size: usize,
        pause: Duration,
        pieces: usize,
        next: Pin<Box<Sleep>>,
    }

    impl Body for Client {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            if self.pieces == 0 {
                return Poll::Ready(None);
            }
            std::task::ready!(self.next.as_mut().poll(cx));
            self.pieces -= 1;
            let again = Instant::now() + self.pause;
            self.next.as_mut().reset(again);
            Poll::Ready(Some(Ok(Frame::data(Bytes::from(vec![0; self.size])))))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn bodies_must_keep_coming() {
        // 20 s idle, 1000 bytes per second.
        let pace = Pace { idle: Duration::from_secs(20), bytes_per_second: 1000 };
        for (size, pause, pieces, reading, expected) in [
            (1000, 1, 100, 0, "whole"),
            (1, 19, 1, 0, "whole"),
            (1000, 21, 1, 0, "too slow"),
            // A trickle: each piece is in time, but all together are far too few.
            (1, 10, 10, 0, "too slow"),
            // A slow start is made up for.
            (30_000, 19, 5, 0, "whole"),
            // Time in which the server does not read does not count.
            (1, 1, 10, 3600, "whole"),
        ] {
            let pause = Duration::from_secs(pause);
            let client = Client { size, pause, pieces, next: Box::pin(tokio::time::sleep(pause)) };
            let mut body = PacedBody::new(client, pace);
            let outcome = loop {
                match poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
                    Some(Ok(_)) => tokio::time::sleep(Duration::from_secs(reading)).await,
                    Some(Err(error)) => break if error.is::<TooSlow>() { "too slow" } else { "broken" },
                    None => break "whole",
                }
            };
            assert_eq!(outcome, expected, "{pieces} pieces of {size} bytes every {pause:?}");
        }
    }
}
