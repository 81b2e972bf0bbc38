//! The instances of this server, and how a request finds its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use contacts::Settings;
use directory::{Directory, seed};
use engine::{Bus, Clock, Engine, random_128};
use flows::action::ResourceKind;
use functions::Functions;
use model::{Arn, InstanceId, Scope, Timestamp};
use parking_lot::RwLock;
use speech::Speech;
use store::{Batch, Blobs, DocumentWrite, Store, StoreError};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::identity::{IdentityProvider, IdentityProviders};
use crate::password::Attempts;
use crate::perform::Work;
use crate::prompts::Prompts;
use crate::token::Tokens;

/// How a server is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// Region name in resource names.
    pub region: String,
    /// Account in resource names: 12 digits.
    pub account: String,
    /// Limits of every instance.
    pub settings: Settings,
    /// Where customers sign in.
    pub identity_providers: Vec<IdentityProvider>,
}

/// How what is heard is made and fetched.
#[derive(Clone, Debug)]
pub struct Sound {
    /// Text to speech.
    pub speech: speech::Options,
    /// Where prompts may be fetched from.
    pub prompts: functions::Reach,
}

impl Default for Sound {
    /// Speech as usual; prompts are fetched from nowhere.
    fn default() -> Self {
        Self { speech: speech::Options::default(), prompts: functions::Reach::Off }
    }
}

/// Why something about the server as a whole failed.
#[derive(Debug, thiserror::Error)]
pub enum CenterError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Functions could not be made ready.
    #[error("{0}")]
    Functions(#[from] functions::OpenError),
    /// The instance could not be made as asked for.
    #[error("{0}")]
    Directory(#[from] directory::DirectoryError),
    /// There is no such instance.
    #[error("There is no instance '{0}' here.")]
    NoInstance(String),
    /// The alias is taken.
    #[error("An instance with the alias '{0}' exists already.")]
    AliasTaken(String),
}

/// Everything the surfaces share.
pub struct Center {
    options: Options,
    store: Store,
    blobs: Blobs,
    functions: Arc<Functions>,
    speech: Speech,
    prompts: Prompts,
    bus: Arc<Bus>,
    clock: Arc<Clock>,
    tokens: Tokens,
    attempts: Attempts,
    identity_providers: Arc<IdentityProviders>,
    work: Arc<Work>,
    event_written: Arc<Notify>,
    engines: RwLock<BTreeMap<InstanceId, Running>>,
    making: tokio::sync::Mutex<()>,
    pub(crate) numbers: crate::numbers::Numbers,
}

struct Running {
    engine: Arc<Engine>,
    tasks: Vec<JoinHandle<()>>,
}

/// The owner of documents that belong to the whole server.
const SERVER: InstanceId = InstanceId::from_u128(0);

impl Center {
    /// Opens the server on a store and a folder of files, and starts every instance in it. Functions are uploaded
    /// ones only, and call nowhere.
    pub async fn open(options: Options, store: Store, blobs: Blobs) -> Result<Arc<Self>, CenterError> {
        let functions = functions::Options::uploads_only(&options.region, &options.account);
        Self::open_with(options, functions, Sound::default(), store, blobs).await
    }

    /// The same with functions and sound as configured.
    pub async fn open_with(
        options: Options,
        functions: functions::Options,
        sound: Sound,
        store: Store,
        blobs: Blobs,
    ) -> Result<Arc<Self>, CenterError> {
        let functions = Arc::new(Functions::open(functions, store.clone(), blobs.clone()).await?);
        let key = server_key(&store).await?;
        let identity_providers = Arc::new(IdentityProviders::new(options.identity_providers.clone()));
        let center = Arc::new(Self {
            options,
            work: Arc::new(Work::new(blobs.clone(), identity_providers.clone(), functions.clone())),
            functions,
            speech: Speech::new(sound.speech),
            prompts: Prompts::new(blobs.clone(), sound.prompts),
            store,
            blobs,
            bus: Arc::new(Bus::default()),
            clock: Arc::new(Clock::default()),
            tokens: Tokens::new(&key),
            attempts: Attempts::default(),
            identity_providers,
            event_written: Arc::new(Notify::new()),
            engines: RwLock::new(BTreeMap::new()),
            making: tokio::sync::Mutex::new(()),
            numbers: crate::numbers::Numbers::default(),
        });
        for instance in center.store.instances().await? {
            center.start(instance).await?;
        }
        if let Err(error) = center.end_moves().await {
            // Such a number stays in progress, and the next move tries again.
            tracing::error!(%error, "moves of phone numbers could not be ended");
        }
        Ok(center)
    }

    /// Region, account and limits.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Files.
    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// Functions that flows may call.
    pub fn functions(&self) -> &Arc<Functions> {
        &self.functions
    }

    /// Text to speech.
    pub fn speech(&self) -> &Speech {
        &self.speech
    }

    /// The sound of prompts.
    pub fn prompts(&self) -> &Prompts {
        &self.prompts
    }

    /// Bots.
    pub fn bots(&self) -> &crate::bots::Bots {
        &self.work.bots
    }

    /// Gives the server telephony: commands of calls go there from now on.
    pub fn plug_telephony(&self, telephony: Arc<dyn crate::telephony::Telephony>) {
        self.work.telephony.plug(telephony);
    }

    /// Telephony, where the server has it.
    pub fn telephony(&self) -> Option<&Arc<dyn crate::telephony::Telephony>> {
        self.work.telephony.plugged()
    }

    /// Whether calls are possible.
    pub fn has_telephony(&self) -> bool {
        self.work.telephony.plugged().is_some()
    }

    /// Signed tokens.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Limits against guessing passwords.
    pub fn attempts(&self) -> &Attempts {
        &self.attempts
    }

    /// Where customers sign in.
    pub fn identity_providers(&self) -> &IdentityProviders {
        &self.identity_providers
    }

    /// Notified whenever events were committed.
    pub fn event_written(&self) -> Arc<Notify> {
        self.event_written.clone()
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A fresh random id.
    pub fn fresh_id(&self) -> Uuid {
        uuid::Builder::from_random_bytes(random_128().to_be_bytes()).into_uuid()
    }

    /// The instance with this id.
    pub fn instance(&self, id: InstanceId) -> Option<Arc<Engine>> {
        self.engines.read().get(&id).map(|running| running.engine.clone())
    }

    /// The instance named by an id or ARN.
    pub fn find(&self, text: &str) -> Result<Arc<Engine>, CenterError> {
        let missing = || CenterError::NoInstance(text.to_owned());
        let id = match Arn::parse(text) {
            Some(arn) if arn.account != self.options.account || arn.region != self.options.region => {
                return Err(missing());
            }
            Some(arn) => arn.instance,
            None => text,
        };
        let id: InstanceId = id.parse().map_err(|_| missing())?;
        self.instance(id).ok_or_else(missing)
    }

    /// All instances, in the order of their ids.
    pub fn instances(&self) -> Vec<Arc<Engine>> {
        self.engines.read().values().map(|running| running.engine.clone()).collect()
    }

    /// The instance that is meant where none is named: the one that was made first, however many follow.
    pub async fn first_instance(&self) -> Option<Arc<Engine>> {
        let mut first = None;
        for engine in self.instances() {
            // One that is recovering may well be it.
            let made = engine.read(|core, _| core.directory().instance().created_time.0).await.unwrap_or(0);
            if first.as_ref().is_none_or(|(earliest, _)| made < *earliest) {
                first = Some((made, engine));
            }
        }
        first.map(|(_, engine)| engine)
    }

    /// Makes and starts a new instance, with the people given and everything a new instance has.
    pub async fn create_instance(
        &self,
        alias: &str,
        people: Vec<seed::SeedPerson>,
        adjust: impl FnOnce(&mut Directory),
    ) -> Result<Arc<Engine>, CenterError> {
        // One at a time, so that two requests cannot both find the alias free.
        let _making = self.making.lock().await;
        for engine in self.instances() {
            let taken = engine.read(|core, _| core.directory().instance().alias == alias).await;
            if taken.unwrap_or(false) {
                return Err(CenterError::AliasTaken(alias.to_owned()));
            }
        }
        let instance = InstanceId(self.fresh_id());
        let documents = self.seed_documents(instance, alias, people, adjust)?;
        self.store.commit(&Batch { documents, ..Batch::default() }).await?;
        self.start(instance).await
    }

    fn seed_documents(
        &self,
        instance: InstanceId,
        alias: &str,
        people: Vec<seed::SeedPerson>,
        adjust: impl FnOnce(&mut Directory),
    ) -> Result<Vec<DocumentWrite>, CenterError> {
        let mut fresh = || self.fresh_id();
        let mut cx = directory::Cx { now: self.now(), new_uuid: &mut fresh };
        let mut directory = seed::seed(self.scope(instance), alias, &mut cx, self.stock_flows(), people)?;
        adjust(&mut directory);
        Ok(directory
            .take_changes()
            .into_iter()
            .map(|change| DocumentWrite {
                instance,
                kind: change.kind.as_str(),
                id: change.id,
                body: change.after.map(|body| body.to_string()),
            })
            .collect())
    }

    /// Stops and removes an instance with everything in it.
    pub async fn delete_instance(&self, id: InstanceId) -> Result<(), CenterError> {
        let running =
            self.engines.write().remove(&id).ok_or_else(|| CenterError::NoInstance(id.to_string()))?;
        // Nobody goes on talking in an instance that is not there; what cannot be stored of it goes with it.
        let _ = running.engine.apply(|core, cx| core.end_calls(cx)).await;
        running.stop().await;
        self.store.delete_instance(id).await?;
        self.prompts().forget(id).await;
        Ok(())
    }

    /// Stops every instance after what it has decided is written.
    pub async fn stop(&self) {
        let engines = std::mem::take(&mut *self.engines.write());
        for running in engines.into_values() {
            running.stop().await;
        }
    }

    async fn start(&self, instance: InstanceId) -> Result<Arc<Engine>, CenterError> {
        let engine = Engine::load(
            self.scope(instance),
            self.store.clone(),
            self.bus.clone(),
            self.clock.clone(),
            self.options.settings,
            self.work.clone(),
            self.event_written.clone(),
        )
        .await?;
        let tasks = engine.start();
        self.engines.write().insert(instance, Running { engine: engine.clone(), tasks });
        Ok(engine)
    }

    /// The flows of a new instance. Resource names are left as placeholders that the directory fills in.
    fn stock_flows(&self) -> Vec<seed::SeedFlow> {
        let (region, account) = (&self.options.region, &self.options.account);
        let resolve = |kind: ResourceKind, name: &str| match kind {
            ResourceKind::Flow => format!("{{{{flow:{name}}}}}"),
            ResourceKind::Queue => format!("{{{{queue:{name}}}}}"),
            ResourceKind::Prompt => format!("{{{{prompt:{name}}}}}"),
            ResourceKind::Bot => format!("arn:aws:lex:{region}:{account}:bot-alias/{name}"),
            ResourceKind::Function => format!("arn:aws:lambda:{region}:{account}:function:{name}"),
            _ => name.to_owned(),
        };
        flows::library::defaults(&resolve)
            .into_iter()
            .map(|(name, kind, description, content)| seed::SeedFlow {
                name: name.to_owned(),
                kind,
                description: description.to_owned(),
                content,
            })
            .collect()
    }

    fn scope(&self, instance: InstanceId) -> Scope {
        Scope { region: self.options.region.clone(), account: self.options.account.clone(), instance }
    }
}

impl Running {
    async fn stop(self) {
        self.engine.stop().await;
        for task in self.tasks {
            // A task that panicked has been reported; stopping goes on.
            let _ = task.await;
        }
    }
}

/// The key that signs tokens: made at the first start, kept in the store.
async fn server_key(store: &Store) -> Result<Vec<u8>, StoreError> {
    if let Some(text) = store.document(SERVER, "key", "tokens").await? {
        return Ok(text.into_bytes());
    }
    let text = format!("{:032x}{:032x}", random_128(), random_128());
    let document =
        DocumentWrite { instance: SERVER, kind: "key", id: "tokens".into(), body: Some(text.clone()) };
    store.commit(&Batch { documents: vec![document], ..Batch::default() }).await?;
    Ok(text.into_bytes())
}
