//! What a change did to a resource, for the change history (spec 02 §5): the action, and what its members were and are.
//!
//! Never told: passwords, the token of an instance's making. Not told twice: the content of flows, modules and bots,
//! which their versions keep. Long values are cut, and say so.

use std::collections::BTreeSet;

use model::resource::Tags;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::flow_versions::sha256;
use crate::kind::{Change, Kind};

/// Longest value that is told whole, as JSON text in bytes.
const LONGEST_VALUE: usize = 8_000;
/// Most values told of one change, as JSON text in bytes; later members are named without theirs.
const LONGEST_ENTRY: usize = 64_000;
/// How much is left of a value that is cut, in characters.
const KEPT: usize = 1_000;

/// What was done to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs)]
pub enum Action {
    Created,
    Changed,
    /// A flow or module has a new version.
    Published,
    Archived,
    /// It is archived no more.
    Restored,
    Deleted,
}

/// One member of a resource that was changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Field {
    /// The member's public name.
    pub name: String,
    /// What it was; absent when it was not there or is not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What it is; absent when it is not there or is not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    /// The value is a secret and not told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// The values are too long and cut.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

/// One entry of the change history, without who and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Entry {
    /// What was done.
    pub action: Action,
    /// The published version of a flow or module after the change, or before it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// The members that were changed, by name.
    pub fields: Vec<Field>,
    /// The tags of the resource at that time, by which who may see it is decided once it is deleted; absent where such
    /// resources have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
}

/// The name of the resource and what happened to it; none when nothing did that anyone would ask about.
pub fn entry(change: &Change) -> Option<(String, Entry)> {
    if matches!(change.kind, Kind::FlowVersion | Kind::ViewVersion | Kind::Defaults | Kind::ReleasedNumber) {
        return None;
    }
    let nothing = Map::new();
    let members = |body: &'_ Option<Value>| body.as_ref().and_then(Value::as_object).cloned();
    let (before, after) = (members(&change.before), members(&change.after));
    let latest = after.as_ref().or(before.as_ref())?;
    let (old, new) = (before.as_ref().unwrap_or(&nothing), after.as_ref().unwrap_or(&nothing));
    let fields = fields(change.kind, old, new);
    let deleted = before.is_some() && after.is_none();
    if fields.is_empty() && !deleted {
        return None;
    }
    let entry = Entry {
        action: action(before.as_ref(), after.as_ref()),
        version: version(latest),
        fields,
        tags: latest.get("Tags").and_then(|tags| serde_json::from_value(tags.clone()).ok()),
    };
    Some((name(change, latest), entry))
}

fn name(change: &Change, members: &Map<String, Value>) -> String {
    let named = ["Name", "Username", "SecurityProfileName", "PhoneNumber", "Alias", "ResourceType"];
    let found = named.iter().find_map(|name| members.get(*name)?.as_str());
    found.map_or_else(|| change.kind.noun().to_owned(), str::to_owned)
}

fn action(before: Option<&Map<String, Value>>, after: Option<&Map<String, Value>>) -> Action {
    let (Some(before), Some(after)) = (before, after) else {
        return if after.is_some() { Action::Created } else { Action::Deleted };
    };
    let archived =
        |members: &Map<String, Value>| members.get("State").is_some_and(|state| state == "ARCHIVED");
    match (archived(before), archived(after)) {
        (false, true) => Action::Archived,
        (true, false) => Action::Restored,
        _ if version(after) > version(before) => Action::Published,
        _ => Action::Changed,
    }
}

/// The number of the last version of a flow or module.
fn version(members: &Map<String, Value>) -> Option<u64> {
    members.get("Versions")?.as_array()?.last()?.get("Number")?.as_u64()
}

fn fields(kind: Kind, before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Field> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut room = LONGEST_ENTRY;
    let mut fields = Vec::new();
    for name in names {
        let values = [before.get(name), after.get(name)];
        if let Some(mut field) = field(kind, name, values) {
            for value in [&mut field.before, &mut field.after] {
                field.cut |= shorten(value, &mut room);
            }
            fields.push(field);
        }
    }
    fields
}

/// One member; none if it is the same as before, empty as before, or nobody's business.
fn field(kind: Kind, name: &str, [before, after]: [Option<&Value>; 2]) -> Option<Field> {
    let is_flow = matches!(kind, Kind::Flow | Kind::FlowModule);
    if before == after {
        return None;
    }
    let told = |name: &str, show: fn(&Value) -> Value| {
        let (before, after) = (before.map(show).filter(is_told), after.map(show).filter(is_told));
        let same = before == after;
        (!same).then(|| Field { name: name.to_owned(), before, after, hidden: false, cut: false })
    };
    match name {
        "LastModifiedTime" | "CreationToken" | "MadeBy" | "CreatedTime" | "MovingTo" => None,
        // Which version is published says more.
        "Published" if is_flow => None,
        "PasswordHash" => {
            Some(Field { name: "Password".to_owned(), before: None, after: None, hidden: true, cut: false })
        }
        "Draft" if is_flow => told("Content", digest),
        "Versions" if is_flow => told(name, numbers),
        "Versions" if kind == Kind::Bot => told(name, keys),
        _ => told(name, Value::clone),
    }
}

/// Absent, empty and null are one to people.
fn is_told(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => true,
    }
}

/// Stands for the content of a flow or module.
fn digest(content: &Value) -> Value {
    let (text, settings) = match content {
        Value::String(text) => (text.as_str(), None),
        other => (other["Content"].as_str().unwrap_or_default(), other["Settings"].as_str()),
    };
    let mut body = json!({"Sha256": sha256(text), "Characters": text.chars().count()});
    if let Some(settings) = settings {
        body["SettingsSha256"] = json!(sha256(settings));
    }
    body
}

fn numbers(versions: &Value) -> Value {
    versions.as_array().into_iter().flatten().map(|version| version["Number"].clone()).collect()
}

fn keys(versions: &Value) -> Value {
    versions.as_object().into_iter().flat_map(Map::keys).map(|number| json!(number)).collect()
}

/// Cuts a value that is too long for itself or for what is left of the entry; says whether it did.
fn shorten(value: &mut Option<Value>, room: &mut usize) -> bool {
    let Some(told) = value else { return false };
    let text = told.to_string();
    if text.len() <= LONGEST_VALUE.min(*room) {
        *room -= text.len();
        return false;
    }
    let whole = told.as_str().unwrap_or(&text);
    let kept: String = whole.chars().take(KEPT).collect();
    *value = (kept.len() <= *room).then(|| {
        *room -= kept.len();
        Value::String(kept)
    });
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(kind: Kind, before: Value, after: Value) -> Option<Value> {
        let some = |value: Value| (!value.is_null()).then_some(value);
        let change = Change { kind, id: "x".into(), before: some(before), after: some(after) };
        let (name, entry) = entry(&change)?;
        let mut told = serde_json::to_value(entry).expect("entries are printable");
        told["Name"] = json!(name);
        Some(told)
    }

    #[test]
    fn what_changed_is_told_and_nothing_else() {
        let queue = |name: &str, most: Value, tags: Value| json!({"Name": name, "MaxContacts": most, "Tags": tags, "LastModifiedTime": name.len()});
        for (kind, before, after, expected) in [
            (
                Kind::Queue,
                Value::Null,
                queue("a", Value::Null, json!({})),
                json!({"Action": "CREATED", "Name": "a", "Tags": {}, "Fields": [{"Name": "Name", "After": "a"}]}),
            ),
            (
                Kind::Queue,
                queue("a", json!(5), json!({"k": "v"})),
                queue("bb", Value::Null, json!({"k": "v"})),
                json!({"Action": "CHANGED", "Name": "bb", "Tags": {"k": "v"}, "Fields": [
                    {"Name": "MaxContacts", "Before": 5}, {"Name": "Name", "Before": "a", "After": "bb"}]}),
            ),
            (
                Kind::Queue,
                queue("a", json!(5), json!({"k": "v"})),
                Value::Null,
                json!({"Action": "DELETED", "Name": "a", "Tags": {"k": "v"}, "Fields": [
                    {"Name": "MaxContacts", "Before": 5}, {"Name": "Name", "Before": "a"},
                    {"Name": "Tags", "Before": {"k": "v"}}]}),
            ),
            (
                Kind::User,
                json!({"Username": "ann", "PasswordHash": "one"}),
                json!({"Username": "ann", "PasswordHash": "two"}),
                json!({"Action": "CHANGED", "Name": "ann", "Fields": [{"Name": "Password", "Hidden": true}]}),
            ),
            (
                Kind::Flow,
                json!({"Name": "f", "State": "ACTIVE", "Versions": [{"Number": 1}], "Published": "one"}),
                json!({"Name": "f", "State": "ACTIVE", "Versions": [{"Number": 1}, {"Number": 2}], "Published": "two"}),
                json!({"Action": "PUBLISHED", "Name": "f", "Version": 2, "Fields": [
                    {"Name": "Versions", "Before": [1], "After": [1, 2]}]}),
            ),
            (
                Kind::Flow,
                json!({"Name": "f", "State": "ACTIVE"}),
                json!({"Name": "f", "State": "ARCHIVED"}),
                json!({"Action": "ARCHIVED", "Name": "f", "Fields": [
                    {"Name": "State", "Before": "ACTIVE", "After": "ARCHIVED"}]}),
            ),
            (
                Kind::HierarchyStructure,
                Value::Null,
                json!({"Levels": [1]}),
                json!({"Action": "CREATED", "Name": "hierarchy structure", "Fields": [
                    {"Name": "Levels", "After": [1]}]}),
            ),
        ] {
            assert_eq!(told(kind, before, after), Some(expected));
        }
    }

    #[test]
    fn what_changes_nothing_leaves_no_entry() {
        let old = json!({"Name": "a", "Description": "", "LastModifiedTime": 1});
        let new = json!({"Name": "a", "LastModifiedTime": 2});
        assert_eq!(told(Kind::Queue, old, new), None);
        assert_eq!(told(Kind::FlowVersion, Value::Null, json!({"Content": "{}"})), None);
        assert_eq!(told(Kind::Defaults, Value::Null, json!({"Flows": [1]})), None);
    }

    #[test]
    fn contents_are_referred_to_and_long_values_are_cut() {
        let flow =
            told(Kind::Flow, Value::Null, json!({"Name": "f", "Draft": "{\"a\": 1}"})).expect("an entry");
        assert_eq!(flow["Fields"][0]["Name"], "Content");
        assert_eq!(flow["Fields"][0]["After"]["Characters"], 8);
        let members: Map<String, Value> =
            (0..100).map(|n| (format!("M{n:02}"), json!("x".repeat(LONGEST_VALUE + 1)))).collect();
        let long = told(Kind::Queue, Value::Null, Value::Object(members)).expect("an entry");
        assert_eq!(long["Fields"][0]["After"].as_str().map(str::len), Some(KEPT));
        assert_eq!(long["Fields"][99]["After"], Value::Null);
        assert!((0..100).all(|n| long["Fields"][n]["Cut"] == true));
        assert!(long.to_string().len() < LONGEST_ENTRY + 10_000);
    }
}
