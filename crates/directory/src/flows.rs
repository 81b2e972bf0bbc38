//! Flows as resources (spec 04 §6): a saved draft beside the published content, archive, restore and delete.
//! What was published before is kept by `flow_versions`.

use model::resource::{FlowResource, FlowType, FlowVersion, QuickConnectConfig, Tags, VersionContent};
use model::{ArnKind, FlowId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::body::Body;
use crate::directory::{Cx, Directory};
use crate::error::{Code, DirectoryError, Result};
use crate::flow_versions::{Edition, known, sha256, version_key};
use crate::input::inputs;
use crate::quotas::Quota;
use crate::rows::{Found, Row, Rows};
use crate::rules;
use crate::search::{FilterMember, Leaf, SearchCriteria, SearchFilter, Searchable};

/// Longest content, in characters.
pub const MAX_CONTENT: usize = 256_000;

/// The published service takes the older export format only in its designer.
const OLDER_FORMAT: &str = "The content is of the older export format (modules). Convert it first: \
                            switchroom flow convert FILE -o OUT, or import the file in the console.";

/// Judges the content of a flow before it is published. The flow language lives in another crate.
pub trait FlowValidator {
    /// What keeps the content from being published, one sentence each; empty = valid. The directory answers whether
    /// the resources it names exist.
    fn problems(&self, kind: FlowType, content: &str, directory: &Directory) -> Vec<String>;

    /// The same of a module with this contract (a JSON text).
    fn module_problems(&self, content: &str, settings: Option<&str>, directory: &Directory) -> Vec<String>;
}

impl<F: Fn(FlowType, &str, &Directory) -> Vec<String>> FlowValidator for F {
    fn problems(&self, kind: FlowType, content: &str, directory: &Directory) -> Vec<String> {
        self(kind, content, directory)
    }

    fn module_problems(&self, content: &str, _: Option<&str>, directory: &Directory) -> Vec<String> {
        self(FlowType::ContactFlow, content, directory)
    }
}

inputs! {
    /// `CreateContactFlow`; published unless the status says otherwise.
    CreateContactFlow {
        name: String,
        #[serde(rename = "Type")]
        kind: FlowType,
        description: Option<String>,
        content: String,
        status: Option<FlowStatus>,
        tags: Option<Tags>,
    }
    /// `DescribeContactFlow`; the id may end in `:$SAVED`, `:$LATEST` or the number of a version.
    DescribeContactFlow { contact_flow_id: String }
    /// `UpdateContactFlowContent`: publishes, or with `:$SAVED` at the end of the id saves a draft.
    UpdateContactFlowContent { contact_flow_id: String, content: String }
    /// `UpdateContactFlowName`.
    UpdateContactFlowName { contact_flow_id: String, name: Option<String>, description: Option<String> }
    /// `UpdateContactFlowMetadata`; the state archives and restores.
    UpdateContactFlowMetadata {
        contact_flow_id: String,
        name: Option<String>,
        description: Option<String>,
        contact_flow_state: Option<FlowState>,
    }
    /// `DeleteContactFlow`.
    DeleteContactFlow { contact_flow_id: String }
    /// `ListContactFlows`; no types means all.
    ListContactFlows { contact_flow_types: Option<Vec<FlowType>> }
    /// `SearchContactFlows`.
    SearchContactFlows { search_filter: Option<SearchFilter>, search_criteria: Option<SearchCriteria> }
}

/// Whether content runs or is only kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs)]
pub enum FlowStatus {
    Published,
    Saved,
}

/// Whether a flow is in use or put away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs)]
pub enum FlowState {
    Active,
    Archived,
}

impl FlowState {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Archived => "ARCHIVED",
        }
    }
}

const SEARCH: Searchable<FlowResource> = Searchable {
    fields: &[
        ("name", |flow, is| is(&flow.name)),
        ("description", |flow, is| flow.description.as_deref().is_some_and(is)),
        ("type", |flow, is| is(type_name(flow.kind))),
        ("state", |flow, is| is(&flow.state)),
        ("status", |flow, is| is(status_name(flow))),
        ("resourceID", |flow, is| is(&flow.id.to_string())),
    ],
    leaves: &[
        (Leaf::FlowType, |flow, is| is(type_name(flow.kind))),
        (Leaf::State, |flow, is| is(&flow.state)),
        (Leaf::Status, |flow, is| is(status_name(flow))),
    ],
    filter: FilterMember::FlowAttribute,
    tags: Some(|flow| &flow.tags),
    group: None,
};

impl Directory {
    /// `CreateContactFlow`. `author` is a user name or an access key id.
    pub fn create_contact_flow(
        &mut self,
        cx: &mut Cx<'_>,
        input: CreateContactFlow,
        author: &str,
        validator: &dyn FlowValidator,
    ) -> Result<FlowId> {
        self.mine(&input)?;
        flow_texts(Some(&input.name), input.description.as_deref())?;
        rules::tags(input.tags.as_ref())?;
        content_form(&input.content)?;
        let publish = input.status != Some(FlowStatus::Saved);
        let mut flow = FlowResource {
            id: cx.fresh(),
            name: input.name,
            kind: input.kind,
            description: input.description.filter(|text| !text.is_empty()),
            state: FlowState::Active.as_str().to_owned(),
            published: publish.then(|| input.content.clone()),
            draft: input.content,
            versions: Vec::new(),
            tags: input.tags.unwrap_or_default(),
            last_modified_time: cx.now,
        };
        self.name_is_free(&flow)?;
        self.room_for(Quota::Flows, self.table::<FlowResource>().len())?;
        if publish {
            self.publishable(flow.kind, &flow.draft, validator)?;
            self.add_version(cx, flow.id, &mut flow.versions, None, Some(author), None);
        }
        let id = flow.id;
        self.put(flow);
        Ok(id)
    }

    /// `UpdateContactFlowContent`. Publishing validates, replaces the draft too and makes a version of content that
    /// differs from what is published; saving does none of these. `author` is a user name or an access key id.
    pub fn update_contact_flow_content(
        &mut self,
        cx: &mut Cx<'_>,
        input: UpdateContactFlowContent,
        author: &str,
        validator: &dyn FlowValidator,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut flow = self.find::<FlowResource>(&input.contact_flow_id)?.clone();
        let saved_only = Edition::to_change(&input.contact_flow_id)? == Edition::Saved;
        content_form(&input.content)?;
        if !saved_only {
            if flow.state == FlowState::Archived.as_str() {
                return Err(DirectoryError::request("The flow is archived. Restore it before publishing."));
            }
            self.publishable(flow.kind, &input.content, validator)?;
            if flow.published.as_ref() != Some(&input.content) {
                let replaced = flow.published.replace(input.content.clone());
                let replaced = replaced.map(|content| VersionContent { content, settings: None });
                self.add_version(cx, flow.id, &mut flow.versions, replaced.as_ref(), Some(author), None);
            }
        }
        flow.draft = input.content;
        flow.last_modified_time = cx.now;
        self.put(flow);
        Ok(())
    }

    /// `UpdateContactFlowName`: name, description or both; an empty description clears it.
    pub fn update_contact_flow_name(&mut self, cx: &mut Cx<'_>, input: UpdateContactFlowName) -> Result<()> {
        if input.name.is_none() && input.description.is_none() {
            return Err(DirectoryError::request("Give a Name, a Description or both."));
        }
        self.update_contact_flow_metadata(
            cx,
            UpdateContactFlowMetadata {
                instance_id: input.instance_id,
                contact_flow_id: input.contact_flow_id,
                name: input.name,
                description: input.description,
                contact_flow_state: None,
            },
        )
    }

    /// `UpdateContactFlowMetadata`: archiving is refused for default flows and for flows that a queue or quick connect
    /// uses. Whether a phone number uses it is for the caller to check.
    pub fn update_contact_flow_metadata(
        &mut self,
        cx: &mut Cx<'_>,
        input: UpdateContactFlowMetadata,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut flow = self.find::<FlowResource>(&input.contact_flow_id)?.clone();
        flow_texts(input.name.as_deref(), input.description.as_deref())?;
        if let Some(name) = input.name {
            flow.name = name;
        }
        rules::set_description(&mut flow.description, input.description);
        self.name_is_free(&flow)?;
        if let Some(state) = input.contact_flow_state {
            if state == FlowState::Archived {
                self.dispensable(&flow, "archived")?;
            }
            flow.state = state.as_str().to_owned();
        }
        flow.last_modified_time = cx.now;
        self.put(flow);
        Ok(())
    }

    /// `DeleteContactFlow`, with the guards of archiving.
    pub fn delete_contact_flow(&mut self, input: DeleteContactFlow) -> Result<()> {
        self.mine(&input)?;
        let flow = self.find::<FlowResource>(&input.contact_flow_id)?.clone();
        self.dispensable(&flow, "deleted")?;
        if let Some(content) = flow.published {
            let content = VersionContent { content, settings: None };
            self.remove_versions(flow.id, &flow.versions, &content);
        }
        self.remove::<FlowResource>(&flow.id);
        Ok(())
    }

    /// `DescribeContactFlow`: the published content, with `:$SAVED` the draft, with a number that version. The content
    /// of a version that was replaced comes from the store: see [`Directory::replaced_flow_version`].
    pub fn describe_contact_flow(
        &self,
        input: &DescribeContactFlow,
        replaced: Option<&VersionContent>,
    ) -> Result<Value> {
        self.mine(input)?;
        let flow = self.find::<FlowResource>(&input.contact_flow_id)?;
        let (body, content, at) = match (Edition::of(&input.contact_flow_id)?, &flow.published) {
            (Edition::Saved, _) => (
                self.flow_summary(flow).set("Status", draft_status(flow)),
                flow.draft.as_str(),
                flow.last_modified_time,
            ),
            (Edition::Latest, Some(content)) => {
                let version = flow.versions.last();
                (versioned(self.flow_summary(flow), version), content.as_str(), flow.last_modified_time)
            }
            (Edition::Number(number), Some(published)) => {
                let version = known(&flow.versions, number)?;
                let content = match replaced {
                    _ if number == flow.version() => published.as_str(),
                    Some(replaced) => replaced.content.as_str(),
                    None => return Err(content_is_gone(number)),
                };
                (versioned(self.flow_summary(flow), Some(version)), content, version.created_time)
            }
            (_, None) => {
                return Err(DirectoryError::new(
                    Code::ContactFlowNotPublished,
                    "The flow has never been published. Its draft is under the id followed by :$SAVED.",
                ));
            }
        };
        let body = body.set("Content", content).set("FlowContentSha256", sha256(content));
        Ok(body.modified(at, &self.scope.region).wrap("ContactFlow"))
    }

    /// The key of the version that a reference to a flow names, when its content is not in memory.
    pub fn replaced_flow_version(&self, reference: &str) -> Result<Option<String>> {
        let flow = self.find::<FlowResource>(reference)?;
        match Edition::of(reference)? {
            Edition::Number(number) if number != flow.version() => {
                known(&flow.versions, number)?;
                Ok(Some(version_key(flow.id, number)))
            }
            _ => Ok(None),
        }
    }

    /// The output of `CreateContactFlow`.
    pub fn created_contact_flow(&self, id: FlowId) -> Value {
        Body::new()
            .text("ContactFlowId", id)
            .set("ContactFlowArn", self.scope.arn(ArnKind::ContactFlow, id))
            .opt("FlowContentSha256", self.flow(id).map(|flow| sha256(&flow.draft)))
            .build()
    }

    /// `ListContactFlows`, by id; archived ones are among them.
    pub fn list_contact_flows<'a>(
        &'a self,
        input: &ListContactFlows,
        after: Option<&str>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let after = after.and_then(|key| key.parse().ok());
        let types = input.contact_flow_types.clone().unwrap_or_default();
        let wanted = move |flow: &&FlowResource| types.is_empty() || types.contains(&flow.kind);
        Ok(Rows::new(self.table::<FlowResource>().after(after).filter(wanted).map(|flow| {
            Row::new(flow.id, Some(&flow.tags), || {
                Body::new()
                    .text("Id", flow.id)
                    .set("Arn", self.scope.arn(ArnKind::ContactFlow, flow.id))
                    .set("Name", &*flow.name)
                    .set("ContactFlowType", json!(flow.kind))
                    .set("ContactFlowState", &*flow.state)
                    .set("ContactFlowStatus", status_name(flow))
                    .build()
            })
        })))
    }

    /// `SearchContactFlows`; contents are not part of the result.
    pub fn search_contact_flows(&self, input: &SearchContactFlows) -> Result<Found<'_>> {
        self.mine(input)?;
        let matcher = SEARCH.matcher(self, input.search_filter.as_ref(), input.search_criteria.as_ref())?;
        Ok(matcher.find(self.flows(), |flow| {
            Row::new(flow.id, Some(&flow.tags), || {
                self.flow_summary(flow).modified(flow.last_modified_time, &self.scope.region).build()
            })
        }))
    }

    /// A flow that another resource may refer to: of the right type, published and not archived.
    pub(crate) fn usable_flow(&self, member: &str, text: &str, kind: FlowType) -> Result<FlowId> {
        let flow = self.find::<FlowResource>(text)?;
        if flow.kind != kind {
            return Err(DirectoryError::parameter(format!(
                "{member} must be a flow of the type {}; {:?} is one of the type {}.",
                type_name(kind),
                flow.name,
                type_name(flow.kind)
            )));
        }
        if flow.published.is_none() || flow.state != FlowState::Active.as_str() {
            return Err(DirectoryError::request(format!(
                "The flow {:?} is not published or is archived. Publish or restore it first.",
                flow.name
            )));
        }
        Ok(flow.id)
    }

    /// The published flow whose content mentions this id, in words.
    pub(crate) fn published_flow_naming(&self, id: &str) -> Option<String> {
        self.flows()
            .find(|flow| flow.published.as_ref().is_some_and(|content| content.contains(id)))
            .map(|flow| format!("the published flow {:?}", flow.name))
    }

    fn publishable(&self, kind: FlowType, content: &str, validator: &dyn FlowValidator) -> Result<()> {
        let problems = validator.problems(kind, content, self);
        if problems.is_empty() { Ok(()) } else { Err(DirectoryError::flow(problems)) }
    }

    fn dispensable(&self, flow: &FlowResource, what: &str) -> Result<()> {
        if self.is_default_flow(flow.id) {
            return Err(DirectoryError::request(format!(
                "{:?} is a default flow and cannot be {what}. Edit it, or refer to another flow instead.",
                flow.name
            )));
        }
        let id = flow.id.to_string();
        let queue = self.queues().find(|queue| {
            let config = queue.outbound_caller_config.as_ref();
            config.is_some_and(|config| config["OutboundFlowId"] == id.as_str())
        });
        let connect = self.quick_connects().find(|connect| match &connect.quick_connect_config {
            QuickConnectConfig::User { user_config } => user_config.contact_flow_id == flow.id,
            QuickConnectConfig::Queue { queue_config } => queue_config.contact_flow_id == flow.id,
            QuickConnectConfig::PhoneNumber { .. } => false,
        });
        let number = self.phone_numbers().find(|number| number.contact_flow_id == Some(flow.id));
        let user = queue
            .map(|queue| format!("the queue {:?}", queue.name))
            .or_else(|| number.map(|number| format!("the phone number {}", number.phone_number)))
            .or_else(|| connect.map(|connect| format!("the quick connect {:?}", connect.name)));
        match user {
            Some(user) => Err(DirectoryError::in_use(
                format!(
                    "The flow {:?} cannot be {what}: it is used by {user}. Change that first.",
                    flow.name
                ),
                self.scope.arn(ArnKind::ContactFlow, flow.id),
            )),
            None => Ok(()),
        }
    }

    fn flow_summary(&self, flow: &FlowResource) -> Body {
        Body::new()
            .set("Arn", self.scope.arn(ArnKind::ContactFlow, flow.id))
            .text("Id", flow.id)
            .set("Name", &*flow.name)
            .set("Type", json!(flow.kind))
            .set("State", &*flow.state)
            .set("Status", status_name(flow))
            .opt("Description", flow.description.as_deref())
            .tags(&flow.tags)
    }
}

/// The members of a version; none where a flow has none yet.
pub(crate) fn versioned(body: Body, version: Option<&FlowVersion>) -> Body {
    let Some(version) = version else { return body };
    body.set("Version", version.number).opt("VersionDescription", version.description.as_deref())
}

/// A version is listed, but its document is not there.
pub(crate) fn content_is_gone(number: u64) -> DirectoryError {
    DirectoryError::new(Code::InternalService, format!("The content of version {number} cannot be found."))
}

pub(crate) fn flow_texts(name: Option<&str>, description: Option<&str>) -> Result<()> {
    name.map_or(Ok(()), |name| rules::name_up_to("Name", name, 256))?;
    description.map_or(Ok(()), |text| rules::length("Description", text, 0, 500))
}

/// What even a draft must be, so that the designer can open it: a JSON object of at most 256,000 characters, not of the
/// older export format.
fn content_form(content: &str) -> Result<()> {
    rules::length("Content", content, 1, MAX_CONTENT)?;
    match serde_json::from_str::<Value>(content) {
        Ok(Value::Object(root)) if root.contains_key("modules") && !root.contains_key("Actions") => {
            Err(DirectoryError::flow([OLDER_FORMAT.to_owned()]))
        }
        Ok(Value::Object(_)) => Ok(()),
        Ok(_) => Err(DirectoryError::flow(["The content must be a JSON object.".to_owned()])),
        Err(error) => Err(DirectoryError::flow([format!("The content is not JSON: {error}.")])),
    }
}

fn status_name(flow: &FlowResource) -> &'static str {
    if flow.published.is_some() { "PUBLISHED" } else { "SAVED" }
}

/// The status of the draft: published as long as nothing was saved since.
fn draft_status(flow: &FlowResource) -> &'static str {
    if flow.published.as_ref() == Some(&flow.draft) { "PUBLISHED" } else { "SAVED" }
}

fn type_name(kind: FlowType) -> &'static str {
    match kind {
        FlowType::ContactFlow => "CONTACT_FLOW",
        FlowType::CustomerQueue => "CUSTOMER_QUEUE",
        FlowType::CustomerHold => "CUSTOMER_HOLD",
        FlowType::CustomerWhisper => "CUSTOMER_WHISPER",
        FlowType::AgentHold => "AGENT_HOLD",
        FlowType::AgentWhisper => "AGENT_WHISPER",
        FlowType::OutboundWhisper => "OUTBOUND_WHISPER",
        FlowType::AgentTransfer => "AGENT_TRANSFER",
        FlowType::QueueTransfer => "QUEUE_TRANSFER",
    }
}
