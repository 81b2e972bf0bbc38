//! The one writer of an instance: takes everything decided since the last commit and writes it in one transaction.

use std::collections::HashMap;
use std::sync::Arc;

use contacts::{Effect, Event, Outcome};
use model::{InstanceId, Timestamp, arn};
use serde_json::Value;
use store::{
    Batch, ChangeWrite, ContactWrite, DocumentWrite, EventWrite, FlowLogWrite, ItemWrite, ReceiptWrite,
};
use tokio::sync::oneshot;

/// Most outcomes of one transaction; more wait for the next.
pub(crate) const BATCH: usize = 512;

/// An outcome in the queue, and who waits for it.
pub(crate) struct Pending {
    pub outcome: Outcome,
    pub done: oneshot::Sender<Result<(), Arc<store::StoreError>>>,
}

/// Joins outcomes into one batch; later writes of the same document or contact replace earlier ones.
pub(crate) fn join(instance: InstanceId, outcomes: &mut [Outcome]) -> (Batch, Vec<Effect>) {
    let mut batch = Batch::default();
    let mut effects = Vec::new();
    let mut document_at: HashMap<(&'static str, String), usize> = HashMap::new();
    let mut contact_at = HashMap::new();
    for outcome in outcomes {
        for change in outcome.documents.drain(..) {
            let write = DocumentWrite { instance, kind: change.kind, id: change.id, body: change.body };
            match document_at.get(&(write.kind, write.id.clone())) {
                Some(at) => batch.documents[*at] = write,
                None => {
                    document_at.insert((write.kind, write.id.clone()), batch.documents.len());
                    batch.documents.push(write);
                }
            }
        }
        for change in outcome.contacts.drain(..) {
            let write = ContactWrite {
                instance,
                id: change.id,
                chain: change.chain,
                ended: change.ended,
                channel: change.channel,
                initiation_method: change.initiation_method,
                initiated_at: change.initiated_at,
                connected_at: change.connected_at,
                disconnected_at: change.disconnected_at,
                queue: change.queue,
                agent: change.agent,
                body: change.body,
            };
            match contact_at.get(&write.id) {
                Some(at) => batch.contacts[*at] = write,
                None => {
                    contact_at.insert(write.id, batch.contacts.len());
                    batch.contacts.push(write);
                }
            }
        }
        batch.items.extend(outcome.items.drain(..).map(|item| ItemWrite {
            instance,
            chain: item.chain,
            seq: item.seq,
            id: item.id.to_string(),
            contact: item.contact,
            at: item.at,
            token: item.token,
            visibility: item.visibility.as_str(),
            body: item.body.to_string(),
        }));
        for receipt in outcome.receipts.drain(..) {
            let (message, recipient) = (receipt.message, receipt.recipient.to_string());
            let same = batch.receipts.iter_mut().find(|one: &&mut ReceiptWrite| {
                one.chain == receipt.chain && one.message == message && one.recipient == recipient
            });
            match same {
                Some(one) => {
                    one.delivered_at = one.delivered_at.or(receipt.delivered_at);
                    one.read_at = one.read_at.or(receipt.read_at);
                }
                None => batch.receipts.push(ReceiptWrite {
                    instance,
                    chain: receipt.chain,
                    message,
                    recipient,
                    delivered_at: receipt.delivered_at,
                    read_at: receipt.read_at,
                }),
            }
        }
        for (at, event) in outcome.events.drain(..) {
            // What passes through the streams and goes is kept beside them for those who search it.
            if let Event::FlowLog { entry } = &event {
                batch.flow_logs.push(flow_log(instance, at, entry));
            }
            let body = serde_json::to_string(&event).expect("an event is printable");
            batch.events.push(EventWrite { instance, at, body });
        }
        batch.changes.extend(outcome.changes.drain(..).map(|change| ChangeWrite {
            instance,
            at: change.at,
            kind: change.kind,
            resource: change.resource,
            name: change.name,
            author: change.author,
            body: serde_json::to_string(&change.entry).expect("an entry is printable"),
        }));
        effects.append(&mut outcome.effects);
    }
    (batch, effects)
}

fn flow_log(instance: InstanceId, at: Timestamp, entry: &Value) -> FlowLogWrite {
    let text = |member: &str| entry[member].as_str().unwrap_or_default();
    FlowLogWrite {
        instance,
        at,
        contact: text("ContactId").to_owned(),
        flow: arn::id_part(text("ContactFlowId")).to_owned(),
        body: entry.to_string(),
    }
}
