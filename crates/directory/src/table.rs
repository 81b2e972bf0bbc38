//! A table of documents of one kind, with an index by unique name.

use std::collections::BTreeMap;
use std::fmt::{Debug, Display};
use std::ops::Bound;
use std::str::FromStr;

use model::resource::*;
use model::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bots::Bot;
use crate::hierarchy::HierarchyGroup;
use crate::kind::Kind;
use crate::storage::StorageAssociation;

/// A stored resource with an id and a name.
pub trait Document: Clone + Debug + PartialEq + Serialize + DeserializeOwned {
    /// Its kind.
    const KIND: Kind;
    /// The type of its id.
    type Id: Clone + Debug + Display + Ord + FromStr;

    /// Its id.
    fn id(&self) -> Self::Id;

    /// What must be unique among the documents of the kind: the name, in the spelling in which names are compared.
    fn unique_name(&self) -> String;
}

macro_rules! documents {
    ($($type:ty: $kind:ident, $id_type:ty, $id:ident, $name:ident;)*) => {$(
        impl Document for $type {
            const KIND: Kind = Kind::$kind;
            type Id = $id_type;
            fn id(&self) -> $id_type { self.$id }
            fn unique_name(&self) -> String { self.$name.clone() }
        }
    )*};
}

documents! {
    User: User, UserId, id, username;
    SecurityProfile: SecurityProfile, SecurityProfileId, id, security_profile_name;
    RoutingProfile: RoutingProfile, RoutingProfileId, routing_profile_id, name;
    Queue: Queue, QueueId, queue_id, name;
    HoursOfOperation: HoursOfOperation, HoursOfOperationId, hours_of_operation_id, name;
    QuickConnect: QuickConnect, QuickConnectId, quick_connect_id, name;
    AgentStatus: AgentStatus, AgentStatusId, agent_status_id, name;
    FlowResource: Flow, FlowId, id, name;
    FlowModule: FlowModule, FlowId, id, name;
    Prompt: Prompt, PromptId, prompt_id, name;
    TaskTemplate: TaskTemplate, TaskTemplateId, id, name;
    PhoneNumber: PhoneNumber, PhoneNumberId, id, phone_number;
    View: View, ViewId, id, name;
}

impl Document for ViewVersion {
    const KIND: Kind = Kind::ViewVersion;
    type Id = String;

    fn id(&self) -> String {
        crate::views::version_key(self.view, self.number)
    }

    fn unique_name(&self) -> String {
        self.id()
    }
}

impl Document for PredefinedAttribute {
    const KIND: Kind = Kind::PredefinedAttribute;
    type Id = String;

    fn id(&self) -> String {
        self.name.clone()
    }

    /// Names differ only if they differ in more than case (spec 02 §13).
    fn unique_name(&self) -> String {
        self.name.to_lowercase()
    }
}

impl Document for ReleasedNumber {
    const KIND: Kind = Kind::ReleasedNumber;
    type Id = String;

    fn id(&self) -> String {
        self.phone_number.clone()
    }

    fn unique_name(&self) -> String {
        self.phone_number.clone()
    }
}

impl Document for Bot {
    const KIND: Kind = Kind::Bot;
    type Id = String;

    fn id(&self) -> String {
        self.bot_id.clone()
    }

    fn unique_name(&self) -> String {
        self.name.clone()
    }
}

impl Document for HierarchyGroup {
    const KIND: Kind = Kind::HierarchyGroup;
    type Id = HierarchyGroupId;

    fn id(&self) -> HierarchyGroupId {
        self.id
    }

    /// Two groups may have the same name under different parents.
    fn unique_name(&self) -> String {
        match self.parent_id {
            Some(parent) => format!("{parent}/{}", self.name),
            None => format!("/{}", self.name),
        }
    }
}

impl Document for StorageAssociation {
    const KIND: Kind = Kind::StorageConfig;
    type Id = uuid::Uuid;

    fn id(&self) -> uuid::Uuid {
        self.association_id
    }

    /// One association per type of stored thing.
    fn unique_name(&self) -> String {
        self.resource_type.as_str().to_owned()
    }
}

/// Documents of one kind in the order of their ids.
#[derive(Clone, Debug)]
pub struct Table<D: Document> {
    rows: BTreeMap<D::Id, D>,
    names: BTreeMap<String, D::Id>,
}

impl<D: Document> Default for Table<D> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), names: BTreeMap::new() }
    }
}

impl<D: Document> PartialEq for Table<D> {
    fn eq(&self, other: &Self) -> bool {
        self.rows == other.rows
    }
}

impl<D: Document> Table<D> {
    /// The document with this id.
    pub fn get(&self, id: &D::Id) -> Option<&D> {
        self.rows.get(id)
    }

    /// The document with this unique name, in the spelling of [`Document::unique_name`].
    pub fn named(&self, unique_name: &str) -> Option<&D> {
        self.names.get(unique_name).and_then(|id| self.rows.get(id))
    }

    /// All documents, by id.
    pub fn iter(&self) -> impl Iterator<Item = &D> {
        self.rows.values()
    }

    /// The documents whose id lies after this one, by id.
    pub fn after(&self, id: Option<D::Id>) -> impl Iterator<Item = &D> {
        let from = id.map_or(Bound::Unbounded, Bound::Excluded);
        self.rows.range((from, Bound::Unbounded)).map(|(_, document)| document)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds or replaces a document. The caller has checked that no other one has its name.
    pub(crate) fn put(&mut self, document: D) {
        let (id, name) = (document.id(), document.unique_name());
        if let Some(before) = self.rows.insert(id.clone(), document) {
            self.names.remove(&before.unique_name());
        }
        self.names.insert(name, id);
    }

    /// Removes a document.
    pub(crate) fn remove(&mut self, id: &D::Id) -> Option<D> {
        let document = self.rows.remove(id)?;
        self.names.remove(&document.unique_name());
        Some(document)
    }
}
