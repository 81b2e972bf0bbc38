//! Keys of the telephone, pressed one after another, and when they are all there (spec 04 §14.44).

use crate::exchange::KeysRequest;

/// What ends an input of keys, other than time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeysEnd<'a> {
    /// Most keys; reaching it ends the input.
    pub most: u32,
    /// Keys in a row that end the input and do not count; empty = none.
    pub terminator: &'a str,
    /// Whether `*` takes back all keys before it.
    pub cancel_key: bool,
}

impl KeysEnd<'_> {
    /// Takes one more key to `keys`, which the first call gets empty; true when the input is over, and `keys` then is
    /// the input. Taken back, `keys` is empty again.
    pub fn press(&self, keys: &mut String, key: char) -> bool {
        if self.cancel_key && key == '*' {
            keys.clear();
            return false;
        }
        keys.push(key);
        if !self.terminator.is_empty()
            && let Some(input) = keys.strip_suffix(self.terminator)
        {
            keys.truncate(input.len());
            return true;
        }
        if keys.chars().count() - self.pending(keys) < self.most() {
            return false;
        }
        self.cut(keys);
        true
    }

    /// The input, when no key comes after `keys` in time.
    pub fn cut(&self, keys: &mut String) {
        if let Some((end, _)) = keys.char_indices().nth(self.most()) {
            keys.truncate(end);
        }
    }

    fn most(&self) -> usize {
        self.most.max(1) as usize
    }

    /// How many of the last keys may begin the terminator, and so may not count.
    fn pending(&self, keys: &str) -> usize {
        let begins = |(end, _): (usize, char)| keys.ends_with(&self.terminator[..end]).then_some(end);
        let longest = self.terminator.char_indices().rev().find_map(begins).unwrap_or_default();
        self.terminator[..longest].chars().count()
    }
}

impl KeysRequest {
    /// What ends the input.
    pub fn end(&self) -> KeysEnd<'_> {
        KeysEnd { most: self.most, terminator: &self.terminator, cancel_key: self.cancel_key }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_taken_until_they_are_all_there() {
        for (pressed, most, terminator, cancel_key, input, over) in [
            ("1", 1, "", false, "1", true),
            ("1", 0, "", false, "1", true),
            ("12", 3, "", false, "12", false),
            ("1234", 3, "", false, "123", true),
            ("12#", 9, "#", false, "12", true),
            ("#", 9, "#", false, "", true),
            ("123#", 4, "#", false, "123", true),
            ("1234#", 4, "#", false, "1234", true),
            // What may begin the terminator does not count until it turns out otherwise.
            ("123#", 4, "##", false, "123#", false),
            ("123##", 4, "##", false, "123", true),
            ("1234", 4, "##", false, "1234", true),
            ("123#4", 4, "##", false, "123#", true),
            ("1#2##", 4, "##", false, "1#2", true),
            ("123####", 4, "#####", false, "123#", false),
            ("12#1#", 4, "#1#", false, "12", true),
            ("12###1", 4, "##1", false, "12#", true),
            ("1#2#3*4##", 20, "##", false, "1#2#3*4", true),
            ("1*", 4, "*", false, "1", true),
            // The cancel key takes back everything before it, also what might have begun the terminator.
            ("12*5", 4, "#", true, "5", false),
            ("12*", 4, "#", true, "", false),
            ("12*34*5#", 4, "#", true, "5", true),
            ("123#*4##", 4, "##", true, "4", true),
            ("123*4567", 4, "##", true, "4567", true),
            ("12*5#", 9, "#", false, "12*5", true),
        ] {
            let end = KeysEnd { most, terminator, cancel_key };
            let mut keys = String::new();
            let ended = pressed.chars().any(|key| end.press(&mut keys, key));
            if !ended {
                end.cut(&mut keys);
            }
            assert_eq!(
                (keys.as_str(), ended),
                (input, over),
                "{pressed:?} {most} {terminator:?} {cancel_key}"
            );
        }
    }
}
