//! Throttling: one token bucket per scope and operation, with the published rates (spec 01 §3).

use std::collections::HashMap;

use model::Timestamp;
use parking_lot::Mutex;

use crate::error::ApiError;
use crate::rates::{Rate, rate_of};

/// The buckets of all scopes. A scope is whom a published limit counts for: the account, or for the participant
/// service the instance; users of one account share its buckets.
///
/// Memory is bounded: buckets live in two generations, and when the younger is full the older is forgotten. What is
/// forgotten has not been used for longest and is long full again, unless more than [`Throttle::CAPACITY`] scopes and
/// operations are active within the same few seconds.
#[derive(Debug)]
pub struct Throttle {
    factor: f64,
    buckets: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Key, Bucket>,
    old: HashMap<Key, Bucket>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    scope: Box<str>,
    service: &'static str,
    operation: &'static str,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    filled: Timestamp,
}

impl Throttle {
    /// Most buckets of one generation.
    pub const CAPACITY: usize = 50_000;

    /// Buckets with the published rates and bursts times `factor`: 1 = as published, 0 = no throttling. A factor that
    /// is negative or no number counts as 0. A burst is at least one call.
    pub fn new(factor: f64) -> Self {
        let factor = if factor.is_finite() && factor > 0.0 { factor } else { 0.0 };
        Self { factor, buckets: Mutex::new(Generations::default()) }
    }

    /// Takes one call from the bucket, or answers with the service's throttling error and the seconds to wait.
    pub fn charge(
        &self,
        scope: &str,
        service: &'static str,
        operation: &'static str,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        if self.factor == 0.0 {
            return Ok(());
        }
        let Some(published) = rate_of(service, operation) else { return Ok(()) };
        let wait = self.take(scope, service, operation, published, now);
        match wait {
            None => Ok(()),
            Some(seconds) => {
                Err(throttled(service, operation)("Rate exceeded".to_owned()).retry_after(seconds))
            }
        }
    }

    /// How many buckets are held.
    pub fn len(&self) -> usize {
        let buckets = self.buckets.lock();
        buckets.young.len() + buckets.old.len()
    }

    /// Whether no bucket is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn take(
        &self,
        scope: &str,
        service: &'static str,
        operation: &'static str,
        published: Rate,
        now: Timestamp,
    ) -> Option<u32> {
        let rate = published.per_second * self.factor;
        let burst = (published.burst * self.factor).max(1.0);
        let key = Key { scope: scope.into(), service, operation };
        let mut buckets = self.buckets.lock();
        let bucket = buckets.bucket(key, Bucket { tokens: burst, filled: now });
        // A clock that steps back fills nothing; filling goes on from the new time.
        let elapsed = now.since(bucket.filled).max(0) as f64 / 1000.0;
        bucket.tokens = (bucket.tokens + elapsed * rate).min(burst);
        bucket.filled = now;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return None;
        }
        Some(((1.0 - bucket.tokens) / rate).ceil().clamp(1.0, 3600.0) as u32)
    }
}

/// The published error: the operations on views have the older code, all others the common one.
fn throttled(service: &str, operation: &str) -> fn(String) -> ApiError {
    match service {
        "connect" if operation.contains("View") && operation != "SearchViews" => ApiError::too_many_requests,
        _ => ApiError::throttling,
    }
}

impl Generations {
    fn bucket(&mut self, key: Key, fresh: Bucket) -> &mut Bucket {
        if !self.young.contains_key(&key) {
            let bucket = self.old.remove(&key).unwrap_or(fresh);
            if self.young.len() >= Throttle::CAPACITY {
                self.old = std::mem::take(&mut self.young);
            }
            self.young.insert(key.clone(), bucket);
        }
        self.young.entry(key).or_insert(fresh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls at the given milliseconds; `.` = let through, a digit = seconds to wait.
    fn calls(
        throttle: &Throttle,
        scope: &str,
        service: &'static str,
        operation: &'static str,
        times: &[i64],
    ) -> String {
        times
            .iter()
            .map(|time| match throttle.charge(scope, service, operation, Timestamp(*time)) {
                Ok(()) => '.',
                Err(error) => char::from_digit(error.retry_after.unwrap_or(0), 36).unwrap_or('?'),
            })
            .collect()
    }

    #[test]
    fn published_rates_hold() {
        for (service, operation, times, expected) in [
            // 2 per second, burst 5.
            ("connect", "ListQueues", &[0, 0, 0, 0, 0, 0, 499, 500, 500, 1000, 1001][..], ".....11.1.1"),
            // Half an hour later the burst is full again, and no fuller.
            (
                "connect",
                "ListUsers",
                &[0, 1_800_000, 1_800_000, 1_800_000, 1_800_000, 1_800_000, 1_800_000],
                "......1",
            ),
            // 5 per second, burst 8.
            ("connect", "GetMetricData", &[0, 0, 0, 0, 0, 0, 0, 0, 0, 200, 201], "........1.1"),
            ("connectparticipant", "DisconnectParticipant", &[0, 0, 0, 0, 0, 0], ".....1"),
            // A clock that steps back stops nobody for longer than the bucket needs from there on.
            ("connect", "ListPrompts", &[5000, 5000, 5000, 5000, 5000, 0, 499, 500], ".....11."),
            // The agent protocol has no published rates.
            ("AmazonConnectCTIService", "GetAgentSnapshot", &[0, 0, 0, 0, 0, 0, 0, 0], "........"),
        ] {
            assert_eq!(
                calls(&Throttle::new(1.0), "1", service, operation, times),
                expected,
                "{service} {operation}"
            );
        }
    }

    #[test]
    fn scopes_and_operations_have_their_own_buckets() {
        let throttle = Throttle::new(1.0);
        let many = [0; 6];
        assert_eq!(calls(&throttle, "1", "connect", "ListQueues", &many), ".....1");
        assert_eq!(calls(&throttle, "2", "connect", "ListQueues", &many), ".....1");
        assert_eq!(calls(&throttle, "1", "connect", "ListUsers", &many), ".....1");
    }

    #[test]
    fn the_factor_scales_or_switches_off() {
        let many = [0; 12];
        for (factor, expected) in [
            (2.0, "..........11"),
            (0.1, ".55555555555"),
            (0.0, "............"),
            (-1.0, "............"),
            (f64::NAN, "............"),
        ] {
            assert_eq!(
                calls(&Throttle::new(factor), "1", "connect", "ListQueues", &many),
                expected,
                "{factor}"
            );
        }
    }

    #[test]
    fn errors_are_the_services_own() {
        for (service, operation, code, wait) in [
            ("connect", "StopContact", "ThrottlingException", 10),
            ("connect", "SearchViews", "ThrottlingException", 50),
            ("connect", "CreateViewVersion", "TooManyRequestsException", 50),
            ("connectparticipant", "SendMessage", "ThrottlingException", 10),
        ] {
            let throttle = Throttle::new(0.01);
            assert!(throttle.charge("1", service, operation, Timestamp(0)).is_ok());
            let error =
                throttle.charge("1", service, operation, Timestamp(0)).expect_err("the burst is one call");
            assert_eq!(
                (error.code.as_ref(), error.status.as_u16(), error.retry_after),
                (code, 429, Some(wait))
            );
        }
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::new(1.0);
        for scope in 0..3 * Throttle::CAPACITY {
            assert!(throttle.charge(&scope.to_string(), "connect", "ListQueues", Timestamp(0)).is_ok());
        }
        assert!(throttle.len() <= 2 * Throttle::CAPACITY, "{}", throttle.len());
    }
}
