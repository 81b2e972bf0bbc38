//! The instance: its description, its switches, and the origins whose pages may embed the agent panel (spec 01 §13).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::body::Body;
use crate::directory::Directory;
use crate::error::{Code, DirectoryError, Result};
use crate::input::inputs;
use crate::rows::{Row, Rows};
use crate::rules;

macro_rules! attribute_types {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $default:literal;)*) => {
        /// The switches of an instance, with the value of a new instance in brackets.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum InstanceAttribute { $(#[doc = concat!("[", stringify!($default), "]")] $(#[$doc])* #[serde(rename = $text)] $name,)* }

        impl InstanceAttribute {
            /// Every switch, by its public name.
            pub const ALL: &[InstanceAttribute] = &[$(Self::$name,)*];

            /// The public name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The value of a new instance.
            pub const fn default_value(self) -> bool {
                match self { $(Self::$name => $default,)* }
            }
        }
    };
}

attribute_types! {
    /// Mutes an agent who is put on hold.
    AutoMuteAgentOnHold = "AUTO_MUTE_AGENT_ON_HOLD", false;
    /// Uses the best voice there is for a language.
    AutoResolveBestVoices = "AUTO_RESOLVE_BEST_VOICES", true;
    /// Writes flow logs for flows that ask for them.
    ContactflowLogs = "CONTACTFLOW_LOGS", true;
    /// Conversation analytics.
    ContactLens = "CONTACT_LENS", false;
    /// Agents hear what the far end sends before it answers.
    EarlyMedia = "EARLY_MEDIA", true;
    /// Monitoring and barging into chats.
    EnhancedChatMonitoring = "ENHANCED_CHAT_MONITORING", false;
    /// Multi-party calls with monitoring and barging.
    EnhancedContactMonitoring = "ENHANCED_CONTACT_MONITORING", false;
    /// Outbound campaigns.
    HighVolumeOutbound = "HIGH_VOLUME_OUTBOUND", false;
    /// Takes calls.
    InboundCalls = "INBOUND_CALLS", true;
    /// Streams chat messages.
    MessageStreaming = "MESSAGE_STREAMING", false;
    /// More than two parties in a chat.
    MultiPartyChatConference = "MULTI_PARTY_CHAT_CONFERENCE", false;
    /// Up to six parties on a call.
    MultiPartyConference = "MULTI_PARTY_CONFERENCE", false;
    /// Makes calls.
    OutboundCalls = "OUTBOUND_CALLS", true;
    /// Speaks with voices of one's own.
    UseCustomTtsVoices = "USE_CUSTOM_TTS_VOICES", false;
}

inputs! {
    /// `DescribeInstance`.
    DescribeInstance {}
    /// `DescribeInstanceAttribute`.
    DescribeInstanceAttribute { attribute_type: InstanceAttribute }
    /// `UpdateInstanceAttribute`; the value is `true` or `false`.
    UpdateInstanceAttribute { attribute_type: InstanceAttribute, value: String, client_token: Option<String> }
    /// `ListInstanceAttributes`.
    ListInstanceAttributes {}
    /// `AssociateApprovedOrigin`.
    AssociateApprovedOrigin { origin: String, client_token: Option<String> }
    /// `DisassociateApprovedOrigin`.
    DisassociateApprovedOrigin { origin: String, client_token: Option<String> }
    /// `ListApprovedOrigins`.
    ListApprovedOrigins {}
}

impl Directory {
    /// Remembers the token of the request that made the instance.
    pub fn set_creation_token(&mut self, token: Option<String>) {
        if token.is_some() {
            self.instance.creation_token = token;
            self.save_instance();
        }
    }

    /// Whether a switch is on.
    pub fn attribute(&self, attribute: InstanceAttribute) -> bool {
        match attribute {
            InstanceAttribute::InboundCalls => self.instance.inbound_calls_enabled,
            InstanceAttribute::OutboundCalls => self.instance.outbound_calls_enabled,
            other => match self.instance.attributes.get(other.as_str()) {
                Some(value) => value == "true",
                None => other.default_value(),
            },
        }
    }

    /// `DescribeInstance`. The address under which people reach it is known to the caller only and left out.
    pub fn describe_instance(&self, input: &DescribeInstance) -> Result<Value> {
        self.mine(input)?;
        Ok(self.instance_summary().tags(&self.instance.tags).wrap("Instance"))
    }

    /// The entry of this instance in `ListInstances`.
    pub fn instance_summary_body(&self) -> Value {
        self.instance_summary().build()
    }

    /// `DescribeInstanceAttribute`.
    pub fn describe_instance_attribute(&self, input: &DescribeInstanceAttribute) -> Result<Value> {
        self.mine(input)?;
        Ok(Body::new().set("Attribute", self.attribute_body(input.attribute_type)).build())
    }

    /// `UpdateInstanceAttribute`.
    pub fn update_instance_attribute(&mut self, input: UpdateInstanceAttribute) -> Result<()> {
        self.mine(&input)?;
        let on = match input.value.as_str() {
            "true" => true,
            "false" => false,
            _ => return Err(DirectoryError::parameter("Value must be \"true\" or \"false\".")),
        };
        match input.attribute_type {
            InstanceAttribute::InboundCalls => self.instance.inbound_calls_enabled = on,
            InstanceAttribute::OutboundCalls => self.instance.outbound_calls_enabled = on,
            other => {
                self.instance.attributes.insert(other.as_str().to_owned(), input.value);
            }
        }
        self.save_instance();
        Ok(())
    }

    /// `ListInstanceAttributes`: every switch, by name.
    pub fn list_instance_attributes<'a>(
        &'a self,
        input: &ListInstanceAttributes,
        after: Option<&str>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let after = after.unwrap_or_default().to_owned();
        let rows = InstanceAttribute::ALL.iter().filter(move |attribute| attribute.as_str() > after.as_str());
        Ok(Rows::new(rows.map(move |&attribute| {
            Row::new(attribute.as_str(), None, move || self.attribute_body(attribute))
        })))
    }

    /// `AssociateApprovedOrigin`.
    pub fn associate_approved_origin(&mut self, input: AssociateApprovedOrigin) -> Result<()> {
        self.mine(&input)?;
        let origin = origin(&input.origin)?;
        if self.instance.approved_origins.contains(&origin) {
            return Err(DirectoryError::new(
                Code::ResourceConflict,
                format!("The origin {origin} is approved already."),
            ));
        }
        self.instance.approved_origins.push(origin);
        self.instance.approved_origins.sort();
        self.save_instance();
        Ok(())
    }

    /// `DisassociateApprovedOrigin`.
    pub fn disassociate_approved_origin(&mut self, input: DisassociateApprovedOrigin) -> Result<()> {
        self.mine(&input)?;
        let origin = origin(&input.origin)?;
        let before = self.instance.approved_origins.len();
        self.instance.approved_origins.retain(|other| *other != origin);
        if self.instance.approved_origins.len() == before {
            return Err(DirectoryError::not_found(format!("The origin {origin} is not approved.")));
        }
        self.save_instance();
        Ok(())
    }

    /// `ListApprovedOrigins`, in alphabetical order.
    pub fn list_approved_origins<'a>(
        &'a self,
        input: &ListApprovedOrigins,
        after: Option<&str>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let after = after.unwrap_or_default().to_owned();
        let rows = self.instance.approved_origins.iter().filter(move |origin| **origin > after);
        Ok(Rows::new(rows.map(|origin| Row::new(origin, None, move || json!(origin)))))
    }

    fn attribute_body(&self, attribute: InstanceAttribute) -> Value {
        Body::new()
            .set("AttributeType", attribute.as_str())
            .set("Value", if self.attribute(attribute) { "true" } else { "false" })
            .build()
    }

    fn instance_summary(&self) -> Body {
        let instance = &self.instance;
        Body::new()
            .text("Id", instance.id)
            .set("Arn", self.scope.instance_arn())
            .set("IdentityManagementType", &*instance.identity_management_type)
            .set("InstanceAlias", &*instance.alias)
            .set("CreatedTime", instance.created_time.as_secs_f64())
            .set("InstanceStatus", "ACTIVE")
            .set("InboundCallsEnabled", instance.inbound_calls_enabled)
            .set("OutboundCallsEnabled", instance.outbound_calls_enabled)
    }
}

/// Checks an alias: 1–45 letters, digits and inner hyphens, not beginning `d-`.
pub fn check_alias(alias: &str) -> Result<()> {
    rules::length("InstanceAlias", alias, 1, 45)?;
    let valid = alias.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !alias.starts_with('-')
        && !alias.ends_with('-')
        && !alias.starts_with("d-");
    if valid {
        return Ok(());
    }
    Err(DirectoryError::parameter(
        "InstanceAlias must consist of letters, digits and hyphens, begin and end with a letter or digit, and not begin with d-.",
    ))
}

/// The canonical form of an origin: scheme, host and port in lower case, without a path.
fn origin(text: &str) -> Result<String> {
    rules::length("Origin", text, 1, 267)?;
    let canonical = text.trim_end_matches('/').to_ascii_lowercase();
    let (scheme, authority) = canonical.split_once("://").unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let host_ok = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || "-._[]:".contains(c));
    let port_ok = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    if matches!(scheme, "https" | "http") && host_ok && port_ok {
        return Ok(canonical);
    }
    Err(DirectoryError::parameter(
        "Origin must be a scheme and a host, with a port where needed, such as https://desk.example.com.",
    ))
}
