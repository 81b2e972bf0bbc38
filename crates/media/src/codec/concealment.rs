//! What is heard in place of a lost packet, where the codec has no answer of its own: the last pitch period goes on and
//! fades, as in G.711 appendix I.

use super::Rate;

/// Milliseconds of sound kept to continue from.
const HISTORY_MS: usize = 50;
/// Of the join to what comes after.
const JOIN_MS: usize = 4;
/// After so long of a loss it falls silent.
const LONGEST_MS: usize = 60;
/// As long as this at full strength.
const FULL_MS: usize = 10;

/// Continues one stream over its losses.
#[derive(Clone, Debug)]
pub struct Concealment {
    per_ms: usize,
    history: Vec<i16>,
    period: usize,
    /// Samples made up since the last real one.
    made: usize,
}

impl Concealment {
    /// For a stream of that rate.
    pub fn new(rate: Rate) -> Self {
        let per_ms = rate.hertz() as usize / 1_000;
        Self { per_ms, history: vec![0; HISTORY_MS * per_ms], period: 0, made: 0 }
    }

    /// Takes note of real sound. After a loss its beginning is joined to what was made up.
    pub fn heard(&mut self, samples: &mut [i16]) {
        if self.made > 0 {
            let join = (JOIN_MS * self.per_ms).min(samples.len());
            for (at, sample) in samples[..join].iter_mut().enumerate() {
                let made_up = f32::from(self.next_sample());
                let weight = (at + 1) as f32 / (join + 1) as f32;
                *sample = (f32::from(*sample) * weight + made_up * (1.0 - weight)) as i16;
            }
            self.made = 0;
        }
        let length = self.history.len();
        if samples.len() >= length {
            self.history.copy_from_slice(&samples[samples.len() - length..]);
        } else {
            self.history.copy_within(samples.len().., 0);
            self.history[length - samples.len()..].copy_from_slice(samples);
        }
    }

    /// Appends `count` samples in place of lost ones.
    pub fn conceal(&mut self, count: usize, into: &mut Vec<i16>) {
        if self.made == 0 {
            self.period = self.find_period();
        }
        for _ in 0..count {
            let sample = self.next_sample();
            into.push(sample);
        }
    }

    /// Whether nothing more than silence would be made up.
    pub fn faded(&self) -> bool {
        self.made >= LONGEST_MS * self.per_ms
    }

    fn next_sample(&mut self) -> i16 {
        let length = self.history.len();
        let (full, end) = (FULL_MS * self.per_ms, LONGEST_MS * self.per_ms);
        if self.made >= end || self.period == 0 {
            self.made = (self.made + 1).min(end);
            return 0;
        }
        let sample = f32::from(self.history[length - self.period + self.made % self.period]);
        let gain = if self.made < full { 1.0 } else { 1.0 - (self.made - full) as f32 / (end - full) as f32 };
        self.made += 1;
        (sample * gain) as i16
    }

    /// The lag from 2.5 to 15 ms at which the end of the history is most like what went before.
    fn find_period(&self) -> usize {
        let window = 20 * self.per_ms;
        let end = self.history.len();
        let recent = &self.history[end - window..];
        let (shortest, longest) = (5 * self.per_ms / 2, 15 * self.per_ms);
        let mut best = (longest, f32::MIN);
        for lag in shortest..=longest {
            let before = &self.history[end - window - lag..end - lag];
            let (mut product, mut energy) = (0f32, 1f32);
            for (now, then) in recent.iter().zip(before) {
                product += f32::from(*now) * f32::from(*then);
                energy += f32::from(*then) * f32::from(*then);
            }
            let likeness = product / energy.sqrt();
            // Clearly better only, so that multiples of the period do not win over it.
            if likeness > best.1 * if best.1 > 0.0 { 1.01 } else { 1.0 } {
                best = (lag, likeness);
            }
        }
        best.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(from: usize, count: usize) -> Vec<i16> {
        (from..from + count).map(|n| ((n as f64 * 400.0 / 8_000.0 * std::f64::consts::TAU).sin() * 10_000.0) as i16).collect()
    }

    #[test]
    fn a_tone_goes_on_over_a_lost_frame() {
        let mut concealment = Concealment::new(Rate::Narrow);
        concealment.heard(&mut tone(0, 400));
        let mut made = Vec::new();
        concealment.conceal(160, &mut made);
        for (made, real) in made.iter().zip(tone(400, 160)).take(80) {
            assert!((i32::from(*made) - i32::from(real)).abs() < 400, "{made} {real}");
        }
        assert!(!concealment.faded());
        concealment.conceal(480, &mut made);
        assert!(concealment.faded());
        assert!(made[480..].iter().all(|sample| *sample == 0), "a long loss is silent");
        let mut after = tone(1_040, 160);
        concealment.heard(&mut after);
        assert!(after[0].abs() < 4_000, "joined smoothly");
        assert_eq!(after[40..], tone(1_040, 160)[40..]);
    }
}
