//! Contacts go on with the version of the flow they entered; modules and other flows are entered as they are then.

mod common;

use common::Center;
use contacts::contact::Stage;
use directory::flow_versions::{DeleteContactFlowVersion, version_key};
use directory::flows::{DeleteContactFlow, FlowValidator, UpdateContactFlowContent};
use directory::{Directory, input};
use model::resource::FlowType;
use model::{ContactId, FlowId, ParticipantId};
use serde_json::{Value, json};

/// Validation has tests of its own.
struct Anything;

impl FlowValidator for Anything {
    fn problems(&self, _: FlowType, _: &str, _: &Directory) -> Vec<String> {
        Vec::new()
    }

    fn module_problems(&self, _: &str, _: Option<&str>, _: &Directory) -> Vec<String> {
        Vec::new()
    }
}

fn act(id: &str, kind: &str, parameters: Value, next: &str) -> Value {
    let errors = ["NoMatchingError", "InputTimeLimitExceeded", "NoMatchingCondition"]
        .map(|kind| json!({"ErrorType": kind, "NextAction": next}));
    json!({"Identifier": id, "Type": kind, "Parameters": parameters,
           "Transitions": {"NextAction": next, "Errors": errors, "Conditions": []}})
}

fn say(id: &str, text: &str, next: &str) -> Value {
    act(id, "MessageParticipant", json!({"Text": text}), next)
}

fn pause(id: &str, next: &str) -> Value {
    act(id, "Wait", json!({"TimeLimitSeconds": "60"}), next)
}

fn document(start: &str, actions: Vec<Value>) -> String {
    let mut actions = actions;
    let end =
        |id: &str, kind: &str| json!({"Identifier": id, "Type": kind, "Parameters": {}, "Transitions": {}});
    actions.push(end("end", "DisconnectParticipant"));
    json!({"Version": "2019-10-30", "StartAction": start, "Actions": actions}).to_string()
}

fn module(actions: Vec<Value>) -> String {
    let mut actions = actions;
    actions.push(json!({"Identifier": "return", "Type": "EndFlowModuleExecution", "Parameters": {}, "Transitions": {}}));
    let start = actions[0]["Identifier"].clone();
    json!({"Version": "2019-10-30", "StartAction": start, "Settings": {}, "Actions": actions}).to_string()
}

/// Says `before`, waits a minute, says `after`.
fn waiting(before: &str, after: &str) -> String {
    document("a", vec![say("a", before, "w"), pause("w", "b"), say("b", after, "end")])
}

fn publish(center: &mut Center, id: &str, content: String) {
    let request = UpdateContactFlowContent { instance_id: None, contact_flow_id: id.to_owned(), content };
    center
        .apply(|core, cx| {
            core.configure(cx, "test", |directory, cx| {
                directory.update_contact_flow_content(cx, request, "ann", &Anything)
            })
        })
        .expect("publishes");
}

fn new_module(center: &mut Center, name: &str, content: String) -> FlowId {
    let request = input::read(json!({"Name": name, "Content": content})).expect("reads");
    center
        .apply(|core, cx| {
            core.configure(cx, "test", |directory, cx| {
                directory.create_contact_flow_module(cx, request, "ann", &Anything)
            })
        })
        .expect("creates")
}

fn publish_module(center: &mut Center, id: FlowId, content: String) {
    let request = input::read(json!({"ContactFlowModuleId": id, "Content": content})).expect("reads");
    center
        .apply(|core, cx| {
            core.configure(cx, "test", |directory, cx| {
                directory.update_contact_flow_module_content(cx, request, "ann", &Anything)
            })
        })
        .expect("publishes");
}

/// What the flow has said.
fn said(center: &Center, contact: ContactId) -> Vec<String> {
    let lines = center.transcript(contact).into_iter();
    lines.filter_map(|line| line.strip_prefix("SYSTEM: ").map(str::to_owned)).collect()
}

fn stored_versions(center: &Center) -> Vec<String> {
    let keys = center.documents.keys().filter(|(kind, _)| kind == "flow-version");
    keys.map(|(_, id)| id.clone()).collect()
}

fn chat(center: &mut Center, flow: &str) -> (ContactId, ParticipantId) {
    center.chat(flow)
}

#[test]
fn a_contact_goes_on_with_the_version_it_entered_also_after_restarts() {
    let mut center = Center::new(&[("F", &waiting("one", "one still"))]);
    let id = center.flow("F");
    let (first, _) = chat(&mut center, "F");
    publish(&mut center, &id, waiting("two", "two still"));
    let (second, _) = chat(&mut center, "F");
    center.restart();
    publish(&mut center, &id, waiting("three", "three still"));
    center.restart();
    let (third, _) = chat(&mut center, "F");
    center.pass(61);
    assert_eq!(said(&center, first), ["one", "one still"]);
    assert_eq!(said(&center, second), ["two", "two still"]);
    assert_eq!(said(&center, third), ["three", "three still"]);
    for contact in [first, second, third] {
        assert_eq!(center.stage(contact), Stage::Ended);
    }
}

#[test]
fn a_scheduled_task_enters_the_flow_that_is_there_when_it_begins() {
    let mut center = Center::new(&[("F", &waiting("one", "one still"))]);
    let id = center.flow("F");
    let flow = Some(id.clone());
    let at = center.now + 600_000;
    let request = contacts::StartTask {
        flow,
        name: "Later".into(),
        scheduled_at: Some(at),
        ..contacts::StartTask::default()
    };
    let task = center.apply(|core, cx| core.start_task(cx, request)).expect("starts");
    publish(&mut center, &id, waiting("two", "two still"));
    center.pass(601);
    let run = center.core.contact(task).and_then(|contact| contact.flow.as_ref()).expect("waits in its flow");
    assert_eq!(run.run.version, 2);
}

#[test]
fn deleted_versions_stay_until_the_last_contact_has_left_them() {
    let mut center = Center::new(&[("F", &waiting("one", "one still"))]);
    let id = center.flow("F");
    let (first, _) = chat(&mut center, "F");
    publish(&mut center, &id, waiting("two", "two still"));
    let number = |n: u64| version_key(id.parse().expect("an id"), n);
    let delete =
        DeleteContactFlowVersion { instance_id: None, contact_flow_id: id.clone(), contact_flow_version: 1 };
    center
        .apply(|core, cx| {
            core.configure(cx, "test", |directory, _| directory.delete_contact_flow_version(delete))
        })
        .expect("deletes");
    assert_eq!(stored_versions(&center), [number(1)], "a contact stands in it");
    let (second, _) = chat(&mut center, "F");
    let delete = DeleteContactFlow { instance_id: None, contact_flow_id: id.clone() };
    center
        .apply(|core, cx| core.configure(cx, "test", |directory, _| directory.delete_contact_flow(delete)))
        .expect("deletes");
    assert_eq!(stored_versions(&center), [number(1), number(2)]);
    center.restart();
    center.pass(61);
    assert_eq!(said(&center, first), ["one", "one still"]);
    assert_eq!(said(&center, second), ["two", "two still"]);
    assert_eq!(stored_versions(&center), Vec::<String>::new(), "nobody needs them any more");
}

#[test]
fn versions_that_are_listed_stay_when_the_last_contact_has_left_them() {
    let mut center = Center::new(&[("F", &waiting("one", "one still"))]);
    let id = center.flow("F");
    chat(&mut center, "F");
    publish(&mut center, &id, waiting("two", "two still"));
    center.pass(61);
    assert_eq!(stored_versions(&center), [version_key(id.parse().expect("an id"), 1)]);
}

#[test]
fn a_module_call_takes_the_newest_module_and_returns_to_the_callers_version() {
    let mut center = Center::new(&[("F", &document("end", vec![]))]);
    let ask_in = |text: &str| module(vec![pause("w", "s"), say("s", text, "return")]);
    let called = new_module(&mut center, "M", ask_in("module one"));
    let caller = |name: &str| {
        let call = |id: &str, next: &str| {
            act(id, "InvokeFlowModule", json!({"FlowModuleId": format!("{called}:$LATEST")}), next)
        };
        let texts = [format!("{name} begins"), format!("{name} between"), format!("{name} ends")];
        document(
            "a",
            vec![
                say("a", &texts[0], "m1"),
                call("m1", "b"),
                say("b", &texts[1], "m2"),
                call("m2", "c"),
                say("c", &texts[2], "end"),
            ],
        )
    };
    let id = center.flow("F");
    publish(&mut center, &id, caller("old"));
    let (contact, _) = chat(&mut center, "F");
    publish(&mut center, &id, caller("new"));
    publish_module(&mut center, called, ask_in("module two"));
    center.restart();
    center.pass(61);
    publish_module(&mut center, called, ask_in("module three"));
    center.restart();
    center.pass(61);
    assert_eq!(said(&center, contact), ["old begins", "module one", "old between", "module two", "old ends"]);
    assert_eq!(center.stage(contact), Stage::Ended);
}

#[test]
fn a_transfer_to_another_flow_takes_its_newest_version() {
    let mut center = Center::new(&[("Target", &waiting("target one", "")), ("F", &document("end", vec![]))]);
    let target = center.flow("Target");
    let go = act("go", "TransferToFlow", json!({"ContactFlowId": target}), "end");
    let id = center.flow("F");
    publish(&mut center, &id, document("a", vec![say("a", "leaves", "w"), pause("w", "go"), go]));
    let (contact, _) = chat(&mut center, "F");
    publish(&mut center, &target, waiting("target two", "target two ends"));
    center.pass(61);
    publish(&mut center, &target, waiting("target three", "target three ends"));
    center.restart();
    center.pass(61);
    assert_eq!(said(&center, contact), ["leaves", "target two", "target two ends"]);
}

#[test]
fn the_flow_log_names_the_module() {
    let mut center = Center::new(&[("F", &document("end", vec![]))]);
    let called = new_module(&mut center, "Greeter", module(vec![say("greet", "hi", "return")]));
    let call = act("m", "InvokeFlowModule", json!({"FlowModuleId": called}), "end");
    let log = act("log", "UpdateFlowLoggingBehavior", json!({"FlowLoggingBehavior": "Enabled"}), "m");
    let id = center.flow("F");
    publish(&mut center, &id, document("log", vec![log, call]));
    let attribute = directory::instance::InstanceAttribute::ContactflowLogs;
    assert!(center.core.directory().attribute(attribute), "logs are on in a new instance");
    chat(&mut center, "F");
    let entry = center
        .events
        .iter()
        .find_map(|event| match event {
            contacts::Event::FlowLog { entry } if entry["Identifier"] == "greet" => Some(entry.clone()),
            _ => None,
        })
        .expect("the module's action is logged");
    assert_eq!(entry["ContactFlowName"], "Greeter");
    assert!(
        entry["ContactFlowId"].as_str().is_some_and(|id| id.ends_with(&format!("/flow-module/{called}")))
    );
}

#[test]
fn the_end_of_a_flow_that_leads_nowhere_is_logged_only_where_logging_is_on() {
    let lost = || vec![say("lost", "hi", "nowhere")];
    let log = act("log", "UpdateFlowLoggingBehavior", json!({"FlowLoggingBehavior": "Enabled"}), "lost");
    let loud: Vec<_> = [log].into_iter().chain(lost()).collect();
    let mut center = Center::new(&[("Loud", &document("end", vec![])), ("Quiet", &document("end", vec![]))]);
    for (name, start, actions) in [("Loud", "log", loud), ("Quiet", "lost", lost())] {
        let id = center.flow(name);
        publish(&mut center, &id, document(start, actions));
        chat(&mut center, name);
    }
    let ends = center.events.iter().filter_map(|event| match event {
        contacts::Event::FlowLog { entry } if entry["ContactFlowModuleType"] == "FlowEnd" => Some(entry),
        _ => None,
    });
    let ends: Vec<_> = ends.collect();
    assert_eq!(ends.len(), 1, "{ends:?}");
    assert_eq!(ends[0]["ContactFlowName"], "Loud");
    assert!(ends[0]["Error"].as_str().is_some_and(|error| !error.is_empty()));
}

#[test]
fn what_loading_puts_right_is_nobodys_change() {
    let mut center = Center::new(&[("F", &document("end", vec![]))]);
    let flow = center.flow("F");
    let key = ("flow".to_owned(), flow.clone());
    let mut stored: Value = serde_json::from_str(&center.documents[&key]).expect("JSON");
    stored.as_object_mut().expect("an object").remove("Versions");
    center.documents.insert(key, stored.to_string());
    center.restart();
    publish(&mut center, &flow, document("a", vec![say("a", "new", "end")]));
    let told: Vec<_> = center.changes.iter().map(|change| (&*change.author, change.entry.action)).collect();
    use directory::history::Action;
    assert_eq!(told, [("system", Action::Published), ("test", Action::Published)]);
}
