//! How a row of the table becomes a call of the directory: find the instance, check the caller, ask or change, answer.

use axum::http::Method;
use contacts::Core;
use directory::input::Input;
use directory::rows::{Found, Page, Rows, page};
use directory::{Cx, Directory, DirectoryError, Permission};
use engine::Engine;
use model::resource::VersionContent;
use model::{Arn, ArnKind};
use serde::Serialize;
use serde_json::{Value, json};
use wire::{ApiError, Call, Kind, Operation, Rule};

use super::authority::{Sight, Subject, check};
use super::paged::Paged;
use crate::{App, access, errors};

/// What a handler answers.
pub(super) type Answer = Result<Value, ApiError>;

/// The size of a page unless the caller or the operation's limit says otherwise.
const DEFAULT_PAGE: u32 = 100;

/// The entries of a list: under which member they stand, how many at most, and who may see which.
#[derive(Clone, Copy, Debug)]
pub(super) struct Items {
    member: &'static str,
    limit: u32,
    view: Option<Permission>,
}

impl Items {
    /// Entries that nobody's tags hide.
    pub const fn plain(member: &'static str, limit: u32) -> Self {
        Self { member, limit, view: None }
    }

    /// Resources with tags, seen by those whose permission covers them.
    pub const fn tagged(member: &'static str, view: Permission, limit: u32) -> Self {
        Self { member, limit, view: Some(view) }
    }
}

/// An operation that shows one thing.
pub(super) fn describe<I, F>(
    name: &'static str,
    path: &'static str,
    subject: fn(&I) -> Subject,
    question: F,
) -> Operation<App>
where
    I: Input + Send + Sync + 'static,
    F: Fn(&Directory, &I) -> directory::Result<Value> + Copy + Send + Sync + 'static,
{
    let handler = move |call: Call<App>, input: I| async move { ask(&call, input, subject, question).await };
    Operation::get(name, path, handler).constraint("InstanceId", INSTANCE_ID)
}

/// An operation that answers a question whose text is too long for an address.
pub(super) fn question<I, F>(
    name: &'static str,
    path: &'static str,
    subject: fn(&I) -> Subject,
    question: F,
) -> Operation<App>
where
    I: Input + Send + Sync + 'static,
    F: Fn(&Directory, &I) -> directory::Result<Value> + Copy + Send + Sync + 'static,
{
    let handler = move |call: Call<App>, input: I| async move { ask(&call, input, subject, question).await };
    Operation::post(name, path, handler).read_only().constraint("InstanceId", INSTANCE_ID)
}

/// An operation that changes something.
pub(super) fn change<I, O, F>(
    method: Method,
    name: &'static str,
    path: &'static str,
    subject: fn(&I) -> Subject,
    command: F,
) -> Operation<App>
where
    I: Input + Send + 'static,
    O: Serialize + Send + 'static,
    F: Fn(&mut Directory, &mut Cx<'_>, I) -> directory::Result<O> + Copy + Send + Sync + 'static,
{
    let handler = move |call: Call<App>, input: I| async move {
        let subject = subject(&input);
        configure(&call, &subject, input, |_, _| Ok(()), command).await
    };
    Operation::rest(name, method, path, handler).constraint("InstanceId", INSTANCE_ID)
}

/// An operation that changes something and notes who did it.
pub(super) fn change_by<I, O, F>(
    method: Method,
    name: &'static str,
    path: &'static str,
    subject: fn(&I) -> Subject,
    command: F,
) -> Operation<App>
where
    I: Input + Send + 'static,
    O: Serialize + Send + 'static,
    F: Fn(&mut Directory, &mut Cx<'_>, I, &str) -> directory::Result<O> + Copy + Send + Sync + 'static,
{
    let handler = move |call: Call<App>, input: I| async move {
        let subject = subject(&input);
        configure_by(&call, &subject, input, |_, _| Ok(()), command).await
    };
    Operation::rest(name, method, path, handler).constraint("InstanceId", INSTANCE_ID)
}

/// An operation that shows one edition of a flow or module. `replaced` tells the key of a version whose content memory
/// does not hold; it is read from the store.
pub(super) fn describe_edition<I, K, F>(
    name: &'static str,
    path: &'static str,
    subject: fn(&I) -> Subject,
    replaced: K,
    question: F,
) -> Operation<App>
where
    I: Input + Send + Sync + 'static,
    K: Fn(&Directory, &I) -> directory::Result<Option<String>> + Copy + Send + Sync + 'static,
    F: Fn(&Directory, &I, Option<&VersionContent>) -> directory::Result<Value> + Copy + Send + Sync + 'static,
{
    let handler = move |call: Call<App>, input: I| async move {
        let engine = instance(&call, &input)?;
        let (user, operation) = (access::acting_user(&call), call.operation);
        let known = engine
            .read(|core, _| {
                let directory = core.directory();
                check(directory, user, operation, &subject(&input))?;
                match replaced(directory, &input).map_err(refused)? {
                    Some(key) => Ok::<_, ApiError>(Err(key)),
                    None => Ok(Ok(question(directory, &input, None).map_err(refused)?)),
                }
            })
            .await
            .map_err(errors::engine)??;
        let key = match known {
            Ok(answer) => return Ok(answer),
            Err(key) => key,
        };
        let stored = engine
            .store()
            .document(engine.id(), directory::Kind::FlowVersion.as_str(), &key)
            .await
            .map_err(errors::store)?;
        let content: Option<VersionContent> = stored
            .map(|body| serde_json::from_str(&body))
            .transpose()
            .map_err(|_| ApiError::internal_service("A stored version cannot be read."))?;
        ask(&call, input, subject, |directory, input| question(directory, input, content.as_ref())).await
    };
    Operation::get(name, path, handler).constraint("InstanceId", INSTANCE_ID)
}

/// An operation that lists; the page is asked for in the query.
pub(super) fn list<I, F>(name: &'static str, path: &'static str, items: Items, rows: F) -> Operation<App>
where
    I: Input + std::fmt::Debug + Send + Sync + 'static,
    F: for<'a> Fn(&'a Directory, &I, Option<&str>) -> directory::Result<Rows<'a>>
        + Copy
        + Send
        + Sync
        + 'static,
{
    list_of(name, path, items, |_| Subject::none(), |_, _| Ok(Value::Null), rows)
}

/// An operation that lists what belongs to one resource; `owner` describes that resource, of which the answer repeats
/// when it was changed.
pub(super) fn list_of<I, O, F>(
    name: &'static str,
    path: &'static str,
    items: Items,
    subject: fn(&I) -> Subject,
    owner: O,
    rows: F,
) -> Operation<App>
where
    I: Input + std::fmt::Debug + Send + Sync + 'static,
    O: Fn(&Directory, &I) -> directory::Result<Value> + Copy + Send + Sync + 'static,
    F: for<'a> Fn(&'a Directory, &I, Option<&str>) -> directory::Result<Rows<'a>>
        + Copy
        + Send
        + Sync
        + 'static,
{
    let handler = move |call: Call<App>, input: Paged<I>| async move {
        paged(&call, &input, items, subject, |directory, after, size, sight| {
            let mut answer = json!({});
            if let Some(owner) =
                owner(directory, &input.input)?.as_object().and_then(|body| body.values().next())
            {
                for member in ["LastModifiedTime", "LastModifiedRegion"] {
                    answer[member] = owner[member].clone();
                }
            }
            let rows = rows(directory, &input.input, after)?.filter(|row| sight.shows(row.tags));
            Ok((answer, page(rows, size)))
        })
        .await
    };
    Operation::get(name, path, handler)
        .query("nextToken", "NextToken", Kind::String)
        .query("maxResults", "MaxResults", Kind::Integer)
        .constraint("InstanceId", INSTANCE_ID)
        .constraint("MaxResults", Rule::Range(1, items.limit.into()))
}

/// An operation that searches; everything is asked for in the body.
pub(super) fn search<I, F>(name: &'static str, path: &'static str, items: Items, find: F) -> Operation<App>
where
    I: Input + std::fmt::Debug + Send + Sync + 'static,
    F: for<'a> Fn(&'a Directory, &I) -> directory::Result<Found<'a>> + Copy + Send + Sync + 'static,
{
    let handler = move |call: Call<App>, input: Paged<I>| async move {
        paged(
            &call,
            &input,
            items,
            |_| Subject::none(),
            |directory, after, size, sight| {
                let mut found = find(directory, &input.input)?;
                found.retain(|tags| sight.shows(tags));
                Ok((json!({"ApproximateTotalCount": found.total()}), found.page(after, size)))
            },
        )
        .await
    };
    search_row(name, path, items.limit, handler)
}

/// The row of a search with a handler of its own.
pub(super) fn search_row<I, F, R>(
    name: &'static str,
    path: &'static str,
    limit: u32,
    handler: F,
) -> Operation<App>
where
    I: Input + Send + 'static,
    F: Fn(Call<App>, Paged<I>) -> R + Send + Sync + 'static,
    R: Future<Output = Answer> + Send + 'static,
{
    Operation::post(name, path, handler)
        .read_only()
        .constraint("InstanceId", Rule::Required)
        .constraint("InstanceId", Rule::Length(1, 250))
        .constraint("NextToken", Rule::Length(1, 2500))
        .constraint("MaxResults", Rule::Range(1, limit.into()))
}

/// Ids and names of instances in paths.
pub(super) const INSTANCE_ID: Rule = Rule::Length(1, 100);

/// Answers a question about one thing.
pub(super) async fn ask<I: Input>(
    call: &Call<App>,
    input: I,
    subject: fn(&I) -> Subject,
    question: impl Fn(&Directory, &I) -> directory::Result<Value>,
) -> Answer {
    let engine = instance(call, &input)?;
    let (user, operation) = (access::acting_user(call), call.operation);
    engine
        .read(|core, _| {
            check(core.directory(), user, operation, &subject(&input))?;
            question(core.directory(), &input).map_err(refused)
        })
        .await
        .map_err(errors::engine)?
}

/// Makes a change; `guard` may refuse it for what the directory does not know.
pub(super) async fn configure<I: Input, O: Serialize>(
    call: &Call<App>,
    subject: &Subject,
    input: I,
    guard: impl FnOnce(&Core, &I) -> Result<(), ApiError>,
    command: impl FnOnce(&mut Directory, &mut Cx<'_>, I) -> directory::Result<O>,
) -> Result<O, ApiError> {
    configure_by(call, subject, input, guard, |directory, cx, input, _| command(directory, cx, input)).await
}

/// Makes a change that notes who made it.
async fn configure_by<I: Input, O: Serialize>(
    call: &Call<App>,
    subject: &Subject,
    input: I,
    guard: impl FnOnce(&Core, &I) -> Result<(), ApiError>,
    command: impl FnOnce(&mut Directory, &mut Cx<'_>, I, &str) -> directory::Result<O>,
) -> Result<O, ApiError> {
    let engine = instance(call, &input)?;
    let (user, operation) = (access::acting_user(call), call.operation);
    engine
        .apply(|core, cx| {
            check(core.directory(), user, operation, subject)?;
            guard(core, &input)?;
            let author = access::author(call, core.directory());
            core.configure(cx, &author, |directory, cx| command(directory, cx, input, &author))
                .map_err(refused)
        })
        .await
        .map_err(errors::engine)?
}

/// Answers one page: `cut` makes it from the key to go on after, the size, and what the caller may see.
pub(super) async fn paged<I: Input + std::fmt::Debug>(
    call: &Call<App>,
    asked: &Paged<I>,
    items: Items,
    subject: fn(&I) -> Subject,
    cut: impl FnOnce(&Directory, Option<&str>, usize, &Sight<'_>) -> directory::Result<(Value, Page)>,
) -> Answer {
    let engine = instance(call, &asked.input)?;
    let (user, operation) = (access::acting_user(call), call.operation);
    // What is listed is part of the scope: a token leads on in the same list only.
    let scope = format!("{operation} {} {:?}", engine.id(), asked.input);
    let pager = &call.state.pager;
    let size = pager.size(asked.request(), items.limit.min(DEFAULT_PAGE), items.limit)?;
    let after = pager.after(&scope, asked.request())?;
    let (mut answer, page) = engine
        .read(|core, _| {
            let directory = core.directory();
            check(directory, user, operation, &subject(&asked.input))?;
            let sight = Sight::of(directory, user, items.view);
            cut(directory, after.as_deref(), size, &sight).map_err(refused)
        })
        .await
        .map_err(errors::engine)??;
    answer[items.member] = Value::Array(page.items);
    if let Some(key) = page.next {
        answer["NextToken"] = json!(pager.token(&scope, &key));
    }
    Ok(answer)
}

/// The instance a request names.
pub(super) fn instance(call: &Call<App>, input: &impl Input) -> Result<std::sync::Arc<Engine>, ApiError> {
    access::instance(call, input.instance_id().unwrap_or_default())
}

/// A refusal of the directory; what is in use is named by type, where the public list of types has one.
pub(super) fn refused(error: DirectoryError) -> ApiError {
    let kind = error.resource_arn.as_deref().and_then(published_type);
    let answer = errors::directory(error);
    match kind {
        Some(kind) => answer.with("ResourceType", kind),
        None => answer,
    }
}

fn published_type(resource_arn: &str) -> Option<&'static str> {
    let resource = Arn::parse(resource_arn)?.resource;
    match resource.split('/').next()? {
        "" => Some("INSTANCE"),
        "agent-group-level" => Some("HIERARCHY_LEVEL"),
        segment if segment == ArnKind::Agent.as_str() => Some("USER"),
        segment if segment == ArnKind::AgentGroup.as_str() => Some("HIERARCHY_GROUP"),
        segment if segment == ArnKind::ContactFlow.as_str() => Some("CONTACT_FLOW"),
        _ => None,
    }
}
