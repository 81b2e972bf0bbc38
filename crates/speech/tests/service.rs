//! Speech with engines that are not really there: parts are joined, prompts kept, failures told.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use speech::{Options, Plan, Request, Speech, SpeechError, Synthesizer, TextError, Utterance, Voice};

/// Speaks one second of a steady sample for every utterance, or does as its text says.
struct Steady {
    name: &'static str,
    asked: AtomicUsize,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
}

impl Steady {
    fn new(name: &'static str) -> Arc<Self> {
        Arc::new(Self {
            name,
            asked: AtomicUsize::default(),
            at_once: AtomicUsize::default(),
            most_at_once: AtomicUsize::default(),
        })
    }
}

impl Synthesizer for Steady {
    fn name(&self) -> &'static str {
        self.name
    }

    fn ready(&self) -> Result<(), SpeechError> {
        match self.name {
            "absent" => Err(SpeechError::Unavailable("install it".into())),
            _ => Ok(()),
        }
    }

    fn speak<'a>(
        &'a self,
        utterance: Utterance<'a>,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<speech::Sound, SpeechError>> + Send + 'a>> {
        Box::pin(async move {
            self.asked.fetch_add(1, Ordering::SeqCst);
            let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
            self.most_at_once.fetch_max(now, Ordering::SeqCst);
            tokio::task::yield_now().await;
            self.at_once.fetch_sub(1, Ordering::SeqCst);
            match utterance.text {
                "hang" => std::future::pending().await,
                "fail" => Err(SpeechError::Failed { engine: self.name, reason: "no".into() }),
                _ => Ok(speech::Sound { samples: vec![8_000; 16_000], rate: 16_000 }),
            }
        })
    }
}

fn request(plan: Result<Plan, TextError>) -> Request {
    Request {
        plan: plan.expect("a good text"),
        voice: Voice::find("Joanna").expect("a voice"),
        rate: 8_000,
        best: false,
    }
}

fn speech(engine: &Arc<Steady>) -> Speech {
    let options = Options { within: Duration::from_millis(200), at_once: 2, ..Options::default() };
    Speech::with_engines(&options, vec![engine.clone()], vec![])
}

#[tokio::test]
async fn parts_are_joined_in_order() {
    let engine = Steady::new("steady");
    let markup =
        r#"<speak>a<break time="500ms"/><mark name="m"/><prosody volume="-6dB">b</prosody>日本</speak>"#;
    let spoken = speech(&engine).say(&request(Plan::of_ssml(markup, "en-US"))).await.expect("speech");
    assert_eq!((spoken.samples.len(), spoken.rate, spoken.engine), (20_000, 8_000, "steady"));
    assert_eq!(spoken.marks, [("m".to_owned(), 1_500)]);
    let loud = |from: usize| audio::level::rms(&spoken.samples[from + 1_000..from + 3_000]).round();
    assert_eq!((loud(0), loud(8_000), loud(12_000)), (8_000.0, 0.0, 4_009.0));
    // What the voice cannot read was not even asked for.
    assert_eq!(engine.asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn what_was_spoken_is_kept_by_text_voice_and_rate() {
    let engine = Steady::new("steady");
    let speech = speech(&engine);
    let asked = request(Plan::of_text("hello"));
    for (request, calls) in [
        (asked.clone(), 1),
        (asked.clone(), 1),
        (Request { rate: 16_000, ..asked.clone() }, 2),
        (Request { voice: Voice::find("Matthew").expect("a voice"), ..asked.clone() }, 3),
        (request(Plan::of_text("other")), 4),
        (asked, 4),
    ] {
        speech.say(&request).await.expect("speech");
        assert_eq!(engine.asked.load(Ordering::SeqCst), calls);
    }
}

#[tokio::test]
async fn the_best_engine_speaks_and_the_usual_one_where_it_fails() {
    let (better, usual) = (Steady::new("better"), Steady::new("usual"));
    let options = Options::default();
    let engines: Vec<Arc<dyn Synthesizer>> = vec![better.clone(), usual.clone()];
    let speech = Speech::with_engines(&options, vec![usual.clone()], engines);
    let asked = request(Plan::of_text("hello"));
    let best = Request { best: true, ..asked.clone() };
    assert_eq!(speech.say(&asked).await.expect("speech").engine, "usual");
    assert_eq!(speech.say(&best).await.expect("speech").engine, "better");
    let absent: Vec<Arc<dyn Synthesizer>> = vec![Steady::new("absent"), usual.clone()];
    let speech = Speech::with_engines(&options, vec![usual], absent);
    assert_eq!((speech.engine(true), speech.engine(false)), (Ok("usual"), Ok("usual")));
    assert_eq!(speech.say(&best).await.expect("speech").engine, "usual");
}

#[tokio::test]
async fn failures_are_told_and_not_kept() {
    let engine = Steady::new("steady");
    let speech = speech(&engine);
    for _ in 0..2 {
        let error = speech.say(&request(Plan::of_text("fail"))).await.expect_err("it fails");
        assert_eq!(error.to_string(), "the speech engine steady failed: no");
    }
    assert_eq!(engine.asked.load(Ordering::SeqCst), 2);
    let error = speech.say(&request(Plan::of_text("hang"))).await.expect_err("it hangs");
    assert_eq!(error, SpeechError::TimedOut("steady"));
    let error = speech.say(&request(Plan::of_text("日本"))).await.expect_err("nothing to hear");
    assert_eq!(error, SpeechError::Text(TextError::Empty));
    let absent = Speech::with_engines(&Options::default(), vec![Steady::new("absent")], vec![]);
    let error = absent.say(&request(Plan::of_text("hello"))).await.expect_err("not there");
    assert_eq!(error.to_string(), "install it");
    let off = Speech::new(Options { engine: speech::EngineName::None, ..Options::default() });
    assert!(off.engine(true).expect_err("off").to_string().contains("switched off"));
}

#[tokio::test]
async fn only_so_many_speak_at_once() {
    let engine = Steady::new("steady");
    let speech = Arc::new(Speech::with_engines(
        &Options { at_once: 2, ..Options::default() },
        vec![engine.clone()],
        vec![],
    ));
    let all: Vec<_> = (0..12)
        .map(|number| {
            let speech = speech.clone();
            tokio::spawn(async move { speech.say(&request(Plan::of_text(&format!("text {number}")))).await })
        })
        .collect();
    for one in all {
        one.await.expect("no panic").expect("speech");
    }
    assert_eq!(engine.most_at_once.load(Ordering::SeqCst), 2);
}
