"""Versions of flows, and flow modules, through the SDK. Every answer is checked against the published shapes."""

import hashlib
import json

import pytest
from botocore.exceptions import ClientError

from test_resources_flows import content, message


@pytest.fixture
def new_flow(connect, instance, fresh):
    """Makes flows and deletes them after the test."""
    made = []

    def make(text):
        flow = connect.create_contact_flow(InstanceId=instance, Name=fresh("Flow"), Type="CONTACT_FLOW", Content=text)
        made.append(flow["ContactFlowId"])
        return flow
    yield make
    for flow in made:
        connect.delete_contact_flow(InstanceId=instance, ContactFlowId=flow)


@pytest.fixture
def new_module(connect, instance, fresh):
    """Makes modules and deletes them after the test."""
    made = []

    def make(**members):
        members = {"Name": fresh("Module"), "Content": module_content()} | members
        made.append(connect.create_contact_flow_module(InstanceId=instance, **members))
        return made[-1]
    yield make
    for module in made:
        try:
            connect.delete_contact_flow_module(InstanceId=instance, ContactFlowModuleId=module["Id"])
        except connect.exceptions.ResourceNotFoundException:
            pass  # the test has deleted it


def says(text):
    return content(message(text), start="say")


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def module_content(**parameters):
    """A module that returns at once."""
    back = {"Identifier": "back", "Type": "EndFlowModuleExecution", "Parameters": parameters, "Transitions": {}}
    settings = {"InputParameters": [], "OutputParameters": [], "Transitions": []}
    return json.dumps({"Version": "2019-10-30", "StartAction": "back", "Metadata": {}, "Actions": [back],
                       "Settings": settings})


def calls(module, branch=None, **parameters):
    """A flow that calls a module."""
    errors = [{"ErrorType": "NoMatchingError", "NextAction": "end"},
              {"ErrorType": "NoMatchingCondition", "NextAction": "end"}]
    conditions = [{"NextAction": "end", "Condition": {"Operator": "Equals", "Operands": [branch]}}] if branch else []
    return content({"Identifier": "call", "Type": "InvokeFlowModule",
                    "Parameters": {"FlowModuleId": module} | parameters,
                    "Transitions": {"NextAction": "end", "Errors": errors, "Conditions": conditions}}, start="call")


def test_every_publish_is_a_version(connect, instance, new_flow, server):
    first, second = says("one"), says("two")
    made = new_flow(first)
    flow = made["ContactFlowId"]
    assert made["FlowContentSha256"] == digest(first)

    def described(qualifier=""):
        return connect.describe_contact_flow(InstanceId=instance, ContactFlowId=flow + qualifier)["ContactFlow"]

    def publish(text):
        connect.update_contact_flow_content(InstanceId=instance, ContactFlowId=flow, Content=text)

    publish(second)
    publish(second)
    for qualifier, text, number in [("", second, 2), (":$LATEST", second, 2), (":2", second, 2), (":1", first, 1)]:
        shown = described(qualifier)
        assert (shown["Content"], shown["Version"]) == (text, number), qualifier
        assert shown["FlowContentSha256"] == digest(text)
    assert "Version" not in described(":$SAVED")
    publish(described(":1")["Content"])  # roll back
    pages = connect.get_paginator("list_contact_flow_versions").paginate(
        InstanceId=instance, ContactFlowId=flow, PaginationConfig={"PageSize": 2}) \
        if connect.can_paginate("list_contact_flow_versions") else paged(connect, instance, flow)
    rows = [row for page in pages for row in page["ContactFlowVersionSummaryList"]]
    assert [row["Version"] for row in rows] == [3, 2, 1]
    assert rows[0]["Arn"] == f"{made['ContactFlowArn']}:3"
    assert all(row["LastModifiedTime"] for row in rows)
    assert (described()["Content"], described(":2")["Content"]) == (first, second)


def paged(connect, instance, flow):
    """The pages of two rows each."""
    token = {}
    while True:
        page = connect.list_contact_flow_versions(InstanceId=instance, ContactFlowId=flow, MaxResults=2, **token)
        yield page
        if "NextToken" not in page:
            return
        token = {"NextToken": page["NextToken"]}


def test_versions_are_made_and_deleted_on_request(connect, instance, new_flow, refused):
    text = says("one")
    flow = {"InstanceId": instance, "ContactFlowId": new_flow(text)["ContactFlowId"]}
    made = connect.create_contact_flow_version(**flow, Description="before the fair", FlowContentSha256=digest(text))
    assert made["Version"] == 2
    rows = connect.list_contact_flow_versions(**flow)["ContactFlowVersionSummaryList"]
    assert [row.get("VersionDescription") for row in rows] == ["before the fair", None]
    refused("InvalidRequestException", connect.create_contact_flow_version, **flow, FlowContentSha256="0" * 64)
    refused("InvalidRequestException", connect.delete_contact_flow_version, **flow, ContactFlowVersion=2)
    connect.delete_contact_flow_version(**flow, ContactFlowVersion=1)
    refused("ResourceNotFoundException", connect.delete_contact_flow_version, **flow, ContactFlowVersion=1)
    reference = flow | {"ContactFlowId": flow["ContactFlowId"] + ":1"}
    refused("ResourceNotFoundException", connect.describe_contact_flow, **reference)
    refused("InvalidParameterException", connect.update_contact_flow_content, Content=text,
            **flow | {"ContactFlowId": flow["ContactFlowId"] + ":2"})


def test_the_history_says_who(connect, instance, new_flow, server, send):
    flow = new_flow(says("one"))["ContactFlowId"]
    status, _, answer = send("GET", f"/switchroom/flow-history/{instance}/{flow}")
    assert status == 200
    version, = answer["Versions"]
    assert version["CreatedBy"] == server.bootstrap["accessKeyId"]
    assert version["CreatedTime"] > 0


def test_a_module_is_made_described_and_changed(connect, instance, new_module, fresh):
    name, settings = fresh("Module"), json.dumps({"transitions": {"results": [{"name": "Good", "description": "g"}]}})
    text = module_content(Result="Good")
    made = new_module(Name=name, Description="d", Content=text, Settings=settings, Tags={"a": "b"})
    module = {"InstanceId": instance, "ContactFlowModuleId": made["Id"]}
    shown = connect.describe_contact_flow_module(**module)["ContactFlowModule"]
    assert (shown["Arn"], shown["Name"], shown["Description"], shown["Tags"]) == (made["Arn"], name, "d", {"a": "b"})
    assert (shown["Content"], shown["Settings"], shown["Version"]) == (text, settings, 1)
    assert (shown["State"], shown["Status"]) == ("ACTIVE", "PUBLISHED")
    assert shown["FlowModuleContentSha256"] == digest(text)
    draft = module | {"ContactFlowModuleId": made["Id"] + ":$SAVED"}
    connect.update_contact_flow_module_content(**draft, Content=module_content(Result="Nowhere"))
    assert connect.describe_contact_flow_module(**draft)["ContactFlowModule"]["Status"] == "SAVED"
    connect.update_contact_flow_module_content(**module, Content=module_content())
    old = module | {"ContactFlowModuleId": made["Arn"] + ":1"}
    assert connect.describe_contact_flow_module(**old)["ContactFlowModule"]["Content"] == text
    assert connect.create_contact_flow_module_version(**module, Description="v")["Version"] == 3
    connect.delete_contact_flow_module_version(**module, ContactFlowModuleVersion=1)
    rows = connect.list_contact_flow_module_versions(**module)["ContactFlowModuleVersionSummaryList"]
    assert [(row["Version"], row["Arn"]) for row in rows] == [(3, made["Arn"] + ":3"), (2, made["Arn"] + ":2")]
    connect.update_contact_flow_module_metadata(**module, Name=name + "!", Description="e")
    found = connect.search_contact_flow_modules(InstanceId=instance, SearchCriteria={
        "StringCondition": {"FieldName": "name", "Value": name + "!", "ComparisonType": "EXACT"}})
    assert [row["Id"] for row in found["ContactFlowModules"]] == [made["Id"]]
    connect.tag_resource(resourceArn=made["Arn"], tags={"c": "d"})
    assert connect.list_tags_for_resource(resourceArn=made["Arn"])["tags"] == {"a": "b", "c": "d"}
    connect.untag_resource(resourceArn=made["Arn"], tagKeys=["a"])
    assert connect.describe_contact_flow_module(**module)["ContactFlowModule"]["Tags"] == {"c": "d"}


def test_modules_are_archived_listed_and_deleted(connect, instance, new_module, refused):
    module = new_module()["Id"]

    def listed(**members):
        pages = connect.get_paginator("list_contact_flow_modules").paginate(InstanceId=instance, **members)
        return module in [row["Id"] for row in pages.build_full_result()["ContactFlowModulesSummaryList"]]

    assert listed() and listed(ContactFlowModuleState="ACTIVE") and not listed(ContactFlowModuleState="ARCHIVED")
    one = {"InstanceId": instance, "ContactFlowModuleId": module}
    connect.update_contact_flow_module_metadata(**one, State="ARCHIVED")
    assert listed(ContactFlowModuleState="ARCHIVED")
    refused("InvalidRequestException", connect.update_contact_flow_module_content, **one, Content=module_content())
    connect.delete_contact_flow_module(**one)
    assert not listed()
    refused("ResourceNotFoundException", connect.describe_contact_flow_module, **one)


def test_publishing_a_module_says_what_is_wrong(connect, instance, new_module, fresh, refused):
    settings = json.dumps({"transitions": {"results": [{"name": "Good"}]}})
    error = refused("InvalidContactFlowModuleException", connect.create_contact_flow_module, InstanceId=instance,
                    Name=fresh(), Content=module_content(Result="Bad"), Settings=settings)
    assert any("no branch \"Bad\"" in problem["message"] for problem in error["Problems"])
    refused("InvalidContactFlowModuleException", connect.create_contact_flow_module, InstanceId=instance,
            Name=fresh(), Content=says("a flow is no module"))
    refused("InvalidParameterException", connect.create_contact_flow_module, InstanceId=instance, Name=fresh(),
            Content=module_content(), Settings="not JSON")
    name = fresh()
    new_module(Name=name)
    refused("DuplicateResourceException", connect.create_contact_flow_module, InstanceId=instance, Name=name,
            Content=module_content())


def test_flows_are_checked_against_the_contracts_of_modules(connect, instance, new_flow, new_module, nobody, refused):
    schema = {"schema": {"type": "object", "properties": {"who": {"type": "string"}}, "required": ["who"]}}
    settings = json.dumps({"input": schema, "transitions": {"results": [{"name": "Good"}]}})
    module = new_module(Content=module_content(Result="Good"), Settings=settings)
    for reference in (module["Id"], module["Arn"], module["Arn"] + ":$LATEST"):
        new_flow(calls(reference, "Good", Input={"who": "$.Attributes.who"}))
    for text, words in [
        (calls(nobody), nobody),
        (calls(module["Id"] + ":7"), "FlowModuleId"),
        (calls(module["Id"], Input={}), "needs who"),
        (calls(module["Id"], "Bad", Input={"who": "x"}), 'no branch "Bad"'),
        (calls(module["Id"], Input={"who": "x", "what": "y"}), "no such input"),
    ]:
        with pytest.raises(ClientError) as caught:
            new_flow(text)
        problems = caught.value.response["problems"]
        assert any(words in problem["message"] for problem in problems), (words, problems)


def test_the_same_request_for_a_module_is_answered_with_what_it_made(connect, instance, new_module, fresh, refused):
    request = {"Name": fresh("Module"), "Content": module_content(), "ClientToken": fresh("token")}
    made = new_module(**request)
    again = connect.create_contact_flow_module(InstanceId=instance, **request)
    assert (again["Id"], again["Arn"]) == (made["Id"], made["Arn"])
    other = request | {"Name": fresh("Other")}
    refused("IdempotencyException", connect.create_contact_flow_module, InstanceId=instance, **other)
    fresh_token = request | {"ClientToken": fresh("token")}
    refused("DuplicateResourceException", connect.create_contact_flow_module, InstanceId=instance, **fresh_token)
