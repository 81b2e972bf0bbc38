//! What a password must look like (spec 01 §12.1); hashing it is done outside.

use crate::error::{DirectoryError, Result};

/// Refuses a password that does not have 8–64 characters without blanks, among them an unaccented upper-case letter,
/// a lower-case letter and a digit. The message never quotes it.
pub fn check(password: &str) -> Result<()> {
    let valid = (8..=64).contains(&password.chars().count())
        && !password.contains(char::is_whitespace)
        && password.bytes().any(|byte| byte.is_ascii_uppercase())
        && password.bytes().any(|byte| byte.is_ascii_lowercase())
        && password.bytes().any(|byte| byte.is_ascii_digit());
    if valid {
        return Ok(());
    }
    Err(DirectoryError::parameter(
        "Password must have 8 to 64 characters, no blanks, and at least one upper-case letter, one lower-case letter and one digit.",
    ))
}

#[cfg(test)]
mod tests {
    #[test]
    fn rules() {
        for (password, valid) in [
            ("Passw0rd", true),
            ("Pa5$ß…wort", true),
            ("Passw0r", false),
            ("passw0rd", false),
            ("PASSW0RD", false),
            ("Password", false),
            ("Pass w0rd", false),
            ("", false),
        ] {
            assert_eq!(super::check(password).is_ok(), valid, "{password}");
        }
        assert!(super::check(&format!("Aa1{}", "x".repeat(61))).is_ok());
        let long = format!("Aa1{}", "x".repeat(62));
        let error = super::check(&long).expect_err("65 characters");
        assert!(!error.to_string().contains(&long), "the message must not quote the password");
    }
}
