//! Parts of flows.

use model::Channel;
use model::resource::FlowType;
use serde_json::{Value, json};

use super::{Play, TestHost};

pub fn document(start: &str, actions: Vec<Value>) -> Value {
    json!({"Version": "2019-10-30", "StartAction": start, "Actions": actions})
}

pub fn module(start: &str, actions: Vec<Value>) -> Value {
    let mut module = document(start, actions);
    module["Settings"] = json!({"InputParameters": [], "OutputParameters": [], "Transitions": []});
    module
}

/// An action with a next action and an error branch.
pub fn act(id: &str, kind: &str, parameters: Value, next: &str) -> Value {
    json!({"Identifier": id, "Type": kind, "Parameters": parameters, "Transitions": {
        "NextAction": next, "Errors": [{"NextAction": "error", "ErrorType": "NoMatchingError"}],
    }})
}

pub fn with_conditions(mut action: Value, conditions: &[(&str, &str)]) -> Value {
    let conditions: Vec<Value> = conditions
        .iter()
        .map(|(operand, next)| {
            json!({"NextAction": next, "Condition": {"Operator": "Equals", "Operands": [operand]}})
        })
        .collect();
    action["Transitions"]["Conditions"] = json!(conditions);
    action
}

pub fn end(id: &str) -> Value {
    json!({"Identifier": id, "Type": "EndFlowExecution", "Transitions": {}})
}

pub fn say(id: &str, text: &str, next: &str) -> Value {
    act(id, "MessageParticipant", json!({"Text": text}), next)
}

pub fn set_flow(id: &str, key: &str, value: &str, next: &str) -> Value {
    act(id, "UpdateFlowAttributes", json!({"FlowAttributes": {key: {"Value": value}}}), next)
}

pub fn returns(id: &str, parameters: Value) -> Value {
    json!({"Identifier": id, "Type": "EndFlowModuleExecution", "Parameters": parameters, "Transitions": {}})
}

pub fn chat(document: &Value) -> Play {
    Play::new(document, FlowType::ContactFlow, TestHost::new(Channel::Chat))
}
