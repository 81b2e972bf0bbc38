//! Interactions: functions, callbacks, customer profiles (spec 10 §2.3).

use super::shape::*;
use super::short::*;
use super::{ActionSpec, Channels, Family, FlowTypes, TypeSet};
use crate::error::ErrorBranch::*;
use crate::interpreter::interaction as perform;

const ROW: ActionSpec = ActionSpec { family: Family::Interaction, ..super::short::ROW };

/// Free-form: field names as they are or nested; the response is a list of names, in older documents an object.
const PROFILE: &[Parameter] =
    &[must("ProfileRequestData", Shape::Json), may("ProfileResponseData", Shape::Json)];

pub(super) static ACTIONS: &[ActionSpec] = &[
    ActionSpec {
        name: "AssociateContactToCustomerProfile",
        block: "Customer profiles",
        log_name: "AssociateContactToCustomerProfile",
        parameters: PROFILE,
        ..ROW
    },
    ActionSpec {
        name: "CreateCallbackContact",
        block: "Transfer to queue",
        log_name: "CreateCallback",
        flow_types: both(IN_CQ_TRANSFER),
        channels: Channels::VOICE,
        parameters: &[
            must("InitialCallDelaySeconds", fixed(Kind::Integer(1, 259_200))),
            must("MaximumConnectionAttempts", fixed(Kind::Integer(1, i64::MAX))),
            must("RetryDelaySeconds", fixed(Kind::Integer(1, 259_200))),
            QUEUE,
            AGENT,
            may("ContactFlowId", names(ResourceKind::Flow)),
            may("CallerId", REFERENCE),
        ],
        rules: &[Rule::AtMostOne(QUEUE_OR_AGENT)],
        perform: perform::create_callback,
        ..ROW
    },
    ActionSpec {
        name: "CreateCustomerProfile",
        block: "Customer profiles",
        log_name: "CreateCustomerProfile",
        parameters: PROFILE,
        ..ROW
    },
    ActionSpec {
        name: "GetCalculatedAttributesForCustomerProfile",
        block: "Customer profiles",
        log_name: "GetCalculatedAttributesForCustomerProfile",
        errors: &[needs(NoneFoundError), needs(NoMatchingError)],
        parameters: PROFILE,
        ..ROW
    },
    ActionSpec {
        name: "GetCustomerProfile",
        block: "Customer profiles",
        log_name: "GetCustomerProfile",
        errors: &[needs(MultipleFoundError), needs(NoneFoundError), needs(NoMatchingError)],
        parameters: PROFILE,
        ..ROW
    },
    ActionSpec {
        name: "GetCustomerProfileObject",
        block: "Customer profiles",
        log_name: "GetCustomerProfileObject",
        errors: &[needs(NoneFoundError), needs(NoMatchingError)],
        parameters: PROFILE,
        ..ROW
    },
    ActionSpec {
        name: "InvokeLambdaFunction",
        block: "Invoke function",
        log_name: "InvokeExternalResource",
        waits: true,
        flow_types: FlowTypes { reference: TypeSet::ALL, block: TypeSet::ALL.but(OW), module: true },
        parameters: &[
            must("LambdaFunctionARN", names(ResourceKind::Function)),
            must("InvocationTimeLimitSeconds", fixed(Kind::Integer(1, 8))),
            may("InvocationType", fixed(Kind::OneOf(&["SYNCHRONOUS", "ASYNCHRONOUS"]))),
            may(
                "LambdaInvocationAttributes",
                Shape::Map { dynamic_keys: true, value: &Shape::Json, least: 0, most: usize::MAX },
            ),
            may(
                "ResponseValidation",
                object(&[must("ResponseType", fixed(Kind::OneOf(&["STRING_MAP", "JSON"])))]),
            ),
        ],
        perform: perform::invoke_function,
        ..ROW
    },
    ActionSpec {
        name: "UpdateCustomerProfile",
        block: "Customer profiles",
        log_name: "UpdateCustomerProfile",
        parameters: PROFILE,
        ..ROW
    },
];
