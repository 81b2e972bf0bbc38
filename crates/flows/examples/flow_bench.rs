//! Speed of the flow language: actions per second, and time to parse and to check a flow of 250 actions.
//!
//! Run with `cargo run --release -p flows --example flow_bench`. Every figure is the best of several rounds.

#[path = "../tests/suite/support/mod.rs"]
mod support;

use std::hint::black_box;
use std::time::{Duration, Instant};

use flows::{Document, Pause, Program, Resume, validate, validate_document};
use model::Channel;
use model::resource::FlowType;
use serde_json::{Value, json};
use support::{Play, TestHost};

/// Rounds per figure; the best counts, as the least disturbed one.
const ROUNDS: usize = 15;

fn best(mut round: impl FnMut() -> Duration) -> Duration {
    (0..ROUNDS).map(|_| round()).min().unwrap_or_default()
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// A flow of 250 actions of the kinds that flows mostly have, one after another.
fn flow() -> Value {
    let mut actions: Vec<Value> = (0..249)
        .map(|number| {
            let next = (number + 1).to_string();
            let error = || json!([{"NextAction": next, "ErrorType": "NoMatchingError"}]);
            let (kind, parameters, conditions, errors) = match number % 5 {
                0 => (
                    "UpdateContactAttributes",
                    json!({"Attributes": {"step": number.to_string(), "who": "$.Attributes.name"}}),
                    json!([]),
                    error(),
                ),
                1 => (
                    "Compare",
                    json!({"ComparisonValue": "$.Attributes.step"}),
                    (0..3)
                        .map(|value| json!({"NextAction": next, "Condition": {"Operator": "Equals", "Operands": [format!("never {value}")]}}))
                        .collect(),
                    json!([{"NextAction": next, "ErrorType": "NoMatchingCondition"}]),
                ),
                2 => (
                    "MessageParticipant",
                    json!({"Text": "Hello $.Attributes.name, this is step $.Attributes.step of $.FlowAttributes.all."}),
                    json!([]),
                    error(),
                ),
                3 => ("UpdateFlowAttributes", json!({"FlowAttributes": {"all": {"Value": "250"}}}), json!([]), error()),
                _ => (
                    "CheckHoursOfOperation",
                    json!({}),
                    json!([
                        {"NextAction": next, "Condition": {"Operator": "Equals", "Operands": ["True"]}},
                        {"NextAction": next, "Condition": {"Operator": "Equals", "Operands": ["False"]}},
                    ]),
                    error(),
                ),
            };
            json!({
                "Identifier": number.to_string(), "Type": kind, "Parameters": parameters,
                "Transitions": {"NextAction": next, "Conditions": conditions, "Errors": errors},
            })
        })
        .collect();
    actions
        .push(json!({"Identifier": "249", "Type": "EndFlowExecution", "Parameters": {}, "Transitions": {}}));
    json!({"Version": "2019-10-30", "StartAction": "0", "Actions": actions})
}

fn main() {
    let document = flow();
    let text = document.to_string();
    let problems = validate(&text, FlowType::ContactFlow, false);
    assert!(problems.is_empty(), "{problems:?}");

    let parse = best(|| timed(|| drop(black_box(Program::parse(black_box(&text))))));
    let parsed = Document::parse(&text).expect("checked above");
    let check =
        best(|| timed(|| drop(black_box(validate_document(&parsed, FlowType::ContactFlow, false, None)))));
    let both = best(|| timed(|| drop(black_box(validate(&text, FlowType::ContactFlow, false)))));

    const RUNS: u32 = 200;
    let mut play = Play::new(&document, FlowType::ContactFlow, TestHost::new(Channel::Chat));
    play.host.set("Attributes.name", json!("Ann"));
    let mut run_all = |logging: bool| {
        best(|| {
            timed(|| {
                for _ in 0..RUNS {
                    let mut run = flows::Run::start(play.run.flow, FlowType::ContactFlow, logging);
                    let pause = flows::advance(&mut run, &play.program, &mut play.host, Resume::Start);
                    assert_eq!(pause, Pause::End);
                    play.host.messages.clear();
                    play.host.calls.clear();
                    play.host.log.clear();
                    play.host.looked_up.borrow_mut().clear();
                }
            })
        })
    };
    let quiet = run_all(false);
    let logged = run_all(true);

    let rate = |time: Duration| f64::from(250 * RUNS) / time.as_secs_f64() / 1e6;
    println!("document               {:>10} bytes, 250 actions", text.len());
    println!("parse to program       {:>10.1} µs", parse.as_secs_f64() * 1e6);
    println!("check a parsed one     {:>10.1} µs", check.as_secs_f64() * 1e6);
    println!("parse and check        {:>10.1} µs", both.as_secs_f64() * 1e6);
    println!("run, no log            {:>10.2} million actions/s", rate(quiet));
    println!("run, flow log on       {:>10.2} million actions/s", rate(logged));
}
