//! Hours of operation (spec 02 §10).

use axum::http::Method;
use directory::hours::{
    CreateHoursOfOperation, DeleteHoursOfOperation, DescribeHoursOfOperation, ListHoursOfOperations,
    SearchHoursOfOperations, UpdateHoursOfOperation,
};
use directory::{Directory, Permission};
use model::ArnKind;
use wire::{Operation, Rule};

use super::authority::Subject;
use super::published::{CLEARABLE, DESCRIPTION, NAME, TAGS};
use super::row::{Items, change, describe, list, search};
use crate::App;

const VIEW: Permission = Permission::HoursOfOperationView;
const ONE: &str = "/hours-of-operations/{InstanceId}/{HoursOfOperationId}";

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        spans(change::<CreateHoursOfOperation, _, _>(
            Method::PUT,
            "CreateHoursOfOperation",
            "/hours-of-operations/{InstanceId}",
            |input| Subject::new(&input.tags),
            |directory, cx, input| {
                let id = directory.create_hours_of_operation(cx, input)?;
                Ok(directory.created_hours_of_operation(id))
            },
        ))
        .constraint("Description", DESCRIPTION)
        .constraint("Tags", TAGS),
        describe::<DescribeHoursOfOperation, _>(
            "DescribeHoursOfOperation",
            ONE,
            |input| hours(&input.hours_of_operation_id),
            Directory::describe_hours_of_operation,
        ),
        list::<ListHoursOfOperations, _>(
            "ListHoursOfOperations",
            "/hours-of-operations-summary/{InstanceId}",
            Items::tagged("HoursOfOperationSummaryList", VIEW, 1000),
            Directory::list_hours_of_operations,
        ),
        search::<SearchHoursOfOperations, _>(
            "SearchHoursOfOperations",
            "/search-hours-of-operations",
            Items::tagged("HoursOfOperations", VIEW, 100),
            Directory::search_hours_of_operations,
        ),
        spans(change::<UpdateHoursOfOperation, _, _>(
            Method::POST,
            "UpdateHoursOfOperation",
            ONE,
            |input| hours(&input.hours_of_operation_id),
            Directory::update_hours_of_operation,
        ))
        .constraint("Description", CLEARABLE),
        change::<DeleteHoursOfOperation, _, _>(
            Method::DELETE,
            "DeleteHoursOfOperation",
            ONE,
            |input| hours(&input.hours_of_operation_id),
            |directory, _, input| directory.delete_hours_of_operation(input),
        ),
    ]
}

fn hours(id: &str) -> Subject {
    Subject::on(ArnKind::OperatingHours, id)
}

/// An operation that takes a name and spans of the week.
fn spans(operation: Operation<App>) -> Operation<App> {
    operation
        .constraint("Name", NAME)
        .constraint("Config", Rule::Length(0, 100))
        .constraint("Config[].StartTime.Hours", Rule::Range(0, 23))
        .constraint("Config[].StartTime.Minutes", Rule::Range(0, 59))
        .constraint("Config[].EndTime.Hours", Rule::Range(0, 23))
        .constraint("Config[].EndTime.Minutes", Rule::Range(0, 59))
}
