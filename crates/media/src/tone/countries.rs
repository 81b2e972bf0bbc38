//! Call progress tones by country, after ITU-T E.180 Supplement 2. Modulated tones are written as their sidebands.

use super::Cadence;

/// What a tone says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Signal {
    /// Dial now.
    Dial,
    /// It rings there.
    RingBack,
    /// The called line is busy.
    Busy,
    /// There is no free way to it; also called congestion or fast busy.
    Reorder,
}

/// The tones of one country.
#[derive(Clone, Copy, Debug)]
pub struct Country {
    /// Its code in ISO 3166.
    pub code: &'static str,
    tones: [&'static str; 4],
}

impl Country {
    /// How a signal sounds there.
    pub fn cadence(&self, signal: Signal) -> Cadence {
        let at = [Signal::Dial, Signal::RingBack, Signal::Busy, Signal::Reorder];
        let at = at.iter().position(|other| *other == signal).expect("all signals are listed");
        self.tones[at].parse().expect("the table is tested")
    }
}

/// All countries of the table.
pub fn countries() -> &'static [Country] {
    &TABLE
}

/// By its code, in any case.
pub fn country(code: &str) -> Option<&'static Country> {
    TABLE.iter().find(|country| country.code.eq_ignore_ascii_case(code))
}

const fn row(code: &'static str, dial: &'static str, ring: &'static str, busy: &'static str, reorder: &'static str) -> Country {
    Country { code, tones: [dial, ring, busy, reorder] }
}

const TABLE: [Country; 32] = [
    row("AR", "425", "425/1000,0/4500", "425/300,0/200", "425/200,0/300"),
    row("AT", "420", "420/1000,0/5000", "420/400,0/400", "420/200,0/200"),
    row("AU", "413+438", "413+438/400,0/200,413+438/400,0/2000", "425/375,0/375", "425/375,0/375,420/375,0/375"),
    row("BE", "425", "425/1000,0/3000", "425/500,0/500", "425/167,0/167"),
    row("BR", "425", "425/1000,0/4000", "425/250,0/250", "425/250,0/250,425/750,0/250"),
    row("CA", "350+440", "440+480/2000,0/4000", "480+620/500,0/500", "480+620/250,0/250"),
    row("CH", "425", "425/1000,0/4000", "425/500,0/500", "425/200,0/200"),
    row("CL", "400", "400/1000,0/3000", "400/500,0/500", "400/200,0/200"),
    row("CN", "450", "450/1000,0/4000", "450/350,0/350", "450/700,0/700"),
    row("CZ", "425/330,0/330,425/660,0/660", "425/1000,0/4000", "425/330,0/330", "425/165,0/165"),
    row("DE", "425", "425/1000,0/4000", "425/480,0/480", "425/240,0/240"),
    row("DK", "425", "425/1000,0/4000", "425/500,0/500", "425/200,0/200"),
    row("ES", "425", "425/1500,0/3000", "425/200,0/200", "425/200,0/200,425/200,0/200,425/200,0/600"),
    row("FI", "425", "425/1000,0/4000", "425/300,0/300", "425/200,0/200"),
    row("FR", "440", "440/1500,0/3500", "440/500,0/500", "440/250,0/250"),
    row("GB", "350+440", "400+450/400,0/200,400+450/400,0/2000", "400/375,0/375", "400/400,0/350,400/225,0/525"),
    row("GR", "425/200,0/300,425/700,0/800", "425/1000,0/4000", "425/300,0/300", "425/200,0/200"),
    row("HU", "425", "425/1250,0/3750", "425/300,0/300", "425/300,0/300"),
    row("IL", "414", "414/1000,0/3000", "414/500,0/500", "414/250,0/250"),
    row("IN", "375+425", "375+425/400,0/200,375+425/400,0/2000", "400/750,0/750", "400/250,0/250"),
    row("IT", "425/200,0/200,425/600,0/1000", "425/1000,0/4000", "425/500,0/500", "425/200,0/200"),
    row("JP", "400", "384+416/1000,0/2000", "400/500,0/500", "400/500,0/500"),
    row("KR", "350+440", "440+480/1000,0/2000", "480+620/500,0/500", "480+620/300,0/200"),
    row("MX", "425", "425/1000,0/4000", "425/250,0/250", "425/250,0/250"),
    row("NL", "425", "425/1000,0/4000", "425/500,0/500", "425/250,0/250"),
    row("NO", "425", "425/1000,0/4000", "425/500,0/500", "425/200,0/200"),
    row("NZ", "400", "400+450/400,0/200,400+450/400,0/2000", "400/500,0/500", "400/250,0/250"),
    row("PL", "425", "425/1000,0/4000", "425/500,0/500", "425/500,0/500"),
    row("PT", "425", "425/1000,0/5000", "425/500,0/500", "425/200,0/200"),
    row("SE", "425", "425/1000,0/5000", "425/250,0/250", "425/250,0/750"),
    row("US", "350+440", "440+480/2000,0/4000", "480+620/500,0/500", "480+620/250,0/250"),
    row("ZA", "367+433", "367+433/400,0/200,367+433/400,0/2000", "400/500,0/500", "400/250,0/250"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tone_of_the_table_can_be_played() {
        for country in countries() {
            for signal in [Signal::Dial, Signal::RingBack, Signal::Busy, Signal::Reorder] {
                let cadence = country.cadence(signal);
                let pauses = cadence.steps().iter().any(|step| step.frequencies.is_empty());
                assert_eq!(pauses, signal != Signal::Dial || cadence.steps().len() > 1, "{} {signal:?}", country.code);
            }
        }
        assert_eq!(String::from(country("de").unwrap().cadence(Signal::Busy)), "425/480,0/480");
        assert!(country("XX").is_none());
    }

    #[test]
    fn codes_are_in_order_and_once() {
        assert!(countries().windows(2).all(|pair| pair[0].code < pair[1].code));
    }
}
