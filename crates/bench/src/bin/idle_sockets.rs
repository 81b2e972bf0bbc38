//! Opens websockets of customers who wait, and keeps them while somebody measures the server.
//!
//! Reads one number per line from standard input and answers each with a JSON line once so many sockets are open;
//! all chats are started before the first. Ends with the input.

use std::io::BufRead;
use std::path::PathBuf;
use std::process::ExitCode;

use bench::load::chats;
use bench::load::customer::participant;
use bench::load::http::Connection;
use bench::load::integrator::Integrator;
use bench::load::server::Server;
use bench::load::socket::Socket;
use bench::load::{LoadError, Result};
use clap::Parser;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, LocalSet, spawn_local};

/// Idle websockets.
#[derive(Parser)]
struct Arguments {
    /// The server's bootstrap.json.
    #[arg(long)]
    bootstrap: PathBuf,
    /// Chats that are started, one websocket each.
    #[arg(long, default_value_t = 5000)]
    chats: usize,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (targets, wanted) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Some(target) = line.ok().and_then(|line| line.trim().parse::<usize>().ok()) else { break };
            if targets.send(target).is_err() {
                break;
            }
        }
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => LocalSet::new().block_on(&runtime, run(&arguments, wanted)),
        Err(error) => Err(LoadError::Socket(error.to_string())),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("idle_sockets: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments, mut wanted: mpsc::UnboundedReceiver<usize>) -> Result<()> {
    let server = Server::read(&arguments.bootstrap)?;
    let mut integrator = Integrator::new(&server);
    let mut connection = Connection::new(server.address);
    let flow = chats::flow(&mut integrator, &server.instance).await?;
    let chats =
        chats::start(&mut integrator, &mut connection, &server.instance, &flow, arguments.chats).await?;
    // The flow begins with an acknowledgement as it does with a websocket, so that sockets alone make the difference.
    let acknowledged =
        json!({"ContentType": "application/vnd.amazonaws.connect.event.connection.acknowledged"});
    for chat in &chats {
        participant(&mut connection, "/participant/event", &chat.bearer, &acknowledged).await?;
    }
    println!("{}", json!({"chats": chats.len(), "sockets": 0}));
    let mut sockets: Vec<JoinHandle<Result<()>>> = Vec::new();
    while let Some(target) = wanted.recv().await {
        while sockets.len() < target.min(chats.len()) {
            let socket = Socket::open(server.address, &chats[sockets.len()].socket).await?;
            sockets.push(spawn_local(socket.listen(|_| {})));
        }
        let open = sockets.iter().filter(|socket| !socket.is_finished()).count();
        println!("{}", json!({"chats": chats.len(), "sockets": open}));
    }
    Ok(())
}
