//! How a customer feels, by words.

use crate::language::Language;
use crate::text::{fold, words};

/// Shares of the four feelings; together 1.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs)]
pub struct Sentiment {
    pub positive: f64,
    pub negative: f64,
    pub neutral: f64,
    pub mixed: f64,
}

impl Sentiment {
    /// `POSITIVE`, `NEGATIVE`, `NEUTRAL` or `MIXED`: the largest share.
    pub fn label(&self) -> &'static str {
        let shares = [
            (self.neutral, "NEUTRAL"),
            (self.negative, "NEGATIVE"),
            (self.positive, "POSITIVE"),
            (self.mixed, "MIXED"),
        ];
        let first = (f64::MIN, "NEUTRAL");
        shares.into_iter().fold(first, |best, one| if one.0 > best.0 { one } else { best }).1
    }
}

/// The sentiment of a text. Words that deny turn the next words around, words that strengthen add half.
pub fn sentiment(text: &str, language: Language) -> Sentiment {
    let folded = fold(text);
    let list = lexicon(language);
    let (mut good, mut bad) = (0.0, 0.0);
    let mut add = |weight: f64| if weight > 0.0 { good += weight } else { bad -= weight };
    if matches!(language, Language::Japanese | Language::Korean) {
        for (word, weight) in entries(list) {
            for (at, _) in folded.match_indices(word) {
                let after: String = folded[at + word.len()..].chars().take(4).collect();
                let denied =
                    ["ない", "なく", "ません", "지 않", "지않", "안 "].iter().any(|no| after.contains(no));
                add(if denied { -weight * 0.7 } else { weight });
            }
        }
    } else {
        let spoken = words(&folded);
        let (deny, strong): (&[&str], &[&str]) = match language {
            Language::Spanish => {
                (&["no", "nunca", "jamas", "ni", "sin"], &["muy", "tan", "demasiado", "super"])
            }
            Language::Portuguese => {
                (&["nao", "nunca", "jamais", "nem", "sem"], &["muito", "tao", "demais", "super"])
            }
            _ => (
                &[
                    "not", "no", "never", "dont", "doesnt", "didnt", "isnt", "wasnt", "cant", "wont",
                    "without", "hardly", "nothing",
                ],
                &["very", "really", "so", "extremely", "absolutely", "totally", "too", "completely"],
            ),
        };
        for (at, word) in spoken.iter().enumerate() {
            let Some((_, weight)) = entries(list).find(|(entry, _)| entry == word) else { continue };
            let before = &spoken[at.saturating_sub(3)..at];
            let last = before.last().is_some_and(|word| strong.contains(&word.as_str()));
            let denied = before.iter().any(|word| deny.contains(&word.as_str()));
            let weight = if last { weight * 1.5 } else { weight };
            add(if denied { -weight * 0.7 } else { weight });
        }
    }
    for c in text.chars().take(crate::text::LONGEST) {
        match c {
            '😀' | '😃' | '😄' | '😊' | '🙂' | '😍' | '🥰' | '👍' | '❤' | '🎉' | '🙏' => {
                add(2.0)
            }
            '😠' | '😡' | '🤬' | '😞' | '😢' | '😭' | '👎' | '🙁' | '☹' | '😤' => {
                add(-2.0)
            }
            _ => {}
        }
    }
    let loud = text.matches('!').count().min(3) as f64 * 0.15;
    if good + bad > 0.0 {
        (good, bad) = (good * (1.0 + loud), bad * (1.0 + loud));
    }
    let both = good.min(bad);
    let (only_good, only_bad) = (good - both, bad - both);
    let sum = only_good + only_bad + both * 2.0 + 1.0;
    let round = |share: f64| (share / sum * 1000.0).round() / 1000.0;
    let (positive, negative, mixed) = (round(only_good), round(only_bad), round(both * 2.0));
    Sentiment {
        positive,
        negative,
        mixed,
        neutral: ((1.0 - positive - negative - mixed) * 1000.0).round() / 1000.0,
    }
}

fn lexicon(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("words/sentiment_en.txt"),
        Language::Spanish => include_str!("words/sentiment_es.txt"),
        Language::Portuguese => include_str!("words/sentiment_pt.txt"),
        Language::Japanese => include_str!("words/sentiment_ja.txt"),
        Language::Korean => include_str!("words/sentiment_ko.txt"),
        Language::Other => "",
    }
}

/// The words of a list; each line begins with the weight of its words, -3 to 3.
fn entries(list: &'static str) -> impl Iterator<Item = (&'static str, f64)> {
    list.lines().flat_map(|line| {
        let mut parts = line.split(' ');
        let weight: f64 = parts.next().and_then(|weight| weight.parse().ok()).unwrap_or(0.0);
        parts.map(move |word| (word, weight))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_how_customers_feel() {
        use Language::*;
        for (language, text, expected) in [
            (English, "I love it, thank you so much!", "POSITIVE"),
            (English, "This is terrible, I am very angry", "NEGATIVE"),
            (English, "Where is my order 512", "NEUTRAL"),
            (English, "the product is great but the delivery was awful", "MIXED"),
            (English, "I am not happy", "NEGATIVE"),
            (English, "not bad", "POSITIVE"),
            (English, "😡", "NEGATIVE"),
            (Spanish, "Estoy muy enfadado, es una vergüenza", "NEGATIVE"),
            (Spanish, "Muchas gracias, excelente servicio", "POSITIVE"),
            (Spanish, "Quiero saber dónde está mi pedido", "NEUTRAL"),
            (Portuguese, "Péssimo atendimento, estou furioso", "NEGATIVE"),
            (Portuguese, "Obrigado, adorei", "POSITIVE"),
            (Japanese, "ありがとうございます、とても嬉しいです", "POSITIVE"),
            (Japanese, "最悪です。怒っています", "NEGATIVE"),
            (Korean, "정말 감사합니다 최고예요", "POSITIVE"),
            (Korean, "너무 화가 나요 최악이에요", "NEGATIVE"),
            (Other, "was auch immer", "NEUTRAL"),
            (English, "", "NEUTRAL"),
        ] {
            let sentiment = sentiment(text, language);
            assert_eq!(sentiment.label(), expected, "{text} {sentiment:?}");
            let sum = sentiment.positive + sentiment.negative + sentiment.neutral + sentiment.mixed;
            assert!((sum - 1.0).abs() < 1e-6, "{text}");
        }
    }
}
