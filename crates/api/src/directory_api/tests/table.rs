//! The table of operations as a whole.

use std::collections::BTreeSet;

use crate::directory_api::needs::TABLE;
use crate::directory_api::{built, operations};

/// Operations on the tags of one resource need what that kind of resource needs.
const BY_KIND: [&str; 3] = ["TagResource", "UntagResource", "ListTagsForResource"];

#[test]
fn every_operation_says_what_a_user_needs() {
    let needs: Vec<&str> = TABLE.iter().map(|(name, _)| *name).collect();
    let named: BTreeSet<&str> = needs.iter().copied().collect();
    assert_eq!(needs.len(), named.len(), "an operation is named twice");
    let built: BTreeSet<&str> =
        built().iter().map(|operation| operation.name()).filter(|name| !BY_KIND.contains(name)).collect();
    assert_eq!(named, built);
}

#[test]
fn the_service_is_complete_and_consistent() {
    // Building the service refuses doubled names and paths.
    let service = crate::connect();
    let own = |path: &str| path.starts_with("/switchroom/");
    let published = service.rows().filter(|operation| !operation.http().is_some_and(|(_, path)| own(path)));
    let (built, not_built): (Vec<_>, Vec<_>) = published.partition(|operation| operation.is_built());
    assert!(built.len() > 130, "{} operations are built", built.len());
    assert_eq!(built.len() + not_built.len(), 405, "the service publishes 405 operations");
    assert!(operations().iter().all(|operation| operation.http().is_some()));
}
