//! Task templates: the forms by which tasks are made (spec 03 D5, 12 G35).

use serde::{Deserialize, Serialize};

use crate::id::{FlowId, TaskTemplateId};
use crate::time::Timestamp;

/// A form for tasks of one sort.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct TaskTemplate {
    pub id: TaskTemplateId,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The flow of its tasks, unless they are given to a quick connect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_flow_id: Option<FlowId>,
    pub fields: Vec<TaskTemplateField>,
    #[serde(default)]
    pub constraints: TaskTemplateConstraints,
    #[serde(default)]
    pub defaults: TaskTemplateDefaults,
    pub status: TaskTemplateStatus,
    /// 1 when it was made, one more with every change.
    pub version: u32,
    pub created_time: Timestamp,
    pub last_modified_time: Timestamp,
}

/// Whether tasks can be made by a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum TaskTemplateStatus {
    Active,
    Inactive,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum TaskTemplateFieldType {
    Name,
    Description,
    ScheduledTime,
    QuickConnect,
    Url,
    Number,
    Text,
    TextArea,
    DateTime,
    Boolean,
    SingleSelect,
    Email,
    SelfAssign,
    ExpiryDuration,
}

impl TaskTemplateFieldType {
    /// The type of the reference that carries the value; none for the parts that every task has.
    pub const fn reference(self) -> Option<&'static str> {
        match self {
            Self::Url => Some("URL"),
            Self::Number => Some("NUMBER"),
            Self::DateTime => Some("DATE"),
            Self::Email => Some("EMAIL"),
            Self::Text | Self::TextArea | Self::Boolean | Self::SingleSelect => Some("STRING"),
            Self::Name
            | Self::Description
            | Self::ScheduledTime
            | Self::QuickConnect
            | Self::SelfAssign
            | Self::ExpiryDuration => None,
        }
    }
}

/// How a field is named.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct TaskTemplateFieldIdentifier {
    pub name: String,
}

/// One line of the form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct TaskTemplateField {
    pub id: TaskTemplateFieldIdentifier,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(rename = "Type")]
    pub kind: TaskTemplateFieldType,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub single_select_options: Vec<String>,
}

/// A field that a constraint holds for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct TaskTemplateFieldReference {
    pub id: TaskTemplateFieldIdentifier,
}

/// Which fields must be filled in, cannot be changed, are not shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct TaskTemplateConstraints {
    pub required_fields: Vec<TaskTemplateFieldReference>,
    pub read_only_fields: Vec<TaskTemplateFieldReference>,
    pub invisible_fields: Vec<TaskTemplateFieldReference>,
}

/// What fields hold before anybody fills them in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct TaskTemplateDefaults {
    pub default_field_values: Vec<TaskTemplateDefaultFieldValue>,
}

/// The default of one field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct TaskTemplateDefaultFieldValue {
    pub id: TaskTemplateFieldIdentifier,
    pub default_value: String,
}

impl TaskTemplate {
    /// The default of a field.
    pub fn default_of(&self, field: &str) -> Option<&str> {
        let mut defaults = self.defaults.default_field_values.iter();
        defaults.find(|one| one.id.name == field).map(|one| one.default_value.as_str())
    }

    /// Whether a field must be filled in.
    pub fn requires(&self, field: &str) -> bool {
        self.constraints.required_fields.iter().any(|one| one.id.name == field)
    }

    /// Whether a field keeps its default.
    pub fn fixes(&self, field: &str) -> bool {
        self.constraints.read_only_fields.iter().any(|one| one.id.name == field)
    }
}
