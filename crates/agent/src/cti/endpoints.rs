//! `GetEndpoints`: the quick connects of queues.

use std::collections::BTreeMap;

use api::App;
use model::{Arn, QueueId};
use serde::Deserialize;
use serde_json::json;
use wire::{Call, Operation};

use super::{Agent, Answer, Authentication};
use crate::snapshot::endpoint::of_quick_connect;

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![Operation::rpc("GetEndpoints", get_endpoints).read_only()]
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GetEndpoints {
    #[serde(default)]
    #[allow(dead_code, reason = "the bearer header identifies the caller")]
    authentication: Option<Authentication>,
    #[serde(rename = "queueARNs")]
    queue_arns: Vec<String>,
    #[serde(default)]
    #[allow(dead_code, reason = "everything comes in one page")]
    next_token: Option<String>,
    #[serde(default)]
    #[allow(dead_code, reason = "everything comes in one page")]
    max_results: Option<i64>,
}

/// Each quick connect once, by name, in one page. Agents' own queues have none, and queues that are gone neither.
async fn get_endpoints(call: Call<App>, input: GetEndpoints) -> Answer {
    let agent = Agent::of(&call).await?;
    let endpoints = agent
        .read(|core| {
            let directory = core.directory();
            let mut found = BTreeMap::new();
            for text in &input.queue_arns {
                let standard = Arn::parse(text).is_none_or(|arn| !arn.resource.starts_with("queue/agent/"));
                let id = model::arn::id_part(text).parse::<QueueId>().ok().filter(|_| standard);
                let Some(queue) = id.and_then(|id| directory.queue(id)) else { continue };
                for connect in queue.quick_connect_ids.iter().filter_map(|id| directory.quick_connect(*id)) {
                    let key = (connect.name.clone(), connect.quick_connect_id);
                    found.entry(key).or_insert_with(|| of_quick_connect(directory, connect));
                }
            }
            Ok(found.into_values().collect::<Vec<_>>())
        })
        .await?;
    Ok(json!({"endpoints": endpoints}))
}
