//! Phone numbers, mail addresses, and codes of letters and digits.

use regex::{Regex, RegexBuilder};

use super::{Found, found, pattern};
use crate::text::Folded;

/// Longest code without a pattern of its own, in characters.
const LONGEST_CODE: usize = 100;

pub(super) fn phone() -> Regex {
    pattern(r"\+?\(?\d(?:[ ().\-/]{0,2}\d){5,17}")
}

pub(super) fn phones(pattern: &Regex, text: &Folded) -> Vec<Found> {
    let spans = pattern.find_iter(&text.folded);
    spans
        .filter_map(|span| {
            let plus = if span.as_str().starts_with('+') { "+" } else { "" };
            let digits: String = span.as_str().chars().filter(char::is_ascii_digit).collect();
            (6..=15).contains(&digits.len()).then(|| found(text, span.range(), format!("{plus}{digits}")))
        })
        .collect()
}

pub(super) fn email() -> Regex {
    pattern(r"[a-z0-9][a-z0-9._%+\-]{0,63}@(?:[a-z0-9\-]{1,63}\.){1,8}[a-z]{2,24}")
}

pub(super) fn emails(pattern: &Regex, text: &Folded) -> Vec<Found> {
    let spans = pattern.find_iter(&text.folded);
    spans.map(|span| found(text, span.range(), text.original(span.range()).to_owned())).collect()
}

/// Codes of letters and digits.
#[derive(Clone, Debug)]
pub(super) struct Code {
    /// The form that the author asks for.
    own: Option<Regex>,
    runs: Regex,
}

impl Code {
    pub(super) fn any() -> Self {
        Self { own: None, runs: pattern(r"[a-z0-9]+(?:-[a-z0-9]+)*") }
    }

    /// Codes of one form; none when the expression is not one.
    pub(super) fn of(expression: &str) -> Option<Self> {
        let own = own_pattern(expression).ok()?;
        Some(Self { own: Some(own), ..Self::any() })
    }

    /// In a sentence a code has a digit, in an answer it may be all letters or be spelled with spaces.
    pub(super) fn find_all(&self, text: &Folded, answer: bool) -> Vec<Found> {
        let fits = |code: &str| match &self.own {
            Some(own) => own.is_match(code),
            None => code.len() <= LONGEST_CODE && (answer || code.bytes().any(|byte| byte.is_ascii_digit())),
        };
        let spans = self.runs.find_iter(&text.folded);
        let mut codes: Vec<Found> = spans
            .filter(|span| fits(text.original(span.range())))
            .map(|span| found(text, span.range(), text.original(span.range()).to_owned()))
            .collect();
        // Of an answer in words the one with a digit is the code; one word alone is it in any case.
        if answer && self.own.is_none() {
            let with_digit = |code: &Found| code.value.bytes().any(|byte| byte.is_ascii_digit());
            let joined: String = text.tidy.split_whitespace().collect();
            let short = text.tidy.split_whitespace().all(|part| part.chars().count() <= 4);
            if short
                && joined.bytes().all(|byte| byte.is_ascii_alphanumeric())
                && joined.bytes().any(|b| b.is_ascii_digit())
            {
                return vec![found(text, 0..text.folded.len(), joined)];
            }
            if codes.iter().any(with_digit) {
                codes.retain(with_digit);
            } else if codes.len() != 1 {
                codes.clear();
            }
        }
        codes
    }
}

/// The author's expression, over the whole value and without regard to case.
pub(crate) fn own_pattern(expression: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&format!("^(?:{expression})$")).case_insensitive(true).size_limit(1 << 20).build()
}
