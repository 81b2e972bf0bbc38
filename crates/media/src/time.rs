//! The time that callers pass in.

use serde::{Deserialize, Serialize};

/// Microseconds since any fixed origin, the same for everything that one process drives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MediaTime(pub u64);

impl MediaTime {
    /// That many milliseconds after the origin.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis * 1_000)
    }

    /// Whole milliseconds since the origin.
    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000
    }

    /// Later by `millis` milliseconds.
    #[must_use]
    pub const fn plus_millis(self, millis: u64) -> Self {
        Self(self.0.saturating_add(millis * 1_000))
    }

    /// Microseconds since `earlier`, zero when that is not earlier.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// As the 64-bit fixed-point seconds of RTCP; the origin is ours, as RFC 3550 §6.4.1 allows.
    pub const fn as_ntp(self) -> u64 {
        let seconds = self.0 / 1_000_000;
        let fraction = ((self.0 % 1_000_000) << 32) / 1_000_000;
        (seconds << 32) | fraction
    }

    /// In units of a clock of `rate` hertz.
    pub const fn in_clock(self, rate: u32) -> u64 {
        (self.0 as u128 * rate as u128 / 1_000_000) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ntp_counts_seconds_and_fractions() {
        assert_eq!(MediaTime(1_500_000).as_ntp(), (1 << 32) | (1 << 31));
        assert_eq!(MediaTime(2_000_000).in_clock(8_000), 16_000);
        assert_eq!(MediaTime(5).since(MediaTime(9)), 0);
    }
}
