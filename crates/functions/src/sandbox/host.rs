//! The server's side of what a function finds around it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use aws_lc_rs::{digest, hmac};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::{STANDARD as BASE64, URL_SAFE_NO_PAD};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use rquickjs::context::EvalOptions;
use rquickjs::{Ctx, Function, Object, TypedArray};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::{Fault, Line, Task, Wake};
use crate::fetch::Request;

/// Most lines, and most bytes of them, that are kept of one call.
const LINES: usize = 500;
const LOG_BYTES: usize = 64 * 1024;
/// Most bytes of one line.
const LINE_BYTES: usize = 8 * 1024;
/// Most timers at once.
const TIMERS: usize = 10_000;
/// Most fetches of one call, and most of them at once.
const FETCHES: usize = 64;
const FETCHES_AT_ONCE: usize = 8;
/// Most bytes that one fetch sends.
const SENT: usize = 6 * 1024 * 1024;
/// Most random bytes at once, as in browsers.
const RANDOM_BYTES: f64 = 65_536.0;

/// What a call has under way, and what it left.
#[derive(Default)]
pub(super) struct State {
    pub outcome: Option<Result<String, Fault>>,
    lines: Vec<Line>,
    log_bytes: usize,
    left_out: usize,
    due: BTreeSet<(Instant, u64)>,
    timers: BTreeMap<u64, Instant>,
    fetches: HashMap<u64, tokio::task::AbortHandle>,
    fetched: usize,
    rejections: Vec<String>,
}

impl State {
    /// A promise was rejected and nobody listens yet.
    pub fn rejected(&mut self, mut reason: String) {
        // Many rejections may share one long text, of which each copy is outside of the engine's memory.
        shorten(&mut reason);
        if self.rejections.len() < LINES {
            self.rejections.push(reason);
        }
    }

    /// Somebody listens to the promise that was rejected last.
    pub fn caught(&mut self) {
        self.rejections.pop();
    }

    /// The reason of a rejection to which nobody listens.
    pub fn unhandled(&self) -> Option<String> {
        self.rejections.last().cloned()
    }

    pub fn next_timer(&self) -> Option<(Instant, u64)> {
        self.due.first().copied()
    }

    pub fn is_waiting(&self) -> bool {
        !self.timers.is_empty() || !self.fetches.is_empty()
    }

    fn set_timer(&mut self, id: u64, due: Instant) {
        self.cancel_timer(id);
        self.due.insert((due, id));
        self.timers.insert(id, due);
    }

    pub fn cancel_timer(&mut self, id: u64) {
        if let Some(due) = self.timers.remove(&id) {
            self.due.remove(&(due, id));
        }
    }

    /// Whether the fetch was still awaited.
    pub fn fetch_over(&mut self, id: u64) -> bool {
        self.fetches.remove(&id).is_some()
    }

    fn abort(&mut self, id: u64) {
        if let Some(fetch) = self.fetches.remove(&id) {
            fetch.abort();
        }
    }

    pub fn abort_all(&mut self) {
        for (_, fetch) in self.fetches.drain() {
            fetch.abort();
        }
    }

    fn write(&mut self, level: String, mut text: String) {
        shorten(&mut text);
        if self.lines.len() >= LINES || self.log_bytes + text.len() > LOG_BYTES {
            self.left_out += 1;
            return;
        }
        self.log_bytes += text.len();
        self.lines.push(Line { level, text });
    }

    pub fn take_lines(&mut self) -> Vec<Line> {
        for reason in std::mem::take(&mut self.rejections) {
            self.write("ERROR".to_owned(), format!("a promise was rejected and nobody caught it: {reason}"));
        }
        let mut lines = std::mem::take(&mut self.lines);
        if self.left_out > 0 {
            let text = format!("{} more lines were written and left out", self.left_out);
            lines.push(Line { level: "WARN".to_owned(), text });
        }
        lines
    }
}

/// Cuts a text to the bytes of one line.
fn shorten(text: &mut String) {
    if text.len() > LINE_BYTES {
        text.truncate(text.floor_char_boundary(LINE_BYTES));
        text.shrink_to_fit();
        text.push('…');
    }
}

/// Bytes from text with one character for each.
fn bytes(text: &str) -> Vec<u8> {
    text.chars().map(|c| c as u32 as u8).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    error_type: String,
    error_message: String,
    trace: Vec<String>,
}

/// The object that our script gets.
pub(super) fn make<'js>(
    ctx: &Ctx<'js>,
    task: &Task,
    tokio: &tokio::runtime::Handle,
    state: &Rc<RefCell<State>>,
    sender: Sender<Wake>,
) -> rquickjs::Result<Object<'js>> {
    let host = Object::new(ctx.clone())?;
    outcome(ctx, &host, task, state)?;
    time(ctx, &host, task, state)?;
    fetching(ctx, &host, task, tokio, state, sender)?;
    files(ctx, &host, task)?;
    data(ctx, &host, task)?;
    Ok(host)
}

fn outcome<'js>(
    ctx: &Ctx<'js>,
    host: &Object<'js>,
    task: &Task,
    state: &Rc<RefCell<State>>,
) -> rquickjs::Result<()> {
    let of = state.clone();
    host.set(
        "done",
        Function::new(ctx.clone(), move |answer: String| of.borrow_mut().outcome = Some(Ok(answer)))?,
    )?;
    let (of, memory) = (state.clone(), super::out_of_memory(task));
    let failed = move |text: String| {
        let fault = match serde_json::from_str::<Described>(&text) {
            Ok(told) if told.error_message == "out of memory" => memory.clone(),
            // The engine has no memory left for an error of its own.
            Ok(told) if told.error_type == "object" && told.error_message == "null" => Fault {
                error_message: format!("null was thrown; as a rule {}", memory.error_message),
                ..memory.clone()
            },
            Ok(told) => {
                let short = |mut text: String, most: usize| {
                    text.truncate(text.floor_char_boundary(most));
                    text
                };
                Fault {
                    error_type: short(told.error_type, 200),
                    error_message: short(told.error_message, 4_000),
                    trace: told.trace.into_iter().map(|line| short(line, 4_200)).collect(),
                }
            }
            Err(_) => Fault::new("Error", "the error cannot be read"),
        };
        of.borrow_mut().outcome = Some(Err(fault));
    };
    host.set("failed", Function::new(ctx.clone(), failed)?)?;
    let of = state.clone();
    let write = move |level: String, text: String| of.borrow_mut().write(level, text);
    host.set("write", Function::new(ctx.clone(), write)?)
}

fn time<'js>(
    ctx: &Ctx<'js>,
    host: &Object<'js>,
    task: &Task,
    state: &Rc<RefCell<State>>,
) -> rquickjs::Result<()> {
    let of = state.clone();
    let timer = move |ctx: Ctx<'js>, id: f64, wait: f64| {
        let mut state = of.borrow_mut();
        if state.timers.len() >= TIMERS {
            return Err(rquickjs::Exception::throw_range(&ctx, "too many timers at once"));
        }
        let wait = Duration::from_secs_f64((wait / 1000.0).clamp(0.0, 1e7));
        state.set_timer(id as u64, Instant::now() + wait);
        Ok(())
    };
    host.set("timer", Function::new(ctx.clone(), timer)?)?;
    let of = state.clone();
    host.set("cancel", Function::new(ctx.clone(), move |id: f64| of.borrow_mut().cancel_timer(id as u64))?)?;
    let deadline = task.deadline;
    let remaining = move || deadline.saturating_duration_since(Instant::now()).as_millis() as f64;
    host.set("remaining", Function::new(ctx.clone(), remaining)?)
}

fn fetching<'js>(
    ctx: &Ctx<'js>,
    host: &Object<'js>,
    task: &Task,
    tokio: &tokio::runtime::Handle,
    state: &Rc<RefCell<State>>,
    sender: Sender<Wake>,
) -> rquickjs::Result<()> {
    let (of, fetcher, tokio, deadline) = (state.clone(), task.fetcher.clone(), tokio.clone(), task.deadline);
    // The answer is why it cannot be; nothing when it is under way.
    let fetch = move |id: f64, request: String, body: Option<String>| -> Option<String> {
        let Some(fetcher) = &fetcher else {
            return Some("functions may not call out; the setting functions.fetch allows it".to_owned());
        };
        let mut state = of.borrow_mut();
        if state.fetched >= FETCHES || state.fetches.len() >= FETCHES_AT_ONCE {
            return Some(format!("a call may fetch {FETCHES} times, {FETCHES_AT_ONCE} of them at once"));
        }
        // One character stands for each byte, and takes one or two here.
        if request.len() > SENT || body.as_ref().is_some_and(|body| body.len() > 2 * SENT) {
            return Some(format!("a fetch may send {} MiB", SENT / 1024 / 1024));
        }
        let Ok(request) = serde_json::from_str::<Request>(&request) else {
            return Some("the request cannot be read".to_owned());
        };
        state.fetched += 1;
        let (fetcher, sender, id) = (fetcher.clone(), sender.clone(), id as u64);
        let body = body.map(|body| bytes(&body));
        let under_way = tokio.spawn(async move {
            let within = tokio::time::Instant::from_std(deadline);
            let result = tokio::time::timeout_at(within, fetcher.fetch(request, body))
                .await
                .unwrap_or_else(|_| Err("no answer in time".to_owned()));
            // The call may be over.
            let _ = sender.send(Wake::Fetched(id, result));
        });
        state.fetches.insert(id, under_way.abort_handle());
        None
    };
    host.set("fetch", Function::new(ctx.clone(), fetch)?)?;
    let of = state.clone();
    host.set("abort", Function::new(ctx.clone(), move |id: f64| of.borrow_mut().abort(id as u64))?)
}

fn files<'js>(ctx: &Ctx<'js>, host: &Object<'js>, task: &Task) -> rquickjs::Result<()> {
    let package = task.package.clone();
    let source = move |path: String| package.file(&path).map(str::to_owned);
    host.set("source", Function::new(ctx.clone(), source)?)?;
    let package = task.package.clone();
    let resolve = move |base: String, name: String| package.resolve(&base, &name);
    host.set("resolve", Function::new(ctx.clone(), resolve)?)?;
    let package = task.package.clone();
    // A file of the older kind of module as the function that it is the body of.
    let compile = move |ctx: Ctx<'js>, path: String| -> rquickjs::Result<Function<'js>> {
        let source = package.file(&path).unwrap_or_default();
        let mut options = EvalOptions::default();
        options.strict = false;
        options.filename = Some(path);
        let whole = format!("(function (exports, require, module, __filename, __dirname) {{{source}\n}})");
        ctx.eval_with_options(whole, options)
    };
    host.set("compile", Function::new(ctx.clone(), compile)?)?;
    let environment = json!(task.environment).to_string();
    host.set("environment", Function::new(ctx.clone(), move || environment.clone())?)
}

fn data<'js>(ctx: &Ctx<'js>, host: &Object<'js>, _: &Task) -> rquickjs::Result<()> {
    let encode = |ctx: Ctx<'js>, text: String| TypedArray::<u8>::new(ctx, text.into_bytes());
    host.set("encode", Function::new(ctx.clone(), encode)?)?;
    let decode = |text: String| String::from_utf8_lossy(&bytes(&text)).into_owned();
    host.set("decode", Function::new(ctx.clone(), decode)?)?;
    let base64 = |text: String, url: bool| {
        if url { URL_SAFE_NO_PAD.encode(bytes(&text)) } else { BASE64.encode(bytes(&text)) }
    };
    host.set("base64", Function::new(ctx.clone(), base64)?)?;
    let unbase64 = |ctx: Ctx<'js>, text: String| TypedArray::<u8>::new(ctx, unbase64(&text));
    host.set("unbase64", Function::new(ctx.clone(), unbase64)?)?;
    let random = |ctx: Ctx<'js>, length: f64| {
        if !(0.0..=RANDOM_BYTES).contains(&length) {
            return Err(rquickjs::Exception::throw_range(&ctx, "at most 65536 random bytes at once"));
        }
        let mut bytes = vec![0; length as usize];
        aws_lc_rs::rand::fill(&mut bytes)
            .map_err(|_| rquickjs::Exception::throw_message(&ctx, "no randomness"))?;
        TypedArray::<u8>::new(ctx, bytes)
    };
    host.set("random", Function::new(ctx.clone(), random)?)?;
    host.set("uuid", Function::new(ctx.clone(), || uuid::Uuid::new_v4().to_string())?)?;
    let digest = |ctx: Ctx<'js>, algorithm: String, key: Option<String>, text: String| {
        let made = digest_of(&algorithm, key.map(|key| bytes(&key)), &bytes(&text));
        made.map(|made| TypedArray::<u8>::new(ctx, made)).transpose()
    };
    host.set("digest", Function::new(ctx.clone(), digest)?)?;
    host.set("address", Function::new(ctx.clone(), address)?)?;
    let pairs = |text: String| {
        let pairs: Vec<_> = url::form_urlencoded::parse(text.as_bytes()).collect();
        json!(pairs).to_string()
    };
    host.set("pairs", Function::new(ctx.clone(), pairs)?)?;
    let query = |text: String| {
        let pairs: Vec<(String, String)> = serde_json::from_str(&text).unwrap_or_default();
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    };
    host.set("query", Function::new(ctx.clone(), query)?)
}

/// Reads both alphabets, with or without padding; ends at what is neither, as usual.
fn unbase64(text: &str) -> Vec<u8> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let mut plain: String = text
        .chars()
        .filter(|c| !c.is_ascii_whitespace())
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            other => other,
        })
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/'))
        .collect();
    if plain.len() % 4 == 1 {
        plain.pop();
    }
    GeneralPurpose::new(&STANDARD, config).decode(plain).unwrap_or_default()
}

fn digest_of(algorithm: &str, key: Option<Vec<u8>>, data: &[u8]) -> Option<Vec<u8>> {
    let (plain, keyed) = match algorithm {
        "sha1" => (&digest::SHA1_FOR_LEGACY_USE_ONLY, hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
        "sha256" => (&digest::SHA256, hmac::HMAC_SHA256),
        "sha384" => (&digest::SHA384, hmac::HMAC_SHA384),
        "sha512" => (&digest::SHA512, hmac::HMAC_SHA512),
        _ => return None,
    };
    Some(match key {
        None => digest::digest(plain, data).as_ref().to_vec(),
        Some(key) => hmac::sign(&hmac::Key::new(keyed, &key), data).as_ref().to_vec(),
    })
}

/// The parts of an address as JSON text; none = it is not one.
fn address(text: String, base: String) -> Option<String> {
    let url =
        if base.is_empty() { Url::parse(&text) } else { Url::parse(&base).and_then(|base| base.join(&text)) };
    let url = url.ok()?;
    let port = url.port().map(|port| port.to_string()).unwrap_or_default();
    let hostname = url.host_str().unwrap_or_default();
    let with = |mark: &str, part: Option<&str>| match part {
        Some(part) if !part.is_empty() => format!("{mark}{part}"),
        _ => String::new(),
    };
    let mut bare = url.clone();
    bare.set_query(None);
    bare.set_fragment(None);
    Some(
        json!({
            "href": url.as_str(),
            "origin": url.origin().ascii_serialization(),
            "protocol": format!("{}:", url.scheme()),
            "username": url.username(),
            "password": url.password().unwrap_or_default(),
            "host": if port.is_empty() { hostname.to_owned() } else { format!("{hostname}:{port}") },
            "hostname": hostname,
            "port": port,
            "pathname": url.path(),
            "search": with("?", url.query()),
            "hash": with("#", url.fragment()),
            "bare": bare.as_str(),
        })
        .to_string(),
    )
}
