//! Runs the deciding core of each instance: clock, randomness, group commit, timers, and effects after the commit.
//!
//! ```text
//! command ─► lock core ─► decide ─► outcome into the commit queue ─► unlock
//!                                        │
//!                                        ▼ one writer, many outcomes in one transaction
//!                                     commit ─► effects (pushes, wake-ups, calls) ─► reply
//! ```
//!
//! Outcomes enter the queue while the core is locked, so commits keep the order of decisions. A reply or an effect
//! leaves only after its commit. A commit that fails takes everything decided since with it: waiting callers get the
//! error, and the core is made anew from the store.

mod bus;
mod clock;
mod commit;
mod instance;
mod sinks;
mod transcripts;

pub use bus::{Bus, Frame, Subscription};
pub use clock::{Clock, random_128};
pub use instance::{Engine, EngineError, Performer, now};
pub use sinks::{FileSink, Sink, SinkLine, Sinks};
pub use transcripts::transcript_file;
