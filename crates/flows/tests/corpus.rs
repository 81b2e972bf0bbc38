//! Flows published by others: parsed, printed back, checked and run. Skipped where the folder is not there.

mod support;

use std::path::PathBuf;

use flows::*;
use model::Channel;
use model::resource::FlowType;
use serde_json::json;
use support::{Play, TestHost};

/// The folder of real flows: `SWITCHROOM_FLOWS_DIR`, or beside the workspace.
fn folder() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/flows");
    let folder = std::env::var_os("SWITCHROOM_FLOWS_DIR").map_or(beside, PathBuf::from).join("current");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no flows in {}; set SWITCHROOM_FLOWS_DIR", folder.display());
    None
}

fn texts() -> Vec<(String, String)> {
    let Some(folder) = folder() else { return Vec::new() };
    let mut texts: Vec<(String, String)> = std::fs::read_dir(folder)
        .expect("readable")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let name = path.file_name().expect("a file").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).expect("UTF-8"))
        })
        .collect();
    texts.sort();
    texts
}

#[test]
fn real_flows_print_back_and_are_reported_on() {
    let mut errors = std::collections::BTreeMap::<String, usize>::new();
    for (name, text) in texts() {
        let document = Document::import(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(document.text(), text, "{name}");
        let kind = document.exported_type().unwrap_or(FlowType::ContactFlow);
        for problem in validate_document(&document, kind, document.is_module(), None) {
            if problem.level == Level::Error {
                println!("{name}: {problem}");
            }
            *errors
                .entry(format!("{:?} {} {}", problem.level, problem.rule, problem.message))
                .or_default() += 1;
        }
    }
    for (message, count) in errors {
        println!("{count:5} {message}");
    }
}
