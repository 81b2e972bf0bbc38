//! Prompts: the sound files that flows play by name (spec 05 D5, 12 G44).

use model::resource::{FlowModule, FlowResource, Prompt, PromptMedia, Tags, VersionContent};
use model::{ArnKind, PromptId};
use serde_json::{Value, json};

use crate::body::Body;
use crate::directory::{Cx, Directory};
use crate::error::{DirectoryError, Result};
use crate::input::inputs;
use crate::quotas::Quota;
use crate::rows::{Found, Row, Rows};
use crate::rules;
use crate::search::{FilterMember, SearchCriteria, SearchFilter, Searchable};

inputs! {
    /// `CreatePrompt`. Fetching and checking the file is the caller's part; this keeps where it lies.
    CreatePrompt {
        name: String,
        description: Option<String>,
        s3_uri: String,
        tags: Option<Tags>,
        #[serde(skip)]
        media: Option<PromptMedia>,
    }
    /// `DescribePrompt`.
    DescribePrompt { prompt_id: String }
    /// `UpdatePrompt`; what is left out stays.
    UpdatePrompt {
        prompt_id: String,
        name: Option<String>,
        description: Option<String>,
        s3_uri: Option<String>,
        #[serde(skip)]
        media: Option<PromptMedia>,
    }
    /// `DeletePrompt`.
    DeletePrompt { prompt_id: String }
    /// `ListPrompts`.
    ListPrompts {}
    /// How long the sounds of all prompts last and how large they are; an own operation.
    ListPromptMedia {}
    /// The flows and modules that play a prompt; an own operation.
    ListPromptUses { prompt_id: String }
    /// `SearchPrompts`.
    SearchPrompts { search_filter: Option<SearchFilter>, search_criteria: Option<SearchCriteria> }
}

const SEARCH: Searchable<Prompt> = Searchable {
    fields: &[
        ("name", |prompt, is| is(&prompt.name)),
        ("description", |prompt, is| prompt.description.as_deref().is_some_and(is)),
        ("resourceID", |prompt, is| is(&prompt.prompt_id.to_string())),
    ],
    leaves: &[],
    filter: FilterMember::Tag,
    tags: Some(|prompt| &prompt.tags),
    group: None,
};

impl Directory {
    /// `CreatePrompt`.
    pub fn create_prompt(&mut self, cx: &mut Cx<'_>, input: CreatePrompt) -> Result<PromptId> {
        self.mine(&input)?;
        rules::name("Name", &input.name)?;
        rules::description(input.description.as_deref())?;
        rules::tags(input.tags.as_ref())?;
        object_uri(&input.s3_uri)?;
        let prompt = Prompt {
            prompt_id: cx.fresh(),
            name: input.name,
            description: input.description,
            s3_uri: input.s3_uri,
            media: input.media,
            tags: input.tags.unwrap_or_default(),
            last_modified_time: cx.now,
        };
        self.name_is_free(&prompt)?;
        self.room_for(Quota::Prompts, self.table::<Prompt>().len())?;
        let id = prompt.prompt_id;
        self.put(prompt);
        Ok(id)
    }

    /// `UpdatePrompt`.
    pub fn update_prompt(&mut self, cx: &mut Cx<'_>, input: UpdatePrompt) -> Result<PromptId> {
        self.mine(&input)?;
        let mut prompt = self.find::<Prompt>(&input.prompt_id)?.clone();
        rules::description(input.description.as_deref())?;
        if let Some(name) = input.name {
            rules::name("Name", &name)?;
            prompt.name = name;
        }
        if let Some(uri) = input.s3_uri {
            object_uri(&uri)?;
            prompt.s3_uri = uri;
            prompt.media = input.media;
        }
        rules::set_description(&mut prompt.description, input.description);
        self.name_is_free(&prompt)?;
        let id = prompt.prompt_id;
        prompt.last_modified_time = cx.now;
        self.put(prompt);
        Ok(id)
    }

    /// `DeletePrompt`: allowed even while flows play it; they then take their error branch (spec 12 G44).
    pub fn delete_prompt(&mut self, input: DeletePrompt) -> Result<()> {
        self.mine(&input)?;
        let id = self.find::<Prompt>(&input.prompt_id)?.prompt_id;
        self.remove::<Prompt>(&id);
        Ok(())
    }

    /// The prompt named by an id or resource name.
    pub fn prompt_of(&self, text: &str) -> Result<&Prompt> {
        self.find(text)
    }

    /// `DescribePrompt`.
    pub fn describe_prompt(&self, input: &DescribePrompt) -> Result<Value> {
        self.mine(input)?;
        Ok(Body::new().set("Prompt", self.prompt_body(self.find(&input.prompt_id)?)).build())
    }

    /// The output of `CreatePrompt` and of `UpdatePrompt`.
    pub fn created_prompt(&self, id: PromptId) -> Value {
        Body::new().set("PromptARN", self.scope.arn(ArnKind::Prompt, id)).text("PromptId", id).build()
    }

    /// `ListPrompts`, by id.
    pub fn list_prompts<'a>(&'a self, input: &ListPrompts, after: Option<&str>) -> Result<Rows<'a>> {
        self.mine(input)?;
        let after = after.and_then(|key| key.parse().ok());
        Ok(Rows::new(self.table::<Prompt>().after(after).map(|prompt| {
            Row::new(prompt.prompt_id, Some(&prompt.tags), || {
                Body::new()
                    .text("Id", prompt.prompt_id)
                    .set("Arn", self.scope.arn(ArnKind::Prompt, prompt.prompt_id))
                    .set("Name", &*prompt.name)
                    .modified(prompt.last_modified_time, &self.scope.region)
                    .build()
            })
        })))
    }

    /// Length and size of every prompt's sound, by id; `stock` knows those of built-in ones.
    pub fn list_prompt_media<'a>(
        &'a self,
        input: &ListPromptMedia,
        after: Option<&str>,
        stock: fn(&Prompt) -> Option<(u64, u64)>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let after = after.and_then(|key| key.parse().ok());
        Ok(Rows::new(self.table::<Prompt>().after(after).map(move |prompt| {
            Row::new(prompt.prompt_id, Some(&prompt.tags), move || {
                let media = match &prompt.media {
                    Some(media) => Some((media.duration_ms, media.bytes)),
                    None => stock(prompt),
                };
                Body::new()
                    .text("PromptId", prompt.prompt_id)
                    .opt("DurationMilliseconds", media.map(|(duration, _)| duration))
                    .opt("Bytes", media.map(|(_, bytes)| bytes))
                    .build()
            })
        })))
    }

    /// The flows and modules that name a prompt, in what runs or in what was last saved.
    pub fn list_prompt_uses(&self, input: &ListPromptUses) -> Result<Value> {
        self.mine(input)?;
        let id = self.find::<Prompt>(&input.prompt_id)?.prompt_id.to_string();
        let flows = self.table::<FlowResource>().iter().filter(|flow| {
            flow.draft.contains(&id) || flow.published.as_ref().is_some_and(|content| content.contains(&id))
        });
        let modules = self.table::<FlowModule>().iter().filter(|module| {
            let named = |content: &VersionContent| content.content.contains(&id);
            named(&module.draft) || module.published.as_ref().is_some_and(named)
        });
        let flows = flows.map(|flow| json!({ "Id": flow.id, "Name": flow.name, "Kind": "FLOW" }));
        let modules = modules.map(|module| json!({ "Id": module.id, "Name": module.name, "Kind": "MODULE" }));
        Ok(json!({ "Uses": flows.chain(modules).collect::<Vec<_>>() }))
    }

    /// `SearchPrompts`.
    pub fn search_prompts(&self, input: &SearchPrompts) -> Result<Found<'_>> {
        self.mine(input)?;
        let matcher = SEARCH.matcher(self, input.search_filter.as_ref(), input.search_criteria.as_ref())?;
        Ok(matcher.find(self.prompts(), |prompt| {
            Row::new(prompt.prompt_id, Some(&prompt.tags), || self.prompt_body(prompt))
        }))
    }

    fn prompt_body(&self, prompt: &Prompt) -> Value {
        Body::new()
            .set("PromptARN", self.scope.arn(ArnKind::Prompt, prompt.prompt_id))
            .text("PromptId", prompt.prompt_id)
            .set("Name", &*prompt.name)
            .opt("Description", prompt.description.as_deref())
            .tags(&prompt.tags)
            .modified(prompt.last_modified_time, &self.scope.region)
            .build()
    }
}

/// `s3://bucket/key`, the https form of an object of a bucket, its http form in one's own network, or an upload.
fn object_uri(text: &str) -> Result<()> {
    rules::length("S3Uri", text, 1, 2_000)?;
    let named = |rest: &str| {
        rest.split_once('/').is_some_and(|(bucket, key)| {
            !bucket.is_empty() && !bucket.contains(char::is_whitespace) && !key.is_empty()
        })
    };
    let address = ["https://", "http://"].iter().find_map(|scheme| text.strip_prefix(scheme));
    let valid = match (text.strip_prefix("s3://"), address) {
        (Some(rest), _) => named(rest),
        (_, Some(rest)) => named(rest) && !rest.contains(char::is_whitespace),
        _ => text.strip_prefix("upload://").is_some_and(|name| !name.is_empty()),
    };
    if valid {
        return Ok(());
    }
    Err(DirectoryError::parameter(
        "S3Uri must be s3://bucket/key or the https address of an object in a bucket.",
    ))
}
