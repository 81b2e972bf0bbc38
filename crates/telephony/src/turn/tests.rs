//! A client of the TURN server, made of nothing but messages.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use turn_types::attribute::*;
use turn_types::message::*;
use turn_types::stun::attribute::*;
use turn_types::stun::message::*;

use super::credentials::{Credentials, Secret};
use super::*;

const UNIX: i64 = 1_800_000_000;
const MEDIA: &str = "203.0.113.5:3479";

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

struct World {
    turn: Turn,
    secret: Secret,
    now: Instant,
    unix: i64,
}

struct Browser {
    client: Client,
    credentials: Credentials,
    nonce: String,
}

/// What an answer says: the code of a refusal, or the message.
type Said = Result<Vec<u8>, u16>;

impl World {
    fn new() -> Self {
        let rules = TurnRules {
            realm: "switchroom".to_owned(),
            peers: [address(MEDIA)].into(),
            allocations: 3,
            allocations_per_user: 2,
        };
        let (now, secret) = (Instant::now(), Secret::new(b"a secret"));
        Self { turn: Turn::new(rules, secret.clone(), now), secret, now, unix: UNIX }
    }

    fn browser(&mut self, user: &str, port: u16) -> Browser {
        let client = Client { address: SocketAddr::new([192, 0, 2, 7].into(), port), stream: None };
        let mut browser =
            Browser { client, credentials: self.secret.issue(user, UNIX + 600), nonce: String::new() };
        let request = Message::builder_request(ALLOCATE, MessageWriteVec::new()).finish();
        let answer = self.raw(client, &request).expect("a challenge");
        let answer = Message::from_bytes(&answer).expect("a message");
        assert_eq!(answer.attribute::<ErrorCode>().expect("a code").code(), 401);
        assert_eq!(answer.attribute::<Realm>().expect("a realm").realm(), "switchroom");
        browser.nonce = answer.attribute::<Nonce>().expect("a nonce").nonce().to_owned();
        browser
    }

    fn raw(&mut self, client: Client, data: &[u8]) -> Option<Vec<u8>> {
        match self.turn.from_client(client, data, self.now, self.unix)? {
            Relay::Answer(answer) => Some(answer),
            Relay::Media { .. } => panic!("a request was passed on"),
        }
    }

    fn ask(&mut self, browser: &Browser, method: Method, attributes: &[&dyn AttributeWrite]) -> Said {
        self.ask_as(browser, method, TransactionId::generate(), |_| {
            attributes.iter().map(|one| one.to_raw().into_owned()).collect()
        })
    }

    fn ask_as(
        &mut self,
        browser: &Browser,
        method: Method,
        transaction: TransactionId,
        attributes: impl FnOnce(TransactionId) -> Vec<RawAttribute<'static>>,
    ) -> Said {
        let kind = MessageType::from_class_method(MessageClass::Request, method);
        let mut request = Message::builder(kind, transaction, MessageWriteVec::new());
        for attribute in attributes(transaction) {
            request.add_attribute(&attribute).expect("fits");
        }
        let Credentials { username, password } = browser.credentials.clone();
        request.add_attribute(&Username::new(&username).expect("short")).expect("fits");
        request.add_attribute(&Realm::new("switchroom").expect("short")).expect("fits");
        request.add_attribute(&Nonce::new(&browser.nonce).expect("short")).expect("fits");
        let key = LongTermKeyCredentials::new(username, password, "switchroom".to_owned());
        request.add_message_integrity(&key.into(), IntegrityAlgorithm::Sha1).expect("fits");
        let answer = self.raw(browser.client, &request.finish()).expect("an answer");
        let message = Message::from_bytes(&answer).expect("a message");
        assert_eq!(message.transaction_id(), transaction);
        match message.attribute::<ErrorCode>() {
            Ok(code) => Err(code.code()),
            Err(_) => Ok(answer),
        }
    }

    fn allocate(&mut self, browser: &Browser) -> Result<SocketAddr, u16> {
        let answer = self.ask(browser, ALLOCATE, &[&RequestedTransport::new(17)])?;
        let answer = Message::from_bytes(&answer).expect("a message");
        let mapped = answer.attribute::<XorMappedAddress>().expect("a mapped address");
        assert_eq!(mapped.addr(answer.transaction_id()), browser.client.address);
        assert_eq!(answer.attribute::<Lifetime>().expect("a lifetime").seconds(), 600);
        let key = LongTermKeyCredentials::new(
            browser.credentials.username.clone(),
            browser.credentials.password.clone(),
            "switchroom".to_owned(),
        );
        answer.validate_integrity(&key.into()).expect("signed");
        Ok(answer.attribute::<XorRelayedAddress>().expect("relayed").addr(answer.transaction_id()))
    }

    fn permit(&mut self, browser: &Browser, peer: &str) -> Said {
        self.ask_as(browser, CREATE_PERMISSION, TransactionId::generate(), |transaction| {
            vec![XorPeerAddress::new(address(peer), transaction).to_raw().into_owned()]
        })
    }

    fn bind(&mut self, browser: &Browser, channel: u16, peer: &str) -> Said {
        self.ask_as(browser, CHANNEL_BIND, TransactionId::generate(), |transaction| {
            vec![
                ChannelNumber::new(channel).to_raw().into_owned(),
                XorPeerAddress::new(address(peer), transaction).to_raw().into_owned(),
            ]
        })
    }

    /// What media gets of an indication to a peer.
    fn send(
        &mut self,
        browser: &Browser,
        peer: &str,
        data: &[u8],
    ) -> Option<(SocketAddr, SocketAddr, Vec<u8>)> {
        let mut message = Message::builder_indication(SEND, MessageWriteVec::new());
        let transaction = message.transaction_id();
        message.add_attribute(&XorPeerAddress::new(address(peer), transaction)).expect("fits");
        message.add_attribute(&Data::new(data)).expect("fits");
        self.passed(browser, &message.finish())
    }

    fn passed(&mut self, browser: &Browser, bytes: &[u8]) -> Option<(SocketAddr, SocketAddr, Vec<u8>)> {
        match self.turn.from_client(browser.client, bytes, self.now, self.unix)? {
            Relay::Media { from, to, data } => Some((from, to, data.to_vec())),
            Relay::Answer(answer) => panic!("answered: {answer:?}"),
        }
    }

    fn later(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
        self.unix += i64::try_from(seconds).expect("seconds");
    }
}

#[test]
fn a_client_reaches_media_and_media_reaches_it() {
    let mut world = World::new();
    let browser = world.browser("mia", 1000);
    let relayed = world.allocate(&browser).expect("an allocation");
    assert!(is_relayed(relayed));
    assert_eq!(world.send(&browser, MEDIA, b"too early"), None);
    assert_eq!(world.turn.from_media(relayed, address(MEDIA), b"too early", world.now), None);

    world.permit(&browser, MEDIA).expect("a permission");
    let expected = Some((relayed, address(MEDIA), b"hello".to_vec()));
    assert_eq!(world.send(&browser, MEDIA, b"hello"), expected);
    let (client, wrapped) =
        world.turn.from_media(relayed, address(MEDIA), b"and back", world.now).expect("passed");
    let wrapped = Message::from_bytes(&wrapped).expect("an indication");
    assert_eq!(client, browser.client);
    assert_eq!(wrapped.attribute::<Data>().expect("data").data(), b"and back");

    world.bind(&browser, 0x4001, MEDIA).expect("a channel");
    assert_eq!(
        world.passed(&browser, &[0x40, 1, 0, 3, 7, 8, 9, 0]),
        Some((relayed, address(MEDIA), vec![7, 8, 9]))
    );
    let (_, wrapped) = world.turn.from_media(relayed, address(MEDIA), &[1, 2, 3], world.now).expect("passed");
    assert_eq!(wrapped, [0x40, 1, 0, 3, 1, 2, 3]);
    assert_eq!(world.passed(&browser, &[0x40, 2, 0, 3, 7, 8, 9, 0]), None, "a channel that is not bound");
    assert_eq!(world.passed(&browser, &[0x40, 1, 0, 9, 7, 8]), None, "shorter than it says");
}

#[test]
fn nothing_but_media_is_relayed_to() {
    let mut world = World::new();
    let browser = world.browser("mia", 1000);
    world.allocate(&browser).expect("an allocation");
    for peer in ["203.0.113.6:3479", "127.0.0.1:22", "169.254.169.254:80", "198.18.0.0:49152"] {
        assert_eq!(world.permit(&browser, peer), Err(403), "{peer}");
        assert_eq!(world.bind(&browser, 0x4001, peer), Err(403), "{peer}");
    }
    assert_eq!(world.permit(&browser, "[2001:db8::1]:3479"), Err(443));
    world.permit(&browser, MEDIA).expect("a permission");
    // The permission is for the address; other ports of this server are no media.
    assert_eq!(world.send(&browser, "203.0.113.5:8080", b"GET /"), None);
    assert_eq!(world.send(&browser, "203.0.113.6:3479", b"elsewhere"), None);
}

#[test]
fn one_client_cannot_send_into_the_allocation_of_another() {
    let mut world = World::new();
    let (one, other) = (world.browser("mia", 1000), world.browser("tom", 1001));
    let relayed = world.allocate(&one).expect("an allocation");
    assert_ne!(Ok(relayed), world.allocate(&other));
    assert_eq!(world.bind(&one, 0x4001, "198.18.0.1:49152"), Err(403));
    // Credentials of another user do not move an allocation.
    let stolen =
        Browser { client: one.client, credentials: other.credentials.clone(), nonce: one.nonce.clone() };
    assert_eq!(world.permit(&stolen, MEDIA), Err(441));
    assert_eq!(world.ask(&stolen, REFRESH, &[&Lifetime::new(0)]).map(drop), Err(441));
}

#[test]
fn credentials_have_to_be_right_and_of_now() {
    let mut world = World::new();
    let browser = world.browser("mia", 1000);
    let wrong = Credentials { password: "guess".to_owned(), ..browser.credentials.clone() };
    let forged = Credentials { username: format!("{}:mia", UNIX + 9999), ..browser.credentials.clone() };
    let odd = world.secret.issue("mia", 0).username.replace("0:", "");
    let nameless = Credentials { username: odd, ..browser.credentials.clone() };
    let expired = world.secret.issue("mia", UNIX);
    for (credentials, why) in
        [(wrong, "password"), (forged, "moved end"), (nameless, "no end"), (expired, "expired")]
    {
        let other = Browser { credentials, nonce: browser.nonce.clone(), ..browser };
        assert_eq!(world.allocate(&other), Err(401), "{why}");
    }
    let stale = Browser { nonce: "1-2".to_owned(), credentials: browser.credentials.clone(), ..browser };
    assert_eq!(world.allocate(&stale), Err(438));
    assert!(world.allocate(&browser).is_ok());
}

#[test]
fn allocations_end_unless_refreshed_and_outlive_their_credentials() {
    let mut world = World::new();
    let browser = world.browser("mia", 1000);
    let relayed = world.allocate(&browser).expect("an allocation");
    world.permit(&browser, MEDIA).expect("a permission");
    for _ in 0..5 {
        world.later(500);
        world.ask(&browser, REFRESH, &[&Lifetime::new(600)]).expect("refreshed");
        world.turn.sweep(world.now);
    }
    assert!(world.send(&browser, MEDIA, b"x").is_none(), "permissions last five minutes");
    world.permit(&browser, MEDIA).expect("a permission, though the credentials have expired");
    assert!(world.send(&browser, MEDIA, b"x").is_some());
    world.later(601);
    assert!(world.send(&browser, MEDIA, b"x").is_none());
    assert_eq!(world.turn.from_media(relayed, address(MEDIA), b"x", world.now), None);
    world.turn.sweep(world.now);
    assert_eq!(world.turn.allocations(), 0);
    assert_eq!(world.allocate(&browser), Err(401), "a new allocation needs new credentials");
}

#[test]
fn allocations_are_limited_and_freed() {
    let mut world = World::new();
    let browsers: Vec<_> = (0..3).map(|port| world.browser("mia", 1000 + port)).collect();
    world.allocate(&browsers[0]).expect("one");
    world.allocate(&browsers[1]).expect("another");
    assert_eq!(world.allocate(&browsers[2]), Err(486));
    world.ask(&browsers[0], REFRESH, &[&Lifetime::new(0)]).expect("freed");
    world.allocate(&browsers[2]).expect("room again");
    let tom = world.browser("tom", 2000);
    world.allocate(&tom).expect("the last");
    let eve = world.browser("eve", 3000);
    assert_eq!(world.allocate(&eve), Err(508));
    world.turn.gone(tom.client);
    world.allocate(&eve).expect("room again");
    assert_eq!(world.turn.allocations(), 3);
}

#[test]
fn requests_are_answered_as_the_rfc_says() {
    let mut world = World::new();
    let browser = world.browser("mia", 1000);
    for (method, attributes, code) in [
        (REFRESH, vec![], 437),
        (CREATE_PERMISSION, vec![], 437),
        (ALLOCATE, vec![], 400),
        (ALLOCATE, vec![RequestedTransport::new(6).to_raw().into_owned()], 442),
        (
            ALLOCATE,
            vec![
                RequestedTransport::new(17).to_raw().into_owned(),
                RequestedAddressFamily::new(turn_types::stun::AddressFamily::IPV6).to_raw().into_owned(),
            ],
            440,
        ),
        (
            ALLOCATE,
            vec![
                RequestedTransport::new(17).to_raw().into_owned(),
                EvenPort::new(true).to_raw().into_owned(),
            ],
            508,
        ),
        (ALLOCATE, vec![RawAttribute::new(AttributeType::new(0x7777), b"what").into_owned()], 420),
        (CONNECT, vec![], 400),
    ] {
        let said = world.ask_as(&browser, method, TransactionId::generate(), |_| attributes);
        assert_eq!(said.map(drop), Err(code), "{method:?}");
    }
    let transaction = TransactionId::generate();
    let transport = || vec![RequestedTransport::new(17).to_raw().into_owned()];
    let first = world.ask_as(&browser, ALLOCATE, transaction, |_| transport()).expect("allocated");
    let again = world.ask_as(&browser, ALLOCATE, transaction, |_| transport()).expect("repeated");
    assert_eq!(first, again);
    assert_eq!(world.allocate(&browser), Err(437));
    assert_eq!(world.bind(&browser, 0x3fff, MEDIA).map(drop), Err(400));
    world.bind(&browser, 0x4000, MEDIA).expect("bound");
    world.bind(&browser, 0x4000, MEDIA).expect("kept");
    assert_eq!(world.bind(&browser, 0x4001, MEDIA).map(drop), Err(400), "the peer has a channel");
}

#[test]
fn bindings_are_answered_without_credentials_and_noise_is_not() {
    let mut world = World::new();
    let client = Client { address: address("192.0.2.9:9"), stream: None };
    let request = Message::builder_request(BINDING, MessageWriteVec::new()).finish();
    let answer = world.raw(client, &request).expect("an answer");
    let answer = Message::from_bytes(&answer).expect("a message");
    assert_eq!(
        answer.attribute::<XorMappedAddress>().expect("mapped").addr(answer.transaction_id()),
        client.address
    );
    let noise: [&[u8]; 5] = [b"", b"\0", b"\x40", b"\x80\x60rtp", &[0; 20]];
    for noise in noise {
        assert_eq!(world.raw(client, noise), None, "{noise:?}");
    }
}
