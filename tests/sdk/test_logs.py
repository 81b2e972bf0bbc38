"""The logs people search: flow logs, and the history of changes."""

import json
import sqlite3
import time
import urllib.error
import urllib.request

import boto3
import pytest
from botocore.config import Config

from server import Server
from test_contacts import Chat
from test_resources_flows import content, message

LOUD, QUIET = (
    {"Identifier": word, "Type": "UpdateFlowLoggingBehavior", "Parameters": {"FlowLoggingBehavior": setting}}
    for word, setting in (("loud", "Enabled"), ("quiet", "Disabled")))


def to(target, *errors):
    return {"NextAction": target, "Errors": [{"ErrorType": error, "NextAction": target} for error in errors]}


@pytest.fixture(scope="module")
def participant(make_client):
    return make_client("connectparticipant")


@pytest.fixture
def new_flow(connect, instance, fresh):
    def make(*actions, start, **more):
        return connect.create_contact_flow(InstanceId=instance, Name=fresh("Logged"), Type="CONTACT_FLOW",
                                           Content=content(*actions, start=start), **more)["ContactFlowId"]
    return make


@pytest.fixture
def search(send, instance):
    """All entries of an own operation, over as many pages as there are."""
    def search(what="flow-logs", **asked):
        found = []
        while True:
            status, code, page = send("POST", f"/switchroom/{what}/{instance}", asked)
            assert status == 200, (code, page)
            found += page["Entries" if what == "flow-logs" else "Changes"]
            if "NextToken" not in page:
                return found
            asked["NextToken"] = page["NextToken"]
    return search


def until(look, wanted, deadline=15):
    """What was looked for, as soon as it is as wanted."""
    end = time.monotonic() + deadline
    while not wanted(found := look()):
        assert time.monotonic() < end, found
        time.sleep(0.02)  # between looks, bounded by the deadline
    return found


def identifiers(entries):
    return [entry["Identifier"] for entry in entries]


@pytest.fixture
def journey(connect, participant, instance, new_flow, search, nobody):
    """A chat that went through two flows with logging: its id, the flows, and its entries, oldest first."""
    second = new_flow(
        message("Welcome to the second", "queue"),
        {"Identifier": "queue", "Type": "UpdateContactTargetQueue", "Parameters": {"QueueId": "$.Attributes.none"},
         "Transitions": to("end", "NoMatchingError")},
        start="say")
    menu = {"Identifier": "card", "Type": "ConnectParticipantWithLexBot",
            "Parameters": {"Text": "Card?", "LexV2Bot": {"AliasArn": "builtin/menu"}},
            "Transitions": to("move", "NoMatchingError", "NoMatchingCondition", "InputTimeLimitExceeded") | {
                "Conditions": [{"NextAction": "move", "Condition": {"Operator": "Equals", "Operands": ["Pay"]}}]}}
    first = new_flow(
        message("Not logged", "loud"), LOUD | {"Transitions": to("keep")},
        {"Identifier": "keep", "Type": "UpdateContactAttributes",
         "Parameters": {"Attributes": {"colour": "GREEN"}, "TargetContact": "Current"},
         "Transitions": to("card", "NoMatchingError")},
        menu,
        {"Identifier": "move", "Type": "TransferToFlow", "Parameters": {"ContactFlowId": second},
         "Transitions": to("end", "NoMatchingError")},
        start="say")
    chat = Chat(connect, participant, instance, first).connect()
    chat.say("pay with 4111111111111111")
    entries = until(lambda: search(ContactId=chat.contact, Order="ASCENDING"),
                    lambda found: "end" in identifiers(found))
    return chat.contact, (first, second), entries


def test_a_contact_is_traced_over_several_flows(journey, connect, instance):
    contact, flows, entries = journey
    # What was asked of a bot and what it answered are told apart.
    assert identifiers(entries) == ["loud", "keep", "card", "card", "move", "say", "queue", "end"]
    assert [entry["ContactFlowId"].rsplit("/")[-1] for entry in entries] == [flows[0]] * 5 + [flows[1]] * 3
    assert {entry["ContactId"] for entry in entries} == {contact}
    assert entries[1]["ContactFlowModuleType"] == "SetAttributes", entries[1]
    assert entries[1]["Parameters"]["Attributes"] == {"colour": "GREEN"}
    assert [bool(entry["Error"]) for entry in entries] == [False] * 6 + [True, False]
    stamps = [entry["Timestamp"] for entry in entries]
    assert stamps == sorted(stamps)
    # What the customer entered is nowhere.
    assert "4111" not in json.dumps(entries)


def test_entries_are_found_by_what_is_asked(journey, search):
    contact, flows, entries = journey
    newest_first = list(reversed(identifiers(entries)))
    for asked, expected in [
        ({}, newest_first),
        ({"FlowId": flows[1]}, ["end", "queue", "say"]),
        ({"ErrorsOnly": True}, ["queue"]),
        ({"Text": "green"}, ["keep"]),
        ({"Text": "nothing says this"}, []),
        ({"MaxResults": 2}, newest_first),
        ({"MaxResults": 2, "ErrorsOnly": True}, ["queue"]),
        ({"EndTime": 1_000_000}, []),
        ({"StartTime": time.time() - 3600, "EndTime": time.time() + 1}, newest_first),
        ({"ContactId": flows[0]}, []),
    ]:
        found = search(**{"ContactId": contact} | asked)
        assert identifiers(found) == expected, asked
    of_flow = search(FlowId=flows[0], Order="ASCENDING")
    assert of_flow == entries[:5]


def test_a_page_leads_on_in_the_same_search_only(journey, send, instance):
    contact, flows, _ = journey
    path = f"/switchroom/flow-logs/{instance}"
    _, _, page = send("POST", path, {"ContactId": contact, "MaxResults": 2})
    assert len(page["Entries"]) == 2 and page["ReachedTime"] > 1e9
    for asked in [{"ContactId": flows[0]}, {"ContactId": contact, "ErrorsOnly": True},
                  {"ContactId": contact, "Order": "ASCENDING"}]:
        status, code, _ = send("POST", path, asked | {"NextToken": page["NextToken"]})
        assert (status, code) == (400, "InvalidParameterException"), asked
    status, code, _ = send("POST", path, {"Order": "SIDEWAYS"})
    assert (status, code) == (400, "InvalidRequestException")


def test_only_what_is_switched_on_is_logged(connect, instance, new_flow, search):
    loud, quiet = (new_flow(switch | {"Transitions": to("say")}, message("Hello"), start=switch["Identifier"])
                   for switch in (LOUD, QUIET))
    silent = new_flow(message("Hello"), start="say")

    def task(flow):
        return connect.start_task_contact(InstanceId=instance, ContactFlowId=flow, Name="Logged")["ContactId"]

    def over(contact):
        return connect.describe_contact(InstanceId=instance, ContactId=contact)["Contact"].get("DisconnectTimestamp")

    def switch(value):
        connect.update_instance_attribute(InstanceId=instance, AttributeType="CONTACTFLOW_LOGS", Value=value)
    assert connect.describe_instance_attribute(
        InstanceId=instance, AttributeType="CONTACTFLOW_LOGS")["Attribute"]["Value"] == "true"
    switch("false")
    try:
        off = task(loud)
        until(lambda: over(off), bool)
    finally:
        switch("true")
    contacts = [task(flow) for flow in (loud, quiet, silent)]
    for contact in contacts:
        until(lambda: over(contact), bool)
    assert [len(search(ContactId=contact)) for contact in (off, *contacts)] == [0, 3, 0, 0]


@pytest.fixture
def as_user(server, instance):
    """Asks an own operation in the name of a user who signs in: status and answer."""
    def call(username, password, what, asked):
        def post(path, body, **headers):
            request = urllib.request.Request(server.endpoint + path, method="POST", data=json.dumps(body).encode(),
                                             headers={"content-type": "application/json"} | headers)
            return urllib.request.urlopen(request, timeout=30)
        with post("/auth/login", {"username": username, "password": password}) as answer:
            cookie = answer.headers["set-cookie"].split(";")[0]
        try:
            with post(f"/switchroom/{what}/{instance}", asked, cookie=cookie, origin=server.endpoint) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)
    return call


def test_tags_hide_the_log_of_a_flow(connect, instance, new_flow, new_user, search, as_user, fresh):
    flows = [new_flow(LOUD | {"Transitions": to("say")}, message("Hello"), start="loud", **more)
             for more in ({"Tags": {"Team": "A"}}, {"Tags": {"Team": "B"}})]
    contacts = [connect.start_task_contact(InstanceId=instance, ContactFlowId=flow, Name="Logged")["ContactId"]
                for flow in flows]
    for contact in contacts:
        until(lambda: search(ContactId=contact), lambda found: "end" in identifiers(found))
    profile = connect.create_security_profile(
        InstanceId=instance, SecurityProfileName=fresh("Team A"), Permissions=["ContactFlows.View", "ContactSearch.View"],
        AllowedAccessControlTags={"Team": "A"}, TagRestrictedResources=["ContactFlow"])["SecurityProfileId"]
    name = fresh("author").replace(" ", ".")
    new_user(Username=name, SecurityProfileIds=[profile])
    for asked, status, count in [
        ({"ContactId": contacts[0]}, 200, 3), ({"ContactId": contacts[1]}, 200, 0),
        ({"FlowId": flows[0]}, 200, 3), ({"FlowId": flows[1]}, 404, 0),
    ]:
        got, answer = as_user(name, "Passw0rd", "flow-logs", asked)
        assert (got, len(answer.get("Entries", []))) == (status, count), asked


def test_the_history_names_who_changed_what(connect, instance, server, new_queue, new_user, search, as_user, fresh):
    key = server.bootstrap["accessKeyId"]
    queue = new_queue(Name=fresh("Sales"))
    renamed = fresh("Sales abroad")
    connect.update_queue_name(InstanceId=instance, QueueId=queue, Name=renamed)
    connect.delete_queue(InstanceId=instance, QueueId=queue)
    changes = search("change-history", ResourceId=queue, Order="ASCENDING")
    assert [(change["Action"], change["User"], change["Kind"]) for change in changes] == [
        ("CREATED", key, "queue"), ("CHANGED", key, "queue"), ("DELETED", key, "queue")]
    assert [change["ResourceName"] for change in changes][1:] == [renamed, renamed]
    field, = changes[1]["Fields"]
    assert (field["Name"], field["After"]) == ("Name", renamed) and field["Before"].startswith("Sales")

    name = fresh("kim").replace(" ", ".")
    user = new_user(Username=name)
    connect.update_user_identity_info(InstanceId=instance, UserId=user, IdentityInfo={"FirstName": "Kim", "LastName": "Roe"})
    changes = search("change-history", Kind="user", ResourceId=user)
    assert [(change["Action"], change["ResourceName"]) for change in changes] == [("CHANGED", name), ("CREATED", name)]
    assert changes[0]["Fields"] == [{"Name": "IdentityInfo", "Before": {"FirstName": "Kim", "LastName": "Doe"},
                                     "After": {"FirstName": "Kim", "LastName": "Roe"}}]
    everything = json.dumps(search("change-history"))
    assert "argon2" not in everything and "Passw0rd" not in everything

    flow = connect.create_contact_flow(InstanceId=instance, Name=fresh("Flow"), Type="CONTACT_FLOW",
                                       Content=content(message("one"), start="say"))["ContactFlowId"]
    draft = content(message("secret of the draft"), start="say")
    connect.update_contact_flow_content(InstanceId=instance, ContactFlowId=f"{flow}:$SAVED", Content=draft)
    connect.update_contact_flow_content(InstanceId=instance, ContactFlowId=flow, Content=draft)
    connect.delete_contact_flow(InstanceId=instance, ContactFlowId=flow)
    changes = search("change-history", Kind="flow", ResourceId=flow, Order="ASCENDING")
    assert [(change["Action"], change["Version"]) for change in changes] == [
        ("CREATED", 1), ("CHANGED", 1), ("PUBLISHED", 2), ("DELETED", 2)]
    # The versions have the content.
    assert "secret of the draft" not in json.dumps(changes)

    for name, status in [("admin", 200), ("agent1", 403)]:
        got, _ = as_user(name, server.bootstrap["users"][name]["password"], "change-history", {"Kind": "queue"})
        assert got == status, name


def test_what_is_too_old_goes_at_the_next_start(tmp_path):
    """What was written long ago is told from the present by changing the moments in the database."""
    with Server(tmp_path / "data", SWITCHROOM_LIMITS_API_RATE_FACTOR="0", SWITCHROOM_DATA_FLOW_LOG_DAYS="2",
                SWITCHROOM_DATA_CHANGE_HISTORY_DAYS="10") as server:
        boot = server.bootstrap
        connect = boto3.client(
            "connect", endpoint_url=server.endpoint, region_name=boot["region"],
            aws_access_key_id=boot["accessKeyId"], aws_secret_access_key=boot["secretAccessKey"],
            config=Config(retries={"max_attempts": 0}))
        instance, database = boot["instanceId"], tmp_path / "data" / "switchroom.db"
        flow = connect.create_contact_flow(
            InstanceId=instance, Name="Logged", Type="CONTACT_FLOW",
            Content=content(LOUD | {"Transitions": to("say")}, message("Hello"), start="loud"))["ContactFlowId"]

        def rows(table, path=database):
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as reader:
                return reader.execute(f"SELECT at FROM {table} ORDER BY seq").fetchall()
        for _ in range(3):
            connect.start_task_contact(InstanceId=instance, ContactFlowId=flow, Name="Logged")
        until(lambda: len(rows("flow_logs")), lambda count: count == 9)
        assert len(rows("changes")) == 1
        # A killed server loses neither.
        server.kill_and_restart()
        assert (len(rows("flow_logs")), len(rows("changes"))) == (9, 1)
        server.stop()
        day = 24 * 3600 * 1000
        with sqlite3.connect(database) as writer:
            writer.execute("UPDATE flow_logs SET at = at - ? WHERE seq <= 6", (3 * day,))
            writer.execute("UPDATE changes SET at = at - ?", (3 * day,))
        server.start()
        until(lambda: len(rows("flow_logs")), lambda count: count == 3)
        assert len(rows("changes")) == 1
        server.stop()
        with sqlite3.connect(database) as writer:
            writer.execute("UPDATE changes SET at = at - ?", (8 * day,))
        server.start()
        until(lambda: len(rows("changes")), lambda count: count == 0)
        assert len(rows("flow_logs")) == 3
