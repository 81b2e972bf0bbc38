//! Who may do what: access keys of the account everything, signed-in users what their security profiles allow.

use std::sync::Arc;

use directory::permissions::holds;
use directory::{Directory, Permission};
use engine::Engine;
use model::UserId;
use wire::{ApiError, Call, Principal};

use crate::contacts_api::stored;
use crate::{App, errors};

/// Finds the instance a call names, and refuses callers who are bound to another one.
pub(crate) fn instance(call: &Call<App>, text: &str) -> Result<Arc<Engine>, ApiError> {
    let engine = call.state.center.find(text).map_err(errors::center)?;
    match call.principal.instance() {
        Some(own) if own != engine.id() => {
            Err(ApiError::resource_not_found(format!("There is no instance '{text}' here.")))
        }
        _ => Ok(engine),
    }
}

/// Refuses a signed-in user who holds none of `permissions`. Access keys may do everything in their account.
pub(crate) async fn permit(
    call: &Call<App>,
    engine: &Engine,
    permissions: &'static [Permission],
) -> Result<(), ApiError> {
    let Some(user) = acting_user(call) else { return Ok(()) };
    let allowed = engine
        .read(|core, _| {
            let directory = core.directory();
            let Some(user) = directory.user(user) else { return false };
            let profiles: Vec<_> =
                user.security_profile_ids.iter().filter_map(|id| directory.security_profile(*id)).collect();
            permissions.iter().any(|permission| holds(&profiles, *permission))
        })
        .await
        .map_err(errors::engine)?;
    if allowed {
        return Ok(());
    }
    let names: Vec<_> = permissions.iter().map(|permission| permission.name()).collect();
    Err(ApiError::access_denied(format!(
        "This needs the permission {}. Ask an administrator to add it to one of your security profiles.",
        names.join(" or ")
    )))
}

/// Refuses a signed-in user who neither holds (or held) the contact nor may search contacts. To them it is not there.
pub(crate) async fn permit_contact(
    call: &Call<App>,
    engine: &Engine,
    id: model::ContactId,
) -> Result<(), ApiError> {
    let Some(user) = acting_user(call) else { return Ok(()) };
    if permit(call, engine, &[Permission::ContactSearchView]).await.is_ok() {
        return Ok(());
    }
    permit(call, engine, &[Permission::BasicAgentAccess]).await?;
    let (contact, _) = stored::contact(engine, id).await?;
    let holds = contact.agent.as_ref().is_some_and(|part| part.user == user)
        || contact.offer.as_ref().is_some_and(|offer| offer.user == user);
    if holds { Ok(()) } else { Err(stored::missing(id)) }
}

/// The user in whose name a call is made; none = an access key of the account itself.
pub(crate) fn acting_user(call: &Call<App>) -> Option<UserId> {
    match &call.principal {
        Principal::User(user) => Some(user.user),
        other => other.user(),
    }
}

/// Who makes a call, as versions and the change history name them: a user name or the id of an access key.
pub(crate) fn author(call: &Call<App>, directory: &Directory) -> String {
    let user = acting_user(call).and_then(|user| directory.user(user));
    match (user, &call.principal) {
        (Some(user), _) => user.username.clone(),
        (None, Principal::AccessKey(key)) => key.access_key_id.clone(),
        (None, _) => String::new(),
    }
}
