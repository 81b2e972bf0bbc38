//! An agent's day through the agent service: chats, transfers, tasks.

use contacts::contact::Stage;
use serde_json::{Value, json};

use crate::support::{Panel, Server};

/// The one contact in a panel.
async fn only_contact(panel: &Panel<'_>) -> Value {
    let mut snapshot = panel.snapshot().await;
    let contacts = snapshot["contacts"].as_array_mut().expect("a list");
    assert_eq!(contacts.len(), 1, "{contacts:?}");
    contacts.remove(0)
}

fn own_connection(contact: &Value) -> &Value {
    let connections = contact["connections"].as_array().expect("a list");
    &connections.iter().find(|one| one["type"] == "agent").expect("one of the agent")["connectionId"]
}

#[tokio::test]
async fn a_chat_is_accepted_left_and_cleared() {
    let server = Server::start().await;
    let panel = server.panel("ann").await;
    let other = server.panel("bob").await;
    server.available("ann").await;
    let chat = server.chat().await;
    let id = json!({"contactId": chat.contact});
    assert_eq!(panel.state().await, "system PendingBusy");
    assert_eq!(other.call("AcceptContact", id.clone()).await.brief(), "400 InvalidStateException");
    panel.ok("AcceptContact", id.clone()).await;
    panel.ok("AcceptContact", id.clone()).await;
    assert_eq!(panel.state().await, "system Busy");

    let contact = only_contact(&panel).await;
    assert_eq!(contact["state"]["type"], "connected");
    let data = contact["connections"][1]["chatMediaInfo"]["connectionData"].as_str().expect("a text");
    let data: Value = serde_json::from_str(data).expect("JSON");
    let own = own_connection(&contact);
    let chat_token = panel.ok(
        "CreateTransport",
        json!({"transportType": "chat_token", "participantId": own, "contactId": chat.contact}),
    );
    let chat_token = &chat_token.await["chatTokenTransport"];
    assert_eq!(
        chat_token["participantToken"], data["ConnectionAuthenticationToken"],
        "both are good for both"
    );
    assert!(chat_token["expiry"].is_string());
    let customer =
        json!({"transportType": "chat_token", "participantId": chat.participant, "contactId": chat.contact});
    assert_eq!(panel.call("CreateTransport", customer).await.brief(), "400 InvalidStateException");

    assert_eq!(
        panel.call("ClearContact", id.clone()).await.brief(),
        "400 InvalidStateException",
        "it goes on"
    );
    let customer = json!({"contactId": chat.contact, "connectionId": chat.participant});
    assert_eq!(panel.call("DestroyConnection", customer).await.brief(), "400 InvalidStateException");
    panel
        .ok(
            "NotifyContactIssue",
            json!({"contactId": chat.contact, "issueCode": "AUDIO", "description": "d"}),
        )
        .await;
    panel.ok("DestroyConnection", json!({"contactId": chat.contact, "connectionId": own})).await;
    assert_eq!(panel.state().await, "system AfterCallWork");
    assert_eq!(only_contact(&panel).await["state"]["type"], "ended");
    panel.ok("CompleteContact", id).await;
    assert_eq!(panel.state().await, "routable Available");
}

#[tokio::test]
async fn a_state_for_later_waits_for_the_contact() {
    let server = Server::start().await;
    let panel = server.panel("ann").await;
    server.available("ann").await;
    let chat = server.chat().await;
    let id = json!({"contactId": chat.contact});
    panel.ok("AcceptContact", id.clone()).await;
    let offline = json!({"state": {"type": "offline", "name": "Offline"}, "enqueueNextState": true});
    panel.ok("PutAgentState", offline).await;
    assert_eq!(panel.snapshot().await["nextState"]["name"], "Offline");
    assert_eq!(panel.state().await, "system Busy");
    let own = own_connection(&only_contact(&panel).await).clone();
    panel.ok("DestroyConnection", json!({"contactId": chat.contact, "connectionId": own})).await;
    panel.ok("ClearContact", id).await;
    assert_eq!(panel.state().await, "offline Offline");
}

#[tokio::test]
async fn a_rejected_chat_goes_back_to_the_queue() {
    let server = Server::start().await;
    let panel = server.panel("ann").await;
    server.available("ann").await;
    let chat = server.chat().await;
    let id = json!({"contactId": chat.contact});
    panel.ok("RejectContact", id.clone()).await;
    assert_eq!(panel.state().await, "error MissedCallAgent");
    assert_eq!(server.stage(chat.contact).await, Some(Stage::Queued));
    let own = own_connection(&only_contact(&panel).await).clone();
    let token = json!({"transportType": "chat_token", "participantId": own, "contactId": chat.contact});
    assert_eq!(panel.call("CreateTransport", token).await.brief(), "400 InvalidStateException");
    panel.ok("ClearContact", id).await;
    assert_eq!(panel.state().await, "system PendingBusy", "nobody else is there");
}

#[tokio::test]
async fn a_chat_is_transferred_by_quick_connect() {
    let server = Server::start().await;
    let arn = server.quick_connect("bob").await;
    let ann = server.panel("ann").await;
    let bob = server.panel("bob").await;
    server.available("ann").await;
    let chat = server.chat().await;
    ann.ok("AcceptContact", json!({"contactId": chat.contact})).await;
    server.available("bob").await;
    let number = json!({"type": "phone_number", "phoneNumber": "+14155550100"});
    let answer =
        ann.call("CreateAdditionalConnection", json!({"contactId": chat.contact, "endpoint": number})).await;
    assert_eq!(answer.brief(), "400 BadEndpointException");
    let endpoint = json!({"endpointARN": arn, "type": "agent", "name": "To bob", "agentLogin": "bob"});
    let transfer = json!({"contactId": chat.contact, "endpoint": endpoint});
    assert_eq!(
        bob.call("CreateAdditionalConnection", transfer.clone()).await.brief(),
        "400 InvalidStateException"
    );
    ann.ok("CreateAdditionalConnection", transfer).await;
    assert_eq!(only_contact(&ann).await["state"]["type"], "ended");
    let contact = only_contact(&bob).await;
    assert_eq!(
        json!([contact["state"]["type"], contact["initialContactId"], contact["initiationMethod"]]),
        json!(["connecting", chat.contact, "transfer"])
    );
}

#[tokio::test]
async fn a_task_for_a_colleague() {
    let server = Server::start().await;
    let arn = server.quick_connect("bob").await;
    let ann = server.panel("ann").await;
    let bob = server.panel("bob").await;
    server.available("bob").await;
    let input = json!({
        "endpoint": {"endpointARN": arn, "type": "agent", "name": "To bob"},
        "name": "Call Cora",
        "description": "She waits",
        "references": {"Order": {"value": "https://example.com/7", "type": "URL"}},
        "idempotencyToken": "t-1",
    });
    let created = ann.ok("CreateTaskContact", input.clone()).await;
    assert_eq!(ann.ok("CreateTaskContact", input).await, created, "a repetition makes no second task");
    let id = json!({"contactId": created["contactId"]});
    let contact = only_contact(&bob).await;
    assert_eq!(
        json!([contact["contactId"], contact["name"], contact["description"], contact["references"]]),
        json!([created["contactId"], "Call Cora", "She waits", {"Order": {"value": "https://example.com/7", "type": "URL"}}])
    );
    bob.ok("AcceptContact", id.clone()).await;
    assert_eq!(ann.call("PauseContact", id.clone()).await.brief(), "400 InvalidStateException", "not ann's");
    bob.ok("PauseContact", id.clone()).await;
    assert_eq!(only_contact(&bob).await["state"]["type"], "paused");
    bob.ok("ResumeContact", id.clone()).await;
    let own = own_connection(&only_contact(&bob).await).clone();
    bob.ok("DestroyConnection", json!({"contactId": created["contactId"], "connectionId": own})).await;
    bob.ok("ClearContact", id).await;
    assert_eq!(bob.state().await, "routable Available");

    let later = server.app.center.now().0 / 1000 + 3600;
    let endpoint = json!({"endpointARN": arn, "type": "agent"});
    let scheduled = json!({
        "endpoint": endpoint, "name": "Later", "scheduledTime": later, "relatedContactId": created["contactId"],
    });
    ann.ok("CreateTaskContact", scheduled).await;
    assert_eq!(bob.state().await, "routable Available", "not yet");
    for (name, input, expected) in [
        ("past", json!({"scheduledTime": 1000}), "400 InvalidParameterException"),
        (
            "number",
            json!({"endpoint": {"type": "phone_number", "phoneNumber": "+1"}}),
            "400 BadEndpointException",
        ),
        (
            "reference",
            json!({"references": {"x": {"value": "v", "type": "SOUND"}}}),
            "400 InvalidParameterException",
        ),
    ] {
        let mut body = json!({"endpoint": endpoint, "name": name});
        for (member, value) in input.as_object().expect("an object") {
            body[member] = value.clone();
        }
        assert_eq!(ann.call("CreateTaskContact", body).await.brief(), expected, "{name}");
    }
}
