//! `GetAgentSnapshot`: what the agent's panel shows, answered when it changes (spec 11 §1.3).
//!
//! A token names a version of what the panel shows: the same for every poller of the agent, and none of ours after a
//! restart, so that whoever comes with an old one gets the whole snapshot at once.

use std::sync::LazyLock;
use std::time::Duration;

use api::App;
use engine::random_128;
use model::Timestamp;
use serde::Deserialize;
use serde_json::json;
use tokio::time::timeout;
use wire::{ApiError, Call, Operation};

use super::{Agent, Answer, Authentication, unavailable};
use crate::snapshot::{chat_token, seconds, snapshot};
use crate::softphone::media_info;

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![Operation::rpc("GetAgentSnapshot", get_agent_snapshot).read_only()]
}

/// Longest hold of a poll, in milliseconds, and its length where the caller gives none.
const LONGEST_HOLD_MS: u64 = 30_000;

/// Tells the versions of this run of the server from those of an earlier one.
static RUN: LazyLock<u64> = LazyLock::new(|| random_128() as u64);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GetAgentSnapshot {
    #[serde(default)]
    #[allow(dead_code, reason = "the bearer header identifies the caller")]
    authentication: Option<Authentication>,
    #[serde(default)]
    next_token: Option<String>,
    /// Milliseconds.
    #[serde(default)]
    timeout: Option<i64>,
}

async fn get_agent_snapshot(call: Call<App>, input: GetAgentSnapshot) -> Answer {
    let agent = Agent::of(&call).await?;
    let mut versions = agent.engine.bus().watch_agent(agent.user);
    match input.next_token {
        None => arrive(&agent).await?,
        Some(token) => {
            if version_of(&token) == Some(*versions.borrow_and_update()) {
                let asked = input.timeout.map_or(LONGEST_HOLD_MS, |asked| u64::try_from(asked).unwrap_or(0));
                let hold = Duration::from_millis(asked.min(LONGEST_HOLD_MS));
                tokio::select! {
                    // Whether something changed or the time is over: the answer is the whole snapshot.
                    _ = timeout(hold, versions.changed()) => {}
                    () = call.draining() => {}
                }
            }
        }
    }
    // The version first: what changes in between is in the snapshot, and is answered once more.
    let version = *versions.borrow_and_update();
    let tokens = call.state.center.tokens();
    let sign = |core: &contacts::Core, part| tokens.sign(&chat_token(core, part, agent.session));
    let mut body =
        agent.engine.read(|core, now| snapshot(core, agent.user, now, &sign)).await.map_err(unavailable)?;
    media_info::equip(&mut body, &call.state, &agent.engine, agent.user, &call.headers);
    // Panels measure the difference of their clock against this, so it is made last.
    let now = agent.engine.now();
    body["snapshotTimestamp"] = seconds(now);
    Ok(json!({"snapshot": body, "nextToken": token(version, now)}))
}

/// A panel that has just opened; its agent is at work from now on.
async fn arrive(agent: &Agent) -> Result<(), ApiError> {
    let user = agent.user;
    let here = agent.read(|core| Ok(core.agent(user).is_some_and(|agent| agent.signed_in))).await?;
    if here {
        return Ok(());
    }
    agent.apply(|core, cx| core.sign_in(cx, user)).await
}

/// Ends in the time, so that every answer brings a new token.
fn token(version: u64, now: Timestamp) -> String {
    format!("{:016x}.{version}.{}", *RUN, now.0)
}

fn version_of(token: &str) -> Option<u64> {
    let mut parts = token.split('.');
    let run = u64::from_str_radix(parts.next()?, 16).ok()?;
    let version = parts.next()?.parse().ok()?;
    (run == *RUN).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_other_runs_are_none_of_ours() {
        let now = Timestamp(1_700_000_000_000);
        assert_eq!(version_of(&token(7, now)), Some(7));
        let other = format!("{:016x}.7.0", RUN.wrapping_add(1));
        for foreign in [other.as_str(), "", ".", "v42", "zz.1.2", "0.", "é"] {
            assert_eq!(version_of(foreign), None, "{foreign}");
        }
    }
}
