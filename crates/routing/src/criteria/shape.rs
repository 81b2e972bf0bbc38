//! Routing criteria as JSON: flow language, contact record, contact event and API (spec 04 §14.36, 06 §6.5 and §8.19).

use model::Timestamp;
use serde_json::{Map, Value, json};

use super::{AttributeCondition, Criteria, CriteriaError, Expression, Step, StepStatus};

/// The only comparison.
const GREATER_OR_EQUAL: &str = "NumberGreaterOrEqualTo";

/// Where criteria are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Contact record: `PascalCase`, times as ISO-8601.
    Record,
    /// Contact event: `camelCase`, times as ISO-8601.
    Event,
    /// API: `PascalCase`, times as seconds since 1970.
    Api,
}

/// Who wrote the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The flow author, in the block itself.
    Manual,
    /// A function, or a caller of the API; only these may use OR.
    Dynamic,
}

/// Reads `{"Steps": […]}` of the flow language or the API.
///
/// Letter case of the first letters of keys does not matter, and numbers may be written as text.
pub fn read_steps(value: &Value, source: Source) -> Result<Vec<Step>, CriteriaError> {
    let steps = (array(value, "Steps")?.iter().map(read_step)).collect::<Result<Vec<_>, _>>()?;
    if source == Source::Manual && steps.iter().any(|step| step.expression.contains_or()) {
        return Err(CriteriaError::OrNotAllowed);
    }
    let checked = Criteria::new(0, steps)?;
    Ok(checked.steps)
}

/// Reads criteria with statuses and times, in any of the shapes that [`write()`] prints.
pub fn read(value: &Value) -> Result<Criteria, CriteriaError> {
    let index = member(value, "Index").and_then(number).unwrap_or(0.0);
    let activated_at = member(value, "ActivationTimestamp").map(time).transpose()?;
    let mut steps = Vec::new();
    for item in array(value, "Steps")? {
        let mut step = read_step(item)?;
        if let Some(status) = member(item, "Status") {
            step.status = (StepStatus::ALL.into_iter())
                .find(|candidate| status.as_str() == Some(candidate.as_str()))
                .ok_or(CriteriaError::Malformed { member: "Status" })?;
        }
        let expiry = member(item, "Expiry").and_then(|expiry| member(expiry, "ExpiryTimestamp"));
        step.expires_at = expiry.map(time).transpose()?;
        if step.status == StepStatus::Active && step.expires_at.is_none() {
            // Known where the step began: at activation, or when the step before expired.
            let began = steps.last().map_or(activated_at, |before: &Step| before.expires_at);
            step.expires_at = began.zip(step.duration_s).map(|(at, s)| at + i64::from(s) * 1000);
        }
        steps.push(step);
    }
    Criteria::restore(index as u32, activated_at, steps)
}

/// Prints criteria with statuses and times.
pub fn write(criteria: &Criteria, shape: Shape) -> Value {
    let mut printed = Map::new();
    if let Some(at) = criteria.activated_at() {
        printed.insert(key("ActivationTimestamp", shape), write_time(at, shape));
    }
    printed.insert(key("Index", shape), criteria.index().into());
    let steps = criteria.steps().iter().map(|step| write_step(step, shape)).collect();
    printed.insert(key("Steps", shape), Value::Array(steps));
    Value::Object(printed)
}

fn read_step(value: &Value) -> Result<Step, CriteriaError> {
    let expression = member(value, "Expression").ok_or(CriteriaError::Malformed { member: "Expression" })?;
    let duration = member(value, "Expiry").and_then(|expiry| member(expiry, "DurationInSeconds"));
    let duration = duration.map(|duration| {
        let seconds = number(duration).filter(|s| *s >= 0.0 && *s <= f64::from(u32::MAX) && s.fract() == 0.0);
        seconds.map(|s| s as u32).ok_or(CriteriaError::Malformed { member: "DurationInSeconds" })
    });
    Ok(Step::new(read_expression(expression)?, duration.transpose()?))
}

/// A node that carries several members asks for all of them.
fn read_expression(value: &Value) -> Result<Expression, CriteriaError> {
    let members = value.as_object().ok_or(CriteriaError::Malformed { member: "Expression" })?;
    let mut parts = Vec::new();
    for (name, content) in members.iter().filter(|(_, content)| !content.is_null()) {
        match capitalised(name).as_str() {
            "AttributeCondition" => parts.push(Expression::Attribute(read_condition(content)?)),
            "AndExpression" => parts.push(Expression::And(read_list(content, "AndExpression")?)),
            "OrExpression" => parts.push(Expression::Or(read_list(content, "OrExpression")?)),
            other => return Err(CriteriaError::Unsupported(other.to_owned())),
        }
    }
    match parts.len() {
        0 => Err(CriteriaError::Malformed { member: "Expression" }),
        1 => Ok(parts.remove(0)),
        _ => Ok(Expression::And(parts)),
    }
}

fn read_list(value: &Value, member: &'static str) -> Result<Vec<Expression>, CriteriaError> {
    let items = value.as_array().ok_or(CriteriaError::Malformed { member })?;
    items.iter().map(read_expression).collect()
}

fn read_condition(value: &Value) -> Result<AttributeCondition, CriteriaError> {
    let text = |name: &'static str| {
        let text = member(value, name).and_then(Value::as_str);
        text.map(str::to_owned).ok_or(CriteriaError::Malformed { member: name })
    };
    for unbuilt in ["MatchCriteria", "Range"] {
        if member(value, unbuilt).is_some() {
            return Err(CriteriaError::Unsupported(unbuilt.to_owned()));
        }
    }
    let operator = text("ComparisonOperator")?;
    if operator != GREATER_OR_EQUAL {
        return Err(CriteriaError::Operator(operator));
    }
    let level = member(value, "ProficiencyLevel").and_then(number);
    let level = level.ok_or(CriteriaError::Malformed { member: "ProficiencyLevel" })? as f32;
    Ok(AttributeCondition { name: text("Name")?, value: text("Value")?, level })
}

fn write_step(step: &Step, shape: Shape) -> Value {
    let mut printed = Map::new();
    printed.insert(key("Status", shape), step.status.as_str().into());
    let mut expiry = Map::new();
    if let Some(duration) = step.duration_s {
        expiry.insert(key("DurationInSeconds", shape), duration.into());
    }
    if let Some(at) = step.expires_at {
        expiry.insert(key("ExpiryTimestamp", shape), write_time(at, shape));
    }
    if !expiry.is_empty() {
        printed.insert(key("Expiry", shape), Value::Object(expiry));
    }
    printed.insert(key("Expression", shape), write_expression(&step.expression, shape));
    Value::Object(printed)
}

fn write_expression(expression: &Expression, shape: Shape) -> Value {
    let list =
        |parts: &[Expression]| Value::Array(parts.iter().map(|part| write_expression(part, shape)).collect());
    let (name, content) = match expression {
        Expression::And(parts) => ("AndExpression", list(parts)),
        Expression::Or(parts) => ("OrExpression", list(parts)),
        Expression::Attribute(condition) => {
            let mut printed = Map::new();
            printed.insert(key("Name", shape), condition.name.clone().into());
            printed.insert(key("Value", shape), condition.value.clone().into());
            printed.insert(key("ProficiencyLevel", shape), f64::from(condition.level).into());
            printed.insert(key("ComparisonOperator", shape), GREATER_OR_EQUAL.into());
            ("AttributeCondition", Value::Object(printed))
        }
    };
    Value::Object(Map::from_iter([(key(name, shape), content)]))
}

fn write_time(at: Timestamp, shape: Shape) -> Value {
    match shape {
        Shape::Record | Shape::Event => at.iso_seconds().into(),
        Shape::Api => json!(at.as_secs_f64()),
    }
}

fn key(pascal: &str, shape: Shape) -> String {
    match shape {
        Shape::Record | Shape::Api => pascal.to_owned(),
        Shape::Event => with_first(pascal, |first| first.to_ascii_lowercase()),
    }
}

/// A member in either spelling; `null` counts as absent.
fn member<'a>(value: &'a Value, pascal: &str) -> Option<&'a Value> {
    let members = value.as_object()?;
    let found = members.get(pascal).or_else(|| members.get(&key(pascal, Shape::Event)));
    found.filter(|found| !found.is_null())
}

fn array<'a>(value: &'a Value, name: &'static str) -> Result<&'a Vec<Value>, CriteriaError> {
    member(value, name).and_then(Value::as_array).ok_or(CriteriaError::Malformed { member: name })
}

/// A number, also when written as text.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// A time as text or as seconds since 1970.
fn time(value: &Value) -> Result<Timestamp, CriteriaError> {
    let read = match value.as_str() {
        Some(text) => Timestamp::parse_iso(text),
        None => value.as_f64().map(|seconds| Timestamp((seconds * 1000.0).round() as i64)),
    };
    read.ok_or(CriteriaError::Malformed { member: "Timestamp" })
}

fn capitalised(name: &str) -> String {
    with_first(name, |first| first.to_ascii_uppercase())
}

fn with_first(name: &str, change: impl Fn(char) -> char) -> String {
    let mut letters = name.chars();
    letters.next().map(change).into_iter().chain(letters).collect()
}
