//! The media of voice calls: packets in, time in, packets out.
//!
//! Everything here is a machine without sockets, clock or randomness. The caller owns the sockets and drives one
//! [`session::Session`] per conversation, thousands of them on a thread:
//!
//! 1. [`session::Session::apply`] with each command of the engine,
//! 2. [`session::Session::receive`] with each datagram that came for a leg,
//! 3. [`session::Session::tick`] when [`session::Session::next_tick`] is reached, every 20 ms,
//! 4. after each of these, [`session::Session::poll_event`] until there is none.
//!
//! Datagrams to send come through the [`session::Outlet`] that is passed in; they are borrowed, so that an outlet can
//! gather those of many sessions into one system call. Commands and events are plain data that can be serialised: media
//! may run in a process of its own and lose nothing but its own calls.
//!
//! ```
//! use media::MediaTime;
//! use media::prompt::PromptLibrary;
//! use media::session::{Channel, Outlet, Session, SessionConfig};
//! use media::session::command::LegId;
//!
//! struct Batch(Vec<(std::net::SocketAddr, Vec<u8>)>);
//!
//! impl Outlet for Batch {
//!     fn send(&mut self, _: LegId, _: Channel, to: Option<std::net::SocketAddr>, datagram: &[u8]) {
//!         self.0.extend(to.map(|to| (to, datagram.to_vec())));
//!     }
//! }
//!
//! let mut now = MediaTime::from_millis(0);
//! let config = SessionConfig { rate: Default::default(), cname: "call".into() };
//! let mut session = Session::new(now, config);
//! let mut batch = Batch(Vec::new());
//! now = session.next_tick();
//! session.tick(now, &mut batch);
//! assert!(session.poll_event().is_none() && batch.0.is_empty(), "nobody is there yet");
//! # let _ = PromptLibrary::default();
//! ```
//!
//! What is relayed, what is decoded: two legs with one codec that hear only each other exchange packets with new headers.
//! A recording, a stream or a detector of touch tones decodes besides, without changing what is relayed. Only who hears
//! several others, another codec, or a prompt over a conversation is sent what is mixed here.
//!
//! Departures: frames are sent every 20 ms whatever `ptime` asks for; an RTCP interval is five seconds for all; video is
//! refused; RFC 4733 events other than the sixteen keys are passed over.

pub mod codec;
pub mod dtmf;
mod jitter;
mod latch;
mod noise;
pub mod prompt;
pub mod quality;
mod receiver;
pub mod recording_file;
pub mod rtp;
pub mod sdp;
pub mod session;
pub mod srtp;
mod time;
pub mod tone;

pub use jitter::{JitterBuffer, JitterFigures, Playout};
pub use latch::{Latch, Latching, Verdict};
pub use noise::ComfortNoise;
pub use receiver::Receiver;
pub use time::MediaTime;
