//! The estimated waiting time that flows can tell customers.

mod common;

use common::{Center, TO_QUEUE};
use contacts::contact::Stage;
use model::{Channel, ContactId};
use routing::QueueRef;

/// The wait of a contact that comes now, of this one, and its place.
fn told(center: &Center, contact: ContactId) -> (Option<u64>, Option<u64>, Option<u64>) {
    let queue = center.core.directory().queue_named("BasicQueue").expect("every instance has it").queue_id;
    let queue = QueueRef::Standard(queue);
    let metrics = center.core.queue_metrics(queue, Some(Channel::Task), Some(contact), center.now);
    (metrics.estimated_wait_time, metrics.contact_wait_time, metrics.position_in_queue)
}

#[test]
fn the_wait_is_told_by_how_fast_agents_took_contacts() {
    let mut center = Center::new(&[("To queue", TO_QUEUE)]);
    let tasks: Vec<ContactId> = (0..6).map(|_| center.task("To queue")).collect();
    let last = tasks[5];
    assert_eq!(told(&center, last), (None, None, Some(6)), "nothing is known yet");
    // Work fills the agent, who takes a task each minute.
    let ann = center.available("ann");
    for (minute, task) in tasks.iter().enumerate().take(4) {
        assert_eq!(center.offered_to(*task), Some(ann), "in their order");
        if minute > 0 {
            center.pass(10);
        }
        center.accept(ann, *task);
        if minute < 3 {
            center.pass(50);
            center.apply(|core, cx| core.agent_leaves(cx, ann, *task)).expect("completes");
            center.apply(|core, cx| core.clear(cx, ann, *task)).expect("clears");
        }
    }
    assert_eq!(center.stage(last), Stage::Queued);
    let (next, own, place) = told(&center, last);
    assert_eq!((next, own, place), (Some(180), Some(120), Some(2)), "one a minute");
    let other = tasks[3];
    assert_eq!(told(&center, other).1, None, "who is with an agent waits no more");
    center.restart();
    assert_eq!(told(&center, last), (None, None, Some(2)), "ended contacts are not remembered");
}
