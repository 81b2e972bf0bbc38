//! What is known of a customer's identity, and its published shapes.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::contact::Contact;

/// Name of the segment attribute that tells of the customer's sign-in.
pub const SEGMENT_ATTRIBUTE: &str = "connect:CustomerAuthentication";

/// What is known of a customer's identity: the segment attribute `connect:CustomerAuthentication`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerAuthentication {
    /// What came of the last sign-in.
    pub status: AuthenticationStatus,
    /// Issuer of the identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_provider: Option<String>,
    /// Client id at the provider.
    pub client_id: String,
    /// The customer's id at the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub associated_customer_id: Option<String>,
}

/// What came of a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum AuthenticationStatus {
    /// The provider has identified the customer.
    Authenticated,
    /// It has not.
    Failed,
    /// The customer did not sign in in time.
    Timeout,
}

impl AuthenticationStatus {
    /// The public spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authenticated => "AUTHENTICATED",
            Self::Failed => "FAILED",
            Self::Timeout => "TIMEOUT",
        }
    }
}

impl CustomerAuthentication {
    /// The members by their published names.
    fn members(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("IdentityProvider", self.identity_provider.as_deref()),
            ("ClientId", Some(self.client_id.as_str())),
            ("Status", Some(self.status.as_str())),
            ("AssociatedCustomerId", self.associated_customer_id.as_deref()),
            ("AuthenticationMethod", Some("CONNECT")),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    }
}

impl Contact {
    /// All segment attributes as flows see them: texts, and the sign-in as a map of texts.
    pub(crate) fn segment_texts(&self) -> Value {
        let plain = self.segment_attributes.iter().map(|(name, text)| (name.clone(), json!(text)));
        let sign_in = self.customer_authentication.iter().map(|known| {
            let members = known.members().map(|(name, text)| (name.to_owned(), json!(text)));
            (SEGMENT_ATTRIBUTE.to_owned(), Value::Object(members.collect()))
        });
        Value::Object(plain.chain(sign_in).collect())
    }

    /// All segment attributes in the published shape: `ValueString`, or for the sign-in a `ValueMap` of them.
    pub fn segment_attribute_values(&self) -> Map<String, Value> {
        let text = |text: &str| json!({"ValueString": text});
        let plain = self.segment_attributes.iter().map(|(name, value)| (name.clone(), text(value)));
        let sign_in = self.customer_authentication.iter().map(|known| {
            let members = known.members().map(|(name, value)| (name.to_owned(), text(value)));
            (SEGMENT_ATTRIBUTE.to_owned(), json!({"ValueMap": members.collect::<Map<_, _>>()}))
        });
        plain.chain(sign_in).collect()
    }
}
