//! What an offer may hold before it is read: anybody may send one, and reading it costs time.

use std::collections::HashSet;

use crate::rtc::OfferError;

/// Bytes of the longest offer that is read. Those of browsers with sound alone have about 6 KB.
pub const LONGEST_OFFER: usize = 16 * 1024;
/// The most lines that name a payload number.
const PAYLOADS: usize = 64;

/// Refuses offers that no browser makes: too long ones, ones with several sounds, and ones that give a payload number
/// two meanings.
pub(crate) fn check(sdp: &str) -> Result<(), OfferError> {
    let wrong = |why: String| Err(OfferError::Sdp(why));
    if sdp.len() > LONGEST_OFFER {
        return wrong(format!("it has more than {LONGEST_OFFER} bytes"));
    }
    if sdp.lines().filter(|line| line.starts_with("m=audio")).count() > 1 {
        return wrong("it has more than one line m=audio".to_owned());
    }
    let mut numbers = HashSet::new();
    for line in sdp.lines().filter_map(|line| line.strip_prefix("a=rtpmap:")) {
        // Numbers are told apart as numbers: 096 is 96.
        let text = line.split_whitespace().next().unwrap_or_default();
        let Ok(number) = text.parse::<u8>() else {
            return wrong("a line a=rtpmap has no payload number".to_owned());
        };
        if !numbers.insert(number) {
            return wrong(format!("two lines a=rtpmap name the payload number {number}"));
        }
        if numbers.len() > PAYLOADS {
            return wrong(format!("it has more than {PAYLOADS} lines a=rtpmap"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_browsers_offer_is_read() {
        let maps = |from: u8, count: u8| -> String {
            (from..from + count).map(|number| format!("a=rtpmap:{number} opus/48000/2\r\n")).collect()
        };
        let audio = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 96 97\r\n";
        for (sdp, expected) in [
            (format!("{audio}{}", maps(96, 2)), None),
            (format!("{audio}{}", maps(32, 64)), None),
            (format!("{audio}{}", maps(32, 65)), Some("more than 64 lines a=rtpmap")),
            (format!("{audio}{0}{0}", maps(96, 1)), Some("the payload number 96")),
            (format!("{audio}{}a=rtpmap:096 PCMU/8000\r\n", maps(96, 1)), Some("the payload number 96")),
            (format!("{audio}{}m=video 9 X 96\n{0}", maps(96, 1)), Some("the payload number 96")),
            (format!("{audio}a=rtpmap:x PCMU/8000\r\n"), Some("no payload number")),
            (format!("{audio}{audio}"), Some("more than one line m=audio")),
            (format!("{audio}{}", "a=x:y\r\n".repeat(2_400)), Some("more than 16384 bytes")),
        ] {
            let why = check(&sdp).err().map(|error| error.to_string());
            match expected {
                None => assert_eq!(why, None, "{sdp}"),
                Some(part) => assert!(why.as_ref().is_some_and(|why| why.contains(part)), "{part}: {why:?}"),
            }
        }
    }
}
