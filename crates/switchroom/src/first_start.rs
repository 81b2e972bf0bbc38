//! The first start: an instance with people to sign in with, and a file that tells scripts how to begin.

use std::path::Path;

use center::{Center, CenterError, password};
use directory::queues::AssociateQueueQuickConnects;
use directory::quick_connects::CreateQuickConnect;
use directory::seed::SeedPerson;
use directory::{Cx, Directory, input};
use model::resource::FlowType;
use serde_json::{Value, json};

use crate::callers::{AccessKey, letters};
use crate::config::Config;

/// Who can sign in after the first start.
const PEOPLE: [(&str, &str, &str, &str); 4] = [
    ("admin", "Ada", "Admin", "Admin"),
    ("agent1", "Alex", "First", "Agent"),
    ("agent2", "Blair", "Second", "Agent"),
    ("supervisor", "Sam", "Super", "CallCenterManager"),
];

/// A log-in that was made.
pub(crate) struct Login {
    pub username: &'static str,
    pub password: String,
    pub role: &'static str,
}

/// Makes the first instance; none when there is one already.
pub(crate) async fn make_instance(
    center: &Center,
    config: &Config,
) -> Result<Option<Vec<Login>>, CenterError> {
    if !center.instances().is_empty() {
        return Ok(None);
    }
    let logins: Vec<Login> = PEOPLE
        .iter()
        .map(|(username, _, _, role)| Login {
            username,
            password: format!("{}-{}a7", letters(5), letters(5)),
            role,
        })
        .collect();
    // Hashing is slow by design: one thread each.
    let hashes: Vec<_> = logins
        .iter()
        .map(|login| {
            let password = login.password.clone();
            tokio::task::spawn_blocking(move || password::hash(&password))
        })
        .collect();
    let mut people = Vec::new();
    for (hash, (username, first_name, last_name, role)) in hashes.into_iter().zip(PEOPLE) {
        people.push(SeedPerson {
            username: username.to_owned(),
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            email: None,
            password_hash: hash.await.ok(),
            security_profiles: vec![role.to_owned()],
        });
    }
    let now = center.now();
    let mut fresh = || center.fresh_id();
    center
        .create_instance(&config.alias, people, |directory| {
            let mut cx = Cx { now, new_uuid: &mut fresh };
            add_quick_connects(directory, &mut cx);
        })
        .await?;
    Ok(Some(logins))
}

/// So that transfers can be tried at once: one quick connect for each agent and one for the queue.
fn add_quick_connects(directory: &mut Directory, cx: &mut Cx) {
    let flow = |directory: &Directory, kind| directory.default_flow(kind).map(|flow| flow.id.to_string());
    let mut made = Vec::new();
    if let Some(flow) = flow(directory, FlowType::AgentTransfer) {
        for username in ["agent1", "agent2", "supervisor"] {
            let Some(user) = directory.user_named(username).map(|user| user.id.to_string()) else { continue };
            made.push(json!({
                "Name": username,
                "Description": "Transfers a contact to this person",
                "QuickConnectConfig": {
                    "QuickConnectType": "USER",
                    "UserConfig": {"UserId": user, "ContactFlowId": flow},
                },
            }));
        }
    }
    let queue = directory.queue_named("BasicQueue").map(|queue| queue.queue_id.to_string());
    if let (Some(flow), Some(queue)) = (flow(directory, FlowType::QueueTransfer), &queue) {
        made.push(json!({
            "Name": "BasicQueue",
            "Description": "Puts a contact back into this queue",
            "QuickConnectConfig": {
                "QuickConnectType": "QUEUE",
                "QueueConfig": {"QueueId": queue, "ContactFlowId": flow},
            },
        }));
    }
    let mut ids = Vec::new();
    for request in made {
        let result = input::read::<CreateQuickConnect>(request)
            .and_then(|request| directory.create_quick_connect(cx, request));
        match result {
            Ok(id) => ids.push(id.to_string()),
            Err(error) => tracing::warn!(%error, "a quick connect of the first start could not be made"),
        }
    }
    if let Some(queue) = queue {
        let request = json!({"QueueId": queue, "QuickConnectIds": ids});
        let result = input::read::<AssociateQueueQuickConnects>(request)
            .and_then(|request| directory.associate_queue_quick_connects(cx, request));
        if let Err(error) = result {
            tracing::warn!(%error, "the quick connects of the first start could not be offered");
        }
    }
}

/// Writes `bootstrap.json`, readable by the owner only: where the server is and how to sign in.
///
/// Passwords are known at the first start only; a later start keeps those of the file.
pub(crate) async fn write_bootstrap(
    folder: &Path,
    center: &Center,
    endpoint: &str,
    key: &AccessKey,
    logins: Option<&[Login]>,
) -> std::io::Result<()> {
    let path = folder.join("bootstrap.json");
    let users: Value = match logins {
        Some(logins) => logins
            .iter()
            .map(|login| (login.username.to_owned(), json!({"password": login.password, "role": login.role})))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        None => std::fs::read(&path)
            .ok()
            .and_then(|content| serde_json::from_slice::<Value>(&content).ok())
            .map_or(json!({}), |file| file["users"].clone()),
    };
    let Some(engine) = center.first_instance().await else { return Ok(()) };
    let file = json!({
        "endpoint": endpoint,
        "accessKeyId": key.id,
        "secretAccessKey": key.secret,
        "accountId": center.options().account,
        "region": center.options().region,
        "instanceId": engine.id(),
        "instanceArn": engine.scope().instance_arn(),
        "users": users,
    });
    let text = serde_json::to_vec_pretty(&file).expect("the file is printable");
    let partial = folder.join("bootstrap.json.partial");
    let write = || -> std::io::Result<()> {
        use std::io::Write;
        use std::os::unix::fs::OpenOptionsExt;
        let mut file =
            std::fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&partial)?;
        file.write_all(&text)?;
        file.sync_all()?;
        std::fs::rename(&partial, &path)
    };
    write()
}
