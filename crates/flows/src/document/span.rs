//! Finds and replaces stretches of JSON text. Works on texts that are known to be valid JSON.

use std::ops::Range;

use super::{Path, Place};

/// Replaces the value at `path`, or appends it to the container one step before.
pub(super) fn replace(text: &str, path: Path<'_>, value: &str) -> Option<String> {
    if let Some(entry) = find(text, path) {
        return Some(splice(text, entry.value, value));
    }
    let (last, parent) = path.split_last()?;
    let container = find(text, parent)?.value;
    let entries = entries(text, container.start)?;
    let addition = match last {
        Place::Key(key) if text.as_bytes()[container.start] == b'{' => {
            format!("{}:{value}", serde_json::Value::from(*key))
        }
        Place::Index(index) if text.as_bytes()[container.start] == b'[' && *index == entries.len() => {
            value.to_owned()
        }
        _ => return None,
    };
    Some(match entries.last() {
        Some(entry) => splice(text, entry.value.end..entry.value.end, &format!(",{addition}")),
        None => splice(text, container.start + 1..container.start + 1, &addition),
    })
}

/// Removes the value at `path` with its key and one comma.
pub(super) fn remove(text: &str, path: Path<'_>) -> Option<String> {
    let (last, parent) = path.split_last()?;
    let container = find(text, parent)?.value;
    let entries = entries(text, container.start)?;
    let at = position(&entries, last)?;
    // Up to the next entry, or back to the end of the one before.
    let range = match (entries.get(at + 1), at.checked_sub(1).map(|before| &entries[before])) {
        (Some(next), _) => entries[at].start..next.start,
        (None, Some(before)) => before.value.end..entries[at].value.end,
        (None, None) => entries[at].start..entries[at].value.end,
    };
    Some(splice(text, range, ""))
}

fn splice(text: &str, range: Range<usize>, with: &str) -> String {
    [&text[..range.start], with, &text[range.end..]].concat()
}

/// An entry of an object or list.
struct Entry {
    /// Where it starts: at its key, or at its value in a list.
    start: usize,
    key: Option<String>,
    value: Range<usize>,
}

fn find(text: &str, path: Path<'_>) -> Option<Entry> {
    let start = blank(text, 0);
    let root = Entry { start, key: None, value: start..skip(text, start)? };
    path.iter().try_fold(root, |parent, step| {
        let mut entries = entries(text, parent.value.start)?;
        let at = position(&entries, step)?;
        Some(entries.swap_remove(at))
    })
}

/// Of equal keys the last counts, as in the tree.
fn position(entries: &[Entry], step: &Place<'_>) -> Option<usize> {
    match step {
        Place::Key(key) => entries.iter().rposition(|entry| entry.key.as_deref() == Some(key)),
        Place::Index(index) => entries.get(*index).filter(|entry| entry.key.is_none()).map(|_| *index),
    }
}

/// The entries of the object or list that starts at `at`; none for other values.
fn entries(text: &str, at: usize) -> Option<Vec<Entry>> {
    let bytes = text.as_bytes();
    let is_object = match bytes.get(at)? {
        b'{' => true,
        b'[' => false,
        _ => return None,
    };
    let mut entries = Vec::new();
    let mut at = blank(text, at + 1);
    while !matches!(bytes.get(at)?, b'}' | b']') {
        if bytes[at] == b',' {
            at = blank(text, at + 1);
            continue;
        }
        let start = at;
        let mut key = None;
        if is_object {
            let end = skip(text, at)?;
            key = Some(serde_json::from_str(&text[at..end]).ok()?);
            at = blank(text, end);
            at = blank(text, at + 1); // the colon
        }
        let end = skip(text, at)?;
        entries.push(Entry { start, key, value: at..end });
        at = blank(text, end);
    }
    Some(entries)
}

/// The position behind white space.
fn blank(text: &str, at: usize) -> usize {
    at + text.as_bytes()[at.min(text.len())..].iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// The position behind the value at `at`.
fn skip(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut depth = 0usize;
    let mut at = at;
    loop {
        match bytes.get(at)? {
            b'"' => {
                at += 1;
                while *bytes.get(at)? != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                at += 1;
            }
            byte if depth > 0 && (byte.is_ascii_whitespace() || matches!(byte, b',' | b':')) => {
                at += 1;
                continue;
            }
            _ => {
                let scalar = |byte: &&u8| !byte.is_ascii_whitespace() && !b",:]}".contains(byte);
                at += bytes[at..].iter().take_while(scalar).count();
            }
        }
        if depth == 0 {
            return Some(at);
        }
    }
}
