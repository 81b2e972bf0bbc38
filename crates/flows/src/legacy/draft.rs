//! An action while it is made from a module.

use serde_json::{Map, Value, json};

use super::module::{Entry, Module};
use super::{Fate, Report, value};
use crate::action::{self, Conditions, Need, Next};
use crate::error::ErrorBranch;

/// An action being made.
pub(super) struct Draft {
    pub(super) kind: String,
    /// Set for the second and further actions of one module.
    pub(super) identifier: Option<String>,
    pub(super) parameters: Map<String, Value>,
    pub(super) next: Option<String>,
    errors: Vec<(ErrorBranch, String)>,
    conditions: Vec<(String, String, String)>,
    /// The metadata that mirrors the parameters.
    mirror: Map<String, Value>,
}

/// Puts a value at a path of members.
fn put(object: &mut Map<String, Value>, path: &[&str], value: Value) {
    let Some((first, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        object.insert((*first).to_owned(), value);
    } else if let Value::Object(inner) = object.entry((*first).to_owned()).or_insert_with(|| json!({})) {
        put(inner, rest, value);
    }
}

impl Draft {
    pub(super) fn new(kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            identifier: None,
            parameters: Map::new(),
            next: None,
            errors: Vec::new(),
            conditions: Vec::new(),
            mirror: Map::new(),
        }
    }

    /// Sets a parameter, or a member of an object inside one.
    pub(super) fn set(mut self, path: &[&str], value: impl Into<Value>) -> Self {
        put(&mut self.parameters, path, value.into());
        self
    }

    /// Sets a parameter to the value of an entry, with what the designer shows of it.
    pub(super) fn given(mut self, path: &[&str], entry: Option<&Entry<'_>>, report: &mut Report) -> Self {
        let Some(entry) = entry else { return self };
        let expression = entry.expression();
        if let Some(doubt) = expression.doubt {
            report.add_at(format!("parameters.{}", entry.name), Fate::Changed, doubt);
        }
        put(&mut self.parameters, path, json!(expression.text));
        if entry.is_dynamic() {
            put(&mut self.mirror, path, json!({"useDynamic": true}));
        } else if let Some(name) = entry.resource {
            put(&mut self.mirror, path, json!({"displayName": name}));
        }
        self
    }

    /// Mirrors a parameter that is a list.
    pub(super) fn mirror(mut self, name: &str, value: Value) -> Self {
        self.mirror.insert(name.to_owned(), value);
        self
    }

    /// Sets a parameter to the parameter of that name of the module.
    pub(super) fn moved(self, path: &[&str], module: &Module<'_>, name: &str, report: &mut Report) -> Self {
        self.given(path, module.take(name), report)
    }

    /// `Success` goes to the next action.
    pub(super) fn success(mut self, module: &Module<'_>) -> Self {
        self.next = module.branch("Success");
        self
    }

    /// Branches of the module that are error branches now.
    pub(super) fn errors(mut self, module: &Module<'_>, names: &[(&str, ErrorBranch)]) -> Self {
        for (name, branch) in names {
            if let Some(to) = module.branch(name)
                && self.errors.iter().all(|(known, _)| known != branch)
            {
                self.errors.push((*branch, to));
            }
        }
        self
    }

    /// `Error` as most types have it.
    pub(super) fn error(self, module: &Module<'_>) -> Self {
        self.errors(module, &[("Error", ErrorBranch::NoMatchingError)])
    }

    /// An error branch to a known place.
    pub(super) fn error_to(mut self, branch: ErrorBranch, to: String) -> Self {
        self.errors.push((branch, to));
        self
    }

    /// A condition `Equals` with a fixed operand for a branch of the module.
    pub(super) fn equals(self, module: &Module<'_>, name: &str, operand: &str) -> Self {
        self.condition(module.branch(name), "Equals", operand)
    }

    /// A condition, if it leads anywhere.
    pub(super) fn condition(mut self, to: Option<String>, operator: &str, operand: &str) -> Self {
        if let Some(to) = to {
            self.conditions.push((operator.to_owned(), operand.to_owned(), to));
        }
        self
    }

    /// The branches that compare.
    pub(super) fn evaluated(mut self, module: &Module<'_>, report: &mut Report) -> Self {
        for (index, branch) in module.branches.iter().enumerate() {
            if branch.condition != "Evaluate" {
                continue;
            }
            branch.taken.set(true);
            let written = branch.operator.unwrap_or("Equals");
            let operator = value::operator(written).unwrap_or_else(|| {
                let message = format!("there is no operator {written:?}");
                report.add_at(format!("branches[{index}]"), Fate::Changed, message);
                written
            });
            let operand = branch.operand.clone().unwrap_or_default();
            self.conditions.push((operator.to_owned(), operand, branch.to.clone()));
        }
        self
    }

    /// The identifier, the action, and its metadata. Adds what the type needs and reports what was not taken over.
    pub(super) fn finish(mut self, module: &Module<'_>, report: &mut Report) -> (String, Value, Value) {
        let identifier = self.identifier.clone().unwrap_or_else(|| module.id.clone());
        self.complete(module, report);
        let mut transitions = Map::new();
        if let Some(next) = &self.next {
            transitions.insert("NextAction".to_owned(), json!(next));
        }
        let terminal = action::spec(&self.kind).is_some_and(|spec| spec.next == Next::Never);
        if !terminal {
            let errors: Vec<Value> = self
                .errors
                .iter()
                .map(|(branch, to)| json!({"NextAction": to, "ErrorType": branch}))
                .collect();
            let conditions: Vec<Value> = self
                .conditions
                .iter()
                .map(|(operator, operand, to)| {
                    json!({"NextAction": to, "Condition": {"Operator": operator, "Operands": [operand]}})
                })
                .collect();
            transitions.insert("Errors".to_owned(), json!(errors));
            transitions.insert("Conditions".to_owned(), json!(conditions));
        }
        let mut place = module.metadata();
        if !self.mirror.is_empty() {
            place.insert("parameters".to_owned(), Value::Object(self.mirror));
        }
        if self.identifier.is_none() {
            let mut kept = kept(module, report);
            if let Some(target) = module.target.filter(|_| self.kind == module.kind) {
                kept.insert("target".to_owned(), json!(target));
            }
            if !kept.is_empty() {
                place.insert("legacy".to_owned(), Value::Object(kept));
            }
        }
        let action = json!({
            "Parameters": self.parameters,
            "Identifier": identifier,
            "Type": self.kind,
            "Transitions": transitions,
        });
        (identifier, action, Value::Object(place))
    }

    /// Adds branches the type needs and leaves out those it does not know.
    fn complete(&mut self, module: &Module<'_>, report: &mut Report) {
        let Some(spec) = action::spec(&self.kind) else { return };
        self.errors.retain(|(branch, to)| {
            let known = spec.errors.iter().find(|error| error.branch == *branch);
            let allowed = known.is_some_and(|error| match error.need {
                Need::RequiredWhen(holds) | Need::OptionalWhen(holds) => holds(&self.parameters),
                _ => true,
            });
            if !allowed {
                let lost = module.branches.iter().filter(|branch| branch.to == *to);
                lost.filter(|branch| branch.condition != "Success")
                    .for_each(|branch| branch.taken.set(false));
            }
            allowed
        });
        let fallback = module.error().map(str::to_owned).or_else(|| self.next.clone());
        for error in spec.errors {
            let needed = match error.need {
                Need::Required => true,
                Need::RequiredWhen(holds) => holds(&self.parameters),
                _ => false,
            };
            if !needed || self.errors.iter().any(|(branch, _)| *branch == error.branch) {
                continue;
            }
            let name = error.branch.as_str();
            match &fallback {
                Some(to) => {
                    self.errors.push((error.branch, to.clone()));
                    report.add(Fate::Added, format!("branch {name} leads to {to:?}; the type needs it now"));
                }
                None => report.add(Fate::Changed, format!("branch {name} is needed and leads nowhere")),
            }
        }
        if self.next.is_none() && spec.next == Next::Required {
            self.next = self.copied(spec.conditions);
            if self.next.is_none() {
                report.add(Fate::Changed, "the block leads nowhere".to_owned());
            }
        }
        if spec.next == Next::Never {
            self.next = None;
        }
    }

    /// The branch that `NextAction` repeats where a type has no plain way on (spec 10 §1.3).
    fn copied(&self, conditions: Conditions) -> Option<String> {
        let error = |name| self.errors.iter().find(|(branch, _)| *branch == name).map(|(_, to)| to);
        let condition = |operand: &str| {
            self.conditions.iter().find(|(_, written, _)| written == operand).map(|(_, _, to)| to)
        };
        let unmatched = error(ErrorBranch::NoMatchingCondition).filter(|_| conditions != Conditions::Numeric);
        let found = unmatched
            .or_else(|| condition("DoneLooping"))
            .or_else(|| condition("False"))
            .or_else(|| error(ErrorBranch::NoMatchingError))
            .or_else(|| self.errors.first().map(|(_, to)| to))
            .or_else(|| self.conditions.last().map(|(_, _, to)| to));
        found.cloned()
    }
}

/// What of a module was not taken over.
fn kept(module: &Module<'_>, report: &mut Report) -> Map<String, Value> {
    let mut kept = Map::new();
    let mut keep = |list: &str, index: usize, raw: &Value, message: String| {
        report.add_at(format!("{list}[{index}]"), Fate::Kept, message);
        if let Value::Array(items) = kept.entry(list.to_owned()).or_insert_with(|| json!([])) {
            items.push(raw.clone());
        }
    };
    for (index, entry) in module.parameters.iter().enumerate().filter(|(_, entry)| !entry.taken.get()) {
        let message = format!("parameter {:?} of {} has no counterpart", entry.name, module.kind);
        keep("parameters", index, entry.raw, message);
    }
    for (index, branch) in module.branches.iter().enumerate().filter(|(_, branch)| !branch.taken.get()) {
        let message = format!("branch {:?} of {} has no counterpart", branch.condition, module.kind);
        keep("branches", index, branch.raw, message);
    }
    let known = ["id", "type", "target", "branches", "parameters", "metadata"];
    for (key, value) in module.raw.iter().filter(|(key, _)| !known.contains(&key.as_str())) {
        report.add_at(key.clone(), Fate::Kept, "is not part of the older format".to_owned());
        kept.insert(key.clone(), value.clone());
    }
    kept
}
