//! Lists what is wrong with flow documents.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flows::{Document, Level, legacy, validate_document};
use model::resource::FlowType;
use serde_json::Value;

/// Checks files and writes every problem: file, level, rule, block, field, reason. A file of the older export format is
/// converted first, and what did not pass over one to one is written, too. Answers how many errors there are; a file
/// that cannot be read is one.
pub fn check(files: &[PathBuf], kind: FlowType, out: &mut dyn Write) -> io::Result<usize> {
    let mut errors = 0;
    for file in files {
        let (notes, found) = problems(file, kind);
        for note in &notes {
            writeln!(out, "{}: {note}", file.display())?;
        }
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

/// Converts a file of the older export format and writes the report. Answers the converted document.
pub fn convert(file: &Path, out: &mut dyn Write) -> io::Result<String> {
    let named = |error: &dyn std::fmt::Display| io::Error::other(format!("{}: {error}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| named(&error))?;
    if Document::import(&text).is_ok_and(|document| !legacy::is_legacy(&document)) {
        return Err(named(&"not of the older export format (modules); there is nothing to convert"));
    }
    let converted = legacy::convert(&text).map_err(|error| named(&error))?;
    for note in &converted.notes {
        writeln!(out, "{}: {note}", file.display())?;
    }
    let blocks = converted.document.actions().len();
    let remarks = converted.notes.len();
    writeln!(out, "{}: converted: {blocks} blocks, {remarks} remarks", file.display())?;
    Ok(converted.document.text().to_owned())
}

/// What a file's conversion says, if it needed one, and what is wrong with the flow.
fn problems(file: &Path, kind: FlowType) -> (Vec<String>, Vec<(Level, String)>) {
    let broken = |error: String| (Vec::new(), vec![(Level::Error, error)]);
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => return broken(error.to_string()),
    };
    if !legacy::detect(&text) {
        return match Document::parse(&text) {
            Ok(document) => (Vec::new(), checked(&document, kind)),
            Err(error) => broken(format!("V1 {error}")),
        };
    }
    match legacy::convert(&text) {
        Ok(converted) => {
            let mut notes =
                vec!["older export format; checked as converted (switchroom flow convert)".to_owned()];
            notes.extend(converted.notes.iter().map(ToString::to_string));
            (notes, checked(&converted.document, converted.kind.unwrap_or(kind)))
        }
        Err(error) => broken(format!("V1 older export format: {error}")),
    }
}

fn checked(document: &Document, kind: FlowType) -> Vec<(Level, String)> {
    let is_module = document.root().get("Settings").is_some_and(Value::is_object);
    validate_document(document, kind, is_module, None)
        .into_iter()
        .map(|problem| {
            let block = problem.identifier.map(|name| format!("block {name:?}, ")).unwrap_or_default();
            let field = if problem.path.is_empty() { "the document" } else { &problem.path };
            (problem.level, format!("{} {block}{field}: {}", problem.rule, problem.message))
        })
        .collect()
}
