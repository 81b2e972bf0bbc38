//! The surroundings of a flow run: its contact, its instance and the queues, as the interpreter asks for them.

use std::collections::BTreeMap;
use std::sync::Arc;

use directory::instance::InstanceAttribute;
use flows::{
    ContactUpdate, CreateTask, EventHook, FlowError, Host, LogEntry, Message, Metric, Program, QueueMetrics,
    Reference, RoutingBehavior, Said, Service, Target, TargetQueue,
};
use model::resource::FlowType;
use model::{ArnKind, Channel, ContactId, FlowId, Timestamp, UserId};
use routing::QueueRef;
use routing::criteria::{CriteriaError, Source, read_steps};
use serde_json::{Value, json};

use crate::agent::LegState;
use crate::attributes::ATTRIBUTE_BYTES;
use crate::call::Voice;

use crate::contact::{FlowRun, Purpose};
use crate::core::Core;
use crate::cx::Cx;
use crate::error::Refusal;
use crate::event::Event;
use crate::outcome::Visibility;
use crate::start::StartTask;
use crate::transcript::content_type;

/// The interpreter's view of one contact.
pub(crate) struct ContactHost<'a, 'b> {
    core: &'a mut Core,
    cx: &'a mut Cx<'b>,
    contact: ContactId,
    purpose: Purpose,
}

impl<'a, 'b> ContactHost<'a, 'b> {
    pub(crate) fn new(core: &'a mut Core, cx: &'a mut Cx<'b>, contact: ContactId, purpose: Purpose) -> Self {
        Self { core, cx, contact, purpose }
    }

    fn target(&self, target: Target) -> Result<ContactId, FlowError> {
        match target {
            Target::Current => Ok(self.contact),
            Target::Related => self
                .core
                .contacts
                .get(&self.contact)
                .and_then(|contact| contact.related)
                .filter(|related| self.core.contacts.contains_key(related))
                .ok_or_else(|| FlowError::Refused("the contact has no related contact that is live".into())),
        }
    }

    fn queue(&self, queue: Option<&TargetQueue>) -> Result<QueueRef, FlowError> {
        match queue {
            Some(queue) => self.core.resolve_queue(queue),
            None => self
                .core
                .contacts
                .get(&self.contact)
                .and_then(|contact| contact.queue.as_ref().map(|stay| stay.queue).or(contact.target_queue))
                .ok_or_else(|| FlowError::Refused("no working queue is set".into())),
        }
    }
}

impl Host for ContactHost<'_, '_> {
    fn now(&self) -> Timestamp {
        self.cx.now
    }

    fn random_percent(&mut self) -> u8 {
        self.cx.percent()
    }

    fn channel(&self) -> Channel {
        self.core.contacts.get(&self.contact).map_or(Channel::Task, |contact| contact.channel)
    }

    fn lookup(&self, path: &Reference) -> Option<Value> {
        self.core.lookup(self.contact, path)
    }

    fn program(&mut self, name: &str) -> Result<(FlowId, FlowType, Arc<Program>), FlowError> {
        let missing = || FlowError::NotFound { kind: "flow", name: name.to_owned() };
        let flow = self
            .core
            .flow_by_reference(name)
            .filter(|flow| flow.state == "ACTIVE" && flow.published.is_some())
            .map(|flow| (flow.id, flow.kind));
        // A module runs under the type of its caller, so that its own means nothing.
        let module = || Some((self.core.directory.callable_module(name)?.id, FlowType::ContactFlow));
        let (id, kind) = flow.or_else(module).ok_or_else(missing)?;
        let program = self.core.program_at(id, 0).ok_or_else(missing)?;
        Ok((id, kind, program))
    }

    fn program_at(&mut self, flow: FlowId, version: u64) -> Result<Arc<Program>, FlowError> {
        let missing = || FlowError::NotFound { kind: "flow", name: flow.to_string() };
        self.core.program_at(flow, version).ok_or_else(missing)
    }

    fn set_attributes(
        &mut self,
        target: Target,
        attributes: BTreeMap<String, String>,
    ) -> Result<(), FlowError> {
        let contact = self.target(target)?;
        self.core.update_attributes(self.cx, contact, attributes).map_err(|refusal| {
            if refusal.message.contains("bytes") {
                FlowError::TooLarge { what: "the attributes", limit: ATTRIBUTE_BYTES }
            } else {
                refused(refusal)
            }
        })
    }

    fn update_contact(&mut self, target: Target, update: ContactUpdate) -> Result<(), FlowError> {
        if !update.voice_id.is_empty() {
            return Err(FlowError::Unavailable("voice identification"));
        }
        let id = self.target(target)?;
        let references = (!update.references.is_empty()).then_some(update.references);
        self.core
            .update_contact(
                self.cx,
                id,
                update.name,
                update.description,
                references,
                update.segment_attributes,
            )
            .map_err(refused)?;
        if let Some(contact) = self.core.contacts.get_mut(&id) {
            contact.language_code = update.language_code.or(contact.language_code.take());
            contact.customer_id = update.customer_id.or(contact.customer_id.take());
        }
        Ok(())
    }

    fn tag(&mut self, tags: BTreeMap<String, String>) -> Result<(), FlowError> {
        self.core.tag_contact(self.cx, self.contact, tags).map_err(refused)
    }

    fn untag(&mut self, keys: Vec<String>) -> Result<(), FlowError> {
        self.core.untag_contact(self.cx, self.contact, &keys).map_err(refused)
    }

    fn set_event_hook(&mut self, event: EventHook, flow: Option<&str>) -> Result<(), FlowError> {
        let flow = match flow {
            None => None,
            Some(name) => Some(
                self.core
                    .flow_by_reference(name)
                    .map(|flow| flow.id)
                    .ok_or_else(|| FlowError::NotFound { kind: "flow", name: name.to_owned() })?,
            ),
        };
        if let Some(contact) = self.core.contacts.get_mut(&self.contact) {
            contact.hooks.insert(event, flow);
        }
        self.core.touch_contact(self.contact);
        Ok(())
    }

    fn set_target_queue(&mut self, target: &TargetQueue) -> Result<(), FlowError> {
        let queue = self.core.resolve_queue(target)?;
        if let Some(contact) = self.core.contacts.get_mut(&self.contact) {
            contact.target_queue = Some(queue);
        }
        self.core.touch_contact(self.contact);
        Ok(())
    }

    fn set_routing_behavior(&mut self, behavior: RoutingBehavior) -> Result<(), FlowError> {
        let (priority, seconds) = match behavior {
            RoutingBehavior::Priority(priority) => (Some(priority), None),
            RoutingBehavior::AgeAdjustment(seconds) => (None, Some(seconds)),
        };
        self.core.update_routing_data(self.cx, self.contact, priority, seconds, None).map_err(refused)
    }

    fn set_routing_criteria(&mut self, criteria: &Value) -> Result<(), FlowError> {
        let wrong = |error: CriteriaError| FlowError::invalid("RoutingCriteria", error.to_string());
        let steps = read_steps(criteria, Source::Dynamic).map_err(wrong)?;
        self.core.set_criteria(self.cx, self.contact, steps).map_err(refused)
    }

    fn set_recording_behavior(&mut self, behavior: &Value) -> Result<(), FlowError> {
        if let Some(contact) = self.core.contacts.get_mut(&self.contact) {
            contact.recording = Some(behavior.clone());
        }
        self.core.touch_contact(self.contact);
        Ok(())
    }

    fn set_voice(&mut self, voice: &Value) -> Result<(), FlowError> {
        let text = |name: &str| voice[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        if let Some(contact) = self.core.contacts.get_mut(&self.contact) {
            contact.voice = Voice {
                id: text("TextToSpeechVoice"),
                engine: text("TextToSpeechEngine"),
                style: text("TextToSpeechStyle"),
                language: None,
            };
        }
        self.core.touch_contact(self.contact);
        Ok(())
    }

    fn set_logging(&mut self, enabled: bool) {
        if let Some(contact) = self.core.contacts.get_mut(&self.contact) {
            contact.logging = enabled;
        }
    }

    fn check_hours(&self, hours: Option<&str>) -> Result<bool, FlowError> {
        let missing = |name: &str| FlowError::NotFound { kind: "hours of operation", name: name.to_owned() };
        let id = match hours {
            Some(name) => model::arn::id_part(name).parse().map_err(|_| missing(name))?,
            None => match self.queue(None)? {
                QueueRef::Standard(queue) => {
                    self.core
                        .directory
                        .queue(queue)
                        .ok_or_else(|| missing("of the queue"))?
                        .hours_of_operation_id
                }
                QueueRef::Agent(_) => {
                    return Err(FlowError::Refused("an agent's own queue has no hours of operation".into()));
                }
            },
        };
        let hours = self.core.directory.hours_of_operation(id).ok_or_else(|| missing(&id.to_string()))?;
        routing::hours::is_open(hours, self.cx.now).map_err(|error| FlowError::Refused(error.to_string()))
    }

    fn queue_metrics(
        &self,
        queue: Option<&TargetQueue>,
        channel: Option<Channel>,
    ) -> Result<QueueMetrics, FlowError> {
        let queue = self.queue(queue)?;
        Ok(self.core.queue_metrics(queue, channel, Some(self.contact), self.cx.now))
    }

    fn queue_metric(&self, metric: Metric, queue: Option<&TargetQueue>) -> Result<f64, FlowError> {
        // One figure costs one look-up, however many agents there are.
        let (queue, router) = (self.queue(queue)?, &self.core.router);
        Ok(match metric {
            Metric::AgentsAvailable => router.agents_available(queue, None) as f64,
            Metric::AgentsStaffed => router.agents_staffed(queue, None) as f64,
            Metric::AgentsOnline => router.agents_online(queue, None) as f64,
            Metric::OldestContactAge => router.oldest_age_ms(queue, None, self.cx.now).max(0) as f64,
            Metric::ContactsInQueue => router.queue_size(queue, None) as f64,
        })
    }

    fn create_task(&mut self, task: CreateTask) -> Result<String, FlowError> {
        let request = StartTask {
            flow: task.flow,
            template: task.template,
            name: task.name,
            description: task.description,
            attributes: task.attributes,
            references: task.references,
            related: Some(self.contact),
            made_by: Some(self.contact),
            scheduled_at: task.scheduled_time,
            ..StartTask::default()
        };
        self.core.start_task(self.cx, request).map(|id| id.to_string()).map_err(refused)
    }

    fn send_message(&mut self, message: Message) -> Result<Said, FlowError> {
        if self.channel() == Channel::Voice {
            return self.core.play(self.cx, self.contact, self.purpose, message);
        }
        if self.core.complete_reply(self.cx, self.contact, &message) {
            return Ok(Said::Done);
        }
        let (kind, text) = match message {
            Message::Text(text) => (content_type::TEXT, text),
            Message::Interactive(text) => (content_type::INTERACTIVE, text),
            Message::Ssml(_) | Message::Prompt(_) | Message::Media(_) => {
                return Err(FlowError::Channel(self.channel()));
            }
        };
        let Some(contact) = self.core.contacts.get(&self.contact) else { return Ok(Said::Done) };
        match self.purpose {
            // Whispers are shown but do not become part of the transcript.
            Purpose::AgentWhisper => self.core.whisper_text(self.cx, self.contact, &text, Visibility::Agent),
            Purpose::CustomerWhisper => {
                self.core.whisper_text(self.cx, self.contact, &text, Visibility::Customer)
            }
            // A transfer flow speaks to the agent who transfers, inside the contact they hold.
            Purpose::Transfer => {
                let source = contact.transfer_from.as_ref().map_or(self.contact, |source| source.contact);
                self.core.whisper_text(self.cx, source, &text, Visibility::Agent);
            }
            _ => self.core.system_message(self.cx, self.contact, kind, &text, Visibility::All),
        }
        Ok(Said::Done)
    }

    fn resume_contact(&mut self) -> Result<(), FlowError> {
        if self.channel() != Channel::Task {
            return Err(FlowError::Channel(self.channel()));
        }
        self.core.resume(self.cx, self.contact).map_err(refused)
    }

    fn bot(&self, alias: &str) -> Result<(), FlowError> {
        let language = self.core.contacts.get(&self.contact).and_then(|one| one.language_code.as_deref());
        self.core
            .directory
            .bot_for(alias, language)
            .map(|_| ())
            .map_err(|error| FlowError::Refused(error.message))
    }

    fn provides(&self, service: Service) -> bool {
        match service {
            Service::Telephony => self.channel() == Channel::Voice,
            _ => matches!(service, Service::Functions | Service::Authentication | Service::PersistentChat),
        }
    }

    fn log(&mut self, entry: LogEntry) {
        self.core.flow_log(self.cx.now, self.contact, entry);
    }
}

fn refused(refusal: Refusal) -> FlowError {
    FlowError::Refused(refusal.message)
}

impl Core {
    /// Writes an entry of the flow log, where the instance keeps one.
    pub(crate) fn flow_log(&mut self, now: Timestamp, contact: ContactId, entry: LogEntry) {
        let enabled = self.directory.attribute(InstanceAttribute::ContactflowLogs);
        if !self.settings.flow_logs || !enabled {
            return;
        }
        let module = self.directory.flow_module(entry.flow);
        let (kind, name) = match module {
            Some(module) => (ArnKind::FlowModule, Some(&module.name)),
            None => (ArnKind::ContactFlow, self.directory.flow(entry.flow).map(|flow| &flow.name)),
        };
        let scope = self.directory.scope();
        let line = json!({
            "ContactId": contact,
            "ContactFlowId": scope.arn(kind, entry.flow),
            "ContactFlowName": name,
            "ContactFlowModuleType": entry.module_type,
            "Identifier": entry.identifier,
            "Timestamp": entry.timestamp.iso_millis(),
            "Parameters": entry.parameters,
            "Results": entry.results,
            "Error": entry.error,
        });
        self.event(now, Event::FlowLog { entry: line });
    }

    /// A queue as a flow names it: by id, ARN, or (agents) login name.
    pub(crate) fn resolve_queue(&self, target: &TargetQueue) -> Result<QueueRef, FlowError> {
        let missing = |kind, name: &str| FlowError::NotFound { kind, name: name.to_owned() };
        match target {
            TargetQueue::Queue(name) => {
                let part = model::arn::id_part(name);
                if name.contains("/queue/agent/") {
                    let user: UserId = part.parse().map_err(|_| missing("queue", name))?;
                    return self
                        .directory
                        .user(user)
                        .map(|_| QueueRef::Agent(user))
                        .ok_or_else(|| missing("queue", name));
                }
                part.parse()
                    .ok()
                    .filter(|id| self.directory.queue(*id).is_some())
                    .map(QueueRef::Standard)
                    .ok_or_else(|| missing("queue", name))
            }
            TargetQueue::Agent(name) => model::arn::id_part(name)
                .parse::<UserId>()
                .ok()
                .and_then(|id| self.directory.user(id))
                .or_else(|| self.directory.user_named(name))
                .map(|user| QueueRef::Agent(user.id))
                .ok_or_else(|| missing("agent", name)),
        }
    }

    /// The metrics of a queue now.
    pub fn queue_metrics(
        &self,
        queue: QueueRef,
        channel: Option<Channel>,
        contact: Option<ContactId>,
        now: Timestamp,
    ) -> QueueMetrics {
        let (name, arn) = self.queue_name(queue);
        let (mut working, mut busy, mut missed) = (0, 0, 0);
        for agent in self.agents.values() {
            if agent.legs.is_empty() || !self.serves(agent.user, queue, channel) {
                continue;
            }
            let has = |states: &[LegState]| agent.legs.iter().any(|leg| states.contains(&leg.state));
            working += u64::from(has(&[LegState::Ended]));
            busy += u64::from(has(&[LegState::Connected]));
            missed += u64::from(has(&[LegState::Missed, LegState::Rejected]));
        }
        let online = self.router.agents_online(queue, channel) as u64;
        let staffed = self.router.agents_staffed(queue, channel) as u64;
        QueueMetrics {
            name,
            arn,
            contacts_in_queue: self.router.queue_size(queue, channel) as u64,
            oldest_contact_age_ms: self.router.oldest_age_ms(queue, channel, now).max(0) as u64,
            agents_online: online,
            agents_available: self.router.agents_available(queue, channel) as u64,
            agents_staffed: staffed,
            agents_after_contact_work: working,
            agents_busy: busy,
            agents_missed: missed,
            agents_non_productive: online.saturating_sub(staffed),
            estimated_wait_time: None,
            position_in_queue: contact
                .and_then(|contact| self.router.position(contact))
                .map(|place| place as u64),
        }
    }

    fn serves(&self, user: UserId, queue: QueueRef, channel: Option<Channel>) -> bool {
        match queue {
            QueueRef::Agent(owner) => owner == user,
            QueueRef::Standard(id) => {
                self.directory
                    .user(user)
                    .and_then(|user| self.directory.routing_profile(user.routing_profile_id))
                    .is_some_and(|profile| {
                        profile.queue_configs.iter().any(|row| {
                            row.queue_id == id && channel.is_none_or(|channel| channel == row.channel)
                        })
                    })
            }
        }
    }

    /// Name and ARN of a queue.
    pub fn queue_name(&self, queue: QueueRef) -> (String, String) {
        let scope = self.directory.scope();
        match queue {
            QueueRef::Standard(id) => (
                self.directory.queue(id).map(|queue| queue.name.clone()).unwrap_or_default(),
                scope.arn(ArnKind::Queue, id),
            ),
            QueueRef::Agent(user) => (String::new(), scope.agent_queue_arn(user)),
        }
    }

    /// A line for the transcript's readers that is not kept.
    fn whisper_text(&mut self, cx: &mut Cx, contact: ContactId, text: &str, visibility: Visibility) {
        use crate::chain::Role;
        use crate::transcript::{Draft, SYSTEM_NAME};
        let Some(chain) = self.contacts.get(&contact).map(|contact| contact.chain) else { return };
        let Some(system) = self.chains.get(&chain).map(|chain| chain.system) else { return };
        let draft = Draft::message(content_type::TEXT, text, system, SYSTEM_NAME, Role::System)
            .visible_to(visibility);
        self.push_only(cx, chain, contact, draft);
    }

    /// Writes down that a flow ended with nowhere to go.
    pub(crate) fn flow_failed(&mut self, cx: &mut Cx, id: ContactId, flow: &FlowRun, reason: &str) {
        let entry = LogEntry {
            flow: flow.run.flow,
            module_type: "FlowEnd".to_owned(),
            identifier: flow.run.current.clone(),
            timestamp: cx.now,
            parameters: json!({}),
            results: None,
            error: Some(reason.to_owned()),
        };
        self.flow_log(cx.now, id, entry);
    }

    fn lookup(&self, id: ContactId, path: &Reference) -> Option<Value> {
        let contact = self.contacts.get(&id)?;
        let chain = self.chains.get(&contact.chain)?;
        let scope = self.directory.scope();
        let within = |value: Value| path.find_in(&value).cloned();
        let text = |text: &Option<String>| text.clone().map(Value::String);
        match path.root() {
            // Names with dots are one key, as attributes are flat.
            "Attributes" => match path.dotted() {
                name if name.is_empty() => Some(json!(chain.attributes)),
                name => chain.attributes.get(&name).cloned().map(Value::String),
            },
            "SegmentAttributes" => within(contact.segment_texts()),
            "Tags" => within(json!(contact.tags)),
            "References" => within(json!(contact.references)),
            "ContactId" => Some(json!(contact.id)),
            "InitialContactId" => Some(json!(contact.chain)),
            "PreviousContactId" => contact.previous.map(|id| json!(id)),
            "Channel" => Some(json!(contact.channel)),
            "InstanceARN" => Some(json!(scope.instance_arn())),
            "InitiationMethod" => Some(json!(contact.initiation_method)),
            "AwsRegion" => Some(json!(scope.region)),
            "LanguageCode" => text(&contact.language_code),
            "Name" => text(&contact.name),
            "Description" => text(&contact.description),
            "CustomerId" => text(&contact.customer_id),
            "Task" => within(json!({"ContactId": contact.id})),
            "Media" => within(json!({"InitialMessage": chain.customer.as_ref()?.initial_message.clone()?})),
            "CustomerEndpoint" => {
                let customer = chain.customer.as_ref()?;
                let kind = if chain.channel == Channel::Chat { "CHAT" } else { "TELEPHONE_NUMBER" };
                let address = match &customer.number {
                    Some(number) => json!(number),
                    None => json!(customer.participant),
                };
                within(json!({"Address": address, "Type": kind, "DisplayName": customer.display_name}))
            }
            "SystemEndpoint" => {
                within(json!({"Address": chain.called.as_ref()?, "Type": "TELEPHONE_NUMBER"}))
            }
            "TextToSpeechVoiceId" => text(&contact.voice.id),
            "Queue" => {
                let queue = contact.queue.as_ref().map(|stay| stay.queue).or(contact.target_queue)?;
                let (name, arn) = self.queue_name(queue);
                within(json!({"Name": name, "ARN": arn}))
            }
            "Agent" => {
                let user = contact
                    .target_agent
                    .or(contact.agent.as_ref().map(|part| part.user))
                    .or(contact.offer.as_ref().map(|offer| offer.user))?;
                let user = self.directory.user(user)?;
                within(json!({
                    "UserName": user.username,
                    "FirstName": user.identity_info.first_name,
                    "LastName": user.identity_info.last_name,
                    "ARN": scope.arn(ArnKind::Agent, user.id),
                }))
            }
            _ => None,
        }
        .filter(|value| !value.is_null())
    }
}
