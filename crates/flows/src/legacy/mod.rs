//! Reads the older export format (`modules`) and writes it in the flow language (spec 10 §3).
//!
//! Nothing is lost: what the flow language has no place for stays in the block's metadata under `legacy`, and the
//! report names it. A module of unknown type becomes a block of that type, which publishing refuses.

mod blocks;
mod draft;
mod input;
mod module;
mod value;

use std::fmt;

use model::resource::FlowType;
use serde_json::{Map, Value, json};

use crate::document::Document;
use crate::error::ParseError;
use crate::flow_type;
use crate::validate::VERSION;
use module::Module;

/// A document of the older format, converted.
#[derive(Clone, Debug)]
pub struct Conversion {
    /// The document as an export file: name, description, type and status stand in its metadata.
    pub document: Document,
    /// The flow's name, if the file tells it.
    pub name: Option<String>,
    /// The flow's type, if the file tells one that exists.
    pub kind: Option<FlowType>,
    /// What did not pass over one to one, in the order of the modules.
    pub notes: Vec<Note>,
}

/// Something that did not pass over one to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The place in the older document, such as `modules[3].branches[0]`.
    pub path: String,
    /// The block it became, where one is concerned.
    pub identifier: Option<String>,
    /// What became of it.
    pub fate: Fate,
    /// What it is and why, in a sentence.
    pub message: String,
}

/// What became of a part of the older document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The flow language wants something the older document lacks; it was added.
    Added,
    /// It is written otherwise, and the author should look at it.
    Changed,
    /// It has no counterpart and stays in the metadata, without effect.
    Kept,
}

impl Fate {
    /// The word for reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Kept => "kept",
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.fate.as_str())?;
        if let Some(identifier) = &self.identifier {
            write!(f, "block {identifier:?}, ")?;
        }
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// True for a document of the older format, also inside a JSON text.
pub fn detect(text: &str) -> bool {
    Document::import(text).is_ok_and(|document| is_legacy(&document))
}

/// True when a document that was read is of the older format.
pub fn is_legacy(document: &Document) -> bool {
    document.root().get("modules").is_some_and(Value::is_array) && !document.root().contains_key("Actions")
}

/// Converts a document of the older format. Fails when it is not one, or when a module cannot be read at all.
pub fn convert(text: &str) -> Result<Conversion, ParseError> {
    let source = Document::import(text)?;
    let modules = match source.root().get("modules") {
        Some(Value::Array(modules)) if is_legacy(&source) => modules,
        _ => return Err(ParseError::shape("modules", "not a document of the older format")),
    };
    let mut report = Report { notes: Vec::new(), path: String::new(), identifier: None };
    let about = source.root().get("metadata").and_then(Value::as_object).cloned().unwrap_or_default();
    let spelling = source.root().get("type").or_else(|| about.get("type")).and_then(Value::as_str);
    let kind = spelling.and_then(flow_type::from_metadata);
    if let (Some(spelling), None) = (spelling, kind) {
        report.path = "type".to_owned();
        report.add(Fate::Kept, format!("there is no flow type {spelling:?}"));
    }
    let mut actions = Vec::new();
    let mut places = Map::new();
    for (index, module) in modules.iter().enumerate() {
        let module = Module::read(module, index)?;
        report.path = format!("modules[{index}]");
        report.identifier = Some(module.id.clone());
        for draft in blocks::convert(&module, kind, &mut report) {
            let (identifier, action, place) = draft.finish(&module, &mut report);
            actions.push(action);
            places.insert(identifier, place);
        }
    }
    report.identifier = None;
    let metadata = metadata(&mut report, source.root(), about.clone(), spelling, places);
    let root = json!({
        "Version": VERSION,
        "StartAction": source.root().get("start").map_or_else(String::new, module::plain),
        "Metadata": metadata,
        "Actions": actions,
    });
    let name = root["Metadata"]["name"].as_str().map(str::to_owned);
    let document = Document::parse(&format!("{root:#}"))?;
    Ok(Conversion { document, name, kind, notes: report.notes })
}

/// The metadata of the whole document; members the flow language does not know are kept.
fn metadata(
    report: &mut Report,
    root: &Map<String, Value>,
    about: Map<String, Value>,
    spelling: Option<&str>,
    places: Map<String, Value>,
) -> Value {
    let mut metadata = about;
    metadata.retain(|_, value| !value.is_null());
    // The hash spoke of the older document (spec 10 §7 O26).
    metadata.insert("hash".to_owned(), json!({}));
    if let Some(spelling) = spelling {
        metadata.insert("type".to_owned(), json!(spelling));
    }
    metadata.insert("ActionMetadata".to_owned(), Value::Object(places));
    let known = ["modules", "version", "type", "start", "metadata"];
    let rest: Map<String, Value> = root
        .iter()
        .filter(|(key, _)| !known.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    for key in rest.keys() {
        report.path = key.clone();
        report.add(Fate::Kept, "is not part of the older format".to_owned());
    }
    if !rest.is_empty() {
        metadata.insert("legacy".to_owned(), Value::Object(rest));
    }
    Value::Object(metadata)
}

/// Collects notes; knows the module being looked at.
struct Report {
    notes: Vec<Note>,
    path: String,
    identifier: Option<String>,
}

impl Report {
    fn add(&mut self, fate: Fate, message: String) {
        let (path, identifier) = (self.path.clone(), self.identifier.clone());
        self.notes.push(Note { path, identifier, fate, message });
    }

    fn add_at(&mut self, place: String, fate: Fate, message: String) {
        let path = format!("{}.{place}", self.path);
        self.notes.push(Note { path, identifier: self.identifier.clone(), fate, message });
    }
}
