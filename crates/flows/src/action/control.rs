//! Flow control actions (spec 10 §2.2).

use super::shape::*;
use super::short::*;
use super::{ActionSpec, Channels, Conditions, ErrorSpec, Family, FlowTypes, Need, Next, TypeSet, Unhandled};
use crate::error::ErrorBranch::*;
use crate::interpreter::control as perform;

const ROW: ActionSpec = ActionSpec { family: Family::FlowControl, ..super::short::ROW };

pub(super) static ACTIONS: &[ActionSpec] = &[
    ActionSpec {
        name: "CheckHoursOfOperation",
        block: "Check hours of operation",
        log_name: "CheckHoursOfOperation",
        conditions: Conditions::All(&["True", "False"]),
        flow_types: both(IN_CQ_TRANSFER),
        parameters: &[may("HoursOfOperationId", names(ResourceKind::HoursOfOperation))],
        perform: perform::check_hours,
        ..ROW
    },
    ActionSpec {
        name: "CheckMetricData",
        block: "Check staffing / Check queue status",
        log_name: "CheckMetricData",
        conditions: Conditions::Numeric,
        errors: &[needs(NoMatchingError), needs(NoMatchingCondition)],
        flow_types: both(IN_CQ_TRANSFER),
        parameters: &[
            must(
                "MetricType",
                fixed(Kind::OneOf(&[
                    "NumberOfAgentsAvailable",
                    "NumberOfAgentsStaffed",
                    "NumberOfAgentsOnline",
                    "OldestContactInQueueAgeSeconds",
                    "NumberOfContactsInQueue",
                ])),
            ),
            QUEUE,
            AGENT,
        ],
        rules: &[Rule::AtMostOne(QUEUE_OR_AGENT)],
        perform: perform::check_metric,
        ..ROW
    },
    ActionSpec {
        name: "CheckOutboundCallStatus",
        block: "Check call progress",
        log_name: "CheckOutboundCallStatus",
        conditions: Conditions::Some(&["CallAnswered", "VoicemailBeep", "VoicemailNoBeep", "NotDetected"]),
        channels: Channels::VOICE,
        ..ROW
    },
    ActionSpec {
        name: "CheckVoiceId",
        block: "Check Voice ID",
        log_name: "CheckVoiceId",
        conditions: Conditions::Some(&[
            "Enrolled",
            "NotEnrolled",
            "OptedOut",
            "Authenticated",
            "NotAuthenticated",
            "Inconclusive",
            "HighRisk",
            "LowRisk",
        ]),
        flow_types: FlowTypes { reference: TypeSet::ALL, block: TypeSet::ALL.but(CH).but(AH), module: true },
        channels: Channels::VOICE,
        parameters: &[must(
            "CheckVoiceIdOption",
            fixed(Kind::OneOf(&["enrollmentStatus", "voiceAuthentication", "fraudDetection"])),
        )],
        ..ROW
    },
    ActionSpec {
        name: "Compare",
        block: "Check contact attributes",
        log_name: "CheckAttribute",
        conditions: Conditions::Any,
        errors: &[needs(NoMatchingCondition)],
        parameters: &[must("ComparisonValue", Shape::Scalar(Class::Path, Kind::Text))],
        perform: perform::compare,
        ..ROW
    },
    ActionSpec {
        name: "DistributeByPercentage",
        block: "Distribute by percentage",
        log_name: "PercentileBranching",
        conditions: Conditions::Shares,
        errors: &[needs(NoMatchingCondition)],
        flow_types: FlowTypes { reference: IN_CQ_TRANSFER, block: IN_CQ_TRANSFER.and(OW), module: true },
        perform: perform::distribute,
        ..ROW
    },
    ActionSpec {
        name: "EndFlowExecution",
        block: "End flow / Resume",
        log_name: "Resume",
        next: Next::Never,
        errors: &[],
        flow_types: FlowTypes { reference: AW.and(CW).and(OW).and(CQ), block: TypeSet::ALL, module: true },
        perform: perform::end_flow,
        ..ROW
    },
    ActionSpec {
        name: "GetMetricData",
        block: "Get queue metrics",
        log_name: "GetMetricData",
        parameters: &[QUEUE, AGENT, may("QueueChannel", refers(Kind::OneOf(&["Voice", "Chat", "Task"])))],
        rules: &[Rule::AtMostOne(QUEUE_OR_AGENT)],
        perform: perform::get_metrics,
        ..ROW
    },
    ActionSpec {
        name: "Loop",
        block: "Loop",
        log_name: "Loop",
        conditions: Conditions::All(&["ContinueLooping", "DoneLooping"]),
        errors: MAY_ERROR,
        unhandled: Unhandled::GoesOn,
        parameters: &[
            may("LoopCount", refers(Kind::Integer(0, 100))),
            may("LoopName", TEXT),
            may("Elements", REFERENCE),
        ],
        rules: &[Rule::ExactlyOne(&["LoopCount", "Elements"])],
        perform: perform::repeat,
        ..ROW
    },
    ActionSpec {
        name: "StartVoiceIdStream",
        block: "Set Voice ID",
        log_name: "SetVoiceId",
        flow_types: both(TypeSet::ALL.but(CH).but(AH)),
        channels: Channels::VOICE,
        ..ROW
    },
    ActionSpec {
        name: "TransferToFlow",
        block: "Transfer to flow",
        log_name: "TransferToFlow",
        flow_types: both(IN_TRANSFER),
        parameters: &[must("ContactFlowId", names(ResourceKind::Flow))],
        perform: perform::transfer_to_flow,
        ..ROW
    },
    ActionSpec {
        name: "UpdateFlowAttributes",
        block: "Set contact attributes",
        log_name: "SetFlowAttributes",
        parameters: &[must(
            "FlowAttributes",
            Shape::Map {
                dynamic_keys: true,
                value: &object(&[must("Value", TEMPLATE), may("Type", TEXT)]),
                least: 1,
                most: usize::MAX,
            },
        )],
        perform: perform::update_flow_attributes,
        ..ROW
    },
    ActionSpec {
        name: "UpdateFlowLoggingBehavior",
        block: "Set logging behavior",
        log_name: "SetLoggingBehavior",
        errors: &[],
        unhandled: Unhandled::GoesOn,
        parameters: &[must("FlowLoggingBehavior", fixed(ENABLED))],
        perform: perform::update_logging,
        ..ROW
    },
    ActionSpec {
        name: "Wait",
        block: "Wait",
        log_name: "Wait",
        waits: true,
        conditions: Conditions::Wait,
        errors: &[
            needs(NoMatchingError),
            ErrorSpec {
                branch: ParticipantNotFound,
                need: Need::OptionalWhen(|parameters| {
                    parameters.get("Events").and_then(|events| events.as_array()).is_some_and(|events| {
                        events.iter().any(|event| event.as_str() == Some("BotParticipantDisconnected"))
                    })
                }),
            },
        ],
        flow_types: FlowTypes { reference: TypeSet::ALL, block: IN.and(CQ), module: true },
        channels: Channels::CHAT.and(Channels::TASK),
        parameters: &[
            Parameter {
                aliases: &["TimeoutSeconds"],
                ..must("TimeLimitSeconds", refers(Kind::Integer(1, 604_800)))
            },
            may("Events", list(&fixed(Kind::OneOf(&["CustomerReturned", "BotParticipantDisconnected"])), 0)),
            may("ContinueExecution", TEXT),
            may("MinimumWaitTimeSeconds", TEXT),
        ],
        perform: perform::wait,
        ..ROW
    },
];
