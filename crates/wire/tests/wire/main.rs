//! The wire protocol as clients see it: requests go through the router or a real socket.

mod callers;
mod cors;
mod guard;
mod rest;
mod rpc;
mod support;
