//! The usual way to find out who calls: a signature, a session cookie, or a bearer token.

use axum::http::HeaderMap;
use axum::http::header::{COOKIE, ORIGIN};

use crate::cors::{Origins, same_origin};
use crate::error::ApiError;
use crate::principal::{Auth, AuthRequest, Authenticator, BoxFuture, Principal, SignedInUser};
use crate::secret::Secret;
use crate::sigv4::{KeyStore, Payload, SignatureError, SignedRequest, Verifier, is_claimed};

/// Where sessions of signed-in users are kept.
pub trait SessionStore: Send + Sync + 'static {
    /// The user whose session cookie has this value; none if it has ended or never was.
    fn by_cookie<'a>(
        &'a self,
        value: &'a Secret,
        now: model::Timestamp,
    ) -> BoxFuture<'a, Option<SignedInUser>>;

    /// The user to whom this bearer token of the agent API was given.
    fn by_bearer<'a>(
        &'a self,
        token: &'a Secret,
        now: model::Timestamp,
    ) -> BoxFuture<'a, Option<SignedInUser>>;
}

/// Identifies callers by Signature V4, else by the session cookie; and where the operation wants one, by bearer token.
///
/// A call with a cookie must prove that one of our pages (or of an approved origin) made it: see [`check_page`].
pub struct Callers<K, U> {
    verifier: Verifier<K>,
    sessions: U,
    cookies: Vec<String>,
    origins: Origins,
}

impl<K: KeyStore, U: SessionStore> Callers<K, U> {
    /// Callers with keys that `verifier` knows and sessions that `sessions` knows by a cookie of one of the names
    /// `cookies`; of several that come along the first that has a session counts.
    pub fn new(
        verifier: Verifier<K>,
        sessions: U,
        cookies: impl IntoIterator<Item = impl Into<String>>,
        origins: Origins,
    ) -> Self {
        Self { verifier, sessions, cookies: cookies.into_iter().map(Into::into).collect(), origins }
    }

    async fn identify(&self, request: &AuthRequest<'_>) -> Result<Principal, ApiError> {
        if request.auth == Auth::Bearer {
            let refused = || ApiError::unauthorized("The bearer token is not valid.");
            let token = request.bearer.ok_or_else(refused)?;
            let user = self.sessions.by_bearer(token, request.now).await.ok_or_else(refused)?;
            return Ok(Principal::User(user));
        }
        let cookies: Vec<Secret> =
            self.cookies.iter().filter_map(|name| cookie_of(request.headers, name)).collect();
        // A page's client library may sign with an empty key; its cookie counts then. Any other signature must be good.
        if cookies.is_empty() || is_claimed(request.query, request.headers) {
            let signed = SignedRequest {
                method: request.method.as_str(),
                host: request.host,
                path: request.path,
                query: request.query,
                headers: request.headers,
                payload: Payload::Whole(request.body),
            };
            let holder = self.verifier.verify(&signed, request.signing_name, request.now)?;
            return Ok(Principal::AccessKey(holder));
        }
        check_page(request.headers, request.host, request.path, &self.origins)?;
        for cookie in &cookies {
            if let Some(user) = self.sessions.by_cookie(cookie, request.now).await {
                let origin = request.headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
                return match origin.filter(|origin| !same_origin(origin, request.host)) {
                    Some(origin) if !self.origins.allows_users_of(origin, user.instance) => {
                        Err(foreign_page())
                    }
                    _ => Ok(Principal::User(user)),
                };
            }
        }
        Err(SignatureError::ExpiredToken.into())
    }
}

impl<S: Send + Sync + 'static, K: KeyStore, U: SessionStore> Authenticator<S> for Callers<K, U> {
    fn authenticate<'a>(
        &'a self,
        _: &'a S,
        request: &'a AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<Principal, ApiError>> {
        Box::pin(self.identify(request))
    }
}

/// Refuses a call that another site's page may have made with the user's cookie.
///
/// Browsers send cookies along with requests that any page starts, but only our own pages, and pages whose origin was
/// approved in a preflight, can add headers of their own. So the call must come from the same origin (`Origin`, or
/// `Sec-Fetch-Site` where a browser sends no `Origin`) or carry such a header; an `Origin` that is neither our own nor
/// approved is refused whatever else the call carries.
pub fn check_page(headers: &HeaderMap, host: &str, path: &str, origins: &Origins) -> Result<(), ApiError> {
    const OWN_HEADERS: [&str; 5] =
        ["x-csrf-token", "x-amz-target", "x-amz-user-agent", "amz-sdk-invocation-id", "x-requested-with"];
    let refused = foreign_page;
    let own_header = || OWN_HEADERS.iter().any(|name| headers.contains_key(*name));
    if let Some(origin) = headers.get(ORIGIN) {
        let origin = origin.to_str().map_err(|_| refused())?;
        if same_origin(origin, host) || (origins.allows(origin, path) && own_header()) {
            return Ok(());
        }
        return Err(refused());
    }
    let site = headers.get("sec-fetch-site").map(|value| value.as_bytes());
    if site == Some(b"same-origin") || own_header() { Ok(()) } else { Err(refused()) }
}

fn foreign_page() -> ApiError {
    ApiError::access_denied("The call was not made by a page of this site.")
}

/// The value of a cookie. Two cookies of that name count as none: one of them may have been planted.
fn cookie_of(headers: &HeaderMap, name: &str) -> Option<Secret> {
    let mut values = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| value);
    match (values.next(), values.next()) {
        (Some(value), None) => Some(Secret::new(value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn calls_with_a_cookie_come_from_our_pages() {
        let origins =
            Origins::new(|origin, path| origin == "https://crm.example.com" && path.starts_with("/contact"));
        for (pairs, fine) in [
            (&[("origin", "https://cc.example.com")][..], true),
            (&[("origin", "http://CC.example.com:80")], true),
            (&[("origin", "https://evil.example.com")], false),
            (&[("origin", "https://evil.example.com"), ("x-csrf-token", "csrf")], false),
            (&[("origin", "https://crm.example.com"), ("x-csrf-token", "csrf")], true),
            (&[("origin", "https://crm.example.com")], false),
            (&[("origin", "null"), ("x-csrf-token", "csrf")], false),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("x-amz-target", "S.Op")], true),
            (&[("amz-sdk-invocation-id", "1")], true),
            (&[("content-type", "application/json")], false),
            (&[], false),
        ] {
            let verdict = check_page(&headers(pairs), "cc.example.com", "/contact/chat", &origins);
            assert_eq!(verdict.is_ok(), fine, "{pairs:?}");
        }
    }

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        for (line, expected) in [
            ("sid=abc", Some("abc")),
            ("a=1; sid=abc=d; b=2", Some("abc=d")),
            ("xsid=abc", None),
            ("sid=", None),
            ("sid=a; sid=b", None),
            ("sid", None),
        ] {
            let found = cookie_of(&headers(&[("cookie", line)]), "sid");
            assert_eq!(found.as_ref().map(Secret::reveal), expected, "{line}");
        }
    }
}
