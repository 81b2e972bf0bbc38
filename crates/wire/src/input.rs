//! Gathering an operation's input: labels, query, headers and body become one JSON object by member name.

use axum::http::HeaderMap;
use model::Timestamp;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};
use serde_path_to_error::Segment;

use crate::constraint::{Shown, Step, Violations, enum_text, is_sensitive, member_name};
use crate::error::ApiError;

/// What the text of a label, a query parameter or a header stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A string, as it is.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A moment: ISO-8601, an HTTP date or epoch seconds; becomes epoch seconds.
    Timestamp,
    /// Strings: a repeated query key, or a header's values.
    StringList,
    /// Whole numbers.
    IntegerList,
}

/// Where a member that is not in the body comes from.
#[derive(Debug)]
pub(crate) enum Source {
    Label { label: &'static str, kind: Kind },
    Query { parameter: &'static str, member: &'static str, kind: Kind },
    QueryMap { member: &'static str },
    Header { header: &'static str, member: &'static str, kind: Kind },
}

/// Why an input could not be read.
#[derive(Debug, PartialEq)]
pub(crate) enum InputError {
    /// The body is no JSON object.
    Malformed(String),
    /// A member is missing, unknown or not of its type.
    Member(Vec<Step>, Problem),
    /// Members break constraints.
    Broken(Violations),
}

/// What is wrong with a member.
#[derive(Debug, PartialEq)]
pub(crate) enum Problem {
    Missing,
    Unknown,
    Repeated,
    NotInBody,
    Variant { value: String, set: Vec<String> },
    Type { expected: String },
    Text { value: String, expected: &'static str },
    Other { text: String },
}

impl InputError {
    /// The answer, under the service's code for bad input.
    pub(crate) fn into_api_error(self, invalid: fn(String) -> ApiError, sensitive: &[&str]) -> ApiError {
        let (path, problem) = match self {
            Self::Malformed(text) => return ApiError::serialization(text),
            Self::Broken(violations) => return invalid(violations.to_string()),
            Self::Member(path, problem) => (path, problem),
        };
        let hidden = is_sensitive(&path, sensitive);
        let mut violations = Violations::new();
        match problem {
            Problem::Missing => violations.add(&path, Shown::Null, "Member must not be null"),
            Problem::Unknown => {
                return invalid(format!(
                    "The member '{}' is not known to this operation.",
                    given_name(&path)
                ));
            }
            Problem::Repeated => {
                return invalid(format!("The member '{}' is given more than once.", given_name(&path)));
            }
            Problem::NotInBody => {
                return invalid(format!("The member '{}' does not belong in the body.", given_name(&path)));
            }
            Problem::Variant { value, set } => {
                let shown = if hidden { Shown::Hidden } else { Shown::Text(&value) };
                violations.add(&path, shown, &enum_text(set.iter().map(String::as_str)));
            }
            Problem::Type { expected } => {
                violations.add(&path, Shown::Hidden, &format!("Member must be {expected}"))
            }
            Problem::Text { value, expected } => {
                let shown = if hidden { Shown::Hidden } else { Shown::Text(&value) };
                violations.add(&path, shown, &format!("Member must be {expected}"));
            }
            Problem::Other { text } => {
                return invalid(match hidden {
                    true => format!("The value at '{}' is not valid.", member_name(&path)),
                    false => format!("The value at '{}' is not valid: {text}", member_name(&path)),
                });
            }
        }
        invalid(violations.to_string())
    }
}

/// The path in the spelling in which the caller gave it: `Config[1].Day`.
fn given_name(path: &[Step]) -> String {
    let mut name = String::new();
    for step in path {
        match step {
            Step::Name(text) => {
                if !name.is_empty() {
                    name.push('.');
                }
                name.push_str(text);
            }
            Step::Index(index) => name.push_str(&format!("[{index}]")),
        }
    }
    name
}

/// Reads the body as one JSON object without nulls; an empty body is an empty object.
pub(crate) fn body_members(body: &[u8]) -> Result<Map<String, Value>, InputError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(mut members)) => {
            drop_nulls(&mut members);
            Ok(members)
        }
        Ok(_) => Err(InputError::Malformed("The request body must be a JSON object.".to_owned())),
        Err(error) => Err(InputError::Malformed(format!(
            "The request body is not valid JSON: line {}, column {}.",
            error.line(),
            error.column()
        ))),
    }
}

/// The body of an operation that takes it as it is, as the only member; an empty one is absent.
pub(crate) fn payload_members(member: &str, body: &[u8]) -> Result<Map<String, Value>, InputError> {
    let text = std::str::from_utf8(body)
        .map_err(|_| InputError::Malformed("The request body is not UTF-8.".to_owned()))?;
    let present = !text.trim().is_empty();
    Ok(present.then(|| (member.to_owned(), Value::from(text))).into_iter().collect())
}

/// A null member is an absent member, at every depth.
fn drop_nulls(members: &mut Map<String, Value>) {
    members.retain(|_, value| !value.is_null());
    members.values_mut().for_each(drop_nulls_in);
}

fn drop_nulls_in(value: &mut Value) {
    match value {
        Value::Object(members) => drop_nulls(members),
        Value::Array(list) => list.iter_mut().for_each(drop_nulls_in),
        _ => {}
    }
}

/// Adds labels, query parameters and headers to the members of the body.
pub(crate) fn add_members(
    members: &mut Map<String, Value>,
    sources: &[Source],
    labels: Vec<(&'static str, String)>,
    query: &str,
    headers: &HeaderMap,
) -> Result<(), InputError> {
    for (label, text) in labels {
        let kind = sources.iter().find_map(|source| match source {
            Source::Label { label: named, kind } if *named == label => Some(*kind),
            _ => None,
        });
        let value = coerce(label, &text, kind.unwrap_or(Kind::String))?;
        put(members, label, value)?;
    }
    let mut rest: Vec<(String, String)> = query_pairs(query)?;
    let mut map_member = None;
    for source in sources {
        match source {
            Source::Label { .. } => {}
            Source::Query { parameter, member, kind } => {
                let mut texts = Vec::new();
                rest.retain_mut(|(name, text)| {
                    let ours = name == parameter;
                    if ours {
                        texts.push(std::mem::take(text));
                    }
                    !ours
                });
                put_texts(members, member, texts, *kind)?;
            }
            Source::Header { header, member, kind } => {
                let mut texts = Vec::new();
                for value in headers.get_all(*header) {
                    let text = value.to_str().map_err(|_| {
                        InputError::Member(
                            name(member),
                            Problem::Type { expected: "printable ASCII text".to_owned() },
                        )
                    })?;
                    texts.push(text.trim().to_owned());
                }
                put_texts(members, member, texts, *kind)?;
            }
            Source::QueryMap { member } => map_member = Some(*member),
        }
    }
    rest.retain(|(name, _)| !is_protocol_parameter(name));
    match map_member {
        Some(member) => {
            let mut map = Map::new();
            for (key, text) in rest {
                if map.insert(key.clone(), Value::String(text)).is_some() {
                    return Err(InputError::Member(
                        vec![Step::Name(member.to_owned()), Step::Name(key)],
                        Problem::Repeated,
                    ));
                }
            }
            if !map.is_empty() {
                put(members, member, Value::Object(map))?;
            }
            Ok(())
        }
        None => match rest.into_iter().next() {
            Some((key, _)) => Err(InputError::Member(vec![Step::Name(key)], Problem::Unknown)),
            None => Ok(()),
        },
    }
}

/// Parameters that belong to signing or to the client library, not to the operation.
fn is_protocol_parameter(name: &str) -> bool {
    name == "x-id" || name.get(..6).is_some_and(|prefix| prefix.eq_ignore_ascii_case("x-amz-"))
}

/// The decoded pairs of a query string. `+` is a plus sign: public clients write a blank as `%20`.
pub(crate) fn query_pairs(query: &str) -> Result<Vec<(String, String)>, InputError> {
    let decode = |text: &str| match percent_decode_str(text).decode_utf8() {
        Ok(decoded) => Ok(decoded.into_owned()),
        Err(_) => Err(InputError::Malformed("The query string is not valid UTF-8.".to_owned())),
    };
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        })
        .collect()
}

fn put_texts(
    members: &mut Map<String, Value>,
    member: &'static str,
    texts: Vec<String>,
    kind: Kind,
) -> Result<(), InputError> {
    let element = match kind {
        Kind::StringList => Kind::String,
        Kind::IntegerList => Kind::Integer,
        single => {
            return match texts.as_slice() {
                [] => Ok(()),
                [text] => put(members, member, coerce(member, text, single)?),
                _ => Err(InputError::Member(name(member), Problem::Repeated)),
            };
        }
    };
    if texts.is_empty() {
        return Ok(());
    }
    let list = texts.iter().map(|text| coerce(member, text, element)).collect::<Result<_, _>>()?;
    put(members, member, Value::Array(list))
}

fn put(members: &mut Map<String, Value>, member: &'static str, value: Value) -> Result<(), InputError> {
    match members.insert(member.to_owned(), value) {
        None => Ok(()),
        Some(_) => Err(InputError::Member(name(member), Problem::NotInBody)),
    }
}

fn name(member: &str) -> Vec<Step> {
    vec![Step::Name(member.to_owned())]
}

fn coerce(member: &str, text: &str, kind: Kind) -> Result<Value, InputError> {
    let wrong =
        |expected| InputError::Member(name(member), Problem::Text { value: text.to_owned(), expected });
    Ok(match kind {
        Kind::String => Value::String(text.to_owned()),
        Kind::Integer => Value::from(text.parse::<i64>().map_err(|_| wrong("an integer"))?),
        Kind::Number => {
            let number = text.parse::<f64>().ok().and_then(Number::from_f64);
            Value::Number(number.ok_or_else(|| wrong("a number"))?)
        }
        Kind::Boolean => match text {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => return Err(wrong("true or false")),
        },
        Kind::Timestamp => epoch_seconds(text).ok_or_else(|| wrong("a date and time"))?,
        Kind::StringList => Value::Array(vec![Value::String(text.to_owned())]),
        Kind::IntegerList => Value::Array(vec![coerce(member, text, Kind::Integer)?]),
    })
}

fn epoch_seconds(text: &str) -> Option<Value> {
    if let Ok(seconds) = text.parse::<i64>() {
        return Some(Value::from(seconds));
    }
    if let Some(number) = text.parse::<f64>().ok().and_then(Number::from_f64) {
        return Some(Value::Number(number));
    }
    let moment = Timestamp::parse_iso(text).or_else(|| {
        let since = httpdate::parse_http_date(text).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
        Some(Timestamp(i64::try_from(since.as_millis()).ok()?))
    })?;
    if moment.0 % 1000 == 0 {
        return Some(Value::from(moment.0 / 1000));
    }
    Number::from_f64(moment.as_secs_f64()).map(Value::Number)
}

/// Reads the members into the handler's input type.
pub(crate) fn deserialize<I: DeserializeOwned>(members: Map<String, Value>) -> Result<I, InputError> {
    serde_path_to_error::deserialize(crate::strict::Strict(Value::Object(members))).map_err(|error| {
        let mut path: Vec<Step> = error
            .path()
            .iter()
            .filter_map(|segment| match segment {
                Segment::Seq { index } => Some(Step::Index(*index)),
                Segment::Map { key } => Some(Step::Name(key.clone())),
                Segment::Enum { .. } | Segment::Unknown => None,
            })
            .collect();
        let problem = problem_of(&error.inner().to_string(), &mut path);
        InputError::Member(path, problem)
    })
}

/// Sorts serde's message. Its value part is cut away, because it repeats what the caller sent.
fn problem_of(message: &str, path: &mut Vec<Step>) -> Problem {
    if let Some(field) = quoted_after(message, "missing field `") {
        path.push(Step::Name(field.to_owned()));
        Problem::Missing
    } else if let Some(field) = quoted_after(message, "unknown field `") {
        if path.last() != Some(&Step::Name(field.to_owned())) {
            path.push(Step::Name(field.to_owned()));
        }
        Problem::Unknown
    } else if let Some(rest) = message.strip_prefix("unknown variant `") {
        // "`, expected " is looked for from the end: the value may hold the same words.
        let (value, set) = rest.rsplit_once("`, expected ").unwrap_or((rest, ""));
        let set = set.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        Problem::Variant { value: value.to_owned(), set }
    } else if ["invalid type: ", "invalid value: ", "invalid length "]
        .iter()
        .any(|start| message.starts_with(start))
    {
        let expected =
            message.rsplit_once(", expected ").map_or("of its published type", |(_, expected)| expected);
        Problem::Type { expected: plain_type(expected) }
    } else {
        Problem::Other { text: message.to_owned() }
    }
}

fn quoted_after<'a>(message: &'a str, start: &str) -> Option<&'a str> {
    message.strip_prefix(start)?.split('`').next()
}

/// Rust's names for types in words that a caller of any language knows.
fn plain_type(expected: &str) -> String {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, zero or greater".to_owned(),
        "i8" | "i16" | "i32" | "i64" | "isize" => "an integer".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a sequence" => "a list".to_owned(),
        other if other.starts_with("struct ") => "a structure".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
#[path = "input_tests.rs"]
mod tests;
