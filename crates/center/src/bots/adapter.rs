//! Bots on other servers: our own JSON over HTTP, and the Lex V2 runtime API.

use std::collections::BTreeMap;

use bots::{Adapter, Message, MessageKind};
use flows::{BotCall, BotError, BotReply};
use model::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use wire::Secret;
use wire::sigv4::{Payload, SignedRequest, Signer, sign};

use super::reply::{alternatives, message};

/// Largest answer, in bytes.
pub(super) const ANSWER_BYTES: usize = 256 * 1024;
/// Most messages of one answer.
const MESSAGES: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default)]
    messages: Vec<Message>,
    #[serde(default)]
    intent: Option<String>,
    #[serde(default)]
    confidence: Option<f64>,
    #[serde(default)]
    slots: BTreeMap<String, String>,
    #[serde(default)]
    session_attributes: Option<BTreeMap<String, String>>,
    #[serde(default)]
    dialog_state: Option<String>,
    #[serde(default)]
    sentiment_response: Option<Value>,
    #[serde(default)]
    state: Value,
}

/// One turn of a bot that speaks our own JSON (documented in `docs/bots.md`).
pub(super) async fn http(
    client: &reqwest::Client,
    url: &str,
    token: Option<&str>,
    conversation: &str,
    call: &BotCall,
) -> Result<BotReply, BotError> {
    let question = json!({
        "SessionId": conversation,
        "BotAlias": call.alias,
        "Language": call.language,
        "Text": call.text,
        "SessionAttributes": call.session,
        "State": call.state,
    });
    let mut request = client.post(url).json(&question);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer: Answer = answer(request).await?;
    let mut more = Map::new();
    more.extend(answer.sentiment_response.map(|sentiment| ("SentimentResponse".to_owned(), sentiment)));
    let settled = if answer.intent.is_some() { "Fulfilled" } else { "ElicitIntent" };
    Ok(BotReply {
        messages: answer.messages.into_iter().take(MESSAGES).map(message).collect(),
        intent: answer.intent,
        confidence: answer.confidence,
        slots: answer.slots,
        session: answer.session_attributes.unwrap_or_else(|| call.session.clone()),
        dialog_state: answer.dialog_state.unwrap_or_else(|| settled.to_owned()),
        more,
        state: answer.state,
    })
}

/// One turn of a bot behind the Lex V2 runtime API.
pub(super) async fn lex(
    client: &reqwest::Client,
    adapter: &Adapter,
    conversation: &str,
    call: &BotCall,
    now: Timestamp,
) -> Result<BotReply, BotError> {
    let Adapter::Lex { url, bot_id, alias_id, region, access_key, secret_key } = adapter else {
        return Err(BotError::Failed("the adapter is not one of this kind".to_owned()));
    };
    let locale = call.language.as_deref().unwrap_or("en_US").replace('-', "_");
    let plain = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
    };
    if !plain(bot_id) || !plain(alias_id) || !plain(&locale) {
        return Err(BotError::Unavailable(
            "its adapter names a bot, alias or locale that cannot be".to_owned(),
        ));
    }
    let path =
        format!("/bots/{bot_id}/botAliases/{alias_id}/botLocales/{locale}/sessions/{conversation}/text");
    let address = format!("{}{path}", url.trim_end_matches('/'));
    let parsed = reqwest::Url::parse(&address)
        .map_err(|_| BotError::Unavailable("its address is not one".to_owned()))?;
    let host = match (parsed.host_str(), parsed.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => return Err(BotError::Unavailable("its address names no host".to_owned())),
    };
    let body = json!({"text": call.text, "sessionState": {"sessionAttributes": call.session}}).to_string();
    let headers = axum_headers();
    let signed = SignedRequest {
        method: "POST",
        host: &host,
        path: parsed.path(),
        query: "",
        headers: &headers,
        payload: Payload::Whole(body.as_bytes()),
    };
    let secret = Secret::new(secret_key.as_str());
    let signer =
        Signer { access_key_id: access_key, secret: &secret, session_token: None, region, service: "lex" };
    let mut request =
        client.post(parsed.clone()).header("content-type", "application/json").body(body.clone());
    for (name, value) in sign(&signer, &signed, now) {
        request = request.header(name, value);
    }
    let answer: Value = answer(request).await?;
    Ok(of_lex(&answer))
}

fn axum_headers() -> reqwest::header::HeaderMap {
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("content-type", reqwest::header::HeaderValue::from_static("application/json"));
    headers
}

/// What a `RecognizeText` answer says to a flow.
fn of_lex(answer: &Value) -> BotReply {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let state = &answer["sessionState"];
    let intent = &state["intent"];
    let action = state["dialogAction"]["type"].as_str().unwrap_or_default();
    let closed = matches!(action, "Close" | "Delegate" | "None" | "");
    let interpretations = answer["interpretations"].as_array().map_or(&[][..], Vec::as_slice);
    let score = |one: &Value| one["nluConfidence"]["score"].as_f64();
    let name = text(&intent["name"]);
    let own = interpretations.iter().find(|one| text(&one["intent"]["name"]) == name);
    let mut more = Map::new();
    if let Some(sentiment) = own.map(|one| &one["sentimentResponse"]).filter(|one| one.is_object()) {
        let scores = &sentiment["sentimentScore"];
        more.insert(
            "SentimentResponse".into(),
            json!({"Label": sentiment["sentiment"], "Scores": {"Positive": scores["positive"],
                "Negative": scores["negative"], "Neutral": scores["neutral"], "Mixed": scores["mixed"]}}),
        );
    }
    let others: Vec<(&str, f64)> = interpretations
        .iter()
        .filter(|one| text(&one["intent"]["name"]) != name)
        .filter_map(|one| Some((one["intent"]["name"].as_str()?, score(one).unwrap_or(0.0))))
        .collect();
    alternatives(&mut more, &others);
    let messages = answer["messages"].as_array().into_iter().flatten().take(MESSAGES).filter_map(|one| {
        let kind = match one["contentType"].as_str()? {
            "CustomPayload" => MessageKind::CustomPayload,
            "SSML" => MessageKind::SSML,
            _ => MessageKind::PlainText,
        };
        let content = text(&one["content"]).or_else(|| text(&one["imageResponseCard"]["title"]))?;
        Some(message(Message { kind, content }))
    });
    let slots = intent["slots"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(name, slot)| Some((name.clone(), text(&slot["value"]["interpretedValue"])?)));
    let session = state["sessionAttributes"].as_object().into_iter().flatten();
    let dialog_state = match (closed, intent["state"].as_str()) {
        (true, Some("Failed")) => "Failed",
        (true, _) => "Fulfilled",
        (false, _) => action,
    };
    BotReply {
        messages: messages.collect(),
        confidence: own.and_then(score),
        slots: slots.collect(),
        session: session.filter_map(|(key, value)| Some((key.clone(), text(value)?))).collect(),
        dialog_state: dialog_state.to_owned(),
        intent: name.filter(|_| closed),
        more,
        state: Value::Null,
    }
}

/// Sends a question and reads its answer within limits.
async fn answer<T: serde::de::DeserializeOwned>(request: reqwest::RequestBuilder) -> Result<T, BotError> {
    let mut answer = request.send().await.map_err(failed)?;
    if !answer.status().is_success() {
        return Err(BotError::Failed(format!("status {}", answer.status().as_u16())));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(failed)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > ANSWER_BYTES {
            return Err(BotError::Failed(format!("the answer has more than {ANSWER_BYTES} bytes")));
        }
    }
    // An empty list would pass for an object without members.
    let answer: Option<Value> = serde_json::from_slice(&bytes).ok().filter(Value::is_object);
    let answer = answer.and_then(|answer| serde_json::from_value(answer).ok());
    answer.ok_or_else(|| BotError::Failed("the answer is not of the form".to_owned()))
}

/// The error without the address, which may hold what is secret.
pub(super) fn failed(error: reqwest::Error) -> BotError {
    BotError::Failed(error.without_url().to_string())
}
