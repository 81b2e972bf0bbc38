"""Pages of lists: complete, without doubles, while things come and go, and with tokens that nobody can make up."""

import pytest

from sounds import wav, web

LISTS = {
    "list_users": "UserSummaryList",
    "list_security_profiles": "SecurityProfileSummaryList",
    "list_routing_profiles": "RoutingProfileSummaryList",
    "list_queues": "QueueSummaryList",
    "list_hours_of_operations": "HoursOfOperationSummaryList",
    "list_quick_connects": "QuickConnectSummaryList",
    "list_agent_statuses": "AgentStatusSummaryList",
    "list_contact_flows": "ContactFlowSummaryList",
    "list_prompts": "PromptSummaryList",
    "list_predefined_attributes": "PredefinedAttributeSummaryList",
    "list_user_hierarchy_groups": "UserHierarchyGroupSummaryList",
}


@pytest.mark.parametrize("name", LISTS)
def test_pages_make_up_the_list(connect, instance, name):
    call, member = getattr(connect, name), LISTS[name]

    def key(row):
        return row.get("Id", row["Name"] if "Name" in row else None)

    whole = [key(row) for row in call(InstanceId=instance, MaxResults=100)[member]]
    assert len(set(whole)) == len(whole)
    for size in (1, 2, len(whole) or 1):
        rows, token, pages = [], None, 0
        while pages == 0 or token:
            answer = call(InstanceId=instance, MaxResults=size, **({"NextToken": token} if token else {}))
            assert len(answer[member]) <= size
            rows += [key(row) for row in answer[member]]
            token, pages = answer.get("NextToken"), pages + 1
        assert rows == whole
        assert pages == max(1, -(-len(whole) // size)), "the last page says that it is the last"


def test_pages_stay_right_when_things_come_and_go(connect, instance, new_queue):
    made = {new_queue() for _ in range(6)}
    answer = connect.list_queues(InstanceId=instance, QueueTypes=["STANDARD"], MaxResults=3)
    seen = [row["Id"] for row in answer["QueueSummaryList"]]
    gone = sorted(made)[0]
    connect.delete_queue(InstanceId=instance, QueueId=gone)
    new_queue()
    while token := answer.get("NextToken"):
        answer = connect.list_queues(InstanceId=instance, QueueTypes=["STANDARD"], MaxResults=3, NextToken=token)
        seen += [row["Id"] for row in answer["QueueSummaryList"]]
    assert len(seen) == len(set(seen))
    assert made - {gone} <= set(seen)


def test_tokens_belong_to_their_list(connect, loose, instance, new_queue, refused):
    new_queue(), new_queue()
    token = connect.list_queues(InstanceId=instance, QueueTypes=["STANDARD"], MaxResults=1)["NextToken"]
    assert len(token) < 1000
    for call, members in [
        (connect.list_queues, {"NextToken": token}),
        (connect.list_queues, {"QueueTypes": ["AGENT"], "NextToken": token}),
        (connect.list_users, {"NextToken": token}),
        (connect.list_queues, {"QueueTypes": ["STANDARD"], "NextToken": token[:-1]}),
        (connect.list_queues, {"QueueTypes": ["STANDARD"], "NextToken": "AAAA"}),
        (loose.list_queues, {"QueueTypes": ["STANDARD"], "NextToken": "é"}),
    ]:
        refused("InvalidParameterException", call, InstanceId=instance, **members)


@pytest.mark.parametrize("size", [0, -1, 1001, "ten"])
def test_sizes_out_of_range(loose, instance, refused, size):
    error = refused("InvalidRequestException", loose.list_users, InstanceId=instance, MaxResults=size)
    assert "maxResults" in error["Error"]["Message"]


def test_a_page_has_a_hundred_entries_unless_asked_otherwise(connect, instance, fresh):
    with web({"/sounds/x.wav": wav(0.1)}) as (at, _):
        made = [connect.create_prompt(InstanceId=instance, Name=fresh("Many"), S3Uri=f"{at}/sounds/x.wav")["PromptId"]
                for _ in range(105)]
    answer = connect.list_prompts(InstanceId=instance)
    assert len(answer["PromptSummaryList"]) == 100 and answer["NextToken"]
    for prompt in made:
        connect.delete_prompt(InstanceId=instance, PromptId=prompt)
