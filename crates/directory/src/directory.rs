//! The directory itself: its tables, how it is loaded, what it asks the store to write, and how ids are resolved.

use std::collections::BTreeMap;

use model::resource::*;
use model::*;
use serde_json::Value;
use uuid::Uuid;

use crate::bots::Bot;
use crate::defaults::Defaults;
use crate::error::{DirectoryError, LoadError, Result};
use crate::hierarchy::{HierarchyGroup, HierarchyStructure};
use crate::input::Input;
use crate::kind::{Change, Kind};
use crate::quotas::{Quota, Quotas};
use crate::storage::StorageAssociation;
use crate::table::{Document, Table};

/// What every change needs from outside: the time and a source of ids.
pub struct Cx<'a> {
    /// The moment of the change.
    pub now: Timestamp,
    /// Gives an id that was never given before.
    pub new_uuid: &'a mut dyn FnMut() -> Uuid,
}

impl Cx<'_> {
    /// A new id of the wanted type.
    pub(crate) fn fresh<I: From<Uuid>>(&mut self) -> I {
        I::from((self.new_uuid)())
    }
}

/// The configured resources of one instance.
///
/// Two directories are equal when they hold the same documents, whatever changes wait to be taken.
#[derive(Clone, Debug)]
pub struct Directory {
    pub(crate) scope: Scope,
    pub(crate) instance: Instance,
    pub(crate) quotas: Quotas,
    pub(crate) defaults: Defaults,
    pub(crate) structure: HierarchyStructure,
    pub(crate) tables: Tables,
    /// The documents that are no rows of a table, as they were last stored.
    singles: BTreeMap<Kind, Value>,
    changes: BTreeMap<(Kind, String), Change>,
}

impl PartialEq for Directory {
    fn eq(&self, other: &Self) -> bool {
        self.scope == other.scope
            && self.instance == other.instance
            && self.quotas == other.quotas
            && self.defaults == other.defaults
            && self.structure == other.structure
            && self.tables == other.tables
    }
}

/// The tables, one per kind of resource with a name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tables {
    users: Table<User>,
    security_profiles: Table<SecurityProfile>,
    routing_profiles: Table<RoutingProfile>,
    queues: Table<Queue>,
    hours: Table<HoursOfOperation>,
    quick_connects: Table<QuickConnect>,
    agent_statuses: Table<AgentStatus>,
    flows: Table<FlowResource>,
    modules: Table<FlowModule>,
    prompts: Table<Prompt>,
    task_templates: Table<TaskTemplate>,
    views: Table<View>,
    view_versions: Table<ViewVersion>,
    phone_numbers: Table<PhoneNumber>,
    released_numbers: Table<ReleasedNumber>,
    bots: Table<Bot>,
    attributes: Table<PredefinedAttribute>,
    groups: Table<HierarchyGroup>,
    storage: Table<StorageAssociation>,
}

/// A directory has a table of this kind of document.
pub(crate) trait Holds<D: Document> {
    fn table(&self) -> &Table<D>;
    fn table_mut(&mut self) -> &mut Table<D>;
}

macro_rules! tables {
    ($($document:ty: $table:ident, $one:ident($id:ty), $all:ident, $named:ident;)*) => {
        $(impl Holds<$document> for Tables {
            fn table(&self) -> &Table<$document> { &self.$table }
            fn table_mut(&mut self) -> &mut Table<$document> { &mut self.$table }
        })*

        impl Directory {
            $(
                #[doc = concat!("The `", stringify!($document), "` with this id.")]
                pub fn $one(&self, id: $id) -> Option<&$document> {
                    self.tables.$table.get(&id)
                }

                #[doc = concat!("Every `", stringify!($document), "`, in the order of their ids.")]
                pub fn $all(&self) -> impl Iterator<Item = &$document> {
                    self.tables.$table.iter()
                }

                #[doc = concat!("The `", stringify!($document), "` with exactly this name.")]
                pub fn $named(&self, name: &str) -> Option<&$document> {
                    self.tables.$table.named(name)
                }
            )*

            fn load_row(&mut self, kind: Kind, id: &str, body: Value) -> Result<(), LoadError> {
                match kind {
                    $(<$document as Document>::KIND => load_into(&mut self.tables.$table, id, body)?,)*
                    Kind::Quotas => self.quotas = read(kind, id, body)?,
                    Kind::Defaults => self.defaults = read(kind, id, body)?,
                    Kind::HierarchyStructure => self.structure = read(kind, id, body)?,
                    Kind::Instance => self.instance = read(kind, id, body)?,
                    Kind::HierarchyGroup => load_into(&mut self.tables.groups, id, body)?,
                    Kind::ViewVersion => load_into(&mut self.tables.view_versions, id, body)?,
                    Kind::Bot => load_into(&mut self.tables.bots, id, body)?,
                    Kind::StorageConfig => load_into(&mut self.tables.storage, id, body)?,
                    Kind::PredefinedAttribute => load_into(&mut self.tables.attributes, id, body)?,
                    Kind::ReleasedNumber => load_into(&mut self.tables.released_numbers, id, body)?,
                    Kind::FlowVersion => {}
                }
                Ok(())
            }
        }
    };
}

tables! {
    User: users, user(UserId), users, user_named;
    SecurityProfile: security_profiles, security_profile(SecurityProfileId), security_profiles, security_profile_named;
    RoutingProfile: routing_profiles, routing_profile(RoutingProfileId), routing_profiles, routing_profile_named;
    Queue: queues, queue(QueueId), queues, queue_named;
    HoursOfOperation: hours, hours_of_operation(HoursOfOperationId), hours_of_operations, hours_of_operation_named;
    QuickConnect: quick_connects, quick_connect(QuickConnectId), quick_connects, quick_connect_named;
    AgentStatus: agent_statuses, agent_status(AgentStatusId), agent_statuses, agent_status_named;
    FlowResource: flows, flow(FlowId), flows, flow_named;
    FlowModule: modules, flow_module(FlowId), flow_modules, flow_module_named;
    Prompt: prompts, prompt(PromptId), prompts, prompt_named;
    TaskTemplate: task_templates, task_template(TaskTemplateId), task_templates, task_template_named;
    View: views, view(ViewId), views, view_with_name;
    PhoneNumber: phone_numbers, phone_number(PhoneNumberId), phone_numbers, phone_number_named;
}

macro_rules! holds {
    ($($document:ty: $table:ident;)*) => {$(
        impl Holds<$document> for Tables {
            fn table(&self) -> &Table<$document> { &self.$table }
            fn table_mut(&mut self) -> &mut Table<$document> { &mut self.$table }
        }
    )*};
}

holds! {
    PredefinedAttribute: attributes;
    Bot: bots;
    ViewVersion: view_versions;
    ReleasedNumber: released_numbers;
    HierarchyGroup: groups;
    StorageAssociation: storage;
}

fn read<T: serde::de::DeserializeOwned>(kind: Kind, id: &str, body: Value) -> Result<T, LoadError> {
    serde_json::from_value(body).map_err(|source| LoadError::Unreadable {
        kind: kind.as_str(),
        id: id.to_owned(),
        source,
    })
}

fn load_into<D: Document>(table: &mut Table<D>, id: &str, body: Value) -> Result<(), LoadError> {
    let kind = D::KIND.as_str();
    let document: D = read(D::KIND, id, body)?;
    if document.id().to_string() != id {
        return Err(LoadError::WrongKey { kind, id: id.to_owned() });
    }
    let name = document.unique_name();
    if table.named(&name).is_some() {
        return Err(LoadError::DuplicateName { kind, id: id.to_owned(), name });
    }
    table.put(document);
    Ok(())
}

impl Directory {
    /// A directory with nothing but its instance in it.
    pub fn new(scope: Scope, instance: Instance) -> Self {
        let mut directory = Self::empty(scope, instance);
        directory.save_instance();
        directory
    }

    fn empty(scope: Scope, instance: Instance) -> Self {
        Self {
            scope,
            instance,
            quotas: Quotas::default(),
            defaults: Defaults::default(),
            structure: HierarchyStructure::default(),
            tables: Tables::default(),
            singles: BTreeMap::new(),
            changes: BTreeMap::new(),
        }
    }

    /// The directory that these stored documents make up. The order does not matter.
    pub fn load(
        scope: Scope,
        documents: impl Iterator<Item = (Kind, String, Value)>,
    ) -> Result<Self, LoadError> {
        let mut rest = Vec::new();
        let mut instance = None;
        let mut singles = BTreeMap::new();
        for (kind, id, body) in documents {
            if kind.is_single() {
                singles.insert(kind, body.clone());
            }
            match kind {
                Kind::Instance => instance = Some(read(kind, &id, body)?),
                _ => rest.push((kind, id, body)),
            }
        }
        let instance: Instance = instance.ok_or(LoadError::NoInstance)?;
        if instance.id != scope.instance {
            return Err(LoadError::OtherInstance(instance.id));
        }
        let mut directory = Self::empty(scope, instance);
        directory.singles = singles;
        for (kind, id, body) in rest {
            directory.load_row(kind, &id, body)?;
        }
        directory.number_first_versions();
        Ok(directory)
    }

    /// What has to be written since the last call, at most one change per document. An operation that was refused
    /// adds nothing.
    pub fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes).into_values().collect()
    }

    /// Region, account and instance: what resource names are made of.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The instance.
    pub fn instance(&self) -> &Instance {
        &self.instance
    }

    /// The predefined attribute with this name, compared without regard to case.
    pub fn predefined_attribute(&self, name: &str) -> Option<&PredefinedAttribute> {
        self.tables.attributes.named(&name.to_lowercase())
    }

    /// Every predefined attribute, by name.
    pub fn predefined_attributes(&self) -> impl Iterator<Item = &PredefinedAttribute> {
        self.tables.attributes.iter()
    }

    /// The hierarchy group with this id.
    pub fn hierarchy_group(&self, id: HierarchyGroupId) -> Option<&HierarchyGroup> {
        self.tables.groups.get(&id)
    }

    /// Every hierarchy group, in the order of their ids.
    pub fn hierarchy_groups(&self) -> impl Iterator<Item = &HierarchyGroup> {
        self.tables.groups.iter()
    }

    /// The names of the hierarchy levels.
    pub fn hierarchy_structure(&self) -> &HierarchyStructure {
        &self.structure
    }

    /// What is stored outside and where; one entry per type.
    pub fn storage_configs(&self) -> impl Iterator<Item = &StorageAssociation> {
        self.tables.storage.iter()
    }

    /// The user with this login name; the public error for signing in when there is none.
    pub fn user_by_login(&self, username: &str) -> Result<&User> {
        self.user_named(username).ok_or_else(|| {
            DirectoryError::new(
                crate::Code::UserNotFound,
                "No user of this instance has that name; user names are case-sensitive.",
            )
        })
    }

    /// The document an id or a resource name refers to.
    pub(crate) fn find<D: Document>(&self, text: &str) -> Result<&D>
    where
        Tables: Holds<D>,
    {
        // The name of a phone number tells no instance.
        let foreign = Arn::parse(text)
            .is_some_and(|arn| !arn.instance.is_empty() && arn.instance != self.instance.id.to_string());
        let found = match arn::id_part(text).parse::<D::Id>() {
            Ok(id) if !foreign => Holds::<D>::table(&self.tables).get(&id),
            _ => None,
        };
        found.ok_or_else(|| {
            DirectoryError::not_found(format!("This instance has no {} {text:?}.", D::KIND.noun()))
        })
    }

    /// Refuses a name that another document of the kind has.
    pub(crate) fn name_is_free<D: Document>(&self, document: &D) -> Result<()>
    where
        Tables: Holds<D>,
    {
        match Holds::<D>::table(&self.tables).named(&document.unique_name()) {
            Some(other) if other.id() != document.id() => Err(DirectoryError::duplicate(format!(
                "A {} with this name exists already: {}. Choose another name.",
                D::KIND.noun(),
                other.id()
            ))),
            _ => Ok(()),
        }
    }

    /// Refuses one more document of the kind when the quota is used up.
    pub(crate) fn room_for(&self, quota: Quota, used: usize) -> Result<()> {
        let limit = self.quota(quota);
        if (used as u64) < limit {
            return Ok(());
        }
        Err(DirectoryError::new(
            crate::Code::LimitExceeded,
            format!("The quota \"{}\" of {limit} is used up. Remove one or raise the quota.", quota.name()),
        ))
    }

    /// Refuses a request that names another instance than this one.
    pub(crate) fn mine(&self, input: &impl Input) -> Result<()> {
        match input.instance_id() {
            Some(text) if arn::id_part(text).parse() != Ok(self.instance.id) => {
                Err(DirectoryError::not_found(format!("There is no instance {text:?} here.")))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn put<D: Document>(&mut self, document: D)
    where
        Tables: Holds<D>,
    {
        let before = self.table::<D>().get(&document.id()).map(printed);
        self.change(D::KIND, document.id().to_string(), before, Some(printed(&document)));
        Holds::<D>::table_mut(&mut self.tables).put(document);
    }

    pub(crate) fn remove<D: Document>(&mut self, id: &D::Id)
    where
        Tables: Holds<D>,
    {
        if let Some(document) = Holds::<D>::table_mut(&mut self.tables).remove(id) {
            self.change(D::KIND, id.to_string(), Some(printed(&document)), None);
        }
    }

    /// Notes that a document the directory does not hold has to be removed.
    pub(crate) fn dropped(&mut self, kind: Kind, id: String) {
        self.change(kind, id, None, None);
    }

    pub(crate) fn table<D: Document>(&self) -> &Table<D>
    where
        Tables: Holds<D>,
    {
        Holds::<D>::table(&self.tables)
    }

    pub(crate) fn save_instance(&mut self) {
        let instance = self.instance.clone();
        self.changed(Kind::Instance, instance.id.to_string(), &instance);
    }

    /// Notes that a document that is no row of a table has to be written.
    pub(crate) fn changed(&mut self, kind: Kind, id: String, document: &impl serde::Serialize) {
        let after = printed(document);
        let before = kind.is_single().then(|| self.singles.insert(kind, after.clone())).flatten();
        self.change(kind, id, before, Some(after));
    }

    /// Of several changes of a document before they are taken, what was before the first one counts.
    fn change(&mut self, kind: Kind, id: String, before: Option<Value>, after: Option<Value>) {
        let key = (kind, id.clone());
        let before = match self.changes.remove(&key) {
            Some(earlier) => earlier.before,
            None => before,
        };
        self.changes.insert(key, Change { kind, id, before, after });
    }
}

fn printed(document: &impl serde::Serialize) -> Value {
    serde_json::to_value(document).expect("documents have text keys and finite numbers")
}
