//! Admission to queues (spec 02 §9.2–9.3, §18 tests 14–16).

use model::resource::QueueStatus;
use routing::capacity::{ConcurrencyQuotas, Entry, Limit, Refusal, admit, capacity, check_max_contacts};

const ENTRIES: [Entry; 5] =
    [Entry::Flow, Entry::Callback, Entry::CallbackDue, Entry::QueueTransfer, Entry::QuickConnect];

fn standard(max_contacts: Option<u32>) -> Limit {
    Limit::Standard { status: QueueStatus::Enabled, max_contacts }
}

#[test]
fn a_set_maximum_can_be_overfilled_by_a_fifth_in_three_ways() {
    let quotas = ConcurrencyQuotas::default();
    for (max, flow, overflow) in [(10, 10, 12), (1, 1, 1), (4, 4, 4), (5, 5, 6), (99, 99, 118), (0, 0, 0)] {
        let limits = ENTRIES.map(|entry| capacity(standard(Some(max)), quotas, entry));
        assert_eq!(limits, [flow, flow, overflow, overflow, overflow], "maximum {max}");
    }
    assert_eq!(capacity(standard(Some(u32::MAX)), quotas, Entry::QuickConnect), u32::MAX);
}

#[test]
fn acceptance_test_15() {
    let (limit, quotas) = (standard(Some(10)), ConcurrencyQuotas::default());
    let full = |in_queue, capacity| Err(Refusal::AtCapacity { in_queue, capacity });
    for (in_queue, entry, expected) in [
        (9, Entry::Flow, Ok(())),
        (10, Entry::Flow, full(10, 10)),
        (10, Entry::Callback, full(10, 10)),
        (10, Entry::QuickConnect, Ok(())),
        (11, Entry::QuickConnect, Ok(())),
        (12, Entry::QuickConnect, full(12, 12)),
        (11, Entry::CallbackDue, Ok(())),
        (11, Entry::QueueTransfer, Ok(())),
        (12, Entry::QueueTransfer, full(12, 12)),
    ] {
        assert_eq!(admit(limit, quotas, in_queue, entry), expected, "{entry:?} at {in_queue}");
    }
}

#[test]
fn without_a_maximum_the_quotas_bound_a_queue() {
    let quotas = ConcurrencyQuotas { calls: 3, chats: 2, tasks: 1 };
    for entry in ENTRIES {
        assert_eq!(admit(standard(None), quotas, 5, entry), Ok(()));
        assert!(admit(standard(None), quotas, 6, entry).is_err(), "{entry:?}: no fifth on top of the quotas");
    }
    assert_eq!(ConcurrencyQuotas::default().sum(), 2_610);
    assert_eq!(check_max_contacts(5, quotas), Ok(()));
    assert!(check_max_contacts(6, quotas).is_err() && check_max_contacts(7, quotas).is_err());
}

#[test]
fn zero_and_disabled_take_nothing_and_agent_queues_take_ten() {
    let quotas = ConcurrencyQuotas::default();
    let disabled = Limit::Standard { status: QueueStatus::Disabled, max_contacts: None };
    for entry in ENTRIES {
        let refused = Err(Refusal::AtCapacity { in_queue: 0, capacity: 0 });
        assert_eq!(admit(standard(Some(0)), quotas, 0, entry), refused);
        assert_eq!(admit(disabled, quotas, 0, entry), Err(Refusal::Disabled));
        assert_eq!(admit(Limit::Agent, quotas, 9, entry), Ok(()));
        assert!(admit(Limit::Agent, quotas, 10, entry).is_err());
    }
}
