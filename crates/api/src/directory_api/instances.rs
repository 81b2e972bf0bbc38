//! Instances and their switches (spec 01 §13, 12 G36).

use std::collections::BTreeMap;

use axum::http::Method;
use center::CenterError;
use directory::instance::{
    DescribeInstance, DescribeInstanceAttribute, InstanceAttribute, ListInstanceAttributes,
    UpdateInstanceAttribute, check_alias,
};
use directory::tags::TagResource;
use directory::{Cx, Directory};
use model::resource::{Instance, Tags};
use model::{InstanceId, Scope, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use wire::{ApiError, Call, Kind, Operation, Rule};

use super::authority::{Subject, account_only};
use super::paged::Paged;
use super::published::{CLIENT_TOKEN, TAGS};
use super::row::{self, Answer, INSTANCE_ID, Items, change, describe, list};
use crate::{App, access, errors};

/// Most instances of one page.
const PAGE: u32 = 10;
/// How users sign in to an instance whose users are kept here.
const OWN_USERS: &str = "CONNECT_MANAGED";

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        Operation::put("CreateInstance", "/instance", create)
            .sensitive("InstanceAlias")
            .constraint("ClientToken", CLIENT_TOKEN)
            .constraint("IdentityManagementType", Rule::OneOf(&["SAML", OWN_USERS, "EXISTING_DIRECTORY"]))
            .constraint("InstanceAlias", Rule::Length(1, 45))
            .constraint("DirectoryId", Rule::pattern("d-[0-9a-f]{10}"))
            .constraint("Tags", TAGS),
        Operation::get("ListInstances", "/instance", list_instances)
            .query("nextToken", "NextToken", Kind::String)
            .query("maxResults", "MaxResults", Kind::Integer)
            .constraint("MaxResults", Rule::Range(1, PAGE.into())),
        Operation::get("DescribeInstance", "/instance/{InstanceId}", describe_instance)
            .constraint("InstanceId", INSTANCE_ID),
        Operation::delete("DeleteInstance", "/instance/{InstanceId}", delete)
            .query("clientToken", "ClientToken", Kind::String)
            .constraint("InstanceId", INSTANCE_ID)
            .constraint("ClientToken", CLIENT_TOKEN),
        describe::<DescribeInstanceAttribute, _>(
            "DescribeInstanceAttribute",
            "/instance/{InstanceId}/attribute/{AttributeType}",
            |_| Subject::none(),
            Directory::describe_instance_attribute,
        ),
        change::<UpdateInstanceAttribute, _, _>(
            Method::POST,
            "UpdateInstanceAttribute",
            "/instance/{InstanceId}/attribute/{AttributeType}",
            |_| Subject::none(),
            |directory, _, input| directory.update_instance_attribute(input),
        )
        .constraint("Value", Rule::Length(1, 100))
        .constraint("ClientToken", CLIENT_TOKEN),
        list::<ListInstanceAttributes, _>(
            "ListInstanceAttributes",
            "/instance/{InstanceId}/attributes",
            Items::plain("Attributes", 7),
            Directory::list_instance_attributes,
        ),
    ]
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct CreateInstance {
    client_token: Option<String>,
    identity_management_type: String,
    instance_alias: Option<String>,
    directory_id: Option<String>,
    inbound_calls_enabled: bool,
    outbound_calls_enabled: bool,
    tags: Option<Tags>,
}

async fn create(call: Call<App>, input: CreateInstance) -> Answer {
    if access::acting_user(&call).is_some() || call.principal.instance().is_some() {
        return Err(account_only());
    }
    if input.identity_management_type != OWN_USERS {
        return Err(ApiError::invalid_request(format!(
            "Users sign in with passwords that are kept here: IdentityManagementType must be {OWN_USERS}."
        )));
    }
    if input.directory_id.is_some() {
        return Err(ApiError::invalid_request("DirectoryId belongs to EXISTING_DIRECTORY only."));
    }
    let alias = input
        .instance_alias
        .ok_or_else(|| ApiError::invalid_request("InstanceAlias is required with CONNECT_MANAGED."))?;
    check_alias(&alias).map_err(row::refused)?;
    let center = &call.state.center;
    check_tags(&alias, input.tags.as_ref(), center.now())?;
    let switches = [
        (InstanceAttribute::InboundCalls, input.inbound_calls_enabled),
        (InstanceAttribute::OutboundCalls, input.outbound_calls_enabled),
    ];
    let now = center.now();
    let tags = input.tags;
    let token = input.client_token;
    let (own, wanted) = (token.clone(), alias.clone());
    let adjust = move |directory: &mut Directory| {
        configure(directory, switches, tags, now);
        directory.set_creation_token(own);
    };
    let engine = match center.create_instance(&alias, Vec::new(), adjust).await {
        Err(CenterError::AliasTaken(_)) if token.is_some() => {
            // The same request again, perhaps because its answer was lost.
            let mut made = None;
            for engine in center.instances() {
                let same = engine.read(|core, _| {
                    let instance = core.directory().instance();
                    instance.alias == wanted && instance.creation_token == token
                });
                if same.await.unwrap_or(false) {
                    made = Some(engine);
                }
            }
            made.ok_or_else(|| errors::center(CenterError::AliasTaken(wanted)))?
        }
        made => made.map_err(errors::center)?,
    };
    Ok(json!({"Id": engine.id(), "Arn": engine.scope().instance_arn()}))
}

/// Sets up an instance that nobody knows yet, with members that have been checked.
fn configure(
    directory: &mut Directory,
    switches: [(InstanceAttribute, bool); 2],
    tags: Option<Tags>,
    now: Timestamp,
) {
    for (attribute_type, on) in switches {
        let value = on.to_string();
        let input = UpdateInstanceAttribute { instance_id: None, attribute_type, value, client_token: None };
        directory.update_instance_attribute(input).expect("a switch can be set to true or false");
    }
    if let Some(tags) = tags.filter(|tags| !tags.is_empty()) {
        tag(directory, tags, now).expect("the tags have been checked");
    }
}

/// Tags an instance.
fn tag(directory: &mut Directory, tags: Tags, now: Timestamp) -> directory::Result<()> {
    let resource_arn = directory.scope().instance_arn();
    let mut no_ids = || unreachable!("tagging makes no ids");
    directory.tag_resource(&mut Cx { now, new_uuid: &mut no_ids }, TagResource { resource_arn, tags })
}

/// Checks tags on an instance that is thrown away, so that nothing is made when they are wrong.
fn check_tags(alias: &str, tags: Option<&Tags>, now: Timestamp) -> Result<(), ApiError> {
    let Some(tags) = tags.filter(|tags| !tags.is_empty()) else { return Ok(()) };
    let id = InstanceId::from_u128(0);
    let instance = Instance {
        id,
        alias: alias.to_owned(),
        identity_management_type: OWN_USERS.to_owned(),
        created_time: now,
        inbound_calls_enabled: false,
        outbound_calls_enabled: false,
        attributes: BTreeMap::new(),
        approved_origins: Vec::new(),
        attachment_scanner: None,
        functions: Vec::new(),
        creation_token: None,
        tags: Tags::new(),
    };
    let scope = Scope { region: String::new(), account: String::new(), instance: id };
    tag(&mut Directory::new(scope, instance), tags.clone(), now).map_err(row::refused)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListInstances {}

async fn list_instances(call: Call<App>, input: Paged<ListInstances>) -> Answer {
    let own = call.principal.instance();
    let mut entries: Vec<(String, Value)> = Vec::new();
    for engine in call.state.center.instances() {
        if own.is_none_or(|own| own == engine.id()) {
            let entry = engine.read(|core, _| core.directory().instance_summary_body()).await;
            let mut entry = entry.map_err(errors::engine)?;
            entry["InstanceAccessUrl"] = json!(call.state.origin(&call.headers));
            entries.push((engine.id().to_string(), entry));
        }
    }
    let page =
        call.state.pager.page("ListInstances", input.request(), PAGE, PAGE, entries, |(id, _)| id.clone())?;
    let entries: Vec<Value> = page.items.into_iter().map(|(_, entry)| entry).collect();
    let mut answer = json!({"InstanceSummaryList": entries});
    if let Some(token) = page.next_token {
        answer["NextToken"] = json!(token);
    }
    Ok(answer)
}

async fn describe_instance(call: Call<App>, input: DescribeInstance) -> Answer {
    let mut answer = row::ask(&call, input, |_| Subject::none(), Directory::describe_instance).await?;
    answer["Instance"]["InstanceAccessUrl"] = json!(call.state.origin(&call.headers));
    Ok(answer)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DeleteInstance {
    instance_id: String,
    #[serde(default, rename = "ClientToken")]
    _client_token: Option<String>,
}

async fn delete(call: Call<App>, input: DeleteInstance) -> Answer {
    if access::acting_user(&call).is_some() {
        return Err(account_only());
    }
    let engine = access::instance(&call, &input.instance_id)?;
    call.state.center.delete_instance(engine.id()).await.map_err(errors::center)?;
    Ok(json!({}))
}
