//! Values as text.

use serde_json::Value;

/// The text of a value: text as it is, numbers and booleans printed, lists and objects as compact JSON; none for null.
pub fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
