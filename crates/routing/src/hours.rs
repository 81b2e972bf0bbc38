//! Hours of operation: weekly opening spans in the wall time of a zone (spec 02 §10).
//!
//! What counts is what a clock on the wall in that zone shows. When clocks go forward, the skipped minutes are
//! neither open nor closed; when they go back, the repeated minutes are as open the second time as the first.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Zoned};
use model::Timestamp;
use model::resource::{HoursEntry, HoursOfOperation, TimeOfDay, Weekday};

/// Hours of operation that cannot be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// The time zone is not an IANA name.
    #[error("unknown time zone {0:?}")]
    UnknownTimeZone(String),
    /// A time of day beyond 23:59.
    #[error("entry {entry} has a time beyond 23:59")]
    InvalidTime {
        /// Position in the configuration, from 0.
        entry: usize,
    },
}

/// How far ahead [`next_change`] looks: two weeks, so that a span lost to a change of clocks is found a week later.
const HORIZON_DAYS: i64 = 15;

/// Whether the hours include this moment; the start of a span belongs to it, its end does not.
///
/// An end at midnight or equal to the start means until midnight; an end before the start means past midnight.
pub fn is_open(hours: &HoursOfOperation, now: Timestamp) -> Result<bool, HoursError> {
    let week = Week::of(hours)?;
    Ok(week.shows_open(now.jiff().to_zoned(week.zone.clone()).datetime()))
}

/// When the hours next open (`true`) or close (`false`) after `now`; `None` if they stay as they are.
pub fn next_change(
    hours: &HoursOfOperation,
    now: Timestamp,
) -> Result<Option<(Timestamp, bool)>, HoursError> {
    let week = Week::of(hours)?;
    let start = now.jiff().to_zoned(week.zone.clone());
    let open = week.shows_open(start.datetime());
    let change = (week.boundaries(&start).into_iter())
        .find(|&at| week.shows_open(at.to_zoned(week.zone.clone()).datetime()) != open);
    Ok(change.map(|at| (Timestamp(at.as_millisecond()), !open)))
}

/// Hours with their times and zone resolved.
struct Week {
    zone: TimeZone,
    spans: Vec<Span>,
}

/// One opening span.
struct Span {
    /// The weekday of its start.
    day: jiff::civil::Weekday,
    start: Time,
    end: End,
}

enum End {
    /// Ends on the day of its start.
    SameDay(Time),
    /// Ends when the day ends.
    Midnight,
    /// Ends on the following day.
    NextDay(Time),
}

impl Week {
    fn of(hours: &HoursOfOperation) -> Result<Week, HoursError> {
        let zone = TimeZone::get(&hours.time_zone)
            .map_err(|_| HoursError::UnknownTimeZone(hours.time_zone.clone()))?;
        let spans = (hours.config.iter().enumerate())
            .map(|(entry, config)| Span::of(config).ok_or(HoursError::InvalidTime { entry }))
            .collect::<Result<_, _>>()?;
        Ok(Week { zone, spans })
    }

    /// Whether the hours are open while clocks in the zone show this time.
    fn shows_open(&self, shown: DateTime) -> bool {
        let (today, time) = (shown.date().weekday(), shown.time());
        self.spans.iter().any(|span| match span.end {
            End::SameDay(end) => span.day == today && span.start <= time && time < end,
            End::Midnight => span.day == today && span.start <= time,
            End::NextDay(end) => {
                (span.day == today && span.start <= time) || (span.day.next() == today && time < end)
            }
        })
    }

    /// Every moment after `start` within the horizon at which the answer can change, in order.
    fn boundaries(&self, start: &Zoned) -> Vec<jiff::Timestamp> {
        let horizon = start.timestamp().saturating_add(SignedDuration::from_hours(24 * HORIZON_DAYS));
        let horizon = horizon.unwrap_or(jiff::Timestamp::MAX);
        let mut moments: Vec<jiff::Timestamp> = Vec::new();
        for offset in -1..=HORIZON_DAYS {
            let Ok(date) = start.date().checked_add(jiff::Span::new().days(offset)) else { continue };
            for span in self.spans.iter().filter(|span| span.day == date.weekday()) {
                self.moments_of(date.to_datetime(span.start), &mut moments);
                if let Some(end) = span.end_on(date) {
                    self.moments_of(end, &mut moments);
                }
            }
        }
        let transitions = self.zone.following(start.timestamp()).map(|transition| transition.timestamp());
        moments.extend(transitions.take_while(|&at| at <= horizon));
        moments.retain(|&at| at > start.timestamp());
        moments.sort();
        moments.dedup();
        moments
    }

    /// The moments at which clocks show this time: one, none in a gap, two in a fold.
    fn moments_of(&self, shown: DateTime, moments: &mut Vec<jiff::Timestamp>) {
        let offsets = match self.zone.to_ambiguous_timestamp(shown).offset() {
            AmbiguousOffset::Unambiguous { offset } => [Some(offset), None],
            AmbiguousOffset::Fold { before, after } => [Some(before), Some(after)],
            AmbiguousOffset::Gap { .. } => [None, None],
        };
        moments.extend(offsets.into_iter().flatten().filter_map(|offset| offset.to_timestamp(shown).ok()));
    }
}

impl Span {
    fn of(entry: &HoursEntry) -> Option<Span> {
        let (start, end) = (time(entry.start_time)?, time(entry.end_time)?);
        let end = if end == start || end == Time::midnight() {
            End::Midnight
        } else if end > start {
            End::SameDay(end)
        } else {
            End::NextDay(end)
        };
        Some(Span { day: weekday(entry.day), start, end })
    }

    /// What clocks show at the end of the span that starts on this date.
    fn end_on(&self, date: Date) -> Option<DateTime> {
        match self.end {
            End::SameDay(end) => Some(date.to_datetime(end)),
            End::Midnight => Some(date.tomorrow().ok()?.to_datetime(Time::midnight())),
            End::NextDay(end) => Some(date.tomorrow().ok()?.to_datetime(end)),
        }
    }
}

fn time(of_day: TimeOfDay) -> Option<Time> {
    Time::new(i8::try_from(of_day.hours).ok()?, i8::try_from(of_day.minutes).ok()?, 0, 0).ok()
}

fn weekday(day: Weekday) -> jiff::civil::Weekday {
    match day {
        Weekday::Monday => jiff::civil::Weekday::Monday,
        Weekday::Tuesday => jiff::civil::Weekday::Tuesday,
        Weekday::Wednesday => jiff::civil::Weekday::Wednesday,
        Weekday::Thursday => jiff::civil::Weekday::Thursday,
        Weekday::Friday => jiff::civil::Weekday::Friday,
        Weekday::Saturday => jiff::civil::Weekday::Saturday,
        Weekday::Sunday => jiff::civil::Weekday::Sunday,
    }
}
