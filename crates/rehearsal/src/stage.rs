//! The surroundings of a played contact, as the interpreter asks for them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use flows::{
    Branch, ContactUpdate, CreateTask, EventHook, FlowError, Host, LogEntry, Message, Program, QueueMetrics,
    Reference, RoutingBehavior, Service, Target, TargetQueue,
};
use model::resource::FlowType;
use model::{Channel, FlowId, Timestamp};
use serde_json::{Map, Value, json};

use crate::coverage::Coverage;
use crate::given::{Given, GivenError, Hours};
use crate::library::Library;

/// One contact and its world.
pub(crate) struct Stage {
    pub given: Given,
    pub library: Library,
    pub now: Timestamp,
    pub channel: Channel,
    pub queue: Option<String>,
    pub hooks: BTreeMap<EventHook, Option<String>>,
    /// Texts said to the customer that nobody has looked at yet.
    pub said: VecDeque<String>,
    pub tasks: Vec<String>,
    pub coverage: Coverage,
    roots: Map<String, Value>,
    percents: VecDeque<u8>,
}

impl Stage {
    pub fn new(given: Given, library: Library) -> Result<Self, GivenError> {
        let channel = given.channel.unwrap_or(Channel::Chat);
        let now = given.begin()?;
        let mut roots = Map::new();
        for (name, value) in [
            ("Channel", json!(channel.as_str())),
            ("ContactId", json!("11111111-1111-4111-8111-111111111111")),
            ("InitialContactId", json!("11111111-1111-4111-8111-111111111111")),
            ("InitiationMethod", json!(if channel == Channel::Voice { "INBOUND" } else { "API" })),
            ("InstanceARN", json!("arn:aws:connect:us-east-1:000000000000:instance/rehearsal")),
            ("LanguageCode", json!("en-US")),
            ("Attributes", json!(given.attributes)),
        ] {
            roots.insert(name.to_owned(), value);
        }
        let mut stage = Self {
            percents: given.percents.iter().copied().collect(),
            given,
            library,
            now,
            channel,
            queue: None,
            hooks: BTreeMap::new(),
            said: VecDeque::new(),
            tasks: Vec::new(),
            coverage: Coverage::default(),
            roots,
        };
        for (path, value) in stage.given.values.clone() {
            stage.set(&path, value)?;
        }
        Ok(stage)
    }

    /// Sets a value by its reference without `$.`.
    fn set(&mut self, path: &str, value: Value) -> Result<(), GivenError> {
        let wrong =
            || GivenError(format!("values: {path:?} is no reference such as CustomerEndpoint.Address"));
        let reference = Reference::parse(&format!("$.{path}")).ok_or_else(wrong)?;
        let mut place = self.roots.entry(reference.root()).or_insert(Value::Null);
        for step in reference.path() {
            if !place.is_object() {
                *place = json!({});
            }
            place = &mut place[step.as_str()];
        }
        *place = value;
        Ok(())
    }

    /// The value of a reference, for expectations.
    pub fn value(&self, path: &str) -> Option<Value> {
        let reference = Reference::parse(&format!("$.{path}"))?;
        reference.find_in(self.roots.get(reference.root())?).cloned()
    }

    /// The contact is in this queue from now on, or has it as its target.
    pub fn take_queue(&mut self, queue: &TargetQueue) -> Result<(), FlowError> {
        let (TargetQueue::Queue(text) | TargetQueue::Agent(text)) = queue;
        let name = text.rsplit('/').next().unwrap_or(text).to_owned();
        if self.given.queue(&name).missing {
            return Err(FlowError::NotFound { kind: "queue", name });
        }
        self.roots.insert("Queue".to_owned(), json!({"Name": name, "ARN": name}));
        self.queue = Some(name);
        Ok(())
    }

    fn attributes(&mut self) -> &mut Map<String, Value> {
        self.roots["Attributes"].as_object_mut().expect("attributes are always an object")
    }
}

impl Host for Stage {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn random_percent(&mut self) -> u8 {
        self.percents.pop_front().unwrap_or(50).clamp(1, 100)
    }

    fn channel(&self) -> Channel {
        self.channel
    }

    fn lookup(&self, path: &Reference) -> Option<Value> {
        path.find_in(self.roots.get(path.root())?).cloned()
    }

    fn program(&mut self, name: &str) -> Result<(FlowId, FlowType, Arc<Program>), FlowError> {
        let known = self.library.find(name);
        let known = known.ok_or_else(|| FlowError::NotFound { kind: "flow", name: name.to_owned() })?;
        Ok((known.id, known.kind, known.program.clone()))
    }

    fn set_attributes(&mut self, _: Target, map: BTreeMap<String, String>) -> Result<(), FlowError> {
        self.attributes().extend(map.into_iter().map(|(name, value)| (name, Value::from(value))));
        Ok(())
    }

    fn update_contact(&mut self, _: Target, update: ContactUpdate) -> Result<(), FlowError> {
        let texts = [
            ("Name", update.name),
            ("Description", update.description),
            ("LanguageCode", update.language_code),
            ("CustomerId", update.customer_id),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                self.roots.insert(name.to_owned(), Value::from(text));
            }
        }
        Ok(())
    }

    fn tag(&mut self, tags: BTreeMap<String, String>) -> Result<(), FlowError> {
        let place = self.roots.entry("Tags").or_insert_with(|| json!({}));
        for (name, value) in tags {
            place[name] = Value::from(value);
        }
        Ok(())
    }

    fn untag(&mut self, keys: Vec<String>) -> Result<(), FlowError> {
        if let Some(tags) = self.roots.get_mut("Tags").and_then(Value::as_object_mut) {
            tags.retain(|name, _| !keys.contains(name));
        }
        Ok(())
    }

    fn set_event_hook(&mut self, event: EventHook, flow: Option<&str>) -> Result<(), FlowError> {
        if let Some(name) = flow
            && self.library.find(name).is_none()
        {
            return Err(FlowError::NotFound { kind: "flow", name: name.to_owned() });
        }
        self.hooks.insert(event, flow.map(str::to_owned));
        Ok(())
    }

    fn set_target_queue(&mut self, target: &TargetQueue) -> Result<(), FlowError> {
        self.take_queue(target)
    }

    fn set_routing_behavior(&mut self, _: RoutingBehavior) -> Result<(), FlowError> {
        Ok(())
    }

    fn set_routing_criteria(&mut self, _: &Value) -> Result<(), FlowError> {
        Ok(())
    }

    fn set_recording_behavior(&mut self, _: &Value) -> Result<(), FlowError> {
        Ok(())
    }

    fn set_logging(&mut self, _: bool) {}

    fn check_hours(&self, hours: Option<&str>) -> Result<bool, FlowError> {
        let name = hours.and_then(|hours| hours.rsplit('/').next()).unwrap_or_default();
        match self.given.hours_of.get(name).copied().unwrap_or(self.given.hours) {
            Hours::Open => Ok(true),
            Hours::Closed => Ok(false),
            Hours::Unknown => Err(FlowError::NotFound { kind: "hours of operation", name: name.to_owned() }),
        }
    }

    fn queue_metrics(
        &self,
        queue: Option<&TargetQueue>,
        _: Option<Channel>,
    ) -> Result<QueueMetrics, FlowError> {
        let named = queue.map(|(TargetQueue::Queue(name) | TargetQueue::Agent(name))| name.clone());
        let text = named.or_else(|| self.queue.clone());
        let text = text.ok_or(FlowError::NotFound { kind: "queue", name: String::new() })?;
        let name = text.rsplit('/').next().unwrap_or(&text).to_owned();
        let queue = self.given.queue(&name);
        if queue.missing {
            return Err(FlowError::NotFound { kind: "queue", name });
        }
        Ok(QueueMetrics {
            arn: name.clone(),
            name,
            contacts_in_queue: queue.waiting,
            oldest_contact_age_ms: queue.oldest_seconds * 1000,
            agents_online: queue.online,
            agents_available: queue.available,
            agents_staffed: queue.staffed,
            position_in_queue: queue.position,
            ..QueueMetrics::default()
        })
    }

    fn create_task(&mut self, task: CreateTask) -> Result<String, FlowError> {
        self.tasks.push(task.name);
        Ok(format!("22222222-2222-4222-8222-{:012}", self.tasks.len()))
    }

    fn send_message(&mut self, message: Message) -> Result<(), FlowError> {
        let text = match message {
            Message::Text(text) | Message::Interactive(text) => text,
            Message::Ssml(_) | Message::Prompt(_) | Message::Media(_) if self.channel == Channel::Chat => {
                return Err(FlowError::Channel(self.channel));
            }
            Message::Ssml(text) | Message::Prompt(text) | Message::Media(text) => text,
        };
        self.said.push_back(text);
        Ok(())
    }

    fn resume_contact(&mut self) -> Result<(), FlowError> {
        if self.channel == Channel::Task { Ok(()) } else { Err(FlowError::Channel(self.channel)) }
    }

    fn bot(&self, alias: &str) -> Result<(), FlowError> {
        let missing = || FlowError::NotFound { kind: "bot", name: alias.to_owned() };
        self.given.bot(alias).map(|_| ()).ok_or_else(missing)
    }

    fn provides(&self, service: Service) -> bool {
        service == Service::Functions || service == Service::Telephony && self.channel == Channel::Voice
    }

    fn entered(&mut self, flow: FlowId, identifier: &str) {
        let name = self.library.name_of(flow);
        if let Some(known) = self.library.by_id(flow) {
            self.coverage.entered(name, &known.program, identifier);
        }
    }

    fn left(&mut self, flow: FlowId, identifier: &str, branch: Branch) {
        let name = self.library.name_of(flow);
        if let Some(known) = self.library.by_id(flow) {
            self.coverage.left(name, &known.program, identifier, branch);
        }
    }

    fn log(&mut self, _: LogEntry) {}
}
