//! Types documented outside the four groups, or seen only in exports (spec 10 §2.5).

use super::shape::*;
use super::short::*;
use super::{ActionSpec, Channels, Conditions, Family, FlowTypes, TypeSet};
use crate::error::ErrorBranch::*;
use crate::interpreter::contact as perform;

const ROW: ActionSpec = ActionSpec { family: Family::Interaction, ..super::short::ROW };

const DATA_TABLE: Parameter = must("DataTableId", names(ResourceKind::DataTable));

pub(super) static ACTIONS: &[ActionSpec] = &[
    ActionSpec {
        name: "CreatePersistentContactAssociation",
        block: "Create persistent contact association",
        log_name: "CreatePersistentContactAssociation",
        waits: true,
        flow_types: FlowTypes { reference: TypeSet::ALL, block: TypeSet::ALL, module: false },
        channels: Channels::CHAT,
        parameters: &[
            must("RehydrationType", fixed(Kind::OneOf(&["ENTIRE_PAST_SESSION", "FROM_SEGMENT"]))),
            must("SourceContactId", REFERENCE),
        ],
        perform: perform::associate_persistent_chat,
        ..ROW
    },
    ActionSpec {
        name: "AuthenticateParticipant",
        block: "Authenticate customer",
        log_name: "AuthenticateParticipant",
        waits: true,
        conditions: Conditions::Some(&["OptedOut"]),
        errors: &[needs(TimeLimitExceeded), needs(NoMatchingError)],
        flow_types: both(IN),
        channels: Channels::CHAT,
        parameters: &[
            must(
                "CognitoConfiguration",
                object(&[must("UserPoolArn", TEMPLATE), must("AppClientId", TEMPLATE)]),
            ),
            may("CustomerProfilesConfiguration", object(&[must("ObjectTypeName", TEMPLATE)])),
            may("TimeLimitMinutes", refers(Kind::Integer(3, 15))),
        ],
        perform: crate::interpreter::participant::authenticate,
        ..ROW
    },
    ActionSpec {
        name: "LoadContactContent",
        block: "Get stored content",
        log_name: "LoadContactContent",
        channels: Channels::NONE,
        parameters: &[must("ContentType", fixed(Kind::OneOf(&["EmailMessage"])))],
        ..ROW
    },
    ActionSpec {
        name: "EvaluateDataTableValues",
        block: "Data table",
        log_name: "EvaluateDataTableValues",
        parameters: &[DATA_TABLE, must("Queries", Shape::List { item: &Shape::Json, least: 1, most: 5 })],
        ..ROW
    },
    ActionSpec {
        name: "ListDataTableValues",
        block: "Data table",
        log_name: "ListDataTableValues",
        parameters: &[
            DATA_TABLE,
            may("PrimaryKeyGroups", Shape::List { item: &Shape::Json, least: 1, most: 5 }),
        ],
        ..ROW
    },
    ActionSpec {
        name: "UpsertDataTableValues",
        block: "Data table",
        log_name: "UpsertDataTableValues",
        parameters: &[
            DATA_TABLE,
            may("LockVersion", Shape::Json),
            must("DataTableUpsertAttributes", Shape::List { item: &Shape::Json, least: 1, most: 25 }),
        ],
        ..ROW
    },
    ActionSpec {
        name: "CheckSegmentMembership",
        block: "Customer profiles",
        log_name: "CheckSegmentMembership",
        conditions: Conditions::Equals,
        errors: UNKNOWN_ERRORS,
        parameters: UNKNOWN_PARAMETERS,
        ..ROW
    },
    ActionSpec {
        name: "RouteContactToAgent",
        block: "Interrupt agent",
        log_name: "RouteContactToAgent",
        conditions: Conditions::Equals,
        errors: UNKNOWN_ERRORS,
        flow_types: FlowTypes { reference: CQ, block: CQ, module: false },
        parameters: UNKNOWN_PARAMETERS,
        ..ROW
    },
    ActionSpec {
        name: "RenderMessageTemplate",
        block: "Render message template",
        log_name: "RenderMessageTemplate",
        errors: &[needs(TemplateRenderingError), needs(NoMatchingError)],
        parameters: &[must("WisdomKnowledgeBaseArn", TEMPLATE), must("WisdomMessageTemplateArn", TEMPLATE)],
        ..ROW
    },
    ActionSpec {
        name: "StartOutboundEmailContact",
        block: "Send message",
        log_name: "StartOutboundEmailContact",
        parameters: UNKNOWN_PARAMETERS,
        ..ROW
    },
    ActionSpec {
        name: "CreateContact",
        block: "Create contact",
        log_name: "CreateContact",
        conditions: Conditions::Equals,
        errors: UNKNOWN_ERRORS,
        parameters: UNKNOWN_PARAMETERS,
        ..ROW
    },
];
