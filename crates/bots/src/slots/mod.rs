//! Values in texts: numbers, dates, times, durations, phone numbers, addresses, codes, yes and no, and lists of words.

mod codes;
mod date;
mod duration;
mod list;
mod number;
mod time;
mod yes_no;

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::definition::Locale;
use crate::language::Language;
use crate::text::Folded;

pub use yes_no::yes_or_no;

/// The present moment with the time zone in which dates are meant.
#[derive(Clone, Debug)]
pub struct Moment(pub(crate) Zoned);

impl Moment {
    /// A moment in milliseconds since 1970, in the named zone; in UTC when there is no such zone.
    pub fn new(unix_ms: i64, zone: Option<&str>) -> Self {
        let zone = zone.and_then(|zone| TimeZone::get(zone).ok()).unwrap_or(TimeZone::UTC);
        Self(Timestamp::from_millisecond(unix_ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone))
    }

    /// A moment in UTC.
    pub fn utc(unix_ms: i64) -> Self {
        Self::new(unix_ms, None)
    }

    /// Milliseconds since 1970.
    pub fn unix_ms(&self) -> i64 {
        self.0.timestamp().as_millisecond()
    }

    /// The same moment in another zone.
    pub(crate) fn in_zone(&self, zone: Option<&str>) -> Self {
        if zone.is_some() { Self::new(self.unix_ms(), zone) } else { self.clone() }
    }

    fn date(&self) -> jiff::civil::Date {
        self.0.date()
    }
}

/// A value found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it stands in the folded text.
    pub range: Range<usize>,
    /// As it was written.
    pub original: String,
    /// As the flow gets it: `42`, `2026-11-20`, `15:30`, `PT2H`.
    pub value: String,
    /// Values it may mean, the likeliest first.
    pub resolved: Vec<String>,
}

/// Finds values of one type.
#[derive(Clone, Debug)]
pub struct Finder {
    kind: Kind,
    language: Language,
}

#[derive(Clone, Debug)]
enum Kind {
    Number,
    Date(date::Dates),
    Time(time::Times),
    Duration(duration::Durations),
    Phone(regex::Regex),
    Email(regex::Regex),
    Code(codes::Code),
    Confirmation,
    FreeForm,
    List(list::List),
}

/// The built-in types.
pub const BUILT_IN: [&str; 9] = [
    "AMAZON.Number",
    "AMAZON.Date",
    "AMAZON.Time",
    "AMAZON.Duration",
    "AMAZON.PhoneNumber",
    "AMAZON.EmailAddress",
    "AMAZON.AlphaNumeric",
    "AMAZON.Confirmation",
    "AMAZON.FreeFormInput",
];

/// The finders that the slots of a locale need, by type.
pub(crate) fn finders(locale: &Locale, language: Language, name: &str) -> BTreeMap<String, Finder> {
    let slots = locale.intents.iter().flat_map(|intent| &intent.slots);
    let mut finders = BTreeMap::new();
    for slot in slots {
        if !finders.contains_key(&slot.kind)
            && let Some(kind) = kind(&slot.kind, locale, language, name)
        {
            finders.insert(slot.kind.clone(), Finder { kind, language });
        }
    }
    finders
}

fn kind(kind: &str, locale: &Locale, language: Language, name: &str) -> Option<Kind> {
    Some(match kind {
        "AMAZON.Number" => Kind::Number,
        "AMAZON.Date" => Kind::Date(date::Dates::new(language, name == "en_US")),
        "AMAZON.Time" => Kind::Time(time::Times::new(language)),
        "AMAZON.Duration" => Kind::Duration(duration::Durations::new(language)),
        "AMAZON.PhoneNumber" => Kind::Phone(codes::phone()),
        "AMAZON.EmailAddress" => Kind::Email(codes::email()),
        "AMAZON.AlphaNumeric" => Kind::Code(codes::Code::any()),
        "AMAZON.Confirmation" => Kind::Confirmation,
        "AMAZON.FreeFormInput" => Kind::FreeForm,
        _ => {
            let list = locale.slot_types.iter().find(|list| list.name == kind)?;
            match &list.pattern {
                Some(pattern) => Kind::Code(codes::Code::of(pattern)?),
                None => Kind::List(list::List::new(list)),
            }
        }
    })
}

impl Finder {
    /// A finder of a built-in type; none when there is no such type.
    pub fn built_in(name: &str, locale: &str) -> Option<Self> {
        let language = Language::of(locale);
        Some(Self { kind: kind(name, &Locale::default(), language, locale)?, language })
    }

    /// The first value in a text that stands outside the stretches taken already.
    pub fn find(&self, text: &str, moment: &Moment, taken: &[Range<usize>]) -> Option<Found> {
        self.find_all(text, moment).into_iter().find(|found| is_free(&found.range, taken))
    }

    /// All values in a text, in order. Free text and yes or no are only looked for in answers.
    pub fn find_all(&self, text: &str, moment: &Moment) -> Vec<Found> {
        let folded = Folded::new(text);
        match &self.kind {
            Kind::Number => number::find_all(&folded, self.language, false),
            Kind::Date(dates) => dates.find_all(&number::with_digits(&folded, self.language), moment),
            Kind::Time(times) => times.find_all(&number::with_digits(&folded, self.language), false),
            Kind::Duration(durations) => durations.find_all(&number::with_digits(&folded, self.language)),
            Kind::Phone(pattern) => codes::phones(pattern, &folded),
            Kind::Email(pattern) => codes::emails(pattern, &folded),
            Kind::Code(code) => code.find_all(&folded, false),
            Kind::List(list) => list.find_all(&folded),
            Kind::Confirmation | Kind::FreeForm => Vec::new(),
        }
    }

    /// The value in the answer to a question for it, where less is said than in a sentence.
    pub fn answer(&self, text: &str, moment: &Moment) -> Option<Found> {
        let folded = Folded::new(text);
        let whole = |value: &str| {
            let value = value.trim();
            let range = 0..folded.folded.len();
            (!value.is_empty()).then(|| Found {
                range,
                original: folded.tidy.trim().to_owned(),
                value: value.to_owned(),
                resolved: vec![value.to_owned()],
            })
        };
        match &self.kind {
            Kind::Number => number::find_all(&folded, self.language, true).into_iter().next(),
            Kind::Time(times) => {
                times.find_all(&number::with_digits(&folded, self.language), true).into_iter().next()
            }
            Kind::Code(code) => code.find_all(&folded, true).into_iter().next(),
            Kind::Confirmation => {
                yes_or_no(&folded.folded, self.language).and_then(|yes| whole(if yes { "Yes" } else { "No" }))
            }
            Kind::FreeForm => whole(&folded.tidy),
            Kind::List(list) => list
                .find_all(&folded)
                .into_iter()
                .next()
                .or_else(|| whole(&folded.tidy).filter(|_| list.open)),
            _ => self.find(text, moment, &[]),
        }
    }

    /// Whether it is worth looking for its values in every text, only to know that there are some.
    pub(crate) fn is_quick(&self) -> bool {
        match &self.kind {
            Kind::List(list) => list.len() <= 500,
            _ => true,
        }
    }

    /// How early this type looks for its values: the most particular types first.
    pub(crate) fn order(&self) -> u8 {
        match self.kind {
            Kind::Email(_) => 0,
            Kind::List(_) => 1,
            Kind::Phone(_) => 2,
            Kind::Date(_) => 3,
            Kind::Time(_) => 4,
            Kind::Duration(_) => 5,
            Kind::Code(_) => 6,
            Kind::Number => 7,
            Kind::Confirmation | Kind::FreeForm => 8,
        }
    }

    /// A value for a sample utterance.
    pub(crate) fn example(&self, variant: usize) -> String {
        let of = |examples: [&str; 3]| examples[variant % 3].to_owned();
        match &self.kind {
            Kind::Number => of(["12", "345", "7"]),
            Kind::Date(_) => match self.language {
                Language::Spanish => of(["mañana", "5 de mayo", "lunes"]),
                Language::Portuguese => of(["amanhã", "5 de maio", "segunda-feira"]),
                Language::Japanese => of(["明日", "5月5日", "月曜日"]),
                Language::Korean => of(["내일", "5월 5일", "월요일"]),
                _ => of(["tomorrow", "May 5", "Monday"]),
            },
            Kind::Time(_) => match self.language {
                Language::Japanese => of(["午後3時", "10時", "12時半"]),
                Language::Korean => of(["오후 3시", "10시", "12시 반"]),
                Language::Spanish | Language::Portuguese => of(["15:30", "10:00", "8:15"]),
                _ => of(["3 pm", "10:30", "noon"]),
            },
            Kind::Duration(_) => match self.language {
                Language::Spanish => of(["2 horas", "3 días", "1 semana"]),
                Language::Portuguese => of(["2 horas", "3 dias", "1 semana"]),
                Language::Japanese => of(["2時間", "3日間", "1週間"]),
                Language::Korean => of(["2시간", "3일", "1주일"]),
                _ => of(["2 hours", "3 days", "1 week"]),
            },
            Kind::Phone(_) => of(["+12065550100", "2065550100", "206-555-0100"]),
            Kind::Email(_) => of(["anna@example.com", "li@example.org", "a.b@example.net"]),
            Kind::Code(_) => of(["AB1234", "X99", "12345"]),
            Kind::Confirmation => of(["yes", "no", "yes"]),
            Kind::FreeForm => of(["this", "that", "it"]),
            Kind::List(list) => list.example(variant),
        }
    }
}

fn is_free(range: &Range<usize>, taken: &[Range<usize>]) -> bool {
    taken.iter().all(|other| range.end <= other.start || other.end <= range.start)
}

/// The matches of patterns that make a value, without overlaps: what begins first, and of those the longest.
fn first_and_longest(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by_key(|one| (one.range.start, std::cmp::Reverse(one.range.end)));
    let mut end = 0;
    found.retain(|one| {
        let keep = one.range.start >= end;
        if keep {
            end = one.range.end;
        }
        keep
    });
    found
}

fn found(text: &Folded, range: Range<usize>, value: String) -> Found {
    Found { original: text.original(range.clone()).to_owned(), range, resolved: vec![value.clone()], value }
}

/// A pattern of ours.
fn pattern(text: &str) -> regex::Regex {
    regex::Regex::new(text).expect("the patterns of this crate are tried in its tests")
}

/// What is wrong with the pattern of a slot type; none = it can be used.
pub(crate) fn codes_pattern_problem(pattern: &str) -> Option<String> {
    if pattern.len() > 300 {
        return Some("must have at most 300 bytes".to_owned());
    }
    codes::own_pattern(pattern).err().map(|_| "is not a regular expression that can be used".to_owned())
}
