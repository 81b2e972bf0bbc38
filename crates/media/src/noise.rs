//! Comfort noise, RFC 3389: so that a silent line does not sound dead.

/// White noise of a level that the other side describes.
#[derive(Clone, Debug)]
pub struct ComfortNoise {
    state: u32,
    amplitude: i32,
}

impl ComfortNoise {
    /// Silence so far; the seed only makes different streams sound differently.
    pub fn new(seed: u32) -> Self {
        Self { state: seed | 1, amplitude: 0 }
    }

    /// Takes the level from a payload: its first byte counts decibels below the overload point.
    pub fn describe(&mut self, payload: &[u8]) {
        let level = payload.first().map_or(127, |byte| byte & 0x7f);
        let effective = 32_768.0 * 10f64.powf(-f64::from(level) / 20.0);
        // Evenly spread samples have an effective value of their peak by the root of three.
        self.amplitude = (effective * 3f64.sqrt()).min(8_192.0) as i32;
    }

    /// Appends noise.
    pub fn fill(&mut self, count: usize, into: &mut Vec<i16>) {
        if self.amplitude == 0 {
            into.resize(into.len() + count, 0);
            return;
        }
        for _ in 0..count {
            self.state ^= self.state << 13;
            self.state ^= self.state >> 17;
            self.state ^= self.state << 5;
            let even = (self.state >> 16) as i32 - 32_768;
            into.push((even * self.amplitude / 32_768) as i16);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_as_loud_as_described() {
        let mut noise = ComfortNoise::new(4);
        let mut samples = Vec::new();
        noise.fill(100, &mut samples);
        assert!(samples.iter().all(|sample| *sample == 0));
        noise.describe(&[50]);
        samples.clear();
        noise.fill(8_000, &mut samples);
        assert!((audio::level::dbov(&samples) + 50.0).abs() < 1.0, "{}", audio::level::dbov(&samples));
    }
}
