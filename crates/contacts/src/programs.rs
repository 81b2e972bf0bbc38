//! The programs of flows and modules, by version: what is published, and what contacts are still on their way through.
//!
//! A contact goes on with the version it entered. The content of a version that was replaced is a document
//! (`flow-version`), which outlives its deletion until the last contact has left it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use directory::Kind;
use directory::flow_versions::{read_version_key, version_key};
use flows::Program;
use model::resource::VersionContent;
use model::{ContactId, FlowId};

use crate::contact::{Contact, Stage};
use crate::core::Core;
use crate::outcome::{DocumentChange, Outcome};

/// A version of a flow or module.
pub(crate) type Version = (FlowId, u64);

/// Programs made ready to run, and who runs them.
#[derive(Debug, Default)]
pub(crate) struct Programs {
    ready: HashMap<Version, Arc<Program>>,
    /// The versions that each contact stands in.
    contacts: HashMap<ContactId, BTreeSet<Version>>,
    /// How many contacts stand in a version.
    users: HashMap<Version, usize>,
    /// Versions that were deleted while contacts stood in them.
    deleted: BTreeSet<Version>,
}

impl Programs {
    /// Notes where a contact stands now; answers the versions that its last contact has left.
    pub fn stands(&mut self, contact: &Contact) -> Vec<Version> {
        let runs = [&contact.flow, &contact.event_flow].into_iter().flatten();
        let now: BTreeSet<Version> = match contact.stage {
            Stage::Ended => BTreeSet::new(),
            _ => runs.flat_map(|flow| flow.run.pinned()).collect(),
        };
        if self.contacts.get(&contact.id).is_some_and(|before| *before == now) {
            return Vec::new();
        }
        for version in &now {
            *self.users.entry(*version).or_default() += 1;
        }
        let before = match now.is_empty() {
            true => self.contacts.remove(&contact.id),
            false => self.contacts.insert(contact.id, now),
        };
        let mut unused = Vec::new();
        for version in before.into_iter().flatten() {
            let users = self.users.get_mut(&version).expect("a version that contacts stand in is counted");
            *users -= 1;
            if *users == 0 {
                self.users.remove(&version);
                unused.push(version);
            }
        }
        unused
    }

    /// Drops the programs of a flow or module that nobody runs; the published one is made ready when it is needed.
    pub fn forget_unused(&mut self, id: FlowId) {
        self.ready.retain(|version, _| version.0 != id || self.users.contains_key(version));
    }
}

impl Core {
    /// The program of a version of a flow or module; with 0 the published one.
    pub(crate) fn program_at(&mut self, id: FlowId, version: u64) -> Option<Arc<Program>> {
        let published = self.directory.published_content(id);
        let version = if version == 0 { published?.0 } else { version };
        if let Some(program) = self.programs.ready.get(&(id, version)) {
            return Some(program.clone());
        }
        let (_, content) = published.filter(|(number, _)| *number == version)?;
        let program = Arc::new(Program::parse(content).ok()?.at_version(version));
        self.programs.ready.insert((id, version), program.clone());
        Some(program)
    }

    /// A version was replaced (with its content) or deleted (without).
    pub(crate) fn version_changed(&mut self, key: String, body: Option<String>) {
        let Some(version) = read_version_key(&key) else { return };
        let used = self.programs.users.contains_key(&version) || self.about_to_stand_in(version);
        if let Some(body) = body.as_deref().filter(|_| used) {
            self.keep_program(version, body);
        }
        let kept = self.directory.keeps_version(version.0, version.1);
        if used && !kept {
            self.programs.deleted.insert(version);
        }
        match body {
            Some(_) if !kept && !used => {}
            None if used => {}
            body => {
                self.out.documents.push(DocumentChange { kind: Kind::FlowVersion.as_str(), id: key, body })
            }
        }
    }

    /// Whether a contact entered a version in the same command.
    fn about_to_stand_in(&self, version: Version) -> bool {
        let runs = |contact: &Contact| {
            let runs = [&contact.flow, &contact.event_flow];
            runs.into_iter().flatten().any(|flow| flow.run.pinned().any(|pinned| pinned == version))
        };
        self.dirty.contacts.iter().filter_map(|id| self.contacts.get(id)).any(runs)
    }

    /// Takes in the content of a replaced version at the start: contacts may stand in it.
    pub(crate) fn restore_version(&mut self, key: &str, body: &str) {
        let Some(version) = read_version_key(key) else { return };
        let kept = self.directory.keeps_version(version.0, version.1);
        if self.programs.users.contains_key(&version) {
            self.keep_program(version, body);
            if !kept {
                self.programs.deleted.insert(version);
            }
        }
    }

    /// The last contact has left a version.
    pub(crate) fn retire_version(&mut self, version: Version, out: &mut Outcome) {
        let published = self.directory.published_content(version.0).map(|(number, _)| number);
        if self.programs.users.contains_key(&version) || published == Some(version.1) {
            return;
        }
        self.programs.ready.remove(&version);
        if self.programs.deleted.remove(&version) {
            let id = version_key(version.0, version.1);
            out.documents.push(DocumentChange { kind: Kind::FlowVersion.as_str(), id, body: None });
        }
    }

    fn keep_program(&mut self, version: Version, body: &str) {
        if self.programs.ready.contains_key(&version) {
            return;
        }
        let content: Option<VersionContent> = serde_json::from_str(body).ok();
        if let Some(program) = content.and_then(|content| Program::parse(&content.content).ok()) {
            self.programs.ready.insert(version, Arc::new(program.at_version(version.1)));
        }
    }
}
