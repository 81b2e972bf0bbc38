//! All criteria a contact has had: the first, and at most two changes (spec 02 §12).

use serde::{Deserialize, Serialize};

use super::{Criteria, CriteriaError, Step};

/// How many criteria one contact can have.
pub const MAX_CRITERIA: usize = 3;

/// The criteria of a contact in the order in which they were set; the last one counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CriteriaLog {
    entries: Vec<Criteria>,
}

impl CriteriaLog {
    /// Sets criteria; the third change is refused and leaves everything as it was.
    pub fn set(&mut self, steps: Vec<Step>) -> Result<&Criteria, CriteriaError> {
        if self.entries.len() >= MAX_CRITERIA {
            return Err(CriteriaError::TooManyChanges);
        }
        let criteria = Criteria::new(self.entries.len() as u32, steps)?;
        self.entries.push(criteria);
        Ok(&self.entries[self.entries.len() - 1])
    }

    /// Takes over where criteria stand now; those with an index never set are ignored and `false` is returned.
    pub fn record(&mut self, criteria: &Criteria) -> bool {
        match self.entries.iter_mut().find(|entry| entry.index() == criteria.index()) {
            Some(entry) => {
                entry.clone_from(criteria);
                true
            }
            None => false,
        }
    }

    /// The criteria that count.
    pub fn current(&self) -> Option<&Criteria> {
        self.entries.last()
    }

    /// All criteria, oldest first.
    pub fn entries(&self) -> &[Criteria] {
        &self.entries
    }

    /// The log of the next contact segment when the contact moves to another queue before an agent was connected:
    /// the current criteria from their first step, with two changes to come.
    pub fn for_next_queue(&self) -> CriteriaLog {
        CriteriaLog { entries: self.current().map(Criteria::restarted).into_iter().collect() }
    }
}
