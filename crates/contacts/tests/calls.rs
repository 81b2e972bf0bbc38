//! Calls: from the ringing of the caller to the record.

mod common;

use std::collections::BTreeMap;

use common::{Center, TO_QUEUE};
use contacts::call::{CallCommand, CallEvent, HangUpCause, KeyRules};
use contacts::contact::Stage;
use contacts::{Code, Effect, IncomingCall};
use flows::Message;
use model::{ContactId, ParticipantId, QuickConnectId, UserId};
use serde_json::json;
use uuid::Uuid;

/// A menu: 1 leads to the queue, anything else to good-bye.
const MENU: &str = r#"{"Version":"2019-10-30","StartAction":"hello","Actions":[
 {"Identifier":"hello","Type":"MessageParticipant","Parameters":{"Text":"Hello"},
  "Transitions":{"NextAction":"menu","Errors":[{"NextAction":"menu","ErrorType":"NoMatchingError"}]}},
 {"Identifier":"menu","Type":"GetParticipantInput",
  "Parameters":{"Text":"Press 1","InputTimeLimitSeconds":"5","StoreInput":"False"},
  "Transitions":{"NextAction":"bye","Conditions":[{"NextAction":"queue","Condition":{"Operator":"Equals","Operands":["1"]}}],
   "Errors":[{"NextAction":"bye","ErrorType":"NoMatchingCondition"},{"NextAction":"bye","ErrorType":"InputTimeLimitExceeded"},
    {"NextAction":"bye","ErrorType":"NoMatchingError"}]}},
 {"Identifier":"queue","Type":"UpdateContactTargetQueue","Parameters":{"QueueId":"{{queue:BasicQueue}}"},
  "Transitions":{"NextAction":"transfer","Errors":[{"NextAction":"bye","ErrorType":"NoMatchingError"}]}},
 {"Identifier":"transfer","Type":"TransferContactToQueue","Parameters":{},
  "Transitions":{"NextAction":"bye","Errors":[{"NextAction":"bye","ErrorType":"QueueAtCapacity"},{"NextAction":"bye","ErrorType":"NoMatchingError"}]}},
 {"Identifier":"bye","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}"#;

/// The calls of a centre under test, and what telephony was asked for.
struct Calls {
    center: Center,
    seen: usize,
}

impl Calls {
    fn new(flows: &[(&str, &str)]) -> Self {
        Self { center: Center::new(flows), seen: 0 }
    }

    /// Commands since the last look.
    fn commands(&mut self) -> Vec<CallCommand> {
        let fresh = self.center.effects[self.seen..].iter();
        let commands = fresh.filter_map(|effect| match effect {
            Effect::Call(command) => Some(command.clone()),
            _ => None,
        });
        let commands = commands.collect();
        self.seen = self.center.effects.len();
        commands
    }

    fn tell(&mut self, event: CallEvent) {
        self.center.apply(|core, cx| core.call_event(cx, event));
    }

    /// A call with sound, in its flow.
    fn arrives(&mut self, flow: &str) -> (ContactId, ParticipantId) {
        let call = IncomingCall {
            flow: self.center.flow(flow),
            display_name: "Cora".into(),
            number: Some("+12065550100".into()),
            called: Some("+12065550199".into()),
            attributes: BTreeMap::from([("tier".to_owned(), "gold".to_owned())]),
        };
        let started = self.center.apply(|core, cx| core.call_arrived(cx, call)).expect("is taken");
        assert_eq!(self.commands(), [CallCommand::Answer { party: started.party }]);
        assert_eq!(self.center.stage(started.contact), Stage::Created, "no flow runs without sound");
        self.tell(CallEvent::Connected { party: started.party });
        (started.contact, started.party)
    }

    /// The only thing that was asked for is to play this once; the name of the play.
    fn plays(&mut self, whom: ParticipantId, text: &str) -> Uuid {
        match self.commands().as_slice() {
            [CallCommand::Play { party, play, sounds, repeat: false, .. }] => {
                assert_eq!((*party, sounds.as_slice()), (whom, &[Message::Text(text.into())][..]));
                *play
            }
            other => panic!("{other:?}"),
        }
    }

    fn played(&mut self, party: ParticipantId, play: Uuid) {
        self.tell(CallEvent::Played { play, party, error: None });
    }

    /// The caller is in the queue and hears the loop of the default queue flow.
    fn waits(&mut self) -> (ContactId, ParticipantId) {
        let (call, caller) = self.arrives("To queue");
        let looped = self.commands().into_iter().any(
            |command| matches!(command, CallCommand::Play { party, repeat: true, .. } if party == caller),
        );
        assert!(looped || self.center.stage(call) == Stage::Queued);
        (call, caller)
    }

    /// A call that an agent has accepted, with the whispers over.
    fn joined(&mut self) -> (ContactId, ParticipantId, UserId, ParticipantId) {
        let agent = self.center.available("ann");
        let (call, caller) = self.waits();
        assert_eq!(self.center.offered_to(call), Some(agent));
        self.rings(call);
        let party = self.center.accept(agent, call);
        self.whispers();
        (call, caller, agent, party)
    }

    /// The page of the agent who is offered the call brings up sound.
    fn rings(&mut self, call: ContactId) -> ParticipantId {
        let offer = self.center.core.contact(call).and_then(|contact| contact.offer.as_ref());
        let party = offer.expect("offered").participant;
        self.tell(CallEvent::Connected { party });
        party
    }

    /// Lets everything that is played once come to its end, until nothing is.
    fn whispers(&mut self) -> Vec<CallCommand> {
        let mut all = Vec::new();
        for _ in 0..10 {
            let commands = self.commands();
            let over: Vec<_> = commands
                .iter()
                .filter_map(|command| match command {
                    CallCommand::Play { party, play, repeat: false, .. } => Some((*party, *play)),
                    _ => None,
                })
                .collect();
            all.extend(commands);
            if over.is_empty() {
                break;
            }
            for (party, play) in over {
                self.played(party, play);
            }
        }
        all
    }
}

fn hears(pairs: &[(ParticipantId, &[ParticipantId])]) -> BTreeMap<ParticipantId, Vec<ParticipantId>> {
    pairs.iter().map(|(party, others)| (*party, others.to_vec())).collect()
}

#[test]
fn a_caller_hears_the_flow_and_chooses_by_keys() {
    let mut calls = Calls::new(&[("Menu", MENU)]);
    let (call, caller) = calls.arrives("Menu");
    let hello = calls.plays(caller, "Hello");
    calls.played(caller, Uuid::from_u128(1));
    assert_eq!(calls.commands(), [], "only the end of what is waited for counts");
    calls.played(caller, hello);
    let commands = calls.commands();
    let [CallCommand::Gather { party, gather, sounds, keys, .. }] = commands.as_slice() else {
        panic!("{commands:?}")
    };
    assert_eq!((*party, sounds.as_slice()), (caller, &[Message::Text("Press 1".into())][..]));
    assert_eq!(
        *keys,
        KeyRules { first_ms: 5000, between_ms: 0, most: 1, terminator: String::new(), cancel_key: false }
    );
    let gathered = CallEvent::Gathered {
        gather: *gather,
        party: caller,
        keys: "1".into(),
        timed_out: false,
        error: None,
    };
    calls.tell(gathered.clone());
    assert_eq!(calls.center.stage(call), Stage::Queued);
    assert!(calls.commands().iter().any(|command| matches!(command, CallCommand::Play { repeat: true, .. })));
    calls.tell(gathered);
    assert_eq!((calls.center.stage(call), calls.commands().len()), (Stage::Queued, 0), "once");
}

#[test]
fn who_presses_nothing_is_let_go() {
    let mut calls = Calls::new(&[("Menu", MENU)]);
    let (call, caller) = calls.arrives("Menu");
    let hello = calls.plays(caller, "Hello");
    calls.played(caller, hello);
    let commands = calls.commands();
    let [CallCommand::Gather { gather, .. }] = commands.as_slice() else { panic!("{commands:?}") };
    calls.tell(CallEvent::Gathered {
        gather: *gather,
        party: caller,
        keys: String::new(),
        timed_out: true,
        error: None,
    });
    assert_eq!(calls.center.stage(call), Stage::Ended);
    assert_eq!(calls.commands(), [CallCommand::HangUp { party: caller, cause: HangUpCause::Normal }]);
    let record = calls.center.record(call);
    assert_eq!(record["DisconnectReason"], "CONTACT_FLOW_DISCONNECT");
    assert_eq!(record["CustomerEndpoint"], json!({"Address": "+12065550100", "Type": "TELEPHONE_NUMBER"}));
    assert_eq!(record["SystemEndpoint"], json!({"Address": "+12065550199", "Type": "TELEPHONE_NUMBER"}));
    assert_eq!((&record["Channel"], &record["InitiationMethod"]), (&json!("VOICE"), &json!("INBOUND")));
    assert_eq!(record["SegmentAttributes"]["connect:Subtype"]["ValueString"], "connect:Telephony");
}

#[test]
fn a_prompt_that_cannot_be_played_takes_the_error_branch_and_a_lost_one_does_not_hold_for_ever() {
    let mut calls = Calls::new(&[("Menu", MENU)]);
    let (_, caller) = calls.arrives("Menu");
    let hello = calls.plays(caller, "Hello");
    calls.tell(CallEvent::Played { play: hello, party: caller, error: Some("no voice".into()) });
    assert!(matches!(calls.commands().as_slice(), [CallCommand::Gather { .. }]));
    let (call, caller) = calls.arrives("Menu");
    calls.plays(caller, "Hello");
    calls.center.pass(599);
    assert_eq!((calls.center.stage(call), calls.commands().len()), (Stage::InFlow, 0));
    calls.center.pass(1);
    assert!(matches!(calls.commands().as_slice(), [CallCommand::Gather { .. }]));
}

#[test]
fn whispers_come_before_agent_and_customer_hear_each_other() {
    let mut calls = Calls::new(&[("To queue", TO_QUEUE)]);
    let agent = calls.center.available("ann");
    let (call, caller) = calls.waits();
    let party = calls.rings(call);
    calls.commands();
    calls.center.accept(agent, call);
    let commands = calls.commands();
    let [CallCommand::Play { party: whom, play, .. }] = commands.as_slice() else { panic!("{commands:?}") };
    assert_eq!(*whom, party, "the agent hears the name of the queue, the caller the music");
    calls.played(party, *play);
    let all = calls.whispers();
    let mixed: Vec<_> =
        all.iter().filter(|command| matches!(command, CallCommand::Mix { .. })).cloned().collect();
    assert_eq!(
        mixed,
        [CallCommand::Mix { room: call, hears: hears(&[(caller, &[party]), (party, &[caller])]) }]
    );
    assert_eq!(all.last(), mixed.last(), "at the very end");
    let stopped = all.iter().position(|command| *command == CallCommand::Stop { party: caller });
    assert!(stopped.is_some(), "the music ends: {all:?}");
}

#[test]
fn hold_mute_and_keys() {
    let mut calls = Calls::new(&[("To queue", TO_QUEUE)]);
    let (call, caller, agent, party) = calls.joined();
    let both = hears(&[(caller, &[party]), (party, &[caller])]);
    calls.center.apply(|core, cx| core.hold(cx, agent, call)).expect("holds");
    let commands = calls.commands();
    assert_eq!(commands[0], CallCommand::Mix { room: call, hears: BTreeMap::new() });
    assert!(
        matches!(&commands[1..], [CallCommand::Play { party, repeat: true, .. }] if *party == caller),
        "{commands:?}"
    );
    calls.center.pass(10);
    calls.center.apply(|core, cx| core.hold(cx, agent, call)).expect("is idempotent");
    calls.center.apply(|core, cx| core.take_off_hold(cx, agent, call)).expect("resumes");
    assert_eq!(
        calls.commands(),
        [CallCommand::Stop { party: caller }, CallCommand::Mix { room: call, hears: both.clone() }]
    );
    calls.center.apply(|core, _| core.mute(agent, call, true)).expect("mutes");
    assert_eq!(calls.commands(), [CallCommand::Mix { room: call, hears: hears(&[(party, &[caller])]) }]);
    calls.center.apply(|core, _| core.mute(agent, call, false)).expect("unmutes");
    assert_eq!(calls.commands(), [CallCommand::Mix { room: call, hears: both }]);
    calls.center.apply(|core, _| core.press(agent, call, "12#")).expect("presses");
    assert_eq!(calls.commands(), [CallCommand::SendDigits { party: caller, digits: "12#".into() }]);
    let wrong = calls.center.apply(|core, _| core.press(agent, call, "call me")).expect_err("no keys");
    assert_eq!(wrong.code, Code::InvalidParameter);
    let bob = calls.center.user("bob");
    assert!(calls.center.apply(|core, cx| core.hold(cx, bob, call)).is_err(), "another agent's call");
    calls.center.apply(|core, cx| core.hold(cx, agent, call)).expect("holds");
    calls.center.pass(5);
    calls.tell(CallEvent::HungUp { party: caller, lost: false });
    calls.center.apply(|core, cx| core.clear(cx, agent, call)).expect("clears");
    let agent = &calls.center.record(call)["Agent"];
    assert_eq!(
        (&agent["NumberOfHolds"], &agent["CustomerHoldDuration"], &agent["LongestHoldDuration"]),
        (&json!(2), &json!(15), &json!(10))
    );
}

#[test]
fn whoever_hangs_up_ends_the_call_for_both() {
    let mut calls = Calls::new(&[("To queue", TO_QUEUE)]);
    for (agent_first, reason) in [(false, "CUSTOMER_DISCONNECT"), (true, "AGENT_DISCONNECT")] {
        let (call, caller, agent, party) = calls.joined();
        if agent_first {
            calls.center.apply(|core, cx| core.agent_leaves(cx, agent, call)).expect("leaves");
        } else {
            calls.tell(CallEvent::HungUp { party: caller, lost: false });
        }
        let mut ended = calls.commands();
        ended.sort_by_key(|command| matches!(command, CallCommand::HangUp { party, .. } if *party == caller));
        let hang_up = |party| CallCommand::HangUp { party, cause: HangUpCause::Normal };
        assert_eq!(ended, [hang_up(party), hang_up(caller)]);
        assert_eq!(calls.center.stage(call), Stage::AfterContactWork);
        calls.center.apply(|core, cx| core.clear(cx, agent, call)).expect("clears");
        assert_eq!(calls.center.record(call)["DisconnectReason"], reason);
    }
}

#[test]
fn a_missed_offer_frees_the_leg_and_a_caller_who_gives_up_leaves_nothing() {
    let mut calls = Calls::new(&[("To queue", TO_QUEUE)]);
    let agent = calls.center.available("ann");
    let (call, caller) = calls.waits();
    calls.commands();
    let party = calls
        .center
        .core
        .contact(call)
        .and_then(|contact| contact.offer.as_ref())
        .expect("offered")
        .participant;
    calls.center.pass(20);
    assert!(calls.commands().contains(&CallCommand::HangUp { party, cause: HangUpCause::Normal }));
    assert_eq!(calls.center.stage(call), Stage::Queued);
    assert_eq!(calls.center.offered_to(call), None, "{agent} has to clear it first");
    calls.tell(CallEvent::HungUp { party: caller, lost: true });
    calls.center.pass(19);
    assert_eq!(calls.center.stage(call), Stage::Queued, "who only lost the sound has some time to come back");
    calls.center.pass(1);
    assert_eq!(calls.center.stage(call), Stage::Ended);
    assert_eq!(calls.center.record(call)["DisconnectReason"], "TELECOM_PROBLEM");
    calls.tell(CallEvent::HungUp { party: caller, lost: false });
    calls.tell(CallEvent::Connected { party: caller });
    assert_eq!(calls.center.records().len(), 1);
}

#[test]
fn an_agent_without_sound_has_some_time_to_come_back() {
    let mut calls = Calls::new(&[("To queue", TO_QUEUE)]);
    let (call, _, _, party) = calls.joined();
    calls.tell(CallEvent::HungUp { party, lost: true });
    calls.center.pass(19);
    calls.tell(CallEvent::Connected { party });
    assert!(matches!(calls.commands().as_slice(), [CallCommand::Mix { .. }]), "joined again");
    calls.center.pass(60);
    assert_eq!(calls.center.stage(call), Stage::Connected);
    calls.tell(CallEvent::HungUp { party, lost: true });
    calls.center.pass(20);
    assert_eq!(calls.center.stage(call), Stage::AfterContactWork);
}

#[test]
fn calls_that_never_get_sound_and_calls_of_a_killed_process_end() {
    let mut calls = Calls::new(&[("To queue", TO_QUEUE)]);
    let call = IncomingCall { flow: calls.center.flow("To queue"), ..IncomingCall::default() };
    let silent = calls.center.apply(|core, cx| core.call_arrived(cx, call)).expect("is taken");
    calls.center.pass(60);
    assert_eq!(calls.center.stage(silent.contact), Stage::Ended);
    assert_eq!(
        calls.center.record(silent.contact)["SegmentAttributes"]["connect:Subtype"]["ValueString"],
        "connect:WebRTC"
    );
    calls.commands();
    let (held, _, agent, _) = calls.joined();
    let (waiting, _) = calls.waits();
    calls.center.restart();
    calls.center.pass(0);
    assert_eq!(calls.center.stage(waiting), Stage::Ended);
    assert_eq!(calls.center.record(waiting)["DisconnectReason"], "TELECOM_PROBLEM");
    assert_eq!(calls.center.stage(held), Stage::AfterContactWork, "the agent is freed");
    calls.center.apply(|core, cx| core.clear(cx, agent, held)).expect("clears");
    assert_eq!(calls.center.record(held)["DisconnectReason"], "TELECOM_PROBLEM");
}

#[test]
fn a_caller_whose_sound_comes_back_hears_the_prompt_again() {
    let mut calls = Calls::new(&[("Menu", MENU), ("To queue", TO_QUEUE)]);
    let (call, caller) = calls.arrives("Menu");
    let hello = calls.plays(caller, "Hello");
    calls.tell(CallEvent::HungUp { party: caller, lost: true });
    calls.center.pass(10);
    calls.tell(CallEvent::Connected { party: caller });
    let commands = calls.commands();
    assert!(
        matches!(&commands[..], [CallCommand::Play { play, .. }, CallCommand::Mix { .. }] if *play == hello)
    );
    calls.center.pass(60);
    assert_eq!(calls.center.stage(call), Stage::InFlow);
    calls.played(caller, hello);
    assert!(matches!(calls.commands().as_slice(), [CallCommand::Gather { .. }]));
    // Telephony that never answers does not hold a caller for ever.
    calls.center.pass(605);
    assert_eq!(calls.center.stage(call), Stage::Ended);
}

#[test]
fn an_agent_who_accepts_without_sound_hears_the_whisper_when_it_is_there() {
    let mut calls = Calls::new(&[("To queue", TO_QUEUE)]);
    let agent = calls.center.available("ann");
    let (call, _) = calls.waits();
    calls.commands();
    let party = calls.center.accept(agent, call);
    assert_eq!(calls.commands(), [], "nobody would hear it");
    calls.center.pass(15);
    calls.tell(CallEvent::Connected { party });
    assert!(matches!(calls.commands().as_slice(), [CallCommand::Play { party: whom, .. }] if *whom == party));
    calls.center.pass(60);
    assert_eq!(calls.center.stage(call), Stage::Connected);

    let mut calls = Calls::new(&[("To queue", TO_QUEUE)]);
    let agent = calls.center.available("ann");
    let (call, caller) = calls.waits();
    calls.center.accept(agent, call);
    calls.center.pass(20);
    assert_eq!(calls.center.stage(call), Stage::AfterContactWork, "nobody is left in silence");
    assert!(calls.commands().contains(&CallCommand::HangUp { party: caller, cause: HangUpCause::Normal }));
}

#[test]
fn what_the_queue_played_does_not_pass_for_the_whisper() {
    let mut calls = Calls::new(&[("Menu", MENU), ("To queue", TO_QUEUE)]);
    let agent = calls.center.available("ann");
    let (call, caller) = calls.arrives("Menu");
    let hello = calls.plays(caller, "Hello");
    calls.played(caller, hello);
    let commands = calls.commands();
    let [CallCommand::Gather { gather, .. }] = commands.as_slice() else { panic!("{commands:?}") };
    let pressed = |keys: &str| CallEvent::Gathered {
        gather: *gather,
        party: caller,
        keys: keys.into(),
        timed_out: false,
        error: None,
    };
    calls.tell(pressed("1"));
    let party = calls.rings(call);
    let queued = calls.commands();
    calls.center.accept(agent, call);
    for command in queued {
        if let CallCommand::Play { party, play, .. } = command {
            calls.played(party, play);
        }
    }
    calls.tell(pressed("1"));
    let whisper = calls.commands();
    assert!(
        matches!(whisper.as_slice(), [CallCommand::Play { party: whom, .. }] if *whom == party),
        "{whisper:?}"
    );
}

#[test]
fn an_instance_that_goes_away_ends_its_calls() {
    let mut calls = Calls::new(&[("To queue", TO_QUEUE)]);
    let (_, caller, _, party) = calls.joined();
    calls.commands();
    calls.center.apply(|core, cx| core.end_calls(cx));
    let ended = calls.commands();
    for party in [caller, party] {
        assert!(ended.contains(&CallCommand::HangUp { party, cause: HangUpCause::Normal }), "{ended:?}");
    }
}

#[test]
fn a_full_centre_takes_no_more_calls() {
    let mut calls = Calls::new(&[("To queue", TO_QUEUE)]);
    let settings = contacts::Settings { live_contacts: [0, 1, 1], ..contacts::Settings::default() };
    calls.center.core = contacts::Core::new(calls.center.core.directory().clone(), settings);
    let call = IncomingCall { flow: calls.center.flow("To queue"), ..IncomingCall::default() };
    let refused = calls.center.apply(|core, cx| core.call_arrived(cx, call)).expect_err("no room");
    assert_eq!(refused.code, Code::LimitExceeded);
    assert!(calls.commands().is_empty());
}

/// A quick connect to this agent, or to the queue of everybody.
fn quick_connect(calls: &mut Calls, agent: Option<UserId>) -> QuickConnectId {
    let config = match agent {
        Some(user) => json!({"QuickConnectType": "USER", "UserConfig":
            {"UserId": user, "ContactFlowId": calls.center.flow("Default agent transfer")}}),
        None => {
            let queue = calls.center.core.directory().queue_named("BasicQueue").expect("exists").queue_id;
            json!({"QuickConnectType": "QUEUE", "QueueConfig":
                {"QueueId": queue, "ContactFlowId": calls.center.flow("Default queue transfer")}})
        }
    };
    let request = json!({"Name": "there", "QuickConnectConfig": config});
    let made = calls.center.apply(|core, cx| {
        core.configure(cx, "test", |directory, dcx| {
            directory.create_quick_connect(dcx, directory::input::read(request)?)
        })
    });
    made.expect("creates")
}

fn hung_up(commands: &[CallCommand], whom: ParticipantId) -> bool {
    commands.iter().any(|command| matches!(command, CallCommand::HangUp { party, .. } if *party == whom))
}

#[test]
fn a_call_is_transferred_by_quick_connect_and_the_next_agent_talks_to_the_caller() {
    for to_agent in [true, false] {
        let mut calls = Calls::new(&[("To queue", TO_QUEUE)]);
        let (call, caller, ann, party) = calls.joined();
        let bob = calls.center.available("bob");
        let there = quick_connect(&mut calls, to_agent.then_some(bob));
        let second = calls.center.apply(|core, cx| core.transfer(cx, ann, call, there)).expect("begins");
        let first = calls.whispers();
        assert_eq!(calls.center.stage(call), Stage::AfterContactWork, "{first:?}");
        assert!(hung_up(&first, party) && !hung_up(&first, caller), "only the agent is out: {first:?}");
        let looped = |command: &CallCommand| matches!(command, CallCommand::Play { party, repeat: true, .. } if *party == caller);
        assert!(first.iter().any(looped), "the caller waits with music: {first:?}");
        assert_eq!(calls.center.offered_to(second), Some(bob));
        calls.rings(second);
        let other = calls.center.accept(bob, second);
        let then = calls.whispers();
        let mixed = then.iter().rfind(|command| matches!(command, CallCommand::Mix { .. }));
        let Some(CallCommand::Mix { hears: pairs, .. }) = mixed else { panic!("{then:?}") };
        assert_eq!(*pairs, hears(&[(caller, &[other]), (other, &[caller])]));
        calls.tell(CallEvent::HungUp { party: caller, lost: false });
        assert_eq!(calls.center.stage(second), Stage::AfterContactWork);
    }
}

#[test]
fn a_call_stays_with_its_agent_when_the_other_cannot_take_it() {
    let mut calls = Calls::new(&[("To queue", TO_QUEUE)]);
    let (call, caller, ann, party) = calls.joined();
    let bob = calls.center.user("bob");
    let there = quick_connect(&mut calls, Some(bob));
    let second = calls.center.apply(|core, cx| core.transfer(cx, ann, call, there)).expect("begins");
    let heard = calls.whispers();
    assert_eq!((calls.center.stage(call), calls.center.stage(second)), (Stage::Connected, Stage::Ended));
    assert!(!hung_up(&heard, party) && !hung_up(&heard, caller), "{heard:?}");
    assert!(calls.center.apply(|core, cx| core.transfer(cx, ann, call, there)).is_ok(), "may be tried again");
}
