//! Calls of the public API per second: signed, on keep-alive connections, each with one call under way.

use std::cell::Cell;
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use bench::figures::Latencies;
use bench::load::integrator::Integrator;
use bench::load::server::Server;
use bench::load::{LoadError, Result, chats, text};
use clap::{Parser, ValueEnum};
use http::Method;
use serde_json::{Value, json};
use tokio::task::{LocalSet, spawn_local};
use tokio::time::Instant;

/// Calls of the public API per second.
#[derive(Parser)]
struct Arguments {
    /// The server's bootstrap.json.
    #[arg(long, required_unless_present = "mock")]
    bootstrap: Option<PathBuf>,
    /// Address of a mock of the same API, such as http://127.0.0.1:5000; an instance is created there first.
    #[arg(long, conflicts_with = "bootstrap")]
    mock: Option<String>,
    /// What is called, in this order.
    #[arg(long, value_delimiter = ',', required = true)]
    operations: Vec<Operation>,
    /// Connections at once.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Length of each measurement, in seconds.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Unmeasured seconds before each.
    #[arg(long, default_value_t = 1.0)]
    warm_up: f64,
    /// Most calls of an operation that leaves something behind, unmeasured ones included.
    #[arg(long, default_value_t = 20_000)]
    most_made: u64,
    /// Most users that are made, unmeasured ones included; an instance has room for a limited number.
    #[arg(long, default_value_t = 300)]
    most_users: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Operation {
    DescribeInstance,
    TagResource,
    DescribeQueue,
    CreateUser,
    StartChatContact,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => LocalSet::new().block_on(&runtime, run(&arguments)),
        Err(error) => Err(LoadError::Socket(error.to_string())),
    };
    match result {
        Ok(json) => {
            println!("{json}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("api_load: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<Value> {
    let server = match (&arguments.mock, &arguments.bootstrap) {
        (Some(endpoint), _) => Server::mock(endpoint)?,
        (None, Some(path)) => Server::read(path)?,
        (None, None) => return Err(LoadError::NotLoopback(String::new())),
    };
    let target = Target::find(&server, &arguments.operations).await?;
    let mut results = Vec::new();
    for &operation in &arguments.operations {
        results.push(measure(&server, &target, operation, arguments).await?);
    }
    Ok(json!({
        "bench": "api", "mock": arguments.mock.is_some(), "connections": arguments.connections, "results": results,
    }))
}

/// What the calls are about.
#[derive(Default)]
struct Target {
    instance: String,
    arn: String,
    queue: String,
    flow: String,
    routing: String,
    security: String,
}

impl Target {
    async fn find(server: &Server, operations: &[Operation]) -> Result<Rc<Self>> {
        let mut integrator = Integrator::new(server);
        let mut target = Self { instance: server.instance.clone(), ..Self::default() };
        if target.instance.is_empty() {
            let request = json!({
                "IdentityManagementType": "CONNECT_MANAGED",
                "InstanceAlias": "bench",
                "InboundCallsEnabled": true,
                "OutboundCallsEnabled": true,
            });
            let made = integrator.call(Method::PUT, "/instance", &request).await?;
            target.instance = text(&made, "CreateInstance", "/Id")?.to_owned();
        }
        let described =
            integrator.call(Method::GET, &format!("/instance/{}", target.instance), &Value::Null).await?;
        target.arn = text(&described, "DescribeInstance", "/Instance/Arn")?.to_owned();
        if operations.contains(&Operation::DescribeQueue) {
            let path = format!("/queues-summary/{}?queueTypes=STANDARD", target.instance);
            let queues = integrator.call(Method::GET, &path, &Value::Null).await?;
            target.queue = text(&queues, "ListQueues", "/QueueSummaryList/0/Id")?.to_owned();
        }
        if operations.contains(&Operation::StartChatContact) {
            target.flow = chats::flow(&mut integrator, &target.instance).await?;
        }
        if operations.contains(&Operation::CreateUser) {
            (target.routing, target.security) = chats::profiles(&mut integrator, &target.instance).await?;
        }
        Ok(Rc::new(target))
    }

    /// The call, and what makes it different from the others of its kind.
    fn call(&self, operation: Operation, number: u64) -> (Method, String, Value) {
        let instance = &self.instance;
        match operation {
            Operation::DescribeInstance => (Method::GET, format!("/instance/{instance}"), Value::Null),
            Operation::TagResource => {
                let arn = self.arn.replace('/', "%2F").replace(':', "%3A");
                let body = json!({"tags": {"owner": "bench", "turn": (number % 1000).to_string()}});
                (Method::POST, format!("/tags/{arn}"), body)
            }
            Operation::DescribeQueue => {
                (Method::GET, format!("/queues/{instance}/{}", self.queue), Value::Null)
            }
            Operation::CreateUser => {
                let body = chats::user(&format!("api{number:06}"), &self.routing, &self.security);
                (Method::PUT, format!("/users/{instance}"), body)
            }
            Operation::StartChatContact => {
                let body = json!({
                    "InstanceId": instance,
                    "ContactFlowId": self.flow,
                    "ParticipantDetails": {"DisplayName": "Cora Customer"},
                });
                (Method::PUT, "/contact/chat".to_owned(), body)
            }
        }
    }
}

async fn measure(
    server: &Server,
    target: &Rc<Target>,
    operation: Operation,
    arguments: &Arguments,
) -> Result<Value> {
    let most = match operation {
        Operation::CreateUser => arguments.most_users,
        Operation::StartChatContact => arguments.most_made,
        _ => u64::MAX,
    };
    let turns = Rc::new(Cell::new(0));
    let measured_from = Instant::now() + Duration::from_secs_f64(arguments.warm_up);
    let until = measured_from + Duration::from_secs_f64(arguments.seconds);
    let callers: Vec<_> = (0..arguments.connections)
        .map(|_| {
            let (mut integrator, target, turns) = (Integrator::new(server), target.clone(), turns.clone());
            spawn_local(async move {
                let mut called = Called::default();
                while turns.get() < most {
                    let start = Instant::now();
                    if start >= until {
                        break;
                    }
                    let number = turns.replace(turns.get() + 1);
                    let (method, path, body) = target.call(operation, number);
                    let answer = integrator.call(method, &path, &body).await;
                    if start < measured_from {
                        continue;
                    }
                    match answer {
                        Ok(_) => called.latencies.add(start.elapsed()),
                        Err(error) => {
                            called.errors += 1;
                            called.first_error.get_or_insert(error.to_string());
                        }
                    }
                    called.last = Some(Instant::now());
                }
                called.opened = integrator.opened();
                called
            })
        })
        .collect();
    let mut all = Called::default();
    for caller in callers {
        let called = caller.await.map_err(|error| LoadError::Socket(error.to_string()))?;
        all.latencies.append(called.latencies);
        all.errors += called.errors;
        all.opened += called.opened;
        all.first_error = all.first_error.or(called.first_error);
        all.last = all.last.max(called.last);
    }
    let seconds = all.last.map_or(0.0, |last| last.duration_since(measured_from).as_secs_f64());
    let calls = all.latencies.count();
    Ok(json!({
        "operation": format!("{operation:?}"), "seconds": seconds, "calls": calls,
        "calls_per_second": if seconds > 0.0 { calls as f64 / seconds } else { 0.0 },
        "latency": all.latencies.summary(), "errors": all.errors, "first_error": all.first_error,
        "connections_opened": all.opened,
    }))
}

/// What one connection did.
#[derive(Default)]
struct Called {
    latencies: Latencies,
    errors: u64,
    first_error: Option<String>,
    opened: u64,
    last: Option<Instant>,
}
