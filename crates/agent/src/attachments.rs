//! Files of a chat on their way in and out, under addresses that carry a token (spec 11 §3.8).

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use api::App;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use center::TokenKind;
use center::token::TokenError;
use contacts::attachment::{ATTACHMENT_BYTES, Attachment, AttachmentStatus};
use engine::Engine;
use model::AttachmentId;
use serde::Deserialize;
use tokio::sync::Semaphore;

use crate::problem::Problem;

/// The time in which a file must arrive.
const UPLOAD_WITHIN: Duration = Duration::from_secs(5 * 60);
/// Mebibytes of files that are held in memory at once, on their way in; more wait.
static ROOM: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(160));
const MEBIBYTE: u64 = 1024 * 1024;
/// Kind under which attachments of finished chats are kept.
const PAST_ATTACHMENT: &str = "past-attachment";

pub(crate) fn routes() -> Router<App> {
    Router::new().route(
        "/attachments/{id}",
        get(download).put(upload).layer(axum::extract::DefaultBodyLimit::disable()),
    )
}

#[derive(Deserialize)]
struct AttachmentQuery {
    #[serde(default)]
    token: String,
    /// `inline` or `attachment`.
    #[serde(default)]
    disposition: Option<String>,
}

/// The attachment that a token of this kind is for.
async fn find(
    app: &App,
    id: &str,
    token: &str,
    kind: TokenKind,
) -> Result<(Arc<Engine>, Attachment), Problem> {
    let token = app.center.tokens().check(token, &[kind], app.center.now()).map_err(|error| match error {
        TokenError::Expired => Problem::forbidden("The address has expired. Ask for a new one."),
        TokenError::Invalid => Problem::forbidden("The address is not valid."),
    })?;
    let missing = || Problem::new(StatusCode::NOT_FOUND, "There is no such attachment.");
    let id: AttachmentId = id.parse().map_err(|_| missing())?;
    if id.0 != token.object {
        return Err(Problem::forbidden("The address is not valid."));
    }
    let engine = app.center.instance(token.instance).ok_or_else(missing)?;
    let found = match engine.read(|core, _| core.attachment(id).cloned()).await? {
        Some(found) => found,
        None => past(&engine, id).await?.ok_or_else(missing)?,
    };
    Ok((engine, found))
}

/// An attachment of a chat that is over.
async fn past(engine: &Engine, id: AttachmentId) -> Result<Option<Attachment>, Problem> {
    let unreadable = |error: &dyn std::fmt::Display| {
        tracing::error!(attachment = %id, %error, "an attachment of the past cannot be read");
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "The attachment cannot be read now.")
    };
    let stored = engine.store().document(engine.id(), PAST_ATTACHMENT, &id.to_string()).await;
    let Some(body) = stored.map_err(|error| unreadable(&error))? else { return Ok(None) };
    serde_json::from_str(&body).map(Some).map_err(|error| unreadable(&error))
}

async fn upload(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(query): Query<AttachmentQuery>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Problem> {
    let (engine, attachment) = find(&app, &id, &query.token, TokenKind::Upload).await?;
    staged(&attachment)?;
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !same_media_type(kind, &attachment.content_type) {
        return Err(Problem::bad_request(format!("The file was announced as {}.", attachment.content_type)));
    }
    let announced = attachment.bytes.min(ATTACHMENT_BYTES);
    let too_large = || {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("The file was announced with {announced} bytes."))
    };
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > announced) {
        return Err(too_large());
    }
    let content = tokio::time::timeout(UPLOAD_WITHIN, async {
        let pieces = u32::try_from(announced.div_ceil(MEBIBYTE)).unwrap_or(u32::MAX);
        let room = ROOM.acquire_many(pieces).await.map_err(|_| too_large())?;
        let limit = usize::try_from(announced).map_err(|_| too_large())?;
        let content = axum::body::to_bytes(body, limit).await.map_err(|_| too_large())?;
        Ok::<_, Problem>((content, room))
    })
    .await
    .map_err(|_| Problem::new(StatusCode::REQUEST_TIMEOUT, "The file did not arrive in time."))??;
    let (content, _room) = content;
    if (content.len() as u64) < announced {
        return Err(Problem::bad_request(format!(
            "{} bytes arrived, but {announced} were announced.",
            content.len()
        )));
    }
    let (blobs, id) = (app.center.blobs(), attachment.id);
    let failed = |error: store::StoreError| {
        tracing::error!(attachment = %id, %error, "an attachment cannot be stored");
        Problem::new(StatusCode::INSUFFICIENT_STORAGE, "The file cannot be stored now.")
    };
    // Under another name first: what was completed (and perhaps scanned) meanwhile must not be replaced.
    let arrived = format!("uploads/{id}-{}", app.center.fresh_id());
    blobs.put(&arrived, &content).await.map_err(failed)?;
    let name = format!("attachments/{id}");
    let place = async {
        let now = engine.read(|core, _| core.attachment(id).cloned()).await?;
        staged(&now.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "There is no such attachment."))?)?;
        if blobs.size(&name).await.map_err(failed)?.is_some() {
            return Err(Problem::new(StatusCode::CONFLICT, "The file was uploaded already."));
        }
        blobs.rename(&arrived, &name).await.map_err(failed)
    };
    let placed = place.await;
    if placed.is_err()
        && let Err(error) = blobs.delete(&arrived).await
    {
        tracing::warn!(attachment = %id, %error, "a refused upload could not be removed");
    }
    placed.map(|()| StatusCode::OK)
}

fn staged(attachment: &Attachment) -> Result<(), Problem> {
    match attachment.status {
        AttachmentStatus::Staged => Ok(()),
        _ => Err(Problem::new(StatusCode::CONFLICT, "The upload was completed already.")),
    }
}

/// Whether a `Content-Type` is the announced one; parameters such as a charset do not count.
fn same_media_type(given: &str, announced: &str) -> bool {
    let bare = |text: &str| text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    bare(given) == bare(announced)
}

async fn download(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(query): Query<AttachmentQuery>,
) -> Result<Response, Problem> {
    let (_, attachment) = find(&app, &id, &query.token, TokenKind::Download).await?;
    let gone = || Problem::new(StatusCode::NOT_FOUND, "The file is not there.");
    if attachment.status != AttachmentStatus::Approved {
        return Err(gone());
    }
    let content =
        app.center.blobs().get(&format!("attachments/{}", attachment.id)).await.map_err(|error| {
            tracing::error!(attachment = %attachment.id, %error, "an attachment cannot be read");
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "The file cannot be read now.")
        })?;
    let content = content.ok_or_else(gone)?;
    let disposition = disposition(query.disposition.as_deref() == Some("inline"), &attachment.name);
    let kind = HeaderValue::from_str(&attachment.content_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let headers = [
        (CONTENT_TYPE, kind),
        (CONTENT_DISPOSITION, disposition),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, content).into_response())
}

/// The header that says whether the browser shows or saves the file, and under which name (RFC 6266).
fn disposition(inline: bool, name: &str) -> HeaderValue {
    let how = if inline { "inline" } else { "attachment" };
    let mut line = format!("{how}; filename=\"");
    line.extend(
        name.chars().map(|c| if c.is_ascii_graphic() && c != '"' && c != '\\' || c == ' ' { c } else { '_' }),
    );
    line.push_str("\"; filename*=UTF-8''");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            line.push(char::from(byte));
        } else {
            line.push_str(&format!("%{byte:02X}"));
        }
    }
    HeaderValue::from_str(&line).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_in_the_header() {
        for (inline, name, expected) in [
            (false, "a b.txt", "attachment; filename=\"a b.txt\"; filename*=UTF-8''a%20b.txt"),
            (true, "Grüße\".pdf", "inline; filename=\"Gr__e_.pdf\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%22.pdf"),
            (false, "a\r\nb.txt", "attachment; filename=\"a__b.txt\"; filename*=UTF-8''a%0D%0Ab.txt"),
        ] {
            assert_eq!(disposition(inline, name), expected, "{name:?}");
        }
    }

    #[test]
    fn media_types_are_compared_without_parameters() {
        assert!(same_media_type("text/plain; charset=utf-8", "text/plain"));
        assert!(same_media_type("Image/PNG", "image/png"));
        assert!(!same_media_type("", "image/png"));
        assert!(!same_media_type("text/html", "text/plain"));
    }
}
