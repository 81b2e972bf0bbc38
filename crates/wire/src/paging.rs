//! Pages of lists: `NextToken` and `MaxResults`.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::error::ApiError;

/// Makes and reads the opaque tokens that lead from page to page.
///
/// A token holds the sort key after which the next page begins, so pages stay right when items come and go between
/// calls. It is signed with a key of the installation and bound to a scope, such as the operation with the instance
/// and filters it lists for: a token that was changed, made up, or given for another list is refused.
pub struct Pager {
    key: hmac::Key,
    error: fn(String) -> ApiError,
}

/// One page.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Leads to the next page; none = this is the last.
    pub next_token: Option<String>,
}

/// What a caller asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct PageRequest<'a> {
    /// Most items; none = the operation's default.
    pub max_results: Option<u32>,
    /// The token of the page before.
    pub next_token: Option<&'a str>,
}

#[derive(Serialize, Deserialize)]
struct Position<'a> {
    v: u8,
    after: std::borrow::Cow<'a, str>,
}

const VERSION: u8 = 1;
const TAG: usize = 16;

impl Pager {
    /// A pager whose tokens are signed with `key`; all nodes of an installation need the same one.
    pub fn new(key: &[u8]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, key), error: ApiError::invalid_parameter }
    }

    /// Answers bad tokens and sizes with another error than `InvalidParameterException`.
    pub fn errors(mut self, error: fn(String) -> ApiError) -> Self {
        self.error = error;
        self
    }

    /// The page that `request` asks for. `items` come in ascending order of `sort_key`, which differs from item to
    /// item; they may be all items or, to save work, only those after [`Pager::after`].
    ///
    /// `default` is the size of a page if the caller names none, `limit` the largest that may be named.
    pub fn page<T>(
        &self,
        scope: &str,
        request: PageRequest<'_>,
        default: u32,
        limit: u32,
        items: impl IntoIterator<Item = T>,
        sort_key: impl Fn(&T) -> String,
    ) -> Result<Page<T>, ApiError> {
        let size = self.size(request, default, limit)?;
        let after = self.after(scope, request)?;
        let mut rest =
            items.into_iter().skip_while(|item| after.as_ref().is_some_and(|after| sort_key(item) <= *after));
        let page: Vec<T> = rest.by_ref().take(size).collect();
        let next_token = match page.last() {
            Some(last) if rest.next().is_some() => Some(self.token(scope, &sort_key(last))),
            _ => None,
        };
        Ok(Page { items: page, next_token })
    }

    /// How many items the page may hold.
    pub fn size(&self, request: PageRequest<'_>, default: u32, limit: u32) -> Result<usize, ApiError> {
        let size = request.max_results.unwrap_or(default);
        if (1..=limit).contains(&size) {
            return Ok(size as usize);
        }
        Err((self.error)(format!("MaxResults must be from 1 to {limit}.")))
    }

    /// The sort key after which the page begins; none = at the first item.
    pub fn after(&self, scope: &str, request: PageRequest<'_>) -> Result<Option<String>, ApiError> {
        let Some(token) = request.next_token else { return Ok(None) };
        self.read(scope, token)
            .map(Some)
            .ok_or_else(|| (self.error)("The NextToken is not one that this list has given out.".to_owned()))
    }

    /// The token of a page that begins after this sort key.
    pub fn token(&self, scope: &str, after: &str) -> String {
        let position = Position { v: VERSION, after: after.into() };
        let mut bytes = serde_json::to_vec(&position).expect("a number and a text can always be printed");
        let tag = self.tag(scope, &bytes);
        bytes.splice(0..0, tag);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn read(&self, scope: &str, token: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (tag, position) = bytes.split_at_checked(TAG)?;
        aws_lc_rs::constant_time::verify_slices_are_equal(tag, &self.tag(scope, position)).ok()?;
        let position: Position<'_> = serde_json::from_slice(position).ok()?;
        (position.v == VERSION).then(|| position.after.into_owned())
    }

    fn tag(&self, scope: &str, position: &[u8]) -> [u8; TAG] {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(&(scope.len() as u64).to_be_bytes());
        context.update(scope.as_bytes());
        context.update(position);
        let tag = context.sign();
        tag.as_ref()[..TAG].try_into().expect("HMAC-SHA-256 is longer than the tag")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 5] = ["ann", "bob", "cid", "dan", "eve"];

    fn list(
        pager: &Pager,
        scope: &str,
        max_results: Option<u32>,
        next_token: Option<&str>,
    ) -> Result<Page<&'static str>, ApiError> {
        let request = PageRequest { max_results, next_token };
        pager.page(scope, request, 3, 4, NAMES, |name| (*name).to_owned())
    }

    #[test]
    fn pages_follow_each_other() {
        let pager = Pager::new(b"key");
        for size in [None, Some(1), Some(2), Some(3), Some(4)] {
            let (mut seen, mut token) = (Vec::new(), None);
            loop {
                let page = list(&pager, "users", size, token.as_deref()).expect("a page");
                assert!(page.items.len() <= size.unwrap_or(3) as usize);
                seen.extend(page.items);
                token = page.next_token;
                if token.is_none() {
                    break;
                }
            }
            assert_eq!(seen, NAMES, "{size:?}");
        }
        let empty = pager.page("users", PageRequest::default(), 3, 4, Vec::<String>::new(), String::clone);
        assert_eq!(empty, Ok(Page { items: vec![], next_token: None }));
    }

    #[test]
    fn pages_stay_right_when_items_come_and_go() {
        let pager = Pager::new(b"key");
        let first = list(&pager, "users", Some(2), None).expect("a page");
        let now = ["aaa", "bab", "cid", "eve"];
        let request = PageRequest { max_results: None, next_token: first.next_token.as_deref() };
        let second = pager.page("users", request, 3, 4, now, |name| (*name).to_owned()).expect("a page");
        assert_eq!(second.items, ["cid", "eve"], "after bob, who is gone");
    }

    #[test]
    fn foreign_and_garbled_tokens_are_refused() {
        let pager = Pager::new(b"key");
        let token = pager.token("users", "bob");
        let mut garbled = token.clone().into_bytes();
        garbled[30] ^= 1;
        let garbled = String::from_utf8(garbled).expect("ASCII");
        for (scope, token, fine) in [
            ("users", token.as_str(), true),
            ("queues", &token, false),
            ("usern", &token, false),
            ("users", &garbled, false),
            ("users", &Pager::new(b"other").token("users", "bob"), false),
            ("users", "", false),
            ("users", "AAAA", false),
            ("users", "not base64!", false),
            ("users", "é", false),
        ] {
            let page = list(&pager, scope, None, Some(token));
            assert_eq!(page.is_ok(), fine, "{scope} {token}");
            if let Err(error) = page {
                assert_eq!((error.code.as_ref(), error.status.as_u16()), ("InvalidParameterException", 400));
            }
        }
    }

    #[test]
    fn sizes_have_limits() {
        let pager = Pager::new(b"key").errors(ApiError::validation);
        for (size, fine) in [(0, false), (1, true), (4, true), (5, false), (u32::MAX, false)] {
            let page = list(&pager, "users", Some(size), None);
            assert_eq!(page.is_ok(), fine, "{size}");
            if let Err(error) = page {
                assert_eq!(error.to_string(), "ValidationException: MaxResults must be from 1 to 4.");
            }
        }
    }
}
