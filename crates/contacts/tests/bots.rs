//! Bots in flows: asked after a commit, heard once, survived by restarts and pauses, and told piece by piece.

mod common;

use common::{Center, TO_QUEUE};
use contacts::Effect;
use contacts::contact::Stage;
use flows::{BotCall, BotError, BotReply, Message};
use model::{ContactId, Timestamp};
use serde_json::Value;

/// A flow that asks the sample bot what the customer wants; who wants an agent is queued.
fn asks_a_bot() -> String {
    TO_QUEUE.replace(
        r#""StartAction":"queue","Actions":["#,
        r#""StartAction":"ask","Actions":[
 {"Identifier":"ask","Type":"ConnectParticipantWithLexBot","Parameters":{"Text":"How can I help?",
   "LexV2Bot":{"AliasArn":"HelpDesk/live"},"LexTimeoutSeconds":{"Text":"300"}},
  "Transitions":{"NextAction":"bye","Conditions":[{"NextAction":"queue","Condition":{"Operator":"Equals","Operands":["TalkToAgent"]}}],
   "Errors":[{"NextAction":"bye","ErrorType":"NoMatchingError"},{"NextAction":"bye","ErrorType":"NoMatchingCondition"},
    {"NextAction":"bye","ErrorType":"InputTimeLimitExceeded"}]}},"#,
    )
}

fn asked(center: &Center) -> Option<(Timestamp, BotCall)> {
    center.effects.iter().rev().find_map(|effect| match effect {
        Effect::AskBot { asked_at, call, .. } => Some((*asked_at, call.clone())),
        _ => None,
    })
}

fn reply(text: &str, intent: Option<&str>) -> BotReply {
    BotReply {
        messages: vec![Message::Text(text.to_owned())],
        intent: intent.map(str::to_owned),
        dialog_state: "Fulfilled".to_owned(),
        ..BotReply::default()
    }
}

fn answer(center: &mut Center, chat: ContactId, at: Timestamp, answer: Result<BotReply, BotError>) {
    center.apply(|core, cx| core.bot_answered(cx, chat, at, answer));
}

#[test]
fn a_bot_is_asked_and_answers() {
    let mut center = Center::new(&[("Asks", &asks_a_bot())]);
    let (chat, customer) = center.chat("Asks");
    assert!(asked(&center).is_none(), "the customer speaks first");
    center.say(customer, "I want a person");
    let (at, call) = asked(&center).expect("the bot is asked");
    assert_eq!(call.text, "I want a person");
    answer(&mut center, chat, at, Ok(reply("What is it about?", None)));
    assert_eq!(center.stage(chat), Stage::InFlow);
    center.pass(1);
    center.say(customer, "my parcel");
    let (second, _) = asked(&center).expect("asked again");
    answer(&mut center, chat, at, Ok(reply("late", Some("TalkToAgent"))));
    assert_eq!(center.stage(chat), Stage::InFlow, "an answer to another question is dropped");
    answer(&mut center, chat, second, Ok(reply("One moment.", Some("TalkToAgent"))));
    assert_eq!(center.stage(chat), Stage::Queued);
    let transcript = center.transcript(chat).join("\n");
    for text in ["How can I help?", "What is it about?", "One moment."] {
        assert_eq!(transcript.matches(text).count(), 1, "{text} in {transcript}");
    }
    assert!(!transcript.contains("late"));
}

#[test]
fn a_question_survives_a_restart() {
    let mut center = Center::new(&[("Asks", &asks_a_bot())]);
    let (chat, customer) = center.chat("Asks");
    center.say(customer, "a person please");
    let before = asked(&center).expect("is asked");
    center.restart();
    let after = asked(&center).expect("is asked again");
    assert_eq!(before, after);
    answer(&mut center, chat, after.0, Ok(reply("One moment.", Some("TalkToAgent"))));
    assert_eq!(center.stage(chat), Stage::Queued);
}

#[test]
fn a_bot_that_fails_takes_the_error_branch() {
    for error in [BotError::TimeLimit, BotError::Failed("down".into()), BotError::Unavailable("gone".into())]
    {
        let mut center = Center::new(&[("Asks", &asks_a_bot())]);
        let (chat, customer) = center.chat("Asks");
        center.say(customer, "hello");
        let (at, _) = asked(&center).expect("is asked");
        answer(&mut center, chat, at, Err(error));
        assert!(center.core.contacts().all(|contact| contact.id != chat), "the error branch disconnects");
    }
}

#[test]
fn a_flow_does_not_ask_for_a_bot_that_is_not_there_or_speaks_another_language() {
    let unknown = asks_a_bot().replace("HelpDesk/live", "HelpDesk/nowhere");
    let mut center = Center::new(&[("Asks", &unknown)]);
    let (chat, _) = center.chat("Asks");
    assert!(center.core.contacts().all(|contact| contact.id != chat));
}

#[test]
fn a_reply_comes_in_pieces_and_is_kept_once() {
    let mut center = Center::new(&[("Asks", &asks_a_bot())]);
    let (chat, customer) = center.chat_incremental("Asks");
    center.say(customer, "a person");
    let (at, _) = asked(&center).expect("is asked");
    assert!(center.effects.iter().any(|effect| matches!(effect, Effect::AskBot { incremental: true, .. })));
    center.effects.clear();
    assert!(center.apply(|core, cx| core.bot_says(cx, chat, at, "One ")));
    assert!(center.apply(|core, cx| core.bot_says(cx, chat, at, "mo")));
    assert!(!center.apply(|core, cx| core.bot_says(cx, chat, at - 1, "x")), "nobody waits for that one");
    answer(&mut center, chat, at, Ok(reply("One moment.", Some("TalkToAgent"))));
    let pushed: Vec<Value> = center
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Push { content, .. } => serde_json::from_str::<Value>(content).ok(),
            _ => None,
        })
        .filter(|item| item["MessageMetadata"].is_object())
        .collect();
    let told: Vec<String> = pushed
        .iter()
        .map(|item| {
            let meta = &item["MessageMetadata"];
            format!("{} {} {}", meta["ChunkNumber"], meta["MessageCompleted"], item["Content"])
        })
        .collect();
    assert_eq!(told, [r#"1 false "One ""#, r#"2 false "mo""#, r#"3 true "One moment.""#]);
    assert!(pushed.iter().all(|item| item["Id"] == pushed[0]["Id"]));
    let transcript = center.transcript(chat).join("\n");
    assert_eq!(transcript.matches("One").count(), 1, "{transcript}");
}

#[test]
fn a_reply_that_breaks_off_stays_as_far_as_it_came() {
    let mut center = Center::new(&[("Asks", &asks_a_bot())]);
    let (chat, customer) = center.chat_incremental("Asks");
    center.say(customer, "a person");
    let (at, _) = asked(&center).expect("is asked");
    center.apply(|core, cx| core.bot_says(cx, chat, at, "One mo"));
    answer(&mut center, chat, at, Err(BotError::TimeLimit));
    assert!(center.transcript(chat).join("\n").contains("One mo"));
}

#[test]
fn what_is_written_while_the_bot_thinks_is_heard_next() {
    let mut center = Center::new(&[("Asks", &asks_a_bot())]);
    let (chat, customer) = center.chat("Asks");
    center.say(customer, "hello");
    let (first, _) = asked(&center).expect("is asked");
    center.say(customer, "I want a person");
    center.restart();
    center.pass(1);
    answer(&mut center, chat, first, Ok(reply("Hello!", None)));
    let (second, call) = asked(&center).expect("is asked again");
    assert_eq!(call.text, "I want a person");
    center.say(customer, "please");
    answer(&mut center, chat, second, Ok(reply("One moment.", Some("TalkToAgent"))));
    assert_eq!(center.stage(chat), Stage::Queued);
    let contact = center.core.contacts().find(|contact| contact.id == chat).expect("waits");
    assert!(contact.held_messages.is_empty(), "the agent reads the rest");
}

#[test]
fn a_reply_to_a_paused_task_is_kept() {
    let flow = asks_a_bot().replace("How can I help?", "I want a person");
    let mut center = Center::new(&[("Asks", &flow)]);
    let task = center.task("Asks");
    let (at, call) = asked(&center).expect("a task's prompt is what the bot hears");
    assert_eq!(call.text, "I want a person");
    center.apply(|core, cx| core.pause(cx, task)).expect("pauses");
    answer(&mut center, task, at, Ok(reply("", Some("TalkToAgent"))));
    assert_eq!(center.stage(task), Stage::InFlow);
    center.effects.clear();
    center.restart();
    assert!(asked(&center).is_none(), "answered already");
    center.apply(|core, cx| core.resume(cx, task)).expect("resumes");
    assert_eq!(center.stage(task), Stage::Queued);
}
