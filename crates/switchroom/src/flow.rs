//! The commands that try flows out without a server.

use std::io::{stdin, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use model::Channel;
use model::resource::FlowType;
use rehearsal::{Given, Play};
use serde::de::DeserializeOwned;

#[derive(Subcommand)]
pub(crate) enum Flow {
    /// List every problem of flow documents: block, field and reason. Ends with 1 when there are errors. Files of the
    /// older export format are converted first.
    Check {
        /// Flow documents (JSON).
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Type of the flows, such as CONTACT_FLOW or CUSTOMER_QUEUE.
        #[arg(long = "type", value_name = "TYPE", default_value = "CONTACT_FLOW", value_parser = named::<FlowType>)]
        kind: FlowType,
    },
    /// Convert a file of the older export format (`modules`) to the flow language, and report what did not pass over.
    Convert {
        /// The older file (JSON).
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Where the converted flow is written; an existing file is replaced.
        #[arg(short, long, value_name = "OUT")]
        out: PathBuf,
    },
    /// Play one contact in the terminal.
    Run {
        /// A flow document (JSON), or the name of a flow that every instance begins with.
        #[arg(value_name = "FILE")]
        flow: String,
        /// Type of the flow.
        #[arg(long = "type", value_name = "TYPE", value_parser = named::<FlowType>)]
        kind: Option<FlowType>,
        /// Channel: CHAT, TASK or VOICE.
        #[arg(long, value_parser = named::<Channel>)]
        channel: Option<Channel>,
        /// The world around the contact: a JSON file with what stands under `given` in conversations.
        #[arg(long, value_name = "FILE")]
        given: Option<PathBuf>,
        /// Call the real JavaScript functions in this folder.
        #[arg(long, value_name = "DIR")]
        functions: Option<PathBuf>,
    },
    /// Play the conversations in a folder. Ends with 1 when one goes otherwise than expected.
    Test {
        /// Folder of conversations (YAML).
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Also write the result as JUnit XML.
        #[arg(long, value_name = "FILE")]
        junit: Option<PathBuf>,
        /// Also list blocks and branches that were never played.
        #[arg(long)]
        missing: bool,
    },
}

/// Reads the public spelling of a value.
fn named<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(text.into()).map_err(|error| error.to_string())
}

/// Runs a command; 2 = it could not be done.
pub(crate) fn run(command: Flow) -> ExitCode {
    let done = match command {
        Flow::Check { files, kind } => rehearsal::check(&files, kind, &mut stdout().lock())
            .map(|errors| errors == 0)
            .map_err(|error| error.to_string()),
        Flow::Convert { file, out } => rehearsal::convert(&file, &mut stdout().lock())
            .and_then(|text| std::fs::write(&out, text + "\n"))
            .map(|()| true)
            .map_err(|error| error.to_string()),
        Flow::Run { flow, kind, channel, given, functions } => {
            converse(&flow, kind, channel, given.as_deref(), functions).map(|()| true)
        }
        Flow::Test { folder, junit, missing } => test(&folder, junit.as_deref(), missing),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("switchroom: {error}");
            ExitCode::from(2)
        }
    }
}

fn converse(
    flow: &str,
    kind: Option<FlowType>,
    channel: Option<Channel>,
    file: Option<&Path>,
    functions: Option<PathBuf>,
) -> Result<(), String> {
    let named = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let mut given = match file {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| named(path, &error))?;
            serde_json::from_str(&text).map_err(|error| named(path, &error))?
        }
        None => Given::default(),
    };
    given.channel = channel.or(given.channel);
    given.kind = kind.or(given.kind);
    if let Some(folder) = functions {
        given.functions_folder = Some(folder.to_string_lossy().into_owned());
    }
    let mut play = Play::start(flow, given, Path::new("")).map_err(|error| error.to_string())?;
    rehearsal::converse(&mut play, &mut stdin().lock(), &mut stdout().lock())
        .map_err(|error| error.to_string())
}

fn test(folder: &Path, junit: Option<&Path>, missing: bool) -> Result<bool, String> {
    let failed = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let report = rehearsal::test_folder(folder).map_err(|error| failed(folder, error))?;
    println!("{}", report.text(missing));
    if let Some(path) = junit {
        std::fs::write(path, report.junit()).map_err(|error| failed(path, error))?;
    }
    if report.played() == 0 {
        return Err(format!("{}: there are no conversations", folder.display()));
    }
    Ok(report.failed() == 0)
}
