//! The `lexv2-runtime` service: clients talk with the bots of the instances, and operators bring bots in.
//!
//! | part | owns |
//! |---|---|
//! | `runtime` | the published operations: sessions and recognised text |
//! | `shape` | sessions and turns in the published shapes |
//! | `sessions` | the conversations at hand |
//! | `import` | our own operations: bringing in, listing and removing bots |

mod import;
mod sessions;
mod shape;
mod talk;

use axum::http::Method;
use wire::{Operation, Service};

use crate::App;

pub(crate) use sessions::Sessions;

/// The service; its signing name is `lex`.
pub fn runtime() -> Service<App> {
    Service::rest_json("lexv2-runtime")
        .signing_name("lex")
        .errors(wire::ApiError::validation, wire::ApiError::internal_server)
        .operations(talk::operations())
        .operations(import::operations())
        .operations(vec![
            Operation::not_built(
                "RecognizeUtterance",
                Method::POST,
                "/bots/{botId}/botAliases/{botAliasId}/botLocales/{localeId}/sessions/{sessionId}/utterance",
            ),
            Operation::not_built(
                "StartConversation",
                Method::POST,
                "/bots/{botId}/botAliases/{botAliasId}/botLocales/{localeId}/sessions/{sessionId}/conversation",
            ),
        ])
}
