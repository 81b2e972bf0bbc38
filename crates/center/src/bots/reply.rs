//! The reply of a bot as a flow takes it (spec 05 D22.6, 12 F50).

use bots::session::IntentState;
use bots::{Action, Message, MessageKind, Turn};
use flows::BotReply;
use serde_json::{Map, Value, json};

/// What the embedded engine answers when it understands nothing.
const FALLBACK_INTENT: &str = "FallbackIntent";

/// The reply that a turn of the embedded engine makes.
pub(super) fn of_turn(turn: Turn) -> BotReply {
    let intent = turn.session.intent.clone().unwrap_or_default();
    let closed = turn.session.action == Action::Close;
    let dialog_state = match (&turn.session.action, intent.state) {
        (Action::ElicitIntent, _) => "ElicitIntent",
        (Action::ElicitSlot(_), _) => "ElicitSlot",
        (Action::ConfirmIntent, _) => "ConfirmIntent",
        (Action::Close, IntentState::Failed) => "Failed",
        (Action::Close, _) if intent.name == FALLBACK_INTENT => "Failed",
        (Action::Close, _) => "Fulfilled",
    };
    let slots =
        intent.slots.iter().filter_map(|(name, value)| Some((name.clone(), value.as_ref()?.value.clone())));
    let mut more = Map::new();
    if let Some(sentiment) = turn.sentiment {
        more.insert(
            "SentimentResponse".into(),
            json!({"Label": sentiment.label(), "Scores": {
                "Positive": sentiment.positive, "Negative": sentiment.negative,
                "Neutral": sentiment.neutral, "Mixed": sentiment.mixed}}),
        );
    }
    let others: Vec<(&str, f64)> = turn
        .guesses
        .iter()
        .filter(|guess| guess.intent != intent.name)
        .map(|guess| (guess.intent.as_str(), guess.confidence))
        .collect();
    alternatives(&mut more, &others);
    BotReply {
        messages: turn.messages.into_iter().map(message).collect(),
        confidence: turn
            .guesses
            .iter()
            .find(|guess| guess.intent == intent.name)
            .map(|guess| guess.confidence),
        slots: slots.collect(),
        session: turn.session.attributes.clone(),
        dialog_state: dialog_state.to_owned(),
        more,
        intent: closed.then_some(intent.name),
        state: serde_json::to_value(&turn.session).unwrap_or_default(),
    }
}

/// Other intents by name and by the letters that authors use; one spelling has the score inside, the other is it.
pub(super) fn alternatives(more: &mut Map<String, Value>, others: &[(&str, f64)]) {
    let mut deep = Map::new();
    let mut flat = Map::new();
    for ((name, confidence), letter) in others.iter().zip(["x", "y", "z", "w"]) {
        for key in [name, letter] {
            let (score, slots) = (json!({"Score": confidence}), json!({}));
            deep.insert(
                key.to_owned(),
                json!({"IntentName": name, "IntentConfidence": score, "Slots": slots}),
            );
            flat.insert(
                key.to_owned(),
                json!({"IntentName": name, "IntentConfidence": confidence, "Slots": slots}),
            );
        }
    }
    if !deep.is_empty() {
        more.insert("AlternativeIntents".into(), Value::Object(deep));
        more.insert("AlternateIntents".into(), Value::Object(flat));
    }
}

/// A message as a chat can show it: a payload with a template is an interactive message, speech markup loses its marks.
pub(super) fn message(message: Message) -> flows::Message {
    match message.kind {
        MessageKind::PlainText => flows::Message::Text(message.content),
        MessageKind::CustomPayload => payload(message.content),
        MessageKind::SSML => flows::Message::Text(without_marks(&message.content)),
    }
}

fn payload(content: String) -> flows::Message {
    let template =
        serde_json::from_str::<Value>(&content).is_ok_and(|value| value["templateType"].is_string());
    if template { flows::Message::Interactive(content) } else { flows::Message::Text(content) }
}

fn without_marks(markup: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in markup.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => inside = false,
            _ if !inside => text.push(c),
            _ => {}
        }
    }
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    entities.iter().fold(text, |text, (entity, sign)| text.replace(entity, sign)).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_tells_all_that_a_flow_may_read() {
        let model = bots::Model::learn(&bots::sample(), "en_US").expect("learns");
        let turn = |text: &str, state: &Value| {
            let session = serde_json::from_value(state.clone()).unwrap_or_default();
            of_turn(model.turn(session, text, &bots::Moment::utc(0)))
        };
        let asked = turn("I am angry, where is my order", &Value::Null);
        assert_eq!((asked.intent.as_deref(), asked.dialog_state.as_str()), (None, "ElicitSlot"));
        assert_eq!(asked.more["SentimentResponse"]["Label"], "NEGATIVE");
        let others = (&asked.more["AlternativeIntents"]["x"], &asked.more["AlternateIntents"]["x"]);
        let name = others.0["IntentName"].as_str().expect("there are others");
        assert_eq!(asked.more["AlternativeIntents"][name], *others.0);
        assert_eq!(others.0["IntentConfidence"]["Score"], others.1["IntentConfidence"]);
        let settled = turn("number 512", &asked.state);
        assert_eq!(
            (settled.intent.as_deref(), settled.dialog_state.as_str()),
            (Some("OrderStatus"), "Fulfilled")
        );
        assert_eq!(settled.slots["OrderNumber"], "512");
        let lost = turn("jazz music", &turn("pizza", &Value::Null).state);
        assert_eq!((lost.intent.as_deref(), lost.dialog_state.as_str()), (Some("FallbackIntent"), "Failed"));
    }

    #[test]
    fn messages_fit_a_chat() {
        let kind = |kind, content: &str| message(Message { kind, content: content.into() });
        let card = r#"{"templateType": "QuickReply"}"#;
        assert_eq!(kind(MessageKind::CustomPayload, card), flows::Message::Interactive(card.into()));
        assert_eq!(kind(MessageKind::CustomPayload, "{}"), flows::Message::Text("{}".into()));
        assert_eq!(
            kind(MessageKind::SSML, "<speak>Two &lt; <break time='1s'/>three</speak>"),
            flows::Message::Text("Two < three".into())
        );
    }
}
