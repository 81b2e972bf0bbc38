//! What is counted of a received and of a sent stream, RFC 3550 §6.4 and appendix A.

use super::rtcp::ReportBlock;
use super::sequence::Extended;
use crate::time::MediaTime;

/// What a receiver knows of one source.
#[derive(Clone, Debug, Default)]
pub struct Reception {
    ssrc: u32,
    clock_rate: u32,
    sequence: Extended,
    first: u64,
    received: u64,
    transit: Option<i64>,
    /// Sixteenths of a clock unit, as in appendix A.8.
    jitter: u64,
    expected_before: u64,
    received_before: u64,
    sender_report: Option<(u32, MediaTime)>,
}

impl Reception {
    /// Of a source not heard yet.
    pub fn new(ssrc: u32, clock_rate: u32) -> Self {
        Self { ssrc, clock_rate, ..Self::default() }
    }

    /// The source.
    pub fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// Counts a packet and says its full sequence number.
    pub fn received(&mut self, now: MediaTime, sequence: u16, timestamp: u32) -> u64 {
        let full = self.sequence.extend16(sequence);
        if self.received == 0 {
            self.first = full;
        }
        self.first = self.first.min(full);
        self.received += 1;
        let arrival = now.in_clock(self.clock_rate) as u32;
        let transit = i64::from(arrival.wrapping_sub(timestamp) as i32);
        if let Some(before) = self.transit {
            let difference = (transit - before).unsigned_abs().min(u64::from(self.clock_rate));
            self.jitter = self.jitter + difference - ((self.jitter + 8) >> 4);
        }
        self.transit = Some(transit);
        full
    }

    /// Notes a sender report, which the next report refers to.
    pub fn sender_report(&mut self, now: MediaTime, ntp: u64) {
        self.sender_report = Some(((ntp >> 16) as u32, now));
    }

    /// Packets that should have come.
    pub fn expected(&self) -> u64 {
        self.sequence.highest().map_or(0, |highest| highest - self.first + 1)
    }

    /// Packets that came, duplicates included.
    pub fn count(&self) -> u64 {
        self.received
    }

    /// Packets lost so far; duplicates make up for losses as in RFC 3550.
    pub fn lost(&self) -> u64 {
        self.expected().saturating_sub(self.received)
    }

    /// Inter-arrival jitter in milliseconds.
    pub fn jitter_ms(&self) -> f64 {
        if self.clock_rate == 0 {
            return 0.0;
        }
        self.jitter as f64 / 16.0 * 1_000.0 / f64::from(self.clock_rate)
    }

    /// The block for the next report; the fraction lost is that since the block before.
    pub fn report(&mut self, now: MediaTime) -> Option<ReportBlock> {
        let highest = self.sequence.highest()?;
        let expected = self.expected() - self.expected_before;
        let received = self.received - self.received_before;
        self.expected_before = self.expected();
        self.received_before = self.received;
        let lost = expected.saturating_sub(received);
        let (last, delay) = match self.sender_report {
            Some((middle, at)) => (middle, (now.since(at) as u128 * 65_536 / 1_000_000) as u32),
            None => (0, 0),
        };
        Some(ReportBlock {
            ssrc: self.ssrc,
            fraction_lost: if expected == 0 { 0 } else { (lost * 256 / expected).min(255) as u8 },
            cumulative_lost: self.lost().min(0x7f_ffff) as i32,
            highest_sequence: highest as u32,
            jitter: (self.jitter >> 4) as u32,
            last_sender_report: last,
            delay_since_last: delay,
        })
    }
}

/// What the other side says about what we send.
#[derive(Clone, Debug, Default)]
pub struct Transmission {
    /// Packets sent.
    pub packets: u32,
    /// Payload bytes sent.
    pub octets: u32,
    /// Share lost on the way, 0 to 1, as last reported.
    pub loss: f64,
    /// Jitter there in clock units, as last reported.
    pub jitter: u32,
    /// Round trip in milliseconds, once known.
    pub round_trip_ms: Option<f64>,
}

impl Transmission {
    /// Takes in a report block about us that arrived now.
    pub fn reported(&mut self, now: MediaTime, block: &ReportBlock) {
        self.loss = f64::from(block.fraction_lost) / 256.0;
        self.jitter = block.jitter;
        if block.last_sender_report == 0 {
            return;
        }
        let middle = (now.as_ntp() >> 16) as u32;
        let units = middle.wrapping_sub(block.last_sender_report).wrapping_sub(block.delay_since_last);
        // A round trip of more than ten seconds is a wrapped or invented number.
        if units < 10 * 65_536 {
            self.round_trip_ms = Some(f64::from(units) * 1_000.0 / 65_536.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loss_and_jitter_of_a_steady_stream() {
        let mut reception = Reception::new(7, 8_000);
        for index in 0u16..100 {
            if index % 10 == 9 {
                continue;
            }
            reception.received(MediaTime::from_millis(u64::from(index) * 20), index.wrapping_add(65_500), u32::from(index) * 160);
        }
        assert_eq!((reception.expected(), reception.count(), reception.lost()), (99, 90, 9));
        assert_eq!(reception.jitter_ms(), 0.0);
        let block = reception.report(MediaTime::from_millis(2_000)).unwrap();
        assert_eq!((block.fraction_lost, block.cumulative_lost, block.ssrc), (23, 9, 7));
        assert_eq!(reception.report(MediaTime::from_millis(2_000)).unwrap().fraction_lost, 0, "nothing since");
    }

    #[test]
    fn jitter_follows_the_spread_of_arrivals() {
        let mut reception = Reception::new(7, 8_000);
        for index in 0u32..500 {
            let late = if index % 2 == 0 { 0 } else { 10 };
            reception.received(MediaTime::from_millis(u64::from(index) * 20 + late), index as u16, index * 160);
        }
        assert!((reception.jitter_ms() - 10.0).abs() < 0.5, "{}", reception.jitter_ms());
    }

    #[test]
    fn the_round_trip_is_what_the_way_took() {
        let mut there = Reception::new(1, 8_000);
        there.received(MediaTime::from_millis(0), 1, 0);
        there.sender_report(MediaTime::from_millis(40), MediaTime::from_millis(0).plus_millis(1_000).as_ntp());
        let block = there.report(MediaTime::from_millis(240)).unwrap();
        let mut here = Transmission::default();
        // Sent at 1,000 by our clock, 200 held there, back at 1,280: 80 on the way.
        here.reported(MediaTime::from_millis(1_280), &block);
        assert!((here.round_trip_ms.unwrap() - 80.0).abs() < 0.1, "{:?}", here.round_trip_ms);
    }
}
