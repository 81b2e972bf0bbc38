//! Numbers in digits and in words.

use std::ops::Range;

use super::{Found, found};
use crate::language::Language;
use crate::text::Folded;

/// All numbers of a text, in order. In an answer, words that are also articles or parts of other words count.
pub(super) fn find_all(text: &Folded, language: Language, answer: bool) -> Vec<Found> {
    let text = replaced(text, language, answer);
    let mut all = Vec::new();
    for (range, value) in digits(&text.folded) {
        all.push(found(&text, range, value));
    }
    all
}

/// The text with digits in place of number words.
pub(super) fn with_digits(text: &Folded, language: Language) -> Folded {
    replaced(text, language, false)
}

fn replaced(text: &Folded, language: Language, answer: bool) -> Folded {
    let stretches = match language {
        Language::Japanese | Language::Korean => dense_words(&text.folded, language, answer),
        Language::Other => Vec::new(),
        _ => spaced_words(&text.folded, language, answer),
    };
    if stretches.is_empty() { text.clone() } else { text.replaced(&stretches) }
}

/// Numbers written in digits. Groups of three are thousands, anything else after a point or comma is a fraction.
fn digits(folded: &str) -> Vec<(Range<usize>, String)> {
    let bytes = folded.as_bytes();
    let mut all = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let mut end = at;
        while end < bytes.len()
            && (bytes[end].is_ascii_digit()
                || (matches!(bytes[end], b'.' | b',') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit)))
        {
            end += 1;
        }
        let before = folded[..at].chars().next_back();
        let minus =
            before == Some('-') && !folded[..at - 1].chars().next_back().is_some_and(|c| c.is_alphanumeric());
        let start = if minus { at - 1 } else { at };
        let inside_word = !minus && before.is_some_and(|c| c.is_ascii_alphabetic());
        let into_word = folded[end..].chars().next().is_some_and(|c| c.is_ascii_alphabetic());
        if !inside_word
            && (!into_word || folded[end..].starts_with(['k', 'x']))
            && let Some(value) = decimal(&folded[at..end])
        {
            let sign = if minus { "-" } else { "" };
            all.push((start..end, format!("{sign}{value}")));
        }
        at = end;
    }
    all
}

/// One number of digits, points and commas as a plain decimal.
fn decimal(text: &str) -> Option<String> {
    let marks: Vec<char> = text.chars().filter(|c| !c.is_ascii_digit()).collect();
    let parts: Vec<&str> = text.split(['.', ',']).collect();
    let grouped = |parts: &[&str]| {
        !parts[0].is_empty() && parts[0].len() <= 3 && parts[1..].iter().all(|part| part.len() == 3)
    };
    let plain = |digits: String| {
        let digits = digits.trim_start_matches('0');
        if digits.is_empty() { "0".to_owned() } else { digits.to_owned() }
    };
    match marks.as_slice() {
        [] => Some(if text.len() > 15 { text.to_owned() } else { plain(text.to_owned()) }),
        [_] if grouped(&parts) && parts[0] != "0" => Some(plain(parts.concat())),
        [_] => Some(format!("{}.{}", plain(parts[0].to_owned()), parts[1])),
        all if all.iter().all(|mark| *mark == all[0]) => grouped(&parts).then(|| plain(parts.concat())),
        [front @ .., last] => {
            let (whole, fraction) = text.rsplit_once(*last)?;
            let same = front.iter().all(|mark| mark == &front[0] && mark != last);
            let whole: Vec<&str> = whole.split(['.', ',']).collect();
            (same && grouped(&whole)).then(|| format!("{}.{fraction}", plain(whole.concat())))
        }
    }
}

#[rustfmt::skip]
const ENGLISH: &[(&str, u64)] = &[
    ("zero", 0), ("one", 1), ("two", 2), ("three", 3), ("four", 4), ("five", 5), ("six", 6), ("seven", 7),
    ("eight", 8), ("nine", 9), ("ten", 10), ("eleven", 11), ("twelve", 12), ("thirteen", 13),
    ("fourteen", 14), ("fifteen", 15), ("sixteen", 16), ("seventeen", 17), ("eighteen", 18),
    ("nineteen", 19), ("twenty", 20), ("thirty", 30), ("forty", 40), ("fifty", 50), ("sixty", 60),
    ("seventy", 70), ("eighty", 80), ("ninety", 90), ("hundred", 100), ("thousand", 1000),
    ("million", 1_000_000), ("dozen", 12),
];
#[rustfmt::skip]
const SPANISH: &[(&str, u64)] = &[
    ("cero", 0), ("uno", 1), ("dos", 2), ("tres", 3), ("cuatro", 4), ("cinco", 5), ("seis", 6),
    ("siete", 7), ("ocho", 8), ("nueve", 9), ("diez", 10), ("once", 11), ("doce", 12), ("trece", 13),
    ("catorce", 14), ("quince", 15), ("dieciseis", 16), ("diecisiete", 17), ("dieciocho", 18),
    ("diecinueve", 19), ("veinte", 20), ("veintiuno", 21), ("veintiun", 21), ("veintidos", 22),
    ("veintitres", 23), ("veinticuatro", 24), ("veinticinco", 25), ("veintiseis", 26), ("veintisiete", 27),
    ("veintiocho", 28), ("veintinueve", 29), ("treinta", 30), ("cuarenta", 40), ("cincuenta", 50),
    ("sesenta", 60), ("setenta", 70), ("ochenta", 80), ("noventa", 90), ("cien", 100), ("ciento", 100),
    ("doscientos", 200), ("doscientas", 200), ("trescientos", 300), ("trescientas", 300),
    ("cuatrocientos", 400), ("cuatrocientas", 400), ("quinientos", 500), ("quinientas", 500),
    ("seiscientos", 600), ("setecientos", 700), ("ochocientos", 800), ("novecientos", 900), ("mil", 1000),
    ("millon", 1_000_000), ("millones", 1_000_000), ("docena", 12),
];
#[rustfmt::skip]
const PORTUGUESE: &[(&str, u64)] = &[
    ("zero", 0), ("dois", 2), ("duas", 2), ("tres", 3), ("quatro", 4), ("cinco", 5), ("seis", 6),
    ("sete", 7), ("oito", 8), ("nove", 9), ("dez", 10), ("onze", 11), ("doze", 12), ("treze", 13),
    ("catorze", 14), ("quatorze", 14), ("quinze", 15), ("dezesseis", 16), ("dezasseis", 16),
    ("dezessete", 17), ("dezassete", 17), ("dezoito", 18), ("dezenove", 19), ("dezanove", 19),
    ("vinte", 20), ("trinta", 30), ("quarenta", 40), ("cinquenta", 50), ("sessenta", 60), ("setenta", 70),
    ("oitenta", 80), ("noventa", 90), ("cem", 100), ("cento", 100), ("duzentos", 200), ("duzentas", 200),
    ("trezentos", 300), ("quatrocentos", 400), ("quinhentos", 500), ("seiscentos", 600),
    ("setecentos", 700), ("oitocentos", 800), ("novecentos", 900), ("mil", 1000), ("milhao", 1_000_000),
    ("milhoes", 1_000_000), ("duzia", 12),
];

/// Runs of number words in languages with spaces.
fn spaced_words(folded: &str, language: Language, answer: bool) -> Vec<(Range<usize>, String)> {
    let (table, and): (_, &[&str]) = match language {
        Language::Spanish => (SPANISH, &["y"]),
        Language::Portuguese => (PORTUGUESE, &["e"]),
        _ => (ENGLISH, &["and"]),
    };
    // Articles that are the number one in an answer, and everywhere before a word of size.
    let articles: &[&str] = match language {
        Language::Spanish => &["un", "una"],
        Language::Portuguese => &["um", "uma"],
        _ => &["a", "an"],
    };
    let tokens = tokens(folded);
    let value = |word: &str| table.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
    let mut all = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let mut run: Vec<u64> = Vec::new();
        let (mut next, mut end) = (at, at);
        while let Some((word, _)) = tokens.get(next) {
            let ahead = |step: usize| tokens.get(next + step).and_then(|(word, _)| value(word));
            if let Some(value) = value(word) {
                run.push(value);
                end = next + 1;
            } else if articles.contains(word)
                && run.is_empty()
                && (ahead(1).is_some_and(|value| value >= 100 || value == 12)
                    || answer && language != Language::English && tokens.len() <= 2)
            {
                run.push(1);
                end = next + 1;
            } else if !(and.contains(word)
                && !run.is_empty()
                && run.last() >= Some(&20)
                && ahead(1).is_some())
            {
                break;
            }
            next += 1;
        }
        if end > at && !run.is_empty() {
            let range = tokens[at].1.start..tokens[end - 1].1.end;
            all.push((range, together(&run)));
            at = end;
        } else {
            at += 1;
        }
    }
    all
}

/// What number words mean together: sizes multiply, the rest is added; single digits in a row are spelled out.
fn together(run: &[u64]) -> String {
    if run.len() > 1 && run.iter().all(|value| *value < 10) {
        return run.iter().map(u64::to_string).collect();
    }
    let (mut total, mut current) = (0u64, 0u64);
    for &value in run {
        match value {
            // Hundred, or a dozen after its count.
            100 | 12 if current > 0 && current < 12 => current *= value,
            1000 | 1_000_000 => {
                total = total.saturating_add(current.max(1).saturating_mul(value));
                current = 0;
            }
            _ => current = current.saturating_add(value),
        }
    }
    total.saturating_add(current).to_string()
}

/// Letters between spaces and marks, with their places.
fn tokens(folded: &str) -> Vec<(&str, Range<usize>)> {
    let mut tokens = Vec::new();
    let mut start = None;
    for (at, c) in folded.char_indices().chain([(folded.len(), ' ')]) {
        match (c.is_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                tokens.push((&folded[from..at], from..at));
                start = None;
            }
            _ => {}
        }
    }
    tokens
}

const JAPANESE_COUNTERS: &[&str] = &[
    "つ", "個", "人", "名", "枚", "本", "台", "番", "円", "時", "分", "日", "月", "年", "冊", "泊", "点",
    "回", "歳", "週間", "か月", "ヶ月", "箱", "杯", "匹", "階", "号",
];
const KOREAN_COUNTERS: &[&str] = &[
    "개", "명", "번", "원", "시", "분", "일", "월", "년", "호", "장", "마리", "권", "인분", "박", "살", "주",
    "달", "잔", "대", "사람", "층", "회",
];
#[rustfmt::skip]
const KOREAN_NATIVE: &[(&str, u64)] = &[
    ("하나", 1), ("둘", 2), ("셋", 3), ("넷", 4), ("다섯", 5), ("여섯", 6), ("일곱", 7), ("여덟", 8), ("아홉", 9),
    ("한", 1), ("두", 2), ("세", 3), ("네", 4), ("스무", 20), ("스물", 20), ("서른", 30), ("마흔", 40), ("쉰", 50),
    ("열", 10),
];
#[rustfmt::skip]
const JAPANESE_NATIVE: &[(&str, u64)] = &[
    ("ひとつ", 1), ("一つ", 1), ("ふたつ", 2), ("二つ", 2), ("みっつ", 3), ("三つ", 3), ("よっつ", 4), ("四つ", 4), ("いつつ", 5),
    ("五つ", 5), ("むっつ", 6), ("ななつ", 7), ("やっつ", 8), ("ここのつ", 9), ("ひとり", 1), ("ふたり", 2),
];

/// Runs of number signs in Japanese and Korean. As they are parts of other words too, they count only before a
/// counter or where they are the whole answer.
fn dense_words(folded: &str, language: Language, answer: bool) -> Vec<(Range<usize>, String)> {
    let korean = language == Language::Korean;
    let counters = if korean { KOREAN_COUNTERS } else { JAPANESE_COUNTERS };
    let mut all = Vec::new();
    let mut at = 0;
    while at < folded.len() {
        let rest = &folded[at..];
        let step = rest.chars().next().map_or(1, char::len_utf8);
        let native = if korean { KOREAN_NATIVE } else { JAPANESE_NATIVE };
        if let Some((length, value, needs_counter)) = native_number(rest, native, korean) {
            let after = &rest[length..];
            let counted = counters.iter().any(|counter| after.trim_start().starts_with(counter));
            let alone = after.chars().next().is_none_or(|c| !c.is_alphanumeric());
            let begins = at == 0 || folded[..at].ends_with(|c: char| !c.is_alphanumeric());
            if !korean || counted && begins || (!needs_counter && begins && (alone || answer)) {
                all.push((at..at + length, value.to_string()));
                at += length;
                continue;
            }
        }
        let length: usize = rest.chars().take_while(|c| sign(*c, korean).is_some()).map(char::len_utf8).sum();
        if length > 0 {
            let after = rest[length..].trim_start();
            let whole = answer && at == 0 && after.chars().filter(|c| c.is_alphanumeric()).count() <= 2;
            let begins = !korean || at == 0 || folded[..at].ends_with(|c: char| !c.is_alphanumeric());
            // The last sign may be the counter itself (일 is both one and day).
            let counted = counters.iter().any(|counter| after.starts_with(counter));
            if begins && (counted || whole) {
                all.push((at..at + length, signs(&rest[..length], korean)));
            }
            at += length;
            continue;
        }
        at += step;
    }
    all
}

/// A number in native words at the beginning: its length, value, and whether only a counter makes it a number.
fn native_number(text: &str, table: &[(&str, u64)], korean: bool) -> Option<(usize, u64, bool)> {
    let at = |text: &str| {
        table.iter().find(|(word, _)| text.starts_with(word)).map(|(word, value)| (word.len(), *value))
    };
    let (length, value) = at(text)?;
    if korean
        && value >= 10
        && let Some((more, ones)) = at(&text[length..]).filter(|(_, ones)| *ones < 10)
    {
        return Some((length + more, value + ones, false));
    }
    let short = matches!(&text[..length], "한" | "두" | "세" | "네" | "열");
    Some((length, value, short))
}

fn sign(c: char, korean: bool) -> Option<u64> {
    let signs: &[(char, u64)] = if korean {
        &[
            ('영', 0),
            ('공', 0),
            ('일', 1),
            ('이', 2),
            ('삼', 3),
            ('사', 4),
            ('오', 5),
            ('육', 6),
            ('칠', 7),
            ('팔', 8),
            ('구', 9),
            ('십', 10),
            ('백', 100),
            ('천', 1000),
            ('만', 10_000),
        ]
    } else {
        &[
            ('〇', 0),
            ('零', 0),
            ('一', 1),
            ('二', 2),
            ('三', 3),
            ('四', 4),
            ('五', 5),
            ('六', 6),
            ('七', 7),
            ('八', 8),
            ('九', 9),
            ('十', 10),
            ('百', 100),
            ('千', 1000),
            ('万', 10_000),
        ]
    };
    signs.iter().find(|(sign, _)| *sign == c).map(|(_, value)| *value)
}

fn signs(text: &str, korean: bool) -> String {
    let values: Vec<u64> = text.chars().filter_map(|c| sign(c, korean)).collect();
    if values.iter().all(|value| *value < 10) {
        return values.iter().map(u64::to_string).collect();
    }
    let (mut total, mut group, mut one) = (0u64, 0u64, 0u64);
    for value in values {
        match value {
            10_000 => {
                total = total.saturating_add((group + one).max(1).saturating_mul(value));
                (group, one) = (0, 0);
            }
            10.. => {
                group = group.saturating_add(one.max(1).saturating_mul(value));
                one = 0;
            }
            _ => one = value,
        }
    }
    total.saturating_add(group).saturating_add(one).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(language: Language, text: &str, answer: bool) -> String {
        let found = find_all(&Folded::new(text), language, answer);
        found.iter().map(|one| one.value.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn finds_numbers() {
        use Language::*;
        for (language, text, expected) in [
            (English, "I have 3 cats and 1,200 fish", "3 1200"),
            (English, "3.50 or 3,5", "3.50 3.5"),
            (English, "1,234,567.89", "1234567.89"),
            (English, "1.2.3", ""),
            (English, "twenty five", "25"),
            (English, "one hundred and five", "105"),
            (English, "a hundred", "100"),
            (English, "two thousand three hundred", "2300"),
            (English, "one two three", "123"),
            (English, "two dozen eggs", "24"),
            (English, "-5 degrees", "-5"),
            (English, "007", "7"),
            (English, "AB12 is no number", ""),
            (English, "a cat", ""),
            (Spanish, "treinta y cinco", "35"),
            (Spanish, "dos mil quinientos", "2500"),
            (Spanish, "1.200,50 euros", "1200.50"),
            (Portuguese, "vinte e três", "23"),
            (Portuguese, "cento e cinquenta", "150"),
            (Japanese, "三個ください", "3"),
            (Japanese, "二十五人", "25"),
            (Japanese, "ふたつお願いします", "2"),
            (Japanese, "一緒に", ""),
            (Korean, "세 개 주세요", "3"),
            (Korean, "스물다섯 명", "25"),
            (Korean, "이십오 명", "25"),
            (Korean, "이 물건", ""),
            (Other, "12", "12"),
        ] {
            assert_eq!(all(language, text, false), expected, "{text}");
        }
    }

    #[test]
    fn answers_may_be_bare_words() {
        for (language, text, expected) in [
            (Language::Spanish, "una", "1"),
            (Language::Portuguese, "um", "1"),
            (Language::Japanese, "十二", "12"),
            (Language::Korean, "삼", "3"),
            (Language::Korean, "하나요", "1"),
            (Language::English, "99999999999999999999999999", "99999999999999999999999999"),
        ] {
            assert_eq!(all(language, text, true), expected, "{text}");
        }
    }
}
