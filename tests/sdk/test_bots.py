"""Bots through the SDK: the Lex V2 runtime, bots of flows, bringing bots in, and bots on other servers."""

import base64
import contextlib
import gzip
import http.server
import io
import json
import subprocess
import threading
import time
import zipfile

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session

from oracle import differences
from server import BINARY, Server
from test_contacts import Chat


def check_shape(operation_model, response_dict, **_):
    """The answer has the published shape; slots that are not known yet are null, as published."""
    if response_dict["status_code"] >= 300 or operation_model.name == "PutSession":
        return
    def known(value):
        if isinstance(value, dict):
            return {name: known(inner) for name, inner in value.items() if inner is not None}
        return [known(inner) for inner in value] if isinstance(value, list) else value
    findings = differences(known(json.loads(response_dict["body"])), operation_model.output_shape, "")
    assert not findings, f"{operation_model.name} answers otherwise than published: {findings}"


@pytest.fixture(scope="module")
def lex(make_client):
    client = make_client("lexv2-runtime")
    client.meta.events.register("before-parse.lex-runtime-v2", check_shape)
    return client


@pytest.fixture(scope="module")
def participant(make_client):
    return make_client("connectparticipant")


@pytest.fixture(scope="module")
def own(server, instance):
    """Our own operations on bots: `(status, answer)`."""
    key = Credentials(server.bootstrap["accessKeyId"], server.bootstrap["secretAccessKey"])
    session = URLLib3Session()

    def own(method, body=None, path=""):
        request = AWSRequest(method, f"{server.endpoint}/switchroom/instance/{instance}/bots{path}",
                             data=None if body is None else json.dumps(body).encode(),
                             headers={"content-type": "application/json"})
        SigV4Auth(key, "lex", server.bootstrap["region"]).add_auth(request)
        answer = session.send(request.prepare())
        return answer.status_code, json.loads(answer.content)
    return own


@pytest.fixture(scope="module")
def help_desk(own):
    """The bot that every instance begins with, as names of a runtime call."""
    bot = next(bot for bot in own("GET")[1]["Bots"] if bot["Name"] == "HelpDesk")
    alias = next(alias for alias in bot["Aliases"] if alias["Name"] == "live")
    return {"botId": bot["BotId"], "botAliasId": alias["AliasId"], "localeId": "en_US"}, alias["AliasArn"]


def definition(name, **locale):
    locale = locale or {"Intents": [{"Name": "Hello", "Utterances": ["hello", "good morning"], "Closing": ["Hi there."]}]}
    return {"Version": "1", "Name": name, "Locales": {"en_US": locale}}


def flow_with(alias, queue, intents=("TalkToAgent",), language=None, sounds=(), **parameters):
    """A flow that greets, asks a bot, says what it understood, and ends or queues."""
    errors = ["NoMatchingError", "NoMatchingCondition", "InputTimeLimitExceeded"]
    tell = ("intent=$.Lex.IntentName state=$.Lex.DialogState order=$.Lex.Slots.OrderNumber tier=$.Lex.SessionAttributes.tier "
            "feeling=$.Lex.SentimentResponse.Label")
    actions = [
        {"Identifier": "ask", "Type": "ConnectParticipantWithLexBot",
         "Parameters": {"Text": "How can I help?", "LexV2Bot": {"AliasArn": alias},
                        "LexSessionAttributes": {"tier": "gold"}} | parameters,
         "Transitions": {"NextAction": "other",
                         "Conditions": [{"NextAction": "tell", "Condition": {"Operator": "Equals", "Operands": [intent]}}
                                        for intent in intents]
                                       + [{"NextAction": "InputTimeLimitExceeded", "Condition": {"Operator": operator, "Operands": [score]}}
                                          for operator, score in sounds],
                         "Errors": [{"NextAction": name, "ErrorType": name} for name in errors]}},
        {"Identifier": "tell", "Type": "MessageParticipant", "Parameters": {"Text": tell},
         "Transitions": {"NextAction": "q", "Errors": [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]}},
        {"Identifier": "other", "Type": "MessageParticipant", "Parameters": {"Text": "other"},
         "Transitions": {"NextAction": "bye", "Errors": [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]}},
        *[{"Identifier": name, "Type": "MessageParticipant", "Parameters": {"Text": f"branch {name}"},
           "Transitions": {"NextAction": "q", "Errors": [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]}}
          for name in errors],
        {"Identifier": "q", "Type": "UpdateContactTargetQueue", "Parameters": {"QueueId": queue},
         "Transitions": {"NextAction": "t", "Errors": [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]}},
        {"Identifier": "t", "Type": "TransferContactToQueue", "Parameters": {},
         "Transitions": {"NextAction": "bye", "Errors": [{"NextAction": "bye", "ErrorType": "QueueAtCapacity"},
                                                         {"NextAction": "bye", "ErrorType": "NoMatchingError"}]}},
        {"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]
    start = "ask"
    if language:
        actions.append({"Identifier": "language", "Type": "UpdateContactData", "Parameters": {"LanguageCode": language},
                        "Transitions": {"NextAction": "ask", "Errors": [{"NextAction": "ask", "ErrorType": "NoMatchingError"}]}})
        start = "language"
    return json.dumps({"Version": "2019-10-30", "StartAction": start, "Actions": actions})


@pytest.fixture
def talk(connect, participant, instance, basic_queue, fresh):
    """Starts a chat whose flow asks a bot."""
    chats, flows = [], []

    def talk(alias, start=None, **more):
        flow = connect.create_contact_flow(InstanceId=instance, Name=fresh("Bot flow"), Type="CONTACT_FLOW",
                                           Content=flow_with(alias, basic_queue, **more))["ContactFlowId"]
        flows.append(flow)
        chats.append(Chat(connect, participant, instance, flow, **(start or {})).connect())
        return chats[-1]
    yield talk
    for chat in chats:
        with contextlib.suppress(connect.exceptions.ContactNotFoundException):
            connect.stop_contact(InstanceId=instance, ContactId=chat.contact)
    for flow in flows:
        connect.delete_contact_flow(InstanceId=instance, ContactFlowId=flow)


def heard(chat, text, deadline=10):
    """The transcript, once a line of the system with this text is in it."""
    until = time.monotonic() + deadline
    while True:
        lines = [said for role, said in chat.lines() if role == "SYSTEM"]
        if any(text in line for line in lines):
            return lines
        assert time.monotonic() < until, f"{text!r} is not in {lines}"
        time.sleep(0.02)  # between looks, bounded by the deadline


@contextlib.contextmanager
def fake(answer):
    """A server on this machine; `answer(path, headers, body)` gives status, content type and pieces of the body."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status, kind, pieces = answer(self.path, self.headers, body)
            self.send_response(status)
            self.send_header("content-type", kind)
            self.end_headers()
            for piece in pieces:
                self.wfile.write(piece.encode())
                self.wfile.flush()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def brought_in(own, body):
    status, answer = own("PUT", body)
    assert status == 200, answer
    return next(alias["AliasArn"] for alias in answer["Aliases"] if alias["Name"] == body.get("Alias", "live"))


def test_a_client_drives_a_bot(lex, help_desk):
    names = help_desk[0] | {"sessionId": "visitor-1"}
    first = lex.recognize_text(**names, text="wheres my parcel??", requestAttributes={"page": "home"})
    assert first["sessionState"]["dialogAction"] == {"type": "ElicitSlot", "slotToElicit": "OrderNumber"}
    assert first["sessionState"]["intent"]["name"] == "OrderStatus"
    assert first["sessionState"]["intent"]["state"] == "InProgress"
    assert first["messages"] == [{"contentType": "PlainText", "content": "What is your order number?"}]
    assert first["requestAttributes"] == {"page": "home"} and first["sessionId"] == "visitor-1"
    best = first["interpretations"][0]
    assert best["nluConfidence"]["score"] > 0.4 and best["sentimentResponse"]["sentiment"] == "NEUTRAL"
    second = lex.recognize_text(**names, text="it is 4711")
    intent = second["sessionState"]["intent"]
    assert (intent["state"], intent["slots"]["OrderNumber"]["value"]["interpretedValue"]) == ("ReadyForFulfillment", "4711")
    assert second["sessionState"]["dialogAction"]["type"] == "Close"


def test_sessions_are_put_read_and_deleted(lex, help_desk, refused):
    names = help_desk[0] | {"sessionId": "visitor-2"}
    refused("ResourceNotFoundException", lex.get_session, **names)
    put = lex.put_session(**names, sessionState={
        "dialogAction": {"type": "Delegate"}, "sessionAttributes": {"name": "Ann"}, "intent": {"name": "CancelOrder"}})
    def unpacked(text):
        return json.loads(gzip.decompress(base64.b64decode(text)))
    assert put["sessionId"] == "visitor-2"
    assert unpacked(put["messages"])[0]["content"] == "What is your order number?"
    assert unpacked(put["sessionState"])["intent"]["name"] == "CancelOrder"
    shown = lex.get_session(**names)["sessionState"]
    assert shown["sessionAttributes"] == {"name": "Ann"}
    assert shown["dialogAction"] == {"type": "ElicitSlot", "slotToElicit": "OrderNumber"}
    told = lex.recognize_text(**names, text="88")["sessionState"]
    assert told["intent"]["slots"]["OrderNumber"]["value"]["originalValue"] == "88"
    assert told["sessionAttributes"] == {"name": "Ann"}
    assert lex.delete_session(**names)["sessionId"] == "visitor-2"
    refused("ResourceNotFoundException", lex.delete_session, **names)
    refused("ValidationException", lex.put_session, **names, sessionState={"intent": {"name": "Nobody"}})
    refused("ValidationException", lex.put_session, **names,
            sessionState={"intent": {"name": "OrderStatus"}, "dialogAction": {"type": "ElicitSlot", "slotToElicit": "Nothing"}})


def test_sessions_have_their_limits(lex, make_client, help_desk, refused):
    rough = make_client("lexv2-runtime", validate=False)
    names = help_desk[0] | {"sessionId": "visitor-9"}
    context = lambda seconds, turns: {"activeContexts": [
        {"name": "c", "timeToLive": {"timeToLiveInSeconds": seconds, "turnsToLive": turns}, "contextAttributes": {}}]}
    for seconds, turns in [(4, 1), (86401, 1), (5, 0), (5, 21)]:
        refused("ValidationException", rough.put_session, **names, sessionState=context(seconds, turns))
    lex.put_session(**names, sessionState=context(5, 20))
    refused("ValidationException", lex.put_session, **names,
            sessionState={"sessionAttributes": {str(number): "x" * 1000 for number in range(70)}})
    assert "sessionAttributes" not in lex.get_session(**names)["sessionState"] or \
        lex.get_session(**names)["sessionState"]["sessionAttributes"] == {}


def test_the_runtime_refuses_what_is_not_there(lex, make_client, help_desk, refused):
    names = help_desk[0] | {"sessionId": "visitor-3"}
    refused("ResourceNotFoundException", lex.recognize_text, **names | {"botId": "AAAAAAAAAA"}, text="hi")
    refused("ResourceNotFoundException", lex.recognize_text, **names | {"botAliasId": "AAAAAAAAAA"}, text="hi")
    refused("ResourceNotFoundException", lex.recognize_text, **names | {"localeId": "fr_FR"}, text="hi")
    rough = make_client("lexv2-runtime", validate=False)
    for text in ["", "x" * 1025]:
        refused("ValidationException", rough.recognize_text, **names, text=text)
    stranger = make_client("lexv2-runtime", aws_secret_access_key="x" * 40)
    with pytest.raises(stranger.exceptions.ClientError) as caught:
        stranger.recognize_text(**names, text="hi")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    for text in ["👩‍👩‍👧‍👦", "{OrderNumber}", "\u202e", "x" * 1024]:
        answer = lex.recognize_text(**names | {"sessionId": "odd"}, text=text)
        assert answer["sessionState"]["dialogAction"]["type"] in ("ElicitIntent", "Close")


def test_other_languages(lex, help_desk):
    for locale, text, intent in [("es_ES", "quiero hablar con un agente", "TalkToAgent"), ("ja_JP", "返品したいのですが", "Refund"),
                                 ("ko_KR", "상담원 연결 부탁해요", "TalkToAgent"), ("pt_BR", "esqueci a senha", "ResetPassword")]:
        answer = lex.recognize_text(**help_desk[0] | {"localeId": locale, "sessionId": "visitor-4"}, text=text)
        assert answer["sessionState"]["intent"]["name"] == intent, (locale, answer)


def test_a_flow_talks_with_a_bot(talk, help_desk):
    chat = talk(help_desk[1], intents=("TalkToAgent", "OrderStatus"))
    heard(chat, "How can I help?")
    chat.say("I am so angry, where is my order???")
    heard(chat, "What is your order number?")
    chat.say("4711")
    lines = heard(chat, "intent=")
    assert "intent=OrderStatus state=Fulfilled order=4711 tier=gold feeling=NEUTRAL" in lines
    assert lines.count("What is your order number?") == 1


def test_how_the_last_words_sound_goes_before_the_intent(talk, help_desk):
    for words, line in [("I hate this terrible service, let me talk to an agent", "branch InputTimeLimitExceeded"),
                        ("please let me talk to an agent", "intent=TalkToAgent")]:
        chat = talk(help_desk[1], sounds=[("NegativeSentimentAtLeast", "0.6")])
        heard(chat, "How can I help?")
        chat.say(words)
        heard(chat, line)


def test_what_a_bot_does_not_understand_takes_the_default_branch(talk, help_desk):
    chat = talk(help_desk[1])
    chat.say("what is the capital of France")
    heard(chat, "Sorry, I did not get that")
    chat.say("and of Spain?")
    heard(chat, "branch NoMatchingCondition")


def test_the_language_of_the_contact_chooses_the_locale(talk, help_desk):
    chat = talk(help_desk[1], language="es-ES", intents=("OrderStatus",))
    chat.say("dónde está mi pedido")
    heard(chat, "¿Cuál es su número de pedido?")
    mute = talk(help_desk[1], language="fr-FR")
    assert "How can I help?" not in heard(mute, "branch NoMatchingError")


def test_aliases_are_associated(connect, instance, own, talk, refused):
    arn = brought_in(own, {"Alias": "prod", "Definition": definition("Greeter")})
    def listed():
        return [bot["LexV2Bot"]["AliasArn"] for bot in connect.list_bots(InstanceId=instance, LexVersion="V2")["LexBots"]]
    assert arn in listed()
    refused("ResourceConflictException", connect.associate_bot, InstanceId=instance, LexV2Bot={"AliasArn": arn})
    connect.disassociate_bot(InstanceId=instance, LexV2Bot={"AliasArn": arn})
    assert arn not in listed()
    with pytest.raises(connect.exceptions.InvalidContactFlowException) as unpublished:
        talk(arn)
    assert f'there is no bot "{arn}"' in unpublished.value.response["problems"][0]["message"]
    heard(talk("$.Attributes.bot", start={"Attributes": {"bot": arn}}), "branch NoMatchingError")
    connect.associate_bot(InstanceId=instance, LexV2Bot={"AliasArn": arn})
    chat = talk(arn, intents=("Hello",))
    chat.say("good morning")
    assert "Hi there." in heard(chat, "intent=Hello")
    test_alias = arn.rsplit("/", 1)[0] + "/TSTALIASID"
    connect.associate_bot(InstanceId=instance, LexV2Bot={"AliasArn": test_alias})
    assert test_alias in listed()
    for wrong in [arn[:-1] + "_", "arn:aws:lex:eu-west-9:1:bot-alias/A/B"]:
        refused("ResourceNotFoundException", connect.associate_bot, InstanceId=instance, LexV2Bot={"AliasArn": wrong})
    refused("InvalidRequestException", connect.associate_bot, InstanceId=instance)
    first = {"Name": "Old", "LexRegion": "us-east-1"}
    refused("ResourceNotFoundException", connect.associate_lex_bot, InstanceId=instance, LexBot=first)
    refused("ResourceNotFoundException", connect.disassociate_lex_bot, InstanceId=instance, BotName="Old", LexRegion="us-east-1")
    assert connect.list_lex_bots(InstanceId=instance)["LexBots"] == []
    assert connect.list_bots(InstanceId=instance, LexVersion="V1")["LexBots"] == []


def test_a_new_version_moves_the_alias_and_not_the_others(own, lex):
    old = brought_in(own, {"Alias": "old", "Definition": definition("Versions")})
    newer = definition("Versions", Intents=[{"Name": "Bye", "Utterances": ["hello", "good morning"]}])
    new = brought_in(own, {"Alias": "new", "Definition": newer})
    def intent(arn):
        bot, alias = arn.split("/")[1:]
        answer = lex.recognize_text(botId=bot, botAliasId=alias, localeId="en_US", sessionId="v-1", text="hello")
        return answer["sessionState"]["intent"]["name"]
    assert (intent(old), intent(new), intent(new.rsplit("/", 1)[0] + "/TSTALIASID")) == ("Hello", "Bye", "Bye")


def archive(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zip_file:
        for name, content in files.items():
            zip_file.writestr(name, content if isinstance(content, str) else json.dumps(content))
    return packed.getvalue()


EXPORTED = {
    "Manifest.json": {"metadata": {"schemaVersion": "1.0", "fileFormat": "LexJson", "resourceType": "Bot"}},
    "Cafe/Bot.json": {"name": "Cafe", "identifier": "ABCDEFGHIJ", "version": "1", "idleSessionTTLInSeconds": 300},
    "Cafe/BotLocales/en_US/BotLocale.json": {"identifier": "en_US", "nluConfidenceThreshold": 0.4},
    "Cafe/BotLocales/en_US/Intents/Order/Intent.json": {
        "name": "Order", "sampleUtterances": [{"utterance": "I want a {Drink}"}, {"utterance": "order a drink"}],
        "intentClosingSetting": {"closingResponse": {"messageGroupsList": [
            {"message": {"plainTextMessage": {"value": "One {Drink}, coming."}}}]}},
        "slotPriorities": [{"priority": 1, "slotName": "Drink"}]},
    "Cafe/BotLocales/en_US/Intents/Order/Slots/Drink/Slot.json": {
        "name": "Drink", "slotTypeName": "Drinks", "slotConstraint": "Required", "slotValueElicitationSetting": {
            "promptSpecification": {"messageGroupsList": [{"message": {"plainTextMessage": {"value": "Which drink?"}}}], "maxRetries": 2}}},
    "Cafe/BotLocales/en_US/SlotTypes/Drinks/SlotType.json": {
        "name": "Drinks", "slotTypeValues": [{"sampleValue": {"value": "coffee"}, "synonyms": [{"value": "espresso"}]},
                                             {"sampleValue": {"value": "tea"}}],
        "valueSelectionSetting": {"resolutionStrategy": "TOP_RESOLUTION"}}}


def test_an_exported_archive_is_brought_in(own, lex):
    arn = brought_in(own, {"Archive": base64.b64encode(archive(EXPORTED)).decode()})
    bot, alias = arn.split("/")[1:]
    answer = lex.recognize_text(botId=bot, botAliasId=alias, localeId="en_US", sessionId="cafe-1", text="I want an espresso")
    assert answer["messages"][0]["content"] == "One coffee, coming."


def test_harmful_bots_are_refused(own):
    def encoded(content):
        return {"Archive": base64.b64encode(content).decode()}
    bomb = archive({"Cafe/Bot.json": " " * (30 * 1024 * 1024)})
    assert len(bomb) < 100_000
    for body, expected in [
        ({}, "Give a Definition or an Archive"),
        ({"Definition": {}}, "not of the form"),
        ({"Definition": definition("Empty", Intents=[])}, "at least one intent"),
        ({"Definition": definition("A bad name")}, "letters, digits"),
        ({"Definition": definition("Ok"), "Alias": "a b"}, "Alias must be"),
        ({"Archive": "%%%"}, "base64"),
        (encoded(b""), "cannot be read"),
        (encoded(b"PK\x03\x04" + b"\0" * 1000), "cannot be read"),
        (encoded(b"\0" * (10 * 1024 * 1024)), "cannot be read"),
        (encoded(bomb), "too large"),
        (encoded(archive({"../../Bot.json": EXPORTED["Cafe/Bot.json"]})), "leads out"),
        (encoded(archive({"Cafe/Bot.json": "{"})), "Cafe/Bot.json"),
    ]:
        status, answer = own("PUT", body)
        assert status == 400 and expected in answer["message"], (expected, status, answer)


def test_a_bot_in_use_stays(connect, instance, own, talk):
    arn = brought_in(own, {"Definition": definition("Needed")})
    talk(arn, intents=("Hello",))
    bot = arn.split("/")[1]
    assert own("DELETE", path=f"/{bot}")[0] == 409
    spare = brought_in(own, {"Definition": definition("Spare")}).split("/")[1]
    assert own("DELETE", path=f"/{spare}")[0] == 200
    assert own("DELETE", path=f"/{spare}")[0] == 404


def adapter(name, **members):
    return {"Version": "1", "Name": name, "Adapter": members}


def test_a_bot_behind_http(own, talk):
    questions = []
    picker = {"templateType": "ListPicker", "version": "1.0", "data": {"content": {
        "title": "Which?", "elements": [{"title": "Red"}, {"title": "Blue"}]}}}

    def answer(_, headers, question):
        questions.append(question)
        assert headers["authorization"] == "Bearer s3cret"
        if len(questions) == 1:
            reply = {"Messages": ["Let me see.", {"ContentType": "CustomPayload", "Content": json.dumps(picker)}],
                     "State": {"step": 1}, "SessionAttributes": {"tier": "silver"}}
        else:
            reply = {"Intent": "Order", "Slots": {"OrderNumber": "9"}, "Confidence": 0.9, "Messages": [],
                     "SentimentResponse": {"Label": "POSITIVE", "Scores": {"Positive": 1.0}}}
        return 200, "application/json", [json.dumps(reply)]

    with fake(answer) as url:
        arn = brought_in(own, {"Definition": adapter("Remote", Type="Http", Url=url, Token="s3cret")})
        interactive = "application/vnd.amazonaws.connect.message.interactive"
        chat = talk(arn, intents=("Order",), start={"SupportedMessagingContentTypes": ["text/plain", interactive]})
        chat.say("paint please")
        heard(chat, "ListPicker")
        chat.say("Red")
        assert "intent=Order state=Fulfilled order=9 tier=silver feeling=POSITIVE" in heard(chat, "intent=")
    assert [question["Text"] for question in questions] == ["paint please", "Red"]
    assert (questions[0]["State"], questions[1]["State"]) == (None, {"step": 1})
    assert questions[0]["SessionAttributes"] == {"tier": "gold"} and questions[0]["SessionId"] == chat.contact


def test_bots_that_fail_take_the_error_branch(own, talk):
    for number, reply in enumerate([(500, "text/plain", []), (200, "application/json", ["[]"]),
                                    (200, "application/json", [json.dumps({"Messages": ["x" * 400_000]})])]):
        with fake(lambda *_, reply=reply: reply) as url:
            chat = talk(brought_in(own, {"Definition": adapter(f"Failing{number}", Type="Http", Url=url)}))
            chat.say("hello")
            heard(chat, "branch NoMatchingError")
    chat = talk(brought_in(own, {"Definition": adapter("Nowhere", Type="Http", Url="http://127.0.0.1:1/")}))
    chat.say("hello")
    heard(chat, "branch NoMatchingError")


def test_a_bot_that_does_not_answer_in_time(own, talk):
    over = threading.Event()
    def answer(*_):
        over.wait(20)
        return 200, "application/json", ["{}"]
    with fake(answer) as url:
        chat = talk(brought_in(own, {"Definition": adapter("Slow", Type="Http", Url=url)}))
        begun = time.monotonic()
        chat.say("hello")
        heard(chat, "branch NoMatchingError", deadline=15)
        assert 4 < time.monotonic() - begun < 12
        over.set()


def test_a_bot_behind_the_lex_runtime_of_another_server(server, own, talk, help_desk):
    key = server.bootstrap
    arn = brought_in(own, {"Definition": adapter(
        "Elsewhere", Type="Lex", Url=server.endpoint, BotId=help_desk[0]["botId"], AliasId=help_desk[0]["botAliasId"],
        Region=key["region"], AccessKey=key["accessKeyId"], SecretKey=key["secretAccessKey"])})
    chat = talk(arn, intents=("OrderStatus",))
    chat.say("thank you, but where is my order")
    heard(chat, "What is your order number?")
    chat.say("77")
    assert "intent=OrderStatus state=Fulfilled order=77 tier=gold feeling=NEUTRAL" in heard(chat, "intent=")


def event(text):
    return f"data: {json.dumps({'choices': [{'delta': {'content': text}}]})}\n\n"


def test_a_language_model_as_a_bot(own, talk):
    questions = []

    def answer(path, headers, question):
        questions.append(question)
        assert path == "/v1/chat/completions" and headers["authorization"] == "Bearer key"
        said = ["Which ", "order", "?"] if len(questions) == 1 else ["Thank you.", "\nINTENT: ", "Track"]
        return 200, "text/event-stream", [event(piece) for piece in said] + ["data: [DONE]\n\n"]

    with fake(answer) as url:
        arn = brought_in(own, {"Definition": adapter(
            "Model", Type="Model", Url=f"{url}/v1", Model="small", Token="key", Instructions="You are a help desk.",
            Intents={"Track": "the customer wants to know where an order is"})})
        chat = talk(arn, intents=("Track",))
        chat.say("where is my order")
        heard(chat, "Which order?")
        chat.say("512")
        lines = heard(chat, "intent=Track")
    assert "Thank you." in lines and not any("INTENT" in line for line in lines)
    first, second = questions
    assert first["stream"] is True and first["model"] == "small"
    assert first["messages"][0]["role"] == "system" and "Track" in first["messages"][0]["content"]
    assert [one["content"] for one in second["messages"][1:]] == ["where is my order", "Which order?", "512"]


def test_the_command_line(server, tmp_path):
    def run(*arguments, **more):
        return subprocess.run([BINARY, "bot", *arguments], capture_output=True, text=True, timeout=30, **more)
    file = tmp_path / "bot.json"
    file.write_text(json.dumps(definition("FromFile")))
    assert "FromFile can be used." in run("check", file).stdout
    tried = run("try", file, input="good morning\nwhat\n")
    assert tried.stdout.splitlines()[:2] == ["Hi there.", "  [Hello, Close, confidence 1]"]
    done = run("import", file, "--data", server.data, "--alias", "tried")
    assert done.returncode == 0 and ":bot-alias/" in done.stdout and "tried → 1" in done.stdout, done
    packed = tmp_path / "cafe.zip"
    packed.write_bytes(archive(EXPORTED))
    assert "Cafe can be used." in run("check", packed).stdout
    file.write_text(json.dumps(definition("From File", Intents=[])))
    wrong = run("check", file)
    assert wrong.returncode == 1 and "Locales.en_US.Intents: at least one intent is needed" in wrong.stdout
    assert "has 2 problems" in wrong.stderr
    assert run("import", file, "--data", server.data).returncode == 1
    assert run("import", tmp_path / "none", "--data", server.data).returncode == 1


def test_a_question_survives_sigkill(tmp_path):
    asked, killed = threading.Semaphore(0), threading.Event()

    def answer(_, __, question):
        asked.release()
        killed.wait(5)
        return 200, "application/json", [json.dumps({"Intent": "Order", "Slots": {"OrderNumber": "1"}})]

    with fake(answer) as url, Server(tmp_path / "data", SWITCHROOM_LIMITS_API_RATE_FACTOR="0") as server:
        key = server.bootstrap
        file = tmp_path / "bot.json"
        file.write_text(json.dumps(adapter("Thinker", Type="Http", Url=url)))
        done = subprocess.run([BINARY, "bot", "import", file, "--data", server.data], capture_output=True, text=True, timeout=30)
        arn = next(word for word in done.stdout.split() if word.startswith("arn:") and not word.endswith("/TSTALIASID"))
        settings = {"endpoint_url": server.endpoint, "region_name": key["region"],
                    "aws_access_key_id": key["accessKeyId"], "aws_secret_access_key": key["secretAccessKey"]}
        connect, participant = boto3.client("connect", **settings), boto3.client("connectparticipant", **settings)
        instance = key["instanceId"]
        queue = connect.list_queues(InstanceId=instance, QueueTypes=["STANDARD"])["QueueSummaryList"][0]["Id"]
        flow = connect.create_contact_flow(InstanceId=instance, Name="Thinks", Type="CONTACT_FLOW",
                                           Content=flow_with(arn, queue, intents=("Order",)))["ContactFlowId"]
        chat = Chat(connect, participant, instance, flow).connect()
        chat.say("think")
        assert asked.acquire(timeout=10), "the bot is asked"
        server.kill_and_restart()
        assert asked.acquire(timeout=10), "the bot is asked again"
        killed.set()
        lines = heard(chat, "intent=Order")
        assert sum("intent=" in line for line in lines) == 1


def test_a_bot_that_a_flow_names_shortly_is_not_removed(connect, instance, basic_queue, own, fresh):
    definition = {"Version": "1", "Name": f"Named{time.time_ns()}",
                  "Locales": {"en_US": {"Intents": [{"Name": "Hello", "Utterances": ["hello"]}]}}}
    status, bot = own("PUT", {"Definition": definition})
    assert status == 200, bot
    flow = connect.create_contact_flow(InstanceId=instance, Name=fresh("Names a bot"), Type="CONTACT_FLOW",
                                       Content=flow_with(f"{bot['Name']}/live", basic_queue))["ContactFlowId"]
    status, refusal = own("DELETE", path=f"/{bot['BotId']}")
    assert (status, refusal["__type"]) == (409, "ResourceInUseException"), refusal
    connect.delete_contact_flow(InstanceId=instance, ContactFlowId=flow)
    assert own("DELETE", path=f"/{bot['BotId']}")[0] == 200
