//! Users (spec 02 §7): who signs in, with which profiles, and how contacts reach them.

pub mod password;
pub mod proficiencies;

use model::resource::{IdentityInfo, PhoneConfig, RoutingProfile, Tags, User};
use model::{ArnKind, HierarchyGroupId, UserId};
use serde_json::{Value, json};

use crate::body::Body;
use crate::directory::{Cx, Directory};
use crate::error::{Code, DirectoryError, Result};
use crate::hierarchy::HierarchyGroup;
use crate::input::{Secret, inputs, parts};
use crate::quotas::Quota;
use crate::rows::{Found, Row, Rows};
use crate::rules;
use crate::search::{FilterMember, SearchCriteria, SearchFilter, Searchable};

inputs! {
    /// `CreateUser`. The hash of the password is handed over beside it.
    CreateUser {
        username: String,
        password: Option<Secret>,
        identity_info: Option<IdentityInfoInput>,
        phone_config: Option<PhoneConfigInput>,
        directory_user_id: Option<String>,
        security_profile_ids: Vec<String>,
        routing_profile_id: String,
        hierarchy_group_id: Option<String>,
        tags: Option<Tags>,
    }
    /// `DescribeUser`.
    DescribeUser { user_id: String }
    /// `UpdateUserIdentityInfo`; replaces the whole structure.
    UpdateUserIdentityInfo { user_id: String, identity_info: IdentityInfoInput }
    /// `UpdateUserPhoneConfig`; replaces the whole structure.
    UpdateUserPhoneConfig { user_id: String, phone_config: PhoneConfigInput }
    /// `UpdateUserRoutingProfile`.
    UpdateUserRoutingProfile { user_id: String, routing_profile_id: String }
    /// `UpdateUserSecurityProfiles`; replaces the list.
    UpdateUserSecurityProfiles { user_id: String, security_profile_ids: Vec<String> }
    /// `UpdateUserHierarchy`; without a group the user leaves the hierarchy.
    UpdateUserHierarchy { user_id: String, hierarchy_group_id: Option<String> }
    /// `DeleteUser`.
    DeleteUser { user_id: String }
    /// `ListUsers`.
    ListUsers {}
    /// `SearchUsers`.
    SearchUsers { search_filter: Option<SearchFilter>, search_criteria: Option<SearchCriteria> }
}

parts! {
    /// Name and addresses of a user.
    IdentityInfoInput {
        first_name: Option<String>,
        last_name: Option<String>,
        email: Option<String>,
        secondary_email: Option<String>,
        mobile: Option<String>,
    }
    /// How calls and after-contact work are handled; after-contact work in seconds, 0 = until closed.
    PhoneConfigInput {
        phone_type: PhoneType,
        auto_accept: Option<bool>,
        after_contact_work_time_limit: Option<u32>,
        desk_phone_number: Option<String>,
    }
}

/// Where an agent's calls ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum PhoneType {
    SoftPhone,
    DeskPhone,
}

/// Longest after-contact work, in seconds (spec 02 §16).
pub const MAX_AFTER_CONTACT_WORK: u32 = 2_000_000;

const SEARCH: Searchable<User> = Searchable {
    fields: &[
        ("Username", |user, is| is(&user.username)),
        ("FirstName", |user, is| user.identity_info.first_name.as_deref().is_some_and(is)),
        ("LastName", |user, is| user.identity_info.last_name.as_deref().is_some_and(is)),
        ("RoutingProfileId", |user, is| is(&user.routing_profile_id.to_string())),
        ("SecurityProfileId", |user, is| user.security_profile_ids.iter().any(|id| is(&id.to_string()))),
        ("resourceId", |user, is| is(&user.id.to_string())),
    ],
    leaves: &[],
    filter: FilterMember::UserAttribute,
    tags: Some(|user| &user.tags),
    group: Some(|user| user.hierarchy_group_id),
};

impl Directory {
    /// `CreateUser`. `password_hash` is the hash of the password in the input, made outside because it takes long;
    /// it is there exactly when a password is. Check the password with [`password::check`] before hashing it.
    pub fn create_user(
        &mut self,
        cx: &mut Cx<'_>,
        input: CreateUser,
        password_hash: Option<String>,
    ) -> Result<UserId> {
        self.mine(&input)?;
        check_username(&input.username)?;
        self.password_rule(input.password.as_ref(), password_hash.as_ref())?;
        rules::tags(input.tags.as_ref())?;
        let saml = self.instance.identity_management_type == "SAML";
        if saml && input.directory_user_id.is_some() {
            return Err(DirectoryError::parameter(
                "DirectoryUserId cannot be given where users sign in by SAML.",
            ));
        }
        let phone_config = match input.phone_config {
            Some(config) => phone_config(config)?,
            None => default_phone(),
        };
        let user = User {
            id: cx.fresh(),
            identity_info: self.identity(input.identity_info)?,
            phone_config,
            directory_user_id: input.directory_user_id,
            security_profile_ids: self.profile_ids(&input.username, &input.security_profile_ids)?,
            routing_profile_id: self.find::<RoutingProfile>(&input.routing_profile_id)?.routing_profile_id,
            hierarchy_group_id: self.group_id(input.hierarchy_group_id.as_deref())?,
            username: input.username,
            password_hash,
            proficiencies: Vec::new(),
            tags: input.tags.unwrap_or_default(),
            last_modified_time: cx.now,
        };
        self.name_is_free(&user)?;
        self.room_for(Quota::Users, self.table::<User>().len())?;
        let id = user.id;
        self.put(user);
        Ok(id)
    }

    /// Sets another password hash; signing the user out everywhere is the caller's part.
    pub fn set_password(&mut self, cx: &mut Cx<'_>, id: UserId, password_hash: String) -> Result<()> {
        if self.instance.identity_management_type != "CONNECT_MANAGED" {
            return Err(DirectoryError::request(
                "Passwords of this instance are kept by another directory. Change the password there.",
            ));
        }
        let mut user = self.find::<User>(&id.to_string())?.clone();
        user.password_hash = Some(password_hash);
        self.touch_user(cx, user)
    }

    /// `UpdateUserIdentityInfo`. Whoever may do this can redirect the mails that reset passwords: audit it.
    pub fn update_user_identity_info(
        &mut self,
        cx: &mut Cx<'_>,
        input: UpdateUserIdentityInfo,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut user = self.find::<User>(&input.user_id)?.clone();
        user.identity_info = self.identity(Some(input.identity_info))?;
        self.touch_user(cx, user)
    }

    /// `UpdateUserPhoneConfig`.
    pub fn update_user_phone_config(&mut self, cx: &mut Cx<'_>, input: UpdateUserPhoneConfig) -> Result<()> {
        self.mine(&input)?;
        let mut user = self.find::<User>(&input.user_id)?.clone();
        user.phone_config = phone_config(input.phone_config)?;
        self.touch_user(cx, user)
    }

    /// `UpdateUserRoutingProfile`.
    pub fn update_user_routing_profile(
        &mut self,
        cx: &mut Cx<'_>,
        input: UpdateUserRoutingProfile,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut user = self.find::<User>(&input.user_id)?.clone();
        user.routing_profile_id = self.find::<RoutingProfile>(&input.routing_profile_id)?.routing_profile_id;
        self.touch_user(cx, user)
    }

    /// `UpdateUserSecurityProfiles`.
    pub fn update_user_security_profiles(
        &mut self,
        cx: &mut Cx<'_>,
        input: UpdateUserSecurityProfiles,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut user = self.find::<User>(&input.user_id)?.clone();
        user.security_profile_ids = self.profile_ids(&user.username, &input.security_profile_ids)?;
        self.touch_user(cx, user)
    }

    /// `UpdateUserHierarchy`.
    pub fn update_user_hierarchy(&mut self, cx: &mut Cx<'_>, input: UpdateUserHierarchy) -> Result<()> {
        self.mine(&input)?;
        let mut user = self.find::<User>(&input.user_id)?.clone();
        user.hierarchy_group_id = self.group_id(input.hierarchy_group_id.as_deref())?;
        self.touch_user(cx, user)
    }

    /// `DeleteUser`: the agent's own queue goes too. Quick connects to the user stay and lead nowhere until they are
    /// deleted.
    pub fn delete_user(&mut self, input: DeleteUser) -> Result<()> {
        self.mine(&input)?;
        let id = self.find::<User>(&input.user_id)?.id;
        self.remove::<User>(&id);
        Ok(())
    }

    /// `DescribeUser`.
    pub fn describe_user(&self, input: &DescribeUser) -> Result<Value> {
        self.mine(input)?;
        let user = self.find::<User>(&input.user_id)?;
        let body = self
            .user_summary(user)
            .set("IdentityInfo", json!(user.identity_info))
            .modified(user.last_modified_time, &self.scope.region);
        Ok(body.wrap("User"))
    }

    /// The output of `CreateUser`.
    pub fn created_user(&self, id: UserId) -> Value {
        Body::new().text("UserId", id).set("UserArn", self.scope.arn(ArnKind::Agent, id)).build()
    }

    /// `ListUsers`, by id.
    pub fn list_users<'a>(&'a self, input: &ListUsers, after: Option<&str>) -> Result<Rows<'a>> {
        self.mine(input)?;
        let after = after.and_then(|key| key.parse().ok());
        Ok(Rows::new(self.table::<User>().after(after).map(|user| {
            Row::new(user.id, Some(&user.tags), || {
                Body::new()
                    .text("Id", user.id)
                    .set("Arn", self.scope.arn(ArnKind::Agent, user.id))
                    .set("Username", &*user.username)
                    .modified(user.last_modified_time, &self.scope.region)
                    .build()
            })
        })))
    }

    /// `SearchUsers`: names only, no addresses.
    pub fn search_users(&self, input: &SearchUsers) -> Result<Found<'_>> {
        self.mine(input)?;
        let matcher = SEARCH.matcher(self, input.search_filter.as_ref(), input.search_criteria.as_ref())?;
        Ok(matcher.find(self.users(), |user| {
            Row::new(user.id, Some(&user.tags), || {
                let names = Body::new()
                    .opt("FirstName", user.identity_info.first_name.as_deref())
                    .opt("LastName", user.identity_info.last_name.as_deref());
                self.user_summary(user).set("IdentityInfo", names.build()).build()
            })
        }))
    }

    fn user_summary(&self, user: &User) -> Body {
        Body::new()
            .text("Id", user.id)
            .set("Arn", self.scope.arn(ArnKind::Agent, user.id))
            .set("Username", &*user.username)
            .set("PhoneConfig", json!(user.phone_config))
            .opt("DirectoryUserId", user.directory_user_id.as_deref())
            .set("SecurityProfileIds", json!(user.security_profile_ids))
            .text("RoutingProfileId", user.routing_profile_id)
            .opt("HierarchyGroupId", user.hierarchy_group_id.map(|id| id.to_string()))
            .tags(&user.tags)
    }

    pub(crate) fn touch_user(&mut self, cx: &mut Cx<'_>, mut user: User) -> Result<()> {
        user.last_modified_time = cx.now;
        self.put(user);
        Ok(())
    }

    fn group_id(&self, text: Option<&str>) -> Result<Option<HierarchyGroupId>> {
        text.map(|text| self.find::<HierarchyGroup>(text).map(|group| group.id)).transpose()
    }

    /// A password belongs to instances that keep their users themselves, and only to those.
    fn password_rule(&self, password: Option<&Secret>, hash: Option<&String>) -> Result<()> {
        let own = self.instance.identity_management_type == "CONNECT_MANAGED";
        match (own, password) {
            (true, None) => Err(DirectoryError::parameter("Password is required in this instance.")),
            (false, Some(_)) => Err(DirectoryError::parameter(
                "Password cannot be given: users of this instance sign in through another directory.",
            )),
            (_, Some(password)) => password::check(&password.0),
            (false, None) => Ok(()),
        }?;
        if password.is_some() != hash.is_some() {
            return Err(DirectoryError::new(
                Code::InternalService,
                "The password was not prepared for storing.",
            ));
        }
        Ok(())
    }

    /// First and last name are required where users are managed here or by SAML; SAML users have no addresses.
    fn identity(&self, input: Option<IdentityInfoInput>) -> Result<IdentityInfo> {
        let kind = self.instance.identity_management_type.as_str();
        let named = input.as_ref().is_some_and(|info| info.first_name.is_some() && info.last_name.is_some());
        if kind != "EXISTING_DIRECTORY" && !named {
            return Err(DirectoryError::parameter("IdentityInfo must have FirstName and LastName."));
        }
        let Some(info) = input else { return Ok(IdentityInfo::default()) };
        if kind == "SAML" && (info.email.is_some() || info.secondary_email.is_some()) {
            return Err(DirectoryError::parameter("Email cannot be given where users sign in by SAML."));
        }
        for (member, text, max) in [("FirstName", &info.first_name, 255), ("LastName", &info.last_name, 300)]
        {
            text.as_ref().map_or(Ok(()), |text| rules::length(member, text, 0, max))?;
        }
        for (member, text) in [("Email", &info.email), ("SecondaryEmail", &info.secondary_email)] {
            text.as_ref().map_or(Ok(()), |text| rules::email(member, text))?;
        }
        info.mobile.as_ref().map_or(Ok(()), |text| rules::phone_number("Mobile", text))?;
        Ok(IdentityInfo {
            first_name: info.first_name,
            last_name: info.last_name,
            email: info.email,
            secondary_email: info.secondary_email,
            mobile: info.mobile,
        })
    }
}

/// The softphone, without auto-accept, with after-contact work until it is closed.
pub(crate) fn default_phone() -> PhoneConfig {
    PhoneConfig {
        phone_type: "SOFT_PHONE".to_owned(),
        auto_accept: false,
        after_contact_work_time_limit: 0,
        desk_phone_number: None,
    }
}

/// A login name: 1–100 letters, digits, `_`, `-`, `.`; an `@` only as in a mail address. `Administrator` is reserved.
pub(crate) fn check_username(name: &str) -> Result<()> {
    rules::length("Username", name, 1, 100)?;
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.@".contains(c)) {
        return Err(DirectoryError::parameter(
            "Username may contain unaccented letters, digits, _, -, . and, in a mail address, @ only.",
        ));
    }
    if name.contains('@') {
        rules::email("A Username with @", name)?;
    }
    if name == "Administrator" {
        return Err(DirectoryError::parameter("The Username Administrator is reserved. Choose another one."));
    }
    Ok(())
}

fn phone_config(input: PhoneConfigInput) -> Result<PhoneConfig> {
    if let Some(number) = &input.desk_phone_number {
        rules::phone_number("DeskPhoneNumber", number)?;
    } else if input.phone_type == PhoneType::DeskPhone {
        return Err(DirectoryError::parameter("DeskPhoneNumber is required with the phone type DESK_PHONE."));
    }
    let after_contact_work = input.after_contact_work_time_limit.unwrap_or(0);
    if after_contact_work > MAX_AFTER_CONTACT_WORK {
        return Err(DirectoryError::parameter(format!(
            "AfterContactWorkTimeLimit must be 0 to {MAX_AFTER_CONTACT_WORK} seconds."
        )));
    }
    Ok(PhoneConfig {
        phone_type: match input.phone_type {
            PhoneType::SoftPhone => "SOFT_PHONE".to_owned(),
            PhoneType::DeskPhone => "DESK_PHONE".to_owned(),
        },
        auto_accept: input.auto_accept.unwrap_or(false),
        after_contact_work_time_limit: after_contact_work,
        desk_phone_number: input.desk_phone_number,
    })
}
