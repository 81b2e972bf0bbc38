//! Calls that functions make: where they may go, how long, how much.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, redirect};
use serde::Deserialize;
use serde_json::{Value, json};
use url::{Host, Url};

/// Most bytes of one answer.
const BODY: usize = 2 * 1024 * 1024;
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const REDIRECTS: usize = 5;

/// Where functions may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Nowhere.
    Off,
    /// Public addresses.
    Public,
    /// Public addresses and private networks.
    Private,
    /// Those, and this machine.
    Local,
}

impl FromStr for Reach {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "off" => Ok(Self::Off),
            "public" => Ok(Self::Public),
            "private" => Ok(Self::Private),
            "local" => Ok(Self::Local),
            _ => Err(()),
        }
    }
}

impl Reach {
    /// Whether calls may go to this address. Link-local addresses, where machines keep their secrets, never.
    pub fn allows(self, address: IpAddr) -> bool {
        needs(address).is_some_and(|least| self >= least)
    }
}

/// The least reach that an address needs; none = nothing reaches it.
fn needs(address: IpAddr) -> Option<Reach> {
    let address = match address {
        IpAddr::V6(six) => embedded(six).map_or(IpAddr::V6(six), IpAddr::V4),
        four => four,
    };
    match address {
        // Clouds keep the secrets of a machine at these, in ranges that are private otherwise.
        IpAddr::V4(four) if four == Ipv4Addr::new(100, 100, 100, 200) => None,
        IpAddr::V6(six) if six == Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x254) => None,
        IpAddr::V4(four) => match four.octets() {
            [127, ..] => Some(Reach::Local),
            [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Some(Reach::Private),
            [0, ..] | [169, 254, ..] | [192, 0, 0 | 2, _] | [224..=255, ..] => None,
            _ => Some(Reach::Public),
        },
        IpAddr::V6(Ipv6Addr::LOCALHOST) => Some(Reach::Local),
        IpAddr::V6(six) => match six.segments()[0] {
            0xfc00..=0xfdff => Some(Reach::Private),
            0x2000..=0x3fff => Some(Reach::Public),
            _ => None,
        },
    }
}

/// The IPv4 address inside an IPv6 one: mapped, translated (64:ff9b::/96) or 6to4.
fn embedded(six: Ipv6Addr) -> Option<Ipv4Addr> {
    if let Some(four) = six.to_ipv4_mapped() {
        return Some(four);
    }
    let octets = six.octets();
    match six.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, ..] => Some(Ipv4Addr::new(octets[12], octets[13], octets[14], octets[15])),
        [0x2002, ..] => Some(Ipv4Addr::new(octets[2], octets[3], octets[4], octets[5])),
        _ => None,
    }
}

/// A request as functions make it.
#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    pub address: String,
    pub method: String,
    pub redirect: String,
    pub headers: Vec<(String, String)>,
}

/// An answer: status, headers and address as the class `Response` takes them, and the body.
pub(crate) struct Fetched {
    pub head: Value,
    pub body: Vec<u8>,
}

/// Makes the calls of functions.
#[derive(Clone)]
pub(crate) struct Fetcher {
    reach: Reach,
    following: reqwest::Client,
    standing: reqwest::Client,
}

impl Fetcher {
    /// None when functions may call nowhere.
    pub fn new(reach: Reach) -> Result<Option<Self>, reqwest::Error> {
        if reach == Reach::Off {
            return Ok(None);
        }
        let client = |policy| {
            reqwest::Client::builder()
                .redirect(policy)
                .connect_timeout(CONNECT_WITHIN)
                .dns_resolver(Arc::new(Filter(reach)))
                // A proxy would look up names in our place, past the filter.
                .no_proxy()
                .pool_max_idle_per_host(8)
                .build()
        };
        let following = redirect::Policy::custom(move |attempt| {
            if attempt.previous().len() > REDIRECTS {
                attempt.error("too many redirects")
            } else if let Err(reason) = check(reach, attempt.url()) {
                attempt.error(reason)
            } else {
                attempt.follow()
            }
        });
        Ok(Some(Self { reach, following: client(following)?, standing: client(redirect::Policy::none())? }))
    }

    /// Makes one call; the error is a text for the author of the function.
    pub async fn fetch(&self, request: Request, body: Option<Vec<u8>>) -> Result<Fetched, String> {
        let url = Url::parse(&request.address).map_err(|error| format!("the address is not one: {error}"))?;
        check(self.reach, &url)?;
        let method =
            Method::from_bytes(request.method.as_bytes()).map_err(|_| "no such method".to_owned())?;
        let mut headers = HeaderMap::new();
        for (name, value) in &request.headers {
            let name = HeaderName::from_str(name).map_err(|_| format!("no such header: {name}"))?;
            let value =
                HeaderValue::from_str(value).map_err(|_| format!("the header {name} has no such value"))?;
            // These belong to the connection.
            if !["host", "content-length", "connection", "transfer-encoding"].contains(&name.as_str()) {
                headers.append(name, value);
            }
        }
        let client = if request.redirect == "follow" { &self.following } else { &self.standing };
        let mut asked = client.request(method, url).headers(headers);
        if let Some(body) = body {
            asked = asked.body(body);
        }
        let mut answer = asked.send().await.map_err(|error| innermost(&error))?;
        if request.redirect == "error" && answer.status().is_redirection() {
            return Err("the answer is a redirect".to_owned());
        }
        let pairs: Vec<(String, String)> = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let head = json!({
            "status": answer.status().as_u16(),
            "statusText": answer.status().canonical_reason().unwrap_or_default(),
            "headers": pairs,
            "url": answer.url().as_str(),
        });
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|error| innermost(&error))? {
            if body.len() + part.len() > BODY {
                return Err(format!("the answer has more than {} MiB", BODY / 1024 / 1024));
            }
            body.extend_from_slice(&part);
        }
        Ok(Fetched { head, body })
    }
}

/// The cause below all causes, without the address: it may hold secrets.
pub(crate) fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(below) = cause.source() {
        cause = below;
    }
    match cause.downcast_ref::<reqwest::Error>() {
        Some(error) if error.is_timeout() => "no answer in time".to_owned(),
        Some(error) if error.is_builder() => "the address or a header is not right".to_owned(),
        Some(_) => "the call failed".to_owned(),
        None => cause.to_string(),
    }
}

/// What a refused address is told.
pub const NOT_ALLOWED: &str = "functions may not call this address; see the setting functions.fetch";

/// A client for addresses that people write into flows and bots: it follows no redirect and looks up no name that leads
/// where `reach` does not. Addresses that are numbers pass it by: see [`check`].
pub fn guarded(reach: Reach) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_WITHIN)
        .dns_resolver(Arc::new(Filter(reach)))
}

/// Refuses schemes and literal addresses; names are checked when they are looked up.
pub fn check(reach: Reach, url: &Url) -> Result<(), String> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err("only http and https".to_owned());
    }
    let allowed = match url.host() {
        Some(Host::Ipv4(four)) => reach.allows(IpAddr::V4(four)),
        Some(Host::Ipv6(six)) => reach.allows(IpAddr::V6(six)),
        Some(Host::Domain(_)) => true,
        None => false,
    };
    if allowed { Ok(()) } else { Err(NOT_ALLOWED.to_owned()) }
}

/// Looks names up and keeps the addresses that may be called, so that no name leads where its address may not.
struct Filter(Reach);

impl Resolve for Filter {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| reach.allows(address.ip())).collect();
            if allowed.is_empty() {
                return Err(NOT_ALLOWED.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_least_reach() {
        for (address, least) in [
            ("93.184.215.14", Some(Reach::Public)),
            ("2606:4700::1111", Some(Reach::Public)),
            ("10.0.0.1", Some(Reach::Private)),
            ("172.16.0.1", Some(Reach::Private)),
            ("192.168.1.1", Some(Reach::Private)),
            ("100.64.0.1", Some(Reach::Private)),
            ("fd12::1", Some(Reach::Private)),
            ("::ffff:10.0.0.1", Some(Reach::Private)),
            ("64:ff9b::a00:1", Some(Reach::Private)),
            ("2002:a00:1::1", Some(Reach::Private)),
            ("127.0.0.1", Some(Reach::Local)),
            ("127.8.8.8", Some(Reach::Local)),
            ("::1", Some(Reach::Local)),
            ("::ffff:127.0.0.1", Some(Reach::Local)),
            ("169.254.169.254", None),
            ("::ffff:169.254.169.254", None),
            ("64:ff9b::a9fe:a9fe", None),
            ("fe80::1", None),
            ("fd00:ec2::254", None),
            ("100.100.100.200", None),
            ("0.0.0.0", None),
            ("::", None),
            ("::7f00:1", None),
            ("224.0.0.1", None),
            ("255.255.255.255", None),
            ("ff02::1", None),
        ] {
            let ip: IpAddr = address.parse().expect("an address");
            for reach in [Reach::Off, Reach::Public, Reach::Private, Reach::Local] {
                let expected = least.is_some_and(|least| reach >= least);
                assert_eq!(reach.allows(ip), expected, "{address} from {reach:?}");
            }
        }
    }

    #[test]
    fn literal_addresses_and_schemes_are_checked() {
        for (text, allowed) in [
            ("https://example.com/", true),
            ("http://127.0.0.1/", false),
            ("http://2130706433/", false),
            ("http://0x7f.1/", false),
            ("http://[::1]/", false),
            ("http://169.254.169.254/latest/meta-data", false),
            ("file:///etc/passwd", false),
            ("ftp://example.com/", false),
        ] {
            let url = Url::parse(text).expect("an address");
            assert_eq!(check(Reach::Public, &url).is_ok(), allowed, "{text}");
        }
    }
}
