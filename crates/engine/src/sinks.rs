//! Streams out: every committed event reaches every sink at least once, in order, by a stored cursor per sink.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use contacts::Event;
use model::InstanceId;
use serde_json::{Value, json};
use store::{Batch, DocumentWrite, EventRow, Store, StoreError};
use tokio::io::AsyncWriteExt;
use tokio::sync::Notify;

/// Events read at once.
const CHUNK: u32 = 500;
const RETRY: Duration = Duration::from_secs(1);

/// A line of one of the streams.
#[derive(Clone, Debug)]
pub struct SinkLine {
    /// `contact-records`, `contact-events`, `agent-events`, `flow-logs` or `calls`.
    pub stream: &'static str,
    /// Key that keeps the order of one thing: contact id or agent ARN.
    pub key: String,
    /// The line, in its published shape.
    pub body: Value,
}

/// A place that takes lines. It must have them safe before it answers.
pub trait Sink: Send + Sync + 'static {
    /// Name of the cursor.
    fn name(&self) -> &str;
    /// Takes lines in order; on an error all of them come again.
    fn write<'a>(&'a self, lines: &'a [SinkLine]) -> Pin<Box<dyn Future<Output = std::io::Result<()>> + Send + 'a>>;
}

/// JSON lines in files of a folder, one file a stream and day.
#[derive(Debug)]
pub struct FileSink {
    folder: PathBuf,
}

impl FileSink {
    /// Files below `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }
}

impl Sink for FileSink {
    fn name(&self) -> &str {
        "files"
    }

    fn write<'a>(&'a self, lines: &'a [SinkLine]) -> Pin<Box<dyn Future<Output = std::io::Result<()>> + Send + 'a>> {
        Box::pin(async move {
            tokio::fs::create_dir_all(&self.folder).await?;
            for stream in ["contact-records", "contact-events", "agent-events", "flow-logs", "calls"] {
                let mut text = String::new();
                for line in lines.iter().filter(|line| line.stream == stream) {
                    text.push_str(&line.body.to_string());
                    text.push('\n');
                }
                if text.is_empty() {
                    continue;
                }
                let path = self.folder.join(format!("{stream}.jsonl"));
                let mut file = tokio::fs::OpenOptions::new().create(true).append(true).open(path).await?;
                file.write_all(text.as_bytes()).await?;
                file.sync_data().await?;
            }
            Ok(())
        })
    }
}

/// Carries committed events to the sinks.
pub struct Sinks {
    store: Store,
    account: String,
    region: String,
    sinks: Vec<Arc<dyn Sink>>,
    written: Arc<Notify>,
}

impl Sinks {
    /// `written` is notified whenever events were committed.
    pub fn new(store: Store, account: String, region: String, sinks: Vec<Arc<dyn Sink>>, written: Arc<Notify>) -> Self {
        Self { store, account, region, sinks, written }
    }

    /// Runs until `stopping` is notified; what is committed by then is still carried.
    pub async fn run(self, stopping: Arc<Notify>) {
        let mut last = false;
        loop {
            let mut moved = false;
            for sink in &self.sinks {
                match self.carry(sink.as_ref()).await {
                    Ok(more) => moved |= more,
                    Err(error) => {
                        tracing::error!(sink = sink.name(), %error, "a stream cannot be written; it is tried again");
                        if last {
                            return;
                        }
                        tokio::time::sleep(RETRY).await;
                    }
                }
            }
            if moved {
                continue;
            }
            if last {
                return;
            }
            tokio::select! {
                () = self.written.notified() => {}
                () = stopping.notified() => last = true,
            }
        }
    }

    async fn carry(&self, sink: &dyn Sink) -> Result<bool, StoreError> {
        let cursor: i64 = self
            .store
            .document(SERVER, "cursor", sink.name())
            .await?
            .and_then(|text| text.parse().ok())
            .unwrap_or(0);
        let rows = self.store.events_after(cursor, CHUNK).await?;
        let Some(end) = rows.last().map(|row| row.seq) else { return Ok(false) };
        let mut lines = Vec::with_capacity(rows.len());
        for row in &rows {
            lines.extend(self.line(row)?);
        }
        sink.write(&lines).await.map_err(|source| StoreError::File { path: sink.name().to_owned(), source })?;
        let document =
            DocumentWrite { instance: SERVER, kind: "cursor", id: sink.name().to_owned(), body: Some(end.to_string()) };
        self.store.commit(&Batch { documents: vec![document], ..Batch::default() }).await?;
        if self.sinks.len() == 1 {
            self.store.trim_events(end).await?;
        }
        Ok(true)
    }

    fn line(&self, row: &EventRow) -> Result<Option<SinkLine>, StoreError> {
        let event: Event =
            serde_json::from_str(&row.body).map_err(|error| StoreError::Damaged(format!("event {}: {error}", row.seq)))?;
        let key = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
        Ok(Some(match event {
            Event::Record { record } => {
                SinkLine { stream: "contact-records", key: key(&record, "ContactId"), body: record }
            }
            Event::Contact { detail } => SinkLine {
                stream: "contact-events",
                key: key(&detail, "contactId"),
                body: self.contact_event(row, detail),
            },
            Event::Agent { kind, agent_arn, current, previous } => SinkLine {
                stream: "agent-events",
                key: agent_arn.clone(),
                body: json!({
                    "AgentARN": agent_arn,
                    "AWSAccountId": self.account,
                    "CurrentAgentSnapshot": current,
                    "EventId": event_id(row),
                    "EventTimestamp": row.at.iso_millis(),
                    "EventType": kind,
                    "InstanceARN": self.instance_arn(row.instance),
                    "PreviousAgentSnapshot": previous,
                    "Version": "2019-05-25",
                }),
            },
            Event::FlowLog { entry } => SinkLine { stream: "flow-logs", key: key(&entry, "ContactId"), body: entry },
            Event::Call { entry } => SinkLine { stream: "calls", key: key(&entry, "operation"), body: entry },
        }))
    }

    fn contact_event(&self, row: &EventRow, detail: Value) -> Value {
        let instance = self.instance_arn(row.instance);
        json!({
            "version": "0",
            "id": event_id(row),
            "detail-type": "Amazon Connect Contact Event",
            "source": "aws.connect",
            "account": self.account,
            "time": row.at.iso_seconds(),
            "region": self.region,
            "resources": [format!("{instance}/contact/{}", detail["contactId"].as_str().unwrap_or_default()), instance],
            "detail": detail,
        })
    }

    fn instance_arn(&self, instance: InstanceId) -> String {
        format!("arn:aws:connect:{}:{}:instance/{instance}", self.region, self.account)
    }
}

/// The owner of documents that belong to the whole server.
const SERVER: InstanceId = InstanceId::from_u128(0);

/// The same event has the same id however often it is delivered.
fn event_id(row: &EventRow) -> String {
    let mixed = (row.seq as u128) << 64 ^ (row.at.0 as u128) ^ row.instance.0.as_u128();
    uuid::Builder::from_random_bytes(mixed.to_be_bytes()).into_uuid().to_string()
}
