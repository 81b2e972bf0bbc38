//! Signalling of agents' and customers' calls. Telephony is one that answers every offer and remembers what it was told.

use std::sync::Arc;

use center::TokenKind;
use center::telephony::{Answering, OfferRefused, Relay, Telephony, WebAnswer, WebOffer};
use contacts::IncomingCall;
use contacts::call::{CallCommand, CallEvent};
use engine::Engine;
use model::{ContactId, ParticipantId, Timestamp};
use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::sockets::{Listening, Socket};
use crate::support::{Server, TO_QUEUE};

#[derive(Default)]
struct Lines {
    offers: Mutex<Vec<(ParticipantId, ContactId, String)>>,
    hung_up: Mutex<Vec<ParticipantId>>,
    keys: Mutex<String>,
}

impl Telephony for Lines {
    fn command(&self, _: &Arc<Engine>, command: CallCommand) {
        if let CallCommand::HangUp { party, .. } = command {
            self.hung_up.lock().push(party);
        }
    }

    fn offer<'a>(&'a self, _: &'a Arc<Engine>, offer: WebOffer) -> Answering<'a> {
        Box::pin(async move {
            match offer.sdp.as_str() {
                "odd" => return Err(OfferRefused::Wrong("the offer is odd".to_owned())),
                "busy" => return Err(OfferRefused::Busy),
                "down" => return Err(OfferRefused::Unavailable),
                _ => {}
            }
            self.offers.lock().push((offer.party, offer.room, offer.sdp));
            Ok(WebAnswer {
                sdp: "v=0\r\na=mid:audio\r\n".to_owned(),
                candidates: vec!["candidate:1 1 udp 1 127.0.0.1 9 typ host".to_owned()],
                ufrag: "abcd".to_owned(),
            })
        })
    }

    fn key(&self, _: ParticipantId, key: char) {
        self.keys.lock().push(key);
    }

    fn relay(&self, host: &str, user: &str, until: Timestamp) -> Option<Relay> {
        Some(Relay {
            urls: vec![format!("turn:{host}:3478?transport=udp")],
            username: format!("{}:{user}", until.0 / 1000),
            credential: "secret".to_owned(),
        })
    }
}

fn plug(server: &Server) -> Arc<Lines> {
    let lines = Arc::new(Lines::default());
    server.app.center.plug_telephony(lines.clone());
    lines
}

async fn call(server: &Server) -> (ContactId, ParticipantId) {
    let flow = server.flow(TO_QUEUE).await;
    let call = IncomingCall { flow, display_name: "Cora".into(), ..IncomingCall::default() };
    let started = server.apply(|core, cx| core.call_arrived(cx, call)).await;
    let connected = CallEvent::Connected { party: started.party };
    server
        .apply(|core, cx| {
            core.call_event(cx, connected);
            Ok(())
        })
        .await;
    (started.contact, started.party)
}

/// Sends a request and reads the message of its answer.
async fn ask(socket: &mut Socket, method: &str, params: Value) -> Value {
    let message = json!({"jsonrpc": "2.0", "method": method, "params": params, "id": "u1"});
    let frame = json!({"topic": "aws/softphone", "connectionId": "any", "jsonRpcMsg": message});
    let answer = socket.ask(&frame.to_string()).await;
    assert_eq!(answer["topic"], "aws/softphone", "{answer}");
    let content: Value = serde_json::from_str(answer["content"].as_str().expect("a text")).expect("JSON");
    assert_eq!((&content["connectionId"], &content["jsonRpcMsg"]["id"]), (&json!("any"), &json!("u1")));
    content["jsonRpcMsg"].clone()
}

#[tokio::test]
async fn pages_are_told_of_the_relay_only_where_there_is_one() {
    let server = Server::start().await;
    let panel = server.panel("ann").await;
    let refused = panel.call("CreateTransport", json!({"transportType": "softphone"})).await;
    assert_eq!(refused.brief(), "400 InvalidConfigurationException");
    plug(&server);
    server.available("ann").await;
    call(&server).await;
    let contact = panel.snapshot().await["contacts"][0].clone();
    let info = contact["connections"][1]["softphoneMediaInfo"].clone();
    assert_eq!((&info["callType"], &info["autoAccept"]), (&json!("audio_only"), &json!(false)));
    assert!(info["callContextToken"].as_str().is_some_and(|token| !token.is_empty()));
    let config: Value = serde_json::from_str(info["callConfigJson"].as_str().expect("a text")).expect("JSON");
    let again = panel.snapshot().await["contacts"][0]["connections"][1]["softphoneMediaInfo"].clone();
    assert_eq!(info, again, "it does not change from one snapshot to the next");
    let input = json!({"transportType": "softphone", "softphoneClientId": "x"});
    let transport = panel.ok("CreateTransport", input).await;
    let connections = &transport["softphoneTransport"]["softphoneMediaConnections"];
    assert_eq!(connections[0]["urls"], config["iceServers"][0]["urls"]);
    assert!(connections[0]["username"].is_string() && connections[0]["credential"].is_string());
}

#[tokio::test]
async fn an_agent_brings_up_the_sound_of_a_call() {
    let listening = Listening::start().await;
    let server = &listening.server;
    let lines = plug(server);
    let panel = server.panel("ann").await;
    server.available("ann").await;
    let (contact, caller) = call(server).await;
    let connection = panel.snapshot().await["contacts"][0]["connections"][1].clone();
    let party = connection["connectionId"].clone();
    let token = connection["softphoneMediaInfo"]["callContextToken"].clone();
    let (_, agent) = listening.agent("ann").await;
    let mut socket = listening.agent_socket(&agent).await;
    socket.subscribe("aws/softphone").await;

    let invite =
        |sdp: &str| json!({"sdp": sdp, "contactId": contact, "callContextToken": token, "iceRestart": false});
    let answer = ask(&mut socket, "invite", invite("v=0")).await;
    assert_eq!(answer["result"]["sdp"], "v=0\r\na=mid:audio\r\n");
    assert_eq!(
        answer["result"]["candidates"][0],
        json!({
            "candidate": "candidate:1 1 udp 1 127.0.0.1 9 typ host",
            "sdpMid": "audio",
            "sdpMLineIndex": 0,
            "usernameFragment": "abcd",
        })
    );
    let (offered, room, _) = lines.offers.lock()[0].clone();
    assert_eq!((json!(offered), room), (party.clone(), contact));
    let accepted = ask(&mut socket, "accept", json!({"contactId": contact})).await;
    assert_eq!(accepted["result"], json!({}));

    let mut restart = invite("v=0");
    restart["iceRestart"] = json!(true);
    let mut forged = invite("v=0");
    forged["callContextToken"] = json!("guess");
    let foreign = server.sign(TokenKind::Softphone, caller.0, contact.0, server.app.center.now() + 60_000);
    let mut another = invite("v=0");
    another["callContextToken"] = json!(foreign);
    let elsewhere = json!({"sdp": "v=0", "contactId": server.engine.id(), "callContextToken": token});
    let no_sdp = json!({"contactId": contact, "callContextToken": token});
    for (method, params, code) in [
        ("invite", restart, 400),
        ("invite", no_sdp, 400),
        ("invite", json!({"sdp": 1}), 400),
        ("invite", forged, 403),
        ("invite", another, 403),
        ("invite", elsewhere, 404),
        ("invite", invite("odd"), 400),
        ("invite", invite("busy"), 486),
        ("invite", invite("down"), 500),
        ("accept", json!({"contactId": "x"}), 404),
        ("dance", json!({}), 400),
    ] {
        let answer = ask(&mut socket, method, params.clone()).await;
        assert_eq!(answer["error"]["code"], code, "{method} {params}: {answer}");
        assert!(answer["error"]["message"].as_str().is_some_and(|text| !text.is_empty()));
    }

    // Somebody else's call is none of bob's.
    let (_, other) = listening.agent("bob").await;
    let mut stranger = listening.agent_socket(&other).await;
    assert_eq!(ask(&mut stranger, "invite", invite("v=0")).await["error"]["code"], 404);

    assert_eq!(lines.offers.lock().len(), 1);
    let bye = json!({"contactId": contact, "callContextToken": token, "persistentConnection": false});
    assert_eq!(ask(&mut socket, "bye", bye).await["result"], json!({}));
    assert_eq!(json!(lines.hung_up.lock()[0]), party);
    let blind = ask(&mut socket, "bye", json!({"contactId": contact})).await;
    assert_eq!(blind["result"], json!({}), "without a token nothing is ended");
    assert_eq!(lines.hung_up.lock().len(), 1);
    // Missed: the page's late requests find nothing.
    panel.ok("RejectContact", json!({"contactId": contact})).await;
    assert_eq!(ask(&mut socket, "accept", json!({"contactId": contact})).await["error"]["code"], 404);
    assert_eq!(lines.hung_up.lock().iter().filter(|one| json!(one) == party).count(), 2);
}

#[tokio::test]
async fn a_page_calls_and_hangs_up() {
    let server = Server::start().await;
    let early = server.post("/widget/call", &[], json!({})).await;
    assert_eq!(early.status, 503, "{}", early.body);
    let lines = plug(&server);
    let flow = server.flow(TO_QUEUE).await;
    let input = json!({"DisplayName": "Cora", "ContactFlowId": flow, "Attributes": {"tier": "gold"}});
    let started = server.post("/widget/call", &[], input).await;
    assert_eq!(started.status, 200, "{}", started.body);
    let contact: ContactId =
        started.body["ContactId"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let attribute = |core: &contacts::Core| {
        core.chain(contact).and_then(|chain| chain.attributes.get("HostedWidget-tier").cloned())
    };
    assert_eq!(server.read(attribute).await.as_deref(), Some("gold"));
    let token = started.body["ParticipantToken"].clone();
    let with = |name: &str, value: Value| {
        let mut body = json!({"ParticipantToken": token});
        body[name] = value;
        body
    };
    let answered = server.post("/widget/call/offer", &[], with("Sdp", json!("v=0"))).await;
    assert_eq!(answered.body["Sdp"], "v=0\r\na=mid:audio\r\n");
    assert_eq!(json!(lines.offers.lock()[0].0), started.body["ParticipantId"]);
    for (path, body, status) in [
        ("offer", with("Sdp", json!("odd")), 400),
        ("offer", with("Sdp", json!("busy")), 429),
        ("offer", with("Sdp", json!("down")), 503),
        ("offer", json!({"ParticipantToken": "x", "Sdp": "v=0"}), 403),
        ("key", with("Keys", json!("4a")), 400),
        ("key", with("Keys", json!("")), 400),
        ("key", with("Keys", json!("42#")), 200),
    ] {
        let answer = server.post(&format!("/widget/call/{path}"), &[], body).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
    }
    assert_eq!(*lines.keys.lock(), "42#");
    let ended = server.post("/widget/call/end", &[], json!({"ParticipantToken": token})).await;
    assert_eq!(ended.status, 200, "{}", ended.body);
    assert!(server.read(|core| core.chain(contact).is_none_or(|chain| chain.ended_at.is_some())).await);
    let late = server.post("/widget/call/offer", &[], with("Sdp", json!("v=0"))).await;
    assert_eq!(late.status, 410, "{}", late.body);
}
