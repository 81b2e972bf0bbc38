//! The configured centre of the simulated day.

use directory::agent_statuses::CreateAgentStatus;
use directory::queues::CreateQueue;
use directory::routing_profiles::{AssociateRoutingProfileQueues, CreateRoutingProfile};
use directory::seed::{SeedFlow, seed};
use directory::users::CreateUser;
use directory::{Cx, Directory, DirectoryError, Quota, input};
use flows::action::ResourceKind;
use model::resource::{AgentStatusType, FlowType};
use model::{AgentStatusId, FlowId, InstanceId, QueueId, RoutingProfileId, Scope, Timestamp, UserId};
use serde_json::json;

use super::Size;
use crate::random::Random;

/// Queues that one routing profile serves.
pub const QUEUES_PER_PROFILE: usize = 10;
const FLOW: &str = "Simulated day";

/// Greets, notes how the contact came, and puts it into the queue that its attribute names.
const FLOW_CONTENT: &str = r#"{"Version":"2019-10-30","StartAction":"note","Actions":[
 {"Identifier":"note","Type":"UpdateContactAttributes","Parameters":{"Attributes":{"origin":"day"}},
  "Transitions":{"NextAction":"kind","Errors":[{"NextAction":"kind","ErrorType":"NoMatchingError"}]}},
 {"Identifier":"kind","Type":"Compare","Parameters":{"ComparisonValue":"$.Channel"},
  "Transitions":{"NextAction":"queue","Conditions":[
    {"NextAction":"greet","Condition":{"Operator":"Equals","Operands":["CHAT"]}}],
   "Errors":[{"NextAction":"queue","ErrorType":"NoMatchingCondition"}]}},
 {"Identifier":"greet","Type":"MessageParticipant","Parameters":{"Text":"Hello, how can we help you?"},
  "Transitions":{"NextAction":"queue","Errors":[{"NextAction":"queue","ErrorType":"NoMatchingError"}]}},
 {"Identifier":"queue","Type":"UpdateContactTargetQueue","Parameters":{"QueueId":"$.Attributes.queue"},
  "Transitions":{"NextAction":"go","Errors":[{"NextAction":"bye","ErrorType":"NoMatchingError"}]}},
 {"Identifier":"go","Type":"TransferContactToQueue","Parameters":{},
  "Transitions":{"NextAction":"bye","Errors":[{"NextAction":"bye","ErrorType":"QueueAtCapacity"},
   {"NextAction":"bye","ErrorType":"NoMatchingError"}]}},
 {"Identifier":"bye","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}"#;

/// A centre, and what the simulation needs to find in it again.
pub struct Centre {
    /// The configured resources.
    pub directory: Directory,
    /// Agents in the order of their numbers.
    pub agents: Vec<UserId>,
    /// Queues in the order of their numbers.
    pub queues: Vec<QueueId>,
    /// The flow that contacts start with.
    pub flow: FlowId,
    /// Ready for contacts.
    pub available: AgentStatusId,
    /// Away for a while.
    pub pause: AgentStatusId,
    /// Not at work.
    pub offline: AgentStatusId,
}

/// Configures the centre, as an operator would with the API.
pub fn build(size: Size, now: Timestamp, random: &mut Random) -> Result<Centre, DirectoryError> {
    let mut new_uuid = || uuid::Builder::from_random_bytes(random.wide().to_be_bytes()).into_uuid();
    let mut cx = Cx { now, new_uuid: &mut new_uuid };
    let scope = Scope {
        region: "us-east-1".into(),
        account: "123456789012".into(),
        instance: InstanceId::from_u128(1),
    };
    let mut directory = seed(scope, "day", &mut cx, seed_flows(), Vec::new())?;
    for (quota, value) in [
        (Quota::Users, size.agents),
        (Quota::Queues, size.queues + 1),
        (Quota::RoutingProfiles, size.profiles + 1),
    ] {
        directory.set_quota(quota, Some(value as u64));
    }
    let queues = add_queues(&mut directory, &mut cx, size)?;
    let profiles = add_profiles(&mut directory, &mut cx, size, &queues)?;
    let agents = add_agents(&mut directory, &mut cx, size, &profiles)?;
    let pause = directory.create_agent_status(
        &mut cx,
        input::read::<CreateAgentStatus>(json!({"Name": "Break", "State": "ENABLED"}))?,
    )?;
    let status = |kind| {
        let found = directory.agent_status_of_type(kind);
        found.expect("a new instance has an available and an offline status").agent_status_id
    };
    let (available, offline) = (status(AgentStatusType::Routable), status(AgentStatusType::Offline));
    let flow = directory.flow_named(FLOW).expect("seeded above").id;
    // What is new is in the store before the day begins.
    directory.take_changes();
    Ok(Centre { directory, agents, queues, flow, available, pause, offline })
}

fn seed_flows() -> Vec<SeedFlow> {
    let resolve = |kind: ResourceKind, name: &str| match kind {
        ResourceKind::Flow => format!("{{{{flow:{name}}}}}"),
        ResourceKind::Queue => format!("{{{{queue:{name}}}}}"),
        ResourceKind::Prompt => format!("{{{{prompt:{name}}}}}"),
        ResourceKind::Bot => format!("arn:aws:lex:us-east-1:123456789012:bot-alias/{name}"),
        _ => name.to_owned(),
    };
    let own = SeedFlow {
        name: FLOW.to_owned(),
        kind: FlowType::ContactFlow,
        description: String::new(),
        content: FLOW_CONTENT.to_owned(),
    };
    flows::library::defaults(&resolve)
        .into_iter()
        .map(|(name, kind, description, content)| SeedFlow {
            name: name.to_owned(),
            kind,
            description: description.to_owned(),
            content,
        })
        .chain([own])
        .collect()
}

fn add_queues(directory: &mut Directory, cx: &mut Cx, size: Size) -> Result<Vec<QueueId>, DirectoryError> {
    let hours = directory.hours_of_operation_named("Basic Hours").expect("a new instance has it");
    let hours = hours.hours_of_operation_id.to_string();
    (0..size.queues)
        .map(|number| {
            let request = json!({"Name": format!("Queue {number:03}"), "HoursOfOperationId": hours});
            directory.create_queue(cx, input::read::<CreateQueue>(request)?)
        })
        .collect()
}

/// Profiles overlap: every queue is served by several of them.
fn add_profiles(
    directory: &mut Directory,
    cx: &mut Cx,
    size: Size,
    queues: &[QueueId],
) -> Result<Vec<RoutingProfileId>, DirectoryError> {
    (0..size.profiles)
        .map(|number| {
            let first = number * queues.len() / size.profiles;
            let served = QUEUES_PER_PROFILE.min(queues.len());
            let rows: Vec<_> = (0..served)
                .flat_map(|place| {
                    let queue = queues[(first + place) % queues.len()].to_string();
                    ["CHAT", "TASK"].map(|channel| {
                        json!({
                            "QueueReference": {"QueueId": queue, "Channel": channel},
                            "Priority": 1 + place / 5,
                            "Delay": 0,
                        })
                    })
                })
                .collect();
            let request = json!({
                "Name": format!("Profile {number:03}"),
                "Description": "Part of the simulated day",
                "DefaultOutboundQueueId": queues[first].to_string(),
                "QueueConfigs": rows[..served],
                "MediaConcurrencies": [
                    {"Channel": "CHAT", "Concurrency": 2},
                    {"Channel": "TASK", "Concurrency": 1},
                ],
            });
            let id = directory.create_routing_profile(cx, input::read::<CreateRoutingProfile>(request)?)?;
            // One request takes ten rows.
            let rest = json!({"RoutingProfileId": id.to_string(), "QueueConfigs": rows[served..]});
            directory
                .associate_routing_profile_queues(cx, input::read::<AssociateRoutingProfileQueues>(rest)?)?;
            Ok(id)
        })
        .collect()
}

fn add_agents(
    directory: &mut Directory,
    cx: &mut Cx,
    size: Size,
    profiles: &[RoutingProfileId],
) -> Result<Vec<UserId>, DirectoryError> {
    let security = directory.security_profile_named("Agent").expect("a new instance has it").id.to_string();
    (0..size.agents)
        .map(|number| {
            let request = json!({
                "Username": format!("agent{number:05}"),
                "Password": "Simulated-day-1",
                "IdentityInfo": {"FirstName": "Agent", "LastName": format!("{number:05}")},
                "PhoneConfig": {"PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 0},
                "SecurityProfileIds": [security],
                "RoutingProfileId": profiles[number % profiles.len()].to_string(),
            });
            // Nobody signs in with a password here, so none is hashed.
            directory.create_user(cx, input::read::<CreateUser>(request)?, Some("none".to_owned()))
        })
        .collect()
}
