//! What can go wrong with the store.

/// A failure of the database or of a file.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No space is left; nothing of the batch was written.
    #[error("the disk is full: {0}")]
    Full(String),
    /// The database answered with an error; nothing of the batch was written.
    #[error("the database failed: {0}")]
    Database(#[source] sqlx::Error),
    /// What was read does not parse; the store was written by something else or damaged.
    #[error("stored data is damaged: {0}")]
    Damaged(String),
    /// A file could not be read or written.
    #[error("the file {path} could not be used: {source}")]
    File {
        /// Name inside the blob folder.
        path: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A name would leave the blob folder.
    #[error("not a valid blob name: {0}")]
    Name(String),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let text = error.to_string();
        // SQLite: code 13 (SQLITE_FULL) "database or disk is full"; I/O errors of a full disk carry code 10.
        let full = match &error {
            sqlx::Error::Database(database) => {
                matches!(database.code().as_deref(), Some("13" | "53100" | "778" | "4874"))
                    || database.message().contains("disk is full")
            }
            sqlx::Error::Io(io) => io.kind() == std::io::ErrorKind::StorageFull,
            _ => false,
        };
        if full { StoreError::Full(text) } else { StoreError::Database(error) }
    }
}
