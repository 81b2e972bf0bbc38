//! Performs flow control actions: checks, loops, waits, transfers (spec 10 §2.2).

use model::Channel;
use model::resource::FlowType;
use serde_json::{Map, Value, json};

use super::values::attribute_bytes;
use super::{Machine, Outcome, budget, contact};
use crate::error::FlowError;
use crate::exchange::Pause;
use crate::host::{Metric, QueueMetrics};
use crate::program::Action;
use crate::run::{Awaiting, LoopState};
use crate::value::Reference;
use crate::value::text::as_text;

type Performed = Result<Outcome, FlowError>;

/// Most bytes of all flow attributes together.
pub const FLOW_ATTRIBUTES_LIMIT: usize = 32 * 1024;

pub(crate) fn compare(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let value = match action.parameter("ComparisonValue") {
        Some(Value::String(text)) => match Reference::parse(text) {
            Some(reference) => machine.lookup(&reference),
            None => Some(Value::String(machine.fill(text)?.into_owned())),
        },
        _ => None,
    };
    // A path that holds null exists, but equals nothing.
    Ok(Outcome::Result(value.map(|value| as_text(&value).unwrap_or_default())))
}

pub(crate) fn check_hours(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let hours = machine.text(action, "HoursOfOperationId")?;
    let open = machine.host.check_hours(hours.as_deref())?;
    Ok(Outcome::Result(Some(if open { "True" } else { "False" }.to_owned())))
}

pub(crate) fn check_metric(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let name = machine.required(action, "MetricType")?;
    let metric = match name.as_str() {
        "NumberOfAgentsAvailable" => Metric::AgentsAvailable,
        "NumberOfAgentsStaffed" => Metric::AgentsStaffed,
        "NumberOfAgentsOnline" => Metric::AgentsOnline,
        "OldestContactInQueueAgeSeconds" => Metric::OldestContactAge,
        "NumberOfContactsInQueue" => Metric::ContactsInQueue,
        _ => return Err(FlowError::invalid("MetricType", format!("knows no metric {name:?}"))),
    };
    let queue = contact::queue(machine, action)?;
    let value = machine.host.queue_metric(metric, queue.as_ref())?;
    Ok(Outcome::Result(Some(value.to_string())))
}

pub(crate) fn get_metrics(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let queue = contact::queue(machine, action)?;
    let channel = match machine.text(action, "QueueChannel")? {
        None => None,
        Some(text) => Some(
            Channel::parse(&text.to_ascii_uppercase())
                .ok_or_else(|| FlowError::invalid("QueueChannel", "is not a channel"))?,
        ),
    };
    let metrics = machine.host.queue_metrics(queue.as_ref(), channel)?;
    machine.run.scope.metrics = as_namespace(&metrics);
    machine.note = Some(machine.run.scope.metrics.clone());
    Ok(Outcome::Next)
}

/// `$.Metrics`. What an idle queue cannot tell is left out: agent counts with nobody online, the age of an empty queue.
fn as_namespace(metrics: &QueueMetrics) -> Value {
    let mut queue = Map::new();
    queue.insert("Name".into(), json!(metrics.name));
    queue.insert("ARN".into(), json!(metrics.arn));
    queue.insert("Size".into(), json!(metrics.contacts_in_queue));
    if metrics.contacts_in_queue > 0 {
        queue.insert("OldestContactAge".into(), json!(metrics.oldest_contact_age_ms / 1000));
    }
    let mut contact = Map::new();
    if let Some(seconds) = metrics.estimated_wait_time {
        queue.insert("EstimatedWaitTime".into(), json!(seconds));
    }
    if let Some(seconds) = metrics.contact_wait_time {
        contact.insert("EstimatedWaitTime".into(), json!(seconds));
    }
    if let Some(position) = metrics.position_in_queue {
        contact.insert("PositionInQueue".into(), json!(position));
    }
    let mut agents = Map::new();
    if metrics.agents_online > 0 {
        for (name, count) in [
            ("Online", metrics.agents_online),
            ("Available", metrics.agents_available),
            ("Staffed", metrics.agents_staffed),
            ("AfterContactWork", metrics.agents_after_contact_work),
            ("Busy", metrics.agents_busy),
            ("Missed", metrics.agents_missed),
            ("NonProductive", metrics.agents_non_productive),
        ] {
            agents.insert(name.into(), json!({ "Count": count }));
        }
    }
    json!({ "Queue": queue, "Agents": agents, "Contact": contact })
}

pub(crate) fn distribute(machine: &mut Machine<'_>, _: &Action) -> Performed {
    Ok(Outcome::Result(Some(machine.host.random_percent().clamp(1, 100).to_string())))
}

pub(crate) fn repeat(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let elements = match action.parameter("Elements") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => match machine.whole(text)? {
            Value::Array(items) => Some(items),
            // A contact attribute can hold a list only as text.
            Value::String(text) => Some(
                serde_json::from_str(&text).map_err(|_| FlowError::invalid("Elements", "is not a list"))?,
            ),
            _ => return Err(FlowError::invalid("Elements", "is not a list")),
        },
        Some(other) => match machine.deep(other)? {
            Value::Array(items) => Some(items),
            _ => return Err(FlowError::invalid("Elements", "is not a list")),
        },
    };
    if let Some(items) = &elements {
        items.iter().try_for_each(budget::check)?;
    }
    let hidden = action.parameter("Elements").is_some_and(|elements| machine.is_sensitive(elements));
    let name = machine.text(action, "LoopName")?;
    let count = match &elements {
        Some(items) => items.len() as u64,
        None => machine
            .integer(action, "LoopCount", 0..=100)?
            .ok_or_else(|| FlowError::invalid("LoopCount", "is missing"))? as u64,
    };
    let loops = &mut machine.run.scope.loops;
    let state = loops.entry(action.identifier.clone()).or_default();
    if state.passes < count {
        *state = LoopState { passes: state.passes + 1, name, elements, hidden };
        Ok(Outcome::Result(Some("ContinueLooping".to_owned())))
    } else {
        loops.remove(&action.identifier);
        Ok(Outcome::Result(Some("DoneLooping".to_owned())))
    }
}

pub(crate) fn wait(machine: &mut Machine<'_>, action: &Action) -> Performed {
    if machine.flag(action, "ContinueExecution")? {
        return Err(FlowError::Unavailable("waiting while the flow goes on"));
    }
    let seconds = machine
        .integer(action, "TimeLimitSeconds", 1..=604_800)?
        .ok_or_else(|| FlowError::invalid("TimeLimitSeconds", "is missing"))?;
    // Nobody comes back to a task and no bot takes part in one.
    let chat = machine.host.channel() == Channel::Chat;
    let listed = |event: &str| {
        chat && action
            .parameter("Events")
            .and_then(Value::as_array)
            .is_some_and(|events| events.iter().any(|listed| listed.as_str() == Some(event)))
    };
    Ok(Outcome::Wait(Awaiting::Wait {
        until: machine.host.now() + seconds * 1000,
        customer_returned: listed("CustomerReturned"),
        bot_disconnected: listed("BotParticipantDisconnected"),
    }))
}

pub(crate) fn transfer_to_flow(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let flow = machine.required(action, "ContactFlowId")?;
    machine.enter_flow(&flow)
}

pub(crate) fn end_flow(_: &mut Machine<'_>, _: &Action) -> Performed {
    Ok(Outcome::Over(Pause::End))
}

pub(crate) fn update_flow_attributes(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let Some(Value::Object(entries)) = action.parameter("FlowAttributes") else {
        return Err(FlowError::invalid("FlowAttributes", "is missing"));
    };
    let mut attributes = machine.run.scope.flow_attributes.clone();
    for (key, entry) in entries {
        let key = machine.fill(key)?.into_owned();
        let value = match entry {
            Value::Object(members) => {
                members.get("Value").map(|value| machine.entry_text(value)).transpose()?
            }
            other => Some(machine.entry_text(other)?),
        };
        if !key.is_empty() {
            attributes.insert(key, Value::String(value.unwrap_or_default()));
        }
        if attribute_bytes(&attributes) > FLOW_ATTRIBUTES_LIMIT {
            let what = "all flow attributes together";
            return Err(FlowError::TooLarge { what, limit: FLOW_ATTRIBUTES_LIMIT });
        }
    }
    machine.run.scope.flow_attributes = attributes;
    Ok(Outcome::Next)
}

pub(crate) fn update_logging(machine: &mut Machine<'_>, action: &Action) -> Performed {
    let behavior = machine.required(action, "FlowLoggingBehavior")?;
    let enabled = if behavior.eq_ignore_ascii_case("Enabled") {
        true
    } else if behavior.eq_ignore_ascii_case("Disabled") {
        false
    } else {
        return Err(FlowError::invalid("FlowLoggingBehavior", "is neither Enabled nor Disabled"));
    };
    machine.run.logging = enabled;
    machine.host.set_logging(enabled);
    Ok(Outcome::Next)
}

/// Whether prompts of the sound library may play in this type of flow (spec 04 §13.2, notes 1 and 3).
pub(super) fn plays_media(kind: FlowType) -> bool {
    use FlowType::*;
    !matches!(kind, CustomerWhisper | AgentWhisper | OutboundWhisper)
}
