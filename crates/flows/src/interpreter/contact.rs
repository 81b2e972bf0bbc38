//! Performs contact actions: attributes, tags, queues, hooks, tasks (spec 10 §2.1).

use std::collections::BTreeMap;

use model::{Channel, Timestamp};
use serde_json::{Value, json};

use super::{Machine, Outcome};
use crate::error::{ErrorBranch, FlowError};
use crate::exchange::{PastChatRequest, Pause};
use crate::host::{
    ContactUpdate, CreateTask, EventHook, RoutingBehavior, Service, Target, TargetQueue, TaskReference,
};
use crate::program::Action;
use crate::run::Awaiting;

type Performed = Result<Outcome, FlowError>;

/// Farthest that a task can be scheduled ahead, in milliseconds: 6 days.
const SCHEDULE_LIMIT_MS: i64 = 518_400_000;
/// Most bytes of a module's input, and of what it returns.
pub const MODULE_DATA_LIMIT: usize = 32 * 1024;
/// Most user-defined tags of a contact.
const TAG_LIMIT: usize = 6;

pub(crate) fn update_attributes(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let attributes = machine.map(action, "Attributes")?;
    if !attributes.is_empty() {
        let target = target(machine, action)?;
        machine.host.set_attributes(target, attributes)?;
    }
    Ok(Outcome::Next)
}

pub(crate) fn update_contact(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let mut update = ContactUpdate {
        name: machine.text(action, "Name")?,
        description: machine.text(action, "Description")?,
        language_code: machine.text(action, "LanguageCode")?,
        customer_id: machine.text(action, "CustomerId")?,
        references: references(machine, action)?,
        segment_attributes: machine.map(action, "SegmentAttributes")?,
        wisdom_session_arn: machine.text(action, "WisdomSessionArn")?,
        voice_id: BTreeMap::new(),
    };
    for name in [
        "IsVoiceIdStreamingEnabled",
        "IsVoiceAuthenticationEnabled",
        "IsFraudDetectionEnabled",
        "VoiceAuthenticationThreshold",
        "FraudDetectionThreshold",
        "VoiceAuthenticationResponseTime",
        "WatchlistId",
    ] {
        if let Some(value) = machine.text(action, name)? {
            update.voice_id.insert(name.to_owned(), value);
        }
    }
    let target = target(machine, action)?;
    machine.host.update_contact(target, update)?;
    Ok(Outcome::Next)
}

pub(crate) fn tag(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let tags = machine.map(action, "Tags")?;
    if tags.is_empty() || tags.len() > TAG_LIMIT {
        return Err(FlowError::invalid("Tags", format!("must have 1 to {TAG_LIMIT} entries")));
    }
    if let Some(key) = tags.keys().find(|key| key.starts_with("aws:")) {
        return Err(FlowError::invalid("Tags", format!("key {key:?} is reserved")));
    }
    machine.host.tag(tags)?;
    Ok(Outcome::Next)
}

pub(crate) fn untag(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let keys = match action.parameter("TagKeys") {
        Some(Value::Array(keys)) => {
            keys.iter().map(|key| machine.entry_text(key)).collect::<Result<Vec<_>, _>>()?
        }
        _ => Vec::new(),
    };
    if keys.is_empty() {
        return Err(FlowError::invalid("TagKeys", "is missing"));
    }
    machine.host.untag(keys)?;
    Ok(Outcome::Next)
}

pub(crate) fn update_target_queue(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let target = queue(machine, action)?.ok_or_else(|| FlowError::invalid("QueueId", "is missing"))?;
    machine.host.set_target_queue(&target)?;
    Ok(Outcome::Next)
}

pub(crate) fn transfer_to_queue(_: &mut Machine<'_>, _: &Action) -> Performed {
    Ok(Outcome::Wait(Awaiting::TransferToQueue))
}

pub(crate) fn dequeue_and_transfer(machine: &mut Machine<'_>, action: &Action) -> Performed {
    Ok(Outcome::Wait(Awaiting::DequeueAndTransfer { target: queue(machine, action)? }))
}

pub(crate) fn transfer_to_agent(machine: &mut Machine<'_>, action: &Action) -> Performed {
    if machine.host.provides(Service::Telephony) {
        Ok(Outcome::Over(Pause::TransferToAgent))
    } else {
        super::not_built(machine, action)
    }
}

pub(crate) fn update_routing(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let priority = machine.integer(action, "QueuePriority", 1..=i64::MAX)?;
    let age = machine.integer(action, "QueueTimeAdjustmentSeconds", i64::MIN..=i64::MAX)?;
    let behavior = match (priority, age) {
        (Some(priority), None) => RoutingBehavior::Priority(priority),
        (None, Some(seconds)) => RoutingBehavior::AgeAdjustment(seconds),
        _ => return Err(FlowError::invalid("QueuePriority", "or QueueTimeAdjustmentSeconds must be given")),
    };
    machine.host.set_routing_behavior(behavior)?;
    Ok(Outcome::Next)
}

pub(crate) fn update_routing_criteria(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let mut criteria = match action.parameter("RoutingCriteria") {
        Some(Value::String(text)) => machine.whole(text)?,
        Some(other) => machine.deep(other)?,
        None => Value::Null,
    };
    // A function may have answered the criteria as text.
    if let Value::String(text) = &criteria {
        criteria = serde_json::from_str(text)
            .map_err(|error| FlowError::invalid("RoutingCriteria", format!("is not JSON: {error}")))?;
    }
    if criteria.get("Steps").and_then(Value::as_array).is_none_or(Vec::is_empty) {
        return Err(FlowError::invalid("RoutingCriteria", "has no steps"));
    }
    machine.host.set_routing_criteria(&criteria)?;
    Ok(Outcome::Next)
}

pub(crate) fn update_event_hooks(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let mut hooks = Vec::new();
    if let Some(Value::Object(switches)) = action.parameter("EventHooksConfiguration") {
        for (event, switch) in switches {
            let off = switch.get("DisableExecution").is_some_and(|off| {
                off.as_bool() == Some(true)
                    || off.as_str().is_some_and(|off| off.eq_ignore_ascii_case("true"))
            });
            if off {
                hooks.push((event_hook(event)?, None));
            }
        }
    }
    if let Some(Value::Object(flows)) = action.parameter("EventHooks") {
        for (event, flow) in flows {
            let event = event_hook(event)?;
            if hooks.iter().any(|(other, _)| *other == event) {
                continue;
            }
            let flow = machine.text_of(Some(flow))?.filter(|flow| !flow.is_empty());
            hooks.push((event, Some(flow.ok_or_else(|| FlowError::invalid(event.as_str(), "is empty"))?)));
        }
    }
    if hooks.is_empty() {
        return Err(FlowError::invalid("EventHooks", "is missing"));
    }
    let holds = |event| matches!(event, EventHook::AgentHold | EventHook::CustomerHold);
    if machine.host.channel() != Channel::Voice && hooks.iter().any(|(event, _)| holds(*event)) {
        return Err(FlowError::Channel(machine.host.channel()));
    }
    for (event, flow) in hooks {
        machine.host.set_event_hook(event, flow.as_deref())?;
    }
    Ok(Outcome::Next)
}

pub(crate) fn create_task(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let now = machine.host.now();
    let delay = machine.integer(action, "DelaySeconds", 1..=518_400)?;
    let scheduled_time = match (delay, machine.text(action, "ScheduledTime")?) {
        (Some(_), Some(_)) => {
            return Err(FlowError::invalid("ScheduledTime", "excludes DelaySeconds"));
        }
        (Some(seconds), None) => Some(now + seconds * 1000),
        (None, Some(text)) => Some(moment(&text)?),
        (None, None) => None,
    };
    if scheduled_time.is_some_and(|time| time < now || time > now + SCHEDULE_LIMIT_MS) {
        return Err(FlowError::invalid("ScheduledTime", "is not within the next 6 days"));
    }
    let template = machine.text(action, "TaskTemplateId")?;
    let flow = match &template {
        Some(_) => machine.text(action, "ContactFlowId")?,
        None => Some(machine.required(action, "ContactFlowId")?),
    };
    let task = CreateTask {
        name: machine.required(action, "Name")?,
        description: machine.text(action, "Description")?,
        flow,
        template,
        attributes: machine.map(action, "Attributes")?,
        references: references(machine, action)?,
        scheduled_time,
    };
    let contact = machine.host.create_task(task)?;
    machine.note = Some(json!({ "TaskContactId": contact }));
    machine.run.scope.task = json!({ "ContactId": contact });
    Ok(Outcome::Next)
}

pub(crate) fn resume_contact(machine: &mut Machine<'_>, _: &Action) -> Performed {
    machine.host.resume_contact()?;
    Ok(Outcome::Next)
}

pub(crate) fn start_outbound_chat(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let request = machine.parameters(action)?;
    machine.host.start_outbound_chat(&request)?;
    Ok(Outcome::Next)
}

pub(crate) fn set_callback_number(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let invalid =
        |error: FlowError| FlowError::branch_of(ErrorBranch::InvalidCallbackNumber, error.to_string());
    let number = machine.required(action, "CallbackNumber").map_err(invalid)?;
    machine.host.set_callback_number(&number).map_err(|error| match error {
        FlowError::Branch { .. } => error,
        other => invalid(other),
    })?;
    Ok(Outcome::Next)
}

pub(crate) fn associate_persistent_chat(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let rehydration = machine.required(action, "RehydrationType")?;
    let source = machine.required(action, "SourceContactId")?;
    if !machine.host.provides(Service::PersistentChat) {
        return Err(FlowError::Unavailable("persistent chat"));
    }
    let request = PastChatRequest { rehydration, source };
    Ok(Outcome::Wait(Awaiting::PersistentChat { since: machine.host.now(), request }))
}

pub(crate) fn invoke_module(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let module = machine.required(action, "FlowModuleId")?;
    let input = module_data(machine, action, "Input")?;
    let hidden = action.parameter("Input").is_some_and(|input| machine.is_sensitive(input));
    machine.enter_module(&module, input, hidden)
}

pub(crate) fn end_module(machine: &mut Machine<'_>, action: &Action) -> Performed {
    if machine.run.callers.is_empty() {
        return Err(FlowError::FlowType);
    }
    Ok(Outcome::Return {
        result: machine.text(action, "Result")?,
        data: module_data(machine, action, "ResultData")?,
        hidden: ["Result", "ResultData"]
            .iter()
            .filter_map(|name| action.parameter(name))
            .any(|value| machine.is_sensitive(value)),
    })
}

/// What goes into a module or comes out of it.
fn module_data(machine: &Machine<'_>, action: &Action, name: &str) -> Result<Value, FlowError> {
    let Some(data) = action.parameter(name) else { return Ok(Value::Null) };
    let data = machine.deep(data)?;
    if data.to_string().len() > MODULE_DATA_LIMIT {
        return Err(FlowError::TooLarge { what: "the data of a module", limit: MODULE_DATA_LIMIT });
    }
    Ok(data)
}

/// The queue or agent that an action names; none when it names neither.
pub(super) fn queue(machine: &Machine<'_>, action: &Action) -> Result<Option<TargetQueue>, FlowError> {
    match (machine.text(action, "QueueId")?, machine.text(action, "AgentId")?) {
        (Some(_), Some(_)) => Err(FlowError::invalid("AgentId", "excludes QueueId")),
        (Some(queue), None) => Ok(Some(TargetQueue::Queue(queue))),
        (None, Some(agent)) => Ok(Some(TargetQueue::Agent(agent))),
        (None, None) => Ok(None),
    }
}

fn target(machine: &Machine<'_>, action: &Action) -> Result<Target, FlowError> {
    match machine.text(action, "TargetContact")?.as_deref() {
        None => Ok(Target::Current),
        Some(text) if text.eq_ignore_ascii_case("Current") => Ok(Target::Current),
        Some(text) if text.eq_ignore_ascii_case("Related") => Ok(Target::Related),
        Some(_) => Err(FlowError::invalid("TargetContact", "is neither Current nor Related")),
    }
}

fn event_hook(name: &str) -> Result<EventHook, FlowError> {
    EventHook::parse(name).ok_or_else(|| FlowError::invalid("EventHooks", format!("knows no event {name:?}")))
}

/// References by name. Plain text gets the type its key names (older documents), or the one it looks like.
fn references(machine: &Machine<'_>, action: &Action) -> Result<BTreeMap<String, TaskReference>, FlowError> {
    let entries = match action.parameter("References") {
        None | Some(Value::Null) => return Ok(BTreeMap::new()),
        Some(Value::Object(entries)) => entries,
        Some(_) => return Err(FlowError::invalid("References", "is not an object")),
    };
    let mut references = BTreeMap::new();
    for (key, entry) in entries {
        let name = machine.fill(key)?.into_owned();
        if name.is_empty() {
            continue;
        }
        let (value, kind) = match entry {
            Value::Object(members) => {
                let member =
                    |name: &str| members.get(name).map(|value| machine.entry_text(value)).transpose();
                (member("Value")?.unwrap_or_default(), member("Type")?)
            }
            other => (machine.entry_text(other)?, None),
        };
        let kind = kind.unwrap_or_else(|| match name.to_ascii_uppercase().as_str() {
            kind @ ("URL" | "ATTACHMENT" | "NUMBER" | "STRING" | "DATE" | "EMAIL") => kind.to_owned(),
            _ if value.starts_with("http://") || value.starts_with("https://") => "URL".to_owned(),
            _ => "STRING".to_owned(),
        });
        references.insert(name, TaskReference { value, kind });
    }
    Ok(references)
}

/// Reads a date-time, or seconds since 1970.
fn moment(text: &str) -> Result<Timestamp, FlowError> {
    let seconds = text.trim().parse::<i64>().ok().and_then(|seconds| seconds.checked_mul(1000));
    seconds
        .map(Timestamp)
        .or_else(|| Timestamp::parse_iso(text.trim()))
        .ok_or_else(|| FlowError::invalid("ScheduledTime", "is not a time"))
}
