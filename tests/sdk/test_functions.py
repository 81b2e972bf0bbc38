"""Functions: uploaded with the ordinary client, put into the folder or elsewhere over HTTP, and called by flows."""

import base64
import contextlib
import http.server
import io
import json
import re
import threading
import time
import uuid
import zipfile

import pytest

from oracle import check_answer
from server import Server

LOGGING = {"Identifier": "log", "Type": "UpdateFlowLoggingBehavior", "Parameters": {"FlowLoggingBehavior": "Enabled"},
           "Transitions": {"NextAction": "call"}}
END = {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
FAILED = [{"NextAction": "failed", "ErrorType": "NoMatchingError"}]
ECHO = "export const handler = async (event) => ({ said: event.Details.Parameters.word ?? 'nothing' });"


def packed(source=ECHO, name="index.mjs", **others):
    """A zip archive with these files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, text in {name: source, **others}.items():
            archive.writestr(file, text)
    return content.getvalue()


@pytest.fixture(scope="module")
def functions(make_client):
    """The ordinary client of the function service. Events and answers of Invoke are no structures, so that its answers
    are checked by the tests themselves."""
    return unchecked(make_client("lambda"))


def unchecked(client):
    client.meta.events.unregister("before-parse.lambda", check_answer)
    return client


@pytest.fixture(scope="module")
def checked(make_client):
    """The same, refusing answers of another shape than the published one."""
    return make_client("lambda")


@pytest.fixture
def upload(checked, connect, instance):
    """Uploads functions, associates them, and removes them after the test."""
    made = []

    def upload(source=ECHO, associate=True, archive=None, **members):
        members = {"FunctionName": f"f{uuid.uuid4().hex}", "Runtime": "nodejs22.x", "Handler": "index.handler",
                   "Role": "arn:aws:iam::000000000000:role/any", "Code": {"ZipFile": archive or packed(source)},
                   "Timeout": 8} | members
        made.append(checked.create_function(**members)["FunctionArn"])
        if associate:
            connect.associate_lambda_function(InstanceId=instance, FunctionArn=made[-1])
        return made[-1]
    yield upload
    for arn in made:
        with contextlib.suppress(connect.exceptions.ResourceNotFoundException):
            connect.disassociate_lambda_function(InstanceId=instance, FunctionArn=arn)
        with contextlib.suppress(checked.exceptions.ResourceNotFoundException):
            checked.delete_function(FunctionName=arn)


@pytest.fixture(scope="module")
def in_folder(server):
    """Puts a file into the folder of functions."""
    folder = server.data / "functions"
    folder.mkdir(exist_ok=True)

    def put(name, source):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(source)
    return put


@pytest.fixture
def run(server, connect, instance):
    """Runs a task through a flow that calls a function: its attributes, the flow log, and how long it took."""
    def run(function, parameters=None, kind="STRING_MAP", seconds=8, keep=("said",), more=None, given=None,
            server=server, connect=connect, instance=instance):
        attributes = {key.replace(".", "_"): f"$.External.{key}" for key in keep}
        content = {"Version": "2019-10-30", "StartAction": "log", "Actions": [
            LOGGING,
            {"Identifier": "call", "Type": "InvokeLambdaFunction", "Parameters": {
                "LambdaFunctionARN": function, "InvocationTimeLimitSeconds": str(seconds),
                "LambdaInvocationAttributes": parameters or {}, "ResponseValidation": {"ResponseType": kind}, **(more or {})},
             "Transitions": {"NextAction": "keep", "Errors": FAILED}},
            {"Identifier": "keep", "Type": "UpdateContactAttributes", "Parameters": {
                "Attributes": {"went": "well", **attributes}, "TargetContact": "Current"},
             "Transitions": {"NextAction": "end", "Errors": [{"NextAction": "end", "ErrorType": "NoMatchingError"}]}},
            {"Identifier": "failed", "Type": "UpdateContactAttributes", "Parameters": {
                "Attributes": {"went": "wrong"}, "TargetContact": "Current"},
             "Transitions": {"NextAction": "end", "Errors": [{"NextAction": "end", "ErrorType": "NoMatchingError"}]}},
            END]}
        flow = connect.create_contact_flow(InstanceId=instance, Name=f"Calls {uuid.uuid4()}", Type="CONTACT_FLOW",
                                           Content=json.dumps(content))["ContactFlowId"]
        begin = time.monotonic()
        task = connect.start_task_contact(InstanceId=instance, ContactFlowId=flow, Name="Calls",
                                          Attributes={"color": "green", **(given or {})})["ContactId"]
        until = begin + 30
        while True:
            attributes = connect.get_contact_attributes(InstanceId=instance, InitialContactId=task)["Attributes"]
            if "went" in attributes:
                return attributes, Log(server, task), time.monotonic() - begin
            assert time.monotonic() < until, server.tail()
            time.sleep(0.02)  # between looks, bounded by the deadline
    return run


class Log:
    """The flow log of one contact."""

    def __init__(self, server, contact):
        self.path, self.contact = server.data / "streams" / "flow-logs.jsonl", contact

    def entries(self):
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        found = [json.loads(line) for line in lines if line.endswith("}")]
        return [entry for entry in found if entry["ContactId"] == self.contact]

    def wait(self, what, deadline=10):
        until = time.monotonic() + deadline
        while True:
            found = next((entry for entry in self.entries() if what(entry)), None)
            if found:
                return found
            assert time.monotonic() < until, self.entries()
            time.sleep(0.02)  # between looks, bounded by the deadline

    def console(self):
        return self.wait(lambda entry: "Console" in (entry.get("Results") or {}))["Results"]["Console"]

    def error(self):
        return self.wait(lambda entry: entry["Identifier"] == "call" and entry.get("Error"))["Error"]


# ── Uploads ─────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_a_function_is_uploaded_changed_and_deleted(functions, checked, refused):
    name = f"life-{uuid.uuid4().hex}"
    made = checked.create_function(
        FunctionName=name, Runtime="nodejs22.x", Handler="index.handler", Role="arn:aws:iam::000000000000:role/any",
        Code={"ZipFile": packed()}, Description="Echo", Timeout=5, MemorySize=256, Environment={"Variables": {"COLOR": "green"}})
    assert (made["FunctionName"], made["State"], made["Timeout"], made["MemorySize"]) == (name, "Active", 5, 256)
    assert made["FunctionArn"].endswith(f":function:{name}") and made["CodeSize"] == len(packed())
    assert made["Environment"] == {"Variables": {"COLOR": "green"}}
    checked.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 2})
    assert checked.get_function(FunctionName=made["FunctionArn"])["Configuration"]["CodeSha256"] == made["CodeSha256"]
    refused("ResourceConflictException", checked.create_function, FunctionName=name, Runtime="nodejs22.x",
            Handler="index.handler", Role="arn:aws:iam::000000000000:role/any", Code={"ZipFile": packed()})
    answer = functions.invoke(FunctionName=name, Payload=json.dumps({"Details": {"Parameters": {"word": "hi"}}}))
    assert (answer["StatusCode"], json.load(answer["Payload"]), answer["ExecutedVersion"]) == (200, {"said": "hi"}, "$LATEST")
    assert "FunctionError" not in answer and "LogResult" not in answer
    checked.update_function_code(FunctionName=name, DryRun=True,
                                 ZipFile=packed("export const handler = () => 'dry';"))
    changed = checked.update_function_code(FunctionName=name, ZipFile=packed("export const handler = () => process.env.COLOR;"))
    assert changed["CodeSha256"] != made["CodeSha256"]
    assert json.load(functions.invoke(FunctionName=name)["Payload"]) == "green"
    checked.update_function_configuration(FunctionName=name, Environment={"Variables": {"COLOR": "red"}}, Timeout=1)
    assert json.load(functions.invoke(FunctionName=name)["Payload"]) == "red"
    refused("PreconditionFailedException", checked.update_function_configuration, FunctionName=name,
            RevisionId=made["RevisionId"], Timeout=2)
    pages = checked.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 1})
    assert name in [one["FunctionName"] for page in pages for one in page["Functions"]]
    checked.delete_function(FunctionName=name)
    for call in (checked.get_function, checked.delete_function, functions.invoke):
        refused("ResourceNotFoundException", call, FunctionName=name)


def test_invocations_of_every_kind(functions, upload, refused):
    arn = upload("exports.handler = async (event, context) => { console.log('asked', event.n); "
                 "if (event.fail) throw new TypeError('no'); return context.invokedFunctionArn; };",
                 archive=packed("exports.handler = async (event, context) => { console.log('asked', event.n); "
                                "if (event.fail) throw new TypeError('no'); return context.invokedFunctionArn; };", "index.js"))
    name = arn.rsplit(":", 1)[1]
    account = arn.split(":")[4]
    for spelling in (name, arn, f"{account}:function:{name}", f"{name}:$LATEST", f"{arn}:live"):
        assert json.load(functions.invoke(FunctionName=spelling)["Payload"]) == arn
    answer = functions.invoke(FunctionName=arn, Payload=b'{"n": 7}', LogType="Tail")
    log = base64.b64decode(answer["LogResult"]).decode()
    assert re.search(r"^START RequestId: \S+ Version: \$LATEST\n.*\tINFO\tasked 7\nEND RequestId.*\nREPORT .*Duration: [\d.]+ ms", log, re.S)
    answer = functions.invoke(FunctionName=arn, Payload=b'{"fail": true}')
    error = json.load(answer["Payload"])
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert (error["errorType"], error["errorMessage"], error["trace"][0]) == ("TypeError", "no", "TypeError: no")
    assert functions.invoke(FunctionName=arn, InvocationType="DryRun")["StatusCode"] == 204
    assert functions.invoke(FunctionName=arn, InvocationType="Event")["StatusCode"] == 202
    refused("InvalidRequestContentException", functions.invoke, FunctionName=arn, Payload=b"{")
    refused("ResourceNotFoundException", functions.invoke, FunctionName=arn.replace(account, "999999999999"))


def test_only_account_keys_manage_functions(server, send):
    assert send("GET", "/2015-03-31/functions", sign=False)[0] == 403


@pytest.mark.parametrize("members", [
    {"Runtime": "python3.12"},
    {"Handler": "index"},
    {"Handler": "missing.handler"},
    {"Timeout": 901},
    {"MemorySize": 64},
    {"PackageType": "Image"},
    {"Publish": True},
    {"Environment": {"Variables": {"A": "x" * 5000}}},
    {"Code": {"S3Bucket": "b-1", "S3Key": "k"}},
    {"Code": {"ZipFile": b"no archive"}},
    {"Code": {"ZipFile": packed("x" * 100)[:60]}},
    {"FunctionName": "no/such/name"},
])
def test_what_cannot_run_is_refused(make_client, refused, members):
    client = make_client("lambda", validate=False)
    whole = {"FunctionName": "never", "Runtime": "nodejs22.x", "Handler": "index.handler", "Role": "r", "Code": {"ZipFile": packed()}}
    refused("InvalidParameterValueException", client.create_function, **(whole | members))
    refused("ResourceNotFoundException", client.get_function, FunctionName="never")


def hostile(files, **attributes):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.mjs", ECHO)
        for name, text in files:
            about = zipfile.ZipInfo(name)
            about.compress_type = zipfile.ZIP_DEFLATED
            for attribute, value in attributes.items():
                setattr(about, attribute, value)
            archive.writestr(about, text)
    return content.getvalue()


@pytest.mark.parametrize("archive", [
    hostile([("../outside.js", "x")]),
    hostile([("a/../../outside.js", "x")]),
    hostile([("/absolute.js", "x")]),
    hostile([("..\\outside.js", "x")]),
    hostile([("link.js", "/etc/passwd")], external_attr=0o120777 << 16),
    hostile([(f"bomb{n}.js", "0" * 9_000_000) for n in range(2)]),
    hostile([(f"{n}.js", "") for n in range(1001)]),
    hostile([("./index.mjs", "twice")]),
], ids=["up", "through", "absolute", "backslash", "link", "bomb", "many", "twice"])
def test_hostile_archives_are_refused(server, checked, refused, archive):
    refused("InvalidParameterValueException", checked.create_function, FunctionName="hostile", Runtime="nodejs22.x",
            Handler="index.handler", Role="arn:aws:iam::000000000000:role/any", Code={"ZipFile": archive})
    assert not (server.data / "outside.js").exists() and not (server.data.parent / "outside.js").exists()


# ── Functions of an instance ────────────────────────────────────────────────────────────────────────────────────────

def test_functions_are_associated_with_an_instance(connect, instance, upload, refused):
    arns = sorted(upload(associate=False) for _ in range(3))
    for arn in arns:
        connect.associate_lambda_function(InstanceId=instance, FunctionArn=arn)
    pages = connect.get_paginator("list_lambda_functions").paginate(InstanceId=instance, PaginationConfig={"PageSize": 2})
    listed = [arn for page in pages for arn in page["LambdaFunctions"]]
    assert [arn for arn in listed if arn in arns] == arns
    refused("ResourceConflictException", connect.associate_lambda_function, InstanceId=instance, FunctionArn=arns[0])
    refused("ResourceNotFoundException", connect.associate_lambda_function, InstanceId=instance, FunctionArn="no-such-function")
    refused("InvalidParameterException", connect.associate_lambda_function, InstanceId=instance,
            FunctionArn="arn:aws:lambda:eu-west-9:123456789012:function:elsewhere")
    connect.disassociate_lambda_function(InstanceId=instance, FunctionArn=arns[0])
    refused("ResourceNotFoundException", connect.disassociate_lambda_function, InstanceId=instance, FunctionArn=arns[0])
    assert arns[0] not in connect.list_lambda_functions(InstanceId=instance)["LambdaFunctions"]


def test_only_associated_functions_are_called(connect, instance, upload, run):
    arn = upload(associate=False)
    with pytest.raises(connect.exceptions.InvalidContactFlowException) as refused:
        run(arn)
    (problem,) = refused.value.response["problems"]
    assert f'("call"): there is no function "{arn}"' in problem["message"]
    def by_attribute(**more):
        return run("$.Attributes.target", given={"target": arn}, **more)
    attributes, log, _ = by_attribute()
    assert attributes["went"] == "wrong"
    assert "not associated" in log.error()
    connect.associate_lambda_function(InstanceId=instance, FunctionArn=arn)
    assert run(arn, {"word": "now"})[0]["said"] == "now"
    connect.disassociate_lambda_function(InstanceId=instance, FunctionArn=arn)
    assert by_attribute()[0]["went"] == "wrong"


# ── Flows ───────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_a_task_calls_a_function_by_arn_partial_arn_and_name(upload, run):
    arn = upload()
    name, account = arn.rsplit(":", 1)[1], arn.split(":")[4]
    for spelling in (arn, f"{account}:function:{name}", name, f"{arn}:$LATEST"):
        assert run(spelling, {"word": "$.Attributes.color"})[0]["said"] == "green"


def test_a_function_gets_the_request_as_published(upload, run, instance):
    source = ("export const handler = async ({ Name, Details: { ContactData: data, Parameters } }) => ({ name: Name, channel: data.Channel, "
              "instance: data.InstanceARN, color: data.Attributes.color, method: data.InitiationMethod, keys: Object.keys(Parameters).join() });")
    attributes, _, _ = run(upload(source), {"a": "1", "b": {"c": [1, 2]}},
                           keep=("name", "channel", "instance", "color", "method", "keys"))
    assert attributes["instance"].endswith(instance)
    assert {key: attributes[key] for key in ("name", "channel", "color", "method", "keys")} == {
        "name": "ContactFlowEvent", "channel": "TASK", "color": "green", "method": "API", "keys": "a,b"}


def test_a_chat_hears_what_a_function_says(connect, make_client, instance, upload):
    arn = upload("export const handler = async (event) => ({ text: `You are ${event.Details.ContactData.Attributes.who}, "
                 "on ${event.Details.ContactData.Channel}` });")
    content = {"Version": "2019-10-30", "StartAction": "call", "Actions": [
        {"Identifier": "call", "Type": "InvokeLambdaFunction", "Parameters": {
            "LambdaFunctionARN": arn, "InvocationTimeLimitSeconds": "8"}, "Transitions": {"NextAction": "say", "Errors": FAILED}},
        {"Identifier": "say", "Type": "MessageParticipant", "Parameters": {"Text": "$.External.text"},
         "Transitions": {"NextAction": "wait", "Errors": [{"NextAction": "wait", "ErrorType": "NoMatchingError"}]}},
        {"Identifier": "failed", "Type": "MessageParticipant", "Parameters": {"Text": "Sorry"},
         "Transitions": {"NextAction": "wait", "Errors": [{"NextAction": "wait", "ErrorType": "NoMatchingError"}]}},
        {"Identifier": "wait", "Type": "Wait", "Parameters": {"TimeLimitSeconds": "60"},
         "Transitions": {"NextAction": "end", "Conditions": [
             {"NextAction": "end", "Condition": {"Operator": "Equals", "Operands": ["WaitCompleted"]}}],
             "Errors": [{"NextAction": "end", "ErrorType": "NoMatchingError"}]}}, END]}
    flow = connect.create_contact_flow(InstanceId=instance, Name=f"Says {uuid.uuid4()}", Type="CONTACT_FLOW",
                                       Content=json.dumps(content))["ContactFlowId"]
    started = connect.start_chat_contact(InstanceId=instance, ContactFlowId=flow, ParticipantDetails={"DisplayName": "Cora"},
                                         Attributes={"who": "Cora"})
    participant = make_client("connectparticipant")
    token = participant.create_participant_connection(
        ParticipantToken=started["ParticipantToken"], Type=["WEBSOCKET", "CONNECTION_CREDENTIALS"])
    token = token["ConnectionCredentials"]["ConnectionToken"]
    participant.send_event(ConnectionToken=token, ContentType="application/vnd.amazonaws.connect.event.connection.acknowledged")
    until = time.monotonic() + 15
    while True:
        items = participant.get_transcript(ConnectionToken=token)["Transcript"]
        said = [item["Content"] for item in items if item.get("Content")]
        if "You are Cora, on CHAT" in said:
            break
        assert time.monotonic() < until, said
        time.sleep(0.05)  # between looks, bounded by the deadline
    connect.stop_contact(InstanceId=instance, ContactId=started["ContactId"])


def test_answers_are_validated(upload, run):
    arn = upload("export const handler = async (event) => JSON.parse(event.Details.Parameters.answer);")

    def went(answer, kind="STRING_MAP", keep=("a",)):
        return run(arn, {"answer": json.dumps(answer)}, kind, keep=keep)[0]
    assert went({"a": "b"})["a"] == "b"
    assert went({"a": 5})["a"] == "5"
    assert went({"a": {"b": "c"}})["went"] == "wrong"
    assert went({"a b": "c"})["went"] == "wrong"
    assert went(["a"])["went"] == "wrong"
    assert went("text")["went"] == "wrong"
    nested = went({"Name": {"First": "John"}, "list": [1, 2]}, "JSON", keep=("Name.First",))
    assert nested["Name_First"] == "John"


def test_an_answer_may_have_32_kilobytes(upload, run):
    arn = upload("export const handler = async (event) => ({ said: 'x'.repeat(Number(event.Details.Parameters.length)) });")
    rest = len('{"said":""}')
    fits, _, _ = run(arn, {"length": str(32 * 1024 - rest)}, keep=())
    assert fits["went"] == "well"
    attributes, log, _ = run(arn, {"length": str(32 * 1024 - rest + 1)}, keep=())
    assert attributes["went"] == "wrong" and "32768" in log.error()


def test_an_error_takes_the_error_branch_after_three_retries(upload, run):
    arn = upload("export const handler = async () => { console.error('trying'); throw new RangeError('always'); };")
    attributes, log, _ = run(arn)
    assert attributes["went"] == "wrong"
    assert "RangeError: always" in log.error()
    assert log.console() == ["ERROR trying"] * 4


def test_a_function_has_its_time_and_no_more(upload, run):
    for source in ("export const handler = async () => { for (;;); };",
                   "export const handler = async () => { await new Promise((resolve) => setTimeout(resolve, 60000)); };"):
        attributes, log, took = run(upload(source), seconds=1)
        assert attributes["went"] == "wrong" and 1 <= took < 4
        assert "in time" in log.error()


def test_functions_that_run_away_hurt_nobody(upload, run, functions):
    good = upload()
    for source in ("const all = []; export const handler = async () => { for (;;) all.push(new Array(1000).fill({})); };",
                   "const f = () => f() + 1; export const handler = async () => f();",
                   "export const handler = async () => ({ said: 'x'.repeat(1e7) });",
                   "export const handler = async () => new Promise(() => {});"):
        assert run(upload(source))[0]["went"] == "wrong"
    busy = upload("export const handler = async () => { for (;;); };")
    for _ in range(20):
        assert functions.invoke(FunctionName=busy, InvocationType="Event")["StatusCode"] == 202
    # The busy function holds half of the places; the others are free.
    attributes, _, took = run(good, {"word": "still here"})
    assert attributes["said"] == "still here" and took < 5


def test_the_console_is_in_the_flow_log(upload, run):
    arn = upload("export const handler = async () => { console.log('one', { two: 3 }); console.warn('%s', 'four'); return {}; };")
    attributes, log, _ = run(arn, keep=())
    assert attributes["went"] == "well"
    assert log.console() == ["INFO one {two: 3}", "WARN four"]


def test_nobody_waits_for_an_asynchronous_call(upload, run):
    arn = upload("export const handler = async () => { await new Promise((done) => setTimeout(done, 1500)); console.log('done'); };")
    attributes, log, took = run(arn, keep=(), more={"InvocationType": "ASYNCHRONOUS"})
    assert attributes["went"] == "well" and took < 1.4
    assert log.console() == ["INFO done"]
    missing = {"target": "no-such-function"}
    assert run("$.Attributes.target", keep=(), more={"InvocationType": "ASYNCHRONOUS"}, given=missing)[0]["went"] == "wrong"


# ── The folder ──────────────────────────────────────────────────────────────────────────────────────────────────────

def test_files_in_the_folder_are_functions(connect, checked, functions, instance, in_folder, run, refused):
    name = f"file{uuid.uuid4().hex}"
    refused("ResourceNotFoundException", connect.associate_lambda_function, InstanceId=instance, FunctionArn=name)
    in_folder(f"{name}.js", "exports.handler = async () => ({ said: 'first' });")
    connect.associate_lambda_function(InstanceId=instance, FunctionArn=name)
    assert run(name)[0]["said"] == "first"
    in_folder(f"{name}.js", "exports.handler = async () => ({ said: 'changed' });")
    assert run(name)[0]["said"] == "changed"
    in_folder(f"{name}.js", "exports.handler = async () => {")
    attributes, log, _ = run(name)
    assert attributes["went"] == "wrong" and "UserCodeSyntaxError" in log.error()
    assert checked.get_function(FunctionName=name)["Configuration"]["FunctionName"] == name
    refused("ResourceConflictException", checked.update_function_code, FunctionName=name, ZipFile=packed())
    refused("ResourceConflictException", checked.delete_function, FunctionName=name)
    in_folder(f"{name}x/index.mjs", "import { two } from './lib.mjs'; export const handler = () => two;")
    in_folder(f"{name}x/lib.mjs", "export const two = 2;")
    assert json.load(functions.invoke(FunctionName=f"{name}x")["Payload"]) == 2


# ── Elsewhere ───────────────────────────────────────────────────────────────────────────────────────────────────────

@contextlib.contextmanager
def elsewhere(*answers):
    """A server that gives these answers, the last one again and again: `(status, body, headers)`; what it was asked."""
    asked, left = [], list(answers)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            asked.append((self.path, json.loads(body), dict(self.headers)))
            status, answer, headers = left.pop(0) if len(left) > 1 else left[0]
            content = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {"content-length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self):
            content = b'{"from":"here"}'
            self.send_response(200)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listener.server_port}", asked
        listener.shutdown()


def test_throttling_and_failures_elsewhere_are_tried_again(run):
    with elsewhere((429, {}, {}), (500, {}, {}), (503, {}, {}), (200, {"said": "at last"}, {})) as (address, asked):
        assert run(f"{address}/tier")[0]["said"] == "at last"
        assert [path for path, _, _ in asked] == ["/tier"] * 4
        assert asked[0][1] == asked[3][1] and asked[0][1]["Name"] == "ContactFlowEvent"
    with elsewhere((500, {}, {})) as (address, asked):
        assert run(address)[0]["went"] == "wrong"
        assert len(asked) == 4, "the first time and three more"
    with elsewhere((404, {}, {})) as (address, asked):
        assert run(address)[0]["went"] == "wrong"
        assert len(asked) == 1, "a refusal is final"


@pytest.fixture
def own(tmp_path, make_client):
    """A server of one's own, configured by the test."""
    @contextlib.contextmanager
    def own(configuration):
        (tmp_path / "switchroom.toml").write_text(configuration)
        with Server(tmp_path / "data", arguments=["--config", str(tmp_path / "switchroom.toml")],
                    SWITCHROOM_LIMITS_API_RATE_FACTOR="0") as server:
            keys = {"endpoint_url": server.endpoint, "aws_access_key_id": server.bootstrap["accessKeyId"],
                    "aws_secret_access_key": server.bootstrap["secretAccessKey"]}
            yield server, make_client("connect", **keys), make_client("lambda", **keys)
    return own


def test_configured_functions_speak_the_invoke_api(own, run):
    log = base64.b64encode(b"START RequestId: 1\n2026 INFO here\nEND RequestId: 1\n").decode()
    with elsewhere((200, {"said": "from afar"}, {"x-amz-log-result": log}),
                   (200, {"errorType": "KeyError", "errorMessage": "no"}, {"x-amz-function-error": "Unhandled"})) as (address, asked), \
            own(f'[functions]\nfetch = "local"\n[functions.remote]\nafar = "{address}"\n'
                '[functions.env.near]\nCOLOR = "blue"\n') as (server, connect, functions):
        there = {"server": server, "connect": connect, "instance": server.bootstrap["instanceId"]}
        connect.associate_lambda_function(InstanceId=there["instance"], FunctionArn="afar")
        attributes, flow_log, _ = run("afar", {"word": "x"}, **there)
        assert attributes["said"] == "from afar"
        assert flow_log.console() == ["INFO 2026 INFO here"]
        path, event, headers = asked[0]
        assert path == "/2015-03-31/functions/afar/invocations" and event["Details"]["Parameters"] == {"word": "x"}
        assert headers["x-amz-invocation-type"] == "RequestResponse"
        attributes, flow_log, _ = run("afar", **there)
        assert attributes["went"] == "wrong" and "KeyError: no" in flow_log.error()
        assert len(asked) == 5, "three retries"
        # The environment of functions in the folder, and calls to this machine where they are allowed.
        (server.data / "functions").mkdir(exist_ok=True)
        (server.data / "functions" / "near.mjs").write_text(
            f"export const handler = async () => {{ const answer = await fetch('{address}/x'); "
            "return { color: process.env.COLOR, from: (await answer.json()).from, status: String(answer.status) }; };")
        connect.associate_lambda_function(InstanceId=there["instance"], FunctionArn="near")
        attributes, _, _ = run("near", keep=("color", "from", "status"), **there)
        assert (attributes["color"], attributes["from"], attributes["status"]) == ("blue", "here", "200")


def test_functions_survive_a_restart(own):
    with own("") as (server, connect, functions):
        arn = functions.create_function(FunctionName="kept", Runtime="nodejs22.x", Handler="index.handler", Role="r" * 20,
                                        Code={"ZipFile": packed()})["FunctionArn"]
        connect.associate_lambda_function(InstanceId=server.bootstrap["instanceId"], FunctionArn=arn)
        server.kill_and_restart()
        assert connect.list_lambda_functions(InstanceId=server.bootstrap["instanceId"])["LambdaFunctions"] == [arn]
        answer = unchecked(functions).invoke(FunctionName="kept", Payload=b'{"Details":{"Parameters":{"word":"still"}}}')
        assert json.load(answer["Payload"]) == {"said": "still"}


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/",
                                     "http://localhost:1/", "file:///etc/passwd", "http://[::1]:1/", "http://0x7f000001:1/"])
def test_functions_do_not_reach_inner_addresses(functions, upload, address):
    arn = upload("export const handler = async ({ address }) => { try { return (await fetch(address)).status; } catch (e) { return e.message; } };")
    answer = json.load(functions.invoke(FunctionName=arn, Payload=json.dumps({"address": address}))["Payload"])
    assert re.search("may not call this address|only http and https", str(answer)), answer


def test_events_that_nobody_waits_for_are_smaller(functions, upload):
    function = upload(associate=False)
    large = json.dumps("x" * 1_100_000)
    with pytest.raises(functions.exceptions.RequestTooLargeException):
        functions.invoke(FunctionName=function, InvocationType="Event", Payload=large)
    assert functions.invoke(FunctionName=function, InvocationType="Event", Payload="{}")["StatusCode"] == 202
