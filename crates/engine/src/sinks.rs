//! Streams out: every committed event reaches every sink at least once, in order, by a stored cursor per sink.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use contacts::Event;
use model::InstanceId;
use serde::{Deserialize, Serialize};
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
    /// Takes lines in order and answers where it stands afterwards; on an error all of them come again.
    fn write<'a>(&'a self, lines: &'a [SinkLine]) -> Answer<'a, Value>;
    /// Goes back to where it stood, at a start: lines behind it were not confirmed and will come again.
    fn resume<'a>(&'a self, place: &'a Value) -> Answer<'a, ()>;
}

/// What a sink answers.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = std::io::Result<T>> + Send + 'a>>;

/// The streams there are, in the order of writing: who sees a record finds all events that led to it.
pub const STREAMS: [&str; 5] = ["contact-events", "agent-events", "flow-logs", "calls", "contact-records"];

/// How far a sink has come.
#[derive(Default, Serialize, Deserialize)]
struct Cursor {
    seq: i64,
    place: Value,
}

/// JSON lines in files of a folder, one file a stream. After a crash, lines that were not confirmed are cut off before
/// they are written again, so that each event is there once.
#[derive(Debug)]
pub struct FileSink {
    folder: PathBuf,
}

impl FileSink {
    /// Files below `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    fn path(&self, stream: &str) -> PathBuf {
        self.folder.join(format!("{stream}.jsonl"))
    }
}

impl Sink for FileSink {
    fn name(&self) -> &str {
        "files"
    }

    fn write<'a>(&'a self, lines: &'a [SinkLine]) -> Answer<'a, Value> {
        Box::pin(async move {
            tokio::fs::create_dir_all(&self.folder).await?;
            for stream in STREAMS {
                let mut text = String::new();
                for line in lines.iter().filter(|line| line.stream == stream) {
                    text.push_str(&line.body.to_string());
                    text.push('\n');
                }
                if text.is_empty() {
                    continue;
                }
                let mut file =
                    tokio::fs::OpenOptions::new().create(true).append(true).open(self.path(stream)).await?;
                file.write_all(text.as_bytes()).await?;
                // The write itself ends here; without it its error would be lost.
                file.flush().await?;
                file.sync_data().await?;
            }
            let mut place = serde_json::Map::new();
            for stream in STREAMS {
                if let Ok(metadata) = tokio::fs::metadata(self.path(stream)).await {
                    place.insert(stream.to_owned(), json!(metadata.len()));
                }
            }
            Ok(Value::Object(place))
        })
    }

    fn resume<'a>(&'a self, place: &'a Value) -> Answer<'a, ()> {
        Box::pin(async move {
            for stream in STREAMS {
                let confirmed = place[stream].as_u64().unwrap_or(0);
                let path = self.path(stream);
                match tokio::fs::metadata(&path).await {
                    Ok(metadata) if metadata.len() > confirmed => {
                        let file = tokio::fs::OpenOptions::new().write(true).open(path).await?;
                        file.set_len(confirmed).await?;
                        file.sync_all().await?;
                    }
                    _ => {}
                }
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
    pub fn new(
        store: Store,
        account: String,
        region: String,
        sinks: Vec<Arc<dyn Sink>>,
        written: Arc<Notify>,
    ) -> Self {
        Self { store, account, region, sinks, written }
    }

    /// Runs until `stopping` is notified; what is committed by then is still carried.
    pub async fn run(self, stopping: Arc<Notify>) {
        for sink in &self.sinks {
            while let Err(error) = self.resume(sink.as_ref()).await {
                tracing::error!(sink = sink.name(), %error, "a stream cannot be opened; it is tried again");
                tokio::select! {
                    () = tokio::time::sleep(RETRY) => {}
                    () = stopping.notified() => return,
                }
            }
        }
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
                        // What was written of the failed lines is cut off before they come again.
                        if let Err(error) = self.resume(sink.as_ref()).await {
                            tracing::error!(sink = sink.name(), %error, "a stream cannot be cut back yet");
                        }
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
        let cursor = self.cursor(sink).await?;
        let rows = self.store.events_after(cursor.seq, CHUNK).await?;
        let Some(end) = rows.last().map(|row| row.seq) else { return Ok(false) };
        let mut lines = Vec::with_capacity(rows.len());
        for row in &rows {
            lines.extend(self.line(row)?);
        }
        let place = sink
            .write(&lines)
            .await
            .map_err(|source| StoreError::File { path: sink.name().to_owned(), source })?;
        let body = serde_json::to_string(&Cursor { seq: end, place }).expect("a cursor is printable");
        let document =
            DocumentWrite { instance: SERVER, kind: "cursor", id: sink.name().to_owned(), body: Some(body) };
        self.store.commit(&Batch { documents: vec![document], ..Batch::default() }).await?;
        if self.sinks.len() == 1 {
            self.store.trim_events(end).await?;
        }
        Ok(true)
    }

    async fn cursor(&self, sink: &dyn Sink) -> Result<Cursor, StoreError> {
        let Some(text) = self.store.document(SERVER, "cursor", sink.name()).await? else {
            return Ok(Cursor::default());
        };
        serde_json::from_str(&text)
            .map_err(|error| StoreError::Damaged(format!("cursor {}: {error}", sink.name())))
    }

    async fn resume(&self, sink: &dyn Sink) -> Result<(), StoreError> {
        let cursor = self.cursor(sink).await?;
        let resumed = sink.resume(&cursor.place).await;
        resumed.map_err(|source| StoreError::File { path: sink.name().to_owned(), source })
    }

    fn line(&self, row: &EventRow) -> Result<Option<SinkLine>, StoreError> {
        let event: Event = serde_json::from_str(&row.body)
            .map_err(|error| StoreError::Damaged(format!("event {}: {error}", row.seq)))?;
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
            Event::FlowLog { entry } => {
                SinkLine { stream: "flow-logs", key: key(&entry, "ContactId"), body: entry }
            }
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
