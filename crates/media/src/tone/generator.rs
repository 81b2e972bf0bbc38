//! Sines, and cadences made of them.

use super::Cadence;

/// Peak of one tone of one frequency; two or more share what is a bit louder.
const SINGLE: f32 = 7_000.0;
const SHARED: f32 = 5_000.0;

/// A sine as a rotating pointer, set right at every turn of its counter.
#[derive(Clone, Debug)]
pub struct Sine {
    step: (f32, f32),
    pointer: (f32, f32),
    until_set: u32,
}

impl Sine {
    /// For samples at `rate` hertz.
    pub fn new(hertz: f32, rate: u32) -> Self {
        let angle = std::f32::consts::TAU * hertz / rate as f32;
        Self { step: (angle.cos(), angle.sin()), pointer: (1.0, 0.0), until_set: 1_000 }
    }

    /// The next value, -1 to 1.
    pub fn next_value(&mut self) -> f32 {
        let value = self.pointer.1;
        let (x, y) = self.pointer;
        self.pointer = (x * self.step.0 - y * self.step.1, x * self.step.1 + y * self.step.0);
        self.until_set -= 1;
        if self.until_set == 0 {
            // Rounding changes its length a little with every step.
            let length = self.pointer.0.hypot(self.pointer.1);
            self.pointer = (self.pointer.0 / length, self.pointer.1 / length);
            self.until_set = 1_000;
        }
        value
    }
}

/// Plays a cadence over and over.
#[derive(Clone, Debug)]
pub struct CadencePlayer {
    cadence: Cadence,
    rate: u32,
    step: usize,
    left: Option<u64>,
    sines: Vec<Sine>,
}

impl CadencePlayer {
    /// From its beginning, for samples at `rate` hertz.
    pub fn new(cadence: Cadence, rate: u32) -> Self {
        let mut player = Self { cadence, rate, step: 0, left: None, sines: Vec::new() };
        player.enter(0);
        player
    }

    fn enter(&mut self, step: usize) {
        self.step = step;
        let (step, rate) = (&self.cadence.steps[step], self.rate);
        self.left = step.millis.map(|millis| u64::from(millis) * u64::from(rate) / 1_000);
        self.sines = step.frequencies.iter().map(|hertz| Sine::new(f32::from(*hertz), rate)).collect();
    }

    /// Fills a frame.
    pub fn fill(&mut self, frame: &mut [i16]) {
        for sample in frame {
            if self.left == Some(0) {
                self.enter((self.step + 1) % self.cadence.steps.len());
            }
            let amplitude = if self.sines.len() > 1 { SHARED } else { SINGLE };
            let value: f32 = self.sines.iter_mut().map(Sine::next_value).sum();
            *sample = (value * amplitude).clamp(-32_767.0, 32_767.0) as i16;
            self.left = self.left.map(|left| left - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_keeps_its_pitch_and_strength() {
        let mut sine = Sine::new(425.0, 8_000);
        let values: Vec<f32> = (0..80_000).map(|_| sine.next_value()).collect();
        for at in [0, 40_000, 79_900] {
            let exact = (at as f64 * 425.0 / 8_000.0 * std::f64::consts::TAU).sin() as f32;
            assert!((values[at] - exact).abs() < 0.05, "{at}");
        }
        let loudest = values[79_000..].iter().copied().fold(0f32, f32::max);
        assert!((0.98..1.001).contains(&loudest));
    }

    #[test]
    fn a_cadence_sounds_and_pauses() {
        let mut player = CadencePlayer::new("440+480/2000,0/4000".parse().unwrap(), 8_000);
        let mut samples = vec![0; 8_000 * 12];
        samples.chunks_mut(160).for_each(|frame| player.fill(frame));
        for (second, loud) in [(0, true), (1, true), (2, false), (5, false), (6, true), (8, false)] {
            let part = &samples[second * 8_000..(second + 1) * 8_000];
            assert_eq!(audio::level::rms(part) > 1_000.0, loud, "second {second}");
            assert!(loud || part.iter().all(|sample| *sample == 0));
        }
    }
}
