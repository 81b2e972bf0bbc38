//! A path into the data of a contact or run, such as `$.Attributes['first name']`.

use std::fmt;

use serde_json::Value;

/// A reference: its root and the steps below it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    steps: Vec<String>,
}

impl Reference {
    /// Reads a text that is one reference and nothing else; backticks around it are allowed.
    pub fn parse(text: &str) -> Option<Self> {
        let bare = text.strip_prefix('`').and_then(|text| text.strip_suffix('`')).unwrap_or(text);
        let (reference, length) = Self::scan(bare)?;
        (length == bare.len()).then_some(reference)
    }

    /// Reads a reference at the beginning of `text`, as long as it goes; answers it with its length in bytes.
    ///
    /// A `.` with no name behind it, and a bracket that is not closed, belong to the text that follows.
    pub fn scan(text: &str) -> Option<(Self, usize)> {
        let bytes = text.as_bytes();
        if bytes.first() != Some(&b'$') {
            return None;
        }
        let mut steps = Vec::new();
        let mut at = 1;
        loop {
            // `.name`, `['name']`, `["name"]`, `[7]`, and `.['name']` as some documents print it.
            let after_dot = if bytes.get(at) == Some(&b'.') { at + 1 } else { at };
            if let Some((step, end)) = bracket(text, after_dot) {
                steps.push(step);
                at = end;
                continue;
            }
            if after_dot == at {
                break;
            }
            let end = after_dot + bytes[after_dot..].iter().take_while(|byte| is_name(**byte)).count();
            if end == after_dot {
                break;
            }
            steps.push(text[after_dot..end].to_owned());
            at = end;
        }
        (!steps.is_empty()).then_some((Self { steps }, at))
    }

    /// A reference of these steps; `None` when there is none.
    pub fn of<S: Into<String>>(steps: impl IntoIterator<Item = S>) -> Option<Self> {
        let steps: Vec<String> = steps.into_iter().map(Into::into).collect();
        (!steps.is_empty()).then_some(Self { steps })
    }

    /// The first step: the namespace, or the name of a system scalar.
    pub fn root(&self) -> &str {
        &self.steps[0]
    }

    /// The steps below the root.
    pub fn path(&self) -> &[String] {
        &self.steps[1..]
    }

    /// The steps below the root as one text with dots, such as `OutboundCallerId.Address`.
    pub fn dotted(&self) -> String {
        self.path().join(".")
    }

    /// Whether the root is a namespace or scalar of the language (spec 10 §1.7).
    pub fn has_known_root(&self) -> bool {
        super::roots::kind(self.root()).is_some()
    }

    /// Follows the steps below the root into `value`, the content of the root.
    pub fn find_in<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        follow(value, self.path())
    }
}

/// Follows `steps` into `value`; a number steps into a list.
pub fn follow<'a>(value: &'a Value, steps: &[String]) -> Option<&'a Value> {
    steps.iter().try_fold(value, |value, step| match value {
        Value::Object(members) => members.get(step),
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    })
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("$")?;
        for step in &self.steps {
            if !step.is_empty() && step.bytes().all(is_name) {
                write!(f, ".{step}")?;
            } else if step.contains('\'') {
                write!(f, "[\"{step}\"]")?;
            } else {
                write!(f, "['{step}']")?;
            }
        }
        Ok(())
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// Reads a bracket group at `at`; answers its content and the position behind it.
fn bracket(text: &str, at: usize) -> Option<(String, usize)> {
    let rest = text.get(at..)?.strip_prefix('[')?;
    for quote in ["'", "\""] {
        if let Some(inside) = rest.strip_prefix(quote) {
            let length = inside.find(&format!("{quote}]"))?;
            return Some((inside[..length].to_owned(), at + 1 + 1 + length + 2));
        }
    }
    let length = rest.find(']')?;
    let digits = &rest[..length];
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| (digits.to_owned(), at + 1 + length + 1))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn scans_as_far_as_a_reference_goes() {
        for (text, printed, rest) in [
            ("$.Attributes.cardType. Is this", "$.Attributes.cardType", ". Is this"),
            ("$.AwsRegion:x", "$.AwsRegion", ":x"),
            ("$.CustomerEndpoint.Address'", "$.CustomerEndpoint.Address", "'"),
            ("$.External.CaseNumber</say-as>", "$.External.CaseNumber", "</say-as>"),
            ("$.Attributes['a b'] c", "$.Attributes['a b']", " c"),
            ("$.Attributes.['a b']c", "$.Attributes['a b']", "c"),
            ("$['Attributes']['x']", "$.Attributes.x", ""),
            ("$.SegmentAttributes['connect:Subtype']", "$.SegmentAttributes['connect:Subtype']", ""),
            ("$.A[\"it's\"]", "$.A[\"it's\"]", ""),
            ("$.L.x[0].y", "$.L.x.0.y", ""),
            ("$.FlowAttributes.acme-lexbot", "$.FlowAttributes.acme-lexbot", ""),
            ("$.A['open", "$.A", "['open"),
            ("$.A[x]", "$.A", "[x]"),
            ("$.A..b", "$.A", "..b"),
        ] {
            let (reference, length) = Reference::scan(text).expect(text);
            assert_eq!((reference.to_string().as_str(), &text[length..]), (printed, rest), "{text}");
        }
        for text in ["", "$", "$.", "$5", "$[", "${A}", "$['", "x$.A"] {
            assert_eq!(Reference::scan(text), None, "{text}");
        }
    }

    #[test]
    fn whole_values_have_nothing_around() {
        assert!(Reference::parse("`$.DataTableList.ResultData.groups.default[0]`").is_some());
        for text in ["$.A b", " $.A", "$.A.", "A", "`$.A"] {
            assert_eq!(Reference::parse(text), None, "{text}");
        }
    }

    #[test]
    fn finds_nested_values() {
        let value = json!({"FormData": {"extras": ["x", {"y": null}]}});
        for (text, found) in [
            ("$.V.FormData.extras.0", Some(json!("x"))),
            ("$.V.FormData.extras[1].y", Some(json!(null))),
            ("$.V.FormData.extras.2", None),
            ("$.V.FormData.extras.x", None),
            ("$.V", Some(value.clone())),
        ] {
            assert_eq!(Reference::parse(text).expect(text).find_in(&value).cloned(), found, "{text}");
        }
    }
}
