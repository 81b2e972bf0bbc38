//! Behaviour of the flow language, one subject per file.

mod support;

mod actions;
mod channels;
mod corpus;
mod functions;
mod legacy;
mod library;
mod modules;
mod mutations;
mod participants;
mod properties;
mod resources;
mod routes;
mod runs;
mod validation;
mod validation_types;
mod values;
