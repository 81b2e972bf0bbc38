//! Contact actions (spec 10 §2.1).

use super::shape::*;
use super::short::*;
use super::{ActionSpec, Channels, Conditions, ErrorSpec, FlowTypes, Need, Next, TypeSet, Unhandled};
use crate::error::ErrorBranch::*;
use crate::interpreter::contact as perform;

const LINK: Parameter = must("LinkContactToCase", fixed(BOOLEAN));
const CASE_FIELDS: Parameter = may(
    "CaseRequestFields",
    Shape::Map { dynamic_keys: false, value: &TEMPLATE, least: 0, most: usize::MAX },
);
const CASE_LINK_ERROR: ErrorSpec = ErrorSpec {
    branch: ContactNotLinked,
    need: Need::OptionalWhen(|parameters| has(parameters, "LinkContactToCase", "true")),
};

const CALLER_ID: Parameter = may("CallerId", object(&[may("Number", REFERENCE), may("Name", REFERENCE)]));
/// A trunk of the customer's own.
pub(super) const VOICE_CONNECTOR: Parameter = may(
    "VoiceConnector",
    object(&[
        must("VoiceConnectorType", fixed(Kind::OneOf(&["ChimeConnector"]))),
        must("VoiceConnectorArn", TEMPLATE),
        must("FromUser", TEMPLATE),
        must("ToUser", TEMPLATE),
        may("UserToUserInformation", TEMPLATE),
    ]),
);

/// A reference of a task: plain text, or value and type.
const TASK_REFERENCE: Shape =
    Shape::TextOr(&TEMPLATE, &object(&[must("Value", TEMPLATE), must("Type", TEXT)]));
const REFERENCES: Parameter =
    may("References", Shape::Map { dynamic_keys: true, value: &TASK_REFERENCE, least: 0, most: usize::MAX });

const EVENT_FLOW: Shape = names(ResourceKind::Flow);
const EVENT_SWITCH: Shape = object(&[must("DisableExecution", fixed(BOOLEAN))]);
const EVENTS: &[Parameter] = &[
    may("AgentHold", EVENT_FLOW),
    may("AgentWhisper", EVENT_FLOW),
    may("CustomerHold", EVENT_FLOW),
    may("CustomerQueue", EVENT_FLOW),
    may("CustomerRemaining", EVENT_FLOW),
    may("CustomerWhisper", EVENT_FLOW),
    may("DefaultAgentUI", EVENT_FLOW),
    may("DisconnectAgentUI", EVENT_FLOW),
    may("PauseContact", EVENT_FLOW),
    may("ResumeContact", EVENT_FLOW),
];
const EVENT_SWITCHES: &[Parameter] = &[
    may("AgentHold", EVENT_SWITCH),
    may("AgentWhisper", EVENT_SWITCH),
    may("CustomerHold", EVENT_SWITCH),
    may("CustomerQueue", EVENT_SWITCH),
    may("CustomerRemaining", EVENT_SWITCH),
    may("CustomerWhisper", EVENT_SWITCH),
    may("DefaultAgentUI", EVENT_SWITCH),
    may("DisconnectAgentUI", EVENT_SWITCH),
    may("PauseContact", EVENT_SWITCH),
    may("ResumeContact", EVENT_SWITCH),
];

const CONDITION: Shape = object(&[
    must("Name", template(Kind::Short(64))),
    must("Value", template(Kind::Short(64))),
    must("ProficiencyLevel", template(Kind::Number(1.0, 5.0))),
    must("ComparisonOperator", fixed(Kind::OneOf(&["NumberGreaterOrEqualTo"]))),
]);
const EXPRESSION: Shape = Shape::Object(
    &[
        may("AttributeCondition", CONDITION),
        may("AndExpression", list(&object(&[must("AttributeCondition", CONDITION)]), 1)),
        may("OrExpression", list(&Shape::Json, 1)),
        may("NotAttributeCondition", CONDITION),
    ],
    &[Rule::ExactlyOne(&["AttributeCondition", "AndExpression", "OrExpression", "NotAttributeCondition"])],
);
const CRITERIA: Shape = Shape::TextOr(
    &Shape::Scalar(Class::Path, Kind::Text),
    &object(&[must(
        "Steps",
        Shape::List {
            item: &object(&[
                must("Expression", EXPRESSION),
                may("Expiry", object(&[must("DurationInSeconds", fixed(Kind::Integer(1, i64::MAX)))])),
            ]),
            least: 1,
            most: 5,
        },
    )]),
);

pub(super) static ACTIONS: &[ActionSpec] = &[
    ActionSpec {
        name: "CompleteOutboundCall",
        block: "Call phone number",
        log_name: "CallPhoneNumber",
        errors: &[],
        flow_types: FlowTypes { reference: OW, block: OW, module: false },
        channels: Channels::VOICE,
        parameters: &[
            CALLER_ID,
            VOICE_CONNECTOR,
            may("ConnectionTimeLimitSeconds", template(Kind::Integer(1, 600))),
        ],
        ..ROW
    },
    ActionSpec {
        name: "CreateCase",
        block: "Cases",
        log_name: "CreateCase",
        errors: &[CASE_LINK_ERROR, needs(NoMatchingError)],
        parameters: &[
            LINK,
            must("CaseTemplateId", fixed(Kind::Resource(ResourceKind::CaseTemplate))),
            CASE_FIELDS,
        ],
        ..ROW
    },
    ActionSpec {
        name: "CreateTask",
        block: "Create task",
        log_name: "CreateTask",
        parameters: &[
            must("Name", template(Kind::Short(512))),
            may("ContactFlowId", names(ResourceKind::Flow)),
            may("Description", TEMPLATE),
            may("Attributes", map(0)),
            REFERENCES,
            may("DelaySeconds", refers(Kind::Integer(1, 518_400))),
            may("ScheduledTime", TEMPLATE),
            may("TaskTemplateId", fixed(Kind::Resource(ResourceKind::TaskTemplate))),
        ],
        rules: &[
            Rule::AtLeastOne(&["ContactFlowId", "TaskTemplateId"]),
            Rule::AtMostOne(&["DelaySeconds", "ScheduledTime"]),
        ],
        perform: perform::create_task,
        ..ROW
    },
    ActionSpec {
        name: "CreateWisdomSession",
        block: "Connect assistant",
        log_name: "CreateWisdomSession",
        flow_types: FlowTypes {
            reference: TypeSet::ALL,
            block: IN.and(CQ).and(OW).and(TA).and(TQ),
            module: true,
        },
        channels: Channels::VOICE.and(Channels::CHAT),
        parameters: &[must("WisdomAssistantArn", TEMPLATE)],
        ..ROW
    },
    ActionSpec {
        name: "DequeueContactAndTransferToQueue",
        block: "Transfer to queue",
        log_name: "DequeueContactAndTransferToQueue",
        errors: &[needs(QueueAtCapacity), needs(NoMatchingError)],
        flow_types: FlowTypes { reference: CQ, block: CQ, module: false },
        parameters: &[QUEUE, AGENT],
        rules: &[Rule::AtMostOne(QUEUE_OR_AGENT)],
        perform: perform::dequeue_and_transfer,
        ..ROW
    },
    ActionSpec {
        name: "EndFlowModuleExecution",
        block: "Return",
        log_name: "Return",
        next: Next::Never,
        errors: &[],
        flow_types: FlowTypes { reference: TypeSet(0), block: TypeSet(0), module: true },
        parameters: &[may("Result", TEXT), may("ResultData", Shape::Json)],
        perform: perform::end_module,
        ..ROW
    },
    ActionSpec {
        name: "GetCase",
        block: "Cases",
        log_name: "GetCase",
        errors: &[CASE_LINK_ERROR, needs(MultipleFound), needs(NoneFound), needs(NoMatchingError)],
        parameters: &[
            LINK,
            CASE_FIELDS,
            may("CaseResponseFields", list(&TEXT, 0)),
            must("GetLastUpdatedCase", fixed(BOOLEAN)),
            may("CustomerId", TEMPLATE),
        ],
        rules: &[
            Rule::AtLeastOne(&["CustomerId", "CaseRequestFields"]),
            Rule::Holds(
                |parameters| {
                    let fields = parameters.get("CaseRequestFields").and_then(|fields| fields.as_object());
                    parameters.contains_key("CustomerId") || fields.is_none_or(|fields| !fields.is_empty())
                },
                "a search needs CustomerId or a field",
            ),
        ],
        ..ROW
    },
    ActionSpec {
        name: "InvokeFlowModule",
        block: "Invoke module",
        log_name: "InvokeFlowModule",
        conditions: Conditions::Equals,
        errors: &[needs(NoMatchingError), may_error(NoMatchingCondition)],
        flow_types: both(IN),
        parameters: &[must("FlowModuleId", names(ResourceKind::Module)), may("Input", Shape::Json)],
        perform: perform::invoke_module,
        ..ROW
    },
    ActionSpec {
        name: "ResumeContact",
        block: "Resume contact",
        log_name: "ResumeContact",
        channels: Channels::TASK,
        perform: perform::resume_contact,
        ..ROW
    },
    ActionSpec {
        name: "StartOutboundChatContact",
        block: "Send message",
        log_name: "StartOutboundChatContact",
        parameters: &[
            must(
                "SourceEndpoint",
                object(&[
                    must("Address", TEMPLATE),
                    must("Type", fixed(Kind::OneOf(&["CONNECT_PHONENUMBER_ARN"]))),
                ]),
            ),
            must(
                "DestinationEndpoint",
                object(&[must("Address", TEMPLATE), must("Type", fixed(Kind::OneOf(&["TELEPHONE_NUMBER"])))]),
            ),
            must("ContactFlowArn", names(ResourceKind::Flow)),
            must("ContactSubtype", TEXT),
            may("InitialSystemMessage", object(&[must("Content", template(Kind::Short(1024)))])),
            may("RelatedContact", fixed(Kind::OneOf(&["CURRENT"]))),
        ],
        perform: perform::start_outbound_chat,
        ..ROW
    },
    ActionSpec {
        name: "TagContact",
        block: "Contact tags",
        log_name: "TagContact",
        parameters: &[must("Tags", Shape::Map { dynamic_keys: true, value: &TEMPLATE, least: 1, most: 6 })],
        perform: perform::tag,
        ..ROW
    },
    ActionSpec {
        name: "TransferContactToAgent",
        block: "Transfer to agent",
        log_name: "TransferToAgent",
        next: Next::Never,
        errors: &[],
        flow_types: both(TA.and(TQ)),
        channels: Channels::VOICE,
        perform: perform::transfer_to_agent,
        ..ROW
    },
    ActionSpec {
        name: "TransferContactToQueue",
        block: "Transfer to queue",
        log_name: "TransferToQueue",
        errors: &[needs(QueueAtCapacity), needs(NoMatchingError)],
        flow_types: both(IN_TRANSFER),
        perform: perform::transfer_to_queue,
        ..ROW
    },
    ActionSpec {
        name: "UntagContact",
        aliases: &["UnTagContact"],
        block: "Contact tags",
        log_name: "UntagContact",
        parameters: &[must("TagKeys", list(&TEXT, 1))],
        perform: perform::untag,
        ..ROW
    },
    ActionSpec {
        name: "UpdateCase",
        block: "Cases",
        log_name: "UpdateCase",
        errors: &[CASE_LINK_ERROR, needs(NoMatchingError)],
        parameters: &[LINK, must("CaseId", TEMPLATE), CASE_FIELDS],
        ..ROW
    },
    ActionSpec {
        name: "UpdateContactAttributes",
        block: "Set contact attributes",
        log_name: "SetAttributes",
        parameters: &[must("Attributes", map(1)), TARGET_CONTACT],
        perform: perform::update_attributes,
        ..ROW
    },
    ActionSpec {
        name: "UpdateContactCallbackNumber",
        block: "Set callback number",
        log_name: "SetCallbackNumber",
        errors: &[needs(InvalidCallbackNumber), needs(CallbackNumberNotDialable)],
        flow_types: both(IN_CQ_TRANSFER),
        channels: Channels::VOICE,
        parameters: &[must("CallbackNumber", Shape::Scalar(Class::Path, Kind::Text))],
        perform: perform::set_callback_number,
        ..ROW
    },
    ActionSpec {
        name: "UpdateContactData",
        block: "Set contact attributes",
        log_name: "SetContactData",
        parameters: &[
            may("Name", TEMPLATE),
            may("Description", TEMPLATE),
            may("LanguageCode", REFERENCE),
            may("CustomerId", TEMPLATE),
            REFERENCES,
            may("IsVoiceIdStreamingEnabled", refers(BOOLEAN)),
            may("IsVoiceAuthenticationEnabled", refers(BOOLEAN)),
            may("IsFraudDetectionEnabled", refers(BOOLEAN)),
            may("VoiceAuthenticationThreshold", refers(Kind::Integer(0, 100))),
            may("FraudDetectionThreshold", refers(Kind::Integer(0, 100))),
            may("VoiceAuthenticationResponseTime", refers(Kind::Integer(5, 10))),
            may("WatchlistId", REFERENCE),
            may("WisdomSessionArn", REFERENCE),
            may("SegmentAttributes", map(0)),
            TARGET_CONTACT,
        ],
        rules: &[Rule::AtLeastOne(&[
            "Name",
            "Description",
            "LanguageCode",
            "CustomerId",
            "References",
            "IsVoiceIdStreamingEnabled",
            "IsVoiceAuthenticationEnabled",
            "IsFraudDetectionEnabled",
            "VoiceAuthenticationThreshold",
            "FraudDetectionThreshold",
            "VoiceAuthenticationResponseTime",
            "WatchlistId",
            "WisdomSessionArn",
            "SegmentAttributes",
        ])],
        perform: perform::update_contact,
        ..ROW
    },
    ActionSpec {
        name: "UpdateContactEventHooks",
        block: "Set event flow",
        log_name: "SetEventHook",
        parameters: &[
            may("EventHooks", object(EVENTS)),
            may("EventHooksConfiguration", object(EVENT_SWITCHES)),
        ],
        rules: &[Rule::AtLeastOne(&["EventHooks", "EventHooksConfiguration"])],
        perform: perform::update_event_hooks,
        ..ROW
    },
    ActionSpec {
        name: "UpdateContactRoutingBehavior",
        block: "Change routing priority / age",
        log_name: "UpdateRoutingPriority",
        errors: &[],
        unhandled: Unhandled::GoesOn,
        flow_types: FlowTypes { reference: IN, block: IN.and(CQ).and(OW).and(TA).and(TQ), module: true },
        parameters: &[
            may("QueuePriority", fixed(Kind::Integer(1, i64::MAX))),
            may("QueueTimeAdjustmentSeconds", fixed(Kind::Integer(i64::MIN, i64::MAX))),
        ],
        rules: &[Rule::ExactlyOne(&["QueuePriority", "QueueTimeAdjustmentSeconds"])],
        perform: perform::update_routing,
        ..ROW
    },
    ActionSpec {
        name: "UpdateContactRoutingCriteria",
        aliases: &["UpdateRoutingCriteria"],
        block: "Set routing criteria",
        log_name: "SetRoutingCriteria",
        family: super::Family::FlowControl,
        flow_types: both(IN_CQ_TRANSFER),
        parameters: &[must("RoutingCriteria", CRITERIA)],
        perform: perform::update_routing_criteria,
        ..ROW
    },
    ActionSpec {
        name: "UpdateContactTargetQueue",
        block: "Set working queue",
        log_name: "SetQueue",
        flow_types: both(IN_TRANSFER),
        parameters: &[QUEUE, AGENT],
        rules: &[Rule::ExactlyOne(QUEUE_OR_AGENT)],
        perform: perform::update_target_queue,
        ..ROW
    },
    ActionSpec {
        name: "UpdatePreviousContactParticipantState",
        block: "Hold customer or agent",
        log_name: "HoldParticipant",
        flow_types: FlowTypes { reference: IN_TRANSFER, block: IN_TRANSFER.and(OW), module: true },
        channels: Channels::VOICE,
        parameters: &[must(
            "PreviousContactParticipantState",
            fixed(Kind::OneOf(&["AgentOnHold", "CustomerOnHold", "OffHold"])),
        )],
        ..ROW
    },
];
