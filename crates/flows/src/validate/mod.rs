//! Checks documents before they run (spec 10 §1.8).
//!
//! Every problem names its rule, its place and, inside an action, the action. Publishing refuses a document with an
//! error; warnings are for the author. Saving a draft needs only [`Document::parse`].

mod actions;
mod conditions;
mod graph;
mod parameters;
mod transitions;

use std::fmt;

use model::resource::FlowType;
use serde_json::Value;

use crate::action::ResourceKind;
use crate::document::Document;

/// Most characters of a document.
pub const SIZE_LIMIT: usize = 256_000;
/// Most actions of a document.
pub const ACTION_LIMIT: usize = 250;
/// The only version of the language.
pub const VERSION: &str = "2019-10-30";

/// Something wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The rule, `V1` to `V14`.
    pub rule: &'static str,
    /// The place, such as `Actions[3].Parameters.QueueId`; empty for the whole document.
    pub path: String,
    /// The action, where one is concerned.
    pub identifier: Option<String>,
    /// What is wrong, in a sentence.
    pub message: String,
    /// Whether it keeps the document from being published.
    pub level: Level,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.rule, self.path)?;
        if let Some(identifier) = &self.identifier {
            write!(f, " ({identifier:?})")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The author should look at it.
    Warning,
    /// Publishing refuses the document.
    Error,
}

/// What validation needs to know about the instance (rules V12 and V13).
pub trait Resolver {
    /// Whether a resource exists; `name` is an id or ARN, for flows and modules with an optional qualifier.
    fn exists(&self, kind: ResourceKind, name: &str) -> bool;

    /// The contract of a module; none when the module has none or is not known.
    fn module_contract(&self, _module: &str) -> Option<ModuleContract> {
        None
    }

    /// The contract of the module that is being checked; none when it has none.
    fn own_contract(&self) -> Option<ModuleContract> {
        None
    }
}

/// What a module takes and how it returns (spec 10 §1.9).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModuleContract {
    /// Names of the input it declares.
    pub input: Vec<String>,
    /// Those of them that must be given.
    pub required: Vec<String>,
    /// Names of the output it declares.
    pub output: Vec<String>,
    /// Names of its branches.
    pub branches: Vec<String>,
}

impl ModuleContract {
    /// Reads a contract as it is kept with a module: `input.schema` and `resultData.schema` (JSON Schema of an
    /// object) and `transitions.results`. An empty object is no contract.
    pub fn parse(text: &str) -> Option<Self> {
        let contract: Value = serde_json::from_str(text).ok()?;
        if contract.as_object()?.is_empty() {
            return None;
        }
        let schema = |part: &str| contract.get(part).and_then(|part| part.get("schema"));
        let properties = |part: &str| {
            let properties = schema(part).and_then(|schema| schema.get("properties")?.as_object());
            properties.into_iter().flat_map(|properties| properties.keys().cloned()).collect()
        };
        let texts = |list: Option<&Value>, name: Option<&str>| -> Vec<String> {
            let items = list.and_then(Value::as_array).into_iter().flatten();
            let text =
                |item: &Value| name.map_or(Some(item), |name| item.get(name))?.as_str().map(str::to_owned);
            items.filter_map(text).collect()
        };
        Some(Self {
            input: properties("input"),
            required: texts(schema("input").and_then(|schema| schema.get("required")), None),
            output: properties("resultData"),
            branches: texts(contract.get("transitions").and_then(|it| it.get("results")), Some("name")),
        })
    }
}

/// Checks a text against every rule that needs no instance. A text that is not a document is one problem.
pub fn validate(text: &str, kind: FlowType, is_module: bool) -> Vec<Problem> {
    match Document::parse(text) {
        Ok(document) => validate_document(&document, kind, is_module, None),
        Err(error) => vec![Problem {
            rule: "V1",
            path: String::new(),
            identifier: None,
            message: error.to_string(),
            level: Level::Error,
        }],
    }
}

/// Checks a document; with a resolver also what it names in the instance.
pub fn validate_document(
    document: &Document,
    kind: FlowType,
    is_module: bool,
    resolver: Option<&dyn Resolver>,
) -> Vec<Problem> {
    let mut report = Report { problems: Vec::new(), identifier: None };
    envelope(&mut report, document, is_module);
    actions::check(&mut report, document, kind, is_module, resolver);
    graph::check(&mut report, document, kind);
    report.problems
}

/// True when nothing keeps the document from being published.
pub fn publishable(problems: &[Problem]) -> bool {
    problems.iter().all(|problem| problem.level < Level::Error)
}

/// Collects problems; knows which action is being looked at.
struct Report {
    problems: Vec<Problem>,
    identifier: Option<String>,
}

impl Report {
    fn error(&mut self, rule: &'static str, path: impl Into<String>, message: impl Into<String>) {
        self.add(rule, path, message, Level::Error);
    }

    fn warning(&mut self, rule: &'static str, path: impl Into<String>, message: impl Into<String>) {
        self.add(rule, path, message, Level::Warning);
    }

    fn add(&mut self, rule: &'static str, path: impl Into<String>, message: impl Into<String>, level: Level) {
        let identifier = self.identifier.clone();
        self.problems.push(Problem { rule, path: path.into(), identifier, message: message.into(), level });
    }
}

/// Rules V1 and V2, and the frame of V7.
fn envelope(report: &mut Report, document: &Document, is_module: bool) {
    let root = document.root();
    let size = document.text().chars().count();
    if size > SIZE_LIMIT {
        report.error("V1", "", format!("the document has {size} characters; {SIZE_LIMIT} are allowed"));
    }
    match root.get("Actions") {
        Some(Value::Array(actions)) if actions.is_empty() => {
            report.error("V1", "Actions", "there is no action")
        }
        Some(Value::Array(actions)) if actions.len() > ACTION_LIMIT => {
            let count = actions.len();
            report.error("V1", "Actions", format!("there are {count} actions; {ACTION_LIMIT} are allowed"));
        }
        Some(Value::Array(_)) => {}
        _ => report.error("V1", "Actions", "must be a list of actions"),
    }
    if root.get("Version").and_then(Value::as_str) != Some(VERSION) {
        report.error("V2", "Version", format!("must be {VERSION:?}"));
    }
    match document.start_action() {
        None => report.error("V2", "StartAction", "must name the first action"),
        Some(start) if document.position(start).is_none() => {
            report.error("V2", "StartAction", format!("there is no action {start:?}"));
        }
        Some(_) => {}
    }
    match (is_module, root.get("Settings")) {
        (true, Some(Value::Object(_))) | (false, None) => {}
        (true, _) => report.error("V2", "Settings", "a module must have settings"),
        (false, Some(_)) => report.error("V2", "Settings", "only a module has settings"),
    }
    if root.get("Metadata").is_some_and(|metadata| !metadata.is_object()) {
        report.error("V2", "Metadata", "must be an object");
    }
    for key in root.keys() {
        if !["Version", "StartAction", "Actions", "Metadata", "Settings"].contains(&key.as_str()) {
            report.warning("V7", key.as_str(), "is not part of the language and is kept as it is");
        }
    }
}
