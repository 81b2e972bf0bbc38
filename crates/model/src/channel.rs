//! Channels and the ways in which a contact begins.

use serde::{Deserialize, Serialize};

/// The medium of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Channel {
    /// Telephone and web calls.
    Voice,
    /// Web chat and messaging.
    Chat,
    /// A unit of work.
    Task,
}

impl Channel {
    /// All channels, in the order of their indexes.
    pub const ALL: [Channel; 3] = [Channel::Voice, Channel::Chat, Channel::Task];

    /// A dense index for per-channel arrays.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The public spelling: `VOICE`, `CHAT`, `TASK`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Channel::Voice => "VOICE",
            Channel::Chat => "CHAT",
            Channel::Task => "TASK",
        }
    }

    /// Reads the public spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == text)
    }
}

/// How a contact began (spec 06 §6.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InitiationMethod {
    /// The customer called.
    Inbound,
    /// An agent called out.
    Outbound,
    /// An agent transferred with a quick connect.
    Transfer,
    /// A queued callback.
    Callback,
    /// Started through the API (chats and tasks always are).
    Api,
    /// Moved from queue to queue by a flow.
    QueueTransfer,
    /// Created while a disconnect flow runs.
    Disconnect,
    /// A supervisor began to monitor.
    Monitor,
    /// An agent or flow brought in an external party.
    ExternalOutbound,
}

impl InitiationMethod {
    /// The public spelling, such as `QUEUE_TRANSFER`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "INBOUND",
            Self::Outbound => "OUTBOUND",
            Self::Transfer => "TRANSFER",
            Self::Callback => "CALLBACK",
            Self::Api => "API",
            Self::QueueTransfer => "QUEUE_TRANSFER",
            Self::Disconnect => "DISCONNECT",
            Self::Monitor => "MONITOR",
            Self::ExternalOutbound => "EXTERNAL_OUTBOUND",
        }
    }
}
