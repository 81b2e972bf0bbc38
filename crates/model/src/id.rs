//! One newtype per identifier. All are UUIDs, printed in lower-case hyphenated form.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id_types {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The id with this numeric value; for tests and simulations.
            pub const fn from_u128(value: u128) -> Self { Self(Uuid::from_u128(value)) }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { Uuid::parse_str(text).map(Self) }
        }
        impl From<Uuid> for $name {
            fn from(value: Uuid) -> Self { Self(value) }
        }
    )*};
}

id_types! {
    /// An instance: one contact centre (a tenant).
    InstanceId
    /// A contact: one segment of one customer's interaction.
    ContactId
    /// A participant of a chat or task contact; of an agent it is also the connection id.
    ParticipantId
    /// A user; an agent is a user who takes contacts. An agent's own queue has the same id.
    UserId
    /// A standard queue.
    QueueId
    /// A routing profile.
    RoutingProfileId
    /// A security profile.
    SecurityProfileId
    /// Hours of operation.
    HoursOfOperationId
    /// A quick connect (also called transfer destination).
    QuickConnectId
    /// An agent status.
    AgentStatusId
    /// A flow.
    FlowId
    /// A prompt.
    PromptId
    /// A claimed phone number.
    PhoneNumberId
    /// A task template.
    TaskTemplateId
    /// A view.
    ViewId
    /// A transcript item: a message, an event or an attachment notice.
    ItemId
    /// An attachment file.
    AttachmentId
    /// An agent hierarchy group.
    HierarchyGroupId
}
