//! The WAV file of a recording, made of pieces that are appended.
//!
//! The header claims the greatest length until the file is closed, so players and our own reader take what is there:
//! after a crash the file is whole up to the last piece that was written. [`repair`] puts the lengths right.

use thiserror::Error;

use crate::codec::Rate;
use crate::session::recording::RecordingEncoding;

/// A length that is not known yet.
const UNKNOWN: u32 = u32::MAX;
/// Silence in place of missing pieces is appended so many bytes at a time.
const FILLING: usize = 64 * 1024;

/// What to do with the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Put these bytes at the end.
    Append(Vec<u8>),
    /// Put these bytes in the place of those at an offset.
    Replace(u64, [u8; 4]),
}

/// The machine of one file.
#[derive(Clone, Debug)]
pub struct RecordingFile {
    encoding: RecordingEncoding,
    frames: u64,
    bytes: u64,
}

/// Why a file cannot be repaired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the file does not begin as a recording does")]
pub struct NoRecordingFile;

impl RecordingFile {
    /// A new file and its header.
    pub fn create(encoding: RecordingEncoding, rate: Rate) -> (Self, Write) {
        let header = header(encoding, rate);
        (Self { encoding, frames: 0, bytes: header.len() as u64 }, Write::Append(header))
    }

    /// Adds a piece that begins at `position` frames. A hole before it is filled with silence, what is there already is
    /// left out, so pieces may be missing or come twice.
    pub fn add(&mut self, position: u64, data: &[u8]) -> Vec<Write> {
        let frame = self.encoding.frame_bytes();
        let mut writes = Vec::new();
        while self.frames < position {
            let missing = (position - self.frames).min((FILLING / frame) as u64);
            writes.push(self.append(self.encoding.silence().repeat(missing as usize)));
        }
        let there = ((self.frames - position) as usize).saturating_mul(frame).min(data.len());
        let whole = data.len() - data.len() % frame;
        if there < whole {
            writes.push(self.append(data[there..whole].to_vec()));
        }
        writes
    }

    fn append(&mut self, bytes: Vec<u8>) -> Write {
        self.frames += (bytes.len() / self.encoding.frame_bytes()) as u64;
        self.bytes += bytes.len() as u64;
        Write::Append(bytes)
    }

    /// Closes the file: its lengths become right.
    pub fn finish(self) -> Vec<Write> {
        lengths(self.encoding, self.bytes)
    }
}

/// Where the lengths are, by the length of the header.
const PCM_HEADER: u64 = 44;
const MULAW_HEADER: u64 = 58;

fn header(encoding: RecordingEncoding, rate: Rate) -> Vec<u8> {
    let (tag, bits, format_bytes) = match encoding {
        RecordingEncoding::Pcm16 => (1u16, 16u16, 16u32),
        RecordingEncoding::Mulaw => (7, 8, 18),
    };
    let frame = encoding.frame_bytes() as u16;
    let mut header = Vec::with_capacity(58);
    header.extend_from_slice(b"RIFF");
    header.extend_from_slice(&UNKNOWN.to_le_bytes());
    header.extend_from_slice(b"WAVEfmt ");
    header.extend_from_slice(&format_bytes.to_le_bytes());
    for half in [tag, 2] {
        header.extend_from_slice(&half.to_le_bytes());
    }
    for word in [rate.hertz(), rate.hertz() * u32::from(frame)] {
        header.extend_from_slice(&word.to_le_bytes());
    }
    for half in [frame, bits] {
        header.extend_from_slice(&half.to_le_bytes());
    }
    if encoding == RecordingEncoding::Mulaw {
        header.extend_from_slice(&[0; 2]);
        header.extend_from_slice(b"fact\x04\0\0\0");
        header.extend_from_slice(&UNKNOWN.to_le_bytes());
    }
    header.extend_from_slice(b"data");
    header.extend_from_slice(&UNKNOWN.to_le_bytes());
    header
}

fn lengths(encoding: RecordingEncoding, file: u64) -> Vec<Write> {
    let word = |value: u64| u32::try_from(value).unwrap_or(UNKNOWN).to_le_bytes();
    let frame = encoding.frame_bytes() as u64;
    let header = if encoding == RecordingEncoding::Pcm16 { PCM_HEADER } else { MULAW_HEADER };
    let frames = file.saturating_sub(header) / frame;
    let mut writes = vec![
        Write::Replace(4, word(header + frames * frame - 8)),
        Write::Replace(header - 4, word(frames * frame)),
    ];
    if encoding == RecordingEncoding::Mulaw {
        writes.push(Write::Replace(46, word(frames)));
    }
    writes
}

/// Puts right the lengths of a file that was not closed, given its first 58 bytes (or all, of a shorter one) and its
/// length. A frame that was written in part is left out.
pub fn repair(beginning: &[u8], file: u64) -> Result<Vec<Write>, NoRecordingFile> {
    let stands = |at: usize, bytes: &[u8]| beginning.get(at..at + bytes.len()) == Some(bytes);
    if !(stands(0, b"RIFF") && stands(8, b"WAVEfmt ") && stands(17, &[0; 3])) {
        return Err(NoRecordingFile);
    }
    // Format tag and number of channels.
    let encoding = match beginning.get(20..24) {
        Some([1, 0, 2, 0]) => RecordingEncoding::Pcm16,
        Some([7, 0, 2, 0]) => RecordingEncoding::Mulaw,
        _ => return Err(NoRecordingFile),
    };
    let data = if encoding == RecordingEncoding::Pcm16 { PCM_HEADER } else { MULAW_HEADER } as usize;
    if beginning.get(data - 8..data - 4) != Some(b"data") {
        return Err(NoRecordingFile);
    }
    Ok(lengths(encoding, file))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(file: &mut Vec<u8>, writes: impl IntoIterator<Item = Write>) {
        for write in writes {
            match write {
                Write::Append(bytes) => file.extend(bytes),
                Write::Replace(at, bytes) => file[at as usize..at as usize + 4].copy_from_slice(&bytes),
            }
        }
    }

    fn piece(encoding: RecordingEncoding, left: i16, right: i16, frames: usize) -> Vec<u8> {
        let one = match encoding {
            RecordingEncoding::Pcm16 => [left.to_le_bytes(), right.to_le_bytes()].concat(),
            RecordingEncoding::Mulaw => {
                [left, right].map(|sample| audio::g711::Law::Mu.encode(sample)).to_vec()
            }
        };
        one.repeat(frames)
    }

    #[test]
    fn a_file_is_whole_at_every_moment() {
        for encoding in [RecordingEncoding::Pcm16, RecordingEncoding::Mulaw] {
            let (mut machine, header) = RecordingFile::create(encoding, Rate::Narrow);
            let mut file = Vec::new();
            apply(&mut file, [header]);
            for second in 0..3 {
                apply(&mut file, machine.add(second * 8_000, &piece(encoding, 1_000, -1_000, 8_000)));
                let read = audio::wav::read(&file).unwrap();
                assert_eq!(
                    (read.info.frames as u64, read.info.channels, read.info.rate),
                    ((second + 1) * 8_000, 2, 8_000)
                );
            }
            // As a crash in the middle of a write leaves it, and repaired.
            let mut cut = file[..file.len() - 1_001].to_vec();
            let length = cut.len() as u64;
            let frames = audio::wav::read(&cut).unwrap().info.frames;
            apply(&mut cut, repair(&file[..58], length).unwrap());
            let read = audio::wav::read(&cut).unwrap();
            assert_eq!(read.info.frames, frames);
            assert!(
                (i32::from(read.samples[0]) - 1_000).abs() < 40
                    && (i32::from(read.samples[1]) + 1_000).abs() < 40
            );
            let declared = u32::from_le_bytes(cut[4..8].try_into().unwrap());
            assert!(u64::from(declared) + 8 <= length);
            let closed_length = file.len() as u32;
            apply(&mut file, machine.finish());
            assert_eq!(file[4..8], (closed_length - 8).to_le_bytes());
            assert_eq!(audio::wav::read(&file).unwrap().info.frames, 24_000);
        }
    }

    #[test]
    fn holes_are_silent_and_doubles_left_out() {
        let encoding = RecordingEncoding::Pcm16;
        let (mut machine, header) = RecordingFile::create(encoding, Rate::Narrow);
        let mut file = Vec::new();
        apply(&mut file, [header]);
        apply(&mut file, machine.add(0, &piece(encoding, 1, 2, 100)));
        apply(&mut file, machine.add(40_000, &piece(encoding, 3, 4, 100)));
        apply(&mut file, machine.add(40_000, &piece(encoding, 5, 6, 150)));
        apply(&mut file, machine.add(10, &piece(encoding, 7, 8, 100)));
        let samples = audio::wav::read(&file).unwrap().samples;
        assert_eq!(samples.len(), 2 * 40_150);
        assert_eq!((samples[199], samples[200], samples[79_999]), (2, 0, 0));
        assert_eq!((samples[80_000], samples[80_200], samples[80_299]), (3, 5, 6));
    }

    #[test]
    fn other_files_are_not_touched() {
        for bytes in [&b""[..], b"RIFF", &[0; 60]] {
            assert_eq!(repair(bytes, 60), Err(NoRecordingFile));
        }
    }
}
