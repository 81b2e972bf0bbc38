"""Tags of every kind of resource, by resource name, and the tags in use."""

import pytest


@pytest.fixture(scope="module")
def taggable(connect, instance, server):
    """One resource name of each kind that a new instance has."""
    first = {
        "queue": connect.list_queues(InstanceId=instance, QueueTypes=["STANDARD"])["QueueSummaryList"],
        "routing-profile": connect.list_routing_profiles(InstanceId=instance)["RoutingProfileSummaryList"],
        "security-profile": connect.list_security_profiles(InstanceId=instance)["SecurityProfileSummaryList"],
        "operating-hours": connect.list_hours_of_operations(InstanceId=instance)["HoursOfOperationSummaryList"],
        "agent": connect.list_users(InstanceId=instance)["UserSummaryList"],
        "agent-state": connect.list_agent_statuses(InstanceId=instance)["AgentStatusSummaryList"],
        "contact-flow": connect.list_contact_flows(InstanceId=instance)["ContactFlowSummaryList"],
        "prompt": connect.list_prompts(InstanceId=instance)["PromptSummaryList"],
        "transfer-destination": connect.list_quick_connects(InstanceId=instance)["QuickConnectSummaryList"],
    }
    arns = {kind: rows[0]["Arn"] for kind, rows in first.items()}
    assert all(f"/{kind}/" in arn for kind, arn in arns.items())
    return arns | {"instance": server.bootstrap["instanceArn"]}


KINDS = ["queue", "routing-profile", "security-profile", "operating-hours", "agent", "agent-state", "contact-flow",
         "prompt", "transfer-destination", "instance"]


@pytest.mark.parametrize("kind", KINDS)
def test_tags_of_each_kind(connect, taggable, kind):
    arn = taggable[kind]
    before = connect.list_tags_for_resource(resourceArn=arn)["tags"]
    connect.tag_resource(resourceArn=arn, tags={"Cost centre": "42", "empty": ""})
    connect.tag_resource(resourceArn=arn, tags={"Cost centre": "43"})
    assert connect.list_tags_for_resource(resourceArn=arn)["tags"] == before | {"Cost centre": "43", "empty": ""}
    connect.untag_resource(resourceArn=arn, tagKeys=["Cost centre", "empty", "not there"])
    assert connect.list_tags_for_resource(resourceArn=arn)["tags"] == before


def test_tags_that_are_refused(connect, loose, instance, server, taggable, nobody, refused):
    queue, here = taggable["queue"], server.bootstrap["instanceArn"]
    for arn, tags, code in [
        (queue, {"aws:x": "y"}, "InvalidParameterException"),
        (queue, {"k" * 129: "v"}, "InvalidParameterException"),
        (queue, {"k": "v" * 257}, "InvalidParameterException"),
        (queue, {f"k{n}": "v" for n in range(51)}, "InvalidRequestException"),
        (queue, {}, "InvalidRequestException"),
        (f"{here}/queue/{nobody}", {"k": "v"}, "ResourceNotFoundException"),
        (f"{here}/contact/{nobody}", {"k": "v"}, "InvalidRequestException"),
        (here.replace(instance, nobody), {"k": "v"}, "ResourceNotFoundException"),
        (here.replace(server.bootstrap["accountId"], "999999999999"), {"k": "v"}, "ResourceNotFoundException"),
        ("queue", {"k": "v"}, "InvalidParameterException"),
    ]:
        refused(code, loose.tag_resource, resourceArn=arn, tags=tags)
    assert connect.list_tags_for_resource(resourceArn=queue)["tags"] == {}
    connect.tag_resource(resourceArn=queue, tags={f"k{n}": "v" for n in range(50)})
    refused("InvalidRequestException", connect.tag_resource, resourceArn=queue, tags={"one more": "v"})
    connect.untag_resource(resourceArn=queue, tagKeys=[f"k{n}" for n in range(50)])


def test_the_tags_in_use(connect, instance, new_queue, new_user):
    new_queue(Tags={"Searched": "one"})
    new_queue(Tags={"Searched": "one", "Other": "x"})
    new_user(Tags={"Searched": "two"})

    def pairs(criteria=None, **members):
        if criteria:
            members["SearchCriteria"] = {"TagSearchCondition": criteria}
        answer = connect.search_resource_tags(InstanceId=instance, **members)
        return {(tag["key"], tag["value"]) for tag in answer["Tags"]}

    key = {"tagKey": "Searched", "tagKeyComparisonType": "EXACT"}
    assert pairs(key) == {("Searched", "one"), ("Searched", "two")}
    assert pairs(key, ResourceTypes=["agent"]) == {("Searched", "two")}
    assert pairs(key, ResourceTypes=["standard-queue"]) == {("Searched", "one")}
    assert pairs(key | {"tagValue": "tw", "tagValueComparisonType": "STARTS_WITH"}) == {("Searched", "two")}
