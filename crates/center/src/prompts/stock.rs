//! The sounds that every instance begins with, made by calculation: a beep and two pieces of music.

use std::sync::LazyLock;

use audio::TELEPHONE_RATE;
use audio::g711::Law;
use audio::tone::{self, Note, Voice};
use audio::wav;
use directory::seed::BUILTIN_SCHEME;
use model::resource::Prompt;

/// Length in milliseconds and the makings of each.
struct Sound {
    name: &'static str,
    ms: u64,
    make: fn(&mut [f64]),
    /// The loudest sample, 0 to 1.
    peak: f64,
}

const SOUNDS: [Sound; 3] = [
    Sound { name: "Beep.wav", ms: 400, make: beep, peak: 0.5 },
    Sound { name: "CustomerHold.wav", ms: 48_000, make: hold, peak: 0.35 },
    Sound { name: "CustomerQueue.wav", ms: 57_600, make: queue, peak: 0.35 },
];

static FILES: LazyLock<[Vec<u8>; 3]> = LazyLock::new(|| {
    SOUNDS.map(|sound| {
        let mut buffer = vec![0.0; sound.samples()];
        (sound.make)(&mut buffer);
        wav::law(Law::Mu, &tone::samples(&buffer, sound.peak), TELEPHONE_RATE, 1)
    })
});

impl Sound {
    fn samples(&self) -> usize {
        self.ms as usize * TELEPHONE_RATE as usize / 1_000
    }
}

fn place(prompt: &Prompt) -> Option<usize> {
    let name = prompt.s3_uri.strip_prefix(BUILTIN_SCHEME)?;
    SOUNDS.iter().position(|sound| sound.name == name)
}

/// Length in milliseconds and size in bytes of a built-in sound; none for other prompts.
pub fn stock_media(prompt: &Prompt) -> Option<(u64, u64)> {
    let sound = &SOUNDS[place(prompt)?];
    Some((sound.ms, sound.samples() as u64 + HEADER))
}

/// The bytes before the samples in such a file.
const HEADER: u64 = 58;

/// The file of a built-in sound. The first one takes a moment, as all are made then.
pub(super) async fn wav(prompt: &Prompt) -> Option<Vec<u8>> {
    let place = place(prompt)?;
    // A panic in there would be a bug; the prompt is as if it had no file.
    tokio::task::spawn_blocking(move || FILES[place].clone()).await.ok()
}

fn beep(buffer: &mut [f64]) {
    let note = Note { start: 0.0, length: 0.3, pitch: 880.0, loudness: 1.0 };
    tone::play(buffer, TELEPHONE_RATE, &Voice { release: 0.05, ..Voice::sine() }, &[note]);
}

/// C, A minor, F, G, under a slow figure of bells.
fn hold(buffer: &mut [f64]) {
    piece(buffer, 4.0, &[[0, 4, 7], [-3, 0, 4], [-7, -3, 0], [-5, -1, 2]], &[0, 2, 1, 2], 3);
}

/// D, B minor, G, A, a little livelier.
fn queue(buffer: &mut [f64]) {
    piece(buffer, 3.6, &[[2, 6, 9], [-1, 2, 6], [-5, -1, 2], [-3, 1, 4]], &[2, 1, 0, 1, 2, 0], 4);
}

/// Chords of so many seconds, as semitones from middle C, each with a figure of its own notes above it.
fn piece(buffer: &mut [f64], seconds: f64, chords: &[[i32; 3]], figure: &[usize], rounds: usize) {
    let pitch = |semitones: i32| 261.63 * 2f64.powf(f64::from(semitones) / 12.0);
    let (mut pads, mut bells) = (Vec::new(), Vec::new());
    for (bar, chord) in chords.iter().cycle().take(chords.len() * rounds).enumerate() {
        let start = bar as f64 * seconds;
        pads.extend(chord.map(|note| Note {
            start,
            length: seconds * 0.9,
            pitch: pitch(note),
            loudness: 0.5,
        }));
        // Later rounds turn the figure, so that it does not tire.
        let turned = figure.iter().cycle().skip(bar / chords.len()).take(figure.len());
        bells.extend(turned.enumerate().map(|(beat, &voice)| Note {
            start: start + seconds * beat as f64 / figure.len() as f64,
            length: 0.3,
            pitch: pitch(chord[voice] + 12),
            loudness: if beat == 0 { 0.5 } else { 0.35 },
        }));
    }
    tone::play(buffer, TELEPHONE_RATE, &Voice::pad(), &pads);
    tone::play(buffer, TELEPHONE_RATE, &Voice::bell(), &bells);
}

#[cfg(test)]
mod tests {
    use super::*;
    use audio::level;

    #[test]
    fn every_stock_prompt_has_a_sound_of_its_length() {
        assert_eq!(SOUNDS.map(|sound| sound.name), directory::seed::STOCK_PROMPTS.map(|(name, _)| name));
        for (sound, file) in SOUNDS.iter().zip(FILES.iter()) {
            let wave = wav::read(file).expect("an own file");
            assert_eq!(
                (wave.info.duration_ms(), file.len() as u64),
                (sound.ms, sound.samples() as u64 + HEADER)
            );
            // Heard throughout, nowhere too loud, and it begins and ends softly so that it can be repeated.
            let seconds: Vec<f64> = wave.samples.chunks(8_000).map(level::dbov).collect();
            assert!(seconds.iter().all(|level| (-45.0..-9.0).contains(level)), "{}: {seconds:?}", sound.name);
            assert!(wave.samples[0].abs() < 500 && wave.samples.last().is_some_and(|last| last.abs() < 500));
        }
    }
}
