//! Chats that pages start.

use center::TokenKind;
use model::ContactId;
use serde_json::{Value, json};

use crate::support::{Server, TO_QUEUE};

async fn attributes(server: &Server, contact: &Value) -> Value {
    let contact: ContactId = contact.as_str().and_then(|text| text.parse().ok()).expect("an id");
    server.read(|core| json!(core.attributes_of(contact).expect("live"))).await
}

#[tokio::test]
async fn a_page_starts_a_chat() {
    let server = Server::start().await;
    let config = server.get("/widget/config", &[]).await.body;
    assert_eq!(
        json!([
            config["instanceAlias"],
            config["region"],
            config["startChatEndpoint"],
            config["featurePermissions"]
        ]),
        json!([
            "test",
            "us-east-1",
            "http://cc.example.com/widget/chat",
            {"ATTACHMENTS": true, "MESSAGING_MARKDOWN": true},
        ])
    );
    assert_eq!(config["contactFlowId"], json!(server.flow("Sample inbound flow").await));
    let input = json!({
        "DisplayName": "Cora",
        "Attributes": {"topic": "order"},
        "InitialMessage": {"ContentType": "text/plain", "Content": "Hello"},
        "SupportedMessagingContentTypes": ["text/plain", "text/markdown"],
        "ChatDurationInMinutes": 60,
    });
    let answer = server.post("/widget/chat", &[], input).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let data = &answer.body["data"];
    assert_eq!(data["featurePermissions"], json!({"ATTACHMENTS": true, "MESSAGING_MARKDOWN": true}));
    let result = &data["startChatResult"];
    assert_eq!(attributes(&server, &result["ContactId"]).await, json!({"HostedWidget-topic": "order"}));
    let token = result["ParticipantToken"].as_str().expect("a token");
    let center = &server.app.center;
    let token = center.tokens().check(token, &[TokenKind::Participant], center.now()).expect("is good");
    assert_eq!(json!([token.subject, token.object]), json!([result["ParticipantId"], result["ContactId"]]));
    let minutes = token.expires_at.since(center.now()) as f64 / 60_000.0;
    assert!((59.0..=60.0).contains(&minutes), "until the chat ends: {minutes}");
}

#[tokio::test]
async fn the_hosted_page_speaks_its_own_form() {
    let server = Server::start().await;
    let input = json!({
        "InstanceId": server.engine.id(),
        "ContactFlowId": server.flow(TO_QUEUE).await,
        "ParticipantDetails": {"DisplayName": "Cora"},
        "Username": "cora",
        "Attributes": {},
        "SupportedMessagingContentTypes": "text/plain, application/json",
        "ChatDurationInMinutes": 60,
        "PersistentChat": null,
    });
    let answer = server.post("/widget/chat", &[], input.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body["data"]["featurePermissions"]["MESSAGING_MARKDOWN"], false);
    for (member, value, expected) in [
        ("InstanceId", json!("00000000-0000-0000-0000-000000000009"), 404),
        ("ContactFlowId", json!("00000000-0000-0000-0000-000000000009"), 404),
        ("ChatDurationInMinutes", json!(5), 400),
        ("SupportedMessagingContentTypes", json!(["text/html"]), 400),
        ("Attributes", json!({"a": 1}), 422),
        ("Colour", json!("red"), 422),
        ("PersistentChat", json!({"SourceContactId": "x", "RehydrationType": "ENTIRE_PAST_SESSION"}), 400),
        (
            "PersistentChat",
            json!({
                "SourceContactId": server.engine.id(),
                "RehydrationType": "ENTIRE_PAST_SESSION",
                "ParticipantToken": answer.body["data"]["startChatResult"]["ParticipantToken"],
            }),
            403,
        ),
    ] {
        let mut input = input.clone();
        input[member] = value;
        let answer = server.post("/widget/chat", &[], input).await;
        let refused = matches!((answer.status, expected), (400, 422)) || answer.status == expected;
        assert!(refused, "{member}: {} {}", answer.status, answer.body);
        assert!(answer.body["message"].is_string(), "{member}");
    }
}

#[tokio::test]
async fn a_chat_continues_an_earlier_one() {
    let server = Server::start().await;
    let first = server
        .post("/widget/chat", &[], json!({"DisplayName": "Cora", "Attributes": {"tier": "gold"}}))
        .await;
    let first = first.body["data"]["startChatResult"].clone();
    let contact: ContactId = first["ContactId"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let again = json!({
        "DisplayName": "Cora",
        "PersistentChat": {
            "sourceContactId": contact,
            "rehydrationType": "ENTIRE_PAST_SESSION",
            "participantToken": first["ParticipantToken"],
        },
    });
    let early = server.post("/widget/chat", &[], again.clone()).await;
    assert_eq!(early.status, 404, "the first goes on: {}", early.body);
    server.apply(|core, cx| core.stop_contact(cx, contact)).await;
    let answer = server.post("/widget/chat", &[], again).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let result = &answer.body["data"]["startChatResult"];
    assert_eq!(result["ContinuedFromContactId"], json!(contact));
    assert_eq!(attributes(&server, &result["ContactId"]).await, json!({"HostedWidget-tier": "gold"}));
}

#[tokio::test]
async fn who_starts_too_many_waits() {
    let server = Server::start().await;
    let mut statuses = Vec::new();
    for _ in 0..31 {
        let answer = server.post("/widget/chat", &[], json!({"DisplayName": ""})).await;
        statuses.push((answer.status, answer.header("retry-after").to_owned()));
    }
    let (last, before) = statuses.split_last().expect("many");
    assert!(before.iter().all(|(status, _)| *status == 200), "{before:?}");
    assert_eq!(last.0, 429);
    assert!(matches!(last.1.as_str(), "1" | "2"), "{last:?}");
}
