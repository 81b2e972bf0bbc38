//! The web pages: built into the program, or read from a folder.

use std::borrow::Cow;
use std::path::PathBuf;

use agent::Sessions;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Built;

/// Where pages come from, and who may embed them.
#[derive(Clone)]
pub(crate) struct Pages {
    folder: Option<PathBuf>,
    sessions: Sessions,
}

/// Which page of the build answers which path.
const PAGES: [(&str, &str); 16] = [
    ("/", "index.html"),
    ("/login", "login.html"),
    ("/console", "console.html"),
    ("/console/{*rest}", "console.html"),
    ("/ccp-v2", "ccp.html"),
    ("/ccp-v2/", "ccp.html"),
    ("/connect/ccp-v2", "ccp.html"),
    ("/connect/ccp-v2/", "ccp.html"),
    ("/agent-app-v2", "workspace.html"),
    ("/agent-app-v2/{*rest}", "workspace.html"),
    ("/connect/agent-app-v2", "workspace.html"),
    ("/chat", "chat.html"),
    ("/chat/signed-in", "signed-in.html"),
    ("/call", "call.html"),
    ("/stargate/app", "views.html"),
    ("/stargate/app/", "views.html"),
];

/// The routes of the pages.
pub(crate) fn routes(sessions: Sessions, folder: Option<PathBuf>) -> Router {
    let pages = Pages { folder, sessions };
    let mut router =
        Router::new().route("/assets/{*file}", get(asset)).route("/streams/{*file}", get(streams)).route(
            "/favicon.svg",
            get(|state: State<Pages>| async move { state.file("favicon.svg", true).await }),
        );
    for (path, page) in PAGES {
        router = router.route(
            path,
            get(move |State(pages): State<Pages>, headers: HeaderMap| async move {
                pages.page(page, &headers).await
            }),
        );
    }
    router.with_state(pages)
}

async fn asset(State(pages): State<Pages>, Path(file): Path<String>) -> Response {
    pages.file(&format!("assets/{file}"), true).await
}

async fn streams(State(pages): State<Pages>, Path(file): Path<String>) -> Response {
    pages.file(&format!("streams/{file}"), false).await
}

impl Pages {
    async fn read(&self, name: &str) -> Option<Cow<'static, [u8]>> {
        if name.split('/').any(|part| part == ".." || part.is_empty()) {
            return None;
        }
        match &self.folder {
            Some(folder) => tokio::fs::read(folder.join(name)).await.ok().map(Cow::Owned),
            None => Built::get(name).map(|file| file.data),
        }
    }

    async fn page(&self, name: &str, request: &HeaderMap) -> Response {
        let Some(content) = self.read(name).await else {
            let text =
                "The pages are not built. Run `make run`, or `npm ci && npm run build` in the folder web.\n";
            return (StatusCode::NOT_FOUND, text).into_response();
        };
        let mut response = Response::new(Body::from(content.into_owned()));
        let headers = response.headers_mut();
        secure(headers);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        // Who may embed is asked at every request, so that a change holds at once.
        let embeddable = matches!(name, "ccp.html" | "login.html" | "workspace.html" | "views.html");
        let ancestors = if embeddable { self.ancestors(request).await } else { "'self'".to_owned() };
        // Interactive messages of a chat show pictures from anywhere, and desktops name ring tones of their own.
        let pictures =
            if matches!(name, "ccp.html" | "workspace.html" | "chat.html") { " https:" } else { "" };
        let policy = format!(
            "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:{pictures}; \
             media-src 'self' blob:{pictures}; font-src 'self' data:; connect-src 'self' ws: wss:; worker-src 'self' blob:; \
             frame-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors {ancestors}"
        );
        if let Ok(value) = HeaderValue::from_str(&policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, value);
        }
        response
    }

    async fn file(&self, name: &str, hashed: bool) -> Response {
        let Some(content) = self.read(name).await else { return StatusCode::NOT_FOUND.into_response() };
        let mut response = Response::new(Body::from(content.into_owned()));
        let headers = response.headers_mut();
        secure(headers);
        let kind = match name.rsplit('.').next() {
            Some("js" | "mjs") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("svg") => "image/svg+xml",
            Some("json" | "map") => "application/json",
            Some("png") => "image/png",
            Some("woff2") => "font/woff2",
            Some("woff") => "font/woff",
            Some("mp3") => "audio/mpeg",
            Some("wav") => "audio/wav",
            Some("html") => "text/html; charset=utf-8",
            _ => "application/octet-stream",
        };
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        let cache = if hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        response
    }

    async fn ancestors(&self, request: &HeaderMap) -> String {
        let mut sources = vec!["'self'".to_owned()];
        sources.extend(self.sessions.approved_origins(request).await);
        sources.join(" ")
    }
}

fn secure(headers: &mut HeaderMap) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}
