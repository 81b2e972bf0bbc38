//! Files (transcripts, attachments, prompts) in a folder, by a relative name.

use std::path::{Component, Path, PathBuf};

use crate::StoreError;

/// A folder of files. Writes are atomic: a reader sees the old or the whole new content.
#[derive(Clone, Debug)]
pub struct Blobs {
    root: PathBuf,
}

impl Blobs {
    /// Files below `root`, which is made when first written to.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Writes a file through a temporary name, synchronised to disk before it becomes visible.
    pub async fn put(&self, name: &str, content: &[u8]) -> Result<(), StoreError> {
        let path = self.path(name)?;
        let failed = |source| StoreError::File { path: name.to_owned(), source };
        let folder = path.parent().unwrap_or(&self.root);
        let fresh = self.folder(folder).await.map_err(failed)?;
        let mut partial = path.clone().into_os_string();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let result = async {
            let mut file = tokio::fs::File::create(&partial).await?;
            tokio::io::AsyncWriteExt::write_all(&mut file, content).await?;
            // The write itself ends here; without it its error would be lost.
            tokio::io::AsyncWriteExt::flush(&mut file).await?;
            file.sync_all().await?;
            tokio::fs::rename(&partial, &path).await?;
            self.settle(folder, fresh).await
        }
        .await;
        if result.is_err() {
            // The unfinished file is worth nothing; the first error is the one to tell.
            let _ = tokio::fs::remove_file(&partial).await;
        }
        result.map_err(failed)
    }

    /// Reads a whole file; none when there is no such file.
    pub async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        match tokio::fs::read(self.path(name)?).await {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(StoreError::File { path: name.to_owned(), source }),
        }
    }

    /// The size of a file in bytes; none when there is no such file.
    pub async fn size(&self, name: &str) -> Result<Option<u64>, StoreError> {
        match tokio::fs::metadata(self.path(name)?).await {
            Ok(metadata) => Ok(Some(metadata.len())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(StoreError::File { path: name.to_owned(), source }),
        }
    }

    /// Moves a file to another name; the old name is gone afterwards.
    pub async fn rename(&self, from: &str, to: &str) -> Result<(), StoreError> {
        let (source_path, target) = (self.path(from)?, self.path(to)?);
        let failed = |source| StoreError::File { path: from.to_owned(), source };
        let folder = target.parent().unwrap_or(&self.root);
        let fresh = self.folder(folder).await.map_err(failed)?;
        tokio::fs::rename(&source_path, &target).await.map_err(failed)?;
        self.settle(folder, fresh).await.map_err(failed)
    }

    /// Makes a folder and those above it; true when it was not there.
    async fn folder(&self, folder: &Path) -> std::io::Result<bool> {
        let fresh = !tokio::fs::try_exists(folder).await?;
        tokio::fs::create_dir_all(folder).await?;
        Ok(fresh)
    }

    /// Synchronises the entries of a folder, of a fresh one also those that lead to it: a name that is not on the disk
    /// is no file after the power went.
    async fn settle(&self, folder: &Path, fresh: bool) -> std::io::Result<()> {
        let above = if fresh { usize::MAX } else { 1 };
        for entry in folder.ancestors().take_while(|entry| entry.starts_with(&self.root)).take(above) {
            tokio::fs::File::open(entry).await?.sync_all().await?;
        }
        Ok(())
    }

    /// Removes a file; one that is not there is no error.
    pub async fn delete(&self, name: &str) -> Result<(), StoreError> {
        match tokio::fs::remove_file(self.path(name)?).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(StoreError::File { path: name.to_owned(), source: error })
            }
            _ => Ok(()),
        }
    }

    /// Removes a folder with everything in it; one that is not there is no error.
    pub async fn delete_folder(&self, name: &str) -> Result<(), StoreError> {
        match tokio::fs::remove_dir_all(self.path(name)?).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(StoreError::File { path: name.to_owned(), source: error })
            }
            _ => Ok(()),
        }
    }

    fn path(&self, name: &str) -> Result<PathBuf, StoreError> {
        let relative = Path::new(name);
        let plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
        if name.is_empty() || !plain || name.contains('\0') || name.contains('\\') {
            return Err(StoreError::Name(name.to_owned()));
        }
        Ok(self.root.join(relative))
    }
}
