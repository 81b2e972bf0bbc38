//! What of which flow was played: blocks, and the ways out of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use flows::{Branch, Program};

/// Blocks and branches that were played, by flow.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    flows: BTreeMap<String, Played>,
}

#[derive(Clone, Debug)]
struct Played {
    program: Arc<Program>,
    blocks: BTreeSet<String>,
    branches: BTreeSet<(String, Branch)>,
}

impl Coverage {
    pub(crate) fn entered(&mut self, flow: &str, program: &Arc<Program>, block: &str) {
        self.of(flow, program).blocks.insert(block.to_owned());
    }

    pub(crate) fn left(&mut self, flow: &str, program: &Arc<Program>, block: &str, branch: Branch) {
        self.of(flow, program).branches.insert((block.to_owned(), branch));
    }

    fn of(&mut self, flow: &str, program: &Arc<Program>) -> &mut Played {
        self.flows.entry(flow.to_owned()).or_insert_with(|| Played {
            program: program.clone(),
            blocks: BTreeSet::new(),
            branches: BTreeSet::new(),
        })
    }

    /// Adds what another one saw.
    pub fn join(&mut self, other: Self) {
        for (flow, played) in other.flows {
            let own = self.of(&flow, &played.program);
            own.blocks.extend(played.blocks);
            own.branches.extend(played.branches);
        }
    }

    /// Whether a block of any flow was played.
    pub(crate) fn any_block(&self, block: &str) -> bool {
        self.flows.values().any(|played| played.blocks.contains(block))
    }

    /// A line for each flow, and below it what was never played.
    pub fn lines(&self, missing: bool) -> Vec<String> {
        let mut lines = Vec::new();
        for (flow, played) in &self.flows {
            let actions = played.program.actions();
            let branches: usize = actions
                .iter()
                .map(|action| {
                    usize::from(action.next.is_some()) + action.conditions.len() + action.errors.len()
                })
                .sum();
            lines.push(format!(
                "{flow}: {} of {} blocks, {} of {branches} branches",
                played.blocks.len(),
                actions.len(),
                played.branches.len()
            ));
            if !missing {
                continue;
            }
            for action in actions {
                let name = &action.identifier;
                if !played.blocks.contains(name) {
                    lines.push(format!("  not played: {name:?}"));
                    continue;
                }
                let taken = |branch| played.branches.contains(&(name.clone(), branch));
                let conditions = action.conditions.iter().enumerate().map(|(index, condition)| {
                    let operands: Vec<String> = condition.operands.iter().map(ToString::to_string).collect();
                    (Branch::Condition(index), format!("{} {}", condition.operator, operands.join(" ")))
                });
                let errors = action
                    .errors
                    .iter()
                    .enumerate()
                    .map(|(index, (kind, _))| (Branch::Error(index), kind.clone()));
                for (branch, label) in conditions.chain(errors) {
                    if !taken(branch) {
                        lines.push(format!("  not taken:  {name:?} {label}"));
                    }
                }
            }
        }
        lines
    }
}
