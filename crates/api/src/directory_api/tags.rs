//! Tags of resources by resource name, and the tags in use (spec 09 D4, 12 G09).

use directory::tags::{ListTagsForResource, SearchResourceTags, TagResource, UntagResource};
use model::Arn;
use serde_json::json;
use wire::{ApiError, Call, Kind, Operation, Rule};

use super::authority::{Subject, TagUse, check_tags, kinds_with_open_tags};
use super::paged::Paged;
use super::phone_numbers;
use super::published::UP_TO_50;
use super::row::{self, Answer, Items, search_row};
use crate::{App, access, errors};

/// Most pairs of one page.
const PAGE: u32 = 100;

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        Operation::post("TagResource", "/tags/{resourceArn}", tag).constraint("tags", UP_TO_50),
        Operation::delete("UntagResource", "/tags/{resourceArn}", untag)
            .query("tagKeys", "tagKeys", Kind::StringList)
            .constraint("tagKeys", UP_TO_50)
            .constraint("tagKeys[]", Rule::Length(1, 128)),
        Operation::get("ListTagsForResource", "/tags/{resourceArn}", list),
        search_row("SearchResourceTags", "/search-resource-tags", PAGE, search)
            .constraint("SearchCriteria.TagSearchCondition.tagKey", Rule::Length(0, 128))
            .constraint("SearchCriteria.TagSearchCondition.tagValue", Rule::Length(0, 256)),
    ]
}

async fn tag(call: Call<App>, input: TagResource) -> Answer {
    let engine = instance(&call, &input.resource_arn).await?;
    let user = access::acting_user(&call);
    engine
        .apply(|core, cx| {
            check_tags(core.directory(), user, &input.resource_arn, TagUse::Change)?;
            let author = access::author(&call, core.directory());
            core.configure(cx, &author, |directory, cx| directory.tag_resource(cx, input))
                .map_err(row::refused)
        })
        .await
        .map_err(errors::engine)??;
    Ok(json!({}))
}

async fn untag(call: Call<App>, input: UntagResource) -> Answer {
    let engine = instance(&call, &input.resource_arn).await?;
    let user = access::acting_user(&call);
    engine
        .apply(|core, cx| {
            check_tags(core.directory(), user, &input.resource_arn, TagUse::Change)?;
            let author = access::author(&call, core.directory());
            core.configure(cx, &author, |directory, cx| directory.untag_resource(cx, input))
                .map_err(row::refused)
        })
        .await
        .map_err(errors::engine)??;
    Ok(json!({}))
}

async fn list(call: Call<App>, input: ListTagsForResource) -> Answer {
    let engine = instance(&call, &input.resource_arn).await?;
    let user = access::acting_user(&call);
    engine
        .read(|core, _| {
            check_tags(core.directory(), user, &input.resource_arn, TagUse::Read)?;
            core.directory().list_tags_for_resource(&input).map_err(row::refused)
        })
        .await
        .map_err(errors::engine)?
}

/// The instance in a resource name, or that of the phone number it names.
async fn instance(call: &Call<App>, resource_arn: &str) -> Result<std::sync::Arc<engine::Engine>, ApiError> {
    match Arn::parse(resource_arn) {
        None => Err(ApiError::invalid_parameter(
            "resourceArn must be a resource name such as arn:aws:connect:region:account:instance/id/queue/id.",
        )),
        Some(arn) if arn.instance.is_empty() => phone_numbers::instance_of(call, resource_arn).await,
        Some(_) => access::instance(call, resource_arn),
    }
}

/// Pairs say nothing of the resources they come from, so that users see those of the kinds that no tags hide from them.
async fn search(call: Call<App>, mut asked: Paged<SearchResourceTags>) -> Answer {
    let engine = row::instance(&call, &asked.input)?;
    let user = access::acting_user(&call);
    let open =
        engine.read(|core, _| kinds_with_open_tags(core.directory(), user)).await.map_err(errors::engine)?;
    if let Some(open) = open {
        let wanted = asked.input.resource_types.take().filter(|kinds| !kinds.is_empty());
        if let Some(closed) = wanted.iter().flatten().find(|kind| !open.contains(&kind.as_str())) {
            return Err(closed_kind(closed));
        }
        if open.is_empty() {
            return Err(closed_kind("any resource"));
        }
        asked.input.resource_types =
            Some(wanted.unwrap_or_else(|| open.into_iter().map(str::to_owned).collect()));
    }
    row::paged(
        &call,
        &asked,
        Items::plain("Tags", PAGE),
        |_| Subject::none(),
        |directory, after, size, _| {
            Ok((json!({}), directory.search_resource_tags(&asked.input)?.page(after, size)))
        },
    )
    .await
}

fn closed_kind(kind: &str) -> ApiError {
    ApiError::access_denied(format!(
        "The tags of {kind} are open to users who may view all such resources, which you may not."
    ))
}
