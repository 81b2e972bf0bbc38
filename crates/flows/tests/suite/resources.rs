//! The resources of a file that comes from elsewhere: found by id, by display name, or named as missing.

use std::collections::BTreeMap;

use crate::corpus;
use flows::action::ResourceKind;
use flows::resources::{Catalog, resolve};
use flows::*;
use serde_json::{Value, json};

/// An instance with a few resources: id or name → what to write.
#[derive(Default)]
struct Instance {
    ids: BTreeMap<&'static str, &'static str>,
    names: BTreeMap<(&'static str, &'static str), &'static str>,
}

impl Catalog for Instance {
    fn by_id(&self, _: ResourceKind, name: &str) -> Option<String> {
        self.ids.get(name).map(|found| (*found).to_owned())
    }
    fn by_name(&self, kind: ResourceKind, display: &str) -> Option<String> {
        self.names.get(&(kind.as_str(), display)).map(|found| (*found).to_owned())
    }
}

fn document(actions: Value, places: Value) -> Document {
    let text = json!({"Version": "2019-10-30", "StartAction": "a", "Metadata": {"ActionMetadata": places}, "Actions": actions});
    Document::parse(&text.to_string()).expect("parses")
}

fn action(id: &str, kind: &str, parameters: Value) -> Value {
    json!({"Identifier": id, "Type": kind, "Parameters": parameters, "Transitions": {}})
}

#[test]
fn views_that_every_instance_has() {
    for (name, known) in [
        ("form", true),
        ("detail:$LATEST", true),
        ("cards:1", true),
        ("arn:aws:connect:us-east-1:aws:view/list:1", true),
        ("arn:aws:connect:us-east-1:aws:view/confirmation", true),
        ("arn:aws:connect:us-east-1:123456789012:instance/x/view/form", false),
        ("form:0", false),
        ("form:one", false),
        ("mine", false),
        ("", false),
    ] {
        assert_eq!(is_managed_view(name), known, "{name}");
    }
}

#[test]
fn by_id_then_by_name_then_not_at_all() {
    let instance = Instance {
        ids: [("here", "here"), ("arn:elsewhere/1", "arn:own/1")].into(),
        names: [
            (("queue", "Sales"), "arn:sales"),
            (("flow", "Hold"), "arn:hold"),
            (("prompt", "Beep"), "arn:beep"),
        ]
        .into(),
    };
    let given = document(
        json!([
            action("a", "UpdateContactTargetQueue", json!({"QueueId": "here"})),
            action("b", "UpdateContactTargetQueue", json!({"QueueId": "arn:elsewhere/1"})),
            action("c", "UpdateContactTargetQueue", json!({"QueueId": "arn:old/9"})),
            action("d", "UpdateContactEventHooks", json!({"EventHooks": {"CustomerHold": "arn:old/h"}})),
            action(
                "e",
                "MessageParticipantIteratively",
                json!({"Messages": [{"Text": "x"}, {"PromptId": "%%BEEP%%"}]})
            ),
            action("f", "TransferToFlow", json!({"ContactFlowId": "${FLOW}"})),
            action("g", "UpdateContactTargetQueue", json!({"QueueId": "$.Attributes.q"})),
            action("h", "InvokeLambdaFunction", json!({"LambdaFunctionARN": "{{fn.arn}}"})),
            action("i", "UpdateContactTargetQueue", json!({"QueueId": ""})),
            action("j", "TransferParticipantToThirdParty", json!({"ThirdPartyPhoneNumber": "+15550100"})),
        ]),
        json!({
            "c": {"parameters": {"QueueId": {"displayName": "Sales"}}, "queue": {"id": "arn:old/9", "text": "Sales"}},
            "d": {"contactFlow": {"id": "arn:old/h", "text": "Hold"}},
            "e": {"parameters": {"Messages": [{}, {"PromptId": {"displayName": "Beep"}}]}},
            "f": {"ContactFlow": {"text": "Nobody"}},
            "i": {"parameters": {"QueueId": {"displayName": "Sales"}}},
        }),
    );
    let (resolved, found) = resolve(given, &instance).expect("resolves");
    let value = |index: usize, name: &str| resolved.actions()[index]["Parameters"][name].clone();
    assert_eq!(
        [value(0, "QueueId"), value(1, "QueueId"), value(2, "QueueId"), value(8, "QueueId")],
        [json!("here"), json!("arn:own/1"), json!("arn:sales"), json!("arn:sales")]
    );
    assert_eq!(value(3, "EventHooks"), json!({"CustomerHold": "arn:hold"}));
    assert_eq!(value(4, "Messages")[1], json!({"PromptId": "arn:beep"}));
    let places = &resolved.metadata().expect("metadata")["ActionMetadata"];
    assert_eq!(places["c"]["queue"], json!({"id": "arn:sales", "text": "Sales"}));
    let told: Vec<(&str, &str, Option<&str>)> = found
        .iter()
        .map(|one| (one.path.as_str(), one.display.as_deref().unwrap_or("-"), one.resolved.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("Actions[2].Parameters.QueueId", "Sales", Some("arn:sales")),
            ("Actions[3].Parameters.EventHooks.CustomerHold", "Hold", Some("arn:hold")),
            ("Actions[4].Parameters.Messages[1].PromptId", "Beep", Some("arn:beep")),
            ("Actions[5].Parameters.ContactFlowId", "Nobody", None),
            ("Actions[7].Parameters.LambdaFunctionARN", "-", None),
            ("Actions[8].Parameters.QueueId", "Sales", Some("arn:sales")),
        ]
    );
}

#[test]
fn a_document_that_needs_nothing_keeps_its_text() {
    let text = r#"{ "Version":"2019-10-30","StartAction":"a" , "Actions":[{"Identifier":"a","Type":"TransferToFlow","Parameters":{"ContactFlowId":"x"},"Transitions":{}}]}"#;
    let given = Document::parse(text).expect("parses");
    let (same, found) = resolve(given.clone(), &Instance { ids: [("x", "x")].into(), ..Instance::default() })
        .expect("resolves");
    assert_eq!((same.text(), found.len()), (text, 0));
    let (same, found) = resolve(given, &Instance::default()).expect("resolves");
    assert_eq!((same.text(), found.len(), &found[0].resolved), (text, 1, &None));
}

#[test]
fn everything_foreign_in_real_flows_is_named() {
    let nothing = Instance::default();
    for folder in ["current", "legacy"] {
        for (name, text) in corpus::texts(folder) {
            let document = if legacy::detect(&text) {
                legacy::convert(&text).unwrap_or_else(|error| panic!("{name}: {error}")).document
            } else {
                Document::import(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
            };
            let before = document.clone();
            let (after, found) = resolve(document, &nothing).expect("resolves");
            assert_eq!(before, after, "{name}");
            for one in found {
                assert!(one.resolved.is_none() && !one.identifier.is_empty(), "{name}: {one:?}");
            }
        }
    }
}
