"""Views through the SDK: the resource, its versions, and what customers and agents see of it."""

import json
import time

import pytest

from desk import Desk
from resources import named
from test_contacts import Chat, record

INTERACTIVE = "application/vnd.amazonaws.connect.message.interactive"
ANSWER = INTERACTIVE + ".response"


def content(*actions, heading="$.Heading"):
    body = [{"_id": "card", "Type": "Card", "Props": {"Heading": heading, "Id": "c1", "Action": actions[0]}}]
    body += [{"_id": f"b{n}", "Type": "Button", "Props": {"Action": action}, "Content": [action]}
             for n, action in enumerate(actions)]
    return {"Template": json.dumps({"Head": {"Title": "Offer"}, "Body": body}), "Actions": list(actions)}


@pytest.fixture
def new_view(connect, instance, fresh):
    made = []

    def make(**members):
        members = {"Name": fresh("View"), "Status": "PUBLISHED", "Content": content("Taken", "Skipped")} | members
        made.append(connect.create_view(InstanceId=instance, **members)["View"])
        return made[-1]
    yield make
    for view in made:
        try:
            connect.delete_view(InstanceId=instance, ViewId=view["Id"])
        except (connect.exceptions.ResourceNotFoundException, connect.exceptions.ResourceInUseException):
            pass  # the test has deleted it, or a flow of the test shows it


@pytest.fixture
def participant(make_client):
    return make_client("connectparticipant")


@pytest.fixture
def chat(connect, participant, instance):
    """Starts chats with a flow and connects to them."""
    made = []

    def chat(flow):
        made.append(Chat(connect, participant, instance, flow).connect())
        return made[-1]
    yield chat
    for one in made:
        try:
            connect.stop_contact(InstanceId=instance, ContactId=one.contact)
        except connect.exceptions.ContactNotFoundException:
            pass  # it is over


def test_a_view_from_draft_to_deletion(connect, instance, server, new_view, fresh, refused):
    name = fresh("Offer (new)")
    made = new_view(Name=name, Status="SAVED", Description="Two ways, to go on", Tags={"Team": "A"})
    view = made["Id"]
    assert made["Arn"] == f"{server.bootstrap['instanceArn']}/view/{view}"
    assert (made["Status"], made["Type"], made["Tags"]) == ("SAVED", "CUSTOMER_MANAGED", {"Team": "A"})
    assert json.loads(made["Content"]["InputSchema"])["required"] == ["Heading"]
    refused("ResourceNotFoundException", connect.describe_view, InstanceId=instance, ViewId=view)
    refused("DuplicateResourceException", connect.create_view, InstanceId=instance, Name=name, Status="SAVED",
            Content=content("x"))

    first = content("Taken", "Skipped")
    connect.update_view_content(InstanceId=instance, ViewId=view, Status="PUBLISHED", Content=first)
    shown = connect.describe_view(InstanceId=instance, ViewId=made["Arn"])["View"]
    assert (shown["Status"], shown["Content"]["Actions"], shown.get("Version")) == ("PUBLISHED", ["Taken", "Skipped"], None)
    version = connect.create_view_version(InstanceId=instance, ViewId=view, VersionDescription="First",
                                          ViewContentSha256=shown["ViewContentSha256"])["View"]
    assert (version["Version"], version["VersionDescription"]) == (1, "First")
    assert connect.create_view_version(InstanceId=instance, ViewId=view)["View"]["Version"] == 1, "the same content"
    connect.update_view_content(InstanceId=instance, ViewId=view, Status="PUBLISHED", Content=content("Other"))
    refused("InvalidRequestException", connect.create_view_version, InstanceId=instance, ViewId=view,
            ViewContentSha256=shown["ViewContentSha256"])
    assert connect.create_view_version(InstanceId=instance, ViewId=view)["View"]["Version"] == 2
    versions = connect.list_view_versions(InstanceId=instance, ViewId=view)["ViewVersionSummaryList"]
    assert [one["Version"] for one in versions] == [2, 1]
    one = connect.list_view_versions(InstanceId=instance, ViewId=view, MaxResults=1)
    rest = connect.list_view_versions(InstanceId=instance, ViewId=view, NextToken=one["NextToken"])
    assert [x["Version"] for x in one["ViewVersionSummaryList"] + rest["ViewVersionSummaryList"]] == [2, 1]
    assert connect.describe_view(InstanceId=instance, ViewId=f"{view}:1")["View"]["Content"] == shown["Content"]

    connect.update_view_metadata(InstanceId=instance, ViewId=view, Name=name + "_2")
    connect.tag_resource(resourceArn=made["Arn"], tags={"Site": "B"})
    saved = connect.describe_view(InstanceId=instance, ViewId=f"{view}:$SAVED")["View"]
    assert (saved["Name"], saved["Tags"], saved["Status"]) == (name + "_2", {"Team": "A", "Site": "B"}, "PUBLISHED")
    connect.delete_view_version(InstanceId=instance, ViewId=view, ViewVersion=1)
    connect.delete_view(InstanceId=instance, ViewId=view)
    for call in (connect.describe_view, connect.delete_view, connect.list_view_versions):
        refused("ResourceNotFoundException", call, InstanceId=instance, ViewId=view)


def test_what_is_published_is_checked(connect, instance, fresh, refused, new_view):
    stray = content("Taken")
    stray["Actions"] = ["Skipped"]
    error = refused("InvalidParameterException", connect.create_view, InstanceId=instance, Name=fresh("Bad"),
                    Status="PUBLISHED", Content=stray)
    assert 'Body[0].Props.Action "Taken" is not in Actions' in error["Error"]["Message"]
    draft = new_view(Status="SAVED", Content=stray)
    refused("InvalidParameterException", connect.update_view_content, InstanceId=instance, ViewId=draft["Id"],
            Status="PUBLISHED", Content=stray)
    refused("InvalidParameterException", connect.create_view, InstanceId=instance, Name=fresh("Bad"), Status="SAVED",
            Content={"Template": "{", "Actions": []})


def test_managed_views_are_listed_found_and_kept(connect, instance, refused, new_view):
    managed = connect.list_views(InstanceId=instance, Type="AWS_MANAGED")["ViewsSummaryList"]
    assert [one["Id"] for one in managed] == ["cards", "confirmation", "detail", "form", "list"]
    own = new_view()
    assert own["Id"] in [one["Id"] for one in connect.list_views(InstanceId=instance, Type="CUSTOMER_MANAGED")[
        "ViewsSummaryList"]]
    for arn in ("form", managed[3]["Arn"], managed[3]["Arn"] + ":1"):
        view = connect.describe_view(InstanceId=instance, ViewId=arn)["View"]
        assert (view["Id"], view["Type"], view["Version"]) == ("form", "AWS_MANAGED", 1)
        assert json.loads(view["Content"]["InputSchema"])["required"] == ["Sections"]
    refused("InvalidRequestException", connect.delete_view, InstanceId=instance, ViewId="form")
    refused("InvalidRequestException", connect.update_view_metadata, InstanceId=instance, ViewId="form", Name="Mine")
    found = connect.search_views(
        InstanceId=instance, SearchCriteria={"AndConditions": [
            {"StringCondition": {"FieldName": "name", "Value": own["Name"], "ComparisonType": "EXACT"}},
            {"ViewTypeCondition": "CUSTOMER_MANAGED"}, {"ViewStatusCondition": "PUBLISHED"}]})
    assert [one["Id"] for one in found["Views"]] == [own["Id"]]
    assert found["ApproximateTotalCount"] == 1
    first = connect.list_views(InstanceId=instance, MaxResults=5)
    rest = connect.list_views(InstanceId=instance, NextToken=first["NextToken"])["ViewsSummaryList"]
    assert {one["Type"] for one in first["ViewsSummaryList"]} == {"AWS_MANAGED"}
    assert {one["Type"] for one in rest} == {"CUSTOMER_MANAGED"}


def showing(view, data, **more):
    """A flow that shows a view, keeps what was answered and ends."""
    error = [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]
    return json.dumps({"Version": "2019-10-30", "StartAction": "view", "Actions": [
        {"Identifier": "view", "Type": "ShowView", "Parameters": {
            "ViewResource": view, "InvocationTimeLimitSeconds": "600", "ViewData": data, **more},
         "Transitions": {"NextAction": "bye", "Conditions": [
             {"NextAction": "keep", "Condition": {"Operator": "Equals", "Operands": [action]}}
             for action in ("Taken", "Next", "ActionSelected")],
             "Errors": [{"NextAction": "bye", "ErrorType": kind}
                        for kind in ("NoMatchingCondition", "NoMatchingError", "TimeLimitExceeded")]}},
        {"Identifier": "keep", "Type": "UpdateContactAttributes", "Parameters": {"Attributes": {
            "action": "$.Views.Action", "answer": "$.Views.ViewResultData.Id",
            "reason": "$.Views.ViewResultData.FormData.reason"}},
         "Transitions": {"NextAction": "bye", "Errors": error}},
        {"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]})


def last_view(client, token, deadline=10):
    """What the newest message that shows a view says."""
    until = time.monotonic() + deadline
    while True:
        items = client.get_transcript(ConnectionToken=token, MaxResults=50, SortOrder="DESCENDING")["Transcript"]
        views = [one for one in items if one.get("ContentType") == INTERACTIVE]
        if views:
            return json.loads(views[0]["Content"])["data"]["content"]
        assert time.monotonic() < until, items
        time.sleep(0.02)  # between looks, bounded by the deadline


def answers(client, token, action, data):
    client.send_message(ConnectionToken=token, ContentType=ANSWER, Content=json.dumps(
        {"templateType": "ViewResource", "version": "1.0", "action": action, "data": data}))


def test_a_customer_answers_a_view(server, connect, participant, instance, new_view, chat, fresh, refused):
    view = new_view()
    version = connect.create_view_version(InstanceId=instance, ViewId=view["Id"])["View"]["Version"]
    shows = connect.create_contact_flow(
        InstanceId=instance, Name=fresh("Shows"), Type="CONTACT_FLOW",
        Content=showing({"Id": view["Arn"], "Version": str(version)}, {"Heading": "For $.Channel"}))["ContactFlowId"]
    refused("ResourceInUseException", connect.delete_view, InstanceId=instance, ViewId=view["Id"])
    refused("InvalidContactFlowException", connect.create_contact_flow, InstanceId=instance, Name=fresh("Shows"),
            Type="CONTACT_FLOW", Content=showing({"Id": view["Arn"][:-1] + "x"}, {}))

    one = chat(shows)
    told = last_view(participant, one.token)
    assert (told["viewId"], told["viewData"]) == (view["Arn"], {"Heading": "For CHAT"})
    described = participant.describe_view(ConnectionToken=one.token, ViewToken=told["viewToken"])["View"]
    assert (described["Id"], described["Name"], described["Version"]) == (view["Id"], view["Name"], version)
    assert described["Content"] == connect.describe_view(InstanceId=instance, ViewId=f"{view['Id']}:{version}")["View"]["Content"]
    refused("ResourceNotFoundException", participant.describe_view, ConnectionToken=one.token, ViewToken=view["Id"])
    refused("AccessDeniedException", participant.describe_view, ConnectionToken="nonsense", ViewToken=told["viewToken"])

    answers(participant, one.token, "Taken", {"Heading": "For CHAT", "Id": "c1"})
    attributes = record(server, one.contact)["Attributes"]
    assert (attributes["action"], attributes["answer"]) == ("Taken", "c1")
    refused("AccessDeniedException", participant.describe_view, ConnectionToken=one.token, ViewToken=told["viewToken"])


def test_an_agent_is_guided(server, connect, participant, instance, basic_queue, security_profile, chat, fresh, refused):
    guide = connect.create_contact_flow(
        InstanceId=instance, Name=fresh("Guide"), Type="CONTACT_FLOW",
        Content=showing({"Id": "form", "Version": "Latest"}, {
            "Heading": "A $.Attributes.tier customer", "Next": "Next", "Sections": []}))["ContactFlowId"]
    error = [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]
    inbound = connect.create_contact_flow(
        InstanceId=instance, Name=fresh("Guided"), Type="CONTACT_FLOW", Content=json.dumps(
            {"Version": "2019-10-30", "StartAction": "set", "Actions": [
                {"Identifier": "set", "Type": "UpdateContactEventHooks",
                 "Parameters": {"EventHooks": {"DefaultAgentUI": guide}},
                 "Transitions": {"NextAction": "note", "Errors": error}},
                {"Identifier": "note", "Type": "UpdateContactAttributes",
                 "Parameters": {"Attributes": {"tier": "gold", "DisconnectFlowForAgentUI": guide}},
                 "Transitions": {"NextAction": "queue", "Errors": error}},
                {"Identifier": "queue", "Type": "UpdateContactTargetQueue", "Parameters": {"QueueId": basic_queue},
                 "Transitions": {"NextAction": "go", "Errors": error}},
                {"Identifier": "go", "Type": "TransferContactToQueue", "Parameters": {}, "Transitions": {
                    "NextAction": "bye", "Errors": [{"NextAction": "bye", "ErrorType": "QueueAtCapacity"}, *error]}},
                {"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]}))["ContactFlowId"]
    permissions = connect.list_security_profile_permissions(
        InstanceId=instance, SecurityProfileId=security_profile)["Permissions"]
    connect.update_security_profile(InstanceId=instance, SecurityProfileId=security_profile,
                                    Permissions=[*permissions, "CustomViews.Access"])
    desk = Desk(server, "agent1")
    try:
        desk.set_state("routable")
        one = chat(inbound)
        connection = desk.accept(one.contact)

        def page():
            """The newest guide of the contact, joined as the agent's page joins it."""
            guides = desk.http("GET", f"/guides/{one.contact}", None, {"cookie": desk.cookie})[1]["Guides"]
            ticket = guides[-1]
            token = participant.create_participant_connection(
                ParticipantToken=ticket["ParticipantToken"], Type=["WEBSOCKET", "CONNECTION_CREDENTIALS"],
            )["ConnectionCredentials"]["ConnectionToken"]
            participant.send_event(
                ConnectionToken=token, ContentType="application/vnd.amazonaws.connect.event.connection.acknowledged")
            return ticket["ContactId"], token

        first, token = page()
        assert last_view(participant, token)["viewData"]["Heading"] == "A gold customer"
        described = connect.describe_contact(InstanceId=instance, ContactId=first)["Contact"]
        assert (described["Channel"], described["RelatedContactId"]) == ("CHAT", one.contact)
        assert described["SegmentAttributes"]["connect:Subtype"] == {"ValueString": "connect:Guide"}
        answers(participant, token, "Next", {"FormData": {"reason": "refund"}})
        kept = connect.get_contact_attributes(InstanceId=instance, InitialContactId=one.contact)["Attributes"]
        assert (kept["tier"], kept["reason"]) == ("gold", "refund")

        # The way into a guide ends with the sign-in that it was given to.
        desk.leave(one.contact, connection)
        desk.wait(one.contact, "ended")
        second, token = page()
        desk.http("GET", "/logout", None, {"cookie": desk.cookie})
        refused("AccessDeniedException", participant.get_transcript, ConnectionToken=token)
        desk = Desk(server, "agent1")
        second, token = page()
        assert second != first and last_view(participant, token)
        desk.clear(one.contact)
        assert record(server, second)["SegmentAttributes"]["connect:Subtype"] == {"ValueString": "connect:Guide"}
        assert record(server, one.contact)["Attributes"]["reason"] == "refund"
        with pytest.raises(AssertionError, match=": 404 "):
            desk.http("GET", f"/guides/{one.contact}", None, {"cookie": desk.cookie})
    finally:
        desk.set_state("offline")
        connect.update_security_profile(InstanceId=instance, SecurityProfileId=security_profile, Permissions=permissions)


def test_guides_are_for_those_who_may_see_them(server, connect, instance, nobody):
    desk = Desk(server, "agent1")
    for cookie, status in (("", 401), (desk.cookie, 403)):
        with pytest.raises(AssertionError, match=f": {status} "):
            desk.http("GET", f"/guides/{nobody}", None, {"cookie": cookie})


def test_the_check_of_our_own(send, instance):
    status, _, answer = send("POST", f"/switchroom/check-view/{instance}", {"Content": content("Go") | {"Actions": []}})
    assert status == 200 and [one["Path"] for one in answer["Problems"]] == [
        "Body[0].Props.Action", "Body[1].Props.Action"]
    assert json.loads(answer["InputSchema"])["required"] == ["Heading"]


def test_views_have_permissions(connect, instance):
    """The permissions of views are in the list that security profiles are made of."""
    profiles = connect.list_security_profiles(InstanceId=instance)["SecurityProfileSummaryList"]
    admin = named(profiles, "Admin")
    held = connect.list_security_profile_permissions(
        InstanceId=instance, SecurityProfileId=admin, MaxResults=1000)["Permissions"]
    assert {"Views.View", "CustomViews.Access"} <= set(held)


def test_flows_of_elsewhere_find_their_views(send, connect, instance, new_view):
    """An imported flow names managed views by another region, and others by their names."""
    view = new_view()
    document = json.loads(showing({"Id": "arn:aws:connect:eu-west-2:aws:view/form:1"}, {}))
    other = json.loads(showing({"Id": "arn:aws:connect:eu-west-2:1:instance/i/view/v"}, {}))["Actions"][0] | {"Identifier": "own"}
    document["Actions"].append(other)
    document["Metadata"] = {"ActionMetadata": {
        "own": {"parameters": {"ViewResource": {"Id": {"displayName": view["Name"]}}}}}}
    status, _, answer = send("POST", f"/switchroom/flow-convert/{instance}", {"Content": json.dumps(document)})
    assert status == 200, answer
    shown = [one["Parameters"]["ViewResource"]["Id"] for one in json.loads(answer["Content"])["Actions"]
             if one["Type"] == "ShowView"]
    assert shown == ["arn:aws:connect:eu-west-2:aws:view/form:1", view["Arn"]]
    assert [(one["Kind"], one["Resolved"]) for one in answer["Report"]] == [("RESOLVED_BY_NAME", view["Arn"])]
