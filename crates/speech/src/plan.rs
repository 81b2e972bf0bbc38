//! What is spoken: words in a style, pauses, marks. Made of plain text or of SSML, without any engine.

use serde::Serialize;

/// Most characters that are spoken in one prompt (spec 04 §14.25: billed characters).
pub const SPOKEN_CHARACTERS: usize = 3_000;
/// Most characters of one prompt with its markup.
pub const CHARACTERS: usize = 6_000;
/// The longest single pause, in milliseconds.
pub const PAUSE_MS: u32 = 10_000;
/// The longest time that all pauses of a prompt may take together: the longest that a sound file may be.
pub const PAUSES_MS: u32 = 300_000;

/// Why text cannot be spoken.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TextError {
    /// Nothing to say.
    #[error("there is no text to speak")]
    Empty,
    /// More than can be spoken in one prompt.
    #[error("the text has {found} characters to speak; {SPOKEN_CHARACTERS} are the most")]
    TooMuchSpoken {
        /// Characters without markup.
        found: usize,
    },
    /// More than one prompt holds.
    #[error("the text has {found} characters with its markup; {CHARACTERS} are the most")]
    TooLong {
        /// Characters in total.
        found: usize,
    },
    /// The markup is not right.
    #[error("the SSML is not valid at character {at}: {reason}")]
    Markup {
        /// Where, counted in characters from 1.
        at: usize,
        /// Why.
        reason: String,
    },
}

/// How words are spoken, relative to how the voice usually speaks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Prosody {
    /// Speed: 1 is usual, 2 twice as fast.
    pub rate: f32,
    /// Pitch: 1 is usual, 1.5 half as high again.
    pub pitch: f32,
    /// Loudness in decibels: 0 is usual; negative infinity is silent.
    pub gain: f32,
}

impl Default for Prosody {
    fn default() -> Self {
        Self { rate: 1.0, pitch: 1.0, gain: 0.0 }
    }
}

/// In which language and how words are spoken.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Style {
    /// Another language than the voice's, such as `fr-FR`.
    pub language: Option<String>,
    /// Speed, pitch and loudness.
    pub prosody: Prosody,
    /// Whispered.
    pub whispered: bool,
}

/// Words in one style.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Words {
    /// Plain text without any markup, in which numbers and dates are words where they were asked to be.
    pub text: String,
    /// How.
    pub style: Style,
}

/// One part of what is heard.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Segment {
    /// Speech.
    Words(Words),
    /// Silence, in milliseconds.
    Pause(u32),
    /// A tone in place of a word that is not to be heard, in milliseconds.
    Bleep(u32),
    /// A mark that the author set; nothing is heard.
    Mark(String),
}

/// All that is heard, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Plan {
    /// The parts.
    pub segments: Vec<Segment>,
}

impl Plan {
    /// Reads plain text; nothing in it is markup.
    pub fn of_text(text: &str) -> Result<Self, TextError> {
        let spoken = one_spaced(text);
        measured(text.chars().count(), spoken.chars().count())?;
        if spoken.is_empty() {
            return Err(TextError::Empty);
        }
        Ok(Self { segments: vec![Segment::Words(Words { text: spoken, style: Style::default() })] })
    }

    /// Reads SSML. `language` is the voice's; it decides how numbers and dates are worded.
    pub fn of_ssml(markup: &str, language: &str) -> Result<Self, TextError> {
        measured(markup.chars().count(), 0)?;
        let (plan, spoken) = crate::ssml::read(markup, language)?;
        measured(0, spoken)?;
        if !plan.segments.iter().any(|segment| !matches!(segment, Segment::Mark(_))) {
            return Err(TextError::Empty);
        }
        Ok(plan)
    }
}

fn measured(total: usize, spoken: usize) -> Result<(), TextError> {
    if total > CHARACTERS {
        return Err(TextError::TooLong { found: total });
    }
    if spoken > SPOKEN_CHARACTERS {
        return Err(TextError::TooMuchSpoken { found: spoken });
    }
    Ok(())
}

/// The words with single spaces between them, without control characters: engines take some as commands.
pub(crate) fn one_spaced(text: &str) -> String {
    let clean: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}
