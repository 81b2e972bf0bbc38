//! JSON RPC services, such as the agent API.

use axum::http::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use wire::{
    ApiError, Auth, AuthRequest, Authenticator, BoxFuture, Call, Endpoint, JsonVersion, Operation, Principal,
    Service,
};

use crate::support::call;

/// Knows one token.
struct Tokens;

impl Authenticator<()> for Tokens {
    fn authenticate<'a>(
        &'a self,
        _: &'a (),
        request: &'a AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<Principal, ApiError>> {
        Box::pin(async {
            match request.bearer {
                Some(token) if token.matches("T") => Ok(Principal::Anonymous),
                _ => Err(ApiError::unauthorized("Sign in again.")),
            }
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PutAgentState {
    state: Value,
    #[serde(default)]
    enqueue_next_state: bool,
}

async fn put_agent_state(call: Call<()>, input: PutAgentState) -> Result<Value, ApiError> {
    if input.state["name"] == "Lunch" {
        return Err(ApiError::invalid_state("Not now."));
    }
    let token = call.bearer.as_ref().map(|bearer| bearer.reveal().to_owned());
    Ok(json!({"state": input.state, "queued": input.enqueue_next_state, "token": token}))
}

async fn break_down(_: Call<()>, _: Value) -> Result<(), ApiError> {
    panic!("a bug")
}

fn router() -> axum::Router {
    let service = Service::json_rpc("AmazonConnectCTIService", JsonVersion::V1_0)
        .mount("/api")
        .auth(Auth::Bearer)
        .namespace("com.example.cti")
        .operations([
            Operation::rpc("PutAgentState", put_agent_state),
            Operation::rpc("BreakDown", break_down),
            Operation::not_built_rpc("GetNewAuthToken"),
        ]);
    Endpoint::new((), Tokens).service(service).into_router()
}

#[tokio::test]
async fn operations_are_found_by_target() {
    let headers = [("x-amz-target", "AmazonConnectCTIService.PutAgentState"), ("x-amz-bearer", " T ")];
    let answer = call(&router(), Method::POST, "/api", &headers, r#"{"state":{"name":"Available"}}"#).await;
    assert_eq!(answer.brief(), r#"200 {"state":{"name":"Available"},"queued":false,"token":"T"}"#);
    assert_eq!(answer.header("content-type"), "application/x-amz-json-1.0");
    assert_eq!(answer.header("x-amzn-requestid").len(), 36);
}

#[tokio::test]
async fn errors_are_400_with_a_namespace_but_for_bad_tokens() {
    let token = ("x-amz-bearer", "T");
    for (method, path, headers, body, expected) in [
        (
            Method::POST,
            "/api",
            vec![("x-amz-target", "AmazonConnectCTIService.PutAgentState"), token],
            r#"{"state":{"name":"Lunch"}}"#,
            "400 com.example.cti#InvalidStateException Not now.",
        ),
        (
            Method::POST,
            "/api",
            vec![("x-amz-target", "AmazonConnectCTIService.PutAgentState"), ("x-amz-bearer", "stale")],
            "{}",
            "401 com.example.cti#UnauthorizedException Sign in again.",
        ),
        (
            Method::POST,
            "/api",
            vec![("x-amz-target", "AmazonConnectCTIService.PutAgentState")],
            "{}",
            "401 com.example.cti#UnauthorizedException The header x-amz-bearer is missing.",
        ),
        (
            Method::POST,
            "/api",
            vec![("x-amz-target", "AmazonConnectCTIService.GetNewAuthToken"), token],
            "{}",
            "501 com.example.cti#NotImplementedException The operation GetNewAuthToken is not available in this product.",
        ),
        (
            Method::POST,
            "/api",
            vec![("x-amz-target", "AmazonConnectCTIService.Nothing"), token],
            "{}",
            "400 com.example.cti#UnknownOperationException No operation answers POST here.",
        ),
        (
            Method::GET,
            "/api",
            vec![("x-amz-target", "AmazonConnectCTIService.PutAgentState"), token],
            "",
            "400 com.example.cti#UnknownOperationException No operation answers GET here.",
        ),
        (
            Method::POST,
            "/api",
            vec![("x-amz-target", "AmazonConnectCTIService.BreakDown"), token],
            "",
            "500 com.example.cti#InternalServiceException The request could not be processed.",
        ),
        (
            Method::POST,
            "/other",
            vec![("x-amz-target", "AmazonConnectCTIService.PutAgentState"), token],
            "{}",
            "404 UnknownOperationException No operation answers POST here.",
        ),
    ] {
        let answer = call(&router(), method, path, &headers, body).await;
        let text = |name: &str| answer.body[name].as_str().unwrap_or_default().to_owned();
        assert_eq!(format!("{} {} {}", answer.status, text("__type"), text("message")), expected);
        assert!(text("__type").ends_with(answer.header("x-amzn-errortype")), "the header has the bare code");
    }
}

#[test]
#[should_panic(expected = "is of another protocol")]
fn rows_are_of_the_services_protocol() {
    let _ =
        Service::json_rpc("S", JsonVersion::V1_1).operation(Operation::get("BreakDown", "/x", break_down));
}
