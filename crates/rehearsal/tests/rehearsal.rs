//! Flows played by script, in a terminal, and checked; the examples hold.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use model::resource::FlowType;
use rehearsal::{Given, Place, Play, check, converse, convert, test_folder};

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("makes");
        std::fs::write(path, text).expect("writes");
    }
    folder
}

#[test]
fn the_examples_hold() {
    let report = test_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/conversations"))
        .expect("reads");
    assert_eq!(report.failed(), 0, "{}", report.text(false));
    assert!(report.played() >= 100, "{}", report.played());
}

#[test]
fn what_goes_otherwise_is_told() {
    let menu = |steps: &str| {
        format!("flow: Sample inbound flow\nconversations:\n  - name: one\n    steps:\n{steps}")
    };
    for (steps, expected) in [
        (
            "      - hears: Goodbye",
            "step 1: hears: expected \"Goodbye\", heard \"Hello and welcome! We are glad that you write to us.\"",
        ),
        ("      - at: queue", "step 1: at: expected \"queue\", found \"flow\""),
        ("      - quiet: true", "step 1: quiet: expected true, and what comes is Some("),
        (
            "      - says: sales\n      - queue: Other",
            "step 2: queue: expected \"Other\", found \"BasicQueue\"",
        ),
        (
            "      - says: sales\n      - attributes: {topic: Service}",
            "step 2: attribute topic: expected \"Service\", found \"Sales\"",
        ),
        (
            "      - values: {Attributes.topic: x}",
            "step 1: Attributes.topic: expected \"\\\"x\\\"\", found \"null\"",
        ),
        ("      - played: [Say closed]", "step 1: played: \"Say closed\" was not"),
        ("      - unplayed: [Menu]", "step 1: unplayed: \"Menu\" was played"),
        ("      - block: Nowhere", "step 1: block: expected \"Nowhere\", found \""),
        ("      - agent: leaves", "step 1: no agent can leave"),
        ("      - agent: answers", "step 1: no agent can answer"),
        ("      - passes: soon", "step 1: \"soon\" is no time"),
        ("      - tasks: [Call back]", "step 1: tasks: expected \"Call back\", found \"\""),
        ("      - notes: hello", "step 1: notes: expected \"hello\""),
        ("      - sings: la", "unknown variant"),
    ] {
        let folder = folder(&[("a.yaml", &menu(steps))]);
        let report = test_folder(folder.path()).expect("reads");
        assert_eq!((report.played(), report.failed()), (1, 1), "{steps}");
        assert!(report.text(false).contains(expected), "{steps}: {}", report.text(false));
        assert!(report.junit().contains("<failure message=\""), "{}", report.junit());
    }
    let folder =
        folder(&[("a.yaml", "flow: No such flow\nconversations:\n  - {name: 'a <b> & \"c\"', steps: []}")]);
    let report = test_folder(folder.path()).expect("reads");
    assert!(report.text(false).contains("No such flow"), "{}", report.text(false));
    assert!(report.junit().contains("name=\"a &lt;b&gt; &amp; &quot;c&quot;\""), "{}", report.junit());
}

const ASKS: &str = r#"{"Version": "2019-10-30", "StartAction": "ask", "Actions": [
 {"Identifier": "ask", "Type": "InvokeLambdaFunction", "Parameters": {"LambdaFunctionARN": "arn:aws:lambda:eu-west-1:123456789012:function:tier",
  "InvocationTimeLimitSeconds": "3", "LambdaInvocationAttributes": {"word": "$.Attributes.word"}},
  "Transitions": {"NextAction": "say", "Errors": [{"NextAction": "sorry", "ErrorType": "NoMatchingError"}]}},
 {"Identifier": "say", "Type": "MessageParticipant", "Parameters": {"Text": "$.External.text"},
  "Transitions": {"NextAction": "bye", "Errors": [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]}},
 {"Identifier": "sorry", "Type": "MessageParticipant", "Parameters": {"Text": "Sorry"},
  "Transitions": {"NextAction": "bye", "Errors": [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]}},
 {"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]}"#;

#[test]
fn flows_of_ones_own_call_real_and_given_functions() {
    let folder = folder(&[
        ("asks.json", ASKS),
        (
            "functions/tier.mjs",
            "export const handler = async (e) => { console.log('asked'); return { text: e.Details.Parameters.word }; };",
        ),
        (
            "a.yaml",
            "flow: asks.json
given: {functions_folder: functions, attributes: {word: gold}}
conversations:
  - name: real
    steps: [{notes: INFO asked}, {hears: gold}, {at: ended}, {played: [say]}, {unplayed: [sorry]}]
  - name: given
    given: {functions: {tier: {answer: {text: silver}}}}
    steps: [{hears: silver}, {at: ended}]
  - name: fails
    given: {functions: {tier: {error: broken}}}
    steps: [{notes: broken}, {hears: Sorry}, {at: ended}]
  - name: late
    given: {functions: {tier: {answer: {text: late}, takes_ms: 3001}}}
    steps: [{hears: Sorry}]
",
        ),
    ]);
    let report = test_folder(folder.path()).expect("reads");
    assert_eq!((report.played(), report.failed()), (4, 0), "{}", report.text(false));
    let text = report.text(true);
    assert!(text.contains("asks.json: 4 of 4 blocks, 4 of 6 branches"), "{text}");
    assert!(text.contains("not taken:  \"say\" NoMatchingError"), "{text}");
}

#[test]
fn problems_are_listed_by_block_and_field() {
    let broken = ASKS.replace("\"NextAction\": \"say\"", "\"NextAction\": \"nowhere\"");
    let folder = folder(&[("good.json", ASKS), ("broken.json", &broken), ("text.json", "{")]);
    let files: Vec<PathBuf> = ["good.json", "broken.json", "text.json", "none.json"]
        .iter()
        .map(|name| folder.path().join(name))
        .collect();
    let mut out = Vec::new();
    let errors = check(&files, FlowType::ContactFlow, &mut out).expect("writes");
    let text = String::from_utf8(out).expect("text").replace(&format!("{}/", folder.path().display()), "");
    assert!(errors >= 3, "{text}");
    assert!(text.contains("good.json: no problems"), "{text}");
    assert!(
        text.contains("broken.json: error: V4 block \"ask\", Actions[0].Transitions.NextAction: "),
        "{text}"
    );
    assert!(text.contains("text.json: error: V1 ") && text.contains("none.json: error: "), "{text}");
}

#[test]
fn older_files_are_converted_and_checked() {
    let older = r#"{"modules": [
        {"id": "wait", "type": "Loiter", "branches": [{"condition": "Success", "transition": "bye"}], "parameters": []},
        {"id": "bye", "type": "Resume", "branches": [], "parameters": []}],
        "version": "1", "type": "agentWhisper", "start": "wait", "metadata": {"name": "Older"}}"#;
    let folder = folder(&[("older.json", older), ("new.json", ASKS)]);
    let path = |name: &str| folder.path().join(name);
    let mut out = Vec::new();
    let errors = check(&[path("older.json")], FlowType::ContactFlow, &mut out).expect("writes");
    let text = convert(&path("older.json"), &mut out).expect("converts");
    let said = String::from_utf8(out).expect("text");
    assert_eq!(errors, 1, "{said}");
    assert!(
        said.contains("older export format") && said.contains("there is no block for modules of type Loiter"),
        "{said}"
    );
    assert!(said.ends_with("older.json: converted: 2 blocks, 1 remarks\n"), "{said}");
    assert!(text.contains("\"EndFlowExecution\"") && text.contains("\"agentWhisper\""), "{text}");
    for name in ["new.json", "none.json"] {
        let error = convert(&path(name), &mut Vec::new()).expect_err("refused").to_string();
        assert!(error.contains(name), "{error}");
    }
}

#[test]
fn a_conversation_in_a_terminal() {
    let mut play = Play::start("Sample inbound flow", Given::default(), Path::new("")).expect("starts");
    let typed = "what?\n1\nhello?\n/where\n/answer\n/leave\n/where\n/wait 15m\n";
    let mut out = Vec::new();
    converse(&mut play, &mut Cursor::new(typed), &mut out).expect("talks");
    let text = String::from_utf8(out).expect("text");
    let mut rest = text.as_str();
    for expected in [
        "  Hello and welcome!",
        "  How can we help?",
        "Sorry",
        "  Thank you for your message.",
        "nobody listens now",
        "— queue, queue BasicQueue",
        "  The agent has left this conversation.",
        "— flow, queue BasicQueue, block \"Wait for customer\"",
        "  This conversation is closed",
        "— the contact has ended",
    ] {
        let at = rest.find(expected).unwrap_or_else(|| panic!("{expected} in {rest}"));
        rest = &rest[at + expected.len()..];
    }
    assert_eq!(play.place(), Place::Ended);
}
