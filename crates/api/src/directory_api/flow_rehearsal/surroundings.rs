//! The instance as a rehearsal asks for it: its flows, the names of its resources, and its own bots.

use std::sync::Arc;

use center::Center;
use directory::{Directory, Permission};
use engine::Engine;
use flows::action::ResourceKind;
use flows::{BotCall, BotError, BotReply, Program, Resolver, ViewRequest};
use model::resource::{FlowResource, FlowType};
use model::{ArnKind, Timestamp, UserId, arn};
use rehearsal::{Found, Instance, Named};
use tokio::runtime::Handle;

use super::super::authority::Sight;
use super::super::flow_check::Names;

/// One instance, seen by one caller. What tags hide from the caller is not there.
pub(super) struct Surroundings {
    engine: Arc<Engine>,
    center: Arc<Center>,
    user: Option<UserId>,
    tokio: Handle,
}

impl Surroundings {
    pub fn new(engine: Arc<Engine>, center: Arc<Center>, user: Option<UserId>) -> Self {
        Self { engine, center, user, tokio: Handle::current() }
    }

    /// A glance is enough: a rehearsal promises nothing.
    fn look<T>(&self, question: impl FnOnce(&Directory) -> Option<T>) -> Option<T> {
        self.engine.look(|core| question(core.directory())).flatten()
    }

    /// The flow that a question names, if it is in use and the caller may see it.
    fn found(&self, which: impl FnOnce(&Directory) -> Option<&FlowResource>) -> Option<Found> {
        let (flow, content) = self.look(|directory| {
            let flow = which(directory).filter(|flow| flow.state == "ACTIVE")?;
            let sight = Sight::of(directory, self.user, Some(Permission::ContactFlowsView));
            let content = flow.published.clone().filter(|_| sight.shows(Some(&flow.tags)))?;
            Some(((flow.id, flow.name.clone(), flow.kind), content))
        })?;
        // Reading takes its time, and nobody else waits for it.
        let program = Program::parse(&content).ok()?;
        Some(Found { id: flow.0, name: flow.1, kind: flow.2, program: program.into() })
    }

    /// The module that a question names. It runs under the type of its caller.
    fn module(&self, text: &str) -> Option<Found> {
        let (id, name, content) = self.look(|directory| {
            let module = directory.callable_module(text)?;
            let sight = Sight::of(directory, self.user, Some(Permission::ContactFlowModulesView));
            let content = module.published.clone().filter(|_| sight.shows(Some(&module.tags)))?;
            Some((module.id, module.name.clone(), content))
        })?;
        let program = Program::parse(&content.content).ok()?;
        Some(Found { id, name, kind: FlowType::ContactFlow, program: program.into() })
    }
}

impl Instance for Surroundings {
    fn arn(&self) -> String {
        self.look(|directory| Some(directory.scope().instance_arn())).unwrap_or_default()
    }

    fn flow(&self, text: &str) -> Option<Found> {
        let flow = self.found(|directory| {
            let exists = Names::of_flow(directory).exists(ResourceKind::Flow, text);
            directory.flow(arn::id_part(text).parse().ok()?).filter(|_| exists)
        });
        flow.or_else(|| self.module(text))
    }

    fn default_flow(&self, kind: FlowType) -> Option<Found> {
        self.found(|directory| directory.default_flow(kind))
    }

    fn named(&self, kind: ResourceKind, text: &str) -> Option<Named> {
        self.look(|directory| {
            let (scope, id) = (directory.scope(), arn::id_part(text));
            let agent = |id: &str| {
                let user = id.parse().ok().and_then(|id| directory.user(id));
                let user = user.or_else(|| directory.user_named(text))?;
                Some(Named { name: user.username.clone(), arn: scope.agent_queue_arn(user.id) })
            };
            if kind == ResourceKind::Agent || text.contains("/queue/agent/") {
                return agent(id);
            }
            if !Names::of_flow(directory).exists(kind, text) {
                return None;
            }
            match kind {
                ResourceKind::Queue => {
                    let queue = directory.queue(id.parse().ok()?)?;
                    Some(Named { name: queue.name.clone(), arn: scope.arn(ArnKind::Queue, queue.queue_id) })
                }
                ResourceKind::HoursOfOperation => {
                    let hours = directory.hours_of_operation(id.parse().ok()?)?;
                    let arn = scope.arn(ArnKind::OperatingHours, hours.hours_of_operation_id);
                    Some(Named { name: hours.name.clone(), arn })
                }
                ResourceKind::Prompt => {
                    let prompt = directory.prompt(id.parse().ok()?)?;
                    Some(Named {
                        name: prompt.name.clone(),
                        arn: scope.arn(ArnKind::Prompt, prompt.prompt_id),
                    })
                }
                _ => None,
            }
        })
    }

    fn bot(&self, alias: &str, language: Option<&str>) -> Result<(), String> {
        let found = self.engine.look(|core| {
            core.directory().bot_for(alias, language).map(|_| ()).map_err(|error| error.message)
        });
        found.unwrap_or_else(|| Err("the instance is recovering".to_owned()))
    }

    fn view(&self, request: &ViewRequest) -> Result<String, String> {
        let found = self.engine.look(|core| {
            let directory = core.directory();
            let view = directory.view_edition(&request.view, Some(&request.version));
            let view = view.map_err(|error| error.message)?;
            view.misfit(&request.data).map_or_else(|| Ok(view.name.to_owned()), Err)
        });
        found.unwrap_or_else(|| Err("the instance is recovering".to_owned()))
    }

    fn ask_bot(&self, call: &BotCall, now: Timestamp) -> Result<BotReply, BotError> {
        // The play has a thread of its own, which may wait.
        self.tokio.block_on(self.center.bots().rehearse(&self.engine, call, now))
    }
}
