//! Tests of the table of operations, and of who may do what.

mod access;
mod logs;
mod numbers;
mod rehearsal;
mod table;
mod world;
