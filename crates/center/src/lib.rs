//! What all surfaces of one server share: its instances, signed tokens, passwords, files, identity providers, and the
//! work after commits.
//!
//! A surface (public API, agent service, web pages) finds the instance a request is about, checks its token, and
//! hands a command to that instance's engine. It never writes state itself.

pub mod bots;
mod center;
mod function_call;
pub mod identity;
mod numbers;
pub mod password;
pub mod past_chat;
mod perform;
pub mod prompts;
pub mod telephony;
pub mod token;
mod under_way;

pub use functions;
pub use speech;

pub use center::{Center, CenterError, Options, Sound};
pub use token::{Token, TokenKind, Tokens};
