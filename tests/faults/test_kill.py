"""SIGKILL at random instants under load: nothing acknowledged is lost, doubled or reordered.

200 customers chat and 20 of them with agents; the server is killed 20 times. Afterwards every acknowledged message is
in its transcript once and in order, who waited still waits with the same age and priority, agents are as they were,
and every contact ends with one record.
"""

import asyncio
import json
import os
import random
import uuid

import aiohttp
import boto3
import pytest
from botocore.config import Config

from server import Server

CUSTOMERS = int(os.environ.get("SWITCHROOM_TEST_CUSTOMERS", "200"))
KILLS = int(os.environ.get("SWITCHROOM_TEST_KILLS", "20"))
DEADLINE = 240


class Ended(Exception):
    """The chat is over."""


class Center:
    """Calls to the server that go on trying while it is down."""

    def __init__(self, server, session):
        self.server, self.session = server, session

    async def call(self, method, path, body, headers=None):
        deadline = asyncio.get_running_loop().time() + DEADLINE
        while True:
            try:
                async with self.session.request(
                    method, self.server.endpoint + path, data=json.dumps(body), headers=headers or {}
                ) as answer:
                    content = await answer.text()
                    if answer.status < 500 and answer.status != 429:
                        return answer.status, json.loads(content or "{}"), answer
            except (aiohttp.ClientError, ConnectionError, asyncio.TimeoutError, json.JSONDecodeError):
                pass
            assert asyncio.get_running_loop().time() < deadline, f"no answer to {path} in {DEADLINE} s"
            await asyncio.sleep(0.05)  # between attempts while the server is down

    async def participant(self, path, token, body):
        status, answer, _ = await self.call(
            "POST", "/participant/" + path, body, {"x-amz-bearer": token, "content-type": "application/json"}
        )
        if status == 403:
            raise Ended(answer)
        assert status == 200, (path, status, answer)
        return answer


class Customer:
    def __init__(self, center, number):
        self.center, self.number, self.acknowledged = center, number, []

    async def start(self):
        started = await asyncio.get_running_loop().run_in_executor(None, lambda: self.center.client.start_chat_contact(
            InstanceId=self.center.server.bootstrap["instanceId"], ContactFlowId=self.center.flow,
            ParticipantDetails={"DisplayName": f"Customer {self.number}"}, ClientToken=str(uuid.uuid4())))
        self.contact, self.participant_token = started["ContactId"], started["ParticipantToken"]
        credentials = await self.center.participant(
            "connection", self.participant_token, {"Type": ["WEBSOCKET", "CONNECTION_CREDENTIALS"]})
        self.token = credentials["ConnectionCredentials"]["ConnectionToken"]
        # The flow begins when the customer is connected, for which an acknowledgement stands as a websocket does.
        await self.center.participant(
            "event", self.token,
            {"ContentType": "application/vnd.amazonaws.connect.event.connection.acknowledged"})

    async def talk(self, stop):
        count = 0
        while not stop.is_set():
            count += 1
            text, client_token = f"{self.number}/{count}", str(uuid.uuid4())
            answer = await self.center.participant(
                "message", self.token, {"ContentType": "text/plain", "Content": text, "ClientToken": client_token})
            self.acknowledged.append((answer["Id"], text))
            await asyncio.sleep(random.uniform(0.05, 0.4))  # a person's pause, not a wait for the server

    async def transcript(self):
        items, token = [], None
        while True:
            body = {"MaxResults": 100, "ScanDirection": "FORWARD", "SortOrder": "ASCENDING"}
            if token:
                body["NextToken"] = token
            page = await self.center.participant("transcript", self.token, body)
            items += page["Transcript"]
            token = page.get("NextToken")
            if not token:
                return items


class Agent:
    """Accepts whatever is offered, by the protocol of the agent panel."""

    def __init__(self, center, username, password):
        self.center, self.username, self.password = center, username, password

    async def sign_in(self):
        status, answer, response = await self.center.call(
            "POST", "/auth/login", {"username": self.username, "password": self.password},
            {"content-type": "application/json"})
        assert status == 200, answer
        cookie = response.headers["set-cookie"].split(";")[0]
        status, answer, _ = await self.center.call("GET", "/auth/authorize", None, {"cookie": cookie})
        assert status == 200, answer
        self.token = answer["accessToken"]

    async def cti(self, operation, body=None):
        status, answer, _ = await self.center.call(
            "POST", "/api", {"authentication": {"authToken": self.token}, **(body or {})},
            {"x-amz-target": f"AmazonConnectCTIService.{operation}", "x-amz-bearer": self.token,
             "content-type": "application/x-amz-json-1.0"})
        return status, answer

    async def available(self):
        status, states = await self.cti("GetAgentStates")
        assert status == 200, states
        state = next(state for state in states["states"] if state["type"] == "routable")
        status, answer = await self.cti("PutAgentState", {"state": state, "enqueueNextState": False})
        assert status == 200, answer

    async def snapshot(self):
        status, answer = await self.cti("GetAgentSnapshot", {"timeout": 1000})
        assert status == 200, answer
        return answer["snapshot"]

    async def work(self, stop):
        while not stop.is_set():
            snapshot = await self.snapshot()
            for contact in snapshot["contacts"]:
                if contact["state"]["type"] == "connecting":
                    await self.cti("AcceptContact", {"contactId": contact["contactId"]})
                elif contact["state"]["type"] in ("missed", "rejected", "error"):
                    await self.cti("ClearContact", {"contactId": contact["contactId"]})
            await asyncio.sleep(0.2)  # the panel's own pace


def connect_client(server):
    boot = server.bootstrap
    return boto3.client(
        "connect", endpoint_url=server.endpoint, region_name=boot["region"],
        aws_access_key_id=boot["accessKeyId"], aws_secret_access_key=boot["secretAccessKey"],
        config=Config(retries={"max_attempts": 10, "mode": "standard"}))


def prepare(client, instance):
    """A flow that queues at once, and agents who take ten chats."""
    queue = next(q for q in client.list_queues(InstanceId=instance, QueueTypes=["STANDARD"])["QueueSummaryList"])
    flow = {
        "Version": "2019-10-30", "StartAction": "q", "Actions": [
            {"Identifier": "q", "Type": "UpdateContactTargetQueue", "Parameters": {"QueueId": queue["Arn"]},
             "Transitions": {"NextAction": "t", "Errors": [{"NextAction": "d", "ErrorType": "NoMatchingError"}]}},
            {"Identifier": "t", "Type": "TransferContactToQueue", "Parameters": {},
             "Transitions": {"NextAction": "d", "Errors": [
                 {"NextAction": "d", "ErrorType": "QueueAtCapacity"},
                 {"NextAction": "d", "ErrorType": "NoMatchingError"}]}},
            {"Identifier": "d", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]}
    created = client.create_contact_flow(
        InstanceId=instance, Name="Kill test", Type="CONTACT_FLOW", Content=json.dumps(flow))
    profile = client.list_routing_profiles(InstanceId=instance)["RoutingProfileSummaryList"][0]["Id"]
    client.update_routing_profile_concurrency(
        InstanceId=instance, RoutingProfileId=profile,
        MediaConcurrencies=[{"Channel": "CHAT", "Concurrency": 10}])
    return created["ContactFlowId"], profile


def queue_view(client, instance, contacts):
    """What must not change over a kill: place, age and priority of who waits."""
    view = {}
    for contact in contacts:
        described = client.describe_contact(InstanceId=instance, ContactId=contact)["Contact"]
        if "AgentInfo" not in described and "DisconnectTimestamp" not in described and "QueueInfo" in described:
            view[contact] = (described["QueueInfo"]["Id"], described["QueueInfo"]["EnqueueTimestamp"],
                             described["QueuePriority"])
    return view


def agents_view(client, instance, profile):
    data = client.get_current_user_data(InstanceId=instance, Filters={"RoutingProfiles": [profile]})
    return {row["User"]["Id"]: (row["Status"]["StatusName"], row["Status"]["StatusStartTimestamp"])
            for row in data["UserDataList"]}


@pytest.mark.timeout(900)
def test_kill_minus_nine_loses_nothing(tmp_path):
    with Server(tmp_path / "data", SWITCHROOM_LIMITS_API_RATE_FACTOR="0") as server:
        asyncio.run(scenario(server))


async def scenario(server):
    client, instance = connect_client(server), server.bootstrap["instanceId"]
    flow, profile = prepare(client, instance)
    timeout = aiohttp.ClientTimeout(total=20)
    async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as session:
        center = Center(server, session)
        center.flow, center.client = flow, client
        agents = [Agent(center, name, server.bootstrap["users"][name]["password"]) for name in ("agent1", "agent2")]
        for agent in agents:
            await agent.sign_in()
            await agent.available()
        customers = [Customer(center, number) for number in range(CUSTOMERS)]
        await asyncio.gather(*(customer.start() for customer in customers))
        stop = asyncio.Event()
        work = [asyncio.create_task(agent.work(stop)) for agent in agents]
        talk = [asyncio.create_task(customer.talk(stop)) for customer in customers]
        loop = asyncio.get_running_loop()
        contacts = [customer.contact for customer in customers]
        # The agents' ten places each are taken first, so that the rest is known to wait.
        deadline = loop.time() + 60
        while len(await loop.run_in_executor(None, queue_view, client, instance, contacts)) > CUSTOMERS - 20:
            assert loop.time() < deadline, "the agents' places are not taken"
        waiting = await loop.run_in_executor(None, queue_view, client, instance, contacts)
        statuses = await loop.run_in_executor(None, agents_view, client, instance, profile)
        assert len(waiting) == CUSTOMERS - 20 and len(statuses) == 2
        for _ in range(KILLS):
            await asyncio.sleep(random.uniform(0.1, 1.0))  # the random instant
            await loop.run_in_executor(None, server.kill_and_restart)
            for task in talk + work:
                if task.done():
                    task.result()
        after = await loop.run_in_executor(None, queue_view, client, instance, contacts)
        assert after == waiting, "who waits still waits with the same age and priority"
        assert await loop.run_in_executor(None, agents_view, client, instance, profile) == statuses
        stop.set()
        await asyncio.gather(*talk, *work)

        total = 0
        for customer in customers:
            items = [item for item in await customer.transcript()
                     if item["Type"] == "MESSAGE" and item["ParticipantRole"] == "CUSTOMER"]
            seen = [(item["Id"], item["Content"]) for item in items]
            assert len(set(seen)) == len(seen), "no message is doubled"
            assert seen == customer.acknowledged, "every acknowledged message, in order"
            total += len(seen)
        assert total > CUSTOMERS

        for customer in customers:
            await center.participant("disconnect", customer.token, {})
        for agent in agents:
            deadline = loop.time() + 30
            while True:
                snapshot = await agent.snapshot()
                if not snapshot["contacts"]:
                    break
                for contact in snapshot["contacts"]:
                    if contact["state"]["type"] in ("ended", "missed", "error", "rejected"):
                        await agent.cti("ClearContact", {"contactId": contact["contactId"]})
                assert loop.time() < deadline, snapshot
    server.stop()
    lines = (server.data / "streams" / "contact-records.jsonl").read_text().splitlines()
    recorded = [json.loads(line)["ContactId"] for line in lines]
    assert sorted(recorded) == sorted(contacts), "one record for each contact"
    print(f"{KILLS} kills, {CUSTOMERS} chats, {total} acknowledged messages: none lost, doubled or out of order")
