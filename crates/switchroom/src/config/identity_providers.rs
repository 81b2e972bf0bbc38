//! The list `[[identity_providers]]` of the configuration file: where customers sign in during a chat.

use center::identity::{DEFAULT_SCOPE, IdentityProvider};
use contacts::authentication::Confidential;
use toml::{Table, Value};

use super::{ConfigError, Setting};

/// The name of the list.
pub(super) const SECTION: &str = "identity_providers";

/// Every key with its meaning and an example, as comments: the list is empty unless the file fills it.
pub(super) const REFERENCE: &str = r#"
# Where customers sign in during a chat, by OpenID Connect. One such part for each provider; there is none by default.
# [[identity_providers]]
# ARN of the user pool: what flows call the provider, together with the client id.
# user_pool_arn = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_example"
# Client id at the provider.
# client_id = "shop"
# Secret of the client. Leave it out for a public client.
# client_secret = "…"
# Address below which the provider describes itself; https, except on the loopback interface.
# issuer = "https://id.example.com"
# What is asked for; openid must be part of it, profile gives the customer's name.
# scope = "openid profile"
"#;

/// Reads the list.
pub(super) fn read(origin: &str, value: &Value) -> Result<Vec<IdentityProvider>, ConfigError> {
    let list = value.as_array().and_then(|list| list.iter().map(Value::as_table).collect::<Option<Vec<_>>>());
    let list = list.ok_or_else(|| ConfigError::Type {
        origin: origin.to_owned(),
        key: SECTION.to_owned(),
        expected: "a list: [[identity_providers]]",
    })?;
    let providers: Vec<_> = list.into_iter().map(|table| one(origin, table)).collect::<Result<_, _>>()?;
    for (index, provider) in providers.iter().enumerate() {
        let same = |other: &IdentityProvider| {
            other.user_pool_arn == provider.user_pool_arn && other.client_id == provider.client_id
        };
        if providers[..index].iter().any(same) {
            return Err(problem("client_id", "is there twice for the same user_pool_arn"));
        }
    }
    Ok(providers)
}

fn one(origin: &str, table: &Table) -> Result<IdentityProvider, ConfigError> {
    let mut provider = IdentityProvider {
        user_pool_arn: String::new(),
        client_id: String::new(),
        client_secret: None,
        issuer: String::new(),
        scope: DEFAULT_SCOPE.to_owned(),
    };
    for (key, value) in table {
        let name = || format!("{SECTION}.{key}");
        let text = String::from_value(value).ok_or_else(|| ConfigError::Type {
            origin: origin.to_owned(),
            key: name(),
            expected: String::EXPECTED,
        })?;
        match key.as_str() {
            "user_pool_arn" => provider.user_pool_arn = text,
            "client_id" => provider.client_id = text,
            "client_secret" => provider.client_secret = Some(Confidential(text)),
            "issuer" => provider.issuer = text,
            "scope" => provider.scope = text,
            _ => return Err(ConfigError::Unknown { origin: origin.to_owned(), key: name() }),
        }
    }
    match provider.problem() {
        Some((key, reason)) => Err(problem(key, reason)),
        None => Ok(provider),
    }
}

fn problem(key: &str, reason: &str) -> ConfigError {
    ConfigError::Provider { key: format!("{SECTION}.{key}"), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Vec<IdentityProvider>, String> {
        let table: Table = text.parse().expect("TOML");
        read("FILE", &table[SECTION]).map_err(|error| error.to_string())
    }

    const ONE: &str = "[[identity_providers]]\nuser_pool_arn = \"arn:pool\"\nclient_id = \"shop\"\nissuer = \"https://id.example.com\"\n";

    #[test]
    fn providers_are_read() {
        let two = format!(
            "{ONE}client_secret = \"s3cret\"\n{}scope = \"openid email\"",
            ONE.replace("shop", "app")
        );
        let providers = load(&two).expect("reads");
        assert_eq!(providers[0].client_secret.as_ref().map(|secret| secret.0.as_str()), Some("s3cret"));
        assert_eq!(
            (providers[0].scope.as_str(), providers[1].scope.as_str()),
            ("openid profile", "openid email")
        );
        assert!(providers[1].client_secret.is_none());
        assert!(!format!("{providers:?}").contains("s3cret"));
    }

    #[test]
    fn mistakes_are_named() {
        for (text, message) in [
            ("identity_providers = 1", "FILE: 'identity_providers' must be a list: [[identity_providers]]"),
            (
                "[identity_providers]\nissuer = \"x\"",
                "FILE: 'identity_providers' must be a list: [[identity_providers]]",
            ),
            (
                "[[identity_providers]]\nisuer = \"x\"",
                "FILE: there is no key 'identity_providers.isuer'. `switchroom config` prints all keys",
            ),
            ("[[identity_providers]]\nissuer = 1", "FILE: 'identity_providers.issuer' must be a text"),
            ("[[identity_providers]]\nclient_id = \"x\"", "'identity_providers.user_pool_arn' is missing"),
            (
                &ONE.replace("https", "http"),
                "'identity_providers.issuer' must be an https:// address, or http:// on the loopback interface",
            ),
            (
                &format!("{ONE}{ONE}"),
                "'identity_providers.client_id' is there twice for the same user_pool_arn",
            ),
        ] {
            assert_eq!(load(text).expect_err(text), message);
        }
    }

    #[test]
    fn the_example_of_the_reference_holds_every_key() {
        let example: String = REFERENCE
            .lines()
            .filter_map(|line| line.strip_prefix("# "))
            .filter(|line| line.starts_with("[[") || line.contains(" = "))
            .map(|line| format!("{line}\n"))
            .collect();
        let provider = load(&example).expect("reads").remove(0);
        assert_eq!(provider.scope, DEFAULT_SCOPE);
        assert!(provider.client_secret.is_some());
    }
}
