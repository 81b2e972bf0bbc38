//! Signatures, sessions and bearer tokens in front of operations.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, Method};
use model::{InstanceId, Timestamp, UserId};
use serde_json::{Value, json};
use wire::cors::Origins;
use wire::sigv4::{KeyStore, Payload, SignedRequest, Signer, StoredKey, Verifier, presign, sign};
use wire::{
    ApiError, Auth, BoxFuture, Call, Callers, Endpoint, JsonVersion, KeyHolder, Operation, Principal, Secret,
    Service, SessionStore, SignedInUser,
};

use crate::support::call;

struct Keys;

impl KeyStore for Keys {
    fn secret(&self, access_key_id: &str) -> Option<StoredKey> {
        (access_key_id == "AKID").then(|| StoredKey {
            secret: Secret::new("secret"),
            session_token: None,
            expires: None,
            holder: KeyHolder {
                access_key_id: "AKID".to_owned(),
                account: "123456789012".to_owned(),
                name: "tester".to_owned(),
                instance: None,
                user: None,
            },
        })
    }
}

struct Sessions;

impl SessionStore for Sessions {
    fn by_cookie<'a>(&'a self, value: &'a Secret, _: Timestamp) -> BoxFuture<'a, Option<SignedInUser>> {
        Box::pin(async { value.matches("good").then(user) })
    }

    fn by_bearer<'a>(&'a self, token: &'a Secret, _: Timestamp) -> BoxFuture<'a, Option<SignedInUser>> {
        Box::pin(async { token.matches("agent").then(user) })
    }
}

fn user() -> SignedInUser {
    SignedInUser {
        user: UserId::from_u128(1),
        instance: InstanceId::from_u128(2),
        account: "123456789012".to_owned(),
        session: "s-1".to_owned(),
    }
}

async fn who(call: Call<()>, _: Value) -> Result<Value, ApiError> {
    Ok(json!(match call.principal {
        Principal::AccessKey(key) => key.name,
        Principal::User(user) => format!("user {}", user.session),
        Principal::Anonymous => "nobody".to_owned(),
    }))
}

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

fn router() -> Router {
    let callers = Callers::new(Verifier::new(Keys), Sessions, ["sid", "framed-sid"], Origins::own_only());
    Endpoint::new((), callers)
        .clock(Arc::new(|| NOW))
        .service(Service::rest_json("connect").operation(Operation::post("Who", "/who/{Id}", who)))
        .service(
            Service::json_rpc("AmazonConnectCTIService", JsonVersion::V1_0)
                .auth(Auth::Bearer)
                .operation(Operation::rpc("WhoAmI", who)),
        )
        .into_router()
}

fn signer(secret: &Secret) -> Signer<'_> {
    Signer { access_key_id: "AKID", secret, session_token: None, region: "us-east-1", service: "connect" }
}

fn signed(path: &str, body: &str) -> Vec<(&'static str, String)> {
    let secret = Secret::new("secret");
    let headers = HeaderMap::new();
    let payload = Payload::Whole(body.as_bytes());
    let request =
        SignedRequest { method: "POST", host: "cc.example.com", path, query: "", headers: &headers, payload };
    let mut pairs = sign(&signer(&secret), &request, NOW);
    pairs.push(("host", "cc.example.com".to_owned()));
    pairs
}

async fn ask(path: &str, headers: &[(&str, &str)], body: &'static str) -> String {
    let mut all = headers.to_vec();
    if !headers.iter().any(|(name, _)| *name == "host") {
        all.push(("host", "cc.example.com"));
    }
    call(&router(), Method::POST, path, &all, body).await.brief()
}

#[tokio::test]
async fn signed_requests() {
    let pairs = signed("/who/a%2Fb", "{}");
    let headers: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(ask("/who/a%2Fb", &headers, "{}").await, "200 \"tester\"");
    assert!(
        ask("/who/a%2Fb", &headers, "{ }")
            .await
            .starts_with("403 InvalidSignatureException: The hash of the body")
    );
    assert!(
        ask("/who/a%2Fc", &headers, "{}").await.starts_with("403 InvalidSignatureException: The signature")
    );
    assert_eq!(
        ask("/who/a", &[], "").await,
        "403 MissingAuthenticationTokenException: The request is not signed."
    );

    // A signature that is not good is not made good by a cookie.
    let mut with_cookie = headers.clone();
    with_cookie.extend([("cookie", "sid=good"), ("x-csrf-token", "csrf")]);
    assert!(ask("/who/a%2Fc", &with_cookie, "{}").await.starts_with("403 InvalidSignatureException"));

    let secret = Secret::new("secret");
    let link = presign(&signer(&secret), "POST", "cc.example.com", "/who/a", "", 60, NOW).expect("a link");
    assert_eq!(ask(&format!("/who/a?{link}"), &[], "").await, "200 \"tester\"");
}

#[tokio::test]
async fn signed_in_users() {
    let empty_key = "AWS4-HMAC-SHA256 Credential=/20231114/us-east-1/connect/aws4_request, SignedHeaders=host, Signature=00";
    for (headers, expected) in [
        (vec![("cookie", "sid=good"), ("origin", "https://cc.example.com")], "200 \"user s-1\""),
        (vec![("cookie", "sid=good"), ("x-csrf-token", "csrf")], "200 \"user s-1\""),
        (vec![("cookie", "framed-sid=good"), ("x-csrf-token", "csrf")], "200 \"user s-1\""),
        (vec![("cookie", "sid=old; framed-sid=good"), ("x-csrf-token", "csrf")], "200 \"user s-1\""),
        (
            vec![("cookie", "framed-sid=good"), ("origin", "https://evil.example.com")],
            "403 AccessDeniedException: The call was not made by a page of this site.",
        ),
        (
            vec![("cookie", "sid=good"), ("sec-fetch-site", "same-origin"), ("authorization", empty_key)],
            "200 \"user s-1\"",
        ),
        (
            vec![("cookie", "sid=good"), ("origin", "https://evil.example.com")],
            "403 AccessDeniedException: The call was not made by a page of this site.",
        ),
        (
            vec![("cookie", "sid=good")],
            "403 AccessDeniedException: The call was not made by a page of this site.",
        ),
        (
            vec![("cookie", "sid=old"), ("x-csrf-token", "csrf")],
            "403 ExpiredTokenException: The session token of the request has expired.",
        ),
        (
            vec![("cookie", "other=good"), ("x-csrf-token", "csrf")],
            "403 MissingAuthenticationTokenException: The request is not signed.",
        ),
    ] {
        assert_eq!(ask("/who/a", &headers, "").await, expected, "{headers:?}");
    }
}

#[tokio::test]
async fn agents_with_bearer_tokens() {
    let target = ("x-amz-target", "AmazonConnectCTIService.WhoAmI");
    assert_eq!(ask("/api", &[target, ("x-amz-bearer", "agent")], "{}").await, "200 \"user s-1\"");
    let refused = ask("/api", &[target, ("x-amz-bearer", "other")], "{}").await;
    assert_eq!(refused, "401 UnauthorizedException: The bearer token is not valid.");
    // A cookie is no bearer token.
    let refused = ask("/api", &[target, ("cookie", "sid=good"), ("x-csrf-token", "csrf")], "{}").await;
    assert_eq!(refused, "401 UnauthorizedException: The header x-amz-bearer is missing.");
}

#[tokio::test]
async fn what_one_instance_approves_does_not_hold_for_users_of_another() {
    let headers = [
        ("cookie", "sid=good"),
        ("origin", "https://crm.example.com"),
        ("x-csrf-token", "csrf"),
        ("host", "cc.example.com"),
    ];
    for (approving, expected) in [
        (2, "200 \"user s-1\""),
        (3, "403 AccessDeniedException: The call was not made by a page of this site."),
    ] {
        let origins = Origins::new(|origin, _| origin == "https://crm.example.com")
            .of_instance(move |_, instance| instance == InstanceId::from_u128(approving));
        let callers = Callers::new(Verifier::new(Keys), Sessions, ["sid"], origins);
        let router = Endpoint::new((), callers)
            .service(Service::rest_json("connect").operation(Operation::post("Who", "/who/{Id}", who)))
            .into_router();
        assert_eq!(call(&router, Method::POST, "/who/a", &headers, "{}").await.brief(), expected);
    }
}
