//! WAV files: what is written can be read, what others write too, and damage is an error.

use audio::g711::Law;
use audio::wav::{self, Encoding, WavError};
use proptest::prelude::*;

fn file(tag: u16, channels: u16, rate: u32, bits: u16, data: &[u8]) -> Vec<u8> {
    let mut format = Vec::new();
    let frame = channels * (bits / 8);
    for part in [&tag.to_le_bytes()[..], &channels.to_le_bytes(), &rate.to_le_bytes()] {
        format.extend(part);
    }
    format.extend(rate.wrapping_mul(u32::from(frame)).to_le_bytes());
    format.extend(frame.to_le_bytes());
    format.extend(bits.to_le_bytes());
    riff(&[(b"fmt ", format), (b"data", data.to_vec())])
}

fn riff(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut body = b"WAVE".to_vec();
    for (name, chunk) in chunks {
        body.extend(*name);
        body.extend((chunk.len() as u32).to_le_bytes());
        body.extend(chunk);
        if chunk.len() % 2 == 1 {
            body.push(0);
        }
    }
    let mut file = b"RIFF".to_vec();
    file.extend((body.len() as u32).to_le_bytes());
    file.extend(body);
    file
}

#[test]
fn all_encodings_give_the_same_sound() {
    let floats: Vec<u8> = [0.5f32, -0.5].iter().flat_map(|it| it.to_le_bytes()).collect();
    let doubles: Vec<u8> = [0.5f64, -0.5].iter().flat_map(|it| it.to_le_bytes()).collect();
    for (tag, bits, data, encoding, samples) in [
        (1, 8, vec![0xC0, 0x40], Encoding::Pcm(8), [16_384, -16_384]),
        (1, 16, vec![0, 0x40, 0, 0xC0], Encoding::Pcm(16), [16_384, -16_384]),
        (1, 24, vec![9, 0, 0x40, 9, 0, 0xC0], Encoding::Pcm(24), [16_384, -16_384]),
        (1, 32, vec![9, 9, 0, 0x40, 9, 9, 0, 0xC0], Encoding::Pcm(32), [16_384, -16_384]),
        (3, 32, floats, Encoding::Float(32), [16_384, -16_384]),
        (3, 64, doubles, Encoding::Float(64), [16_384, -16_384]),
        (7, 8, vec![0x8F, 0x0F], Encoding::Law(Law::Mu), [16_764, -16_764]),
        (6, 8, vec![0xA5, 0x25], Encoding::Law(Law::A), [16_896, -16_896]),
    ] {
        let wave = wav::read(&file(tag, 1, 16_000, bits, &data)).expect("a good file");
        assert_eq!((wave.info.encoding, wave.info.rate, wave.info.frames), (encoding, 16_000, 2));
        assert_eq!(wave.samples, samples, "{encoding}");
    }
}

#[test]
fn floats_beyond_full_scale_are_cut_and_nonsense_is_silent() {
    let data: Vec<u8> =
        [2.0f32, -2.0, f32::NAN, f32::INFINITY].iter().flat_map(|it| it.to_le_bytes()).collect();
    let wave = wav::read(&file(3, 1, 8_000, 32, &data)).expect("a good file");
    assert_eq!(wave.samples, [i16::MAX, i16::MIN, 0, i16::MAX]);
}

#[test]
fn headers_may_be_extensible_have_other_chunks_and_odd_lengths() {
    let mut format = vec![0xFE, 0xFF, 1, 0];
    format.extend(8_000u32.to_le_bytes());
    format.extend(16_000u32.to_le_bytes());
    format.extend([2, 0, 16, 0, 22, 0, 16, 0, 4, 0, 0, 0, 1, 0]);
    format.extend([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]);
    let bytes = riff(&[
        (b"LIST", vec![1, 2, 3]),
        (b"fmt ", format),
        (b"fact", vec![0; 4]),
        (b"data", vec![1, 0, 2, 0]),
        (b"LIST", vec![7; 40]),
    ]);
    assert_eq!(wav::read(&bytes).expect("a good file").samples, [1, 2]);
}

#[test]
fn lengths_that_lie_are_not_believed() {
    for claim in [0u32, 0x7FFF_F000, u32::MAX] {
        let mut bytes = file(1, 1, 22_050, 16, &[1, 0, 2, 0, 3]);
        bytes.truncate(bytes.len() - 1);
        bytes[4..8].copy_from_slice(&claim.to_le_bytes());
        bytes[40..44].copy_from_slice(&claim.to_le_bytes());
        let wave = wav::read(&bytes).expect("a streamed file");
        assert_eq!((wave.info.frames, &wave.samples[..]), (2, &[1, 2][..]), "claim {claim}");
    }
    let empty = riff(&[
        (b"fmt ", file(1, 1, 8_000, 16, &[])[20..36].to_vec()),
        (b"data", vec![]),
        (b"junk", vec![1; 9]),
    ]);
    assert_eq!(wav::read(&empty).expect("an empty file").info.frames, 0);
}

#[test]
fn errors_name_what_was_found() {
    let good = file(1, 1, 8_000, 16, &[0; 8]);
    for (bytes, error) in [
        (vec![], WavError::NotWav("empty")),
        (b"ID3\x03rest of a song".to_vec(), WavError::NotWav("MP3")),
        (b"OggS............".to_vec(), WavError::NotWav("Ogg (Vorbis or Opus)")),
        (b"\x00\x00\x00\x20ftypM4A ....".to_vec(), WavError::NotWav("MP4 or M4A")),
        (b"RIFF\x04\0\0\0AVI ".to_vec(), WavError::NotWav("another RIFF file")),
        (good[..6].to_vec(), WavError::Truncated),
        (good[..30].to_vec(), WavError::Truncated),
        (good[..36].to_vec(), WavError::NoData),
        (riff(&[(b"data", vec![0; 8])]), WavError::NoFormat),
        (file(0x55, 1, 8_000, 0, &[]), WavError::Codec("MP3".into())),
        (file(0x11, 1, 8_000, 4, &[]), WavError::Codec("IMA ADPCM".into())),
        (file(1, 1, 8_000, 12, &[]), WavError::Codec("12-bit PCM".into())),
        (file(1, 6, 8_000, 16, &[]), WavError::Channels(6)),
        (file(1, 0, 8_000, 16, &[]), WavError::Channels(0)),
        (file(1, 1, 0, 16, &[]), WavError::Rate(0)),
        (file(1, 1, 96_000, 16, &[]), WavError::Rate(96_000)),
    ] {
        assert_eq!(wav::read(&bytes), Err(error));
    }
}

#[test]
fn two_channels_become_one() {
    let wave =
        wav::read(&wav::pcm16(&[100, 300, -100, -300, i16::MAX, i16::MAX], 8_000, 2)).expect("a good file");
    assert_eq!(wave.mono(), [200, -200, i16::MAX]);
    assert_eq!((wave.info.frames, wave.info.channels), (3, 2));
}

#[test]
fn what_is_written_is_read() {
    let samples: Vec<i16> = (0..801).map(|step| (step * 37 % 2_000 - 1_000) as i16).collect();
    assert_eq!(wav::read(&wav::pcm16(&samples, 44_100, 1)).expect("own file").samples, samples);
    let bytes = wav::law(Law::Mu, &samples, 8_000, 1);
    let wave = wav::read(&bytes).expect("own file");
    assert_eq!(
        (wave.info.encoding, wave.info.frames, wave.info.duration_ms()),
        (Encoding::Law(Law::Mu), 801, 100)
    );
    assert_eq!(bytes.len() % 2, 0);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = wav::read(&bytes);
    }

    #[test]
    fn no_damage_panics(places in proptest::collection::vec((0usize..60, any::<u8>()), 1..8), cut in 0usize..80) {
        let mut bytes = file(1, 2, 16_000, 24, &[7; 36]);
        for (place, value) in places {
            bytes[place] = value;
        }
        bytes.truncate(cut.max(1));
        if let Ok(wave) = wav::read(&bytes) {
            prop_assert!(wave.samples.len() <= bytes.len());
            prop_assert_eq!(wave.samples.len(), wave.info.frames * usize::from(wave.info.channels));
        }
    }

    #[test]
    fn samples_survive_a_file(samples in proptest::collection::vec(any::<i16>(), 0..200), stereo: bool) {
        let channels = if stereo { 2 } else { 1 };
        let whole = samples.len() / channels * channels;
        let wave = wav::read(&wav::pcm16(&samples[..whole], 48_000, channels as u16)).expect("own file");
        prop_assert_eq!(&wave.samples[..], &samples[..whole]);
    }
}
