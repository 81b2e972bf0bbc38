//! The input of an operation: one struct per operation with the public member names.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::error::{DirectoryError, Result};

/// The input of a public operation.
pub trait Input: DeserializeOwned {
    /// The public name of the operation.
    const OPERATION: &'static str;

    /// The instance the caller named, an id or a resource name; `None` when the caller left that to the context.
    fn instance_id(&self) -> Option<&str>;
}

/// Reads an input from the members of a request, without `MaxResults` and `NextToken`, which belong to paging.
/// A member that is missing, unknown or of the wrong form is an `InvalidParameter` that names it.
pub fn read<I: Input>(members: Value) -> Result<I> {
    serde_json::from_value(members)
        .map_err(|error| DirectoryError::parameter(format!("{}: {error}.", I::OPERATION)))
}

/// Declares input structs: public member names, unknown members refused, an optional `InstanceId` in each.
macro_rules! inputs {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $type:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, serde::Deserialize)]
        #[serde(rename_all = "PascalCase", deny_unknown_fields)]
        #[allow(missing_docs)]
        pub struct $name {
            pub instance_id: Option<String>,
            $($(#[$attribute])* pub $field: $type,)*
        }

        impl $crate::input::Input for $name {
            const OPERATION: &'static str = stringify!($name);
            fn instance_id(&self) -> Option<&str> { self.instance_id.as_deref() }
        }
    )*};
}
pub(crate) use inputs;

/// Declares the structures inside inputs: public member names, unknown members refused.
macro_rules! parts {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $type:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "PascalCase", deny_unknown_fields)]
        #[allow(missing_docs)]
        pub struct $name { $($(#[$attribute])* pub $field: $type,)* }
    )*};
}
pub(crate) use parts;

/// A password on its way in. It is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The usual message would quote the value.
        String::deserialize(deserializer)
            .map(Secret)
            .map_err(|_| serde::de::Error::custom("a password must be a text"))
    }
}
