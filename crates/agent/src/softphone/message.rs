//! The frames of the softphone's signalling: upwards the message is an object, downwards it stands in a text.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::TOPIC;

/// What a page sends.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Frame {
    connection: Value,
    id: Value,
    /// None = an answer to something of the server's.
    pub(super) method: Option<String>,
    params: Value,
}

impl Frame {
    /// Reads a frame of the topic.
    pub(crate) fn read(frame: &Map<String, Value>) -> Option<Self> {
        let message = frame.get("jsonRpcMsg")?.as_object()?;
        let member = |name| message.get(name).cloned().unwrap_or_default();
        let id = member("id");
        if !(id.is_string() || id.is_number() || id.is_null()) {
            return None;
        }
        Some(Self {
            connection: frame.get("connectionId").filter(|one| one.is_string()).cloned().unwrap_or_default(),
            id,
            method: message.get("method").and_then(Value::as_str).map(str::to_owned),
            params: member("params"),
        })
    }

    pub(super) fn params(&self) -> Result<Params, Failure> {
        Params::deserialize(&self.params)
            .map_err(|error| Failure::bad_request(format!("The params are not as they should be: {error}.")))
    }

    /// The frame that answers this one.
    pub(super) fn answer(&self, said: Result<Value, Failure>) -> String {
        let mut message = json!({"jsonrpc": "2.0", "id": self.id});
        match said {
            Ok(result) => message["result"] = result,
            Err(Failure { code, message: text }) => {
                message["error"] = json!({"code": code, "message": text});
            }
        }
        let content = json!({"connectionId": self.connection, "jsonRpcMsg": message});
        json!({"topic": TOPIC, "content": content.to_string()}).to_string()
    }
}

/// The methods of pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Invite,
    Accept,
    ConnectContact,
    DisconnectContact,
    Bye,
}

impl Method {
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "invite" => Self::Invite,
            "accept" => Self::Accept,
            "connectContact" => Self::ConnectContact,
            "disconnectContact" => Self::DisconnectContact,
            "bye" => Self::Bye,
            _ => return None,
        })
    }
}

/// The params that are read; clients send more.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Params {
    pub sdp: Option<String>,
    pub contact_id: Option<String>,
    pub call_context_token: Option<String>,
    #[serde(deserialize_with = "flag")]
    pub ice_restart: bool,
}

/// Clients leave flags out, or send null.
fn flag<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(Option::<bool>::deserialize(deserializer)?.unwrap_or_default())
}

/// A refused request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    code: u16,
    message: String,
}

impl Failure {
    pub(super) fn new(code: u16, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(text: &str) -> Option<Frame> {
        let value: Value = serde_json::from_str(text).expect("JSON");
        Frame::read(value.as_object().expect("an object"))
    }

    #[test]
    fn answers_stand_in_a_text_and_repeat_id_and_connection() {
        let asked =
            frame(r#"{"topic":"aws/softphone","connectionId":"X","jsonRpcMsg":{"method":"bye","id":"u1"}}"#);
        let asked = asked.expect("a frame");
        assert_eq!(
            asked.answer(Ok(json!({}))),
            r#"{"topic":"aws/softphone","content":"{\"connectionId\":\"X\",\"jsonRpcMsg\":{\"jsonrpc\":\"2.0\",\"id\":\"u1\",\"result\":{}}}"}"#
        );
        let answer: Value =
            serde_json::from_str(&asked.answer(Err(Failure::new(404, "gone")))).expect("JSON");
        let content: Value = serde_json::from_str(answer["content"].as_str().expect("text")).expect("JSON");
        assert_eq!(content["jsonRpcMsg"]["error"], json!({"code": 404, "message": "gone"}));
    }

    #[test]
    fn odd_frames_are_none() {
        for text in [
            r#"{"topic":"aws/softphone"}"#,
            r#"{"jsonRpcMsg":"x"}"#,
            r#"{"jsonRpcMsg":{"method":"bye","id":{}}}"#,
        ] {
            assert_eq!(frame(text), None, "{text}");
        }
        let answer = frame(r#"{"jsonRpcMsg":{"id":"u1","result":{}}}"#).expect("an answer");
        assert_eq!(answer.method, None);
        let odd = frame(r#"{"jsonRpcMsg":{"method":"invite","id":1,"params":{"sdp":7}}}"#).expect("a frame");
        assert_eq!(odd.params().map(drop).map_err(|failure| failure.code), Err(400));
        let none = frame(r#"{"jsonRpcMsg":{"method":"bye","id":1,"params":{"iceRestart":null}}}"#);
        assert!(!none.expect("a frame").params().expect("read").ice_restart);
    }
}
