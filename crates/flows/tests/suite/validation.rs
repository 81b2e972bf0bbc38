//! What publishing refuses and what it only warns about, rule by rule.

use crate::support::checks::{needed_errors, problems};
use crate::support::one_action;
use flows::action::{self, ResourceKind};
use flows::validate::publishable;
use flows::*;
use model::resource::FlowType;
use serde_json::{Value, json};

/// Checks the problems of a document that is one change away from a valid one.
fn after(change: impl FnOnce(&mut Value), expected: &[&str]) {
    let mut document = one_action("MessageParticipant", json!({"Text": "Hi"}), &["NoMatchingError"], &[]);
    change(&mut document);
    let found = problems(&document, FlowType::ContactFlow, false);
    assert_eq!(found, expected);
}

#[test]
fn envelope_and_identifiers() {
    after(|_| {}, &[]);
    after(|d| d["Version"] = json!("2020-01-01"), &["Error V2 Version: must be \"2019-10-30\""]);
    after(|d| d["StartAction"] = json!("gone"), &["Error V2 StartAction: there is no action \"gone\""]);
    after(|d| d["Settings"] = json!({}), &["Error V2 Settings: only a module has settings"]);
    after(|d| d["Later"] = json!(1), &["Warning V7 Later: is not part of the language and is kept as it is"]);
    after(
        |d| d["Actions"][1] = json!({"Identifier": "it", "Type": "EndFlowExecution", "Transitions": {}}),
        &[
            "Error V4 Actions[0].Transitions.Errors[0].NextAction: there is no action \"NoMatchingError\"",
            "Error V3 Actions[1].Identifier: is used by another action too",
            "Warning V14 Actions[1]: is never reached",
        ],
    );
    after(
        |d| d["Actions"] = json!([]),
        &["Error V1 Actions: there is no action", "Error V2 StartAction: there is no action \"it\""],
    );
    for (identifier, message) in [
        ("", "has 0 characters; 1 to 50 are allowed"),
        (&*"x".repeat(51), "has 51 characters; 1 to 50 are allowed"),
        ("a(b", "must not contain '('"),
        ("a$b", "must not contain '$'"),
        ("__proto__", "is a reserved word"),
    ] {
        after(
            |d| {
                d["StartAction"] = json!(identifier);
                d["Actions"][0]["Identifier"] = json!(identifier);
            },
            &[&format!("Error V3 Actions[0].Identifier: {message}")],
        );
    }
    after(
        |d| {
            d["StartAction"] = json!("Grüße, nein");
            d["Actions"][0]["Identifier"] = json!("Grüße, nein");
        },
        &["Error V3 Actions[0].Identifier: must not contain ','"],
    );
    let many: Vec<Value> = (0..251)
        .map(|n| json!({"Identifier": n.to_string(), "Type": "DisconnectParticipant", "Transitions": {}}))
        .collect();
    let document = json!({"Version": "2019-10-30", "StartAction": "0", "Actions": many});
    let found = problems(&document, FlowType::ContactFlow, false);
    assert_eq!(found[0], "Error V1 Actions: there are 251 actions; 250 are allowed");
    assert_eq!(found.iter().filter(|problem| problem.starts_with("Error")).count(), 1);
    let large = format!("{}{}", json!({"Actions": []}), " ".repeat(256_000));
    assert!(validate(&large, FlowType::ContactFlow, false)[0].message.contains("256000 are allowed"));
    let broken = validate("{", FlowType::ContactFlow, false);
    assert_eq!((broken.len(), broken[0].rule, publishable(&broken)), (1, "V1", false));
}

/// The problems of one action, without those of the rest.
fn of_action(kind: &str, parameters: Value, conditions: &[&str]) -> Vec<String> {
    let spec = action::spec(kind).expect(kind);
    let errors = needed_errors(spec, parameters.as_object().expect("an object"));
    problems(&one_action(kind, parameters, &errors, conditions), FlowType::ContactFlow, false)
}

#[test]
fn values_keep_their_class_and_kind() {
    let error = |path: &str, message: &str| vec![format!("Error V9 Actions[0].Parameters.{path}: {message}")];
    let warning =
        |path: &str, message: &str| vec![format!("Warning V9 Actions[0].Parameters.{path}: {message}")];
    for (kind, parameters, expected) in [
        ("UpdateFlowLoggingBehavior", json!({"FlowLoggingBehavior": "enabled"}), vec![]),
        (
            "UpdateFlowLoggingBehavior",
            json!({"FlowLoggingBehavior": "On"}),
            error("FlowLoggingBehavior", "must be one of Enabled, Disabled"),
        ),
        (
            "UpdateFlowLoggingBehavior",
            json!({"FlowLoggingBehavior": "$.Attributes.x"}),
            error("FlowLoggingBehavior", "must not hold a reference"),
        ),
        ("TransferToFlow", json!({"ContactFlowId": "$.Attributes.x"}), vec![]),
        (
            "TransferToFlow",
            json!({"ContactFlowId": "flow-$.Attributes.x"}),
            error("ContactFlowId", "must be one reference and nothing else"),
        ),
        (
            "TransferToFlow",
            json!({"ContactFlowId": "$.Foo.x"}),
            error("ContactFlowId", "there is no namespace \"Foo\""),
        ),
        (
            "TransferToFlow",
            json!({"ContactFlowId": "$.External"}),
            error("ContactFlowId", "must name something inside the namespace"),
        ),
        ("TransferToFlow", json!({"ContactFlowId": ""}), error("ContactFlowId", "must not be empty")),
        ("TransferToFlow", json!({"ContactFlowId": ["f"]}), error("ContactFlowId", "must be a text")),
        (
            "MessageParticipant",
            json!({"Text": "$.Foo.x"}),
            warning("Text", "has no known namespace and is kept as text"),
        ),
        ("MessageParticipant", json!({"Text": "It costs $5 ${X} $.Foo.x"}), vec![]),
        (
            "MessageParticipant",
            json!({"Text": "x".repeat(6001)}),
            error("Text", "has more than 6000 characters"),
        ),
        ("MessageParticipant", json!({"Text": 5}), warning("Text", "should be written as a text")),
        (
            "MessageParticipant",
            json!({"Text": "x", "PromptId": "p"}),
            vec!["Error V8 Actions[0].Parameters: PromptId and Text exclude each other".to_owned()],
        ),
        (
            "MessageParticipant",
            json!({}),
            vec!["Error V8 Actions[0].Parameters: one of PromptId, Text, SSML, Media is needed".to_owned()],
        ),
        (
            "UpdateContactTargetQueue",
            json!({"QueueId": "q", "AgentId": "a"}),
            vec!["Error V8 Actions[0].Parameters: QueueId and AgentId exclude each other".to_owned()],
        ),
        (
            "UpdateContactAttributes",
            json!({"Attributes": {}}),
            vec!["Error V8 Actions[0].Parameters.Attributes: must have at least 1".to_owned()],
        ),
        (
            "UpdateContactAttributes",
            json!({"Attributes": {"a": ""}}),
            error("Attributes.a", "must not be empty"),
        ),
        (
            "UpdateContactRoutingBehavior",
            json!({"QueuePriority": "0"}),
            error("QueuePriority", "must be a whole number of at least 1"),
        ),
        (
            "CreateTask",
            json!({"Name": "n", "ContactFlowId": "f", "DelaySeconds": "x"}),
            error("DelaySeconds", "must be a whole number from 1 to 518400"),
        ),
        (
            "UpdateContactCallbackNumber",
            json!({"CallbackNumber": "+1555"}),
            error("CallbackNumber", "must be a reference such as $.Attributes.name"),
        ),
        (
            "UpdateContactEventHooks",
            json!({"EventHooks": {"Lunch": "f"}}),
            vec!["Error V7 Actions[0].Parameters.EventHooks.Lunch: is not a parameter here".to_owned()],
        ),
        (
            "ShowView",
            json!({"ViewResource": {"Id": "form"}, "InvocationTimeLimitSeconds": "60", "ViewData": {"a": {"b": ""}}}),
            warning("ViewData.a.b", "is empty"),
        ),
    ] {
        assert_eq!(of_action(kind, parameters.clone(), &[]), expected, "{kind} {parameters}");
    }
}

#[test]
fn conditions_fit_their_type() {
    let error = |place: &str, message: &str| {
        vec![format!("Error V11 Actions[0].Transitions.Conditions{place}: {message}")]
    };
    let channel = json!({"ComparisonValue": "$.Channel"});
    for (kind, parameters, conditions, expected) in [
        ("Compare", channel.clone(), &[][..], error("", "there must be a condition")),
        ("Compare", channel.clone(), &["$.Attributes.x"], vec![]),
        (
            "Compare",
            channel.clone(),
            &["And:x"],
            error("[0].Condition.Operator", "Compare has no operator \"And\""),
        ),
        (
            "Compare",
            channel,
            &["x", "x"],
            vec!["Warning V14 Actions[0].Transitions.Conditions[1].Condition: repeats a condition before it".to_owned()],
        ),
        (
            "CheckHoursOfOperation",
            json!({}),
            &["True", "False", "Maybe"],
            error("[2].Condition", "CheckHoursOfOperation has no result \"Maybe\""),
        ),
        (
            "CheckMetricData",
            json!({"MetricType": "NumberOfAgentsStaffed"}),
            &["NumberGreaterThan:1"],
            error("", "agents are only checked by NumberGreaterThan \"0\""),
        ),
        ("CheckMetricData", json!({"MetricType": "NumberOfContactsInQueue"}), &["NumberLessThan:5", "9"], vec![]),
        (
            "CheckMetricData",
            json!({"MetricType": "NumberOfContactsInQueue"}),
            &["NumberLessThan:few"],
            error("[0].Condition", "must compare with a number"),
        ),
        (
            "DistributeByPercentage",
            json!({}),
            &["NumberLessThan:50", "NumberLessThan:20"],
            vec!["Warning V11 Actions[0].Transitions.Conditions[1].Condition: is never reached: the shares before it cover it".to_owned()],
        ),
        (
            "ConnectParticipantWithLexBot",
            json!({"Text": "Hi", "LexV2Bot": {"AliasArn": "a/b"}}),
            &["Order", "NegativeSentimentAtLeast:1.5"],
            vec![
                "Error V11 Actions[0].Transitions.Conditions[1].Condition: must compare with a score from 0 to 1".to_owned(),
                "Warning V11 Actions[0].Transitions.Conditions[1].Condition.Operator: is understood here only; no other product reads it".to_owned(),
            ],
        ),
        (
            "DistributeByPercentage",
            json!({}),
            &["NumberLessThan:101"],
            error("[0].Condition", "must compare with a whole number from 1 to 100"),
        ),
        (
            "Wait",
            json!({"TimeLimitSeconds": "5", "Events": ["CustomerReturned"]}),
            &["WaitCompleted"],
            error("", "a condition for CustomerReturned is missing"),
        ),
        ("Wait", json!({"TimeLimitSeconds": "5", "ContinueExecution": "True"}), &["Continue", "WaitCompleted"], vec![]),
        (
            "GetParticipantInput",
            json!({"Text": "x", "InputTimeLimitSeconds": "5"}),
            &["12"],
            error("[0].Condition", "must compare with one key of 0-9 * #"),
        ),
        (
            "GetParticipantInput",
            json!({
                "Text": "x", "InputTimeLimitSeconds": "5", "StoreInput": "True",
                "InputValidation": {"CustomValidation": {"MaximumLength": "4"}},
            }),
            &["1"],
            error("", "stored input has no conditions"),
        ),
    ] {
        assert_eq!(of_action(kind, parameters.clone(), conditions), expected, "{kind} {parameters}");
    }
    for (operands, message) in [
        (json!([]), "must have exactly one entry"),
        (json!(["a", "b"]), "must have exactly one entry"),
        (json!([""]), "must not be empty"),
        (json!([{"Operator": "Equals"}]), "must not be a nested condition"),
    ] {
        let mut document =
            one_action("Compare", json!({"ComparisonValue": "$.Channel"}), &["NoMatchingCondition"], &["x"]);
        document["Actions"][0]["Transitions"]["Conditions"][0]["Condition"]["Operands"] = operands;
        let expected =
            format!("Error V11 Actions[0].Transitions.Conditions[0].Condition.Operands: {message}");
        assert_eq!(problems(&document, FlowType::ContactFlow, false), [expected]);
    }
}

#[test]
fn forms_of_one_type_have_their_own_branches() {
    let phone = json!({
        "Text": "x", "InputTimeLimitSeconds": "5", "StoreInput": "True",
        "InputValidation": {"PhoneNumberValidation": {"NumberFormat": "Local", "CountryCode": "US"}},
    });
    let linked = json!({"LinkContactToCase": "true", "CaseId": "c"});
    let unlinked = json!({"LinkContactToCase": "false", "CaseId": "c"});
    let away = json!({
        "ThirdPartyPhoneNumber": "+1", "ThirdPartyConnectionTimeLimitSeconds": "30", "ContinueFlowExecution": "False",
    });
    for (kind, parameters, errors, fits) in [
        ("GetParticipantInput", phone.clone(), &["NoMatchingError", "InvalidPhoneNumber"][..], true),
        ("GetParticipantInput", phone.clone(), &["NoMatchingError"], false),
        (
            "GetParticipantInput",
            phone,
            &["NoMatchingError", "InvalidPhoneNumber", "InputTimeLimitExceeded"],
            false,
        ),
        ("UpdateCase", linked.clone(), &["NoMatchingError", "ContactNotLinked"], true),
        ("UpdateCase", linked, &["NoMatchingError"], true),
        ("UpdateCase", unlinked, &["NoMatchingError", "ContactNotLinked"], false),
        ("TransferParticipantToThirdParty", away.clone(), &["NoMatchingError"], true),
        ("TransferParticipantToThirdParty", away, &["NoMatchingError", "CallFailed"], false),
        ("Wait", json!({"TimeLimitSeconds": "5"}), &["NoMatchingError", "ParticipantNotFound"], false),
    ] {
        let conditions: &[&str] = if kind == "Wait" { &["WaitCompleted"] } else { &[] };
        let found = validate(
            &one_action(kind, parameters, errors, conditions).to_string(),
            FlowType::ContactFlow,
            false,
        );
        assert_eq!(publishable(&found), fits, "{kind} {errors:?}: {found:?}");
    }
}

#[test]
fn flow_types_and_modules() {
    for (kind, flow, is_module, level) in [
        ("EndFlowExecution", FlowType::ContactFlow, false, None),
        ("UpdateContactRoutingBehavior", FlowType::CustomerQueue, false, None),
        ("Wait", FlowType::CustomerHold, false, Some(Level::Warning)),
        ("InvokeLambdaFunction", FlowType::OutboundWhisper, false, Some(Level::Warning)),
        ("UpdateContactTargetQueue", FlowType::CustomerQueue, false, Some(Level::Error)),
        ("EndFlowModuleExecution", FlowType::ContactFlow, false, Some(Level::Error)),
        ("EndFlowModuleExecution", FlowType::ContactFlow, true, None),
        ("DequeueContactAndTransferToQueue", FlowType::CustomerQueue, true, Some(Level::Error)),
        ("TransferContactToFlow", FlowType::ContactFlow, false, Some(Level::Error)),
        ("UnTagContact", FlowType::ContactFlow, false, Some(Level::Warning)),
    ] {
        let mut document = one_action(kind, json!({}), &[], &[]);
        if is_module {
            document["Settings"] = json!({});
        }
        let found = validate(&document.to_string(), flow, is_module);
        let worst = found
            .iter()
            .filter(|problem| problem.rule == "V6" && problem.identifier.as_deref() == Some("it"))
            .map(|problem| problem.level)
            .max();
        assert_eq!(worst, level, "{kind} in {flow:?}");
    }
    let mut module =
        one_action("Compare", json!({"ComparisonValue": "$.Channel"}), &["NoMatchingCondition"], &["x"]);
    assert!(problems(&module, FlowType::ContactFlow, true)[0].starts_with("Error V2 Settings"));
    module["Settings"] = json!({"InputParameters": [], "OutputParameters": [], "Transitions": []});
    assert_eq!(problems(&module, FlowType::ContactFlow, true), [""; 0]);
}

#[test]
fn warnings_about_the_whole_flow() {
    let go = |id: &str, kind: &str, next: &str| json!({"Identifier": id, "Type": kind, "Parameters": {}, "Transitions": {"NextAction": next}});
    let mut transfer =
        one_action("TransferContactToQueue", json!({}), &["QueueAtCapacity", "NoMatchingError"], &[]);
    assert_eq!(
        problems(&transfer, FlowType::ContactFlow, false),
        ["Warning V14 Actions[0]: can be reached without a working queue"]
    );
    assert_eq!(problems(&transfer, FlowType::QueueTransfer, false), [""; 0]);
    transfer["Actions"].as_array_mut().expect("a list").push(json!({
        "Identifier": "q", "Type": "UpdateContactTargetQueue", "Parameters": {"QueueId": "q"},
        "Transitions": {"NextAction": "it", "Errors": [{"NextAction": "next", "ErrorType": "NoMatchingError"}]},
    }));
    transfer["StartAction"] = json!("q");
    assert_eq!(problems(&transfer, FlowType::ContactFlow, false), [""; 0]);
    transfer["Actions"][4]["Transitions"]["Errors"][0]["NextAction"] = json!("it");
    assert_eq!(problems(&transfer, FlowType::ContactFlow, false).len(), 1, "the error branch sets no queue");

    let mut spin = json!({"Version": "2019-10-30", "StartAction": "a", "Actions": [
        go("a", "MessageParticipant", "b"), go("b", "MessageParticipant", "a"), go("c", "MessageParticipant", "c"),
    ]});
    for index in 0..3 {
        spin["Actions"][index]["Parameters"]["Text"] = json!("x");
    }
    let loops = "is part of a loop in which nothing waits";
    assert_eq!(
        problems(&spin, FlowType::ContactFlow, false),
        [
            "Warning V14 Actions[2]: is never reached".to_owned(),
            format!("Warning V14 Actions[0]: {loops}"),
            format!("Warning V14 Actions[1]: {loops}"),
            format!("Warning V14 Actions[2]: {loops}"),
        ]
    );
    after(
        |d| d["Metadata"] = json!({"ActionMetadata": {"it": {}, "gone": {}}}),
        &["Warning V14 Metadata.ActionMetadata.gone: belongs to no action"],
    );
}

struct Instance;

const CONTRACT: &str = r#"{
    "input": {"schema": {"type": "object", "properties": {"a": {}, "b": {}}, "required": ["b"]}},
    "resultData": {"schema": {"type": "object", "properties": {"n": {"type": "number"}}}},
    "transitions": {"results": [{"name": "Good", "description": ""}]}
}"#;

impl Resolver for Instance {
    fn exists(&self, kind: ResourceKind, name: &str) -> bool {
        name == "known" || kind == ResourceKind::Module
    }
    fn module_contract(&self, _: &str) -> Option<ModuleContract> {
        ModuleContract::parse(CONTRACT)
    }
    fn own_contract(&self) -> Option<ModuleContract> {
        ModuleContract::parse(CONTRACT)
    }
}

#[test]
fn resources_and_contracts_are_looked_up() {
    let check = |kind: &str, parameters: Value, conditions: &[&str]| -> Vec<String> {
        let spec = action::spec(kind).expect(kind);
        let errors = needed_errors(spec, parameters.as_object().expect("an object"));
        let text = one_action(kind, parameters, &errors, conditions).to_string();
        let document = Document::parse(&text).expect("parses");
        validate_document(&document, FlowType::ContactFlow, false, Some(&Instance))
            .iter()
            .map(|problem| format!("{:?} {}", problem.level, problem))
            .collect()
    };
    assert_eq!(check("TransferToFlow", json!({"ContactFlowId": "known"}), &[]), [""; 0]);
    assert_eq!(check("TransferToFlow", json!({"ContactFlowId": "$.Attributes.f"}), &[]), [""; 0]);
    assert_eq!(
        check("TransferToFlow", json!({"ContactFlowId": "%%FLOW%%"}), &[]),
        ["Error V12 Actions[0].Parameters.ContactFlowId (\"it\"): there is no flow \"%%FLOW%%\""]
    );
    assert_eq!(
        check("GetMetricData", json!({"QueueId": "gone"}), &[]),
        ["Warning V12 Actions[0].Parameters.QueueId (\"it\"): there is no queue \"gone\""]
    );
    let returns = json!({"Version": "2019-10-30", "StartAction": "r", "Settings": {}, "Actions": [
        {"Identifier": "r", "Type": "EndFlowModuleExecution", "Transitions": {},
            "Parameters": {"Result": "Bad", "ResultData": {"n": 1, "m": 2}}},
    ]});
    let returns = Document::parse(&returns.to_string()).expect("parses");
    let found = validate_document(&returns, FlowType::ContactFlow, true, Some(&Instance));
    assert_eq!(
        found.iter().map(|problem| (problem.rule, problem.path.as_str())).collect::<Vec<_>>(),
        [("V13", "Actions[0].Parameters.Result"), ("V13", "Actions[0].Parameters.ResultData.m"),]
    );
    assert_eq!(ModuleContract::parse("{}"), None);
    let module = |input: Value| json!({"FlowModuleId": "known", "Input": input});
    assert_eq!(check("InvokeFlowModule", module(json!({"b": 1})), &["Good"]), [""; 0]);
    assert_eq!(
        check("InvokeFlowModule", module(json!({"c": 1})), &["Bad"]),
        [
            "Error V13 Actions[0].Parameters.Input.c (\"it\"): the module has no such input",
            "Error V13 Actions[0].Parameters.Input (\"it\"): the module needs b",
            "Error V13 Actions[0].Transitions.Conditions[0].Condition (\"it\"): the module has no branch \"Bad\"",
        ]
    );
}
