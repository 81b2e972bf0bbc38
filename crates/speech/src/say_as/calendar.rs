//! Dates, times of day and durations.

use std::ops::RangeInclusive;

use super::numbers::number;
use super::{Tongue, english, german};

/// A date in one of the published formats: `mdy`, `dmy`, `ymd`, `md`, `dm`, `ym`, `my`, `d`, `m`, `y`, `yyyymmdd`.
pub(super) fn date(text: &str, format: Option<&str>, tongue: Tongue, language: &str) -> Option<String> {
    let parts: Vec<&str> =
        match text.split(['/', '-', '.', ' ', ',']).filter(|part| !part.is_empty()).collect::<Vec<_>>() {
            one if one.len() == 1 && one[0].len() == 8 => {
                let text = one[0];
                vec![text.get(..4)?, text.get(4..6)?, text.get(6..)?]
            }
            many => many,
        };
    let format = match format {
        Some("yyyymmdd") => "ymd",
        Some(format) => format,
        None if parts.len() == 3 && parts[0].len() == 4 => "ymd",
        // As the language writes it.
        None => match (tongue, language) {
            (Tongue::English, "en-US") => "mdy",
            _ => "dmy",
        },
    };
    if format.len() != parts.len() {
        return None;
    }
    let (mut year, mut month, mut day) = (None, None, None);
    for (kind, part) in format.chars().zip(parts) {
        // Unknown parts are written as question marks and are not spoken.
        let unknown = part.chars().all(|letter| letter == '?');
        let value = if unknown { None } else { Some(number(part).or_else(|| month_number(part, tongue))?) };
        match kind {
            'y' => year = value.map(full_year),
            'm' => month = among(value, 1..=12)?,
            'd' => day = among(value, 1..=31)?,
            _ => return None,
        }
    }
    Some(match tongue {
        Tongue::English => english_date(year, month, day, language == "en-US"),
        Tongue::German => german_date(year, month, day),
        Tongue::Other => other_date(year, month, day, language),
    })
}

/// The value, if it is one of these or unknown.
fn among(value: Option<u64>, possible: RangeInclusive<u64>) -> Option<Option<u64>> {
    value.is_none_or(|value| possible.contains(&value)).then_some(value)
}

/// Two digits mean the century around now.
fn full_year(year: u64) -> u64 {
    match year {
        0..=49 => 2_000 + year,
        50..=99 => 1_900 + year,
        year => year,
    }
}

fn month_number(text: &str, tongue: Tongue) -> Option<u64> {
    let months = match tongue {
        Tongue::German => german::MONTHS,
        _ => english::MONTHS,
    };
    let text = text.to_lowercase();
    let found = months
        .iter()
        .position(|month| text.chars().count() >= 3 && month.to_lowercase().starts_with(&text))?;
    Some(found as u64 + 1)
}

fn english_date(year: Option<u64>, month: Option<u64>, day: Option<u64>, american: bool) -> String {
    let month = month.map(|month| english::MONTHS[month as usize - 1].to_owned());
    let year = year.map(english::year);
    let date = match (month, day.map(english::ordinal)) {
        (Some(month), Some(day)) if american => Some(format!("{month} {day}")),
        (Some(month), Some(day)) => Some(format!("the {day} of {month}")),
        (month, day) => month.or(day),
    };
    match (date, year) {
        (Some(date), Some(year)) if day.is_some() => format!("{date}, {year}"),
        (date, year) => [date, year].into_iter().flatten().collect::<Vec<_>>().join(" "),
    }
}

fn german_date(year: Option<u64>, month: Option<u64>, day: Option<u64>) -> String {
    let parts = [
        day.map(|day| format!("{}er", german::ordinal_stem(day))),
        month.map(|month| german::MONTHS[month as usize - 1].to_owned()),
        year.map(german::year),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Day, name of the month and year, with the small words that stand between them.
fn other_date(year: Option<u64>, month: Option<u64>, day: Option<u64>, language: &str) -> String {
    let known = MONTHS.iter().find(|(code, ..)| language.starts_with(code));
    let (between, names) = known.map_or((" ", ""), |(_, between, names)| (between, names));
    let month = month.map(|month| {
        names
            .split(' ')
            .nth(month as usize - 1)
            .filter(|name| !name.is_empty())
            .map_or_else(|| month.to_string(), str::to_owned)
    });
    let parts = [day.map(|day| day.to_string()), month, year.map(|year| year.to_string())];
    parts.into_iter().flatten().collect::<Vec<_>>().join(between)
}

const MONTHS: &[(&str, &str, &str)] = &[
    (
        "es",
        " de ",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    ),
    (
        "pt",
        " de ",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    ),
    ("fr", " ", "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
    (
        "it",
        " ",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    ),
    ("nl", " ", "januari februari maart april mei juni juli augustus september oktober november december"),
    ("sv", " ", "januari februari mars april maj juni juli augusti september oktober november december"),
    ("da", " ", "januar februar marts april maj juni juli august september oktober november december"),
    ("nb", " ", "januar februar mars april mai juni juli august september oktober november desember"),
    (
        "pl",
        " ",
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    ),
];

/// A duration (`1'21"`) or a time of day (`14:30`, `2:05pm`).
pub(super) fn time(text: &str, tongue: Tongue) -> Option<String> {
    if tongue == Tongue::Other {
        return None;
    }
    duration(text, tongue).or_else(|| clock(text, tongue))
}

fn duration(text: &str, tongue: Tongue) -> Option<String> {
    let (minutes, rest) = match text.split_once(['\'', '’', '′']) {
        Some((minutes, rest)) => (Some(number(minutes)?), rest),
        None => (None, text),
    };
    let seconds = match rest.strip_suffix(['"', '”', '″']) {
        Some(seconds) => Some(number(seconds)?),
        None if rest.is_empty() && minutes.is_some() => None,
        None => return None,
    };
    let amount = |count: Option<u64>, one: &str, many: &str, cardinal: fn(u64) -> String| {
        count.map(|count| match (count, tongue) {
            (1, Tongue::German) => format!("eine {one}"),
            (1, _) => format!("one {one}"),
            (count, _) => format!("{} {many}", cardinal(count)),
        })
    };
    let parts = match tongue {
        Tongue::German => [
            amount(minutes, "Minute", "Minuten", german::cardinal),
            amount(seconds, "Sekunde", "Sekunden", german::cardinal),
        ],
        _ => [
            amount(minutes, "minute", "minutes", english::cardinal),
            amount(seconds, "second", "seconds", english::cardinal),
        ],
    };
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

fn clock(text: &str, tongue: Tongue) -> Option<String> {
    let lower = text.to_lowercase().replace('.', "");
    let (digits, half) = match (lower.strip_suffix("am"), lower.strip_suffix("pm")) {
        (Some(digits), _) => (digits.trim().to_owned(), Some("A M")),
        (_, Some(digits)) => (digits.trim().to_owned(), Some("P M")),
        _ => (lower, None),
    };
    let (hour, minute) = digits.split_once(':').unwrap_or((&digits, "00"));
    let (hour, minute) =
        (number(hour).filter(|hour| *hour < 24)?, number(minute).filter(|minute| *minute < 60)?);
    if half.is_none() && !digits.contains(':') {
        return None;
    }
    Some(match tongue {
        Tongue::German => {
            let hour = if hour == 1 { "ein".to_owned() } else { german::cardinal(hour) };
            match minute {
                0 => format!("{hour} Uhr"),
                minute => format!("{hour} Uhr {}", german::cardinal(minute)),
            }
        }
        _ => {
            let hour = english::cardinal(hour);
            let minute = match (minute, half) {
                (0, Some(_)) => String::new(),
                (0, None) => " o'clock".to_owned(),
                (minute @ 1..=9, _) => format!(" oh {}", english::cardinal(minute)),
                (minute, _) => format!(" {}", english::cardinal(minute)),
            };
            let half = half.map(|half| format!(" {half}")).unwrap_or_default();
            format!("{hour}{minute}{half}")
        }
    })
}
