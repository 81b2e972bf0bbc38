//! Brings flow files into this instance: the older format is converted, export fields are taken out, and what the file
//! names is looked up here. Nothing is saved. An own operation; the published service leaves it to its designer.

use directory::input::Input;
use directory::{Directory, DirectoryError};
use flows::action::ResourceKind;
use flows::resources::{Catalog, Found, resolve};
use flows::{Document, flow_type, legacy};
use model::{ArnKind, arn};
use serde::Deserialize;
use serde_json::{Value, json};
use wire::{Operation, Rule};

use super::authority::Subject;
use super::row::question;
use crate::App;

/// `ConvertContactFlow`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ConvertContactFlow {
    instance_id: Option<String>,
    content: String,
}

impl Input for ConvertContactFlow {
    const OPERATION: &'static str = "ConvertContactFlow";
    fn instance_id(&self) -> Option<&str> {
        self.instance_id.as_deref()
    }
}

/// Room for the longest content, every character of it escaped.
const CONTENT_BYTES: usize = 4 * 1024 * 1024;

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        question::<ConvertContactFlow, _>(
            "ConvertContactFlow",
            "/switchroom/flow-convert/{InstanceId}",
            |_| Subject::none(),
            convert,
        )
        .body_limit(CONTENT_BYTES)
        .constraint("Content", Rule::Length(1, 1_048_576)),
    ]
}

/// `{"Content", "Type", "Name", "Legacy", "Report": [{"Kind", "Path", "Identifier", "Message", …}]}`.
fn convert(directory: &Directory, input: &ConvertContactFlow) -> directory::Result<Value> {
    let refuse = |error: flows::ParseError| DirectoryError::flow([error.to_string()]);
    let read = Document::import(&input.content).map_err(refuse)?;
    let is_legacy = legacy::is_legacy(&read);
    let mut report = Vec::new();
    let file = if is_legacy {
        let converted = legacy::convert(&input.content).map_err(refuse)?;
        report.extend(converted.notes.iter().map(note));
        converted.document
    } else {
        read
    };
    let text = |key: &str| file.metadata().and_then(|metadata| metadata.get(key)?.as_str());
    let name = text("name").map(str::to_owned);
    // Files written by hand spell the type as the API does.
    let kind = file.exported_type().or_else(|| flow_type::from_api(text("type")?));
    let content = file.content().map_err(refuse)?;
    let (content, found) = resolve(content, &Here(directory)).map_err(refuse)?;
    report.extend(found.iter().map(resource));
    Ok(json!({
        "Content": content.text(),
        "Type": kind,
        "Name": name,
        "Legacy": is_legacy,
        "Report": report,
    }))
}

fn note(note: &legacy::Note) -> Value {
    json!({
        "Kind": note.fate.as_str().to_uppercase(),
        "Path": note.path,
        "Identifier": note.identifier,
        "Message": note.message,
    })
}

fn resource(found: &Found) -> Value {
    let named = found.display.as_deref().unwrap_or(&found.value);
    let kind = found.kind.as_str();
    let (outcome, message) = match &found.resolved {
        Some(_) => ("RESOLVED_BY_NAME", format!("the {kind} {named:?} was found by its name")),
        None => ("UNRESOLVED", format!("there is no {kind} {named:?} here")),
    };
    json!({
        "Kind": outcome,
        "Path": found.path,
        "Identifier": found.identifier,
        "Message": message,
        "ResourceKind": kind,
        "Value": found.value,
        "DisplayName": found.display,
        "Resolved": found.resolved,
    })
}

/// The resources of this instance.
struct Here<'a>(&'a Directory);

impl Catalog for Here<'_> {
    fn by_id(&self, kind: ResourceKind, name: &str) -> Option<String> {
        let directory = self.0;
        let id = arn::id_part(name);
        let arn = match kind {
            ResourceKind::Flow => directory.flow(id.parse().ok()?).map(|_| ArnKind::ContactFlow)?,
            ResourceKind::Module => directory.flow_module(id.parse().ok()?).map(|_| ArnKind::FlowModule)?,
            ResourceKind::Queue => directory.queue(id.parse().ok()?).map(|_| ArnKind::Queue)?,
            ResourceKind::Agent => directory.user(id.parse().ok()?).map(|_| ArnKind::Agent)?,
            ResourceKind::Prompt => directory.prompt(id.parse().ok()?).map(|_| ArnKind::Prompt)?,
            ResourceKind::HoursOfOperation => {
                directory.hours_of_operation(id.parse().ok()?).map(|_| ArnKind::OperatingHours)?
            }
            ResourceKind::Function if directory.may_call(name) => return Some(name.to_owned()),
            ResourceKind::Function => {
                let own = directory.function_arn(function_name(name)?)?;
                return directory.may_call(&own).then_some(own);
            }
            ResourceKind::Bot => {
                let known = flows::is_built_in_menu(name) || directory.bot_alias(name).is_some();
                return known.then(|| name.to_owned());
            }
            // Managed views are the same everywhere.
            ResourceKind::View => return directory.view_edition(name, None).ok().map(|_| name.to_owned()),
            _ => return None,
        };
        let own = directory.scope().instance_arn();
        let elsewhere = name.starts_with("arn:") && !name.starts_with(&format!("{own}/"));
        Some(if elsewhere { directory.scope().arn(arn, id) } else { name.to_owned() })
    }

    fn by_name(&self, kind: ResourceKind, display: &str) -> Option<String> {
        let (directory, scope) = (self.0, self.0.scope());
        match kind {
            ResourceKind::Flow => {
                directory.flow_named(display).map(|flow| scope.arn(ArnKind::ContactFlow, flow.id))
            }
            ResourceKind::Module => {
                directory.flow_module_named(display).map(|module| scope.arn(ArnKind::FlowModule, module.id))
            }
            ResourceKind::Queue => {
                directory.queue_named(display).map(|queue| scope.arn(ArnKind::Queue, queue.queue_id))
            }
            ResourceKind::Agent => {
                directory.user_named(display).map(|user| scope.arn(ArnKind::Agent, user.id))
            }
            ResourceKind::Prompt => {
                directory.prompt_named(display).map(|prompt| scope.arn(ArnKind::Prompt, prompt.prompt_id))
            }
            ResourceKind::HoursOfOperation => directory
                .hours_of_operation_named(display)
                .map(|hours| scope.arn(ArnKind::OperatingHours, hours.hours_of_operation_id)),
            ResourceKind::View => {
                directory.view_with_name(display).map(|view| scope.arn(ArnKind::View, view.id))
            }
            ResourceKind::Function => {
                directory.function_arn(display).filter(|function| directory.may_call(function))
            }
            ResourceKind::Bot => {
                directory.bot_alias(display).map(|(bot, alias)| directory.bot_alias_arn(bot, alias))
            }
            _ => None,
        }
    }
}

/// The name in the resource name of a function of any account and region.
fn function_name(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once(":function:")?;
    rest.split(':').next()
}
