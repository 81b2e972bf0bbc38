"""Customers sign in during a chat: the ordinary clients against a server with identity providers, one of them down."""

import json
import socket
import time
import urllib.error
import urllib.request

import boto3
import pytest
from botocore.config import Config

from identity_provider import IdentityProvider, Signer
from oracle import check_answer
from server import Server

ACKNOWLEDGED = "application/vnd.amazonaws.connect.event.connection.acknowledged"
POOL = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_example"
BACK = "https://shop.example.com/back?lang=en"
SECRET = "Corr3ct horse+battery"
STATUS = "$.SegmentAttributes['connect:CustomerAuthentication']['Status']"


@pytest.fixture(scope="module")
def provider():
    with IdentityProvider({"shop": None, "app": SECRET}) as provider:
        yield provider


@pytest.fixture(autouse=True)
def as_usual(provider):
    yield
    provider.as_usual()


@pytest.fixture(scope="module")
def centre(provider, tmp_path_factory):
    """A server that knows the provider, and another at an address where nobody listens."""
    folder = tmp_path_factory.mktemp("authentication")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        entries = [("shop", provider.issuer, ""), ("app", provider.issuer, f'client_secret = "{SECRET}"'),
                   ("down", f"http://127.0.0.1:{nobody.getsockname()[1]}", "")]
        config = folder / "switchroom.toml"
        config.write_text("[limits]\napi_rate_factor = 0\n" + "".join(
            f'[[identity_providers]]\nuser_pool_arn = "{POOL}"\nclient_id = "{client}"\nissuer = "{issuer}"\n{more}\n'
            for client, issuer, more in entries))
        with Server(folder / "data", arguments=["--config", str(config)]) as running:
            yield running
            assert running.stop() == 0, running.tail()


@pytest.fixture(scope="module")
def clients(centre):
    def make(service):
        client = boto3.client(
            service, endpoint_url=centre.endpoint, region_name=centre.bootstrap["region"],
            aws_access_key_id=centre.bootstrap["accessKeyId"],
            aws_secret_access_key=centre.bootstrap["secretAccessKey"], 
            config=Config(retries={"max_attempts": 0}, parameter_validation=False))
        client.meta.events.register(f"before-parse.{service}", check_answer)
        return client
    return make


@pytest.fixture(scope="module")
def connect(clients):
    return clients("connect")


@pytest.fixture(scope="module")
def participant(clients):
    return clients("connectparticipant")


@pytest.fixture(scope="module")
def flow(centre, connect):
    """Makes flows that ask for a sign-in with a client, say by which branch they went on, and stay."""
    made = {}

    def flow(client):
        if client not in made:
            made[client] = connect.create_contact_flow(
                InstanceId=centre.bootstrap["instanceId"], Name=f"Sign in with {client}", Type="CONTACT_FLOW",
                Content=json.dumps(content(client)))["ContactFlowId"]
        return made[client]
    return flow


def content(client):
    def says(name, text):
        return {"Identifier": name, "Type": "MessageParticipant", "Parameters": {"Text": text},
                "Transitions": {"NextAction": "stay", "Errors": [
                    {"NextAction": "stay", "ErrorType": "NoMatchingError"}]}}
    return {"Version": "2019-10-30", "StartAction": "ask", "Actions": [
        {"Identifier": "ask", "Type": "AuthenticateParticipant",
         "Parameters": {"CognitoConfiguration": {"UserPoolArn": POOL, "AppClientId": client},
                        "CustomerProfilesConfiguration": {"ObjectTypeName": "default"}, "TimeLimitMinutes": "3"},
         "Transitions": {"NextAction": "in",
                         "Conditions": [{"NextAction": "out",
                                         "Condition": {"Operator": "Equals", "Operands": ["OptedOut"]}}],
                         "Errors": [{"NextAction": "late", "ErrorType": "TimeLimitExceeded"},
                                    {"NextAction": "failed", "ErrorType": "NoMatchingError"}]}},
        says("in", f"in {STATUS} $.CustomerId"), says("out", "out"), says("late", f"late {STATUS}"),
        says("failed", f"failed {STATUS}"),
        {"Identifier": "stay", "Type": "Wait", "Parameters": {"TimeLimitSeconds": "3600"},
         "Transitions": {"NextAction": "bye",
                         "Conditions": [{"NextAction": "bye",
                                         "Condition": {"Operator": "Equals", "Operands": ["WaitCompleted"]}}],
                         "Errors": [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]}},
        {"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]}


class Chat:
    """A customer in a chat whose flow asks for a sign-in."""

    def __init__(self, connect, participant, instance, flow):
        self.connect, self.participant, self.instance = connect, participant, instance
        started = connect.start_chat_contact(
            InstanceId=instance, ContactFlowId=flow, ParticipantDetails={"DisplayName": "Cora"})
        self.contact, self.ticket = started["ContactId"], started["ParticipantToken"]
        answer = participant.create_participant_connection(
            ParticipantToken=self.ticket, Type=["WEBSOCKET", "CONNECTION_CREDENTIALS"])
        self.token = answer["ConnectionCredentials"]["ConnectionToken"]
        participant.send_event(ConnectionToken=self.token, ContentType=ACKNOWLEDGED)

    def items(self):
        return self.participant.get_transcript(ConnectionToken=self.token, MaxResults=100)["Transcript"]

    def wait(self, ending, deadline=20):
        """Waits until the last item's content, or the end of its type, is this; gives what came after joining."""
        until = time.monotonic() + deadline
        while True:
            items = self.items()
            lines = [item.get("Content") or item["ContentType"].rsplit("event.")[-1] for item in items][1:]
            if lines and lines[-1].startswith(ending):
                return lines
            assert time.monotonic() < until, lines
            time.sleep(0.02)  # between looks, bounded by the deadline

    def session(self):
        self.wait('{"SessionId"')
        return json.loads(self.items()[-1]["Content"])["SessionId"]

    def address(self, session, back=BACK):
        return self.participant.get_authentication_url(
            ConnectionToken=self.token, SessionId=session, RedirectUri=back)["AuthenticationUrl"]

    def cancel(self, session):
        return self.participant.cancel_participant_authentication(ConnectionToken=self.token, SessionId=session)

    def update(self, state, **answer):
        return self.connect.update_participant_authentication(InstanceId=self.instance, State=state, **answer)

    def away(self, provider):
        """The customer signs in at the provider: what they come back with."""
        return provider.sign_in(self.address(self.session()))

    def known(self):
        contact = self.connect.describe_contact(InstanceId=self.instance, ContactId=self.contact)["Contact"]
        values = contact["SegmentAttributes"].get("connect:CustomerAuthentication", {}).get("ValueMap", {})
        return {name: value["ValueString"] for name, value in values.items()}, contact.get("CustomerId")


@pytest.fixture
def chat(centre, connect, participant, flow):
    return lambda client="shop": Chat(connect, participant, centre.bootstrap["instanceId"], flow(client))


@pytest.mark.parametrize("client", ["shop", "app"])
def test_a_customer_signs_in(chat, provider, client):
    one = chat(client)
    back = one.away(provider)
    assert back["back"] == BACK
    assert one.update(back["state"], Code=back["code"])["ResponseMetadata"]["HTTPStatusCode"] == 200
    lines = one.wait("in ")
    assert lines[1:] == ["authentication.succeeded", "participant.displayname.updated", "in AUTHENTICATED cora-1"]
    assert one.items()[-2]["DisplayName"] == "Cornelia"
    assert one.known() == ({"IdentityProvider": provider.issuer, "ClientId": client, "Status": "AUTHENTICATED",
                            "AssociatedCustomerId": "cora-1", "AuthenticationMethod": "CONNECT"}, "cora-1")


def test_a_customer_opts_out(chat, refused):
    one = chat()
    session = one.session()
    one.cancel(session)
    assert one.wait("out")[1:] == ["authentication.cancelled", "out"]
    assert one.known() == ({}, None)
    refused("ValidationException", one.cancel, session=session)


def test_the_provider_refuses_the_customer(chat, provider):
    one = chat()
    back = one.away(provider)
    one.update(back["state"], Error="access_denied", ErrorDescription="The user said no.")
    assert one.wait("failed")[1:] == ["authentication.failed", "failed FAILED"]
    assert one.known()[0]["Status"] == "FAILED"


@pytest.mark.parametrize("claims", [
    {"exp": 1}, {"exp": None}, {"nonce": "another"}, {"nonce": None}, {"aud": "other"}, {"azp": "other"},
    {"iss": "https://other.example.com"}, {"sub": ""},
], ids=json.dumps)
def test_an_unfit_id_token_proves_nothing(chat, provider, claims):
    provider.claims = claims
    one = chat()
    back = one.away(provider)
    one.update(back["state"], Code=back["code"])
    assert one.wait("failed")[1:] == ["authentication.failed", "failed FAILED"]
    assert "AssociatedCustomerId" not in one.known()[0]


@pytest.mark.parametrize("ident", ["rsa", "other"])
def test_a_forged_id_token_proves_nothing(chat, provider, ident):
    provider.signer = Signer("RS256", ident)
    one = chat()
    back = one.away(provider)
    one.update(back["state"], Code=back["code"])
    assert one.wait("failed")[1:] == ["authentication.failed", "failed FAILED"]


@pytest.mark.parametrize("answer", [
    (400, {"error": "invalid_grant"}), (500, b"<html>"), (200, b"no JSON"), (200, {"access_token": "x"}),
    (200, b" " * 300_000), (302, {}),
], ids=["refuses", "fails", "garbles", "forgets", "floods", "redirects"])
def test_a_provider_that_fails_is_a_failure(chat, provider, answer):
    provider.answer = answer
    one = chat()
    back = one.away(provider)
    one.update(back["state"], Code=back["code"])
    assert one.wait("failed")[1:] == ["authentication.failed", "failed FAILED"]


@pytest.mark.parametrize("client", ["down", "nobody"])
def test_nobody_is_asked_where_no_provider_answers(chat, client):
    assert chat(client).wait("failed") == ["authentication.failed", "failed FAILED"]


def test_a_made_up_code_is_no_identity(chat, provider):
    one = chat()
    one.update(one.away(provider)["state"], Code="made-up")
    assert one.wait("failed")[1:] == ["authentication.failed", "failed FAILED"]


def test_wrong_sessions_and_addresses_are_refused(chat, refused, provider):
    one, other = chat(), chat()
    session, foreign = one.session(), other.session()
    for wrong in [foreign, "00000000-0000-4000-8000-000000000000", "short"]:
        refused("ValidationException", one.address, session=wrong)
        refused("ValidationException", one.cancel, session=wrong)
    for back in ["javascript:alert(1)", "www.example.com", "/back", "ftp://example.com/", "https://example.com/#part"]:
        refused("ValidationException", one.address, session=session, back=back)
    address = one.address(session)
    assert one.address(session) == address, "a repetition gets the same answer"
    refused("ValidationException", one.address, session=session, back="https://elsewhere.example.com/")
    for token in [one.ticket, "x" * 40]:  # the participant token is not meant here
        refused("AccessDeniedException", one.participant.get_authentication_url,
                ConnectionToken=token, SessionId=session, RedirectUri=BACK)
    back = provider.sign_in(address)
    one.update(back["state"], Code=back["code"])
    one.wait("in ")
    other.cancel(foreign)
    other.wait("out")


def test_a_state_is_good_once_and_for_its_own_sign_in(chat, refused, provider):
    one = chat()
    back = one.away(provider)
    state = back["state"]
    for wrong in ["x", state[:-1], state[:-1] + ("0" if state[-1] != "0" else "1"), f"{one.contact}.{'0' * 64}"]:
        refused("InvalidRequestException", one.update, state=wrong, Code=back["code"])
    refused("InvalidRequestException", one.update, state=state)
    refused("InvalidRequestException", one.update, state=state, Code="x", Error="access_denied")
    refused("InvalidRequestException", one.update, state=state, Error='"')
    refused("InvalidRequestException", one.connect.update_participant_authentication,
            InstanceId="00000000-0000-4000-8000-000000000000", State=state, Code="x")
    one.update(state, Code=back["code"])
    one.wait("in ")
    refused("InvalidRequestException", one.update, state=state, Code=back["code"])


def post(centre, **body):
    """The hosted page's way back."""
    request = urllib.request.Request(
        f"{centre.endpoint}/widget/authentication", method="POST", data=json.dumps(body).encode(),
        headers={"content-type": "application/json", "origin": "https://shop.example.com"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        assert json.loads(error.read())["message"]
        return error.code


def test_a_page_answers_for_its_own_chat_only(centre, chat, provider):
    one, other = chat(), chat()
    back, foreign = one.away(provider), other.away(provider)
    for status, body in [
        (403, {"ParticipantToken": "x", "State": back["state"], "Code": back["code"]}),
        (400, {"ParticipantToken": other.ticket, "State": back["state"], "Code": back["code"]}),
        (400, {"ParticipantToken": one.ticket, "State": foreign["state"], "Code": back["code"]}),
        (400, {"ParticipantToken": one.ticket, "State": "x", "Code": back["code"]}),
        (400, {"ParticipantToken": one.ticket, "State": back["state"]}),
        (400, {"ParticipantToken": one.ticket, "State": back["state"], "Code": "x", "Error": "x"}),
        (400, {"ParticipantToken": one.ticket, "State": back["state"], "Code": "x" * 2049}),
        (400, {"ParticipantToken": one.ticket, "State": back["state"], "Kode": "x"}),
    ]:
        assert post(centre, **body) == status, body
    assert post(centre, ParticipantToken=one.ticket, State=back["state"], Code=back["code"]) == 200
    assert one.wait("in ")[-1] == "in AUTHENTICATED cora-1"
    assert post(centre, ParticipantToken=one.ticket, State=back["state"], Code=back["code"]) == 400
    assert post(centre, ParticipantToken=other.ticket, State=foreign["state"], Error="access_denied") == 200
    other.wait("failed")


def test_a_sign_in_survives_a_crash(centre, chat, provider):
    waiting, asked = chat(), chat()
    session, back = waiting.session(), asked.away(provider)
    centre.kill_and_restart()
    asked.update(back["state"], Code=back["code"])
    asked.wait("in ")
    back = provider.sign_in(waiting.address(session))
    waiting.update(back["state"], Code=back["code"])
    assert waiting.wait("in ")[-1] == "in AUTHENTICATED cora-1"


def test_no_secret_is_written_where_people_look(centre, chat, provider):
    one = chat("app")
    back = one.away(provider)
    one.update(back["state"], Code=back["code"])
    one.wait("in ")
    used = provider.used[-1]
    one.connect.stop_contact(InstanceId=one.instance, ContactId=one.contact)
    records, until = centre.data / "streams" / "contact-records.jsonl", time.monotonic() + 15
    while not records.exists() or one.contact not in records.read_text():
        assert time.monotonic() < until
        time.sleep(0.05)  # between looks, bounded by the deadline
    written = centre.tail(10**6) + "".join(path.read_text() for path in (centre.data / "streams").glob("*.jsonl"))
    assert one.contact in written
    for secret in [used["code"], used["code_verifier"], back["state"].split(".")[1], SECRET]:
        assert secret not in written
