//! Idle and auto-disconnect times: they run only while an agent and the customer are connected (spec 03 D24).

mod common;

use common::{Center, TO_QUEUE};
use contacts::Effect;
use contacts::chain::RoleTimer;
use contacts::contact::Stage;
use model::{ContactId, ParticipantId, UserId};

/// A chat with an agent under these times, in minutes.
fn talking(times: &[(RoleTimer, u32)]) -> (Center, ContactId, ParticipantId, ParticipantId, UserId) {
    let mut center = Center::new(&[("To queue", TO_QUEUE)]);
    let ann = center.available("ann");
    let (contact, customer) = center.chat("To queue");
    let changes: Vec<_> = times.iter().map(|(timer, minutes)| (*timer, Some(*minutes))).collect();
    center.apply(|core, _| core.configure_role_timers(contact, &changes)).expect("configures");
    let agent = center.accept(ann, contact);
    (center, contact, customer, agent, ann)
}

/// The notices pushed so far, by the end of their content types.
fn notices(center: &Center) -> Vec<String> {
    center
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Push { content, .. } => serde_json::from_str::<serde_json::Value>(content).ok(),
            _ => None,
        })
        .filter_map(|item| {
            let kind = item["ContentType"].as_str()?.rsplit("participant.").next()?.to_owned();
            let role = item["ParticipantRole"].as_str()?.to_owned();
            ["idle", "returned", "autodisconnection"]
                .contains(&kind.as_str())
                .then(|| format!("{role} {kind}"))
        })
        .collect()
}

#[test]
fn a_silent_customer_is_idle_then_the_agent_is_disconnected() {
    let (mut center, contact, _, _, _) =
        talking(&[(RoleTimer::CustomerIdle, 2), (RoleTimer::CustomerDisconnect, 3)]);
    center.pass(119);
    assert!(notices(&center).is_empty());
    center.pass(1);
    assert_eq!(notices(&center), ["CUSTOMER idle"]);
    center.pass(179);
    assert_eq!(center.stage(contact), Stage::Connected);
    center.pass(1);
    assert_eq!(notices(&center), ["CUSTOMER idle", "CUSTOMER autodisconnection"]);
    assert_eq!(center.stage(contact), Stage::AfterContactWork);
}

#[test]
fn a_word_brings_the_customer_back() {
    let (mut center, contact, customer, _, _) =
        talking(&[(RoleTimer::CustomerIdle, 2), (RoleTimer::CustomerDisconnect, 3)]);
    center.pass(200);
    center.say(customer, "I am here");
    assert_eq!(notices(&center), ["CUSTOMER idle", "CUSTOMER returned"]);
    center.pass(119);
    assert_eq!(notices(&center).len(), 2, "counted anew");
    center.pass(1);
    assert_eq!(notices(&center).len(), 3);
    assert_eq!(center.stage(contact), Stage::Connected);
}

#[test]
fn the_agents_time_counts_on_its_own() {
    let (mut center, contact, customer, _, ann) = talking(&[(RoleTimer::AgentDisconnect, 5)]);
    center.pass(200);
    center.say(customer, "Hello?");
    center.pass(99);
    assert_eq!(center.stage(contact), Stage::Connected);
    center.pass(1);
    assert_eq!(center.stage(contact), Stage::AfterContactWork);
    assert_eq!(notices(&center), ["AGENT autodisconnection"]);
    center.apply(|core, cx| core.clear(cx, ann, contact)).expect("clears");
}

#[test]
fn times_apply_from_the_next_agent_on_and_not_while_waiting() {
    let (mut center, contact, _, _, _) = talking(&[]);
    center
        .apply(|core, _| core.configure_role_timers(contact, &[(RoleTimer::CustomerIdle, Some(2))]))
        .expect("configures");
    center.pass(3600);
    assert!(notices(&center).is_empty(), "the agent had joined before");
    for minutes in [1, 481] {
        let refused = center
            .apply(|core, _| core.configure_role_timers(contact, &[(RoleTimer::AgentIdle, Some(minutes))]));
        assert_eq!(refused.expect_err("out of range").code, contacts::Code::InvalidParameter);
    }
}

#[test]
fn after_a_restart_the_times_count_anew() {
    let (mut center, contact, _, _, _) = talking(&[(RoleTimer::CustomerDisconnect, 2)]);
    center.pass(100);
    center.restart();
    center.pass(119);
    assert_eq!(center.stage(contact), Stage::Connected);
    center.pass(1);
    assert_eq!(center.stage(contact), Stage::AfterContactWork);
}
