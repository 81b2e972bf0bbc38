//! Answers on the wire.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::error::ApiError;
use crate::operation::Payload;
use crate::service::{JsonVersion, Protocol};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// The answer of an operation that succeeded.
pub(crate) fn success(
    protocol: Protocol,
    status: StatusCode,
    output: &Payload,
    request_id: Uuid,
) -> Response<Body> {
    let status = output.status.unwrap_or(status);
    let empty = status == StatusCode::NO_CONTENT;
    let mut response = Response::new(if empty { Body::empty() } else { Body::from(output.body.clone()) });
    *response.status_mut() = status;
    add_headers(&mut response, protocol, request_id);
    response.headers_mut().extend(output.headers.clone());
    response
}

/// The answer of an operation whose output is all in headers; the body is empty.
pub(crate) fn in_headers(
    protocol: Protocol,
    status: StatusCode,
    headers: &[(&'static str, &'static str)],
    output: &Payload,
    request_id: Uuid,
) -> Response<Body> {
    let mut response = success(protocol, status, output, request_id);
    *response.body_mut() = Body::empty();
    let members: Map<String, Value> = serde_json::from_slice(&output.body).unwrap_or_default();
    for (header, member) in headers {
        let value = members.get(*member).and_then(Value::as_str).map(HeaderValue::from_str);
        if let Some(Ok(value)) = value {
            response.headers_mut().insert(HeaderName::from_static(header), value);
        }
    }
    response
}

/// The answer of an operation that failed: the code as header and as `__type`, the text in both spellings of the
/// message member, because published error shapes use one or the other.
pub(crate) fn failure(protocol: Protocol, error: &ApiError, request_id: Uuid) -> Response<Body> {
    let (status, kind) = match protocol {
        Protocol::RestJson => (error.status, error.code.to_string()),
        Protocol::JsonRpc { namespace, .. } => {
            // Clients of this protocol expect 400 for every refusal but a bad token, which they look for as 401.
            let plain = error.status.is_client_error() && error.status != StatusCode::UNAUTHORIZED;
            let status = if plain { StatusCode::BAD_REQUEST } else { error.status };
            (status, format!("{namespace}#{}", error.code))
        }
    };
    let mut members = Map::new();
    members.insert("__type".to_owned(), Value::String(kind));
    if !error.message.is_empty() {
        members.insert("message".to_owned(), Value::String(error.message.clone()));
        members.insert("Message".to_owned(), Value::String(error.message.clone()));
    }
    members.extend(error.extra.iter().map(|(name, value)| (name.to_string(), value.clone())));
    let mut response = Response::new(Body::from(Value::Object(members).to_string()));
    *response.status_mut() = status;
    add_headers(&mut response, protocol, request_id);
    if let Ok(code) = HeaderValue::from_str(&error.code) {
        response.headers_mut().insert(ERROR_TYPE, code);
    }
    if let Some(seconds) = error.retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn add_headers(response: &mut Response<Body>, protocol: Protocol, request_id: Uuid) {
    let content_type = match protocol {
        Protocol::RestJson => "application/json",
        Protocol::JsonRpc { version: JsonVersion::V1_0, .. } => "application/x-amz-json-1.0",
        Protocol::JsonRpc { version: JsonVersion::V1_1, .. } => "application/x-amz-json-1.1",
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    // Answers hold customer data: nothing between us and the client may keep them.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let id = HeaderValue::from_str(&request_id.to_string()).expect("a UUID is a valid header value");
    headers.insert(REQUEST_ID, id);
}
