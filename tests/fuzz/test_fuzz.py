"""Whatever stands in a file, `validate` accepts it or says what is wrong: never a traceback, never a silence.

`make fuzz` tries 10,000 inputs of each sort; without FUZZ_EXAMPLES a few are tried with every run of the tests.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as some
from shapes import of, words_in

from centrali_deploy.cli import run
from centrali_deploy.kinds import KINDS
from centrali_deploy.runtime import API, MISSING

if TYPE_CHECKING:
    from collections.abc import Iterator

fuzz = settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "40")), deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
EXAMPLE = (Path(__file__).parents[2] / "examples" / "workspace.yaml").read_text(encoding="utf-8")
LINES = EXAMPLE.splitlines(keepends=True)
YAML = [
    "version: 1\n", "functions:\n", "structures:\n", "triggers:\n", "orchestrations:\n", "variables:\n", "environments:\n",
    "  a:\n", "    b: ",
    "- ", "? ", ": ", ", ", "{", "}", "[", "]", "'", '"', "#", "|", ">", "|2-\n", "&a ", "*a", "<<: ", "!!str ", "!x ",
    "%", "@", "`", "---\n",
    "...\n", "~", "\t", "\n", "\r\n", "\r", " ", "  ", "    ", "\x07", "\x00", "\x85", "\u2028", "\ufeff", "\\", "é", "𝄞",
    "012", "1e999", "no",
    "9" * 400, "2024-01-02", "12:30", "${env:X}", "${var:x}", "${file:/etc/passwd}", "${", "$${", "code: ", "source: ",
    "renamedFrom: ",
]  # fmt: skip
CODE = [
    "async function run() {", "function run(x) {", "}", "(", ")", "{", ";", "\n", " ", "/*", "*/", "//", "`", "${",
    "'", '"', "\\", "/a/g", "=>",
    "const {a, ...b} = executionParams;", "executionParams.", "triggerParams[", "await ", "api.", "api['", "api?.",
    "return ", "class A { #b = 1; ",
    "import('x')", "import x from 'y';", "export ", "export default ", "async ", "function* ", "get ", "new.target",
    "a ?? b", "a?.[b]", "\x00",
    "\u2028", "é", "𝄞", "<!--", "#!", "0x", "1n", "'orders'", ", ",
    *sorted(MISSING), *(f"api.{member}(" for member in sorted(API)),
]  # fmt: skip
EXAMPLES = [(kind.section, spec) for kind in KINDS.values() for pair in kind.examples for spec in pair]
WORDS = words_in(*(spec for _, spec in EXAMPLES)) | {"encrypt", "value", "renamedFrom", "source", "${env:X}", "${var:x}", "no", "1 2 3 4 5"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for the manifest. Whatever is found, no log of a crash was written there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    yield tmp_path
    assert list(tmp_path.glob("*.log")) == []


def accepted_or_refused(content: bytes) -> None:
    """Validate a manifest twice, with warnings shown and as one document, and see that the two agree."""
    Path("w.yaml").write_bytes(content)
    said = []
    for words in (("validate", "w.yaml", "-v"), ("validate", "w.yaml", "-o", "json")):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(words)
        said.append((code, out.getvalue(), err.getvalue()))
    (code, text, told), (same, document, nothing) = said
    note(text + told)
    assert (code, nothing) == (same, "")
    assert code in {0, 3}
    answer = json.loads(document)
    if code == 0:
        assert (told, answer["exitCode"]) == ("", 0)
        assert "no problems." in text
    else:
        assert "Traceback" not in told
        assert all(problem["message"] and problem["file"] == "w.yaml" for problem in answer["error"]["problems"])
        assert answer["error"]["problems"]


@fuzz
@given(some.lists(some.sampled_from(YAML + LINES) | some.text(max_size=8), max_size=40))
def test_yaml_of_any_form(parts: list[str]) -> None:
    accepted_or_refused("".join(parts).encode(errors="replace"))


@fuzz
@given(some.binary(max_size=60), some.integers(0, len(EXAMPLE)), some.integers(0, 60))
def test_a_manifest_with_a_hole(content: bytes, at: int, hole: int) -> None:
    text = EXAMPLE.encode()
    accepted_or_refused(text[:at] + content + text[at + hole :])


def paths_of(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for member, each in inside:
        yield from paths_of(each, (*at, member))


@fuzz
@given(some.data())
def test_trees_of_any_shape(data: some.DataObject) -> None:
    """Real resources in which some values are others, or gone, or stand under other names."""
    tree: dict[str, Any] = {"version": 1}
    for section, spec in data.draw(some.lists(some.sampled_from(EXAMPLES), min_size=1, max_size=3)):
        tree.setdefault(section, {})[data.draw(some.sampled_from(["a", "b", "A b"]))] = deepcopy(spec)
    anything = of(WORDS)
    for _ in range(data.draw(some.integers(0, 4))):
        if not tree:
            break
        holder, path = tree, data.draw(some.sampled_from(list(paths_of(tree))[1:]))
        for part in path[:-1]:
            holder = holder[part]
        new = data.draw(anything)
        how = data.draw(some.sampled_from(["all", "one", "gone", "other"]))
        if how == "gone":
            del holder[path[-1]]
        elif how == "other" and isinstance(holder, dict):
            holder[data.draw(some.sampled_from(sorted(WORDS)))] = holder[path[-1]]
        else:
            holder[path[-1]] = new if how == "all" else next(iter(new.values()), None)
    accepted_or_refused(json.dumps(tree, ensure_ascii=data.draw(some.booleans())).encode())


@fuzz
@given(some.lists(some.sampled_from(CODE) | some.text(max_size=6), max_size=40), some.booleans())
def test_javascript_of_any_form(parts: list[str], whole: bool) -> None:
    code = "".join(parts)
    code = f"async function run() {{\n{code}\n}}" if whole else code
    triggers = {"t": {"function": "f", "executionType": "endpoint", "triggerMetadata": {"path": "/a"}}}
    accepted_or_refused(json.dumps({"version": 1, "functions": {"f": {"code": code}}, "triggers": triggers}).encode(errors="replace"))
