//! Prompts: the sound files that flows play by name (spec 12 G44).
//!
//! The sound is brought in and made ready before the directory decides; a file that then has no prompt, or whose prompt
//! has another one, is removed.

use std::sync::Arc;

use center::prompts::{PromptError, UPLOAD_MS, UPLOAD_SCHEME, stock_media};
use center::token::TokenError;
use center::{Token, TokenKind};
use directory::prompts::{
    CreatePrompt, DeletePrompt, DescribePrompt, ListPromptMedia, ListPromptUses, ListPrompts, SearchPrompts,
    UpdatePrompt,
};
use directory::{Directory, Kind, Permission};
use engine::Engine;
use model::ArnKind;
use model::resource::PromptMedia;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;
use wire::{ApiError, Call, Operation, Rule};

use super::authority::{Subject, check, sees_resource};
use super::published::{CLEARABLE, DESCRIPTION, NAME, TAGS};
use super::row::{Answer, INSTANCE_ID, Items, configure, describe, instance, list, refused, search};
use crate::{App, access, errors};

const VIEW: Permission = Permission::PromptsView;
const ONE: &str = "/prompts/{InstanceId}/{PromptId}";
/// How long the address of a file is good, in milliseconds.
const FILE_MS: i64 = 15 * 60 * 1000;

pub(super) fn operations() -> Vec<Operation<App>> {
    let id = || Rule::Length(1, 256);
    let address = || Rule::Length(1, 2000);
    vec![
        Operation::put("CreatePrompt", "/prompts/{InstanceId}", create)
            .constraint("InstanceId", INSTANCE_ID)
            .constraint("Name", NAME)
            .constraint("Description", DESCRIPTION)
            .constraint("S3Uri", address())
            .constraint("Tags", TAGS),
        describe::<DescribePrompt, _>(
            "DescribePrompt",
            ONE,
            |input| prompt(&input.prompt_id),
            Directory::describe_prompt,
        )
        .constraint("PromptId", id()),
        list::<ListPrompts, _>(
            "ListPrompts",
            "/prompts-summary/{InstanceId}",
            Items::tagged("PromptSummaryList", VIEW, 1000),
            Directory::list_prompts,
        ),
        search::<SearchPrompts, _>(
            "SearchPrompts",
            "/search-prompts",
            Items::tagged("Prompts", VIEW, 100),
            Directory::search_prompts,
        ),
        Operation::post("UpdatePrompt", ONE, update)
            .constraint("InstanceId", INSTANCE_ID)
            .constraint("PromptId", id())
            .constraint("Name", NAME)
            .constraint("Description", CLEARABLE)
            .constraint("S3Uri", address()),
        Operation::delete("DeletePrompt", ONE, delete)
            .constraint("InstanceId", INSTANCE_ID)
            .constraint("PromptId", id()),
        Operation::get("GetPromptFile", "/prompts/{InstanceId}/{PromptId}/file", file)
            .constraint("InstanceId", INSTANCE_ID)
            .constraint("PromptId", id()),
        // Own operations of the console; the published service has no counterparts.
        Operation::post("StartPromptUpload", "/switchroom/prompt-uploads/{InstanceId}", start_upload)
            .constraint("InstanceId", INSTANCE_ID),
        list::<ListPromptMedia, _>(
            "ListPromptMedia",
            "/switchroom/prompt-media/{InstanceId}",
            Items::tagged("PromptMediaList", VIEW, 1000),
            |directory, input, after| directory.list_prompt_media(input, after, stock_media),
        ),
        Operation::get("ListPromptUses", "/switchroom/prompt-uses/{InstanceId}/{PromptId}", uses)
            .constraint("InstanceId", INSTANCE_ID)
            .constraint("PromptId", id()),
    ]
}

fn prompt(id: &str) -> Subject {
    Subject::on(ArnKind::Prompt, id)
}

async fn create(call: Call<App>, mut input: CreatePrompt) -> Answer {
    let engine = instance(&call, &input)?;
    let subject = Subject::new(&input.tags);
    permitted(&call, &engine, &subject).await?;
    let media = bring(&call, &engine, &mut input.s3_uri).await?;
    input.media = Some(media.clone());
    let created = configure(
        &call,
        &subject,
        input,
        |_, _| Ok(()),
        |directory, cx, input| {
            let id = directory.create_prompt(cx, input)?;
            Ok(directory.created_prompt(id))
        },
    )
    .await;
    if created.is_err() {
        call.state.center.prompts().drop_file(Some(&media)).await;
    }
    created
}

async fn update(call: Call<App>, mut input: UpdatePrompt) -> Answer {
    let engine = instance(&call, &input)?;
    let subject = prompt(&input.prompt_id);
    permitted(&call, &engine, &subject).await?;
    let fresh = match &mut input.s3_uri {
        Some(address) => Some(bring(&call, &engine, address).await?),
        None => None,
    };
    input.media = fresh.clone();
    let updated = configure(
        &call,
        &subject,
        input,
        |_, _| Ok(()),
        |directory, cx, input| {
            let before = directory.prompt_of(&input.prompt_id)?.media.clone();
            let id = directory.update_prompt(cx, input)?;
            Ok((before, directory.created_prompt(id)))
        },
    )
    .await;
    let prompts = call.state.center.prompts();
    match updated {
        Ok((before, answer)) => {
            if fresh.is_some() {
                prompts.drop_file(before.as_ref()).await;
            }
            Ok(answer)
        }
        Err(error) => {
            prompts.drop_file(fresh.as_ref()).await;
            Err(error)
        }
    }
}

async fn delete(call: Call<App>, input: DeletePrompt) -> Answer {
    let subject = prompt(&input.prompt_id);
    let media = configure(
        &call,
        &subject,
        input,
        |_, _| Ok(()),
        |directory, _, input| {
            let media = directory.prompt_of(&input.prompt_id)?.media.clone();
            directory.delete_prompt(input)?;
            Ok(media)
        },
    )
    .await?;
    call.state.center.prompts().drop_file(media.as_ref()).await;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetPromptFile {
    instance_id: String,
    prompt_id: String,
}

async fn file(call: Call<App>, input: GetPromptFile) -> Answer {
    let engine = access::instance(&call, &input.instance_id)?;
    let (user, operation) = (access::acting_user(&call), call.operation);
    let (found, region) = engine
        .read(|core, _| {
            let directory = core.directory();
            check(directory, user, operation, &prompt(&input.prompt_id))?;
            let found = directory.prompt_of(&input.prompt_id).map_err(refused)?.clone();
            Ok::<_, ApiError>((found, directory.scope().region.clone()))
        })
        .await
        .map_err(errors::engine)??;
    if found.media.is_none() && stock_media(&found).is_none() {
        return Err(ApiError::resource_not_found(
            "This prompt has no sound yet. Update it with the address of a file, or upload one in the console.",
        ));
    }
    let now = engine.now();
    let token = call.state.center.tokens().sign(&Token {
        kind: TokenKind::PromptFile,
        instance: engine.id(),
        subject: Uuid::nil(),
        object: found.prompt_id.0,
        expires_at: now + FILE_MS,
    });
    let origin = call.state.origin(&call.headers);
    Ok(json!({
        "PromptPresignedUrl": format!("{origin}/prompt-files/{}.wav?token={token}", found.prompt_id),
        "LastModifiedTime": found.last_modified_time.0 as f64 / 1000.0,
        "LastModifiedRegion": region,
    }))
}

/// The flows and modules that play a prompt, as far as the user may see them.
async fn uses(call: Call<App>, input: ListPromptUses) -> Answer {
    let engine = instance(&call, &input)?;
    let (user, operation) = (access::acting_user(&call), call.operation);
    engine
        .read(|core, _| {
            let directory = core.directory();
            check(directory, user, operation, &prompt(&input.prompt_id))?;
            let mut answer = directory.list_prompt_uses(&input).map_err(refused)?;
            if let Some(uses) = answer["Uses"].as_array_mut() {
                uses.retain(|one| {
                    let kind = if one["Kind"] == "FLOW" { Kind::Flow } else { Kind::FlowModule };
                    sees_resource(directory, user, kind, one["Id"].as_str().unwrap_or_default(), None)
                });
            }
            Ok(answer)
        })
        .await
        .map_err(errors::engine)?
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct StartPromptUpload {
    instance_id: String,
}

/// Where to put a file, and the `S3Uri` that then stands for it.
async fn start_upload(call: Call<App>, input: StartPromptUpload) -> Answer {
    let engine = access::instance(&call, &input.instance_id)?;
    permitted(&call, &engine, &Subject::none()).await?;
    let expires_at = engine.now() + UPLOAD_MS;
    let token = call.state.center.tokens().sign(&Token {
        kind: TokenKind::PromptUpload,
        instance: engine.id(),
        subject: access::acting_user(&call).map_or(Uuid::nil(), |user| user.0),
        object: call.state.center.fresh_id(),
        expires_at,
    });
    let origin = call.state.origin(&call.headers);
    Ok(json!({
        "UploadUrl": format!("{origin}/prompt-uploads?token={token}"),
        "S3Uri": format!("{UPLOAD_SCHEME}{token}"),
        "ExpiresAt": expires_at.0 as f64 / 1000.0,
    }))
}

/// Refuses the caller before anything is fetched in their name.
async fn permitted(call: &Call<App>, engine: &Engine, subject: &Subject) -> Result<(), ApiError> {
    let (user, operation) = (access::acting_user(call), call.operation);
    engine.read(|core, _| check(core.directory(), user, operation, subject)).await.map_err(errors::engine)?
}

/// Brings in the sound at an address and keeps it as a file. Of an upload the address loses its token.
async fn bring(
    call: &Call<App>,
    engine: &Arc<Engine>,
    address: &mut String,
) -> Result<PromptMedia, ApiError> {
    let center = &call.state.center;
    let prompts = center.prompts();
    let ready = match address.strip_prefix(UPLOAD_SCHEME) {
        Some(token) => {
            let user = access::acting_user(call).map_or(Uuid::nil(), |user| user.0);
            let token = center.tokens().check(token, &[TokenKind::PromptUpload], engine.now());
            let token = token.map_err(|error| match error {
                TokenError::Expired => unusable(PromptError::UploadGone),
                TokenError::Invalid => unusable(PromptError::Address),
            })?;
            if token.instance != engine.id() || token.subject != user {
                return Err(unusable(PromptError::Address));
            }
            let ready = prompts.held(token.object, engine.now()).map_err(unusable)?;
            *address = format!("{UPLOAD_SCHEME}{}", token.object);
            ready
        }
        None => {
            let ready = prompts.fetch(address).await.map_err(unusable)?;
            *address = without_secrets(address);
            ready
        }
    };
    prompts.keep(engine.id(), center.fresh_id(), &ready).await.map_err(unusable)
}

/// An address as it is kept: who may fetch the file is not told to those who read about the prompt.
fn without_secrets(address: &str) -> String {
    let plain = address.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = plain.split_once("://") else { return plain.to_owned() };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.rsplit('@').next().unwrap_or(host);
    format!("{scheme}://{host}/{path}")
}

fn unusable(error: PromptError) -> ApiError {
    match error {
        PromptError::Busy => ApiError::throttling(error.to_string()).retry_after(1),
        PromptError::Store(ref source) => {
            tracing::error!(error = %source, "the sound of a prompt cannot be stored");
            ApiError::internal_service(error.to_string()).retry_after(1)
        }
        error => ApiError::invalid_parameter(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_addresses_tell_no_secrets() {
        for (given, kept) in [
            ("https://b.example.com/a/b.wav?X-Amz-Signature=s#x", "https://b.example.com/a/b.wav"),
            ("https://user:word@b.example.com/a.wav", "https://b.example.com/a.wav"),
            ("http://127.0.0.1:9000/b/a@home.wav", "http://127.0.0.1:9000/b/a@home.wav"),
        ] {
            assert_eq!(without_secrets(given), kept);
        }
    }
}
