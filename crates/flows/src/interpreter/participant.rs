//! Performs participant actions: messages, bots, views, third parties (spec 10 §2.4).

use model::Channel;
use model::resource::FlowType;
use serde_json::{Value, json};

use super::control::plays_media;
use super::{Machine, Outcome, bot, budget, not_built};
use crate::error::{ErrorBranch, FlowError};
use crate::exchange::{AuthenticationRequest, Pause, ThirdParty, ThirdPartyEnd, ViewRequest};
use crate::host::{Message, Said, Service};
use crate::program::Action;
use crate::run::Awaiting;

type Performed = Result<Outcome, FlowError>;

/// Most characters of a spoken or written text.
pub const TEXT_LIMIT: usize = 6000;
/// Minutes a customer has for signing in where the flow names none.
const SIGN_IN_MINUTES: i64 = 3;
/// Most bytes of a view's input.
pub const VIEW_INPUT_LIMIT: usize = 16 * 1024;

pub(crate) fn message(machine: &mut Machine<'_>, action: &Action) -> Performed {
    if machine.host.channel() == Channel::Task {
        return Ok(Outcome::Next);
    }
    match prompt(machine, action.parameters.get("PromptId"), &action.parameters)? {
        Some(message) => Ok(match say(machine, message)? {
            Said::Done => Outcome::Next,
            Said::Playing => Outcome::Wait(Awaiting::Sound),
        }),
        None => Err(FlowError::invalid("Text", "is missing")),
    }
}

/// Says something to the participant that hears this flow. Blank text is silence.
pub(super) fn say(machine: &mut Machine<'_>, message: Message) -> Result<Said, FlowError> {
    playable(machine, &message)?;
    if matches!(&message, Message::Text(text) if text.trim().is_empty()) {
        return Ok(Said::Done);
    }
    let said = machine.host.send_message(message)?;
    machine.run.function_ms = 0;
    Ok(said)
}

/// Refuses what cannot be shown or played here.
pub(super) fn playable(machine: &Machine<'_>, message: &Message) -> Result<(), FlowError> {
    let channel = machine.host.channel();
    match (message, channel) {
        (Message::Text(text) | Message::Ssml(text), _) if text.chars().count() > TEXT_LIMIT => {
            Err(FlowError::TooLarge { what: "the text", limit: TEXT_LIMIT })
        }
        (Message::Ssml(_) | Message::Prompt(_) | Message::Media(_), Channel::Chat) => {
            Err(FlowError::Channel(channel))
        }
        // The queue's own loop owns the sound of a waiting caller; whispers play only the library.
        (Message::Prompt(_) | Message::Media(_), _) if machine.run.flow_kind == FlowType::CustomerQueue => {
            Err(FlowError::FlowType)
        }
        (Message::Media(_), _) if !plays_media(machine.run.flow_kind) => Err(FlowError::FlowType),
        _ => Ok(()),
    }
}

/// What a set of prompt members says; none when none of them is given.
pub(super) fn prompt(
    machine: &Machine<'_>,
    prompt_id: Option<&Value>,
    members: &serde_json::Map<String, Value>,
) -> Result<Option<Message>, FlowError> {
    let text = |name: &str| machine.text_of(members.get(name));
    if let Some(prompt) = machine.text_of(prompt_id)? {
        return Ok(Some(Message::Prompt(prompt)));
    }
    if let Some(text) = text("Text")? {
        // The block reads marked-up text as speech markup; on chat it is shown as it stands.
        let speech = machine.host.channel() == Channel::Voice && text.trim_start().starts_with("<speak>");
        return Ok(Some(if speech { Message::Ssml(text) } else { Message::Text(text) }));
    }
    if let Some(markup) = text("SSML")? {
        return Ok(Some(Message::Ssml(markup)));
    }
    match members.get("Media") {
        Some(media) => match machine.text_of(media.get("Uri"))? {
            Some(uri) => Ok(Some(Message::Media(uri))),
            None => Err(FlowError::invalid("Media.Uri", "is missing")),
        },
        None => Ok(None),
    }
}

pub(crate) fn loop_prompts(machine: &mut Machine<'_>, action: &Action) -> Performed {
    if !machine.host.provides(Service::Telephony) {
        return not_built(machine, action);
    }
    let seconds = machine.integer(action, "InterruptFrequencySeconds", 1..=i64::MAX / 1000)?;
    let mut messages = Vec::new();
    for members in action.parameter("Messages").and_then(Value::as_array).into_iter().flatten() {
        let members =
            members.as_object().ok_or_else(|| FlowError::invalid("Messages", "must hold objects"))?;
        messages.extend(prompt(machine, members.get("PromptId"), members)?);
    }
    if messages.is_empty() {
        return Err(FlowError::invalid("Messages", "is missing"));
    }
    let until = seconds.map(|seconds| machine.host.now() + seconds * 1000);
    Ok(Outcome::Wait(Awaiting::LoopPrompts { messages, until }))
}

pub(crate) fn connect_bot(machine: &mut Machine<'_>, action: &Action) -> Performed {
    bot::connect(machine, action)
}

pub(crate) fn disconnect(_: &mut Machine<'_>, _: &Action) -> Performed {
    Ok(Outcome::Over(Pause::Disconnect))
}

pub(crate) fn show_view(machine: &mut Machine<'_>, action: &Action) -> Performed {
    if !machine.host.provides(Service::Views) {
        return not_built(machine, action);
    }
    let view = machine
        .text_of(action.member("ViewResource", "Id"))?
        .filter(|view| !view.is_empty())
        .ok_or_else(|| FlowError::invalid("ViewResource.Id", "is missing"))?;
    let version = machine.text_of(action.member("ViewResource", "Version"))?;
    let seconds = machine
        .integer(action, "InvocationTimeLimitSeconds", 1..=604_800)?
        .ok_or_else(|| FlowError::invalid("InvocationTimeLimitSeconds", "is missing"))?;
    let data = match action.parameter("ViewData") {
        Some(data) => view_data(machine.deep(data)?),
        None => json!({}),
    };
    budget::check(&data)?;
    if data.to_string().len() > VIEW_INPUT_LIMIT {
        return Err(FlowError::TooLarge { what: "the view's input", limit: VIEW_INPUT_LIMIT });
    }
    let hide_response = action
        .member("SensitiveDataConfiguration", "HideResponseOn")
        .and_then(Value::as_array)
        .is_some_and(|places| places.iter().any(|place| place.as_str() == Some("TRANSCRIPT")));
    let request = ViewRequest {
        view,
        version: version.unwrap_or_else(|| "Latest".to_owned()),
        data,
        time_limit_ms: seconds as u64 * 1000,
        hide_response,
    };
    let until = machine.host.now() + seconds * 1000;
    Ok(Outcome::Wait(Awaiting::View { until, request }))
}

pub(crate) fn authenticate(machine: &mut Machine<'_>, action: &Action) -> Performed {
    if !machine.host.provides(Service::Authentication) {
        return not_built(machine, action);
    }
    let member = |name: &str| -> Result<String, FlowError> {
        machine
            .text_of(action.member("CognitoConfiguration", name))?
            .filter(|text| !text.is_empty())
            .ok_or_else(|| FlowError::invalid(format!("CognitoConfiguration.{name}"), "is missing"))
    };
    let (user_pool_arn, client_id) = (member("UserPoolArn")?, member("AppClientId")?);
    let minutes = machine.integer(action, "TimeLimitMinutes", 3..=15)?.unwrap_or(SIGN_IN_MINUTES);
    let time_limit_ms = minutes as u64 * 60_000;
    let until = machine.host.now() + minutes * 60_000;
    let request = AuthenticationRequest { user_pool_arn, client_id, time_limit_ms };
    Ok(Outcome::Wait(Awaiting::Authentication { until, request }))
}

/// Sections of a view's input may be JSON written as text (spec 10 §7 O22).
fn view_data(value: Value) -> Value {
    match value {
        Value::String(text) if text.starts_with(['[', '{']) => {
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        }
        Value::Array(items) => items.into_iter().map(view_data).collect(),
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(key, value)| (key, view_data(value))).collect())
        }
        other => other,
    }
}

pub(crate) fn transfer_to_third_party(machine: &mut Machine<'_>, action: &Action) -> Performed {
    if !machine.host.provides(Service::Telephony) || action.parameter("VoiceConnector").is_some() {
        return not_built(machine, action);
    }
    let seconds = machine
        .integer(action, "ThirdPartyConnectionTimeLimitSeconds", 0..=600)?
        .ok_or_else(|| FlowError::invalid("ThirdPartyConnectionTimeLimitSeconds", "is missing"))?;
    let digits = machine.text(action, "ThirdPartyDTMFDigits")?;
    let is_key = |key: char| key.is_ascii_digit() || matches!(key, ',' | '*' | '#');
    if digits.as_ref().is_some_and(|digits| digits.len() > 50 || !digits.chars().all(is_key)) {
        return Err(FlowError::invalid("ThirdPartyDTMFDigits", "has other than 50 of 0-9 , * #"));
    }
    Ok(Outcome::Wait(Awaiting::ThirdParty(ThirdParty {
        phone_number: machine.required(action, "ThirdPartyPhoneNumber")?,
        time_limit_ms: seconds as u64 * 1000,
        resume: machine.flag(action, "ContinueFlowExecution")?,
        digits,
        caller_id: machine.text_of(action.member("CallerId", "Number"))?,
        caller_name: machine.text_of(action.member("CallerId", "Name"))?,
    })))
}

/// What came of calling a third party.
pub(super) fn third_party_ended(end: ThirdPartyEnd) -> Performed {
    match end {
        ThirdPartyEnd::Left => Ok(Outcome::Next),
        ThirdPartyEnd::TimeLimit => {
            Err(FlowError::branch_of(ErrorBranch::ConnectionTimeLimitExceeded, "nobody answered in time"))
        }
        ThirdPartyEnd::CallFailed => {
            Err(FlowError::branch_of(ErrorBranch::CallFailed, "the call could not be made"))
        }
    }
}
