//! One module of the older format, read; remembers which of its parts were taken over.

use std::cell::Cell;

use serde_json::{Map, Value};

use super::value::{self, Expression};
use crate::error::ParseError;

/// A module.
pub(super) struct Module<'a> {
    pub(super) id: String,
    pub(super) kind: &'a str,
    pub(super) target: Option<&'a str>,
    pub(super) parameters: Vec<Entry<'a>>,
    pub(super) branches: Vec<Branch<'a>>,
    pub(super) raw: &'a Map<String, Value>,
}

/// A parameter.
pub(super) struct Entry<'a> {
    pub(super) name: &'a str,
    pub(super) value: String,
    pub(super) key: Option<&'a str>,
    pub(super) resource: Option<&'a str>,
    namespace: Option<&'a str>,
    pub(super) raw: &'a Value,
    pub(super) taken: Cell<bool>,
}

/// A branch.
pub(super) struct Branch<'a> {
    pub(super) condition: &'a str,
    pub(super) operator: Option<&'a str>,
    pub(super) operand: Option<String>,
    pub(super) to: String,
    pub(super) raw: &'a Value,
    pub(super) taken: Cell<bool>,
}

/// The objects of a list, each with the value it was read from.
type Objects<'a> = Vec<(&'a Value, &'a Map<String, Value>)>;

/// A value as text: numbers and booleans occur where texts are meant.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn text<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Value::as_str)
}

impl<'a> Module<'a> {
    /// Reads a module; what is not an object with a type is not one.
    pub(super) fn read(value: &'a Value, index: usize) -> Result<Self, ParseError> {
        let path = format!("modules[{index}]");
        let raw = value.as_object().ok_or_else(|| ParseError::shape(&path, "not an object"))?;
        let kind =
            text(raw, "type").ok_or_else(|| ParseError::shape(format!("{path}.type"), "not a text"))?;
        let objects = |name: &str| -> Result<Objects<'a>, ParseError> {
            let path = |index: usize| format!("{path}.{name}[{index}]");
            match raw.get(name) {
                None | Some(Value::Null) => Ok(Vec::new()),
                Some(Value::Array(items)) => items
                    .iter()
                    .enumerate()
                    .map(|(at, item)| match item.as_object() {
                        Some(object) => Ok((item, object)),
                        None => Err(ParseError::shape(path(at), "not an object")),
                    })
                    .collect(),
                Some(_) => Err(ParseError::shape(format!("modules[{index}].{name}"), "not a list")),
            }
        };
        let parameters = objects("parameters")?.into_iter().map(|(raw, object)| Entry {
            name: text(object, "name").unwrap_or_default(),
            value: object.get("value").map_or_else(String::new, plain),
            key: text(object, "key"),
            resource: text(object, "resourceName").filter(|name| !name.is_empty()),
            namespace: text(object, "namespace").filter(|name| !name.is_empty()),
            raw,
            taken: Cell::new(false),
        });
        let branches = objects("branches")?.into_iter().map(|(raw, object)| Branch {
            condition: text(object, "condition").unwrap_or_default(),
            operator: text(object, "conditionType"),
            operand: object.get("conditionValue").map(plain),
            to: object.get("transition").map_or_else(String::new, plain),
            raw,
            taken: Cell::new(false),
        });
        Ok(Self {
            id: raw
                .get("id")
                .map(plain)
                .filter(|id| !id.is_empty())
                .unwrap_or(format!("module-{}", index + 1)),
            kind,
            target: text(raw, "target"),
            parameters: parameters.collect(),
            branches: branches.collect(),
            raw,
        })
    }

    /// The parameter of this name, taken.
    pub(super) fn take(&self, name: &str) -> Option<&Entry<'a>> {
        let found = self.parameters.iter().find(|entry| entry.name == name)?;
        found.taken.set(true);
        Some(found)
    }

    /// All parameters of this name, taken.
    pub(super) fn take_all(&self, name: &str) -> Vec<&Entry<'a>> {
        let found: Vec<_> = self.parameters.iter().filter(|entry| entry.name == name).collect();
        found.iter().for_each(|entry| entry.taken.set(true));
        found
    }

    /// Where the branch of this name leads, taken.
    pub(super) fn branch(&self, condition: &str) -> Option<String> {
        let found = self.branches.iter().find(|branch| branch.condition == condition)?;
        found.taken.set(true);
        Some(found.to.clone())
    }

    /// Where the general error leads.
    pub(super) fn error(&self) -> Option<&str> {
        self.branches.iter().find(|branch| branch.condition == "Error").map(|branch| branch.to.as_str())
    }

    /// The designer's metadata of the module.
    pub(super) fn metadata(&self) -> Map<String, Value> {
        self.raw.get("metadata").and_then(Value::as_object).cloned().unwrap_or_default()
    }
}

impl Entry<'_> {
    /// The value as the flow language writes it.
    pub(super) fn expression(&self) -> Expression {
        match self.namespace {
            Some(namespace) => value::reference(namespace, &self.value),
            None => Expression { text: self.value.clone(), doubt: None },
        }
    }

    /// True when the value is a reference.
    pub(super) fn is_dynamic(&self) -> bool {
        self.namespace.is_some()
    }
}
