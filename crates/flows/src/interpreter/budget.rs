//! Bounds on the values a run makes and keeps, so that no flow can fill the memory or outgrow what the store reads.

use serde_json::Value;

use crate::error::FlowError;

/// Most bytes of one filled-in value: far more than any use of a value allows.
pub const VALUE_LIMIT: usize = 256 * 1024;
/// Deepest nesting of a value. A run with its callers around it stays well below what JSON readers accept.
pub const DEPTH_LIMIT: usize = 32;

/// What is left of the bytes of one value.
pub(super) struct Budget(usize);

impl Budget {
    pub(super) fn new() -> Self {
        Self(VALUE_LIMIT)
    }

    /// Takes some bytes.
    pub(super) fn take(&mut self, bytes: usize) -> Result<(), FlowError> {
        let left = self.0.checked_sub(bytes);
        self.0 = left.ok_or(FlowError::TooLarge { what: "a filled-in value", limit: VALUE_LIMIT })?;
        Ok(())
    }

    /// Takes the bytes of a value that stands at a depth.
    pub(super) fn take_value(&mut self, value: &Value, depth: usize) -> Result<(), FlowError> {
        if depth > DEPTH_LIMIT {
            return Err(FlowError::Refused(format!("a value is nested more than {DEPTH_LIMIT} deep")));
        }
        match value {
            Value::String(text) => self.take(text.len()),
            Value::Array(items) => items.iter().try_for_each(|item| self.take_value(item, depth + 1)),
            Value::Object(members) => members.iter().try_for_each(|(key, value)| {
                self.take(key.len())?;
                self.take_value(value, depth + 1)
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) => self.take(8),
        }
    }
}

/// Checks a value that came from outside and is to be kept.
pub(super) fn check(value: &Value) -> Result<(), FlowError> {
    Budget::new().take_value(value, 0)
}
