"""Instances, their switches, approved origins, storage configs and security profiles through the SDK."""

import urllib.request
import uuid

import pytest

from desk import Desk


@pytest.fixture
def other_instance(connect):
    """An instance of the test's own."""
    made = connect.create_instance(
        IdentityManagementType="CONNECT_MANAGED", InstanceAlias=f"other-{uuid.uuid4().hex[:8]}",
        InboundCallsEnabled=False, OutboundCallsEnabled=True, Tags={"Stage": "test"})
    yield made["Id"]
    connect.delete_instance(InstanceId=made["Id"])


def test_the_first_instance(connect, server, instance):
    described = connect.describe_instance(InstanceId=instance)["Instance"]
    del described["CreatedTime"]
    assert described == {
        "Id": instance, "Arn": server.bootstrap["instanceArn"], "IdentityManagementType": "CONNECT_MANAGED",
        "InstanceAlias": "dev", "InstanceStatus": "ACTIVE", "InboundCallsEnabled": True, "OutboundCallsEnabled": True,
        "InstanceAccessUrl": server.endpoint, "Tags": {},
    }


def test_instances_come_and_go(connect, instance, other_instance, fresh, refused):
    described = connect.describe_instance(InstanceId=other_instance)["Instance"]
    assert (described["InboundCallsEnabled"], described["OutboundCallsEnabled"]) == (False, True)
    assert described["Tags"] == {"Stage": "test"}
    listed = connect.get_paginator("list_instances").paginate(PaginationConfig={"PageSize": 1}).build_full_result()
    assert {instance, other_instance} <= {row["Id"] for row in listed["InstanceSummaryList"]}
    refused("InvalidRequestException", connect.create_instance, IdentityManagementType="CONNECT_MANAGED",
            InstanceAlias=described["InstanceAlias"], InboundCallsEnabled=True, OutboundCallsEnabled=True)
    # What is made in one instance is not known in the other.
    profile = connect.list_routing_profiles(InstanceId=instance)["RoutingProfileSummaryList"][0]
    for name in (profile["Id"], profile["Arn"]):
        refused("ResourceNotFoundException", connect.describe_routing_profile,
                InstanceId=other_instance, RoutingProfileId=name)
    wanted = {"IdentityManagementType": "CONNECT_MANAGED", "InstanceAlias": f"third-{uuid.uuid4().hex[:8]}",
              "InboundCallsEnabled": True, "OutboundCallsEnabled": True}
    third = connect.create_instance(ClientToken="once", **wanted)["Id"]
    assert connect.create_instance(ClientToken="once", **wanted)["Id"] == third, "the same request again"
    refused("InvalidRequestException", connect.create_instance, ClientToken="twice", **wanted)
    connect.delete_instance(InstanceId=third)
    refused("ResourceNotFoundException", connect.describe_instance, InstanceId=third)
    refused("ResourceNotFoundException", connect.list_users, InstanceId=third)


@pytest.mark.parametrize("members, code", [
    ({"InstanceAlias": "-wrong"}, "InvalidParameterException"),
    ({"InstanceAlias": "d-wrong"}, "InvalidParameterException"),
    ({"InstanceAlias": "x" * 46}, "InvalidRequestException"),
    ({"InstanceAlias": None}, "InvalidRequestException"),
    ({"IdentityManagementType": "SAML"}, "InvalidRequestException"),
    ({"IdentityManagementType": "LDAP"}, "InvalidRequestException"),
    ({"DirectoryId": "d-0123456789"}, "InvalidRequestException"),
    ({"Tags": {"aws:x": "y"}}, "InvalidParameterException"),
    ({"InboundCallsEnabled": "yes"}, "InvalidRequestException"),
])
def test_instances_that_cannot_be_made(connect, loose, refused, members, code):
    before = connect.list_instances()["InstanceSummaryList"]
    valid = {"IdentityManagementType": "CONNECT_MANAGED", "InstanceAlias": "wrong",
             "InboundCallsEnabled": True, "OutboundCallsEnabled": True}
    members = {name: value for name, value in (valid | members).items() if value is not None}
    refused(code, loose.create_instance, **members)
    assert connect.list_instances()["InstanceSummaryList"] == before


def test_switches(connect, instance, refused):
    pages = connect.get_paginator("list_instance_attributes").paginate(InstanceId=instance)
    values = {one["AttributeType"]: one["Value"] for page in pages for one in page["Attributes"]}
    assert len(values) == 14 and set(values.values()) == {"true", "false"}
    for name, value in values.items():
        flipped = "false" if value == "true" else "true"
        connect.update_instance_attribute(InstanceId=instance, AttributeType=name, Value=flipped)
        attribute = connect.describe_instance_attribute(InstanceId=instance, AttributeType=name)["Attribute"]
        assert attribute == {"AttributeType": name, "Value": flipped}
        connect.update_instance_attribute(InstanceId=instance, AttributeType=name, Value=value)
    refused("InvalidParameterException", connect.update_instance_attribute,
            InstanceId=instance, AttributeType="EARLY_MEDIA", Value="maybe")
    error = refused("InvalidRequestException", connect.describe_instance_attribute,
                    InstanceId=instance, AttributeType="COFFEE")
    assert "enum value set" in error["Error"]["Message"]


def test_approved_origins(connect, instance, refused):
    origins = [f"https://desk{n}.example.com" for n in range(3)]
    for origin in origins:
        connect.associate_approved_origin(InstanceId=instance, Origin=origin)
    refused("ResourceConflictException", connect.associate_approved_origin, InstanceId=instance, Origin=origins[0])
    refused("InvalidParameterException", connect.associate_approved_origin, InstanceId=instance, Origin="desk")
    refused("InvalidRequestException", connect.associate_approved_origin, InstanceId=instance,
            Origin="https://" + "x" * 260)
    pages = connect.get_paginator("list_approved_origins").paginate(InstanceId=instance, PaginationConfig={"PageSize": 2})
    assert [len(page["Origins"]) for page in pages] == [2, 1]
    for origin in origins:
        connect.disassociate_approved_origin(InstanceId=instance, Origin=origin)
    refused("ResourceNotFoundException", connect.disassociate_approved_origin, InstanceId=instance, Origin=origins[0])
    assert connect.list_approved_origins(InstanceId=instance)["Origins"] == []


def test_pages_may_be_framed_by_origins_of_ones_own_instance(connect, instance, other_instance, server):
    own, foreign = "https://own.example.com", "https://foreign.example.com"
    connect.associate_approved_origin(InstanceId=instance, Origin=own)
    connect.associate_approved_origin(InstanceId=other_instance, Origin=foreign)
    def framers(cookie):
        request = urllib.request.Request(f"{server.endpoint}/ccp-v2", headers={"cookie": cookie})
        with urllib.request.urlopen(request, timeout=10) as answer:
            policy = answer.headers["content-security-policy"]
        return policy.split("frame-ancestors")[1].split()
    try:
        agent = Desk(server, "agent1").cookie
        assert framers(agent) == ["'self'", own]
        assert sorted(framers("")) == sorted(framers("switchroom-session=planted")) == sorted(["'self'", own, foreign])
    finally:
        connect.disassociate_approved_origin(InstanceId=instance, Origin=own)
        connect.disassociate_approved_origin(InstanceId=other_instance, Origin=foreign)


def test_storage_configs(connect, instance, nobody, refused):
    kind = {"InstanceId": instance, "ResourceType": "SCREEN_RECORDINGS"}
    config = {"StorageType": "S3", "S3Config": {
        "BucketName": "screens", "BucketPrefix": "p",
        "EncryptionConfig": {"EncryptionType": "KMS", "KeyId": "arn:aws:kms:us-east-1:1:key/k"}}}
    association = connect.associate_instance_storage_config(**kind, StorageConfig=config)["AssociationId"]
    described = connect.describe_instance_storage_config(**kind, AssociationId=association)["StorageConfig"]
    assert described == config | {"AssociationId": association}
    refused("ResourceConflictException", connect.associate_instance_storage_config, **kind, StorageConfig=config)
    moved = {"StorageType": "S3", "S3Config": {"BucketName": "other", "BucketPrefix": "p"}}
    connect.update_instance_storage_config(**kind, AssociationId=association, StorageConfig=moved)
    listed = connect.list_instance_storage_configs(**kind)["StorageConfigs"]
    assert listed == [moved | {"AssociationId": association}]
    refused("InvalidParameterException", connect.update_instance_storage_config, **kind, AssociationId=association,
            StorageConfig={"StorageType": "KINESIS_STREAM", "KinesisStreamConfig": {"StreamArn": "arn:aws:kinesis:r:1:stream/s"}})
    refused("ResourceNotFoundException", connect.describe_instance_storage_config, InstanceId=instance,
            ResourceType="CALL_RECORDINGS", AssociationId=association)
    refused("ResourceNotFoundException", connect.disassociate_instance_storage_config, **kind, AssociationId=nobody)
    connect.disassociate_instance_storage_config(**kind, AssociationId=association)
    assert connect.list_instance_storage_configs(**kind)["StorageConfigs"] == []


def test_security_profiles(connect, instance, new_user, fresh, refused):
    name = fresh("Auditors").replace(".", " ")
    made = connect.create_security_profile(
        InstanceId=instance, SecurityProfileName=name, Description="Look only",
        Permissions=["Users.View", "Queues.View"], AllowedAccessControlTags={"Team": "A"},
        TagRestrictedResources=["User", "Queue"], Tags={"a": "b"})
    address = {"InstanceId": instance, "SecurityProfileId": made["SecurityProfileId"]}
    described = connect.describe_security_profile(**address)["SecurityProfile"]
    assert (described["SecurityProfileName"], described["OrganizationResourceId"]) == (name, instance)
    assert (described["AllowedAccessControlTags"], described["TagRestrictedResources"], described["Tags"]) == \
        ({"Team": "A"}, ["User", "Queue"], {"a": "b"})
    connect.update_security_profile(**address, Permissions=["Prompts.View", "Users.View", "Users.Edit"],
                                    AllowedAccessControlTags={}, TagRestrictedResources=[])
    pages = list(connect.get_paginator("list_security_profile_permissions").paginate(
        **address, PaginationConfig={"PageSize": 2}))
    assert [page["Permissions"] for page in pages] == [["Prompts.View", "Users.Edit"], ["Users.View"]]
    assert all({"LastModifiedTime", "LastModifiedRegion"} <= page.keys() for page in pages)
    for members in ({"Permissions": ["Users.Fly"]}, {"AllowedAccessControlTags": {"Team": "A"}},
                    {"TagRestrictedResources": ["Car"], "AllowedAccessControlTags": {"Team": "A"}}):
        refused("InvalidParameterException", connect.update_security_profile, **address, **members)
    refused("DuplicateResourceException", connect.create_security_profile,
            InstanceId=instance, SecurityProfileName=name)
    refused("InvalidRequestException", connect.create_security_profile, InstanceId=instance, SecurityProfileName="a/b")
    user = new_user(SecurityProfileIds=[made["SecurityProfileId"]])
    refused("ResourceInUseException", connect.delete_security_profile, **address)
    connect.delete_user(InstanceId=instance, UserId=user)
    connect.delete_security_profile(**address)
    refused("ResourceNotFoundException", connect.describe_security_profile, **address)
