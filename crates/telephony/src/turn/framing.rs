//! Messages of TURN in a stream (RFC 8656 §3.1, §12.5).

/// Bytes of the longest message that is taken.
pub const LONGEST: usize = 4096;

/// The stream carries something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stream does not carry TURN messages")]
pub struct NotTurn;

/// How many bytes the message at the beginning of `bytes` has; none = not enough is there to say.
pub fn length(bytes: &[u8]) -> Result<Option<usize>, NotTurn> {
    let [first, _, high, low, ..] = *bytes else {
        return if bytes.first().is_some_and(|first| first >> 6 > 1) { Err(NotTurn) } else { Ok(None) };
    };
    let body = usize::from(u16::from_be_bytes([high, low]));
    let length = match first >> 6 {
        0 if body.is_multiple_of(4) => 20 + body,
        1 => 4 + body.next_multiple_of(4),
        _ => return Err(NotTurn),
    };
    if length > LONGEST { Err(NotTurn) } else { Ok(Some(length)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_from_the_head() {
        for (bytes, expected) in [
            (&[][..], Ok(None)),
            (&[0, 1, 0], Ok(None)),
            (&[0, 1, 0, 8], Ok(Some(28))),
            (&[0, 1, 0, 7], Err(NotTurn)),
            (&[0x40, 0, 0, 5, 9], Ok(Some(12))),
            (&[0x40, 0, 0xff, 0xff], Err(NotTurn)),
            (&[0x80], Err(NotTurn)),
            (&[0x16, 3, 1, 2], Err(NotTurn)),
            (b"GET ", Err(NotTurn)),
        ] {
            assert_eq!(length(bytes), expected, "{bytes:?}");
        }
    }
}
