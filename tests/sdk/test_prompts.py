"""Prompts with their sound: fetched, limited, converted, given out again; uploads and speech of the console."""

import base64
import shutil
import struct
import urllib.error
import urllib.request

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session

from resources import named
from server import Server
from sounds import facts, telephone, wav, web


def read(address):
    with urllib.request.urlopen(address, timeout=10) as answer:
        assert answer.headers["content-type"] == "audio/wav"
        return answer.read()


def status_of(request):
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=10)
    with caught.value as answer:
        return answer.code, answer.read().decode()


def stored(server):
    """The files of prompts on the disk."""
    return sorted(path.name for path in (server.data / "files" / "prompts").rglob("*.wav"))


@pytest.fixture
def new_prompt(connect, instance, fresh):
    """Makes prompts and deletes them after the test."""
    made = []

    def make(address, **members):
        members = {"Name": fresh("Greeting"), "S3Uri": address} | members
        made.append(connect.create_prompt(InstanceId=instance, **members)["PromptId"])
        return {"InstanceId": instance, "PromptId": made[-1]}
    yield make
    for prompt in made:
        try:
            connect.delete_prompt(InstanceId=instance, PromptId=prompt)
        except connect.exceptions.ResourceNotFoundException:
            pass  # the test has deleted it


def test_a_prompt_has_the_sound_of_its_file(connect, server, new_prompt, refused):
    before = stored(server)
    with web({"/sounds/greeting.wav": wav(1.5, rate=44100, channels=2), "/sounds/next.wav": wav(0.5)}) as (at, asked):
        prompt = new_prompt(f"{at}/sounds/greeting.wav", Tags={"a": "b"})
        file = connect.get_prompt_file(**prompt)
        assert file["PromptPresignedUrl"].startswith(server.endpoint)
        assert len(file["PromptPresignedUrl"]) <= 2000
        assert facts(read(file["PromptPresignedUrl"])) == telephone(1.5)
        assert len(stored(server)) == len(before) + 1
        connect.update_prompt(**prompt, Description="The same sound")
        assert facts(read(connect.get_prompt_file(**prompt)["PromptPresignedUrl"])) == telephone(1.5)
        connect.update_prompt(**prompt, S3Uri=f"{at}/sounds/next.wav")
        assert facts(read(connect.get_prompt_file(**prompt)["PromptPresignedUrl"])) == telephone(0.5)
        assert len(stored(server)) == len(before) + 1, "the old file is gone"
        assert asked == ["/sounds/greeting.wav", "/sounds/next.wav"]
    address = connect.get_prompt_file(**prompt)["PromptPresignedUrl"]
    connect.delete_prompt(**prompt)
    assert stored(server) == before
    assert status_of(address)[0] == 404
    refused("ResourceNotFoundException", connect.get_prompt_file, **prompt)


def test_addresses_of_files_are_good_for_one_file_and_not_changed(connect, instance, server):
    listed = connect.list_prompts(InstanceId=instance)["PromptSummaryList"]
    beep, hold = named(listed, "Beep.wav"), named(listed, "CustomerHold.wav")
    address = connect.get_prompt_file(InstanceId=instance, PromptId=beep)["PromptPresignedUrl"]
    assert status_of(address.replace(beep, hold))[0] == 403
    assert status_of(address[:-3] + ("AAA" if address[-3:] != "AAA" else "BBB"))[0] == 403
    assert status_of(address.split("?")[0])[0] == 403
    for name, seconds in [("Beep.wav", 0.4), ("CustomerHold.wav", 48), ("CustomerQueue.wav", 57.6)]:
        prompt = named(listed, name)
        file = connect.get_prompt_file(InstanceId=instance, PromptId=prompt)
        data = read(file["PromptPresignedUrl"])
        assert facts(data) == telephone(seconds)
        assert len(set(data[100:])) > 20, "it is not silent"


def test_files_that_are_no_prompts_are_refused(connect, instance, server, fresh, refused):
    before, count = stored(server), len(connect.list_prompts(InstanceId=instance)["PromptSummaryList"])
    adpcm = bytearray(wav(0.1))
    adpcm[20:22] = struct.pack("<H", 0x11)
    files = {
        "/s/song.wav": b"ID3\x04" + bytes(2000),
        "/s/page.wav": b"<html>sign in first</html>",
        "/s/adpcm.wav": bytes(adpcm),
        "/s/empty.wav": wav(0),
        "/s/long.wav": wav(300, rate=8000),
        "/s/large.wav": bytes(50 * 1024 * 1024),
        "/s/moved.wav": 302,
        "/s/private.wav": 403,
    }
    with web(files) as (at, _):
        for path, words in [
            ("/s/song.wav", "not a WAV file but MP3"),
            ("/s/page.wav", "not a WAV file but a page"),
            ("/s/adpcm.wav", "IMA ADPCM"),
            ("/s/empty.wav", "no sound"),
            ("/s/long.wav", "shorter than 5 minutes"),
            ("/s/large.wav", "larger than 50 MB"),
            ("/s/moved.wav", "leads on to another one"),
            ("/s/private.wav", "answers 403"),
            ("/s/missing.wav", "answers 404"),
        ]:
            error = refused("InvalidParameterException", connect.create_prompt, InstanceId=instance,
                            Name=fresh("No"), S3Uri=at + path)
            assert words in error["Error"]["Message"], (path, error["Error"]["Message"])
    for address, words in [
        (f"{at}/s/gone.wav", "could not be fetched"),
        ("s3://sounds/greeting.wav", "no object storage"),
        ("http://169.254.169.254/latest/meta-data", "prompts.fetch"),
        ("file:///etc/passwd", "https address"),
        ("upload://me", "https address"),
        ("builtin://Beep.wav", "https address"),
    ]:
        error = refused("InvalidParameterException", connect.create_prompt, InstanceId=instance, Name=fresh("No"),
                        S3Uri=address)
        assert words in error["Error"]["Message"], (address, error["Error"]["Message"])
    assert stored(server) == before
    assert len(connect.list_prompts(InstanceId=instance)["PromptSummaryList"]) == count


def test_a_refused_prompt_leaves_no_file(connect, instance, server, new_prompt, refused):
    with web({"/s/a.wav": wav(0.2)}) as (at, _):
        prompt = new_prompt(f"{at}/s/a.wav")
        before = stored(server)
        name = connect.describe_prompt(**prompt)["Prompt"]["Name"]
        refused("DuplicateResourceException", connect.create_prompt, InstanceId=instance, Name=name,
                S3Uri=f"{at}/s/a.wav")
        refused("DuplicateResourceException", connect.update_prompt, **prompt, Name="Beep.wav", S3Uri=f"{at}/s/a.wav")
    assert stored(server) == before
    assert facts(read(connect.get_prompt_file(**prompt)["PromptPresignedUrl"])) == telephone(0.2)


def put(address, data):
    request = urllib.request.Request(address, data=data, method="PUT", headers={"content-type": "audio/wav"})
    return urllib.request.urlopen(request, timeout=20)


def test_an_upload_becomes_a_prompt(connect, instance, send, new_prompt, fresh, refused):
    status, _, place = send("POST", f"/switchroom/prompt-uploads/{instance}", {})
    assert status == 200
    refused("InvalidParameterException", connect.create_prompt, InstanceId=instance, Name=fresh("Early"),
            S3Uri=place["S3Uri"])
    request = urllib.request.Request(place["UploadUrl"], data=b"fLaC", method="PUT")
    status, body = status_of(request)
    assert status == 400 and "not a WAV file but FLAC" in body
    with put(place["UploadUrl"], wav(2, rate=48000)) as answer:
        assert b'"DurationMilliseconds":2000' in answer.read()
    prompt = new_prompt(place["S3Uri"])
    assert facts(read(connect.get_prompt_file(**prompt)["PromptPresignedUrl"])) == telephone(2)
    status, _, media = send("GET", f"/switchroom/prompt-media/{instance}?maxResults=1000")
    assert status == 200
    media = {one["PromptId"]: one for one in media["PromptMediaList"]}
    assert media[prompt["PromptId"]] == {"PromptId": prompt["PromptId"], "DurationMilliseconds": 2000, "Bytes": 16058}
    assert all("DurationMilliseconds" in one for one in media.values()), "stock prompts have lengths too"
    changed = place["UploadUrl"][:-3] + ("AAA" if place["UploadUrl"][-3:] != "AAA" else "BBB")
    assert status_of(urllib.request.Request(changed, data=b"x", method="PUT"))[0] == 403
    large = urllib.request.Request(place["UploadUrl"], data=b"", method="PUT",
                                   headers={"content-length": str(50 * 1024 * 1024 + 1)})
    assert status_of(large)[0] == 413


def test_flows_that_play_a_prompt_are_named(connect, instance, send, new_prompt, fresh):
    with web({"/s/a.wav": wav(0.2)}) as (at, _):
        prompt = new_prompt(f"{at}/s/a.wav")
    path = f"/switchroom/prompt-uses/{instance}/{prompt['PromptId']}"
    assert send("GET", path)[2] == {"Uses": []}
    arn = connect.describe_prompt(**prompt)["Prompt"]["PromptARN"]
    content = f"""{{"Version": "2019-10-30", "StartAction": "a", "Metadata": {{}}, "Actions": [
        {{"Identifier": "a", "Type": "MessageParticipant", "Parameters": {{"PromptId": "{arn}"}},
          "Transitions": {{"NextAction": "b", "Errors": [{{"ErrorType": "NoMatchingError", "NextAction": "b"}}]}}}},
        {{"Identifier": "b", "Type": "DisconnectParticipant", "Parameters": {{}}, "Transitions": {{}}}}]}}"""
    name = fresh("Plays")
    flow = connect.create_contact_flow(InstanceId=instance, Name=name, Type="CONTACT_FLOW", Content=content)
    flow = flow["ContactFlowId"]
    assert send("GET", path)[2] == {"Uses": [{"Id": flow, "Name": name, "Kind": "FLOW"}]}
    connect.delete_contact_flow(InstanceId=instance, ContactFlowId=flow)


def test_voices_are_listed(instance, send):
    status, _, voices = send("GET", f"/switchroom/voices/{instance}")
    assert status == 200 and voices["DefaultVoiceId"] == "Joanna"
    known = {voice["Id"]: voice for voice in voices["Voices"]}
    for name, language in [("Joanna", "en-US"), ("Matthew", "en-US"), ("Lupe", "es-US"), ("Mizuki", "ja-JP"),
                           ("Takumi", "ja-JP"), ("Seoyeon", "ko-KR"), ("Camila", "pt-BR"), ("Vicki", "de-DE")]:
        assert known[name]["LanguageCode"] == language


def preview(send, instance, text, **members):
    return send("POST", f"/switchroom/speech-preview/{instance}", {"Text": text} | members)


def test_texts_that_cannot_be_spoken_are_refused(instance, send):
    for text, members, words in [
        ("x" * 3001, {}, "3001 characters to speak; 3000 are the most"),
        ("<speak>open", {}, "an element is not closed"),
        ("no markup", {"Interpretation": "SSML"}, "one <speak> element"),
        ('<speak><break time="11s"/>x</speak>', {}, "longer than 10 seconds"),
        ("Hello", {"VoiceId": "Johanna"}, "the nearest name is 'Joanna'"),
    ]:
        status, code, body = preview(send, instance, text, **members)
        assert (status, code) == (400, "InvalidParameterException"), body
        assert words in body["Message"], body


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed (apt-get install espeak-ng)")
def test_a_text_is_spoken_and_becomes_a_prompt(connect, instance, send, new_prompt):
    status, _, spoken = preview(send, instance, "Thank you for calling.", VoiceId="matthew")
    assert status == 200, spoken
    assert (spoken["VoiceId"], spoken["Engine"]) == ("Matthew", "espeak-ng")
    sound = base64.b64decode(spoken["Audio"])
    kind, channels, rate, bits, size = facts(sound)
    assert (kind, channels, rate, bits) == (1, 1, 8000, 16)
    assert 0.5 < size / 16000 < 6
    status, _, paused = preview(send, instance, '<speak>Thank you for calling.<break time="2s"/></speak>',
                                VoiceId="Matthew")
    assert status == 200
    assert abs(paused["DurationMilliseconds"] - spoken["DurationMilliseconds"] - 2000) < 50
    place = send("POST", f"/switchroom/prompt-uploads/{instance}", {})[2]
    put(place["UploadUrl"], sound).close()
    prompt = new_prompt(place["S3Uri"])
    assert facts(read(connect.get_prompt_file(**prompt)["PromptPresignedUrl"]))[4] == size // 2


def test_without_an_engine_speech_says_what_is_missing(tmp_path, make_client):
    nowhere = {"SWITCHROOM_SPEECH_ESPEAK": str(tmp_path / "espeak-ng"), "SWITCHROOM_LIMITS_API_RATE_FACTOR": "0"}
    with Server(tmp_path / "data", **nowhere) as server:
        key = Credentials(server.bootstrap["accessKeyId"], server.bootstrap["secretAccessKey"])

        def send(method, path, body=b""):
            request = AWSRequest(method, server.endpoint + path, data=body, headers={"content-type": "application/json"})
            SigV4Auth(key, "connect", server.bootstrap["region"]).add_auth(request)
            return URLLib3Session().send(request.prepare())
        instance = server.bootstrap["instanceId"]
        voices = send("GET", f"/switchroom/voices/{instance}")
        assert b"no speech engine at" in voices.content and b"Engine\":" not in voices.content
        refused = send("POST", f"/switchroom/speech-preview/{instance}", b'{"Text": "Hello"}')
        assert refused.status_code == 400 and b"no speech engine at" in refused.content
        # Prompts do not need one.
        connect = make_client(endpoint_url=server.endpoint, aws_access_key_id=key.access_key,
                              aws_secret_access_key=key.secret_key)
        beep = named(connect.list_prompts(InstanceId=instance)["PromptSummaryList"], "Beep.wav")
        address = connect.get_prompt_file(InstanceId=instance, PromptId=beep)["PromptPresignedUrl"]
        assert facts(read(address)) == telephone(0.4)
