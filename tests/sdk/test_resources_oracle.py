"""The check of answers against the published shapes finds what it is there for."""

import json

import pytest

from oracle import check_answer

QUEUE = {"Name": "q", "QueueId": "i", "MaxContacts": 1, "Status": "ENABLED", "Tags": {"a": "b"}, "LastModifiedTime": 1.5}
CONFIG = {"StorageType": "S3", "S3Config": {"BucketName": "b", "BucketPrefix": "p"}}


@pytest.mark.parametrize("operation, answer, finding", [
    ("DescribeQueue", {"Queue": QUEUE}, None),
    ("DescribeQueue", {"Queue": QUEUE | {"Colour": "red"}}, ".Queue.Colour: not a member"),
    ("DescribeQueue", {"queue": QUEUE}, ".queue: not a member"),
    ("DescribeQueue", {"Queue": QUEUE | {"MaxContacts": "1"}}, "no whole number"),
    ("DescribeQueue", {"Queue": QUEUE | {"MaxContacts": True}}, "no whole number"),
    ("DescribeQueue", {"Queue": QUEUE | {"Status": "ON"}}, "not one of"),
    ("DescribeQueue", {"Queue": QUEUE | {"Name": None}}, ".Queue.Name: null"),
    ("DescribeQueue", {"Queue": QUEUE | {"LastModifiedTime": "2024-01-01"}}, "no number"),
    ("DescribeQueue", {"Queue": QUEUE | {"Tags": {"a": 1}}}, ".Queue.Tags[a]: 1 is no string"),
    ("DescribeQueue", {"Queue": QUEUE | {"Tags": ["a"]}}, "no map"),
    ("DescribeQueue", [], "not an object"),
    ("ListInstanceStorageConfigs", {"StorageConfigs": [CONFIG]}, None),
    ("ListInstanceStorageConfigs", {"StorageConfigs": [CONFIG, {}]}, ".StorageConfigs[1].StorageType: missing"),
    ("ListTagsForResource", {"tags": {"a": "b"}}, None),
    ("ListTagsForResource", {"Tags": {"a": "b"}}, ".Tags: not a member"),
    ("DeleteQueue", {}, None),
    ("DeleteQueue", {"Queue": {}}, "Queue: not a member"),
])
def test_findings(connect, operation, answer, finding):
    model = connect.meta.service_model.operation_model(operation)
    response = {"status_code": 200, "body": json.dumps(answer).encode()}
    if finding is None:
        check_answer(model, response)
    else:
        with pytest.raises(AssertionError) as caught:
            check_answer(model, response)
        assert finding in str(caught.value)
