//! Tasks made by a template: who may choose what, defaults, what must be filled in, values as references
//! (spec 03 D5, 12 G35).

use directory::task_templates::{quick_connect, value_problem};
use flows::TaskReference;
use model::TaskTemplateId;
use model::resource::{TaskTemplate, TaskTemplateField, TaskTemplateFieldType, TaskTemplateStatus};
use serde::{Deserialize, Serialize};

use crate::core::Core;
use crate::error::*;
use crate::start::StartTask;

/// The template that a task was made by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MadeBy {
    /// Which one.
    pub id: TaskTemplateId,
    /// What it was called.
    pub name: String,
    /// In which of its versions.
    pub version: u32,
}

impl Core {
    /// The request as its template completes it, and the template.
    pub(crate) fn by_template(&self, request: StartTask) -> Result<(StartTask, Option<MadeBy>), Refusal> {
        let Some(reference) = &request.template else { return Ok((request, None)) };
        let template =
            self.directory.task_template_at(reference).map_err(|error| not_found(error.message))?;
        if template.status != TaskTemplateStatus::Active {
            return Err(invalid_request(format!("The task template {:?} is not active.", template.name)));
        }
        let made_by = MadeBy { id: template.id, name: template.name.clone(), version: template.version };
        let flow = template.contact_flow_id.map(|flow| flow.to_string());
        if let (Some(own), Some(asked)) = (&flow, &request.flow)
            && model::arn::id_part(asked) != own
        {
            return Err(invalid_request(format!(
                "The task template {:?} brings its own flow. Leave ContactFlowId out.",
                template.name
            )));
        }
        let mut request = StartTask { flow: flow.or(request.flow), ..request };
        let has = |kind| template.fields.iter().any(|field| field.kind == kind);
        if request.scheduled_at.is_some() && !has(TaskTemplateFieldType::ScheduledTime) {
            return Err(no_place(template, "a scheduled time"));
        }
        if request.quick_connect.is_some() && !has(TaskTemplateFieldType::QuickConnect) {
            return Err(no_place(template, "a quick connect"));
        }
        if request.description.is_some() && !has(TaskTemplateFieldType::Description) {
            return Err(no_place(template, "a description"));
        }
        for field in &template.fields {
            fill(template, field, &mut request)?;
        }
        Ok((request, Some(made_by)))
    }
}

/// Completes one field.
fn fill(template: &TaskTemplate, field: &TaskTemplateField, request: &mut StartTask) -> Result<(), Refusal> {
    let name = &field.id.name;
    let given = match field.kind {
        TaskTemplateFieldType::Name => Some(request.name.clone()),
        TaskTemplateFieldType::Description => request.description.clone(),
        TaskTemplateFieldType::ScheduledTime => request.scheduled_at.map(|at| at.iso_seconds()),
        TaskTemplateFieldType::QuickConnect => request.quick_connect.map(|id| id.to_string()),
        _ => request.references.get(name).map(|reference| reference.value.clone()),
    }
    .filter(|value| !value.is_empty());
    let default = template.default_of(name).filter(|value| !value.is_empty());
    if let (true, Some(given)) = (template.fixes(name), &given)
        && default.is_some_and(|default| default != given)
    {
        return Err(invalid_parameter(format!("The field {name:?} is read-only; it keeps its default.")));
    }
    let Some(value) = given.or_else(|| default.map(str::to_owned)) else {
        if template.requires(name) {
            return Err(invalid_parameter(format!(
                "The task template {:?} needs a value for the field {name:?}.",
                template.name
            )));
        }
        request.references.remove(name);
        return Ok(());
    };
    if let Some(problem) = value_problem(field, &value) {
        return Err(invalid_parameter(format!("The value of the field {name:?} {problem}.")));
    }
    match field.kind {
        TaskTemplateFieldType::Name => request.name = value,
        TaskTemplateFieldType::Description => request.description = Some(value),
        TaskTemplateFieldType::QuickConnect => request.quick_connect = quick_connect(&value),
        kind => {
            if let Some(kind) = kind.reference() {
                let reference = TaskReference { value, kind: kind.to_owned() };
                request.references.insert(name.clone(), reference);
            }
        }
    }
    Ok(())
}

fn no_place(template: &TaskTemplate, what: &str) -> Refusal {
    invalid_request(format!("The task template {:?} has no field for {what}.", template.name))
}
