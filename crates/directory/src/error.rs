//! What a refused operation answers: a public error code and a sentence that says what to do.

use std::fmt;

/// The public error codes that configuration operations answer with; nothing outside this list is ever produced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Code {
    AccessDenied,
    ContactFlowNotPublished,
    DuplicateResource,
    Idempotency,
    InternalService,
    InvalidContactFlow,
    InvalidContactFlowModule,
    InvalidParameter,
    InvalidRequest,
    LimitExceeded,
    PropertyValidation,
    ResourceConflict,
    ResourceInUse,
    ResourceNotFound,
    ServiceQuotaExceeded,
    UserNotFound,
}

impl Code {
    /// Every code.
    pub const ALL: [Code; 16] = [
        Self::AccessDenied,
        Self::ContactFlowNotPublished,
        Self::DuplicateResource,
        Self::Idempotency,
        Self::InternalService,
        Self::InvalidContactFlow,
        Self::InvalidContactFlowModule,
        Self::InvalidParameter,
        Self::InvalidRequest,
        Self::LimitExceeded,
        Self::PropertyValidation,
        Self::ResourceConflict,
        Self::ResourceInUse,
        Self::ResourceNotFound,
        Self::ServiceQuotaExceeded,
        Self::UserNotFound,
    ];

    /// The public name, such as `ResourceNotFoundException`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccessDenied => "AccessDeniedException",
            Self::ContactFlowNotPublished => "ContactFlowNotPublishedException",
            Self::DuplicateResource => "DuplicateResourceException",
            Self::Idempotency => "IdempotencyException",
            Self::InternalService => "InternalServiceException",
            Self::InvalidContactFlow => "InvalidContactFlowException",
            Self::InvalidContactFlowModule => "InvalidContactFlowModuleException",
            Self::InvalidParameter => "InvalidParameterException",
            Self::InvalidRequest => "InvalidRequestException",
            Self::LimitExceeded => "LimitExceededException",
            Self::PropertyValidation => "PropertyValidationException",
            Self::ResourceConflict => "ResourceConflictException",
            Self::ResourceInUse => "ResourceInUseException",
            Self::ResourceNotFound => "ResourceNotFoundException",
            Self::ServiceQuotaExceeded => "ServiceQuotaExceededException",
            Self::UserNotFound => "UserNotFoundException",
        }
    }

    /// The HTTP status that belongs to the code.
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidContactFlow
            | Self::InvalidContactFlowModule
            | Self::InvalidParameter
            | Self::InvalidRequest
            | Self::PropertyValidation => 400,
            Self::ServiceQuotaExceeded => 402,
            Self::AccessDenied => 403,
            Self::ContactFlowNotPublished | Self::ResourceNotFound | Self::UserNotFound => 404,
            Self::DuplicateResource | Self::Idempotency | Self::ResourceConflict | Self::ResourceInUse => 409,
            Self::LimitExceeded => 429,
            Self::InternalService => 500,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One refused member.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    /// Where it stands in the request, such as `Fields[1].Type`.
    pub path: String,
    /// The published reason, such as `INVALID_FORMAT`.
    pub reason: &'static str,
    /// One sentence for the caller.
    pub message: String,
}

/// A refused operation. Nothing has been changed when one is returned.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct DirectoryError {
    /// The public code.
    pub code: Code,
    /// One sentence for the caller: what is wrong and what to do about it. Never contains a password.
    pub message: String,
    /// The findings of a flow validation; empty with every other code than `InvalidContactFlow` and
    /// `InvalidContactFlowModule`. 1–50 entries.
    pub problems: Vec<String>,
    /// The members that are refused, with `PropertyValidation`.
    pub properties: Vec<Property>,
    /// What is in use, with `ResourceInUse`: the resource name.
    pub resource_arn: Option<String>,
}

/// The result of every operation.
pub type Result<T, E = DirectoryError> = std::result::Result<T, E>;

impl DirectoryError {
    /// A refusal with this code and sentence.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            problems: Vec::new(),
            properties: Vec::new(),
            resource_arn: None,
        }
    }

    /// A member of the request has an impossible value.
    pub fn parameter(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidParameter, message)
    }

    /// The request as a whole cannot be carried out in the present state.
    pub fn request(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidRequest, message)
    }

    /// Something the request names does not exist.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Code::ResourceNotFound, message)
    }

    /// The name is taken.
    pub fn duplicate(message: impl Into<String>) -> Self {
        Self::new(Code::DuplicateResource, message)
    }

    /// Members are refused one by one.
    pub fn properties(properties: Vec<Property>) -> Self {
        let message = properties.first().map_or_else(
            || "A member is not valid.".to_owned(),
            |property| format!("{}: {}", property.path, property.message),
        );
        Self { properties, ..Self::new(Code::PropertyValidation, message) }
    }

    /// The resource is still used by something else.
    pub fn in_use(message: impl Into<String>, resource_arn: String) -> Self {
        Self { resource_arn: Some(resource_arn), ..Self::new(Code::ResourceInUse, message) }
    }

    /// The content of a flow cannot be published; the list is cut to the 50 entries the public error can carry.
    pub fn flow(problems: impl IntoIterator<Item = String>) -> Self {
        let problems: Vec<String> = problems.into_iter().take(50).collect();
        let message = problems.first().cloned().unwrap_or_else(|| "The flow is not valid.".to_owned());
        Self { problems, ..Self::new(Code::InvalidContactFlow, message) }
    }

    /// The same of a module.
    pub fn module(problems: impl IntoIterator<Item = String>) -> Self {
        Self { code: Code::InvalidContactFlowModule, ..Self::flow(problems) }
    }
}

/// Why stored documents could not be turned into a directory.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// No instance document among them.
    #[error("no instance document among the stored documents")]
    NoInstance,
    /// The instance document is that of another instance.
    #[error("the stored instance is {0}, not the one that was asked for")]
    OtherInstance(model::InstanceId),
    /// A document does not have the shape of its kind.
    #[error("stored {kind} {id} cannot be read: {source}")]
    Unreadable {
        /// The kind, as stored.
        kind: &'static str,
        /// The key under which it is stored.
        id: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A document is stored under another key than its own id.
    #[error("stored {kind} {id} carries another id inside")]
    WrongKey {
        /// The kind, as stored.
        kind: &'static str,
        /// The key under which it is stored.
        id: String,
    },
    /// Two documents of a kind claim the same name.
    #[error("stored {kind} {id} has a name that another one has too: {name}")]
    DuplicateName {
        /// The kind, as stored.
        kind: &'static str,
        /// The key of the second one.
        id: String,
        /// The name.
        name: String,
    },
}
