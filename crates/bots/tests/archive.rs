//! Exported bots of another maker, and archives that mean harm.

use std::io::{Cursor, Write};

use bots::archive::{self, ArchiveError};
use bots::{Model, Moment, Session};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn pack(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).expect("begins");
        zip.write_all(content.as_bytes()).expect("is written");
    }
    zip.finish().expect("ends").into_inner()
}

const MANIFEST: &str =
    r#"{"metadata": {"schemaVersion": "1.0", "fileFormat": "LexJson", "resourceType": "Bot"}}"#;
const BOT: &str = r#"{"name": "Trips", "identifier": "ABCDEFGHIJ", "version": "DRAFT", "description": null,
  "dataPrivacy": {"childDirected": false}, "idleSessionTTLInSeconds": 600}"#;
const LOCALE: &str =
    r#"{"name": "English (US)", "identifier": "en_US", "version": "DRAFT", "nluConfidenceThreshold": 0.5}"#;
const BOOK: &str = r#"{"name": "Book", "parentIntentSignature": null,
  "sampleUtterances": [{"utterance": "book a car"}, {"utterance": "rent a car in {City}"}, {"utterance": "from {Nowhere}"}],
  "intentConfirmationSetting": {"promptSpecification": {"messageGroupsList": [{"message":
     {"plainTextMessage": {"value": "A {Size} car in {City}?"}, "ssmlMessage": null, "customPayload": null}, "variations": null}],
     "maxRetries": 2}, "declinationResponse": {"messageGroupsList": [{"message": {"plainTextMessage": {"value": "All right."}}}]}},
  "intentClosingSetting": {"closingResponse": {"messageGroupsList": [{"message": {"plainTextMessage": {"value": "Booked."}}}]}},
  "fulfillmentCodeHook": {"enabled": true}, "inputContexts": null, "outputContexts": null,
  "slotPriorities": [{"slotName": "Size", "priority": 2}, {"slotName": "City", "priority": 1}]}"#;
const SIZE: &str = r#"{"name": "Size", "slotTypeName": "Sizes", "slotConstraint": "Required", "obfuscationSetting": null,
  "slotValueElicitationSetting": {"promptSpecification": {"messageGroupList": [{"message":
    {"plainTextMessage": {"value": "Which size?"}}}], "maxRetries": 1}}}"#;
const CITY: &str = r#"{"name": "City", "slotTypeName": "AMAZON.City",
  "slotValueElicitationSetting": {"slotConstraint": "Required", "promptSpecification": {"messageGroups": [{"message":
    {"plainTextMessage": {"value": "In which city?"}}}], "maxRetries": 2}}}"#;
const SIZES: &str = r#"{"name": "Sizes", "slotTypeValues": [
    {"sampleValue": {"value": "compact"}, "synonyms": [{"value": "small"}]}, {"sampleValue": {"value": "van"}, "synonyms": null}],
  "valueSelectionSetting": {"resolutionStrategy": "TOP_RESOLUTION", "regexFilter": null}}"#;
const FALLBACK: &str = r#"{"name": "FallbackIntent", "parentIntentSignature": "AMAZON.FallbackIntent", "sampleUtterances": [],
  "intentClosingSetting": {"closingResponse": {"messageGroupsList": [{"message": {"plainTextMessage": {"value": "Sorry?"}}}]}}}"#;

fn trips() -> Vec<u8> {
    pack(&[
        ("Manifest.json", MANIFEST),
        ("Trips/Bot.json", BOT),
        ("Trips/BotLocales/en_US/BotLocale.json", LOCALE),
        ("Trips/BotLocales/en_US/Intents/Book/Intent.json", BOOK),
        ("Trips/BotLocales/en_US/Intents/Book/Slots/Size/Slot.json", SIZE),
        ("Trips/BotLocales/en_US/Intents/Book/Slots/City/Slot.json", CITY),
        ("Trips/BotLocales/en_US/Intents/FallbackIntent/Intent.json", FALLBACK),
        ("Trips/BotLocales/en_US/SlotTypes/Sizes/SlotType.json", SIZES),
    ])
}

#[test]
fn an_exported_bot_talks() {
    let imported = archive::read(&trips()).expect("is read");
    assert_eq!(imported.definition.problems(), []);
    assert_eq!(imported.definition.session_timeout_seconds, 600);
    assert_eq!(
        imported.notes,
        [
            "en_US/Book: its function (fulfillmentCodeHook) is not called; the flow does the work",
            "en_US/Book: the slot City of the type AMAZON.City takes any text",
            "en_US/Book: an utterance was left out, as it names a slot that is not there",
        ]
    );
    let model = Model::learn(&imported.definition, "en_US").expect("learns");
    let mut session = Session::default();
    let mut said = Vec::new();
    for text in ["I'd like to book a car", "Lisbon", "a small one", "yes"] {
        let turn = model.turn(session, text, &Moment::utc(0));
        said.extend(turn.messages.into_iter().map(|message| message.content));
        session = turn.session;
    }
    assert_eq!(said, ["In which city?", "Which size?", "A compact car in Lisbon?", "Booked."]);
    // The definition survives being written and read.
    let text = serde_json::to_vec(&imported.definition).expect("is written");
    assert_eq!(bots::Definition::read(&text).expect("is read"), imported.definition);
}

#[test]
fn harmful_archives_are_refused() {
    let bomb = " ".repeat(8 * 1024 * 1024);
    for (archive, expected) in [
        (Vec::new(), "cannot be read"),
        (b"PK\x03\x04 not really".to_vec(), "cannot be read"),
        (trips()[..400].to_vec(), "cannot be read"),
        (vec![0; 17 * 1024 * 1024], "too large"),
        (pack(&[("Trips/Bot.json", &bomb)]), "too large"),
        (pack(&[("Trips/Bot.json", "{\"name\": ")]), "Trips/Bot.json"),
        (pack(&[("Trips/../../Bot.json", BOT)]), "leads out"),
        (pack(&[("/Bot.json", BOT)]), "leads out"),
        (pack(&[("Manifest.json", MANIFEST)]), "no Bot.json"),
    ] {
        let error = archive::read(&archive).expect_err("is refused").to_string();
        assert!(error.contains(expected), "{error:?} instead of {expected:?}");
    }
}

#[test]
fn many_small_bombs_are_one() {
    let three = " ".repeat(3 * 1024 * 1024) + "{}";
    let names: Vec<String> =
        (0..30).map(|n| format!("B/BotLocales/en_US/Intents/I{n}/Intent.json")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), three.as_str())).collect();
    assert!(matches!(archive::read(&pack(&files)), Err(ArchiveError::TooLarge(_))));
}

#[test]
fn odd_contents_make_no_panic() {
    for content in ["null", "[]", "3", "\"x\"", r#"{"name": 3}"#, r#"{"sampleUtterances": {"a": 1}}"#] {
        let archive = pack(&[
            ("T/Bot.json", content),
            ("T/BotLocales/en_US/BotLocale.json", content),
            ("T/BotLocales/en_US/Intents/B/Intent.json", content),
            ("T/BotLocales/en_US/Intents/B/Slots/S/Slot.json", content),
            ("T/BotLocales/en_US/SlotTypes/S/SlotType.json", content),
        ]);
        let imported = archive::read(&archive).expect("is read");
        assert!(!imported.definition.problems().is_empty(), "{content}");
    }
}
