//! Problems of documents as text.

use flows::action::{self, Need};
use flows::*;
use model::resource::FlowType;
use serde_json::{Map, Value};

/// The problems of a document as `level rule path: message`.
pub fn problems(document: &Value, kind: FlowType, is_module: bool) -> Vec<String> {
    validate(&document.to_string(), kind, is_module)
        .iter()
        .map(|problem| format!("{:?} {} {}: {}", problem.level, problem.rule, problem.path, problem.message))
        .collect()
}

/// The error branches that a type needs with these parameters.
pub fn needed_errors(spec: &action::ActionSpec, parameters: &Map<String, Value>) -> Vec<&'static str> {
    let needed = spec.errors.iter().filter(|error| match error.need {
        Need::Required | Need::Advised => true,
        Need::RequiredWhen(test) => test(parameters),
        Need::Optional | Need::OptionalWhen(_) => false,
    });
    needed.map(|error| error.branch.as_str()).collect()
}
