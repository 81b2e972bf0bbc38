//! The long poll of a panel.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Panel, SOON, Server};

async fn poll(panel: &Panel<'_>, token: Option<&str>, timeout: u64) -> (Value, String, Duration) {
    let begun = Instant::now();
    let mut input = json!({"timeout": timeout});
    if let Some(token) = token {
        input["nextToken"] = json!(token);
    }
    let mut answer = panel.ok("GetAgentSnapshot", input).await;
    let token = answer["nextToken"].as_str().expect("a token").to_owned();
    (answer["snapshot"].take(), token, begun.elapsed())
}

#[tokio::test]
async fn a_poll_without_a_token_or_with_a_foreign_one_is_answered_at_once() {
    let server = Server::start().await;
    let panel = server.panel("ann").await;
    for token in [None, Some("v42"), Some("0000000000000000.1.2"), Some("")] {
        let (snapshot, _, took) = poll(&panel, token, 30_000).await;
        assert_eq!(snapshot["state"]["name"], "Offline");
        assert!(took < SOON, "{took:?}");
    }
}

#[tokio::test]
async fn a_current_token_holds_until_the_time_is_over() {
    let server = Server::start().await;
    let panel = server.panel("ann").await;
    let (_, first, _) = poll(&panel, None, 0).await;
    let (snapshot, second, took) = poll(&panel, Some(&first), 300).await;
    assert!(took >= Duration::from_millis(300), "{took:?}");
    assert_eq!(snapshot["state"]["name"], "Offline", "the whole snapshot");
    assert_ne!(first, second);
    let stamp = snapshot["snapshotTimestamp"].as_f64().expect("a number");
    let now = server.app.center.now().as_secs_f64();
    assert!((now - stamp).abs() < 1.0, "made when it was sent");
    let (_, _, took) = poll(&panel, Some(&second), 0).await;
    assert!(took < Duration::from_millis(300));
}

#[tokio::test]
async fn what_happens_to_the_agent_wakes_every_panel() {
    let server = Server::start().await;
    let panels = [server.panel("ann").await, server.panel("ann").await];
    let (_, token, _) = poll(&panels[0], None, 0).await;
    let held = futures_util::future::join_all(panels.iter().map(|panel| poll(panel, Some(&token), 30_000)));
    let change = async {
        server.called(3).await;
        // Everything here runs on one thread: when it has gone round often enough, both polls are held.
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
        server.available("ann").await
    };
    let all = async { tokio::join!(held, change) };
    let (answers, _) = tokio::time::timeout(SOON, all).await.expect("soon");
    for (snapshot, _, _) in answers {
        assert_eq!(snapshot["state"]["name"], "Available");
    }
}

#[tokio::test]
async fn what_happened_between_two_polls_is_told_at_once() {
    let server = Server::start().await;
    let panel = server.panel("ann").await;
    let (_, token, _) = poll(&panel, None, 0).await;
    server.available("ann").await;
    let answer = tokio::time::timeout(SOON, poll(&panel, Some(&token), 30_000)).await.expect("soon");
    assert_eq!(answer.0["state"]["name"], "Available");
}

#[tokio::test]
async fn the_state_of_another_agent_wakes_nobody() {
    let server = Server::start().await;
    let panel = server.panel("ann").await;
    server.panel("bob").await;
    let (_, token, _) = poll(&panel, None, 0).await;
    let held = poll(&panel, Some(&token), 400);
    let ((_, _, took), _) = tokio::join!(held, server.available("bob"));
    assert!(took >= Duration::from_millis(400), "{took:?}");
}
