//! A bot as its author writes it: a JSON document with a version of its own form.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The version of the form that is written and read.
pub const FORM: &str = "1";
/// Largest definition, in bytes.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;

/// A bot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Definition {
    /// [`FORM`].
    pub version: String,
    /// Its name: letters, digits, `_` and `-`.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A session is forgotten when nothing came for so long; 300 unless given.
    #[serde(default = "five_minutes")]
    pub session_timeout_seconds: u32,
    /// Time zone of dates and times without one, such as `Europe/Madrid`; UTC unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Whether the sentiment of each message is told.
    #[serde(default)]
    pub sentiment: bool,
    /// Another server that does the talking; then there are no locales here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adapter: Option<Adapter>,
    /// What it understands, by locale such as `en_US`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub locales: BTreeMap<String, Locale>,
}

const fn five_minutes() -> u32 {
    300
}

/// What a bot understands in one locale.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Locale {
    /// Confidence below which nothing is understood, 0 to 1; 0.4 unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence_threshold: Option<f64>,
    /// Lists of words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slot_types: Vec<SlotType>,
    /// What customers may want.
    pub intents: Vec<Intent>,
    /// Said when nothing is understood; without it the intent `FallbackIntent` is answered at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Fallback>,
}

/// What happens when nothing is understood.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Fallback {
    /// Asked again, one after another; after the last the intent `FallbackIntent` is answered.
    #[serde(default)]
    pub clarifications: Vec<Message>,
    /// Said with that answer.
    #[serde(default)]
    pub closing: Vec<Message>,
}

/// Something that customers may want.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Intent {
    /// Its name, as conditions in flows spell it.
    pub name: String,
    /// What customers say; `{Slot}` stands for a value.
    #[serde(default)]
    pub utterances: Vec<String>,
    /// What has to be known, in the order in which it is asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slots: Vec<Slot>,
    /// A yes or no before it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<Confirmation>,
    /// Said when everything is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closing: Vec<Message>,
    /// Understood only while all these contexts are active.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub input_contexts: Vec<String>,
    /// Become active when it is done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub output_contexts: Vec<OutputContext>,
}

/// A context that an intent makes active.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct OutputContext {
    /// Its name.
    pub name: String,
    /// Seconds until it is over.
    pub time_to_live_seconds: u32,
    /// Turns until it is over.
    pub turns_to_live: u32,
}

/// A value that an intent needs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Slot {
    /// Its name.
    pub name: String,
    /// `AMAZON.Number`, `AMAZON.Date`, … or the name of a list of the locale.
    #[serde(rename = "Type")]
    pub kind: String,
    /// Whether it is asked for; it is unless given.
    #[serde(default = "yes")]
    pub required: bool,
    /// Questions: the first, then those after an answer that was not understood. The last is repeated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prompts: Vec<Message>,
    /// How often it is asked before the intent fails; 3 unless given.
    #[serde(default = "three")]
    pub max_attempts: u32,
    /// Taken without asking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The value is not written to logs.
    #[serde(default)]
    pub sensitive: bool,
}

const fn yes() -> bool {
    true
}

const fn three() -> u32 {
    3
}

/// A question whose answer is yes or no.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Confirmation {
    /// Questions, as those of a slot.
    pub prompts: Vec<Message>,
    /// Said after a no.
    #[serde(default)]
    pub declined: Vec<Message>,
    /// How often it is asked; 3 unless given.
    #[serde(default = "three")]
    pub max_attempts: u32,
}

/// A list of values, or letters and digits of one form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SlotType {
    /// Its name.
    pub name: String,
    /// The values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<ListValue>,
    /// Other words are values too (the list is examples); otherwise only those of the list count.
    #[serde(default)]
    pub open: bool,
    /// A regular expression that the whole value has to match; then there are no values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
}

/// One value of a list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListValue {
    /// What the flow gets.
    pub value: String,
    /// Other words for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub synonyms: Vec<String>,
}

/// Something a bot says. In a definition a text alone is a plain text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Message {
    /// How it is to be read.
    pub kind: MessageKind,
    /// The text; `{Slot}` and `[attribute]` are filled in.
    pub content: String,
}

/// How a message is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum MessageKind {
    PlainText,
    /// Speech markup.
    SSML,
    /// Passed on as it is; interactive messages are of this kind.
    CustomPayload,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    #[serde(rename_all = "PascalCase")]
    Full {
        content_type: MessageKind,
        content: String,
    },
}

impl From<Written> for Message {
    fn from(written: Written) -> Self {
        match written {
            Written::Text(content) => Self { kind: MessageKind::PlainText, content },
            Written::Full { content_type, content } => Self { kind: content_type, content },
        }
    }
}

impl From<Message> for Written {
    fn from(message: Message) -> Self {
        match message.kind {
            MessageKind::PlainText => Self::Text(message.content),
            kind => Self::Full { content_type: kind, content: message.content },
        }
    }
}

impl Message {
    /// A plain text.
    pub fn text(content: impl Into<String>) -> Self {
        Self { kind: MessageKind::PlainText, content: content.into() }
    }
}

/// Another server that does the talking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "Type", rename_all_fields = "PascalCase", deny_unknown_fields)]
pub enum Adapter {
    /// An address that takes the turns as JSON (documented in `docs/bots.md`).
    Http {
        /// Address.
        url: String,
        /// Sent as `Authorization: Bearer …`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
    },
    /// A server that speaks the Lex V2 runtime API; calls are signed.
    Lex {
        /// Base address.
        url: String,
        /// Bot there.
        bot_id: String,
        /// Alias there.
        alias_id: String,
        /// Region of the signature.
        region: String,
        /// Access key.
        access_key: String,
        /// Its secret.
        secret_key: String,
    },
    /// A language model behind an OpenAI-compatible chat completions address.
    Model {
        /// Base address, such as `http://127.0.0.1:8000/v1`.
        url: String,
        /// Name of the model.
        model: String,
        /// Sent as `Authorization: Bearer …`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// What the model is to know and do.
        #[serde(default)]
        instructions: String,
        /// Intents that the model may settle on, with what they mean; the conversation goes on until it names one.
        #[serde(default)]
        intents: BTreeMap<String, String>,
        /// Most tokens of one answer; 500 unless given.
        #[serde(default = "tokens")]
        max_tokens: u32,
    },
}

const fn tokens() -> u32 {
    500
}

impl Adapter {
    /// Where it is.
    pub fn url(&self) -> &str {
        match self {
            Self::Http { url, .. } | Self::Lex { url, .. } | Self::Model { url, .. } => url,
        }
    }
}

/// Why a definition cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Too large.
    #[error("a definition may have at most {MAX_BYTES} bytes")]
    TooLarge,
    /// Not JSON, or not of this form.
    #[error("the definition is not of the form: {0}")]
    Form(#[from] serde_json::Error),
    /// Another version of the form.
    #[error("the definition has the version {0:?}; this program reads \"{FORM}\"")]
    Version(String),
}

impl Definition {
    /// Reads a definition; whether it makes sense, [`Definition::problems`] says.
    pub fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        if bytes.len() > MAX_BYTES {
            return Err(ReadError::TooLarge);
        }
        let definition: Self = serde_json::from_slice(bytes)?;
        if definition.version != FORM {
            return Err(ReadError::Version(definition.version));
        }
        Ok(definition)
    }

    /// The locale of this name; a language alone, or another country, finds the first locale of the language only if
    /// `loose` is set.
    pub fn locale(&self, name: &str, loose: bool) -> Option<(&str, &Locale)> {
        let name = name.replace('-', "_");
        if let Some((name, locale)) = self.locales.get_key_value(&name) {
            return Some((name, locale));
        }
        let language = |name: &str| name.split('_').next().unwrap_or_default().to_owned();
        let wanted = language(&name);
        let fits = |(other, _): &(&String, &Locale)| loose && language(other) == wanted;
        self.locales.iter().find(fits).map(|(name, locale)| (name.as_str(), locale))
    }
}
