//! What `make bench` measures with: a simulated day of the deciding core, and load generators for a running server.
//!
//! * [`day`] drives [`contacts::Core`] through a day of agents' shifts and customers' contacts in virtual time.
//! * [`load`] speaks to a server on the loopback address as customers, agents and integrators do.
//!
//! The programs in `src/bin` print one JSON line each on standard output; `bench/run.py` makes the table of them.
//! Routing decisions and the flow interpreter are measured by the examples of their own crates.

pub mod day;
pub mod figures;
pub mod load;
pub mod random;
