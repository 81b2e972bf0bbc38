//! Conversations, one line for each turn.

use bots::session::IntentState;
use bots::{Action, Definition, Model, Moment, Session};

const DESK: &str = r#"{"Version": "1", "Name": "Desk", "Sentiment": true, "Locales": {"en_US": {
  "SlotTypes": [
    {"Name": "City", "Values": [{"Value": "London"}, {"Value": "New York", "Synonyms": ["NYC", "the big apple"]}, {"Value": "Paris"}]},
    {"Name": "Ticket", "Pattern": "T-[0-9]{4}"}],
  "Intents": [
    {"Name": "Track", "Utterances": ["where is my order", "track order {Order}", "has my parcel been sent"],
     "Slots": [{"Name": "Order", "Type": "AMAZON.Number", "Prompts": ["Which order number?", "Digits only, please."], "MaxAttempts": 2}],
     "Closing": ["Order {Order} is on its way, [name]."]},
    {"Name": "Fly", "Utterances": ["book a flight from {From} to {To}", "I want to fly to {To}", "flight to {To} on {Day}"],
     "Slots": [{"Name": "From", "Type": "City", "Prompts": ["From where?"]}, {"Name": "To", "Type": "City", "Prompts": ["Where to?"]},
       {"Name": "Day", "Type": "AMAZON.Date", "Prompts": ["When?"]},
       {"Name": "Seats", "Type": "AMAZON.Number", "Required": false, "Default": "1"}],
     "Confirmation": {"Prompts": ["{Seats} seat from {From} to {To} on {Day}?"], "Declined": ["All right, no flight."]},
     "Closing": [{"ContentType": "CustomPayload", "Content": "{\"to\": \"{To}\"}"}]},
    {"Name": "Ticket", "Utterances": ["what about my ticket"],
     "Slots": [{"Name": "Number", "Type": "Ticket", "Prompts": ["Which ticket?"]}]},
    {"Name": "Agent", "Utterances": ["talk to a person", "I want an agent", "1"], "OutputContexts":
      [{"Name": "waiting", "TimeToLiveSeconds": 60, "TurnsToLive": 2}]},
    {"Name": "Hurry", "Utterances": ["hurry up please"], "InputContexts": ["waiting"], "Closing": ["We do."]}],
  "Fallback": {"Clarifications": ["Sorry, once more?"], "Closing": ["I get you somebody."]}}}}"#;

fn desk() -> Model {
    let definition = Definition::read(DESK.as_bytes()).expect("is read");
    Model::learn(&definition, "en_US").expect("learns")
}

/// Each turn: what the customer writes, what the bot says; then the intent and its state.
fn check(turns: &[(&str, &str)], end: &str) -> Session {
    let model = desk();
    // Friday, 20 November 2026.
    let now = Moment::utc(1_795_176_000_000);
    let mut session = Session { attributes: [("name".into(), "Ann".into())].into(), ..Session::default() };
    for (text, expected) in turns {
        let turn = model.turn(session, text, &now);
        let said: Vec<&str> = turn.messages.iter().map(|message| message.content.as_str()).collect();
        assert_eq!(said.join(" | "), *expected, "{text:?} of {turns:?}");
        session = turn.session;
    }
    let intent = session.intent.clone().unwrap_or_default();
    let slots: Vec<String> = intent
        .slots
        .iter()
        .map(|(name, value)| format!(" {name}={}", value.as_ref().map_or("", |value| &value.value)))
        .collect();
    assert_eq!(format!("{} {:?}{}", intent.name, intent.state, slots.concat()), end, "{turns:?}");
    session
}

#[test]
fn slots_are_asked_for_and_filled() {
    check(
        &[("where is my order?", "Which order number?"), ("512", "Order 512 is on its way, Ann.")],
        "Track ReadyForFulfillment Order=512",
    );
    check(&[("track order 77 pls", "Order 77 is on its way, Ann.")], "Track ReadyForFulfillment Order=77");
    check(
        &[("wheres my oder", "Which order number?"), ("five one two", "Order 512 is on its way, Ann.")],
        "Track ReadyForFulfillment Order=512",
    );
}

#[test]
fn a_question_is_repeated_and_given_up() {
    check(
        &[("where is my order", "Which order number?"), ("dunno", "Digits only, please."), ("no idea", "")],
        "Track Failed Order=",
    );
}

#[test]
fn values_find_their_places() {
    let question = "1 seat from New York to Paris on 2026-11-21?";
    check(
        &[("book a flight from nyc to pariss tomorrow", "1 seat from New York to Paris on 2026-11-21?")],
        "Fly InProgress Day=2026-11-21 From=New York Seats=1 To=Paris",
    );
    check(
        &[
            ("I want to fly to Paris", "From where?"),
            ("the big apple", "When?"),
            ("tomorrow", question),
            ("sure", r#"{"to": "Paris"}"#),
        ],
        "Fly ReadyForFulfillment Day=2026-11-21 From=New York Seats=1 To=Paris",
    );
    check(
        &[
            ("flight to Paris on 3 May", "From where?"),
            ("London", "1 seat from London to Paris on 2027-05-03?"),
            ("no", "All right, no flight."),
        ],
        "Fly Failed Day=2027-05-03 From=London Seats=1 To=Paris",
    );
}

#[test]
fn patterns_hold() {
    check(
        &[("what about my ticket", "Which ticket?"), ("T-12", "Which ticket?"), ("it's t-1234", "")],
        "Ticket ReadyForFulfillment Number=t-1234",
    );
}

#[test]
fn customers_change_their_minds() {
    check(
        &[("where is my order", "Which order number?"), ("I want to talk to a person", "")],
        "Agent ReadyForFulfillment",
    );
}

#[test]
fn what_is_not_understood_is_asked_once_more() {
    check(
        &[("the weather is nice", "Sorry, once more?"), ("jazz music", "I get you somebody.")],
        "FallbackIntent ReadyForFulfillment",
    );
    check(&[("the weather is nice", "Sorry, once more?"), ("1", "")], "Agent ReadyForFulfillment");
}

#[test]
fn contexts_open_intents_for_a_while() {
    check(&[("hurry up please", "Sorry, once more?")], " InProgress");
    check(&[("talk to a person", ""), ("hurry up please", "We do.")], "Hurry ReadyForFulfillment");
    check(
        &[
            ("talk to a person", ""),
            ("track order 1", "Order 1 is on its way, Ann."),
            ("track order 2", "Order 2 is on its way, Ann."),
            ("hurry up please", "Sorry, once more?"),
        ],
        " InProgress",
    );
}

#[test]
fn a_session_survives_being_stored() {
    let session =
        check(&[("I want to fly to Paris", "From where?")], "Fly InProgress Day= From= Seats= To=Paris");
    assert_eq!(session.action, Action::ElicitSlot("From".into()));
    let text = serde_json::to_string(&session).expect("is written");
    assert_eq!(serde_json::from_str::<Session>(&text).expect("is read"), session);
}

#[test]
fn a_caller_may_set_the_intent() {
    let model = desk();
    let mut session = Session::default();
    session.intent = Some(bots::session::CurrentIntent { name: "Track".into(), ..Default::default() });
    let turn = model.go_on(session, &Moment::utc(0));
    assert_eq!(turn.messages[0].content, "Which order number?");
    assert_eq!(turn.session.intent.expect("is set").state, IntentState::InProgress);
}

#[test]
fn anything_can_be_written() {
    let model = desk();
    let now = Moment::utc(0);
    let long = "where is my order ".repeat(100_000);
    let texts = [
        "",
        " ",
        "👩‍👩‍👧‍👦",
        "\u{0}\u{202e}",
        "{Order}",
        "}{",
        "[",
        "ﷺﷺﷺ",
        "٣٤٥",
        "１２３",
        "99999999999999999999999999999999",
        &long,
    ];
    for first in texts {
        for second in texts {
            let turn = model.turn(Session::default(), first, &now);
            let turn = model.turn(turn.session, second, &now);
            assert!(turn.messages.iter().all(|message| message.content.len() < 20_000));
            let asked = model.turn(Session::default(), "track my order", &now).session;
            model.turn(asked, second, &now);
        }
    }
}
