//! The agent hierarchy (spec 02 §14): up to five named levels and the tree of groups that users belong to.

use model::resource::{Tags, User};
use model::{ArnKind, HierarchyGroupId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::body::Body;
use crate::directory::{Cx, Directory};
use crate::error::{DirectoryError, Result};
use crate::input::{inputs, parts};
use crate::kind::Kind;
use crate::quotas::Quota;
use crate::rows::{Found, Row, Rows};
use crate::rules;
use crate::search::{FilterMember, SearchCriteria, SearchFilter, Searchable};

/// The levels, the highest first; at most five.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct HierarchyStructure {
    /// The levels in order.
    #[serde(default)]
    pub levels: Vec<HierarchyLevel>,
}

/// One level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct HierarchyLevel {
    pub id: Uuid,
    pub name: String,
    pub last_modified_time: Timestamp,
}

/// One group of a level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct HierarchyGroup {
    pub id: HierarchyGroupId,
    pub name: String,
    pub level_id: Uuid,
    /// The group above; none on the first level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<HierarchyGroupId>,
    #[serde(default)]
    pub tags: Tags,
    pub last_modified_time: Timestamp,
}

/// The members that name the levels, the highest first.
pub const LEVEL_NAMES: [&str; 5] = ["LevelOne", "LevelTwo", "LevelThree", "LevelFour", "LevelFive"];

inputs! {
    /// `DescribeUserHierarchyStructure`.
    DescribeUserHierarchyStructure {}
    /// `UpdateUserHierarchyStructure`: the levels as they shall be; one that is left out is removed.
    UpdateUserHierarchyStructure { hierarchy_structure: HierarchyStructureUpdate }
    /// `CreateUserHierarchyGroup`.
    CreateUserHierarchyGroup { name: String, parent_group_id: Option<String>, tags: Option<Tags> }
    /// `DescribeUserHierarchyGroup`.
    DescribeUserHierarchyGroup { hierarchy_group_id: String }
    /// `UpdateUserHierarchyGroupName`.
    UpdateUserHierarchyGroupName { hierarchy_group_id: String, name: String }
    /// `DeleteUserHierarchyGroup`.
    DeleteUserHierarchyGroup { hierarchy_group_id: String }
    /// `ListUserHierarchyGroups`.
    ListUserHierarchyGroups {}
    /// `SearchUserHierarchyGroups`.
    SearchUserHierarchyGroups { search_filter: Option<SearchFilter>, search_criteria: Option<SearchCriteria> }
}

parts! {
    /// The levels as they shall be, without gaps.
    HierarchyStructureUpdate {
        level_one: Option<HierarchyLevelUpdate>,
        level_two: Option<HierarchyLevelUpdate>,
        level_three: Option<HierarchyLevelUpdate>,
        level_four: Option<HierarchyLevelUpdate>,
        level_five: Option<HierarchyLevelUpdate>,
    }
    /// A level's name, at most 50 characters.
    HierarchyLevelUpdate { name: String }
}

const SEARCH: Searchable<HierarchyGroup> = Searchable {
    fields: &[
        ("name", |group, is| is(&group.name)),
        ("parentId", |group, is| group.parent_id.is_some_and(|parent| is(&parent.to_string()))),
        ("levelId", |group, is| is(&group.level_id.to_string())),
        ("resourceID", |group, is| is(&group.id.to_string())),
    ],
    leaves: &[],
    filter: FilterMember::Attribute,
    tags: Some(|group| &group.tags),
    group: None,
};

impl Directory {
    /// The groups from the first level down to this one, itself included; empty for an unknown group.
    pub fn hierarchy_path(&self, id: HierarchyGroupId) -> Vec<HierarchyGroupId> {
        let mut path = Vec::new();
        let mut next = Some(id);
        while let Some(group) = next.and_then(|id| self.hierarchy_group(id)) {
            path.push(group.id);
            next = group.parent_id.filter(|_| path.len() < LEVEL_NAMES.len());
        }
        path.reverse();
        path
    }

    /// `UpdateUserHierarchyStructure`: renames, adds and removes levels; refused where groups of a removed level
    /// exist.
    pub fn update_user_hierarchy_structure(
        &mut self,
        cx: &mut Cx<'_>,
        input: UpdateUserHierarchyStructure,
    ) -> Result<()> {
        self.mine(&input)?;
        let wanted = input.hierarchy_structure;
        let wanted =
            [wanted.level_one, wanted.level_two, wanted.level_three, wanted.level_four, wanted.level_five];
        let count = wanted.iter().take_while(|level| level.is_some()).count();
        if let Some(gap) = wanted[count..].iter().position(Option::is_some) {
            return Err(DirectoryError::parameter(format!(
                "{} cannot exist without {}.",
                LEVEL_NAMES[count + gap],
                LEVEL_NAMES[count]
            )));
        }
        for level in wanted.iter().flatten() {
            rules::name_up_to("Name", &level.name, 50)?;
        }
        for removed in self.structure.levels.iter().skip(count) {
            if let Some(group) = self.hierarchy_groups().find(|group| group.level_id == removed.id) {
                return Err(DirectoryError::in_use(
                    format!(
                        "The level {:?} has groups, such as {:?}. Delete them first.",
                        removed.name, group.name
                    ),
                    self.level_arn(removed.id),
                ));
            }
        }
        self.structure.levels.truncate(count);
        for (position, name) in wanted.into_iter().flatten().map(|level| level.name).enumerate() {
            match self.structure.levels.get_mut(position) {
                Some(level) if level.name == name => {}
                Some(level) => (level.name, level.last_modified_time) = (name, cx.now),
                None => {
                    let level = HierarchyLevel { id: cx.fresh(), name, last_modified_time: cx.now };
                    self.structure.levels.push(level);
                }
            }
        }
        let structure = self.structure.clone();
        self.changed(Kind::HierarchyStructure, "levels".to_owned(), &structure);
        Ok(())
    }

    /// `DescribeUserHierarchyStructure`.
    pub fn describe_user_hierarchy_structure(&self, input: &DescribeUserHierarchyStructure) -> Result<Value> {
        self.mine(input)?;
        let structure =
            LEVEL_NAMES.iter().zip(&self.structure.levels).fold(Body::new(), |body, (name, level)| {
                let level_body = Body::new()
                    .text("Id", level.id)
                    .set("Arn", self.level_arn(level.id))
                    .set("Name", &*level.name)
                    .modified(level.last_modified_time, &self.scope.region);
                body.set(name, level_body.build())
            });
        Ok(structure.wrap("HierarchyStructure"))
    }

    /// `CreateUserHierarchyGroup`: one level below its parent, or on the first.
    pub fn create_user_hierarchy_group(
        &mut self,
        cx: &mut Cx<'_>,
        input: CreateUserHierarchyGroup,
    ) -> Result<HierarchyGroupId> {
        self.mine(&input)?;
        rules::name_up_to("Name", &input.name, 100)?;
        rules::tags(input.tags.as_ref())?;
        let parent = match &input.parent_group_id {
            Some(id) => Some(self.find::<HierarchyGroup>(id)?),
            None => None,
        };
        let depth = parent.map_or(0, |parent| self.hierarchy_path(parent.id).len());
        let Some(level) = self.structure.levels.get(depth) else {
            return Err(DirectoryError::request(match parent {
                Some(parent) => {
                    format!("The hierarchy has no level below that of {:?}. Add a level first.", parent.name)
                }
                None => {
                    "The hierarchy has no levels yet. Add a level with UpdateUserHierarchyStructure first."
                        .to_owned()
                }
            }));
        };
        let group = HierarchyGroup {
            id: cx.fresh(),
            name: input.name,
            level_id: level.id,
            parent_id: parent.map(|parent| parent.id),
            tags: input.tags.unwrap_or_default(),
            last_modified_time: cx.now,
        };
        self.name_is_free(&group)?;
        self.room_for(Quota::HierarchyGroups, self.table::<HierarchyGroup>().len())?;
        let id = group.id;
        self.put(group);
        Ok(id)
    }

    /// `UpdateUserHierarchyGroupName`.
    pub fn update_user_hierarchy_group_name(
        &mut self,
        cx: &mut Cx<'_>,
        input: UpdateUserHierarchyGroupName,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut group = self.find::<HierarchyGroup>(&input.hierarchy_group_id)?.clone();
        rules::name_up_to("Name", &input.name, 100)?;
        group.name = input.name;
        self.name_is_free(&group)?;
        group.last_modified_time = cx.now;
        self.put(group);
        Ok(())
    }

    /// `DeleteUserHierarchyGroup`: refused while it has child groups or users.
    pub fn delete_user_hierarchy_group(&mut self, input: DeleteUserHierarchyGroup) -> Result<()> {
        self.mine(&input)?;
        let group = self.find::<HierarchyGroup>(&input.hierarchy_group_id)?;
        let id = group.id;
        let child = self.hierarchy_groups().find(|child| child.parent_id == Some(id));
        let member = self.users().find(|user: &&User| user.hierarchy_group_id == Some(id));
        let user = child
            .map(|child| format!("has the child group {:?}", child.name))
            .or_else(|| member.map(|user| format!("has members, such as {:?}", user.username)));
        if let Some(user) = user {
            return Err(DirectoryError::in_use(
                format!("The hierarchy group {:?} {user}. Move or delete those first.", group.name),
                self.scope.arn(ArnKind::AgentGroup, id),
            ));
        }
        self.remove::<HierarchyGroup>(&id);
        Ok(())
    }

    /// `DescribeUserHierarchyGroup`.
    pub fn describe_user_hierarchy_group(&self, input: &DescribeUserHierarchyGroup) -> Result<Value> {
        self.mine(input)?;
        let group = self.find(&input.hierarchy_group_id)?;
        Ok(Body::new().set("HierarchyGroup", self.group_body(group)).build())
    }

    /// The output of `CreateUserHierarchyGroup`.
    pub fn created_user_hierarchy_group(&self, id: HierarchyGroupId) -> Value {
        Body::new()
            .text("HierarchyGroupId", id)
            .set("HierarchyGroupArn", self.scope.arn(ArnKind::AgentGroup, id))
            .build()
    }

    /// `ListUserHierarchyGroups`, by id.
    pub fn list_user_hierarchy_groups<'a>(
        &'a self,
        input: &ListUserHierarchyGroups,
        after: Option<&str>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let after = after.and_then(|key| key.parse().ok());
        Ok(Rows::new(
            self.table::<HierarchyGroup>()
                .after(after)
                .map(|group| Row::new(group.id, Some(&group.tags), || self.group_summary(group))),
        ))
    }

    /// `SearchUserHierarchyGroups`.
    pub fn search_user_hierarchy_groups(&self, input: &SearchUserHierarchyGroups) -> Result<Found<'_>> {
        self.mine(input)?;
        let matcher = SEARCH.matcher(self, input.search_filter.as_ref(), input.search_criteria.as_ref())?;
        Ok(matcher.find(self.hierarchy_groups(), |group| {
            Row::new(group.id, Some(&group.tags), || self.group_body(group))
        }))
    }

    fn level_arn(&self, id: Uuid) -> String {
        format!("{}/agent-group-level/{id}", self.scope.instance_arn())
    }

    fn group_summary(&self, group: &HierarchyGroup) -> Value {
        Body::new()
            .text("Id", group.id)
            .set("Arn", self.scope.arn(ArnKind::AgentGroup, group.id))
            .set("Name", &*group.name)
            .modified(group.last_modified_time, &self.scope.region)
            .build()
    }

    fn group_body(&self, group: &HierarchyGroup) -> Value {
        let path = self.hierarchy_path(group.id);
        let path = path.into_iter().filter_map(|id| self.hierarchy_group(id));
        let path = LEVEL_NAMES
            .iter()
            .zip(path)
            .fold(Body::new(), |body, (name, group)| body.set(name, self.group_summary(group)));
        Body::new()
            .text("Id", group.id)
            .set("Arn", self.scope.arn(ArnKind::AgentGroup, group.id))
            .set("Name", &*group.name)
            .text("LevelId", group.level_id)
            .set("HierarchyPath", path.build())
            .tags(&group.tags)
            .modified(group.last_modified_time, &self.scope.region)
            .build()
    }
}
