//! German words.

const ONES: [&str; 20] = [
    "null",
    "eins",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "dreizehn",
    "vierzehn",
    "fünfzehn",
    "sechzehn",
    "siebzehn",
    "achtzehn",
    "neunzehn",
];
const TENS: [&str; 10] =
    ["", "", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"];

/// A whole number.
pub(super) fn cardinal(number: u64) -> String {
    for (scale, one, many) in [
        (1_000_000_000_000, "eine Billion", "Billionen"),
        (1_000_000_000, "eine Milliarde", "Milliarden"),
        (1_000_000, "eine Million", "Millionen"),
    ] {
        if number >= scale {
            let (high, rest) = (number / scale, number % scale);
            let high = if high == 1 { one.to_owned() } else { format!("{} {many}", cardinal(high)) };
            return if rest == 0 { high } else { format!("{high} {}", cardinal(rest)) };
        }
    }
    match (number / 1_000, number % 1_000) {
        (0, rest) => below_thousand(rest, true),
        (high, 0) => format!("{}tausend", below_thousand(high, false)),
        (high, rest) => format!("{}tausend{}", below_thousand(high, false), below_thousand(rest, true)),
    }
}

/// `alone`: nothing follows, so that one is `eins`.
fn below_thousand(number: u64, alone: bool) -> String {
    let one = |number: u64, alone: bool| if number == 1 && !alone { "ein" } else { ONES[number as usize] };
    let below_hundred = |number: u64| match (number / 10, number % 10) {
        (0 | 1, _) => one(number, alone).to_owned(),
        (tens, 0) => TENS[tens as usize].to_owned(),
        (tens, ones) => format!("{}und{}", one(ones, false), TENS[tens as usize]),
    };
    match (number / 100, number % 100) {
        (0, rest) => below_hundred(rest),
        (hundreds, 0) => format!("{}hundert", one(hundreds, false)),
        (hundreds, rest) => format!("{}hundert{}", one(hundreds, false), below_hundred(rest)),
    }
}

/// The stem of the number's place in an order, without its ending: `erst`, `einundzwanzigst`.
pub(super) fn ordinal_stem(number: u64) -> String {
    let last = number % 100;
    let words = cardinal(number);
    let replaced = |end: &str, by: &str| words.strip_suffix(end).map(|stem| format!("{stem}{by}"));
    let irregular = match last {
        1 => replaced("eins", "erst"),
        3 => replaced("drei", "dritt"),
        7 => replaced("sieben", "siebt"),
        8 => replaced("acht", "acht"),
        _ => None,
    };
    match (irregular, last) {
        (Some(stem), _) => stem,
        (None, 2..=19) => format!("{words}t"),
        (None, _) => format!("{words}st"),
    }
}

/// So many parts of so many.
pub(super) fn fraction(parts: u64, of: u64) -> String {
    let many = if parts == 1 { "ein".to_owned() } else { cardinal(parts) };
    match of {
        2 if parts == 1 => "ein halb".to_owned(),
        2 => format!("{many} halbe"),
        _ => {
            let mut name = format!("{}el", ordinal_stem(of));
            if let Some(first) = name.get(..1).map(str::to_uppercase) {
                name.replace_range(..1, &first);
            }
            format!("{many} {name}")
        }
    }
}

/// A year as it is spoken: neunzehnhundertneunundneunzig, zweitausendfünf.
pub(super) fn year(year: u64) -> String {
    match (year / 100, year % 100) {
        (high @ 11..=19, 0) => format!("{}hundert", cardinal(high)),
        (high @ 11..=19, low) => format!("{}hundert{}", cardinal(high), cardinal(low)),
        _ => cardinal(year),
    }
}

pub(super) const MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

/// What a character is called where its sign alone would not be read by its name.
pub(super) fn character(letter: char) -> Option<&'static str> {
    Some(match letter {
        '.' => "Punkt",
        ',' => "Komma",
        '-' => "Strich",
        '_' => "Unterstrich",
        '@' => "at",
        '/' => "Schrägstrich",
        '\\' => "umgekehrter Schrägstrich",
        ':' => "Doppelpunkt",
        ';' => "Strichpunkt",
        '!' => "Ausrufezeichen",
        '?' => "Fragezeichen",
        '&' => "und",
        '+' => "plus",
        '=' => "gleich",
        '*' => "Stern",
        '#' => "Raute",
        '%' => "Prozent",
        '$' => "Dollar",
        '€' => "Euro",
        '£' => "Pfund",
        '(' | ')' => "Klammer",
        '\'' | '’' => "Apostroph",
        '"' => "Anführungszeichen",
        'ß' => "Eszett",
        _ => return None,
    })
}

/// Units by their sign: one of them, several of them.
pub(super) const UNITS: &[(&str, &str, &str)] = &[
    ("km/h", "Kilometer pro Stunde", "Kilometer pro Stunde"),
    ("kg", "Kilogramm", "Kilogramm"),
    ("mg", "Milligramm", "Milligramm"),
    ("km", "Kilometer", "Kilometer"),
    ("cm", "Zentimeter", "Zentimeter"),
    ("mm", "Millimeter", "Millimeter"),
    ("ml", "Milliliter", "Milliliter"),
    ("min", "Minute", "Minuten"),
    ("°C", "Grad Celsius", "Grad Celsius"),
    ("%", "Prozent", "Prozent"),
    ("GB", "Gigabyte", "Gigabyte"),
    ("MB", "Megabyte", "Megabyte"),
    ("kWh", "Kilowattstunde", "Kilowattstunden"),
    ("h", "Stunde", "Stunden"),
    ("s", "Sekunde", "Sekunden"),
    ("m", "Meter", "Meter"),
    ("g", "Gramm", "Gramm"),
    ("l", "Liter", "Liter"),
];
