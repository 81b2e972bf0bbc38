//! What a resume means to a run that waits.

use std::ops::ControlFlow;

use serde_json::json;

use super::{Machine, Outcome, bot, budget, interaction, keys, participant};
use crate::error::{ErrorBranch, FlowError};
use crate::exchange::{Pause, Resume};
use crate::run::Awaiting;

impl Machine<'_> {
    /// Begins or goes on: the outcome of the awaited action, or the same pause again when the resume does not fit it.
    pub(super) fn resume(&mut self, resume: Resume) -> ControlFlow<Pause, Outcome> {
        if self.run.current.is_empty() {
            self.run.current = self.program.start().to_owned();
            return ControlFlow::Continue(Outcome::Moved);
        }
        let Some(awaiting) = self.run.awaiting.take() else {
            // A run that ended stands at the action that ended it, which answers the same again.
            return ControlFlow::Continue(Outcome::Moved);
        };
        let program = self.program.clone();
        let Some(action) = program.action(&self.run.current) else {
            let reason = format!("the flow no longer has the action {:?}", self.run.current);
            return ControlFlow::Break(Pause::Failed { reason });
        };
        let (flow, logging) = (self.run.flow, self.run.logging);
        let outcome = match self.answer(&awaiting, action, resume) {
            Some(performed) => performed.unwrap_or_else(|error| Outcome::Failed(self.told(action, error))),
            None => {
                self.run.awaiting = Some(awaiting);
                let pause = self.run.pause(self.host.now());
                let broken = || Pause::Failed { reason: "the run does not wait".to_owned() };
                return ControlFlow::Break(pause.unwrap_or_else(broken));
            }
        };
        let note = self.note.take();
        if logging {
            let parameters = self.logged_parameters(action);
            self.log(flow, action, parameters, note, &outcome);
        }
        ControlFlow::Continue(outcome)
    }

    /// The outcome of an awaited action; none when the resume is not for it.
    fn answer(
        &mut self,
        awaiting: &Awaiting,
        action: &crate::program::Action,
        resume: Resume,
    ) -> Option<Result<Outcome, FlowError>> {
        let result = |text: &str| Some(Ok(Outcome::Result(Some(text.to_owned()))));
        if let Resume::Failed(reason) = resume {
            return Some(Err(FlowError::Refused(reason)));
        }
        match (awaiting, resume) {
            (Awaiting::Input { .. }, Resume::CustomerMessage { text, content_type }) => {
                Some(bot::heard(self, action, &text, &content_type))
            }
            (Awaiting::Input { .. }, Resume::TimeLimit) => Some(Err(FlowError::branch_of(
                ErrorBranch::InputTimeLimitExceeded,
                "the customer did not answer in time",
            ))),
            (Awaiting::Sound, Resume::Done) => Some(Ok(Outcome::Next)),
            (Awaiting::Sound | Awaiting::Keys { .. }, Resume::TimeLimit) => {
                Some(Err(FlowError::Refused("what was to be played did not end".to_owned())))
            }
            (Awaiting::Keys { .. }, Resume::Keys { keys, timed_out }) => {
                Some(keys::gathered(self, action, &keys, timed_out))
            }
            (Awaiting::Wait { .. }, Resume::TimeLimit) => result("WaitCompleted"),
            (
                Awaiting::Wait { customer_returned: true, .. },
                Resume::CustomerReturned | Resume::CustomerMessage { .. },
            ) => result("CustomerReturned"),
            (Awaiting::Wait { bot_disconnected: true, .. }, Resume::BotDisconnected) => {
                result("BotParticipantDisconnected")
            }
            (Awaiting::Wait { bot_disconnected: true, .. }, Resume::BotNotFound) => Some(Err(
                FlowError::branch_of(ErrorBranch::ParticipantNotFound, "no bot takes part in the contact"),
            )),
            // Nobody waits for the answer of an asynchronous call; only that it began counts.
            (Awaiting::Function { call, .. }, Resume::Function(answer)) if call.asynchronous => {
                Some(answer.map(|_| Outcome::Next).map_err(|error| FlowError::Refused(error.to_string())))
            }
            (Awaiting::Function { since, json, .. }, Resume::Function(answer)) => {
                let spent = self.host.now().since(*since).max(0) as u64;
                self.run.function_ms = self.run.function_ms.saturating_add(spent);
                Some(interaction::answered(self, *json, answer))
            }
            (Awaiting::Function { call, .. }, Resume::Done) if call.asynchronous => Some(Ok(Outcome::Next)),
            (Awaiting::Bot { .. }, Resume::Bot(answer)) => Some(bot::answered(self, action, answer)),
            (Awaiting::PersistentChat { .. }, Resume::Done) => Some(Ok(Outcome::Next)),
            (Awaiting::LoopPrompts { until: Some(_), .. }, Resume::TimeLimit) => {
                result("MessagesInterrupted")
            }
            (Awaiting::TransferToQueue | Awaiting::DequeueAndTransfer { .. }, Resume::QueueAtCapacity) => {
                Some(Err(FlowError::QueueAtCapacity))
            }
            (Awaiting::TransferToQueue, Resume::Done) => Some(Ok(Outcome::Over(Pause::End))),
            (Awaiting::DequeueAndTransfer { .. }, Resume::Done) => Some(Ok(Outcome::Next)),
            (Awaiting::ThirdParty(_), Resume::ThirdParty(end)) => Some(participant::third_party_ended(end)),
            (Awaiting::ThirdParty(call), Resume::Done) if !call.resume => Some(Ok(Outcome::Over(Pause::End))),
            (Awaiting::View { request, .. }, Resume::View { action, data }) => {
                if let Err(error) = budget::check(&data) {
                    return Some(Err(error));
                }
                self.run.scope.views_hidden = request.hide_response;
                self.run.scope.views = json!({ "Action": action, "ViewResultData": data });
                Some(Ok(Outcome::Result(Some(action))))
            }
            (Awaiting::View { .. }, Resume::TimeLimit) => Some(Err(FlowError::branch_of(
                ErrorBranch::TimeLimitExceeded,
                "the view was not answered in time",
            ))),
            (Awaiting::Authentication { .. }, Resume::Authenticated) => Some(Ok(Outcome::Next)),
            // Without a branch of its own it must not pass for a success.
            (Awaiting::Authentication { .. }, Resume::OptedOut) if action.conditions.is_empty() => {
                Some(Err(FlowError::Refused("the customer does not want to sign in".to_owned())))
            }
            (Awaiting::Authentication { .. }, Resume::OptedOut) => result("OptedOut"),
            (Awaiting::Authentication { .. }, Resume::TimeLimit) => Some(Err(FlowError::branch_of(
                ErrorBranch::TimeLimitExceeded,
                "the customer did not sign in in time",
            ))),
            _ => None,
        }
    }
}
