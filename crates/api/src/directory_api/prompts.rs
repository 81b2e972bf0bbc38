//! Prompts: the sound files that flows play by name (spec 12 G44).

use axum::http::Method;
use directory::prompts::{
    CreatePrompt, DeletePrompt, DescribePrompt, ListPrompts, SearchPrompts, UpdatePrompt,
};
use directory::{Directory, Permission};
use model::ArnKind;
use wire::{Operation, Rule};

use super::authority::Subject;
use super::published::{CLEARABLE, DESCRIPTION, NAME, TAGS};
use super::row::{Items, change, describe, list, search};
use crate::App;

const VIEW: Permission = Permission::PromptsView;
const ONE: &str = "/prompts/{InstanceId}/{PromptId}";

pub(super) fn operations() -> Vec<Operation<App>> {
    let id = || Rule::Length(1, 256);
    let address = || Rule::Length(1, 2000);
    vec![
        change::<CreatePrompt, _, _>(
            Method::PUT,
            "CreatePrompt",
            "/prompts/{InstanceId}",
            |input| Subject::new(&input.tags),
            |directory, cx, input| {
                let id = directory.create_prompt(cx, input)?;
                Ok(directory.created_prompt(id))
            },
        )
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
        change::<UpdatePrompt, _, _>(
            Method::POST,
            "UpdatePrompt",
            ONE,
            |input| prompt(&input.prompt_id),
            |directory, cx, input| {
                let id = directory.update_prompt(cx, input)?;
                Ok(directory.created_prompt(id))
            },
        )
        .constraint("PromptId", id())
        .constraint("Name", NAME)
        .constraint("Description", CLEARABLE)
        .constraint("S3Uri", address()),
        change::<DeletePrompt, _, _>(
            Method::DELETE,
            "DeletePrompt",
            ONE,
            |input| prompt(&input.prompt_id),
            |directory, _, input| directory.delete_prompt(input),
        )
        .constraint("PromptId", id()),
    ]
}

fn prompt(id: &str) -> Subject {
    Subject::on(ArnKind::Prompt, id)
}
