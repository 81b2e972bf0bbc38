//! Rules about parameters (V7, V8, V9, V12), all derived from the table of action types.

use serde_json::{Map, Value};

use super::{Level, Report, Resolver};
use crate::action::{ActionSpec, Class, Kind, Parameter, Rule, Shape};
use crate::value::Reference;
use crate::value::roots::{self, RootKind};
use crate::value::template::has_reference;

pub(super) fn check(
    report: &mut Report,
    spec: &ActionSpec,
    parameters: &Map<String, Value>,
    path: &str,
    resolver: Option<&dyn Resolver>,
) {
    let mut checker = Checker { report, resolver };
    checker.members(parameters, spec.parameters, spec.rules, path, false);
}

struct Checker<'c> {
    report: &'c mut Report,
    resolver: Option<&'c dyn Resolver>,
}

impl Checker<'_> {
    /// Members of the parameters or, `nested`, of an object inside them.
    fn members(
        &mut self,
        object: &Map<String, Value>,
        known: &[Parameter],
        rules: &[Rule],
        path: &str,
        nested: bool,
    ) {
        let named = |name: &str| {
            known.iter().find(|parameter| parameter.name == name || parameter.aliases.contains(&name))
        };
        // What one of several alternatives names, or the only content of an object, is as needed as a required one.
        let chosen = |name: &str| {
            nested
                || rules.iter().any(|rule| match rule {
                    Rule::ExactlyOne(names) | Rule::AtLeastOne(names) => names.contains(&name),
                    _ => false,
                })
        };
        let anything = known.iter().any(|parameter| parameter.name == "*");
        for (name, value) in object {
            let path = format!("{path}.{name}");
            match named(name) {
                Some(parameter) => {
                    if parameter.name != name {
                        let message = format!("is called {:?} now", parameter.name);
                        self.report.warning("V7", path.as_str(), message);
                    }
                    self.value(value, &parameter.shape, &path, parameter.required || chosen(parameter.name));
                }
                None if anything => {}
                None => self.report.error("V7", path, "is not a parameter here"),
            }
        }
        for parameter in known.iter().filter(|parameter| parameter.required) {
            let mut names = std::iter::once(&parameter.name).chain(parameter.aliases);
            if !names.any(|name| object.contains_key(*name)) {
                self.report.error("V8", format!("{path}.{}", parameter.name), "is missing");
            }
        }
        for rule in rules {
            self.rule(object, *rule, path);
        }
    }

    fn rule(&mut self, object: &Map<String, Value>, rule: Rule, path: &str) {
        let (names, fewest, most) = match rule {
            Rule::ExactlyOne(names) => (names, 1, 1),
            Rule::AtMostOne(names) => (names, 0, 1),
            Rule::AtLeastOne(names) => (names, 1, usize::MAX),
            Rule::Holds(holds, message) => {
                if !holds(object) {
                    self.report.error("V8", path, message);
                }
                return;
            }
        };
        let given: Vec<_> = names.iter().copied().filter(|name| object.contains_key(*name)).collect();
        if given.len() < fewest {
            self.report.error("V8", path, format!("one of {} is needed", names.join(", ")));
        } else if given.len() > most {
            self.report.error("V8", path, format!("{} exclude each other", given.join(" and ")));
        }
    }

    fn value(&mut self, value: &Value, shape: &Shape, path: &str, required: bool) {
        match shape {
            Shape::Json => self.free(value, path),
            Shape::TextOr(text, _) if value.is_string() => self.value(value, text, path, required),
            Shape::TextOr(_, other) => self.value(value, other, path, required),
            Shape::Scalar(class, kind) => self.scalar(value, *class, *kind, path, required),
            Shape::Object(known, rules) => match value {
                Value::Object(object) => self.members(object, known, rules, path, true),
                _ => self.report.error("V9", path, "must be an object"),
            },
            Shape::Map { dynamic_keys, value: shape, least, most } => match value {
                Value::Object(entries) => {
                    self.count(entries.len(), *least, *most, path);
                    for (key, value) in entries {
                        let path = format!("{path}.{key}");
                        if key.is_empty() {
                            self.report.error("V9", path.as_str(), "the name must not be empty");
                        }
                        if !dynamic_keys && has_reference(key) {
                            self.report.error("V9", path.as_str(), "the name must not hold a reference");
                        }
                        self.value(value, shape, &path, true);
                    }
                }
                _ => self.report.error("V9", path, "must be an object"),
            },
            Shape::List { item, least, most } => match value {
                Value::Array(items) => {
                    self.count(items.len(), *least, *most, path);
                    for (index, value) in items.iter().enumerate() {
                        self.value(value, item, &format!("{path}[{index}]"), true);
                    }
                }
                _ => self.report.error("V9", path, "must be a list"),
            },
        }
    }

    fn count(&mut self, count: usize, least: usize, most: usize, path: &str) {
        if count < least {
            self.report.error("V8", path, format!("must have at least {least}"));
        } else if count > most {
            self.report.error("V8", path, format!("must have at most {most}"));
        }
    }

    /// Free JSON: only empty texts are worth a word (V9).
    fn free(&mut self, value: &Value, path: &str) {
        match value {
            Value::String(text) if text.is_empty() => self.report.warning("V9", path, "is empty"),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.free(item, &format!("{path}[{index}]"));
                }
            }
            Value::Object(members) => {
                for (key, value) in members {
                    self.free(value, &format!("{path}.{key}"));
                }
            }
            _ => {}
        }
    }

    fn scalar(&mut self, value: &Value, class: Class, kind: Kind, path: &str, required: bool) {
        let text = match value {
            Value::String(text) if text.is_empty() => {
                return self.report.error("V9", path, "must not be empty");
            }
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => {
                self.report.warning("V9", path, "should be written as a text");
                value.to_string()
            }
            _ => return self.report.error("V9", path, "must be a text"),
        };
        if self.dynamic(&text, class, path) {
            return;
        }
        match kind {
            Kind::Text => {}
            Kind::Short(most) => {
                if text.chars().count() > most {
                    self.report.error("V9", path, format!("has more than {most} characters"));
                }
            }
            Kind::Integer(least, most) => {
                if !text.trim().parse::<i64>().is_ok_and(|number| (least..=most).contains(&number)) {
                    self.report.error("V9", path, format!("must be a whole number{}", range(least, most)));
                }
            }
            Kind::Number(least, most) => {
                if !text.trim().parse::<f64>().is_ok_and(|number| (least..=most).contains(&number)) {
                    self.report.error("V9", path, format!("must be a number from {least} to {most}"));
                }
            }
            Kind::OneOf(values) => {
                if !values.iter().any(|value| value.eq_ignore_ascii_case(&text)) {
                    self.report.error("V9", path, format!("must be one of {}", values.join(", ")));
                }
            }
            Kind::Keys(most) => {
                let is_key = |c: char| c.is_ascii_digit() || matches!(c, '*' | '#' | ',');
                if text.len() > most || !text.chars().all(is_key) {
                    self.report.error("V9", path, format!("must be at most {most} keys of the telephone"));
                }
            }
            Kind::Resource(kind) => {
                if let Some(resolver) = self.resolver
                    && !resolver.exists(kind, &text)
                {
                    let level = if required { Level::Error } else { Level::Warning };
                    self.report.add("V12", path, format!("there is no {} {text:?}", kind.as_str()), level);
                }
            }
        }
    }

    /// Checks the references of a text against its class; true when it has any, so that its text is not known yet.
    fn dynamic(&mut self, text: &str, class: Class, path: &str) -> bool {
        if !has_reference(text) {
            if class == Class::Path {
                self.report.error("V9", path, "must be a reference such as $.Attributes.name");
            }
            return class == Class::Path;
        }
        let whole = Reference::parse(text);
        match class {
            Class::Static => self.report.error("V9", path, "must not hold a reference"),
            Class::Template => {
                if whole.is_some_and(|reference| !reference.has_known_root()) {
                    self.report.warning("V9", path, "has no known namespace and is kept as text");
                    return false;
                }
            }
            Class::Reference | Class::Path => match whole {
                None => self.report.error("V9", path, "must be one reference and nothing else"),
                Some(reference) => match roots::kind(reference.root()) {
                    None => {
                        let message = format!("there is no namespace {:?}", reference.root());
                        self.report.error("V9", path, message);
                    }
                    Some(RootKind::Namespace) if reference.path().is_empty() => {
                        self.report.error("V9", path, "must name something inside the namespace");
                    }
                    Some(_) => {}
                },
            },
        }
        true
    }
}

fn range(least: i64, most: i64) -> String {
    match (least, most) {
        (i64::MIN, i64::MAX) => String::new(),
        (least, i64::MAX) => format!(" of at least {least}"),
        (least, most) => format!(" from {least} to {most}"),
    }
}
