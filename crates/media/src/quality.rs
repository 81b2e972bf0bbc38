//! How well a leg is heard: what was counted, and the opinion score it is worth by the E-model (ITU-T G.107, reduced to
//! delay and loss).

use serde::{Deserialize, Serialize};

use crate::codec::Codec;

/// From here on a cause is named as a likely one of complaints.
const HIGH_LOSS_PERCENT: f64 = 5.0;
const HIGH_ROUND_TRIP_MS: f64 = 300.0;
const HIGH_BUFFER_MS: f64 = 150.0;

/// What may be wrong, by the names of the contact record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum QualityIssue {
    /// Five percent or more of the packets are lost or late.
    HighPacketLoss,
    /// A round trip takes 300 ms or more.
    HighRoundTripTime,
    /// The jitter buffer holds 150 ms or more.
    HighJitterBuffer,
}

/// The figures of one leg since it was added.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LegStats {
    /// Packets received, duplicates included.
    pub received: u64,
    /// Packets that did not come.
    pub lost: u64,
    /// Packets sent.
    pub sent: u64,
    /// Packets from addresses or sources that are not this leg's, or that are damaged or not authentic.
    pub refused: u64,
    /// Packets too late to be played.
    pub late: u64,
    /// Packets that came twice.
    pub duplicates: u64,
    /// Milliseconds of sound made up.
    pub concealed_ms: u64,
    /// Inter-arrival jitter in milliseconds.
    pub jitter_ms: f64,
    /// Milliseconds of sound that wait in the jitter buffer.
    pub buffer_ms: f64,
    /// Lost packets of those since the report before, in percent.
    pub loss_percent: f64,
    /// What the other side says is lost of ours, in percent.
    pub remote_loss_percent: f64,
    /// Round trip in milliseconds, once known.
    pub round_trip_ms: Option<f64>,
    /// Estimated opinion score of what is received, 1 to 4.5.
    pub score: f64,
    /// Likely causes of complaints.
    pub issues: Vec<QualityIssue>,
}

impl LegStats {
    /// Works out score and issues from the rest; `loss_percent` is that of the time the score is for.
    pub(crate) fn rate(&mut self, codec: Codec) {
        let delay = self.round_trip_ms.unwrap_or(0.0) / 2.0 + self.buffer_ms + 20.0;
        self.score = opinion_score(codec, delay, self.loss_percent);
        let found = [
            (self.loss_percent >= HIGH_LOSS_PERCENT, QualityIssue::HighPacketLoss),
            (
                self.round_trip_ms.is_some_and(|millis| millis >= HIGH_ROUND_TRIP_MS),
                QualityIssue::HighRoundTripTime,
            ),
            (self.buffer_ms >= HIGH_BUFFER_MS, QualityIssue::HighJitterBuffer),
        ];
        self.issues = found.into_iter().filter(|(is, _)| *is).map(|(_, issue)| issue).collect();
    }
}

/// The mean opinion score for a one-way delay in milliseconds and random loss in percent.
pub fn opinion_score(codec: Codec, delay_ms: f64, loss_percent: f64) -> f64 {
    // Robustness to loss, G.113 appendix I; of those not listed there, as measured for codecs like them.
    let robustness = match codec {
        Codec::Pcmu | Codec::Pcma | Codec::L16(_) => 25.1,
        Codec::G722 => 15.0,
        Codec::Opus => 20.0,
    };
    let loss = loss_percent.clamp(0.0, 100.0);
    let delay = delay_ms.max(0.0);
    let from_delay = 0.024 * delay + if delay > 177.3 { 0.11 * (delay - 177.3) } else { 0.0 };
    let from_loss = 95.0 * loss / (loss + robustness);
    let rating = (93.2 - from_delay - from_loss).clamp(0.0, 100.0);
    let score = 1.0 + 0.035 * rating + rating * (rating - 60.0) * (100.0 - rating) * 7e-6;
    score.clamp(1.0, 4.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_follow_the_model() {
        for (delay, loss, expected) in [
            (0.0, 0.0, 4.41),
            (150.0, 0.0, 4.34),
            (400.0, 0.0, 3.05),
            (50.0, 5.0, 3.9),
            (50.0, 20.0, 2.57),
            (0.0, 100.0, 1.2),
        ] {
            let found = opinion_score(Codec::Pcmu, delay, loss);
            assert!((found - expected).abs() < 0.15, "{delay} ms, {loss} %: {found}");
        }
    }

    #[test]
    fn causes_are_named() {
        let mut stats = LegStats {
            loss_percent: 6.0,
            round_trip_ms: Some(310.0),
            buffer_ms: 20.0,
            ..LegStats::default()
        };
        stats.rate(Codec::Pcma);
        assert_eq!(stats.issues, [QualityIssue::HighPacketLoss, QualityIssue::HighRoundTripTime]);
    }
}
