//! Values while a flow runs: references, logs, and bounds on what may be kept.

use crate::support::parts::*;
use crate::support::{Play, TestHost};
use flows::*;
use model::Channel;
use model::resource::FlowType;
use serde_json::json;

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
fn the_agent_is_known_in_flows_that_one_takes_part_in() {
    for (kind, _, _) in flow_type::FLOW_TYPES {
        let main = match kind {
            FlowType::CustomerHold | FlowType::AgentHold => continue, // these have no text to show it in
            _ => document("say", vec![say("say", "<$.Agent.UserName>", "end"), end("end"), end("error")]),
        };
        let mut host = TestHost::new(Channel::Chat);
        host.set("Agent.UserName", json!("jo"));
        let mut play = Play::new(&main, kind, host);
        play.start();
        let unknown = matches!(kind, FlowType::CustomerQueue | FlowType::QueueTransfer);
        assert_eq!(play.host.texts(), [if unknown { "<>" } else { "<jo>" }], "{kind:?}");
    }
}

#[test]
fn the_expected_wait_is_told_of_the_queue_and_of_the_contact() {
    let show = "$.Metrics.Queue.EstimatedWaitTime|$.Metrics.Contact.EstimatedWaitTime|$.Metrics.Contact.PositionInQueue";
    let main = document(
        "m",
        vec![act("m", "GetMetricData", json!({}), "say"), say("say", show, "end"), end("end"), end("error")],
    );
    for (queue, contact, place, told) in [
        (Some(180), Some(120), Some(2), "180|120|2"),
        (Some(60), None, None, "60||"),
        (None, None, Some(1), "||1"),
    ] {
        let mut play = chat(&main);
        play.host.metrics = Ok(QueueMetrics {
            estimated_wait_time: queue,
            contact_wait_time: contact,
            position_in_queue: place,
            ..QueueMetrics::default()
        });
        play.start();
        assert_eq!(play.host.texts(), [told]);
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
                json!({"Attributes": {"card": "$.StoredCustomerInput", "who": "$.Attributes.name",
                    "pin": "$.Lex.Slots.Pin", "intent": "$.Lex.IntentName"}}),
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
    play.run.scope.lex = json!({"IntentName": "Pay", "Slots": {"Pin": "4111"}});
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
        json!({"Attributes": {"card": "$.StoredCustomerInput", "who": "Ann", "pin": "$.Lex.Slots.Pin",
            "intent": "Pay"}})
    );
    assert!(!format!("{:?}", play.host.log).contains("4111"), "{:?}", play.host.log);
    assert!(play.host.calls[1].contains("4111"), "the attribute itself is set: {:?}", play.host.calls);
}

#[test]
fn errors_tell_nothing_that_the_parameters_hide() {
    let secret = "secret5555";
    let not_found = || FlowError::NotFound { kind: "queue", name: secret.into() };
    let refused = || FlowError::Refused(format!("{secret} is closed"));
    let hidden = "failed; the reason may tell what is hidden";
    for (reference, error, logged) in [
        ("$.StoredCustomerInput", not_found(), "the queue was not found"),
        ("$.Lex.Slots.Pin", not_found(), "the queue was not found"),
        ("$.Views.ViewResultData.pin", not_found(), "the queue was not found"),
        ("$.StoredCustomerInput", refused(), hidden),
        (
            "$.StoredCustomerInput",
            FlowError::invalid("QueueId", format!("{secret}?")),
            "parameter QueueId: cannot be used",
        ),
        (
            "$.StoredCustomerInput",
            FlowError::branch_of(ErrorBranch::QueueAtCapacity, secret),
            "QueueAtCapacity: failed; the reason may tell what is hidden",
        ),
        ("$.Lex.Slots.Nothing", not_found(), "$.Lex.Slots.Nothing has no value"),
        ("$.Attributes.queue", not_found(), "queue \"secret5555\" was not found"),
    ] {
        for handled in [true, false] {
            let mut queue = act("queue", "UpdateContactTargetQueue", json!({"QueueId": reference}), "end");
            if !handled {
                queue["Transitions"]["Errors"] = json!([]);
            }
            let mut play = chat(&document("queue", vec![queue, end("end"), end("error")]));
            play.run.logging = true;
            play.run.scope.stored_input = Some(secret.into());
            play.run.scope.lex = json!({"Slots": {"Pin": secret}});
            play.run.scope.views = json!({"ViewResultData": {"pin": secret}});
            play.run.scope.views_hidden = true;
            play.host.set("Attributes", json!({"queue": secret}));
            play.host.fail("queue", error.clone());
            let pause = play.start();
            assert_eq!(play.host.log[0].error.as_deref(), Some(logged), "{reference}");
            match (handled, pause) {
                (true, pause) => assert_eq!((pause, play.at()), (Pause::End, "error"), "{reference}"),
                (false, Pause::Failed { reason }) => assert!(reason.ends_with(logged), "{reason}"),
                (false, other) => panic!("{reference}: {other:?}"),
            }
        }
    }
}

#[test]
fn what_modules_loops_and_comparisons_are_given_of_hidden_input_stays_hidden() {
    let call = |id: &str, module: &str, input: serde_json::Value, next: &str| {
        act(id, "InvokeFlowModule", json!({"FlowModuleId": module, "Input": input}), next)
    };
    let main = document(
        "call",
        vec![
            call("call", "hides", json!({"pins": "$.Views.ViewResultData.pins"}), "say"),
            say("say", "$.Modules.ResultData.pin $.Modules.Result", "compare"),
            act("compare", "Compare", json!({"ComparisonValue": "$.Modules.ResultData.pin"}), "loop"),
            with_conditions(
                act(
                    "loop",
                    "Loop",
                    json!({"Elements": "$.Modules.ResultData.pins", "LoopName": "each"}),
                    "plain",
                ),
                &[("ContinueLooping", "element"), ("DoneLooping", "plain")],
            ),
            say("element", "$.Loop.each.Element, $.Loop.other.Element", "loop"),
            call("plain", "tells", json!({"n": "7"}), "told"),
            say("told", "$.Modules.ResultData.n", "end"),
            end("end"),
            end("error"),
        ],
    );
    let hides = module(
        "say",
        vec![
            say("say", "$.Modules.Input.pins.0", "inner"),
            call("inner", "tells", json!({"n": "6"}), "input"),
            say("input", "$.Modules.Input.pins.0", "return"),
            returns(
                "return",
                json!({"Result": "Got $.Modules.Input.pins.0", "ResultData": {"pin": "$.Modules.Input.pins.0",
                    "pins": "$.Modules.Input.pins", "more": "fine"}}),
            ),
            end("error"),
        ],
    );
    let tells = module("return", vec![returns("return", json!({"ResultData": {"n": "$.Modules.Input.n"}}))]);
    let mut play = chat(&main);
    play.host.add_flow("hides", 2, FlowType::ContactFlow, &hides);
    play.host.add_flow("tells", 3, FlowType::ContactFlow, &tells);
    play.run.logging = true;
    play.run.scope.views = json!({"ViewResultData": {"pins": ["5555"]}});
    play.run.scope.views_hidden = true;
    assert_eq!((play.start(), play.at()), (Pause::End, "end"));
    assert_eq!(play.host.texts(), ["5555", "5555", "5555 Got 5555", "5555, ", "7"], "the customer hears it");
    let log = &play.host.log;
    assert!(!format!("{log:?}").contains("5555"), "{log:?}");
    let results: Vec<_> =
        log.iter().filter_map(|entry| Some((entry.identifier.as_str(), entry.results.clone()?))).collect();
    let hidden = json!({"Result": "Got $.Modules.Input.pins.0", "ResultData": {"pin": "$.Modules.Input.pins.0",
        "pins": "$.Modules.Input.pins", "more": "fine"}});
    assert_eq!(
        results,
        [
            ("return", json!({"Result": null, "ResultData": {"n": "6"}})),
            ("return", hidden),
            ("compare", json!("$.Modules.ResultData.pin")),
            ("loop", json!("ContinueLooping")),
            ("loop", json!("DoneLooping")),
            ("return", json!({"Result": null, "ResultData": {"n": "7"}})),
        ]
    );
    let told = log.iter().find(|entry| entry.identifier == "told").expect("logged");
    assert_eq!(told.parameters, json!({"Text": "7"}), "what is not hidden is told again");
}

#[test]
fn logging_is_inherited_from_the_contact() {
    let mut play = chat(&document("a", vec![end("a")]));
    play.run = Run::start(play.run.flow, FlowType::ContactFlow, true);
    play.start();
    assert_eq!(play.host.log.len(), 1);
    assert_eq!(play.host.log[0].module_type, "Resume");
}

#[test]
fn values_that_grow_without_end_are_refused() {
    // Each round doubles what the module is given.
    let doubling = document(
        "call",
        vec![
            act(
                "call",
                "InvokeFlowModule",
                json!({"FlowModuleId": "m", "Input": {"a": "$.Modules.ResultData", "b": "$.Modules.ResultData"}}),
                "call",
            ),
            end("error"),
        ],
    );
    let echo =
        module("r", vec![returns("r", json!({"ResultData": {"x": "$.Modules.Input", "y": "0123456789"}}))]);
    let mut play = chat(&doubling);
    play.host.add_flow("m", 2, FlowType::ContactFlow, &echo);
    assert_eq!((play.start(), play.at()), (Pause::End, "error"));
    assert!(serde_json::to_string(&play.run).expect("serialises").len() < 100_000);

    // Each round nests what the module is given one deeper.
    let nesting = document(
        "call",
        vec![
            act(
                "call",
                "InvokeFlowModule",
                json!({"FlowModuleId": "m", "Input": "$.Modules.ResultData"}),
                "call",
            ),
            end("error"),
        ],
    );
    let wrap = module("r", vec![returns("r", json!({"ResultData": {"x": "$.Modules.Input"}}))]);
    let mut play = chat(&nesting);
    play.host.add_flow("m", 2, FlowType::ContactFlow, &wrap);
    assert_eq!((play.start(), play.at()), (Pause::End, "error"));
    assert!(play.run.steps < 200, "refused for its depth, not for the number of steps: {}", play.run.steps);

    let many = "$.External.x".repeat(10_000);
    for (kind, parameters) in [
        ("MessageParticipant", json!({"Text": many})),
        ("UpdateContactAttributes", json!({"Attributes": {"a": many}})),
        ("UpdateContactAttributes", json!({"Attributes": {many.as_str(): "a"}})),
        ("UpdateFlowAttributes", json!({"FlowAttributes": {"a": {"Value": many}}})),
        (
            "InvokeLambdaFunction",
            json!({"LambdaFunctionARN": "f", "LambdaInvocationAttributes": {"a": vec!["$.External.x"; 10_000]}}),
        ),
    ] {
        let large = document(
            "call",
            vec![
                act("call", "InvokeLambdaFunction", json!({"LambdaFunctionARN": "f"}), "it"),
                act("it", kind, parameters, "next"),
                end("next"),
                end("error"),
            ],
        );
        let mut host = TestHost::new(Channel::Chat);
        host.provide("Functions");
        let mut play = Play::new(&large, FlowType::ContactFlow, host);
        play.run.logging = true;
        play.start();
        play.advance(Resume::Function(Ok(json!({"x": "y".repeat(30_000)}))));
        assert_eq!(play.at(), "error", "{kind}");
        assert!(play.host.log.iter().any(|entry| entry.error.is_some()), "{kind}");
    }
}
