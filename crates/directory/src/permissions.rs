//! What security profiles allow: the union of their grants, narrowed by access-control tags (spec 02 §8).

mod catalogue;
#[cfg(test)]
mod tests;

use model::resource::{SecurityProfile, Tags};

pub use catalogue::{Permission, PermissionGroup};

/// The resource types that a security profile can restrict to tagged resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum RestrictedResource {
    AgentStatus,
    ContactFlow,
    HoursOfOperation,
    PhoneNumber,
    Prompt,
    Queue,
    QuickConnect,
    RoutingProfile,
    SecurityProfile,
    User,
}

impl RestrictedResource {
    /// Every type.
    pub const ALL: [RestrictedResource; 10] = [
        Self::AgentStatus,
        Self::ContactFlow,
        Self::HoursOfOperation,
        Self::PhoneNumber,
        Self::Prompt,
        Self::Queue,
        Self::QuickConnect,
        Self::RoutingProfile,
        Self::SecurityProfile,
        Self::User,
    ];

    /// The name used in `TagRestrictedResources`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AgentStatus => "AgentStatus",
            Self::ContactFlow => "ContactFlow",
            Self::HoursOfOperation => "HoursOfOperation",
            Self::PhoneNumber => "PhoneNumber",
            Self::Prompt => "Prompt",
            Self::Queue => "Queue",
            Self::QuickConnect => "QuickConnect",
            Self::RoutingProfile => "RoutingProfile",
            Self::SecurityProfile => "SecurityProfile",
            Self::User => "User",
        }
    }

    /// Reads the name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl Permission {
    /// The resource type the permission is about, where tags can restrict it.
    pub fn resource(self) -> Option<RestrictedResource> {
        let family = self.name().split('.').next().unwrap_or_default();
        Some(match family {
            "AgentStates" => RestrictedResource::AgentStatus,
            "ContactFlows" => RestrictedResource::ContactFlow,
            "HoursOfOperation" => RestrictedResource::HoursOfOperation,
            "PhoneNumbers" => RestrictedResource::PhoneNumber,
            "Prompts" => RestrictedResource::Prompt,
            "Queues" => RestrictedResource::Queue,
            "TransferDestinations" => RestrictedResource::QuickConnect,
            "RoutingPolicies" => RestrictedResource::RoutingProfile,
            "SecurityProfiles" => RestrictedResource::SecurityProfile,
            "Users" => RestrictedResource::User,
            _ => return None,
        })
    }

    /// What ticking this permission on a security profile ticks along: the view of the same resources.
    pub fn prerequisite(self) -> Option<Permission> {
        let (family, action) = self.name().rsplit_once('.')?;
        let view = Permission::parse(&format!("{family}.View"))?;
        (view != self && !matches!(action, "Access" | "Enabled")).then_some(view)
    }

    /// The lists a holder may also choose from in forms, without managing them (spec 02 §8.2).
    pub fn implied_lists(self) -> &'static [Permission] {
        use Permission::*;
        match self {
            UsersView | UsersEdit => &[SecurityProfilesView, RoutingPoliciesView, AgentGroupingView],
            QueuesView | QueuesEdit => &[TransferDestinationsView, PhoneNumbersView, HoursOfOperationView],
            TransferDestinationsView => &[QueuesView, ContactFlowsView, UsersView],
            TransferDestinationsEdit => &[QueuesView, ContactFlowsView],
            PhoneNumbersView | PhoneNumbersEdit => &[ContactFlowsView],
            _ => &[],
        }
    }
}

/// Whether any of the profiles holds the permission at all. This is how the permissions that restrict
/// (`RestrictTaskCreation.Access`, `RestrictContactAccessByHierarchy.View`) are asked for.
pub fn holds(profiles: &[&SecurityProfile], permission: Permission) -> bool {
    profiles.iter().any(|profile| grants(profile, permission))
}

/// Whether the profiles together allow the permission on a resource with these tags: one of them grants it, and
/// either does not restrict that resource type or has no tag that the resource lacks. Without a resource at hand
/// (`None`: listing, creating) the grant decides alone; what is listed is then checked row by row.
pub fn allows(profiles: &[&SecurityProfile], permission: Permission, tags: Option<&Tags>) -> bool {
    profiles.iter().any(|profile| {
        let restricted = permission.resource().is_some_and(|resource| restricts(profile, resource));
        grants(profile, permission) && (!restricted || tags.is_none_or(|tags| covers(profile, tags)))
    })
}

/// Whether the profiles together allow choosing from a list of such resources in a form: either they may view it, or
/// something they may do implies the list. Tags restrict the list all the same.
pub fn allows_list(profiles: &[&SecurityProfile], list: Permission, tags: Option<&Tags>) -> bool {
    profiles.iter().any(|profile| {
        let implied = || {
            Permission::ALL
                .iter()
                .any(|&permission| permission.implied_lists().contains(&list) && grants(profile, permission))
        };
        let restricted = list.resource().is_some_and(|resource| restricts(profile, resource));
        (grants(profile, list) || implied()) && (!restricted || tags.is_none_or(|tags| covers(profile, tags)))
    })
}

/// Whether a profile narrows access by tags; a user may have at most two of this kind.
pub fn is_restricted(profile: &SecurityProfile) -> bool {
    !profile.allowed_access_control_tags.is_empty()
}

fn grants(profile: &SecurityProfile, permission: Permission) -> bool {
    profile.permissions.iter().any(|name| name == permission.name())
}

fn restricts(profile: &SecurityProfile, resource: RestrictedResource) -> bool {
    is_restricted(profile) && profile.tag_restricted_resources.iter().any(|name| name == resource.name())
}

fn covers(profile: &SecurityProfile, tags: &Tags) -> bool {
    profile.allowed_access_control_tags.iter().all(|(key, value)| tags.get(key) == Some(value))
}
