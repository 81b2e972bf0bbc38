//! Queues taken apart until all contacts of a part are equal to an agent: queue → line → tier → class.
//!
//! * A **line** is one channel of a queue; it knows every contact in it, offered ones too.
//! * A **tier** is a line as seen through one delay: the contacts that have waited long enough and are not offered.
//!   All routing profile rows with the same queue, channel and delay look at the same tier.
//! * Inside a tier, contacts that take any agent stand together, those with routing criteria by what they ask for.
//!
//! Of each part only the first contact can be the next one served.

use std::collections::{BTreeMap, BTreeSet};

use model::{Channel, Timestamp, UserId};

use super::skills::{RequirementIx, SkillIx, Skills};
use crate::agent::Rank;
use crate::ranked::RankedSet;
use crate::waiting::{Place, QueueRef};

/// A queue with its three channels.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    pub id: QueueRef,
    pub lines: [Line; 3],
}

/// One channel of a queue.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    /// Every contact in the order of service.
    pub order: RankedSet<Place>,
    /// Every contact (by index) in the order in which it came.
    pub arrivals: BTreeSet<(Timestamp, u32)>,
    /// The tiers of this line.
    pub tiers: Vec<u32>,
}

/// The contacts of a line that have waited for a delay and are offered to nobody.
#[derive(Clone, Debug)]
pub(crate) struct Tier {
    pub queue: u32,
    pub channel: Channel,
    /// `None` takes contacts even before their delay is over: what holds back lower priorities in a strict profile.
    pub delay_ms: Option<i64>,
    /// The profiles (by index) whose rows look at this tier; one entry per row.
    pub audience: Vec<u32>,
    /// The agent whose own queue this is.
    pub owner: Option<UserId>,
    /// Contacts that came until this moment have been let in.
    pub reached: Timestamp,
    /// When the next contact has waited long enough.
    pub timer: Option<Timestamp>,
    /// Contacts that take any agent.
    pub anyone: BTreeSet<Place>,
    /// Contacts with a routing step in force.
    pub classes: Classes,
}

/// Contacts by what they ask for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Classes {
    pub sets: BTreeMap<RequirementIx, Class>,
    /// Which classes an agent with a skill may meet.
    by_pivot: BTreeMap<SkillIx, Vec<RequirementIx>>,
}

/// Contacts that ask for the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Class {
    pub places: BTreeSet<Place>,
    /// The rank under which the class stands on the agenda.
    pub called: Option<Rank>,
}

/// What happened to a tier that lost a contact.
pub(crate) struct Loss {
    /// No other contact of its kind is left.
    pub emptied: bool,
    /// The class is gone and has to leave the agenda at this rank.
    pub called: Option<Rank>,
}

impl Queue {
    pub fn new(id: QueueRef) -> Queue {
        Queue { id, lines: Default::default() }
    }

    /// Neither contacts nor profiles refer to it.
    pub fn is_unused(&self) -> bool {
        let own = matches!(self.id, QueueRef::Agent(_));
        self.lines.iter().all(|line| line.order.is_empty() && (own || line.tiers.is_empty()))
    }
}

impl Tier {
    pub fn new(queue: u32, channel: Channel, delay_ms: Option<i64>, owner: Option<UserId>) -> Tier {
        Tier {
            queue,
            channel,
            delay_ms,
            audience: Vec::new(),
            owner,
            reached: Timestamp(i64::MIN),
            timer: None,
            anyone: BTreeSet::new(),
            classes: Classes::default(),
        }
    }

    /// The latest arrival that has waited long enough.
    pub fn threshold(&self, now: Timestamp) -> Timestamp {
        self.delay_ms.map_or(Timestamp(i64::MAX), |delay| now - delay)
    }

    /// Lets a contact in; `true` if it is the first of its kind.
    pub fn insert(&mut self, place: Place, requirement: Option<RequirementIx>, skills: &Skills) -> bool {
        match requirement {
            None => {
                let first = self.anyone.is_empty();
                self.anyone.insert(place) && first
            }
            Some(requirement) => self.classes.insert(place, requirement, skills),
        }
    }

    /// Lets a contact out; `None` if it was not in.
    pub fn remove(
        &mut self,
        place: Place,
        requirement: Option<RequirementIx>,
        skills: &Skills,
    ) -> Option<Loss> {
        match requirement {
            None => {
                let found = self.anyone.remove(&place);
                found.then_some(Loss { emptied: self.anyone.is_empty(), called: None })
            }
            Some(requirement) => self.classes.remove(place, requirement, skills),
        }
    }
}

impl Classes {
    /// The first contact of every class that an agent with these skills meets.
    pub fn met_by(&self, held: &[(SkillIx, f32)], skills: &Skills) -> impl Iterator<Item = Place> {
        let held_skills = if self.sets.is_empty() { &[] } else { held };
        (held_skills.iter())
            .filter_map(|(skill, _)| self.by_pivot.get(skill))
            .flatten()
            .filter(move |&&requirement| skills.requirement(requirement).is_met_by(held))
            .filter_map(|requirement| self.sets.get(requirement)?.places.first().copied())
    }

    fn insert(&mut self, place: Place, requirement: RequirementIx, skills: &Skills) -> bool {
        let class = self.sets.entry(requirement).or_default();
        let first = class.places.is_empty();
        let inserted = class.places.insert(place);
        if first {
            for pivot in skills.requirement(requirement).pivots() {
                let classes = self.by_pivot.entry(pivot).or_default();
                if !classes.contains(&requirement) {
                    classes.push(requirement);
                }
            }
        }
        inserted && first
    }

    fn remove(&mut self, place: Place, requirement: RequirementIx, skills: &Skills) -> Option<Loss> {
        let class = self.sets.get_mut(&requirement)?;
        if !class.places.remove(&place) {
            return None;
        }
        if !class.places.is_empty() {
            return Some(Loss { emptied: false, called: None });
        }
        let called = self.sets.remove(&requirement)?.called;
        for pivot in skills.requirement(requirement).pivots() {
            if let Some(classes) = self.by_pivot.get_mut(&pivot) {
                classes.retain(|&other| other != requirement);
                if classes.is_empty() {
                    self.by_pivot.remove(&pivot);
                }
            }
        }
        Some(Loss { emptied: true, called })
    }
}
