//! Operations on contacts and on agents at work.

mod agents;
mod change;
mod describe;
mod monitor;
mod participants;
mod search;
mod start;
pub(crate) mod stored;

use wire::Operation;

use crate::App;

/// Every operation of this group.
pub(crate) fn operations() -> Vec<Operation<App>> {
    let groups = [
        start::operations(),
        describe::operations(),
        change::operations(),
        monitor::operations(),
        participants::operations(),
        agents::operations(),
        search::operations(),
    ];
    groups.into_iter().flatten().collect()
}
