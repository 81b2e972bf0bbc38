//! Contact actions about recording, analytics, processing, streaming and the voice (spec 10 §2.1).

use super::shape::*;
use super::short::*;
use super::{ActionSpec, Channels, ErrorSpec, Need, Unhandled};
use crate::error::ErrorBranch::*;
use crate::interpreter::recording as perform;

const SIDE: Shape = fixed(Kind::OneOf(&["Agent", "Customer"]));
const AGENT_SIDE: Shape = fixed(Kind::OneOf(&["Agent"]));
const SENTIMENT: Parameter = may("SentimentConfiguration", object(&[must("Enabled", fixed(BOOLEAN))]));
const SUMMARY: Parameter = may("SummaryConfiguration", object(&[must("SummaryModes", list(&TEXT, 0))]));
const REDACTION: Parameter = may(
    "ConversationalAnalyticsRedactionConfiguration",
    object(&[
        must("Enabled", fixed(BOOLEAN)),
        may("RedactionResults", REFERENCE),
        may("RedactionMaskMode", fixed(Kind::OneOf(&["PII", "EntityType"]))),
        may("RedactionEntities", list(&TEXT, 1)),
    ]),
);

pub(super) static ACTIONS: &[ActionSpec] = &[
    ActionSpec {
        name: "UpdateContactMediaProcessing",
        block: "Set recording, analytics and processing behavior",
        log_name: "SetMediaProcessing",
        errors: &[needs(NoMatchingError), needs(ChannelMismatch)],
        channels: Channels::CHAT,
        parameters: &[must(
            "ChatProcessor",
            object(&[
                must("ProcessingEnabled", fixed(BOOLEAN)),
                may("LambdaProcessorARN", fixed(Kind::Resource(ResourceKind::Function))),
                must("ChatProcessorSettings", object(&[may("DeliverUnprocessedMessages", fixed(BOOLEAN))])),
            ]),
        )],
        perform: perform::update_media_processing,
        ..ROW
    },
    ActionSpec {
        name: "UpdateContactMediaStreamingBehavior",
        block: "Start / stop media streaming",
        log_name: "SetMediaStreaming",
        flow_types: both(IN_CQ_TRANSFER.and(AW).and(CW).and(OW)),
        channels: Channels::VOICE,
        parameters: &[
            must("MediaStreamingState", fixed(ENABLED)),
            must(
                "Participants",
                list(
                    &object(&[
                        must("ParticipantType", fixed(Kind::OneOf(&["Customer"]))),
                        must("MediaDirections", list(&fixed(Kind::OneOf(&["From", "To"])), 1)),
                    ]),
                    1,
                ),
            ),
            must("MediaStreamType", fixed(Kind::OneOf(&["Audio"]))),
        ],
        ..ROW
    },
    ActionSpec {
        name: "UpdateContactRecordingAndAnalyticsBehavior",
        block: "Set recording, analytics and processing behavior",
        log_name: "SetRecordingAndAnalyticsBehavior",
        errors: &[
            needs(NoMatchingError),
            needs(ChannelMismatch),
            ErrorSpec {
                branch: InFlightRedactionConfigurationFailed,
                need: Need::RequiredWhen(|parameters| parameters.contains_key("ChatBehavior")),
            },
        ],
        parameters: &[
            may(
                "VoiceBehavior",
                object(&[
                    may(
                        "VoiceRecordingBehavior",
                        object(&[
                            must("RecordedParticipants", list(&SIDE, 0)),
                            may("IVRRecordingBehavior", fixed(ENABLED)),
                        ]),
                    ),
                    may(
                        "VoiceAnalyticsBehavior",
                        object(&[
                            must("Enabled", fixed(BOOLEAN)),
                            may("AnalyticsLanguage", REFERENCE),
                            may("AnalyticsModes", list(&TEXT, 0)),
                            REDACTION,
                            SENTIMENT,
                            SUMMARY,
                        ]),
                    ),
                ]),
            ),
            may(
                "ChatBehavior",
                object(&[must(
                    "ChatAnalyticsBehavior",
                    object(&[
                        must("Enabled", fixed(BOOLEAN)),
                        may("AnalyticsLanguage", REFERENCE),
                        may("AnalyticsModes", list(&TEXT, 0)),
                        REDACTION,
                        SENTIMENT,
                        SUMMARY,
                        may(
                            "InFlightChatRedactionConfiguration",
                            object(&[
                                must("Enabled", fixed(BOOLEAN)),
                                may("RedactionMaskMode", fixed(Kind::OneOf(&["PII", "EntityType"]))),
                                may("RedactionEntities", list(&TEXT, 1)),
                                may("DeliverUnprocessedMessages", fixed(BOOLEAN)),
                            ]),
                        ),
                    ]),
                )]),
            ),
            may(
                "ScreenRecordingBehavior",
                object(&[must("ScreenRecordedParticipants", list(&AGENT_SIDE, 0))]),
            ),
        ],
        rules: &[
            Rule::AtMostOne(&["VoiceBehavior", "ChatBehavior"]),
            Rule::AtLeastOne(&["VoiceBehavior", "ChatBehavior", "ScreenRecordingBehavior"]),
        ],
        perform: perform::update_recording_and_analytics,
        ..ROW
    },
    ActionSpec {
        name: "UpdateContactRecordingBehavior",
        block: "Set recording and analytics behavior",
        log_name: "SetRecordingBehavior",
        errors: &[],
        unhandled: Unhandled::GoesOn,
        flow_types: both(IN_CQ_TRANSFER.and(OW)),
        channels: Channels::VOICE.and(Channels::CHAT),
        parameters: &[
            must(
                "RecordingBehavior",
                object(&[
                    must("RecordedParticipants", list(&SIDE, 0)),
                    may("ScreenRecordedParticipants", list(&AGENT_SIDE, 0)),
                    may("IVRRecordingBehavior", fixed(ENABLED)),
                ]),
            ),
            may(
                "AnalyticsBehavior",
                object(&[
                    must("Enabled", fixed(BOOLEAN)),
                    must("AnalyticsLanguage", REFERENCE),
                    may("AnalyticsRedactionBehavior", fixed(ENABLED)),
                    may("AnalyticsRedactionResults", REFERENCE),
                    may("AnalyticsRedactionMaskMode", fixed(Kind::OneOf(&["PII", "EntityType"]))),
                    may("AnalyticsRedactionEntities", list(&TEXT, 1)),
                    may("AnalyticsMode", TEXT),
                    may(
                        "ChannelConfiguration",
                        object(&[
                            may("Voice", object(&[must("AnalyticsModes", list(&TEXT, 0))])),
                            may("Chat", object(&[must("AnalyticsModes", list(&TEXT, 0))])),
                        ]),
                    ),
                    SUMMARY,
                    SENTIMENT,
                ]),
            ),
        ],
        perform: perform::update_recording,
        ..ROW
    },
    ActionSpec {
        name: "UpdateContactTextToSpeechVoice",
        block: "Set voice",
        log_name: "SetVoice",
        errors: MAY_ERROR,
        unhandled: Unhandled::GoesOn,
        parameters: &[
            must("TextToSpeechVoice", REFERENCE),
            may(
                "TextToSpeechEngine",
                refers(Kind::OneOf(&["Standard", "Neural", "Generative", "long-form"])),
            ),
            may("TextToSpeechStyle", refers(Kind::OneOf(&["None", "Conversational", "Newscaster"]))),
        ],
        perform: perform::update_voice,
        ..ROW
    },
];
