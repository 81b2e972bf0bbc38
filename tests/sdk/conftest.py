"""One server for all SDK tests, and clients that refuse answers of another shape than the published one."""

import itertools
import json

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.httpsession import URLLib3Session

from oracle import check_answer
from resources import named
from server import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A server without throttling on a new data folder, which may fetch from this machine."""
    data = tmp_path_factory.mktemp("switchroom") / "data"
    with Server(data, SWITCHROOM_LIMITS_API_RATE_FACTOR="0", SWITCHROOM_PROMPTS_FETCH="local") as running:
        yield running
        assert running.stop() == 0, running.tail()


@pytest.fixture(scope="session")
def make_client(server):
    """Makes clients of a service; keyword arguments replace the credentials and settings of the server's own key."""
    def make(service="connect", validate=True, **changes):
        settings = {
            "endpoint_url": server.endpoint,
            "region_name": server.bootstrap["region"],
            "aws_access_key_id": server.bootstrap["accessKeyId"],
            "aws_secret_access_key": server.bootstrap["secretAccessKey"],
            "config": Config(retries={"max_attempts": 0}, parameter_validation=validate),
        } | changes
        client = boto3.client(service, **settings)
        client.meta.events.register(f"before-parse.{service}", check_answer)
        return client
    return make


@pytest.fixture(scope="session")
def connect(make_client):
    """The ordinary client."""
    return make_client()


@pytest.fixture(scope="session")
def loose(make_client):
    """A client that sends whatever it is given, so that the server has to refuse it."""
    return make_client(validate=False)


@pytest.fixture(scope="session")
def instance(server):
    """The id of the instance that the first start made."""
    return server.bootstrap["instanceId"]


@pytest.fixture(scope="session")
def send(server):
    """Sends a signed request that no client would make: `(status, error code, body)`."""
    session = URLLib3Session()
    key = Credentials(server.bootstrap["accessKeyId"], server.bootstrap["secretAccessKey"])

    def send(method, path, body=None, headers=(), sign=True):
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        request = AWSRequest(method, server.endpoint + path, data=data,
                             headers={"content-type": "application/json"} | dict(headers))
        if sign:
            SigV4Auth(key, "connect", server.bootstrap["region"]).add_auth(request)
        response = session.send(request.prepare())
        answer = json.loads(response.content) if response.content else {}
        return response.status_code, response.headers.get("x-amzn-errortype"), answer
    return send


@pytest.fixture(scope="session")
def fresh():
    """Names that no other test uses."""
    numbers = itertools.count(1)
    return lambda word="Thing": f"{word} {next(numbers)}"


@pytest.fixture(scope="session")
def refused():
    """Checks that a call is refused with this code, and gives the error."""
    def refused(code, call, /, **members):
        with pytest.raises(ClientError) as caught:
            call(**members)
        error = caught.value.response
        assert error["Error"]["Code"] == code, error
        return error
    return refused


@pytest.fixture(scope="session")
def nobody():
    """An id that no resource has."""
    return "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="session")
def hours(connect, instance):
    """Hours of operation that are always there."""
    return named(connect.list_hours_of_operations(InstanceId=instance)["HoursOfOperationSummaryList"], "Basic Hours")


@pytest.fixture(scope="session")
def basic_queue(connect, instance):
    """The queue that every instance begins with."""
    queues = connect.list_queues(InstanceId=instance, QueueTypes=["STANDARD"])["QueueSummaryList"]
    return named(queues, "BasicQueue")


@pytest.fixture(scope="session")
def routing_profile(connect, instance):
    """The routing profile that every instance begins with."""
    return connect.list_routing_profiles(InstanceId=instance)["RoutingProfileSummaryList"][0]["Id"]


@pytest.fixture(scope="session")
def security_profile(connect, instance):
    """The profile of agents."""
    return named(connect.list_security_profiles(InstanceId=instance)["SecurityProfileSummaryList"], "Agent")


@pytest.fixture
def new_queue(connect, instance, hours, fresh):
    """Makes queues and deletes them after the test."""
    made = []

    def make(**members):
        members = {"Name": fresh("Queue"), "HoursOfOperationId": hours} | members
        made.append(connect.create_queue(InstanceId=instance, **members)["QueueId"])
        return made[-1]
    yield make
    for queue in made:
        try:
            connect.delete_queue(InstanceId=instance, QueueId=queue)
        except connect.exceptions.ResourceNotFoundException:
            pass  # the test has deleted it


@pytest.fixture
def new_user(connect, instance, routing_profile, security_profile, fresh):
    """Makes users and deletes them after the test."""
    made = []

    def make(**members):
        members = {
            "Username": fresh("user").replace(" ", "."),
            "Password": "Passw0rd",
            "IdentityInfo": {"FirstName": "Kim", "LastName": "Doe"},
            "PhoneConfig": {"PhoneType": "SOFT_PHONE"},
            "SecurityProfileIds": [security_profile],
            "RoutingProfileId": routing_profile,
        } | members
        made.append(connect.create_user(InstanceId=instance, **members)["UserId"])
        return made[-1]
    yield make
    for user in made:
        try:
            connect.delete_user(InstanceId=instance, UserId=user)
        except connect.exceptions.ResourceNotFoundException:
            pass  # the test has deleted it
