//! Runs the simulated day and prints how it went as one JSON line.

use bench::day::{Day, Size};
use bench::figures::peak_memory;
use clap::Parser;

/// A simulated day of a contact centre in virtual time.
#[derive(Parser)]
struct Arguments {
    /// Agents over all shifts.
    #[arg(long, default_value_t = 10_000)]
    agents: usize,
    /// Contacts over 24 hours.
    #[arg(long, default_value_t = 500_000)]
    contacts: usize,
    /// Standard queues.
    #[arg(long, default_value_t = 200)]
    queues: usize,
    /// Routing profiles.
    #[arg(long, default_value_t = 100)]
    profiles: usize,
    /// Another seed is another day.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> std::process::ExitCode {
    let Arguments { agents, contacts, queues, profiles, seed } = Arguments::parse();
    let day = match Day::new(Size { agents, contacts, queues, profiles }, seed) {
        Ok(day) => day,
        Err(error) => {
            eprintln!("the centre could not be configured: {error}");
            return std::process::ExitCode::FAILURE;
        }
    };
    let mut report = day.run();
    report.json["peak_bytes"] = peak_memory().into();
    println!("{}", report.json);
    if report.broken == 0 { std::process::ExitCode::SUCCESS } else { std::process::ExitCode::FAILURE }
}
