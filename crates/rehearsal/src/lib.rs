//! Tries flows out without a server: checks documents, plays conversations by script or in a terminal, and measures
//! what of a flow was played. The interpreter is the one that runs in the centre; time is virtual.
//!
//! 1. [`check`] reads documents and lists every problem.
//! 2. A [`Play`] is one contact in a [`Given`] world: tell it what the customer and the agents do, and it says what they
//!    hear.
//! 3. [`replay`] plays a draft in a real [`Instance`] from the beginning and tells every action on the way.
//! 4. [`test_folder`] plays every conversation of a folder and makes a [`Report`].
//!
//! What stays outside: routing (a queue takes a contact or is full), calls, and the limits of channels.

mod check;
mod coverage;
mod functions_given;
mod given;
mod instance;
mod library;
mod play;
mod record;
mod replay;
mod report;
mod script;
mod stage;
mod terminal;

pub use check::{check, convert};
pub use coverage::Coverage;
pub use given::{Answer, Given, GivenError, Hours, Queue};
pub use instance::{Found, Instance, Named};
pub use play::{Place, Play};
pub use record::{Act, Change, Said};
pub use replay::{Draft, Input, Limits, Replayed, Stop, Waits, replay};
pub use report::Report;
pub use script::{Conversation, Step, test_folder};
pub use terminal::converse;
