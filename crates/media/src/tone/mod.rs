//! Tones that tell how a call is getting on: their sound, and how they sound in each country.

mod countries;
mod generator;

pub use countries::{Country, Signal, countries, country};
pub use generator::{CadencePlayer, Sine};

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Steps of a cadence, frequencies of a step.
const MOST_STEPS: usize = 16;
const MOST_FREQUENCIES: usize = 4;

/// Tones and pauses that repeat.
///
/// Written as steps with commas between them, each of frequencies in hertz joined by `+` (`0` for a pause) and, after
/// `/`, its length in milliseconds. One step without a length goes on for ever: `425` or `440+480/2000,0/4000`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cadence {
    steps: Vec<Step>,
}

/// One step of a cadence.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Frequencies in hertz; none for a pause.
    pub frequencies: Vec<u16>,
    /// Its length in milliseconds; none for one that does not end.
    pub millis: Option<u32>,
}

/// A text that is no cadence.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0:?} is no cadence: write steps such as 440+480/2000,0/4000")]
pub struct CadenceError(pub String);

impl Cadence {
    /// The steps in their order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
}

impl FromStr for Cadence {
    type Err = CadenceError;

    fn from_str(text: &str) -> Result<Self, CadenceError> {
        let error = || CadenceError(text.chars().take(80).collect());
        let steps: Vec<Step> = text.split(',').take(MOST_STEPS + 1).map(step).collect::<Option<_>>().ok_or_else(error)?;
        let endless = steps.iter().any(|step| step.millis.is_none());
        if steps.len() > MOST_STEPS || (endless && steps.len() > 1) {
            return Err(error());
        }
        Ok(Self { steps })
    }
}

fn step(text: &str) -> Option<Step> {
    let (tones, millis) = match text.trim().split_once('/') {
        Some((tones, millis)) => (tones, Some(millis.parse().ok().filter(|millis| (10..=60_000).contains(millis))?)),
        None => (text.trim(), None),
    };
    let frequencies: Vec<u16> = tones.split('+').take(MOST_FREQUENCIES + 1).map(|tone| tone.parse().ok()).collect::<Option<_>>()?;
    match frequencies[..] {
        [0] => Some(Step { frequencies: Vec::new(), millis }),
        _ if frequencies.len() > MOST_FREQUENCIES => None,
        _ if frequencies.iter().any(|hertz| !(20..=3_900).contains(hertz)) => None,
        _ => Some(Step { frequencies, millis }),
    }
}

impl TryFrom<String> for Cadence {
    type Error = CadenceError;

    fn try_from(text: String) -> Result<Self, CadenceError> {
        text.parse()
    }
}

impl From<Cadence> for String {
    fn from(cadence: Cadence) -> String {
        let steps = cadence.steps.iter().map(|step| {
            let tones: Vec<String> = step.frequencies.iter().map(u16::to_string).collect();
            let tones = if tones.is_empty() { "0".to_owned() } else { tones.join("+") };
            step.millis.map_or(tones.clone(), |millis| format!("{tones}/{millis}"))
        });
        steps.collect::<Vec<_>>().join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cadences_are_read_and_written() {
        for text in ["425", "0", "440+480/2000,0/4000", "425/200,0/200,425/600,0/1000"] {
            assert_eq!(String::from(text.parse::<Cadence>().unwrap()), text);
        }
        for text in ["", "x", "425/", "425/5", "425,0/100", "10", "5000", "1+2+3+4+5/100", "425/90000", &"0/10,".repeat(99)] {
            assert!(text.parse::<Cadence>().is_err(), "{text}");
        }
    }
}
