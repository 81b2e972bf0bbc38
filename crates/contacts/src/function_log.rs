//! What functions write to their console, in the flow log.

use flows::LogEntry;
use flows::run::Awaiting;
use model::{ContactId, FlowId, Timestamp};
use serde_json::{Value, json};

use crate::core::Core;
use crate::cx::Cx;

/// Where a flow called a function, as the flow log names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionPlace {
    flow: FlowId,
    identifier: String,
}

impl Core {
    /// Where the flow of a contact waits for the function it called; none = it does not, or it keeps no log.
    pub fn function_place(&self, id: ContactId, called_at: Timestamp) -> Option<FunctionPlace> {
        let contact = self.contacts.get(&id)?;
        let mut runs = contact.flow.iter().chain(&contact.event_flow).map(|flow| &flow.run);
        let run = runs.find(
            |run| matches!(&run.awaiting, Some(Awaiting::Function { since, .. }) if *since == called_at),
        )?;
        run.logging.then(|| FunctionPlace { flow: run.flow, identifier: run.current.clone() })
    }

    /// A function wrote these lines: `LEVEL text` each.
    pub fn function_wrote(
        &mut self,
        cx: &mut Cx,
        id: ContactId,
        place: &FunctionPlace,
        function: &str,
        lines: &[String],
    ) {
        if lines.is_empty() {
            return;
        }
        let entry = LogEntry {
            flow: place.flow,
            module_type: "InvokeExternalResource".to_owned(),
            identifier: place.identifier.clone(),
            timestamp: cx.now,
            parameters: json!({"FunctionArn": function}),
            results: Some(
                json!({"Console": lines.iter().map(|line| Value::from(&**line)).collect::<Vec<_>>()}),
            ),
            error: None,
        };
        self.flow_log(cx.now, id, entry);
    }
}
