//! Tones made by calculation: beeps, chords and simple music.

use std::f64::consts::TAU;

/// One sounding of one pitch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Note {
    /// When it begins, in seconds.
    pub start: f64,
    /// How long it is held, in seconds; the fading after it comes on top.
    pub length: f64,
    /// Its pitch in Hz.
    pub pitch: f64,
    /// Its loudness, 0 to 1.
    pub loudness: f64,
}

/// How notes sound.
#[derive(Clone, Debug, PartialEq)]
pub struct Voice {
    /// The strength of the fundamental and of each overtone, 0 to 1.
    pub partials: Vec<f64>,
    /// Seconds from silence to full loudness.
    pub attack: f64,
    /// Seconds in which it fades after the note was held.
    pub release: f64,
}

impl Voice {
    /// A plain sine without clicks.
    pub fn sine() -> Self {
        Self { partials: vec![1.0], attack: 0.005, release: 0.005 }
    }

    /// A soft pad of a few overtones, for music.
    pub fn pad() -> Self {
        Self { partials: vec![1.0, 0.35, 0.18, 0.06], attack: 0.25, release: 0.9 }
    }

    /// A plucked string or bell.
    pub fn bell() -> Self {
        Self { partials: vec![1.0, 0.2, 0.3, 0.05, 0.08], attack: 0.006, release: 1.2 }
    }
}

/// Plays notes into a buffer, in addition to what it holds. What lies beyond its end is not heard.
pub fn play(buffer: &mut [f64], rate: u32, voice: &Voice, notes: &[Note]) {
    let rate = f64::from(rate);
    let strength: f64 = voice.partials.iter().sum::<f64>().max(1.0);
    for note in notes {
        let begin = (note.start * rate).max(0.0) as usize;
        let count = ((note.length + voice.release) * rate).max(0.0) as usize;
        for (index, sample) in buffer.iter_mut().skip(begin).take(count).enumerate() {
            let time = index as f64 / rate;
            let wave: f64 = voice
                .partials
                .iter()
                .enumerate()
                .map(|(number, partial)| (note.pitch * (number + 1) as f64, partial))
                // An overtone above half the rate would fold back as a wrong tone.
                .filter(|(pitch, _)| *pitch < rate / 2.0)
                .map(|(pitch, partial)| partial * (TAU * pitch * time).sin())
                .sum();
            *sample += wave / strength * note.loudness * envelope(voice, note.length, time);
        }
    }
}

fn envelope(voice: &Voice, length: f64, time: f64) -> f64 {
    let rise = if voice.attack > 0.0 { (time / voice.attack).min(1.0) } else { 1.0 };
    let left = length + voice.release - time;
    let fall = if voice.release > 0.0 { (left / voice.release).clamp(0.0, 1.0) } else { 1.0 };
    rise * fall * fall
}

/// The samples of a buffer whose greatest magnitude becomes `peak` (0 to 1); silence stays silence.
pub fn samples(buffer: &[f64], peak: f64) -> Vec<i16> {
    let greatest = buffer.iter().fold(0.0f64, |greatest, sample| greatest.max(sample.abs()));
    let gain = if greatest > 0.0 { peak / greatest } else { 0.0 };
    buffer.iter().map(|sample| (sample * gain * 32_767.0).round() as i16).collect()
}
