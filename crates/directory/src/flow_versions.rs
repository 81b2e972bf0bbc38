//! Versions of flows and modules (spec 04 §6.2): every publish makes one that never changes.
//!
//! The resource keeps what is known about its versions, and the content of the last one, which runs. The content of a
//! version that was replaced is a document of its own that memory does not hold.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use model::resource::{FlowModule, FlowResource, FlowVersion, VersionContent};
use model::{Arn, ArnKind, FlowId};
use serde_json::{Value, json};

use crate::body::Body;
use crate::directory::{Cx, Directory};
use crate::error::{DirectoryError, Result};
use crate::flows::flow_texts;
use crate::input::inputs;
use crate::kind::Kind;
use crate::rows::{Row, Rows};

/// Most versions of one flow or module; one more takes the place of the oldest.
pub const MAX_VERSIONS: usize = 100;

inputs! {
    /// `CreateContactFlowVersion`: a new version of what is published.
    CreateContactFlowVersion {
        contact_flow_id: String,
        description: Option<String>,
        #[serde(rename = "FlowContentSha256")]
        flow_content_sha256: Option<String>,
        contact_flow_version: Option<u64>,
        last_modified_time: Option<f64>,
        last_modified_region: Option<String>,
    }
    /// `ListContactFlowVersions`, newest first.
    ListContactFlowVersions { contact_flow_id: String }
    /// `DescribeContactFlowHistory`, an operation of our own: the public list does not say who published.
    DescribeContactFlowHistory { contact_flow_id: String }
    /// `DescribeContactFlowModuleHistory`, likewise.
    DescribeContactFlowModuleHistory { contact_flow_module_id: String }
    /// `DeleteContactFlowVersion`.
    DeleteContactFlowVersion { contact_flow_id: String, contact_flow_version: u64 }
}

/// Which content of a flow or module a reference means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edition {
    /// The published one: no qualifier, or `$LATEST`.
    Latest,
    /// The draft: `$SAVED`.
    Saved,
    /// A version.
    Number(u64),
}

impl Edition {
    /// Reads the qualifier of an id or resource name.
    pub fn of(reference: &str) -> Result<Self> {
        let resource = Arn::parse(reference).map_or(reference, |arn| arn.resource);
        match resource.split_once(':').map(|(_, qualifier)| qualifier) {
            None | Some("$LATEST") => Ok(Self::Latest),
            Some("$SAVED") => Ok(Self::Saved),
            Some(qualifier) => match qualifier.parse() {
                Ok(number) if number > 0 => Ok(Self::Number(number)),
                _ => Err(DirectoryError::parameter(format!(
                    "The qualifier {qualifier:?} is not known. Use $LATEST, $SAVED or the number of a version."
                ))),
            },
        }
    }

    /// A reference to what is changed: the flow itself or its draft, never a version.
    pub fn to_change(reference: &str) -> Result<Self> {
        match Self::of(reference)? {
            Self::Number(number) => Err(DirectoryError::parameter(format!(
                "Version {number} cannot be changed. Give the bare id to publish, or $SAVED to save a draft."
            ))),
            edition => Ok(edition),
        }
    }
}

/// The key of the content of a version that was replaced.
pub fn version_key(id: FlowId, number: u64) -> String {
    format!("{id}:{number}")
}

/// The id and number in such a key.
pub fn read_version_key(key: &str) -> Option<(FlowId, u64)> {
    let (id, number) = key.split_once(':')?;
    Some((id.parse().ok()?, number.parse().ok()?))
}

/// SHA-256 of a content, in hexadecimal digits.
pub(crate) fn sha256(content: &str) -> String {
    digest(&SHA256, content.as_bytes()).as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What is known of version `number`; the public error when there is none.
pub(crate) fn known(versions: &[FlowVersion], number: u64) -> Result<&FlowVersion> {
    versions
        .iter()
        .find(|version| version.number == number)
        .ok_or_else(|| DirectoryError::not_found(format!("There is no version {number}.")))
}

/// Refuses a digest that is not that of the published content.
pub(crate) fn check_sha256(given: Option<&str>, published: &str) -> Result<()> {
    match given {
        Some(given) if !given.eq_ignore_ascii_case(&sha256(published)) => Err(DirectoryError::request(
            "The published content has another SHA-256 digest. Read it again before you make a version of it.",
        )),
        _ => Ok(()),
    }
}

impl Directory {
    /// `CreateContactFlowVersion`. `author` is a user name or an access key id.
    pub fn create_contact_flow_version(
        &mut self,
        cx: &mut Cx<'_>,
        input: CreateContactFlowVersion,
        author: &str,
    ) -> Result<Value> {
        self.mine(&input)?;
        flow_texts(None, input.description.as_deref())?;
        let replicated = input.contact_flow_version.is_some()
            || input.last_modified_time.is_some()
            || input.last_modified_region.is_some();
        if replicated {
            return Err(DirectoryError::parameter(
                "ContactFlowVersion, LastModifiedTime and LastModifiedRegion come with copies between regions, of which there is only one here. Leave them out.",
            ));
        }
        let mut flow = self.find::<FlowResource>(&input.contact_flow_id)?.clone();
        let Some(published) = flow.published.clone() else {
            return Err(DirectoryError::request("The flow has never been published. Publish it first."));
        };
        check_sha256(input.flow_content_sha256.as_deref(), &published)?;
        let description = input.description.filter(|text| !text.is_empty());
        let content = VersionContent { content: published, settings: None };
        let number =
            self.add_version(cx, flow.id, &mut flow.versions, Some(&content), Some(author), description);
        let id = flow.id;
        self.put(flow);
        Ok(Body::new()
            .set("ContactFlowArn", self.scope.arn(ArnKind::ContactFlow, id))
            .set("Version", number)
            .build())
    }

    /// `ListContactFlowVersions`.
    pub fn list_contact_flow_versions<'a>(
        &'a self,
        input: &ListContactFlowVersions,
        after: Option<&str>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let flow = self.find::<FlowResource>(&input.contact_flow_id)?;
        Ok(self.version_rows(ArnKind::ContactFlow, flow.id, &flow.versions, after))
    }

    /// `DeleteContactFlowVersion`: any but the published one.
    pub fn delete_contact_flow_version(&mut self, input: DeleteContactFlowVersion) -> Result<()> {
        self.mine(&input)?;
        let mut flow = self.find::<FlowResource>(&input.contact_flow_id)?.clone();
        self.remove_version(flow.id, &mut flow.versions, input.contact_flow_version)?;
        self.put(flow);
        Ok(())
    }

    /// `DescribeContactFlowHistory`: who published which version of a flow, newest first.
    pub fn describe_contact_flow_history(&self, input: &DescribeContactFlowHistory) -> Result<Value> {
        self.mine(input)?;
        Ok(Self::history(&self.find::<FlowResource>(&input.contact_flow_id)?.versions))
    }

    /// `DescribeContactFlowModuleHistory`: the same of a module.
    pub fn describe_contact_flow_module_history(
        &self,
        input: &DescribeContactFlowModuleHistory,
    ) -> Result<Value> {
        self.mine(input)?;
        Ok(Self::history(&self.find::<FlowModule>(&input.contact_flow_module_id)?.versions))
    }

    fn history(versions: &[FlowVersion]) -> Value {
        let rows = versions.iter().rev().map(|version| {
            json!({
                "Version": version.number,
                "CreatedTime": version.created_time.as_secs_f64(),
                "CreatedBy": version.created_by,
                "Description": version.description,
            })
        });
        json!({ "Versions": rows.collect::<Vec<_>>() })
    }

    /// The rows of a list of versions, newest first.
    pub(crate) fn version_rows<'a>(
        &'a self,
        kind: ArnKind,
        id: FlowId,
        versions: &'a [FlowVersion],
        after: Option<&str>,
    ) -> Rows<'a> {
        let after: u64 = after.and_then(|key| key.parse().ok()).unwrap_or(u64::MAX);
        let wanted = versions.iter().rev().filter(move |version| version.number < after);
        Rows::new(wanted.map(move |version| {
            Row::new(version.number, None, move || {
                let body = Body::new()
                    .set("Arn", format!("{}:{}", self.scope.arn(kind, id), version.number))
                    .opt("VersionDescription", version.description.as_deref())
                    .set("Version", version.number);
                match kind {
                    ArnKind::ContactFlow => body.modified(version.created_time, &self.scope.region),
                    _ => body,
                }
                .build()
            })
        }))
    }

    /// Adds a version; what it replaces becomes a document of its own, and beyond the limit the oldest goes.
    pub(crate) fn add_version(
        &mut self,
        cx: &Cx<'_>,
        id: FlowId,
        versions: &mut Vec<FlowVersion>,
        replaced: Option<&VersionContent>,
        author: Option<&str>,
        description: Option<String>,
    ) -> u64 {
        let last = versions.last().map_or(0, |version| version.number);
        if let Some(replaced) = replaced.filter(|_| last > 0) {
            self.changed(Kind::FlowVersion, version_key(id, last), replaced);
        }
        let number = last + 1;
        versions.push(FlowVersion {
            number,
            created_time: cx.now,
            created_by: author.map(str::to_owned),
            description,
        });
        while versions.len() > MAX_VERSIONS {
            let oldest = versions.remove(0);
            self.dropped(Kind::FlowVersion, version_key(id, oldest.number));
        }
        number
    }

    /// Removes a version that is not the published one.
    pub(crate) fn remove_version(
        &mut self,
        id: FlowId,
        versions: &mut Vec<FlowVersion>,
        number: u64,
    ) -> Result<()> {
        known(versions, number)?;
        if versions.last().is_some_and(|last| last.number == number) {
            return Err(DirectoryError::request(format!(
                "Version {number} is the published one. Publish another one first."
            )));
        }
        versions.retain(|version| version.number != number);
        self.dropped(Kind::FlowVersion, version_key(id, number));
        Ok(())
    }

    /// A flow or module is deleted, and its versions with it. The published content is handed out once more: contacts
    /// may still be on their way through it.
    pub(crate) fn remove_versions(&mut self, id: FlowId, versions: &[FlowVersion], content: &VersionContent) {
        let Some((last, older)) = versions.split_last() else { return };
        for version in older {
            self.dropped(Kind::FlowVersion, version_key(id, version.number));
        }
        self.changed(Kind::FlowVersion, version_key(id, last.number), content);
    }

    /// Whether the flow or module of a version still lists it.
    pub fn keeps_version(&self, id: FlowId, number: u64) -> bool {
        let versions = match (self.flow(id), self.flow_module(id)) {
            (Some(flow), _) => &flow.versions,
            (_, Some(module)) => &module.versions,
            _ => return false,
        };
        versions.iter().any(|version| version.number == number)
    }

    /// The published content of a flow or module, with the number of its version.
    pub fn published_content(&self, id: FlowId) -> Option<(u64, &str)> {
        match self.flow(id) {
            Some(flow) => flow.published.as_deref().map(|content| (flow.version(), content)),
            None => {
                let module = self.flow_module(id)?;
                module.published.as_ref().map(|published| (module.version(), published.content.as_str()))
            }
        }
    }

    /// Flows from before versions were kept begin with the first one.
    pub(crate) fn number_first_versions(&mut self) {
        let unnumbered: Vec<FlowResource> = self
            .flows()
            .filter(|flow| flow.published.is_some() && flow.versions.is_empty())
            .cloned()
            .collect();
        for mut flow in unnumbered {
            flow.versions.push(FlowVersion {
                number: 1,
                created_time: flow.last_modified_time,
                created_by: None,
                description: None,
            });
            self.put(flow);
        }
    }
}
