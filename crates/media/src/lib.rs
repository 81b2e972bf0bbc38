//! Media.
#![allow(missing_docs)]
pub mod codec;
pub mod dtmf;
pub mod jitter;
pub mod noise;
pub mod receiver;
pub mod rtp;
pub mod sdp;
pub mod srtp;
mod time;
pub mod tone;
pub use time::MediaTime;
