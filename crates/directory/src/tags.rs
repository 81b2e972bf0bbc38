//! Tags (spec 09 D4) of every resource that can carry them, found by resource name, and the tags in use.

use std::collections::BTreeSet;

use model::resource::*;
use model::{Arn, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::directory::{Cx, Directory, Holds, Tables};
use crate::error::{DirectoryError, Result};
use crate::hierarchy::HierarchyGroup;
use crate::input::{Input, inputs, parts};
use crate::rows::{Found, Row};
use crate::rules;
use crate::search::Comparison;
use crate::table::Document;

macro_rules! by_resource_name {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        #[allow(missing_docs)]
        pub struct $name { $(pub $field: $type,)* }

        impl Input for $name {
            const OPERATION: &'static str = stringify!($name);
            fn instance_id(&self) -> Option<&str> { None }
        }
    )*};
}

by_resource_name! {
    /// `TagResource`: adds tags and replaces values.
    TagResource { resource_arn: String, tags: Tags }
    /// `UntagResource`: keys that are not there are passed over.
    UntagResource { resource_arn: String, tag_keys: Vec<String> }
    /// `ListTagsForResource`.
    ListTagsForResource { resource_arn: String }
}

inputs! {
    /// `SearchResourceTags`; no types means all.
    SearchResourceTags {
        resource_types: Option<Vec<String>>,
        search_criteria: Option<ResourceTagsSearchCriteria>,
    }
}

parts! {
    /// What to look for.
    ResourceTagsSearchCriteria { tag_search_condition: Option<TagSearchCondition> }
}

/// A comparison of key and value; what is left out matches everything.
#[derive(Clone, Debug, PartialEq, serde::Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct TagSearchCondition {
    pub tag_key: Option<String>,
    pub tag_value: Option<String>,
    pub tag_key_comparison_type: Option<Comparison>,
    pub tag_value_comparison_type: Option<Comparison>,
}

/// A resource with tags.
trait Tagged: Document {
    fn tags(&self) -> &Tags;
    /// The tags, for a change made at this moment.
    fn tags_mut(&mut self, now: Timestamp) -> &mut Tags;
}

macro_rules! tagged {
    ($($type:ty),*) => {$(
        impl Tagged for $type {
            fn tags(&self) -> &Tags { &self.tags }
            fn tags_mut(&mut self, now: Timestamp) -> &mut Tags {
                self.last_modified_time = now;
                &mut self.tags
            }
        }
    )*};
}

tagged!(
    User,
    SecurityProfile,
    RoutingProfile,
    Queue,
    HoursOfOperation,
    QuickConnect,
    AgentStatus,
    FlowResource,
    FlowModule,
    Prompt,
    PhoneNumber,
    HierarchyGroup,
    View
);

/// Evaluates an expression with a type alias for the resource that the path segment of a resource name stands for.
macro_rules! for_kind {
    ($segment:expr, |$resource:ident| $action:expr) => {
        for_kind!($segment, $resource, $action,
            "agent" => User,
            "agent-group" => HierarchyGroup,
            "agent-state" => AgentStatus,
            "contact-flow" => FlowResource,
            "flow-module" => FlowModule,
            "operating-hours" => HoursOfOperation,
            "phone-number" => PhoneNumber,
            "prompt" => Prompt,
            "queue" => Queue,
            "routing-profile" => RoutingProfile,
            "security-profile" => SecurityProfile,
            "transfer-destination" => QuickConnect,
            "view" => View,
        )
    };
    ($segment:expr, $resource:ident, $action:expr, $($text:literal => $type:ty,)*) => {
        match $segment {
            $($text => { type $resource = $type; $action })*
            other => {
                Err(DirectoryError::request(format!("Resources of the kind {other:?} cannot be tagged.")))
            }
        }
    };
}

impl Directory {
    /// `TagResource`.
    pub fn tag_resource(&mut self, cx: &mut Cx<'_>, input: TagResource) -> Result<()> {
        if input.tags.is_empty() {
            return Err(DirectoryError::parameter("Give at least one tag."));
        }
        rules::tags(Some(&input.tags))?;
        self.change_tags(cx, &input.resource_arn, |tags| {
            tags.extend(input.tags.clone());
            if tags.len() > rules::MAX_TAGS {
                return Err(DirectoryError::request(format!(
                    "A resource can have {} tags; this would make {}. Remove some first.",
                    rules::MAX_TAGS,
                    tags.len()
                )));
            }
            Ok(())
        })
    }

    /// `UntagResource`.
    pub fn untag_resource(&mut self, cx: &mut Cx<'_>, input: UntagResource) -> Result<()> {
        rules::count("tagKeys", &input.tag_keys, 1, rules::MAX_TAGS)?;
        for key in &input.tag_keys {
            rules::tag_key(key)?;
        }
        self.change_tags(cx, &input.resource_arn, |tags| {
            tags.retain(|key, _| !input.tag_keys.contains(key));
            Ok(())
        })
    }

    /// `ListTagsForResource`.
    pub fn list_tags_for_resource(&self, input: &ListTagsForResource) -> Result<Value> {
        Ok(json!({ "tags": self.tags_of(&input.resource_arn)? }))
    }

    /// The tags of the resource with this name.
    pub fn tags_of(&self, resource_arn: &str) -> Result<&Tags> {
        match self.taggable(resource_arn)? {
            None => Ok(&self.instance.tags),
            Some((segment, id)) => for_kind!(segment, |Resource| Ok(self.find::<Resource>(id)?.tags())),
        }
    }

    /// `SearchResourceTags`: the distinct pairs in use, by key and value. Its output has no total count.
    pub fn search_resource_tags(&self, input: &SearchResourceTags) -> Result<Found<'static>> {
        self.mine(input)?;
        let all = SEARCHED.map(str::to_owned).to_vec();
        let types = input.resource_types.clone().filter(|types| !types.is_empty()).unwrap_or(all);
        let mut pairs = BTreeSet::new();
        for kind in &types {
            // `standard-queue` is what this operation calls what a resource name calls `queue`.
            let segment = if kind == "standard-queue" { "queue" } else { kind.as_str() };
            if !SEARCHED.contains(&kind.as_str()) {
                return Err(DirectoryError::parameter(format!(
                    "ResourceTypes names {kind:?}; known are {}.",
                    SEARCHED.join(", ")
                )));
            }
            for_kind!(segment, |Resource| {
                let tags = self.table::<Resource>().iter().flat_map(|document| document.tags());
                pairs.extend(tags.map(|(key, value)| (key.clone(), value.clone())));
                Ok(())
            })?;
        }
        let condition =
            input.search_criteria.as_ref().and_then(|criteria| criteria.tag_search_condition.as_ref());
        let rows = pairs
            .into_iter()
            .filter(|(key, value)| condition.is_none_or(|condition| condition.holds(key, value)))
            .map(|(key, value)| {
                Row::new(format!("{key}\u{0}{value}"), None, move || json!({ "key": key, "value": value }))
            });
        Ok(Found { rows: rows.collect() })
    }

    fn change_tags(
        &mut self,
        cx: &mut Cx<'_>,
        resource_arn: &str,
        change: impl Fn(&mut Tags) -> Result<()>,
    ) -> Result<()> {
        match self.taggable(resource_arn)? {
            None => {
                let mut tags = self.instance.tags.clone();
                change(&mut tags)?;
                self.instance.tags = tags;
                self.save_instance();
                Ok(())
            }
            Some((segment, id)) => {
                for_kind!(segment, |Resource| self.change_tags_of::<Resource>(cx, id, change))
            }
        }
    }

    fn change_tags_of<D: Tagged>(
        &mut self,
        cx: &mut Cx<'_>,
        id: &str,
        change: impl Fn(&mut Tags) -> Result<()>,
    ) -> Result<()>
    where
        Tables: Holds<D>,
    {
        let mut document = self.find::<D>(id)?.clone();
        change(document.tags_mut(cx.now))?;
        self.put(document);
        Ok(())
    }

    /// The kind and id in a resource name of this instance; `None` for the instance itself.
    fn taggable<'a>(&self, resource_arn: &'a str) -> Result<Option<(&'a str, &'a str)>> {
        let Some(arn) = Arn::parse(resource_arn) else {
            return Err(DirectoryError::parameter(format!(
                "{resource_arn:?} is not a resource name of this service, arn:aws:connect:region:account:instance/id and so on."
            )));
        };
        if !arn.instance.is_empty() && arn.instance != self.instance.id.to_string() {
            return Err(DirectoryError::not_found(format!("There is no instance {:?} here.", arn.instance)));
        }
        match arn.resource.split_once('/') {
            _ if arn.resource.is_empty() => Ok(None),
            Some(("queue", id)) if id.starts_with("agent/") => Err(DirectoryError::request(
                "An agent's own queue has the tags of the agent. Tag the user instead.",
            )),
            Some((segment, _)) => Ok(Some((segment, arn.resource_id()))),
            None => Err(DirectoryError::parameter(format!("{resource_arn:?} does not name a resource."))),
        }
    }
}

/// The types `SearchResourceTags` knows.
const SEARCHED: [&str; 9] = [
    "agent",
    "agent-state",
    "contact-flow",
    "operating-hours",
    "prompt",
    "routing-profile",
    "security-profile",
    "standard-queue",
    "transfer-destination",
];

impl TagSearchCondition {
    fn holds(&self, key: &str, value: &str) -> bool {
        let compare = |wanted: &Option<String>, how: Option<Comparison>, text: &str| {
            wanted.as_ref().is_none_or(|wanted| how.unwrap_or(Comparison::Exact).holds(text, wanted))
        };
        compare(&self.tag_key, self.tag_key_comparison_type, key)
            && compare(&self.tag_value, self.tag_value_comparison_type, value)
    }
}
