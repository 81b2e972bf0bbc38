"""Flow files through the API: older files, files from elsewhere, and files that are wrong in any way."""

import json
import os
import pathlib

import pytest

from server import ROOT

FLOWS = pathlib.Path(os.environ.get("SWITCHROOM_FLOWS_DIR", ROOT.parent / "shared" / "flows"))
END = {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}


def document(*actions, start=None, **members):
    start = start or (actions[0]["Identifier"] if actions else "end")
    return {"Version": "2019-10-30", "StartAction": start, "Metadata": {}, "Actions": [*actions, END]} | members


def action(identifier, kind, parameters, **transitions):
    transitions = {"NextAction": "end", "Errors": [{"NextAction": "end", "ErrorType": "NoMatchingError"}]} | transitions
    return {"Identifier": identifier, "Type": kind, "Parameters": parameters, "Transitions": transitions}


def older(queue="arn:aws:connect:eu-west-2:111111111111:instance/x/queue/gone", name="BasicQueue", **members):
    """An older file: greeting, queue, end."""
    branch = lambda condition, to: {"condition": condition, "transition": to}
    return {"modules": [
        {"id": "hi", "type": "PlayPrompt", "branches": [branch("Success", "set")], "metadata": {"position": {"x": 1, "y": 2}},
         "parameters": [{"name": "Text", "value": "Hello", "namespace": None}, {"name": "TextToSpeechType", "value": "text"}]},
        {"id": "set", "type": "SetQueue", "branches": [branch("Success", "go"), branch("Error", "bye")],
         "metadata": {"position": {"x": 3, "y": 4}, "queue": {"id": queue, "text": name}},
         "parameters": [{"name": "Queue", "value": queue, "namespace": None, "resourceName": name}]},
        {"id": "go", "type": "Transfer", "target": "Queue", "branches": [branch("AtCapacity", "bye"), branch("Error", "bye")],
         "metadata": {"position": {"x": 5, "y": 6}}, "parameters": []},
        {"id": "bye", "type": "Disconnect", "branches": [], "parameters": [], "metadata": {"position": {"x": 7, "y": 8}}},
    ], "version": "1", "type": "contactFlow", "start": "hi",
        "metadata": {"name": "Older", "description": None, "type": "contactFlow", "status": "published", "hash": "0"}} | members


@pytest.fixture
def convert(send, instance):
    """Asks the server to bring a file into the instance."""
    def convert(content, status=200):
        text = content if isinstance(content, str) else json.dumps(content)
        code, error, answer = send("POST", f"/switchroom/flow-convert/{instance}", {"Content": text})
        assert code == status, (code, error, answer)
        return answer if status == 200 else error
    return convert


@pytest.fixture
def flows(connect, instance):
    """What is there: nothing may have changed when a call was refused."""
    def flows():
        found = connect.list_contact_flows(InstanceId=instance, MaxResults=1000)["ContactFlowSummaryList"]
        return sorted(json.dumps(one, default=str, sort_keys=True) for one in found)
    return flows


def test_older_files_are_refused_by_name_and_converted(connect, instance, fresh, refused, convert, flows, basic_queue):
    before, text = flows(), json.dumps(older())
    for status in ("PUBLISHED", "SAVED"):
        error = refused("InvalidContactFlowException", connect.create_contact_flow, InstanceId=instance, Name=fresh(),
                        Type="CONTACT_FLOW", Content=text, Status=status)
        assert "switchroom flow convert" in error["problems"][0]["message"]
    assert flows() == before
    answer = convert(text)
    assert (answer["Name"], answer["Type"], answer["Legacy"]) == ("Older", "CONTACT_FLOW", True)
    content = json.loads(answer["Content"])
    assert not {"name", "type", "status", "hash", "description"} & set(content["Metadata"])
    assert content["Metadata"]["ActionMetadata"]["set"]["position"] == {"x": 3, "y": 4}
    setting = next(one for one in content["Actions"] if one["Identifier"] == "set")
    assert setting["Type"] == "UpdateContactTargetQueue" and setting["Parameters"]["QueueId"].endswith(basic_queue)
    assert [(one["Kind"], one["DisplayName"]) for one in answer["Report"]] == [("RESOLVED_BY_NAME", "BasicQueue")]
    made = connect.create_contact_flow(InstanceId=instance, Name=fresh(), Type=answer["Type"], Content=answer["Content"])
    connect.delete_contact_flow(InstanceId=instance, ContactFlowId=made["ContactFlowId"])
    assert flows() == before


def test_files_from_elsewhere_find_their_resources(connect, instance, convert, basic_queue):
    far = "arn:aws:connect:eu-west-2:111111111111:instance/00000000-0000-4000-8000-00000000000f"
    arn = connect.describe_queue(InstanceId=instance, QueueId=basic_queue)["Queue"]["QueueArn"]
    queues = {"bare": basic_queue, "own": arn, "far": f"{far}/queue/{basic_queue}", "named": f"{far}/queue/gone",
              "gone": f"{far}/queue/gone2", "left": "%%QUEUE%%", "said": "${QUEUE}", "later": "$.Attributes.queue"}
    shown = {"named": {"parameters": {"QueueId": {"displayName": "BasicQueue"}}},
             "said": {"queue": {"id": "${QUEUE}", "text": "BasicQueue"}}}
    file = document(*(action(one, "UpdateContactTargetQueue", {"QueueId": value}) for one, value in queues.items()),
                    Metadata={"ActionMetadata": shown, "name": "Far", "type": "QUEUE_TRANSFER", "status": "saved", "hash": {}})
    answer = convert(file)
    content = json.loads(answer["Content"])
    found = {one["Identifier"]: one["Parameters"].get("QueueId") for one in content["Actions"]}
    assert {one: found[one] for one in ("bare", "own", "far", "named", "said")} == {
        "bare": basic_queue, "own": arn, "far": arn, "named": arn, "said": arn}
    assert (found["gone"], found["left"], found["later"]) == (queues["gone"], "%%QUEUE%%", "$.Attributes.queue")
    assert {one["Identifier"]: one["Kind"] for one in answer["Report"]} == {
        "named": "RESOLVED_BY_NAME", "said": "RESOLVED_BY_NAME", "gone": "UNRESOLVED", "left": "UNRESOLVED"}
    assert (answer["Name"], answer["Type"], answer["Legacy"]) == ("Far", "QUEUE_TRANSFER", False)
    assert content["Metadata"] == {"ActionMetadata": shown | {"said": {"queue": {"id": arn, "text": "BasicQueue"}}}}
    plain = json.dumps(document(), indent=3)
    assert convert(plain)["Content"] == plain, "what needs nothing keeps its text"
    assert convert(json.dumps(plain))["Content"] == plain


WRONG = {
    "broken": '{"Version": "2019-10-30", "Actions": [',
    "no object": "[]",
    "no actions": json.dumps({"Version": "2019-10-30", "StartAction": "a"}),
    "unknown type": json.dumps(document(action("a", "PlayPrompt", {}))),
    "unknown version": json.dumps(document(Version="2020-01-01")),
    "dangling next": json.dumps(document(action("a", "MessageParticipant", {"Text": "x"}, NextAction="nowhere"))),
    "dangling error": json.dumps(document(action("a", "MessageParticipant", {"Text": "x"}, Errors=[
        {"NextAction": "nowhere", "ErrorType": "NoMatchingError"}]))),
    "dangling start": json.dumps(document(start="nowhere")),
    "twice": json.dumps(document(END)),
    "no way out": json.dumps(document(action("a", "MessageParticipant", {"Text": "x"}, NextAction="b"),
                                      {"Identifier": "b", "Type": "MessageParticipant", "Parameters": {"Text": "y"}, "Transitions": {}})),
    "prototype": json.dumps(document(action("__proto__", "MessageParticipant", {"Text": "x"}))),
    "forbidden sign": json.dumps(document(action("a$b", "MessageParticipant", {"Text": "x"}))),
    "endless name": json.dumps(document(action("a" * 51, "MessageParticipant", {"Text": "x"}))),
    "wrong kinds": json.dumps({"Version": 1, "StartAction": {}, "Actions": {}, "Metadata": []}),
    "251 actions": json.dumps(document(*(action(f"a{one}", "MessageParticipant", {"Text": "x"}) for one in range(250)))),
}


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG)
def test_wrong_content_is_refused_and_nothing_changes(content, connect, instance, fresh, refused, flows):
    made = connect.create_contact_flow(InstanceId=instance, Name=fresh("Flow"), Type="CONTACT_FLOW", Content=json.dumps(document()))
    flow, before = made["ContactFlowId"], flows()
    described = lambda: connect.describe_contact_flow(InstanceId=instance, ContactFlowId=flow)["ContactFlow"]
    was = described()
    for call, members in ((connect.create_contact_flow, {"Name": fresh(), "Type": "CONTACT_FLOW"}),
                          (connect.update_contact_flow_content, {"ContactFlowId": flow})):
        error = refused("InvalidContactFlowException", call, InstanceId=instance, Content=content, **members)
        assert error["problems"] and all(problem["message"] for problem in error["problems"])
    assert (flows(), described()) == (before, was)
    connect.delete_contact_flow(InstanceId=instance, ContactFlowId=flow)


def test_a_circle_of_blocks_can_be_published(connect, instance, fresh):
    """A run that turns in it is stopped; the document is not wrong."""
    turn = [action(one, "MessageParticipant", {"Text": "x"}, NextAction=other) for one, other in (("a", "b"), ("b", "a"))]
    made = connect.create_contact_flow(InstanceId=instance, Name=fresh(), Type="CONTACT_FLOW", Content=json.dumps(document(*turn)))
    connect.delete_contact_flow(InstanceId=instance, ContactFlowId=made["ContactFlowId"])


def test_files_too_large_are_refused(send, connect, instance, flows, fresh, convert):
    before = flows()
    huge = json.dumps(document(action("a", "MessageParticipant", {"Text": "x" * 10_000_000})))
    paths = {f"/contact-flows/{instance}": ("PUT", {"Name": fresh(), "Type": "CONTACT_FLOW"}),
             f"/switchroom/flow-check/{instance}": ("POST", {"Type": "CONTACT_FLOW"}),
             f"/switchroom/flow-convert/{instance}": ("POST", {})}
    for path, (method, members) in paths.items():
        status, error, _ = send(method, path, members | {"Content": huge})
        assert 400 <= status < 500 and error, (path, status, error)
        deep = "[" * 100_000 + "]" * 100_000
        status, error, answer = send(method, path, members | {"Content": deep})
        assert (status, error) == (400, "InvalidContactFlowException") or answer.get("Problems"), (path, status, error)
    assert convert("", status=400) and convert("{", status=400) and convert("[]", status=400)
    assert convert({"modules": [3]}, status=400) == "InvalidContactFlowException"
    assert flows() == before


def test_hostile_names_are_only_names(connect, instance, convert, refused, flows):
    before = flows()
    names = ["<script>alert(1)</script>", "__proto__", "../../etc/passwd", "'; DROP TABLE flows; --", "%%NAME%%", "\u202eabc", "😀"]
    for name in names:
        answer = convert(older(metadata={"name": name}))
        assert answer["Name"] == name
        made = connect.create_contact_flow(InstanceId=instance, Name=name, Type="CONTACT_FLOW", Content=answer["Content"])
        shown = connect.describe_contact_flow(InstanceId=instance, ContactFlowId=made["ContactFlowId"])["ContactFlow"]
        assert shown["Name"] == name and json.loads(shown["Content"]) == json.loads(answer["Content"])
        connect.delete_contact_flow(InstanceId=instance, ContactFlowId=made["ContactFlowId"])
        unresolved = convert(older(name=name))["Report"]
        assert [(one["Kind"], one["DisplayName"]) for one in unresolved] == [("UNRESOLVED", name)]
    refused("InvalidRequestException", connect.create_contact_flow, InstanceId=instance, Name="x" * 257,
            Type="CONTACT_FLOW", Content=json.dumps(document()))
    assert flows() == before


@pytest.mark.skipif(not FLOWS.is_dir(), reason=f"no flows in {FLOWS}; set SWITCHROOM_FLOWS_DIR")
def test_real_files_come_in_and_can_be_saved(connect, instance, convert, fresh):
    for path in sorted(FLOWS.glob("*/*.json")):
        text = path.read_text()
        answer = convert(text)
        assert answer["Legacy"] == (path.parent.name == "legacy"), path
        for one in answer["Report"]:
            assert one["Kind"] in {"ADDED", "RESOLVED_BY_NAME", "UNRESOLVED"}, (path, one)
        made = connect.create_contact_flow(InstanceId=instance, Name=fresh("Real"), Type=answer["Type"] or "CONTACT_FLOW",
                                           Content=answer["Content"], Status="SAVED")
        connect.delete_contact_flow(InstanceId=instance, ContactFlowId=made["ContactFlowId"])
