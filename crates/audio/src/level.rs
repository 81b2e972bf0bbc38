//! How loud sound is.

/// The greatest magnitude, 0 to 32,768.
pub fn peak(samples: &[i16]) -> u16 {
    samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0)
}

/// The root of the mean square, 0 to 32,768. No samples are silent.
pub fn rms(samples: &[i16]) -> f64 {
    if samples.is_empty() {
        return 0.0;
    }
    let sum: f64 = samples.iter().map(|&sample| f64::from(sample).powi(2)).sum();
    (sum / samples.len() as f64).sqrt()
}

/// The level in dBov (decibels below the greatest square wave, as in RFC 6465): 0 is full, −127 silence.
pub fn dbov(samples: &[i16]) -> f64 {
    (20.0 * (rms(samples) / 32_768.0).log10()).max(-127.0)
}

/// The peaks of so many equal parts, for a drawn wave. Fewer samples than parts give fewer peaks.
pub fn peaks(samples: &[i16], parts: usize) -> Vec<u16> {
    if parts == 0 || samples.is_empty() {
        return Vec::new();
    }
    samples.chunks(samples.len().div_ceil(parts)).map(peak).collect()
}
