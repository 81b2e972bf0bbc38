//! The vocabulary of a contact centre: identifiers, ARNs, time, and the configured resources.
//!
//! Everything here is plain data. No I/O, no clock: time and randomness are always passed in.

pub mod arn;
pub mod channel;
pub mod function;
pub mod id;
pub mod phone_number;
pub mod resource;
pub mod task_template;
pub mod time;
pub mod view;

pub use arn::{Arn, ArnKind, Scope};
pub use channel::{Channel, InitiationMethod};
pub use function::FunctionName;
pub use id::*;
pub use time::Timestamp;
