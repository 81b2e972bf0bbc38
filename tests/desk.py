"""An agent's desk for tests: signs in and works by the protocol of the agent panel."""

import json
import time
import urllib.error
import urllib.request


class Desk:
    """One agent, by HTTP."""

    def __init__(self, server, username):
        self.server, self.username = server, username
        password = server.bootstrap["users"][username]["password"]
        _, _, headers = self.http("POST", "/auth/login", {"username": username, "password": password})
        self.cookie = headers["set-cookie"].split(";")[0]
        _, answer, _ = self.http("GET", "/auth/authorize", None, {"cookie": self.cookie})
        self.token = answer["accessToken"]

    def http(self, method, path, body=None, headers=None):
        request = urllib.request.Request(
            self.server.endpoint + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json", **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                content = answer.read()
                return answer.status, json.loads(content or b"{}"), answer.headers
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read()!r}") from None

    def cti(self, operation, **body):
        headers = {"x-amz-target": f"AmazonConnectCTIService.{operation}", "x-amz-bearer": self.token,
                   "content-type": "application/x-amz-json-1.0"}
        return self.http("POST", "/api", {"authentication": {"authToken": self.token}, **body}, headers)[1]

    def set_state(self, kind):
        state = next(one for one in self.cti("GetAgentStates")["states"] if one["type"] == kind)
        self.cti("PutAgentState", state=state, enqueueNextState=False)

    def snapshot(self):
        return self.cti("GetAgentSnapshot", timeout=1000)["snapshot"]

    def contact(self, contact):
        return next((one for one in self.snapshot()["contacts"] if one["contactId"] == contact), None)

    def wait(self, contact, state, deadline=15):
        """Waits until the panel shows the contact in this state; none = gone."""
        until = time.monotonic() + deadline
        while True:
            found = self.contact(contact)
            if (found["state"]["type"] if found else None) == state:
                return found
            assert time.monotonic() < until, f"{self.username} does not see {contact} {state}: {found}"
            time.sleep(0.02)  # between looks, bounded by the deadline

    def accept(self, contact):
        self.wait(contact, "connecting")
        self.cti("AcceptContact", contactId=contact)
        found = self.wait(contact, "connected")
        return next(one for one in found["connections"] if one["type"] == "agent")["connectionId"]

    def chat_token(self, contact, connection):
        answer = self.cti("CreateTransport", transportType="chat_token", participantId=connection, contactId=contact)
        return answer["chatTokenTransport"]["participantToken"]

    def leave(self, contact, connection):
        self.cti("DestroyConnection", contactId=contact, connectionId=connection)

    def clear(self, contact):
        self.cti("ClearContact", contactId=contact)
        self.wait(contact, None)
