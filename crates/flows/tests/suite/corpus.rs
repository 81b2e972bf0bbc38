//! Flows published by others: parsed, printed back, checked and run. Skipped where the folder is not there.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::support::{Play, TestHost};
use flows::*;
use model::Channel;
use model::resource::FlowType;
use serde_json::json;

/// The folder of real flows: `SWITCHROOM_FLOWS_DIR`, or beside the workspace.
fn folder(name: &str) -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/flows");
    let folder = std::env::var_os("SWITCHROOM_FLOWS_DIR").map_or(beside, PathBuf::from).join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no flows in {}; set SWITCHROOM_FLOWS_DIR", folder.display());
    None
}

/// The texts of a folder of real flows: `current` or `legacy`; none where it is not there.
pub fn texts(name: &str) -> Vec<(String, String)> {
    let Some(folder) = folder(name) else { return Vec::new() };
    let mut texts: Vec<(String, String)> = std::fs::read_dir(folder)
        .expect("readable")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let name = path.file_name().expect("a file").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).expect("UTF-8"))
        })
        .collect();
    texts.sort();
    texts
}

/// Export files tell their type; of the others those with loop prompts can only be queue flows.
fn kind_of(document: &Document) -> FlowType {
    let loops = document.text().contains("MessageParticipantIteratively");
    let guess = if loops { FlowType::CustomerQueue } else { FlowType::ContactFlow };
    document.exported_type().unwrap_or(guess)
}

#[test]
fn real_flows_print_back_and_are_reported_on() {
    let mut found = BTreeMap::<String, usize>::new();
    let mut refused = Vec::new();
    for (name, text) in texts("current") {
        let document = Document::import(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(document.text(), text, "{name}");
        let problems = validate_document(&document, kind_of(&document), document.is_module(), None);
        for problem in &problems {
            *found.entry(format!("{:?} {} {}", problem.level, problem.rule, problem.message)).or_default() +=
                1;
            if problem.level == Level::Error {
                refused.push(format!("{name}: {problem}"));
            }
        }
        edited_and_undone(&name, &document);
        let edited = document.exported("n", "d", FlowType::ContactFlow, true).expect("exports");
        let content = document.content().expect("content");
        assert_eq!(edited.content().expect("content").root(), content.root(), "{name}");
        Program::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    for (message, count) in found {
        println!("{count:5} {message}");
    }
    // One published flow was made unusable by its publisher: it names no bot.
    assert!(refused.iter().all(|problem| problem.contains("LexV2Bot.AliasArn")), "{refused:#?}");
}

/// An edit of every action, and its undo, change nothing else.
fn edited_and_undone(name: &str, document: &Document) {
    use document::Place::{Index, Key};
    let mut edited = document.clone();
    for (index, action) in document.actions().iter().enumerate() {
        let old = action.get("Parameters").cloned();
        let place = [Key("Actions"), Index(index), Key("Parameters")];
        edited.set(&place, &json!({"Text": "changed"})).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_ne!(edited.root(), document.root(), "{name}");
        match old {
            Some(old) => edited.set(&place, &old).expect("there"),
            None => edited.remove(&place).expect("there"),
        }
        assert_eq!(edited.root(), document.root(), "{name}, action {index}");
    }
}

/// A small generator of repeatable numbers.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

#[test]
fn real_flows_run_with_any_input() {
    let texts = texts("current");
    let mut ends = BTreeMap::<&str, usize>::new();
    for (name, text) in &texts {
        let document = Document::import(text).expect("parses");
        let value = serde_json::Value::Object(document.root().clone());
        for seed in 0..30 {
            let mut dice = Dice(seed);
            let mut host = TestHost::new(Channel::ALL[seed as usize % 3]);
            for service in ["Functions", "Views", "Telephony"] {
                if dice.below(2) == 0 {
                    host.provide(service);
                }
            }
            host.percents = (0..50).map(|_| dice.below(100) as u8 + 1).collect();
            host.set("Attributes", json!({"name": "Ann", "language": "en"}));
            let mut play = Play::new(&value, kind_of(&document), host);
            play.run.logging = true;
            let mut pause = play.start();
            let mut turns = 0;
            while !pause.is_final() && turns < 100 {
                turns += 1;
                play.host.now = play.host.now + dice.below(5000) as i64;
                let text = ["1", "2", "yes", "", "$.Attributes.name"][dice.below(5) as usize].to_owned();
                let resume = match dice.below(8) {
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
                assert!(play.host.log.len() - before < 1100, "{name}, seed {seed}: too many actions");
            }
            let end = match pause {
                Pause::Disconnect => "disconnected",
                Pause::End => "ended",
                Pause::Failed { .. } => "failed",
                _ => "still waiting",
            };
            *ends.entry(end).or_default() += 1;
        }
    }
    println!("{ends:?}");
    assert!(texts.is_empty() || ends.contains_key("disconnected"));
}
