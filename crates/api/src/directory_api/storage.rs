//! Storage configs: where an instance puts each type of stored thing (spec 12 G37).

use axum::http::Method;
use directory::Directory;
use directory::storage::{
    AssociateInstanceStorageConfig, DescribeInstanceStorageConfig, DisassociateInstanceStorageConfig,
    ListInstanceStorageConfigs, UpdateInstanceStorageConfig,
};
use wire::{Kind, Operation, Rule};

use super::authority::Subject;
use super::published::CLIENT_TOKEN;
use super::row::{Items, change, describe, list};
use crate::App;

const ONE: &str = "/instance/{InstanceId}/storage-config/{AssociationId}";

pub(super) fn operations() -> Vec<Operation<App>> {
    vec![
        places(change::<AssociateInstanceStorageConfig, _, _>(
            Method::PUT,
            "AssociateInstanceStorageConfig",
            "/instance/{InstanceId}/storage-config",
            |_| Subject::none(),
            |directory, cx, input| {
                let id = directory.associate_instance_storage_config(cx, input)?;
                Ok(directory.associated_instance_storage_config(id))
            },
        )),
        one(describe::<DescribeInstanceStorageConfig, _>(
            "DescribeInstanceStorageConfig",
            ONE,
            |_| Subject::none(),
            Directory::describe_instance_storage_config,
        )),
        list::<ListInstanceStorageConfigs, _>(
            "ListInstanceStorageConfigs",
            "/instance/{InstanceId}/storage-configs",
            Items::plain("StorageConfigs", 10),
            Directory::list_instance_storage_configs,
        )
        .query("resourceType", "ResourceType", Kind::String),
        places(one(change::<UpdateInstanceStorageConfig, _, _>(
            Method::POST,
            "UpdateInstanceStorageConfig",
            ONE,
            |_| Subject::none(),
            |directory, _, input| directory.update_instance_storage_config(input),
        ))),
        one(change::<DisassociateInstanceStorageConfig, _, _>(
            Method::DELETE,
            "DisassociateInstanceStorageConfig",
            ONE,
            |_| Subject::none(),
            |directory, _, input| directory.disassociate_instance_storage_config(input),
        ))
        .query("clientToken", "ClientToken", Kind::String)
        .constraint("ClientToken", CLIENT_TOKEN),
    ]
}

/// An operation on one config, which is named in the path with its type in the query.
fn one(operation: Operation<App>) -> Operation<App> {
    operation
        .query("resourceType", "ResourceType", Kind::String)
        .constraint("AssociationId", Rule::Length(1, 100))
}

/// An operation that takes a whole config.
fn places(operation: Operation<App>) -> Operation<App> {
    let text = || Rule::Length(1, 128);
    operation
        .constraint("ClientToken", CLIENT_TOKEN)
        .constraint("StorageConfig.AssociationId", Rule::Length(1, 100))
        .constraint("StorageConfig.S3Config.BucketName", text())
        .constraint("StorageConfig.S3Config.BucketPrefix", text())
        .constraint("StorageConfig.S3Config.EncryptionConfig.KeyId", text())
        .constraint("StorageConfig.KinesisVideoStreamConfig.Prefix", text())
        .constraint("StorageConfig.KinesisVideoStreamConfig.RetentionPeriodHours", Rule::Range(0, 87_600))
        .constraint("StorageConfig.KinesisVideoStreamConfig.EncryptionConfig.KeyId", text())
}
