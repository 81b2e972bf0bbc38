//! How views are named: an id or a resource name, with a qualifier.

use model::Arn;

use crate::error::{DirectoryError, Result};

/// Which content of a view is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edition {
    /// The published one.
    Latest,
    /// The draft.
    Saved,
    /// A version.
    Number(u64),
}

/// A view as it is named in a request or a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reference<'a> {
    /// The id: of a managed view a word, of others a UUID.
    pub key: &'a str,
    /// The instance in the resource name, if it is the name of an instance's own view.
    pub instance: Option<&'a str>,
    /// What stands behind the colon.
    pub qualifier: Option<&'a str>,
}

impl<'a> Reference<'a> {
    /// Takes a name apart. What is no view's resource name is taken for an id, which then no view has.
    pub fn parse(text: &'a str) -> Self {
        let (instance, resource) = match Arn::parse(text) {
            Some(arn) => (Some(arn.instance), arn.resource.strip_prefix("view/").unwrap_or(arn.resource)),
            None => (None, managed_resource(text).unwrap_or(text)),
        };
        match resource.split_once(':') {
            Some((key, qualifier)) => Self { key, instance, qualifier: Some(qualifier) },
            None => Self { key: resource, instance, qualifier: None },
        }
    }

    /// Which content it means.
    pub fn edition(&self) -> Result<Edition> {
        self.qualifier.map_or(Ok(Edition::Latest), edition)
    }
}

/// Reads a qualifier. `Latest` is what flows call the published content.
pub(crate) fn edition(qualifier: &str) -> Result<Edition> {
    match qualifier {
        "$LATEST" | "Latest" => Ok(Edition::Latest),
        "$SAVED" => Ok(Edition::Saved),
        number => match number.parse() {
            Ok(number) if number > 0 => Ok(Edition::Number(number)),
            _ => Err(DirectoryError::parameter(format!(
                "The qualifier {qualifier:?} is not known. Use $LATEST, $SAVED or the number of a version."
            ))),
        },
    }
}

/// `form:1` in `arn:aws:connect:<region>:aws:view/form:1`.
fn managed_resource(text: &str) -> Option<&str> {
    let mut fields = text.splitn(6, ':');
    let own = fields.next()? == "arn" && fields.next().is_some() && fields.next()? == "connect";
    let (_region, account, resource) = (fields.next()?, fields.next()?, fields.next()?);
    (own && account == "aws").then(|| resource.strip_prefix("view/"))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        for (text, key, qualifier) in [
            ("form", "form", None),
            ("form:1", "form", Some("1")),
            ("arn:aws:connect:us-west-2:aws:view/form:1", "form", Some("1")),
            ("arn:aws:connect:us-west-2:aws:view/form", "form", None),
            ("arn:aws:connect:r:1:instance/i/view/v-1:$SAVED", "v-1", Some("$SAVED")),
            ("v-1:$LATEST", "v-1", Some("$LATEST")),
            ("arn:aws:s3:::form", "arn", Some("aws:s3:::form")),
        ] {
            let reference = Reference::parse(text);
            assert_eq!((reference.key, reference.qualifier), (key, qualifier), "{text}");
        }
    }
}
