//! The frames of the websocket manager's protocol: what clients send, and what they are answered.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::softphone;

/// What a client asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Request {
    /// Sent every ten seconds; answered in kind.
    Heartbeat,
    /// The deep heartbeat of chat clients.
    Ping,
    /// Deliver these topics from now on.
    Subscribe(Vec<String>),
    /// The softphone's signalling.
    Softphone(Box<softphone::Frame>),
    /// Something for a topic that takes nothing from clients.
    Push(String),
    /// Nothing that the protocol knows.
    Malformed,
}

impl Request {
    pub(super) fn read(text: &str) -> Self {
        let Ok(Value::Object(frame)) = serde_json::from_str(text) else { return Self::Malformed };
        match frame.get("topic").and_then(Value::as_str) {
            Some("aws/heartbeat") => Self::Heartbeat,
            Some("aws/ping") => Self::Ping,
            Some("aws/subscribe") => topics(&frame).map_or(Self::Malformed, Self::Subscribe),
            Some(softphone::TOPIC) => softphone::Frame::read(&frame)
                .map_or(Self::Malformed, |frame| Self::Softphone(Box::new(frame))),
            Some(topic) => Self::Push(topic.to_owned()),
            None => Self::Malformed,
        }
    }
}

fn topics(frame: &serde_json::Map<String, Value>) -> Option<Vec<String>> {
    let topics = frame.get("content")?.get("topics")?.as_array()?;
    let topics: Option<Vec<String>> = topics.iter().map(|topic| topic.as_str().map(str::to_owned)).collect();
    topics.filter(|topics| !topics.is_empty())
}

/// The answer to a heartbeat.
pub(super) const HEARTBEAT: &str = r#"{"topic":"aws/heartbeat"}"#;
/// The answer to a deep heartbeat.
pub(super) const PING: &str = r#"{"topic":"aws/ping","statusCode":200,"statusContent":"OK"}"#;

/// The answer to a subscription.
pub(super) fn subscribed(success: bool, topics: &[&str]) -> String {
    let status = if success { "success" } else { "failure" };
    json!({"topic": "aws/subscribe", "content": {"status": status, "topics": topics}}).to_string()
}

/// Something that happened, for those who subscribed to the topic; the content is a text, not an object.
pub(super) fn push(topic: &str, content: &str) -> String {
    json!({"topic": topic, "content": content}).to_string()
}

/// The answer to a frame that cannot be followed: a frame without a topic.
pub(super) fn error(message: &str, connection: Uuid) -> String {
    let request = Uuid::new_v4();
    json!({"message": message, "connectionId": connection, "requestId": request}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_clients_send() {
        let subscribe =
            |topics: &[&str]| Request::Subscribe(topics.iter().map(|topic| (*topic).to_owned()).collect());
        for (text, expected) in [
            (r#"{"topic":"aws/heartbeat"}"#, Request::Heartbeat),
            (r#"{"topic":"aws/ping"}"#, Request::Ping),
            (r#"{"topic":"aws/subscribe","content":{"topics":["aws/chat"]}}"#, subscribe(&["aws/chat"])),
            (
                r#"{"topic":"aws/subscribe","content":{"topics":["aws/chat","x"],"more":1}}"#,
                subscribe(&["aws/chat", "x"]),
            ),
            (r#"{"topic":"aws/subscribe","content":{"topics":[]}}"#, Request::Malformed),
            (r#"{"topic":"aws/subscribe","content":{"topics":[1]}}"#, Request::Malformed),
            (r#"{"topic":"aws/subscribe"}"#, Request::Malformed),
            (r#"{"topic":"aws/softphone"}"#, Request::Malformed),
            (r#"{"topic":"aws/other"}"#, Request::Push("aws/other".to_owned())),
            (r#"{"topic":7}"#, Request::Malformed),
            ("[]", Request::Malformed),
            ("{", Request::Malformed),
            ("", Request::Malformed),
        ] {
            assert_eq!(Request::read(text), expected, "{text}");
        }
    }

    #[test]
    fn prints_what_clients_expect() {
        assert_eq!(
            subscribed(true, &["aws/chat"]),
            r#"{"topic":"aws/subscribe","content":{"status":"success","topics":["aws/chat"]}}"#
        );
        assert_eq!(push("aws/chat", r#"{"Id":"1"}"#), r#"{"topic":"aws/chat","content":"{\"Id\":\"1\"}"}"#);
        let error: Value = serde_json::from_str(&error("Forbidden", Uuid::nil())).expect("JSON");
        assert_eq!((error["message"].as_str(), &error["topic"]), (Some("Forbidden"), &Value::Null));
    }
}
