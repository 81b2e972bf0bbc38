//! A text that is used but never shown.

use std::fmt;

/// A secret access key, session token, bearer token or cookie value.
///
/// Neither `Debug` nor any other formatting shows it; [`Secret::reveal`] is the only way to its text.
#[derive(Clone)]
pub struct Secret(Box<str>);

impl Secret {
    /// Wraps the text.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether `other` is the same text; takes as long whichever byte differs.
    pub fn matches(&self, other: &str) -> bool {
        aws_lc_rs::constant_time::verify_slices_are_equal(self.0.as_bytes(), other.as_bytes()).is_ok()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_not_shown_and_compares() {
        let secret = Secret::new("wJalrXUtnFEMI");
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "Secret(…) Some(Secret(…))");
        for (other, same) in [("wJalrXUtnFEMI", true), ("wJalrXUtnFEMi", false), ("wJal", false), ("", false)]
        {
            assert_eq!(secret.matches(other), same, "{other}");
        }
    }
}
