"""Throttling with the published rates, on a server of its own; and what a restart leaves as it was."""

import boto3
from botocore.config import Config

from server import Server


def client_of(server):
    return boto3.client(
        "connect", endpoint_url=server.endpoint, region_name=server.bootstrap["region"],
        aws_access_key_id=server.bootstrap["accessKeyId"],
        aws_secret_access_key=server.bootstrap["secretAccessKey"],
        config=Config(retries={"max_attempts": 0}))


def test_published_rates(tmp_path):
    """Two calls a second and five at once, for each operation by itself."""
    with Server(tmp_path / "data", SWITCHROOM_LIMITS_API_RATE_FACTOR="1") as server:
        client, instance = client_of(server), server.bootstrap["instanceId"]
        fine, errors = 0, []
        for _ in range(30):
            try:
                client.list_queues(InstanceId=instance)
                fine += 1
            except client.exceptions.ThrottlingException as error:
                errors.append(error.response)
        assert fine >= 5 and errors
        metadata = errors[0]["ResponseMetadata"]
        assert metadata["HTTPStatusCode"] == 429
        assert int(metadata["HTTPHeaders"]["retry-after"]) >= 1
        client.list_users(InstanceId=instance)


def test_resources_outlive_a_kill(tmp_path):
    """What was acknowledged is there after SIGKILL, and what was deleted is not."""
    with Server(tmp_path / "data", SWITCHROOM_LIMITS_API_RATE_FACTOR="0") as server:
        client, instance = client_of(server), server.bootstrap["instanceId"]
        hours = client.list_hours_of_operations(InstanceId=instance)["HoursOfOperationSummaryList"][0]["Id"]

        def queue(name):
            return client.create_queue(InstanceId=instance, Name=name, HoursOfOperationId=hours,
                                       Tags={"a": "b"})["QueueId"]

        kept, gone = queue("Kept"), queue("Gone")
        client.update_queue_name(InstanceId=instance, QueueId=kept, Name="Kept on")
        client.delete_queue(InstanceId=instance, QueueId=gone)
        token = client.list_queues(InstanceId=instance, MaxResults=1)["NextToken"]
        server.kill_and_restart()
        client = client_of(server)
        described = client.describe_queue(InstanceId=instance, QueueId=kept)["Queue"]
        assert (described["Name"], described["Tags"]) == ("Kept on", {"a": "b"})
        names = {row.get("Name") for row in client.list_queues(InstanceId=instance)["QueueSummaryList"]}
        assert "Gone" not in names
        # A page that was begun before goes on after.
        assert client.list_queues(InstanceId=instance, NextToken=token)["QueueSummaryList"]
