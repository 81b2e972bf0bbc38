//! Where contacts can be sent: quick connects and queues in the shape of the agent protocol.

use directory::Directory;
use model::resource::{QuickConnect, QuickConnectConfig};
use model::{Arn, ArnKind, QuickConnectId};
use serde::Deserialize;
use serde_json::{Value, json};

/// An endpoint as a panel sends it back: the whole object it was given, or a typed number.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Endpoint {
    #[serde(default, rename = "endpointARN")]
    pub endpoint_arn: Option<String>,
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub display_name: Option<String>,
    #[serde(default)]
    pub phone_number: Option<String>,
    #[serde(default)]
    pub agent_login: Option<String>,
    #[serde(default)]
    pub queue: Option<Value>,
    #[serde(default)]
    pub email_address: Option<String>,
    /// The identifier by which panels tell endpoints apart; older ones send it along.
    #[serde(default)]
    pub endpoint_id: Option<String>,
}

/// A quick connect as an endpoint.
pub fn of_quick_connect(directory: &Directory, connect: &QuickConnect) -> Value {
    let arn = directory.scope().arn(ArnKind::TransferDestination, connect.quick_connect_id);
    let mut body = json!({"endpointARN": arn, "name": connect.name, "displayName": connect.name});
    match &connect.quick_connect_config {
        QuickConnectConfig::User { user_config } => {
            body["type"] = json!("agent");
            if let Some(user) = directory.user(user_config.user_id) {
                body["agentLogin"] = json!(user.username);
            }
        }
        QuickConnectConfig::Queue { queue_config } => {
            let arn = directory.scope().arn(ArnKind::Queue, queue_config.queue_id);
            let name = directory.queue(queue_config.queue_id).map(|queue| queue.name.as_str());
            body["type"] = json!("queue");
            body["queue"] = json!({"queueARN": arn, "name": name.unwrap_or_default()});
        }
        QuickConnectConfig::PhoneNumber { phone_config } => {
            body["type"] = json!("phone_number");
            body["phoneNumber"] = json!(phone_config.phone_number);
        }
    }
    body
}

/// Why an endpoint leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEndpoint {
    /// It names no quick connect of this instance.
    #[error("The endpoint is not a quick connect of this instance.")]
    Unknown,
    /// It is a telephone number.
    #[error("The endpoint is a telephone number; chats and tasks go to agents and queues.")]
    Telephone,
    /// It is a mail address.
    #[error("The endpoint is a mail address; chats and tasks go to agents and queues.")]
    Mail,
}

/// The quick connect an endpoint stands for: by its resource name, else by type and name.
pub fn resolve(directory: &Directory, endpoint: &Endpoint) -> Result<QuickConnectId, BadEndpoint> {
    if let Some(text) = &endpoint.endpoint_arn {
        let here = directory.instance().id.to_string();
        let foreign = Arn::parse(text).is_some_and(|arn| arn.instance != here);
        let id = model::arn::id_part(text).parse::<QuickConnectId>().ok().filter(|_| !foreign);
        let connect = id.and_then(|id| directory.quick_connect(id)).ok_or(BadEndpoint::Unknown)?;
        return if is_telephone(connect) {
            Err(BadEndpoint::Telephone)
        } else {
            Ok(connect.quick_connect_id)
        };
    }
    match endpoint.kind.as_deref() {
        Some("phone_number") => Err(BadEndpoint::Telephone),
        Some("email_address") => Err(BadEndpoint::Mail),
        _ => {
            let connect = endpoint
                .name
                .as_deref()
                .and_then(|name| directory.quick_connect_named(name))
                .ok_or(BadEndpoint::Unknown)?;
            if is_telephone(connect) { Err(BadEndpoint::Telephone) } else { Ok(connect.quick_connect_id) }
        }
    }
}

fn is_telephone(connect: &QuickConnect) -> bool {
    matches!(connect.quick_connect_config, QuickConnectConfig::PhoneNumber { .. })
}
