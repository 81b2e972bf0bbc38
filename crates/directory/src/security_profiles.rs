//! Security profiles (spec 02 §8): named sets of permissions, optionally narrowed to tagged resources.

use model::resource::{SecurityProfile, Tags, User};
use model::{ArnKind, SecurityProfileId};
use serde_json::{Value, json};

use crate::body::Body;
use crate::directory::{Cx, Directory};
use crate::error::{DirectoryError, Result};
use crate::input::inputs;
use crate::permissions::{Permission, RestrictedResource, is_restricted};
use crate::quotas::Quota;
use crate::rows::{Found, Row, Rows};
use crate::rules;
use crate::search::{FilterMember, SearchCriteria, SearchFilter, Searchable};

/// Most security profiles with access-control tags that one user may have.
pub const MAX_RESTRICTED_PROFILES: usize = 2;

inputs! {
    /// `CreateSecurityProfile`.
    CreateSecurityProfile {
        security_profile_name: String,
        description: Option<String>,
        permissions: Option<Vec<String>>,
        allowed_access_control_tags: Option<Tags>,
        tag_restricted_resources: Option<Vec<String>>,
        tags: Option<Tags>,
    }
    /// `DescribeSecurityProfile`.
    DescribeSecurityProfile { security_profile_id: String }
    /// `UpdateSecurityProfile`; what is left out stays, lists and maps are replaced whole.
    UpdateSecurityProfile {
        security_profile_id: String,
        description: Option<String>,
        permissions: Option<Vec<String>>,
        allowed_access_control_tags: Option<Tags>,
        tag_restricted_resources: Option<Vec<String>>,
    }
    /// `DeleteSecurityProfile`.
    DeleteSecurityProfile { security_profile_id: String }
    /// `ListSecurityProfiles`.
    ListSecurityProfiles {}
    /// `ListSecurityProfilePermissions`.
    ListSecurityProfilePermissions { security_profile_id: String }
    /// `SearchSecurityProfiles`.
    SearchSecurityProfiles { search_filter: Option<SearchFilter>, search_criteria: Option<SearchCriteria> }
}

const SEARCH: Searchable<SecurityProfile> = Searchable {
    fields: &[
        ("name", |profile, is| is(&profile.security_profile_name)),
        ("description", |profile, is| profile.description.as_deref().is_some_and(is)),
        ("resourceID", |profile, is| is(&profile.id.to_string())),
    ],
    leaves: &[],
    filter: FilterMember::Tag,
    tags: Some(|profile| &profile.tags),
    group: None,
};

impl Directory {
    /// The security profiles of a user, for [`crate::permissions::allows`].
    pub fn profiles_of(&self, user: &User) -> Vec<&SecurityProfile> {
        user.security_profile_ids.iter().filter_map(|&id| self.security_profile(id)).collect()
    }

    /// `CreateSecurityProfile`.
    pub fn create_security_profile(
        &mut self,
        cx: &mut Cx<'_>,
        input: CreateSecurityProfile,
    ) -> Result<SecurityProfileId> {
        self.mine(&input)?;
        profile_name(&input.security_profile_name)?;
        rules::clearable_description(input.description.as_deref())?;
        rules::tags(input.tags.as_ref())?;
        let profile = SecurityProfile {
            id: cx.fresh(),
            security_profile_name: input.security_profile_name,
            description: input.description.filter(|text| !text.is_empty()),
            permissions: permissions(input.permissions.unwrap_or_default())?,
            allowed_access_control_tags: input.allowed_access_control_tags.unwrap_or_default(),
            tag_restricted_resources: input.tag_restricted_resources.unwrap_or_default(),
            tags: input.tags.unwrap_or_default(),
            last_modified_time: cx.now,
        };
        access_control(&profile)?;
        self.name_is_free(&profile)?;
        self.room_for(Quota::SecurityProfiles, self.table::<SecurityProfile>().len())?;
        let id = profile.id;
        self.put(profile);
        Ok(id)
    }

    /// `UpdateSecurityProfile`. The name cannot be changed.
    pub fn update_security_profile(&mut self, cx: &mut Cx<'_>, input: UpdateSecurityProfile) -> Result<()> {
        self.mine(&input)?;
        let mut profile = self.find::<SecurityProfile>(&input.security_profile_id)?.clone();
        rules::clearable_description(input.description.as_deref())?;
        rules::set_description(&mut profile.description, input.description);
        if let Some(names) = input.permissions {
            profile.permissions = permissions(names)?;
        }
        let was_restricted = is_restricted(&profile);
        profile.allowed_access_control_tags =
            input.allowed_access_control_tags.unwrap_or(profile.allowed_access_control_tags);
        profile.tag_restricted_resources =
            input.tag_restricted_resources.unwrap_or(profile.tag_restricted_resources);
        access_control(&profile)?;
        if is_restricted(&profile) && !was_restricted {
            let has_it = |user: &&User| user.security_profile_ids.contains(&profile.id);
            for user in self.users().filter(has_it) {
                let others = self.profiles_of(user).into_iter().filter(|other| is_restricted(other)).count();
                if others >= MAX_RESTRICTED_PROFILES {
                    return Err(too_many_restricted(&user.username));
                }
            }
        }
        profile.last_modified_time = cx.now;
        self.put(profile);
        Ok(())
    }

    /// `DeleteSecurityProfile`: refused while users have it.
    pub fn delete_security_profile(&mut self, input: DeleteSecurityProfile) -> Result<()> {
        self.mine(&input)?;
        let profile = self.find::<SecurityProfile>(&input.security_profile_id)?;
        let id = profile.id;
        if let Some(user) = self.users().find(|user| user.security_profile_ids.contains(&id)) {
            return Err(DirectoryError::in_use(
                format!(
                    "The security profile {:?} is assigned to users, such as {:?}. Take it from them first.",
                    profile.security_profile_name, user.username
                ),
                self.scope.arn(ArnKind::SecurityProfile, id),
            ));
        }
        self.remove::<SecurityProfile>(&id);
        Ok(())
    }

    /// `DescribeSecurityProfile`; its permissions are a list of their own.
    pub fn describe_security_profile(&self, input: &DescribeSecurityProfile) -> Result<Value> {
        self.mine(input)?;
        let profile = self.find::<SecurityProfile>(&input.security_profile_id)?;
        let body = self
            .security_profile_summary(profile)
            .set("AllowedAccessControlTags", json!(profile.allowed_access_control_tags))
            .set("TagRestrictedResources", json!(profile.tag_restricted_resources))
            .modified(profile.last_modified_time, &self.scope.region);
        Ok(body.wrap("SecurityProfile"))
    }

    /// The output of `CreateSecurityProfile`.
    pub fn created_security_profile(&self, id: SecurityProfileId) -> Value {
        Body::new()
            .text("SecurityProfileId", id)
            .set("SecurityProfileArn", self.scope.arn(ArnKind::SecurityProfile, id))
            .build()
    }

    /// `ListSecurityProfiles`, by id.
    pub fn list_security_profiles<'a>(
        &'a self,
        input: &ListSecurityProfiles,
        after: Option<&str>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let after = after.and_then(|key| key.parse().ok());
        Ok(Rows::new(self.table::<SecurityProfile>().after(after).map(|profile| {
            Row::new(profile.id, Some(&profile.tags), || {
                Body::new()
                    .text("Id", profile.id)
                    .set("Arn", self.scope.arn(ArnKind::SecurityProfile, profile.id))
                    .set("Name", &*profile.security_profile_name)
                    .modified(profile.last_modified_time, &self.scope.region)
                    .build()
            })
        })))
    }

    /// `ListSecurityProfilePermissions`: the names, in alphabetical order.
    pub fn list_security_profile_permissions<'a>(
        &'a self,
        input: &ListSecurityProfilePermissions,
        after: Option<&str>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let profile = self.find::<SecurityProfile>(&input.security_profile_id)?;
        let after = after.unwrap_or_default().to_owned();
        let rows = profile.permissions.iter().filter(move |name| **name > after);
        let rows = rows.map(|name| Row::new(name, None, move || json!(name)));
        Ok(Rows::of(rows, profile.last_modified_time))
    }

    /// `SearchSecurityProfiles`.
    pub fn search_security_profiles(&self, input: &SearchSecurityProfiles) -> Result<Found<'_>> {
        self.mine(input)?;
        let matcher = SEARCH.matcher(self, input.search_filter.as_ref(), input.search_criteria.as_ref())?;
        Ok(matcher.find(self.security_profiles(), |profile| {
            Row::new(profile.id, Some(&profile.tags), || self.security_profile_summary(profile).build())
        }))
    }

    /// The security profiles of a user as they shall be: 1–10, each once, at most two with access-control tags.
    pub(crate) fn profile_ids(&self, username: &str, ids: &[String]) -> Result<Vec<SecurityProfileId>> {
        rules::count("SecurityProfileIds", ids, 1, 10)?;
        let (mut found, mut restricted) = (Vec::new(), 0);
        for id in ids {
            let profile = self.find::<SecurityProfile>(id)?;
            if found.contains(&profile.id) {
                continue;
            }
            restricted += usize::from(is_restricted(profile));
            found.push(profile.id);
        }
        if restricted > MAX_RESTRICTED_PROFILES {
            return Err(too_many_restricted(username));
        }
        Ok(found)
    }

    fn security_profile_summary(&self, profile: &SecurityProfile) -> Body {
        Body::new()
            .text("Id", profile.id)
            .text("OrganizationResourceId", self.instance.id)
            .set("Arn", self.scope.arn(ArnKind::SecurityProfile, profile.id))
            .set("SecurityProfileName", &*profile.security_profile_name)
            .opt("Description", profile.description.as_deref())
            .tags(&profile.tags)
    }
}

fn too_many_restricted(username: &str) -> DirectoryError {
    DirectoryError::request(format!(
        "{username:?} would have more than {MAX_RESTRICTED_PROFILES} security profiles with access-control tags."
    ))
}

/// A name of 1–127 letters, digits, blanks, `_`, `@` and `-`.
fn profile_name(name: &str) -> Result<()> {
    rules::name("SecurityProfileName", name)?;
    if name.chars().all(|c| c.is_ascii_alphanumeric() || " _@-".contains(c)) {
        return Ok(());
    }
    Err(DirectoryError::parameter(
        "SecurityProfileName may contain unaccented letters, digits, blanks, _, @ and - only.",
    ))
}

/// Checks permission names against the catalogue and puts them in order, each once.
fn permissions(mut names: Vec<String>) -> Result<Vec<String>> {
    rules::count("Permissions", &names, 0, 500)?;
    if let Some(unknown) = names.iter().find(|name| Permission::parse(name).is_none()) {
        return Err(DirectoryError::parameter(format!("There is no permission {unknown:?}.")));
    }
    names.sort();
    names.dedup();
    Ok(names)
}

/// At most four tags and ten resource types, and one never without the other.
fn access_control(profile: &SecurityProfile) -> Result<()> {
    let (tags, resources) = (&profile.allowed_access_control_tags, &profile.tag_restricted_resources);
    if tags.len() > 4 {
        return Err(DirectoryError::parameter(format!(
            "AllowedAccessControlTags can have 4 entries; {} were given.",
            tags.len()
        )));
    }
    for (key, value) in tags {
        rules::length("An access-control tag key", key, 1, 128)?;
        rules::length("An access-control tag value", value, 0, 256)?;
    }
    rules::count("TagRestrictedResources", resources, 0, 10)?;
    if let Some(unknown) = resources.iter().find(|name| RestrictedResource::parse(name).is_none()) {
        let known: Vec<&str> = RestrictedResource::ALL.iter().map(|kind| kind.name()).collect();
        return Err(DirectoryError::parameter(format!(
            "TagRestrictedResources names {unknown:?}; known are {}.",
            known.join(", ")
        )));
    }
    if tags.is_empty() != resources.is_empty() {
        return Err(DirectoryError::parameter(
            "Give AllowedAccessControlTags and TagRestrictedResources together, or neither.",
        ));
    }
    Ok(())
}
