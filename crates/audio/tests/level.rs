//! Levels and lengths.

use audio::{duration_ms, level};

#[test]
fn levels() {
    assert_eq!((level::peak(&[]), level::rms(&[]), level::dbov(&[])), (0, 0.0, -127.0));
    assert_eq!(level::peak(&[3, -32_768, 9]), 32_768);
    assert_eq!(level::dbov(&[i16::MIN; 10]), 0.0);
    assert!((level::dbov(&[16_384, -16_384]) + 6.02).abs() < 0.01);
    assert_eq!(level::dbov(&[0; 10]), -127.0);
    assert_eq!(level::peaks(&[1, -5, 2, 3, 9], 2), [5, 9]);
    assert_eq!(level::peaks(&[1, 2], 5), [1, 2]);
    assert_eq!(level::peaks(&[1], 0), Vec::<u16>::new());
}

#[test]
fn durations() {
    assert_eq!((duration_ms(8_000, 8_000), duration_ms(12, 8_000), duration_ms(9, 0)), (1_000, 1, 0));
}
