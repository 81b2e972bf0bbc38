"""Routing profiles, hours of operation, quick connects, agent statuses and predefined attributes through the SDK."""

import pytest

from resources import named
from sounds import wav, web


@pytest.fixture
def new_profile(connect, instance, basic_queue, fresh):
    """Makes routing profiles and deletes them after the test."""
    made = []

    def make(**members):
        members = {"Name": fresh("Profile"), "Description": "d", "DefaultOutboundQueueId": basic_queue,
                   "MediaConcurrencies": [{"Channel": "CHAT", "Concurrency": 2}]} | members
        made.append(connect.create_routing_profile(InstanceId=instance, **members)["RoutingProfileId"])
        return made[-1]
    yield make
    for profile in made:
        connect.delete_routing_profile(InstanceId=instance, RoutingProfileId=profile)


def row(queue, channel="CHAT", priority=1, delay=0):
    return {"QueueReference": {"QueueId": queue, "Channel": channel}, "Priority": priority, "Delay": delay}


def test_a_routing_profile(connect, instance, server, basic_queue, new_queue, new_profile, fresh):
    name = fresh("Profile")
    profile = new_profile(
        Name=name, Tags={"Team": "A"}, AgentAvailabilityTimer="TIME_SINCE_LAST_INBOUND",
        MediaConcurrencies=[
            {"Channel": "VOICE", "Concurrency": 1, "CrossChannelBehavior": {"BehaviorType": "ROUTE_ANY_CHANNEL"}},
            {"Channel": "TASK", "Concurrency": 10}],
        QueueConfigs=[row(basic_queue, "TASK", 3, 60)])

    def described():
        return connect.describe_routing_profile(InstanceId=instance, RoutingProfileId=profile)["RoutingProfile"]

    first = described()
    del first["LastModifiedTime"]
    assert first == {
        "InstanceId": instance, "Name": name, "RoutingProfileId": profile, "Description": "d",
        "RoutingProfileArn": f"{server.bootstrap['instanceArn']}/routing-profile/{profile}",
        "MediaConcurrencies": [
            {"Channel": "VOICE", "Concurrency": 1, "CrossChannelBehavior": {"BehaviorType": "ROUTE_ANY_CHANNEL"}},
            {"Channel": "TASK", "Concurrency": 10,
             "CrossChannelBehavior": {"BehaviorType": "ROUTE_CURRENT_CHANNEL_ONLY"}}],
        "DefaultOutboundQueueId": basic_queue, "NumberOfAssociatedQueues": 1, "NumberOfAssociatedUsers": 0,
        "AgentAvailabilityTimer": "TIME_SINCE_LAST_INBOUND", "IsDefault": False, "AssociatedQueueIds": [basic_queue],
        "Tags": {"Team": "A"}, "LastModifiedRegion": server.bootstrap["region"],
    }
    queue = new_queue()
    address = {"InstanceId": instance, "RoutingProfileId": profile}
    connect.update_routing_profile_name(**address, Name=name + "!", Description="other")
    connect.update_routing_profile_concurrency(**address, MediaConcurrencies=[{"Channel": "CHAT", "Concurrency": 10}])
    connect.update_routing_profile_default_outbound_queue(**address, DefaultOutboundQueueId=queue)
    connect.update_routing_profile_agent_availability_timer(
        **address, AgentAvailabilityTimer="TIME_SINCE_LAST_ACTIVITY")
    after = described()
    assert (after["Name"], after["Description"], after["DefaultOutboundQueueId"]) == (name + "!", "other", queue)
    assert [one["Channel"] for one in after["MediaConcurrencies"]] == ["CHAT"]
    assert after["AgentAvailabilityTimer"] == "TIME_SINCE_LAST_ACTIVITY"
    connect.update_routing_profile_default_outbound_queue(**address, DefaultOutboundQueueId=basic_queue)


def test_the_queues_of_a_routing_profile(connect, instance, new_queue, new_profile, refused):
    queue, name = new_queue(Name="Rows"), "Rows"
    profile = new_profile()
    address = {"InstanceId": instance, "RoutingProfileId": profile}

    def rows():
        answer = connect.list_routing_profile_queues(**address)
        assert {"LastModifiedTime", "LastModifiedRegion"} <= answer.keys()
        return [(one["QueueName"], one["Channel"], one["Priority"], one["Delay"])
                for one in answer["RoutingProfileQueueConfigSummaryList"]]

    connect.associate_routing_profile_queues(**address, QueueConfigs=[row(queue), row(queue, "TASK", 99, 9999)])
    assert sorted(rows()) == [(name, "CHAT", 1, 0), (name, "TASK", 99, 9999)]
    refused("InvalidRequestException", connect.associate_routing_profile_queues, **address, QueueConfigs=[row(queue)])
    connect.update_routing_profile_queues(**address, QueueConfigs=[row(queue, "CHAT", 5, 30)])
    assert (name, "CHAT", 5, 30) in rows()
    refused("ResourceNotFoundException", connect.update_routing_profile_queues, **address,
            QueueConfigs=[row(queue, "VOICE")])
    refused("ResourceInUseException", connect.delete_queue, InstanceId=instance, QueueId=queue)
    connect.disassociate_routing_profile_queues(
        **address, QueueReferences=[{"QueueId": queue, "Channel": channel} for channel in ("CHAT", "TASK")])
    assert rows() == []
    refused("ResourceNotFoundException", connect.disassociate_routing_profile_queues, **address,
            QueueReferences=[{"QueueId": queue, "Channel": "CHAT"}])


@pytest.mark.parametrize("members, text", [
    ({"MediaConcurrencies": [{"Channel": "CHAT", "Concurrency": 11}]}, "mediaConcurrencies.1.member.concurrency"),
    ({"MediaConcurrencies": [{"Channel": "FAX", "Concurrency": 1}]}, "enum value set: [VOICE, CHAT, TASK]"),
    ({"QueueConfigs": [row("q", priority=100)]}, "queueConfigs.1.member.priority"),
    ({"QueueConfigs": [row("q", delay=10_000)]}, "queueConfigs.1.member.delay"),
    ({"QueueConfigs": [row("q")] * 11}, "Member must have length less than or equal to 10"),
    ({"AgentAvailabilityTimer": "NEVER"}, "agentAvailabilityTimer"),
    ({"Name": "n" * 128}, "Member must have length less than or equal to 127"),
])
def test_published_limits_of_routing_profiles(loose, instance, basic_queue, fresh, refused, members, text):
    valid = {"Name": fresh(), "Description": "d", "DefaultOutboundQueueId": basic_queue,
             "MediaConcurrencies": [{"Channel": "CHAT", "Concurrency": 2}]}
    error = refused("InvalidRequestException", loose.create_routing_profile, InstanceId=instance, **(valid | members))
    assert text in error["Error"]["Message"]


def test_hours_of_operation(connect, instance, server, fresh, refused):
    name = fresh("Hours")
    span = {"Day": "MONDAY", "StartTime": {"Hours": 9, "Minutes": 0}, "EndTime": {"Hours": 17, "Minutes": 30}}
    made = connect.create_hours_of_operation(
        InstanceId=instance, Name=name, Description="Office", TimeZone="Europe/Berlin", Config=[span], Tags={"a": "b"})
    address = {"InstanceId": instance, "HoursOfOperationId": made["HoursOfOperationId"]}

    def described():
        return connect.describe_hours_of_operation(**address)["HoursOfOperation"]

    first = described()
    del first["LastModifiedTime"]
    assert first == {
        "HoursOfOperationId": made["HoursOfOperationId"], "HoursOfOperationArn": made["HoursOfOperationArn"],
        "Name": name, "Description": "Office", "TimeZone": "Europe/Berlin", "Config": [span], "Tags": {"a": "b"},
        "LastModifiedRegion": server.bootstrap["region"],
    }
    connect.update_hours_of_operation(**address, TimeZone="Asia/Tokyo", Config=[], Description="")
    after = described()
    assert (after["TimeZone"], after["Config"], after["Name"]) == ("Asia/Tokyo", [], name)
    assert "Description" not in after
    refused("InvalidParameterException", connect.update_hours_of_operation, **address, TimeZone="Mars/Olympus")
    overnight = span | {"StartTime": {"Hours": 22, "Minutes": 0}}
    connect.update_hours_of_operation(**address, Config=[overnight, span])
    assert described()["Config"] == [overnight, span]
    error = refused("InvalidRequestException", connect.update_hours_of_operation, **address,
                    Config=[span, span | {"EndTime": {"Hours": 24, "Minutes": 0}}])
    assert "config.2.member.endTime.hours" in error["Error"]["Message"]
    refused("DuplicateResourceException", connect.update_hours_of_operation, **address, Name="Basic Hours")
    connect.delete_hours_of_operation(**address)
    refused("ResourceNotFoundException", connect.describe_hours_of_operation, **address)


def test_quick_connects(connect, instance, new_user, basic_queue, fresh, refused):
    flows = connect.list_contact_flows(InstanceId=instance)["ContactFlowSummaryList"]

    def flow(kind):
        return next(one["Id"] for one in flows if one["ContactFlowType"] == kind)

    user = new_user()
    to_user = {"QuickConnectType": "USER",
               "UserConfig": {"UserId": user, "ContactFlowId": flow("AGENT_TRANSFER")}}
    to_queue = {"QuickConnectType": "QUEUE",
                "QueueConfig": {"QueueId": basic_queue, "ContactFlowId": flow("QUEUE_TRANSFER")}}
    to_number = {"QuickConnectType": "PHONE_NUMBER", "PhoneConfig": {"PhoneNumber": "+12065550100"}}
    name = fresh("Connect")
    made = connect.create_quick_connect(InstanceId=instance, Name=name, QuickConnectConfig=to_user, Tags={"a": "b"})
    address = {"InstanceId": instance, "QuickConnectId": made["QuickConnectId"]}
    for config in (to_queue, to_number, to_user):
        connect.update_quick_connect_config(**address, QuickConnectConfig=config)
        described = connect.describe_quick_connect(**address)["QuickConnect"]
        assert described["QuickConnectConfig"] == config
    connect.update_quick_connect_name(**address, Name=name + "!", Description="Second line")
    described = connect.describe_quick_connect(**address)["QuickConnect"]
    assert (described["Name"], described["Description"]) == (name + "!", "Second line")
    of_users = connect.list_quick_connects(InstanceId=instance, QuickConnectTypes=["USER"])["QuickConnectSummaryList"]
    assert made["QuickConnectId"] in {one["Id"] for one in of_users}
    assert {one["QuickConnectType"] for one in of_users} == {"USER"}
    for config, code in [
        (to_user | {"PhoneConfig": {"PhoneNumber": "+12065550100"}}, "InvalidParameterException"),
        ({"QuickConnectType": "USER", "UserConfig": {"UserId": user, "ContactFlowId": flow("QUEUE_TRANSFER")}},
         "InvalidParameterException"),
        ({"QuickConnectType": "PHONE_NUMBER", "PhoneConfig": {"PhoneNumber": "911"}}, "InvalidRequestException"),
        ({"QuickConnectType": "FLOW", "FlowConfig": {"ContactFlowId": flow("CONTACT_FLOW")}},
         "InvalidRequestException"),
    ]:
        error = refused(code, connect.update_quick_connect_config, **address, QuickConnectConfig=config)
        assert "911" not in error["Error"]["Message"]
    connect.delete_quick_connect(**address)
    refused("ResourceNotFoundException", connect.describe_quick_connect, **address)


def test_agent_statuses(connect, instance, fresh, refused):
    name = fresh("Lunch")
    status = connect.create_agent_status(
        InstanceId=instance, Name=name, State="ENABLED", DisplayOrder=7, Tags={"a": "b"})["AgentStatusId"]
    address = {"InstanceId": instance, "AgentStatusId": status}

    def described():
        return connect.describe_agent_status(**address)["AgentStatus"]

    assert (described()["Type"], described()["State"], described()["DisplayOrder"]) == ("CUSTOM", "ENABLED", 7)
    connect.update_agent_status(**address, Description="Eating", State="DISABLED", DisplayOrder=9)
    after = described()
    assert (after["Name"], after["Description"], after["State"], after["DisplayOrder"]) == \
        (name, "Eating", "DISABLED", 9)
    connect.update_agent_status(**address, ResetOrderNumber=True)
    assert described()["DisplayOrder"] > 0
    rows = connect.list_agent_statuses(InstanceId=instance, AgentStatusTypes=["ROUTABLE", "OFFLINE"])
    kinds = {row["Type"]: row["Id"] for row in rows["AgentStatusSummaryList"]}
    assert kinds.keys() == {"ROUTABLE", "OFFLINE"}
    refused("InvalidRequestException", connect.update_agent_status,
            InstanceId=instance, AgentStatusId=kinds["ROUTABLE"], State="DISABLED")
    refused("DuplicateResourceException", connect.create_agent_status, InstanceId=instance, Name=name, State="ENABLED")


def test_predefined_attributes(connect, instance, fresh, refused):
    name = fresh("Language skill")
    address = {"InstanceId": instance, "Name": name}
    connect.create_predefined_attribute(**address, Values={"StringList": ["English", "Français"]})
    described = connect.describe_predefined_attribute(**address)["PredefinedAttribute"]
    assert described["Values"] == {"StringList": ["English", "Français"]}
    assert {"LastModifiedTime", "LastModifiedRegion"} <= described.keys()
    refused("DuplicateResourceException", connect.create_predefined_attribute,
            InstanceId=instance, Name=name.upper(), Values={"StringList": ["x"]})
    connect.update_predefined_attribute(**address, Values={"StringList": ["Deutsch"]})
    rows = connect.get_paginator("list_predefined_attributes").paginate(InstanceId=instance).build_full_result()
    assert name in {row["Name"] for row in rows["PredefinedAttributeSummaryList"]}
    for values in (["a", "A"], ["connect:x"], []):
        refused("InvalidParameterException", connect.update_predefined_attribute, **address,
                Values={"StringList": values})
    refused("InvalidRequestException", connect.delete_predefined_attribute, InstanceId=instance, Name="connect:Language")
    connect.delete_predefined_attribute(**address)
    refused("ResourceNotFoundException", connect.describe_predefined_attribute, **address)


def test_a_quota_that_is_used_up(connect, instance, fresh):
    names = []
    while True:
        name = fresh("Quota")
        try:
            connect.create_predefined_attribute(InstanceId=instance, Name=name, Values={"StringList": ["x"]})
        except connect.exceptions.LimitExceededException as error:
            assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 429
            assert "Predefined attributes per instance" in error.response["Error"]["Message"]
            break
        names.append(name)
        assert len(names) < 100, "the quota is 25"
    connect.delete_predefined_attribute(InstanceId=instance, Name=names.pop())
    connect.create_predefined_attribute(InstanceId=instance, Name=names[0] + " again", Values={"StringList": ["x"]})
    for name in [*names, names[0] + " again"]:
        connect.delete_predefined_attribute(InstanceId=instance, Name=name)


def test_prompts(connect, instance, fresh, refused):
    name = fresh("Greeting")
    with web({"/sounds/greeting.wav": wav(0.2)}) as (at, _):
        made = connect.create_prompt(InstanceId=instance, Name=name, S3Uri=f"{at}/sounds/greeting.wav", Tags={"a": "b"})
    address = {"InstanceId": instance, "PromptId": made["PromptId"]}
    updated = connect.update_prompt(**address, Description="Hello")
    assert (updated["PromptId"], updated["PromptARN"]) == (made["PromptId"], made["PromptARN"])
    described = connect.describe_prompt(**address)["Prompt"]
    assert (described["Name"], described["Description"], described["Tags"]) == (name, "Hello", {"a": "b"})
    refused("InvalidParameterException", connect.update_prompt, **address, S3Uri="file:///etc/passwd")
    listed = connect.list_prompts(InstanceId=instance)["PromptSummaryList"]
    assert named(listed, name) == made["PromptId"]
    connect.delete_prompt(**address)
    refused("ResourceNotFoundException", connect.describe_prompt, **address)
