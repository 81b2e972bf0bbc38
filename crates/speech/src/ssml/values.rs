//! The values of attributes.

use crate::plan::{PAUSE_MS, Prosody};

/// How much two parts of a text are apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strength {
    None,
    Comma,
    Sentence,
    Paragraph,
}

impl Strength {
    /// As long as a voice pauses by itself, in milliseconds.
    pub fn ms(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Comma => 200,
            Self::Sentence => 400,
            Self::Paragraph => 800,
        }
    }
}

/// The pause of a `<break>`.
pub(super) fn pause(time: Option<&str>, strength: Option<&str>) -> Result<u32, String> {
    if let Some(time) = time {
        let number =
            |text: &str| text.parse::<f64>().ok().filter(|number| *number >= 0.0 && number.is_finite());
        let ms = match (time.strip_suffix("ms"), time.strip_suffix('s')) {
            (Some(text), _) => number(text),
            (_, Some(text)) => number(text).map(|seconds| seconds * 1_000.0),
            _ => None,
        };
        let ms = ms.ok_or_else(|| format!("a pause has no time '{time}'; write 3s or 250ms"))?;
        if ms > f64::from(PAUSE_MS) {
            return Err(format!("a pause of '{time}' is longer than {} seconds", PAUSE_MS / 1_000));
        }
        return Ok(ms as u32);
    }
    Ok(match strength.unwrap_or("medium") {
        "none" | "x-weak" => Strength::None,
        "weak" | "medium" => Strength::Comma,
        "strong" => Strength::Sentence,
        "x-strong" => Strength::Paragraph,
        other => return Err(format!("a pause has no strength '{other}'")),
    }
    .ms())
}

/// A language such as `fr-FR`.
pub(super) fn language(text: &str) -> Result<String, String> {
    let sound = |part: &str| {
        (1..=8).contains(&part.len()) && part.chars().all(|letter| letter.is_ascii_alphanumeric())
    };
    if text.len() <= 20 && text.split('-').all(sound) {
        return Ok(text.to_owned());
    }
    Err(format!("'{text}' is no language; write it like fr-FR"))
}

/// What a `<prosody>` makes of how words are spoken around it.
pub(super) fn prosody<'a>(
    around: Prosody,
    attribute: impl Fn(&str) -> Option<&'a str>,
) -> Result<Prosody, String> {
    let mut prosody = around;
    if let Some(rate) = attribute("rate") {
        prosody.rate = match rate {
            "default" => 1.0,
            "x-slow" => 0.5,
            "slow" => 0.75,
            "medium" => 1.0,
            "fast" => 1.25,
            "x-fast" => 1.6,
            text => match percent(text, "") {
                Some(percent) if (20.0..=200.0).contains(&percent) => percent / 100.0,
                _ => return Err(format!("there is no rate '{text}'; write slow, fast or 20% to 200%")),
            },
        };
    }
    if let Some(pitch) = attribute("pitch") {
        prosody.pitch = match pitch {
            "default" | "medium" => 1.0,
            "x-low" => 0.6,
            "low" => 0.8,
            "high" => 1.2,
            "x-high" => 1.5,
            text => match percent(text, "+-") {
                Some(percent) if (-90.0..=200.0).contains(&percent) => 1.0 + percent / 100.0,
                _ => return Err(format!("there is no pitch '{text}'; write low, high, +10% or -10%")),
            },
        };
    }
    if let Some(volume) = attribute("volume") {
        prosody.gain = match volume {
            "default" | "medium" => 0.0,
            "silent" => f32::NEG_INFINITY,
            "x-soft" => -12.0,
            "soft" => -6.0,
            "loud" => 6.0,
            "x-loud" => 9.0,
            text => match text.strip_suffix("dB").filter(|it| it.starts_with(['+', '-'])).map(str::parse) {
                Some(Ok(decibels)) if (-100.0..=20.0f32).contains(&decibels) => decibels,
                _ => return Err(format!("there is no volume '{text}'; write soft, loud, +6dB or -6dB")),
            },
        };
    }
    Ok(prosody)
}

/// The number before a percent sign; where `signs` are given it must begin with one of them.
fn percent(text: &str, signs: &str) -> Option<f32> {
    let number = text.strip_suffix('%')?;
    let signed = number.starts_with(['+', '-']);
    (signed != signs.is_empty())
        .then(|| number.parse().ok())
        .flatten()
        .filter(|number: &f32| number.is_finite())
}
