//! Which way a run leaves an action (spec 10 §1.4).

use std::ops::ControlFlow;

use super::{Machine, Outcome, bot, condition};
use crate::action::{Conditions, Unhandled};
use crate::error::{ErrorBranch, FlowError};
use crate::exchange::Pause;
use crate::host::Branch;
use crate::program::{Action, Condition};
use crate::value::Reference;
use crate::value::text::as_text;

/// Where a run goes from an action.
enum Exit {
    To(String, Branch),
    EndFlow,
    NoWay(String),
}

impl Machine<'_> {
    /// Moves the run to its next action, or answers why it stops.
    pub(super) fn leave(&mut self, outcome: Outcome) -> ControlFlow<Pause> {
        let mut outcome = outcome;
        // Each turn of this loop leaves one module, so it ends.
        loop {
            let exit = match outcome {
                Outcome::Moved => return ControlFlow::Continue(()),
                Outcome::Over(pause) => {
                    self.run.awaiting = None;
                    return ControlFlow::Break(pause);
                }
                Outcome::Wait(awaiting) => {
                    self.run.steps = 0;
                    self.run.awaiting = Some(awaiting);
                    let pause = self.run.pause(self.host.now());
                    let broken = || Pause::Failed { reason: "the run does not wait".to_owned() };
                    return ControlFlow::Break(pause.unwrap_or_else(broken));
                }
                Outcome::Return { result, data, hidden } => {
                    outcome = self.return_from_module(result, data, hidden);
                    continue;
                }
                outcome => self.exit(outcome),
            };
            match exit {
                Exit::To(identifier, branch) => {
                    self.host.left(self.run.flow, &self.run.current, branch);
                    self.run.current = identifier;
                    return ControlFlow::Continue(());
                }
                Exit::EndFlow => return ControlFlow::Break(Pause::End),
                Exit::NoWay(reason) => match self.fail_module(&reason) {
                    Some(failure) => outcome = failure,
                    None => return ControlFlow::Break(Pause::Failed { reason }),
                },
            }
        }
    }

    /// The way out of the current action.
    fn exit(&self, outcome: Outcome) -> Exit {
        let Some(action) = self.program.action(&self.run.current) else {
            return Exit::NoWay(format!("the flow has no action {:?}", self.run.current));
        };
        match outcome {
            Outcome::Result(result) => {
                let met = bot::sentiment(action, &self.run.scope.lex);
                let met = met.or_else(|| {
                    let result = result.as_deref()?;
                    action.conditions.iter().position(|condition| {
                        let operand = self.operand(action, condition);
                        condition::holds(&condition.operator, operand.as_deref(), result)
                    })
                });
                let chosen = met
                    .map(|index| Exit::To(action.conditions[index].next.clone(), Branch::Condition(index)));
                let otherwise = || error(action, ErrorBranch::NoMatchingCondition.as_str());
                chosen.or_else(otherwise).unwrap_or_else(|| next(action))
            }
            Outcome::Failed(error) => failed(action, &error),
            _ => next(action),
        }
    }

    /// What a condition compares with. Only attribute checks may compare with another value (spec 04 §14.6).
    fn operand(&self, action: &Action, condition: &Condition) -> Option<String> {
        let operand = condition.operands.first()?;
        let dynamic = action.spec.is_some_and(|spec| spec.conditions == Conditions::Any);
        match operand.as_str().and_then(Reference::parse).filter(Reference::has_known_root) {
            Some(reference) if dynamic => as_text(&self.lookup(&reference)?),
            _ => as_text(operand),
        }
    }
}

fn next(action: &Action) -> Exit {
    match &action.next {
        Some(target) => Exit::To(target.clone(), Branch::Next),
        None => Exit::NoWay(format!("{} {:?} has no next action", action.kind, action.identifier)),
    }
}

/// The error branch of this name.
fn error(action: &Action, name: &str) -> Option<Exit> {
    let index = action.errors.iter().position(|(kind, _)| kind == name)?;
    Some(Exit::To(action.errors[index].1.clone(), Branch::Error(index)))
}

fn failed(action: &Action, failure: &FlowError) -> Exit {
    let general = action.spec.map_or(ErrorBranch::NoMatchingError, |spec| spec.general_error());
    let target = [failure.branch(), ErrorBranch::NoMatchingError, general]
        .iter()
        .find_map(|branch| error(action, branch.as_str()));
    let unhandled = action.spec.map_or(Unhandled::Fails, |spec| spec.unhandled);
    match (target, unhandled) {
        (Some(exit), _) => exit,
        (None, Unhandled::GoesOn) => next(action),
        (None, Unhandled::EndsFlow) => Exit::EndFlow,
        (None, Unhandled::Fails) => {
            Exit::NoWay(format!("{} {:?}: {failure}", action.kind, action.identifier))
        }
    }
}
