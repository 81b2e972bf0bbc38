//! A call as its agent's panel shows and steers it. Telephony is not part of these tests: what it would tell is told.

use contacts::IncomingCall;
use contacts::call::CallEvent;
use model::{ContactId, ParticipantId};
use serde_json::{Value, json};

use crate::support::{Panel, Server, TO_QUEUE};

/// A call in the queue, offered to whoever is there.
async fn call(server: &Server) -> (ContactId, ParticipantId) {
    let call = IncomingCall {
        flow: server.flow(TO_QUEUE).await,
        display_name: "Cora".into(),
        number: Some("+12065550100".into()),
        called: Some("+12065550199".into()),
        ..IncomingCall::default()
    };
    let started = server.apply(|core, cx| core.call_arrived(cx, call)).await;
    tell(server, CallEvent::Connected { party: started.party }).await;
    (started.contact, started.party)
}

async fn tell(server: &Server, event: CallEvent) {
    server
        .apply(|core, cx| {
            core.call_event(cx, event);
            Ok(())
        })
        .await;
}

/// Everything that is played once comes to its end, until agent and customer hear each other.
async fn whispers(server: &Server, contact: ContactId) {
    for _ in 0..10 {
        let sounds = server.read(|core| core.chain(contact).expect("live").sounds.clone()).await;
        let joined = server
            .read(|core| {
                core.contact(contact).and_then(|one| one.call.as_ref()).is_some_and(|call| call.joined)
            })
            .await;
        if joined {
            return;
        }
        for sound in sounds {
            tell(server, CallEvent::Played { play: sound.id, party: sound.party, error: None }).await;
        }
    }
    panic!("the whispers do not end");
}

async fn shown(panel: &Panel<'_>) -> Value {
    panel.snapshot().await["contacts"][0].clone()
}

#[tokio::test]
async fn a_call_is_answered_held_muted_and_left() {
    let server = Server::start().await;
    let panel = server.panel("ann").await;
    let other = server.panel("bob").await;
    server.available("ann").await;
    let (contact, caller) = call(&server).await;
    let ringing = shown(&panel).await;
    assert_eq!((&ringing["type"], &ringing["state"]["type"]), (&json!("voice"), &json!("connecting")));
    assert_eq!(ringing["customerEndpoint"]["phoneNumber"], "+12065550100");
    let offered = server.read(|core| core.contact(contact).and_then(|one| one.offer.clone())).await;
    tell(&server, CallEvent::Connected { party: offered.expect("it rings").participant }).await;
    panel.ok("AcceptContact", json!({"contactId": contact})).await;
    let own = shown(&panel).await["connections"][1]["connectionId"].clone();
    let of = |connection: &Value| json!({"contactId": contact, "connectionId": connection});
    let customer = of(&json!(caller));
    let early = panel.call("HoldConnection", customer.clone()).await;
    assert_eq!(early.brief(), "400 InvalidStateException", "the agent still hears the whisper");
    whispers(&server, contact).await;

    let states = |contact: &Value| {
        let state = |index: usize| contact["connections"][index]["state"]["type"].clone();
        (state(0), state(1), contact["connections"][1]["mute"].clone())
    };
    assert_eq!(states(&shown(&panel).await), (json!("connected"), json!("connected"), json!(false)));
    panel.ok("HoldConnection", customer.clone()).await;
    assert_eq!(states(&shown(&panel).await), (json!("hold"), json!("connected"), json!(false)));
    panel.ok("ResumeConnection", customer.clone()).await;
    panel.ok("MuteParticipant", of(&own)).await;
    assert_eq!(states(&shown(&panel).await), (json!("connected"), json!("connected"), json!(true)));
    panel.ok("UnmuteParticipant", of(&own)).await;
    let digits = |keys: &str| json!({"contactId": contact, "connectionId": caller, "digits": keys});
    panel.ok("SendDigits", digits("1#")).await;

    for (operation, input, refusal) in [
        ("SendDigits", digits("one"), "400 InvalidParameterException"),
        ("HoldConnection", of(&own), "400 InvalidStateException"),
        ("MuteParticipant", customer.clone(), "400 InvalidStateException"),
        ("HoldConnection", of(&json!("nobody")), "400 InvalidStateException"),
    ] {
        assert_eq!(panel.call(operation, input).await.brief(), refusal, "{operation}");
    }
    assert_eq!(other.call("HoldConnection", customer.clone()).await.brief(), "400 InvalidStateException");

    panel.ok("DestroyConnection", of(&own)).await;
    assert_eq!(shown(&panel).await["state"]["type"], "ended");
    assert_eq!(panel.state().await, "system AfterCallWork");
    assert_eq!(panel.call("HoldConnection", customer).await.brief(), "400 InvalidStateException");
    panel.ok("ClearContact", json!({"contactId": contact})).await;
    assert_eq!(panel.state().await, "routable Available");
}
