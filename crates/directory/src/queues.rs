//! Standard queues (spec 02 §9) and the list in which agents' own queues stand beside them.

use model::resource::{
    FlowType, HoursOfOperation, PhoneNumber, PhoneNumberType, Queue, QueueStatus, QuickConnect,
    QuickConnectConfig, Tags, User,
};
use model::{ArnKind, QueueId, QuickConnectId, UserId};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::body::Body;
use crate::directory::{Cx, Directory};
use crate::error::{DirectoryError, Result};
use crate::input::{inputs, parts};
use crate::quotas::Quota;
use crate::rows::{Found, Row, Rows};
use crate::rules;
use crate::search::{FilterMember, Leaf, SearchCriteria, SearchFilter, Searchable};

inputs! {
    /// `CreateQueue`.
    CreateQueue {
        name: String,
        description: Option<String>,
        outbound_caller_config: Option<OutboundCallerConfig>,
        hours_of_operation_id: String,
        max_contacts: Option<u32>,
        quick_connect_ids: Option<Vec<String>>,
        tags: Option<Tags>,
    }
    /// `DescribeQueue`.
    DescribeQueue { queue_id: String }
    /// `UpdateQueueName`.
    UpdateQueueName { queue_id: String, name: Option<String>, description: Option<String> }
    /// `UpdateQueueHoursOfOperation`.
    UpdateQueueHoursOfOperation { queue_id: String, hours_of_operation_id: String }
    /// `UpdateQueueMaxContacts`; without a number the limit is lifted.
    UpdateQueueMaxContacts { queue_id: String, max_contacts: Option<u32> }
    /// `UpdateQueueStatus`.
    UpdateQueueStatus { queue_id: String, status: QueueStatus }
    /// `UpdateQueueOutboundCallerConfig`; replaces the whole structure.
    UpdateQueueOutboundCallerConfig { queue_id: String, outbound_caller_config: OutboundCallerConfig }
    /// `AssociateQueueQuickConnects`.
    AssociateQueueQuickConnects { queue_id: String, quick_connect_ids: Vec<String> }
    /// `DisassociateQueueQuickConnects`.
    DisassociateQueueQuickConnects { queue_id: String, quick_connect_ids: Vec<String> }
    /// `DeleteQueue`.
    DeleteQueue { queue_id: String }
    /// `ListQueues`; no types means both.
    ListQueues { queue_types: Option<Vec<QueueType>> }
    /// `ListQueueQuickConnects`.
    ListQueueQuickConnects { queue_id: String }
    /// `SearchQueues`.
    SearchQueues { search_filter: Option<SearchFilter>, search_criteria: Option<SearchCriteria> }
}

parts! {
    /// How outbound calls on behalf of the queue appear, and the whisper they begin with.
    OutboundCallerConfig {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outbound_caller_id_name: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outbound_caller_id_number_id: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outbound_flow_id: Option<String>,
    }
}

/// The two kinds of queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs)]
pub enum QueueType {
    Standard,
    Agent,
}

/// Most contacts an agent's own queue holds, whatever is configured.
pub const AGENT_QUEUE_MAX_CONTACTS: u32 = 10;

const SEARCH: Searchable<Queue> = Searchable {
    fields: &[
        ("name", |queue, is| is(&queue.name)),
        ("description", |queue, is| queue.description.as_deref().is_some_and(is)),
        ("resourceID", |queue, is| is(&queue.queue_id.to_string())),
    ],
    leaves: &[(Leaf::QueueType, |_, is| is("STANDARD"))],
    filter: FilterMember::Tag,
    tags: Some(|queue| &queue.tags),
    group: None,
};

impl Directory {
    /// `CreateQueue`: the new queue is enabled.
    pub fn create_queue(&mut self, cx: &mut Cx<'_>, input: CreateQueue) -> Result<QueueId> {
        self.mine(&input)?;
        rules::name("Name", &input.name)?;
        rules::description(input.description.as_deref())?;
        rules::tags(input.tags.as_ref())?;
        self.check_max_contacts(input.max_contacts)?;
        let hours = self.find::<HoursOfOperation>(&input.hours_of_operation_id)?;
        let hours_of_operation_id = hours.hours_of_operation_id;
        let outbound_caller_config =
            input.outbound_caller_config.map(|config| self.caller_config(config)).transpose()?;
        let mut quick_connect_ids = Vec::new();
        if let Some(ids) = &input.quick_connect_ids {
            self.add_quick_connects(&mut quick_connect_ids, ids)?;
        }
        let queue = Queue {
            queue_id: cx.fresh(),
            name: input.name,
            description: input.description,
            outbound_caller_config,
            hours_of_operation_id,
            max_contacts: input.max_contacts,
            status: QueueStatus::Enabled,
            quick_connect_ids,
            tags: input.tags.unwrap_or_default(),
            last_modified_time: cx.now,
        };
        self.name_is_free(&queue)?;
        self.room_for(Quota::Queues, self.table::<Queue>().len())?;
        let id = queue.queue_id;
        self.put(queue);
        Ok(id)
    }

    /// `UpdateQueueName`: name, description or both.
    pub fn update_queue_name(&mut self, cx: &mut Cx<'_>, input: UpdateQueueName) -> Result<()> {
        self.mine(&input)?;
        let mut queue = self.find::<Queue>(&input.queue_id)?.clone();
        if input.name.is_none() && input.description.is_none() {
            return Err(DirectoryError::request("Give a Name, a Description or both."));
        }
        rules::clearable_description(input.description.as_deref())?;
        if let Some(name) = input.name {
            rules::name("Name", &name)?;
            queue.name = name;
        }
        rules::set_description(&mut queue.description, input.description);
        self.name_is_free(&queue)?;
        self.touch_queue(cx, queue)
    }

    /// `UpdateQueueHoursOfOperation`.
    pub fn update_queue_hours_of_operation(
        &mut self,
        cx: &mut Cx<'_>,
        input: UpdateQueueHoursOfOperation,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut queue = self.find::<Queue>(&input.queue_id)?.clone();
        let hours = self.find::<HoursOfOperation>(&input.hours_of_operation_id)?;
        queue.hours_of_operation_id = hours.hours_of_operation_id;
        self.touch_queue(cx, queue)
    }

    /// `UpdateQueueMaxContacts`.
    pub fn update_queue_max_contacts(
        &mut self,
        cx: &mut Cx<'_>,
        input: UpdateQueueMaxContacts,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut queue = self.find::<Queue>(&input.queue_id)?.clone();
        self.check_max_contacts(input.max_contacts)?;
        queue.max_contacts = input.max_contacts;
        self.touch_queue(cx, queue)
    }

    /// `UpdateQueueStatus`: a disabled queue takes no new contacts; those in it are still served.
    pub fn update_queue_status(&mut self, cx: &mut Cx<'_>, input: UpdateQueueStatus) -> Result<()> {
        self.mine(&input)?;
        let mut queue = self.find::<Queue>(&input.queue_id)?.clone();
        queue.status = input.status;
        self.touch_queue(cx, queue)
    }

    /// `UpdateQueueOutboundCallerConfig`.
    pub fn update_queue_outbound_caller_config(
        &mut self,
        cx: &mut Cx<'_>,
        input: UpdateQueueOutboundCallerConfig,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut queue = self.find::<Queue>(&input.queue_id)?.clone();
        queue.outbound_caller_config = Some(self.caller_config(input.outbound_caller_config)?);
        self.touch_queue(cx, queue)
    }

    /// `AssociateQueueQuickConnects`: those it has already stay.
    pub fn associate_queue_quick_connects(
        &mut self,
        cx: &mut Cx<'_>,
        input: AssociateQueueQuickConnects,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut queue = self.find::<Queue>(&input.queue_id)?.clone();
        self.add_quick_connects(&mut queue.quick_connect_ids, &input.quick_connect_ids)?;
        self.touch_queue(cx, queue)
    }

    /// `DisassociateQueueQuickConnects`: those it does not have are passed over.
    pub fn disassociate_queue_quick_connects(
        &mut self,
        cx: &mut Cx<'_>,
        input: DisassociateQueueQuickConnects,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut queue = self.find::<Queue>(&input.queue_id)?.clone();
        rules::count("QuickConnectIds", &input.quick_connect_ids, 1, 50)?;
        for id in &input.quick_connect_ids {
            let id = self.find::<QuickConnect>(id)?.quick_connect_id;
            queue.quick_connect_ids.retain(|&other| other != id);
        }
        self.touch_queue(cx, queue)
    }

    /// `DeleteQueue`: refused while a routing profile, a quick connect or a published flow names the queue.
    /// Whether contacts wait in it is for the caller to check.
    pub fn delete_queue(&mut self, input: DeleteQueue) -> Result<()> {
        self.mine(&input)?;
        let queue = self.find::<Queue>(&input.queue_id)?;
        let id = queue.queue_id;
        if let Some(user) = self.queue_user(id) {
            return Err(DirectoryError::in_use(
                format!("The queue {:?} is used by {user}. Change that first.", queue.name),
                self.scope.arn(ArnKind::Queue, id),
            ));
        }
        self.remove::<Queue>(&id);
        Ok(())
    }

    /// `DescribeQueue`.
    pub fn describe_queue(&self, input: &DescribeQueue) -> Result<Value> {
        self.mine(input)?;
        Ok(Body::new().set("Queue", self.queue_body(self.find(&input.queue_id)?)).build())
    }

    /// The output of `CreateQueue`.
    pub fn created_queue(&self, id: QueueId) -> Value {
        Body::new().set("QueueArn", self.scope.arn(ArnKind::Queue, id)).text("QueueId", id).build()
    }

    /// `ListQueues`: the standard queues, then the agents' own, each by id.
    pub fn list_queues<'a>(&'a self, input: &ListQueues, after: Option<&str>) -> Result<Rows<'a>> {
        self.mine(input)?;
        let wanted =
            |kind| input.queue_types.as_ref().is_none_or(|types| types.is_empty() || types.contains(&kind));
        // Keys are `1<queue id>` and `2<user id>`.
        let standard_after: Option<QueueId> = after.and_then(|key| key.strip_prefix('1')?.parse().ok());
        let agent_after: Option<UserId> = after.and_then(|key| key.strip_prefix('2')?.parse().ok());
        let standard = (wanted(QueueType::Standard) && agent_after.is_none())
            .then(|| self.table::<Queue>().after(standard_after));
        let agent = wanted(QueueType::Agent).then(|| self.table::<User>().after(agent_after));
        let standard = standard.into_iter().flatten().map(|queue| {
            Row::new(format!("1{}", queue.queue_id), Some(&queue.tags), || {
                Body::new()
                    .text("Id", queue.queue_id)
                    .set("Arn", self.scope.arn(ArnKind::Queue, queue.queue_id))
                    .set("Name", &*queue.name)
                    .set("QueueType", "STANDARD")
                    .modified(queue.last_modified_time, &self.scope.region)
                    .build()
            })
        });
        let agent = agent.into_iter().flatten().map(|user| {
            Row::new(format!("2{}", user.id), Some(&user.tags), || {
                Body::new()
                    .text("Id", user.id)
                    .set("Arn", self.scope.agent_queue_arn(user.id))
                    .set("QueueType", "AGENT")
                    .modified(user.last_modified_time, &self.scope.region)
                    .build()
            })
        });
        Ok(Rows::new(standard.chain(agent)))
    }

    /// `ListQueueQuickConnects`, by id.
    pub fn list_queue_quick_connects<'a>(
        &'a self,
        input: &ListQueueQuickConnects,
        after: Option<&str>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let queue = self.find::<Queue>(&input.queue_id)?;
        let after: Option<QuickConnectId> = after.and_then(|key| key.parse().ok());
        let mut ids = queue.quick_connect_ids.clone();
        ids.sort();
        let rows = ids.into_iter().filter(move |&id| after.is_none_or(|after| id > after));
        let rows =
            rows.filter_map(|id| self.quick_connect(id)).map(|connect| self.quick_connect_row(connect));
        Ok(Rows::of(rows, queue.last_modified_time))
    }

    /// `SearchQueues`.
    pub fn search_queues(&self, input: &SearchQueues) -> Result<Found<'_>> {
        self.mine(input)?;
        let matcher = SEARCH.matcher(self, input.search_filter.as_ref(), input.search_criteria.as_ref())?;
        Ok(matcher.find(self.queues(), |queue| {
            Row::new(queue.queue_id, Some(&queue.tags), || self.queue_body(queue))
        }))
    }

    pub(crate) fn queue_body(&self, queue: &Queue) -> Value {
        Body::new()
            .set("Name", &*queue.name)
            .set("QueueArn", self.scope.arn(ArnKind::Queue, queue.queue_id))
            .text("QueueId", queue.queue_id)
            .opt("Description", queue.description.as_deref())
            .opt("OutboundCallerConfig", queue.outbound_caller_config.clone())
            .text("HoursOfOperationId", queue.hours_of_operation_id)
            .opt("MaxContacts", queue.max_contacts)
            .set("Status", json!(queue.status))
            .tags(&queue.tags)
            .modified(queue.last_modified_time, &self.scope.region)
            .build()
    }

    fn touch_queue(&mut self, cx: &mut Cx<'_>, mut queue: Queue) -> Result<()> {
        queue.last_modified_time = cx.now;
        self.put(queue);
        Ok(())
    }

    /// The limit must lie below what all queues can hold together.
    fn check_max_contacts(&self, max_contacts: Option<u32>) -> Result<()> {
        let capacity = self.contact_capacity();
        match max_contacts {
            Some(max) if u64::from(max) >= capacity => Err(DirectoryError::parameter(format!(
                "MaxContacts can be at most {}, one less than the quotas of concurrent calls, chats and tasks together.",
                capacity.saturating_sub(1)
            ))),
            _ => Ok(()),
        }
    }

    /// Checks a caller config and gives its stored form, with the flow as a bare id.
    fn caller_config(&self, mut config: OutboundCallerConfig) -> Result<Value> {
        if let Some(name) = &config.outbound_caller_id_name {
            rules::length("OutboundCallerIdName", name, 1, 255)?;
        }
        if let Some(number) = &config.outbound_caller_id_number_id {
            rules::length("OutboundCallerIdNumberId", number, 1, 500)?;
            let number = self.find::<PhoneNumber>(number)?;
            if number.kind == PhoneNumberType::Uifn {
                return Err(DirectoryError::parameter(
                    "OutboundCallerIdNumberId is a universal freephone number, which takes calls only. Choose another number.",
                ));
            }
            config.outbound_caller_id_number_id = Some(number.id.to_string());
        }
        if let Some(flow) = &config.outbound_flow_id {
            let id = self.usable_flow("OutboundFlowId", flow, FlowType::OutboundWhisper)?;
            config.outbound_flow_id = Some(id.to_string());
        }
        Ok(json!(config))
    }

    fn add_quick_connects(&self, present: &mut Vec<QuickConnectId>, ids: &[String]) -> Result<()> {
        rules::count("QuickConnectIds", ids, 1, 50)?;
        for id in ids {
            let id = self.find::<QuickConnect>(id)?.quick_connect_id;
            if !present.contains(&id) {
                self.room_for(Quota::QuickConnectsPerQueue, present.len())?;
                present.push(id);
            }
        }
        Ok(())
    }

    /// What keeps a queue from being deleted, in words.
    fn queue_user(&self, id: QueueId) -> Option<String> {
        for profile in self.routing_profiles() {
            if profile.default_outbound_queue_id == id {
                return Some(format!("the routing profile {:?} as its default outbound queue", profile.name));
            }
            if profile.queue_configs.iter().any(|row| row.queue_id == id) {
                return Some(format!("the routing profile {:?}", profile.name));
            }
        }
        if let Some(connect) = self.quick_connects().find(|connect| leads_to(connect, id)) {
            return Some(format!("the quick connect {:?}", connect.name));
        }
        self.published_flow_naming(&id.to_string())
    }
}

fn leads_to(connect: &QuickConnect, id: QueueId) -> bool {
    matches!(&connect.quick_connect_config, QuickConnectConfig::Queue { queue_config } if queue_config.queue_id == id)
}
