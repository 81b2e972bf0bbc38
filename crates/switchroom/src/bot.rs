//! `switchroom bot`: check a definition or an exported archive, talk with it, bring it into a running server.

use std::io::BufRead;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use bots::{Definition, LearnError, Model, Moment, Session, archive};
use clap::Subcommand;
use model::Timestamp;
use serde_json::{Value, json};
use wire::Secret;
use wire::sigv4::{Payload, SignedRequest, Signer, sign};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Say what is wrong with a definition (JSON) or an exported archive (ZIP).
    Check {
        /// The file.
        file: PathBuf,
    },
    /// Talk with a bot, line by line, without a server.
    Try {
        /// The file.
        file: PathBuf,
        /// Which locale; the first one unless given.
        #[arg(long)]
        locale: Option<String>,
    },
    /// Bring a bot into a running server, as a new version of the bot of its name.
    Import {
        /// The file.
        file: PathBuf,
        /// Data folder of the server, for its address and an access key.
        #[arg(long, value_name = "DIR", default_value = "data")]
        data: PathBuf,
        /// Address of the server, where it is not the one it was started with.
        #[arg(long, value_name = "URL")]
        endpoint: Option<String>,
        /// The alias that stands for the new version; made when missing.
        #[arg(long, default_value = "live")]
        alias: String,
    },
}

/// Why a command did not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BotError {
    #[error("{0} cannot be read: {1}")]
    File(String, std::io::Error),
    #[error("{0}")]
    Definition(#[from] bots::definition::ReadError),
    #[error("{0}")]
    Archive(#[from] archive::ArchiveError),
    #[error("{0}")]
    Learn(#[from] LearnError),
    #[error("the definition has {0} problems")]
    Problems(usize),
    #[error("the bot is another server behind an adapter; talk with that one")]
    Adapter,
    #[error("{0} is not the bootstrap file of a server")]
    Bootstrap(String),
    #[error("the server at {0} cannot be reached: {1}")]
    Server(String, String),
    #[error("the server refuses the bot: {0}")]
    Refused(String),
    #[error("{0}")]
    Runtime(std::io::Error),
}

pub(crate) fn run(command: Command) -> Result<(), BotError> {
    match command {
        Command::Check { file } => check(&file),
        Command::Try { file, locale } => talk(&file, locale.as_deref()),
        Command::Import { file, data, endpoint, alias } => {
            let runtime = tokio::runtime::Runtime::new().map_err(BotError::Runtime)?;
            runtime.block_on(import(&file, &data, endpoint, &alias))
        }
    }
}

fn bytes(file: &Path) -> Result<Vec<u8>, BotError> {
    std::fs::read(file).map_err(|error| BotError::File(file.display().to_string(), error))
}

fn read(file: &Path) -> Result<Definition, BotError> {
    let bytes = bytes(file)?;
    if archive::is_archive(&bytes) {
        let imported = archive::read(&bytes)?;
        imported.notes.iter().for_each(|note| println!("note: {note}"));
        return Ok(imported.definition);
    }
    Ok(Definition::read(&bytes)?)
}

fn check(file: &Path) -> Result<(), BotError> {
    let definition = read(file)?;
    let problems = definition.problems();
    problems.iter().for_each(|problem| println!("{problem}"));
    if !problems.is_empty() {
        return Err(BotError::Problems(problems.len()));
    }
    for (name, locale) in &definition.locales {
        println!("{name}: {} intents, {} lists", locale.intents.len(), locale.slot_types.len());
    }
    println!("{} can be used.", definition.name);
    Ok(())
}

fn talk(file: &Path, locale: Option<&str>) -> Result<(), BotError> {
    let definition = read(file)?;
    let locale = locale.or(definition.locales.keys().next().map(String::as_str)).ok_or(BotError::Adapter)?;
    let model = Model::learn(&definition, locale)?;
    let mut session = Session::default();
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| BotError::File("standard input".to_owned(), error))?;
        let turn = model.turn(session, &line, &Moment::utc(now().0));
        for message in &turn.messages {
            println!("{}", message.content);
        }
        let intent = turn.session.intent.as_ref().map_or("nothing", |intent| &intent.name);
        let sure = turn.guesses.first().map_or(0.0, |guess| guess.confidence);
        println!("  [{intent}, {:?}, confidence {sure}]", turn.session.action);
        session = turn.session;
    }
    Ok(())
}

async fn import(file: &Path, data: &Path, endpoint: Option<String>, alias: &str) -> Result<(), BotError> {
    let content = bytes(file)?;
    let bootstrap = data.join("bootstrap.json");
    let wrong = || BotError::Bootstrap(bootstrap.display().to_string());
    let server: Value = serde_json::from_slice(&bytes(&bootstrap)?).map_err(|_| wrong())?;
    let member = |name: &str| server[name].as_str().ok_or_else(wrong);
    let body = if archive::is_archive(&content) {
        json!({"Alias": alias, "Archive": base64::engine::general_purpose::STANDARD.encode(&content)})
    } else {
        let definition = Definition::read(&content)?;
        json!({"Alias": alias, "Definition": definition})
    };
    let body = body.to_string();
    let endpoint = endpoint.map_or_else(|| member("endpoint").map(str::to_owned), Ok)?;
    let path = format!("/switchroom/instance/{}/bots", member("instanceId")?);
    let unreachable = |error: String| BotError::Server(endpoint.clone(), error);
    let url = reqwest::Url::parse(&format!("{}{path}", endpoint.trim_end_matches('/')));
    let url = url.map_err(|error| unreachable(error.to_string()))?;
    let host = match (url.host_str().unwrap_or_default(), url.port()) {
        (host, Some(port)) => format!("{host}:{port}"),
        (host, None) => host.to_owned(),
    };
    let secret = Secret::new(member("secretAccessKey")?);
    let signer = Signer {
        access_key_id: member("accessKeyId")?,
        secret: &secret,
        session_token: None,
        region: member("region")?,
        service: "lex",
    };
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("content-type", reqwest::header::HeaderValue::from_static("application/json"));
    let request = SignedRequest {
        method: "PUT",
        host: &host,
        path: url.path(),
        query: "",
        headers: &headers,
        payload: Payload::Whole(body.as_bytes()),
    };
    let signature = sign(&signer, &request, now());
    let client = reqwest::Client::new();
    let mut call = client.put(url.clone()).headers(headers).body(body.clone());
    for (name, value) in signature {
        call = call.header(name, value);
    }
    let answer = call.send().await.map_err(|error| unreachable(error.without_url().to_string()))?;
    let good = answer.status().is_success();
    let answer: Value = answer.json().await.map_err(|error| unreachable(error.without_url().to_string()))?;
    if !good {
        return Err(BotError::Refused(answer["message"].as_str().unwrap_or("no reason given").to_owned()));
    }
    for note in answer["Notes"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        println!("note: {note}");
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    println!(
        "{} {} has the version {}.",
        text(&answer["BotId"]),
        text(&answer["Name"]),
        text(&answer["Version"])
    );
    for one in answer["Aliases"].as_array().into_iter().flatten() {
        println!("  {} {} → {}", text(&one["AliasArn"]), text(&one["Name"]), text(&one["Version"]));
    }
    Ok(())
}

fn now() -> Timestamp {
    wire::system_clock()()
}
