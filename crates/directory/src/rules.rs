//! The rules for texts that every resource shares: names, descriptions, tags, numbers, addresses.

use model::resource::Tags;

use crate::error::{DirectoryError, Result};

/// Refuses a text whose length in characters lies outside the bounds.
pub(crate) fn length(member: &str, text: &str, min: usize, max: usize) -> Result<()> {
    let length = text.chars().count();
    if (min..=max).contains(&length) {
        return Ok(());
    }
    let wanted = if min == 0 { format!("at most {max}") } else { format!("{min} to {max}") };
    Err(DirectoryError::parameter(format!("{member} must have {wanted} characters; it has {length}.")))
}

/// A name: 1–127 characters, not only blanks.
pub(crate) fn name(member: &str, text: &str) -> Result<()> {
    name_up_to(member, text, 127)
}

/// A name with another greatest length.
pub(crate) fn name_up_to(member: &str, text: &str, max: usize) -> Result<()> {
    length(member, text, 1, max)?;
    if text.trim().is_empty() {
        return Err(DirectoryError::parameter(format!("{member} must not be blank.")));
    }
    Ok(())
}

/// A description: 1–250 characters where given.
pub(crate) fn description(text: Option<&str>) -> Result<()> {
    text.map_or(Ok(()), |text| length("Description", text, 1, 250))
}

/// A new description where an empty one clears the old: 0–250 characters.
pub(crate) fn clearable_description(text: Option<&str>) -> Result<()> {
    text.map_or(Ok(()), |text| length("Description", text, 0, 250))
}

/// Applies a new description, of which an empty one clears.
pub(crate) fn set_description(target: &mut Option<String>, new: Option<String>) {
    if let Some(new) = new {
        *target = Some(new).filter(|text| !text.is_empty());
    }
}

/// How many elements a list may have.
pub(crate) fn count<T>(member: &str, list: &[T], min: usize, max: usize) -> Result<()> {
    if (min..=max).contains(&list.len()) {
        return Ok(());
    }
    Err(DirectoryError::parameter(format!(
        "{member} must have {min} to {max} entries; it has {}.",
        list.len()
    )))
}

/// The characters of `\p{L}\p{Z}\p{N}_.:/=+-@`, with combining marks so that every script can be written.
pub(crate) fn is_label_character(character: char) -> bool {
    character.is_alphanumeric()
        || is_separator(character)
        || "_.:/=+-@".contains(character)
        || is_combining_mark(character)
}

fn is_separator(character: char) -> bool {
    matches!(
        character,
        ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

/// The viramas and tone marks of the scripts whose words cannot be written without them.
fn is_combining_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}' | '\u{e31}'..='\u{e4e}' | '\u{eb1}'..='\u{ecd}')
}

/// Tags of a new resource: at most 50, keys without the reserved prefix.
pub(crate) fn tags(tags: Option<&Tags>) -> Result<()> {
    let Some(tags) = tags else { return Ok(()) };
    if tags.len() > MAX_TAGS {
        return Err(DirectoryError::parameter(format!(
            "A resource can have {MAX_TAGS} tags; {} were given.",
            tags.len()
        )));
    }
    for (key, value) in tags {
        tag_key(key)?;
        length("A tag value", value, 0, 256)?;
    }
    Ok(())
}

/// Most tags of one resource (spec 09 D4.1).
pub(crate) const MAX_TAGS: usize = 50;

/// A tag key: 1–128 characters of the label set, not beginning `aws:`.
pub(crate) fn tag_key(key: &str) -> Result<()> {
    length("A tag key", key, 1, 128)?;
    if key.starts_with("aws:") {
        return Err(DirectoryError::parameter(format!(
            "The tag key {key:?} begins with aws:, which is reserved. Choose another key."
        )));
    }
    match key.chars().find(|&character| !is_label_character(character)) {
        Some(character) => Err(DirectoryError::parameter(format!(
            "The tag key {key:?} contains {character:?}; letters, numbers, spaces and _.:/=+-@ are allowed."
        ))),
        None => Ok(()),
    }
}

/// Whether a text is a telephone number in E.164: a plus sign and 2–15 digits, the first not zero.
pub fn is_phone_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0')
    })
}

pub(crate) fn phone_number(member: &str, text: &str) -> Result<()> {
    if is_phone_number(text) {
        return Ok(());
    }
    // The number itself may be personal data and stays out of the message.
    Err(DirectoryError::parameter(format!(
        "{member} must be a number in E.164 form: a plus sign and 2 to 15 digits, such as +12065550100."
    )))
}

/// A mail address of at most 265 characters: `local@domain.tld` in the usual ASCII characters.
pub(crate) fn email(member: &str, text: &str) -> Result<()> {
    let local_ok = |local: &str| {
        !local.is_empty() && local.chars().all(|c| c.is_ascii_alphanumeric() || "._%+-".contains(c))
    };
    let domain_ok = |domain: &str| {
        domain.rsplit_once('.').is_some_and(|(host, top)| {
            !host.is_empty()
                && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c))
                && (2..=63).contains(&top.len())
                && top.bytes().all(|byte| byte.is_ascii_alphabetic())
        })
    };
    let valid = text.len() <= 265
        && text.split_once('@').is_some_and(|(local, domain)| local_ok(local) && domain_ok(domain));
    if valid {
        return Ok(());
    }
    Err(DirectoryError::parameter(format!("{member} must be a mail address such as ann@example.com.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tag_keys() {
        for (key, valid) in [
            ("Department", true),
            ("cost centre/2026", true),
            ("विभाग", true),
            ("a_.:/=+-@", true),
            ("", false),
            ("aws:owner", false),
            ("awsome", true),
            ("semi;colon", false),
            ("line\nbreak", false),
        ] {
            assert_eq!(tag_key(key).is_ok(), valid, "{key:?}");
        }
        assert!(tag_key(&"k".repeat(128)).is_ok());
        assert!(tag_key(&"k".repeat(129)).is_err());
    }

    #[test]
    fn numbers_and_addresses() {
        for (text, valid) in [
            ("+12065550100", true),
            ("+12", true),
            ("+1", false),
            ("+0123", false),
            ("12065550100", false),
            ("+1206555010012345", false),
            ("+1206 555", false),
        ] {
            assert_eq!(phone_number("PhoneNumber", text).is_ok(), valid, "{text}");
        }
        for (text, valid) in [
            ("ann@example.com", true),
            ("a.b+c%d_e-f@sub.example.co", true),
            ("ann@example", false),
            ("ann@@example.com", false),
            ("@example.com", false),
            ("ann example@example.com", false),
            ("ann@example.c0m", false),
        ] {
            assert_eq!(email("Email", text).is_ok(), valid, "{text}");
        }
    }
}
