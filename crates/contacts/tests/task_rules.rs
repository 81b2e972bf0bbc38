//! Rules of tasks that are easy to break: flows that make tasks, pauses in every place, answers that come late.

mod common;

use std::collections::BTreeMap;

use common::{Center, TO_QUEUE};
use contacts::Effect;
use contacts::contact::Stage;
use model::Timestamp;

/// A flow whose only work is another task of the same flow.
const ENDLESS: &str = r#"{"Version":"2019-10-30","StartAction":"again","Actions":[
 {"Identifier":"again","Type":"CreateTask","Parameters":{"Name":"Again","ContactFlowId":"{{flow:Endless}}"},
  "Transitions":{"NextAction":"bye","Errors":[{"NextAction":"bye","ErrorType":"NoMatchingError"}]}},
 {"Identifier":"bye","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}"#;

/// A flow that asks a function and then queues.
fn asks_a_function() -> String {
    TO_QUEUE.replace(
        r#""StartAction":"queue","Actions":["#,
        r#""StartAction":"ask","Actions":[
 {"Identifier":"ask","Type":"InvokeLambdaFunction","Parameters":{"LambdaFunctionARN":"https://example.com/f","InvocationTimeLimitSeconds":"8"},
  "Transitions":{"NextAction":"queue","Errors":[{"NextAction":"bye","ErrorType":"NoMatchingError"}]}},"#,
    )
}

#[test]
fn a_flow_that_makes_its_own_task_ends_visibly() {
    let mut center = Center::new(&[("Endless", ENDLESS)]);
    center.task("Endless");
    center.pass(10);
    let records = center.records().len();
    assert_eq!(records, 101, "the first and a hundred made by it");
    assert_eq!(center.core.contacts().count(), 0);
    assert_eq!(center.core.wake_at(), None);
}

#[test]
fn a_task_made_by_a_flow_begins_after_a_restart_too() {
    let once = ENDLESS.replace("{{flow:Endless}}", "{{flow:To queue}}");
    let mut center = Center::new(&[("To queue", TO_QUEUE), ("Once", &once)]);
    center.task("Once");
    center.restart();
    center.pass(1);
    let stages: Vec<Stage> = center.core.contacts().map(|contact| contact.stage).collect();
    assert_eq!(stages, [Stage::Queued]);
}

#[test]
fn an_answer_that_comes_while_the_task_is_paused_is_kept() {
    let mut center = Center::new(&[("Asks", &asks_a_function())]);
    let task = center.task("Asks");
    let called_at = center
        .effects
        .iter()
        .find_map(|effect| match effect {
            Effect::CallFunction { called_at, .. } => Some(*called_at),
            _ => None,
        })
        .expect("the function is called");
    center.apply(|core, cx| core.pause(cx, task)).expect("pauses");
    center.apply(|core, cx| core.function_answered(cx, task, called_at, Ok(serde_json::json!({"a": "b"}))));
    assert_eq!(center.stage(task), Stage::InFlow);
    center.restart();
    assert!(
        !center.effects.iter().any(|effect| matches!(effect, Effect::CallFunction { .. })),
        "answered already"
    );
    center.apply(|core, cx| core.resume(cx, task)).expect("resumes");
    assert_eq!(center.stage(task), Stage::Queued);
}

#[test]
fn an_answer_to_another_call_is_dropped() {
    let mut center = Center::new(&[("Asks", &asks_a_function())]);
    let task = center.task("Asks");
    let late = center.now - 5000;
    center.apply(|core, cx| core.function_answered(cx, task, late, Ok(serde_json::json!({}))));
    assert_eq!(center.stage(task), Stage::InFlow);
    center.restart();
    assert!(
        center.effects.iter().any(|effect| matches!(effect, Effect::CallFunction { .. })),
        "called again"
    );
}

#[test]
fn a_paused_task_returns_to_its_queue_by_its_resume_flow() {
    let flow = TO_QUEUE.replace(
        r#""StartAction":"queue","Actions":["#,
        r#""StartAction":"hook","Actions":[
 {"Identifier":"hook","Type":"UpdateContactEventHooks","Parameters":{"EventHooks":{"ResumeContact":"{{flow:To queue}}"}},
  "Transitions":{"NextAction":"queue","Errors":[{"NextAction":"bye","ErrorType":"NoMatchingError"}]}},"#,
    );
    let mut center = Center::new(&[("To queue", TO_QUEUE), ("Hooked", &flow)]);
    let task = center.task("Hooked");
    assert_eq!(center.stage(task), Stage::Queued);
    center.apply(|core, cx| core.pause(cx, task)).expect("pauses");
    assert_eq!(center.stage(task), Stage::InFlow);
    center.apply(|core, cx| core.resume(cx, task)).expect("resumes");
    assert_eq!(center.stage(task), Stage::Queued);
}

#[test]
fn heart_beats_come_every_two_minutes_and_an_hour_longer() {
    let mut center = Center::new(&[]);
    let ann = center.available("ann");
    let beats = |center: &Center| {
        center
            .events
            .iter()
            .filter(|event| matches!(event, contacts::Event::Agent { kind, .. } if kind == "HEART_BEAT"))
            .count()
    };
    center.pass(600);
    assert_eq!(beats(&center), 5);
    center.apply(|core, cx| core.sign_out(cx, ann)).expect("signs out");
    center.pass(24 * 3600);
    assert_eq!(beats(&center), 5 + 29, "until an hour after the sign-out");
}

#[test]
fn tokens_are_forgotten_after_seven_days() {
    let mut center = Center::new(&[("To queue", TO_QUEUE)]);
    let flow = center.flow("To queue");
    let start = |center: &mut Center, name: &str| {
        let request = contacts::StartTask {
            flow: Some(flow.clone()),
            name: name.into(),
            client_token: Some("same".into()),
            ..Default::default()
        };
        center.apply(|core, cx| core.start_task(cx, request))
    };
    start(&mut center, "first").expect("starts");
    center.pass(7 * 24 * 3600 - 10);
    assert!(start(&mut center, "second").is_err(), "the token belongs to the first");
    center.pass(2 * 3600);
    start(&mut center, "second").expect("the token is free again");
    let kept = center.documents.keys().filter(|(kind, _)| kind == "token").count();
    assert_eq!(kept, 1);
}

#[test]
fn a_flow_at_resumption_hears_its_own_function_while_the_main_flow_asks_another() {
    let main = TO_QUEUE.replace(
        r#""StartAction":"queue","Actions":["#,
        r#""StartAction":"hook","Actions":[
 {"Identifier":"hook","Type":"UpdateContactEventHooks","Parameters":{"EventHooks":{"ResumeContact":"{{flow:Resumed}}"}},
  "Transitions":{"NextAction":"one","Errors":[{"NextAction":"bye","ErrorType":"NoMatchingError"}]}},
 {"Identifier":"one","Type":"InvokeLambdaFunction","Parameters":{"LambdaFunctionARN":"https://example.com/one"},
  "Transitions":{"NextAction":"two","Errors":[{"NextAction":"bye","ErrorType":"NoMatchingError"}]}},
 {"Identifier":"two","Type":"InvokeLambdaFunction","Parameters":{"LambdaFunctionARN":"https://example.com/two"},
  "Transitions":{"NextAction":"queue","Errors":[{"NextAction":"bye","ErrorType":"NoMatchingError"}]}},"#,
    );
    let resumed = r#"{"Version":"2019-10-30","StartAction":"ask","Actions":[
 {"Identifier":"ask","Type":"InvokeLambdaFunction","Parameters":{"LambdaFunctionARN":"https://example.com/resumed"},
  "Transitions":{"NextAction":"note","Errors":[{"NextAction":"end","ErrorType":"NoMatchingError"}]}},
 {"Identifier":"note","Type":"UpdateContactAttributes","Parameters":{"Attributes":{"heard":"$.External.who"}},
  "Transitions":{"NextAction":"end","Errors":[{"NextAction":"end","ErrorType":"NoMatchingError"}]}},
 {"Identifier":"end","Type":"EndFlowExecution","Parameters":{},"Transitions":{}}]}"#;
    let calls = |center: &Center| -> BTreeMap<String, Timestamp> {
        let call = |effect: &Effect| match effect {
            Effect::CallFunction { called_at, call, .. } => Some((call.function.clone(), *called_at)),
            _ => None,
        };
        center.effects.iter().filter_map(call).collect()
    };
    let mut center = Center::new(&[("Resumed", resumed), ("Main", &main)]);
    let task = center.task("Main");
    let first = calls(&center)["https://example.com/one"];
    center.apply(|core, cx| core.pause(cx, task)).expect("pauses");
    center.apply(|core, cx| core.function_answered(cx, task, first, Ok(serde_json::json!({"who": "one"}))));
    center.effects.clear();
    center.apply(|core, cx| core.resume(cx, task)).expect("resumes");
    let asked = calls(&center);
    center.effects.clear();
    center.restart();
    assert_eq!(calls(&center), asked, "both are called again");
    let (resumed, second) = (asked["https://example.com/resumed"], asked["https://example.com/two"]);
    assert_ne!(resumed, second, "an answer tells which call it belongs to");
    let answer = serde_json::json!({"who": "resumed"});
    center.apply(|core, cx| core.function_answered(cx, task, resumed, Ok(answer)));
    assert_eq!(center.stage(task), Stage::InFlow);
    let chain = center.core.contact(task).expect("live").chain;
    assert_eq!(center.core.chain(chain).expect("live").attributes["heard"], "resumed");
    center.apply(|core, cx| core.function_answered(cx, task, second, Ok(serde_json::json!({}))));
    assert_eq!(center.stage(task), Stage::Queued);
}
