//! The flows every instance begins with, as customers and agents meet them.

mod common;

use common::{Center, TO_QUEUE};
use contacts::contact::Stage;
use contacts::{Address, Effect};
use directory::input;
use model::QuickConnectId;
use serde_json::json;

/// A quick connect to the agent or queue of this name.
fn quick_connect(center: &mut Center, to_agent: Option<&str>) -> QuickConnectId {
    let config = match to_agent {
        Some(name) => json!({"QuickConnectType": "USER", "UserConfig":
            {"UserId": center.user(name), "ContactFlowId": center.flow("Default agent transfer")}}),
        None => {
            let queue = center.core.directory().queue_named("BasicQueue").expect("exists").queue_id;
            json!({"QuickConnectType": "QUEUE", "QueueConfig":
                {"QueueId": queue, "ContactFlowId": center.flow("Default queue transfer")}})
        }
    };
    let request = json!({"Name": "there", "QuickConnectConfig": config});
    center
        .apply(|core, cx| {
            core.configure(cx, "test", |directory, dcx| {
                directory.create_quick_connect(dcx, input::read(request)?)
            })
        })
        .expect("creates")
}

#[test]
fn the_sample_inbound_flow_gives_a_chat_customer_a_menu_and_a_queue() {
    let mut center = Center::new(&[]);
    let ann = center.available("ann");
    let (contact, customer) = center.chat("Sample inbound flow");
    let shown = center.transcript(contact);
    assert!(shown.iter().any(|line| line.starts_with("SYSTEM: ")), "a greeting and a menu: {shown:?}");
    assert_eq!(center.stage(contact), Stage::InFlow, "the menu waits");
    center.restart();
    center.say(customer, "1");
    assert_eq!(center.offered_to(contact), Some(ann), "{:?}", center.transcript(contact));
    let attributes = center.core.attributes_of(contact).expect("live");
    assert!(!attributes.is_empty(), "the flow sets an attribute");
}

#[test]
fn nobody_staffed_is_told_to_the_customer() {
    let mut center = Center::new(&[]);
    let (contact, customer) = center.chat("Sample inbound flow");
    center.say(customer, "1");
    let shown = center.transcript(contact);
    assert!(!shown.is_empty());
    assert!(matches!(center.stage(contact), Stage::Ended | Stage::Queued), "{shown:?}");
}

#[test]
fn a_waiting_customer_hears_from_the_default_customer_queue_flow() {
    let mut center = Center::new(&[("To queue", TO_QUEUE)]);
    let (contact, _) = center.chat("To queue");
    let said = center.transcript(contact).iter().filter(|line| line.starts_with("SYSTEM: ")).count();
    assert_eq!(said, 1, "{:?}", center.transcript(contact));
    center.pass(3600);
    assert_eq!(center.stage(contact), Stage::Queued);
}

#[test]
fn a_chat_is_transferred_to_an_agent_with_its_history() {
    let mut center = Center::new(&[("To queue", TO_QUEUE)]);
    let ann = center.available("ann");
    let (first, customer) = center.chat("To queue");
    let agent = center.accept(ann, first);
    center.say(customer, "Hello");
    let bob = center.available("bob");
    let there = quick_connect(&mut center, Some("bob"));
    let second = center.apply(|core, cx| core.transfer(cx, ann, first, there)).expect("transfers");
    assert_eq!(center.stage(first), Stage::AfterContactWork, "{:?}", center.transcript(first));
    assert_eq!(center.offered_to(second), Some(bob));
    let other = center.accept(bob, second);
    center.say(other, "I take over");
    center.say(customer, "Fine");
    assert!(center.apply(|core, cx| core.send_message(cx, agent, "text/plain", "?", None)).is_err());
    center.apply(|core, cx| core.disconnect_participant(cx, customer)).expect("leaves");
    center.apply(|core, cx| core.clear(cx, ann, first)).expect("clears");
    center.apply(|core, cx| core.clear(cx, bob, second)).expect("clears");
    let lines = center.transcript(first);
    let at = |wanted: &str| {
        lines.iter().position(|line| line == wanted).unwrap_or_else(|| panic!("{wanted}: {lines:?}"))
    };
    assert!(at("CUSTOMER: Hello") < at("SYSTEM transfer.succeeded"));
    assert!(at("SYSTEM transfer.succeeded") < at("AGENT: I take over"));
    let (old, new) = (center.record(first).clone(), center.record(second).clone());
    assert_eq!(old["NextContactId"], json!(second));
    assert_eq!((&new["PreviousContactId"], &new["InitialContactId"]), (&json!(first), &json!(first)));
    assert_eq!(new["InitiationMethod"], "TRANSFER");
}

#[test]
fn a_transfer_to_a_disabled_queue_fails_and_changes_nothing() {
    let mut center = Center::new(&[("To queue", TO_QUEUE)]);
    let ann = center.available("ann");
    let (contact, customer) = center.chat("To queue");
    let agent = center.accept(ann, contact);
    let there = quick_connect(&mut center, None);
    center
        .apply(|core, cx| {
            core.configure(cx, "test", |directory, dcx| {
                let id = directory.queue_named("BasicQueue").expect("exists").queue_id;
                directory.update_queue_status(dcx, input::read(json!({"QueueId": id, "Status": "DISABLED"}))?)
            })
        })
        .expect("disables");
    let new = center.apply(|core, cx| core.transfer(cx, ann, contact, there)).expect("begins");
    assert_eq!(center.stage(contact), Stage::Connected);
    assert_eq!(center.stage(new), Stage::Ended);
    assert!(center.transcript(contact).iter().any(|line| line == "SYSTEM transfer.failed"));
    center.say(agent, "Still here");
    center.say(customer, "Good");
}

#[test]
fn a_task_goes_to_an_agent_is_paused_resumed_and_completed() {
    let mut center = Center::new(&[("To queue", TO_QUEUE)]);
    let ann = center.available("ann");
    let task = center.task("To queue");
    assert_eq!(center.offered_to(task), Some(ann));
    center.pass(29);
    assert_eq!(center.offered_to(task), Some(ann), "tasks are offered for thirty seconds");
    center.accept(ann, task);
    center.apply(|core, cx| core.pause(cx, task)).expect("pauses");
    let other = center.task("To queue");
    assert_eq!(center.offered_to(other), Some(ann), "a paused task frees its slot");
    center.accept(ann, other);
    center.pass(100);
    center.apply(|core, cx| core.agent_leaves(cx, ann, other)).expect("completes");
    center.apply(|core, cx| core.clear(cx, ann, other)).expect("clears");
    center.apply(|core, cx| core.resume(cx, task)).expect("resumes");
    center.pass(50);
    center.apply(|core, cx| core.agent_leaves(cx, ann, task)).expect("completes");
    center.apply(|core, cx| core.clear(cx, ann, task)).expect("clears");
    let record = center.record(task);
    assert_eq!(record["TotalPauseCount"], 1);
    assert_eq!(record["TotalPauseDurationInSeconds"], 100);
    assert_eq!(record["Agent"]["AgentPauseDuration"], 100);
    assert_eq!(record["Agent"]["AgentInteractionDuration"], 50);
    assert_eq!(record["DisconnectReason"], "AGENT_DISCONNECT");
}

#[test]
fn a_scheduled_task_begins_at_its_time_and_can_be_moved() {
    let mut center = Center::new(&[("To queue", TO_QUEUE)]);
    let flow = Some(center.flow("To queue"));
    let at = center.now + 3_600_000;
    let request =
        contacts::StartTask { flow, name: "Later".into(), scheduled_at: Some(at), ..Default::default() };
    let task = center.apply(|core, cx| core.start_task(cx, request)).expect("starts");
    assert_eq!(center.stage(task), Stage::Scheduled);
    center.apply(|core, cx| core.reschedule(cx, task, at + 60_000)).expect("moves");
    center.restart();
    center.pass(3600);
    assert_eq!(center.stage(task), Stage::Scheduled);
    center.pass(60);
    assert_eq!(center.stage(task), Stage::Queued);
    center.pass(7 * 24 * 3600);
    assert_eq!(center.stage(task), Stage::Ended);
    assert_eq!(center.record(task)["DisconnectReason"], "EXPIRED");
}

/// What was pushed about tasks so far: to whom, and the end of the content type.
fn task_notices(center: &Center) -> Vec<(Vec<Address>, String)> {
    center
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Push { to, topic: "aws/task", content } => Some((to.clone(), content)),
            _ => None,
        })
        .map(|(to, content)| {
            let item: serde_json::Value = serde_json::from_str(content).expect("an item");
            assert_eq!(item["Type"], "EVENT");
            assert!(item["ContactId"].is_string() && item["InitialContactId"].is_string(), "{item}");
            let kind = item["ContentType"].as_str().expect("a type").rsplit("event.").next().expect("an end");
            (to, kind.to_owned())
        })
        .collect()
}

#[test]
fn the_agent_of_a_task_is_warned_an_hour_before_it_expires() {
    let mut center = Center::new(&[("To queue", TO_QUEUE)]);
    let ann = center.available("ann");
    let task = center.task("To queue");
    center.accept(ann, task);
    center.pass(7 * 24 * 3600 - 3601);
    assert_eq!(task_notices(&center), []);
    center.restart();
    center.pass(1);
    let warned = (vec![Address::Agent(ann)], "expire.warning".to_owned());
    assert_eq!(task_notices(&center), [warned]);
    center.restart();
    center.pass(3599);
    assert_eq!(task_notices(&center), [], "a restart does not warn again");
    assert_eq!(center.stage(task), Stage::Connected);
    center.pass(1);
    let expired = (vec![Address::Agent(ann)], "expire.complete".to_owned());
    assert_eq!(task_notices(&center), [expired]);
    assert_ne!(center.stage(task), Stage::Connected);
}

#[test]
fn a_queued_task_leaves_the_queue_while_paused() {
    let mut center = Center::new(&[("To queue", TO_QUEUE)]);
    let task = center.task("To queue");
    assert_eq!(center.stage(task), Stage::Queued);
    center.apply(|core, cx| core.pause(cx, task)).expect("pauses");
    center.available("ann");
    assert_eq!(center.offered_to(task), None);
    let again = center.apply(|core, cx| core.pause(cx, task));
    assert_eq!(again.expect_err("paused already").code, contacts::Code::InvalidRequest);
    center.apply(|core, cx| core.resume(cx, task)).expect("resumes");
    assert_eq!(center.core.contact(task).expect("live").pauses.count, 1);
}

#[test]
fn when_the_agent_leaves_the_disconnect_flow_goes_on_with_the_customer() {
    let flow = TO_QUEUE.replace(
        r#""StartAction":"queue","Actions":["#,
        r#""StartAction":"hook","Actions":[
 {"Identifier":"hook","Type":"UpdateContactEventHooks","Parameters":{"EventHooks":{"CustomerRemaining":"{{flow:Sample disconnect flow}}"}},
  "Transitions":{"NextAction":"queue","Errors":[{"NextAction":"bye","ErrorType":"NoMatchingError"}]}},"#,
    );
    let mut center = Center::new(&[("With survey", &flow)]);
    let ann = center.available("ann");
    let (first, customer) = center.chat("With survey");
    let agent = center.accept(ann, first);
    center.apply(|core, cx| core.disconnect_participant(cx, agent)).expect("leaves");
    let next = center.core.contact(first).expect("in after-contact work").next.expect("goes on");
    assert_eq!(center.stage(next), Stage::InFlow, "{:?}", center.transcript(first));
    center.apply(|core, cx| core.clear(cx, ann, first)).expect("clears");
    center.restart();
    center.say(customer, "One more thing");
    assert_ne!(
        center.stage(next),
        Stage::InFlow,
        "the return moves the flow on: {:?}",
        center.transcript(first)
    );
    let method = center.contacts[&next].1.contains("DISCONNECT");
    assert!(method, "the new segment says how it began");
}
