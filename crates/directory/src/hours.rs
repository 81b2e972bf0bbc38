//! Hours of operation (spec 02 §10): a time zone and the spans of the week in which a queue is open.

use model::resource::{HoursEntry, HoursOfOperation, Queue, Tags, TimeOfDay, Weekday};
use model::{ArnKind, HoursOfOperationId};
use serde_json::{Value, json};

use crate::body::Body;
use crate::directory::{Cx, Directory};
use crate::error::{DirectoryError, Result};
use crate::input::{inputs, parts};
use crate::quotas::Quota;
use crate::rows::{Found, Row, Rows};
use crate::rules;
use crate::search::{FilterMember, SearchCriteria, SearchFilter, Searchable};

inputs! {
    /// `CreateHoursOfOperation`.
    CreateHoursOfOperation {
        name: String,
        description: Option<String>,
        time_zone: String,
        config: Vec<HoursSpan>,
        tags: Option<Tags>,
    }
    /// `DescribeHoursOfOperation`.
    DescribeHoursOfOperation { hours_of_operation_id: String }
    /// `UpdateHoursOfOperation`; what is left out stays.
    UpdateHoursOfOperation {
        hours_of_operation_id: String,
        name: Option<String>,
        description: Option<String>,
        time_zone: Option<String>,
        config: Option<Vec<HoursSpan>>,
    }
    /// `DeleteHoursOfOperation`.
    DeleteHoursOfOperation { hours_of_operation_id: String }
    /// `ListHoursOfOperations`.
    ListHoursOfOperations {}
    /// `SearchHoursOfOperations`.
    SearchHoursOfOperations { search_filter: Option<SearchFilter>, search_criteria: Option<SearchCriteria> }
}

parts! {
    /// One opening span.
    HoursSpan { day: Weekday, start_time: HoursTime, end_time: HoursTime }
    /// A time of day.
    HoursTime { hours: u8, minutes: u8 }
}

const SEARCH: Searchable<HoursOfOperation> = Searchable {
    fields: &[
        ("name", |hours, is| is(&hours.name)),
        ("description", |hours, is| hours.description.as_deref().is_some_and(is)),
        ("timezone", |hours, is| is(&hours.time_zone)),
        ("resourceID", |hours, is| is(&hours.hours_of_operation_id.to_string())),
    ],
    leaves: &[],
    filter: FilterMember::Tag,
    tags: Some(|hours| &hours.tags),
    group: None,
};

impl Directory {
    /// `CreateHoursOfOperation`.
    pub fn create_hours_of_operation(
        &mut self,
        cx: &mut Cx<'_>,
        input: CreateHoursOfOperation,
    ) -> Result<HoursOfOperationId> {
        self.mine(&input)?;
        rules::name("Name", &input.name)?;
        rules::description(input.description.as_deref())?;
        rules::tags(input.tags.as_ref())?;
        let hours = HoursOfOperation {
            hours_of_operation_id: cx.fresh(),
            name: input.name,
            description: input.description,
            time_zone: time_zone(&input.time_zone)?,
            config: entries(&input.config)?,
            tags: input.tags.unwrap_or_default(),
            last_modified_time: cx.now,
        };
        self.name_is_free(&hours)?;
        self.room_for(Quota::HoursOfOperation, self.table::<HoursOfOperation>().len())?;
        let id = hours.hours_of_operation_id;
        self.put(hours);
        Ok(id)
    }

    /// `UpdateHoursOfOperation`; a given config replaces the old one.
    pub fn update_hours_of_operation(
        &mut self,
        cx: &mut Cx<'_>,
        input: UpdateHoursOfOperation,
    ) -> Result<()> {
        self.mine(&input)?;
        let mut hours = self.find::<HoursOfOperation>(&input.hours_of_operation_id)?.clone();
        rules::clearable_description(input.description.as_deref())?;
        if let Some(name) = input.name {
            rules::name("Name", &name)?;
            hours.name = name;
        }
        if let Some(zone) = input.time_zone {
            hours.time_zone = time_zone(&zone)?;
        }
        if let Some(config) = input.config {
            hours.config = entries(&config)?;
        }
        rules::set_description(&mut hours.description, input.description);
        self.name_is_free(&hours)?;
        hours.last_modified_time = cx.now;
        self.put(hours);
        Ok(())
    }

    /// `DeleteHoursOfOperation`: refused while a queue keeps these hours or a published flow names them.
    pub fn delete_hours_of_operation(&mut self, input: DeleteHoursOfOperation) -> Result<()> {
        self.mine(&input)?;
        let hours = self.find::<HoursOfOperation>(&input.hours_of_operation_id)?;
        let id = hours.hours_of_operation_id;
        let queue = self.queues().find(|queue: &&Queue| queue.hours_of_operation_id == id);
        let user = queue
            .map(|queue| format!("the queue {:?}", queue.name))
            .or_else(|| self.published_flow_naming(&id.to_string()));
        if let Some(user) = user {
            return Err(DirectoryError::in_use(
                format!("The hours of operation {:?} are used by {user}. Change that first.", hours.name),
                self.scope.arn(ArnKind::OperatingHours, id),
            ));
        }
        self.remove::<HoursOfOperation>(&id);
        Ok(())
    }

    /// `DescribeHoursOfOperation`.
    pub fn describe_hours_of_operation(&self, input: &DescribeHoursOfOperation) -> Result<Value> {
        self.mine(input)?;
        let hours = self.find(&input.hours_of_operation_id)?;
        Ok(Body::new().set("HoursOfOperation", self.hours_body(hours)).build())
    }

    /// The output of `CreateHoursOfOperation`.
    pub fn created_hours_of_operation(&self, id: HoursOfOperationId) -> Value {
        Body::new()
            .text("HoursOfOperationId", id)
            .set("HoursOfOperationArn", self.scope.arn(ArnKind::OperatingHours, id))
            .build()
    }

    /// `ListHoursOfOperations`, by id.
    pub fn list_hours_of_operations<'a>(
        &'a self,
        input: &ListHoursOfOperations,
        after: Option<&str>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let after = after.and_then(|key| key.parse().ok());
        Ok(Rows::new(self.table::<HoursOfOperation>().after(after).map(|hours| {
            Row::new(hours.hours_of_operation_id, Some(&hours.tags), || {
                Body::new()
                    .text("Id", hours.hours_of_operation_id)
                    .set("Arn", self.scope.arn(ArnKind::OperatingHours, hours.hours_of_operation_id))
                    .set("Name", &*hours.name)
                    .modified(hours.last_modified_time, &self.scope.region)
                    .build()
            })
        })))
    }

    /// `SearchHoursOfOperations`.
    pub fn search_hours_of_operations(&self, input: &SearchHoursOfOperations) -> Result<Found<'_>> {
        self.mine(input)?;
        let matcher = SEARCH.matcher(self, input.search_filter.as_ref(), input.search_criteria.as_ref())?;
        Ok(matcher.find(self.hours_of_operations(), |hours| {
            Row::new(hours.hours_of_operation_id, Some(&hours.tags), || self.hours_body(hours))
        }))
    }

    fn hours_body(&self, hours: &HoursOfOperation) -> Value {
        Body::new()
            .text("HoursOfOperationId", hours.hours_of_operation_id)
            .set("HoursOfOperationArn", self.scope.arn(ArnKind::OperatingHours, hours.hours_of_operation_id))
            .set("Name", &*hours.name)
            .opt("Description", hours.description.as_deref())
            .set("TimeZone", &*hours.time_zone)
            .set("Config", json!(hours.config))
            .tags(&hours.tags)
            .modified(hours.last_modified_time, &self.scope.region)
            .build()
    }
}

/// The canonical spelling of a zone of the IANA database.
fn time_zone(name: &str) -> Result<String> {
    match jiff::tz::db().get(name).ok().as_ref().and_then(jiff::tz::TimeZone::iana_name) {
        Some(zone) => Ok(zone.to_owned()),
        None => Err(DirectoryError::parameter(format!(
            "TimeZone {name:?} is not a zone of the IANA database; give one such as Europe/Berlin or UTC."
        ))),
    }
}

/// Checks the spans. An end at 00:00 or equal to the start is midnight, an earlier end is one of the next day.
fn entries(config: &[HoursSpan]) -> Result<Vec<HoursEntry>> {
    rules::count("Config", config, 0, 100)?;
    let entry = |span: &HoursSpan| {
        Ok(HoursEntry { day: span.day, start_time: time(&span.start_time)?, end_time: time(&span.end_time)? })
    };
    config.iter().map(entry).collect()
}

fn time(time: &HoursTime) -> Result<TimeOfDay> {
    if time.hours > 23 || time.minutes > 59 {
        return Err(DirectoryError::parameter("A time of day has Hours 0 to 23 and Minutes 0 to 59."));
    }
    Ok(TimeOfDay { hours: time.hours, minutes: time.minutes })
}
