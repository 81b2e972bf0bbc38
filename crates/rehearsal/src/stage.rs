//! The surroundings of a played contact, as the interpreter asks for them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use flows::action::ResourceKind;
use flows::{
    BotCall, BotError, BotReply, Branch, ContactUpdate, CreateTask, EventHook, FlowError, Host, LogEntry,
    Message, Program, QueueMetrics, Reference, RoutingBehavior, Run, Said, Service, Target, TargetQueue,
};
use model::resource::FlowType;
use model::{Channel, FlowId, Timestamp};
use serde_json::{Map, Value, json};

use crate::coverage::Coverage;
use crate::given::{Given, GivenError, Hours, Queue};
use crate::instance::{Instance, Named};
use crate::library::{Known, Library};
use crate::record::Record;

/// All attributes of a contact together, as in the centre.
const ATTRIBUTE_BYTES: usize = 32 * 1024;
/// Tags of a contact, as in the centre.
const USER_TAGS: usize = 6;
/// Longest name of a task, in characters.
const TASK_NAME: usize = 512;

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
    /// What is written down of every action, where somebody wants to see it.
    pub record: Option<Record>,
    /// The instance in which the contact is played; none = the world is made of names alone.
    instance: Option<Box<dyn Instance>>,
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
            record: None,
            instance: None,
            roots,
        };
        for (path, value) in stage.given.values.clone() {
            stage.set(&path, value)?;
        }
        if !stage.roots["Attributes"].is_object() {
            return Err(GivenError("values: Attributes is an object".to_owned()));
        }
        Ok(stage)
    }

    /// The contact is played in this instance, and what it does is written down.
    pub fn within(mut self, instance: Box<dyn Instance>, record: Record) -> Self {
        self.roots.insert("InstanceARN".to_owned(), Value::from(instance.arn()));
        self.instance = Some(instance);
        self.record = Some(record);
        self
    }

    /// The flow that a name, id or ARN means.
    pub fn flow(&mut self, name: &str) -> Option<Known> {
        if let Some(known) = self.library.find(name) {
            return Some(known.clone());
        }
        let found = self.instance.as_ref()?.flow(name)?;
        Some(self.library.add_found(found))
    }

    /// The flow that runs at an event for which none is set.
    pub fn default_flow(&mut self, kind: FlowType) -> Option<Known> {
        match &self.instance {
            Some(instance) => {
                let found = instance.default_flow(kind)?;
                Some(self.library.by_id(found.id).cloned().unwrap_or_else(|| self.library.add_found(found)))
            }
            None if kind == FlowType::CustomerQueue => self.library.find("Default customer queue").cloned(),
            None => None,
        }
    }

    /// Asks a bot: what is given, or else the bot of the instance.
    pub fn ask_bot(&self, call: BotCall) -> Result<BotReply, BotError> {
        match &self.instance {
            Some(instance) if self.given.bot(&call.alias).is_none() => instance.ask_bot(&call, self.now),
            _ => self.given.bot_reply(call),
        }
    }

    /// What is written down from now on.
    pub fn rests(&mut self, run: &Run) {
        if let Some(record) = &mut self.record {
            record.rests(run, &self.roots);
        }
    }

    /// Name and ARN of what a flow names; without an instance the last part of the name is both.
    fn named(&self, kind: ResourceKind, text: &str) -> Option<Named> {
        match &self.instance {
            Some(instance) => instance.named(kind, text),
            None => {
                let name = text.rsplit('/').next().unwrap_or(text).to_owned();
                Some(Named { arn: name.clone(), name })
            }
        }
    }

    fn queue_named(&self, queue: &TargetQueue) -> Result<(Named, Queue), FlowError> {
        let (kind, text) = match queue {
            TargetQueue::Queue(text) => (ResourceKind::Queue, text),
            TargetQueue::Agent(text) => (ResourceKind::Agent, text),
        };
        let missing = || FlowError::NotFound { kind: "queue", name: text.clone() };
        let named = self.named(kind, text).ok_or_else(missing)?;
        let state = self.given.queue(&named.name);
        if state.missing {
            Err(FlowError::NotFound { kind: "queue", name: named.name })
        } else {
            Ok((named, state))
        }
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
        let (named, _) = self.queue_named(queue)?;
        self.roots.insert("Queue".to_owned(), json!({"Name": named.name, "ARN": named.arn}));
        self.queue = Some(named.name);
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
        let known = self.flow(name);
        let known = known.ok_or_else(|| FlowError::NotFound { kind: "flow", name: name.to_owned() })?;
        Ok((known.id, known.kind, known.program))
    }

    fn set_attributes(&mut self, _: Target, map: BTreeMap<String, String>) -> Result<(), FlowError> {
        let mut attributes = self.attributes().clone();
        attributes.extend(map.into_iter().map(|(name, value)| (name, Value::from(value))));
        attributes.retain(|_, value| value.as_str().is_none_or(|text| !text.is_empty()));
        let bytes: usize =
            attributes.iter().map(|(name, value)| name.len() + value.as_str().map_or(8, str::len)).sum();
        if bytes > ATTRIBUTE_BYTES {
            return Err(FlowError::TooLarge { what: "the attributes", limit: ATTRIBUTE_BYTES });
        }
        *self.attributes() = attributes;
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
        let mut all = self.roots.get("Tags").and_then(Value::as_object).cloned().unwrap_or_default();
        all.extend(tags.into_iter().map(|(name, value)| (name, Value::from(value))));
        if all.len() > USER_TAGS {
            return Err(FlowError::Refused(format!("a contact has at most {USER_TAGS} tags")));
        }
        self.roots.insert("Tags".to_owned(), Value::Object(all));
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
            && self.flow(name).is_none()
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
        let missing = |name: &str| FlowError::NotFound { kind: "hours of operation", name: name.to_owned() };
        let named =
            hours.map(|text| self.named(ResourceKind::HoursOfOperation, text).ok_or_else(|| missing(text)));
        let named = named.transpose()?.map(|named| named.name);
        let name = named.as_deref().unwrap_or_default();
        match self.given.hours_of.get(name).copied().unwrap_or(self.given.hours) {
            Hours::Open => Ok(true),
            Hours::Closed => Ok(false),
            Hours::Unknown => Err(missing(name)),
        }
    }

    fn queue_metrics(
        &self,
        queue: Option<&TargetQueue>,
        _: Option<Channel>,
    ) -> Result<QueueMetrics, FlowError> {
        let own = || {
            let text = |member: &str| Some(self.roots.get("Queue")?.get(member)?.as_str()?.to_owned());
            let named = Named { name: text("Name")?, arn: text("ARN")? };
            let state = self.given.queue(&named.name);
            Some((named, state))
        };
        let missing = || FlowError::NotFound { kind: "queue", name: String::new() };
        let (named, queue) = match queue {
            Some(queue) => self.queue_named(queue)?,
            None => own().ok_or_else(missing)?,
        };
        Ok(QueueMetrics {
            arn: named.arn,
            name: named.name,
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
        if task.name.chars().count() > TASK_NAME {
            return Err(FlowError::Refused(format!("the name of a task has at most {TASK_NAME} characters")));
        }
        self.tasks.push(task.name);
        Ok(format!("22222222-2222-4222-8222-{:012}", self.tasks.len()))
    }

    fn send_message(&mut self, message: Message) -> Result<Said, FlowError> {
        let text = match message {
            Message::Text(text) | Message::Interactive(text) => text,
            Message::Ssml(_) | Message::Prompt(_) | Message::Media(_) if self.channel == Channel::Chat => {
                return Err(FlowError::Channel(self.channel));
            }
            Message::Ssml(text) | Message::Media(text) => text,
            Message::Prompt(text) => match self.named(ResourceKind::Prompt, &text) {
                Some(named) => named.name,
                None => return Err(FlowError::NotFound { kind: "prompt", name: text }),
            },
        };
        match &mut self.record {
            Some(record) => record.said(&text),
            None => self.said.push_back(text),
        }
        Ok(Said::Done)
    }

    fn resume_contact(&mut self) -> Result<(), FlowError> {
        if self.channel == Channel::Task { Ok(()) } else { Err(FlowError::Channel(self.channel)) }
    }

    fn bot(&self, alias: &str) -> Result<(), FlowError> {
        let missing = || FlowError::NotFound { kind: "bot", name: alias.to_owned() };
        match (self.given.bot(alias), &self.instance) {
            (Some(_), _) => Ok(()),
            (None, Some(instance)) => {
                let language = self.roots.get("LanguageCode").and_then(Value::as_str);
                instance.bot(alias, language).map_err(FlowError::Refused)
            }
            (None, None) => Err(missing()),
        }
    }

    fn provides(&self, service: Service) -> bool {
        match service {
            Service::Functions | Service::PersistentChat => true,
            Service::Telephony => self.channel == Channel::Voice,
            _ => false,
        }
    }

    fn entered(&mut self, run: &Run) {
        let name = self.library.name_of(run.flow);
        if let Some(known) = self.library.by_id(run.flow) {
            self.coverage.entered(name, &known.program, &run.current);
        }
        if let Some(record) = &mut self.record {
            record.entered(run, &self.roots, self.now);
        }
    }

    fn left(&mut self, flow: FlowId, identifier: &str, branch: Branch) {
        let name = self.library.name_of(flow);
        if let Some(known) = self.library.by_id(flow) {
            self.coverage.left(name, &known.program, identifier, branch);
        }
        if let Some(record) = &mut self.record {
            record.left(flow, identifier, branch);
        }
    }

    fn log(&mut self, entry: LogEntry) {
        if let Some(record) = &mut self.record {
            record.logged(entry);
        }
    }
}
