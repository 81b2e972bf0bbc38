//! Every action type on every channel (spec 04 §13.1): where it works each of its branches is reached, elsewhere the
//! documented way out is taken. What is not built stands here by name.

use std::collections::BTreeSet;

use crate::support::case::{Case, ERROR, case, says};
use crate::support::parts::{end, module, returns};
use crate::support::{Play, TestHost, one_action};
use flows::*;
use model::Channel::{self, Chat, Task, Voice};
use model::resource::FlowType;
use serde_json::{Value, json};

/// It works there.
const Y: &str = "works";
/// The way out of most types elsewhere.
const E: &str = ERROR;

/// Type, then what happens on voice, chat and task.
const MATRIX: &[(&str, [&str; 3])] = &[
    ("CompleteOutboundCall", [Y, "failed", "failed"]),
    ("CreateCase", [Y, Y, Y]),
    ("CreateTask", [Y, Y, Y]),
    ("CreateWisdomSession", [Y, Y, E]),
    ("DequeueContactAndTransferToQueue", [Y, Y, Y]),
    ("EndFlowModuleExecution", [Y, Y, Y]),
    ("GetCase", [Y, Y, Y]),
    ("InvokeFlowModule", [Y, Y, Y]),
    ("ResumeContact", [E, E, Y]),
    ("StartOutboundChatContact", [Y, Y, Y]),
    ("TagContact", [Y, Y, Y]),
    ("TransferContactToAgent", [Y, "failed", "failed"]),
    ("TransferContactToQueue", [Y, Y, Y]),
    ("UntagContact", [Y, Y, Y]),
    ("UpdateCase", [Y, Y, Y]),
    ("UpdateContactAttributes", [Y, Y, Y]),
    ("UpdateContactCallbackNumber", [Y, "InvalidCallbackNumber", "InvalidCallbackNumber"]),
    ("UpdateContactData", [Y, Y, Y]),
    ("UpdateContactEventHooks", [Y, Y, Y]),
    ("UpdateContactMediaProcessing", ["ChannelMismatch", Y, "ChannelMismatch"]),
    ("UpdateContactMediaStreamingBehavior", [Y, E, E]),
    ("UpdateContactRecordingAndAnalyticsBehavior", [Y, Y, Y]),
    // It has no error branch, so that the error of a task goes on.
    ("UpdateContactRecordingBehavior", [Y, Y, "next"]),
    ("UpdateContactRoutingBehavior", [Y, Y, Y]),
    ("UpdateContactRoutingCriteria", [Y, Y, Y]),
    ("UpdateContactTargetQueue", [Y, Y, Y]),
    ("UpdateContactTextToSpeechVoice", [Y, Y, Y]),
    ("UpdatePreviousContactParticipantState", [Y, E, E]),
    ("CheckHoursOfOperation", [Y, Y, Y]),
    ("CheckMetricData", [Y, Y, Y]),
    ("CheckOutboundCallStatus", [Y, E, E]),
    ("CheckVoiceId", [Y, E, E]),
    ("Compare", [Y, Y, Y]),
    ("DistributeByPercentage", [Y, Y, Y]),
    ("EndFlowExecution", [Y, Y, Y]),
    ("GetMetricData", [Y, Y, Y]),
    ("Loop", [Y, Y, Y]),
    ("StartVoiceIdStream", [Y, E, E]),
    ("TransferToFlow", [Y, Y, Y]),
    ("UpdateFlowAttributes", [Y, Y, Y]),
    ("UpdateFlowLoggingBehavior", [Y, Y, Y]),
    ("Wait", [E, Y, Y]),
    ("AssociateContactToCustomerProfile", [Y, Y, Y]),
    ("CreateCallbackContact", [Y, E, E]),
    ("CreateCustomerProfile", [Y, Y, Y]),
    ("GetCalculatedAttributesForCustomerProfile", [Y, Y, Y]),
    ("GetCustomerProfile", [Y, Y, Y]),
    ("GetCustomerProfileObject", [Y, Y, Y]),
    ("InvokeLambdaFunction", [Y, Y, Y]),
    ("UpdateCustomerProfile", [Y, Y, Y]),
    ("ConnectParticipantWithLexBot", [Y, Y, Y]),
    ("DisconnectParticipant", [Y, Y, Y]),
    ("GetParticipantInput", [Y, E, E]),
    ("MessageParticipant", [Y, Y, Y]),
    ("MessageParticipantIteratively", [Y, E, E]),
    ("ShowView", [E, Y, E]),
    ("TransferParticipantToThirdParty", [Y, E, E]),
    ("CreatePersistentContactAssociation", [E, Y, E]),
    ("AuthenticateParticipant", [E, Y, E]),
    ("LoadContactContent", [E, E, E]),
    ("EvaluateDataTableValues", [Y, Y, Y]),
    ("ListDataTableValues", [Y, Y, Y]),
    ("UpsertDataTableValues", [Y, Y, Y]),
    ("CheckSegmentMembership", [Y, Y, Y]),
    ("RouteContactToAgent", [Y, Y, Y]),
    ("RenderMessageTemplate", [Y, Y, Y]),
    ("StartOutboundEmailContact", [Y, Y, Y]),
    ("CreateContact", [Y, Y, Y]),
];

/// Types that nothing performs yet: they take their general error branch and the log names the block.
const NOT_BUILT: &[&str] = &[
    "CompleteOutboundCall",
    "CreateCase",
    "CreateWisdomSession",
    "GetCase",
    "UpdateCase",
    "UpdateContactMediaStreamingBehavior",
    "UpdatePreviousContactParticipantState",
    "CheckOutboundCallStatus",
    "CheckVoiceId",
    "StartVoiceIdStream",
    "AssociateContactToCustomerProfile",
    "CreateCustomerProfile",
    "GetCalculatedAttributesForCustomerProfile",
    "GetCustomerProfile",
    "GetCustomerProfileObject",
    "UpdateCustomerProfile",
    "GetParticipantInput",
    "LoadContactContent",
    "EvaluateDataTableValues",
    "ListDataTableValues",
    "UpsertDataTableValues",
    "CheckSegmentMembership",
    "RouteContactToAgent",
    "RenderMessageTemplate",
    "StartOutboundEmailContact",
    "CreateContact",
];

/// Types not built on one channel only.
const NOT_BUILT_ON: &[(&str, Channel)] = &[("ConnectParticipantWithLexBot", Voice)];

/// `NextAction` of these only repeats another branch, all being wired (spec 10 §1.3).
const NEXT_IS_A_COPY: &[&str] = &[
    "InvokeFlowModule",
    "TransferContactToQueue",
    "CheckHoursOfOperation",
    "CheckMetricData",
    "Compare",
    "DistributeByPercentage",
    "Loop",
    "TransferToFlow",
    "Wait",
    "ConnectParticipantWithLexBot",
    "MessageParticipantIteratively",
    "ShowView",
];

/// Branches that cannot come about on a channel, and why.
const NEVER: &[(&str, Channel, &str, &str)] = &[
    ("Wait", Task, "CustomerReturned", "nobody is there to return"),
    ("Wait", Task, "BotParticipantDisconnected", "a task has no bot"),
    ("Wait", Task, "ParticipantNotFound", "a task has no bot"),
    ("MessageParticipant", Task, ERROR, "it has no effect"),
    ("UpdateContactTextToSpeechVoice", Chat, ERROR, "it has no effect"),
    ("UpdateContactTextToSpeechVoice", Task, ERROR, "it has no effect"),
    ("ConnectParticipantWithLexBot", Task, "InputTimeLimitExceeded", "nobody is asked"),
    (
        "UpdateContactRecordingAndAnalyticsBehavior",
        Voice,
        "InFlightRedactionConfigurationFailed",
        "only of chats",
    ),
    (
        "UpdateContactRecordingAndAnalyticsBehavior",
        Task,
        "InFlightRedactionConfigurationFailed",
        "only of chats",
    ),
];

fn everything(host: &mut TestHost) {
    for service in ["Everything", "Functions", "Views", "Telephony", "Authentication"] {
        host.provide(service);
    }
    host.set("Attributes", json!({"n": "+15550100", "name": "Ann"}));
    host.set("Agent.UserName", json!("jo"));
    host.add_flow(
        "f",
        7,
        FlowType::ContactFlow,
        &json!({
            "Version": "2019-10-30", "StartAction": "moved", "Actions": [end("moved")],
        }),
    );
    host.add_flow(
        "good",
        8,
        FlowType::ContactFlow,
        &module("r", vec![returns("r", json!({"Result": "Good"}))]),
    );
    host.add_flow(
        "other",
        9,
        FlowType::ContactFlow,
        &module("r", vec![returns("r", json!({"Result": "Other"}))]),
    );
    host.add_flow("plain", 10, FlowType::ContactFlow, &module("r", vec![returns("r", json!({}))]));
}

/// All services are there, and this call fails.
macro_rules! failing {
    ($call:literal) => {
        |host| {
            everything(host);
            host.fail($call, FlowError::Refused("no".into()));
        }
    };
    ($call:literal, $branch:ident) => {
        |host| {
            everything(host);
            host.fail($call, FlowError::branch_of(ErrorBranch::$branch, "no"));
        }
    };
}

/// Ways through every branch of a type.
fn routes(kind: &'static str, channel: Channel) -> Vec<Case> {
    use FlowType::*;
    let it = |parameters: Value, branch| case(kind, parameters, branch).on(channel).when(everything);
    // One call of the surroundings: success, and its failure.
    let simple = |parameters: Value, fails: fn(&mut TestHost)| {
        vec![it(parameters.clone(), "next"), case(kind, parameters, ERROR).on(channel).when(fails)]
    };
    let no = || Resume::Failed("no".into());
    match kind {
        "CreateTask" => simple(json!({"Name": "n", "ContactFlowId": "f"}), failing!("task")),
        "DequeueContactAndTransferToQueue" => {
            let go = |branch| it(json!({"QueueId": "q"}), branch).within(CustomerQueue);
            vec![
                go("next").then(Resume::Done),
                go("QueueAtCapacity").then(Resume::QueueAtCapacity),
                go(ERROR).then(no()),
            ]
        }
        "EndFlowModuleExecution" => vec![
            case("InvokeFlowModule", json!({"FlowModuleId": "plain"}), "NoMatchingCondition")
                .on(channel)
                .when(everything),
        ],
        "InvokeFlowModule" => {
            let call =
                |module: &str, branch| it(json!({"FlowModuleId": module}), branch).conditions(&["Good"]);
            vec![
                call("good", "Good"),
                call("other", "NoMatchingCondition"),
                call("plain", "NoMatchingCondition"),
                call("none", ERROR),
            ]
        }
        "ResumeContact" => simple(json!({}), failing!("resume")),
        "StartOutboundChatContact" => simple(json!({}), failing!("outbound_chat")),
        "TagContact" => simple(json!({"Tags": {"a": "b"}}), failing!("tag")),
        "UntagContact" => simple(json!({"TagKeys": ["a"]}), failing!("untag")),
        "TransferContactToAgent" => vec![it(json!({}), "TransferToAgent").within(AgentTransfer)],
        "TransferContactToQueue" => vec![
            it(json!({}), "TransferToQueue"),
            it(json!({}), "QueueAtCapacity").then(Resume::QueueAtCapacity),
            it(json!({}), ERROR).then(no()),
        ],
        "UpdateContactAttributes" => simple(json!({"Attributes": {"a": "1"}}), failing!("set_attributes")),
        "UpdateContactCallbackNumber" => {
            let number = json!({"CallbackNumber": "$.Attributes.n"});
            vec![
                it(number.clone(), "next"),
                it(json!({"CallbackNumber": "$.Attributes.none"}), "InvalidCallbackNumber"),
                it(number, "CallbackNumberNotDialable")
                    .when(failing!("callback_number", CallbackNumberNotDialable)),
            ]
        }
        "UpdateContactData" => simple(json!({"LanguageCode": "en-US"}), failing!("update_contact")),
        "UpdateContactEventHooks" => {
            let mut routes = simple(json!({"EventHooks": {"CustomerQueue": "f"}}), failing!("hook"));
            // Hold is for voice (spec 04 §13.1, "Set hold flow"); whispers are for every channel.
            let hold = if channel == Voice { "next" } else { ERROR };
            routes.push(it(json!({"EventHooks": {"CustomerHold": "f"}}), hold));
            routes.push(it(json!({"EventHooks": {"AgentHold": "f"}}), hold));
            routes.push(it(json!({"EventHooks": {"AgentWhisper": "f"}}), "next"));
            routes.push(it(json!({"EventHooks": {"CustomerRemaining": "f"}}), "next"));
            routes
        }
        "UpdateContactMediaProcessing" => {
            let mut routes = simple(json!({"ChatProcessor": {}}), failing!("processing"));
            routes.push(
                it(json!({"ChatProcessor": {}}), "ChannelMismatch")
                    .when(failing!("processing", ChannelMismatch)),
            );
            routes
        }
        "UpdateContactRecordingAndAnalyticsBehavior" => {
            let (mine, other) = match channel {
                Voice => (json!({"VoiceBehavior": {}}), json!({"ChatBehavior": {}})),
                Chat => (json!({"ChatBehavior": {}}), json!({"VoiceBehavior": {}})),
                Task => (json!({"ScreenRecordingBehavior": {}}), json!({"ChatBehavior": {}})),
            };
            let mut routes = simple(mine.clone(), failing!("recording"));
            routes.push(it(other, "ChannelMismatch"));
            if channel == Chat {
                routes.push(
                    it(mine, "InFlightRedactionConfigurationFailed")
                        .when(failing!("recording", InFlightRedactionConfigurationFailed)),
                );
            }
            routes
        }
        "UpdateContactRecordingBehavior" => {
            vec![it(json!({"RecordingBehavior": {"RecordedParticipants": ["Agent"]}}), "next")]
        }
        "UpdateContactRoutingBehavior" => vec![it(json!({"QueuePriority": "1"}), "next")],
        "UpdateContactRoutingCriteria" => {
            simple(json!({"RoutingCriteria": {"Steps": [{"Expression": {}}]}}), failing!("criteria"))
        }
        "UpdateContactTargetQueue" => {
            let mut routes = simple(json!({"QueueId": "q"}), failing!("queue"));
            routes.push(it(json!({"AgentId": "$.Agent.UserName"}), "next"));
            routes
        }
        "UpdateContactTextToSpeechVoice" => {
            let mut routes = vec![it(json!({"TextToSpeechVoice": "Amy"}), "next")];
            if channel == Voice {
                routes.push(it(json!({"TextToSpeechVoice": "Amy"}), ERROR).when(failing!("voice")));
            }
            routes
        }
        "CheckHoursOfOperation" => {
            let check = |branch| it(json!({}), branch).conditions(&["True", "False"]);
            vec![
                check("True"),
                check("False").when(|host| host.hours = Ok(false)),
                check(ERROR).when(|host| host.hours = Err(FlowError::Unavailable("hours"))),
            ]
        }
        "CheckMetricData" => {
            let check = |branch| {
                it(json!({"MetricType": "NumberOfAgentsStaffed"}), branch)
                    .conditions(&["NumberGreaterThan:0"])
            };
            vec![
                check("0").when(|host| {
                    host.metrics = Ok(QueueMetrics { agents_staffed: 1, ..QueueMetrics::default() })
                }),
                check("NoMatchingCondition"),
                check(ERROR).when(|host| host.metrics = Err(FlowError::Unavailable("metrics"))),
            ]
        }
        "Compare" => {
            let check = |value, branch| it(json!({"ComparisonValue": value}), branch).conditions(&["Ann"]);
            vec![check("$.Attributes.name", "Ann"), check("$.Attributes.n", "NoMatchingCondition")]
        }
        "DistributeByPercentage" => {
            let share =
                |branch| it(json!({}), branch).conditions(&["NumberLessThan:21", "NumberLessThan:61"]);
            vec![
                share("21").when(|host| host.percents.push_back(20)),
                share("61").when(|host| host.percents.push_back(60)),
                share("NoMatchingCondition").when(|host| host.percents.push_back(61)),
            ]
        }
        "EndFlowExecution" => vec![it(json!({}), "it")],
        "GetMetricData" => vec![
            it(json!({}), "next"),
            it(json!({}), ERROR).when(|host| host.metrics = Err(FlowError::Unavailable("metrics"))),
        ],
        "Loop" => {
            let turn = |count, branch| {
                it(json!({"LoopCount": count}), branch).conditions(&["ContinueLooping", "DoneLooping"])
            };
            vec![turn("1", "ContinueLooping"), turn("0", "DoneLooping"), turn("many", ERROR)]
        }
        "TransferToFlow" => {
            vec![it(json!({"ContactFlowId": "f"}), "moved"), it(json!({"ContactFlowId": "none"}), ERROR)]
        }
        "UpdateFlowAttributes" => vec![
            it(json!({"FlowAttributes": {"a": {"Value": "x"}}}), "next"),
            it(json!({"FlowAttributes": {"a": {"Value": "x".repeat(33_000)}}}), ERROR),
        ],
        "UpdateFlowLoggingBehavior" => vec![it(json!({"FlowLoggingBehavior": "Enabled"}), "next")],
        "Wait" => {
            let wait = |branch| {
                it(
                    json!({"TimeLimitSeconds": "9", "Events": ["CustomerReturned", "BotParticipantDisconnected"]}),
                    branch,
                )
                .conditions(&["WaitCompleted", "CustomerReturned", "BotParticipantDisconnected"])
            };
            let mut routes = vec![wait("WaitCompleted").then(Resume::TimeLimit), wait(ERROR).then(no())];
            if channel == Chat {
                routes.push(wait("CustomerReturned").then(Resume::CustomerReturned));
                routes.push(wait("BotParticipantDisconnected").then(Resume::BotDisconnected));
                routes.push(wait("ParticipantNotFound").then(Resume::BotNotFound));
            }
            routes
        }
        "CreateCallbackContact" => simple(json!({}), failing!("callback")),
        "InvokeLambdaFunction" => {
            let call =
                |branch| it(json!({"LambdaFunctionARN": "f", "InvocationTimeLimitSeconds": "3"}), branch);
            vec![
                call("next").then(Resume::Function(Ok(json!({})))),
                call(ERROR).then(Resume::Function(Err(FunctionError::TimeLimit))),
            ]
        }
        "ConnectParticipantWithLexBot" => {
            let ask = |text, branch| {
                it(json!({"Text": text, "LexV2Bot": {"AliasArn": "builtin/menu"}}), branch)
                    .conditions(&["Sales"])
            };
            match channel {
                Task => vec![
                    ask("I want sales", "Sales"),
                    ask("Hello", "NoMatchingCondition"),
                    it(json!({"LexV2Bot": {"AliasArn": "builtin/menu"}}), ERROR).conditions(&["Sales"]),
                ],
                _ => vec![
                    ask("Which?", "Sales").then(says("sales")),
                    ask("Which?", "NoMatchingCondition").then(says("hello")),
                    ask("Which?", "InputTimeLimitExceeded").then(Resume::TimeLimit),
                    ask("Which?", ERROR).then(no()),
                ],
            }
        }
        "DisconnectParticipant" => vec![it(json!({}), "Disconnect")],
        "MessageParticipant" => {
            let mut routes = vec![it(json!({"Text": "Hi"}), "next")];
            match channel {
                Voice => routes.push(it(json!({"PromptId": "p"}), "next")),
                Chat => routes.push(it(json!({"PromptId": "p"}), ERROR)),
                Task => routes.push(it(json!({"PromptId": "p"}), "next")),
            }
            if channel != Task {
                routes.push(it(json!({"Text": "Hi"}), ERROR).when(failing!("message")));
            }
            routes
        }
        "MessageParticipantIteratively" => vec![
            it(
                json!({"Messages": [{"Text": "x"}], "InterruptFrequencySeconds": "30"}),
                "MessagesInterrupted",
            )
            .conditions(&["MessagesInterrupted"])
            .within(CustomerQueue)
            .then(Resume::TimeLimit),
            it(json!({"Messages": []}), ERROR).within(CustomerQueue),
        ],
        "ShowView" => {
            let show = |branch| {
                it(json!({"ViewResource": {"Id": "form"}, "InvocationTimeLimitSeconds": "400"}), branch)
                    .conditions(&["Next"])
            };
            let answer = |action: &str| Resume::View { action: action.into(), data: json!({}) };
            vec![
                show("Next").then(answer("Next")),
                show("NoMatchingCondition").then(answer("Back")),
                show("TimeLimitExceeded").then(Resume::TimeLimit),
                show(ERROR).then(no()),
            ]
        }
        "TransferParticipantToThirdParty" => {
            let call = |branch| {
                it(
                    json!({"ThirdPartyPhoneNumber": "+15550100", "ThirdPartyConnectionTimeLimitSeconds": "30",
                        "ContinueFlowExecution": "True"}),
                    branch,
                )
            };
            vec![
                call("next").then(Resume::ThirdParty(ThirdPartyEnd::Left)),
                call("ConnectionTimeLimitExceeded").then(Resume::ThirdParty(ThirdPartyEnd::TimeLimit)),
                call("CallFailed").then(Resume::ThirdParty(ThirdPartyEnd::CallFailed)),
                call(ERROR).then(no()),
            ]
        }
        "CreatePersistentContactAssociation" => {
            simple(json!({"RehydrationType": "FROM_SEGMENT", "SourceContactId": "c"}), failing!("persistent"))
        }
        "AuthenticateParticipant" => {
            let ask = |branch| {
                it(json!({"CognitoConfiguration": {"UserPoolArn": "a", "AppClientId": "b"}}), branch)
                    .conditions(&["OptedOut"])
            };
            vec![
                ask("next").then(Resume::Authenticated),
                ask("OptedOut").then(Resume::OptedOut),
                ask("TimeLimitExceeded").then(Resume::TimeLimit),
                ask(ERROR).then(no()),
            ]
        }
        other => panic!("no routes through {other}; build them or name it in NOT_BUILT"),
    }
}

/// Runs one action without parameters and with every branch wired: where it leaves, and what its log says.
fn left_by(spec: &action::ActionSpec, channel: Channel) -> (String, Option<String>) {
    let errors: Vec<_> = spec.errors.iter().map(|error| error.branch.as_str()).collect();
    let kind = flow_type::FLOW_TYPES
        .iter()
        .map(|(kind, ..)| *kind)
        .find(|kind| spec.flow_types.allowed(*kind) != action::Allowed::No)
        .unwrap_or(FlowType::ContactFlow);
    let mut host = TestHost::new(channel);
    everything(&mut host);
    let mut play = Play::new(&one_action(spec.name, json!({}), &errors, &[]), kind, host);
    play.run.logging = true;
    let pause = play.start();
    let logged = play.host.log.first().and_then(|entry| entry.error.clone());
    match pause {
        Pause::Failed { reason } => ("failed".to_owned(), Some(logged.unwrap_or(reason))),
        _ => (play.at().to_owned(), logged),
    }
}

#[test]
fn every_type_has_its_row() {
    let types: BTreeSet<_> = action::all().map(|spec| spec.name).collect();
    let rows: BTreeSet<_> = MATRIX.iter().map(|(name, _)| *name).collect();
    assert_eq!((types, MATRIX.len()), (rows.clone(), rows.len()));
    for (name, row) in MATRIX {
        let spec = action::spec(name).expect("a known type");
        for (channel, outcome) in [Voice, Chat, Task].into_iter().zip(row) {
            // The type without an error branch decides by itself what a wrong channel means.
            let works = spec.channels.contains(channel);
            assert_eq!(works, *outcome == Y, "{name} on {channel:?}");
        }
    }
}

#[test]
fn elsewhere_the_documented_way_is_taken() {
    for (name, row) in MATRIX {
        for (channel, outcome) in
            [Voice, Chat, Task].into_iter().zip(row).filter(|(_, outcome)| **outcome != Y)
        {
            let (branch, reason) = left_by(action::spec(name).expect("known"), channel);
            assert_eq!(branch, *outcome, "{name} on {channel:?}: {reason:?}");
        }
    }
}

#[test]
fn what_is_not_built_says_so_by_name() {
    for name in NOT_BUILT {
        let spec = action::spec(name).expect("a known type");
        for channel in Channel::ALL.into_iter().filter(|channel| spec.channels.contains(*channel)) {
            let (branch, reason) = left_by(spec, channel);
            let expected = if spec.errors.is_empty() { "failed" } else { spec.general_error().as_str() };
            assert_eq!(branch, expected, "{name} on {channel:?}");
            let reason = reason.unwrap_or_default();
            assert!(reason.contains(&format!("{} is not available", spec.block)), "{name}: {reason}");
        }
    }
}

#[test]
fn where_it_works_every_branch_is_reached() {
    for spec in action::all().filter(|spec| !NOT_BUILT.contains(&spec.name)) {
        for channel in Channel::ALL.into_iter().filter(|channel| spec.channels.contains(*channel)) {
            if NOT_BUILT_ON.contains(&(spec.name, channel)) {
                continue;
            }
            let mut missing: BTreeSet<&str> = spec.errors.iter().map(|error| error.branch.as_str()).collect();
            let routes = routes(spec.name, channel);
            missing.extend(routes.iter().flat_map(Case::operands));
            if spec.next != action::Next::Never && !NEXT_IS_A_COPY.contains(&spec.name) {
                missing.insert("next");
            }
            for (name, on, branch, _) in NEVER {
                if (*name, *on) == (spec.name, channel) {
                    assert!(missing.remove(branch), "{name} {branch}: not a branch");
                }
            }
            for route in routes {
                missing.remove(route.branch());
                route.run();
            }
            assert!(missing.is_empty(), "{} on {channel:?} never takes {missing:?}", spec.name);
        }
    }
}
