//! What the model sees of a text: its words, pairs of words, pieces of words, and which kinds of values are in it.

use crate::text::{is_dense, words};

/// Features of a folded text as hashes with a weight each; `kinds` are the types of the values found in it.
pub(crate) fn features(folded: &str, kinds: &[&str]) -> Vec<(u64, f32)> {
    let words: Vec<String> = words(folded).iter().map(|word| shape(word)).collect();
    let mut features = Vec::new();
    for word in &words {
        features.push((hash("w", word), 1.0));
        let letters: Vec<char> = word.chars().collect();
        let dense = letters.first().copied().is_some_and(is_dense);
        let padded: Vec<char> = if dense {
            letters
        } else {
            std::iter::once('^').chain(letters).chain(std::iter::once('$')).collect()
        };
        // Words of scripts without spaces are whole phrases, so that their pieces carry more.
        let (lengths, weight) = if dense { (1..=3, 0.7) } else { (3..=4, 0.35) };
        for length in lengths {
            for piece in padded.windows(length) {
                features.push((hash("c", &piece.iter().collect::<String>()), weight));
            }
        }
    }
    for pair in words.windows(2) {
        features.push((hash("p", &pair.join(" ")), 0.6));
    }
    for kind in kinds {
        features.push((hash("k", kind), 0.8));
    }
    features.sort_by_key(|feature| feature.0);
    features.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1 * 0.5;
        }
        same
    });
    features
}

/// The units by which a text is known or not: words, and in scripts without spaces pairs of letters.
pub(crate) fn units(folded: &str) -> Vec<u64> {
    let mut units = Vec::new();
    for word in words(folded) {
        let letters: Vec<char> = word.chars().collect();
        if letters.first().copied().is_some_and(is_dense) && letters.len() > 1 {
            units.extend(letters.windows(2).map(|pair| hash("u", &pair.iter().collect::<String>())));
        } else {
            units.push(hash("u", &shape(&word)));
        }
    }
    units
}

/// Numbers and codes are all alike.
fn shape(word: &str) -> String {
    let digits = word.chars().filter(|c| c.is_numeric()).count();
    match digits {
        0 => word.to_owned(),
        // A single digit is a choice from a menu.
        1 if word.len() == 1 => word.to_owned(),
        _ if digits == word.chars().count() => "00".to_owned(),
        _ => "a0".to_owned(),
    }
}

/// FNV-1a: short, fixed for ever, and good enough for a table of some ten thousand entries.
fn hash(space: &str, text: &str) -> u64 {
    space
        .bytes()
        .chain([0])
        .chain(text.bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
