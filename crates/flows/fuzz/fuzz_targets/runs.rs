//! Any flow with any answers: whatever comes, every call returns, and no contact keeps a flow busy.
//!
//! The input is a document, a zero byte, and one byte for each choice: the channel, the services there are, and then
//! what happens next, over and over.

#![no_main]

use flows::{Document, Resume, ThirdPartyEnd};
use libfuzzer_sys::fuzz_target;
use model::Channel;
use model::resource::FlowType;
use serde_json::json;

#[path = "../../tests/suite/support/mod.rs"]
mod support;

use support::{Play, TestHost};

/// Times that a flow is asked to go on, at most.
const TURNS: usize = 64;
/// Actions that one call may perform before the guard against spinning ends it, with some to spare.
const ACTIONS: usize = 1100;

const SAID: [&str; 6] = ["1", "2", "yes", "", "$.Attributes.name", "*#"];

fuzz_target!(|input: &[u8]| {
    let end = input.iter().position(|byte| *byte == 0).unwrap_or(input.len());
    let Ok(text) = std::str::from_utf8(&input[..end]) else { return };
    let mut choices = input[end..].iter().skip(1).copied();
    let Ok(document) = Document::import(text) else { return };
    let value = serde_json::Value::Object(document.root().clone());
    if flows::Program::from_value(&value).is_err() {
        return;
    }
    let mut choose = || choices.next();
    let channel = Channel::ALL[choose().unwrap_or(0) as usize % Channel::ALL.len()];
    let mut host = TestHost::new(channel);
    let services = choose().unwrap_or(0);
    for (bit, service) in ["Functions", "Views", "Telephony", "Cases"].iter().enumerate() {
        if services & 1 << bit != 0 {
            host.provide(service);
        }
    }
    host.set("Attributes", json!({"name": "Ann", "language": "en"}));
    let mut play = Play::new(&value, document.exported_type().unwrap_or(FlowType::ContactFlow), host);
    play.run.logging = true;
    let mut pause = play.start();
    for _ in 0..TURNS {
        let Some(choice) = choose().filter(|_| !pause.is_final()) else { return };
        let text = SAID[usize::from(choice >> 4) % SAID.len()].to_owned();
        play.host.now = play.host.now + i64::from(choice) * 37;
        let resume = match choice % 8 {
            0 | 1 => Resume::CustomerMessage { text, content_type: "text/plain".into() },
            2 => Resume::TimeLimit,
            3 => Resume::Function(Ok(json!({"Result": "1", "status": text}))),
            4 => Resume::View { action: "Next".into(), data: json!({"FormData": {"a": text}}) },
            5 => Resume::Failed("by chance".into()),
            6 => Resume::ThirdParty(ThirdPartyEnd::Left),
            _ => Resume::QueueAtCapacity,
        };
        let before = play.host.log.len();
        pause = play.advance(resume);
        assert!(play.host.log.len() - before < ACTIONS, "too many actions in one call");
    }
});
