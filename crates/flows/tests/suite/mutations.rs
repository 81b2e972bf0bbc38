//! Real flows, damaged: whatever stands in a file, reading, checking, converting, resolving and running it end.

use std::sync::LazyLock;

use crate::corpus;
use crate::properties::{damage, resume, run, value};
use flows::action::ResourceKind;
use flows::resources::{Catalog, resolve};
use flows::*;
use model::Channel;
use model::resource::FlowType;
use proptest::prelude::*;
use serde_json::{Value, json};

/// An older file that is always there, with the odd things of real ones.
fn older() -> Value {
    json!({"version": "1", "type": "customerQueue", "start": "a",
        "metadata": {"name": "N", "description": null, "hash": "00", "entryPointPosition": {"x": 1.5, "y": -2}},
        "modules": [
            {"id": "a", "type": "CheckQueueStatus", "metadata": {"position": {"x": 1, "y": 2}},
             "parameters": [{"name": "Queue", "value": "q", "resourceName": "Sales"}],
             "branches": [{"condition": "CheckQueueTime", "conditionType": "LessThan", "conditionValue": 9, "transition": "b"},
                          {"condition": "CheckQueueSize", "conditionType": "LessThan", "conditionValue": "9", "transition": "c"},
                          {"condition": "NoMatch", "transition": "c"}, {"condition": "Error", "transition": "d"}]},
            {"id": "b", "type": "LoopPrompts", "metadata": null,
             "parameters": [{"name": "Text", "key": "text", "value": "x"}, {"name": "AudioPrompt", "value": "%%P%%", "resourceName": "P"},
                            {"name": "InterruptSeconds", "value": 20}],
             "branches": [{"condition": "Timeout", "transition": "c"}, {"condition": "Error", "transition": "d"}]},
            {"id": "c", "type": "GetUserInput", "target": "Digits",
             "parameters": [{"name": "Text", "namespace": "External", "value": "m"}, {"name": "Timeout", "value": "5"}],
             "branches": [{"condition": "Evaluate", "conditionType": "Equals", "conditionValue": "1", "transition": "e"},
                          {"condition": "NoMatch", "transition": "d"}, {"condition": "Error", "transition": "d"}]},
            {"id": "e", "type": "Transfer", "target": "PhoneNumber",
             "parameters": [{"name": "BlindTransfer", "value": true}, {"name": "PhoneNumber", "value": "+1"}],
             "branches": [{"condition": "Error", "transition": "d"}]},
            {"id": "f", "type": "PercentileBranching", "parameters": [],
             "branches": [{"condition": "Evaluate", "conditionValue": 60, "transition": "d"},
                          {"condition": "Evaluate", "conditionValue": 60, "transition": "d"}, {"condition": "NoMatch", "transition": "d"}]},
            {"id": "d", "type": "Disconnect", "branches": [], "parameters": []}]})
}

static OLDER: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let real =
        corpus::texts("legacy").into_iter().map(|(_, text)| serde_json::from_str(&text).expect("JSON"));
    std::iter::once(older()).chain(real).collect()
});

static CURRENT: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let ours = library::FLOWS.iter().map(|flow| flow.content(&|_, name| name.to_owned()));
    let real = corpus::texts("current").into_iter().map(|(_, text)| text);
    let read = |text: String| Document::import(&text).expect("a document").root().clone();
    ours.chain(real).map(|text| Value::Object(read(text))).collect()
});

/// An instance that has everything whose name is long enough.
struct Something;

impl Catalog for Something {
    fn by_id(&self, _: ResourceKind, name: &str) -> Option<String> {
        (name.len() > 8).then(|| format!("own/{name}"))
    }
    fn by_name(&self, _: ResourceKind, display: &str) -> Option<String> {
        (display.len() > 3).then(|| display.to_owned())
    }
}

/// Everything that can be done with a text, short of running it.
fn handle(text: &str) {
    for (kind, ..) in flow_type::FLOW_TYPES {
        validate(text, kind, false);
    }
    validate(text, FlowType::ContactFlow, true);
    if let Ok(document) = Document::import(text) {
        let (resolved, _) = resolve(document, &Something).expect("a document stays one");
        let exported = resolved.exported("n", "d", FlowType::ContactFlow, true);
        if let Ok(exported) = exported {
            exported.content().expect("content");
        }
    }
    if let Ok(converted) = legacy::convert(text) {
        assert!(legacy::detect(text));
        let again = Document::parse(converted.document.text()).expect("what is written can be read");
        assert_eq!(again, converted.document);
        assert!(!legacy::is_legacy(&again));
        validate_document(&again, FlowType::ContactFlow, false, None);
        resolve(again, &Something).expect("a document stays one");
    }
}

fn edits() -> impl Strategy<Value = Vec<(prop::sample::Index, Value, bool)>> {
    prop::collection::vec((any::<prop::sample::Index>(), value(), any::<bool>()), 0..8)
}

/// Any JSON with members that documents have.
fn json_of_documents() -> impl Strategy<Value = Value> {
    const KEYS: [&str; 16] = [
        "Version",
        "StartAction",
        "Actions",
        "Metadata",
        "ActionMetadata",
        "Identifier",
        "Type",
        "Parameters",
        "Transitions",
        "NextAction",
        "Errors",
        "Conditions",
        "modules",
        "branches",
        "parameters",
        "metadata",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(&KEYS[..]).prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 6, |inner| {
        let key = prop_oneof![4 => prop::sample::select(&KEYS[..]).prop_map(str::to_owned), 1 => "\\PC{0,6}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::vec((key, inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_is_handled(root in json_of_documents(), cut in any::<prop::sample::Index>()) {
        let text = root.to_string();
        handle(&text);
        let mut end = cut.index(text.len() + 1);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        handle(&text[..end]);
    }

    #[test]
    fn damaged_older_flows_convert_or_say_why(
        which in any::<prop::sample::Index>(),
        edits in edits(),
        channel in prop::sample::select(&Channel::ALL[..]),
        resumes in prop::collection::vec(resume(), 0..12),
    ) {
        let mut root = which.get(&OLDER).clone();
        for (place, value, remove) in edits {
            damage(&mut root, place, value, remove);
        }
        let text = root.to_string();
        handle(&text);
        if let Ok(converted) = legacy::convert(&text) {
            let root = Value::Object(converted.document.root().clone());
            if Program::parse(converted.document.text()).is_ok() {
                let kind = converted.kind.unwrap_or(FlowType::ContactFlow);
                run(&root, [&root, &root], kind, channel, resumes);
            }
        }
    }

    #[test]
    fn damaged_real_flows_always_return(
        which in any::<prop::sample::Index>(),
        edits in edits(),
        kind in prop::sample::select(vec![FlowType::ContactFlow, FlowType::CustomerQueue, FlowType::QueueTransfer]),
        channel in prop::sample::select(&Channel::ALL[..]),
        resumes in prop::collection::vec(resume(), 0..20),
    ) {
        let mut root = which.get(&CURRENT).clone();
        for (place, value, remove) in edits {
            damage(&mut root, place, value, remove);
        }
        let text = root.to_string();
        handle(&text);
        if Program::parse(&text).is_ok() {
            run(&root, [&root, &root], kind, channel, resumes);
        }
    }
}

#[test]
fn deep_and_long_texts_are_answered() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(Document::parse(&deep).is_err() && !legacy::detect(&deep));
    let nested = format!(r#"{{"modules":[{{"id":"a","type":"Wait","parameters":{deep}}}]}}"#);
    assert!(legacy::convert(&nested).is_err());
    // Ten megabytes of older modules: read in one pass.
    let module = json!({"id": "x", "type": "PlayPrompt", "branches": [{"condition": "Success", "transition": "x"}],
        "parameters": [{"name": "Text", "value": "y".repeat(400)}]});
    let modules: Vec<Value> = (0..20_000).map(|_| module.clone()).collect();
    let text = json!({"modules": modules, "type": "contactFlow", "start": "x"}).to_string();
    assert!(text.len() > 10_000_000);
    let converted = legacy::convert(&text).expect("converts");
    assert_eq!(converted.document.actions().len(), 20_000);
    let problems = validate_document(&converted.document, FlowType::ContactFlow, false, None);
    assert!(problems.iter().any(|problem| problem.rule == "V1"), "too large, and said so");
}
