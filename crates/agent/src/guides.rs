//! Guides of an agent's contact: which are open, and a token to take part in each (spec 07 §1).

use api::App;
use axum::Json;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use center::{Token, TokenKind};
use contacts::guides::OpenGuide;
use directory::Permission;
use model::ContactId;
use serde_json::{Value, json};

use crate::login::may;
use crate::problem::Problem;
use crate::sessions::SignedIn;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/guides/{contact}", get(list))
}

async fn list(
    State(app): State<App>,
    headers: HeaderMap,
    Path(contact): Path<String>,
) -> Result<Response, Problem> {
    let agent = SignedIn::by_own_page(&app, &headers).await?.ok_or_else(Problem::unauthorized)?;
    let missing = || Problem::new(StatusCode::NOT_FOUND, "You have no such contact.");
    let contact: ContactId = contact.parse().map_err(|_| missing())?;
    let user = agent.user;
    let (allowed, found) = agent
        .engine
        .read(|core, _| (may(core, user, Permission::CustomViewsAccess), core.open_guides(user, contact)))
        .await?;
    if !allowed {
        return Err(Problem::forbidden(
            "Guides need the permission CustomViews.Access. Ask an administrator for it.",
        ));
    }
    let open = found.map_err(|_| missing())?;
    let shown = |guide: &OpenGuide| {
        let token = Token {
            // It ends with the sign-in, as the agent's access to chats does.
            kind: TokenKind::AgentChat,
            instance: agent.engine.id(),
            subject: guide.participant.0,
            object: agent.session,
            expires_at: guide.expires_at,
        };
        json!({
            "ContactId": guide.contact,
            "ParticipantId": guide.participant,
            "ParticipantToken": app.center.tokens().sign(&token),
        })
    };
    let guides: Vec<Value> = open.iter().map(shown).collect();
    Ok(([(CACHE_CONTROL, "no-store")], Json(json!({"Guides": guides}))).into_response())
}
