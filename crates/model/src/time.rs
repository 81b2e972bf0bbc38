//! Time as a number: milliseconds since 1970, UTC.

use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// A moment, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The moment `seconds` after 1970.
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds * 1000)
    }

    /// Milliseconds from `earlier` to this moment; negative when it lies after.
    pub const fn since(self, earlier: Timestamp) -> i64 {
        self.0 - earlier.0
    }

    /// Seconds since 1970 with a fraction, as JSON protocols print timestamps.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// `2026-01-31T09:30:00.123Z`.
    pub fn iso_millis(self) -> String {
        format!("{:.3}", self.jiff())
    }

    /// `2026-01-31T09:30:00Z`, the fraction cut off.
    pub fn iso_seconds(self) -> String {
        format!("{:.0}", Timestamp(self.0.div_euclid(1000) * 1000).jiff())
    }

    /// Reads an ISO-8601 date-time with an offset or `Z`.
    pub fn parse_iso(text: &str) -> Option<Self> {
        let parsed: jiff::Timestamp = text.parse().ok()?;
        Some(Self(parsed.as_millisecond()))
    }

    /// As a `jiff` timestamp, clamped to the range that type can hold.
    pub fn jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        })
    }
}

impl Add<i64> for Timestamp {
    type Output = Timestamp;
    fn add(self, milliseconds: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(milliseconds))
    }
}

impl Sub<i64> for Timestamp {
    type Output = Timestamp;
    fn sub(self, milliseconds: i64) -> Timestamp {
        Timestamp(self.0.saturating_sub(milliseconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_and_reads_iso() {
        for (millis, with_fraction, without) in [
            (0, "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00Z"),
            (1_700_000_000_999, "2023-11-14T22:13:20.999Z", "2023-11-14T22:13:20Z"),
        ] {
            let time = Timestamp(millis);
            assert_eq!(time.iso_millis(), with_fraction);
            assert_eq!(time.iso_seconds(), without);
            assert_eq!(Timestamp::parse_iso(with_fraction), Some(time));
        }
        assert_eq!(Timestamp::parse_iso("2023-11-14T22:13:20+01:00"), Some(Timestamp(1_699_996_400_000)));
        assert_eq!(Timestamp::parse_iso("yesterday"), None);
    }
}
