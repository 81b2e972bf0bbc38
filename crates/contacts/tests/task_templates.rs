//! Tasks made by a template.

mod common;

use std::collections::BTreeMap;

use common::{Center, TO_QUEUE};
use contacts::{Code, Refusal, StartTask};
use directory::input::read;
use directory::quick_connects::CreateQuickConnect;
use directory::task_templates::{CreateTaskTemplate, UpdateTaskTemplate};
use flows::TaskReference;
use model::{ContactId, TaskTemplateId};
use serde_json::{Value, json};

fn ids(names: &[&str]) -> Value {
    names.iter().map(|name| json!({"Id": {"Name": name}})).collect()
}

fn field(name: &str, kind: &str) -> Value {
    json!({"Id": {"Name": name}, "Type": kind})
}

/// Title, order (required), colour (with a default), team (fixed), notes; no time, no assignment.
fn template(center: &mut Center) -> TaskTemplateId {
    let mut colour = field("Colour", "SINGLE_SELECT");
    colour["SingleSelectOptions"] = json!(["red", "blue"]);
    let members = json!({
        "Name": "Refund",
        "ContactFlowId": center.flow("To queue"),
        "Fields": [
            field("Title", "NAME"), field("Notes", "DESCRIPTION"), field("Order", "NUMBER"), colour,
            field("Team", "TEXT"), field("Page", "URL"),
        ],
        "Constraints": {"RequiredFields": ids(&["Title", "Order"]), "ReadOnlyFields": ids(&["Team"])},
        "Defaults": {"DefaultFieldValues": [
            {"Id": {"Name": "Colour"}, "DefaultValue": "red"},
            {"Id": {"Name": "Team"}, "DefaultValue": "Money"},
            {"Id": {"Name": "Title"}, "DefaultValue": "A refund"},
        ]},
    });
    let input: CreateTaskTemplate = read(members).expect("reads");
    center
        .apply(|core, cx| {
            core.configure(cx, "test", |directory, cx| directory.create_task_template(cx, input))
        })
        .expect("a valid template")
}

fn start(
    center: &mut Center,
    template: TaskTemplateId,
    values: &[(&str, &str)],
    change: impl FnOnce(&mut StartTask),
) -> Result<ContactId, Refusal> {
    let reference = |value: &str| TaskReference { value: value.into(), kind: "STRING".into() };
    let references: BTreeMap<_, _> =
        values.iter().map(|(name, value)| (name.to_string(), reference(value))).collect();
    let mut request = StartTask { template: Some(template.to_string()), references, ..StartTask::default() };
    change(&mut request);
    center.apply(|core, cx| core.start_task(cx, request))
}

#[test]
fn defaults_and_values_become_the_task() {
    let mut center = Center::new(&[("To queue", TO_QUEUE)]);
    let id = template(&mut center);
    let task = start(&mut center, id, &[("Order", "4711"), ("Free", "more")], |_| {}).expect("starts");
    center.restart();
    let contact = center.core.contact(task).expect("it waits in the queue");
    assert_eq!(contact.name.as_deref(), Some("A refund"));
    let shown: Vec<_> =
        contact.references.iter().map(|(name, one)| format!("{name}={}:{}", one.kind, one.value)).collect();
    assert_eq!(shown, ["Colour=STRING:red", "Free=STRING:more", "Order=NUMBER:4711", "Team=STRING:Money"]);
    let made_by = contact.task_template.as_ref().expect("known");
    assert_eq!((made_by.id, made_by.name.as_str(), made_by.version), (id, "Refund", 1));
}

#[test]
fn what_the_template_does_not_allow_is_refused() {
    let mut center = Center::new(&[("To queue", TO_QUEUE), ("Other", TO_QUEUE)]);
    let id = template(&mut center);
    let other = center.flow("Other");
    let later = center.now + 60_000;
    type Change = Box<dyn FnOnce(&mut StartTask)>;
    type Row = (Vec<(&'static str, &'static str)>, Change, Code, &'static str);
    let nothing = || -> Change { Box::new(|_| {}) };
    let order = ("Order", "1");
    let table: Vec<Row> = vec![
        (vec![], nothing(), Code::InvalidParameter, "needs a value for the field \"Order\""),
        (vec![("Order", "many")], nothing(), Code::InvalidParameter, "must be a number"),
        (vec![order, ("Colour", "green")], nothing(), Code::InvalidParameter, "choices"),
        (vec![order, ("Team", "Other")], nothing(), Code::InvalidParameter, "read-only"),
        (vec![order, ("Page", "ftp://x")], nothing(), Code::InvalidParameter, "https://"),
        (vec![order], Box::new(move |task| task.flow = Some(other)), Code::InvalidRequest, "its own flow"),
        (
            vec![order],
            Box::new(move |task| task.scheduled_at = Some(later)),
            Code::InvalidRequest,
            "scheduled time",
        ),
        (
            vec![order],
            Box::new(|task| task.quick_connect = Some(model::QuickConnectId::from_u128(1))),
            Code::InvalidRequest,
            "quick connect",
        ),
        (
            vec![order],
            Box::new(|task| task.template = Some("nothing".into())),
            Code::NotFound,
            "task template",
        ),
    ];
    for (values, change, code, text) in table {
        let refusal = start(&mut center, id, &values, change).expect_err(text);
        assert_eq!(refusal.code, code, "{refusal}");
        assert!(refusal.message.contains(text), "{refusal} does not say {text:?}");
    }
    let off: UpdateTaskTemplate =
        read(json!({"TaskTemplateId": id.to_string(), "Status": "INACTIVE"})).expect("reads");
    center
        .apply(|core, cx| core.configure(cx, "test", |directory, cx| directory.update_task_template(cx, off)))
        .expect("updates");
    let refusal = start(&mut center, id, &[order], |_| {}).expect_err("inactive");
    assert!(refusal.message.contains("not active"), "{refusal}");
}

#[test]
fn without_a_flow_the_quick_connect_says_where_it_goes() {
    let mut center = Center::new(&[]);
    let members = json!({
        "Name": "For somebody",
        "Fields": [field("Title", "NAME"), field("To", "QUICK_CONNECT"), field("When", "SCHEDULED_TIME")],
        "Constraints": {"RequiredFields": ids(&["Title", "To"])},
    });
    let input: CreateTaskTemplate = read(members).expect("reads");
    let id = center
        .apply(|core, cx| {
            core.configure(cx, "test", |directory, cx| directory.create_task_template(cx, input))
        })
        .expect("a valid template");
    let named = |task: &mut StartTask| task.name = "Call Cora".into();
    let refusal = start(&mut center, id, &[], named).expect_err("nobody is named");
    assert!(refusal.message.contains("\"To\""), "{refusal}");
    let connect: CreateQuickConnect = read(json!({
        "Name": "Basic",
        "QuickConnectConfig": {"QuickConnectType": "QUEUE", "QueueConfig": {
            "QueueId": center.core.directory().queue_named("BasicQueue").expect("seeded").queue_id,
            "ContactFlowId": center.flow("Default queue transfer"),
        }},
    }))
    .expect("reads");
    let connect = center
        .apply(|core, cx| {
            core.configure(cx, "test", |directory, cx| directory.create_quick_connect(cx, connect))
        })
        .expect("a valid quick connect");
    let later = center.now + 60_000;
    let task = start(&mut center, id, &[], |task| {
        named(task);
        task.quick_connect = Some(connect);
        task.scheduled_at = Some(later);
    })
    .expect("starts");
    let contact = center.core.contact(task).expect("it waits for its time");
    assert_eq!((contact.scheduled_at, contact.name.as_deref()), (Some(later), Some("Call Cora")));
    assert!(contact.target_queue.is_some(), "the quick connect's queue");
}
