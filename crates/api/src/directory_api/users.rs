//! Users (spec 02 §7) and their proficiencies (spec 02 §13).

use axum::http::Method;
use directory::users::proficiencies::{
    AssociateUserProficiencies, DisassociateUserProficiencies, ListUserProficiencies, UpdateUserProficiencies,
};
use directory::users::{
    CreateUser, DeleteUser, DescribeUser, ListUsers, SearchUsers, UpdateUserHierarchy,
    UpdateUserIdentityInfo, UpdateUserPhoneConfig, UpdateUserRoutingProfile, UpdateUserSecurityProfiles,
    password,
};
use directory::{Directory, Permission};
use model::ArnKind;
use wire::{ApiError, Call, Operation, Rule};

use super::authority::{self, Subject};
use super::published::TAGS;
use super::row::{self, Answer, INSTANCE_ID, Items, change, describe, list, list_of, search};
use crate::{App, access, errors};

const VIEW: Permission = Permission::UsersView;

pub(super) fn operations() -> Vec<Operation<App>> {
    let mut operations = vec![
        phone(identity(Operation::put("CreateUser", "/users/{InstanceId}", create)))
            .sensitive("Password")
            .constraint("InstanceId", INSTANCE_ID)
            .constraint("Username", Rule::Length(1, 100))
            .constraint("SecurityProfileIds", Rule::Length(1, 10))
            .constraint("Tags", TAGS),
        describe::<DescribeUser, _>(
            "DescribeUser",
            "/users/{InstanceId}/{UserId}",
            |input| user(&input.user_id),
            Directory::describe_user,
        ),
        list::<ListUsers, _>(
            "ListUsers",
            "/users-summary/{InstanceId}",
            Items::tagged("UserSummaryList", VIEW, 1000),
            Directory::list_users,
        ),
        search::<SearchUsers, _>(
            "SearchUsers",
            "/search-users",
            Items::tagged("Users", VIEW, 500),
            Directory::search_users,
        ),
        identity(change::<UpdateUserIdentityInfo, _, _>(
            Method::POST,
            "UpdateUserIdentityInfo",
            "/users/{InstanceId}/{UserId}/identity-info",
            |input| user(&input.user_id),
            Directory::update_user_identity_info,
        )),
        phone(change::<UpdateUserPhoneConfig, _, _>(
            Method::POST,
            "UpdateUserPhoneConfig",
            "/users/{InstanceId}/{UserId}/phone-config",
            |input| user(&input.user_id),
            Directory::update_user_phone_config,
        )),
        change::<UpdateUserRoutingProfile, _, _>(
            Method::POST,
            "UpdateUserRoutingProfile",
            "/users/{InstanceId}/{UserId}/routing-profile",
            |input| user(&input.user_id).using(ArnKind::RoutingProfile, [&input.routing_profile_id]),
            Directory::update_user_routing_profile,
        ),
        change::<UpdateUserSecurityProfiles, _, _>(
            Method::POST,
            "UpdateUserSecurityProfiles",
            "/users/{InstanceId}/{UserId}/security-profiles",
            |input| user(&input.user_id).using(ArnKind::SecurityProfile, &input.security_profile_ids),
            Directory::update_user_security_profiles,
        )
        .constraint("SecurityProfileIds", Rule::Length(1, 10)),
        change::<UpdateUserHierarchy, _, _>(
            Method::POST,
            "UpdateUserHierarchy",
            "/users/{InstanceId}/{UserId}/hierarchy",
            |input| user(&input.user_id),
            Directory::update_user_hierarchy,
        ),
        change::<DeleteUser, _, _>(
            Method::DELETE,
            "DeleteUser",
            "/users/{InstanceId}/{UserId}",
            |input| user(&input.user_id),
            |directory, _, input| directory.delete_user(input),
        ),
    ];
    operations.extend(proficiencies());
    operations
}

fn proficiencies() -> Vec<Operation<App>> {
    vec![
        skills(change::<AssociateUserProficiencies, _, _>(
            Method::POST,
            "AssociateUserProficiencies",
            "/users/{InstanceId}/{UserId}/associate-proficiencies",
            |input| user(&input.user_id),
            Directory::associate_user_proficiencies,
        )),
        skills(change::<UpdateUserProficiencies, _, _>(
            Method::POST,
            "UpdateUserProficiencies",
            "/users/{InstanceId}/{UserId}/proficiencies",
            |input| user(&input.user_id),
            Directory::update_user_proficiencies,
        )),
        skills(change::<DisassociateUserProficiencies, _, _>(
            Method::POST,
            "DisassociateUserProficiencies",
            "/users/{InstanceId}/{UserId}/disassociate-proficiencies",
            |input| user(&input.user_id),
            Directory::disassociate_user_proficiencies,
        )),
        list_of::<ListUserProficiencies, _, _>(
            "ListUserProficiencies",
            "/users/{InstanceId}/{UserId}/proficiencies",
            Items::plain("UserProficiencyList", 100),
            |input| user(&input.user_id),
            |directory, input| {
                let (instance_id, user_id) = (input.instance_id.clone(), input.user_id.clone());
                directory.describe_user(&DescribeUser { instance_id, user_id })
            },
            Directory::list_user_proficiencies,
        ),
    ]
}

fn user(id: &str) -> Subject {
    Subject::on(ArnKind::Agent, id)
}

/// An operation that takes names and addresses, which are personal.
fn identity(operation: Operation<App>) -> Operation<App> {
    operation
        .sensitive("IdentityInfo")
        .constraint("IdentityInfo.FirstName", Rule::Length(0, 255))
        .constraint("IdentityInfo.LastName", Rule::Length(0, 300))
}

/// An operation that takes a phone config.
fn phone(operation: Operation<App>) -> Operation<App> {
    operation
        .sensitive("PhoneConfig.DeskPhoneNumber")
        .constraint("PhoneConfig.AfterContactWorkTimeLimit", Rule::Range(0, i64::from(u32::MAX)))
        .constraint("PhoneConfig.DeskPhoneNumber", Rule::pattern(r"\+[1-9]\d{1,14}"))
}

/// An operation that takes proficiencies.
fn skills(operation: Operation<App>) -> Operation<App> {
    operation
        .constraint("UserProficiencies[].AttributeName", Rule::Length(1, 100))
        .constraint("UserProficiencies[].AttributeValue", Rule::Length(1, 100))
        .constraint("UserProficiencies[].Level", Rule::Range(1, 5))
}

/// Who may not make users, and whose password is too simple, costs no hash.
async fn create(call: Call<App>, input: CreateUser) -> Answer {
    let subject = Subject::new(&input.tags)
        .using(ArnKind::RoutingProfile, [&input.routing_profile_id])
        .using(ArnKind::SecurityProfile, &input.security_profile_ids);
    let engine = row::instance(&call, &input)?;
    let user = access::acting_user(&call);
    engine
        .read(|core, _| authority::check(core.directory(), user, call.operation, &subject))
        .await
        .map_err(errors::engine)??;
    let hash = match &input.password {
        Some(secret) => {
            password::check(&secret.0).map_err(row::refused)?;
            let text = secret.0.clone();
            let hash = tokio::task::spawn_blocking(move || center::password::hash(&text)).await;
            Some(hash.map_err(|_| ApiError::internal_service("The password could not be prepared."))?)
        }
        None => None,
    };
    row::configure(
        &call,
        &subject,
        input,
        |_, _| Ok(()),
        |directory, cx, input| {
            let id = directory.create_user(cx, input, hash)?;
            Ok(directory.created_user(id))
        },
    )
    .await
}
