//! Tests of the table of operations, and of who may do what.

mod access;
mod flow_check;
mod logs;
mod numbers;
mod prompts;
mod rehearsal;
mod table;
mod world;
