//! The same scenarios on SQLite and, where `SWITCHROOM_TEST_POSTGRES` names a database, on PostgreSQL.

use model::{Channel, ContactId, InstanceId, Timestamp};
use store::*;

const CHAIN: ContactId = ContactId::from_u128(7);

async fn stores() -> Vec<(tempfile::TempDir, Store, InstanceId)> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sqlite = Store::open_sqlite(&folder.path().join("test.db")).await.expect("opens");
    let mut stores = vec![(folder, sqlite)];
    match std::env::var("SWITCHROOM_TEST_POSTGRES") {
        Ok(url) => {
            let postgres = Store::open_postgres(&url).await.expect("connects");
            stores.push((tempfile::tempdir().expect("a temporary folder"), postgres));
        }
        Err(_) => println!("skipped on PostgreSQL: SWITCHROOM_TEST_POSTGRES is not set"),
    }
    // An instance of its own for each test, so that a shared server does no harm.
    stores
        .into_iter()
        .map(|(folder, store)| (folder, store, InstanceId::from(uuid::Uuid::new_v4())))
        .collect()
}

fn document(instance: InstanceId, id: &str, body: Option<&str>) -> DocumentWrite {
    DocumentWrite { instance, kind: "queue", id: id.into(), body: body.map(Into::into) }
}

fn item(instance: InstanceId, seq: i64) -> ItemWrite {
    ItemWrite {
        instance,
        chain: CHAIN,
        seq,
        id: format!("item-{seq}"),
        contact: CHAIN,
        at: Timestamp(1000 * seq),
        token: (seq % 2 == 0).then(|| format!("p/{seq}")),
        visibility: "ALL",
        body: format!("{{\"text\":\"'quoted' \\\"é\\\" {seq}\"}}"),
    }
}

fn contact(instance: InstanceId, id: u128, at: i64, queue: &str, ended: bool) -> ContactWrite {
    ContactWrite {
        instance,
        id: ContactId::from_u128(id),
        chain: if id == 7 { CHAIN } else { ContactId::from_u128(id) },
        ended,
        channel: if id.is_multiple_of(2) { Channel::Chat } else { Channel::Task },
        initiation_method: "API",
        initiated_at: Timestamp(at),
        connected_at: None,
        disconnected_at: ended.then_some(Timestamp(at + 5)),
        queue: Some(queue.into()),
        agent: None,
        body: format!("{{\"n\":{id}}}"),
    }
}

#[tokio::test]
async fn documents_are_put_replaced_and_deleted() {
    for (_folder, store, instance) in stores().await {
        let put = |id: &str, body| document(instance, id, body);
        let batch = Batch { documents: vec![put("a", Some("1")), put("b", Some("2"))], ..Batch::default() };
        store.commit(&batch).await.expect("commits");
        let batch = Batch { documents: vec![put("a", Some("3")), put("b", None)], ..Batch::default() };
        store.commit(&batch).await.expect("commits");
        assert_eq!(
            store.documents(instance).await.expect("reads"),
            [DocumentRow { kind: "queue".into(), id: "a".into(), body: "3".into() }]
        );
        assert_eq!(store.document(instance, "queue", "b").await.expect("reads"), None);
        store.delete_instance(instance).await.expect("deletes");
        assert_eq!(store.documents(instance).await.expect("reads"), []);
    }
}

#[tokio::test]
async fn items_keep_order_and_page_both_ways() {
    for (_folder, store, instance) in stores().await {
        let batch = Batch {
            items: (1..=10).map(|seq| item(instance, seq)).collect(),
            contacts: vec![contact(instance, 7, 1, "q", false)],
            ..Batch::default()
        };
        store.commit(&batch).await.expect("commits");
        let seqs = |items: Vec<ItemRow>| items.iter().map(|item| item.seq).collect::<Vec<_>>();
        for (after, before, limit, expected) in [
            (None, None, 3, vec![1, 2, 3]),
            (Some(3), None, 3, vec![4, 5, 6]),
            (None, Some(11), 3, vec![8, 9, 10]),
            (None, Some(3), 5, vec![1, 2]),
            (Some(10), None, 5, vec![]),
        ] {
            let read = store.items(instance, CHAIN, after, before, limit).await.expect("reads");
            assert_eq!(seqs(read), expected, "after {after:?} before {before:?}");
        }
        let first = store.items(instance, CHAIN, None, None, 1).await.expect("reads");
        assert_eq!(first[0].body, item(instance, 1).body);
        assert_eq!(store.item_seq(instance, CHAIN, "item-4").await.expect("reads"), Some(4));
        assert_eq!(store.item_seq_at(instance, CHAIN, Timestamp(4500)).await.expect("reads"), Some(5));
        assert_eq!(store.last_seqs(instance).await.expect("reads"), [(CHAIN, 10)]);
        assert_eq!(store.item_tokens(instance).await.expect("reads").len(), 5);
        let doubled = Batch { items: vec![item(instance, 10)], ..Batch::default() };
        assert!(store.commit(&doubled).await.is_err(), "a position is taken once");
    }
}

#[tokio::test]
async fn a_failing_batch_leaves_nothing() {
    for (_folder, store, instance) in stores().await {
        let first = Batch { items: vec![item(instance, 1)], ..Batch::default() };
        store.commit(&first).await.expect("commits");
        let bad = Batch {
            documents: vec![document(instance, "a", Some("1"))],
            items: vec![item(instance, 2), item(instance, 1)],
            ..Batch::default()
        };
        assert!(store.commit(&bad).await.is_err());
        assert_eq!(store.documents(instance).await.expect("reads"), []);
        assert_eq!(store.items(instance, CHAIN, None, None, 9).await.expect("reads").len(), 1);
    }
}

#[tokio::test]
async fn receipts_keep_their_first_moment() {
    for (_folder, store, instance) in stores().await {
        let receipt = |delivered_at, read_at| ReceiptWrite {
            instance,
            chain: CHAIN,
            message: "m".into(),
            recipient: "p".into(),
            delivered_at,
            read_at,
        };
        for write in [receipt(Some(Timestamp(1)), None), receipt(Some(Timestamp(5)), Some(Timestamp(6)))] {
            store.commit(&Batch { receipts: vec![write], ..Batch::default() }).await.expect("commits");
        }
        let read = store.receipts(instance, CHAIN).await.expect("reads");
        assert_eq!((read[0].delivered_at, read[0].read_at), (Some(Timestamp(1)), Some(Timestamp(6))));
    }
}

#[tokio::test]
async fn contacts_are_found_by_their_columns() {
    for (_folder, store, instance) in stores().await {
        let batch = Batch {
            contacts: vec![
                contact(instance, 2, 100, "sales", false),
                contact(instance, 3, 200, "support", true),
                contact(instance, 4, 300, "sales", true),
            ],
            ..Batch::default()
        };
        store.commit(&batch).await.expect("commits");
        let live = store.live_contacts(instance).await.expect("reads");
        assert_eq!(live.iter().map(|row| row.id).collect::<Vec<_>>(), [ContactId::from_u128(2)]);
        let everything = ContactFilter {
            range: TimeRange::Initiated,
            from: Timestamp(0),
            to: Timestamp(1000),
            channels: vec![],
            queues: vec![],
            agents: vec![],
            initiation_methods: vec![],
            ascending: false,
            after: None,
            limit: 10,
        };
        for (filter, expected) in [
            (everything.clone(), vec![4, 3, 2]),
            (ContactFilter { ascending: true, ..everything.clone() }, vec![2, 3, 4]),
            (ContactFilter { queues: vec!["sales".into()], ..everything.clone() }, vec![4, 2]),
            (ContactFilter { channels: vec![Channel::Task], ..everything.clone() }, vec![3]),
            (
                ContactFilter {
                    after: Some((Timestamp(300), ContactId::from_u128(4))),
                    ..everything.clone()
                },
                vec![3, 2],
            ),
            (
                ContactFilter { range: TimeRange::Disconnected, from: Timestamp(300), ..everything.clone() },
                vec![4],
            ),
            (ContactFilter { initiation_methods: vec!["INBOUND".into()], ..everything }, vec![]),
        ] {
            let found = store.search_contacts(instance, &filter).await.expect("reads");
            let ids: Vec<_> = found.iter().map(|row| row.id).collect();
            assert_eq!(ids, expected.into_iter().map(ContactId::from_u128).collect::<Vec<_>>(), "{filter:?}");
        }
    }
}

#[tokio::test]
async fn events_are_read_in_order_and_trimmed() {
    for (_folder, store, instance) in stores().await {
        let event = |n: i64| EventWrite { instance, at: Timestamp(n), body: format!("{n}") };
        let batch = Batch { events: (1..=5).map(event).collect(), ..Batch::default() };
        store.commit(&batch).await.expect("commits");
        let read = store.events_after(0, 1000).await.expect("reads");
        let mine: Vec<_> = read.iter().filter(|row| row.instance == instance).collect();
        assert_eq!(mine.iter().map(|row| row.body.as_str()).collect::<Vec<_>>(), ["1", "2", "3", "4", "5"]);
        store.trim_events(mine[2].seq).await.expect("trims");
        let rest = store.events_after(0, 1000).await.expect("reads");
        assert_eq!(rest.iter().filter(|row| row.instance == instance).count(), 2);
    }
}

fn line(instance: InstanceId, at: i64, contact: &str, flow: &str) -> FlowLogWrite {
    FlowLogWrite {
        instance,
        at: Timestamp(at),
        contact: contact.into(),
        flow: flow.into(),
        body: format!("{contact}-{flow}-{at}"),
    }
}

fn entry(instance: InstanceId, at: i64, kind: &'static str, resource: &str, author: &str) -> ChangeWrite {
    ChangeWrite {
        instance,
        at: Timestamp(at),
        kind,
        resource: resource.into(),
        name: format!("the {resource}"),
        author: author.into(),
        body: format!("{at}"),
    }
}

fn everything(ascending: bool) -> Stretch {
    Stretch { from: Timestamp(i64::MIN), to: Timestamp(i64::MAX), ascending, after: None, limit: 100 }
}

#[tokio::test]
async fn flow_logs_are_found_by_contact_flow_and_time_both_ways() {
    for (_folder, store, instance) in stores().await {
        let lines = [(10, "a", "f"), (10, "a", "g"), (20, "b", "f"), (30, "a", "f")];
        let flow_logs = lines.map(|(at, contact, flow)| line(instance, at, contact, flow)).to_vec();
        store.commit(&Batch { flow_logs, ..Batch::default() }).await.expect("commits");
        let named = |contact: Option<&str>, flow: Option<&str>| FlowLogFilter {
            contact: contact.map(Into::into),
            flow: flow.map(Into::into),
        };
        for (filter, stretch, expected) in [
            (named(None, None), everything(true), vec!["a-f-10", "a-g-10", "b-f-20", "a-f-30"]),
            (named(None, None), everything(false), vec!["a-f-30", "b-f-20", "a-g-10", "a-f-10"]),
            (named(Some("a"), None), everything(false), vec!["a-f-30", "a-g-10", "a-f-10"]),
            (named(None, Some("f")), everything(true), vec!["a-f-10", "b-f-20", "a-f-30"]),
            (named(Some("a"), Some("f")), everything(true), vec!["a-f-10", "a-f-30"]),
            (
                named(None, None),
                Stretch { from: Timestamp(11), to: Timestamp(20), ..everything(true) },
                vec!["b-f-20"],
            ),
            (named(Some("c"), None), everything(true), vec![]),
        ] {
            let found = store.flow_logs(instance, &filter, &stretch).await.expect("reads");
            let bodies: Vec<_> = found.iter().map(|row| row.body.as_str()).collect();
            assert_eq!(bodies, expected, "{filter:?} {stretch:?}");
            // The same, one line a page.
            let (mut paged, mut after) = (Vec::new(), None);
            loop {
                let one = Stretch { after, limit: 1, ..stretch };
                let page = store.flow_logs(instance, &filter, &one).await.expect("reads");
                let Some(row) = page.into_iter().next() else { break };
                after = Some(row.place);
                paged.push(row);
            }
            assert_eq!(paged, found, "{filter:?} {stretch:?}");
        }
    }
}

#[tokio::test]
async fn changes_are_found_by_kind_resource_and_author() {
    for (_folder, store, instance) in stores().await {
        let changes = vec![
            entry(instance, 1, "queue", "q1", "ann"),
            entry(instance, 2, "queue", "q2", "bob"),
            entry(instance, 3, "user", "u1", "ann"),
        ];
        store.commit(&Batch { changes, ..Batch::default() }).await.expect("commits");
        let named = |kind: Option<&str>, resource: Option<&str>, author: Option<&str>| ChangeFilter {
            kind: kind.map(Into::into),
            resource: resource.map(Into::into),
            author: author.map(Into::into),
        };
        for (filter, expected) in [
            (named(None, None, None), vec!["3", "2", "1"]),
            (named(Some("queue"), None, None), vec!["2", "1"]),
            (named(Some("queue"), None, Some("ann")), vec!["1"]),
            (named(None, Some("q2"), None), vec!["2"]),
            (named(Some("user"), Some("q2"), None), vec![]),
            (named(None, None, Some("ann")), vec!["3", "1"]),
        ] {
            let found = store.changes(instance, &filter, &everything(false)).await.expect("reads");
            let bodies: Vec<_> = found.iter().map(|row| row.body.as_str()).collect();
            assert_eq!(bodies, expected, "{filter:?}");
        }
        let found = store.changes(instance, &named(None, Some("u1"), None), &everything(true)).await;
        let row = found.expect("reads").remove(0);
        assert_eq!((row.kind.as_str(), row.name.as_str(), row.author.as_str()), ("user", "the u1", "ann"));
    }
}

#[tokio::test]
async fn logs_are_trimmed_in_steps_and_go_with_their_instance() {
    for (_folder, store, instance) in stores().await {
        let other = InstanceId::from(uuid::Uuid::new_v4());
        let both = |at| [line(instance, at, "a", "f"), line(other, at, "a", "f")];
        let batch = Batch {
            flow_logs: (1..=5).flat_map(both).collect(),
            changes: (1..=5).map(|at| entry(instance, at, "queue", "q", "ann")).collect(),
            ..Batch::default()
        };
        store.commit(&batch).await.expect("commits");
        for expected in [2, 1, 0] {
            let removed = store.trim_flow_logs(instance, Timestamp(4), 2).await.expect("trims");
            assert_eq!(removed, expected);
            assert_eq!(store.trim_changes(instance, Timestamp(4), 2).await.expect("trims"), expected);
        }
        let all = FlowLogFilter::default();
        let left = store.flow_logs(instance, &all, &everything(true)).await.expect("reads");
        assert_eq!(left.iter().map(|row| row.place.at.0).collect::<Vec<_>>(), [4, 5]);
        assert_eq!(store.flow_logs(other, &all, &everything(true)).await.expect("reads").len(), 5);
        store.delete_instance(instance).await.expect("deletes");
        assert_eq!(store.flow_logs(instance, &all, &everything(true)).await.expect("reads"), []);
        let changes = store.changes(instance, &ChangeFilter::default(), &everything(true)).await;
        assert_eq!(changes.expect("reads"), []);
        assert_eq!(store.flow_logs(other, &all, &everything(true)).await.expect("reads").len(), 5);
    }
}

#[tokio::test]
async fn blobs_stay_inside_their_folder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let blobs = Blobs::new(folder.path().join("blobs"));
    blobs.put("a/b/c.txt", b"hello").await.expect("writes");
    assert_eq!(blobs.get("a/b/c.txt").await.expect("reads").as_deref(), Some(&b"hello"[..]));
    assert_eq!(blobs.size("a/b/c.txt").await.expect("reads"), Some(5));
    blobs.rename("a/b/c.txt", "d/c.txt").await.expect("moves");
    assert_eq!(blobs.get("a/b/c.txt").await.expect("reads"), None);
    blobs.delete("d/c.txt").await.expect("deletes");
    blobs.delete("d/c.txt").await.expect("deleting twice is fine");
    for name in ["", "/etc/passwd", "../x", "a/../../x", "a\\b", "a/./../../b", "nul\0"] {
        assert!(matches!(blobs.get(name).await, Err(StoreError::Name(_))), "{name:?}");
        assert!(matches!(blobs.put(name, b"").await, Err(StoreError::Name(_))), "{name:?}");
    }
}
