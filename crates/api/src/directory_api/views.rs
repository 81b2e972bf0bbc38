//! Views: pages that flows show to customers and agents (spec 07 §2, 12 G60).

use axum::http::Method;
use directory::views::{
    CONTENT_BYTES, CheckView, CreateView, CreateViewVersion, DeleteView, DeleteViewVersion, DescribeView,
    ListViewVersions, ListViews, SearchViews, UpdateViewContent, UpdateViewMetadata,
};
use directory::{Directory, Permission};
use model::ArnKind;
use serde_json::Value;
use wire::{Kind, Operation, Rule};

use super::authority::Subject;
use super::published::{CLIENT_TOKEN, TAGS};
use super::row::{Items, change, describe, list, list_of, question, search};
use crate::App;

const VIEW: Permission = Permission::ViewsView;
const ALL: &str = "/views/{InstanceId}";
const ONE: &str = "/views/{InstanceId}/{ViewId}";
const VERSIONS: &str = "/views/{InstanceId}/{ViewId}/versions";
const NAME: Rule = Rule::Length(1, 255);
const DESCRIPTION: Rule = Rule::Length(1, 4096);
/// Room for a template whose every character is escaped in the request.
const BODY_BYTES: usize = 6 * CONTENT_BYTES + 64 * 1024;

pub(super) fn operations() -> Vec<Operation<App>> {
    let id = || Rule::Length(1, 500);
    vec![
        change::<CreateView, _, _>(
            Method::PUT,
            "CreateView",
            ALL,
            |input| Subject::new(&input.tags).also(VIEW),
            |directory, cx, input| {
                let id = directory.create_view(cx, input)?;
                directory.saved_view(id)
            },
        )
        .body_limit(BODY_BYTES)
        .constraint("Name", NAME)
        .constraint("Description", DESCRIPTION)
        .constraint("ClientToken", CLIENT_TOKEN)
        .constraint("Tags", TAGS),
        describe::<DescribeView, _>(
            "DescribeView",
            ONE,
            |input| view(&input.view_id),
            Directory::describe_view,
        )
        .constraint("ViewId", id()),
        list::<ListViews, _>(
            "ListViews",
            ALL,
            Items::tagged("ViewsSummaryList", VIEW, 100),
            Directory::list_views,
        )
        .query("type", "Type", Kind::String)
        .constraint("Type", Rule::OneOf(&["CUSTOMER_MANAGED", "AWS_MANAGED"])),
        search::<SearchViews, _>(
            "SearchViews",
            "/search-views",
            Items::tagged("Views", VIEW, 100),
            Directory::search_views,
        ),
        change::<UpdateViewContent, _, _>(
            Method::POST,
            "UpdateViewContent",
            ONE,
            |input| view(&input.view_id).also(VIEW),
            |directory, cx, input| {
                let id = directory.update_view_content(cx, input)?;
                directory.saved_view(id)
            },
        )
        .body_limit(BODY_BYTES)
        .constraint("ViewId", id()),
        change::<UpdateViewMetadata, _, _>(
            Method::POST,
            "UpdateViewMetadata",
            "/views/{InstanceId}/{ViewId}/metadata",
            |input| view(&input.view_id).also(VIEW),
            Directory::update_view_metadata,
        )
        .constraint("ViewId", id())
        .constraint("Name", NAME)
        .constraint("Description", DESCRIPTION),
        change::<DeleteView, _, _>(
            Method::DELETE,
            "DeleteView",
            ONE,
            |input| view(&input.view_id).also(VIEW),
            |directory, _, input| directory.delete_view(input),
        )
        .constraint("ViewId", id()),
        change::<CreateViewVersion, _, _>(
            Method::PUT,
            "CreateViewVersion",
            VERSIONS,
            |input| view(&input.view_id).also(VIEW),
            Directory::create_view_version,
        )
        .constraint("ViewId", id())
        .constraint("VersionDescription", DESCRIPTION)
        .constraint("ViewContentSha256", Rule::Length(1, 64)),
        list_of::<ListViewVersions, _, _>(
            "ListViewVersions",
            VERSIONS,
            Items::plain("ViewVersionSummaryList", 100),
            |input| view(&input.view_id),
            |_, _| Ok(Value::Null),
            Directory::list_view_versions,
        )
        .constraint("ViewId", id()),
        change::<DeleteViewVersion, _, _>(
            Method::DELETE,
            "DeleteViewVersion",
            "/views/{InstanceId}/{ViewId}/versions/{ViewVersion}",
            |input| view(&input.view_id).also(VIEW),
            |directory, _, input| directory.delete_view_version(input),
        )
        .label("ViewVersion", Kind::Integer)
        .constraint("ViewId", id())
        .constraint("ViewVersion", Rule::Range(1, i64::MAX)),
        question::<CheckView, _>(
            "CheckView",
            "/switchroom/check-view/{InstanceId}",
            |_| Subject::none(),
            Directory::check_view,
        )
        .body_limit(BODY_BYTES),
    ]
}

fn view(id: &str) -> Subject {
    Subject::on(ArnKind::View, id)
}
