//! Phone numbers: claimed from an inventory, bound to flows, given back, moved.

mod common;

use common::*;
use directory::input::read;
use directory::inventory::Stock;
use directory::phone_numbers::*;
use directory::rows::page;
use directory::{Cx, Directory, Inventory, Quota, Result};
use model::resource::PhoneNumber;
use model::{InstanceId, PhoneNumberId, Timestamp};
use serde_json::{Value, json};

const DAY: i64 = 24 * 3_600_000;
const IDEMPOTENCY: &str = "IdempotencyException";

fn inventory() -> Inventory {
    let stocks = [
        Stock::parse("+12065550100-+12065550119", None, None),
        Stock::parse("+18005550100", None, None),
        Stock::parse("+493012345678", None, None),
        Stock::parse("+80012345678", None, Some("DE")),
    ];
    let stocks = stocks.into_iter().collect::<Result<_, _>>().expect("numbers");
    Inventory::new(stocks).expect("each number once")
}

fn claim_with(world: &mut World, members: Value, elsewhere: bool) -> Result<String> {
    let inventory = inventory();
    let id = world.run(members, |directory, cx, input: ClaimPhoneNumber| {
        directory.claim_phone_number(cx, input, &inventory, elsewhere)
    })?;
    let body = world.directory.claimed_phone_number(id);
    assert_eq!(body["PhoneNumberArn"], format!("arn:aws:connect:us-east-1:123456789012:phone-number/{id}"));
    assert_eq!(body["PhoneNumberId"], id.to_string());
    Ok(id.to_string())
}

#[track_caller]
fn claim(world: &mut World, number: &str) -> String {
    claim_with(world, json!({ "PhoneNumber": number }), false).expect("is claimed")
}

#[track_caller]
fn claim_refused(world: &mut World, members: Value, elsewhere: bool, code: &str, text: &str) {
    let error = claim_with(world, members.clone(), elsewhere).expect_err("is refused");
    assert_eq!(error.code.name(), code, "{members}: {error}");
    assert!(error.message.contains(text), "{members}: {error}");
}

fn release(world: &mut World, members: Value) -> Result<()> {
    world.run(members, |directory, cx, input: ReleasePhoneNumber| directory.release_phone_number(cx, input))
}

fn described(world: &mut World, id: &str) -> Value {
    let body = world.run(json!({ "PhoneNumberId": id }), |directory, _, input: DescribePhoneNumber| {
        directory.describe_phone_number(&input)
    });
    body.expect("is there")["ClaimedPhoneNumberSummary"].clone()
}

fn bind(world: &mut World, id: &str, flow: &str) -> Result<()> {
    let members = json!({ "PhoneNumberId": id, "ContactFlowId": flow });
    world.run(members, |directory, cx, input: AssociatePhoneNumberContactFlow| {
        directory.associate_phone_number_contact_flow(cx, input)
    })
}

fn search(members: Value, after: Option<&str>, taken: &[&str]) -> Vec<String> {
    let (input, inventory): (SearchAvailablePhoneNumbers, _) =
        (read(members).expect("a search"), inventory());
    let rows = available(&input, &inventory, after, |number| !taken.contains(&number)).expect("is answered");
    page(rows, 3).items.iter().map(|row| row["PhoneNumber"].as_str().expect("a number").to_owned()).collect()
}

#[test]
fn a_number_from_claim_to_release() {
    let mut world = World::new();
    let members = json!({
        "PhoneNumber": "+12065550100", "PhoneNumberDescription": "Main line", "Tags": { "Team": "A" },
    });
    let id = claim_with(&mut world, members, false).expect("is claimed");
    let arn = format!("arn:aws:connect:us-east-1:123456789012:phone-number/{id}");
    let expected = json!({
        "PhoneNumberId": id, "PhoneNumberArn": arn, "PhoneNumber": "+12065550100", "PhoneNumberCountryCode": "US",
        "PhoneNumberType": "DID", "PhoneNumberDescription": "Main line", "InstanceId": INSTANCE,
        "TargetArn": format!("arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE}"),
        "Tags": { "Team": "A" }, "PhoneNumberStatus": { "Status": "CLAIMED" },
    });
    assert_eq!(described(&mut world, &id), expected);
    assert_eq!(described(&mut world, &arn), expected);

    for (description, after) in [("Sales", json!("Sales")), ("", Value::Null)] {
        let change = json!({ "PhoneNumberId": arn, "PhoneNumberDescription": description });
        let changed = world.run(change, |directory, cx, input: UpdatePhoneNumberMetadata| {
            directory.update_phone_number_metadata(cx, input)
        });
        changed.expect("is changed");
        assert_eq!(described(&mut world, &id)["PhoneNumberDescription"], after);
    }
    world.ok("TagResource", json!({ "resourceArn": arn, "tags": { "Line": "1" } }));
    world.ok("UntagResource", json!({ "resourceArn": arn, "tagKeys": ["Team"] }));
    assert_eq!(
        world.ok("ListTagsForResource", json!({ "resourceArn": arn }))["tags"],
        json!({ "Line": "1" })
    );

    release(&mut world, json!({ "PhoneNumberId": arn, "ClientToken": "r1" })).expect("is released");
    assert!(world.directory.number("+12065550100").is_none());
    // The same request again has the same answer; another one finds nothing.
    release(&mut world, json!({ "PhoneNumberId": id, "ClientToken": "r1" })).expect("is released");
    for token in [Value::Null, json!("r2")] {
        let again = release(&mut world, json!({ "PhoneNumberId": id, "ClientToken": token }));
        assert_eq!(again.expect_err("is gone").code.name(), MISSING);
    }
}

#[test]
fn what_cannot_be_claimed() {
    let mut world = World::new();
    claim(&mut world, "+12065550100");
    for (number, elsewhere, code, text) in [
        ("+12065550100", false, INVALID, "claimed already"),
        ("+12065550101", true, INVALID, "claimed already"),
        ("+12065550199", false, MISSING, "inventory"),
        ("12065550101", false, INVALID, "E.164"),
    ] {
        claim_refused(&mut world, json!({ "PhoneNumber": number }), elsewhere, code, text);
    }
    let long = json!({ "PhoneNumber": "+12065550101", "PhoneNumberDescription": "x".repeat(501) });
    claim_refused(&mut world, long, false, INVALID, "500");
    let tagged = json!({ "PhoneNumber": "+12065550101", "Tags": { "aws:x": "y" } });
    claim_refused(&mut world, tagged, false, INVALID, "reserved");
    let import = world
        .run(json!({ "SourcePhoneNumberArn": "arn:x" }), |directory, _, input: ImportPhoneNumber| {
            directory.import_phone_number(&input)
        });
    let error = import.expect_err("is refused");
    assert_eq!(error.code.name(), MISSING);
    assert!(error.message.contains("text messages"), "{error}");
}

#[test]
fn the_same_claim_again_has_the_same_answer() {
    let mut world = World::new();
    let members = |number: &str| json!({ "PhoneNumber": number, "ClientToken": "one" });
    let first = claim_with(&mut world, members("+12065550100"), false).expect("is claimed");
    assert_eq!(claim_with(&mut world, members("+12065550100"), false).expect("the same"), first);
    claim_refused(&mut world, members("+12065550101"), false, IDEMPOTENCY, "ClientToken");
    assert_eq!(world.directory.phone_numbers().count(), 1);
}

#[test]
fn a_released_number_rests_for_30_days() {
    let mut world = World::new();
    let id = claim(&mut world, "+12065550100");
    release(&mut world, json!({ "PhoneNumberId": id })).expect("is released");
    let released = world.now;
    let members = json!({ "PhoneNumber": "+12065550100" });
    for (later, withheld) in [(0, true), (29 * DAY, true), (30 * DAY - 1, true), (30 * DAY, false)] {
        let at = released + later;
        assert_eq!(world.directory.withholds("+12065550100", at), withheld, "{later}");
        let listed = world.directory.withheld_numbers(at).any(|number| number == "+12065550100");
        assert_eq!(listed, withheld, "{later}");
    }
    world.now = released + (30 * DAY - 2_000);
    claim_refused(&mut world, members, false, INVALID, "30 days");
    let again = claim(&mut world, "+12065550100");
    assert_ne!(again, id);
    assert!(!world.store.keys().any(|(kind, _)| *kind == directory::Kind::ReleasedNumber), "is forgotten");
}

#[test]
fn claims_stop_at_the_quota_and_at_twice_the_quota_in_30_days() {
    let mut world = World::new();
    world.quota(Quota::PhoneNumbers, Some(2));
    let start = world.now;
    let number = |last: u8| format!("+120655501{last:02}");
    let next = |last: u8| json!({ "PhoneNumber": number(last) });
    let (one, two) = (claim(&mut world, &number(0)), claim(&mut world, &number(1)));
    claim_refused(&mut world, next(2), false, LIMIT, "Phone numbers per instance");
    release(&mut world, json!({ "PhoneNumberId": one })).expect("is released");
    // Two claims and a release are three of four.
    let three = claim(&mut world, &number(2));
    release(&mut world, json!({ "PhoneNumberId": three })).expect("releases are not held up");
    release(&mut world, json!({ "PhoneNumberId": two })).expect("releases are not held up");
    claim_refused(&mut world, next(3), false, LIMIT, "30 days");
    // An operator can let it be.
    world.quota(Quota::PhoneNumbers, Some(4));
    claim(&mut world, &number(3));
    world.quota(Quota::PhoneNumbers, Some(2));
    claim_refused(&mut world, next(4), false, LIMIT, "30 days");
    world.now = start + (30 * DAY + 60_000);
    claim(&mut world, &number(4));
}

#[test]
fn a_number_leads_to_a_flow() {
    let mut world = World::new();
    let id = claim(&mut world, "+12065550100");
    let flow = world.id("flow", "Sample inbound flow");
    let met = |directory: &Directory| {
        let called = directory.number("+12065550100").expect("is claimed");
        called.flow.map(|flow| flow.name.clone())
    };
    assert_eq!(met(&world.directory), None);
    assert!(world.directory.number("+12065550101").is_none());
    for (flow, code) in [(NOBODY.to_owned(), MISSING), (world.id("flow", "Default agent transfer"), INVALID)]
    {
        assert_eq!(bind(&mut world, &id, &flow).expect_err("is refused").code.name(), code);
    }
    let draft = json!({ "Name": "Draft", "Type": "CONTACT_FLOW", "Status": "SAVED", "Content": "{}" });
    let draft = world.ok("CreateContactFlow", draft)["ContactFlowId"].as_str().expect("an id").to_owned();
    assert_eq!(bind(&mut world, &id, &draft).expect_err("is a draft").code.name(), REQUEST);

    let arn = arn(&format!("contact-flow/{flow}"));
    bind(&mut world, &id, &arn).expect("is bound");
    assert_eq!(met(&world.directory).as_deref(), Some("Sample inbound flow"));
    let asked = json!({ "ResourceIds": [id, NOBODY], "ResourceType": "VOICE_PHONE_NUMBER" });
    let bound = |world: &mut World, asked: Value| {
        let answer = world.run(asked, |directory, _, input: BatchGetFlowAssociation| {
            directory.batch_get_flow_association(&input)
        });
        answer.expect("is told")["FlowAssociationSummaryList"].clone()
    };
    let expected = json!([{ "ResourceId": id, "FlowId": flow, "ResourceType": "VOICE_PHONE_NUMBER" }]);
    assert_eq!(bound(&mut world, asked.clone()), expected);
    assert_eq!(bound(&mut world, with(&asked, json!({ "ResourceType": "INBOUND_EMAIL" }))), json!([]));

    world.refused("DeleteContactFlow", json!({ "ContactFlowId": flow }), IN_USE, "+12065550100");
    let archive = json!({ "ContactFlowId": flow, "ContactFlowState": "ARCHIVED" });
    world.refused("UpdateContactFlowMetadata", archive, IN_USE, "+12065550100");
    let unbind = world.run(
        json!({ "PhoneNumberId": id }),
        |directory, cx, input: DisassociatePhoneNumberContactFlow| {
            directory.disassociate_phone_number_contact_flow(cx, input)
        },
    );
    unbind.expect("is unbound");
    assert_eq!(met(&world.directory), None);
    world.ok("DeleteContactFlow", json!({ "ContactFlowId": flow }));
}

#[test]
fn a_caller_id_is_a_claimed_number() {
    let mut world = World::new();
    let queue = world.id("queue", "BasicQueue");
    let config = |number: &str| json!({ "QueueId": queue, "OutboundCallerConfig": { "OutboundCallerIdNumberId": number } });
    let id = claim(&mut world, "+12065550100");
    let freephone = claim(&mut world, "+80012345678");
    world.all_refused(
        "UpdateQueueOutboundCallerConfig",
        &[(config(NOBODY), MISSING, "phone number"), (config(&freephone), INVALID, "calls only")],
    );
    let arn = format!("arn:aws:connect:us-east-1:123456789012:phone-number/{id}");
    world.ok("UpdateQueueOutboundCallerConfig", config(&arn));
    let described = world.ok("DescribeQueue", json!({ "QueueId": queue }));
    assert_eq!(described["Queue"]["OutboundCallerConfig"]["OutboundCallerIdNumberId"], id);
    let error = release(&mut world, json!({ "PhoneNumberId": id })).expect_err("is in use");
    assert_eq!((error.code.name(), error.resource_arn), (IN_USE, Some(arn)));
    world.ok("UpdateQueueOutboundCallerConfig", json!({ "QueueId": queue, "OutboundCallerConfig": {} }));
    release(&mut world, json!({ "PhoneNumberId": id })).expect("is released");
}

#[test]
fn numbers_are_searched_and_listed() {
    let asked =
        |changes: Value| with(&json!({ "PhoneNumberCountryCode": "US", "PhoneNumberType": "DID" }), changes);
    let taken = ["+12065550100", "+12065550102"];
    for (members, after, expected) in [
        (asked(json!({})), None, vec!["+12065550101", "+12065550103", "+12065550104"]),
        (asked(json!({})), Some("+12065550104"), vec!["+12065550105", "+12065550106", "+12065550107"]),
        (asked(json!({ "PhoneNumberPrefix": "+120655501" })), Some("+12065550118"), vec!["+12065550119"]),
        (
            asked(json!({ "PhoneNumberPrefix": "1206555011" })),
            None,
            vec!["+12065550110", "+12065550111", "+12065550112"],
        ),
        (asked(json!({ "PhoneNumberPrefix": "+1425" })), None, vec![]),
        (asked(json!({ "PhoneNumberType": "TOLL_FREE" })), None, vec!["+18005550100"]),
        (asked(json!({ "PhoneNumberType": "SHORT_CODE" })), None, vec![]),
        (asked(json!({ "PhoneNumberCountryCode": "DE" })), None, vec!["+493012345678"]),
        (
            asked(json!({ "PhoneNumberCountryCode": "DE", "PhoneNumberType": "UIFN" })),
            None,
            vec!["+80012345678"],
        ),
    ] {
        assert_eq!(search(members.clone(), after, &taken), expected, "{members}");
    }

    for (changes, text) in [
        (json!({ "PhoneNumberPrefix": "area" }), "digits"),
        (json!({ "PhoneNumberPrefix": "+123456789012" }), "digits"),
        (json!({ "PhoneNumberCountryCode": "USA" }), "country"),
    ] {
        let (input, inventory) = (read(asked(changes)).expect("a search"), inventory());
        let error = available(&input, &inventory, None, |_| true).err().expect("is refused");
        assert_eq!(error.code.name(), INVALID);
        assert!(error.message.contains(text), "{error}");
    }

    let mut world = World::new();
    for number in ["+12065550100", "+18005550100", "+493012345678"] {
        claim(&mut world, number);
    }
    let listed = |world: &mut World, members: Value| {
        let rows = world.run(members.clone(), |directory, _, input: ListPhoneNumbersV2| {
            Ok(page(directory.list_phone_numbers_v2(&input)?, 10).items)
        });
        texts(&json!(rows.expect("a list")), "PhoneNumber")
    };
    for (members, expected) in [
        (json!({}), vec!["+12065550100", "+18005550100", "+493012345678"]),
        (json!({ "PhoneNumberTypes": ["TOLL_FREE", "UIFN"] }), vec!["+18005550100"]),
        (json!({ "PhoneNumberCountryCodes": ["DE"] }), vec!["+493012345678"]),
        (json!({ "PhoneNumberPrefix": "+1" }), vec!["+12065550100", "+18005550100"]),
    ] {
        assert_eq!(listed(&mut world, members.clone()), expected, "{members}");
    }
    let older = world.run(json!({ "PhoneNumberTypes": ["DID"] }), |directory, _, input: ListPhoneNumbers| {
        Ok(page(directory.list_phone_numbers(&input, None)?, 10).items)
    });
    let older = json!(older.expect("a list"));
    assert_eq!(texts(&older, "PhoneNumber"), ["+12065550100", "+493012345678"]);
    let id = older[0]["Id"].as_str().expect("an id");
    assert_eq!(older[0]["Arn"], arn(&format!("phone-number/{id}")));
}

/// The directory of another instance.
fn other() -> Directory {
    let mut scope = scope();
    scope.instance = InstanceId::from_u128(0xbb);
    let mut ids = 0x9000;
    let mut new_uuid = || {
        ids += 1;
        uuid::Uuid::from_u128(ids)
    };
    let mut cx = Cx { now: Timestamp(1_700_000_000_000), new_uuid: &mut new_uuid };
    directory::seed::seed(scope, "other", &mut cx, Vec::new(), Vec::new()).expect("a seed")
}

fn at<T>(now: Timestamp, act: impl FnOnce(&mut Cx<'_>) -> T) -> T {
    act(&mut Cx { now, new_uuid: &mut || unreachable!("moving makes no ids") })
}

#[test]
fn a_move_is_stored_step_by_step() {
    let mut world = World::new();
    let id = claim(&mut world, "+12065550100");
    let flow = world.id("flow", "Sample inbound flow");
    bind(&mut world, &id, &flow).expect("is bound");
    let key: PhoneNumberId = id.parse().expect("an id");
    let (now, mut target) = (world.now, other());
    let to = target.instance().id;

    let begin = |world: &mut World| {
        let begun = world.run(json!({ "PhoneNumberId": id }), |directory, cx, input: DescribePhoneNumber| {
            directory.begin_number_move(cx, &input.phone_number_id, to)
        });
        begun.expect("begins")
    };
    let end = |world: &mut World, arrived| {
        let ended = world.run(json!({ "PhoneNumberId": id }), |directory, cx, _: DescribePhoneNumber| {
            directory.end_number_move(cx, key, arrived);
            Ok(())
        });
        ended.expect("ends");
    };
    let moving = begin(&mut world);
    assert_eq!(described(&mut world, &id)["PhoneNumberStatus"]["Status"], "IN_PROGRESS");
    assert_eq!((moving.id, moving.contact_flow_id, moving.moving_to), (key, None, None));
    // Until it has ended nobody changes the number.
    assert_eq!(bind(&mut world, &id, &flow).expect_err("moves").code.name(), IN_USE);
    assert_eq!(release(&mut world, json!({ "PhoneNumberId": id })).expect_err("moves").code.name(), IN_USE);

    // A move that did not arrive leaves everything as it was.
    end(&mut world, false);
    assert_eq!(described(&mut world, &id)["PhoneNumberStatus"]["Status"], "CLAIMED");
    assert!(world.directory.number("+12065550100").expect("is there").flow.is_some());

    target.set_quota(Quota::PhoneNumbers, Some(0));
    let full = at(now, |cx| target.receive_number(cx, moving.clone())).expect_err("no room");
    assert_eq!(full.code.name(), LIMIT);
    target.set_quota(Quota::PhoneNumbers, None);

    begin(&mut world);
    at(now, |cx| target.receive_number(cx, moving)).expect("arrives");
    end(&mut world, true);
    assert!(!world.directory.withholds("+12065550100", now));
    let there: &PhoneNumber = target.phone_number(key).expect("has arrived");
    assert_eq!((there.phone_number.as_str(), there.contact_flow_id), ("+12065550100", None));
    // Ending it again, as a start of the server may, does nothing.
    at(now, |cx| target.end_number_move(cx, key, true));
    assert!(target.phone_number(key).is_some());
}
