//! Participant actions (spec 10 §2.4).

use serde_json::{Map, Value};

use super::shape::*;
use super::short::*;
use super::{ActionSpec, Channels, Conditions, ErrorSpec, Family, FlowTypes, Need, Next, Unhandled};
use crate::error::ErrorBranch::*;
use crate::interpreter::keys::gather as gather_keys;
use crate::interpreter::participant as perform;

const ROW: ActionSpec = ActionSpec { family: Family::Participant, ..super::short::ROW };

fn stores_input(parameters: &Map<String, Value>) -> bool {
    has(parameters, "StoreInput", "True")
}
fn is_menu(parameters: &Map<String, Value>) -> bool {
    !stores_input(parameters)
}
fn stores_phone_number(parameters: &Map<String, Value>) -> bool {
    stores_input(parameters)
        && parameters
            .get("InputValidation")
            .is_some_and(|validation| validation.get("PhoneNumberValidation").is_some())
}
fn comes_back(parameters: &Map<String, Value>) -> bool {
    has(parameters, "ContinueFlowExecution", "True")
}

pub(super) static ACTIONS: &[ActionSpec] = &[
    ActionSpec {
        name: "ConnectParticipantWithLexBot",
        block: "Get customer input",
        log_name: "GetUserInput",
        waits: true,
        conditions: Conditions::Intents,
        errors: &[
            needs(NoMatchingCondition),
            needs(NoMatchingError),
            ErrorSpec { branch: InputTimeLimitExceeded, need: Need::Advised },
        ],
        flow_types: both(IN_CQ_TRANSFER),
        parameters: &[
            PROMPT[0],
            PROMPT[1],
            PROMPT[2],
            PROMPT[3],
            may("LexV2Bot", object(&[must("AliasArn", template(Kind::Resource(ResourceKind::Bot)))])),
            may(
                "LexBot",
                object(&[must("Name", TEMPLATE), must("Region", TEMPLATE), must("Alias", TEMPLATE)]),
            ),
            may("LexSessionAttributes", map(0)),
            may("LexInitializationData", object(&[must("InitialMessage", REFERENCE)])),
            may("LexTimeoutSeconds", object(&[must("Text", fixed(Kind::Integer(60, 604_800)))])),
        ],
        rules: &[
            Rule::ExactlyOne(&["LexV2Bot", "LexBot"]),
            Rule::ExactlyOne(&["PromptId", "Text", "SSML", "Media", "LexInitializationData"]),
        ],
        perform: perform::connect_bot,
        ..ROW
    },
    ActionSpec {
        name: "DisconnectParticipant",
        block: "Disconnect / hang up",
        log_name: "Disconnect",
        next: Next::Never,
        errors: &[],
        flow_types: both(IN_CQ_TRANSFER),
        perform: perform::disconnect,
        ..ROW
    },
    ActionSpec {
        name: "GetParticipantInput",
        block: "Get customer input / Store customer input",
        log_name: "GetUserInput",
        waits: true,
        conditions: Conditions::Keys,
        errors: &[
            ErrorSpec { branch: NoMatchingCondition, need: Need::RequiredWhen(is_menu) },
            ErrorSpec { branch: InputTimeLimitExceeded, need: Need::RequiredWhen(is_menu) },
            needs(NoMatchingError),
            ErrorSpec { branch: InvalidPhoneNumber, need: Need::RequiredWhen(stores_phone_number) },
        ],
        flow_types: both(IN_CQ_TRANSFER),
        channels: Channels::VOICE,
        parameters: &[
            PROMPT[0],
            PROMPT[1],
            PROMPT[2],
            PROMPT[3],
            Parameter {
                aliases: &["InputTimeoutSeconds"],
                ..must("InputTimeLimitSeconds", fixed(Kind::Integer(1, 180)))
            },
            may("StoreInput", fixed(BOOLEAN)),
            may(
                "InputValidation",
                Shape::Object(
                    &[
                        may(
                            "PhoneNumberValidation",
                            Shape::Object(
                                &[
                                    must("NumberFormat", fixed(Kind::OneOf(&["Local", "E164"]))),
                                    may("CountryCode", TEXT),
                                ],
                                &[Rule::Holds(
                                    |members| {
                                        !has(members, "NumberFormat", "Local")
                                            || members.contains_key("CountryCode")
                                    },
                                    "the local format needs a CountryCode",
                                )],
                            ),
                        ),
                        may(
                            "CustomValidation",
                            object(&[must("MaximumLength", refers(Kind::Integer(1, 20)))]),
                        ),
                    ],
                    &[Rule::ExactlyOne(&["PhoneNumberValidation", "CustomValidation"])],
                ),
            ),
            may("InputEncryption", object(&[must("EncryptionKeyId", TEMPLATE), must("Key", TEMPLATE)])),
            may(
                "DTMFConfiguration",
                object(&[
                    may("InputTerminationSequence", refers(Kind::Keys(5))),
                    may("DisableCancelKey", fixed(BOOLEAN)),
                    may("InterdigitTimeLimitSeconds", refers(Kind::Integer(1, 20))),
                ]),
            ),
            may("EnableDTMFBuffer", TEXT),
        ],
        rules: &[
            Rule::AtMostOne(PROMPT_NAMES),
            Rule::Holds(
                |parameters| stores_input(parameters) == parameters.contains_key("InputValidation"),
                "InputValidation belongs to stored input, and stored input needs it",
            ),
            Rule::Holds(
                |parameters| {
                    !parameters.contains_key("InputEncryption")
                        || parameters
                            .get("InputValidation")
                            .is_some_and(|v| v.get("CustomValidation").is_some())
                },
                "InputEncryption needs CustomValidation",
            ),
        ],
        perform: gather_keys,
        ..ROW
    },
    ActionSpec {
        name: "MessageParticipant",
        block: "Play prompt",
        log_name: "PlayPrompt",
        errors: MAY_ERROR,
        unhandled: Unhandled::GoesOn,
        flow_types: both(IN_CQ_TRANSFER.and(AW).and(CW).and(OW)),
        parameters: &[
            PROMPT[0],
            PROMPT[1],
            PROMPT[2],
            PROMPT[3],
            may("SkipWhenDTMFBufferEnabled", fixed(BOOLEAN)),
        ],
        rules: &[Rule::ExactlyOne(PROMPT_NAMES)],
        perform: perform::message,
        ..ROW
    },
    ActionSpec {
        name: "MessageParticipantIteratively",
        block: "Loop prompts",
        log_name: "LoopPrompts",
        waits: true,
        next: Next::Optional,
        conditions: Conditions::Interrupt,
        errors: MAY_ERROR,
        unhandled: Unhandled::EndsFlow,
        flow_types: both(CQ.and(CH).and(AH)),
        channels: Channels::VOICE,
        parameters: &[
            must("Messages", list(&Shape::Object(&PROMPT, &[Rule::ExactlyOne(PROMPT_NAMES)]), 1)),
            may("InterruptFrequencySeconds", fixed(Kind::Integer(1, i64::MAX))),
        ],
        perform: perform::loop_prompts,
        ..ROW
    },
    ActionSpec {
        name: "ShowView",
        block: "Show view",
        log_name: "ShowView",
        waits: true,
        conditions: Conditions::Equals,
        errors: &[needs(NoMatchingCondition), needs(NoMatchingError), needs(TimeLimitExceeded)],
        flow_types: FlowTypes { reference: IN.and(CQ), block: IN, module: true },
        channels: Channels::CHAT,
        parameters: &[
            must("ViewResource", object(&[must("Id", names(ResourceKind::View)), may("Version", TEXT)])),
            must("InvocationTimeLimitSeconds", fixed(Kind::Integer(1, 604_800))),
            must("ViewData", Shape::Json),
            may(
                "SensitiveDataConfiguration",
                object(&[must("HideResponseOn", list(&fixed(Kind::OneOf(&["TRANSCRIPT"])), 0))]),
            ),
        ],
        perform: perform::show_view,
        ..ROW
    },
    ActionSpec {
        name: "TransferParticipantToThirdParty",
        block: "Transfer to phone number",
        log_name: "TransferToPhoneNumber",
        waits: true,
        errors: &[
            ErrorSpec { branch: ConnectionTimeLimitExceeded, need: Need::RequiredWhen(comes_back) },
            ErrorSpec { branch: CallFailed, need: Need::RequiredWhen(comes_back) },
            needs(NoMatchingError),
        ],
        flow_types: both(IN_CQ_TRANSFER),
        channels: Channels::VOICE,
        parameters: &[
            may("ThirdPartyPhoneNumber", names(ResourceKind::PhoneNumber)),
            Parameter {
                aliases: &["ThirdPartyConnectionTimeoutSeconds"],
                ..must("ThirdPartyConnectionTimeLimitSeconds", refers(Kind::Integer(1, 600)))
            },
            must("ContinueFlowExecution", fixed(BOOLEAN)),
            may("ThirdPartyDTMFDigits", refers(Kind::Keys(50))),
            may("CallerId", object(&[may("Number", REFERENCE), may("Name", REFERENCE)])),
            super::contact::VOICE_CONNECTOR,
        ],
        rules: &[Rule::ExactlyOne(&["ThirdPartyPhoneNumber", "VoiceConnector"])],
        perform: perform::transfer_to_third_party,
        ..ROW
    },
];
