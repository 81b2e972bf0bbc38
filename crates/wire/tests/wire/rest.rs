//! REST-JSON services.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Method, Request, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tower::ServiceExt;
use wire::{ApiError, Auth, Call, Completed, Endpoint, Kind, Observer, Operation, Rule, Service, Throttle};

use crate::support::{call, endpoint, get};

/// What handlers report, in order.
type App = mpsc::UnboundedSender<&'static str>;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Queue {
    instance_id: String,
    #[serde(default)]
    queue_types: Vec<String>,
    #[serde(default)]
    max_results: Option<u32>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Echo {
    instance_id: String,
    queue_types: Vec<String>,
    max_results: Option<u32>,
    name: Option<String>,
    tags: BTreeMap<String, String>,
}

async fn echo(_: Call<App>, input: Queue) -> Result<Echo, ApiError> {
    let Queue { instance_id, queue_types, max_results, name, tags } = input;
    Ok(Echo { instance_id, queue_types, max_results, name, tags })
}

async fn nothing(_: Call<App>, _: Value) -> Result<(), ApiError> {
    Ok(())
}

async fn echo_all(_: Call<App>, input: Value) -> Result<Value, ApiError> {
    Ok(input)
}

async fn fail(_: Call<App>, _: Value) -> Result<(), ApiError> {
    Err(ApiError::resource_in_use("The queue is in use.", "QUEUE", "arn:q"))
}

async fn panic_late(call: Call<App>, _: Value) -> Result<(), ApiError> {
    tokio::task::yield_now().await;
    panic!("{} has a bug", call.operation)
}

fn panic_early(_: Call<App>, _: Value) -> std::future::Ready<Result<(), ApiError>> {
    panic!("before the first await")
}

/// Reports its begin, waits for the end of the world or a moment, and reports its end or being dropped.
async fn slow(call: Call<App>, _: Value) -> Result<(), ApiError> {
    struct Dropped(App);
    impl Drop for Dropped {
        fn drop(&mut self) {
            let _ = self.0.send("dropped");
        }
    }
    let dropped = Dropped(call.state.clone());
    let _ = call.state.send("begun");
    tokio::time::sleep(Duration::from_secs(5)).await;
    let _ = call.state.send("ended");
    drop(dropped);
    Ok(())
}

async fn see_headers(call: Call<App>, _: Value) -> Result<Value, ApiError> {
    let names: Vec<&str> = call.headers.keys().map(|name| name.as_str()).collect();
    Ok(json!({"names": names, "now": call.now.0, "principal": call.principal.account()}))
}

async fn charged(call: Call<App>, _: Value) -> Result<(), ApiError> {
    call.charge("instance-1")
}

fn connect() -> Service<App> {
    Service::rest_json("connect").body_limit(100).operations([
        Operation::get("ListQueues", "/queues-summary/{InstanceId}", echo)
            .query("queueTypes", "QueueTypes", Kind::StringList)
            .query("maxResults", "MaxResults", Kind::Integer)
            .constraint("MaxResults", Rule::Range(1, 1000)),
        Operation::put("CreateQueue", "/queues/{InstanceId}", echo).constraint("Name", Rule::Length(1, 10)),
        Operation::post("UpdateQueue", "/queues/{InstanceId}/{QueueId}", nothing),
        Operation::delete("DeleteQueue", "/queues/{InstanceId}/{QueueId}", nothing)
            .status(StatusCode::NO_CONTENT),
        Operation::get("ListTagsForResource", "/tags/{resourceArn}", echo_all),
        Operation::delete("DeleteUser", "/users/{InstanceId}/{UserId}", fail),
        Operation::not_built("CreateVocabulary", Method::POST, "/vocabulary/{InstanceId}"),
        Operation::post("PanicLate", "/panic/late", panic_late),
        Operation::post("PanicEarly", "/panic/early", panic_early),
        Operation::post("Slow", "/slow/write", slow),
        Operation::get("SlowRead", "/slow/read", slow),
        Operation::get("SeeHeaders", "/headers", see_headers),
        Operation::post("Large", "/large", nothing).body_limit(200),
        Operation::post("Strict", "/strict/{InstanceId}", echo)
            .invalid(ApiError::invalid_parameter)
            .sensitive("Name"),
    ])
}

fn participant() -> Service<App> {
    Service::rest_json("connectparticipant")
        .signing_name("execute-api")
        .mount("/participant-api")
        .auth(Auth::Handler)
        .errors(ApiError::validation, ApiError::internal_server)
        .throttle_scope(|_, _| None)
        .operation(
            Operation::post("SendMessage", "/participant/message", echo_all)
                .header("x-amz-bearer", "ConnectionToken", Kind::String)
                .constraint("Content", Rule::Length(1, 5)),
        )
        .operation(Operation::post("DisconnectParticipant", "/participant/disconnect", charged))
}

fn router() -> Router {
    with_reports().0
}

fn with_reports() -> (Router, mpsc::UnboundedReceiver<&'static str>) {
    let (reports, received) = mpsc::unbounded_channel();
    (endpoint(reports).service(connect()).service(participant()).into_router(), received)
}

#[tokio::test]
async fn members_come_from_path_query_and_body() {
    let router = router();
    let answer =
        get(&router, "/queues-summary/i%2F1?queueTypes=STANDARD&queueTypes=AGENT&maxResults=5").await;
    assert_eq!(
        answer.body,
        json!({"InstanceId": "i/1", "QueueTypes": ["STANDARD", "AGENT"], "MaxResults": 5, "Name": null, "Tags": {}})
    );
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("x-amzn-requestid").parse::<uuid::Uuid>().map(|id| id.get_version_num()), Ok(4));

    let body = r#"{"Name":"é","Tags":{"a":"b"},"QueueTypes":null}"#;
    let answer = call(&router, Method::PUT, "/queues/i", &[], body).await;
    assert_eq!((&answer.body["Name"], &answer.body["Tags"]), (&json!("é"), &json!({"a": "b"})));

    let arn = "arn:aws:connect:us-east-1:1:instance/i/queue/q";
    let escaped = "arn%3Aaws%3Aconnect%3Aus-east-1%3A1%3Ainstance%2Fi%2Fqueue%2Fq";
    let answer = get(&router, &format!("/tags/{escaped}")).await;
    assert_eq!(answer.body, json!({"resourceArn": arn}));
}

#[tokio::test]
async fn an_answer_without_members_is_an_empty_object_or_nothing() {
    let router = router();
    let answer = call(&router, Method::POST, "/queues/i/q", &[], "").await;
    assert_eq!(answer.brief(), "200 {}");
    let answer = call(&router, Method::DELETE, "/queues/i/q", &[], "").await;
    assert_eq!(answer.brief(), "204 null");
}

#[tokio::test]
async fn errors_have_the_published_shape() {
    let answer = call(&router(), Method::DELETE, "/users/i/u", &[], "").await;
    assert_eq!((answer.status, answer.header("x-amzn-errortype")), (409, "ResourceInUseException"));
    assert_eq!(
        answer.body,
        json!({
            "__type": "ResourceInUseException",
            "message": "The queue is in use.",
            "Message": "The queue is in use.",
            "ResourceType": "QUEUE",
            "ResourceId": "arn:q",
        })
    );
    assert_eq!(answer.header("x-amzn-requestid").len(), 36);
}

#[tokio::test]
async fn refused_requests() {
    let router = router();
    let long = "x".repeat(101);
    for (method, uri, body, expected) in [
        (Method::GET, "/nothing/here", "", "404 UnknownOperationException: No operation answers GET here."),
        (
            Method::DELETE,
            "/queues-summary/i",
            "",
            "404 UnknownOperationException: No operation answers DELETE here.",
        ),
        (
            Method::POST,
            "/vocabulary/i",
            "",
            "501 NotImplementedException: The operation CreateVocabulary is not available in this product.",
        ),
        (
            Method::GET,
            "/queues-summary/i?maxResults=0",
            "",
            "400 InvalidRequestException: 1 validation error detected: Value '0' at 'maxResults' failed to satisfy \
             constraint: Member must have value greater than or equal to 1",
        ),
        (
            Method::GET,
            "/queues-summary/i?maxResults=x",
            "",
            "400 InvalidRequestException: 1 validation error detected: Value 'x' at 'maxResults' failed to satisfy \
             constraint: Member must be an integer",
        ),
        (
            Method::PUT,
            "/queues/i",
            r#"{"Name":"a","Nme":"b"}"#,
            "400 InvalidRequestException: The member 'Nme' is not known to this operation.",
        ),
        (
            Method::PUT,
            "/queues/i",
            r#"{"Name":7}"#,
            "400 InvalidRequestException: 1 validation error detected: Value at 'name' failed to satisfy constraint: \
             Member must be a string",
        ),
        (
            Method::PUT,
            "/queues/i",
            r#"{"Name":"#,
            "400 SerializationException: The request body is not valid JSON: line 1, column 8.",
        ),
        (
            Method::PUT,
            "/queues/i",
            &long,
            "413 RequestEntityTooLargeException: The request body is larger than the 100 bytes allowed.",
        ),
        (
            Method::POST,
            "/strict/i",
            r#"{"Name":["secret"]}"#,
            "400 InvalidParameterException: 1 validation error detected: Value at 'name' failed to satisfy constraint: \
             Member must be a string",
        ),
        (Method::POST, "/large", &format!("{{{}}}", " ".repeat(150)), "200 {}"),
    ] {
        let answer = call(&router, method.clone(), uri, &[], body.to_owned()).await;
        assert_eq!(answer.brief(), expected, "{method} {uri}");
    }
}

#[tokio::test]
async fn a_caller_who_is_refused_learns_nothing_else() {
    let refuse = [("x-test-refuse", "1")];
    for (method, uri, body) in [
        (Method::PUT, "/queues/i", "{"),
        (Method::POST, "/vocabulary/i", ""),
        (Method::GET, "/queues-summary/i?x=y", ""),
    ] {
        let answer = call(&router(), method, uri, &refuse, body).await;
        assert_eq!(answer.brief(), "403 AccessDeniedException: Not you.", "{uri}");
    }
}

#[tokio::test]
async fn a_body_without_announced_length_is_limited_too() {
    let pieces = (0..1000).map(|_| Ok::<_, Infallible>(Bytes::from_static(b"          ")));
    let body = Body::from_stream(Pieces(pieces));
    let answer = call(&router(), Method::PUT, "/queues/i", &[], body).await;
    assert_eq!(answer.status, 413, "{}", answer.brief());
}

/// An iterator as a stream.
struct Pieces<I>(I);

impl<I: Iterator + Unpin> futures_core::Stream for Pieces<I> {
    type Item = I::Item;
    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<I::Item>> {
        std::task::Poll::Ready(self.0.next())
    }
}

/// A stream that never gives anything.
struct Silence;

impl futures_core::Stream for Silence {
    type Item = Result<Bytes, Infallible>;
    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Pending
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_ends_the_call() {
    let answer = call(&router(), Method::PUT, "/queues/i", &[], Body::from_stream(Silence)).await;
    assert_eq!(answer.brief(), "408 RequestTimeoutException: The request body did not arrive in time.");
}

#[tokio::test]
async fn a_panic_ends_one_call() {
    let router = router();
    for path in ["/panic/late", "/panic/early"] {
        let answer = call(&router, Method::POST, path, &[], "").await;
        assert_eq!(
            answer.brief(),
            "500 InternalServiceException: The request could not be processed.",
            "{path}"
        );
    }
    assert_eq!(call(&router, Method::POST, "/queues/i/q", &[], "").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_write_goes_on_when_the_client_leaves_and_a_read_does_not() {
    for (method, path, expected) in [
        (Method::POST, "/slow/write", ["begun", "ended", "dropped"].as_slice()),
        (Method::GET, "/slow/read", ["begun", "dropped"].as_slice()),
    ] {
        let (router, mut reports) = with_reports();
        let request = Request::builder().method(method).uri(path).body(Body::empty()).expect("a request");
        let client = tokio::spawn(router.oneshot(request));
        let mut seen = vec![reports.recv().await.expect("the handler begins")];
        client.abort();
        while let Some(report) = reports.recv().await {
            seen.push(report);
        }
        assert_eq!(seen, expected, "{path}");
    }
}

#[tokio::test]
async fn handlers_see_no_credentials() {
    let headers = [
        ("authorization", "AWS4-x"),
        ("cookie", "sid=1"),
        ("x-amz-bearer", "t"),
        ("x-amz-user-agent", "test"),
    ];
    let answer = call(&router(), Method::GET, "/headers", &headers, "").await;
    assert_eq!(answer.body, json!({"names": ["x-amz-user-agent"], "now": 1000, "principal": "123456789012"}));
}

#[tokio::test]
async fn a_mounted_service_with_its_own_errors_and_token() {
    let router = router();
    let path = "/participant-api/participant/message";
    let token = [("x-amz-bearer", "token"), ("x-test-refuse", "handlers check their token themselves")];
    let answer = call(&router, Method::POST, path, &token, r#"{"Content":"hi"}"#).await;
    assert_eq!(answer.brief(), r#"200 {"Content":"hi","ConnectionToken":"token"}"#);
    let answer = call(&router, Method::POST, path, &token, r#"{"Content":"too long"}"#).await;
    assert!(
        answer.brief().starts_with("400 ValidationException: 1 validation error detected: Value 'too long'")
    );
    for path in ["/participant/message", "/participant-api", "/participant-apis/participant/message"] {
        assert_eq!(call(&router, Method::POST, path, &token, "{}").await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn the_credential_scope_chooses_between_services_with_equal_paths() {
    async fn cases(_: Call<()>, _: Value) -> Result<Value, ApiError> {
        Ok(json!({"service": "cases"}))
    }
    async fn profiles(_: Call<()>, _: Value) -> Result<Value, ApiError> {
        Ok(json!({"service": "profiles"}))
    }
    let router = endpoint(())
        .service(Service::rest_json("connectcases").signing_name("cases").operation(Operation::get(
            "GetDomain",
            "/domains/{domainId}",
            cases,
        )))
        .service(Service::rest_json("customer-profiles").signing_name("profile").operation(Operation::get(
            "GetDomain",
            "/domains/{DomainName}",
            profiles,
        )))
        .into_router();
    let scope = |service: &str| {
        format!("AWS4-HMAC-SHA256 Credential=A/20260101/r/{service}/aws4_request, SignedHeaders=host")
    };
    for (authorization, expected) in [
        (scope("cases"), "cases"),
        (scope("profile"), "profiles"),
        (scope("other"), "cases"),
        (String::new(), "cases"),
    ] {
        let answer = call(&router, Method::GET, "/domains/d", &[("authorization", &authorization)], "").await;
        assert_eq!(answer.body["service"], expected, "{authorization}");
    }
}

#[tokio::test]
async fn calls_are_throttled_by_account_or_by_the_handler() {
    let (reports, _received) = mpsc::unbounded_channel();
    let router = endpoint(reports)
        .service(connect())
        .service(participant())
        .throttle(Throttle::new(1.0))
        .into_router();
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(get(&router, "/queues-summary/i").await.status);
    }
    assert_eq!(statuses, [200, 200, 200, 200, 200, 429], "2 per second, burst 5");
    let answer = get(&router, "/queues-summary/i").await;
    assert_eq!(answer.brief(), "429 ThrottlingException: Rate exceeded");
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(call(&router, Method::PUT, "/queues/i", &[], "{}").await.status, 200, "its own bucket");

    let path = "/participant-api/participant/disconnect";
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(call(&router, Method::POST, path, &[], "").await.status);
    }
    assert_eq!(statuses, [200, 200, 200, 200, 200, 429], "3 per second, burst 5");
}

#[tokio::test]
async fn observers_hear_of_every_call() {
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<String>>>);
    impl Observer for Log {
        fn completed(&self, call: &Completed<'_>) {
            self.0.lock().expect("no poison").push(format!(
                "{}.{} {} {} {:?} {:?} {}",
                call.service,
                call.operation,
                call.read_only,
                call.status,
                call.code,
                call.principal.account(),
                call.user_agent.unwrap_or_default()
            ));
        }
    }
    let log = Log::default();
    let (reports, _received) = mpsc::unbounded_channel();
    let router = endpoint(reports).service(connect()).observer(log.clone()).into_router();
    call(&router, Method::GET, "/queues-summary/i", &[("user-agent", "boto")], "").await;
    call(&router, Method::PUT, "/queues/i", &[], "{").await;
    call(&router, Method::PUT, "/queues/i", &[("x-test-refuse", "1")], "{}").await;
    call(&router, Method::POST, "/panic/late", &[], "").await;
    assert_eq!(
        *log.0.lock().expect("no poison"),
        [
            "connect.ListQueues true 200 None Some(\"123456789012\") boto",
            "connect.CreateQueue false 400 Some(\"SerializationException\") Some(\"123456789012\") ",
            "connect.CreateQueue false 403 Some(\"AccessDeniedException\") None ",
            "connect.PanicLate false 500 Some(\"InternalServiceException\") Some(\"123456789012\") ",
        ]
    );
}

#[tokio::test]
async fn pages_can_ask_whether_a_request_is_a_call() {
    let (reports, _received) = mpsc::unbounded_channel();
    let endpoint: Endpoint<App> = endpoint(reports).service(connect()).service(participant());
    for (method, uri, expected) in [
        (Method::GET, "/queues-summary/i?maxResults=1", true),
        (Method::POST, "/participant-api/participant/message", true),
        (Method::GET, "/index.html", false),
        (Method::GET, "/participant-api/x", true),
    ] {
        let found = endpoint.handles(&method, &uri.parse().expect("a URI"), &Default::default());
        assert_eq!(found, expected, "{method} {uri}");
    }
}

#[tokio::test]
async fn a_nested_router_sees_the_whole_path() {
    let (reports, _received) = mpsc::unbounded_channel();
    let inner = endpoint(reports).service(participant()).into_router();
    let router = Router::new().nest("/participant-api", inner);
    let answer =
        call(&router, Method::POST, "/participant-api/participant/message", &[], r#"{"Content":"hi"}"#).await;
    assert_eq!(answer.status, 200, "{}", answer.brief());
}

#[test]
#[should_panic(expected = "connect.ListQueues is registered twice")]
fn names_are_unique() {
    let twice = || Operation::get("ListQueues", "/queues-summary/{InstanceId}", nothing);
    let _ = Service::rest_json("connect").operation(twice()).operation(twice());
}

#[test]
#[should_panic(expected = "connect.Other: GET /queues-summary/{Id} cannot be added")]
fn paths_are_unique() {
    let _ = connect().operation(Operation::get("Other", "/queues-summary/{Id}", nothing));
}

#[tokio::test(start_paused = true)]
async fn without_a_server_nothing_drains() {
    async fn wait(call: Call<()>, _: Value) -> Result<Value, ApiError> {
        let drained = tokio::time::timeout(Duration::from_secs(3600), call.draining()).await.is_ok();
        Ok(json!({"drained": drained}))
    }
    let router = endpoint(())
        .service(Service::rest_json("connect").operation(Operation::get("Wait", "/wait", wait)))
        .into_router();
    assert_eq!(get(&router, "/wait").await.body, json!({"drained": false}));
}
