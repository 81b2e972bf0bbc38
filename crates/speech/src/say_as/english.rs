//! English words.

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const SCALES: [(u64, &str); 4] = [
    (1_000_000_000_000, "trillion"),
    (1_000_000_000, "billion"),
    (1_000_000, "million"),
    (1_000, "thousand"),
];

/// A whole number.
pub(super) fn cardinal(number: u64) -> String {
    if number < 1_000 {
        return below_thousand(number);
    }
    let mut left = number;
    let mut parts = Vec::new();
    for (scale, name) in SCALES {
        if left >= scale {
            parts.push(format!("{} {name}", cardinal(left / scale)));
            left %= scale;
        }
    }
    if left > 0 {
        parts.push(below_thousand(left));
    }
    parts.join(" ")
}

fn below_thousand(number: u64) -> String {
    let below_hundred = |number: u64| match (number / 10, number % 10) {
        (0 | 1, _) => ONES[number as usize].to_owned(),
        (tens, 0) => TENS[tens as usize].to_owned(),
        (tens, ones) => format!("{}-{}", TENS[tens as usize], ONES[ones as usize]),
    };
    match (number / 100, number % 100) {
        (0, rest) => below_hundred(rest),
        (hundreds, 0) => format!("{} hundred", ONES[hundreds as usize]),
        (hundreds, rest) => format!("{} hundred {}", ONES[hundreds as usize], below_hundred(rest)),
    }
}

/// The number's place in an order.
pub(super) fn ordinal(number: u64) -> String {
    let words = cardinal(number);
    let cut = words.rfind([' ', '-']).map_or(0, |place| place + 1);
    let (before, last) = words.split_at(cut);
    let last = match last {
        "one" => "first".to_owned(),
        "two" => "second".to_owned(),
        "three" => "third".to_owned(),
        "five" => "fifth".to_owned(),
        "eight" => "eighth".to_owned(),
        "nine" => "ninth".to_owned(),
        "twelve" => "twelfth".to_owned(),
        other => match other.strip_suffix('y') {
            Some(stem) => format!("{stem}ieth"),
            None => format!("{other}th"),
        },
    };
    format!("{before}{last}")
}

/// So many parts of so many.
pub(super) fn fraction(parts: u64, of: u64) -> String {
    let name = match of {
        2 if parts == 1 => "half".to_owned(),
        2 => "halves".to_owned(),
        4 if parts == 1 => "quarter".to_owned(),
        4 => "quarters".to_owned(),
        _ if parts == 1 => ordinal(of),
        _ => format!("{}s", ordinal(of)),
    };
    format!("{} {name}", cardinal(parts))
}

/// A year as it is spoken: nineteen ninety-nine, two thousand five.
pub(super) fn year(year: u64) -> String {
    match (year / 100, year % 100) {
        (high, _) if !(11..=99).contains(&high) || (20 == high && year % 100 < 10) => cardinal(year),
        (high, 0) => format!("{} hundred", cardinal(high)),
        (high, low @ 1..=9) => format!("{} oh {}", cardinal(high), cardinal(low)),
        (high, low) => format!("{} {}", cardinal(high), cardinal(low)),
    }
}

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// What a character is called where its sign alone would not be read by its name.
pub(super) fn character(letter: char) -> Option<&'static str> {
    Some(match letter {
        // Alone it would be read as the article.
        'a' | 'A' => "ay",
        '.' => "dot",
        ',' => "comma",
        '-' => "dash",
        '_' => "underscore",
        '@' => "at",
        '/' => "slash",
        '\\' => "backslash",
        ':' => "colon",
        ';' => "semicolon",
        '!' => "exclamation mark",
        '?' => "question mark",
        '&' => "and",
        '+' => "plus",
        '=' => "equals",
        '*' => "star",
        '#' => "hash",
        '%' => "percent",
        '$' => "dollar",
        '€' => "euro",
        '£' => "pound",
        '(' | ')' => "parenthesis",
        '\'' | '’' => "apostrophe",
        '"' => "quote",
        '<' => "less than",
        '>' => "greater than",
        _ => return None,
    })
}

/// Units by their sign: one of them, several of them.
pub(super) const UNITS: &[(&str, &str, &str)] = &[
    ("km/h", "kilometre per hour", "kilometres per hour"),
    ("mph", "mile per hour", "miles per hour"),
    ("kg", "kilogram", "kilograms"),
    ("mg", "milligram", "milligrams"),
    ("km", "kilometre", "kilometres"),
    ("cm", "centimetre", "centimetres"),
    ("mm", "millimetre", "millimetres"),
    ("ml", "millilitre", "millilitres"),
    ("ft", "foot", "feet"),
    ("in", "inch", "inches"),
    ("inch", "inch", "inches"),
    ("lb", "pound", "pounds"),
    ("oz", "ounce", "ounces"),
    ("min", "minute", "minutes"),
    ("meter", "meter", "meters"),
    ("metre", "metre", "metres"),
    ("°C", "degree Celsius", "degrees Celsius"),
    ("°F", "degree Fahrenheit", "degrees Fahrenheit"),
    ("%", "percent", "percent"),
    ("GB", "gigabyte", "gigabytes"),
    ("MB", "megabyte", "megabytes"),
    ("kWh", "kilowatt hour", "kilowatt hours"),
    ("h", "hour", "hours"),
    ("s", "second", "seconds"),
    ("m", "metre", "metres"),
    ("g", "gram", "grams"),
    ("l", "litre", "litres"),
];
