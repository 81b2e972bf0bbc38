//! Learning from sample utterances, and guessing what a text means.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::background;
use crate::definition::{Definition, Intent, Locale};
use crate::features::{features, units};
use crate::language::Language;
use crate::slots::{self, Finder, Moment};
use crate::text::{fold, words};

/// Most numbers that one model may have.
const MAX_WEIGHTS: usize = 16_000_000;
/// Multiplications that learning may take; fewer rounds are made for larger bots.
const MAX_WORK: usize = 4_000_000_000;
/// Answered when nothing is understood.
pub const FALLBACK_INTENT: &str = "FallbackIntent";
/// Confidence below which nothing is understood, unless the locale says otherwise.
pub(crate) const THRESHOLD: f64 = 0.4;

/// One locale of a bot, learned.
#[derive(Debug)]
pub struct Model {
    pub(crate) name: String,
    pub(crate) locale_name: String,
    pub(crate) language: Language,
    pub(crate) locale: Locale,
    pub(crate) time_zone: Option<String>,
    pub(crate) tells_sentiment: bool,
    pub(crate) finders: BTreeMap<String, Finder>,
    /// By intent and slot, the words that stand before the value in sample utterances.
    pub(crate) before: HashMap<(String, String), HashSet<String>>,
    /// Sample utterances as words, with their intent.
    exact: HashMap<String, usize>,
    /// Feature → column and its weight.
    columns: HashMap<u64, (usize, f32)>,
    /// Columns × classes; the last class is none of these.
    weights: Vec<f32>,
    samples: Vec<(usize, Vec<(usize, f32)>)>,
    known: HashSet<u64>,
}

/// A meaning that a text may have.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    /// Name of the intent.
    pub intent: String,
    /// 0 to 1.
    pub confidence: f64,
}

/// Why there is no model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LearnError {
    /// No such locale.
    #[error("the bot has no locale {0:?}")]
    Locale(String),
    /// Problems of the definition, one sentence each.
    #[error("the bot's definition has problems: {0}")]
    Definition(String),
}

impl Model {
    /// Learns a locale.
    pub fn learn(definition: &Definition, locale: &str) -> Result<Self, LearnError> {
        let problems = definition.problems();
        if !problems.is_empty() {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            return Err(LearnError::Definition(problems.join("; ")));
        }
        let (locale_name, content) =
            definition.locale(locale, false).ok_or_else(|| LearnError::Locale(locale.to_owned()))?;
        let language = Language::of(locale_name);
        let mut model = Self {
            name: definition.name.clone(),
            locale_name: locale_name.to_owned(),
            language,
            finders: slots::finders(content, language, locale_name),
            locale: content.clone(),
            time_zone: definition.time_zone.clone(),
            tells_sentiment: definition.sentiment,
            before: HashMap::new(),
            exact: HashMap::new(),
            columns: HashMap::new(),
            weights: Vec::new(),
            samples: Vec::new(),
            known: HashSet::new(),
        };
        model.train();
        Ok(model)
    }

    /// The bot's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the locale.
    pub fn locale_name(&self) -> &str {
        &self.locale_name
    }

    /// How many numbers the model is made of, at four bytes each.
    pub fn size(&self) -> usize {
        self.weights.len() + self.samples.iter().map(|(_, sample)| sample.len() * 4).sum::<usize>()
    }

    /// Whether the bot has an intent of this name, and the slots that a session has values of or asks for.
    pub fn knows(&self, intent: &str, session: &crate::Session) -> bool {
        let Some(intent) = self.intent(intent) else { return intent == FALLBACK_INTENT };
        let has = |name: &String| intent.slots.iter().any(|slot| slot.name == *name);
        let asked = match &session.action {
            crate::Action::ElicitSlot(slot) => has(slot),
            _ => true,
        };
        asked && session.intent.iter().flat_map(|current| current.slots.keys()).all(has)
    }

    pub(crate) fn intent(&self, name: &str) -> Option<&Intent> {
        self.locale.intents.iter().find(|intent| intent.name == name)
    }

    pub(crate) fn threshold(&self) -> f64 {
        self.locale.confidence_threshold.unwrap_or(THRESHOLD)
    }

    /// The meanings of a text among the intents that `open` allows, the likeliest first, at most five.
    pub fn guess(&self, text: &str, open: impl Fn(&str) -> bool) -> Vec<Guess> {
        let folded = fold(text);
        let spoken = words(&folded).join(" ");
        let count = self.locale.intents.len();
        if spoken.is_empty() || count == 0 {
            return Vec::new();
        }
        let exact = self.exact.get(&spoken).filter(|&&class| open(&self.locale.intents[class].name));
        let kinds = self.kinds(text);
        let (vector, strange) = self.vector(&features(&folded, &kinds));
        let chances = self.chances(&vector);
        let topical = (1.0 - chances[count]).max(f32::EPSILON);
        let units = units(&folded);
        let known = units.iter().filter(|unit| self.known.contains(unit)).count() as f64;
        let known = known / units.len().max(1) as f64;
        let likeness = self.likeness(&vector, strange);
        let mut guesses: Vec<Guess> = (0..count)
            .filter(|&class| open(&self.locale.intents[class].name))
            .map(|class| {
                let trust = ramp(f64::from(likeness[class]), 0.05, 0.3) * ramp(known, 0.0, 0.4);
                // The class of none of these speaks with a lower voice than the intents do among themselves.
                let chance = f64::from(chances[class]) / f64::from(topical.sqrt());
                let confidence = match exact {
                    Some(&same) if same == class => 1.0,
                    Some(_) => chance * trust * 0.5,
                    None => chance * trust,
                };
                Guess { intent: self.locale.intents[class].name.clone(), confidence: round(confidence) }
            })
            .collect();
        // Equal guesses stay in the order of the definition.
        guesses.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
        guesses.truncate(5);
        guesses
    }

    /// Which kinds of values stand in the text.
    fn kinds(&self, text: &str) -> Vec<&str> {
        let moment = Moment::utc(0);
        let quick = self.finders.iter().filter(|(_, finder)| finder.is_quick());
        let found = quick.filter(|(_, finder)| finder.find(text, &moment, &[]).is_some());
        found.map(|(name, _)| name.as_str()).collect()
    }

    /// Where the known features of a text lie, as a vector of length one, and how much of it is unknown (0 to 1).
    fn vector(&self, features: &[(u64, f32)]) -> (Vec<(usize, f32)>, f32) {
        let mut vector: Vec<(usize, f32)> = Vec::with_capacity(features.len());
        let (mut square, mut strange) = (0.0, 0.0);
        for (feature, weight) in features {
            match self.columns.get(feature) {
                Some((column, rarity)) => {
                    let value = weight * rarity;
                    square += value * value;
                    vector.push((*column, value));
                }
                None => strange += weight * weight,
            }
        }
        let length = f32::sqrt(square);
        if length > 0.0 {
            vector.iter_mut().for_each(|(_, value)| *value /= length);
        }
        (vector, strange / (square + strange).max(f32::EPSILON))
    }

    fn classes(&self) -> usize {
        self.locale.intents.len() + 1
    }

    fn chances(&self, vector: &[(usize, f32)]) -> Vec<f32> {
        let classes = self.classes();
        let mut scores = vec![0.0f32; classes];
        for &(column, value) in vector {
            let row = &self.weights[column * classes..(column + 1) * classes];
            for (score, weight) in scores.iter_mut().zip(row) {
                *score += value * weight;
            }
        }
        let top = scores.iter().copied().fold(f32::MIN, f32::max);
        let mut sum = 0.0;
        for score in &mut scores {
            *score = (*score - top).exp();
            sum += *score;
        }
        scores.iter_mut().for_each(|score| *score /= sum);
        scores
    }

    /// How much the text is like the most similar utterance of each class.
    fn likeness(&self, vector: &[(usize, f32)], strange: f32) -> Vec<f32> {
        let mut place = HashMap::with_capacity(vector.len());
        place.extend(vector.iter().copied());
        let mut likeness = vec![0.0f32; self.classes()];
        for (class, sample) in &self.samples {
            let same: f32 =
                sample.iter().filter_map(|(column, value)| Some(place.get(column)? * value)).sum();
            likeness[*class] = likeness[*class].max(same);
        }
        let familiar = (1.0 - strange).sqrt();
        likeness.iter_mut().for_each(|one| *one *= familiar);
        likeness
    }

    fn train(&mut self) {
        let mut texts: Vec<(usize, String)> = Vec::new();
        for (class, intent) in self.locale.intents.iter().enumerate() {
            for utterance in &intent.utterances {
                for text in spell_out(utterance, intent, &self.finders) {
                    texts.push((class, text));
                }
            }
        }
        for (_, text) in &texts {
            self.known.extend(units(&fold(text)));
        }
        for (class, text) in &texts {
            self.exact.entry(words(&fold(text)).join(" ")).or_insert(*class);
        }
        let contexts = self.locale.intents.iter().flat_map(|intent| {
            intent.utterances.iter().flat_map(|utterance| {
                let places = slot_contexts(utterance);
                places.into_iter().map(|(slot, word)| ((intent.name.clone(), slot), word))
            })
        });
        for (place, word) in contexts.collect::<Vec<_>>() {
            self.before.entry(place).or_default().insert(word);
        }
        let none = self.locale.intents.len();
        texts.extend(background::texts(self.language).map(|text| (none, text.to_owned())));
        let texts: Vec<(usize, Vec<(u64, f32)>)> = texts
            .into_iter()
            .map(|(class, text)| (class, features(&fold(&text), &self.kinds(&text))))
            .collect();
        self.choose_columns(&texts);
        let vectors: Vec<(usize, Vec<(usize, f32)>)> =
            texts.iter().map(|(class, features)| (*class, self.vector(features).0)).collect();
        self.weights = vec![0.0; self.columns.len() * self.classes()];
        let utterances = vectors.iter().filter(|(class, _)| *class != none);
        self.samples = utterances.cloned().collect();
        // What an author teaches is not off topic, even where it is small talk.
        let taught =
            |vector: &[(usize, f32)]| self.likeness(vector, 0.0)[..none].iter().any(|one| *one > 0.55);
        let vectors: Vec<_> =
            vectors.iter().filter(|(class, vector)| *class != none || !taught(vector)).cloned().collect();
        self.descend(&vectors);
    }

    /// Rare features tell more; the commonest are kept where there are too many.
    fn choose_columns(&mut self, texts: &[(usize, Vec<(u64, f32)>)]) {
        let mut seen: HashMap<u64, usize> = HashMap::new();
        for (_, features) in texts {
            for (feature, _) in features {
                *seen.entry(*feature).or_default() += 1;
            }
        }
        let mut columns: Vec<(u64, usize)> = seen.into_iter().collect();
        columns.sort_by_key(|&(feature, count)| (std::cmp::Reverse(count), feature));
        columns.truncate(MAX_WEIGHTS / self.classes());
        let all = texts.len() as f32;
        let rarity = |count: usize| 0.4 + (all / count as f32).ln().max(0.0) * 0.35;
        self.columns = columns
            .into_iter()
            .enumerate()
            .map(|(column, (feature, count))| (feature, (column, rarity(count))))
            .collect();
    }

    /// Stochastic gradient descent in a fixed order, each class weighing the same.
    fn descend(&mut self, vectors: &[(usize, Vec<(usize, f32)>)]) {
        let classes = self.classes();
        let mut sizes = vec![0usize; classes];
        vectors.iter().for_each(|(class, _)| sizes[*class] += 1);
        let mean = vectors.len() as f32 / classes as f32;
        let weight = |class: usize| {
            (mean / sizes[class].max(1) as f32).sqrt().clamp(0.3, 3.0)
                * if class + 1 == classes { 0.6 } else { 1.0 }
        };
        let work: usize = vectors.iter().map(|(_, vector)| vector.len() * classes).sum();
        let rounds = (MAX_WORK / work.max(1)).clamp(2, 60);
        let order = shuffled(vectors.len());
        for round in 0..rounds {
            let rate = 3.0 / (1.0 + round as f32 * 0.15);
            for &index in &order {
                let (class, vector) = &vectors[index];
                let mut wrong = self.chances(vector);
                wrong[*class] -= 1.0;
                let step = rate * weight(*class);
                for &(column, value) in vector {
                    let row = &mut self.weights[column * classes..(column + 1) * classes];
                    let step = step * value;
                    for (weight, wrong) in row.iter_mut().zip(&wrong) {
                        *weight -= step * wrong;
                    }
                }
            }
        }
    }
}

/// The same mixed order every time.
fn shuffled(count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for last in (1..count).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        order.swap(last, (state % (last as u64 + 1)) as usize);
    }
    order
}

/// 0 up to `low`, 1 from `high`.
fn ramp(value: f64, low: f64, high: f64) -> f64 {
    ((value - low) / (high - low)).clamp(0.0, 1.0)
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// The pieces of an utterance: text, and slots by name.
pub(crate) fn pieces(utterance: &str) -> Vec<(bool, &str)> {
    let mut pieces = Vec::new();
    let mut rest = utterance;
    while let Some((front, behind)) = rest.split_once('{') {
        let Some((slot, after)) = behind.split_once('}') else { break };
        pieces.push((false, front));
        pieces.push((true, slot.trim()));
        rest = after;
    }
    pieces.push((false, rest));
    pieces
}

/// Up to three texts for an utterance with slots, with examples in their places.
fn spell_out(utterance: &str, intent: &Intent, finders: &BTreeMap<String, Finder>) -> Vec<String> {
    let pieces = pieces(utterance);
    let variants = if pieces.len() == 1 { 1 } else { 3 };
    let text = |variant: usize| {
        let mut text = String::new();
        for (is_slot, piece) in &pieces {
            let slot = intent.slots.iter().find(|slot| *is_slot && slot.name == *piece);
            match slot.and_then(|slot| finders.get(&slot.kind)) {
                Some(finder) => text.push_str(&finder.example(variant)),
                None => text.push_str(piece),
            }
        }
        text
    };
    let mut texts: Vec<String> = (0..variants).map(text).collect();
    texts.dedup();
    texts
}

/// For each slot of an utterance the word before it.
fn slot_contexts(utterance: &str) -> Vec<(String, String)> {
    let pieces = pieces(utterance);
    let pairs = pieces.windows(2).filter(|pair| !pair[0].0 && pair[1].0);
    pairs.filter_map(|pair| Some((pair[1].1.to_owned(), words(&fold(pair[0].1)).pop()?))).collect()
}
