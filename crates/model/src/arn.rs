//! Resource names of the form `arn:aws:connect:<region>:<account>:instance/<id>/<kind>/<id>` (spec 11 §0.4).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::InstanceId;

/// Where an instance lives: the part that all its resource names share.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Scope {
    /// A region name in the usual spelling, such as `us-east-1`.
    pub region: String,
    /// The account: 12 digits.
    pub account: String,
    /// The instance.
    pub instance: InstanceId,
}

impl Scope {
    /// `arn:aws:connect:<region>:<account>:instance/<id>`.
    pub fn instance_arn(&self) -> String {
        format!("arn:aws:connect:{}:{}:instance/{}", self.region, self.account, self.instance)
    }

    /// The name of a resource of this instance.
    pub fn arn(&self, kind: ArnKind, id: impl fmt::Display) -> String {
        format!("{}/{}/{}", self.instance_arn(), kind.as_str(), id)
    }

    /// The name of a phone number, which belongs to the account and keeps its name when it moves to another instance:
    /// `arn:aws:connect:<region>:<account>:phone-number/<id>`.
    pub fn phone_number_arn(&self, id: crate::PhoneNumberId) -> String {
        format!("arn:aws:connect:{}:{}:phone-number/{id}", self.region, self.account)
    }

    /// The name of an agent's own queue: `…/queue/agent/<user id>`.
    pub fn agent_queue_arn(&self, user: crate::UserId) -> String {
        format!("{}/queue/agent/{}", self.instance_arn(), user)
    }
}

/// The kinds of resource that have a name of their own inside an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum ArnKind {
    Agent,
    AgentState,
    Queue,
    RoutingProfile,
    SecurityProfile,
    TransferDestination,
    Contact,
    ContactFlow,
    FlowModule,
    Prompt,
    OperatingHours,
    AgentGroup,
    TaskTemplate,
    View,
    PhoneNumber,
}

impl ArnKind {
    /// The spelling used inside the name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::AgentState => "agent-state",
            Self::Queue => "queue",
            Self::RoutingProfile => "routing-profile",
            Self::SecurityProfile => "security-profile",
            Self::TransferDestination => "transfer-destination",
            Self::Contact => "contact",
            Self::ContactFlow => "contact-flow",
            Self::FlowModule => "flow-module",
            Self::Prompt => "prompt",
            Self::OperatingHours => "operating-hours",
            Self::AgentGroup => "agent-group",
            Self::TaskTemplate => "task-template",
            Self::View => "view",
            Self::PhoneNumber => "phone-number",
        }
    }
}

/// A resource name taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    /// Region field; may be empty.
    pub region: &'a str,
    /// Account field.
    pub account: &'a str,
    /// The instance id as written; empty for a phone number, whose name has none.
    pub instance: &'a str,
    /// What follows the instance id, such as `queue/<id>`; empty for the instance itself.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Takes apart `arn:<partition>:connect:<region>:<account>:instance/<id>[/<kind>/<id>…]`, and the same with
    /// `phone-number/<id>` after the account.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut fields = text.splitn(6, ':');
        if fields.next()? != "arn" || fields.next()?.is_empty() || fields.next()? != "connect" {
            return None;
        }
        let (region, account, path) = (fields.next()?, fields.next()?, fields.next()?);
        if path.starts_with("phone-number/") {
            return Some(Self { region, account, instance: "", resource: path });
        }
        let path = path.strip_prefix("instance/")?;
        let (instance, resource) = path.split_once('/').unwrap_or((path, ""));
        Some(Self { region, account, instance, resource })
    }

    /// The last path segment without a `:qualifier`: the id of the resource.
    pub fn resource_id(&self) -> &'a str {
        let last = self.resource.rsplit('/').next().unwrap_or(self.resource);
        last.split(':').next().unwrap_or(last)
    }
}

/// The id in a value that may be either a bare id or a resource name.
pub fn id_part(text: &str) -> &str {
    match Arn::parse(text) {
        Some(arn) if arn.resource.is_empty() => arn.instance,
        Some(arn) => arn.resource_id(),
        None => text.split(':').next().unwrap_or(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_names_apart() {
        let queue = "arn:aws:connect:us-east-1:123456789012:instance/i-1/queue/q-1";
        let arn = Arn::parse(queue).expect("a valid name");
        assert_eq!(
            (arn.region, arn.account, arn.instance, arn.resource),
            ("us-east-1", "123456789012", "i-1", "queue/q-1")
        );
        for (text, id) in [
            (queue, "q-1"),
            ("arn:aws:connect:us-east-1:123456789012:instance/i-1", "i-1"),
            ("arn:aws:connect::1:instance/i-1/queue/agent/u-1", "u-1"),
            ("arn:aws:connect:r:1:instance/i/flow-module/m-1:$LATEST", "m-1"),
            ("arn:aws:connect:r:1:phone-number/n-1", "n-1"),
            ("q-1", "q-1"),
        ] {
            assert_eq!(id_part(text), id, "{text}");
        }
        assert_eq!(Arn::parse("arn:aws:s3:::bucket"), None);
    }
}
