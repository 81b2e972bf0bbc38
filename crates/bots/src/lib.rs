//! Bots: intents and slots understood by a small model that learns from sample utterances. Pure: no I/O, no clock,
//! no randomness; the same definition always gives the same model.
//!
//! # How to drive it
//!
//! 1. Read a definition ([`Definition::read`]), or an exported archive of another maker ([`archive::read`]), and look at
//!    its problems ([`Definition::problems`]).
//! 2. Learn one locale: [`Model::learn`]. It takes milliseconds; keep it as long as the definition does not change.
//! 3. For every message of a customer call [`Model::turn`] with the [`Session`] of the last turn. It answers what the bot
//!    says and the session from now on.
//!
//! ```
//! use bots::{Definition, Model, Moment, Session};
//!
//! let definition = Definition::read(br#"{"Version": "1", "Name": "Desk", "Locales": {"en_US": {"Intents": [
//!     {"Name": "Track", "Utterances": ["where is my order", "track my parcel"],
//!      "Slots": [{"Name": "Order", "Type": "AMAZON.Number", "Prompts": ["Which order number?"]}],
//!      "Closing": ["Order {Order} is on its way."]}]}}}"#).unwrap();
//! let model = Model::learn(&definition, "en_US").unwrap();
//! let now = Moment::utc(0);
//! let asked = model.turn(Session::default(), "wheres my parcel", &now);
//! assert_eq!(asked.messages[0].content, "Which order number?");
//! let told = model.turn(asked.session, "it is 512", &now);
//! assert_eq!(told.messages[0].content, "Order 512 is on its way.");
//! ```
//!
//! # Decisions
//!
//! * **A linear model over words and pieces of words.** Words, pairs of words and runs of three and four letters (one to
//!   three for scripts without spaces) survive typing mistakes, need no download and learn in milliseconds.
//! * **Confidence alone does not reject.** A class of its own learns what no help desk is asked; what looks like no
//!   sample utterance, or is made of unknown words, loses confidence.
//! * **Slots are found by rule**: numbers, dates and the like by grammar per language, lists by their words with room for
//!   a typing mistake.
//! * **The moment is an input**, with the time zone: "tomorrow" is a date.

pub mod archive;
mod background;
pub mod definition;
pub mod dialog;
mod features;
mod language;
mod model;
pub mod sentiment;
pub mod session;
pub mod slots;
mod text;
mod validate;

pub use definition::{Adapter, Definition, Intent, Locale, Message, MessageKind, Slot, SlotType};
pub use dialog::Turn;
pub use language::Language;
pub use model::{Guess, LearnError, Model};
pub use session::{Action, IntentState, Session, SlotValue};
pub use slots::Moment;
pub use validate::{Checked, Problem};

/// The bot of every new instance: a small help desk in five languages.
pub fn sample() -> Definition {
    Definition::read(SAMPLE.as_bytes()).expect("the sample is tried in the tests of this crate")
}

/// The definition of [`sample`] as text.
pub const SAMPLE: &str = include_str!("sample.json");
