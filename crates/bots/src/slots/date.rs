//! Days, as `2026-11-20`; weeks and months as `2026-W48` and `2026-12`.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use regex::{Captures, Regex};

use super::{Found, Moment, first_and_longest, found, pattern};
use crate::language::Language;
use crate::text::Folded;

/// Finds days of one language. What may be past or to come is to come.
#[derive(Clone, Debug)]
pub(super) struct Dates {
    patterns: Vec<Regex>,
    /// Expressions and the number of days from today.
    relative: Vec<(Regex, i32)>,
    weekdays: Vec<Regex>,
    months: Vec<Regex>,
    periods: Vec<(Regex, Period)>,
    month_first: bool,
}

#[derive(Clone, Copy, Debug)]
enum Period {
    Week(i32),
    Month(i32),
    Weekend,
}

struct Words {
    /// January to December, as alternatives.
    months: [&'static str; 12],
    /// Monday to Sunday.
    weekdays: [&'static str; 7],
    relative: &'static [(&'static str, i32)],
    /// This week, next week, this month, next month, the weekend.
    periods: [&'static str; 5],
}

const ENGLISH: Words = Words {
    months: [
        "january|jan",
        "february|feb",
        "march|mar",
        "april|apr",
        "may",
        "june|jun",
        "july|jul",
        "august|aug",
        "september|sept|sep",
        "october|oct",
        "november|nov",
        "december|dec",
    ],
    weekdays: [
        r"\b(?:monday|mon)\b",
        r"\b(?:tuesday|tues?)\b",
        r"\b(?:wednesday|wed)\b",
        r"\b(?:thursday|thurs?)\b",
        r"\b(?:friday|fri)\b",
        r"\b(?:saturday|sat)\b",
        r"\b(?:sunday|sun)\b",
    ],
    relative: &[
        (r"\bday after tomorrow\b", 2),
        (r"\btomorrow\b|\btmrw\b|\btomorow\b", 1),
        (r"\btoday\b|\btonight\b", 0),
        (r"\bday before yesterday\b", -2),
        (r"\byesterday\b", -1),
    ],
    periods: [
        r"\bthis week\b",
        r"\bnext week\b",
        r"\bthis month\b",
        r"\bnext month\b",
        r"\b(?:this |the )?weekend\b",
    ],
};
const SPANISH: Words = Words {
    months: [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre|setiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    weekdays: [
        r"\blunes\b",
        r"\bmartes\b",
        r"\bmiercoles\b",
        r"\bjueves\b",
        r"\bviernes\b",
        r"\bsabado\b",
        r"\bdomingo\b",
    ],
    // "Por la mañana" is the morning.
    relative: &[
        (r"\bpasado manana\b", 2),
        (r"(?:^|[^a] )manana\b", 1),
        (r"\bhoy\b", 0),
        (r"\banteayer\b|\bantes de ayer\b", -2),
        (r"\bayer\b", -1),
    ],
    periods: [
        r"\besta semana\b",
        r"\bproxima semana\b|\bsemana que viene\b",
        r"\beste mes\b",
        r"\bproximo mes\b|\bmes que viene\b",
        r"\bfin de semana\b",
    ],
};
const PORTUGUESE: Words = Words {
    months: [
        "janeiro",
        "fevereiro",
        "marco",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ],
    weekdays: [
        r"\bsegunda(?:-feira| feira)?\b",
        r"\bterca(?:-feira| feira)?\b",
        r"\bquarta(?:-feira| feira)?\b",
        r"\bquinta(?:-feira| feira)?\b",
        r"\bsexta(?:-feira| feira)?\b",
        r"\bsabado\b",
        r"\bdomingo\b",
    ],
    relative: &[
        (r"\bdepois de amanha\b", 2),
        (r"\bamanha\b", 1),
        (r"\bhoje\b", 0),
        (r"\banteontem\b", -2),
        (r"\bontem\b", -1),
    ],
    periods: [
        r"\b(?:esta|essa) semana\b",
        r"\bproxima semana\b|\bsemana que vem\b",
        r"\beste mes\b",
        r"\bproximo mes\b|\bmes que vem\b",
        r"\bfim de semana\b",
    ],
};
const JAPANESE: Words = Words {
    months: [""; 12],
    weekdays: ["月曜日?", "火曜日?", "水曜日?", "木曜日?", "金曜日?", "土曜日?", "日曜日?"],
    relative: &[
        ("明後日|あさって", 2),
        ("明日|あした|あす", 1),
        ("今日|きょう|本日", 0),
        ("一昨日|おととい", -2),
        ("昨日|きのう", -1),
    ],
    periods: ["今週", "来週", "今月", "来月", "週末"],
};
const KOREAN: Words = Words {
    months: [""; 12],
    weekdays: ["월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일"],
    relative: &[("모레", 2), ("내일", 1), ("오늘", 0), ("그저께|그제", -2), ("어제", -1)],
    periods: [r"이번\s?주", r"다음\s?주", r"이번\s?달", r"다음\s?달", "주말"],
};

impl Dates {
    pub(super) fn new(language: Language, month_first: bool) -> Self {
        let words = match language {
            Language::English => Some(ENGLISH),
            Language::Spanish => Some(SPANISH),
            Language::Portuguese => Some(PORTUGUESE),
            Language::Japanese => Some(JAPANESE),
            Language::Korean => Some(KOREAN),
            Language::Other => None,
        };
        let mut patterns = vec![
            r"\b(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})\b".to_owned(),
            r"\b(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<y>\d{4}|\d{2})\b".to_owned(),
            r"\b(?P<a>\d{1,2})/(?P<b>\d{1,2})\b".to_owned(),
        ];
        let names = words.as_ref().map(|words| words.months.join("|")).unwrap_or_default();
        patterns.extend(match language {
            Language::English => vec![
                format!(
                    r"\b(?P<n>{names})\.? (?:the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<y>\d{{4}}))?"
                ),
                format!(r"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<n>{names})\b(?:,? (?P<y>\d{{4}}))?"),
                r"\bthe (?P<d>\d{1,2})(?:st|nd|rd|th)\b".to_owned(),
                r"\bin (?P<days>\d{1,3}) days?\b|\b(?P<days2>\d{1,3}) days? from now\b".to_owned(),
                r"\bin (?P<weeks>\d{1,2}) weeks?\b|\b(?P<weeks2>\d{1,2}) weeks? from now\b".to_owned(),
            ],
            Language::Spanish => vec![
                format!(r"\b(?P<d>\d{{1,2}})[oº]? (?:de )?(?P<n>{names})\b(?: (?:de |del )?(?P<y>\d{{4}}))?"),
                r"\b(?:en|dentro de) (?P<days>\d{1,3}) dias?\b".to_owned(),
                r"\b(?:en|dentro de) (?P<weeks>\d{1,2}) semanas?\b".to_owned(),
                r"\bel dia (?P<d>\d{1,2})\b".to_owned(),
            ],
            Language::Portuguese => vec![
                format!(r"\b(?P<d>\d{{1,2}})[oº]? (?:de )?(?P<n>{names})\b(?: (?:de )?(?P<y>\d{{4}}))?"),
                r"\b(?:em|daqui a) (?P<days>\d{1,3}) dias?\b".to_owned(),
                r"\b(?:em|daqui a) (?P<weeks>\d{1,2}) semanas?\b".to_owned(),
                r"\bdia (?P<d>\d{1,2})\b".to_owned(),
            ],
            Language::Japanese => vec![
                r"(?:(?P<y>\d{4})年)?(?P<m>\d{1,2})月(?P<d>\d{1,2})日".to_owned(),
                r"(?P<days>\d{1,3})日後".to_owned(),
                r"(?P<weeks>\d{1,2})週間後".to_owned(),
            ],
            Language::Korean => vec![
                r"(?:(?P<y>\d{4})년\s*)?(?P<m>\d{1,2})월\s*(?P<d>\d{1,2})일".to_owned(),
                r"(?P<days>\d{1,3})일\s*(?:후|뒤)".to_owned(),
                r"(?P<weeks>\d{1,2})주\s*(?:후|뒤)".to_owned(),
            ],
            Language::Other => Vec::new(),
        });
        let dense = matches!(language, Language::Japanese | Language::Korean);
        let months = words
            .as_ref()
            .filter(|_| !dense)
            .map(|words| words.months.iter().map(|names| pattern(&format!("^(?:{names})$"))).collect());
        let periods = [Period::Week(0), Period::Week(1), Period::Month(0), Period::Month(1), Period::Weekend];
        Self {
            patterns: patterns.iter().map(|text| pattern(text)).collect(),
            relative: words.as_ref().map_or(Vec::new(), |words| {
                words.relative.iter().map(|(text, days)| (pattern(text), *days)).collect()
            }),
            weekdays: words
                .as_ref()
                .map_or(Vec::new(), |words| words.weekdays.iter().map(|text| pattern(text)).collect()),
            months: months.unwrap_or_default(),
            periods: words.as_ref().map_or(Vec::new(), |words| {
                words.periods.iter().zip(periods).map(|(text, period)| (pattern(text), period)).collect()
            }),
            month_first,
        }
    }

    pub(super) fn find_all(&self, text: &Folded, moment: &Moment) -> Vec<Found> {
        let today = moment.date();
        let mut all = Vec::new();
        for pattern in &self.patterns {
            for captures in pattern.captures_iter(&text.folded) {
                let range = captures.get(0).expect("the whole match").range();
                all.extend(self.day(&captures, today).map(|day| found(text, range, day.to_string())));
            }
        }
        for (pattern, days) in &self.relative {
            for span in pattern.find_iter(&text.folded) {
                all.extend(
                    today.checked_add(days.days()).ok().map(|day| found(text, span.range(), day.to_string())),
                );
            }
        }
        for (index, pattern) in self.weekdays.iter().enumerate() {
            let weekday = Weekday::from_monday_zero_offset(index as i8).expect("seven of them");
            for span in pattern.find_iter(&text.folded) {
                all.extend(
                    today.nth_weekday(1, weekday).ok().map(|day| found(text, span.range(), day.to_string())),
                );
            }
        }
        for (pattern, period) in &self.periods {
            for span in pattern.find_iter(&text.folded) {
                all.extend(period_of(*period, today).map(|value| found(text, span.range(), value)));
            }
        }
        first_and_longest(all)
    }

    fn day(&self, captures: &Captures<'_>, today: Date) -> Option<Date> {
        let number = |name: &str| captures.name(name).and_then(|part| part.as_str().parse::<i16>().ok());
        if let Some(days) = number("days").or(number("days2")) {
            return today.checked_add(i64::from(days).days()).ok();
        }
        if let Some(weeks) = number("weeks").or(number("weeks2")) {
            return today.checked_add(i64::from(weeks).weeks()).ok();
        }
        let year = number("y").map(|year| if year < 100 { 2000 + year } else { year });
        let (month, day) = match (number("a"), number("b")) {
            (Some(month), Some(day)) if self.month_first && month <= 12 => (month, day),
            // A month above twelve can only be the day.
            (Some(day), Some(month)) if month <= 12 => (month, day),
            (Some(month), Some(day)) => (month, day),
            _ => {
                let day = number("d")?;
                let named = captures
                    .name("n")
                    .and_then(|name| self.months.iter().position(|pattern| pattern.is_match(name.as_str())));
                match named.map(|index| index as i16 + 1).or(number("m")) {
                    Some(month) => (month, day),
                    None => return next_day_of_month(day, today),
                }
            }
        };
        let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        match year {
            Some(year) => Date::new(year, month, day).ok(),
            // Five years hold a 29th of February in any case but one of two centuries.
            None => (0..=8)
                .filter_map(|ahead| Date::new(today.year() + ahead, month, day).ok())
                .find(|date| *date >= today),
        }
    }
}

fn next_day_of_month(day: i16, today: Date) -> Option<Date> {
    let day = i8::try_from(day).ok()?;
    let first = today.first_of_month();
    (0..12i64)
        .filter_map(|ahead| {
            let month = first.checked_add(ahead.months()).ok()?;
            Date::new(month.year(), month.month(), day).ok()
        })
        .find(|date| *date >= today)
}

fn period_of(period: Period, today: Date) -> Option<String> {
    Some(match period {
        Period::Week(ahead) => {
            let week = today.checked_add(ahead.weeks()).ok()?.iso_week_date();
            format!("{}-W{:02}", week.year(), week.week())
        }
        Period::Month(ahead) => {
            let month = today.first_of_month().checked_add(ahead.months()).ok()?;
            format!("{}-{:02}", month.year(), month.month())
        }
        Period::Weekend => {
            let week = today.iso_week_date();
            format!("{}-W{:02}-WE", week.year(), week.week())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_days() {
        use Language::*;
        // Friday, 20 November 2026, noon.
        let now = Moment::utc(1_795_176_000_000);
        for (language, us, text, expected) in [
            (English, true, "tomorrow please", "2026-11-21"),
            (English, true, "the day after tomorrow", "2026-11-22"),
            (English, true, "March 5th", "2027-03-05"),
            (English, true, "5 March 2028", "2028-03-05"),
            (English, true, "12/24", "2026-12-24"),
            (English, false, "24/12/26", "2026-12-24"),
            (English, true, "24/12", "2026-12-24"),
            (English, true, "2027-01-31", "2027-01-31"),
            (English, true, "2027-02-31", ""),
            (English, true, "on Monday", "2026-11-23"),
            (English, true, "next friday", "2026-11-27"),
            (English, true, "in three days", "2026-11-23"),
            (English, true, "in 2 weeks", "2026-12-04"),
            (English, true, "the 3rd", "2026-12-03"),
            (English, true, "next week", "2026-W48"),
            (English, true, "next month", "2026-12"),
            (English, true, "29 February", "2028-02-29"),
            (English, true, "I may come", ""),
            (Spanish, false, "mañana", "2026-11-21"),
            (Spanish, false, "por la mañana", ""),
            (Spanish, false, "pasado mañana", "2026-11-22"),
            (Spanish, false, "el 5 de mayo", "2027-05-05"),
            (Spanish, false, "3/4/2027", "2027-04-03"),
            (Spanish, false, "el miércoles", "2026-11-25"),
            (Portuguese, false, "depois de amanhã", "2026-11-22"),
            (Portuguese, false, "10 de março", "2027-03-10"),
            (Portuguese, false, "na sexta-feira", "2026-11-27"),
            (Japanese, false, "明日お願いします", "2026-11-21"),
            (Japanese, false, "十二月二十四日", "2026-12-24"),
            (Japanese, false, "来週", "2026-W48"),
            (Korean, false, "내일이요", "2026-11-21"),
            (Korean, false, "12월 24일", "2026-12-24"),
            (Korean, false, "월요일에", "2026-11-23"),
            (Other, false, "2026-12-01", "2026-12-01"),
            (English, true, "in 999 days", "2029-08-15"),
        ] {
            let text_ = super::super::number::with_digits(&Folded::new(text), language);
            let found = Dates::new(language, us).find_all(&text_, &now);
            assert_eq!(found.first().map_or("", |one| &one.value), expected, "{text}");
        }
    }

    #[test]
    fn the_day_is_that_of_the_zone() {
        let late = 1_795_217_400_000; // 23:30 in UTC
        let dates = Dates::new(Language::English, true);
        let today = |moment: Moment| dates.find_all(&Folded::new("today"), &moment)[0].value.clone();
        assert_eq!(today(Moment::utc(late)), "2026-11-20");
        assert_eq!(today(Moment::new(late, Some("Asia/Tokyo"))), "2026-11-21");
        assert_eq!(today(Moment::new(late, Some("No/Where"))), "2026-11-20");
    }
}
