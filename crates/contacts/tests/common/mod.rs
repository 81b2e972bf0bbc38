//! A contact centre in memory with virtual time: a core, a store made of maps, two agents.
#![allow(dead_code)]

use std::collections::BTreeMap;

use contacts::contact::Stage;
use contacts::{Core, Cx, Effect, Event, Outcome, Settings, StartChat, StartTask, Stored};
use directory::seed::{SeedFlow, SeedPerson, seed};
use directory::{Directory, Kind};
use flows::action::ResourceKind;
use model::resource::AgentStatusType;
use model::{AgentStatusId, ContactId, InstanceId, ItemId, ParticipantId, Scope, Timestamp, UserId};
use serde_json::Value;

pub const START: Timestamp = Timestamp(1_700_000_000_000);

/// Id, client token, moment and body of an item.
pub type StoredItem = (ItemId, Option<String>, Timestamp, Value);

/// The centre under test.
pub struct Center {
    pub core: Core,
    pub now: Timestamp,
    random: u64,
    scope: Scope,
    /// What was committed.
    pub documents: BTreeMap<(String, String), String>,
    pub contacts: BTreeMap<ContactId, (bool, String)>,
    pub items: BTreeMap<ContactId, Vec<StoredItem>>,
    pub events: Vec<Event>,
    pub changes: Vec<contacts::ResourceChange>,
    pub effects: Vec<Effect>,
}

fn scope() -> Scope {
    Scope { region: "us-east-1".into(), account: "123456789012".into(), instance: InstanceId::from_u128(1) }
}

fn stock_flows(extra: Vec<SeedFlow>) -> Vec<SeedFlow> {
    let resolve = |kind: ResourceKind, name: &str| match kind {
        ResourceKind::Flow => format!("{{{{flow:{name}}}}}"),
        ResourceKind::Queue => format!("{{{{queue:{name}}}}}"),
        ResourceKind::Prompt => format!("{{{{prompt:{name}}}}}"),
        ResourceKind::Bot => format!("arn:aws:lex:us-east-1:123456789012:bot-alias/{name}"),
        _ => name.to_owned(),
    };
    flows::library::defaults(&resolve)
        .into_iter()
        .map(|(name, kind, description, content)| SeedFlow {
            name: name.into(),
            kind,
            description: description.into(),
            content,
        })
        .chain(extra)
        .collect()
}

impl Center {
    /// A centre with the stock flows and, as inbound flows, the given ones.
    pub fn new(flows: &[(&str, &str)]) -> Self {
        let extra = flows
            .iter()
            .map(|(name, content)| SeedFlow {
                name: (*name).into(),
                kind: model::resource::FlowType::ContactFlow,
                description: String::new(),
                content: (*content).into(),
            })
            .collect();
        let person = |username: &str| SeedPerson {
            username: username.into(),
            first_name: username.into(),
            last_name: "Test".into(),
            email: None,
            password_hash: None,
            security_profiles: vec!["Agent".into()],
        };
        let mut next = 1000u128;
        let mut fresh = || {
            next += 1;
            uuid::Uuid::from_u128(next)
        };
        let mut cx = directory::Cx { now: START, new_uuid: &mut fresh };
        let mut directory =
            seed(scope(), "test", &mut cx, stock_flows(extra), vec![person("ann"), person("bob")])
                .expect("seeds");
        let documents = directory
            .take_changes()
            .into_iter()
            .map(|change| {
                let body = change.after.expect("a new instance deletes nothing");
                ((change.kind.as_str().to_owned(), change.id), body.to_string())
            })
            .collect();
        Self {
            core: Core::new(directory, Settings::default()),
            now: START,
            random: 7,
            scope: scope(),
            documents,
            contacts: BTreeMap::new(),
            items: BTreeMap::new(),
            events: Vec::new(),
            changes: Vec::new(),
            effects: Vec::new(),
        }
    }

    /// Runs a command, settles and commits.
    pub fn apply<T>(&mut self, command: impl FnOnce(&mut Core, &mut Cx) -> T) -> T {
        let mut random = {
            let mut state = self.random;
            self.random = self.random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            move || {
                // SplitMix64, twice.
                let mut next = || {
                    state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                    let mut z = state;
                    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                    z ^ (z >> 31)
                };
                u128::from(next()) << 64 | u128::from(next())
            }
        };
        let mut cx = Cx::new(self.now, &mut random);
        let result = command(&mut self.core, &mut cx);
        self.core.settle(&mut cx);
        let outcome = self.core.take_outcome(&mut cx);
        self.commit(outcome);
        self.check();
        result
    }

    fn commit(&mut self, outcome: Outcome) {
        for change in outcome.documents {
            let key = (change.kind.to_owned(), change.id);
            match change.body {
                Some(body) => self.documents.insert(key, body),
                None => self.documents.remove(&key),
            };
        }
        for change in outcome.contacts {
            self.contacts.insert(change.id, (change.ended, change.body));
        }
        for item in outcome.items {
            let body: Value = serde_json::from_str(&item.body).expect("items are JSON");
            let list = self.items.entry(item.chain).or_default();
            assert_eq!(item.seq, list.len() as i64 + 1, "positions have no gaps");
            list.push((item.id, item.token, item.at, body));
        }
        self.changes.extend(outcome.changes);
        self.events.extend(outcome.events.into_iter().map(|(_, event)| event));
        self.effects.extend(outcome.effects);
    }

    /// The invariants that hold after every command.
    fn check(&self) {
        for contact in self.core.contacts() {
            let waits = contact.is_waiting();
            assert_eq!(self.core.router().get(contact.id).is_some(), waits, "the router knows who waits");
            assert_eq!(contact.offer.is_some(), contact.stage == Stage::Offered, "offered means an offer");
            assert!(contact.stage != Stage::Ended, "what is over has left memory");
        }
        for agent in self.core.agents() {
            let user = self.core.directory().user(agent.user).expect("agents are users");
            let profile =
                self.core.directory().routing_profile(user.routing_profile_id).expect("has a profile");
            for media in &profile.media_concurrencies {
                assert!(
                    agent.load()[media.channel.index()] <= media.concurrency,
                    "never more than the profile allows"
                );
            }
        }
        let records = self.records();
        let mut ids: Vec<_> = records.iter().map(|record| record["ContactId"].as_str()).collect();
        ids.sort();
        let before = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), before, "one record for each contact");
        assert_eq!(
            before,
            self.contacts.values().filter(|(ended, _)| *ended).count(),
            "every ended contact has one"
        );
    }

    /// Lets time pass, waking the core whenever it wants to be woken.
    pub fn pass(&mut self, seconds: i64) {
        let until = self.now + seconds * 1000;
        while let Some(at) = self.core.wake_at().filter(|at| *at <= until) {
            self.now = at.max(self.now);
            self.apply(|core, cx| core.tick(cx));
        }
        self.now = until;
    }

    /// The process is killed and started again: only what was committed remains.
    pub fn restart(&mut self) {
        let mut configured = Vec::new();
        let mut stored = Stored::default();
        for ((kind, id), body) in &self.documents {
            match Kind::parse(kind) {
                Some(kind) if kind.is_held() => {
                    configured.push((kind, id.clone(), serde_json::from_str(body).expect("JSON")))
                }
                None if kind.starts_with("past-") => {}
                _ => stored.documents.push((kind.clone(), id.clone(), body.clone())),
            }
        }
        stored.contacts =
            self.contacts.values().filter(|(ended, _)| !ended).map(|(_, body)| body.clone()).collect();
        for (chain, items) in &self.items {
            stored.last_seqs.push((*chain, items.len() as i64));
            for (id, token, at, _) in items {
                if let Some(token) = token {
                    stored.item_tokens.push((*chain, token.clone(), *id, *at));
                }
            }
        }
        let directory = Directory::load(self.scope.clone(), configured.into_iter()).expect("loads");
        let mut core = Core::new(directory, Settings::default());
        let mut random = || 99;
        core.restore(&mut Cx::new(self.now, &mut random), stored).expect("restores");
        self.core = core;
        self.effects.clear();
        self.apply(|_, _| ());
    }

    pub fn user(&self, name: &str) -> UserId {
        self.core.directory().user_named(name).expect("exists").id
    }

    pub fn status(&self, kind: AgentStatusType) -> AgentStatusId {
        self.core.directory().agent_status_of_type(kind).expect("every instance has it").agent_status_id
    }

    pub fn available(&mut self, name: &str) -> UserId {
        let user = self.user(name);
        let status = self.status(AgentStatusType::Routable);
        self.apply(|core, cx| core.set_status(cx, user, status, false)).expect("sets");
        user
    }

    pub fn flow(&self, name: &str) -> String {
        self.core.directory().flow_named(name).expect("exists").id.to_string()
    }

    /// Starts a chat and connects its customer.
    pub fn chat(&mut self, flow: &str) -> (ContactId, ParticipantId) {
        self.start_chat(flow, false)
    }

    /// The same for a customer who sees replies while they are made.
    pub fn chat_incremental(&mut self, flow: &str) -> (ContactId, ParticipantId) {
        self.start_chat(flow, true)
    }

    fn start_chat(&mut self, flow: &str, incremental: bool) -> (ContactId, ParticipantId) {
        let flow = self.flow(flow);
        let request = StartChat { flow, display_name: "Cora".into(), incremental, ..StartChat::default() };
        let started = self.apply(|core, cx| core.start_chat(cx, request)).expect("starts");
        self.apply(|core, cx| core.participant_connected(cx, started.participant)).expect("connects");
        (started.contact, started.participant)
    }

    pub fn task(&mut self, flow: &str) -> ContactId {
        let flow = Some(self.flow(flow));
        let request = StartTask { flow, name: "Call back".into(), ..StartTask::default() };
        self.apply(|core, cx| core.start_task(cx, request)).expect("starts")
    }

    pub fn say(&mut self, participant: ParticipantId, text: &str) {
        self.apply(|core, cx| core.send_message(cx, participant, "text/plain", text, None)).expect("sends");
    }

    pub fn accept(&mut self, user: UserId, contact: ContactId) -> ParticipantId {
        self.apply(|core, cx| core.accept(cx, user, contact)).expect("accepts");
        self.core.contact(contact).and_then(|contact| contact.agent.as_ref()).expect("connected").participant
    }

    pub fn stage(&self, contact: ContactId) -> Stage {
        self.core.contact(contact).map_or(Stage::Ended, |contact| contact.stage)
    }

    /// Who a contact is offered to.
    pub fn offered_to(&self, contact: ContactId) -> Option<UserId> {
        self.core.contact(contact)?.offer.as_ref().map(|offer| offer.user)
    }

    pub fn records(&self) -> Vec<&Value> {
        self.events
            .iter()
            .filter_map(|event| match event {
                Event::Record { record } => Some(record),
                _ => None,
            })
            .collect()
    }

    pub fn record(&self, contact: ContactId) -> &Value {
        let id = contact.to_string();
        self.records().into_iter().find(|record| record["ContactId"] == id.as_str()).expect("has a record")
    }

    /// The names of the events of a contact, in order.
    pub fn contact_events(&self, contact: ContactId) -> Vec<&str> {
        let id = contact.to_string();
        self.events
            .iter()
            .filter_map(|event| match event {
                Event::Contact { detail } if detail["contactId"] == id.as_str() => {
                    detail["eventType"].as_str()
                }
                _ => None,
            })
            .collect()
    }

    /// The transcript as short lines: role and text, or role and the end of the content type.
    pub fn transcript(&self, chain: ContactId) -> Vec<String> {
        self.items.get(&chain).map_or_else(Vec::new, |items| {
            items
                .iter()
                .map(|(_, _, _, body)| {
                    let role = body["ParticipantRole"].as_str().unwrap_or("?");
                    let kind =
                        body["ContentType"].as_str().unwrap_or("?").rsplit("event.").next().unwrap_or("?");
                    match body["Content"].as_str() {
                        Some(text) => format!("{role}: {text}"),
                        None => format!("{role} {kind}"),
                    }
                })
                .collect()
        })
    }
}

/// A flow that puts the contact into BasicQueue at once.
pub const TO_QUEUE: &str = r#"{"Version":"2019-10-30","StartAction":"queue","Actions":[
 {"Identifier":"queue","Type":"UpdateContactTargetQueue","Parameters":{"QueueId":"{{queue:BasicQueue}}"},
  "Transitions":{"NextAction":"go","Errors":[{"NextAction":"bye","ErrorType":"NoMatchingError"}]}},
 {"Identifier":"go","Type":"TransferContactToQueue","Parameters":{},
  "Transitions":{"NextAction":"bye","Errors":[{"NextAction":"bye","ErrorType":"QueueAtCapacity"},{"NextAction":"bye","ErrorType":"NoMatchingError"}]}},
 {"Identifier":"bye","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}"#;
