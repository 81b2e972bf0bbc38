//! The WebRTC end of one leg: ICE, DTLS and SRTP of one browser, without I/O of its own.
//!
//! The server is ICE-lite: the browser finds it, it only answers. Packets are taken and given as RTP; their order and
//! gaps are the affair of who works on the sound.

use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use media::codec::Codec;
use str0m::change::SdpOffer;
use str0m::config::DtlsCert;
use str0m::format::{Codec as Name, FormatParams};
use str0m::media::{Direction, Frequency, Mid};
use str0m::net::{DatagramRecv, Protocol, Receive, Transmit};
use str0m::rtp::{RtpPacket, RtpWrite};
use str0m::{Candidate, Event, IceConnectionState, Input, Output, Rtc};
use tracing::subscriber::NoSubscriber;

use crate::offer;
use crate::sound::Form;

/// A browser that was heard of no more for so long is gone. Browsers ask every 2.5 seconds whether we are there.
pub const SILENCE: Duration = Duration::from_secs(5);
/// How long a browser may take from its offer until sound can flow.
pub const SETUP: Duration = Duration::from_secs(30);

/// Why an offer cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    /// It is no session description, or too long.
    #[error("the offer is not a session description of WebRTC: {0}")]
    Sdp(String),
    /// It has no sound both ways.
    #[error("the offer has no audio that is sent and received")]
    NoAudio,
    /// It has none of our codecs.
    #[error("the offer has none of the codecs Opus, PCMU and PCMA")]
    NoCodec,
    /// There is no place for another leg.
    #[error("the server has no place for another call")]
    Busy,
    /// The driver has stopped.
    #[error("calls are not available now")]
    Stopped,
}

/// What a browser is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The session description.
    pub sdp: String,
    /// Where the server is reached: lines of ICE candidates, beginning with `candidate:`.
    pub candidates: Vec<String>,
    /// The server's name in this ICE session.
    pub ufrag: String,
}

/// What the end asks of who drives it.
pub(crate) enum Step {
    /// Send this datagram.
    Send(Transmit),
    /// Sound can flow.
    Up,
    /// A packet has come.
    Packet(Box<RtpPacket>),
    /// The browser has ended it.
    Closed,
}

/// The WebRTC end of a leg.
pub struct RtcLeg {
    rtc: Rtc,
    mid: Mid,
    form: Form,
    ufrag: String,
    sequence: u64,
    made: Instant,
    heard: Instant,
    due: Instant,
    up: bool,
}

/// Payload numbers that are proposed; the offer's own are taken over.
const EVENTS_48: u8 = 110;
const EVENTS_8: u8 = 126;
/// Sent packets kept for repetitions: none is asked for with these codecs.
const KEPT: usize = 8;

impl RtcLeg {
    /// Answers an offer. One that brings out a bug of the library is refused like any other that is wrong.
    pub(crate) fn accept(
        offer: &str,
        local: &[SocketAddr],
        certificate: &DtlsCert,
        now: Instant,
    ) -> Result<(Self, Answer), OfferError> {
        offer::check(offer)?;
        let work = AssertUnwindSafe(|| Self::read(offer, local, certificate, now));
        catch_unwind(work).unwrap_or_else(|why| {
            // Formatted texts may have parts of the offer in them.
            let why = why.downcast_ref::<&str>().copied().unwrap_or("see the error output");
            tracing::error!(why, "an offer has brought out a bug and is refused");
            Err(OfferError::Sdp("it cannot be followed".to_owned()))
        })
    }

    fn read(
        offer: &str,
        local: &[SocketAddr],
        certificate: &DtlsCert,
        now: Instant,
    ) -> Result<(Self, Answer), OfferError> {
        let wrong = |error: &dyn std::fmt::Display| OfferError::Sdp(error.to_string());
        let parsed = SdpOffer::from_sdp_string(offer).map_err(|error| wrong(&error))?;
        let mut config = Rtc::builder()
            .clear_codecs()
            .set_ice_lite(true)
            .set_rtp_mode(true)
            .set_send_buffer_audio(KEPT)
            .set_dtls_cert(certificate.clone());
        let codecs = config.codec_config();
        codecs.enable_opus(true, false);
        codecs.enable_pcmu(true, false);
        codecs.enable_pcma(true, false);
        let keys = || FormatParams::parse_line("0-15");
        codecs.add_config(EVENTS_48.into(), None, Name::Tele, Frequency::FORTY_EIGHT_KHZ, None, keys());
        codecs.add_config(EVENTS_8.into(), None, Name::Tele, Frequency::EIGHT_KHZ, None, keys());
        let mut rtc = config.build(now);
        let mut candidates = Vec::new();
        for address in local {
            let candidate = Candidate::host(*address, "udp").map_err(|error| wrong(&error))?;
            candidates.push(candidate.to_sdp_string());
            rtc.add_local_candidate(candidate);
        }
        // The library writes passwords of the browser to the log here, where nobody should find them.
        let answer =
            tracing::subscriber::with_default(NoSubscriber::default(), || rtc.sdp_api().accept_offer(parsed));
        let answer = answer.map_err(|error| wrong(&error))?;
        let mid = first_audio(offer).ok_or(OfferError::NoAudio)?;
        let both_ways = rtc.media(mid).is_some_and(|media| media.direction() == Direction::SendRecv);
        if !both_ways {
            return Err(OfferError::NoAudio);
        }
        let mut leg = Self {
            ufrag: rtc.direct_api().local_ice_credentials().ufrag,
            rtc,
            mid,
            form: Form { codec: Codec::Pcmu, payload_type: 0, events: None, other_events: None },
            sequence: 1,
            made: now,
            heard: now,
            due: now,
            up: false,
        };
        leg.form = leg.agreed().ok_or(OfferError::NoCodec)?;
        let answer = Answer { sdp: answer.to_sdp_string(), candidates, ufrag: leg.ufrag.clone() };
        Ok((leg, answer))
    }

    /// Codec and payload numbers.
    pub(crate) fn form(&self) -> Form {
        self.form
    }

    /// The server's name in the ICE session: what a browser's checks are told apart by.
    pub(crate) fn ufrag(&self) -> &str {
        &self.ufrag
    }

    /// Whether it has to be given the time.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        self.due <= now
    }

    /// Whether the browser is lost, or took too long.
    pub(crate) fn is_lost(&self, now: Instant) -> bool {
        if self.up { now > self.heard + SILENCE } else { now > self.made + SETUP }
    }

    /// Takes back a time in which nobody listened to the browser.
    pub(crate) fn excuse(&mut self, time: Duration, now: Instant) {
        self.made = (self.made + time).min(now);
        self.heard = (self.heard + time).min(now);
    }

    /// Gives it a datagram; whether it is one of its own. Others are passed over.
    pub(crate) fn receive(
        &mut self,
        now: Instant,
        source: SocketAddr,
        destination: SocketAddr,
        data: &[u8],
        steps: &mut Vec<Step>,
    ) -> bool {
        let Ok(contents) = DatagramRecv::try_from(data) else { return false };
        let input = Input::Receive(now, Receive { proto: Protocol::Udp, source, destination, contents });
        if !self.rtc.accepts(&input) {
            return false;
        }
        self.heard = now;
        if let Err(error) = self.rtc.handle_input(input) {
            tracing::debug!(%error, "a datagram of a browser was refused");
        }
        self.drain(steps);
        true
    }

    /// Gives it the time.
    pub(crate) fn tick(&mut self, now: Instant, steps: &mut Vec<Step>) {
        if let Err(error) = self.rtc.handle_input(Input::Timeout(now)) {
            tracing::debug!(%error, "the time was refused");
        }
        self.drain(steps);
    }

    /// Sends a packet of sound.
    pub(crate) fn write(
        &mut self,
        now: Instant,
        payload_type: u8,
        timestamp: u32,
        marker: bool,
        payload: &[u8],
        steps: &mut Vec<Step>,
    ) {
        if !self.up {
            return;
        }
        let mut direct = self.rtc.direct_api();
        let Some(stream) = direct.stream_tx_by_mid(self.mid, None) else { return };
        let sequence = self.sequence.into();
        let packet = RtpWrite::new(payload_type.into(), sequence, timestamp, now, payload).marker(marker);
        stream.write_rtp(packet);
        self.sequence += 1;
        self.drain(steps);
    }

    /// Ends it: the browser is told.
    pub(crate) fn close(&mut self, steps: &mut Vec<Step>) {
        if let Err(error) = self.rtc.close() {
            tracing::debug!(%error, "a browser could not be told of the end");
        }
        self.drain(steps);
    }

    fn drain(&mut self, steps: &mut Vec<Step>) {
        loop {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(due)) => {
                    self.due = due;
                    return;
                }
                Ok(Output::Transmit(transmit)) => steps.push(Step::Send(transmit)),
                Ok(Output::Event(event)) => self.happened(event, steps),
                Err(error) => {
                    tracing::debug!(%error, "a leg of WebRTC failed");
                    steps.push(Step::Closed);
                    // Nothing comes of it any more; its owner drops it on the step.
                    self.due = self.made + Duration::from_secs(365 * 24 * 3600);
                    return;
                }
            }
        }
    }

    fn happened(&mut self, event: Event, steps: &mut Vec<Step>) {
        match event {
            Event::Connected if !self.up => {
                self.up = true;
                steps.push(Step::Up);
            }
            Event::RtpPacket(packet) => steps.push(Step::Packet(Box::new(packet))),
            Event::Closed => steps.push(Step::Closed),
            Event::IceConnectionStateChange(IceConnectionState::Disconnected) => {
                tracing::debug!("a browser is not heard of");
            }
            _ => {}
        }
    }

    /// The best of the codecs that both have, and the keys that go with it.
    fn agreed(&self) -> Option<Form> {
        let accepted = self.rtc.media(self.mid)?.remote_pts().to_vec();
        let params: Vec<_> = self
            .rtc
            .codec_config()
            .params()
            .iter()
            .filter(|one| accepted.contains(&one.pt()))
            .map(|one| (one.spec().codec, one.spec().clock_rate.get(), *one.pt()))
            .collect();
        let order = [(Name::Opus, Codec::Opus), (Name::PCMU, Codec::Pcmu), (Name::PCMA, Codec::Pcma)];
        let (codec, payload_type) = order.into_iter().find_map(|(name, codec)| {
            params.iter().find(|(one, ..)| *one == name).map(|(.., number)| (codec, *number))
        })?;
        let keys = |of_codec: bool| {
            let fits = |rate: u32| (rate == codec.clock_rate()) == of_codec;
            let found = params.iter().find(|(one, rate, _)| *one == Name::Tele && fits(*rate));
            found.map(|(.., number)| *number)
        };
        Some(Form { codec, payload_type, events: keys(true), other_events: keys(false) })
    }
}

/// The name of the first audio of a session description.
fn first_audio(sdp: &str) -> Option<Mid> {
    let mut lines = sdp.lines().skip_while(|line| !line.starts_with("m=audio"));
    lines.next()?;
    let name =
        lines.take_while(|line| !line.starts_with("m=")).find_map(|line| line.strip_prefix("a=mid:"))?;
    Some(Mid::from(name.trim()))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn certificate() -> DtlsCert {
        let provider = str0m::crypto::from_feature_flags().dtls_provider;
        provider.generate_certificate().expect("a certificate")
    }

    fn offer() -> String {
        let mut rtc = Rtc::builder().build(Instant::now());
        let mut change = rtc.sdp_api();
        change.add_media(str0m::media::MediaKind::Audio, Direction::SendRecv, None, None, None);
        change.apply().expect("an offer").0.to_sdp_string()
    }

    /// A leg that nobody has been heard of yet.
    pub(crate) fn leg() -> RtcLeg {
        let local = "127.0.0.1:5000".parse().expect("an address");
        RtcLeg::accept(&offer(), &[local], &certificate(), Instant::now()).expect("a right offer").0
    }

    #[test]
    fn time_in_which_nobody_listened_does_not_count() {
        let (now, mut leg) = (Instant::now(), leg());
        for up in [false, true] {
            leg.up = up;
            let late = now + if up { SILENCE } else { SETUP } + Duration::from_secs(1);
            (leg.made, leg.heard) = (now, now);
            assert!(leg.is_lost(late));
            leg.excuse(Duration::from_secs(3), late);
            assert!(!leg.is_lost(late), "{up}");
            leg.excuse(Duration::from_secs(3600), late);
            assert!(leg.is_lost(late + SETUP + SILENCE), "no more than until now");
        }
    }

    #[test]
    fn the_first_audio_is_found_by_its_name() {
        let of = |sdp| first_audio(sdp).map(|mid| mid.to_string());
        let sdp =
            "v=0\r\na=mid:9\r\nm=video 9\r\na=mid:v\r\nm=audio 9 X\r\na=mid:a\r\nm=audio 9\r\na=mid:b\r\n";
        assert_eq!(of(sdp).as_deref(), Some("a"));
        assert_eq!(of("v=0\r\nm=audio 9\r\nm=video 9\r\na=mid:v\r\n"), None);
        assert_eq!(of(""), None);
    }
}
