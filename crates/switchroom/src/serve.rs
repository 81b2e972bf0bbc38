//! Puts the parts together and runs them until the server is told to stop.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use api::App;
use axum::Router;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use center::{Center, CenterError, Options, speech};
use contacts::Settings;
use engine::{FileSink, Sinks};
use store::{Blobs, Store, StoreError};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use wire::cors::Origins;
use wire::guard::Limits;
use wire::sigv4::Verifier;
use wire::{Callers, Endpoint, Throttle};

use crate::audit::Audit;
use crate::callers::AccessKeys;
use crate::config::{Config, ConfigError, list};
use crate::retention::Retention;
use crate::{first_start, pages};

/// How long the audit entries of the last calls may take when the server stops.
const AUDIT_LIMIT: Duration = Duration::from_secs(5);

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    #[error("the data folder {path} cannot be used: {source}")]
    Folder { path: String, source: std::io::Error },
    #[error("{0}")]
    Config(#[from] ConfigError),
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Center(#[from] CenterError),
    #[error("cannot listen on {address}: {source}. Choose another address with --http")]
    Listen { address: String, source: std::io::Error },
    #[error("another server uses the data folder {0}. Stop it first, or choose another folder with --data")]
    Locked(String),
}

/// Runs the server.
pub(crate) async fn serve(config: Config) -> Result<(), ServeError> {
    let folder = PathBuf::from(&config.folder);
    make_private(&folder).map_err(|source| ServeError::Folder { path: config.folder.clone(), source })?;
    let _lock = lock(&folder)?;
    let listener = TcpListener::bind(&config.http)
        .await
        .map_err(|source| ServeError::Listen { address: config.http.clone(), source })?;
    let address = listener
        .local_addr()
        .map_err(|source| ServeError::Listen { address: config.http.clone(), source })?;
    let store = if config.postgres.is_empty() {
        Store::open_sqlite(&folder.join("switchroom.db")).await?
    } else {
        Store::open_postgres(&config.postgres).await?
    };
    let (keys, first_key) = AccessKeys::open(&store, &config.account).await?;
    let options = Options {
        region: config.region.clone(),
        account: config.account.clone(),
        settings: Settings {
            offer_ms: config.offer_seconds as i64 * 1000,
            task_offer_ms: config.task_offer_seconds as i64 * 1000,
            live_contacts: [config.calls as usize, config.chats as usize, config.tasks as usize],
            message_characters: config.message_characters as usize,
            flow_logs: true,
        },
        identity_providers: config.identity_providers.clone(),
    };
    let blobs = Blobs::new(folder.join("files"));
    let center =
        Center::open_with(options, functions(&config, &folder), sound(&config), store.clone(), blobs).await?;
    center.stock_numbers(config.inventory()?);
    let logins = first_start::make_instance(&center, &config).await?;
    let endpoint =
        if config.public_url.is_empty() { format!("http://{address}") } else { config.public_url.clone() };
    first_start::write_bootstrap(&folder, &center, &endpoint, &first_key, logins.as_deref())
        .await
        .map_err(|source| ServeError::Folder { path: config.folder.clone(), source })?;

    if config.telephony_enabled {
        start_telephony(&center, &config).await;
    }

    let stopping = Arc::new(Notify::new());
    let forgetting = Arc::new(Notify::new());
    let retention = Retention::of(&config).run(center.clone(), store.clone(), forgetting.clone());
    let retention = tokio::spawn(retention);
    let sinks = Sinks::new(
        store,
        config.account.clone(),
        config.region.clone(),
        vec![Arc::new(FileSink::new(folder.join("streams")))],
        center.event_written(),
    );
    let sinks = tokio::spawn(sinks.run(stopping.clone()));

    let public_url =
        (!config.public_url.is_empty()).then(|| config.public_url.trim_end_matches('/').to_owned());
    let mut app = App::new(center.clone(), public_url);
    app.socket_ms = config.socket_seconds as i64 * 1000;
    let (audit, audited) = Audit::start(center.clone());
    let router = router(app, keys, audit, &config);
    greet(&endpoint, &folder, logins.as_deref());
    let limits = Limits {
        connections: config.connections as usize,
        drain: Duration::from_secs(config.drain_seconds),
        ..Limits::default()
    };
    let drained = wire::guard::serve(listener, router, limits, told_to_stop()).await;
    if drained.cut > 0 {
        tracing::info!(cut = drained.cut, "connections were still open and were cut");
    }
    // The calls are over, and so are their audit entries unless the store does not take them.
    if tokio::time::timeout(AUDIT_LIMIT, audited).await.is_err() {
        tracing::error!("audit entries of the last calls could not be written");
    }
    forgetting.notify_one();
    center.stop().await;
    stopping.notify_one();
    // A panic of the streams task has been reported; what is left is carried at the next start.
    let _ = sinks.await;
    // So has one of this task; what is too old goes at the next start.
    let _ = retention.await;
    tracing::info!("stopped");
    Ok(())
}

/// How functions are set up.
fn functions(config: &Config, folder: &Path) -> functions::Options {
    let own = PathBuf::from(&config.functions_folder);
    let place = if config.functions_folder.is_empty() { folder.join("functions") } else { own };
    functions::Options {
        region: config.region.clone(),
        account: config.account.clone(),
        folder: Some(place),
        at_once: config.functions_at_once as usize,
        memory: config.functions_memory_mb,
        reach: config.functions_fetch.parse().unwrap_or(functions::Reach::Off),
        environment: config.functions_env.clone(),
        remote: config.functions_remote.clone(),
    }
}

/// How speech and prompts are set up.
fn sound(config: &Config) -> center::Sound {
    let http = (!config.speech_url.is_empty()).then(|| speech::HttpOptions {
        url: config.speech_url.clone(),
        key: config.speech_key.clone(),
        model: config.speech_model.clone(),
        voices: config.speech_voices.clone(),
        format: match config.speech_format.as_str() {
            "pcm" => speech::Format::Pcm,
            _ => speech::Format::Wav,
        },
    });
    let speech = speech::Options {
        engine: match config.speech_engine.as_str() {
            "http" => speech::EngineName::Http,
            "none" => speech::EngineName::None,
            _ => speech::EngineName::Espeak,
        },
        espeak: (!config.speech_espeak.is_empty()).then(|| PathBuf::from(&config.speech_espeak)),
        http,
        at_once: config.speech_at_once as usize,
        within: Duration::from_secs(config.speech_seconds),
        cache_bytes: config.speech_cache_mb as usize * 1024 * 1024,
    };
    let prompts = config.prompts_fetch.parse().unwrap_or(functions::Reach::Off);
    center::Sound { speech, prompts }
}

/// Starts telephony. A server that cannot have the ports goes on without calls, and says so.
async fn start_telephony(center: &Arc<Center>, config: &Config) {
    let options = telephony_options(center, config);
    let sounds = Arc::new(telephony::Library::new(center));
    match telephony::Calls::start(center, options, sounds).await {
        Ok(calls) => {
            let (media, relay) = (calls.media_addresses(), calls.relay_addresses());
            tracing::info!(?media, ?relay, "calls are taken");
        }
        Err(error) => {
            tracing::warn!(%error, "this server takes no calls. Free the port, or set telephony.port and telephony.relay_port, or telephony.enabled = false");
        }
    }
}

fn telephony_options(center: &Center, config: &Config) -> telephony::TelephonyOptions {
    let same = config.http.rsplit_once(':').map_or(config.http.as_str(), |(host, _)| host);
    let address = if config.telephony_address.is_empty() { same } else { &config.telephony_address };
    let address = address.trim_matches(['[', ']']).parse();
    // The configuration has been checked; what is left is a server that listens on a name.
    let any = std::net::IpAddr::from([0, 0, 0, 0]);
    let secret = match config.telephony_relay_secret.as_str() {
        "" => center.tokens().derive("relay"),
        shared => shared.to_owned(),
    };
    telephony::TelephonyOptions {
        address: address.unwrap_or(any),
        port: u16::try_from(config.telephony_port).unwrap_or_default(),
        advertised: list(&config.telephony_advertised).filter_map(|one| one.parse().ok()).collect(),
        drivers: config.telephony_threads as usize,
        legs: config.telephony_legs as usize,
        turn_port: config
            .telephony_relay
            .then_some(u16::try_from(config.telephony_relay_port).unwrap_or_default()),
        turn_urls: list(&config.telephony_relay_urls).map(str::to_owned).collect(),
        secret: secret.into_bytes(),
    }
}

fn router(app: App, keys: Arc<AccessKeys>, audit: Audit, config: &Config) -> Router {
    let center = app.center.clone();
    let origins = approved(center.clone());
    let callers = Callers::new(
        Verifier::new(keys).regions([config.region.clone()]),
        agent::Sessions::new(center.clone()),
        agent::SESSION_COOKIES,
        origins.clone(),
    );
    let endpoint = Endpoint::new(app.clone(), callers)
        .service(agent::cti())
        .service(agent::cti_at(agent::LEGACY_CTI_PATH))
        .service(api::participant())
        .service(api::connect())
        .service(api::lambda())
        .service(api::lex_runtime())
        .throttle(Throttle::new(config.api_rate_factor))
        .observer(audit);
    let web = (!config.web_folder.is_empty()).then(|| PathBuf::from(&config.web_folder));
    let router = Router::new()
        .route("/health", get(|| async { "ok" }))
        .merge(agent::sockets().merge(agent::auth()).with_state(app))
        .merge(pages::routes(agent::Sessions::new(center), web))
        .fallback_service(endpoint.into_router());
    wire::cors::layer(router, origins).layer(axum::middleware::from_fn(one_host))
}

/// The host decides what the same origin is and what was signed, so there must be exactly one (RFC 9112 §3.2).
async fn one_host(request: Request, next: Next) -> Response {
    if request.headers().get_all(axum::http::header::HOST).iter().nth(1).is_some() {
        return axum::http::StatusCode::BAD_REQUEST.into_response();
    }
    next.run(request).await
}

/// Customers' pages may be anywhere and use tokens only; everything else needs an approved origin.
fn approved(center: Arc<Center>) -> Origins {
    let instances = center.clone();
    let approves = |engine: &engine::Engine, origin: &str| {
        let listed =
            engine.look(|core| core.directory().instance().approved_origins.iter().any(|one| one == origin));
        listed.unwrap_or(false)
    };
    Origins::new(move |origin, path| {
        agent::is_public(path)
            || path.starts_with("/participant/")
            || center.instances().iter().any(|engine| approves(engine, origin))
    })
    .of_instance(move |origin, instance| {
        instances.instance(instance).is_some_and(|engine| approves(&engine, origin))
    })
}

fn greet(endpoint: &str, folder: &Path, logins: Option<&[first_start::Login]>) {
    println!("Switchroom is running.\n");
    println!("  Console          {endpoint}/console");
    println!("  Agent workspace  {endpoint}/agent-app-v2");
    println!("  Customer chat    {endpoint}/chat");
    println!("  Customer call    {endpoint}/call\n");
    match logins {
        // Standard output may be a log; passwords are for eyes only.
        Some(logins) if std::io::stdout().is_terminal() => {
            println!("Log-ins made at this first start:");
            for login in logins {
                println!("  {:<12} {:<16} {}", login.username, login.password, login.role);
            }
            println!();
        }
        Some(_) => {
            println!("Log-ins were made; their passwords are in the file below, which only you can read.")
        }
        None => println!("Log-ins are as before."),
    }
    println!("For scripts: {}", folder.join("bootstrap.json").display());
}

async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("signals cannot be received; the server stops");
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
}

/// Makes the folder for its owner only, also when it was there before: it holds keys and what customers said.
fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

/// One server per data folder: two would overwrite each other's work.
fn lock(folder: &Path) -> Result<std::fs::File, ServeError> {
    let failed = |source| ServeError::Folder { path: folder.display().to_string(), source };
    let file = std::fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("lock"))
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(ServeError::Locked(folder.display().to_string())),
        Err(std::fs::TryLockError::Error(source)) => Err(failed(source)),
    }
}
