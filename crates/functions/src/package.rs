//! The code of a function: its files, and which export of which file is called.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::archive;

/// Most files of one function.
pub const FILES: usize = 1_000;
/// Most bytes of all files of one function together.
pub const BYTES: usize = 16 * 1024 * 1024;

/// Why code cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackageError {
    /// It is not a zip archive that can be read.
    #[error("the zip archive cannot be read: {0}")]
    Archive(String),
    /// A limit is passed.
    #[error("the code has more than {0}")]
    TooLarge(String),
    /// A file's place is not inside the package.
    #[error("the zip archive has a file at a place that is not allowed: {0}")]
    Place(String),
    /// The handler's file is not there.
    #[error("the code has no file for the handler '{0}'")]
    NoHandler(String),
    /// The handler is not `file.export`.
    #[error("the handler '{0}' is not of the form file.export, such as index.handler")]
    Handler(String),
}

/// The files of a function by their place, such as `/index.mjs`, and its handler.
#[derive(Clone, Debug, PartialEq)]
pub struct Package {
    files: Arc<BTreeMap<String, String>>,
    /// The file of the handler.
    pub(crate) entry: String,
    /// The export that is called.
    pub(crate) export: String,
    /// Tells one content from another.
    pub(crate) digest: String,
}

impl Package {
    /// The code of one file.
    pub fn single(file_name: &str, source: &str) -> Result<Self, PackageError> {
        let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
        let files = BTreeMap::from([(format!("/{file_name}"), source.to_owned())]);
        Self::new(files, &format!("{stem}.handler"))
    }

    /// The code in a zip archive. Files that are not UTF-8 text are left out.
    pub fn from_zip(content: &[u8], handler: &str) -> Result<Self, PackageError> {
        Self::new(archive::unpack(content)?, handler)
    }

    /// Files by their place (`/lib/a.js`), and a handler such as `index.handler`.
    pub fn new(files: BTreeMap<String, String>, handler: &str) -> Result<Self, PackageError> {
        if files.len() > FILES {
            return Err(PackageError::TooLarge(format!("{FILES} files")));
        }
        let mut bytes = 0;
        let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
        for (path, text) in &files {
            bytes += text.len();
            for part in [path, text] {
                context.update(&(part.len() as u64).to_be_bytes());
                context.update(part.as_bytes());
            }
        }
        if bytes > BYTES {
            return Err(PackageError::TooLarge(format!("{} MiB", BYTES / 1024 / 1024)));
        }
        let wrong = || PackageError::Handler(handler.to_owned());
        let (file, export) = handler.rsplit_once('.').ok_or_else(wrong)?;
        let identifier = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        if file.is_empty() || export.is_empty() || !export.chars().all(identifier) {
            return Err(wrong());
        }
        let stem = format!("/{}", file.trim_start_matches("./").trim_start_matches('/'));
        let entry = ["mjs", "js", "cjs"]
            .iter()
            .map(|extension| format!("{stem}.{extension}"))
            .find(|path| files.contains_key(path))
            .ok_or_else(|| PackageError::NoHandler(handler.to_owned()))?;
        context.update(handler.as_bytes());
        let digest = context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { files: Arc::new(files), entry, export: export.to_owned(), digest })
    }

    /// The bytes of all files.
    pub(crate) fn bytes(&self) -> usize {
        self.files.values().map(String::len).sum()
    }

    /// The text of a file.
    pub(crate) fn file(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Whether a `.js` file is a module because the nearest `package.json` says so.
    pub(crate) fn says_module(&self, path: &str) -> bool {
        let mut folder = path;
        while let Some((parent, _)) = folder.rsplit_once('/') {
            if let Some(text) = self.file(&format!("{parent}/package.json")) {
                let told: Option<serde_json::Value> = serde_json::from_str(text).ok();
                return told.is_some_and(|told| told["type"] == "module");
            }
            folder = parent;
        }
        false
    }

    /// The file that `name` means when a file at `base` asks for it; none = it is not in the package.
    pub(crate) fn resolve(&self, base: &str, name: &str) -> Option<String> {
        if name.starts_with("./") || name.starts_with("../") || matches!(name, "." | "..") {
            let folder = base.rsplit_once('/').map_or("", |(folder, _)| folder);
            return self.at(&format!("{folder}/{name}"));
        }
        if name.starts_with('/') {
            return self.at(name);
        }
        let mut folder = base;
        while let Some((parent, _)) = folder.rsplit_once('/') {
            if let Some(found) = self.at(&format!("{parent}/node_modules/{name}")) {
                return Some(found);
            }
            folder = parent;
        }
        None
    }

    fn at(&self, place: &str) -> Option<String> {
        let place = normal(place)?;
        let file = |path: String| self.files.contains_key(&path).then_some(path);
        let with_extension = |stem: &str| {
            ["", ".js", ".mjs", ".cjs", ".json"]
                .iter()
                .find_map(|extension| file(format!("{stem}{extension}")))
        };
        let main = || {
            let told: serde_json::Value =
                serde_json::from_str(self.file(&format!("{place}/package.json"))?).ok()?;
            let main = normal(&format!("{place}/{}", told["main"].as_str()?))?;
            with_extension(&main).or_else(|| file(format!("{main}/index.js")))
        };
        with_extension(&place).or_else(main).or_else(|| with_extension(&format!("{place}/index")))
    }
}

/// A place without `.` and `..`; none = it leads out.
pub(crate) fn normal(place: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in place.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(format!("/{}", parts.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(files: &[(&str, &str)], handler: &str) -> Result<Package, PackageError> {
        Package::new(files.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect(), handler)
    }

    #[test]
    fn the_handler_names_a_file_and_an_export() {
        let files = [("/index.mjs", ""), ("/src/app.js", "")];
        for (handler, expected) in [
            ("index.handler", Ok(("/index.mjs", "handler"))),
            ("src/app.main", Ok(("/src/app.js", "main"))),
            ("app.main", Err(PackageError::NoHandler("app.main".into()))),
            ("index", Err(PackageError::Handler("index".into()))),
            ("index.a b", Err(PackageError::Handler("index.a b".into()))),
            (".x", Err(PackageError::Handler(".x".into()))),
        ] {
            let made = package(&files, handler);
            let found = made.as_ref().map(|made| (&*made.entry, &*made.export)).map_err(Clone::clone);
            assert_eq!(found, expected, "{handler}");
        }
    }

    #[test]
    fn files_are_found_as_usual() {
        let made = package(
            &[
                ("/index.js", ""),
                ("/lib/a.js", ""),
                ("/lib/index.js", ""),
                ("/data.json", "{}"),
                ("/node_modules/left/package.json", r#"{"main":"dist/left"}"#),
                ("/node_modules/left/dist/left.js", ""),
                ("/node_modules/@scope/right/index.js", ""),
            ],
            "index.handler",
        )
        .expect("a package");
        for (base, name, expected) in [
            ("/index.js", "./lib/a", Some("/lib/a.js")),
            ("/index.js", "./lib", Some("/lib/index.js")),
            ("/lib/a.js", "../data.json", Some("/data.json")),
            ("/lib/a.js", "./a.js", Some("/lib/a.js")),
            ("/lib/a.js", "left", Some("/node_modules/left/dist/left.js")),
            ("/lib/a.js", "@scope/right", Some("/node_modules/@scope/right/index.js")),
            ("/lib/a.js", "../../etc/passwd", None),
            ("/lib/a.js", "right", None),
            ("/lib/a.js", "./b", None),
        ] {
            assert_eq!(made.resolve(base, name).as_deref(), expected, "{base} {name}");
        }
    }

    #[test]
    fn too_much_code_is_refused() {
        let files = (0..=FILES).map(|number| (format!("/{number}.js"), String::new())).collect();
        assert_eq!(Package::new(files, "1.handler"), Err(PackageError::TooLarge("1000 files".into())));
        let files = BTreeMap::from([("/index.js".to_owned(), "x".repeat(BYTES + 1))]);
        assert_eq!(Package::new(files, "index.handler"), Err(PackageError::TooLarge("16 MiB".into())));
    }
}
