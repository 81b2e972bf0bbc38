"""Bad input gives the published error and changes nothing, whatever part of a request is bad."""

import datetime
import json
import time
import uuid

import pytest

from people import Agent, Customer, Script, participant, raw, send, until
from server import Server

ACKNOWLEDGED = "application/vnd.amazonaws.connect.event.connection.acknowledged"
NOBODY = "00000000-0000-4000-8000-000000000001"
END = {"Identifier": "z", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}


def queueing(queue_arn):
    """A flow that puts the contact into a queue."""
    failed = [{"NextAction": "z", "ErrorType": "NoMatchingError"}]
    return [
        {"Identifier": "a", "Type": "UpdateContactTargetQueue", "Parameters": {"QueueId": queue_arn},
         "Transitions": {"NextAction": "t", "Errors": failed}},
        {"Identifier": "t", "Type": "TransferContactToQueue", "Parameters": {},
         "Transitions": {"NextAction": "z", "Errors": failed + [{"NextAction": "z", "ErrorType": "QueueAtCapacity"}]}},
        END]


class World:
    """A server at work: a chat and a task with an agent each, a chat and a task that wait."""

    def __init__(self, server):
        self.server, self.script = server, Script(server)
        script = self.script
        self.queue = script.queue()
        self.flow = script.flow("Bad input", queueing(self.queue["Arn"]))
        self.agent = Agent(server, "agent1").work().state()
        self.other = Agent(server, "agent2").work().state()
        self.customer = Customer.start(script, self.flow, Attributes={"a": "1"}).connect()
        held = until(lambda: self.offered(self.customer.contact), "the chat is offered")
        self.agent, self.other = held, self.other if held is self.agent else self.agent
        self.agent.accept(self.customer.contact)
        self.task = self.start_task("Held")
        self.other.accept(self.task)
        for agent in (self.agent, self.other):
            agent.state("Offline", enqueue=True)  # no more contacts
        self.waiting = Customer.start(script, self.flow).connect()
        self.waiting_task = self.start_task("Waiting")
        self.message = self.customer.say("hello")["Id"]
        own = self.agent.held(self.customer.contact)
        media = next(one for one in own["connections"] if one["type"] == "agent")["chatMediaInfo"]
        self.agent_chat_token = json.loads(media["connectionData"])["ConnectionAuthenticationToken"]
        self.profile = script.ok("GET", "/routing-profiles-summary/{i}")["RoutingProfileSummaryList"][0]["Id"]
        self.security = script.ok("GET", "/security-profiles-summary/{i}")["SecurityProfileSummaryList"][0]["Id"]

    def offered(self, contact):
        holders = [agent for agent in (self.agent, self.other) if agent.held(contact)]
        return bool(holders), holders[0] if holders else None

    def start_task(self, name):
        body = {"InstanceId": self.script.instance, "ContactFlowId": self.flow, "Name": name}
        return self.script.ok("PUT", "/contact/task", body)["ContactId"]

    def look(self):
        """Everything that bad input might have changed."""
        script, view = self.script, {}
        for path in ("/queues-summary/{i}", "/users-summary/{i}", "/contact-flows-summary/{i}",
                     "/routing-profiles-summary/{i}", "/security-profiles-summary/{i}", "/quick-connects/{i}",
                     "/instance/{i}", f"/queues/{{i}}/{self.queue['Id']}", f"/contact-flows/{{i}}/{self.flow}"):
            view[path] = script.ok("GET", path)
        view["agents"] = script.ok("POST", "/metrics/userdata/{i}", {"Filters": {"Queues": [self.queue["Id"]]}})
        now = time.time()
        times = {"Type": "INITIATION_TIMESTAMP", "StartTime": now - 3600, "EndTime": now + 60}
        view["contacts"] = script.ok("POST", "/search-contacts",
                                     {"InstanceId": script.instance, "TimeRange": times, "MaxResults": 100})
        for contact in (self.customer.contact, self.task, self.waiting.contact, self.waiting_task):
            view[contact] = script.contact(contact)
            view[contact, "attributes"] = script.ok("GET", f"/contact/attributes/{{i}}/{contact}")
        for customer in (self.customer, self.waiting):
            view[customer.contact, "transcript"] = customer.ok("transcript", {"MaxResults": 100})
        return view


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bad-input")
    with Server(folder / "data", SWITCHROOM_LIMITS_API_RATE_FACTOR="0",
                SWITCHROOM_AGENTS_OFFER_SECONDS="60") as server:
        yield server
        assert server.process.poll() is None, server.tail()
        assert server.stop() == 0
        log = (folder / "data.log").read_text(errors="replace")
        assert "panicked" not in log, log


@pytest.fixture(scope="module")
def world(server):
    return World(server)


@pytest.fixture
def unchanged(world):
    """After the test everything is as before."""
    before = world.look()
    yield
    after = world.look()
    for part in before:
        assert after[part] == before[part], part


def check(wrong, label, answer, status, error=None):
    """Notes what is not as published; a table is run to its end so that one run shows every mistake."""
    expected = status if isinstance(status, tuple) else (status,)
    codes = error if isinstance(error, tuple) else (error,)
    if answer.status not in expected:
        wrong.append(f"{label}: {answer}, not {status}")
    elif error and answer.error not in codes:
        wrong.append(f"{label}: {answer}, not {error}")
    elif error and not answer.message and not answer.json.get("problems"):
        wrong.append(f"{label}: no message: {answer}")


def report(wrong):
    assert not wrong, "\n" + "\n".join(wrong)


# ── Bodies ──────────────────────────────────────────────────────────────────────────────────────────────────────────

NOT_JSON = {
    "malformed": b"{", "cut off": b'{"Name":"x', "an array": b"[]", "null": b"null", "a text": b'"x"',
    "a number": b"1", "invalid UTF-8": b'{"Name":"\xff\xfe"}', "a lone surrogate": b'{"Name":"\\ud800"}',
    "two objects": b"{} {}", "a byte order mark": b"\xef\xbb\xbf{}", "NaN": b'{"ScheduledTime":NaN}',
    "a control character": b'{"Name":"\x01"}', "deep arrays": b"[" * 100_000,
    "deep objects": b'{"Attributes":' * 20_000 + b"1" + b"}" * 20_000, "XML": b"<Name/>", "a form": b"Name=x&y=z",
    "NUL": b"\0", "a comment": b"/* */ {}", "values without names": b'["admin","x"]',
}

WRITES = [("PUT", "/contact/task"), ("PUT", "/contact/chat"), ("POST", "/contact/stop"), ("PUT", "/users/{i}"),
          ("PUT", "/contact-flows/{i}"), ("POST", "/contact/attributes"), ("PUT", "/queues/{i}"),
          ("POST", "/search-contacts"), ("POST", "/contact/transfer"), ("PUT", "/quick-connects/{i}"),
          ("POST", "/metrics/userdata/{i}"), ("POST", "/contact/tags"), ("PUT", "/routing-profiles/{i}")]


def test_bodies_that_are_not_json(world, unchanged):
    wrong = []
    for method, path in WRITES:
        for name, content in NOT_JSON.items():
            answer = world.script.call(method, path, raw=content)
            check(wrong, f"{method} {path} {name}", answer, 400,
                  ("SerializationException", "InvalidRequestException", "InvalidParameterException"))
    report(wrong)


def test_participant_and_panel_bodies_that_are_not_json(world, server, unchanged):
    wrong = []
    for name, content in NOT_JSON.items():
        for operation in ("connection", "message", "event", "transcript", "disconnect", "attachment",
                          "start-attachment-upload", "complete-attachment-upload"):
            answer = send(server, "POST", "/participant/" + operation, content,
                          {"content-type": "application/json", "x-amz-bearer": world.customer.token})
            check(wrong, f"{operation} {name}", answer, 400, ("SerializationException", "ValidationException"))
        for operation in ("PutAgentState", "AcceptContact", "CreateTransport", "GetAgentSnapshot", "ClearContact"):
            answer = send(server, "POST", "/api", content, {
                "x-amz-target": f"AmazonConnectCTIService.{operation}", "x-amz-bearer": world.agent.token,
                "content-type": "application/x-amz-json-1.0"})
            check(wrong, f"{operation} {name}", answer, 400, ("SerializationException", "InvalidParameterException"))
        for path in ("/auth/login", "/widget/chat"):
            answer = send(server, "POST", path, content, {"content-type": "application/json"})
            check(wrong, f"{path} {name}", answer, (400, 415, 422))
            if not answer.message:
                wrong.append(f"{path} {name}: no message: {answer}")
    report(wrong)


def test_bodies_over_the_limit(world, server, unchanged):
    wrong = []
    large = b'{"Name":"' + b"x" * (1 << 20) + b'"}'
    for method, path in WRITES:
        if path != "/contact-flows/{i}":  # flows may be larger
            check(wrong, path, world.script.call(method, path, raw=large), 413, "RequestEntityTooLargeException")
    check(wrong, "flow", world.script.call("PUT", "/contact-flows/{i}", raw=b'{"Name":"' + b"x" * (1 << 23) + b'"}'),
          (400, 413))
    for operation in ("message", "transcript"):
        answer = send(server, "POST", "/participant/" + operation, large,
                      {"content-type": "application/json", "x-amz-bearer": world.customer.token})
        check(wrong, operation, answer, 413, "RequestEntityTooLargeException")
    check(wrong, "/auth/login", send(server, "POST", "/auth/login", large, {"content-type": "application/json"}),
          (400, 413))
    check(wrong, "/widget/chat", send(server, "POST", "/widget/chat", large, {"content-type": "application/json"}),
          (400, 413))
    # The size is not announced but found out.
    chunk = b"%x\r\n" % len(large) + large + b"\r\n0\r\n\r\n"
    answer, _ = raw(server, b"POST /participant/message HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-amz-bearer: "
                    + world.customer.token.encode() + b"\r\ntransfer-encoding: chunked\r\n\r\n" + chunk)
    if not answer.startswith(b"HTTP/1.1 413 "):
        wrong.append(f"chunked: {answer[:200]}")
    report(wrong)


# ── Members ─────────────────────────────────────────────────────────────────────────────────────────────────────────

BAD = ("InvalidRequestException", "InvalidParameterException")


def members(world):
    """Operation, body, status, error: one mistake each."""
    instance, flow, chat, task = world.script.instance, world.flow, world.customer.contact, world.task
    start = {"InstanceId": instance, "ContactFlowId": flow, "ParticipantDetails": {"DisplayName": "x"}}
    new_task = {"InstanceId": instance, "ContactFlowId": flow, "Name": "x"}
    user = {"Username": "new.user", "IdentityInfo": {"FirstName": "New", "LastName": "User"}, "PhoneConfig": {"PhoneType": "SOFT_PHONE"}, "Password": "Passw0rd!x",
            "SecurityProfileIds": [world.security], "RoutingProfileId": world.profile}
    stop = {"InstanceId": instance, "ContactId": chat}
    for operation, body in [(("PUT", "/contact/chat"), start), (("PUT", "/contact/task"), new_task),
                            (("PUT", "/users/{i}"), user), (("POST", "/contact/stop"), stop)]:
        yield operation, {**body, "Unknown": 1}, 400, BAD
        yield operation, {**body, "instanceid": instance}, 400, BAD
        yield operation, {**body, "__proto__": {}}, 400, BAD
        for name in body:
            if name in ("Password",):
                continue
            yield operation, {**body, name: 5.5}, 400, BAD
            yield operation, {**body, name: {"a": {"b": []}}}, 400, BAD
            yield operation, {**body, name: [[]]}, 400, BAD
            yield operation, {**body, name: True}, 400, BAD
            if isinstance(body[name], dict):
                # An object is not a list of its values, in whatever order.
                yield operation, {**body, name: list(body[name].values())}, 400, BAD
    for method, path, body in [("PUT", "/contact/chat", start), ("PUT", "/contact/task", new_task),
                               ("POST", "/contact/stop", stop)]:
        for name in body:
            rest = {key: value for key, value in body.items() if key != name}
            yield (method, path), rest, 400, BAD
            yield (method, path), {**body, name: None}, 400, BAD
        for foreign in (NOBODY, "x", "", f"arn:aws:connect:eu-west-1:111122223333:instance/{instance}",
                        f"arn:aws:connect:us-east-1:000000000000:instance/{NOBODY}", "../" + instance):
            yield (method, path), {**body, "InstanceId": foreign}, (400, 404), BAD + ("ResourceNotFoundException",)
    foreign_flow = f"arn:aws:connect:us-east-1:000000000000:instance/{NOBODY}/contact-flow/{flow}"
    for odd in (NOBODY, foreign_flow, "'; drop table contacts; --", "\0", "../" + flow):
        yield ("PUT", "/contact/chat"), {**start, "ContactFlowId": odd}, (400, 404), BAD + ("ResourceNotFoundException",)
        yield ("PUT", "/contact/task"), {**new_task, "ContactFlowId": odd}, (400, 404), BAD + ("ResourceNotFoundException",)
    for change in (
        {"ParticipantDetails": {}}, {"ParticipantDetails": {"DisplayName": ""}},
        {"ParticipantDetails": {"DisplayName": "x" * 257}}, {"ParticipantDetails": {"DisplayName": "x", "Role": "AGENT"}},
        {"ChatDurationInMinutes": 59}, {"ChatDurationInMinutes": 10081}, {"ChatDurationInMinutes": -1},
        {"ChatDurationInMinutes": 1e99}, {"ChatDurationInMinutes": "60"},
        {"InitialMessage": {"ContentType": "text/plain", "Content": ""}},
        {"InitialMessage": {"ContentType": "text/plain", "Content": "x" * 1025}},
        {"InitialMessage": {"ContentType": "text/html", "Content": "<b>"}},
        {"SupportedMessagingContentTypes": ["text/markdown"]}, {"SupportedMessagingContentTypes": ["text/html"]},
        {"Attributes": {"a": 1}}, {"Attributes": {"a": None, "": "x"}}, {"Attributes": {"a": "x" * 32769}},
        {"Attributes": {f"k{n}": "x" * 1000 for n in range(40)}},
        {"PersistentChat": {"RehydrationType": "X", "SourceContactId": chat}},
        {"PersistentChat": {"RehydrationType": "ENTIRE_PAST_SESSION"}},
    ):
        yield ("PUT", "/contact/chat"), {**start, **change}, 400, BAD
    yield (("PUT", "/contact/chat"),
           {**start, "PersistentChat": {"RehydrationType": "FROM_SEGMENT", "SourceContactId": NOBODY}},
           404, "ResourceNotFoundException")
    now = time.time()
    for change in (
        {"Name": ""}, {"Name": "x" * 513}, {"Description": "x" * 4097}, {"ScheduledTime": now - 3600},
        {"ScheduledTime": now + 6 * 86400 + 3600}, {"ScheduledTime": 1e300}, {"ScheduledTime": -1e300},
        {"ScheduledTime": "soon"}, {"References": {"r": {"Type": "NONE", "Value": "x"}}}, {"References": {"r": {}}},
        {"References": {"r": {"Type": "URL", "Value": "x" * 4097}}}, {"References": {"": {"Type": "URL", "Value": "x"}}},
        {"PreviousContactId": task, "RelatedContactId": chat},
    ):
        yield ("PUT", "/contact/task"), {**new_task, **change}, 400, BAD
    for linked in ("PreviousContactId", "RelatedContactId"):
        yield ("PUT", "/contact/task"), {**new_task, linked: NOBODY}, 404, "ResourceNotFoundException"
    yield ("PUT", "/contact/chat"), {**start, "RelatedContactId": NOBODY}, 404, "ResourceNotFoundException"
    for contact in (NOBODY, "x", world.script.instance, f"../{chat}", chat + "\0"):
        missing = (404, 410), ("ResourceNotFoundException", "ContactNotFoundException")
        yield ("POST", "/contact/stop"), {**stop, "ContactId": contact}, *missing
        yield (("POST", "/contact/attributes"),
               {"InstanceId": instance, "InitialContactId": contact, "Attributes": {"x": "y"}}, *missing)
        yield ("POST", "/contact/tags"), {**stop, "ContactId": contact, "Tags": {"x": "y"}}, *missing
        yield ("POST", "/contact/pause"), {**stop, "ContactId": contact}, *missing
        yield (("POST", "/contact/transfer"), {**stop, "ContactId": contact, "ContactFlowId": flow}, *missing)
    attributes = {"InstanceId": instance, "InitialContactId": chat}
    for change in ({"": "x"}, {"a": 5}, {"a": ["x"]}, {"a": "x" * 32768}, {"x" * 32768: "y"}, {"a\0b": "x"},
                   {"a$b": "x"}):
        yield ("POST", "/contact/attributes"), {**attributes, "Attributes": change}, 400, BAD
    for tags in ({"aws:x": "y"}, {"": "y"}, {"x" * 129: "y"}, {"x": "y" * 257}, {f"t{n}": "" for n in range(7)},
                 {"x": 1}, {}):
        yield ("POST", "/contact/tags"), {**stop, "Tags": tags}, 400, BAD
    for data in ({}, {"QueuePriority": 0}, {"QueuePriority": -5}, {"QueuePriority": 2**63}, {"QueuePriority": 1.5},
                 {"QueueTimeAdjustmentSeconds": 2**63}, {"RoutingCriteria": {}}, {"RoutingCriteria": {"Steps": 5}},
                 {"RoutingCriteria": {"Steps": [{}]}},
                 {"RoutingCriteria": {"Steps": [{"Expression": {"AttributeCondition": {
                     "Name": "none", "Value": "none", "ProficiencyLevel": 9, "ComparisonOperator": "Equal"}}}]}}):
        yield ("POST", f"/contacts/{{i}}/{world.waiting_task}/routing-data"), data, 400, BAD
    yield ("POST", "/contact/schedule"), {**stop, "ContactId": task, "ScheduledTime": now + 60}, 400, BAD
    yield ("POST", "/contact/schedule"), {**stop, "ScheduledTime": now + 60}, 400, BAD
    yield ("POST", "/contact/pause"), stop, 400, BAD
    yield ("POST", "/contact/resume"), {**stop, "ContactId": task}, 400, BAD
    transfer = {**stop, "ContactFlowId": flow}
    for change in ({"QueueId": NOBODY}, {"UserId": NOBODY}, {"QueueId": "x"}, {"UserId": "x"}, {"ContactFlowId": NOBODY}):
        yield ("POST", "/contact/transfer"), {**transfer, **change}, 404, "ResourceNotFoundException"
    yield ("POST", "/contact/transfer"), {**transfer, "QueueId": world.queue["Id"], "UserId": world.agent.user}, 400, BAD
    for timer in ({"ParticipantRole": "SYSTEM"}, {"TimerType": "NONE"},
                  {"TimerValue": {"ParticipantTimerDurationInMinutes": 1}},
                  {"TimerValue": {"ParticipantTimerDurationInMinutes": 481}},
                  {"TimerValue": {"ParticipantTimerAction": "Set"}}, {"TimerValue": {}}):
        good = {"ParticipantRole": "CUSTOMER", "TimerType": "IDLE", "TimerValue": {"ParticipantTimerDurationInMinutes": 5}}
        yield (("PUT", f"/contact/participant-role-config/{{i}}/{chat}"),
               {"ChannelConfiguration": {"Chat": {"ParticipantTimerConfigList": [{**good, **timer}]}}}, 400, BAD)
    for endpoint in ("", "ftp://x/", "http:/" + "x" * 400, "file:///etc/passwd", "arn:aws:sns:x"):
        yield (("POST", "/contact/start-streaming"),
               {**stop, "ChatStreamingConfiguration": {"StreamingEndpointArn": endpoint}, "ClientToken": "t"}, 400, BAD)
    for details in ({}, {"ParticipantRole": "AGENT"}, {"ParticipantRole": "CUSTOMER"}, {"ParticipantRole": "CUSTOM_BOT"},
                    {"ParticipantRole": "CUSTOM_BOT", "DisplayName": ""}):
        # A custom participant cannot join the agent's chat either.
        yield ("POST", "/contact/create-participant"), {**stop, "ParticipantDetails": details}, 400, BAD
    # Flows: not JSON, not a flow, a flow that goes nowhere.
    named = {"Name": "Never made", "Type": "CONTACT_FLOW"}
    for content in ("", "{", "[]", "null", "{}", '{"Version":"2019-10-30"}', "[" * 5000, "x" * 300_000,
                    json.dumps({"Version": "2019-10-30", "StartAction": "none", "Actions": [END]}),
                    json.dumps({"Version": "2019-10-30", "StartAction": "z", "Actions": [END, END]}),
                    json.dumps({"Version": "2019-10-30", "StartAction": "z", "Actions": [
                        {**END, "Type": "DropAllTables"}]})):
        yield (("PUT", "/contact-flows/{i}"), {**named, "Content": content}, 400,
               BAD + ("InvalidContactFlowException",))
    yield (("PUT", "/contact-flows/{i}"), {**named, "Type": "NONE", "Content": json.dumps(
        {"Version": "2019-10-30", "StartAction": "z", "Actions": [END]})}, 400, BAD)
    for change in ({"Username": ""}, {"Username": "agent 1"}, {"Username": "../x"}, {"Password": "short"},
                   {"SecurityProfileIds": []}, {"PhoneConfig": {"PhoneType": "NONE"}}):
        yield ("PUT", "/users/{i}"), {**user, **change}, 400, BAD
    for change in ({"SecurityProfileIds": [NOBODY]}, {"RoutingProfileId": NOBODY}):
        yield ("PUT", "/users/{i}"), {**user, **change}, (400, 404), BAD + ("ResourceNotFoundException",)
    yield ("PUT", "/users/{i}"), {**user, "Username": "agent1"}, 409, "DuplicateResourceException"
    for body in ({"Filters": {}}, {"Filters": {"Queues": "x"}}, {}, {"Filters": {"Queues": [NOBODY]}, "MaxResults": 0},
                 {"Filters": {"Queues": [NOBODY]}, "MaxResults": 101}, {"Filters": {"Queues": [NOBODY]}, "NextToken": "x"}):
        yield ("POST", "/metrics/userdata/{i}"), body, 400, BAD


def test_members(world, unchanged):
    wrong = []
    for (method, path), body, status, error in members(world):
        answer = world.script.call(method, path, body)
        shown = json.dumps(body)
        check(wrong, f"{method} {path} {shown[:200]}", answer, status, error)
    report(wrong)


def test_participant_members(world, unchanged):
    wrong, customer = [], world.customer
    for operation, body in [
        ("message", {}), ("message", {"ContentType": "text/plain"}), ("message", {"Content": "x"}),
        ("message", {"ContentType": "text/plain", "Content": ""}),
        ("message", {"ContentType": "text/plain", "Content": "x" * 1025}),
        ("message", {"ContentType": "text/html", "Content": "x"}),
        ("message", {"ContentType": "text/markdown", "Content": "x"}),
        ("message", {"ContentType": "application/json", "Content": "{"}),
        ("message", {"ContentType": "text/plain", "Content": 5}),
        ("message", {"ContentType": "text/plain", "Content": "x", "Unknown": 1}),
        ("message", {"ContentType": "text/plain", "Content": "x", "ClientToken": "x" * 501}),
        ("event", {"ContentType": "application/vnd.amazonaws.connect.event.participant.left"}),
        ("event", {"ContentType": "application/vnd.amazonaws.connect.event.chat.ended"}),
        ("event", {"ContentType": "application/vnd.amazonaws.connect.event.message.read"}),
        ("event", {"ContentType": "application/vnd.amazonaws.connect.event.message.read", "Content": "{}"}),
        ("event", {"ContentType": "application/vnd.amazonaws.connect.event.message.read",
                   "Content": json.dumps({"messageId": "x"})}),
        ("event", {"ContentType": "application/vnd.amazonaws.connect.event.message.read",
                   "Content": json.dumps({"messageId": str(uuid.uuid4())})}),
        ("event", {}), ("event", {"ContentType": ""}),
        ("transcript", {"MaxResults": 101}), ("transcript", {"MaxResults": -1}), ("transcript", {"MaxResults": "5"}),
        ("transcript", {"ScanDirection": "SIDEWAYS"}), ("transcript", {"SortOrder": "NONE"}),
        ("transcript", {"NextToken": "x"}), ("transcript", {"StartPosition": {"Id": "x"}}),
        ("transcript", {"StartPosition": {"AbsoluteTime": "yesterday"}}),
        ("transcript", {"StartPosition": {"MostRecent": 101}}), ("transcript", {"ContactId": "x"}),
        ("connection", {"Type": ["NONE"]}), ("connection", {"Type": "WEBSOCKET"}), ("connection", {}),
        ("connection", {"Type": ["WEBRTC_CONNECTION"]}),
        ("connection", {"Type": ["CONNECTION_CREDENTIALS"], "ConnectParticipant": "yes"}),
        ("attachment", {}), ("attachment", {"AttachmentId": "../../bootstrap.json"}), ("attachment", {"AttachmentId": NOBODY}),
        ("attachment", {"AttachmentId": NOBODY, "UrlExpiryInSeconds": 301}),
        ("complete-attachment-upload", {"AttachmentIds": [], "ClientToken": "t"}),
        ("complete-attachment-upload", {"AttachmentIds": [NOBODY], "ClientToken": "t"}),
        ("complete-attachment-upload", {"AttachmentIds": ["../x"], "ClientToken": "t"}),
        ("complete-attachment-upload", {"AttachmentIds": [NOBODY, NOBODY], "ClientToken": "t"}),
        ("start-attachment-upload", {}),
    ] + [("start-attachment-upload", {"AttachmentName": name, "ContentType": kind, "AttachmentSizeInBytes": size,
                                      "ClientToken": "t"})
         for name, kind, size in [("../x.txt", "text/plain", 5), ("a/b.txt", "text/plain", 5), ("a\0.txt", "text/plain", 5),
                                  ("x.exe", "text/plain", 5), ("x.txt", "text/html", 5), ("x.html", "text/html", 5),
                                  ("", "text/plain", 5), ("x" * 300 + ".txt", "text/plain", 5), ("x.txt", "text/plain", -1),
                                  ("x.txt", "text/plain", 1.5), ("x.txt", "text/plain\r\nx: y", 5)]]:
        token = customer.participant_token if operation == "connection" else customer.token
        check(wrong, f"{operation} {json.dumps(body)[:200]}", customer.call(operation, body, token), 400,
              ("ValidationException", "SerializationException"))
    for size in (0, 20 * 1024 * 1024 + 1):
        answer = customer.call("start-attachment-upload", {
            "AttachmentName": "x.txt", "ContentType": "text/plain", "AttachmentSizeInBytes": size, "ClientToken": "t"})
        check(wrong, f"{size} bytes", answer, (400, 402), ("ValidationException", "ServiceQuotaExceededException"))
    report(wrong)


def test_panel_members(world, unchanged):
    wrong, agent = [], world.agent
    refused = ("InvalidParameterException", "InvalidStateException", "BadEndpointException",
               "InvalidConfigurationException", "UnknownOperationException", "RefreshTokenExpiredException",
               "SerializationException")
    contact = {"contactId": world.customer.contact}
    for operation, body in [
        ("NoSuchOperation", {}), ("", {}), ("GetAgentSnapshot", {"unknown": 1}), ("GetAgentSnapshot", {"timeout": "x"}),
        ("PutAgentState", {}), ("PutAgentState", {"state": "Available"}), ("PutAgentState", {"state": {}}),
        ("PutAgentState", {"state": {"agentStateARN": "x"}}), ("PutAgentState", {"state": {"name": "None"}}),
        ("PutAgentState", {"state": {"name": "Available", "type": "offline"}}),
        ("AcceptContact", {}), ("AcceptContact", {"contactId": 5}), ("AcceptContact", {"contactId": "x"}),
        ("AcceptContact", {"contactId": NOBODY}), ("AcceptContact", {"contactId": world.waiting.contact}),
        ("RejectContact", contact), ("ClearContact", contact), ("CompleteContact", contact),
        ("ClearContact", {"contactId": world.waiting.contact}), ("PauseContact", contact), ("ResumeContact", contact),
        ("PauseContact", {"contactId": world.waiting_task}), ("ResumeContact", {"contactId": world.task}),
        ("DestroyConnection", contact), ("DestroyConnection", {**contact, "connectionId": "x"}),
        ("DestroyConnection", {**contact, "connectionId": world.customer.participant}),
        ("DestroyConnection", {"contactId": world.waiting.contact, "connectionId": world.waiting.participant}),
        ("CreateAdditionalConnection", contact), ("CreateAdditionalConnection", {**contact, "endpoint": {}}),
        ("CreateAdditionalConnection", {**contact, "endpoint": {"type": "phone_number", "phoneNumber": "+15550100"}}),
        ("CreateAdditionalConnection", {**contact, "endpoint": {"type": "queue", "endpointARN": "x"}}),
        ("CreateTransport", {}), ("CreateTransport", {"transportType": "none"}), ("CreateTransport", {"transportType": "softphone"}),
        ("CreateTransport", {"transportType": "chat_token"}),
        ("CreateTransport", {"transportType": "chat_token", **contact, "participantId": world.customer.participant}),
        ("CreateTransport", {"transportType": "chat_token", "contactId": world.waiting.contact,
                             "participantId": world.waiting.participant}),
        ("CreateTaskContact", {"name": "x", "endpoint": {"type": "queue", "endpointARN": "x"}}),
        ("CreateTaskContact", {"name": "", "endpoint": {}}),
        ("GetNewAuthToken", {"refreshToken": "x"}), ("GetNewAuthToken", {}),
    ]:
        for path in ("/api", "/connect/api"):
            check(wrong, f"{path} {operation} {json.dumps(body)[:200]}", agent.call(operation, body, path=path),
                  (400, 404), refused)
    report(wrong)


def test_an_agent_has_no_hold_on_the_contacts_of_another(world, unchanged):
    wrong = []
    for contact, holder, other in [(world.customer.contact, world.agent, world.other),
                                   (world.task, world.other, world.agent)]:
        own = next(one for one in holder.held(contact)["connections"] if one["type"] == "agent")
        for operation, body in [
            ("AcceptContact", {}), ("RejectContact", {}), ("ClearContact", {}), ("CompleteContact", {}), ("PauseContact", {}),
            ("ResumeContact", {}), ("DestroyConnection", {"connectionId": own["connectionId"]}), ("NotifyContactIssue", {}),
            ("CreateAdditionalConnection", {"endpoint": {"type": "queue", "queue": world.queue["Arn"]}}),
            ("CreateTransport", {"transportType": "chat_token", "participantId": own["connectionId"]}),
        ]:
            answer = other.call(operation, {"contactId": contact, **body})
            check(wrong, f"{operation} {contact}", answer, 400,
                  ("InvalidStateException", "BadEndpointException", "InvalidParameterException"))
    report(wrong)


def test_refused_in_part_changes_nothing(world, unchanged):
    """The first half of these requests is good."""
    wrong, script = [], world.script
    none = {"Steps": [{"Expiry": {"DurationInSeconds": 10}, "Expression": {"AttributeCondition": {
        "Name": "No such attribute", "Value": "x", "ProficiencyLevel": 1,
        "ComparisonOperator": "NumberGreaterOrEqualTo"}}}]}
    for method, path, body in [
        ("POST", f"/contacts/{{i}}/{world.task}",
         {"Name": "Changed", "SegmentAttributes": {"connect:Subtype": {"ValueString": "connect:Guide"}}}),
        ("POST", f"/contacts/{{i}}/{world.task}",
         {"Name": "Changed", "References": {"r": {"Type": "NONE", "Value": "x"}}}),
        ("POST", f"/contacts/{{i}}/{world.waiting_task}/routing-data", {"QueuePriority": 1, "RoutingCriteria": none}),
        ("POST", "/contact/attributes", {"InstanceId": script.instance, "InitialContactId": world.customer.contact,
                                         "Attributes": {"good": "x", "b$d": "x"}}),
        ("POST", "/contact/tags", {"InstanceId": script.instance, "ContactId": world.customer.contact,
                                   "Tags": {"good": "x", "aws:bad": "x"}}),
    ]:
        check(wrong, f"{path} {body}", script.call(method, path, body), 400, BAD)
    report(wrong)


# ── Who calls ───────────────────────────────────────────────────────────────────────────────────────────────────────

def test_signatures(world, server, unchanged):
    wrong, script = [], world.script
    path = f"/queues-summary/{script.instance}"
    minutes = lambda count: datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=count)
    signed = script.sign("GET", path)
    bad, incomplete, unknown = "InvalidSignatureException", "IncompleteSignatureException", "UnrecognizedClientException"
    for label, answer, status, error in [
        ("good", script.call("GET", path), 200, None),
        ("repeated within its time", send(server, "GET", path, headers=signed), 200, None),
        ("none", send(server, "GET", path), 403, "MissingAuthenticationTokenException"),
        ("old", script.call("GET", path, now=minutes(-16)), 403, bad),
        ("from the future", script.call("GET", path, now=minutes(16)), 403, bad),
        ("another service", script.call("GET", path, service="s3"), 403, bad),
        ("unknown key", script.call("GET", path, key="AKIAXXXXXXXXXXXXXXXX"), 403, unknown),
        ("wrong secret", script.call("GET", path, secret="x" * 40), 403, bad),
        ("a session token that is not the key's", script.call("GET", path, extra={"x-amz-security-token": "x"}), 403, unknown),
        ("streamed payload", script.call("GET", path, payload="STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), 501,
         "NotImplementedException"),
        ("another payload's hash", script.call("GET", path, payload="0" * 64), 403, bad),
        ("for another path", send(server, "GET", f"/users-summary/{script.instance}", headers=signed), 403, bad),
        ("for another method", send(server, "DELETE", f"/users/{script.instance}/{world.agent.user}", headers=signed), 403, bad),
        ("with another query", send(server, "GET", path + "?maxResults=1", headers=signed), 403, bad),
        ("for another host", send(server, "GET", path, headers={**signed, "host": "evil.example"}), 403, bad),
        ("a date that was not signed",
         send(server, "GET", path, headers={**signed, "x-amz-date": minutes(1).strftime("%Y%m%dT%H%M%SZ")}), 403, bad),
        ("host not signed", send(server, "GET", path, headers={
            **signed, "authorization": signed["authorization"].replace("host;", "")}), 403, incomplete),
        ("another algorithm", send(server, "GET", path, headers={
            **signed, "authorization": signed["authorization"].replace("SHA256", "MD5", 1)}), (403, 501), None),
        ("basic", send(server, "GET", path, headers={"authorization": "Basic YTpi"}), 403, None),
        ("bearer", send(server, "GET", path, headers={"authorization": "Bearer " + world.customer.token}), 403, None),
        ("twice", send(server, "GET", path, headers={**signed, "authorization": [signed["authorization"]] * 2}), 403, incomplete),
        ("empty", send(server, "GET", path, headers={**signed, "authorization": ""}), 403, None),
        ("cut off", send(server, "GET", path, headers={**signed, "authorization": signed["authorization"][:-1]}), 403, bad),
        ("presigned", send(server, "GET", script.presign("GET", path)), 200, None),
        ("presigned and over", send(server, "GET", script.presign("GET", path, now=minutes(-2))), 403, bad),
        ("presigned for too long", send(server, "GET", script.presign("GET", path, expires=604801)), 403, incomplete),
        ("presigned for another method",
         send(server, "DELETE", script.presign("GET", path)), (403, 404), None),
        ("presigned and changed", send(server, "GET", script.presign("GET", path) + "&maxResults=1"), 403, bad),
        ("signed both ways", send(server, "GET", script.presign("GET", path), headers=signed), 403, incomplete),
    ]:
        check(wrong, label, answer, status, error)
    # The body belongs to the signature.
    body = json.dumps({"InstanceId": script.instance, "ContactId": world.waiting.contact}).encode()
    other = body.replace(world.waiting.contact.encode(), world.customer.contact.encode())
    headers = script.sign("POST", "/contact/stop", body)
    check(wrong, "another body", send(server, "POST", "/contact/stop", other, headers), 403, bad)
    report(wrong)


def test_tokens(world, server, unchanged):
    """Each token is good for one thing."""
    wrong, customer, waiting, agent = [], world.customer, world.waiting, world.agent
    message = {"ContentType": "text/plain", "Content": "x"}
    cookie = agent.cookie.split("=", 1)[1]
    tampered = customer.token[:-2] + ("AA" if customer.token[-2:] != "AA" else "BB")
    swapped = customer.token.split(".")[0] + "." + waiting.token.split(".")[1]
    for label, token in [("participant token", customer.participant_token), ("panel", agent.token), ("cookie", cookie),
                         ("none", ""), ("x", "x"), ("tampered", tampered), ("another's mark", swapped),
                         ("doubled", customer.token + customer.token), ("long", "x" * 5000), ("dot", "."),
                         ("latin", "\xe9\xfc")]:
        for operation, body in [("message", message), ("transcript", {}), ("disconnect", {}),
                                ("event", {"ContentType": ACKNOWLEDGED})]:
            check(wrong, f"{operation} with {label}", participant(server, operation, body, token), (400, 403),
                  ("AccessDeniedException", "ValidationException"))
    for label, token in [("connection token", customer.token), ("panel", agent.token), ("cookie", cookie)]:
        answer = participant(server, "connection", {"Type": ["CONNECTION_CREDENTIALS"]}, token)
        check(wrong, f"connection with {label}", answer, (400, 403), ("AccessDeniedException", "ValidationException"))
    for label, token in [("connection token", customer.token), ("participant token", customer.participant_token),
                         ("cookie", cookie), ("agent's chat token", world.agent_chat_token), ("x", "x")]:
        check(wrong, f"panel with {label}", agent.call("GetAgentSnapshot", token=token), (400, 401), "UnauthorizedException")
    for label, value in [("panel", agent.token), ("connection token", customer.token), ("x", "x")]:
        answer = send(server, "GET", "/auth/session", headers={"cookie": f"switchroom-session={value}"})
        check(wrong, f"cookie of {label}", answer, 401)
    two = send(server, "GET", "/auth/session", headers={"cookie": f"{agent.cookie}; {world.other.cookie}"})
    check(wrong, "two cookies", two, 401)
    # Neither chat shows in the other, and an agent's token is for one chat.
    for token in (world.agent_chat_token, customer.token):
        seen = participant(server, "transcript", {"MaxResults": 100}, token).json
        if seen["InitialContactId"] != customer.contact:
            wrong.append(f"another chat is shown: {seen['InitialContactId']}")
    for path in ("/socket/participant", "/socket/agent"):
        for label, token in [("connection token", customer.token), ("participant token", customer.participant_token),
                             ("panel", agent.token), ("cookie", cookie), ("x", "x"), ("none", "")]:
            answer = send(server, "GET", f"{path}?token={token}", headers={
                "connection": "upgrade", "upgrade": "websocket", "sec-websocket-version": "13",
                "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="})
            check(wrong, f"{path} with {label}", answer, 403)
    report(wrong)


def test_addresses_of_files(server, world, unchanged):
    """An address is for one file, one direction, and one whole upload of the announced size and type."""
    customer = world.customer
    content = b"hello"
    started = customer.ok("start-attachment-upload", {
        "AttachmentName": "x.txt", "ContentType": "text/plain", "AttachmentSizeInBytes": len(content),
        "ClientToken": str(uuid.uuid4())})
    path = started["UploadMetadata"]["Url"].split(server.http, 1)[1]
    attachment = started["AttachmentId"]
    wrong = []
    plain = {"content-type": "text/plain"}
    check(wrong, "downloaded with the upload's address", send(server, "GET", path), 403)
    check(wrong, "another file", send(server, "PUT", path.replace(attachment, NOBODY), content, plain), (403, 404))
    check(wrong, "larger", send(server, "PUT", path, content + b"x", plain), 413)
    check(wrong, "smaller", send(server, "PUT", path, b"x", plain), 400)
    check(wrong, "another type", send(server, "PUT", path, content, {"content-type": "text/html"}), 400)
    check(wrong, "no token", send(server, "PUT", path.split("?")[0], content, plain), 403)
    check(wrong, "changed token", send(server, "PUT", path[:-3] + "abc", content, plain), 403)
    report(wrong)


def test_origins_and_cookies(world, server, unchanged):
    wrong, agent, script = [], world.agent, world.script
    body = json.dumps({"InstanceId": script.instance, "ContactId": world.customer.contact}).encode()
    json_type = {"content-type": "application/json", "cookie": agent.cookie}
    for label, headers in [
        ("foreign", {"origin": "https://evil.example"}), ("null", {"origin": "null"}),
        ("foreign with our header", {"origin": "https://evil.example", "x-csrf-token": "x", "x-amz-target": "y"}),
        ("alike", {"origin": f"http://{server.http}.evil.example"}), ("prefix", {"origin": f"http://evil{server.http}"}),
        ("another port", {"origin": "http://127.0.0.1:1"}), ("cross-site", {"sec-fetch-site": "cross-site"}),
        ("same-site", {"sec-fetch-site": "same-site"}), ("no sign of a page", {}),
        ("a form", {"content-type": "application/x-www-form-urlencoded", "origin": "https://evil.example"}),
        ("text", {"content-type": "text/plain", "origin": "https://evil.example"}),
    ]:
        answer = send(server, "POST", "/contact/stop", body, {**json_type, **headers})
        check(wrong, label, answer, 403, "AccessDeniedException")
    for path in ("/auth/session", "/auth/authorize"):
        answer = send(server, "GET", path, headers={"cookie": agent.cookie, "origin": "https://evil.example"})
        check(wrong, f"{path} from a foreign origin", answer, 403)
        if "accessToken" in answer.body.decode():
            wrong.append(f"{path} gave a token to a foreign origin")
    check(wrong, "logout from a foreign origin", send(
        server, "POST", "/auth/logout", b"", {"cookie": agent.cookie, "origin": "https://evil.example"}), 403)
    for path in ("/contact/stop", f"/users/{script.instance}", "/api", "/auth/login", "/auth/authorize"):
        answer = send(server, "OPTIONS", path, headers={
            "origin": "https://evil.example", "access-control-request-method": "POST",
            "access-control-request-headers": "content-type,x-csrf-token"})
        if answer.headers.get("access-control-allow-origin"):
            wrong.append(f"preflight of {path} is granted to a foreign origin")
        answer = send(server, "POST", path, b"{}", {"origin": "https://evil.example", "content-type": "application/json"})
        if answer.headers.get("access-control-allow-origin"):
            wrong.append(f"{path} may be read by a foreign origin")
    check(wrong, "signed in still", send(server, "GET", "/auth/session", headers={"cookie": agent.cookie}), 200)
    report(wrong)


def test_an_expired_address(server, world):
    """Addresses of files expire, here after the 5 seconds that are the least; a shared file stays what it was."""
    customer, content = world.waiting, b"hello"
    started = customer.ok("start-attachment-upload", {
        "AttachmentName": "x.txt", "ContentType": "text/plain", "AttachmentSizeInBytes": len(content),
        "ClientToken": str(uuid.uuid4())})
    path, attachment = started["UploadMetadata"]["Url"].split(server.http, 1)[1], started["AttachmentId"]
    upload = lambda: send(server, "PUT", path, content, {"content-type": "text/plain"})
    assert upload().status == 200
    assert upload().status == 409, "a file is uploaded once"
    customer.ok("complete-attachment-upload", {"AttachmentIds": [attachment], "ClientToken": "t"})
    again = customer.call("complete-attachment-upload", {"AttachmentIds": [attachment], "ClientToken": "other"})
    assert (again.status, again.error) == (409, "ConflictException"), again
    # The other chat does not get it, by its id or otherwise.
    foreign = world.customer.call("attachment", {"AttachmentId": attachment})
    assert (foreign.status, foreign.error) == (400, "ValidationException"), foreign
    url = customer.ok("attachment", {"AttachmentId": attachment, "UrlExpiryInSeconds": 5})["Url"].split(server.http, 1)[1]
    got = send(server, "GET", url)
    assert (got.status, got.body) == (200, content), got
    assert "nosniff" in got.headers["x-content-type-options"]
    assert send(server, "PUT", url, content, {"content-type": "text/plain"}).status == 403
    until(lambda: ((answer := send(server, "GET", url)).status == 403, answer), "the address expires", 10)


# ── HTTP ────────────────────────────────────────────────────────────────────────────────────────────────────────────

PATHS = ["/assets/../Cargo.toml", "/assets/%2e%2e/%2e%2e/etc/passwd", "/assets/..%2f..%2f..%2f..%2f..%2f..%2fetc/passwd",
         "/assets/%2e%2e%2f%2e%2e%2fbootstrap.json", "/assets/%00", "/assets/x%00.js", "/assets//etc/passwd",
         "/assets/%2fetc%2fpasswd", "/assets/....//....//etc/passwd", "/assets/..%5c..%5cbootstrap.json", "/assets/",
         "/assets", "/streams/..%2fbootstrap.json", "/streams/contact-records.jsonl", "/streams/%2e%2e/switchroom.db",
         "/attachments/..%2f..%2fbootstrap.json?token=x", "/attachments/%00?token=x", "/attachments/x?token=",
         "/../../etc/passwd", "/./bootstrap.json", "/bootstrap.json", "/data/bootstrap.json", "/switchroom.db",
         "/files/", "/.git/config", "/%", "/%zz", "//etc/passwd", "/assets/%ff%fe", "/favicon.svg/..%2f..%2fx",
         "/contacts/%2e%2e/x", "/participant/../contact/stop", "/api/../auth/session"]


def test_path_tricks(world, server, unchanged):
    wrong = []
    secrets = [server.bootstrap["secretAccessKey"].encode(), b"root:", b"SQLite format", b"AWSContactTraceRecord"]
    for path in PATHS:
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE"):
            answer = send(server, method, path, b"" if method in ("GET", "HEAD", "DELETE") else b"{}")
            if not 400 <= answer.status < 500:
                wrong.append(f"{method} {path}: {answer}")
            if any(secret in answer.body for secret in secrets):
                wrong.append(f"{method} {path} gives away what it should not")
    script = world.script
    for part in ("..%2f..", "%00", "%2e%2e", "a%2fb", "%ff", "x" * 5000, "%F0%9F%98%80"):
        for path in (f"/contacts/{script.instance}/{part}", f"/contacts/{part}/{world.task}",
                     f"/contact-flows/{script.instance}/{part}", f"/users/{script.instance}/{part}",
                     f"/contact/attributes/{script.instance}/{part}"):
            answer = script.call("GET", path)
            # A signature over a path with odd bytes may fail before the path is looked at.
            if answer.status not in (400, 403, 404):
                wrong.append(f"{path}: {answer}")
    report(wrong)


def test_methods(world, server, unchanged):
    wrong, script = [], world.script
    for method, path in [("PATCH", "/contact/task"), ("GET", "/contact/task"), ("DELETE", "/contact/task"),
                         ("POST", f"/queues-summary/{script.instance}"), ("PUT", "/contact/stop"), ("BREW", "/contact/stop"),
                         ("GET", "/participant/message"), ("GET", "/nothing/here"), ("POST", "/participant/none")]:
        check(wrong, f"{method} {path}", script.call(method, path), (404, 405), "UnknownOperationException")
    for method, path in [("GET", "/auth/login"), ("PUT", "/auth/login"), ("POST", "/auth/authorize"), ("DELETE", "/auth/session"),
                         ("POST", "/console"), ("GET", "/auth/logout"), ("DELETE", "/health"), ("TRACE", "/console"),
                         ("PATCH", f"/attachments/{NOBODY}")]:
        check(wrong, f"{method} {path}", send(server, method, path), (404, 405))
    report(wrong)


SHAPES = {
    # Two lengths: one of them is meant for somebody else.
    "two content lengths": b"POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}x",
    "a list of content lengths": b"POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 2, 3\r\n\r\n{}x",
    "a signed content length": b"POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: +2\r\n\r\n{}",
    "a negative content length": b"POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: -2\r\n\r\n{}",
    "a hexadecimal content length": b"POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 0x2\r\n\r\n{}",
    "an endless content length": b"POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999999999\r\n\r\n{}",
    "an unknown transfer coding": b"POST /auth/login HTTP/1.1\r\nhost: x\r\ntransfer-encoding: xchunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "chunked, but not last": b"POST /auth/login HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked, gzip\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "a chunk size that is none": b"POST /auth/login HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n",
    "a chunk size too large": b"POST /auth/login HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}\r\n",
    "a chunk without its end": b"POST /auth/login HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{}XX0\r\n\r\n",
    "a blank before the colon": b"GET /health HTTP/1.1\r\nhost: x\r\ncontent-length : 5\r\n\r\nabcde",
    "a folded header": b"GET /health HTTP/1.1\r\nhost: x\r\na: b\r\n c\r\n\r\n",
    "a header that begins the request": b"GET /health HTTP/1.1\r\n host: x\r\n\r\n",
    "NUL in a header": b"GET /health HTTP/1.1\r\nhost: x\r\na: b\0c\r\n\r\n",
    "a bare carriage return": b"GET /health HTTP/1.1\r\nhost: x\r\na: b\rc: d\r\n\r\n",
    "no version": b"GET /health\r\n\r\n",
    "an unknown version": b"GET /health HTTP/9.9\r\nhost: x\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500,
    "noise": bytes(range(256)) * 4,
    "a huge header": b"GET /health HTTP/1.1\r\nhost: x\r\na: " + b"x" * 200_000 + b"\r\n\r\n",
    "a huge path": b"GET /" + b"x" * 200_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n",
    "many headers": b"GET /health HTTP/1.1\r\nhost: x\r\n" + b"".join(b"a%d: x\r\n" % n for n in range(2000)) + b"\r\n",
    "broken HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 100,
}


def test_shapes_of_requests(server, world, unchanged):
    """Each is refused, and the connection is closed, so that nothing after it is taken for another request."""
    wrong = []
    for label, data in SHAPES.items():
        answer, closed = raw(server, data + b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n", timeout=2)
        if b"HTTP/1.1 200 OK" in answer:
            wrong.append(f"{label}: {answer[:300]}")
        if not closed:
            wrong.append(f"{label}: the connection stays open: {answer[:300]}")
    report(wrong)


def test_two_hosts(server, world, unchanged):
    """The host decides which pages are our own and belongs to every signature, so there is one (RFC 9112 §3.2)."""
    answer, _ = raw(server, b"GET /health HTTP/1.1\r\nhost: x\r\nhost: y\r\nconnection: close\r\n\r\n", timeout=2)
    assert answer.startswith(b"HTTP/1.1 400 "), answer


def test_a_length_beside_chunks_ends_the_connection(server, world, unchanged):
    """RFC 9112 §6.1: what follows such a message must not be read as a request."""
    smuggled = (b"POST /participant/message HTTP/1.1\r\nhost: x\r\ncontent-length: 6\r\ntransfer-encoding: chunked\r\n\r\n"
                b"0\r\n\r\nGET /health HTTP/1.1\r\nhost: x\r\n\r\n")
    answer, closed = raw(server, smuggled, timeout=3)
    assert answer.count(b"HTTP/1.1 ") == 1 and closed, answer


def test_pipelined_requests_keep_apart(server, world, unchanged):
    token = world.customer.token.encode()
    bad = b"POST /participant/message HTTP/1.1\r\nhost: x\r\nx-amz-bearer: " + token + b"\r\ncontent-length: 1\r\n\r\n{"
    good = b"GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    answer, closed = raw(server, bad + good, timeout=5)
    assert answer.startswith(b"HTTP/1.1 400 ") and answer.endswith(b"ok") and closed, answer


def test_extreme_numbers(world):
    """What the type allows is taken, however large, and the server goes on."""
    script = world.script
    for seconds in (-2**63, 2**63 - 1, 0):
        for priority in (1, 2**63 - 1, 5):
            path = f"/contacts/{{i}}/{world.waiting_task}/routing-data"
            answer = script.call("POST", path, {"QueueTimeAdjustmentSeconds": seconds, "QueuePriority": priority})
            assert answer.status in (200, 400), answer
            script.contact(world.waiting_task)
    assert script.call("GET", "/queues-summary/{i}").status == 200


def test_a_flow_that_creates_its_own_task(tmp_path):
    """Runaway flows are stopped, or at least do not stop the server."""
    with Server(tmp_path / "data", SWITCHROOM_LIMITS_API_RATE_FACTOR="0") as server:
        script = Script(server)
        flow = script.flow("Runaway", [END], start="z")
        make = {"Identifier": "a", "Type": "CreateTask", "Parameters": {"Name": "again", "ContactFlowId": flow},
                "Transitions": {"NextAction": "z", "Errors": [{"NextAction": "z", "ErrorType": "NoMatchingError"}]}}
        content = json.dumps({"Version": "2019-10-30", "StartAction": "a", "Actions": [make, END]})
        script.ok("POST", f"/contact-flows/{{i}}/{flow}/content", {"Content": content})
        try:
            script.call("PUT", "/contact/task", {"InstanceId": script.instance, "ContactFlowId": flow, "Name": "first"})
        except OSError:
            pass
        server.process.poll()
        assert server.process.returncode is None, f"the server ended: {server.tail(3)}"
        begun = time.monotonic()
        assert script.call("GET", "/queues-summary/{i}").status == 200
        assert time.monotonic() - begun < 2
