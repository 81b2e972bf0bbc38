"""Signing in: guessing is slow, sessions are hardened and end for good, security profiles hold, secrets stay secret."""

import asyncio
import json
import os
import re
import sqlite3
import stat
import threading
import time
import uuid

import aiohttp
import pytest

from people import Agent, Customer, Script, login, participant, send, until
from server import Server

END = {"Identifier": "z", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}


class Secrets:
    """Every secret and private text that this file has used, to be looked for at the end."""

    def __init__(self):
        self.texts = {}

    def add(self, name, text):
        assert len(text) >= 8, name
        self.texts[text] = name
        return text


@pytest.fixture(scope="module")
def secrets():
    return Secrets()


@pytest.fixture(scope="module")
def server(tmp_path_factory, secrets):
    folder = tmp_path_factory.mktemp("auth")
    os.chmod(folder, 0o755)
    # As an operator does who makes the folder, or mounts one.
    (folder / "data").mkdir(mode=0o755)
    with Server(folder / "data", SWITCHROOM_LIMITS_API_RATE_FACTOR="0", SWITCHROOM_LOG_LEVEL="debug") as server:
        secrets.add("the secret access key", server.bootstrap["secretAccessKey"])
        for name, user in server.bootstrap["users"].items():
            secrets.add(f"the password of {name}", user["password"])
        yield server


@pytest.fixture(scope="module")
def script(server):
    return Script(server)


def new_user(script, secrets, profile="Agent"):
    """A user of their own, so that a test's failures do not slow down the next test."""
    profiles = script.ok("GET", "/security-profiles-summary/{i}")["SecurityProfileSummaryList"]
    routing = script.ok("GET", "/routing-profiles-summary/{i}")["RoutingProfileSummaryList"][0]["Id"]
    name, password = f"user.{uuid.uuid4().hex[:8]}", secrets.add("a new password", f"Pw{uuid.uuid4().hex[:12]}9!")
    made = script.ok("PUT", "/users/{i}", {
        "Username": name, "Password": password, "RoutingProfileId": routing,
        "IdentityInfo": {"FirstName": "New", "LastName": "User"}, "PhoneConfig": {"PhoneType": "SOFT_PHONE"},
        "SecurityProfileIds": [one["Id"] for one in profiles if one["Name"] == profile]})
    return name, password, made["UserId"]


# ── Passwords ───────────────────────────────────────────────────────────────────────────────────────────────────────

def test_guessing_is_slowed_down(server, script, secrets):
    name, password, _ = new_user(script, secrets)
    wrong = secrets.add("a wrong password", "guessed-wrong-0")
    for _ in range(5):
        assert login(server, name, wrong).status == 401
    blocked = login(server, name, wrong)
    assert blocked.status == 429 and blocked.message and int(blocked.headers["retry-after"]) >= 1, blocked
    # The right password must not be told by the answer either.
    held = login(server, name, password)
    assert (held.status, held.message) == (429, blocked.message), held
    # The wait grows with further failures.
    waits = []
    for _ in range(3):
        until(lambda: ((answer := login(server, name, wrong)).status == 401, answer), "one more attempt", 20)
        waits.append(int(login(server, name, wrong).headers["retry-after"]))
    assert waits == sorted(waits) and waits[-1] > waits[0], waits
    # Somebody else is not held up.
    other, other_password, _ = new_user(script, secrets)
    assert login(server, other, other_password).status == 200


def test_variants_of_a_name_are_no_way_round(server, script, secrets):
    """Spellings that mean the same user must count together."""
    name, password, _ = new_user(script, secrets)
    variants = [name, name.upper(), name.capitalize(), f" {name}", f"{name} ", name + "\u200b", name.swapcase()]
    alive = [one for one in variants if login(server, one, password).status == 200]
    assert name in alive
    for n in range(12):
        login(server, alive[n % len(alive)], "guessed-wrong-1")
    assert all(login(server, one, password).status == 429 for one in alive), alive


def test_many_guesses_at_once_count_like_one_after_the_other(server, script, secrets):
    name, password, _ = new_user(script, secrets)
    tried = []

    def guess(n):
        tried.append(login(server, name, f"guessed-wrong-{n}").status)

    threads = [threading.Thread(target=guess, args=(n,)) for n in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tried.count(401) <= 8 and set(tried) == {401, 429}, tried


def test_nobody_learns_who_exists(server, script, secrets):
    name, _, _ = new_user(script, secrets)
    known, unknown = [], []
    for n in range(4):
        for times, who in ((known, name), (unknown, f"nobody.{n}")):
            begun = time.monotonic()
            answer = login(server, who, "guessed-wrong-2")
            times.append(time.monotonic() - begun)
            assert answer.status == 401, answer
            shown = (answer.body, sorted((key.lower(), value) for key, value in answer.headers.items() if key.lower() != "date"))
            if n or times is unknown:
                assert shown == first, "the same answer for both"
            first = shown
    # The quickest of each, as others may use the machine.
    fast, slow = sorted((min(known), min(unknown)))
    assert slow < fast * 2 + 0.02, (known, unknown)


def test_odd_logins(server):
    for username, password in [("", ""), ("admin", ""), ("", "x" * 10), ("x" * 1000, "x"), ("admin\0", "x"), ("' or 1=1 --", "x"),
                               ("admin", "x" * 5000), ("\ud7ff", "\u0000")]:
        answer = login(server, username, password)
        assert answer.status in (400, 401, 429) and answer.message, (username, answer)
    for body in (b'{"username":"admin"}', b'{"username":"admin","password":null}', b'{"username":{"$ne":1},"password":"x"}',
                 b'{"username":"admin","password":"x","admin":true}', b'{"username":["admin"],"password":"x"}'):
        answer = send(server, "POST", "/auth/login", body, {"content-type": "application/json"})
        assert answer.status in (400, 422) and answer.message, (body, answer)
    # A form of another site can send this without a preflight.
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = send(server, "POST", "/auth/login", b'{"username":"admin","password":"x"}', {"content-type": kind})
        assert answer.status in (400, 415), (kind, answer)


# ── Sessions ────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_the_cookie_is_hardened(server, script, secrets):
    name, password, _ = new_user(script, secrets)
    agent = Agent(server, name, password)
    secrets.add("a session cookie", agent.cookie.split("=", 1)[1])
    parts = [part.strip().lower() for part in agent.set_cookie.split(";")[1:]]
    assert {"httponly", "secure", "path=/", "samesite=none"} <= set(parts), agent.set_cookie
    assert not any(part.startswith("domain") for part in parts), agent.set_cookie
    # A session that was planted before is not taken over at the sign-in.
    planted = login(server, name, password, {"cookie": agent.cookie})
    assert planted.headers["set-cookie"].split(";")[0] != agent.cookie
    # What names a session is not to be cached.
    for path in ("/auth/session", "/auth/authorize"):
        answer = send(server, "GET", path, headers={"cookie": agent.cookie})
        assert answer.status == 200 and answer.headers["cache-control"] == "no-store", answer


def test_logout_ends_everything(server, script, secrets):
    name, password, _ = new_user(script, secrets)
    agent = Agent(server, name, password).work()
    elsewhere = Agent(server, name, password).work()
    secrets.add("a panel's token", agent.token)
    asyncio.run(logout(server, agent, elsewhere))


async def logout(server, agent, elsewhere):
    url = agent.ok("CreateTransport", {"transportType": "web_socket"})["webSocketTransport"]["url"]
    url = f"ws://{server.http}" + url.split(server.http, 1)[1]  # there is no proxy with TLS here
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        await socket.send_json({"topic": "aws/subscribe", "content": {"topics": ["aws/chat"]}})
        assert (await socket.receive_json(timeout=5))["content"]["status"] == "success"
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(None, lambda: send(
            server, "POST", "/auth/logout", b"", {"cookie": agent.cookie, "origin": f"http://{server.http}"}))
        assert answer.status == 200, answer
        cleared = answer.headers["set-cookie"].lower()
        assert cleared.startswith("switchroom-session=;") and "max-age=0" in cleared, cleared
        message = await socket.receive(timeout=5)
        assert message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING), message
        assert message.data == 1008, message
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(url)
        assert refused.value.status == 403
    assert send(server, "GET", "/auth/session", headers={"cookie": agent.cookie}).status == 401
    assert send(server, "GET", "/auth/authorize", headers={"cookie": agent.cookie}).status == 401
    refused = agent.call("GetAgentSnapshot")
    assert refused.error == "UnauthorizedException", refused
    renewed = agent.call("GetNewAuthToken", {"refreshToken": agent.token})
    assert renewed.error == "UnauthorizedException", renewed
    # The other sign-in of the same user is another session.
    assert send(server, "GET", "/auth/session", headers={"cookie": elsewhere.cookie}).status == 200


def test_sessions_survive_a_restart_and_end_with_the_user(server, script, secrets):
    name, password, user = new_user(script, secrets)
    agent = Agent(server, name, password).work()
    server.stop()
    server.start()
    assert send(server, "GET", "/auth/session", headers={"cookie": agent.cookie}).status == 200
    agent.snapshot()
    assert script.call("DELETE", f"/users/{{i}}/{user}").status == 200
    assert send(server, "GET", "/auth/session", headers={"cookie": agent.cookie}).status == 401
    assert agent.call("GetAgentSnapshot").error == "UnauthorizedException"
    assert login(server, name, password).status == 401


# ── Security profiles ───────────────────────────────────────────────────────────────────────────────────────────────

def page(agent, method, path, body=None):
    """A call as our pages make it: with the cookie."""
    content = b"" if body is None else json.dumps(body).encode()
    return send(agent.server, method, path, content, {
        "cookie": agent.cookie, "origin": f"http://{agent.server.http}", "x-csrf-token": "x",
        **({"content-type": "application/json"} if content else {})})


def test_security_profiles_hold(server, script, secrets):
    name, password, user = new_user(script, secrets)
    agent, instance = Agent(server, name, password).work(), script.instance
    queue, flow = script.queue(), script.flow(f"Auth {uuid.uuid4()}", [END], start="z")
    profiles = script.ok("GET", "/security-profiles-summary/{i}")["SecurityProfileSummaryList"]
    admin = next(one["Id"] for one in profiles if one["Name"] == "Admin")
    routing = script.ok("GET", "/routing-profiles-summary/{i}")["RoutingProfileSummaryList"][0]["Id"]
    boss = script.ok("GET", "/users-summary/{i}")["UserSummaryList"]
    boss = next(one["Id"] for one in boss if one["Username"] == "admin")
    before = script.ok("GET", "/users-summary/{i}"), script.ok("GET", f"/users/{{i}}/{user}")
    wrong = []
    for method, path, body in [
        ("PUT", f"/users/{instance}", {
            "Username": "made.by.agent", "Password": "Passw0rd!x", "SecurityProfileIds": [admin], "RoutingProfileId": routing,
            "IdentityInfo": {"FirstName": "x", "LastName": "y"}, "PhoneConfig": {"PhoneType": "SOFT_PHONE"}}),
        ("POST", f"/users/{instance}/{user}/security-profiles", {"SecurityProfileIds": [admin]}),
        ("POST", f"/users/{instance}/{user}/routing-profile", {"RoutingProfileId": routing}),
        ("DELETE", f"/users/{instance}/{boss}", None),
        ("GET", f"/users/{instance}/{boss}", None),
        ("PUT", f"/queues/{instance}", {"Name": "x", "HoursOfOperationId": "x"}),
        ("PUT", f"/contact-flows/{instance}", {"Name": "x", "Type": "CONTACT_FLOW", "Content": "{}"}),
        ("POST", f"/contact-flows/{instance}/{flow}/content", {"Content": "{}"}),
        ("PUT", f"/security-profiles/{instance}", {"SecurityProfileName": "x", "Permissions": []}),
        ("POST", f"/security-profiles/{instance}/{admin}", {"Permissions": []}),
        ("PUT", f"/instance/{instance}/approved-origin", {"Origin": "https://evil.example"}),
        ("PUT", "/instance", {"IdentityManagementType": "CONNECT_MANAGED", "InboundCallsEnabled": True,
                              "OutboundCallsEnabled": True, "InstanceAlias": "agents-own"}),
        ("DELETE", f"/instance/{instance}", None),
        ("PUT", f"/users/{instance}/{boss}/status", {"AgentStatusId": str(uuid.uuid4())}),
        ("POST", f"/metrics/userdata/{instance}", {"Filters": {"Queues": [queue["Id"]]}}),
        ("POST", "/search-contacts", {"InstanceId": instance, "TimeRange": {
            "Type": "INITIATION_TIMESTAMP", "StartTime": time.time() - 60, "EndTime": time.time()}}),
    ]:
        answer = page(agent, method, path, body)
        if (answer.status, answer.error) != (403, "AccessDeniedException") or not answer.message:
            wrong.append(f"{method} {path}: {answer}")
    assert not wrong, "\n" + "\n".join(wrong)
    assert (script.ok("GET", "/users-summary/{i}"), script.ok("GET", f"/users/{{i}}/{user}")) == before
    # What the profile grants is granted, and a changed profile counts at once.
    assert page(agent, "GET", f"/instance/{instance}").status == 200
    assert page(agent, "GET", f"/users/{instance}/{user}").status == 403
    script.ok("POST", f"/users/{{i}}/{user}/security-profiles", {"SecurityProfileIds": [admin]})
    assert page(agent, "GET", f"/users/{instance}/{user}").status == 200
    # The panel is for those who may use it.
    without = script.ok("PUT", "/security-profiles/{i}", {"SecurityProfileName": f"None {uuid.uuid4()}", "Permissions": []})
    script.ok("POST", f"/users/{{i}}/{user}/security-profiles", {"SecurityProfileIds": [without["SecurityProfileId"]]})
    assert send(server, "GET", "/auth/authorize", headers={"cookie": agent.cookie}).status == 403
    assert agent.call("GetAgentSnapshot").error == "AccessDeniedException"


def test_a_user_is_at_home_in_one_instance(server, script, secrets):
    """The cookie of one instance opens nothing in another."""
    made = script.call("PUT", "/instance", {
        "IdentityManagementType": "CONNECT_MANAGED", "InstanceAlias": f"other-{uuid.uuid4().hex[:8]}",
        "InboundCallsEnabled": True, "OutboundCallsEnabled": True})
    assert made.status == 200, made
    other = made.json["Id"]
    try:
        admin = Agent(server, "admin")
        for method, path, body in [("GET", f"/users-summary/{other}", None), ("GET", f"/instance/{other}", None),
                                   ("GET", f"/queues-summary/{other}", None),
                                   ("POST", "/contact/stop", {"InstanceId": other, "ContactId": str(uuid.uuid4())})]:
            answer = page(admin, method, path, body)
            assert (answer.status, answer.error) in [(404, "ResourceNotFoundException"), (403, "AccessDeniedException")], answer
    finally:
        assert script.call("DELETE", f"/instance/{other}").status == 200


# ── Chats that anybody may start ────────────────────────────────────────────────────────────────────────────────────

WAIT = {"Identifier": "a", "Type": "Wait", "Parameters": {"TimeLimitSeconds": "600"}, "Transitions": {
    "NextAction": "z", "Errors": [{"NextAction": "z", "ErrorType": "NoMatchingError"}],
    "Conditions": [{"NextAction": "z", "Condition": {"Operator": "Equals", "Operands": ["WaitCompleted"]}}]}}


def widget(server, **members):
    """Starts a chat as a page does for a visitor, without any credentials."""
    return send(server, "POST", "/widget/chat", json.dumps(members).encode(), {"content-type": "application/json"})


def test_a_stranger_does_not_continue_a_chat(server, script):
    """A contact id is no proof of having been in the chat: it is in links, events and panels."""
    flow = script.flow(f"Wait {uuid.uuid4()}", [WAIT, END])
    customer = Customer.start(script, flow, Attributes={"account": "4711"}).connect()
    customer.say("for your eyes only")
    customer.leave()
    for kind in ("ENTIRE_PAST_SESSION", "FROM_SEGMENT"):
        answer = widget(server, DisplayName="Eve", ContactFlowId=flow,
                        PersistentChat={"RehydrationType": kind, "SourceContactId": customer.contact})
        if answer.status == 200:
            stranger = Customer(server, answer.json["data"]["startChatResult"]).connect()
            seen = [item.get("Content") for item in stranger.ok("transcript", {"MaxResults": 100})["Transcript"]]
            attributes = script.ok("GET", f"/contact/attributes/{{i}}/{stranger.contact}")["Attributes"]
            stranger.leave()
            assert "for your eyes only" not in seen, "a stranger reads the chat"
            assert "account" not in attributes, "a stranger's chat has the customer's attributes"


def test_a_guessed_client_token_gives_no_chat(server, script):
    """Repeating somebody's request does not hand out their chat."""
    flow = script.flow(f"Wait {uuid.uuid4()}", [WAIT, END])
    request = {"DisplayName": "Bob", "ContactFlowId": flow, "ClientToken": "1"}
    first = widget(server, **request)
    if first.status != 200:
        return
    bob = Customer(server, first.json["data"]["startChatResult"]).connect()
    bob.say("this is Bob")
    again = widget(server, **request)
    if again.status == 200:
        stranger = Customer(server, again.json["data"]["startChatResult"])
        seen = stranger.call("transcript", {})
        assert "this is Bob" not in seen.body.decode(), "a guessed token opens somebody's chat"
    bob.leave()


def test_attributes_of_strangers_are_marked(server, script):
    """Attributes that nobody has signed are told apart from those that flows may trust (spec 11 §6.2)."""
    flow = script.flow(f"Wait {uuid.uuid4()}", [WAIT, END])
    started = widget(server, DisplayName="Eve", ContactFlowId=flow, Attributes={"vip": "true"}).json["data"]["startChatResult"]
    attributes = script.ok("GET", f"/contact/attributes/{{i}}/{started['ContactId']}")["Attributes"]
    assert attributes == {"HostedWidget-vip": "true"}, attributes


# ── Secrets ─────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_secrets_on_disk_are_the_owners(server, script, secrets):
    """Nobody but the owner reads keys, hashes and what customers said, also in a folder that was there before."""
    Customer.start(script, script.flow(f"Disk {uuid.uuid4()}", [END], start="z")).connect()
    data = server.data
    if not data.stat().st_mode & 0o077:
        return
    open_to_all = [path.relative_to(data).as_posix() for path in data.rglob("*")
                   if path.is_file() and path.stat().st_size and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH)]
    assert not open_to_all, open_to_all


def test_passwords_are_kept_as_argon2(server, secrets):
    """In the database, too, there are hashes only."""
    content = b"".join(path.read_bytes() for path in server.data.glob("switchroom.db*"))
    assert b"$argon2id$" in content
    for text, name in secrets.texts.items():
        if "password" in name and not name.startswith("a wrong"):
            assert text.encode() not in content, name


def test_no_secret_in_any_log(server, script, secrets):
    """After everything above, and after messages, attributes, tokens and names of customers: none is in a log."""
    said = secrets.add("a message", f"my card is 4111-{uuid.uuid4()}")
    value = secrets.add("an attribute", f"attribute-{uuid.uuid4()}")
    who = secrets.add("a customer's name", f"Customer {uuid.uuid4()}")
    wait = {"Identifier": "a", "Type": "Wait", "Parameters": {"TimeLimitSeconds": "600"}, "Transitions": {
        "NextAction": "z", "Errors": [{"NextAction": "z", "ErrorType": "NoMatchingError"}],
        "Conditions": [{"NextAction": "z", "Condition": {"Operator": "Equals", "Operands": ["WaitCompleted"]}}]}}
    flow = script.flow(f"Secrets {uuid.uuid4()}", [wait, END])
    customer = Customer.start(script, flow, Attributes={"card": value}, ParticipantDetails={"DisplayName": who}).connect()
    secrets.add("a participant token", customer.participant_token)
    secrets.add("a connection token", customer.token)
    url = customer.ok("connection", {"Type": ["WEBSOCKET"]}, customer.participant_token)["Websocket"]["Url"]
    secrets.add("a socket's token", url.split("token=")[1])
    customer.say(said)
    customer.call("message", {"ContentType": "text/plain", "Content": said * 100})  # refused
    customer.call("message", {"ContentType": "application/json", "Content": said})  # refused
    script.call("POST", "/contact/attributes", {"InstanceId": script.instance, "InitialContactId": customer.contact,
                                                "Attributes": {"bad$name": value}})
    script.call("PUT", "/users/{i}", {"Username": "x y", "Password": secrets.add("a refused password", "Refused-9-secret")})
    script.call("GET", "/instance/{i}", headers={"x-amz-security-token": secrets.add("a security token", "token-9-secret")})
    send(server, "GET", f"/nothing?token={secrets.add('a stray token', 'stray-9-secret')}")
    participant(server, "message", {}, secrets.add("a bad bearer", "bearer-9-secret"))
    agent = Agent(server, "agent2").work()
    secrets.add("a panel's token", agent.token)
    secrets.add("a session cookie", agent.cookie.split("=", 1)[1])
    agent.call("NotifyContactIssue", {"contactId": customer.contact, "description": said})
    customer.leave()
    server.stop()
    places = {"the server's log": server.data.parent / "data.log",
              **{f"streams/{name}.jsonl": server.data / "streams" / f"{name}.jsonl" for name in ("calls", "flow-logs")}}
    contents = {place: path.read_text(errors="replace") if path.exists() else "" for place, path in places.items()}
    with sqlite3.connect(server.data / "switchroom.db") as database:
        for table in ("flow_logs", "changes"):
            contents[table] = "\n".join(body for body, in database.execute(f"SELECT body FROM {table}"))
    assert contents["changes"], "the change history is read"
    found = []
    for place, content in contents.items():
        found += [f"{name} in {place}" for text, name in secrets.texts.items() if text in content]
    assert not found, "\n".join(found)
    # The streams of contacts hold what they publish, but never credentials.
    for path in (server.data / "streams").glob("*.jsonl"):
        content = path.read_text()
        for text, name in secrets.texts.items():
            assert not (text in content and re.search("password|token|key|cookie|bearer", name)), f"{name} in {path.name}"
