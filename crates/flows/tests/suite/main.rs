//! Behaviour of the flow language, one subject per file.

mod support;

mod actions;
mod corpus;
mod functions;
mod library;
mod modules;
mod participants;
mod properties;
mod runs;
mod validation;
mod validation_types;
mod values;
