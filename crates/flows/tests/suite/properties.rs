//! Whatever a document holds and whatever answers come: nothing panics, every call returns, and the state survives
//! storing.

use std::sync::LazyLock;

use crate::support::{Play, TestHost};
use flows::value::{Piece, Reference, pieces};
use flows::*;
use model::Channel;
use model::resource::FlowType;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const IDS: [&str; 5] = ["a", "b", "c", "d", "gone"];
const TEXTS: [&str; 24] = [
    "",
    " ",
    "1",
    "3",
    "-600",
    "900",
    "x",
    "True",
    "False",
    "Enabled",
    "CHAT",
    "other",
    "module",
    "builtin/menu",
    "$.Channel",
    "$.Attributes.name",
    "$.Attributes",
    "$.External",
    "$.External.deep",
    "$.FlowAttributes.x",
    "$.Modules.Input",
    "Hi $.Attributes.name, $.Lex.IntentName$",
    "<speak>x</speak>",
    "{\"Steps\":[{}]}",
];

static TYPES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut types: Vec<_> = action::all().map(|spec| spec.name).collect();
    types.push("NoSuchType");
    types
});

/// Names of parameters, members and map entries, as far as the table knows them.
static NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut names: Vec<_> =
        action::all().flat_map(|spec| spec.parameters.iter().map(|parameter| parameter.name)).collect();
    names.extend([
        "AliasArn",
        "InitialMessage",
        "Id",
        "Value",
        "ResponseType",
        "CustomerQueue",
        "DisableExecution",
        "Number",
        "Steps",
        "x",
        "$.Attributes.name",
    ]);
    names
});

pub fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        8 => prop::sample::select(&TEXTS[..]).prop_map(|text| json!(text)),
        1 => any::<i32>().prop_map(|number| json!(number)),
        1 => any::<bool>().prop_map(|flag| json!(flag)),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            object(inner, 3).prop_map(Value::Object),
        ]
    })
}

fn object(value: impl Strategy<Value = Value>, most: usize) -> impl Strategy<Value = Map<String, Value>> {
    let entry = (prop::sample::select(NAMES.as_slice()).prop_map(str::to_owned), value);
    prop::collection::vec(entry, 0..=most).prop_map(|entries| entries.into_iter().collect())
}

/// Parameters of a type: mostly ones it knows.
fn parameters(kind: &'static str) -> impl Strategy<Value = Value> {
    let known: Vec<&'static str> =
        action::spec(kind).map_or(Vec::new(), |spec| spec.parameters.iter().map(|it| it.name).collect());
    let values = prop::collection::vec(prop::option::weighted(0.7, value()), known.len());
    (values, object(value(), 2)).prop_map(move |(values, more)| {
        let given = known.iter().zip(values).filter_map(|(name, value)| Some(((*name).to_owned(), value?)));
        Value::Object(more.into_iter().chain(given).collect())
    })
}

fn one_of_the_actions() -> impl Strategy<Value = Value> {
    let target = || prop::sample::select(&IDS[..]);
    let errors: Vec<&'static str> = ErrorBranch::ALL.iter().map(|branch| branch.as_str()).collect();
    let error = (prop::sample::select(errors), target())
        .prop_map(|(kind, next)| json!({"ErrorType": kind, "NextAction": next}));
    let operand = prop::sample::select(vec![
        "True",
        "False",
        "ContinueLooping",
        "DoneLooping",
        "WaitCompleted",
        "CHAT",
        "1",
        "50",
        "Sales",
        "$.Channel",
    ]);
    let operator =
        prop::sample::select(vec!["Equals", "NumberLessThan", "NumberGreaterThan", "KeyExists", "And"]);
    let condition = (operator, operand, target()).prop_map(
        |(operator, operand, next)| json!({"NextAction": next, "Condition": {"Operator": operator, "Operands": [operand]}}),
    );
    let kind = prop::sample::select(TYPES.as_slice());
    kind.prop_flat_map(move |kind| {
        (
            parameters(kind),
            prop::option::weighted(0.9, target()),
            prop::collection::vec(error.clone(), 0..4),
            prop::collection::vec(condition.clone(), 0..3),
        )
            .prop_map(move |(parameters, next, errors, conditions)| {
                let mut transitions = json!({"Errors": errors, "Conditions": conditions});
                if let Some(next) = next {
                    transitions["NextAction"] = json!(next);
                }
                json!({"Type": kind, "Parameters": parameters, "Transitions": transitions})
            })
    })
}

fn document() -> impl Strategy<Value = Value> {
    prop::collection::vec(one_of_the_actions(), 1..5).prop_map(|mut actions| {
        for (action, id) in actions.iter_mut().zip(IDS) {
            action["Identifier"] = json!(id);
        }
        json!({"Version": "2019-10-30", "StartAction": "a", "Actions": actions})
    })
}

pub fn resume() -> impl Strategy<Value = Resume> {
    prop_oneof![
        prop::sample::select(&TEXTS[..]).prop_map(|text| Resume::CustomerMessage {
            text: text.into(),
            content_type: "text/plain".into()
        }),
        Just(Resume::TimeLimit),
        Just(Resume::CustomerReturned),
        Just(Resume::BotDisconnected),
        value().prop_map(|value| Resume::Function(Ok(value))),
        Just(Resume::Function(Err(FunctionError::TimeLimit))),
        value().prop_map(|data| Resume::View { action: "Next".into(), data }),
        Just(Resume::ThirdParty(ThirdPartyEnd::CallFailed)),
        bot_answer().prop_map(Resume::Bot),
        Just(Resume::BotNotFound),
        Just(Resume::Authenticated),
        Just(Resume::OptedOut),
        Just(Resume::Done),
        Just(Resume::QueueAtCapacity),
        Just(Resume::Failed("by chance".into())),
    ]
}

fn bot_answer() -> impl Strategy<Value = Result<BotReply, BotError>> {
    let text = || prop::sample::select(&TEXTS[..]);
    prop_oneof![
        (text(), prop::option::of(text()), text(), value()).prop_map(|(said, intent, state, kept)| Ok(
            BotReply {
                messages: vec![Message::Text(said.to_owned()), Message::Interactive(kept.to_string())],
                intent: intent.map(str::to_owned),
                dialog_state: state.to_owned(),
                state: kept,
                ..BotReply::default()
            }
        )),
        Just(Err(BotError::TimeLimit)),
        Just(Err(BotError::Failed("by chance".into()))),
    ]
}

/// Advances through all the resumes; checks what must hold after every one.
pub fn run(document: &Value, others: [&Value; 2], kind: FlowType, channel: Channel, resumes: Vec<Resume>) {
    let mut host = TestHost::new(channel);
    for service in ["Everything", "Functions", "Views", "Telephony", "Authentication"] {
        host.provide(service);
    }
    // Every other contact meets bots that are there.
    if resumes.len().is_multiple_of(2) {
        host.bots.push("*");
    }
    host.set("Attributes", json!({"name": "Ann"}));
    let mut module = others[1].clone();
    module["Settings"] = json!({});
    for (name, number, document) in [("other", 2, others[0]), ("module", 3, &module)] {
        if Program::parse(&document.to_string()).is_ok() {
            host.add_flow(name, number, FlowType::ContactFlow, document);
        }
    }
    let mut play = Play::new(document, kind, host);
    play.run.logging = true;
    let mut pause = play.start();
    for resume in resumes {
        assert!(play.host.log.len() <= 1060, "{} actions in one call", play.host.log.len());
        if let Pause::Failed { reason } = &pause {
            assert!(!reason.is_empty());
        }
        if pause.is_final() {
            break;
        }
        assert_eq!(play.run.pause(play.host.now), Some(pause), "a restart finds the same pause");
        play.host.log.clear();
        play.host.calls.clear();
        play.host.messages.clear();
        play.host.now = play.host.now + 1000;
        pause = play.advance(resume);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn made_up_flows_always_return(
        main in document(),
        other in document(),
        module in document(),
        kind in prop::sample::select(vec![FlowType::ContactFlow, FlowType::CustomerQueue, FlowType::QueueTransfer]),
        channel in prop::sample::select(&Channel::ALL[..]),
        resumes in prop::collection::vec(resume(), 0..12),
    ) {
        validate(&main.to_string(), kind, false);
        validate(&module.to_string(), kind, true);
        run(&main, [&other, &module], kind, channel, resumes);
    }

    #[test]
    fn damaged_flows_always_return(
        which in 0..library::FLOWS.len(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), value(), any::<bool>()), 1..6),
        channel in prop::sample::select(&Channel::ALL[..]),
        resumes in prop::collection::vec(resume(), 0..12),
    ) {
        let flow = &library::FLOWS[which];
        let mut root: Value = serde_json::from_str(&flow.content(&|_, name| name.to_owned())).expect("JSON");
        for (place, value, remove) in edits {
            damage(&mut root, place, value, remove);
        }
        let text = root.to_string();
        validate(&text, flow.kind, false);
        if Program::parse(&text).is_ok() {
            run(&root, [&root, &root], flow.kind, channel, resumes);
        }
    }

    #[test]
    fn any_text_is_answered(text in "\\PC{0,40}|[{\\[\"$.a'`\\]}:,0-9]{0,40}") {
        validate(&text, FlowType::ContactFlow, false);
        prop_assert!(Program::parse(&text).is_err() || text.contains("Actions"));
        let _ = Document::import(&text);
        let _ = interactive::check(&text);
        let printed: usize = pieces(&text)
            .iter()
            .map(|piece| match piece { Piece::Text(text) => text.len(), Piece::Reference(_, text) => text.len() })
            .sum();
        prop_assert!(printed <= text.len());
        if !text.contains('`') {
            prop_assert_eq!(printed, text.len());
        }
        if let Some((reference, length)) = Reference::scan(&text) {
            prop_assert!(text.is_char_boundary(length));
            let again = Reference::parse(&reference.to_string());
            prop_assert!(again == Some(reference) || text.contains(['\'', '"']), "prints back");
        }
    }

    #[test]
    fn edits_change_nothing_else(root in object(value(), 4), key in prop::sample::select(NAMES.as_slice()), new in value()) {
        let text = serde_json::to_string_pretty(&root).expect("prints");
        let mut document = Document::parse(&text).expect("parses");
        let place = [document::Place::Key(key)];
        document.set(&place, &new).expect("an object takes any key");
        let mut expected = root.clone();
        expected.insert(key.to_owned(), new);
        prop_assert_eq!(document.root(), &expected);
        document.remove(&place).expect("removes");
        expected.shift_remove(key);
        prop_assert_eq!(document.root(), &expected);
        if !root.contains_key(key) {
            prop_assert_eq!(document.text(), &text);
        }
    }
}

/// Replaces or removes one value somewhere in a document.
pub fn damage(root: &mut Value, place: prop::sample::Index, value: Value, remove: bool) {
    fn count(value: &Value) -> usize {
        1 + match value {
            Value::Array(items) => items.iter().map(count).sum::<usize>(),
            Value::Object(members) => members.values().map(count).sum::<usize>(),
            _ => 0,
        }
    }
    fn find<'v>(value: &'v mut Value, at: &mut usize) -> Option<&'v mut Value> {
        if *at == 0 {
            return Some(value);
        }
        *at -= 1;
        match value {
            Value::Array(items) => items.iter_mut().find_map(|item| find(item, at)),
            Value::Object(members) => members.values_mut().find_map(|member| find(member, at)),
            _ => None,
        }
    }
    let mut at = place.index(count(root));
    let Some(found) = find(root, &mut at) else { return };
    match found {
        Value::Array(items) if remove => drop(items.pop()),
        Value::Object(members) if remove => {
            let last = members.keys().next_back().cloned();
            last.map(|key| members.shift_remove(&key));
        }
        other => *other = value,
    }
}
