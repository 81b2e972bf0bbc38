//! Errors as the public API sends them: a code, an HTTP status and a message.

use std::borrow::Cow;
use std::fmt;

use axum::http::StatusCode;
use serde_json::Value;

/// An error answer of an operation. The text reaches the caller, so it never holds a secret.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiError {
    /// HTTP status of the REST protocols; the JSON RPC protocol sends 400 for every 4xx.
    pub status: StatusCode,
    /// Published name of the error, such as `ResourceNotFoundException`.
    pub code: Cow<'static, str>,
    /// Text for the caller; empty = the answer has no message member.
    pub message: String,
    /// Further members of the published error shape, such as `problems` or `ResourceId`.
    pub extra: Vec<(Cow<'static, str>, Value)>,
    /// Seconds after which a retry may succeed, sent as `Retry-After`.
    pub retry_after: Option<u32>,
}

impl ApiError {
    /// An error with any code.
    pub fn new(status: StatusCode, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into(), extra: Vec::new(), retry_after: None }
    }

    /// Adds a member of the published shape.
    pub fn with(mut self, member: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> Self {
        self.extra.push((member.into(), value.into()));
        self
    }

    /// A further member of the published shape.
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.extra.iter().find(|(member, _)| member == name).map(|(_, value)| value)
    }

    /// Adds the wait, in seconds, before a retry.
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The same error under another code, for services that publish it under another name.
    pub fn renamed(mut self, code: impl Into<Cow<'static, str>>) -> Self {
        self.code = code.into();
        self
    }

    /// The operation exists in the public API and is not built here: 501, naming it.
    pub fn not_implemented(operation: &str) -> Self {
        let message = format!("The operation {operation} is not available in this product.");
        Self::new(StatusCode::NOT_IMPLEMENTED, "NotImplementedException", message)
    }

    /// A flow with errors (400), one text each.
    pub fn invalid_contact_flow(problems: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "InvalidContactFlowException", "")
            .with("problems", problem_list(problems))
    }

    /// A flow module with errors (400), one text each.
    pub fn invalid_contact_flow_module(problems: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "InvalidContactFlowModuleException", "")
            .with("Problems", problem_list(problems))
    }

    /// A resource that others refer to (409), with the type and the ARN of one of them.
    pub fn resource_in_use(message: impl Into<String>, resource_type: &str, resource_id: &str) -> Self {
        Self::new(StatusCode::CONFLICT, "ResourceInUseException", message)
            .with("ResourceType", resource_type)
            .with("ResourceId", resource_id)
    }

    /// Properties that are refused one by one (400): `(path, reason, message)` each.
    pub fn property_validation(message: impl Into<String>, properties: &[(&str, &str, &str)]) -> Self {
        let list: Vec<Value> = properties
            .iter()
            .map(|(path, reason, text)| {
                serde_json::json!({"PropertyPath": path, "Reason": reason, "Message": text})
            })
            .collect();
        Self::new(StatusCode::BAD_REQUEST, "PropertyValidationException", message).with("PropertyList", list)
    }
}

fn problem_list(problems: impl IntoIterator<Item = impl Into<String>>) -> Value {
    problems.into_iter().map(|problem| serde_json::json!({"message": problem.into()})).collect()
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal $status:ident;)*) => {
        impl ApiError {
            $($(#[$doc])*
            pub fn $name(message: impl Into<String>) -> Self {
                Self::new(StatusCode::$status, $code, message)
            })*
        }
        #[cfg(test)]
        const CODES: &[(&str, fn(String) -> ApiError)] =
            &[$(($code, |text| ApiError::$name(text))),*];
    };
}

codes! {
    /// The caller may not do this: 403.
    access_denied = "AccessDeniedException" FORBIDDEN;
    /// A condition of a conditional change does not hold: 409.
    conditional_operation_failed = "ConditionalOperationFailedException" CONFLICT;
    /// The resource is in a state that does not allow this: 409.
    conflict = "ConflictException" CONFLICT;
    /// The flow has never been published: 404.
    contact_flow_not_published = "ContactFlowNotPublishedException" NOT_FOUND;
    /// The contact has ended or never was: 410.
    contact_not_found = "ContactNotFoundException" GONE;
    /// The contact has not ended yet: 409.
    contact_not_terminated = "ContactNotTerminatedException" CONFLICT;
    /// Calls to this destination are not allowed: 403.
    destination_not_allowed = "DestinationNotAllowedException" FORBIDDEN;
    /// The name is taken: 409.
    duplicate_resource = "DuplicateResourceException" CONFLICT;
    /// The client token was used before with another request: 409.
    idempotency = "IdempotencyException" CONFLICT;
    /// Something failed in the server (participant service, cases, profiles): 500.
    internal_server = "InternalServerException" INTERNAL_SERVER_ERROR;
    /// Something failed in the server (main service): 500.
    internal_service = "InternalServiceException" INTERNAL_SERVER_ERROR;
    /// The region is not the active one: 400.
    invalid_active_region = "InvalidActiveRegionException" BAD_REQUEST;
    /// A parameter has a value that is not allowed: 400.
    invalid_parameter = "InvalidParameterException" BAD_REQUEST;
    /// The request as a whole is not right: 400.
    invalid_request = "InvalidRequestException" BAD_REQUEST;
    /// The agent API refuses this in the present state: 400.
    invalid_state = "InvalidStateException" BAD_REQUEST;
    /// A number of resources is used up: 429.
    limit_exceeded = "LimitExceededException" TOO_MANY_REQUESTS;
    /// The result would be larger than one answer may hold: 400.
    maximum_result_returned = "MaximumResultReturnedException" BAD_REQUEST;
    /// The contact may not call out: 403.
    outbound_contact_not_permitted = "OutboundContactNotPermittedException" FORBIDDEN;
    /// No output of the asked type: 404.
    output_type_not_found = "OutputTypeNotFoundException" NOT_FOUND;
    /// The body is larger than the operation takes: 413.
    request_entity_too_large = "RequestEntityTooLargeException" PAYLOAD_TOO_LARGE;
    /// The request did not arrive in time: 408.
    request_timeout = "RequestTimeoutException" REQUEST_TIMEOUT;
    /// Another resource stands in the way: 409.
    resource_conflict = "ResourceConflictException" CONFLICT;
    /// The resource does not exist: 404.
    resource_not_found = "ResourceNotFoundException" NOT_FOUND;
    /// The resource is still being made: 409.
    resource_not_ready = "ResourceNotReadyException" CONFLICT;
    /// The body is not JSON: 400.
    serialization = "SerializationException" BAD_REQUEST;
    /// A quota of the account is used up: 402.
    service_quota_exceeded = "ServiceQuotaExceededException" PAYMENT_REQUIRED;
    /// The server cannot take the request now: 503.
    service_unavailable = "ServiceUnavailableException" SERVICE_UNAVAILABLE;
    /// Too many calls: 429.
    throttling = "ThrottlingException" TOO_MANY_REQUESTS;
    /// Too many calls, under the older name: 429.
    too_many_requests = "TooManyRequestsException" TOO_MANY_REQUESTS;
    /// The bearer token of the agent API is not valid: 401.
    unauthorized = "UnauthorizedException" UNAUTHORIZED;
    /// No operation has this path or target: 404.
    unknown_operation = "UnknownOperationException" NOT_FOUND;
    /// The user does not exist: 404.
    user_not_found = "UserNotFoundException" NOT_FOUND;
    /// The input breaks a constraint (participant service, cases, …): 400.
    validation = "ValidationException" BAD_REQUEST;
    /// The agent API cannot reach this endpoint: 400.
    bad_endpoint = "BadEndpointException" BAD_REQUEST;
    /// A quota of the agent API is used up: 400.
    quota_exceeded = "QuotaExceededException" BAD_REQUEST;
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for ApiError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_the_published_ones() {
        let published = [
            ("AccessDeniedException", 403),
            ("ConditionalOperationFailedException", 409),
            ("ConflictException", 409),
            ("ContactFlowNotPublishedException", 404),
            ("ContactNotFoundException", 410),
            ("ContactNotTerminatedException", 409),
            ("DestinationNotAllowedException", 403),
            ("DuplicateResourceException", 409),
            ("IdempotencyException", 409),
            ("InternalServerException", 500),
            ("InternalServiceException", 500),
            ("InvalidActiveRegionException", 400),
            ("InvalidParameterException", 400),
            ("InvalidRequestException", 400),
            ("LimitExceededException", 429),
            ("MaximumResultReturnedException", 400),
            ("OutboundContactNotPermittedException", 403),
            ("OutputTypeNotFoundException", 404),
            ("ResourceConflictException", 409),
            ("ResourceNotFoundException", 404),
            ("ResourceNotReadyException", 409),
            ("ServiceQuotaExceededException", 402),
            ("ThrottlingException", 429),
            ("TooManyRequestsException", 429),
            ("UserNotFoundException", 404),
            ("ValidationException", 400),
        ];
        for (code, status) in published {
            let (_, make) = CODES.iter().find(|(name, ..)| *name == code).unwrap_or_else(|| panic!("{code}"));
            let error = make("text".to_owned());
            assert_eq!(
                (error.code.as_ref(), error.status.as_u16(), error.message.as_str()),
                (code, status, "text")
            );
        }
    }

    #[test]
    fn structured_errors_have_their_members() {
        let flow = ApiError::invalid_contact_flow(["no entry point"]);
        assert_eq!(flow.member("problems"), Some(&serde_json::json!([{"message": "no entry point"}])));
        assert_eq!(flow.status, 400);
        let used = ApiError::resource_in_use("in use", "QUEUE", "arn:q");
        assert_eq!(
            (used.member("ResourceType").and_then(Value::as_str), used.status.as_u16()),
            (Some("QUEUE"), 409)
        );
        let property = ApiError::property_validation("bad", &[("Name", "INVALID_FORMAT", "no blanks")]);
        assert_eq!(
            property.member("PropertyList").map(|list| &list[0]["PropertyPath"]),
            Some(&Value::from("Name"))
        );
        let missing = ApiError::not_implemented("CreateVocabulary");
        assert_eq!(missing.status, 501);
        assert!(missing.message.contains("CreateVocabulary"));
    }
}
