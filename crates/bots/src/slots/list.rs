//! Lists of values with other words for them, found with room for a typing mistake.

use super::{Found, first_and_longest, found};
use crate::definition::SlotType;
use crate::text::{Folded, fold, is_dense, nearly, words};

/// A list as it is looked for.
#[derive(Clone, Debug)]
pub(super) struct List {
    pub(super) open: bool,
    /// Words of each entry, and the value it stands for.
    entries: Vec<(Vec<String>, String)>,
    values: Vec<String>,
}

impl List {
    pub(super) fn new(list: &SlotType) -> Self {
        let mut entries: Vec<(Vec<String>, String)> = list
            .values
            .iter()
            .flat_map(|entry| {
                let names = std::iter::once(&entry.value).chain(&entry.synonyms);
                names.map(|name| (words(&fold(name)), entry.value.clone()))
            })
            .filter(|(words, _)| !words.is_empty())
            .collect();
        // Of two entries at one place the one with more words is meant.
        entries.sort_by_key(|(words, _)| std::cmp::Reverse(words.iter().map(String::len).sum::<usize>()));
        Self {
            open: list.open,
            entries,
            values: list.values.iter().map(|entry| entry.value.clone()).collect(),
        }
    }

    pub(super) fn example(&self, variant: usize) -> String {
        let at = variant % self.values.len().max(1);
        self.values.get(at).cloned().unwrap_or_default()
    }

    /// Values in a text. A mistaken word never hides one that is spelled right.
    pub(super) fn find_all(&self, text: &Folded) -> Vec<Found> {
        let spoken = spans(&text.folded);
        let (mut right, mut mistaken) = (Vec::new(), Vec::new());
        for (entry, value) in &self.entries {
            let dense = entry[0].chars().next().is_some_and(is_dense);
            if dense && entry.len() == 1 {
                // Words that stick together are found anywhere.
                let places = text.folded.match_indices(entry[0].as_str());
                right.extend(places.map(|(at, part)| found(text, at..at + part.len(), value.clone())));
                continue;
            }
            for part in spoken.windows(entry.len()) {
                let range = part[0].1.start..part[part.len() - 1].1.end;
                if part.iter().zip(entry).all(|((word, _), wanted)| word == wanted) {
                    right.push(found(text, range, value.clone()));
                } else if part.iter().zip(entry).all(|((word, _), wanted)| is_meant(word, wanted)) {
                    mistaken.push(found(text, range, value.clone()));
                }
            }
        }
        let taken: Vec<_> = right.iter().map(|one| one.range.clone()).collect();
        right.extend(mistaken.into_iter().filter(|one| super::is_free(&one.range, &taken)));
        first_and_longest(right)
    }

    /// How many words and other words there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}

/// Whether a word is another one with a typing mistake. People get the first letter right, which spares most of the
/// comparisons with a long list.
fn is_meant(word: &str, wanted: &str) -> bool {
    let near = word.len().abs_diff(wanted.len()) <= 8 && word.chars().next() == wanted.chars().next();
    near && (word == wanted || nearly(word, wanted, allowed(wanted)))
}

/// Typing mistakes that a word may have: short words must be right, as another word is near.
fn allowed(word: &str) -> usize {
    match word.chars().count() {
        0..=4 => 0,
        5..=8 => 1,
        _ => 2,
    }
}

/// The words of a folded text with their places.
fn spans(folded: &str) -> Vec<(String, std::ops::Range<usize>)> {
    let mut at = 0;
    let mut spans = Vec::new();
    for word in words(folded) {
        // An apostrophe inside a word was left out, so that the word may not stand there as it is.
        let Some(start) = folded[at..].find(word.chars().next().unwrap_or_default()).map(|found| at + found)
        else {
            break;
        };
        let mut letters = word.chars().peekable();
        let mut end = start;
        for (place, c) in folded[start..].char_indices() {
            if letters.peek() == Some(&c) {
                letters.next();
                end = start + place + c.len_utf8();
                if letters.peek().is_none() {
                    break;
                }
            }
        }
        spans.push((word, start..end));
        at = end;
    }
    spans
}
