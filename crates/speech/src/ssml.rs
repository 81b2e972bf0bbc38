//! Reading SSML: the documented elements mean something, others are ignored with their text kept, and what is not
//! well-formed or has an impossible value is an error.

mod values;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use crate::plan::{PAUSES_MS, Plan, Segment, Style, TextError, Words, one_spaced};
use crate::say_as::{self, SayAs};
use values::Strength;

/// Deepest nesting of elements.
const DEPTH: usize = 64;

/// The plan, and how many characters are spoken.
pub(crate) fn read(markup: &str, language: &str) -> Result<(Plan, usize), TextError> {
    let mut reader = Reader::from_str(markup);
    reader.config_mut().expand_empty_elements = true;
    let mut making = Making { language, ..Making::default() };
    loop {
        let place = reader.buffer_position();
        let event =
            reader.read_event().map_err(|error| at(markup, reader.error_position(), plain(&error)))?;
        let result = match event {
            Event::Start(element) => making.open(&element),
            Event::End(_) => making.close(),
            Event::Text(text) => making.text(&text.xml10_content()),
            Event::CData(text) => making.text(&text.xml10_content()),
            Event::GeneralRef(entity) => match entity.resolve_char_ref() {
                Ok(Some(letter)) => making.text(letter.encode_utf8(&mut [0; 4])),
                Ok(None) => match resolve_predefined_entity(&entity.xml10_content()) {
                    Some(text) => making.text(text),
                    None => Err(format!("there is no entity '&{};'", entity.xml10_content())),
                },
                Err(_) => Err("there is no such character".to_owned()),
            },
            Event::DocType(_) => Err("a document type is not allowed".to_owned()),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => Ok(()),
            Event::Empty(_) => Ok(()),
            Event::Eof => break,
        };
        result.map_err(|reason| at(markup, place, reason))?;
    }
    making.finish().map_err(|reason| at(markup, markup.len() as u64, reason))
}

fn at(markup: &str, byte: u64, reason: String) -> TextError {
    let byte = usize::try_from(byte).unwrap_or(markup.len()).min(markup.len());
    let before = markup.char_indices().take_while(|(index, _)| *index < byte).count();
    TextError::Markup { at: before + 1, reason }
}

/// The reader's words without its own name for things.
fn plain(error: &quick_xml::Error) -> String {
    match error {
        quick_xml::Error::Syntax(error) => error.to_string(),
        quick_xml::Error::IllFormed(error) => error.to_string(),
        other => other.to_string(),
    }
}

#[derive(Default)]
struct Making<'l> {
    language: &'l str,
    plan: Plan,
    open: Vec<Element>,
    /// What was read of the words at hand.
    text: String,
    spoken: usize,
    pauses: u32,
    /// The pause that paragraphs and sentences leave before whatever comes next.
    due: u32,
    done: bool,
}

/// An open element: what its end brings back.
struct Element {
    style: Style,
    end: End,
}

enum End {
    Nothing,
    /// A pause after a paragraph or sentence.
    Pause(u32),
    /// The words since then are said in another way.
    SayAs(SayAs),
    /// Something else is said instead.
    Instead(String),
}

type Done = Result<(), String>;

impl Making<'_> {
    fn style(&self) -> Style {
        self.open.last().map(|element| element.style.clone()).unwrap_or_default()
    }

    fn open(&mut self, element: &BytesStart<'_>) -> Done {
        let name = element.name().0.to_owned();
        if self.open.is_empty() && (self.done || name != "speak") {
            return Err("everything must stand in one <speak> element".to_owned());
        }
        if self.open.len() >= DEPTH {
            return Err(format!("elements are nested more than {DEPTH} deep"));
        }
        let attributes = Attributes::read(element)?;
        let mut style = self.style();
        // Inside of these only text counts, and their own end takes it.
        let inside = self.open.iter().any(|it| matches!(it.end, End::SayAs(_) | End::Instead(_)));
        let end = match (&*name, inside) {
            ("speak", _) if !self.open.is_empty() => {
                return Err("<speak> stands inside of <speak>".to_owned());
            }
            ("speak", _) => {
                style.language = attributes.get("xml:lang").map(str::to_owned);
                End::Nothing
            }
            (_, true) => End::Nothing,
            ("break", _) => {
                self.pause(values::pause(attributes.get("time"), attributes.get("strength"))?)?;
                End::Nothing
            }
            ("mark", _) => {
                let mark = attributes.need("mark", "name")?.to_owned();
                self.flush();
                self.plan.segments.push(Segment::Mark(mark));
                End::Nothing
            }
            ("lang", _) => {
                style.language = Some(values::language(attributes.need("lang", "xml:lang")?)?);
                End::Nothing
            }
            ("p", _) => End::Pause(Strength::Paragraph.ms()),
            ("s", _) => End::Pause(Strength::Sentence.ms()),
            ("prosody", _) => {
                style.prosody = values::prosody(style.prosody, |name| attributes.get(name))?;
                End::Nothing
            }
            ("say-as", _) => {
                let how = attributes.need("say-as", "interpret-as")?;
                End::SayAs(SayAs::new(how, attributes.get("format")))
            }
            ("sub", _) => End::Instead(attributes.need("sub", "alias")?.to_owned()),
            ("amazon:effect", _) => {
                style.whispered |= attributes.get("name") == Some("whispered");
                End::Nothing
            }
            // Phonemes and roles are hints on words that stand there anyway; the rest is not known.
            _ => End::Nothing,
        };
        match &end {
            End::Pause(ms) => {
                self.flush();
                if !self.plan.segments.is_empty() {
                    self.due = self.due.max(*ms);
                }
            }
            End::SayAs(_) | End::Instead(_) => self.flush(),
            End::Nothing if style != self.style() => self.flush(),
            End::Nothing => {}
        }
        self.open.push(Element { style, end });
        Ok(())
    }

    fn close(&mut self) -> Done {
        let Some(element) = self.open.pop() else { return Err("an end without a beginning".to_owned()) };
        match element.end {
            End::Nothing if self.open.last().is_some_and(|outer| outer.style == element.style) => {}
            End::Nothing => self.words(element.style),
            End::Pause(ms) => {
                self.words(element.style);
                self.due = self.due.max(ms);
            }
            End::SayAs(how) => {
                let said = one_spaced(&std::mem::take(&mut self.text));
                self.spoken += said.chars().count();
                let language = element.style.language.clone().unwrap_or_else(|| self.language.to_owned());
                match say_as::said(&how, &said, &language) {
                    say_as::Said::Words(text) => self.say(text, element.style),
                    say_as::Said::Bleep(ms) => self.push(Segment::Bleep(ms)),
                }
            }
            End::Instead(alias) => {
                let written = std::mem::take(&mut self.text);
                self.spoken += one_spaced(&written).chars().count();
                self.say(one_spaced(&alias), element.style);
            }
        }
        self.done = self.open.is_empty();
        Ok(())
    }

    fn text(&mut self, text: &str) -> Done {
        if self.open.is_empty() {
            return match text.trim().is_empty() {
                true => Ok(()),
                false => Err("everything must stand in one <speak> element".to_owned()),
            };
        }
        self.text.push_str(text);
        Ok(())
    }

    /// The words read so far, in the style that holds.
    fn flush(&mut self) {
        let style = self.style();
        self.words(style);
    }

    fn words(&mut self, style: Style) {
        let text = one_spaced(&std::mem::take(&mut self.text));
        self.spoken += text.chars().count();
        self.say(text, style);
    }

    fn say(&mut self, text: String, style: Style) {
        if text.is_empty() {
            return;
        }
        // Engines speak whole sentences better than their parts.
        if self.due == 0
            && let Some(Segment::Words(last)) = self.plan.segments.last_mut()
            && last.style == style
        {
            last.text.push(' ');
            last.text.push_str(&text);
            return;
        }
        self.push(Segment::Words(Words { text, style }));
    }

    fn push(&mut self, segment: Segment) {
        let due = std::mem::take(&mut self.due);
        if due > 0 {
            self.plan.segments.push(Segment::Pause(due));
        }
        self.plan.segments.push(segment);
    }

    fn pause(&mut self, ms: u32) -> Done {
        self.flush();
        // An own pause stands instead of the usual one.
        self.due = 0;
        self.pauses += ms;
        if self.pauses > PAUSES_MS {
            return Err(format!("all pauses together are longer than {} minutes", PAUSES_MS / 60_000));
        }
        if ms > 0 {
            self.plan.segments.push(Segment::Pause(ms));
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(Plan, usize), String> {
        if !self.open.is_empty() || !self.done {
            return Err(if self.open.is_empty() {
                "everything must stand in one <speak> element".to_owned()
            } else {
                "an element is not closed".to_owned()
            });
        }
        self.text.clear();
        Ok((self.plan, self.spoken))
    }
}

/// The attributes of one element.
struct Attributes(Vec<(String, String)>);

impl Attributes {
    fn read(element: &BytesStart<'_>) -> Result<Self, String> {
        let mut all = Vec::new();
        for attribute in element.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let value =
                attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
            all.push((attribute.key.0.to_owned(), value.trim().to_owned()));
        }
        Ok(Self(all))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| &**value)
    }

    fn need(&self, element: &str, name: &str) -> Result<&str, String> {
        self.get(name).ok_or_else(|| format!("<{element}> needs the attribute {name}"))
    }
}
