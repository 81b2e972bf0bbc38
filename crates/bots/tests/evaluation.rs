//! How well the sample bot understands sentences it was not taught, and how well it leaves alone what is off topic.
//! The sentences in `evaluation/` are written by hand and share none with the sample utterances.

use std::collections::{BTreeMap, HashSet};

use bots::{Definition, Model};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Sentences {
    intents: BTreeMap<String, Vec<String>>,
    off_topic: Vec<String>,
}

fn sentences(locale: &str) -> Sentences {
    let path = format!("{}/evaluation/{locale}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).expect("is there")).expect("is of the form")
}

/// The least shares, in percent: sentences whose intent is understood, and sentences off topic that are left alone.
const FLOORS: [(&str, usize, usize); 5] =
    [("en_US", 90, 90), ("es_ES", 90, 90), ("ja_JP", 90, 90), ("ko_KR", 85, 85), ("pt_BR", 90, 90)];

#[test]
fn the_sample_bot_understands_sentences_it_was_not_taught() {
    let sample = bots::sample();
    let mut short = Vec::new();
    println!("| locale | sentences | understood | off topic | left alone |\n|---|---:|---:|---:|---:|");
    for (locale, least_right, least_rejected) in FLOORS {
        let model = Model::learn(&sample, locale).expect("learns");
        let sentences = sentences(locale);
        let (mut all, mut right) = (0, 0);
        for (intent, texts) in &sentences.intents {
            for text in texts {
                let best = model.guess(text, |_| true).into_iter().next().expect("there are intents");
                all += 1;
                if best.intent == *intent && best.confidence >= 0.4 {
                    right += 1;
                } else {
                    println!("  {locale} {text:?} is {intent}, not {} ({})", best.intent, best.confidence);
                }
            }
        }
        let mut rejected = 0;
        for text in &sentences.off_topic {
            let best = model.guess(text, |_| true).into_iter().next();
            match best.filter(|best| best.confidence >= 0.4) {
                None => rejected += 1,
                Some(best) => {
                    println!("  {locale} {text:?} is nothing, not {} ({})", best.intent, best.confidence)
                }
            }
        }
        let off = sentences.off_topic.len();
        println!("| {locale} | {all} | {} % | {off} | {} % |", right * 100 / all, rejected * 100 / off);
        if right * 100 < least_right * all || rejected * 100 < least_rejected * off {
            short.push(locale);
        }
    }
    assert_eq!(short, [""; 0], "these locales fall short of their floor");
}

#[test]
fn nothing_that_is_tried_was_taught() {
    let sample: Definition = bots::sample();
    for (locale, _, _) in FLOORS {
        let taught: HashSet<&String> =
            sample.locales[locale].intents.iter().flat_map(|intent| &intent.utterances).collect();
        let sentences = sentences(locale);
        let tried = sentences.intents.values().flatten().chain(&sentences.off_topic);
        let both: Vec<&String> = tried.filter(|text| taught.contains(text)).collect();
        assert!(both.is_empty(), "{locale}: {both:?}");
    }
}

#[test]
fn the_sample_bot_has_no_problems() {
    assert_eq!(bots::sample().problems(), []);
}
