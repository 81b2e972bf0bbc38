//! The part of the `lambda` service that uploads and calls functions. For access keys of the account only.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use center::functions::{Description, Functions, InvokeError, Line, Report, Settings, Target, UploadError};
use model::FunctionName;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use wire::{ApiError, Call, Kind, Operation, Payload, Principal, Rule, Service};

use crate::App;

/// Most bytes of a request with code: the largest archive in base64 and its settings.
const CODE_BODY: usize = 24 * 1024 * 1024;
/// Most bytes of an event and of an answer, as published.
const PAYLOAD: usize = 6 * 1024 * 1024;
/// Most bytes of the end of a log, as published.
const TAIL: usize = 4 * 1024;
/// Most bytes of all variables of one function, as published.
const ENVIRONMENT: usize = 4 * 1024;
/// Longest run of a function that says nothing itself.
const LONGEST: Duration = Duration::from_secs(900);
/// Most bytes of an event that nobody waits for, as published, and most such calls at once.
const EVENT: usize = 1024 * 1024;
static EVENTS: Semaphore = Semaphore::const_new(256);
/// The version in paths.
macro_rules! path {
    ($rest:literal) => {
        concat!("/2015-03-31/functions", $rest)
    };
}

/// The `lambda` service.
pub fn lambda() -> Service<App> {
    let name = |operation: Operation<App>| {
        operation.constraint("FunctionName", Rule::Required).constraint("FunctionName", Rule::Length(1, 170))
    };
    let code = |operation: Operation<App>| {
        name(operation).body_limit(CODE_BODY).sensitive("Code").sensitive("ZipFile").sensitive("Environment")
    };
    let qualified = |operation: Operation<App>| name(operation).query("Qualifier", "Qualifier", Kind::String);
    Service::rest_json("lambda").errors(invalid, failed).operations([
        code(Operation::post("CreateFunction", path!(""), create)).status(StatusCode::CREATED),
        code(Operation::put("UpdateFunctionCode", path!("/{FunctionName}/code"), update_code)),
        code(Operation::put(
            "UpdateFunctionConfiguration",
            path!("/{FunctionName}/configuration"),
            configure,
        )),
        qualified(Operation::get("GetFunction", path!("/{FunctionName}"), get)),
        qualified(Operation::get(
            "GetFunctionConfiguration",
            path!("/{FunctionName}/configuration"),
            get_settings,
        )),
        Operation::get("ListFunctions", path!(""), list)
            .query("FunctionVersion", "FunctionVersion", Kind::String)
            .query("MasterRegion", "MasterRegion", Kind::String)
            .query("Marker", "Marker", Kind::String)
            .query("MaxItems", "MaxItems", Kind::Integer)
            .constraint("MaxItems", Rule::Range(1, 10_000)),
        qualified(Operation::rest("DeleteFunction", Method::DELETE, path!("/{FunctionName}"), delete))
            .status(StatusCode::NO_CONTENT),
        qualified(Operation::payload("Invoke", path!("/{FunctionName}/invocations"), "Payload", invoke))
            .header("x-amz-invocation-type", "InvocationType", Kind::String)
            .header("x-amz-log-type", "LogType", Kind::String)
            .body_limit(PAYLOAD)
            .sensitive("Payload"),
    ])
}

fn invalid(message: String) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "InvalidParameterValueException", message).with("Type", "User")
}

fn failed(message: String) -> ApiError {
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "ServiceException", message).with("Type", "Service")
}

fn conflict(message: String) -> ApiError {
    ApiError::resource_conflict(message).with("Type", "User")
}

fn missing(arn: &str) -> ApiError {
    ApiError::resource_not_found(format!("Function not found: {arn}")).with("Type", "User")
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Create {
    function_name: String,
    role: Option<String>,
    code: Code,
    runtime: Option<String>,
    handler: Option<String>,
    description: Option<String>,
    timeout: Option<u64>,
    memory_size: Option<u64>,
    environment: Option<Environment>,
    package_type: Option<String>,
    architectures: Option<Vec<String>>,
    publish: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Code {
    zip_file: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Environment {
    variables: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct UpdateCode {
    function_name: String,
    zip_file: Option<String>,
    architectures: Option<Vec<String>>,
    publish: Option<bool>,
    dry_run: Option<bool>,
    revision_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Configure {
    function_name: String,
    role: Option<String>,
    runtime: Option<String>,
    handler: Option<String>,
    description: Option<String>,
    timeout: Option<u64>,
    memory_size: Option<u64>,
    environment: Option<Environment>,
    revision_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Named {
    function_name: String,
    #[serde(rename = "Qualifier")]
    _qualifier: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct List {
    marker: Option<String>,
    max_items: Option<usize>,
    function_version: Option<String>,
    master_region: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Invoke {
    function_name: String,
    #[serde(rename = "Qualifier")]
    _qualifier: Option<String>,
    invocation_type: Option<String>,
    log_type: Option<String>,
    payload: Option<String>,
}

type Answer = Result<Value, ApiError>;

/// Functions belong to the whole server, so that no user of one instance changes them.
fn functions(call: &Call<App>) -> Result<&Functions, ApiError> {
    match &call.principal {
        Principal::AccessKey(key) if key.user.is_none() && key.instance.is_none() => {
            Ok(call.state.center.functions())
        }
        _ => Err(ApiError::access_denied("Functions are managed with an access key of the account.")),
    }
}

/// The function that a text names. There is one version of each, which every qualifier means.
fn named(functions: &Functions, text: &str) -> Result<FunctionName, ApiError> {
    functions.name(text).ok_or_else(|| {
        if text.starts_with("arn:") {
            missing(text)
        } else {
            invalid(format!("'{text}' is no name or ARN of a function."))
        }
    })
}

async fn create(call: Call<App>, input: Create) -> Answer {
    let functions = functions(&call)?;
    let name = named(functions, &input.function_name)?;
    if input.package_type.as_deref().is_some_and(|kind| kind != "Zip") {
        return Err(invalid("PackageType must be Zip.".to_owned()));
    }
    no_versions(input.publish)?;
    known_architectures(input.architectures.as_deref())?;
    let archive = archive(input.code.zip_file)?;
    let mut settings = Settings {
        name: name.to_string(),
        description: String::new(),
        handler: input.handler.clone().ok_or_else(|| invalid("Handler is missing.".to_owned()))?,
        runtime: input.runtime.clone().ok_or_else(|| invalid("Runtime is missing.".to_owned()))?,
        role: String::new(),
        timeout: 3,
        memory: 128,
        environment: BTreeMap::new(),
        code_sha256: String::new(),
        code_size: 0,
        modified: call.now,
        revision: String::new(),
    };
    let change = Change {
        role: input.role,
        runtime: input.runtime,
        handler: input.handler,
        description: input.description,
        timeout: input.timeout,
        memory: input.memory_size,
        environment: input.environment,
    };
    change.check()?;
    change.apply(&mut settings);
    let settings = functions.create(&name, settings, archive).await.map_err(refused)?;
    Ok(configuration(functions, &Description::Uploaded(settings)))
}

async fn update_code(call: Call<App>, input: UpdateCode) -> Answer {
    let functions = functions(&call)?;
    let name = named(functions, &input.function_name)?;
    no_versions(input.publish)?;
    known_architectures(input.architectures.as_deref())?;
    let archive = archive(input.zip_file)?;
    let (dry, now) = (input.dry_run.unwrap_or(false), call.now);
    let settings = functions
        .update(&name, input.revision_id.as_deref(), Some(archive), dry, |settings| settings.modified = now)
        .await
        .map_err(refused)?;
    Ok(configuration(functions, &Description::Uploaded(settings)))
}

async fn configure(call: Call<App>, input: Configure) -> Answer {
    let functions = functions(&call)?;
    let name = named(functions, &input.function_name)?;
    let now = call.now;
    let change = Change {
        role: input.role,
        runtime: input.runtime,
        handler: input.handler,
        description: input.description,
        timeout: input.timeout,
        memory: input.memory_size,
        environment: input.environment,
    };
    change.check()?;
    let settings = functions
        .update(&name, input.revision_id.as_deref(), None, false, |settings| {
            change.apply(settings);
            settings.modified = now;
        })
        .await
        .map_err(refused)?;
    Ok(configuration(functions, &Description::Uploaded(settings)))
}

async fn get(call: Call<App>, input: Named) -> Answer {
    let functions = functions(&call)?;
    let description = described(functions, &input).await?;
    let from = match &description {
        Description::Uploaded(_) => "upload",
        Description::File(..) => "folder",
        Description::Remote(..) => "remote",
    };
    Ok(json!({"Configuration": configuration(functions, &description), "Code": {"RepositoryType": from}}))
}

async fn get_settings(call: Call<App>, input: Named) -> Answer {
    let functions = functions(&call)?;
    Ok(configuration(functions, &described(functions, &input).await?))
}

async fn described(functions: &Functions, input: &Named) -> Result<Description, ApiError> {
    let name = named(functions, &input.function_name)?;
    let found = functions.describe(&name).await.map_err(not_run)?;
    found.ok_or_else(|| missing(&functions.arn(name.as_str())))
}

async fn list(call: Call<App>, input: List) -> Answer {
    let functions = functions(&call)?;
    if input.function_version.as_deref().is_some_and(|version| version != "ALL")
        || input.master_region.as_deref().is_some_and(|region| region != "ALL")
    {
        return Err(invalid("FunctionVersion and MasterRegion must be ALL.".to_owned()));
    }
    let after = input.marker.unwrap_or_default();
    let most = input.max_items.unwrap_or(50).min(50);
    let mut names = functions.names().await.map_err(not_run)?;
    names.retain(|name| name.as_str() > after.as_str());
    let more = names.len() > most;
    names.truncate(most);
    let mut list = Vec::new();
    for name in &names {
        match functions.describe(name).await {
            Ok(Some(description)) => list.push(configuration(functions, &description)),
            // Deleted since.
            Ok(None) => {}
            Err(error) => tracing::warn!(function = %name, %error, "a function cannot be listed"),
        }
    }
    let mut answer = json!({"Functions": list});
    if let Some(last) = names.last().filter(|_| more) {
        answer["NextMarker"] = json!(last.as_str());
    }
    Ok(answer)
}

async fn delete(call: Call<App>, input: Named) -> Answer {
    let functions = functions(&call)?;
    let name = named(functions, &input.function_name)?;
    functions.delete(&name).await.map_err(refused)?;
    Ok(json!({}))
}

async fn invoke(call: Call<App>, input: Invoke) -> Result<Payload, ApiError> {
    let functions = functions(&call)?;
    let name = named(functions, &input.function_name)?;
    let event = input.payload.unwrap_or_else(|| "{}".to_owned());
    if serde_json::from_str::<Value>(&event).is_err() {
        let message = "Could not parse request body into json.";
        let error = ApiError::new(StatusCode::BAD_REQUEST, "InvalidRequestContentException", message);
        return Err(error.with("Type", "User"));
    }
    if !functions.exists(&name).await {
        return Err(missing(&functions.arn(name.as_str())));
    }
    let empty = |status| Payload { status: Some(status), ..Payload::default() };
    match input.invocation_type.as_deref().unwrap_or("RequestResponse") {
        "RequestResponse" => {}
        "DryRun" => return Ok(empty(StatusCode::NO_CONTENT)),
        "Event" => {
            if event.len() > EVENT {
                let message = format!("An event that nobody waits for may have {EVENT} bytes.");
                let error = ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", message);
                return Err(error.with("Type", "User"));
            }
            let place = EVENTS.try_acquire().map_err(|_| not_run(InvokeError::Throttled))?;
            let functions = call.state.center.functions().clone();
            tokio::spawn(async move {
                let _place = place;
                let run = functions.invoke(&Target::Name(name.clone()), &event, LONGEST, PAYLOAD).await;
                let fault = match run {
                    Ok(report) => report.outcome.err().map(|fault| fault.error_type),
                    Err(error) => Some(error.to_string()),
                };
                if let Some(error) = fault {
                    tracing::warn!(function = %name, error, "a function that nobody waits for failed");
                }
            });
            return Ok(empty(StatusCode::ACCEPTED));
        }
        other => return Err(invalid(format!("There is no invocation type {other}."))),
    }
    let tail = match input.log_type.as_deref() {
        None | Some("None") => false,
        Some("Tail") => true,
        Some(other) => return Err(invalid(format!("There is no log type {other}."))),
    };
    let report = functions.invoke(&Target::Name(name), &event, LONGEST, PAYLOAD).await.map_err(not_run)?;
    let mut headers = HeaderMap::new();
    let set = |headers: &mut HeaderMap, name: &'static str, value: &str| {
        let value = HeaderValue::from_str(value).expect("plain ASCII");
        headers.insert(HeaderName::from_static(name), value);
    };
    set(&mut headers, "x-amz-executed-version", "$LATEST");
    if tail {
        set(&mut headers, "x-amz-log-result", &BASE64.encode(tail_of(&call, &report)));
    }
    let body = match report.outcome {
        Ok(answer) => answer,
        Err(fault) => {
            set(&mut headers, "x-amz-function-error", "Unhandled");
            serde_json::to_string(&fault).expect("plain data")
        }
    };
    Ok(Payload { body: body.into_bytes().into(), headers, status: None })
}

/// The end of the log as the published runtimes write it.
fn tail_of(call: &Call<App>, report: &Report) -> Vec<u8> {
    let id = call.request_id;
    let lines: String = report
        .lines
        .iter()
        .map(|Line { level, text }| format!("{}\t{id}\t{level}\t{text}\n", call.now.iso_millis()))
        .collect();
    let took = report.took.as_secs_f64() * 1000.0;
    let text = format!(
        "START RequestId: {id} Version: $LATEST\n{lines}END RequestId: {id}\nREPORT RequestId: {id}\tDuration: {took:.2} ms\n"
    );
    let start = text.ceil_char_boundary(text.len().saturating_sub(TAIL));
    text.as_bytes()[start..].to_vec()
}

/// What may be changed besides the code.
struct Change {
    role: Option<String>,
    runtime: Option<String>,
    handler: Option<String>,
    description: Option<String>,
    timeout: Option<u64>,
    memory: Option<u64>,
    environment: Option<Environment>,
}

impl Change {
    fn check(&self) -> Result<(), ApiError> {
        let length = |name: &str, text: &Option<String>, most: usize| match text {
            Some(text) if text.chars().count() > most => {
                Err(invalid(format!("{name} may have {most} characters.")))
            }
            _ => Ok(()),
        };
        length("Description", &self.description, 256)?;
        length("Handler", &self.handler, 128)?;
        length("Role", &self.role, 2_048)?;
        if let Some(runtime) = &self.runtime
            && !runtime.starts_with("nodejs")
        {
            return Err(invalid(format!(
                "Functions of the runtime {runtime} do not run here; those of nodejs runtimes do. Others can be \
                 configured by their address."
            )));
        }
        let range = |name: &str, value: Option<u64>, least: u64, most: u64| match value {
            Some(value) if !(least..=most).contains(&value) => {
                Err(invalid(format!("{name} must be from {least} to {most}.")))
            }
            _ => Ok(()),
        };
        range("Timeout", self.timeout, 1, 900)?;
        range("MemorySize", self.memory, 128, 32_768)?;
        let variables = self.environment.as_ref().and_then(|one| one.variables.as_ref());
        let bytes: usize =
            variables.into_iter().flatten().map(|(name, value)| name.len() + value.len()).sum();
        if bytes > ENVIRONMENT {
            return Err(invalid(format!("All variables together may have {ENVIRONMENT} bytes.")));
        }
        Ok(())
    }

    fn apply(self, settings: &mut Settings) {
        fn put<T>(place: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *place = value;
            }
        }
        put(&mut settings.role, self.role);
        put(&mut settings.runtime, self.runtime);
        put(&mut settings.handler, self.handler);
        put(&mut settings.description, self.description);
        put(&mut settings.timeout, self.timeout);
        put(&mut settings.memory, self.memory);
        put(&mut settings.environment, self.environment.map(|one| one.variables.unwrap_or_default()));
    }
}

fn no_versions(publish: Option<bool>) -> Result<(), ApiError> {
    match publish {
        Some(true) => Err(invalid("Versions cannot be published; there is only $LATEST.".to_owned())),
        _ => Ok(()),
    }
}

/// JavaScript is the same on all of them.
fn known_architectures(names: Option<&[String]>) -> Result<(), ApiError> {
    match names.into_iter().flatten().find(|name| !matches!(name.as_str(), "x86_64" | "arm64")) {
        Some(other) => Err(invalid(format!("There is no architecture {other}."))),
        None => Ok(()),
    }
}

fn archive(text: Option<String>) -> Result<Vec<u8>, ApiError> {
    let text =
        text.ok_or_else(|| invalid("ZipFile is missing; code is taken from nowhere else.".to_owned()))?;
    BASE64.decode(text).map_err(|_| invalid("ZipFile is not base64.".to_owned()))
}

fn configuration(functions: &Functions, description: &Description) -> Value {
    let mut answer = json!({
        "FunctionName": description.name(),
        "FunctionArn": functions.arn(description.name()),
        "Version": "$LATEST",
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "TracingConfig": {"Mode": "PassThrough"},
        "EphemeralStorage": {"Size": 512},
    });
    let stamp = |time: model::Timestamp| time.iso_millis().replace('Z', "+0000");
    match description {
        Description::Uploaded(settings) => {
            for (member, value) in [
                ("Description", json!(settings.description)),
                ("Runtime", json!(settings.runtime)),
                ("Role", json!(settings.role)),
                ("Handler", json!(settings.handler)),
                ("Timeout", json!(settings.timeout)),
                ("MemorySize", json!(settings.memory)),
                ("CodeSize", json!(settings.code_size)),
                ("CodeSha256", json!(settings.code_sha256)),
                ("RevisionId", json!(settings.revision)),
                ("LastModified", json!(stamp(settings.modified))),
            ] {
                answer[member] = value;
            }
            if !settings.environment.is_empty() {
                answer["Environment"] = json!({"Variables": settings.environment});
            }
        }
        Description::File(_, bytes, changed) => {
            answer["Description"] = json!("A file in the functions folder.");
            answer["CodeSize"] = json!(bytes);
            answer["LastModified"] = json!(stamp(*changed));
        }
        Description::Remote(_, base) => answer["Description"] = json!(format!("Called at {base}.")),
    }
    answer
}

fn refused(error: UploadError) -> ApiError {
    let message = error.to_string();
    match error {
        UploadError::Package(_) => invalid(message),
        UploadError::Exists(_) | UploadError::NotUploaded(_) => conflict(message),
        UploadError::Missing(_) => ApiError::resource_not_found(message).with("Type", "User"),
        UploadError::Revision => {
            ApiError::new(StatusCode::PRECONDITION_FAILED, "PreconditionFailedException", message)
                .with("Type", "User")
        }
        UploadError::TooMany | UploadError::TooLarge => {
            ApiError::new(StatusCode::BAD_REQUEST, "CodeStorageExceededException", message)
                .with("Type", "User")
        }
        UploadError::Store(_) => failed("The store could not be used. Try again.".to_owned()),
    }
}

fn not_run(error: InvokeError) -> ApiError {
    let message = error.to_string();
    match error {
        InvokeError::Missing(_) => ApiError::resource_not_found(message).with("Type", "User"),
        InvokeError::Throttled => ApiError::too_many_requests(message)
            .with("Type", "User")
            .with("Reason", "ConcurrentInvocationLimitExceeded"),
        InvokeError::Code(_) => {
            ApiError::new(StatusCode::BAD_GATEWAY, "InvalidRuntimeException", message).with("Type", "User")
        }
        InvokeError::TimeLimit
        | InvokeError::Unreachable(_)
        | InvokeError::Service(_)
        | InvokeError::Refused(_) => failed(message),
    }
}
