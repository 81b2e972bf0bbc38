//! The agent service, websockets and the routes of pages, on a real centre in a folder of its own.

mod attachments;
mod calls;
mod cti;
mod login;
mod polls;
mod sockets;
mod softphone;
mod support;
mod widget;
mod work;
