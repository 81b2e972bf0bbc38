//! Times of day, as `15:30`.

use regex::{Captures, Regex};

use super::{Found, first_and_longest, found, pattern};
use crate::language::Language;
use crate::text::Folded;

/// Finds times of one language.
///
/// An hour without a part of the day is read on the 24-hour clock when its minutes are written (`3:30`); a bare hour
/// from one to six (`at 3`) is in the afternoon, as that is when people make appointments.
#[derive(Clone, Debug)]
pub(super) struct Times {
    patterns: Vec<Regex>,
    named: Vec<(Regex, &'static str)>,
    bare: Option<Regex>,
}

/// Words that move an hour to the afternoon, and those that keep it in the morning.
const PM: &str = r"p\.?\s?m\.?|in the afternoon|in the evening|at night|tonight|de la tarde|de la noche|da tarde|da noite|午後|夜|夕方|오후|저녁|밤";
const AM: &str =
    r"a\.?\s?m\.?|in the morning|de la manana|de la madrugada|da manha|da madrugada|午前|朝|오전|아침|새벽";

impl Times {
    pub(super) fn new(language: Language) -> Self {
        let hour = r"(?P<h>\d{1,2})";
        let day = format!(r"(?:\s*(?P<pm>{PM})|\s*(?P<am>{AM}))");
        let clock = format!(r"\b{hour}[:.h](?P<m>\d{{2}})\b{day}?");
        let (patterns, named, bare): (Vec<String>, Vec<(&str, &str)>, Option<String>) = match language {
            Language::English => (
                vec![
                    clock,
                    format!(r"\b{hour}{day}(?:\b|$)"),
                    format!(
                        r"\b(?:(?P<half>half)|(?P<quarter>quarter)|(?P<m>\d{{1,2}})) (?:past|(?P<to>to)) {hour}\b{day}?"
                    ),
                    format!(r"\b{hour} ?o'?clock\b{day}?"),
                    format!(r"\bat {hour}\b"),
                ],
                vec![(r"\bnoon\b|\bmidday\b", "12:00"), (r"\bmidnight\b", "00:00")],
                Some(format!(r"^\D*{hour}\D*$")),
            ),
            Language::Spanish => (
                vec![
                    format!(
                        r"\ba las? (?:{hour}|(?P<one>una))\b(?:[:.](?P<m>\d{{2}})| y (?:(?P<half>media)|(?P<quarter>cuarto)|(?P<m2>\d{{1,2}}))| menos (?:(?P<qto>cuarto)|(?P<mto>\d{{1,2}})))?{day}?"
                    ),
                    clock,
                    format!(r"\b{hour}{day}(?:\b|$)"),
                ],
                vec![(r"\bmediodia\b", "12:00"), (r"\bmedianoche\b", "00:00")],
                Some(format!(r"^\D*{hour}\D*$")),
            ),
            Language::Portuguese => (
                vec![
                    format!(
                        r"\b(?:as?|ao?) (?:{hour}|(?P<one>uma))\b(?: horas?)?(?:[:h](?P<m>\d{{2}})| e (?:(?P<half>meia)|(?P<m2>\d{{1,2}})))?{day}?"
                    ),
                    clock,
                    format!(r"\b{hour}\s?h(?:oras?)?\b{day}?"),
                    format!(r"\b{hour}{day}(?:\b|$)"),
                ],
                vec![(r"\bmeio[ -]dia\b", "12:00"), (r"\bmeia[ -]noite\b", "00:00")],
                Some(format!(r"^\D*{hour}\D*$")),
            ),
            Language::Japanese => (
                vec![
                    format!(
                        r"(?:(?P<pm>{PM})|(?P<am>{AM}))?の?\s*{hour}時(?:(?P<half>半)|(?P<m>\d{{1,2}})分)?"
                    ),
                    format!(r"(?:(?P<pm>{PM})|(?P<am>{AM}))?\s*{hour}[::](?P<m>\d{{2}})"),
                ],
                vec![("正午", "12:00"), ("真夜中", "00:00")],
                None,
            ),
            Language::Korean => (
                vec![
                    format!(
                        r"(?:(?P<pm>{PM})|(?P<am>{AM}))?\s*{hour}\s*시(?:\s*(?P<half>반)|\s*(?P<m>\d{{1,2}})분)?"
                    ),
                    format!(r"(?:(?P<pm>{PM})|(?P<am>{AM}))?\s*{hour}:(?P<m>\d{{2}})"),
                ],
                vec![("정오", "12:00"), ("자정", "00:00")],
                None,
            ),
            Language::Other => (vec![clock], Vec::new(), None),
        };
        Self {
            patterns: patterns.iter().map(|text| pattern(text)).collect(),
            named: named.into_iter().map(|(text, value)| (pattern(text), value)).collect(),
            bare: bare.map(|text| pattern(&text)),
        }
    }

    /// All times of a text; in an answer a bare number is an hour.
    pub(super) fn find_all(&self, text: &Folded, answer: bool) -> Vec<Found> {
        let mut all = Vec::new();
        for pattern in &self.patterns {
            for captures in pattern.captures_iter(&text.folded) {
                let range = captures.get(0).expect("the whole match").range();
                // A duration has an hour too.
                if text.folded[range.end..].starts_with('間') || text.folded[range.end..].starts_with("간")
                {
                    continue;
                }
                all.extend(clock(&captures).map(|value| found(text, range, value)));
            }
        }
        for (pattern, value) in &self.named {
            all.extend(
                pattern.find_iter(&text.folded).map(|span| found(text, span.range(), (*value).to_owned())),
            );
        }
        if answer
            && all.is_empty()
            && let Some(captures) = self.bare.as_ref().and_then(|bare| bare.captures(&text.folded))
        {
            let range = captures.name("h").expect("a bare hour").range();
            all.extend(clock(&captures).map(|value| found(text, range, value)));
        }
        first_and_longest(all)
    }
}

fn clock(captures: &Captures<'_>) -> Option<String> {
    let number = |name: &str| captures.name(name).and_then(|part| part.as_str().parse::<i32>().ok());
    let has = |name: &str| captures.name(name).is_some();
    let mut hour = number("h").or(has("one").then_some(1))?;
    let mut minute = number("m").or(number("m2")).unwrap_or(0);
    if has("half") {
        minute = 30;
    } else if has("quarter") {
        minute = 15;
    }
    let before = number("mto").or(has("qto").then_some(15)).or(has("to").then_some(minute)).unwrap_or(0);
    if minute > 59 || hour > 24 {
        return None;
    }
    if has("pm") && hour < 12 {
        hour += 12;
    } else if has("am") && hour == 12 {
        hour = 0;
    } else if !has("pm") && !has("am") && !has("m") && (1..=6).contains(&hour) {
        hour += 12;
    }
    let mut total = hour * 60 + if has("to") { 0 } else { minute } - before;
    total = total.rem_euclid(24 * 60);
    Some(format!("{:02}:{:02}", total / 60, total % 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_times() {
        use Language::*;
        for (language, text, expected) in [
            (English, "at 3pm", "15:00"),
            (English, "3:30 p.m.", "15:30"),
            (English, "12 am", "00:00"),
            (English, "14:05", "14:05"),
            (English, "half past 3", "15:30"),
            (English, "quarter to nine", "08:45"),
            (English, "ten past 8 in the evening", "20:10"),
            (English, "nine o'clock", "09:00"),
            (English, "at 3", "15:00"),
            (English, "noon", "12:00"),
            (English, "25:00", ""),
            (English, "3:99", ""),
            (Spanish, "a las tres y media de la tarde", "15:30"),
            (Spanish, "a las ocho menos cuarto", "07:45"),
            (Spanish, "al mediodía", "12:00"),
            (Portuguese, "às 15h30", "15:30"),
            (Portuguese, "às três da tarde", "15:00"),
            (Japanese, "午後3時半に", "15:30"),
            (Japanese, "十時", "10:00"),
            (Japanese, "3時間", ""),
            (Korean, "오후 세 시 반", "15:30"),
            (Korean, "오전 10시 15분", "10:15"),
            (Other, "um 17:45 Uhr", "17:45"),
        ] {
            let text_ = super::super::number::with_digits(&Folded::new(text), language);
            let found = Times::new(language).find_all(&text_, false);
            assert_eq!(found.first().map_or("", |one| &one.value), expected, "{text}");
        }
    }
}
