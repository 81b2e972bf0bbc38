//! Modules: their own data, what they return, and what becomes of their failures.

use crate::support::parts::*;
use flows::*;
use model::resource::FlowType;
use serde_json::json;

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
fn a_module_that_calls_a_module_keeps_its_input() {
    let main = document(
        "call",
        vec![
            act("call", "InvokeFlowModule", json!({"FlowModuleId": "outer", "Input": {"n": "1"}}), "end"),
            end("end"),
            end("error"),
        ],
    );
    let outer = module(
        "call",
        vec![
            act("call", "InvokeFlowModule", json!({"FlowModuleId": "inner", "Input": {"n": "2"}}), "say"),
            say("say", "$.Modules.Input.n $.Modules.ResultData.n", "r"),
            returns("r", json!({})),
            end("error"),
        ],
    );
    let inner = module("r", vec![returns("r", json!({"ResultData": {"n": "$.Modules.Input.n"}}))]);
    let mut play = chat(&main);
    play.host.add_flow("outer", 2, FlowType::ContactFlow, &outer);
    play.host.add_flow("inner", 3, FlowType::ContactFlow, &inner);
    assert_eq!((play.start(), play.at()), (Pause::End, "end"));
    assert_eq!(play.host.texts(), ["1 2"]);
}
