//! Storage configs (spec 12 G37): for each type of stored thing, where the instance puts it. Kept as data.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::body::Body;
use crate::directory::{Cx, Directory};
use crate::error::{Code, DirectoryError, Result};
use crate::input::{inputs, parts};
use crate::rows::{Row, Rows};
use crate::rules;

macro_rules! resource_types {
    ($($name:ident = $text:literal: $($storage:ident)|+;)*) => {
        /// What is stored.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[allow(missing_docs)]
        pub enum StorageResourceType { $(#[serde(rename = $text)] $name,)* }

        impl StorageResourceType {
            /// The public spelling, such as `CALL_RECORDINGS`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The storage types that can hold it.
            pub const fn storage_types(self) -> &'static [StorageType] {
                match self { $(Self::$name => &[$(StorageType::$storage),+],)* }
            }
        }
    };
}

resource_types! {
    ChatTranscripts = "CHAT_TRANSCRIPTS": S3;
    CallRecordings = "CALL_RECORDINGS": S3;
    ScheduledReports = "SCHEDULED_REPORTS": S3;
    MediaStreams = "MEDIA_STREAMS": KinesisVideoStream;
    ContactTraceRecords = "CONTACT_TRACE_RECORDS": KinesisStream | KinesisFirehose;
    AgentEvents = "AGENT_EVENTS": KinesisStream;
    RealTimeContactAnalysisSegments = "REAL_TIME_CONTACT_ANALYSIS_SEGMENTS": KinesisStream;
    RealTimeContactAnalysisChatSegments = "REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS": KinesisStream;
    RealTimeContactAnalysisVoiceSegments = "REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS": KinesisStream;
    Attachments = "ATTACHMENTS": S3;
    ContactEvaluations = "CONTACT_EVALUATIONS": S3;
    ScreenRecordings = "SCREEN_RECORDINGS": S3;
    EmailMessages = "EMAIL_MESSAGES": S3;
}

/// The kind of place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum StorageType {
    S3,
    KinesisVideoStream,
    KinesisStream,
    KinesisFirehose,
}

/// The one storage config of a type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)]
pub struct StorageAssociation {
    pub association_id: Uuid,
    pub resource_type: StorageResourceType,
    pub storage_config: StorageConfig,
}

inputs! {
    /// `AssociateInstanceStorageConfig`.
    AssociateInstanceStorageConfig {
        resource_type: StorageResourceType,
        storage_config: StorageConfig,
        client_token: Option<String>,
    }
    /// `DescribeInstanceStorageConfig`.
    DescribeInstanceStorageConfig { association_id: String, resource_type: StorageResourceType }
    /// `ListInstanceStorageConfigs`.
    ListInstanceStorageConfigs { resource_type: StorageResourceType }
    /// `UpdateInstanceStorageConfig`; replaces the whole config.
    UpdateInstanceStorageConfig {
        association_id: String,
        resource_type: StorageResourceType,
        storage_config: StorageConfig,
        client_token: Option<String>,
    }
    /// `DisassociateInstanceStorageConfig`.
    DisassociateInstanceStorageConfig {
        association_id: String,
        resource_type: StorageResourceType,
        client_token: Option<String>,
    }
}

parts! {
    /// A place; exactly the member that the storage type names is set.
    StorageConfig {
        #[serde(default, skip_serializing)]
        association_id: Option<String>,
        storage_type: StorageType,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        s3_config: Option<S3Config>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kinesis_video_stream_config: Option<KinesisVideoStreamConfig>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kinesis_stream_config: Option<KinesisStreamConfig>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kinesis_firehose_config: Option<KinesisFirehoseConfig>,
    }
    /// A folder of a bucket.
    S3Config {
        bucket_name: String,
        bucket_prefix: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        encryption_config: Option<EncryptionConfig>,
    }
    /// A media stream; retention in hours.
    KinesisVideoStreamConfig { prefix: String, retention_period_hours: u32, encryption_config: EncryptionConfig }
    /// A data stream.
    KinesisStreamConfig { stream_arn: String }
    /// A delivery stream.
    KinesisFirehoseConfig { firehose_arn: String }
    /// The key that encrypts what is stored.
    EncryptionConfig { encryption_type: EncryptionType, key_id: String }
}

/// The kind of encryption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs)]
pub enum EncryptionType {
    Kms,
}

impl Directory {
    /// The storage config of a type; none means that it is not stored.
    pub fn storage_config(&self, resource_type: StorageResourceType) -> Option<&StorageAssociation> {
        self.table::<StorageAssociation>().named(resource_type.as_str())
    }

    /// `AssociateInstanceStorageConfig`: one config per type, a second one is a conflict.
    pub fn associate_instance_storage_config(
        &mut self,
        cx: &mut Cx<'_>,
        input: AssociateInstanceStorageConfig,
    ) -> Result<Uuid> {
        self.mine(&input)?;
        let storage_config = checked(input.storage_config, input.resource_type)?;
        if let Some(present) = self.storage_config(input.resource_type) {
            return Err(DirectoryError::new(
                Code::ResourceConflict,
                format!(
                    "{} has the storage config {} already. Update that one or disassociate it first.",
                    input.resource_type.as_str(),
                    present.association_id
                ),
            ));
        }
        let association_id = cx.fresh();
        self.put(StorageAssociation { association_id, resource_type: input.resource_type, storage_config });
        Ok(association_id)
    }

    /// `UpdateInstanceStorageConfig`.
    pub fn update_instance_storage_config(&mut self, input: UpdateInstanceStorageConfig) -> Result<()> {
        self.mine(&input)?;
        let mut association = self.association(&input.association_id, input.resource_type)?.clone();
        association.storage_config = checked(input.storage_config, input.resource_type)?;
        self.put(association);
        Ok(())
    }

    /// `DisassociateInstanceStorageConfig`: this type is no longer stored.
    pub fn disassociate_instance_storage_config(
        &mut self,
        input: DisassociateInstanceStorageConfig,
    ) -> Result<()> {
        self.mine(&input)?;
        let id = self.association(&input.association_id, input.resource_type)?.association_id;
        self.remove::<StorageAssociation>(&id);
        Ok(())
    }

    /// `DescribeInstanceStorageConfig`.
    pub fn describe_instance_storage_config(&self, input: &DescribeInstanceStorageConfig) -> Result<Value> {
        self.mine(input)?;
        let association = self.association(&input.association_id, input.resource_type)?;
        Ok(Body::new().set("StorageConfig", config_body(association)).build())
    }

    /// The output of `AssociateInstanceStorageConfig`.
    pub fn associated_instance_storage_config(&self, id: Uuid) -> Value {
        Body::new().text("AssociationId", id).build()
    }

    /// `ListInstanceStorageConfigs`: none or one, since a type has one config.
    pub fn list_instance_storage_configs<'a>(
        &'a self,
        input: &ListInstanceStorageConfigs,
        after: Option<&str>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let row = self.storage_config(input.resource_type).filter(|_| after.is_none());
        let row =
            row.map(|association| Row::new(association.association_id, None, || config_body(association)));
        Ok(Rows::new(row.into_iter()))
    }

    fn association(&self, id: &str, resource_type: StorageResourceType) -> Result<&StorageAssociation> {
        let association = self.find::<StorageAssociation>(id)?;
        if association.resource_type == resource_type {
            return Ok(association);
        }
        Err(DirectoryError::not_found(format!(
            "The storage config {id:?} is one of {}, not of {}.",
            association.resource_type.as_str(),
            resource_type.as_str()
        )))
    }
}

fn config_body(association: &StorageAssociation) -> Value {
    let mut body = json!(association.storage_config);
    body["AssociationId"] = json!(association.association_id);
    body
}

fn checked(mut config: StorageConfig, resource_type: StorageResourceType) -> Result<StorageConfig> {
    let allowed = resource_type.storage_types();
    if !allowed.contains(&config.storage_type) {
        let names: Vec<String> = allowed.iter().map(|kind| format!("{}", json!(kind))).collect();
        return Err(DirectoryError::parameter(format!(
            "{} can only be stored in {}.",
            resource_type.as_str(),
            names.join(" or ")
        )));
    }
    let members = [
        (StorageType::S3, config.s3_config.is_some()),
        (StorageType::KinesisVideoStream, config.kinesis_video_stream_config.is_some()),
        (StorageType::KinesisStream, config.kinesis_stream_config.is_some()),
        (StorageType::KinesisFirehose, config.kinesis_firehose_config.is_some()),
    ];
    if members.iter().any(|&(kind, set)| set != (kind == config.storage_type)) {
        return Err(DirectoryError::parameter(
            "StorageConfig must have the one member that its StorageType names, and no other.",
        ));
    }
    let encryption = |config: &EncryptionConfig| rules::length("KeyId", &config.key_id, 1, 128);
    if let Some(bucket) = &config.s3_config {
        rules::length("BucketName", &bucket.bucket_name, 1, 128)?;
        rules::length("BucketPrefix", &bucket.bucket_prefix, 1, 128)?;
        bucket.encryption_config.as_ref().map_or(Ok(()), encryption)?;
    }
    if let Some(stream) = &config.kinesis_video_stream_config {
        rules::length("Prefix", &stream.prefix, 1, 128)?;
        encryption(&stream.encryption_config)?;
        if stream.retention_period_hours > 87_600 {
            return Err(DirectoryError::parameter("RetentionPeriodHours must be 0 to 87600."));
        }
    }
    if let Some(stream) = &config.kinesis_stream_config {
        arn("StreamArn", &stream.stream_arn)?;
    }
    if let Some(stream) = &config.kinesis_firehose_config {
        arn("FirehoseArn", &stream.firehose_arn)?;
    }
    config.association_id = None;
    Ok(config)
}

fn arn(member: &str, text: &str) -> Result<()> {
    if text.starts_with("arn:") && text.split(':').count() >= 6 {
        return Ok(());
    }
    Err(DirectoryError::parameter(format!("{member} must be a resource name that begins with arn:.")))
}
