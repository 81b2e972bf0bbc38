//! Operations on configured resources: users, queues, routing profiles and the rest.

use wire::Operation;

use crate::App;

/// Every operation of this group.
pub(crate) fn operations() -> Vec<Operation<App>> {
    Vec::new()
}
