//! Handlers of every kind, what they find around them, and functions that run away.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::*;

fn task(package: Package, time: Duration) -> Task {
    Task {
        name: "tier".into(),
        arn: "arn:aws:lambda:us-east-1:123456789012:function:tier".into(),
        package: Arc::new(package),
        environment: BTreeMap::from([("COLOR".into(), "green".into())]),
        event: r#"{"Details":{"Parameters":{"name":"Ann"}}}"#.into(),
        request_id: "11111111-2222-4333-8444-555555555555".into(),
        deadline: Instant::now() + time,
        time,
        memory: 32 * 1024 * 1024,
        answer: 32 * 1024,
        fetcher: None,
        stop: Arc::new(AtomicBool::new(false)),
    }
}

fn run_task(task: Task) -> Report {
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let handle = tokio.handle().clone();
    // Debug builds of the engine need the stack that the pool gives its threads.
    let worker = std::thread::Builder::new().stack_size(crate::pool::THREAD_STACK);
    worker.spawn(move || run(&task, &handle)).expect("a thread").join().expect("runs")
}

fn play(file: &str, source: &str) -> Report {
    run_task(task(Package::single(file, source).expect("a package"), Duration::from_secs(8)))
}

#[track_caller]
fn answers(file: &str, source: &str, expected: &str) {
    let report = play(file, source);
    assert_eq!(report.outcome.as_deref(), Ok(expected), "{:?}", report.lines);
}

/// The error as `type: message`.
#[track_caller]
fn fails(file: &str, source: &str) -> String {
    let fault = play(file, source).outcome.expect_err("an error");
    format!("{}: {}", fault.error_type, fault.error_message)
}

#[test]
fn every_kind_of_handler() {
    for (file, source, expected) in [
        (
            "a.js",
            "exports.handler = async (event) => ({ hello: event.Details.Parameters.name });",
            r#"{"hello":"Ann"}"#,
        ),
        ("a.cjs", "module.exports.handler = (event, context, done) => done(null, { a: 1 });", r#"{"a":1}"#),
        (
            "a.js",
            "exports.handler = (e, c, done) => { setTimeout(() => done(null, 'late'), 5); };",
            r#""late""#,
        ),
        ("a.js", "exports.handler = (e, c) => { c.succeed([1]); };", "[1]"),
        ("a.js", "exports.handler = () => {};", "null"),
        ("a.js", "exports.handler = async () => {};", "null"),
        ("a.js", "module.exports = { handler: () => new Promise((r) => setTimeout(r, 1, 7)) };", "7"),
        (
            "a.mjs",
            "export const handler = async (event) => event.Details;",
            r#"{"Parameters":{"name":"Ann"}}"#,
        ),
        ("a.mjs", "export async function handler() { return 1; }", "1"),
        ("a.mjs", "const x = await Promise.resolve(5); export const handler = () => x;", "5"),
        ("a.mjs", "export default { handler: () => 2 };", "2"),
        // A .js file with exports is a module, as in the usual runtime.
        ("a.js", "export const handler = async () => 3;", "3"),
        (
            "a.js",
            "// text\nimport { randomUUID } from 'node:crypto';\nexport const handler = () => randomUUID().length;",
            "36",
        ),
    ] {
        let report = play(file, source);
        assert_eq!(report.outcome.as_deref(), Ok(expected), "{source}");
    }
}

#[test]
fn packages_have_many_files() {
    let files = [
        (
            "/index.mjs",
            "import lib from './lib.cjs'; import { two } from './src/two.js'; import data from './d.json';\nexport const handler = () => [lib.one, two, data.three];",
        ),
        ("/lib.cjs", "exports.one = require('./src/one');"),
        ("/src/one.js", "module.exports = 1;"),
        ("/src/two.js", "export const two = 2;"),
        ("/d.json", r#"{"three":3}"#),
    ];
    let files = files.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect();
    let package = Package::new(files, "index.handler").expect("a package");
    let report = run_task(task(package, Duration::from_secs(8)));
    assert_eq!(report.outcome.as_deref(), Ok("[1,2,3]"));
}

#[test]
fn errors_are_described_as_usual() {
    for (file, source, expected) in [
        ("a.js", "exports.handler = async () => { throw new TypeError('no name'); };", "TypeError: no name"),
        ("a.js", "exports.handler = () => { null.x; };", "TypeError: cannot read property 'x' of null"),
        ("a.js", "exports.handler = (e, c, done) => done(new Error('by callback'));", "Error: by callback"),
        ("a.js", "exports.handler = (e, c, done) => done('text');", "string: text"),
        ("a.js", "exports.handler = async () => { throw { a: 1 }; };", r#"object: {"a":1}"#),
        ("a.js", "exports.handler = async () => { throw undefined; };", "undefined: undefined"),
        (
            "a.js",
            "exports.handler = () => { setTimeout(() => { throw new RangeError('later'); }, 1); };",
            "RangeError: later",
        ),
        (
            "a.js",
            "class Mine extends Error { name = 'Mine'; }\nexports.handler = async () => { throw new Mine('own'); };",
            "Mine: own",
        ),
        ("a.js", "exports.other = 1;", "Runtime.HandlerNotFound: a.js exports no function 'handler'"),
        (
            "a.js",
            "exports.handler = async () => process.exit(1);",
            "Runtime.ExitError: the function left with exit status 1",
        ),
        (
            "a.js",
            "exports.handler = async () => { const a = {}; a.a = a; return a; };",
            "Runtime.MarshalError: the answer is not JSON: circular reference",
        ),
        (
            "a.js",
            "exports.handler = async () => new Promise(() => {});",
            "Runtime.NeverSettled: the handler waits for a promise that nothing can settle",
        ),
        ("a.js", "throw new Error('at load');", "Error: at load"),
        ("a.mjs", "throw new Error('at load'); export const handler = 1;", "Error: at load"),
    ] {
        assert_eq!(fails(file, source), expected, "{source}");
    }
    assert!(fails("a.js", "exports.handler = async () => {").starts_with("Runtime.UserCodeSyntaxError: "));
    assert!(fails("a.mjs", "export const handler = ;").starts_with("Runtime.UserCodeSyntaxError: "));
    assert!(
        fails("a.js", "require('fs');").starts_with("Runtime.ImportModuleError: Cannot find module 'fs'")
    );
    assert!(
        fails("a.mjs", "import fs from 'fs'; export const handler = 1;").contains("Cannot find module 'fs'")
    );
    let fault = play("a.js", "exports.handler = async () => {\n  throw new Error('x'); };")
        .outcome
        .expect_err("an error");
    assert_eq!(fault.trace[0], "Error: x");
    assert!(fault.trace[1].contains("a.js:2"), "{:?}", fault.trace);
    assert!(!fault.trace.iter().any(|line| line.contains("(host)")), "{:?}", fault.trace);
}

#[test]
fn rejections_that_nobody_catches_are_told() {
    assert_eq!(
        fails("a.js", "exports.handler = (e, c, done) => { Promise.reject(new TypeError('lost')); };"),
        "Runtime.UnhandledPromiseRejection: TypeError: lost"
    );
    let report =
        play("a.js", "exports.handler = async () => { Promise.reject('gone'); await null; return 1; };");
    assert_eq!(report.outcome.as_deref(), Ok("1"));
    assert_eq!(report.lines[0].text, "a promise was rejected and nobody caught it: gone");
    let caught = play(
        "a.js",
        "exports.handler = async () => { const p = Promise.reject(new Error('x')); await null; try { await p; } catch {} return 2; };",
    );
    assert_eq!((caught.outcome.as_deref(), caught.lines.len()), (Ok("2"), 0));
}

#[test]
fn the_context_tells_the_call() {
    answers(
        "a.js",
        "exports.handler = async (e, c) => [c.functionName, c.invokedFunctionArn, c.awsRequestId, c.memoryLimitInMB, \
         c.getRemainingTimeInMillis() > 6000 && c.getRemainingTimeInMillis() <= 8000, process.env.COLOR];",
        r#"["tier","arn:aws:lambda:us-east-1:123456789012:function:tier","11111111-2222-4333-8444-555555555555","32",true,"green"]"#,
    );
}

#[test]
fn the_console_is_kept() {
    let report = play(
        "a.js",
        "exports.handler = async () => { console.log('a', 1, { b: [1, 'x'] }); console.warn('%s is %d', 'c', 2); \
         console.error(new Error('bad')); const x = {}; x.x = x; console.debug(x, null, undefined, 5n, new Map([[1, 2]])); };",
    );
    let lines: Vec<_> = report.lines.iter().map(|line| (&*line.level, &*line.text)).collect();
    assert_eq!(lines[..2], [("INFO", "a 1 {b: [1, \"x\"]}"), ("WARN", "c is 2")]);
    assert_eq!((lines[2].0, lines[2].1.starts_with("Error: bad")), ("ERROR", true));
    assert_eq!(lines[3], ("DEBUG", "{x: [Circular]} null undefined 5n Map(1) {1 => 2}"));
}

#[test]
fn what_functions_use_is_there() {
    for (source, expected) in [
        ("Buffer.from('héllo').toString('base64')", "\"aMOpbGxv\""),
        ("Buffer.from('aMOpbGxv', 'base64').toString()", "\"héllo\""),
        ("Buffer.from('_-8', 'base64').toString('hex')", "\"ffef\""),
        ("Buffer.from('ffef', 'hex').toString('base64url')", "\"_-8\""),
        ("Buffer.concat([Buffer.from('a'), Buffer.from('b')]).toString('utf8')", "\"ab\""),
        ("[btoa('hi'), atob('aGk=')]", r#"["aGk=","hi"]"#),
        ("new TextDecoder().decode(new TextEncoder().encode('ü'))", "\"ü\""),
        (
            "require('crypto').createHash('sha256').update('abc').digest('hex')",
            "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"",
        ),
        (
            "require('node:crypto').createHmac('sha256', 'key').update('abc').digest('hex')",
            "\"9c196e32dc0175f86f4b1cb89289d6619de6bee699e4c378e68309ed97a1a6ab\"",
        ),
        ("require('crypto').timingSafeEqual(Buffer.from('a'), Buffer.from('b'))", "false"),
        ("/^[0-9a-f-]{36}$/.test(crypto.randomUUID())", "true"),
        ("crypto.getRandomValues(new Uint8Array(8)).length", "8"),
        (
            "new URL('/b?c=d&e=f%20g#h', 'https://u:p@example.com:8443/a').href",
            "\"https://u:p@example.com:8443/b?c=d&e=f%20g#h\"",
        ),
        ("new URL('https://example.com/?a=1&b=2').searchParams.get('b')", "\"2\""),
        (
            "(() => { const u = new URL('https://example.com/x?a=1'); u.searchParams.set('b', 'c d'); return u.href; })()",
            "\"https://example.com/x?a=1&b=c+d\"",
        ),
        ("new URLSearchParams({ q: 'a b', r: 'ü' }).toString()", "\"q=a+b&r=%C3%BC\""),
        ("(() => { try { new URL('no'); } catch (e) { return e.message; } })()", "\"Invalid URL\""),
        ("require('util').format('%s-%j', 'a', { b: 1 })", r#""a-{\"b\":1}""#),
        ("typeof structuredClone", "\"undefined\""),
        ("[typeof host, typeof globalThis.host]", r#"["undefined","undefined"]"#),
    ] {
        answers("a.js", &format!("exports.handler = async () => {source};"), expected);
    }
}

#[test]
fn timers_come_in_order_and_can_be_cleared() {
    answers(
        "a.js",
        "exports.handler = async () => { const seen = [], ticks = []; \
         const gone = setTimeout(() => seen.push('never'), 1); clearTimeout(gone); \
         const every = setInterval(() => { if (ticks.push(ticks.length) === 2) clearInterval(every); }, 1); \
         setTimeout(() => seen.push('b'), 20); setTimeout(() => seen.push('a'), 5); \
         await new Promise((resolve) => setTimeout(resolve, 40)); \
         while (ticks.length < 2) await new Promise((resolve) => setTimeout(resolve, 1)); return [seen, ticks]; };",
        r#"[["a","b"],[0,1]]"#,
    );
}

#[test]
fn functions_may_not_call_out_unless_told() {
    assert_eq!(
        fails("a.js", "exports.handler = async () => { await fetch('https://example.com'); };"),
        "TypeError: fetch failed: functions may not call out; the setting functions.fetch allows it"
    );
}

/// Runs a function that will not end by itself; it must be over soon after its time.
#[track_caller]
fn stopped(source: &str, time_ms: u64) -> (String, Duration) {
    let time = Duration::from_millis(time_ms);
    let begun = Instant::now();
    let report = run_task(task(Package::single("a.js", source).expect("a package"), time));
    let fault = report.outcome.expect_err("an error");
    (fault.error_type, begun.elapsed())
}

#[test]
fn endless_work_is_stopped_in_time() {
    for source in [
        "exports.handler = async () => { for (;;); };",
        "for (;;);",
        "exports.handler = async () => { for (;;) { try { for (;;); } catch {} } };",
        "exports.handler = async () => { for (;;) await null; };",
        "exports.handler = () => { const again = () => setTimeout(again, 0); again(); };",
        "exports.handler = async () => { await new Promise((resolve) => setTimeout(resolve, 1e9)); };",
        "exports.handler = async () => /(a+)+$/.test('a'.repeat(40) + 'b');",
        "exports.handler = async () => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);",
        "exports.handler = async () => new Array(4294967295).includes(1);",
        "exports.handler = async () => { throw { get message() { for (;;); } }; };",
        "exports.handler = async () => ({ toJSON() { for (;;); } });",
        "exports.handler = async () => ({ get then() { for (;;); } });",
        "function* g() { for (;;) yield 1; } exports.handler = async () => { for (const x of g()); };",
        "exports.handler = async () => { [3, 1, 2].sort(() => { for (;;); }); };",
        "exports.handler = async () => 'x'.replace(/x/, () => { for (;;); });",
        "Error.prepareStackTrace = () => { for (;;); }; exports.handler = async () => { new Error('x').stack; for (;;); };",
    ] {
        let (kind, took) = stopped(source, 300);
        assert_eq!(kind, "Sandbox.Timedout", "{source}");
        assert!(took < Duration::from_millis(2500), "{source}: {took:?}");
    }
}

#[test]
fn memory_has_a_limit() {
    for source in [
        // A chain of promises that grows until the engine cannot go on.
        "exports.handler = async () => { const f = () => Promise.resolve().then(f); await f(); };",
        "exports.handler = async () => { const all = []; for (;;) all.push(new Array(1000).fill(0)); };",
        "exports.handler = async () => { let s = 'x'; for (;;) s += s; };",
        "exports.handler = async () => new Uint8Array(1e9).length;",
        "exports.handler = async () => 'x'.repeat(5e8).length;",
        "const all = []; for (;;) all.push({ a: [] });",
        "exports.handler = async () => { const m = new Map(); for (let i = 0; ; i++) m.set(i, { i }); };",
        "exports.handler = async () => { const f = (x) => [x, ...Array(1e5).fill(f)]; let y = []; for (;;) y = f(y); };",
        "exports.handler = async () => { const b = []; for (;;) b.push(Buffer.alloc(1e6)); };",
        "exports.handler = async () => JSON.stringify(Array(2e7).fill('xxxxxxxxxxxxxxxx')).length;",
    ] {
        let report =
            run_task(task(Package::single("a.js", source).expect("a package"), Duration::from_secs(8)));
        let fault = report.outcome.expect_err(source);
        let refused =
            ["invalid string length", "string too long", "invalid array", "null was thrown", "can settle"];
        let told = refused.iter().any(|text| fault.error_message.contains(text));
        assert!(fault.error_type == "Runtime.OutOfMemory" || told, "{source}: {fault:?}");
    }
}

#[test]
fn the_stack_has_a_limit() {
    for source in [
        "const f = () => f() + 1; exports.handler = async () => f();",
        "exports.handler = async () => { let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return JSON.stringify(a).length; };",
        "exports.handler = async () => JSON.parse('['.repeat(1e5)).length;",
        "exports.handler = async () => new RegExp('('.repeat(1e5) + ')'.repeat(1e5)).test('x');",
        "exports.handler = async () => eval('('.repeat(1e5) + '1' + ')'.repeat(1e5));",
        "const p = new Proxy({}, { get: (t, k, r) => r[k] }); exports.handler = async () => p.x;",
    ] {
        let fault = play("a.js", source).outcome.expect_err(source);
        let text = fault.error_message.to_lowercase();
        assert!(
            text.contains("stack") || text.contains("nest") || fault.error_type.contains("SyntaxError"),
            "{source}: {fault:?}"
        );
    }
}

#[test]
fn output_has_a_limit() {
    let report = play("a.js", "exports.handler = async () => 'x'.repeat(40000);");
    let fault = report.outcome.expect_err("an error");
    assert_eq!(fault.error_type, "Function.ResponseSizeTooLarge");
    let report = play(
        "a.js",
        "exports.handler = async () => { for (let i = 0; i < 1e5; i++) console.log('x'.repeat(1000)); return 1; };",
    );
    assert_eq!(report.outcome.as_deref(), Ok("1"));
    let bytes: usize = report.lines.iter().map(|line| line.text.len()).sum();
    assert!(bytes < 70_000, "{bytes}");
    assert!(
        report.lines.last().expect("lines").text.contains("more lines were written"),
        "{:?}",
        report.lines.last()
    );
    let report = play("a.js", "exports.handler = async () => { console.log('ü'.repeat(1e6)); };");
    assert!(report.lines[0].text.len() < 9_000);
}

#[test]
fn a_call_that_nobody_awaits_is_stopped() {
    let mut task = task(
        Package::single("a.js", "exports.handler = async () => { for (;;); };").expect("a package"),
        Duration::from_secs(60),
    );
    let stop = Arc::new(AtomicBool::new(false));
    task.stop = stop.clone();
    let begun = Instant::now();
    let running = std::thread::spawn(move || run_task(task));
    stop.store(true, Ordering::Relaxed);
    running.join().expect("runs").outcome.expect_err("an error");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn calls_do_not_see_each_other() {
    let source = "globalThis.count = (globalThis.count ?? 0) + 1; exports.handler = async () => { Array.prototype.mine = 1; return globalThis.count; };";
    assert_eq!(play("a.js", source).outcome.as_deref(), Ok("1"));
    assert_eq!(play("a.js", source).outcome.as_deref(), Ok("1"));
    answers("a.js", "exports.handler = async () => [].mine ?? 'clean';", "\"clean\"");
}

#[test]
fn rejections_of_long_texts_are_cut_as_lines_are() {
    let source = "const text = 'x'.repeat(1 << 20);
export const handler = () => { for (let i = 0; i < 400; i += 1) Promise.reject(new Error(text)); return 1; };";
    let report = play("a.mjs", source);
    assert_eq!(report.outcome.as_deref(), Ok("1"));
    let kept: usize = report.lines.iter().map(|line| line.text.len()).sum();
    assert!(kept < 80 * 1024 && !report.lines.is_empty(), "{kept}");
    let fault = fails(
        "b.mjs",
        "export const handler = () => new Promise(() => Promise.reject('x'.repeat(1 << 20)));",
    );
    assert!(
        fault.starts_with("Runtime.UnhandledPromiseRejection: x") && fault.len() < 9_000,
        "{}",
        fault.len()
    );
}
