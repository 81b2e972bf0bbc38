//! Supervisors in chats: unseen while they listen, participants once they have barged.

mod common;

use common::{Center, TO_QUEUE};
use contacts::chain::Role;
use contacts::contact::Stage;
use contacts::monitoring::MonitorMode::{self, Barge, SilentMonitor};
use contacts::transcript::content_type;
use contacts::{Address, Code, Effect, Refusal};
use directory::instance::UpdateInstanceAttribute;
use model::{ContactId, ParticipantId, UserId};
use serde_json::{Value, json};

const BOTH: [MonitorMode; 2] = [SilentMonitor, Barge];

/// A flow that has both sides recorded before it queues.
fn recorded() -> String {
    TO_QUEUE.replace(
        r#""StartAction":"queue","Actions":["#,
        r#""StartAction":"record","Actions":[
 {"Identifier":"record","Type":"UpdateContactRecordingBehavior",
  "Parameters":{"RecordingBehavior":{"RecordedParticipants":["Agent","Customer"]}},
  "Transitions":{"NextAction":"queue"}},"#,
    )
}

fn switch(center: &mut Center, name: &str, value: bool) {
    let input: UpdateInstanceAttribute = serde_json::from_value(json!({
        "InstanceId": center.core.directory().instance().id, "AttributeType": name, "Value": value.to_string(),
    }))
    .expect("an input");
    center
        .apply(|core, cx| {
            core.configure(cx, "test", |directory, _| directory.update_instance_attribute(input))
        })
        .expect("switches");
}

/// A new user with the stock profiles of agents and managers, signed in.
fn supervisor(center: &mut Center, name: &str) -> UserId {
    let directory = center.core.directory();
    let profile = |name: &str| directory.security_profile_named(name).expect("is seeded").id;
    let like = directory.user_named("ann").expect("is seeded");
    let input = serde_json::from_value(json!({
        "InstanceId": directory.instance().id,
        "Username": name,
        "Password": "Open-Sesame-1",
        "IdentityInfo": {"FirstName": name, "LastName": "Test"},
        "SecurityProfileIds": [profile("Agent"), profile("CallCenterManager")],
        "RoutingProfileId": like.routing_profile_id,
    }))
    .expect("an input");
    let user = center
        .apply(|core, cx| {
            core.configure(cx, "test", |directory, cx| directory.create_user(cx, input, Some("hash".into())))
        })
        .expect("makes the user");
    center.apply(|core, cx| core.sign_in(cx, user)).expect("signs in");
    user
}

/// A centre whose agent ann holds a chat, with a supervisor and everything switched on.
fn at_work() -> (Center, UserId, UserId, ContactId, ParticipantId) {
    let mut center = Center::new(&[("Main", TO_QUEUE), ("Recorded", &recorded())]);
    switch(&mut center, "ENHANCED_CHAT_MONITORING", true);
    switch(&mut center, "ENHANCED_CONTACT_MONITORING", true);
    let ann = center.available("ann");
    let zoe = supervisor(&mut center, "zoe");
    let (chat, customer) = center.chat("Main");
    center.accept(ann, chat);
    (center, ann, zoe, chat, customer)
}

fn monitor(center: &mut Center, user: UserId, chat: ContactId, with: &[MonitorMode]) -> Result<(), Refusal> {
    center.apply(|core, cx| core.monitor_contact(cx, user, chat, with, None))
}

fn mode(center: &mut Center, user: UserId, chat: ContactId, mode: MonitorMode) -> Result<(), Refusal> {
    center.apply(|core, cx| core.set_monitor_mode(cx, user, chat, mode))
}

fn part(center: &Center, user: UserId) -> Option<(ParticipantId, MonitorMode)> {
    center.core.monitored_by(user).map(|(_, monitor)| (monitor.participant, monitor.mode)).next()
}

fn supervisor_items(center: &Center, chat: ContactId) -> Vec<(String, String)> {
    let items = center.items.get(&chat).into_iter().flatten().map(|(_, _, _, body)| body);
    items
        .filter(|body| body["ParticipantRole"] == "SUPERVISOR")
        .map(|body| {
            let what = body["Content"].as_str().or(body["ContentType"].as_str()).expect("either");
            (what.rsplit('.').take(2).collect::<Vec<_>>().join(" "), body["DisplayName"].to_string())
        })
        .collect()
}

/// Who was sent what says `text`.
fn told(center: &Center, text: &str) -> Vec<Address> {
    let pushes = center.effects.iter().filter_map(|effect| match effect {
        Effect::Push { to, content, .. } if content.contains(text) => Some(to.clone()),
        _ => None,
    });
    pushes.flatten().collect()
}

#[test]
fn who_listens_hears_everything_and_is_not_seen() {
    let (mut center, ann, zoe, chat, customer) = at_work();
    let before = center.transcript(chat).len();
    monitor(&mut center, zoe, chat, &BOTH).expect("monitors");
    let (participant, state) = part(&center, zoe).expect("monitors");
    assert_eq!(state, SilentMonitor);
    assert_eq!(center.transcript(chat).len(), before, "nobody is told");
    center.say(customer, "hello there");
    let heard = told(&center, "hello there");
    assert!([Address::Agent(ann), Address::Agent(zoe)].iter().all(|one| heard.contains(one)), "{heard:?}");
    // What the library of a listener sends by itself is not passed on, and what they write is refused.
    let content = json!({"messageId": center.items[&chat].last().expect("an item").0}).to_string();
    center
        .apply(|core, cx| core.send_event(cx, participant, content_type::READ, Some(&content), None))
        .expect("is answered");
    assert!(told(&center, "Receipts").is_empty());
    let refusal = center
        .apply(|core, cx| core.send_message(cx, participant, content_type::TEXT, "psst", None))
        .expect_err("a listener is silent");
    assert_eq!(refusal.code, Code::AccessDenied);
    let typing = content_type::TYPING;
    center.apply(|core, cx| core.send_event(cx, participant, typing, None, None)).expect_err("silent");
    center
        .apply(|core, cx| core.start_attachment(cx, participant, "a.txt", "text/plain", 3, "t"))
        .expect_err("silent");
    assert_eq!(center.core.agent(zoe).expect("signed in").load(), [0; 3], "takes no slot");
    center.apply(|core, cx| core.stop_monitoring(cx, zoe, chat)).expect("leaves");
    assert_eq!(part(&center, zoe), None);
    assert!(center.core.speaker(participant).is_err() && center.core.may_read(participant).is_none());
    assert_eq!(supervisor_items(&center, chat), []);
}

#[test]
fn who_barges_is_a_participant_until_they_are_silent_again() {
    let (mut center, _, zoe, chat, _) = at_work();
    monitor(&mut center, zoe, chat, &BOTH).expect("monitors");
    let (participant, _) = part(&center, zoe).expect("monitors");
    mode(&mut center, zoe, chat, Barge).expect("barges");
    mode(&mut center, zoe, chat, Barge).expect("once more changes nothing");
    assert_eq!(center.core.speaker(participant).expect("takes part").role, Role::Supervisor);
    center
        .apply(|core, cx| core.send_message(cx, participant, content_type::TEXT, "May I help", None))
        .expect("speaks");
    mode(&mut center, zoe, chat, SilentMonitor).expect("is silent");
    mode(&mut center, zoe, chat, Barge).expect("barges again");
    center.apply(|core, cx| core.disconnect_participant(cx, participant)).expect("leaves");
    let name = "\"zoe\"".to_owned();
    let expected =
        ["joined participant", "May I help", "left participant", "joined participant", "left participant"];
    let expected: Vec<_> = expected.iter().map(|what| ((*what).to_owned(), name.clone())).collect();
    assert_eq!(supervisor_items(&center, chat), expected);
    assert_eq!(part(&center, zoe), None);
    assert_eq!(center.stage(chat), Stage::Connected, "the chat goes on");
}

#[test]
fn the_end_of_the_chat_ends_it_without_after_contact_work() {
    let (mut center, ann, zoe, chat, customer) = at_work();
    monitor(&mut center, zoe, chat, &BOTH).expect("monitors");
    mode(&mut center, zoe, chat, Barge).expect("barges");
    center.apply(|core, cx| core.disconnect_participant(cx, customer)).expect("ends");
    assert!(told(&center, "chat.ended").contains(&Address::Agent(zoe)));
    assert_eq!(part(&center, zoe), None);
    assert!(center.core.agent(zoe).expect("signed in").legs.is_empty());
    assert_eq!(supervisor_items(&center, chat).len(), 1, "what ends for all is told once");
    center.apply(|core, cx| core.clear(cx, ann, chat)).expect("clears");
    assert_eq!(center.records().len(), 1);
    assert!(monitor(&mut center, zoe, chat, &BOTH).is_err());
}

#[test]
fn a_restart_keeps_it() {
    let (mut center, _, zoe, chat, customer) = at_work();
    monitor(&mut center, zoe, chat, &BOTH).expect("monitors");
    mode(&mut center, zoe, chat, Barge).expect("barges");
    let before = part(&center, zoe).expect("monitors");
    center.restart();
    assert_eq!(part(&center, zoe), Some(before));
    center
        .apply(|core, cx| core.send_message(cx, before.0, content_type::TEXT, "still here", None))
        .expect("speaks");
    center.say(customer, "good");
    assert!(told(&center, "good").contains(&Address::Agent(zoe)));
    mode(&mut center, zoe, chat, SilentMonitor).expect("is silent");
    center.restart();
    assert_eq!(part(&center, zoe), Some((before.0, SilentMonitor)));
    let out = center.status(model::resource::AgentStatusType::Offline);
    center.apply(|core, cx| core.set_status(cx, zoe, out, false)).expect("stays, whatever the status");
    assert!(part(&center, zoe).is_some());
    center.apply(|core, cx| core.sign_out(cx, zoe)).expect("signs out");
    assert_eq!(part(&center, zoe), None);
}

#[test]
fn a_token_makes_it_one_monitoring() {
    let (mut center, _, zoe, chat, _) = at_work();
    let again = |center: &mut Center, with: &[MonitorMode]| {
        center.apply(|core, cx| core.monitor_contact(cx, zoe, chat, with, Some("t")))
    };
    again(&mut center, &BOTH).expect("monitors");
    again(&mut center, &BOTH).expect("is the same");
    assert_eq!(center.core.monitored_by(zoe).count(), 1);
    assert_eq!(again(&mut center, &[SilentMonitor]).expect_err("is another").code, Code::Conflict);
    assert_eq!(monitor(&mut center, zoe, chat, &BOTH).expect_err("does already").code, Code::InvalidRequest);
}

#[test]
fn switches_recording_and_permissions_decide_who_may() {
    let (mut center, ann, zoe, chat, _) = at_work();
    let code = |result: Result<(), Refusal>| result.expect_err("is refused").code;
    assert_eq!(code(monitor(&mut center, ann, chat, &BOTH)), Code::AccessDenied, "agents may not");
    assert_eq!(code(monitor(&mut center, zoe, chat, &[])), Code::InvalidRequest, "capabilities are needed");
    assert_eq!(code(monitor(&mut center, zoe, chat, &[Barge])), Code::InvalidRequest);
    assert_eq!(code(monitor(&mut center, UserId::from_u128(7), chat, &BOTH)), Code::NotFound);
    let task = center.task("Main");
    assert_eq!(code(monitor(&mut center, zoe, task, &BOTH)), Code::InvalidRequest);
    let (waits, _) = center.chat("Main");
    assert_eq!(code(monitor(&mut center, zoe, waits, &BOTH)), Code::InvalidRequest, "no agent is on it");
    for over in [task, waits] {
        center.apply(|core, cx| core.stop_contact(cx, over)).expect("ends");
    }
    // Without the switch of voice nobody barges, without that of chats the flow must record.
    switch(&mut center, "ENHANCED_CONTACT_MONITORING", false);
    assert_eq!(code(monitor(&mut center, zoe, chat, &BOTH)), Code::InvalidRequest);
    switch(&mut center, "ENHANCED_CHAT_MONITORING", false);
    assert_eq!(code(monitor(&mut center, zoe, chat, &[])), Code::InvalidRequest);
    let (recorded, _) = center.chat("Recorded");
    center.accept(ann, recorded);
    monitor(&mut center, zoe, recorded, &[]).expect("is recorded");
    assert_eq!(code(mode(&mut center, zoe, recorded, Barge)), Code::InvalidState, "was not allowed");
}

#[test]
fn what_a_supervisor_monitors_is_in_their_events_with_the_switch_of_calls() {
    let (mut center, _, zoe, chat, _) = at_work();
    monitor(&mut center, zoe, chat, &BOTH).expect("monitors");
    let shown = |center: &Center| -> Value {
        let agent = center.core.agent(zoe).expect("signed in");
        let snapshot: Value =
            serde_json::from_str(center.core.agent_snapshot(agent).text()).expect("is JSON");
        snapshot["Contacts"].clone()
    };
    let contacts = shown(&center);
    assert_eq!(
        (&contacts[0]["ContactId"], &contacts[0]["InitiationMethod"], &contacts[0]["State"]),
        (&json!(chat), &json!("MONITOR"), &json!("CONNECTED"))
    );
    switch(&mut center, "ENHANCED_CONTACT_MONITORING", false);
    assert_eq!(shown(&center), json!([]));
}

#[test]
fn a_chat_has_five_supervisors_and_one_who_has_barged() {
    let (mut center, _, zoe, chat, _) = at_work();
    let others: Vec<_> = (1..=5).map(|number| supervisor(&mut center, &format!("sup{number}"))).collect();
    monitor(&mut center, zoe, chat, &BOTH).expect("monitors");
    for other in &others[..4] {
        monitor(&mut center, *other, chat, &BOTH).expect("monitors");
    }
    assert_eq!(
        monitor(&mut center, others[4], chat, &BOTH).expect_err("one too many").code,
        Code::LimitExceeded
    );
    mode(&mut center, zoe, chat, Barge).expect("barges");
    assert_eq!(
        mode(&mut center, others[0], chat, Barge).expect_err("one too many").code,
        Code::LimitExceeded
    );
    mode(&mut center, zoe, chat, SilentMonitor).expect("is silent");
    mode(&mut center, others[0], chat, Barge).expect("barges");
    center.apply(|core, cx| core.stop_monitoring(cx, zoe, chat)).expect("leaves");
    monitor(&mut center, others[4], chat, &BOTH).expect("there is room again");
}

#[test]
fn a_transfer_ends_it_and_the_chat_goes_on_without_them() {
    let (mut center, ann, zoe, chat, _) = at_work();
    monitor(&mut center, zoe, chat, &BOTH).expect("monitors");
    mode(&mut center, zoe, chat, Barge).expect("barges");
    let flow = center.flow("Main");
    let next = center.apply(|core, cx| core.transfer_by_api(cx, chat, &flow, None, None)).expect("transfers");
    assert_eq!(center.stage(chat), Stage::AfterContactWork);
    assert_eq!(part(&center, zoe), None);
    let last = supervisor_items(&center, chat).pop().expect("an item");
    assert_eq!(last.0, "left participant");
    center.apply(|core, cx| core.clear(cx, ann, chat)).expect("clears");
    assert_eq!(center.offered_to(next), Some(ann));
}
