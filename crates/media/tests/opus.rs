//! What the Opus library does with losses, which the session relies on.

use media::codec::{Codec, Decoder, Encoder, Rate};

const TONE: f64 = 400.0;

/// Two seconds of something like a voice: a pitch with harmonics that swells.
fn voice(samples: usize) -> Vec<i16> {
    (0..samples)
        .map(|at| {
            let time = at as f64 / 8_000.0;
            let swell = 0.6 + 0.4 * (time * 3.0 * std::f64::consts::TAU).sin();
            let sum: f64 = (1..8)
                .map(|k| (time * 130.0 * f64::from(k) * std::f64::consts::TAU).sin() / f64::from(k))
                .sum();
            (sum * swell * 7_000.0) as i16
        })
        .collect()
}

fn tone(samples: usize) -> Vec<i16> {
    (0..samples)
        .map(|at| ((at as f64 * TONE / 8_000.0 * std::f64::consts::TAU).sin() * 8_000.0) as i16)
        .collect()
}

/// How like the lost frames are to what would have been heard without loss (1 is alike), with and without the packet
/// after the lost one, and how much of the level is there.
fn likeness(sound: &[i16], rate: Rate, with_next: bool, expected_loss: u8) -> (f64, f64) {
    let mut encoder = Encoder::new(Codec::Opus, rate);
    encoder.expect_loss(expected_loss);
    let packets: Vec<Vec<u8>> = sound
        .chunks_exact(rate.frame())
        .map(|frame| {
            let mut payload = Vec::new();
            encoder.encode(frame, &mut payload);
            payload
        })
        .collect();
    let (mut lossy, mut whole) = (Decoder::new(Codec::Opus, rate), Decoder::new(Codec::Opus, rate));
    let (mut heard, mut meant) = (Vec::new(), Vec::new());
    let (mut product, mut energies) = (0.0, (0.0, 0.0));
    for (at, packet) in packets.iter().enumerate() {
        heard.clear();
        meant.clear();
        whole.decode(packet, &mut meant);
        if at % 10 == 9 {
            let next = packets.get(at + 1).filter(|_| with_next).map(|next| &next[..]);
            lossy.conceal(rate.frame(), next, &mut heard);
            for (heard, meant) in heard.iter().zip(&meant) {
                let (heard, meant) = (f64::from(*heard), f64::from(*meant));
                product += heard * meant;
                energies = (energies.0 + heard * heard, energies.1 + meant * meant);
            }
        } else {
            lossy.decode(packet, &mut heard);
        }
    }
    (product / (energies.0 * energies.1).sqrt(), 10.0 * (energies.0 / energies.1).log10())
}

#[test]
fn a_lost_voice_is_rebuilt_from_the_packet_after() {
    for rate in [Rate::Narrow, Rate::Wide] {
        let sound = if rate == Rate::Narrow {
            voice(80_000)
        } else {
            audio::resample::resample(&voice(80_000), 8_000, 16_000).unwrap()
        };
        let (rebuilt, _) = likeness(&sound, rate, true, 10);
        let (alone, _) = likeness(&sound, rate, false, 10);
        let (unprovided, _) = likeness(&sound, rate, true, 0);
        assert!(rebuilt > 0.85 && rebuilt > alone + 0.05, "{rate:?}: {rebuilt:.2} against {alone:.2}");
        assert!(unprovided < rebuilt, "{rate:?}: {unprovided:.2} without provision");
    }
}

#[test]
fn a_lost_sound_goes_on_when_nothing_tells_of_it() {
    for (name, sound) in [("voice", voice(80_000)), ("tone", tone(80_000))] {
        let (alike, level) = likeness(&sound, Rate::Narrow, false, 0);
        assert!(alike > 0.6 && level > -8.0, "{name}: {alike:.2}, {level:.1} dB");
    }
}

#[test]
fn packets_keep_to_the_bit_rate() {
    for rate in [Rate::Narrow, Rate::Wide] {
        let mut encoder = Encoder::new(Codec::Opus, rate);
        for frame in voice(32_000).chunks_exact(rate.frame()) {
            let mut payload = Vec::new();
            encoder.encode(frame, &mut payload);
            assert_eq!(payload.len(), 60, "24 kbit/s");
        }
    }
}
