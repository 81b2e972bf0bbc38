//! Rule V11: conditions fit what the type can result in.

use serde_json::{Map, Value};

use super::Report;
use super::transitions::{Condition, Transitions};
use crate::action::{ActionSpec, Conditions, Next, SENTIMENTS};
use crate::value::Reference;
use crate::value::template::has_reference;

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

/// Rule V11.
pub(super) fn check(
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
        Conditions::Intents => intents(report, spec, conditions),
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

/// Intents, and how the customer sounds.
fn intents(report: &mut Report, spec: &ActionSpec, conditions: &[Condition<'_>]) {
    let [negative, positive] = SENTIMENTS.map(|(operator, _)| operator);
    operators(report, spec, conditions, &["Equals", negative, positive]);
    for condition in conditions.iter().filter(|condition| condition.operator != "Equals") {
        let score = condition.operand.map(|operand| operand.trim().parse::<f64>());
        match score {
            Some(Ok(score)) if (0.0..=1.0).contains(&score) => {}
            Some(_) => {
                report.error("V11", condition.path.as_str(), "must compare with a score from 0 to 1");
            }
            None => {}
        }
        if [negative, positive].contains(&condition.operator) {
            let message = "is understood here only; no other product reads it";
            report.warning("V11", format!("{}.Operator", condition.path), message);
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
