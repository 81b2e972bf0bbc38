"""Contact records, contact events, agent events and transcripts of chats and tasks, field by field (spec 06 §6–8)."""

import concurrent.futures
import http.server
import json
import os
import re
import subprocess
import threading
import time
import urllib.parse
import uuid
from random import Random

import pytest

from people import Agent, Customer, Script, until
from server import Server

SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
MILLIS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
FAILED = [{"NextAction": "z", "ErrorType": "NoMatchingError"}]
END = {"Identifier": "z", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
METHODS = {"INBOUND", "OUTBOUND", "TRANSFER", "CALLBACK", "API", "QUEUE_TRANSFER", "EXTERNAL_OUTBOUND", "MONITOR", "DISCONNECT"}


def queueing(queue_arn, then="t"):
    return [{"Identifier": "q", "Type": "UpdateContactTargetQueue", "Parameters": {"QueueId": queue_arn},
             "Transitions": {"NextAction": then, "Errors": FAILED}},
            {"Identifier": "t", "Type": "TransferContactToQueue", "Parameters": {}, "Transitions": {
                "NextAction": "z", "Errors": FAILED + [{"NextAction": "z", "ErrorType": "QueueAtCapacity"}]}},
            END]


def hook(event, flow, then):
    return {"Identifier": f"hook-{event}", "Type": "UpdateContactEventHooks", "Parameters": {"EventHooks": {event: flow}},
            "Transitions": {"NextAction": then, "Errors": FAILED}}


class Streams:
    """What the server has written to its streams."""

    def __init__(self, server):
        self.folder = server.data / "streams"

    def lines(self, stream):
        path = self.folder / f"{stream}.jsonl"
        content = path.read_text() if path.exists() else ""
        # The last line may be on its way.
        return [json.loads(line) for line in content[:content.rfind("\n") + 1].splitlines()]

    def records(self, contact):
        return [line for line in self.lines("contact-records") if line["ContactId"] == contact]

    def record(self, contact):
        until(lambda: (bool(self.records(contact)), None), f"the record of {contact}")
        records = self.records(contact)
        assert len(records) == 1, f"{len(records)} records of {contact}"
        return records[0]

    def events(self, contact):
        return [line for line in self.lines("contact-events") if line["detail"]["contactId"] == contact]

    def agent_events(self, user):
        return [line for line in self.lines("agent-events") if line["AgentARN"].endswith("/" + user)]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("records") / "data", SWITCHROOM_LIMITS_API_RATE_FACTOR="0",
                SWITCHROOM_AGENTS_OFFER_SECONDS="2", SWITCHROOM_AGENTS_TASK_OFFER_SECONDS="2") as server:
        yield server


@pytest.fixture(scope="module")
def script(server):
    return Script(server)


@pytest.fixture(scope="module")
def streams(server):
    return Streams(server)


@pytest.fixture(scope="module")
def flow(script):
    return script.flow("Records", queueing(script.queue()["Arn"]), start="q")


@pytest.fixture
def agents(server):
    """Both agents, offline and with nothing."""
    both = [Agent(server, name).work() for name in ("agent1", "agent2")]
    yield both
    for agent in both:
        agent.state("Offline")
        for contact in agent.snapshot()["contacts"]:
            if contact["state"]["type"] == "connected":
                agent.leave(contact["contactId"])
            if agent.held(contact["contactId"]):
                agent.clear(contact["contactId"])


def start_task(script, flow, **members):
    body = {"InstanceId": script.instance, "ContactFlowId": flow, "Name": "A task", **members}
    return script.ok("PUT", "/contact/task", body)["ContactId"]


# ── Shapes ──────────────────────────────────────────────────────────────────────────────────────────────────────────

def whole(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def text(shortest=1, longest=256):
    return lambda value: isinstance(value, str) and shortest <= len(value) <= longest


def one_of(*values):
    return lambda value: value in values


def matches(pattern):
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def arn(middle):
    return matches(re.compile(rf"arn:aws:connect:us-east-1:000000000000:instance/{ID.pattern}{middle}"))


def mapping(of):
    return lambda value: isinstance(value, dict) and all(isinstance(key, str) and of(one) for key, one in value.items())


def listing(of):
    return lambda value: isinstance(value, list) and all(of(one) for one in value)


def null_or(of):
    return lambda value: value is None or of(value)


class Shape:
    """Members that must be there, members that may be, and no others."""

    def __init__(self, must, may=None):
        self.must, self.may = must, may or {}

    def __call__(self, value):
        mistakes = list(self.mistakes(value))
        assert not mistakes, f"{mistakes} in {json.dumps(value, indent=1)}"
        return True

    def mistakes(self, value):
        if not isinstance(value, dict):
            yield f"{value!r} is no object"
            return
        yield from (f"{name} is missing" for name in self.must if name not in value)
        for name, one in value.items():
            of = self.must.get(name) or self.may.get(name)
            if of is None:
                yield f"{name} is not published"
            elif not of(one):
                yield f"{name} is {one!r}"


SECOND, MILLI, AN_ID = matches(SECONDS), matches(MILLIS), matches(ID)
SEGMENT = mapping(lambda value: isinstance(value, dict) and isinstance(value.get("ValueString"), str))

RECORD_AGENT = Shape({
    "ARN": arn(f"/agent/{ID.pattern}"), "Username": text(1, 100), "ConnectedToAgentTimestamp": SECOND,
    "AgentInteractionDuration": whole, "AgentPauseDuration": whole, "CustomerHoldDuration": whole,
    "LongestHoldDuration": whole, "NumberOfHolds": whole, "AfterContactWorkStartTimestamp": SECOND,
    "AfterContactWorkEndTimestamp": SECOND, "AfterContactWorkDuration": whole,
    "RoutingProfile": Shape({"ARN": arn(f"/routing-profile/{ID.pattern}"), "Name": text(1, 100)}),
}, {"HierarchyGroups": mapping(Shape({"ARN": arn("/agent-group/.*"), "GroupName": text()})), "DeviceInfo": mapping(text(1, 128))})

RECORD = Shape({
    "AWSAccountId": matches(re.compile(r"\d{12}")), "AWSContactTraceRecordFormatVersion": text(),
    "AgentConnectionAttempts": whole, "Attributes": mapping(lambda value: isinstance(value, str)),
    "Channel": one_of("VOICE", "CHAT", "TASK"), "ContactId": AN_ID, "DisconnectTimestamp": SECOND,
    "InitiationMethod": lambda value: value in METHODS, "InitiationTimestamp": SECOND, "InstanceARN": arn(""),
    "LastUpdateTimestamp": SECOND, "SegmentAttributes": SEGMENT, "Tags": mapping(text(0, 256)),
    "ConnectedToSystemTimestamp": SECOND,
}, {
    "Agent": RECORD_AGENT, "InitialContactId": AN_ID, "NextContactId": AN_ID, "PreviousContactId": AN_ID, "RelatedContactId": AN_ID,
    "DisconnectReason": null_or(one_of("AGENT_DISCONNECT", "CUSTOMER_DISCONNECT", "OTHER", "EXPIRED",
                                       "CONTACT_FLOW_DISCONNECT", "API")),
    "Queue": Shape({"ARN": arn(f"/queue/(agent/)?{ID.pattern}"), "Name": null_or(text()), "EnqueueTimestamp": SECOND,
                    "DequeueTimestamp": SECOND, "Duration": whole}),
    "LastPausedTimestamp": SECOND, "LastResumedTimestamp": SECOND, "ScheduledTimestamp": SECOND,
    "TotalPauseCount": whole, "TotalPauseDurationInSeconds": whole, "CustomerEndpoint": lambda value: value is None,
    "ContactDetails": lambda value: isinstance(value, dict),
    "References": listing(Shape({"Name": text(1, 4096), "Type": one_of("URL", "NUMBER", "STRING", "DATE", "EMAIL", "ATTACHMENT"),
                                 "Value": text(0, 4096)}, {"Status": one_of("APPROVED", "REJECTED")})),
    "RoutingCriteria": listing(lambda value: isinstance(value, dict)),
    "MediaStreams": listing(Shape({"Type": one_of("AUDIO", "VIDEO", "CHAT")})),
    "Recordings": listing(Shape({
        "Location": text(1, 256), "MediaStreamType": one_of("CHAT"), "ParticipantType": one_of("All"), "Status": one_of("AVAILABLE"),
        "StorageType": one_of("Amazon S3"), "StartTimestamp": SECOND, "StopTimestamp": SECOND})),
})

DETAIL = Shape({
    "eventType": one_of("INITIATED", "CONNECTED_TO_SYSTEM", "CONTACT_DATA_UPDATED", "QUEUED", "CONNECTED_TO_AGENT",
                        "DISCONNECTED", "PAUSED", "RESUMED"),
    "contactId": AN_ID, "channel": one_of("VOICE", "CHAT", "TASK"), "instanceArn": arn(""),
    "initiationMethod": lambda value: value in METHODS, "initiationTimestamp": MILLI, "tags": mapping(text(0, 256)),
    "segmentAttributes": SEGMENT,
}, {
    "initialContactId": AN_ID, "previousContactId": AN_ID, "relatedContactId": AN_ID, "connectedToSystemTimestamp": MILLI,
    "scheduledTimestamp": MILLI, "disconnectTimestamp": MILLI, "disconnectReason": text(),
    "updatedProperties": listing(one_of("ScheduledTimestamp", "UserDefinedAttributes", "Tags", "RoutingCriteria.Step.Status",
                                        "ContactLens.ConversationalAnalytics.Configuration")),
    "agentInfo": Shape({"agentArn": arn(f"/agent/{ID.pattern}"), "connectedToAgentTimestamp": MILLI},
                       {"hierarchyGroups": lambda value: isinstance(value, dict)}),
    "queueInfo": Shape({"queueArn": arn(f"/queue/(agent/)?{ID.pattern}"), "queueType": one_of("STANDARD", "AGENT"),
                        "enqueueTimestamp": MILLI}),
    "routingCriteria": lambda value: isinstance(value, (dict, list)),
})

CONTACT_EVENT = Shape({
    "version": one_of("0"), "id": AN_ID, "detail-type": one_of("Amazon Connect Contact Event"), "source": one_of("aws.connect"),
    "account": matches(re.compile(r"\d{12}")), "time": SECOND, "region": one_of("us-east-1"), "detail": DETAIL,
    "resources": lambda value: len(value) == 2 and arn(f"/contact/{ID.pattern}")(value[0]) and arn("")(value[1]),
})

CHANNELS = listing(one_of("VOICE", "CHAT", "TASK"))
A_QUEUE = Shape({"ARN": arn(f"/queue/(agent/)?{ID.pattern}"), "Name": null_or(text()), "Channels": CHANNELS})
A_STATUS = {"ARN": arn(f"/agent-state/{ID.pattern}"), "Name": text()}
SNAPSHOT = Shape({
    "AgentStatus": Shape({**A_STATUS, "StartTimestamp": MILLI, "Type": one_of("ROUTABLE", "CUSTOM", "OFFLINE")}),
    "Configuration": Shape({
        "FirstName": text(1, 100), "LastName": text(1, 100), "Username": text(1, 100),
        "AgentHierarchyGroups": null_or(mapping(Shape({"ARN": text(), "Name": text()}))),
        "Proficiencies": listing(Shape({"Name": text(1, 64), "Value": text(1, 64),
                                        "ProficiencyLevel": lambda value: isinstance(value, (int, float))})),
        "RoutingProfile": Shape({
            "ARN": arn(f"/routing-profile/{ID.pattern}"), "Name": text(), "DefaultOutboundQueue": A_QUEUE,
            "InboundQueues": listing(A_QUEUE),
            "Concurrency": listing(Shape({"Channel": one_of("VOICE", "CHAT", "TASK"), "AvailableSlots": whole,
                                          "MaximumSlots": whole}))})}),
    "Contacts": listing(Shape({
        "ContactId": AN_ID, "InitialContactId": null_or(AN_ID), "Channel": one_of("VOICE", "CHAT", "TASK"),
        "InitiationMethod": lambda value: value in METHODS,
        "State": one_of("CONNECTING", "CONNECTED", "MISSED", "PAUSED", "REJECTED", "ERROR", "ENDED"),
        "StateStartTimestamp": MILLI, "ConnectedToAgentTimestamp": null_or(MILLI), "QueueTimestamp": null_or(MILLI),
        "Queue": null_or(Shape({"ARN": arn(f"/queue/(agent/)?{ID.pattern}"), "Name": null_or(text(0))}))})),
}, {"NextAgentStatus": Shape({**A_STATUS, "EnqueuedTimestamp": MILLI})})

AGENT_EVENT = Shape({
    "AgentARN": arn(f"/agent/{ID.pattern}"), "AWSAccountId": matches(re.compile(r"\d{12}")), "CurrentAgentSnapshot": SNAPSHOT,
    "PreviousAgentSnapshot": null_or(SNAPSHOT), "EventId": AN_ID, "EventTimestamp": MILLI, "InstanceARN": arn(""),
    "EventType": one_of("STATE_CHANGE", "HEART_BEAT", "LOGIN", "LOGOUT"), "Version": one_of("2019-05-25", "2017-10-01")})


def check_record(script, streams, contact, channel, method="API", reason=None, queue=True, agent=None, attempts=None):
    """The one record of a contact, in shape, in order, and the same as its events and its description say."""
    record = streams.record(contact)
    RECORD(record)
    assert (record["Channel"], record["InitiationMethod"], record.get("DisconnectReason")) == (channel, method, reason)
    assert ("Queue" in record) == queue and ("Agent" in record) == (agent is not None), record
    if attempts is not None:
        assert record["AgentConnectionAttempts"] == attempts
    times = [record["InitiationTimestamp"], record["ConnectedToSystemTimestamp"]]
    if queue:
        times += [record["Queue"]["EnqueueTimestamp"], record["Queue"]["DequeueTimestamp"]]
    if agent:
        part = record["Agent"]
        assert part["Username"] == agent.username and part["ARN"].endswith("/" + agent.user)
        times += [part["ConnectedToAgentTimestamp"], record["DisconnectTimestamp"], part["AfterContactWorkStartTimestamp"],
                  part["AfterContactWorkEndTimestamp"]]
        assert record["DisconnectTimestamp"] == part["AfterContactWorkStartTimestamp"]
        if queue:
            assert record["Queue"]["DequeueTimestamp"] == part["ConnectedToAgentTimestamp"]
    else:
        times.append(record["DisconnectTimestamp"])
    times.append(record["LastUpdateTimestamp"])
    assert times == sorted(times), times
    assert record["Tags"]["aws:connect:instanceId"] == script.instance
    if channel == "TASK":
        assert {"TotalPauseCount", "TotalPauseDurationInSeconds", "ContactDetails"} <= set(record)
        assert "Recordings" not in record
    else:
        assert not {"TotalPauseCount", "ScheduledTimestamp", "ContactDetails"} & set(record)
        assert record["SegmentAttributes"]["connect:Subtype"] == {"ValueString": "connect:Chat"}
        assert len(record["Recordings"]) == 1
    described = script.contact(contact)
    for ours, theirs in [("InitialContactId", "InitialContactId"), ("PreviousContactId", "PreviousContactId"),
                         ("RelatedContactId", "RelatedContactId"), ("DisconnectReason", "DisconnectReason"),
                         ("Channel", "Channel"), ("Tags", "Tags")]:
        said = described.get(theirs)
        if ours == "InitialContactId" and ours not in record:
            assert said == contact, "the initial contact is the contact itself"
        else:
            assert record.get(ours) == said, ours
    check_events(streams, contact, record)
    return record


def check_events(streams, contact, record):
    events = streams.events(contact)
    for event in events:
        CONTACT_EVENT(event)
        assert event["resources"][0].endswith("/contact/" + contact)
    assert len({event["id"] for event in events}) == len(events)
    kinds = [event["detail"]["eventType"] for event in events if event["detail"]["eventType"] != "CONTACT_DATA_UPDATED"]
    assert kinds[0] == "INITIATED" and kinds.count("INITIATED") == 1, kinds
    assert kinds[-1] == "DISCONNECTED" and kinds.count("DISCONNECTED") == 1, kinds
    assert ("QUEUED" in kinds) == ("Queue" in record), kinds
    assert kinds.count("CONNECTED_TO_AGENT") == ("Agent" in record), kinds
    last = events[-1]["detail"]
    assert last["disconnectTimestamp"][:19] + "Z" == record["DisconnectTimestamp"]
    assert last["initiationTimestamp"][:19] + "Z" == record["InitiationTimestamp"]
    assert last.get("disconnectReason") == record.get("DisconnectReason")
    if "Queue" in record:
        assert last["queueInfo"]["queueArn"] == record["Queue"]["ARN"]
        assert last["queueInfo"]["enqueueTimestamp"][:19] + "Z" == record["Queue"]["EnqueueTimestamp"]
    if "Agent" in record:
        assert last["agentInfo"]["agentArn"] == record["Agent"]["ARN"]
    return kinds


def check_transcript(server, script, record):
    """The transcript file lies where the record says, and holds what this contact's participants said and saw."""
    location, contact = record["Recordings"][0]["Location"], record["ContactId"]
    day, stamp = record["InitiationTimestamp"][:10], record["InitiationTimestamp"][:16].replace("-", "")
    assert location == f"connect/dev/ChatTranscripts/{day.replace('-', '/')}/{contact}_{stamp}_UTC.json"
    path = server.data / "files" / location
    until(lambda: (path.exists(), path), "the transcript file")
    content = json.loads(path.read_text())
    Shape({"Version": one_of("2019-08-26"), "AWSAccountId": matches(re.compile(r"\d{12}")), "InstanceId": one_of(script.instance),
           "InitialContactId": AN_ID, "ContactId": one_of(contact), "Transcript": lambda value: isinstance(value, list),
           "Participants": listing(Shape({"ParticipantId": AN_ID}, {"ParticipantRole": text(), "DisplayName": text()}))})(content)
    people = {one["ParticipantId"] for one in content["Participants"]}
    for item in content["Transcript"]:
        Shape({"AbsoluteTime": MILLI, "ContentType": text(), "Id": AN_ID, "Type": one_of("MESSAGE", "EVENT", "ATTACHMENT"),
               "ParticipantId": AN_ID, "DisplayName": text(), "InitialContactId": AN_ID, "ContactId": one_of(contact),
               "ParticipantRole": one_of("CUSTOMER", "AGENT", "SYSTEM", "CUSTOM_BOT", "SUPERVISOR")},
              {"Content": text(1, 16384), "Attachments": lambda value: isinstance(value, list)})(item)
        assert item["ParticipantRole"] == "SYSTEM" or item["ParticipantId"] in people, item
    times = [item["AbsoluteTime"] for item in content["Transcript"]]
    assert times == sorted(times)
    assert len({item["Id"] for item in content["Transcript"]}) == len(times)
    return content


# What the customer queue flow of a new instance says.
QUEUED = ("SYSTEM", "Thank you for your message. We will connect you with an agent as soon as one is free.")


def shown(content):
    return [(item["ParticipantRole"], item.get("Content") or item["ContentType"].rsplit("event.", 1)[-1])
            for item in content["Transcript"]]


def states_of(streams, agent, contact):
    """The states in which the agent's events show a contact, each once."""
    states = []
    for event in streams.agent_events(agent.user):
        for entry in event["CurrentAgentSnapshot"]["Contacts"]:
            if entry["ContactId"] == contact and states[-1:] != [entry["State"]]:
                states.append(entry["State"])
    return states


# ── Chats ───────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_accepted_chat(server, script, streams, flow, agents):
    agent = agents[0].state()
    customer = Customer.start(script, flow, Attributes={"tier": "gold"},
                              InitialMessage={"ContentType": "text/plain", "Content": "I need help"}).connect()
    contact = customer.contact
    agent.accept(contact)
    customer.say("Hello?")
    script.ok("POST", "/contact/attributes", {"InstanceId": script.instance, "InitialContactId": contact,
                                              "Attributes": {"order": "17"}})
    script.ok("POST", "/contact/tags", {"InstanceId": script.instance, "ContactId": contact, "Tags": {"Dept": "Sales"}})
    agent.leave(contact)
    assert not streams.records(contact), "no record before the agent has cleared the contact"
    agent.clear(contact)
    record = check_record(script, streams, contact, "CHAT", reason="AGENT_DISCONNECT", agent=agent, attempts=1)
    assert record["Attributes"] == {"tier": "gold", "order": "17"}
    assert record["Tags"]["Dept"] == "Sales"
    assert not {"PreviousContactId", "NextContactId", "InitialContactId", "RelatedContactId"} & set(record)
    assert record["Queue"]["Name"] == "BasicQueue"
    updates = [event["detail"]["updatedProperties"] for event in streams.events(contact)
               if event["detail"]["eventType"] == "CONTACT_DATA_UPDATED"]
    assert updates == [["UserDefinedAttributes"], ["Tags"]]
    said = shown(check_transcript(server, script, record))
    assert said == [("CUSTOMER", "I need help"), ("CUSTOMER", "participant.joined"), QUEUED,
                    ("AGENT", "participant.joined"), ("CUSTOMER", "Hello?"), ("AGENT", "participant.left"), ("SYSTEM", "chat.ended")], said
    assert states_of(streams, agent, contact) == ["CONNECTING", "CONNECTED", "ENDED"]
    # A finished contact still takes attributes; its record comes again.
    script.ok("POST", "/contact/attributes", {"InstanceId": script.instance, "InitialContactId": contact,
                                              "Attributes": {"late": "yes"}})
    until(lambda: (len(streams.records(contact)) == 2, streams.records(contact)), "the record comes again")
    again = streams.records(contact)[1]
    RECORD(again)
    assert again["Attributes"] == {"tier": "gold", "order": "17", "late": "yes"}
    assert again["LastUpdateTimestamp"] >= record["LastUpdateTimestamp"]
    assert {**again, "Attributes": 0, "LastUpdateTimestamp": 0} == {**record, "Attributes": 0, "LastUpdateTimestamp": 0}


def test_media_streams_of_a_chat(script, streams, flow):
    """§8.2: the record names the media that the contact had."""
    customer = Customer.start(script, flow).connect()
    customer.leave()
    assert streams.record(customer.contact).get("MediaStreams") == [{"Type": "CHAT"}]


def test_missed_and_rejected_chat(server, script, streams, flow, agents):
    first, second = agents
    first.state()
    customer = Customer.start(script, flow).connect()
    contact = customer.contact
    first.wait(contact, "connecting")
    first.wait(contact, "missed")
    first.clear(contact)
    # It is offered anew, to the same agent, as no other is there.
    first.wait(contact, "connecting")
    first.ok("RejectContact", {"contactId": contact})
    first.wait(contact, "rejected")
    second.state()
    second.accept(contact)
    customer.leave()
    second.wait(contact, "ended")
    second.clear(contact)
    record = check_record(script, streams, contact, "CHAT", reason="CUSTOMER_DISCONNECT", agent=second, attempts=3)
    assert states_of(streams, first, contact) == ["CONNECTING", "MISSED", "CONNECTING", "REJECTED"]
    assert states_of(streams, second, contact) == ["CONNECTING", "CONNECTED", "ENDED"]
    assert [kind for kind in check_events(streams, contact, record) if kind == "QUEUED"] == ["QUEUED"]


def test_abandoned_chat(server, script, streams, flow):
    customer = Customer.start(script, flow).connect()
    customer.leave()
    record = check_record(script, streams, customer.contact, "CHAT", reason="CUSTOMER_DISCONNECT", attempts=0)
    said = shown(check_transcript(server, script, record))
    assert said == [("CUSTOMER", "participant.joined"), QUEUED, ("CUSTOMER", "participant.left"), ("SYSTEM", "chat.ended")], said


def test_chat_abandoned_while_it_rings(script, streams, flow, agents):
    """§7.6: the agent's events show it as rejected, then it is gone."""
    agent = agents[0].state()
    customer = Customer.start(script, flow).connect()
    agent.wait(customer.contact, "connecting")
    customer.leave()
    check_record(script, streams, customer.contact, "CHAT", reason="CUSTOMER_DISCONNECT", attempts=1)
    assert states_of(streams, agent, customer.contact) == ["CONNECTING", "REJECTED"]


def test_flow_only_and_stopped_chats(script, streams, flow):
    at_once = script.flow(f"At once {uuid.uuid4()}", [END], start="z")
    ended = Customer.start(script, at_once).connect()
    check_record(script, streams, ended.contact, "CHAT", queue=False, attempts=0)
    stopped = Customer.start(script, flow).connect()
    script.ok("POST", "/contact/stop", {"InstanceId": script.instance, "ContactId": stopped.contact})
    check_record(script, streams, stopped.contact, "CHAT", attempts=0)


def test_transferred_chat(server, script, streams, flow, agents):
    first, second = agents
    first.state()
    customer = Customer.start(script, flow, Attributes={"kept": "1"}).connect()
    contact = customer.contact
    first.accept(contact)
    customer.say("To the first")
    second.state()
    quick = next(one for one in script.ok("GET", "/quick-connects/{i}")["QuickConnectSummaryList"] if one["Name"] == "agent2")
    first.ok("CreateAdditionalConnection", {"contactId": contact, "endpoint": {
        "type": "agent", "endpointARN": quick["Arn"]}})
    first.wait(contact, "ended")
    first.clear(contact)
    new = until(lambda: (bool(second.snapshot()["contacts"]), second.snapshot()["contacts"]), "it rings")[0]["contactId"]
    assert new != contact
    second.accept(new)
    customer.say("To the second")
    customer.leave()
    second.wait(new, "ended")
    second.clear(new)
    old = check_record(script, streams, contact, "CHAT", reason="AGENT_DISCONNECT", agent=first)
    record = check_record(script, streams, new, "CHAT", "TRANSFER", reason="CUSTOMER_DISCONNECT", agent=second, attempts=1)
    assert (old["NextContactId"], record["PreviousContactId"], record["InitialContactId"]) == (new, contact, contact)
    assert "PreviousContactId" not in old and "NextContactId" not in record
    assert record["Queue"]["ARN"].endswith(f"/queue/agent/{second.user}")
    assert record["Attributes"] == old["Attributes"] == {"kept": "1"}
    before, after = (shown(check_transcript(server, script, one)) for one in (old, record))
    assert ("CUSTOMER", "To the first") in before and ("SYSTEM", "transfer.succeeded") in before
    assert ("AGENT", "participant.left") in before and ("SYSTEM", "chat.ended") not in before
    assert ("CUSTOMER", "To the second") in after and after[-1] == ("SYSTEM", "chat.ended")


def test_disconnect_flow(server, script, streams, agents):
    survey = script.flow(f"Survey {uuid.uuid4()}", [
        {"Identifier": "m", "Type": "MessageParticipant", "Parameters": {"Text": "How was it?"},
         "Transitions": {"NextAction": "z", "Errors": FAILED}}, END], start="m")
    flow = script.flow(f"With survey {uuid.uuid4()}", [
        hook("CustomerRemaining", survey, "q"), *queueing(script.queue()["Arn"])], start="hook-CustomerRemaining")
    agent = agents[0].state()
    customer = Customer.start(script, flow).connect()
    contact = customer.contact
    agent.accept(contact)
    agent.leave(contact)
    agent.clear(contact)
    old = check_record(script, streams, contact, "CHAT", reason="AGENT_DISCONNECT", agent=agent)
    record = check_record(script, streams, old["NextContactId"], "CHAT", "DISCONNECT", queue=False, attempts=0)
    assert (record["PreviousContactId"], record["InitialContactId"]) == (contact, contact)
    assert shown(check_transcript(server, script, record)) == [("SYSTEM", "How was it?"), ("SYSTEM", "chat.ended")]


def test_transfer_into_a_queue_that_passes_on(script, streams, agents):
    """The customer queue flow moves the contact on at once: the customer is where the contact is."""
    queue = script.queue()
    hours = script.ok("GET", f"/queues/{{i}}/{queue['Id']}")["Queue"]["HoursOfOperationId"]
    other = script.ok("PUT", "/queues/{i}", {"Name": f"Other {uuid.uuid4()}", "HoursOfOperationId": hours})
    pass_on = script.flow(f"Pass on {uuid.uuid4()}", [
        {"Identifier": "d", "Type": "DequeueContactAndTransferToQueue", "Parameters": {"QueueId": other["QueueArn"]},
         "Transitions": {"NextAction": "e", "Errors": [
             {"NextAction": "e", "ErrorType": "NoMatchingError"}, {"NextAction": "e", "ErrorType": "QueueAtCapacity"}]}},
        {"Identifier": "e", "Type": "EndFlowExecution", "Parameters": {}, "Transitions": {}}], "CUSTOMER_QUEUE", "d")
    # The first time it waits; the flow that passes on is set for the transfer only.
    moving = script.flow(f"Moving {uuid.uuid4()}", [
        hook("CustomerQueue", pass_on, "q"), *queueing(queue["Arn"])], start="hook-CustomerQueue")
    plain = script.flow(f"Plain {uuid.uuid4()}", queueing(queue["Arn"]), start="q")
    agent = agents[0].state()
    customer = Customer.start(script, plain).connect()
    contact = customer.contact
    agent.accept(contact)
    agent.state("Offline", enqueue=True)
    script.ok("POST", "/contact/transfer", {"InstanceId": script.instance, "ContactId": contact, "ContactFlowId": moving})
    agent.wait(contact, "ended")
    agent.clear(contact)
    first = streams.record(contact)["NextContactId"]
    last, seen = first, [contact, first]
    while streams.records(last):
        last = streams.record(last)["NextContactId"]
        seen.append(last)
    assert script.contact(last).get("QueueInfo", {}).get("Id") == other["QueueId"], "it waits in the other queue"
    said = customer.say("Where am I?")["Id"]
    item = next(one for one in customer.ok("transcript", {"MaxResults": 100})["Transcript"] if one["Id"] == said)
    assert item["ContactId"] == last, f"said in segment {seen.index(item['ContactId'])} of {len(seen)}"
    customer.leave()
    for one in seen[1:]:
        RECORD(streams.record(one))


# ── Tasks ───────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_accepted_task(script, streams, flow, agents):
    agent = agents[0].state()
    at = time.time() + 2
    task = start_task(script, flow, Description="Call back", Attributes={"a": "1"}, ScheduledTime=at, References={
        "link": {"Type": "URL", "Value": "https://example.com"}, "count": {"Type": "NUMBER", "Value": "5"}})
    assert "QueueInfo" not in script.contact(task)
    agent.accept(task)
    for _ in range(2):
        agent.ok("PauseContact", {"contactId": task})
        agent.wait(task, "paused")
        agent.ok("ResumeContact", {"contactId": task})
        agent.wait(task, "connected")
    agent.leave(task)
    agent.clear(task)
    record = check_record(script, streams, task, "TASK", reason="AGENT_DISCONNECT", agent=agent, attempts=1)
    assert record["TotalPauseCount"] == 2
    assert record["LastPausedTimestamp"] <= record["LastResumedTimestamp"] <= record["DisconnectTimestamp"]
    assert record["ScheduledTimestamp"] == time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    assert record["ConnectedToSystemTimestamp"] >= record["ScheduledTimestamp"] > record["InitiationTimestamp"]
    assert sorted((one["Name"], one["Type"], one["Value"]) for one in record["References"]) == [
        ("count", "NUMBER", "5"), ("link", "URL", "https://example.com")]
    kinds = check_events(streams, task, record)
    assert kinds == ["INITIATED", "CONNECTED_TO_SYSTEM", "QUEUED", "CONNECTED_TO_AGENT", "PAUSED", "RESUMED", "PAUSED", "RESUMED",
                     "DISCONNECTED"], kinds
    assert states_of(streams, agent, task) == ["CONNECTING", "CONNECTED", "PAUSED", "CONNECTED", "PAUSED", "CONNECTED", "ENDED"]


def test_other_tasks(script, streams, flow, agents):
    at_once = script.flow(f"Task at once {uuid.uuid4()}", [END], start="z")
    check_record(script, streams, start_task(script, at_once), "TASK", reason="CONTACT_FLOW_DISCONNECT", queue=False, attempts=0)
    waiting = start_task(script, flow)
    script.ok("POST", "/contact/stop", {"InstanceId": script.instance, "ContactId": waiting})
    check_record(script, streams, waiting, "TASK", reason="API", attempts=0)
    agent = agents[0].state()
    missed = start_task(script, flow)
    agent.wait(missed, "missed")
    script.ok("POST", "/contact/stop", {"InstanceId": script.instance, "ContactId": missed})
    check_record(script, streams, missed, "TASK", reason="API", attempts=1)
    agent.clear(missed)
    held = start_task(script, flow)
    agent.accept(held)
    script.ok("POST", "/contact/stop", {"InstanceId": script.instance, "ContactId": held})
    agent.wait(held, "ended")
    agent.clear(held)
    check_record(script, streams, held, "TASK", reason="API", agent=agent, attempts=1)
    # A chain of tasks shares its attributes; a related task is on its own.
    first = start_task(script, flow, Attributes={"a": "1"})
    agent.accept(first)
    second = start_task(script, flow, PreviousContactId=first, Attributes={"b": "2"})
    related = start_task(script, flow, RelatedContactId=first, Attributes={"c": "3"})
    for one in (second, related):
        script.ok("POST", "/contact/stop", {"InstanceId": script.instance, "ContactId": one})
    agent.leave(first)
    agent.clear(first)
    records = [streams.record(one) for one in (first, second, related)]
    assert [one["Attributes"] for one in records] == [{"a": "1", "b": "2"}] * 2 + [{"a": "1", "b": "2", "c": "3"}]
    assert (records[1]["PreviousContactId"], records[1]["InitialContactId"]) == (first, first)
    assert records[2]["RelatedContactId"] == first and "InitialContactId" not in records[2]
    for one in records:
        RECORD(one)


def test_transferred_task(script, streams, flow, agents):
    agent = agents[0].state()
    task = start_task(script, flow, Description="Moves")
    agent.accept(task)
    agent.state("Offline", enqueue=True)
    quick = next(one for one in script.ok("GET", "/quick-connects/{i}")["QuickConnectSummaryList"] if one["Name"] == "BasicQueue")
    agent.ok("CreateAdditionalConnection", {"contactId": task, "endpoint": {"type": "queue", "endpointARN": quick["Arn"]}})
    agent.wait(task, "ended")
    agent.clear(task)
    old = check_record(script, streams, task, "TASK", reason="AGENT_DISCONNECT", agent=agent, attempts=1)
    new = old["NextContactId"]
    script.ok("POST", "/contact/stop", {"InstanceId": script.instance, "ContactId": new})
    record = check_record(script, streams, new, "TASK", "TRANSFER", reason="API", attempts=0)
    assert (record["PreviousContactId"], record["InitialContactId"]) == (task, task)
    assert record["ContactDetails"] == old["ContactDetails"]


def test_a_paused_task_returns_to_its_queue(script, agents):
    """The flow of the resume event puts a task back that was paused while it waited (spec 01 §9.4)."""
    queue = script.queue()["Arn"]
    back = script.flow(f"Back {uuid.uuid4()}", queueing(queue), start="q")
    flow = script.flow(f"Pausable {uuid.uuid4()}", [hook("ResumeContact", back, "q"), *queueing(queue)], start="hook-ResumeContact")
    task = start_task(script, flow)
    body = {"InstanceId": script.instance, "ContactId": task}
    script.ok("POST", "/contact/pause", body)
    script.ok("POST", "/contact/resume", body)
    agents[0].state()
    agents[0].accept(task)
    agents[0].leave(task)
    agents[0].clear(task)


class Function(http.server.BaseHTTPRequestHandler):
    """A function that answers when the test lets it."""

    may_answer = threading.Event()
    asked = threading.Event()
    answered = threading.Event()

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        Function.asked.set()
        Function.may_answer.wait(10)
        body = b'{"found":"yes"}'
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
        Function.answered.set()

    def log_message(self, *_):
        pass


def test_a_function_answers_while_its_task_is_paused(script, streams):
    """The answer counts once the task is resumed."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Function) as functions:
        threading.Thread(target=functions.serve_forever, daemon=True).start()
        try:
            flow = script.flow(f"Function {uuid.uuid4()}", [
                {"Identifier": "f", "Type": "InvokeLambdaFunction", "Parameters": {
                    "LambdaFunctionARN": f"http://127.0.0.1:{functions.server_port}/", "InvocationTimeLimitSeconds": "8"},
                 "Transitions": {"NextAction": "z", "Errors": FAILED}}, END], start="f")
            task = start_task(script, flow)
            assert Function.asked.wait(10), "the function is called"
            body = {"InstanceId": script.instance, "ContactId": task}
            script.ok("POST", "/contact/pause", body)
            paused = script.contact(task)["LastUpdateTimestamp"]
            Function.may_answer.set()
            assert Function.answered.wait(10), "the function has answered"
            # The answer is kept with the paused task, which changes it.
            until(lambda: (script.contact(task)["LastUpdateTimestamp"] > paused, paused), "the answer is kept", 5)
            assert not streams.records(task), "nothing goes on while the task is paused"
            script.ok("POST", "/contact/resume", body)
            until(lambda: (bool(streams.records(task)), script.contact(task)), "the task goes on", 12)
        finally:
            Function.may_answer.set()
            functions.shutdown()


def test_attributes_of_a_finished_contact_are_not_lost(script, streams, flow):
    """Many change them at once; all changes are there afterwards."""
    customer = Customer.start(script, flow).connect()
    customer.leave()
    streams.record(customer.contact)

    def change(n):
        body = {"InstanceId": script.instance, "InitialContactId": customer.contact, "Attributes": {f"k{n}": str(n)}}
        return script.call("POST", "/contact/attributes", body).status

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert set(pool.map(change, range(48))) == {200}
    attributes = script.ok("GET", f"/contact/attributes/{{i}}/{customer.contact}")["Attributes"]
    assert attributes == {f"k{n}": str(n) for n in range(48)}, f"{48 - len(attributes)} of 48 are lost"
    until(lambda: (len(streams.records(customer.contact)) == 49, len(streams.records(customer.contact))), "a record each")
    assert streams.records(customer.contact)[-1]["Attributes"] == attributes


# ── Everybody at once ───────────────────────────────────────────────────────────────────────────────────────────────

CONNECTED = "application/vnd.amazonaws.connect.event.connection.acknowledged"


def test_everybody_does_anything_at_any_time(server, script, streams, flow, agents):
    """Whatever customers, agents and scripts do at the same time: every contact ends, with one record, and agents never
    hold more than they may. The order of events differs from run to run; the promises do not."""
    survey = script.flow(f"Survey {uuid.uuid4()}", [END], start="z")
    queue = script.queue()
    surveyed = script.flow(f"Surveyed {uuid.uuid4()}", [hook("CustomerRemaining", survey, "q"), *queueing(queue["Arn"])],
                           start="hook-CustomerRemaining")
    quick = [one["Arn"] for one in script.ok("GET", "/quick-connects/{i}")["QuickConnectSummaryList"]]
    stop, started, customers, odd = time.monotonic() + 6, [], {}, []
    for agent in agents:
        agent.state()

    def note(answer):
        if answer.status >= 500 or answer.error == "InternalServiceException":
            odd.append(repr(answer))
        return answer

    def visitor(seed):
        random = Random(seed)
        while time.monotonic() < stop:
            if random.random() < 0.5:
                customer = Customer.start(script, random.choice([flow, surveyed]))
                started.append(customer.contact)
                customers[customer.contact] = customer
                if random.random() < 0.9:
                    # A program may have stopped it by now.
                    note(customer.call("event", {"ContentType": CONNECTED}))
                for _ in range(random.randrange(4)):
                    note(customer.call("message", {"ContentType": "text/plain", "Content": "x"}))
                if random.random() < 0.5:
                    note(customer.call("disconnect", {}))
            else:
                started.append(start_task(script, random.choice([flow, surveyed])))

    def program(seed):
        random = Random(seed)
        while time.monotonic() < stop:
            if not started:
                continue
            body = {"InstanceId": script.instance, "ContactId": random.choice(started[-20:])}
            path, more = random.choice([
                ("stop", {}), ("pause", {}), ("resume", {}), ("transfer", {"ContactFlowId": flow}),
                ("transfer", {"ContactFlowId": flow, "UserId": random.choice(agents).user}),
                ("tags", {"Tags": {"a": "b"}})])
            note(script.call("POST", f"/contact/{path}", {**body, **more}))

    def work(agent, seed):
        random = Random(seed)
        while time.monotonic() < stop:
            if random.random() < 0.05:
                agent.state(random.choice(["Available", "Offline"]), enqueue=random.random() < 0.5)
            for contact in agent.snapshot()["contacts"]:
                one, state = {"contactId": contact["contactId"]}, contact["state"]["type"]
                own = next(each for each in contact["connections"] if each["type"] == "agent")["connectionId"]
                choices = {
                    "connecting": [("AcceptContact", one)] * 4 + [("RejectContact", one)],
                    "connected": [("DestroyConnection", {**one, "connectionId": own}), ("PauseContact", one),
                                  ("CreateAdditionalConnection", {**one, "endpoint": {
                                      "type": "queue", "endpointARN": random.choice(quick)}})],
                    "paused": [("ResumeContact", one), ("DestroyConnection", {**one, "connectionId": own})],
                }.get(state, [("ClearContact", one)])
                note(agent.call(*random.choice(choices)))

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(visitor, n) for n in range(2)] + [pool.submit(program, n + 10) for n in range(2)]
        jobs += [pool.submit(work, agent, n + 20) for n, agent in enumerate(agents) for _ in range(2)]
        for job in jobs:
            job.result()
    assert not odd, odd[:3]

    # Everything is brought to its end.
    def live():
        now = time.time()
        contacts, token = [], None
        while True:
            page = script.ok("POST", "/search-contacts", {
                "InstanceId": script.instance, "MaxResults": 100, **({"NextToken": token} if token else {}),
                "TimeRange": {"Type": "INITIATION_TIMESTAMP", "StartTime": now - 600, "EndTime": now + 60}})
            contacts += page["Contacts"]
            token = page.get("NextToken")
            if not token:
                return [one["Id"] for one in contacts if "DisconnectTimestamp" not in one], [one["Id"] for one in contacts]

    def finish():
        for agent in agents:
            agent.state("Offline", enqueue=True)
            for contact in agent.snapshot()["contacts"]:
                if contact["state"]["type"] not in ("connecting", "connected", "paused"):
                    agent.call("ClearContact", {"contactId": contact["contactId"]})
        remaining, _ = live()
        for contact in remaining:
            script.call("POST", "/contact/stop", {"InstanceId": script.instance, "ContactId": contact})
        held = [one["contactId"] for agent in agents for one in agent.snapshot()["contacts"]]
        return not remaining and not held, (remaining, held)

    until(finish, "every contact ends", 20)
    _, everything = live()
    assert set(started) <= set(everything)
    until(lambda: ({one["ContactId"] for one in streams.lines("contact-records")} >= set(everything), None), "all records")
    ids = [one["ContactId"] for one in streams.lines("contact-records") if one["ContactId"] in set(everything)]
    recorded = {one["ContactId"]: one for one in streams.lines("contact-records")}
    fresh = [contact for contact in ids if contact in set(started)]
    assert len(fresh) == len(set(started)), "one record for each contact"
    for contact in everything:
        record = recorded[contact]
        after = record.get("NextContactId")
        if after:
            assert recorded[after]["PreviousContactId"] == contact
            assert recorded[after]["InitialContactId"] == record.get("InitialContactId", contact)
    # Each offer that an agent saw has an end, and the agents are free for the next contact.
    for agent in agents:
        offered = {}
        for event in streams.agent_events(agent.user):
            for entry in event["CurrentAgentSnapshot"]["Contacts"]:
                offered[entry["ContactId"]] = entry["State"]
        assert not [one for one, state in offered.items() if state in ("CONNECTING", "CONNECTED", "PAUSED")], offered
    print(f"\n{len(started)} contacts, {len(everything)} segments")
    agents[0].state()
    last = Customer.start(script, flow).connect()
    agents[0].accept(last.contact)
    last.leave()


# ── All of it ───────────────────────────────────────────────────────────────────────────────────────────────────────

def test_every_agent_event(script, streams, agents):
    """Shape, chain of snapshots, and what each kind means, over everything that the tests above did."""
    agent = agents[0]
    agent.state("Available")
    status = next(one for one in script.ok("GET", "/agent-status/{i}")["AgentStatusSummaryList"] if one["Type"] == "OFFLINE")
    script.ok("PUT", f"/users/{{i}}/{agent.user}/status", {"AgentStatusId": status["Id"]})
    for agent in agents:
        events = until(lambda: (bool(streams.agent_events(agent.user)), streams.agent_events(agent.user)), "agent events")
        assert events[0]["EventType"] == "LOGIN" and events[0]["PreviousAgentSnapshot"] is None
        assert len({event["EventId"] for event in events}) == len(events)
        assert [event["EventTimestamp"] for event in events] == sorted(event["EventTimestamp"] for event in events)
        for before, event in zip([None, *events], events):
            AGENT_EVENT(event)
            if before:
                assert event["PreviousAgentSnapshot"] == before["CurrentAgentSnapshot"], event
                if event["EventType"] == "STATE_CHANGE":
                    assert event["PreviousAgentSnapshot"] != event["CurrentAgentSnapshot"], "a change changes something"
            snapshot = event["CurrentAgentSnapshot"]
            held = {}
            for contact in snapshot["Contacts"]:
                if contact["State"] != "PAUSED":
                    held[contact["Channel"]] = held.get(contact["Channel"], 0) + 1
                assert (contact["ConnectedToAgentTimestamp"] is None) == (contact["State"] in ("CONNECTING", "MISSED", "REJECTED"))
            for slots in snapshot["Configuration"]["RoutingProfile"]["Concurrency"]:
                used, most = held.get(slots["Channel"], 0), slots["MaximumSlots"]
                # Paused tasks may be resumed beside as many others (spec 01 §9.4), but nothing is offered beyond the limit.
                assert used <= most * (2 if slots["Channel"] == "TASK" else 1), "never more than the routing profile allows"
                assert slots["AvailableSlots"] == max(0, most - used)
                known = {one["ContactId"] for one in before["CurrentAgentSnapshot"]["Contacts"]} if before else set()
                offered = [one for one in snapshot["Contacts"] if one["Channel"] == slots["Channel"]
                           and one["State"] == "CONNECTING" and one["ContactId"] not in known]
                assert not offered or used <= most, "never offered more than the routing profile allows"


def test_hierarchy_in_records_and_events(script, streams, flow, agents):
    """§6.3, §7.5, §8.6: the groups of the agent's hierarchy."""
    script.ok("POST", "/user-hierarchy-structure/{i}", {"HierarchyStructure": {"LevelOne": {"Name": "Site"}}})
    group = script.ok("PUT", "/user-hierarchy-groups/{i}", {"Name": f"Berlin {uuid.uuid4()}"})
    agent = agents[0].state()
    script.ok("POST", f"/users/{{i}}/{agent.user}/hierarchy", {"HierarchyGroupId": group["HierarchyGroupId"]})
    customer = Customer.start(script, flow).connect()
    agent.accept(customer.contact)
    agent.leave(customer.contact)
    agent.clear(customer.contact)
    record = streams.record(customer.contact)
    assert record["Agent"]["HierarchyGroups"]["Level1"]["ARN"] == group["HierarchyGroupArn"]
    event = streams.events(customer.contact)[-1]["detail"]
    assert event["agentInfo"]["hierarchyGroups"]["level1"]["arn"] == group["HierarchyGroupArn"]
    snapshot = streams.agent_events(agent.user)[-1]["CurrentAgentSnapshot"]
    assert snapshot["Configuration"]["AgentHierarchyGroups"]["Level1"]["ARN"] == group["HierarchyGroupArn"]


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 256 KB, which only root may mount."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)],
                                           capture_output=True).returncode:
        pytest.skip("needs root and the right to mount a file system")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def server_with(folder, name, disk):
    """A server that has one folder of its data on a small disk; the database goes on when that is full."""
    (disk / name).mkdir()
    (folder / "data").mkdir(mode=0o700)
    (folder / "data" / name).symlink_to(disk / name)
    return Server(folder / "data", SWITCHROOM_LIMITS_API_RATE_FACTOR="0")


def fill(disk):
    filler = disk / "filler"
    with open(filler, "wb", buffering=0) as file:
        try:
            while file.write(b"x" * 997):
                pass
        except OSError:
            pass
    return filler


def says(server, text):
    log = (server.data.parent / "data.log").read_text(errors="replace")
    return text in log, log[-500:]


def test_streams_survive_a_full_disk(tmp_path, small_disk):
    """What was committed is in the streams once there is room again: each line whole, none missing, none twice."""
    with server_with(tmp_path, "streams", small_disk) as server:
        script, streams = Script(server), Streams(server)
        at_once = script.flow("At once", [END], start="z")
        tasks = [start_task(script, at_once)]
        streams.record(tasks[0])
        filler = fill(small_disk)
        tasks += [start_task(script, at_once, Description="y" * 3000) for _ in range(20)]
        until(lambda: says(server, "a stream cannot be written"), "the server says that a stream cannot be written", 10)
        filler.unlink()
        until(lambda: (bool(streams.records(tasks[-1])), None), "the streams go on", 15)
        recorded = [record["ContactId"] for record in streams.lines("contact-records")]
        assert sorted(set(recorded)) == sorted(tasks)
        assert len(recorded) == len(tasks), f"{len(recorded) - len(tasks)} records twice"
        for stream in ("contact-events", "calls"):
            streams.lines(stream)
        assert server.stop() == 0


def test_transcripts_survive_a_full_disk(tmp_path, small_disk):
    """A transcript that could not be written is written when there is room again, also over a restart, and whole."""
    with server_with(tmp_path, "files", small_disk) as server:
        script, streams = Script(server), Streams(server)
        flow = script.flow("Queue", queueing(script.queue()["Arn"]), start="q")
        filler = fill(small_disk)
        contacts = []
        for _ in range(3):
            customer = Customer.start(script, flow).connect()
            for _ in range(20):
                customer.say("z" * 1000)
            customer.leave()
            contacts.append(customer.contact)
        records = [streams.record(contact) for contact in contacts]
        until(lambda: says(server, "a transcript file cannot be written"), "the server says that a transcript cannot be written", 10)
        filler.unlink()
        server.kill_and_restart()
        for record in records:
            content = check_transcript(server, script, record)
            assert shown(content).count(("CUSTOMER", "z" * 1000)) == 20
        assert server.stop() == 0


def test_a_stop_leaves_no_call_without_its_audit_entry(tmp_path):
    """Every answered call is in the stream of calls, also those of the last moment before the server was told to stop."""
    with Server(tmp_path / "data", SWITCHROOM_LIMITS_API_RATE_FACTOR="0") as server:
        script = Script(server)
        queue = script.queue()["Arn"]
        path = "/tags/" + urllib.parse.quote(queue, safe="")
        tag = lambda number: script.ok("POST", path, {"tags": {"number": str(number)}})
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(tag, range(200)))
        assert server.stop() == 0
        calls = [line for line in Streams(server).lines("calls") if line["operation"] == "TagResource"]
        assert len(calls) == 200
