"""What the pages and the README say to type works, and says what they say it says."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from centrali_deploy.manifest.formatting import formatted

ROOT = Path(__file__).parents[2]
EXPLANATION = ROOT / "docs" / "explanation"
PAGES = [*sorted((ROOT / "docs" / "how-to").glob("*.md")), EXPLANATION / "journey-of-one-resource.md"]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"(?:#|//) (\S+\.(?:yaml|js|json))\n")
CHANGING = [
    (re.compile(r"\d{4}-\d\d-\d\d"), "[DATE]"),
    (re.compile(r"\d\d:\d\d:\d\d(\.\d+)?"), "[TIME]"),
    (re.compile(r"\d+\.\d s"), "[SECONDS]"),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "[ID]"),
    (re.compile(r"[0-9a-f]{64}"), "[DIGEST]"),
]


def shell(command: str, folder: Path) -> str:
    """What a command in a clean shell writes to both streams."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CENTRALI_")}
    environ["PATH"] = f"{Path(sys.executable).parent}:{environ['PATH']}"
    words = ["sh", "-c", command]
    run = subprocess.run(words, cwd=folder, env=environ, stdout=-1, stderr=-2, text=True, check=False, timeout=60)  # noqa: S603 -- our own page
    return run.stdout


def lasting(text: str) -> str:
    """A text without what changes from run to run."""
    for pattern, word in CHANGING:
        text = pattern.sub(word, text)
    return text.rstrip("\n")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_can_be_followed_word_for_word(page: Path, tmp_path: Path) -> None:
    """Blocks that begin with the name of a file are that file; in blocks of the console, `$` begins a command."""
    tried = 0
    for language, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        if named := FILE.match(text):
            (tmp_path / named[1]).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / named[1]).write_text(text, encoding="utf-8")
        for command, said in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text if language == "console" else "", re.MULTILINE):
            assert lasting(shell(command, tmp_path)) == lasting(said), command
            tried += 1
    assert tried


MANIFESTS = [
    pytest.param(text, id=f"{page.name}-{index}")
    for page in [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]
    for index, (language, text) in enumerate(BLOCK.findall(page.read_text(encoding="utf-8")))
    if language == "yaml"
]


@pytest.mark.parametrize("text", MANIFESTS)
def test_the_manifests_of_pages_are_in_their_canonical_form(text: str) -> None:
    assert formatted(text, "page") == (text, None)


README = [
    line.split("#")[0].split(">")[0].strip(" &")
    for language, text in BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    for line in text.splitlines()
    if language == "sh" and "centrali-deploy" in line
]


@pytest.mark.parametrize("command", README)
def test_the_readme_names_commands_and_flags_that_there_are(command: str, tmp_path: Path) -> None:
    assert "Usage: centrali-deploy" in shell(f"{command} --help", tmp_path)


NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
PROMISES = (EXPLANATION / "what-happens-when.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("file", "name"), sorted(set(NAMED.findall(PROMISES))), ids=lambda part: part.rpartition("/")[2])
def test_what_happens_when_names_tests_that_there_are(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}


def test_every_row_of_what_happens_when_names_a_test() -> None:
    sections = re.split(r"^### ", PROMISES, flags=re.MULTILINE)[1:]
    assert len(sections) > 20
    assert [section.splitlines()[0] for section in sections if not NAMED.search(section)] == []
