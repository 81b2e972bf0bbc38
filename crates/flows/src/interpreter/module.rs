//! Modules and transfers to other flows: what changes the program of a run.

use std::sync::Arc;

use model::FlowId;
use model::resource::FlowType;
use serde_json::{Value, json};

use super::{Machine, Outcome};
use crate::error::FlowError;
use crate::exchange::Pause;
use crate::program::Program;
use crate::run::{Caller, MODULE_DEPTH, Scope};

impl Machine<'_> {
    /// Enters a module; its own data begins with its input (spec 10 §1.9), which may have to stay hidden.
    pub(super) fn enter_module(
        &mut self,
        module: &str,
        input: Value,
        hidden: bool,
    ) -> Result<Outcome, FlowError> {
        if self.run.callers.len() >= MODULE_DEPTH {
            return Err(FlowError::Refused(format!("modules are nested more than {MODULE_DEPTH} deep")));
        }
        let (flow, _, program) = self.host.program(module)?;
        if !program.is_module() {
            return Err(FlowError::NotFound { kind: "flow module", name: module.to_owned() });
        }
        let scope = Scope { modules: json!({ "Input": input }), modules_hidden: hidden, ..Scope::default() };
        let caller = Caller {
            flow: self.run.flow,
            version: self.run.version,
            action: std::mem::take(&mut self.run.current),
            scope: std::mem::replace(&mut self.run.scope, scope),
        };
        self.run.callers.push(caller);
        self.stand_at_start(flow, program);
        Ok(Outcome::Moved)
    }

    /// Returns from a module: the outcome of the action that called it.
    pub(super) fn return_from_module(
        &mut self,
        result: Option<String>,
        data: Value,
        hidden: bool,
    ) -> Outcome {
        match self.leave_module() {
            Ok(()) => {
                // A module that calls another one keeps its own input.
                let mut modules = self.run.scope.modules.take();
                if !modules.is_object() {
                    modules = json!({});
                }
                let input_hidden = self.run.scope.modules_hidden && modules.get("Input").is_some();
                self.run.scope.modules_hidden = hidden || input_hidden;
                modules["Result"] = json!(result);
                modules["ResultData"] = data;
                self.run.scope.modules = modules;
                Outcome::Result(result)
            }
            Err(error) => Outcome::Over(Pause::Failed { reason: error.to_string() }),
        }
    }

    /// A module that found no way out fails the action that called it; none outside of modules.
    pub(super) fn fail_module(&mut self, reason: &str) -> Option<Outcome> {
        if self.run.callers.is_empty() {
            return None;
        }
        Some(match self.leave_module() {
            Ok(()) => Outcome::Failed(FlowError::Refused(format!("the module failed: {reason}"))),
            Err(error) => Outcome::Over(Pause::Failed { reason: error.to_string() }),
        })
    }

    /// Stands at the calling action again, with the caller's data and program.
    fn leave_module(&mut self) -> Result<(), FlowError> {
        let outside = || FlowError::Refused("a return outside of a module".to_owned());
        let caller = self.run.callers.pop().ok_or_else(outside)?;
        self.run.flow = caller.flow;
        self.run.version = caller.version;
        self.run.current = caller.action;
        self.run.scope = caller.scope;
        self.program = self.host.program_at(caller.flow, caller.version)?;
        Ok(())
    }

    /// Goes over to another flow, from whatever depth of modules.
    pub(super) fn enter_flow(&mut self, flow: &str) -> Result<Outcome, FlowError> {
        let (id, kind, program) = self.host.program(flow)?;
        let reachable = kind == FlowType::ContactFlow
            || kind == self.run.flow_kind
                && matches!(kind, FlowType::AgentTransfer | FlowType::QueueTransfer);
        if program.is_module() || !reachable {
            return Err(FlowError::NotFound { kind: "flow", name: flow.to_owned() });
        }
        if let Some(outermost) = self.run.callers.drain(..).next() {
            self.run.scope = outermost.scope;
        }
        // Flow attributes, the bot's answers and loop counters belong to the flow that is left.
        let scope = &mut self.run.scope;
        scope.flow_attributes.clear();
        scope.loops.clear();
        scope.lex = Value::Null;
        scope.modules = Value::Null;
        scope.modules_hidden = false;
        self.run.flow_kind = kind;
        self.stand_at_start(id, program);
        Ok(Outcome::Moved)
    }

    fn stand_at_start(&mut self, flow: FlowId, program: Arc<Program>) {
        self.run.flow = flow;
        self.run.version = program.version();
        self.run.current = program.start().to_owned();
        self.program = program;
    }
}
