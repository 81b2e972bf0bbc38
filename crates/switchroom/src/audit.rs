//! The audit log: every call that may change something leaves an entry, without any of its values.

use std::collections::HashMap;
use std::sync::Arc;

use contacts::Event;
use engine::Engine;
use serde_json::json;
use tokio::sync::mpsc;
use wire::{Completed, Observer, Principal};

/// Entries that may wait to be written; more are counted and dropped, as calls must not wait for their audit.
const WAITING: usize = 10_000;

/// Hears of calls and writes them to the event log of the caller's instance.
pub(crate) struct Audit {
    entries: mpsc::Sender<(Option<model::InstanceId>, serde_json::Value)>,
}

impl Audit {
    /// Starts the writer.
    pub(crate) fn start(center: Arc<center::Center>) -> Self {
        let (entries, mut waiting) = mpsc::channel::<(Option<model::InstanceId>, serde_json::Value)>(WAITING);
        tokio::spawn(async move {
            // One commit for all that have come while the last was written.
            let mut batch = Vec::new();
            while waiting.recv_many(&mut batch, WAITING).await > 0 {
                let mut by_instance: HashMap<_, Vec<_>> = HashMap::new();
                for (instance, entry) in batch.drain(..) {
                    by_instance.entry(instance).or_default().push(entry);
                }
                for (instance, entries) in by_instance {
                    let engine: Option<Arc<Engine>> = match instance {
                        Some(id) => center.instance(id),
                        None => center.first_instance().await,
                    };
                    let Some(engine) = engine else { continue };
                    let noted = engine.apply(|core, cx| {
                        for entry in entries {
                            core.note(cx, Event::Call { entry });
                        }
                    });
                    if let Err(error) = noted.await {
                        tracing::warn!(%error, "audit entries could not be written");
                    }
                }
            }
        });
        Self { entries }
    }
}

impl Observer for Audit {
    fn completed(&self, call: &Completed<'_>) {
        // Participants' calls are in the transcript, agents' in the agent events.
        if call.read_only || call.service != "connect" {
            return;
        }
        let (kind, who) = match call.principal {
            Principal::Anonymous => ("Anonymous", String::new()),
            Principal::AccessKey(key) => ("AccessKey", key.access_key_id.clone()),
            Principal::User(user) => ("User", user.user.to_string()),
        };
        let entry = json!({
            "eventTime": call.finished.iso_millis(),
            "eventSource": call.service,
            "operation": call.operation,
            "principalType": kind,
            "principalId": who,
            "requestId": call.request_id,
            "sourceIPAddress": call.peer.map(|peer| peer.to_string()),
            "userAgent": call.user_agent,
            "status": call.status,
            "errorCode": call.code,
            "elapsedMicroseconds": call.elapsed.as_micros() as u64,
        });
        if self.entries.try_send((call.principal.instance(), entry)).is_err() {
            tracing::warn!(operation = call.operation, "an audit entry was dropped: too many are waiting");
        }
    }
}
