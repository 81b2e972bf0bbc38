//! A server with an instance and three people, called without a network or over a loopback connection.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use agent::{CTI_PATH, LEGACY_CTI_PATH, Sessions, SocketLimits, auth, cti, cti_at, sockets_with};
use api::App;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request};
use center::{Center, Options, Token, TokenKind};
use contacts::{ChatStarted, Core, Cx, Refusal, Settings, StartChat};
use directory::seed::SeedPerson;
use engine::Engine;
use model::resource::AgentStatusType;
use model::{ContactId, Timestamp, UserId};
use serde_json::{Value, json};
use store::{Blobs, Store};
use tokio::sync::watch;
use tower::ServiceExt;
use wire::{ApiError, AuthRequest, Authenticator, BoxFuture, Endpoint, Principal, SessionStore};

/// The password of everybody.
pub const PASSWORD: &str = "Corr3ct horse";
/// A stock flow that puts every contact into BasicQueue.
pub const TO_QUEUE: &str = "Sample queue customer";
/// The most that anything may take that should happen soon.
pub const SOON: Duration = Duration::from_secs(20);

/// One server; everything it keeps goes away with it.
pub struct Server {
    pub app: App,
    pub engine: Arc<Engine>,
    pub router: Router,
    /// Calls of the agent service whose callers were identified.
    pub calls: watch::Receiver<usize>,
    _folder: tempfile::TempDir,
}

/// Identifies callers of the agent service as the binary does, and counts them.
struct Bearers(Sessions, watch::Sender<usize>);

impl Authenticator<App> for Bearers {
    fn authenticate<'a>(
        &'a self,
        _: &'a App,
        request: &'a AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<Principal, ApiError>> {
        Box::pin(async move {
            let refused = || ApiError::unauthorized("The bearer token is not valid.");
            let token = request.bearer.ok_or_else(refused)?;
            let user = self.0.by_bearer(token, request.now).await.ok_or_else(refused)?;
            self.1.send_modify(|calls| *calls += 1);
            Ok(Principal::User(user))
        })
    }
}

impl Server {
    pub async fn start() -> Self {
        Self::with(SocketLimits::default()).await
    }

    pub async fn with(limits: SocketLimits) -> Self {
        static HASH: LazyLock<String> = LazyLock::new(|| center::password::hash(PASSWORD));
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open_sqlite(&folder.path().join("data.sqlite")).await.expect("a store");
        let blobs = Blobs::new(folder.path().join("blobs"));
        let options = Options {
            region: "us-east-1".to_owned(),
            account: "123456789012".to_owned(),
            settings: Settings::default(),
            identity_providers: Vec::new(),
        };
        let center = Center::open(options, store, blobs).await.expect("opens");
        let person = |username: &str, profile: &str| SeedPerson {
            username: username.to_owned(),
            first_name: username.to_uppercase(),
            last_name: "Test".to_owned(),
            email: None,
            password_hash: Some(HASH.clone()),
            security_profiles: vec![profile.to_owned()],
        };
        let people = vec![person("ann", "Agent"), person("bob", "Agent"), person("eve", "QualityAnalyst")];
        let engine = center.create_instance("test", people, |_| ()).await.expect("makes an instance");
        let app = App::new(center.clone(), None);
        let (counter, calls) = watch::channel(0);
        let services = Endpoint::new(app.clone(), Bearers(Sessions::new(center), counter))
            .service(cti())
            .service(cti_at(LEGACY_CTI_PATH))
            .into_router();
        let router = sockets_with(limits).merge(auth()).with_state(app.clone()).fallback_service(services);
        Self { app, engine, router, calls, _folder: folder }
    }

    /// Waits until `count` calls of the agent service are under way or over.
    pub async fn called(&self, count: usize) {
        let mut calls = self.calls.clone();
        let reached = calls.wait_for(|calls| *calls >= count);
        tokio::time::timeout(SOON, reached).await.expect("soon").expect("the server is there");
    }

    pub async fn apply<T>(&self, command: impl FnOnce(&mut Core, &mut Cx) -> Result<T, Refusal>) -> T {
        self.engine.apply(command).await.expect("the engine works").expect("is allowed")
    }

    pub async fn read<T>(&self, question: impl FnOnce(&Core) -> T) -> T {
        self.engine.read(|core, _| question(core)).await.expect("the engine works")
    }

    pub async fn user(&self, name: &str) -> UserId {
        self.read(|core| core.directory().user_named(name).expect("exists").id).await
    }

    /// A session and the token of this kind for it, good for an hour.
    pub async fn token(&self, name: &str, kind: TokenKind) -> String {
        let (user, session) = self.session(name).await;
        self.sign(kind, user.0, session, self.app.center.now() + 3_600_000)
    }

    /// A user with a fresh session.
    pub async fn session(&self, name: &str) -> (UserId, uuid::Uuid) {
        let user = self.user(name).await;
        let session = self.app.center.fresh_id();
        self.apply(|core, cx| {
            core.sign_in(cx, user)?;
            Ok(core.open_session(cx, session.to_string(), user, 3_600_000))
        })
        .await;
        (user, session)
    }

    pub fn sign(
        &self,
        kind: TokenKind,
        subject: uuid::Uuid,
        object: uuid::Uuid,
        expires_at: Timestamp,
    ) -> String {
        let token = Token { kind, instance: self.engine.id(), subject, object, expires_at };
        self.app.center.tokens().sign(&token)
    }

    /// A signed-in agent's panel.
    pub async fn panel(&self, name: &str) -> Panel<'_> {
        Panel { server: self, token: self.token(name, TokenKind::Access).await, path: CTI_PATH }
    }

    /// Ready for contacts.
    pub async fn available(&self, name: &str) -> UserId {
        let user = self.user(name).await;
        let available = |core: &Core| {
            let mut statuses = core.directory().agent_statuses();
            statuses
                .find(|status| status.kind == AgentStatusType::Routable)
                .map(|status| status.agent_status_id)
        };
        let status = self.read(available).await.expect("every instance has one");
        self.apply(|core, cx| core.set_status(cx, user, status, false)).await;
        user
    }

    pub async fn flow(&self, name: &str) -> String {
        self.read(|core| core.directory().flow_named(name).expect("exists").id.to_string()).await
    }

    /// A chat whose customer has not connected yet.
    pub async fn start_chat(&self) -> ChatStarted {
        let flow = self.flow(TO_QUEUE).await;
        let request = StartChat { flow, display_name: "Cora".to_owned(), ..StartChat::default() };
        self.apply(|core, cx| core.start_chat(cx, request)).await
    }

    /// A chat whose customer is there.
    pub async fn chat(&self) -> ChatStarted {
        let started = self.start_chat().await;
        self.apply(|core, cx| core.participant_connected(cx, started.participant)).await;
        started
    }

    /// A quick connect to an agent, in BasicQueue; gives its resource name.
    pub async fn quick_connect(&self, name: &str) -> String {
        let user = self.user(name).await;
        let flow = self.flow("Default agent transfer").await;
        let config =
            json!({"QuickConnectType": "USER", "UserConfig": {"UserId": user, "ContactFlowId": flow}});
        let input = json!({"Name": format!("To {name}"), "QuickConnectConfig": config});
        let input = directory::input::read(input).expect("an input");
        self.engine
            .apply(|core, cx| {
                let id =
                    core.configure(cx, "test", |directory, cx| directory.create_quick_connect(cx, input))?;
                let queue = core.directory().queue_named("BasicQueue").expect("exists").queue_id;
                let input = json!({"QueueId": queue, "QuickConnectIds": [id]});
                let input = directory::input::read(input)?;
                core.configure(cx, "test", |directory, cx| {
                    directory.associate_queue_quick_connects(cx, input)
                })?;
                Ok::<_, directory::DirectoryError>(
                    core.directory().scope().arn(model::ArnKind::TransferDestination, id),
                )
            })
            .await
            .expect("the engine works")
            .expect("creates")
    }

    /// The stage of a contact; none once it is over.
    pub async fn stage(&self, contact: ContactId) -> Option<contacts::contact::Stage> {
        self.read(|core| core.contact(contact).map(|contact| contact.stage)).await
    }

    pub async fn send(
        &self,
        method: Method,
        uri: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(uri).header("host", "cc.example.com");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("routers do not fail");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 26).await.expect("a body").to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: parts.status.as_u16(), headers: parts.headers, body, bytes }
    }

    pub async fn get(&self, uri: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, uri, headers, Body::empty()).await
    }

    pub async fn post(&self, uri: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let mut all = vec![("content-type", "application/json")];
        all.extend(headers);
        self.send(Method::POST, uri, &all, body.to_string()).await
    }
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// Null when it is no JSON.
    pub body: Value,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Every header line of a name, in order.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect()
    }

    /// Status and, of an error, its code.
    pub fn brief(&self) -> String {
        match self.body["__type"].as_str() {
            Some(kind) => format!("{} {}", self.status, kind.rsplit('#').next().unwrap_or_default()),
            None => self.status.to_string(),
        }
    }
}

/// A panel with its bearer token.
pub struct Panel<'a> {
    pub server: &'a Server,
    pub token: String,
    pub path: &'static str,
}

impl Panel<'_> {
    /// Calls an operation.
    pub async fn call(&self, operation: &str, body: Value) -> Answer {
        let target = format!("AmazonConnectCTIService.{operation}");
        let headers = [
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-target", target.as_str()),
            ("x-amz-bearer", self.token.as_str()),
            ("x-amz-user-agent", "aws-sdk-js/2.1589.0 callback"),
        ];
        self.server.send(Method::POST, self.path, &headers, body.to_string()).await
    }

    /// The output of an operation that succeeds.
    pub async fn ok(&self, operation: &str, body: Value) -> Value {
        let answer = self.call(operation, body).await;
        assert_eq!(answer.status, 200, "{operation}: {}", answer.body);
        answer.body
    }

    /// The snapshot as it is now.
    pub async fn snapshot(&self) -> Value {
        self.ok("GetAgentSnapshot", json!({"timeout": 30_000})).await["snapshot"].take()
    }

    /// Type and name of the agent's state.
    pub async fn state(&self) -> String {
        let snapshot = self.snapshot().await;
        let text = |name: &str| snapshot["state"][name].as_str().unwrap_or("?").to_owned();
        format!("{} {}", text("type"), text("name"))
    }
}
