//! How contacts begin: chats, tasks, and the new segments of transfers and disconnect flows.

use std::collections::BTreeMap;

use flows::{Run, TaskReference};
use model::resource::{FlowResource, FlowType, QuickConnectConfig};
use model::{Channel, ContactId, FlowId, InitiationMethod, ParticipantId, QuickConnectId, Timestamp};
use routing::QueueRef;
use serde_json::{Value, json};

use crate::attributes::{check_attributes, check_references};
use crate::chain::{Chain, Customer, PastChain, Role, RoleTimers};
use crate::contact::{Contact, FlowRun, Purpose, Stage, WaitsFor};
use crate::core::{Core, Member, MemberRole};
use crate::cx::Cx;
use crate::error::*;
use crate::timer::Deadline;
use crate::token::fingerprint;
use crate::transcript::{Draft, content_type};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
const CONNECT_WITHIN_MS: i64 = 5 * MINUTE_MS;
/// A chat lasts 25 hours unless the start says otherwise.
pub const DEFAULT_CHAT_MINUTES: u32 = 25 * 60;
/// A task lives seven days.
pub const TASK_LIFE_MS: i64 = 7 * DAY_MS;
/// A task is scheduled at most six days ahead.
pub const SCHEDULE_AHEAD_MS: i64 = 6 * DAY_MS;

/// A request for a chat.
#[derive(Clone, Debug, Default)]
pub struct StartChat {
    /// Flow to run.
    pub flow: String,
    /// Name of the customer.
    pub display_name: String,
    /// Contact attributes.
    pub attributes: BTreeMap<String, String>,
    /// First message: content type and content.
    pub initial_message: Option<(String, String)>,
    /// Idempotency.
    pub client_token: Option<String>,
    /// 60–10,080.
    pub duration_minutes: Option<u32>,
    /// What the customer's client can show.
    pub content_types: Vec<String>,
    /// Continues an earlier chat: how (`ENTIRE_PAST_SESSION`, `FROM_SEGMENT`) and which.
    pub persistent: Option<(String, ContactId)>,
    /// The earlier chat as the shell found it in the store, for `persistent`.
    pub past: Option<PastChat>,
    /// A contact it is related to.
    pub related: Option<ContactId>,
    /// Segment attributes.
    pub segment_attributes: BTreeMap<String, String>,
    /// The customer's id.
    pub customer_id: Option<String>,
    /// The customer sees replies of bots while they are made.
    pub incremental: bool,
}

/// What the shell knows of an earlier chat.
#[derive(Clone, Debug)]
pub struct PastChat {
    /// The segment that the new chat continues from.
    pub continued_from: ContactId,
    /// Its attributes, copied to the new chat.
    pub attributes: BTreeMap<String, String>,
    /// Transcripts that belong to it, nearest first.
    pub chains: Vec<PastChain>,
}

/// A chat that was started.
#[derive(Clone, Debug, PartialEq)]
pub struct ChatStarted {
    /// The contact.
    pub contact: ContactId,
    /// The customer's participant.
    pub participant: ParticipantId,
    /// Until when its token is good.
    pub expires_at: Timestamp,
    /// The contact it continues.
    pub continued_from: Option<ContactId>,
}

/// A request for a task.
#[derive(Clone, Debug, Default)]
pub struct StartTask {
    /// Flow to run; not needed with a quick connect.
    pub flow: Option<String>,
    /// Who or where it goes to; its flow runs.
    pub quick_connect: Option<QuickConnectId>,
    /// The task template it is made by, an id or a resource name; values of its fields are references.
    pub template: Option<String>,
    /// Shown to the agent.
    pub name: String,
    /// Shown to the agent.
    pub description: Option<String>,
    /// Contact attributes.
    pub attributes: BTreeMap<String, String>,
    /// Links and other references.
    pub references: BTreeMap<String, TaskReference>,
    /// Continue the chain of this contact.
    pub previous: Option<ContactId>,
    /// Related, but on its own.
    pub related: Option<ContactId>,
    /// Attributes of the linked contact when it is not live, as found in the store.
    pub linked_attributes: Option<BTreeMap<String, String>>,
    /// At most six days ahead.
    pub scheduled_at: Option<Timestamp>,
    /// Idempotency.
    pub client_token: Option<String>,
    /// The contact whose flow asks for it. Its flow then begins with the next tick, so that flows never nest.
    pub made_by: Option<ContactId>,
}

impl Core {
    /// Starts a chat. The flow begins when the customer connects.
    pub fn start_chat(&mut self, cx: &mut Cx, request: StartChat) -> Result<ChatStarted, Refusal> {
        let print = fingerprint(&[
            &request.flow,
            &request.display_name,
            &json!(request.attributes).to_string(),
            &json!(request.initial_message).to_string(),
        ]);
        let key = request.client_token.as_ref().map(|token| format!("StartChatContact/{token}"));
        if let Some(answer) = self.repeat_of(key.as_deref(), print, cx.now)? {
            return serde_json::from_value::<(ContactId, ParticipantId, Timestamp, Option<ContactId>)>(
                answer,
            )
            .map(|(contact, participant, expires_at, continued_from)| ChatStarted {
                contact,
                participant,
                expires_at,
                continued_from,
            })
            .map_err(|_| conflict("This ClientToken was used before by another operation."));
        }
        let flow = self.startable_flow(&request.flow)?;
        check_attributes(&request.attributes)?;
        let minutes = request.duration_minutes.unwrap_or(DEFAULT_CHAT_MINUTES);
        if !(60..=10_080).contains(&minutes) {
            return Err(invalid_parameter("ChatDurationInMinutes must lie between 60 and 10080."));
        }
        if request.display_name.trim().is_empty() || request.display_name.chars().count() > 256 {
            return Err(invalid_parameter("ParticipantDetails.DisplayName must have 1 to 256 characters."));
        }
        let content_types = supported_content_types(&request.content_types)?;
        if let Some((kind, content)) = &request.initial_message {
            if !content_types.contains(kind) {
                return Err(invalid_parameter(format!(
                    "InitialMessage.ContentType '{kind}' is not among the SupportedMessagingContentTypes."
                )));
            }
            if content.is_empty() || content.chars().count() > self.settings.message_characters {
                return Err(invalid_parameter(format!(
                    "InitialMessage.Content must have 1 to {} characters.",
                    self.settings.message_characters
                )));
            }
        }
        let past = match (&request.persistent, request.past) {
            (Some((kind, _)), _) if kind != "ENTIRE_PAST_SESSION" && kind != "FROM_SEGMENT" => {
                return Err(invalid_parameter(
                    "RehydrationType must be ENTIRE_PAST_SESSION or FROM_SEGMENT.",
                ));
            }
            (Some((_, source)), None) => {
                return Err(not_found(format!("There is no ended chat {source} to continue.")));
            }
            (_, past) => past,
        };
        self.room_for_contact(Channel::Chat)?;

        let id: ContactId = cx.id();
        let mut contact = Contact::new(id, id, Channel::Chat, InitiationMethod::Api, Stage::Created, cx.now);
        contact.related = past.as_ref().map(|past| past.continued_from).or(request.related);
        contact.segment_attributes = request.segment_attributes;
        contact.segment_attributes.entry("connect:Subtype".into()).or_insert_with(|| "connect:Chat".into());
        contact.customer_id = request.customer_id;
        contact.flow = Some(new_run(&flow, Purpose::Main, false));
        let participant: ParticipantId = cx.id();
        let mut attributes = past.as_ref().map(|past| past.attributes.clone()).unwrap_or_default();
        attributes.extend(request.attributes);
        let expires_at = cx.now + i64::from(minutes) * MINUTE_MS;
        let chain = Chain {
            attributes,
            customer: Some(Customer {
                participant,
                display_name: request.display_name.clone(),
                content_types,
                connected_at: None,
                connect_by: cx.now + CONNECT_WITHIN_MS,
                initial_message: request.initial_message.as_ref().map(|(_, content)| content.clone()),
                number: None,
            }),
            incremental: request.incremental,
            expires_at: Some(expires_at),
            past: past.as_ref().map(|past| past.chains.clone()).unwrap_or_default(),
            ..new_chain(cx, id, Channel::Chat)
        };
        self.add_contact(cx, contact, Some(chain));
        self.members.insert(participant, Member { chain: id, role: MemberRole::Customer });
        self.timers.set(Deadline::ConnectBy(id), Some(cx.now + CONNECT_WITHIN_MS));
        self.timers.set(Deadline::ChatExpiry(id), Some(expires_at));
        if let Some((kind, content)) = &request.initial_message {
            let draft = Draft::message(kind, content, participant, &request.display_name, Role::Customer);
            self.append_item(cx, id, id, draft);
        }
        let continued_from = past.map(|past| past.continued_from);
        if let Some(key) = key {
            self.remember(cx, key, print, json!([id, participant, expires_at, continued_from]));
        }
        Ok(ChatStarted { contact: id, participant, expires_at, continued_from })
    }

    /// Starts a task, at once or at its time.
    pub fn start_task(&mut self, cx: &mut Cx, request: StartTask) -> Result<ContactId, Refusal> {
        let print = fingerprint(&[
            request.flow.as_deref().unwrap_or(""),
            &json!(request.quick_connect).to_string(),
            &request.name,
            request.description.as_deref().unwrap_or(""),
            &json!(request.attributes).to_string(),
            &json!(request.references).to_string(),
            request.template.as_deref().unwrap_or(""),
            &json!([request.previous, request.related, request.scheduled_at]).to_string(),
        ]);
        let key = request.client_token.as_ref().map(|token| format!("StartTaskContact/{token}"));
        if let Some(answer) = self.repeat_of(key.as_deref(), print, cx.now)? {
            return serde_json::from_value(answer)
                .map_err(|_| conflict("This ClientToken was used before by another operation."));
        }
        if request.previous.is_some() && request.related.is_some() {
            return Err(invalid_request("Give PreviousContactId or RelatedContactId, not both."));
        }
        let (request, task_template) = self.by_template(request)?;
        if request.name.is_empty() || request.name.chars().count() > 512 {
            return Err(invalid_parameter("Name must have 1 to 512 characters."));
        }
        if request.description.as_ref().is_some_and(|text| text.chars().count() > 4096) {
            return Err(invalid_parameter("Description must have at most 4096 characters."));
        }
        check_attributes(&request.attributes)?;
        check_references(&request.references)?;
        if let Some(at) = request.scheduled_at {
            check_schedule(at, cx.now)?;
        }
        let (flow, target_queue, target_agent) = match (request.quick_connect, &request.flow) {
            (Some(quick_connect), _) => self.quick_connect_target(quick_connect)?,
            (None, Some(flow)) => (self.startable_flow(flow)?, None, None),
            (None, None) => {
                return Err(invalid_request("Give a ContactFlowId, or a QuickConnectId that brings a flow."));
            }
        };
        let linked = request.previous.or(request.related);
        let mut attributes = match linked {
            None => BTreeMap::new(),
            Some(linked) => self
                .attributes_of(linked)
                .cloned()
                .or(request.linked_attributes)
                .ok_or_else(|| Refusal::no_contact(linked))?,
        };
        attributes.extend(request.attributes);
        check_attributes(&attributes)?;
        self.room_for_contact(Channel::Task)?;
        let made_depth = match request.made_by.and_then(|maker| self.contacts.get(&maker)) {
            Some(maker) => maker.made_depth + 1,
            None => 0,
        };
        if made_depth > DEEPEST_TASK {
            return Err(limit_exceeded(format!(
                "The task would be number {made_depth} in a row of tasks that flows made for one another."
            )));
        }

        let id: ContactId = cx.id();
        let scheduled = request.scheduled_at.filter(|at| *at > cx.now);
        let stage = if scheduled.is_some() { Stage::Scheduled } else { Stage::InFlow };
        // A task that continues a live task joins its chain; attributes are then shared.
        let chain = request
            .previous
            .and_then(|previous| self.contacts.get(&previous))
            .filter(|previous| previous.channel == Channel::Task)
            .map_or(id, |previous| previous.chain);
        if self.chains.get(&chain).is_some_and(|chain| chain.contacts.len() >= MAX_SEGMENTS) {
            return Err(invalid_request(format!("A chain has at most {MAX_SEGMENTS} contacts.")));
        }
        let mut contact = Contact::new(id, chain, Channel::Task, InitiationMethod::Api, stage, cx.now);
        contact.previous = request.previous;
        contact.related = request.related;
        contact.name = Some(request.name);
        contact.description = request.description;
        contact.references = request.references;
        contact.task_template = task_template;
        contact.scheduled_at = scheduled;
        contact.made_depth = made_depth;
        contact.target_queue = target_queue;
        contact.target_agent = target_agent;
        contact.flow = Some(new_run(&flow, Purpose::Main, false));
        contact.expires_at = Some(scheduled.unwrap_or(cx.now) + TASK_LIFE_MS);
        if chain == id {
            let entry = Chain { attributes, ..new_chain(cx, id, Channel::Task) };
            self.add_contact(cx, contact, Some(entry));
        } else {
            self.chains.get_mut(&chain).expect("its contact is live").attributes = attributes;
            self.add_contact(cx, contact, None);
        }
        if let Some(key) = key {
            self.remember(cx, key, print, json!(id));
        }
        match scheduled {
            Some(at) => self.timers.set(Deadline::TaskStart(id), Some(at)),
            None if request.made_by.is_some() => self.timers.set(Deadline::TaskStart(id), Some(cx.now)),
            None => self.task_start(cx, id),
        }
        self.set_task_expiry(cx, id);
        Ok(id)
    }

    /// The flow of a scheduled or new task begins.
    pub(crate) fn task_start(&mut self, cx: &mut Cx, id: ContactId) {
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        if !matches!(contact.stage, Stage::Scheduled | Stage::InFlow) {
            return;
        }
        contact.stage = Stage::InFlow;
        contact.connected_to_system_at = Some(cx.now);
        self.touch_contact(id);
        self.contact_event(cx, id, "CONNECTED_TO_SYSTEM", &[]);
        self.run_flow(cx, id, flows::Resume::Start);
    }

    /// Puts a new contact into its chain and announces it.
    pub(crate) fn add_contact(&mut self, cx: &mut Cx, mut contact: Contact, chain: Option<Chain>) {
        let (id, chain_id) = (contact.id, contact.chain);
        contact.tags.insert("aws:connect:instanceId".into(), self.directory.instance().id.to_string());
        if let Some(chain) = chain {
            self.chains.insert(chain_id, chain);
        } else if let Some(chain) = self.chains.get_mut(&chain_id) {
            chain.contacts.push(id);
        }
        self.live[contact.channel.index()] += 1;
        self.contacts.insert(id, contact);
        self.touch_contact(id);
        self.touch_chain(chain_id);
        self.contact_event(cx, id, "INITIATED", &[]);
    }

    /// A new segment of the same interaction, carrying over what carries over.
    pub(crate) fn next_segment(
        &mut self,
        cx: &mut Cx,
        from: ContactId,
        method: InitiationMethod,
        run: Option<FlowRun>,
    ) -> Option<ContactId> {
        let before = self.contacts.get(&from)?.clone();
        if self.chains.get(&before.chain)?.contacts.len() >= MAX_SEGMENTS {
            return None;
        }
        let id: ContactId = cx.id();
        let mut contact = Contact::new(id, before.chain, before.channel, method, Stage::InFlow, cx.now);
        contact.previous = Some(from);
        contact.related = before.related;
        contact.name = before.name;
        contact.description = before.description;
        contact.references = before.references;
        contact.task_template = before.task_template;
        contact.tags = before.tags;
        contact.segment_attributes = before.segment_attributes;
        contact.customer_authentication = before.customer_authentication;
        contact.language_code = before.language_code;
        contact.customer_id = before.customer_id;
        contact.hooks = before.hooks;
        if method == InitiationMethod::Disconnect {
            contact.hooks.remove(&flows::EventHook::CustomerRemaining);
        }
        contact.target_queue = before.target_queue;
        if method != InitiationMethod::Disconnect {
            contact.original_arrival = before.original_arrival;
        }
        contact.made_depth = before.made_depth;
        contact.priority = before.priority;
        contact.age_adjustment_ms = before.age_adjustment_ms;
        contact.logging = before.logging;
        contact.expires_at = before.expires_at;
        contact.recording = before.recording;
        contact.voice = before.voice;
        contact.connected_to_system_at = Some(cx.now);
        contact.flow = run;
        self.add_contact(cx, contact, None);
        self.set_task_expiry(cx, id);
        Some(id)
    }

    /// The published inbound flow that a request names by id or ARN.
    pub(crate) fn startable_flow(&self, text: &str) -> Result<FlowResource, Refusal> {
        let flow = self
            .flow_by_reference(text)
            .ok_or_else(|| not_found(format!("There is no flow '{text}' here.")))?;
        if flow.kind != FlowType::ContactFlow {
            return Err(invalid_request(format!(
                "Contacts start with a flow of type CONTACT_FLOW; '{}' is another type.",
                flow.name
            )));
        }
        if flow.published.is_none() || flow.state != "ACTIVE" {
            return Err(invalid_request(format!(
                "The flow '{}' is not published. Publish it first.",
                flow.name
            )));
        }
        Ok(flow.clone())
    }

    pub(crate) fn flow_by_reference(&self, text: &str) -> Option<&FlowResource> {
        if model::Arn::parse(text).is_some_and(|arn| arn.instance != self.directory.instance().id.to_string())
        {
            return None;
        }
        let id: FlowId = model::arn::id_part(text).parse().ok()?;
        self.directory.flow(id)
    }

    /// Flow, queue and agent of a quick connect that contacts can be sent to.
    pub(crate) fn quick_connect_target(
        &self,
        id: QuickConnectId,
    ) -> Result<(FlowResource, Option<QueueRef>, Option<model::UserId>), Refusal> {
        let quick_connect = self
            .directory
            .quick_connect(id)
            .ok_or_else(|| not_found(format!("There is no quick connect {id} here.")))?;
        let (flow, queue, agent) = match &quick_connect.quick_connect_config {
            QuickConnectConfig::User { user_config } => (
                user_config.contact_flow_id,
                Some(QueueRef::Agent(user_config.user_id)),
                Some(user_config.user_id),
            ),
            QuickConnectConfig::Queue { queue_config } => {
                (queue_config.contact_flow_id, Some(QueueRef::Standard(queue_config.queue_id)), None)
            }
            QuickConnectConfig::PhoneNumber { .. } => {
                return Err(invalid_request("A quick connect to a telephone number takes calls only."));
            }
        };
        let flow = self
            .directory
            .flow(flow)
            .filter(|flow| flow.published.is_some() && flow.state == "ACTIVE")
            .ok_or_else(|| {
                invalid_request("The flow of this quick connect is not published. Publish it first.")
            })?;
        Ok((flow.clone(), queue, agent))
    }

    fn repeat_of(&self, key: Option<&str>, print: u64, now: Timestamp) -> Result<Option<Value>, Refusal> {
        key.map_or(Ok(None), |key| self.repeated(key, print, now))
    }

    pub(crate) fn room_for_contact(&self, channel: Channel) -> Result<(), Refusal> {
        let limit = self.settings.live_contacts[channel.index()];
        if self.live[channel.index()] < limit {
            return Ok(());
        }
        Err(limit_exceeded(format!("{limit} {} contacts are active, which is the limit.", channel.as_str())))
    }
}

/// Longest row of tasks that flows make for one another; a flow that makes its own task ends there.
pub const DEEPEST_TASK: u32 = 100;

/// Most segments of a chain: one contact and eleven transfers.
pub const MAX_SEGMENTS: usize = 12;

/// A run of a flow that has not begun.
pub(crate) fn new_run(flow: &FlowResource, purpose: Purpose, logging: bool) -> FlowRun {
    FlowRun {
        purpose,
        run: Run::start(flow.id, flow.kind, logging),
        wake_at: None,
        waits_for: WaitsFor::Time,
        waits_for_bot: false,
    }
}

/// Refuses times that tasks cannot be scheduled for.
pub(crate) fn check_schedule(at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    if at < now {
        return Err(invalid_parameter("ScheduledTime lies in the past."));
    }
    if at > now + SCHEDULE_AHEAD_MS {
        return Err(invalid_parameter("ScheduledTime lies more than six days ahead."));
    }
    Ok(())
}

pub(crate) fn new_chain(cx: &mut Cx, id: ContactId, channel: Channel) -> Chain {
    Chain {
        id,
        channel,
        attributes: BTreeMap::new(),
        contacts: vec![id],
        current: id,
        customer: None,
        system: cx.id(),
        bot: None,
        incremental: false,
        reply: None,
        expires_at: None,
        streams: Vec::new(),
        role_timers: RoleTimers::default(),
        past: Vec::new(),
        called: None,
        sounds: Vec::new(),
        ended_at: None,
        last_seq: 0,
        tokens: Default::default(),
    }
}

fn supported_content_types(asked: &[String]) -> Result<Vec<String>, Refusal> {
    let known = [
        content_type::TEXT,
        content_type::MARKDOWN,
        content_type::JSON,
        content_type::INTERACTIVE,
        content_type::INTERACTIVE_RESPONSE,
    ];
    if let Some(odd) = asked.iter().find(|kind| !known.contains(&kind.as_str())) {
        return Err(invalid_parameter(format!(
            "SupportedMessagingContentTypes holds '{odd}'; possible are {}.",
            known.join(", ")
        )));
    }
    if asked.is_empty() {
        return Ok(vec![content_type::TEXT.to_owned()]);
    }
    if !asked.iter().any(|kind| kind == content_type::TEXT) {
        return Err(invalid_parameter("SupportedMessagingContentTypes must include text/plain."));
    }
    Ok(asked.to_vec())
}
