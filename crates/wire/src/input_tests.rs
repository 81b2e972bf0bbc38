//! What callers are told about inputs that cannot be read.

use std::collections::BTreeMap;

use axum::http::HeaderValue;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::*;

#[derive(Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Input {
    instance_id: String,
    #[serde(default)]
    max_results: Option<u32>,
    #[serde(default)]
    types: Vec<QueueType>,
    #[serde(default)]
    configs: Vec<Config>,
    #[serde(default)]
    id: Option<uuid::Uuid>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

#[derive(Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "UPPERCASE")]
enum QueueType {
    Standard,
    Agent,
}

#[derive(Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Config {
    hours: u8,
}

fn read(body: &str) -> Result<Input, String> {
    body_members(body.as_bytes())
        .and_then(deserialize::<Input>)
        .map_err(|error| error.into_api_error(ApiError::invalid_request, &["Tags", "Id"]).to_string())
}

#[test]
fn errors_name_the_member() {
    let one = "InvalidRequestException: 1 validation error detected:";
    for (body, expected) in [
        (
            "",
            format!("{one} Value null at 'instanceId' failed to satisfy constraint: Member must not be null"),
        ),
        ("[]", "SerializationException: The request body must be a JSON object.".to_owned()),
        (
            "{\"a\":",
            "SerializationException: The request body is not valid JSON: line 1, column 5.".to_owned(),
        ),
        (
            r#"{"InstanceId":"i","Instance":1}"#,
            "InvalidRequestException: The member 'Instance' is not known to this operation.".to_owned(),
        ),
        (
            r#"{"InstanceId":"i","Configs":[{"Hours":1},{"Hours":2,"Minutes":1}]}"#,
            "InvalidRequestException: The member 'Configs[1].Minutes' is not known to this operation."
                .to_owned(),
        ),
        (
            r#"{"InstanceId":5}"#,
            format!("{one} Value at 'instanceId' failed to satisfy constraint: Member must be a string"),
        ),
        (
            r#"{"InstanceId":"i","MaxResults":"my, expected secret"}"#,
            format!(
                "{one} Value at 'maxResults' failed to satisfy constraint: Member must be a whole number, zero or greater"
            ),
        ),
        (
            r#"{"InstanceId":"i","Configs":[{"Hours":1},{}]}"#,
            format!(
                "{one} Value null at 'configs.2.member.hours' failed to satisfy constraint: Member must not be null"
            ),
        ),
        (
            r#"{"InstanceId":"i","Configs":[{"Hours":300}]}"#,
            format!(
                "{one} Value at 'configs.1.member.hours' failed to satisfy constraint: Member must be a whole number, zero or greater"
            ),
        ),
        (
            r#"{"InstanceId":"i","Types":["AGENT","OTHER"]}"#,
            format!(
                "{one} Value 'OTHER' at 'types.2.member' failed to satisfy constraint: Member must satisfy enum value set: [STANDARD, AGENT]"
            ),
        ),
        (
            r#"{"InstanceId":"i","Id":"secret-words"}"#,
            "InvalidRequestException: The value at 'id' is not valid.".to_owned(),
        ),
        (
            r#"{"InstanceId":"i","Tags":{"k":7}}"#,
            format!("{one} Value at 'tags.k' failed to satisfy constraint: Member must be a string"),
        ),
    ] {
        assert_eq!(read(body), Err(expected), "{body}");
    }
}

#[test]
fn nulls_are_absent() {
    let read = read(r#"{"InstanceId":"i","MaxResults":null,"Types":null,"Tags":{"a":null,"b":"c"}}"#)
        .expect("valid");
    assert_eq!((read.max_results, read.types.len(), read.tags.len()), (None, 0, 1));
}

fn gather(sources: &[Source], body: &str, query: &str) -> Result<Value, String> {
    let mut headers = HeaderMap::new();
    headers.insert("x-amz-bearer", HeaderValue::from_static(" token "));
    headers.insert("x-amz-last-modified-time", HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT"));
    let mut members = body_members(body.as_bytes()).expect("an object");
    let labels = vec![("InstanceId", "i".to_owned()), ("Version", "3".to_owned())];
    add_members(&mut members, sources, labels, query, &headers)
        .map(|()| Value::Object(members))
        .map_err(|error| error.into_api_error(ApiError::validation, &[]).message)
}

#[test]
fn labels_query_and_headers_join_the_body() {
    let sources = [
        Source::Label { label: "Version", kind: Kind::Integer },
        Source::Query { parameter: "maxResults", member: "MaxResults", kind: Kind::Integer },
        Source::Query { parameter: "queueTypes", member: "QueueTypes", kind: Kind::StringList },
        Source::Query { parameter: "ids", member: "Ids", kind: Kind::IntegerList },
        Source::Query { parameter: "level", member: "Level", kind: Kind::Number },
        Source::Query { parameter: "all", member: "All", kind: Kind::Boolean },
        Source::Query { parameter: "since", member: "Since", kind: Kind::Timestamp },
        Source::Header { header: "x-amz-bearer", member: "ConnectionToken", kind: Kind::String },
        Source::Header {
            header: "x-amz-last-modified-time",
            member: "LastModifiedTime",
            kind: Kind::Timestamp,
        },
    ];
    let common = |extra: Value| {
        let mut all = json!({"InstanceId": "i", "Version": 3, "ConnectionToken": "token", "LastModifiedTime": 784111777});
        all.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        Ok(all)
    };
    for (body, query, expected) in [
        ("", "", common(json!({}))),
        (r#"{"Name":"n"}"#, "maxResults=10", common(json!({"Name": "n", "MaxResults": 10}))),
        ("", "queueTypes=STANDARD", common(json!({"QueueTypes": ["STANDARD"]}))),
        (
            "",
            "queueTypes=A%20b&queueTypes=%C3%A9&ids=1&ids=2",
            common(json!({"QueueTypes": ["A b", "é"], "Ids": [1, 2]})),
        ),
        ("", "level=1.5&all=true", common(json!({"Level": 1.5, "All": true}))),
        ("", "since=2023-11-14T22:13:20Z", common(json!({"Since": 1_700_000_000}))),
        ("", "since=1700000000.5", common(json!({"Since": 1_700_000_000.5}))),
        ("", "X-Amz-Signature=abc&x-id=ListQueues", common(json!({}))),
    ] {
        assert_eq!(gather(&sources, body, query), expected, "{body} {query}");
    }
    let one = "1 validation error detected: Value";
    for (body, query, expected) in [
        (
            "",
            "maxResults=ten",
            format!("{one} 'ten' at 'maxResults' failed to satisfy constraint: Member must be an integer"),
        ),
        (
            "",
            "all=yes",
            format!("{one} 'yes' at 'all' failed to satisfy constraint: Member must be true or false"),
        ),
        (
            "",
            "since=noon",
            format!("{one} 'noon' at 'since' failed to satisfy constraint: Member must be a date and time"),
        ),
        (
            "",
            "level=NaN",
            format!("{one} 'NaN' at 'level' failed to satisfy constraint: Member must be a number"),
        ),
        ("", "maxResults=1&maxResults=2", "The member 'MaxResults' is given more than once.".to_owned()),
        ("", "maxresults=1", "The member 'maxresults' is not known to this operation.".to_owned()),
        ("", "a=%ff", "The query string is not valid UTF-8.".to_owned()),
        (r#"{"InstanceId":"j"}"#, "", "The member 'InstanceId' does not belong in the body.".to_owned()),
    ] {
        assert_eq!(gather(&sources, body, query), Err(expected), "{body} {query}");
    }
}

#[test]
fn the_rest_of_a_query_can_be_a_map() {
    let sources = [
        Source::Query { parameter: "maxResults", member: "MaxResults", kind: Kind::Integer },
        Source::QueryMap { member: "Filters" },
    ];
    let gathered = gather(&sources, "", "a=1&maxResults=5&b=x%26y").expect("valid");
    assert_eq!(gathered["Filters"], json!({"a": "1", "b": "x&y"}));
    assert_eq!(
        gather(&sources, "", "a=1&a=2"),
        Err("The member 'Filters.a' is given more than once.".to_owned())
    );
}
