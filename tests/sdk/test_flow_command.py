"""The commands that try flows out without a server: what they print, and how they end."""

import json
import subprocess
import xml.etree.ElementTree

import pytest

from server import BINARY, ROOT

FLOW = {"Version": "2019-10-30", "StartAction": "hello", "Actions": [
    {"Identifier": "hello", "Type": "MessageParticipant", "Parameters": {"Text": "Hello $.Attributes.name"},
     "Transitions": {"NextAction": "bye", "Errors": [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]}},
    {"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]}


def command(*words, text=""):
    done = subprocess.run([str(BINARY), "flow", *map(str, words)], input=text, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def flow(tmp_path):
    path = tmp_path / "flow.json"
    path.write_text(json.dumps(FLOW))
    return path


def test_check_ends_with_1_when_there_are_errors(flow, tmp_path):
    assert command("check", flow) == (0, f"{flow}: no problems\n", "")
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps(FLOW).replace('"StartAction": "hello"', '"StartAction": "nowhere"'))
    status, out, _ = command("check", flow, broken)
    assert status == 1 and f"{broken}: error: V2 StartAction: there is no action" in out
    assert command("check", "--type", "NO_SUCH_TYPE", flow)[0] == 2


OLDER = {"modules": [
    {"id": "hi", "type": "PlayPrompt", "branches": [{"condition": "Success", "transition": "id"}],
     "parameters": [{"name": "Text", "value": "Hello", "namespace": None}, {"name": "TextToSpeechType", "value": "text"}]},
    {"id": "id", "type": "SetVoiceId", "branches": [{"condition": "Success", "transition": "bye"}], "parameters": []},
    {"id": "bye", "type": "Disconnect", "branches": [], "parameters": []}],
    "version": "1", "type": "contactFlow", "start": "hi", "metadata": {"name": "Older", "status": "saved", "hash": "0"}}


def test_older_files_are_converted(flow, tmp_path):
    older, new = tmp_path / "older.json", tmp_path / "new.json"
    older.write_text(json.dumps(OLDER))
    status, out, _ = command("check", older)
    assert status == 1 and f"{older}: older export format" in out
    assert "there is no block for modules of type SetVoiceId" in out and "error: V" in out and "SetVoiceId" in out
    status, out, _ = command("convert", older, "-o", new)
    assert status == 0 and out.endswith(f"{older}: converted: 3 blocks, 1 remarks\n")
    converted = json.loads(new.read_text())
    assert [one["Type"] for one in converted["Actions"]] == ["MessageParticipant", "SetVoiceId", "DisconnectParticipant"]
    assert converted["Metadata"]["name"] == "Older"
    for wrong in (flow, tmp_path / "none.json"):
        status, _, error = command("convert", wrong, "-o", tmp_path / "other.json")
        assert status == 2 and wrong.name in error and not (tmp_path / "other.json").exists()


def test_run_plays_one_contact(flow, tmp_path):
    given = tmp_path / "given.json"
    given.write_text(json.dumps({"attributes": {"name": "Cora"}}))
    status, out, _ = command("run", flow, "--given", given)
    assert status == 0 and "  Hello Cora\n" in out and out.endswith("— the contact has ended\n")
    status, _, error = command("run", tmp_path / "none.json")
    assert status == 2 and "none.json" in error


def test_test_plays_the_examples_and_writes_junit(tmp_path):
    result = tmp_path / "result.xml"
    status, out, _ = command("test", ROOT / "examples" / "conversations", "--junit", result)
    assert status == 0, out
    assert "Sample queue customer: 5 of 5 blocks" in out
    suites = xml.etree.ElementTree.parse(result).getroot()
    assert int(suites.get("tests")) >= 100 and suites.get("failures") == "0"
    assert len(suites.findall("testsuite/testcase")) == int(suites.get("tests"))


def test_test_ends_with_1_when_a_conversation_goes_otherwise(flow, tmp_path):
    (tmp_path / "talk.yaml").write_text(
        "flow: flow.json\ngiven: {attributes: {name: Cora}}\nconversations:\n"
        "  - {name: right, steps: [{hears: Hello Cora}, {at: ended}]}\n  - {name: wrong, steps: [{hears: Goodbye}]}\n")
    status, out, _ = command("test", tmp_path)
    assert status == 1 and 'FAILED talk.yaml: wrong\n  step 1: hears: expected "Goodbye", heard "Hello Cora"' in out
    assert out.endswith("1 passed, 1 failed\n")
    (tmp_path / "talk.yaml").unlink()
    assert command("test", tmp_path)[0] == 2, "an empty folder tests nothing"
