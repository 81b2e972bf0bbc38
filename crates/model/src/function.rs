//! How functions are named: by name, partial ARN or ARN, with or without a version (`name:alias`).

use std::fmt;

/// The name of a function: 1–64 letters, digits, `-` and `_`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionName(String);

impl FunctionName {
    /// Reads a name, `account:function:name` or an ARN, and leaves out the version or alias after it.
    ///
    /// Where the text names a region or account, it has to be the given one: functions of others are not here.
    pub fn parse(text: &str, region: &str, account: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split(':').collect();
        let (name, version) = match parts[..] {
            [name] => (name, None),
            ["function", name] => (name, None),
            [name, version] => (name, Some(version)),
            [whose, "function", name] if whose == account => (name, None),
            [whose, "function", name, version] if whose == account => (name, Some(version)),
            ["arn", _, "lambda", place, whose, "function", name] if place == region && whose == account => {
                (name, None)
            }
            ["arn", _, "lambda", place, whose, "function", name, version]
                if place == region && whose == account =>
            {
                (name, Some(version))
            }
            _ => return None,
        };
        let word = |text: &str, most: usize| {
            !text.is_empty()
                && text.len() <= most
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        };
        let version = version.is_none_or(|version| version == "$LATEST" || word(version, 128));
        (word(name, 64) && version).then(|| Self(name.to_owned()))
    }

    /// The bare name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The full resource name.
    pub fn arn(&self, region: &str, account: &str) -> String {
        format!("arn:aws:lambda:{region}:{account}:function:{}", self.0)
    }
}

impl fmt::Display for FunctionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_partial_arns_and_arns() {
        for (text, expected) in [
            ("tier", Some("tier")),
            ("tier:live", Some("tier")),
            ("tier:$LATEST", Some("tier")),
            ("function:tier", Some("tier")),
            ("123456789012:function:tier", Some("tier")),
            ("123456789012:function:tier:2", Some("tier")),
            ("arn:aws:lambda:us-east-1:123456789012:function:tier", Some("tier")),
            ("arn:aws:lambda:us-east-1:123456789012:function:tier:live", Some("tier")),
            ("arn:aws:lambda:eu-west-1:123456789012:function:tier", None),
            ("arn:aws:lambda:us-east-1:999999999999:function:tier", None),
            ("999999999999:function:tier", None),
            ("arn:aws:lex:us-east-1:123456789012:function:tier", None),
            ("../tier", None),
            ("tier/../x", None),
            ("tier:", None),
            ("", None),
            (":", None),
            ("a b", None),
            (&"x".repeat(64), Some(&*"x".repeat(64))),
            (&"x".repeat(65), None),
        ] {
            let name = FunctionName::parse(text, "us-east-1", "123456789012");
            assert_eq!(name.as_ref().map(FunctionName::as_str), expected, "{text}");
        }
    }
}
