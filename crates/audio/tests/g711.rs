//! G.711 against values of the recommendation.

use audio::g711::Law;

/// Decoder output of every positive code of the recommendation's tables, at 16 bits: the segments' first and last.
#[test]
fn known_codes() {
    for (law, code, sample) in [
        (Law::Mu, 0x80, 32_124),
        (Law::Mu, 0x8F, 16_764),
        (Law::Mu, 0x90, 15_996),
        (Law::Mu, 0x9F, 8_316),
        (Law::Mu, 0xA0, 7_932),
        (Law::Mu, 0xBF, 1_980),
        (Law::Mu, 0xC0, 1_884),
        (Law::Mu, 0xD0, 876),
        (Law::Mu, 0xEF, 132),
        (Law::Mu, 0xF0, 120),
        (Law::Mu, 0xFE, 8),
        (Law::Mu, 0xFF, 0),
        (Law::Mu, 0x7F, 0),
        (Law::Mu, 0x7E, -8),
        (Law::Mu, 0x00, -32_124),
        (Law::A, 0xD5, 8),
        (Law::A, 0x55, -8),
        (Law::A, 0xD4, 24),
        (Law::A, 0xC5, 264),
        (Law::A, 0xDA, 248),
        (Law::A, 0xAA, 32_256),
        (Law::A, 0x2A, -32_256),
        (Law::A, 0xA5, 16_896),
        (Law::A, 0x80, 5_504),
    ] {
        assert_eq!(law.decode(code), sample, "{law:?} {code:#04x}");
    }
}

#[test]
fn every_code_survives_and_every_sample_gets_a_near_one() {
    for law in [Law::Mu, Law::A] {
        for code in 0..=255u8 {
            let again = law.encode(law.decode(code));
            // µ-law has two zeros.
            let expected = if law == Law::Mu && code == 0x7F { 0xFF } else { code };
            assert_eq!(again, expected, "{law:?} {code:#04x}");
        }
        let mut last = i16::MIN;
        for sample in i16::MIN..=i16::MAX {
            let heard = law.decode(law.encode(sample));
            assert!(heard >= last, "{law:?} does not fall at {sample}");
            last = heard;
            // Half a step of the segment, and what is louder than the greatest code.
            let room = (i32::from(sample).abs() / 32 + 8).max(16);
            assert!(
                (i32::from(heard) - i32::from(sample)).abs() <= room,
                "{law:?} {sample} is heard as {heard}"
            );
        }
        assert_eq!(law.encode(0), law.silence());
    }
}

#[test]
fn the_greatest_samples_do_not_wrap() {
    assert_eq!((Law::Mu.encode(i16::MAX), Law::Mu.encode(i16::MIN)), (0x80, 0x00));
    assert_eq!((Law::A.encode(i16::MAX), Law::A.encode(i16::MIN)), (0xAA, 0x2A));
}
