//! Proficiencies and expressions as small numbers, so that matching compares integers.

use std::collections::HashMap;

use model::resource::Proficiency;
use slab::Slab;

use crate::criteria::Expression;

/// An attribute with a value, such as Language(English).
pub(crate) type SkillIx = u32;
/// An expression that waiting contacts ask for.
pub(crate) type RequirementIx = u32;

/// What an agent holds: skills with levels, each skill once.
pub(crate) type Held = Vec<(SkillIx, f32)>;

/// The skills and expressions in use.
#[derive(Clone, Debug, Default)]
pub(crate) struct Skills {
    skills: Slab<Skill>,
    /// Skill by attribute name and value.
    by_name: HashMap<String, HashMap<String, SkillIx>>,
    requirements: Slab<Requirement>,
    by_terms: HashMap<Vec<TermKey>, RequirementIx>,
}

#[derive(Clone, Debug)]
struct Skill {
    name: String,
    value: String,
    uses: u32,
}

/// An expression as alternatives, each a list of skills that must be held together.
#[derive(Clone, Debug)]
pub(crate) struct Requirement {
    pub terms: Vec<Vec<(SkillIx, f32)>>,
    uses: u32,
}

/// A term with its levels as bits, to compare expressions.
type TermKey = Vec<(SkillIx, u32)>;

/// The levels of proficiency, coarsely: whole steps from 1 to 5.
pub(crate) const BUCKETS: std::ops::RangeInclusive<u8> = 1..=5;

/// The whole step that a level falls in.
pub(crate) fn bucket(level: f32) -> u8 {
    level.clamp(1.0, 5.0) as u8
}

impl Requirement {
    /// Whether an agent who holds this will do.
    pub fn is_met_by(&self, held: &[(SkillIx, f32)]) -> bool {
        self.terms.iter().any(|term| {
            term.iter()
                .all(|&(skill, level)| held.iter().any(|&(own, reached)| own == skill && reached >= level))
        })
    }

    /// One skill per alternative; who meets the requirement holds at least one of them.
    pub fn pivots(&self) -> impl Iterator<Item = SkillIx> {
        self.terms.iter().filter_map(|term| term.first()).map(|&(skill, _)| skill)
    }
}

impl Skills {
    pub fn requirement(&self, requirement: RequirementIx) -> &Requirement {
        &self.requirements[requirement as usize]
    }

    /// Notes what an agent holds; of a skill named twice the higher level counts.
    pub fn hold(&mut self, proficiencies: &[Proficiency]) -> Held {
        let mut held: Held = Vec::with_capacity(proficiencies.len());
        for proficiency in proficiencies {
            let skill = self.use_skill(&proficiency.attribute_name, &proficiency.attribute_value);
            match held.iter_mut().find(|(own, _)| *own == skill) {
                Some((_, level)) => {
                    *level = level.max(proficiency.level);
                    self.drop_skill(skill);
                }
                None => held.push((skill, proficiency.level)),
            }
        }
        held
    }

    /// Forgets what an agent held.
    pub fn let_go(&mut self, held: &Held) {
        held.iter().for_each(|&(skill, _)| self.drop_skill(skill));
    }

    /// Notes that a contact asks for an expression.
    pub fn ask(&mut self, expression: &Expression) -> RequirementIx {
        let mut terms = Vec::new();
        for alternative in expression.alternatives() {
            let mut term: Vec<(SkillIx, f32)> = Vec::with_capacity(alternative.len());
            for condition in alternative {
                term.push((self.use_skill(&condition.name, &condition.value), condition.level));
            }
            term.sort_by(|left, right| left.0.cmp(&right.0).then(left.1.total_cmp(&right.1)));
            terms.push(term);
        }
        let key: Vec<TermKey> = terms
            .iter()
            .map(|term| term.iter().map(|&(skill, level)| (skill, level.to_bits())).collect())
            .collect();
        if let Some(&known) = self.by_terms.get(&key) {
            terms.iter().flatten().for_each(|&(skill, _)| self.drop_skill(skill));
            self.requirements[known as usize].uses += 1;
            return known;
        }
        let requirement = self.requirements.insert(Requirement { terms, uses: 1 }) as RequirementIx;
        self.by_terms.insert(key, requirement);
        requirement
    }

    /// A contact no longer asks for it.
    pub fn withdraw(&mut self, requirement: RequirementIx) {
        let entry = &mut self.requirements[requirement as usize];
        entry.uses -= 1;
        if entry.uses > 0 {
            return;
        }
        let terms = self.requirements.remove(requirement as usize).terms;
        let key: Vec<TermKey> = terms
            .iter()
            .map(|term| term.iter().map(|&(skill, level)| (skill, level.to_bits())).collect())
            .collect();
        self.by_terms.remove(&key);
        terms.iter().flatten().for_each(|&(skill, _)| self.drop_skill(skill));
    }

    fn use_skill(&mut self, name: &str, value: &str) -> SkillIx {
        let known = self.by_name.get(name).and_then(|values| values.get(value));
        if let Some(&skill) = known {
            self.skills[skill as usize].uses += 1;
            return skill;
        }
        let entry = Skill { name: name.to_owned(), value: value.to_owned(), uses: 1 };
        let skill = self.skills.insert(entry) as SkillIx;
        self.by_name.entry(name.to_owned()).or_default().insert(value.to_owned(), skill);
        skill
    }

    fn drop_skill(&mut self, skill: SkillIx) {
        let entry = &mut self.skills[skill as usize];
        entry.uses -= 1;
        if entry.uses > 0 {
            return;
        }
        let Skill { name, value, .. } = self.skills.remove(skill as usize);
        if let Some(values) = self.by_name.get_mut(&name) {
            values.remove(&value);
            if values.is_empty() {
                self.by_name.remove(&name);
            }
        }
    }

    /// Skills and expressions in use, to see that nothing is left behind.
    #[cfg(test)]
    pub fn in_use(&self) -> (usize, usize) {
        (self.skills.len(), self.requirements.len())
    }
}
