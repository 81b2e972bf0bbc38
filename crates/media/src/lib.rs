//! Media.
#![allow(missing_docs)]
pub mod codec;
pub mod rtp;
pub mod sdp;
pub mod srtp;
mod time;
pub use time::MediaTime;
