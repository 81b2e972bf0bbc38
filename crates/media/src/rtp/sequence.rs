//! Numbers that wrap, made monotonic.

/// A wrapping counter of 16 or 32 bits followed across its wraps.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extended {
    highest: Option<u64>,
}

impl Extended {
    /// The full number of a 16-bit counter nearest to what was seen; the highest is remembered.
    pub fn extend16(&mut self, value: u16) -> u64 {
        self.extend(u64::from(value), 16)
    }

    /// The full number of a 32-bit counter nearest to what was seen; the highest is remembered.
    pub fn extend32(&mut self, value: u32) -> u64 {
        self.extend(u64::from(value), 32)
    }

    /// The highest full number seen.
    pub fn highest(&self) -> Option<u64> {
        self.highest
    }

    fn extend(&mut self, value: u64, bits: u32) -> u64 {
        let span = 1u64 << bits;
        let Some(highest) = self.highest else {
            // One span above zero, so that what came just before the first has a number, too.
            self.highest = Some(span + value);
            return span + value;
        };
        let base = highest & !(span - 1);
        let mut full = base + value;
        if full > highest && full - highest > span / 2 {
            full = full.saturating_sub(span);
        } else if highest > full && highest - full > span / 2 {
            full += span;
        }
        self.highest = Some(highest.max(full));
        full
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_and_stragglers() {
        let mut counter = Extended::default();
        let mut full = |value| counter.extend16(value);
        let first = full(65_534);
        assert_eq!(full(65_535), first + 1);
        assert_eq!(full(1), first + 3);
        assert_eq!(full(0), first + 2);
        assert_eq!(full(65_533), first - 1);
        assert_eq!(counter.highest(), Some(first + 3));
    }
}
