//! The published rates of the public operations (spec 01 §3.1–3.7).

/// A token bucket's published figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Calls per second that the bucket gains.
    pub per_second: f64,
    /// Calls the bucket holds. Where no burst is published it is one second's worth of calls.
    pub burst: f64,
}

/// The rate of an operation; none where no rate is published. Services have the names that client libraries give them:
/// `connect`, `connectparticipant`, `connectcases`, `customer-profiles`, `connectcampaigns`, `voice-id`,
/// `connect-contact-lens`.
pub fn rate_of(service: &str, operation: &str) -> Option<Rate> {
    let table = TABLES.iter().find(|table| table.service == service)?;
    let listed = table.rows.iter().find(|(_, _, operations)| operations.contains(&operation));
    let (per_second, burst) = match listed {
        Some((per_second, burst, _)) => (*per_second, *burst),
        None if table.service == "connect" && operation.contains("Evaluation") => (1, 1),
        None => table.others?,
    };
    Some(Rate { per_second: f64::from(per_second), burst: f64::from(burst) })
}

struct Table {
    service: &'static str,
    /// Calls per second, burst, operations.
    rows: &'static [(u32, u32, &'static [&'static str])],
    /// Every operation without a row; none = not limited.
    others: Option<(u32, u32)>,
}

const TABLES: &[Table] = &[
    Table {
        service: "connect",
        rows: &[
            (5, 8, &["GetMetricData", "GetCurrentMetricData"]),
            (10, 10, &["GetMetricDataV2"]),
            (
                10,
                15,
                &[
                    "GetContactAttributes",
                    "UpdateContactAttributes",
                    "StopContact",
                    "DescribeContact",
                    "UpdateContact",
                    "ListContactReferences",
                    "BatchPutContact",
                ],
            ),
            (20, 25, &["TagContact", "UntagContact"]),
            (20, 20, &["UpdateContactRoutingData"]),
            (
                5,
                8,
                &["StartChatContact", "StartContactStreaming", "StopContactStreaming", "CreateParticipant"],
            ),
        ],
        others: Some((2, 5)),
    },
    Table {
        service: "connectparticipant",
        rows: &[
            (2, 5, &["CompleteAttachmentUpload", "StartAttachmentUpload"]),
            (6, 9, &["CreateParticipantConnection"]),
            (3, 5, &["DisconnectParticipant"]),
            (8, 12, &["GetAttachment", "GetTranscript"]),
            (10, 15, &["SendEvent", "SendMessage"]),
        ],
        others: None,
    },
    Table { service: "connect-contact-lens", rows: &[], others: Some((1, 2)) },
    Table {
        service: "connectcases",
        rows: &[
            (
                10,
                10,
                &[
                    "CreateCase",
                    "SearchCases",
                    "UpdateCase",
                    "AssociateContact",
                    "ListTemplates",
                    "CreateRelatedItem",
                    "SearchRelatedItems",
                ],
            ),
            (
                5,
                5,
                &[
                    "CreateField",
                    "ListFields",
                    "CreateDomain",
                    "GetDomain",
                    "CreateTemplate",
                    "BatchPutFieldOptions",
                    "CreateLayout",
                    "UpdateLayout",
                    "UpdateTemplate",
                    "UpdateField",
                ],
            ),
            (25, 25, &["BatchGetField"]),
            (15, 15, &["GetCase", "ListFieldOptions"]),
            (20, 20, &["GetTemplate", "GetLayout"]),
        ],
        others: None,
    },
    Table {
        service: "customer-profiles",
        rows: &[
            (
                1,
                1,
                &[
                    "CreateDomain",
                    "UpdateDomain",
                    "DeleteDomain",
                    "PutProfileObjectType",
                    "DeleteProfileObjectType",
                    "PutIntegration",
                    "DeleteIntegration",
                    "GetAutoMergingPreview",
                    "CreateEventStream",
                    "CreateCalculatedAttributeDefinition",
                    "UpdateCalculatedAttributeDefinition",
                ],
            ),
            (
                5,
                5,
                &[
                    "ListDomains",
                    "GetDomain",
                    "ListProfileObjectTypes",
                    "ListProfileObjectTypeTemplates",
                    "GetProfileObjectTypeTemplate",
                    "ListIntegrations",
                    "GetIntegration",
                    "ListIdentityResolutionJobs",
                    "GetIdentityResolutionJob",
                    "ListEventStreams",
                    "DeleteEventStream",
                    "GetEventStream",
                    "GetCalculatedAttributeDefinition",
                    "DeleteCalculatedAttributeDefinition",
                    "ListCalculatedAttributeDefinitions",
                    "CreateIntegrationWorkflow",
                    "DeleteWorkflow",
                    "ListWorkflows",
                    "GetWorkflow",
                    "GetWorkflowSteps",
                    "ListRuleBasedMatches",
                    "TagResource",
                    "UntagResource",
                    "ListTagsForResource",
                ],
            ),
            (10, 10, &["GetProfileObjectType"]),
            (
                100,
                100,
                &[
                    "SearchProfiles",
                    "ListProfileObjects",
                    "GetMatches",
                    "GetSimilarProfiles",
                    "GetCalculatedAttributeForProfile",
                    "ListCalculatedAttributesForProfile",
                    "CreateProfile",
                    "UpdateProfile",
                    "PutProfileObject",
                    "AddProfileKey",
                    "DeleteProfile",
                    "DeleteProfileObject",
                    "DeleteProfileKey",
                    "MergeProfiles",
                    "ListAccountIntegrations",
                ],
            ),
        ],
        others: None,
    },
    Table {
        service: "connectcampaigns",
        rows: &[
            (
                1,
                2,
                &[
                    "CreateCampaign",
                    "DeleteCampaign",
                    "PauseCampaign",
                    "ResumeCampaign",
                    "StartCampaign",
                    "StopCampaign",
                    "UpdateCampaignDialerConfig",
                    "UpdateCampaignName",
                    "UpdateCampaignOutboundCallConfig",
                    "ListTagsForResource",
                    "TagResource",
                    "UntagResource",
                ],
            ),
            (5, 10, &["GetCampaignState", "GetCampaignStateBatch", "ListCampaigns"]),
            (10, 10, &["PutDialRequestBatch"]),
            (25, 35, &["DescribeCampaign"]),
        ],
        others: Some((2, 5)),
    },
    Table {
        service: "voice-id",
        rows: &[
            (60, 60, &["EvaluateSession"]),
            (
                2,
                2,
                &[
                    "CreateDomain",
                    "DescribeDomain",
                    "UpdateDomain",
                    "DeleteDomain",
                    "ListDomains",
                    "StartSpeakerEnrollmentJob",
                    "DescribeSpeakerEnrollmentJob",
                    "ListSpeakerEnrollmentJobs",
                    "StartFraudsterRegistrationJob",
                    "DescribeFraudsterRegistrationJob",
                    "ListFraudsterRegistrationJobs",
                    "TagResource",
                    "UntagResource",
                    "ListTagsForResource",
                ],
            ),
            (5, 5, &["ListSpeakers"]),
            (
                10,
                10,
                &[
                    "DescribeSpeaker",
                    "OptOutSpeaker",
                    "DeleteSpeaker",
                    "DescribeFraudster",
                    "DeleteFraudster",
                ],
            ),
        ],
        others: None,
    },
    // Our own: bots are large, and are checked while others wait.
    Table { service: "lexv2-runtime", rows: &[(2, 5, &["ImportBot", "DeleteBot"])], others: None },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_defaults_and_gaps() {
        for (service, operation, expected) in [
            ("connect", "GetCurrentMetricData", Some((5.0, 8.0))),
            ("connect", "UntagContact", Some((20.0, 25.0))),
            ("connect", "SubmitContactEvaluation", Some((1.0, 1.0))),
            ("connect", "CreateQueue", Some((2.0, 5.0))),
            ("connectparticipant", "SendEvent", Some((10.0, 15.0))),
            ("connectparticipant", "DescribeView", None),
            ("connect-contact-lens", "ListRealtimeContactAnalysisSegments", Some((1.0, 2.0))),
            ("customer-profiles", "SearchProfiles", Some((100.0, 100.0))),
            ("connectcampaigns", "DescribeCampaign", Some((25.0, 35.0))),
            ("connectcampaigns", "GetConnectInstanceConfig", Some((2.0, 5.0))),
            ("lexv2-runtime", "ImportBot", Some((2.0, 5.0))),
            ("lexv2-runtime", "RecognizeText", None),
            ("AmazonConnectCTIService", "PutAgentState", None),
        ] {
            let rate = rate_of(service, operation).map(|rate| (rate.per_second, rate.burst));
            assert_eq!(rate, expected, "{service} {operation}");
        }
    }
}
