//! Phone numbers that an instance has claimed (spec 02 §1.1), and those it gave back.

use serde::{Deserialize, Serialize};

use crate::id::*;
use crate::resource::Tags;
use crate::time::Timestamp;

/// Who pays for a call to a number, and where it is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PhoneNumberType {
    /// A local or mobile number: direct inward dialling.
    Did,
    /// A number that is free for callers of one country.
    TollFree,
    /// A universal international freephone number: `+800` and eight digits.
    Uifn,
    /// A number whose costs caller and callee share.
    Shared,
    /// A toll-free number hosted by another carrier.
    ThirdPartyTf,
    /// A local number hosted by another carrier.
    ThirdPartyDid,
    /// A short code for text messages.
    ShortCode,
}

impl PhoneNumberType {
    /// Every type.
    pub const ALL: [Self; 7] = [
        Self::Did,
        Self::TollFree,
        Self::Uifn,
        Self::Shared,
        Self::ThirdPartyTf,
        Self::ThirdPartyDid,
        Self::ShortCode,
    ];

    /// The public name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Did => "DID",
            Self::TollFree => "TOLL_FREE",
            Self::Uifn => "UIFN",
            Self::Shared => "SHARED",
            Self::ThirdPartyTf => "THIRD_PARTY_TF",
            Self::ThirdPartyDid => "THIRD_PARTY_DID",
            Self::ShortCode => "SHORT_CODE",
        }
    }

    /// Reads the public name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A number that belongs to an instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct PhoneNumber {
    pub id: PhoneNumberId,
    /// E.164: a plus sign and 2–15 digits.
    pub phone_number: String,
    /// ISO 3166 alpha-2.
    pub country_code: String,
    #[serde(rename = "Type")]
    pub kind: PhoneNumberType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The flow that calls to the number meet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_flow_id: Option<FlowId>,
    #[serde(default)]
    pub tags: Tags,
    /// The instance it is about to belong to; the move has not ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moving_to: Option<InstanceId>,
    /// The token of the request that claimed it: the same request again is answered with the same number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creation_token: Option<String>,
    /// When it was claimed by its first instance.
    pub created_time: Timestamp,
    pub last_modified_time: Timestamp,
}

/// A number that was given back and cannot be claimed for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct ReleasedNumber {
    /// E.164.
    pub phone_number: String,
    /// The id it had.
    pub id: PhoneNumberId,
    /// When it had been claimed.
    pub created_time: Timestamp,
    pub released_time: Timestamp,
    /// The token of the request that gave it back: the same request again is answered in the same way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_token: Option<String>,
}
