//! Touch tones as sound.

use super::Digit;
use crate::tone::Sine;

/// Peak of each of the two tones: together -7 dBm0 or so, as telephones send them.
const AMPLITUDE: f32 = 5_500.0;

/// The sound of one key for as long as it is asked for.
#[derive(Clone, Debug)]
pub struct ToneGenerator {
    row: Sine,
    column: Sine,
}

impl ToneGenerator {
    /// For samples at `hertz`.
    pub fn new(digit: Digit, hertz: u32) -> Self {
        let (row, column) = digit.frequencies();
        Self { row: Sine::new(row as f32, hertz), column: Sine::new(column as f32, hertz) }
    }

    /// Adds the tone to a frame.
    pub fn add(&mut self, frame: &mut [i16]) {
        for sample in frame {
            let value = (self.row.next_value() + self.column.next_value()) * AMPLITUDE;
            *sample = sample.saturating_add(value as i16);
        }
    }
}
