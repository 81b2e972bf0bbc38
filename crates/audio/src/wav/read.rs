//! Reading RIFF chunks with bounds, and their samples.
//!
//! Lengths in headers are claims: programs that write to a pipe do not know them and write zero or the greatest number.
//! So a chunk of sound ends where it says or where the bytes end, whichever comes first.

use super::{Encoding, Info, WavError, Wave};
use crate::g711::Law;
use crate::{RATES, resample};

/// What a file is, without decoding it.
pub fn info(bytes: &[u8]) -> Result<Info, WavError> {
    Ok(open(bytes)?.0)
}

/// The whole sound of a file.
pub fn read(bytes: &[u8]) -> Result<Wave, WavError> {
    let (info, data) = open(bytes)?;
    let samples = match info.encoding {
        Encoding::Pcm(8) => data.iter().map(|&byte| (i16::from(byte) - 128) << 8).collect(),
        Encoding::Pcm(16) => data.chunks_exact(2).map(|it| i16::from_le_bytes([it[0], it[1]])).collect(),
        // The lower bits are below what 16 bits can tell.
        Encoding::Pcm(bits) => {
            let size = usize::from(bits / 8);
            data.chunks_exact(size).map(|it| i16::from_le_bytes([it[size - 2], it[size - 1]])).collect()
        }
        Encoding::Float(32) => data
            .chunks_exact(4)
            .map(|it| resample::integer(f32::from_le_bytes([it[0], it[1], it[2], it[3]])))
            .collect(),
        Encoding::Float(_) => data
            .chunks_exact(8)
            .map(|it| resample::integer(f64::from_le_bytes(it.try_into().expect("eight bytes")) as f32))
            .collect(),
        Encoding::Law(law) => crate::g711::decode(law, data),
    };
    Ok(Wave { info, samples })
}

/// What a file is and the bytes of its sound, whole frames of them.
fn open(bytes: &[u8]) -> Result<(Info, &[u8]), WavError> {
    let head = bytes.get(..12).ok_or_else(|| match bytes {
        [b'R', b'I', b'F', b'F', ..] => WavError::Truncated,
        _ => WavError::NotWav(kind(bytes)),
    })?;
    if !matches!(&head[..4], b"RIFF" | b"RF64") || &head[8..] != b"WAVE" {
        return Err(WavError::NotWav(kind(bytes)));
    }
    let claimed = word(&head[4..8]) as usize;
    // Neither does the whole know its length.
    let streamed = claimed == 0 || claimed > bytes.len() - 8;
    let mut rest = &bytes[12..];
    let mut format = None;
    while let Some((head, body)) = rest.split_at_checked(8) {
        let length = word(&head[4..8]) as usize;
        match &head[..4] {
            b"fmt " => format = Some(Format::read(body.get(..length).ok_or(WavError::Truncated)?)?),
            b"data" => {
                let format = format.ok_or(WavError::NoFormat)?;
                let length = if length == 0 && streamed { body.len() } else { length.min(body.len()) };
                let frames = length / format.frame();
                let info =
                    Info { encoding: format.encoding, rate: format.rate, channels: format.channels, frames };
                return Ok((info, &body[..frames * format.frame()]));
            }
            _ => {}
        }
        // Chunks begin at even places.
        rest = body.get(length.saturating_add(length & 1)..).unwrap_or_default();
    }
    Err(if format.is_some() { WavError::NoData } else { WavError::NoFormat })
}

#[derive(Clone, Copy)]
struct Format {
    encoding: Encoding,
    rate: u32,
    channels: u16,
}

impl Format {
    fn read(chunk: &[u8]) -> Result<Self, WavError> {
        let base = chunk.get(..16).ok_or(WavError::Truncated)?;
        let (tag, channels, rate, bits) = (half(base), half(&base[2..]), word(&base[4..]), half(&base[14..]));
        let tag = match tag {
            // The extensible form has the tag at the beginning of its GUID.
            0xFFFE => half(chunk.get(24..26).ok_or(WavError::Truncated)?),
            tag => tag,
        };
        let encoding = match (tag, bits) {
            (1, 8 | 16 | 24 | 32) => Encoding::Pcm(bits),
            (3, 32 | 64) => Encoding::Float(bits),
            (6, 8) => Encoding::Law(Law::A),
            (7, 8) => Encoding::Law(Law::Mu),
            _ => return Err(WavError::Codec(codec(tag, bits))),
        };
        if !(1..=2).contains(&channels) {
            return Err(WavError::Channels(channels));
        }
        if !RATES.contains(&rate) {
            return Err(WavError::Rate(rate));
        }
        Ok(Self { encoding, rate, channels })
    }

    /// Bytes of one sample of every channel.
    fn frame(self) -> usize {
        let bits = match self.encoding {
            Encoding::Pcm(bits) | Encoding::Float(bits) => usize::from(bits),
            Encoding::Law(_) => 8,
        };
        bits / 8 * usize::from(self.channels)
    }
}

fn half(bytes: &[u8]) -> u16 {
    u16::from_le_bytes([bytes[0], bytes[1]])
}

fn word(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

fn codec(tag: u16, bits: u16) -> String {
    let name = match tag {
        1 => return format!("{bits}-bit PCM"),
        3 => return format!("{bits}-bit float"),
        2 => "Microsoft ADPCM",
        0x11 => "IMA ADPCM",
        0x31 => "GSM 6.10",
        0x40..=0x45 | 0x64 | 0x65 => "G.72x",
        0x55 => "MP3",
        0xFF | 0x1600..=0x1602 => "AAC",
        0x160..=0x163 => "Windows Media Audio",
        tag => return format!("of the unknown format {tag}"),
    };
    name.to_owned()
}

/// What bytes are by their beginning, as part of a sentence.
fn kind(bytes: &[u8]) -> &'static str {
    match bytes {
        [] => "empty",
        [b'I', b'D', b'3', ..] | [0xFF, 0xFA | 0xFB | 0xF2 | 0xF3, ..] => "MP3",
        [0xFF, 0xF1 | 0xF9, ..] => "AAC",
        [b'O', b'g', b'g', b'S', ..] => "Ogg (Vorbis or Opus)",
        [b'f', b'L', b'a', b'C', ..] => "FLAC",
        [0x1A, 0x45, 0xDF, 0xA3, ..] => "WebM",
        [b'F', b'O', b'R', b'M', ..] => "AIFF",
        [b'R', b'I', b'F', b'X', ..] => "a RIFF file of the other byte order",
        [b'R', b'I', b'F', b'F', ..] => "another RIFF file",
        [b'#', b'!', b'A', b'M', b'R', ..] => "AMR",
        [b'.', b's', b'n', b'd', ..] => "a Sun audio file",
        [b'c', b'a', b'f', b'f', ..] => "a Core Audio file",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "MP4 or M4A",
        [b'P', b'K', ..] => "a ZIP archive",
        [b'<', ..] => "a page or XML document",
        _ => "of an unknown format",
    }
}
