//! The grammar of a view's template (spec 07 §2), and the input that follows from its references.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::components::{COMPONENTS, Inside, Kind, component, kind_of};

/// Deepest nesting of components.
const DEEPEST: usize = 20;
/// Most components of a template.
const MOST_COMPONENTS: usize = 1_000;
/// Most findings that are told at once.
const MOST_FINDINGS: usize = 20;

/// What is wrong with a template: where, and what.
pub(crate) type Finding = (String, String);

/// Reads a template as far as a draft has to be right: a JSON object.
pub(crate) fn read(template: &str) -> Result<Value, Finding> {
    match serde_json::from_str::<Value>(template) {
        Ok(value) if value.is_object() => Ok(value),
        Ok(_) => Err(("Template".into(), "must be a JSON object with Head and Body".into())),
        Err(error) => Err(("Template".into(), format!("is not JSON: {error}"))),
    }
}

/// Everything that keeps a template from being published; empty = valid.
pub(crate) fn check(template: &Value, actions: &[String]) -> Vec<Finding> {
    let mut check = Check { actions, ids: BTreeSet::new(), components: 0, found: Vec::new() };
    check.head(template);
    match template.get("Body").and_then(Value::as_array) {
        Some(body) if !body.is_empty() => check.list(body, "Body", 1),
        _ => check.add("Body", "must be a list of at least one component"),
    }
    check.found
}

struct Check<'a> {
    actions: &'a [String],
    ids: BTreeSet<String>,
    components: usize,
    found: Vec<Finding>,
}

impl Check<'_> {
    fn add(&mut self, path: impl Into<String>, problem: impl Into<String>) {
        if self.found.len() < MOST_FINDINGS {
            self.found.push((path.into(), problem.into()));
        }
    }

    fn head(&mut self, template: &Value) {
        let Some(head) = template.get("Head") else { return };
        if !head.is_object() {
            return self.add("Head", "must be an object");
        }
        if head.get("Title").is_some_and(|title| !title.is_string()) {
            self.add("Head.Title", "must be a text");
        }
        if let Some(columns) = head.pointer("/Configuration/Layout/Columns") {
            self.columns(columns, "Head.Configuration.Layout.Columns");
        }
    }

    fn columns(&mut self, columns: &Value, path: &str) {
        let width = |column: &Value| match column {
            Value::String(text) => text.parse::<u64>().ok(),
            other => other.as_u64(),
        };
        let fits = columns.as_array().is_some_and(|columns| {
            !columns.is_empty()
                && columns.iter().all(|column| width(column).is_some_and(|width| (1..=12).contains(&width)))
        });
        if !fits {
            self.add(path, "must list widths from 1 to 12, such as [\"8\", \"4\"]");
        }
    }

    fn list(&mut self, components: &[Value], path: &str, depth: usize) {
        for (index, one) in components.iter().enumerate() {
            self.component(one, &format!("{path}[{index}]"), depth);
        }
    }

    fn component(&mut self, value: &Value, path: &str, depth: usize) {
        self.components += 1;
        if self.components > MOST_COMPONENTS {
            if self.components == MOST_COMPONENTS + 1 {
                self.add(
                    path,
                    format!("is component number {}; {MOST_COMPONENTS} are allowed", self.components),
                );
            }
            return;
        }
        if depth > DEEPEST {
            return self.add(path, format!("is nested deeper than {DEEPEST} levels"));
        }
        let Some(object) = value.as_object() else { return self.add(path, "must be an object") };
        match object.get("_id").and_then(Value::as_str) {
            Some(id) if !id.is_empty() => {
                if !self.ids.insert(id.to_owned()) {
                    self.add(format!("{path}._id"), format!("{id:?} is the _id of another component too"));
                }
            }
            _ => self.add(format!("{path}._id"), "is missing"),
        }
        let kind = object.get("Type").and_then(Value::as_str).unwrap_or_default();
        let Some(known) = component(kind) else {
            let names: Vec<&str> = COMPONENTS.iter().map(|component| component.name).collect();
            return self.add(
                format!("{path}.Type"),
                format!("{kind:?} is not a known component; known are {}", names.join(", ")),
            );
        };
        match object.get("Props") {
            None => {}
            Some(Value::Object(props)) => {
                if let Some(columns) = columns_of(props) {
                    self.columns(columns, &format!("{path}.Props.Layout.Columns"));
                }
                self.actions_in(object.get("Props").unwrap_or(&Value::Null), &format!("{path}.Props"), 0);
            }
            Some(_) => self.add(format!("{path}.Props"), "must be an object"),
        }
        self.content(object, known.inside, path, depth);
    }

    fn content(&mut self, object: &Map<String, Value>, inside: Inside, path: &str, depth: usize) {
        let path = format!("{path}.Content");
        let Some(content) = object.get("Content") else { return };
        let Some(items) = content.as_array() else { return self.add(path, "must be a list") };
        match inside {
            Inside::Components => self.list(items, &path, depth + 1),
            Inside::Text if items.iter().all(Value::is_string) => {}
            Inside::Text => self.add(path, "must be a list of texts"),
            Inside::Nothing if items.is_empty() => {}
            Inside::Nothing => self.add(path, "must be empty: nothing stands inside this component"),
        }
    }

    /// What a component can answer must be one of the view's actions, so that the block that shows it has a branch.
    fn actions_in(&mut self, value: &Value, path: &str, depth: usize) {
        if depth > DEEPEST {
            return self.add(path, format!("is nested deeper than {DEEPEST} levels"));
        }
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    let path = format!("{path}.{name}");
                    match value {
                        Value::String(action)
                            if name == "Action"
                                && !action.starts_with("$.")
                                && !self.actions.contains(action) =>
                        {
                            self.add(path, format!("{action:?} is not in Actions"));
                        }
                        _ => self.actions_in(value, &path, depth + 1),
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.actions_in(item, &format!("{path}[{index}]"), depth + 1);
                }
            }
            _ => {}
        }
    }
}

fn columns_of(props: &Map<String, Value>) -> Option<&Value> {
    let layout = props.get("Layout").or_else(|| props.get("Configuration")?.get("Layout"))?;
    layout.get("Columns")
}

/// One input of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Input {
    /// What it holds.
    pub kind: Kind,
    /// Whether the view cannot be shown without it.
    pub required: bool,
}

/// The inputs that a template refers to, by name.
pub(crate) fn inputs(template: &Value) -> BTreeMap<String, Input> {
    let mut inputs = BTreeMap::new();
    let mut found = |name: &str, kind: Kind, required: bool| {
        inputs
            .entry(name.to_owned())
            .and_modify(|input: &mut Input| {
                input.required |= required;
                if input.kind != kind {
                    input.kind = Kind::Any;
                }
            })
            .or_insert(Input { kind, required });
    };
    if let Some(head) = template.get("Head") {
        references(head, Kind::Text, 0, &mut |name, kind| found(name, kind, true));
    }
    each_component(template.get("Body"), 0, &mut |object| {
        let kind = object.get("Type").and_then(Value::as_str).unwrap_or_default();
        let page = component(kind).and_then(|component| component.page);
        for (name, value) in object.get("Props").and_then(Value::as_object).into_iter().flatten() {
            let required = page.is_none_or(|needs| needs.contains(&name.as_str()));
            references(value, kind_of(name), 0, &mut |name, kind| found(name, kind, required));
        }
        for text in object.get("Content").and_then(Value::as_array).into_iter().flatten() {
            if text.is_string() {
                references(text, Kind::Text, 0, &mut |name, kind| found(name, kind, true));
            }
        }
    });
    inputs
}

/// The JSON schema of a view's input.
pub(crate) fn schema(template: &Value) -> Value {
    let inputs = inputs(template);
    let required: Vec<&str> =
        inputs.iter().filter(|(_, input)| input.required).map(|(name, _)| name.as_str()).collect();
    let properties: Map<String, Value> = inputs
        .iter()
        .map(|(name, input)| {
            let schema = match input.kind.schema_types() {
                [] => json!({}),
                [one] => json!({ "type": one }),
                several => json!({ "type": several }),
            };
            (name.clone(), schema)
        })
        .collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

fn each_component<'a>(list: Option<&'a Value>, depth: usize, visit: &mut impl FnMut(&'a Map<String, Value>)) {
    if depth > DEEPEST {
        return;
    }
    for object in list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object) {
        visit(object);
        each_component(object.get("Content"), depth + 1, visit);
    }
}

fn references(value: &Value, kind: Kind, depth: usize, found: &mut impl FnMut(&str, Kind)) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::String(text) => match whole(text) {
            Some((name, true)) => found(name, kind),
            // Only a part of the input is meant.
            Some((name, false)) => found(name, Kind::Any),
            None => names_in(text).for_each(|(name, direct)| {
                found(name, if direct { Kind::Text } else { Kind::Any });
            }),
        },
        Value::Array(items) => {
            let kind = if kind == Kind::Text { kind } else { Kind::Any };
            items.iter().for_each(|item| references(item, kind, depth + 1, found));
        }
        Value::Object(members) => {
            for (name, value) in members {
                references(value, kind_of(name), depth + 1, found);
            }
        }
        _ => {}
    }
}

/// The input that a text refers to if it is a reference and nothing else, and whether it means all of it.
fn whole(text: &str) -> Option<(&str, bool)> {
    let (name, path, rest) = reference(text)?;
    rest.is_empty().then_some((name, path.is_empty()))
}

/// The inputs that a text mentions.
fn names_in(text: &str) -> impl Iterator<Item = (&str, bool)> {
    text.match_indices("$.")
        .filter_map(|(at, _)| reference(&text[at..]).map(|(name, path, _)| (name, path.is_empty())))
}

/// Reads a reference at the beginning of a text: the input, the path inside it, and what follows.
fn reference(text: &str) -> Option<(&str, &str, &str)> {
    let text = text.strip_prefix("$.")?;
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let end = text.find(|c| !letter(c)).unwrap_or(text.len());
    let name = &text[..end];
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return None;
    }
    let mut path_end = end;
    while let Some(step) = text[path_end..].strip_prefix('.') {
        let length = step.find(|c| !letter(c)).unwrap_or(step.len());
        if length == 0 {
            break;
        }
        path_end += 1 + length;
    }
    Some((name, &text[end..path_end], &text[path_end..]))
}

/// What keeps data from being the input of a view; none = it fits.
pub(crate) fn misfit(template: &Value, data: &Value) -> Option<String> {
    let Some(data) = data.as_object() else { return Some("the view's input is not an object".into()) };
    for (name, input) in inputs(template) {
        let value = data.get(&name).filter(|value| !value.is_null());
        let Some(value) = value else {
            if input.required {
                return Some(format!("the view needs the input {name:?}"));
            }
            continue;
        };
        // A reference that came to nothing is an empty text: what may be left out is left out.
        let empty = value.as_str() == Some("");
        if empty && !input.required || is(value, input.kind) {
            continue;
        }
        return Some(format!("the view's input {name:?} must be {}", wanted(input.kind)));
    }
    None
}

fn is(value: &Value, kind: Kind) -> bool {
    match (kind, value) {
        (Kind::Any, _) => true,
        (Kind::Text, _) => !value.is_array() && !value.is_object(),
        (Kind::Flag, Value::String(text)) => {
            ["true", "false"].iter().any(|one| text.eq_ignore_ascii_case(one))
        }
        (Kind::Flag, _) => value.is_boolean(),
        (Kind::Number, Value::String(text)) => text.trim().parse::<f64>().is_ok(),
        (Kind::Number, _) => value.is_number(),
        (Kind::List, _) => value.is_array(),
        (Kind::Label, _) => value.is_string() || value.is_object(),
    }
}

const fn wanted(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "a text",
        Kind::Flag => "true or false",
        Kind::Number => "a number",
        Kind::List => "a list",
        Kind::Label => "a text or an object with a Label",
        Kind::Any => "given",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_name_inputs() {
        for (text, expected) in [
            ("$.Name", vec![("Name", Kind::Flag)]),
            ("$.Customer.Name", vec![("Customer", Kind::Any)]),
            ("Hello $.First $.Last!", vec![("First", Kind::Text), ("Last", Kind::Text)]),
            ("Costs $.50 or $", vec![]),
            ("Ends with $.Name.", vec![("Name", Kind::Text)]),
            ("$$.Name", vec![("Name", Kind::Text)]),
        ] {
            let mut found = Vec::new();
            references(&json!(text), Kind::Flag, 0, &mut |name, kind| found.push((name.to_owned(), kind)));
            let expected: Vec<_> = expected.into_iter().map(|(name, kind)| (name.to_owned(), kind)).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn the_input_is_checked_by_kind() {
        let template = json!({ "Body": [
            { "_id": "a", "Type": "Toggle", "Props": { "Hidden": "$.Hide", "Label": "$.Label", "Options": "$.Options" } },
        ] });
        let good = json!({ "Hide": "True", "Label": 3, "Options": [], "More": {} });
        for (change, expected) in [
            (json!({}), None),
            (json!({ "Hide": true }), None),
            (json!({ "Hide": "yes" }), Some("\"Hide\" must be true or false")),
            (json!({ "Label": null }), Some("needs the input \"Label\"")),
            (json!({ "Label": ["a"] }), Some("\"Label\" must be a text")),
            (json!({ "Options": "red" }), Some("\"Options\" must be a list")),
        ] {
            let mut data = good.clone();
            data.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
            let found = misfit(&template, &data);
            match expected {
                None => assert_eq!(found, None, "{data}"),
                Some(text) => {
                    assert!(found.as_ref().is_some_and(|found| found.contains(text)), "{data}: {found:?}")
                }
            }
        }
    }
}
