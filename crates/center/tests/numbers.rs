//! Phone numbers across instances: moved to and fro, and a move that a stop cut short is ended by the next start.

use std::path::Path;
use std::sync::Arc;

use center::{Center, Options};
use contacts::Settings;
use directory::inventory::Stock;
use directory::phone_numbers::ClaimPhoneNumber;
use directory::{Cx, Directory, DirectoryError, Inventory, Quota};
use engine::Engine;
use model::{InstanceId, PhoneNumberId};
use store::{Blobs, Store};

const NUMBER: &str = "+12065550100";

async fn open(folder: &Path) -> Arc<Center> {
    let options = Options {
        region: "us-east-1".into(),
        account: "123456789012".into(),
        settings: Settings::default(),
        identity_providers: Vec::new(),
    };
    let store = Store::open_sqlite(&folder.join("test.db")).await.expect("opens");
    let center = Center::open(options, store, Blobs::new(folder.join("files"))).await.expect("opens");
    let stock = Stock::parse(NUMBER, None, None).expect("a number");
    center.stock_numbers(Inventory::new(vec![stock]).expect("once"));
    center
}

async fn configure<T>(
    engine: &Engine,
    change: impl FnOnce(&mut Directory, &mut Cx<'_>) -> Result<T, DirectoryError>,
) -> Result<T, DirectoryError> {
    engine.apply(|core, cx| core.configure(cx, "test", change)).await.expect("is stored")
}

async fn claim(center: &Center, engine: &Engine) -> PhoneNumberId {
    let input = ClaimPhoneNumber {
        instance_id: None,
        target_arn: None,
        phone_number: NUMBER.into(),
        phone_number_description: None,
        tags: None,
        client_token: None,
    };
    let claimed =
        configure(engine, |directory, cx| directory.claim_phone_number(cx, input, center.inventory(), false));
    claimed.await.expect("is claimed")
}

async fn holder(center: &Center) -> Option<InstanceId> {
    center.instance_with_number(NUMBER).await.expect("reads").map(|engine| engine.id())
}

/// Whether the number is moving; none where it is not.
async fn is_moving(center: &Center, instance: InstanceId) -> Option<bool> {
    let engine = center.instance(instance).expect("is there");
    let number = engine
        .read(|core, _| core.directory().phone_number_named(NUMBER).map(|number| number.moving_to.is_some()));
    number.await.expect("reads")
}

#[tokio::test]
async fn a_move_that_was_cut_short_is_ended_by_the_next_start() {
    for arrived in [false, true] {
        let folder = tempfile::tempdir().expect("a folder");
        let center = open(folder.path()).await;
        let from = center.create_instance("from", Vec::new(), |_| ()).await.expect("creates");
        let to = center.create_instance("to", Vec::new(), |_| ()).await.expect("creates");
        let (id, target) = (claim(&center, &from).await.to_string(), to.id());
        let begun = configure(&from, |directory, cx| directory.begin_number_move(cx, &id, target));
        let number = begun.await.expect("begins");
        if arrived {
            configure(&to, |directory, cx| directory.receive_number(cx, number)).await.expect("arrives");
        }
        let (from, to) = (from.id(), to.id());
        let expected = if arrived { to } else { from };
        // Meanwhile calls go to one of them, and nobody else can claim the number.
        assert_eq!(holder(&center).await, Some(expected));
        assert!(center.withheld_elsewhere(NUMBER, to).await.expect("reads"));
        center.stop().await;

        let center = open(folder.path()).await;
        assert_eq!(holder(&center).await, Some(expected), "arrived: {arrived}");
        assert_eq!(is_moving(&center, from).await, (!arrived).then_some(false), "arrived: {arrived}");
        assert_eq!(is_moving(&center, to).await, arrived.then_some(false), "arrived: {arrived}");
        center.stop().await;
    }
}

#[tokio::test]
async fn a_number_moves_there_and_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let center = open(folder.path()).await;
    let one = center.create_instance("one", Vec::new(), |_| ()).await.expect("creates");
    let two = center.create_instance("two", Vec::new(), |_| ()).await.expect("creates");
    assert_eq!(holder(&center).await, None);
    let id = claim(&center, &one).await;
    for (from, to) in [(&one, &two), (&two, &one)] {
        let moved = center.move_number(from, to, &id.to_string(), "test").await.expect("is stored");
        assert_eq!(moved.expect("is moved"), id);
        assert_eq!(holder(&center).await, Some(to.id()));
        assert_eq!(is_moving(&center, from.id()).await, None);
        assert_eq!(is_moving(&center, to.id()).await, Some(false));
    }
    // A full target leaves it where it is.
    let full = configure(&two, |directory, _| {
        directory.set_quota(Quota::PhoneNumbers, Some(0));
        Ok(())
    });
    full.await.expect("is set");
    let moved = center.move_number(&one, &two, &id.to_string(), "test").await.expect("is stored");
    assert_eq!(moved.expect_err("no room").code.name(), "LimitExceededException");
    assert_eq!(is_moving(&center, one.id()).await, Some(false));
    center.stop().await;
}
