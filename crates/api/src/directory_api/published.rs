//! Published limits that many operations share.

use wire::Rule;

/// A name.
pub(super) const NAME: Rule = Rule::Length(1, 127);
/// A description of something new.
pub(super) const DESCRIPTION: Rule = Rule::Length(1, 250);
/// A description that may be cleared.
pub(super) const CLEARABLE: Rule = Rule::Length(0, 250);
/// Tags of something new.
pub(super) const TAGS: Rule = Rule::Length(1, 50);
/// A client's idempotency token.
pub(super) const CLIENT_TOKEN: Rule = Rule::Length(0, 500);
/// The list of user or quick connect ids of one call.
pub(super) const UP_TO_50: Rule = Rule::Length(1, 50);
/// An address of a flow: id or resource name, with a qualifier.
pub(super) const FLOW_ID: Rule = Rule::Length(0, 500);
