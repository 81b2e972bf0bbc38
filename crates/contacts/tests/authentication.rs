//! Customers sign in during a chat: every way out of the block, at its time, also over a restart.

mod common;

use common::{Center, TO_QUEUE};
use contacts::authentication::{
    AuthorizationRequest, Confidential, Identity, ProviderName, SignInAnswer, Step,
};
use contacts::contact::Stage;
use contacts::{Code, Effect};
use model::{ContactId, ParticipantId};
use serde_json::{Value, json};
use uuid::Uuid;

const STATUS: &str = "$.SegmentAttributes['connect:CustomerAuthentication']['Status']";
const BACK: &str = "https://shop.example.com/back";

/// A flow that asks for a sign-in of four minutes, says by which branch it went on, and goes on at the first of `rest`.
fn flow_to(rest: &[Value]) -> String {
    let says = |name: &str, text: String| {
        json!({"Identifier": name, "Type": "MessageParticipant", "Parameters": {"Text": text},
            "Transitions": {"NextAction": rest[0]["Identifier"]}})
    };
    let mut actions = vec![
        json!({"Identifier": "ask", "Type": "AuthenticateParticipant",
         "Parameters": {
             "CognitoConfiguration": {"UserPoolArn": "arn:pool", "AppClientId": "shop"},
             "TimeLimitMinutes": "4"},
         "Transitions": {"NextAction": "in",
             "Conditions": [{"NextAction": "out", "Condition": {"Operator": "Equals", "Operands": ["OptedOut"]}}],
             "Errors": [{"NextAction": "late", "ErrorType": "TimeLimitExceeded"},
                 {"NextAction": "failed", "ErrorType": "NoMatchingError"}]}}),
        says("in", format!("in {STATUS} $.CustomerId")),
        says("out", "out".into()),
        says("late", format!("late {STATUS}")),
        says("failed", format!("failed {STATUS}")),
    ];
    actions.extend_from_slice(rest);
    json!({"Version": "2019-10-30", "StartAction": "ask", "Actions": actions}).to_string()
}

/// A flow that stays with the customer afterwards.
fn flow() -> String {
    flow_to(&[
        json!({"Identifier": "stay", "Type": "Wait", "Parameters": {"TimeLimitSeconds": "7200"},
         "Transitions": {"NextAction": "bye",
             "Conditions": [{"NextAction": "bye",
                 "Condition": {"Operator": "Equals", "Operands": ["WaitCompleted"]}}],
             "Errors": [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]}}),
        json!({"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}),
    ])
}

/// A flow that puts the contact into a queue afterwards.
fn flow_to_queue() -> String {
    let queue: Value = serde_json::from_str(TO_QUEUE).expect("JSON");
    flow_to(queue["Actions"].as_array().expect("actions"))
}

/// A chat whose flow asks for a sign-in.
struct Chat {
    center: Center,
    contact: ContactId,
    customer: ParticipantId,
    session: Uuid,
}

impl Chat {
    /// The provider is still looked for.
    fn begun() -> Self {
        let mut center = Center::new(&[("Sign in", &flow())]);
        let (contact, customer) = center.chat("Sign in");
        let session = center.core.contact(contact).expect("live").sign_in.as_ref().expect("asked").session;
        Self { center, contact, customer, session }
    }

    /// The customer was asked.
    fn asked() -> Self {
        let mut chat = Self::begun();
        chat.found(Ok(()));
        chat
    }

    /// The customer is at the provider.
    fn away() -> (Self, AuthorizationRequest) {
        let mut chat = Self::asked();
        let (_, request) = chat.request(BACK).expect("asks");
        (chat, request)
    }

    fn found(&mut self, found: Result<(), String>) {
        let (contact, session) = (self.contact, self.session);
        self.center.apply(|core, cx| core.identity_provider_found(cx, contact, session, found));
    }

    fn request(&mut self, back: &str) -> Result<(ProviderName, AuthorizationRequest), Code> {
        let (customer, session) = (self.customer, self.session.to_string());
        let answer = self.center.apply(|core, cx| core.request_authorization(cx, customer, &session, back));
        answer.map_err(|refusal| refusal.code)
    }

    fn answer(&mut self, state: &str, code: Option<&str>) -> Result<(), Code> {
        let answer = code.map_or(SignInAnswer::Error, |code| SignInAnswer::Code(Confidential(code.into())));
        self.center.apply(|core, cx| core.sign_in_answered(cx, state, answer)).map_err(|refusal| refusal.code)
    }

    fn identified(&mut self, answer: Result<Identity, String>) {
        let (contact, session) = (self.contact, self.session);
        self.center.apply(|core, cx| core.identity_answered(cx, contact, session, answer));
    }

    fn cancel(&mut self) -> Result<(), Code> {
        let (customer, session) = (self.customer, self.session.to_string());
        let answer = self.center.apply(|core, cx| core.cancel_sign_in(cx, customer, &session));
        answer.map_err(|refusal| refusal.code)
    }

    /// The transcript from the sign-in on, without session ids.
    fn lines(&self) -> Vec<String> {
        let lines = self.center.transcript(self.contact).into_iter().skip(1);
        lines.map(|line| line.replace(&self.session.to_string(), "ID")).collect()
    }

    fn known(&self) -> Value {
        let values = self.center.core.contact(self.contact).expect("live").segment_attribute_values();
        values.get("connect:CustomerAuthentication").cloned().unwrap_or_default()
    }
}

fn cora() -> Identity {
    Identity {
        issuer: "https://id.example.com".into(),
        subject: "cora-1".into(),
        given_name: Some("Cornelia".into()),
    }
}

const ASKED: &str = r#"SYSTEM: {"SessionId":"ID"}"#;

#[test]
fn a_customer_signs_in() {
    let (mut chat, request) = Chat::away();
    let shown = &chat.center.items[&chat.contact].last().expect("an item").3;
    assert_eq!(shown["ContentType"], "application/vnd.amazonaws.connect.event.authentication.initiated");
    assert_eq!(chat.answer(&request.state.0, Some("code")), Ok(()));
    assert_eq!(chat.lines(), [ASKED], "nothing is known before the provider has answered");
    let asked = chat.center.effects.iter().any(|effect| {
        matches!(effect, Effect::ExchangeCode { code, request: sent, provider, .. }
            if code.0 == "code" && *sent == request && provider.client_id == "shop")
    });
    assert!(asked);
    chat.identified(Ok(cora()));
    assert_eq!(
        chat.lines(),
        [
            ASKED,
            "SYSTEM authentication.succeeded",
            "CUSTOMER participant.displayname.updated",
            "SYSTEM: in AUTHENTICATED cora-1"
        ]
    );
    assert_eq!(
        chat.known(),
        json!({"ValueMap": {
            "IdentityProvider": {"ValueString": "https://id.example.com"},
            "ClientId": {"ValueString": "shop"},
            "Status": {"ValueString": "AUTHENTICATED"},
            "AssociatedCustomerId": {"ValueString": "cora-1"},
            "AuthenticationMethod": {"ValueString": "CONNECT"},
        }})
    );
    let customer = chat.customer;
    chat.center.say(customer, "Hello");
    let last = &chat.center.items[&chat.contact].last().expect("an item").3;
    assert_eq!(last["DisplayName"], "Cornelia");
    assert_eq!(
        chat.answer(&request.state.0, Some("code")),
        Err(Code::InvalidRequest),
        "a state is good once"
    );
    chat.center.apply(|core, cx| core.disconnect_participant(cx, customer)).expect("leaves");
    let known = &chat.center.record(chat.contact)["SegmentAttributes"]["connect:CustomerAuthentication"];
    assert_eq!(known["ValueMap"]["Status"]["ValueString"], "AUTHENTICATED");
}

#[test]
fn the_result_stays_known_in_later_segments() {
    let mut center = Center::new(&[("Sign in", &flow_to_queue())]);
    let ann = center.available("ann");
    let (contact, customer) = center.chat("Sign in");
    let session = center.core.contact(contact).expect("live").sign_in.as_ref().expect("asked").session;
    center.apply(|core, cx| core.identity_provider_found(cx, contact, session, Ok(())));
    let (_, request) = center
        .apply(|core, cx| core.request_authorization(cx, customer, &session.to_string(), BACK))
        .expect("asks");
    let answer = SignInAnswer::Code(Confidential("code".into()));
    center
        .apply(|core, cx| core.own_sign_in_answered(cx, customer, &request.state.0, answer))
        .expect("is the customer's own");
    center.apply(|core, cx| core.identity_answered(cx, contact, session, Ok(cora())));
    center.accept(ann, contact);
    let flow = center.flow("Sample queue customer");
    let next =
        center.apply(|core, cx| core.transfer_by_api(cx, contact, &flow, None, None)).expect("transfers");
    let known = center.core.contact(next).expect("live").customer_authentication.clone();
    assert_eq!(known.and_then(|known| known.associated_customer_id).as_deref(), Some("cora-1"));
}

#[test]
fn a_customer_opts_out_at_any_step() {
    let (mut exchanging, request) = Chat::away();
    exchanging.answer(&request.state.0, Some("code")).expect("is taken");
    for mut chat in [Chat::asked(), Chat::away().0, exchanging] {
        assert_eq!(chat.cancel(), Ok(()));
        assert_eq!(chat.lines(), [ASKED, "SYSTEM authentication.cancelled", "SYSTEM: out"]);
        assert_eq!(chat.cancel(), Err(Code::InvalidRequest), "it is over");
        chat.identified(Ok(cora()));
        assert_eq!(chat.known(), Value::Null, "a late answer counts no more");
        assert_eq!(chat.request(BACK).expect_err("over"), Code::InvalidRequest);
    }
}

#[test]
fn failures_take_the_error_branch() {
    let end = ["SYSTEM authentication.failed", "SYSTEM: failed FAILED"];
    let mut nowhere = Chat::begun();
    nowhere.found(Err("there is no such provider".into()));
    assert_eq!(nowhere.lines(), end, "nobody is asked to sign in where it cannot work");

    let (mut refused, request) = Chat::away();
    assert_eq!(refused.answer(&request.state.0, None), Ok(()));
    assert_eq!(refused.lines()[1..], end);

    let (mut forged, request) = Chat::away();
    forged.answer(&request.state.0, Some("code")).expect("is taken");
    assert_eq!(forged.answer(&request.state.0, Some("code")), Err(Code::Conflict), "it is being checked");
    forged.identified(Err("the ID token is not signed by the provider".into()));
    assert_eq!(forged.lines()[1..], end);
    let known = forged.known();
    assert_eq!(known["ValueMap"]["Status"]["ValueString"], "FAILED");
    assert_eq!(known["ValueMap"]["AssociatedCustomerId"], Value::Null);
}

#[test]
fn time_is_limited() {
    let mut unasked = Chat::asked();
    unasked.center.pass(59);
    assert_eq!(unasked.lines(), [ASKED]);
    unasked.center.pass(1);
    assert_eq!(unasked.lines()[1..], ["SYSTEM authentication.expired", "SYSTEM: late TIMEOUT"]);
    assert_eq!(unasked.request(BACK).expect_err("too late"), Code::InvalidRequest);

    let (mut slow, request) = Chat::away();
    slow.center.pass(239);
    assert_eq!(slow.lines(), [ASKED], "who has the address has the flow's time");
    slow.center.pass(1);
    assert_eq!(slow.lines()[1..], ["SYSTEM authentication.timeout", "SYSTEM: late TIMEOUT"]);
    assert_eq!(slow.answer(&request.state.0, Some("code")), Err(Code::InvalidRequest));

    let mut unprepared = Chat::begun();
    unprepared.center.pass(240);
    assert_eq!(unprepared.lines(), ["SYSTEM authentication.timeout", "SYSTEM: late TIMEOUT"]);
    unprepared.found(Ok(()));
    assert_eq!(unprepared.lines().len(), 2, "nobody is asked any more");
}

#[test]
fn a_code_in_time_is_still_exchanged() {
    let (mut chat, request) = Chat::away();
    chat.center.pass(239);
    chat.answer(&request.state.0, Some("code")).expect("is in time");
    chat.center.pass(20);
    chat.identified(Ok(cora()));
    assert_eq!(chat.lines().last().map(String::as_str), Some("SYSTEM: in AUTHENTICATED cora-1"));

    let (mut silent, request) = Chat::away();
    silent.center.pass(239);
    silent.answer(&request.state.0, Some("code")).expect("is in time");
    silent.center.pass(29);
    assert_eq!(silent.lines(), [ASKED]);
    silent.center.pass(1);
    assert_eq!(silent.lines()[1..], ["SYSTEM authentication.timeout", "SYSTEM: late TIMEOUT"]);
}

#[test]
fn every_step_survives_a_restart() {
    let effects = |chat: &Chat| {
        let names = chat.center.effects.iter().filter_map(|effect| match effect {
            Effect::FindIdentityProvider { .. } => Some("find"),
            Effect::ExchangeCode { .. } => Some("exchange"),
            _ => None,
        });
        names.collect::<Vec<_>>()
    };
    let mut chat = Chat::begun();
    chat.center.restart();
    assert_eq!(effects(&chat), ["find"], "the provider is looked for again");
    chat.found(Ok(()));
    chat.center.pass(30);
    chat.center.restart();
    assert_eq!(effects(&chat), [""; 0]);
    let (_, request) = chat.request(BACK).expect("in time");
    chat.center.pass(100);
    chat.center.restart();
    assert_eq!(chat.request(BACK).map(|(_, again)| again), Ok(request.clone()), "the same address");
    chat.answer(&request.state.0, Some("code")).expect("is taken");
    chat.center.restart();
    assert_eq!(effects(&chat), ["exchange"], "the provider is asked again");
    chat.identified(Ok(cora()));
    assert_eq!(chat.lines().last().map(String::as_str), Some("SYSTEM: in AUTHENTICATED cora-1"));

    for (ask, seconds, event) in [(false, 60, "expired"), (true, 240, "timeout")] {
        let mut chat = Chat::asked();
        if ask {
            chat.request(BACK).expect("in time");
        }
        chat.center.pass(seconds - 1);
        chat.center.restart();
        assert_eq!(chat.lines(), [ASKED]);
        chat.center.pass(1);
        assert_eq!(chat.lines()[1], format!("SYSTEM authentication.{event}"));
    }
}

#[test]
fn only_the_customer_of_the_chat_signs_in_with_its_session() {
    let (mut chat, request) = Chat::away();
    assert_eq!(chat.request("https://other.example.com/").expect_err("one address"), Code::InvalidRequest);
    let (_, stranger) = chat.center.chat("Sign in");
    let session = chat.session.to_string();
    let other = Uuid::from_u128(5).to_string();
    for (who, session) in [(stranger, &session), (chat.customer, &other)] {
        let asked = chat.center.apply(|core, cx| core.request_authorization(cx, who, session, BACK));
        assert_eq!(asked.expect_err("not theirs").code, Code::InvalidRequest);
        let cancelled = chat.center.apply(|core, cx| core.cancel_sign_in(cx, who, session));
        assert_eq!(cancelled.expect_err("not theirs").code, Code::InvalidRequest);
    }
    let code = || SignInAnswer::Code(Confidential("code".into()));
    let state = request.state.0.clone();
    let taken = chat.center.apply(|core, cx| core.own_sign_in_answered(cx, stranger, &state, code()));
    assert_eq!(taken.expect_err("another chat's").code, Code::InvalidRequest);
    let guessed = format!("{}.{}", chat.contact, "0".repeat(64));
    for state in ["", ".", "x.y", &guessed, &state[..40]] {
        assert_eq!(chat.answer(state, Some("code")), Err(Code::InvalidRequest), "{state}");
    }
    let contact = chat.contact;
    let (bot, _) = chat.center.apply(|core, cx| core.add_bot(cx, contact, "Bot", None)).expect("adds");
    let asked = chat.center.apply(|core, cx| core.request_authorization(cx, bot, &session, BACK));
    assert_eq!(asked.expect_err("no customer").code, Code::AccessDenied);
    let sign_in = chat.center.core.contact(contact).expect("live").sign_in.clone().expect("goes on");
    assert_eq!(sign_in.step, Step::Requested(request));
}

#[test]
fn secrets_differ_and_are_not_shown() {
    let (mut chat, request) = Chat::away();
    let texts = [&request.state.0, &request.nonce.0, &request.verifier.0];
    assert!(texts.iter().all(|text| text.len() >= 64));
    assert!(texts[1] != texts[2] && !texts[0].ends_with(texts[1].as_str()));
    chat.answer(&request.state.0, Some("the code")).expect("is taken");
    let shown = format!("{:?} {:?}", chat.center.core.contact(chat.contact), chat.center.effects);
    for secret in texts.into_iter().map(String::as_str).chain(["the code"]) {
        assert!(!shown.contains(secret), "{secret}");
    }
}

#[test]
fn a_chat_that_ends_takes_its_sign_in_along() {
    let (mut chat, request) = Chat::away();
    let customer = chat.customer;
    chat.center.apply(|core, cx| core.disconnect_participant(cx, customer)).expect("leaves");
    assert_eq!(chat.center.stage(chat.contact), Stage::Ended);
    assert_eq!(chat.answer(&request.state.0, Some("code")), Err(Code::InvalidRequest));
    chat.identified(Ok(cora()));
    chat.center.pass(600);
    assert_eq!(chat.lines(), [ASKED, "CUSTOMER participant.left", "SYSTEM chat.ended"]);
    let stored = &chat.center.contacts[&chat.contact].1;
    assert!(!stored.contains(&request.verifier.0), "what is over keeps no secrets");
}
