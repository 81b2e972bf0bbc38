//! What a signed-in user needs for each operation, and which resources its security profiles let it see.
//!
//! An access key of the account may do everything. A user needs the grant in the table of `needs`; where a profile
//! narrows a kind of resource by tags (spec 02 §8.4), resources without those tags are to that user as if they did not
//! exist.

use directory::Permission::{self, *};
use directory::permissions::{allows, allows_list};
use directory::{Directory, Kind};
use model::resource::{SecurityProfile, Tags};
use model::{ArnKind, UserId, arn};
use wire::ApiError;

use super::needs::{Need, need};

/// The kinds of resource that can be tagged: what its holder may do with their tags, and the kind itself.
struct Taggable {
    kind: ArnKind,
    document: Kind,
    view: Permission,
    edit: Permission,
}

const TAGGABLE: [Taggable; 13] = [
    taggable(ArnKind::Agent, Kind::User, UsersView, UsersEdit),
    taggable(ArnKind::AgentGroup, Kind::HierarchyGroup, AgentGroupingView, AgentGroupingEdit),
    taggable(ArnKind::AgentState, Kind::AgentStatus, AgentStatesView, AgentStatesEdit),
    taggable(ArnKind::ContactFlow, Kind::Flow, ContactFlowsView, ContactFlowsEdit),
    taggable(ArnKind::FlowModule, Kind::FlowModule, ContactFlowModulesView, ContactFlowModulesEdit),
    taggable(ArnKind::OperatingHours, Kind::HoursOfOperation, HoursOfOperationView, HoursOfOperationEdit),
    taggable(ArnKind::PhoneNumber, Kind::PhoneNumber, PhoneNumbersView, PhoneNumbersEdit),
    taggable(ArnKind::Prompt, Kind::Prompt, PromptsView, PromptsEdit),
    taggable(ArnKind::Queue, Kind::Queue, QueuesView, QueuesEdit),
    taggable(ArnKind::RoutingProfile, Kind::RoutingProfile, RoutingPoliciesView, RoutingPoliciesEdit),
    taggable(ArnKind::SecurityProfile, Kind::SecurityProfile, SecurityProfilesView, SecurityProfilesEdit),
    taggable(
        ArnKind::TransferDestination,
        Kind::QuickConnect,
        TransferDestinationsView,
        TransferDestinationsEdit,
    ),
    taggable(ArnKind::View, Kind::View, ViewsView, ContactFlowsEdit),
];

const fn taggable(kind: ArnKind, document: Kind, view: Permission, edit: Permission) -> Taggable {
    Taggable { kind, document, view, edit }
}

/// Whether tags are only read or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TagUse {
    Read,
    Change,
}

/// What one call touches, beside the operation's name all that its authorisation depends on.
#[derive(Debug, Default)]
pub(super) struct Subject {
    on: Option<Resource>,
    new_tags: Option<Tags>,
    uses: Vec<Resource>,
    also: Vec<Permission>,
}

#[derive(Debug)]
struct Resource {
    kind: ArnKind,
    id: String,
}

impl Subject {
    /// Nothing that tags could hide.
    pub fn none() -> Self {
        Self::default()
    }

    /// An existing resource, by id or resource name.
    pub fn on(kind: ArnKind, id: &str) -> Self {
        Self { on: Some(Resource { kind, id: id.to_owned() }), ..Self::default() }
    }

    /// A resource that is about to be made with these tags.
    pub fn new(tags: &Option<Tags>) -> Self {
        Self { new_tags: Some(tags.clone().unwrap_or_default()), ..Self::default() }
    }

    /// The call refers to these resources, which the caller must be able to see.
    pub fn using<'t>(mut self, kind: ArnKind, ids: impl IntoIterator<Item = &'t String>) -> Self {
        self.uses.extend(ids.into_iter().map(|id| Resource { kind, id: id.clone() }));
        self
    }

    /// The call needs this permission too.
    pub fn also(mut self, permission: Permission) -> Self {
        self.also.push(permission);
        self
    }
}

/// A signed-in user with its security profiles.
struct Holder<'a> {
    directory: &'a Directory,
    profiles: Vec<&'a SecurityProfile>,
}

/// Refuses the call if the user in whose name it is made (none = the account itself) may not make it.
pub(super) fn check(
    directory: &Directory,
    user: Option<UserId>,
    operation: &str,
    subject: &Subject,
) -> Result<(), ApiError> {
    let Some(holder) = Holder::of(directory, user) else { return Ok(()) };
    match need(operation) {
        Need::Account => return Err(account_only()),
        Need::User if user.is_some_and(|user| directory.user(user).is_some()) => {}
        Need::User => return Err(ApiError::access_denied("The user of this call has been deleted.")),
        Need::List(permission) => holder.lists(permission)?,
        Need::Whole(permission) => holder.holds_unnarrowed(permission)?,
        Need::One(permissions) => holder.may(permissions, subject)?,
    }
    for &permission in &subject.also {
        holder.may(&[permission], subject)?;
    }
    subject.uses.iter().try_for_each(|resource| holder.sees(resource))
}

/// Refuses the call if the user may not read or change the tags of the resource with this name.
pub(super) fn check_tags(
    directory: &Directory,
    user: Option<UserId>,
    resource_arn: &str,
    how: TagUse,
) -> Result<(), ApiError> {
    let Some(holder) = Holder::of(directory, user) else { return Ok(()) };
    let resource = arn::Arn::parse(resource_arn).map_or("", |arn| arn.resource);
    let segment = resource.split('/').next().unwrap_or_default();
    let Some(kind) = TAGGABLE.iter().find(|taggable| taggable.kind.as_str() == segment) else {
        // The instance itself, or something that has no tags, which the directory says better.
        return holder.holds_unnarrowed(match how {
            TagUse::Read => SecurityProfilesView,
            TagUse::Change => SecurityProfilesEdit,
        });
    };
    let permission = match how {
        TagUse::Read => &kind.view,
        TagUse::Change => &kind.edit,
    };
    holder.may(std::slice::from_ref(permission), &Subject::on(kind.kind, resource_arn))
}

/// Whether the user may view this resource: one that is there by its tags, one that is gone by those it had.
pub(super) fn sees_resource(
    directory: &Directory,
    user: Option<UserId>,
    kind: Kind,
    id: &str,
    had: Option<&Tags>,
) -> bool {
    let Some(holder) = Holder::of(directory, user) else { return true };
    let none = Tags::new();
    let Some(taggable) = TAGGABLE.iter().find(|taggable| taggable.document == kind) else {
        return match kind {
            Kind::Bot => allows(&holder.profiles, ContactFlowsView, None),
            Kind::TaskTemplate => allows(&holder.profiles, TaskTemplatesView, None),
            Kind::PredefinedAttribute => allows(&holder.profiles, PredefinedAttributesView, None),
            Kind::HierarchyStructure => allows(&holder.profiles, AgentGroupingView, None),
            // Settings of the whole instance.
            _ => allows(&holder.profiles, SecurityProfilesView, Some(&none)),
        };
    };
    let present = holder.tags_of(&Resource { kind: taggable.kind, id: id.to_owned() });
    allows(&holder.profiles, taggable.view, Some(present.or(had).unwrap_or(&none)))
}

/// The kinds whose tags the user may see all of; none = every kind. `standard-queue` is what this list calls queues.
pub(super) fn kinds_with_open_tags(directory: &Directory, user: Option<UserId>) -> Option<Vec<&'static str>> {
    let holder = Holder::of(directory, user)?;
    let open = |taggable: &&Taggable| allows_list(&holder.profiles, taggable.view, Some(&Tags::new()));
    let name = |taggable: &Taggable| match taggable.kind {
        ArnKind::Queue => "standard-queue",
        kind => kind.as_str(),
    };
    Some(
        TAGGABLE
            .iter()
            .filter(|taggable| {
                !matches!(
                    taggable.kind,
                    ArnKind::AgentGroup | ArnKind::FlowModule | ArnKind::View | ArnKind::PhoneNumber
                )
            })
            .filter(open)
            .map(name)
            .collect(),
    )
}

/// Which rows of a list a user sees.
pub(super) struct Sight<'a> {
    holder: Option<(Holder<'a>, Permission)>,
}

impl<'a> Sight<'a> {
    /// The sight of a user on rows that this permission lets view; without one all rows are shown.
    pub fn of(directory: &'a Directory, user: Option<UserId>, view: Option<Permission>) -> Self {
        Self { holder: Holder::of(directory, user).zip(view) }
    }

    /// Whether a row with these tags is shown.
    pub fn shows(&self, tags: Option<&Tags>) -> bool {
        match (&self.holder, tags) {
            (Some((holder, view)), Some(tags)) => !holder.is_hidden(*view, tags),
            _ => true,
        }
    }
}

/// The answer to a user who asks for something that only the account may do.
pub(super) fn account_only() -> ApiError {
    ApiError::access_denied("Instances are made and deleted with an access key of the account.")
}

impl<'a> Holder<'a> {
    /// None for the account itself. A user who has been deleted holds nothing.
    fn of(directory: &'a Directory, user: Option<UserId>) -> Option<Self> {
        let profiles = directory.user(user?).map(|user| directory.profiles_of(user)).unwrap_or_default();
        Some(Self { directory, profiles })
    }

    fn may(&self, permissions: &[Permission], subject: &Subject) -> Result<(), ApiError> {
        let any = |tags: Option<&Tags>| {
            permissions.iter().any(|&permission| allows(&self.profiles, permission, tags))
        };
        if !any(None) {
            return Err(lacks(permissions));
        }
        if let Some(tags) = &subject.new_tags
            && !any(Some(tags))
        {
            return Err(ApiError::access_denied(
                "Your security profiles narrow your access by tags. Give the new resource those tags.",
            ));
        }
        // What does not exist is for the operation itself to say.
        let Some((resource, tags)) =
            subject.on.as_ref().and_then(|resource| Some((resource, self.tags_of(resource)?)))
        else {
            return Ok(());
        };
        self.sees(resource)?;
        if any(Some(tags)) {
            return Ok(());
        }
        Err(ApiError::access_denied(format!(
            "Your security profiles grant {} on resources with other tags only.",
            names(permissions)
        )))
    }

    fn lists(&self, permission: Permission) -> Result<(), ApiError> {
        if allows_list(&self.profiles, permission, None) { Ok(()) } else { Err(lacks(&[permission])) }
    }

    fn holds_unnarrowed(&self, permission: Permission) -> Result<(), ApiError> {
        if allows(&self.profiles, permission, Some(&Tags::new())) {
            return Ok(());
        }
        Err(ApiError::access_denied(format!(
            "This concerns the whole instance and needs the permission {} from a security profile without access-control tags.",
            permission.name()
        )))
    }

    fn sees(&self, resource: &Resource) -> Result<(), ApiError> {
        let Some(taggable) = TAGGABLE.iter().find(|taggable| taggable.kind == resource.kind) else {
            return Ok(());
        };
        match self.tags_of(resource) {
            Some(tags) if self.is_hidden(taggable.view, tags) => Err(ApiError::resource_not_found(format!(
                "This instance has no {} {:?}.",
                taggable.document.noun(),
                resource.id
            ))),
            _ => Ok(()),
        }
    }

    /// Whether the user may see such resources, but not one with these tags.
    fn is_hidden(&self, view: Permission, tags: &Tags) -> bool {
        allows_list(&self.profiles, view, None) && !allows_list(&self.profiles, view, Some(tags))
    }

    fn tags_of(&self, resource: &Resource) -> Option<&'a Tags> {
        let name = self.directory.scope().arn(resource.kind, arn::id_part(&resource.id));
        self.directory.tags_of(&name).ok()
    }
}

fn lacks(permissions: &[Permission]) -> ApiError {
    ApiError::access_denied(format!(
        "This needs the permission {}. Ask an administrator to add it to one of your security profiles.",
        names(permissions)
    ))
}

fn names(permissions: &[Permission]) -> String {
    let names: Vec<_> = permissions.iter().map(|permission| permission.name()).collect();
    names.join(" or ")
}
