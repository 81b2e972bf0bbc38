//! Removes what is too old from the logs people search, a little at a time, so that no command waits long for the store.

use std::sync::Arc;
use std::time::Duration;

use center::Center;
use store::{Store, StoreError};
use tokio::sync::Notify;

use crate::config::Config;

/// Lines removed in one step.
const STEP: u32 = 1_000;
/// Between two steps others write.
const PAUSE: Duration = Duration::from_millis(20);
/// How often what has become too old is looked for.
const ROUND: Duration = Duration::from_secs(600);
const DAY_MS: i64 = 24 * 3600 * 1000;

/// How long the logs are kept, in milliseconds; none = for ever.
#[derive(Clone, Copy)]
pub(crate) struct Retention {
    flow_logs: Option<i64>,
    changes: Option<i64>,
}

impl Retention {
    pub(crate) fn of(config: &Config) -> Self {
        let ms =
            |days: u64| (days > 0).then(|| i64::try_from(days).unwrap_or(i64::MAX).saturating_mul(DAY_MS));
        Self { flow_logs: ms(config.flow_log_days), changes: ms(config.change_history_days) }
    }

    /// Runs until `stopping` is notified.
    pub(crate) async fn run(self, center: Arc<Center>, store: Store, stopping: Arc<Notify>) {
        if self.flow_logs.is_none() && self.changes.is_none() {
            return;
        }
        loop {
            let round = async {
                if let Err(error) = self.trim(&center, &store).await {
                    tracing::error!(%error, "old logs cannot be removed; it is tried again");
                }
                tokio::time::sleep(ROUND).await;
            };
            tokio::select! {
                () = round => {}
                () = stopping.notified() => return,
            }
        }
    }

    async fn trim(self, center: &Center, store: &Store) -> Result<(), StoreError> {
        for engine in center.instances() {
            let now = engine.now();
            if let Some(kept) = self.flow_logs {
                while store.trim_flow_logs(engine.id(), now - kept, STEP).await? > 0 {
                    tokio::time::sleep(PAUSE).await;
                }
            }
            if let Some(kept) = self.changes {
                while store.trim_changes(engine.id(), now - kept, STEP).await? > 0 {
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        Ok(())
    }
}
