//! Functions that are files in a folder: `NAME.js`, `NAME.mjs`, `NAME.cjs`, or a folder `NAME` with an `index` file.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use model::FunctionName;
use parking_lot::Mutex;

use crate::package::{BYTES, FILES, Package, PackageError};

/// Deepest folder below a function's own.
const DEPTH: usize = 16;

/// Why a function's files cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FolderError {
    #[error("its files cannot be read: {0}")]
    Read(#[from] io::Error),
    #[error("{0}")]
    Package(#[from] PackageError),
}

/// What a file looked like when it was read: when it was changed, and its bytes.
type Seen = BTreeMap<PathBuf, (SystemTime, u64)>;

/// A function in the folder.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub package: Arc<Package>,
    /// The bytes of its files.
    pub bytes: u64,
    /// When the newest of them was changed.
    pub changed: SystemTime,
}

/// The folder, and what was read of it. Changes are seen at the next call.
pub(crate) struct Folder {
    root: Option<PathBuf>,
    read: Mutex<HashMap<FunctionName, (Seen, Found)>>,
}

impl Folder {
    pub fn new(root: Option<PathBuf>) -> Self {
        Self { root, read: Mutex::default() }
    }

    /// The names of all functions in it, in order; a folder that is not there has none.
    pub fn names(&self) -> io::Result<Vec<FunctionName>> {
        let Some(root) = &self.root else { return Ok(Vec::new()) };
        let entries = match std::fs::read_dir(root) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other?,
        };
        let mut names = Vec::new();
        for entry in entries.take(FILES) {
            let name = entry?.file_name();
            let name = name.to_string_lossy();
            let stem = name.rsplit_once('.').map_or(&*name, |(stem, _)| stem);
            names.extend(FunctionName::parse(stem, "", "").filter(|name| self.place(name).is_some()));
        }
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// Whether there is such a function.
    pub fn has(&self, name: &FunctionName) -> bool {
        self.place(name).is_some()
    }

    /// A function as it is on disk now; none = there is no such one.
    pub fn get(&self, name: &FunctionName) -> Result<Option<Found>, FolderError> {
        let Some(place) = self.place(name) else {
            self.read.lock().remove(name);
            return Ok(None);
        };
        let mut seen = Seen::new();
        let single = place.is_file();
        if single {
            look(&place, &mut seen)?;
        } else {
            walk(&place, 0, &mut seen)?;
        }
        if let Some((before, found)) = self.read.lock().get(name)
            && *before == seen
        {
            return Ok(Some(found.clone()));
        }
        let package = if single { read_single(&place)? } else { read_folder(&place, &seen)? };
        let found = Found {
            package: Arc::new(package),
            bytes: seen.values().map(|(_, bytes)| bytes).sum(),
            changed: seen.values().map(|(changed, _)| *changed).max().unwrap_or(SystemTime::UNIX_EPOCH),
        };
        self.read.lock().insert(name.clone(), (seen, found.clone()));
        Ok(Some(found))
    }

    /// The file of a function, or its folder.
    fn place(&self, name: &FunctionName) -> Option<PathBuf> {
        let root = self.root.as_ref()?;
        let own = |extension: &str| root.join(format!("{name}.{extension}"));
        let single = ["mjs", "js", "cjs"].iter().map(|extension| own(extension)).find(|path| path.is_file());
        let folder = root.join(name.as_str());
        let index = ["mjs", "js", "cjs"].iter().any(|one| folder.join(format!("index.{one}")).is_file());
        single.or(index.then_some(folder))
    }
}

fn look(path: &Path, seen: &mut Seen) -> Result<(), FolderError> {
    let about = std::fs::metadata(path)?;
    seen.insert(path.to_owned(), (about.modified()?, about.len()));
    let bytes: u64 = seen.values().map(|(_, bytes)| bytes).sum();
    if seen.len() > FILES {
        return Err(PackageError::TooLarge(format!("{FILES} files")).into());
    }
    if bytes > BYTES as u64 {
        return Err(PackageError::TooLarge(format!("{} MiB", BYTES / 1024 / 1024)).into());
    }
    Ok(())
}

/// All files below a folder. Links are left out: they may lead anywhere.
fn walk(folder: &Path, depth: usize, seen: &mut Seen) -> Result<(), FolderError> {
    if depth > DEPTH {
        return Err(PackageError::TooLarge(format!("{DEPTH} folders inside each other")).into());
    }
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            walk(&entry.path(), depth + 1, seen)?;
        } else if kind.is_file() {
            look(&entry.path(), seen)?;
        }
    }
    Ok(())
}

fn read_single(path: &Path) -> Result<Package, FolderError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(Package::single(&name, &std::fs::read_to_string(path)?)?)
}

fn read_folder(folder: &Path, seen: &Seen) -> Result<Package, FolderError> {
    let mut files = BTreeMap::new();
    for path in seen.keys() {
        let place = path.strip_prefix(folder).unwrap_or(path).to_string_lossy().replace('\\', "/");
        if let Ok(text) = String::from_utf8(std::fs::read(path)?) {
            files.insert(format!("/{place}"), text);
        }
    }
    Ok(Package::new(files, "index.handler")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> FunctionName {
        FunctionName::parse(text, "", "").expect("a name")
    }

    #[test]
    fn files_and_folders_are_functions() {
        let root = tempfile::tempdir().expect("a folder");
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("makes");
            std::fs::write(path, text).expect("writes");
        };
        write("one.js", "1");
        write("two.mjs", "2");
        write("three/index.js", "3");
        write("three/lib/a.js", "a");
        write("four/other.js", "4");
        write("notes.txt", "5");
        std::os::unix::fs::symlink("/etc/hostname", root.path().join("three/secret.js")).expect("links");
        let folder = Folder::new(Some(root.path().to_owned()));
        let names: Vec<_> = folder.names().expect("reads").iter().map(ToString::to_string).collect();
        assert_eq!(names, ["one", "three", "two"]);
        let three = folder.get(&name("three")).expect("reads").expect("is there").package;
        assert_eq!((three.file("/lib/a.js"), three.file("/secret.js")), (Some("a"), None));
        assert!(folder.get(&name("four")).expect("reads").is_none());
        // A change is seen at once, and a function may become a folder.
        write("one.js", "changed");
        assert_eq!(
            folder.get(&name("one")).expect("reads").expect("is there").package.file("/one.js"),
            Some("changed")
        );
        std::fs::remove_file(root.path().join("one.js")).expect("removes");
        write("one/index.mjs", "folder");
        let one = folder.get(&name("one")).expect("reads").expect("is there").package;
        assert_eq!(one.file("/index.mjs"), Some("folder"));
        let again = folder.get(&name("one")).expect("reads").expect("is there").package;
        assert!(Arc::ptr_eq(&one, &again), "read once");
        assert!(Folder::new(Some(root.path().join("none"))).names().expect("none").is_empty());
    }
}
