//! For the designer and for programs that write flows: the table of the flow language, and a check without saving.
//! Own operations; the published service has no counterpart.

use directory::input::Input;
use directory::{Directory, DirectoryError};
use flows::validate::Problem;
use flows::{Level, validate_document};
use model::resource::FlowType;
use serde::Deserialize;
use serde_json::{Value, json};
use wire::{Operation, Rule};

use super::authority::Subject;
use super::flow_check::Names;
use super::row::{describe, question};
use crate::App;

/// `DescribeFlowLanguage`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DescribeFlowLanguage {
    instance_id: Option<String>,
}

impl Input for DescribeFlowLanguage {
    const OPERATION: &'static str = "DescribeFlowLanguage";
    fn instance_id(&self) -> Option<&str> {
        self.instance_id.as_deref()
    }
}

/// `CheckContactFlow`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct CheckContactFlow {
    instance_id: Option<String>,
    #[serde(rename = "Type")]
    kind: Option<FlowType>,
    content: String,
    /// The content is a module's, which has no type.
    module: Option<bool>,
    /// The contract of the module.
    settings: Option<String>,
}

impl Input for CheckContactFlow {
    const OPERATION: &'static str = "CheckContactFlow";
    fn instance_id(&self) -> Option<&str> {
        self.instance_id.as_deref()
    }
}

/// Room for the longest content, every character of it escaped.
const CONTENT_BYTES: usize = 4 * 1024 * 1024;

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        describe::<DescribeFlowLanguage, _>(
            "DescribeFlowLanguage",
            "/switchroom/flow-language/{InstanceId}",
            |_| Subject::none(),
            |_, _| Ok(flows::action::table()),
        ),
        question::<CheckContactFlow, _>(
            "CheckContactFlow",
            "/switchroom/flow-check/{InstanceId}",
            |_| Subject::none(),
            check,
        )
        .body_limit(CONTENT_BYTES)
        .constraint("Content", Rule::Length(1, 1_048_576)),
    ]
}

/// Every problem of a content, saved or not.
fn check(directory: &Directory, input: &CheckContactFlow) -> directory::Result<Value> {
    let problems = match flows::Document::parse(&input.content) {
        Ok(document) if input.module == Some(true) => {
            let names = Names::of_module(directory, input.settings.as_deref());
            validate_document(&document, FlowType::ContactFlow, true, Some(&names))
        }
        Ok(document) => {
            let missing = || DirectoryError::parameter("Type: is missing; only a module has none.");
            let kind = input.kind.ok_or_else(missing)?;
            validate_document(&document, kind, false, Some(&Names::of_flow(directory)))
        }
        Err(error) => vec![Problem {
            rule: "V1",
            path: String::new(),
            identifier: None,
            message: error.to_string(),
            level: Level::Error,
        }],
    };
    let problems: Vec<Value> = problems
        .into_iter()
        .map(|problem| {
            json!({
                "Rule": problem.rule,
                "Path": problem.path,
                "Identifier": problem.identifier,
                "Message": problem.message,
                "Level": match problem.level { Level::Error => "ERROR", Level::Warning => "WARNING" },
            })
        })
        .collect();
    Ok(json!({"Problems": problems}))
}
