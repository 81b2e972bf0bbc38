"""Users, their proficiencies and the agent hierarchy through the SDK."""

import pytest


def test_a_user_from_creation_to_deletion(connect, instance, server, routing_profile, security_profile, fresh, refused):
    name = fresh("kim").replace(" ", ".")
    made = connect.create_user(
        InstanceId=instance, Username=name, Password="Passw0rd",
        IdentityInfo={"FirstName": "Kim", "LastName": "Doe", "Email": "kim@example.com"},
        PhoneConfig={"PhoneType": "SOFT_PHONE", "AutoAccept": True, "AfterContactWorkTimeLimit": 30},
        SecurityProfileIds=[security_profile], RoutingProfileId=routing_profile, Tags={"Team": "A"})
    user = made["UserId"]
    assert made["UserArn"] == f"{server.bootstrap['instanceArn']}/agent/{user}"

    def described():
        return connect.describe_user(InstanceId=instance, UserId=user)["User"]

    first = described()
    del first["LastModifiedTime"]
    assert first == {
        "Id": user, "Arn": made["UserArn"], "Username": name,
        "IdentityInfo": {"FirstName": "Kim", "LastName": "Doe", "Email": "kim@example.com"},
        "PhoneConfig": {"PhoneType": "SOFT_PHONE", "AutoAccept": True, "AfterContactWorkTimeLimit": 30},
        "SecurityProfileIds": [security_profile], "RoutingProfileId": routing_profile, "Tags": {"Team": "A"},
        "LastModifiedRegion": server.bootstrap["region"],
    }
    connect.update_user_identity_info(InstanceId=instance, UserId=user,
                                      IdentityInfo={"FirstName": "Kit", "LastName": "Doe"})
    connect.update_user_phone_config(
        InstanceId=instance, UserId=user,
        PhoneConfig={"PhoneType": "DESK_PHONE", "DeskPhoneNumber": "+12065550100"})
    profiles = connect.list_security_profiles(InstanceId=instance)["SecurityProfileSummaryList"]
    profiles = sorted(profile["Id"] for profile in profiles)[:2]
    connect.update_user_security_profiles(InstanceId=instance, UserId=user, SecurityProfileIds=profiles)
    other = connect.create_routing_profile(
        InstanceId=instance, Name=fresh("Profile"), Description="d",
        DefaultOutboundQueueId=connect.describe_routing_profile(
            InstanceId=instance, RoutingProfileId=routing_profile)["RoutingProfile"]["DefaultOutboundQueueId"],
        MediaConcurrencies=[{"Channel": "CHAT", "Concurrency": 3}])["RoutingProfileId"]
    connect.update_user_routing_profile(InstanceId=instance, UserId=user, RoutingProfileId=other)
    after = described()
    assert after["IdentityInfo"] == {"FirstName": "Kit", "LastName": "Doe"}
    assert after["PhoneConfig"] == {"PhoneType": "DESK_PHONE", "AutoAccept": False,
                                    "AfterContactWorkTimeLimit": 0, "DeskPhoneNumber": "+12065550100"}
    assert sorted(after["SecurityProfileIds"]) == profiles
    assert after["RoutingProfileId"] == other
    refused("ResourceInUseException", connect.delete_routing_profile, InstanceId=instance, RoutingProfileId=other)
    connect.delete_user(InstanceId=instance, UserId=user)
    refused("ResourceNotFoundException", connect.describe_user, InstanceId=instance, UserId=user)
    connect.delete_routing_profile(InstanceId=instance, RoutingProfileId=other)


@pytest.mark.parametrize("password", ["short1A", "nodigitsHere", "nouppercase1", "NOLOWERCASE1", "has Blank1", "A1" + "a" * 63])
def test_weak_passwords_are_refused_and_never_repeated(loose, instance, routing_profile, security_profile, fresh, refused, password):
    error = refused("InvalidParameterException", loose.create_user, InstanceId=instance,
                    Username=fresh("u").replace(" ", "."), Password=password,
                    IdentityInfo={"FirstName": "K", "LastName": "D"},
                    SecurityProfileIds=[security_profile], RoutingProfileId=routing_profile)
    assert password not in str(error)


@pytest.mark.parametrize("changes, code", [
    ({"Username": "admin"}, "DuplicateResourceException"),
    ({"Username": "with blank"}, "InvalidParameterException"),
    ({"Username": "Administrator"}, "InvalidParameterException"),
    ({"SecurityProfileIds": ["00000000-0000-4000-8000-000000000000"]}, "ResourceNotFoundException"),
    ({"RoutingProfileId": "00000000-0000-4000-8000-000000000000"}, "ResourceNotFoundException"),
    ({"HierarchyGroupId": "00000000-0000-4000-8000-000000000000"}, "ResourceNotFoundException"),
    ({"IdentityInfo": {"FirstName": "K"}}, "InvalidParameterException"),
    ({"IdentityInfo": {"FirstName": "K", "LastName": "D", "Email": "nowhere"}}, "InvalidParameterException"),
    ({"PhoneConfig": {"PhoneType": "DESK_PHONE"}}, "InvalidParameterException"),
    ({"PhoneConfig": {"PhoneType": "DESK_PHONE", "DeskPhoneNumber": "12"}}, "InvalidRequestException"),
    ({"SecurityProfileIds": []}, "InvalidRequestException"),
])
def test_users_that_cannot_be_made(loose, instance, routing_profile, security_profile, fresh, refused, changes, code):
    members = {"Username": fresh("u").replace(" ", "."), "Password": "Passw0rd",
               "IdentityInfo": {"FirstName": "K", "LastName": "D"},
               "SecurityProfileIds": [security_profile], "RoutingProfileId": routing_profile} | changes
    refused(code, loose.create_user, InstanceId=instance, **members)


def test_personal_data_is_not_repeated_in_errors(loose, instance, new_user, refused):
    error = refused("InvalidRequestException", loose.update_user_identity_info, InstanceId=instance, UserId=new_user(),
                    IdentityInfo={"FirstName": "Secretive" * 40, "LastName": "D"})
    assert "Secretive" not in str(error) and "identityInfo.firstName" in str(error)


def test_proficiencies(connect, instance, new_user, fresh, refused):
    attribute = fresh("Skill")
    connect.create_predefined_attribute(InstanceId=instance, Name=attribute, Values={"StringList": ["Basic", "Expert"]})
    user = new_user()

    def skills():
        answer = connect.list_user_proficiencies(InstanceId=instance, UserId=user)
        assert {"LastModifiedTime", "LastModifiedRegion"} <= answer.keys()
        return {row["AttributeValue"]: row["Level"] for row in answer["UserProficiencyList"]}

    def skill(value, **level):
        return [{"AttributeName": attribute, "AttributeValue": value} | level]

    connect.associate_user_proficiencies(
        InstanceId=instance, UserId=user, UserProficiencies=skill("Basic", Level=2.0) + skill("Expert", Level=5.0))
    assert skills() == {"Basic": 2.0, "Expert": 5.0}
    refused("InvalidParameterException", connect.associate_user_proficiencies,
            InstanceId=instance, UserId=user, UserProficiencies=skill("Basic", Level=3.0))
    connect.update_user_proficiencies(InstanceId=instance, UserId=user, UserProficiencies=skill("Basic", Level=4.0))
    connect.disassociate_user_proficiencies(InstanceId=instance, UserId=user, UserProficiencies=skill("Expert"))
    assert skills() == {"Basic": 4.0}
    refused("InvalidParameterException", connect.update_user_proficiencies,
            InstanceId=instance, UserId=user, UserProficiencies=skill("Basic", Level=2.5))
    refused("InvalidRequestException", connect.update_user_proficiencies,
            InstanceId=instance, UserId=user, UserProficiencies=skill("Basic", Level=5.5))
    refused("ResourceNotFoundException", connect.update_user_proficiencies,
            InstanceId=instance, UserId=user, UserProficiencies=skill("Expert", Level=2.0))
    refused("ResourceInUseException", connect.delete_predefined_attribute, InstanceId=instance, Name=attribute)
    connect.disassociate_user_proficiencies(InstanceId=instance, UserId=user, UserProficiencies=skill("Basic"))
    connect.delete_predefined_attribute(InstanceId=instance, Name=attribute)


def test_the_agent_hierarchy(connect, instance, new_user, refused):
    levels = {"LevelOne": {"Name": "Site"}, "LevelTwo": {"Name": "Team"}}
    connect.update_user_hierarchy_structure(InstanceId=instance, HierarchyStructure=levels)
    structure = connect.describe_user_hierarchy_structure(InstanceId=instance)["HierarchyStructure"]
    assert {level: body["Name"] for level, body in structure.items()} == {"LevelOne": "Site", "LevelTwo": "Team"}

    def group(name, **parent):
        return connect.create_user_hierarchy_group(InstanceId=instance, Name=name, **parent)["HierarchyGroupId"]

    site = group("Berlin")
    team = group("Red", ParentGroupId=site)
    refused("InvalidRequestException", connect.create_user_hierarchy_group,
            InstanceId=instance, Name="Below", ParentGroupId=team)
    refused("DuplicateResourceException", connect.create_user_hierarchy_group,
            InstanceId=instance, Name="Red", ParentGroupId=site)
    described = connect.describe_user_hierarchy_group(InstanceId=instance, HierarchyGroupId=team)["HierarchyGroup"]
    path = described["HierarchyPath"]
    assert (path["LevelOne"]["Id"], path["LevelTwo"]["Id"]) == (site, team)
    assert described["LevelId"] == structure["LevelTwo"]["Id"]
    connect.update_user_hierarchy_group_name(InstanceId=instance, HierarchyGroupId=team, Name="Blue")
    names = {row["Name"] for row in
             connect.list_user_hierarchy_groups(InstanceId=instance)["UserHierarchyGroupSummaryList"]}
    assert names == {"Berlin", "Blue"}

    user = new_user(HierarchyGroupId=team)
    found = connect.search_users(InstanceId=instance, SearchCriteria={
        "HierarchyGroupCondition": {"Value": site, "HierarchyGroupMatchType": "WITH_CHILD_GROUPS"}})
    assert [one["Id"] for one in found["Users"]] == [user]
    error = refused("ResourceInUseException", connect.delete_user_hierarchy_group,
                    InstanceId=instance, HierarchyGroupId=team)
    assert error["ResourceType"] == "HIERARCHY_GROUP"
    connect.update_user_hierarchy(InstanceId=instance, UserId=user)
    assert "HierarchyGroupId" not in connect.describe_user(InstanceId=instance, UserId=user)["User"]
    error = refused("ResourceInUseException", connect.update_user_hierarchy_structure,
                    InstanceId=instance, HierarchyStructure={"LevelOne": {"Name": "Site"}})
    assert error["ResourceType"] == "HIERARCHY_LEVEL"
    connect.delete_user_hierarchy_group(InstanceId=instance, HierarchyGroupId=team)
    connect.delete_user_hierarchy_group(InstanceId=instance, HierarchyGroupId=site)
    connect.update_user_hierarchy_structure(InstanceId=instance, HierarchyStructure={})
