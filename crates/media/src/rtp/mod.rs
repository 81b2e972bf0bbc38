//! RTP and RTCP, RFC 3550: packets, sequence numbers, what a receiver counts.

mod packet;
pub mod rtcp;
mod sequence;
mod statistics;
mod window;

pub(crate) use packet::header_length;
pub use packet::{Header, Packet, PacketError, looks_like_rtcp, write_header};
pub use sequence::Extended;
pub use statistics::{Reception, Transmission};
pub use window::Window;
