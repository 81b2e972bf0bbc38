"""A full disk gives clear errors and no corruption, and the server comes back by itself when there is room again."""

import json
import os
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from server import Server


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 32 MB, which only root may mount."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(folder)], capture_output=True).returncode == 0
    if not mounted:
        pytest.skip("needs root and the right to mount a file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def post(server, path, body, headers=None):
    request = urllib.request.Request(
        server.endpoint + path, data=json.dumps(body).encode(),
        headers={"content-type": "application/json", **(headers or {})}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read()), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"{}"), error.headers


def start_chat(server):
    status, answer, _ = post(server, "/widget/chat", {"DisplayName": "Cora"})
    assert status == 200, answer
    token = answer["data"]["startChatResult"]["ParticipantToken"]
    status, answer, _ = post(server, "/participant/connection", {"Type": ["CONNECTION_CREDENTIALS"]},
                             {"x-amz-bearer": token})
    assert status == 200, answer
    bearer = {"x-amz-bearer": answer["ConnectionCredentials"]["ConnectionToken"]}
    status, answer, _ = post(server, "/participant/event", {
        "ContentType": "application/vnd.amazonaws.connect.event.connection.acknowledged"}, bearer)
    assert status == 200, answer
    return bearer


def say(server, bearer, text):
    return post(server, "/participant/message", {"ContentType": "text/plain", "Content": text}, bearer)


def test_full_disk(small_disk):
    with Server(small_disk / "data", SWITCHROOM_LIMITS_API_RATE_FACTOR="0") as server:
        bearer = start_chat(server)
        acknowledged = []
        status, answer, _ = say(server, bearer, "before")
        assert status == 200, answer
        acknowledged.append(answer["Id"])

        filler = small_disk / "filler"
        # Unbuffered: what a partly taken write leaves over would be written again, and refused, on closing the file.
        with open(filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 65536)
            except OSError:
                pass
        # What the database holds in reserve is used up first; then every write is refused.
        refused = None
        for number in range(5000):
            status, answer, headers = say(server, bearer, f"{number} " + "y" * 1000)
            if status == 200:
                acknowledged.append(answer["Id"])
                continue
            refused = status, answer, headers
            break
        assert refused, "the disk never became full"
        status, answer, headers = refused
        assert status == 500 and headers["x-amzn-errortype"] == "InternalServerException", refused
        assert "disk is full" in answer["message"] or "recovering" in answer["message"], answer

        filler.unlink()
        until = time.monotonic() + 30
        while True:
            status, answer, _ = say(server, bearer, "after")
            if status == 200:
                acknowledged.append(answer["Id"])
                break
            assert status == 500, answer
            assert time.monotonic() < until, f"the server does not come back: {answer} {server.tail()}"
            time.sleep(0.05)  # between attempts, bounded by the deadline
        server.kill_and_restart()

        seen, token = [], None
        while True:
            body = {"MaxResults": 100, "ScanDirection": "FORWARD", **({"NextToken": token} if token else {})}
            status, page, _ = post(server, "/participant/transcript", body, bearer)
            assert status == 200, page
            seen += [item["Id"] for item in page["Transcript"]
                     if item["ParticipantRole"] == "CUSTOMER" and item["Type"] == "MESSAGE"]
            token = page.get("NextToken")
            if not token:
                break
        assert seen == acknowledged, "exactly what was acknowledged, in order"
        assert server.stop() == 0
    with sqlite3.connect(small_disk / "data" / "switchroom.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
