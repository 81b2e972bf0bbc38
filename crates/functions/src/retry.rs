//! The retries that a flow's call gets: what may pass by itself is tried again, within the call's time (spec 05 D17).

use std::time::Duration;

use tokio::time::Instant;

use crate::sandbox::{Fault, Line, Report};
use crate::{Functions, InvokeError, Target};

/// Tries after the first.
const RETRIES: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Calls a function, and again when it is throttled, when its server fails, and when it ends with an error; at most
/// three times more and never past `time`. The lines are those of all tries.
pub async fn invoke_with_retries(
    functions: &Functions,
    target: &Target,
    event: &str,
    time: Duration,
    most: usize,
) -> (Result<String, InvokeFailure>, Vec<Line>) {
    let deadline = Instant::now() + time;
    let mut lines = Vec::new();
    let mut pause = FIRST_PAUSE;
    for attempt in 0.. {
        let left = deadline.saturating_duration_since(Instant::now());
        let result = functions.invoke(target, event, left, most).await;
        let failure = match result {
            Ok(Report { outcome, lines: own, .. }) => {
                lines.extend(own);
                match outcome {
                    Ok(answer) => return (Ok(answer), lines),
                    Err(fault) if fault.error_type == "Sandbox.Timedout" => InvokeFailure::TimeLimit,
                    Err(fault) => InvokeFailure::Fault(fault),
                }
            }
            Err(InvokeError::TimeLimit) => InvokeFailure::TimeLimit,
            Err(InvokeError::Throttled) => InvokeFailure::Throttled,
            Err(error) => InvokeFailure::Error(error),
        };
        let again = match &failure {
            InvokeFailure::Throttled => true,
            // Too much is too much the next time as well.
            InvokeFailure::Fault(fault) => fault.error_type != "Function.ResponseSizeTooLarge",
            InvokeFailure::Error(error) => {
                matches!(error, InvokeError::Service(_) | InvokeError::Unreachable(_))
            }
            InvokeFailure::TimeLimit => false,
        };
        if !again || attempt == RETRIES || Instant::now() + pause >= deadline {
            return (Err(failure), lines);
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
    unreachable!("the last attempt returns")
}

/// Why a call failed in the end.
#[derive(Clone, Debug, PartialEq)]
pub enum InvokeFailure {
    /// Its time was over.
    TimeLimit,
    /// Too many calls.
    Throttled,
    /// The function ended with an error.
    Fault(Fault),
    /// It did not run, or nobody knows.
    Error(InvokeError),
}
