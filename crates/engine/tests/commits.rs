//! What is acknowledged is durable; what could not be written never was; a bug takes nothing along.

use std::sync::Arc;
use std::time::Duration;

use center::{Center, Options};
use contacts::{Deadline, Settings, StartChat};
use engine::{Engine, EngineError};
use model::{ContactId, ParticipantId, Timestamp};
use store::{Batch, Blobs, ItemWrite, Store};

struct Fixture {
    folder: tempfile::TempDir,
    center: Arc<Center>,
    engine: Arc<Engine>,
}

async fn open(folder: tempfile::TempDir) -> Fixture {
    let options = Options {
        region: "us-east-1".into(),
        account: "123456789012".into(),
        settings: Settings::default(),
        identity_providers: Vec::new(),
    };
    let store = Store::open_sqlite(&folder.path().join("test.db")).await.expect("opens");
    let center = Center::open(options, store, Blobs::new(folder.path().join("files"))).await.expect("opens");
    let engine = match center.instances().into_iter().next() {
        Some(engine) => engine,
        None => center.create_instance("test", Vec::new(), |_| ()).await.expect("creates"),
    };
    Fixture { folder, center, engine }
}

impl Fixture {
    async fn new() -> Self {
        open(tempfile::tempdir().expect("a folder")).await
    }

    /// Stops everything and starts again from the store.
    async fn restarted(self) -> Self {
        self.center.stop().await;
        open(self.folder).await
    }

    async fn chat(&self) -> (ContactId, ParticipantId) {
        let flow = self
            .engine
            .read(|core, _| {
                core.directory().flow_named("Sample inbound flow").expect("seeded").id.to_string()
            })
            .await
            .expect("reads");
        let request = StartChat { flow, display_name: "Cora".into(), ..StartChat::default() };
        let started = self
            .engine
            .apply(|core, cx| core.start_chat(cx, request))
            .await
            .expect("applies")
            .expect("starts");
        let participant = started.participant;
        self.engine
            .apply(|core, cx| core.participant_connected(cx, participant))
            .await
            .expect("applies")
            .expect("connects");
        (started.contact, participant)
    }

    async fn say(&self, participant: ParticipantId, text: &str, token: &str) -> Result<String, EngineError> {
        let sent = self
            .engine
            .apply(|core, cx| core.send_message(cx, participant, "text/plain", text, Some(token)))
            .await?;
        Ok(sent.expect("may speak").0.to_string())
    }

    /// The ids of the customer's stored messages.
    async fn messages(&self, chain: ContactId) -> Vec<String> {
        let rows = self.engine.store().items(self.engine.id(), chain, None, None, 100).await.expect("reads");
        rows.iter()
            .filter_map(|row| serde_json::from_str::<serde_json::Value>(&row.body).ok())
            .filter(|item| item["ParticipantRole"] == "CUSTOMER" && item["Type"] == "MESSAGE")
            .filter_map(|item| item["Id"].as_str().map(str::to_owned))
            .collect()
    }

    /// Takes the place of the next item, so that the next commit of the chain fails.
    async fn spoil_next_commit(&self, chain: ContactId) {
        let seq =
            self.engine.read(|core, _| core.chain(chain).expect("live").last_seq).await.expect("reads") + 1;
        let item = ItemWrite {
            instance: self.engine.id(),
            chain,
            seq,
            id: "spoiler".into(),
            contact: chain,
            at: Timestamp(0),
            token: None,
            visibility: "AGENT",
            body: "{}".into(),
        };
        let batch = Batch { items: vec![item], ..Batch::default() };
        self.engine.store().commit(&batch).await.expect("commits");
    }

    /// Repeats a message until the instance is back.
    async fn say_until_taken(&self, participant: ParticipantId, text: &str, token: &str) -> String {
        let attempts = async {
            loop {
                match self.say(participant, text, token).await {
                    Ok(id) => return id,
                    Err(EngineError::Recovering | EngineError::Store(_)) => tokio::task::yield_now().await,
                    Err(error) => panic!("{error}"),
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), attempts).await.expect("the instance comes back")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_acknowledged_is_there_after_a_restart() {
    let fixture = Fixture::new().await;
    let (chain, participant) = fixture.chat().await;
    let first = fixture.say(participant, "one", "t1").await.expect("sends");
    let fixture = fixture.restarted().await;
    assert_eq!(fixture.say(participant, "one", "t1").await.expect("repeats"), first);
    let second = fixture.say(participant, "two", "t2").await.expect("sends");
    assert_eq!(fixture.messages(chain).await, [first, second]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_fails_is_told_and_leaves_nothing() {
    let fixture = Fixture::new().await;
    let (chain, participant) = fixture.chat().await;
    let first = fixture.say(participant, "one", "t1").await.expect("sends");
    fixture.spoil_next_commit(chain).await;
    // Both at once: the repetition must not be answered from what the failing commit would have written.
    let (lost, again) =
        tokio::join!(fixture.say(participant, "two", "t2"), fixture.say(participant, "two", "t2"));
    assert!(matches!(lost, Err(EngineError::Store(_))), "{lost:?}");
    assert!(!again.is_ok_and(|id| id == first));
    let second = fixture.say_until_taken(participant, "two", "t2").await;
    assert_eq!(fixture.messages(chain).await, [first, second]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bug_in_a_command_takes_nothing_along() {
    let fixture = Fixture::new().await;
    let (chain, participant) = fixture.chat().await;
    let first = fixture.say(participant, "one", "t1").await.expect("sends");
    let broken = fixture
        .engine
        .apply(|core, cx| {
            core.send_message(cx, participant, "text/plain", "half", None).expect("may speak");
            panic!("a bug")
        })
        .await;
    assert!(matches!(broken, Err(EngineError::Recovering)), "{broken:?}");
    let second = fixture.say_until_taken(participant, "two", "t2").await;
    assert_eq!(fixture.messages(chain).await, [first, second], "nothing of the half command");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_whose_code_fails_again_and_again_is_set_aside() {
    let fixture = Fixture::new().await;
    let (chain, participant) = fixture.chat().await;
    let expiry = Deadline::ChatExpiry(chain);
    let waited_for = || fixture.engine.read(move |core, _| core.is_due_later(expiry));
    for attempt in 1..=3 {
        assert!(waited_for().await.expect("reads"), "attempt {attempt}");
        let broken = fixture
            .engine
            .apply(|core, cx| {
                cx.now = cx.now + 8 * 24 * 3_600_000;
                core.tick_each(cx, |_, _, deadline| assert_ne!(deadline, expiry, "a bug"));
            })
            .await;
        assert!(matches!(broken, Err(EngineError::Recovering)), "{broken:?}");
        // It is back, and everything else goes on.
        fixture.say_until_taken(participant, "still here", &format!("t{attempt}")).await;
    }
    assert!(!waited_for().await.expect("reads"), "given up after three failures");
    let late = fixture.engine.apply(|core, cx| core.tick(cx)).await;
    assert!(late.is_ok(), "{late:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_are_committed_together_and_in_order() {
    let fixture = Arc::new(Fixture::new().await);
    let (chain, participant) = fixture.chat().await;
    let senders: Vec<_> = (0..200)
        .map(|number| {
            let fixture = fixture.clone();
            tokio::spawn(
                async move { fixture.say(participant, "x", &format!("t{number}")).await.expect("sends") },
            )
        })
        .collect();
    let mut acknowledged = Vec::new();
    for sender in senders {
        acknowledged.push(sender.await.expect("runs"));
    }
    let rows =
        fixture.engine.store().items(fixture.engine.id(), chain, None, None, 500).await.expect("reads");
    let stored: Vec<i64> = rows.iter().map(|row| row.seq).collect();
    assert_eq!(stored, (1..=stored.len() as i64).collect::<Vec<_>>(), "positions without gaps");
    acknowledged.sort();
    acknowledged.dedup();
    assert_eq!(acknowledged.len(), 200);
}
