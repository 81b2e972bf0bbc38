//! Bots at work: learned models kept in memory, adapters asked over the network, and their replies in one shape.

mod adapter;
mod language_model;
mod reply;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bots::{Adapter, Model, Moment, Session, Turn};
use engine::Engine;
use flows::{BotCall, BotError, BotReply};
use model::{InstanceId, Timestamp};
use parking_lot::Mutex;
use tokio::sync::Semaphore;

/// Models kept in memory; one of another bot is learned again when it is needed.
const KEPT_MODELS: usize = 64;

/// Numbers of all models in memory together, at four bytes each.
const KEPT_NUMBERS: usize = 64_000_000;

/// Other servers asked at once; more wait, as long as an answer may take. Models answer without waiting.
const ASKED_AT_ONCE: usize = 256;

/// Asks the bots of all instances.
pub struct Bots {
    models: Mutex<BTreeMap<Key, Arc<Model>>>,
    /// Models that are being learned: whoever wants one of them too waits for it.
    learning: Mutex<BTreeMap<Key, Arc<tokio::sync::Mutex<()>>>>,
    http: reqwest::Client,
    places: Semaphore,
}

impl Default for Bots {
    fn default() -> Self {
        let http = functions::guarded(functions::Reach::Local).build().expect("these settings make a client");
        Self {
            models: Mutex::default(),
            learning: Mutex::default(),
            http,
            places: Semaphore::new(ASKED_AT_ONCE),
        }
    }
}

/// Versions never change, so that a model is right as long as its bot exists.
type Key = (InstanceId, String, u32, String);

/// What stands behind an alias.
pub enum Behind {
    /// A model of one locale.
    Model(Arc<Model>),
    /// Another server.
    Adapter(Box<Adapter>),
}

/// A piece of a reply is ready; false = nobody listens any more.
pub(crate) trait Listener: Send {
    fn piece(&mut self, text: String) -> impl Future<Output = bool> + Send;
}

impl Bots {
    /// What an alias stands for in a locale, as flows ask for it: only associated aliases.
    pub async fn behind(
        &self,
        engine: &Engine,
        alias: &str,
        language: Option<&str>,
    ) -> Result<Behind, BotError> {
        let found = engine
            .read(|core, _| {
                let (bot, version, locale) = core.directory().bot_for(alias, language)?;
                Ok((bot.bot_id.clone(), version, locale))
            })
            .await
            .map_err(|error| BotError::Failed(error.to_string()))?
            .map_err(|error: directory::DirectoryError| BotError::Unavailable(error.message))?;
        self.open(engine, found.0, found.1, found.2).await
    }

    /// A version of a bot: its model for the locale, or its adapter.
    pub async fn open(
        &self,
        engine: &Engine,
        bot: String,
        version: u32,
        locale: Option<String>,
    ) -> Result<Behind, BotError> {
        let key = (engine.id(), bot, version, locale.unwrap_or_default());
        if let Some(model) = self.models.lock().get(&key).cloned() {
            return Ok(Behind::Model(model));
        }
        let definition = engine
            .read(|core, _| core.directory().bot(&key.1).and_then(|bot| bot.versions.get(&key.2)).cloned())
            .await
            .map_err(|error| BotError::Failed(error.to_string()))?
            .ok_or_else(|| BotError::Unavailable(key.1.clone()))?;
        if let Some(adapter) = definition.adapter {
            return Ok(Behind::Adapter(Box::new(adapter)));
        }
        let turn = self.learning.lock().entry(key.clone()).or_default().clone();
        let _turn = turn.lock().await;
        if let Some(model) = self.models.lock().get(&key).cloned() {
            return Ok(Behind::Model(model));
        }
        let model = self.learn(&key, definition).await;
        if let Ok(model) = &model {
            self.keep(key.clone(), model.clone());
        }
        self.learning.lock().remove(&key);
        model.map(Behind::Model)
    }

    async fn learn(&self, key: &Key, definition: bots::Definition) -> Result<Arc<Model>, BotError> {
        let locale = key.3.clone();
        let model = tokio::task::spawn_blocking(move || Model::learn(&definition, &locale))
            .await
            .map_err(|_| BotError::Failed("learning was interrupted".to_owned()))?
            .map_err(|error| BotError::Unavailable(error.to_string()))?;
        Ok(Arc::new(model))
    }

    fn keep(&self, key: Key, model: Arc<Model>) {
        let mut models = self.models.lock();
        let room = KEPT_NUMBERS.saturating_sub(model.size());
        while models.len() >= KEPT_MODELS || models.values().map(|model| model.size()).sum::<usize>() > room {
            if models.pop_first().is_none() {
                break;
            }
        }
        models.insert(key, model);
    }

    /// Asks a bot of the instance's own for a flow that is tried out. Other servers are not asked: they would take it
    /// for a customer.
    pub async fn rehearse(
        &self,
        engine: &Engine,
        call: &BotCall,
        now: Timestamp,
    ) -> Result<BotReply, BotError> {
        match self.behind(engine, &call.alias, call.language.as_deref()).await? {
            Behind::Model(model) => of_model(model, call, now).await,
            Behind::Adapter(_) => Err(BotError::Unavailable(format!(
                "{} stands on another server, which is not asked when a flow is tried out",
                call.alias
            ))),
        }
    }

    /// Asks a bot for a flow.
    pub(crate) async fn ask(
        &self,
        engine: &Engine,
        conversation: &str,
        call: &BotCall,
        now: Timestamp,
        listener: impl Listener,
    ) -> Result<BotReply, BotError> {
        match self.behind(engine, &call.alias, call.language.as_deref()).await? {
            Behind::Model(model) => of_model(model, call, now).await,
            Behind::Adapter(adapter) => {
                let allowed = reqwest::Url::parse(adapter.url())
                    .is_ok_and(|url| functions::check(functions::Reach::Local, &url).is_ok());
                if !allowed {
                    return Err(BotError::Unavailable("its adapter's address may not be called".to_owned()));
                }
                let limit = Duration::from_millis(call.time_limit_ms);
                let place = tokio::time::timeout(limit, self.places.acquire()).await;
                let _place = place.map_err(|_| BotError::TimeLimit)?;
                match *adapter {
                    Adapter::Http { url, token } => {
                        let asked = adapter::http(&self.http, &url, token.as_deref(), conversation, call);
                        tokio::time::timeout(limit, asked).await.unwrap_or(Err(BotError::TimeLimit))
                    }
                    Adapter::Lex { .. } => {
                        let asked = adapter::lex(&self.http, &adapter, conversation, call, now);
                        tokio::time::timeout(limit, asked).await.unwrap_or(Err(BotError::TimeLimit))
                    }
                    Adapter::Model { .. } => {
                        language_model::ask(&self.http, &adapter, call, limit, listener).await
                    }
                }
            }
        }
    }
}

async fn of_model(model: Arc<Model>, call: &BotCall, now: Timestamp) -> Result<BotReply, BotError> {
    let mut session: Session = serde_json::from_value(call.state.clone()).unwrap_or_default();
    session.attributes = call.session.clone();
    Ok(reply::of_turn(turn(model, session, call.text.clone(), now).await?))
}

/// One turn of a model. Large ones think for milliseconds, which is too long for a thread that serves others.
pub async fn turn(
    model: Arc<Model>,
    session: Session,
    text: String,
    now: Timestamp,
) -> Result<Turn, BotError> {
    tokio::task::spawn_blocking(move || model.turn(session, &text, &Moment::utc(now.0)))
        .await
        .map_err(|_| BotError::Failed("the turn was interrupted".to_owned()))
}
