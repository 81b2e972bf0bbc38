//! Every action type on every channel (spec 04 §13.1): where it works each of its branches is reached, elsewhere the
//! documented way out is taken. What is not built stands here by name.

use std::collections::BTreeSet;

use crate::routes::{everything, routes};
use crate::support::case::{Case, ERROR};
use crate::support::{Play, TestHost, one_action};
use flows::*;
use model::Channel::{self, Chat, Task, Voice};
use model::resource::FlowType;
use serde_json::json;

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
