//! Namespaces of the older format as references (spec 10 §3.2).

use crate::value::roots;

/// A value as the flow language writes it.
pub(super) struct Expression {
    pub(super) text: String,
    /// What the author should know about it.
    pub(super) doubt: Option<String>,
}

/// The reference that a namespace and a key stand for.
pub(super) fn reference(namespace: &str, key: &str) -> Expression {
    if key.starts_with("$.") || key.starts_with("$[") {
        return sure(key.to_owned());
    }
    let text = match namespace {
        "User Defined" => keyed("$.Attributes", key),
        "External" => keyed("$.External", key),
        "Flow" => keyed("$.FlowAttributes", key),
        "Lex Slots" => keyed("$.Lex.Slots", key),
        "Lex Attributes" => keyed("$.Lex.SessionAttributes", key),
        "Lex Intents" => "$.Lex.IntentName".to_owned(),
        "Lex" if matches!(key, "Intent" | "Intent Name" | "IntentName") => "$.Lex.IntentName".to_owned(),
        "Lex" | "Customer" | "Case" | "Views" => keyed(&format!("$.{namespace}"), key),
        "System" => return system(key),
        other => {
            let text = keyed(&format!("$['{}']", other.replace('\'', "")), key);
            return Expression { text, doubt: Some(format!("namespace {other:?} is not known")) };
        }
    };
    sure(text)
}

fn system(key: &str) -> Expression {
    let text = match key {
        "Customer Number" => "$.CustomerEndpoint.Address".to_owned(),
        "Dialed Number" => "$.SystemEndpoint.Address".to_owned(),
        "Stored customer input" => "$.StoredCustomerInput".to_owned(),
        "Customer Callback Number" => "$.CustomerCallBackPhoneNumber".to_owned(),
        other => format!("$.{other}"),
    };
    let root = text.trim_start_matches("$.").split('.').next().unwrap_or_default();
    let doubt = roots::kind(root).is_none().then(|| format!("system value {key:?} is not known"));
    Expression { text, doubt }
}

fn sure(text: String) -> Expression {
    Expression { text, doubt: None }
}

/// A key after its root; brackets where the key is not a plain name.
fn keyed(root: &str, key: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !key.is_empty() && key.chars().all(plain) {
        format!("{root}.{key}")
    } else if key.contains('\'') {
        format!("{root}[\"{key}\"]")
    } else {
        format!("{root}['{key}']")
    }
}

/// The operator of the flow language; none for one it does not know.
pub(super) fn operator(name: &str) -> Option<&'static str> {
    Some(match name {
        "Equals" => "Equals",
        "GreaterThan" => "NumberGreaterThan",
        "GreaterThanOrEqualTo" => "NumberGreaterOrEqualTo",
        "LessThan" => "NumberLessThan",
        "LessThanOrEqualTo" => "NumberLessOrEqualTo",
        "StartsWith" => "TextStartsWith",
        "EndsWith" => "TextEndsWith",
        "Contains" => "TextContains",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_become_references() {
        for (namespace, key, text) in [
            ("User Defined", "a-b_1", "$.Attributes.a-b_1"),
            ("User Defined", "a b", "$.Attributes['a b']"),
            ("User Defined", "it's", "$.Attributes[\"it's\"]"),
            ("External", "x", "$.External.x"),
            ("External", "$.External.x", "$.External.x"),
            ("Flow", "x", "$.FlowAttributes.x"),
            ("Lex Slots", "city", "$.Lex.Slots.city"),
            ("Lex Attributes", "a", "$.Lex.SessionAttributes.a"),
            ("Lex Intents", "anything", "$.Lex.IntentName"),
            ("Customer", "Name", "$.Customer.Name"),
            ("System", "Customer Number", "$.CustomerEndpoint.Address"),
            ("System", "Dialed Number", "$.SystemEndpoint.Address"),
            ("System", "Stored customer input", "$.StoredCustomerInput"),
            ("System", "Customer Callback Number", "$.CustomerCallBackPhoneNumber"),
            ("System", "Queue.ARN", "$.Queue.ARN"),
            ("System", "Metrics.Queue.OldestContactAge", "$.Metrics.Queue.OldestContactAge"),
        ] {
            let found = reference(namespace, key);
            assert_eq!((found.text.as_str(), found.doubt), (text, None), "{namespace} {key}");
            assert!(crate::value::Reference::parse(text).is_some(), "{text}");
        }
        assert!(reference("System", "Weather").doubt.is_some());
        assert!(reference("Elsewhere", "x").doubt.is_some());
    }
}
