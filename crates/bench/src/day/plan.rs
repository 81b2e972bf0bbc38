//! Who works when, and when contacts come.

use crate::random::Random;

/// Milliseconds of an hour.
pub const HOUR_MS: i64 = 3_600_000;
/// Milliseconds of the day.
pub const DAY_MS: i64 = 24 * HOUR_MS;
/// A shift with its break.
const SHIFT_MS: i64 = 8 * HOUR_MS + HOUR_MS / 2;
/// The break of a shift.
const BREAK_MS: i64 = HOUR_MS / 2;

/// Contacts per hour of the day, in proportion: quiet nights, two peaks.
const ARRIVALS: [u32; 24] =
    [12, 9, 8, 8, 9, 14, 26, 44, 66, 86, 96, 92, 80, 82, 90, 92, 84, 68, 50, 40, 34, 28, 22, 16];

/// Agents whose shift begins in an hour of the day, in proportion.
const SHIFTS: [u32; 24] = [3, 0, 0, 0, 0, 3, 10, 14, 18, 12, 8, 5, 5, 6, 5, 4, 4, 3, 2, 2, 2, 2, 3, 3];

/// A stretch of an agent's work, in milliseconds since the day began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    /// Signs in and becomes available.
    pub start: i64,
    /// Goes on a break.
    pub pause: Option<i64>,
    /// Comes back.
    pub back: Option<i64>,
    /// Takes nothing more, finishes, signs out.
    pub end: i64,
}

/// The stretches in which an agent works: one, or two when the shift goes over midnight.
pub fn shifts(random: &mut Random) -> Vec<Shift> {
    let start = random.weighted(&SHIFTS) as i64 * HOUR_MS + random.below(HOUR_MS as usize) as i64;
    let pause = start + 3 * HOUR_MS + random.below(2 * HOUR_MS as usize) as i64;
    let shift = Shift { start, pause: Some(pause), back: Some(pause + BREAK_MS), end: start + SHIFT_MS };
    let yesterdays = Shift {
        start: 0,
        pause: shift.pause.map(|at| at - DAY_MS).filter(|at| *at > 0),
        back: shift.back.map(|at| at - DAY_MS).filter(|at| *at > 0),
        end: shift.end - DAY_MS,
    };
    if yesterdays.end > 0 { vec![yesterdays, shift] } else { vec![shift] }
}

/// When contacts come, in order, in milliseconds since the day began.
pub fn arrivals(count: usize, random: &mut Random) -> Vec<i64> {
    let mut times: Vec<i64> = (0..count)
        .map(|_| random.weighted(&ARRIVALS) as i64 * HOUR_MS + random.below(HOUR_MS as usize) as i64)
        .collect();
    times.sort_unstable();
    times
}
