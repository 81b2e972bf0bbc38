//! tmp
mod archive;
mod fetch;
mod name;
mod package;
mod pool;
mod sandbox;
pub use fetch::Reach;
pub use name::FunctionName;
pub use package::{Package, PackageError};
