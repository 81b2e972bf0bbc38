//! Whether a condition holds (spec 10 §1.5).

use std::cmp::Ordering;

/// Whether a result meets an operator and its operand; only `KeyExists` needs no operand.
pub(super) fn holds(operator: &str, operand: Option<&str>, result: &str) -> bool {
    if operator == "KeyExists" {
        return true;
    }
    let Some(operand) = operand else { return false };
    let number = |accepts: fn(Ordering) -> bool| compare_decimals(result, operand).is_some_and(accepts);
    match operator {
        "Equals" => result == operand,
        "TextStartsWith" => result.starts_with(operand),
        "TextEndsWith" => result.ends_with(operand),
        "TextContains" => result.contains(operand),
        "NumberGreaterThan" => number(Ordering::is_gt),
        "NumberGreaterOrEqualTo" => number(Ordering::is_ge),
        "NumberLessThan" => number(Ordering::is_lt),
        "NumberLessOrEqualTo" => number(Ordering::is_le),
        _ => false,
    }
}

/// Compares two texts as decimal numbers, exactly; none when one of them is not a number.
pub(crate) fn compare_decimals(left: &str, right: &str) -> Option<Ordering> {
    let (left, right) = (Decimal::parse(left)?, Decimal::parse(right)?);
    Some(match (left.negative, right.negative) {
        (false, true) => Ordering::Greater,
        (true, false) => Ordering::Less,
        (false, false) => left.magnitude(&right),
        (true, true) => right.magnitude(&left),
    })
}

/// An optional sign, digits and an optional fraction, with zeros that mean nothing cut off.
struct Decimal<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
}

impl<'a> Decimal<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let text = text.trim();
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !are_digits(whole) || !are_digits(fraction) {
            return None;
        }
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        Some(Self { negative: negative && !(whole.is_empty() && fraction.is_empty()), whole, fraction })
    }

    /// Compares without the signs.
    fn magnitude(&self, other: &Self) -> Ordering {
        (self.whole.len().cmp(&other.whole.len()))
            .then_with(|| self.whole.cmp(other.whole))
            .then_with(|| self.fraction.cmp(other.fraction))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_hold_or_not() {
        for (result, operator, operand, expected) in [
            ("CHAT", "Equals", "CHAT", true),
            ("chat", "Equals", "CHAT", false),
            ("5.0", "Equals", "5", false),
            ("+4412", "TextStartsWith", "+44", true),
            ("4412", "TextStartsWith", "+44", false),
            ("abc", "TextEndsWith", "bc", true),
            ("abc", "TextContains", "b", true),
            ("abc", "TextContains", "B", false),
            ("10", "NumberGreaterThan", "9", true),
            ("9", "NumberGreaterThan", "9", false),
            ("9", "NumberGreaterOrEqualTo", " 9.00 ", true),
            ("-1", "NumberLessThan", "0", true),
            ("-2", "NumberLessThan", "-1.5", true),
            ("-0", "NumberLessOrEqualTo", "0", true),
            ("many", "NumberLessThan", "5", false),
            ("1e3", "NumberGreaterThan", "5", false),
            ("1,000", "NumberGreaterThan", "5", false),
            ("99999999999999999999.1", "NumberGreaterThan", "99999999999999999999.09", true),
            ("", "KeyExists", "x", true),
            ("x", "And", "x", false),
        ] {
            assert_eq!(holds(operator, Some(operand), result), expected, "{result:?} {operator} {operand}");
        }
        assert!(holds("KeyExists", None, ""));
        assert!(!holds("Equals", None, ""));
    }
}
