//! Lists: ordered rows with a key, so that a page can continue after the last key even when rows came or went.

use model::Timestamp;
use model::resource::Tags;
use serde_json::Value;

/// A list in the order of its keys.
pub struct Rows<'a> {
    rows: Box<dyn Iterator<Item = Row<'a>> + 'a>,
    last_modified: Option<Timestamp>,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(rows: impl Iterator<Item = Row<'a>> + 'a) -> Self {
        Self { rows: Box::new(rows), last_modified: None }
    }

    /// A list of the parts of one resource, which was last changed then.
    pub(crate) fn of(rows: impl Iterator<Item = Row<'a>> + 'a, last_modified: Timestamp) -> Self {
        Self { rows: Box::new(rows), last_modified: Some(last_modified) }
    }

    /// Where the list belongs to one resource: when that was last changed, for `LastModifiedTime` beside the list.
    pub fn last_modified(&self) -> Option<Timestamp> {
        self.last_modified
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = Row<'a>;

    fn next(&mut self) -> Option<Row<'a>> {
        self.rows.next()
    }
}

/// One entry of a list.
pub struct Row<'a> {
    /// Where the entry stands in the order; what a page continues after.
    pub key: String,
    /// The tags of the resource, for tag-based access; `None` for what has none.
    pub tags: Option<&'a Tags>,
    body: Box<dyn FnOnce() -> Value + 'a>,
}

impl<'a> Row<'a> {
    pub(crate) fn new(key: impl ToString, tags: Option<&'a Tags>, body: impl FnOnce() -> Value + 'a) -> Self {
        Self { key: key.to_string(), tags, body: Box::new(body) }
    }

    /// The public shape of the entry; made only when asked for.
    pub fn body(self) -> Value {
        (self.body)()
    }
}

/// What a search found.
pub struct Found<'a> {
    /// All matches, in the order of their keys.
    pub rows: Vec<Row<'a>>,
}

impl<'a> Found<'a> {
    /// Keeps only what the caller may see.
    pub fn retain(&mut self, mut visible: impl FnMut(Option<&Tags>) -> bool) {
        self.rows.retain(|row| visible(row.tags));
    }

    /// How many match, for `ApproximateTotalCount`.
    pub fn total(&self) -> usize {
        self.rows.len()
    }

    /// The page of at most `max` entries after a key.
    pub fn page(self, after: Option<&str>, max: usize) -> Page {
        let from = after.map_or(0, |key| self.rows.partition_point(|row| row.key.as_str() <= key));
        page(self.rows.into_iter().skip(from), max)
    }
}

/// A part of a list.
#[derive(Debug, PartialEq)]
pub struct Page {
    /// The entries.
    pub items: Vec<Value>,
    /// The key to continue after; `None` when this was the last page.
    pub next: Option<String>,
}

/// Takes at most `max` entries.
pub fn page<'a>(rows: impl Iterator<Item = Row<'a>>, max: usize) -> Page {
    let mut rows = rows.peekable();
    let (mut items, mut last) = (Vec::new(), None);
    while items.len() < max {
        let Some(row) = rows.next() else { break };
        last = Some(row.key.clone());
        items.push(row.body());
    }
    let next = if rows.peek().is_some() { last } else { None };
    Page { items, next }
}
