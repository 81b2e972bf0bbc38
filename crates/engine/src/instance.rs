//! One instance at work: the core behind its lock, its writer, its timers.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use contacts::{Core, Cx, Deadline, Effect, Settings, Stored};
use directory::{Directory, Kind};
use model::{InstanceId, Scope, Timestamp};
use parking_lot::Mutex;
use store::{Store, StoreError};
use tokio::sync::{Notify, Semaphore, oneshot, watch};

use crate::bus::{Bus, Frame};
use crate::clock::{Clock, random_128};
use crate::commit::{BATCH, Pending, join};

/// Commands that may wait for their commit at once; more wait for a place.
const COMMANDS: usize = 8192;
/// Longest time between attempts to come back after a failed commit.
const RELOAD_PAUSE: Duration = Duration::from_millis(500);
/// How often the code of a deadline may fail before the deadline is set aside.
const DEADLINE_FAILURES: u32 = 3;
/// Longest time between attempts of timers that fail.
const TICK_PAUSE: Duration = Duration::from_secs(10);

/// The present moment of the process's clock.
pub fn now(clock: &Clock) -> Timestamp {
    clock.now()
}

/// What a command ended with when it did not end with its own result.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EngineError {
    /// The store could not write; nothing of the command was kept.
    #[error("the store could not write: {0}")]
    Store(Arc<StoreError>),
    /// The instance comes back from a failed write; try again.
    #[error("the instance is recovering; try again in a moment")]
    Recovering,
    /// The server stops.
    #[error("the server is stopping")]
    Stopping,
}

/// Performs the effects that are not pushes: calls, scans, files. Each ends in a new command.
pub trait Performer: Send + Sync + 'static {
    /// Starts an effect of an instance; must return at once.
    fn perform(&self, engine: &Arc<Engine>, effect: Effect);
}

/// One instance at work.
pub struct Engine {
    scope: Scope,
    store: Store,
    bus: Arc<Bus>,
    clock: Arc<Clock>,
    settings: Settings,
    performer: Arc<dyn Performer>,
    state: Mutex<State>,
    queue_changed: Notify,
    timers_changed: Notify,
    room: Arc<Semaphore>,
    progress: watch::Sender<Progress>,
    event_written: Arc<Notify>,
}

struct State {
    /// The core; none while it is made anew.
    core: Option<Core>,
    queue: VecDeque<Pending>,
    /// Number of the last outcome put into the queue.
    decided: u64,
    /// Grows with every core that was thrown away: what an older one decided and was not committed never was.
    epoch: u64,
    /// How often the code of a deadline has failed.
    failures: HashMap<Deadline, u32>,
    stopping: bool,
}

/// How far the writer has come.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Progress {
    epoch: u64,
    committed: u64,
}

/// What has to be durable before an answer may leave.
enum Wait {
    /// An outcome of the command itself.
    Own(oneshot::Receiver<Result<(), Arc<StoreError>>>),
    /// Everything decided before it, which it may have seen.
    Before { epoch: u64, decided: u64 },
}

impl Engine {
    /// Loads an instance from the store.
    pub async fn load(
        scope: Scope,
        store: Store,
        bus: Arc<Bus>,
        clock: Arc<Clock>,
        settings: Settings,
        performer: Arc<dyn Performer>,
        event_written: Arc<Notify>,
    ) -> Result<Arc<Self>, StoreError> {
        let (core, effects) = load_core(&scope, &store, settings, clock.now()).await?;
        let engine = Arc::new(Self {
            scope,
            store,
            bus,
            clock,
            settings,
            performer,
            state: Mutex::new(State {
                core: Some(core),
                queue: VecDeque::new(),
                decided: 0,
                epoch: 0,
                failures: HashMap::new(),
                stopping: false,
            }),
            queue_changed: Notify::new(),
            timers_changed: Notify::new(),
            room: Arc::new(Semaphore::new(COMMANDS)),
            progress: watch::Sender::new(Progress { epoch: 0, committed: 0 }),
            event_written,
        });
        engine.perform(effects);
        Ok(engine)
    }

    /// Starts the writer and the timers; they end with [`Engine::stop`].
    pub fn start(self: &Arc<Self>) -> Vec<tokio::task::JoinHandle<()>> {
        let (writer, timers) = (self.clone(), self.clone());
        vec![
            tokio::spawn(async move { writer.write().await }),
            tokio::spawn(async move { timers.tick().await }),
        ]
    }

    /// Region, account and instance.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The instance.
    pub fn id(&self) -> InstanceId {
        self.scope.instance
    }

    /// The store, for what memory does not hold.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Fan-out to sockets.
    pub fn bus(&self) -> &Arc<Bus> {
        &self.bus
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Runs a command and waits until what it changed is durable.
    ///
    /// The outer error is the engine's, the inner result the command's own.
    pub async fn apply<T>(&self, command: impl FnOnce(&mut Core, &mut Cx) -> T) -> Result<T, EngineError> {
        let permit = self.room.clone().acquire_owned().await.map_err(|_| EngineError::Stopping)?;
        let (result, wait) = self.decide(command)?;
        match wait {
            Wait::Own(done) => match done.await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return Err(EngineError::Store(error)),
                Err(_) => return Err(EngineError::Recovering),
            },
            Wait::Before { epoch, decided } => self.durable(epoch, decided).await?,
        }
        drop(permit);
        Ok(result)
    }

    /// Answers a question from durable state only: what is decided but not committed is waited for.
    pub async fn read<T>(&self, question: impl FnOnce(&Core, Timestamp) -> T) -> Result<T, EngineError> {
        let (answer, epoch, decided) = {
            let state = self.state.lock();
            let core = state.core.as_ref().ok_or(EngineError::Recovering)?;
            (question(core, self.clock.now()), state.epoch, state.decided)
        };
        self.durable(epoch, decided).await?;
        Ok(answer)
    }

    /// Waits until everything up to `decided` is committed; an error when that core was thrown away before.
    async fn durable(&self, epoch: u64, decided: u64) -> Result<(), EngineError> {
        let mut progress = self.progress.subscribe();
        loop {
            let now = *progress.borrow_and_update();
            if now.epoch == epoch && now.committed >= decided {
                return Ok(());
            }
            if now.epoch != epoch || progress.changed().await.is_err() {
                return Err(EngineError::Recovering);
            }
        }
    }

    /// A glance at what is decided, committed or not; for hints that nobody is promised.
    pub fn look<T>(&self, question: impl FnOnce(&Core) -> T) -> Option<T> {
        self.state.lock().core.as_ref().map(question)
    }

    /// Stops after everything decided is written.
    pub async fn stop(&self) {
        self.state.lock().stopping = true;
        self.room.close();
        self.queue_changed.notify_one();
        self.timers_changed.notify_one();
    }

    fn decide<T>(&self, command: impl FnOnce(&mut Core, &mut Cx) -> T) -> Result<(T, Wait), EngineError> {
        let mut state = self.state.lock();
        if state.stopping {
            return Err(EngineError::Stopping);
        }
        let core = state.core.as_mut().ok_or(EngineError::Recovering)?;
        let now = self.clock.now();
        // A bug in a command must not leave half a decision behind for the next commit.
        let decided = catch_unwind(AssertUnwindSafe(|| {
            let mut random = random_128;
            let mut cx = Cx::new(now, &mut random);
            let before = core.wake_at();
            let result = command(core, &mut cx);
            core.settle(&mut cx);
            (result, core.take_outcome(&mut cx), core.wake_at() != before)
        }));
        let Ok((result, outcome, timers_moved)) = decided else {
            if let Some(deadline) = core.deadline_at_work() {
                *state.failures.entry(deadline).or_default() += 1;
            }
            state.core = None;
            state.epoch += 1;
            drop(state);
            self.queue_changed.notify_one();
            return Err(EngineError::Recovering);
        };
        if timers_moved {
            self.timers_changed.notify_one();
        }
        if outcome.is_durable_already() && outcome.effects.is_empty() {
            return Ok((result, Wait::Before { epoch: state.epoch, decided: state.decided }));
        }
        let (done, wait) = oneshot::channel();
        state.queue.push_back(Pending { outcome, done });
        state.decided += 1;
        drop(state);
        self.queue_changed.notify_one();
        Ok((result, Wait::Own(wait)))
    }

    async fn write(self: &Arc<Self>) {
        let mut reached = 0;
        loop {
            let (mut outcomes, waiting, stopping, epoch, broken) = {
                let mut state = self.state.lock();
                let count = state.queue.len().min(BATCH);
                let (outcomes, waiting): (Vec<_>, Vec<_>) =
                    state.queue.drain(..count).map(|pending| (pending.outcome, pending.done)).unzip();
                (outcomes, waiting, state.stopping, state.epoch, state.core.is_none())
            };
            if outcomes.is_empty() {
                if broken && !stopping {
                    tracing::error!(instance = %self.scope.instance, "a command failed half-way; the instance is reloaded");
                    reached = self.reload().await;
                    continue;
                }
                if stopping {
                    return;
                }
                self.queue_changed.notified().await;
                continue;
            }
            let count = outcomes.len() as u64;
            let (batch, effects) = join(self.scope.instance, &mut outcomes);
            let result = if batch.is_empty() { Ok(()) } else { self.store.commit(&batch).await };
            match result {
                Ok(()) => {
                    reached += count;
                    self.progress.send_replace(Progress { epoch, committed: reached });
                    if !batch.events.is_empty() {
                        self.event_written.notify_one();
                    }
                    self.perform(effects);
                    for done in waiting {
                        // A caller that has gone away needs no answer.
                        let _ = done.send(Ok(()));
                    }
                }
                Err(error) => {
                    tracing::error!(instance = %self.scope.instance, %error, "a commit failed; the instance is reloaded");
                    reached = self.recover(Arc::new(error), waiting).await;
                }
            }
        }
    }

    /// Throws away what could not be written and makes the core anew from the store.
    async fn recover(
        self: &Arc<Self>,
        error: Arc<StoreError>,
        waiting: Vec<oneshot::Sender<Result<(), Arc<StoreError>>>>,
    ) -> u64 {
        let dropped = {
            let mut state = self.state.lock();
            state.core = None;
            state.epoch += 1;
            std::mem::take(&mut state.queue)
        };
        for done in waiting.into_iter().chain(dropped.into_iter().map(|pending| pending.done)) {
            // A caller that has gone away needs no answer.
            let _ = done.send(Err(error.clone()));
        }
        self.reload().await
    }

    /// Makes the core anew from the store; answers the number up to which everything counts as settled.
    async fn reload(self: &Arc<Self>) -> u64 {
        let (decided, epoch) = {
            let state = self.state.lock();
            (state.decided, state.epoch)
        };
        // Who waits for something of an older core learns that it never was.
        self.progress.send_replace(Progress { epoch, committed: decided });
        loop {
            // In a task of its own: a panic must not end the writer, without which the instance would never be back.
            let (scope, store, settings) = (self.scope.clone(), self.store.clone(), self.settings);
            let now = self.clock.now();
            let loaded = tokio::spawn(async move { load_core(&scope, &store, settings, now).await }).await;
            let failed = |error: tokio::task::JoinError| Err(StoreError::Damaged(error.to_string()));
            match loaded.unwrap_or_else(failed) {
                Ok((mut core, effects)) => {
                    let mut state = self.state.lock();
                    for (&deadline, _) in
                        state.failures.iter().filter(|(_, times)| **times >= DEADLINE_FAILURES)
                    {
                        tracing::error!(instance = %self.scope.instance, ?deadline, "a deadline fails again and again; it is set aside");
                        core.set_aside(deadline);
                    }
                    state.core = Some(core);
                    drop(state);
                    self.timers_changed.notify_one();
                    self.perform(effects);
                    tracing::info!(instance = %self.scope.instance, "the instance is back");
                    return decided;
                }
                Err(error) => {
                    tracing::error!(instance = %self.scope.instance, %error, "the instance cannot be reloaded yet");
                    if self.state.lock().stopping {
                        return decided;
                    }
                    tokio::time::sleep(RELOAD_PAUSE).await;
                }
            }
        }
    }

    async fn tick(self: &Arc<Self>) {
        let mut pause = Duration::from_millis(100);
        loop {
            let (due, stopping) = {
                let state = self.state.lock();
                (state.core.as_ref().and_then(Core::wake_at), state.stopping)
            };
            if stopping {
                return;
            }
            let wait = due.map_or(60_000, |due| due.since(self.clock.now()).clamp(0, 60_000));
            if wait > 0 {
                let limit = Duration::from_millis(wait as u64);
                if tokio::time::timeout(limit, self.timers_changed.notified()).await.is_ok() {
                    continue;
                }
            }
            if due.is_none_or(|due| due > self.clock.now()) {
                continue;
            }
            match self.apply(|core, cx| core.tick(cx)).await {
                Ok(()) => pause = Duration::from_millis(100),
                Err(EngineError::Stopping) => return,
                Err(error) => {
                    tracing::warn!(instance = %self.scope.instance, %error, "timers are late");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(TICK_PAUSE);
                }
            }
        }
    }

    fn perform(self: &Arc<Self>, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Push { to, topic, content } => self.bus.push(&to, &Frame { topic, content }),
                Effect::AgentChanged(user) => self.bus.agent_changed(user),
                Effect::AgentSignedOut(user) => {
                    self.bus.agent_changed(user);
                    self.bus.close(contacts::Address::Agent(user));
                }
                Effect::ParticipantLeft(participant) => {
                    self.bus.close(contacts::Address::Participant(participant));
                }
                other => self.performer.perform(self, other),
            }
        }
    }
}

async fn load_core(
    scope: &Scope,
    store: &Store,
    settings: Settings,
    now: Timestamp,
) -> Result<(Core, Vec<Effect>), StoreError> {
    let instance = scope.instance;
    let damaged = |error: &dyn std::fmt::Display| StoreError::Damaged(error.to_string());
    let mut configured = Vec::new();
    let mut stored = Stored::default();
    for row in store.documents(instance).await? {
        match Kind::parse(&row.kind) {
            Some(kind) if kind.is_held() => {
                let body = serde_json::from_str(&row.body).map_err(|error| damaged(&error))?;
                configured.push((kind, row.id, body));
            }
            _ => stored.documents.push((row.kind, row.id, row.body)),
        }
    }
    stored.contacts = store.live_contacts(instance).await?.into_iter().map(|row| row.body).collect();
    stored.last_seqs = store.last_seqs(instance).await?;
    for token in store.item_tokens(instance).await? {
        let item = token.item.parse().map_err(|error: uuid::Error| damaged(&error))?;
        stored.item_tokens.push((token.chain, token.token, item, token.at));
    }
    let directory =
        Directory::load(scope.clone(), configured.into_iter()).map_err(|error| damaged(&error))?;
    let mut core = Core::new(directory, settings);
    let mut random = random_128;
    let mut cx = Cx::new(now, &mut random);
    core.restore(&mut cx, stored).map_err(|error| damaged(&error))?;
    let effects = core.take_outcome(&mut cx).effects;
    Ok((core, effects))
}
