//! Rules about the flow as a whole (V14): warnings about what a run can or cannot do.

use std::collections::{BTreeSet, HashMap, HashSet};

use model::resource::FlowType;
use serde_json::Value;

use super::Report;
use crate::document::Document;
use crate::program::Program;

pub(super) fn check(report: &mut Report, document: &Document, kind: FlowType) {
    metadata(report, document);
    // Wrong shapes are reported elsewhere.
    let Ok(program) = Program::from_value(&Value::Object(document.root().clone())) else { return };
    let graph = Graph::of(&program);
    let start = graph.index(program.start());
    let reachable = graph.reach(start);
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
    let actions = document.actions().iter();
    let identifiers: HashSet<_> = actions.filter_map(|action| action.get("Identifier")?.as_str()).collect();
    for identifier in entries.into_iter().flat_map(|entries| entries.keys()) {
        if !identifiers.contains(identifier.as_str()) {
            let path = format!("Metadata.ActionMetadata.{identifier}");
            report.warning("V14", path, "belongs to no action");
        }
    }
}

/// The actions of a program as a graph of positions.
struct Graph<'p> {
    program: &'p Program,
    index: HashMap<&'p str, usize>,
    /// Where each action leads, by any branch.
    successors: Vec<Vec<usize>>,
}

impl<'p> Graph<'p> {
    fn of(program: &'p Program) -> Self {
        let mut index = HashMap::new();
        for (position, action) in program.actions().iter().enumerate() {
            index.entry(action.identifier.as_str()).or_insert(position);
        }
        let successors = program.actions().iter().map(|action| {
            let errors = action.errors.iter().map(|(_, target)| target.as_str());
            let conditions = action.conditions.iter().map(|condition| condition.next.as_str());
            let targets = action.next.as_deref().into_iter().chain(conditions).chain(errors);
            targets.filter_map(|target| index.get(target).copied()).collect()
        });
        Self { program, successors: successors.collect(), index }
    }

    fn index(&self, identifier: &str) -> Option<usize> {
        self.index.get(identifier).copied()
    }

    fn reach(&self, start: Option<usize>) -> HashSet<usize> {
        let mut reached = HashSet::new();
        let mut open: Vec<usize> = start.into_iter().collect();
        while let Some(index) = open.pop() {
            if reached.insert(index) {
                open.extend(&self.successors[index]);
            }
        }
        reached
    }

    /// What can be reached when certain actions are left only by their error branches, in document order.
    fn reach_without_success(&self, start: Option<usize>, succeeds: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<usize> = start.into_iter().collect();
        while let Some(index) = open.pop() {
            if reached.insert(index) {
                let action = &self.program.actions()[index];
                let errors = || action.errors.iter().filter_map(|(_, target)| self.index(target));
                if succeeds(index) {
                    open.extend(errors());
                } else {
                    open.extend(&self.successors[index]);
                }
            }
        }
        reached.into_iter().collect()
    }

    /// The actions on a circle of actions that never wait and do not count their turns, in document order.
    fn spinning(&self) -> Vec<usize> {
        let spins: Vec<bool> = self
            .program
            .actions()
            .iter()
            .map(|action| action.kind != "Loop" && !action.spec.is_some_and(|spec| spec.waits))
            .collect();
        let onward = |index: usize| self.successors[index].iter().copied().filter(|next| spins[*next]);

        // Kosaraju: whatever is reached against the arrows, in the reverse order of leaving, is one circle.
        let mut left = Vec::new();
        let mut seen = vec![false; spins.len()];
        for start in (0..spins.len()).filter(|index| spins[*index]) {
            let mut open = vec![(start, false)];
            while let Some((index, leaving)) = open.pop() {
                if leaving {
                    left.push(index);
                } else if !std::mem::replace(&mut seen[index], true) {
                    open.push((index, true));
                    open.extend(onward(index).map(|next| (next, false)));
                }
            }
        }
        let mut backward = vec![Vec::new(); spins.len()];
        for index in (0..spins.len()).filter(|index| spins[*index]) {
            onward(index).for_each(|next| backward[next].push(index));
        }
        let mut spinning = Vec::new();
        let mut placed = vec![false; spins.len()];
        for start in left.into_iter().rev() {
            let mut circle = Vec::new();
            let mut open = vec![start];
            while let Some(index) = open.pop() {
                if !std::mem::replace(&mut placed[index], true) {
                    circle.push(index);
                    open.extend(&backward[index]);
                }
            }
            if circle.len() > 1 || circle.iter().any(|index| self.successors[*index].contains(index)) {
                spinning.extend(circle);
            }
        }
        spinning.sort_unstable();
        spinning
    }
}
