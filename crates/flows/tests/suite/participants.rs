//! Actions that speak with somebody: messages, bots, views, third parties.

use crate::support::case::{ERROR, case, check, says};
use crate::support::{Play, TestHost, one_action};
use flows::*;
use model::Channel::{Chat, Task, Voice};
use model::resource::FlowType;
use serde_json::{Value, json};

#[test]
fn messages() {
    let audio = json!({"Media": {"Uri": "https://h/a.wav", "SourceType": "S3", "MediaType": "Audio"}});
    check(vec![
        case("MessageParticipant", json!({"Text": "Hi"}), "next"),
        case("MessageParticipant", json!({"Text": "$.Attributes.none"}), ERROR),
        case("MessageParticipant", json!({"Text": "x".repeat(6001)}), ERROR),
        case("MessageParticipant", json!({}), ERROR),
        case("MessageParticipant", json!({"SSML": "<speak>Hi</speak>"}), ERROR),
        case("MessageParticipant", json!({"PromptId": "p"}), ERROR),
        case("MessageParticipant", audio.clone(), ERROR),
        case("MessageParticipant", json!({"PromptId": "p"}), "next").on(Task),
        case("MessageParticipant", json!({"PromptId": "p"}), "next").on(Voice),
        case("MessageParticipant", json!({"PromptId": "p"}), ERROR).on(Voice).within(FlowType::CustomerQueue),
        case("MessageParticipant", audio.clone(), "next").on(Voice),
        case("MessageParticipant", audio, ERROR).on(Voice).within(FlowType::AgentWhisper),
        case("MessageParticipant", json!({"Text": "Hi"}), ERROR)
            .when(|host| host.fail("message", FlowError::Refused("gone".into()))),
        case("MessageParticipantIteratively", json!({"Messages": [{"Text": "x"}]}), ERROR)
            .within(FlowType::CustomerQueue),
        case("MessageParticipantIteratively", json!({"Messages": [{"Text": "x"}]}), "LoopPrompts")
            .within(FlowType::CustomerQueue)
            .on(Voice)
            .when(|host| host.provide("Telephony"))
            .then(Resume::TimeLimit),
        case(
            "MessageParticipantIteratively",
            json!({"Messages": [{"Text": "x"}], "InterruptFrequencySeconds": "30"}),
            "MessagesInterrupted",
        )
        .conditions(&["MessagesInterrupted"])
        .within(FlowType::CustomerQueue)
        .on(Voice)
        .when(|host| host.provide("Telephony"))
        .then(Resume::TimeLimit),
        case("DisconnectParticipant", json!({}), "Disconnect"),
        case("EndFlowExecution", json!({}), "it"),
    ]);
    let play = case("MessageParticipant", json!({"Text": "Hi $.Attributes.name, $.Nobody.x"}), "next")
        .when(|host| host.set("Attributes", json!({"name": "Ann"})))
        .run();
    assert_eq!(play.host.messages, [Message::Text("Hi Ann, $.Nobody.x".into())]);
    let blank = case("MessageParticipant", json!({"Text": " "}), "next").run();
    assert_eq!(blank.host.messages, []);
}

#[test]
fn loop_prompts_without_a_branch_leave_a_chat_in_its_queue() {
    let document =
        one_action("MessageParticipantIteratively", json!({"Messages": [{"Text": "x"}]}), &[], &[]);
    let mut play = Play::new(&document, FlowType::CustomerQueue, TestHost::new(Chat));
    assert_eq!((play.start(), play.at()), (Pause::End, "it"));
}

#[test]
fn a_message_without_an_error_branch_goes_on() {
    let document = one_action("MessageParticipant", json!({"PromptId": "p"}), &[], &[]);
    let mut play = Play::new(&document, FlowType::ContactFlow, TestHost::new(Chat));
    assert_eq!((play.start(), play.at()), (Pause::End, "next"));
}

#[test]
fn menus_by_text() {
    let menu = |text: &str| json!({"Text": text, "LexV2Bot": {"AliasArn": "arn:aws:lex:r:1:bot-alias/builtin/menu"}});
    let intents = &["Sales", "Technical support"];
    let bot = "ConnectParticipantWithLexBot";
    check(vec![
        case(bot, menu("Which?"), "Input").conditions(intents),
        case(bot, menu("Which?"), "Sales").conditions(intents).then(says("sales")),
        case(bot, menu("Which?"), "Technical support").conditions(intents).then(says("2")),
        case(bot, menu("Which?"), "Technical support").conditions(intents).then(says("I need support")),
        case(bot, menu("Which?"), "NoMatchingCondition").conditions(intents).then(says("hello")),
        case(bot, menu("Which?"), "FallbackIntent")
            .conditions(&["Sales", "FallbackIntent"])
            .then(says("hello")),
        case(bot, menu("Which?"), "InputTimeLimitExceeded").conditions(intents).then(Resume::TimeLimit),
        case(bot, menu("Which?"), ERROR).conditions(intents).then(Resume::Failed("chat ended".into())),
        case(bot, menu("Which?"), "Input").conditions(intents).then(Resume::BotDisconnected),
        case(bot, menu("I want sales"), "Sales").conditions(intents).on(Task),
        case(bot, menu("Which?"), ERROR).conditions(intents).on(Voice),
        case(bot, json!({"Text": "Which?"}), ERROR).conditions(intents),
        case(bot, json!({"LexV2Bot": {"AliasArn": "builtin/menu"}}), ERROR).conditions(intents),
        case(bot, json!({"Text": "Which?", "LexV2Bot": {"AliasArn": "$.Attributes.bot"}}), ERROR)
            .conditions(intents),
        case(
            bot,
            json!({"Text": "Which?", "LexV2Bot": {"AliasArn": "arn:aws:lex:r:1:bot-alias/A/B"}}),
            ERROR,
        )
        .conditions(intents),
        case(
            bot,
            json!({
                "LexV2Bot": {"AliasArn": "builtin/menu"},
                "LexInitializationData": {"InitialMessage": "$.Media.InitialMessage"},
            }),
            "Sales",
        )
        .conditions(intents)
        .when(|host| host.set("Media", json!({"InitialMessage": "Sales please"}))),
        case(
            bot,
            json!({
                "LexV2Bot": {"AliasArn": "builtin/menu"},
                "LexInitializationData": {"InitialMessage": "$.Media.InitialMessage"},
            }),
            ERROR,
        )
        .conditions(intents),
    ]);
    let play = case(
        bot,
        json!({
            "Text": "Which?",
            "LexV2Bot": {"AliasArn": "builtin/menu"},
            "LexSessionAttributes": {"vip": "$.Channel"},
            "LexTimeoutSeconds": {"Text": "60"},
        }),
        "Sales",
    )
    .conditions(intents)
    .then(says("1"))
    .run();
    assert_eq!(play.run.scope.lex["IntentName"], "Sales");
    assert_eq!(play.run.scope.lex["SessionAttributes"], json!({"vip": "CHAT"}));
    assert_eq!(play.host.texts(), ["Which?"]);
}

#[test]
fn bots_of_the_host_talk_until_they_have_an_intent() {
    let reply = |text: &str, intent: Option<&str>| BotReply {
        messages: vec![Message::Text(text.into())],
        intent: intent.map(str::to_owned),
        state: json!({"last": text}),
        ..BotReply::default()
    };
    let parameters = json!({"Text": "Hi", "LexV2Bot": {"AliasArn": "a/b"}, "LexTimeoutSeconds": {"Text": "60"},
        "LexSessionAttributes": {"tier": "gold"}});
    let errors = &["NoMatchingError", "NoMatchingCondition"];
    let document = one_action("ConnectParticipantWithLexBot", parameters, errors, &["Order"]);
    let begin = || {
        let mut play = Play::new(&document, FlowType::ContactFlow, TestHost::new(Chat));
        play.host.bots.push("a/b");
        assert_eq!(play.start(), Pause::Input { time_limit_ms: Some(60_000) });
        play
    };
    let asked = |pause: Pause| match pause {
        Pause::Bot(call) => (call.text, call.state, call.session),
        other => panic!("{other:?}"),
    };
    let mut play = begin();
    let gold: std::collections::BTreeMap<_, _> = [("tier".to_owned(), "gold".to_owned())].into();
    play.host.now = play.host.now + 50_000;
    assert_eq!(asked(play.says("a pizza")), ("a pizza".into(), Value::Null, gold));
    let waits = Pause::Input { time_limit_ms: Some(60_000) };
    assert_eq!(play.advance(Resume::Bot(Ok(reply("Which size?", None)))), waits, "the customer has new time");
    let second = asked(play.says("big"));
    assert_eq!(second.1, json!({"last": "Which size?"}));
    assert!(matches!(play.advance(Resume::TimeLimit), Pause::Bot(_)), "only the bot goes on");
    assert_eq!(
        (play.advance(Resume::Bot(Ok(reply("Thanks", Some("Order"))))), play.at()),
        (Pause::End, "Order")
    );
    assert_eq!(play.host.texts(), ["Hi", "Which size?", "Thanks"]);

    let failed = BotReply { dialog_state: "Failed".into(), ..reply("Sorry", Some("Order")) };
    let invalid = BotReply { messages: vec![Message::Interactive("{}".into())], ..BotReply::default() };
    for (answer, end) in [
        (Ok(failed), "NoMatchingCondition"),
        (Ok(reply("?", Some("Other"))), "NoMatchingCondition"),
        (Ok(invalid), "NoMatchingError"),
        (Err(BotError::TimeLimit), "NoMatchingError"),
        (Err(BotError::Failed("no".into())), "NoMatchingError"),
    ] {
        let mut play = begin();
        play.says("a pizza");
        assert_eq!((play.advance(Resume::Bot(answer)), play.at()), (Pause::End, end));
    }
    let mut gone = Play::new(&document, FlowType::ContactFlow, TestHost::new(Chat));
    assert_eq!((gone.start(), gone.at()), (Pause::End, "NoMatchingError"));
    assert!(gone.host.texts().is_empty(), "nobody is asked on behalf of a bot that is not there");
}

#[test]
fn how_a_customer_sounds_goes_before_the_intent() {
    let reply = |intent: &str, negative: f64, positive: f64| {
        let scores =
            json!({"Scores": {"Negative": negative, "Positive": positive, "Neutral": 0.1, "Mixed": 0.0}});
        let more = [("SentimentResponse".to_owned(), scores)].into_iter().collect();
        BotReply { intent: Some(intent.to_owned()), more, ..BotReply::default() }
    };
    let parameters = json!({"Text": "Hi", "LexV2Bot": {"AliasArn": "a/b"}});
    let mut document = one_action(
        "ConnectParticipantWithLexBot",
        parameters,
        &["NoMatchingError", "NoMatchingCondition"],
        &["Order"],
    );
    let branches = document["Actions"][0]["Transitions"]["Conditions"].as_array_mut().expect("a list");
    for (operator, score, to) in [
        ("PositiveSentimentAtLeast", "0.8", "NoMatchingCondition"),
        ("NegativeSentimentAtLeast", "0.7", "NoMatchingError"),
    ] {
        branches.push(json!({"NextAction": to, "Condition": {"Operator": operator, "Operands": [score]}}));
    }
    for (answer, end) in [
        (reply("Order", 0.69, 0.2), "Order"),
        (reply("Order", 0.7, 0.2), "NoMatchingError"),
        (reply("Order", 0.1, 0.9), "NoMatchingCondition"),
        (reply("Order", 0.75, 0.85), "NoMatchingError"),
        (BotReply { dialog_state: "Failed".into(), ..reply("Order", 0.9, 0.0) }, "NoMatchingError"),
        (BotReply { intent: Some("Order".into()), ..BotReply::default() }, "Order"),
    ] {
        let mut play = Play::new(&document, FlowType::ContactFlow, TestHost::new(Chat));
        play.host.bots.push("a/b");
        play.start();
        play.says("a pizza");
        assert_eq!((play.advance(Resume::Bot(Ok(answer))), play.at()), (Pause::End, end));
    }
}

#[test]
fn keys_are_asked_for_as_the_block_says() {
    let base = json!({"Text": "Enter it", "InputTimeLimitSeconds": "7", "StoreInput": "True"});
    let with = |more: Value| {
        let mut parameters = base.clone();
        parameters.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        parameters
    };
    let request = |between_ms, most, terminator: &str, cancel_key| KeysRequest {
        prompt: Some(Message::Text("Enter it".into())),
        first_ms: 7000,
        between_ms,
        most,
        terminator: terminator.into(),
        cancel_key,
    };
    let digits = json!({"CustomValidation": {"MaximumLength": "4"}});
    let phone = json!({"PhoneNumberValidation": {"NumberFormat": "Local", "CountryCode": "gb"}});
    let start = |parameters: &Value| {
        let document = one_action("GetParticipantInput", parameters.clone(), &["NoMatchingError"], &["1"]);
        let mut play = Play::new(&document, FlowType::ContactFlow, TestHost::new(Voice));
        (play.start(), play)
    };
    for (parameters, expected) in [
        (json!({"Text": "Enter it", "InputTimeLimitSeconds": "7"}), request(0, 1, "", false)),
        (with(json!({"InputValidation": digits})), request(5000, 4, "#", true)),
        (
            with(json!({"InputValidation": phone, "DTMFConfiguration": {"InputTerminationSequence": "#",
                "DisableCancelKey": "True", "InterdigitTimeLimitSeconds": "2"}})),
            request(2000, 20, "#", false),
        ),
    ] {
        assert_eq!(start(&parameters).0, Pause::Keys(expected));
    }
    for (parameters, why) in [
        (json!({"Text": "?"}), "InputTimeLimitSeconds"),
        (json!({"Text": "?", "InputTimeLimitSeconds": "181"}), "InputTimeLimitSeconds"),
        (with(json!({"InputValidation": {"CustomValidation": {"MaximumLength": "21"}}})), "MaximumLength"),
        (with(json!({"DTMFConfiguration": {"InputTerminationSequence": "ab"}})), "0-9 * #"),
        (with(json!({"DTMFConfiguration": {"InterdigitTimeLimitSeconds": "0"}})), "Interdigit"),
        (
            with(json!({"InputValidation": digits, "InputEncryption": {"EncryptionKeyId": "k", "Key": "c"}})),
            "encryption",
        ),
    ] {
        let document = one_action("GetParticipantInput", parameters.clone(), &["NoMatchingError"], &[]);
        let mut play = Play::new(&document, FlowType::ContactFlow, TestHost::new(Voice));
        play.run.logging = true;
        assert_eq!((play.start(), play.at()), (Pause::End, "NoMatchingError"), "{parameters}");
        let logged = play.host.log[0].error.clone().unwrap_or_default();
        assert!(logged.contains(why), "{parameters}: {logged}");
    }
    for (validation, keys, stored, end) in [
        (&digits, "0042", Some("0042"), "next"),
        (&digits, "", Some("Timeout"), "next"),
        (&phone, "02079460018", Some("+442079460018"), "next"),
        (&phone, "", Some("Timeout"), "next"),
        (&phone, "42", None, "InvalidPhoneNumber"),
    ] {
        let parameters = with(json!({"InputValidation": validation}));
        let errors = &["NoMatchingError", "InvalidPhoneNumber"];
        let document = one_action("GetParticipantInput", parameters, errors, &[]);
        let mut play = Play::new(&document, FlowType::ContactFlow, TestHost::new(Voice));
        play.run.logging = true;
        play.start();
        let pause = play.advance(Resume::Keys { keys: keys.into(), timed_out: keys.is_empty() });
        assert_eq!((pause, play.at()), (Pause::End, end), "{validation} {keys:?}");
        assert_eq!(play.run.scope.stored_input.as_deref(), stored);
        let log = format!("{:?}", play.host.log);
        assert!(keys.is_empty() || !log.contains(keys), "what is stored is in no log: {log}");
    }
}

#[test]
fn what_plays_is_waited_for() {
    let document = one_action("MessageParticipant", json!({"Text": "Hello"}), &["NoMatchingError"], &[]);
    for (resume, end) in [
        (Resume::Done, "next"),
        (Resume::Failed("no such voice".into()), "NoMatchingError"),
        (Resume::TimeLimit, "NoMatchingError"),
    ] {
        let mut host = TestHost::new(Voice);
        host.provide("Sound");
        let mut play = Play::new(&document, FlowType::ContactFlow, host);
        assert_eq!(play.start(), Pause::Sound);
        assert_eq!(play.says("hello?"), Pause::Sound, "nobody listens meanwhile");
        assert_eq!((play.advance(resume), play.at()), (Pause::End, end));
    }
    let mut host = TestHost::new(Voice);
    host.provide("Sound");
    let blank = one_action("MessageParticipant", json!({"Text": " "}), &["NoMatchingError"], &[]);
    assert_eq!(Play::new(&blank, FlowType::ContactFlow, host).start(), Pause::End, "silence takes no time");
}

#[test]
fn views() {
    fn ready(host: &mut TestHost) {
        host.provide("Views");
    }
    let view = json!({
        "ViewResource": {"Id": "form", "Version": "Latest"}, "InvocationTimeLimitSeconds": "400",
        "ViewData": {"Heading": "For $.Attributes.name", "Items": "[{\"a\": \"$.Channel\"}]", "Wizard": {"On": true}},
        "SensitiveDataConfiguration": {"HideResponseOn": ["TRANSCRIPT"]},
    });
    let answered = || Resume::View { action: "Next".into(), data: json!({"FormData": {"list": ["x"]}}) };
    check(vec![
        case("ShowView", view.clone(), ERROR).conditions(&["Next"]),
        case("ShowView", view.clone(), "Next").conditions(&["Next"]).when(ready).then(answered()),
        case("ShowView", view.clone(), "NoMatchingCondition").conditions(&["Back"]).when(ready).then(answered()),
        case("ShowView", view.clone(), "TimeLimitExceeded").conditions(&["Next"]).when(ready).then(Resume::TimeLimit),
        case("ShowView", view.clone(), ERROR).conditions(&["Next"]).when(ready).then(Resume::Failed("no".into())),
        case("ShowView", view.clone(), ERROR).on(Task).when(ready),
        case("ShowView", json!({"ViewResource": {}, "InvocationTimeLimitSeconds": "400"}), ERROR).when(ready),
        case("ShowView", json!({"ViewResource": {"Id": "form"}}), ERROR).when(ready),
        case(
            "ShowView",
            json!({"ViewResource": {"Id": "form"}, "InvocationTimeLimitSeconds": "9", "ViewData": {"x": "y".repeat(17_000)}}),
            ERROR,
        )
        .when(ready),
    ]);
    let mut host = TestHost::new(Chat);
    ready(&mut host);
    host.set("Attributes", json!({"name": "Ann"}));
    let mut play = Play::new(&one_action("ShowView", view, &[], &["Next"]), FlowType::ContactFlow, host);
    let Pause::View(request) = play.start() else { panic!("shows") };
    assert_eq!(request.data, json!({"Heading": "For Ann", "Items": [{"a": "CHAT"}], "Wizard": {"On": true}}));
    assert_eq!(
        (request.view.as_str(), request.time_limit_ms, request.hide_response),
        ("form", 400_000, true)
    );
    play.advance(answered());
    assert_eq!(play.run.scope.views["ViewResultData"]["FormData"]["list"][0], "x");
}

#[test]
fn third_parties() {
    fn ready(host: &mut TestHost) {
        host.provide("Telephony");
    }
    let name = "TransferParticipantToThirdParty";
    let call = |comes_back: &str, digits: &str| {
        json!({"ThirdPartyPhoneNumber": "+15550100", "ThirdPartyConnectionTimeLimitSeconds": "30",
            "ContinueFlowExecution": comes_back, "ThirdPartyDTMFDigits": digits})
    };
    check(vec![
        case(name, call("True", "1,1"), ERROR),
        case(name, call("True", "1,1"), ERROR).on(Voice),
        case(name, call("True", "1,1"), "ThirdParty").on(Voice).when(ready),
        case(name, call("True", "1"), "next")
            .on(Voice)
            .when(ready)
            .then(Resume::ThirdParty(ThirdPartyEnd::Left)),
        case(name, call("True", "1"), "ConnectionTimeLimitExceeded")
            .on(Voice)
            .when(ready)
            .then(Resume::ThirdParty(ThirdPartyEnd::TimeLimit)),
        case(name, call("True", "1"), "CallFailed")
            .on(Voice)
            .when(ready)
            .then(Resume::ThirdParty(ThirdPartyEnd::CallFailed)),
        case(name, call("False", "1"), ERROR).on(Voice).when(ready).then(Resume::Failed("no trunk".into())),
        case(name, call("False", "abc"), ERROR).on(Voice).when(ready),
    ]);
}

#[test]
fn sign_ins() {
    fn ready(host: &mut TestHost) {
        host.provide("Authentication");
    }
    let name = "AuthenticateParticipant";
    let asks = |minutes: &str| {
        json!({"CognitoConfiguration": {"UserPoolArn": "arn:pool", "AppClientId": "$.Attributes.client"},
            "TimeLimitMinutes": minutes})
    };
    let whole = json!({"CognitoConfiguration": {"UserPoolArn": "arn:pool", "AppClientId": "shop"}});
    let out = &["OptedOut"];
    check(vec![
        case(name, whole.clone(), ERROR).conditions(out),
        case(name, whole.clone(), "Authentication").conditions(out).when(ready),
        case(name, whole.clone(), "next").conditions(out).when(ready).then(Resume::Authenticated),
        case(name, whole.clone(), "OptedOut").conditions(out).when(ready).then(Resume::OptedOut),
        case(name, whole.clone(), ERROR).when(ready).then(Resume::OptedOut),
        case(name, whole.clone(), "TimeLimitExceeded").conditions(out).when(ready).then(Resume::TimeLimit),
        case(name, whole.clone(), ERROR).conditions(out).when(ready).then(Resume::Failed("no".into())),
        case(name, whole.clone(), "Authentication").conditions(out).when(ready).then(says("hello")),
        case(name, whole.clone(), ERROR).conditions(out).when(ready).on(Task),
        case(name, whole.clone(), ERROR).conditions(out).when(ready).on(Voice),
        case(name, whole.clone(), ERROR).conditions(out).when(ready).within(FlowType::CustomerQueue),
        case(name, asks("5"), ERROR).conditions(out).when(ready),
        case(name, json!({"CognitoConfiguration": {"AppClientId": "shop"}}), ERROR).when(ready),
        case(name, json!({}), ERROR).when(ready),
    ]);
    let started = |minutes: &str| {
        let mut host = TestHost::new(Chat);
        ready(&mut host);
        host.set("Attributes", json!({"client": "shop"}));
        Play::new(&one_action(name, asks(minutes), &[ERROR], out), FlowType::ContactFlow, host)
    };
    let mut play = started("5");
    let Pause::Authentication(request) = play.start() else { panic!("asks") };
    assert_eq!((request.user_pool_arn.as_str(), request.client_id.as_str()), ("arn:pool", "shop"));
    assert_eq!(request.time_limit_ms, 300_000);
    play.host.now = play.host.now + 60_000;
    let Pause::Authentication(request) = play.says("hello?") else { panic!("still asks") };
    assert_eq!(request.time_limit_ms, 240_000, "what is left");
    for minutes in ["2", "16", "soon"] {
        let mut play = started(minutes);
        assert_eq!((play.start(), play.at()), (Pause::End, ERROR), "{minutes}");
    }
}
