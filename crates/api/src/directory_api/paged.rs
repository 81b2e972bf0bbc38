//! The input of a list: the operation's own members, apart from `MaxResults` and `NextToken`.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, StringDeserializer};
use serde::de::{DeserializeSeed, Error as _, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use wire::PageRequest;

/// An input of which a page is asked for.
#[derive(Debug, PartialEq)]
pub(super) struct Paged<I> {
    /// What is listed.
    pub input: I,
    /// Most entries of the page; none = the operation's default.
    pub max_results: Option<u32>,
    /// The token of the page before.
    pub next_token: Option<String>,
}

impl<I> Paged<I> {
    /// The members that belong to paging.
    pub fn request(&self) -> PageRequest<'_> {
        PageRequest { max_results: self.max_results, next_token: self.next_token.as_deref() }
    }
}

impl<'de, I: Deserialize<'de>> Deserialize<'de> for Paged<I> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members(PhantomData))
    }
}

struct Members<I>(PhantomData<I>);

impl<'de, I: Deserialize<'de>> Visitor<'de> for Members<I> {
    type Value = Paged<I>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a structure")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Paged<I>, A::Error> {
        let mut page = Page::default();
        let rest = WithoutPage { members, page: &mut page };
        let input = I::deserialize(MapAccessDeserializer::new(rest))?;
        Ok(Paged { input, max_results: page.max_results, next_token: page.next_token })
    }
}

#[derive(Default)]
struct Page {
    max_results: Option<u32>,
    next_token: Option<String>,
}

/// Hands on every member but those of the page, which it keeps; so that a wrong member is still named by its path.
struct WithoutPage<'p, A> {
    members: A,
    page: &'p mut Page,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for WithoutPage<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(name) = self.members.next_key::<String>()? {
            match name.as_str() {
                "MaxResults" if self.page.max_results.is_some() => {
                    return Err(A::Error::duplicate_field("MaxResults"));
                }
                "NextToken" if self.page.next_token.is_some() => {
                    return Err(A::Error::duplicate_field("NextToken"));
                }
                "MaxResults" => self.page.max_results = Some(self.members.next_value()?),
                "NextToken" => self.page.next_token = Some(self.members.next_value()?),
                _ => {
                    let name: StringDeserializer<A::Error> = name.into_deserializer();
                    return seed.deserialize(name).map(Some);
                }
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.members.next_value_seed(seed)
    }
}

#[cfg(test)]
mod tests {
    use directory::queues::{ListQueues, QueueType};
    use serde_json::json;

    use super::*;

    #[test]
    fn members_of_the_page_are_set_apart() {
        let paged: Paged<ListQueues> = serde_json::from_value(json!({
            "NextToken": "t", "InstanceId": "i", "MaxResults": 7, "QueueTypes": ["AGENT"],
        }))
        .expect("a list");
        assert_eq!((paged.max_results, paged.next_token.as_deref()), (Some(7), Some("t")));
        assert_eq!(paged.input.queue_types, Some(vec![QueueType::Agent]));
        let bare: Paged<ListQueues> = serde_json::from_value(json!({})).expect("everything is optional");
        assert_eq!((bare.max_results, bare.next_token, bare.input.instance_id), (None, None, None));
    }

    #[test]
    fn wrong_members_are_refused_as_without_a_page() {
        for (members, expected) in [
            (json!({"Max": 1}), "unknown field `Max`"),
            (json!({"MaxResults": "1"}), "invalid type: string"),
            (json!({"QueueTypes": ["X"]}), "unknown variant `X`"),
            (json!(["MaxResults"]), "invalid type: sequence, expected a structure"),
        ] {
            let error = serde_json::from_value::<Paged<ListQueues>>(members.clone()).expect_err("is wrong");
            assert!(error.to_string().starts_with(expected), "{members}: {error}");
        }
    }
}
