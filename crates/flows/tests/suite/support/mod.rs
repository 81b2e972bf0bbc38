//! An in-memory host, and helpers to build and run small flows.
#![allow(dead_code)]

pub mod case;
pub mod checks;
pub mod parts;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use flows::*;
use model::resource::FlowType;
use model::{Channel, FlowId, Timestamp};
use serde_json::{Value, json};

/// Surroundings that remember what was asked of them.
pub struct TestHost {
    pub now: Timestamp,
    pub channel: Channel,
    pub percents: VecDeque<u8>,
    pub values: BTreeMap<String, Value>,
    pub programs: HashMap<String, (FlowId, FlowType, Arc<Program>)>,
    /// Names of methods that fail, and how.
    pub failing: HashMap<&'static str, FlowError>,
    pub services: HashSet<&'static str>,
    pub hours: Result<bool, FlowError>,
    pub metrics: Result<QueueMetrics, FlowError>,
    pub bots: Vec<&'static str>,
    pub messages: Vec<Message>,
    pub calls: Vec<String>,
    pub log: Vec<LogEntry>,
    pub looked_up: RefCell<Vec<String>>,
}

impl TestHost {
    pub fn new(channel: Channel) -> Self {
        let mut host = Self {
            now: Timestamp(1_700_000_000_000),
            channel,
            percents: VecDeque::new(),
            values: BTreeMap::new(),
            programs: HashMap::new(),
            failing: HashMap::new(),
            services: HashSet::new(),
            hours: Ok(true),
            metrics: Ok(QueueMetrics {
                name: "Basic".into(),
                arn: "arn:q".into(),
                ..QueueMetrics::default()
            }),
            bots: Vec::new(),
            messages: Vec::new(),
            calls: Vec::new(),
            log: Vec::new(),
            looked_up: RefCell::new(Vec::new()),
        };
        host.set("Channel", json!(channel.as_str()));
        host.set("ContactId", json!("c-1"));
        host
    }

    /// Sets what a root or attribute path holds; `path` without the leading `$.`.
    pub fn set(&mut self, path: &str, value: Value) {
        let reference = Reference::parse(&format!("$.{path}")).expect("a valid path");
        self.values.insert(reference.to_string(), value);
    }

    /// The host has this service.
    pub fn provide(&mut self, service: &'static str) {
        self.services.insert(service);
    }

    /// A method fails.
    pub fn fail(&mut self, method: &'static str, error: FlowError) {
        self.failing.insert(method, error);
    }

    pub fn add_flow(&mut self, name: &str, number: u128, kind: FlowType, document: &Value) -> FlowId {
        let id = FlowId::from_u128(number);
        let program = Arc::new(Program::parse(&document.to_string()).expect("parses"));
        self.programs.insert(name.to_owned(), (id, kind, program.clone()));
        self.programs.insert(id.to_string(), (id, kind, program));
        id
    }

    pub fn texts(&self) -> Vec<&str> {
        let texts = self.messages.iter().map(|message| match message {
            Message::Text(text) | Message::Ssml(text) | Message::Prompt(text) => text.as_str(),
            Message::Media(text) | Message::Interactive(text) => text.as_str(),
        });
        texts.collect()
    }

    /// As [`TestHost::call`], for what most hosts do not have: only where `Everything` is provided.
    fn extra(&mut self, name: &'static str, what: impl std::fmt::Debug) -> Result<(), FlowError> {
        match self.services.contains("Everything") {
            true => self.call(name, what),
            false => Err(FlowError::Unavailable(name)),
        }
    }

    fn call(&mut self, name: &'static str, what: impl std::fmt::Debug) -> Result<(), FlowError> {
        match self.failing.get(name) {
            Some(error) => Err(error.clone()),
            None => {
                self.calls.push(format!("{name} {what:?}"));
                Ok(())
            }
        }
    }
}

impl Host for TestHost {
    fn now(&self) -> Timestamp {
        self.now
    }
    fn random_percent(&mut self) -> u8 {
        self.percents.pop_front().unwrap_or(50)
    }
    fn channel(&self) -> Channel {
        self.channel
    }
    fn lookup(&self, path: &Reference) -> Option<Value> {
        self.looked_up.borrow_mut().push(path.to_string());
        if let Some(value) = self.values.get(&path.to_string()) {
            return Some(value.clone());
        }
        let root = self.values.get(&Reference::of([path.root()])?.to_string())?;
        path.find_in(root).cloned()
    }
    fn program(&mut self, name: &str) -> Result<(FlowId, FlowType, Arc<Program>), FlowError> {
        let found = self.programs.get(name).cloned();
        found.ok_or_else(|| FlowError::NotFound { kind: "flow", name: name.to_owned() })
    }
    fn set_attributes(&mut self, target: Target, map: BTreeMap<String, String>) -> Result<(), FlowError> {
        self.call("set_attributes", (target, &map))?;
        for (key, value) in map {
            let reference = Reference::of(["Attributes", &key]).expect("two steps");
            self.values.insert(reference.to_string(), json!(value));
        }
        Ok(())
    }
    fn update_contact(&mut self, target: Target, update: ContactUpdate) -> Result<(), FlowError> {
        self.call("update_contact", (target, &update))?;
        if let Some(language) = update.language_code {
            self.set("LanguageCode", json!(language));
        }
        Ok(())
    }
    fn tag(&mut self, tags: BTreeMap<String, String>) -> Result<(), FlowError> {
        self.call("tag", tags)
    }
    fn untag(&mut self, keys: Vec<String>) -> Result<(), FlowError> {
        self.call("untag", keys)
    }
    fn set_event_hook(&mut self, event: EventHook, flow: Option<&str>) -> Result<(), FlowError> {
        self.call("hook", (event, flow))
    }
    fn set_target_queue(&mut self, target: &TargetQueue) -> Result<(), FlowError> {
        self.call("queue", target)
    }
    fn set_routing_behavior(&mut self, behavior: RoutingBehavior) -> Result<(), FlowError> {
        self.call("routing", behavior)
    }
    fn set_routing_criteria(&mut self, criteria: &Value) -> Result<(), FlowError> {
        self.call("criteria", criteria)
    }
    fn set_recording_behavior(&mut self, behavior: &Value) -> Result<(), FlowError> {
        self.call("recording", behavior)
    }
    fn set_media_processing(&mut self, behavior: &Value) -> Result<(), FlowError> {
        self.extra("processing", behavior)
    }
    fn set_voice(&mut self, behavior: &Value) -> Result<(), FlowError> {
        self.extra("voice", behavior)
    }
    fn create_callback(&mut self, callback: &Value) -> Result<(), FlowError> {
        self.extra("callback", callback)
    }
    fn set_callback_number(&mut self, number: &str) -> Result<(), FlowError> {
        self.extra("callback_number", number)
    }
    fn start_outbound_chat(&mut self, request: &Value) -> Result<(), FlowError> {
        self.extra("outbound_chat", request)
    }
    fn set_logging(&mut self, enabled: bool) {
        self.calls.push(format!("logging {enabled}"));
    }
    fn check_hours(&self, _: Option<&str>) -> Result<bool, FlowError> {
        self.hours.clone()
    }
    fn queue_metrics(&self, _: Option<&TargetQueue>, _: Option<Channel>) -> Result<QueueMetrics, FlowError> {
        self.metrics.clone()
    }
    fn create_task(&mut self, task: CreateTask) -> Result<String, FlowError> {
        self.call("task", task)?;
        Ok("t-1".to_owned())
    }
    fn send_message(&mut self, message: Message) -> Result<Said, FlowError> {
        if let Some(error) = self.failing.get("message") {
            return Err(error.clone());
        }
        self.messages.push(message);
        Ok(if self.services.contains("Sound") { Said::Playing } else { Said::Done })
    }
    fn resume_contact(&mut self) -> Result<(), FlowError> {
        self.call("resume", ())
    }
    fn bot(&self, alias: &str) -> Result<(), FlowError> {
        let missing = || FlowError::NotFound { kind: "bot", name: alias.to_owned() };
        self.bots.iter().find(|known| **known == alias || **known == "*").map(|_| ()).ok_or_else(missing)
    }
    fn provides(&self, service: Service) -> bool {
        self.services.contains(format!("{service:?}").as_str())
    }
    fn log(&mut self, entry: LogEntry) {
        self.log.push(entry);
    }
}

/// A flow of one action whose every branch ends at an action named after it: `next`, the error branch, or the
/// operand of the condition (without `$`). Conditions are `operator:operand`, or an operand for `Equals`.
pub fn one_action(kind: &str, parameters: Value, errors: &[&str], conditions: &[&str]) -> Value {
    let mut ends = vec!["next".to_owned()];
    let errors: Vec<Value> = errors
        .iter()
        .map(|error| {
            ends.push((*error).to_owned());
            json!({"NextAction": error, "ErrorType": error})
        })
        .collect();
    let conditions: Vec<Value> = conditions
        .iter()
        .map(|condition| {
            let (operator, operand) = condition.split_once(':').unwrap_or(("Equals", condition));
            let end = operand.replace('$', "");
            ends.push(end.clone());
            json!({"NextAction": end, "Condition": {"Operator": operator, "Operands": [operand]}})
        })
        .collect();
    ends.sort();
    ends.dedup();
    let mut actions = vec![json!({
        "Identifier": "it", "Type": kind, "Parameters": parameters,
        "Transitions": {"NextAction": "next", "Errors": errors, "Conditions": conditions},
    })];
    actions.extend(ends.iter().map(
        |end| json!({"Identifier": end, "Type": "EndFlowExecution", "Parameters": {}, "Transitions": {}}),
    ));
    json!({"Version": "2019-10-30", "StartAction": "it", "Actions": actions})
}

/// A run of one flow with its surroundings.
pub struct Play {
    pub run: Run,
    pub program: Arc<Program>,
    pub host: TestHost,
}

impl Play {
    pub fn new(document: &Value, kind: FlowType, mut host: TestHost) -> Self {
        let id = host.add_flow("main", 1, kind, document);
        let program = host.programs["main"].2.clone();
        Self { run: Run::start(id, kind, false), program, host }
    }

    /// Advances; the state goes through JSON first, as it does in the store.
    pub fn advance(&mut self, resume: Resume) -> Pause {
        let stored = serde_json::to_string(&self.run).expect("serialises");
        self.run = serde_json::from_str(&stored).expect("reads back");
        let current = self.run.flow.to_string();
        if let Some((_, _, program)) = self.host.programs.get(&current) {
            self.program = program.clone();
        }
        advance(&mut self.run, &self.program, &mut self.host, resume)
    }

    pub fn start(&mut self) -> Pause {
        self.advance(Resume::Start)
    }

    pub fn says(&mut self, text: &str) -> Pause {
        self.advance(Resume::CustomerMessage { text: text.into(), content_type: "text/plain".into() })
    }

    /// Where the run stands, for runs that ended at an action named after a branch.
    pub fn at(&self) -> &str {
        &self.run.current
    }
}
