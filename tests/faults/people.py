"""Scripts, agents and customers as they reach the server: plain HTTP, so that a test may send what no SDK would."""

import datetime
import hashlib
import hmac
import http.client
import json
import socket
import time
import urllib.parse


class Answer:
    """An HTTP answer that was read whole."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body) if self.body else {}

    @property
    def error(self):
        return (self.headers.get("x-amzn-errortype") or "").split(":")[0]

    @property
    def message(self):
        try:
            content = self.json
        except ValueError:
            return ""
        return (content.get("message") or content.get("Message") or "") if isinstance(content, dict) else ""

    def __repr__(self):
        return f"{self.status} {self.error} {self.body[:300]!r}"


def send(server, method, path, body=b"", headers=None, timeout=30):
    """One request on a connection of its own, sent as given: the path is not changed, no header is added."""
    connection = http.client.HTTPConnection(server.http, timeout=timeout)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        sent = {"host": server.http, **(headers or {})}
        if isinstance(body, bytes) and not any(name.lower() in ("content-length", "transfer-encoding") for name in sent):
            if body or method not in ("GET", "DELETE", "HEAD", "OPTIONS"):
                sent["content-length"] = str(len(body))
        for name, value in sent.items():
            for one in value if isinstance(value, list) else [value]:
                connection.putheader(name, one)
        try:
            connection.endheaders(body or None)
        except (BrokenPipeError, ConnectionResetError):
            pass  # a server that has answered need not read the rest
        return Answer(connection.getresponse())
    finally:
        connection.close()


class Script:
    """A program with an access key, which signs by itself so that every part of a signature can be made wrong."""

    def __init__(self, server):
        self.server, boot = server, server.bootstrap
        self.key, self.secret, self.region = boot["accessKeyId"], boot["secretAccessKey"], boot["region"]
        self.instance = boot["instanceId"]

    def sign(self, method, path, body=b"", now=None, region=None, service="connect", key=None, secret=None,
             payload=None, extra=None):
        """The headers of a signed request; any part may be given wrong."""
        now = now or datetime.datetime.now(datetime.timezone.utc)
        stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
        region, key, secret = region or self.region, key or self.key, secret or self.secret
        payload = payload or hashlib.sha256(body).hexdigest()
        raw_path, _, query = path.partition("?")
        headers = {"host": self.server.http, "x-amz-date": stamp, "x-amz-content-sha256": payload, **(extra or {})}
        names = sorted(headers)
        canonical = "\n".join([
            method, urllib.parse.quote(raw_path, safe="/~"), canonical_query(query),
            "".join(f"{name}:{headers[name].strip()}\n" for name in names), ";".join(names), payload])
        scope = f"{day}/{region}/{service}/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        signature = hmac.new(signing_key(secret, day, region, service), text.encode(), hashlib.sha256).hexdigest()
        headers["authorization"] = (f"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={';'.join(names)}, "
                                    f"Signature={signature}")
        return headers

    def presign(self, method, path, expires=60, now=None, service="connect"):
        """The path with a signature in its query."""
        now = now or datetime.datetime.now(datetime.timezone.utc)
        stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
        scope = f"{day}/{self.region}/{service}/aws4_request"
        query = urllib.parse.urlencode({
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": f"{self.key}/{scope}", "X-Amz-Date": stamp,
            "X-Amz-Expires": str(expires), "X-Amz-SignedHeaders": "host"}, quote_via=urllib.parse.quote)
        empty = hashlib.sha256(b"").hexdigest()
        canonical = "\n".join([method, urllib.parse.quote(path, safe="/~"), canonical_query(query),
                               f"host:{self.server.http}\n", "host", empty])
        text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        signature = hmac.new(signing_key(self.secret, day, self.region, service), text.encode(), hashlib.sha256)
        return f"{path}?{query}&X-Amz-Signature={signature.hexdigest()}"

    def call(self, method, path, body=None, raw=None, headers=None, **sign):
        """A signed call; `raw` instead of `body` sends bytes as they are. `{i}` in the path is the instance."""
        path = path.replace("{i}", self.instance)
        content = raw if raw is not None else (b"" if body is None else json.dumps(body).encode())
        signed = self.sign(method, path, content, **sign)
        return send(self.server, method, path, content,
                    {**({"content-type": "application/json"} if content else {}), **signed, **(headers or {})})

    def ok(self, method, path, body=None):
        """A signed call that must succeed."""
        answer = self.call(method, path, body)
        assert answer.status == 200, (method, path, answer)
        return answer.json

    def flow(self, name, actions, kind="CONTACT_FLOW", start="a"):
        """A published flow; its id."""
        content = json.dumps({"Version": "2019-10-30", "StartAction": start, "Actions": actions})
        return self.ok("PUT", "/contact-flows/{i}", {"Name": name, "Type": kind, "Content": content})["ContactFlowId"]

    def contact(self, contact):
        return self.ok("GET", f"/contacts/{{i}}/{contact}")["Contact"]

    def queue(self, name="BasicQueue"):
        for queue in self.ok("GET", "/queues-summary/{i}?queueTypes=STANDARD")["QueueSummaryList"]:
            if queue["Name"] == name:
                return queue
        raise AssertionError(f"there is no queue {name}")


def canonical_query(query):
    pairs = sorted(tuple((pair + "=").split("=")[:2]) for pair in query.split("&") if pair)
    return "&".join(f"{name}={value}" for name, value in pairs)


def signing_key(secret, day, region, service):
    key = ("AWS4" + secret).encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


class Customer:
    """A customer in a chat."""

    def __init__(self, server, started):
        self.server, self.contact = server, started["ContactId"]
        self.participant, self.participant_token = started["ParticipantId"], started["ParticipantToken"]
        self.token = self.ok("connection", {"Type": ["CONNECTION_CREDENTIALS"]}, self.participant_token)[
            "ConnectionCredentials"]["ConnectionToken"]

    @classmethod
    def start(cls, script, flow, **members):
        body = {"InstanceId": script.instance, "ContactFlowId": flow, "ParticipantDetails": {"DisplayName": "Cora"},
                **members}
        return cls(script.server, script.ok("PUT", "/contact/chat", body))

    def connect(self):
        self.ok("event", {"ContentType": "application/vnd.amazonaws.connect.event.connection.acknowledged"})
        return self

    def call(self, operation, body, token=None):
        return participant(self.server, operation, body, token or self.token)

    def ok(self, operation, body, token=None):
        answer = self.call(operation, body, token)
        assert answer.status == 200, (operation, answer)
        return answer.json

    def say(self, text, **members):
        return self.ok("message", {"ContentType": "text/plain", "Content": text, **members})

    def leave(self):
        self.ok("disconnect", {})


def raw(server, data, timeout=5, half_close=False):
    """Sends bytes and reads until the server closes or falls silent: what came, and whether it closed."""
    host, port = server.http.split(":")
    received = b""
    with socket.create_connection((host, int(port)), timeout=timeout) as connection:
        try:
            connection.sendall(data)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
            while True:
                piece = connection.recv(65536)
                if not piece:
                    return received, True
                received += piece
        except TimeoutError:
            return received, False
        except ConnectionError:
            return received, True


def participant(server, operation, body, token):
    return send(server, "POST", "/participant/" + operation, json.dumps(body).encode(),
                {"content-type": "application/json", "x-amz-bearer": token})


class Agent:
    """An agent at the panel."""

    def __init__(self, server, username, password=None):
        self.server, self.username = server, username
        self.password = password or server.bootstrap["users"][username]["password"]
        answer = login(server, username, self.password)
        assert answer.status == 200, answer
        self.set_cookie = answer.headers["set-cookie"]
        self.cookie = self.set_cookie.split(";")[0]
        self.user = answer.json["userId"]

    def work(self):
        """Opens the panel."""
        answer = send(self.server, "GET", "/auth/authorize", headers={"cookie": self.cookie})
        assert answer.status == 200, answer
        self.token = answer.json["accessToken"]
        return self

    def call(self, operation, body=None, token=None, path="/api"):
        token = token or self.token
        return send(self.server, "POST", path,
                    json.dumps({"authentication": {"authToken": token}, **(body or {})}).encode(),
                    {"x-amz-target": f"AmazonConnectCTIService.{operation}", "x-amz-bearer": token,
                     "content-type": "application/x-amz-json-1.0"})

    def ok(self, operation, body=None):
        answer = self.call(operation, body)
        assert answer.status == 200, (operation, answer)
        return answer.json

    def state(self, name="Available", enqueue=False):
        states = self.ok("GetAgentStates")["states"]
        state = next(state for state in states if state["name"] == name)
        self.ok("PutAgentState", {"state": state, "enqueueNextState": enqueue})
        return self

    def snapshot(self):
        return self.ok("GetAgentSnapshot", {"timeout": 100})["snapshot"]

    def held(self, contact):
        return next((one for one in self.snapshot()["contacts"] if one["contactId"] == contact), None)

    def wait(self, contact, state, deadline=15):
        """Waits until the contact shows this state (none = is gone); its entry."""
        def look():
            entry = self.held(contact)
            shown = entry and entry["state"]["type"]
            return (True, entry) if shown == state else (False, shown)
        return until(look, f"{contact} as {state} with {self.username}", deadline)

    def accept(self, contact):
        self.wait(contact, "connecting")
        self.ok("AcceptContact", {"contactId": contact})
        return self.wait(contact, "connected")

    def leave(self, contact):
        """Ends the contact for the customer; after-contact work remains."""
        mine = next(one for one in self.held(contact)["connections"] if one["type"] == "agent")
        self.ok("DestroyConnection", {"contactId": contact, "connectionId": mine["connectionId"]})
        self.wait(contact, "ended")

    def clear(self, contact):
        self.ok("ClearContact", {"contactId": contact})


def login(server, username, password, headers=None, **members):
    return send(server, "POST", "/auth/login", json.dumps({"username": username, "password": password, **members}).encode(),
                {"content-type": "application/json", **(headers or {})})


def until(look, what, deadline=15):
    """Looks until `look` gives (True, value); the value."""
    end = time.monotonic() + deadline
    while True:
        found, value = look()
        if found:
            return value
        assert time.monotonic() < end, f"not seen within {deadline} s: {what}; last seen: {value!r}"
        time.sleep(0.02)  # between looks, bounded by the deadline
