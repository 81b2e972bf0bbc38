//! Telephony: the legs of calls.
//!
//! The core decides who is in a call, who hears whom and what is played (`contacts::call`); this crate has the sockets
//! and the sound. What it is:
//!
//! | part | what it does | I/O |
//! |---|---|---|
//! | [`turn`] | relays browsers' packets to our media, and to nothing else | none |
//! | [`offer`] | which session descriptions are read at all | none |
//! | [`rtc`] | one browser's ICE, DTLS and SRTP | none |
//! | [`sound`] | players, keys, mixing | none |
//! | [`driver`] | a thread with the sockets, moving packets and time between them | sockets |
//! | [`service`] | commands of the core to drivers, their events to the core | tasks |
//! | `telling` | events of drivers on their way to the cores | tasks |
//! | [`streams`] | connections of the relay over TCP | sockets |
//! | [`sounds`] | prompts, texts and files made into samples | store, network |

pub mod driver;
pub mod offer;
pub mod rtc;
pub mod service;
pub mod sound;
pub mod sounds;
pub mod streams;
mod telling;
pub mod turn;

pub use service::{Calls, StartError, TelephonyOptions};
pub use sounds::Library;
