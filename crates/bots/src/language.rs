//! The languages whose words for numbers, dates, yes and no are known.

/// A language, as the beginning of a locale such as `en_US` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Language {
    English,
    Spanish,
    Japanese,
    Korean,
    Portuguese,
    /// Any other: intents work, digits and custom lists too, words for numbers and dates do not.
    Other,
}

impl Language {
    /// The language of a locale.
    pub fn of(locale: &str) -> Self {
        match locale.split(['_', '-']).next().unwrap_or_default() {
            "en" => Self::English,
            "es" => Self::Spanish,
            "ja" => Self::Japanese,
            "ko" => Self::Korean,
            "pt" => Self::Portuguese,
            _ => Self::Other,
        }
    }
}
