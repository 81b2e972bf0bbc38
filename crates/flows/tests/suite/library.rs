//! The default and sample flows: valid, and run to each of their ends on every channel.

use std::collections::BTreeSet;

use crate::support::{Play, TestHost};
use flows::action::ResourceKind;
use flows::*;
use model::Channel;
use model::resource::FlowType;
use serde_json::{Value, json};

fn resolve(kind: ResourceKind, name: &str) -> String {
    match kind {
        ResourceKind::Flow => name.to_owned(),
        ResourceKind::Bot => format!("arn:aws:lex:us-east-1:123456789012:bot-alias/{name}"),
        other => format!("{}/{name}", other.as_str()),
    }
}

/// A host that has the whole library.
fn host(channel: Channel) -> TestHost {
    let mut host = TestHost::new(channel);
    for (number, (name, kind, _, content)) in (1..).zip(library::defaults(&resolve)) {
        let document: Value = serde_json::from_str(&content).expect("JSON");
        host.add_flow(name, number, kind, &document);
    }
    host.set("Queue.Name", json!("BasicQueue"));
    host.set("Queue.ARN", json!("queue/BasicQueue"));
    host.metrics = Ok(QueueMetrics { agents_online: 1, agents_staffed: 1, ..QueueMetrics::default() });
    host
}

fn play(name: &str, host: TestHost) -> Play {
    let (id, kind, program) = host.programs[name].clone();
    Play { run: Run::start(id, kind, false), program, host }
}

#[test]
fn every_flow_can_be_published() {
    for flow in library::FLOWS {
        let content = flow.content(&resolve);
        assert!(!content.contains("{{"), "{}", flow.name);
        let problems = validate(&content, flow.kind, false);
        assert_eq!(problems, [], "{}", flow.name);
        for (kind, name) in flow.resources() {
            assert!(kind != ResourceKind::Flow || library::flow(name).is_some(), "{}: {name}", flow.name);
        }
    }
    let names: BTreeSet<_> = library::FLOWS.iter().map(|flow| flow.name).collect();
    assert_eq!(names.len(), library::FLOWS.len());
    let defaults = library::FLOWS.iter().filter(|flow| flow.is_default);
    let kinds: BTreeSet<_> = defaults.map(|flow| format!("{:?}", flow.kind)).collect();
    assert_eq!(kinds.len(), 8, "one default for every type but the inbound one: {kinds:?}");
}

#[test]
fn a_chat_customer_goes_through_the_menu_into_the_queue() {
    for (answers, topic, messages) in [
        (&["sales"][..], "Sales", 0),
        (&["2"], "Service", 0),
        (&["something else"], "Other", 0),
        (&["what?", "1"], "Sales", 1),
        (&["what?", "hm", "no idea"], "Other", 2),
    ] {
        let mut play = play("Sample inbound flow", host(Channel::Chat));
        let mut pause = play.start();
        for answer in answers {
            assert_eq!(pause, Pause::Input { time_limit_ms: Some(300_000) }, "{answers:?}");
            pause = play.says(answer);
        }
        assert_eq!(pause, Pause::TransferToQueue, "{answers:?}");
        assert_eq!(play.host.values["$.Attributes.topic"], topic, "{answers:?}");
        let again = play.host.texts().iter().filter(|text| text.starts_with("Sorry")).count();
        assert_eq!(again, messages, "{answers:?}");
        assert!(play.host.texts()[0].starts_with("Hello"), "{:?}", play.host.messages);
        for call in
            ["logging true", "hook (CustomerRemaining", "hook (CustomerQueue", "queue Queue", "recording"]
        {
            assert!(
                play.host.calls.iter().any(|made| made.starts_with(call)),
                "{call}: {:?}",
                play.host.calls
            );
        }
    }
}

#[test]
fn the_inbound_flow_has_an_answer_for_everything() {
    type Tweak = fn(&mut TestHost);
    let cases: [(&str, Tweak, Resume, &str, &str); 7] = [
        ("closed", |host| host.hours = Ok(false), Resume::Done, "Disconnect", "We are closed"),
        (
            "nobody there",
            |host| host.metrics = Ok(QueueMetrics::default()),
            Resume::QueueAtCapacity,
            "Disconnect",
            "Too many people",
        ),
        ("queue full", |_| {}, Resume::QueueAtCapacity, "Disconnect", "Too many people"),
        ("queue fails", |_| {}, Resume::Failed("no".into()), "Disconnect", "Something went wrong"),
        (
            "no queue",
            |host| host.fail("queue", FlowError::Unavailable("queues")),
            Resume::Done,
            "Disconnect",
            "Something went wrong",
        ),
        (
            "no hours",
            |host| host.hours = Err(FlowError::Unavailable("hours")),
            Resume::Done,
            "Transfer to queue",
            "How can we help?",
        ),
        (
            "no metrics",
            |host| host.metrics = Err(FlowError::Unavailable("metrics")),
            Resume::Done,
            "Transfer to queue",
            "All our agents are away",
        ),
    ];
    for (case, tweak, resume, at, last) in cases {
        let mut host = host(Channel::Chat);
        tweak(&mut host);
        let mut play = play("Sample inbound flow", host);
        play.start();
        if play.says("1") == Pause::TransferToQueue {
            play.advance(resume);
        }
        assert_eq!(play.at(), at, "{case}");
        let text = play.host.texts().last().copied().unwrap_or_default().to_owned();
        assert!(text.starts_with(last), "{case}: {text}");
    }
    let mut silent = play("Sample inbound flow", host(Channel::Chat));
    silent.start();
    assert_eq!(silent.advance(Resume::TimeLimit), Pause::Disconnect);
    let mut task = play("Sample inbound flow", host(Channel::Task));
    assert_eq!(task.start(), Pause::TransferToQueue);
    assert!(task.host.messages.is_empty());
}

#[test]
fn waiting_chats_are_told_so_and_stay_in_the_queue() {
    for (flow, channel, told) in [
        ("Default customer queue", Channel::Chat, 1),
        ("Default customer queue", Channel::Task, 0),
        ("Default customer queue", Channel::Voice, 0),
    ] {
        let mut play = play(flow, host(channel));
        assert_eq!(play.start(), Pause::End, "{flow} {channel:?}");
        assert_eq!(play.host.messages.len(), told, "{flow} {channel:?}");
    }

    let mut play = play("Sample interruptible queue flow", host(Channel::Chat));
    let metrics = QueueMetrics { position_in_queue: Some(3), ..QueueMetrics::default() };
    play.host.metrics = Ok(metrics);
    let wait = Pause::Wait { time_limit_ms: 120_000, customer_returned: false, bot_disconnected: false };
    assert_eq!(play.start(), wait);
    assert_eq!(play.host.texts(), ["Thank you for waiting. Your place in the queue is 3."]);
    assert_eq!(play.says("hello?"), wait, "a message does not end the wait");
    play.host.metrics = Err(FlowError::Unavailable("metrics"));
    assert_eq!(play.advance(Resume::TimeLimit), wait);
    assert_eq!(play.host.texts()[1], "Thank you for waiting. We will be with you as soon as we can.");
    let mut rounds = 2;
    while play.advance(Resume::TimeLimit) == wait {
        rounds += 1;
    }
    assert_eq!((rounds, play.at()), (30, "Done"));
}

#[test]
fn callers_hear_queue_prompts_where_there_is_telephony() {
    let mut host = host(Channel::Voice);
    host.provide("Telephony");
    let mut play = play("Default customer queue", host);
    let Pause::LoopPrompts { messages, interrupt_ms } = play.start() else { panic!("loops") };
    assert_eq!((messages.len(), interrupt_ms), (2, None));
    assert_eq!(messages[1], Message::Prompt("prompt/CustomerQueue.wav".into()));
}

#[test]
fn the_disconnect_flow_waits_for_a_customer_who_comes_back() {
    let wait = Pause::Wait { time_limit_ms: 900_000, customer_returned: true, bot_disconnected: false };
    let mut back = play("Sample disconnect flow", host(Channel::Chat));
    assert_eq!(back.start(), wait);
    assert_eq!(back.advance(Resume::CustomerReturned), Pause::TransferToQueue);
    assert_eq!(back.host.calls, ["queue Queue(\"queue/BasicQueue\")"]);
    assert_eq!(back.advance(Resume::QueueAtCapacity), Pause::Disconnect);

    let mut gone = play("Sample disconnect flow", host(Channel::Chat));
    gone.start();
    assert_eq!(gone.advance(Resume::TimeLimit), Pause::Disconnect);
    assert!(gone.host.texts()[1].starts_with("This conversation is closed"));

    let mut never_queued = host(Channel::Chat);
    never_queued.values.remove("$.Queue.ARN");
    let mut never_queued = play("Sample disconnect flow", never_queued);
    never_queued.start();
    assert_eq!(never_queued.says("hello"), Pause::TransferToQueue, "BasicQueue when there was no queue");

    let mut task_host = host(Channel::Task);
    task_host.set("Agent.ARN", json!("arn:agent/1"));
    let mut task = play("Sample disconnect flow", task_host);
    assert_eq!(task.start(), Pause::TransferToQueue);
    assert!(task.host.calls.contains(&"queue Agent(\"arn:agent/1\")".to_owned()));
    let mut again = Play { run: Run::start(task.run.flow, FlowType::ContactFlow, false), ..task };
    assert_eq!(again.start(), Pause::Disconnect, "a task comes back once");
}

#[test]
fn transfers_reach_agents_and_queues() {
    for (flow, channel, agent, staffed, expected) in [
        ("Default agent transfer", Channel::Chat, true, true, Pause::TransferToQueue),
        ("Default agent transfer", Channel::Task, true, true, Pause::TransferToQueue),
        ("Default agent transfer", Channel::Chat, false, true, Pause::Disconnect),
        ("Default queue transfer", Channel::Voice, false, true, Pause::TransferToQueue),
        ("Default queue transfer", Channel::Voice, false, false, Pause::Disconnect),
        ("Default queue transfer", Channel::Chat, false, false, Pause::TransferToQueue),
        ("Sample secure input with agent", Channel::Chat, false, true, Pause::TransferToQueue),
    ] {
        let mut host = host(channel);
        if agent {
            host.set("Agent.ARN", json!("arn:agent/1"));
        }
        if !staffed {
            host.metrics = Ok(QueueMetrics::default());
        }
        assert_eq!(play(flow, host).start(), expected, "{flow} {channel:?} {agent} {staffed}");
    }
    let mut voice = host(Channel::Voice);
    voice.services.insert("Telephony");
    assert_eq!(play("Default agent transfer", voice).start(), Pause::TransferToAgent);
}

#[test]
fn dice_lead_back_to_the_inbound_flow() {
    for (percent, said) in [
        (1, 2),
        (3, 2),
        (4, 3),
        (9, 3),
        (10, 4),
        (42, 6),
        (43, 7),
        (59, 7),
        (60, 8),
        (98, 11),
        (99, 12),
        (100, 12),
    ] {
        let expected = format!("You rolled {said}.");
        let mut host = host(Channel::Chat);
        host.percents.push_back(percent);
        let mut play = play("Sample AB test", host);
        let pause = play.start();
        assert!(play.host.texts().contains(&expected.as_str()), "{percent}: {:?}", play.host.messages);
        assert!(matches!(pause, Pause::Input { .. }), "{pause:?}");
    }
}

#[test]
fn customers_choose_their_place_in_the_queue() {
    for (answer, said, call) in [
        ("front", Some("You are at the front of the queue now."), "routing Priority(1)"),
        ("2", Some("You are at the end of the queue now."), "routing AgeAdjustment(-600)"),
        ("what?", None, "queue Queue"),
    ] {
        let mut play = play("Sample customer queue priority", host(Channel::Chat));
        assert!(matches!(play.start(), Pause::Input { .. }), "{answer}");
        let mut pause = play.says(answer);
        while matches!(pause, Pause::Input { .. }) {
            pause = play.says(answer);
        }
        assert_eq!(pause, Pause::TransferToQueue, "{answer}");
        assert_eq!(play.host.texts().get(1).copied(), said, "{answer}");
        assert!(play.host.calls.iter().any(|made| made.starts_with(call)), "{:?}", play.host.calls);
        assert_eq!(play.advance(Resume::QueueAtCapacity), Pause::Disconnect, "{answer}");
    }
    let mut task = play("Sample customer queue priority", host(Channel::Task));
    assert_eq!(task.start(), Pause::TransferToQueue);
}

#[test]
fn a_long_wait_sets_the_flow_that_offers_callbacks() {
    for (age_minutes, hooked) in [(4, false), (5, true)] {
        let mut host = host(Channel::Chat);
        let metrics = QueueMetrics { oldest_contact_age_ms: age_minutes * 60_000, ..QueueMetrics::default() };
        host.metrics = Ok(metrics);
        let mut play = play("Sample queued callback", host);
        assert_eq!(play.start(), Pause::TransferToQueue, "{age_minutes}");
        let told = play.host.texts().iter().any(|text| text.starts_with("You may have to wait"));
        let calls = &play.host.calls;
        assert_eq!((told, calls.iter().any(|call| call.starts_with("hook"))), (hooked, hooked), "{calls:?}");
    }
    let keys = |keys: &str| Resume::Keys { keys: keys.to_owned(), timed_out: keys.is_empty() };
    let caller = || {
        let mut host = host(Channel::Voice);
        host.metrics = Ok(QueueMetrics { oldest_contact_age_ms: 600_000, ..QueueMetrics::default() });
        host.provide("Everything");
        let mut play = play("Sample queued callback", host);
        assert!(matches!(play.start(), Pause::Keys(_)), "a caller chooses");
        play
    };
    for answer in ["1", "", "7"] {
        let mut play = caller();
        assert_eq!(play.advance(keys(answer)), Pause::TransferToQueue, "{answer:?}");
        assert!(play.host.calls.iter().any(|call| call.starts_with("hook")), "{:?}", play.host.calls);
    }
    let mut called_back = caller();
    let Pause::Keys(number) = called_back.advance(keys("2")) else { panic!("asks for the number") };
    assert_eq!(number.terminator, "#");
    assert_eq!(called_back.advance(keys("442079460018")), Pause::Disconnect);
    assert!(
        called_back.host.texts().contains(&"We will call you back. Goodbye."),
        "{:?}",
        called_back.host.messages
    );
    let mut mistyped = caller();
    mistyped.advance(keys("2"));
    assert!(matches!(mistyped.advance(keys("12")), Pause::Keys(_)), "and is asked again");
}

#[test]
fn functions_answer_or_are_apologised_for() {
    let mut without = play("Sample Lambda integration", host(Channel::Chat));
    assert!(matches!(without.start(), Pause::Input { .. }));
    assert!(without.host.texts().iter().any(|text| text.starts_with("Sorry, we could not find")));

    let mut host = host(Channel::Chat);
    host.provide("Functions");
    let mut with = play("Sample Lambda integration", host);
    let Pause::Function(call) = with.start() else { panic!("calls") };
    assert_eq!((call.function.as_str(), call.time_limit_ms), ("function/sampleLambdaFlowFunction", 4000));
    with.advance(Resume::Function(Ok(json!({"Fact": "Honey keeps."}))));
    assert!(with.host.texts().contains(&"Here is a fact: Honey keeps."), "{:?}", with.host.messages);
}

#[test]
fn every_sample_ends_somewhere_on_every_channel() {
    for flow in library::FLOWS {
        for channel in Channel::ALL {
            let mut host = host(channel);
            host.services.extend(["Functions", "Telephony"]);
            let mut play = play(flow.name, host);
            let mut pause = play.start();
            for turn in 0..200 {
                let resume = match &pause {
                    Pause::Input { .. } => {
                        Resume::CustomerMessage { text: "1".into(), content_type: "text/plain".into() }
                    }
                    // Callers may wait for ever; each turn is 30 seconds.
                    Pause::LoopPrompts { interrupt_ms: Some(_), .. } if turn > 20 => break,
                    Pause::Wait { .. } | Pause::LoopPrompts { interrupt_ms: Some(_), .. } => {
                        Resume::TimeLimit
                    }
                    Pause::LoopPrompts { .. } | Pause::TransferToQueue | Pause::TransferToAgent => break,
                    Pause::Function(_) => Resume::Function(Ok(json!({}))),
                    Pause::Failed { reason } => panic!("{} {channel:?}: {reason}", flow.name),
                    _ => break,
                };
                assert!(turn < 199, "{} {channel:?} goes on for ever", flow.name);
                pause = play.advance(resume);
            }
        }
    }
}
