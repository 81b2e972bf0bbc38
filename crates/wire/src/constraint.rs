//! Constraints on input members and the published wording of their violation.

use std::fmt::Write as _;

use regex::Regex;
use serde_json::{Map, Value};

use crate::error::ApiError;

/// A published constraint of a member.
#[derive(Clone, Debug)]
pub enum Rule {
    /// Characters of a string, elements of a list, or entries of a map: at least, at most.
    Length(usize, usize),
    /// A number: at least, at most.
    Range(i64, i64),
    /// The whole string matches.
    Pattern(Regex, &'static str),
    /// The string is one of these.
    OneOf(&'static [&'static str]),
    /// The member is present and not null.
    Required,
}

impl Rule {
    /// The whole string matches the regular expression.
    ///
    /// # Panics
    /// If `pattern` is not a regular expression; the table of operations is built at start.
    pub fn pattern(pattern: &'static str) -> Self {
        let whole =
            Regex::new(&format!("^(?:{pattern})$")).expect("patterns of the operation table are well formed");
        Self::Pattern(whole, pattern)
    }

    /// The published text of what `value` breaks; none if the rule holds or is about another type.
    fn broken_by(&self, value: &Value) -> Option<String> {
        match self {
            Self::Length(min, max) => {
                let length = match value {
                    Value::String(text) => text.chars().count(),
                    Value::Array(list) => list.len(),
                    Value::Object(map) => map.len(),
                    _ => return None,
                };
                if length < *min {
                    Some(format!("Member must have length greater than or equal to {min}"))
                } else if length > *max {
                    Some(format!("Member must have length less than or equal to {max}"))
                } else {
                    None
                }
            }
            Self::Range(min, max) => {
                let number = value.as_f64()?;
                if number < *min as f64 {
                    Some(format!("Member must have value greater than or equal to {min}"))
                } else if number > *max as f64 {
                    Some(format!("Member must have value less than or equal to {max}"))
                } else {
                    None
                }
            }
            Self::Pattern(whole, pattern) => (!whole.is_match(value.as_str()?))
                .then(|| format!("Member must satisfy regular expression pattern: {pattern}")),
            Self::OneOf(set) => (!set.contains(&value.as_str()?)).then(|| enum_text(set.iter().copied())),
            Self::Required => None,
        }
    }
}

pub(crate) fn enum_text<'a>(set: impl Iterator<Item = &'a str>) -> String {
    format!("Member must satisfy enum value set: [{}]", set.collect::<Vec<_>>().join(", "))
}

/// The violations found in an input; prints as `2 validation errors detected: …; …`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Violations(Vec<String>);

impl Violations {
    /// None found yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Checks a value that a handler holds; `path` as in [`crate::Operation::constraint`], without `[]`.
    pub fn check(mut self, path: &str, value: impl Into<Value>, rule: &Rule) -> Self {
        let value = value.into();
        let path: Vec<Step> = path.split('.').map(|name| Step::Name(name.to_owned())).collect();
        match rule {
            Rule::Required if value.is_null() => self.add(&path, Shown::Null, "Member must not be null"),
            _ => {
                if let Some(text) = rule.broken_by(&value) {
                    self.add(&path, Shown::Value(&value), &text);
                }
            }
        }
        self
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `Ok` if nothing was found, else the service's error with the published text.
    pub fn finish(self, error: fn(String) -> ApiError) -> Result<(), ApiError> {
        if self.is_empty() { Ok(()) } else { Err(error(self.to_string())) }
    }

    pub(crate) fn add(&mut self, path: &[Step], shown: Shown<'_>, constraint: &str) {
        let mut text = match shown {
            Shown::Null => "Value null".to_owned(),
            Shown::Hidden => "Value".to_owned(),
            Shown::Value(value) => format!("Value '{}'", plain(value)),
            Shown::Text(value) => format!("Value '{}'", cut(value)),
        };
        let _ = write!(text, " at '{}' failed to satisfy constraint: {constraint}", member_name(path));
        self.0.push(text);
    }
}

impl std::fmt::Display for Violations {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let plural = if self.0.len() == 1 { "" } else { "s" };
        write!(f, "{} validation error{plural} detected: {}", self.0.len(), self.0.join("; "))
    }
}

/// How a value appears in the text of its violation.
pub(crate) enum Shown<'a> {
    Null,
    Hidden,
    Value(&'a Value),
    Text(&'a str),
}

/// One step of the path to a member.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    Name(String),
    Index(usize),
}

/// `queueConfigs.1.member.priority`: names begin in lower case, list positions count from 1.
pub(crate) fn member_name(path: &[Step]) -> String {
    let mut name = String::new();
    for step in path {
        if !name.is_empty() {
            name.push('.');
        }
        match step {
            Step::Name(text) => {
                let mut letters = text.chars();
                name.extend(letters.next().map(|first| first.to_ascii_lowercase()));
                name.push_str(letters.as_str());
            }
            Step::Index(index) => {
                let _ = write!(name, "{}.member", index + 1);
            }
        }
    }
    name
}

const LONGEST_VALUE: usize = 200;

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => cut(text),
        other => cut(&other.to_string()),
    }
}

/// A rule at a path of an operation's input.
#[derive(Debug)]
pub(crate) struct Constraint {
    path: Vec<PathStep>,
    rule: Rule,
}

#[derive(Debug)]
enum PathStep {
    Name(&'static str),
    Each,
}

impl Constraint {
    pub(crate) fn new(path: &'static str, rule: Rule) -> Self {
        let mut steps = Vec::new();
        for part in path.split('.') {
            match part.strip_suffix("[]") {
                Some(name) => steps.extend([PathStep::Name(name), PathStep::Each]),
                None => steps.push(PathStep::Name(part)),
            }
        }
        Self { path: steps, rule }
    }

    pub(crate) fn check(&self, members: &Map<String, Value>, sensitive: &[&str], found: &mut Violations) {
        let Some((PathStep::Name(first), rest)) = self.path.split_first() else { return };
        let mut at = vec![Step::Name((*first).to_owned())];
        self.walk(members.get(*first), rest, &mut at, sensitive, found);
    }

    fn walk(
        &self,
        value: Option<&Value>,
        rest: &[PathStep],
        at: &mut Vec<Step>,
        sensitive: &[&str],
        found: &mut Violations,
    ) {
        let Some(value) = value.filter(|value| !value.is_null()) else {
            if matches!(self.rule, Rule::Required) && rest.is_empty() {
                found.add(at, Shown::Null, "Member must not be null");
            }
            return;
        };
        match rest.split_first() {
            None => {
                if let Some(text) = self.rule.broken_by(value) {
                    let shown = if is_sensitive(at, sensitive) { Shown::Hidden } else { Shown::Value(value) };
                    found.add(at, shown, &text);
                }
            }
            Some((PathStep::Name(name), rest)) => {
                let Some(map) = value.as_object() else { return };
                at.push(Step::Name((*name).to_owned()));
                self.walk(map.get(*name), rest, at, sensitive, found);
                at.pop();
            }
            Some((PathStep::Each, rest)) => {
                for (index, element) in value.as_array().into_iter().flatten().enumerate() {
                    at.push(Step::Index(index));
                    self.walk(Some(element), rest, at, sensitive, found);
                    at.pop();
                }
            }
        }
    }
}

/// Whether a declared sensitive path covers this one: it is equal to it or above it.
pub(crate) fn is_sensitive(at: &[Step], sensitive: &[&str]) -> bool {
    let names: Vec<&str> = at
        .iter()
        .filter_map(|step| match step {
            Step::Name(name) => Some(name.as_str()),
            Step::Index(_) => None,
        })
        .collect();
    sensitive.iter().any(|path| {
        let path: Vec<&str> = path.split('.').map(|part| part.trim_end_matches("[]")).collect();
        names.starts_with(&path)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn texts(constraints: &[(&'static str, Rule)], input: Value) -> String {
        let mut found = Violations::new();
        for (path, rule) in constraints {
            let members = input.as_object().expect("an object");
            Constraint::new(path, rule.clone()).check(members, &["Password", "Identity.Email"], &mut found);
        }
        if found.is_empty() { String::new() } else { found.to_string() }
    }

    #[test]
    fn wording_is_the_published_one() {
        let table = [
            ("Name", Rule::Length(1, 5)),
            ("MaxResults", Rule::Range(1, 100)),
            ("InstanceId", Rule::pattern("[a-z-]{1,4}")),
            ("Status", Rule::OneOf(&["ENABLED", "DISABLED"])),
            ("QueueConfigs[].Priority", Rule::Range(1, 99)),
            ("Tags", Rule::Length(0, 1)),
            ("Password", Rule::Length(8, 64)),
            ("Identity.Email", Rule::Length(3, 9)),
            ("Config.Day", Rule::Required),
        ];
        for (input, expected) in [
            (json!({}), ""),
            (json!({"Name": "ééééé", "MaxResults": 100, "InstanceId": "a-b", "Status": "ENABLED"}), ""),
            (
                json!({"Name": ""}),
                "1 validation error detected: Value '' at 'name' failed to satisfy constraint: \
                 Member must have length greater than or equal to 1",
            ),
            (
                json!({"Name": "123456", "MaxResults": 101}),
                "2 validation errors detected: Value '123456' at 'name' failed to satisfy constraint: \
                 Member must have length less than or equal to 5; Value '101' at 'maxResults' failed to satisfy \
                 constraint: Member must have value less than or equal to 100",
            ),
            (
                json!({"InstanceId": "a-b\n"}),
                "1 validation error detected: Value 'a-b\n' at 'instanceId' failed to satisfy constraint: \
                 Member must satisfy regular expression pattern: [a-z-]{1,4}",
            ),
            (
                json!({"Status": "ON"}),
                "1 validation error detected: Value 'ON' at 'status' failed to satisfy constraint: \
                 Member must satisfy enum value set: [ENABLED, DISABLED]",
            ),
            (
                json!({"QueueConfigs": [{"Priority": 1}, {"Priority": 0}]}),
                "1 validation error detected: Value '0' at 'queueConfigs.2.member.priority' failed to satisfy \
                 constraint: Member must have value greater than or equal to 1",
            ),
            (
                json!({"Password": "secret"}),
                "1 validation error detected: Value at 'password' failed to satisfy constraint: \
                 Member must have length greater than or equal to 8",
            ),
            (
                json!({"Identity": {"Email": "a@example.com"}}),
                "1 validation error detected: Value at 'identity.email' failed to satisfy constraint: \
                 Member must have length less than or equal to 9",
            ),
            (
                json!({"Config": {"Day": null}}),
                "1 validation error detected: Value null at 'config.day' failed to satisfy constraint: \
                 Member must not be null",
            ),
        ] {
            assert_eq!(texts(&table, input.clone()), expected, "{input}");
        }
    }

    #[test]
    fn handlers_can_check_too() {
        let error = Violations::new()
            .check("Delay", 10_000, &Rule::Range(0, 9999))
            .check("Name", "ok", &Rule::Length(1, 127))
            .check("Id", Value::Null, &Rule::Required)
            .finish(ApiError::invalid_request)
            .expect_err("two violations");
        assert!(
            error.message.starts_with("2 validation errors detected: Value '10000' at 'delay'"),
            "{error}"
        );
        assert!(Violations::new().finish(ApiError::invalid_request).is_ok());
    }
}
