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
    /// The first contact of every class, under the skills one of which is needed to meet it, best first.
    heads: BTreeSet<(SkillIx, Place, RequirementIx)>,
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
    /// The best contact whose class is met by an agent with these skills.
    pub fn first_met(&self, held: &[(SkillIx, f32)], skills: &Skills) -> Option<Place> {
        let mut best: Option<Place> = None;
        if self.sets.is_empty() {
            return best;
        }
        for &(skill, _) in held {
            let heads = self.heads.range((skill, Place::FIRST, 0)..).take_while(|head| head.0 == skill);
            let better = heads.take_while(|head| best.is_none_or(|best| head.1 < best));
            let met =
                better.filter(|head| skills.requirement(head.2).is_met_by(held)).map(|head| head.1).next();
            best = met.or(best);
        }
        best
    }

    fn insert(&mut self, place: Place, requirement: RequirementIx, skills: &Skills) -> bool {
        let class = self.sets.entry(requirement).or_default();
        let former = class.places.first().copied();
        let inserted = class.places.insert(place);
        let head = class.places.first().copied();
        self.move_head(requirement, former, head, skills);
        inserted && former.is_none()
    }

    fn remove(&mut self, place: Place, requirement: RequirementIx, skills: &Skills) -> Option<Loss> {
        let class = self.sets.get_mut(&requirement)?;
        let former = class.places.first().copied();
        if !class.places.remove(&place) {
            return None;
        }
        let head = class.places.first().copied();
        self.move_head(requirement, former, head, skills);
        let gone = if head.is_none() { self.sets.remove(&requirement) } else { None };
        Some(Loss { emptied: head.is_none(), called: gone.and_then(|class| class.called) })
    }

    fn move_head(
        &mut self,
        requirement: RequirementIx,
        former: Option<Place>,
        head: Option<Place>,
        skills: &Skills,
    ) {
        if former == head {
            return;
        }
        for pivot in skills.requirement(requirement).pivots() {
            if let Some(former) = former {
                self.heads.remove(&(pivot, former, requirement));
            }
            if let Some(head) = head {
                self.heads.insert((pivot, head, requirement));
            }
        }
    }
}
