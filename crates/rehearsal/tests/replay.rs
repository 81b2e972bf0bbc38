//! Drafts played in an instance: every step is told, other flows are found there, and bounds hold.

use std::cell::Cell;
use std::sync::Arc;

use flows::action::ResourceKind;
use flows::{BotCall, BotError, BotReply, Branch, Message, Program, ViewRequest};
use model::resource::FlowType;
use model::{Channel, FlowId, Timestamp};
use rehearsal::{
    Answer, Draft, Found, Given, GivenError, Input, Instance, Limits, Named, Place, Replayed, Stop, Waits,
    replay,
};
use serde_json::{Value, json};

const DRAFT: u128 = 7;
const OTHER: u128 = 8;
const LIMITS: Limits = Limits { acts: 500, bytes: 400_000 };

struct Desk;

fn other() -> Value {
    json!({"Version": "2019-10-30", "StartAction": "set", "Actions": [
        {"Identifier": "set", "Type": "UpdateFlowAttributes",
         "Parameters": {"FlowAttributes": {"seen": {"Value": "here"}}},
         "Transitions": {"NextAction": "back", "Errors": [{"NextAction": "back", "ErrorType": "NoMatchingError"}]}},
        {"Identifier": "back", "Type": "TransferToFlow", "Parameters": {"ContactFlowId": FlowId::from_u128(DRAFT)},
         "Transitions": {"NextAction": "end", "Errors": [{"NextAction": "end", "ErrorType": "NoMatchingError"}]}},
        {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]})
}

impl Instance for Desk {
    fn arn(&self) -> String {
        "arn:desk".to_owned()
    }

    fn flow(&self, text: &str) -> Option<Found> {
        (text == "other").then(|| Found {
            id: FlowId::from_u128(OTHER),
            name: "Other".to_owned(),
            kind: FlowType::ContactFlow,
            program: Arc::new(Program::from_value(&other()).expect("reads")),
        })
    }

    fn default_flow(&self, _: FlowType) -> Option<Found> {
        None
    }

    fn named(&self, kind: ResourceKind, text: &str) -> Option<Named> {
        let there = kind == ResourceKind::Queue && text == "q-1";
        there.then(|| Named { name: "Sales".to_owned(), arn: "arn:desk/queue/q-1".to_owned() })
    }

    fn bot(&self, alias: &str, _: Option<&str>) -> Result<(), String> {
        if alias == "helper" { Ok(()) } else { Err(format!("no bot {alias}")) }
    }

    fn view(&self, request: &ViewRequest) -> Result<String, String> {
        match request.view.as_str() {
            "form" => Ok("Form".to_owned()),
            other => Err(format!("no view {other}")),
        }
    }

    fn ask_bot(&self, call: &BotCall, _: Timestamp) -> Result<BotReply, BotError> {
        Ok(BotReply {
            messages: vec![Message::Text(format!("You said {}", call.text))],
            intent: Some("Greeting".to_owned()),
            dialog_state: "Fulfilled".to_owned(),
            ..BotReply::default()
        })
    }
}

fn to(target: &str) -> Value {
    json!({"NextAction": target, "Errors": [{"NextAction": target, "ErrorType": "NoMatchingError"}]})
}

fn act(id: &str, kind: &str, parameters: Value, transitions: Value) -> Value {
    json!({"Identifier": id, "Type": kind, "Parameters": parameters, "Transitions": transitions})
}

fn played(actions: &[Value], given: Given, inputs: &[Input]) -> Replayed {
    within(actions, given, inputs, LIMITS, || true).expect("plays")
}

fn within(
    actions: &[Value],
    given: Given,
    inputs: &[Input],
    limits: Limits,
    more: impl Fn() -> bool + 'static,
) -> Result<Replayed, GivenError> {
    let content =
        json!({"Version": "2019-10-30", "StartAction": actions[0]["Identifier"], "Actions": actions});
    let draft = Draft {
        id: FlowId::from_u128(DRAFT),
        name: "Draft".to_owned(),
        kind: FlowType::ContactFlow,
        content: content.to_string(),
    };
    replay(draft, given, Box::new(Desk), inputs, limits, more)
}

fn way(played: &Replayed) -> Vec<&str> {
    played.acts.iter().map(|act| act.identifier.as_str()).collect()
}

fn bye() -> Value {
    act("bye", "DisconnectParticipant", json!({}), json!({}))
}

#[test]
fn every_step_says_what_it_changed_and_how_it_was_left() {
    let actions = [
        act(
            "set",
            "UpdateContactAttributes",
            json!({"Attributes": {"topic": "Sales"}, "TargetContact": "Current"}),
            to("ask"),
        ),
        act(
            "ask",
            "ConnectParticipantWithLexBot",
            json!({"Text": "How are you?", "LexV2Bot": {"AliasArn": "helper"}}),
            json!({"NextAction": "bye", "Conditions": [{"NextAction": "call",
                "Condition": {"Operator": "Equals", "Operands": ["Greeting"]}}],
                "Errors": [{"NextAction": "bye", "ErrorType": "NoMatchingCondition"},
                           {"NextAction": "bye", "ErrorType": "NoMatchingError"}]}),
        ),
        act(
            "call",
            "InvokeLambdaFunction",
            json!({"LambdaFunctionARN": "arn:aws:lambda:eu-west-1:123456789012:function:tier", "InvocationTimeLimitSeconds": "3"}),
            to("queue"),
        ),
        act("queue", "UpdateContactTargetQueue", json!({"QueueId": "q-1"}), to("bye")),
        bye(),
    ];
    let answer = Answer { answer: Some(json!({"level": "gold"})), ..Answer::default() };
    let given = Given { functions: [("tier".to_owned(), answer)].into(), ..Given::default() };
    let waiting = played(&actions, given.clone(), &[]);
    assert_eq!(way(&waiting), ["set", "ask"]);
    assert_eq!((waiting.place, waiting.waits), (Place::Flow, Some(Waits::Customer)));
    assert_eq!(waiting.acts[0].changed, [("Attributes".to_owned(), json!({"topic": "Sales"}))].into());
    assert_eq!(waiting.begun["Channel"], "CHAT");

    let over = played(&actions, given, &[Input::Says("fine".to_owned())]);
    assert_eq!(way(&over), ["set", "ask", "call", "queue", "bye"]);
    assert_eq!(over.acts[..2].iter().map(|act| act.inputs).collect::<Vec<_>>(), [0, 0]);
    assert_eq!(over.acts[2].inputs, 1);
    let branches: Vec<_> = over.acts.iter().map(|act| act.branch).collect();
    let next = Some(Branch::Next);
    assert_eq!(branches, [next, Some(Branch::Condition(0)), next, next, None]);
    assert_eq!(over.acts[1].changed["Lex"]["IntentName"], "Greeting");
    assert_eq!(over.acts[2].changed["External"], json!({"level": "gold"}));
    assert_eq!(over.acts[3].changed["Queue"], json!({"Name": "Sales", "ARN": "arn:desk/queue/q-1"}));
    assert_eq!(over.acts[3].parameters, Some(json!({"QueueId": "q-1"})));
    let said: Vec<_> = over.said.iter().map(|one| (one.act, one.inputs, one.text.as_str())).collect();
    assert_eq!(said, [(1, 0, "How are you?"), (1, 1, "You said fine")]);
    assert_eq!(over.place, Place::Ended);
}

#[test]
fn a_view_is_shown_and_answered_by_its_action_or_with_data() {
    let show = |id: &str, view: &str| {
        let error = |kind: &str| json!({"NextAction": "bye", "ErrorType": kind});
        act(
            id,
            "ShowView",
            json!({"ViewResource": {"Id": view}, "InvocationTimeLimitSeconds": "60", "ViewData": {"Heading": "Why?"}}),
            json!({"NextAction": "bye", "Conditions": [{"NextAction": "thanks",
                "Condition": {"Operator": "Equals", "Operands": ["Next"]}}],
                "Errors": [error("NoMatchingCondition"), error("NoMatchingError"), error("TimeLimitExceeded")]}),
        )
    };
    let thanks =
        act("thanks", "MessageParticipant", json!({"Text": "$.Views.ViewResultData.FormData.a"}), to("bye"));
    let actions = [show("view", "form"), thanks.clone(), bye()];
    let given = Given::default;
    let waiting = played(&actions, given(), &[]);
    assert_eq!((waiting.waits, waiting.said[0].text.as_str()), (Some(Waits::Customer), "[Form] Why?"));
    let says = |text: &str| [Input::Says(text.to_owned())];
    let filled =
        played(&actions, given(), &says(r#"{"action": "Next", "data": {"FormData": {"a": "that"}}}"#));
    assert_eq!(way(&filled), ["view", "thanks", "bye"]);
    assert_eq!(filled.said[1].text, "that");
    assert_eq!(way(&played(&actions, given(), &says("Next"))), ["view", "thanks", "bye"]);
    assert_eq!(way(&played(&actions, given(), &says("What?"))), ["view", "bye"]);
    let late = played(&actions, given(), &[Input::Waits(None)]);
    assert_eq!(late.acts[0].branch, Some(Branch::Error(2)));
    let missing = played(&[show("view", "other"), thanks, bye()], given(), &[]);
    assert_eq!(missing.acts[0].branch, Some(Branch::Error(1)));
}

#[test]
fn other_flows_are_found_in_the_instance_and_lead_back_to_the_draft() {
    let actions = [
        act(
            "been",
            "Compare",
            json!({"ComparisonValue": "$.Attributes.been"}),
            json!({"NextAction": "mark", "Conditions": [{"NextAction": "bye",
                "Condition": {"Operator": "Equals", "Operands": ["yes"]}}],
                "Errors": [{"NextAction": "mark", "ErrorType": "NoMatchingCondition"}]}),
        ),
        act(
            "mark",
            "UpdateContactAttributes",
            json!({"Attributes": {"been": "yes"}, "TargetContact": "Current"}),
            to("go"),
        ),
        act("go", "TransferToFlow", json!({"ContactFlowId": "other"}), to("bye")),
        bye(),
    ];
    let over = played(&actions, Given::default(), &[]);
    assert_eq!(way(&over), ["been", "mark", "go", "set", "back", "been", "bye"]);
    assert_eq!(over.acts[3].flow, FlowId::from_u128(OTHER));
    assert_eq!(over.flows[&FlowId::from_u128(OTHER)], "Other");
    assert_eq!(over.acts[3].changed["FlowAttributes"]["seen"], "here");
    assert_eq!(over.acts[4].changed["FlowAttributes"], Value::Null, "another flow has its own");
}

#[test]
fn what_is_not_in_the_instance_takes_the_error_branch() {
    let actions = [
        act("queue", "UpdateContactTargetQueue", json!({"QueueId": "q-2"}), to("go")),
        act("go", "TransferToFlow", json!({"ContactFlowId": "nowhere"}), to("bye")),
        bye(),
    ];
    let over = played(&actions, Given::default(), &[]);
    assert_eq!(way(&over), ["queue", "go", "bye"]);
    assert!(over.acts[..2].iter().all(|act| act.branch == Some(Branch::Error(0)) && act.error.is_some()));
}

#[test]
fn time_agents_and_leaving() {
    let actions = [
        act("queue", "UpdateContactTargetQueue", json!({"QueueId": "q-1"}), to("wait")),
        act(
            "wait",
            "Wait",
            json!({"TimeLimitSeconds": "60"}),
            json!({"Conditions": [{"NextAction": "go", "Condition": {"Operator": "Equals", "Operands": ["WaitCompleted"]}}],
                   "Errors": [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]}),
        ),
        act(
            "go",
            "TransferContactToQueue",
            json!({}),
            json!({"NextAction": "bye", "Errors": [{"NextAction": "bye", "ErrorType": "QueueAtCapacity"},
                   {"NextAction": "bye", "ErrorType": "NoMatchingError"}]}),
        ),
        bye(),
    ];
    let given = || Given { channel: Some(Channel::Task), ..Given::default() };
    let waiting = played(&actions, given(), &[Input::Says("hello".to_owned())]);
    assert_eq!((waiting.left_ms, waiting.unheard.as_slice()), (Some(60_000), &[0][..]));
    let queued = played(&actions, given(), &[Input::Waits(None)]);
    assert_eq!((queued.place, queued.queue.as_deref()), (Place::Queue, Some("Sales")));
    assert_eq!(queued.now.since(waiting.now), 60_000);
    let full = rehearsal::Queue { full: true, ..rehearsal::Queue::default() };
    let refused = played(&actions, Given { other_queues: full, ..given() }, &[Input::Waits(None)]);
    assert_eq!(way(&refused).last(), Some(&"bye"));
    let agent = played(&actions, given(), &[Input::Waits(Some(61_000)), Input::AgentAnswers]);
    assert_eq!(agent.place, Place::Agent);
    let left = [Input::Waits(None), Input::AgentAnswers, Input::AgentLeaves, Input::Leaves];
    let left = played(&actions, given(), &left);
    assert_eq!((left.place, left.unheard.as_slice()), (Place::Ended, &[3][..]));
}

#[test]
fn bounds_hold() {
    let long = "x".repeat(3000);
    let turns = |text: &str| {
        [
            act("say", "MessageParticipant", json!({"Text": text}), to("wait")),
            act(
                "wait",
                "Wait",
                json!({"TimeLimitSeconds": "1"}),
                json!({"Conditions": [{"NextAction": "say", "Condition": {"Operator": "Equals", "Operands": ["WaitCompleted"]}}],
                       "Errors": [{"NextAction": "say", "ErrorType": "NoMatchingError"}]}),
            ),
        ]
    };
    let hour = [Input::Waits(Some(3_600_000))];
    let many = played(&turns("x"), Given::default(), &hour);
    assert_eq!(many.stopped, Some(Stop::Acts));
    assert!((500..505).contains(&many.acts.len()), "{}", many.acts.len());
    let much = played(&turns(&long), Given::default(), &hour);
    assert_eq!(much.stopped, Some(Stop::Bytes));
    assert!(much.said.iter().map(|one| one.text.len()).sum::<usize>() < 410_000);
    let asked = Cell::new(0);
    let more = move || {
        asked.set(asked.get() + 1);
        asked.get() < 20
    };
    let late = within(&turns("x"), Given::default(), &hour, LIMITS, more).expect("plays");
    assert_eq!(late.stopped, Some(Stop::Time));
    assert!(within(&[json!({"Identifier": 3})], Given::default(), &[], LIMITS, || true).is_err());
}

#[test]
fn an_attribute_that_grows_is_refused_as_in_the_centre() {
    let grow = json!({"Attributes": {"a": "$.Attributes.a$.Attributes.a"}, "TargetContact": "Current"});
    let actions = [
        act(
            "grow",
            "UpdateContactAttributes",
            grow,
            json!({"NextAction": "grow",
            "Errors": [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]}),
        ),
        bye(),
    ];
    let given = Given { attributes: [("a".to_owned(), "0123456789".to_owned())].into(), ..Given::default() };
    let over = played(&actions, given, &[]);
    let last = &over.acts[over.acts.len() - 2];
    assert!(last.error.as_deref().is_some_and(|error| error.contains("32768")), "{last:?}");
    assert_eq!(over.place, Place::Ended);
}
