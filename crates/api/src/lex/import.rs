//! Our own operations on bots: bring one in, list them, remove one (documented in `docs/bots.md`).

use base64::Engine as _;
use bots::{Checked, Definition, archive};
use directory::Permission;
use serde::Deserialize;
use serde_json::{Value, json};
use wire::{ApiError, Call, Operation, Rule};

use crate::{App, access, errors};

/// An archive of 16 MiB in base64, with room for the rest.
const BODY_LIMIT: usize = 23 * 1024 * 1024;

type Answer = Result<Value, ApiError>;

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        Operation::put("ImportBot", "/switchroom/instance/{InstanceId}/bots", import_bot)
            .constraint("Alias", Rule::Length(1, 100))
            .body_limit(BODY_LIMIT),
        Operation::get("ListImportedBots", "/switchroom/instance/{InstanceId}/bots", list_bots),
        Operation::delete("DeleteBot", "/switchroom/instance/{InstanceId}/bots/{BotId}", delete_bot),
    ]
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ImportBot {
    instance_id: String,
    #[serde(default)]
    alias: Option<String>,
    #[serde(default)]
    definition: Option<Value>,
    #[serde(default)]
    archive: Option<String>,
}

async fn import_bot(call: Call<App>, input: ImportBot) -> Answer {
    let engine = access::instance(&call, &input.instance_id)?;
    access::permit(&call, &engine, &[Permission::ContactFlowsPublish]).await?;
    // Unpacking and checking take their time on large bots.
    let read = tokio::task::spawn_blocking(move || checked(input.definition, input.archive));
    let (definition, notes) =
        read.await.map_err(|_| ApiError::internal_server("The work was interrupted. Try again."))??;
    if definition.is_adapter() {
        // It sends what customers write to an address of the author's choice: a matter of the whole instance, as
        // associating a bot is.
        access::permit(&call, &engine, &[Permission::SecurityProfilesEdit]).await?;
    }
    let alias = input.alias;
    let mut answer = engine
        .apply(|core, cx| {
            let author = access::author(&call, core.directory());
            core.configure(cx, &author, |directory, cx| {
                directory.import_bot(cx, definition, alias.as_deref())
            })
        })
        .await
        .map_err(errors::participant_engine)?
        .map_err(refused)?;
    answer["Notes"] = json!(notes);
    Ok(answer)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ListBots {
    instance_id: String,
}

async fn list_bots(call: Call<App>, input: ListBots) -> Answer {
    let engine = access::instance(&call, &input.instance_id)?;
    access::permit(&call, &engine, &[Permission::ContactFlowsView]).await?;
    let bots = engine
        .read(|core, _| {
            let directory = core.directory();
            directory.bots().map(|bot| directory.bot_summary(bot)).collect::<Vec<_>>()
        })
        .await
        .map_err(errors::participant_engine)?;
    Ok(json!({"Bots": bots}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DeleteBot {
    instance_id: String,
    bot_id: String,
}

async fn delete_bot(call: Call<App>, input: DeleteBot) -> Answer {
    let engine = access::instance(&call, &input.instance_id)?;
    access::permit(&call, &engine, &[Permission::ContactFlowsDelete]).await?;
    engine
        .apply(|core, cx| {
            let author = access::author(&call, core.directory());
            core.configure(cx, &author, |directory, _| directory.delete_bot(&input.bot_id))
        })
        .await
        .map_err(errors::participant_engine)?
        .map_err(refused)?;
    Ok(json!({}))
}

/// The definition of a request, checked, and what an archive left out.
fn checked(definition: Option<Value>, packed: Option<String>) -> Result<(Checked, Vec<String>), ApiError> {
    let wrong = |error: String| ApiError::validation(error);
    let (definition, notes) = match (definition, packed) {
        (Some(definition), None) => {
            let text = definition.to_string();
            (Definition::read(text.as_bytes()).map_err(|error| wrong(error.to_string()))?, Vec::new())
        }
        (None, Some(text)) => {
            let bytes = base64::engine::general_purpose::STANDARD.decode(text);
            let bytes = bytes.map_err(|_| wrong("Archive must be base64.".to_owned()))?;
            let imported = archive::read(&bytes).map_err(|error| wrong(error.to_string()))?;
            (imported.definition, imported.notes)
        }
        _ => return Err(wrong("Give a Definition or an Archive, not both.".to_owned())),
    };
    let definition = definition.checked().map_err(|problems| {
        let told: Vec<String> = problems.iter().take(20).map(ToString::to_string).collect();
        wrong(format!("The definition has problems: {}", told.join("; ")))
    })?;
    Ok((definition, notes))
}

/// Refusals in the words of this service.
fn refused(error: directory::DirectoryError) -> ApiError {
    let answer = errors::directory(error);
    match &*answer.code {
        "InvalidParameterException" | "InvalidRequestException" => answer.renamed("ValidationException"),
        _ => answer,
    }
}
