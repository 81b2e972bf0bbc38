//! A flow document made ready to run.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::action::{self, ActionSpec};
use crate::error::ParseError;

/// A parsed flow or module. Immutable; share it as `Arc<Program>`.
#[derive(Debug)]
pub struct Program {
    start: String,
    actions: Vec<Action>,
    by_identifier: HashMap<String, usize>,
    module: bool,
    version: u64,
}

/// One action of a program.
#[derive(Debug)]
pub struct Action {
    /// Unique in the program.
    pub identifier: String,
    /// Type as written.
    pub kind: String,
    /// The row of the type; absent when it is not known.
    pub spec: Option<&'static ActionSpec>,
    /// Parameters as written; empty when the document has none.
    pub parameters: Map<String, Value>,
    /// `Transitions.NextAction`.
    pub next: Option<String>,
    /// Conditions in order.
    pub conditions: Vec<Condition>,
    /// Error branches: type and target.
    pub errors: Vec<(String, String)>,
}

/// One condition of an action.
#[derive(Debug)]
pub struct Condition {
    /// Operator as written.
    pub operator: String,
    /// Operands as written; texts in every valid document.
    pub operands: Vec<Value>,
    /// Target.
    pub next: String,
}

impl Program {
    /// Parses a flow document. What validation would refuse still parses as long as its shape can be read.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let root: Value = serde_json::from_str(text).map_err(|error| ParseError::Json(error.to_string()))?;
        Self::from_value(&root)
    }

    /// Reads a flow document that is already JSON.
    pub fn from_value(root: &Value) -> Result<Self, ParseError> {
        let root = root.as_object().ok_or_else(|| ParseError::shape("", "not an object"))?;
        let start = text_member(root, "StartAction", "")?;
        let list = root
            .get("Actions")
            .and_then(Value::as_array)
            .ok_or_else(|| ParseError::shape("Actions", "not a list"))?;
        let actions = list
            .iter()
            .enumerate()
            .map(|(index, action)| Action::read(action, &format!("Actions[{index}]")))
            .collect::<Result<Vec<_>, _>>()?;
        let mut by_identifier = HashMap::with_capacity(actions.len());
        for (index, action) in actions.iter().enumerate() {
            by_identifier.entry(action.identifier.clone()).or_insert(index);
        }
        Ok(Self { start, actions, by_identifier, module: root.contains_key("Settings"), version: 0 })
    }

    /// The program as version `number` of its flow, which runs of it are pinned to.
    pub fn at_version(self, number: u64) -> Self {
        Self { version: number, ..self }
    }

    /// Number of the version; 0 where versions are not kept.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Identifier of the first action.
    pub fn start(&self) -> &str {
        &self.start
    }

    /// True for a module (a document with `Settings`).
    pub fn is_module(&self) -> bool {
        self.module
    }

    /// The action of this identifier.
    pub fn action(&self, identifier: &str) -> Option<&Action> {
        self.by_identifier.get(identifier).map(|index| &self.actions[*index])
    }

    /// All actions in document order.
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }
}

impl Action {
    fn read(value: &Value, path: &str) -> Result<Self, ParseError> {
        let action = value.as_object().ok_or_else(|| ParseError::shape(path, "not an object"))?;
        let parameters = match action.get("Parameters") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(parameters)) => parameters.clone(),
            Some(_) => return Err(ParseError::shape(format!("{path}.Parameters"), "not an object")),
        };
        let empty = Map::new();
        let transitions = match action.get("Transitions") {
            None | Some(Value::Null) => &empty,
            Some(Value::Object(transitions)) => transitions,
            Some(_) => return Err(ParseError::shape(format!("{path}.Transitions"), "not an object")),
        };
        let transitions_path = format!("{path}.Transitions");
        let next = match transitions.get("NextAction") {
            None | Some(Value::Null) => None,
            Some(_) => Some(text_member(transitions, "NextAction", &transitions_path)?),
        };
        let mut errors = Vec::new();
        for (entry, path) in list(transitions, "Errors", &transitions_path)? {
            errors.push((text_member(entry, "ErrorType", &path)?, text_member(entry, "NextAction", &path)?));
        }
        let mut conditions = Vec::new();
        for (entry, path) in list(transitions, "Conditions", &transitions_path)? {
            let condition = entry
                .get("Condition")
                .and_then(Value::as_object)
                .ok_or_else(|| ParseError::shape(format!("{path}.Condition"), "not an object"))?;
            conditions.push(Condition {
                operator: text_member(condition, "Operator", &format!("{path}.Condition"))?,
                operands: condition.get("Operands").and_then(Value::as_array).cloned().unwrap_or_default(),
                next: text_member(entry, "NextAction", &path)?,
            });
        }
        let kind = text_member(action, "Type", path)?;
        Ok(Self {
            identifier: text_member(action, "Identifier", path)?,
            spec: action::spec(&kind),
            kind,
            parameters,
            next,
            conditions,
            errors,
        })
    }

    /// A parameter by its name or an alias of it.
    pub fn parameter(&self, name: &str) -> Option<&Value> {
        if let Some(value) = self.parameters.get(name) {
            return Some(value);
        }
        let row = self.spec?.parameters.iter().find(|parameter| parameter.name == name)?;
        row.aliases.iter().find_map(|alias| self.parameters.get(*alias))
    }

    /// A member of a parameter that is an object, such as `LexV2Bot`, `AliasArn`.
    pub fn member(&self, parameter: &str, member: &str) -> Option<&Value> {
        self.parameter(parameter)?.get(member)
    }
}

fn text_member(object: &Map<String, Value>, name: &str, path: &str) -> Result<String, ParseError> {
    object.get(name).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| {
        let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        ParseError::shape(path, "not a text")
    })
}

type Entries<'a> = Vec<(&'a Map<String, Value>, String)>;

fn list<'a>(object: &'a Map<String, Value>, name: &str, path: &str) -> Result<Entries<'a>, ParseError> {
    let items = match object.get(name) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(items)) => items,
        Some(_) => return Err(ParseError::shape(format!("{path}.{name}"), "not a list")),
    };
    items
        .iter()
        .enumerate()
        .map(|(index, item)| {
            let path = format!("{path}.{name}[{index}]");
            match item.as_object() {
                Some(item) => Ok((item, path)),
                None => Err(ParseError::shape(path, "not an object")),
            }
        })
        .collect()
}
