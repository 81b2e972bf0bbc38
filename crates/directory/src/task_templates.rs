//! Task templates: the forms by which tasks are made (spec 03 D5, 12 G35).
//!
//! Not built: flows for self-assignment, wrap-up hooks, and the field types that go with them (`SELF_ASSIGN`,
//! `EXPIRY_DURATION`); they are refused as `NOT_SUPPORTED`. Only the present version of a template can be read.

use model::resource::*;
use model::{ArnKind, QuickConnectId, TaskTemplateId, Timestamp};
use serde_json::{Value, json};

use crate::body::Body;
use crate::directory::{Cx, Directory};
use crate::error::{Code, DirectoryError, Property, Result};
use crate::input::{inputs, parts};
use crate::quotas::Quota;
use crate::rows::{Row, Rows};
use crate::rules;

inputs! {
    /// `CreateTaskTemplate`.
    CreateTaskTemplate {
        name: String,
        description: Option<String>,
        contact_flow_id: Option<String>,
        self_assign_flow_id: Option<String>,
        contact_hooks: Option<Value>,
        constraints: Option<TaskTemplateConstraints>,
        defaults: Option<TaskTemplateDefaults>,
        status: Option<TaskTemplateStatus>,
        fields: Vec<TaskTemplateFieldInput>,
        client_token: Option<String>,
    }
    /// `UpdateTaskTemplate`; what is left out stays, an empty flow is taken away.
    UpdateTaskTemplate {
        task_template_id: String,
        name: Option<String>,
        description: Option<String>,
        contact_flow_id: Option<String>,
        self_assign_flow_id: Option<String>,
        contact_hooks: Option<Value>,
        constraints: Option<TaskTemplateConstraints>,
        defaults: Option<TaskTemplateDefaults>,
        status: Option<TaskTemplateStatus>,
        fields: Option<Vec<TaskTemplateFieldInput>>,
    }
    /// `GetTaskTemplate`.
    GetTaskTemplate { task_template_id: String, snapshot_version: Option<String> }
    /// `DeleteTaskTemplate`.
    DeleteTaskTemplate { task_template_id: String }
    /// `ListTaskTemplates`; a name is compared as a whole.
    ListTaskTemplates { status: Option<TaskTemplateStatus>, name: Option<String> }
}

parts! {
    /// A field as it is asked for; without a type it is a text.
    TaskTemplateFieldInput {
        id: TaskTemplateFieldIdentifier,
        description: Option<String>,
        #[serde(rename = "Type")] kind: Option<TaskTemplateFieldType>,
        single_select_options: Option<Vec<String>>,
    }
}

/// Most choices of one field.
const MOST_OPTIONS: usize = 50;

impl Directory {
    /// `CreateTaskTemplate`.
    pub fn create_task_template(
        &mut self,
        cx: &mut Cx<'_>,
        input: CreateTaskTemplate,
    ) -> Result<TaskTemplateId> {
        self.mine(&input)?;
        supported(input.self_assign_flow_id.as_deref(), input.contact_hooks.as_ref())?;
        let template = TaskTemplate {
            id: cx.fresh(),
            name: input.name,
            description: input.description,
            contact_flow_id: self.template_flow(input.contact_flow_id.as_deref())?,
            fields: input.fields.into_iter().map(field).collect(),
            constraints: input.constraints.unwrap_or_default(),
            defaults: input.defaults.unwrap_or_default(),
            status: input.status.unwrap_or(TaskTemplateStatus::Active),
            version: 1,
            created_time: cx.now,
            last_modified_time: cx.now,
        };
        self.check_template(&template)?;
        let used = self.table::<TaskTemplate>().len();
        self.room_for(Quota::TaskTemplates, used).map_err(quota_exceeded)?;
        let id = template.id;
        self.put(template);
        Ok(id)
    }

    /// `UpdateTaskTemplate`.
    pub fn update_task_template(
        &mut self,
        cx: &mut Cx<'_>,
        input: UpdateTaskTemplate,
    ) -> Result<TaskTemplateId> {
        self.mine(&input)?;
        supported(input.self_assign_flow_id.as_deref(), input.contact_hooks.as_ref())?;
        let mut template = self.find::<TaskTemplate>(&input.task_template_id)?.clone();
        if let Some(flow) = &input.contact_flow_id {
            template.contact_flow_id = self.template_flow(Some(flow))?;
        }
        template.name = input.name.unwrap_or(template.name);
        template.description = input.description.or(template.description);
        template.constraints = input.constraints.unwrap_or(template.constraints);
        template.defaults = input.defaults.unwrap_or(template.defaults);
        template.status = input.status.unwrap_or(template.status);
        if let Some(fields) = input.fields {
            template.fields = fields.into_iter().map(field).collect();
        }
        template.version += 1;
        template.last_modified_time = cx.now;
        self.check_template(&template)?;
        let id = template.id;
        self.put(template);
        Ok(id)
    }

    /// `DeleteTaskTemplate`; tasks made by it go on.
    pub fn delete_task_template(&mut self, input: DeleteTaskTemplate) -> Result<()> {
        self.mine(&input)?;
        let id = self.find::<TaskTemplate>(&input.task_template_id)?.id;
        self.remove::<TaskTemplate>(&id);
        Ok(())
    }

    /// `GetTaskTemplate`.
    pub fn get_task_template(&self, input: &GetTaskTemplate) -> Result<Value> {
        self.mine(input)?;
        let template = self.find::<TaskTemplate>(&input.task_template_id)?;
        match &input.snapshot_version {
            Some(version) if *version != template.version.to_string() => {
                Err(DirectoryError::not_found(format!(
                    "The template has no version {version:?} any more; the present one is {}.",
                    template.version
                )))
            }
            _ => Ok(self.template_body(template)),
        }
    }

    /// The output of `CreateTaskTemplate`.
    pub fn created_task_template(&self, id: TaskTemplateId) -> Value {
        Body::new().text("Id", id).set("Arn", self.scope.arn(ArnKind::TaskTemplate, id)).build()
    }

    /// The output of `UpdateTaskTemplate`.
    pub fn updated_task_template(&self, id: TaskTemplateId) -> Value {
        self.task_template(id).map_or(Value::Null, |template| self.template_body(template))
    }

    /// `ListTaskTemplates`, by id.
    pub fn list_task_templates<'a>(
        &'a self,
        input: &ListTaskTemplates,
        after: Option<&str>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let after = after.and_then(|key| key.parse().ok());
        let (status, name) = (input.status, input.name.clone());
        let wanted = move |template: &&TaskTemplate| {
            status.is_none_or(|status| template.status == status)
                && name.as_ref().is_none_or(|name| template.name == *name)
        };
        Ok(Rows::new(
            self.table::<TaskTemplate>()
                .after(after)
                .filter(wanted)
                .map(|template| Row::new(template.id, None, || self.template_head(template).build())),
        ))
    }

    /// The template that an id or a resource name stands for.
    pub fn task_template_at(&self, reference: &str) -> Result<&TaskTemplate> {
        self.find(reference)
    }

    fn template_head(&self, template: &TaskTemplate) -> Body {
        Body::new()
            .text("Id", template.id)
            .set("Arn", self.scope.arn(ArnKind::TaskTemplate, template.id))
            .set("Name", &*template.name)
            .opt("Description", template.description.as_deref())
            .set("Status", json!(template.status))
            .set("CreatedTime", template.created_time.as_secs_f64())
            .set("LastModifiedTime", template.last_modified_time.as_secs_f64())
    }

    fn template_body(&self, template: &TaskTemplate) -> Value {
        self.template_head(template)
            .text("InstanceId", self.instance.id)
            .opt("ContactFlowId", template.contact_flow_id.map(|id| id.to_string()))
            .set("Fields", json!(template.fields))
            .set("Constraints", json!(template.constraints))
            .set("Defaults", json!(template.defaults))
            .build()
    }

    fn template_flow(&self, flow: Option<&str>) -> Result<Option<model::FlowId>> {
        let Some(flow) = flow.filter(|flow| !flow.is_empty()) else { return Ok(None) };
        match self.usable_flow("ContactFlowId", flow, FlowType::ContactFlow) {
            Ok(flow) => Ok(Some(flow)),
            Err(error) => Err(refused("ContactFlowId", "REFERENCED_RESOURCE_NOT_FOUND", error.message)),
        }
    }

    /// What must hold for every template; all that is wrong is told at once.
    fn check_template(&self, template: &TaskTemplate) -> Result<()> {
        rules::name_up_to("Name", &template.name, 100)?;
        if let Some(text) = &template.description {
            rules::length("Description", text, 1, 255)?;
        }
        for one in &template.fields {
            rules::name_up_to("A field's name", &one.id.name, 100)?;
            if let Some(text) = &one.description {
                rules::length("A field's Description", text, 1, 255)?;
            }
            for option in &one.single_select_options {
                rules::length("A choice", option, 1, 100)?;
            }
        }
        let mut wrong = Vec::new();
        if self.name_is_free(template).is_err() {
            let text = format!("A task template named {:?} exists already.", template.name);
            wrong.push(property("Name", "RESOURCE_NAME_ALREADY_EXISTS", text));
        }
        check_fields(template, &mut wrong);
        check_constraints(template, &mut wrong);
        self.check_defaults(template, &mut wrong);
        if !wrong.is_empty() {
            return Err(DirectoryError::properties(wrong));
        }
        let others = self.task_templates().filter(|other| other.id != template.id);
        let used: usize = others.map(custom_fields).sum();
        let own = custom_fields(template);
        match used + own {
            _ if own == 0 => Ok(()),
            sum => self.room_for(Quota::TaskTemplateFields, sum - 1).map_err(quota_exceeded),
        }
    }

    fn check_defaults(&self, template: &TaskTemplate, wrong: &mut Vec<Property>) {
        let mut seen = Vec::new();
        for (index, default) in template.defaults.default_field_values.iter().enumerate() {
            let path = format!("Defaults.DefaultFieldValues[{index}]");
            let name = &default.id.name;
            if seen.contains(&name) {
                wrong.push(property(path, "UNIQUE_CONSTRAINT_VIOLATED", "The field has a default already."));
                continue;
            }
            seen.push(name);
            let Some(field) = template.fields.iter().find(|field| field.id.name == *name) else {
                wrong.push(unknown_field(path, name));
                continue;
            };
            let known = |id: QuickConnectId| self.quick_connect(id).is_some();
            if field.kind == TaskTemplateFieldType::ScheduledTime {
                wrong.push(property(path, "NOT_SUPPORTED", "A scheduled time has no default."));
            } else if let Some(problem) = value_problem(field, &default.default_value) {
                wrong.push(property(path, "INVALID_FORMAT", format!("The default of {name:?} {problem}.")));
            } else if field.kind == TaskTemplateFieldType::QuickConnect
                && !quick_connect(&default.default_value).is_some_and(known)
            {
                let text = "This instance has no such quick connect.";
                wrong.push(property(path, "REFERENCED_RESOURCE_NOT_FOUND", text));
            }
        }
    }
}

fn check_fields(template: &TaskTemplate, wrong: &mut Vec<Property>) {
    let fields = &template.fields;
    let count = |kind| fields.iter().filter(|field| field.kind == kind).count();
    use TaskTemplateFieldType::*;
    if count(Name) != 1 {
        wrong.push(property("Fields", "REQUIRED_PROPERTY_MISSING", "There must be one field of type NAME."));
    }
    for kind in [Description, ScheduledTime, QuickConnect] {
        if count(kind) > 1 {
            let text = format!("There can be one field of type {}.", type_name(kind));
            wrong.push(property("Fields", "UNIQUE_CONSTRAINT_VIOLATED", text));
        }
    }
    if template.contact_flow_id.is_none() && count(QuickConnect) == 0 {
        let text = "Give a flow, or a field of type QUICK_CONNECT by which the task is assigned.";
        wrong.push(property("ContactFlowId", "REQUIRED_PROPERTY_MISSING", text));
    }
    for (index, field) in fields.iter().enumerate() {
        if fields[..index].iter().any(|before| before.id.name == field.id.name) {
            let text = format!("Two fields are named {:?}.", field.id.name);
            wrong.push(property(format!("Fields[{index}].Id.Name"), "UNIQUE_CONSTRAINT_VIOLATED", text));
        }
        if matches!(field.kind, SelfAssign | ExpiryDuration) {
            let text = format!("Fields of type {} are not available.", type_name(field.kind));
            wrong.push(property(format!("Fields[{index}].Type"), "NOT_SUPPORTED", text));
        }
        let path = format!("Fields[{index}].SingleSelectOptions");
        let options = &field.single_select_options;
        match field.kind {
            SingleSelect if options.is_empty() => {
                wrong.push(property(path, "REQUIRED_PROPERTY_MISSING", "Give the choices of the field."));
            }
            SingleSelect if options.len() > MOST_OPTIONS => {
                let text = format!("A field can have {MOST_OPTIONS} choices.");
                wrong.push(property(path, "INVALID_FORMAT", text));
            }
            SingleSelect => {}
            _ if !options.is_empty() => {
                let text = "Only fields of type SINGLE_SELECT have choices.";
                wrong.push(property(path, "NOT_SUPPORTED", text));
            }
            _ => {}
        }
    }
}

fn check_constraints(template: &TaskTemplate, wrong: &mut Vec<Property>) {
    let constraints = &template.constraints;
    let lists = [
        ("RequiredFields", &constraints.required_fields),
        ("ReadOnlyFields", &constraints.read_only_fields),
        ("InvisibleFields", &constraints.invisible_fields),
    ];
    for (list, entries) in lists {
        for (index, entry) in entries.iter().enumerate() {
            let (path, name) = (format!("Constraints.{list}[{index}]"), &entry.id.name);
            if !template.fields.iter().any(|field| field.id.name == *name) {
                wrong.push(unknown_field(path, name));
            } else if entries[..index].contains(entry) {
                wrong.push(property(path, "UNIQUE_CONSTRAINT_VIOLATED", "The field is in the list already."));
            } else if template.default_of(name).is_none()
                && (list == "ReadOnlyFields" || list == "InvisibleFields" && template.requires(name))
            {
                let text = format!("Nobody can fill in {name:?}; give it a default.");
                wrong.push(property(path, "REQUIRED_PROPERTY_MISSING", text));
            }
        }
    }
    let named = template.fields.iter().find(|field| field.kind == TaskTemplateFieldType::Name);
    if named.is_some_and(|field| !template.requires(&field.id.name)) {
        let text = "The field of type NAME must be among the required ones.";
        wrong.push(property("Constraints.RequiredFields", "REQUIRED_PROPERTY_MISSING", text));
    }
}

/// What is wrong with a value for a field, as the end of a sentence.
pub fn value_problem(field: &TaskTemplateField, value: &str) -> Option<&'static str> {
    use TaskTemplateFieldType::*;
    let fits = match field.kind {
        Name => !value.is_empty() && value.chars().count() <= 512,
        Url => value.starts_with("https://") || value.starts_with("http://"),
        Number => value.parse::<f64>().is_ok_and(f64::is_finite),
        DateTime => value.parse::<i64>().is_ok() || Timestamp::parse_iso(value).is_some(),
        Boolean => matches!(value, "true" | "false"),
        SingleSelect => field.single_select_options.iter().any(|option| option == value),
        Email => rules::email("value", value).is_ok(),
        QuickConnect => quick_connect(value).is_some(),
        Description | Text | TextArea | ScheduledTime | SelfAssign | ExpiryDuration => true,
    };
    let wanted = match field.kind {
        Name => "must have 1 to 512 characters",
        Url => "must be an address that begins with https:// or http://",
        Number => "must be a number",
        DateTime => "must be a time, as seconds since 1970 or such as 2026-01-31T12:00:00Z",
        Boolean => "must be true or false",
        SingleSelect => "must be one of the field's choices",
        Email => "must be a mail address such as ann@example.com",
        QuickConnect => "must be the id of a quick connect",
        Description | Text | TextArea | ScheduledTime | SelfAssign | ExpiryDuration => "must be a text",
    };
    match fits {
        true if value.chars().count() > 4096 => Some("must have at most 4096 characters"),
        true => None,
        false => Some(wanted),
    }
}

/// The quick connect that a value names, by id or resource name.
pub fn quick_connect(value: &str) -> Option<QuickConnectId> {
    model::arn::id_part(value).parse().ok()
}

fn custom_fields(template: &TaskTemplate) -> usize {
    template.fields.iter().filter(|field| field.kind.reference().is_some()).count()
}

fn field(input: TaskTemplateFieldInput) -> TaskTemplateField {
    TaskTemplateField {
        id: input.id,
        description: input.description,
        kind: input.kind.unwrap_or(TaskTemplateFieldType::Text),
        single_select_options: input.single_select_options.unwrap_or_default(),
    }
}

fn type_name(kind: TaskTemplateFieldType) -> String {
    json!(kind).as_str().unwrap_or_default().to_owned()
}

fn supported(self_assign: Option<&str>, hooks: Option<&Value>) -> Result<()> {
    if self_assign.is_some() {
        return Err(refused(
            "SelfAssignFlowId",
            "NOT_SUPPORTED",
            "Flows for self-assignment are not available.",
        ));
    }
    if hooks.is_some() {
        return Err(refused("ContactHooks", "NOT_SUPPORTED", "Hooks of templates are not available."));
    }
    Ok(())
}

fn property(path: impl Into<String>, reason: &'static str, message: impl Into<String>) -> Property {
    Property { path: path.into(), reason, message: message.into() }
}

fn refused(path: &str, reason: &'static str, message: impl Into<String>) -> DirectoryError {
    DirectoryError::properties(vec![property(path, reason, message)])
}

fn unknown_field(path: String, name: &str) -> Property {
    let text = format!("The template has no field {name:?}.");
    property(path, "REFERENCED_RESOURCE_NOT_FOUND", text)
}

/// These operations publish another code for quotas than the rest.
fn quota_exceeded(error: DirectoryError) -> DirectoryError {
    DirectoryError { code: Code::ServiceQuotaExceeded, ..error }
}
