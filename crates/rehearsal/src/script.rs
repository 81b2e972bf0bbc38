//! Conversations by script: what is done, and what is expected of the flow.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Deserialize;
use serde_json::Value;

use crate::given::{Given, GivenError};
use crate::play::Play;
use crate::report::{Case, Report};

/// Largest file of conversations.
const FILE_BYTES: u64 = 4 * 1024 * 1024;
/// Deepest folder of conversations.
const DEPTH: usize = 8;

/// A file of conversations with one flow.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// The flow: a name in the library, or a file beside this one.
    flow: String,
    /// The world of conversations that give none of their own.
    #[serde(default)]
    given: Given,
    conversations: Vec<Conversation>,
}

/// One conversation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conversation {
    /// What it shows.
    pub name: String,
    /// Its world, in place of the file's.
    #[serde(default)]
    pub given: Option<Given>,
    /// What is done and expected, in order.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// The customer writes or says this.
    Says(String),
    /// The customer presses these keys.
    Presses(String),
    /// The customer comes back.
    Returns(bool),
    /// Time passes: `30s`, `2m`, `1h`.
    Passes(String),
    /// An agent `answers` or `leaves`.
    Agent(Agent),
    /// The next thing that the customer hears or reads contains this.
    Hears(String),
    /// Whether there is something more to hear.
    Quiet(bool),
    /// The contact is here: `flow`, `queue`, `agent`, `ended` or `failed`.
    At(String),
    /// It is in this queue or meant for it.
    Queue(String),
    /// The flow stands at this block.
    Block(String),
    /// These blocks were played.
    Played(Vec<String>),
    /// These blocks were not played.
    Unplayed(Vec<String>),
    /// The contact has these attributes.
    Attributes(BTreeMap<String, String>),
    /// These references (without `$.`) have these values; null = none.
    Values(BTreeMap<String, Value>),
    /// The flow has created tasks with these names.
    Tasks(Vec<String>),
    /// A function wrote this, or failed with it.
    Notes(String),
}

/// What an agent does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Agent {
    /// Takes the waiting contact.
    Answers,
    /// Leaves it.
    Leaves,
}

/// Plays every conversation in the `.yaml` files of a folder and the folders below it.
pub fn test_folder(folder: &Path) -> std::io::Result<Report> {
    let mut files = Vec::new();
    find(folder, 0, &mut files)?;
    files.sort();
    let mut report = Report::default();
    for file in files {
        let suite = file.strip_prefix(folder).unwrap_or(&file).display().to_string();
        match read(&file) {
            Ok(content) => play_all(&suite, &content, file.parent().unwrap_or(folder), &mut report),
            Err(error) => report.cases.push(Case {
                suite,
                name: "can be read".to_owned(),
                failure: Some(error.to_string()),
                seconds: 0.0,
            }),
        }
    }
    Ok(report)
}

fn find(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let path = entry.path();
        if kind.is_dir() && depth < DEPTH {
            find(&path, depth + 1, files)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            files.push(path);
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<File, GivenError> {
    let failed = |error: &dyn std::fmt::Display| GivenError(error.to_string());
    if std::fs::metadata(path).map_err(|error| failed(&error))?.len() > FILE_BYTES {
        return Err(GivenError(format!("it has more than {FILE_BYTES} bytes")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
    serde_saphyr::from_str(&text).map_err(|error| failed(&error))
}

fn play_all(suite: &str, file: &File, folder: &Path, report: &mut Report) {
    for conversation in &file.conversations {
        let begun = Instant::now();
        let given = conversation.given.clone().unwrap_or_else(|| file.given.clone());
        let failure = match Play::start(&file.flow, given, folder) {
            Err(error) => Some(error.to_string()),
            Ok(mut play) => {
                let result = play_steps(&mut play, &conversation.steps);
                report.coverage.join(play.stage.coverage);
                result.err()
            }
        };
        let (suite, name) = (suite.to_owned(), conversation.name.clone());
        report.cases.push(Case { suite, name, failure, seconds: begun.elapsed().as_secs_f64() });
    }
}

fn play_steps(play: &mut Play, steps: &[Step]) -> Result<(), String> {
    let mut notes = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        notes.extend(play.notes());
        play_step(play, step, &notes).map_err(|reason| format!("step {}: {reason}", index + 1))?;
    }
    Ok(())
}

fn play_step(play: &mut Play, step: &Step, notes: &[String]) -> Result<(), String> {
    let same = |what: &str, expected: &str, found: &str| {
        if expected == found {
            Ok(())
        } else {
            Err(format!("{what}: expected {expected:?}, found {found:?}"))
        }
    };
    match step {
        Step::Says(text) | Step::Presses(text) => play.says(text),
        Step::Returns(true) => play.returns(),
        Step::Returns(false) => {}
        Step::Passes(text) => {
            let time = duration(text).ok_or_else(|| format!("{text:?} is no time such as 30s, 2m or 1h"))?;
            play.passes(time);
        }
        Step::Agent(Agent::Answers) => play.agent_answers()?,
        Step::Agent(Agent::Leaves) => play.agent_leaves()?,
        Step::Hears(expected) => match play.heard() {
            Some(text) if text.contains(expected.as_str()) => {}
            Some(text) => return Err(format!("hears: expected {expected:?}, heard {text:?}")),
            None => return Err(format!("hears: expected {expected:?}, heard nothing more")),
        },
        Step::Quiet(expected) => {
            let next = play.stage.said.front();
            if next.is_none() != *expected {
                return Err(format!("quiet: expected {expected}, and what comes is {next:?}"));
            }
        }
        Step::At(expected) => {
            let found = play.place().as_str();
            if expected != found {
                let reason = play.reason().map(|reason| format!(" ({reason})")).unwrap_or_default();
                return Err(format!("at: expected {expected:?}, found {found:?}{reason}"));
            }
        }
        Step::Queue(expected) => same("queue", expected, play.queue().unwrap_or("none"))?,
        Step::Block(expected) => same("block", expected, play.block().unwrap_or("none"))?,
        Step::Played(blocks) => {
            if let Some(block) = blocks.iter().find(|block| !play.stage.coverage.any_block(block)) {
                return Err(format!("played: {block:?} was not"));
            }
        }
        Step::Unplayed(blocks) => {
            if let Some(block) = blocks.iter().find(|block| play.stage.coverage.any_block(block)) {
                return Err(format!("unplayed: {block:?} was played"));
            }
        }
        Step::Attributes(expected) => {
            for (name, value) in expected {
                let found =
                    play.stage.value("Attributes").and_then(|all| Some(all.get(name)?.as_str()?.to_owned()));
                same(&format!("attribute {name}"), value, found.as_deref().unwrap_or("none"))?;
            }
        }
        Step::Values(expected) => {
            for (path, value) in expected {
                let found = play.stage.value(path).unwrap_or(Value::Null);
                same(path, &value.to_string(), &found.to_string())?;
            }
        }
        Step::Tasks(expected) => same("tasks", &expected.join(", "), &play.stage.tasks.join(", "))?,
        Step::Notes(expected) => {
            if !notes.iter().any(|note| note.contains(expected.as_str())) {
                return Err(format!("notes: expected {expected:?} among {notes:?}"));
            }
        }
    }
    Ok(())
}

/// Milliseconds of `30s`, `2m` or `1h`.
pub(crate) fn duration(text: &str) -> Option<i64> {
    let (number, unit) = text.trim().split_at_checked(text.trim().len().checked_sub(1)?)?;
    let factor = match unit {
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    number
        .trim()
        .parse::<i64>()
        .ok()
        .filter(|number| (0..=100_000).contains(number))
        .map(|number| number * factor)
}
