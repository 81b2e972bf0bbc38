//! Telephone events in packets, RFC 4733: received once however often they are sent, sent as often as they should.

use std::collections::VecDeque;

use super::{Digit, NoDigit};

/// Milliseconds of a digit and of the pause after it.
const DIGIT_MS: u32 = 100;
const GAP_MS: u32 = 60;
/// Of a comma.
const COMMA_MS: u32 = 750;
const TICK_MS: u32 = 20;
/// Digits and commas that may wait.
const LONGEST_QUEUE: usize = 128;
/// The last packet of an event is sent so often.
const LAST_PACKETS: u8 = 3;
/// -10 dBm0
const VOLUME: u8 = 10;

/// Tells new events from repeated packets of one.
#[derive(Clone, Debug, Default)]
pub struct EventReceiver {
    last: Option<Last>,
}

#[derive(Clone, Copy, Debug)]
struct Last {
    timestamp: u32,
    digit: Digit,
    duration: u16,
    ended: bool,
}

impl EventReceiver {
    /// Takes the payload of an event packet; a digit is told with the first packet of it that comes.
    pub fn received(&mut self, timestamp: u32, payload: &[u8]) -> Option<Digit> {
        let [event, flags, long @ ..] = payload else { return None };
        let duration = u16::from_be_bytes([*long.first()?, *long.get(1)?]);
        let digit = Digit::from_event(*event)?;
        let ended = flags & 0x80 != 0;
        let now = Last { timestamp, digit, duration, ended };
        let Some(last) = &mut self.last else {
            self.last = Some(now);
            return Some(digit);
        };
        let ahead = timestamp.wrapping_sub(last.timestamp) as i32;
        if ahead < 0 {
            return None;
        }
        if ahead == 0 {
            last.ended |= ended;
            last.duration = last.duration.max(duration);
            return None;
        }
        // An event longer than its field goes on under a new timestamp (§2.5.1.3).
        let continued = !last.ended && last.digit == digit && ahead as u32 == u32::from(last.duration);
        *last = now;
        if continued { None } else { Some(digit) }
    }

    /// Forgets, as when another source takes the stream over.
    pub fn reset(&mut self) {
        self.last = None;
    }
}

/// The four bytes of an event packet.
pub fn event_payload(digit: Digit, ended: bool, duration: u16) -> [u8; 4] {
    let duration = duration.to_be_bytes();
    [digit.event(), u8::from(ended) << 7 | VOLUME, duration[0], duration[1]]
}

/// What a sender does in the 20 ms that begin now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// Nothing: sound may go on.
    Idle,
    /// Neither sound nor event.
    Gap,
    /// A digit.
    Digit {
        /// Which.
        digit: Digit,
        /// Whether it begins here.
        first: bool,
        /// Milliseconds of it so far, this frame included.
        so_far_ms: u32,
        /// Packets to send: more than one for the last.
        packets: u8,
    },
}

/// Sends a row of digits, frame by frame.
#[derive(Clone, Debug, Default)]
pub struct EventSender {
    queue: VecDeque<Option<Digit>>,
    elapsed_ms: u32,
}

impl EventSender {
    /// Appends digits; a comma pauses for three quarters of a second.
    pub fn push(&mut self, digits: &str) -> Result<(), NoDigit> {
        let steps: Vec<Option<Digit>> = digits
            .chars()
            .map(|key| if key == ',' { Ok(None) } else { Digit::try_from(key).map(Some) })
            .collect::<Result<_, _>>()?;
        let room = LONGEST_QUEUE.saturating_sub(self.queue.len());
        self.queue.extend(steps.into_iter().take(room));
        Ok(())
    }

    /// Whether there is nothing to send.
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty()
    }

    /// Moves on by one frame.
    pub fn tick(&mut self) -> Sending {
        let Some(step) = self.queue.front() else { return Sending::Idle };
        self.elapsed_ms += TICK_MS;
        let elapsed = self.elapsed_ms;
        let (sending, length) = match step {
            None => (Sending::Gap, COMMA_MS),
            Some(digit) if elapsed <= DIGIT_MS => {
                let packets = if elapsed == DIGIT_MS { LAST_PACKETS } else { 1 };
                let first = elapsed == TICK_MS;
                (Sending::Digit { digit: *digit, first, so_far_ms: elapsed, packets }, DIGIT_MS + GAP_MS)
            }
            Some(_) => (Sending::Gap, DIGIT_MS + GAP_MS),
        };
        if elapsed + TICK_MS > length {
            self.queue.pop_front();
            self.elapsed_ms = 0;
        }
        sending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(events: &[(u32, u8, bool, u16)]) -> String {
        let mut receiver = EventReceiver::default();
        let received = events.iter().filter_map(|(timestamp, event, ended, duration)| {
            let digit = Digit::from_event(*event)?;
            receiver.received(*timestamp, &event_payload(digit, *ended, *duration))
        });
        received.map(Digit::as_char).collect()
    }

    #[test]
    fn an_event_is_told_once() {
        assert_eq!(digits(&[(100, 5, false, 160), (100, 5, false, 320), (100, 5, true, 480), (100, 5, true, 480)]), "5");
        assert_eq!(digits(&[(100, 5, true, 480)]), "5", "only its end came");
        assert_eq!(digits(&[(100, 5, true, 480), (900, 5, true, 480)]), "55", "pressed twice");
        assert_eq!(digits(&[(900, 1, true, 480), (100, 5, true, 480)]), "1", "an old one overtaken by a new one");
        assert_eq!(digits(&[(0, 11, false, 0xffff), (0xffff, 11, true, 100)]), "#", "held for long");
        assert_eq!(digits(&[(u32::MAX - 5, 10, true, 80), (700, 0, false, 80)]), "*0", "across the wrap");
    }

    #[test]
    fn damaged_and_other_events_are_passed_over() {
        let mut receiver = EventReceiver::default();
        for payload in [&[][..], &[1], &[1, 0, 0], &[16, 0, 0, 1], &[200, 0x80, 0, 1]] {
            assert_eq!(receiver.received(1, payload), None, "{payload:?}");
        }
    }

    #[test]
    fn digits_are_sent_with_pauses_and_three_ends() {
        let mut sender = EventSender::default();
        sender.push("1,#").unwrap();
        let mut ticks = Vec::new();
        while !sender.is_idle() {
            ticks.push(sender.tick());
        }
        let one = Digit::try_from('1').unwrap();
        assert_eq!(ticks[0], Sending::Digit { digit: one, first: true, so_far_ms: 20, packets: 1 });
        assert_eq!(ticks[4], Sending::Digit { digit: one, first: false, so_far_ms: 100, packets: 3 });
        assert_eq!(ticks[5..8], [Sending::Gap; 3]);
        assert_eq!(ticks[8..45], [Sending::Gap; 37], "three quarters of a second");
        assert!(matches!(ticks[45], Sending::Digit { first: true, .. }));
        assert_eq!(ticks.len(), 8 + 37 + 8);
        assert_eq!(sender.tick(), Sending::Idle);
        assert_eq!(sender.push("12x"), Err(NoDigit('x')));
        assert!(sender.is_idle(), "all or nothing");
        sender.push(&"1".repeat(1_000)).unwrap();
        assert_eq!(sender.queue.len(), LONGEST_QUEUE);
    }
}
