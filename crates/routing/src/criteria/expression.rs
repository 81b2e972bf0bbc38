//! What a step asks of an agent: levels of proficiencies, joined by AND and at most one OR.

use std::fmt;

use model::resource::Proficiency;
use serde::{Deserialize, Serialize};

use super::{CriteriaError, MAX_ALTERNATIVES, MAX_CONDITIONS, MAX_TEXT};

/// A condition on the proficiencies of an agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Expression {
    /// One attribute at a level or above.
    Attribute(AttributeCondition),
    /// All of these.
    And(Vec<Expression>),
    /// One of these.
    Or(Vec<Expression>),
}

/// A proficiency at a level or above; the only comparison there is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttributeCondition {
    /// Name of a predefined attribute, such as `Language`.
    pub name: String,
    /// One of its values, such as `English`.
    pub value: String,
    /// 1.0 to 5.0.
    pub level: f32,
}

impl AttributeCondition {
    /// Whether one of the proficiencies is the attribute at the level or above; letter case counts.
    pub fn is_met_by(&self, proficiencies: &[Proficiency]) -> bool {
        proficiencies.iter().any(|held| {
            held.attribute_name == self.name && held.attribute_value == self.value && held.level >= self.level
        })
    }
}

impl Expression {
    /// One attribute at a level or above.
    pub fn attribute(name: impl Into<String>, value: impl Into<String>, level: f32) -> Expression {
        Expression::Attribute(AttributeCondition { name: name.into(), value: value.into(), level })
    }

    /// Whether an agent with these proficiencies will do.
    pub fn is_met_by(&self, proficiencies: &[Proficiency]) -> bool {
        match self {
            Expression::Attribute(condition) => condition.is_met_by(proficiencies),
            Expression::And(parts) => parts.iter().all(|part| part.is_met_by(proficiencies)),
            Expression::Or(parts) => parts.iter().any(|part| part.is_met_by(proficiencies)),
        }
    }

    /// Every attribute named, from left to right.
    pub fn conditions(&self) -> impl Iterator<Item = &AttributeCondition> {
        let mut found = Vec::new();
        self.collect_conditions(&mut found);
        found.into_iter()
    }

    /// The expression as alternatives, each a list of conditions that must hold together.
    pub fn alternatives(&self) -> Vec<Vec<&AttributeCondition>> {
        match self {
            Expression::Attribute(condition) => vec![vec![condition]],
            Expression::Or(parts) => parts.iter().flat_map(Expression::alternatives).collect(),
            Expression::And(parts) => parts.iter().fold(vec![Vec::new()], |joined, part| {
                let further = part.alternatives();
                joined
                    .iter()
                    .flat_map(|left| further.iter().map(move |right| [left.as_slice(), right].concat()))
                    .collect()
            }),
        }
    }

    /// Whether an OR occurs anywhere.
    pub fn contains_or(&self) -> bool {
        self.count_or() > 0
    }

    /// Checks the limits of an expression.
    pub fn check(&self) -> Result<(), CriteriaError> {
        self.check_parts()?;
        if self.count_or() > 1 {
            return Err(CriteriaError::SeveralOr);
        }
        match self.alternatives().iter().map(Vec::len).max() {
            Some(1..=MAX_CONDITIONS) => Ok(()),
            count => Err(CriteriaError::ConditionCount(count.unwrap_or(0))),
        }
    }

    fn check_parts(&self) -> Result<(), CriteriaError> {
        let parts = match self {
            Expression::Attribute(condition) => return condition.check(),
            Expression::And(parts) if !(1..=MAX_CONDITIONS).contains(&parts.len()) => {
                return Err(CriteriaError::ConditionCount(parts.len()));
            }
            Expression::Or(parts) if !(1..=MAX_ALTERNATIVES).contains(&parts.len()) => {
                return Err(CriteriaError::AlternativeCount(parts.len()));
            }
            Expression::And(parts) | Expression::Or(parts) => parts,
        };
        parts.iter().try_for_each(Expression::check_parts)
    }

    fn count_or(&self) -> usize {
        match self {
            Expression::Attribute(_) => 0,
            Expression::And(parts) => parts.iter().map(Expression::count_or).sum(),
            Expression::Or(parts) => 1 + parts.iter().map(Expression::count_or).sum::<usize>(),
        }
    }

    fn collect_conditions<'a>(&'a self, found: &mut Vec<&'a AttributeCondition>) {
        match self {
            Expression::Attribute(condition) => found.push(condition),
            Expression::And(parts) | Expression::Or(parts) => {
                parts.iter().for_each(|part| part.collect_conditions(found));
            }
        }
    }
}

impl AttributeCondition {
    fn check(&self) -> Result<(), CriteriaError> {
        for (member, text) in [("Name", &self.name), ("Value", &self.value)] {
            if !(1..=MAX_TEXT).contains(&text.chars().count()) {
                return Err(CriteriaError::TextLength { member });
            }
        }
        if !(1.0..=5.0).contains(&self.level) {
            return Err(CriteriaError::Level(self.level));
        }
        Ok(())
    }
}

impl fmt::Display for AttributeCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({}) >= {}", self.name, self.value, self.level)
    }
}

/// As the real-time screens show a step: `Language(French) >= 4 AND Technology(AWS DynamoDB) >= 5`.
impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, word) = match self {
            Expression::Attribute(condition) => return condition.fmt(f),
            Expression::And(parts) => (parts, " AND "),
            Expression::Or(parts) => (parts, " OR "),
        };
        for (number, part) in parts.iter().enumerate() {
            if number > 0 {
                f.write_str(word)?;
            }
            match part {
                Expression::Attribute(condition) => condition.fmt(f)?,
                nested => write!(f, "({nested})")?,
            }
        }
        Ok(())
    }
}
