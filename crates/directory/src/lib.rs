//! The configured resources of one instance, as a machine in memory: no I/O, no clock, no randomness.
//!
//! What is here: the instance and its switches, users, security profiles and the permissions they grant, routing
//! profiles, queues, hours of operation, quick connects, agent statuses, flows as resources, prompts, predefined
//! attributes and proficiencies, task templates, views, phone numbers and the inventory they come from, tags, the agent hierarchy, approved origins and storage configs. What stays outside:
//! HTTP and paging tokens, storing, hashing passwords, the flow language, and everything that moves (contacts, agents'
//! states).
//!
//! Not built: dated exceptions of hours, e-mail, applications and hierarchy
//! restrictions of security profiles, purposes of predefined attributes. Requests that name them are refused by name.
//!
//! # How to drive it
//!
//! 1. Make a new instance with [`seed::seed`], or load a stored one with [`Directory::load`].
//! 2. Turn the members of a request into the input struct of its operation with [`input::read`] and call the method of
//!    the same name. A refusal is a [`DirectoryError`] with its public code, and nothing has changed.
//! 3. After a change, commit what [`Directory::take_changes`] gives in one transaction, then reply with the matching
//!    `created_*` body. The `describe_*` methods give whole output bodies; `list_*` and `search_*` give ordered
//!    [`rows`] to cut pages from.
//!
//! ```
//! use directory::{Cx, Directory, input, queues::CreateQueue};
//! use model::{InstanceId, Scope, Timestamp};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut next = 0;
//! let mut new_uuid = || { next += 1; uuid::Uuid::from_u128(next) };
//! let mut cx = Cx { now: Timestamp::from_secs(1_700_000_000), new_uuid: &mut new_uuid };
//! let instance = InstanceId::from_u128(1);
//! let scope = Scope { region: "us-east-1".into(), account: "123456789012".into(), instance };
//! let mut directory = directory::seed::seed(scope, "acme", &mut cx, Vec::new(), Vec::new())?;
//!
//! let hours = directory.hours_of_operation_named("Basic Hours").expect("seeded").hours_of_operation_id;
//! let request = serde_json::json!({ "Name": "Sales", "HoursOfOperationId": hours.to_string() });
//! let queue = directory.create_queue(&mut cx, input::read::<CreateQueue>(request)?)?;
//! assert_eq!(directory.queue(queue).map(|queue| queue.name.as_str()), Some("Sales"));
//! assert!(!directory.take_changes().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # Decisions
//!
//! * Every place that takes an id takes the resource name too.
//! * Names are unique per kind and compared exactly, except predefined attributes, whose names ignore case, and
//!   hierarchy groups, which are unique under their parent.
//! * Lists are ordered by id, so that a page continues correctly whatever is created, renamed or deleted meanwhile.
//! * A duplicate name is always `DuplicateResourceException` and a refused deletion always `ResourceInUseException`,
//!   also where the published list of an operation's errors leaves them out.

pub mod agent_statuses;
pub mod attributes;
mod body;
pub mod bots;
mod defaults;
mod directory;
pub mod error;
pub mod flow_modules;
pub mod flow_versions;
pub mod flows;
pub mod functions;
pub mod hierarchy;
pub mod history;
pub mod hours;
pub mod input;
pub mod instance;
pub mod integrations;
pub mod inventory;
pub mod kind;
pub mod permissions;
mod phone_moves;
pub mod phone_numbers;
pub mod prompts;
pub mod queues;
pub mod quick_connects;
pub mod quotas;
pub mod routing_profiles;
pub mod rows;
mod rules;
pub mod search;
pub mod security_profiles;
pub mod seed;
pub mod storage;
pub mod table;
pub mod tags;
pub mod task_templates;
pub mod users;
pub mod views;

pub use directory::{Cx, Directory};
pub use error::{Code, DirectoryError, LoadError, Result};
pub use inventory::Inventory;
pub use kind::{Change, Kind};
pub use permissions::Permission;
pub use quotas::Quota;
pub use rules::is_phone_number;
