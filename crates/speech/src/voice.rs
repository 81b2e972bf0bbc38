//! The published voices, what they stand for, and which writing they can speak.

use serde::Serialize;

/// How a voice sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Gender {
    /// A woman's or girl's.
    Female,
    /// A man's or boy's.
    Male,
}

/// A voice by its published name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Voice {
    /// Its name, such as `Joanna`.
    pub name: &'static str,
    /// Its language and region, such as `en-US`.
    pub language: &'static str,
    /// How it sounds.
    pub gender: Gender,
}

/// A name that no voice has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no voice '{name}'; the nearest name is '{nearest}'")]
pub struct UnknownVoice {
    /// What was asked for.
    pub name: String,
    /// The voice whose name is most like it.
    pub nearest: &'static str,
}

impl Voice {
    /// The voice that speaks where none was chosen.
    pub const DEFAULT: &'static str = "Joanna";

    /// All voices, by language and name.
    pub fn all() -> impl Iterator<Item = Voice> {
        TABLE.iter().flat_map(|(language, women, men)| {
            let of = |names: &'static str, gender| {
                names.split_whitespace().map(move |name| Voice { name, language, gender })
            };
            of(women, Gender::Female).chain(of(men, Gender::Male))
        })
    }

    /// The voice of this name, however its letters are cased.
    pub fn find(name: &str) -> Result<Voice, UnknownVoice> {
        let asked = name.trim();
        if let Some(voice) = Self::all().find(|voice| voice.name.eq_ignore_ascii_case(asked)) {
            return Ok(voice);
        }
        let asked: String = asked.chars().take(40).collect();
        let nearest = Self::all().min_by_key(|voice| distance(&asked, voice.name)).map(|voice| voice.name);
        Err(UnknownVoice { nearest: nearest.unwrap_or(Self::DEFAULT), name: asked })
    }

    /// Its place among the voices of its language and gender: voices of one language sound differently.
    pub(crate) fn number(&self) -> usize {
        Self::all()
            .filter(|voice| voice.language == self.language && voice.gender == self.gender)
            .position(|voice| voice.name == self.name)
            .unwrap_or_default()
    }
}

/// Language, women, men.
const TABLE: &[(&str, &str, &str)] = &[
    ("arb", "Zeina", ""),
    ("ar-AE", "Hala", "Zayd"),
    ("ca-ES", "Arlet", ""),
    ("cmn-CN", "Zhiyu", ""),
    ("cs-CZ", "Jitka", ""),
    ("cy-GB", "Gwyneth", ""),
    ("da-DK", "Naja Sofie", "Mads"),
    ("de-AT", "Hannah", ""),
    ("de-CH", "Sabrina", ""),
    ("de-DE", "Marlene Vicki", "Hans Daniel"),
    ("en-AU", "Nicole Olivia", "Russell"),
    ("en-GB", "Amy Emma", "Brian Arthur"),
    ("en-GB-WLS", "", "Geraint"),
    ("en-IE", "Niamh", ""),
    ("en-IN", "Aditi Raveena Kajal", ""),
    ("en-NZ", "Aria", ""),
    ("en-SG", "Jasmine", ""),
    (
        "en-US",
        "Joanna Danielle Ivy Kendra Kimberly Salli Ruth",
        "Matthew Gregory Joey Justin Kevin Stephen Patrick",
    ),
    ("en-ZA", "Ayanda", ""),
    ("es-ES", "Conchita Lucia Alba", "Enrique Sergio Raul"),
    ("es-MX", "Mia", "Andres"),
    ("es-US", "Lupe Penelope", "Miguel Pedro"),
    ("fi-FI", "Suvi", ""),
    ("fr-BE", "Isabelle", ""),
    ("fr-CA", "Chantal Gabrielle", "Liam"),
    ("fr-FR", "Celine Lea", "Mathieu Remi"),
    ("is-IS", "Dora", "Karl"),
    ("it-IT", "Carla Bianca", "Giorgio Adriano"),
    ("ja-JP", "Mizuki Kazuha Tomoko", "Takumi"),
    ("ko-KR", "Seoyeon Jihye", ""),
    ("nb-NO", "Liv Ida", ""),
    ("nl-BE", "Lisa", ""),
    ("nl-NL", "Lotte Laura", "Ruben"),
    ("pl-PL", "Ewa Maja Ola", "Jacek Jan"),
    ("pt-BR", "Camila Vitoria", "Ricardo Thiago"),
    ("pt-PT", "Ines", "Cristiano"),
    ("ro-RO", "Carmen", ""),
    ("ru-RU", "Tatyana", "Maxim"),
    ("sv-SE", "Astrid Elin", ""),
    ("tr-TR", "Filiz Burcu", ""),
    ("yue-CN", "Hiujin", ""),
];

/// How many letters must be added, left out or replaced to make one name of the other.
fn distance(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=one.len()).collect();
    for (index, letter) in other.to_lowercase().chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for place in 0..one.len() {
            let replaced = diagonal + usize::from(one[place] != letter);
            diagonal = row[place + 1];
            row[place + 1] = replaced.min(row[place] + 1).min(diagonal + 1);
        }
    }
    row[one.len()]
}

/// The text without the letters that a voice of this language has no sounds for; the rest is still spoken.
pub(crate) fn speakable(language: &str, text: &str) -> String {
    let own = native(language);
    text.chars()
        .map(|letter| match script(letter) {
            Some(script) if script != Script::Latin && script != own => ' ',
            _ => letter,
        })
        .collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    Hebrew,
    Arabic,
    Devanagari,
    Thai,
    Hangul,
    /// Chinese characters and kana: who reads one is given both.
    Han,
}

/// Which writing a letter belongs to; none = signs and digits, which everybody reads.
fn script(letter: char) -> Option<Script> {
    Some(match u32::from(letter) {
        0x370..=0x3FF | 0x1F00..=0x1FFF => Script::Greek,
        0x400..=0x52F => Script::Cyrillic,
        0x590..=0x5FF => Script::Hebrew,
        0x600..=0x77F | 0xFB50..=0xFDFF | 0xFE70..=0xFEFF => Script::Arabic,
        0x900..=0x97F => Script::Devanagari,
        0xE00..=0xE7F => Script::Thai,
        0x1100..=0x11FF | 0x3130..=0x318F | 0xAC00..=0xD7AF => Script::Hangul,
        0x3040..=0x30FF
        | 0x31F0..=0x31FF
        | 0x3400..=0x4DBF
        | 0x4E00..=0x9FFF
        | 0xF900..=0xFAFF
        | 0x20000..=0x2FA1F => Script::Han,
        _ if letter.is_alphabetic() => Script::Latin,
        _ => return None,
    })
}

fn native(language: &str) -> Script {
    match language.split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "el" => Script::Greek,
        "ru" | "uk" | "bg" | "sr" | "mk" | "be" | "kk" => Script::Cyrillic,
        "he" => Script::Hebrew,
        "ar" | "arb" | "fa" | "ur" => Script::Arabic,
        "hi" | "mr" | "ne" => Script::Devanagari,
        "th" => Script::Thai,
        "ko" => Script::Hangul,
        "ja" | "cmn" | "zh" | "yue" => Script::Han,
        _ => Script::Latin,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        let mut names: Vec<_> = Voice::all().map(|voice| voice.name).collect();
        assert!(names.len() > 90);
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Voice::all().count());
        for (name, language, gender) in [
            ("Joanna", "en-US", Gender::Female),
            ("matthew", "en-US", Gender::Male),
            ("Lupe", "es-US", Gender::Female),
            ("Mizuki", "ja-JP", Gender::Female),
            ("Takumi", "ja-JP", Gender::Male),
            ("Seoyeon", "ko-KR", Gender::Female),
            ("Camila", "pt-BR", Gender::Female),
            ("Vicki", "de-DE", Gender::Female),
            ("Geraint", "en-GB-WLS", Gender::Male),
        ] {
            let voice = Voice::find(name).expect("a published voice");
            assert_eq!((voice.language, voice.gender), (language, gender), "{name}");
        }
    }

    #[test]
    fn an_unknown_name_names_the_nearest() {
        for (name, nearest) in
            [("Johanna", "Joanna"), ("Camilla", "Camila"), ("Zhi yu", "Zhiyu"), ("Bryan", "Brian")]
        {
            assert_eq!(Voice::find(name).expect_err("no voice").nearest, nearest);
        }
    }

    #[test]
    fn voices_of_a_language_are_told_apart() {
        let number = |name: &str| Voice::find(name).expect("a voice").number();
        assert_eq!((number("Joanna"), number("Danielle"), number("Matthew")), (0, 1, 0));
    }

    #[test]
    fn only_writing_that_a_voice_reads_is_spoken() {
        assert_eq!(speakable("en-US", "Call 5, größe €7 日本!"), "Call 5, größe €7   !");
        assert_eq!(speakable("ja-JP", "OK 日本 カナ Привет").trim_end(), "OK 日本 カナ");
        assert_eq!(speakable("ru-RU", "Привет, hi"), "Привет, hi");
        assert_eq!(speakable("arb", "مرحبا한"), "مرحبا ");
    }
}
