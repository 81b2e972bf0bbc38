//! Websockets of customers and agents: topics, heartbeats, and what is pushed.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, interval_at, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use super::{LoadError, Result};

/// How often a client is heard, as the published clients do.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// How long the answer to a subscription may take.
const SUBSCRIBED_WITHIN: Duration = Duration::from_secs(20);

/// An open websocket that is subscribed to `aws/chat`.
#[derive(Debug)]
pub struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// Opens the address and subscribes.
    pub async fn open(address: SocketAddr, url: &str) -> Result<Self> {
        let failed = |text: String| LoadError::Socket(text);
        let stream = TcpStream::connect(address).await.map_err(|error| failed(error.to_string()))?;
        stream.set_nodelay(true).map_err(|error| failed(error.to_string()))?;
        let (mut socket, _) =
            tokio_tungstenite::client_async(url, stream).await.map_err(|error| failed(error.to_string()))?;
        let subscribe = r#"{"topic":"aws/subscribe","content":{"topics":["aws/chat"]}}"#;
        socket.send(Message::text(subscribe)).await.map_err(|error| failed(error.to_string()))?;
        let answer = async {
            while let Some(frame) = socket.next().await {
                let frame = frame.map_err(|error| failed(error.to_string()))?;
                let Message::Text(text) = frame else { continue };
                if text.contains(r#""topic":"aws/subscribe""#) {
                    return if text.contains("success") { Ok(()) } else { Err(failed(text.to_string())) };
                }
            }
            Err(failed("closed before the subscription was answered".to_owned()))
        };
        timeout(SUBSCRIBED_WITHIN, answer)
            .await
            .map_err(|_| LoadError::TooLate("a subscription was not answered".to_owned()))??;
        Ok(Self(socket))
    }

    /// Hands every frame to `hear` until the server closes the socket or the task is ended; beats in between.
    pub async fn listen(mut self, mut hear: impl FnMut(&Utf8Bytes)) -> Result<()> {
        let mut beat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
        loop {
            tokio::select! {
                frame = self.0.next() => match frame {
                    Some(Ok(Message::Text(text))) => hear(&text),
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(LoadError::Socket(error.to_string())),
                    None => return Ok(()),
                },
                _ = beat.tick() => {
                    let sent = self.0.send(Message::text(r#"{"topic":"aws/heartbeat"}"#)).await;
                    sent.map_err(|error| LoadError::Socket(error.to_string()))?;
                }
            }
        }
    }
}
