//! The quotas of an instance: a table of defaults (spec 01 §2.2) with overrides that an operator sets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::directory::Directory;
use crate::kind::Kind;

macro_rules! quotas {
    ($($(#[$doc:meta])* $quota:ident = $name:literal, $default:literal, $adjustable:literal;)*) => {
        /// A limit of one instance. Counts, unless the description says otherwise.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Quota { $($(#[$doc])* $quota,)* }

        impl Quota {
            /// Every quota.
            pub const ALL: &[Quota] = &[$(Quota::$quota,)*];

            /// The name shown to people and used as the key of an override.
            pub const fn name(self) -> &'static str {
                match self { $(Quota::$quota => $name,)* }
            }

            /// The value when nobody set another one.
            pub const fn default_value(self) -> u64 {
                match self { $(Quota::$quota => $default,)* }
            }

            /// Whether the published quota is one that can be raised on request. Ours can all be set.
            pub const fn adjustable(self) -> bool {
                match self { $(Quota::$quota => $adjustable,)* }
            }
        }
    };
}

quotas! {
    /// Agent statuses, the two default ones included.
    AgentStatuses = "Agent statuses per instance", 50, false;
    /// Aliases of bots that flows may use.
    BotAliases = "Bot aliases per instance", 100, true;
    /// Calls in flows, in queues, with agents, and outbound.
    ConcurrentCalls = "Concurrent active calls per instance", 10, true;
    /// Chats, waiting ones included.
    ConcurrentChats = "Concurrent active chats per instance", 100, true;
    /// Tasks that have not ended.
    ConcurrentTasks = "Concurrent active tasks per instance", 2_500, true;
    /// Flows, archived ones included.
    Flows = "Flows per instance", 100, true;
    /// Flow modules, archived ones included.
    FlowModules = "Flow modules per instance", 200, false;
    /// Functions that flows may call.
    Functions = "Function registrations per instance", 50, true;
    /// Hierarchy groups of all levels together.
    HierarchyGroups = "User hierarchy groups per instance", 500, true;
    /// Hours of operation.
    HoursOfOperation = "Hours of operation per instance", 100, true;
    /// Claimed phone numbers.
    PhoneNumbers = "Phone numbers per instance", 5, true;
    /// Predefined attributes besides the system's own.
    PredefinedAttributes = "Predefined attributes per instance", 25, true;
    /// Proficiencies of one agent.
    Proficiencies = "Proficiencies per agent", 10, true;
    /// Prompts.
    Prompts = "Prompts per instance", 500, true;
    /// Standard queues.
    Queues = "Queues per instance", 50, true;
    /// Combinations of queue and channel in one routing profile.
    QueuesPerRoutingProfile = "Queues per routing profile", 50, true;
    /// Quick connects.
    QuickConnects = "Quick connects per instance", 100, true;
    /// Quick connects of one queue (spec 12 F07).
    QuickConnectsPerQueue = "Quick connects per queue", 700, false;
    /// Saved reports.
    Reports = "Reports per instance", 2_000, true;
    /// Routing profiles.
    RoutingProfiles = "Routing profiles per instance", 100, true;
    /// Scheduled reports.
    ScheduledReports = "Scheduled reports per instance", 50, false;
    /// Security profiles.
    SecurityProfiles = "Security profiles per instance", 100, true;
    /// Fields of task templates besides name, description, time and assignment, all templates together.
    TaskTemplateFields = "Customised task-template fields per instance", 50, false;
    /// Task templates.
    TaskTemplates = "Task templates per instance", 50, false;
    /// Users.
    Users = "Users per instance", 500, true;
    /// Views besides the managed ones.
    Views = "Views per instance", 500, true;
    /// Versions of one view.
    ViewVersions = "Versions per view", 100, true;
}

impl Quota {
    /// Reads the name.
    pub fn parse(name: &str) -> Option<Quota> {
        Self::ALL.iter().copied().find(|quota| quota.name() == name)
    }
}

/// The overrides, by quota name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Quotas(BTreeMap<String, u64>);

impl Directory {
    /// The value in force.
    pub fn quota(&self, quota: Quota) -> u64 {
        self.quotas.0.get(quota.name()).copied().unwrap_or(quota.default_value())
    }

    /// Sets a value, or returns to the default with `None`. What exists beyond a lowered quota stays.
    pub fn set_quota(&mut self, quota: Quota, value: Option<u64>) {
        match value {
            Some(value) => self.quotas.0.insert(quota.name().to_owned(), value),
            None => self.quotas.0.remove(quota.name()),
        };
        let quotas = self.quotas.clone();
        self.changed(Kind::Quotas, "quotas".to_owned(), &quotas);
    }

    /// The sum of the three concurrency quotas: what all queues can hold together (spec 01 §2.2).
    pub fn contact_capacity(&self) -> u64 {
        [Quota::ConcurrentCalls, Quota::ConcurrentChats, Quota::ConcurrentTasks]
            .into_iter()
            .fold(0, |sum, quota| sum.saturating_add(self.quota(quota)))
    }
}
