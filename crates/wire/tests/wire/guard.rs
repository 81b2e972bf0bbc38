//! The server on a real socket, against clients that behave and clients that do not.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message as Sent, WebSocket, WebSocketUpgrade};
use axum::routing::get;
use axum::{Extension, Router};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use wire::guard::{Drained, Draining, Limits, serve};
use wire::{ApiError, Auth, Call, Operation, Service};

use crate::support::endpoint;

/// Nothing here may take so long.
const DEADLINE: Duration = Duration::from_secs(20);
const MOMENT: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_secs(60);

/// Lets handlers wait until the test allows them on, and tells the test that they have begun.
#[derive(Clone)]
struct Gate {
    begun: Arc<Semaphore>,
    open: Arc<Semaphore>,
}

impl Gate {
    fn new() -> Self {
        Self { begun: Arc::new(Semaphore::new(0)), open: Arc::new(Semaphore::new(0)) }
    }

    async fn pass(&self) {
        self.begun.add_permits(1);
        self.open.acquire().await.expect("never closed").forget();
    }

    async fn begun(&self) {
        timeout(DEADLINE, self.begun.acquire())
            .await
            .expect("the handler begins")
            .expect("never closed")
            .forget();
    }
}

struct Server {
    address: SocketAddr,
    shutdown: oneshot::Sender<()>,
    ended: JoinHandle<Drained>,
    gate: Gate,
}

impl Server {
    async fn start(limits: Limits) -> Self {
        let gate = Gate::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (shutdown, signal) = oneshot::channel();
        let router = router(gate.clone());
        let ended = tokio::spawn(serve(listener, router, limits, async {
            let _ = signal.await;
        }));
        Self { address, shutdown, ended, gate }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("the server accepts")
    }

    /// Sends the request on a connection of its own and reads to the end.
    async fn ask(&self, request: &str) -> String {
        let mut stream = self.connect().await;
        stream.write_all(request.as_bytes()).await.expect("the server reads");
        rest_of(&mut stream).await
    }

    async fn stop(self) -> Drained {
        self.shutdown.send(()).expect("the server runs");
        timeout(DEADLINE, self.ended).await.expect("the server ends").expect("without a panic")
    }

    fn socket_address(&self, path: &str) -> String {
        format!("ws://{}{path}", self.address)
    }
}

fn router(gate: Gate) -> Router {
    async fn who(call: Call<Gate>, _: Value) -> Result<Value, ApiError> {
        Ok(json!({"peer": call.peer}))
    }
    async fn wait(call: Call<Gate>, _: Value) -> Result<Value, ApiError> {
        call.state.pass().await;
        Ok(json!({"waited": true}))
    }
    async fn poll(call: Call<Gate>, _: Value) -> Result<Value, ApiError> {
        call.state.begun.add_permits(1);
        call.draining().await;
        Ok(json!({"draining": true}))
    }
    async fn large(_: Call<Gate>, _: Value) -> Result<Value, ApiError> {
        Ok(json!("x".repeat(64 << 20)))
    }
    let service = Service::rest_json("test").auth(Auth::Handler).operations([
        Operation::post("Who", "/who", who),
        Operation::get("Wait", "/wait", wait),
        Operation::get("Poll", "/poll", poll),
        Operation::get("Large", "/large", large),
    ]);
    async fn polite(
        upgrade: WebSocketUpgrade,
        Extension(draining): Extension<Draining>,
    ) -> axum::response::Response {
        upgrade.read_buffer_size(4096).write_buffer_size(0).on_upgrade(|mut socket: WebSocket| async move {
            loop {
                tokio::select! {
                    () = draining.clone().wait() => break,
                    message = socket.recv() => match message {
                        Some(Ok(Sent::Text(text))) => {
                            if socket.send(Sent::Text(text)).await.is_err() { break }
                        }
                        Some(Ok(_)) => {}
                        _ => break,
                    },
                }
            }
            let _ = socket.send(Sent::Close(None)).await;
        })
    }
    async fn stubborn(upgrade: WebSocketUpgrade) -> axum::response::Response {
        upgrade.on_upgrade(|mut socket| async move { while let Some(Ok(_)) = socket.recv().await {} })
    }
    Router::new()
        .route("/polite", get(polite))
        .route("/stubborn", get(stubborn))
        .fallback_service(endpoint(gate).service(service).into_router())
}

fn limits() -> Limits {
    Limits {
        header_timeout: LONG,
        write_timeout: LONG,
        body_idle: LONG,
        drain: DEADLINE,
        ..Limits::default()
    }
}

/// Everything until the server closes; a reset counts as the end.
async fn rest_of(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    match timeout(DEADLINE, stream.read_to_end(&mut bytes)).await.expect("the server closes the connection") {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("{error}"),
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

const WHO: &str = "POST /who HTTP/1.1\r\nhost: h\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}";

#[tokio::test]
async fn answers_and_knows_the_peer() {
    let server = Server::start(limits()).await;
    let answer = server.ask(WHO).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("\r\ndate: "), "clients correct their clocks by it: {answer}");
    assert!(answer.ends_with(r#"{"peer":"127.0.0.1"}"#), "{answer}");
    assert_eq!(server.stop().await, Drained { cut: 0 });
}

#[tokio::test]
async fn connections_without_a_whole_header_are_closed() {
    let server = Server::start(Limits { header_timeout: MOMENT, ..limits() }).await;
    for beginning in
        ["", "G", "POST /who HTTP/1.1\r\nhost: h\r\n", "PRI * HT", "PRI * HTTP/2.0\r\n\r\nSM\r\n"]
    {
        let mut stream = server.connect().await;
        stream.write_all(beginning.as_bytes()).await.expect("the server reads");
        let answer = rest_of(&mut stream).await;
        assert!(!answer.contains(" 200 "), "{beginning:?} {answer}");
    }
    let mut stream = server.connect().await;
    stream.write_all(WHO.replace("connection: close\r\n", "").as_bytes()).await.expect("the server reads");
    let answer = rest_of(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "answered, then closed because it was idle: {answer}");
}

#[tokio::test]
async fn a_header_that_trickles_is_cut_off() {
    let server = Server::start(Limits { header_timeout: MOMENT, ..limits() }).await;
    let (mut reader, mut writer) = server.connect().await.into_split();
    let trickle = tokio::spawn(async move {
        let _ = writer.write_all(b"GET /who HTTP/1.1\r\n").await;
        while writer.write_all(b"x: y\r\n").await.is_ok() {
            tokio::time::sleep(MOMENT / 10).await;
        }
    });
    let mut bytes = Vec::new();
    let _ =
        timeout(DEADLINE, reader.read_to_end(&mut bytes)).await.expect("the server closes the connection");
    timeout(DEADLINE, trickle).await.expect("writing fails then").expect("without a panic");
}

#[tokio::test]
async fn a_body_that_stops_gets_408() {
    let server = Server::start(Limits { body_idle: MOMENT, ..limits() }).await;
    let answer = server.ask("POST /who HTTP/1.1\r\nhost: h\r\ncontent-length: 100\r\n\r\n{\"a\":").await;
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout"), "{answer}");
    assert!(answer.contains("x-amzn-errortype: RequestTimeoutException"), "{answer}");
}

#[tokio::test]
async fn headers_have_a_size() {
    let server = Server::start(Limits { header_bytes: 8192, ..limits() }).await;
    let answer =
        server.ask(&format!("GET /who HTTP/1.1\r\nhost: h\r\nx: {}\r\n\r\n", "y".repeat(20_000))).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

#[tokio::test]
async fn a_client_that_takes_no_answer_is_cut() {
    let server = Server::start(Limits { write_timeout: MOMENT, drain: LONG, ..limits() }).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET /large HTTP/1.1\r\nhost: h\r\n\r\n").await.expect("the server reads");
    let mut first = [0; 12];
    timeout(DEADLINE, stream.read_exact(&mut first))
        .await
        .expect("an answer begins")
        .expect("an answer begins");
    assert_eq!(&first, b"HTTP/1.1 200");
    // Draining waits for answers under way, so it ends only when the stalled one is given up.
    assert_eq!(server.stop().await, Drained { cut: 0 });
    assert!(rest_of(&mut stream).await.len() < 64 << 20, "the answer broke off");
}

#[tokio::test]
async fn a_full_server_says_so() {
    let server = Server::start(Limits { connections: 2, ..limits() }).await;
    let first = server.connect().await;
    let _second = server.connect().await;
    let answer = server.ask("").await;
    assert!(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\nretry-after: 5"), "{answer}");
    drop(first);
    let room = async {
        // The server notices the closed connection on its own time.
        loop {
            let Ok(mut stream) = TcpStream::connect(server.address).await else { continue };
            if stream.write_all(WHO.as_bytes()).await.is_ok() && rest_of(&mut stream).await.contains(" 200 ")
            {
                break;
            }
        }
    };
    timeout(DEADLINE, room).await.expect("room for another");
}

#[tokio::test]
async fn http2_is_not_spoken_and_such_a_client_is_dropped() {
    let server = Server::start(Limits { header_timeout: MOMENT, ..limits() }).await;
    let mut stream = server.connect().await;
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.expect("the server reads");
    let answer = rest_of(&mut stream).await;
    assert!(!answer.contains(" 200 "), "{answer}");
}

#[tokio::test]
async fn calls_under_way_end_before_the_server() {
    let server = Server::start(limits()).await;
    let mut idle = server.connect().await;
    let mut waiting = server.connect().await;
    waiting.write_all(b"GET /wait HTTP/1.1\r\nhost: h\r\n\r\n").await.expect("the server reads");
    let mut polling = server.connect().await;
    polling.write_all(b"GET /poll HTTP/1.1\r\nhost: h\r\n\r\n").await.expect("the server reads");
    let gate = server.gate.clone();
    gate.begun().await;
    gate.begun().await;
    let stopping = tokio::spawn(server.stop());
    assert_eq!(rest_of(&mut idle).await, "", "an idle connection is closed at once");
    let answer = rest_of(&mut polling).await;
    assert!(answer.ends_with(r#"{"draining":true}"#), "a long poll may answer early: {answer}");
    assert!(!stopping.is_finished(), "one call is still under way");
    gate.open.add_permits(1);
    let answer = rest_of(&mut waiting).await;
    assert!(answer.ends_with(r#"{"waited":true}"#), "{answer}");
    assert_eq!(stopping.await.expect("without a panic"), Drained { cut: 0 });
}

#[tokio::test]
async fn sockets_are_told_and_stubborn_ones_are_cut() {
    let server = Server::start(limits()).await;
    let (mut polite, _) =
        tokio_tungstenite::connect_async(server.socket_address("/polite")).await.expect("a socket");
    let stopping = tokio::spawn(server.stop());
    let message = next(&mut polite).await;
    assert!(matches!(message, Some(Ok(Message::Close(_)))), "{message:?}");
    // Reading on answers the close.
    while let Some(Ok(_)) = next(&mut polite).await {}
    drop(polite);
    assert_eq!(stopping.await.expect("without a panic"), Drained { cut: 0 });

    let server = Server::start(Limits { drain: MOMENT, ..limits() }).await;
    let (mut stubborn, _) =
        tokio_tungstenite::connect_async(server.socket_address("/stubborn")).await.expect("a socket");
    assert_eq!(server.stop().await, Drained { cut: 1 });
    assert!(matches!(next(&mut stubborn).await, None | Some(Err(_))), "the connection is gone");
}

/// Idle sockets outlive every timeout of HTTP. `WIRE_TEST_SOCKETS` sets how many; each needs two file descriptors.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_sockets_stay_open() {
    let count = std::env::var("WIRE_TEST_SOCKETS").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
    let server = Server::start(Limits {
        header_timeout: MOMENT,
        write_timeout: MOMENT,
        body_idle: MOMENT,
        ..limits()
    })
    .await;
    let mut sockets = Vec::new();
    for _ in 0..count {
        let config =
            tokio_tungstenite::tungstenite::protocol::WebSocketConfig::default().read_buffer_size(1024);
        let opened = tokio_tungstenite::connect_async_with_config(
            server.socket_address("/polite"),
            Some(config),
            false,
        )
        .await;
        sockets.push(opened.expect("a socket").0);
    }
    // A connection that says nothing is closed after the timeout: it tells that the time is over.
    rest_of(&mut server.connect().await).await;
    let answer = server.ask(WHO).await;
    assert!(answer.contains(" 200 "), "others are served meanwhile: {answer}");
    for socket in &mut sockets {
        send(socket, "still there?").await;
        let message = next(socket).await;
        assert!(
            matches!(&message, Some(Ok(Message::Text(text))) if text.as_str() == "still there?"),
            "{message:?}"
        );
    }
    let stopping = tokio::spawn(server.stop());
    for socket in &mut sockets {
        while let Some(Ok(_)) = next(socket).await {}
    }
    assert_eq!(stopping.await.expect("without a panic"), Drained { cut: 0 });
}

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<TcpStream>>;

async fn next(socket: &mut Socket) -> Option<Result<Message, tokio_tungstenite::tungstenite::Error>> {
    use futures_core::Stream;
    let mut socket = std::pin::Pin::new(socket);
    let message = std::future::poll_fn(|cx| socket.as_mut().poll_next(cx));
    timeout(DEADLINE, message).await.expect("a message or the end")
}

async fn send(socket: &mut Socket, text: &str) {
    use futures_sink::Sink;
    let mut socket = std::pin::Pin::new(socket);
    std::future::poll_fn(|cx| socket.as_mut().poll_ready(cx)).await.expect("a socket that can be written");
    socket.as_mut().start_send(Message::text(text)).expect("a message");
    std::future::poll_fn(|cx| socket.as_mut().poll_flush(cx)).await.expect("a socket that can be written");
}
