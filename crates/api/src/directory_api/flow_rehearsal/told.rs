//! What is told of a play.

use flows::Branch;
use model::FlowId;
use rehearsal::{Act, Place, Replayed, Stop, Waits};
use serde_json::{Value, json};

/// The answer of the operation; `draft` is the flow that is tried out.
pub(super) fn told(played: &Replayed, draft: FlowId) -> Value {
    let steps: Vec<Value> = played.acts.iter().map(|act| step(act, played, draft)).collect();
    let said = played.said.iter();
    let said: Vec<Value> =
        said.map(|one| json!({"Step": one.act, "Input": one.inputs, "Text": one.text})).collect();
    let notes = played.notes.iter();
    let notes: Vec<Value> = notes.map(|(input, text)| json!({"Input": input, "Text": text})).collect();
    json!({
        "Begun": played.begun,
        "Steps": steps,
        "Said": said,
        "Notes": notes,
        "Unheard": played.unheard,
        "Place": match played.place {
            Place::Flow => "FLOW",
            Place::Queue => "QUEUE",
            Place::Agent => "AGENT",
            Place::Ended => "ENDED",
            Place::Failed => "FAILED",
        },
        "Reason": played.reason,
        "Queue": played.queue,
        "WaitsFor": played.waits.map(|waits| match waits {
            Waits::Customer => "CUSTOMER",
            Waits::Return => "RETURN",
            Waits::Time => "TIME",
        }),
        "SecondsLeft": played.left_ms.map(|left| left.div_ceil(1000)),
        "Now": played.now.iso_millis(),
        "Stopped": played.stopped.map(|stop| match stop {
            Stop::Acts => "STEPS",
            Stop::Bytes => "BYTES",
            Stop::Time => "TIME",
        }),
    })
}

/// One step; `Branch` is the place in the action's `Transitions`.
fn step(act: &Act, played: &Replayed, draft: FlowId) -> Value {
    let branch = act.branch.map(|branch| match branch {
        Branch::Next => json!({"Kind": "NEXT"}),
        Branch::Condition(index) => json!({"Kind": "CONDITION", "Index": index}),
        Branch::Error(index) => json!({"Kind": "ERROR", "Index": index}),
    });
    json!({
        "Draft": act.flow == draft,
        "ContactFlowId": act.flow,
        "ContactFlowName": played.flows.get(&act.flow),
        "Identifier": act.identifier,
        "Timestamp": act.at.iso_millis(),
        "Input": act.inputs,
        "Branch": branch,
        "Parameters": act.parameters,
        "Results": act.results,
        "Error": act.error,
        "Changed": act.changed,
    })
}
