//! What agents see through the life of chats and tasks, on a core in memory with virtual time.

use std::collections::BTreeMap;

use center::TokenKind;
use contacts::{Core, Cx, Settings, StartChat, StartTask};
use directory::quick_connects::CreateQuickConnect;
use directory::seed::{SeedFlow, SeedPerson, seed};
use flows::TaskReference;
use flows::action::ResourceKind;
use model::resource::AgentStatusType;
use model::{ContactId, InstanceId, ParticipantId, QuickConnectId, Scope, Timestamp, UserId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::endpoint::{BadEndpoint, Endpoint, resolve};
use super::{chat_token, snapshot};

const START: Timestamp = Timestamp(1_700_000_000_000);
/// A stock flow that puts every contact into BasicQueue.
const TO_QUEUE: &str = "Sample queue customer";

/// A centre with the agents ann and bob.
struct Desk {
    core: Core,
    now: Timestamp,
    drawn: u128,
}

impl Desk {
    fn new() -> Self {
        let instance = InstanceId::from_u128(1);
        let scope = Scope { region: "us-east-1".into(), account: "123456789012".into(), instance };
        let person = |username: &str| SeedPerson {
            username: username.into(),
            first_name: username.to_uppercase(),
            last_name: "Test".into(),
            email: None,
            password_hash: None,
            security_profiles: vec!["Agent".into()],
        };
        let resolve = |kind: ResourceKind, name: &str| match kind {
            ResourceKind::Flow => format!("{{{{flow:{name}}}}}"),
            ResourceKind::Queue => format!("{{{{queue:{name}}}}}"),
            ResourceKind::Prompt => format!("{{{{prompt:{name}}}}}"),
            _ => name.to_owned(),
        };
        let flows = flows::library::defaults(&resolve)
            .into_iter()
            .map(|(name, kind, description, content)| SeedFlow {
                name: name.into(),
                kind,
                description: description.into(),
                content,
            })
            .collect();
        let mut next = 1000u128;
        let mut fresh = || {
            next += 1;
            uuid::Uuid::from_u128(next)
        };
        let mut cx = directory::Cx { now: START, new_uuid: &mut fresh };
        let people = vec![person("ann"), person("bob")];
        let directory = seed(scope, "test", &mut cx, flows, people).expect("seeds");
        Self { core: Core::new(directory, Settings::default()), now: START, drawn: 0 }
    }

    fn apply<T>(&mut self, command: impl FnOnce(&mut Core, &mut Cx) -> T) -> T {
        let drawn = &mut self.drawn;
        let mut random = || {
            // Distinct, and spread over all bits.
            *drawn += 1;
            drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
        };
        let mut cx = Cx::new(self.now, &mut random);
        let result = command(&mut self.core, &mut cx);
        self.core.settle(&mut cx);
        self.core.take_outcome(&mut cx);
        result
    }

    fn pass(&mut self, seconds: i64) {
        let until = self.now + seconds * 1000;
        while let Some(at) = self.core.wake_at().filter(|at| *at <= until) {
            self.now = at.max(self.now);
            self.apply(|core, cx| core.tick(cx));
        }
        self.now = until;
    }

    fn user(&self, name: &str) -> UserId {
        self.core.directory().user_named(name).expect("exists").id
    }

    fn choose(&mut self, user: UserId, kind: AgentStatusType, enqueue: bool) {
        let statuses = self.core.directory().agent_statuses();
        let status =
            statuses.filter(|status| status.kind == kind).map(|status| status.agent_status_id).next();
        let status = status.expect("every instance has one");
        self.apply(|core, cx| core.set_status(cx, user, status, enqueue)).expect("sets");
    }

    fn available(&mut self, name: &str) -> UserId {
        let user = self.user(name);
        self.apply(|core, cx| core.sign_in(cx, user)).expect("signs in");
        self.choose(user, AgentStatusType::Routable, false);
        user
    }

    fn flow(&self) -> String {
        self.core.directory().flow_named(TO_QUEUE).expect("exists").id.to_string()
    }

    /// Starts a chat and connects its customer.
    fn chat(&mut self, attributes: &[(&str, &str)]) -> (ContactId, ParticipantId) {
        let request = StartChat {
            flow: self.flow(),
            display_name: "Cora".into(),
            attributes: attributes.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            content_types: vec!["text/plain".into(), "text/markdown".into()],
            ..StartChat::default()
        };
        let started = self.apply(|core, cx| core.start_chat(cx, request)).expect("starts");
        self.apply(|core, cx| core.participant_connected(cx, started.participant)).expect("connects");
        (started.contact, started.participant)
    }

    fn accept(&mut self, user: UserId, contact: ContactId) {
        self.apply(|core, cx| core.accept(cx, user, contact)).expect("accepts");
    }

    fn leave(&mut self, user: UserId, contact: ContactId) {
        self.apply(|core, cx| core.agent_leaves(cx, user, contact)).expect("leaves");
    }

    fn clear(&mut self, user: UserId, contact: ContactId) {
        self.apply(|core, cx| core.clear(cx, user, contact)).expect("clears");
    }

    fn quick_connect(&mut self, name: &str, config: Value) -> QuickConnectId {
        let input = json!({"Name": name, "QuickConnectConfig": config});
        let input = directory::input::read::<CreateQuickConnect>(input).expect("an input");
        self.apply(|core, cx| {
            core.configure(cx, "test", |directory, cx| directory.create_quick_connect(cx, input))
        })
        .expect("creates")
    }

    fn connect_to(&mut self, name: &str) -> QuickConnectId {
        let flow = self.core.directory().flow_named("Default agent transfer").expect("exists").id;
        let user = self.user(name);
        let config =
            json!({"QuickConnectType": "USER", "UserConfig": {"UserId": user, "ContactFlowId": flow}});
        self.quick_connect(name, config)
    }

    /// The snapshot, whose structure clients rely on.
    fn shown(&self, user: UserId) -> Value {
        let shown = snapshot(&self.core, user, self.now, &|core, part| {
            let token = chat_token(core, part, Uuid::nil());
            assert_eq!(token.kind, TokenKind::AgentChat);
            format!("token of {}", token.subject)
        });
        assert_eq!(shown["snapshotTimestamp"], json!(self.now.as_secs_f64()));
        for contact in shown["contacts"].as_array().expect("a list") {
            let connections = contact["connections"].as_array().expect("a list");
            let count =
                |member: &str, value: Value| connections.iter().filter(|one| one[member] == value).count();
            let own = count("type", json!("agent")) + count("type", json!("monitoring"));
            assert_eq!(own, 1, "{contact}");
            assert_eq!(count("initial", json!(true)), 1, "{contact}");
            for connection in connections {
                assert!(
                    connection["connectionId"].as_str().is_some_and(|id| id.parse::<ParticipantId>().is_ok())
                );
                assert!(connection["endpoint"]["type"].is_string());
            }
            assert!(contact["attributes"].is_object() && contact["state"]["type"].is_string());
        }
        shown
    }

    /// Type and name of the state, and how long it has lasted in seconds.
    fn state(&self, user: UserId) -> String {
        let state = &self.shown(user)["state"];
        let since = self.now.as_secs_f64() - state["startTimestamp"].as_f64().expect("a number");
        format!("{} {} {since}", state["type"].as_str().expect("text"), state["name"].as_str().expect("text"))
    }

    /// The states of the contacts, with those of the agent's and the customer's connections.
    fn contacts(&self, user: UserId) -> Vec<String> {
        let shown = self.shown(user);
        let text = |value: &Value| value["state"]["type"].as_str().unwrap_or("?").to_owned();
        let contacts = shown["contacts"].as_array().expect("a list");
        contacts
            .iter()
            .map(|contact| {
                let connections = contact["connections"].as_array().expect("a list");
                let of = |member: &str, value: Value| {
                    connections.iter().find(|one| one[member] == value).map(text).expect("checked")
                };
                format!("{}: {} / {}", text(contact), of("type", json!("agent")), of("initial", json!(true)))
            })
            .collect()
    }
}

#[test]
fn who_has_never_signed_in_is_in_init_and_then_offline() {
    let mut desk = Desk::new();
    let ann = desk.user("ann");
    assert_eq!(desk.state(ann), "init Init 0");
    assert_eq!(desk.shown(ann).get("agentAvailabilityState"), None);
    desk.apply(|core, cx| core.sign_in(cx, ann)).expect("signs in");
    desk.pass(3);
    assert_eq!(desk.state(ann), "offline Offline 3");
    let shown = desk.shown(ann);
    assert_eq!(
        shown["agentAvailabilityState"],
        json!({"state": "Offline", "timeStamp": START.as_secs_f64()})
    );
    let arn = shown["state"]["agentStateARN"].as_str().expect("a name");
    assert!(
        arn.starts_with("arn:aws:connect:us-east-1:123456789012:instance/") && arn.contains("/agent-state/")
    );
}

#[test]
fn a_chat_from_ring_to_clear() {
    let mut desk = Desk::new();
    let ann = desk.available("ann");
    desk.pass(10);
    assert_eq!(desk.state(ann), "routable Available 10");
    let (contact, _) = desk.chat(&[]);
    desk.pass(4);
    assert_eq!(desk.state(ann), "system PendingBusy 4");
    assert_eq!(desk.contacts(ann), ["connecting: connecting / connected"]);
    desk.accept(ann, contact);
    desk.pass(30);
    assert_eq!(desk.state(ann), "system Busy 30");
    assert_eq!(desk.contacts(ann), ["connected: connected / connected"]);
    assert_eq!(desk.shown(ann)["agentAvailabilityState"]["state"], "Available", "as the agent chose it");
    desk.leave(ann, contact);
    desk.pass(5);
    assert_eq!(desk.state(ann), "system AfterCallWork 5");
    assert_eq!(desk.contacts(ann), ["ended: disconnected / disconnected"]);
    desk.clear(ann, contact);
    assert_eq!(desk.state(ann), "routable Available 49");
    assert_eq!(desk.contacts(ann), [""; 0]);
}

#[test]
fn a_chat_in_full() {
    let mut desk = Desk::new();
    let ann = desk.available("ann");
    let (contact, customer) = desk.chat(&[("tier", "gold")]);
    desk.accept(ann, contact);
    let agent = desk.core.agent(ann).and_then(|agent| agent.leg(contact)).expect("held").participant;
    let queue = desk.core.directory().queue_named("BasicQueue").expect("exists").queue_id;
    let instance = "arn:aws:connect:us-east-1:123456789012:instance/00000000-0000-0000-0000-000000000001";
    let at = START.as_secs_f64();
    let mut shown = desk.shown(ann);
    let data = shown["contacts"][0]["connections"][1]["chatMediaInfo"]["connectionData"].take();
    let data: Value = serde_json::from_str(data.as_str().expect("a text")).expect("JSON");
    let token = format!("token of {agent}");
    assert_eq!(
        data,
        json!({"ConnectionAuthenticationToken": token, "ParticipantId": agent, "ParticipantToken": token})
    );
    let person = json!({"type": "phone_number", "name": "Cora", "displayName": "Cora"});
    assert_eq!(
        shown["contacts"],
        json!([{
            "contactId": contact,
            "type": "chat",
            "state": {"type": "connected", "timestamp": at},
            "initiationMethod": "api",
            "attributes": {"tier": {"name": "tier", "value": "gold"}},
            "references": {},
            "contactFeatures": {
                "attachmentsEnabled": true,
                "messagingMarkdownEnabled": true,
                "multiPartyConferenceEnabled": false,
                "screenRecordingEnabled": false,
            },
            "segmentAttributes": {"connect:Subtype": {"ValueString": "connect:Chat"}},
            "connections": [
                {
                    "connectionId": customer,
                    "type": "inbound",
                    "initial": true,
                    "state": {"type": "connected", "timestamp": at},
                    "endpoint": person,
                },
                {
                    "connectionId": agent,
                    "type": "agent",
                    "initial": false,
                    "state": {"type": "connected", "timestamp": at},
                    "endpoint": {
                        "type": "agent",
                        "endpointARN": format!("{instance}/agent/{ann}"),
                        "name": "ann",
                        "agentLogin": "ann",
                    },
                    "chatMediaInfo": {"chatAutoAccept": false, "customerName": "Cora", "connectionData": null},
                },
            ],
            "queue": {"queueARN": format!("{instance}/queue/{queue}"), "name": "BasicQueue"},
            "queueTimestamp": at,
            "customerEndpoint": person,
        }])
    );
}

#[test]
fn a_missed_offer_is_an_error_until_it_is_cleared() {
    let mut desk = Desk::new();
    let ann = desk.available("ann");
    let (contact, _) = desk.chat(&[]);
    desk.pass(22);
    assert_eq!(desk.state(ann), "error MissedCallAgent 2");
    assert_eq!(desk.contacts(ann), ["missed: disconnected / connected"]);
    let info = &desk.shown(ann)["contacts"][0]["connections"][1]["chatMediaInfo"];
    assert_eq!(info.get("connectionData"), None, "the chat is not theirs");
    desk.clear(ann, contact);
    assert_eq!(desk.state(ann), "system PendingBusy 0", "offered again at once");
    desk.apply(|core, cx| core.reject(cx, ann, contact)).expect("rejects");
    assert_eq!(desk.contacts(ann), ["rejected: disconnected / connected"]);
    desk.choose(ann, AgentStatusType::Offline, false);
    assert_eq!((desk.state(ann), desk.contacts(ann)), ("offline Offline 0".to_owned(), vec![]));
}

#[test]
fn with_several_contacts_the_state_follows_the_most_urgent() {
    let mut desk = Desk::new();
    let ann = desk.available("ann");
    let (first, _) = desk.chat(&[]);
    desk.accept(ann, first);
    desk.pass(10);
    let (second, _) = desk.chat(&[]);
    assert_eq!(desk.state(ann), "system PendingBusy 0");
    desk.accept(ann, second);
    assert_eq!(desk.state(ann), "system Busy 10", "since the first");
    desk.leave(ann, first);
    assert_eq!(
        desk.contacts(ann),
        ["ended: disconnected / disconnected", "connected: connected / connected"]
    );
    assert_eq!(desk.state(ann), "system Busy 0", "since the one that goes on");
    desk.pass(20);
    desk.leave(ann, second);
    desk.pass(5);
    assert_eq!(desk.state(ann), "system AfterCallWork 5", "since the last ended");
}

#[test]
fn a_state_chosen_for_later_is_shown_beside_the_present_one() {
    let mut desk = Desk::new();
    let ann = desk.available("ann");
    let (contact, _) = desk.chat(&[]);
    desk.accept(ann, contact);
    desk.choose(ann, AgentStatusType::Offline, true);
    let next = |desk: &Desk| desk.shown(ann)["nextState"]["name"].as_str().map(str::to_owned);
    assert_eq!(next(&desk).as_deref(), Some("Offline"));
    desk.leave(ann, contact);
    assert_eq!(next(&desk).as_deref(), Some("Offline"));
    desk.clear(ann, contact);
    assert_eq!((next(&desk), desk.state(ann)), (None, "offline Offline 0".to_owned()));
}

#[test]
fn a_task_with_all_that_agents_read() {
    let mut desk = Desk::new();
    let ann = desk.available("ann");
    let reference = TaskReference { value: "https://example.com/1".into(), kind: "URL".into() };
    let request = StartTask {
        flow: Some(desk.flow()),
        name: "Call back".into(),
        description: Some("About the order".into()),
        references: BTreeMap::from([("Order".to_owned(), reference)]),
        scheduled_at: Some(START + 60_000),
        ..StartTask::default()
    };
    let task = desk.apply(|core, cx| core.start_task(cx, request)).expect("starts");
    assert_eq!(desk.contacts(ann), [""; 0], "not yet");
    desk.pass(60);
    desk.accept(ann, task);
    let shown = &desk.shown(ann)["contacts"][0];
    let members = ["type", "name", "description", "references", "channelContext", "initiationMethod"];
    assert_eq!(
        json!(members.map(|member| &shown[member])),
        json!([
            "task",
            "Call back",
            "About the order",
            {"Order": {"value": "https://example.com/1", "type": "URL"}},
            {"scheduledTime": 1_700_000_060},
            "api",
        ])
    );
    assert_eq!(shown["connections"][1].get("chatMediaInfo"), None);
    desk.apply(|core, cx| core.pause(cx, task)).expect("pauses");
    assert_eq!(desk.contacts(ann), ["paused: connected / connected"]);
    assert_eq!(desk.state(ann), "system Busy 0");
    desk.apply(|core, cx| core.resume(cx, task)).expect("resumes");
    assert_eq!(desk.contacts(ann), ["connected: connected / connected"]);
    desk.leave(ann, task);
    assert_eq!(desk.contacts(ann), ["ended: disconnected / disconnected"]);
}

#[test]
fn a_transferred_chat_keeps_its_first_id() {
    let mut desk = Desk::new();
    let ann = desk.available("ann");
    let to_bob = desk.connect_to("bob");
    let (contact, customer) = desk.chat(&[("tier", "gold")]);
    desk.accept(ann, contact);
    let bob = desk.available("bob");
    let next = desk.apply(|core, cx| core.transfer(cx, ann, contact, to_bob)).expect("transfers");
    assert_eq!(desk.contacts(ann), ["ended: disconnected / disconnected"]);
    assert_eq!(desk.contacts(bob), ["connecting: connecting / connected"]);
    let shown = &desk.shown(bob)["contacts"][0];
    assert_eq!(
        json!([
            shown["contactId"],
            shown["initialContactId"],
            shown["initiationMethod"],
            shown["attributes"]["tier"]
        ]),
        json!([next, contact, "transfer", {"name": "tier", "value": "gold"}])
    );
    assert_eq!(shown["connections"][0]["connectionId"], json!(customer));
    assert_eq!(shown["queue"]["name"], "", "the agent's own queue");
    assert!(
        shown["queue"]["queueARN"].as_str().is_some_and(|arn| arn.ends_with(&format!("queue/agent/{bob}")))
    );
}

#[test]
fn endpoints_lead_to_quick_connects() {
    let mut desk = Desk::new();
    let to_bob = desk.connect_to("bob");
    let number = json!({"QuickConnectType": "PHONE_NUMBER", "PhoneConfig": {"PhoneNumber": "+14155550100"}});
    let number = desk.quick_connect("Office", number);
    let directory = desk.core.directory();
    let arn = |instance: u128, id: QuickConnectId| {
        let instance = InstanceId::from_u128(instance);
        format!("arn:aws:connect:us-east-1:123456789012:instance/{instance}/transfer-destination/{id}")
    };
    for (endpoint, expected) in [
        (json!({"endpointARN": arn(1, to_bob), "type": "agent", "name": "bob"}), Ok(to_bob)),
        (json!({"endpointARN": to_bob, "type": "agent"}), Ok(to_bob)),
        (json!({"type": "agent", "name": "bob"}), Ok(to_bob)),
        (json!({"endpointARN": arn(2, to_bob)}), Err(BadEndpoint::Unknown)),
        (json!({"endpointARN": arn(1, number), "type": "phone_number"}), Err(BadEndpoint::Telephone)),
        (json!({"endpointARN": "nonsense", "name": "bob"}), Err(BadEndpoint::Unknown)),
        (json!({"type": "phone_number", "phoneNumber": "+14155550100"}), Err(BadEndpoint::Telephone)),
        (json!({"type": "email_address", "emailAddress": "a@example.com"}), Err(BadEndpoint::Mail)),
        (json!({"type": "queue", "name": "Nowhere"}), Err(BadEndpoint::Unknown)),
        (json!({}), Err(BadEndpoint::Unknown)),
    ] {
        let given: Endpoint = serde_json::from_value(endpoint.clone()).expect("an endpoint");
        assert_eq!(resolve(directory, &given), expected, "{endpoint}");
    }
}
