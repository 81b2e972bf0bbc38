//! What a call into the core leaves to be done: writes, events, and effects to perform after the commit.

use std::sync::Arc;

use model::{Channel, ContactId, ItemId, ParticipantId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::authentication::{AuthorizationRequest, Confidential, ProviderName};
use crate::call::CallCommand;
use crate::event::Event;

/// Everything one call changed; committed in one transaction before anyone hears of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Documents put or deleted.
    pub documents: Vec<DocumentChange>,
    /// Contacts put.
    pub contacts: Vec<ContactChange>,
    /// Transcript items appended.
    pub items: Vec<Item>,
    /// Receipts put.
    pub receipts: Vec<Receipt>,
    /// Facts appended.
    pub events: Vec<(Timestamp, Event)>,
    /// What was done to configured resources: appended to the change history.
    pub changes: Vec<ResourceChange>,
    /// To be performed after the commit, in this order.
    pub effects: Vec<Effect>,
}

impl Outcome {
    /// Whether nothing has to be stored.
    pub fn is_durable_already(&self) -> bool {
        self.documents.is_empty()
            && self.contacts.is_empty()
            && self.items.is_empty()
            && self.receipts.is_empty()
            && self.events.is_empty()
            && self.changes.is_empty()
    }
}

/// A document put (with a body) or deleted (without).
#[derive(Debug)]
pub struct DocumentChange {
    /// Kind, such as `queue`.
    pub kind: &'static str,
    /// Key.
    pub id: String,
    /// JSON text.
    pub body: Option<String>,
}

/// An entry of the change history.
#[derive(Debug)]
pub struct ResourceChange {
    /// When.
    pub at: Timestamp,
    /// Kind of the resource, such as `queue`.
    pub kind: &'static str,
    /// Its id.
    pub resource: String,
    /// Its name after the change, or before it was deleted.
    pub name: String,
    /// User name or access key id of who did it.
    pub author: String,
    /// What was done: a [`directory::history::Entry`].
    pub entry: directory::history::Entry,
}

/// A contact put, with the columns it is searched by.
#[derive(Debug)]
pub struct ContactChange {
    /// The contact.
    pub id: ContactId,
    /// Its chain.
    pub chain: ContactId,
    /// Whether it is over.
    pub ended: bool,
    /// Medium.
    pub channel: Channel,
    /// Public spelling.
    pub initiation_method: &'static str,
    /// Start.
    pub initiated_at: Timestamp,
    /// Agent connected.
    pub connected_at: Option<Timestamp>,
    /// Disconnected.
    pub disconnected_at: Option<Timestamp>,
    /// Queue id.
    pub queue: Option<String>,
    /// Agent's user id.
    pub agent: Option<String>,
    /// JSON text.
    pub body: String,
}

/// A transcript item.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its chain.
    pub chain: ContactId,
    /// Position in the chain.
    pub seq: i64,
    /// Identity.
    pub id: ItemId,
    /// Its contact.
    pub contact: ContactId,
    /// When accepted.
    pub at: Timestamp,
    /// Sender and client token.
    pub token: Option<String>,
    /// Who may see it.
    pub visibility: Visibility,
    /// JSON text in the public shape.
    pub body: Arc<str>,
}

/// A receipt of one recipient for one message.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Its chain.
    pub chain: ContactId,
    /// Message.
    pub message: String,
    /// Who received it.
    pub recipient: ParticipantId,
    /// Delivered.
    pub delivered_at: Option<Timestamp>,
    /// Read.
    pub read_at: Option<Timestamp>,
}

/// Who may see an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// Everyone.
    All,
    /// The customer.
    Customer,
    /// Agents.
    Agent,
}

impl Visibility {
    /// The public spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Visibility::All => "ALL",
            Visibility::Customer => "CUSTOMER",
            Visibility::Agent => "AGENT",
        }
    }
}

/// Somebody with a websocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Address {
    /// A customer or custom participant.
    Participant(ParticipantId),
    /// An agent.
    Agent(UserId),
}

/// Work for the shell, to be done after the commit.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Push a frame on a topic, such as `aws/chat`, to the sockets of these addresses.
    Push {
        /// Who gets it.
        to: Vec<Address>,
        /// Topic.
        topic: &'static str,
        /// The item as JSON text.
        content: Arc<str>,
    },
    /// Something an agent's panel shows has changed: wake its polls.
    AgentChanged(UserId),
    /// An agent's sign-in is over: their sockets are closed.
    AgentSignedOut(UserId),
    /// A custom participant is out of the chat: its sockets are closed.
    ParticipantLeft(ParticipantId),
    /// Send an item of a streamed chat to its endpoints.
    Stream {
        /// Addresses.
        endpoints: Vec<String>,
        /// Who may see it.
        visibility: Visibility,
        /// The item as JSON text.
        content: Arc<str>,
    },
    /// Call a function for a flow; answered with [`Core::function_answered`](crate::Core::function_answered).
    CallFunction {
        /// The contact whose flow waits.
        contact: ContactId,
        /// When it was called: the answer names it.
        called_at: Timestamp,
        /// The call.
        call: flows::FunctionCall,
    },
    /// Find the identity provider of a sign-in and see whether it answers; answered with
    /// [`Core::identity_provider_found`](crate::Core::identity_provider_found).
    FindIdentityProvider {
        /// The contact whose flow waits.
        contact: ContactId,
        /// The sign-in.
        session: uuid::Uuid,
        /// Which provider.
        provider: ProviderName,
    },
    /// Ask an identity provider whom a code stands for; answered with
    /// [`Core::identity_answered`](crate::Core::identity_answered).
    ExchangeCode {
        /// The contact whose flow waits.
        contact: ContactId,
        /// The sign-in.
        session: uuid::Uuid,
        /// Which provider.
        provider: ProviderName,
        /// What the customer was sent with.
        request: AuthorizationRequest,
        /// What they came back with.
        code: Confidential,
    },
    /// Look up an earlier chat for a flow; answered with
    /// [`Core::past_chat_found`](crate::Core::past_chat_found).
    FindPastChat {
        /// The contact whose flow waits.
        contact: ContactId,
        /// When it was asked for: the answer names it.
        asked_at: Timestamp,
        /// Which chat.
        request: flows::PastChatRequest,
    },
    /// Ask a bot for a flow; answered with [`Core::bot_answered`](crate::Core::bot_answered), and while the reply comes
    /// in with [`Core::bot_says`](crate::Core::bot_says) where it is wanted piece by piece.
    AskBot {
        /// The contact whose flow waits.
        contact: ContactId,
        /// When it was asked: the answer names it.
        asked_at: Timestamp,
        /// The question.
        call: flows::BotCall,
        /// The customer sees the reply while it is made.
        incremental: bool,
    },
    /// Ask something of telephony; what comes of it is told with [`Core::call_event`](crate::Core::call_event).
    Call(CallCommand),
    /// Have a staged attachment scanned; answered with
    /// [`Core::attachment_scanned`](crate::Core::attachment_scanned).
    ScanAttachment {
        /// Its id.
        attachment: model::AttachmentId,
    },
    /// Write the transcript of a finished chat contact to the blob store; answered with
    /// [`Core::transcript_written`](crate::Core::transcript_written).
    WriteTranscript(TranscriptDue),
}

/// A transcript file that is still to be written.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TranscriptDue {
    /// The contact.
    pub contact: ContactId,
    /// Its chain.
    pub chain: ContactId,
    /// Place in the blob store.
    pub location: String,
    /// Head of the transcript file: participants and ids.
    pub head: Value,
}
