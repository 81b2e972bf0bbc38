//! What the core asks of telephony, done with a client's sound. Texts become sounds when the test says so.

use std::sync::Arc;
use std::time::{Duration, Instant};

use center::telephony::{OfferRefused, Telephony, WebOffer};
use center::{Center, Options};
use contacts::Settings;
use contacts::call::{CallCommand, HangUpCause, Voice};
use engine::Engine;
use flows::Message;
use media::codec::Codec;
use model::{ContactId, Timestamp};
use store::{Blobs, Store};
use telephony::sound::Playlist;
use telephony::sounds::{Making, Sounds, Wanted};
use telephony::{Calls, TelephonyOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use turn_types::attribute::RequestedTransport;
use turn_types::message::ALLOCATE;
use turn_types::stun::attribute::{Nonce, Realm, Username};
use turn_types::stun::message::{Message as Stun, *};
use uuid::Uuid;

use crate::phone::{Phone, SOON};
use crate::{clip, id};

/// The text `900` is a tone that is there; `700` takes until it is released; all else fails.
struct Tones {
    released: Semaphore,
}

fn text(wanted: &Wanted) -> &str {
    match wanted.sounds.first() {
        Some(Message::Text(text)) => text,
        _ => "",
    }
}

impl Sounds for Tones {
    fn ready(&self, _: &Engine, wanted: &Wanted) -> Option<Playlist> {
        (text(wanted) == "900").then(|| clip(900.0, 60_000))
    }

    fn make<'a>(&'a self, _: &'a Arc<Engine>, wanted: Wanted) -> Making<'a> {
        Box::pin(async move {
            if text(&wanted) != "700" {
                return Err("there is no such tone".to_owned());
            }
            let _released = self.released.acquire().await;
            Ok(clip(700.0, 60_000))
        })
    }
}

struct World {
    engine: Arc<Engine>,
    calls: Arc<Calls>,
    tones: Arc<Tones>,
    _center: Arc<Center>,
    _folder: tempfile::TempDir,
}

impl World {
    async fn new(legs: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open_sqlite(&folder.path().join("data.sqlite")).await.expect("a store");
        let options = Options {
            region: "us-east-1".to_owned(),
            account: "123456789012".to_owned(),
            settings: Settings::default(),
            identity_providers: Vec::new(),
        };
        let center =
            Center::open(options, store, Blobs::new(folder.path().join("blobs"))).await.expect("opens");
        let engine = center.create_instance("test", Vec::new(), |_| ()).await.expect("an instance");
        let tones = Arc::new(Tones { released: Semaphore::new(0) });
        let options = TelephonyOptions {
            address: [127, 0, 0, 1].into(),
            port: 0,
            advertised: Vec::new(),
            drivers: 2,
            legs,
            turn_port: Some(0),
            turn_urls: Vec::new(),
            secret: b"a secret".to_vec(),
        };
        let calls = Calls::start(&center, options, tones.clone()).await.expect("starts");
        Self { engine, calls, tones, _center: center, _folder: folder }
    }

    fn tell(&self, command: CallCommand) {
        self.calls.command(&self.engine, command);
    }

    fn play(&self, tone: &str) {
        let (party, play, voice) = (id(1), Uuid::from_u128(1), Voice::default());
        let sounds = vec![Message::Text(tone.to_owned())];
        self.tell(CallCommand::Play { party, play, sounds, voice, repeat: true });
    }

    async fn offer(&self, party: u128, sdp: String) -> Result<String, OfferRefused> {
        let offer = WebOffer { party: id(party), room: ContactId::from_u128(party), sdp };
        self.calls.offer(&self.engine, offer).await.map(|answer| answer.sdp)
    }
}

/// The client goes on in a thread of its own, as the tasks of the server go on meanwhile.
async fn with<T: Send + 'static>(
    phone: Phone,
    work: impl FnOnce(&mut Phone) -> T + Send + 'static,
) -> (Phone, T) {
    let mut phone = phone;
    tokio::task::spawn_blocking(move || {
        let done = work(&mut phone);
        (phone, done)
    })
    .await
    .expect("the client goes on")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_for_before_is_not_played_however_late_it_is_ready() {
    let world = World::new(10).await;
    let (mut phone, offer) = Phone::new(Codec::Opus);
    phone.answered(&world.offer(1, offer).await.expect("an answer"));
    let (phone, ()) = with(phone, |phone| phone.until("connected", |phone| phone.up)).await;
    assert_eq!(world.calls.legs(), 1);

    world.play("700");
    world.play("900");
    let (phone, ()) =
        with(phone, |phone| phone.until("the second", |phone| phone.hears(900.0) > 3_000.0)).await;
    world.tones.released.add_permits(1);
    let (phone, ()) = with(phone, |phone| phone.run(Duration::from_millis(1_000))).await;
    assert!(phone.hears(900.0) > 3_000.0 && phone.hears(700.0) < 100.0, "the first one came too late");

    world.play("no tone");
    let (phone, ()) = with(phone, |phone| phone.run(Duration::from_millis(700))).await;
    assert!(phone.hears(900.0) > 3_000.0, "what cannot be made changes nothing");

    world.tell(CallCommand::Stop { party: id(1) });
    let (phone, ()) = with(phone, |phone| phone.run(Duration::from_millis(1_000))).await;
    assert!(phone.hears(900.0) < 100.0);

    world.play("700");
    let (phone, ()) =
        with(phone, |phone| phone.until("the first", |phone| phone.hears(700.0) > 3_000.0)).await;
    world.tell(CallCommand::HangUp { party: id(1), cause: HangUpCause::Normal });
    let (_, ()) = with(phone, |phone| phone.until("ended", |phone| phone.closed)).await;
    // The far end may hear of the end before the leg is counted out.
    let deadline = Instant::now() + Duration::from_secs(10);
    while world.calls.legs() > 0 {
        assert!(Instant::now() < deadline, "the leg stays");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn offers_beyond_the_places_are_refused_as_busy() {
    // Two drivers with one place each; parties of one room share a driver.
    let world = World::new(2).await;
    let (_one, offer) = Phone::new(Codec::Pcmu);
    assert!(world.offer(2, offer).await.is_ok());
    let (_two, offer) = Phone::new(Codec::Pcmu);
    assert_eq!(world.offer(4, offer).await, Err(OfferRefused::Busy));
    let (_three, offer) = Phone::new(Codec::Pcmu);
    assert!(world.offer(3, offer).await.is_ok());
    assert!(matches!(world.offer(3, "odd".to_owned()).await, Err(OfferRefused::Wrong(_))));
}

#[tokio::test]
async fn the_relay_is_told_as_the_page_reaches_the_server() {
    let world = World::new(1).await;
    let relay = world.calls.relay("cc.example.com", "mia", Timestamp(1_800_000_000_999)).expect("a relay");
    let port = world.calls.relay_addresses()[0].port();
    let expected =
        ["udp", "tcp"].map(|transport| format!("turn:cc.example.com:{port}?transport={transport}"));
    assert_eq!(relay.urls, expected);
    assert_eq!(relay.username, "1800000000:mia");
    assert!(tokio::net::TcpStream::connect(world.calls.relay_addresses()[0]).await.is_ok());
}

/// Sends a message of TURN and reads the answer.
async fn ask(stream: &mut TcpStream, message: &[u8]) -> Vec<u8> {
    stream.write_all(message).await.expect("sent");
    let mut answer = vec![0; 20];
    let read = async {
        stream.read_exact(&mut answer).await.expect("a head");
        let length = usize::from(u16::from_be_bytes([answer[2], answer[3]]));
        answer.resize(20 + length, 0);
        stream.read_exact(&mut answer[20..]).await.expect("a message");
    };
    timeout(SOON, read).await.expect("an answer");
    answer
}

fn request(method: Method) -> MessageWriteVec {
    Stun::builder_request(method, MessageWriteVec::new())
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_do_not_switch_the_relay_off() {
    let world = World::new(1).await;
    let address = world.calls.relay_addresses()[0];
    let connect = async || TcpStream::connect(address).await.expect("connects");

    // A browser with an allocation stays, whatever comes of others.
    let mut browser = connect().await;
    let challenge = ask(&mut browser, &request(ALLOCATE).finish()).await;
    let challenge = Stun::from_bytes(&challenge).expect("a message");
    let nonce = challenge.attribute::<Nonce>().expect("a nonce").nonce().to_owned();
    let until = Timestamp(world.engine.now().0 + 600_000);
    let relay = world.calls.relay("localhost", "mia", until).expect("a relay");
    let mut allocate = request(ALLOCATE);
    allocate.add_attribute(&RequestedTransport::new(17)).expect("fits");
    allocate.add_attribute(&Username::new(&relay.username).expect("short")).expect("fits");
    allocate.add_attribute(&Realm::new("switchroom").expect("short")).expect("fits");
    allocate.add_attribute(&Nonce::new(&nonce).expect("short")).expect("fits");
    let key = LongTermKeyCredentials::new(relay.username, relay.credential, "switchroom".to_owned());
    allocate.add_message_integrity(&key.into(), IntegrityAlgorithm::Sha1).expect("fits");
    let answer = ask(&mut browser, &allocate.finish()).await;
    assert!(Stun::from_bytes(&answer).expect("a message").has_class(MessageClass::Success));

    // From its next message on it is no newcomer.
    ask(&mut browser, &request(BINDING).finish()).await;
    let mut idle = Vec::new();
    for _ in 0..32 {
        idle.push(connect().await);
    }
    let mut closed = Vec::new();
    // One too many is closed at once, the others when they should have an allocation.
    for mut one in [connect().await].into_iter().chain(idle) {
        closed.push(timeout(SOON, one.read(&mut [0; 1])).await.expect("closed in time").expect("no error"));
    }
    assert_eq!(closed, [0; 33]);
    for stream in [&mut browser, &mut connect().await] {
        let answer = ask(stream, &request(BINDING).finish()).await;
        assert!(Stun::from_bytes(&answer).expect("a message").has_class(MessageClass::Success));
    }
}
