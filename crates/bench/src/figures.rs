//! Latencies gathered and summed up: percentiles by rank, and how much memory this process has used.

use std::time::Duration;

use serde_json::{Value, json};

/// Latencies in nanoseconds.
#[derive(Clone, Debug, Default)]
pub struct Latencies(Vec<u64>);

impl Latencies {
    /// Adds one.
    pub fn add(&mut self, latency: Duration) {
        self.0.push(u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX));
    }

    /// Takes over those of another worker.
    pub fn append(&mut self, mut other: Latencies) {
        self.0.append(&mut other.0);
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The smallest latency that at least `share` (0 to 1) of all do not exceed; none of none.
    pub fn percentile(&mut self, share: f64) -> Option<Duration> {
        self.0.sort_unstable();
        let rank = (self.0.len() as f64 * share).ceil() as usize;
        self.0.get(rank.max(1) - 1).map(|nanos| Duration::from_nanos(*nanos))
    }

    /// Count, percentiles and maximum, in milliseconds.
    pub fn summary(&mut self) -> Value {
        let mut at = |share| self.percentile(share).map(|latency| latency.as_secs_f64() * 1e3);
        let (p50, p90, p99, max) = (at(0.5), at(0.9), at(0.99), at(1.0));
        json!({"count": self.count(), "p50_ms": p50, "p90_ms": p90, "p99_ms": p99, "max_ms": max})
    }
}

/// The most memory this process ever had in RAM, in bytes; none where the system does not tell.
pub fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_rank() {
        for (values, share, expected) in [
            (vec![], 0.5, None),
            (vec![7], 0.99, Some(7)),
            (vec![3, 1, 2, 4], 0.5, Some(2)),
            (vec![3, 1, 2, 4], 0.0, Some(1)),
            (vec![3, 1, 2, 4], 1.0, Some(4)),
            ((1..=100).rev().collect(), 0.99, Some(99)),
        ] {
            let mut latencies = Latencies::default();
            for value in &values {
                latencies.add(Duration::from_nanos(*value));
            }
            assert_eq!(
                latencies.percentile(share),
                expected.map(Duration::from_nanos),
                "{values:?} at {share}"
            );
        }
    }
}
