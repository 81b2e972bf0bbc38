//! Tests of the simulated day at a small size.

use super::*;

const SMALL: Size = Size { agents: 60, contacts: 2_000, queues: 12, profiles: 6 };

fn run(size: Size, seed: u64) -> Report {
    Day::new(size, seed).expect("the centre is valid").run()
}

#[test]
fn every_contact_of_a_small_day_ends_with_one_record() {
    let report = run(SMALL, 1);
    let json = &report.json;
    assert_eq!(report.broken, 0, "{json:#}");
    assert_eq!(json["started"], 2_000);
    assert_eq!(json["ledger"]["records"], 2_000);
    assert!(json["ledger"]["handled"].as_u64() > Some(1_200), "most are handled: {json:#}");
    assert!(
        json["ledger"]["missed"].as_u64() > Some(0) && json["ledger"]["rejected"].as_u64() > Some(0),
        "{json:#}"
    );
    assert!(json["messages"].as_u64() > Some(2_000), "{json:#}");
}

#[test]
fn the_same_seed_gives_the_same_day() {
    let [mut one, mut two] = [run(SMALL, 7), run(SMALL, 7)].map(|report| report.json);
    for json in [&mut one, &mut two] {
        for figure in ["seconds", "contacts_per_second", "setup_seconds"] {
            json[figure] = 0.into();
        }
    }
    assert_eq!(one, two);
}

#[test]
fn a_day_without_agents_ends_too() {
    let report = run(Size { agents: 0, contacts: 200, queues: 3, profiles: 1 }, 1);
    assert_eq!(report.broken, 0, "{:#}", report.json);
    assert_eq!(report.json["ledger"]["handled"], 0);
}
