//! Rules about single actions: identifiers, types, transitions (V3–V6, V10, V11, V13).

use std::collections::HashSet;

use model::resource::FlowType;
use serde_json::{Map, Value};

use super::{ModuleContract, Report, Resolver, parameters};
use crate::action::{self, ActionSpec, Allowed, Conditions, Need, Next};
use crate::document::Document;
use crate::value::Reference;
use crate::value::template::has_reference;

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
const NUMERIC: [&str; 5] =
    ["Equals", "NumberGreaterThan", "NumberGreaterOrEqualTo", "NumberLessThan", "NumberLessOrEqualTo"];
const ALL_OPERATORS: [&str; 9] = [
    "Equals",
    "TextStartsWith",
    "TextEndsWith",
    "TextContains",
    "NumberGreaterThan",
    "NumberGreaterOrEqualTo",
    "NumberLessThan",
    "NumberLessOrEqualTo",
    "KeyExists",
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
            conditions(report, spec, parameters, &transitions, &path);
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

/// The transitions of one action, as far as they can be read.
struct Transitions<'a> {
    next: Option<&'a str>,
    errors: Vec<(&'a str, String)>,
    conditions: Vec<Condition<'a>>,
}

struct Condition<'a> {
    operator: &'a str,
    operand: Option<&'a str>,
    path: String,
}

impl<'a> Transitions<'a> {
    /// Reads transitions and checks that every target exists (rule V4) and every condition has one text (V11).
    fn read(
        report: &mut Report,
        action: &'a Map<String, Value>,
        path: &str,
        identifiers: &HashSet<&str>,
    ) -> Self {
        let path = format!("{path}.Transitions");
        let mut read = Self { next: None, errors: Vec::new(), conditions: Vec::new() };
        let Some(transitions) = action.get("Transitions").and_then(Value::as_object) else {
            report.error("V4", path, "must be an object");
            return read;
        };
        read.next = target(report, transitions, &path, identifiers);
        for (entry, path) in entries(report, transitions, "Errors", &path, "V10") {
            if target(report, entry, &path, identifiers).is_none() && !entry.contains_key("NextAction") {
                report.error("V4", format!("{path}.NextAction"), "is missing");
            }
            match entry.get("ErrorType").and_then(Value::as_str) {
                Some(branch) => read.errors.push((branch, path)),
                None => report.error("V10", format!("{path}.ErrorType"), "must be a text"),
            }
        }
        for (entry, path) in entries(report, transitions, "Conditions", &path, "V11") {
            if target(report, entry, &path, identifiers).is_none() && !entry.contains_key("NextAction") {
                report.error("V4", format!("{path}.NextAction"), "is missing");
            }
            let path = format!("{path}.Condition");
            let condition = entry.get("Condition").and_then(Value::as_object);
            let Some(operator) = condition.and_then(|it| it.get("Operator")?.as_str()) else {
                report.error("V11", path, "must have an operator");
                continue;
            };
            let operand = operand(report, condition.and_then(|it| it.get("Operands")), &path);
            read.conditions.push(Condition { operator, operand, path });
        }
        for key in transitions.keys() {
            if !["NextAction", "Errors", "Conditions"].contains(&key.as_str()) {
                let path = format!("{path}.{key}");
                report.warning("V7", path, "is not part of the language and is kept as it is");
            }
        }
        read
    }
}

fn entries<'a>(
    report: &mut Report,
    transitions: &'a Map<String, Value>,
    name: &str,
    path: &str,
    rule: &'static str,
) -> Vec<(&'a Map<String, Value>, String)> {
    let mut entries = Vec::new();
    match transitions.get(name) {
        None => {}
        Some(Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                let path = format!("{path}.{name}[{index}]");
                match item.as_object() {
                    Some(item) => entries.push((item, path)),
                    None => report.error(rule, path, "must be an object"),
                }
            }
        }
        Some(_) => report.error(rule, format!("{path}.{name}"), "must be a list"),
    }
    entries
}

/// The target of a branch; a wrong one is a problem, an absent one is the caller's business.
fn target<'a>(
    report: &mut Report,
    branch: &'a Map<String, Value>,
    path: &str,
    identifiers: &HashSet<&str>,
) -> Option<&'a str> {
    let path = format!("{path}.NextAction");
    match branch.get("NextAction")? {
        Value::String(target) => {
            if !identifiers.contains(target.as_str()) {
                report.error("V4", path, format!("there is no action {target:?}"));
            }
            Some(target)
        }
        _ => {
            report.error("V4", path, "must be a text");
            None
        }
    }
}

/// The one operand of a condition.
fn operand<'a>(report: &mut Report, operands: Option<&'a Value>, path: &str) -> Option<&'a str> {
    let path = format!("{path}.Operands");
    let Some([operand]) = operands.and_then(Value::as_array).map(Vec::as_slice) else {
        report.error("V11", path, "must have exactly one entry");
        return None;
    };
    match operand {
        Value::String(text) if text.is_empty() => {
            report.error("V11", path, "must not be empty");
            None
        }
        Value::String(text) => Some(text),
        Value::Number(_) => {
            report.warning("V11", path, "should be a text");
            None
        }
        Value::Object(_) => {
            report.error("V11", path, "must not be a nested condition");
            None
        }
        _ => {
            report.error("V11", path, "must be a text");
            None
        }
    }
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

/// Rule V11.
fn conditions(
    report: &mut Report,
    spec: &ActionSpec,
    parameters: &Map<String, Value>,
    transitions: &Transitions<'_>,
    path: &str,
) {
    if spec.next == Next::Never {
        return;
    }
    let conditions = &transitions.conditions;
    let all = format!("{path}.Transitions.Conditions");
    let text = |name: &str| parameters.get(name).and_then(Value::as_str);
    match spec.conditions {
        Conditions::None => {
            if !conditions.is_empty() {
                report.error("V11", all, format!("{} has no conditions", spec.name));
            }
        }
        Conditions::Equals => operators(report, spec, conditions, &["Equals"]),
        Conditions::Any => {
            operators(report, spec, conditions, &ALL_OPERATORS);
            at_least_one(report, conditions, all);
        }
        Conditions::All(results) => results_are(report, spec, conditions, results, results, &all),
        Conditions::Some(results) => results_are(report, spec, conditions, results, &[], &all),
        Conditions::Numeric => {
            operators(report, spec, conditions, &NUMERIC);
            at_least_one(report, conditions, all.clone());
            for condition in conditions {
                let number = condition.operand.is_none_or(|operand| operand.trim().parse::<f64>().is_ok());
                if !number {
                    report.error("V11", condition.path.as_str(), "must compare with a number");
                }
            }
            let counts_agents = text("MetricType").is_some_and(|metric| metric.starts_with("NumberOfAgents"));
            let plain = matches!(
                conditions.as_slice(),
                [Condition { operator: "NumberGreaterThan", operand: Some("0"), .. }]
            );
            if counts_agents && !plain && !conditions.is_empty() {
                report.error("V11", all, "agents are only checked by NumberGreaterThan \"0\"");
            }
        }
        Conditions::Shares => {
            operators(report, spec, conditions, &["NumberLessThan"]);
            at_least_one(report, conditions, all);
            let mut last = 1;
            for condition in conditions {
                match condition.operand.map(|operand| operand.trim().parse::<u8>()) {
                    Some(Ok(share @ 1..=100)) => {
                        if share <= last {
                            let message = "is never reached: the shares before it cover it";
                            report.warning("V11", condition.path.as_str(), message);
                        }
                        last = last.max(share);
                    }
                    Some(_) => {
                        let message = "must compare with a whole number from 1 to 100";
                        report.error("V11", condition.path.as_str(), message);
                    }
                    None => {}
                }
            }
        }
        Conditions::Keys => {
            operators(report, spec, conditions, &["Equals"]);
            if text("StoreInput").is_some_and(|store| store.eq_ignore_ascii_case("true")) {
                if !conditions.is_empty() {
                    report.error("V11", all, "stored input has no conditions");
                }
                return;
            }
            for condition in conditions {
                if !condition.operand.is_none_or(|key| key.len() == 1 && "0123456789*#".contains(key)) {
                    report.error("V11", condition.path.as_str(), "must compare with one key of 0-9 * #");
                }
            }
        }
        Conditions::Wait => {
            if parameters.contains_key("ContinueExecution") {
                let both = &["Continue", "WaitCompleted"];
                return results_are(report, spec, conditions, both, both, &all);
            }
            let events = parameters.get("Events").and_then(Value::as_array);
            let mut results = vec!["WaitCompleted"];
            results.extend(events.into_iter().flatten().filter_map(Value::as_str));
            results_are(report, spec, conditions, &results, &results, &all);
        }
        Conditions::Interrupt => {
            let results: &[&str] = if parameters.contains_key("InterruptFrequencySeconds") {
                &["MessagesInterrupted"]
            } else {
                &[]
            };
            results_are(report, spec, conditions, results, results, &all);
        }
    }
    for (index, condition) in conditions.iter().enumerate() {
        let operand = condition.operand.unwrap_or_default();
        let filled_in = spec.conditions == Conditions::Any && Reference::parse(operand).is_some();
        if has_reference(operand) && !filled_in {
            let message = "is compared as it is written; the reference is not filled in";
            report.warning("V11", condition.path.as_str(), message);
        }
        let same = |other: &Condition<'_>| {
            other.operator == condition.operator && other.operand == condition.operand
        };
        if condition.operand.is_some() && conditions[..index].iter().any(same) {
            report.warning("V14", condition.path.as_str(), "repeats a condition before it");
        }
    }
}

fn at_least_one(report: &mut Report, conditions: &[Condition<'_>], path: String) {
    if conditions.is_empty() {
        report.error("V11", path, "there must be a condition");
    }
}

fn operators(report: &mut Report, spec: &ActionSpec, conditions: &[Condition<'_>], allowed: &[&str]) {
    for condition in conditions {
        if !allowed.contains(&condition.operator) {
            let message = format!("{} has no operator {:?}", spec.name, condition.operator);
            report.error("V11", format!("{}.Operator", condition.path), message);
        }
    }
}

/// Conditions are `Equals` with `known` results, and all of `needed` are there.
fn results_are(
    report: &mut Report,
    spec: &ActionSpec,
    conditions: &[Condition<'_>],
    known: &[&str],
    needed: &[&str],
    path: &str,
) {
    operators(report, spec, conditions, &["Equals"]);
    for condition in conditions {
        if let Some(operand) = condition.operand
            && !known.contains(&operand)
        {
            let message = format!("{} has no result {operand:?}", spec.name);
            report.error("V11", condition.path.as_str(), message);
        }
    }
    for result in needed {
        if !conditions.iter().any(|condition| condition.operand == Some(result)) {
            report.error("V11", path, format!("a condition for {result} is missing"));
        }
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
    let module = parameters.get("FlowModuleId").and_then(Value::as_str);
    let contract = match (resolver, module) {
        (Some(resolver), Some(module)) if spec.name == "InvokeFlowModule" => resolver.module_contract(module),
        _ => None,
    };
    let Some(ModuleContract { input, required, branches }) = contract else { return };
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
