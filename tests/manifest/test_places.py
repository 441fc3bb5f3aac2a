"""Where everything stands: worked out when somebody asks, and then right to the column."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ending import result_of

from centrali_deploy.address import Address
from centrali_deploy.errors import ManifestError, Position
from centrali_deploy.manifest import documents
from centrali_deploy.manifest.building import BLOCK
from centrali_deploy.manifest.documents import parse_document
from centrali_deploy.manifest.loading import load
from centrali_deploy.manifest.places import Places
from centrali_deploy.pipeline.apply import apply
from centrali_deploy.pipeline.plan import Planned, plan
from centrali_deploy.plan.verdicts import Policy

if TYPE_CHECKING:
    from centrali_deploy.manifest.loading import Loaded
    from centrali_deploy.remote.client import Client

RUN = "async function run() {}"
HERE = Position("f", 1, 1)
THERE = Position("f", 2, 3)
VALID = f"""\
version: 1
variables: {{limit: {{type: integer, default: 3000}}}}
structures:
  orders: &base
    name: Orders
  more:
    <<: *base
functions:
  f:
    timeoutMs: "${{var:limit}}"
    description: "${{env:A:-a}}"
    code: |
      {RUN}
triggers:
  t: {{function: f, executionType: event-driven, triggerMetadata: {{event: record_created, recordSlug: orders}}}}
orchestrations:
  o:
    name: O
    trigger: {{type: on-demand}}
    steps: [{{id: a, type: compute, function: f}}]
"""


@pytest.fixture(autouse=True)
def _in_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def worked_out(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files whose places were worked out."""
    found: list[str] = []
    really = documents._places  # noqa: SLF001 -- what is counted

    def counted(text: str, name: str) -> object:
        found.append(name)
        return really(text, name)

    monkeypatch.setattr(documents, "_places", counted)
    return found


def loaded(text: str) -> Loaded:
    Path("w.yaml").write_bytes(text.encode())
    return load(["w.yaml"], {})


def planned(of: Loaded, client: Client) -> Planned:
    return result_of(plan(of, client, Policy()))


def places_of(text: str) -> dict[tuple[str | int, ...], tuple[int, int]]:
    return {path: (place.line, place.column) for path, place in parse_document(text, "f").places.items()}


def test_places_are_found_once_and_only_when_asked_for() -> None:
    times = count()
    found = Places(lambda: {("a",): HERE, ("a", "b", next(times)): THERE})
    inside = found.below("a", "b", "f")
    assert next(times) == 0
    assert found["a", "b", 1] == THERE
    assert dict(inside) == {(): HERE, (1,): THERE}
    assert (len(found), ("a", "b") in found, inside.nearest((2,))) == (2, False, HERE)
    assert next(times) == 2


def test_what_has_no_place_is_at_the_nearest_thing_around_it() -> None:
    found = Places(lambda: {("a",): HERE, ("a", "b"): THERE})
    assert found.nearest(("a", "b", "c", 0)) == THERE
    assert found.nearest(("a", "x")) == HERE
    assert found.nearest(("x",)) is None
    with pytest.raises(KeyError):
        found["x",]


def test_below_a_resource_paths_begin_anew() -> None:
    found = Places(lambda: {("s",): HERE, ("s", "5"): THERE, ("s", "5", "m", 0): THERE, ("s", "other", "m"): HERE})
    assert dict(found.below("s", 5, "f")) == {(): THERE, ("m", 0): THERE}
    assert dict(found.below("s", "none", "f")) == {(): HERE}
    assert dict(found.below("t", "none", "f")) == {(): Position("f")}


def test_every_key_and_item_has_a_place() -> None:
    assert places_of("a:\n  b: [1, {c: 2}]\n  'd e': |\n    text\n") == {
        (): (1, 1),
        ("a",): (1, 1),
        ("a", "b"): (2, 3),
        ("a", "b", 0): (2, 7),
        ("a", "b", 1): (2, 10),
        ("a", "b", 1, "c"): (2, 11),
        ("a", "d e"): (3, 3),
        ("a", "d e", BLOCK): (4, 5),
    }


def test_what_is_merged_stands_where_it_is_merged_and_what_is_written_where_it_is_written() -> None:
    found = places_of("x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  d: 5\n  <<: [*x, *y]\n  a: 6\n")
    assert {path[1]: place for path, place in found.items() if path[:1] == ("z",) and len(path) == 2} == {
        "d": (4, 3),
        "a": (6, 3),
        "b": (5, 3),
        "c": (5, 3),
    }


def test_a_mistake_in_what_is_merged_is_told_where_it_is_merged() -> None:
    text = f"version: 1\nfunctions:\n  f: &f\n    code: {RUN}\n    timeoutMs: 5\n  g:\n    <<: {{timeoutMs: fast}}\n    code: {RUN}\n"
    with pytest.raises(ManifestError) as caught:
        loaded(text)
    assert [str(problem.position) for problem in caught.value.problems] == ["w.yaml:7:5"]


def test_a_valid_manifest_is_read_without_working_out_a_place(worked_out: list[str]) -> None:
    found = loaded(VALID)
    assert (len(found.desired), found.warnings, found.undeclared) == (5, (), ())
    assert worked_out == []
    assert str(found.desired[Address("function", "f")].position(("timeoutMs",))) == "w.yaml:10:5"
    assert str(found.desired[Address("trigger", "t")].position()) == "w.yaml:15:3"
    assert worked_out == ["w.yaml"]


def test_a_plan_without_changes_works_out_no_place_and_a_plan_with_changes_does_once(client: Client, worked_out: list[str]) -> None:
    list(apply(planned(loaded(VALID), client), client, lambda: False))
    worked_out.clear()
    assert planned(loaded(VALID), client).plan.empty
    assert worked_out == []
    (change,) = planned(loaded(VALID.replace("default: 3000", "default: 4000")), client).plan.pending
    assert (str(change.position), str(change.fields[0].position)) == ("w.yaml:9:3", "w.yaml:10:5")
    assert worked_out == ["w.yaml"]


def test_only_the_file_with_the_problem_is_looked_at_again(worked_out: list[str]) -> None:
    Path("good.yaml").write_text("version: 1\nstructures: {a: {name: A}}\n")
    Path("bad.yaml").write_text("version: 1\nstructures: {b: {nam: B}}\n")
    with pytest.raises(ManifestError):
        load(["good.yaml", "bad.yaml"], {})
    assert worked_out == ["bad.yaml"]


HEAD = "version: 1\nfunctions:\n  f:\n"
LINES = ["async function run() {", "  return (1));", "}"]


def block(style: str, indent: int, lines: list[str] = LINES) -> str:
    return f"{HEAD}    code: {style}\n" + "".join(f"{' ' * indent}{line}\n" if line else "\n" for line in lines)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        (block("|", 6), 6, 19),
        (block("|", 5), 6, 18),
        (block("|", 20), 6, 33),
        (block("|-", 6), 6, 19),
        (block("|+", 6), 6, 19),
        (block("|2", 6), 6, 19),
        (block("| # why", 6), 6, 19),
        (block("&c |", 6), 6, 19),
        (block("!!str |", 6), 6, 19),
        (block("|", 6, ["", "", *LINES]), 8, 19),
        (block("|", 6, ["// é 漢 🙂", *LINES]), 7, 19),
        (block("|", 6, ["async function run() {", "  /* é 漢 🙂 */ return (1));", "}"]), 6, 31),
        (block("|", 6).replace("  f:\n", "  f:\n    description: é 漢 🙂\n"), 7, 19),
        (block("|", 6).replace("  f:\n", "  f: # é 漢 🙂\n"), 6, 19),
        (block("|", 6).replace("\n", "\r\n"), 6, 19),
        (block("|", 6).replace("\n", "\r\n").replace("  f:", "  é:"), 6, 19),
        (block("|", 6) + "    description: after\n", 6, 19),
        (HEAD + "    code: 'async function run() { return (1)); }'\n", 4, 5),
        (HEAD + '    code: "async function run() { return (1)); }"\n', 4, 5),
        (HEAD + '    code: "async function run() {\\n return (1)); }"\n', 4, 5),
        (HEAD + "    code: async function run() { return (1)); }\n", 4, 5),
        ("version: 1\nfunctions: {f: {timeoutMs: 5, code: 'async function run() { return (1)); }'}}\n", 2, 31),
    ],
)
def test_a_mistake_in_code_is_told_at_its_place_in_the_manifest(text: str, line: int, column: int) -> None:
    with pytest.raises(ManifestError) as caught:
        loaded(text)
    (found,) = caught.value.problems
    assert found.message == "This is not JavaScript: this makes no sense here: )."
    assert found.position == Position("w.yaml", line, column)


@pytest.mark.parametrize(
    ("code", "line", "column"),
    [
        ("\n".join(LINES), 2, 13),
        ("\r\n".join(LINES), 2, 13),
        ("\ufeff" + "\n".join(LINES), 2, 13),
        ("// é 漢 🙂\n\n" + "\n".join(LINES), 4, 13),
        ("async function run() { /* é 漢 🙂 */ return (1)); }", 1, 46),
        ("async function run() {\n\treturn (1));\n}", 2, 12),
    ],
)
@pytest.mark.parametrize("folder", [".", "functions"])
def test_a_mistake_in_a_file_of_code_is_told_at_its_place_in_the_file(code: str, line: int, column: int, folder: str) -> None:
    Path(folder).mkdir(exist_ok=True)
    path = Path(folder, "é f.js")
    path.write_bytes(code.encode())
    with pytest.raises(ManifestError) as caught:
        loaded(f"{HEAD}    source: {path}\n")
    (found,) = caught.value.problems
    assert found.position == Position(str(path), line, column)
    assert found.address == "function/f"


def test_a_file_of_code_beside_a_manifest_elsewhere_is_named_as_seen_from_here() -> None:
    Path("there").mkdir()
    Path("there/f.js").write_text("async function run() {}\nfetch('x');\n")
    Path("there/w.yaml").write_text(f"{HEAD}    source: f.js\n")
    (found,) = load(["there"], {}).warnings
    assert str(found.position) == "there/f.js:2:1"


def test_a_warning_in_a_block_stands_at_its_line_and_a_mistake_beside_the_block_at_its_own() -> None:
    text = f"{HEAD}    code: |\n      {RUN}\n      console.log('é'); fetch('x');\n    timeoutMs: 0\n"
    with pytest.raises(ManifestError) as caught:
        loaded(text)
    assert [(p.position.line, p.position.column, p.severity) for p in caught.value.problems] == [
        (6, 7, "warning"),
        (6, 25, "warning"),
        (7, 5, "error"),
    ]
