//! The spellings of flow types (spec 10 §5).

use model::resource::FlowType;

/// All flow types with their public and their metadata spelling.
pub const FLOW_TYPES: [(FlowType, &str, &str); 9] = [
    (FlowType::ContactFlow, "CONTACT_FLOW", "contactFlow"),
    (FlowType::CustomerQueue, "CUSTOMER_QUEUE", "customerQueue"),
    (FlowType::CustomerHold, "CUSTOMER_HOLD", "customerHold"),
    (FlowType::CustomerWhisper, "CUSTOMER_WHISPER", "customerWhisper"),
    (FlowType::AgentHold, "AGENT_HOLD", "agentHold"),
    (FlowType::AgentWhisper, "AGENT_WHISPER", "agentWhisper"),
    (FlowType::OutboundWhisper, "OUTBOUND_WHISPER", "outboundWhisper"),
    (FlowType::AgentTransfer, "AGENT_TRANSFER", "agentTransfer"),
    (FlowType::QueueTransfer, "QUEUE_TRANSFER", "queueTransfer"),
];

/// Whether `$.Agent` may have a value (spec 04 §12.1): in flows that run while an agent is chosen or joins. An inbound
/// flow has one only after an agent was there, as a disconnect flow has.
pub const fn knows_agent(kind: FlowType) -> bool {
    !matches!(kind, FlowType::CustomerQueue | FlowType::QueueTransfer)
}

/// The spelling inside `Metadata.type` and older exports.
pub fn in_metadata(kind: FlowType) -> &'static str {
    row(kind).2
}

/// The public spelling.
pub fn in_api(kind: FlowType) -> &'static str {
    row(kind).1
}

/// Reads the spelling of `Metadata.type`.
pub fn from_metadata(text: &str) -> Option<FlowType> {
    FLOW_TYPES.iter().find(|(_, _, name)| *name == text).map(|(kind, _, _)| *kind)
}

/// Reads the public spelling.
pub fn from_api(text: &str) -> Option<FlowType> {
    FLOW_TYPES.iter().find(|(_, name, _)| *name == text).map(|(kind, _, _)| *kind)
}

fn row(kind: FlowType) -> (FlowType, &'static str, &'static str) {
    // The order of the rows is the order of the enum.
    FLOW_TYPES[kind as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_the_order_of_the_enum() {
        for (kind, api, metadata) in FLOW_TYPES {
            assert_eq!((in_api(kind), in_metadata(kind)), (api, metadata));
            assert_eq!((from_api(api), from_metadata(metadata)), (Some(kind), Some(kind)));
            assert_eq!(serde_json::to_value(kind).expect("serialises"), api);
        }
    }
}
