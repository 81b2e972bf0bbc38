//! Rules about the flow as a whole (V14): warnings about what a run can or cannot do.

use std::collections::{HashMap, HashSet};

use model::resource::FlowType;
use serde_json::Value;

use super::{ACTION_LIMIT, Report};
use crate::action;
use crate::document::Document;
use crate::program::Program;

pub(super) fn check(report: &mut Report, document: &Document, kind: FlowType) {
    metadata(report, document);
    // Too large a document is refused anyway; the search for circles is not made for it.
    if document.actions().len() > ACTION_LIMIT {
        return;
    }
    // Wrong shapes are reported elsewhere.
    let Ok(program) = Program::from_value(&Value::Object(document.root().clone())) else { return };
    let graph = Graph::of(&program);
    let start = graph.index(program.start());
    let reachable = graph.reach(start, |_| true);
    for (index, action) in program.actions().iter().enumerate() {
        report.identifier = Some(action.identifier.clone());
        let path = format!("Actions[{index}]");
        if start.is_some() && !reachable.contains(&index) {
            report.warning("V14", path, "is never reached");
        }
    }
    for index in graph.spinning() {
        report.identifier = Some(program.actions()[index].identifier.clone());
        report.warning("V14", format!("Actions[{index}]"), "is part of a loop in which nothing waits");
    }
    // Transfer flows get their queue from the quick connect.
    if kind == FlowType::ContactFlow && !document.is_module() {
        let sets_queue = |index: usize| program.actions()[index].kind == "UpdateContactTargetQueue";
        for index in graph.reach_without_success(start, sets_queue) {
            if program.actions()[index].kind == "TransferContactToQueue" {
                report.identifier = Some(program.actions()[index].identifier.clone());
                let message = "can be reached without a working queue";
                report.warning("V14", format!("Actions[{index}]"), message);
            }
        }
    }
    report.identifier = None;
}

fn metadata(report: &mut Report, document: &Document) {
    let entries = document.metadata().and_then(|metadata| metadata.get("ActionMetadata")?.as_object());
    for identifier in entries.into_iter().flat_map(|entries| entries.keys()) {
        if document.position(identifier).is_none() {
            let path = format!("Metadata.ActionMetadata.{identifier}");
            report.warning("V14", path, "belongs to no action");
        }
    }
}

/// The actions of a program as a graph of positions.
struct Graph<'p> {
    program: &'p Program,
    index: HashMap<&'p str, usize>,
}

impl<'p> Graph<'p> {
    fn of(program: &'p Program) -> Self {
        let mut index = HashMap::new();
        for (position, action) in program.actions().iter().enumerate() {
            index.entry(action.identifier.as_str()).or_insert(position);
        }
        Self { program, index }
    }

    fn index(&self, identifier: &str) -> Option<usize> {
        self.index.get(identifier).copied()
    }

    fn next(&self, index: usize) -> Option<usize> {
        self.index(self.program.actions()[index].next.as_deref()?)
    }

    fn successors(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let action = &self.program.actions()[index];
        let errors = action.errors.iter().map(|(_, target)| target.as_str());
        let conditions = action.conditions.iter().map(|condition| condition.next.as_str());
        action.next.as_deref().into_iter().chain(conditions).chain(errors).filter_map(|id| self.index(id))
    }

    fn reach(&self, start: Option<usize>, enter: impl Fn(usize) -> bool) -> HashSet<usize> {
        let mut reached = HashSet::new();
        let mut open: Vec<usize> = start.into_iter().collect();
        while let Some(index) = open.pop() {
            if enter(index) && reached.insert(index) {
                open.extend(self.successors(index));
            }
        }
        reached
    }

    /// What can be reached when certain actions are left only by their error branches.
    fn reach_without_success(&self, start: Option<usize>, succeeds: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut reached = HashSet::new();
        let mut open: Vec<usize> = start.into_iter().collect();
        while let Some(index) = open.pop() {
            if reached.insert(index) {
                let next = self.next(index).filter(|_| succeeds(index));
                let errors = &self.program.actions()[index].errors;
                let by_error = |to: usize| errors.iter().any(|(_, id)| self.index(id) == Some(to));
                open.extend(self.successors(index).filter(|to| next != Some(*to) || by_error(*to)));
            }
        }
        let mut reached: Vec<usize> = reached.into_iter().collect();
        reached.sort_unstable();
        reached
    }

    /// The actions on a circle of actions that never wait and do not count their turns.
    fn spinning(&self) -> Vec<usize> {
        let spins = |index: usize| {
            let action = &self.program.actions()[index];
            action.kind != "Loop" && !action::spec(&action.kind).is_some_and(|spec| spec.waits)
        };
        (0..self.program.actions().len())
            .filter(|index| {
                spins(*index)
                    && self.successors(*index).any(|next| self.reach(Some(next), spins).contains(index))
            })
            .collect()
    }
}
