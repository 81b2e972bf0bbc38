//! Load generators for a running server.
