//! The agent desktop protocol that amazon-connect-streams speaks, and everything else that agents' and customers'
//! pages call directly: websockets, sign-in, files, the widget's start of a chat.
//!
//! What contacts and agents do is decided in `contacts`; here it is asked for and shown. To wire it:
//!
//! 1. Add [`cti`] and [`cti_at`]`(`[`LEGACY_CTI_PATH`]`)` to the endpoint of the public services, with [`Sessions`]
//!    behind its callers.
//! 2. Merge [`sockets`] and [`auth`] into the router, with the state of the handlers.
//! 3. Let [`is_public`] paths be called by pages of every origin.
//!
//! | part | spoken by | identified by |
//! |---|---|---|
//! | [`cti`] | the panel's shared worker | bearer token from `/auth/authorize` |
//! | [`sockets`] | the worker, chat clients | token in the address |
//! | [`auth`]: `/auth/…`, `/logout` | pages | session cookies |
//! | [`auth`]: `/task-templates/…` | the worker | session cookies |
//! | [`auth`]: `/guides/…` | agents' pages | session cookies |
//! | [`auth`]: `/attachments/…` | chat clients | token in the address |
//! | [`auth`]: `/prompt-uploads`, `/prompt-files/…` | pages, API clients | token in the address |
//! | [`auth`]: `/widget/…` | pages of any origin | nothing; paced by address. A sign-in: the participant token |

mod attachments;
mod cti;
mod guides;
mod instance;
mod login;
mod past;
mod problem;
mod prompt_files;
mod sessions;
pub mod snapshot;
mod sockets;
mod softphone;
mod task_templates;
mod widget;

use api::App;
use axum::Router;

pub use cti::{CTI_PATH, LEGACY_CTI_PATH, cti, cti_at};
pub use sessions::{SESSION_COOKIES, Sessions};
pub use sockets::{AGENT_SOCKET_PATH, SocketLimits, sockets, sockets_with};
pub use widget::DEFAULT_FLOW;

/// The routes of pages: sign-in and out, the panel's authorisation, attachments, the widget.
pub fn auth() -> Router<App> {
    login::routes()
        .merge(attachments::routes())
        .merge(widget::routes())
        .merge(task_templates::routes())
        .merge(prompt_files::routes())
        .merge(guides::routes())
}

/// Whether pages of every origin may call this path: it needs no cookie, only what its address or body carries.
pub fn is_public(path: &str) -> bool {
    path.starts_with("/attachments/") || path.starts_with("/widget/")
}
