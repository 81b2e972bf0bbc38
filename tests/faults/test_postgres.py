"""The product on PostgreSQL: the same path, the same durability."""

import os
import shutil
import subprocess
import urllib.parse
import uuid

import boto3
import pytest
from botocore.config import Config

from desk import Desk
from server import Server


@pytest.fixture
def database():
    """A database of its own on the server that `SWITCHROOM_TEST_POSTGRES` names."""
    url = os.environ.get("SWITCHROOM_TEST_POSTGRES")
    if not url or not shutil.which("createdb"):
        pytest.skip("SWITCHROOM_TEST_POSTGRES is not set, or createdb is not installed")
    parts = urllib.parse.urlsplit(url)
    name = f"product_{uuid.uuid4().hex}"
    subprocess.run(["createdb", "-h", parts.hostname, "-p", str(parts.port), "-U", parts.username, name], check=True)
    return parts._replace(path=f"/{name}").geturl()


def test_a_chat_on_postgresql_survives_a_kill(tmp_path, database):
    settings = dict(SWITCHROOM_DATA_POSTGRES=database, SWITCHROOM_LIMITS_API_RATE_FACTOR="0")
    with Server(tmp_path / "data", **settings) as server:
        boot = server.bootstrap
        key = dict(endpoint_url=server.endpoint, region_name=boot["region"], aws_access_key_id=boot["accessKeyId"],
                   aws_secret_access_key=boot["secretAccessKey"], config=Config(retries={"max_attempts": 5}))
        connect, participant = boto3.client("connect", **key), boto3.client("connectparticipant", **key)
        instance = boot["instanceId"]
        flows = connect.list_contact_flows(InstanceId=instance)["ContactFlowSummaryList"]
        flow = next(flow["Id"] for flow in flows if flow["Name"] == "Sample inbound flow")
        desk = Desk(server, "agent1")
        desk.set_state("routable")
        started = connect.start_chat_contact(
            InstanceId=instance, ContactFlowId=flow, ParticipantDetails={"DisplayName": "Cora"})
        token = participant.create_participant_connection(
            ParticipantToken=started["ParticipantToken"], Type=["CONNECTION_CREDENTIALS"],
        )["ConnectionCredentials"]["ConnectionToken"]
        participant.send_event(ConnectionToken=token,
                               ContentType="application/vnd.amazonaws.connect.event.connection.acknowledged")
        participant.send_message(ConnectionToken=token, ContentType="text/plain", Content="1")
        connection = desk.accept(started["ContactId"])
        sent = [participant.send_message(ConnectionToken=token, ContentType="text/plain", Content=f"line {n}")["Id"]
                for n in range(20)]
        server.kill_and_restart()
        page = participant.get_transcript(ConnectionToken=token, MaxResults=100, ScanDirection="FORWARD")
        assert [item["Id"] for item in page["Transcript"] if item.get("Content", "").startswith("line")] == sent
        desk.leave(started["ContactId"], connection)
        desk.wait(started["ContactId"], "ended")
        desk.clear(started["ContactId"])
        found = connect.describe_contact(InstanceId=instance, ContactId=started["ContactId"])["Contact"]
        assert found["DisconnectReason"] == "AGENT_DISCONNECT"
        now = found["InitiationTimestamp"]
        searched = connect.search_contacts(InstanceId=instance, TimeRange={
            "Type": "INITIATION_TIMESTAMP", "StartTime": now, "EndTime": now}, SearchCriteria={"Channels": ["CHAT"]})
        assert [contact["Id"] for contact in searched["Contacts"]] == [started["ContactId"]]
        assert server.stop() == 0
