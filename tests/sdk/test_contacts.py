"""The main job through the public API: chats and tasks from their start to their record, with the ordinary client."""

import concurrent.futures
import contextlib
import datetime
import http.server
import json
import queue
import threading
import time
import urllib.error
import urllib.request
import uuid

import pytest

from desk import Desk

ACKNOWLEDGED = "application/vnd.amazonaws.connect.event.connection.acknowledged"


@pytest.fixture(scope="module")
def participant(make_client):
    return make_client("connectparticipant")


@pytest.fixture(scope="module")
def flow(connect, instance, basic_queue):
    """A flow that puts every contact into BasicQueue at once."""
    content = {"Version": "2019-10-30", "StartAction": "q", "Actions": [
        {"Identifier": "q", "Type": "UpdateContactTargetQueue", "Parameters": {"QueueId": basic_queue},
         "Transitions": {"NextAction": "t", "Errors": [{"NextAction": "d", "ErrorType": "NoMatchingError"}]}},
        {"Identifier": "t", "Type": "TransferContactToQueue", "Parameters": {},
         "Transitions": {"NextAction": "d", "Errors": [
             {"NextAction": "d", "ErrorType": "QueueAtCapacity"}, {"NextAction": "d", "ErrorType": "NoMatchingError"}]}},
        {"Identifier": "d", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]}
    return connect.create_contact_flow(
        InstanceId=instance, Name="Straight to the queue", Type="CONTACT_FLOW", Content=json.dumps(content))["ContactFlowId"]


@pytest.fixture
def desk(server):
    """agent1, available for this test and offline after it."""
    desk = Desk(server, "agent1")
    desk.set_state("routable")
    yield desk
    desk.set_state("offline")


class Chat:
    def __init__(self, connect, participant, instance, flow, **more):
        self.client = participant
        started = connect.start_chat_contact(
            InstanceId=instance, ContactFlowId=flow, ParticipantDetails={"DisplayName": "Cora"}, **more)
        self.contact, self.participant, self.ticket = (
            started["ContactId"], started["ParticipantId"], started["ParticipantToken"])
        self.started = started

    def connect(self):
        answer = self.client.create_participant_connection(
            ParticipantToken=self.ticket, Type=["WEBSOCKET", "CONNECTION_CREDENTIALS"])
        assert answer["Websocket"]["Url"].startswith("ws")
        self.token = answer["ConnectionCredentials"]["ConnectionToken"]
        self.client.send_event(ConnectionToken=self.token, ContentType=ACKNOWLEDGED)
        return self

    def say(self, text, **more):
        return self.client.send_message(
            ConnectionToken=self.token, ContentType="text/plain", Content=text, **more)

    def lines(self, **more):
        page = self.client.get_transcript(ConnectionToken=self.token, MaxResults=100, **more)
        return [(item["ParticipantRole"], item.get("Content") or item["ContentType"].rsplit("event.")[-1])
                for item in page["Transcript"]]


@pytest.fixture
def chat(connect, participant, instance, flow):
    made = []

    def chat(**more):
        made.append(Chat(connect, participant, instance, flow, **more).connect())
        return made[-1]
    yield chat
    # What a test leaves waiting would be offered in the next one.
    for one in made:
        try:
            connect.stop_contact(InstanceId=instance, ContactId=one.contact)
        except connect.exceptions.ContactNotFoundException:
            pass


def record(server, contact, deadline=15):
    """The record of a contact, as soon as it is in the stream."""
    path, until = server.data / "streams" / "contact-records.jsonl", time.monotonic() + deadline
    while True:
        if path.exists():
            for line in path.read_text().splitlines():
                found = json.loads(line)
                if found["ContactId"] == contact:
                    return found
        assert time.monotonic() < until, f"no record of {contact}"
        time.sleep(0.05)  # between looks, bounded by the deadline


def test_a_chat_from_start_to_record(server, connect, participant, instance, chat, desk):
    one = chat(Attributes={"color": "green"})
    connection = desk.accept(one.contact)
    shown = desk.contact(one.contact)
    assert shown["attributes"]["color"] == {"name": "color", "value": "green"}
    agent = participant.create_participant_connection(
        ParticipantToken=desk.chat_token(one.contact, connection), Type=["CONNECTION_CREDENTIALS"])
    agent = agent["ConnectionCredentials"]["ConnectionToken"]
    said = one.say("Hello")
    participant.send_message(ConnectionToken=agent, ContentType="text/plain", Content="Hi")
    participant.send_event(
        ConnectionToken=agent, ContentType="application/vnd.amazonaws.connect.event.message.read",
        Content=json.dumps({"messageId": said["Id"]}))
    page = participant.get_transcript(ConnectionToken=one.token, MaxResults=100)
    item = next(item for item in page["Transcript"] if item["Id"] == said["Id"])
    assert item["MessageMetadata"]["Receipts"][0]["RecipientParticipantId"] == connection
    described = connect.describe_contact(InstanceId=instance, ContactId=one.contact)["Contact"]
    assert described["AgentInfo"]["Id"]
    desk.leave(one.contact, connection)
    desk.wait(one.contact, "ended")
    desk.clear(one.contact)
    found = record(server, one.contact)
    assert found["DisconnectReason"] == "AGENT_DISCONNECT" and found["Attributes"] == {"color": "green"}
    transcript = server.data / "files" / found["Recordings"][0]["Location"]
    until = time.monotonic() + 10
    while not transcript.exists():
        assert time.monotonic() < until, transcript
        time.sleep(0.02)  # between looks, bounded by the deadline
    contents = [item.get("Content") for item in json.loads(transcript.read_text())["Transcript"]]
    assert "Hello" in contents and "Hi" in contents
    described = connect.describe_contact(InstanceId=instance, ContactId=one.contact)["Contact"]
    assert described["DisconnectTimestamp"] and described["AgentInfo"]["AfterContactWorkDuration"] >= 0


def test_the_same_client_token_is_one_message(chat):
    one = chat()
    token = str(uuid.uuid4())
    first, again = one.say("Hello", ClientToken=token), one.say("Hello", ClientToken=token)
    assert first["Id"] == again["Id"]
    assert one.lines().count(("CUSTOMER", "Hello")) == 1


def test_the_same_client_token_is_one_chat(connect, instance, flow, refused):
    request = dict(InstanceId=instance, ContactFlowId=flow, ParticipantDetails={"DisplayName": "Cora"},
                   ClientToken=str(uuid.uuid4()))
    first, again = connect.start_chat_contact(**request), connect.start_chat_contact(**request)
    assert (first["ContactId"], first["ParticipantId"]) == (again["ContactId"], again["ParticipantId"])
    request["ParticipantDetails"] = {"DisplayName": "Dora"}
    refused("IdempotencyException", connect.start_chat_contact, **request)


def test_transcript_pages_meet_without_gap_or_overlap(chat, participant):
    one = chat()
    ids = [one.say(f"message {number}")["Id"] for number in range(40)]
    for order in ({"ScanDirection": "BACKWARD"}, {"ScanDirection": "FORWARD"}):
        seen, token = [], None
        while True:
            page = participant.get_transcript(
                ConnectionToken=one.token, MaxResults=7, SortOrder="ASCENDING", **order,
                **({"NextToken": token} if token else {}))
            part = [item["Id"] for item in page["Transcript"] if item["ParticipantRole"] == "CUSTOMER"
                    and item["Type"] == "MESSAGE"]
            seen = part + seen if order["ScanDirection"] == "BACKWARD" else seen + part
            token = page.get("NextToken")
            if not token:
                break
        assert seen == ids
    assert len(participant.get_transcript(ConnectionToken=one.token)["Transcript"]) == 15, "fifteen unless asked"
    page = participant.get_transcript(ConnectionToken=one.token, StartPosition={"Id": ids[10]},
                                      ScanDirection="FORWARD", MaxResults=3)
    assert [item["Id"] for item in page["Transcript"]] == ids[10:13]
    page = participant.get_transcript(ConnectionToken=one.token, StartPosition={"MostRecent": 2},
                                      ScanDirection="FORWARD", MaxResults=100)
    assert [item["Id"] for item in page["Transcript"]] == ids[-2:]


def test_content_is_checked(chat, participant, refused):
    one = chat()
    for content_type, content in [("text/plain", "x" * 1025), ("text/html", "<b>"), ("text/markdown", "*x*"),
                                  ("application/json", "{")]:
        refused("ValidationException", participant.send_message,
                ConnectionToken=one.token, ContentType=content_type, Content=content)
    marked = chat(SupportedMessagingContentTypes=["text/plain", "text/markdown"])
    participant.send_message(ConnectionToken=marked.token, ContentType="text/markdown", Content="*x*")


def test_a_chat_that_is_over_answers_403(connect, participant, instance, chat, refused):
    one = chat()
    participant.disconnect_participant(ConnectionToken=one.token)
    refused("AccessDeniedException", participant.send_message,
            ConnectionToken=one.token, ContentType="text/plain", Content="late")
    refused("AccessDeniedException", participant.create_participant_connection,
            ParticipantToken=one.ticket, Type=["WEBSOCKET"])
    refused("ContactNotFoundException", connect.stop_contact, InstanceId=instance, ContactId=one.contact)


def test_a_token_that_never_was_answers_400(participant, refused):
    refused("ValidationException", participant.create_participant_connection,
            ParticipantToken="garbage", Type=["WEBSOCKET"])


def test_contact_data_can_be_changed_and_read(connect, instance, chat, refused, nobody):
    one = chat(Attributes={"a": "1"})
    connect.update_contact_attributes(InstanceId=instance, InitialContactId=one.contact, Attributes={"b": "2", "a": ""})
    assert connect.get_contact_attributes(
        InstanceId=instance, InitialContactId=one.contact)["Attributes"] == {"b": "2"}
    refused("InvalidRequestException", connect.update_contact_attributes,
            InstanceId=instance, InitialContactId=one.contact, Attributes={"big": "x" * 33000})
    connect.tag_contact(InstanceId=instance, ContactId=one.contact, Tags={"dept": "sales"})
    connect.untag_contact(InstanceId=instance, ContactId=one.contact, TagKeys=["dept"])
    tags = connect.describe_contact(InstanceId=instance, ContactId=one.contact)["Contact"]["Tags"]
    assert tags == {"aws:connect:instanceId": instance}
    connect.update_contact_routing_data(InstanceId=instance, ContactId=one.contact, QueuePriority=1)
    described = connect.describe_contact(InstanceId=instance, ContactId=one.contact)["Contact"]
    assert described["QueuePriority"] == 1
    refused("ResourceNotFoundException", connect.describe_contact, InstanceId=instance, ContactId=nobody)


def test_a_finished_contact_still_takes_attributes(server, connect, instance, chat):
    one = chat(Attributes={"a": "1"})
    connect.stop_contact(InstanceId=instance, ContactId=one.contact)
    record(server, one.contact)
    connect.update_contact_attributes(InstanceId=instance, InitialContactId=one.contact, Attributes={"a": "2"})
    assert connect.get_contact_attributes(InstanceId=instance, InitialContactId=one.contact)["Attributes"] == {"a": "2"}


def test_attributes_are_taken_while_a_contact_ends(connect, instance, chat):
    """Whether it has just ended or not: each update is taken, and none undoes another."""
    for _ in range(5):
        one = chat()
        ended = threading.Event()

        def update(name):
            count = 0
            while count < 3 or not ended.is_set():
                count += 1
                connect.update_contact_attributes(
                    InstanceId=instance, InitialContactId=one.contact, Attributes={name: str(count)})
            return name, str(count)

        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            updates = [pool.submit(update, name) for name in ("a", "b", "c")]
            try:
                connect.stop_contact(InstanceId=instance, ContactId=one.contact)
            finally:
                ended.set()
            expected = dict(each.result() for each in updates)
        shown = connect.get_contact_attributes(InstanceId=instance, InitialContactId=one.contact)["Attributes"]
        assert {name: shown.get(name) for name in expected} == expected


def test_a_task_with_references_schedule_pause_and_transfer(server, connect, instance, flow, desk, refused):
    later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    task = connect.start_task_contact(
        InstanceId=instance, ContactFlowId=flow, Name="Call back", Description="About the order",
        References={"Order": {"Type": "URL", "Value": "https://example.com/1"}}, ScheduledTime=later)["ContactId"]
    summary = connect.list_contact_references(InstanceId=instance, ContactId=task, ReferenceTypes=["URL"])
    assert summary["ReferenceSummaryList"] == [{"Url": {"Name": "Order", "Value": "https://example.com/1"}}]
    connect.update_contact_schedule(InstanceId=instance, ContactId=task, ScheduledTime=later + datetime.timedelta(hours=1))
    refused("InvalidParameterException", connect.update_contact_schedule, InstanceId=instance, ContactId=task,
            ScheduledTime=later + datetime.timedelta(days=7))
    connect.update_contact_schedule(
        InstanceId=instance, ContactId=task,
        ScheduledTime=datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=2))
    desk.accept(task)
    shown = desk.contact(task)
    assert shown["name"] == "Call back" and shown["references"]["Order"]["value"] == "https://example.com/1"
    connect.pause_contact(InstanceId=instance, ContactId=task)
    desk.wait(task, "paused")
    refused("InvalidRequestException", connect.pause_contact, InstanceId=instance, ContactId=task)
    connect.resume_contact(InstanceId=instance, ContactId=task)
    desk.wait(task, "connected")
    moved = connect.transfer_contact(
        InstanceId=instance, ContactId=task, ContactFlowId=flow, ClientToken=str(uuid.uuid4()))["ContactId"]
    desk.wait(task, "ended")
    desk.clear(task)
    connection = desk.accept(moved)
    desk.leave(moved, connection)
    desk.wait(moved, "ended")
    desk.clear(moved)
    old, new = record(server, task), record(server, moved)
    assert old["NextContactId"] == moved and new["PreviousContactId"] == task and new["InitialContactId"] == task
    assert old["TotalPauseCount"] == 1 and new["DisconnectReason"] == "AGENT_DISCONNECT"


def test_status_and_real_time_view(server, connect, instance, chat, desk):
    users = {one["Username"]: one["Id"] for one in connect.list_users(InstanceId=instance)["UserSummaryList"]}
    statuses = {one["Name"]: one["Id"] for one in connect.list_agent_statuses(InstanceId=instance)["AgentStatusSummaryList"]}
    one = chat()
    connection = desk.accept(one.contact)
    profile = connect.list_routing_profiles(InstanceId=instance)["RoutingProfileSummaryList"][0]["Id"]
    view = connect.get_current_user_data(InstanceId=instance, Filters={"RoutingProfiles": [profile]})
    row = next(row for row in view["UserDataList"] if row["User"]["Id"] == users["agent1"])
    assert row["Status"]["StatusName"] == "Available" and row["ActiveSlotsByChannel"]["CHAT"] == 1
    assert row["Contacts"][0]["ContactId"] == one.contact
    connect.put_user_status(InstanceId=instance, UserId=users["agent1"], AgentStatusId=statuses["Offline"])
    view = connect.get_current_user_data(InstanceId=instance, Filters={"Agents": [users["agent1"]]})
    assert view["UserDataList"][0]["NextStatus"] == "Offline", "applied when the contacts are finished"
    desk.leave(one.contact, connection)
    desk.wait(one.contact, "ended")
    connect.dismiss_user_contact(InstanceId=instance, UserId=users["agent1"], ContactId=one.contact)
    desk.wait(one.contact, None)
    assert desk.snapshot()["state"]["type"] == "offline"


def test_contacts_are_searched(connect, instance, chat):
    one = chat(Attributes={"needle": "yes"})
    now = datetime.datetime.now(datetime.timezone.utc)
    window = {"Type": "INITIATION_TIMESTAMP", "StartTime": now - datetime.timedelta(hours=1),
              "EndTime": now + datetime.timedelta(minutes=1)}
    found = connect.search_contacts(
        InstanceId=instance, TimeRange=window, SearchCriteria={
            "Channels": ["CHAT"],
            "SearchableContactAttributes": {"Criteria": [{"Key": "needle", "Values": ["yes"]}]}})
    assert [contact["Id"] for contact in found["Contacts"]] == [one.contact]
    seen, token = [], None
    while True:
        page = connect.search_contacts(InstanceId=instance, TimeRange=window, MaxResults=2,
                                       **({"NextToken": token} if token else {}))
        seen += [contact["Id"] for contact in page["Contacts"]]
        token = page.get("NextToken")
        if not token:
            break
    assert len(seen) == len(set(seen)) == page["TotalCount"] and one.contact in seen


def test_a_custom_participant_speaks_and_leaves(connect, participant, instance, chat, refused):
    one = chat()
    asked = {"InstanceId": instance, "ContactId": one.contact, "ClientToken": "robo-1",
             "ParticipantDetails": {"ParticipantRole": "CUSTOM_BOT", "DisplayName": "Robo"}}
    made = connect.create_participant(**asked)
    assert connect.create_participant(**asked)["ParticipantId"] == made["ParticipantId"], "the same request again"
    bot = participant.create_participant_connection(
        ParticipantToken=made["ParticipantCredentials"]["ParticipantToken"], Type=["CONNECTION_CREDENTIALS"],
        ConnectParticipant=True)["ConnectionCredentials"]["ConnectionToken"]
    participant.send_message(ConnectionToken=bot, ContentType="text/plain", Content="beep")
    refused("LimitExceededException", connect.create_participant, InstanceId=instance, ContactId=one.contact,
            ParticipantDetails={"ParticipantRole": "CUSTOM_BOT", "DisplayName": "Second"})
    participant.disconnect_participant(ConnectionToken=bot)
    assert ("CUSTOM_BOT", "beep") in one.lines()
    refused("AccessDeniedException", participant.send_message,
            ConnectionToken=bot, ContentType="text/plain", Content="late")


def test_an_ended_chat_can_be_continued(connect, participant, instance, flow, chat, refused):
    old = chat(Attributes={"a": "1"})
    old.say("From before")
    refused("InvalidRequestException", connect.start_chat_contact, InstanceId=instance, ContactFlowId=flow,
            ParticipantDetails={"DisplayName": "Cora"},
            PersistentChat={"RehydrationType": "ENTIRE_PAST_SESSION", "SourceContactId": old.contact})
    participant.disconnect_participant(ConnectionToken=old.token)
    new = chat(PersistentChat={"RehydrationType": "ENTIRE_PAST_SESSION", "SourceContactId": old.contact})
    assert new.started["ContinuedFromContactId"] == old.contact
    new.say("And now")
    seen, token = [], None
    while True:
        page = participant.get_transcript(ConnectionToken=new.token, MaxResults=4, ScanDirection="BACKWARD",
                                          **({"NextToken": token} if token else {}))
        seen = [item.get("Content") for item in page["Transcript"]] + seen
        token = page.get("NextToken")
        if not token:
            break
    assert seen.index("From before") < seen.index("And now")
    assert connect.get_contact_attributes(InstanceId=instance, InitialContactId=new.contact)["Attributes"] == {"a": "1"}


@contextlib.contextmanager
def listening(answer=None):
    """An HTTP endpoint: its address, and the queue of what was posted to it."""
    posted = queue.Queue()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            posted.put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            body = json.dumps(answer or {}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as endpoint:
        thread = threading.Thread(target=endpoint.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{endpoint.server_port}/items", posted
        finally:
            endpoint.shutdown()
            thread.join()


def test_a_chat_is_streamed_until_it_is_told_to_stop(connect, instance, chat, refused):
    one = chat()
    with listening() as (address, posted):
        def start():
            return connect.start_contact_streaming(
                InstanceId=instance, ContactId=one.contact, ClientToken=str(uuid.uuid4()),
                ChatStreamingConfiguration={"StreamingEndpointArn": address})["StreamingId"]

        streaming = start()
        sent = one.say("streamed")["Id"]
        while True:
            notification = posted.get(timeout=15)
            item = json.loads(notification["Message"])
            if item["Id"] == sent:
                break
        assert item["Content"] == "streamed" and item["ContactId"] == one.contact
        assert notification["Type"] == "Notification"
        attributes = {name: each["Value"] for name, each in notification["MessageAttributes"].items()}
        assert attributes | {
            "InitialContactId": one.contact, "ContactId": one.contact, "ParticipantRole": "CUSTOMER",
            "Type": "MESSAGE", "ContentType": "text/plain", "MessageVisibility": "ALL"} == attributes

        connect.stop_contact_streaming(InstanceId=instance, ContactId=one.contact, StreamingId=streaming)
        one.say("not streamed")
        # A second stream shows when the endpoint would have had the message between.
        start()
        last = one.say("streamed again")["Id"]
        seen = []
        while last not in seen:
            seen.append(json.loads(posted.get(timeout=15)["Message"])["Id"])
        assert len(seen) == len(set(seen))
        texts = [line for line in one.lines() if line[0] == "CUSTOMER"]
        assert ("CUSTOMER", "not streamed") in texts
        skipped = {item["Id"] for item in one.client.get_transcript(
            ConnectionToken=one.token, MaxResults=100)["Transcript"] if item.get("Content") == "not streamed"}
        assert skipped and not skipped & set(seen)


def test_a_running_chat_takes_over_a_past_one(connect, participant, instance, chat, refused):
    old = chat()
    old.say("From before")
    new = chat()

    def persist(**more):
        return {"InstanceId": instance, "InitialContactId": new.contact, "SourceContactId": old.contact,
                "RehydrationType": "ENTIRE_PAST_SESSION", **more}

    refused("InvalidRequestException", connect.create_persistent_contact_association, **persist())
    participant.disconnect_participant(ConnectionToken=old.token)
    refused("ResourceNotFoundException", connect.create_persistent_contact_association,
            **persist(SourceContactId=str(uuid.uuid4())))
    answer = connect.create_persistent_contact_association(**persist())
    assert answer["ContinuedFromContactId"] == old.contact
    new.say("And now")
    lines = new.lines()
    assert lines.index(("CUSTOMER", "From before")) < lines.index(("CUSTOMER", "And now"))


def test_a_flow_makes_its_chat_go_on_with_a_past_one(connect, participant, instance, chat):
    """The customer is known by an attribute: the flow looks the earlier chat up, or says that there is none."""
    say = lambda name, text: {
        "Identifier": name, "Type": "MessageParticipant", "Parameters": {"Text": text},
        "Transitions": {"NextAction": "w", "Errors": [{"NextAction": "w", "ErrorType": "NoMatchingError"}]}}
    content = {"Version": "2019-10-30", "StartAction": "p", "Actions": [
        {"Identifier": "p", "Type": "CreatePersistentContactAssociation",
         "Parameters": {"RehydrationType": "ENTIRE_PAST_SESSION", "SourceContactId": "$.Attributes.last"},
         "Transitions": {"NextAction": "known", "Errors": [{"NextAction": "new", "ErrorType": "NoMatchingError"}]}},
        say("known", "Welcome back"), say("new", "Welcome"),
        {"Identifier": "w", "Type": "Wait", "Parameters": {"TimeLimitSeconds": "600"}, "Transitions": {
            "NextAction": "d", "Conditions": [{"NextAction": "d", "Condition": {"Operator": "Equals", "Operands": ["WaitCompleted"]}}],
            "Errors": [{"NextAction": "d", "ErrorType": "NoMatchingError"}]}},
        {"Identifier": "d", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]}
    back = connect.create_contact_flow(
        InstanceId=instance, Name="Welcome back", Type="CONTACT_FLOW", Content=json.dumps(content))["ContactFlowId"]
    old = chat(Attributes={"color": "green"})
    old.say("From before")

    def lines_of(source, greeting):
        one = Chat(connect, participant, instance, back, Attributes={"last": source}).connect()
        deadline = time.monotonic() + 10
        while ("SYSTEM", greeting) not in one.lines():
            assert time.monotonic() < deadline, one.lines()
        attributes = connect.get_contact_attributes(InstanceId=instance, InitialContactId=one.contact)["Attributes"]
        lines = one.lines()
        connect.stop_contact(InstanceId=instance, ContactId=one.contact)
        return lines, attributes

    assert ("CUSTOMER", "From before") not in lines_of(old.contact, "Welcome")[0], "it is not over yet"
    participant.disconnect_participant(ConnectionToken=old.token)
    lines, attributes = lines_of(old.contact, "Welcome back")
    assert ("CUSTOMER", "From before") in lines and attributes["color"] == "green"
    for source in (str(uuid.uuid4()), "nobody"):
        assert ("CUSTOMER", "From before") not in lines_of(source, "Welcome")[0]


def upload(participant, chat, name, content):
    """Announces, sends and completes an attachment."""
    begun = participant.start_attachment_upload(
        ConnectionToken=chat.token, AttachmentName=name, ContentType="text/plain", AttachmentSizeInBytes=len(content),
        ClientToken=str(uuid.uuid4()))
    goal = begun["UploadMetadata"]
    with urllib.request.urlopen(urllib.request.Request(
            goal["Url"], data=content, method="PUT", headers=goal["HeadersToInclude"]), timeout=15) as sent:
        assert sent.status in (200, 204)
    participant.complete_attachment_upload(
        ConnectionToken=chat.token, AttachmentIds=[begun["AttachmentId"]], ClientToken=str(uuid.uuid4()))
    return begun["AttachmentId"]


def test_attachments_go_to_the_scanner_first(connect, participant, instance, chat, refused):
    one = chat()

    def offered():
        page = participant.get_transcript(ConnectionToken=one.token, MaxResults=100)
        return {each["AttachmentId"]: each["Status"] for item in page["Transcript"] for each in item.get("Attachments", [])}

    for verdict in ("APPROVED", "REJECTED"):
        with listening({"Status": verdict}) as (address, posted):
            made = connect.create_integration_association(
                InstanceId=instance, IntegrationType="FILE_SCANNER", IntegrationArn=address)
            listed = connect.list_integration_associations(
                InstanceId=instance, IntegrationType="FILE_SCANNER")["IntegrationAssociationSummaryList"]
            assert [(each["IntegrationAssociationId"], each["IntegrationArn"]) for each in listed] == [
                (made["IntegrationAssociationId"], address)]
            refused("DuplicateResourceException", connect.create_integration_association,
                    InstanceId=instance, IntegrationType="FILE_SCANNER", IntegrationArn=address)
            try:
                file = upload(participant, one, "notes.txt", b"to be looked at")
                asked = posted.get(timeout=15)
                assert (asked["File"]["FileId"], asked["File"]["FileName"]) == (file, "notes.txt")
                until = time.monotonic() + 15
                while offered().get(file) != verdict:
                    assert time.monotonic() < until, (verdict, offered())
                    time.sleep(0.05)  # between looks, bounded by the deadline
            finally:
                connect.delete_integration_association(
                    InstanceId=instance, IntegrationAssociationId=made["IntegrationAssociationId"])
    assert connect.list_integration_associations(InstanceId=instance)["IntegrationAssociationSummaryList"] == []
    refused("ResourceNotFoundException", connect.delete_integration_association,
            InstanceId=instance, IntegrationAssociationId=made["IntegrationAssociationId"])
    refused("InvalidRequestException", connect.create_integration_association,
            InstanceId=instance, IntegrationType="VOICE_ID", IntegrationArn="arn:aws:voiceid:x")


def test_an_attachment_travels_from_the_customer_to_the_agent(chat, participant, desk, refused):
    one = chat()
    connection = desk.accept(one.contact)
    token = desk.chat_token(one.contact, connection)
    begun = participant.start_attachment_upload(
        ConnectionToken=one.token, ContentType="text/plain", AttachmentSizeInBytes=5, AttachmentName="note.txt",
        ClientToken=str(uuid.uuid4()))
    complete = dict(ConnectionToken=one.token, AttachmentIds=[begun["AttachmentId"]], ClientToken=str(uuid.uuid4()))
    refused("ValidationException", participant.complete_attachment_upload, **complete)
    upload = urllib.request.Request(begun["UploadMetadata"]["Url"], data=b"hello", method="PUT",
                                    headers=begun["UploadMetadata"]["HeadersToInclude"])
    with urllib.request.urlopen(upload, timeout=10) as answer:
        assert answer.status in (200, 204)
    participant.complete_attachment_upload(**complete)
    refused("ConflictException", participant.complete_attachment_upload,
            **{**complete, "ClientToken": str(uuid.uuid4())})
    got = participant.get_attachment(ConnectionToken=token, AttachmentId=begun["AttachmentId"])
    with urllib.request.urlopen(got["Url"], timeout=10) as answer:
        assert answer.read() == b"hello"
    refused("ServiceQuotaExceededException", participant.start_attachment_upload, ConnectionToken=one.token,
            ContentType="text/plain", AttachmentSizeInBytes=21 * 1024 * 1024, AttachmentName="big.txt",
            ClientToken=str(uuid.uuid4()))
    refused("ValidationException", participant.start_attachment_upload, ConnectionToken=one.token,
            ContentType="application/x-msdownload", AttachmentSizeInBytes=5, AttachmentName="run.exe",
            ClientToken=str(uuid.uuid4()))
    desk.leave(one.contact, connection)
    desk.wait(one.contact, "ended")
    desk.clear(one.contact)


def test_inactivity_times_are_checked(connect, instance, chat, refused):
    one = chat()

    def configure(minutes):
        return dict(InstanceId=instance, ContactId=one.contact, ChannelConfiguration={"Chat": {
            "ParticipantTimerConfigList": [{"ParticipantRole": "CUSTOMER", "TimerType": "IDLE",
                                            "TimerValue": {"ParticipantTimerDurationInMinutes": minutes}}]}})
    connect.update_participant_role_config(**configure(2))
    refused("InvalidParameterException", connect.update_participant_role_config, **configure(481))


@pytest.fixture
def supervised(connect, instance):
    """The switches with which supervisors may barge into chats."""
    def switch(value):
        for kind in ("ENHANCED_CHAT_MONITORING", "ENHANCED_CONTACT_MONITORING"):
            connect.update_instance_attribute(InstanceId=instance, AttributeType=kind, Value=value)
    switch("true")
    yield switch
    switch("false")


def test_a_supervisor_listens_barges_and_leaves(server, connect, participant, instance, chat, desk, supervised, refused):
    users = {one["Username"]: one["Id"] for one in connect.list_users(InstanceId=instance)["UserSummaryList"]}
    one = chat()
    both = ["SILENT_MONITOR", "BARGE"]
    wanted = dict(InstanceId=instance, ContactId=one.contact, UserId=users["supervisor"], AllowedMonitorCapabilities=both)
    refused("InvalidRequestException", connect.monitor_contact, **wanted)  # nobody has accepted it
    connection = desk.accept(one.contact)
    overseer = Desk(server, "supervisor")
    overseer.snapshot()
    begun = connect.monitor_contact(**wanted, ClientToken="listen")
    assert begun["ContactId"] == one.contact and begun["ContactArn"].endswith(f"/contact/{one.contact}")
    connect.monitor_contact(**wanted, ClientToken="listen")
    refused("InvalidRequestException", connect.monitor_contact, **wanted)  # does already
    refused("IdempotencyException", connect.monitor_contact, **{**wanted, "UserId": users["agent2"]}, ClientToken="listen")
    found = overseer.wait(one.contact, "connected")
    assert "queue" not in found and found["initiationMethod"] == "monitor"
    own = next(each for each in found["connections"] if each["type"] == "monitoring")
    assert (own["state"]["type"], own["monitorStatus"], own["monitorCapabilities"]) == ("silent_monitor", "SILENT_MONITOR", both)
    token = overseer.chat_token(one.contact, own["connectionId"])
    page = participant.get_transcript(ConnectionToken=token)
    assert [item["ParticipantRole"] for item in page["Transcript"]][0] == "CUSTOMER"
    say = dict(ConnectionToken=token, ContentType="text/plain", Content="Let me help")
    refused("AccessDeniedException", participant.send_message, **say)
    before = one.lines()
    overseer.cti("UpdateMonitorParticipantState", contactId=one.contact, targetMonitorMode="BARGE")
    participant.send_message(**say)
    shown = next(each for each in desk.contact(one.contact)["connections"] if each["connectionId"] == own["connectionId"])
    assert (shown["state"]["type"], shown["monitorStatus"]) == ("barge", "BARGE"), "the agent sees who has barged"
    overseer.cti("UpdateMonitorParticipantState", contactId=one.contact, targetMonitorMode="SILENT_MONITOR")
    overseer.leave(one.contact, own["connectionId"])
    overseer.wait(one.contact, None)
    assert one.lines()[len(before):] == [
        ("SUPERVISOR", "participant.joined"), ("SUPERVISOR", "Let me help"), ("SUPERVISOR", "participant.left")]
    refused("AccessDeniedException", participant.get_transcript, ConnectionToken=token)
    desk.leave(one.contact, connection)
    desk.wait(one.contact, "ended")
    desk.clear(one.contact)
    refused("InvalidRequestException", connect.monitor_contact, **wanted)  # it is over


def test_monitoring_is_refused_with_the_published_errors(
        server, connect, instance, flow, chat, desk, supervised, refused, nobody):
    users = {one["Username"]: one["Id"] for one in connect.list_users(InstanceId=instance)["UserSummaryList"]}
    one = chat()
    connection = desk.accept(one.contact)
    Desk(server, "supervisor").snapshot()
    wanted = dict(InstanceId=instance, ContactId=one.contact, UserId=users["supervisor"])
    silent = {"AllowedMonitorCapabilities": ["SILENT_MONITOR"]}
    refused("InvalidRequestException", connect.monitor_contact, **wanted)
    for wrong in (["BARGE"], ["LISTEN"], ["SILENT_MONITOR", "BARGE", "BARGE"]):
        refused("InvalidRequestException", connect.monitor_contact, **wanted, AllowedMonitorCapabilities=wrong)
    refused("ResourceNotFoundException", connect.monitor_contact, **{**wanted, "UserId": nobody}, **silent)
    refused("ResourceNotFoundException", connect.monitor_contact, **{**wanted, "ContactId": nobody}, **silent)
    error = refused("AccessDeniedException", connect.monitor_contact, **{**wanted, "UserId": users["agent2"]}, **silent)
    assert "ManagerListenIn" in error["Error"]["Message"]
    task = connect.start_task_contact(InstanceId=instance, ContactFlowId=flow, Name="A task")["ContactId"]
    refused("InvalidRequestException", connect.monitor_contact, **{**wanted, "ContactId": task}, **silent)
    connect.stop_contact(InstanceId=instance, ContactId=task)
    supervised("false")
    error = refused("InvalidRequestException", connect.monitor_contact, **wanted, **silent)
    assert "recording" in error["Error"]["Message"]
    desk.leave(one.contact, connection)
    desk.wait(one.contact, "ended")
    desk.clear(one.contact)
