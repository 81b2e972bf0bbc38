//! The engines themselves: espeak-ng where it is installed, and a server that answers as speech servers do.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde_json::{Value, json};
use speech::{EngineName, Format, HttpOptions, Options, Plan, Request, Speech, Voice};

fn request(plan: Plan, voice: &str) -> Request {
    Request { plan, voice: Voice::find(voice).expect("a voice"), rate: 8_000, best: false }
}

fn embedded() -> Option<Speech> {
    let speech = Speech::new(Options::default());
    match speech.engine(false) {
        Ok(_) => Some(speech),
        Err(error) => {
            println!("skipped: {error}");
            None
        }
    }
}

#[tokio::test]
async fn espeak_speaks_text_and_markup() {
    let Some(speech) = embedded() else { return };
    let plain = Plan::of_text("Thank you for calling. -v de [[ &lt; \u{7}").expect("plain text");
    let spoken = speech.say(&request(plain.clone(), "Joanna")).await.expect("speech");
    assert!((8_000..80_000).contains(&spoken.samples.len()), "{} samples", spoken.samples.len());
    assert!(audio::level::dbov(&spoken.samples) > -40.0);
    let other = speech.say(&request(plain, "Matthew")).await.expect("speech");
    assert_ne!(spoken.samples, other.samples, "voices sound differently");
    let length = |markup: &'static str| {
        let speech = &speech;
        async move {
            let plan = Plan::of_ssml(markup, "en-US").expect("good markup");
            speech.say(&request(plan, "Joanna")).await.expect("speech").samples.len()
        }
    };
    let usual = length("<speak>one two three four five</speak>").await;
    let slow = length(r#"<speak><prosody rate="50%">one two three four five</prosody></speak>"#).await;
    assert!(slow > usual * 3 / 2, "{slow} of {usual}");
    let apart = length(r#"<speak>one two <break time="2s"/> three four five</speak>"#).await;
    assert!(apart > usual + 14_000, "{apart} of {usual}");
}

#[tokio::test]
async fn espeak_knows_every_voice() {
    let Some(speech) = embedded() else { return };
    for voice in Voice::all() {
        let text = match voice.language {
            "ja-JP" => "カタカナ",
            "ko-KR" => "안녕하세요",
            "cmn-CN" | "yue-CN" => "你好",
            "ru-RU" => "Привет",
            "arb" | "ar-AE" => "مرحبا",
            _ => "one two",
        };
        let plan = Plan::of_text(text).expect("plain text");
        let spoken = speech.say(&request(plan, voice.name)).await.expect(voice.name);
        assert!(audio::level::peak(&spoken.samples) > 1_000, "{}", voice.name);
    }
}

async fn server(answer: axum::routing::MethodRouter<Asked>) -> (String, Asked) {
    let asked = Asked::default();
    let router = axum::Router::new().route("/v1/audio/speech", answer).with_state(asked.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    (format!("http://{address}/v1/"), asked)
}

type Asked = std::sync::Arc<parking_lot::Mutex<Vec<Value>>>;

fn over_http(url: String, format: Format) -> Speech {
    let voices = [("Joanna".to_owned(), "nova".to_owned())].into();
    let http = HttpOptions { url, key: "secret".into(), model: "tts-1".into(), voices, format };
    Speech::new(Options {
        engine: EngineName::Http,
        http: Some(http),
        within: Duration::from_secs(5),
        ..Options::default()
    })
}

async fn wav(
    State(asked): State<Asked>,
    headers: HeaderMap,
    Json(mut body): Json<Value>,
) -> impl IntoResponse {
    body["key"] = json!(headers["authorization"].to_str().expect("text"));
    asked.lock().push(body);
    audio::wav::pcm16(&[1_000; 24_000], 24_000, 1)
}

#[tokio::test]
async fn a_server_is_asked_in_the_usual_words() {
    let (url, asked) = server(axum::routing::post(wav)).await;
    let speech = over_http(url, Format::Wav);
    let plan =
        Plan::of_ssml(r#"<speak><prosody rate="50%">hello</prosody></speak>"#, "en-US").expect("good markup");
    let spoken = speech.say(&request(plan, "Joanna")).await.expect("speech");
    assert_eq!((spoken.samples.len(), spoken.engine), (8_000, "http"));
    speech.say(&request(Plan::of_text("hi").expect("text"), "Matthew")).await.expect("speech");
    assert_eq!(
        *asked.lock(),
        [
            json!({"model": "tts-1", "voice": "nova", "input": "hello", "response_format": "wav", "speed": 0.5, "key": "Bearer secret"}),
            json!({"model": "tts-1", "voice": "Matthew", "input": "hi", "response_format": "wav", "speed": 1.0, "key": "Bearer secret"}),
        ]
    );
}

#[tokio::test]
async fn bare_samples_are_taken_too() {
    let (url, _) = server(axum::routing::post(|| async { vec![1u8; 48_000] })).await;
    let speech = over_http(url, Format::Pcm);
    let spoken = speech.say(&request(Plan::of_text("hi").expect("text"), "Joanna")).await.expect("speech");
    assert_eq!(spoken.samples.len(), 8_000);
}

#[tokio::test]
async fn what_a_server_does_wrong_is_told_without_its_words() {
    for (answer, reason) in [
        (
            axum::routing::post(|| async { (StatusCode::UNAUTHORIZED, "your text was …") }),
            "the speech engine http failed: it answered 401 Unauthorized",
        ),
        (
            axum::routing::post(|| async { (StatusCode::OK, "ID3 a song") }),
            "the speech engine http failed: of what it answered, it is not a WAV file but MP3",
        ),
    ] {
        let (url, _) = server(answer).await;
        let speech = over_http(url, Format::Wav);
        let failed =
            speech.say(&request(Plan::of_text("hi").expect("text"), "Joanna")).await.expect_err("it fails");
        assert_eq!(failed.to_string(), reason);
    }
}
