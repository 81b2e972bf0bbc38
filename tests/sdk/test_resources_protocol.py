"""What every call has in common: signatures, unknown and wrong members, other instances, operations that are not built."""

import datetime
import re

import botocore.auth
import pytest
from botocore.exceptions import ClientError


def test_wrong_credentials(make_client, server, instance, refused):
    for changes, code in [
        ({"aws_secret_access_key": "x" * 40}, "InvalidSignatureException"),
        ({"aws_access_key_id": "AKIAAAAAAAAAAAAAAAAA"}, "UnrecognizedClientException"),
        ({"aws_session_token": "not a token"}, "UnrecognizedClientException"),
    ]:
        error = refused(code, make_client(**changes).list_users, InstanceId=instance)
        assert error["ResponseMetadata"]["HTTPStatusCode"] == 403
        assert server.bootstrap["secretAccessKey"] not in str(error)


@pytest.mark.parametrize("minutes, fine", [(-4, True), (4, True), (-20, False), (20, False)])
def test_the_clock_of_the_caller(make_client, instance, refused, monkeypatch, minutes, fine):
    moved = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: moved)
    client = make_client()
    if fine:
        client.list_instances()
    else:
        refused("InvalidSignatureException", client.list_instances)


def test_calls_without_a_signature(send, instance):
    for path in ("/instance", f"/users-summary/{instance}"):
        status, code, _ = send("GET", path, sign=False)
        assert (status, code) == (403, "MissingAuthenticationTokenException"), path


def test_a_changed_body_breaks_the_signature(make_client, instance, refused, fresh):
    client = make_client()

    def tamper(request, **_):
        request.body = request.body.replace(b"Lunch", b"Lunge")

    client.meta.events.register("before-send.connect", tamper)
    refused("InvalidSignatureException", client.create_agent_status,
            InstanceId=instance, Name=fresh("Lunch"), State="ENABLED")


def test_unknown_members_are_refused_by_name(send, instance, basic_queue):
    for method, path, body, name in [
        ("POST", f"/queues/{instance}/{basic_queue}/name", {"Name": "x", "Colour": "red"}, "Colour"),
        ("POST", f"/queues/{instance}/{basic_queue}/outbound-caller-config",
         {"OutboundCallerConfig": {"OutboundCallerIdName": "x", "Tone": 1}}, "OutboundCallerConfig.Tone"),
        ("GET", f"/queues-summary/{instance}?max=3", None, "max"),
        ("DELETE", f"/queues/{instance}/{basic_queue}?force=true", None, "force"),
        ("POST", f"/queues/{instance}/{basic_queue}/name", {"InstanceId": instance, "Name": "x"}, "InstanceId"),
    ]:
        status, code, answer = send(method, path, body)
        assert (status, code) == (400, "InvalidRequestException"), (path, answer)
        assert f"'{name}'" in answer["Message"].replace("instanceId", "InstanceId"), answer


@pytest.mark.parametrize("body, text", [
    ({"Name": 7, "HoursOfOperationId": "x"}, "name"),
    ({"Name": "x", "HoursOfOperationId": "x", "MaxContacts": "many"}, "maxContacts"),
    ({"Name": "x", "HoursOfOperationId": "x", "MaxContacts": 1.5}, "maxContacts"),
    ({"Name": "x", "HoursOfOperationId": "x", "MaxContacts": -1}, "maxContacts"),
    ({"Name": "x", "HoursOfOperationId": "x", "Tags": ["a"]}, "tags"),
    ({"Name": "x", "HoursOfOperationId": "x", "Tags": {"a": 1}}, "tags.a"),
    ({"Name": "x", "HoursOfOperationId": "x", "QuickConnectIds": "abc"}, "quickConnectIds"),
    ({"Name": "x", "HoursOfOperationId": None}, "hoursOfOperationId"),
    ({"Name": "x"}, "hoursOfOperationId"),
])
def test_wrong_types_are_named(send, instance, body, text):
    status, code, answer = send("PUT", f"/queues/{instance}", body)
    assert (status, code) == (400, "InvalidRequestException"), answer
    assert f"'{text}'" in answer["Message"], answer


@pytest.mark.parametrize("body", [b"{", b"[]", b"7", b'"x"', b"\xff", b'{"Name": "x"} trailing'])
def test_bodies_that_are_no_json_objects(send, instance, body):
    status, code, _ = send("PUT", f"/queues/{instance}", body)
    assert (status, code) == (400, "SerializationException")


def test_a_body_that_is_too_large(send, instance):
    status, code, _ = send("PUT", f"/queues/{instance}", {"Name": "x" * (2 << 20)})
    assert (status, code) == (413, "RequestEntityTooLargeException")


def test_other_instances(connect, server, instance, nobody, refused):
    arn = server.bootstrap["instanceArn"]
    assert connect.list_users(InstanceId=arn)["UserSummaryList"]
    for name in (nobody, "not an id", arn.replace(instance, nobody), arn.replace("us-east-1", "eu-west-1"),
                 arn.replace(server.bootstrap["accountId"], "999999999999")):
        error = refused("ResourceNotFoundException", connect.list_users, InstanceId=name)
        assert error["ResponseMetadata"]["HTTPStatusCode"] == 404
    refused("InvalidRequestException", connect.list_users, InstanceId="x" * 101)
    # A resource of another instance is not one of this.
    queue = connect.list_queues(InstanceId=instance)["QueueSummaryList"][0]["Arn"]
    refused("ResourceNotFoundException", connect.describe_queue,
            InstanceId=instance, QueueId=queue.replace(instance, nobody))


def test_every_answer_has_a_request_id_and_is_not_kept(connect, instance, nobody):
    ids = set()
    for call in (connect.describe_instance, connect.list_users):
        for name in (instance, nobody):
            try:
                metadata = call(InstanceId=name)["ResponseMetadata"]
            except ClientError as error:
                metadata = error.response["ResponseMetadata"]
            ids.add(metadata["RequestId"])
            assert metadata["HTTPHeaders"]["cache-control"] == "no-store"
            assert metadata["HTTPHeaders"]["content-type"] == "application/json"
    assert len(ids) == 4


def test_every_published_operation_is_known(connect, send, nobody):
    """What is built answers for itself, everything else answers 501 and names itself; nothing is unknown."""
    built = set()
    for name in connect.meta.service_model.operation_names:
        http = connect.meta.service_model.operation_model(name).http
        path = re.sub(r"{\w+\+?}", nobody, http["requestUri"].split("?")[0])
        status, code, answer = send(http["method"], path)
        assert code != "UnknownOperationException", name
        if status == 501:
            assert code == "NotImplementedException"
            assert f"The operation {name} is not available" in answer["message"]
        else:
            built.add(name)
    assert {"CreateQueue", "SearchUsers", "TagResource", "DescribeContactFlow"} <= built
    assert len(built) >= 137
