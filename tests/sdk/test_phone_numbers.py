"""Phone numbers through the SDK: an inventory of the configuration, shared by the instances of a server."""

import boto3
import pytest
from botocore.config import Config

from oracle import check_answer
from server import Server

TRUNKS = """
[[telephony.trunks]]
name = "carrier"
numbers = ["+12065550100-+12065550139", "+18005550100", "+493012345678",
           { numbers = "+80012345678", country = "DE" }]
"""


@pytest.fixture(scope="module")
def number_server(tmp_path_factory):
    """A server with numbers."""
    folder = tmp_path_factory.mktemp("numbers")
    config = folder / "switchroom.toml"
    config.write_text(TRUNKS)
    with Server(folder / "data", arguments=["--config", str(config)], SWITCHROOM_LIMITS_API_RATE_FACTOR="0") as running:
        yield running
        assert running.stop() == 0, running.tail()


@pytest.fixture(scope="module")
def client(number_server):
    made = boto3.client(
        "connect", endpoint_url=number_server.endpoint, region_name=number_server.bootstrap["region"],
        aws_access_key_id=number_server.bootstrap["accessKeyId"],
        aws_secret_access_key=number_server.bootstrap["secretAccessKey"],
        config=Config(retries={"max_attempts": 0}))
    made.meta.events.register("before-parse.connect", check_answer)
    return made


@pytest.fixture
def new_instance(client, fresh):
    """Makes instances, which begin with the whole quota of claims, and deletes them after the test."""
    made = []

    def make():
        alias = fresh("numbers").replace(" ", "-")
        made.append(client.create_instance(IdentityManagementType="CONNECT_MANAGED", InstanceAlias=alias,
                                           InboundCallsEnabled=True, OutboundCallsEnabled=True))
        return made[-1]
    yield make
    for instance in made:
        client.delete_instance(InstanceId=instance["Id"])


@pytest.fixture
def own(new_instance):
    """The id of an instance of the test's own."""
    return new_instance()["Id"]


def free(client, instance, **members):
    """The first numbers that can be claimed."""
    asked = {"PhoneNumberCountryCode": "US", "PhoneNumberType": "DID"} | members
    found = client.search_available_phone_numbers(InstanceId=instance, **asked)["AvailableNumbersList"]
    return [one["PhoneNumber"] for one in found]


def claim(client, instance, number=None, **members):
    number = number or free(client, instance)[0]
    return client.claim_phone_number(InstanceId=instance, PhoneNumber=number, **members)["PhoneNumberId"]


def described(client, number):
    return client.describe_phone_number(PhoneNumberId=number)["ClaimedPhoneNumberSummary"]


def listed(client, **members):
    return client.list_phone_numbers_v2(**members)["ListPhoneNumbersSummaryList"]


def test_a_number_from_search_to_release(client, new_instance, refused):
    instance = new_instance()
    own, arn = instance["Id"], instance["Arn"]
    found = client.search_available_phone_numbers(
        TargetArn=arn, PhoneNumberCountryCode="US", PhoneNumberType="DID", PhoneNumberPrefix="+1206555012",
        MaxResults=1)
    number = "+12065550120"
    assert found["AvailableNumbersList"] == [
        {"PhoneNumber": number, "PhoneNumberCountryCode": "US", "PhoneNumberType": "DID"}]
    made = client.claim_phone_number(TargetArn=arn, PhoneNumber=number, PhoneNumberDescription="Main line",
                                     Tags={"Team": "A"})
    ident, name = made["PhoneNumberId"], made["PhoneNumberArn"]
    assert name == arn.split(":instance/")[0] + f":phone-number/{ident}"
    expected = {
        "PhoneNumberId": ident, "PhoneNumberArn": name, "PhoneNumber": number, "PhoneNumberCountryCode": "US",
        "PhoneNumberType": "DID", "PhoneNumberDescription": "Main line", "TargetArn": arn, "InstanceId": own,
        "Tags": {"Team": "A"}, "PhoneNumberStatus": {"Status": "CLAIMED"},
    }
    assert described(client, ident) == described(client, name) == expected

    client.update_phone_number_metadata(PhoneNumberId=ident, PhoneNumberDescription="Sales")
    client.tag_resource(resourceArn=name, tags={"Line": "1"})
    client.untag_resource(resourceArn=name, tagKeys=["Team"])
    assert client.list_tags_for_resource(resourceArn=name)["tags"] == {"Line": "1"}
    after = described(client, ident)
    assert (after["PhoneNumberDescription"], after["Tags"]) == ("Sales", {"Line": "1"})
    summary = {key: after[key] for key in after if key not in ("Tags", "PhoneNumberStatus")}
    assert listed(client, InstanceId=own) == listed(client, TargetArn=arn) == [summary]
    assert summary in listed(client), "without a target the numbers of all instances are listed"
    assert client.list_phone_numbers(InstanceId=own)["PhoneNumberSummaryList"] == [{
        "Id": ident, "Arn": f"{arn}/phone-number/{ident}", "PhoneNumber": number, "PhoneNumberType": "DID",
        "PhoneNumberCountryCode": "US"}]

    client.release_phone_number(PhoneNumberId=ident, ClientToken="once")
    client.release_phone_number(PhoneNumberId=ident, ClientToken="once")
    assert listed(client, InstanceId=own) == []
    refused("ResourceNotFoundException", client.describe_phone_number, PhoneNumberId=ident)
    refused("ResourceNotFoundException", client.release_phone_number, PhoneNumberId=ident)
    refused("ResourceNotFoundException", client.tag_resource, resourceArn=name, tags={"a": "b"})
    # It rests before anybody can claim it.
    assert free(client, own, PhoneNumberPrefix=number[:12]) == []
    refused("InvalidParameterException", client.claim_phone_number, InstanceId=own, PhoneNumber=number)


def test_the_inventory_is_searched_in_pages(client, own):
    first = client.search_available_phone_numbers(
        InstanceId=own, PhoneNumberCountryCode="US", PhoneNumberType="DID", PhoneNumberPrefix="+1206555013")
    assert len(first["AvailableNumbersList"]) == 10 and "NextToken" not in first
    seen, token = [], {}
    while True:
        page = client.search_available_phone_numbers(
            InstanceId=own, PhoneNumberCountryCode="US", PhoneNumberType="DID", PhoneNumberPrefix="1206555013",
            MaxResults=4, **token)
        seen += page["AvailableNumbersList"]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert seen == first["AvailableNumbersList"]
    for country, kind, expected in [("US", "TOLL_FREE", ["+18005550100"]), ("DE", "DID", ["+493012345678"]),
                                    ("DE", "UIFN", ["+80012345678"]), ("DE", "TOLL_FREE", []), ("FR", "DID", [])]:
        assert free(client, own, PhoneNumberCountryCode=country, PhoneNumberType=kind) == expected


def test_a_number_is_with_one_instance(client, new_instance, refused):
    first, second = new_instance()["Id"], new_instance()["Id"]
    number = free(client, first)[0]
    claim(client, first, number, ClientToken="c1")
    assert number not in free(client, second)
    error = refused("InvalidParameterException", client.claim_phone_number, InstanceId=second, PhoneNumber=number)
    assert "claimed already" in error["Error"]["Message"]
    # The same request again is answered with the same number; the token is not good for another one.
    assert claim(client, first, number, ClientToken="c1") == listed(client, InstanceId=first)[0]["PhoneNumberId"]
    refused("IdempotencyException", client.claim_phone_number, InstanceId=first, ClientToken="c1",
            PhoneNumber=free(client, first)[0])


def test_claims_stop_at_the_quota(client, own, refused):
    for number in free(client, own)[:5]:
        claim(client, own, number)
    refused("LimitExceededException", client.claim_phone_number, InstanceId=own, PhoneNumber=free(client, own)[0])
    # Released numbers make room, until claims and releases have reached twice the quota.
    numbers = [one["PhoneNumberId"] for one in listed(client, InstanceId=own)]
    for ident in numbers:
        client.release_phone_number(PhoneNumberId=ident)
    error = refused("LimitExceededException", client.claim_phone_number, InstanceId=own,
                    PhoneNumber=free(client, own)[0])
    assert "30 days" in error["Error"]["Message"]


def test_a_number_leads_to_a_published_flow(client, own, refused, nobody):
    ident = claim(client, own)
    flows = client.list_contact_flows(InstanceId=own, ContactFlowTypes=["CONTACT_FLOW"])["ContactFlowSummaryList"]
    flow = flows[0]["Id"]

    def association():
        return client.batch_get_flow_association(
            InstanceId=own, ResourceIds=[ident], ResourceType="VOICE_PHONE_NUMBER")["FlowAssociationSummaryList"]

    assert association() == []
    client.associate_phone_number_contact_flow(PhoneNumberId=ident, InstanceId=own, ContactFlowId=flow)
    assert association() == [{"ResourceId": ident, "FlowId": flow, "ResourceType": "VOICE_PHONE_NUMBER"}]
    error = refused("ResourceInUseException", client.delete_contact_flow, InstanceId=own, ContactFlowId=flow)
    assert error["ResourceType"] == "CONTACT_FLOW"
    whisper = client.list_contact_flows(InstanceId=own, ContactFlowTypes=["AGENT_WHISPER"])["ContactFlowSummaryList"]
    refused("InvalidParameterException", client.associate_phone_number_contact_flow,
            PhoneNumberId=ident, InstanceId=own, ContactFlowId=whisper[0]["Id"])
    refused("ResourceNotFoundException", client.associate_phone_number_contact_flow,
            PhoneNumberId=nobody, InstanceId=own, ContactFlowId=flow)
    client.disassociate_phone_number_contact_flow(PhoneNumberId=ident, InstanceId=own)
    assert association() == []


def test_the_caller_id_of_a_queue_is_a_claimed_number(client, number_server, own, refused, nobody):
    queue = client.list_queues(InstanceId=own, QueueTypes=["STANDARD"])["QueueSummaryList"][0]["Id"]
    ident = claim(client, own)

    def update(**config):
        client.update_queue_outbound_caller_config(InstanceId=own, QueueId=queue, OutboundCallerConfig=config)

    refused("ResourceNotFoundException", update, OutboundCallerIdNumberId=nobody)
    update(OutboundCallerIdNumberId=ident)
    error = refused("ResourceInUseException", client.release_phone_number, PhoneNumberId=ident)
    assert error["ResourceId"].endswith(f":phone-number/{ident}")
    refused("ResourceInUseException", client.update_phone_number, PhoneNumberId=ident,
            InstanceId=number_server.bootstrap["instanceId"])
    update()
    client.release_phone_number(PhoneNumberId=ident)


def test_a_number_moves_to_another_instance(client, new_instance, refused):
    first, second = new_instance(), new_instance()
    made = client.claim_phone_number(InstanceId=first["Id"], PhoneNumber=free(client, first["Id"])[0],
                                     PhoneNumberDescription="Wanders", Tags={"a": "b"})
    ident = made["PhoneNumberId"]
    flow = client.list_contact_flows(InstanceId=first["Id"], ContactFlowTypes=["CONTACT_FLOW"])
    client.associate_phone_number_contact_flow(
        PhoneNumberId=ident, InstanceId=first["Id"], ContactFlowId=flow["ContactFlowSummaryList"][0]["Id"])
    # The second time it is there already.
    for _ in range(2):
        assert client.update_phone_number(PhoneNumberId=ident, TargetArn=second["Arn"])["PhoneNumberId"] == ident
    after = described(client, ident)
    assert (after["TargetArn"], after["InstanceId"]) == (second["Arn"], second["Id"])
    assert (after["PhoneNumberArn"], after["PhoneNumberDescription"], after["Tags"]) == (
        made["PhoneNumberArn"], "Wanders", {"a": "b"})
    assert after["PhoneNumberStatus"] == {"Status": "CLAIMED"}
    assert listed(client, InstanceId=first["Id"]) == []
    assert client.batch_get_flow_association(InstanceId=second["Id"], ResourceIds=[ident])[
        "FlowAssociationSummaryList"] == [], "flows belong to their instance"
    for target, code in [({"InstanceId": "00000000-0000-4000-8000-000000000000"}, "ResourceNotFoundException"),
                         ({}, "InvalidParameterException"),
                         ({"TargetArn": second["Arn"], "InstanceId": second["Id"]}, "InvalidParameterException")]:
        refused(code, client.update_phone_number, PhoneNumberId=ident, **target)


def test_what_is_refused(client, own, refused, nobody):
    refused("ResourceNotFoundException", client.claim_phone_number, InstanceId=own, PhoneNumber="+12065559999")
    refused("ResourceNotFoundException", client.claim_phone_number, InstanceId=nobody, PhoneNumber="+12065550101")
    refused("InvalidParameterException", client.claim_phone_number, PhoneNumber="+12065550101")
    refused("InvalidParameterException", client.claim_phone_number, PhoneNumber="+12065550101",
            TargetArn="arn:aws:connect:us-east-1:000000000000:traffic-distribution-group/x")
    refused("InvalidParameterException", client.claim_phone_number, InstanceId=own, PhoneNumber="2065550101")
    refused("InvalidParameterException", client.search_available_phone_numbers, InstanceId=own,
            PhoneNumberCountryCode="US", PhoneNumberType="DID", PhoneNumberPrefix="abc")
    for call in (client.describe_phone_number, client.release_phone_number):
        refused("ResourceNotFoundException", call, PhoneNumberId=nobody)
    error = refused("ResourceNotFoundException", client.import_phone_number, InstanceId=own,
                    SourcePhoneNumberArn="arn:aws:sms-voice:us-east-1:000000000000:phone-number/x")
    assert "text messages" in error["Error"]["Message"]


def test_numbers_outlive_a_kill(number_server, client, new_instance):
    own, target = new_instance()["Id"], new_instance()["Id"]
    numbers = free(client, own)[:3]
    kept, released, moved = (claim(client, own, number) for number in numbers)
    client.release_phone_number(PhoneNumberId=released)
    client.update_phone_number(PhoneNumberId=moved, InstanceId=target)
    number_server.kill_and_restart()
    assert [one["PhoneNumberId"] for one in listed(client, InstanceId=own)] == [kept]
    assert [one["PhoneNumberId"] for one in listed(client, InstanceId=target)] == [moved]
    assert not set(numbers) & set(free(client, own))
