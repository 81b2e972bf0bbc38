//! Sample rates: the sound stays the same, and so does its length.

use audio::level;
use audio::resample::{RateError, Resampler, resample};
use audio::tone::{self, Note, Voice};
use proptest::prelude::*;

const TELEPHONY: [u32; 7] = [8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000];

fn sine(pitch: f64, rate: u32, seconds: f64) -> Vec<i16> {
    let mut buffer = vec![0.0; (seconds * f64::from(rate)) as usize];
    let note = Note { start: 0.0, length: seconds, pitch, loudness: 1.0 };
    tone::play(&mut buffer, rate, &Voice::sine(), &[note]);
    tone::samples(&buffer, 0.5)
}

/// The strength of one pitch (Goertzel), relative to a full sine.
fn strength(samples: &[i16], rate: u32, pitch: f64) -> f64 {
    let step = std::f64::consts::TAU * pitch / f64::from(rate);
    let (mut real, mut imaginary) = (0.0, 0.0);
    for (index, &sample) in samples.iter().enumerate() {
        real += f64::from(sample) * (step * index as f64).cos();
        imaginary += f64::from(sample) * (step * index as f64).sin();
    }
    2.0 * real.hypot(imaginary) / samples.len() as f64 / 32_768.0
}

#[test]
fn a_pitch_stays_itself_between_all_rates() {
    for from in TELEPHONY {
        for to in TELEPHONY {
            let here = sine(1_000.0, from, 0.5);
            let there = resample(&here, from, to).expect("both rates are taken");
            let expected = here.len() as f64 * f64::from(to) / f64::from(from);
            assert!((there.len() as f64 - expected).abs() < 1.1, "{from} to {to}");
            let found = strength(&there, to, 1_000.0);
            assert!((0.47..0.52).contains(&found), "{from} to {to}: {found}");
        }
    }
}

#[test]
fn what_a_telephone_cannot_carry_does_not_fold_back() {
    let there = resample(&sine(6_000.0, 48_000, 0.5), 48_000, 8_000).expect("both rates are taken");
    let middle = &there[200..there.len() - 200];
    assert!(level::dbov(middle) < -60.0, "{} dB", level::dbov(middle));
}

#[test]
fn sound_is_not_late() {
    let mut samples = vec![0i16; 22_050];
    samples[11_025..11_035].fill(20_000);
    let there = resample(&samples, 22_050, 8_000).expect("both rates are taken");
    let loudest = (0..there.len()).max_by_key(|&index| there[index].unsigned_abs()).expect("samples");
    assert!(loudest.abs_diff(4_002) <= 2, "at {loudest}");
}

#[test]
fn rates_have_bounds() {
    assert_eq!(resample(&[0; 10], 7_999, 8_000), Err(RateError(7_999)));
    assert_eq!(resample(&[0; 10], 8_000, 0), Err(RateError(0)));
    assert_eq!(Resampler::new(8_000, 192_000).err(), Some(RateError(192_000)));
    assert_eq!(resample(&[], 8_000, 48_000), Ok(vec![]));
    assert_eq!(resample(&[1, 2], 8_000, 8_000), Ok(vec![1, 2]));
}

#[test]
fn a_stream_of_packets_gives_a_packet_for_each() {
    for (from, to) in
        [(8_000, 48_000), (48_000, 8_000), (8_000, 16_000), (16_000, 8_000), (22_050, 8_000), (24_000, 8_000)]
    {
        let mut stream = Resampler::new(from, to).expect("both rates are taken");
        assert!(stream.delay_ms() <= 20, "{from} to {to}: {} ms", stream.delay_ms());
        let sound = sine(440.0, from, 1.0);
        let mut out = Vec::new();
        for packet in sound.chunks(from as usize / 50) {
            let before = out.len();
            stream.push(packet, &mut out);
            assert_eq!(out.len() - before, to as usize / 50, "{from} to {to}");
        }
        let found = strength(&out[to as usize / 10..], to, 440.0);
        assert!((0.48..0.52).contains(&found), "{from} to {to}: {found}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_stream_loses_nothing_whatever_its_parts(
        parts in proptest::collection::vec(0usize..700, 1..12),
        from in 0usize..7,
        to in 0usize..7,
    ) {
        let (from, to) = (TELEPHONY[from], TELEPHONY[to]);
        let total: usize = parts.iter().sum();
        let sound = sine(700.0, from, 1.0);
        let sound: Vec<i16> = sound.iter().copied().cycle().take(total).collect();
        let mut stream = Resampler::new(from, to).expect("both rates are taken");
        let (mut out, mut at) = (Vec::new(), 0);
        for part in parts {
            stream.push(&sound[at..at + part], &mut out);
            at += part;
        }
        stream.finish(&mut out);
        let late = stream.delay_ms() as usize * to as usize / 1_000;
        let owed = total * to as usize / from as usize + late;
        prop_assert!(out.len() + 2 >= owed && out.len() <= owed + to as usize / 500 + 2, "{} of {owed}", out.len());
    }

    #[test]
    fn any_rate_in_bounds_is_converted(from in 8_000u32..=48_000, count in 0usize..3_000) {
        let there = resample(&vec![1_000; count], from, 8_000).expect("a rate in bounds");
        prop_assert!(there.len().abs_diff(count * 8_000 / from as usize) <= 1);
    }
}
