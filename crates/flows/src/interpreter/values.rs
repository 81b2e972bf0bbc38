//! Values of parameters while a flow runs: lookups, templates and typed access (spec 10 §1.6–1.7).

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Machine;
use super::budget::Budget;
use crate::error::FlowError;
use crate::flow_type::knows_agent;
use crate::program::Action;
use crate::value::reference::follow;
use crate::value::text::as_text;
use crate::value::{Piece, Reference, pieces};

impl Machine<'_> {
    /// The value behind a reference; null is a value, absent is none.
    pub(crate) fn lookup(&self, reference: &Reference) -> Option<Value> {
        let scope = &self.run.scope;
        match reference.root() {
            "FlowAttributes" => match reference.path() {
                [] => Some(Value::Object(scope.flow_attributes.clone())),
                [key, rest @ ..] => follow(scope.flow_attributes.get(key)?, rest).cloned(),
            },
            "External" => non_null(&scope.external, reference.path()),
            "LambdaInvocation" => match reference.path() {
                [data, rest @ ..] if data == "ResultData" => non_null(&scope.external, rest),
                _ => None,
            },
            "Lex" => non_null(&scope.lex, reference.path()),
            "Metrics" => non_null(&scope.metrics, reference.path()),
            "Modules" => non_null(&scope.modules, reference.path()),
            "Views" => non_null(&scope.views, reference.path()),
            "StoredCustomerInput" if reference.path().is_empty() => {
                scope.stored_input.clone().map(Value::String)
            }
            "Agent" if !knows_agent(self.run.flow_kind) => None,
            "Loop" => self.lookup_loop(reference.path()),
            "Task" => non_null(&scope.task, reference.path()).or_else(|| self.host.lookup(reference)),
            _ => self.host.lookup(reference),
        }
    }

    fn lookup_loop(&self, path: &[String]) -> Option<Value> {
        let (name, path) = path.split_first()?;
        let state = self.run.scope.loops.values().find(|state| state.name.as_ref() == Some(name))?;
        let index = usize::try_from(state.passes.checked_sub(1)?).ok()?;
        let (part, rest) = path.split_first()?;
        match part.as_str() {
            "Index" if rest.is_empty() => Some(json!(index)),
            "Element" => follow(state.elements.as_ref()?.get(index)?, rest).cloned(),
            "Elements" => match rest {
                [] => Some(Value::Array(state.elements.clone()?)),
                [position, rest @ ..] => {
                    follow(state.elements.as_ref()?.get(position.parse::<usize>().ok()?)?, rest).cloned()
                }
            },
            _ => None,
        }
    }

    /// A template with its references filled in; what has no value becomes empty text.
    pub(crate) fn fill<'t>(&self, template: &'t str) -> Result<Cow<'t, str>, FlowError> {
        if !template.contains('$') {
            return Ok(Cow::Borrowed(template));
        }
        let mut filled = String::with_capacity(template.len());
        let mut budget = Budget::new();
        for piece in pieces(template) {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                // A path without a known root stays as it is written (spec 10 §1.7).
                Piece::Reference(reference, spelling) if !reference.has_known_root() => {
                    filled.push_str(spelling)
                }
                Piece::Reference(reference, _) => {
                    if let Some(text) = self.lookup(&reference).as_ref().and_then(as_text) {
                        budget.take(text.len())?;
                        filled.push_str(&text);
                    }
                }
            }
        }
        Ok(Cow::Owned(filled))
    }

    /// The value of a text that may be one whole reference, structure kept; a reference without value is an error.
    pub(crate) fn whole(&self, text: &str) -> Result<Value, FlowError> {
        match Reference::parse(text) {
            Some(reference) if reference.has_known_root() => match self.lookup(&reference) {
                None | Some(Value::Null) => Err(FlowError::Unresolved(text.to_owned())),
                Some(value) => Ok(value),
            },
            _ => Ok(Value::String(self.fill(text)?.into_owned())),
        }
    }

    /// The text of a raw value; a whole reference without value is an error, null is absent.
    pub(crate) fn text_of(&self, raw: Option<&Value>) -> Result<Option<String>, FlowError> {
        match raw {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(as_text(&self.whole(text)?)),
            Some(other) => Ok(as_text(other)),
        }
    }

    /// The text of a parameter that may be absent.
    pub(crate) fn text(&self, action: &Action, name: &str) -> Result<Option<String>, FlowError> {
        self.text_of(action.parameter(name))
    }

    /// The text of a parameter that must be there and not be empty.
    pub(crate) fn required(&self, action: &Action, name: &str) -> Result<String, FlowError> {
        match self.text(action, name)? {
            Some(text) if !text.is_empty() => Ok(text),
            Some(_) => Err(FlowError::invalid(name, "is empty")),
            None => Err(FlowError::invalid(name, "is missing")),
        }
    }

    /// The whole number of a parameter that may be absent, inside a range.
    pub(crate) fn integer(
        &self,
        action: &Action,
        name: &str,
        range: std::ops::RangeInclusive<i64>,
    ) -> Result<Option<i64>, FlowError> {
        let Some(text) = self.text(action, name)? else { return Ok(None) };
        let number: i64 =
            text.trim().parse().map_err(|_| FlowError::invalid(name, "is not a whole number"))?;
        if range.contains(&number) {
            Ok(Some(number))
        } else {
            Err(FlowError::invalid(name, format!("is not from {} to {}", range.start(), range.end())))
        }
    }

    /// Whether a parameter says true; letter case does not matter.
    pub(crate) fn flag(&self, action: &Action, name: &str) -> Result<bool, FlowError> {
        Ok(self.text(action, name)?.is_some_and(|text| text.eq_ignore_ascii_case("true")))
    }

    /// A parameter that maps texts to texts, keys and values filled in. Entries whose key comes out empty are left
    /// out; of two equal keys the last wins (spec 10 §7 O7, O8).
    pub(crate) fn map(&self, action: &Action, name: &str) -> Result<BTreeMap<String, String>, FlowError> {
        let mut map = BTreeMap::new();
        let mut budget = Budget::new();
        match action.parameter(name) {
            None | Some(Value::Null) => {}
            Some(Value::Object(entries)) => {
                for (key, value) in entries {
                    let (key, value) = (self.fill(key)?.into_owned(), self.entry_text(value)?);
                    budget.take(key.len() + value.len())?;
                    if !key.is_empty() {
                        map.insert(key, value);
                    }
                }
            }
            Some(_) => return Err(FlowError::invalid(name, "is not an object")),
        }
        Ok(map)
    }

    /// The text of a map entry; what has no value becomes empty text.
    pub(crate) fn entry_text(&self, value: &Value) -> Result<String, FlowError> {
        match value {
            Value::String(text) => Ok(self.fill(text)?.into_owned()),
            other => Ok(as_text(&self.deep(other)?).unwrap_or_default()),
        }
    }

    /// Any JSON with the references in its texts filled in. A text that is one whole reference keeps the structure
    /// of what it refers to, or becomes null; empty keys are left out.
    pub(crate) fn deep(&self, value: &Value) -> Result<Value, FlowError> {
        self.expand(value, &mut Budget::new(), 0, &|_| false)
    }

    /// As [`Machine::deep`], at a depth and with what is left of a budget; texts that `keep` picks stay as written.
    pub(super) fn expand(
        &self,
        value: &Value,
        budget: &mut Budget,
        depth: usize,
        keep: &dyn Fn(&str) -> bool,
    ) -> Result<Value, FlowError> {
        let expanded = match value {
            Value::String(text) if keep(text) => value.clone(),
            Value::String(text) => match Reference::parse(text).filter(Reference::has_known_root) {
                Some(reference) => self.lookup(&reference).unwrap_or(Value::Null),
                None => Value::String(self.fill(text)?.into_owned()),
            },
            Value::Array(items) => {
                return items.iter().map(|item| self.expand(item, budget, depth + 1, keep)).collect();
            }
            Value::Object(members) => {
                let mut expanded = Map::with_capacity(members.len());
                for (key, value) in members {
                    let key = if keep(key) { key.clone() } else { self.fill(key)?.into_owned() };
                    budget.take(key.len())?;
                    let value = self.expand(value, budget, depth + 1, keep)?;
                    if !key.is_empty() {
                        expanded.insert(key, value);
                    }
                }
                return Ok(Value::Object(expanded));
            }
            other => other.clone(),
        };
        budget.take_value(&expanded, depth)?;
        Ok(expanded)
    }

    /// All parameters of an action, filled in.
    pub(crate) fn parameters(&self, action: &Action) -> Result<Value, FlowError> {
        self.deep(&Value::Object(action.parameters.clone()))
    }
}

/// Follows steps into run data, where null as a whole means that nothing was set.
fn non_null(data: &Value, path: &[String]) -> Option<Value> {
    if data.is_null() { None } else { follow(data, path).cloned() }
}

/// Bytes of a map of attributes: keys and values in UTF-8.
pub(crate) fn attribute_bytes(attributes: &Map<String, Value>) -> usize {
    attributes.iter().map(|(key, value)| key.len() + value.as_str().map_or(0, str::len)).sum()
}
