//! The work after commits: transcript files, attachment scans, function calls, sign-ins, streaming endpoints.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use contacts::{Effect, TranscriptDue};
use engine::{Engine, Performer, transcript_file};
use functions::Functions;
use model::{AttachmentId, ContactId, Timestamp};
use parking_lot::Mutex;
use serde_json::{Value, json};
use store::Blobs;
use tokio::sync::{Semaphore, mpsc};

use crate::bots::{Bots, Listener};
use crate::function_call;
use crate::identity::IdentityProviders;
use crate::past_chat::past_chat;
use crate::telephony;
use crate::under_way::{UnderWay, tell};

/// Pieces of work of one kind at once; more wait.
const AT_ONCE: usize = 64;
/// Items that may wait for one streaming endpoint; more are dropped and counted in the log.
const STREAM_QUEUE: usize = 1000;
/// A worker for an endpoint ends when nothing came for so long.
const STREAM_IDLE: Duration = Duration::from_secs(60);
const SCAN_WITHIN: Duration = Duration::from_secs(60);
const SCAN_ATTEMPTS: u32 = 3;
const STREAM_WITHIN: Duration = Duration::from_secs(5);
const STREAM_ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(500);

/// Performs effects in tasks of their own.
pub(crate) struct Work {
    blobs: Blobs,
    http: reqwest::Client,
    files: Arc<Semaphore>,
    scans: Arc<Semaphore>,
    identity_providers: Arc<IdentityProviders>,
    sign_ins: Arc<Semaphore>,
    functions: Arc<Functions>,
    pub(crate) bots: Arc<Bots>,
    under_way: UnderWay,
    pub(crate) telephony: telephony::Port,
    streams: Arc<Mutex<HashMap<String, mpsc::Sender<StreamItem>>>>,
}

/// An item on its way to an endpoint.
type StreamItem = (&'static str, Arc<str>);

impl Work {
    pub(crate) fn new(
        blobs: Blobs,
        identity_providers: Arc<IdentityProviders>,
        functions: Arc<Functions>,
    ) -> Self {
        let places = || Arc::new(Semaphore::new(AT_ONCE));
        Self {
            blobs,
            http: reqwest::Client::new(),
            files: places(),
            scans: places(),
            identity_providers,
            sign_ins: places(),
            functions,
            bots: Arc::default(),
            under_way: UnderWay::default(),
            telephony: telephony::Port::default(),
            streams: Arc::default(),
        }
    }
}

impl Performer for Work {
    fn perform(&self, engine: &Arc<Engine>, effect: Effect) {
        let (engine, blobs, http) = (engine.clone(), self.blobs.clone(), self.http.clone());
        match effect {
            Effect::WriteTranscript(due) => {
                let places = self.files.clone();
                tokio::spawn(async move { write_transcript(&engine, &blobs, &places, &due).await });
            }
            Effect::ScanAttachment { attachment } => {
                let places = self.scans.clone();
                tokio::spawn(async move {
                    let _place = places.acquire().await;
                    scan(&engine, &blobs, &http, attachment).await;
                });
            }
            Effect::CallFunction { contact, called_at, call } => {
                let Some(asking) = self.under_way.begin(engine.id(), contact, called_at) else { return };
                let functions = self.functions.clone();
                tokio::spawn(async move {
                    let _asking = asking;
                    function_call::perform(&engine, &functions, contact, called_at, call).await;
                });
            }
            Effect::FindIdentityProvider { contact, session, provider } => {
                let (places, providers) = (self.sign_ins.clone(), self.identity_providers.clone());
                tokio::spawn(async move {
                    let _place = places.acquire().await;
                    let found = providers.find(&provider).await.map_err(|error| {
                        tracing::warn!(%contact, %error, "a customer cannot be asked to sign in");
                        error.to_string()
                    });
                    let told = engine
                        .apply(|core, cx| core.identity_provider_found(cx, contact, session, found))
                        .await;
                    if let Err(error) = told {
                        tracing::warn!(%contact, %error, "a sign-in begins after a restart, or runs out of time");
                    }
                });
            }
            Effect::ExchangeCode { contact, session, provider, request, code } => {
                let (places, providers) = (self.sign_ins.clone(), self.identity_providers.clone());
                tokio::spawn(async move {
                    let _place = places.acquire().await;
                    let answer = providers.identify(&provider, &request, &code).await;
                    let answer = answer.map_err(|error| {
                        tracing::warn!(%contact, %error, "a customer could not be identified");
                        error.to_string()
                    });
                    let told =
                        engine.apply(|core, cx| core.identity_answered(cx, contact, session, answer)).await;
                    if let Err(error) = told {
                        tracing::warn!(%contact, %error, "a code is exchanged again after a restart");
                    }
                });
            }
            Effect::AskBot { contact, asked_at, call, incremental } => {
                let Some(asking) = self.under_way.begin(engine.id(), contact, asked_at) else { return };
                let bots = self.bots.clone();
                tokio::spawn(async move {
                    let _asking = asking;
                    let pieces = Pieces { engine: &engine, contact, asked_at, wanted: incremental };
                    let answer = bots.ask(&engine, &contact.to_string(), &call, engine.now(), pieces).await;
                    let told =
                        tell(&engine, |core, cx| core.bot_answered(cx, contact, asked_at, answer.clone()))
                            .await;
                    if let Err(error) = told {
                        // The run still waits for the bot; after a restart it is asked again.
                        tracing::warn!(%contact, %error, "a bot's answer could not be delivered");
                    }
                });
            }
            Effect::FindPastChat { contact, asked_at, request } => {
                let Some(asking) = self.under_way.begin(engine.id(), contact, asked_at) else { return };
                tokio::spawn(async move {
                    let _asking = asking;
                    let found = match model::arn::id_part(&request.source).parse() {
                        Ok(source) => past_chat(&engine, &request.rehydration, source).await,
                        Err(_) => Ok(None),
                    };
                    let found = found.map_err(|error| error.to_string());
                    let told =
                        tell(&engine, |core, cx| core.past_chat_found(cx, contact, asked_at, found.clone()))
                            .await;
                    if let Err(error) = told {
                        tracing::warn!(%contact, %error, "an earlier chat is looked up again after a restart");
                    }
                });
            }
            Effect::Call(command) => self.telephony.command(&engine, command),
            Effect::Stream { endpoints, visibility, content } => {
                for endpoint in endpoints {
                    self.stream(endpoint, (visibility.as_str(), content.clone()));
                }
            }
            // The engine does these itself.
            Effect::Push { .. }
            | Effect::AgentChanged(_)
            | Effect::AgentSignedOut(_)
            | Effect::ParticipantLeft(_) => {}
        }
    }
}

/// Takes the pieces of a reply to the customer who wants them.
struct Pieces<'e> {
    engine: &'e Arc<Engine>,
    contact: ContactId,
    asked_at: Timestamp,
    wanted: bool,
}

impl Listener for Pieces<'_> {
    async fn piece(&mut self, text: String) -> bool {
        if !self.wanted {
            return true;
        }
        let told = self.engine.apply(|core, cx| core.bot_says(cx, self.contact, self.asked_at, &text)).await;
        told.unwrap_or(false)
    }
}

impl Work {
    /// One worker for each endpoint, so that items arrive in their order.
    fn stream(&self, endpoint: String, item: StreamItem) {
        let mut streams = self.streams.lock();
        let item = match streams.get(&endpoint).map(|sender| sender.try_send(item.clone())) {
            Some(Ok(())) => return,
            Some(Err(mpsc::error::TrySendError::Full(_))) => {
                tracing::warn!("an item was dropped: its streaming endpoint is too slow");
                return;
            }
            Some(Err(mpsc::error::TrySendError::Closed(item))) => item,
            None => item,
        };
        let (sender, mut items) = mpsc::channel::<StreamItem>(STREAM_QUEUE);
        // The channel is new and empty.
        let _ = sender.try_send(item);
        streams.insert(endpoint.clone(), sender);
        let (http, streams) = (self.http.clone(), self.streams.clone());
        tokio::spawn(async move {
            while let Ok(Some((visibility, content))) = tokio::time::timeout(STREAM_IDLE, items.recv()).await
            {
                stream(&http, &endpoint, visibility, &content).await;
            }
            // Under the lock nothing new can come in; what came in before is sent on.
            let rest: Vec<StreamItem> = {
                let mut streams = streams.lock();
                streams.remove(&endpoint);
                items.close();
                std::iter::from_fn(|| items.try_recv().ok()).collect()
            };
            for (visibility, content) in rest {
                stream(&http, &endpoint, visibility, &content).await;
            }
        });
    }
}

async fn write_transcript(engine: &Engine, blobs: &Blobs, places: &Semaphore, due: &TranscriptDue) {
    let contact = due.contact;
    loop {
        let written = async {
            let file = transcript_file(engine.store(), engine.id(), due.chain, contact, &due.head).await?;
            blobs.put(&due.location, &file).await
        };
        let place = places.acquire().await;
        let written = written.await;
        drop(place);
        match written {
            Ok(()) => {
                if let Err(error) = engine.apply(|core, _| core.transcript_written(contact)).await {
                    tracing::warn!(%contact, %error, "a transcript file is written again after a restart");
                }
                return;
            }
            Err(error) => {
                tracing::error!(%contact, %error, "a transcript file cannot be written; it is tried again");
                tokio::time::sleep(PAUSE * 10).await;
            }
        }
    }
}

/// Asks the scanner (an HTTP address) about a staged file: anything but a clear approval is a rejection.
async fn scan(engine: &Engine, blobs: &Blobs, http: &reqwest::Client, id: AttachmentId) {
    let question = engine
        .read(|core, _| {
            let attachment = core.attachment(id)?;
            let instance = core.directory().instance();
            let key = format!("attachments/{}", attachment.id);
            let body = json!({
                "Version": "1.0",
                "InstanceId": instance.id,
                "File": {
                    "FileId": attachment.id,
                    "FileCreationTime": attachment.announced_at.0,
                    "FileName": attachment.name,
                    "FileSizeInBytes": attachment.bytes,
                    "FileLocation": {"S3Location": {"Key": key, "Bucket": instance.alias,
                        "Arn": format!("arn:aws:s3:::{}/{key}", instance.alias)}},
                },
            });
            Some((instance.attachment_scanner.clone()?, body))
        })
        .await;
    let approved = match question {
        Ok(Some((scanner, body))) => {
            tokio::time::timeout(SCAN_WITHIN, ask_scanner(http, &scanner, &body)).await.unwrap_or(false)
        }
        Ok(None) => true,
        Err(_) => return,
    };
    if !approved && let Err(error) = blobs.delete(&format!("attachments/{id}")).await {
        tracing::error!(%id, %error, "a rejected attachment could not be deleted");
    }
    if let Err(error) = engine.apply(|core, cx| core.attachment_scanned(cx, id, approved)).await {
        tracing::warn!(%id, %error, "a scan result could not be kept; the file is scanned again after a restart");
    }
}

async fn ask_scanner(http: &reqwest::Client, scanner: &str, body: &Value) -> bool {
    for _ in 0..SCAN_ATTEMPTS {
        match http.post(scanner).json(body).send().await {
            Ok(answer) if answer.status().is_server_error() || answer.status() == 429 => {}
            Ok(answer) => {
                let answer: Option<Value> = answer.json().await.ok();
                return answer.is_some_and(|answer| answer["Status"] == "APPROVED");
            }
            Err(error) if error.is_builder() => return false,
            Err(_) => {}
        }
        tokio::time::sleep(PAUSE).await;
    }
    false
}

/// Sends an item to a streaming endpoint in the published envelope.
async fn stream(http: &reqwest::Client, endpoint: &str, visibility: &str, content: &str) {
    let Ok(item) = serde_json::from_str::<Value>(content) else { return };
    let text = |value: &str| json!({"Type": "String", "Value": value});
    let member = |name: &str| item[name].as_str().unwrap_or_default();
    let body = json!({
        "Type": "Notification",
        "MessageId": member("Id"),
        "TopicArn": endpoint,
        "Message": content,
        "Timestamp": member("AbsoluteTime"),
        "MessageAttributes": {
            "InitialContactId": text(member("InitialContactId")),
            "ContactId": text(member("ContactId")),
            "ParticipantRole": text(member("ParticipantRole")),
            "Type": text(member("Type")),
            "ContentType": text(member("ContentType")),
            "MessageVisibility": text(visibility),
        },
    });
    for _ in 0..STREAM_ATTEMPTS {
        let sent = http.post(endpoint).timeout(STREAM_WITHIN).json(&body).send().await;
        if sent.is_ok_and(|answer| answer.status().is_success()) {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
    tracing::warn!("an item could not be delivered to a streaming endpoint");
}
