//! The audit log: every call that may change something leaves an entry, without any of its values.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use contacts::Event;
use engine::{Engine, EngineError};
use serde_json::json;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use wire::{Completed, Observer, Principal};

/// Entries that may wait to be written; more are counted and dropped, as calls must not wait for their audit.
const WAITING: usize = 10_000;

/// Attempts to write entries while their instance recovers, and the pause between two.
const ATTEMPTS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(250);

/// Hears of calls and writes them to the event log of the caller's instance.
pub(crate) struct Audit {
    entries: mpsc::Sender<(Option<model::InstanceId>, serde_json::Value)>,
}

impl Audit {
    /// Starts the writer, which ends once nobody can hand it an entry any more and all are written.
    pub(crate) fn start(center: Arc<center::Center>) -> (Self, JoinHandle<()>) {
        let (entries, mut waiting) = mpsc::channel::<(Option<model::InstanceId>, serde_json::Value)>(WAITING);
        let writer = tokio::spawn(async move {
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
                    for left in (0..ATTEMPTS).rev() {
                        let noted = engine.apply(|core, cx| {
                            for entry in &entries {
                                core.note(cx, Event::Call { entry: entry.clone() });
                            }
                        });
                        let Err(error) = noted.await else { break };
                        if left == 0 || matches!(error, EngineError::Stopping) {
                            tracing::error!(%error, entries = entries.len(), "audit entries could not be written");
                            break;
                        }
                        // One command that failed half-way takes others with it; the instance is back in a moment.
                        tokio::time::sleep(PAUSE).await;
                    }
                }
            }
        });
        (Self { entries }, writer)
    }
}

impl Observer for Audit {
    fn completed(&self, call: &Completed<'_>) {
        if call.read_only || !is_audited(call.service, call.operation) {
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

/// Participants' calls are in the transcript, agents' in the agent events, and what clients say to bots is said nowhere.
fn is_audited(service: &str, operation: &str) -> bool {
    match service {
        "connect" | "lambda" => true,
        "lexv2-runtime" => !matches!(operation, "RecognizeText" | "PutSession" | "DeleteSession"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_audited;

    #[test]
    fn whoever_changes_code_or_bots_is_written_down() {
        for (service, operation, audited) in [
            ("connect", "CreateQueue", true),
            ("lambda", "UpdateFunctionCode", true),
            ("lambda", "Invoke", true),
            ("lexv2-runtime", "ImportBot", true),
            ("lexv2-runtime", "DeleteBot", true),
            ("lexv2-runtime", "RecognizeText", false),
            ("connectparticipant", "SendMessage", false),
        ] {
            assert_eq!(is_audited(service, operation), audited, "{service} {operation}");
        }
    }
}
