//! Offer and answer for one audio stream.

use std::net::{IpAddr, SocketAddr};

use thiserror::Error;

use super::{Crypto, Description, Direction, FormatMap, Media};
use crate::codec::Codec;
use crate::srtp::{MasterKey, Suite};

const PLAIN: &str = "RTP/AVP";
const SECURE: &str = "RTP/SAVP";
const EVENTS: &str = "telephone-event";
const DIGITS: &str = "0-15";

/// Whether a stream has to be, may be or is not encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protection {
    /// Never.
    #[default]
    None,
    /// When the other side offers it; our own offers are encrypted.
    Allowed,
    /// Always.
    Required,
}

/// Our side of a stream.
#[derive(Clone, Debug)]
pub struct Local {
    /// Where we receive.
    pub address: SocketAddr,
    /// The number of the session in the origin line.
    pub session_id: u64,
    /// Its version, one more with each change.
    pub version: u64,
    /// Codecs, the best first.
    pub codecs: Vec<Codec>,
    /// What we would like.
    pub direction: Direction,
    /// Encryption.
    pub protection: Protection,
    /// A key drawn for this stream, used only where it is encrypted.
    pub key: MasterKey,
    /// Whether one port may serve RTP and RTCP.
    pub rtcp_mux: bool,
}

/// A codec with the numbers that both sides gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct AudioFormat {
    /// The codec.
    pub codec: Codec,
    /// What we write into packets.
    pub send: u8,
    /// What we expect in packets.
    pub receive: u8,
}

/// What both sides hold to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// The audio.
    pub format: AudioFormat,
    /// Telephone events as (sent, received) payload types, in the codec's clock.
    pub events: Option<(u8, u8)>,
    /// Our direction.
    pub direction: Direction,
    /// Packet length the other side would like, in milliseconds.
    pub ptime: u16,
    /// Where to send; none while the other side has no address (on hold the old way, or by name).
    pub remote: Option<SocketAddr>,
    /// Where to send RTCP.
    pub remote_rtcp: Option<SocketAddr>,
    /// Whether RTP and RTCP share a port.
    pub rtcp_mux: bool,
    /// Protection with our key and theirs.
    pub crypto: Option<(Suite, MasterKey, MasterKey)>,
}

/// Why there is no agreement; the call is answered 488.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// There is no audio section, or it is closed.
    #[error("there is no audio that could be answered")]
    NoAudio,
    /// No codec is known to both.
    #[error("no codec is known to both sides")]
    NoCodec,
    /// Encryption is required by one and not possible with the other.
    #[error("the sides do not agree on encryption")]
    Encryption,
    /// The answer does not fit what was offered.
    #[error("the answer does not fit the offer")]
    Unfitting,
}

/// The first offer, or a new one of a call that is up.
pub fn offer(local: &Local) -> Description {
    let secure = local.protection != Protection::None;
    let mut media = Media {
        kind: "audio".into(),
        port: local.address.port(),
        protocol: if secure { SECURE } else { PLAIN }.into(),
        ptime: Some(20),
        rtcp_mux: local.rtcp_mux,
        direction: Some(local.direction),
        ..Media::default()
    };
    let mut clocks = Vec::new();
    let mut dynamic = 96..=127;
    for codec in &local.codecs {
        let number = codec.static_payload_type().or_else(|| dynamic.next());
        let Some(number) = number else { break };
        describe(*codec, number, &mut media);
        if !clocks.contains(&codec.clock_rate()) {
            clocks.push(codec.clock_rate());
        }
    }
    // 101 is the number that many expect; it is given to the clock of the best codec.
    let mut numbers = std::iter::once(101).chain(102..=127);
    for rate in clocks {
        let taken = &media.maps;
        let Some(number) = numbers.find(|number| taken.iter().all(|map| map.payload_type != *number)) else { break };
        describe_events(number, rate, &mut media);
    }
    if secure {
        for (tag, suite) in [(1, Suite::AesCm128HmacSha1_80), (2, Suite::AesCm128HmacSha1_32)] {
            media.crypto.push(Crypto { tag, suite, key: local.key.clone() });
        }
    }
    description(local, vec![media])
}

/// Our answer to an offer, with what it makes both sides hold to. Numbers are those of the offer.
pub fn answer(local: &Local, offer: &Description) -> Result<(Description, Agreed), Refusal> {
    let at = audio(offer, local.protection)?;
    let offered = &offer.media[at];
    let secure = offered.protocol.starts_with(SECURE);
    let chosen = if secure { Some(offered.crypto.first().ok_or(Refusal::Encryption)?) } else { None };
    let (codec, number) =
        local.codecs.iter().find_map(|codec| Some((*codec, number_of(offered, *codec)?))).ok_or(Refusal::NoCodec)?;
    let events = events_of(offered, codec.clock_rate());
    let theirs = offer.direction(offered);
    let direction = Direction::of(
        local.direction.sends() && theirs.receives(),
        local.direction.receives() && theirs.sends(),
    );
    let mut media = Media {
        kind: "audio".into(),
        port: local.address.port(),
        protocol: offered.protocol.clone(),
        ptime: Some(20),
        rtcp_mux: local.rtcp_mux && offered.rtcp_mux,
        direction: Some(direction),
        ..Media::default()
    };
    describe(codec, number, &mut media);
    if let Some(events) = events {
        describe_events(events, codec.clock_rate(), &mut media);
    }
    let crypto = chosen.map(|theirs| {
        media.crypto.push(Crypto { tag: theirs.tag, suite: theirs.suite, key: local.key.clone() });
        (theirs.suite, local.key.clone(), theirs.key.clone())
    });
    let agreed = Agreed {
        format: AudioFormat { codec, send: number, receive: number },
        events: events.map(|number| (number, number)),
        direction,
        ptime: offered.ptime.unwrap_or(20),
        remote: remote(offer, offered),
        remote_rtcp: remote_rtcp(offer, offered, media.rtcp_mux),
        rtcp_mux: media.rtcp_mux,
        crypto,
    };
    let sections = offer.media.iter().enumerate().map(|(index, section)| {
        if index == at {
            return media.clone();
        }
        Media { kind: section.kind.clone(), protocol: section.protocol.clone(), formats: section.formats.clone(), ..Media::default() }
    });
    Ok((description(local, sections.collect()), agreed))
}

/// What an answer to our offer makes both sides hold to.
pub fn accept(local: &Local, offer: &Description, answer: &Description) -> Result<Agreed, Refusal> {
    let ours = offer.media.first().ok_or(Refusal::Unfitting)?;
    let theirs = answer.media.first().ok_or(Refusal::Unfitting)?;
    if theirs.port == 0 || theirs.kind != "audio" {
        return Err(Refusal::NoAudio);
    }
    if theirs.protocol != ours.protocol {
        return Err(Refusal::Encryption);
    }
    let crypto = if ours.protocol == SECURE {
        let chosen = theirs.crypto.first().ok_or(Refusal::Encryption)?;
        let offered = ours.crypto.iter().find(|line| line.tag == chosen.tag && line.suite == chosen.suite);
        let offered = offered.ok_or(Refusal::Encryption)?;
        Some((chosen.suite, offered.key.clone(), chosen.key.clone()))
    } else {
        None
    };
    // Theirs is the order of preference now; their numbers are what they want to be sent.
    let (codec, send) = theirs
        .formats
        .iter()
        .filter_map(|format| format.parse().ok())
        .find_map(|number| Some((codec_of(theirs, number)?, number)))
        .filter(|(codec, _)| local.codecs.contains(codec))
        .ok_or(Refusal::NoCodec)?;
    let receive = number_of(ours, codec).ok_or(Refusal::Unfitting)?;
    let rate = codec.clock_rate();
    let their_direction = answer.direction(theirs);
    Ok(Agreed {
        format: AudioFormat { codec, send, receive },
        events: events_of(theirs, rate).zip(events_of(ours, rate)),
        direction: Direction::of(
            local.direction.sends() && their_direction.receives(),
            local.direction.receives() && their_direction.sends(),
        ),
        ptime: theirs.ptime.unwrap_or(20),
        remote: remote(answer, theirs),
        remote_rtcp: remote_rtcp(answer, theirs, ours.rtcp_mux && theirs.rtcp_mux),
        rtcp_mux: ours.rtcp_mux && theirs.rtcp_mux,
        crypto,
    })
}

/// The section that is answered: of several, an encrypted one where that is wanted.
fn audio(offer: &Description, protection: Protection) -> Result<usize, Refusal> {
    let open = |secure: bool| {
        offer.media.iter().position(|media| {
            media.kind == "audio" && media.port != 0 && media.protocol == if secure { SECURE } else { PLAIN }
        })
    };
    let (plain, secure) = (open(false), open(true).filter(|at| !offer.media[*at].crypto.is_empty()));
    let chosen = match protection {
        Protection::None => plain,
        Protection::Allowed => secure.or(plain),
        Protection::Required => secure,
    };
    chosen.ok_or_else(|| {
        let any = offer.media.iter().any(|media| media.kind == "audio" && media.port != 0);
        if any { Refusal::Encryption } else { Refusal::NoAudio }
    })
}

fn description(local: &Local, media: Vec<Media>) -> Description {
    let address: IpAddr = local.address.ip();
    Description {
        session_id: local.session_id,
        version: local.version,
        origin: address.to_string(),
        connection: Some(address),
        direction: None,
        media,
    }
}

fn describe(codec: Codec, number: u8, media: &mut Media) {
    let (encoding, rate, channels) = codec.rtpmap();
    media.formats.push(number.to_string());
    media.maps.push(FormatMap { payload_type: number, encoding: encoding.into(), rate, channels });
    if let Some(parameters) = codec.parameters() {
        media.parameters.push((number, parameters.into()));
    }
}

fn describe_events(number: u8, rate: u32, media: &mut Media) {
    media.formats.push(number.to_string());
    media.maps.push(FormatMap { payload_type: number, encoding: EVENTS.into(), rate, channels: 1 });
    media.parameters.push((number, DIGITS.into()));
}

fn listed(media: &Media, number: u8) -> bool {
    media.formats.iter().any(|format| format.parse() == Ok(number))
}

fn codec_of(media: &Media, number: u8) -> Option<Codec> {
    match media.maps.iter().find(|map| map.payload_type == number) {
        Some(map) => Codec::by_rtpmap(&map.encoding, map.rate, map.channels),
        None => Codec::by_static_payload_type(number),
    }
}

fn number_of(media: &Media, codec: Codec) -> Option<u8> {
    let numbers = media.formats.iter().filter_map(|format| format.parse().ok());
    numbers.into_iter().find(|number| *number <= 127 && codec_of(media, *number) == Some(codec))
}

fn events_of(media: &Media, rate: u32) -> Option<u8> {
    let found = media.maps.iter().find(|map| {
        map.encoding.eq_ignore_ascii_case(EVENTS) && map.rate == rate && listed(media, map.payload_type)
    });
    found.map(|map| map.payload_type)
}

fn remote(description: &Description, media: &Media) -> Option<SocketAddr> {
    let address = description.address(media).filter(|address| !address.is_unspecified())?;
    Some(SocketAddr::new(address, media.port))
}

fn remote_rtcp(description: &Description, media: &Media, mux: bool) -> Option<SocketAddr> {
    let rtp = remote(description, media)?;
    let port = if mux { media.port } else { media.rtcp_port.or(media.port.checked_add(1))? };
    Some(SocketAddr::new(rtp.ip(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(codecs: &[Codec], protection: Protection) -> Local {
        Local {
            address: "198.51.100.7:30000".parse().unwrap(),
            session_id: 1,
            version: 1,
            codecs: codecs.to_vec(),
            direction: Direction::SendRecv,
            protection,
            key: MasterKey::new([7; 30]),
            rtcp_mux: true,
        }
    }

    fn parse(text: &str) -> Description {
        format!("v=0\no=- 5 5 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\n{text}").parse().unwrap()
    }

    const ALL: [Codec; 4] = [Codec::Opus, Codec::G722, Codec::Pcma, Codec::Pcmu];

    #[test]
    fn offers_are_answered_with_their_own_numbers() {
        for (offered, codecs, format, events) in [
            ("m=audio 4000 RTP/AVP 0 8\n", &[Codec::Pcma, Codec::Pcmu][..], (Codec::Pcma, 8), None),
            ("m=audio 4000 RTP/AVP 0 8 101\na=rtpmap:101 telephone-event/8000\n", &[Codec::Pcmu], (Codec::Pcmu, 0), Some(101)),
            ("m=audio 4000 RTP/AVP 120 96\na=rtpmap:120 OPUS/48000/2\na=rtpmap:96 telephone-event/8000\n", &ALL, (Codec::Opus, 120), None),
            ("m=audio 4000 RTP/AVP 9 99 98\na=rtpmap:98 telephone-event/8000\na=rtpmap:99 PCMA/8000\n", &[Codec::Pcma], (Codec::Pcma, 99), Some(98)),
            ("m=audio 4000 RTP/AVP 9\na=rtpmap:9 G722/8000\n", &ALL, (Codec::G722, 9), None),
        ] {
            let (text, agreed) = answer(&local(codecs, Protection::None), &parse(offered)).unwrap();
            assert_eq!((agreed.format.codec, agreed.format.send, agreed.format.receive), (format.0, format.1, format.1), "{offered}");
            assert_eq!(agreed.events, events.map(|number| (number, number)), "{offered}");
            assert_eq!(agreed.remote, Some("192.0.2.1:4000".parse().unwrap()));
            assert_eq!(agreed.remote_rtcp, Some("192.0.2.1:4001".parse().unwrap()));
            assert_eq!(text.media[0].formats[0], format.1.to_string());
        }
    }

    #[test]
    fn the_other_sections_are_closed_in_their_order() {
        let offered = parse("m=video 5000 RTP/AVP 99\nm=audio 4000 RTP/AVP 0\nm=audio 4002 RTP/AVP 8\n");
        let (text, _) = answer(&local(&ALL, Protection::None), &offered).unwrap();
        let ports: Vec<u16> = text.media.iter().map(|media| media.port).collect();
        assert_eq!(ports, [0, 30_000, 0]);
    }

    #[test]
    fn directions_meet() {
        for (theirs, ours) in [
            ("sendrecv", Direction::SendRecv),
            ("sendonly", Direction::RecvOnly),
            ("recvonly", Direction::SendOnly),
            ("inactive", Direction::Inactive),
        ] {
            let offered = parse(&format!("m=audio 4000 RTP/AVP 0\na={theirs}\n"));
            assert_eq!(answer(&local(&ALL, Protection::None), &offered).unwrap().1.direction, ours);
        }
        let held = parse("m=audio 4000 RTP/AVP 0\nc=IN IP4 0.0.0.0\n");
        assert_eq!(answer(&local(&ALL, Protection::None), &held).unwrap().1.remote, None);
    }

    #[test]
    fn encryption_is_agreed_or_refused() {
        let key = "inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
        let secure = parse(&format!("m=audio 4000 RTP/SAVP 0\na=crypto:4 AES_CM_128_HMAC_SHA1_32 {key}\n"));
        let plain = parse("m=audio 4000 RTP/AVP 0\n");
        let (text, agreed) = answer(&local(&ALL, Protection::Allowed), &secure).unwrap();
        let (suite, ours, theirs) = agreed.crypto.unwrap();
        assert_eq!((suite, text.media[0].crypto[0].tag), (Suite::AesCm128HmacSha1_32, 4));
        assert!(ours == MasterKey::new([7; 30]) && theirs != ours);
        for (protection, offered, refusal) in [
            (Protection::None, &secure, Some(Refusal::Encryption)),
            (Protection::Required, &plain, Some(Refusal::Encryption)),
            (Protection::Required, &secure, None),
            (Protection::Allowed, &plain, None),
        ] {
            assert_eq!(answer(&local(&ALL, protection), offered).err(), refusal);
        }
        let without = parse("m=audio 4000 RTP/SAVP 0\n");
        assert_eq!(answer(&local(&ALL, Protection::Required), &without).err(), Some(Refusal::Encryption));
    }

    #[test]
    fn nothing_in_common_is_refused() {
        for (offered, refusal) in [
            ("", Refusal::NoAudio),
            ("m=audio 0 RTP/AVP 0\n", Refusal::NoAudio),
            ("m=video 4000 RTP/AVP 0\n", Refusal::NoAudio),
            ("m=audio 4000 RTP/AVP 18 200 x\n", Refusal::NoCodec),
            ("m=audio 4000 RTP/AVP 0\na=rtpmap:0 G729/8000\n", Refusal::NoCodec),
        ] {
            assert_eq!(answer(&local(&ALL, Protection::None), &parse(offered)).err(), Some(refusal), "{offered}");
        }
    }

    #[test]
    fn our_offer_and_its_answer_agree_on_both_sides() {
        for protection in [Protection::None, Protection::Required] {
            let caller = local(&ALL, protection);
            let called = Local { key: MasterKey::new([9; 30]), address: "203.0.113.5:6000".parse().unwrap(), ..local(&[Codec::Pcmu], protection) };
            let offered: Description = offer(&caller).to_string().parse().unwrap();
            let (text, theirs) = answer(&called, &offered).unwrap();
            let ours = accept(&caller, &offered, &text.to_string().parse().unwrap()).unwrap();
            assert_eq!((ours.format, ours.events, ours.direction), (theirs.format, theirs.events, theirs.direction));
            assert!(ours.events.is_some());
            assert_eq!(ours.remote, Some(called.address));
            assert_eq!(ours.crypto.is_some(), protection == Protection::Required);
            if let (Some((_, a, b)), Some((_, c, d))) = (ours.crypto, theirs.crypto) {
                assert!(a == d && b == c && a != b);
            }
        }
    }

    #[test]
    fn an_answer_may_number_anew() {
        let caller = local(&[Codec::Opus], Protection::None);
        let offered = offer(&caller);
        let agreed = accept(&caller, &offered, &parse("m=audio 4000 RTP/AVP 107\na=rtpmap:107 opus/48000/2\n")).unwrap();
        assert_eq!((agreed.format.send, agreed.format.receive), (107, 96));
        for answered in ["m=audio 0 RTP/AVP 0\n", "m=audio 4 RTP/SAVP 0\n", "m=audio 4 RTP/AVP 8\n", ""] {
            assert!(accept(&caller, &offered, &parse(answered)).is_err(), "{answered}");
        }
    }
}
