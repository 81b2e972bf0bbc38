//! Rules about single actions: identifiers, types, branches (V3–V6, V10, V13).

use std::collections::HashSet;

use model::resource::FlowType;
use serde_json::{Map, Value};

use super::transitions::Transitions;
use super::{ModuleContract, Report, Resolver, conditions, parameters};
use crate::action::{self, ActionSpec, Allowed, Need, Next};
use crate::document::Document;

/// Characters that an identifier must not have.
const FORBIDDEN: &str = "%:(\\/)=$,;[]{}";
/// Texts that an identifier must not be.
const RESERVED: [&str; 10] = [
    "__proto__",
    "constructor",
    "__defineGetter__",
    "__defineSetter__",
    "toString",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "valueOf",
];

pub(super) fn check(
    report: &mut Report,
    document: &Document,
    kind: FlowType,
    is_module: bool,
    resolver: Option<&dyn Resolver>,
) {
    let mut identifiers = HashSet::new();
    for action in document.actions() {
        if let Some(identifier) = action.get("Identifier").and_then(Value::as_str) {
            identifiers.insert(identifier);
        }
    }
    let mut seen = HashSet::new();
    for (index, action) in document.actions().iter().enumerate() {
        let path = format!("Actions[{index}]");
        let Some(action) = action.as_object() else {
            report.error("V1", path, "must be an object");
            continue;
        };
        report.identifier = action.get("Identifier").and_then(Value::as_str).map(str::to_owned);
        identifier(report, action, &path, &mut seen);
        let transitions = Transitions::read(report, action, &path, &identifiers);
        let empty = Map::new();
        let parameters = match action.get("Parameters") {
            Some(Value::Object(parameters)) => parameters,
            None => &empty,
            Some(_) => {
                report.error("V8", format!("{path}.Parameters"), "must be an object");
                &empty
            }
        };
        if let Some(spec) = known_type(report, action, &path, kind, is_module) {
            leaving(report, spec, &transitions, &path);
            errors(report, spec, parameters, &transitions, &path);
            conditions::check(report, spec, parameters, &transitions, &path);
            parameters::check(report, spec, parameters, &format!("{path}.Parameters"), resolver);
            contract(report, spec, parameters, &transitions, &path, resolver);
        }
        for key in action.keys() {
            if !["Identifier", "Type", "Parameters", "Transitions"].contains(&key.as_str()) {
                let path = format!("{path}.{key}");
                report.warning("V7", path, "is not part of the language and is kept as it is");
            }
        }
        report.identifier = None;
    }
}

/// Rule V3.
fn identifier<'a>(
    report: &mut Report,
    action: &'a Map<String, Value>,
    path: &str,
    seen: &mut HashSet<&'a str>,
) {
    let path = format!("{path}.Identifier");
    let Some(identifier) = action.get("Identifier").and_then(Value::as_str) else {
        return report.error("V3", path, "must be a text");
    };
    let length = identifier.chars().count();
    if !(1..=50).contains(&length) {
        report.error("V3", path.as_str(), format!("has {length} characters; 1 to 50 are allowed"));
    }
    if let Some(c) = identifier.chars().find(|c| FORBIDDEN.contains(*c)) {
        report.error("V3", path.as_str(), format!("must not contain {c:?}"));
    }
    if RESERVED.contains(&identifier) {
        report.error("V3", path.as_str(), "is a reserved word");
    }
    if !seen.insert(identifier) {
        report.error("V3", path, "is used by another action too");
    }
}

/// Rule V6.
fn known_type(
    report: &mut Report,
    action: &Map<String, Value>,
    path: &str,
    kind: FlowType,
    is_module: bool,
) -> Option<&'static ActionSpec> {
    let path = format!("{path}.Type");
    let Some(name) = action.get("Type").and_then(Value::as_str) else {
        report.error("V6", path, "must be a text");
        return None;
    };
    let Some(spec) = action::spec(name) else {
        report.error("V6", path, format!("there is no action type {name:?}"));
        return None;
    };
    if spec.name != name {
        report.warning("V6", path.as_str(), format!("is called {:?} now", spec.name));
    }
    if is_module {
        if !spec.flow_types.module {
            report.error("V6", path, format!("{name} is not possible in a module"));
        }
    } else {
        match spec.flow_types.allowed(kind) {
            Allowed::Yes => {}
            Allowed::Unusual => {
                report.warning("V6", path, format!("{name} is unusual in this type of flow"));
            }
            Allowed::No => {
                report.error("V6", path, format!("{name} is not possible in this type of flow"));
            }
        }
    }
    Some(spec)
}

/// Rules V4 (a way on) and V5 (terminal types).
fn leaving(report: &mut Report, spec: &ActionSpec, transitions: &Transitions<'_>, path: &str) {
    let path = format!("{path}.Transitions");
    match spec.next {
        Next::Required if transitions.next.is_none() => {
            report.error("V4", format!("{path}.NextAction"), "is missing");
        }
        Next::Never
            if transitions.next.is_some()
                || !transitions.errors.is_empty()
                || !transitions.conditions.is_empty() =>
        {
            report.error("V5", path, format!("{} ends the flow and has no branches", spec.name));
        }
        _ => {}
    }
}

/// Rule V10.
fn errors(
    report: &mut Report,
    spec: &ActionSpec,
    parameters: &Map<String, Value>,
    transitions: &Transitions<'_>,
    path: &str,
) {
    if spec.next == Next::Never {
        return;
    }
    let mut seen = HashSet::new();
    for (branch, path) in &transitions.errors {
        if !seen.insert(*branch) {
            report.error("V10", path.as_str(), format!("{branch} stands twice"));
        }
        let known = spec.errors.iter().find(|error| error.branch.as_str() == *branch);
        let fits = match known.map(|error| error.need) {
            None => false,
            Some(Need::RequiredWhen(test) | Need::OptionalWhen(test)) => test(parameters),
            Some(_) => true,
        };
        if !fits {
            let with = if known.is_some() { " with these parameters" } else { "" };
            report.error("V10", path.as_str(), format!("{} has no branch {branch}{with}", spec.name));
        }
    }
    for error in spec.errors {
        let branch = error.branch.as_str();
        let missing = !transitions.errors.iter().any(|(name, _)| *name == branch);
        let path = || format!("{path}.Transitions.Errors");
        match error.need {
            Need::Required if missing => report.error("V10", path(), format!("branch {branch} is missing")),
            Need::RequiredWhen(test) if missing && test(parameters) => {
                report.error("V10", path(), format!("branch {branch} is missing"));
            }
            Need::Advised if missing => {
                report.warning("V10", path(), format!("branch {branch} is missing"));
            }
            _ => {}
        }
    }
}

/// Rule V13 inside a module: the branch it takes and the data it returns are those it declares.
fn own_contract(
    report: &mut Report,
    parameters: &Map<String, Value>,
    path: &str,
    resolver: Option<&dyn Resolver>,
) {
    let Some(contract) = resolver.and_then(Resolver::own_contract) else { return };
    if let Some(result) = parameters.get("Result").and_then(Value::as_str)
        && !contract.branches.iter().any(|branch| branch == result)
    {
        let message = format!("the module declares no branch {result:?}");
        report.error("V13", format!("{path}.Parameters.Result"), message);
    }
    let data = parameters.get("ResultData").and_then(Value::as_object);
    for key in data.into_iter().flat_map(Map::keys).filter(|key| !contract.output.contains(key)) {
        let path = format!("{path}.Parameters.ResultData.{key}");
        report.error("V13", path, "the module declares no such output");
    }
}

/// Rule V13: what is given to a module, and the branches it may take.
fn contract(
    report: &mut Report,
    spec: &ActionSpec,
    parameters: &Map<String, Value>,
    transitions: &Transitions<'_>,
    path: &str,
    resolver: Option<&dyn Resolver>,
) {
    if spec.name == "EndFlowModuleExecution" {
        return own_contract(report, parameters, path, resolver);
    }
    let module = parameters.get("FlowModuleId").and_then(Value::as_str);
    let contract = match (resolver, module) {
        (Some(resolver), Some(module)) if spec.name == "InvokeFlowModule" => resolver.module_contract(module),
        _ => None,
    };
    let Some(ModuleContract { input, required, branches, .. }) = contract else { return };
    let empty = Map::new();
    let given = parameters.get("Input").and_then(Value::as_object).unwrap_or(&empty);
    for key in given.keys().filter(|key| !input.contains(key)) {
        report.error("V13", format!("{path}.Parameters.Input.{key}"), "the module has no such input");
    }
    for key in required.iter().filter(|key| !given.contains_key(*key)) {
        report.error("V13", format!("{path}.Parameters.Input"), format!("the module needs {key}"));
    }
    for condition in &transitions.conditions {
        if let Some(operand) = condition.operand
            && !branches.iter().any(|branch| branch == operand)
        {
            report.error("V13", condition.path.as_str(), format!("the module has no branch {operand:?}"));
        }
    }
}
