//! Bots: versions, aliases, languages, and the rules of removing them.

mod common;

use bots::Definition;
use common::World;
use directory::{Cx, Directory};
use model::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

fn definition(name: &str, locales: &[&str]) -> Definition {
    let one = json!({"Intents": [{"Name": "Hello", "Utterances": ["hello"]}]});
    let locales: serde_json::Map<_, _> =
        locales.iter().map(|name| ((*name).to_owned(), one.clone())).collect();
    let text = json!({"Version": "1", "Name": name, "Locales": locales}).to_string();
    Definition::read(text.as_bytes()).expect("is of the form")
}

struct Bots {
    directory: Directory,
    ids: u128,
}

impl Bots {
    fn new() -> Self {
        Self { directory: World::new().directory, ids: 1 << 100 }
    }

    fn import(&mut self, definition: Definition, alias: Option<&str>) -> directory::Result<Value> {
        let ids = &mut self.ids;
        let mut fresh = || {
            *ids += 1;
            Uuid::from_u128(*ids)
        };
        let mut cx = Cx { now: Timestamp(0), new_uuid: &mut fresh };
        let definition = definition.checked().expect("has no problems");
        self.directory.import_bot(&mut cx, definition, alias)
    }

    fn locale(&self, alias: &str, language: Option<&str>) -> Option<String> {
        self.directory.bot_for(alias, language).ok().and_then(|found| found.2)
    }
}

#[test]
fn a_new_instance_has_a_bot() {
    let bots = Bots::new();
    let (bot, alias) = bots.directory.bot_alias("HelpDesk/live").expect("is there");
    let arn = bots.directory.bot_alias_arn(bot, alias);
    let id =
        arn.strip_prefix("arn:aws:lex:us-east-1:123456789012:bot-alias/").expect("is a name of an alias");
    assert_eq!(id, format!("{}/{}", bot.bot_id, alias.alias_id));
    assert_eq!((bot.bot_id.len(), alias.alias_id.len()), (10, 10));
    for text in [arn.as_str(), id, "HelpDesk:live"] {
        assert_eq!(
            bots.directory.bot_alias(text).map(|found| &found.1.name),
            Some(&"live".to_owned()),
            "{text}"
        );
    }
    for text in
        ["", "HelpDesk", "HelpDesk/", "Nobody/live", "arn:aws:lex:eu-west-1:123456789012:bot-alias/A/B"]
    {
        assert!(bots.directory.bot_alias(text).is_none(), "{text}");
    }
}

#[test]
fn the_language_chooses_the_locale() {
    let mut bots = Bots::new();
    bots.import(definition("Two", &["de_DE", "en_GB"]), None).expect("is taken");
    for (alias, language, expected) in [
        ("HelpDesk/live", None, Some("en_US")),
        ("HelpDesk/live", Some("es-ES"), Some("es_ES")),
        ("HelpDesk/live", Some("ja_JP"), Some("ja_JP")),
        ("HelpDesk/live", Some("es-MX"), None),
        ("HelpDesk/live", Some(""), None),
        ("Two/live", None, Some("de_DE")),
        ("Two/live", Some("en-US"), None),
        ("Two/TestBotAlias", None, None),
    ] {
        assert_eq!(bots.locale(alias, language).as_deref(), expected, "{alias} {language:?}");
    }
}

#[test]
fn versions_that_nobody_needs_are_let_go() {
    let mut bots = Bots::new();
    bots.import(definition("Many", &["en_US"]), Some("first")).expect("is taken");
    for _ in 0..20 {
        bots.import(definition("Many", &["en_US"]), None).expect("is taken");
    }
    let bot = bots.directory.bots().find(|bot| bot.name == "Many").expect("is there");
    assert_eq!(bot.versions.keys().copied().collect::<Vec<_>>(), [1, 17, 18, 19, 20, 21]);
    let live = bot.aliases.iter().find(|alias| alias.name == "live").expect("is there");
    assert_eq!(live.version, Some(21));
}

#[test]
fn odd_names_of_aliases_are_refused() {
    let mut bots = Bots::new();
    let before = bots.directory.clone();
    for alias in ["a/b", "", "a b"] {
        let refusal = bots.import(definition("Alias", &["en_US"]), Some(alias)).expect_err("is refused");
        assert!(refusal.message.contains("Alias must be"), "{}", refusal.message);
    }
    assert_eq!(bots.directory, before);
}

#[test]
fn there_are_limits() {
    let mut bots = Bots::new();
    for number in 1..100 {
        bots.import(definition(&format!("Bot{number}"), &["en_US"]), None).expect("is taken");
    }
    let refusal = bots.import(definition("OneMore", &["en_US"]), None).expect_err("is refused");
    assert_eq!(refusal.code.name(), "LimitExceededException");
}

#[test]
fn the_versions_of_a_bot_together_have_a_limit() {
    let mut bots = Bots::new();
    let large = || {
        let utterances: Vec<String> =
            (0..1_400).map(|number| format!("{number} {}", "long words ".repeat(25))).collect();
        let one = json!({"Intents": [{"Name": "Hello", "Utterances": utterances}]});
        let locales = json!({"en_US": one, "es_ES": one, "pt_BR": one, "ja_JP": one});
        let text = json!({"Version": "1", "Name": "Large", "Locales": locales}).to_string();
        Definition::read(text.as_bytes()).expect("is of the form")
    };
    let mut refusal = None;
    for number in 0..12 {
        let imported = bots.import(large(), Some(&format!("kept{number}")));
        refusal = refusal.or(imported.err());
    }
    assert_eq!(refusal.expect("some time it is too much").code.name(), "LimitExceededException");
    let bot = bots.directory.bots().find(|bot| bot.name == "Large").expect("is there");
    assert!((5..12).contains(&bot.versions.len()), "{}", bot.versions.len());
}
