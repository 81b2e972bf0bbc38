//! What is wrong with a definition: everything at once, each with its place.

use std::collections::HashSet;
use std::fmt;

use crate::definition::{Definition, Intent, Locale, Message};
use crate::language::Language;
use crate::model::pieces;
use crate::slots::{BUILT_IN, codes_pattern_problem, finders};

/// Most locales, intents in a locale, utterances of an intent, slots of an intent, values of a list.
pub const MOST: [usize; 5] = [25, 1000, 1500, 100, 10_000];
/// Most characters of all utterances of a locale, and of all lists of a locale.
pub const MOST_CHARACTERS: usize = 500_000;
/// Most slot types of a locale.
const MOST_LISTS: usize = 250;
/// More problems than these are not told.
const MOST_PROBLEMS: usize = 100;
const LONGEST_NAME: usize = 100;
const LONGEST_TEXT: usize = 500;
const LONGEST_MESSAGE: usize = 20_000;

/// Something that is wrong with a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, such as `Locales.en_US.Intents[2].Slots[0].Type`.
    pub path: String,
    /// What, in words.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.what)
    }
}

/// A definition without problems.
#[derive(Clone, Debug)]
pub struct Checked(Definition);

impl Checked {
    /// The definition.
    pub fn into_inner(self) -> Definition {
        self.0
    }

    /// Whether another server does the talking.
    pub fn is_adapter(&self) -> bool {
        self.0.adapter.is_some()
    }

    /// The bot's name.
    pub fn name(&self) -> &str {
        &self.0.name
    }
}

struct Report(Vec<Problem>);

impl Report {
    fn add(&mut self, path: impl fmt::Display, what: impl Into<String>) {
        if self.0.len() < MOST_PROBLEMS {
            self.0.push(Problem { path: path.to_string(), what: what.into() });
        }
    }

    fn name(&mut self, path: impl fmt::Display, name: &str) {
        let right = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
        if !right || name.is_empty() || name.len() > LONGEST_NAME {
            self.add(path, "must be 1 to 100 letters, digits, _ or -");
        }
    }

    fn at_most(&mut self, path: impl fmt::Display, count: usize, most: usize) -> bool {
        if count > most {
            self.add(path, format!("has {count} entries; {most} are possible"));
        }
        count <= most
    }

    fn messages(&mut self, path: &str, messages: &[Message]) {
        self.at_most(path, messages.len(), 30);
        for (index, message) in messages.iter().enumerate() {
            if message.content.is_empty() || message.content.len() > LONGEST_MESSAGE {
                self.add(format!("{path}[{index}]"), format!("must have 1 to {LONGEST_MESSAGE} bytes"));
            }
        }
    }
}

impl Definition {
    /// The definition as one that can be used, or everything that is wrong with it. Takes its time on large ones.
    pub fn checked(self) -> Result<Checked, Vec<Problem>> {
        let mut problems = self.problems();
        let size = serde_json::to_string(&self).map_or(0, |text| text.len());
        if size > crate::definition::MAX_BYTES {
            let what = format!("has {size} bytes; {} are possible", crate::definition::MAX_BYTES);
            problems.push(Problem { path: "Locales".to_owned(), what });
        }
        if problems.is_empty() { Ok(Checked(self)) } else { Err(problems) }
    }

    /// Everything that is wrong, at most a hundred problems; empty = it can be used.
    pub fn problems(&self) -> Vec<Problem> {
        let mut report = Report(Vec::new());
        report.name("Name", &self.name);
        if self.session_timeout_seconds < 60 || self.session_timeout_seconds > 86_400 {
            report.add("SessionTimeoutSeconds", "must be 60 to 86400");
        }
        if let Some(zone) = &self.time_zone
            && jiff::tz::TimeZone::get(zone).is_err()
        {
            report.add("TimeZone", format!("{zone:?} is not a time zone such as Europe/Madrid"));
        }
        match (&self.adapter, self.locales.is_empty()) {
            (None, true) => report.add("Locales", "at least one locale, or an adapter, is needed"),
            (Some(_), false) => report.add("Locales", "a bot with an adapter has no locales of its own"),
            (Some(adapter), true) => check_adapter(&mut report, adapter),
            (None, false) => {}
        }
        if report.at_most("Locales", self.locales.len(), MOST[0]) {
            for (name, locale) in &self.locales {
                check_locale(&mut report, name, locale);
            }
        }
        report.0
    }
}

fn check_adapter(report: &mut Report, adapter: &crate::definition::Adapter) {
    use crate::definition::Adapter;
    let url = match adapter {
        Adapter::Http { url, .. } | Adapter::Lex { url, .. } | Adapter::Model { url, .. } => url,
    };
    if !(url.starts_with("http://") || url.starts_with("https://")) || url.len() > 2000 {
        report.add("Adapter.Url", "must begin with http:// or https://");
    }
    if let Adapter::Model { model, max_tokens, .. } = adapter {
        if model.is_empty() {
            report.add("Adapter.Model", "must name a model");
        }
        if !(1..=8192).contains(max_tokens) {
            report.add("Adapter.MaxTokens", "must be 1 to 8192");
        }
    }
}

fn check_locale(report: &mut Report, name: &str, locale: &Locale) {
    let at = format!("Locales.{name}");
    let form = name.len() <= 20 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !form || name.is_empty() {
        report.add(&at, "a locale is spelled like en_US");
    }
    if let Some(threshold) = locale.confidence_threshold
        && !(0.0..=1.0).contains(&threshold)
    {
        report.add(format!("{at}.ConfidenceThreshold"), "must be 0 to 1");
    }
    if locale.intents.is_empty() {
        report.add(format!("{at}.Intents"), "at least one intent is needed");
    }
    if !report.at_most(format!("{at}.SlotTypes"), locale.slot_types.len(), MOST_LISTS) {
        return;
    }
    let mut types = HashSet::new();
    let mut characters = 0;
    for (index, list) in locale.slot_types.iter().enumerate() {
        let at = format!("{at}.SlotTypes[{index}]");
        report.name(format!("{at}.Name"), &list.name);
        if !types.insert(list.name.as_str()) {
            report.add(format!("{at}.Name"), format!("{:?} is there twice", list.name));
        }
        match (&list.pattern, list.values.is_empty()) {
            (Some(_), false) => report.add(&at, "has a pattern or values, not both"),
            (None, true) => report.add(format!("{at}.Values"), "at least one value is needed"),
            (Some(pattern), true) => {
                if let Some(problem) = codes_pattern_problem(pattern) {
                    report.add(format!("{at}.Pattern"), problem);
                }
            }
            (None, false) => {}
        }
        report.at_most(format!("{at}.Values"), list.values.len(), MOST[4]);
        for (index, value) in list.values.iter().enumerate() {
            let names = std::iter::once(&value.value).chain(&value.synonyms);
            let wrong =
                names.clone().any(|name| name.trim().is_empty() || name.chars().count() > LONGEST_TEXT);
            if wrong {
                report.add(
                    format!("{at}.Values[{index}]"),
                    "values and synonyms must have 1 to 500 characters",
                );
            }
            characters += names.map(String::len).sum::<usize>();
        }
    }
    if characters > MOST_CHARACTERS {
        report
            .add(format!("{at}.SlotTypes"), format!("the lists have more than {MOST_CHARACTERS} characters"));
    }
    if let Some(fallback) = &locale.fallback {
        report.messages(&format!("{at}.Fallback.Clarifications"), &fallback.clarifications);
        report.messages(&format!("{at}.Fallback.Closing"), &fallback.closing);
    }
    if !report.at_most(format!("{at}.Intents"), locale.intents.len(), MOST[1]) {
        return;
    }
    let known: HashSet<String> = finders(locale, Language::of(name), name).into_keys().collect();
    let mut names = HashSet::new();
    let mut said = HashSet::new();
    let mut characters = 0;
    for (index, intent) in locale.intents.iter().enumerate() {
        let at = format!("{at}.Intents[{index}]");
        report.name(format!("{at}.Name"), &intent.name);
        if !names.insert(intent.name.as_str()) {
            report.add(format!("{at}.Name"), format!("{:?} is there twice", intent.name));
        }
        check_intent(report, &at, intent, &known);
        for (index, utterance) in intent.utterances.iter().enumerate() {
            characters += utterance.len();
            let folded = crate::text::words(&crate::text::fold(utterance)).join(" ");
            // Symbols alone, such as an emoji, have no words but are not the same.
            if !folded.is_empty() && !said.insert(folded) {
                report.add(
                    format!("{at}.Utterances[{index}]"),
                    format!("{utterance:?} is there twice, so that nobody can know what it means"),
                );
            }
        }
    }
    if characters > MOST_CHARACTERS {
        report.add(
            format!("{at}.Intents"),
            format!("the utterances have more than {MOST_CHARACTERS} characters"),
        );
    }
}

fn check_intent(report: &mut Report, at: &str, intent: &Intent, known: &HashSet<String>) {
    if intent.utterances.is_empty() && intent.input_contexts.is_empty() {
        report.add(format!("{at}.Utterances"), "at least one utterance is needed");
    }
    report.at_most(format!("{at}.Utterances"), intent.utterances.len(), MOST[2]);
    let mut slots = HashSet::new();
    report.at_most(format!("{at}.Slots"), intent.slots.len(), MOST[3]);
    for (index, slot) in intent.slots.iter().enumerate() {
        let at = format!("{at}.Slots[{index}]");
        report.name(format!("{at}.Name"), &slot.name);
        if !slots.insert(slot.name.as_str()) {
            report.add(format!("{at}.Name"), format!("{:?} is there twice", slot.name));
        }
        if !known.contains(&slot.kind) {
            let built_in = BUILT_IN.join(", ");
            report.add(
                format!("{at}.Type"),
                format!("{:?} is neither a list of this locale nor one of {built_in}", slot.kind),
            );
        }
        if slot.required && slot.prompts.is_empty() && slot.default.is_none() {
            report.add(format!("{at}.Prompts"), "a required slot needs a question");
        }
        if !(1..=10).contains(&slot.max_attempts) {
            report.add(format!("{at}.MaxAttempts"), "must be 1 to 10");
        }
        report.messages(&format!("{at}.Prompts"), &slot.prompts);
    }
    for (index, utterance) in intent.utterances.iter().enumerate() {
        let at = format!("{at}.Utterances[{index}]");
        if utterance.trim().is_empty() || utterance.chars().count() > LONGEST_TEXT {
            report.add(&at, "must have 1 to 500 characters");
        }
        for (_, slot) in pieces(utterance).into_iter().filter(|(is_slot, _)| *is_slot) {
            if !slots.contains(slot) {
                report.add(&at, format!("names the slot {{{slot}}}, which the intent does not have"));
            }
        }
    }
    report.messages(&format!("{at}.Closing"), &intent.closing);
    if let Some(confirmation) = &intent.confirmation {
        if confirmation.prompts.is_empty() {
            report.add(format!("{at}.Confirmation.Prompts"), "a confirmation needs a question");
        }
        if !(1..=10).contains(&confirmation.max_attempts) {
            report.add(format!("{at}.Confirmation.MaxAttempts"), "must be 1 to 10");
        }
        report.messages(&format!("{at}.Confirmation.Prompts"), &confirmation.prompts);
        report.messages(&format!("{at}.Confirmation.Declined"), &confirmation.declined);
    }
    for (index, context) in intent.output_contexts.iter().enumerate() {
        let right =
            (5..=86_400).contains(&context.time_to_live_seconds) && (1..=20).contains(&context.turns_to_live);
        if !right {
            report.add(format!("{at}.OutputContexts[{index}]"), "lives 5 to 86400 seconds and 1 to 20 turns");
        }
    }
}
