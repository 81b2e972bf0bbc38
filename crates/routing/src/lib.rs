//! Routing: which agent gets which contact, and why.
//!
//! A pure machine. It does no I/O, reads no clock and draws no random numbers; the engine feeds it with what happens
//! and with the time, and carries its decisions out. It knows no flows, no telephony and no store, and it neither
//! rings agents nor times their answers: an offer ends when the engine says so.
//!
//! # How to drive it
//!
//! 1. [`Router::put_profile`] and [`Router::put_agent`] describe the centre; every later change is put again.
//! 2. [`Router::enqueue`] brings a contact. [`capacity::admit`] tells beforehand whether the queue has room.
//! 3. After any change call [`Router::next`] until it answers `None`. Each answer is one offer.
//! 4. An offer ends in [`Router::accept`], [`Router::withdraw_offer`] or [`Router::remove`]; the agent's new load comes
//!    with [`Router::put_agent`]. Until then the contact counts as waiting and keeps its place.
//! 5. [`Router::wake_at`] names the next moment at which time alone changes something. Then
//!    [`Router::advance`] reports the routing steps that have changed, and step 3 follows.
//!
//! ```
//! use model::{Channel, ContactId, QueueId, RoutingProfileId, Timestamp, UserId};
//! use routing::{Agent, Presence, Profile, QueueRef, Router, Row, Waiting};
//!
//! let (support, profile) = (QueueId::from_u128(1), RoutingProfileId::from_u128(2));
//! let (joe, call) = (UserId::from_u128(3), ContactId::from_u128(4));
//!
//! let mut router = Router::new();
//! router.put_profile(profile, Profile {
//!     max: [1, 0, 0], // one call, no chats, no tasks
//!     rows: vec![Row { queue: support, channel: Channel::Voice, priority: 1, delay_ms: 15_000 }],
//!     ..Profile::default()
//! });
//! router.put_agent(joe, Agent {
//!     profile,
//!     presence: Presence::Routable,
//!     in_error: false,
//!     available_since: Timestamp::from_secs(50),
//!     load: [0, 0, 0],
//!     proficiencies: Vec::new(),
//! });
//!
//! let now = Timestamp::from_secs(100);
//! router.enqueue(call, Waiting::new(QueueRef::Standard(support), Channel::Voice, now))?;
//! assert_eq!(router.next(now), None); // this profile may see the call after 15 s only
//!
//! let (wake, _reason) = router.wake_at().expect("the delay elapses");
//! assert_eq!(wake, Timestamp::from_secs(115));
//! let offer = router.next(wake).expect("an offer");
//! assert_eq!((offer.contact, offer.agent), (call, joe));
//! assert_eq!(offer.explanation.waited_ms, 15_000);
//!
//! router.accept(call, wake);
//! assert_eq!(router.queue_size(QueueRef::Standard(support), None), 0);
//! # Ok::<(), routing::RoutingError>(())
//! ```
//!
//! # The rules (spec 01 §10)
//!
//! An agent can be offered a contact, if the agent takes contacts and is not in error; if the contact is in the
//! agent's own queue, or a row of the agent's profile lists its queue and channel and it has waited the delay of the
//! row (`waited >= delay`); if the agent has fewer contacts of the channel than the profile allows; if every other
//! channel the agent works in allows company; and if the agent meets the routing step in force.
//!
//! Of these an agent gets the first by: own queue before others, queue priority, contact priority, effective age,
//! arrival. A contact goes to the first by: longest available, id. Both questions are answered by one rule: *the
//! longest available agent who can be offered anything gets the best contact of that agent.* Since all contacts rank
//! agents alike, nobody who has been available longer could have been offered that contact instead.
//!
//! Where the sources leave a choice:
//!
//! * **Delays and strict priority.** The guide's third example says a contact is taken only when *no* contact sits in
//!   a queue of higher priority. Taken literally, an agent idles beside waiting contacts while a younger one of a
//!   higher priority is still held back by its delay. By default only contacts whose own delay is over compete; the
//!   profile option `strict_priority_includes_delayed` gives the literal rule. It concerns delays alone: a contact
//!   that the agent cannot take for another reason, or that is being offered to somebody else, never holds back.
//! * **Contact priority across queues.** Among queues of equal priority, contact priority is compared before age.
//! * **Age adjustments** change the order of service only: neither delays nor waiting times.
//! * **Offered contacts** still count as in queue, until an agent accepts.
//! * **Routing steps** keep running while the contact is offered; the step in force at acceptance is the joined one.
//!
//! # Why it is fast
//!
//! The work of a decision grows with what has changed, not with what exists. Contacts and agents are kept in parts
//! whose members are equal as far as a decision goes, so only the first of each part is ever looked at:
//!
//! * A *tier* holds the contacts of one queue and channel that have waited a given delay: rows with the same delay
//!   share it. Inside, contacts that take anyone stand apart from those with criteria, which are gathered by the
//!   expression they ask for. All are ordered by priority and by the moment from which their age counts, an order
//!   that time does not change; another priority or age moves one contact.
//! * A *group* holds the free agents of one profile to whom the same channels are open, in order of availability, and
//!   once more by skill and level.
//! * The *agenda* names the agents, groups and expressions for which something may have become possible. A contact
//!   that joins others of its kind is not even put on it: they wait, so nobody can take it.
//! * Each tier sets one timer, for its next contact; delays cost nothing until they elapse.
//!
//! A decision looks at the rows of one profile or the profiles of one queue and is logarithmic in agents and contacts.
//! Only the first contact that asks for a new expression may have to look at further agents: the free ones with the
//! rarest skill it names. `examples/routing_bench.rs` measures all this.

mod agent;
pub mod capacity;
pub mod criteria;
mod error;
pub mod hours;
mod profile;
mod ranked;
mod router;
mod waiting;

pub use agent::{Agent, Presence};
pub use error::RoutingError;
pub use profile::{ChannelSet, Profile, Row};
pub use router::{
    AgentReport, Assignment, Change, Explanation, Obstacle, Report, Router, Rule, Staffing, StepChange,
    WakeReason,
};
pub use waiting::{DEFAULT_PRIORITY, QueueRef, Waiting};
