//! G.722 at 64 kbit/s: two bands of ADPCM behind a quadrature mirror filter, by the blocks of the recommendation.

const QMF: [i32; 12] = [3, -11, 12, 32, -210, 951, 3_876, -805, 362, -156, 53, -11];
const ILB: [i32; 32] = [
    2_048, 2_093, 2_139, 2_186, 2_233, 2_282, 2_332, 2_383, 2_435, 2_489, 2_543, 2_599, 2_656, 2_714, 2_774, 2_834, 2_896,
    2_960, 3_025, 3_091, 3_158, 3_228, 3_298, 3_371, 3_444, 3_520, 3_597, 3_676, 3_756, 3_838, 3_922, 4_008,
];
const WL: [i32; 8] = [-60, -30, 58, 172, 334, 538, 1_198, 3_042];
const RL42: [usize; 16] = [0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0];
const WH: [i32; 3] = [0, -214, 798];
const RH2: [usize; 4] = [2, 1, 2, 1];
const QM2: [i32; 4] = [-7_408, -1_616, 7_408, 1_616];
const QM4: [i32; 16] = [
    0, -20_456, -12_896, -8_968, -6_288, -4_240, -2_584, -1_200, 20_456, 12_896, 8_968, 6_288, 4_240, 2_584, 1_200, 0,
];
const QM6: [i32; 64] = [
    -136, -136, -136, -136, -24_808, -21_904, -19_008, -16_704, -14_984, -13_512, -12_280, -11_192, -10_232, -9_360, -8_576,
    -7_856, -7_192, -6_576, -6_000, -5_456, -4_944, -4_464, -4_008, -3_576, -3_168, -2_776, -2_400, -2_032, -1_688, -1_360,
    -1_040, -728, 24_808, 21_904, 19_008, 16_704, 14_984, 13_512, 12_280, 11_192, 10_232, 9_360, 8_576, 7_856, 7_192, 6_576,
    6_000, 5_456, 4_944, 4_464, 4_008, 3_576, 3_168, 2_776, 2_400, 2_032, 1_688, 1_360, 1_040, 728, 432, 136, -432, -136,
];
const Q6: [i32; 30] = [
    0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1_023, 1_121, 1_219, 1_339,
    1_458, 1_612, 1_765, 1_980, 2_195, 2_557, 2_919,
];

fn saturate(value: i32) -> i32 {
    value.clamp(i32::from(i16::MIN), i32::from(i16::MAX))
}

/// The adaptive predictor and quantiser scale of one band.
#[derive(Clone, Debug)]
struct Band {
    prediction: i32,
    zeros: i32,
    recent: [i32; 2],
    poles: [i32; 2],
    partial: [i32; 2],
    differences: [i32; 6],
    coefficients: [i32; 6],
    log_scale: i32,
    scale: i32,
}

impl Band {
    fn new(scale: i32) -> Self {
        Self {
            prediction: 0,
            zeros: 0,
            recent: [0; 2],
            poles: [0; 2],
            partial: [0; 2],
            differences: [0; 6],
            coefficients: [0; 6],
            log_scale: 0,
            scale,
        }
    }

    /// Blocks LOGSCL and SCALEL, or LOGSCH and SCALEH.
    fn rescale(&mut self, step: i32, most: i32, shift: i32) {
        self.log_scale = (((self.log_scale * 127) >> 7) + step).clamp(0, most);
        let mantissa = ILB[(self.log_scale >> 6 & 31) as usize];
        let exponent = shift - (self.log_scale >> 11);
        self.scale = if exponent < 0 { mantissa << -exponent } else { mantissa >> exponent } << 2;
    }

    /// Block 4: adapts both predictors to a quantised difference.
    fn adapt(&mut self, difference: i32) {
        let reconstructed = saturate(self.prediction + difference);
        let partial = saturate(self.zeros + difference);

        let doubled = saturate(self.poles[0] << 2);
        let same = |a: i32, b: i32| a >> 15 == b >> 15;
        let turned = if same(partial, self.partial[0]) { -doubled } else { doubled }.min(32_767);
        let second = (turned >> 7) + if same(partial, self.partial[1]) { 128 } else { -128 };
        let second = (second + ((self.poles[1] * 32_512) >> 15)).clamp(-12_288, 12_288);

        let first = if same(partial, self.partial[0]) { 192 } else { -192 };
        let limit = saturate(15_360 - second);
        let first = saturate(first + ((self.poles[0] * 32_640) >> 15)).clamp(-limit, limit);

        let step = if difference == 0 { 0 } else { 128 };
        for (coefficient, past) in self.coefficients.iter_mut().zip(self.differences) {
            let step = if same(past, difference) { step } else { -step };
            *coefficient = saturate(step + ((*coefficient * 32_640) >> 15));
        }
        self.differences.rotate_right(1);
        self.differences[0] = difference;
        self.recent = [reconstructed, self.recent[0]];
        self.partial = [partial, self.partial[0]];
        self.poles = [first, second];

        let weighted = |coefficient: i32, value: i32| (coefficient * saturate(value + value)) >> 15;
        let poles = saturate(weighted(first, self.recent[0]) + weighted(second, self.recent[1]));
        let zeros = self.coefficients.iter().zip(self.differences).map(|(b, d)| weighted(*b, d)).sum();
        self.zeros = saturate(zeros);
        self.prediction = saturate(poles + self.zeros);
    }
}

/// Samples at 16 kHz to bytes, two samples a byte.
#[derive(Clone, Debug)]
pub struct G722Encoder {
    low: Band,
    high: Band,
    delay: [i32; 24],
}

/// Bytes to samples at 16 kHz, two samples a byte.
#[derive(Clone, Debug)]
pub struct G722Decoder {
    low: Band,
    high: Band,
    delay: [i32; 24],
}

impl Default for G722Encoder {
    fn default() -> Self {
        Self { low: Band::new(32), high: Band::new(8), delay: [0; 24] }
    }
}

impl Default for G722Decoder {
    fn default() -> Self {
        Self { low: Band::new(32), high: Band::new(8), delay: [0; 24] }
    }
}

impl G722Encoder {
    /// Appends one byte for every pair of samples.
    pub fn encode(&mut self, samples: &[i16], into: &mut Vec<u8>) {
        for pair in samples.chunks_exact(2) {
            let (sum_even, sum_odd) = filter(&mut self.delay, i32::from(pair[0]), i32::from(pair[1]));
            let (low, high) = ((sum_even + sum_odd) >> 14, (sum_even - sum_odd) >> 14);
            let low = self.quantise_low(low);
            let high = self.quantise_high(high);
            into.push((high << 6 | low) as u8);
        }
    }

    fn quantise_low(&mut self, value: i32) -> usize {
        let error = saturate(value - self.low.prediction);
        let magnitude = if error >= 0 { error } else { -(error + 1) };
        let scale = self.low.scale;
        // The first level that is above, thirty when none is.
        let level = (1..30).find(|level| magnitude < (Q6[*level] * scale) >> 12).unwrap_or(30);
        let code = match (error < 0, level) {
            (true, 1) => 63,
            (true, 2) => 62,
            (true, level) => 34 - level,
            (false, level) => 62 - level,
        };
        let difference = (scale * QM4[code >> 2]) >> 15;
        self.low.rescale(WL[RL42[code >> 2]], 18_432, 8);
        self.low.adapt(difference);
        code
    }

    fn quantise_high(&mut self, value: i32) -> usize {
        let error = saturate(value - self.high.prediction);
        let magnitude = if error >= 0 { error } else { -(error + 1) };
        let outer = magnitude >= (564 * self.high.scale) >> 12;
        let code = match (error < 0, outer) {
            (true, false) => 1,
            (true, true) => 0,
            (false, false) => 3,
            (false, true) => 2,
        };
        let difference = (self.high.scale * QM2[code]) >> 15;
        self.high.rescale(WH[RH2[code]], 22_528, 10);
        self.high.adapt(difference);
        code
    }
}

impl G722Decoder {
    /// Appends two samples for every byte.
    pub fn decode(&mut self, bytes: &[u8], into: &mut Vec<i16>) {
        for byte in bytes {
            let (low_code, high_code) = (usize::from(byte & 0x3f), usize::from(byte >> 6));
            let low = (self.low.prediction + ((self.low.scale * QM6[low_code]) >> 15)).clamp(-16_384, 16_383);
            let difference = (self.low.scale * QM4[low_code >> 2]) >> 15;
            self.low.rescale(WL[RL42[low_code >> 2]], 18_432, 8);
            self.low.adapt(difference);

            let difference = (self.high.scale * QM2[high_code]) >> 15;
            let high = (difference + self.high.prediction).clamp(-16_384, 16_383);
            self.high.rescale(WH[RH2[high_code]], 22_528, 10);
            self.high.adapt(difference);

            let (first, second) = filter(&mut self.delay, low + high, low - high);
            into.extend([saturate(first >> 11) as i16, saturate(second >> 11) as i16]);
        }
    }
}

/// Moves two values into the quadrature mirror filter; the sums of its odd and of its even taps come out.
fn filter(delay: &mut [i32; 24], first: i32, second: i32) -> (i32, i32) {
    delay.copy_within(2.., 0);
    (delay[22], delay[23]) = (first, second);
    let (mut odd, mut even) = (0, 0);
    for tap in 0..12 {
        even += delay[2 * tap] * QMF[tap];
        odd += delay[2 * tap + 1] * QMF[11 - tap];
    }
    (odd, even)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Energy of the difference from the best-aligned original, in decibels below it.
    fn signal_to_noise(hertz: f64, level: f64) -> f64 {
        let tone: Vec<i16> =
            (0..16_000).map(|n| ((f64::from(n) * hertz / 16_000.0 * std::f64::consts::TAU).sin() * level) as i16).collect();
        let (mut bytes, mut heard) = (Vec::new(), Vec::new());
        G722Encoder::default().encode(&tone, &mut bytes);
        assert_eq!(bytes.len(), 8_000);
        G722Decoder::default().decode(&bytes, &mut heard);
        assert_eq!(heard.len(), 16_000);
        // Both filters together delay by 22 samples.
        let (mut signal, mut noise) = (0f64, 0f64);
        for at in 1_000..15_000 {
            signal += f64::from(tone[at - 22]).powi(2);
            noise += (f64::from(tone[at - 22]) - f64::from(heard[at])).powi(2);
        }
        10.0 * (signal / noise).log10()
    }

    #[test]
    fn both_bands_are_carried() {
        for (hertz, least) in [(300.0, 30.0), (1_000.0, 30.0), (3_000.0, 25.0), (6_000.0, 12.0)] {
            let found = signal_to_noise(hertz, 8_000.0);
            assert!(found > least, "{hertz} Hz: {found:.1} dB");
        }
    }

    #[test]
    fn any_bytes_are_decoded() {
        let mut heard = Vec::new();
        let noise: Vec<u8> = (0u32..40_000).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        G722Decoder::default().decode(&noise, &mut heard);
        let loud: Vec<i16> = (0..32_000).map(|n| if n % 2 == 0 { i16::MAX } else { i16::MIN }).collect();
        G722Encoder::default().encode(&loud, &mut Vec::new());
        assert_eq!(heard.len(), 80_000);
    }
}
