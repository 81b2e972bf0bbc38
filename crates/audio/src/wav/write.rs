//! Writing WAV files.

use crate::g711::{self, Law};

/// A file of 16-bit PCM. `samples` has the channels in turn; at most two are usual.
pub fn pcm16(samples: &[i16], rate: u32, channels: u16) -> Vec<u8> {
    let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    file(1, 16, rate, channels, samples.len(), &data)
}

/// A file of G.711. `samples` has the channels in turn.
pub fn law(law: Law, samples: &[i16], rate: u32, channels: u16) -> Vec<u8> {
    let tag = match law {
        Law::A => 6,
        Law::Mu => 7,
    };
    file(tag, 8, rate, channels, samples.len(), &g711::encode(law, samples))
}

fn file(tag: u16, bits: u16, rate: u32, channels: u16, samples: usize, data: &[u8]) -> Vec<u8> {
    let frame = channels * (bits / 8);
    let mut format = Vec::with_capacity(18);
    format.extend(tag.to_le_bytes());
    format.extend(channels.to_le_bytes());
    format.extend(rate.to_le_bytes());
    format.extend((rate * u32::from(frame)).to_le_bytes());
    format.extend(frame.to_le_bytes());
    format.extend(bits.to_le_bytes());
    let fact = (samples / usize::from(channels.max(1))) as u32;
    let mut body = b"WAVE".to_vec();
    if tag == 1 {
        chunk(&mut body, b"fmt ", &format);
    } else {
        // Other formats than PCM state the length of their extension and the number of frames.
        format.extend(0u16.to_le_bytes());
        chunk(&mut body, b"fmt ", &format);
        chunk(&mut body, b"fact", &fact.to_le_bytes());
    }
    chunk(&mut body, b"data", data);
    let mut file = Vec::with_capacity(body.len() + 8);
    chunk(&mut file, b"RIFF", &body);
    file
}

fn chunk(out: &mut Vec<u8>, name: &[u8; 4], body: &[u8]) {
    out.extend(name);
    out.extend((body.len() as u32).to_le_bytes());
    out.extend(body);
    if body.len() % 2 == 1 {
        out.push(0);
    }
}
