//! Quick connects: the destinations that agents transfer to.

use model::resource::{
    FlowType, PhoneQuickConnect, Queue, QueueQuickConnect, QuickConnect, QuickConnectConfig, Tags, User,
    UserQuickConnect,
};
use model::{ArnKind, QuickConnectId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::body::Body;
use crate::directory::{Cx, Directory};
use crate::error::{DirectoryError, Result};
use crate::input::{inputs, parts};
use crate::quotas::Quota;
use crate::rows::{Found, Row, Rows};
use crate::rules;
use crate::search::{FilterMember, SearchCriteria, SearchFilter, Searchable};

inputs! {
    /// `CreateQuickConnect`.
    CreateQuickConnect {
        name: String,
        description: Option<String>,
        quick_connect_config: QuickConnectTarget,
        tags: Option<Tags>,
    }
    /// `DescribeQuickConnect`.
    DescribeQuickConnect { quick_connect_id: String }
    /// `UpdateQuickConnectName`.
    UpdateQuickConnectName { quick_connect_id: String, name: Option<String>, description: Option<String> }
    /// `UpdateQuickConnectConfig`; replaces the whole structure.
    UpdateQuickConnectConfig { quick_connect_id: String, quick_connect_config: QuickConnectTarget }
    /// `DeleteQuickConnect`.
    DeleteQuickConnect { quick_connect_id: String }
    /// `ListQuickConnects`; no types means all.
    ListQuickConnects { quick_connect_types: Option<Vec<QuickConnectType>> }
    /// `SearchQuickConnects`.
    SearchQuickConnects { search_filter: Option<SearchFilter>, search_criteria: Option<SearchCriteria> }
}

parts! {
    /// Where a quick connect shall lead; exactly the member that the type names is set.
    QuickConnectTarget {
        quick_connect_type: QuickConnectType,
        user_config: Option<UserTarget>,
        queue_config: Option<QueueTarget>,
        phone_config: Option<PhoneTarget>,
    }
    /// An agent, by a transfer-to-agent flow.
    UserTarget { user_id: String, contact_flow_id: String }
    /// A queue, by a transfer-to-queue flow.
    QueueTarget { queue_id: String, contact_flow_id: String }
    /// A telephone number.
    PhoneTarget { phone_number: String }
}

/// The kinds of destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum QuickConnectType {
    User,
    Queue,
    PhoneNumber,
}

impl QuickConnectType {
    /// The kind of destination of a config.
    pub fn of(config: &QuickConnectConfig) -> Self {
        match config {
            QuickConnectConfig::User { .. } => Self::User,
            QuickConnectConfig::Queue { .. } => Self::Queue,
            QuickConnectConfig::PhoneNumber { .. } => Self::PhoneNumber,
        }
    }
}

const SEARCH: Searchable<QuickConnect> = Searchable {
    fields: &[
        ("name", |connect, is| is(&connect.name)),
        ("description", |connect, is| connect.description.as_deref().is_some_and(is)),
        ("resourceID", |connect, is| is(&connect.quick_connect_id.to_string())),
    ],
    leaves: &[],
    filter: FilterMember::Tag,
    tags: Some(|connect| &connect.tags),
    group: None,
};

impl Directory {
    /// `CreateQuickConnect`.
    pub fn create_quick_connect(
        &mut self,
        cx: &mut Cx<'_>,
        input: CreateQuickConnect,
    ) -> Result<QuickConnectId> {
        self.mine(&input)?;
        rules::name("Name", &input.name)?;
        rules::description(input.description.as_deref())?;
        rules::tags(input.tags.as_ref())?;
        let connect = QuickConnect {
            quick_connect_id: cx.fresh(),
            name: input.name,
            description: input.description,
            quick_connect_config: self.target(input.quick_connect_config)?,
            tags: input.tags.unwrap_or_default(),
            last_modified_time: cx.now,
        };
        self.name_is_free(&connect)?;
        self.room_for(Quota::QuickConnects, self.table::<QuickConnect>().len())?;
        let id = connect.quick_connect_id;
        self.put(connect);
        Ok(id)
    }

    /// `UpdateQuickConnectName`: name, description or both; an empty description clears it.
    pub fn update_quick_connect_name(
        &mut self,
        cx: &mut Cx<'_>,
        input: UpdateQuickConnectName,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut connect = self.find::<QuickConnect>(&input.quick_connect_id)?.clone();
        if input.name.is_none() && input.description.is_none() {
            return Err(DirectoryError::request("Give a Name, a Description or both."));
        }
        rules::clearable_description(input.description.as_deref())?;
        if let Some(name) = input.name {
            rules::name("Name", &name)?;
            connect.name = name;
        }
        rules::set_description(&mut connect.description, input.description);
        self.name_is_free(&connect)?;
        connect.last_modified_time = cx.now;
        self.put(connect);
        Ok(())
    }

    /// `UpdateQuickConnectConfig`.
    pub fn update_quick_connect_config(
        &mut self,
        cx: &mut Cx<'_>,
        input: UpdateQuickConnectConfig,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut connect = self.find::<QuickConnect>(&input.quick_connect_id)?.clone();
        connect.quick_connect_config = self.target(input.quick_connect_config)?;
        connect.last_modified_time = cx.now;
        self.put(connect);
        Ok(())
    }

    /// `DeleteQuickConnect`: it also disappears from the queues that offered it.
    pub fn delete_quick_connect(&mut self, cx: &mut Cx<'_>, input: DeleteQuickConnect) -> Result<()> {
        self.mine(&input)?;
        let id = self.find::<QuickConnect>(&input.quick_connect_id)?.quick_connect_id;
        let offering: Vec<Queue> =
            self.queues().filter(|queue| queue.quick_connect_ids.contains(&id)).cloned().collect();
        for mut queue in offering {
            queue.quick_connect_ids.retain(|&other| other != id);
            queue.last_modified_time = cx.now;
            self.put(queue);
        }
        self.remove::<QuickConnect>(&id);
        Ok(())
    }

    /// `DescribeQuickConnect`.
    pub fn describe_quick_connect(&self, input: &DescribeQuickConnect) -> Result<Value> {
        self.mine(input)?;
        let connect = self.find(&input.quick_connect_id)?;
        Ok(Body::new().set("QuickConnect", self.quick_connect_body(connect)).build())
    }

    /// The output of `CreateQuickConnect`.
    pub fn created_quick_connect(&self, id: QuickConnectId) -> Value {
        Body::new()
            .set("QuickConnectARN", self.scope.arn(ArnKind::TransferDestination, id))
            .text("QuickConnectId", id)
            .build()
    }

    /// `ListQuickConnects`, by id.
    pub fn list_quick_connects<'a>(
        &'a self,
        input: &ListQuickConnects,
        after: Option<&str>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let after = after.and_then(|key| key.parse().ok());
        let types = input.quick_connect_types.clone().unwrap_or_default();
        let wanted = move |connect: &&QuickConnect| {
            types.is_empty() || types.contains(&QuickConnectType::of(&connect.quick_connect_config))
        };
        let rows = self.table::<QuickConnect>().after(after).filter(wanted);
        Ok(Rows::new(rows.map(|connect| self.quick_connect_row(connect))))
    }

    /// `SearchQuickConnects`.
    pub fn search_quick_connects(&self, input: &SearchQuickConnects) -> Result<Found<'_>> {
        self.mine(input)?;
        let matcher = SEARCH.matcher(self, input.search_filter.as_ref(), input.search_criteria.as_ref())?;
        Ok(matcher.find(self.quick_connects(), |connect| {
            Row::new(connect.quick_connect_id, Some(&connect.tags), || self.quick_connect_body(connect))
        }))
    }

    pub(crate) fn quick_connect_row<'a>(&'a self, connect: &'a QuickConnect) -> Row<'a> {
        Row::new(connect.quick_connect_id, Some(&connect.tags), || {
            Body::new()
                .text("Id", connect.quick_connect_id)
                .set("Arn", self.scope.arn(ArnKind::TransferDestination, connect.quick_connect_id))
                .set("Name", &*connect.name)
                .set("QuickConnectType", json!(QuickConnectType::of(&connect.quick_connect_config)))
                .modified(connect.last_modified_time, &self.scope.region)
                .build()
        })
    }

    fn quick_connect_body(&self, connect: &QuickConnect) -> Value {
        Body::new()
            .set("QuickConnectARN", self.scope.arn(ArnKind::TransferDestination, connect.quick_connect_id))
            .text("QuickConnectId", connect.quick_connect_id)
            .set("Name", &*connect.name)
            .opt("Description", connect.description.as_deref())
            .set("QuickConnectConfig", json!(connect.quick_connect_config))
            .tags(&connect.tags)
            .modified(connect.last_modified_time, &self.scope.region)
            .build()
    }

    /// Checks a destination: its one member, the number, the references and the type of the flow.
    fn target(&self, target: QuickConnectTarget) -> Result<QuickConnectConfig> {
        let QuickConnectTarget { quick_connect_type, user_config, queue_config, phone_config } = target;
        match (quick_connect_type, user_config, queue_config, phone_config) {
            (QuickConnectType::User, Some(user), None, None) => Ok(QuickConnectConfig::User {
                user_config: UserQuickConnect {
                    user_id: self.find::<User>(&user.user_id)?.id,
                    contact_flow_id: self.usable_flow(
                        "ContactFlowId",
                        &user.contact_flow_id,
                        FlowType::AgentTransfer,
                    )?,
                },
            }),
            (QuickConnectType::Queue, None, Some(queue), None) => Ok(QuickConnectConfig::Queue {
                queue_config: QueueQuickConnect {
                    queue_id: self.find::<Queue>(&queue.queue_id)?.queue_id,
                    contact_flow_id: self.usable_flow(
                        "ContactFlowId",
                        &queue.contact_flow_id,
                        FlowType::QueueTransfer,
                    )?,
                },
            }),
            (QuickConnectType::PhoneNumber, None, None, Some(phone)) => {
                rules::phone_number("PhoneNumber", &phone.phone_number)?;
                Ok(QuickConnectConfig::PhoneNumber {
                    phone_config: PhoneQuickConnect { phone_number: phone.phone_number },
                })
            }
            _ => Err(DirectoryError::parameter(
                "QuickConnectConfig must have the one member that its QuickConnectType names: UserConfig, QueueConfig or PhoneConfig.",
            )),
        }
    }
}
