//! Text as the engine sees it: without case, accents and width, in words.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longest text that is looked at, in characters; the rest does not change what was meant.
pub const LONGEST: usize = 1024;

/// A text with one spelling for each letter, which remembers where each of them came from.
#[derive(Clone, Debug)]
pub struct Folded {
    /// The text in composed letters of normal width, as it was written otherwise.
    pub tidy: String,
    /// The same in small letters, without accents on Latin letters.
    pub folded: String,
    /// For each byte of `folded` its stretch of `tidy`.
    from: Vec<(u32, u32)>,
}

impl Folded {
    /// Folds a text, cut to [`LONGEST`].
    pub fn new(text: &str) -> Self {
        let tidy: String = text.chars().take(LONGEST).nfkc().take(LONGEST).collect();
        let mut folded =
            Self { folded: String::with_capacity(tidy.len()), from: Vec::new(), tidy: String::new() };
        for (at, c) in tidy.char_indices() {
            let stretch = (at as u32, (at + c.len_utf8()) as u32);
            let mut put = |c: char| {
                folded.folded.push(c);
                folded.from.extend(std::iter::repeat_n(stretch, c.len_utf8()));
            };
            match c {
                '’' | '‘' | '`' => put('\''),
                // The parts of Hangul and the voicing marks of kana make other sounds.
                _ if c.is_ascii() || is_dense(c) => c.to_lowercase().for_each(put),
                _ => {
                    let bare = std::iter::once(c).nfkd().filter(|c| !('\u{300}'..='\u{36f}').contains(c));
                    bare.flat_map(char::to_lowercase).for_each(put);
                }
            }
        }
        folded.tidy = tidy;
        folded
    }

    /// What was written where this stretch of the folded text stands.
    pub fn original(&self, range: std::ops::Range<usize>) -> &str {
        match (self.from.get(range.start), range.end.checked_sub(1).and_then(|last| self.from.get(last))) {
            (Some(first), Some(last)) => self.tidy.get(first.0 as usize..last.1 as usize).unwrap_or_default(),
            _ => "",
        }
    }

    /// The same with other texts in place of some stretches, which must be in order and not overlap.
    pub fn replaced(&self, stretches: &[(std::ops::Range<usize>, String)]) -> Self {
        let mut new = Self { tidy: self.tidy.clone(), folded: String::new(), from: Vec::new() };
        let mut at = 0;
        for (range, text) in stretches {
            new.keep(self, at..range.start);
            let whole = (self.from[range.start].0, self.from[range.end - 1].1);
            new.folded.push_str(text);
            new.from.extend(std::iter::repeat_n(whole, text.len()));
            at = range.end;
        }
        new.keep(self, at..self.folded.len());
        new
    }

    fn keep(&mut self, from: &Self, range: std::ops::Range<usize>) {
        self.folded.push_str(&from.folded[range.clone()]);
        self.from.extend_from_slice(&from.from[range]);
    }
}

/// The folded text alone.
pub fn fold(text: &str) -> String {
    Folded::new(text).folded
}

/// Whether words of this script are written without spaces, or stick to their endings.
pub fn is_dense(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{ff66}'..='\u{ff9f}')
}

/// The words of a folded text, in order. An apostrophe inside a word is left out: `don't` is `dont`.
pub fn words(folded: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut dense = false;
    for c in folded.chars() {
        if c == '\'' && !word.is_empty() {
            continue;
        }
        let inside = c.is_alphanumeric() || is_combining_mark(c) || c == 'ー';
        if !word.is_empty() && (!inside || is_dense(c) != dense) {
            words.push(std::mem::take(&mut word));
        }
        if inside {
            dense = is_dense(c);
            word.push(c);
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Whether two words differ by at most so many typing mistakes: a letter too many, too few, another, or two swapped.
pub fn nearly(one: &str, other: &str, mistakes: usize) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > mistakes {
        return false;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for i in 1..=one.len() {
        let mut next = vec![i; other.len() + 1];
        for j in 1..=other.len() {
            let change = usize::from(one[i - 1] != other[j - 1]);
            next[j] = (row[j] + 1).min(next[j - 1] + 1).min(row[j - 1] + change);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                next[j] = next[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut row, next);
    }
    row[other.len()] <= mistakes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_and_splits() {
        for (text, expected) in [
            ("Where's my ORDER?", "wheres my order"),
            ("¿Dónde está?", "donde esta"),
            ("Não, obrigado", "nao obrigado"),
            ("ＡＢＣ１２３", "abc123"),
            ("ﾊﾞｽはどこ？", "バスはどこ"),
            ("주문 번호는 12번", "주문 번호는 12 번"),
            ("2024年5月", "2024 年 5 月"),
            ("👍🏽 ok", "ok"),
            ("", ""),
        ] {
            assert_eq!(words(&fold(text)).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(fold(&"é".repeat(1_000_000)).len(), LONGEST);
        // One character that stands for eighteen.
        assert!(fold(&"\u{fdfa}".repeat(LONGEST)).chars().count() <= LONGEST * 2);
    }

    #[test]
    fn counts_typing_mistakes() {
        for (one, other, mistakes, expected) in [
            ("order", "order", 0, true),
            ("order", "oder", 1, true),
            ("order", "ordre", 1, true),
            ("order", "ordering", 1, false),
            ("refund", "refnud", 1, true),
            ("refund", "rfnud", 1, false),
            ("", "a", 1, true),
            ("", "ab", 1, false),
        ] {
            assert_eq!(nearly(one, other, mistakes), expected, "{one} {other}");
        }
    }
}
