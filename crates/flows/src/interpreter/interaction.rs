//! Performs interactions: functions and callbacks (spec 10 §2.3).

use serde_json::{Value, json};

use super::{Machine, Outcome, budget, not_built};
use crate::error::FlowError;
use crate::exchange::{FunctionCall, FunctionError};
use crate::host::Service;
use crate::program::Action;
use crate::run::Awaiting;

type Performed = Result<Outcome, FlowError>;

/// Most bytes of a function's answer.
pub const FUNCTION_ANSWER_LIMIT: usize = 32 * 1024;
/// Longest time of functions in a row without a message between, in milliseconds (spec 01 §11).
pub const FUNCTION_CHAIN_LIMIT_MS: u64 = 20_000;
/// Time limit of documents that give none, in seconds.
const DEFAULT_TIME_LIMIT: i64 = 3;
/// How long a function may run that nobody waits for, in milliseconds.
const ASYNCHRONOUS_LIMIT_MS: u64 = 60_000;

pub(crate) fn invoke_function(machine: &mut Machine<'_>, action: &Action) -> Performed {
    if !machine.host.provides(Service::Functions) {
        return not_built(machine, action);
    }
    let function = machine.required(action, "LambdaFunctionARN")?;
    let typed = action.parameter("LambdaFunctionARN").and_then(Value::as_str) == Some(&*function);
    if !typed && (function.starts_with("http://") || function.starts_with("https://")) {
        // Attributes may hold what a customer wrote.
        return Err(FlowError::Refused("an address of a function must stand in the flow itself".to_owned()));
    }
    let seconds = machine.integer(action, "InvocationTimeLimitSeconds", 1..=8)?.unwrap_or(DEFAULT_TIME_LIMIT);
    let asynchronous =
        machine.text(action, "InvocationType")?.is_some_and(|kind| kind.eq_ignore_ascii_case("ASYNCHRONOUS"));
    let json = response_type(action).is_some_and(|kind| kind.eq_ignore_ascii_case("JSON"));
    let left = FUNCTION_CHAIN_LIMIT_MS.saturating_sub(machine.run.function_ms);
    let time_limit_ms = if asynchronous { ASYNCHRONOUS_LIMIT_MS } else { left.min(seconds as u64 * 1000) };
    if time_limit_ms == 0 {
        return Err(FlowError::Refused("functions in a row took more than 20 seconds".to_owned()));
    }
    let parameters =
        action.parameter("LambdaInvocationAttributes").map(|value| machine.deep(value)).transpose()?;
    let event = json!({
        "Name": "ContactFlowEvent",
        "Details": {
            "ContactData": machine.host.contact_data(),
            "Parameters": parameters.filter(Value::is_object).unwrap_or_else(|| json!({})),
        },
    });
    let call = FunctionCall { function, event, time_limit_ms, asynchronous };
    Ok(Outcome::Wait(Awaiting::Function { since: machine.host.now(), call, json }))
}

/// Takes a function's answer: it becomes `$.External`, or the action fails.
pub(super) fn answered(
    machine: &mut Machine<'_>,
    json: bool,
    answer: Result<Value, FunctionError>,
) -> Performed {
    let answer = answer.map_err(|error| FlowError::Refused(error.to_string()))?;
    if answer.to_string().len() > FUNCTION_ANSWER_LIMIT {
        return Err(FlowError::TooLarge { what: "the function's answer", limit: FUNCTION_ANSWER_LIMIT });
    }
    budget::check(&answer)?;
    machine.run.scope.external = if json { answer } else { string_map(answer)? };
    machine.note = Some(machine.run.scope.external.clone());
    Ok(Outcome::Next)
}

/// A flat object of texts. Numbers and booleans become text; null members are left out, as if they were not there.
fn string_map(answer: Value) -> Result<Value, FlowError> {
    let refuse = |reason: String| Err(FlowError::Refused(format!("the function's answer {reason}")));
    let Value::Object(members) = answer else {
        return refuse("is not an object".to_owned());
    };
    let mut map = serde_json::Map::with_capacity(members.len());
    for (key, value) in members {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if key.is_empty() || !key.chars().all(plain) {
            return refuse(format!("has a key with other than letters, digits, - and _: {key:?}"));
        }
        match value {
            Value::Null => {}
            Value::String(_) => {
                map.insert(key, value);
            }
            Value::Bool(_) | Value::Number(_) => {
                map.insert(key, Value::String(value.to_string()));
            }
            Value::Array(_) | Value::Object(_) => return refuse(format!("is not flat at {key:?}")),
        }
    }
    Ok(Value::Object(map))
}

fn response_type(action: &Action) -> Option<&str> {
    action.member("ResponseValidation", "ResponseType")?.as_str()
}

pub(crate) fn create_callback(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let callback = machine.parameters(action)?;
    machine.host.create_callback(&callback)?;
    Ok(Outcome::Next)
}
