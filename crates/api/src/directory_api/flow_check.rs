//! Judges the content of a flow before it is published: the flow language's rules, with names looked up here.

use directory::flows::FlowValidator;
use directory::{Directory, is_phone_number};
use flows::action::ResourceKind;
use flows::{Document, Level, ModuleContract, Resolver, validate_document};
use model::resource::FlowType;
use model::{Arn, arn};

/// The rules of the flow language.
pub(super) struct Language;

impl FlowValidator for Language {
    fn problems(&self, kind: FlowType, content: &str, directory: &Directory) -> Vec<String> {
        errors(content, kind, false, &Names::of_flow(directory))
    }

    fn module_problems(&self, content: &str, settings: Option<&str>, directory: &Directory) -> Vec<String> {
        errors(content, FlowType::ContactFlow, true, &Names::of_module(directory, settings))
    }
}

fn errors(content: &str, kind: FlowType, is_module: bool, names: &Names<'_>) -> Vec<String> {
    match Document::parse(content) {
        Ok(document) => validate_document(&document, kind, is_module, Some(names))
            .into_iter()
            .filter(|problem| problem.level == Level::Error)
            .map(|problem| problem.to_string())
            .collect(),
        Err(error) => vec![error.to_string()],
    }
}

/// The resources that a flow of this instance can name.
pub(super) struct Names<'a> {
    directory: &'a Directory,
    own: Option<ModuleContract>,
}

impl<'a> Names<'a> {
    /// What a flow can name.
    pub fn of_flow(directory: &'a Directory) -> Self {
        Self { directory, own: None }
    }

    /// What a module with this contract can name.
    pub fn of_module(directory: &'a Directory, settings: Option<&str>) -> Self {
        Self { directory, own: settings.and_then(ModuleContract::parse) }
    }
}

impl Resolver for Names<'_> {
    fn exists(&self, kind: ResourceKind, name: &str) -> bool {
        let directory = self.directory;
        let id = arn::id_part(name);
        let elsewhere =
            Arn::parse(name).is_some_and(|arn| arn.instance != directory.instance().id.to_string());
        let found = match kind {
            ResourceKind::Function => return directory.may_call(name),
            ResourceKind::Bot => return flows::is_built_in_menu(name) || directory.may_ask(name),
            // A number that the flow dials is no resource; one of the instance would be named by its resource name.
            ResourceKind::PhoneNumber => return is_phone_number(name),
            ResourceKind::Flow => id.parse().is_ok_and(|id| directory.flow(id).is_some()),
            ResourceKind::Queue => id.parse().is_ok_and(|id| directory.queue(id).is_some()),
            ResourceKind::Agent => id.parse().is_ok_and(|id| directory.user(id).is_some()),
            ResourceKind::Prompt => id.parse().is_ok_and(|id| directory.prompt(id).is_some()),
            ResourceKind::HoursOfOperation => {
                id.parse().is_ok_and(|id| directory.hours_of_operation(id).is_some())
            }
            ResourceKind::Module => directory.callable_module(name).is_some(),
            ResourceKind::TaskTemplate => id.parse().is_ok_and(|id| directory.task_template(id).is_some()),
            ResourceKind::View => {
                return flows::is_managed_view(name) || directory.view_edition(name, None).is_ok();
            }
            // None of these can be made here, so that none exists.
            ResourceKind::CaseTemplate | ResourceKind::DataTable => false,
        };
        found && !elsewhere
    }

    fn module_contract(&self, module: &str) -> Option<ModuleContract> {
        let published = self.directory.callable_module(module)?.published.as_ref()?;
        published.settings.as_deref().and_then(ModuleContract::parse)
    }

    fn own_contract(&self) -> Option<ModuleContract> {
        self.own.clone()
    }
}
