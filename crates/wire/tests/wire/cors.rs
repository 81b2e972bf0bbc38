//! Calls from pages of other origins.

use axum::Router;
use axum::http::Method;
use axum::routing::get;
use wire::cors::{self, Origins};

use crate::support::call;

fn router() -> Router {
    let inner = Router::new()
        .route("/open", get(|| async { "\"open\"" }))
        .fallback(|| async { (axum::http::StatusCode::NOT_FOUND, "\"nothing\"") });
    cors::layer(inner, Origins::new(|origin, path| origin == "https://crm.example.com" && path != "/closed"))
}

#[tokio::test]
async fn preflights() {
    for (path, origin, allowed) in [
        ("/open", "https://crm.example.com", true),
        ("/unknown", "https://crm.example.com", true),
        ("/closed", "https://crm.example.com", false),
        ("/closed", "https://cc.example.com", true),
        ("/open", "https://evil.example.com", false),
        ("/open", "null", false),
    ] {
        let headers = [
            ("host", "cc.example.com"),
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "x-amz-bearer,content-type"),
        ];
        let answer = call(&router(), Method::OPTIONS, path, &headers, "").await;
        assert_eq!(answer.status, 204);
        let expected = if allowed { origin } else { "" };
        assert_eq!(answer.header("access-control-allow-origin"), expected, "{path} {origin}");
        assert_eq!(answer.header("access-control-allow-credentials"), if allowed { "true" } else { "" });
        assert_eq!(answer.header("vary"), "origin");
        let names: Vec<&str> = answer.header("access-control-allow-headers").split(", ").collect();
        for needed in [
            "authorization",
            "content-type",
            "x-amz-bearer",
            "x-amz-content-sha256",
            "x-amz-date",
            "x-amz-target",
            "x-amz-user-agent",
            "amz-sdk-invocation-id",
            "amz-sdk-request",
            "x-csrf-token",
        ] {
            assert_eq!(names.contains(&needed), allowed, "{needed}");
        }
        assert_eq!(answer.header("access-control-allow-methods").contains("POST"), allowed);
    }
}

#[tokio::test]
async fn answers_and_errors_have_the_headers() {
    for (path, origin, status, allowed) in [
        ("/open", "https://crm.example.com", 200, "https://crm.example.com"),
        ("/unknown", "https://crm.example.com", 404, "https://crm.example.com"),
        ("/open", "https://evil.example.com", 200, ""),
    ] {
        let headers = [("host", "cc.example.com"), ("origin", origin)];
        let answer = call(&router(), Method::GET, path, &headers, "").await;
        assert_eq!(
            (answer.status, answer.header("access-control-allow-origin")),
            (status, allowed),
            "{path} {origin}"
        );
        let exposed = answer.header("access-control-expose-headers");
        assert_eq!(
            exposed.contains("x-amzn-errortype") && exposed.contains("x-amzn-requestid"),
            !allowed.is_empty()
        );
    }
    let answer = call(&router(), Method::GET, "/open", &[("host", "cc.example.com")], "").await;
    assert_eq!((answer.header("access-control-allow-origin"), answer.header("vary")), ("", "origin"));
}
