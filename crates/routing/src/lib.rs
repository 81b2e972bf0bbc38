//! Routing: which agent gets which contact.

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
