//! Builds output bodies in the public shape.

use model::Timestamp;
use model::resource::Tags;
use serde_json::{Map, Value, json};

/// An object under construction.
#[derive(Default)]
pub(crate) struct Body(Map<String, Value>);

impl Body {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn set(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.0.insert(member.to_owned(), value.into());
        self
    }

    /// A member that is left out when it is unset.
    pub fn opt(self, member: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.set(member, value),
            None => self,
        }
    }

    /// An id or anything else that prints itself.
    pub fn text(self, member: &str, value: impl ToString) -> Self {
        self.set(member, value.to_string())
    }

    pub fn tags(self, tags: &Tags) -> Self {
        self.set("Tags", json!(tags))
    }

    /// When and where the resource was last changed; seconds since 1970 with a fraction.
    pub fn modified(self, at: Timestamp, region: &str) -> Self {
        self.set("LastModifiedTime", at.as_secs_f64()).set("LastModifiedRegion", region)
    }

    pub fn build(self) -> Value {
        Value::Object(self.0)
    }

    /// `{member: body}`.
    pub fn wrap(self, member: &str) -> Value {
        Body::new().set(member, self.build()).build()
    }
}
