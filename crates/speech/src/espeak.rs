//! The embedded engine: espeak-ng as a child process, one for each utterance.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use crate::synthesizer::{Sound, Speaking, heard};
use crate::{Gender, SpeechError, Synthesizer, Utterance, Voice};

const NAME: &str = "espeak-ng";
/// Most bytes of one answer: a quarter of an hour at its rate.
const ANSWER: u64 = 40 * 1024 * 1024;
/// Words in a minute at the usual speed.
const USUAL_SPEED: f32 = 165.0;

/// The program espeak-ng.
#[derive(Clone, Debug, Default)]
pub struct Espeak {
    program: Option<PathBuf>,
}

impl Espeak {
    /// At this place; none = wherever the search path has it, also when it is installed later.
    pub fn new(program: Option<PathBuf>) -> Self {
        Self { program }
    }

    fn place(&self) -> Result<PathBuf, SpeechError> {
        match &self.program {
            Some(program) if is_file(program) => Ok(program.clone()),
            Some(program) => Err(SpeechError::Unavailable(format!(
                "there is no speech engine at {}; correct speech.espeak in the configuration",
                program.display()
            ))),
            None => {
                let path = std::env::var_os("PATH").unwrap_or_default();
                let found =
                    std::env::split_paths(&path).map(|folder| folder.join(NAME)).find(|file| is_file(file));
                found.ok_or_else(|| {
                    SpeechError::Unavailable(
                        "the speech engine espeak-ng is not installed on the server; run 'apt-get install espeak-ng' there"
                            .to_owned(),
                    )
                })
            }
        }
    }

    async fn run(&self, utterance: Utterance<'_>) -> Result<Sound, SpeechError> {
        let failed = |reason: String| SpeechError::Failed { engine: NAME, reason };
        let style = utterance.style;
        let mut child = Command::new(self.place()?)
            .args([
                "-b",
                "1",
                "-z",
                "--stdin",
                "--stdout",
                "-v",
                &voice(utterance.voice, style.language.as_deref(), style.whispered),
            ])
            .args(["-s", &((USUAL_SPEED * style.prosody.rate) as u32).clamp(80, 450).to_string()])
            .args(["-p", &((50.0 * style.prosody.pitch) as u32).min(99).to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| failed(format!("it cannot be started: {error}")))?;
        let mut input = child.stdin.take().expect("the input is a pipe");
        let output = child.stdout.take().expect("the output is a pipe");
        let text = harmless(utterance.text);
        let (written, read) = tokio::join!(
            async move {
                input.write_all(text.as_bytes()).await?;
                input.shutdown().await
            },
            async move {
                let mut bytes = Vec::new();
                output.take(ANSWER).read_to_end(&mut bytes).await.map(|_| bytes)
            }
        );
        let status = child.wait().await.map_err(|error| failed(error.to_string()))?;
        if !status.success() {
            return Err(failed(format!("it ended with {status}")));
        }
        written.map_err(|error| failed(format!("it did not take the text: {error}")))?;
        heard(NAME, &read.map_err(|error| failed(format!("its answer cannot be read: {error}")))?)
    }
}

impl Synthesizer for Espeak {
    fn name(&self) -> &'static str {
        NAME
    }

    fn ready(&self) -> Result<(), SpeechError> {
        self.place().map(|_| ())
    }

    fn speak<'a>(&'a self, utterance: Utterance<'a>) -> Speaking<'a> {
        Box::pin(self.run(utterance))
    }
}

fn is_file(path: &Path) -> bool {
    path.metadata().is_ok_and(|found| found.is_file())
}

/// The text without what the program would take for its own notation of sounds.
fn harmless(text: &str) -> String {
    text.replace("[[", "[ [")
}

/// The program's name of a voice: language and variant.
fn voice(voice: Voice, other_language: Option<&str>, whispered: bool) -> String {
    let spoken = other_language.and_then(language).or_else(|| language(voice.language)).unwrap_or("en-us");
    let variants: &[&str] = match (voice.gender, whispered) {
        (Gender::Female, true) => &["+whisperf"],
        (Gender::Male, true) => &["+whisper"],
        (Gender::Female, false) => &["+f3", "+f2", "+f4", "+f1", "+f5"],
        (Gender::Male, false) => &["", "+m3", "+m1", "+m7", "+m2", "+m4", "+m5", "+m6"],
    };
    format!("{spoken}{}", variants[voice.number() % variants.len()])
}

/// The program's name of a language; none = it does not speak it.
fn language(code: &str) -> Option<&'static str> {
    let code = code.to_ascii_lowercase();
    if let Some((_, own)) = REGIONS.iter().find(|(region, _)| *region == code) {
        return Some(own);
    }
    let primary = code.split('-').next().unwrap_or_default();
    let primary = match primary {
        "arb" => "ar",
        "zh" => "cmn",
        "no" => "nb",
        "en" => "en-gb",
        "fr" => "fr-fr",
        other => other,
    };
    LANGUAGES.split(' ').find(|own| *own == primary)
}

const REGIONS: &[(&str, &str)] = &[
    ("en-us", "en-us"),
    ("en", "en-us"),
    ("es-mx", "es-419"),
    ("es-us", "es-419"),
    ("fr-be", "fr-be"),
    ("fr-ch", "fr-ch"),
    ("pt-br", "pt-br"),
];

const LANGUAGES: &str = "af am ar az be bg bn bs ca cmn cs cy da de el en-gb eo es et eu fa fi fr-fr ga gu he hi hr hu hy \
    id is it ja ka kk kn ko ku ky la lb lt lv mi mk ml mr ms mt nb ne nl pa pl pt ro ru sd si sk sl sq sr sv sw ta te th \
    tr uk ur uz vi yue";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voices_have_names_in_the_program() {
        for (name, other, whispered, own) in [
            ("Joanna", None, false, "en-us+f3"),
            ("Matthew", None, false, "en-us"),
            ("Danielle", None, false, "en-us+f2"),
            ("Joanna", Some("fr-FR"), false, "fr-fr+f3"),
            ("Joanna", Some("fr-CA"), false, "fr-fr+f3"),
            ("Joanna", Some("tlh"), false, "en-us+f3"),
            ("Brian", None, true, "en-gb+whisper"),
            ("Lupe", None, false, "es-419+f3"),
            ("Mizuki", None, false, "ja+f3"),
            ("Vicki", None, false, "de+f2"),
        ] {
            assert_eq!(voice(Voice::find(name).expect("a voice"), other, whispered), own);
        }
        for one in Voice::all() {
            assert!(language(one.language).is_some(), "{}", one.language);
        }
    }

    #[test]
    fn a_missing_program_says_what_to_do() {
        let error = Espeak::new(Some("/nowhere/espeak-ng".into())).ready().expect_err("it is not there");
        assert_eq!(
            error.to_string(),
            "there is no speech engine at /nowhere/espeak-ng; correct speech.espeak in the configuration"
        );
    }
}
