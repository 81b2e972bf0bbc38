//! Any bytes as a flow file: read, check, convert and resolve it.

#![no_main]

use flows::action::ResourceKind;
use flows::resources::{Catalog, resolve};
use flows::{Document, Program, flow_type, legacy, validate_document};
use libfuzzer_sys::fuzz_target;

struct Nothing;

impl Catalog for Nothing {
    fn by_id(&self, _: ResourceKind, _: &str) -> Option<String> {
        None
    }
    fn by_name(&self, _: ResourceKind, display: &str) -> Option<String> {
        Some(display.to_owned())
    }
}

fuzz_target!(|text: &str| {
    let converted = legacy::convert(text).ok().map(|converted| converted.document);
    for document in Document::import(text).ok().into_iter().chain(converted) {
        for (kind, ..) in flow_type::FLOW_TYPES {
            validate_document(&document, kind, document.is_module(), None);
        }
        let _ = Program::parse(document.text());
        resolve(document, &Nothing).expect("a document stays one");
    }
});
