//! Digits of one answer: collected, corrected, terminated.

use serde::{Deserialize, Serialize};

use super::command::CommandError;
use crate::dtmf::Digit;
use crate::time::MediaTime;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatherSpec {
    /// Enough after so many, 1 to 1,024.
    pub most: u16,
    /// Milliseconds until the first.
    pub first_ms: u32,
    /// Milliseconds from one to the next.
    pub next_ms: u32,
    /// Digits that end the answer, at most 5; empty for none.
    pub terminator: String,
    /// Whether `*` takes back what was pressed before it.
    pub cancel: bool,
}

/// Why an answer is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GatherEnd {
    /// As many as were asked for.
    Enough,
    /// The terminating digits were pressed.
    Terminated,
    /// Nothing was pressed in time, or nothing more.
    TimedOut,
    /// It was stopped, or the leg was removed.
    Stopped,
}

/// An answer in the making.
#[derive(Clone, Debug)]
pub(crate) struct Gather {
    spec: GatherSpec,
    digits: String,
    deadline: Option<MediaTime>,
}

const LONGEST_MS: u32 = 3_600_000;

impl Gather {
    pub fn new(spec: GatherSpec) -> Result<Self, CommandError> {
        for key in spec.terminator.chars() {
            Digit::try_from(key)?;
        }
        let lengths = (1..=1_024).contains(&spec.most) && spec.terminator.len() <= 5;
        if !lengths || spec.first_ms > LONGEST_MS || spec.next_ms > LONGEST_MS {
            return Err(CommandError::GatherSpec);
        }
        Ok(Self { spec, digits: String::new(), deadline: None })
    }

    /// Takes a digit.
    pub fn pressed(&mut self, now: MediaTime, digit: Digit) -> Option<GatherEnd> {
        self.deadline = Some(now.plus_millis(u64::from(self.spec.next_ms)));
        let key = digit.as_char();
        self.digits.push(key);
        let terminator = self.spec.terminator.to_ascii_uppercase();
        if !terminator.is_empty() && self.digits.ends_with(&terminator) {
            self.digits.truncate(self.digits.len() - terminator.len());
            return Some(GatherEnd::Terminated);
        }
        if self.spec.cancel && key == '*' {
            self.digits.clear();
            return None;
        }
        (self.digits.len() >= usize::from(self.spec.most)).then_some(GatherEnd::Enough)
    }

    /// Looks at the time. While something is played, the time for the first digit has not begun.
    pub fn tick(&mut self, now: MediaTime, playing: bool) -> Option<GatherEnd> {
        if playing {
            return None;
        }
        let deadline = *self.deadline.get_or_insert_with(|| now.plus_millis(u64::from(self.spec.first_ms)));
        (now >= deadline).then_some(GatherEnd::TimedOut)
    }

    /// What was pressed so far.
    pub fn into_digits(self) -> String {
        self.digits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(most: u16, terminator: &str, cancel: bool, keys: &str) -> (String, Option<GatherEnd>) {
        let spec =
            GatherSpec { most, first_ms: 5_000, next_ms: 5_000, terminator: terminator.into(), cancel };
        let mut gather = Gather::new(spec).unwrap();
        for key in keys.chars() {
            let end = gather.pressed(MediaTime(0), Digit::try_from(key).unwrap());
            if end.is_some() {
                return (gather.into_digits(), end);
            }
        }
        (gather.into_digits(), None)
    }

    #[test]
    fn answers() {
        for (most, terminator, cancel, keys, digits, end) in [
            (4, "#", false, "12345", "1234", Some(GatherEnd::Enough)),
            (20, "#", false, "12#", "12", Some(GatherEnd::Terminated)),
            (20, "#", false, "#", "", Some(GatherEnd::Terminated)),
            (20, "##", false, "1#2#3*4###", "1#2#3*4", Some(GatherEnd::Terminated)),
            (20, "", true, "12*34", "34", None),
            (20, "", false, "12*34", "12*34", None),
            (1, "", false, "0", "0", Some(GatherEnd::Enough)),
        ] {
            assert_eq!(gathered(most, terminator, cancel, keys), (digits.into(), end), "{keys}");
        }
    }

    #[test]
    fn time_runs_when_nothing_plays_and_anew_with_every_digit() {
        let spec =
            GatherSpec { most: 5, first_ms: 3_000, next_ms: 1_000, terminator: String::new(), cancel: false };
        let mut gather = Gather::new(spec).unwrap();
        let at = MediaTime::from_millis;
        assert_eq!(gather.tick(at(9_000), true), None);
        assert_eq!(gather.tick(at(10_000), false), None);
        assert_eq!(gather.tick(at(12_980), false), None);
        gather.pressed(at(12_990), Digit::from_event(1).unwrap());
        assert_eq!(gather.tick(at(13_500), false), None);
        assert_eq!(gather.tick(at(13_990), false), Some(GatherEnd::TimedOut));
    }

    #[test]
    fn bounds() {
        let spec = |most, terminator: &str| GatherSpec {
            most,
            first_ms: 1,
            next_ms: 1,
            terminator: terminator.into(),
            cancel: false,
        };
        assert!(Gather::new(spec(0, "")).is_err());
        assert!(Gather::new(spec(1_025, "")).is_err());
        assert!(Gather::new(spec(1, "######")).is_err());
        assert_eq!(Gather::new(spec(1, "x")).err(), Some(CommandError::NoDigit('x')));
    }
}
