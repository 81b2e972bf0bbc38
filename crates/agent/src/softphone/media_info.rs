//! What a page needs before it can bring up the sound of a call: `softphoneMediaInfo` of its own connection, and the
//! relay (spec 11 §4.1).

use std::sync::Arc;

use api::App;
use axum::http::HeaderMap;
use center::telephony::{Relay, Telephony};
use center::{Token, TokenKind};
use engine::Engine;
use model::{ContactId, ParticipantId, Timestamp, UserId};
use serde_json::{Value, json};

/// How long credentials and tokens of one leg are good. They stand in every snapshot and so must not change with it.
const LEG_MS: i64 = 24 * 3600 * 1000;

/// Adds it to every call of a snapshot.
pub(crate) fn equip(
    snapshot: &mut Value,
    app: &App,
    engine: &Arc<Engine>,
    user: UserId,
    headers: &HeaderMap,
) {
    let Some(telephony) = app.center.telephony() else { return };
    let host = host(&app.origin(headers)).to_owned();
    let contacts = snapshot["contacts"].as_array_mut().into_iter().flatten();
    for contact in contacts.filter(|contact| contact["type"] == "voice") {
        let id: Option<ContactId> = contact["contactId"].as_str().and_then(|text| text.parse().ok());
        let connections = contact["connections"].as_array_mut().into_iter().flatten();
        for connection in connections.filter(|connection| connection["type"] == "agent") {
            let party: Option<ParticipantId> =
                connection["connectionId"].as_str().and_then(|text| text.parse().ok());
            let (Some(id), Some(party)) = (id, party) else { continue };
            let since = connection["state"]["timestamp"].as_f64().unwrap_or_default();
            let until = Timestamp((since * 1000.0) as i64) + LEG_MS;
            let token = Token {
                kind: TokenKind::Softphone,
                instance: engine.id(),
                subject: party.0,
                object: id.0,
                expires_at: until,
            };
            let token = app.center.tokens().sign(&token);
            let relay = telephony.relay(&host, &user.to_string(), until);
            connection["softphoneMediaInfo"] = info(&token, relay.as_ref());
        }
    }
}

fn info(token: &str, relay: Option<&Relay>) -> Value {
    let servers: Vec<Value> = relay.iter().map(|relay| server(relay)).collect();
    let config = json!({"iceServers": servers, "useWebSocketProvider": true});
    json!({
        "callType": "audio_only",
        "autoAccept": false,
        "callContextToken": token,
        "mediaLegContextToken": token,
        "callConfigJson": config.to_string(),
    })
}

/// A relay as pages take it.
fn server(relay: &Relay) -> Value {
    json!({"urls": relay.urls, "username": relay.username, "credential": relay.credential})
}

/// The answer to a page that asks for the relay ahead of calls; none = there is no relay.
pub(crate) fn transport(
    telephony: &dyn Telephony,
    origin: &str,
    user: UserId,
    now: Timestamp,
) -> Option<Value> {
    let relay = telephony.relay(host(origin), &user.to_string(), now + LEG_MS)?;
    Some(json!({"softphoneTransport": {"softphoneMediaConnections": [server(&relay)]}}))
}

/// The host of an origin, without its port.
pub(crate) fn host(origin: &str) -> &str {
    let rest = origin.split_once("://").map_or(origin, |(_, rest)| rest);
    let rest = rest.split('/').next().unwrap_or_default();
    match rest.find(']') {
        // An IPv6 address keeps its brackets.
        Some(end) => &rest[..=end],
        None => rest.split(':').next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_origins() {
        for (origin, expected) in [
            ("http://127.0.0.1:8080", "127.0.0.1"),
            ("https://cc.example.com", "cc.example.com"),
            ("https://cc.example.com/base", "cc.example.com"),
            ("http://[::1]:8080", "[::1]"),
        ] {
            assert_eq!(host(origin), expected);
        }
    }
}
