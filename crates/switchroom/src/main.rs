//! The Switchroom server: command line, configuration and wiring.

mod audit;
mod bot;
mod callers;
mod config;
mod first_start;
mod flow;
mod pages;
mod retention;
mod serve;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A self-hosted omnichannel contact centre.
#[derive(Parser)]
#[command(name = "switchroom", version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server until it is told to stop (SIGTERM or Ctrl-C).
    Serve {
        /// Folder for everything the server keeps; made when missing.
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
        /// Address to listen on, such as 127.0.0.1:8080; port 0 takes a free one.
        #[arg(long, value_name = "ADDR")]
        http: Option<String>,
        /// Configuration file (TOML); `switchroom config` prints every key.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Check a bot, talk with it, or bring it into a running server.
    #[command(subcommand)]
    Bot(bot::Command),
    /// Check, play and test flows without a server.
    #[command(subcommand)]
    Flow(flow::Flow),
    /// Print a configuration file with every key, its meaning and its default.
    Config,
}

fn main() -> ExitCode {
    // The default hook prints the panic's text, which may hold what must not reach a log.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a bug: a part of the server panicked");
    }));
    match Cli::parse().command {
        Command::Config => {
            print!("{}", config::reference());
            ExitCode::SUCCESS
        }
        Command::Bot(command) => match bot::run(command) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&error),
        },
        Command::Flow(command) => flow::run(command),
        Command::Serve { data, http, config } => {
            let loaded = config::Config::load(config.as_deref(), std::env::vars(), data, http);
            let config = match loaded {
                Ok(config) => config,
                Err(error) => return failed(&error),
            };
            tracing_subscriber::fmt()
                .with_max_level(config.log_level())
                .with_writer(std::io::stderr)
                .with_target(false)
                .init();
            // Two backends may be linked in; the choice is ours and made once.
            if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
                return failed(&"the crypto backend was chosen twice");
            }
            let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(error) => return failed(&error),
            };
            match runtime.block_on(serve::serve(config)) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => failed(&error),
            }
        }
    }
}

fn failed(error: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("switchroom: {error}");
    ExitCode::FAILURE
}
