//! Credentials that expire: the user name carries its end, the password is derived from it, so nothing is kept.
//!
//! The form is the one other TURN servers know as *shared secret*: `name = <seconds since 1970>:<user>`,
//! `password = base64(HMAC-SHA-1(secret, name))`. Given the same secret, such a server can stand in for this one.

use std::net::SocketAddr;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// How long a nonce is good for, in seconds.
const NONCE_SECONDS: i64 = 3600;

/// What passwords and nonces are derived from.
#[derive(Clone)]
pub struct Secret {
    passwords: hmac::Key,
    nonces: hmac::Key,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// A name and its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// User name with its end.
    pub username: String,
    /// Password.
    pub password: String,
}

impl Secret {
    /// From the bytes of a secret.
    pub fn new(secret: &[u8]) -> Self {
        Self {
            passwords: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret),
            nonces: hmac::Key::new(hmac::HMAC_SHA256, secret),
        }
    }

    /// Credentials for a user until a moment, in seconds since 1970.
    pub fn issue(&self, user: &str, until: i64) -> Credentials {
        let username = format!("{until}:{user}");
        Credentials { password: self.password(&username), username }
    }

    /// The password of a name, whether it has expired or not.
    pub(super) fn password(&self, username: &str) -> String {
        STANDARD.encode(hmac::sign(&self.passwords, username.as_bytes()))
    }

    /// A nonce for a client.
    pub(super) fn nonce(&self, client: SocketAddr, unix: i64) -> String {
        self.nonce_until(client, unix + NONCE_SECONDS)
    }

    /// Whether a nonce is one of ours for this client and not too old.
    pub(super) fn knows_nonce(&self, nonce: &str, client: SocketAddr, unix: i64) -> bool {
        let until = nonce.split_once('-').and_then(|(until, _)| i64::from_str_radix(until, 16).ok());
        until.is_some_and(|until| until >= unix && self.nonce_until(client, until) == nonce)
    }

    fn nonce_until(&self, client: SocketAddr, until: i64) -> String {
        let mark = hmac::sign(&self.nonces, format!("{until}/{client}").as_bytes());
        let mark = mark.as_ref()[..12].iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        format!("{until:x}-{mark}")
    }
}

/// User and end of a name; none when it has no such form.
pub(super) fn read(username: &str) -> Option<(&str, i64)> {
    let (until, user) = username.split_once(':')?;
    Some((user, until.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_those_of_shared_secrets() {
        // printf 1433895918:ninefingers | openssl dgst -sha1 -hmac north -binary | base64
        let credentials = Secret::new(b"north").issue("ninefingers", 1_433_895_918);
        assert_eq!(credentials.username, "1433895918:ninefingers");
        assert_eq!(credentials.password, "jy8hTxmOO7UtEKXqSkSlvakPVYA=");
        assert_eq!(read(&credentials.username), Some(("ninefingers", 1_433_895_918)));
        assert_eq!(read("ninefingers"), None);
    }

    #[test]
    fn nonces_are_good_for_their_client_for_an_hour() {
        let secret = Secret::new(b"north");
        let (one, other) = ("192.0.2.1:1".parse().expect("one"), "192.0.2.1:2".parse().expect("other"));
        let nonce = secret.nonce(one, 1000);
        assert!(secret.knows_nonce(&nonce, one, 1000 + NONCE_SECONDS));
        assert!(!secret.knows_nonce(&nonce, one, 1001 + NONCE_SECONDS));
        assert!(!secret.knows_nonce(&nonce, other, 1000));
        for odd in ["", "-", "zz-1", &nonce[1..]] {
            assert!(!secret.knows_nonce(odd, one, 0), "{odd}");
        }
    }
}
