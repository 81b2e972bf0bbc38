//! Function calls: their request, their answer and their time.

use crate::support::case::{ERROR, case, check};
use crate::support::{Play, TestHost, one_action};
use flows::*;
use model::Channel::Chat;
use model::resource::FlowType;
use serde_json::{Value, json};

#[test]
fn functions() {
    fn ready(host: &mut TestHost) {
        host.provide("Functions");
    }
    fn from_outside(host: &mut TestHost) {
        ready(host);
        host.set("Attributes", json!({"name": "fn", "address": "http://10.0.0.1/admin"}));
    }
    let name = "InvokeLambdaFunction";
    let call = |more: Value| {
        let mut call = json!({"LambdaFunctionARN": "fn", "InvocationTimeLimitSeconds": "8"});
        call.as_object_mut().expect("an object").extend(more.as_object().cloned().expect("an object"));
        call
    };
    let answer = |value: Value| Resume::Function(Ok(value));
    let json_type = || call(json!({"ResponseValidation": {"ResponseType": "JSON"}}));
    check(vec![
        case(name, call(json!({})), ERROR),
        case(name, call(json!({})), "Function").when(ready),
        case(name, call(json!({})), "next")
            .when(ready)
            .then(answer(json!({"a": "1", "n": 2, "b": true, "z": null}))),
        case(name, call(json!({})), ERROR).when(ready).then(answer(json!({"a": {"b": "1"}}))),
        case(name, call(json!({})), ERROR).when(ready).then(answer(json!(["a"]))),
        case(name, call(json!({})), ERROR).when(ready).then(answer(json!({"a b": "1"}))),
        case(name, call(json!({})), ERROR).when(ready).then(answer(json!({"a": "x".repeat(33_000)}))),
        case(name, json_type(), "next").when(ready).then(answer(json!({"a": {"b": ["1"]}}))),
        case(name, json_type(), ERROR).when(ready).then(answer(json!("x".repeat(33_000)))),
        case(name, call(json!({})), ERROR).when(ready).then(Resume::Function(Err(FunctionError::TimeLimit))),
        case(name, call(json!({})), ERROR).when(ready).then(Resume::Function(Err(FunctionError::Throttled))),
        case(name, call(json!({})), "Function").when(ready).then(Resume::Done),
        case(name, call(json!({"InvocationType": "ASYNCHRONOUS"})), "next").when(ready).then(Resume::Done),
        case(name, call(json!({"InvocationTimeLimitSeconds": "9"})), ERROR).when(ready),
        case(name, json!({"LambdaFunctionARN": "$.Attributes.none"}), ERROR).when(ready),
        case(name, json!({"LambdaFunctionARN": "fn"}), "Function").when(ready),
        // A name may come from anywhere; an address only from the author.
        case(name, json!({"LambdaFunctionARN": "$.Attributes.name"}), "Function").when(from_outside),
        case(name, json!({"LambdaFunctionARN": "$.Attributes.address"}), ERROR).when(from_outside),
        case(name, json!({"LambdaFunctionARN": "https://example.com/f"}), "Function").when(ready),
    ]);
    let play = case(name, call(json!({})), "next")
        .when(ready)
        .then(answer(json!({"a": "1", "n": 2, "b": true, "z": null})))
        .run();
    assert_eq!(play.run.scope.external, json!({"a": "1", "n": "2", "b": "true"}));
}

#[test]
fn a_function_gets_the_documented_event() {
    let parameters = json!({
        "LambdaFunctionARN": "fn", "InvocationTimeLimitSeconds": "8",
        "LambdaInvocationAttributes": {"who": "Mr $.Attributes.name", "all": "$.Attributes", "none": "$.Attributes.x"},
    });
    let mut host = TestHost::new(Chat);
    host.provide("Functions");
    host.set("Attributes", json!({"name": "Ann"}));
    host.set("CustomerEndpoint", json!({"Address": "+1", "Type": "TELEPHONE_NUMBER"}));
    host.set("Queue", json!({"ARN": "q", "Name": "Q"}));
    let mut play =
        Play::new(&one_action("InvokeLambdaFunction", parameters, &[], &[]), FlowType::ContactFlow, host);
    let Pause::Function(call) = play.start() else { panic!("calls") };
    assert_eq!(
        call.event,
        json!({"Name": "ContactFlowEvent", "Details": {
            "ContactData": {
                "Attributes": {"name": "Ann"}, "Channel": "CHAT", "ContactId": "c-1",
                "CustomerEndpoint": {"Address": "+1", "Type": "TELEPHONE_NUMBER"},
                "SystemEndpoint": null,
                "Queue": {"ARN": "q", "Name": "Q", "OutboundCallerId": null},
                "References": {},
            },
            "Parameters": {"who": "Mr Ann", "all": {"name": "Ann"}, "none": null},
        }})
    );
}

#[test]
fn functions_in_a_row_have_twenty_seconds() {
    let call = |id: &str, next: &str| {
        json!({"Identifier": id, "Type": "InvokeLambdaFunction",
            "Parameters": {"LambdaFunctionARN": id, "InvocationTimeLimitSeconds": "8"},
            "Transitions": {"NextAction": next, "Errors": [{"NextAction": "error", "ErrorType": "NoMatchingError"}]}})
    };
    let end = |id: &str| json!({"Identifier": id, "Type": "EndFlowExecution", "Transitions": {}});
    let document = json!({"Version": "2019-10-30", "StartAction": "a", "Actions": [
        call("a", "b"), call("b", "c"), call("c", "d"), call("d", "end"), end("end"), end("error"),
    ]});
    let mut host = TestHost::new(Chat);
    host.provide("Functions");
    let mut play = Play::new(&document, FlowType::ContactFlow, host);
    let mut limits = Vec::new();
    let mut pause = play.start();
    while let Pause::Function(call) = pause {
        limits.push(call.time_limit_ms);
        play.host.now = play.host.now + call.time_limit_ms as i64;
        pause = play.advance(Resume::Function(Ok(json!({}))));
    }
    assert_eq!((limits.as_slice(), play.at()), (&[8000, 8000, 4000][..], "error"));
}
