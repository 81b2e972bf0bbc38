//! Stretches of time, as `PT2H30M`.

use regex::Regex;

use super::{Found, first_and_longest, found, pattern};
use crate::language::Language;
use crate::text::Folded;

/// Names of the units from years to seconds, as alternatives of an expression.
const UNITS: [(Language, [&str; 7]); 5] = [
    (
        Language::English,
        ["years?", "months?", "weeks?", "days?", "hours?|hrs?", "minutes?|mins?", "seconds?|secs?"],
    ),
    (Language::Spanish, ["anos?", "meses|mes", "semanas?", "dias?", "horas?", "minutos?", "segundos?"]),
    (Language::Portuguese, ["anos?", "meses|mes", "semanas?", "dias?", "horas?", "minutos?", "segundos?"]),
    (Language::Japanese, ["年間?", "[かヶケヵ]月間?", "週間", "日間?", "時間", "分間?", "秒間?"]),
    (Language::Korean, ["년", "개월|달", "주일?", "일", "시간", "분", "초"]),
];
const LETTERS: [char; 7] = ['Y', 'M', 'W', 'D', 'H', 'M', 'S'];

/// Finds durations of one language.
#[derive(Clone, Debug)]
pub(super) struct Durations {
    whole: Option<Regex>,
    part: Option<Regex>,
    units: Vec<Regex>,
}

impl Durations {
    pub(super) fn new(language: Language) -> Self {
        let Some((_, units)) = UNITS.iter().find(|(other, _)| *other == language) else {
            return Self { whole: None, part: None, units: Vec::new() };
        };
        let any = units.join("|");
        let (spaced, one, half, join) = match language {
            Language::English => (true, "an|a", "half an? |half ", r"(?:,? and |,? )"),
            Language::Spanish => (true, "una|un", "media |medio ", r"(?:,? y |,? )"),
            Language::Portuguese => (true, "uma|um", "meia |meio ", r"(?:,? e |,? )"),
            _ => (false, r"\d+", "半|반", r"\s*"),
        };
        let edge = if spaced { r"\b" } else { "" };
        let tail = match language {
            Language::English => " and a half",
            Language::Spanish => " y media?o?",
            Language::Portuguese => " e meia?o?",
            Language::Japanese => "半",
            Language::Korean => r"\s*반",
            Language::Other => "",
        };
        let part = format!(
            r"{edge}(?:(?P<n>\d+(?:[.,]\d+)?)|(?P<one>{one})|(?P<half>{half}))\s*(?P<unit>{any}){edge}(?P<tail>{tail})?"
        );
        let unnamed = part
            .replace("?P<n>", "")
            .replace("?P<one>", "")
            .replace("?P<half>", "")
            .replace("?P<unit>", "")
            .replace("?P<tail>", "");
        Self {
            whole: Some(pattern(&format!("{unnamed}(?:{join}{unnamed})*"))),
            part: Some(pattern(&part)),
            units: units.iter().map(|unit| pattern(&format!("^(?:{unit})$"))).collect(),
        }
    }

    pub(super) fn find_all(&self, text: &Folded) -> Vec<Found> {
        let (Some(whole), Some(part)) = (&self.whole, &self.part) else { return Vec::new() };
        let spans = whole.find_iter(&text.folded);
        first_and_longest(
            spans
                .filter_map(|span| Some(found(text, span.range(), self.value(part, span.as_str())?)))
                .collect(),
        )
    }

    fn value(&self, part: &Regex, text: &str) -> Option<String> {
        let mut amounts = [0.0f64; 7];
        for captures in part.captures_iter(text) {
            let unit = captures.name("unit")?.as_str();
            let unit = self.units.iter().position(|pattern| pattern.is_match(unit))?;
            let count = match captures.name("n") {
                Some(count) => count.as_str().replace(',', ".").parse().ok()?,
                None if captures.name("half").is_some() => 0.5,
                None => 1.0,
            };
            amounts[unit] +=
                count + if captures.name("tail").is_some_and(|tail| !tail.is_empty()) { 0.5 } else { 0.0 };
        }
        // A half is told in the next smaller unit.
        for (unit, smaller) in [(0, 12.0), (2, 7.0), (3, 24.0), (4, 60.0), (5, 60.0)] {
            let below = [1, 0, 3, 4, 5, 6][unit];
            let fraction = amounts[unit].fract();
            if fraction > 0.0 {
                amounts[unit] -= fraction;
                amounts[below] += (fraction * smaller).round();
            }
        }
        let put = |units: std::ops::Range<usize>| -> String {
            units
                .filter(|unit| amounts[*unit] > 0.0)
                .map(|unit| format!("{}{}", amounts[unit], LETTERS[unit]))
                .collect()
        };
        let (date, time) = (put(0..4), put(4..7));
        match (date.is_empty(), time.is_empty()) {
            (true, true) => None,
            (_, true) => Some(format!("P{date}")),
            (_, false) => Some(format!("P{date}T{time}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_durations() {
        use Language::*;
        for (language, text, expected) in [
            (English, "for 2 hours and 30 minutes", "PT2H30M"),
            (English, "half an hour", "PT30M"),
            (English, "an hour and a half", "PT1H30M"),
            (English, "three weeks", "P3W"),
            (English, "1.5 days", "P1DT12H"),
            (English, "the days are long", ""),
            (Spanish, "dos horas y media", "PT2H30M"),
            (Spanish, "una semana", "P1W"),
            (Portuguese, "três dias", "P3D"),
            (Japanese, "2時間30分", "PT2H30M"),
            (Japanese, "3日間", "P3D"),
            (Korean, "두 시간 반", "PT2H30M"),
            (Korean, "3개월", "P3M"),
            (Other, "2 Stunden", ""),
        ] {
            let text_ = super::super::number::with_digits(&Folded::new(text), language);
            let found = Durations::new(language).find_all(&text_);
            assert_eq!(found.first().map_or("", |one| &one.value), expected, "{text}");
        }
    }
}
