//! Modules that speak to the customer and listen.

use serde_json::{Value, json};

use super::Report;
use super::draft::Draft;
use super::module::{Entry, Module};
use crate::error::ErrorBranch::{
    InputTimeLimitExceeded, InvalidPhoneNumber, NoMatchingCondition, NoMatchingError,
};

/// The text, speech markup or recording that a module plays.
fn prompt(draft: Draft, module: &Module<'_>, report: &mut Report) -> Draft {
    let markup =
        module.take("TextToSpeechType").is_some_and(|entry| entry.value.eq_ignore_ascii_case("ssml"));
    let draft = draft.moved(&[if markup { "SSML" } else { "Text" }], module, "Text", report);
    match module.take("AudioPrompt") {
        Some(entry) if !draft.parameters.contains_key("Text") && !draft.parameters.contains_key("SSML") => {
            draft.given(&["PromptId"], Some(entry), report)
        }
        Some(entry) => {
            entry.taken.set(false);
            draft
        }
        None => draft,
    }
}

pub(super) fn play_prompt(module: &Module<'_>, report: &mut Report) -> Draft {
    prompt(Draft::new("MessageParticipant"), module, report).success(module).error(module)
}

pub(super) fn loop_prompts(module: &Module<'_>, report: &mut Report) -> Draft {
    let mut messages = Vec::new();
    let mut shown = Vec::new();
    for entry in &module.parameters {
        let name = match (entry.name, entry.key) {
            ("Text", Some("ssml")) => "SSML",
            ("Text", _) => "Text",
            ("AudioPrompt", _) => "PromptId",
            _ => continue,
        };
        entry.taken.set(true);
        let message = Draft::new("").given(&[name], Some(entry), report);
        messages.push(Value::Object(message.parameters));
        shown.push(entry.resource.map_or_else(|| json!({}), |text| json!({name: {"displayName": text}})));
    }
    Draft::new("MessageParticipantIteratively")
        .set(&["Messages"], messages)
        .mirror("Messages", json!(shown))
        .moved(&["InterruptFrequencySeconds"], module, "InterruptSeconds", report)
        .equals(module, "Timeout", "MessagesInterrupted")
        .error(module)
}

pub(super) fn menu(module: &Module<'_>, report: &mut Report) -> Draft {
    // The menu form always takes one key.
    if let Some(entry) = module.take("MaxDigits") {
        entry.taken.set(entry.value == "1");
    }
    prompt(Draft::new("GetParticipantInput"), module, report)
        .set(&["StoreInput"], "False")
        .moved(&["InputTimeLimitSeconds"], module, "Timeout", report)
        .evaluated(module, report)
        .errors(
            module,
            &[
                ("NoMatch", NoMatchingCondition),
                ("Error", NoMatchingError),
                ("Timeout", InputTimeLimitExceeded),
            ],
        )
}

pub(super) fn bot(module: &Module<'_>, report: &mut Report) -> Draft {
    let draft = prompt(Draft::new("ConnectParticipantWithLexBot"), module, report)
        .moved(&["LexBot", "Name"], module, "BotName", report)
        .moved(&["LexBot", "Region"], module, "BotRegion", report)
        .moved(&["LexBot", "Alias"], module, "BotAlias", report);
    keyed(draft, "LexSessionAttributes", &module.take_all("Parameter"), report)
        .evaluated(module, report)
        .errors(
            module,
            &[
                ("NoMatch", NoMatchingCondition),
                ("Error", NoMatchingError),
                ("Timeout", InputTimeLimitExceeded),
            ],
        )
}

/// Entries with keys as a map.
pub(super) fn keyed(draft: Draft, name: &str, entries: &[&Entry<'_>], report: &mut Report) -> Draft {
    entries.iter().fold(draft, |draft, entry| match entry.key {
        Some(key) => draft.given(&[name, key], Some(entry), report),
        None => {
            entry.taken.set(false);
            draft
        }
    })
}

pub(super) fn store_input(module: &Module<'_>, report: &mut Report) -> Draft {
    let mut draft = prompt(Draft::new("GetParticipantInput"), module, report)
        .set(&["StoreInput"], "True")
        .moved(&["InputTimeLimitSeconds"], module, "Timeout", report);
    let phone = module.take("CustomerInputType").is_some_and(|entry| entry.value == "PhoneNumber");
    if phone {
        let country = module.take("CountryCode").filter(|entry| !entry.value.is_empty());
        let written = module.take("PhoneNumberFormat").map(|entry| entry.value.as_str());
        let local = written.map_or(country.is_some(), |format| format == "Local");
        let path = ["InputValidation", "PhoneNumberValidation"];
        draft = draft.set(&[path[0], path[1], "NumberFormat"], if local { "Local" } else { "E164" });
        match country {
            Some(_) if local => draft = draft.given(&[path[0], path[1], "CountryCode"], country, report),
            Some(entry) => entry.taken.set(false),
            None => {}
        }
    } else {
        let path = ["InputValidation", "CustomValidation", "MaximumLength"];
        draft = draft.moved(&path, module, "MaxDigits", report);
        if module.take("EncryptEntry").is_some_and(|entry| entry.value.eq_ignore_ascii_case("true")) {
            draft = draft
                .moved(&["InputEncryption", "EncryptionKeyId"], module, "EncryptionKeyId", report)
                .moved(&["InputEncryption", "Key"], module, "EncryptionKey", report);
        }
    }
    draft =
        draft.moved(&["DTMFConfiguration", "InputTerminationSequence"], module, "TerminatorDigits", report);
    if let Some(entry) = module.take("DisableCancel") {
        let disabled = if entry.value.eq_ignore_ascii_case("true") { "True" } else { "False" };
        draft = draft.set(&["DTMFConfiguration", "DisableCancelKey"], disabled);
    }
    draft
        .success(module)
        .errors(module, &[("InvalidNumber", InvalidPhoneNumber), ("InvalidPhoneNumber", InvalidPhoneNumber)])
        .error(module)
}
