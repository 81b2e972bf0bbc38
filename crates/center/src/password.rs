//! Password hashes with argon2, and limits against guessing.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::{Output, PasswordHash, Salt, SaltString};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use engine::random_128;
use model::Timestamp;
use parking_lot::Mutex;

/// Hashes a password; costs tens of milliseconds of one core, so keep it off the async threads.
pub fn hash(password: &str) -> String {
    let salt = SaltString::encode_b64(&random_128().to_be_bytes()).expect("16 bytes are a salt");
    let params = Params::default();
    let output =
        compute(password, salt.as_salt(), Algorithm::default(), Version::default(), params.clone(), LENGTH)
            .expect("the default parameters are valid");
    PasswordHash {
        algorithm: Algorithm::default().ident(),
        version: Some(Version::default().into()),
        params: (&params).try_into().expect("the default parameters are printable"),
        salt: Some(salt.as_salt()),
        hash: Some(output),
    }
    .to_string()
}

/// Whether a password fits a hash. Without a hash the same time is spent and the answer is no.
pub fn verify(password: &str, hash: Option<&str>) -> bool {
    // Who asks for an unknown user must not learn so from the time it takes.
    static NOBODY: LazyLock<String> = LazyLock::new(|| self::hash("nobody has this password"));
    let known = hash.is_some();
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(&NOBODY)) else { return false };
    let (Some(salt), Some(expected), Ok(algorithm), Ok(params)) =
        (parsed.salt, parsed.hash, Algorithm::try_from(parsed.algorithm), Params::try_from(&parsed))
    else {
        return false;
    };
    let version = parsed.version.map_or(Ok(Version::default()), Version::try_from);
    let Ok(version) = version else { return false };
    // Outputs are compared in constant time.
    let output = compute(password, salt, algorithm, version, params, expected.len());
    output.is_ok_and(|output| output == expected) && known
}

/// Bytes of a new hash.
const LENGTH: usize = Params::DEFAULT_OUTPUT_LEN;

/// Hashes in one of a few blocks of memory that are kept: as many as cores, for more at once would only take turns.
/// Blocks of this size (19 MiB) that every thread allocates anew stay with the allocator of each thread.
fn compute(
    password: &str,
    salt: Salt<'_>,
    algorithm: Algorithm,
    version: Version,
    params: Params,
    length: usize,
) -> argon2::password_hash::Result<Output> {
    static MEMORY: LazyLock<Vec<Mutex<Vec<Block>>>> = LazyLock::new(|| {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        (0..cores).map(|_| Mutex::default()).collect()
    });
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let mut bytes = [0; 64];
    let salt = salt.decode_b64(&mut bytes)?;
    let blocks = params.block_count();
    let argon = Argon2::new(algorithm, version, params);
    let turn = NEXT.fetch_add(1, Ordering::Relaxed) % MEMORY.len();
    let free = MEMORY.iter().find_map(Mutex::try_lock);
    let mut memory = free.unwrap_or_else(|| MEMORY[turn].lock());
    if memory.len() < blocks {
        memory.resize(blocks, Block::default());
    }
    Output::init_with(length, |output| {
        Ok(argon.hash_password_into_with_memory(password.as_bytes(), salt, output, &mut memory[..blocks])?)
    })
}

/// Failed attempts per name and address before a pause.
const FREE_ATTEMPTS: u32 = 5;
/// First pause; it doubles with each further failure.
const PAUSE_MS: i64 = 1000;
const LONGEST_PAUSE_MS: i64 = 15 * 60_000;
/// Names and addresses remembered at most.
const REMEMBERED: usize = 10_000;

/// Slows down who guesses passwords.
#[derive(Debug, Default)]
pub struct Attempts {
    failures: Mutex<HashMap<String, (u32, Timestamp)>>,
}

impl Attempts {
    /// How long (in milliseconds) this key must wait; none = may try.
    pub fn wait_ms(&self, key: &str, now: Timestamp) -> Option<i64> {
        let failures = self.failures.lock();
        let (count, last) = failures.get(key)?;
        let over = count.checked_sub(FREE_ATTEMPTS)?;
        let pause = PAUSE_MS.saturating_mul(1 << over.min(20)).min(LONGEST_PAUSE_MS);
        let wait = pause - now.since(*last);
        (wait > 0).then_some(wait)
    }

    /// An attempt failed.
    pub fn failed(&self, key: &str, now: Timestamp) {
        let mut failures = self.failures.lock();
        if failures.len() >= REMEMBERED {
            failures.retain(|_, (_, last)| now.since(*last) < LONGEST_PAUSE_MS);
            // Still too many at once: the one that failed longest ago makes room.
            let oldest = failures.iter().min_by_key(|(_, (_, last))| *last).map(|(key, _)| key.clone());
            if let Some(oldest) = oldest.filter(|_| failures.len() >= REMEMBERED) {
                failures.remove(&oldest);
            }
        }
        let entry = failures.entry(key.to_owned()).or_insert((0, now));
        if now.since(entry.1) > LONGEST_PAUSE_MS {
            entry.0 = 0;
        }
        *entry = (entry.0 + 1, now);
    }

    /// An attempt succeeded.
    pub fn succeeded(&self, key: &str) {
        self.failures.lock().remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_fit_their_hash_only() {
        let hash = hash("Corr3ct horse");
        assert!(hash.starts_with("$argon2id$"));
        assert!(verify("Corr3ct horse", Some(&hash)));
        assert!(!verify("corr3ct horse", Some(&hash)));
        assert!(!verify("nobody has this password", None));
        assert!(!verify("x", Some("not a hash")));
    }

    #[test]
    fn guessing_becomes_slower() {
        let attempts = Attempts::default();
        for n in 0..5 {
            assert_eq!(attempts.wait_ms("a", Timestamp(n)), None);
            attempts.failed("a", Timestamp(n));
        }
        assert_eq!(attempts.wait_ms("a", Timestamp(4)), Some(1000));
        attempts.failed("a", Timestamp(2000));
        assert_eq!(attempts.wait_ms("a", Timestamp(2000)), Some(2000));
        assert_eq!(attempts.wait_ms("b", Timestamp(2000)), None);
        attempts.succeeded("a");
        assert_eq!(attempts.wait_ms("a", Timestamp(2000)), None);
    }
}
