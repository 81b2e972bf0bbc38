//! What happens to a leg in time: limits, reports to the other side, figures for us.

use super::{Leg, REPORT_MS, STATS_MS};
use crate::codec::FRAME_MS;
use crate::jitter::JitterFigures;
use crate::quality::LegStats;
use crate::rtp::rtcp::{self, SenderInfo};
use crate::session::Outlet;
use crate::session::event::{Event, EventQueue, PlayEnd};
use crate::session::gather::GatherEnd;
use crate::time::MediaTime;

impl Leg {
    /// Moves the clock on and looks after all that happens in time.
    pub fn end_frame(
        &mut self,
        now: MediaTime,
        cname: &str,
        scratch: &mut Vec<u8>,
        out: &mut impl Outlet,
        events: &mut EventQueue,
    ) {
        self.sender.advance(self.spec.format.codec.frame_units());
        let playing = self.player.is_some();
        if let Some(end) = self.gather.as_mut().and_then(|gather| gather.tick(now, playing)) {
            self.stop_gather(end, events);
        }
        if let Some(limit) = self.spec.silent_after_ms
            && !self.silent
            && self.spec.direction.receives()
            && now.since(self.last_packet) >= u64::from(limit) * 1_000
        {
            self.silent = true;
            events.push(Event::LegSilent { leg: self.id });
        }
        if now >= self.next_report {
            self.next_report = now.plus_millis(REPORT_MS);
            self.report(now, cname, false, scratch, out);
        }
        if now >= self.next_stats {
            self.next_stats = now.plus_millis(STATS_MS);
            self.tell_stats(false, events);
        }
    }

    fn report(
        &mut self,
        now: MediaTime,
        cname: &str,
        goodbye: bool,
        scratch: &mut Vec<u8>,
        out: &mut impl Outlet,
    ) {
        // RTCP goes where RTP goes when both share a port, and by the description otherwise.
        let destination = match self.spec.remote_rtcp {
            Some(rtcp) if Some(rtcp) != self.spec.remote => Some(rtcp),
            _ => self.destination(),
        };
        if destination.is_none() && !self.reachable() {
            return;
        }
        let sent = &self.sender.transmission;
        let info = (sent.packets > 0).then(|| SenderInfo {
            ntp: now.as_ntp(),
            rtp: self.sender.timestamp(),
            packets: sent.packets,
            octets: sent.octets,
        });
        let block = self.reception.as_mut().and_then(|reception| reception.report(now));
        scratch.clear();
        rtcp::write_report(self.spec.ssrc, cname, info.as_ref(), block.as_ref(), scratch);
        if goodbye {
            rtcp::write_goodbye(self.spec.ssrc, scratch);
        }
        self.sender.control(destination, scratch, out);
    }

    /// Says goodbye and tells the last figures.
    pub fn leave(
        &mut self,
        now: MediaTime,
        cname: &str,
        scratch: &mut Vec<u8>,
        out: &mut impl Outlet,
        events: &mut EventQueue,
    ) {
        self.stop_play(PlayEnd::Stopped, events);
        self.stop_gather(GatherEnd::Stopped, events);
        self.report(now, cname, true, scratch, out);
        self.tell_stats(true, events);
    }

    fn tell_stats(&mut self, last: bool, events: &mut EventQueue) {
        let stats = self.stats();
        if let Some(reception) = &self.reception {
            self.told = (reception.expected(), reception.count());
        }
        events.push(Event::Stats { leg: self.id, stats: Box::new(stats), last });
    }

    fn stats(&self) -> LegStats {
        let mut stats = self.before.clone();
        stats.refused = self.refused;
        stats.sent = u64::from(self.sender.transmission.packets);
        stats.remote_loss_percent = self.sender.transmission.loss * 100.0;
        stats.round_trip_ms = self.sender.transmission.round_trip_ms;
        if let Some(reception) = &self.reception {
            stats.received += reception.count();
            stats.lost += reception.lost();
            stats.jitter_ms = reception.jitter_ms();
            let expected = reception.expected().saturating_sub(self.told.0);
            let received = reception.count().saturating_sub(self.told.1);
            if expected > 0 {
                stats.loss_percent = expected.saturating_sub(received) as f64 * 100.0 / expected as f64;
            }
        }
        if let Some(receiver) = &self.receiver {
            add(&mut stats, receiver.figures());
            stats.buffer_ms = receiver.delay_ms() as f64;
        }
        stats.rate(self.spec.format.codec);
        stats
    }
}

/// Adds what a jitter buffer counted.
pub(super) fn add(stats: &mut LegStats, figures: JitterFigures) {
    stats.late += figures.late;
    stats.concealed_ms += figures.concealed * FRAME_MS;
}
