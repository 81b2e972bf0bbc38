//! Where the server is and how to sign in: the `bootstrap.json` it writes, or the address of a mock of the same API.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use serde_json::Value;
use wire::Secret;

use super::{LoadError, Result, text};

/// A server to call.
#[derive(Clone, Debug)]
pub struct Server {
    /// Host and port.
    pub address: SocketAddr,
    /// Public part of an access key.
    pub access_key_id: String,
    /// Its secret part.
    pub secret: Secret,
    /// Region of signatures.
    pub region: String,
    /// The instance; empty for a server that has none yet.
    pub instance: String,
}

impl Server {
    /// The server that wrote this file.
    pub fn read(path: &Path) -> Result<Self> {
        let failed = |text: String| LoadError::Bootstrap { path: path.display().to_string(), text };
        let content = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
        let file: Value = serde_json::from_slice(&content).map_err(|error| failed(error.to_string()))?;
        let member = |path| text(&file, "bootstrap.json", path).map(str::to_owned);
        Ok(Self {
            address: loopback(&member("/endpoint")?)?,
            access_key_id: member("/accessKeyId")?,
            secret: Secret::new(member("/secretAccessKey")?),
            region: member("/region")?,
            instance: member("/instanceId")?,
        })
    }

    /// A mock server, which takes any key.
    pub fn mock(endpoint: &str) -> Result<Self> {
        Ok(Self {
            address: loopback(endpoint)?,
            access_key_id: "mock".to_owned(),
            secret: Secret::new("mock"),
            region: "us-east-1".to_owned(),
            instance: String::new(),
        })
    }
}

/// The address of an endpoint such as `http://127.0.0.1:8080`; refused when it is not on this machine.
pub fn loopback(endpoint: &str) -> Result<SocketAddr> {
    let refused = || LoadError::NotLoopback(endpoint.to_owned());
    let host = endpoint.strip_prefix("http://").ok_or_else(refused)?;
    let address: SocketAddr = host.trim_end_matches('/').parse().map_err(|_| refused())?;
    let here = match address.ip() {
        IpAddr::V4(ip) => ip.is_loopback(),
        IpAddr::V6(ip) => ip.is_loopback(),
    };
    if here { Ok(address) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_called() {
        for (endpoint, expected) in [
            ("http://127.0.0.1:8080", Some("127.0.0.1:8080")),
            ("http://127.0.0.1:8080/", Some("127.0.0.1:8080")),
            ("http://[::1]:80", Some("[::1]:80")),
            ("https://127.0.0.1:1", None),
            ("http://192.0.2.1:80", None),
            ("http://connect.example.com:80", None),
            ("http://127.0.0.1", None),
        ] {
            assert_eq!(
                loopback(endpoint).ok().map(|address| address.to_string()).as_deref(),
                expected,
                "{endpoint}"
            );
        }
    }
}
