//! Flow log entries (spec 04 §12).

use model::FlowId;
use serde_json::{Value, json};

use super::budget::Budget;
use super::{Machine, Outcome};
use crate::host::LogEntry;
use crate::program::Action;
use crate::value::{Piece, Reference, pieces};

/// Roots whose values are the customer's own input and never appear in a log.
const SENSITIVE: &[&str] = &["StoredCustomerInput"];

/// The customer's own input: what they entered, what they told a bot, which knows best whether it is a secret, and what
/// they answered to a view that hides it.
fn is_sensitive(path: &Reference, views_hidden: bool) -> bool {
    let slots = || path.root() == "Lex" && path.path().first().is_none_or(|step| step == "Slots");
    SENSITIVE.contains(&path.root()) || slots() || views_hidden && path.root() == "Views"
}

impl Machine<'_> {
    /// The parameters of an action as a log shows them: filled in, except for sensitive input.
    pub(super) fn logged_parameters(&self, action: &Action) -> Value {
        let hidden = self.run.scope.views_hidden;
        let sensitive = |text: &str| {
            pieces(text)
                .iter()
                .any(|piece| matches!(piece, Piece::Reference(path, _) if is_sensitive(path, hidden)))
        };
        let shown = self.expand(&Value::Object(action.parameters.clone()), &mut Budget::new(), 0, &sensitive);
        shown.unwrap_or_else(|error| json!({ "NotShown": error.to_string() }))
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
            Outcome::Result(result) => (note.or_else(|| result.as_ref().map(|result| json!(result))), None),
            Outcome::Return { result, data } => (Some(json!({"Result": result, "ResultData": data})), None),
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
