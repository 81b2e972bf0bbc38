//! What is written down of a play: every action in order, the way it was left, what was said, and what it changed.

use std::collections::BTreeMap;

use flows::run::Scope;
use flows::{Branch, LogEntry, Run};
use model::{FlowId, Timestamp};
use serde_json::{Map, Value, json};

/// What became of a root of references: its new value, or null when it is gone.
pub type Change = BTreeMap<String, Value>;

/// One action on the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    /// The flow it belongs to.
    pub flow: FlowId,
    /// Its identifier there.
    pub identifier: String,
    /// When it began.
    pub at: Timestamp,
    /// How many inputs had come before it began.
    pub inputs: usize,
    /// By which branch it was left; none = not yet, or not by one of its own.
    pub branch: Option<Branch>,
    /// Its parameters as resolved, while the flow keeps its log.
    pub parameters: Option<Value>,
    /// What came of it, as the log tells it.
    pub results: Option<Value>,
    /// Why it failed.
    pub error: Option<String>,
    /// What it changed, by root of references.
    pub changed: Change,
}

/// Something said to the customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The action that said it, by its place.
    pub act: usize,
    /// How many inputs had come before.
    pub inputs: usize,
    /// The text.
    pub text: String,
}

/// What is written down.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub acts: Vec<Act>,
    pub said: Vec<Said>,
    /// What there was before the first action.
    pub begun: Change,
    pub inputs: usize,
    /// Bytes written down so far, about.
    pub bytes: usize,
    /// When so many are, only the way is written down.
    pub most: usize,
    state: Map<String, Value>,
}

impl Record {
    /// One that has room for so many bytes.
    pub fn of_at_most(bytes: usize) -> Self {
        Self { most: bytes, ..Self::default() }
    }

    pub fn entered(&mut self, run: &Run, roots: &Map<String, Value>, now: Timestamp) {
        self.rests(run, roots);
        self.bytes += 200;
        self.acts.push(Act {
            flow: run.flow,
            identifier: run.current.clone(),
            at: now,
            inputs: self.inputs,
            branch: None,
            parameters: None,
            results: None,
            error: None,
            changed: Change::new(),
        });
    }

    /// What has changed until now is the work of the last action.
    pub fn rests(&mut self, run: &Run, roots: &Map<String, Value>) {
        if self.bytes >= self.most {
            return;
        }
        let changed = match self.acts.last_mut() {
            Some(act) => &mut act.changed,
            None => &mut self.begun,
        };
        let own = of_scope(&run.scope);
        let now = roots.iter().chain(&own);
        for (root, value) in now {
            if self.state.get(root) != Some(value) {
                self.bytes += root.len() + size(value);
                self.state.insert(root.clone(), value.clone());
                changed.insert(root.clone(), value.clone());
            }
        }
        self.state.retain(|root, _| {
            let stays = roots.contains_key(root) || own.contains_key(root);
            if !stays {
                changed.insert(root.clone(), Value::Null);
            }
            stays
        });
    }

    pub fn left(&mut self, flow: FlowId, identifier: &str, branch: Branch) {
        let act = self.acts.iter_mut().rev().find(|act| act.flow == flow && act.identifier == identifier);
        if let Some(act) = act.filter(|act| act.branch.is_none()) {
            act.branch = Some(branch);
        }
    }

    pub fn logged(&mut self, entry: LogEntry) {
        let act = self.acts.iter_mut().rev();
        let mut act = act.filter(|act| act.flow == entry.flow && act.identifier == entry.identifier);
        let Some(act) = act.next() else { return };
        if self.bytes >= self.most {
            return;
        }
        let parts = [Some(&entry.parameters), entry.results.as_ref()];
        self.bytes += parts.into_iter().flatten().map(size).sum::<usize>();
        act.parameters = Some(entry.parameters);
        act.results = entry.results.or(act.results.take());
        act.error = entry.error.or(act.error.take());
    }

    pub fn said(&mut self, text: &str) {
        if self.bytes >= self.most {
            return;
        }
        self.bytes += 60 + text.len();
        let act = self.acts.len().saturating_sub(1);
        self.said.push(Said { act, inputs: self.inputs, text: text.to_owned() });
    }
}

/// The data of a run by the roots under which references find it.
fn of_scope(scope: &Scope) -> Map<String, Value> {
    let mut roots = Map::new();
    if !scope.flow_attributes.is_empty() {
        roots.insert("FlowAttributes".to_owned(), Value::Object(scope.flow_attributes.clone()));
    }
    if let Some(input) = &scope.stored_input {
        roots.insert("StoredCustomerInput".to_owned(), Value::from(input.as_str()));
    }
    for (root, value) in [
        ("External", &scope.external),
        ("Lex", &scope.lex),
        ("Metrics", &scope.metrics),
        ("Views", &scope.views),
        ("Modules", &scope.modules),
        ("Task", &scope.task),
    ] {
        if !value.is_null() {
            roots.insert(root.to_owned(), value.clone());
        }
    }
    let passes = scope.loops.iter().map(|(action, state)| {
        (state.name.clone().unwrap_or_else(|| action.clone()), json!({"Index": state.passes}))
    });
    let passes: Map<String, Value> = passes.collect();
    if !passes.is_empty() {
        roots.insert("Loop".to_owned(), Value::Object(passes));
    }
    roots
}

/// About how long a value is in print.
fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        Value::String(text) => text.len() + 3,
        Value::Array(items) => items.iter().map(size).sum::<usize>() + 2,
        Value::Object(members) => {
            members.iter().map(|(name, value)| name.len() + 4 + size(value)).sum::<usize>() + 2
        }
    }
}
