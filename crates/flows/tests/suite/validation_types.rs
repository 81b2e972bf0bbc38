//! A valid sample of every row of the table of action types, and what each row must refuse.

use crate::support::checks::{needed_errors, problems};
use crate::support::one_action;
use flows::action::{self, Conditions, Need, Next};
use flows::*;
use model::resource::FlowType;
use serde_json::{Value, json};

/// A valid sample of every action type: parameters, conditions, and a flow type it may stand in.
fn samples() -> Vec<(&'static str, Value, &'static [&'static str], FlowType)> {
    use FlowType::*;
    let profile = json!({"ProfileRequestData": {"PhoneNumber": "$.CustomerEndpoint.Address"}, "ProfileResponseData": []});
    let case = |more: Value| {
        let mut case =
            json!({"LinkContactToCase": "false", "CaseRequestFields": {"title": "$.Attributes.t"}});
        case.as_object_mut().expect("an object").extend(more.as_object().cloned().expect("an object"));
        case
    };
    vec![
        ("CompleteOutboundCall", json!({"CallerId": {"Number": "$.Attributes.n"}}), &[], OutboundWhisper),
        ("CreateCase", case(json!({"CaseTemplateId": "t"})), &[], ContactFlow),
        ("CreateTask", json!({"Name": "n", "ContactFlowId": "f", "DelaySeconds": "60"}), &[], AgentHold),
        ("CreateWisdomSession", json!({"WisdomAssistantArn": "a"}), &[], ContactFlow),
        ("DequeueContactAndTransferToQueue", json!({"QueueId": "q"}), &[], CustomerQueue),
        (
            "GetCase",
            case(json!({"GetLastUpdatedCase": "true", "CaseResponseFields": ["status"]})),
            &[],
            ContactFlow,
        ),
        (
            "InvokeFlowModule",
            json!({"FlowModuleId": "$.FlowAttributes.m", "Input": {"n": 1}}),
            &["Good"],
            ContactFlow,
        ),
        ("ResumeContact", json!({}), &[], ContactFlow),
        (
            "StartOutboundChatContact",
            json!({
                "SourceEndpoint": {"Address": "a", "Type": "CONNECT_PHONENUMBER_ARN"},
                "DestinationEndpoint": {"Address": "$.CustomerEndpoint.Address", "Type": "TELEPHONE_NUMBER"},
                "ContactFlowArn": "f", "ContactSubtype": "connect:SMS",
                "InitialSystemMessage": {"Content": "Hi"}, "RelatedContact": "CURRENT",
            }),
            &[],
            ContactFlow,
        ),
        ("TagContact", json!({"Tags": {"team": "$.Attributes.t"}}), &[], AgentWhisper),
        ("TransferContactToQueue", json!({}), &[], QueueTransfer),
        ("UntagContact", json!({"TagKeys": ["team"]}), &[], AgentWhisper),
        ("UpdateCase", case(json!({"CaseId": "$.Case.case_id"})), &[], ContactFlow),
        (
            "UpdateContactAttributes",
            json!({"Attributes": {"$.External.k": "x$.External.v"}, "TargetContact": "Current"}),
            &[],
            CustomerHold,
        ),
        ("UpdateContactCallbackNumber", json!({"CallbackNumber": "$.StoredCustomerInput"}), &[], ContactFlow),
        ("UpdateContactData", json!({"LanguageCode": "en-US"}), &[], ContactFlow),
        (
            "UpdateContactEventHooks",
            json!({
                "EventHooks": {"AgentWhisper": "f"},
                "EventHooksConfiguration": {"CustomerWhisper": {"DisableExecution": "true"}},
            }),
            &[],
            ContactFlow,
        ),
        (
            "UpdateContactMediaProcessing",
            json!({"ChatProcessor": {
                "ProcessingEnabled": "True", "LambdaProcessorARN": "f",
                "ChatProcessorSettings": {"DeliverUnprocessedMessages": "True"},
            }}),
            &[],
            ContactFlow,
        ),
        (
            "UpdateContactMediaStreamingBehavior",
            json!({
                "MediaStreamingState": "Enabled", "MediaStreamType": "Audio",
                "Participants": [{"ParticipantType": "Customer", "MediaDirections": ["From", "To"]}],
            }),
            &[],
            ContactFlow,
        ),
        (
            "UpdateContactRecordingAndAnalyticsBehavior",
            json!({"VoiceBehavior": {"VoiceRecordingBehavior": {"RecordedParticipants": ["Agent"]}}}),
            &[],
            ContactFlow,
        ),
        (
            "UpdateContactRecordingBehavior",
            json!({
                "RecordingBehavior": {"RecordedParticipants": ["Agent", "Customer"]},
                "AnalyticsBehavior": {"Enabled": "True", "AnalyticsLanguage": "en-US", "AnalyticsMode": "PostCall"},
            }),
            &[],
            OutboundWhisper,
        ),
        ("UpdateContactRoutingBehavior", json!({"QueueTimeAdjustmentSeconds": "-5"}), &[], ContactFlow),
        (
            "UpdateContactRoutingCriteria",
            json!({"RoutingCriteria": {"Steps": [{
                "Expression": {"AttributeCondition": {
                    "Name": "Language", "Value": "$.Attributes.l", "ProficiencyLevel": "3.0",
                    "ComparisonOperator": "NumberGreaterOrEqualTo",
                }},
                "Expiry": {"DurationInSeconds": "30"},
            }]}}),
            &[],
            ContactFlow,
        ),
        ("UpdateContactTargetQueue", json!({"QueueId": "$.Attributes.q"}), &[], ContactFlow),
        (
            "UpdateContactTextToSpeechVoice",
            json!({"TextToSpeechVoice": "Amy", "TextToSpeechEngine": "Neural"}),
            &[],
            ContactFlow,
        ),
        (
            "UpdatePreviousContactParticipantState",
            json!({"PreviousContactParticipantState": "OffHold"}),
            &[],
            QueueTransfer,
        ),
        ("CheckHoursOfOperation", json!({}), &["True", "False"], ContactFlow),
        (
            "CheckMetricData",
            json!({"MetricType": "NumberOfAgentsOnline"}),
            &["NumberGreaterThan:0"],
            ContactFlow,
        ),
        ("CheckOutboundCallStatus", json!({}), &["CallAnswered"], ContactFlow),
        (
            "CheckVoiceId",
            json!({"CheckVoiceIdOption": "voiceAuthentication"}),
            &["Authenticated"],
            ContactFlow,
        ),
        ("Compare", json!({"ComparisonValue": "$.Channel"}), &["CHAT", "KeyExists:x"], AgentHold),
        ("DistributeByPercentage", json!({}), &["NumberLessThan:21", "NumberLessThan:61"], ContactFlow),
        ("GetMetricData", json!({"QueueChannel": "Chat"}), &[], ContactFlow),
        ("Loop", json!({"LoopCount": "3"}), &["ContinueLooping", "DoneLooping"], AgentHold),
        ("StartVoiceIdStream", json!({}), &[], ContactFlow),
        ("TransferToFlow", json!({"ContactFlowId": "f"}), &[], ContactFlow),
        ("UpdateFlowAttributes", json!({"FlowAttributes": {"a-b/c": {"Value": "x"}}}), &[], ContactFlow),
        ("UpdateFlowLoggingBehavior", json!({"FlowLoggingBehavior": "Enabled"}), &[], AgentWhisper),
        (
            "Wait",
            json!({"TimeLimitSeconds": "900", "Events": ["CustomerReturned"]}),
            &["WaitCompleted", "CustomerReturned"],
            ContactFlow,
        ),
        ("AssociateContactToCustomerProfile", profile.clone(), &[], ContactFlow),
        (
            "CreateCallbackContact",
            json!({"InitialCallDelaySeconds": "5", "MaximumConnectionAttempts": "2", "RetryDelaySeconds": "600"}),
            &[],
            ContactFlow,
        ),
        ("CreateCustomerProfile", profile.clone(), &[], ContactFlow),
        ("GetCalculatedAttributesForCustomerProfile", profile.clone(), &[], ContactFlow),
        ("GetCustomerProfile", profile.clone(), &[], ContactFlow),
        ("GetCustomerProfileObject", profile.clone(), &[], ContactFlow),
        (
            "InvokeLambdaFunction",
            json!({
                "LambdaFunctionARN": "f", "InvocationTimeLimitSeconds": "8",
                "LambdaInvocationAttributes": {"a": "$.Channel", "b": {"c": ["d"]}},
                "ResponseValidation": {"ResponseType": "JSON"},
            }),
            &[],
            ContactFlow,
        ),
        ("UpdateCustomerProfile", profile, &[], ContactFlow),
        (
            "ConnectParticipantWithLexBot",
            json!({"Text": "Hi", "LexV2Bot": {"AliasArn": "a"}, "LexTimeoutSeconds": {"Text": "60"}}),
            &["Order"],
            ContactFlow,
        ),
        (
            "GetParticipantInput",
            json!({"Text": "Press 1", "StoreInput": "False", "InputTimeLimitSeconds": "5"}),
            &["1", "#"],
            ContactFlow,
        ),
        ("MessageParticipant", json!({"Text": "Hi"}), &[], AgentWhisper),
        (
            "MessageParticipantIteratively",
            json!({"Messages": [{"Text": "Hi"}, {"PromptId": "p"}], "InterruptFrequencySeconds": "30"}),
            &["MessagesInterrupted"],
            CustomerHold,
        ),
        (
            "ShowView",
            json!({
                "ViewResource": {"Id": "form", "Version": "Latest"}, "InvocationTimeLimitSeconds": "400",
                "ViewData": {"Next": {"Label": "Go"}, "On": true},
            }),
            &["Next"],
            ContactFlow,
        ),
        (
            "TransferParticipantToThirdParty",
            json!({
                "ThirdPartyPhoneNumber": "+15550100", "ThirdPartyConnectionTimeLimitSeconds": "30",
                "ContinueFlowExecution": "True", "ThirdPartyDTMFDigits": "1,1",
            }),
            &[],
            ContactFlow,
        ),
        (
            "CreatePersistentContactAssociation",
            json!({"RehydrationType": "FROM_SEGMENT", "SourceContactId": "$.Attributes.c"}),
            &[],
            ContactFlow,
        ),
        (
            "AuthenticateParticipant",
            json!({"CognitoConfiguration": {"UserPoolArn": "a", "AppClientId": "b"}, "TimeLimitMinutes": "5"}),
            &["OptedOut"],
            ContactFlow,
        ),
        ("LoadContactContent", json!({"ContentType": "EmailMessage"}), &[], ContactFlow),
        (
            "EvaluateDataTableValues",
            json!({"DataTableId": "t", "Queries": [{"QueryName": "q"}]}),
            &[],
            ContactFlow,
        ),
        ("ListDataTableValues", json!({"DataTableId": "t"}), &[], ContactFlow),
        (
            "UpsertDataTableValues",
            json!({"DataTableId": "t", "DataTableUpsertAttributes": [{}]}),
            &[],
            ContactFlow,
        ),
        ("CheckSegmentMembership", json!({"Anything": {"goes": "here"}}), &[], ContactFlow),
        ("RouteContactToAgent", json!({}), &[], CustomerQueue),
        (
            "RenderMessageTemplate",
            json!({"WisdomKnowledgeBaseArn": "a", "WisdomMessageTemplateArn": "b"}),
            &[],
            ContactFlow,
        ),
        ("StartOutboundEmailContact", json!({}), &[], ContactFlow),
        ("CreateContact", json!({}), &[], ContactFlow),
    ]
}

#[test]
fn every_type_has_a_valid_sample_and_refuses_what_it_must() {
    let samples = samples();
    let terminal =
        ["EndFlowModuleExecution", "TransferContactToAgent", "EndFlowExecution", "DisconnectParticipant"];
    for spec in action::all() {
        let sampled = samples.iter().any(|(name, ..)| *name == spec.name);
        assert_eq!(!sampled, terminal.contains(&spec.name) && spec.next == Next::Never, "{}", spec.name);
    }
    for (name, parameters, conditions, kind) in samples {
        let spec = action::spec(name).expect(name);
        let errors = needed_errors(spec, parameters.as_object().expect("an object"));
        let valid = one_action(name, parameters.clone(), &errors, conditions);
        assert_eq!(problems(&valid, kind, false), [""; 0], "{name}");
        let refused = |document: &Value, rule: &str, what: &str| {
            let found = problems(document, kind, false);
            let wanted = format!("Error {rule} ");
            assert!(found.iter().any(|problem| problem.starts_with(&wanted)), "{name}, {what}: {found:?}");
        };

        for (index, error) in errors.iter().enumerate() {
            let advised = spec
                .errors
                .iter()
                .any(|known| known.branch.as_str() == *error && matches!(known.need, Need::Advised));
            if !advised {
                let mut without = errors.clone();
                without.remove(index);
                refused(&one_action(name, parameters.clone(), &without, conditions), "V10", error);
            }
        }
        let mut more = errors.clone();
        more.push("NoSuchError");
        refused(&one_action(name, parameters.clone(), &more, conditions), "V10", "an unknown branch");

        let mut no_next = valid.clone();
        no_next["Actions"][0]["Transitions"].as_object_mut().expect("an object").remove("NextAction");
        if spec.next == Next::Required {
            refused(&no_next, "V4", "no next action");
        }
        if !spec.parameters.iter().any(|parameter| parameter.name == "*") {
            let mut unknown = valid.clone();
            unknown["Actions"][0]["Parameters"]["Unheard"] = json!("x");
            refused(&unknown, "V7", "an unknown parameter");
        }
        for parameter in spec.parameters.iter().filter(|parameter| parameter.required) {
            let mut missing = valid.clone();
            missing["Actions"][0]["Parameters"].as_object_mut().expect("an object").remove(parameter.name);
            refused(&missing, "V8", parameter.name);
        }
        if spec.conditions == Conditions::None {
            refused(&one_action(name, parameters.clone(), &errors, &["x"]), "V11", "a condition");
        } else {
            refused(
                &one_action(name, parameters.clone(), &errors, &["Sounds:x"]),
                "V11",
                "an unknown operator",
            );
        }
        if let Conditions::All(results) = spec.conditions {
            refused(
                &one_action(name, parameters.clone(), &errors, &results[..1]),
                "V11",
                "a result not wired",
            );
        }
        let elsewhere = flow_type::FLOW_TYPES
            .iter()
            .find(|(kind, ..)| spec.flow_types.allowed(*kind) == action::Allowed::No);
        if let Some((elsewhere, ..)) = elsewhere {
            let found = problems(&valid, *elsewhere, false);
            assert!(found.iter().any(|problem| problem.starts_with("Error V6 ")), "{name}: {found:?}");
        }
    }
}

#[test]
fn terminal_types_have_no_branches() {
    for (name, kind, is_module) in [
        ("DisconnectParticipant", FlowType::ContactFlow, false),
        ("EndFlowExecution", FlowType::CustomerQueue, false),
        ("TransferContactToAgent", FlowType::AgentTransfer, false),
        ("EndFlowModuleExecution", FlowType::ContactFlow, true),
    ] {
        let mut document = json!({"Version": "2019-10-30", "StartAction": "a", "Actions": [
            {"Identifier": "a", "Type": name, "Parameters": {}, "Transitions": {"Errors": [], "Conditions": []}},
        ]});
        if is_module {
            document["Settings"] = json!({});
        }
        assert_eq!(problems(&document, kind, is_module), [""; 0], "{name}");
        document["Actions"][0]["Transitions"]["NextAction"] = json!("a");
        let found = problems(&document, kind, is_module);
        assert!(found[0].starts_with("Error V5 Actions[0].Transitions"), "{found:?}");
    }
}
