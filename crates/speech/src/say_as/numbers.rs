//! Numbers of all kinds.

use super::{Tongue, english, german};

/// The largest number that is worded; longer ones are read digit by digit.
const LARGEST: u64 = 999_999_999_999_999;

/// The words of a number.
type Worded = fn(u64) -> String;

/// A number, with thousands in groups and a decimal part as the language writes them.
pub(super) fn cardinal(text: &str, tongue: Tongue) -> Option<String> {
    let (minus, rest) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (group, point) = match tongue {
        Tongue::English => (',', '.'),
        Tongue::German => ('.', ','),
        // How the language writes numbers is not known; its engine reads what stands there.
        Tongue::Other => return None,
    };
    let (whole, decimals) = match rest.split_once(point) {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (rest, None),
    };
    let whole = number(&grouped(whole, group)?)?;
    let decimals = decimals
        .map(|it| it.chars().map(|digit| Some(digit.to_digit(10)? as u64)).collect::<Option<Vec<_>>>());
    let (words, sign, point): (Worded, _, _) = match tongue {
        Tongue::English => (english::cardinal, "minus", "point"),
        _ => (german::cardinal, "minus", "Komma"),
    };
    let mut said: Vec<String> = minus.then(|| sign.to_owned()).into_iter().collect();
    said.push(words(whole));
    if let Some(decimals) = decimals {
        let decimals = decimals.filter(|digits| !digits.is_empty())?;
        said.push(point.to_owned());
        said.extend(decimals.into_iter().map(words));
    }
    Some(said.join(" "))
}

/// The place in an order.
pub(super) fn ordinal(text: &str, tongue: Tongue, language: &str) -> Option<String> {
    let bare =
        text.trim_end_matches(|letter: char| letter.is_alphabetic() || matches!(letter, '.' | 'º' | 'ª'));
    let group = if tongue == Tongue::English { ',' } else { '.' };
    let number = number(&grouped(bare, group)?)?;
    Some(match tongue {
        Tongue::English => english::ordinal(number),
        Tongue::German => format!("{}er", german::ordinal_stem(number)),
        Tongue::Other => match language.get(..2) {
            Some("es" | "pt" | "it") => format!("{number}º"),
            Some("fr") => format!("{number}e"),
            Some("nl") => format!("{number}e"),
            _ => format!("{number}."),
        },
    })
}

/// `3/4`, `2 1/4` or `2+1/4`.
pub(super) fn fraction(text: &str, tongue: Tongue) -> Option<String> {
    let (whole, fraction) = match text.rsplit_once(['+', ' ']) {
        Some((whole, fraction)) => (Some(number(whole.trim())?), fraction.trim()),
        None => (None, text),
    };
    let (parts, of) = fraction.split_once(['/', '⁄'])?;
    let (parts, of) = (number(parts.trim())?, number(of.trim()).filter(|of| *of > 0)?);
    let (cardinal, fraction, and): (Worded, fn(u64, u64) -> String, _) = match tongue {
        Tongue::English => (english::cardinal, english::fraction, "and"),
        Tongue::German => (german::cardinal, german::fraction, "und"),
        Tongue::Other => return None,
    };
    Some(match whole {
        Some(whole) => format!("{} {and} {}", cardinal(whole), fraction(parts, of)),
        None => fraction(parts, of),
    })
}

/// A number or fraction with a unit right after it.
pub(super) fn unit(text: &str, tongue: Tongue) -> Option<String> {
    let cut = text.rfind(|letter: char| letter.is_ascii_digit())? + 1;
    let (amount, unit) = (text[..cut].trim(), text[cut..].trim());
    let units = match tongue {
        Tongue::English => english::UNITS,
        Tongue::German => german::UNITS,
        Tongue::Other => return Some(format!("{amount} {unit}")),
    };
    let words = fraction(amount, tongue).or_else(|| cardinal(amount, tongue))?;
    let name = units.iter().find(|(sign, ..)| *sign == unit);
    let name = name.map_or(unit, |(_, one, many)| if amount == "1" { one } else { many });
    let words = match (tongue, &*words) {
        (Tongue::German, "eins") if name.ends_with('e') => "eine",
        (Tongue::German, "eins") => "ein",
        (_, words) => words,
    };
    Some(format!("{words} {name}"))
}

/// Digits without the signs between their groups of three; none where the groups are not three long.
fn grouped(text: &str, group: char) -> Option<String> {
    let parts: Vec<&str> = text.split([group, ' ', '\u{a0}', '\u{202f}', '\'']).collect();
    let sound = parts.len() == 1
        || (parts[1..].iter().all(|part| part.len() == 3) && (1..=3).contains(&parts[0].len()));
    sound.then(|| parts.concat())
}

/// Plain digits as a number that can be worded.
pub(super) fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.chars().all(|digit| digit.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().filter(|number| *number <= LARGEST)
}
