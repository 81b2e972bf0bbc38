//! The older export format: what each module becomes, what is reported, and the real files.

use crate::corpus;
use crate::support::TestHost;
use flows::legacy::{Fate, convert, detect};
use flows::*;
use model::Channel;
use model::resource::FlowType;
use serde_json::{Value, json};

/// A file of one module `m` of this type; its branches lead to ends named after them.
fn file(module: Value, kind: &str) -> String {
    let mut ends: Vec<String> = module["branches"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|branch| branch["transition"].as_str().map(str::to_owned))
        .collect();
    ends.sort();
    ends.dedup();
    let mut modules = vec![module];
    modules.extend(ends.iter().map(|end| {
        let kind = if ["agentWhisper", "customerQueue"].contains(&kind) { "Resume" } else { "Disconnect" };
        json!({"id": end, "type": kind, "branches": [], "parameters": []})
    }));
    json!({"modules": modules, "version": "1", "type": kind, "start": "m",
        "metadata": {"entryPointPosition": {"x": 1, "y": 2}, "name": "N", "description": null, "status": "saved", "hash": "00"}})
    .to_string()
}

/// A module: `name` or `name/target`, parameters as `[name, value]` or whole objects, branches by name or as objects.
fn module(kind: &str, parameters: Value, branches: Value) -> Value {
    let (kind, target) = kind.split_once('/').map_or((kind, None), |(kind, target)| (kind, Some(target)));
    let parameters: Vec<Value> = parameters
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| match one {
            Value::Array(pair) => json!({"name": pair[0], "value": pair[1]}),
            other => other.clone(),
        })
        .collect();
    let branches: Vec<Value> = branches
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| match one {
            Value::String(name) => json!({"condition": name, "transition": name}),
            other => other.clone(),
        })
        .collect();
    let mut module = json!({"id": "m", "type": kind, "parameters": parameters, "branches": branches,
        "metadata": {"position": {"x": 3, "y": 4}}});
    if let Some(target) = target {
        module["target"] = json!(target);
    }
    module
}

/// What the first block of a file became, as `type`, parameters, and branches as `name>target`.
fn first(text: &str) -> (String, Value, Vec<String>) {
    let converted = convert(text).expect("converts");
    let action = &converted.document.actions()[0];
    let mut ways = Vec::new();
    let to = |branch: &Value| branch["NextAction"].as_str().unwrap_or_default().to_owned();
    let transitions = &action["Transitions"];
    if let Some(next) = transitions["NextAction"].as_str() {
        ways.push(format!("next>{next}"));
    }
    for branch in transitions["Errors"].as_array().into_iter().flatten() {
        ways.push(format!("{}>{}", branch["ErrorType"].as_str().unwrap_or_default(), to(branch)));
    }
    for branch in transitions["Conditions"].as_array().into_iter().flatten() {
        let condition = &branch["Condition"];
        let (operator, operand) = (condition["Operator"].as_str(), condition["Operands"][0].as_str());
        ways.push(format!("{} {}>{}", operator.unwrap_or_default(), operand.unwrap_or_default(), to(branch)));
    }
    (action["Type"].as_str().unwrap_or_default().to_owned(), action["Parameters"].clone(), ways)
}

fn valued(name: &str, namespace: &str, value: &str) -> Value {
    json!({"name": name, "namespace": namespace, "value": value})
}

fn keyed(name: &str, key: &str, value: &str) -> Value {
    json!({"name": name, "key": key, "value": value, "namespace": null})
}

#[test]
fn every_module_type_has_its_action() {
    let evaluate = |operator: &str, value: &str, to: &str| json!({"condition": "Evaluate", "conditionType": operator, "conditionValue": value, "transition": to});
    let queue = json!({"name": "Queue", "value": "arn:q", "namespace": null, "resourceName": "Sales"});
    #[rustfmt::skip]
    let cases: Vec<(Value, &str, &str, Value, &[&str])> = vec![
        (module("PlayPrompt", json!([["Text", "Hi"], ["TextToSpeechType", "text"]]), json!(["Success"])), "contactFlow",
         "MessageParticipant", json!({"Text": "Hi"}), &["next>Success"]),
        (module("PlayPrompt", json!([valued("Text", "System", "Queue.Name"), ["TextToSpeechType", "ssml"]]), json!(["Success"])), "contactFlow",
         "MessageParticipant", json!({"SSML": "$.Queue.Name"}), &["next>Success"]),
        (module("PlayAudio", json!([["AudioPrompt", "arn:p"]]), json!(["Success"])), "contactFlow",
         "MessageParticipant", json!({"PromptId": "arn:p"}), &["next>Success"]),
        (module("SetAttributes", json!([keyed("Attribute", "a", "1"), {"name": "Attribute", "key": "b", "namespace": "External", "value": "x"}]), json!(["Success", "Error"])), "contactFlow",
         "UpdateContactAttributes", json!({"Attributes": {"a": "1", "b": "$.External.x"}}), &["next>Success", "NoMatchingError>Error"]),
        (module("SetScreenPop", json!([["key", "screenpop"], ["value", "u"]]), json!(["Success", "Error"])), "contactFlow",
         "UpdateContactAttributes", json!({"Attributes": {"screenpop": "u"}}), &["next>Success", "NoMatchingError>Error"]),
        (module("InvokeExternalResource/Lambda", json!([valued("FunctionArn", "User Defined", "fn"), ["TimeLimit", 8], keyed("Parameter", "k", "v")]), json!(["Success", "Error"])), "contactFlow",
         "InvokeLambdaFunction", json!({"LambdaFunctionARN": "$.Attributes.fn", "InvocationTimeLimitSeconds": "8", "LambdaInvocationAttributes": {"k": "v"}}), &["next>Success", "NoMatchingError>Error"]),
        (module("Transfer/Queue", json!([]), json!(["AtCapacity", "Error"])), "contactFlow",
         "TransferContactToQueue", json!({}), &["next>Error", "QueueAtCapacity>AtCapacity", "NoMatchingError>Error"]),
        (module("Transfer/Queue", json!([queue]), json!(["Success", "AtCapacity", "Error"])), "customerQueue",
         "DequeueContactAndTransferToQueue", json!({"QueueId": "arn:q"}), &["next>Success", "QueueAtCapacity>AtCapacity", "NoMatchingError>Error"]),
        (module("Transfer/Flow", json!([["ContactFlowId", "arn:f"]]), json!(["Error"])), "contactFlow",
         "TransferToFlow", json!({"ContactFlowId": "arn:f"}), &["next>Error", "NoMatchingError>Error"]),
        (module("Transfer/PhoneNumber", json!([["PhoneNumber", "+15550100"], ["TimeLimit", "30"], ["BlindTransfer", true]]), json!(["Error"])), "contactFlow",
         "TransferParticipantToThirdParty", json!({"ThirdPartyPhoneNumber": "+15550100", "ThirdPartyConnectionTimeLimitSeconds": "30", "ContinueFlowExecution": "False"}), &["next>Error", "NoMatchingError>Error"]),
        (module("Transfer/PhoneNumber", json!([["PhoneNumber", "+15550100"], ["TimeLimit", "30"], ["BlindTransfer", "false"]]), json!(["Success", "CallFailure", "Timeout", "Error"])), "contactFlow",
         "TransferParticipantToThirdParty", json!({"ThirdPartyPhoneNumber": "+15550100", "ThirdPartyConnectionTimeLimitSeconds": "30", "ContinueFlowExecution": "True"}),
         &["next>Success", "ConnectionTimeLimitExceeded>Timeout", "CallFailed>CallFailure", "NoMatchingError>Error"]),
        (module("Transfer/Agent", json!([]), json!([])), "agentTransfer", "TransferContactToAgent", json!({}), &[]),
        (module("CheckAttribute", json!([["Attribute", "vip level"], ["Namespace", "User Defined"]]), json!([evaluate("GreaterThanOrEqualTo", "3", "a"), evaluate("StartsWith", "x", "b"), "NoMatch"])), "contactFlow",
         "Compare", json!({"ComparisonValue": "$.Attributes['vip level']"}), &["next>NoMatch", "NoMatchingCondition>NoMatch", "NumberGreaterOrEqualTo 3>a", "TextStartsWith x>b"]),
        (module("SetQueue", json!([queue]), json!(["Success", "Error"])), "contactFlow",
         "UpdateContactTargetQueue", json!({"QueueId": "arn:q"}), &["next>Success", "NoMatchingError>Error"]),
        (module("SetLoggingBehavior", json!([["LoggingBehavior", "Enable"]]), json!(["Success"])), "contactFlow",
         "UpdateFlowLoggingBehavior", json!({"FlowLoggingBehavior": "Enabled"}), &["next>Success"]),
        (module("GetUserInput/Digits", json!([["Text", "1 or 2"], ["TextToSpeechType", "text"], ["Timeout", 5], ["MaxDigits", 1]]), json!([evaluate("Equals", "1", "a"), "Timeout", "NoMatch", "Error"])), "contactFlow",
         "GetParticipantInput", json!({"Text": "1 or 2", "StoreInput": "False", "InputTimeLimitSeconds": "5"}),
         &["next>NoMatch", "NoMatchingCondition>NoMatch", "NoMatchingError>Error", "InputTimeLimitExceeded>Timeout", "Equals 1>a"]),
        (module("GetUserInput/Lex", json!([["Text", "Hi"], ["BotName", "B"], ["BotAlias", "$LATEST"], ["BotRegion", "us-east-1"], keyed("Parameter", "s", "v")]), json!([evaluate("Equals", "Order", "a"), "NoMatch", "Error"])), "contactFlow",
         "ConnectParticipantWithLexBot", json!({"Text": "Hi", "LexBot": {"Name": "B", "Region": "us-east-1", "Alias": "$LATEST"}, "LexSessionAttributes": {"s": "v"}}),
         &["next>NoMatch", "NoMatchingCondition>NoMatch", "NoMatchingError>Error", "Equals Order>a"]),
        (module("StoreUserInput", json!([["Text", "PIN"], ["TextToSpeechType", "text"], ["CustomerInputType", "Custom"], ["Timeout", "5"], ["MaxDigits", 4],
            ["EncryptEntry", "true"], ["EncryptionKeyId", "k"], ["EncryptionKey", "pem"], ["TerminatorDigits", "#"], ["DisableCancel", false]]), json!(["Success", "Error"])), "contactFlow",
         "GetParticipantInput", json!({"Text": "PIN", "StoreInput": "True", "InputTimeLimitSeconds": "5", "InputValidation": {"CustomValidation": {"MaximumLength": "4"}},
            "InputEncryption": {"EncryptionKeyId": "k", "Key": "pem"}, "DTMFConfiguration": {"InputTerminationSequence": "#", "DisableCancelKey": "False"}}),
         &["next>Success", "NoMatchingError>Error"]),
        (module("StoreCustomerInput", json!([["Text", "Number"], ["CustomerInputType", "PhoneNumber"], ["Timeout", "5"], ["PhoneNumberFormat", "Local"], ["CountryCode", "US"]]), json!(["Success", "InvalidNumber", "Error"])), "contactFlow",
         "GetParticipantInput", json!({"Text": "Number", "StoreInput": "True", "InputTimeLimitSeconds": "5", "InputValidation": {"PhoneNumberValidation": {"NumberFormat": "Local", "CountryCode": "US"}}}),
         &["next>Success", "InvalidPhoneNumber>InvalidNumber", "NoMatchingError>Error"]),
        (module("SetVoice", json!([["GlobalVoice", "Joanna"], ["GlobalEngine", "Neural"], ["SpeakingStyle", "None"]]), json!(["Success"])), "contactFlow",
         "UpdateContactTextToSpeechVoice", json!({"TextToSpeechVoice": "Joanna", "TextToSpeechEngine": "Neural", "TextToSpeechStyle": "None"}), &["next>Success"]),
        (module("Resume", json!([]), json!([])), "agentWhisper", "EndFlowExecution", json!({}), &[]),
        (module("Disconnect", json!([]), json!([])), "contactFlow", "DisconnectParticipant", json!({}), &[]),
        (module("Loop", json!([["LoopCount", 3]]), json!(["Looping", "Complete"])), "contactFlow",
         "Loop", json!({"LoopCount": "3"}), &["next>Complete", "Equals ContinueLooping>Looping", "Equals DoneLooping>Complete"]),
        (module("StartMediaStreaming", json!([["Track", "ToCustomer"], ["Track", "FromCustomer"], ["MediaStreamTypes", "Audio"]]), json!(["Success", "Error"])), "contactFlow",
         "UpdateContactMediaStreamingBehavior", json!({"MediaStreamingState": "Enabled", "MediaStreamType": "Audio", "Participants": [{"ParticipantType": "Customer", "MediaDirections": ["From", "To"]}]}),
         &["next>Success", "NoMatchingError>Error"]),
        (module("StopMediaStreaming", json!([["Track", "FromCustomer"], ["MediaStreamTypes", "Audio"]]), json!(["Success", "Error"])), "contactFlow",
         "UpdateContactMediaStreamingBehavior", json!({"MediaStreamingState": "Disabled", "MediaStreamType": "Audio", "Participants": [{"ParticipantType": "Customer", "MediaDirections": ["From"]}]}),
         &["next>Success", "NoMatchingError>Error"]),
        (module("SetEventHook", json!([["Type", "AgentWhisper"], ["ContactFlowId", "arn:f"]]), json!(["Success", "Error"])), "contactFlow",
         "UpdateContactEventHooks", json!({"EventHooks": {"AgentWhisper": "arn:f"}}), &["next>Success", "NoMatchingError>Error"]),
        (module("SetContactFlow", json!([["Type", "CustomerQueue"], ["ContactFlowId", "arn:f"]]), json!(["Success"])), "contactFlow",
         "UpdateContactEventHooks", json!({"EventHooks": {"CustomerQueue": "arn:f"}}), &["next>Success", "NoMatchingError>Success"]),
        (module("LoopPrompts", json!([keyed("Text", "text", "Wait"), ["AudioPrompt", "arn:p"], keyed("Text", "ssml", "<speak/>"), ["InterruptSeconds", 120]]), json!(["Timeout", "Error"])), "customerQueue",
         "MessageParticipantIteratively", json!({"Messages": [{"Text": "Wait"}, {"PromptId": "arn:p"}, {"SSML": "<speak/>"}], "InterruptFrequencySeconds": "120"}),
         &["NoMatchingError>Error", "Equals MessagesInterrupted>Timeout"]),
        (module("SetRecordingBehavior", json!([["RecordingBehaviorOption", "Enable"], ["RecordingParticipantOption", "Both"]]), json!(["Success"])), "contactFlow",
         "UpdateContactRecordingBehavior", json!({"RecordingBehavior": {"RecordedParticipants": ["Agent", "Customer"]}}), &["next>Success"]),
        (module("SetRecordingBehavior", json!([["RecordingBehaviorOption", "Disable"], ["RecordingParticipantOption", "Both"]]), json!(["Success"])), "contactFlow",
         "UpdateContactRecordingBehavior", json!({"RecordingBehavior": {"RecordedParticipants": []}}), &["next>Success"]),
        (module("CheckStaffing", json!([["Status", "Staffed"]]), json!(["True", "False", "Error"])), "contactFlow",
         "CheckMetricData", json!({"MetricType": "NumberOfAgentsStaffed"}), &["next>Error", "NoMatchingCondition>False", "NoMatchingError>Error", "NumberGreaterThan 0>True"]),
        (module("CheckQueueStatus", json!([]), json!([{"condition": "CheckQueueTime", "conditionType": "LessThan", "conditionValue": 300000, "transition": "a"}, "NoMatch", "Error"])), "contactFlow",
         "CheckMetricData", json!({"MetricType": "OldestContactInQueueAgeSeconds"}), &["next>Error", "NoMatchingCondition>NoMatch", "NoMatchingError>Error", "NumberLessThan 300000>a"]),
        (module("CheckHoursOfOperation", json!([]), json!(["True", "False", "Error"])), "contactFlow",
         "CheckHoursOfOperation", json!({}), &["next>False", "NoMatchingError>Error", "Equals True>True", "Equals False>False"]),
        (module("Wait", json!([["TimeoutSeconds", "20"]]), json!(["Timeout", "CustomerReturned", "Error"])), "contactFlow",
         "Wait", json!({"TimeLimitSeconds": "20", "Events": ["CustomerReturned"]}), &["next>Error", "NoMatchingError>Error", "Equals WaitCompleted>Timeout", "Equals CustomerReturned>CustomerReturned"]),
        (module("GetMetricData", json!([queue]), json!(["Success", "Error"])), "contactFlow",
         "GetMetricData", json!({"QueueId": "arn:q"}), &["next>Success", "NoMatchingError>Error"]),
        (module("UpdateRoutingPriority", json!([["TimeOffset", 60]]), json!(["Success"])), "contactFlow",
         "UpdateContactRoutingBehavior", json!({"QueueTimeAdjustmentSeconds": "60"}), &["next>Success"]),
        (module("SetCallBackNumber", json!([valued("CallBackNumber", "System", "Stored customer input")]), json!(["Success", "InvalidPhoneNumber", "NonDialableNumber"])), "contactFlow",
         "UpdateContactCallbackNumber", json!({"CallbackNumber": "$.StoredCustomerInput"}), &["next>Success", "InvalidCallbackNumber>InvalidPhoneNumber", "CallbackNumberNotDialable>NonDialableNumber"]),
        (module("CreateCallback", json!([["InitialDelaySeconds", 5], ["RetryDelaySeconds", 600], ["MaxRetryAttempts", 2]]), json!(["Success", "Error"])), "contactFlow",
         "CreateCallbackContact", json!({"InitialCallDelaySeconds": "5", "RetryDelaySeconds": "600", "MaximumConnectionAttempts": "2"}), &["next>Success", "NoMatchingError>Error"]),
        (module("PercentileBranching", json!([]), json!([evaluate("LessThan", "3", "a"), evaluate("LessThan", "6", "b"), evaluate("LessThan", "8", "c"), "NoMatch"])), "contactFlow",
         "DistributeByPercentage", json!({}), &["next>NoMatch", "NoMatchingCondition>NoMatch", "NumberLessThan 4>a", "NumberLessThan 10>b", "NumberLessThan 18>c"]),
    ];
    for (module, kind, name, parameters, ways) in cases {
        let text = file(module.clone(), kind);
        let (found_name, found, found_ways) = first(&text);
        let label = format!("{} {}", module["type"], module["target"]);
        assert_eq!((found_name.as_str(), &found), (name, &parameters), "{label}");
        assert_eq!(found_ways, ways, "{label}");
        let converted = convert(&text).expect("converts");
        let kind = converted.kind.expect("a type");
        let wrong: Vec<String> = validate_document(&converted.document, kind, false, None)
            .iter()
            .filter(|problem| problem.level == Level::Error)
            .map(ToString::to_string)
            .collect();
        assert_eq!(wrong, [""; 0], "{label}");
        let place = &converted.document.metadata().expect("metadata")["ActionMetadata"]["m"];
        assert_eq!(place["position"], json!({"x": 3, "y": 4}), "{label}");
        for note in &converted.notes {
            assert_eq!(note.fate, Fate::Added, "{label}: {note}");
        }
    }
}

#[test]
fn what_does_not_pass_over_is_kept_and_named() {
    let strange = json!({"id": "m", "type": "SetVoiceId", "target": "X", "colour": "red",
        "parameters": [{"name": "Threshold", "value": 7}],
        "branches": [{"condition": "Success", "transition": "ok"}, {"condition": "Maybe", "transition": "ok"}]});
    let converted = convert(&file(strange, "contactFlow")).expect("converts");
    let action = &converted.document.actions()[0];
    assert_eq!((&action["Type"], &action["Transitions"]["NextAction"]), (&json!("SetVoiceId"), &json!("ok")));
    let kept = &converted.document.metadata().expect("metadata")["ActionMetadata"]["m"]["legacy"];
    assert_eq!(
        *kept,
        json!({"parameters": [{"name": "Threshold", "value": 7}],
            "branches": [{"condition": "Maybe", "transition": "ok"}], "colour": "red", "target": "X"})
    );
    let notes: Vec<String> = converted.notes.iter().map(ToString::to_string).collect();
    assert_eq!(
        notes,
        [
            r#"kept block "m", modules[0]: there is no block for modules of type SetVoiceId (X)"#,
            r#"kept block "m", modules[0].parameters[0]: parameter "Threshold" of SetVoiceId has no counterpart"#,
            r#"kept block "m", modules[0].branches[1]: branch "Maybe" of SetVoiceId has no counterpart"#,
            r#"kept block "m", modules[0].colour: is not part of the older format"#,
        ]
    );
    let problems = validate_document(&converted.document, FlowType::ContactFlow, false, None);
    assert!(problems.iter().any(|problem| problem.level == Level::Error && problem.path.ends_with("Type")));

    let added = convert(&file(
        module(
            "SetContactFlow",
            json!([["Type", "CustomerQueue"], ["ContactFlowId", "f"]]),
            json!(["Success"]),
        ),
        "contactFlow",
    ));
    let added = added.expect("converts").notes;
    assert_eq!(added.len(), 1);
    assert!(added[0].fate == Fate::Added && added[0].message.contains("NoMatchingError"), "{added:?}");

    let odd = convert(&file(
        module(
            "CheckAttribute",
            json!([["Attribute", "a"], ["Namespace", "Weather"]]),
            json!([{"condition": "Evaluate", "conditionType": "Sounds", "conditionValue": "x", "transition": "a"}, "NoMatch"]),
        ),
        "party",
    ));
    let odd: Vec<String> = odd.expect("converts").notes.iter().map(ToString::to_string).collect();
    assert!(odd.iter().any(|note| note.contains("there is no flow type \"party\"")), "{odd:?}");
    assert!(odd.iter().any(|note| note.contains("namespace \"Weather\" is not known")), "{odd:?}");
    assert!(odd.iter().any(|note| note.contains("there is no operator \"Sounds\"")), "{odd:?}");
}

#[test]
fn age_and_length_of_a_queue_become_a_chain() {
    let check = |what: &str, value: u32, to: &str| json!({"condition": what, "conditionType": "LessThan", "conditionValue": value, "transition": to});
    let text = file(
        module(
            "CheckQueueStatus",
            json!([{"name": "Queue", "value": "q"}]),
            json!([check("CheckQueueTime", 1000, "a"), check("CheckQueueSize", 5, "b"), "NoMatch", "Error"]),
        ),
        "contactFlow",
    );
    let converted = convert(&text).expect("converts");
    let [one, two, ..] = converted.document.actions() else { panic!("two blocks") };
    assert_eq!((&one["Identifier"], &two["Identifier"]), (&json!("m"), &json!("m-2")));
    let unmatched = |action: &Value| {
        let errors = action["Transitions"]["Errors"].as_array().expect("a list").clone();
        errors
            .iter()
            .find(|error| error["ErrorType"] == "NoMatchingCondition")
            .map(|it| it["NextAction"].clone())
    };
    assert_eq!((unmatched(one), unmatched(two)), (Some(json!("m-2")), Some(json!("NoMatch"))));
    assert_eq!(two["Parameters"], json!({"MetricType": "NumberOfContactsInQueue", "QueueId": "q"}));
    assert!(validate_document(&converted.document, FlowType::ContactFlow, false, None).is_empty());
}

#[test]
fn the_envelope_becomes_metadata() {
    let text = file(module("Disconnect", json!([]), json!([])), "customerQueue");
    let wrapped = Value::String(text.clone()).to_string();
    for text in [text, wrapped] {
        assert!(detect(&text));
        let converted = convert(&text).expect("converts");
        assert_eq!((converted.name.as_deref(), converted.kind), (Some("N"), Some(FlowType::CustomerQueue)));
        let metadata = converted.document.metadata().expect("metadata");
        assert_eq!(metadata["entryPointPosition"], json!({"x": 1, "y": 2}));
        assert_eq!(
            (&metadata["type"], &metadata["status"], &metadata["hash"]),
            (&json!("customerQueue"), &json!("saved"), &json!({}))
        );
        assert!(!metadata.contains_key("description"));
        let content = converted.document.content().expect("content");
        assert!(
            content.exported_type().is_none()
                && content.metadata().is_some_and(|it| !it.contains_key("name"))
        );
    }
}

#[test]
fn what_is_not_of_the_older_format_is_refused() {
    for text in
        ["", "{", "[]", "{}", r#"{"modules": {}}"#, r#"{"modules": [], "Actions": []}"#, r#"{"Actions": []}"#]
    {
        assert!(!detect(text), "{text}");
        assert!(convert(text).is_err(), "{text}");
    }
    for (modules, path) in [
        (json!([3]), "modules[0]"),
        (json!([{"id": "a"}]), "modules[0].type"),
        (json!([{"id": "a", "type": "Wait", "branches": {}}]), "modules[0].branches"),
        (json!([{"id": "a", "type": "Wait", "parameters": [1]}]), "modules[0].parameters[0]"),
    ] {
        let text = json!({"modules": modules}).to_string();
        let error = convert(&text).expect_err("refused").to_string();
        assert!(detect(&text) && error.starts_with(&format!("{path}: ")), "{error}");
    }
}

/// What keeps real files from being published as they are: resources that they name by display name only.
const KNOWN: [&str; 1] = ["014.json Actions[3].Parameters.QueueId: must not be empty"];

#[test]
fn real_older_flows_convert_and_can_be_published() {
    let texts = corpus::texts("legacy");
    let mut known = if texts.is_empty() { Vec::new() } else { KNOWN.to_vec() };
    for (name, text) in texts {
        let source: Value = serde_json::from_str(&text).expect("JSON");
        let converted = convert(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let kind = converted.kind.unwrap_or_else(|| panic!("{name} has no type"));
        let wrong: Vec<String> = validate_document(&converted.document, kind, false, None)
            .iter()
            .filter(|problem| problem.level == Level::Error)
            .map(|problem| format!("{name} {}: {}", problem.path, problem.message))
            .collect();
        assert!(wrong.iter().all(|problem| KNOWN.contains(&problem.as_str())), "{wrong:#?}");
        known.retain(|problem| !wrong.iter().any(|found| found == problem));
        assert_eq!(converted.document.actions().len(), source["modules"].as_array().expect("modules").len());
        let places = converted.document.metadata().expect("metadata")["ActionMetadata"].clone();
        for module in source["modules"].as_array().expect("modules") {
            let id = module["id"].as_str().expect("an id");
            assert_eq!(places[id]["position"], module["metadata"]["position"], "{name}: {id}");
        }
        for note in &converted.notes {
            println!("{name}: {note}");
            assert_ne!(note.fate, Fate::Changed, "{name}: {note}");
        }
        let mut host = TestHost::new(Channel::Chat);
        host.provide("Functions");
        let value = Value::Object(converted.document.root().clone());
        let mut play = crate::support::Play::new(&value, kind, host);
        play.start();
    }
    assert_eq!(known, [""; 0], "no longer wrong");
}
