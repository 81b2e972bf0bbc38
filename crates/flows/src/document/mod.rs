//! Flow documents as text and tree: nothing a tool wrote is lost, and an unedited document prints verbatim.
//!
//! The text is what counts; the tree beside it is for reading. An edit replaces only the stretch of text it
//! concerns, so that everything else keeps its key order, spacing and number formatting (spec 10 §1.10).

mod span;

use model::resource::FlowType;
use serde_json::{Map, Value, json};

use crate::error::ParseError;
use crate::flow_type;

/// Keys of `Metadata` that only export files have.
const EXPORT_KEYS: [&str; 5] = ["name", "description", "type", "status", "hash"];

/// A flow or module document.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    text: String,
    root: Map<String, Value>,
}

/// A place in a document: member names and list positions from the root.
pub type Path<'p> = &'p [Place<'p>];

/// One step of a [`Path`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'p> {
    /// A member of an object.
    Key(&'p str),
    /// A position in a list.
    Index(usize),
}

impl Document {
    /// Reads a document as the API gets it.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        match serde_json::from_str(text).map_err(|error| ParseError::Json(error.to_string()))? {
            Value::Object(root) => Ok(Self { text: text.to_owned(), root }),
            _ => Err(ParseError::shape("", "not an object")),
        }
    }

    /// Reads a document from a file: as [`Document::parse`], or a JSON text that holds the document, as
    /// infrastructure templates write it.
    pub fn import(text: &str) -> Result<Self, ParseError> {
        match serde_json::from_str(text) {
            Ok(Value::String(inner)) => Self::parse(&inner),
            _ => Self::parse(text),
        }
    }

    /// The text: as it came, except where it was edited.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The tree, in document order.
    pub fn root(&self) -> &Map<String, Value> {
        &self.root
    }

    /// Identifier of the first action, as written.
    pub fn start_action(&self) -> Option<&str> {
        self.root.get("StartAction")?.as_str()
    }

    /// The entries of `Actions`, whatever they are.
    pub fn actions(&self) -> &[Value] {
        self.root.get("Actions").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// The position of the action with this identifier.
    pub fn position(&self, identifier: &str) -> Option<usize> {
        self.actions().iter().position(|action| action.get("Identifier").is_some_and(|id| id == identifier))
    }

    /// What the designer wrote, if anything.
    pub fn metadata(&self) -> Option<&Map<String, Value>> {
        self.root.get("Metadata")?.as_object()
    }

    /// True for a module.
    pub fn is_module(&self) -> bool {
        self.root.contains_key("Settings")
    }

    /// The flow type that an export file tells; API content tells none.
    pub fn exported_type(&self) -> Option<FlowType> {
        flow_type::from_metadata(self.metadata()?.get("type")?.as_str()?)
    }

    /// The value at a place.
    pub fn get(&self, path: Path<'_>) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        let Place::Key(key) = first else { return None };
        rest.iter().try_fold(self.root.get(*key)?, |value, place| match place {
            Place::Key(key) => value.get(*key),
            Place::Index(index) => value.get(*index),
        })
    }

    /// Sets the value at a place: replaces it, or appends it to the object or list that is there one step before.
    /// Fails, changing nothing, when there is no such place.
    pub fn set(&mut self, path: Path<'_>, value: &Value) -> Result<(), ParseError> {
        let printed = value.to_string();
        let text = span::replace(&self.text, path, &printed)
            .ok_or_else(|| ParseError::shape(show(path), "no such place"))?;
        *self = Self::parse(&text)?;
        Ok(())
    }

    /// Removes the value at a place, with its key. Nothing happens when there is none.
    pub fn remove(&mut self, path: Path<'_>) -> Result<(), ParseError> {
        if let Some(text) = span::remove(&self.text, path) {
            *self = Self::parse(&text)?;
        }
        Ok(())
    }

    /// The document as an export file: with name, description, type and status in its metadata.
    pub fn exported(
        &self,
        name: &str,
        description: &str,
        kind: FlowType,
        published: bool,
    ) -> Result<Self, ParseError> {
        let mut export = self.clone();
        if export.metadata().is_none() {
            export.set(&[Place::Key("Metadata")], &json!({}))?;
        }
        let status = if published { "published" } else { "saved" };
        for (key, value) in EXPORT_KEYS.into_iter().zip([
            json!(name),
            json!(description),
            json!(flow_type::in_metadata(kind)),
            json!(status),
            json!({}),
        ]) {
            export.set(&[Place::Key("Metadata"), Place::Key(key)], &value)?;
        }
        Ok(export)
    }

    /// The document as API content: without what only export files have.
    pub fn content(&self) -> Result<Self, ParseError> {
        let mut content = self.clone();
        for key in EXPORT_KEYS {
            content.remove(&[Place::Key("Metadata"), Place::Key(key)])?;
        }
        Ok(content)
    }
}

fn show(path: Path<'_>) -> String {
    let mut shown = String::new();
    for place in path {
        match place {
            Place::Key(key) if shown.is_empty() => shown.push_str(key),
            Place::Key(key) => shown.push_str(&format!(".{key}")),
            Place::Index(index) => shown.push_str(&format!("[{index}]")),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use Place::*;

    const TEXT: &str = r#"{ "Version" : "2019-10-30", "StartAction":"a",
  "Metadata": {"entryPointPosition": {"x": 1.50, "y": 2e1}, "later": [1, {"k":"é\"}"}], "name":"N", "hash":{}},
  "Actions": [ {"Type":"EndFlowExecution","Identifier":"a","Transitions":{}} ] }"#;

    #[test]
    fn keeps_every_byte_it_does_not_edit() {
        let mut document = Document::parse(TEXT).expect("valid");
        assert_eq!(document.text(), TEXT);
        document.set(&[Key("Actions"), Index(0), Key("Identifier")], &json!("b")).expect("there");
        assert_eq!(document.text(), TEXT.replace(r#""Identifier":"a""#, r#""Identifier":"b""#));
        document.set(&[Key("Actions"), Index(0), Key("Identifier")], &json!("a")).expect("there");
        document.set(&[Key("Actions"), Index(0), Key("Parameters")], &json!({})).expect("appended");
        assert_eq!(
            document.text(),
            TEXT.replace(r#""Transitions":{}"#, r#""Transitions":{},"Parameters":{}"#)
        );
        document.remove(&[Key("Actions"), Index(0), Key("Parameters")]).expect("removed");
        assert_eq!(document.text(), TEXT);
        assert!(document.set(&[Key("Nowhere"), Key("x")], &json!(1)).is_err());
        document.remove(&[Key("Nowhere")]).expect("nothing to do");
        assert_eq!(document.text(), TEXT);
    }

    #[test]
    fn exports_and_reads_back() {
        let document = Document::parse(TEXT).expect("valid");
        let export = document.exported("Main", "d", FlowType::CustomerQueue, true).expect("exports");
        assert_eq!(export.exported_type(), Some(FlowType::CustomerQueue));
        assert_eq!(export.metadata().expect("there")["name"], "Main");
        let content = export.content().expect("content");
        assert_eq!(
            content.metadata().expect("there").keys().collect::<Vec<_>>(),
            ["entryPointPosition", "later"]
        );
        assert!(content.text().contains("1.50") && content.text().contains("2e1"), "{}", content.text());
    }

    #[test]
    fn reads_documents_wrapped_in_a_text() {
        let wrapped = Value::String(TEXT.to_owned()).to_string();
        assert_eq!(Document::import(&wrapped).expect("unwraps").text(), TEXT);
        assert_eq!(Document::import(TEXT).expect("plain").text(), TEXT);
        for text in ["", "[]", "3", "{", "\"x\""] {
            assert!(Document::import(text).is_err(), "{text}");
        }
    }
}
