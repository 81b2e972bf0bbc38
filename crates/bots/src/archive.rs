//! Reads an exported bot of the Lex V2 kind: an archive of JSON files, one for each locale, intent, slot and slot type.
//!
//! Nothing is unpacked to a disk: entries are read in memory within limits, and their names only say what they are.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use serde_json::Value;
use zip::ZipArchive;

use crate::definition::{
    Confirmation, Definition, FORM, Fallback, Intent, ListValue, Locale, Message, MessageKind, OutputContext,
    Slot, SlotType,
};
use crate::slots::BUILT_IN;

/// Largest archive, in bytes.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Most entries of an archive.
const MAX_ENTRIES: usize = 20_000;
/// Most bytes of one file, and of all of them, unpacked.
const MAX_FILE: u64 = 4 * 1024 * 1024;
const MAX_UNPACKED: u64 = 64 * 1024 * 1024;
/// A bot holds at most so many notes about what was left out.
const MAX_NOTES: usize = 200;

/// Why an archive cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// Too large, packed or unpacked.
    #[error("the archive is too large: {0}")]
    TooLarge(String),
    /// Not an archive, or a damaged one.
    #[error("the archive cannot be read: {0}")]
    Damaged(String),
    /// A file is not JSON of the form.
    #[error("{0}: {1}")]
    File(String, String),
    /// There is no bot in it.
    #[error("the archive holds no Bot.json; export a bot, not a locale or a vocabulary")]
    NoBot,
}

/// What an archive gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The bot.
    pub definition: Definition,
    /// What is not as it was there, one sentence each.
    pub notes: Vec<String>,
}

/// Whether the bytes begin like an archive.
pub fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK")
}

/// Reads an exported bot.
pub fn read(bytes: &[u8]) -> Result<Imported, ArchiveError> {
    let files = unpack(bytes)?;
    let mut parts: BTreeMap<String, LocaleParts> = BTreeMap::new();
    let mut bot = None;
    for (name, value) in files {
        let path: Vec<&str> = name.split('/').collect();
        match path.as_slice() {
            [_, "Bot.json"] => bot = bot.or(Some(value)),
            [_, "BotLocales", locale, "BotLocale.json"] => {
                parts.entry((*locale).into()).or_default().locale = value
            }
            [_, "BotLocales", locale, "Intents", intent, "Intent.json"] => {
                parts.entry((*locale).into()).or_default().intents.entry((*intent).into()).or_default().0 =
                    value;
            }
            [_, "BotLocales", locale, "Intents", intent, "Slots", _, "Slot.json"] => {
                let intents = &mut parts.entry((*locale).into()).or_default().intents;
                intents.entry((*intent).into()).or_default().1.push(value);
            }
            [_, "BotLocales", locale, "SlotTypes", _, "SlotType.json"] => {
                parts.entry((*locale).into()).or_default().types.push(value);
            }
            _ => {}
        }
    }
    let bot = bot.ok_or(ArchiveError::NoBot)?;
    let mut notes = Notes(Vec::new());
    let locales = parts.into_iter().map(|(name, parts)| {
        let locale = parts.read(&name, &mut notes);
        (name, locale)
    });
    let definition = Definition {
        version: FORM.to_owned(),
        name: text(&bot, "name").unwrap_or_default().to_owned(),
        description: text(&bot, "description").map(str::to_owned),
        session_timeout_seconds: number(&bot, "idleSessionTTLInSeconds").unwrap_or(300),
        time_zone: None,
        sentiment: false,
        adapter: None,
        locales: locales.collect(),
    };
    Ok(Imported { definition, notes: notes.0 })
}

fn unpack(bytes: &[u8]) -> Result<BTreeMap<String, Value>, ArchiveError> {
    if bytes.len() > MAX_BYTES {
        return Err(ArchiveError::TooLarge(format!("{} bytes; {MAX_BYTES} are possible", bytes.len())));
    }
    let damaged = |error: zip::result::ZipError| ArchiveError::Damaged(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > MAX_ENTRIES {
        return Err(ArchiveError::TooLarge(format!("{} entries; {MAX_ENTRIES} are possible", archive.len())));
    }
    let mut files = BTreeMap::new();
    let mut unpacked = 0u64;
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(damaged)?;
        let name = file.name().map_err(damaged)?.replace('\\', "/");
        let wanted = ["Bot.json", "BotLocale.json", "Intent.json", "Slot.json", "SlotType.json"];
        if !wanted.iter().any(|wanted| name.rsplit('/').next() == Some(wanted)) {
            continue;
        }
        if name.split('/').any(|part| part == ".." || part.is_empty()) || name.len() > 1000 {
            return Err(ArchiveError::Damaged(
                "an entry has a name that leads out of the archive".to_owned(),
            ));
        }
        let mut content = Vec::new();
        // The size that an entry tells of itself is not to be trusted.
        let read = file.take(MAX_FILE + 1).read_to_end(&mut content);
        read.map_err(|error| ArchiveError::Damaged(error.to_string()))?;
        unpacked += content.len() as u64;
        if content.len() as u64 > MAX_FILE || unpacked > MAX_UNPACKED {
            return Err(ArchiveError::TooLarge(format!(
                "unpacked more than {MAX_FILE} bytes in a file, or {MAX_UNPACKED} in all"
            )));
        }
        let value = serde_json::from_slice(&content)
            .map_err(|error| ArchiveError::File(name.clone(), error.to_string()))?;
        files.insert(name, value);
    }
    Ok(files)
}

struct Notes(Vec<String>);

impl Notes {
    fn add(&mut self, note: String) {
        if self.0.len() < MAX_NOTES && !self.0.contains(&note) {
            self.0.push(note);
        }
    }
}

#[derive(Default)]
struct LocaleParts {
    locale: Value,
    intents: BTreeMap<String, (Value, Vec<Value>)>,
    types: Vec<Value>,
}

impl LocaleParts {
    fn read(self, name: &str, notes: &mut Notes) -> Locale {
        let mut locale = Locale {
            confidence_threshold: self.locale["nluConfidenceThreshold"].as_f64(),
            ..Locale::default()
        };
        for value in &self.types {
            match slot_type(value) {
                Some(list) => locale.slot_types.push(list),
                None => notes.add(format!(
                    "{name}: the slot type {:?} has no values of its own; its slots take any text",
                    text(value, "name").unwrap_or_default()
                )),
            }
        }
        for (folder, (value, slots)) in &self.intents {
            let intent_name = text(value, "name").unwrap_or(folder).to_owned();
            let place = format!("{name}/{intent_name}");
            match text(value, "parentIntentSignature") {
                Some("AMAZON.FallbackIntent") => {
                    let closing = messages(&value["intentClosingSetting"]["closingResponse"]);
                    locale.fallback = Some(Fallback { clarifications: Vec::new(), closing });
                    continue;
                }
                Some(parent) if array(value, "sampleUtterances").is_empty() => {
                    notes.add(format!("{place}: left out, as intents of the kind {parent} are not built"));
                    continue;
                }
                _ => {}
            }
            for hook in ["dialogCodeHook", "fulfillmentCodeHook"] {
                if value[hook]["enabled"] == true {
                    notes
                        .add(format!("{place}: its function ({hook}) is not called; the flow does the work"));
                }
            }
            locale.intents.push(intent(intent_name, value, slots, &locale.slot_types, &place, notes));
        }
        locale
    }
}

fn intent(
    name: String,
    value: &Value,
    slots: &[Value],
    types: &[SlotType],
    place: &str,
    notes: &mut Notes,
) -> Intent {
    let order: Vec<(u64, &str)> = array(value, "slotPriorities")
        .iter()
        .filter_map(|one| Some((one["priority"].as_u64()?, text(one, "slotName")?)))
        .collect();
    let rank = |name: &str| order.iter().find(|(_, slot)| *slot == name).map_or(u64::MAX, |(rank, _)| *rank);
    let mut slots: Vec<Slot> = slots.iter().map(|value| slot(value, types, place, notes)).collect();
    slots.sort_by_key(|slot| rank(&slot.name));
    let known: Vec<&str> = slots.iter().map(|slot| slot.name.as_str()).collect();
    let mut utterances: Vec<String> = Vec::new();
    for one in array(value, "sampleUtterances") {
        let Some(utterance) = text(one, "utterance").map(str::trim).filter(|one| !one.is_empty()) else {
            continue;
        };
        let names = crate::model::pieces(utterance);
        if names.iter().any(|(is_slot, slot)| *is_slot && !known.contains(slot)) {
            notes.add(format!("{place}: an utterance was left out, as it names a slot that is not there"));
        } else {
            utterances.push(utterance.to_owned());
        }
    }
    let confirm = &value["intentConfirmationSetting"];
    let active = confirm["isActive"] != false && confirm["active"] != false;
    let question = first(confirm, &["promptSpecification", "confirmationPrompt"]);
    let prompts = messages(question);
    let closing = &value["intentClosingSetting"];
    Intent {
        name,
        utterances,
        confirmation: (active && !prompts.is_empty()).then(|| Confirmation {
            prompts,
            declined: messages(&confirm["declinationResponse"]),
            max_attempts: attempts(question),
        }),
        closing: if closing["isActive"] == false {
            Vec::new()
        } else {
            messages(&closing["closingResponse"])
        },
        input_contexts: array(value, "inputContexts")
            .iter()
            .filter_map(|one| Some(text(one, "name")?.to_owned()))
            .collect(),
        output_contexts: array(value, "outputContexts")
            .iter()
            .filter_map(|one| {
                Some(OutputContext {
                    name: text(one, "name")?.to_owned(),
                    time_to_live_seconds: number(one, "timeToLiveInSeconds").unwrap_or(600),
                    turns_to_live: number(one, "turnsToLive").unwrap_or(5),
                })
            })
            .collect(),
        slots,
    }
}

fn slot(value: &Value, types: &[SlotType], place: &str, notes: &mut Notes) -> Slot {
    let name = text(value, "name").unwrap_or_default().to_owned();
    let kind = text(value, "slotTypeName").unwrap_or("AMAZON.FreeFormInput");
    let known = BUILT_IN.contains(&kind) || types.iter().any(|list| list.name == kind);
    if !known {
        notes.add(format!("{place}: the slot {name} of the type {kind} takes any text"));
    }
    let setting = &value["slotValueElicitationSetting"];
    let constraint = text(value, "slotConstraint").or(text(setting, "slotConstraint"));
    let question = &setting["promptSpecification"];
    let defaults = [
        &value["defaultValueSpec"],
        &value["defaultValueSpecification"],
        &setting["defaultValueSpecification"],
    ];
    let default = defaults.iter().find_map(|one| {
        text(&array(one, "defaultValueList").first()?.clone(), "defaultValue").map(str::to_owned)
    });
    // References to contexts and attributes are not values.
    let default = default.filter(|value| !value.starts_with(['#', '[']));
    let prompts = messages(question);
    let asks = constraint != Some("Optional");
    if asks && prompts.is_empty() && default.is_none() {
        notes.add(format!("{place}: the slot {name} has no question and is not asked for"));
    }
    Slot {
        required: asks && (!prompts.is_empty() || default.is_some()),
        kind: if known { kind.to_owned() } else { "AMAZON.FreeFormInput".to_owned() },
        max_attempts: attempts(question),
        sensitive: text(&value["obfuscationSetting"], "obfuscationSettingType")
            .is_some_and(|kind| kind != "None"),
        default,
        prompts,
        name,
    }
}

fn slot_type(value: &Value) -> Option<SlotType> {
    let setting = &value["valueSelectionSetting"];
    let pattern = text(&setting["regexFilter"], "pattern").map(str::to_owned);
    let values: Vec<ListValue> = array(value, "slotTypeValues")
        .iter()
        .filter_map(|one| {
            let synonyms =
                array(one, "synonyms").iter().filter_map(|one| Some(text(one, "value")?.to_owned()));
            Some(ListValue {
                value: text(&one["sampleValue"], "value")?.to_owned(),
                synonyms: synonyms.collect(),
            })
        })
        .collect();
    let strategy = text(setting, "resolutionStrategy").unwrap_or("ORIGINAL_VALUE");
    (pattern.is_some() || !values.is_empty()).then(|| SlotType {
        name: text(value, "name").unwrap_or_default().to_owned(),
        open: pattern.is_none() && strategy.replace('_', "").eq_ignore_ascii_case("originalvalue"),
        values: if pattern.is_some() { Vec::new() } else { values },
        pattern,
    })
}

/// The first message of each group; groups are spelled in several ways.
fn messages(value: &Value) -> Vec<Message> {
    let groups = first(value, &["messageGroupsList", "messageGroupList", "messageGroups"]);
    groups.as_array().into_iter().flatten().filter_map(|group| message(&group["message"])).collect()
}

fn message(value: &Value) -> Option<Message> {
    let kinds = [
        ("plainTextMessage", MessageKind::PlainText),
        ("customPayload", MessageKind::CustomPayload),
        ("ssmlMessage", MessageKind::SSML),
    ];
    let found = kinds.iter().find_map(|(name, kind)| {
        Some(Message { kind: *kind, content: text(&value[*name], "value")?.to_owned() })
    });
    // A card has no place in a chat; its words have.
    found.or_else(|| Some(Message::text(text(&value["imageResponseCard"], "title")?)))
}

/// Retries come after the first question.
fn attempts(question: &Value) -> u32 {
    number(question, "maxRetries").unwrap_or(2u32).saturating_add(1).clamp(1, 10)
}

fn first<'v>(value: &'v Value, names: &[&str]) -> &'v Value {
    names.iter().map(|name| &value[*name]).find(|value| !value.is_null()).unwrap_or(&Value::Null)
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value[name].as_str().filter(|text| !text.is_empty())
}

fn number(value: &Value, name: &str) -> Option<u32> {
    value[name].as_u64().and_then(|number| u32::try_from(number).ok())
}

fn array<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}
