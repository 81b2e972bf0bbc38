"""Search operations: conditions on fields, tags, their combination, and pages."""

import pytest

SEARCHES = ["agent_statuses", "contact_flows", "hours_of_operations", "predefined_attributes", "prompts", "queues",
            "quick_connects", "routing_profiles", "security_profiles", "user_hierarchy_groups", "users"]


@pytest.fixture(scope="module")
def queues(connect, instance, hours):
    """Queues to look for: name → id."""
    ids = {}
    for name, description, tags in [
        ("Zebra north", "striped", {"Zoo": "Berlin", "Cage": "1"}),
        ("Zebra south", "striped too", {"Zoo": "Berlin", "Cage": "2"}),
        ("Yak", "woolly", {"Zoo": "Rome"}),
    ]:
        ids[name] = connect.create_queue(
            InstanceId=instance, Name=name, Description=description, HoursOfOperationId=hours, Tags=tags)["QueueId"]
    yield ids
    for queue in ids.values():
        connect.delete_queue(InstanceId=instance, QueueId=queue)


def text(field, value, how):
    return {"StringCondition": {"FieldName": field, "Value": value, "ComparisonType": how}}


def tag(key, value=None):
    return {"TagKey": key} | ({"TagValue": value} if value else {})


BOTH, NORTH, ALL = ["Zebra north", "Zebra south"], ["Zebra north"], ["Yak", "Zebra north", "Zebra south"]


@pytest.mark.parametrize("criteria, tags, expected", [
    (text("name", "Zebra north", "EXACT"), None, NORTH),
    (text("name", "zebra north", "EXACT"), None, []),
    (text("Name", "zebra", "STARTS_WITH"), None, BOTH),
    (text("description", "TOO", "CONTAINS"), None, ["Zebra south"]),
    ({"AndConditions": [text("name", "Zebra", "STARTS_WITH"), text("name", "north", "CONTAINS")]}, None, NORTH),
    ({"OrConditions": [text("name", "Yak", "EXACT"), text("name", "north", "CONTAINS")]}, None, ["Yak", "Zebra north"]),
    ({"AndConditions": [{"QueueTypeCondition": "STANDARD"}, text("name", "Yak", "EXACT")]}, None, ["Yak"]),
    (None, {"TagCondition": tag("Zoo", "Berlin")}, BOTH),
    (None, {"TagCondition": tag("Zoo")}, ALL),
    (None, {"AndConditions": [tag("Zoo", "Berlin"), tag("Cage", "1")]}, NORTH),
    (None, {"OrConditions": [[tag("Cage", "1")], [tag("Zoo", "Rome")]]}, ["Yak", "Zebra north"]),
    (text("name", "south", "CONTAINS"), {"TagCondition": tag("Zoo", "Rome")}, []),
])
def test_queues_are_found(connect, instance, queues, criteria, tags, expected):
    members = {}
    if criteria:
        members["SearchCriteria"] = criteria
    if tags:
        members["SearchFilter"] = {"TagFilter": tags}
    answer = connect.search_queues(InstanceId=instance, **members)
    assert sorted(queue["Name"] for queue in answer["Queues"]) == expected
    assert answer["ApproximateTotalCount"] == len(expected)


def test_pages_of_a_search(connect, instance, queues, refused):
    asked = {"InstanceId": instance, "SearchFilter": {"TagFilter": {"TagCondition": tag("Zoo")}}}
    pages = list(connect.get_paginator("search_queues").paginate(**asked, PaginationConfig={"PageSize": 2}))
    assert [len(page["Queues"]) for page in pages] == [2, 1]
    assert {page["ApproximateTotalCount"] for page in pages} == {3}
    assert {queue["QueueId"] for page in pages for queue in page["Queues"]} == set(queues.values())
    # A token leads on in its own search only.
    token = connect.search_queues(**asked, MaxResults=1)["NextToken"]
    refused("InvalidParameterException", connect.search_queues, InstanceId=instance, NextToken=token)


@pytest.mark.parametrize("name", SEARCHES)
def test_every_search_answers_with_its_shape(connect, instance, name):
    """The client refuses answers of another shape; every instance has at least one of most kinds."""
    answer = getattr(connect, f"search_{name}")(InstanceId=instance)
    items = next(value for member, value in answer.items() if isinstance(value, list))
    assert answer["ApproximateTotalCount"] == len(items)
    assert items or name == "user_hierarchy_groups"


def test_users_are_found_without_their_addresses(connect, instance, new_user):
    user = new_user(IdentityInfo={"FirstName": "Xaver", "LastName": "Q", "Email": "x@example.com"})
    for criteria in (text("FirstName", "Xaver", "EXACT"), text("resourceId", user, "EXACT")):
        found = connect.search_users(InstanceId=instance, SearchCriteria=criteria)["Users"]
        assert [one["Id"] for one in found] == [user]
        assert found[0]["IdentityInfo"] == {"FirstName": "Xaver", "LastName": "Q"}


def test_flows_by_type(connect, instance):
    found = connect.search_contact_flows(InstanceId=instance, SearchCriteria={"TypeCondition": "CUSTOMER_QUEUE"})
    assert found["ContactFlows"] and {flow["Type"] for flow in found["ContactFlows"]} == {"CUSTOMER_QUEUE"}


@pytest.mark.parametrize("members, code", [
    ({"SearchCriteria": {}}, "InvalidParameterException"),
    ({"SearchCriteria": text("colour", "red", "EXACT")}, "InvalidParameterException"),
    ({"SearchCriteria": text("name", "x", "CONTAINS")}, "InvalidParameterException"),
    ({"SearchCriteria": text("name", "x", "LIKE")}, "InvalidRequestException"),
    ({"SearchCriteria": {"TypeCondition": "CUSTOMER_QUEUE"}}, "InvalidParameterException"),
    ({"SearchFilter": {"TagFilter": {"TagCondition": tag("a"), "AndConditions": []}}}, "InvalidParameterException"),
    ({"MaxResults": 501}, "InvalidRequestException"),
    ({"NextToken": "made up"}, "InvalidParameterException"),
    ({"NextToken": ""}, "InvalidRequestException"),
])
def test_searches_that_are_refused(loose, send, instance, members, code):
    status, got, answer = send("POST", "/search-queues", {"InstanceId": instance} | members)
    assert (status, got) == (400, code), answer


def test_a_wrong_member_is_named_by_its_path(send, instance):
    status, code, answer = send("POST", "/search-queues", {
        "InstanceId": instance, "SearchCriteria": {"OrConditions": [{"StringCondition": {"FieldNam": "x"}}]}})
    assert (status, code) == (400, "InvalidRequestException")
    assert "SearchCriteria.OrConditions[0].StringCondition.FieldNam" in answer["Message"]
    status, code, answer = send("POST", "/search-queues", {})
    assert (status, code) == (400, "InvalidRequestException")
    assert "'instanceId' failed to satisfy constraint: Member must not be null" in answer["Message"]
