//! What idle websockets cost: memory for each, and time for a round of heartbeats.
//!
//! `IDLE_SOCKETS=10000 cargo test -p agent --release --test idle_sockets -- --nocapture` prints the figures for more
//! of them; the limit of open files must be above twice that number.

#[allow(dead_code)]
#[path = "agent/support.rs"]
mod support;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use center::TokenKind;
use support::{SOON, Server};
use tokio::net::TcpListener;
use wire::guard::{Limits, serve};

/// Most bytes that one idle socket may hold.
const MOST_BYTES: usize = 32 * 1024;
const HEARTBEAT: &[u8] = br#"{"topic":"aws/heartbeat"}"#;

#[tokio::test]
async fn an_idle_socket_is_cheap() {
    let Some(_) = resident() else {
        eprintln!("skipped: this system does not tell how much memory a process holds");
        return;
    };
    let count = std::env::var("IDLE_SOCKETS").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
    let server = Server::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    let token = server.token("ann", TokenKind::AgentSocket).await;
    let router = server.router.clone();
    tokio::spawn(serve(listener, router, Limits::default(), std::future::pending()));

    // The first ones pay for what all share.
    let (mut sockets, _) = open(address, token.clone(), 50).await;
    let before = resident().expect("told before");
    let (more, opening) = open(address, token, count).await;
    sockets.extend(more);
    let (mut sockets, _) = heartbeats(sockets).await;
    let each = resident().expect("told before").saturating_sub(before) / count;
    let round;
    (sockets, round) = heartbeats(sockets).await;
    println!(
        "{count} sockets opened in {opening:?}; {each} bytes each; a round of {} heartbeats took {round:?}",
        sockets.len()
    );
    assert!(each <= MOST_BYTES, "{each} bytes for each idle socket");
}

/// Clients without a runtime, whose own memory is next to nothing.
async fn open(address: SocketAddr, token: String, count: usize) -> (Vec<TcpStream>, Duration) {
    let request = format!(
        "GET /socket/agent?token={token} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    let opening = move || {
        let begun = Instant::now();
        let sockets = (0..count).map(|_| {
            let mut socket = TcpStream::connect(address).expect("connects");
            socket.set_read_timeout(Some(SOON)).expect("is open");
            socket.write_all(request.as_bytes()).expect("sends");
            let mut answer = Vec::new();
            while !answer.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                socket.read_exact(&mut byte).expect("is answered");
                answer.push(byte[0]);
            }
            assert!(answer.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&answer));
            socket
        });
        (sockets.collect(), begun.elapsed())
    };
    tokio::task::spawn_blocking(opening).await.expect("no panic")
}

/// Every socket says once that it is there, and is answered.
async fn heartbeats(mut sockets: Vec<TcpStream>) -> (Vec<TcpStream>, Duration) {
    let length = u8::try_from(HEARTBEAT.len()).expect("short");
    // A text frame, masked with zeros.
    let frame = [&[0x81, 0x80 | length, 0, 0, 0, 0], HEARTBEAT].concat();
    let round = move || {
        let begun = Instant::now();
        for socket in &mut sockets {
            socket.write_all(&frame).expect("sends");
        }
        for socket in &mut sockets {
            let mut answer = vec![0; 2 + HEARTBEAT.len()];
            socket.read_exact(&mut answer).expect("is answered");
            assert_eq!(&answer[2..], HEARTBEAT);
        }
        (sockets, begun.elapsed())
    };
    tokio::task::spawn_blocking(round).await.expect("no panic")
}

/// Bytes of memory that this process holds.
fn resident() -> Option<usize> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<usize>().ok().map(|kilobytes| kilobytes * 1024)
}
