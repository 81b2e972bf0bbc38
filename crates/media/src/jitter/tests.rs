//! Order, pace and adaptation, in virtual time.

use super::*;

/// Twenty milliseconds of a telephone codec; the payload names the packet.
struct Line {
    buffer: JitterBuffer,
    now: MediaTime,
    played: Vec<Option<u8>>,
}

impl Line {
    fn new() -> Self {
        Self { buffer: JitterBuffer::new(8_000), now: MediaTime::from_millis(1_000), played: Vec::new() }
    }

    fn packet(&mut self, sequence: u16, timestamp: u32) {
        self.buffer.insert(self.now, sequence, timestamp, false, &[sequence as u8]);
    }

    fn tick(&mut self) {
        let played = match self.buffer.next(self.now) {
            Playout::Packet { payload, .. } => Some(payload[0]),
            _ => None,
        };
        self.played.push(played);
        self.now = self.now.plus_millis(20);
    }

    fn sounds(&self) -> Vec<u8> {
        self.played.iter().flatten().copied().collect()
    }

    /// Frames without a packet between the first and the last with one.
    fn gaps(&self) -> usize {
        let first = self.played.iter().position(Option::is_some).unwrap();
        let last = self.played.iter().rposition(Option::is_some).unwrap();
        self.played[first..last].iter().filter(|played| played.is_none()).count()
    }
}

#[test]
fn a_steady_stream_comes_out_whole_after_the_first_delay() {
    let mut line = Line::new();
    for index in 0..50u16 {
        line.packet(index, u32::from(index) * 160);
        line.tick();
    }
    assert_eq!(line.played[..2], [None, None]);
    assert_eq!(line.sounds(), (0..48).collect::<Vec<u8>>());
    assert_eq!(line.gaps(), 0);
}

#[test]
fn order_is_restored_and_duplicates_are_dropped() {
    let mut line = Line::new();
    for pair in 0..20u16 {
        line.packet(2 * pair + 1, u32::from(2 * pair + 1) * 160);
        line.packet(2 * pair, u32::from(2 * pair) * 160);
        line.packet(2 * pair, u32::from(2 * pair) * 160);
        line.tick();
        line.tick();
    }
    assert_eq!(line.sounds(), (0..38).collect::<Vec<u8>>());
    assert_eq!(line.buffer.figures().duplicates, 20);
    assert_eq!(line.gaps(), 0);
}

#[test]
fn a_lost_packet_leaves_one_gap_and_shows_the_next() {
    let mut line = Line::new();
    for index in (0..5).chain(6..20u16) {
        line.packet(index, u32::from(index) * 160);
    }
    line.now = line.now.plus_millis(40);
    for _ in 0..5 {
        line.tick();
    }
    assert_eq!(line.buffer.next(line.now), Playout::Lost { next: Some(&[6]) });
    assert!(matches!(line.buffer.next(line.now), Playout::Packet { payload: [6], .. }));
}

#[test]
fn an_outage_is_filled_and_the_pace_kept() {
    let mut line = Line::new();
    for index in 0..60u16 {
        if !(20..30).contains(&index) {
            line.packet(index, u32::from(index) * 160);
        }
        line.tick();
    }
    assert_eq!(line.gaps(), 10, "as long as the outage");
    assert_eq!(line.buffer.figures().late, 0);
}

#[test]
fn the_delay_grows_with_jitter_and_shrinks_without() {
    let mut line = Line::new();
    // Every fourth packet is 80 ms late.
    let mut arrivals: Vec<(u64, u16)> = (0..400u16).map(|n| (u64::from(n) * 20 + if n % 4 == 3 { 80 } else { 0 }, n)).collect();
    arrivals.sort();
    let mut waiting = arrivals.into_iter().peekable();
    let begin = line.now;
    for _ in 0..400 {
        while let Some((_, index)) = waiting.next_if(|(at, _)| begin.plus_millis(*at) <= line.now) {
            line.packet(index, u32::from(index) * 160);
        }
        line.tick();
    }
    let settled = &line.played[100..];
    let missing = settled.iter().filter(|played| played.is_none()).count();
    assert!(missing <= 2, "{missing} of {} after it had grown", settled.len());
    assert!(line.buffer.delay_ms() >= 60, "{}", line.buffer.delay_ms());
    // Then a calm network: the caller takes the spare frames.
    let mut spared = 0;
    for index in 400..2_000u16 {
        line.packet(index, u32::from(index) * 160);
        if matches!(line.buffer.next(line.now), Playout::Packet { spare: true, .. }) && line.buffer.take_spare().is_some() {
            spared += 1;
        }
        line.now = line.now.plus_millis(20);
    }
    assert!(spared >= 1);
    assert!(line.buffer.delay_ms() <= 80, "{}", line.buffer.delay_ms());
}

#[test]
fn silence_of_the_sender_is_a_pause_and_not_a_loss() {
    let mut line = Line::new();
    for index in 0..10u16 {
        line.packet(index, u32::from(index) * 160);
        line.tick();
    }
    for _ in 0..50 {
        line.tick();
    }
    let before = line.buffer.figures().concealed;
    // A second later it speaks again, under the next number.
    for index in 10..30u16 {
        line.packet(index, u32::from(index + 50) * 160);
        line.tick();
    }
    assert_eq!(line.sounds()[10..], (10..28).collect::<Vec<u8>>()[..]);
    assert_eq!(line.buffer.figures().concealed, before);
}

#[test]
fn jumps_of_timestamp_and_number_begin_anew() {
    let mut line = Line::new();
    for index in 0..20u16 {
        line.packet(index, u32::from(index) * 160);
        line.tick();
    }
    for index in 20..40u16 {
        line.packet(index, 3_000_000_000 + u32::from(index) * 160);
        line.tick();
    }
    for index in 0..20u16 {
        line.packet(40_000 + index, u32::from(index) * 160);
        line.tick();
    }
    let sounds = line.sounds();
    assert!(sounds.len() >= 50, "{}", sounds.len());
    assert_eq!(line.buffer.figures().resets, 1, "of numbers");
    // One stray packet does not disturb.
    let mut line = Line::new();
    for index in 0..50u16 {
        line.packet(index, u32::from(index) * 160);
        if index == 20 {
            line.packet(30_000, 7);
        }
        line.tick();
    }
    assert_eq!(line.gaps(), 0);
}

#[test]
fn a_flood_is_cut() {
    let mut line = Line::new();
    for index in 0..63u16 {
        line.packet(index, u32::from(index) * 160);
    }
    line.now = line.now.plus_millis(40);
    line.tick();
    assert!(line.buffer.delay_ms() <= 80, "{}", line.buffer.delay_ms());
    for index in 63..5_000u16 {
        line.packet(index, u32::from(index) * 160);
    }
    assert!(line.buffer.slots.len() == CAPACITY);
}

#[test]
fn both_counters_wrap() {
    let mut line = Line::new();
    for index in 0..100u16 {
        line.packet(index.wrapping_sub(50), (u32::from(index) * 160).wrapping_sub(8_000));
        line.tick();
    }
    assert_eq!(line.gaps(), 0);
    assert_eq!(line.sounds().len(), 98);
}
