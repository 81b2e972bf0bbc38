//! Flow modules (spec 04 §11, 10 §1.9): parts of flows with a name, a contract, a draft and versions of their own.

use model::resource::{FlowModule, Tags, VersionContent};
use model::{Arn, ArnKind, FlowId, arn};
use serde_json::{Value, json};

use crate::body::Body;
use crate::directory::{Cx, Directory};
use crate::error::{Code, DirectoryError, Result};
use crate::flow_versions::{Edition, check_sha256, known, sha256, version_key};
use crate::flows::{FlowState, FlowValidator, content_is_gone, versioned};
use crate::input::{inputs, parts};
use crate::quotas::Quota;
use crate::rows::{Found, Row, Rows};
use crate::rules;
use crate::search::{FilterMember, Leaf, SearchCriteria, SearchFilter, Searchable};

/// Most branches that a contract declares.
const MAX_BRANCHES: usize = 8;

inputs! {
    /// `CreateContactFlowModule`: published at once.
    CreateContactFlowModule {
        name: String,
        description: Option<String>,
        content: String,
        tags: Option<Tags>,
        client_token: Option<String>,
        settings: Option<String>,
        external_invocation_configuration: Option<ExternalInvocation>,
    }
    /// `CreateContactFlowModuleDraft`, an operation of our own: a module that is saved, but not published yet.
    CreateContactFlowModuleDraft {
        name: String,
        description: Option<String>,
        content: String,
        tags: Option<Tags>,
        settings: Option<String>,
    }
    /// `ListContactFlowModuleUses`, an operation of our own.
    ListContactFlowModuleUses { contact_flow_module_id: String }
    /// `DescribeContactFlowModule`; the id may end in `:$SAVED`, `:$LATEST` or the number of a version.
    DescribeContactFlowModule { contact_flow_module_id: String }
    /// `UpdateContactFlowModuleContent`: publishes, or with `:$SAVED` at the end of the id saves a draft.
    UpdateContactFlowModuleContent {
        contact_flow_module_id: String,
        content: Option<String>,
        settings: Option<String>,
    }
    /// `UpdateContactFlowModuleMetadata`; the state archives and restores.
    UpdateContactFlowModuleMetadata {
        contact_flow_module_id: String,
        name: Option<String>,
        description: Option<String>,
        state: Option<FlowState>,
    }
    /// `DeleteContactFlowModule`.
    DeleteContactFlowModule { contact_flow_module_id: String }
    /// `ListContactFlowModules`; no state means all.
    ListContactFlowModules { contact_flow_module_state: Option<FlowState> }
    /// `SearchContactFlowModules`.
    SearchContactFlowModules { search_filter: Option<SearchFilter>, search_criteria: Option<SearchCriteria> }
    /// `CreateContactFlowModuleVersion`: a new version of what is published.
    CreateContactFlowModuleVersion {
        contact_flow_module_id: String,
        description: Option<String>,
        #[serde(rename = "FlowModuleContentSha256")]
        flow_module_content_sha256: Option<String>,
    }
    /// `ListContactFlowModuleVersions`, newest first.
    ListContactFlowModuleVersions { contact_flow_module_id: String }
    /// `DeleteContactFlowModuleVersion`.
    DeleteContactFlowModuleVersion { contact_flow_module_id: String, contact_flow_module_version: u64 }
}

parts! {
    /// Whether other services than flows may call a module.
    ExternalInvocation { enabled: Option<bool> }
}

const SEARCH: Searchable<FlowModule> = Searchable {
    fields: &[
        ("name", |module, is| is(&module.name)),
        ("description", |module, is| module.description.as_deref().is_some_and(is)),
        ("state", |module, is| is(&module.state)),
        ("status", |module, is| is(status(module))),
        ("resourceID", |module, is| is(&module.id.to_string())),
    ],
    leaves: &[(Leaf::State, |module, is| is(&module.state)), (Leaf::Status, |module, is| is(status(module)))],
    filter: FilterMember::Tag,
    tags: Some(|module| &module.tags),
    group: None,
};

impl Directory {
    /// `CreateContactFlowModule`. `author` is a user name or an access key id.
    pub fn create_contact_flow_module(
        &mut self,
        cx: &mut Cx<'_>,
        mut input: CreateContactFlowModule,
        author: &str,
        validator: &dyn FlowValidator,
    ) -> Result<FlowId> {
        self.mine(&input)?;
        let made_by = input.client_token.take().filter(|token| !token.is_empty());
        let made_by = made_by.map(|token| (token, sha256(&format!("{input:?}"))));
        if let Some((token, request)) = &made_by {
            let before = self.flow_modules().find_map(|module| {
                let (known, request) = module.made_by.as_ref()?;
                (known == token).then_some((module.id, request))
            });
            match before {
                Some((id, same)) if same == request => return Ok(id),
                Some(_) => {
                    return Err(DirectoryError::new(
                        Code::Idempotency,
                        "This ClientToken was used before for a module with other values. Use a new one.",
                    ));
                }
                None => {}
            }
        }
        let content = VersionContent { content: input.content, settings: input.settings };
        let mut module = self.new_module(cx, input.name, input.description, content, input.tags)?;
        module.made_by = made_by;
        module.external_invocation =
            input.external_invocation_configuration.and_then(|wanted| wanted.enabled).unwrap_or_default();
        self.publishable_module(&module.draft, validator)?;
        module.published = Some(module.draft.clone());
        self.add_version(cx, module.id, &mut module.versions, None, Some(author), None);
        let id = module.id;
        self.put(module);
        Ok(id)
    }

    /// `CreateContactFlowModuleDraft`: nothing is checked but what every draft must be.
    pub fn create_contact_flow_module_draft(
        &mut self,
        cx: &mut Cx<'_>,
        input: CreateContactFlowModuleDraft,
    ) -> Result<FlowId> {
        self.mine(&input)?;
        let content = VersionContent { content: input.content, settings: input.settings };
        let module = self.new_module(cx, input.name, input.description, content, input.tags)?;
        let id = module.id;
        self.put(module);
        Ok(id)
    }

    /// A module that may be made, not published and not kept yet.
    fn new_module(
        &self,
        cx: &mut Cx<'_>,
        name: String,
        description: Option<String>,
        content: VersionContent,
        tags: Option<Tags>,
    ) -> Result<FlowModule> {
        texts(Some(&name), description.as_deref())?;
        rules::tags(tags.as_ref())?;
        form(&content)?;
        let module = FlowModule {
            id: cx.fresh(),
            name,
            description: description.filter(|text| !text.is_empty()),
            state: FlowState::Active.as_str().to_owned(),
            published: None,
            draft: content,
            versions: Vec::new(),
            external_invocation: false,
            made_by: None,
            tags: tags.unwrap_or_default(),
            last_modified_time: cx.now,
        };
        self.name_is_free(&module)?;
        self.room_for(Quota::FlowModules, self.table::<FlowModule>().len())?;
        Ok(module)
    }

    /// `ListContactFlowModuleUses`: the flows and modules whose published content or draft names a module, by id.
    pub fn list_contact_flow_module_uses<'a>(
        &'a self,
        input: &ListContactFlowModuleUses,
        after: Option<&str>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let module = self.find::<FlowModule>(&input.contact_flow_module_id)?;
        let named = module.id.to_string();
        let use_of =
            |kind, id: FlowId, name: &'a str, tags: &'a Tags, published: Option<&str>, draft: &str| {
                let published = published.is_some_and(|content| content.contains(&named));
                (published || draft.contains(&named)).then_some((id, kind, name, tags, published))
            };
        let flows = self.flows().filter_map(|flow| {
            use_of("CONTACT_FLOW", flow.id, &flow.name, &flow.tags, flow.published.as_deref(), &flow.draft)
        });
        let modules = self.flow_modules().filter(|other| other.id != module.id).filter_map(|other| {
            let published = other.published.as_ref().map(|published| published.content.as_str());
            use_of("CONTACT_FLOW_MODULE", other.id, &other.name, &other.tags, published, &other.draft.content)
        });
        let after: Option<FlowId> = after.and_then(|key| key.parse().ok());
        let mut uses: Vec<_> =
            flows.chain(modules).filter(|(id, ..)| after.is_none_or(|after| *id > after)).collect();
        uses.sort_unstable_by_key(|(id, ..)| *id);
        Ok(Rows::new(uses.into_iter().map(|(id, kind, name, tags, published)| {
            Row::new(id, Some(tags), move || {
                let body = Body::new().set("ResourceType", kind).text("Id", id);
                body.set("Name", name).set("Published", published).build()
            })
        })))
    }

    /// The output of `CreateContactFlowModule`.
    pub fn created_contact_flow_module(&self, id: FlowId) -> Value {
        Body::new().text("Id", id).set("Arn", self.scope.arn(ArnKind::FlowModule, id)).build()
    }

    /// `UpdateContactFlowModuleContent`: content, contract or both. Publishing validates, replaces the draft too and
    /// makes a version of what differs; saving does none of these.
    pub fn update_contact_flow_module_content(
        &mut self,
        cx: &mut Cx<'_>,
        input: UpdateContactFlowModuleContent,
        author: &str,
        validator: &dyn FlowValidator,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut module = self.find::<FlowModule>(&input.contact_flow_module_id)?.clone();
        let saved_only = Edition::to_change(&input.contact_flow_module_id)? == Edition::Saved;
        if input.content.is_none() && input.settings.is_none() {
            return Err(DirectoryError::request("Give a Content, Settings or both."));
        }
        let before = match &module.published {
            Some(published) if !saved_only => published,
            _ => &module.draft,
        };
        let content = VersionContent {
            content: input.content.unwrap_or_else(|| before.content.clone()),
            settings: input.settings.or_else(|| before.settings.clone()),
        };
        form(&content)?;
        if !saved_only {
            if module.state == FlowState::Archived.as_str() {
                return Err(DirectoryError::request("The module is archived. Restore it before publishing."));
            }
            self.publishable_module(&content, validator)?;
            if module.published.as_ref() != Some(&content) {
                let replaced = module.published.replace(content.clone());
                let (id, versions) = (module.id, &mut module.versions);
                self.add_version(cx, id, versions, replaced.as_ref(), Some(author), None);
            }
        }
        module.draft = content;
        module.last_modified_time = cx.now;
        self.put(module);
        Ok(())
    }

    /// `UpdateContactFlowModuleMetadata`. Whether a flow uses the module is not asked, as published.
    pub fn update_contact_flow_module_metadata(
        &mut self,
        cx: &mut Cx<'_>,
        input: UpdateContactFlowModuleMetadata,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut module = self.find::<FlowModule>(&input.contact_flow_module_id)?.clone();
        texts(input.name.as_deref(), input.description.as_deref())?;
        if let Some(name) = input.name {
            module.name = name;
        }
        rules::set_description(&mut module.description, input.description);
        self.name_is_free(&module)?;
        if let Some(state) = input.state {
            module.state = state.as_str().to_owned();
        }
        module.last_modified_time = cx.now;
        self.put(module);
        Ok(())
    }

    /// `DeleteContactFlowModule`.
    pub fn delete_contact_flow_module(&mut self, input: DeleteContactFlowModule) -> Result<()> {
        self.mine(&input)?;
        let module = self.find::<FlowModule>(&input.contact_flow_module_id)?.clone();
        if let Some(content) = &module.published {
            self.remove_versions(module.id, &module.versions, content);
        }
        self.remove::<FlowModule>(&module.id);
        Ok(())
    }

    /// `DescribeContactFlowModule`: as `DescribeContactFlow` does it with flows.
    pub fn describe_contact_flow_module(
        &self,
        input: &DescribeContactFlowModule,
        replaced: Option<&VersionContent>,
    ) -> Result<Value> {
        self.mine(input)?;
        let module = self.find::<FlowModule>(&input.contact_flow_module_id)?;
        let body = match Edition::of(&input.contact_flow_module_id)? {
            Edition::Saved => {
                let same = module.published.as_ref() == Some(&module.draft);
                let body = self.module_summary(module, &module.draft);
                body.set("Status", if same { "PUBLISHED" } else { "SAVED" })
            }
            Edition::Latest => {
                let published = module.published.as_ref().ok_or_else(never_published)?;
                versioned(self.module_summary(module, published), module.versions.last())
            }
            Edition::Number(number) => {
                let version = known(&module.versions, number)?;
                let content = match (&module.published, replaced) {
                    (Some(published), _) if number == module.version() => published,
                    (_, Some(replaced)) => replaced,
                    _ => return Err(content_is_gone(number)),
                };
                versioned(self.module_summary(module, content), Some(version))
            }
        };
        Ok(body.wrap("ContactFlowModule"))
    }

    /// The key of the version that a reference to a module names, when its content is not in memory.
    pub fn replaced_module_version(&self, reference: &str) -> Result<Option<String>> {
        let module = self.find::<FlowModule>(reference)?;
        match Edition::of(reference)? {
            Edition::Number(number) if number != module.version() => {
                known(&module.versions, number)?;
                Ok(Some(version_key(module.id, number)))
            }
            _ => Ok(None),
        }
    }

    /// `ListContactFlowModules`, by id.
    pub fn list_contact_flow_modules<'a>(
        &'a self,
        input: &ListContactFlowModules,
        after: Option<&str>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let after = after.and_then(|key| key.parse().ok());
        let state = input.contact_flow_module_state.map(FlowState::as_str);
        let wanted = move |module: &&FlowModule| state.is_none_or(|state| module.state == state);
        Ok(Rows::new(self.table::<FlowModule>().after(after).filter(wanted).map(|module| {
            Row::new(module.id, Some(&module.tags), || {
                Body::new()
                    .text("Id", module.id)
                    .set("Arn", self.scope.arn(ArnKind::FlowModule, module.id))
                    .set("Name", &*module.name)
                    .set("State", &*module.state)
                    .build()
            })
        })))
    }

    /// `SearchContactFlowModules`; contents are not part of the result.
    pub fn search_contact_flow_modules(&self, input: &SearchContactFlowModules) -> Result<Found<'_>> {
        self.mine(input)?;
        let matcher = SEARCH.matcher(self, input.search_filter.as_ref(), input.search_criteria.as_ref())?;
        Ok(matcher.find(self.flow_modules(), |module| {
            Row::new(module.id, Some(&module.tags), || {
                versioned(self.module_frame(module), module.versions.last()).build()
            })
        }))
    }

    /// `CreateContactFlowModuleVersion`.
    pub fn create_contact_flow_module_version(
        &mut self,
        cx: &mut Cx<'_>,
        input: CreateContactFlowModuleVersion,
        author: &str,
    ) -> Result<Value> {
        self.mine(&input)?;
        texts(None, input.description.as_deref())?;
        let mut module = self.find::<FlowModule>(&input.contact_flow_module_id)?.clone();
        let published = module.published.clone().ok_or_else(never_published)?;
        check_sha256(input.flow_module_content_sha256.as_deref(), &published.content)?;
        let description = input.description.filter(|text| !text.is_empty());
        let (id, versions) = (module.id, &mut module.versions);
        let number = self.add_version(cx, id, versions, Some(&published), Some(author), description);
        self.put(module);
        Ok(Body::new()
            .set("ContactFlowModuleArn", self.scope.arn(ArnKind::FlowModule, id))
            .set("Version", number)
            .build())
    }

    /// `ListContactFlowModuleVersions`.
    pub fn list_contact_flow_module_versions<'a>(
        &'a self,
        input: &ListContactFlowModuleVersions,
        after: Option<&str>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let module = self.find::<FlowModule>(&input.contact_flow_module_id)?;
        Ok(self.version_rows(ArnKind::FlowModule, module.id, &module.versions, after))
    }

    /// `DeleteContactFlowModuleVersion`: any but the published one.
    pub fn delete_contact_flow_module_version(
        &mut self,
        input: DeleteContactFlowModuleVersion,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut module = self.find::<FlowModule>(&input.contact_flow_module_id)?.clone();
        self.remove_version(module.id, &mut module.versions, input.contact_flow_module_version)?;
        self.put(module);
        Ok(())
    }

    /// The module that a flow names by id or resource name, whatever the qualifier.
    pub fn module_of(&self, reference: &str) -> Option<&FlowModule> {
        let elsewhere = Arn::parse(reference).is_some_and(|arn| arn.instance != self.instance.id.to_string());
        let id = arn::id_part(reference).parse().ok()?;
        self.flow_module(id).filter(|_| !elsewhere)
    }

    /// The module that a flow may call by this reference: published and not archived. Flows call the newest version;
    /// another qualifier than `$LATEST` names nothing that they could call.
    pub fn callable_module(&self, reference: &str) -> Option<&FlowModule> {
        let module = self.module_of(reference)?;
        let newest = Edition::of(reference) == Ok(Edition::Latest);
        let usable = module.published.is_some() && module.state == FlowState::Active.as_str();
        (newest && usable).then_some(module)
    }

    fn publishable_module(&self, content: &VersionContent, validator: &dyn FlowValidator) -> Result<()> {
        let problems = validator.module_problems(&content.content, content.settings.as_deref(), self);
        if problems.is_empty() { Ok(()) } else { Err(DirectoryError::module(problems)) }
    }

    fn module_frame(&self, module: &FlowModule) -> Body {
        Body::new()
            .set("Arn", self.scope.arn(ArnKind::FlowModule, module.id))
            .text("Id", module.id)
            .set("Name", &*module.name)
            .set("State", &*module.state)
            .set("Status", status(module))
            .opt("Description", module.description.as_deref())
            .set("ExternalInvocationConfiguration", json!({ "Enabled": module.external_invocation }))
            .tags(&module.tags)
    }

    fn module_summary(&self, module: &FlowModule, content: &VersionContent) -> Body {
        self.module_frame(module)
            .set("Content", &*content.content)
            .opt("Settings", content.settings.as_deref())
            .set("FlowModuleContentSha256", sha256(&content.content))
    }
}

fn texts(name: Option<&str>, description: Option<&str>) -> Result<()> {
    name.map_or(Ok(()), |name| rules::name_up_to("Name", name, 127))?;
    description.map_or(Ok(()), |text| rules::length("Description", text, 0, 500))
}

/// What even a draft must be: a JSON object, and a contract that can be read.
fn form(content: &VersionContent) -> Result<()> {
    rules::length("Content", &content.content, 1, crate::flows::MAX_CONTENT)?;
    match serde_json::from_str::<Value>(&content.content) {
        Ok(Value::Object(_)) => {}
        Ok(_) => return Err(DirectoryError::module(["The content must be a JSON object.".to_owned()])),
        Err(error) => return Err(DirectoryError::module([format!("The content is not JSON: {error}.")])),
    }
    content.settings.as_deref().map_or(Ok(()), contract_form)
}

/// A contract: `input.schema` and `resultData.schema` of an object, and at most eight branches with a name.
fn contract_form(settings: &str) -> Result<()> {
    let wrong = |what: &str| Err(DirectoryError::parameter(format!("Settings: {what}.")));
    if settings.len() > crate::flows::MAX_CONTENT {
        return wrong("longer than a module may be");
    }
    let Ok(Value::Object(contract)) = serde_json::from_str::<Value>(settings) else {
        return wrong("must be a JSON object, {} where there is no contract");
    };
    for part in ["input", "resultData"] {
        let Some(schema) = contract.get(part).and_then(|part| part.get("schema")) else { continue };
        if schema.get("type").and_then(Value::as_str) != Some("object") {
            return wrong(&format!("{part}.schema must be the schema of an object"));
        }
    }
    let Some(results) = contract.get("transitions").and_then(|transitions| transitions.get("results")) else {
        return Ok(());
    };
    match results.as_array() {
        None => wrong("transitions.results must be a list"),
        Some(list) if list.len() > MAX_BRANCHES => {
            wrong(&format!("a module has at most {MAX_BRANCHES} branches of its own"))
        }
        Some(list) if list.iter().any(|branch| !branch["name"].is_string()) => {
            wrong("every branch in transitions.results needs a name")
        }
        Some(_) => Ok(()),
    }
}

fn never_published() -> DirectoryError {
    DirectoryError::new(
        Code::InvalidRequest,
        "The module has never been published. Its draft is under the id followed by :$SAVED.",
    )
}

fn status(module: &FlowModule) -> &'static str {
    if module.published.is_some() { "PUBLISHED" } else { "SAVED" }
}
