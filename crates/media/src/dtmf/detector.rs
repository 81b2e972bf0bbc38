//! Touch tones found in sound at 8 kHz: Goertzel's filter over windows of 12.75 ms that overlap by half.
//!
//! A window shows a digit when two tones stand out of their groups, are about equally loud, make up nearly all of the
//! sound, and have no second harmonics as voices have. Five such windows in a row (38 ms) are a digit.

use super::{COLUMNS, Digit, ROWS};

/// Samples of a window and of its half.
const WINDOW: usize = 102;
const HOP: usize = WINDOW / 2;
/// Windows that have to show it, and that have to show nothing before the same digit counts again.
const SHOWN: u32 = 5;
const GONE: u32 = 3;
/// A column may be so much louder than its row, and a row than its column (8 dB and 4 dB, with room for leakage).
const TWIST: f32 = 7.1;
const REVERSE_TWIST: f32 = 3.2;
/// A tone stands out of its group by 6 dB.
const RELATIVE: f32 = 4.0;
/// The two are so much of all energy, each at its frequency or as far off as telephones may be.
const SHARE: f32 = 0.85;
const TOLERANCE: f32 = 0.012;
/// A second harmonic is at least 12 dB below both tones together.
const HARMONIC: f32 = 0.063;
/// Effective value of the weakest digit, about -40 dB below overload.
const WEAKEST: f32 = 300.0;

/// Finds digits in one stream.
#[derive(Clone, Debug)]
pub struct ToneDetector {
    window: Vec<f32>,
    candidate: Option<Digit>,
    seen: u32,
    held: Option<Digit>,
    gone: u32,
}

impl Default for ToneDetector {
    fn default() -> Self {
        Self { window: Vec::with_capacity(WINDOW), candidate: None, seen: 0, held: None, gone: 0 }
    }
}

impl ToneDetector {
    /// Takes the next samples; at most one digit can begin within 30 ms.
    pub fn listen(&mut self, samples: &[i16], mut found: impl FnMut(Digit)) {
        for sample in samples {
            self.window.push(f32::from(*sample));
            if self.window.len() == WINDOW {
                let shown = digit_in(&self.window);
                if let Some(digit) = self.step(shown) {
                    found(digit);
                }
                self.window.drain(..HOP);
            }
        }
    }

    fn step(&mut self, shown: Option<Digit>) -> Option<Digit> {
        if shown.is_some() && shown == self.candidate {
            self.seen += 1;
        } else {
            (self.candidate, self.seen) = (shown, u32::from(shown.is_some()));
        }
        if let Some(held) = self.held {
            self.gone = if shown == Some(held) { 0 } else { self.gone + 1 };
            if self.gone >= GONE {
                self.held = None;
            }
        }
        if self.seen == SHOWN && self.held != self.candidate {
            (self.held, self.gone) = (self.candidate, 0);
            return self.candidate;
        }
        None
    }
}

/// Power at one frequency, as the square of an amplitude times the window by two.
fn power(window: &[f32], hertz: f32) -> f32 {
    let coefficient = 2.0 * (std::f32::consts::TAU * hertz / 8_000.0).cos();
    let (mut one, mut two) = (0f32, 0f32);
    for sample in window {
        (one, two) = (sample + coefficient * one - two, one);
    }
    one * one + two * two - coefficient * one * two
}

/// The one of a group that stands out, with its power.
fn outstanding(window: &[f32], group: &[u32; 4]) -> Option<(usize, f32)> {
    let powers = group.map(|hertz| power(window, hertz as f32));
    let best = (0..4).max_by(|a, b| powers[*a].total_cmp(&powers[*b]))?;
    let others = (0..4).filter(|other| *other != best);
    let stands_out = others.into_iter().all(|other| powers[other] * RELATIVE < powers[best]);
    stands_out.then_some((best, powers[best]))
}

fn digit_in(window: &[f32]) -> Option<Digit> {
    let energy: f32 = window.iter().map(|sample| sample * sample).sum();
    let length = window.len() as f32;
    if energy < WEAKEST * WEAKEST * length {
        return None;
    }
    let (row, row_power) = outstanding(window, &ROWS)?;
    let (column, column_power) = outstanding(window, &COLUMNS)?;
    if column_power > row_power * TWIST || row_power > column_power * REVERSE_TWIST {
        return None;
    }
    let nearby = |hertz: u32, found: f32| {
        let around = [1.0 - TOLERANCE, 1.0 + TOLERANCE].map(|off| power(window, hertz as f32 * off));
        found.max(around[0]).max(around[1])
    };
    let both = nearby(ROWS[row], row_power) + nearby(COLUMNS[column], column_power);
    if both < SHARE * energy * length / 2.0 {
        return None;
    }
    let harmonic = |hertz: u32| power(window, 2.0 * hertz as f32);
    if harmonic(COLUMNS[column]) > both * HARMONIC {
        return None;
    }
    // The harmonic of some rows is where a column is; there it says nothing.
    let apart = COLUMNS[column].abs_diff(2 * ROWS[row]) > 160;
    if apart && harmonic(ROWS[row]) > both * HARMONIC {
        return None;
    }
    Some(Digit::at(row, column))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Evenly spread noise, the same at every run.
    struct Noise(u32);

    impl Noise {
        fn next(&mut self) -> f32 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 17;
            self.0 ^= self.0 << 5;
            self.0 as f32 / u32::MAX as f32 * 2.0 - 1.0
        }
    }

    fn tone(hertz: f64, at: usize) -> f32 {
        (at as f64 * hertz / 8_000.0 * std::f64::consts::TAU).sin() as f32
    }

    fn heard(samples: &[i16]) -> String {
        let mut detector = ToneDetector::default();
        let mut digits = String::new();
        for frame in samples.chunks(160) {
            detector.listen(frame, |digit| digits.push(digit.as_char()));
        }
        digits
    }

    /// All sixteen, with on and off times in milliseconds, levels of row and column in decibels, and noise below them.
    fn keypad(on: usize, off: usize, row_db: f32, column_db: f32, noise_db: f32, detune: f64) -> Vec<i16> {
        let amplitude = |db: f32| 32_767.0 * 10f32.powf(db / 20.0);
        let (row, column, hiss) = (amplitude(row_db), amplitude(column_db), amplitude(noise_db));
        let mut noise = Noise(77);
        let mut samples = Vec::new();
        for event in 0..16 {
            let (low, high) = Digit::from_event(event).unwrap().frequencies();
            for at in 0..on * 8 {
                let value = row * tone(f64::from(low) * detune, at) + column * tone(f64::from(high) * detune, at);
                samples.push((value + hiss * noise.next()) as i16);
            }
            samples.extend((0..off * 8).map(|_| (hiss * noise.next()) as i16));
        }
        samples
    }

    #[test]
    fn all_digits_at_many_levels_and_twists() {
        for (row, column) in [(-7.0, -7.0), (-20.0, -20.0), (-35.0, -35.0), (-12.0, -6.0), (-10.0, -13.0), (-30.0, -24.0)] {
            for (on, off) in [(100, 100), (50, 50), (45, 45)] {
                for detune in [1.0, 1.012, 0.988] {
                    let samples = keypad(on, off, row, column, f32::min(row, column) - 15.0, detune);
                    assert_eq!(heard(&samples), "0123456789*#ABCD", "{row} {column} {on}/{off} {detune}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_digit_is_not_heard() {
        assert_eq!(heard(&keypad(15, 60, -10.0, -10.0, -60.0, 1.0)), "", "too short");
        assert_eq!(heard(&keypad(80, 60, -30.0, -10.0, -60.0, 1.0)), "", "too much twist");
        assert_eq!(heard(&keypad(80, 60, -10.0, -20.0, -60.0, 1.0)), "", "too much reverse twist");
        assert_eq!(heard(&keypad(80, 60, -60.0, -60.0, -80.0, 1.0)), "", "too weak");
        assert_eq!(heard(&keypad(80, 60, -20.0, -20.0, -10.0, 1.0)), "", "below the noise");
        assert_eq!(heard(&keypad(80, 60, -10.0, -10.0, -60.0, 1.04)), "", "other frequencies");
        let dial: Vec<i16> = (0..16_000).map(|at| ((tone(350.0, at) + tone(440.0, at)) * 8_000.0) as i16).collect();
        assert_eq!(heard(&dial), "");
    }

    #[test]
    fn a_long_press_with_a_short_break_is_one() {
        let mut samples = keypad(100, 0, -10.0, -10.0, -60.0, 1.0)[800..1_600].to_vec();
        let copy = samples.clone();
        samples.extend([0; 40]);
        samples.extend(copy);
        assert_eq!(heard(&samples), "1");
    }

    /// Voiced sounds with a wandering pitch, moving formants and a syllable rhythm, and hiss between them.
    #[test]
    fn a_minute_of_speech_has_no_digits() {
        for seed in 1..=3 {
            let mut noise = Noise(seed * 7_919);
            let (mut phase, mut pitch) = (0f32, 120f32);
            let (mut formants, mut aims) = ([500f32, 1_500.0, 2_500.0], [500f32, 1_500.0, 2_500.0]);
            let samples: Vec<i16> = (0..60 * 8_000)
                .map(|at| {
                    if at % 1_600 == 0 {
                        aims = [250.0 + 650.0 * noise.next().abs(), 800.0 + 1_500.0 * noise.next().abs(), 2_500.0];
                    }
                    if at % 80 == 0 {
                        pitch = (pitch + 4.0 * noise.next()).clamp(80.0, 280.0);
                        for (formant, aim) in formants.iter_mut().zip(aims) {
                            *formant += (aim - *formant) * 0.15;
                        }
                    }
                    phase = (phase + pitch / 8_000.0).fract();
                    let voiced = (at / 800) % 5 != 4;
                    if !voiced {
                        return (noise.next() * 1_500.0) as i16;
                    }
                    let mut value = 0.0;
                    let mut harmonic = 1.0;
                    while harmonic * pitch < 3_600.0 {
                        let hertz = harmonic * pitch;
                        let gain: f32 = formants.iter().map(|f| 1.0 / (1.0 + ((hertz - f) / 90.0).powi(2))).sum();
                        value += gain / harmonic.sqrt() * (std::f32::consts::TAU * phase * harmonic).sin();
                        harmonic += 1.0;
                    }
                    (value * 9_000.0).clamp(-32_000.0, 32_000.0) as i16
                })
                .collect();
            assert!(audio::level::dbov(&samples) > -25.0);
            assert_eq!(heard(&samples), "", "seed {seed}");
        }
    }
}
