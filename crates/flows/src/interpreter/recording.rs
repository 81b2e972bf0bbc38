//! Performs contact actions about recording, analytics, processing and the voice (spec 10 §2.1).

use model::Channel;

use super::{Machine, Outcome};
use crate::error::{ErrorBranch, FlowError};
use crate::program::Action;

type Performed = Result<Outcome, FlowError>;

pub(crate) fn update_recording(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let behavior = machine.parameters(action)?;
    machine.host.set_recording_behavior(&behavior)?;
    Ok(Outcome::Next)
}

pub(crate) fn update_recording_and_analytics(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let wrong = match machine.host.channel() {
        Channel::Voice => action.parameter("ChatBehavior"),
        Channel::Chat => action.parameter("VoiceBehavior"),
        Channel::Task => action.parameter("ChatBehavior").or_else(|| action.parameter("VoiceBehavior")),
    };
    if wrong.is_some() {
        let reason = FlowError::Channel(machine.host.channel()).to_string();
        return Err(FlowError::branch_of(ErrorBranch::ChannelMismatch, reason));
    }
    update_recording(machine, action)
}

pub(crate) fn update_media_processing(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let behavior = machine.parameters(action)?;
    machine.host.set_media_processing(&behavior)?;
    Ok(Outcome::Next)
}

pub(crate) fn update_voice(machine: &mut Machine<'_>, action: &Action) -> Performed {
    if machine.host.channel() == Channel::Voice {
        machine.required(action, "TextToSpeechVoice")?;
        let behavior = machine.parameters(action)?;
        machine.host.set_voice(&behavior)?;
    }
    Ok(Outcome::Next)
}
