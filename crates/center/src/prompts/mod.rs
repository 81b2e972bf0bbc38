//! The sound of prompts: brought in from an address or an upload, made ready for telephones, kept as files.

mod fetch;
mod stock;
mod uploads;

use std::time::Duration;

use audio::TELEPHONE_RATE;
use audio::g711::Law;
use audio::wav::{self, Info, WavError};
use functions::Reach;
use model::InstanceId;
use model::resource::{Prompt, PromptMedia};
use store::{Blobs, StoreError};
use tokio::sync::Semaphore;
use uuid::Uuid;

pub use stock::stock_media;

/// Most bytes of a file (spec 05 D5: less than 50 MB).
pub const FILE_BYTES: usize = 50 * 1024 * 1024;
/// The longest that a prompt may last, in milliseconds (spec 05 D5: less than 5 minutes).
pub const LENGTH_MS: u64 = 5 * 60 * 1000;
/// How long an upload waits for the prompt that it is for, in milliseconds.
pub const UPLOAD_MS: i64 = 60 * 60 * 1000;
/// The scheme of addresses that stand for uploads; a signed token follows.
pub const UPLOAD_SCHEME: &str = "upload://";
/// Files that are converted or fetched at once; each is held in memory, several times over.
const AT_ONCE: usize = 2;
/// How long a file waits for its turn.
const TURN_WITHIN: Duration = Duration::from_secs(60);

/// Why a file does not become the sound of a prompt.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// More bytes than taken.
    #[error("The file is larger than 50 MB. Shorten it, or save it with 8 kHz and one channel.")]
    TooLarge,
    /// Longer than taken.
    #[error("The sound lasts {0} seconds; a prompt must be shorter than 5 minutes.")]
    TooLong(u64),
    /// A file with a header and nothing else.
    #[error("The file has no sound in it.")]
    Silent,
    /// Not a WAV file that can be read.
    #[error("The file cannot be used: {0}. Save it as WAV, best with 8 kHz, one channel and µ-law.")]
    Wav(#[from] WavError),
    /// An address in an object store, which this server cannot reach.
    #[error(
        "This server has no object storage to read s3:// addresses from. Give the https address of the file (a presigned one, say), or upload the file in the console."
    )]
    ObjectStorage,
    /// No address of a file.
    #[error("S3Uri must be s3://bucket/key or the https address of an object in a bucket.")]
    Address,
    /// The file could not be fetched.
    #[error("The file could not be fetched: {0}.")]
    Fetch(String),
    /// The upload ran out of time, or the server was started anew.
    #[error("The uploaded file is no longer there. Upload it again.")]
    UploadGone,
    /// Too many files at once.
    #[error("Other files are being converted. Try again in a moment.")]
    Busy,
    /// The file could not be kept.
    #[error("The file cannot be stored now.")]
    Store(#[from] StoreError),
}

/// A file made ready: 8 kHz, one channel, µ-law.
#[derive(Clone, Debug, PartialEq)]
pub struct Ready {
    /// The whole WAV file.
    pub wav: Vec<u8>,
    /// How long it lasts, in milliseconds.
    pub duration_ms: u64,
    /// What the file was before.
    pub was: Info,
}

/// The files of prompts of all instances.
pub struct Prompts {
    blobs: Blobs,
    fetcher: fetch::Fetcher,
    uploads: uploads::Uploads,
    places: Semaphore,
}

impl Prompts {
    /// With files in `blobs`; addresses are fetched as far as `reach` allows.
    pub fn new(blobs: Blobs, reach: Reach) -> Self {
        Self {
            blobs,
            fetcher: fetch::Fetcher::new(reach),
            uploads: uploads::Uploads::default(),
            places: Semaphore::new(AT_ONCE),
        }
    }

    /// Fetches the file at an address and makes it ready.
    pub async fn fetch(&self, address: &str) -> Result<Ready, PromptError> {
        if address.starts_with("s3://") {
            return Err(PromptError::ObjectStorage);
        }
        let _place = self.place().await?;
        let bytes = self.fetcher.fetch(address).await?;
        converted(bytes).await
    }

    /// Makes the bytes of a file ready.
    pub async fn ready(&self, bytes: Vec<u8>) -> Result<Ready, PromptError> {
        let _place = self.place().await?;
        converted(bytes).await
    }

    async fn place(&self) -> Result<tokio::sync::SemaphorePermit<'_>, PromptError> {
        let place = tokio::time::timeout(TURN_WITHIN, self.places.acquire()).await;
        place.ok().and_then(Result::ok).ok_or(PromptError::Busy)
    }

    /// Holds an uploaded file for the prompt that is made of it within [`UPLOAD_MS`].
    pub fn hold(&self, upload: Uuid, ready: Ready, now: model::Timestamp) {
        self.uploads.hold(upload, ready, now);
    }

    /// The uploaded file.
    pub fn held(&self, upload: Uuid, now: model::Timestamp) -> Result<Ready, PromptError> {
        self.uploads.get(upload, now).ok_or(PromptError::UploadGone)
    }

    /// Writes a file for a prompt of an instance, under a name of its own.
    pub async fn keep(
        &self,
        instance: InstanceId,
        name: Uuid,
        ready: &Ready,
    ) -> Result<PromptMedia, PromptError> {
        let file = format!("prompts/{instance}/{name}.wav");
        self.blobs.put(&file, &ready.wav).await?;
        Ok(PromptMedia { file, duration_ms: ready.duration_ms, bytes: ready.wav.len() as u64 })
    }

    /// Removes the file of a prompt that no longer has it. What cannot be removed only takes room.
    pub async fn drop_file(&self, media: Option<&PromptMedia>) {
        if let Some(media) = media
            && let Err(error) = self.blobs.delete(&media.file).await
        {
            tracing::warn!(file = %media.file, %error, "the file of a prompt could not be removed");
        }
    }

    /// Removes the sound of an instance that is gone. What cannot be removed only takes room.
    pub async fn forget(&self, instance: InstanceId) {
        let folder = format!("prompts/{instance}");
        if let Err(error) = self.blobs.delete_folder(&folder).await {
            tracing::warn!(folder, %error, "the sound of a removed instance could not be removed");
        }
    }

    /// The WAV file of a prompt: 8 kHz, one channel, µ-law. None when it has none.
    pub async fn wav(&self, prompt: &Prompt) -> Result<Option<Vec<u8>>, StoreError> {
        match &prompt.media {
            Some(media) => self.blobs.get(&media.file).await,
            None => Ok(stock::wav(prompt).await),
        }
    }
}

/// Decoding and resampling take their time on long files.
async fn converted(bytes: Vec<u8>) -> Result<Ready, PromptError> {
    let work = tokio::task::spawn_blocking(move || convert(&bytes)).await;
    work.unwrap_or(Err(PromptError::Busy))
}

fn convert(bytes: &[u8]) -> Result<Ready, PromptError> {
    if bytes.len() >= FILE_BYTES {
        return Err(PromptError::TooLarge);
    }
    let was = wav::info(bytes)?;
    if was.frames == 0 {
        return Err(PromptError::Silent);
    }
    if was.duration_ms() >= LENGTH_MS {
        return Err(PromptError::TooLong(was.duration_ms() / 1_000));
    }
    let samples = wav::read(bytes)?.telephone();
    let duration_ms = audio::duration_ms(samples.len(), TELEPHONE_RATE);
    Ok(Ready { wav: wav::law(Law::Mu, &samples, TELEPHONE_RATE, 1), duration_ms, was })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_become_telephone_sound() {
        let ready = convert(&wav::pcm16(&vec![1_000; 88_200], 44_100, 2)).expect("a good file");
        let wave = wav::read(&ready.wav).expect("an own file");
        assert_eq!((wave.info.rate, wave.info.channels, wave.info.frames), (8_000, 1, 8_000));
        assert_eq!((wave.info.encoding, ready.duration_ms), (wav::Encoding::Law(Law::Mu), 1_000));
    }

    #[test]
    fn limits_and_formats_are_told() {
        let told = |bytes: &[u8]| convert(bytes).expect_err("not taken").to_string();
        assert_eq!(told(&vec![0; FILE_BYTES]), PromptError::TooLarge.to_string());
        assert!(told(b"ID3\x04 a song").contains("not a WAV file but MP3"));
        assert_eq!(told(&wav::pcm16(&[], 8_000, 1)), "The file has no sound in it.");
        let long = wav::law(Law::Mu, &vec![0; 8_000 * 300], 8_000, 1);
        assert_eq!(told(&long), "The sound lasts 300 seconds; a prompt must be shorter than 5 minutes.");
        let longest = wav::law(Law::Mu, &vec![0; 8_000 * 300 - 8], 8_000, 1);
        assert_eq!(convert(&longest).expect("just short enough").duration_ms, 299_999);
    }
}
