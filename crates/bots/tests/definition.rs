//! Definitions: what is wrong with them is told at once, and large ones are learned in time.

use bots::{Definition, LearnError, Model, Moment, Session};
use serde_json::json;

fn problems(text: &str) -> Vec<String> {
    let definition = Definition::read(text.as_bytes()).expect("is read");
    definition.problems().iter().map(ToString::to_string).collect()
}

#[test]
fn all_problems_are_told() {
    let told = problems(
        r#"{"Version": "1", "Name": "My bot", "SessionTimeoutSeconds": 1, "TimeZone": "Moon", "Locales": {"en_US": {
        "ConfidenceThreshold": 2,
        "SlotTypes": [{"Name": "Size"}, {"Name": "Bad", "Pattern": "("}],
        "Intents": [
          {"Name": "A", "Utterances": ["hello {Nobody}", "Hello!"], "Slots": [{"Name": "S", "Type": "AMAZON.Moon"}]},
          {"Name": "A", "Utterances": ["hello", ""]}, {"Name": "", "Utterances": []}]}}}"#,
    );
    assert_eq!(
        told,
        [
            "Name: must be 1 to 100 letters, digits, _ or -",
            "SessionTimeoutSeconds: must be 60 to 86400",
            "TimeZone: \"Moon\" is not a time zone such as Europe/Madrid",
            "Locales.en_US.ConfidenceThreshold: must be 0 to 1",
            "Locales.en_US.SlotTypes[0].Values: at least one value is needed",
            "Locales.en_US.SlotTypes[1].Pattern: is not a regular expression that can be used",
            "Locales.en_US.Intents[0].Slots[0].Type: \"AMAZON.Moon\" is neither a list of this locale nor one of AMAZON.Number, AMAZON.Date, AMAZON.Time, AMAZON.Duration, AMAZON.PhoneNumber, AMAZON.EmailAddress, AMAZON.AlphaNumeric, AMAZON.Confirmation, AMAZON.FreeFormInput",
            "Locales.en_US.Intents[0].Slots[0].Prompts: a required slot needs a question",
            "Locales.en_US.Intents[0].Utterances[0]: names the slot {Nobody}, which the intent does not have",
            "Locales.en_US.Intents[1].Name: \"A\" is there twice",
            "Locales.en_US.Intents[1].Utterances[1]: must have 1 to 500 characters",
            "Locales.en_US.Intents[1].Utterances[0]: \"hello\" is there twice, so that nobody can know what it means",
            "Locales.en_US.Intents[2].Name: must be 1 to 100 letters, digits, _ or -",
            "Locales.en_US.Intents[2].Utterances: at least one utterance is needed",
        ]
    );
}

#[test]
fn what_is_not_a_definition_is_refused() {
    for (text, expected) in [
        ("", "not of the form"),
        ("[]", "not of the form"),
        (r#"{"Version": "2", "Name": "A"}"#, "has the version \"2\""),
        (r#"{"Version": "1", "Name": "A", "Colour": "red"}"#, "Colour"),
        (&" ".repeat(3 * 1024 * 1024), "at most"),
    ] {
        let error = Definition::read(text.as_bytes()).expect_err("is refused").to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert_eq!(
        problems(r#"{"Version": "1", "Name": "A"}"#),
        ["Locales: at least one locale, or an adapter, is needed"]
    );
    let many = format!(
        r#"{{"Version": "1", "Name": "A", "Locales": {{"en_US": {{"Intents": [{}]}}}}}}"#,
        vec![r#"{"Name": ""}"#; 900].join(",")
    );
    assert_eq!(problems(&many).len(), 100, "not more are told");
}

#[test]
fn a_thousand_intents_are_learned_and_told_apart() {
    let things = [
        "order", "parcel", "invoice", "refund", "password", "account", "ticket", "contract", "meter",
        "router",
    ];
    let verbs = ["find", "change", "cancel", "renew", "print", "send", "check", "close", "open", "move"];
    let places =
        ["berlin", "madrid", "tokyo", "seoul", "lisbon", "oslo", "rome", "vienna", "dublin", "athens"];
    let mut intents = Vec::new();
    for thing in things {
        for verb in verbs {
            for place in places {
                intents.push(json!({"Name": format!("{verb}-{thing}-{place}"), "Utterances":
                    [format!("{verb} my {thing} in {place}"), format!("please {verb} the {place} {thing}")]}));
            }
        }
    }
    let definition = json!({"Version": "1", "Name": "Many", "Locales": {"en_US": {"Intents": intents}}});
    let definition = Definition::read(definition.to_string().as_bytes()).expect("is read");
    let model = Model::learn(&definition, "en_US").expect("learns");
    let mut right = 0;
    for (thing, verb, place) in
        [("refund", "check", "tokyo"), ("router", "move", "oslo"), ("order", "cancel", "rome")]
    {
        let turn = model.turn(
            Session::default(),
            &format!("could you {verb} a {thing} for {place}"),
            &Moment::utc(0),
        );
        right += usize::from(turn.guesses[0].intent == format!("{verb}-{thing}-{place}"));
    }
    assert_eq!(right, 3);
}

#[test]
fn learning_is_the_same_every_time() {
    let text = r#"{"Version": "1", "Name": "A", "Locales": {"en_US": {"Intents": [
        {"Name": "X", "Utterances": ["alpha beta", "gamma"]}, {"Name": "Y", "Utterances": ["delta", "epsilon zeta"]}]}}}"#;
    let definition = Definition::read(text.as_bytes()).expect("is read");
    let guesses = || Model::learn(&definition, "en_US").expect("learns").guess("alfa beta zeta", |_| true);
    assert_eq!(guesses(), guesses());
    assert_eq!(Model::learn(&definition, "fr_FR").err(), Some(LearnError::Locale("fr_FR".into())));
}

#[test]
fn a_long_list_is_looked_through_in_time() {
    let word = |n: usize| -> String {
        let mut n = n * 7919 + 13;
        let letter = |_| {
            n = n.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(b'a' + (n >> 60) as u8)
        };
        (0..8).map(letter).collect()
    };
    let values: Vec<_> = (0..10_000).map(|n| json!({"Value": word(n)})).collect();
    let definition = json!({"Version": "1", "Name": "Long", "Locales": {"en_US": {
        "SlotTypes": [{"Name": "Words", "Values": values}],
        "Intents": [{"Name": "Say", "Utterances": ["say {Word}", "tell me {Word}"],
            "Slots": [{"Name": "Word", "Type": "Words", "Prompts": ["Which?"]}]}]}}});
    let definition = Definition::read(definition.to_string().as_bytes()).expect("is read");
    let model = Model::learn(&definition, "en_US").expect("learns");
    let begun = std::time::Instant::now();
    let text: String = (20_000..20_113).map(word).collect::<Vec<_>>().join(" ");
    let turn = model.turn(Session::default(), &format!("say {text}"), &Moment::utc(0));
    model.turn(turn.session, &text, &Moment::utc(0));
    assert!(begun.elapsed().as_secs() < 2, "{:?}", begun.elapsed());
}

#[test]
fn only_what_has_no_problems_is_checked() {
    let read = |text: &str| Definition::read(text.as_bytes()).expect("is read").checked();
    assert!(read(r#"{"Version": "1", "Name": "A"}"#).is_err());
    assert!(bots::sample().checked().is_ok());
}
