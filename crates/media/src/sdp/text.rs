//! Description from text and to text. Input may be anything; what is not understood is passed over.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use thiserror::Error;

use super::{Crypto, Description, Direction, FormatMap, Media};
use crate::srtp::{MasterKey, Suite};

/// Bytes of a description.
const LONGEST: usize = 16 * 1024;
/// Sections, formats of a section, and keys of a section.
const MOST_MEDIA: usize = 16;
const MOST_FORMATS: usize = 64;
const MOST_KEYS: usize = 16;

/// Why a text is no description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ParseError {
    /// More than is read.
    #[error("the description is longer than {LONGEST} bytes")]
    TooLong,
    /// It has to begin with `v=0`.
    #[error("the description does not begin with v=0")]
    Version,
    /// The numbered line is not `letter=value`, or its value is not what the letter asks for.
    #[error("line {0} of the description is damaged")]
    Line(usize),
    /// More sections, formats or keys than are read.
    #[error("the description has too many parts")]
    TooMany,
}

impl FromStr for Description {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        if text.len() > LONGEST {
            return Err(ParseError::TooLong);
        }
        let mut lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).enumerate();
        if lines.next().map(|(_, line)| line.trim_end()) != Some("v=0") {
            return Err(ParseError::Version);
        }
        let mut description =
            Description { session_id: 0, version: 0, origin: String::new(), connection: None, direction: None, media: Vec::new() };
        for (index, line) in lines {
            if line.is_empty() {
                continue;
            }
            let damaged = ParseError::Line(index + 1);
            let (letter, value) = line.split_once('=').ok_or(damaged)?;
            match (letter, description.media.last_mut()) {
                ("o", None) => read_origin(value, &mut description).ok_or(damaged)?,
                ("c", None) => description.connection = connection(value).ok_or(damaged)?,
                ("c", Some(media)) => media.connection = connection(value).ok_or(damaged)?,
                ("m", _) => {
                    if description.media.len() == MOST_MEDIA {
                        return Err(ParseError::TooMany);
                    }
                    let media = section(value).ok_or(damaged)?;
                    if media.formats.len() > MOST_FORMATS {
                        return Err(ParseError::TooMany);
                    }
                    description.media.push(media);
                }
                ("a", None) => description.direction = direction(value).or(description.direction),
                ("a", Some(media)) => attribute(value, media)?,
                (letter, _) if letter.len() == 1 => {}
                _ => return Err(damaged),
            }
        }
        Ok(description)
    }
}

fn read_origin(value: &str, description: &mut Description) -> Option<()> {
    let mut parts = value.split_ascii_whitespace();
    let (_, id, version) = (parts.next()?, parts.next()?, parts.next()?);
    // Some write more digits than fit; only sameness matters.
    description.session_id = id.parse().unwrap_or(u64::MAX);
    description.version = version.parse().unwrap_or(u64::MAX);
    description.origin = parts.nth(2).unwrap_or_default().to_owned();
    Some(())
}

/// The outer option is damage, the inner a name instead of an address.
fn connection(value: &str) -> Option<Option<IpAddr>> {
    let mut parts = value.split_ascii_whitespace();
    if parts.next()? != "IN" {
        return None;
    }
    let kind = parts.next()?;
    if kind != "IP4" && kind != "IP6" {
        return None;
    }
    let address = parts.next()?;
    Some(address.split('/').next().and_then(|address| address.parse().ok()))
}

fn section(value: &str) -> Option<Media> {
    let mut parts = value.split_ascii_whitespace();
    let (kind, port, protocol) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Media {
        kind: kind.to_owned(),
        port: port.split('/').next()?.parse().ok()?,
        protocol: protocol.to_owned(),
        formats: parts.map(str::to_owned).collect(),
        ..Media::default()
    })
}

fn direction(value: &str) -> Option<Direction> {
    [Direction::SendRecv, Direction::SendOnly, Direction::RecvOnly, Direction::Inactive]
        .into_iter()
        .find(|direction| direction.name() == value)
}

/// An attribute that is damaged is worth no more than one that is missing.
fn attribute(value: &str, media: &mut Media) -> Result<(), ParseError> {
    if let Some(found) = direction(value) {
        media.direction = Some(found);
        return Ok(());
    }
    let (name, rest) = value.split_once(':').unwrap_or((value, ""));
    match name {
        "rtpmap" if media.maps.len() < MOST_FORMATS => media.maps.extend(map(rest)),
        "fmtp" if media.parameters.len() < MOST_FORMATS => {
            if let Some((payload_type, parameters)) = rest.split_once(' ')
                && let Ok(payload_type @ 0..=127) = payload_type.parse()
            {
                media.parameters.push((payload_type, parameters.trim().to_owned()));
            }
        }
        "rtpmap" | "fmtp" => return Err(ParseError::TooMany),
        "ptime" => media.ptime = milliseconds(rest),
        "maxptime" => media.maxptime = milliseconds(rest),
        "rtcp-mux" => media.rtcp_mux = true,
        "rtcp" => media.rtcp_port = rest.split_ascii_whitespace().next().and_then(|port| port.parse().ok()),
        "crypto" if media.crypto.len() < MOST_KEYS => media.crypto.extend(crypto(rest)),
        "crypto" => return Err(ParseError::TooMany),
        _ => {}
    }
    Ok(())
}

fn milliseconds(text: &str) -> Option<u16> {
    // Fractions are seen in the wild; the whole number is enough.
    text.trim().split('.').next()?.parse().ok().filter(|millis| (1..=1_000).contains(millis))
}

fn map(text: &str) -> Option<FormatMap> {
    let (payload_type, encoding) = text.split_once(' ')?;
    let mut parts = encoding.trim().split('/');
    let (name, rate) = (parts.next()?, parts.next()?);
    Some(FormatMap {
        payload_type: payload_type.parse().ok().filter(|number| *number <= 127)?,
        encoding: name.to_owned(),
        rate: rate.parse().ok()?,
        channels: parts.next().map_or(Some(1), |channels| channels.parse().ok())?,
    })
}

/// Lines whose suite or parameters we could not honour are as good as absent (RFC 4568 §6.1).
fn crypto(text: &str) -> Option<Crypto> {
    let mut parts = text.split_ascii_whitespace();
    let tag = parts.next()?.parse().ok()?;
    let suite = Suite::by_name(parts.next()?)?;
    let inline = parts.next()?.strip_prefix("inline:")?;
    if parts.next().is_some() {
        return None;
    }
    let mut fields = inline.split('|');
    let key = fields.next()?;
    // A lifetime is fine, a master key identifier (`n:m`) is not.
    if fields.any(|field| field.contains(':')) {
        return None;
    }
    let bytes = STANDARD.decode(key).or_else(|_| STANDARD_NO_PAD.decode(key)).ok()?;
    Some(Crypto { tag, suite, key: MasterKey::new(bytes.try_into().ok()?) })
}

fn kind_of(address: &IpAddr) -> &'static str {
    if address.is_ipv4() { "IP4" } else { "IP6" }
}

impl fmt::Display for Description {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let family = self.connection.as_ref().map_or("IP4", kind_of);
        write!(out, "v=0\r\no=- {} {} IN {family} {}\r\ns=-\r\n", self.session_id, self.version, self.origin)?;
        if let Some(address) = &self.connection {
            write!(out, "c=IN {family} {address}\r\n")?;
        }
        write!(out, "t=0 0\r\n")?;
        if let Some(direction) = self.direction {
            write!(out, "a={}\r\n", direction.name())?;
        }
        self.media.iter().try_for_each(|media| write!(out, "{media}"))
    }
}

impl fmt::Display for Media {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "m={} {} {}", self.kind, self.port, self.protocol)?;
        self.formats.iter().try_for_each(|format| write!(out, " {format}"))?;
        write!(out, "\r\n")?;
        if let Some(address) = &self.connection {
            write!(out, "c=IN {} {address}\r\n", kind_of(address))?;
        }
        for map in &self.maps {
            write!(out, "a=rtpmap:{} {}/{}", map.payload_type, map.encoding, map.rate)?;
            if map.channels > 1 {
                write!(out, "/{}", map.channels)?;
            }
            write!(out, "\r\n")?;
        }
        for (payload_type, parameters) in &self.parameters {
            write!(out, "a=fmtp:{payload_type} {parameters}\r\n")?;
        }
        for crypto in &self.crypto {
            let key = STANDARD.encode(crypto.key.as_bytes());
            write!(out, "a=crypto:{} {} inline:{key}\r\n", crypto.tag, crypto.suite.name())?;
        }
        if let Some(port) = self.rtcp_port {
            write!(out, "a=rtcp:{port}\r\n")?;
        }
        if self.rtcp_mux {
            write!(out, "a=rtcp-mux\r\n")?;
        }
        if let Some(ptime) = self.ptime {
            write!(out, "a=ptime:{ptime}\r\n")?;
        }
        if let Some(maxptime) = self.maxptime {
            write!(out, "a=maxptime:{maxptime}\r\n")?;
        }
        match self.direction {
            Some(direction) => write!(out, "a={}\r\n", direction.name()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRUNK: &str = "v=0\r\no=pbx 42 7 IN IP4 192.0.2.1\r\ns=call\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n\
        m=audio 40000 RTP/SAVP 8 0 111 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:111 opus/48000/2\r\n\
        a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=fmtp:111 useinbandfec=1\r\n\
        a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20\r\n\
        a=crypto:2 AEAD_AES_256_GCM inline:abc\r\n\
        a=rtcp-mux\r\na=ptime:20\r\na=sendonly\r\nm=video 0 RTP/AVP 99\r\n";

    #[test]
    fn a_trunk_is_read() {
        let description: Description = TRUNK.parse().unwrap();
        assert_eq!((description.session_id, description.version), (42, 7));
        let audio = &description.media[0];
        assert_eq!(description.address(audio), Some([192, 0, 2, 9].into()));
        assert_eq!(description.direction(audio), Direction::SendOnly);
        assert_eq!(audio.formats, ["8", "0", "111", "101"]);
        assert_eq!(audio.maps[1], FormatMap { payload_type: 111, encoding: "opus".into(), rate: 48_000, channels: 2 });
        assert_eq!(audio.parameters[0], (101, "0-16".into()));
        assert_eq!((audio.crypto.len(), audio.crypto[0].tag, audio.ptime, audio.rtcp_mux), (1, 1, Some(20), true));
        assert_eq!(description.media[1].port, 0);
    }

    #[test]
    fn what_is_written_is_read() {
        let description: Description = TRUNK.parse().unwrap();
        assert_eq!(description.to_string().parse::<Description>().unwrap(), description);
        assert_eq!(description.to_string().replace("\r\n", "\n").parse::<Description>().unwrap(), description);
    }

    #[test]
    fn damage_is_named() {
        for (text, expected) in [
            ("", ParseError::Version),
            ("v=1", ParseError::Version),
            ("v=0\nnonsense", ParseError::Line(2)),
            ("v=0\nm=audio x RTP/AVP 0", ParseError::Line(2)),
            ("v=0\nm=audio 70000 RTP/AVP 0", ParseError::Line(2)),
            ("v=0\nm=audio", ParseError::Line(2)),
            ("v=0\nc=IN IP9 1", ParseError::Line(2)),
        ] {
            assert_eq!(text.parse::<Description>(), Err(expected), "{text:?}");
        }
        assert_eq!("v=0\n".repeat(9_000).parse::<Description>(), Err(ParseError::TooLong));
        let many = format!("v=0\n{}", "m=audio 1 RTP/AVP 0\n".repeat(17));
        assert_eq!(many.parse::<Description>(), Err(ParseError::TooMany));
        let maps = format!("v=0\nm=audio 1 RTP/AVP 0\n{}", "a=rtpmap:1 a/1\n".repeat(65));
        assert_eq!(maps.parse::<Description>(), Err(ParseError::TooMany));
    }
}
