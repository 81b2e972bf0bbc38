//! What a flow names literally exists when the flow is published; a draft may name anything.

use serde_json::{Value, json};

use super::world::World;

/// A flow whose second block is this action.
fn flow(name: &str, status: &str, kind: &str, parameters: &Value, errors: &[&str]) -> Value {
    let errors: Vec<Value> =
        errors.iter().map(|branch| json!({"ErrorType": branch, "NextAction": "bye"})).collect();
    let content = json!({
        "Version": "2019-10-30",
        "StartAction": "Named block",
        "Actions": [
            {"Identifier": "Named block", "Type": kind, "Parameters": parameters,
                "Transitions": {"NextAction": "bye", "Errors": errors}},
            {"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}},
        ],
    });
    json!({"Name": name, "Type": "CONTACT_FLOW", "Status": status, "Content": content.to_string()})
}

#[tokio::test]
async fn what_a_flow_names_exists_when_it_is_published() {
    let world = World::new().await;
    let own = |kind: &str| {
        format!("arn:aws:connect:us-east-1:123456789012:instance/{{I}}/{kind}/{}", uuid::Uuid::nil())
    };
    let error = &["NoMatchingError"][..];
    let phone = |number: &str| {
        json!({"ThirdPartyPhoneNumber": number, "ThirdPartyConnectionTimeLimitSeconds": "30",
            "ContinueFlowExecution": "False"})
    };
    let view =
        |id: &str| json!({"ViewResource": {"Id": id}, "InvocationTimeLimitSeconds": "60", "ViewData": {}});
    let bot = |alias: &str| json!({"Text": "Yes?", "LexV2Bot": {"AliasArn": alias}});
    let bot_errors = &["InputTimeLimitExceeded", "NoMatchingCondition", "NoMatchingError"][..];
    let view_errors = &["NoMatchingCondition", "NoMatchingError", "TimeLimitExceeded"][..];
    let function = |name: &str| json!({"LambdaFunctionARN": name, "InvocationTimeLimitSeconds": "3"});
    let module = own("flow-module");
    let cases = [
        (
            "InvokeLambdaFunction",
            function("arn:aws:lambda:us-east-1:123456789012:function:none"),
            error,
            Some("function"),
        ),
        ("InvokeLambdaFunction", function("https://functions.example/answer"), error, None),
        ("InvokeLambdaFunction", function("$.Attributes.function"), error, None),
        (
            "ConnectParticipantWithLexBot",
            bot("arn:aws:lex:us-east-1:123456789012:bot-alias/A/B"),
            bot_errors,
            Some("bot"),
        ),
        ("ConnectParticipantWithLexBot", bot("builtin/menu"), bot_errors, None),
        ("InvokeFlowModule", json!({"FlowModuleId": module}), error, Some("flow module")),
        ("TransferToFlow", json!({"ContactFlowId": own("contact-flow")}), error, Some("flow")),
        ("UpdateContactTargetQueue", json!({"QueueId": own("queue")}), error, Some("queue")),
        ("MessageParticipant", json!({"PromptId": own("prompt")}), error, Some("prompt")),
        ("TransferParticipantToThirdParty", phone("+12065550100"), error, None),
        ("TransferParticipantToThirdParty", phone("5550100"), error, Some("phone number")),
        ("ShowView", view("form"), view_errors, None),
        ("ShowView", view("arn:aws:connect:us-east-1:aws:view/detail:1"), view_errors, None),
        ("ShowView", view("nobody's"), view_errors, Some("view")),
    ];
    for (number, (kind, parameters, errors, missing)) in cases.into_iter().enumerate() {
        let draft = flow(&format!("draft {number}"), "SAVED", kind, &parameters, errors);
        world.make("PUT", "/contact-flows/{I}", draft).await;
        let published = flow(&format!("published {number}"), "PUBLISHED", kind, &parameters, errors);
        let (status, answer) = world.account("PUT", "/contact-flows/{I}", published).await;
        match missing {
            None => assert_eq!(status, 200, "{kind} {parameters}: {answer}"),
            Some(what) => {
                assert_eq!(status, 400, "{kind} {parameters}: {answer}");
                let problems = answer["problems"].as_array().expect("the list of problems");
                let told = problems.iter().filter_map(|problem| problem["message"].as_str());
                let told: Vec<_> =
                    told.filter(|text| text.contains(&format!("there is no {what}"))).collect();
                assert!(told.len() == 1 && told[0].contains("\"Named block\""), "{kind}: {answer}");
            }
        }
    }
}
