//! A centre under chat load: a flow that queues at once, agents who take ten chats each, and chats between the two.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::agent::Agent;
use super::customer::{self, Chat};
use super::http::Connection;
use super::integrator::Integrator;
use super::server::Server;
use super::{LoadError, Result, text};

/// Chats that one agent holds at once, the most a routing profile allows.
pub const CHATS_PER_AGENT: usize = 10;
const PASSWORD: &str = "Load-generator-1";

/// Makes the flow that contacts are started with, or finds it from before; its id.
pub async fn flow(integrator: &mut Integrator, instance: &str) -> Result<String> {
    const NAME: &str = "Load";
    let list =
        integrator.call(Method::GET, &format!("/contact-flows-summary/{instance}"), &Value::Null).await?;
    let flows = list["ContactFlowSummaryList"].as_array().cloned().unwrap_or_default();
    if let Some(flow) = flows.iter().find(|flow| flow["Name"] == NAME) {
        return Ok(text(flow, "ListContactFlows", "/Id")?.to_owned());
    }
    let target = format!("/queues-summary/{instance}?queueTypes=STANDARD");
    let queues = integrator.call(Method::GET, &target, &Value::Null).await?;
    let queue = text(&queues, "ListQueues", "/QueueSummaryList/0/Arn")?;
    let error = |kind: &str| json!({"NextAction": "bye", "ErrorType": kind});
    let content = json!({
        "Version": "2019-10-30",
        "StartAction": "queue",
        "Actions": [
            {"Identifier": "queue", "Type": "UpdateContactTargetQueue", "Parameters": {"QueueId": queue},
             "Transitions": {"NextAction": "go", "Errors": [error("NoMatchingError")]}},
            {"Identifier": "go", "Type": "TransferContactToQueue", "Parameters": {},
             "Transitions": {"NextAction": "bye", "Errors": [error("QueueAtCapacity"), error("NoMatchingError")]}},
            {"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}},
        ],
    });
    let request = json!({"Name": NAME, "Type": "CONTACT_FLOW", "Content": content.to_string()});
    let made = integrator.call(Method::PUT, &format!("/contact-flows/{instance}"), &request).await?;
    Ok(text(&made, "CreateContactFlow", "/ContactFlowId")?.to_owned())
}

/// The ids with which a user is made: routing profile and the security profile of agents.
pub async fn profiles(integrator: &mut Integrator, instance: &str) -> Result<(String, String)> {
    let routing =
        integrator.call(Method::GET, &format!("/routing-profiles-summary/{instance}"), &Value::Null).await?;
    let routing = text(&routing, "ListRoutingProfiles", "/RoutingProfileSummaryList/0/Id")?.to_owned();
    let security =
        integrator.call(Method::GET, &format!("/security-profiles-summary/{instance}"), &Value::Null).await?;
    let entries = security["SecurityProfileSummaryList"].as_array().cloned().unwrap_or_default();
    let agents = entries.iter().find(|entry| entry["Name"] == "Agent").unwrap_or(&Value::Null);
    Ok((routing, text(agents, "ListSecurityProfiles", "/Id")?.to_owned()))
}

/// The request that makes an agent of this name.
pub fn user(name: &str, routing: &str, security: &str) -> Value {
    json!({
        "Username": name,
        "Password": PASSWORD,
        "IdentityInfo": {"FirstName": "Load", "LastName": name},
        "PhoneConfig": {"PhoneType": "SOFT_PHONE"},
        "RoutingProfileId": routing,
        "SecurityProfileIds": [security],
    })
}

/// Makes `count` agents, signs them in and has them take chats.
pub async fn agents(integrator: &mut Integrator, server: &Server, count: usize) -> Result<Vec<Agent>> {
    let instance = &server.instance;
    let (routing, security) = profiles(integrator, instance).await?;
    let concurrency = json!({"MediaConcurrencies": [{"Channel": "CHAT", "Concurrency": CHATS_PER_AGENT}]});
    let target = format!("/routing-profiles/{instance}/{routing}/concurrency");
    integrator.call(Method::POST, &target, &concurrency).await?;
    let mut agents = Vec::with_capacity(count);
    for number in 0..count {
        let name = format!("load{number:03}");
        let request = user(&name, &routing, &security);
        integrator.call(Method::PUT, &format!("/users/{instance}"), &request).await?;
        let mut agent = Agent::sign_in(server, &name, PASSWORD).await?;
        agent.available().await?;
        agents.push(agent);
    }
    Ok(agents)
}

/// Starts `count` chats; their customers are not connected yet.
pub async fn start(
    integrator: &mut Integrator,
    connection: &mut Connection,
    instance: &str,
    flow: &str,
    count: usize,
) -> Result<Vec<Chat>> {
    let mut chats = Vec::with_capacity(count);
    for _ in 0..count {
        chats.push(customer::start(integrator, connection, instance, flow).await?);
    }
    Ok(chats)
}

/// A chat that an agent has accepted.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The contact.
    pub contact: String,
    /// The bearer with which the agent writes.
    pub token: String,
    /// Number of the agent.
    pub agent: usize,
}

/// Has the agents accept until `count` chats are connected.
pub async fn accept(agents: &mut [Agent], count: usize, within: Duration) -> Result<Vec<Accepted>> {
    let until = Instant::now() + within;
    let mut accepted: Vec<Accepted> = Vec::with_capacity(count);
    while accepted.len() < count {
        if Instant::now() > until {
            let text = format!("{} of {count} chats were connected in {within:?}", accepted.len());
            return Err(LoadError::TooLate(text));
        }
        for (number, agent) in agents.iter_mut().enumerate() {
            for held in agent.held().await? {
                if held.state == "connecting" {
                    agent.accept(&held.contact).await?;
                    let token = agent.chat_token(&held).await?;
                    accepted.push(Accepted { contact: held.contact, token, agent: number });
                }
            }
        }
        // Between looks, bounded by the deadline.
        sleep(Duration::from_millis(10)).await;
    }
    Ok(accepted)
}
