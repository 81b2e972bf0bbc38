//! Whole runs: modules, transfers, loops, values, logs, restarts, and what stops a run that would never stop.

mod support;

use flows::*;
use model::Channel;
use model::resource::FlowType;
use serde_json::{Value, json};
use support::{Play, TestHost};

fn document(start: &str, actions: Vec<Value>) -> Value {
    json!({"Version": "2019-10-30", "StartAction": start, "Actions": actions})
}

fn module(start: &str, actions: Vec<Value>) -> Value {
    let mut module = document(start, actions);
    module["Settings"] = json!({"InputParameters": [], "OutputParameters": [], "Transitions": []});
    module
}

/// An action with a next action and an error branch.
fn act(id: &str, kind: &str, parameters: Value, next: &str) -> Value {
    json!({"Identifier": id, "Type": kind, "Parameters": parameters, "Transitions": {
        "NextAction": next, "Errors": [{"NextAction": "error", "ErrorType": "NoMatchingError"}],
    }})
}

fn with_conditions(mut action: Value, conditions: &[(&str, &str)]) -> Value {
    let conditions: Vec<Value> = conditions
        .iter()
        .map(|(operand, next)| {
            json!({"NextAction": next, "Condition": {"Operator": "Equals", "Operands": [operand]}})
        })
        .collect();
    action["Transitions"]["Conditions"] = json!(conditions);
    action
}

fn end(id: &str) -> Value {
    json!({"Identifier": id, "Type": "EndFlowExecution", "Transitions": {}})
}

fn say(id: &str, text: &str, next: &str) -> Value {
    act(id, "MessageParticipant", json!({"Text": text}), next)
}

fn set_flow(id: &str, key: &str, value: &str, next: &str) -> Value {
    act(id, "UpdateFlowAttributes", json!({"FlowAttributes": {key: {"Value": value}}}), next)
}

fn returns(id: &str, parameters: Value) -> Value {
    json!({"Identifier": id, "Type": "EndFlowModuleExecution", "Parameters": parameters, "Transitions": {}})
}

fn chat(document: &Value) -> Play {
    Play::new(document, FlowType::ContactFlow, TestHost::new(Channel::Chat))
}

#[test]
fn a_module_has_its_own_data_and_returns_a_branch() {
    let main = document(
        "set",
        vec![
            set_flow("set", "x", "outer", "call"),
            with_conditions(
                act(
                    "call",
                    "InvokeFlowModule",
                    json!({"FlowModuleId": "m", "Input": {"who": "$.FlowAttributes.x"}}),
                    "none",
                ),
                &[("Good", "good"), ("Bad", "bad")],
            ),
            say(
                "good",
                "$.FlowAttributes.x $.Modules.Result $.Modules.ResultData.n $.Attributes.shared",
                "end",
            ),
            end("end"),
            end("none"),
            end("bad"),
            end("error"),
        ],
    );
    let inner = module(
        "say",
        vec![
            say("say", "[$.FlowAttributes.x][$.Modules.Input.who]", "set"),
            set_flow("set", "x", "inner", "share"),
            act("share", "UpdateContactAttributes", json!({"Attributes": {"shared": "yes"}}), "return"),
            returns("return", json!({"Result": "Good", "ResultData": {"n": 7}})),
            end("error"),
        ],
    );
    let mut play = chat(&main);
    play.host.add_flow("m", 2, FlowType::ContactFlow, &inner);
    assert_eq!((play.start(), play.at()), (Pause::End, "end"));
    assert_eq!(play.host.texts(), ["[][outer]", "outer Good 7 yes"]);
    assert_eq!(play.run.flow, model::FlowId::from_u128(1));
}

#[test]
fn modules_fail_their_caller_not_the_contact() {
    let call = act("call", "InvokeFlowModule", json!({"FlowModuleId": "m"}), "next");
    let main = document("call", vec![call, end("next"), end("error")]);
    let broken = module("a", vec![json!({"Identifier": "a", "Type": "Compare", "Transitions": {}})]);
    let flow_not_module = document("a", vec![end("a")]);
    let endless = module(
        "call",
        vec![
            json!({"Identifier": "call", "Type": "InvokeFlowModule", "Parameters": {"FlowModuleId": "m"}, "Transitions": {"NextAction": "r"}}),
            returns("r", json!({})),
        ],
    );
    let unbranched = module("r", vec![returns("r", json!({"Result": "Undeclared"}))]);
    let hook_only = module(
        "a",
        vec![json!({"Identifier": "a", "Type": "CompleteOutboundCall", "Transitions": {"NextAction": "a"}})],
    );
    for (case, inner, at) in [
        ("a module without a way out", Some(broken), "error"),
        ("a flow in place of a module", Some(flow_not_module), "error"),
        ("modules nested too deep", Some(endless), "error"),
        ("a branch nobody wired", Some(unbranched), "next"),
        ("a type that modules cannot have", Some(hook_only), "error"),
        ("no module", None, "error"),
    ] {
        let mut play = chat(&main);
        if let Some(inner) = inner {
            play.host.add_flow("m", 2, FlowType::ContactFlow, &inner);
        }
        assert_eq!((play.start(), play.at()), (Pause::End, at), "{case}");
        assert!(play.run.callers.is_empty(), "{case}");
    }
}

#[test]
fn modules_nest_five_deep_and_wait_inside() {
    let nested = |inner: &str| {
        module(
            "call",
            vec![
                act("call", "InvokeFlowModule", json!({"FlowModuleId": inner}), "r"),
                returns("r", json!({})),
                returns("error", json!({})),
            ],
        )
    };
    let main = document(
        "call",
        vec![act("call", "InvokeFlowModule", json!({"FlowModuleId": "m1"}), "end"), end("end"), end("error")],
    );
    let mut play = chat(&main);
    for (number, (name, inner)) in (2..).zip([("m1", "m2"), ("m2", "m3"), ("m3", "m4"), ("m4", "m5")]) {
        play.host.add_flow(name, number, FlowType::ContactFlow, &nested(inner));
    }
    let deepest = module(
        "wait",
        vec![
            act("wait", "Wait", json!({"TimeLimitSeconds": "5"}), "r"),
            returns("r", json!({})),
            end("error"),
        ],
    );
    let deepest_id = play.host.add_flow("m5", 6, FlowType::ContactFlow, &deepest);
    assert!(matches!(play.start(), Pause::Wait { .. }));
    assert_eq!((play.run.callers.len(), play.run.flow), (5, deepest_id));
    assert_eq!(play.run.outer_flow(), model::FlowId::from_u128(1));
    assert_eq!((play.advance(Resume::TimeLimit), play.at()), (Pause::End, "end"));
}

#[test]
fn a_caller_that_is_gone_ends_the_run() {
    let main = document(
        "call",
        vec![
            act("call", "InvokeFlowModule", json!({"FlowModuleId": "m"}), "next"),
            end("next"),
            end("error"),
        ],
    );
    // The module has an action of the same name as the caller's, which must not be mistaken for it.
    let inner = module(
        "call",
        vec![
            act("call", "Wait", json!({"TimeLimitSeconds": "5"}), "r"),
            returns("r", json!({})),
            end("error"),
        ],
    );
    let mut play = chat(&main);
    play.host.add_flow("m", 2, FlowType::ContactFlow, &inner);
    assert!(matches!(play.start(), Pause::Wait { .. }));
    play.host.programs.remove(&model::FlowId::from_u128(1).to_string());
    let Pause::Failed { reason } = play.advance(Resume::TimeLimit) else { panic!("fails") };
    assert!(reason.contains("was not found"), "{reason}");
}

#[test]
fn a_transfer_leaves_flow_data_behind_and_keeps_the_rest() {
    let main = document(
        "set",
        vec![
            set_flow("set", "x", "1", "loop"),
            with_conditions(
                act("loop", "Loop", json!({"LoopCount": "2", "LoopName": "l"}), "error"),
                &[("ContinueLooping", "call")],
            ),
            act("call", "InvokeLambdaFunction", json!({"LambdaFunctionARN": "f"}), "go"),
            act("go", "TransferToFlow", json!({"ContactFlowId": "other"}), "error"),
            end("error"),
        ],
    );
    let other = document(
        "loop",
        vec![
            with_conditions(
                act("loop", "Loop", json!({"LoopCount": "1", "LoopName": "l"}), "error"),
                &[("ContinueLooping", "say"), ("DoneLooping", "error")],
            ),
            say("say", "[$.FlowAttributes.x][$.External.y][$.Loop.l.Index]", "end"),
            end("end"),
            end("error"),
        ],
    );
    for (kind, from, at) in [
        (FlowType::ContactFlow, FlowType::ContactFlow, "end"),
        (FlowType::ContactFlow, FlowType::QueueTransfer, "end"),
        (FlowType::QueueTransfer, FlowType::QueueTransfer, "end"),
        (FlowType::AgentTransfer, FlowType::AgentTransfer, "end"),
        (FlowType::QueueTransfer, FlowType::ContactFlow, "error"),
        (FlowType::CustomerQueue, FlowType::ContactFlow, "error"),
    ] {
        let mut host = TestHost::new(Channel::Chat);
        host.provide("Functions");
        let id = host.add_flow("other", 2, kind, &other);
        let mut play = Play::new(&main, from, host);
        play.start();
        play.advance(Resume::Function(Ok(json!({"y": "2"}))));
        assert_eq!(play.at(), at, "{from:?} to {kind:?}");
        if at == "end" {
            assert_eq!((play.run.flow, play.run.flow_kind), (id, kind));
            assert_eq!(play.host.texts(), ["[][2][0]"]);
        }
    }
    let mut nowhere = chat(&document(
        "go",
        vec![act("go", "TransferToFlow", json!({"ContactFlowId": "none"}), "error"), end("error")],
    ));
    assert_eq!((nowhere.start(), nowhere.at()), (Pause::End, "error"));
}

#[test]
fn loops_count_their_turns() {
    for (parameters, elements, said) in [
        (json!({"LoopCount": "0"}), json!(null), ""),
        (json!({"LoopCount": "3", "LoopName": "l"}), json!(null), "0,1,2,"),
        (json!({"LoopCount": "$.Attributes.n", "LoopName": "l"}), json!(null), "0,1,"),
        (json!({"Elements": "$.External.list", "LoopName": "l"}), json!([{"a": "x"}, {"a": "y"}]), "0x,1y,"),
        (json!({"LoopCount": "101"}), json!(null), "error"),
        (json!({"Elements": "$.External.none"}), json!(null), "error"),
    ] {
        let main = document(
            "call",
            vec![
                act(
                    "call",
                    "InvokeLambdaFunction",
                    json!({"LambdaFunctionARN": "f", "ResponseValidation": {"ResponseType": "JSON"}}),
                    "loop",
                ),
                with_conditions(
                    act("loop", "Loop", parameters.clone(), "error"),
                    &[("ContinueLooping", "say"), ("DoneLooping", "end")],
                ),
                say("say", "$.Loop.l.Index$.Loop.l.Element.a,", "loop"),
                end("end"),
                say("error", "error", "end"),
            ],
        );
        let mut host = TestHost::new(Channel::Chat);
        host.provide("Functions");
        host.set("Attributes", json!({"n": "2"}));
        let mut play = Play::new(&main, FlowType::ContactFlow, host);
        play.start();
        assert_eq!(play.advance(Resume::Function(Ok(json!({"list": elements})))), Pause::End);
        let all: String = play.host.texts().concat();
        assert_eq!(all, said, "{parameters}");
        assert!(
            play.run.scope.loops.is_empty() || said == "error",
            "{parameters}: a finished loop begins anew"
        );
    }
}

#[test]
fn runs_that_would_never_stop_are_stopped() {
    let spin = document("a", vec![say("a", "a", "b"), say("b", "b", "a"), end("error")]);
    let mut play = chat(&spin);
    assert_eq!((play.start(), play.at()), (Pause::End, "error"));
    assert_eq!(play.host.messages.len(), 1000);

    let no_way_out = document(
        "a",
        vec![
            json!({"Identifier": "a", "Type": "UpdateFlowLoggingBehavior", "Parameters": {"FlowLoggingBehavior": "Disabled"}, "Transitions": {"NextAction": "a"}}),
        ],
    );
    assert!(matches!(chat(&no_way_out).start(), Pause::Failed { .. }));

    let error_loops_too = document("a", vec![say("a", "a", "error"), say("error", "e", "a")]);
    let mut play = chat(&error_loops_too);
    assert!(matches!(play.start(), Pause::Failed { .. }));
    assert!(play.host.messages.len() < 1100);

    let ping = |to: &str| {
        document("go", vec![act("go", "TransferToFlow", json!({"ContactFlowId": to}), "error"), end("error")])
    };
    let mut play = chat(&ping("pong"));
    play.host.add_flow("pong", 2, FlowType::ContactFlow, &ping("main"));
    assert_eq!((play.start(), play.at()), (Pause::End, "error"));

    // A wait between gives a run new breath.
    let waits = document(
        "loop",
        vec![
            with_conditions(
                act("loop", "Loop", json!({"LoopCount": "100"}), "error"),
                &[("ContinueLooping", "a"), ("DoneLooping", "wait")],
            ),
            say("a", "a", "loop"),
            act("wait", "Wait", json!({"TimeLimitSeconds": "1"}), "loop"),
            end("error"),
        ],
    );
    let mut play = chat(&waits);
    play.start();
    for _ in 0..50 {
        assert!(matches!(play.advance(Resume::TimeLimit), Pause::Wait { .. }));
    }
}

#[test]
fn a_run_without_a_way_out_says_why() {
    for (actions, reason) in [
        (vec![], "the flow has no action \"a\""),
        (vec![say("a", "x", "gone")], "the flow has no action \"gone\""),
        (
            vec![
                json!({"Identifier": "a", "Type": "MessageParticipant", "Parameters": {"Text": "x"}, "Transitions": {}}),
            ],
            "has no next action",
        ),
        (
            vec![json!({"Identifier": "a", "Type": "PlayPrompt", "Transitions": {"NextAction": "a"}})],
            "action type \"PlayPrompt\" was not found",
        ),
        (vec![returns("a", json!({}))], "not possible in this type of flow"),
        (
            vec![
                json!({"Identifier": "a", "Type": "UpdateContactTargetQueue", "Parameters": {"QueueId": "$.Attributes.q"}, "Transitions": {"NextAction": "a"}}),
            ],
            "$.Attributes.q has no value",
        ),
    ] {
        let Pause::Failed { reason: found } = chat(&document("a", actions)).start() else {
            panic!("{reason}")
        };
        assert!(found.contains(reason), "{found}");
    }
}

#[test]
fn resumes_that_do_not_fit_change_nothing() {
    let main = document(
        "wait",
        vec![act("wait", "Wait", json!({"TimeLimitSeconds": "60"}), "end"), end("end"), end("error")],
    );
    let mut play = chat(&main);
    let wait = |ms| Pause::Wait { time_limit_ms: ms, customer_returned: false, bot_disconnected: false };
    assert_eq!(play.start(), wait(60_000));
    for (later, resume) in [
        (1_000, Resume::Start),
        (2_000, Resume::CustomerReturned),
        (3_000, Resume::BotDisconnected),
        (4_000, Resume::Function(Ok(json!({})))),
        (5_000, Resume::Done),
        (6_000, Resume::QueueAtCapacity),
        (7_000, Resume::View { action: "x".into(), data: json!({}) }),
        (80_000, Resume::ThirdParty(ThirdPartyEnd::Left)),
    ] {
        play.host.now = model::Timestamp(1_700_000_000_000 + later);
        assert_eq!(play.advance(resume.clone()), wait(60_000_u64.saturating_sub(later as u64)), "{resume:?}");
        assert_eq!(play.run.pause(play.host.now), Some(wait(60_000_u64.saturating_sub(later as u64))));
    }
    assert_eq!(play.advance(Resume::TimeLimit), Pause::End);
    assert_eq!(play.run.pause(play.host.now), None);
    assert_eq!(play.advance(Resume::TimeLimit), Pause::End, "a run that ended answers the same again");
}

#[test]
fn a_republished_flow_that_lost_the_action_fails_visibly() {
    let main = document(
        "wait",
        vec![act("wait", "Wait", json!({"TimeLimitSeconds": "60"}), "end"), end("end"), end("error")],
    );
    let mut play = chat(&main);
    play.start();
    play.host.add_flow("main", 1, FlowType::ContactFlow, &document("x", vec![end("x")]));
    let Pause::Failed { reason } = play.advance(Resume::TimeLimit) else { panic!("fails") };
    assert!(reason.contains("no longer has the action \"wait\""), "{reason}");
}

#[test]
fn references_reach_every_namespace_of_the_run() {
    let show = [
        "$.FlowAttributes.f-1",
        "$.External.n.First",
        "$.LambdaInvocation.ResultData.n['First']",
        "$.External.ids[1]",
        "$.Metrics.Queue.Size",
        "$.Metrics.Queue.OldestContactAge",
        "$.Metrics.Agents.Staffed.Count",
        "$.Task.ContactId",
        "$.Lex.IntentName",
        "$.Attributes['a b']",
        "$.Attributes.k.",
        "`$.External.ids[0]`",
    ];
    let main = document(
        "f",
        vec![
            set_flow("f", "f-1", "flow", "call"),
            act(
                "call",
                "InvokeLambdaFunction",
                json!({"LambdaFunctionARN": "f", "ResponseValidation": {"ResponseType": "JSON"}}),
                "metrics",
            ),
            act("metrics", "GetMetricData", json!({}), "task"),
            act("task", "CreateTask", json!({"Name": "n", "ContactFlowId": "f"}), "bot"),
            with_conditions(
                act(
                    "bot",
                    "ConnectParticipantWithLexBot",
                    json!({"Text": " ", "LexV2Bot": {"AliasArn": "builtin/menu"}}),
                    "error",
                ),
                &[("Yes", "say")],
            ),
            say("say", &show.join("|"), "whole"),
            act(
                "whole",
                "UpdateContactAttributes",
                json!({"Attributes": {"obj": "$.External.n", "text": "x$.External.n"}}),
                "end",
            ),
            end("end"),
            end("error"),
        ],
    );
    let mut host = TestHost::new(Channel::Chat);
    host.provide("Functions");
    host.set("Attributes", json!({"a b": "spaced", "k": "v"}));
    let metrics = QueueMetrics {
        contacts_in_queue: 4,
        oldest_contact_age_ms: 61_500,
        agents_online: 2,
        agents_staffed: 2,
        ..QueueMetrics::default()
    };
    host.metrics = Ok(metrics);
    let mut play = Play::new(&main, FlowType::ContactFlow, host);
    play.start();
    play.advance(Resume::Function(Ok(json!({"n": {"First": "Ann"}, "ids": ["x", "y"]}))));
    assert_eq!(play.says("yes"), Pause::End, "stands at {}", play.at());
    assert_eq!(play.host.texts(), ["flow|Ann|Ann|y|4|61|2|t-1|Yes|spaced|v.|x"]);
    let call = play.host.calls.last().expect("called");
    assert_eq!(
        call,
        r#"set_attributes (Current, {"obj": "{\"First\":\"Ann\"}", "text": "x{\"First\":\"Ann\"}"})"#
    );
    for asked in play.host.looked_up.borrow().iter() {
        for own in
            ["FlowAttributes", "External", "LambdaInvocation", "Lex", "Metrics", "Loop", "Modules", "Views"]
        {
            assert!(!asked.starts_with(&format!("$.{own}")), "the host was asked for {asked}");
        }
    }
}

#[test]
fn idle_queues_leave_out_what_they_cannot_tell() {
    let main = document(
        "m",
        vec![
            act("m", "GetMetricData", json!({}), "say"),
            say(
                "say",
                "$.Metrics.Queue.Size|$.Metrics.Queue.OldestContactAge|$.Metrics.Agents.Staffed.Count",
                "end",
            ),
            end("end"),
            end("error"),
        ],
    );
    let mut play = chat(&main);
    play.start();
    assert_eq!(play.host.texts(), ["0||"]);
}

#[test]
fn logs_tell_what_happened_but_not_what_the_customer_entered() {
    let main = document(
        "before",
        vec![
            say("before", "not logged", "on"),
            act("on", "UpdateFlowLoggingBehavior", json!({"FlowLoggingBehavior": "Enabled"}), "set"),
            act(
                "set",
                "UpdateContactAttributes",
                json!({"Attributes": {"card": "$.StoredCustomerInput", "who": "$.Attributes.name"}}),
                "queue",
            ),
            act("queue", "UpdateContactTargetQueue", json!({"QueueId": "$.Attributes.none"}), "end"),
            with_conditions(
                act(
                    "error",
                    "ConnectParticipantWithLexBot",
                    json!({"Text": "Card?", "LexV2Bot": {"AliasArn": "builtin/menu"}}),
                    "off",
                ),
                &[("Pay", "off")],
            ),
            act("off", "UpdateFlowLoggingBehavior", json!({"FlowLoggingBehavior": "Disabled"}), "after"),
            say("after", "not logged", "end"),
            end("end"),
        ],
    );
    let mut play = chat(&main);
    play.host.set("Attributes", json!({"name": "Ann"}));
    play.run.scope.stored_input = Some("4111111111111111".into());
    play.start();
    assert_eq!(play.says("pay with 4111111111111111"), Pause::End);
    let lines: Vec<_> = play
        .host
        .log
        .iter()
        .map(|entry| {
            (
                entry.identifier.as_str(),
                entry.module_type.as_str(),
                entry.error.is_some(),
                entry.results.clone(),
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            ("on", "SetLoggingBehavior", false, None),
            ("set", "SetAttributes", false, None),
            ("queue", "SetQueue", true, None),
            ("error", "GetUserInput", false, None),
            ("error", "GetUserInput", false, Some(json!("Pay"))),
            ("off", "SetLoggingBehavior", false, None),
        ]
    );
    assert_eq!(
        play.host.log[1].parameters,
        json!({"Attributes": {"card": "$.StoredCustomerInput", "who": "Ann"}})
    );
    assert!(!format!("{:?}", play.host.log).contains("4111"), "{:?}", play.host.log);
    assert!(play.host.calls[1].contains("4111"), "the attribute itself is set: {:?}", play.host.calls);
}

#[test]
fn logging_is_inherited_from_the_contact() {
    let mut play = chat(&document("a", vec![end("a")]));
    play.run = Run::start(play.run.flow, FlowType::ContactFlow, true);
    play.start();
    assert_eq!(play.host.log.len(), 1);
    assert_eq!(play.host.log[0].module_type, "Resume");
}
