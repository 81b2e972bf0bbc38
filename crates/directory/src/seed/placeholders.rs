//! Placeholders in the content of seeded flows, replaced by resource names once every resource has its id.

use model::ArnKind;

use crate::directory::Directory;
use crate::error::{DirectoryError, Result};

/// Replaces `{{queue:Name}}`, `{{flow:Name}}`, `{{prompt:Name}}`, `{{hours:Name}}` and `{{routing-profile:Name}}` by
/// the resource names of what has that name, and `{{function:Name}}` and `{{bot:Bot/Alias}}`, which are no resources of
/// the instance, by names in its region and account. Other double braces stay as they are.
pub(super) fn resolve(content: &str, directory: &Directory) -> Result<String> {
    let mut resolved = String::with_capacity(content.len());
    let mut rest = content;
    while let Some(start) = rest.find("{{") {
        let (before, from) = rest.split_at(start);
        resolved.push_str(before);
        let inner = from[2..].split_once("}}").map(|(inner, _)| inner);
        match inner
            .and_then(|inner| inner.split_once(':'))
            .map(|(kind, name)| (lookup(directory, kind, name), kind, name))
        {
            Some((Some(Some(arn)), kind, name)) => {
                resolved.push_str(&arn);
                rest = &from[2 + kind.len() + 1 + name.len() + 2..];
            }
            Some((Some(None), kind, name)) => {
                return Err(DirectoryError::not_found(format!(
                    "A seeded flow refers to the {kind} {name:?}, which a new instance does not have."
                )));
            }
            _ => {
                resolved.push_str("{{");
                rest = &from[2..];
            }
        }
    }
    resolved.push_str(rest);
    Ok(resolved)
}

/// `None` for a kind that is no placeholder; `Some(None)` for a name that does not exist.
fn lookup(directory: &Directory, kind: &str, name: &str) -> Option<Option<String>> {
    let scope = directory.scope();
    Some(match kind {
        "queue" => directory.queue_named(name).map(|queue| scope.arn(ArnKind::Queue, queue.queue_id)),
        "flow" => directory.flow_named(name).map(|flow| scope.arn(ArnKind::ContactFlow, flow.id)),
        "prompt" => directory.prompt_named(name).map(|prompt| scope.arn(ArnKind::Prompt, prompt.prompt_id)),
        "hours" => directory
            .hours_of_operation_named(name)
            .map(|hours| scope.arn(ArnKind::OperatingHours, hours.hours_of_operation_id)),
        "routing-profile" => directory
            .routing_profile_named(name)
            .map(|profile| scope.arn(ArnKind::RoutingProfile, profile.routing_profile_id)),
        "function" => Some(format!("arn:aws:lambda:{}:{}:function:{name}", scope.region, scope.account)),
        "bot" if directory.bot_alias(name).is_some() => {
            directory.bot_alias(name).map(|(bot, alias)| directory.bot_alias_arn(bot, alias))
        }
        "bot" => Some(format!("arn:aws:lex:{}:{}:bot-alias/{name}", scope.region, scope.account)),
        _ => return None,
    })
}
