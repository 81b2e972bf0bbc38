//! Runs one call of a function: a JavaScript engine of its own, limits, and a loop that lives as long as the call.
//!
//! Every call gets a new engine, so that nothing of one contact reaches another and a limit is a limit of the call.

mod host;
mod modules;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use rquickjs::context::EvalOptions;
use rquickjs::{Context, Ctx, Function, Object, Runtime, TypedArray};
use serde_json::json;

use crate::fetch::{Fetched, Fetcher};
use crate::package::Package;
use host::State;

/// Stack of the JavaScript engine. The stack of the thread must be clearly larger.
const STACK: usize = 768 * 1024;
/// The file name of our own script in stacks, which errors leave out.
const HOST_FILE: &str = "(host)";
const PRELUDE: &str = include_str!("prelude.js");

/// One call.
#[derive(Clone)]
pub(crate) struct Task {
    pub name: String,
    pub arn: String,
    pub package: Arc<Package>,
    pub environment: BTreeMap<String, String>,
    /// The event as JSON text.
    pub event: String,
    pub request_id: String,
    /// When it has to be over.
    pub deadline: Instant,
    /// The whole time it has, for the text of the error.
    pub time: Duration,
    /// Most bytes of memory.
    pub memory: usize,
    /// Most bytes of the answer.
    pub answer: usize,
    pub fetcher: Option<Fetcher>,
    /// Set when nobody waits any more.
    pub stop: Arc<AtomicBool>,
}

impl Task {
    fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || Instant::now() >= self.deadline
    }
}

/// A line that a function wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// `INFO`, `WARN`, `ERROR` or `DEBUG`.
    pub level: String,
    /// The text.
    pub text: String,
}

/// An error as the published runtimes describe it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// Its class, such as `TypeError`.
    pub error_type: String,
    /// Its text.
    pub error_message: String,
    /// Where it came from, line by line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trace: Vec<String>,
}

impl Fault {
    pub(crate) fn new(kind: &str, message: impl Into<String>) -> Self {
        Self { error_type: kind.to_owned(), error_message: message.into(), trace: Vec::new() }
    }
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The answer as JSON text, or the error.
    pub outcome: Result<String, Fault>,
    /// What was written to the console.
    pub lines: Vec<Line>,
    /// How long it took.
    pub took: Duration,
}

/// What wakes the loop of a call.
pub(crate) enum Wake {
    /// A fetch is over.
    Fetched(u64, Result<Fetched, String>),
}

/// Runs the call to its end on this thread.
pub(crate) fn run(task: &Task, tokio: &tokio::runtime::Handle) -> Report {
    let begun = Instant::now();
    let (sender, receiver) = channel();
    let state = Rc::new(RefCell::new(State::default()));
    let result = run_in(task, tokio, &state, sender, &receiver);
    let mut state = state.borrow_mut();
    state.abort_all();
    let outcome = match (state.outcome.take(), result) {
        (Some(outcome), _) => outcome,
        (None, _) if task.is_over() => Err(timed_out(task)),
        (None, Err(fault)) => Err(fault),
        (None, Ok(())) => Err(Fault::new("Runtime.Unknown", "the function ended without an answer")),
    };
    let outcome =
        outcome.and_then(
            |answer| if answer.len() > task.answer { Err(too_large(task, &answer)) } else { Ok(answer) },
        );
    Report { outcome, lines: state.take_lines(), took: begun.elapsed() }
}

fn timed_out(task: &Task) -> Fault {
    let seconds = task.time.as_secs_f64();
    Fault::new(
        "Sandbox.Timedout",
        format!("RequestId: {} Error: Task timed out after {seconds:.2} seconds", task.request_id),
    )
}

fn too_large(task: &Task, answer: &str) -> Fault {
    let (bytes, limit) = (answer.len(), task.answer);
    Fault::new("Function.ResponseSizeTooLarge", format!("the answer has {bytes} bytes and may have {limit}"))
}

fn out_of_memory(task: &Task) -> Fault {
    let limit = task.memory / 1024 / 1024;
    Fault::new("Runtime.OutOfMemory", format!("the function needs more than its {limit} MiB of memory"))
}

fn run_in(
    task: &Task,
    tokio: &tokio::runtime::Handle,
    state: &Rc<RefCell<State>>,
    sender: Sender<Wake>,
    receiver: &Receiver<Wake>,
) -> Result<(), Fault> {
    let broken = |error: rquickjs::Error| Fault::new("Runtime.Unknown", error.to_string());
    let runtime = Runtime::new().map_err(broken)?;
    runtime.set_memory_limit(task.memory);
    runtime.set_max_stack_size(STACK);
    let watched = task.clone();
    runtime.set_interrupt_handler(Some(Box::new(move || watched.is_over())));
    let rejected = state.clone();
    runtime.set_host_promise_rejection_tracker(Some(Box::new(move |_, _, reason, handled| {
        // Reading it may run code of the function, which may come back to the state.
        let reason = (!handled).then(|| text_of(&reason));
        let mut state = rejected.borrow_mut();
        match reason {
            Some(reason) => state.rejected(reason),
            None => state.caught(),
        }
    })));
    runtime.set_loader(
        modules::Resolver { package: task.package.clone() },
        modules::Loader { package: task.package.clone() },
    );
    let context = Context::full(&runtime).map_err(broken)?;
    context.with(|ctx| {
        let result = live(&ctx, task, tokio, state, sender, receiver);
        result.map_err(|error| match error {
            rquickjs::Error::Allocation => out_of_memory(task),
            rquickjs::Error::Exception => fault_of(task, &ctx),
            other => broken(other),
        })
    })
}

/// What our own script threw: only limits can make it.
fn fault_of(task: &Task, ctx: &Ctx<'_>) -> Fault {
    let thrown = ctx.catch();
    let member = |name: &str| thrown.as_object().and_then(|object| object.get::<_, String>(name).ok());
    let message = member("message").unwrap_or_default();
    if message.contains("out of memory") || thrown.is_null() {
        return out_of_memory(task);
    }
    Fault::new(member("name").as_deref().unwrap_or("Error"), message)
}

/// What was thrown, in a line.
fn text_of(thrown: &rquickjs::Value<'_>) -> String {
    let member = |name: &str| thrown.as_object().and_then(|object| object.get::<_, String>(name).ok());
    match (member("name"), member("message")) {
        (Some(name), Some(message)) => format!("{name}: {message}"),
        _ => thrown
            .as_string()
            .and_then(|text| text.to_string().ok())
            .unwrap_or_else(|| thrown.type_name().to_owned()),
    }
}

/// Starts the handler and turns the wheel until it has settled or its time is over.
fn live<'js>(
    ctx: &Ctx<'js>,
    task: &Task,
    tokio: &tokio::runtime::Handle,
    state: &Rc<RefCell<State>>,
    sender: Sender<Wake>,
    receiver: &Receiver<Wake>,
) -> rquickjs::Result<()> {
    let mut options = EvalOptions::default();
    options.filename = Some(HOST_FILE.to_owned());
    let prelude: Function<'js> = ctx.eval_with_options(PRELUDE.trim_end().trim_end_matches(';'), options)?;
    let host = host::make(ctx, task, tokio, state, sender)?;
    let functions: Object<'js> = prelude.call((host,))?;
    let start: Function<'js> = functions.get("start")?;
    let fire: Function<'js> = functions.get("fire")?;
    let fetched: Function<'js> = functions.get("fetched")?;
    let drained: Function<'js> = functions.get("drained")?;
    let told = json!({
        "functionName": task.name,
        "functionVersion": "$LATEST",
        "invokedFunctionArn": task.arn,
        "memoryLimitInMB": (task.memory / 1024 / 1024).to_string(),
        "awsRequestId": task.request_id,
        "logGroupName": format!("/aws/lambda/{}", task.name),
        "logStreamName": task.request_id,
    });
    let entry = task.package.entry.clone();
    let is_module = modules::is_module(&task.package, &entry);
    start.call::<_, ()>((entry, is_module, &*task.package.export, &*task.event, told.to_string()))?;
    loop {
        while !task.is_over() && state.borrow().outcome.is_none() && ctx.execute_pending_job() {}
        if task.is_over() || state.borrow().outcome.is_some() {
            return Ok(());
        }
        let now = Instant::now();
        let (next, busy) = {
            let state = state.borrow();
            (state.next_timer(), state.is_waiting())
        };
        match next {
            Some((due, id)) if due <= now => {
                state.borrow_mut().cancel_timer(id);
                fire.call::<_, ()>((id as f64,))?;
                continue;
            }
            None if !busy => {
                // Nothing else can settle the call, and this is why.
                let reason = state.borrow().unhandled();
                match reason {
                    Some(reason) => {
                        let fault = Fault::new("Runtime.UnhandledPromiseRejection", reason);
                        state.borrow_mut().outcome = Some(Err(fault));
                    }
                    None => drained.call::<_, ()>(())?,
                }
                continue;
            }
            _ => {}
        }
        // Looks up now and then whether anybody still waits.
        let until = next.map_or(task.deadline, |(due, _)| due.min(task.deadline));
        let wait = until.saturating_duration_since(now).min(Duration::from_millis(100));
        match receiver.recv_timeout(wait) {
            Ok(Wake::Fetched(id, result)) => {
                if !state.borrow_mut().fetch_over(id) {
                    continue;
                }
                match result {
                    Ok(answer) => {
                        let body = TypedArray::<u8>::new(ctx.clone(), answer.body)?;
                        fetched.call::<_, ()>((id as f64, "", answer.head.to_string(), body))?;
                    }
                    Err(error) => fetched.call::<_, ()>((id as f64, error, "", ()))?,
                }
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
    }
}
