//! Functions: small programs that flows call, in an embedded JavaScript engine or elsewhere over HTTP.
//!
//! A function is a file or folder in the functions folder, an upload, a name that the configuration maps to a server
//! with the published invoke API, or a plain HTTP address. All get exactly the same request. This crate knows no
//! contacts, flows or instances: [`Functions::invoke`] takes a target, an event and a time.
//!
//! Decisions:
//!
//! * **A new engine for every call.** Nothing of one contact reaches the next, and each limit is a limit of one call.
//!   It costs about a millisecond.
//! * **Threads of their own, in a limited number.** A function that hangs blocks its own place until its time is over;
//!   one function never takes more than half of the places.
//! * **Code that cannot be stopped is not run again.** The engine looks at the clock in every loop. Should one place
//!   be missed, the thread is given up, the call fails in time, and the same code is refused from then on.
//! * **Calls out are filtered at the address.** Names are looked up here and each address is checked, so that neither
//!   names nor redirects lead to where functions may not call.

mod archive;
mod fetch;
mod folder;
mod package;
mod pool;
mod remote;
mod retry;
mod sandbox;
mod uploads;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant, SystemTime};

use model::{FunctionName, Timestamp};
use store::{Blobs, Store, StoreError};

pub use fetch::{NOT_ALLOWED, Reach, check, guarded};
pub use package::{Package, PackageError};
pub use retry::{InvokeFailure, invoke_with_retries};
pub use sandbox::{Fault, Line, Report};
pub use uploads::{Settings, UploadError};

use fetch::Fetcher;
use folder::Folder;
use pool::{NotRun, Pool};
use remote::Remote;
use sandbox::Task;
use uploads::Uploads;

/// How functions are set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// Region in resource names.
    pub region: String,
    /// Account in resource names: 12 digits.
    pub account: String,
    /// The folder of functions; it need not be there. None = functions are uploaded only.
    pub folder: Option<PathBuf>,
    /// Calls of embedded functions at once.
    pub at_once: usize,
    /// Most memory of one call in MiB.
    pub memory: u64,
    /// Where functions may call.
    pub reach: Reach,
    /// `process.env` by function name.
    pub environment: BTreeMap<String, BTreeMap<String, String>>,
    /// Base address of the invoke API by function name.
    pub remote: BTreeMap<String, String>,
}

impl Options {
    /// Uploaded functions only, which call nowhere.
    pub fn uploads_only(region: &str, account: &str) -> Self {
        Self {
            region: region.to_owned(),
            account: account.to_owned(),
            folder: None,
            at_once: 16,
            memory: 128,
            reach: Reach::Off,
            environment: BTreeMap::new(),
            remote: BTreeMap::new(),
        }
    }
}

/// What a flow or a caller names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A function by its name.
    Name(FunctionName),
    /// An HTTP address.
    Address(String),
}

impl Target {
    /// Reads a name, ARN or HTTP address; none = none of them, or of another region or account.
    pub fn parse(text: &str, region: &str, account: &str) -> Option<Self> {
        if text.starts_with("http://") || text.starts_with("https://") {
            return Some(Self::Address(text.to_owned()));
        }
        FunctionName::parse(text, region, account).map(Self::Name)
    }
}

/// Why there is no [`Report`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvokeError {
    /// No such function.
    #[error("there is no function '{0}'")]
    Missing(String),
    /// All places were taken, or the other side said so.
    #[error("too many calls at once")]
    Throttled,
    /// No answer in time from elsewhere.
    #[error("no answer in time")]
    TimeLimit,
    /// The other side cannot be reached.
    #[error("the function cannot be reached: {0}")]
    Unreachable(String),
    /// The other side failed: status 5xx.
    #[error("the function's server failed: {0}")]
    Service(String),
    /// The other side refuses: any other status.
    #[error("the function's server refuses: {0}")]
    Refused(String),
    /// The code cannot be used.
    #[error("the function's code cannot be used: {0}")]
    Code(String),
}

/// A function as lists show it.
#[derive(Clone, Debug, PartialEq)]
pub enum Description {
    /// An upload.
    Uploaded(Settings),
    /// A file or folder in the functions folder: bytes and when it was changed.
    File(FunctionName, u64, Timestamp),
    /// Elsewhere, at this base address.
    Remote(FunctionName, String),
}

impl Description {
    /// The name.
    pub fn name(&self) -> &str {
        match self {
            Self::Uploaded(settings) => &settings.name,
            Self::File(name, ..) | Self::Remote(name, _) => name.as_str(),
        }
    }
}

/// Why functions cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The store failed.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The HTTP client cannot be made.
    #[error("the HTTP client of functions cannot be made: {0}")]
    Http(#[from] reqwest::Error),
}

/// All functions of one server.
pub struct Functions {
    options: Options,
    uploads: Uploads,
    folder: Arc<Folder>,
    pool: Pool,
    fetcher: Option<Fetcher>,
    remote: Remote,
}

/// Longest run of a function in the folder, unless the caller gives it less.
const FOLDER_TIME: Duration = Duration::from_secs(60);

impl Functions {
    /// Reads the uploads and makes everything ready.
    pub async fn open(options: Options, store: Store, blobs: Blobs) -> Result<Self, OpenError> {
        Ok(Self {
            uploads: Uploads::open(store, blobs).await?,
            folder: Arc::new(Folder::new(options.folder.clone())),
            pool: Pool::new(options.at_once),
            fetcher: Fetcher::new(options.reach)?,
            remote: Remote::new()?,
            options,
        })
    }

    /// How they are set up.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Reads a name or ARN of a function of this server.
    pub fn name(&self, text: &str) -> Option<FunctionName> {
        FunctionName::parse(text, &self.options.region, &self.options.account)
    }

    /// The full resource name.
    pub fn arn(&self, name: &str) -> String {
        format!("arn:aws:lambda:{}:{}:function:{name}", self.options.region, self.options.account)
    }

    /// Calls a function once. `most` is the most bytes of an answer.
    ///
    /// An error inside the function is in the report; an [`InvokeError`] says that it did not run, or that nobody
    /// knows.
    pub async fn invoke(
        &self,
        target: &Target,
        event: &str,
        time: Duration,
        most: usize,
    ) -> Result<Report, InvokeError> {
        let name = match target {
            Target::Address(address) => return self.remote.post(address, event, time, most).await,
            Target::Name(name) => name,
        };
        let (mut within, mut memory) = (time, self.options.memory);
        let mut environment = self.options.environment.get(name.as_str()).cloned().unwrap_or_default();
        let package = if let Some(upload) = self.uploads.get(name) {
            within = within.min(Duration::from_secs(upload.settings.timeout));
            memory = memory.min(upload.settings.memory);
            environment.extend(upload.settings.environment);
            upload.package
        } else if let Some(found) = self.found(name).await? {
            within = within.min(FOLDER_TIME);
            found.package
        } else if let Some(base) = self.options.remote.get(name.as_str()) {
            return self.remote.invoke(base, name, event, time, most).await;
        } else {
            return Err(InvokeError::Missing(name.to_string()));
        };
        let task = Task {
            name: name.to_string(),
            arn: name.arn(&self.options.region, &self.options.account),
            package,
            environment,
            event: event.to_owned(),
            request_id: uuid::Uuid::new_v4().to_string(),
            deadline: Instant::now() + within,
            time: within,
            memory: memory as usize * 1024 * 1024,
            answer: most,
            fetcher: self.fetcher.clone(),
            stop: Arc::new(AtomicBool::new(false)),
        };
        self.pool.run(task).await.map_err(|reason| match reason {
            NotRun::NoPlace => InvokeError::Throttled,
            NotRun::Unstoppable => InvokeError::Code("it did not stop when its time was over".to_owned()),
        })
    }

    /// Whether a function with this name is here or configured.
    pub async fn exists(&self, name: &FunctionName) -> bool {
        self.uploads.get(name).is_some()
            || self.options.remote.contains_key(name.as_str())
            || self.in_folder(name).await
    }

    /// One function.
    pub async fn describe(&self, name: &FunctionName) -> Result<Option<Description>, InvokeError> {
        if let Some(upload) = self.uploads.get(name) {
            return Ok(Some(Description::Uploaded(upload.settings)));
        }
        if let Some(found) = self.found(name).await? {
            let since = found.changed.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            let changed = Timestamp(since.as_millis() as i64);
            return Ok(Some(Description::File(name.clone(), found.bytes, changed)));
        }
        let remote = self.options.remote.get(name.as_str());
        Ok(remote.map(|base| Description::Remote(name.clone(), base.clone())))
    }

    /// The names of all functions, in order.
    pub async fn names(&self) -> Result<Vec<FunctionName>, InvokeError> {
        let folder = self.folder.clone();
        let listed = tokio::task::spawn_blocking(move || folder.names());
        let failed = |error: &dyn std::fmt::Display| InvokeError::Code(error.to_string());
        let mut names = listed.await.map_err(|error| failed(&error))?.map_err(|error| failed(&error))?;
        names.extend(self.uploads.names());
        names.extend(self.options.remote.keys().filter_map(|name| FunctionName::parse(name, "", "")));
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// Makes a function of a zip archive.
    pub async fn create(
        &self,
        name: &FunctionName,
        settings: Settings,
        archive: Vec<u8>,
    ) -> Result<Settings, UploadError> {
        if self.options.remote.contains_key(name.as_str()) || self.in_folder(name).await {
            return Err(UploadError::Exists(name.clone()));
        }
        self.uploads.create(name, settings, archive).await
    }

    /// Changes an uploaded function; `dry` only checks.
    pub async fn update(
        &self,
        name: &FunctionName,
        revision: Option<&str>,
        archive: Option<Vec<u8>>,
        dry: bool,
        change: impl FnOnce(&mut Settings),
    ) -> Result<Settings, UploadError> {
        self.only_uploaded(name).await?;
        self.uploads.update(name, revision, archive, dry, change).await
    }

    /// Deletes an uploaded function.
    pub async fn delete(&self, name: &FunctionName) -> Result<(), UploadError> {
        self.only_uploaded(name).await?;
        self.uploads.delete(name).await
    }

    async fn only_uploaded(&self, name: &FunctionName) -> Result<(), UploadError> {
        let elsewhere = self.uploads.get(name).is_none() && self.exists(name).await;
        if elsewhere { Err(UploadError::NotUploaded(name.clone())) } else { Ok(()) }
    }

    async fn in_folder(&self, name: &FunctionName) -> bool {
        let (folder, name) = (self.folder.clone(), name.clone());
        tokio::task::spawn_blocking(move || folder.has(&name)).await.unwrap_or(false)
    }

    async fn found(&self, name: &FunctionName) -> Result<Option<folder::Found>, InvokeError> {
        let (folder, name) = (self.folder.clone(), name.clone());
        let found = tokio::task::spawn_blocking(move || folder.get(&name)).await;
        let found = found.map_err(|error| InvokeError::Code(error.to_string()))?;
        found.map_err(|error| InvokeError::Code(error.to_string()))
    }
}
