//! The change history (spec 02 §5): who changed which resource when, and what it was before. An own operation; the
//! published service shows this on its pages only.

use directory::history::Entry;
use directory::input::Input;
use directory::{Directory, Kind};
use engine::Engine;
use model::{UserId, arn};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{ChangeFilter, ChangeRow, Place, Stretch};
use wire::{ApiError, Call, Operation, PageRequest, Rule};

use super::authority::{Subject, check, sees_resource};
use super::log_pages::{Asked, LARGEST_PAGE, Log, Order, answer};
use super::row::{Answer, INSTANCE_ID, instance};
use crate::{App, access, errors};

pub(super) fn operations() -> Vec<Operation<App>> {
    let search = Operation::post("SearchChangeHistory", "/switchroom/change-history/{InstanceId}", search);
    vec![
        search
            .read_only()
            .constraint("InstanceId", INSTANCE_ID)
            .constraint("Kind", Rule::Length(1, 100))
            .constraint("ResourceId", Rule::Length(1, 500))
            .constraint("User", Rule::Length(1, 256))
            .constraint("NextToken", Rule::Length(1, 2500))
            .constraint("MaxResults", Rule::Range(1, LARGEST_PAGE as i64)),
    ]
}

/// `SearchChangeHistory`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct SearchChangeHistory {
    instance_id: String,
    kind: Option<String>,
    resource_id: Option<String>,
    /// User name or access key id, whole.
    user: Option<String>,
    start_time: Option<f64>,
    end_time: Option<f64>,
    #[serde(default)]
    order: Order,
    max_results: Option<u32>,
    next_token: Option<String>,
}

impl Input for SearchChangeHistory {
    const OPERATION: &'static str = "SearchChangeHistory";

    fn instance_id(&self) -> Option<&str> {
        Some(&self.instance_id)
    }
}

async fn search(call: Call<App>, input: SearchChangeHistory) -> Answer {
    let engine = instance(&call, &input)?;
    let (user, operation) = (access::acting_user(&call), call.operation);
    engine
        .read(|core, _| check(core.directory(), user, operation, &Subject::none()))
        .await
        .map_err(errors::engine)??;
    if let Some(kind) = input.kind.as_deref().filter(|kind| Kind::parse(kind).is_none()) {
        let kinds: Vec<_> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
        return Err(ApiError::invalid_parameter(format!(
            "Kind {kind:?} does not exist. Possible are {}.",
            kinds.join(", ")
        )));
    }
    // Names that are ids may have colons in them.
    let id = |text: &str| if text.starts_with("arn:") { arn::id_part(text) } else { text }.to_owned();
    let filter =
        ChangeFilter { kind: input.kind, resource: input.resource_id.as_deref().map(id), author: input.user };
    let asked = Asked {
        start_time: input.start_time,
        end_time: input.end_time,
        order: input.order,
        page: PageRequest { max_results: input.max_results, next_token: input.next_token.as_deref() },
        member: "Changes",
        scope: format!("{filter:?} {:?}", input.order),
    };
    answer(&call, &engine, asked, &ChangeHistory { filter, user }).await
}

struct ChangeHistory {
    filter: ChangeFilter,
    user: Option<UserId>,
}

impl Log for ChangeHistory {
    type Row = (ChangeRow, Entry);

    async fn read(&self, engine: &Engine, stretch: &Stretch) -> Result<Vec<Self::Row>, ApiError> {
        let rows = engine.store().changes(engine.id(), &self.filter, stretch).await.map_err(errors::store)?;
        let entry = |row: ChangeRow| match serde_json::from_str(&row.body) {
            Ok(entry) => Ok((row, entry)),
            Err(_) => Err(ApiError::internal_service("A stored change cannot be read.")),
        };
        rows.into_iter().map(entry).collect()
    }

    fn place((row, _): &Self::Row) -> Place {
        row.place
    }

    fn sees(&self, directory: &Directory, (row, entry): &Self::Row) -> bool {
        // A kind that is known no more is for the account alone.
        match Kind::parse(&row.kind) {
            Some(kind) => sees_resource(directory, self.user, kind, &row.resource, entry.tags.as_ref()),
            None => self.user.is_none(),
        }
    }

    fn show(&self, (row, entry): Self::Row) -> Result<Option<Value>, ApiError> {
        Ok(Some(body(&row, entry)))
    }
}

fn body(row: &ChangeRow, entry: Entry) -> Value {
    let mut body = json!({
        "Time": row.place.at.as_secs_f64(),
        "Kind": row.kind,
        "ResourceId": row.resource,
        "ResourceName": row.name,
        "User": row.author,
        "Action": entry.action,
        "Fields": entry.fields,
    });
    if let Some(version) = entry.version {
        body["Version"] = json!(version);
    }
    body
}
