//! One turn of a conversation: what the customer wrote changes the session, and the bot says something.
//!
//! ```text
//! ElicitIntent ── understood ──► ElicitSlot … ──► ConfirmIntent ── yes ──► Close (ReadyForFulfillment)
//!      │   ▲                        │                  │ no
//!      │   └── clarification        └── asked in vain ─┴──────────────► Close (Failed)
//!      └── not understood ──► Close (FallbackIntent)
//! ```

use crate::definition::{Intent, Message, MessageKind};
use crate::model::{FALLBACK_INTENT, Guess, Model};
use crate::sentiment::{Sentiment, sentiment};
use crate::session::{Action, ActiveContext, CurrentIntent, IntentState, Session, SlotValue};
use crate::slots::{Found, Moment, yes_or_no};
use crate::text::{Folded, words};

/// Confidence from which a customer who is asked something else is taken to want another intent.
const CHANGE_OF_MIND: f64 = 0.75;
/// Longest text of a message that is filled in, in characters.
const LONGEST_SAID: usize = 4096;

/// What came of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// Said by the bot, in order.
    pub messages: Vec<Message>,
    /// The session from now on.
    pub session: Session,
    /// What the message may have meant, the likeliest first; the session's intent is the first.
    pub guesses: Vec<Guess>,
    /// How the customer felt, where the bot tells it.
    pub sentiment: Option<Sentiment>,
}

impl Model {
    /// One turn. A settled session begins anew and keeps its attributes and contexts.
    pub fn turn(&self, session: Session, text: &str, now: &Moment) -> Turn {
        let now = &now.in_zone(self.time_zone.as_deref());
        let mut turn = Turn {
            messages: Vec::new(),
            session,
            guesses: Vec::new(),
            sentiment: self.tells_sentiment.then(|| sentiment(text, self.language)),
        };
        age_contexts(&mut turn.session, now);
        let current =
            turn.session.intent.clone().and_then(|current| Some((self.intent(&current.name)?, current)));
        match (turn.session.action.clone(), current) {
            (Action::ElicitSlot(slot), Some((intent, current))) => {
                self.hear_slot(&mut turn, intent, current, &slot, text, now);
            }
            (Action::ConfirmIntent, Some((intent, current))) => {
                self.hear_confirmation(&mut turn, intent, current, text, now);
            }
            _ => self.hear_intent(&mut turn, text, now),
        }
        turn
    }

    /// Goes on with an intent that the caller put into the session: asks, confirms or closes.
    pub fn go_on(&self, session: Session, now: &Moment) -> Turn {
        let mut turn = Turn { messages: Vec::new(), session, guesses: Vec::new(), sentiment: None };
        let current =
            turn.session.intent.clone().and_then(|current| Some((self.intent(&current.name)?, current)));
        if let Some((intent, mut current)) = current {
            for slot in &intent.slots {
                current.slots.entry(slot.name.clone()).or_default();
            }
            turn.session.asked = 0;
            self.proceed(&mut turn, intent, current, now);
        }
        turn
    }

    /// The question that belongs to what the session waits for.
    pub fn question(&self, session: &Session) -> Vec<Message> {
        let Some(current) = &session.intent else { return Vec::new() };
        let Some(intent) = self.intent(&current.name) else { return Vec::new() };
        let prompts = match &session.action {
            Action::ElicitSlot(slot) => {
                intent.slots.iter().find(|one| one.name == *slot).map(|one| &one.prompts)
            }
            Action::ConfirmIntent => intent.confirmation.as_ref().map(|one| &one.prompts),
            _ => None,
        };
        let prompt = prompts.and_then(|prompts| prompts.first());
        prompt.map(|prompt| filled(prompt, current, session)).into_iter().collect()
    }

    fn hear_intent(&self, turn: &mut Turn, text: &str, now: &Moment) {
        turn.guesses = self.guess(text, |name| self.is_open(name, &turn.session));
        match turn.guesses.first() {
            Some(best) if best.confidence >= self.threshold() => {
                let name = best.intent.clone();
                self.begin(turn, &name, text, now);
            }
            _ => self.not_understood(turn),
        }
    }

    fn is_open(&self, name: &str, session: &Session) -> bool {
        let active = |context: &String| session.contexts.iter().any(|one| one.name == *context);
        self.intent(name).is_some_and(|intent| intent.input_contexts.iter().all(active))
    }

    fn begin(&self, turn: &mut Turn, name: &str, text: &str, now: &Moment) {
        let Some(intent) = self.intent(name) else { return self.not_understood(turn) };
        let slots = intent.slots.iter().map(|slot| (slot.name.clone(), None)).collect();
        let mut current = CurrentIntent { name: name.to_owned(), slots, ..CurrentIntent::default() };
        self.fill(intent, &mut current, text, now, &[]);
        turn.session.asked = 0;
        self.proceed(turn, intent, current, now);
    }

    /// Takes values from a text for the slots that have none.
    fn fill(
        &self,
        intent: &Intent,
        current: &mut CurrentIntent,
        text: &str,
        now: &Moment,
        taken: &[std::ops::Range<usize>],
    ) {
        let mut taken = taken.to_vec();
        let folded = Folded::new(text).folded;
        let mut slots: Vec<_> = intent
            .slots
            .iter()
            .filter(|slot| current.slots.get(&slot.name).is_none_or(Option::is_none))
            .filter_map(|slot| Some((slot, self.finders.get(&slot.kind)?)))
            .collect();
        slots.sort_by_key(|(_, finder)| finder.order());
        let place = |slot: &str| self.before.get(&(intent.name.clone(), slot.to_owned()));
        for (slot, finder) in slots {
            let before = |found: &Found| words(&folded[..found.range.start]).pop();
            let fits = |found: &Found| {
                before(found)
                    .is_some_and(|word| place(&slot.name).is_some_and(|places| places.contains(&word)))
            };
            // A value that stands where another slot of the type belongs is left to that slot.
            let others: Vec<_> = intent
                .slots
                .iter()
                .filter(|other| other.name != slot.name && other.kind == slot.kind)
                .filter_map(|other| place(&other.name))
                .collect();
            let elsewhere = |found: &Found| {
                before(found).is_some_and(|word| others.iter().any(|places| places.contains(&word)))
                    && !fits(found)
            };
            let free = |found: &Found| {
                taken.iter().all(|one| found.range.end <= one.start || one.end <= found.range.start)
            };
            let all: Vec<Found> = finder.find_all(text, now).into_iter().filter(free).collect();
            let chosen =
                all.iter().find(|found| fits(found)).or_else(|| all.iter().find(|found| !elsewhere(found)));
            if let Some(found) = chosen {
                taken.push(found.range.clone());
                current.slots.insert(slot.name.clone(), Some(value(found.clone())));
            }
        }
    }

    /// Asks for what is missing, then confirms, then closes.
    fn proceed(&self, turn: &mut Turn, intent: &Intent, mut current: CurrentIntent, now: &Moment) {
        let missing = loop {
            let empty = |name: &str| current.slots.get(name).is_none_or(Option::is_none);
            let Some(slot) = intent
                .slots
                .iter()
                .find(|slot| empty(&slot.name) && (slot.required || slot.default.is_some()))
            else {
                break None;
            };
            let Some(default) = &slot.default else { break Some(slot) };
            let default = SlotValue {
                original: default.clone(),
                value: default.clone(),
                resolved: vec![default.clone()],
            };
            current.slots.insert(slot.name.clone(), Some(default));
        };
        if let Some(slot) = missing {
            turn.session.action = Action::ElicitSlot(slot.name.clone());
            return self.ask(turn, current, &slot.prompts);
        }
        match &intent.confirmation {
            Some(confirmation) if current.confirmed.is_none() => {
                turn.session.action = Action::ConfirmIntent;
                self.ask(turn, current, &confirmation.prompts);
            }
            _ => {
                for context in &intent.output_contexts {
                    turn.session.contexts.retain(|one| one.name != context.name);
                    turn.session.contexts.push(ActiveContext {
                        name: context.name.clone(),
                        until_ms: now.unix_ms() + i64::from(context.time_to_live_seconds) * 1000,
                        turns: context.turns_to_live,
                        attributes: known(&current),
                    });
                }
                current.state = IntentState::ReadyForFulfillment;
                self.close(turn, current, &intent.closing);
            }
        }
    }

    /// Asks: the first question, then the others, the last again and again.
    fn ask(&self, turn: &mut Turn, current: CurrentIntent, prompts: &[Message]) {
        let at = (turn.session.asked as usize).min(prompts.len().saturating_sub(1));
        turn.messages.extend(prompts.get(at).map(|prompt| filled(prompt, &current, &turn.session)));
        turn.session.asked += 1;
        turn.session.intent = Some(current);
    }

    fn close(&self, turn: &mut Turn, current: CurrentIntent, said: &[Message]) {
        turn.messages.extend(said.iter().map(|message| filled(message, &current, &turn.session)));
        turn.session.intent = Some(current);
        turn.session.action = Action::Close;
        turn.session.asked = 0;
    }

    fn hear_slot(
        &self,
        turn: &mut Turn,
        intent: &Intent,
        mut current: CurrentIntent,
        name: &str,
        text: &str,
        now: &Moment,
    ) {
        let Some(slot) = intent.slots.iter().find(|slot| slot.name == name) else {
            return self.hear_intent(turn, text, now);
        };
        let found = self.finders.get(&slot.kind).and_then(|finder| finder.answer(text, now));
        // A sentence that another intent was taught word by word is that intent, even where any text is a value.
        if let Some(other) = self.other_intent(turn, text, &intent.name, found.is_some()) {
            return self.begin(turn, &other, text, now);
        }
        match found {
            Some(found) => {
                let taken = [found.range.clone()];
                current.slots.insert(slot.name.clone(), Some(value(found)));
                self.fill(intent, &mut current, text, now, &taken);
                turn.session.asked = 0;
                self.proceed(turn, intent, current, now);
            }
            None if turn.session.asked >= slot.max_attempts => {
                current.state = IntentState::Failed;
                self.close(turn, current, &[]);
            }
            None => self.ask(turn, current, &slot.prompts),
        }
    }

    fn hear_confirmation(
        &self,
        turn: &mut Turn,
        intent: &Intent,
        mut current: CurrentIntent,
        text: &str,
        now: &Moment,
    ) {
        let Some(confirmation) = &intent.confirmation else {
            return self.proceed(turn, intent, current, now);
        };
        match yes_or_no(text, self.language) {
            Some(true) => {
                current.confirmed = Some(true);
                turn.session.asked = 0;
                self.proceed(turn, intent, current, now);
            }
            Some(false) => {
                current.confirmed = Some(false);
                current.state = IntentState::Failed;
                self.close(turn, current, &confirmation.declined);
            }
            None => {
                if let Some(other) = self.other_intent(turn, text, &intent.name, false) {
                    self.begin(turn, &other, text, now);
                } else if turn.session.asked >= confirmation.max_attempts {
                    current.state = IntentState::Failed;
                    self.close(turn, current, &[]);
                } else {
                    self.ask(turn, current, &confirmation.prompts);
                }
            }
        }
    }

    /// The other intent that a customer changes to, if it is clear enough.
    fn other_intent(&self, turn: &mut Turn, text: &str, present: &str, answered: bool) -> Option<String> {
        turn.guesses = self.guess(text, |name| self.is_open(name, &turn.session));
        let best = turn.guesses.first()?;
        let enough = if answered { 1.0 } else { CHANGE_OF_MIND };
        // A bare value, such as a digit that is also a choice of a menu, answers the question.
        let sentence = words(&Folded::new(text).folded).len() > 1 || text.chars().count() > 6;
        (best.intent != present && best.confidence >= enough && (sentence || !answered))
            .then(|| best.intent.clone())
    }

    fn not_understood(&self, turn: &mut Turn) {
        let fallback = self.locale.fallback.clone().unwrap_or_default();
        turn.session.intent = None;
        let asked = if turn.session.action == Action::ElicitIntent { turn.session.asked as usize } else { 0 };
        if let Some(again) = fallback.clarifications.get(asked) {
            turn.messages.push(filled(again, &CurrentIntent::default(), &turn.session));
            turn.session.action = Action::ElicitIntent;
            turn.session.asked = asked as u32 + 1;
            return;
        }
        let current = CurrentIntent {
            name: FALLBACK_INTENT.to_owned(),
            state: IntentState::ReadyForFulfillment,
            ..CurrentIntent::default()
        };
        self.close(turn, current, &fallback.closing);
    }
}

fn value(found: Found) -> SlotValue {
    SlotValue { original: found.original, value: found.value, resolved: found.resolved }
}

fn known(current: &CurrentIntent) -> std::collections::BTreeMap<String, String> {
    let known =
        current.slots.iter().filter_map(|(name, value)| Some((name.clone(), value.as_ref()?.value.clone())));
    known.collect()
}

fn age_contexts(session: &mut Session, now: &Moment) {
    session.contexts.retain_mut(|context| {
        let alive = context.turns > 0 && context.until_ms > now.unix_ms();
        context.turns = context.turns.saturating_sub(1);
        alive
    });
}

/// The message with values in place of `{Slot}` and `[attribute]`; what is not known stays as it is written.
fn filled(message: &Message, current: &CurrentIntent, session: &Session) -> Message {
    let quoted = |value: &str| match message.kind {
        // Inside a document of its own a value must not end a text.
        MessageKind::CustomPayload => {
            let text = serde_json::Value::from(value).to_string();
            text[1..text.len() - 1].to_owned()
        }
        _ => value.to_owned(),
    };
    let mut content = String::new();
    let mut rest = message.content.as_str();
    while let Some(at) = rest.find(['{', '[']) {
        let (front, behind) = rest.split_at(at);
        content.push_str(front);
        let close = if behind.starts_with('{') { '}' } else { ']' };
        let name = behind[1..].split(close).next().unwrap_or_default();
        let value = if close == '}' {
            current.slots.get(name).and_then(|value| Some(value.as_ref()?.value.as_str()))
        } else {
            session.attributes.get(name).map(String::as_str)
        };
        match value {
            Some(value) if behind.len() > name.len() + 1 => {
                content.push_str(&quoted(value));
                rest = &behind[name.len() + 2..];
            }
            _ => {
                content.push_str(&behind[..1]);
                rest = &behind[1..];
            }
        }
    }
    content.push_str(rest);
    if content.chars().count() > LONGEST_SAID && message.kind != MessageKind::CustomPayload {
        content = content.chars().take(LONGEST_SAID).collect();
    }
    Message { kind: message.kind, content }
}
