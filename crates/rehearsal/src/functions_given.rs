//! The functions of a rehearsal: given answers, or the real code in a folder.

use std::path::Path;
use std::time::Duration;

use flows::{FunctionCall, FunctionError};
use functions::{Functions, InvokeFailure, Options, Target, invoke_with_retries};
use serde_json::Value;
use store::{Blobs, Store};

use crate::given::{Answer, Given, GivenError};

/// Real functions in a folder, with a store that goes away with them.
pub(crate) struct Real {
    tokio: tokio::runtime::Runtime,
    functions: Functions,
    _store: tempfile::TempDir,
}

impl Real {
    /// The functions in this folder. They call nowhere.
    pub fn open(folder: &Path) -> Result<Self, GivenError> {
        let failed = |error: &dyn std::fmt::Display| GivenError(format!("functions: {error}"));
        if !folder.is_dir() {
            return Err(failed(&format!("there is no folder {}", folder.display())));
        }
        let tokio = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| failed(&error))?;
        let place = tempfile::tempdir().map_err(|error| failed(&error))?;
        let functions = tokio.block_on(async {
            let store = Store::open_sqlite(&place.path().join("db")).await.map_err(|error| failed(&error))?;
            let mut options = Options::uploads_only("us-east-1", "000000000000");
            options.folder = Some(folder.to_owned());
            let files = Blobs::new(place.path().join("files"));
            Functions::open(options, store, files).await.map_err(|error| failed(&error))
        })?;
        Ok(Self { tokio, functions, _store: place })
    }

    fn call(&self, call: &FunctionCall) -> (Result<Value, FunctionError>, Vec<String>) {
        let options = self.functions.options();
        // Whatever account an exported flow names, the function here is meant.
        let name = call.function.rsplit("function:").next().unwrap_or(&call.function);
        let Some(target @ Target::Name(_)) = Target::parse(name, &options.region, &options.account) else {
            return (Err(FunctionError::Unavailable(call.function.clone())), Vec::new());
        };
        let (event, time) = (call.event.to_string(), Duration::from_millis(call.time_limit_ms));
        let (outcome, lines) =
            self.tokio.block_on(invoke_with_retries(&self.functions, &target, &event, time, 32 * 1024));
        let lines = lines.into_iter().map(|line| format!("{} {}", line.level, line.text)).collect();
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
}

/// What came of a call: its result, how long it took in virtual time, and what it wrote.
pub(crate) struct Called {
    pub result: Result<Value, FunctionError>,
    pub took_ms: u64,
    pub lines: Vec<String>,
}

/// Calls a function: the given answer, or else the real one.
pub(crate) fn call(given: &Given, real: Option<&Real>, call: &FunctionCall) -> Called {
    let last = call.function.rsplit([':', '/']).next().unwrap_or_default();
    let answer = given.functions.get(&call.function).or_else(|| given.functions.get(last));
    match (answer, real) {
        (Some(answer), _) => Called {
            result: answered(answer, call),
            took_ms: answer.takes_ms.min(call.time_limit_ms),
            lines: Vec::new(),
        },
        (None, Some(real)) => {
            let (result, lines) = real.call(call);
            Called { result, took_ms: 0, lines }
        }
        (None, None) => {
            let reason = format!("{} is not given", call.function);
            Called { result: Err(FunctionError::Unavailable(reason)), took_ms: 0, lines: Vec::new() }
        }
    }
}

fn answered(answer: &Answer, call: &FunctionCall) -> Result<Value, FunctionError> {
    if answer.takes_ms > call.time_limit_ms {
        return Err(FunctionError::TimeLimit);
    }
    match &answer.error {
        Some(error) => Err(FunctionError::Failed(error.clone())),
        None => Ok(answer.answer.clone().unwrap_or_else(|| serde_json::json!({}))),
    }
}
