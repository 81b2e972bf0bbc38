"""Queues through the SDK."""

import datetime
import json
import time

import pytest


def test_a_queue_from_creation_to_deletion(connect, instance, server, hours, fresh, refused):
    name = fresh("Sales")
    made = connect.create_queue(InstanceId=instance, Name=name, HoursOfOperationId=hours, MaxContacts=20,
                                Description="Sells", Tags={"Team": "A"})
    queue = made["QueueId"]
    assert made["QueueArn"] == f"{server.bootstrap['instanceArn']}/queue/{queue}"

    def described():
        return connect.describe_queue(InstanceId=instance, QueueId=queue)["Queue"]

    first = described()
    changed = first.pop("LastModifiedTime")
    assert abs(datetime.datetime.now(datetime.timezone.utc) - changed) < datetime.timedelta(minutes=1)
    assert first == {
        "Name": name, "QueueArn": made["QueueArn"], "QueueId": queue, "Description": "Sells",
        "HoursOfOperationId": hours, "MaxContacts": 20, "Status": "ENABLED", "Tags": {"Team": "A"},
        "LastModifiedRegion": server.bootstrap["region"],
    }
    # Resource names stand for ids everywhere.
    by_name = connect.describe_queue(InstanceId=server.bootstrap["instanceArn"], QueueId=made["QueueArn"])["Queue"]
    assert by_name["QueueId"] == queue

    connect.update_queue_name(InstanceId=instance, QueueId=queue, Name=name + "!", Description="Sells more")
    connect.update_queue_max_contacts(InstanceId=instance, QueueId=queue, MaxContacts=0)
    connect.update_queue_status(InstanceId=instance, QueueId=queue, Status="DISABLED")
    connect.update_queue_outbound_caller_config(
        InstanceId=instance, QueueId=queue, OutboundCallerConfig={"OutboundCallerIdName": "ACME"})
    other = connect.create_hours_of_operation(InstanceId=instance, Name=fresh("Hours"), TimeZone="UTC", Config=[])
    connect.update_queue_hours_of_operation(
        InstanceId=instance, QueueId=queue, HoursOfOperationId=other["HoursOfOperationId"])
    after = described()
    assert (after["Name"], after["Description"]) == (name + "!", "Sells more")
    assert (after["MaxContacts"], after["Status"]) == (0, "DISABLED")
    assert after["OutboundCallerConfig"] == {"OutboundCallerIdName": "ACME"}
    assert after["HoursOfOperationId"] == other["HoursOfOperationId"]
    assert after["LastModifiedTime"] >= changed

    # What a queue uses stays until the queue is gone.
    error = refused("ResourceInUseException", connect.delete_hours_of_operation,
                    InstanceId=instance, HoursOfOperationId=other["HoursOfOperationId"])
    assert error["ResourceId"] == other["HoursOfOperationArn"]
    connect.delete_queue(InstanceId=instance, QueueId=queue)
    refused("ResourceNotFoundException", connect.describe_queue, InstanceId=instance, QueueId=queue)
    refused("ResourceNotFoundException", connect.delete_queue, InstanceId=instance, QueueId=queue)
    connect.delete_hours_of_operation(InstanceId=instance, HoursOfOperationId=other["HoursOfOperationId"])


def test_a_limit_is_lifted_by_an_update_without_one(connect, instance, new_queue):
    queue = new_queue(MaxContacts=5)
    connect.update_queue_max_contacts(InstanceId=instance, QueueId=queue)
    assert "MaxContacts" not in connect.describe_queue(InstanceId=instance, QueueId=queue)["Queue"]


def test_quick_connects_of_a_queue(connect, instance, new_queue, fresh, refused):
    ids = [connect.create_quick_connect(
        InstanceId=instance, Name=fresh("Number"),
        QuickConnectConfig={"QuickConnectType": "PHONE_NUMBER", "PhoneConfig": {"PhoneNumber": f"+1206555010{n}"}},
    )["QuickConnectId"] for n in range(3)]
    queue = new_queue(QuickConnectIds=ids[:1])
    connect.associate_queue_quick_connects(InstanceId=instance, QueueId=queue, QuickConnectIds=ids)

    def offered():
        answer = connect.list_queue_quick_connects(InstanceId=instance, QueueId=queue)
        assert {"LastModifiedTime", "LastModifiedRegion"} <= answer.keys()
        return {row["Id"] for row in answer["QuickConnectSummaryList"]}

    assert offered() == set(ids)
    connect.disassociate_queue_quick_connects(InstanceId=instance, QueueId=queue, QuickConnectIds=ids[:2])
    assert offered() == set(ids[2:])
    for quick_connect in ids:
        connect.delete_quick_connect(InstanceId=instance, QuickConnectId=quick_connect)
    assert offered() == set()
    refused("ResourceNotFoundException", connect.associate_queue_quick_connects,
            InstanceId=instance, QueueId=queue, QuickConnectIds=ids[:1])


def test_agents_have_queues_of_their_own(connect, instance, new_user):
    user = new_user()
    rows = {row["Id"]: row for row in connect.get_paginator("list_queues").paginate(
        InstanceId=instance, QueueTypes=["AGENT"]).build_full_result()["QueueSummaryList"]}
    assert rows[user]["QueueType"] == "AGENT"
    assert rows[user]["Arn"].endswith(f"/queue/agent/{user}")


@pytest.mark.parametrize("members, code", [
    ({"Name": "BasicQueue"}, "DuplicateResourceException"),
    ({"HoursOfOperationId": "NOBODY"}, "ResourceNotFoundException"),
    ({"QuickConnectIds": ["NOBODY"]}, "ResourceNotFoundException"),
    ({"MaxContacts": 1_000_000_000}, "InvalidParameterException"),
    ({"Tags": {"aws:reserved": "x"}}, "InvalidParameterException"),
    ({"Name": "  "}, "InvalidParameterException"),
])
def test_queues_that_cannot_be_made(connect, instance, hours, fresh, nobody, refused, members, code):
    members = {name: nobody if value == "NOBODY" else [nobody] if value == ["NOBODY"] else value
               for name, value in members.items()}
    refused(code, connect.create_queue, **({"InstanceId": instance, "Name": fresh(), "HoursOfOperationId": hours} | members))


def test_a_queue_in_a_routing_profile_stays(connect, instance, new_queue, fresh, refused):
    queue = new_queue()
    profile = connect.create_routing_profile(
        InstanceId=instance, Name=fresh("Profile"), Description="d", DefaultOutboundQueueId=queue,
        MediaConcurrencies=[{"Channel": "CHAT", "Concurrency": 2}])["RoutingProfileId"]
    error = refused("ResourceInUseException", connect.delete_queue, InstanceId=instance, QueueId=queue)
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 409
    connect.delete_routing_profile(InstanceId=instance, RoutingProfileId=profile)


def test_a_queue_in_which_contacts_wait_stays(connect, instance, new_queue, fresh, refused):
    queue = new_queue()
    steps = [
        ("set", "UpdateContactTargetQueue", {"QueueId": "$.Attributes.queue"}, "wait", ["NoMatchingError"]),
        ("wait", "TransferContactToQueue", {}, "end", ["QueueAtCapacity", "NoMatchingError"]),
        ("end", "DisconnectParticipant", {}, None, []),
    ]
    content = json.dumps({"Version": "2019-10-30", "StartAction": "set", "Metadata": {}, "Actions": [{
        "Identifier": name, "Type": kind, "Parameters": parameters,
        "Transitions": ({"NextAction": following} if following else {}) | {
            "Errors": [{"ErrorType": error, "NextAction": "end"} for error in errors], "Conditions": []},
    } for name, kind, parameters, following, errors in steps]})
    flow = connect.create_contact_flow(
        InstanceId=instance, Name=fresh("Flow"), Type="CONTACT_FLOW", Content=content)["ContactFlowId"]
    contact = connect.start_task_contact(
        InstanceId=instance, Name="Waits", ContactFlowId=flow, Attributes={"queue": queue})["ContactId"]

    def waits():
        described = connect.describe_contact(InstanceId=instance, ContactId=contact)["Contact"]
        assert "DisconnectTimestamp" not in described, described
        return described.get("QueueInfo", {}).get("Id") == queue

    until = time.monotonic() + 10
    while not waits():
        assert time.monotonic() < until, "the task is not in its queue"
        time.sleep(0.02)  # between looks, bounded by the deadline
    error = refused("ResourceInUseException", connect.delete_queue, InstanceId=instance, QueueId=queue)
    assert "1 contacts wait" in error["Error"]["Message"]
    connect.stop_contact(InstanceId=instance, ContactId=contact)
    connect.delete_queue(InstanceId=instance, QueueId=queue)
    connect.delete_contact_flow(InstanceId=instance, ContactFlowId=flow)
