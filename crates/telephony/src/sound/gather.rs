//! Keys of one party until they are all there, or nobody presses any more.

use contacts::call::KeyRules;
use media::MediaTime;

/// What has been gathered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Gathered {
    pub keys: String,
    pub timed_out: bool,
}

/// Gathers.
#[derive(Debug)]
pub(super) struct Gather {
    rules: KeyRules,
    keys: String,
    until: Option<MediaTime>,
}

impl Gather {
    pub(super) fn new(rules: KeyRules) -> Self {
        Self { rules, keys: String::new(), until: None }
    }

    /// The prompt is over: time runs for the first key.
    pub(super) fn prompted(&mut self, now: MediaTime) {
        if self.until.is_none() {
            self.until = Some(now.plus_millis(self.rules.first_ms));
        }
    }

    /// A key was pressed.
    pub(super) fn key(&mut self, now: MediaTime, key: char) -> Option<Gathered> {
        let over = self.rules.end().press(&mut self.keys, key);
        // Taken back, the input begins anew.
        let wait = if self.keys.is_empty() { self.rules.first_ms } else { self.rules.between_ms };
        self.until = Some(now.plus_millis(wait));
        over.then(|| Gathered { keys: std::mem::take(&mut self.keys), timed_out: false })
    }

    /// Time has passed.
    pub(super) fn tick(&mut self, now: MediaTime) -> Option<Gathered> {
        self.until.filter(|until| *until <= now)?;
        self.rules.end().cut(&mut self.keys);
        Some(Gathered { keys: std::mem::take(&mut self.keys), timed_out: true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays keys such as `12#`; a space is half a second without any.
    fn gather(keys: &str, most: u32, terminator: &str, cancel_key: bool) -> Option<(String, bool)> {
        let terminator = terminator.to_owned();
        let rules = KeyRules { first_ms: 2_000, between_ms: 1_000, most, terminator, cancel_key };
        let mut gather = Gather::new(rules);
        let mut now = MediaTime::from_millis(10);
        gather.prompted(now);
        for key in keys.chars() {
            now = now.plus_millis(if key == ' ' { 500 } else { 20 });
            let done = if key == ' ' { None } else { gather.key(now, key) };
            if let Some(done) = done.or_else(|| gather.tick(now)) {
                return Some((done.keys, done.timed_out));
            }
        }
        None
    }

    #[test]
    fn keys_end_by_number_terminator_or_time() {
        let done = |keys: &str, timed_out| Some((keys.to_owned(), timed_out));
        for (keys, most, terminator, cancel_key, expected) in [
            ("1", 1, "", false, done("1", false)),
            ("12", 3, "", false, None),
            ("123", 3, "", false, done("123", false)),
            ("12#", 9, "#", false, done("12", false)),
            ("#", 9, "#", false, done("", false)),
            ("1##", 9, "##", false, done("1", false)),
            ("123##", 4, "##", false, done("123", false)),
            ("123#  ", 4, "##", false, done("123#", true)),
            ("1*   ", 4, "#", true, None),
            ("    ", 9, "#", false, done("", true)),
            ("   ", 9, "#", false, None),
            ("1 2 3 ", 9, "#", false, None),
            ("12  ", 9, "#", false, done("12", true)),
            ("*5#", 9, "#", true, done("5", false)),
            ("*5#", 9, "#", false, done("*5", false)),
            ("1*5#", 9, "#", true, done("5", false)),
        ] {
            assert_eq!(gather(keys, most, terminator, cancel_key), expected, "{keys:?} {terminator}");
        }
    }
}
