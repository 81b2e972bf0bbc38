//! What views look like from outside: descriptions, lists, searches, and the edition that a flow shows.

use model::resource::{Tags, View, ViewContent};
use serde_json::{Value, json};

use super::managed::{self, MANAGED, ManagedView, managed};
use super::reference::{Edition, Reference, edition};
use super::{
    ARN, CheckView, DescribeView, ListViewVersions, ListViews, ViewStatus, ViewType, digest, form,
    never_published, template,
};
use crate::body::Body;
use crate::directory::Directory;
use crate::error::{DirectoryError, Result};
use crate::input::inputs;
use crate::rows::{Found, Row, Rows};
use crate::search::{FilterMember, Leaf, SearchCriteria, SearchFilter, Searchable};

inputs! {
    /// `SearchViews`, over managed views and the instance's own.
    SearchViews { search_filter: Option<SearchFilter>, search_criteria: Option<SearchCriteria> }
}

/// One content of a view.
#[derive(Clone, Debug)]
pub struct ViewEdition<'a> {
    /// Its id, without a qualifier.
    pub id: String,
    /// Its resource name.
    pub arn: String,
    /// Its name.
    pub name: &'a str,
    /// The number of the version; none of what is saved or published without one.
    pub version: Option<u64>,
    /// What it consists of.
    pub content: &'a ViewContent,
}

impl ViewEdition<'_> {
    /// What keeps data from being its input; none = it fits.
    pub fn misfit(&self, data: &Value) -> Option<String> {
        match template::read(&self.content.template) {
            Ok(template) => template::misfit(&template, data),
            Err((_, problem)) => Some(format!("the view's template {problem}")),
        }
    }

    /// The public shape of the content.
    pub fn content_body(&self) -> Value {
        content_body(self.content)
    }
}

/// A view of either type.
#[derive(Clone, Copy)]
enum Any<'a> {
    Managed(&'static ManagedView),
    Own(&'a View),
}

/// What a view is searched by.
struct Card {
    id: String,
    name: String,
    description: Option<String>,
    kind: &'static str,
    status: &'static str,
    tags: Tags,
}

const SEARCH: Searchable<Card> = Searchable {
    fields: &[
        ("name", |view, is| is(&view.name)),
        ("description", |view, is| view.description.as_deref().is_some_and(is)),
        ("resourceID", |view, is| is(&view.id)),
    ],
    leaves: &[(Leaf::ViewType, |view, is| is(view.kind)), (Leaf::ViewStatus, |view, is| is(view.status))],
    filter: FilterMember::Attribute,
    tags: Some(|view| &view.tags),
    group: None,
};

impl<'a> Any<'a> {
    fn id(self) -> String {
        match self {
            Self::Managed(view) => view.key.to_owned(),
            Self::Own(view) => view.id.to_string(),
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Managed(view) => view.name,
            Self::Own(view) => &view.name,
        }
    }

    fn description(&self) -> Option<&str> {
        match self {
            Self::Managed(view) => Some(view.description),
            Self::Own(view) => view.description.as_deref(),
        }
    }

    fn tags(self) -> &'a Tags {
        static NONE: Tags = Tags::new();
        match self {
            Self::Managed(_) => &NONE,
            Self::Own(view) => &view.tags,
        }
    }

    fn card(self) -> Card {
        Card {
            id: self.id(),
            name: self.name().to_owned(),
            description: self.description().map(str::to_owned),
            kind: self.kind_name(),
            status: self.status_name(),
            tags: self.tags().clone(),
        }
    }

    /// The place in lists: managed views come first.
    fn key(self) -> String {
        match self {
            Self::Managed(view) => format!("!{}", view.key),
            Self::Own(view) => view.id.to_string(),
        }
    }

    fn kind_name(&self) -> &'static str {
        match self {
            Self::Managed(_) => "AWS_MANAGED",
            Self::Own(_) => "CUSTOMER_MANAGED",
        }
    }

    fn status_name(&self) -> &'static str {
        match self {
            Self::Own(view) if view.published.is_none() => status_name(ViewStatus::Saved),
            _ => status_name(ViewStatus::Published),
        }
    }

    /// What is published, or where nothing is, what is saved.
    fn content(self) -> &'a ViewContent {
        match self {
            Self::Managed(view) => &view.content,
            Self::Own(view) => view.published.as_ref().unwrap_or(&view.draft),
        }
    }
}

const fn status_name(status: ViewStatus) -> &'static str {
    match status {
        ViewStatus::Published => "PUBLISHED",
        ViewStatus::Saved => "SAVED",
    }
}

impl Directory {
    /// `DescribeView`.
    pub fn describe_view(&self, input: &DescribeView) -> Result<Value> {
        self.mine(input)?;
        let reference = Reference::parse(&input.view_id);
        if let Some(view) = managed(reference.key) {
            self.managed_edition(view, reference.edition()?)?;
            let any = Any::Managed(view);
            return Ok(self
                .described(any, &view.content, "PUBLISHED")
                .set("Version", managed::VERSION)
                .wrap("View"));
        }
        let view = self.view_named_by(&reference, &input.view_id)?;
        let any = Any::Own(view);
        let body = match reference.edition()? {
            Edition::Saved => {
                let same = view.published.as_ref() == Some(&view.draft);
                let status = if same { ViewStatus::Published } else { ViewStatus::Saved };
                self.described(any, &view.draft, status_name(status))
            }
            Edition::Latest => {
                let published = view.published.as_ref().ok_or_else(never_published)?;
                self.with_version(self.described(any, published, "PUBLISHED"), view, published)
            }
            Edition::Number(number) => {
                let version = self.view_version(view.id, number)?;
                self.described(any, &version.content, "PUBLISHED")
                    .set("Version", number)
                    .opt("VersionDescription", version.description.as_deref())
            }
        };
        Ok(body.wrap("View"))
    }

    /// The content of a view that a flow shows: what is published, or a version.
    pub fn view_edition(&self, view: &str, version: Option<&str>) -> Result<ViewEdition<'_>> {
        let reference = Reference::parse(view);
        let wanted = match reference.qualifier.or(version) {
            Some(qualifier) => edition(qualifier)?,
            None => Edition::Latest,
        };
        if let Some(view) = managed(reference.key) {
            self.managed_edition(view, wanted)?;
            let (id, name, content) = (view.key.to_owned(), view.name, &view.content);
            let arn = self.view_arn(Any::Managed(view));
            return Ok(ViewEdition { id, arn, name, version: Some(managed::VERSION), content });
        }
        let own = self.view_named_by(&reference, view)?;
        let (number, content) = match wanted {
            Edition::Saved => {
                return Err(DirectoryError::parameter("Flows show what is published, never a draft."));
            }
            Edition::Latest => (None, own.published.as_ref().ok_or_else(never_published)?),
            Edition::Number(number) => (Some(number), &self.view_version(own.id, number)?.content),
        };
        let arn = self.view_arn(Any::Own(own));
        Ok(ViewEdition { id: own.id.to_string(), arn, name: &own.name, version: number, content })
    }

    /// `ListViews`: managed views first.
    pub fn list_views<'a>(&'a self, input: &ListViews, after: Option<&str>) -> Result<Rows<'a>> {
        self.mine(input)?;
        let (kind, after) = (input.kind, after.unwrap_or_default().to_owned());
        let wanted = move |view: &Any<'_>| {
            let listed = match view {
                Any::Managed(_) => ViewType::AwsManaged,
                Any::Own(_) => ViewType::CustomerManaged,
            };
            kind.is_none_or(|kind| kind == listed) && view.key() > after
        };
        Ok(Rows::new(self.every_view().filter(wanted).map(move |view| {
            Row::new(view.key(), Some(view.tags()), move || {
                self.view_head(view).set("Status", view.status_name()).build()
            })
        })))
    }

    /// `SearchViews`.
    pub fn search_views(&self, input: &SearchViews) -> Result<Found<'_>> {
        self.mine(input)?;
        let matcher = SEARCH.matcher(self, input.search_filter.as_ref(), input.search_criteria.as_ref())?;
        let rows = self.every_view().filter(|view| matcher.matches(&view.card())).map(move |view| {
            Row::new(view.key(), Some(view.tags()), move || {
                let body = self.described(view, view.content(), view.status_name());
                match view {
                    Any::Managed(_) => body.set("Version", managed::VERSION),
                    Any::Own(own) => self.with_version(body, own, view.content()),
                }
                .build()
            })
        });
        Ok(Found { rows: rows.collect() })
    }

    /// `ListViewVersions`.
    pub fn list_view_versions<'a>(
        &'a self,
        input: &ListViewVersions,
        after: Option<&str>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let below: u64 = after.and_then(|key| key.parse().ok()).unwrap_or(u64::MAX);
        let reference = Reference::parse(&input.view_id);
        if let Some(view) = managed(reference.key) {
            let row = move || self.view_head(Any::Managed(view)).set("Version", managed::VERSION).build();
            let rows = (managed::VERSION < below).then(|| Row::new(managed::VERSION, None, row));
            return Ok(Rows::new(rows.into_iter()));
        }
        let view = self.view_named_by(&reference, &input.view_id)?;
        let mut versions: Vec<_> = self.versions_of(view.id).filter(|one| one.number < below).collect();
        versions.sort_by_key(|version| std::cmp::Reverse(version.number));
        Ok(Rows::new(versions.into_iter().map(move |version| {
            Row::new(version.number, None, move || {
                self.view_head(Any::Own(view))
                    .set("Version", version.number)
                    .opt("VersionDescription", version.description.as_deref())
                    .build()
            })
        })))
    }

    /// `CheckView`.
    pub fn check_view(&self, input: &CheckView) -> Result<Value> {
        self.mine(input)?;
        let content = form(input.content.clone())?;
        let (found, schema) = match template::read(&content.template) {
            Ok(template) => (template::check(&template, &content.actions), Some(template::schema(&template))),
            Err(finding) => (vec![finding], None),
        };
        let problems: Vec<Value> =
            found.iter().map(|(path, message)| json!({ "Path": path, "Message": message })).collect();
        let body = Body::new().set("Problems", problems);
        Ok(body.opt("InputSchema", schema.map(|schema| schema.to_string())).build())
    }

    /// The newest version that holds this content, if one does.
    fn with_version(&self, body: Body, view: &View, content: &ViewContent) -> Body {
        let same = self.versions_of(view.id).filter(|version| version.content == *content);
        match same.max_by_key(|version| version.number) {
            Some(version) => {
                body.set("Version", version.number).opt("VersionDescription", version.description.as_deref())
            }
            None => body,
        }
    }

    fn every_view(&self) -> impl Iterator<Item = Any<'_>> {
        MANAGED.iter().map(Any::Managed).chain(self.views().map(Any::Own))
    }

    fn managed_edition(&self, view: &ManagedView, edition: Edition) -> Result<()> {
        match edition {
            Edition::Number(number) if number != managed::VERSION => Err(DirectoryError::not_found(format!(
                "The managed view {} has only version {}.",
                view.name,
                managed::VERSION
            ))),
            _ => Ok(()),
        }
    }

    fn view_arn(&self, view: Any<'_>) -> String {
        match view {
            Any::Managed(view) => format!("arn:aws:connect:{}:aws:view/{}", self.scope.region, view.key),
            Any::Own(view) => self.scope.arn(ARN, view.id),
        }
    }

    fn view_head(&self, view: Any<'_>) -> Body {
        Body::new()
            .set("Id", view.id())
            .set("Arn", self.view_arn(view))
            .set("Name", view.name())
            .opt("Description", view.description())
            .set("Type", view.kind_name())
    }

    fn described(&self, view: Any<'_>, content: &ViewContent, status: &str) -> Body {
        let body = self
            .view_head(view)
            .set("Status", status)
            .set("Content", content_body(content))
            .set("ViewContentSha256", digest(content));
        match view {
            Any::Managed(_) => body,
            Any::Own(own) => body
                .set("CreatedTime", own.created_time.as_secs_f64())
                .set("LastModifiedTime", own.last_modified_time.as_secs_f64())
                .tags(&own.tags),
        }
    }
}

fn content_body(content: &ViewContent) -> Value {
    let schema = template::read(&content.template).map(|template| template::schema(&template));
    let schema = schema.unwrap_or_else(|_| json!({ "type": "object", "properties": {}, "required": [] }));
    json!({
        "Template": content.template,
        "InputSchema": schema.to_string(),
        "Actions": content.actions,
    })
}
