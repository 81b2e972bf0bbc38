//! A server in a folder of its own, called without a network by the account or by one of its users.

use std::path::PathBuf;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use center::{Center, Options};
use contacts::Settings;
use directory::Inventory;
use directory::inventory::Stock;
use model::{InstanceId, UserId};
use serde_json::{Value, json};
use store::{Blobs, Store};
use wire::{ApiError, AuthRequest, Authenticator, BoxFuture, Endpoint, KeyHolder, Principal, SignedInUser};

use crate::App;

/// Names the user in whose name a call is made; without it the account calls.
const USER: &str = "x-test-user";
const ACCOUNT: &str = "123456789012";

pub(super) struct World {
    endpoint: Endpoint<App>,
    pub instance: InstanceId,
    _folder: Folder,
}

/// A folder that goes away with its test.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // A leftover in the temporary folder harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

struct ByHeader {
    instance: InstanceId,
}

impl Authenticator<App> for ByHeader {
    fn authenticate<'a>(
        &'a self,
        _: &'a App,
        request: &'a AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<Principal, ApiError>> {
        let account = ACCOUNT.to_owned();
        let user =
            request.headers.get(USER).map(|value| value.to_str().expect("ASCII").parse().expect("an id"));
        let principal = match user {
            Some(user) => Principal::User(SignedInUser {
                user: UserId(user),
                instance: self.instance,
                account,
                session: "s".to_owned(),
            }),
            None => Principal::AccessKey(KeyHolder {
                access_key_id: "AKIATEST".to_owned(),
                account,
                name: "test".to_owned(),
                instance: None,
                user: None,
            }),
        };
        Box::pin(async move { Ok(principal) })
    }
}

impl World {
    pub async fn new() -> Self {
        let folder = Folder(std::env::temp_dir().join(format!("switchroom-api-{}", uuid::Uuid::new_v4())));
        std::fs::create_dir_all(&folder.0).expect("a temporary folder");
        let store = Store::open_sqlite(&folder.0.join("db")).await.expect("a new database");
        let options = Options {
            region: "us-east-1".to_owned(),
            account: ACCOUNT.to_owned(),
            settings: Settings::default(),
            identity_providers: Vec::new(),
        };
        let center = Center::open(options, store, Blobs::new(folder.0.join("files"))).await.expect("opens");
        let numbers = Stock::parse("+12065550100-+12065550119", None, None).expect("numbers");
        center.stock_numbers(Inventory::new(vec![numbers]).expect("each once"));
        let engine = center.create_instance("test", Vec::new(), |_| {}).await.expect("a new instance");
        let app = App::new(Arc::clone(&center), None);
        let instance = engine.id();
        let endpoint = Endpoint::new(app, ByHeader { instance }).service(crate::connect());
        Self { endpoint, instance, _folder: folder }
    }

    /// Calls as the account.
    pub async fn account(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.call(None, method, path, body).await
    }

    /// Calls as the account and expects success.
    pub async fn make(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.account(method, path, body).await;
        assert_eq!(status, 200, "{method} {path}: {answer}");
        answer
    }

    /// Calls as a user. `{I}` in the path and in the texts of the body is the instance.
    pub async fn call(&self, user: Option<&str>, method: &str, path: &str, body: Value) -> (u16, Value) {
        let path = path.replace("{I}", &self.instance.to_string());
        let body = body.to_string().replace("{I}", &self.instance.to_string());
        let mut request = Request::builder().method(method).uri(&path);
        if let Some(user) = user {
            request = request.header(USER, user);
        }
        let body = if body == "null" { Body::empty() } else { Body::from(body) };
        let response = self.endpoint.answer(request.body(body).expect("a request")).await;
        let status = response.status().as_u16();
        let bytes = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
        (status, serde_json::from_slice(&bytes).expect("JSON"))
    }

    /// A new user whose only security profile is made of this.
    pub async fn user_with(&self, name: &str, profile: Value) -> String {
        let mut members = json!({"SecurityProfileName": name});
        members.as_object_mut().expect("an object").extend(profile.as_object().expect("an object").clone());
        let profile = self.make("PUT", "/security-profiles/{I}", members).await;
        let routing = self.make("GET", "/routing-profiles-summary/{I}", Value::Null).await;
        let user = json!({
            "Username": name,
            "Password": "Passw0rd",
            "IdentityInfo": {"FirstName": "F", "LastName": "L"},
            "SecurityProfileIds": [profile["SecurityProfileId"]],
            "RoutingProfileId": routing["RoutingProfileSummaryList"][0]["Id"],
        });
        let user = self.make("PUT", "/users/{I}", user).await;
        user["UserId"].as_str().expect("an id").to_owned()
    }

    /// A new queue with these tags: its id and resource name.
    pub async fn queue(&self, name: &str, tags: Value) -> (String, String) {
        let hours = self.make("GET", "/hours-of-operations-summary/{I}", Value::Null).await;
        let hours = &hours["HoursOfOperationSummaryList"][0]["Id"];
        let mut queue = json!({"Name": name, "HoursOfOperationId": hours});
        if tags.as_object().is_some_and(|tags| !tags.is_empty()) {
            queue["Tags"] = tags;
        }
        let queue = self.make("PUT", "/queues/{I}", queue).await;
        (text(&queue, "QueueId"), text(&queue, "QueueArn"))
    }
}

pub(super) fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_else(|| panic!("{member} in {value}")).to_owned()
}
