//! Performs the action that gathers keys of the telephone: a menu, or input to be stored (spec 10, GetParticipantInput).

use phonenumber::country::Id as Country;
use serde_json::Value;

use super::{Machine, Outcome, participant};
use crate::error::{ErrorBranch, FlowError};
use crate::exchange::KeysRequest;
use crate::program::Action;
use crate::run::Awaiting;

type Performed = Result<Outcome, FlowError>;

/// Longest input, and that of telephone numbers.
const MOST_KEYS: i64 = 20;
/// Time between keys where the flow names none, in seconds.
const BETWEEN_SECONDS: i64 = 5;
/// What ends stored input where the flow names nothing else (spec 04 §14.44).
const TERMINATOR: &str = "#";
/// What stored input says when no key came.
const NOTHING_CAME: &str = "Timeout";

/// Plays the prompt and waits for keys.
pub(crate) fn gather(machine: &mut Machine<'_>, action: &Action) -> Performed {
    if action.parameter("InputEncryption").is_some() {
        // Keys that were to be kept secret are not gathered in the clear.
        return Err(FlowError::Unavailable("encryption of customer input"));
    }
    let stores = machine.flag(action, "StoreInput")?;
    let first = machine
        .integer(action, "InputTimeLimitSeconds", 1..=180)?
        .ok_or_else(|| FlowError::invalid("InputTimeLimitSeconds", "is missing"))?;
    let prompt = participant::prompt(machine, action.parameters.get("PromptId"), &action.parameters)?;
    if let Some(prompt) = &prompt {
        participant::playable(machine, prompt)?;
    }
    let mut request =
        KeysRequest { prompt, first_ms: first as u64 * 1000, most: 1, ..KeysRequest::default() };
    if stores {
        let number = |name: &str, most: i64| -> Result<Option<i64>, FlowError> {
            let Some(text) = machine.text_of(action.member("DTMFConfiguration", name))? else {
                return Ok(None);
            };
            let number = text.trim().parse().ok().filter(|number| (1..=most).contains(number));
            number.map(Some).ok_or_else(|| {
                FlowError::invalid(format!("DTMFConfiguration.{name}"), format!("is not within 1 to {most}"))
            })
        };
        let between = number("InterdigitTimeLimitSeconds", 20)?.unwrap_or(BETWEEN_SECONDS);
        request.between_ms = between as u64 * 1000;
        request.most = most_keys(machine, action)?;
        let terminator = machine.text_of(action.member("DTMFConfiguration", "InputTerminationSequence"))?;
        request.terminator =
            terminator.filter(|keys| !keys.is_empty()).unwrap_or_else(|| TERMINATOR.to_owned());
        let is_key = |key: char| key.is_ascii_digit() || matches!(key, '*' | '#');
        if request.terminator.len() > 5 || !request.terminator.chars().all(is_key) {
            return Err(FlowError::invalid(
                "DTMFConfiguration.InputTerminationSequence",
                "has other than up to 5 of 0-9 * #",
            ));
        }
        let disabled = machine.text_of(action.member("DTMFConfiguration", "DisableCancelKey"))?;
        request.cancel_key = !disabled.is_some_and(|text| text.eq_ignore_ascii_case("true"));
    }
    Ok(Outcome::Wait(Awaiting::Keys { request }))
}

/// What came of gathering.
pub(super) fn gathered(machine: &mut Machine<'_>, action: &Action, keys: &str, timed_out: bool) -> Performed {
    machine.run.function_ms = 0;
    if !machine.flag(action, "StoreInput")? {
        if keys.is_empty() {
            let reason = "the caller pressed no key in time";
            return Err(FlowError::branch_of(ErrorBranch::InputTimeLimitExceeded, reason));
        }
        return Ok(Outcome::Result(Some(keys.to_owned())));
    }
    let nothing = keys.is_empty() && timed_out;
    let stored = match validation(action, "PhoneNumberValidation") {
        Some(_) if nothing => NOTHING_CAME.to_owned(),
        Some(rule) => phone_number(machine, rule, keys)?,
        None if nothing => NOTHING_CAME.to_owned(),
        None => keys.to_owned(),
    };
    machine.run.scope.stored_input = Some(stored);
    Ok(Outcome::Next)
}

fn validation<'a>(action: &'a Action, kind: &str) -> Option<&'a Value> {
    action.member("InputValidation", kind)
}

fn most_keys(machine: &Machine<'_>, action: &Action) -> Result<u32, FlowError> {
    let Some(rule) = validation(action, "CustomValidation") else { return Ok(MOST_KEYS as u32) };
    let text = machine.text_of(rule.get("MaximumLength"))?;
    let most = text.and_then(|text| text.trim().parse().ok()).filter(|most| (1..=MOST_KEYS).contains(most));
    let wrong = || {
        let reason = format!("is not within 1 to {MOST_KEYS}");
        FlowError::invalid("InputValidation.CustomValidation.MaximumLength", reason)
    };
    most.map(|most| most as u32).ok_or_else(wrong)
}

/// A telephone number as it was pressed, in E.164.
fn phone_number(machine: &Machine<'_>, rule: &Value, keys: &str) -> Result<String, FlowError> {
    let wrong =
        || FlowError::branch_of(ErrorBranch::InvalidPhoneNumber, "the caller pressed no telephone number");
    let local = machine.text_of(rule.get("NumberFormat"))?.is_some_and(|format| format == "Local");
    let parsed = if local {
        let code = machine.text_of(rule.get("CountryCode"))?.unwrap_or_default();
        let country: Country = code.trim().to_ascii_uppercase().parse().map_err(|_| {
            FlowError::invalid("InputValidation.PhoneNumberValidation.CountryCode", "is no country")
        })?;
        phonenumber::parse(Some(country), keys)
    } else {
        phonenumber::parse(None, format!("+{keys}"))
    };
    let number = parsed.map_err(|_| wrong())?;
    if !phonenumber::is_valid(&number) {
        return Err(wrong());
    }
    Ok(number.format().mode(phonenumber::Mode::E164).to_string())
}
