//! Views: pages that flows show to customers and agents (spec 07 §2, 12 G60).
//!
//! A view is saved as a draft, published, and kept in versions that never change. Five managed views are part of every
//! instance and cannot be changed. `CreateView` does not remember its `ClientToken`: names are unique anyway.

mod components;
mod managed;
mod reference;
mod show;
mod template;
mod usage;

use model::resource::{Tags, View, ViewContent, ViewVersion};
use model::{ArnKind, ViewId};
use serde_json::Value;

pub use managed::ManagedView;
pub use show::{SearchViews, ViewEdition};

use crate::directory::{Cx, Directory};
use crate::error::{Code, DirectoryError, Result};
use crate::flow_versions::sha256;
use crate::input::{inputs, parts};
use crate::quotas::Quota;
use crate::rules;
use managed::managed;
use reference::{Edition, Reference};

/// Most bytes of template and actions together.
pub const CONTENT_BYTES: usize = 400 * 1024;
/// Most actions of one view.
const MOST_ACTIONS: usize = 1_000;

inputs! {
    /// `CreateView`.
    CreateView {
        name: String,
        status: ViewStatus,
        content: ViewInputContent,
        description: Option<String>,
        tags: Option<Tags>,
        client_token: Option<String>,
    }
    /// `DescribeView`; the id may end in `:$SAVED`, `:$LATEST` or the number of a version.
    DescribeView { view_id: String }
    /// `UpdateViewContent`: saves a draft, or publishes.
    UpdateViewContent { view_id: String, status: ViewStatus, content: ViewInputContent }
    /// `UpdateViewMetadata`; what is left out stays.
    UpdateViewMetadata { view_id: String, name: Option<String>, description: Option<String> }
    /// `DeleteView`, with all its versions.
    DeleteView { view_id: String }
    /// `CreateViewVersion`: keeps what is published.
    CreateViewVersion {
        view_id: String,
        version_description: Option<String>,
        view_content_sha256: Option<String>,
    }
    /// `DeleteViewVersion`.
    DeleteViewVersion { view_id: String, view_version: u64 }
    /// `ListViews`; no type means all.
    ListViews {
        #[serde(rename = "Type")]
        kind: Option<ViewType>,
    }
    /// `ListViewVersions`, newest first.
    ListViewVersions { view_id: String }
    /// `CheckView`, an operation of our own: what keeps content from being published, and the input it asks for.
    CheckView { content: ViewInputContent }
}

parts! {
    /// What a view is to consist of.
    ViewInputContent { template: Option<String>, actions: Option<Vec<String>> }
}

/// How far a view has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum ViewStatus {
    Published,
    Saved,
}

/// Who looks after a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum ViewType {
    CustomerManaged,
    AwsManaged,
}

impl Directory {
    /// `CreateView`.
    pub fn create_view(&mut self, cx: &mut Cx<'_>, input: CreateView) -> Result<ViewId> {
        self.mine(&input)?;
        texts(Some(&input.name), input.description.as_deref())?;
        rules::tags(input.tags.as_ref())?;
        let content = content(input.content, input.status)?;
        let view = View {
            id: cx.fresh(),
            name: input.name,
            description: input.description,
            published: (input.status == ViewStatus::Published).then(|| content.clone()),
            draft: content,
            last_version: 0,
            tags: input.tags.unwrap_or_default(),
            created_time: cx.now,
            last_modified_time: cx.now,
        };
        self.view_name_is_free(&view)?;
        self.room_for(Quota::Views, self.table::<View>().len()).map_err(quota_exceeded)?;
        let id = view.id;
        self.put(view);
        Ok(id)
    }

    /// `UpdateViewContent`. Publishing replaces the draft too; saving leaves alone what is published.
    pub fn update_view_content(&mut self, cx: &mut Cx<'_>, input: UpdateViewContent) -> Result<ViewId> {
        self.mine(&input)?;
        let mut view = self.own_view(&input.view_id)?.clone();
        let content = content(input.content, input.status)?;
        if input.status == ViewStatus::Published {
            view.published = Some(content.clone());
        }
        view.draft = content;
        view.last_modified_time = cx.now;
        let id = view.id;
        self.put(view);
        Ok(id)
    }

    /// `UpdateViewMetadata`.
    pub fn update_view_metadata(&mut self, cx: &mut Cx<'_>, input: UpdateViewMetadata) -> Result<()> {
        self.mine(&input)?;
        let mut view = self.own_view(&input.view_id)?.clone();
        texts(input.name.as_deref(), input.description.as_deref())?;
        view.name = input.name.unwrap_or(view.name);
        view.description = input.description.or(view.description);
        self.view_name_is_free(&view)?;
        view.last_modified_time = cx.now;
        self.put(view);
        Ok(())
    }

    /// `DeleteView`: not while a published flow shows it.
    pub fn delete_view(&mut self, input: DeleteView) -> Result<()> {
        self.mine(&input)?;
        let id = self.own_view(&input.view_id)?.id;
        self.unused(id, None)?;
        let versions: Vec<String> = self.versions_of(id).map(crate::table::Document::id).collect();
        for version in versions {
            self.remove::<ViewVersion>(&version);
        }
        self.remove::<View>(&id);
        Ok(())
    }

    /// `CreateViewVersion`. What is published and kept already is not kept twice.
    pub fn create_view_version(&mut self, cx: &mut Cx<'_>, input: CreateViewVersion) -> Result<Value> {
        self.mine(&input)?;
        texts(None, input.version_description.as_deref())?;
        let mut view = self.own_view(&input.view_id)?.clone();
        let published = view.published.clone().ok_or_else(never_published)?;
        if let Some(given) = &input.view_content_sha256
            && !given.eq_ignore_ascii_case(&digest(&published))
        {
            return Err(DirectoryError::request(
                "The published content has another SHA-256 digest. Read it again before you make a version of it.",
            ));
        }
        let newest = self.versions_of(view.id).max_by_key(|version| version.number);
        let number = match newest.filter(|newest| newest.content == published) {
            Some(same) => same.number,
            None => {
                let kept = self.versions_of(view.id).count();
                self.room_for(Quota::ViewVersions, kept).map_err(quota_exceeded)?;
                view.last_version += 1;
                let (id, number) = (view.id, view.last_version);
                self.put(ViewVersion {
                    view: id,
                    number,
                    description: input.version_description,
                    content: published,
                    created_time: cx.now,
                });
                self.put(view.clone());
                number
            }
        };
        self.describe_view(&DescribeView { instance_id: None, view_id: format!("{}:{number}", view.id) })
    }

    /// `DeleteViewVersion`: not while a published flow shows it.
    pub fn delete_view_version(&mut self, input: DeleteViewVersion) -> Result<()> {
        self.mine(&input)?;
        let id = self.own_view(&input.view_id)?.id;
        let version = self.view_version(id, input.view_version)?.clone();
        self.unused(id, Some(version.number))?;
        self.remove::<ViewVersion>(&crate::table::Document::id(&version));
        Ok(())
    }

    /// The output of `CreateView` and `UpdateViewContent`: what was saved or published.
    pub fn saved_view(&self, id: ViewId) -> Result<Value> {
        self.describe_view(&DescribeView { instance_id: None, view_id: format!("{id}:$SAVED") })
    }

    /// A view of this instance that can be changed.
    fn own_view(&self, reference: &str) -> Result<&View> {
        let parsed = Reference::parse(reference);
        if let Some(qualifier) = parsed.qualifier
            && matches!(parsed.edition()?, Edition::Number(_))
        {
            return Err(DirectoryError::parameter(format!(
                "Version {qualifier} never changes. Give the id without it."
            )));
        }
        match managed(parsed.key) {
            Some(view) => Err(DirectoryError::request(format!(
                "{} is a managed view and cannot be changed. Save a copy of it.",
                view.name
            ))),
            None => self.view_named_by(&parsed, reference),
        }
    }

    fn view_named_by(&self, parsed: &Reference<'_>, reference: &str) -> Result<&View> {
        let own = self.instance.id.to_string();
        let elsewhere = parsed.instance.is_some_and(|instance| instance != own);
        let id = parsed.key.parse::<ViewId>().ok().filter(|_| !elsewhere);
        id.and_then(|id| self.view(id))
            .ok_or_else(|| DirectoryError::not_found(format!("This instance has no view {reference:?}.")))
    }

    fn view_version(&self, id: ViewId, number: u64) -> Result<&ViewVersion> {
        self.table::<ViewVersion>()
            .get(&version_key(id, number))
            .ok_or_else(|| DirectoryError::not_found(format!("There is no version {number}.")))
    }

    fn versions_of(&self, id: ViewId) -> impl Iterator<Item = &ViewVersion> {
        // Keys begin with the id; a colon follows it, and a semicolon comes after every colon.
        let (from, to) = (format!("{id}:"), format!("{id};"));
        self.table::<ViewVersion>()
            .after(Some(from))
            .take_while(move |version| version_key(version.view, version.number) < to)
    }

    fn view_name_is_free(&self, view: &View) -> Result<()> {
        if managed::MANAGED.iter().any(|managed| managed.name == view.name) {
            return Err(DirectoryError::duplicate(format!(
                "{:?} is the name of a managed view. Choose another name.",
                view.name
            )));
        }
        self.name_is_free(view)
    }

    /// Refuses to take away what published flows show.
    fn unused(&self, id: ViewId, version: Option<u64>) -> Result<()> {
        match usage::flow_that_shows(self, id, version) {
            None => Ok(()),
            Some((name, arn)) => Err(DirectoryError::in_use(
                format!("The published flow {name:?} shows it. Change and publish that flow first."),
                arn,
            )),
        }
    }
}

/// The key of a version.
pub(crate) fn version_key(id: ViewId, number: u64) -> String {
    format!("{id}:{number}")
}

/// The digest of a content, over template and actions.
fn digest(content: &ViewContent) -> String {
    sha256(&serde_json::to_string(content).expect("texts are printable"))
}

fn never_published() -> DirectoryError {
    DirectoryError::not_found("The view has never been published. Publish it, or ask for $SAVED.")
}

/// These operations publish another code for quotas than the rest.
fn quota_exceeded(error: DirectoryError) -> DirectoryError {
    DirectoryError { code: Code::ServiceQuotaExceeded, ..error }
}

/// The content of a request, checked as far as the status asks for.
fn content(input: ViewInputContent, status: ViewStatus) -> Result<ViewContent> {
    let content = form(input)?;
    let template = template::read(&content.template).map_err(|finding| refused(&[finding]))?;
    if status == ViewStatus::Published {
        let found = template::check(&template, &content.actions);
        if !found.is_empty() {
            return Err(refused(&found));
        }
    }
    Ok(content)
}

fn form(input: ViewInputContent) -> Result<ViewContent> {
    let content = ViewContent {
        template: input.template.unwrap_or_default(),
        actions: input.actions.unwrap_or_default(),
    };
    let bytes = content.template.len() + content.actions.iter().map(String::len).sum::<usize>();
    if bytes > CONTENT_BYTES {
        return Err(DirectoryError::parameter(format!(
            "Content has {bytes} bytes; at most {CONTENT_BYTES} are allowed."
        )));
    }
    rules::count("Content.Actions", &content.actions, 0, MOST_ACTIONS)?;
    for (index, action) in content.actions.iter().enumerate() {
        label(&format!("Content.Actions[{index}]"), action, 255, "")?;
        if content.actions[..index].contains(action) {
            return Err(DirectoryError::parameter(format!("Content.Actions has {action:?} twice.")));
        }
    }
    Ok(content)
}

fn refused(found: &[template::Finding]) -> DirectoryError {
    let told: Vec<String> = found.iter().map(|(path, problem)| format!("{path} {problem}")).collect();
    DirectoryError::parameter(format!("The view cannot be saved this way: {}.", told.join("; ")))
}

fn texts(name: Option<&str>, description: Option<&str>) -> Result<()> {
    name.map_or(Ok(()), |name| label("Name", name, 255, ""))?;
    description.map_or(Ok(()), |text| label("Description", text, 4096, ","))
}

/// Texts of the published character set: letters, numbers, blanks within, and `_.:/=+-@()'`.
fn label(member: &str, text: &str, most: usize, more: &str) -> Result<()> {
    rules::length(member, text, 1, most)?;
    if text.starts_with(char::is_whitespace) {
        return Err(DirectoryError::parameter(format!("{member} must not begin with a blank.")));
    }
    let allowed = |c: char| rules::is_label_character(c) || "()'".contains(c) || more.contains(c);
    match text.chars().find(|&c| !allowed(c)) {
        Some(odd) => Err(DirectoryError::parameter(format!(
            "{member} contains {odd:?}; letters, numbers, spaces and _.:/=+-@(){more}' are allowed."
        ))),
        None => Ok(()),
    }
}

/// The kind of resource name of a view.
pub(crate) const ARN: ArnKind = ArnKind::View;
