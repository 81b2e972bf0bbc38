//! Touch tones: as events in packets (RFC 4733) and as sound.

mod detector;
mod event;
mod generator;

pub use detector::ToneDetector;
pub use event::{EventReceiver, EventSender, Sending, event_payload};
pub use generator::ToneGenerator;

use serde::{Deserialize, Serialize};

/// Frequencies of the rows and columns of the keypad, in hertz.
pub const ROWS: [u32; 4] = [697, 770, 852, 941];
/// Columns.
pub const COLUMNS: [u32; 4] = [1_209, 1_336, 1_477, 1_633];

const KEYPAD: [[char; 4]; 4] =
    [['1', '2', '3', 'A'], ['4', '5', '6', 'B'], ['7', '8', '9', 'C'], ['*', '0', '#', 'D']];
const EVENTS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D'];

/// One of the sixteen keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "char", into = "char")]
pub struct Digit(u8);

impl Digit {
    /// By its event number.
    pub const fn from_event(event: u8) -> Option<Self> {
        if event < 16 { Some(Self(event)) } else { None }
    }

    /// Its event number.
    pub const fn event(self) -> u8 {
        self.0
    }

    /// As it is written on the key.
    pub const fn as_char(self) -> char {
        EVENTS[self.0 as usize]
    }

    /// Its two frequencies in hertz, the row's first.
    pub fn frequencies(self) -> (u32, u32) {
        let key = self.as_char();
        let row = KEYPAD.iter().position(|row| row.contains(&key)).expect("every key is on the keypad");
        let column = KEYPAD[row].iter().position(|other| *other == key).expect("found in this row");
        (ROWS[row], COLUMNS[column])
    }

    fn at(row: usize, column: usize) -> Self {
        Self::try_from(KEYPAD[row][column]).expect("the keypad has only keys")
    }
}

/// A character that is on no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is on no key; 0 to 9, *, # and A to D are")]
pub struct NoDigit(pub char);

impl TryFrom<char> for Digit {
    type Error = NoDigit;

    fn try_from(key: char) -> Result<Self, NoDigit> {
        let upper = key.to_ascii_uppercase();
        EVENTS.iter().position(|event| *event == upper).map(|event| Self(event as u8)).ok_or(NoDigit(key))
    }
}

impl From<Digit> for char {
    fn from(digit: Digit) -> char {
        digit.as_char()
    }
}
