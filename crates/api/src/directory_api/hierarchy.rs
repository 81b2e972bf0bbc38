//! The agent hierarchy: its levels and its groups (spec 02 §14).

use axum::http::Method;
use directory::hierarchy::{
    CreateUserHierarchyGroup, DeleteUserHierarchyGroup, DescribeUserHierarchyGroup,
    DescribeUserHierarchyStructure, ListUserHierarchyGroups, SearchUserHierarchyGroups,
    UpdateUserHierarchyGroupName, UpdateUserHierarchyStructure,
};
use directory::{Directory, Permission};
use wire::Operation;

use super::authority::Subject;
use super::published::TAGS;
use super::row::{Items, change, describe, list, search};
use crate::App;

const VIEW: Permission = Permission::AgentGroupingView;

// Access-control tags cannot narrow hierarchy groups, so that no call has a subject here.
pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        describe::<DescribeUserHierarchyStructure, _>(
            "DescribeUserHierarchyStructure",
            "/user-hierarchy-structure/{InstanceId}",
            |_| Subject::none(),
            Directory::describe_user_hierarchy_structure,
        ),
        change::<UpdateUserHierarchyStructure, _, _>(
            Method::POST,
            "UpdateUserHierarchyStructure",
            "/user-hierarchy-structure/{InstanceId}",
            |_| Subject::none(),
            Directory::update_user_hierarchy_structure,
        ),
        change::<CreateUserHierarchyGroup, _, _>(
            Method::PUT,
            "CreateUserHierarchyGroup",
            "/user-hierarchy-groups/{InstanceId}",
            |_| Subject::none(),
            |directory, cx, input| {
                let id = directory.create_user_hierarchy_group(cx, input)?;
                Ok(directory.created_user_hierarchy_group(id))
            },
        )
        .constraint("Tags", TAGS),
        describe::<DescribeUserHierarchyGroup, _>(
            "DescribeUserHierarchyGroup",
            "/user-hierarchy-groups/{InstanceId}/{HierarchyGroupId}",
            |_| Subject::none(),
            Directory::describe_user_hierarchy_group,
        ),
        list::<ListUserHierarchyGroups, _>(
            "ListUserHierarchyGroups",
            "/user-hierarchy-groups-summary/{InstanceId}",
            Items::tagged("UserHierarchyGroupSummaryList", VIEW, 1000),
            Directory::list_user_hierarchy_groups,
        ),
        search::<SearchUserHierarchyGroups, _>(
            "SearchUserHierarchyGroups",
            "/search-user-hierarchy-groups",
            Items::tagged("UserHierarchyGroups", VIEW, 100),
            Directory::search_user_hierarchy_groups,
        ),
        change::<UpdateUserHierarchyGroupName, _, _>(
            Method::POST,
            "UpdateUserHierarchyGroupName",
            "/user-hierarchy-groups/{InstanceId}/{HierarchyGroupId}/name",
            |_| Subject::none(),
            Directory::update_user_hierarchy_group_name,
        ),
        change::<DeleteUserHierarchyGroup, _, _>(
            Method::DELETE,
            "DeleteUserHierarchyGroup",
            "/user-hierarchy-groups/{InstanceId}/{HierarchyGroupId}",
            |_| Subject::none(),
            |directory, _, input| directory.delete_user_hierarchy_group(input),
        ),
    ]
}
