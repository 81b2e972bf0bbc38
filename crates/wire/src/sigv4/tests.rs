//! Published signature vectors, requests recorded from the public Python library, and what must be refused.

use axum::http::{HeaderName, HeaderValue};

use super::*;
use crate::error::ApiError;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "session/token==";
/// When the requests below were recorded.
const THEN: &str = "2026-01-31T09:30:00Z";

/// One key without and one with a session token, and one that has ended.
struct Keys;

impl KeyStore for Keys {
    fn secret(&self, access_key_id: &str) -> Option<StoredKey> {
        let (session_token, expires) = match access_key_id {
            "AKIDEXAMPLE" => (None, None),
            "ASIATOKEN" => (Some(Secret::new(TOKEN)), Some(at("2026-01-31T10:00:00Z"))),
            _ => return None,
        };
        let holder = KeyHolder {
            access_key_id: access_key_id.to_owned(),
            account: "123456789012".to_owned(),
            name: "tester".to_owned(),
            instance: None,
            user: None,
        };
        Some(StoredKey { secret: Secret::new(SECRET), session_token, expires, holder })
    }
}

fn at(iso: &str) -> Timestamp {
    Timestamp::parse_iso(iso).expect("an ISO date")
}

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header name");
        headers.append(name, HeaderValue::from_str(value).expect("a header value"));
    }
    headers
}

/// Verifies and gives the key id, or the code and message of the error.
fn verify(
    method: &str,
    url: &str,
    pairs: &[(&str, &str)],
    body: &str,
    service: &str,
    now: &str,
) -> Result<String, String> {
    let headers = headers(pairs);
    let (host, rest) = url.split_once('/').expect("host/path");
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let path = format!("/{path}");
    let payload = Payload::Whole(body.as_bytes());
    let request = SignedRequest { method, host, path: &path, query, headers: &headers, payload };
    let verifier = Verifier::new(Keys).regions(["us-east-1"]);
    match verifier.verify(&request, service, at(now)) {
        Ok(holder) => Ok(holder.access_key_id),
        Err(error) => {
            let error = ApiError::from(error);
            Err(format!("{} {}", error.status.as_u16(), error))
        }
    }
}

fn authorization(scope: &str, signed: &str, signature: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{scope}/aws4_request, SignedHeaders={signed}, Signature={signature}"
    )
}

#[test]
fn published_vectors() {
    let then = "2015-08-30T12:36:00Z";
    let date = ("x-amz-date", "20150830T123600Z");
    for (method, url, extra, body, signed, scope, signature) in [
        (
            "GET",
            "example.amazonaws.com/",
            vec![date],
            "",
            "host;x-amz-date",
            "20150830/us-east-1/service",
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        ),
        (
            "GET",
            "example.amazonaws.com/?Param2=value2&Param1=value1",
            vec![date],
            "",
            "host;x-amz-date",
            "20150830/us-east-1/service",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        (
            "GET",
            "iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
            vec![("content-type", "application/x-www-form-urlencoded; charset=utf-8"), date],
            "",
            "content-type;host;x-amz-date",
            "20150830/us-east-1/iam",
            "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
        ),
    ] {
        let authorization = authorization(scope, signed, signature);
        let mut pairs = extra.clone();
        pairs.push(("authorization", &authorization));
        let service = scope.rsplit('/').next().expect("a service");
        assert_eq!(verify(method, url, &pairs, body, service, then), Ok("AKIDEXAMPLE".to_owned()), "{url}");
    }
}

#[test]
fn the_published_link_vector() {
    let secret = Secret::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    let signer = Signer {
        access_key_id: "AKIAIOSFODNN7EXAMPLE",
        secret: &secret,
        session_token: None,
        region: "us-east-1",
        service: "s3",
    };
    let then = at("2013-05-24T00:00:00Z");
    let query = presign(&signer, "GET", "examplebucket.s3.amazonaws.com", "/test.txt", "", 86_400, then);
    let signature = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
    let expected = format!(
        "X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
         &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature={signature}"
    );
    assert_eq!(query, Ok(expected));
}

#[test]
fn a_request_of_the_python_library_with_a_session_token() {
    let authorization = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260131/us-east-1/connect/aws4_request, \
        SignedHeaders=host;x-amz-date;x-amz-security-token, \
        Signature=ea339fe9586ae252bf32ba664255b11c80776837ceabae2bdf22c4164904112c";
    let pairs = [
        ("x-amz-date", "20260131T093000Z"),
        ("x-amz-security-token", TOKEN),
        ("authorization", authorization),
    ];
    let headers = headers(&pairs);
    struct WithToken;
    impl KeyStore for WithToken {
        fn secret(&self, access_key_id: &str) -> Option<StoredKey> {
            let key = Keys.secret(access_key_id)?;
            Some(StoredKey { session_token: Some(Secret::new(TOKEN)), ..key })
        }
    }
    let payload = Payload::Whole(b"");
    let request = SignedRequest {
        method: "GET",
        host: "localhost:8080",
        path: "/queues/i/q",
        query: "",
        headers: &headers,
        payload,
    };
    let holder = Verifier::new(WithToken).verify(&request, "connect", at(THEN)).expect("a good signature");
    assert_eq!(holder.access_key_id, "AKIDEXAMPLE");
}

#[test]
fn requests_of_the_python_library() {
    let date = ("x-amz-date", "20260131T093000Z");
    let connect = "20260131/us-east-1/connect";
    let arn = "arn%3Aaws%3Aconnect%3Aus-east-1%3A123456789012%3Ainstance%2Fi%2Fqueue%2Fq";
    for (method, path, extra, body, signed, scope, signature) in [
        (
            "GET",
            "queues-summary/11111111-2222-3333-4444-555555555555?queueTypes=STANDARD&queueTypes=AGENT&maxResults=5\
             &nextToken=a%2Bb%2Fc%3D%20~%C3%A9",
            vec![date],
            "",
            "host;x-amz-date",
            connect,
            "e24b301c268ae4f6911b1e1b843e7db80ba1682eeec19128092ad1d9205fabc9",
        ),
        (
            "GET",
            &format!("tags/{arn}"),
            vec![date],
            "",
            "host;x-amz-date",
            connect,
            "2f3819bd198a364f0a13932cd6fb3211499c3f32b10acaa12b22c248b9a9ea00",
        ),
        (
            "DELETE",
            &format!("tags/{arn}?tagKeys=a%20b&tagKeys=c%26d"),
            vec![date],
            "",
            "host;x-amz-date",
            connect,
            "b39d4a0d033edb1d2940f88ad1ae6ca684bdec66ea67e830d0f90e5467cd12a6",
        ),
        (
            "PUT",
            "queues/i",
            vec![date, ("content-type", "application/json")],
            r#"{"Name": "Gr\u00fc\u00dfe", "HoursOfOperationId": "h"}"#,
            "content-type;host;x-amz-date",
            connect,
            "9577df44521dc4e6d78af51a1490ea50df19ee5ceb9691965edda5c1a75798fb",
        ),
        (
            "POST",
            "",
            vec![
                date,
                ("content-type", "application/x-amz-json-1.0"),
                ("x-amz-target", "VoiceID.ListDomains"),
            ],
            "{}",
            "content-type;host;x-amz-date;x-amz-target",
            "20260131/us-east-1/voiceid",
            "aa32a0feeca0ac7b4fcf43eb644e402edb087268dd83c4ab11019281e39e346b",
        ),
    ] {
        let authorization = authorization(scope, signed, signature);
        let mut pairs = extra.clone();
        pairs.push(("authorization", &authorization));
        let url = format!("localhost:8080/{path}");
        let service = scope.rsplit('/').next().expect("a service");
        assert_eq!(verify(method, &url, &pairs, body, service, THEN), Ok("AKIDEXAMPLE".to_owned()), "{path}");
    }
}

const LINK: &str = "localhost:8080/queues-summary/i%20d?maxResults=5&X-Amz-Algorithm=AWS4-HMAC-SHA256\
    &X-Amz-Credential=AKIDEXAMPLE%2F20260131%2Fus-east-1%2Fconnect%2Faws4_request&X-Amz-Date=20260131T093000Z\
    &X-Amz-Expires=900&X-Amz-SignedHeaders=host\
    &X-Amz-Signature=8fd2fedc1c6ff47adf1890b012373bc122970cedb9161991d3cf466e47b68428";

#[test]
fn links_of_the_python_library() {
    let object = LINK.replace("%2Fconnect%2F", "%2Fs3%2F").replace(
        "8fd2fedc1c6ff47adf1890b012373bc122970cedb9161991d3cf466e47b68428",
        "602c80e0462bbef3b9041fd3ee185d4b235ffed53cc032abbe32519be9e02f54",
    );
    assert_eq!(verify("GET", LINK, &[], "", "connect", THEN), Ok("AKIDEXAMPLE".to_owned()));
    assert_eq!(verify("GET", &object, &[], "any body", "s3", THEN), Ok("AKIDEXAMPLE".to_owned()));
    let expired = "403 InvalidSignatureException: Signature expired: 20260131T093000Z is now earlier than \
                   20260131T093001Z (20260131T094501Z - 15 min.).";
    let mismatch = "403 InvalidSignatureException: The signature of the request is not the one calculated for it. \
                    Check the secret access key.";
    let incomplete = "403 IncompleteSignatureException: The signature is not complete: ";
    for (url, body, now, expected) in [
        (LINK.to_owned(), "", "2026-01-31T09:45:00Z", Ok("AKIDEXAMPLE".to_owned())),
        (LINK.to_owned(), "", "2026-01-31T09:45:01Z", Err(expired.to_owned())),
        (LINK.to_owned(), "", "2026-01-31T09:25:00Z", Ok("AKIDEXAMPLE".to_owned())),
        (LINK.to_owned(), "body", THEN, Err(mismatch.to_owned())),
        (LINK.replace("maxResults=5", "maxResults=6"), "", THEN, Err(mismatch.to_owned())),
        (LINK.replace("Expires=900", "Expires=901"), "", THEN, Err(mismatch.to_owned())),
        (LINK.replace("localhost", "evil"), "", THEN, Err(mismatch.to_owned())),
        (
            LINK.replace("Expires=900", "Expires=604801"),
            "",
            THEN,
            Err(format!("{incomplete}X-Amz-Expires must be from 1 to 604800 seconds.")),
        ),
        (
            LINK.replace("Expires=900", "Expires=0"),
            "",
            THEN,
            Err(format!("{incomplete}X-Amz-Expires must be from 1 to 604800 seconds.")),
        ),
        (
            LINK.replace("&X-Amz-Expires=900", ""),
            "",
            THEN,
            Err(format!("{incomplete}the query needs 'X-Amz-Expires'.")),
        ),
        (
            format!("{LINK}&X-Amz-Date=20260131T093000Z"),
            "",
            THEN,
            Err(format!("{incomplete}the query has more than one 'X-Amz-Date'.")),
        ),
    ] {
        assert_eq!(verify("GET", &url, &[], body, "connect", now), expected, "{url} {now}");
    }
}

/// Signs with our own function what the other tests check against foreign signatures.
fn signed(key: &str, token: Option<&str>, body: &str, extra: &[(&str, &str)]) -> Vec<(String, String)> {
    let (secret, token) = (Secret::new(SECRET), token.map(Secret::new));
    let signer = Signer {
        access_key_id: key,
        secret: &secret,
        session_token: token.as_ref(),
        region: "us-east-1",
        service: "connect",
    };
    let own = headers(extra);
    let payload = Payload::Whole(body.as_bytes());
    let request =
        SignedRequest { method: "PUT", host: "h:1", path: "/queues/i", query: "a=b", headers: &own, payload };
    let mut pairs: Vec<(String, String)> =
        extra.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    pairs.extend(sign(&signer, &request, at(THEN)).into_iter().map(|(name, value)| (name.to_owned(), value)));
    pairs
}

fn check(pairs: &[(String, String)], body: &str, now: &str) -> Result<String, String> {
    let pairs: Vec<(&str, &str)> =
        pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    verify("PUT", "h:1/queues/i?a=b", &pairs, body, "connect", now)
}

#[test]
fn session_tokens_belong_to_their_key() {
    let unknown =
        Err("403 UnrecognizedClientException: The access key or session token of the request is not valid."
            .to_owned());
    let ended = Err("403 ExpiredTokenException: The session token of the request has expired.".to_owned());
    for (key, token, now, expected) in [
        ("ASIATOKEN", Some(TOKEN), THEN, Ok("ASIATOKEN".to_owned())),
        ("ASIATOKEN", Some("another"), THEN, unknown.clone()),
        ("ASIATOKEN", None, THEN, unknown.clone()),
        ("AKIDEXAMPLE", Some(TOKEN), THEN, unknown.clone()),
        ("AKIDNOBODY", None, THEN, unknown),
    ] {
        assert_eq!(check(&signed(key, token, "{}", &[]), "{}", now), expected, "{key} {token:?}");
    }
    let secret = Secret::new(SECRET);
    let token = Secret::new(TOKEN);
    let signer = Signer {
        access_key_id: "ASIATOKEN",
        secret: &secret,
        session_token: Some(&token),
        region: "us-east-1",
        service: "connect",
    };
    let query = presign(&signer, "GET", "h", "/p", "a=%20b", 7200, at(THEN)).expect("a link");
    let link = format!("h/p?{query}");
    assert_eq!(verify("GET", &link, &[], "", "connect", "2026-01-31T09:59:59Z"), Ok("ASIATOKEN".to_owned()));
    assert_eq!(verify("GET", &link, &[], "", "connect", "2026-01-31T10:00:00Z"), ended);
}

#[test]
fn dates_are_fresh() {
    let pairs = signed("AKIDEXAMPLE", None, "", &[]);
    for (now, expected) in [
        ("2026-01-31T09:35:00Z", Ok("AKIDEXAMPLE".to_owned())),
        ("2026-01-31T09:25:00Z", Ok("AKIDEXAMPLE".to_owned())),
        (
            "2026-01-31T09:35:01Z",
            Err("403 InvalidSignatureException: Signature expired: 20260131T093000Z is now earlier than \
                 20260131T093001Z (20260131T093501Z - 5 min.)."
                .to_owned()),
        ),
        (
            "2026-01-31T09:24:59Z",
            Err("403 InvalidSignatureException: Signature not yet current: 20260131T093000Z is still later than \
                 20260131T092959Z (20260131T092459Z + 5 min.)."
                .to_owned()),
        ),
    ] {
        assert_eq!(check(&pairs, "", now), expected, "{now}");
    }
}

#[test]
fn payloads_are_the_signed_ones() {
    let pairs = signed("AKIDEXAMPLE", None, r#"{"a":1}"#, &[]);
    assert_eq!(check(&pairs, r#"{"a":1}"#, THEN), Ok("AKIDEXAMPLE".to_owned()));
    let error = check(&pairs, r#"{"a":2}"#, THEN).expect_err("another body");
    assert!(error.starts_with("403 InvalidSignatureException: The hash of the body"), "{error}");

    // Without the header the body is hashed; a header that is put in later changes the hash and so the signature.
    let mut without = pairs.clone();
    without.retain(|(name, _)| name != "x-amz-content-sha256");
    let error = check(&without, r#"{"a":1}"#, THEN).expect_err("a signed header is gone");
    assert!(error.contains("a signed header is not in the request"), "{error}");
    let mut unsigned = pairs;
    unsigned.iter_mut().filter(|(name, _)| name == "x-amz-content-sha256").for_each(|(_, value)| {
        "UNSIGNED-PAYLOAD".clone_into(value);
    });
    let error = check(&unsigned, "other", THEN).expect_err("the declaration is signed too");
    assert!(error.contains("is not the one calculated"), "{error}");

    let secret = Secret::new(SECRET);
    let signer = Signer {
        access_key_id: "AKIDEXAMPLE",
        secret: &secret,
        session_token: None,
        region: "us-east-1",
        service: "connect",
    };
    let none = HeaderMap::new();
    let request = SignedRequest {
        method: "PUT",
        host: "h:1",
        path: "/queues/i",
        query: "a=b",
        headers: &none,
        payload: Payload::Unread,
    };
    let pairs: Vec<(String, String)> =
        sign(&signer, &request, at(THEN)).into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    assert_eq!(check(&pairs, "whatever is sent", THEN), Ok("AKIDEXAMPLE".to_owned()));
}

#[test]
fn a_streaming_payload_is_refused_by_name() {
    let mut pairs = signed("AKIDEXAMPLE", None, "", &[]);
    pairs.iter_mut().filter(|(name, _)| name == "x-amz-content-sha256").for_each(|(_, value)| {
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD".clone_into(value);
    });
    let expected =
        "501 NotImplementedException: The payload form STREAMING-AWS4-HMAC-SHA256-PAYLOAD is not supported.";
    assert_eq!(check(&pairs, "", THEN), Err(expected.to_owned()));
}

#[test]
fn a_body_that_streams_past_needs_an_unsigned_payload() {
    let pairs = signed("AKIDEXAMPLE", None, "", &[]);
    let pairs: Vec<(&str, &str)> =
        pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let headers = headers(&pairs);
    let request = SignedRequest {
        method: "PUT",
        host: "h:1",
        path: "/queues/i",
        query: "a=b",
        headers: &headers,
        payload: Payload::Unread,
    };
    let refused = Verifier::new(Keys).verify(&request, "connect", at(THEN));
    assert_eq!(refused, Err(SignatureError::Unsupported("A signed payload on this path".to_owned())));
}

#[test]
fn what_must_be_signed() {
    let pairs = signed("AKIDEXAMPLE", None, "", &[("x-amz-target", "S.A"), ("x-other", " a   b ")]);
    assert_eq!(check(&pairs, "", THEN), Ok("AKIDEXAMPLE".to_owned()));
    let incomplete = "403 IncompleteSignatureException: The signature is not complete: ";
    for header in ["host", "x-amz-date", "x-amz-target"] {
        let mut less = pairs.clone();
        less.iter_mut().filter(|(name, _)| name == "authorization").for_each(|(_, value)| {
            *value = value.replace(&format!("{header};"), "").replace(&format!(";{header}"), "");
        });
        assert_eq!(
            check(&less, "", THEN),
            Err(format!("{incomplete}'{header}' must be a signed header.")),
            "{header}"
        );
    }
    let mut changed = pairs;
    changed
        .iter_mut()
        .filter(|(name, _)| name == "x-amz-target")
        .for_each(|(_, value)| "S.B".clone_into(value));
    let error = check(&changed, "", THEN).expect_err("another target");
    assert!(error.contains("is not the one calculated"), "{error}");
}

#[test]
fn malformed_signatures_are_named() {
    let incomplete = "403 IncompleteSignatureException: The signature is not complete: ";
    let scope = "403 InvalidSignatureException: The credential scope does not fit the request: ";
    let good = authorization("20260131/us-east-1/connect", "host;x-amz-date", "00");
    for (authorization, expected) in [
        (
            "Basic dXNlcjpwYXNzd29yZA==".to_owned(),
            format!("{incomplete}the algorithm must be AWS4-HMAC-SHA256."),
        ),
        (
            "AWS4-ECDSA-P256-SHA256 Credential=x".to_owned(),
            "501 NotImplementedException: The algorithm AWS4-ECDSA-P256-SHA256 is not supported.".to_owned(),
        ),
        ("AWS4-HMAC-SHA256".to_owned(), format!("{incomplete}Authorization needs one 'Credential'.")),
        (
            good.replace("Signature=00", "Signature="),
            format!("{incomplete}Authorization needs one 'Signature'."),
        ),
        (format!("{good}, Signature=11"), format!("{incomplete}Authorization needs one 'Signature'.")),
        (
            good.replace("AKIDEXAMPLE/", ""),
            format!("{incomplete}the credential must be <key>/<day>/<region>/<service>/aws4_request."),
        ),
        (
            good.replace("AKIDEXAMPLE/", "/"),
            format!("{incomplete}the credential must be <key>/<day>/<region>/<service>/aws4_request."),
        ),
        (
            good.replace("/aws4_request", "/aws5_request"),
            format!("{incomplete}the credential must be <key>/<day>/<region>/<service>/aws4_request."),
        ),
        (
            good.replace("20260131", "20260130"),
            format!("{scope}its day 20260130 is not the day of the date, 20260131."),
        ),
        (good.replace("/connect/", "/cases/"), format!("{scope}the service must be 'connect'.")),
        (good.replace("us-east-1", "eu-west-1"), format!("{scope}the region must be us-east-1.")),
        (
            good.replace("host;", "Host;host;"),
            format!("{incomplete}signed headers must be lower case and separated by one ';'."),
        ),
        (
            good.replace("host;", "host;x-absent;"),
            format!("{incomplete}a signed header is not in the request."),
        ),
    ] {
        let pairs = [("x-amz-date", "20260131T093000Z"), ("authorization", authorization.as_str())];
        let result = verify("GET", "h/", &pairs, "", "connect", THEN);
        assert_eq!(result, Err(expected), "{authorization}");
    }
    for (pairs, url, expected) in [
        (vec![], "h/", "403 MissingAuthenticationTokenException: The request is not signed.".to_owned()),
        (
            vec![("authorization", good.as_str())],
            "h/",
            format!("{incomplete}the request needs the header 'X-Amz-Date' or 'Date'."),
        ),
        (
            vec![("authorization", good.as_str()), ("x-amz-date", "20260131T0930Z")],
            "h/",
            format!("{incomplete}the date must look like 20260131T093000Z."),
        ),
        (
            vec![("authorization", good.as_str()), ("x-amz-date", "20260131T093000Z")],
            "h/?X-Amz-Signature=00",
            format!("{incomplete}the request is signed both in a header and in the query."),
        ),
        (
            vec![
                ("authorization", good.as_str()),
                ("authorization", "x"),
                ("x-amz-date", "20260131T093000Z"),
            ],
            "h/",
            format!("{incomplete}Authorization is given more than once."),
        ),
    ] {
        assert_eq!(verify("GET", url, &pairs, "", "connect", THEN), Err(expected));
    }
}

#[test]
fn a_date_header_is_enough() {
    let date = "Sat, 31 Jan 2026 09:30:00 GMT";
    let none = headers(&[("date", date)]);
    let request = SignedRequest {
        method: "GET",
        host: "h",
        path: "/a/../b//c/",
        query: "",
        headers: &none,
        payload: Payload::Whole(b""),
    };
    let canonical =
        canonical::canonical_request(&request, "connect", &["date", "host"], &canonical::sha256_hex(b""));
    let canonical = canonical.expect("both are there");
    assert!(
        canonical.starts_with("GET\n/b/c/\n\ndate:Sat, 31 Jan 2026 09:30:00 GMT\nhost:h\n"),
        "{canonical}"
    );
    let scope = canonical::Scope { day: "20260131", region: "us-east-1", service: "connect" };
    let signature = canonical::signature(&scope.derive(SECRET), "20260131T093000Z", &scope, &canonical);
    let authorization = authorization("20260131/us-east-1/connect", "date;host", &signature);
    let pairs = [("date", date), ("authorization", authorization.as_str())];
    assert_eq!(verify("GET", "h/a/../b//c/", &pairs, "", "connect", THEN), Ok("AKIDEXAMPLE".to_owned()));
}

#[test]
fn links_live_for_a_week_at_most() {
    let secret = Secret::new(SECRET);
    let signer = Signer {
        access_key_id: "AKIDEXAMPLE",
        secret: &secret,
        session_token: None,
        region: "us-east-1",
        service: "s3",
    };
    for (expires, works) in [(0, false), (1, true), (604_800, true), (604_801, false)] {
        assert_eq!(presign(&signer, "GET", "h", "/p", "", expires, at(THEN)).is_ok(), works, "{expires}");
    }
}

#[test]
fn an_empty_key_is_no_claim() {
    let empty = "AWS4-HMAC-SHA256 Credential=/20260131/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=0";
    let full = authorization("20260131/us-east-1/connect", "host", "0");
    for (authorization, query, claimed, service) in [
        (Some(empty), "", false, Some("execute-api")),
        (Some(full.as_str()), "", true, Some("connect")),
        (Some("Bearer x"), "", false, None),
        (None, "X-Amz-Credential=AKID%2F20260131%2Fus-east-1%2Fcases%2Faws4_request", true, Some("cases")),
        (None, "a=b", false, None),
    ] {
        let headers =
            headers(&authorization.map(|value| ("authorization", value)).into_iter().collect::<Vec<_>>());
        assert_eq!(is_claimed(query, &headers), claimed);
        assert_eq!(claimed_service(query, &headers).as_deref(), service);
    }
}

#[test]
fn secrets_are_not_shown() {
    let stored = Keys.secret("ASIATOKEN").expect("a key");
    let shown = format!("{stored:?}");
    assert!(!shown.contains(SECRET) && !shown.contains(TOKEN), "{shown}");
    assert_eq!(format!("{:?}", Payload::Whole(b"card number")), "Whole(11 bytes)");
}
