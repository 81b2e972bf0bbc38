//! Whole runs: transfers, loops, restarts, and what stops a run that would never stop.

use crate::support::parts::*;
use crate::support::{Play, TestHost};
use flows::*;
use model::Channel;
use model::resource::FlowType;
use serde_json::json;

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
