//! The flows that a rehearsal knows: those of the library by name, and files.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use flows::Program;
use flows::action::ResourceKind;
use model::FlowId;
use model::resource::FlowType;

use crate::given::GivenError;
use crate::instance::Found;

/// One flow.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub id: FlowId,
    pub kind: FlowType,
    pub program: Arc<Program>,
}

/// Flows by the names under which others call them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Library {
    by_name: BTreeMap<String, Known>,
    /// Names of the flows that are known by their ids.
    names: BTreeMap<FlowId, String>,
}

/// Resources of the library are named by themselves.
fn resolve(kind: ResourceKind, name: &str) -> String {
    match kind {
        ResourceKind::Bot => format!("arn:aws:lex:us-east-1:000000000000:bot-alias/{name}"),
        _ => name.to_owned(),
    }
}

impl Library {
    /// The flows that every instance begins with.
    pub fn standard() -> Self {
        let mut library = Self::default();
        for (name, kind, _, content) in flows::library::defaults(&resolve) {
            let program = Program::parse(&content).expect("the library's flows can be read");
            library.add(name, kind, program);
        }
        library
    }

    /// Adds a flow; one of the same name is replaced.
    pub fn add(&mut self, name: &str, kind: FlowType, program: Program) -> Known {
        let number = self.by_name.len() as u128 + 1;
        let known = Known { id: FlowId::from_u128(number), kind, program: Arc::new(program) };
        self.by_name.insert(name.to_owned(), known.clone());
        known
    }

    /// Adds a flow of an instance under its id; its name may be another one's id, and is only shown.
    pub fn add_found(&mut self, found: Found) -> Known {
        let known = Known { id: found.id, kind: found.kind, program: found.program };
        self.by_name.insert(found.id.to_string(), known.clone());
        self.names.insert(found.id, found.name);
        known
    }

    /// Adds a file under this name.
    pub fn add_file(&mut self, name: &str, kind: FlowType, path: &Path) -> Result<Known, GivenError> {
        let place = || path.display().to_string();
        let text =
            std::fs::read_to_string(path).map_err(|error| GivenError(format!("{}: {error}", place())))?;
        let program = Program::parse(&text).map_err(|error| GivenError(format!("{}: {error}", place())))?;
        Ok(self.add(name, kind, program))
    }

    /// The flow that a name, id or ARN means.
    pub fn find(&self, name: &str) -> Option<&Known> {
        let last = name.rsplit('/').next().unwrap_or(name);
        self.by_name.get(name).or_else(|| self.by_name.get(last)).or_else(|| self.by_id(name.parse().ok()?))
    }

    /// The flow with this id.
    pub fn by_id(&self, id: FlowId) -> Option<&Known> {
        self.by_name.values().find(|known| known.id == id)
    }

    /// The name of a flow.
    pub fn name_of(&self, id: FlowId) -> &str {
        if let Some(name) = self.names.get(&id) {
            return name;
        }
        self.by_name.iter().find(|(_, known)| known.id == id).map_or("?", |(name, _)| name)
    }
}
