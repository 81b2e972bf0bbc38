//! Media.
#![allow(missing_docs)]
pub mod codec;
pub mod dtmf;
pub mod jitter;
pub mod latch;
pub mod noise;
pub mod prompt;
pub mod quality;
pub mod receiver;
pub mod rtp;
pub mod sdp;
pub mod session;
pub mod srtp;
mod time;
pub mod tone;
pub use time::MediaTime;
