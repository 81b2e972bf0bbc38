//! Conversations with bots, and the built-in menu by text (spec 10, ConnectParticipantWithLexBot).

use std::collections::BTreeMap;

use model::Channel;
use serde_json::{Map, Value, json};

use super::{Machine, Outcome, budget, participant};
use crate::action::{Conditions, SENTIMENTS};
use crate::error::FlowError;
use crate::exchange::{BotCall, BotError};
use crate::host::{BotReply, Message};
use crate::interactive;
use crate::program::Action;
use crate::run::Awaiting;

type Performed = Result<Outcome, FlowError>;

/// End of the alias ARN of the built-in menu: the operands of the action's conditions are its intents.
pub const BUILT_IN_MENU: &str = "builtin/menu";
/// What the built-in menu answers when no intent fits.
pub const FALLBACK_INTENT: &str = "FallbackIntent";

/// How long a bot may take to answer in a chat (spec 01 §6).
pub const BOT_LIMIT_MS: u64 = 6000;

/// Begins a conversation: sends the prompt and waits for the customer, or hands the bot the text it begins with.
pub(super) fn connect(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let channel = machine.host.channel();
    if channel == Channel::Voice {
        return Err(FlowError::Unavailable("a bot on voice"));
    }
    let session = machine.map(action, "LexSessionAttributes")?;
    machine.run.scope.lex = json!({ "SessionAttributes": session });
    machine.run.scope.bot = Value::Null;
    let alias = alias(machine, action)?;
    // A customer is not questioned on behalf of a bot that is not there.
    if !is_built_in_menu(&alias) {
        machine.host.bot(&alias)?;
    }
    if let Some(initial) = action.member("LexInitializationData", "InitialMessage") {
        let text = machine
            .text_of(Some(initial))?
            .ok_or_else(|| FlowError::invalid("LexInitializationData.InitialMessage", "is missing"))?;
        return turn(machine, action, &alias, &text);
    }
    let prompt = participant::prompt(machine, action.parameters.get("PromptId"), &action.parameters)?;
    let prompt = prompt.ok_or_else(|| FlowError::invalid("Text", "is missing"))?;
    if channel == Channel::Task {
        // Nobody writes in a task: the prompt itself is what the bot is to understand.
        return match prompt {
            Message::Text(text) => turn(machine, action, &alias, &text),
            _ => Err(FlowError::Channel(channel)),
        };
    }
    participant::say(machine, prompt)?;
    Ok(await_customer(machine, action))
}

/// Goes on with what the customer wrote.
pub(super) fn heard(machine: &mut Machine<'_>, action: &Action, text: &str, content_type: &str) -> Performed {
    machine.run.function_ms = 0;
    let alias = alias(machine, action)?;
    let text = interactive::selected_text(text, content_type);
    turn(machine, action, &alias, &text)
}

fn turn(machine: &mut Machine<'_>, action: &Action, alias: &str, text: &str) -> Performed {
    if is_built_in_menu(alias) {
        let intents: Vec<&str> = action
            .conditions
            .iter()
            .filter(|condition| condition.operator == "Equals")
            .filter_map(|condition| condition.operands.first()?.as_str())
            .collect();
        let chosen = choose(&intents, text);
        let answer = BotReply {
            intent: Some(chosen.unwrap_or(FALLBACK_INTENT).to_owned()),
            confidence: chosen.map(|_| 1.0),
            dialog_state: if chosen.is_some() { "Fulfilled" } else { "Failed" }.to_owned(),
            session: session(machine),
            ..BotReply::default()
        };
        return take(machine, action, answer);
    }
    let language = crate::value::Reference::parse("$.LanguageCode").and_then(|path| machine.lookup(&path));
    let call = BotCall {
        alias: alias.to_owned(),
        language: language.and_then(|language| Some(language.as_str()?.to_owned())),
        text: text.to_owned(),
        session: session(machine),
        state: machine.run.scope.bot.clone(),
        time_limit_ms: BOT_LIMIT_MS,
    };
    Ok(Outcome::Wait(Awaiting::Bot { since: machine.host.now(), call }))
}

/// Takes the answer of a bot that was asked.
pub(super) fn answered(
    machine: &mut Machine<'_>,
    action: &Action,
    answer: Result<BotReply, BotError>,
) -> Performed {
    let reply = answer.map_err(|error| FlowError::Refused(error.to_string()))?;
    budget::check(&reply.state)?;
    machine.run.scope.bot = reply.state.clone();
    take(machine, action, reply)
}

/// Takes a bot's reply: says what it says and ends with its intent, or waits for the customer again.
fn take(machine: &mut Machine<'_>, action: &Action, reply: BotReply) -> Performed {
    for message in reply.messages {
        if let Message::Interactive(content) = &message {
            interactive::check(content).map_err(|problem| FlowError::Refused(problem.to_string()))?;
        }
        if machine.host.channel() != Channel::Task {
            participant::say(machine, message)?;
        }
    }
    let mut lex = reply.more;
    lex.insert("SessionAttributes".into(), json!(reply.session));
    lex.insert("Slots".into(), json!(reply.slots));
    lex.insert("DialogState".into(), json!(reply.dialog_state));
    if let Some(confidence) = reply.confidence {
        lex.insert("IntentConfidence".into(), json!({ "Score": confidence }));
    }
    if let Some(intent) = &reply.intent {
        lex.insert("IntentName".into(), json!(intent));
    }
    alias_names(&mut lex);
    let lex = Value::Object(lex);
    budget::check(&lex)?;
    machine.run.scope.lex = lex;
    match reply.intent {
        // An intent that came to nothing is not taken for one that was settled.
        Some(intent) if reply.dialog_state == "Failed" && intent != FALLBACK_INTENT => {
            Ok(Outcome::Result(None))
        }
        Some(intent) => Ok(Outcome::Result(Some(intent))),
        None if machine.host.channel() == Channel::Task => {
            Err(FlowError::Refused("the bot asks back, and nobody can answer in a task".to_owned()))
        }
        None => Ok(await_customer(machine, action)),
    }
}

/// The condition that the customer's last words meet by how they sound; these go before intents.
pub(super) fn sentiment(action: &Action, lex: &Value) -> Option<usize> {
    if action.spec.is_none_or(|spec| spec.conditions != Conditions::Intents) {
        return None;
    }
    SENTIMENTS.iter().find_map(|(operator, class)| {
        let score = lex["SentimentResponse"]["Scores"][class].as_f64()?;
        action.conditions.iter().position(|condition| {
            let threshold = || condition.operands.first()?.as_str()?.trim().parse::<f64>().ok();
            condition.operator == *operator && threshold().is_some_and(|threshold| score >= threshold)
        })
    })
}

/// Both spellings of two names are in use (spec 05 D22.6).
fn alias_names(lex: &mut Map<String, Value>) {
    for (one, other) in [("AlternativeIntents", "AlternateIntents")] {
        if lex.contains_key(one) && lex.contains_key(other) {
            continue;
        }
        if let Some(value) = lex.get(one).or_else(|| lex.get(other)).cloned() {
            lex.insert(one.into(), value.clone());
            lex.insert(other.into(), value);
        }
    }
    if let Some(Value::Object(sentiment)) = lex.get_mut("SentimentResponse")
        && let Some(scores) = sentiment.get("Scores").or_else(|| sentiment.get("Score")).cloned()
    {
        sentiment.insert("Scores".into(), scores.clone());
        sentiment.insert("Score".into(), scores);
    }
}

fn await_customer(machine: &mut Machine<'_>, action: &Action) -> Outcome {
    let seconds = machine.text_of(action.member("LexTimeoutSeconds", "Text")).ok().flatten();
    let seconds = seconds.and_then(|seconds| seconds.trim().parse::<i64>().ok());
    let limit = |seconds: i64| machine.host.now() + seconds.clamp(1, 604_800) * 1000;
    Outcome::Wait(Awaiting::Input { until: seconds.map(limit) })
}

/// The alias ARN; a bot of the first generation is named by its name and alias.
fn alias(machine: &Machine<'_>, action: &Action) -> Result<String, FlowError> {
    if let Some(alias) = machine.text_of(action.member("LexV2Bot", "AliasArn"))? {
        return Ok(alias);
    }
    let name = machine.text_of(action.member("LexBot", "Name"))?;
    let name = name.ok_or_else(|| FlowError::invalid("LexV2Bot.AliasArn", "is missing"))?;
    let alias = machine.text_of(action.member("LexBot", "Alias"))?;
    Ok(format!("{name}:{}", alias.as_deref().unwrap_or("$LATEST")))
}

fn session(machine: &Machine<'_>) -> BTreeMap<String, String> {
    let attributes = machine.run.scope.lex.get("SessionAttributes").and_then(Value::as_object);
    let texts = attributes.into_iter().flatten();
    texts.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// True for the alias of the built-in menu.
pub fn is_built_in_menu(alias: &str) -> bool {
    alias.strip_suffix(BUILT_IN_MENU).is_some_and(|front| front.is_empty() || front.ends_with([':', '/']))
}

/// The intent that a customer's text means: its whole name, its number in the list, or the only one that begins so
/// or has such a word. Letter case and punctuation do not matter.
pub fn choose<'i>(intents: &[&'i str], text: &str) -> Option<&'i str> {
    let said = words(text);
    let plain = said.concat();
    if plain.is_empty() {
        return None;
    }
    if let Some(intent) = intents.iter().find(|intent| words(intent).concat() == plain) {
        return Some(intent);
    }
    if let Some(intent) = plain.parse::<usize>().ok().and_then(|number| intents.get(number.checked_sub(1)?)) {
        return Some(intent);
    }
    let only = |fits: &dyn Fn(&[String]) -> bool| {
        let mut fitting = intents.iter().filter(|intent| fits(&words(intent)));
        fitting.next().filter(|_| fitting.next().is_none()).copied()
    };
    only(&|intent| intent.concat().starts_with(&plain) || intent.iter().any(|word| word.starts_with(&plain)))
        .or_else(|| only(&|intent| intent.iter().any(|word| said.contains(word))))
}

/// The words of a text in lower case; a capital after a small letter begins a word, as in `TalkToAgent`.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for c in text.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && after_small) {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().expect("begins with one word").extend(c.to_lowercase());
        }
        after_small = c.is_lowercase() || c.is_numeric();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chooses_from_a_menu() {
        const MENU: &[&str] = &["Sales", "Technical support", "TalkToAgent", "Billing 2", "Book a table"];
        for (text, chosen) in [
            ("Sales", Some("Sales")),
            ("  sales! ", Some("Sales")),
            ("1", Some("Sales")),
            ("3.", Some("TalkToAgent")),
            ("6", None),
            ("0", None),
            ("s", None),
            ("sal", Some("Sales")),
            ("sup", Some("Technical support")),
            ("tec", Some("Technical support")),
            ("T", None),
            ("talk to agent", Some("TalkToAgent")),
            ("I want an AGENT please", Some("TalkToAgent")),
            ("sales or support", None),
            ("billing", Some("Billing 2")),
            ("2", Some("Technical support")),
            ("", None),
            ("???", None),
            ("99999999999999999999999", None),
            ("b", None),
        ] {
            assert_eq!(choose(MENU, text), chosen, "{text:?}");
        }
        assert_eq!(choose(&[], "1"), None);
    }

    #[test]
    fn knows_its_own_alias() {
        for (alias, own) in [
            ("builtin/menu", true),
            ("arn:aws:lex:us-east-1:123456789012:bot-alias/builtin/menu", true),
            ("arn:aws:lex:us-east-1:123456789012:builtin/menu", true),
            ("arn:aws:lex:us-east-1:1:bot-alias/notbuiltin/menu", false),
            ("arn:aws:lex:us-east-1:1:bot-alias/A/B", false),
        ] {
            assert_eq!(is_built_in_menu(alias), own, "{alias}");
        }
    }
}
