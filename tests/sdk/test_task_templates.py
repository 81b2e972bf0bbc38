"""Task templates through the SDK: the resource, and tasks made by one."""

import datetime
import json
import time

import pytest

from desk import Desk


def named(name, **more):
    return {"Id": {"Name": name}, **more}


@pytest.fixture
def flow(connect, instance, basic_queue, fresh):
    content = {"Version": "2019-10-30", "StartAction": "q", "Actions": [
        {"Identifier": "q", "Type": "UpdateContactTargetQueue", "Parameters": {"QueueId": basic_queue},
         "Transitions": {"NextAction": "t", "Errors": [{"NextAction": "d", "ErrorType": "NoMatchingError"}]}},
        {"Identifier": "t", "Type": "TransferContactToQueue", "Parameters": {},
         "Transitions": {"NextAction": "d", "Errors": [
             {"NextAction": "d", "ErrorType": "QueueAtCapacity"}, {"NextAction": "d", "ErrorType": "NoMatchingError"}]}},
        {"Identifier": "d", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]}
    return connect.create_contact_flow(
        InstanceId=instance, Name=fresh("Queue"), Type="CONTACT_FLOW", Content=json.dumps(content))["ContactFlowId"]


@pytest.fixture
def refund(connect, instance, flow, fresh):
    made = connect.create_task_template(
        InstanceId=instance, Name=fresh("Refund"), ContactFlowId=flow,
        Fields=[named("Title", Type="NAME"), named("Order", Type="NUMBER", Description="As printed"),
                named("Colour", Type="SINGLE_SELECT", SingleSelectOptions=["red", "blue"])],
        Constraints={"RequiredFields": [named("Title"), named("Order")]},
        Defaults={"DefaultFieldValues": [named("Colour", DefaultValue="red")]})
    yield made
    connect.delete_task_template(InstanceId=instance, TaskTemplateId=made["Id"])


def test_a_template_from_creation_to_deletion(connect, instance, server, flow, fresh, refused, nobody):
    name = fresh("Call back")
    fields = [named("Title", Type="NAME"), named("Mail", Type="EMAIL")]
    request = {"InstanceId": instance, "Name": name, "ContactFlowId": flow, "Fields": fields,
               "Constraints": {"RequiredFields": [named("Title")]}}
    made = connect.create_task_template(Description="Later", **request)
    template = made["Id"]
    assert made["Arn"] == f"{server.bootstrap['instanceArn']}/task-template/{template}"
    shown = connect.get_task_template(InstanceId=instance, TaskTemplateId=template)
    assert {member: shown[member] for member in ("InstanceId", "Name", "Description", "ContactFlowId", "Fields", "Status")} == {
        "InstanceId": instance, "Name": name, "Description": "Later", "ContactFlowId": flow, "Fields": fields,
        "Status": "ACTIVE"}
    assert abs(datetime.datetime.now(datetime.timezone.utc) - shown["CreatedTime"]) < datetime.timedelta(minutes=1)

    error = refused("PropertyValidationException", connect.create_task_template, **request)
    assert [(one["PropertyPath"], one["Reason"]) for one in error["PropertyList"]] == [
        ("Name", "RESOURCE_NAME_ALREADY_EXISTS")]
    refused("PropertyValidationException", connect.update_task_template, InstanceId=instance, TaskTemplateId=template,
            Fields=fields[1:])
    after = connect.update_task_template(
        InstanceId=instance, TaskTemplateId=made["Arn"], Status="INACTIVE", Name=name + "!")
    assert (after["Name"], after["Status"], after["Fields"]) == (name + "!", "INACTIVE", fields)

    def listed(**filters):
        found = connect.list_task_templates(InstanceId=instance, **filters)["TaskTemplates"]
        return [one["Id"] for one in found]

    assert template in listed() and template in listed(Status="INACTIVE") and listed(Name=name + "!") == [template]
    assert template not in listed(Status="ACTIVE") and not listed(Name=name)
    error = refused("InvalidRequestException", connect.start_task_contact, InstanceId=instance, Name="x",
                    TaskTemplateId=template)
    assert "not active" in error["Error"]["Message"]
    connect.delete_task_template(InstanceId=instance, TaskTemplateId=template)
    for call in (connect.get_task_template, connect.delete_task_template):
        refused("ResourceNotFoundException", call, InstanceId=instance, TaskTemplateId=template)
    refused("ResourceNotFoundException", connect.start_task_contact, InstanceId=instance, Name="x", TaskTemplateId=nobody)


def test_a_task_made_by_a_template(connect, instance, refund, refused):
    task = connect.start_task_contact(
        InstanceId=instance, Name="Pay back", TaskTemplateId=refund["Id"],
        References={"Order": {"Type": "STRING", "Value": "4711"}})["ContactId"]
    try:
        contact = connect.describe_contact(InstanceId=instance, ContactId=task)["Contact"]
        assert contact["TaskTemplateInfo"]["Arn"] == refund["Arn"]
        found = connect.list_contact_references(
            InstanceId=instance, ContactId=task, ReferenceTypes=["NUMBER", "STRING"])["ReferenceSummaryList"]
        assert sorted((kind, one["Name"], one["Value"]) for entry in found for kind, one in entry.items()) == [
            ("Number", "Order", "4711"), ("String", "Colour", "red")]
    finally:
        connect.stop_contact(InstanceId=instance, ContactId=task)
    error = refused("InvalidParameterException", connect.start_task_contact, InstanceId=instance, Name="Pay back",
                    TaskTemplateId=refund["Id"])
    assert "Order" in error["Error"]["Message"]


def test_a_flow_makes_a_task_by_a_template(connect, instance, refund, fresh, refused, nobody):
    def content(template):
        return json.dumps({"Version": "2019-10-30", "StartAction": "make", "Actions": [
            {"Identifier": "make", "Type": "CreateTask",
             "Parameters": {"Name": "By a flow", "TaskTemplateId": template,
                            "References": {"Order": {"Type": "NUMBER", "Value": "12"}}},
             "Transitions": {"NextAction": "note", "Errors": [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]}},
            {"Identifier": "note", "Type": "UpdateContactAttributes",
             "Parameters": {"Attributes": {"made": "$.Task.ContactId"}},
             "Transitions": {"NextAction": "bye", "Errors": [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]}},
            {"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]})

    refused("InvalidContactFlowException", connect.create_contact_flow, InstanceId=instance, Name=fresh("None"),
            Type="CONTACT_FLOW", Content=content(nobody))
    maker = connect.create_contact_flow(
        InstanceId=instance, Name=fresh("Maker"), Type="CONTACT_FLOW", Content=content(refund["Id"]))["ContactFlowId"]
    first = connect.start_task_contact(InstanceId=instance, ContactFlowId=maker, Name="First")["ContactId"]
    until = time.monotonic() + 10
    made = None
    while not made:
        assert time.monotonic() < until, "the flow made no task"
        made = connect.get_contact_attributes(InstanceId=instance, InitialContactId=first)["Attributes"].get("made")
    try:
        contact = connect.describe_contact(InstanceId=instance, ContactId=made)["Contact"]
        assert (contact["Name"], contact["TaskTemplateInfo"]["Arn"]) == ("By a flow", refund["Arn"])
        assert contact["RelatedContactId"] == first
    finally:
        connect.stop_contact(InstanceId=instance, ContactId=made)


def test_what_panels_may_ask(server, connect, instance, refund, nobody):
    """The addresses that the agent library calls, with the cookie of a sign-in."""
    desk = Desk(server, "agent1")
    base = "/task-templates/api/ccp"
    listing = f"{base}/proxy/instance/{instance}/task/template"

    def refusal(status, method, path, body=None, **headers):
        with pytest.raises(AssertionError, match=f": {status} "):
            desk.http(method, path, body, {"cookie": desk.cookie, **headers})

    _, found, _ = desk.http("GET", f"{listing}?status=ACTIVE&maxResults=100", None, {"cookie": desk.cookie})
    assert refund["Id"] in [one["Id"] for one in found["TaskTemplates"]]
    refusal(401, "GET", listing, cookie="")
    refusal(404, "GET", listing.replace(instance, nobody))
    refusal(404, "GET", f"{listing}/{nobody}")
    refusal(404, "GET", f"{listing}/{refund['Id']}?snapshotVersion=7")
    for query in ("maxResults=0", "maxResults=many", "status=ODD", "odd=1"):
        refusal(400, "GET", f"{listing}?{query}")

    task = {"instanceId": instance, "taskTemplateId": refund["Id"], "name": "Pay back",
            "references": {"Order": {"type": "NUMBER", "value": "1"}}}
    refusal(403, "PUT", f"{base}/createTemplatedTask", task, origin="https://elsewhere.example")
    refusal(404, "PUT", f"{base}/createTemplatedTask", {**task, "instanceId": nobody})
    for change in ({"taskTemplateId": None}, {"references": {}}, {"scheduledTime": 1}, {"odd": 1}, {"name": 7}):
        refusal(400, "PUT", f"{base}/createTemplatedTask", {**task, **change})
    made = desk.http("PUT", f"{base}/createTemplatedTask", task, {"cookie": desk.cookie})[1]["contactId"]
    try:
        # Nobody has taken it yet, so that it is nobody's to change.
        refusal(404, "POST", f"{base}/updateContact", {"instanceId": instance, "contactId": made, "name": "Mine"})
    finally:
        connect.stop_contact(InstanceId=instance, ContactId=made)
