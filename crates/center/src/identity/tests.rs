//! ID tokens, descriptions and addresses, without a network.

use contacts::authentication::{Confidential, Identity};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, get_current_timestamp};
use serde_json::{Value, json};

use super::discovery::Metadata;
use super::*;

const ISSUER: &str = "https://id.example.com";

fn provider() -> IdentityProvider {
    IdentityProvider {
        user_pool_arn: "arn:pool".into(),
        client_id: "shop".into(),
        client_secret: Some(Confidential("wJalrXUtnFEMI".into())),
        issuer: ISSUER.into(),
        scope: DEFAULT_SCOPE.into(),
    }
}

/// A key pair of a provider.
struct Signer(EncodingKey);

impl Signer {
    fn new() -> Self {
        let random = aws_lc_rs::rand::SystemRandom::new();
        let kind = &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING;
        let pair = aws_lc_rs::signature::EcdsaKeyPair::generate_pkcs8(kind, &random).expect("a key");
        Self(EncodingKey::from_ec_der(pair.as_ref()))
    }

    fn jwk(&self, id: &str) -> Value {
        let key = Jwk::from_encoding_key(&self.0, Algorithm::ES256).expect("a public key");
        let mut key = serde_json::to_value(key).expect("JSON");
        key["kid"] = json!(id);
        key
    }

    fn sign(&self, id: Option<&str>, claims: &Value) -> String {
        let header = Header { kid: id.map(str::to_owned), ..Header::new(Algorithm::ES256) };
        encode(&header, claims, &self.0).expect("signs")
    }
}

fn claims() -> Value {
    json!({"iss": ISSUER, "aud": "shop", "sub": "cora-1", "exp": get_current_timestamp() + 300,
        "nonce": "the nonce", "given_name": "Cora"})
}

fn check(token: &str, keys: &Value) -> Result<Identity, String> {
    let keys = serde_json::to_vec(keys).expect("JSON");
    id_token::check(token, &keys, &provider(), &Confidential("the nonce".into()))
        .map_err(|error| error.to_string())
}

#[test]
fn a_token_of_the_provider_names_the_customer() {
    let signer = Signer::new();
    let odd = json!({"kty": "XYZ", "kid": "odd", "use": "dreams"});
    let keys = json!({"keys": [odd, signer.jwk("one")]});
    let cora = Identity { issuer: ISSUER.into(), subject: "cora-1".into(), given_name: Some("Cora".into()) };
    for id in [Some("one"), None] {
        assert_eq!(check(&signer.sign(id, &claims()), &keys), Ok(cora.clone()), "{id:?}");
    }
    let mut several = claims();
    several["aud"] = json!(["other", "shop"]);
    several["azp"] = json!("shop");
    assert_eq!(check(&signer.sign(None, &several), &keys), Ok(cora));
}

#[test]
fn every_other_token_is_refused() {
    let (signer, stranger) = (Signer::new(), Signer::new());
    let keys = json!({"keys": [signer.jwk("one")]});
    let now = get_current_timestamp();
    for (member, value, reason) in [
        ("iss", json!("https://other.example.com"), "is of another issuer"),
        ("iss", Value::Null, "lacks a claim"),
        ("aud", json!("other"), "is meant for somebody else"),
        ("aud", Value::Null, "lacks a claim"),
        ("azp", json!("other"), "is meant for somebody else"),
        ("exp", json!(now - 61), "has expired"),
        ("exp", Value::Null, "lacks a claim"),
        ("nbf", json!(now + 3600), "is not valid yet"),
        ("nonce", json!("another"), "belongs to another sign-in"),
        ("nonce", Value::Null, "belongs to another sign-in"),
        ("sub", json!(""), "names nobody"),
        ("sub", json!("x".repeat(256)), "names nobody"),
    ] {
        let mut claims = claims();
        match &value {
            Value::Null => {
                claims.as_object_mut().expect("an object").remove(member);
            }
            value => claims[member] = value.clone(),
        }
        let error = check(&signer.sign(Some("one"), &claims), &keys).expect_err(member);
        let lacks_a_member = member == "iss" && error.ends_with("cannot be used");
        assert!(error.ends_with(reason) || lacks_a_member, "{member} {value}: {error}");
    }
    let forged = check(&stranger.sign(Some("one"), &claims()), &keys);
    assert_eq!(forged, Err("the identity provider's ID token is not signed by the provider".into()));
    let foreign = "the identity provider's ID token is signed with a key that is not the provider's";
    let unknown = check(&stranger.sign(Some("two"), &claims()), &keys);
    assert_eq!(unknown, Err(foreign.into()));
    let several = json!({"keys": [signer.jwk("one"), stranger.jwk("two")]});
    assert_eq!(check(&signer.sign(None, &claims()), &several), Err(foreign.into()), "which of them?");
    let for_encryption = {
        let mut key = signer.jwk("one");
        key["use"] = json!("enc");
        json!({"keys": [key]})
    };
    assert_eq!(check(&signer.sign(None, &claims()), &for_encryption), Err(foreign.into()));

    let public = signer.jwk("one")["x"].as_str().expect("a coordinate").to_owned();
    let header = Header { kid: Some("one".into()), ..Header::new(Algorithm::HS256) };
    let shared = encode(&header, &claims(), &EncodingKey::from_secret(public.as_bytes())).expect("signs");
    assert!(check(&shared, &keys).expect_err("no secret is shared").ends_with("proves nothing"));
    let good = signer.sign(None, &claims());
    let body = good.split('.').nth(1).expect("claims");
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
    for odd in ["", "a.b.c", &format!("{none}.{body}."), &good[..good.len() - 8]] {
        assert!(check(odd, &keys).is_err(), "{odd}");
    }
    assert!(check(&good, &json!({"keys": {}})).is_err());
}

#[test]
fn a_description_is_the_issuers_own_and_keeps_secrets_on_tls() {
    let whole = json!({
        "issuer": ISSUER,
        "authorization_endpoint": "https://id.example.com/authorize",
        "token_endpoint": "https://id.example.com/token",
        "jwks_uri": "https://id.example.com/keys",
    });
    let read = |changes: Value| {
        let mut document = whole.clone();
        for (name, value) in changes.as_object().expect("an object") {
            document[name] = value.clone();
        }
        Metadata::read(document.to_string().as_bytes(), ISSUER)
    };
    assert!(read(json!({})).expect("reads").secret_in_header);
    let methods = |method: &str| read(json!({"token_endpoint_auth_methods_supported": [method]}));
    assert!(!methods("client_secret_post").expect("reads").secret_in_header);
    assert!(methods("client_secret_basic").expect("reads").secret_in_header);
    for changes in [
        json!({"issuer": "https://id.example.com/"}),
        json!({"issuer": null}),
        json!({"token_endpoint": "http://id.example.com/token"}),
        json!({"jwks_uri": "file:///etc/passwd"}),
        json!({"authorization_endpoint": "javascript:alert(1)"}),
        json!({"token_endpoint": "/token"}),
    ] {
        assert!(read(changes.clone()).is_err(), "{changes}");
    }
}

#[test]
fn configurations_are_checked() {
    assert_eq!(provider().problem(), None);
    let key = |change: fn(&mut IdentityProvider)| {
        let mut provider = provider();
        change(&mut provider);
        provider.problem().map(|(key, _)| key)
    };
    assert_eq!(key(|provider| provider.issuer = "http://127.0.0.1:9/realm".into()), None);
    assert_eq!(key(|provider| provider.issuer = "http://[::1]:9".into()), None);
    assert_eq!(key(|provider| provider.issuer = "http://localhost:9".into()), None);
    assert_eq!(key(|provider| provider.issuer = "http://id.example.com".into()), Some("issuer"));
    assert_eq!(key(|provider| provider.issuer = "http://127.0.0.1.example.com".into()), Some("issuer"));
    assert_eq!(key(|provider| provider.issuer = "id.example.com".into()), Some("issuer"));
    assert_eq!(key(|provider| provider.user_pool_arn.clear()), Some("user_pool_arn"));
    assert_eq!(key(|provider| provider.client_id.clear()), Some("client_id"));
    assert_eq!(key(|provider| provider.scope = "profile".into()), Some("scope"));
    assert!(!format!("{:?}", provider()).contains("wJalr"));
}

#[test]
fn customers_are_sent_back_to_pages_only() {
    for (address, good) in [
        ("https://shop.example.com/back?lang=de", true),
        ("http://127.0.0.1:8080/chat/signed-in", true),
        ("www.example.com", false),
        ("/back", false),
        ("", false),
        ("javascript:alert(1)", false),
        ("data:text/html,x", false),
        ("ftp://shop.example.com", false),
        ("https://shop.example.com/#part", false),
        ("https://cora:secret@shop.example.com/", false),
        ("https://", false),
    ] {
        assert_eq!(is_redirect_uri(address), good, "{address}");
    }
}

#[test]
fn what_a_provider_refuses_is_told_by_its_code_only() {
    assert_eq!(
        refusal(br#"{"error":"invalid_grant","error_description":"code X1 is used"}"#, 400),
        "invalid_grant"
    );
    assert_eq!(refusal(br#"{"error":"Code X1 was used!"}"#, 400), "status 400");
    assert_eq!(refusal(b"<html>", 502), "status 502");
    assert_eq!(form_encoded("a b+ü:/-._*"), "a+b%2B%C3%BC%3A%2F-._*");
}
