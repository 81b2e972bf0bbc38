//! Text to speech for those who write prompts: which voices there are, and how a text sounds in one. Own operations; the
//! published service has no counterparts.

use audio::{TELEPHONE_RATE, wav};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use center::speech::{Plan, Request, SpeechError, Voice};
use directory::instance::InstanceAttribute;
use serde::Deserialize;
use serde_json::{Value, json};
use wire::{ApiError, Call, Operation, Rule};

use super::authority::{Subject, check};
use super::row::{Answer, INSTANCE_ID};
use crate::{App, access, errors};

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        Operation::get("ListVoices", "/switchroom/voices/{InstanceId}", voices)
            .constraint("InstanceId", INSTANCE_ID),
        Operation::post("PreviewSpeech", "/switchroom/speech-preview/{InstanceId}", preview)
            .read_only()
            .constraint("InstanceId", INSTANCE_ID)
            .constraint("Text", Rule::Length(1, 6_000))
            .constraint("VoiceId", Rule::Length(1, 100)),
    ]
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ListVoices {
    instance_id: String,
}

/// The voices, and whether anybody can speak at all: what is missing is told, not hidden.
async fn voices(call: Call<App>, input: ListVoices) -> Answer {
    let best = admitted(&call, &input.instance_id).await?;
    let voices: Vec<Value> = Voice::all()
        .map(|voice| json!({ "Id": voice.name, "LanguageCode": voice.language, "Gender": voice.gender }))
        .collect();
    let mut answer = json!({ "Voices": voices, "DefaultVoiceId": Voice::DEFAULT });
    match call.state.center.speech().engine(best) {
        Ok(engine) => answer["Engine"] = json!(engine),
        Err(error) => answer["Unavailable"] = json!(sentence(&error)),
    }
    Ok(answer)
}

/// How a text is to be read.
#[derive(Clone, Copy, Default, Deserialize)]
enum Interpretation {
    #[default]
    Text,
    #[serde(rename = "SSML")]
    Ssml,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct PreviewSpeech {
    instance_id: String,
    text: String,
    #[serde(default)]
    interpretation: Interpretation,
    #[serde(default)]
    voice_id: Option<String>,
}

/// Speaks a text as callers would hear it.
async fn preview(call: Call<App>, input: PreviewSpeech) -> Answer {
    let best = admitted(&call, &input.instance_id).await?;
    let voice = Voice::find(input.voice_id.as_deref().unwrap_or(Voice::DEFAULT));
    let voice = voice.map_err(|error| refused(error.into()))?;
    // As in a flow, text that begins like markup is markup.
    let markup =
        matches!(input.interpretation, Interpretation::Ssml) || input.text.trim_start().starts_with("<speak");
    let plan = match markup {
        true => Plan::of_ssml(&input.text, voice.language),
        false => Plan::of_text(&input.text),
    };
    let plan = plan.map_err(|error| refused(error.into()))?;
    let request = Request { plan, voice, rate: TELEPHONE_RATE, best };
    let spoken = call.state.center.speech().say(&request).await.map_err(refused)?;
    Ok(json!({
        "Audio": STANDARD.encode(wav::pcm16(&spoken.samples, spoken.rate, 1)),
        "DurationMilliseconds": audio::duration_ms(spoken.samples.len(), spoken.rate),
        "VoiceId": voice.name,
        "Engine": spoken.engine,
    }))
}

/// Checks the caller; tells whether the instance asks for the best voice there is.
async fn admitted(call: &Call<App>, instance: &str) -> Result<bool, ApiError> {
    let engine = access::instance(call, instance)?;
    let (user, operation) = (access::acting_user(call), call.operation);
    engine
        .read(|core, _| {
            let directory = core.directory();
            check(directory, user, operation, &Subject::none())?;
            Ok(directory.attribute(InstanceAttribute::AutoResolveBestVoices))
        })
        .await
        .map_err(errors::engine)?
}

fn refused(error: SpeechError) -> ApiError {
    match error {
        SpeechError::Text(_) | SpeechError::Voice(_) => ApiError::invalid_parameter(sentence(&error)),
        SpeechError::Unavailable(_) => ApiError::invalid_request(sentence(&error)),
        SpeechError::TimedOut(_) => ApiError::throttling(sentence(&error)).retry_after(1),
        SpeechError::Failed { .. } => ApiError::internal_service(sentence(&error)),
    }
}

/// The error as a sentence.
fn sentence(error: &SpeechError) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}
