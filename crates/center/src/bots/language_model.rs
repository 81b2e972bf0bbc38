//! A language model behind an OpenAI-compatible chat completions address, whose answer comes as a stream.

use std::time::Duration;

use bots::Adapter;
use flows::{BotCall, BotError, BotReply, Message};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Listener;
use super::adapter::{ANSWER_BYTES, failed};

/// Turns that the model is told again.
const REMEMBERED: usize = 20;
/// Longest text of a remembered turn, in characters.
const LONGEST_TURN: usize = 4000;
/// Longest answer as a whole; the time limit of the bot is that until it begins, and between two pieces.
const WHOLE: Duration = Duration::from_secs(60);
/// Begins the line with which the model names the intent.
const MARK: &str = "INTENT:";

#[derive(Default, Serialize, Deserialize)]
struct Memory {
    #[serde(default)]
    turns: Vec<Said>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Said {
    role: String,
    content: String,
}

/// One turn: the pieces go to the listener as they come.
pub(super) async fn ask(
    client: &reqwest::Client,
    adapter: &Adapter,
    call: &BotCall,
    limit: Duration,
    mut listener: impl Listener,
) -> Result<BotReply, BotError> {
    let Adapter::Model { url, model, token, instructions, intents, max_tokens } = adapter else {
        return Err(BotError::Failed("the adapter is not one of this kind".to_owned()));
    };
    let mut memory: Memory = serde_json::from_value(call.state.clone()).unwrap_or_default();
    memory.turns.push(said("user", &call.text));
    let mut system = instructions.clone();
    if let Some(language) = &call.language {
        system.push_str(&format!("\nAnswer in the language {language}."));
    }
    if !intents.is_empty() {
        system.push_str(&format!("\nOnce it is clear what the customer wants, end your answer with a line \"{MARK} name\", where name is one of:"));
        for (name, meaning) in intents {
            system.push_str(&format!("\n{name} - {meaning}"));
        }
    }
    let mut messages = vec![said("system", &system)];
    messages.extend(memory.turns.iter().cloned());
    let question = json!({"model": model, "messages": messages, "stream": true, "max_tokens": max_tokens});
    let mut request = client.post(format!("{}/chat/completions", url.trim_end_matches('/'))).json(&question);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let hear = async {
        let answer = tokio::time::timeout(limit, request.send()).await.map_err(|_| BotError::TimeLimit)?;
        let mut answer = answer.map_err(failed)?;
        if !answer.status().is_success() {
            return Err(BotError::Failed(format!("status {}", answer.status().as_u16())));
        }
        let mut events = Events::default();
        let (mut text, mut told, mut bytes) = (String::new(), 0, 0);
        while !events.done {
            let chunk = tokio::time::timeout(limit, answer.chunk()).await.map_err(|_| BotError::TimeLimit)?;
            let Some(chunk) = chunk.map_err(failed)? else { break };
            bytes += chunk.len();
            if bytes > ANSWER_BYTES * 4 || text.len() > ANSWER_BYTES {
                return Err(BotError::Failed("the answer is too long".to_owned()));
            }
            text.push_str(&events.take(&chunk)?);
            let shown = shown(&text).trim_end();
            if shown.len() > told {
                let piece = shown[told..].to_owned();
                told = shown.len();
                if !listener.piece(piece).await {
                    return Err(BotError::Failed("nobody waits for the answer any more".to_owned()));
                }
            }
        }
        Ok(text)
    };
    let text = tokio::time::timeout(WHOLE, hear).await.map_err(|_| BotError::TimeLimit)??;
    if text.trim().is_empty() {
        return Err(BotError::Failed("the model answered nothing".to_owned()));
    }
    let visible = visible(&text).trim_end().to_owned();
    let intent = text[visible_length(&text)..].trim().strip_prefix(MARK).map(str::trim);
    let intent = intent.filter(|name| intents.contains_key(*name)).map(str::to_owned);
    memory.turns.push(said("assistant", &text));
    let first = memory.turns.len().saturating_sub(REMEMBERED);
    memory.turns.drain(..first);
    Ok(BotReply {
        messages: (!visible.is_empty()).then_some(Message::Text(visible)).into_iter().collect(),
        dialog_state: if intent.is_some() { "Fulfilled" } else { "ElicitIntent" }.to_owned(),
        intent,
        session: call.session.clone(),
        state: serde_json::to_value(&memory).unwrap_or_default(),
        ..BotReply::default()
    })
}

fn said(role: &str, content: &str) -> Said {
    Said { role: role.to_owned(), content: content.chars().take(LONGEST_TURN).collect() }
}

/// Where the part for the customer ends: before the line that names the intent.
fn visible_length(text: &str) -> usize {
    let line = text.trim_end().rfind('\n').map_or(0, |at| at + 1);
    if text[line..].trim_start().starts_with(MARK) { line } else { text.len() }
}

fn visible(text: &str) -> &str {
    &text[..visible_length(text)]
}

/// What of an unfinished answer can be shown: the last line may still become the one that names the intent.
fn shown(text: &str) -> &str {
    let line = text.rfind('\n').map_or(0, |at| at + 1);
    let last = text[line..].trim_start();
    let may_be = MARK.starts_with(last) || last.starts_with(MARK);
    &text[..if may_be { line } else { text.len() }]
}

/// Events of a stream: lines of `data:` with JSON, until `data: [DONE]`.
#[derive(Default)]
struct Events {
    rest: Vec<u8>,
    done: bool,
}

impl Events {
    /// The text that came with these bytes.
    fn take(&mut self, bytes: &[u8]) -> Result<String, BotError> {
        self.rest.extend_from_slice(bytes);
        let mut text = String::new();
        while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            let Some(data) = line.trim().strip_prefix("data:").map(str::trim) else { continue };
            if data == "[DONE]" {
                self.done = true;
                break;
            }
            let event: Value = serde_json::from_str(data)
                .map_err(|_| BotError::Failed("the stream is not of the form".to_owned()))?;
            if event["error"].is_object() {
                return Err(BotError::Failed("the model reports an error".to_owned()));
            }
            text.push_str(event["choices"][0]["delta"]["content"].as_str().unwrap_or_default());
        }
        if self.rest.len() > ANSWER_BYTES {
            return Err(BotError::Failed("the stream has a line that is too long".to_owned()));
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_however_they_are_cut() {
        let stream = "data: {\"choices\":[{\"delta\":{\"content\":\"Grüß \"}}]}\n\n: comment\ndata: {\"choices\":[]}\n\ndata:{\"choices\":[{\"delta\":{\"content\":\"Gott\"}}]}\ndata: [DONE]\n";
        for size in 1..40 {
            let mut events = Events::default();
            let text: String =
                stream.as_bytes().chunks(size).map(|chunk| events.take(chunk).expect("is read")).collect();
            assert_eq!((text.as_str(), events.done), ("Grüß Gott", true), "in pieces of {size}");
        }
        assert!(Events::default().take(b"data: {\n").is_err());
        assert!(Events::default().take(b"data: {\"error\": {}}\n").is_err());
    }

    #[test]
    fn the_line_with_the_intent_is_never_shown() {
        for (text, expected) in [
            ("Hello", "Hello"),
            ("Hello\n", "Hello\n"),
            ("Hello\nIN", "Hello\n"),
            ("Hello\nIntent", "Hello\nIntent"),
            ("Hello\nINTENT: Or", "Hello\n"),
            ("INT", ""),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
        assert_eq!(visible("Done.\nINTENT: Order\n"), "Done.\n");
        assert_eq!(visible("Done."), "Done.");
    }
}
