//! Websockets over a real connection: spec 11 §7.1.

use std::net::SocketAddr;
use std::time::Duration;

use agent::SocketLimits;
use center::TokenKind;
use contacts::{Address, ChatStarted};
use engine::Frame;
use futures_util::{SinkExt, StreamExt};
use model::{ParticipantId, UserId};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use wire::guard::{Drained, Limits, serve};

use crate::support::{Panel, SOON, Server};

/// A server that listens.
pub struct Listening {
    pub server: Server,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Drained>,
}

impl Listening {
    pub async fn start() -> Self {
        Self::with(SocketLimits::default()).await
    }

    async fn with(limits: SocketLimits) -> Self {
        let server = Server::with(limits).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let (stop, stopped) = oneshot::channel();
        let router = server.router.clone();
        let task = tokio::spawn(async move {
            serve(listener, router, Limits { drain: SOON, ..Limits::default() }, async {
                let _ = stopped.await;
            })
            .await
        });
        Self { server, address, stop: Some(stop), task }
    }

    fn stop(&mut self) {
        let _ = self.stop.take().expect("not stopped yet").send(());
    }

    async fn open(&self, path: &str, token: &str) -> Result<Socket, Error> {
        let url = format!("ws://{}{path}?token={token}", self.address);
        let (stream, _) = timeout(SOON, connect_async(url)).await.expect("soon")?;
        Ok(Socket { stream })
    }

    /// An agent's address and token.
    pub async fn agent(&self, name: &str) -> (UserId, String) {
        let token = self.server.token(name, TokenKind::AgentSocket).await;
        (self.server.user(name).await, token)
    }

    pub async fn agent_socket(&self, token: &str) -> Socket {
        self.open("/socket/agent", token).await.expect("opens")
    }

    fn customer_token(&self, chat: &ChatStarted) -> String {
        let server = &self.server;
        server.sign(TokenKind::ParticipantSocket, chat.participant.0, chat.contact.0, chat.expires_at)
    }

    async fn customer_socket(&self, token: &str) -> Socket {
        self.open("/socket/participant", token).await.expect("opens")
    }

    fn push(&self, to: Address, topic: &'static str, content: &str) {
        self.server.engine.bus().push(&[to], &Frame { topic, content: content.into() });
    }
}

/// A client.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Socket {
    async fn send(&mut self, frame: &str) {
        self.stream.send(Message::text(frame)).await.expect("sends");
    }

    /// The next frame of the server.
    async fn next(&mut self) -> Value {
        loop {
            match timeout(SOON, self.stream.next()).await.expect("soon") {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).expect("JSON"),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("no frame but {other:?}"),
            }
        }
    }

    pub async fn ask(&mut self, frame: &str) -> Value {
        self.send(frame).await;
        self.next().await
    }

    pub async fn subscribe(&mut self, topic: &str) {
        let answer = self.ask(&subscription(&[topic])).await;
        assert_eq!(
            answer,
            json!({"topic": "aws/subscribe", "content": {"status": "success", "topics": [topic]}})
        );
    }

    /// Proves that nothing came before the answer to a heartbeat.
    async fn nothing_came(&mut self) {
        assert_eq!(self.ask(HEARTBEAT).await, json!({"topic": "aws/heartbeat"}));
    }

    /// The code with which the server closes.
    async fn closed(&mut self) -> u16 {
        loop {
            match timeout(SOON, self.stream.next()).await.expect("soon") {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(Message::Text(_))) => {}
                other => panic!("not closed but {other:?}"),
            }
        }
    }
}

const HEARTBEAT: &str = r#"{"topic":"aws/heartbeat"}"#;

fn subscription(topics: &[&str]) -> String {
    json!({"topic": "aws/subscribe", "content": {"topics": topics}}).to_string()
}

fn status_of(refused: Result<Socket, Error>) -> u16 {
    match refused {
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("opened"),
    }
}

#[tokio::test]
async fn heartbeats_and_subscriptions_are_answered() {
    let server = Listening::start().await;
    let (_, token) = server.agent("ann").await;
    let mut socket = server.agent_socket(&token).await;
    for _ in 0..3 {
        socket.nothing_came().await;
    }
    let ping = socket.ask(r#"{"topic":"aws/ping"}"#).await;
    assert_eq!(ping, json!({"topic": "aws/ping", "statusCode": 200, "statusContent": "OK"}));
    socket.subscribe("aws/chat").await;
    socket.subscribe("aws/task").await;
    let failure =
        |topic: &str| json!({"topic": "aws/subscribe", "content": {"status": "failure", "topics": [topic]}});
    socket.subscribe("aws/softphone").await;
    for topic in ["aws/other", "aws/nothing", ""] {
        assert_eq!(socket.ask(&subscription(&[topic])).await, failure(topic));
    }
    let both = socket.ask(&subscription(&["aws/chat", "aws/nothing"])).await;
    assert_eq!(both["content"], json!({"status": "success", "topics": ["aws/chat"]}));
    assert_eq!(socket.next().await, failure("aws/nothing"));
    socket.nothing_came().await;
}

#[tokio::test]
async fn frames_that_make_no_sense_are_answered_with_an_error() {
    let server = Listening::start().await;
    let (_, token) = server.agent("ann").await;
    let mut socket = server.agent_socket(&token).await;
    for frame in ["{", "[]", "", r#"{"topic":"aws/subscribe"}"#, r#"{"topic":"aws/softphone"}"#] {
        let answer = socket.ask(frame).await;
        assert!(answer["message"].is_string() && answer.get("topic").is_none(), "{frame}: {answer}");
        assert!(answer["connectionId"].is_string() && answer["requestId"].is_string());
    }
    socket.stream.send(Message::binary(vec![1, 2])).await.expect("sends");
    assert!(socket.next().await["message"].is_string());
    socket.nothing_came().await;
    socket.send(&"x".repeat(33 * 1024)).await;
    assert_eq!(socket.closed().await, 1009);
}

#[tokio::test]
async fn pushes_reach_every_subscribed_socket_of_their_agent_and_no_other() {
    let server = Listening::start().await;
    let (ann, token) = server.agent("ann").await;
    let (_, of_bob) = server.agent("bob").await;
    let mut first = server.agent_socket(&token).await;
    let mut second = server.agent_socket(&token).await;
    let mut silent = server.agent_socket(&token).await;
    let mut bob = server.agent_socket(&of_bob).await;
    for socket in [&mut first, &mut second, &mut bob] {
        socket.subscribe("aws/chat").await;
    }
    silent.subscribe("aws/task").await;
    server.push(Address::Agent(ann), "aws/chat", r#"{"Id":"1"}"#);
    for socket in [&mut first, &mut second] {
        assert_eq!(socket.next().await, json!({"topic": "aws/chat", "content": r#"{"Id":"1"}"#}));
    }
    silent.nothing_came().await;
    bob.nothing_came().await;
    first.stream.close(None).await.expect("closes");
    server.push(Address::Agent(ann), "aws/chat", "2");
    assert_eq!(second.next().await["content"], "2", "the newer one goes on");
}

#[tokio::test]
async fn bursts_keep_their_order() {
    let server = Listening::start().await;
    let (ann, token) = server.agent("ann").await;
    let mut socket = server.agent_socket(&token).await;
    socket.subscribe("aws/chat").await;
    socket.subscribe("aws/task").await;
    for n in 0..500 {
        let topic = if n % 5 == 0 { "aws/task" } else { "aws/chat" };
        server.push(Address::Agent(ann), topic, &n.to_string());
    }
    for n in 0..500 {
        assert_eq!(socket.next().await["content"], n.to_string());
    }
}

#[tokio::test]
async fn a_rotation_loses_nothing() {
    let server = Listening::start().await;
    let (ann, token) = server.agent("ann").await;
    let mut old = server.agent_socket(&token).await;
    old.subscribe("aws/chat").await;
    server.push(Address::Agent(ann), "aws/chat", "1");
    let mut new = server.agent_socket(&token).await;
    server.push(Address::Agent(ann), "aws/chat", "2");
    new.subscribe("aws/chat").await;
    server.push(Address::Agent(ann), "aws/chat", "3");
    for n in ["1", "2", "3"] {
        assert_eq!(old.next().await["content"], n);
    }
    assert_eq!(new.next().await["content"], "3");
    old.stream.close(None).await.expect("closes");
    server.push(Address::Agent(ann), "aws/chat", "4");
    assert_eq!(new.next().await["content"], "4");
}

#[tokio::test]
async fn tokens_that_are_not_good_are_refused_at_the_upgrade() {
    let server = Listening::start().await;
    let (ann, token) = server.agent("ann").await;
    let chat = server.server.start_chat().await;
    let customer = server.customer_token(&chat);
    let session = server.server.app.center.fresh_id();
    let past = model::Timestamp(server.server.app.center.now().0 - 1);
    let later = server.server.app.center.now() + 60_000;
    let sign = |kind, subject, object, at| server.server.sign(kind, subject, object, at);
    for (path, token) in [
        ("/socket/agent", "garbage".to_owned()),
        ("/socket/agent", String::new()),
        ("/socket/agent", sign(TokenKind::AgentSocket, ann.0, session, past)),
        ("/socket/agent", sign(TokenKind::AgentSocket, ann.0, session, later)),
        ("/socket/agent", sign(TokenKind::Access, ann.0, session, later)),
        ("/socket/agent", customer.clone()),
        ("/socket/participant", token),
        ("/socket/participant", sign(TokenKind::Participant, chat.participant.0, chat.contact.0, later)),
        ("/socket/participant", sign(TokenKind::AgentChat, chat.participant.0, chat.contact.0, later)),
        ("/socket/participant", sign(TokenKind::ParticipantSocket, session, chat.contact.0, later)),
    ] {
        assert_eq!(status_of(server.open(path, &token).await), 403, "{path} {token}");
    }
    server.customer_socket(&customer).await.nothing_came().await;
    server.customer_socket(&customer).await.nothing_came().await;
}

#[tokio::test]
async fn a_participant_has_five_sockets() {
    let server = Listening::start().await;
    let chat = server.server.start_chat().await;
    let token = server.customer_token(&chat);
    let mut sockets = Vec::new();
    for _ in 0..5 {
        sockets.push(server.customer_socket(&token).await);
    }
    assert_eq!(status_of(server.open("/socket/participant", &token).await), 429);
    sockets.pop().expect("one").stream.close(None).await.expect("closes");
    let again = async {
        while let Err(refused) = server.open("/socket/participant", &token).await {
            assert_eq!(status_of(Err(refused)), 429);
            tokio::task::yield_now().await;
        }
    };
    timeout(SOON, again).await.expect("the place is free soon");
}

#[tokio::test]
async fn a_chat_over_sockets_from_both_sides() {
    let server = Listening::start().await;
    let chat = server.server.start_chat().await;
    let mut customer = server.customer_socket(&server.customer_token(&chat)).await;
    let waiting = |core: &contacts::Core| core.contact(chat.contact).expect("live").is_waiting();
    customer.nothing_came().await;
    assert!(!server.server.read(waiting).await, "the flow has not begun");
    let failure = customer.ask(&subscription(&["aws/task"])).await;
    assert_eq!(failure["content"]["status"], "failure");
    customer.subscribe("aws/chat").await;
    let joined: Value = content(&customer.next().await);
    assert_eq!(joined["ContentType"], "application/vnd.amazonaws.connect.event.participant.joined");
    assert!(server.server.read(waiting).await, "the subscription began the flow");

    let panel = server.server.panel("ann").await;
    let (_, token) = server.agent("ann").await;
    let mut agent = server.agent_socket(&token).await;
    agent.subscribe("aws/chat").await;
    server.server.available("ann").await;
    panel.ok("AcceptContact", json!({"contactId": chat.contact})).await;
    let own = participant_of(&server.server, chat.contact).await;
    let mut in_chat = in_chat(&server, own, &chat).await;
    let say = |participant: ParticipantId, text: &'static str| {
        server.server.apply(move |core, cx| core.send_message(cx, participant, "text/plain", text, None))
    };
    say(chat.participant, "Hello").await;
    say(own, "Hi").await;
    for socket in [&mut customer, &mut agent, &mut in_chat] {
        assert_eq!(texts(socket, 2).await, ["Hello", "Hi"]);
    }
    server.server.apply(|core, cx| core.disconnect_participant(cx, chat.participant)).await;
    assert_eq!(customer.closed().await, 1000, "the chat is over");
    assert_eq!(in_chat.closed().await, 1000);
    agent.stream.close(None).await.expect("the agent's goes on");
}

#[tokio::test]
async fn an_agents_token_for_a_chat_ends_with_the_sign_in() {
    let server = Listening::start().await;
    let panel = server.server.panel("ann").await;
    server.server.available("ann").await;
    let chat = server.server.chat().await;
    panel.ok("AcceptContact", json!({"contactId": chat.contact})).await;
    let own = participant_of(&server.server, chat.contact).await;
    let (ann, session) = server.server.session("ann").await;
    let (bob, of_bob) = server.server.session("bob").await;
    let sign = |session| server.server.sign(TokenKind::AgentChat, own.0, session, chat.expires_at);
    let token = sign(session);
    let mut socket = server.customer_socket(&token).await;
    socket.subscribe("aws/chat").await;
    assert_eq!(status_of(server.open("/socket/participant", &sign(of_bob)).await), 403, "{bob}'s session");
    server
        .server
        .apply(|core, cx| {
            core.close_session(&session.to_string());
            core.sign_out(cx, ann)
        })
        .await;
    assert_eq!(socket.closed().await, 1008);
    assert_eq!(status_of(server.open("/socket/participant", &token).await), 403);
}

/// The socket of an agent in one chat.
async fn in_chat(server: &Listening, own: ParticipantId, chat: &ChatStarted) -> Socket {
    let (_, session) = server.server.session("ann").await;
    let token = server.server.sign(TokenKind::AgentChat, own.0, session, chat.expires_at);
    let mut socket = server.customer_socket(&token).await;
    socket.subscribe("aws/chat").await;
    // Another chat of the same agent is none of its business.
    let other = json!({"InitialContactId": "00000000-0000-0000-0000-000000000009", "Content": "x"});
    let agent = server.server.user("ann").await;
    server.push(Address::Agent(agent), "aws/chat", &other.to_string());
    socket.nothing_came().await;
    socket
}

async fn participant_of(server: &Server, contact: model::ContactId) -> ParticipantId {
    let part = |core: &contacts::Core| core.contact(contact).and_then(|contact| contact.agent.clone());
    server.read(part).await.expect("with an agent").participant
}

fn content(frame: &Value) -> Value {
    assert_eq!(frame["topic"], "aws/chat");
    serde_json::from_str(frame["content"].as_str().expect("a text")).expect("JSON")
}

/// The next texts of people; events and what the flow says are left out.
async fn texts(socket: &mut Socket, count: usize) -> Vec<String> {
    let mut texts = Vec::new();
    while texts.len() < count {
        let item = content(&socket.next().await);
        if item["Type"] == "MESSAGE" && matches!(item["ParticipantRole"].as_str(), Some("AGENT" | "CUSTOMER"))
        {
            texts.push(item["Content"].as_str().expect("a text").to_owned());
        }
    }
    texts
}

#[tokio::test]
async fn silent_clients_are_let_go() {
    let silence = Duration::from_millis(300);
    let server = Listening::with(SocketLimits { silence, ..SocketLimits::default() }).await;
    let (ann, token) = server.agent("ann").await;
    let mut socket = server.agent_socket(&token).await;
    socket.subscribe("aws/chat").await;
    assert_eq!(socket.closed().await, 1008);
    let gone = async {
        while server.server.engine.bus().count(Address::Agent(ann)) > 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(SOON, gone).await.expect("its subscription is gone too");
}

#[tokio::test]
async fn a_socket_ends_with_its_token() {
    let server = Listening::start().await;
    let chat = server.server.start_chat().await;
    let soon = server.server.app.center.now() + 300;
    let token = server.server.sign(TokenKind::ParticipantSocket, chat.participant.0, chat.contact.0, soon);
    let mut socket = server.customer_socket(&token).await;
    assert_eq!(socket.closed().await, 1008);
}

#[tokio::test]
async fn sockets_end_when_their_agent_signs_out() {
    let server = Listening::start().await;
    let (ann, token) = server.agent("ann").await;
    let mut socket = server.agent_socket(&token).await;
    socket.nothing_came().await;
    server
        .server
        .apply(|core, cx| {
            core.close_sessions_of(ann);
            core.sign_out(cx, ann)
        })
        .await;
    assert_eq!(socket.closed().await, 1008);
    assert_eq!(status_of(server.open("/socket/agent", &token).await), 403);
}

#[tokio::test]
async fn a_socket_that_fell_behind_is_told_to_come_back() {
    let server = Listening::start().await;
    let (ann, token) = server.agent("ann").await;
    let mut socket = server.agent_socket(&token).await;
    socket.subscribe("aws/chat").await;
    // More than the queue and all buffers between hold.
    let content = "x".repeat(64 * 1024);
    for _ in 0..2000 {
        server.push(Address::Agent(ann), "aws/chat", &content);
    }
    assert_eq!(socket.closed().await, 1013);
}

#[tokio::test]
async fn a_stopping_server_says_goodbye() {
    let mut server = Listening::start().await;
    let (_, token) = server.agent("ann").await;
    let mut socket = server.agent_socket(&token).await;
    socket.nothing_came().await;
    let address = server.address;
    let access = server.server.token("ann", TokenKind::Access).await;
    let first = Panel { server: &server.server, token: access.clone(), path: agent::CTI_PATH };
    let version = first.ok("GetAgentSnapshot", json!({})).await["nextToken"].take();
    let held = tokio::spawn(async move { held_poll(address, &access, &version).await });
    server.server.called(2).await;
    server.stop();
    assert_eq!(socket.closed().await, 1001);
    drop(socket);
    let answer = timeout(SOON, held).await.expect("soon").expect("no panic");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("nextToken"), "{answer}");
    let drained = timeout(SOON, server.task).await.expect("soon").expect("no panic");
    assert_eq!(drained, Drained { cut: 0 });
}

/// A long poll by hand.
async fn held_poll(address: SocketAddr, token: &str, version: &Value) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let body = json!({"nextToken": version, "timeout": 30_000}).to_string();
    let request = format!(
        "POST /api HTTP/1.1\r\nhost: x\r\nx-amz-target: AmazonConnectCTIService.GetAgentSnapshot\r\n\
         x-amz-bearer: {token}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).await.expect("connects");
    stream.write_all(request.as_bytes()).await.expect("sends");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("is answered");
    answer
}
