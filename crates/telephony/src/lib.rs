//! Legs of calls.
pub mod turn;
