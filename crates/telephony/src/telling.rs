//! Events of drivers on their way to the cores: in order for each instance, and none waits for another's.

use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

use contacts::call::CallEvent;
use engine::{Engine, EngineError};
use model::InstanceId;
use tokio::sync::mpsc;

use crate::driver::InstanceEvent;

/// Events that are told a core together.
const TOGETHER: usize = 256;
/// Events that may wait for one core.
const WAITING: usize = 8_192;
/// How often a core that does not take events is tried, and after which pause.
const ATTEMPTS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(200);

/// Hands on what one driver tells, as long as it does; what then is `lost` with it is told last.
pub(crate) async fn tell<D, F>(
    mut taken: mpsc::Receiver<InstanceEvent>,
    lost: impl FnOnce() -> Vec<InstanceEvent>,
    deliver: D,
) where
    D: Fn(InstanceId, Vec<CallEvent>) -> F + Clone + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let mut queues = HashMap::new();
    while let Some((instance, event)) = taken.recv().await {
        hand_on(&mut queues, &deliver, instance, event);
    }
    for (instance, event) in lost() {
        hand_on(&mut queues, &deliver, instance, event);
    }
}

fn hand_on<D, F>(
    queues: &mut HashMap<InstanceId, mpsc::Sender<CallEvent>>,
    deliver: &D,
    instance: InstanceId,
    event: CallEvent,
) where
    D: Fn(InstanceId, Vec<CallEvent>) -> F + Clone + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let queue = queues.entry(instance).or_insert_with(|| {
        let (queue, mut waiting) = mpsc::channel(WAITING);
        let deliver = deliver.clone();
        tokio::spawn(async move {
            let mut events = Vec::new();
            while waiting.recv_many(&mut events, TOGETHER).await > 0 {
                deliver(instance, std::mem::take(&mut events)).await;
            }
        });
        queue
    });
    if queue.try_send(event).is_err() {
        tracing::error!(%instance, "an event of a call is lost: its instance takes none");
    }
}

/// Tells a core; an instance that is coming back is waited for.
pub(crate) async fn apply(engine: &Engine, events: Vec<CallEvent>) {
    for event in &events {
        let kind = match event {
            CallEvent::Ringing { .. } => "ringing",
            CallEvent::Connected { .. } => "connected",
            CallEvent::Failed { .. } => "failed",
            CallEvent::HungUp { .. } => "hung up",
            CallEvent::Played { .. } => "played",
            CallEvent::Gathered { .. } => "gathered",
        };
        // Keys may be a secret of the caller, so the event itself is not shown.
        tracing::debug!(instance = %engine.id(), party = %event.party(), kind, "a call tells");
    }
    for _ in 0..ATTEMPTS {
        let events = events.clone();
        let told = engine.apply(|core, cx| events.into_iter().for_each(|event| core.call_event(cx, event)));
        match told.await {
            Ok(()) => return,
            Err(EngineError::Stopping) => return,
            Err(error) => tracing::warn!(instance = %engine.id(), %error, "events of calls wait"),
        }
        tokio::time::sleep(PAUSE).await;
    }
    tracing::error!(instance = %engine.id(), "events of calls are lost");
}

#[cfg(test)]
mod tests {
    use model::ParticipantId;

    use super::*;

    #[tokio::test]
    async fn an_instance_that_takes_no_events_holds_up_nobody_else_and_what_is_lost_is_told_last() {
        let [stuck, well] = [1, 2].map(InstanceId::from_u128);
        let connected = |party| CallEvent::Connected { party: ParticipantId::from_u128(party) };
        let hung_up = CallEvent::HungUp { party: ParticipantId::from_u128(9), lost: true };
        let (events, taken) = mpsc::channel(10);
        for (instance, party) in [(stuck, 1), (well, 2), (stuck, 3), (well, 4)] {
            events.send((instance, connected(party))).await.expect("room");
        }
        drop(events);
        let (told, mut heard) = mpsc::unbounded_channel();
        let last = hung_up.clone();
        let lost = move || vec![(well, last)];
        tell(taken, lost, move |instance, events| {
            let told = told.clone();
            async move {
                if instance == stuck {
                    std::future::pending::<()>().await;
                }
                events.into_iter().for_each(|event| told.send((instance, event)).expect("heard"));
            }
        })
        .await;
        for expected in [connected(2), connected(4), hung_up] {
            let next = tokio::time::timeout(Duration::from_secs(10), heard.recv()).await;
            assert_eq!(next.expect("in time"), Some((well, expected)));
        }
    }
}
