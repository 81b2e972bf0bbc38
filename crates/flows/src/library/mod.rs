//! The flows every instance begins with: defaults for every event, and samples to learn from (spec 04 §15–16).
//!
//! The documents beside this file name resources by placeholders such as `{{queue:BasicQueue}}`; they are filled in
//! when an instance is created.

use model::resource::FlowType;

use crate::action::ResourceKind;

/// A flow of the library.
#[derive(Clone, Copy, Debug)]
pub struct LibraryFlow {
    /// Its name, by which other flows of the library refer to it.
    pub name: &'static str,
    /// Its type.
    pub kind: FlowType,
    /// What it does, for the list of flows.
    pub description: &'static str,
    /// Runs at an event when no other flow is set; cannot be archived or deleted.
    pub is_default: bool,
    /// The document with placeholders.
    template: &'static str,
}

impl LibraryFlow {
    /// The document with its placeholders filled in; `resolve` answers the id or ARN of a resource by kind and name.
    pub fn content(&self, resolve: &dyn Fn(ResourceKind, &str) -> String) -> String {
        let mut content = String::with_capacity(self.template.len());
        let mut rest = self.template;
        while let Some((before, after)) = rest.split_once("{{") {
            content.push_str(before);
            match after.split_once("}}").and_then(|(inside, after)| Some((placeholder(inside)?, after))) {
                Some(((kind, name), after)) => {
                    // Inside a JSON text: quoted as such, without the quotation marks.
                    let quoted = serde_json::Value::from(resolve(kind, name)).to_string();
                    content.push_str(&quoted[1..quoted.len() - 1]);
                    rest = after;
                }
                None => {
                    content.push_str("{{");
                    rest = after;
                }
            }
        }
        content.push_str(rest);
        content
    }

    /// The resources that the document names.
    pub fn resources(&self) -> Vec<(ResourceKind, &'static str)> {
        let mut resources = Vec::new();
        for piece in self.template.split("{{").skip(1) {
            if let Some(found) = piece.split_once("}}").and_then(|(inside, _)| placeholder(inside))
                && !resources.contains(&found)
            {
                resources.push(found);
            }
        }
        resources
    }
}

/// Kind and name of a placeholder.
fn placeholder(inside: &str) -> Option<(ResourceKind, &str)> {
    let (kind, name) = inside.split_once(':')?;
    let kind = match kind {
        "flow" => ResourceKind::Flow,
        "queue" => ResourceKind::Queue,
        "prompt" => ResourceKind::Prompt,
        "bot" => ResourceKind::Bot,
        "function" => ResourceKind::Function,
        _ => return None,
    };
    Some((kind, name))
}

/// The flows with their documents filled in: name, type, description, content.
///
/// `resolve` is asked for the queue `BasicQueue`, the prompts `Beep.wav`, `CustomerHold.wav` and
/// `CustomerQueue.wav`, the bot `builtin/menu`, the function `sampleLambdaFlowFunction`, and flows of the library.
pub fn defaults(
    resolve: &dyn Fn(ResourceKind, &str) -> String,
) -> Vec<(&'static str, FlowType, &'static str, String)> {
    FLOWS.iter().map(|flow| (flow.name, flow.kind, flow.description, flow.content(resolve))).collect()
}

/// The flow of the library with this name.
pub fn flow(name: &str) -> Option<&'static LibraryFlow> {
    FLOWS.iter().find(|flow| flow.name == name)
}

macro_rules! flows {
    ($($is_default:literal $kind:ident $name:literal $file:literal $description:literal)*) => {
        &[$(LibraryFlow {
            name: $name,
            kind: FlowType::$kind,
            description: $description,
            is_default: $is_default,
            template: include_str!($file),
        }),*]
    };
}

/// All flows of the library.
pub const FLOWS: &[LibraryFlow] = flows! {
    true AgentHold "Default agent hold" "default_agent_hold.json"
        "What an agent on hold hears."
    true AgentTransfer "Default agent transfer" "default_agent_transfer.json"
        "Takes a contact to the agent chosen in a transfer."
    true CustomerQueue "Default customer queue" "default_customer_queue.json"
        "What a customer hears or reads while waiting in a queue."
    true CustomerWhisper "Default customer whisper" "default_customer_whisper.json"
        "A tone for the customer just before an agent joins."
    true AgentWhisper "Default agent whisper" "default_agent_whisper.json"
        "Tells the agent the name of the queue just before the customer joins."
    true CustomerHold "Default customer hold" "default_customer_hold.json"
        "What a customer on hold hears."
    true OutboundWhisper "Default outbound" "default_outbound.json"
        "What a called customer hears just before the agent joins."
    true QueueTransfer "Default queue transfer" "default_queue_transfer.json"
        "Takes a contact to the queue chosen in a transfer."
    false ContactFlow "Sample inbound flow" "sample_inbound.json"
        "A first flow for every channel: greeting, menu, hours, staffing, queue."
    false ContactFlow "Sample AB test" "sample_ab_test.json"
        "Rolls two dice to show how contacts are distributed by percentage."
    false ContactFlow "Sample customer queue priority" "sample_customer_queue_priority.json"
        "Lets the customer choose a place in the queue."
    false ContactFlow "Sample disconnect flow" "sample_disconnect.json"
        "Runs when the agent has left: waits for a chat customer, asks a caller about the service."
    false ContactFlow "Sample queue configurations" "sample_queue_configurations.json"
        "Place in the queue, waiting time and callback before a contact is queued."
    false ContactFlow "Sample queue customer" "sample_queue_customer.json"
        "Checks hours and puts the contact into the queue."
    false ContactFlow "Sample queued callback" "sample_queued_callback.json"
        "Offers callers a callback when the wait is long."
    false CustomerQueue "Sample interruptible queue flow" "sample_interruptible_queue.json"
        "Tells the place in the queue from time to time, and offers callers a callback."
    false ContactFlow "Sample Lambda integration" "sample_lambda_integration.json"
        "Calls a function and says what it answered."
    false ContactFlow "Sample recording behavior" "sample_recording_behavior.json"
        "Lets the caller choose who is recorded."
    false ContactFlow "Sample note for screenpop" "sample_note_for_screenpop.json"
        "Sets an attribute that the agent's screen can show."
    false QueueTransfer "Sample secure input with agent" "sample_secure_input_with_agent.json"
        "Takes an encrypted card number while the agent is on hold."
    false ContactFlow "Sample secure input with no agent" "sample_secure_input_with_no_agent.json"
        "Takes an encrypted card number before a contact is queued."
};
