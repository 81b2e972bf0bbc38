//! The one search form that all search operations share (spec 12 G12): a tag filter and nested criteria.

use model::HierarchyGroupId;
use model::resource::Tags;
use serde::Deserialize;

use crate::directory::Directory;
use crate::error::{DirectoryError, Result};
use crate::input::parts;
use crate::rows::{Found, Row};

parts! {
    /// One node of the criteria; exactly one member is set.
    SearchCriteria {
        or_conditions: Option<Vec<SearchCriteria>>,
        and_conditions: Option<Vec<SearchCriteria>>,
        string_condition: Option<StringCondition>,
        queue_type_condition: Option<String>,
        hierarchy_group_condition: Option<HierarchyGroupCondition>,
        type_condition: Option<String>,
        state_condition: Option<String>,
        status_condition: Option<String>,
        view_type_condition: Option<String>,
        view_status_condition: Option<String>,
    }
    /// A comparison of one field.
    StringCondition { field_name: String, value: String, comparison_type: Comparison }
    /// Membership in a hierarchy group.
    HierarchyGroupCondition { value: String, hierarchy_group_match_type: HierarchyMatch }
    /// What the result is narrowed to before the criteria; at most one member is set, which one depends on the
    /// operation.
    SearchFilter {
        tag_filter: Option<TagFilter>,
        attribute_filter: Option<AttributeFilter>,
        user_attribute_filter: Option<AttributeFilter>,
        flow_attribute_filter: Option<AttributeFilter>,
    }
    /// Tags to carry; at most one member is set.
    TagFilter {
        or_conditions: Option<Vec<Vec<TagCondition>>>,
        and_conditions: Option<Vec<TagCondition>>,
        tag_condition: Option<TagCondition>,
    }
    /// Tags and properties to have; at most one member is set.
    AttributeFilter {
        or_conditions: Option<Vec<AttributeConditions>>,
        and_condition: Option<AttributeConditions>,
        tag_condition: Option<TagCondition>,
        hierarchy_group_condition: Option<HierarchyGroupCondition>,
        contact_flow_type_condition: Option<FlowTypeCondition>,
    }
    /// Conditions that must all hold.
    AttributeConditions {
        tag_conditions: Option<Vec<TagCondition>>,
        hierarchy_group_condition: Option<HierarchyGroupCondition>,
        contact_flow_type_condition: Option<FlowTypeCondition>,
    }
    /// A flow type to have.
    FlowTypeCondition { contact_flow_type: String }
    /// A tag to carry; without a value any value will do.
    TagCondition { tag_key: String, tag_value: Option<String> }
}

/// How a field is compared. Beginnings and parts are found without regard to case, whole values with regard to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Comparison {
    /// The field begins with the value.
    StartsWith,
    /// The field contains the value, which has 2–25 characters.
    Contains,
    /// The field is the value.
    Exact,
}

/// Which groups count as a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HierarchyMatch {
    /// The group itself.
    Exact,
    /// The group and all below it.
    WithChildGroups,
}

impl Comparison {
    /// Whether the field matches.
    pub fn holds(self, field: &str, value: &str) -> bool {
        match self {
            Self::Exact => field == value,
            Self::StartsWith => field.to_lowercase().starts_with(&value.to_lowercase()),
            Self::Contains => field.to_lowercase().contains(&value.to_lowercase()),
        }
    }
}

/// Says whether any value of a field passes the comparison.
pub(crate) type Field<D> = fn(&D, &dyn Fn(&str) -> bool) -> bool;

/// What one kind of resource can be searched by.
pub(crate) struct Searchable<D: 'static> {
    /// Public field names; they are compared without regard to case.
    pub fields: &'static [(&'static str, Field<D>)],
    /// Conditions of their own, by the name of their member.
    pub leaves: &'static [(Leaf, Field<D>)],
    /// The member of the search filter that this kind has.
    pub filter: FilterMember,
    pub tags: Option<fn(&D) -> &Tags>,
    pub group: Option<fn(&D) -> Option<HierarchyGroupId>>,
}

/// The criteria members that only some kinds have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaf {
    QueueType,
    FlowType,
    State,
    Status,
    ViewType,
    ViewStatus,
}

/// The members of a search filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FilterMember {
    Tag,
    Attribute,
    UserAttribute,
    FlowAttribute,
}

/// A search that has been checked and can be run.
pub(crate) struct Matcher<'a, D: 'static> {
    searchable: &'a Searchable<D>,
    directory: &'a Directory,
    filter: Option<&'a SearchFilter>,
    criteria: Option<&'a SearchCriteria>,
}

impl<D> Searchable<D> {
    /// Checks a search before it runs.
    pub fn matcher<'a>(
        &'a self,
        directory: &'a Directory,
        filter: Option<&'a SearchFilter>,
        criteria: Option<&'a SearchCriteria>,
    ) -> Result<Matcher<'a, D>> {
        if let Some(filter) = filter {
            self.check_filter(filter)?;
        }
        if let Some(criteria) = criteria {
            self.check_criteria(criteria)?;
        }
        Ok(Matcher { searchable: self, directory, filter, criteria })
    }

    fn check_criteria(&self, criteria: &SearchCriteria) -> Result<()> {
        let members = [
            criteria.or_conditions.is_some(),
            criteria.and_conditions.is_some(),
            criteria.string_condition.is_some(),
            criteria.queue_type_condition.is_some(),
            criteria.hierarchy_group_condition.is_some(),
            criteria.type_condition.is_some(),
            criteria.state_condition.is_some(),
            criteria.status_condition.is_some(),
            criteria.view_type_condition.is_some(),
            criteria.view_status_condition.is_some(),
        ];
        if members.iter().filter(|&&set| set).count() != 1 {
            return Err(DirectoryError::parameter(
                "Each node of SearchCriteria must have exactly one member.",
            ));
        }
        for child in criteria.or_conditions.iter().chain(&criteria.and_conditions).flatten() {
            self.check_criteria(child)?;
        }
        if let Some(condition) = &criteria.string_condition {
            self.field(&condition.field_name)?;
            if condition.comparison_type == Comparison::Contains {
                crate::rules::length("The Value of a CONTAINS comparison", &condition.value, 2, 25)?;
            }
        }
        let leaves = [
            (Leaf::QueueType, "QueueTypeCondition", &criteria.queue_type_condition),
            (Leaf::FlowType, "TypeCondition", &criteria.type_condition),
            (Leaf::State, "StateCondition", &criteria.state_condition),
            (Leaf::Status, "StatusCondition", &criteria.status_condition),
            (Leaf::ViewType, "ViewTypeCondition", &criteria.view_type_condition),
            (Leaf::ViewStatus, "ViewStatusCondition", &criteria.view_status_condition),
        ];
        for (leaf, member, value) in leaves {
            if value.is_some() && self.leaf(leaf).is_none() {
                return Err(unknown_member(member));
            }
        }
        if criteria.hierarchy_group_condition.is_some() && self.group.is_none() {
            return Err(unknown_member("HierarchyGroupCondition"));
        }
        Ok(())
    }

    fn check_filter(&self, filter: &SearchFilter) -> Result<()> {
        let members = [
            (FilterMember::Tag, "TagFilter", filter.tag_filter.is_some()),
            (FilterMember::Attribute, "AttributeFilter", filter.attribute_filter.is_some()),
            (FilterMember::UserAttribute, "UserAttributeFilter", filter.user_attribute_filter.is_some()),
            (FilterMember::FlowAttribute, "FlowAttributeFilter", filter.flow_attribute_filter.is_some()),
        ];
        // Users and flows take the plain tag filter beside their own.
        let plain = self.filter != FilterMember::Attribute;
        for (member, name, set) in members {
            if set && member != self.filter && !(plain && member == FilterMember::Tag) {
                return Err(unknown_member(name));
            }
        }
        if members.iter().filter(|(_, _, set)| *set).count() > 1 {
            return Err(DirectoryError::parameter("SearchFilter must have at most one member."));
        }
        if let Some(tags) = &filter.tag_filter {
            let set =
                [tags.or_conditions.is_some(), tags.and_conditions.is_some(), tags.tag_condition.is_some()];
            at_most_one("TagFilter", &set)?;
        }
        if let Some(attributes) = filter.attributes() {
            let set = [
                attributes.or_conditions.is_some(),
                attributes.and_condition.is_some(),
                attributes.tag_condition.is_some(),
                attributes.hierarchy_group_condition.is_some(),
                attributes.contact_flow_type_condition.is_some(),
            ];
            at_most_one("An attribute filter", &set)?;
            let inner = attributes.or_conditions.iter().flatten().chain(&attributes.and_condition);
            let groups = attributes.hierarchy_group_condition.is_some()
                || inner.clone().any(|conditions| conditions.hierarchy_group_condition.is_some());
            if groups && self.filter != FilterMember::UserAttribute {
                return Err(unknown_member("HierarchyGroupCondition"));
            }
            let types = attributes.contact_flow_type_condition.is_some()
                || inner.clone().any(|conditions| conditions.contact_flow_type_condition.is_some());
            if types && self.filter != FilterMember::FlowAttribute {
                return Err(unknown_member("ContactFlowTypeCondition"));
            }
        }
        Ok(())
    }

    fn field(&self, name: &str) -> Result<Field<D>> {
        let found = self.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name));
        found.map(|&(_, values)| values).ok_or_else(|| {
            let known: Vec<&str> = self.fields.iter().map(|&(field, _)| field).collect();
            DirectoryError::parameter(format!(
                "FieldName {name:?} cannot be searched here; known are {}.",
                known.join(", ")
            ))
        })
    }

    fn leaf(&self, leaf: Leaf) -> Option<Field<D>> {
        self.leaves.iter().find(|&&(known, _)| known == leaf).map(|&(_, values)| values)
    }
}

fn at_most_one(what: &str, set: &[bool]) -> Result<()> {
    if set.iter().filter(|&&set| set).count() > 1 {
        return Err(DirectoryError::parameter(format!("{what} must have at most one member.")));
    }
    Ok(())
}

fn unknown_member(member: &str) -> DirectoryError {
    DirectoryError::parameter(format!("{member} is not known to this search."))
}

impl SearchFilter {
    fn attributes(&self) -> Option<&AttributeFilter> {
        [&self.attribute_filter, &self.user_attribute_filter, &self.flow_attribute_filter]
            .into_iter()
            .find_map(Option::as_ref)
    }
}

impl<'a, D> Matcher<'a, D> {
    /// Runs the search over documents in the order of their keys.
    pub fn find<'r>(
        &self,
        documents: impl Iterator<Item = &'r D>,
        row: impl Fn(&'r D) -> Row<'r>,
    ) -> Found<'r> {
        Found { rows: documents.filter(|document| self.matches(document)).map(row).collect() }
    }

    pub fn matches(&self, document: &D) -> bool {
        self.filter.is_none_or(|filter| self.passes(filter, document))
            && self.criteria.is_none_or(|criteria| self.meets(criteria, document))
    }

    fn passes(&self, filter: &SearchFilter, document: &D) -> bool {
        let tag = |condition: &TagCondition| self.carries(condition, document);
        let tags = filter.tag_filter.as_ref().is_none_or(|filter| {
            filter.or_conditions.as_ref().is_none_or(|any| any.iter().any(|all| all.iter().all(tag)))
                && filter.and_conditions.as_ref().is_none_or(|all| all.iter().all(tag))
                && filter.tag_condition.as_ref().is_none_or(tag)
        });
        let attributes = filter.attributes().is_none_or(|filter| {
            filter
                .or_conditions
                .as_ref()
                .is_none_or(|any| any.iter().any(|conditions| self.has_all(conditions, document)))
                && filter.and_condition.as_ref().is_none_or(|conditions| self.has_all(conditions, document))
                && filter.tag_condition.as_ref().is_none_or(tag)
                && filter.hierarchy_group_condition.as_ref().is_none_or(|group| self.belongs(group, document))
                && filter.contact_flow_type_condition.as_ref().is_none_or(|kind| self.is_of(kind, document))
        });
        tags && attributes
    }

    fn has_all(&self, conditions: &AttributeConditions, document: &D) -> bool {
        conditions.tag_conditions.iter().flatten().all(|tag| self.carries(tag, document))
            && conditions.hierarchy_group_condition.as_ref().is_none_or(|group| self.belongs(group, document))
            && conditions.contact_flow_type_condition.as_ref().is_none_or(|kind| self.is_of(kind, document))
    }

    fn carries(&self, condition: &TagCondition, document: &D) -> bool {
        let Some(tags) = self.searchable.tags else { return false };
        tags(document)
            .get(&condition.tag_key)
            .is_some_and(|value| condition.tag_value.as_ref().is_none_or(|wanted| wanted == value))
    }

    fn belongs(&self, condition: &HierarchyGroupCondition, document: &D) -> bool {
        let Some(group) = self.searchable.group.and_then(|group| group(document)) else { return false };
        let Ok(wanted) = model::arn::id_part(&condition.value).parse::<HierarchyGroupId>() else {
            return false;
        };
        match condition.hierarchy_group_match_type {
            HierarchyMatch::Exact => group == wanted,
            HierarchyMatch::WithChildGroups => self.directory.hierarchy_path(group).contains(&wanted),
        }
    }

    fn is_of(&self, condition: &FlowTypeCondition, document: &D) -> bool {
        self.leaf_is(Leaf::FlowType, &condition.contact_flow_type, document)
    }

    fn leaf_is(&self, leaf: Leaf, wanted: &str, document: &D) -> bool {
        self.searchable.leaf(leaf).is_some_and(|values| values(document, &|value| value == wanted))
    }

    fn meets(&self, criteria: &SearchCriteria, document: &D) -> bool {
        if let Some(any) = &criteria.or_conditions {
            return any.iter().any(|child| self.meets(child, document));
        }
        if let Some(all) = &criteria.and_conditions {
            return all.iter().all(|child| self.meets(child, document));
        }
        if let Some(condition) = &criteria.string_condition {
            let compare = |field: &str| condition.comparison_type.holds(field, &condition.value);
            return self
                .searchable
                .field(&condition.field_name)
                .is_ok_and(|values| values(document, &compare));
        }
        if let Some(condition) = &criteria.hierarchy_group_condition {
            return self.belongs(condition, document);
        }
        [
            (Leaf::QueueType, &criteria.queue_type_condition),
            (Leaf::FlowType, &criteria.type_condition),
            (Leaf::State, &criteria.state_condition),
            (Leaf::Status, &criteria.status_condition),
            (Leaf::ViewType, &criteria.view_type_condition),
            (Leaf::ViewStatus, &criteria.view_status_condition),
        ]
        .into_iter()
        .all(|(leaf, wanted)| wanted.as_ref().is_none_or(|wanted| self.leaf_is(leaf, wanted, document)))
    }
}
