"""Compares the body of an answer with the published shape of its operation, so that nothing a client drops stays unseen."""

import json


def check_answer(operation_model, response_dict, **_):
    """A `before-parse` handler of botocore: fails the call whose answer does not have the published shape."""
    if response_dict["status_code"] >= 300:
        return
    shape, body = operation_model.output_shape, response_dict["body"]
    answer = json.loads(body) if body else {}
    findings = ["not an object"] if not isinstance(answer, dict) else []
    if shape is None:
        findings += [f"{member}: not a member" for member in answer]
    else:
        findings += differences(answer, shape, "")
    assert not findings, f"{operation_model.name} answers otherwise than published: {findings}"


def differences(value, shape, path):
    """What in `value` a client made for `shape` would drop, misread or miss."""
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            return [f"{path}: {value!r} is no structure"]
        names = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        found = [f"{path}.{name}: missing" for name in shape.required_members
                 if shape.members[name].serialization.get("name", name) not in value]
        for name, inner in value.items():
            if name not in names:
                found.append(f"{path}.{name}: not a member")
            elif inner is None:
                found.append(f"{path}.{name}: null")
            else:
                found += differences(inner, names[name], f"{path}.{name}")
        return found
    if kind == "list":
        if not isinstance(value, list):
            return [f"{path}: {value!r} is no list"]
        return [finding for index, inner in enumerate(value)
                for finding in differences(inner, shape.member, f"{path}[{index}]")]
    if kind == "map":
        if not isinstance(value, dict):
            return [f"{path}: {value!r} is no map"]
        return [finding for key, inner in value.items()
                for finding in differences(inner, shape.value, f"{path}[{key}]")]
    if kind == "string":
        if not isinstance(value, str):
            return [f"{path}: {value!r} is no string"]
        wrong = shape.enum and value not in shape.enum
        return [f"{path}: {value!r} is not one of {shape.enum}"] if wrong else []
    if kind == "boolean":
        return [] if isinstance(value, bool) else [f"{path}: {value!r} is no boolean"]
    if kind in ("integer", "long"):
        fine = isinstance(value, int) and not isinstance(value, bool)
        return [] if fine else [f"{path}: {value!r} is no whole number"]
    if kind in ("float", "double", "timestamp"):
        fine = isinstance(value, (int, float)) and not isinstance(value, bool)
        return [] if fine else [f"{path}: {value!r} is no number"]
    return [f"{path}: shapes of type {kind} are not known to this check"]
