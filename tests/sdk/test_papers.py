"""The papers keep their word: every test that the compatibility table names exists, and its counts are right."""

import collections
import re

import pytest

from server import ROOT

PAPER = ROOT / "docs" / "compatibility.md"
STATES = ("works", "partly", "not yet")


def table():
    """The rows of the capability tables: heading, id, state, proof."""
    heading, rows = None, []
    for line in PAPER.read_text().splitlines():
        if line.startswith("## "):
            heading = line[3:]
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 4 and cells[2] in STATES:
            rows.append((heading, cells[0], cells[2], cells[3]))
    return rows


def names_of(path):
    """What can be named in a file of tests."""
    text = path.read_text()
    if path.suffix == ".rs":
        return re.findall(r"#\[(?:tokio::)?test[^]]*\](?:\s*#\[[^]]*\])*\s*(?:async )?fn (\w+)", text)
    if path.suffix == ".py":
        return re.findall(r"^def (test_\w+)\(", text, re.MULTILINE)
    return re.findall(r"""^\s*test\(\s*["'`]((?:[^"'`\\]|\\.|(?<=\w)')*)""", text, re.MULTILINE)


def exists(proof):
    """Whether `file::name` is there; tests of pages may be named by the beginning of their titles."""
    file, name = proof.split("::", 1)
    path = ROOT / file
    if not path.is_file():
        return False
    names = names_of(path)
    if path.suffix in (".rs", ".py"):
        return name in names
    return any(title == name or re.match(re.escape(name) + r"\W", title) for title in names)


def test_every_named_test_exists():
    proofs = {proof for _, _, _, cell in table() for proof in re.findall(r"`([^`]+::[^`]+)`", cell)}
    assert len(proofs) > 100, "the table is read"
    missing = sorted(proof for proof in proofs if not exists(proof))
    assert not missing, missing


def test_files_in_the_operation_tables_exist():
    named = re.findall(r"`((?:crates|tests|web)/[\w./-]+\.\w+)`", PAPER.read_text())
    assert len(named) > 100, "the tables are read"
    missing = sorted({file for file in named if not (ROOT / file).is_file()})
    assert not missing, missing


def test_what_works_names_its_test():
    bare = [ident for _, ident, state, cell in table() if state == "works" and "::" not in cell]
    assert not bare, bare
    silent = [ident for _, ident, state, cell in table() if state == "partly" and not re.sub(r"`[^`]*`|\W", "", cell)]
    assert not silent, f"what is missing is not told: {silent}"


def test_ids_are_unique():
    counted = collections.Counter(ident for _, ident, _, _ in table())
    assert not [ident for ident, times in counted.items() if times > 1]


def test_counts_are_right():
    counted = collections.Counter((heading, state) for heading, _, state, _ in table())
    text = PAPER.read_text()
    headings = dict.fromkeys(heading for heading, _, _, _ in table())
    for heading in headings:
        numbers = [counted[heading, state] for state in STATES]
        assert f"## {heading}\n\n{numbers[0]} work, {numbers[1]} work partly, {numbers[2]} not yet.\n" in text, heading
        row = re.search(rf"^\| \[{re.escape(heading)}\]\(#[^)]+\) \|(.*)\|$", text, re.MULTILINE)
        assert [int(cell) for cell in row[1].split("|")] == [*numbers, sum(numbers)], heading
    totals = [sum(counted[heading, state] for heading in headings) for state in STATES]
    row = re.search(r"^\| \*\*all\*\* \|(.*)\|$", text, re.MULTILINE)
    assert [int(cell.strip(" *")) for cell in row[1].split("|")] == [*totals, sum(totals)]


def test_each_area_stands_once_in_the_summary():
    areas = re.findall(r"^\| \[(.+?)\]\(#[^)]+\) \|", PAPER.read_text(), re.MULTILINE)
    assert areas == list(dict.fromkeys(heading for heading, _, _, _ in table()))


def test_the_operations_that_the_agent_service_refuses_are_named():
    text = PAPER.read_text()
    heading = re.search(r"### Agent service: (\d+) built, (\d+) refused\n", text)
    built, refused = map(int, heading.groups())
    listed = re.findall(r"^\| ([A-Z]\w+) \|", text[heading.end():].split("\n### ")[0], re.MULTILINE)
    named = re.search(r"refuses what needs calls to others with 400 and a name:\n(.*)\.\n", text)[1].split(", ")
    source = (ROOT / "crates/agent/src/cti/calls.rs").read_text()
    in_source = re.findall(r'"(\w+)"', re.search(r"let refused = \[(.*?)\]", source, re.DOTALL)[1])
    assert (len(listed), len(named)) == (built, refused)
    assert sorted(named) == sorted(in_source)
    assert not set(named) & set(listed)


def test_the_operations_that_answer_501_are_counted():
    text = PAPER.read_text()
    built, absent = map(int, re.search(r"`connect`, (\d+) are built and (\d+) answer", text).groups())
    listed = text.split(f"### Service `connect`: {built} built\n")[1].split("\n### ")[0]
    listed = re.findall(r"^\| ([A-Z]\w+) \|", listed, re.MULTILINE)
    source = (ROOT / "crates/api/src/directory_api/not_built.rs").read_text()
    not_built = re.findall(r'^    \("(\w+)", Method', source, re.MULTILINE)
    assert (len(listed), len(not_built)) == (built, absent)
    assert not set(listed) & set(not_built)


@pytest.mark.parametrize("proof", [
    "tests/sdk/test_papers.py::test_that_is_not_there",
    "tests/sdk/test_no_such_file.py::test_ids_are_unique",
    "crates/routing/tests/offers.rs::no_such_test",
    "tests/browser/embed.test.mjs::P999",
])
def test_the_check_finds_what_is_missing(proof):
    assert not exists(proof)
