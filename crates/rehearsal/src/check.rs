//! Lists what is wrong with flow documents.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flows::{Document, Level, validate_document};
use model::resource::FlowType;
use serde_json::Value;

/// Checks files and writes every problem: file, level, rule, block, field, reason. Answers how many errors there are; a
/// file that cannot be read is one.
pub fn check(files: &[PathBuf], kind: FlowType, out: &mut dyn Write) -> io::Result<usize> {
    let mut errors = 0;
    for file in files {
        let found = problems(file, kind);
        errors += found.iter().filter(|(level, _)| *level == Level::Error).count();
        for (level, text) in &found {
            let level = if *level == Level::Error { "error" } else { "warning" };
            writeln!(out, "{}: {level}: {text}", file.display())?;
        }
        if found.is_empty() {
            writeln!(out, "{}: no problems", file.display())?;
        }
    }
    Ok(errors)
}

fn problems(file: &Path, kind: FlowType) -> Vec<(Level, String)> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => return vec![(Level::Error, error.to_string())],
    };
    let document = match Document::parse(&text) {
        Ok(document) => document,
        Err(error) => return vec![(Level::Error, format!("V1 {error}"))],
    };
    let is_module = document.root().get("Settings").is_some_and(Value::is_object);
    validate_document(&document, kind, is_module, None)
        .into_iter()
        .map(|problem| {
            let block = problem.identifier.map(|name| format!("block {name:?}, ")).unwrap_or_default();
            let field = if problem.path.is_empty() { "the document" } else { &problem.path };
            (problem.level, format!("{} {block}{field}: {}", problem.rule, problem.message))
        })
        .collect()
}
