//! What panels tell about themselves. It is taken and let go: the calls must be cheap and must not fail.

use api::App;
use serde_json::{Value, json};
use wire::{Call, Operation};

use super::Answer;

/// Bytes of one report; panels send some hundred lines at once.
const REPORT_BYTES: usize = 4 * 1024 * 1024;

pub(super) fn operations() -> Vec<Operation<App>> {
    ["SendClientLogs", "SendSoftphoneCallMetrics", "SendSoftphoneCallReport"]
        .into_iter()
        .map(|name| Operation::rpc(name, take).read_only().body_limit(REPORT_BYTES))
        .collect()
}

async fn take(_: Call<App>, _: Value) -> Answer {
    Ok(json!({}))
}
