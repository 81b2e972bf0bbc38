//! `SearchContacts` with the filters that the store's columns answer.

use contacts::contact::Contact;
use directory::Permission;
use engine::Engine;
use model::{ArnKind, Channel, ContactId, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use store::{ContactFilter, TimeRange};
use wire::{ApiError, Call, Operation, Rule};

use super::describe::{queue_info, time};
use super::start::seconds;
use super::stored;
use crate::{App, access, errors};

/// Longest range of a search.
const LONGEST_MS: i64 = 8 * 7 * 24 * 3600 * 1000;
/// Contacts looked at for one page, when filters leave most of them out.
const MOST_READ: u32 = 5000;

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        Operation::post("SearchContacts", "/search-contacts", search)
            .constraint("MaxResults", Rule::Range(1, 100))
            .read_only(),
    ]
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Range {
    #[serde(rename = "Type")]
    kind: String,
    start_time: f64,
    end_time: f64,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Criteria {
    #[serde(default)]
    agent_ids: Vec<String>,
    #[serde(default)]
    channels: Vec<String>,
    #[serde(default)]
    initiation_methods: Vec<String>,
    #[serde(default)]
    queue_ids: Vec<String>,
    #[serde(default)]
    searchable_contact_attributes: Option<Attributes>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Attributes {
    criteria: Vec<AttributeCriterion>,
    #[serde(default)]
    match_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct AttributeCriterion {
    key: String,
    values: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Sort {
    field_name: String,
    order: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Search {
    instance_id: String,
    time_range: Range,
    #[serde(default)]
    search_criteria: Criteria,
    #[serde(default)]
    max_results: Option<u32>,
    #[serde(default)]
    next_token: Option<String>,
    #[serde(default)]
    sort: Option<Sort>,
}

async fn search(call: Call<App>, input: Search) -> Result<Value, ApiError> {
    let engine = access::instance(&call, &input.instance_id)?;
    access::permit(&call, &engine, &[Permission::ContactSearchView]).await?;
    let range = match input.time_range.kind.as_str() {
        "INITIATION_TIMESTAMP" => TimeRange::Initiated,
        "DISCONNECT_TIMESTAMP" => TimeRange::Disconnected,
        "CONNECTED_TO_AGENT_TIMESTAMP" => TimeRange::ConnectedToAgent,
        other => {
            return Err(ApiError::invalid_parameter(format!(
                "TimeRange.Type '{other}' is not built; INITIATION_TIMESTAMP, DISCONNECT_TIMESTAMP and CONNECTED_TO_AGENT_TIMESTAMP are."
            )));
        }
    };
    let (from, to) = (seconds(input.time_range.start_time), seconds(input.time_range.end_time));
    if from > to {
        return Err(ApiError::invalid_parameter("TimeRange.StartTime lies after TimeRange.EndTime."));
    }
    if to.since(from) > LONGEST_MS {
        return Err(ApiError::invalid_parameter("TimeRange spans at most eight weeks."));
    }
    let ascending = sort(input.sort.as_ref(), &input.time_range.kind)?;
    let criteria = &input.search_criteria;
    let ids =
        |list: &[String]| list.iter().map(|text| model::arn::id_part(text).to_owned()).collect::<Vec<_>>();
    let channels = criteria
        .channels
        .iter()
        .map(|text| {
            Channel::parse(text).ok_or_else(|| {
                ApiError::invalid_parameter(format!(
                    "Channels holds '{text}'; possible are VOICE, CHAT and TASK."
                ))
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let scope = format!("SearchContacts/{}/{}", engine.id(), input.time_range.kind);
    let pager = &call.state.pager;
    let request =
        wire::PageRequest { max_results: input.max_results, next_token: input.next_token.as_deref() };
    let after = pager.after(&scope, request)?.map(|text| place(&text)).transpose()?;
    let size = input.max_results.unwrap_or(10) as usize;
    let mut filter = ContactFilter {
        range,
        from,
        to,
        channels,
        queues: ids(&criteria.queue_ids),
        agents: ids(&criteria.agent_ids),
        initiation_methods: criteria.initiation_methods.clone(),
        ascending,
        after,
        limit: 0,
    };
    let total = count(&engine, &filter).await?;
    let mut found = Vec::new();
    let mut next = None;
    let mut read = 0;
    'pages: while read < MOST_READ {
        filter.limit = 100;
        let rows = engine.store().search_contacts(engine.id(), &filter).await.map_err(errors::store)?;
        let full = rows.len() == filter.limit as usize;
        for row in rows {
            read += 1;
            if found.len() == size {
                next = filter.after;
                break 'pages;
            }
            filter.after = Some((row.initiated_at, row.id));
            let contact: Contact = serde_json::from_str(&row.body)
                .map_err(|_| ApiError::internal_service("A stored contact cannot be read."))?;
            if attributes_match(&engine, &contact, criteria.searchable_contact_attributes.as_ref()).await? {
                found.push(summary(&engine, &contact));
            }
        }
        if !full {
            break;
        }
        next = filter.after;
    }
    if found.len() < size && read < MOST_READ {
        next = None;
    }
    let mut answer = json!({"Contacts": found, "TotalCount": total});
    if let Some((at, id)) = next {
        answer["NextToken"] = json!(pager.token(&scope, &format!("{}/{id}", at.0)));
    }
    Ok(answer)
}

fn place(text: &str) -> Result<(Timestamp, ContactId), ApiError> {
    let wrong = || ApiError::invalid_parameter("NextToken is not valid.");
    let (at, id) = text.split_once('/').ok_or_else(wrong)?;
    Ok((Timestamp(at.parse().map_err(|_| wrong())?), id.parse().map_err(|_| wrong())?))
}

fn sort(sort: Option<&Sort>, range: &str) -> Result<bool, ApiError> {
    let Some(sort) = sort else { return Ok(false) };
    if sort.field_name != range {
        return Err(ApiError::invalid_parameter(format!(
            "Results can be sorted by the moment of the range, {range}, and by nothing else yet."
        )));
    }
    match sort.order.as_str() {
        "ASCENDING" => Ok(true),
        "DESCENDING" => Ok(false),
        _ => Err(ApiError::invalid_parameter("Sort.Order must be ASCENDING or DESCENDING.")),
    }
}

/// How many contacts match, counted up to a bound.
async fn count(engine: &Engine, filter: &ContactFilter) -> Result<usize, ApiError> {
    let all = ContactFilter { after: None, limit: MOST_READ, ..filter.clone() };
    Ok(engine.store().search_contacts(engine.id(), &all).await.map_err(errors::store)?.len())
}

async fn attributes_match(
    engine: &Engine,
    contact: &Contact,
    wanted: Option<&Attributes>,
) -> Result<bool, ApiError> {
    let Some(wanted) = wanted else { return Ok(true) };
    let attributes =
        stored::chain(engine, contact.chain).await?.map(|chain| chain.attributes).unwrap_or_default();
    let mut fits = wanted.criteria.iter().map(|one| {
        attributes
            .get(&one.key)
            .is_some_and(|value| one.values.iter().any(|other| value.eq_ignore_ascii_case(other)))
    });
    match wanted.match_type.as_deref() {
        None | Some("MATCH_ALL" | "MATCH_EXACT") => Ok(fits.all(|fits| fits)),
        Some("MATCH_ANY") => Ok(fits.any(|fits| fits)),
        Some("MATCH_NONE") => Ok(!fits.any(|fits| fits)),
        Some(other) => Err(ApiError::invalid_parameter(format!("MatchType '{other}' does not exist."))),
    }
}

fn summary(engine: &Engine, contact: &Contact) -> Value {
    let mut body = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    put("Arn", Some(json!(engine.scope().arn(ArnKind::Contact, contact.id))));
    put("Id", Some(json!(contact.id)));
    put("InitialContactId", Some(json!(contact.chain)));
    put("PreviousContactId", contact.previous.map(|id| json!(id)));
    put("InitiationMethod", Some(json!(contact.initiation_method)));
    put("Channel", Some(json!(contact.channel)));
    put("Name", contact.name.as_ref().map(|name| json!(name)));
    put("QueueInfo", queue_info(contact));
    put(
        "AgentInfo",
        contact.agent.as_ref().map(
            |part| json!({"Id": part.user, "ConnectedToAgentTimestamp": part.connected_at.as_secs_f64()}),
        ),
    );
    put("InitiationTimestamp", time(Some(contact.initiated_at)));
    put("DisconnectTimestamp", time(contact.disconnected_at));
    put("ScheduledTimestamp", time(contact.scheduled_at));
    put("SegmentAttributes", Some(contact.segment_attribute_values().into()));
    put("Tags", Some(json!(contact.tags)));
    Value::Object(body)
}
