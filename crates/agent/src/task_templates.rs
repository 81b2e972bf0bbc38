//! Task templates for panels: listed, read, tasks made by them, tasks changed (spec 11 §1.12).
//!
//! The agent library's worker calls these addresses itself, with the cookie of the sign-in. What is read comes in the
//! shape of the public API; what is made is asked for as in `CreateTaskContact`, with `taskTemplateId` besides.

use std::collections::BTreeMap;

use api::App;
use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use contacts::Core;
use directory::input::{self, Input};
use directory::rows::page;
use directory::task_templates::{GetTaskTemplate, ListTaskTemplates};
use directory::{Directory, DirectoryError, Permission};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use wire::ApiError;

use crate::cti::task::{CreateTask, Reference, create, references};
use crate::login::may;
use crate::problem::Problem;
use crate::sessions::SignedIn;

/// Bytes of a request: references are the greater part.
const BODY_LIMIT: usize = 256 * 1024;
/// The quota of templates is below this, so that a list is one page.
const PAGE: usize = 100;

pub(crate) fn routes() -> Router<App> {
    let ccp = Router::new()
        .route("/proxy/instance/{instance}/task/template", get(list))
        .route("/proxy/instance/{instance}/task/template/{template}", get(read))
        .route("/createTemplatedTask", put(create_templated))
        .route("/updateContact", post(update_contact))
        .layer(DefaultBodyLimit::max(BODY_LIMIT));
    Router::new().nest("/task-templates/api/ccp", ccp.clone()).nest("/connect/task-templates/api/ccp", ccp)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Filter {
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    max_results: Option<usize>,
    #[serde(default)]
    next_token: Option<String>,
}

async fn list(
    State(app): State<App>,
    headers: HeaderMap,
    Path(instance): Path<String>,
    filter: Result<Query<Filter>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let agent = agent(&app, &headers).await?;
    let Query(filter) = filter.map_err(|_| {
        Problem::bad_request("The list can be narrowed by status, name, maxResults and nextToken.")
    })?;
    let size = filter.max_results.unwrap_or(PAGE);
    if !(1..=PAGE).contains(&size) {
        return Err(Problem::bad_request("maxResults must be 1 to 100."));
    }
    let input: ListTaskTemplates =
        members(json!({"InstanceId": instance, "Status": filter.status, "Name": filter.name}))?;
    let page = ask(&agent, |directory| {
        Ok(page(directory.list_task_templates(&input, filter.next_token.as_deref())?, size))
    })
    .await?;
    let mut body = json!({"TaskTemplates": page.items});
    if let Some(next) = page.next {
        body["NextToken"] = json!(next);
    }
    Ok(private(body))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Snapshot {
    #[serde(default)]
    snapshot_version: Option<String>,
}

async fn read(
    State(app): State<App>,
    headers: HeaderMap,
    Path((instance, template)): Path<(String, String)>,
    Query(snapshot): Query<Snapshot>,
) -> Result<Response, Problem> {
    let agent = agent(&app, &headers).await?;
    let input: GetTaskTemplate = members(json!({
        "InstanceId": instance, "TaskTemplateId": template, "SnapshotVersion": snapshot.snapshot_version,
    }))?;
    Ok(private(ask(&agent, |directory| directory.get_task_template(&input)).await?))
}

async fn create_templated(
    State(app): State<App>,
    headers: HeaderMap,
    body: Result<Json<Map<String, Value>>, JsonRejection>,
) -> Result<Response, Problem> {
    let agent = agent(&app, &headers).await?;
    let input: CreateTask = own_instance(&agent, body)?;
    if input.task_template_id.is_none() {
        return Err(Problem::bad_request("Give the taskTemplateId of the template."));
    }
    let id = create(&agent.engine, agent.user, input).await.map_err(answered)?;
    Ok(private(json!({"contactId": id})))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UpdateContact {
    contact_id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    references: Option<BTreeMap<String, Reference>>,
}

/// Changes what a task says; its agent may.
async fn update_contact(
    State(app): State<App>,
    headers: HeaderMap,
    body: Result<Json<Map<String, Value>>, JsonRejection>,
) -> Result<Response, Problem> {
    let agent = agent(&app, &headers).await?;
    let input: UpdateContact = own_instance(&agent, body)?;
    let missing = || Problem::new(StatusCode::NOT_FOUND, "You have no such task.");
    let id = input.contact_id.parse().map_err(|_| missing())?;
    let references = input.references.map(references);
    let user = agent.user;
    agent
        .engine
        .apply(|core, cx| {
            if core.agent(user).and_then(|agent| agent.leg(id)).is_none() {
                return Err(missing());
            }
            core.update_contact(cx, id, input.name, input.description, references, BTreeMap::new())
                .map_err(Problem::from)
        })
        .await??;
    Ok(private(json!({})))
}

/// The signed-in agent, whose own page asks.
async fn agent(app: &App, headers: &HeaderMap) -> Result<SignedIn, Problem> {
    let found = SignedIn::by_own_page(app, headers).await?.ok_or_else(Problem::unauthorized)?;
    let user = found.user;
    let allowed = |core: &Core| may(core, user, Permission::BasicAgentAccess);
    if found.engine.read(|core, _| allowed(core)).await? {
        return Ok(found);
    }
    Err(Problem::forbidden("The agent panel needs the permission BasicAgentAccess."))
}

/// The body without the instance it names, which must be the one of the sign-in.
fn own_instance<T: DeserializeOwned>(
    agent: &SignedIn,
    body: Result<Json<Map<String, Value>>, JsonRejection>,
) -> Result<T, Problem> {
    let Json(mut body) =
        body.map_err(|_| Problem::bad_request("Send a JSON object, and application/json as its type."))?;
    if let Some(instance) = body.remove("instanceId")
        && instance.as_str().and_then(|text| model::arn::id_part(text).parse().ok())
            != Some(agent.engine.id())
    {
        return Err(Problem::new(StatusCode::NOT_FOUND, "The sign-in is not one of that instance."));
    }
    wire::strict::read(Value::Object(body))
        .map_err(|error| Problem::bad_request(format!("The request cannot be read: {error}.")))
}

fn members<I: Input>(members: Value) -> Result<I, Problem> {
    input::read(members).map_err(of_directory)
}

async fn ask<T>(
    agent: &SignedIn,
    question: impl FnOnce(&Directory) -> directory::Result<T>,
) -> Result<T, Problem> {
    agent.engine.read(|core, _| question(core.directory())).await?.map_err(of_directory)
}

fn of_directory(error: DirectoryError) -> Problem {
    let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Problem::new(status, error.message)
}

fn answered(error: ApiError) -> Problem {
    Problem::new(error.status, error.message)
}

fn private(body: Value) -> Response {
    ([(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
