//! Views in chats, and guides of agents: shown, answered, hidden, timed out, survived.

mod common;

use common::{Center, TO_QUEUE};
use contacts::Effect;
use contacts::contact::Stage;
use model::{ContactId, ParticipantId};
use serde_json::{Value, json};

const INTERACTIVE: &str = "application/vnd.amazonaws.connect.message.interactive";
const RESPONSE: &str = "application/vnd.amazonaws.connect.message.interactive.response";

/// A flow that shows a view, says which branch was taken and ends; the branch Wait stays.
fn shows(parameters: Value) -> String {
    let say = |id: &str, text: &str, next: &str| {
        json!({"Identifier": id, "Type": "MessageParticipant", "Parameters": {"Text": text}, "Transitions": {
            "NextAction": next, "Errors": [{"NextAction": "end", "ErrorType": "NoMatchingError"}]}})
    };
    let error = |kind: &str, next: &str| json!({"NextAction": next, "ErrorType": kind});
    let equals = |text: &str, next: &str| json!({"NextAction": next, "Condition": {"Operator": "Equals", "Operands": [text]}});
    json!({"Version": "2019-10-30", "StartAction": "view", "Actions": [
        {"Identifier": "view", "Type": "ShowView", "Parameters": parameters, "Transitions": {
            "NextAction": "none", "Conditions": [equals("Next", "next"), equals("Back", "back")],
            "Errors": [error("NoMatchingCondition", "none"), error("NoMatchingError", "error"),
                error("TimeLimitExceeded", "late")]}},
        say("next", "next: $.Views.Action, $.Views.ViewResultData.FormData.reason", "set"),
        {"Identifier": "set", "Type": "UpdateContactAttributes", "Parameters": {"Attributes":
            {"reason": "$.Views.ViewResultData.FormData.reason"}, "TargetContact": "Current"}, "Transitions": {
            "NextAction": "end", "Errors": [error("NoMatchingError", "end")]}},
        say("back", "back", "view"),
        say("none", "none: $.Views.ViewResultData.content", "end"),
        say("error", "error", "end"),
        say("late", "late", "end"),
        {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}},
    ]})
    .to_string()
}

fn form(more: Value) -> Value {
    let mut parameters = json!({
        "ViewResource": {"Id": "form", "Version": "Latest"},
        "InvocationTimeLimitSeconds": "60",
        "ViewData": {"Heading": "Dear $.CustomerEndpoint.DisplayName", "Next": "Next", "Sections": []},
    });
    parameters.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    parameters
}

/// The last view shown in a chat, as its message tells it.
fn shown(center: &Center, chat: ContactId) -> Option<Value> {
    center.bodies(chat).into_iter().rev().find(|body| body["ContentType"] == INTERACTIVE).map(|body| {
        let message: Value = serde_json::from_str(body["Content"].as_str().expect("a text")).expect("JSON");
        assert_eq!((&message["templateType"], &message["version"]), (&json!("ViewResource"), &json!("1.0")));
        message["data"]["content"].clone()
    })
}

fn answer(center: &mut Center, customer: ParticipantId, action: &str, data: Value) {
    let content =
        json!({"templateType": "ViewResource", "version": "1.0", "action": action, "data": data}).to_string();
    center.apply(|core, cx| core.send_message(cx, customer, RESPONSE, &content, None)).expect("answers");
}

fn says(center: &Center, chat: ContactId, text: &str) -> bool {
    center.transcript(chat).iter().any(|line| line.strip_prefix("SYSTEM: ") == Some(text))
}

#[test]
fn a_view_is_shown_described_and_answered() {
    let mut center = Center::new(&[("Asks", &shows(form(json!({}))))]);
    let (chat, customer) = center.chat("Asks");
    let view = shown(&center, chat).expect("shown");
    assert_eq!(view["viewData"]["Heading"], "Dear Cora");
    let token = view["viewToken"].as_str().expect("a token").to_owned();
    let described = center.core.shown_view(customer, &token).expect("described");
    assert_eq!((described.name, described.version), ("Form", Some(1)));
    assert_eq!(view["viewId"], described.arn.as_str());
    assert_eq!(described.content_body()["Actions"][0], "Back");
    // Another chat's customer knows nothing of it, nor does anybody of other tokens.
    let (_, other) = center.chat("Asks");
    for (participant, token) in [(other, token.as_str()), (customer, "form"), (customer, &other.to_string())]
    {
        let refusal = center.core.shown_view(participant, token).expect_err("unknown");
        assert_eq!(refusal.code, contacts::Code::NotFound, "{token}");
    }

    answer(&mut center, customer, "Back", json!({}));
    assert!(says(&center, chat, "back"));
    let again = shown(&center, chat).expect("shown again");
    assert_ne!(again["viewToken"], token.as_str());
    assert!(center.core.shown_view(customer, &token).is_ok(), "the first can still be described");
    center.restart();
    answer(&mut center, customer, "Next", json!({"FormData": {"reason": "broken"}}));
    assert!(says(&center, chat, "next: Next, broken"));
    assert_eq!(center.stage(chat), Stage::Ended);
    assert_eq!(center.record(chat)["Attributes"]["reason"], "broken");
}

#[test]
fn what_is_no_action_takes_the_no_match_branch() {
    let mut center = Center::new(&[("Asks", &shows(form(json!({}))))]);
    let (chat, customer) = center.chat("Asks");
    center.say(customer, "What is this?");
    assert!(says(&center, chat, "none: What is this?"));
    let (chat, customer) = center.chat("Asks");
    answer(&mut center, customer, "Launch", json!({"content": "x"}));
    assert!(says(&center, chat, "none: x"));
}

#[test]
fn nobody_answers_in_time() {
    let mut center = Center::new(&[("Asks", &shows(form(json!({}))))]);
    let (chat, _) = center.chat("Asks");
    center.pass(59);
    assert!(!says(&center, chat, "late"));
    center.restart();
    center.pass(2);
    assert!(says(&center, chat, "late"));
}

#[test]
fn what_cannot_be_shown_takes_the_error_branch_and_is_logged() {
    for (change, reason) in [
        (json!({"ViewData": {"Heading": "x"}}), "the view needs the input \"Sections\""),
        (json!({"ViewData": {"Sections": [], "Wizard": "three"}}), "\"Wizard\" must be a list"),
        (json!({"ViewResource": {"Id": "form", "Version": "2"}}), "only version 1"),
        (json!({"ViewResource": {"Id": "nothing"}}), "no view \"nothing\""),
    ] {
        let mut center = Center::new(&[("Asks", &logging(&shows(form(change))))]);
        let (chat, _) = center.chat("Asks");
        assert!(says(&center, chat, "error"), "{reason}");
        assert_eq!(shown(&center, chat), None);
        let logged = center.flow_log();
        assert!(
            logged.iter().any(|entry| entry["ContactFlowModuleType"] == "ShowView"
                && entry["Error"].as_str().is_some_and(|error| error.contains(reason))),
            "{reason}: {logged:?}"
        );
    }
}

/// The flow with its log switched on.
fn logging(flow: &str) -> String {
    flow.replace(r#""StartAction":"view""#, r#""StartAction":"log""#).replace(
        r#""Actions":["#,
        r#""Actions":[{"Identifier":"log","Type":"UpdateFlowLoggingBehavior","Parameters":{"FlowLoggingBehavior":"Enabled"},"Transitions":{"NextAction":"view"}},"#,
    )
}

#[test]
fn a_hidden_answer_is_in_no_transcript_and_no_log() {
    let hides = json!({"SensitiveDataConfiguration": {"HideResponseOn": ["TRANSCRIPT"]}});
    let flow = logging(&shows(form(hides)))
        .replace("next: $.Views.Action, $.Views.ViewResultData.FormData.reason", "noted");
    let mut center = Center::new(&[("Asks", &flow)]);
    let (chat, customer) = center.chat("Asks");
    answer(&mut center, customer, "Next", json!({"FormData": {"reason": "4111-1111"}}));
    assert!(says(&center, chat, "noted"), "{:?}", center.transcript(chat));
    let told = format!("{:?}{:?}", center.transcript(chat), center.flow_log());
    assert!(!told.contains("4111-1111"), "{told}");
    assert!(!center.flow_log().is_empty());
    let pushed = center.effects.iter().any(|effect| match effect {
        Effect::Push { content, .. } => content.contains("4111-1111"),
        _ => false,
    });
    assert!(!pushed, "nobody sees it");
    assert_eq!(center.record(chat)["Attributes"]["reason"], "4111-1111", "the flow has it");
}

#[test]
fn a_hidden_answer_that_comes_late_or_twice_is_in_no_transcript() {
    let hides = json!({"SensitiveDataConfiguration": {"HideResponseOn": ["TRANSCRIPT"]}});
    let data = json!({"FormData": {"reason": "4111-1111"}});
    for late in [false, true] {
        // Once answered or too late, the chat goes on and waits.
        let flow = shows(form(hides.clone())).replace(
            r#"{"Identifier":"end","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}"#,
            r#"{"Identifier":"end","Type":"Wait","Parameters":{"TimeLimitSeconds":"600"},"Transitions":{"NextAction":"end",
            "Conditions":[{"NextAction":"end","Condition":{"Operator":"Equals","Operands":["WaitCompleted"]}}],
            "Errors":[{"NextAction":"end","ErrorType":"NoMatchingError"}]}}"#,
        );
        let flow = flow.replace("next: $.Views.Action, $.Views.ViewResultData.FormData.reason", "noted");
        let mut center = Center::new(&[("Asks", &flow)]);
        let (chat, customer) = center.chat("Asks");
        if late {
            center.pass(61);
            assert!(says(&center, chat, "late"));
        } else {
            answer(&mut center, customer, "Next", data.clone());
            assert!(says(&center, chat, "noted"));
        }
        center.restart();
        answer(&mut center, customer, "Next", data.clone());
        center.say(customer, "Did it work?");
        let told = center.transcript(chat);
        assert!(!format!("{told:?}").contains("4111-1111"), "{told:?}");
        let hidden = told.iter().filter(|line| line.contains(r#""hidden":true"#)).count();
        assert_eq!(hidden, if late { 1 } else { 2 }, "{told:?}");
        assert!(told.iter().any(|line| line.ends_with("Did it work?")), "other words are told: {told:?}");
        let pushed = center.effects.iter().any(|effect| match effect {
            Effect::Push { content, .. } => content.contains("4111-1111"),
            _ => false,
        });
        assert!(!pushed, "nobody sees it");
    }
}

#[test]
fn nested_answers_of_functions_are_shown_and_nested_answers_come_back() {
    let shown_flow = shows(json!({
        "ViewResource": {"Id": "form"}, "InvocationTimeLimitSeconds": "60",
        "ViewData": {"Heading": "$.External.customer.name", "Next": "Next", "Sections": "$.External.sections",
            "Wizard": "$.External.steps"},
    }));
    let flow = shown_flow
        .replace(r#""StartAction":"view""#, r#""StartAction":"ask""#)
        .replace("$.Views.ViewResultData.FormData.reason", "$.Views.ViewResultData.FormData.reasons.1")
        .replace(
            r#""Actions":["#,
            r#""Actions":[{"Identifier":"ask","Type":"InvokeLambdaFunction","Parameters":{"LambdaFunctionARN":"https://example.com/crm",
            "InvocationTimeLimitSeconds":"3","ResponseValidation":{"ResponseType":"JSON"}},"Transitions":{
            "NextAction":"view","Errors":[{"NextAction":"error","ErrorType":"NoMatchingError"}]}},"#,
        );
    let mut center = Center::new(&[("Asks", &flow)]);
    let (chat, customer) = center.chat("Asks");
    let called_at = center.effects.iter().find_map(|effect| match effect {
        Effect::CallFunction { called_at, .. } => Some(*called_at),
        _ => None,
    });
    let sections = json!([{"Type": "DataSection", "Items": [{"Label": "Policy", "Value": "P-1"}]}]);
    // What a contact attribute would hold: a list as text.
    let steps = r#"[{"Heading": "One"}]"#;
    let answered = json!({"customer": {"name": "Ada"}, "sections": sections, "steps": steps});
    let called_at = called_at.expect("the function is called");
    center.apply(|core, cx| core.function_answered(cx, chat, called_at, Ok(answered)));
    let view = shown(&center, chat).expect("shown");
    assert_eq!(view["viewData"]["Heading"], "Ada");
    assert_eq!(
        (&view["viewData"]["Sections"], &view["viewData"]["Wizard"]),
        (&sections, &json!([{"Heading": "One"}]))
    );
    answer(&mut center, customer, "Next", json!({"FormData": {"reasons": ["a", "b"]}}));
    assert_eq!(center.record(chat)["Attributes"]["reason"], "b");
}

/// To the queue, with guides for the start and the end.
fn guided() -> String {
    let event_flow = |id: &str, next: &str, hook: &str, flow: &str| {
        format!(
            r#"{{"Identifier":"{id}","Type":"UpdateContactEventHooks","Parameters":{{"EventHooks":{{"{hook}":"{flow}"}}}},
            "Transitions":{{"NextAction":"{next}","Errors":[{{"NextAction":"queue","ErrorType":"NoMatchingError"}}]}}}},"#
        )
    };
    TO_QUEUE.replace(
        r#""StartAction":"queue","Actions":["#,
        &format!(
            r#""StartAction":"name","Actions":[{}{}
            {{"Identifier":"name","Type":"UpdateContactAttributes","Parameters":{{"Attributes":{{"tier":"gold"}}}},
            "Transitions":{{"NextAction":"hook","Errors":[{{"NextAction":"queue","ErrorType":"NoMatchingError"}}]}}}},"#,
            event_flow("hook", "later", "DefaultAgentUI", "{{flow:Start}}"),
            event_flow("later", "queue", "DisconnectAgentUI", "{{flow:End}}"),
        ),
    )
}

/// A centre whose chats come with guides; the agent may see them if asked for.
fn guided_center(may_see: bool) -> Center {
    let start = shows(json!({
        "ViewResource": {"Id": "detail"}, "InvocationTimeLimitSeconds": "600",
        "ViewData": {"Sections": [], "Heading": "A $.Attributes.tier customer", "Back": "Back"},
    }));
    let end = shows(form(json!({})));
    let mut center = Center::new(&[("Start", &start), ("End", &end), ("Guided", &guided())]);
    if may_see {
        center.grant("Agent", "CustomViews.Access");
    }
    center
}

fn open(center: &mut Center, user: model::UserId, contact: ContactId) -> (ContactId, ParticipantId) {
    let guides = center.core.open_guides(user, contact).expect("holds it");
    let guide = guides.last().copied().expect("a guide");
    center.apply(|core, cx| core.participant_connected(cx, guide.participant)).expect("connects");
    (guide.contact, guide.participant)
}

#[test]
fn guides_go_with_the_agents_contact() {
    let mut center = guided_center(true);
    let user = center.available("ann");
    let (chat, _) = center.chat("Guided");
    center.accept(user, chat);
    let (guide, page) = open(&mut center, user, chat);
    let view = shown(&center, guide).expect("shown");
    assert_eq!(view["viewData"]["Heading"], "A gold customer");
    let contact = center.core.contact(guide).expect("live");
    assert_eq!(
        (contact.related, contact.segment_attributes["connect:Subtype"].as_str()),
        (Some(chat), "connect:Guide")
    );
    assert_eq!(shown(&center, chat), None, "the customer sees nothing of it");
    // What the agent answers is an attribute of the customer's contact.
    answer(&mut center, page, "Next", json!({"FormData": {"reason": "refund"}}));
    assert_eq!(center.stage(guide), Stage::Ended);
    assert_eq!(center.core.attributes_of(chat).expect("live")["reason"], "refund");
    assert!(center.core.open_guides(user, chat).expect("holds it").is_empty());
    assert_eq!(center.stage(chat), Stage::Connected);

    // The end has a guide of its own, which ends with the after-contact work.
    center.apply(|core, cx| core.agent_leaves(cx, user, chat)).expect("leaves");
    let (last, page) = open(&mut center, user, chat);
    assert_ne!(last, guide);
    center.restart();
    assert!(shown(&center, last).is_some());
    center.apply(|core, cx| core.clear(cx, user, chat)).expect("clears");
    assert_eq!((center.stage(chat), center.stage(last)), (Stage::Ended, Stage::Ended));
    assert!(center.core.speaker(page).is_err());
    assert_eq!(center.record(chat)["Attributes"]["reason"], "refund");
}

#[test]
fn guides_need_their_permission_and_their_agent() {
    let mut center = guided_center(false);
    let user = center.available("ann");
    let (chat, _) = center.chat("Guided");
    center.accept(user, chat);
    assert!(center.core.open_guides(user, chat).expect("holds it").is_empty());

    let mut center = guided_center(true);
    let (ann, bob) = (center.available("ann"), center.user("bob"));
    let (chat, _) = center.chat("Guided");
    center.accept(ann, chat);
    assert_eq!(center.core.open_guides(ann, chat).expect("holds it").len(), 1);
    assert!(center.core.open_guides(bob, chat).is_err());
    // A page that never comes leaves no guide behind.
    center.pass(6 * 60);
    assert!(center.core.open_guides(ann, chat).expect("holds it").is_empty());
    assert_eq!(center.stage(chat), Stage::Connected);
}
