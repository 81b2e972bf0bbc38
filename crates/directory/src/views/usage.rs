//! Which published flows show a view.

use model::{ArnKind, ViewId};
use serde_json::Value;

use super::reference::{Edition, Reference, edition};
use crate::directory::Directory;

/// A published flow or module that shows a view, or this version of it: its name and resource name.
pub(super) fn flow_that_shows(
    directory: &Directory,
    view: ViewId,
    version: Option<u64>,
) -> Option<(String, String)> {
    let shows = |content: &str| shows(content, view, version);
    let flow = directory
        .flows()
        .find(|flow| flow.published.as_deref().is_some_and(shows))
        .map(|flow| (flow.name.clone(), directory.scope.arn(ArnKind::ContactFlow, flow.id)));
    flow.or_else(|| {
        directory
            .flow_modules()
            .find(|module| module.published.as_ref().is_some_and(|one| shows(&one.content)))
            .map(|module| (module.name.clone(), directory.scope.arn(ArnKind::FlowModule, module.id)))
    })
}

fn shows(content: &str, view: ViewId, version: Option<u64>) -> bool {
    // Most flows show nothing; those are not read.
    if !content.contains(&view.to_string()) {
        return false;
    }
    let Ok(document) = serde_json::from_str::<Value>(content) else { return false };
    let actions = document.get("Actions").and_then(Value::as_array);
    actions.into_iter().flatten().filter(|action| action["Type"] == "ShowView").any(|action| {
        let resource = &action["Parameters"]["ViewResource"];
        let named = Reference::parse(resource["Id"].as_str().unwrap_or_default());
        let wanted = named.qualifier.or(resource["Version"].as_str());
        named.key == view.to_string()
            && version.is_none_or(|version| wanted.map(edition) == Some(Ok(Edition::Number(version))))
    })
}
