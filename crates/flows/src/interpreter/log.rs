//! Flow log entries (spec 04 §12).

use model::FlowId;
use serde_json::{Value, json};

use super::budget::Budget;
use super::{Machine, Outcome};
use crate::action::Conditions;
use crate::error::FlowError;
use crate::host::LogEntry;
use crate::program::Action;
use crate::value::{Piece, Reference, pieces};

impl Machine<'_> {
    /// The customer's own input: what they entered, what they told a bot, which knows best whether it is a secret, what
    /// they answered to a view that hides it; and what modules and loops were given of these.
    fn is_sensitive_reference(&self, path: &Reference) -> bool {
        let scope = &self.run.scope;
        match path.root() {
            "StoredCustomerInput" => true,
            "Lex" => path.path().first().is_none_or(|step| step == "Slots"),
            "Views" => scope.views_hidden,
            "Modules" => scope.modules_hidden,
            "Loop" => path.path().first().is_some_and(|name| {
                scope.loops.values().any(|state| state.hidden && state.name.as_ref() == Some(name))
            }),
            _ => false,
        }
    }

    fn is_sensitive_text(&self, text: &str) -> bool {
        let sensitive =
            |piece| matches!(piece, Piece::Reference(path, _) if self.is_sensitive_reference(&path));
        pieces(text).into_iter().any(sensitive)
    }

    /// Whether a raw value refers to what must not be told, in a text or a key.
    pub(super) fn is_sensitive(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.is_sensitive_text(text),
            Value::Array(items) => items.iter().any(|item| self.is_sensitive(item)),
            Value::Object(members) => {
                members.iter().any(|(key, value)| self.is_sensitive_text(key) || self.is_sensitive(value))
            }
            _ => false,
        }
    }

    fn has_sensitive_parameter(&self, action: &Action) -> bool {
        action.parameters.iter().any(|(name, value)| self.is_sensitive_text(name) || self.is_sensitive(value))
    }

    /// An action's failure as it may be told: without values where a parameter hides one.
    pub(super) fn told(&self, action: &Action, error: FlowError) -> FlowError {
        if self.has_sensitive_parameter(action) { error.without_values() } else { error }
    }

    /// The parameters of an action as a log shows them: filled in, except for sensitive input.
    pub(super) fn logged_parameters(&self, action: &Action) -> Value {
        let sensitive = |text: &str| self.is_sensitive_text(text);
        let shown = self.expand(&Value::Object(action.parameters.clone()), &mut Budget::new(), 0, &sensitive);
        shown.unwrap_or_else(|error| json!({ "NotShown": error.to_string() }))
    }

    fn compares_hidden(&self, action: &Action) -> bool {
        let compares = action.spec.is_some_and(|spec| spec.conditions == Conditions::Any);
        compares && self.has_sensitive_parameter(action)
    }

    /// Writes what came of an action.
    pub(super) fn log(
        &mut self,
        flow: FlowId,
        action: &Action,
        parameters: Value,
        note: Option<Value>,
        outcome: &Outcome,
    ) {
        let (results, error) = match outcome {
            // What is compared is the result; it is told as the parameters tell it.
            Outcome::Result(_) if self.compares_hidden(action) => {
                (Some(parameters["ComparisonValue"].clone()), None)
            }
            Outcome::Result(result) => (note.or_else(|| result.as_ref().map(|result| json!(result))), None),
            Outcome::Return { hidden: true, .. } => {
                let shown = json!({"Result": parameters["Result"], "ResultData": parameters["ResultData"]});
                (Some(shown), None)
            }
            Outcome::Return { result, data, .. } => {
                (Some(json!({"Result": result, "ResultData": data})), None)
            }
            Outcome::Failed(error) => (note, Some(error.to_string())),
            _ => (note, None),
        };
        let log_name = action.spec.map(|spec| spec.log_name);
        self.host.log(LogEntry {
            flow,
            module_type: log_name.map_or_else(|| action.kind.clone(), str::to_owned),
            identifier: action.identifier.clone(),
            timestamp: self.host.now(),
            parameters,
            results,
            error,
        });
    }
}
