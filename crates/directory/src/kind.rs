//! The kinds of document the directory keeps, and the changes it asks the store to make.

use std::fmt;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $noun:literal;)*) => {
        /// A kind of stored document. The text names are table keys: they never change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind { $($(#[$doc])* $name,)* }

        impl Kind {
            /// All kinds, in the order in which they are declared.
            pub const ALL: &[Kind] = &[$(Kind::$name,)*];

            /// The stable text name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Kind::$name => $text,)* }
            }

            /// The word for one of them in a message.
            pub const fn noun(self) -> &'static str {
                match self { $(Kind::$name => $noun,)* }
            }

            /// Reads the text name.
            pub fn parse(text: &str) -> Option<Kind> {
                match text { $($text => Some(Kind::$name),)* _ => None }
            }
        }
    };
}

kinds! {
    /// The instance itself; one document, its id is the instance id.
    Instance = "instance", "instance";
    /// Quotas with another value than their default; one document, id `quotas`.
    Quotas = "quotas", "quota table";
    /// Which flows were made with the instance and cannot be removed; one document, id `defaults`.
    Defaults = "defaults", "default list";
    /// A storage config.
    StorageConfig = "storage-config", "storage config";
    /// The names of the hierarchy levels; one document, id `levels`.
    HierarchyStructure = "hierarchy-structure", "hierarchy structure";
    /// An agent hierarchy group.
    HierarchyGroup = "hierarchy-group", "hierarchy group";
    /// A security profile.
    SecurityProfile = "security-profile", "security profile";
    /// Hours of operation.
    HoursOfOperation = "hours-of-operation", "hours of operation";
    /// A prompt.
    Prompt = "prompt", "prompt";
    /// A flow.
    Flow = "flow", "flow";
    /// A flow module.
    FlowModule = "flow-module", "flow module";
    /// The content of a version that was replaced; its id is that of the flow or module, a colon and the number.
    /// The directory does not hold these.
    FlowVersion = "flow-version", "flow version";
    /// A bot with its versions and aliases.
    Bot = "bot", "bot";
    /// A standard queue.
    Queue = "queue", "queue";
    /// A quick connect.
    QuickConnect = "quick-connect", "quick connect";
    /// A routing profile.
    RoutingProfile = "routing-profile", "routing profile";
    /// A task template.
    TaskTemplate = "task-template", "task template";
    /// A view.
    View = "view", "view";
    /// A version of a view; its id is that of the view, a colon and the number.
    ViewVersion = "view-version", "view version";
    /// A claimed phone number.
    PhoneNumber = "phone-number", "phone number";
    /// A phone number that was given back and cannot be claimed for a while; its id is the number.
    ReleasedNumber = "released-number", "released phone number";
    /// An agent status.
    AgentStatus = "agent-status", "agent status";
    /// A predefined attribute; its id is its name.
    PredefinedAttribute = "predefined-attribute", "predefined attribute";
    /// A user.
    User = "user", "user";
}

impl Kind {
    /// Whether a directory is made of such documents. Those of other kinds are read one by one.
    pub const fn is_held(self) -> bool {
        !matches!(self, Kind::FlowVersion)
    }

    /// Whether there is one document of the kind, which is no row of a table.
    pub(crate) const fn is_single(self) -> bool {
        matches!(self, Kind::Instance | Kind::Quotas | Kind::Defaults | Kind::HierarchyStructure)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing for the store to do; all changes of one operation are committed together.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The document's kind.
    pub kind: Kind,
    /// Its key within the kind.
    pub id: String,
    /// The whole document as it was; none when it is new, or one that the directory does not hold.
    pub before: Option<serde_json::Value>,
    /// The whole document as it is to be written; none to remove it.
    pub after: Option<serde_json::Value>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for &kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(Kind::parse("Queue"), None);
    }
}
