//! Functions that were uploaded: their settings are documents of the whole server, their code is files.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{FunctionName, InstanceId, Timestamp};
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};
use store::{Batch, Blobs, DocumentWrite, Store, StoreError};

use crate::package::{Package, PackageError};

/// Most uploaded functions.
const UPLOADS: usize = 1_000;
/// Most bytes of the code of all of them, unpacked: it is kept in memory.
const ALL_BYTES: usize = 512 * 1024 * 1024;
/// The owner of documents that belong to the whole server.
const SERVER: InstanceId = InstanceId::from_u128(0);
const KIND: &str = "function";

/// Why a change of the uploaded functions is refused.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// The code cannot be used.
    #[error("{0}")]
    Package(#[from] PackageError),
    /// The name is taken.
    #[error("Function already exist: {0}")]
    Exists(FunctionName),
    /// The function is a file, or is elsewhere; it is changed there.
    #[error("The function {0} is not an uploaded one. It is changed where it is.")]
    NotUploaded(FunctionName),
    /// No such function.
    #[error("Function not found: {0}")]
    Missing(FunctionName),
    /// Somebody else changed it first.
    #[error("The RevisionId provided does not match the latest one. Get the function again.")]
    Revision,
    /// There are enough.
    #[error("There may be {UPLOADS} uploaded functions.")]
    TooMany,
    /// Their code is too large.
    #[error("All uploaded functions together may have {} MiB of code.", ALL_BYTES / 1024 / 1024)]
    TooLarge,
    /// The store failed.
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// An uploaded function without its code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// The handler, such as `index.handler`.
    pub handler: String,
    /// The runtime it was written for, as its author said.
    pub runtime: String,
    /// The role that its author named; kept and not used.
    pub role: String,
    /// Longest run in seconds.
    pub timeout: u64,
    /// Most memory in MiB.
    pub memory: u64,
    /// `process.env`.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// SHA-256 of the archive, base64.
    pub code_sha256: String,
    /// Bytes of the archive.
    pub code_size: u64,
    /// When it was changed.
    pub modified: Timestamp,
    /// Changes with every change.
    pub revision: String,
}

/// An uploaded function.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    pub settings: Settings,
    pub package: Arc<Package>,
}

/// All uploaded functions, in memory and in the store.
pub(crate) struct Uploads {
    store: Store,
    blobs: Blobs,
    all: RwLock<BTreeMap<FunctionName, Upload>>,
    /// Bytes that the code of all may have.
    room: usize,
    /// One change at a time.
    changing: tokio::sync::Mutex<()>,
}

impl Uploads {
    /// Reads them. Code that is not there any more is left out and said in the log.
    pub async fn open(store: Store, blobs: Blobs) -> Result<Self, StoreError> {
        let mut all = BTreeMap::new();
        for row in store.documents(SERVER).await? {
            if row.kind != KIND {
                continue;
            }
            let read = read(&blobs, &row.body).await?;
            match read {
                Some((name, upload)) => {
                    all.insert(name, upload);
                }
                None => {
                    tracing::error!(function = row.id, "an uploaded function cannot be read and is left out")
                }
            }
        }
        Ok(Self {
            store,
            blobs,
            all: RwLock::new(all),
            room: ALL_BYTES,
            changing: tokio::sync::Mutex::new(()),
        })
    }

    pub fn get(&self, name: &FunctionName) -> Option<Upload> {
        self.all.read().get(name).cloned()
    }

    pub fn names(&self) -> Vec<FunctionName> {
        self.all.read().keys().cloned().collect()
    }

    /// The archive of a function.
    async fn code(&self, name: &FunctionName) -> Result<Vec<u8>, UploadError> {
        let sha = self.get(name).ok_or_else(|| UploadError::Missing(name.clone()))?.settings.code_sha256;
        self.blobs.get(&place(&sha)).await?.ok_or_else(|| UploadError::Missing(name.clone()))
    }

    /// Makes a function of an archive. What `settings` says of the code is replaced by what the code is.
    pub async fn create(
        &self,
        name: &FunctionName,
        settings: Settings,
        archive: Vec<u8>,
    ) -> Result<Settings, UploadError> {
        let _changing = self.changing.lock().await;
        if self.all.read().contains_key(name) {
            return Err(UploadError::Exists(name.clone()));
        }
        if self.all.read().len() >= UPLOADS {
            return Err(UploadError::TooMany);
        }
        self.put(name, settings, Some(archive)).await
    }

    /// Changes the settings, and the code where an archive is given. Nothing is kept of a `dry` one.
    pub async fn update(
        &self,
        name: &FunctionName,
        revision: Option<&str>,
        archive: Option<Vec<u8>>,
        dry: bool,
        change: impl FnOnce(&mut Settings),
    ) -> Result<Settings, UploadError> {
        let _changing = self.changing.lock().await;
        let mut settings = self.get(name).ok_or_else(|| UploadError::Missing(name.clone()))?.settings;
        if revision.is_some_and(|revision| revision != settings.revision) {
            return Err(UploadError::Revision);
        }
        change(&mut settings);
        if dry {
            if let Some(archive) = archive {
                unpack(archive, settings.handler.clone()).await?;
            }
            return Ok(settings);
        }
        self.put(name, settings, archive).await
    }

    /// Removes a function. Its code stays among the files: another function may have the same.
    pub async fn delete(&self, name: &FunctionName) -> Result<(), UploadError> {
        let _changing = self.changing.lock().await;
        if !self.all.read().contains_key(name) {
            return Err(UploadError::Missing(name.clone()));
        }
        self.write(name, None).await?;
        let gone = self.all.write().remove(name);
        if let Some(gone) = gone {
            self.forget(&gone.settings.code_sha256).await?;
        }
        Ok(())
    }

    async fn put(
        &self,
        name: &FunctionName,
        mut settings: Settings,
        archive: Option<Vec<u8>>,
    ) -> Result<Settings, UploadError> {
        let before = settings.code_sha256.clone();
        let content = match archive {
            Some(archive) => archive,
            None => self.code(name).await?,
        };
        settings.code_size = content.len() as u64;
        settings.code_sha256 = sha256(&content);
        settings.revision = uuid::Uuid::new_v4().to_string();
        let (content, package) = unpack(content, settings.handler.clone()).await?;
        let others: usize = self
            .all
            .read()
            .iter()
            .filter(|(other, _)| *other != name)
            .map(|(_, one)| one.package.bytes())
            .sum();
        if others + package.bytes() > self.room {
            return Err(UploadError::TooLarge);
        }
        self.blobs.put(&place(&settings.code_sha256), &content).await?;
        let body = serde_json::to_string(&settings).expect("settings are plain data");
        self.write(name, Some(body)).await?;
        let upload = Upload { settings: settings.clone(), package: Arc::new(package) };
        self.all.write().insert(name.clone(), upload);
        if before != settings.code_sha256 {
            self.forget(&before).await?;
        }
        Ok(settings)
    }

    async fn write(&self, name: &FunctionName, body: Option<String>) -> Result<(), StoreError> {
        let document = DocumentWrite { instance: SERVER, kind: KIND, id: name.to_string(), body };
        self.store.commit(&Batch { documents: vec![document], ..Batch::default() }).await
    }

    /// Deletes code that no function has any more.
    async fn forget(&self, sha: &str) -> Result<(), StoreError> {
        let used = self.all.read().values().any(|upload| upload.settings.code_sha256 == sha);
        if used || sha.is_empty() { Ok(()) } else { self.blobs.delete(&place(sha)).await }
    }
}

async fn read(blobs: &Blobs, body: &str) -> Result<Option<(FunctionName, Upload)>, StoreError> {
    let Ok(settings) = serde_json::from_str::<Settings>(body) else { return Ok(None) };
    let Some(name) = FunctionName::parse(&settings.name, "", "") else { return Ok(None) };
    let Some(content) = blobs.get(&place(&settings.code_sha256)).await? else { return Ok(None) };
    let Ok((_, package)) = unpack(content, settings.handler.clone()).await else { return Ok(None) };
    Ok(Some((name, Upload { settings, package: Arc::new(package) })))
}

/// Unpacks where a long computation hurts nobody.
async fn unpack(content: Vec<u8>, handler: String) -> Result<(Vec<u8>, Package), PackageError> {
    let unpacked = tokio::task::spawn_blocking(move || {
        let package = Package::from_zip(&content, &handler)?;
        Ok((content, package))
    });
    unpacked.await.unwrap_or_else(|_| Err(PackageError::Archive("it cannot be read".to_owned())))
}

fn sha256(content: &[u8]) -> String {
    use base64::Engine;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, content);
    base64::engine::general_purpose::STANDARD.encode(digest)
}

fn place(sha: &str) -> String {
    // The standard alphabet has a slash, which would be a folder.
    format!("functions/{}.zip", sha.replace('/', "_").replace('+', "-").trim_end_matches('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive of one stored file, written by hand: the crate that reads them needs no more.
    fn archive(source: &str) -> Vec<u8> {
        use std::io::Write;
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        writer.start_file("index.mjs", zip::write::SimpleFileOptions::default()).expect("starts");
        writer.write_all(source.as_bytes()).expect("writes");
        writer.finish().expect("finishes").into_inner()
    }

    fn settings(name: &FunctionName) -> Settings {
        Settings {
            name: name.to_string(),
            description: String::new(),
            handler: "index.handler".to_owned(),
            runtime: "nodejs22.x".to_owned(),
            role: String::new(),
            timeout: 3,
            memory: 128,
            environment: BTreeMap::new(),
            code_sha256: String::new(),
            code_size: 0,
            modified: Timestamp(0),
            revision: String::new(),
        }
    }

    #[tokio::test]
    async fn the_code_of_all_functions_together_has_a_limit() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open_sqlite(&folder.path().join("db")).await.expect("a store");
        let mut uploads = Uploads::open(store, Blobs::new(folder.path().join("files"))).await.expect("opens");
        uploads.room = 150;
        let name = |text: &str| FunctionName::parse(text, "", "").expect("a name");
        let source = format!("export const handler = () => 1; // {}", "x".repeat(64));
        let (one, two) = (name("one"), name("two"));
        uploads.create(&one, settings(&one), archive(&source)).await.expect("there is room");
        let second = uploads.create(&two, settings(&two), archive(&source)).await;
        assert!(matches!(second, Err(UploadError::TooLarge)), "{second:?}");
        assert!(uploads.get(&two).is_none());
        // Its own code is replaced, not added.
        uploads.update(&one, None, Some(archive(&source)), false, |_| {}).await.expect("there is room");
    }
}
