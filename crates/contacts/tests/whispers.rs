//! Whispers of chats: run when the agent accepts, and hold nothing up.

mod common;

use common::{Center, TO_QUEUE};
use contacts::Effect;

/// A whisper that calls a function, and notes which branch it took.
const WHISPER: &str = r#"{"Version":"2019-10-30","StartAction":"call","Actions":[
 {"Identifier":"call","Type":"InvokeLambdaFunction",
  "Parameters":{"LambdaFunctionARN":"http://127.0.0.1:9/tier","InvocationTimeLimitSeconds":"3"},
  "Transitions":{"NextAction":"end","Errors":[{"NextAction":"note","ErrorType":"NoMatchingError"}]}},
 {"Identifier":"note","Type":"UpdateContactAttributes","Parameters":{"Attributes":{"whisper":"failed"}},
  "Transitions":{"NextAction":"end","Errors":[{"NextAction":"end","ErrorType":"NoMatchingError"}]}},
 {"Identifier":"end","Type":"EndFlowExecution","Parameters":{},"Transitions":{}}]}"#;

#[test]
fn a_whisper_runs_and_what_it_would_have_to_wait_for_fails() {
    let main = TO_QUEUE.replace(
        r#""StartAction":"queue","Actions":["#,
        r#""StartAction":"hook","Actions":[
 {"Identifier":"hook","Type":"UpdateContactEventHooks","Parameters":{"EventHooks":{"AgentWhisper":"{{flow:Whisper}}"}},
  "Transitions":{"NextAction":"queue","Errors":[{"NextAction":"bye","ErrorType":"NoMatchingError"}]}},"#,
    );
    let mut center = Center::new(&[("Whisper", WHISPER), ("Main", &main)]);
    let agent = center.available("ann");
    let (chat, _) = center.chat("Main");
    assert_eq!(center.offered_to(chat), Some(agent));
    assert!(!center.core.chain(chat).expect("live").attributes.contains_key("whisper"));
    center.accept(agent, chat);
    assert_eq!(
        center.core.chain(chat).expect("live").attributes.get("whisper").map(String::as_str),
        Some("failed")
    );
    let called = center.effects.iter().any(|effect| matches!(effect, Effect::CallFunction { .. }));
    assert!(!called, "nobody would hear the answer");
}
