//! Reads the transitions of one action; what cannot be read is a problem (V4, V10, V11).

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::Report;

/// The transitions of one action, as far as they can be read.
pub(super) struct Transitions<'a> {
    pub(super) next: Option<&'a str>,
    pub(super) errors: Vec<(&'a str, String)>,
    pub(super) conditions: Vec<Condition<'a>>,
}

pub(super) struct Condition<'a> {
    pub(super) operator: &'a str,
    pub(super) operand: Option<&'a str>,
    pub(super) path: String,
}

impl<'a> Transitions<'a> {
    /// Reads transitions and checks that every target exists (rule V4) and every condition has one text (V11).
    pub(super) fn read(
        report: &mut Report,
        action: &'a Map<String, Value>,
        path: &str,
        identifiers: &HashSet<&str>,
    ) -> Self {
        let path = format!("{path}.Transitions");
        let mut read = Self { next: None, errors: Vec::new(), conditions: Vec::new() };
        let Some(transitions) = action.get("Transitions").and_then(Value::as_object) else {
            report.error("V4", path, "must be an object");
            return read;
        };
        read.next = target(report, transitions, &path, identifiers);
        for (entry, path) in entries(report, transitions, "Errors", &path, "V10") {
            if target(report, entry, &path, identifiers).is_none() && !entry.contains_key("NextAction") {
                report.error("V4", format!("{path}.NextAction"), "is missing");
            }
            match entry.get("ErrorType").and_then(Value::as_str) {
                Some(branch) => read.errors.push((branch, path)),
                None => report.error("V10", format!("{path}.ErrorType"), "must be a text"),
            }
        }
        for (entry, path) in entries(report, transitions, "Conditions", &path, "V11") {
            if target(report, entry, &path, identifiers).is_none() && !entry.contains_key("NextAction") {
                report.error("V4", format!("{path}.NextAction"), "is missing");
            }
            let path = format!("{path}.Condition");
            let condition = entry.get("Condition").and_then(Value::as_object);
            let Some(operator) = condition.and_then(|it| it.get("Operator")?.as_str()) else {
                report.error("V11", path, "must have an operator");
                continue;
            };
            let operand = operand(report, condition.and_then(|it| it.get("Operands")), &path);
            read.conditions.push(Condition { operator, operand, path });
        }
        for key in transitions.keys() {
            if !["NextAction", "Errors", "Conditions"].contains(&key.as_str()) {
                let path = format!("{path}.{key}");
                report.warning("V7", path, "is not part of the language and is kept as it is");
            }
        }
        read
    }
}

fn entries<'a>(
    report: &mut Report,
    transitions: &'a Map<String, Value>,
    name: &str,
    path: &str,
    rule: &'static str,
) -> Vec<(&'a Map<String, Value>, String)> {
    let mut entries = Vec::new();
    match transitions.get(name) {
        None => {}
        Some(Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                let path = format!("{path}.{name}[{index}]");
                match item.as_object() {
                    Some(item) => entries.push((item, path)),
                    None => report.error(rule, path, "must be an object"),
                }
            }
        }
        Some(_) => report.error(rule, format!("{path}.{name}"), "must be a list"),
    }
    entries
}

/// The target of a branch; a wrong one is a problem, an absent one is the caller's business.
fn target<'a>(
    report: &mut Report,
    branch: &'a Map<String, Value>,
    path: &str,
    identifiers: &HashSet<&str>,
) -> Option<&'a str> {
    let path = format!("{path}.NextAction");
    match branch.get("NextAction")? {
        Value::String(target) => {
            if !identifiers.contains(target.as_str()) {
                report.error("V4", path, format!("there is no action {target:?}"));
            }
            Some(target)
        }
        _ => {
            report.error("V4", path, "must be a text");
            None
        }
    }
}

/// The one operand of a condition.
fn operand<'a>(report: &mut Report, operands: Option<&'a Value>, path: &str) -> Option<&'a str> {
    let path = format!("{path}.Operands");
    let Some([operand]) = operands.and_then(Value::as_array).map(Vec::as_slice) else {
        report.error("V11", path, "must have exactly one entry");
        return None;
    };
    match operand {
        Value::String(text) if text.is_empty() => {
            report.error("V11", path, "must not be empty");
            None
        }
        Value::String(text) => Some(text),
        Value::Number(_) => {
            report.warning("V11", path, "should be a text");
            None
        }
        Value::Object(_) => {
            report.error("V11", path, "must not be a nested condition");
            None
        }
        _ => {
            report.error("V11", path, "must be a text");
            None
        }
    }
}
