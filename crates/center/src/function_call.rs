//! Calls functions for flows: the published retries and limits, and what the function wrote goes into the flow log.

use std::time::Duration;

use contacts::FunctionPlace;
use engine::Engine;
use flows::interpreter::FUNCTION_ANSWER_LIMIT;
use flows::{FunctionCall, FunctionError};
use functions::{Functions, InvokeFailure, Line, Target, invoke_with_retries};
use model::{ContactId, Timestamp};
use serde_json::Value;

use crate::under_way::tell;

/// Calls the function and tells the flow that waits for it. A call that nobody waits for is answered as soon as it is
/// known that there is such a function.
pub(crate) async fn perform(
    engine: &Engine,
    functions: &Functions,
    contact: ContactId,
    called_at: Timestamp,
    call: FunctionCall,
) {
    let place = engine.read(|core, _| core.function_place(contact, called_at)).await.unwrap_or_default();
    let target = target(functions, &call).await;
    if call.asynchronous {
        let accepted = target.as_ref().map(|_| Value::Null).map_err(Clone::clone);
        answer(engine, contact, called_at, accepted).await;
        if let Ok(target) = target {
            let (outcome, lines) = run(functions, &target, &call).await;
            let mut lines = texts(&lines);
            if let Err(error) = outcome {
                lines.push(format!("ERROR {error}"));
            }
            wrote(engine, contact, place, &call.function, lines).await;
        }
        return;
    }
    let (outcome, lines) = match &target {
        Ok(target) => run(functions, target, &call).await,
        Err(error) => (Err(error.clone()), Vec::new()),
    };
    wrote(engine, contact, place, &call.function, texts(&lines)).await;
    answer(engine, contact, called_at, outcome).await;
}

async fn target(functions: &Functions, call: &FunctionCall) -> Result<Target, FunctionError> {
    let options = functions.options();
    let missing = || FunctionError::Unavailable(format!("there is no function {}", call.function));
    match Target::parse(&call.function, &options.region, &options.account) {
        Some(Target::Name(name)) if !functions.exists(&name).await => Err(missing()),
        Some(target) => Ok(target),
        None => Err(missing()),
    }
}

async fn run(
    functions: &Functions,
    target: &Target,
    call: &FunctionCall,
) -> (Result<Value, FunctionError>, Vec<Line>) {
    let time = Duration::from_millis(call.time_limit_ms);
    let event = call.event.to_string();
    let (outcome, lines) = invoke_with_retries(functions, target, &event, time, FUNCTION_ANSWER_LIMIT).await;
    let outcome = match outcome {
        Ok(text) => serde_json::from_str(&text)
            .map_err(|_| FunctionError::Failed("the answer is not JSON".to_owned())),
        Err(InvokeFailure::TimeLimit) => Err(FunctionError::TimeLimit),
        Err(InvokeFailure::Throttled) => Err(FunctionError::Throttled),
        Err(InvokeFailure::Fault(fault)) => {
            Err(FunctionError::Failed(format!("{}: {}", fault.error_type, fault.error_message)))
        }
        Err(InvokeFailure::Error(error)) => Err(FunctionError::Failed(error.to_string())),
    };
    (outcome, lines)
}

fn texts(lines: &[Line]) -> Vec<String> {
    lines.iter().map(|line| format!("{} {}", line.level, line.text)).collect()
}

async fn wrote(
    engine: &Engine,
    contact: ContactId,
    place: Option<FunctionPlace>,
    function: &str,
    lines: Vec<String>,
) {
    let Some(place) = place.filter(|_| !lines.is_empty()) else { return };
    let told = engine.apply(|core, cx| core.function_wrote(cx, contact, &place, function, &lines)).await;
    if let Err(error) = told {
        tracing::warn!(%contact, %error, "what a function wrote could not be kept");
    }
}

async fn answer(
    engine: &Engine,
    contact: ContactId,
    called_at: Timestamp,
    answer: Result<Value, FunctionError>,
) {
    let told = tell(engine, |core, cx| core.function_answered(cx, contact, called_at, answer.clone())).await;
    if let Err(error) = told {
        // The run still waits for the function; after a restart it is called again.
        tracing::warn!(%contact, %error, "a function's answer could not be delivered");
    }
}
