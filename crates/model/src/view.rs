//! Views: pages that flows show to customers and agents (spec 07 §2).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::ViewId;
use crate::time::Timestamp;

/// A page that a flow can show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct View {
    pub id: ViewId,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What was saved last.
    pub draft: ViewContent,
    /// What was published last; none = never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<ViewContent>,
    /// The number that its last version was given; 0 = none was made.
    #[serde(default)]
    pub last_version: u64,
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    pub created_time: Timestamp,
    pub last_modified_time: Timestamp,
}

/// What a view consists of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct ViewContent {
    /// The tree of components, as JSON text.
    pub template: String,
    /// What it can answer: the branches of the block that shows it.
    pub actions: Vec<String>,
}

/// A version of a view, which never changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct ViewVersion {
    pub view: ViewId,
    pub number: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub content: ViewContent,
    pub created_time: Timestamp,
}
