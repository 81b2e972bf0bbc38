//! `say-as`: characters, numbers, dates and the like become the words that are spoken.
//!
//! English and German are worded here in full. Other languages get what every engine reads by itself: separate digits,
//! plain numbers, ordinal signs and names of months where they are known.

mod calendar;
mod english;
mod german;
mod numbers;

/// How something is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SayAs {
    how: How,
    format: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Characters,
    Digits,
    Cardinal,
    Ordinal,
    Fraction,
    Unit,
    Date,
    Time,
    Telephone,
    Expletive,
    /// As it stands: an address, or a way that is not known.
    AsIs,
}

impl SayAs {
    pub fn new(how: &str, format: Option<&str>) -> Self {
        let how = match how {
            "characters" | "spell-out" => How::Characters,
            "digits" => How::Digits,
            "cardinal" | "number" => How::Cardinal,
            "ordinal" => How::Ordinal,
            "fraction" => How::Fraction,
            "unit" => How::Unit,
            "date" => How::Date,
            "time" => How::Time,
            "telephone" => How::Telephone,
            "expletive" | "bleep" => How::Expletive,
            _ => How::AsIs,
        };
        Self { how, format: format.map(str::to_owned) }
    }
}

/// What is heard.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Words(String),
    /// A tone, in milliseconds.
    Bleep(u32),
}

/// The languages whose words are known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tongue {
    English,
    German,
    Other,
}

impl Tongue {
    fn of(language: &str) -> Self {
        match language.get(..2).map(str::to_ascii_lowercase).as_deref() {
            Some("en") => Self::English,
            Some("de") => Self::German,
            _ => Self::Other,
        }
    }
}

/// Says `text` in this way. What does not have the shape that the way needs is said as it stands.
pub(crate) fn said(way: &SayAs, text: &str, language: &str) -> Said {
    let tongue = Tongue::of(language);
    let words = match way.how {
        How::Expletive => return Said::Bleep((text.chars().count() as u32 * 80).clamp(200, 1_500)),
        How::Characters => Some(characters(text, tongue)),
        How::Digits => Some(digits(text)),
        How::Telephone => Some(telephone(text, tongue)),
        How::Cardinal => numbers::cardinal(text, tongue),
        How::Ordinal => numbers::ordinal(text, tongue, language),
        How::Fraction => numbers::fraction(text, tongue),
        How::Unit => numbers::unit(text, tongue),
        How::Date => calendar::date(text, way.format.as_deref(), tongue, language),
        How::Time => calendar::time(text, tongue),
        How::AsIs => None,
    };
    Said::Words(words.unwrap_or_else(|| text.to_owned()))
}

/// Every character by itself.
fn characters(text: &str, tongue: Tongue) -> String {
    let named = |letter: char| -> String {
        let name = match tongue {
            Tongue::English => english::character(letter),
            Tongue::German => german::character(letter),
            Tongue::Other => None,
        };
        name.map_or_else(|| letter.to_uppercase().collect(), str::to_owned)
    };
    let parts: Vec<String> = text.chars().filter(|letter| !letter.is_whitespace()).map(named).collect();
    parts.join(" ")
}

/// Every digit by itself; what stands between them stays.
fn digits(text: &str) -> String {
    let mut said = String::new();
    let mut after_digit = false;
    for letter in text.chars() {
        if letter.is_ascii_digit() && after_digit {
            said.push(' ');
        }
        after_digit = letter.is_ascii_digit();
        said.push(letter);
    }
    said
}

/// Digits by themselves, with a short rest between the groups.
fn telephone(text: &str, tongue: Tongue) -> String {
    let mut groups: Vec<String> = vec![String::new()];
    for letter in text.chars() {
        let mut part = |part: &str| {
            let group = groups.last_mut().expect("at least one");
            if !group.is_empty() {
                group.push(' ');
            }
            group.push_str(part);
        };
        match (letter, tongue) {
            ('0'..='9', _) => part(letter.encode_utf8(&mut [0; 4])),
            ('+', Tongue::English | Tongue::German) => part("plus"),
            ('*', Tongue::English) => part("star"),
            ('*', Tongue::German) => part("Stern"),
            ('#', Tongue::English) => part("pound"),
            ('#', Tongue::German) => part("Raute"),
            ('x' | 'X', Tongue::English) => {
                groups.push("extension".to_owned());
            }
            (letter, _) if letter.is_alphabetic() => part(letter.to_uppercase().to_string().as_str()),
            _ => groups.push(String::new()),
        }
    }
    groups.retain(|group| !group.is_empty());
    groups.join(", ")
}
