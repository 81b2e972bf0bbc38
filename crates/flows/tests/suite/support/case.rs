//! One action with its surroundings, what it waits for, and the branch it leaves by.

use flows::*;
use model::Channel;
use model::resource::FlowType;
use serde_json::Value;

use super::{Play, TestHost, one_action};

/// One case: an action, its surroundings, what it waits for and what answers, and the branch it leaves by.
pub struct Case {
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

pub fn case(kind: &'static str, parameters: Value, branch: &'static str) -> Case {
    Case {
        kind,
        parameters,
        conditions: &[],
        channel: Channel::Chat,
        flow: FlowType::ContactFlow,
        tweak: |_| {},
        resumes: Vec::new(),
        branch,
        calls: &[],
    }
}

impl Case {
    pub fn on(self, channel: Channel) -> Self {
        Self { channel, ..self }
    }
    pub fn within(self, flow: FlowType) -> Self {
        Self { flow, ..self }
    }
    pub fn when(self, tweak: fn(&mut TestHost)) -> Self {
        Self { tweak, ..self }
    }
    pub fn conditions(self, conditions: &'static [&'static str]) -> Self {
        Self { conditions, ..self }
    }
    pub fn then(mut self, resume: Resume) -> Self {
        self.resumes.push(resume);
        self
    }
    pub fn calls(self, calls: &'static [&'static str]) -> Self {
        Self { calls, ..self }
    }

    /// The branch it leaves by.
    pub fn branch(&self) -> &'static str {
        self.branch
    }
    /// The conditions that are wired.
    pub fn operands(&self) -> impl Iterator<Item = &'static str> {
        let operands: &'static [&'static str] = self.conditions;
        operands.iter().map(|condition| condition.split_once(':').map_or(*condition, |(_, operand)| operand))
    }

    /// Runs the case; every error branch that the type can have is wired.
    pub fn run(self) -> Play {
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

pub fn check(cases: Vec<Case>) {
    for case in cases {
        case.run();
    }
}

pub fn says(text: &str) -> Resume {
    Resume::CustomerMessage { text: text.into(), content_type: "text/plain".into() }
}

pub const ERROR: &str = "NoMatchingError";
