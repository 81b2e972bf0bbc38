//! Searching the flow log (spec 04 §12): what a contact's flows did, block by block. An own operation; the published
//! service hands its logs to another one.

use directory::input::Input;
use directory::{Directory, Kind, Permission};
use engine::Engine;
use model::{ArnKind, FlowId, UserId, arn};
use serde::Deserialize;
use serde_json::Value;
use store::{FlowLogFilter, FlowLogRow, Place, Stretch};
use wire::{ApiError, Call, Operation, PageRequest, Rule};

use super::authority::{Subject, check, sees_resource};
use super::log_pages::{Asked, LARGEST_PAGE, Log, Order, answer};
use super::row::{Answer, INSTANCE_ID, instance};
use crate::{App, access, errors};

pub(super) fn operations() -> Vec<Operation<App>> {
    let search = Operation::post("SearchFlowLogs", "/switchroom/flow-logs/{InstanceId}", search);
    vec![
        search
            .read_only()
            .constraint("InstanceId", INSTANCE_ID)
            .constraint("ContactId", Rule::Length(1, 256))
            .constraint("FlowId", Rule::Length(1, 500))
            .constraint("Text", Rule::Length(1, 500))
            .constraint("NextToken", Rule::Length(1, 2500))
            .constraint("MaxResults", Rule::Range(1, LARGEST_PAGE as i64)),
    ]
}

/// `SearchFlowLogs`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct SearchFlowLogs {
    instance_id: String,
    contact_id: Option<String>,
    /// Of a flow or a module.
    flow_id: Option<String>,
    start_time: Option<f64>,
    end_time: Option<f64>,
    /// What a value of the line contains, whatever the case.
    text: Option<String>,
    #[serde(default)]
    errors_only: bool,
    #[serde(default)]
    order: Order,
    max_results: Option<u32>,
    next_token: Option<String>,
}

impl Input for SearchFlowLogs {
    const OPERATION: &'static str = "SearchFlowLogs";

    fn instance_id(&self) -> Option<&str> {
        Some(&self.instance_id)
    }
}

async fn search(call: Call<App>, input: SearchFlowLogs) -> Answer {
    let engine = instance(&call, &input)?;
    let (user, operation) = (access::acting_user(&call), call.operation);
    let subject = match &input.flow_id {
        Some(flow) => Subject::on(ArnKind::ContactFlow, flow),
        None => Subject::none(),
    };
    engine
        .read(|core, _| check(core.directory(), user, operation, &subject))
        .await
        .map_err(errors::engine)??;
    // Lines tell attributes and answers of contacts.
    access::permit(&call, &engine, &[Permission::ContactSearchView]).await?;
    let id = |text: &Option<String>| text.as_deref().map(|text| arn::id_part(text).to_lowercase());
    let filter = FlowLogFilter { contact: id(&input.contact_id), flow: id(&input.flow_id) };
    let text = input.text.as_deref().map(str::to_lowercase);
    let asked = Asked {
        start_time: input.start_time,
        end_time: input.end_time,
        order: input.order,
        page: PageRequest { max_results: input.max_results, next_token: input.next_token.as_deref() },
        member: "Entries",
        scope: format!("{filter:?} {text:?} {} {:?}", input.errors_only, input.order),
    };
    answer(&call, &engine, asked, &FlowLog { filter, text, errors_only: input.errors_only, user }).await
}

struct FlowLog {
    filter: FlowLogFilter,
    /// In lower case.
    text: Option<String>,
    errors_only: bool,
    user: Option<UserId>,
}

impl Log for FlowLog {
    type Row = FlowLogRow;

    async fn read(&self, engine: &Engine, stretch: &Stretch) -> Result<Vec<FlowLogRow>, ApiError> {
        engine.store().flow_logs(engine.id(), &self.filter, stretch).await.map_err(errors::store)
    }

    fn place(row: &FlowLogRow) -> Place {
        row.place
    }

    fn sees(&self, directory: &Directory, row: &FlowLogRow) -> bool {
        let module = row.flow.parse::<FlowId>().is_ok_and(|id| directory.flow_module(id).is_some());
        let kind = if module { Kind::FlowModule } else { Kind::Flow };
        sees_resource(directory, self.user, kind, &row.flow, None)
    }

    fn show(&self, row: FlowLogRow) -> Result<Option<Value>, ApiError> {
        let line: Value = serde_json::from_str(&row.body)
            .map_err(|_| ApiError::internal_service("A stored line cannot be read."))?;
        let wanted = (!self.errors_only || line["Error"].is_string())
            && self.text.as_deref().is_none_or(|text| says(&line, text));
        Ok(wanted.then_some(line))
    }
}

/// Whether a value, or a name below the line's own members, contains the text, which is in lower case.
fn says(value: &Value, text: &str) -> bool {
    fn within(value: &Value, text: &str) -> bool {
        match value {
            Value::Object(members) => {
                members.iter().any(|(name, value)| name.to_lowercase().contains(text) || within(value, text))
            }
            Value::Array(items) => items.iter().any(|item| within(item, text)),
            Value::String(said) => said.to_lowercase().contains(text),
            Value::Null => false,
            other => other.to_string().contains(text),
        }
    }
    value.as_object().into_iter().flat_map(|members| members.values()).any(|value| within(value, text))
}

#[cfg(test)]
mod tests {
    use super::says;
    use serde_json::json;

    #[test]
    fn texts_are_found_in_values_and_in_what_authors_named() {
        let line = json!({"Identifier": "Greet", "Parameters": {"Attributes": {"colour": "GREEN \"one\""}}, "Results": [7], "Error": null});
        for (text, found) in [
            ("greet", true),
            ("green \"o", true),
            ("colour", true),
            ("7", true),
            ("error", false),
            ("null", false),
        ] {
            assert_eq!(says(&line, text), found, "{text}");
        }
    }
}
