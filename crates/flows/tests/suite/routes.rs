//! For every built action type, ways through each of its branches on a channel.

use crate::support::TestHost;
use crate::support::case::{Case, ERROR, case, says};
use crate::support::parts::{end, module, returns};
use flows::*;
use model::Channel::{self, Chat, Task, Voice};
use model::resource::FlowType;
use serde_json::{Value, json};

/// Everything that a flow can ask for is there.
pub fn everything(host: &mut TestHost) {
    for service in ["Everything", "Functions", "Views", "Telephony", "Authentication", "PersistentChat"] {
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
pub fn routes(kind: &'static str, channel: Channel) -> Vec<Case> {
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
        "GetParticipantInput" => {
            let keys = |keys: &str| Resume::Keys { keys: keys.to_owned(), timed_out: keys.is_empty() };
            let menu = |branch| {
                it(json!({"Text": "Press 1", "InputTimeLimitSeconds": "5"}), branch).conditions(&["1"])
            };
            let stored = json!({"Text": "Your number", "InputTimeLimitSeconds": "5", "StoreInput": "True",
                "InputValidation": {"PhoneNumberValidation": {"NumberFormat": "E164"}}});
            vec![
                menu("1").then(keys("1")),
                menu("NoMatchingCondition").then(keys("2")),
                menu("InputTimeLimitExceeded").then(keys("")),
                menu(ERROR).then(no()),
                it(stored.clone(), "next").then(keys("442079460018")),
                it(stored, "InvalidPhoneNumber").then(keys("12")),
            ]
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
            let ask = |branch| it(json!({"RehydrationType": "FROM_SEGMENT", "SourceContactId": "c"}), branch);
            vec![ask("next").then(Resume::Done), ask(ERROR).then(no())]
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
