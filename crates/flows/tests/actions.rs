//! Every action type: its branches, what it asks of its surroundings, and what it does on each channel.

mod support;

use flows::*;
use model::Channel::{self, Chat, Task, Voice};
use model::resource::FlowType;
use serde_json::{Value, json};
use support::{Play, TestHost, one_action};

/// One case: an action, its surroundings, what it waits for and what answers, and the branch it leaves by.
struct Case {
    kind: &'static str,
    parameters: Value,
    conditions: &'static [&'static str],
    channel: Channel,
    flow: FlowType,
    tweak: fn(&mut TestHost),
    resumes: Vec<Resume>,
    branch: &'static str,
    calls: &'static [&'static str],
}

fn case(kind: &'static str, parameters: Value, branch: &'static str) -> Case {
    Case {
        kind,
        parameters,
        conditions: &[],
        channel: Chat,
        flow: FlowType::ContactFlow,
        tweak: |_| {},
        resumes: Vec::new(),
        branch,
        calls: &[],
    }
}

impl Case {
    fn on(self, channel: Channel) -> Self {
        Self { channel, ..self }
    }
    fn within(self, flow: FlowType) -> Self {
        Self { flow, ..self }
    }
    fn when(self, tweak: fn(&mut TestHost)) -> Self {
        Self { tweak, ..self }
    }
    fn conditions(self, conditions: &'static [&'static str]) -> Self {
        Self { conditions, ..self }
    }
    fn then(mut self, resume: Resume) -> Self {
        self.resumes.push(resume);
        self
    }
    fn calls(self, calls: &'static [&'static str]) -> Self {
        Self { calls, ..self }
    }

    /// Runs the case; every error branch that the type can have is wired.
    fn run(self) -> Play {
        let spec = action::spec(self.kind);
        let errors: Vec<&str> = spec.map_or(vec!["NoMatchingError"], |spec| {
            spec.errors.iter().map(|error| error.branch.as_str()).collect()
        });
        let document = one_action(self.kind, self.parameters.clone(), &errors, self.conditions);
        let mut host = TestHost::new(self.channel);
        (self.tweak)(&mut host);
        let mut play = Play::new(&document, self.flow, host);
        let mut pause = play.start();
        let label = format!("{} {} on {:?}", self.kind, self.parameters, self.channel);
        for resume in self.resumes {
            assert!(!pause.is_final(), "{label}: ended before {resume:?} with {pause:?}");
            pause = play.advance(resume);
        }
        let branch = match &pause {
            Pause::End => play.at().to_owned(),
            Pause::Failed { .. } => "failed".to_owned(),
            other => format!("{other:?}").split([' ', '(']).next().unwrap_or_default().to_owned(),
        };
        assert_eq!(branch, self.branch, "{label}");
        for call in self.calls {
            assert!(
                play.host.calls.iter().any(|made| made == call),
                "{label}: no {call} in {:?}",
                play.host.calls
            );
        }
        if self.calls.is_empty() && self.branch == "NoMatchingError" {
            assert!(play.host.calls.is_empty(), "{label}: failed after {:?}", play.host.calls);
        }
        play
    }
}

fn check(cases: Vec<Case>) {
    for case in cases {
        case.run();
    }
}

fn says(text: &str) -> Resume {
    Resume::CustomerMessage { text: text.into(), content_type: "text/plain".into() }
}

const ERROR: &str = "NoMatchingError";

#[test]
fn attributes_and_contact_data() {
    check(vec![
        case("UpdateContactAttributes", json!({"Attributes": {"a": "1", "b": "x$.Channel"}}), "next")
            .calls(&[r#"set_attributes (Current, {"a": "1", "b": "xCHAT"})"#]),
        case(
            "UpdateContactAttributes",
            json!({"Attributes": {"a": "1"}, "TargetContact": "Related"}),
            "next",
        )
        .calls(&[r#"set_attributes (Related, {"a": "1"})"#]),
        case(
            "UpdateContactAttributes",
            json!({"Attributes": {"$.External.key": "1", "$.Channel": "$.None.x"}}),
            "next",
        )
        .calls(&[r#"set_attributes (Current, {"CHAT": "$.None.x"})"#]),
        case("UpdateContactAttributes", json!({"Attributes": {"a": "$.Attributes.missing"}}), "next")
            .calls(&[r#"set_attributes (Current, {"a": ""})"#]),
        case("UpdateContactAttributes", json!({"Attributes": {"a": "1"}, "TargetContact": "Other"}), ERROR),
        case("UpdateContactAttributes", json!({"Attributes": "a"}), ERROR),
        case("UpdateContactAttributes", json!({"Attributes": {"a": "1"}}), ERROR)
            .when(|host| host.fail("set_attributes", FlowError::Refused("too large".into()))),
        case("UpdateContactData", json!({"LanguageCode": "de-DE", "CustomerId": "$.Attributes.id"}), "next")
            .when(|host| host.set("Attributes", json!({"id": "7"}))),
        case("UpdateContactData", json!({"CustomerId": "$.Attributes.id"}), ERROR),
        case("UpdateContactData", json!({"Name": "n", "TargetContact": "Related"}), ERROR)
            .when(|host| host.fail("update_contact", FlowError::Refused("no related contact".into()))),
        case(
            "UpdateFlowAttributes",
            json!({"FlowAttributes": {"a-b/c": {"Value": "$.Channel", "Type": "String"}}}),
            "next",
        ),
        case("UpdateFlowAttributes", json!({"FlowAttributes": {"a": {"Value": "x".repeat(33_000)}}}), ERROR),
        case("UpdateFlowAttributes", json!({}), ERROR),
        case("TagContact", json!({"Tags": {"team": "$.Channel"}}), "next")
            .calls(&[r#"tag {"team": "CHAT"}"#]),
        case("TagContact", json!({"Tags": {"aws:x": "1"}}), ERROR),
        case("TagContact", json!({"Tags": {}}), ERROR),
        case(
            "TagContact",
            json!({"Tags": {"1": "", "2": "", "3": "", "4": "", "5": "", "6": "", "7": ""}}),
            ERROR,
        ),
        case("UntagContact", json!({"TagKeys": ["a", "b"]}), "next").calls(&[r#"untag ["a", "b"]"#]),
        case("UnTagContact", json!({"TagKeys": ["a"]}), "next").calls(&[r#"untag ["a"]"#]),
        case("UntagContact", json!({"TagKeys": []}), ERROR),
    ]);
}

#[test]
fn queues_and_routing() {
    let full = Resume::QueueAtCapacity;
    check(vec![
        case("UpdateContactTargetQueue", json!({"QueueId": "q"}), "next").calls(&[r#"queue Queue("q")"#]),
        case("UpdateContactTargetQueue", json!({"AgentId": "$.Agent.UserName"}), "next")
            .when(|host| host.set("Agent.UserName", json!("jo")))
            .calls(&[r#"queue Agent("jo")"#]),
        case("UpdateContactTargetQueue", json!({"AgentId": "$.Agent.UserName"}), ERROR),
        case("UpdateContactTargetQueue", json!({"QueueId": "q", "AgentId": "a"}), ERROR),
        case("UpdateContactTargetQueue", json!({}), ERROR),
        case("UpdateContactTargetQueue", json!({"QueueId": "q"}), ERROR).within(FlowType::CustomerWhisper),
        case("TransferContactToQueue", json!({}), "TransferToQueue"),
        case("TransferContactToQueue", json!({}), "QueueAtCapacity").then(full.clone()),
        case("TransferContactToQueue", json!({}), ERROR).then(Resume::Failed("no queue".into())),
        case("TransferContactToQueue", json!({}), ERROR).within(FlowType::CustomerQueue),
        case("DequeueContactAndTransferToQueue", json!({"QueueId": "q"}), "DequeueAndTransfer")
            .within(FlowType::CustomerQueue),
        case("DequeueContactAndTransferToQueue", json!({}), "next")
            .within(FlowType::CustomerQueue)
            .then(Resume::Done),
        case("DequeueContactAndTransferToQueue", json!({}), "QueueAtCapacity")
            .within(FlowType::CustomerQueue)
            .then(full),
        case("DequeueContactAndTransferToQueue", json!({}), ERROR)
            .within(FlowType::CustomerQueue)
            .then(Resume::Failed("joined already".into())),
        case("DequeueContactAndTransferToQueue", json!({}), ERROR),
        case("UpdateContactRoutingBehavior", json!({"QueuePriority": "1"}), "next")
            .calls(&["routing Priority(1)"]),
        case("UpdateContactRoutingBehavior", json!({"QueueTimeAdjustmentSeconds": "-600"}), "next")
            .calls(&["routing AgeAdjustment(-600)"]),
        case("UpdateContactRoutingBehavior", json!({"QueuePriority": "0"}), "next"),
        case(
            "UpdateContactRoutingCriteria",
            json!({"RoutingCriteria": {"Steps": [{"Expression": {}}]}}),
            "next",
        )
        .calls(&[r#"criteria Object {"Steps": Array [Object {"Expression": Object {}}]}"#]),
        case("UpdateRoutingCriteria", json!({"RoutingCriteria": "$.Attributes.c"}), "next")
            .when(|host| host.set("Attributes", json!({"c": "{\"Steps\":[{}]}"}))),
        case("UpdateContactRoutingCriteria", json!({"RoutingCriteria": "$.Attributes.c"}), ERROR),
        case("UpdateContactRoutingCriteria", json!({"RoutingCriteria": {"Steps": []}}), ERROR),
        case("TransferContactToAgent", json!({}), "failed").within(FlowType::AgentTransfer),
        case("TransferContactToAgent", json!({}), "TransferToAgent")
            .within(FlowType::AgentTransfer)
            .on(Voice)
            .when(|host| host.provide("Telephony")),
    ]);
}

#[test]
fn checks() {
    let hours = &["True", "False"];
    let agents = &["NumberGreaterThan:0"];
    check(vec![
        case("CheckHoursOfOperation", json!({}), "True").conditions(hours),
        case("CheckHoursOfOperation", json!({}), "False")
            .conditions(hours)
            .when(|host| host.hours = Ok(false)),
        case("CheckHoursOfOperation", json!({}), ERROR)
            .conditions(hours)
            .when(|host| host.hours = Err(FlowError::Unavailable("hours"))),
        case("CheckHoursOfOperation", json!({"HoursOfOperationId": "$.Attributes.none"}), ERROR)
            .conditions(hours),
        case("CheckMetricData", json!({"MetricType": "NumberOfAgentsStaffed"}), "0")
            .conditions(agents)
            .when(|host| host.metrics = Ok(QueueMetrics { agents_staffed: 2, ..QueueMetrics::default() })),
        case("CheckMetricData", json!({"MetricType": "NumberOfAgentsAvailable"}), "NoMatchingCondition")
            .conditions(agents)
            .when(|host| host.metrics = Ok(QueueMetrics { agents_staffed: 2, ..QueueMetrics::default() })),
        case("CheckMetricData", json!({"MetricType": "OldestContactInQueueAgeSeconds"}), "300000")
            .conditions(&["NumberLessThan:60000", "NumberLessThan:300000"])
            .when(|host| {
                host.metrics = Ok(QueueMetrics { oldest_contact_age_ms: 60_000, ..QueueMetrics::default() })
            }),
        case("CheckMetricData", json!({"MetricType": "NumberOfContactsInQueue"}), "0")
            .conditions(&["Equals:0"]),
        case("CheckMetricData", json!({"MetricType": "NumberOfTables"}), ERROR).conditions(agents),
        case("CheckMetricData", json!({"MetricType": "NumberOfAgentsOnline"}), ERROR)
            .conditions(agents)
            .when(|host| host.metrics = Err(FlowError::Unavailable("metrics"))),
        case("GetMetricData", json!({"QueueChannel": "chat"}), "next"),
        case("GetMetricData", json!({"QueueChannel": "fax"}), ERROR),
        case("GetMetricData", json!({}), ERROR)
            .when(|host| host.metrics = Err(FlowError::Unavailable("metrics"))),
        case("Compare", json!({"ComparisonValue": "$.Channel"}), "CHAT").conditions(&["VOICE", "CHAT"]),
        case("Compare", json!({"ComparisonValue": "$.Channel"}), "NoMatchingCondition").conditions(&["chat"]),
        case("Compare", json!({"ComparisonValue": "$.Attributes.none"}), "NoMatchingCondition")
            .conditions(&["x", "KeyExists:y"]),
        case("Compare", json!({"ComparisonValue": "$.Attributes.empty"}), "y")
            .conditions(&["x", "KeyExists:y"])
            .when(|host| host.set("Attributes", json!({"empty": null}))),
        case("Compare", json!({"ComparisonValue": "$.Attributes.n"}), "5")
            .conditions(&["NumberLessThan:5", "NumberGreaterOrEqualTo:5"])
            .when(|host| host.set("Attributes", json!({"n": " 5.0 "}))),
        case("Compare", json!({"ComparisonValue": "$.Attributes.a"}), ".Attributes.b")
            .conditions(&["x", "$.Attributes.b"])
            .when(|host| host.set("Attributes", json!({"a": "1", "b": "1"}))),
        case("Compare", json!({}), "NoMatchingCondition").conditions(&["x"]),
        case("DistributeByPercentage", json!({}), "21")
            .conditions(&["NumberLessThan:21", "NumberLessThan:61"])
            .when(|host| host.percents.push_back(20)),
        case("DistributeByPercentage", json!({}), "61")
            .conditions(&["NumberLessThan:21", "NumberLessThan:61"])
            .when(|host| host.percents.push_back(21)),
        case("DistributeByPercentage", json!({}), "NoMatchingCondition")
            .conditions(&["NumberLessThan:21", "NumberLessThan:61"])
            .when(|host| host.percents.push_back(61)),
    ]);
}

#[test]
fn waits() {
    let both =
        json!({"TimeLimitSeconds": "900", "Events": ["CustomerReturned", "BotParticipantDisconnected"]});
    let results = &["WaitCompleted", "CustomerReturned", "BotParticipantDisconnected"];
    check(vec![
        case("Wait", both.clone(), "WaitCompleted").conditions(results).then(Resume::TimeLimit),
        case("Wait", both.clone(), "CustomerReturned").conditions(results).then(Resume::CustomerReturned),
        case("Wait", both.clone(), "CustomerReturned").conditions(results).then(says("hello")),
        case("Wait", both.clone(), "BotParticipantDisconnected")
            .conditions(results)
            .then(Resume::BotDisconnected),
        case("Wait", both.clone(), ERROR).conditions(results).then(Resume::Failed("no".into())),
        case("Wait", json!({"TimeLimitSeconds": "900"}), "Wait").conditions(results).then(says("hello")),
        case("Wait", both.clone(), "Wait").conditions(results).on(Task).then(Resume::CustomerReturned),
        case("Wait", both.clone(), "WaitCompleted").conditions(results).on(Task).then(Resume::TimeLimit),
        case("Wait", both, ERROR).conditions(results).on(Voice),
        case("Wait", json!({"TimeoutSeconds": "5"}), "Wait"),
        case("Wait", json!({"TimeLimitSeconds": "0"}), ERROR),
        case("Wait", json!({"TimeLimitSeconds": "604801"}), ERROR),
        case("Wait", json!({"TimeLimitSeconds": "soon"}), ERROR),
        case("Wait", json!({}), ERROR),
        case("Wait", json!({"TimeLimitSeconds": "5", "ContinueExecution": "True"}), ERROR),
    ]);
}

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
        ..BotReply::default()
    };
    let parameters =
        json!({"Text": "Hi", "LexV2Bot": {"AliasArn": "a/b"}, "LexTimeoutSeconds": {"Text": "60"}});
    let document = one_action("ConnectParticipantWithLexBot", parameters, &["NoMatchingError"], &["Order"]);
    let mut play = Play::new(&document, FlowType::ContactFlow, TestHost::new(Chat));
    play.host.bot.extend([BotReply::default(), reply("Which size?", None), reply("Thanks", Some("Order"))]);
    let waits = Pause::Input { time_limit_ms: Some(60_000) };
    assert_eq!(play.start(), waits);
    play.host.now = play.host.now + 50_000;
    assert_eq!(play.says("a pizza"), waits, "every message gives the customer new time");
    assert_eq!((play.says("big"), play.at()), (Pause::End, "Order"));
    assert_eq!(play.host.texts(), ["Hi", "Which size?", "Thanks"]);
    assert_eq!(play.host.bot_heard, [None, Some("a pizza".to_owned()), Some("big".to_owned())]);

    let mut broken = Play::new(&document, FlowType::ContactFlow, TestHost::new(Chat));
    let invalid = BotReply { messages: vec![Message::Interactive("{}".into())], ..BotReply::default() };
    broken.host.bot.push_back(invalid);
    assert_eq!((broken.start(), broken.at()), (Pause::End, "NoMatchingError"));
}

#[test]
fn hooks() {
    let hook = "UpdateContactEventHooks";
    check(vec![
        case(hook, json!({"EventHooks": {"CustomerQueue": "f"}}), "next")
            .calls(&[r#"hook (CustomerQueue, Some("f"))"#]),
        case(hook, json!({"EventHooks": {"CustomerQueue": "f", "CustomerRemaining": "$.Channel"}}), "next")
            .calls(&[r#"hook (CustomerQueue, Some("f"))"#, r#"hook (CustomerRemaining, Some("CHAT"))"#]),
        case(
            hook,
            json!({
                "EventHooks": {"AgentWhisper": "stale"},
                "EventHooksConfiguration": {"AgentWhisper": {"DisableExecution": "true"}},
            }),
            "next",
        )
        .calls(&["hook (AgentWhisper, None)"]),
        case(hook, json!({"EventHooks": {"CustomerQueue": "$.Attributes.none"}}), ERROR),
        case(hook, json!({"EventHooks": {"Lunch": "f"}}), ERROR),
        case(hook, json!({"EventHooks": {}}), ERROR),
        case(hook, json!({"EventHooks": {"CustomerHold": "f"}}), ERROR),
        case(hook, json!({"EventHooks": {"CustomerHold": "f"}}), "next").on(Voice),
        case(hook, json!({"EventHooks": {"CustomerQueue": "f"}}), ERROR)
            .when(|host| host.fail("hook", FlowError::Unavailable("flow"))),
    ]);
}

#[test]
fn tasks() {
    let task = |more: Value| {
        let mut task = json!({"Name": "Call $.Attributes.name", "ContactFlowId": "f"});
        task.as_object_mut().expect("an object").extend(more.as_object().cloned().expect("an object"));
        task
    };
    check(vec![
        case("CreateTask", task(json!({"DelaySeconds": "518401"})), ERROR),
        case("CreateTask", task(json!({"ScheduledTime": "1679609303"})), ERROR),
        case("CreateTask", task(json!({"ScheduledTime": "2023-11-14T22:30:00Z"})), "next"),
        case("CreateTask", task(json!({"ScheduledTime": "1700000001"})), "next"),
        case("CreateTask", task(json!({"ScheduledTime": "tomorrow"})), ERROR),
        case("CreateTask", task(json!({"ScheduledTime": "1700000001", "DelaySeconds": "1"})), ERROR),
        case("CreateTask", task(json!({"References": "x"})), ERROR),
        case("CreateTask", json!({"Name": "x"}), ERROR),
        case("CreateTask", json!({"Name": "x", "TaskTemplateId": "t"}), "next"),
        case("CreateTask", json!({"ContactFlowId": "f"}), ERROR),
        case("CreateTask", task(json!({})), ERROR)
            .when(|host| host.fail("task", FlowError::Unavailable("tasks"))),
        case("ResumeContact", json!({}), "next").on(Task).calls(&["resume ()"]),
        case("ResumeContact", json!({}), ERROR),
    ]);
    let more = json!({
        "DelaySeconds": "60",
        "Attributes": {"a": "$.Channel"},
        "References": {"site": "https://x", "EMAIL": "a@b", "doc": {"Value": "v", "Type": "STRING"}},
    });
    let play = case("CreateTask", task(more), "next")
        .when(|host| host.set("Attributes", json!({"name": "Ann"})))
        .run();
    assert_eq!(play.run.scope.task, json!({"ContactId": "t-1"}));
    let call = &play.host.calls[0];
    for part in [
        r#"name: "Call Ann""#,
        r#"flow: Some("f")"#,
        r#"attributes: {"a": "CHAT"}"#,
        "scheduled_time: Some(Timestamp(1700000060000))",
        r#""site": TaskReference { value: "https://x", kind: "URL" }"#,
        r#""EMAIL": TaskReference { value: "a@b", kind: "EMAIL" }"#,
        r#""doc": TaskReference { value: "v", kind: "STRING" }"#,
    ] {
        assert!(call.contains(part), "{part} in {call}");
    }
}

#[test]
fn recording_logging_and_voice() {
    let record = json!({"RecordingBehavior": {"RecordedParticipants": ["Agent"]}});
    let newer = "UpdateContactRecordingAndAnalyticsBehavior";
    check(vec![
        case("UpdateContactRecordingBehavior", record.clone(), "next").calls(&[
            r#"recording Object {"RecordingBehavior": Object {"RecordedParticipants": Array [String("Agent")]}}"#,
        ]),
        case("UpdateContactRecordingBehavior", record, "next").on(Task),
        case(newer, json!({"VoiceBehavior": {}}), "ChannelMismatch"),
        case(newer, json!({"ChatBehavior": {}}), "ChannelMismatch").on(Voice),
        case(newer, json!({"ChatBehavior": {}}), "ChannelMismatch").on(Task),
        case(newer, json!({"ChatBehavior": {}}), "next"),
        case(newer, json!({"ScreenRecordingBehavior": {}}), "next").on(Task),
        case(newer, json!({"ChatBehavior": {}}), ERROR)
            .when(|host| host.fail("recording", FlowError::Unavailable("recording"))),
        case(newer, json!({"ChatBehavior": {}}), "InFlightRedactionConfigurationFailed").when(|host| {
            let error = FlowError::branch_of(ErrorBranch::InFlightRedactionConfigurationFailed, "no model");
            host.failing.insert("recording", error);
        }),
        case("UpdateContactMediaProcessing", json!({"ChatProcessor": {}}), ERROR),
        case("UpdateContactMediaProcessing", json!({"ChatProcessor": {}}), "ChannelMismatch").on(Voice),
        case("UpdateFlowLoggingBehavior", json!({"FlowLoggingBehavior": "Enabled"}), "next").calls(&["logging true"]),
        case("UpdateFlowLoggingBehavior", json!({"FlowLoggingBehavior": "Disabled"}), "next").calls(&["logging false"]),
        case("UpdateFlowLoggingBehavior", json!({}), "next"),
        case("UpdateContactTextToSpeechVoice", json!({"TextToSpeechVoice": "Amy"}), "next"),
        case("UpdateContactTextToSpeechVoice", json!({"TextToSpeechVoice": "Amy"}), ERROR).on(Voice),
        case("CreatePersistentContactAssociation", json!({"RehydrationType": "FROM_SEGMENT", "SourceContactId": "c"}), "next")
            .calls(&[r#"persistent ("c", "FROM_SEGMENT")"#]),
        case("CreatePersistentContactAssociation", json!({"RehydrationType": "FROM_SEGMENT"}), ERROR),
        case("CreatePersistentContactAssociation", json!({"RehydrationType": "FROM_SEGMENT", "SourceContactId": "c"}), ERROR)
            .on(Task),
    ]);
}

#[test]
fn functions() {
    fn ready(host: &mut TestHost) {
        host.provide("Functions");
    }
    let name = "InvokeLambdaFunction";
    let call = |more: Value| {
        let mut call = json!({"LambdaFunctionARN": "fn", "InvocationTimeLimitSeconds": "8"});
        call.as_object_mut().expect("an object").extend(more.as_object().cloned().expect("an object"));
        call
    };
    let answer = |value: Value| Resume::Function(Ok(value));
    let json_type = || call(json!({"ResponseValidation": {"ResponseType": "JSON"}}));
    check(vec![
        case(name, call(json!({})), ERROR),
        case(name, call(json!({})), "Function").when(ready),
        case(name, call(json!({})), "next")
            .when(ready)
            .then(answer(json!({"a": "1", "n": 2, "b": true, "z": null}))),
        case(name, call(json!({})), ERROR).when(ready).then(answer(json!({"a": {"b": "1"}}))),
        case(name, call(json!({})), ERROR).when(ready).then(answer(json!(["a"]))),
        case(name, call(json!({})), ERROR).when(ready).then(answer(json!({"a b": "1"}))),
        case(name, call(json!({})), ERROR).when(ready).then(answer(json!({"a": "x".repeat(33_000)}))),
        case(name, json_type(), "next").when(ready).then(answer(json!({"a": {"b": ["1"]}}))),
        case(name, json_type(), ERROR).when(ready).then(answer(json!("x".repeat(33_000)))),
        case(name, call(json!({})), ERROR).when(ready).then(Resume::Function(Err(FunctionError::TimeLimit))),
        case(name, call(json!({})), ERROR).when(ready).then(Resume::Function(Err(FunctionError::Throttled))),
        case(name, call(json!({})), "Function").when(ready).then(Resume::Done),
        case(name, call(json!({"InvocationType": "ASYNCHRONOUS"})), "next").when(ready).then(Resume::Done),
        case(name, call(json!({"InvocationTimeLimitSeconds": "9"})), ERROR).when(ready),
        case(name, json!({"LambdaFunctionARN": "$.Attributes.none"}), ERROR).when(ready),
        case(name, json!({"LambdaFunctionARN": "fn"}), "Function").when(ready),
    ]);
    let play = case(name, call(json!({})), "next")
        .when(ready)
        .then(answer(json!({"a": "1", "n": 2, "b": true, "z": null})))
        .run();
    assert_eq!(play.run.scope.external, json!({"a": "1", "n": "2", "b": "true"}));
}

#[test]
fn a_function_gets_the_documented_event() {
    let parameters = json!({
        "LambdaFunctionARN": "fn", "InvocationTimeLimitSeconds": "8",
        "LambdaInvocationAttributes": {"who": "Mr $.Attributes.name", "all": "$.Attributes", "none": "$.Attributes.x"},
    });
    let mut host = TestHost::new(Chat);
    host.provide("Functions");
    host.set("Attributes", json!({"name": "Ann"}));
    host.set("CustomerEndpoint", json!({"Address": "+1", "Type": "TELEPHONE_NUMBER"}));
    host.set("Queue", json!({"ARN": "q", "Name": "Q"}));
    let mut play =
        Play::new(&one_action("InvokeLambdaFunction", parameters, &[], &[]), FlowType::ContactFlow, host);
    let Pause::Function(call) = play.start() else { panic!("calls") };
    assert_eq!(
        call.event,
        json!({"Name": "ContactFlowEvent", "Details": {
            "ContactData": {
                "Attributes": {"name": "Ann"}, "Channel": "CHAT", "ContactId": "c-1",
                "CustomerEndpoint": {"Address": "+1", "Type": "TELEPHONE_NUMBER"},
                "SystemEndpoint": null,
                "Queue": {"ARN": "q", "Name": "Q", "OutboundCallerId": null},
                "References": {},
            },
            "Parameters": {"who": "Mr Ann", "all": {"name": "Ann"}, "none": null},
        }})
    );
}

#[test]
fn functions_in_a_row_have_twenty_seconds() {
    let call = |id: &str, next: &str| {
        json!({"Identifier": id, "Type": "InvokeLambdaFunction",
            "Parameters": {"LambdaFunctionARN": id, "InvocationTimeLimitSeconds": "8"},
            "Transitions": {"NextAction": next, "Errors": [{"NextAction": "error", "ErrorType": "NoMatchingError"}]}})
    };
    let end = |id: &str| json!({"Identifier": id, "Type": "EndFlowExecution", "Transitions": {}});
    let document = json!({"Version": "2019-10-30", "StartAction": "a", "Actions": [
        call("a", "b"), call("b", "c"), call("c", "d"), call("d", "end"), end("end"), end("error"),
    ]});
    let mut host = TestHost::new(Chat);
    host.provide("Functions");
    let mut play = Play::new(&document, FlowType::ContactFlow, host);
    let mut limits = Vec::new();
    let mut pause = play.start();
    while let Pause::Function(call) = pause {
        limits.push(call.time_limit_ms);
        play.host.now = play.host.now + call.time_limit_ms as i64;
        pause = play.advance(Resume::Function(Ok(json!({}))));
    }
    assert_eq!((limits.as_slice(), play.at()), (&[8000, 8000, 4000][..], "error"));
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
fn what_is_not_built_takes_its_documented_branch() {
    for spec in action::all() {
        for channel in Channel::ALL {
            for flow in [FlowType::ContactFlow, FlowType::CustomerQueue, FlowType::OutboundWhisper] {
                let errors: Vec<_> = spec.errors.iter().map(|error| error.branch.as_str()).collect();
                let document = one_action(spec.name, json!({}), &errors, &[]);
                let mut play = Play::new(&document, flow, TestHost::new(channel));
                let pause = play.start();
                let known = errors.contains(&play.at()) || ["it", "next"].contains(&play.at());
                assert!(known, "{} on {channel:?}: {pause:?} at {}", spec.name, play.at());
            }
        }
    }
    for kind in [
        "GetCase",
        "CreateCustomerProfile",
        "CreateWisdomSession",
        "EvaluateDataTableValues",
        "CheckSegmentMembership",
    ] {
        case(kind, json!({"LinkContactToCase": "true"}), ERROR).run();
    }
    for kind in
        ["GetParticipantInput", "CheckVoiceId", "StartVoiceIdStream", "UpdateContactMediaStreamingBehavior"]
    {
        for channel in Channel::ALL {
            case(kind, json!({}), ERROR).on(channel).run();
        }
    }
    case("UpdateContactCallbackNumber", json!({"CallbackNumber": "$.Channel"}), "InvalidCallbackNumber")
        .run();
    case("UpdateContactCallbackNumber", json!({"CallbackNumber": "$.Channel"}), "InvalidCallbackNumber")
        .on(Voice)
        .run();
    case("CreateCallbackContact", json!({}), ERROR).on(Voice).run();
    case("StartOutboundChatContact", json!({}), ERROR).run();
    case("PlayPrompt", json!({}), ERROR).run();
}
