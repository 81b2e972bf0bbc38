"""Flows through the SDK: drafts, publishing, what validation finds, archiving."""

import json

import pytest


def content(*actions, start="end"):
    """A document with these actions before one that disconnects."""
    end = {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
    return json.dumps({"Version": "2019-10-30", "StartAction": start, "Metadata": {}, "Actions": [*actions, end]})


def message(text, following="end"):
    return {"Identifier": "say", "Type": "MessageParticipant", "Parameters": {"Text": text},
            "Transitions": {"NextAction": following, "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}],
                            "Conditions": []}}


@pytest.fixture
def new_flow(connect, instance, fresh):
    """Makes flows and deletes them after the test."""
    made = []

    def make(**members):
        members = {"Name": fresh("Flow"), "Type": "CONTACT_FLOW", "Content": content()} | members
        made.append(connect.create_contact_flow(InstanceId=instance, **members)["ContactFlowId"])
        return made[-1]
    yield make
    for flow in made:
        try:
            connect.delete_contact_flow(InstanceId=instance, ContactFlowId=flow)
        except connect.exceptions.ResourceNotFoundException:
            pass  # the test has deleted it


def test_a_draft_lives_beside_the_published_content(connect, instance, new_flow, fresh, refused):
    name, draft = fresh("Flow"), content(message("Hello"), start="say")
    flow = new_flow(Name=name, Description="d", Status="SAVED", Content=draft, Tags={"a": "b"})

    def described(qualifier=""):
        return connect.describe_contact_flow(InstanceId=instance, ContactFlowId=flow + qualifier)["ContactFlow"]

    refused("ContactFlowNotPublishedException", connect.describe_contact_flow, InstanceId=instance, ContactFlowId=flow)
    saved = described(":$SAVED")
    assert (saved["Name"], saved["Type"], saved["State"], saved["Status"]) == (name, "CONTACT_FLOW", "ACTIVE", "SAVED")
    assert (saved["Content"], saved["Description"], saved["Tags"]) == (draft, "d", {"a": "b"})
    connect.update_contact_flow_content(InstanceId=instance, ContactFlowId=flow, Content=draft)
    assert described()["Content"] == draft
    later = content(message("Good evening"), start="say")
    connect.update_contact_flow_content(InstanceId=instance, ContactFlowId=flow + ":$SAVED", Content=later)
    assert (described()["Content"], described(":$SAVED")["Content"]) == (draft, later)
    refused("ResourceNotFoundException", connect.describe_contact_flow, InstanceId=instance, ContactFlowId=flow + ":3")


def test_publishing_says_what_is_wrong(connect, instance, new_flow, fresh, nobody, refused):
    wrong = content(message("Hello", following="nowhere"), start="say")
    error = refused("InvalidContactFlowException", connect.create_contact_flow, InstanceId=instance, Name=fresh(),
                    Type="CONTACT_FLOW", Content=wrong)
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert any("nowhere" in problem["message"] for problem in error["problems"])
    flow = new_flow(Status="SAVED", Content=wrong)  # a draft may be unfinished
    error = refused("InvalidContactFlowException", connect.update_contact_flow_content,
                    InstanceId=instance, ContactFlowId=flow, Content=wrong)
    assert error["problems"]
    stranger = {"Identifier": "go", "Type": "TransferToFlow", "Parameters": {"ContactFlowId": nobody},
                "Transitions": {"Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}}
    error = refused("InvalidContactFlowException", connect.update_contact_flow_content,
                    InstanceId=instance, ContactFlowId=flow, Content=content(stranger, start="go"))
    assert any(nobody in problem["message"] for problem in error["problems"])
    for text in ("{", "[]", "null"):
        refused("InvalidContactFlowException", connect.update_contact_flow_content,
                InstanceId=instance, ContactFlowId=flow + ":$SAVED", Content=text)


def test_every_flow_of_a_new_instance_can_be_published_again(connect, instance, refused):
    flows = connect.get_paginator("list_contact_flows").paginate(InstanceId=instance).build_full_result()
    for row in flows["ContactFlowSummaryList"]:
        if row["Name"].startswith(("Default ", "Sample ")):
            flow = connect.describe_contact_flow(InstanceId=instance, ContactFlowId=row["Id"])["ContactFlow"]
            publish = {"InstanceId": instance, "ContactFlowId": row["Id"], "Content": flow["Content"]}
            if row["Name"] == "Sample Lambda integration":
                # Its function is for the owner of the instance to write.
                error = refused("InvalidContactFlowException", connect.update_contact_flow_content, **publish)
                assert "sampleLambdaFlowFunction" in error["problems"][0]["message"]
            else:
                connect.update_contact_flow_content(**publish)


def test_long_content_fits(connect, instance, new_flow, refused):
    """Up to 256,000 characters, however many bytes they take."""
    room = 256_000 - len(content(message(""), start="say"))
    fits = content(message(""), start="say").replace('"Text": ""', '"Text": "' + "é" * room + '"')
    assert len(fits) == 256_000
    flow = new_flow(Status="SAVED", Content=fits)
    described = connect.describe_contact_flow(InstanceId=instance, ContactFlowId=flow + ":$SAVED")["ContactFlow"]
    assert described["Content"] == fits
    refused("InvalidParameterException", connect.update_contact_flow_content,
            InstanceId=instance, ContactFlowId=flow + ":$SAVED", Content=fits + " ")


def test_names_and_archiving(connect, instance, new_flow, fresh, refused):
    flow, name = new_flow(), fresh("Renamed")
    address = {"InstanceId": instance, "ContactFlowId": flow}
    connect.update_contact_flow_name(**address, Name=name, Description="text")
    connect.update_contact_flow_metadata(**address, ContactFlowState="ARCHIVED", Description="")
    described = connect.describe_contact_flow(**address)["ContactFlow"]
    assert (described["Name"], described["State"]) == (name, "ARCHIVED")
    assert "Description" not in described
    refused("InvalidRequestException", connect.update_contact_flow_content, **address, Content=content())
    connect.update_contact_flow_metadata(**address, ContactFlowState="ACTIVE")
    connect.update_contact_flow_content(**address, Content=content())
    refused("DuplicateResourceException", connect.update_contact_flow_name,
            InstanceId=instance, ContactFlowId=new_flow(), Name=name)
    connect.delete_contact_flow(**address)
    refused("ResourceNotFoundException", connect.describe_contact_flow, **address)


def test_flows_in_use_and_default_flows_stay(connect, instance, new_flow, new_queue, refused):
    whisper = new_flow(Type="OUTBOUND_WHISPER", Content=json.dumps({
        "Version": "2019-10-30", "StartAction": "end", "Metadata": {},
        "Actions": [{"Identifier": "end", "Type": "EndFlowExecution", "Parameters": {}, "Transitions": {}}]}))
    queue = new_queue(OutboundCallerConfig={"OutboundFlowId": whisper})
    error = refused("ResourceInUseException", connect.delete_contact_flow, InstanceId=instance, ContactFlowId=whisper)
    assert error["ResourceType"] == "CONTACT_FLOW" and error["ResourceId"].endswith(whisper)
    connect.delete_queue(InstanceId=instance, QueueId=queue)
    flows = connect.list_contact_flows(InstanceId=instance, ContactFlowTypes=["CUSTOMER_HOLD", "AGENT_HOLD"])
    kinds = {row["ContactFlowType"] for row in flows["ContactFlowSummaryList"]}
    assert kinds == {"CUSTOMER_HOLD", "AGENT_HOLD"}
    default = flows["ContactFlowSummaryList"][0]["Id"]
    refused("InvalidRequestException", connect.delete_contact_flow, InstanceId=instance, ContactFlowId=default)
    refused("InvalidRequestException", connect.update_contact_flow_metadata,
            InstanceId=instance, ContactFlowId=default, ContactFlowState="ARCHIVED")


def test_a_queue_named_by_a_published_flow_stays(connect, instance, new_flow, new_queue, refused):
    queue = new_queue()
    setting = {"Identifier": "set", "Type": "UpdateContactTargetQueue", "Parameters": {"QueueId": queue},
               "Transitions": {"NextAction": "end",
                               "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}}
    flow = new_flow(Content=content(setting, start="set"))
    refused("ResourceInUseException", connect.delete_queue, InstanceId=instance, QueueId=queue)
    connect.delete_contact_flow(InstanceId=instance, ContactFlowId=flow)
    connect.delete_queue(InstanceId=instance, QueueId=queue)
