//! Refusals of the inner crates as published errors.

use center::CenterError;
use contacts::{Code, Refusal};
use directory::DirectoryError;
use engine::EngineError;
use wire::ApiError;

/// A refusal on its way out of the main service.
pub(crate) fn refused(refusal: Refusal) -> ApiError {
    let message = refusal.message;
    match refusal.code {
        Code::NotFound => ApiError::resource_not_found(message),
        Code::InvalidParameter => ApiError::invalid_parameter(message),
        Code::InvalidRequest | Code::InvalidState => ApiError::invalid_request(message),
        Code::AccessDenied => ApiError::access_denied(message),
        Code::LimitExceeded => ApiError::limit_exceeded(message),
        Code::Conflict => ApiError::idempotency(message),
    }
}

/// A refusal on its way out of the participant service.
pub(crate) fn participant_refused(refusal: Refusal) -> ApiError {
    let message = refusal.message;
    match refusal.code {
        Code::NotFound => ApiError::resource_not_found(message),
        Code::InvalidParameter | Code::InvalidRequest | Code::InvalidState => ApiError::validation(message),
        Code::AccessDenied => ApiError::access_denied(message),
        Code::LimitExceeded => ApiError::service_quota_exceeded(message),
        Code::Conflict => ApiError::conflict(message),
    }
}

/// A refused configuration change.
pub(crate) fn directory(error: DirectoryError) -> ApiError {
    let status = axum::http::StatusCode::from_u16(error.code.status())
        .unwrap_or(axum::http::StatusCode::INTERNAL_SERVER_ERROR);
    if !error.problems.is_empty() {
        return match error.code {
            directory::Code::InvalidContactFlowModule => {
                ApiError::invalid_contact_flow_module(error.problems)
            }
            _ => ApiError::invalid_contact_flow(error.problems),
        };
    }
    if !error.properties.is_empty() {
        let properties: Vec<_> = error
            .properties
            .iter()
            .map(|one| (one.path.as_str(), one.reason, one.message.as_str()))
            .collect();
        return ApiError::property_validation(error.message, &properties);
    }
    let answer = ApiError::new(status, error.code.name(), error.message);
    match error.resource_arn {
        Some(arn) => answer.with("ResourceId", arn),
        None => answer,
    }
}

/// The engine could not do its part. The caller may try again; nothing was kept.
pub(crate) fn engine(error: EngineError) -> ApiError {
    ApiError::internal_service(error_text(&error)).retry_after(1)
}

/// The same for the participant service.
pub(crate) fn participant_engine(error: EngineError) -> ApiError {
    ApiError::internal_server(error_text(&error)).retry_after(1)
}

/// The store could not be read.
pub(crate) fn store(error: store::StoreError) -> ApiError {
    ApiError::internal_service(format!("The store could not be read: {}. Try again.", short(&error)))
}

/// The server as a whole refused.
pub(crate) fn center(error: CenterError) -> ApiError {
    match error {
        CenterError::NoInstance(_) => ApiError::resource_not_found(error.to_string()),
        CenterError::AliasTaken(_) => ApiError::invalid_request(error.to_string()),
        CenterError::Directory(error) => directory(error),
        CenterError::Store(error) => store(error),
        CenterError::Functions(error) => ApiError::internal_service(error.to_string()),
    }
}

fn error_text(error: &EngineError) -> String {
    match error {
        EngineError::Store(error) => format!("Nothing was changed: {}. Try again.", short(error)),
        EngineError::Recovering => {
            "The server is recovering from a failed write. Try again in a moment.".into()
        }
        EngineError::Stopping => "The server is stopping. Try again in a moment.".into(),
    }
}

fn short(error: &store::StoreError) -> &'static str {
    match error {
        store::StoreError::Full(_) => "the disk is full",
        _ => "the store failed",
    }
}
