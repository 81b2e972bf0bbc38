//! Contact and flow control actions: their branches, what they ask of their surroundings, and each channel.

use crate::support::case::{ERROR, case, check, says};
use crate::support::{Play, TestHost, one_action};
use flows::*;
use model::Channel::{self, Task, Voice};
use model::resource::FlowType;
use serde_json::{Value, json};

#[test]
fn attributes_and_contact_data() {
    check(vec![
        case("UpdateContactAttributes", json!({"Attributes": {"a": "1", "b": "x$.Channel"}}), "next")
            .calls(&[r#"set_attributes (Current, {"a": "1", "b": "xCHAT"})"#]),
        case(
            "UpdateContactAttributes",
            json!({"Attributes": {"a": "1"}, "TargetContact": "Related"}),
            "next",
        )
        .calls(&[r#"set_attributes (Related, {"a": "1"})"#]),
        case(
            "UpdateContactAttributes",
            json!({"Attributes": {"$.External.key": "1", "$.Channel": "$.None.x"}}),
            "next",
        )
        .calls(&[r#"set_attributes (Current, {"CHAT": "$.None.x"})"#]),
        case("UpdateContactAttributes", json!({"Attributes": {"a": "$.Attributes.missing"}}), "next")
            .calls(&[r#"set_attributes (Current, {"a": ""})"#]),
        case("UpdateContactAttributes", json!({"Attributes": {"a": "1"}, "TargetContact": "Other"}), ERROR),
        case("UpdateContactAttributes", json!({"Attributes": "a"}), ERROR),
        case("UpdateContactAttributes", json!({"Attributes": {"a": "1"}}), ERROR)
            .when(|host| host.fail("set_attributes", FlowError::Refused("too large".into()))),
        case("UpdateContactData", json!({"LanguageCode": "de-DE", "CustomerId": "$.Attributes.id"}), "next")
            .when(|host| host.set("Attributes", json!({"id": "7"}))),
        case("UpdateContactData", json!({"CustomerId": "$.Attributes.id"}), ERROR),
        case("UpdateContactData", json!({"Name": "n", "TargetContact": "Related"}), ERROR)
            .when(|host| host.fail("update_contact", FlowError::Refused("no related contact".into()))),
        case(
            "UpdateFlowAttributes",
            json!({"FlowAttributes": {"a-b/c": {"Value": "$.Channel", "Type": "String"}}}),
            "next",
        ),
        case("UpdateFlowAttributes", json!({"FlowAttributes": {"a": {"Value": "x".repeat(33_000)}}}), ERROR),
        case("UpdateFlowAttributes", json!({}), ERROR),
        case("TagContact", json!({"Tags": {"team": "$.Channel"}}), "next")
            .calls(&[r#"tag {"team": "CHAT"}"#]),
        case("TagContact", json!({"Tags": {"aws:x": "1"}}), ERROR),
        case("TagContact", json!({"Tags": {}}), ERROR),
        case(
            "TagContact",
            json!({"Tags": {"1": "", "2": "", "3": "", "4": "", "5": "", "6": "", "7": ""}}),
            ERROR,
        ),
        case("UntagContact", json!({"TagKeys": ["a", "b"]}), "next").calls(&[r#"untag ["a", "b"]"#]),
        case("UnTagContact", json!({"TagKeys": ["a"]}), "next").calls(&[r#"untag ["a"]"#]),
        case("UntagContact", json!({"TagKeys": []}), ERROR),
    ]);
}

#[test]
fn queues_and_routing() {
    let full = Resume::QueueAtCapacity;
    check(vec![
        case("UpdateContactTargetQueue", json!({"QueueId": "q"}), "next").calls(&[r#"queue Queue("q")"#]),
        case("UpdateContactTargetQueue", json!({"AgentId": "$.Agent.UserName"}), "next")
            .when(|host| host.set("Agent.UserName", json!("jo")))
            .calls(&[r#"queue Agent("jo")"#]),
        case("UpdateContactTargetQueue", json!({"AgentId": "$.Agent.UserName"}), ERROR),
        case("UpdateContactTargetQueue", json!({"QueueId": "q", "AgentId": "a"}), ERROR),
        case("UpdateContactTargetQueue", json!({}), ERROR),
        case("UpdateContactTargetQueue", json!({"QueueId": "q"}), ERROR).within(FlowType::CustomerWhisper),
        case("TransferContactToQueue", json!({}), "TransferToQueue"),
        case("TransferContactToQueue", json!({}), "QueueAtCapacity").then(full.clone()),
        case("TransferContactToQueue", json!({}), ERROR).then(Resume::Failed("no queue".into())),
        case("TransferContactToQueue", json!({}), ERROR).within(FlowType::CustomerQueue),
        case("DequeueContactAndTransferToQueue", json!({"QueueId": "q"}), "DequeueAndTransfer")
            .within(FlowType::CustomerQueue),
        case("DequeueContactAndTransferToQueue", json!({}), "next")
            .within(FlowType::CustomerQueue)
            .then(Resume::Done),
        case("DequeueContactAndTransferToQueue", json!({}), "QueueAtCapacity")
            .within(FlowType::CustomerQueue)
            .then(full),
        case("DequeueContactAndTransferToQueue", json!({}), ERROR)
            .within(FlowType::CustomerQueue)
            .then(Resume::Failed("joined already".into())),
        case("DequeueContactAndTransferToQueue", json!({}), ERROR),
        case("UpdateContactRoutingBehavior", json!({"QueuePriority": "1"}), "next")
            .calls(&["routing Priority(1)"]),
        case("UpdateContactRoutingBehavior", json!({"QueueTimeAdjustmentSeconds": "-600"}), "next")
            .calls(&["routing AgeAdjustment(-600)"]),
        case("UpdateContactRoutingBehavior", json!({"QueuePriority": "0"}), "next"),
        case(
            "UpdateContactRoutingCriteria",
            json!({"RoutingCriteria": {"Steps": [{"Expression": {}}]}}),
            "next",
        )
        .calls(&[r#"criteria Object {"Steps": Array [Object {"Expression": Object {}}]}"#]),
        case("UpdateRoutingCriteria", json!({"RoutingCriteria": "$.Attributes.c"}), "next")
            .when(|host| host.set("Attributes", json!({"c": "{\"Steps\":[{}]}"}))),
        case("UpdateContactRoutingCriteria", json!({"RoutingCriteria": "$.Attributes.c"}), ERROR),
        case("UpdateContactRoutingCriteria", json!({"RoutingCriteria": {"Steps": []}}), ERROR),
        case("TransferContactToAgent", json!({}), "failed").within(FlowType::AgentTransfer),
        case("TransferContactToAgent", json!({}), "TransferToAgent")
            .within(FlowType::AgentTransfer)
            .on(Voice)
            .when(|host| host.provide("Telephony")),
    ]);
}

#[test]
fn checks() {
    let hours = &["True", "False"];
    let agents = &["NumberGreaterThan:0"];
    check(vec![
        case("CheckHoursOfOperation", json!({}), "True").conditions(hours),
        case("CheckHoursOfOperation", json!({}), "False")
            .conditions(hours)
            .when(|host| host.hours = Ok(false)),
        case("CheckHoursOfOperation", json!({}), ERROR)
            .conditions(hours)
            .when(|host| host.hours = Err(FlowError::Unavailable("hours"))),
        case("CheckHoursOfOperation", json!({"HoursOfOperationId": "$.Attributes.none"}), ERROR)
            .conditions(hours),
        case("CheckMetricData", json!({"MetricType": "NumberOfAgentsStaffed"}), "0")
            .conditions(agents)
            .when(|host| host.metrics = Ok(QueueMetrics { agents_staffed: 2, ..QueueMetrics::default() })),
        case("CheckMetricData", json!({"MetricType": "NumberOfAgentsAvailable"}), "NoMatchingCondition")
            .conditions(agents)
            .when(|host| host.metrics = Ok(QueueMetrics { agents_staffed: 2, ..QueueMetrics::default() })),
        case("CheckMetricData", json!({"MetricType": "OldestContactInQueueAgeSeconds"}), "300000")
            .conditions(&["NumberLessThan:60000", "NumberLessThan:300000"])
            .when(|host| {
                host.metrics = Ok(QueueMetrics { oldest_contact_age_ms: 60_000, ..QueueMetrics::default() })
            }),
        case("CheckMetricData", json!({"MetricType": "NumberOfContactsInQueue"}), "0")
            .conditions(&["Equals:0"]),
        case("CheckMetricData", json!({"MetricType": "NumberOfTables"}), ERROR).conditions(agents),
        case("CheckMetricData", json!({"MetricType": "NumberOfAgentsOnline"}), ERROR)
            .conditions(agents)
            .when(|host| host.metrics = Err(FlowError::Unavailable("metrics"))),
        case("GetMetricData", json!({"QueueChannel": "chat"}), "next"),
        case("GetMetricData", json!({"QueueChannel": "fax"}), ERROR),
        case("GetMetricData", json!({}), ERROR)
            .when(|host| host.metrics = Err(FlowError::Unavailable("metrics"))),
        case("Compare", json!({"ComparisonValue": "$.Channel"}), "CHAT").conditions(&["VOICE", "CHAT"]),
        case("Compare", json!({"ComparisonValue": "$.Channel"}), "NoMatchingCondition").conditions(&["chat"]),
        case("Compare", json!({"ComparisonValue": "$.Attributes.none"}), "NoMatchingCondition")
            .conditions(&["x", "KeyExists:y"]),
        case("Compare", json!({"ComparisonValue": "$.Attributes.empty"}), "y")
            .conditions(&["x", "KeyExists:y"])
            .when(|host| host.set("Attributes", json!({"empty": null}))),
        case("Compare", json!({"ComparisonValue": "$.Attributes.n"}), "5")
            .conditions(&["NumberLessThan:5", "NumberGreaterOrEqualTo:5"])
            .when(|host| host.set("Attributes", json!({"n": " 5.0 "}))),
        case("Compare", json!({"ComparisonValue": "$.Attributes.a"}), ".Attributes.b")
            .conditions(&["x", "$.Attributes.b"])
            .when(|host| host.set("Attributes", json!({"a": "1", "b": "1"}))),
        case("Compare", json!({}), "NoMatchingCondition").conditions(&["x"]),
        case("DistributeByPercentage", json!({}), "21")
            .conditions(&["NumberLessThan:21", "NumberLessThan:61"])
            .when(|host| host.percents.push_back(20)),
        case("DistributeByPercentage", json!({}), "61")
            .conditions(&["NumberLessThan:21", "NumberLessThan:61"])
            .when(|host| host.percents.push_back(21)),
        case("DistributeByPercentage", json!({}), "NoMatchingCondition")
            .conditions(&["NumberLessThan:21", "NumberLessThan:61"])
            .when(|host| host.percents.push_back(61)),
    ]);
}

#[test]
fn waits() {
    let both =
        json!({"TimeLimitSeconds": "900", "Events": ["CustomerReturned", "BotParticipantDisconnected"]});
    let results = &["WaitCompleted", "CustomerReturned", "BotParticipantDisconnected"];
    check(vec![
        case("Wait", both.clone(), "WaitCompleted").conditions(results).then(Resume::TimeLimit),
        case("Wait", both.clone(), "CustomerReturned").conditions(results).then(Resume::CustomerReturned),
        case("Wait", both.clone(), "CustomerReturned").conditions(results).then(says("hello")),
        case("Wait", both.clone(), "BotParticipantDisconnected")
            .conditions(results)
            .then(Resume::BotDisconnected),
        case("Wait", both.clone(), "ParticipantNotFound").conditions(results).then(Resume::BotNotFound),
        case("Wait", both.clone(), ERROR).conditions(results).then(Resume::Failed("no".into())),
        case("Wait", json!({"TimeLimitSeconds": "900"}), "Wait").conditions(results).then(says("hello")),
        case("Wait", both.clone(), "Wait").conditions(results).on(Task).then(Resume::CustomerReturned),
        case("Wait", both.clone(), "WaitCompleted").conditions(results).on(Task).then(Resume::TimeLimit),
        case("Wait", both, ERROR).conditions(results).on(Voice),
        case("Wait", json!({"TimeoutSeconds": "5"}), "Wait"),
        case("Wait", json!({"TimeLimitSeconds": "0"}), ERROR),
        case("Wait", json!({"TimeLimitSeconds": "604801"}), ERROR),
        case("Wait", json!({"TimeLimitSeconds": "soon"}), ERROR),
        case("Wait", json!({}), ERROR),
        case("Wait", json!({"TimeLimitSeconds": "5", "ContinueExecution": "True"}), ERROR),
    ]);
}

#[test]
fn hooks() {
    let hook = "UpdateContactEventHooks";
    check(vec![
        case(hook, json!({"EventHooks": {"CustomerQueue": "f"}}), "next")
            .calls(&[r#"hook (CustomerQueue, Some("f"))"#]),
        case(hook, json!({"EventHooks": {"CustomerQueue": "f", "CustomerRemaining": "$.Channel"}}), "next")
            .calls(&[r#"hook (CustomerQueue, Some("f"))"#, r#"hook (CustomerRemaining, Some("CHAT"))"#]),
        case(
            hook,
            json!({
                "EventHooks": {"AgentWhisper": "stale"},
                "EventHooksConfiguration": {"AgentWhisper": {"DisableExecution": "true"}},
            }),
            "next",
        )
        .calls(&["hook (AgentWhisper, None)"]),
        case(hook, json!({"EventHooks": {"CustomerQueue": "$.Attributes.none"}}), ERROR),
        case(hook, json!({"EventHooks": {"Lunch": "f"}}), ERROR),
        case(hook, json!({"EventHooks": {}}), ERROR),
        case(hook, json!({"EventHooks": {"CustomerHold": "f"}}), ERROR),
        case(hook, json!({"EventHooks": {"CustomerHold": "f"}}), "next").on(Voice),
        case(hook, json!({"EventHooks": {"CustomerQueue": "f"}}), ERROR)
            .when(|host| host.fail("hook", FlowError::Unavailable("flow"))),
    ]);
}

#[test]
fn tasks() {
    let task = |more: Value| {
        let mut task = json!({"Name": "Call $.Attributes.name", "ContactFlowId": "f"});
        task.as_object_mut().expect("an object").extend(more.as_object().cloned().expect("an object"));
        task
    };
    check(vec![
        case("CreateTask", task(json!({"DelaySeconds": "518401"})), ERROR),
        case("CreateTask", task(json!({"ScheduledTime": "1679609303"})), ERROR),
        case("CreateTask", task(json!({"ScheduledTime": "2023-11-14T22:30:00Z"})), "next"),
        case("CreateTask", task(json!({"ScheduledTime": "1700000001"})), "next"),
        case("CreateTask", task(json!({"ScheduledTime": "tomorrow"})), ERROR),
        case("CreateTask", task(json!({"ScheduledTime": "1700000001", "DelaySeconds": "1"})), ERROR),
        case("CreateTask", task(json!({"References": "x"})), ERROR),
        case("CreateTask", json!({"Name": "x"}), ERROR),
        case("CreateTask", json!({"Name": "x", "TaskTemplateId": "t"}), "next"),
        case("CreateTask", json!({"ContactFlowId": "f"}), ERROR),
        case("CreateTask", task(json!({})), ERROR)
            .when(|host| host.fail("task", FlowError::Unavailable("tasks"))),
        case("ResumeContact", json!({}), "next").on(Task).calls(&["resume ()"]),
        case("ResumeContact", json!({}), ERROR),
    ]);
    let more = json!({
        "DelaySeconds": "60",
        "Attributes": {"a": "$.Channel"},
        "References": {"site": "https://x", "EMAIL": "a@b", "doc": {"Value": "v", "Type": "STRING"}},
    });
    let play = case("CreateTask", task(more), "next")
        .when(|host| host.set("Attributes", json!({"name": "Ann"})))
        .run();
    assert_eq!(play.run.scope.task, json!({"ContactId": "t-1"}));
    let call = &play.host.calls[0];
    for part in [
        r#"name: "Call Ann""#,
        r#"flow: Some("f")"#,
        r#"attributes: {"a": "CHAT"}"#,
        "scheduled_time: Some(Timestamp(1700000060000))",
        r#""site": TaskReference { value: "https://x", kind: "URL" }"#,
        r#""EMAIL": TaskReference { value: "a@b", kind: "EMAIL" }"#,
        r#""doc": TaskReference { value: "v", kind: "STRING" }"#,
    ] {
        assert!(call.contains(part), "{part} in {call}");
    }
}

#[test]
fn recording_logging_and_voice() {
    let record = json!({"RecordingBehavior": {"RecordedParticipants": ["Agent"]}});
    let newer = "UpdateContactRecordingAndAnalyticsBehavior";
    check(vec![
        case("UpdateContactRecordingBehavior", record.clone(), "next").calls(&[
            r#"recording Object {"RecordingBehavior": Object {"RecordedParticipants": Array [String("Agent")]}}"#,
        ]),
        case("UpdateContactRecordingBehavior", record, "next").on(Task),
        case(newer, json!({"VoiceBehavior": {}}), "ChannelMismatch"),
        case(newer, json!({"ChatBehavior": {}}), "ChannelMismatch").on(Voice),
        case(newer, json!({"ChatBehavior": {}}), "ChannelMismatch").on(Task),
        case(newer, json!({"ChatBehavior": {}}), "next"),
        case(newer, json!({"ScreenRecordingBehavior": {}}), "next").on(Task),
        case(newer, json!({"ChatBehavior": {}}), ERROR)
            .when(|host| host.fail("recording", FlowError::Unavailable("recording"))),
        case(newer, json!({"ChatBehavior": {}}), "InFlightRedactionConfigurationFailed").when(|host| {
            let error = FlowError::branch_of(ErrorBranch::InFlightRedactionConfigurationFailed, "no model");
            host.failing.insert("recording", error);
        }),
        case("UpdateContactMediaProcessing", json!({"ChatProcessor": {}}), ERROR),
        case("UpdateContactMediaProcessing", json!({"ChatProcessor": {}}), "ChannelMismatch").on(Voice),
        case("UpdateFlowLoggingBehavior", json!({"FlowLoggingBehavior": "Enabled"}), "next").calls(&["logging true"]),
        case("UpdateFlowLoggingBehavior", json!({"FlowLoggingBehavior": "Disabled"}), "next").calls(&["logging false"]),
        case("UpdateFlowLoggingBehavior", json!({}), "next"),
        case("UpdateContactTextToSpeechVoice", json!({"TextToSpeechVoice": "Amy"}), "next"),
        case("UpdateContactTextToSpeechVoice", json!({"TextToSpeechVoice": "Amy"}), ERROR).on(Voice),
    ]);
}

#[test]
fn a_chat_goes_on_with_an_earlier_one() {
    fn ready(host: &mut TestHost) {
        host.provide("PersistentChat");
    }
    let name = "CreatePersistentContactAssociation";
    let whole = json!({"RehydrationType": "FROM_SEGMENT", "SourceContactId": "c"});
    check(vec![
        case(name, whole.clone(), ERROR),
        case(name, whole.clone(), "PersistentChat").when(ready),
        case(name, whole.clone(), "next").when(ready).then(Resume::Done),
        case(name, whole.clone(), ERROR).when(ready).then(Resume::Failed("no".into())),
        case(name, whole.clone(), ERROR).when(ready).on(Task),
        case(name, json!({"RehydrationType": "FROM_SEGMENT"}), ERROR).when(ready),
        case(name, json!({"SourceContactId": "c"}), ERROR).when(ready),
    ]);
}

#[test]
fn what_is_not_built_takes_its_documented_branch() {
    for spec in action::all() {
        for channel in Channel::ALL {
            for flow in [FlowType::ContactFlow, FlowType::CustomerQueue, FlowType::OutboundWhisper] {
                let errors: Vec<_> = spec.errors.iter().map(|error| error.branch.as_str()).collect();
                let document = one_action(spec.name, json!({}), &errors, &[]);
                let mut play = Play::new(&document, flow, TestHost::new(channel));
                let pause = play.start();
                let known = errors.contains(&play.at()) || ["it", "next"].contains(&play.at());
                assert!(known, "{} on {channel:?}: {pause:?} at {}", spec.name, play.at());
            }
        }
    }
    for kind in [
        "GetCase",
        "CreateCustomerProfile",
        "CreateWisdomSession",
        "EvaluateDataTableValues",
        "CheckSegmentMembership",
    ] {
        case(kind, json!({"LinkContactToCase": "true"}), ERROR).run();
    }
    for kind in
        ["GetParticipantInput", "CheckVoiceId", "StartVoiceIdStream", "UpdateContactMediaStreamingBehavior"]
    {
        for channel in Channel::ALL {
            case(kind, json!({}), ERROR).on(channel).run();
        }
    }
    case("UpdateContactCallbackNumber", json!({"CallbackNumber": "$.Channel"}), "InvalidCallbackNumber")
        .run();
    case("UpdateContactCallbackNumber", json!({"CallbackNumber": "$.Channel"}), "InvalidCallbackNumber")
        .on(Voice)
        .run();
    case("CreateCallbackContact", json!({}), ERROR).on(Voice).run();
    case("StartOutboundChatContact", json!({}), ERROR).run();
    case("PlayPrompt", json!({}), ERROR).run();
}
