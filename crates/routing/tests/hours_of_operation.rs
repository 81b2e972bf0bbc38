//! Hours of operation in wall time, across midnight and changes of clocks (spec 02 §10, §18 test 25).

use model::Timestamp;
use model::resource::{HoursEntry, HoursOfOperation, TimeOfDay, Weekday};
use proptest::prelude::*;
use proptest::sample::select;
use routing::hours::{HoursError, is_open, next_change};
use serde_json::json;

const DAYS: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];
const ZONES: [&str; 9] = [
    "UTC",
    "America/New_York",
    "EST5EDT",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "America/Sao_Paulo",
    "Africa/Cairo",
    "Pacific/Apia",
];

/// Hours from text such as `09:00-17:00`, for each of the days.
fn hours(zone: &str, days: &[Weekday], spans: &[&str]) -> HoursOfOperation {
    let time = |text: &str| {
        let (hours, minutes) = text.split_once(':').expect("HH:MM");
        TimeOfDay { hours: hours.parse().expect("hours"), minutes: minutes.parse().expect("minutes") }
    };
    let entries = days.iter().flat_map(|&day| {
        spans.iter().map(move |span| {
            let (start, end) = span.split_once('-').expect("start-end");
            HoursEntry { day, start_time: time(start), end_time: time(end) }
        })
    });
    with_entries(zone, entries.collect())
}

fn with_entries(zone: &str, config: Vec<HoursEntry>) -> HoursOfOperation {
    let mut hours: HoursOfOperation = serde_json::from_value(json!({
        "HoursOfOperationId": "00000000-0000-0000-0000-000000000001", "Name": "Hours", "TimeZone": zone,
        "Config": [], "LastModifiedTime": 0
    }))
    .expect("valid hours");
    hours.config = config;
    hours
}

fn moment(text: &str) -> Timestamp {
    Timestamp::parse_iso(text).expect("a time with an offset")
}

fn check(hours: &HoursOfOperation, cases: &[(&str, bool)]) {
    for &(text, expected) in cases {
        assert_eq!(is_open(hours, moment(text)), Ok(expected), "{text}");
    }
}

/// The changes that follow, one after the other.
fn check_changes(hours: &HoursOfOperation, from: &str, expected: &[(&str, bool)]) {
    let mut now = moment(from);
    for &(text, opens) in expected {
        let change = next_change(hours, now).expect("valid hours");
        assert_eq!(
            change.map(|(at, open)| (at.iso_seconds(), open)),
            Some((moment(text).iso_seconds(), opens))
        );
        now = moment(text);
    }
}

#[test]
fn office_hours() {
    let office = hours("UTC", &DAYS[..5], &["09:00-17:00"]);
    check(
        &office,
        &[
            ("2024-05-19T12:00:00Z", false), // a Sunday
            ("2024-05-20T08:59:59Z", false),
            ("2024-05-20T09:00:00Z", true),
            ("2024-05-20T16:59:59Z", true),
            ("2024-05-20T17:00:00Z", false),
        ],
    );
    check_changes(
        &office,
        "2024-05-24T16:00:00Z",
        &[("2024-05-24T17:00:00Z", false), ("2024-05-27T09:00:00Z", true), ("2024-05-27T17:00:00Z", false)],
    );
}

#[test]
fn an_end_at_midnight_or_at_the_start_means_until_midnight() {
    for span in ["10:00-00:00", "10:00-10:00"] {
        let evening = hours("UTC", &[Weekday::Monday], &[span]);
        let open = (0..24 * 60).filter(|minute| {
            is_open(&evening, moment("2024-05-20T00:00:00Z") + minute * 60_000).expect("valid hours")
        });
        assert_eq!(open.count(), 14 * 60, "{span}");
        check(&evening, &[("2024-05-20T23:59:59Z", true), ("2024-05-21T00:00:00Z", false)]);
    }
    let always = hours("Europe/Berlin", &DAYS, &["00:00-00:00"]);
    check(&always, &[("2024-05-20T00:00:00Z", true), ("2024-03-31T02:30:00+02:00", true)]);
    assert_eq!(next_change(&always, moment("2024-03-30T00:00:00Z")), Ok(None));
    let never = hours("Europe/Berlin", &[], &[]);
    check(&never, &[("2024-05-20T00:00:00Z", false)]);
    assert_eq!(next_change(&never, moment("2024-03-30T00:00:00Z")), Ok(None));
}

#[test]
fn an_end_before_the_start_means_past_midnight() {
    let night = hours("UTC", &[Weekday::Sunday, Weekday::Monday], &["22:00-06:00"]);
    check(
        &night,
        &[
            ("2024-05-19T05:00:00Z", false), // Saturday is not listed
            ("2024-05-19T22:00:00Z", true),
            ("2024-05-20T05:59:59Z", true),
            ("2024-05-20T06:00:00Z", false),
            ("2024-05-20T22:00:00Z", true),
            ("2024-05-21T05:59:59Z", true),
            ("2024-05-21T22:00:00Z", false),
        ],
    );
    check_changes(
        &night,
        "2024-05-19T21:00:00Z",
        &[("2024-05-19T22:00:00Z", true), ("2024-05-20T06:00:00Z", false), ("2024-05-20T22:00:00Z", true)],
    );
}

#[test]
fn a_lunch_break_is_two_entries_and_touching_entries_are_one_span() {
    let lunch = hours("UTC", &[Weekday::Monday], &["09:00-12:00", "13:00-17:00"]);
    check(&lunch, &[("2024-05-20T12:00:00Z", false), ("2024-05-20T13:00:00Z", true)]);
    let touching = hours("UTC", &[Weekday::Monday], &["09:00-12:00", "12:00-17:00", "16:00-18:00"]);
    check_changes(&touching, "2024-05-20T10:00:00Z", &[("2024-05-20T18:00:00Z", false)]);
}

#[test]
fn clocks_go_forward() {
    // New York, 10 March 2024: 02:00 becomes 03:00.
    for zone in ["America/New_York", "EST5EDT"] {
        let early = hours(zone, &[Weekday::Sunday], &["01:00-02:30"]);
        check(
            &early,
            &[
                ("2024-03-10T01:00:00-05:00", true),
                ("2024-03-10T01:59:59-05:00", true),
                ("2024-03-10T03:00:00-04:00", false),
            ],
        );
        check_changes(
            &early,
            "2024-03-10T00:00:00-05:00",
            &[
                ("2024-03-10T01:00:00-05:00", true),
                ("2024-03-10T03:00:00-04:00", false),
                ("2024-03-17T01:00:00-04:00", true),
                ("2024-03-17T02:30:00-04:00", false),
            ],
        );
        // A span that lies in the skipped hour is not there that day.
        let skipped = hours(zone, &[Weekday::Sunday], &["02:15-02:45"]);
        check_changes(&skipped, "2024-03-10T00:00:00-05:00", &[("2024-03-17T02:15:00-04:00", true)]);
        // One that begins in it begins when it is over.
        let late = hours(zone, &[Weekday::Sunday], &["02:30-05:00"]);
        check_changes(&late, "2024-03-10T00:00:00-05:00", &[("2024-03-10T03:00:00-04:00", true)]);
    }
    // São Paulo, 4 November 2018: midnight becomes 01:00.
    let whole_day = hours("America/Sao_Paulo", &[Weekday::Sunday], &["00:00-00:00"]);
    check_changes(
        &whole_day,
        "2018-11-03T12:00:00-03:00",
        &[("2018-11-04T01:00:00-02:00", true), ("2018-11-05T00:00:00-02:00", false)],
    );
}

#[test]
fn clocks_go_back() {
    // Berlin, 27 October 2024: 03:00 becomes 02:00, so 02:00–03:00 comes twice.
    let all_of_it = hours("Europe/Berlin", &[Weekday::Sunday], &["02:00-03:00"]);
    check_changes(
        &all_of_it,
        "2024-10-27T00:00:00+02:00",
        &[("2024-10-27T02:00:00+02:00", true), ("2024-10-27T03:00:00+01:00", false)],
    );
    // Clocks show 02:15 twice: what closes at 02:30 opens again when they are put back to 02:00.
    let part = hours("Europe/Berlin", &[Weekday::Sunday], &["01:00-02:30"]);
    check_changes(
        &part,
        "2024-10-27T00:00:00+02:00",
        &[
            ("2024-10-27T01:00:00+02:00", true),
            ("2024-10-27T02:30:00+02:00", false),
            ("2024-10-27T02:00:00+01:00", true),
            ("2024-10-27T02:30:00+01:00", false),
        ],
    );
    // Lord Howe Island, 7 April 2024: back by half an hour at 02:00.
    let half = hours("Australia/Lord_Howe", &[Weekday::Sunday], &["01:30-01:45"]);
    check_changes(
        &half,
        "2024-04-07T00:00:00+11:00",
        &[
            ("2024-04-07T01:30:00+11:00", true),
            ("2024-04-07T01:45:00+11:00", false),
            ("2024-04-07T01:30:00+10:30", true),
            ("2024-04-07T01:45:00+10:30", false),
        ],
    );
    // Office hours keep to the wall on either side.
    let office = hours("Europe/Berlin", &DAYS, &["09:00-17:00"]);
    check(
        &office,
        &[
            ("2024-10-26T07:00:00Z", true),
            ("2024-10-26T15:00:00Z", false),
            ("2024-10-27T07:30:00Z", false),
            ("2024-10-27T15:59:59Z", true),
        ],
    );
}

#[test]
fn a_day_that_a_zone_skipped_has_no_hours() {
    // Samoa went from Thursday, 29 December 2011, straight to Saturday.
    let friday = hours("Pacific/Apia", &[Weekday::Friday], &["09:00-17:00"]);
    check_changes(&friday, "2011-12-29T12:00:00-10:00", &[("2012-01-06T09:00:00+14:00", true)]);
}

#[test]
fn broken_hours_are_refused_by_name() {
    let unknown = hours("Mars/Olympus", &DAYS, &["09:00-17:00"]);
    assert_eq!(is_open(&unknown, Timestamp(0)), Err(HoursError::UnknownTimeZone("Mars/Olympus".to_owned())));
    for broken in ["24:00-10:00", "09:60-10:00", "09:00-25:00", "200:00-10:00"] {
        let hours = hours("UTC", &[Weekday::Monday], &["09:00-17:00", broken]);
        assert_eq!(is_open(&hours, Timestamp(0)), Err(HoursError::InvalidTime { entry: 1 }), "{broken}");
        assert_eq!(next_change(&hours, Timestamp(0)), Err(HoursError::InvalidTime { entry: 1 }));
    }
    let ends = [Timestamp(i64::MIN), Timestamp(i64::MAX)];
    let office = hours("America/New_York", &DAYS, &["09:00-17:00"]);
    for end in ends {
        assert!(is_open(&office, end).is_ok() && next_change(&office, end).is_ok());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// Between two changes nothing changes, as a look at every fifth minute of a week shows.
    #[test]
    fn changes_are_where_the_answer_changes(
        zone in select(ZONES.to_vec()),
        // Weeks in which clocks change somewhere, and others.
        start in select(vec![
            "2011-12-27T00:00:00Z", "2018-11-01T00:00:00Z", "2024-03-07T00:00:00Z", "2024-03-28T00:00:00Z",
            "2024-04-04T00:00:00Z", "2024-04-24T00:00:00Z", "2024-10-04T00:00:00Z", "2024-10-25T00:00:00Z",
            "2024-11-01T00:00:00Z", "2024-06-01T00:00:00Z",
        ]),
        entries in prop::collection::vec((select(DAYS.to_vec()), 0u8..24, 0u8..12, 0u8..24, 0u8..12), 0..8),
    ) {
        let entries = entries.into_iter().map(|(day, from, from_twelfth, to, to_twelfth)| HoursEntry {
            day,
            start_time: TimeOfDay { hours: from, minutes: from_twelfth * 5 },
            end_time: TimeOfDay { hours: to, minutes: to_twelfth * 5 },
        });
        let hours = with_entries(zone, entries.collect());
        let (start, end) = (moment(start), moment(start) + 7 * 86_400_000);
        let mut found = Vec::new();
        let mut now = start;
        while let Some((at, open)) = next_change(&hours, now).expect("valid hours") {
            prop_assert!(at > now);
            if at >= end {
                break;
            }
            found.push((at, open));
            now = at;
        }
        let mut expected = Vec::new();
        let mut open = is_open(&hours, start).expect("valid hours");
        for at in (start.0..end.0).step_by(5 * 60_000).map(Timestamp) {
            let now_open = is_open(&hours, at).expect("valid hours");
            if now_open != open {
                expected.push((at, now_open));
                open = now_open;
            }
        }
        prop_assert_eq!(found, expected);
    }
}
