//! Reading contacts: the whole, the attributes, the references.

use contacts::contact::Contact;
use model::{ArnKind, Scope, Timestamp};
use routing::QueueRef;
use routing::criteria::{Shape, write};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use wire::{ApiError, Call, Kind, Operation};

use super::stored;
use crate::{App, access};

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        Operation::get("DescribeContact", "/contacts/{InstanceId}/{ContactId}", describe),
        Operation::get(
            "GetContactAttributes",
            "/contact/attributes/{InstanceId}/{InitialContactId}",
            get_attributes,
        ),
        Operation::get(
            "ListContactReferences",
            "/contact/references/{InstanceId}/{ContactId}",
            list_references,
        )
        .query("referenceTypes", "ReferenceTypes", Kind::StringList)
        .query("nextToken", "NextToken", Kind::String),
    ]
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Describe {
    instance_id: String,
    contact_id: String,
}

async fn describe(call: Call<App>, input: Describe) -> Result<Value, ApiError> {
    let engine = access::instance(&call, &input.instance_id)?;
    let id = stored::id(&input.contact_id)?;
    access::permit_contact(&call, &engine, id).await?;
    let (contact, _) = stored::contact(&engine, id).await?;
    Ok(json!({"Contact": body(engine.scope(), &contact)}))
}

/// A contact in the public shape.
pub(super) fn body(scope: &Scope, contact: &Contact) -> Value {
    let mut body = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    put("Arn", Some(json!(scope.arn(ArnKind::Contact, contact.id))));
    put("Id", Some(json!(contact.id)));
    put("InitialContactId", Some(json!(contact.chain)));
    put("PreviousContactId", contact.previous.map(|id| json!(id)));
    put("RelatedContactId", contact.related.map(|id| json!(id)));
    put("InitiationMethod", Some(json!(contact.initiation_method)));
    put("Name", contact.name.as_ref().map(|text| json!(text)));
    put("Description", contact.description.as_ref().map(|text| json!(text)));
    put(
        "TaskTemplateInfo",
        contact.task_template.as_ref().map(
            |template| json!({"Arn": scope.arn(ArnKind::TaskTemplate, template.id), "Name": template.name}),
        ),
    );
    put("Channel", Some(json!(contact.channel)));
    put("QueueInfo", queue_info(contact));
    put("AgentInfo", agent_info(contact));
    put("InitiationTimestamp", time(Some(contact.initiated_at)));
    put("ConnectedToSystemTimestamp", time(contact.connected_to_system_at));
    put("DisconnectTimestamp", time(contact.disconnected_at));
    put("DisconnectReason", contact.disconnect_reason.as_ref().map(|text| json!(text)));
    put("LastUpdateTimestamp", time(Some(contact.updated_at)));
    put("LastPausedTimestamp", time(contact.pauses.last_paused_at));
    put("LastResumedTimestamp", time(contact.pauses.last_resumed_at));
    put("TotalPauseCount", Some(json!(contact.pauses.count)));
    put("TotalPauseDurationInSeconds", Some(json!(contact.pauses.total_ms / 1000)));
    put("ScheduledTimestamp", time(contact.scheduled_at));
    put("CustomerId", contact.customer_id.as_ref().map(|text| json!(text)));
    put("QueueTimeAdjustmentSeconds", Some(json!(contact.age_adjustment_ms / 1000)));
    put("QueuePriority", Some(json!(contact.priority)));
    put("Tags", Some(json!(contact.tags)));
    put("RoutingCriteria", contact.criteria.current().map(|criteria| write(criteria, Shape::Api)));
    put("SegmentAttributes", Some(contact.segment_attribute_values().into()));
    Value::Object(body)
}

/// Seconds since 1970, as the protocol prints times.
pub(super) fn time(at: Option<Timestamp>) -> Option<Value> {
    at.map(|at| json!(at.as_secs_f64()))
}

pub(super) fn queue_info(contact: &Contact) -> Option<Value> {
    let stay = contact.queue.as_ref()?;
    let id = match stay.queue {
        QueueRef::Standard(id) => id.to_string(),
        QueueRef::Agent(user) => user.to_string(),
    };
    Some(json!({"Id": id, "EnqueueTimestamp": stay.enqueued_at.as_secs_f64()}))
}

fn agent_info(contact: &Contact) -> Option<Value> {
    let part = contact.agent.as_ref()?;
    let mut info = json!({
        "Id": part.user,
        "AcceptedByAgentTimestamp": part.connected_at.as_secs_f64(),
        "ConnectedToAgentTimestamp": part.connected_at.as_secs_f64(),
        "AgentPauseDurationInSeconds": part.paused_ms / 1000,
    });
    if let Some(started) = part.acw_started_at {
        info["AfterContactWorkStartTimestamp"] = json!(started.as_secs_f64());
        if let Some(ended) = part.acw_ended_at {
            info["AfterContactWorkEndTimestamp"] = json!(ended.as_secs_f64());
            info["AfterContactWorkDuration"] = json!(ended.since(started) / 1000);
        }
    }
    Some(info)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetAttributes {
    instance_id: String,
    initial_contact_id: String,
}

async fn get_attributes(call: Call<App>, input: GetAttributes) -> Result<Value, ApiError> {
    let engine = access::instance(&call, &input.instance_id)?;
    let id = stored::id(&input.initial_contact_id)?;
    access::permit_contact(&call, &engine, id).await?;
    let (_, attributes) = stored::contact(&engine, id).await?;
    Ok(json!({"Attributes": attributes}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ListReferences {
    instance_id: String,
    contact_id: String,
    reference_types: Vec<String>,
    #[serde(default)]
    next_token: Option<String>,
}

async fn list_references(call: Call<App>, input: ListReferences) -> Result<Value, ApiError> {
    let engine = access::instance(&call, &input.instance_id)?;
    let id = stored::id(&input.contact_id)?;
    access::permit_contact(&call, &engine, id).await?;
    if input.next_token.is_some() {
        return Err(ApiError::invalid_parameter("NextToken is not valid: all references come in one page."));
    }
    let (contact, _) = stored::contact(&engine, id).await?;
    let list: Vec<Value> = contact
        .references
        .iter()
        .filter(|(_, reference)| input.reference_types.contains(&reference.kind))
        .filter_map(|(name, reference)| {
            let member = match reference.kind.as_str() {
                "URL" => "Url",
                "NUMBER" => "Number",
                "STRING" => "String",
                "DATE" => "Date",
                "EMAIL" => "Email",
                _ => return None,
            };
            Some(json!({member: {"Name": name, "Value": reference.value}}))
        })
        .collect();
    Ok(json!({"ReferenceSummaryList": list}))
}
