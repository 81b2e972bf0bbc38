//! Operations on configured resources: users, queues, routing profiles and the rest.
//!
//! | part | owns |
//! |---|---|
//! | `row` | how a row of the table becomes a call of the directory |
//! | `needs` | operation → what a signed-in user must hold |
//! | `authority` | whether the caller holds it, and what tags hide from whom |
//! | `paged`, `published` | paging members, shared published limits |
//! | `log_pages` | pages of the logs people search |
//! | one file per resource | its rows: name, method, path, members, limits, and what to ask or change |
//! | `not_built` | the operations of the service that are not here yet |

mod agent_statuses;
mod attributes;
mod authority;
mod bots;
mod change_history;
mod flow_check;
mod flow_convert;
mod flow_language;
mod flow_logs;
mod flow_modules;
mod flow_rehearsal;
mod flows;
mod functions;
mod hierarchy;
mod hours;
mod instances;
mod integrations;
mod log_pages;
mod needs;
mod not_built;
mod origins;
mod paged;
mod phone_numbers;
mod prompts;
mod published;
mod queues;
mod quick_connects;
mod routing_profiles;
mod row;
mod security_profiles;
mod speech;
mod storage;
mod tags;
mod task_templates;
#[cfg(test)]
mod tests;
mod users;
mod views;

use wire::Operation;

use crate::App;

/// Every operation of this group, and every published one that nobody has built.
pub(crate) fn operations() -> Vec<Operation<App>> {
    let mut operations = built();
    operations.extend(not_built::operations());
    operations
}

fn built() -> Vec<Operation<App>> {
    let groups = [
        instances::operations(),
        origins::operations(),
        integrations::operations(),
        functions::operations(),
        bots::operations(),
        storage::operations(),
        users::operations(),
        hierarchy::operations(),
        security_profiles::operations(),
        routing_profiles::operations(),
        queues::operations(),
        hours::operations(),
        quick_connects::operations(),
        agent_statuses::operations(),
        flows::operations(),
        flow_modules::operations(),
        flow_convert::operations(),
        flow_language::operations(),
        flow_rehearsal::operations(),
        flow_logs::operations(),
        change_history::operations(),
        prompts::operations(),
        speech::operations(),
        attributes::operations(),
        tags::operations(),
        task_templates::operations(),
        views::operations(),
        phone_numbers::operations(),
    ];
    groups.into_iter().flatten().collect()
}
