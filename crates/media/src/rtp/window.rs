//! Which of the last numbers were received.

/// The last 128 numbers of a counter that was made monotonic.
#[derive(Clone, Copy, Debug, Default)]
pub struct Window {
    /// The highest number received.
    pub(crate) highest: Option<u64>,
    seen: u128,
}

impl Window {
    /// Whether a number is new: ahead of all, or within the window and not received yet.
    pub fn admits(&self, number: u64) -> bool {
        match self.highest {
            Some(highest) if number <= highest => {
                highest - number < 128 && self.seen & (1 << (highest - number)) == 0
            }
            _ => true,
        }
    }

    /// Remembers a number that was admitted.
    pub fn note(&mut self, number: u64) {
        match self.highest {
            Some(highest) if number <= highest => self.seen |= 1u128.checked_shl((highest - number) as u32).unwrap_or(0),
            Some(highest) => {
                let ahead = number - highest;
                self.seen = if ahead < 128 { (self.seen << ahead) | 1 } else { 1 };
                self.highest = Some(number);
            }
            None => (self.highest, self.seen) = (Some(number), 1),
        }
    }
}
