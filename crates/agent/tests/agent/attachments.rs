//! Files on their way into a chat and out of it.

use axum::http::Method;
use center::TokenKind;
use contacts::attachment::Attachment;
use model::ParticipantId;

use crate::support::{Answer, Server};

async fn announce(server: &Server, participant: ParticipantId, bytes: u64) -> Attachment {
    let token = server.app.center.fresh_id().to_string();
    server
        .apply(|core, cx| core.start_attachment(cx, participant, "Ärger 1.txt", "text/plain", bytes, &token))
        .await
}

fn address(server: &Server, attachment: &Attachment, kind: TokenKind) -> String {
    let expires_at = server.app.center.now() + 60_000;
    let token = server.sign(kind, attachment.sender.0, attachment.id.0, expires_at);
    format!("/attachments/{}?token={token}", attachment.id)
}

async fn put(server: &Server, address: &str, kind: &str, body: &str) -> Answer {
    server.send(Method::PUT, address, &[("content-type", kind)], body.to_owned()).await
}

#[tokio::test]
async fn a_file_goes_in_and_comes_out() {
    let server = Server::start().await;
    let chat = server.chat().await;
    let attachment = announce(&server, chat.participant, 5).await;
    let upload = address(&server, &attachment, TokenKind::Upload);
    for (kind, body, expected) in [
        ("text/html", "hello", 400),
        ("text/plain", "hello!", 413),
        ("text/plain", "hell", 400),
        ("text/plain; charset=utf-8", "hello", 200),
        ("text/plain", "howdy", 409),
    ] {
        assert_eq!(put(&server, &upload, kind, body).await.status, expected, "{kind} {body}");
    }
    let download = address(&server, &attachment, TokenKind::Download);
    assert_eq!(server.get(&download, &[]).await.status, 404, "not before it was approved");
    let size =
        server.app.center.blobs().size(&format!("attachments/{}", attachment.id)).await.expect("reads");
    server.apply(|core, cx| core.complete_attachment(cx, chat.participant, attachment.id, size, "t")).await;
    let answer = server.get(&download, &[]).await;
    assert_eq!((answer.status, answer.bytes.as_slice()), (200, b"hello".as_slice()));
    assert_eq!(answer.header("content-type"), "text/plain");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"_rger 1.txt\"; filename*=UTF-8''%C3%84rger%201.txt"
    );
    let inline = server.get(&format!("{download}&disposition=inline"), &[]).await;
    assert!(inline.header("content-disposition").starts_with("inline;"));
    assert_eq!(put(&server, &upload, "text/plain", "howdy").await.status, 409, "what was completed stays");
    server.apply(|core, cx| core.stop_contact(cx, chat.contact)).await;
    assert!(
        server.read(|core| core.attachment(attachment.id).is_none()).await,
        "it left memory with its chat"
    );
    assert_eq!(server.get(&download, &[]).await.bytes, b"hello", "and is found all the same");
}

#[tokio::test]
async fn addresses_are_good_for_one_thing_only() {
    let server = Server::start().await;
    let chat = server.chat().await;
    let attachment = announce(&server, chat.participant, 5).await;
    let other = announce(&server, chat.participant, 5).await;
    let upload = address(&server, &attachment, TokenKind::Upload);
    let (_, token) = upload.split_once('?').expect("a query");
    let expired = server.sign(
        TokenKind::Upload,
        attachment.sender.0,
        attachment.id.0,
        model::Timestamp(server.app.center.now().0 - 1),
    );
    for (address, expected) in [
        (address(&server, &attachment, TokenKind::Download), 403),
        (format!("/attachments/{}?{token}", other.id), 403),
        (format!("/attachments/{}", attachment.id), 403),
        (format!("/attachments/{}?token={expired}", attachment.id), 403),
        (format!("/attachments/x?{token}"), 404),
        (format!("/attachments/..%2Fdata.sqlite?{token}"), 404),
    ] {
        assert_eq!(put(&server, &address, "text/plain", "hello").await.status, expected, "{address}");
    }
    assert_eq!(server.get(&upload, &[]).await.status, 403, "an upload's address does not download");
    assert_eq!(put(&server, &upload, "text/plain", "hello").await.status, 200);
}
