//! Sessions and turns in the shapes of the published service.

use std::collections::BTreeMap;

use bots::session::{ActiveContext, CurrentIntent, IntentState};
use bots::{Action, Message, Session, SlotValue, Turn};
use model::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use wire::ApiError;

/// `SessionState` as clients send it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct StateInput {
    dialog_action: Option<DialogAction>,
    intent: Option<IntentInput>,
    active_contexts: Option<Vec<ContextInput>>,
    session_attributes: Option<BTreeMap<String, String>>,
    #[allow(dead_code, reason = "told by clients that repeat a session of another service")]
    originating_request_id: Option<String>,
    #[allow(dead_code, reason = "hints are for speech")]
    runtime_hints: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DialogAction {
    #[serde(rename = "type")]
    kind: String,
    slot_to_elicit: Option<String>,
    #[allow(dead_code, reason = "spelling is for speech")]
    slot_elicitation_style: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct IntentInput {
    name: String,
    #[serde(default)]
    slots: BTreeMap<String, Option<SlotInput>>,
    #[allow(dead_code, reason = "follows from the dialog action")]
    state: Option<String>,
    confirmation_state: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SlotInput {
    value: Option<ValueInput>,
    #[allow(dead_code, reason = "every slot is a scalar")]
    shape: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ValueInput {
    interpreted_value: String,
    original_value: Option<String>,
    resolved_values: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ContextInput {
    name: String,
    time_to_live: LifeInput,
    context_attributes: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LifeInput {
    time_to_live_in_seconds: u32,
    turns_to_live: u32,
}

/// What a client asks to happen next with the session it sends.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing but what the session says.
    Stay,
    /// The bot goes on with the intent.
    Delegate,
}

/// Most bytes of a session, as JSON: thousands of them are kept in memory.
const SESSION_BYTES: usize = 64 * 1024;

/// Puts what a client sends into a session.
pub(super) fn apply(input: StateInput, session: &mut Session, now: Timestamp) -> Result<Next, ApiError> {
    let next = put(input, session, now)?;
    let size = serde_json::to_vec(session).map_or(usize::MAX, |text| text.len());
    if size > SESSION_BYTES {
        return Err(ApiError::validation(format!(
            "sessionState has {size} bytes; a session may have {SESSION_BYTES}."
        )));
    }
    Ok(next)
}

fn put(input: StateInput, session: &mut Session, now: Timestamp) -> Result<Next, ApiError> {
    if let Some(attributes) = input.session_attributes {
        session.attributes = attributes;
    }
    if let Some(contexts) = input.active_contexts {
        let lives = |life: &LifeInput| {
            (5..=86_400).contains(&life.time_to_live_in_seconds) && (1..=20).contains(&life.turns_to_live)
        };
        if contexts.iter().any(|context| !lives(&context.time_to_live)) {
            return Err(ApiError::validation(
                "timeToLive is 5 to 86400 in timeToLiveInSeconds and 1 to 20 in turnsToLive.",
            ));
        }
        session.contexts = contexts
            .into_iter()
            .map(|context| ActiveContext {
                name: context.name,
                until_ms: now.0 + i64::from(context.time_to_live.time_to_live_in_seconds) * 1000,
                turns: context.time_to_live.turns_to_live,
                attributes: context.context_attributes,
            })
            .collect();
    }
    if let Some(intent) = input.intent {
        let confirmed = match intent.confirmation_state.as_deref() {
            Some("Confirmed") => Some(true),
            Some("Denied") => Some(false),
            _ => None,
        };
        let value = |slot: SlotInput| {
            slot.value.map(|value| SlotValue {
                original: value.original_value.unwrap_or_else(|| value.interpreted_value.clone()),
                resolved: value.resolved_values.unwrap_or_default(),
                value: value.interpreted_value,
            })
        };
        let slots = intent.slots.into_iter().map(|(name, slot)| (name, slot.and_then(value))).collect();
        session.intent =
            Some(CurrentIntent { name: intent.name, slots, state: IntentState::InProgress, confirmed });
    }
    let Some(action) = input.dialog_action else { return Ok(Next::Stay) };
    session.asked = 1;
    session.action = match (action.kind.as_str(), action.slot_to_elicit) {
        ("ElicitIntent", _) => Action::ElicitIntent,
        ("ElicitSlot", Some(slot)) => Action::ElicitSlot(slot),
        ("ElicitSlot", None) => return Err(ApiError::validation("ElicitSlot needs slotToElicit.")),
        ("ConfirmIntent", _) => Action::ConfirmIntent,
        ("Close", _) => Action::Close,
        ("Delegate", _) => return Ok(Next::Delegate),
        ("None", _) => return Ok(Next::Stay),
        (other, _) => return Err(ApiError::validation(format!("dialogAction.type cannot be {other:?}."))),
    };
    Ok(Next::Stay)
}

/// `SessionState` as the service answers it.
pub(super) fn state(session: &Session, now: Timestamp) -> Value {
    let action = match &session.action {
        Action::ElicitIntent => json!({"type": "ElicitIntent"}),
        Action::ElicitSlot(slot) => json!({"type": "ElicitSlot", "slotToElicit": slot}),
        Action::ConfirmIntent => json!({"type": "ConfirmIntent"}),
        Action::Close => json!({"type": "Close"}),
    };
    let contexts: Vec<Value> = session
        .contexts
        .iter()
        .map(|context| {
            json!({"name": context.name, "contextAttributes": context.attributes, "timeToLive": {
                "timeToLiveInSeconds": ((context.until_ms - now.0) / 1000).max(0), "turnsToLive": context.turns}})
        })
        .collect();
    let mut state = json!({
        "dialogAction": action,
        "sessionAttributes": session.attributes,
        "activeContexts": contexts,
    });
    if let Some(current) = &session.intent {
        state["intent"] = intent(current);
    }
    state
}

fn intent(current: &CurrentIntent) -> Value {
    let slots: Map<String, Value> = current
        .slots
        .iter()
        .map(|(name, value)| {
            let value = value.as_ref().map_or(Value::Null, |value| {
                json!({"shape": "Scalar", "value": {"originalValue": value.original,
                    "interpretedValue": value.value, "resolvedValues": value.resolved}})
            });
            (name.clone(), value)
        })
        .collect();
    let state = match current.state {
        IntentState::InProgress => "InProgress",
        IntentState::ReadyForFulfillment => "ReadyForFulfillment",
        IntentState::Fulfilled => "Fulfilled",
        IntentState::Failed => "Failed",
    };
    let confirmed = match current.confirmed {
        None => "None",
        Some(true) => "Confirmed",
        Some(false) => "Denied",
    };
    json!({"name": current.name, "slots": slots, "state": state, "confirmationState": confirmed})
}

/// `interpretations`: the session's intent first, then the others; at most five.
pub(super) fn interpretations(turn: &Turn) -> Value {
    let own = turn.session.intent.as_ref();
    let score =
        |name: &str| turn.guesses.iter().find(|guess| guess.intent == name).map(|guess| guess.confidence);
    let mut all: Vec<Value> = Vec::new();
    if let Some(current) = own {
        let mut first = json!({"intent": intent(current), "interpretationSource": "Lex"});
        if let Some(score) = score(&current.name) {
            first["nluConfidence"] = json!({"score": score});
        }
        if let Some(sentiment) = &turn.sentiment {
            first["sentimentResponse"] = json!({"sentiment": sentiment.label(), "sentimentScore": {
                "positive": sentiment.positive, "negative": sentiment.negative,
                "neutral": sentiment.neutral, "mixed": sentiment.mixed}});
        }
        all.push(first);
    }
    let others = turn.guesses.iter().filter(|guess| own.is_none_or(|own| own.name != guess.intent));
    all.extend(others.map(|guess| {
        json!({"intent": {"name": guess.intent, "slots": {}}, "nluConfidence": {"score": guess.confidence},
            "interpretationSource": "Lex"})
    }));
    all.truncate(5);
    Value::Array(all)
}

/// `messages` as the service answers them.
pub(super) fn messages(messages: &[Message]) -> Value {
    messages.iter().map(|message| json!({"contentType": message.kind, "content": message.content})).collect()
}
