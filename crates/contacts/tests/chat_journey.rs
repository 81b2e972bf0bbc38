//! A customer's chat from the first word to the record.

mod common;

use common::{Center, TO_QUEUE};
use contacts::Effect;
use contacts::contact::Stage;
use model::ContactId;
use model::resource::AgentStatusType;

#[test]
fn a_chat_waits_is_offered_accepted_ended_and_recorded() {
    let mut center = Center::new(&[("To queue", TO_QUEUE)]);
    let (contact, customer) = center.chat("To queue");
    assert_eq!(center.stage(contact), Stage::Queued);
    center.pass(5);
    let ann = center.available("ann");
    assert_eq!(center.offered_to(contact), Some(ann));
    let agent = center.accept(ann, contact);
    center.say(customer, "Hello");
    center.say(agent, "Hi, how can I help?");
    center.pass(60);
    center.apply(|core, cx| core.disconnect_participant(cx, agent)).expect("leaves");
    assert_eq!(center.stage(contact), Stage::AfterContactWork);
    center.pass(30);
    center.apply(|core, cx| core.clear(cx, ann, contact)).expect("clears");
    assert_eq!(center.stage(contact), Stage::Ended);

    let transcript = center.transcript(contact);
    let expected = [
        "CUSTOMER participant.joined",
        "AGENT participant.joined",
        "CUSTOMER: Hello",
        "AGENT: Hi, how can I help?",
        "AGENT participant.left",
        "SYSTEM chat.ended",
    ];
    let seen: Vec<&str> =
        transcript.iter().map(String::as_str).filter(|line| !line.starts_with("SYSTEM:")).collect();
    assert_eq!(seen, expected);
    let record = center.record(contact);
    assert_eq!(record["DisconnectReason"], "AGENT_DISCONNECT");
    assert_eq!(record["Queue"]["Duration"], 5);
    assert_eq!(record["Agent"]["AgentInteractionDuration"], 60);
    assert_eq!(record["Agent"]["AfterContactWorkDuration"], 30);
    assert_eq!(record["Agent"]["Username"], "ann");
    assert_eq!(
        center.contact_events(contact),
        ["INITIATED", "CONNECTED_TO_SYSTEM", "QUEUED", "CONNECTED_TO_AGENT", "DISCONNECTED"]
    );
    assert!(center.effects.iter().any(|effect| matches!(effect, Effect::WriteTranscript(_))));
    let late = center.apply(|core, cx| core.send_message(cx, customer, "text/plain", "?", None));
    assert_eq!(late.expect_err("over").code, contacts::Code::AccessDenied);
}

#[test]
fn the_flow_begins_when_the_customer_connects_and_not_later_than_five_minutes() {
    let mut center = Center::new(&[("To queue", TO_QUEUE)]);
    let flow = center.flow("To queue");
    let request = contacts::StartChat { flow, display_name: "Cora".into(), ..Default::default() };
    let started = center.apply(|core, cx| core.start_chat(cx, request)).expect("starts");
    center.pass(299);
    assert_eq!(center.stage(started.contact), Stage::Created);
    center.pass(1);
    assert_eq!(center.stage(started.contact), Stage::Ended);
    let late = center.apply(|core, cx| core.participant_connected(cx, started.participant));
    assert!(late.is_err());
}

#[test]
fn an_offer_is_missed_after_twenty_seconds_and_goes_to_the_next_agent() {
    let mut center = Center::new(&[("To queue", TO_QUEUE)]);
    let ann = center.available("ann");
    center.pass(10);
    let bob = center.available("bob");
    let (contact, _) = center.chat("To queue");
    assert_eq!(center.offered_to(contact), Some(ann), "the longest available agent");
    center.pass(19);
    assert_eq!(center.offered_to(contact), Some(ann));
    center.pass(1);
    assert_eq!(center.offered_to(contact), Some(bob));
    let agent = center.core.agent(ann).expect("known");
    assert_eq!(agent.error.as_ref().map(|error| error.name.as_str()), Some("MissedCallAgent"));
    assert_eq!(agent.legs.len(), 1, "listed until cleared");
    center.pass(20);
    assert_eq!(center.offered_to(contact), None, "nobody is left");
    center.apply(|core, cx| core.clear(cx, ann, contact)).expect("clears");
    assert_eq!(center.offered_to(contact), Some(ann), "ann is back");
    center.accept(ann, contact);
    assert_eq!(center.core.contact(contact).expect("live").agent_connection_attempts, 3);
}

#[test]
fn a_rejected_offer_goes_to_the_next_agent_and_keeps_its_place() {
    let mut center = Center::new(&[("To queue", TO_QUEUE)]);
    let ann = center.available("ann");
    let (first, _) = center.chat("To queue");
    center.apply(|core, cx| core.reject(cx, ann, first)).expect("rejects");
    center.pass(1);
    let (second, _) = center.chat("To queue");
    let bob = center.available("bob");
    assert_eq!(center.offered_to(first), Some(bob), "the older contact first");
    assert_eq!(center.offered_to(second), Some(bob), "two chats fit the profile");
}

#[test]
fn the_customer_leaves_while_waiting() {
    let mut center = Center::new(&[("To queue", TO_QUEUE)]);
    let ann = center.available("ann");
    let (contact, customer) = center.chat("To queue");
    assert_eq!(center.offered_to(contact), Some(ann));
    center.pass(3);
    center.apply(|core, cx| core.disconnect_participant(cx, customer)).expect("leaves");
    let record = center.record(contact);
    assert_eq!(record["DisconnectReason"], "CUSTOMER_DISCONNECT");
    assert!(record.get("Agent").is_none(), "abandoned: no agent");
    assert!(record["Queue"]["EnqueueTimestamp"].is_string());
    assert_eq!(record["AgentConnectionAttempts"], 1);
    let agent = center.core.agent(ann).expect("known");
    assert!(agent.legs.is_empty() && agent.error.is_none(), "the agent did nothing wrong");
}

#[test]
fn the_same_client_token_is_one_chat_and_one_message() {
    let mut center = Center::new(&[("To queue", TO_QUEUE)]);
    let flow = center.flow("To queue");
    let request = |name: &str| contacts::StartChat {
        flow: flow.clone(),
        display_name: name.into(),
        client_token: Some("t".into()),
        ..Default::default()
    };
    let first = center.apply(|core, cx| core.start_chat(cx, request("Cora"))).expect("starts");
    let again = center.apply(|core, cx| core.start_chat(cx, request("Cora"))).expect("starts");
    assert_eq!(first, again);
    let other = center.apply(|core, cx| core.start_chat(cx, request("Dora")));
    assert_eq!(other.expect_err("another request").code, contacts::Code::Conflict);
    center.apply(|core, cx| core.participant_connected(cx, first.participant)).expect("connects");
    let send = |center: &mut Center| {
        center
            .apply(|core, cx| core.send_message(cx, first.participant, "text/plain", "Hi", Some("m")))
            .expect("sends")
    };
    let one = send(&mut center);
    center.restart();
    let two = send(&mut center);
    assert_eq!(one, two, "also across a restart");
    let said = center.transcript(first.contact).iter().filter(|line| line.as_str() == "CUSTOMER: Hi").count();
    assert_eq!(said, 1);
}

#[test]
fn a_restart_changes_nothing_for_anybody() {
    let mut center = Center::new(&[("To queue", TO_QUEUE)]);
    let ann = center.available("ann");
    let (first, _) = center.chat("To queue");
    center.accept(ann, first);
    let (second, _) = center.chat("To queue");
    let (third, _) = center.chat("To queue");
    center.pass(10);
    let before = |center: &Center| {
        let mut contacts: Vec<_> = center.core.contacts().map(|contact| serde_json::json!(contact)).collect();
        contacts.sort_by_key(|contact| contact["id"].to_string());
        let mut agents: Vec<_> = center.core.agents().map(|agent| serde_json::json!(agent)).collect();
        agents.sort_by_key(|agent| agent["user"].to_string());
        (contacts, agents, center.core.wake_at())
    };
    let expected = before(&center);
    center.restart();
    assert_eq!(before(&center), expected);
    assert_eq!(center.offered_to(second), Some(ann));
    center.pass(10);
    assert_eq!(center.offered_to(second), None, "the offer made before the restart is missed in time");
    let bob = center.available("bob");
    assert_eq!(center.offered_to(second), Some(bob));
    assert_eq!(center.offered_to(third), Some(bob));
}

#[test]
fn the_next_status_waits_for_the_contacts() {
    let mut center = Center::new(&[("To queue", TO_QUEUE)]);
    let ann = center.available("ann");
    let (contact, _) = center.chat("To queue");
    center.accept(ann, contact);
    let offline = center.status(AgentStatusType::Offline);
    center.apply(|core, cx| core.set_status(cx, ann, offline, true)).expect("enqueues");
    let (other, _) = center.chat("To queue");
    assert_eq!(center.offered_to(other), None, "nothing is offered while a next status waits");
    center.apply(|core, cx| core.agent_leaves(cx, ann, contact)).expect("leaves");
    center.apply(|core, cx| core.clear(cx, ann, contact)).expect("clears");
    let agent = center.core.agent(ann).expect("known");
    assert_eq!((agent.status, agent.next_status.is_none()), (offline, true));
}

#[test]
fn after_contact_work_ends_by_itself_when_it_has_a_limit() {
    let mut center = Center::new(&[("To queue", TO_QUEUE)]);
    let ann = center.available("ann");
    center
        .apply(|core, cx| {
            core.configure(cx, "test", |directory, dcx| {
                let id = directory.user_named("ann").expect("exists").id;
                let request = serde_json::json!({"UserId": id, "PhoneConfig":
                    {"PhoneType": "SOFT_PHONE", "AutoAccept": false, "AfterContactWorkTimeLimit": 15}});
                directory.update_user_phone_config(dcx, directory::input::read(request)?)
            })
        })
        .expect("configures");
    let (contact, customer) = center.chat("To queue");
    center.accept(ann, contact);
    center.apply(|core, cx| core.disconnect_participant(cx, customer)).expect("leaves");
    center.pass(14);
    assert_eq!(center.stage(contact), Stage::AfterContactWork);
    center.pass(1);
    assert_eq!(center.stage(contact), Stage::Ended);
    assert_eq!(center.record(contact)["DisconnectReason"], "CUSTOMER_DISCONNECT");
}

#[test]
fn a_chat_ends_at_its_duration() {
    let mut center = Center::new(&[("To queue", TO_QUEUE)]);
    let (contact, _) = center.chat("To queue");
    center.pass(25 * 3600 - 1);
    assert_eq!(center.stage(contact), Stage::Queued);
    center.pass(1);
    assert_eq!(center.stage(contact), Stage::Ended);
    assert!(center.record(contact).get("DisconnectReason").is_none());
}

#[test]
fn unknown_contacts_and_wrong_agents_are_refused() {
    let mut center = Center::new(&[("To queue", TO_QUEUE)]);
    let (ann, bob) = (center.available("ann"), center.user("bob"));
    let (contact, _) = center.chat("To queue");
    let nobody = ContactId::from_u128(5);
    let code = |result: Result<(), contacts::Refusal>| result.expect_err("refused").code;
    assert_eq!(code(center.apply(|core, cx| core.accept(cx, ann, nobody))), contacts::Code::NotFound);
    assert_eq!(code(center.apply(|core, cx| core.accept(cx, bob, contact))), contacts::Code::InvalidState);
    assert_eq!(
        code(center.apply(|core, cx| core.agent_leaves(cx, bob, contact))),
        contacts::Code::InvalidState
    );
    assert_eq!(code(center.apply(|core, cx| core.clear(cx, ann, contact))), contacts::Code::InvalidState);
    assert_eq!(center.offered_to(contact), Some(ann), "nothing was changed");
}

#[test]
fn the_strict_reading_of_priority_is_a_tag_of_the_routing_profile() {
    let mut center = Center::new(&[("To queue", TO_QUEUE)]);
    let id = center.core.directory().default_routing_profile().expect("seeded").routing_profile_id;
    let strict = |center: &Center| {
        center.core.router().get_profile(id).expect("routed").strict_priority_includes_delayed
    };
    assert!(!strict(&center));
    center
        .apply(|core, cx| {
            core.configure(cx, "test", |directory, dcx| {
                let arn = directory.scope().arn(model::ArnKind::RoutingProfile, id);
                let request =
                    serde_json::json!({"resourceArn": arn, "tags": {"switchroom:strict-priority": "true"}});
                directory.tag_resource(dcx, directory::input::read(request)?)
            })
        })
        .expect("tags");
    assert!(strict(&center));
}
