//! Signing keys already derived, so that a busy caller costs one HMAC less per step.

use std::collections::HashMap;

use aws_lc_rs::digest;
use parking_lot::Mutex;

use super::canonical::Scope;
use crate::secret::Secret;

/// Most keys held; one caller uses one per day, region and service.
const CAPACITY: usize = 4096;

/// Derived keys of the current days. A key whose secret has changed since is derived anew.
#[derive(Default)]
pub(super) struct DerivedKeys(Mutex<HashMap<String, Derived>>);

struct Derived {
    secret: [u8; 32],
    key: [u8; 32],
}

impl DerivedKeys {
    /// The signing key, from memory or anew. It is not yet remembered: only a signature that proved right is worth it.
    pub(super) fn get(&self, access_key_id: &str, secret: &Secret, scope: &Scope<'_>) -> [u8; 32] {
        let known = self
            .0
            .lock()
            .get(&name(access_key_id, scope))
            .and_then(|derived| (derived.secret == fingerprint(secret)).then_some(derived.key));
        known.unwrap_or_else(|| scope.derive(secret.reveal()))
    }

    /// Remembers a key that proved right.
    pub(super) fn keep(&self, access_key_id: &str, secret: &Secret, scope: &Scope<'_>, key: [u8; 32]) {
        let mut keys = self.0.lock();
        if keys.len() >= CAPACITY {
            keys.retain(|name, _| name.starts_with(scope.day));
            if keys.len() >= CAPACITY {
                keys.clear();
            }
        }
        keys.insert(name(access_key_id, scope), Derived { secret: fingerprint(secret), key });
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.lock().len()
    }
}

fn name(access_key_id: &str, scope: &Scope<'_>) -> String {
    format!("{}/{access_key_id}", scope.text())
}

fn fingerprint(secret: &Secret) -> [u8; 32] {
    let hash = digest::digest(&digest::SHA256, secret.reveal().as_bytes());
    hash.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_secret_and_is_bounded() {
        let keys = DerivedKeys::default();
        let scope = Scope { day: "20260131", region: "us-east-1", service: "connect" };
        let (old, new) = (Secret::new("old"), Secret::new("new"));
        let key = keys.get("AKID", &old, &scope);
        keys.keep("AKID", &old, &scope, key);
        assert_eq!(keys.get("AKID", &old, &scope), scope.derive("old"));
        assert_eq!(keys.get("AKID", &new, &scope), scope.derive("new"), "a changed secret counts at once");
        for index in 0..2 * CAPACITY {
            keys.keep(&format!("AKID{index}"), &old, &scope, key);
        }
        assert!(keys.len() <= CAPACITY, "{}", keys.len());
        let tomorrow = Scope { day: "20260201", ..scope };
        for index in 0..CAPACITY {
            keys.keep(&format!("AKID{index}"), &old, &tomorrow, key);
        }
        assert!(keys.len() <= CAPACITY, "{}", keys.len());
    }
}
