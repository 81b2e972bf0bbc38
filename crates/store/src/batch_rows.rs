//! A batch as JSON arrays, one per table, in the column order of the insert statements.

use serde_json::{Value, json};

use crate::Batch;

pub(crate) fn documents(batch: &Batch, put: bool) -> Vec<Value> {
    batch
        .documents
        .iter()
        .filter(|write| write.body.is_some() == put)
        .map(|write| json!([write.instance, write.kind, write.id, write.body]))
        .collect()
}

pub(crate) fn contacts(batch: &Batch) -> Vec<Value> {
    batch
        .contacts
        .iter()
        .map(|write| {
            json!([
                write.instance,
                write.id,
                write.chain,
                i64::from(write.ended),
                write.channel,
                write.initiation_method,
                write.initiated_at,
                write.connected_at,
                write.disconnected_at,
                write.queue,
                write.agent,
                write.body
            ])
        })
        .collect()
}

pub(crate) fn items(batch: &Batch) -> Vec<Value> {
    batch
        .items
        .iter()
        .map(|write| {
            json!([
                write.instance,
                write.chain,
                write.seq,
                write.id,
                write.contact,
                write.at,
                write.token,
                write.visibility,
                write.body
            ])
        })
        .collect()
}

pub(crate) fn receipts(batch: &Batch) -> Vec<Value> {
    batch
        .receipts
        .iter()
        .map(|write| {
            json!([
                write.instance,
                write.chain,
                write.message,
                write.recipient,
                write.delivered_at,
                write.read_at
            ])
        })
        .collect()
}

pub(crate) fn events(batch: &Batch) -> Vec<Value> {
    batch.events.iter().map(|write| json!([write.instance, write.at, write.body])).collect()
}

pub(crate) fn flow_logs(batch: &Batch) -> Vec<Value> {
    let logs = batch.flow_logs.iter();
    logs.map(|write| json!([write.instance, write.at, write.contact, write.flow, write.body])).collect()
}

pub(crate) fn changes(batch: &Batch) -> Vec<Value> {
    batch
        .changes
        .iter()
        .map(|write| {
            json!([
                write.instance,
                write.at,
                write.kind,
                write.resource,
                write.name,
                write.author,
                write.body
            ])
        })
        .collect()
}
