"""The house keeps its own rules: contracts that break when violated, a light start, generated files fresh, small modules."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from centrali_deploy.commands import COMMANDS
from centrali_deploy.manifest.json_schema import render

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "centrali_deploy"
MODULES = sorted(PACKAGE.rglob("*.py"))
VIOLATIONS = {
    "Lean only downward": ("address.py", "import centrali_deploy.cli"),
    "No circles at any depth": ("plan/model.py", "import centrali_deploy.plan.planner"),
    "Kinds do not know each other": ("kinds/function.py", "import centrali_deploy.kinds.trigger"),
    "Planning is pure": ("plan/planner.py", "import yaml"),
    "The local workspace shares no way in with the client": ("local/app.py", "import centrali_deploy.states"),
    "One door for httpx": ("cli/plan.py", "import httpx"),
    "One door for yaml": ("cli/plan.py", "import yaml"),
    "One door for deepdiff": ("plan/planner.py", "import deepdiff"),
    "One door for sqlite3": ("local/app.py", "import sqlite3"),
    "One door for tree-sitter": ("local/rules.py", "import tree_sitter"),
    "One door for quickjs": ("local/sandbox.py", "import quickjs"),
    "One door for cryptography": ("local/sandbox.py", "import cryptography"),
    "One door for jwt": ("local/sandbox.py", "import jwt"),
    "One door for cronsim": ("cli/plan.py", "import cronsim"),
    "One door for click": ("report/text.py", "import click"),
}


def contracts(folder: Path) -> str:
    words = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    environ = {"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "COLUMNS": "200"}
    return subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True, check=False).stdout  # noqa: S603 -- a tool of ours


@pytest.fixture
def house(tmp_path: Path) -> Path:
    shutil.copytree(PACKAGE, tmp_path / "centrali_deploy", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


def test_every_contract_breaks_when_it_is_violated(house: Path) -> None:
    assert "0 broken" in contracts(house)
    for file, line in VIOLATIONS.values():
        path = house / "centrali_deploy" / file
        path.write_text(path.read_text() + f"\n{line}\n")
    found = contracts(house)
    assert [name for name in VIOLATIONS if f"{name} BROKEN" not in found] == []


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["-h"]])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys; before = set(sys.modules)\nfrom centrali_deploy.__main__ import main; sys.argv[1:] = " + repr(words) + "\n"
        "try: main()\nexcept SystemExit as end: assert not end.code\n"
        "assert not {'httpx', 'yaml', 'deepdiff', 'pydantic', 'click', 'dataclasses'} & (sys.modules.keys() - before)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603 -- this project's own code
    assert run.returncode == 0, run.stderr
    assert "centrali-deploy" in run.stdout


def test_every_command_has_a_module_and_help_with_an_example() -> None:
    for name in COMMANDS:
        command = import_module(f"centrali_deploy.cli.{name}").command
        assert (command.name, "Example" in command.epilog) == (name, True)
    assert {path.stem for path in (PACKAGE / "cli").glob("*.py")} >= COMMANDS.keys()


def test_the_schema_is_fresh() -> None:
    assert (ROOT / "schemas" / "workspace.schema.json").read_text(encoding="utf-8") == render(), "run: make schemas"


def test_the_generated_docs_are_fresh() -> None:
    spec = spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec
    assert spec.loader
    generate = module_from_spec(spec)
    spec.loader.exec_module(generate)
    for name, page in generate.PAGES.items():
        assert (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8") == page(), "run: make docs"


def test_the_schema_accepts_the_example_and_flags_a_misspelt_member(tmp_path: Path) -> None:
    def check(path: Path) -> str:
        schema = str(ROOT / "schemas" / "workspace.schema.json")
        words = [str(Path(sys.executable).parent / "check-jsonschema"), "--schemafile", schema, str(path)]
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout  # noqa: S603 -- a tool of ours

    example = ROOT / "examples" / "workspace.yaml"
    assert "ok -- validation done" in check(example)
    misspelt = tmp_path / "misspelt.yaml"
    misspelt.write_text(example.read_text().replace("timeoutMs: 10000", "timeoutMS: 10000"))
    assert "'timeoutMS' was unexpected" in check(misspelt)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_says_what_it_is_and_its_functions_stay_small(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = [node.name for node in functions if (node.end_lineno or 0) - node.lineno >= 50]
    assert long == []


def test_no_module_is_long() -> None:
    assert [str(path.relative_to(PACKAGE)) for path in MODULES if path.read_text().count("\n") > 250] == []
