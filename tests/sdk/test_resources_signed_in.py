"""Users who have signed in and call with their session, as the pages do: permissions and what tags hide."""

import json
import urllib.error
import urllib.request

import pytest
from botocore import UNSIGNED
from botocore.config import Config


@pytest.fixture
def sign_in(server, make_client):
    """A client that calls in the name of a user; none when the password does not fit."""
    def sign_in(username, password, **headers):
        request = urllib.request.Request(
            server.endpoint + "/auth/login", method="POST", headers={"content-type": "application/json"},
            data=json.dumps({"username": username, "password": password}).encode())
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                cookie = answer.headers["set-cookie"].split(";")[0]
        except urllib.error.HTTPError as error:
            assert error.code == 401
            return None
        client = make_client(config=Config(signature_version=UNSIGNED, retries={"max_attempts": 0}))

        def add_session(params, **_):
            params["headers"] |= {"Cookie": cookie} | headers
        client.meta.events.register("before-call.connect", add_session)
        return client
    return sign_in


@pytest.fixture
def bootstrapped(server, sign_in):
    """A client of one of the users of the first start."""
    return lambda name, **headers: sign_in(name, server.bootstrap["users"][name]["password"], **headers)


def test_the_people_of_the_first_start(bootstrapped, instance, fresh, refused):
    admin, agent = bootstrapped("admin"), bootstrapped("agent1")
    assert {user["Username"] for user in admin.list_users(InstanceId=instance)["UserSummaryList"]} >= {"admin", "agent1"}
    admin.update_instance_attribute(InstanceId=instance, AttributeType="EARLY_MEDIA", Value="true")
    status = admin.create_agent_status(InstanceId=instance, Name=fresh("Break"), State="ENABLED")["AgentStatusId"]
    error = refused("AccessDeniedException", agent.search_users, InstanceId=instance)
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert "Users.View" in error["Error"]["Message"]
    # Who transfers contacts sees where to, and in lists the people, queues and flows behind.
    assert agent.list_quick_connects(InstanceId=instance)["QuickConnectSummaryList"]
    assert agent.list_queues(InstanceId=instance)["QueueSummaryList"]
    user = agent.list_users(InstanceId=instance)["UserSummaryList"][0]["Id"]
    for call, members in [
        (agent.describe_user, {"UserId": user}),
        (agent.list_prompts, {}),
        (agent.update_agent_status, {"AgentStatusId": status, "Name": "Mine"}),
        (agent.update_instance_attribute, {"AttributeType": "EARLY_MEDIA", "Value": "false"}),
        (agent.list_security_profiles, {}),
    ]:
        refused("AccessDeniedException", call, InstanceId=instance, **members)
    for client in (admin, agent):
        refused("AccessDeniedException", client.delete_instance, InstanceId=instance)
        assert [one["Id"] for one in client.list_instances()["InstanceSummaryList"]] == [instance]


def test_the_password_given_at_creation_opens_the_session(connect, instance, sign_in, new_user, fresh, refused):
    name = fresh("new").replace(" ", ".")
    user = new_user(Username=name, Password="Corr3ct-horse")
    assert sign_in(name, "Corr3ct-Horse") is None
    client = sign_in(name, "Corr3ct-horse")
    assert client.describe_instance(InstanceId=instance)["Instance"]["Id"] == instance
    connect.delete_user(InstanceId=instance, UserId=user)
    error = refused("ExpiredTokenException", client.describe_instance, InstanceId=instance)
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_tags_narrow_what_a_user_sees(connect, instance, sign_in, new_queue, new_user, fresh, refused):
    profile = connect.create_security_profile(
        InstanceId=instance, SecurityProfileName=fresh("Narrow"), Permissions=["Queues.View", "Queues.Edit"],
        AllowedAccessControlTags={"Team": "Signed"}, TagRestrictedResources=["Queue"])["SecurityProfileId"]
    name = fresh("narrow").replace(" ", ".")
    user = new_user(Username=name, SecurityProfileIds=[profile])
    ours, theirs = new_queue(Tags={"Team": "Signed"}), new_queue(Tags={"Team": "Other"})
    client = sign_in(name, "Passw0rd")
    listed = client.list_queues(InstanceId=instance, QueueTypes=["STANDARD"])["QueueSummaryList"]
    assert [row["Id"] for row in listed] == [ours]
    client.update_queue_max_contacts(InstanceId=instance, QueueId=ours, MaxContacts=3)
    refused("ResourceNotFoundException", client.update_queue_max_contacts,
            InstanceId=instance, QueueId=theirs, MaxContacts=3)
    # A change of the profile counts from the next call on.
    connect.update_security_profile(InstanceId=instance, SecurityProfileId=profile, AllowedAccessControlTags={},
                                    TagRestrictedResources=[])
    client.update_queue_max_contacts(InstanceId=instance, QueueId=theirs, MaxContacts=3)
    connect.delete_user(InstanceId=instance, UserId=user)
    connect.delete_security_profile(InstanceId=instance, SecurityProfileId=profile)


def test_other_sites_cannot_use_a_session(bootstrapped, server, instance, refused):
    stranger = bootstrapped("admin", Origin="https://elsewhere.example")
    refused("AccessDeniedException", stranger.list_users, InstanceId=instance)
    own = bootstrapped("admin", Origin=server.endpoint)
    assert own.list_users(InstanceId=instance)["UserSummaryList"]


def test_a_user_gets_a_link_to_sign_in_with(bootstrapped, connect, server, instance, refused):
    answer = bootstrapped("agent1").get_federation_token(InstanceId=instance)
    named = {user["Username"]: user["Id"] for user in connect.list_users(InstanceId=instance)["UserSummaryList"]}
    assert answer["UserId"] == named["agent1"]
    assert answer["Credentials"]["AccessToken"] and answer["Credentials"]["RefreshToken"]

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    with pytest.raises(urllib.error.HTTPError) as moved:
        urllib.request.build_opener(Stay).open(answer["SignInUrl"], timeout=30)
    assert (moved.value.code, moved.value.headers["location"]) == (303, "/agent-app-v2")
    cookie = moved.value.headers["set-cookie"].split(";")[0]
    with urllib.request.urlopen(urllib.request.Request(
            server.endpoint + "/auth/session", headers={"cookie": cookie}), timeout=30) as session:
        assert json.load(session)["username"] == "agent1"
    # The key of a program is nobody's.
    refused("UserNotFoundException", connect.get_federation_token, InstanceId=instance)


def test_monitoring_needs_its_permission(bootstrapped, instance, refused, nobody):
    wanted = dict(InstanceId=instance, ContactId=nobody, UserId=nobody)
    error = refused("AccessDeniedException", bootstrapped("agent1").monitor_contact, **wanted)
    assert "ManagerListenIn" in error["Error"]["Message"]
    refused("ResourceNotFoundException", bootstrapped("supervisor").monitor_contact, **wanted)
